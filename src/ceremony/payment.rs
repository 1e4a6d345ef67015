//! Secure Payment Confirmation: an authentication (§7.2) whose client data contains the payment.
//!
//! [`authentication::verify`] refuses `type` `payment.get`, and [`verify`] here refuses `webauthn.get`. So a sign-in never counts
//! as a payment, and a payment never counts as a sign-in. [`verify`] takes every step of §7.2. As part of step 23 it compares
//! `payment` of the client data with what was shown, and verifies the browser-bound signature if there is one. The browser makes
//! that signature over the client data with a second key, which never leaves it. The signature of the credential is always
//! required as well.

use super::authentication::{self, ExpectedAuthentication, VerifiedAuthentication};
use super::registration::VerifiedRegistration;
use super::{Failure, Origins, Refusal, Site};
use crate::client::origin::check_web_origin;
use crate::client::payment::{self, PaymentDetails};
use crate::client::{AuthenticationResponse, ClientData};
use crate::credential::CredentialRecord;
use crate::crypto::{Algorithm, Backend, cose::CoseKey};
use crate::extensions::{Blob, ClientExtensionResults, Extension};
use crate::invalid::InvalidValue;

/// What a payment is judged by, in addition to an authentication.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ExpectedPayment<'e> {
    /// What was shown. Its `top_origin` is also the one page that may frame the caller's.
    pub details: &'e PaymentDetails,
    /// The known browser-bound keys of this credential: COSE_Keys, encoded.
    pub browser_bound_keys: &'e [Vec<u8>],
    /// Whether one of them must sign.
    pub browser_bound_required: bool,
    callers: Vec<String>,
}

impl<'e> ExpectedPayment<'e> {
    /// Expects a payment with these details, called for by your own pages, with or without a browser-bound key.
    #[must_use]
    pub const fn new(details: &'e PaymentDetails) -> Self {
        Self { details, browser_bound_keys: &[], browser_bound_required: false, callers: Vec::new() }
    }

    /// Expects that pages of these origins, and no others, call for the payment: those of the merchants that you trust with
    /// your credentials. [`RelyingParty::finish_payment`](crate::RelyingParty::finish_payment) then replaces the origins of
    /// the relying party by these; [`verify`] takes the origins from [`ExpectedAuthentication::site`] as they are.
    ///
    /// # Errors
    /// [`InvalidValue`]: an origin that clients never send, or no origin.
    pub fn called_by(mut self, origins: impl IntoIterator<Item = impl Into<String>>) -> Result<Self, InvalidValue> {
        self.callers = origins.into_iter().map(Into::into).collect();
        if self.callers.is_empty() {
            return Err(InvalidValue::NoOrigin);
        }
        self.callers.iter().try_for_each(|origin| check_web_origin(origin, None))?;
        Ok(self)
    }

    /// Returns the site that a payment may come from. The page around the caller's is signed as part of the payment and
    /// compared with the details, so a frame is expected in that page and nowhere else.
    pub(crate) fn site(&self, own: &Site) -> Site {
        let origins = if self.callers.is_empty() { own.origins.clone() } else { Origins::exact(&self.callers) };
        Site::new(&own.rp_id, origins).framed_by([&self.details.top_origin])
    }
}

/// The result for the browser-bound signature.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BrowserBinding {
    /// There is none.
    Absent,
    /// It verifies with a known key.
    Known,
    /// It verifies with this key (an encoded COSE_Key), which is not known yet: the browser is new.
    New(Blob),
}

/// Verifies a payment against the record of its credential. Returns the authentication, whose record must be updated, and what
/// came of the browser-bound signature.
///
/// # Errors
/// [`Failure`] with the first step that refuses, and the evidence.
pub fn verify<'a>(
    expected: &ExpectedAuthentication<'a>,
    payment: &ExpectedPayment<'_>,
    response: &'a AuthenticationResponse,
    record: &CredentialRecord,
    backend: &dyn Backend,
) -> Result<(VerifiedAuthentication<'a>, BrowserBinding), Failure> {
    let authentication = verify_authentication(expected, response, record, backend)?;
    match check(expected.site, payment, authentication.client_data(), response, backend) {
        Ok(browser_binding) => Ok((authentication, browser_binding)),
        Err(refusal) => Err(Failure::after(authentication.recorder, refusal)),
    }
}

