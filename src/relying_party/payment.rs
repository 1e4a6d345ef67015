//! Starts and finishes a payment (Secure Payment Confirmation). Its state and its result have other types and purposes than those
//! of a sign-in, so that one cannot be mistaken for the other.

use super::{Authenticated, AuthenticationRequest, RelyingParty};
use crate::ceremony::authentication::{SignCount, UserVerification};
use crate::ceremony::evidence::Evidence;
use crate::ceremony::payment::{self, BrowserBinding, ExpectedPayment};
use crate::client::AuthenticationResponse;
use crate::client::json::{self, RequestOptions};
use crate::credential::{CredentialId, CredentialRecord, RecordUpdate, UserHandle};
use crate::error::Error;
use crate::extensions::{ClientExtensionResults, SignedOutputs};
use crate::state::{AuthenticationState, Purpose};
use crate::time::UnixTime;

/// A payment that passed every step of §7.2 and of Secure Payment Confirmation. It signs nobody in, because the page that asked for
/// it may be a merchant's.
///
/// Write [`Self::update`] first. Then check whether the account is locked, as after a sign-in.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[must_use = "the record must be brought up to date"]
pub struct Paid {
    /// The account that pays.
    pub user: UserHandle,
    /// The credential that signed.
    pub credential_id: CredentialId,
    /// The outcome for the browser-bound signature. Store the key of a browser that was not seen before.
    pub browser_binding: BrowserBinding,
    /// User verification, and whether it counts as a factor.
    pub user_verification: UserVerification,
    /// The signature counter.
    pub sign_count: SignCount,
    /// Whether the credential is backed up now.
    pub backup_state: bool,
    /// The extension outputs that the authenticator signed.
    pub signed_extensions: SignedOutputs,
    /// The client extension outputs. Nobody signed them, so they must not grant anything.
    pub unsigned_extensions: ClientExtensionResults,
    /// The update to write to the record, by compare-and-set. `None` if nothing changed.
    pub update: Option<RecordUpdate>,
    /// The update to write after [`Self::update`], once the user has given an additional factor as strong as user verification.
    pub update_after_additional_factor: Option<RecordUpdate>,
    /// The [evidence](crate::ceremony::evidence), for your log.
    pub evidence: Evidence,
}

impl RelyingParty {
    /// Starts a payment. `credentials` are the records of the account, at least one. The page, which may be a merchant's, passes the
    /// challenge, the RP ID and the credential ids to `PaymentRequest`. User verification is required, because the client
    /// requires it.
    ///
    /// ```
    /// # use wardkey::{CredentialRecord, Error, RelyingParty, UnixTime, UserHandle};
    /// fn begin(rp: &RelyingParty, user: &UserHandle, own: &[CredentialRecord], now: UnixTime) -> Result<String, Error> {
    ///     let (options, state) = rp.start_payment(user, own, now)?;
    ///     # let _ = options;
    ///     Ok(state.id()) // store the state under it, and send the options as JSON
    /// }
    /// ```
    ///
    /// # Errors
    /// [`Error::NoCredentials`], [`Error::ForeignCredential`], [`Error::Random`].
    pub fn start_payment(
        &self,
        user: &UserHandle,
        credentials: &[CredentialRecord],
        now: UnixTime,
    ) -> Result<(RequestOptions, AuthenticationState), Error> {
        self.start_known(Purpose::Payment, &Self::payment_request(), user, credentials, now)
    }

    /// Returns the request of every payment. User verification is required, because the client requires it.
    pub(super) fn payment_request() -> AuthenticationRequest {
        AuthenticationRequest {
            user_verification: Some(json::UserVerificationRequirement::Required),
            ..AuthenticationRequest::default()
        }
    }

