//! Against enumeration (§14.6.2, §14.6.3): who asks whether somebody has an account here learns nothing.
//!
//! Three things give an account away, and each has its answer:
//!
//! * *allowCredentials*. A name that nobody has gets a list as well: [`Decoys`] derives one from the name and a secret,
//!   the same each time, shaped like those of real accounts.
//! * *The work of a refusal*. An unknown credential, one of another user and a bad signature cost the same parsing, the
//!   same hashes and one signature verification. (Of ES256 for decoys: where other algorithms are registered, the time
//!   that verification takes still tells them apart.)
//! * *The answer*. Every failure has the one text of [`PublicFailure`](crate::error::PublicFailure).
//!
//! Better still is a discoverable sign-in, which asks for no name at all.

use super::RelyingParty;
use crate::ceremony::authentication;
use crate::ceremony::{Ceremony, Failure, Refusal};
use crate::client::AuthenticationResponse;
use crate::client::json::{CredentialDescriptor, PublicKeyCredentialType, RequestOptions};
use crate::credential::{CredentialId, CredentialRecord, Transport, UserHandle};
use crate::crypto::{Backend, default_backend};
use crate::error::Error;
use crate::relying_party::AuthenticationRequest;
use crate::state::AuthenticationState;
use crate::time::UnixTime;
use core::fmt;

/// What one kind of credential looks like from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DecoyShape {
    /// How often it occurs, in relation to the others.
    pub weight: u32,
    /// How many bytes its ids have, 1 to 1023.
    pub id_len: u16,
    /// Its transports.
    pub transports: Vec<Transport>,
}

impl DecoyShape {
    /// A kind of credential.
    #[must_use]
    pub const fn new(weight: u32, id_len: u16, transports: Vec<Transport>) -> Self {
        Self { weight, id_len, transports }
    }
}

/// Credentials that nobody has, for names that nobody has.
///
/// Keep the secret for as long as the accounts: with another one, a name that nobody has would get another list, which
/// is what gives it away. Give your real names and these the same normalisation before they are looked up.
///
/// ```
/// use wardkey::relying_party::Decoys;
/// let decoys = Decoys::new([7; 32]);
/// assert_eq!(decoys.credentials("nobody@mail.example"), decoys.credentials("nobody@mail.example"));
/// assert_ne!(decoys.credentials("nobody@mail.example"), decoys.credentials("no-one@mail.example"));
/// ```
#[derive(Clone)]
pub struct Decoys {
    secret: [u8; 32],
    counts: Vec<u32>,
    shapes: Vec<DecoyShape>,
    backend: &'static dyn Backend,
}

/// The secret is not printed.
impl fmt::Debug for Decoys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decoys").field("counts", &self.counts).field("shapes", &self.shapes).finish_non_exhaustive()
    }
}

impl Decoys {
    /// Decoys of the usual shapes: synced passkeys mostly, then platform authenticators, then security keys.
    #[must_use]
    pub fn new(secret: [u8; 32]) -> Self {
        let synced = || vec![Transport::Hybrid, Transport::Internal];
        let shapes = vec![
            DecoyShape::new(40, 20, synced()),
            DecoyShape::new(25, 16, synced()),
            DecoyShape::new(20, 32, vec![Transport::Internal]),
            DecoyShape::new(10, 48, vec![Transport::Nfc, Transport::Usb]),
            DecoyShape::new(5, 64, vec![Transport::Usb]),
        ];
        Self { secret, counts: vec![60, 30, 10], shapes, backend: default_backend() }
    }

    /// As your own accounts are: `counts` says how often an account has one credential, two, and so on, in relation to
    /// each other; `shapes` what they look like. What adds up to nothing is left as it was.
    #[must_use]
    pub fn shaped(mut self, counts: Vec<u32>, shapes: Vec<DecoyShape>) -> Self {
        if counts.iter().any(|&weight| weight > 0) {
            self.counts = counts;
        }
        if shapes.iter().any(|shape| shape.weight > 0) {
            self.shapes = shapes;
        }
        self
    }

