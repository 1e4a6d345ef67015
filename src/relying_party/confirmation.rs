//! Starts and finishes the confirmation of a document. Its state has a type of its own, so that it cannot be finished as a sign-in.

use super::{Authenticated, AuthenticationRequest, RelyingParty};
use crate::ceremony::authentication::{self, ExpectedAuthentication};
use crate::ceremony::{BackupEligibilityChange, Site};
use crate::client::AuthenticationResponse;
use crate::client::json::{RequestOptions, UserVerificationRequirement};
use crate::confirmation::{Confirmed, Document, Nonce, Receipt};
use crate::credential::{CredentialRecord, UserHandle};
use crate::crypto::Algorithm;
use crate::error::Error;
use crate::macros::getters;
use crate::quirk::Quirks;
use crate::state::{AuthenticationState, Purpose, Session};
use crate::time::UnixTime;
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};

/// The state of a confirmation that was started. Not `Clone`, so that it cannot be used twice. It has the nonce: keep it where
/// only who may read the document can read it.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
#[must_use = "store it under its id until the browser responds"]
pub struct ConfirmationState(AuthenticationState);

impl ConfirmationState {
    getters! {
        /// Returns the key to store the state under. [`AuthenticationResponse::state_id`] returns the same text.
        pub fn id(&self) -> String = self.0.id();
        /// Returns the account.
        pub const fn user_handle(&self) -> Option<&UserHandle> = self.0.user_handle();
        /// Returns the time of expiry. Delete states that have expired.
        pub const fn expires_at(&self) -> UnixTime = self.0.expires_at();
    }

    /// Returns the state of the authentication that it is.
    #[cfg(feature = "audit")]
    pub(crate) const fn authentication(&self) -> &AuthenticationState {
        &self.0
    }
}

/// Reading refuses the states of other ceremonies.
impl<'de> Deserialize<'de> for ConfirmationState {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let state = AuthenticationState::deserialize(from)?;
        match state.purpose {
            Purpose::Confirmation { .. } => Ok(Self(state)),
            _ => Err(D::Error::custom("expected the state of a confirmation")),
        }
    }
}

/// A document that was confirmed by one ceremony.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "store the receipt, and bring the record up to date"]
#[non_exhaustive]
pub struct Confirmation {
    /// The receipt to store with the act.
    pub receipt: Receipt,
    /// What was verified.
    pub confirmed: Confirmed,
    /// The ceremony. Write its [update](Authenticated::update) first. It signs nobody in.
    pub authenticated: Authenticated,
}

impl RelyingParty {
    /// Starts the confirmation of a document by a signed-in user. `records` are the records of the account that may confirm it, at
    /// least one. Show the whole document before you send the options. User verification is required.
    ///
    /// The challenge is the digest of the document with a fresh nonce, so it says nothing about the document.
    ///
    /// ```
    /// # use wardkey::{ConfirmationState, CredentialRecord, Error, RelyingParty, Session, UnixTime, UserHandle};
    /// # use wardkey::{client::json::RequestOptions, confirmation::Document};
    /// fn begin(
    ///     rp: &RelyingParty, user: &UserHandle, own: &[CredentialRecord], document: &Document, session: Session, now: UnixTime,
    /// ) -> Result<(RequestOptions, ConfirmationState), Error> {
    ///     rp.start_confirmation(user, own, document, session, now) // store the state and the document
    /// }
    /// ```
    ///
    /// # Errors
    /// [`Error::NoCredentials`], [`Error::ForeignCredential`], [`Error::SessionEmpty`], [`Error::TimeNotInSeconds`],
    /// [`Error::Random`].
    pub fn start_confirmation(
        &self,
        user: &UserHandle,
        records: &[CredentialRecord],
        document: &Document,
        session: Session,
        now: UnixTime,
    ) -> Result<(RequestOptions, ConfirmationState), Error> {
        let nonce = Nonce::new(self.challenge()?).map_err(|_| Error::Random)?;
        let challenge = document.digests(&self.site.rp_id, &nonce, self.backend).challenge().to_vec();
        let request = AuthenticationRequest::known(user, records);
        let request = request.user_verification(UserVerificationRequirement::Required);
        let (mut options, mut state) = self.start(Purpose::Confirmation { nonce }, request, session, now)?;
        options.challenge.clone_from(&challenge);
        state.challenge = challenge;
        Ok((options, ConfirmationState(state)))
    }

