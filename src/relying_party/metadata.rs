//! The FIDO metadata at the front door: passed in with each call, so that a new BLOB takes effect at once and each request sees
//! one BLOB as a whole.

use super::{Attestation, RelyingParty};
use crate::client::json::response::RegistrationResponse;
use crate::error::Error;
use crate::metadata::{Attested, Metadata};
use crate::policy::{Reassessment, Registered, Trust};
use crate::state::{RegistrationState, Session};
use crate::time::UnixTime;

impl RelyingParty {
    /// Finishes a registration as [`Self::finish_registration`] does, with the metadata that [`Trust::Metadata`] needs. Keep
    /// [`Registered::attested`] beside the record.
    ///
    /// # Errors
    /// Those of [`Self::finish_registration`], among them [`Error::Failed`] with
    /// [`Refusal::Metadata`](crate::ceremony::Refusal::Metadata).
    pub fn finish_registration_with_metadata(
        &self,
        state: RegistrationState,
        response: &RegistrationResponse,
        metadata: &Metadata,
        session: Session,
        now: UnixTime,
    ) -> Result<Registered, Error> {
        self.finish_registration_by(state, response, Some(metadata), session, now)
    }

    /// Judges the model of a credential again, at a sign-in that was verified. `policy` is the name of the attestation policy
    /// at registration ([`Registered::attestation_policy`]). Returns `None` if that policy is not [`Trust::Metadata`].
    ///
    /// This never refuses: act on what it asks for.
    ///
    /// # Errors
    /// [`Error::UnknownPolicy`].
    pub fn reassess(
        &self,
        metadata: &Metadata,
        attested: &Attested,
        policy: Option<&str>,
        now: UnixTime,
    ) -> Result<Option<Reassessment>, Error> {
        let Attestation { policy, .. } = self.attestation(policy)?;
        Ok(match &policy.trust {
            Trust::Metadata(trust) => Some(metadata.reassess(attested, trust.policy(), now)),
            _ => None,
        })
    }
}
