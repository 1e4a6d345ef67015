//! Secure Payment Confirmation at the front door: a payment is started as one, finished as one, and nothing that a
//! sign-in could be mistaken for.

use super::{Authenticated, AuthenticationRequest, RelyingParty};
use crate::ceremony::authentication::{SignCount, UserVerification};
use crate::ceremony::payment::{self, BrowserBinding};
use crate::ceremony::{Framing, Origins, Site};
use crate::client::AuthenticationResponse;
use crate::client::json::{self, RequestOptions};
use crate::client::origin::check_web_origin;
use crate::client::payment::PaymentDetails;
use crate::credential::{CredentialId, CredentialRecord, RecordUpdate, UserHandle};
use crate::error::Error;
use crate::evidence::Evidence;
use crate::extensions::{ClientExtensionResults, SignedOutputs};
use crate::invalid::InvalidValue;
use crate::state::{AuthenticationState, Purpose};
use crate::time::UnixTime;

/// What a payment is judged by, beyond what a sign-in would be.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ExpectedPayment<'e> {
    /// What you had shown. Its `top_origin` is also the one page that may frame the caller's.
    pub details: &'e PaymentDetails,
    /// The browser-bound keys of this credential that are known: COSE_Keys, encoded.
    pub browser_bound_keys: &'e [Vec<u8>],
    /// Whether one of them must have signed.
    pub browser_bound_required: bool,
    callers: Vec<String>,
}

impl<'e> ExpectedPayment<'e> {
    /// A payment with these details, called for by your own pages, with or without a browser-bound key.
    #[must_use]
    pub const fn new(details: &'e PaymentDetails) -> Self {
        Self { details, browser_bound_keys: &[], browser_bound_required: false, callers: Vec::new() }
    }

    /// Called for by pages of these origins, and by no others: the merchants' that you trust with your credentials.
    ///
    /// # Errors
    /// [`InvalidValue`]: an origin that clients never send.
    pub fn called_by(mut self, origins: impl IntoIterator<Item = impl Into<String>>) -> Result<Self, InvalidValue> {
        self.callers = origins.into_iter().map(Into::into).collect();
        if self.callers.is_empty() {
            return Err(InvalidValue::NoOrigin);
        }
        self.callers.iter().try_for_each(|origin| check_web_origin(origin, None))?;
        Ok(self)
    }

    /// Where it may come from. What is around the caller's page is signed as part of the payment and compared with the
    /// details, so a frame is expected in that page and nowhere else.
    fn site(&self, own: &Site) -> Site {
        let origins = if self.callers.is_empty() { own.origins.clone() } else { Origins::exact(&self.callers) };
        Site::new(&own.rp_id, origins, Framing::CrossOrigin(vec![self.details.top_origin.clone()]))
    }
}

/// A payment that is all that §7.2 and Secure Payment Confirmation say. It signs nobody in: whoever called for it, a
/// merchant's page perhaps, is not thereby in a session of the account.
///
/// Write [`Self::update`] first, and check the account's own state, as after a sign-in.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[must_use = "the record must be brought up to date"]
pub struct Paid {
    /// The account that pays.
    pub user: UserHandle,
    /// The credential that signed.
    pub credential_id: CredentialId,
    /// The browser-bound signature; keep the key of a browser that was not seen before.
    pub browser_binding: BrowserBinding,
    /// User verification, as far as it may be relied on.
    pub user_verification: UserVerification,
    /// The signature counter.
    pub sign_count: SignCount,
    /// Whether the credential is backed up now.
    pub backup_state: bool,
    /// What the authenticator signed of extensions.
    pub signed_extensions: SignedOutputs,
    /// What the client says of extensions. Nobody signed it: decide nothing by it that matters.
    pub unsigned_extensions: ClientExtensionResults,
    /// What to write to the record, by compare-and-set; `None` where nothing changed.
    pub update: Option<RecordUpdate>,
    /// What to write after that, once an additional factor as strong as user verification stood beside this payment.
    pub update_after_additional_factor: Option<RecordUpdate>,
    /// What this verdict rests on, the leniencies that were needed among it.
    pub evidence: Evidence,
}

impl RelyingParty {
    /// Starts a payment with one of an account's credentials, at least one. Challenge, RP ID and credential ids are what
    /// the page hands to `PaymentRequest`, your own or a merchant's; user verification is required, as clients have it.
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

    /// What every payment asks for: its client requires user verification, whatever the relying party's own choice is.
    pub(super) fn payment_request() -> AuthenticationRequest {
        AuthenticationRequest {
            user_verification: Some(json::UserVerificationRequirement::Required),
            ..AuthenticationRequest::default()
        }
    }

    /// Finishes a payment. `record` is what your store holds under the response's credential id; where it holds nothing,
    /// [`Self::refuse_payment`].
    ///
    /// # Errors
    /// [`Error::Payment`] with the step that refuses, [`Error::Expired`], [`Error::NotYetIssued`],
    /// [`Error::WrongRelyingParty`], [`Error::OtherPurpose`] where the state is not of [`Self::start_payment`].
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
        let mut judged_by = payment::Expected::new(self.expected_of(&state), expected.details);
        judged_by.authentication.site = &site;
        judged_by.browser_bound_keys = expected.browser_bound_keys;
        judged_by.browser_bound_required = expected.browser_bound_required;
        let stand_in = self.stand_ins.of(response.credential_id()); // as for a credential that is not stored
        let verified = payment::verify(&judged_by, response, record, self.backend).map_err(|failure| {
            let (expected, verify) = (judged_by.authentication, payment::verify_authentication);
            self.level(&failure.refusal, expected, response, record, stand_in, verify);
            Error::Payment(failure)
        })?;
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
        } = Self::authenticated(record, verified.authentication(), now);
        Ok(Paid {
            user,
            credential_id,
            browser_binding: verified.browser_binding().clone(),
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

    /// What [`Self::refuse_authentication`] is to sign-ins: refuses a payment whose credential is in no record of yours.
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
        let mut judged_by = self.expected_of(&state);
        judged_by.site = &site;
        Error::Payment(self.refuse(judged_by, response, payment::verify_authentication))
    }
}
