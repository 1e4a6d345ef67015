//! Against enumeration (§14.6.2, §14.6.3): who asks whether somebody has an account here learns nothing.

use super::RelyingParty;
use crate::ceremony::authentication::{self, Expected, VerifiedAuthentication};
use crate::ceremony::{Ceremony, Failure, Refusal};
use crate::client::AuthenticationResponse;
use crate::client::extensions::{PrfInput, PrfValues};
use crate::client::json::{CredentialDescriptor, PublicKeyCredentialType, RequestOptions};
use crate::credential::{CredentialId, CredentialRecord, LengthError, Transport, UserHandle};
use crate::crypto::{Backend, cose::CoseKey, default_backend};
use crate::error::Error;
use crate::relying_party::AuthenticationRequest;
use crate::state::{AuthenticationState, Purpose};
use crate::time::UnixTime;
use core::fmt;
use std::collections::BTreeMap;

/// What one kind of credential looks like from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecoyShape {
    weight: u32,
    id_len: usize,
    transports: Vec<Transport>,
}

impl DecoyShape {
    /// A kind of credential: how often it occurs, in relation to the others; how many bytes its ids have; its transports,
    /// which are none in many records from elsewhere.
    ///
    /// # Errors
    /// [`LengthError`]: ids have 1 to 1023 bytes.
    pub fn new(weight: u32, id_len: usize, transports: Vec<Transport>) -> Result<Self, LengthError> {
        CredentialId::check_len(id_len).map(|()| Self { weight, id_len, transports })
    }
}