/// Verifies the authentication of a payment (§7.2). Every payment requests the extension `payment`, so its outputs are never
/// unsolicited.
pub(crate) fn verify_authentication<'a>(
    expected: &ExpectedAuthentication<'a>,
    response: &'a AuthenticationResponse,
    record: &CredentialRecord,
    backend: &dyn Backend,
) -> Result<VerifiedAuthentication<'a>, Failure> {
    let mut expected = *expected;
    expected.extensions.requested = expected.extensions.requested.with(Extension::Payment);
    authentication::verify_payment(&expected, response, record, backend)
}

/// Checks what Secure Payment Confirmation adds to §7.2.
fn check(
    site: &Site,
    expected: &ExpectedPayment<'_>,
    client_data: &ClientData<'_>,
    response: &AuthenticationResponse,
    backend: &dyn Backend,
) -> Result<BrowserBinding, Refusal> {
    let key = payment::judge(client_data, &site.rp_id, expected.details).map_err(Refusal::Payment)?;
    let signed = response.client_data_json();
    let binding = match browser_bound(key, response.client_extension_results(), signed, backend)? {
        None => BrowserBinding::Absent,
        Some(key) if expected.browser_bound_keys.iter().any(|known| known == key.as_bytes()) => BrowserBinding::Known,
        Some(key) => BrowserBinding::New(key),
    };
    match binding {
        BrowserBinding::Absent if expected.browser_bound_required => Err(Refusal::BrowserBoundSignatureMissing),
        BrowserBinding::New(_) if expected.browser_bound_required => Err(Refusal::BrowserBoundKeyUnknown),
        binding => Ok(binding),
    }
}

/// Returns the browser-bound key in the client data of a registration, after verifying its signature. Store it with the record
/// as a known browser. Returns `None` if there is none.
///
/// # Errors
/// [`Failure`] if there is a signature that does not verify.
pub fn browser_bound_key(
    registration: &VerifiedRegistration<'_>,
    backend: &dyn Backend,
) -> Result<Option<Blob>, Failure> {
    let key = payment::browser_bound_key(registration.client_data());
    browser_bound(key, registration.unsigned_extension_results(), registration.client_data_json(), backend)
        .map_err(|refusal| Failure::after(registration.recorder.clone(), refusal))
}

/// Returns the key that signed the client data, or `None`. A key without a signature proves nothing, so it is ignored. A
/// signature without a key cannot be verified, so it is refused.
fn browser_bound(
    key: Option<Blob>,
    results: Option<&ClientExtensionResults>,
    client_data_json: &[u8],
    backend: &dyn Backend,
) -> Result<Option<Blob>, Refusal> {
    let outputs = results.and_then(|results| results.payment.as_ref());
    let Some(signature) = outputs.and_then(|outputs| outputs.browser_bound_signature.as_ref()) else { return Ok(None) };
    let (Some(key), Some(signature)) = (key, &signature.signature) else {
        return Err(Refusal::BrowserBoundSignature);
    };
    let verified = CoseKey::read(key.as_bytes()).is_ok_and(|cose| {
        // RS1 is refused, because no client offers it for browser-bound keys.
        Algorithm::OFFERABLE.contains(&cose.algorithm())
            && cose.key().check(backend).is_ok()
            && backend.verify(cose.algorithm().scheme(), cose.key(), client_data_json, signature.as_bytes()).is_ok()
    });
    if verified { Ok(Some(key)) } else { Err(Refusal::BrowserBoundSignature) }
}
