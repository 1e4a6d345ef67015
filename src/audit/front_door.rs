//! Bundles of the ceremonies of the front door, for an archive.

use super::bundle::{Bundle, BundleError};
use crate::confirmation::Document;
use crate::credential::CredentialRecord;
use crate::relying_party::{ConfirmationState, RelyingParty};
use crate::state::{AuthenticationState, Purpose, RegistrationState};
use crate::time::UnixTime;
use crate::vector::Vector;

impl RelyingParty {
    /// Makes the bundle of a registration, accepted or refused. `posted` is the text that the page posted, `stored` the record that
    /// your store has already under the id of the credential, and `now` the time of the ceremony. The web session and the
    /// expiry of the state are not part of a bundle.
    ///
    /// ```
    /// # use wardkey::{RegistrationState, RelyingParty, UnixTime, audit::BundleError};
    /// fn archive(
    ///     rp: &RelyingParty, state: &RegistrationState, posted: &str, now: UnixTime,
    /// ) -> Result<String, BundleError> {
    ///     Ok(rp.bundle_registration(state, posted, None, now)?.to_json()) // keep these bytes
    /// }
    /// ```
    ///
    /// # Errors
    /// [`BundleError::Ceremony`] if format 1 of vectors has no word for a choice of this relying party, such as origins with
    /// every subdomain, lists of models, or the FIDO metadata; [`BundleError::Unwritable`].
    pub fn bundle_registration(
        &self,
        state: &RegistrationState,
        posted: &str,
        stored: Option<&CredentialRecord>,
        now: UnixTime,
    ) -> Result<Bundle, BundleError> {
        let policy = self.policy_of(state).map_err(|_| BundleError::Ceremony)?;
        let algorithms = self.algorithms_of(state).map_err(|_| BundleError::Ceremony)?;
        let expected = self.expected_registration(state, policy, &algorithms, None, now);
        Bundle::of(&Vector::of_registration(&expected, policy, posted, stored)?, self.backend())
    }

    /// Makes the bundle of a sign-in or a re-authentication, accepted or refused. `record` is the record as it was before the
    /// ceremony. This verifies the ceremony once more. So make the bundle of a refused sign-in after the answer was sent, or not at
    /// all, because the time of the answer must not reveal whether there is a record (§14.6.2).
    ///
    /// ```
    /// # use wardkey::{AuthenticationState, CredentialRecord, RelyingParty, UnixTime, audit::BundleError};
    /// fn archive(
    ///     rp: &RelyingParty, state: &AuthenticationState, posted: &str, before: &CredentialRecord, now: UnixTime,
    /// ) -> Result<String, BundleError> {
    ///     Ok(rp.bundle_authentication(state, posted, before, now)?.to_json())
    /// }
    /// ```
    ///
    /// # Errors
    /// As [`Self::bundle_registration`]. A payment has no bundle: format 1 has no word for what was paid. A confirmation has its own:
    /// [`Self::bundle_confirmation`].
    pub fn bundle_authentication(
        &self,
        state: &AuthenticationState,
        posted: &str,
        record: &CredentialRecord,
        now: UnixTime,
    ) -> Result<Bundle, BundleError> {
        if !matches!(state.purpose, Purpose::SignIn | Purpose::Reauthentication { .. }) {
            return Err(BundleError::Ceremony);
        }
        Bundle::of(&Vector::of_authentication(&self.expected_of(state, now), record, posted)?, self.backend())
    }

    /// Makes the bundle of a confirmation, accepted or refused. A confirmation is a sign-in whose challenge is the digest of
    /// `document`: pass the one that you passed to [`Self::finish_confirmation`]. The bundle has only the digest, so keep the
    /// [`Receipt`](crate::confirmation::Receipt) beside it.
    ///
    /// ```
    /// # use wardkey::{ConfirmationState, CredentialRecord, RelyingParty, UnixTime, audit::BundleError};
    /// # use wardkey::confirmation::Document;
    /// fn archive(
    ///     rp: &RelyingParty, state: &ConfirmationState, document: &Document, posted: &str, before: &CredentialRecord,
    ///     now: UnixTime,
    /// ) -> Result<String, BundleError> {
    ///     Ok(rp.bundle_confirmation(state, document, posted, before, now)?.to_json())
    /// }
    /// ```
    ///
    /// # Errors
    /// As [`Self::bundle_registration`].
    pub fn bundle_confirmation(
        &self,
        state: &ConfirmationState,
        document: &Document,
        posted: &str,
        record: &CredentialRecord,
        now: UnixTime,
    ) -> Result<Bundle, BundleError> {
        let state = state.authentication();
        let Purpose::Confirmation { nonce } = &state.purpose else { return Err(BundleError::Ceremony) };
        let site = self.site().without_frames();
        let digests = document.digests(&site.rp_id, nonce, self.backend());
        let mut expected = self.expected_of_confirmation(state, &site, now);
        expected.challenge = digests.challenge();
        Bundle::of(&Vector::of_authentication(&expected, record, posted)?, self.backend())
    }
}
