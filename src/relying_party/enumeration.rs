//! Protection against enumeration (§14.6.2, §14.6.3): an attacker cannot find out whether an account exists.

use super::RelyingParty;
use super::decoys::StandIn;
use crate::authenticator::AuthenticatorData;
use crate::ceremony::authentication::{self, ExpectedAuthentication, VerifiedAuthentication};
use crate::ceremony::{Ceremony, Failure, Outcome, Recorder, Refusal, Step, client_extension_results};
use crate::client::AuthenticationResponse;
use crate::codec::base64url;
use crate::credential::{CredentialDescriptor, CredentialId, CredentialRecord, UserHandle};
use crate::crypto::Backend;
use crate::error::Error;
use crate::extensions::RequestExtensions;
use crate::state::AuthenticationState;

impl RelyingParty {
    /// Returns the account with a name, and its credentials: `account` if there is one, and decoys otherwise. Both cost the same.
    pub(super) fn named(
        &self,
        name: &str,
        account: Option<(UserHandle, Vec<CredentialDescriptor>)>,
        extensions: &mut RequestExtensions,
    ) -> Result<(UserHandle, Vec<CredentialDescriptor>), Error> {
        let by_credential = extensions.prf.as_mut().map(|prf| &mut prf.eval_by_credential);
        if let Some((user, credentials)) = account {
            self.stand_ins.work_of_account(&user, &credentials).ok_or(Error::NoDecoys)?;
            core::hint::black_box(by_credential.map(|asked| self.stand_ins.prf(asked, &credentials)));
            return Ok((user, credentials));
        }
        let (user, credentials) = self.stand_ins.account(name).ok_or(Error::NoDecoys)?;
        if let Some(asked) = by_credential {
            *asked = self.stand_ins.prf(asked, &credentials);
        }
        Ok((user, credentials))
    }

