//! Starts and finishes a payment (Secure Payment Confirmation). Its state and its result have other types and purposes than those
//! of a sign-in, so that one cannot be mistaken for the other.

use super::{Authenticated, AuthenticationRequest, RelyingParty};
use crate::ceremony::authentication::{SignCount, UserVerification};
use crate::ceremony::evidence::Evidence;
use crate::ceremony::payment::{self, BrowserBinding, ExpectedPayment};
use crate::client::AuthenticationResponse;
use crate::client::json::{RequestOptions, UserVerificationRequirement};
use crate::credential::{CredentialId, CredentialRecord, RecordUpdate, UserHandle};
use crate::error::Error;
use crate::extensions::{ClientExtensionResults, SignedOutputs};
use crate::state::{AuthenticationState, Purpose, Session};
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
    /// Whether the backup eligibility differs from that of the record. Only with
    /// [`report_backup_eligibility_change`](super::RelyingPartyBuilder::report_backup_eligibility_change) or
    /// [`accept_backup_eligibility_correction`](super::RelyingPartyBuilder::accept_backup_eligibility_correction).
    pub backup_eligibility_changed: bool,
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
    /// Starts a payment. The page, which may be a merchant's, passes the challenge, the RP ID and the credential ids to its
    /// `PaymentRequest`. User verification is required, whatever the request says, because the client requires it.
    ///
    /// If a merchant's page calls your back end, there is no web session of your portal:
    /// [`Session::unbound`](crate::Session::unbound).
    ///
    /// ```
    /// # use wardkey::{AuthenticationRequest, AuthenticationState, CredentialRecord, Error, RelyingParty, Session, UnixTime};
    /// # use wardkey::{UserHandle, client::json::RequestOptions};
    /// fn begin(
    ///     rp: &RelyingParty, user: &UserHandle, own: &[CredentialRecord], session: Session, now: UnixTime,
    /// ) -> Result<(RequestOptions, AuthenticationState), Error> {
    ///     rp.start_payment(AuthenticationRequest::known(user, own), session, now)
    /// }
    /// ```
    ///
    /// # Errors
    /// As [`Self::start_authentication`]; [`Error::NoCredentials`] for a discoverable request, because a payment names the
    /// credentials.
    pub fn start_payment(
        &self,
        request: AuthenticationRequest,
        session: Session,
        now: UnixTime,
    ) -> Result<(RequestOptions, AuthenticationState), Error> {
        if request.is_discoverable() {
            return Err(Error::NoCredentials);
        }
        let request = request.user_verification(UserVerificationRequirement::Required);
        self.start(Purpose::Payment, request, session, now)
    }

    /// Finishes a payment. `stored` is the record that your store has under the credential id of the response; `None` refuses, as
    /// in [`Self::finish_authentication`].
    ///
    /// ```
    /// # use wardkey::{AuthenticationResponse, AuthenticationState, CredentialRecord, Error, Paid, RelyingParty, Session, UnixTime};
    /// # use wardkey::{ceremony::payment::ExpectedPayment, client::payment::{Amount, Instrument, PaymentDetails}};
    /// # fn end(
    /// #     rp: &RelyingParty, state: AuthenticationState, response: &AuthenticationResponse,
    /// #     stored: Option<&CredentialRecord>, session: Session, now: UnixTime,
    /// # ) -> Result<Paid, Error> {
    /// let (total, card) = (Amount::new("EUR", "12.50"), Instrument::new("Card *1234", "https://bank.example/card.png"));
    /// let shown = PaymentDetails::new("https://clinic.example", "https://clinic.example", total, card);
    /// rp.finish_payment(state, response, stored, &ExpectedPayment::new(&shown), session, now)
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Self::finish_authentication`]; [`Error::OtherPurpose`] if the state is not from [`Self::start_payment`].
    pub fn finish_payment(
        &self,
        state: AuthenticationState,
        response: &AuthenticationResponse,
        stored: Option<&CredentialRecord>,
        expected: &ExpectedPayment<'_>,
        session: Session,
        now: UnixTime,
    ) -> Result<Paid, Error> {
        if *self.admit_state(&state, session, now)? != Purpose::Payment {
            return Err(Error::OtherPurpose);
        }
        let site = expected.site(&self.site);
        let mut judged_by = self.expected_of(&state, now);
        judged_by.site = &site;
        self.judge(judged_by, &state, response, stored, payment::verify_authentication, |judged_by, record| {
            let (verified, browser_binding) = payment::verify(judged_by, expected, response, record, self.backend)?;
            Ok(paid(Self::authenticated(&state, record, verified), browser_binding))
        })
    }
}

fn paid(authenticated: Authenticated, browser_binding: BrowserBinding) -> Paid {
    let Authenticated {
        user,
        credential_id,
        user_verification,
        sign_count,
        backup_state,
        backup_eligibility_changed,
        signed_extensions,
        unsigned_extensions,
        update,
        update_after_additional_factor,
        evidence,
    } = authenticated;
    Paid {
        user,
        credential_id,
        browser_binding,
        user_verification,
        sign_count,
        backup_state,
        backup_eligibility_changed,
        signed_extensions,
        unsigned_extensions,
        update,
        update_after_additional_factor,
        evidence,
    }
}