    /// Finishes a confirmation. `document` is the one that it was started with. `stored` is the record that your store has under
    /// the credential id of the response; `None` refuses, as in [`Self::finish_authentication`].
    ///
    /// The receipt must verify everywhere. So frames, RS1 and a changed BE are refused, and no quirk is enabled, whatever else this
    /// relying party accepts. Check [`Confirmed::user_verification`]: a first user verification is not a factor.
    ///
    /// ```
    /// # use wardkey::{AuthenticationResponse, ConfirmationState, CredentialRecord, Error, RelyingParty, Session, UnixTime};
    /// # use wardkey::confirmation::Document;
    /// # fn end(
    /// #     rp: &RelyingParty, state: ConfirmationState, document: &Document, response: &AuthenticationResponse,
    /// #     record: &mut CredentialRecord, session: Session, now: UnixTime,
    /// # ) -> Result<String, Box<dyn std::error::Error>> {
    /// let done = rp.finish_confirmation(state, document, response, Some(record), session, now)?;
    /// assert!(done.authenticated.update.is_none_or(|update| record.apply(&update))); // in your store: compare and set
    /// let receipt = serde_json::to_string(&done.receipt)?; // for the archive
    /// # Ok(receipt)
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Error::Failed`] with the step that refuses; another document is refused at step 11. Otherwise as
    /// [`Self::finish_authentication`].
    pub fn finish_confirmation(
        &self,
        state: ConfirmationState,
        document: &Document,
        response: &AuthenticationResponse,
        stored: Option<&CredentialRecord>,
        session: Session,
        now: UnixTime,
    ) -> Result<Confirmation, Error> {
        let ConfirmationState(state) = state;
        let Purpose::Confirmation { nonce } = self.admit_state(&state, session, now)? else {
            return Err(Error::OtherPurpose);
        };
        let digests = document.digests(&self.site.rp_id, nonce, self.backend);
        let site = self.site.without_frames();
        let mut expected = self.expected_of_confirmation(&state, &site, now);
        expected.challenge = digests.challenge();
        self.judge(expected, &state, response, stored, authentication::verify, |expected, record| {
            let verified = authentication::verify(expected, response, record, self.backend)?;
            let mut authenticated = Self::authenticated(&state, record, verified);
            authenticated.evidence.purpose_text = Some(document.purpose().to_owned());
            let contents = (digests.items().len(), Some((document.signer(), document.meaning())));
            let (user_verification, evidence) = (authenticated.user_verification, authenticated.evidence.clone());
            Ok(Confirmation {
                receipt: Receipt::new(document.clone(), nonce.clone(), response.clone()),
                confirmed: Confirmed::of(*digests.challenge(), contents, record, user_verification, evidence),
                authenticated,
            })
        })
    }

    /// Returns the expectations of a confirmation: at most what [`Receipt::verify`] accepts. `site` is without frames.
    pub(crate) fn expected_of_confirmation<'s>(
        &'s self,
        state: &'s AuthenticationState,
        site: &'s Site,
        now: UnixTime,
    ) -> ExpectedAuthentication<'s> {
        let mut expected = self.expected_of(state, now);
        expected.site = site;
        expected.quirks = Quirks::NONE;
        expected.backup_eligibility_change = BackupEligibilityChange::Refuse;
        // RS1, which is accepted only by name, is the last one.
        if let [others @ .., Algorithm::LegacyRs1] = expected.algorithms {
            expected.algorithms = others;
        }
        expected
    }
}