    /// The credentials of this name.
    #[must_use]
    pub fn credentials(&self, name: &str) -> Vec<CredentialDescriptor> {
        let seed = self.backend.hmac_sha256(&self.secret, &[b"wardkey decoy credentials", name.as_bytes()]);
        let [a, b, c, d, ..] = seed;
        let count = pick(&self.counts, u32::from_be_bytes([a, b, c, d])).saturating_add(1);
        let weights: Vec<u32> = self.shapes.iter().map(|shape| shape.weight).collect();
        let credential = |number: usize| {
            let number = u32::try_from(number).unwrap_or_default().to_be_bytes();
            let drawn = self.backend.hmac_sha256(&seed, &[b"shape", &number]);
            let [a, b, c, d, ..] = drawn;
            let shape = self.shapes.get(pick(&weights, u32::from_be_bytes([a, b, c, d])))?;
            let id = CredentialId::new(self.stream(&seed, &number, usize::from(shape.id_len))).ok()?;
            Some(CredentialDescriptor::new(PublicKeyCredentialType::PublicKey, id, shape.transports.clone()))
        };
        (0..count).filter_map(credential).collect()
    }

    /// The user handle of this name; never sent, but kept in the state as a real one would be.
    fn user_handle(&self, name: &str) -> Option<UserHandle> {
        let seed = self.backend.hmac_sha256(&self.secret, &[b"wardkey decoy user handle", name.as_bytes()]);
        UserHandle::new(self.stream(&seed, &[], UserHandle::MAX_LEN)).ok()
    }

    fn stream(&self, seed: &[u8; 32], label: &[u8], len: usize) -> Vec<u8> {
        let block = |number: u32| self.backend.hmac_sha256(seed, &[b"bytes", label, &number.to_be_bytes()]);
        (0..).flat_map(block).take(len).collect()
    }
}

/// The place in `weights` where a number drawn at random falls.
fn pick(weights: &[u32], drawn: u32) -> usize {
    let total: u64 = weights.iter().copied().map(u64::from).sum();
    let mut left = u64::from(drawn).checked_rem(total).unwrap_or_default();
    for (place, &weight) in weights.iter().enumerate() {
        match left.checked_sub(u64::from(weight)) {
            Some(less) => left = less,
            None => return place,
        }
    }
    0
}

/// The COSE_Key that stands in for the key of a credential that is not there: x is 5, the least number above 0 that is
/// the x coordinate of a point of P-256, so nobody chose it, and nobody knows the private key.
const STAND_IN: [u8; 77] = *b"\xa5\x01\x02\x03\x26\x20\x01\
    \x21\x58\x20\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\
    \0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x05\
    \x22\x58\x20\
    \x45\x92\x43\xb9\xaa\x58\x18\x06\xfe\x91\x3b\xce\x99\x81\x7a\xde\
    \x11\xca\x50\x3c\x64\xd9\xa3\xc5\x33\x41\x5c\x08\x32\x48\xfb\xcc";

impl RelyingParty {
    /// What [`Self::start_authentication`] is to an account, for a name that has no account, or an account that has no
    /// passkey. Store the state, as for a real one; when a response comes, [`Self::refuse_authentication`].
    ///
    /// # Errors
    /// [`Error::Random`].
    pub fn start_decoy_authentication(
        &self,
        decoys: &Decoys,
        name: &str,
        now: UnixTime,
    ) -> Result<(RequestOptions, AuthenticationState), Error> {
        self.start_decoy_authentication_with(&AuthenticationRequest::default(), decoys, name, now)
    }

    /// As [`Self::start_decoy_authentication`], with the choices that a real one would have.
    ///
    /// # Errors
    /// [`Error::Random`], [`Error::Extension`].
    pub fn start_decoy_authentication_with(
        &self,
        request: &AuthenticationRequest,
        decoys: &Decoys,
        name: &str,
        now: UnixTime,
    ) -> Result<(RequestOptions, AuthenticationState), Error> {
        self.start(request, decoys.user_handle(name), decoys.credentials(name), now)
    }