/// Credentials that nobody has, for names that nobody has (§14.6.2, §14.6.3): who asks whether somebody has an account
/// here learns nothing.
///
/// Three things give an account away, and each has its answer:
///
/// * *allowCredentials*. A name that nobody has gets a list as well: this type derives one from the name and a secret,
///   the same each time, shaped like those of real accounts.
/// * *The work of a refusal*. An unknown credential, one of another user, one whose record cannot verify anything and a
///   bad signature cost the same parsing, the same hashes and one signature verification, in payments too. (Of ES256 for
///   what is not there: where other algorithms are registered, the time that verification takes still tells them apart.)
/// * *The answer*. Every failure has the one text of [`PublicFailure`](crate::error::PublicFailure).
///
/// Better still is a discoverable sign-in, which asks for no name at all.
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
    /// Decoys of the shapes that are usual among consumers: synced passkeys mostly, then platform authenticators, then
    /// security keys. Where your accounts look different, as those of a clinic with a security key for each do,
    /// [`shaped`](Self::shaped). The secret is 32 random bytes from where you keep secrets.
    #[must_use]
    pub fn new(secret: [u8; 32]) -> Self {
        let synced = || vec![Transport::Hybrid, Transport::Internal];
        let shape = |weight, id_len, transports| DecoyShape { weight, id_len, transports };
        let shapes = vec![
            shape(40, 20, synced()),
            shape(25, 16, synced()),
            shape(20, 32, vec![Transport::Internal]),
            shape(10, 48, vec![Transport::Nfc, Transport::Usb]),
            shape(5, 64, vec![Transport::Usb]),
        ];
        Self { secret, counts: vec![60, 30, 10], shapes, backend: default_backend() }
    }

    /// As your own accounts are: `counts` says how often an account has one credential, two, and so on, in relation to
    /// each other; `shapes` what they look like. What adds up to nothing is left as it was.
    ///
    /// Keep them as long as the secret: other counts or shapes make other lists. Count them in your store once, with their
    /// transports: every usual shape has some, so where records were imported without, a list that has none is a real one
    /// until there are shapes without as well.
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
            let id = CredentialId::new(self.stream(&seed, &number, shape.id_len)).ok()?;
            Some(CredentialDescriptor::new(PublicKeyCredentialType::PublicKey, id, shape.transports.clone()))
        };
        let mut credentials: Vec<_> = (0..count).filter_map(credential).collect();
        credentials.sort_by(|a, b| a.id.cmp(&b.id)); // as those of real accounts are
        credentials
    }

    /// The user handle of this name; never sent, but kept in the state as a real one would be.
    fn user_handle(&self, name: &str) -> Option<UserHandle> {
        let seed = self.backend.hmac_sha256(&self.secret, &[b"wardkey decoy user handle", name.as_bytes()]);
        UserHandle::new(self.stream(&seed, &[], UserHandle::MAX_LEN)).ok()
    }

    /// What `prf.evalByCredential` is to the credentials of an account: inputs as long as those of the request, whose
    /// own credentials are not among these.
    fn prf(
        &self,
        name: &str,
        asked: &BTreeMap<CredentialId, PrfValues>,
        credentials: &[CredentialDescriptor],
    ) -> BTreeMap<CredentialId, PrfValues> {
        let seed = self.backend.hmac_sha256(&self.secret, &[b"wardkey decoy prf inputs", name.as_bytes()]);
        let values = |(credential, shape): (&CredentialDescriptor, &PrfValues)| {
            let input = |which: &[u8], shape: &PrfInput| {
                PrfInput::from(self.stream(&seed, &[which, credential.id.as_bytes()].concat(), shape.as_bytes().len()))
            };
            let first = input(b"first", &shape.first);
            let second = shape.second.as_ref().map(|shape| input(b"second", shape));
            (credential.id.clone(), PrfValues { first, second })
        };
        credentials.iter().zip(asked.values().cycle()).map(values).collect()
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

    /// As [`Self::start_decoy_authentication`], with the choices that a real one would have. Whatever credentials
    /// `prf.evalByCredential` names, the decoy's stand in their place, each with inputs of the same length that are the
    /// same each time.
    ///
    /// # Errors
    /// [`Error::Random`], and [`Error::Extension`] where an account with as many credentials would have it:
    /// `largeBlob.write` is for one credential, so write to users who have signed in, and to no name.
    pub fn start_decoy_authentication_with(
        &self,
        request: &AuthenticationRequest,
        decoys: &Decoys,
        name: &str,
        now: UnixTime,
    ) -> Result<(RequestOptions, AuthenticationState), Error> {
        self.start_decoy(Purpose::SignIn, request, decoys, name, now)
    }

    /// What [`Self::start_payment`] is to an account, for a name that has none; when a response comes,
    /// [`Self::refuse_payment`].
    ///
    /// # Errors
    /// [`Error::Random`].
    pub fn start_decoy_payment(
        &self,
        decoys: &Decoys,
        name: &str,
        now: UnixTime,
    ) -> Result<(RequestOptions, AuthenticationState), Error> {
        self.start_decoy(Purpose::Payment, &Self::payment_request(), decoys, name, now)
    }

    fn start_decoy(
        &self,
        purpose: Purpose,
        request: &AuthenticationRequest,
        decoys: &Decoys,
        name: &str,
        now: UnixTime,
    ) -> Result<(RequestOptions, AuthenticationState), Error> {
        let credentials = decoys.credentials(name);
        let mut request = request.clone();
        if let Some(prf) = &mut request.extensions.prf {
            prf.eval_by_credential = decoys.prf(name, &prf.eval_by_credential, &credentials);
        }
        self.start(purpose, &request, decoys.user_handle(name), credentials, now)
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
        if let Err(error) = self.admit_for(|purpose| *purpose != Purpose::Payment, &state, now) {
            return error;
        }
        self.refuse(self.expected_of(&state), response, authentication::verify).into()
    }

    /// Refuses what a sign-in or a payment brought for a credential that is not known.
    pub(super) fn refuse(&self, expected: Expected<'_>, response: &AuthenticationResponse, verify: Verify) -> Failure {
        match self.stand_in(expected, response, verify) {
            Err(failure) if failure.refusal != Refusal::Signature => failure,
            _ => Failure::new(Ceremony::Authentication, Refusal::CredentialUnknown),
        }
    }

    /// Verifies a response against a credential that is not there: its id, the account's handle, and a key that nobody
    /// has.
    fn stand_in(
        &self,
        expected: Expected<'_>,
        response: &AuthenticationResponse,
        verify: Verify,
    ) -> Result<(), Failure> {
        let unknown = || Failure::new(Ceremony::Authentication, Refusal::CredentialUnknown);
        let id = CredentialId::new(response.credential_id()).map_err(|_| unknown())?;
        let handle = response.user_handle().and_then(|handle| UserHandle::new(handle).ok());
        let handle = match handle {
            Some(handle) => handle,
            None => UserHandle::new([0]).map_err(|_| unknown())?,
        };
        let record = CredentialRecord::new(id, handle, STAND_IN.to_vec());
        // Whose it is has been decided, or does not matter: a missing handle is no reason to stop early either.
        let mut expected: Expected<'_> = expected;
        expected.allow_credentials = &[];
        expected.user_handle = Some(record.user_handle.as_bytes());
        verify(&expected, response, &record, self.backend).map(drop)
    }

    /// Does after all what a refusal saved of work because of whose credential it is, or what its record holds: that
    /// must not show in how long the answer takes (§14.6.2). What such a refusal had done is not done again.
    pub(super) fn level(
        &self,
        refusal: &Refusal,
        expected: Expected<'_>,
        response: &AuthenticationResponse,
        verify: Verify,
    ) {
        match refusal {
            Refusal::CredentialNotAllowed
            | Refusal::CredentialMismatch
            | Refusal::UserMismatch
            | Refusal::UserHandleMismatch
            | Refusal::UserHandleMissing => {
                let _ = self.stand_in(expected, response, verify);
            }
            // After the RP ID's hash, before client data's.
            Refusal::BackupEligibilityChanged => {
                let _ = self.backend.sha256(&[response.client_data_json()]);
                self.verify_for_nobody(response);
            }
            Refusal::StoredPublicKey(_) => self.verify_for_nobody(response),
            _ => {}
        }
    }

    /// The signature verification of a response, under the key that nobody has.
    fn verify_for_nobody(&self, response: &AuthenticationResponse) {
        let message = [response.authenticator_data(), &[0; 32]].concat();
        if let Ok(key) = CoseKey::read(&STAND_IN) {
            let _ = self.backend.verify(key.algorithm().scheme(), key.key(), &message, response.signature());
        }
    }
}

/// How one kind of ceremony verifies: a sign-in or a payment.
pub(super) type Verify = for<'a> fn(
    &Expected<'a>,
    &'a AuthenticationResponse,
    &CredentialRecord,
    &dyn Backend,
) -> Result<VerifiedAuthentication<'a>, Failure>;

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
        let one = decoys.clone().shaped(vec![0, 0, 0, 1], vec![DecoyShape::new(1, 1023, Vec::new()).unwrap()]);
        let list = one.credentials("x");
        assert!(list.len() == 4 && list.iter().all(|credential| credential.id.as_bytes().len() == 1023));
        assert_eq!(one.shaped(vec![], vec![]).credentials("x"), list, "what adds up to nothing changes nothing");
        assert_ne!(Decoys::new([2; 32]).credentials("x"), decoys.credentials("x"));
        assert!(!format!("{decoys:?}").contains("secret"));
    }
}