    /// Verifies a response with the stored record, or refuses it if there is none. One response costs the same work in both cases.
    pub(super) fn judge<V>(
        &self,
        expected: ExpectedAuthentication<'_>,
        state: &AuthenticationState,
        response: &AuthenticationResponse,
        stored: Option<&CredentialRecord>,
        verify: Verify,
        whole: impl FnOnce(&ExpectedAuthentication<'_>, &CredentialRecord) -> Result<V, Failure>,
    ) -> Result<V, Error> {
        let stand_in = self.stand_ins.of(response.credential_id());
        let judged = match stored {
            Some(record) => whole(&expected, record).inspect_err(|failure| {
                self.level(&failure.refusal, expected, response, record, stand_in, verify);
            }),
            None => {
                let mut failure = self.refuse(expected, response, stand_in, verify);
                // No signal after a named sign-in: its list may contain decoys, and the answer must be the same for both.
                let discoverable = state.allow_credentials.is_empty();
                if discoverable && failure.refusal == Refusal::CredentialUnknown && !stand_in.decoy {
                    let credential_id = CredentialId::new(response.credential_id()).ok();
                    failure.unknown_credential = credential_id.map(|id| Box::new(self.unknown_credential(id)));
                }
                Err(failure)
            }
        };
        judged.map_err(|mut failure| {
            state.identify(&mut failure.recorder.evidence);
            Error::Failed(failure)
        })
    }

    /// Refuses a sign-in or a payment with a credential that is not stored.
    fn refuse(
        &self,
        expected: ExpectedAuthentication<'_>,
        response: &AuthenticationResponse,
        stand_in: StandIn<'_>,
        verify: Verify,
    ) -> Failure {
        // Step 5. A credential outside the list is refused as unknown, as one in it is, so the answer tells no difference.
        let allowed = match expected.allow_credentials {
            [] => Outcome::NotRequired,
            list if list.iter().any(|id| id.as_bytes() == response.credential_id()) => Outcome::Passed,
            _ => Outcome::NotKnown,
        };
        let verified =
            stand_in_record(&stand_in).map(|record| self.verify_as_known(expected, response, record, verify));
        match verified {
            // Not what only the stand-in decided: its key verifies no signature, and a malformed user handle is not its own.
            Some(Err(mut failure)) if !matches!(failure.refusal, Refusal::Signature | Refusal::UserHandleMismatch) => {
                failure.recorder.without_record(allowed, expected.user_handle.map(base64url::encode));
                failure
            }
            _ => {
                let mut recorder = expected.begin(response, self.backend);
                match client_extension_results(response.client_extension_results(), expected.quirks) {
                    Err(refusal) => return Failure::after(recorder, refusal),
                    Ok(quirks) => recorder.evidence.quirks = quirks,
                }
                recorder.passed(Step::Response);
                recorder.record(Step::AllowCredentials, allowed);
                Failure::after(recorder, Refusal::CredentialUnknown)
            }
        }
    }

    /// Verifies a response with the key of `record`, as if the response were for the credential and the account of that record.
    /// So no step refuses early because the credential belongs to someone else.
    fn verify_as_known(
        &self,
        expected: ExpectedAuthentication<'_>,
        response: &AuthenticationResponse,
        mut record: CredentialRecord,
        verify: Verify,
    ) -> Result<(), Failure> {
        let unknown = |_| Failure::new(Ceremony::Authentication, Refusal::CredentialUnknown);
        record.id = CredentialId::new(response.credential_id()).map_err(unknown)?;
        if let Some(handle) = response.user_handle().and_then(|handle| UserHandle::new(handle).ok()) {
            record.user_handle = handle;
        }
        record.backup_eligible = None; // so that step 19 does not refuse because of the record
        let user_handle = Some(record.user_handle.as_bytes());
        let expected = ExpectedAuthentication { allow_credentials: &[], user_handle, ..expected };
        verify(&expected, response, &record, self.backend).map(drop)
    }

    /// Does the work that an early refusal skipped because of the owner of the credential or the content of its record, so that
    /// the time of the answer does not reveal the account (§14.6.2). Work that was done before the refusal is not done again. The
    /// work is that of the record's key. `stand_in` replaces a key that cannot verify anything.
    fn level(
        &self,
        refusal: &Refusal,
        expected: ExpectedAuthentication<'_>,
        response: &AuthenticationResponse,
        record: &CredentialRecord,
        stand_in: StandIn<'_>,
        verify: Verify,
    ) {
        let refused = match refusal {
            Refusal::CredentialNotAllowed
            | Refusal::CredentialMismatch
            | Refusal::UserMismatch
            | Refusal::UserHandleMismatch
            | Refusal::UserHandleMissing => {
                self.verify_as_known(expected, response, record.clone(), verify).err().map(|failure| failure.refusal)
            }
            // Step 19, before the signature.
            Refusal::BackupEligibilityChanged => self.verify_signature(response, record).err(),
            other => Some(*other),
        };
        if let (Some(Refusal::StoredPublicKey(_)), Some(stand_in)) = (refused, stand_in_record(&stand_in)) {
            let _ = self.verify_signature(response, &stand_in);
        }
    }

    /// Verifies only steps 20 and 21.
    fn verify_signature(&self, response: &AuthenticationResponse, record: &CredentialRecord) -> Result<(), Refusal> {
        let data = AuthenticatorData::read(response.authenticator_data())
            .map_err(|error| Refusal::AuthenticatorData(error.into()))?;
        let mut unused = Recorder::new(Ceremony::Authentication);
        authentication::signature(response, &data, record, self.backend, &mut unused).map(drop)
    }
}

/// A record for a credential that is not stored.
fn stand_in_record(stand_in: &StandIn<'_>) -> Option<CredentialRecord> {
    let (id, user) = (CredentialId::new([0]).ok()?, UserHandle::new([0]).ok()?);
    Some(CredentialRecord::new(id, user, stand_in.public_key()))
}

/// The function that verifies one kind of ceremony: a sign-in or a payment.
pub(super) type Verify = for<'a> fn(
    &ExpectedAuthentication<'a>,
    &'a AuthenticationResponse,
    &CredentialRecord,
    &dyn Backend,
) -> Result<VerifiedAuthentication<'a>, Failure>;