    /// Refuses a response whose credential is in no record of yours, by the work that a wrong signature would cost.
    ///
    /// Never `Ok`: whatever the response says, it signs nobody in. The error says for your log what is wrong with it:
    /// `credential-unknown`, unless another step refuses it before.
    pub fn refuse_authentication(
        &self,
        state: AuthenticationState,
        response: &AuthenticationResponse,
        now: UnixTime,
    ) -> Error {
        if let Err(error) = self.admit(&state.rp_id, state.expires_at, now) {
            return error;
        }
        match self.stand_in(&state, response) {
            Err(failure) if failure.refusal != Refusal::Signature => failure.into(),
            _ => Failure::new(Ceremony::Authentication, Refusal::CredentialUnknown).into(),
        }
    }

    /// Verifies a response against a credential that is not there: its id, the account's handle, and a key that nobody
    /// has.
    pub(super) fn stand_in(
        &self,
        state: &AuthenticationState,
        response: &AuthenticationResponse,
    ) -> Result<(), Failure> {
        let unknown = || Failure::new(Ceremony::Authentication, Refusal::CredentialUnknown);
        let id = CredentialId::new(response.credential_id()).map_err(|_| unknown())?;
        let handle = response.user_handle().and_then(|handle| UserHandle::new(handle).ok());
        let handle = match handle {
            Some(handle) => handle,
            None => UserHandle::new([0]).map_err(|_| unknown())?,
        };
        let record = CredentialRecord::new(id, handle, STAND_IN.to_vec());
        let mut expected = self.expected_of(state);
        // Whose it is has been decided, or does not matter: a missing handle is no reason to stop early either.
        expected.allow_credentials = &[];
        expected.user_handle = Some(record.user_handle.as_bytes());
        authentication::verify(&expected, response, &record, self.backend).map(drop)
    }
}

/// Whether a refusal came before the signature was looked at because of whose credential it is, or is not.
pub(super) const fn is_about_ownership(refusal: &Refusal) -> bool {
    matches!(
        refusal,
        Refusal::CredentialNotAllowed
            | Refusal::CredentialMismatch
            | Refusal::UserMismatch
            | Refusal::UserHandleMismatch
            | Refusal::UserHandleMissing
            | Refusal::BackupEligibilityChanged
            | Refusal::StoredPublicKey(_)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::cose::CoseKey;

    #[test]
    fn the_stand_in_is_a_point_of_p256() {
        let key = CoseKey::read(&STAND_IN).unwrap();
        assert_eq!(key.key().check(default_backend()), Ok(()));
    }

    #[test]
    fn lists_have_the_shapes_and_counts_that_were_asked_for() {
        let decoys = Decoys::new([1; 32]);
        let lists: Vec<_> = (0..2000).map(|n| decoys.credentials(&format!("user{n}"))).collect();
        let of_count = |count: usize| lists.iter().filter(|list| list.len() == count).count();
        assert!((1100..1300).contains(&of_count(1)), "{}", of_count(1));
        assert!((500..700).contains(&of_count(2)), "{}", of_count(2));
        assert!((150..250).contains(&of_count(3)), "{}", of_count(3));
        let all: Vec<_> = lists.concat();
        for (len, share) in [(20, 40), (16, 25), (32, 20), (48, 10), (64, 5)] {
            let found = all.iter().filter(|credential| credential.id.as_bytes().len() == len).count() * 100;
            let percent = found / all.len();
            assert!((share - 3..=share + 3).contains(&percent), "{len} bytes: {percent} %");
        }
        let unique: std::collections::BTreeSet<_> = all.iter().map(|credential| &credential.id).collect();
        assert_eq!(unique.len(), all.len());
        let one = decoys.clone().shaped(vec![0, 0, 0, 1], vec![DecoyShape::new(1, 1023, Vec::new())]);
        let list = one.credentials("x");
        assert!(list.len() == 4 && list.iter().all(|credential| credential.id.as_bytes().len() == 1023));
        assert_eq!(one.shaped(vec![], vec![]).credentials("x"), list, "what adds up to nothing changes nothing");
        assert_ne!(Decoys::new([2; 32]).credentials("x"), decoys.credentials("x"));
        assert!(!format!("{decoys:?}").contains("secret"));
    }
}