    /// Finishes a payment. `record` is the record that your store has under the credential id of the response. If there is none,
    /// call [`Self::refuse_payment`].
    ///
    /// ```
    /// # use wardkey::{AuthenticationResponse, AuthenticationState, CredentialRecord, Error, Paid, RelyingParty, UnixTime};
    /// # use wardkey::{ceremony::payment::ExpectedPayment, client::payment::{Amount, Instrument, PaymentDetails}};
    /// # fn end(
    /// #     rp: &RelyingParty, state: AuthenticationState, response: &AuthenticationResponse,
    /// #     record: &CredentialRecord, now: UnixTime,
    /// # ) -> Result<Paid, Error> {
    /// let (total, card) = (Amount::new("EUR", "12.50"), Instrument::new("Card *1234", "https://bank.example/card.png"));
    /// let shown = PaymentDetails::new("https://clinic.example", "https://clinic.example", total, card);
    /// rp.finish_payment(state, response, record, &ExpectedPayment::new(&shown), now)
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Error::Payment`] with the step that refuses, [`Error::Expired`], [`Error::NotYetIssued`], [`Error::TimeNotInSeconds`],
    /// [`Error::WrongRelyingParty`], [`Error::OtherPurpose`] if the state is not from [`Self::start_payment`].
    pub fn finish_payment(
        &self,
        state: AuthenticationState,
        response: &AuthenticationResponse,
        record: &CredentialRecord,
        expected: &ExpectedPayment<'_>,
        now: UnixTime,
    ) -> Result<Paid, Error> {
        self.admit_for(|purpose| *purpose == Purpose::Payment, &state, now)?;
        let site = expected.site(&self.site);
        let mut judged_by = self.expected_of(&state, now);
        judged_by.site = &site;
        let stand_in = self.stand_ins.of(response.credential_id()); // as for a credential that is not stored
        let verified = payment::verify(&judged_by, expected, response, record, self.backend);
        let (mut authentication, browser_binding) = verified.map_err(|mut failure| {
            let verify = payment::verify_authentication;
            self.level(&failure.refusal, judged_by, response, record, stand_in, verify);
            state.identify(&mut failure.recorder.evidence);
            Error::Payment(failure)
        })?;
        state.identify(&mut authentication.recorder.evidence);
        let Authenticated {
            user,
            credential_id,
            user_verification,
            sign_count,
            backup_state,
            signed_extensions,
            unsigned_extensions,
            update,
            update_after_additional_factor,
            evidence,
        } = Self::authenticated(record, authentication);
        Ok(Paid {
            user,
            credential_id,
            browser_binding,
            user_verification,
            sign_count,
            backup_state,
            signed_extensions,
            unsigned_extensions,
            update,
            update_after_additional_factor,
            evidence,
        })
    }

    /// Refuses a payment whose credential your store does not have, as [`Self::refuse_authentication`] refuses a sign-in.
    ///
    /// ```
    /// # use wardkey::{AuthenticationResponse, AuthenticationState, PublicFailure, RelyingParty, UnixTime};
    /// # use wardkey::ceremony::payment::ExpectedPayment;
    /// # fn refuse(
    /// #     rp: &RelyingParty, state: AuthenticationState, response: &AuthenticationResponse,
    /// #     expected: &ExpectedPayment<'_>, now: UnixTime,
    /// # ) -> PublicFailure {
    /// let error = rp.refuse_payment(state, response, expected, now);
    /// eprintln!("{error} ({})", error.code()); // your log
    /// error.public()
    /// # }
    /// ```
    pub fn refuse_payment(
        &self,
        state: AuthenticationState,
        response: &AuthenticationResponse,
        expected: &ExpectedPayment<'_>,
        now: UnixTime,
    ) -> Error {
        if let Err(error) = self.admit_for(|purpose| *purpose == Purpose::Payment, &state, now) {
            return error;
        }
        let site = expected.site(&self.site);
        let mut judged_by = self.expected_of(&state, now);
        judged_by.site = &site;
        let mut failure = self.refuse(judged_by, response, payment::verify_authentication);
        state.identify(&mut failure.recorder.evidence);
        Error::Payment(failure)
    }
}
