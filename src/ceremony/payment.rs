//! Secure Payment Confirmation: an authentication (§7.2) whose client data contains the payment.
//!
//! [`authentication::verify`] refuses `type` `payment.get`, and [`verify`] here refuses `webauthn.get`. So a sign-in never counts
//! as a payment, and a payment never counts as a sign-in. [`verify`] takes every step of §7.2. As part of step 23 it compares
//! `payment` of the client data with what was shown, and verifies the browser-bound signature if there is one. The browser makes
//! that signature over the client data with a second key, which never leaves it. The signature of the credential is always
//! required as well.

use super::authentication::{self, VerifiedAuthentication};
use super::registration::VerifiedRegistration;
use super::{Failure, Refusal};
use crate::client::payment::{self, PaymentDetails};
use crate::client::{AuthenticationResponse, ClientData};
use crate::credential::CredentialRecord;
use crate::crypto::{Algorithm, Backend, cose::CoseKey};
use crate::extensions::{Blob, ClientExtensionResults, Extension};

/// What a payment is verified against.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Expected<'e> {
    /// What a sign-in would be verified against. The origins are those of the pages that may request payments. If credentials
    /// pay at merchants, these are the origins of the merchants. (Applications set them with
    /// [`ExpectedPayment`](crate::relying_party::ExpectedPayment).)
    pub authentication: authentication::Expected<'e>,
    /// What was shown.
    pub details: &'e PaymentDetails,
    /// The known browser-bound keys of this credential: encoded COSE_Keys.
    pub browser_bound_keys: &'e [Vec<u8>],
    /// Whether one of them must sign.
    pub browser_bound_required: bool,
}

impl<'e> Expected<'e> {
    /// Makes the expectations of a payment with these details, which needs no browser-bound key.
    #[must_use]
    pub const fn new(authentication: authentication::Expected<'e>, details: &'e PaymentDetails) -> Self {
        Self { authentication, details, browser_bound_keys: &[], browser_bound_required: false }
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

/// A payment that passed §7.2 and Secure Payment Confirmation. Only [`verify`] makes it. It borrows from the response and the
/// expectations.
#[derive(Clone, Debug)]
#[must_use = "the record must be updated"]
pub struct VerifiedPayment<'a> {
    authentication: VerifiedAuthentication<'a>,
    browser_binding: BrowserBinding,
}

impl<'a> VerifiedPayment<'a> {
    /// Returns the authentication.
    pub const fn authentication(&self) -> &VerifiedAuthentication<'a> {
        &self.authentication
    }

    /// Returns the result for the browser-bound signature.
    #[must_use]
    pub const fn browser_binding(&self) -> &BrowserBinding {
        &self.browser_binding
    }

    pub(crate) fn into_parts(self) -> (VerifiedAuthentication<'a>, BrowserBinding) {
        (self.authentication, self.browser_binding)
    }
}

/// Verifies a payment with the record of its credential.
///
/// # Errors
/// [`Failure`] with the first step that refuses, and the evidence.
pub fn verify<'a>(
    expected: &Expected<'a>,
    response: &'a AuthenticationResponse,
    record: &CredentialRecord,
    backend: &dyn Backend,
) -> Result<VerifiedPayment<'a>, Failure> {
    let authentication = verify_authentication(&expected.authentication, response, record, backend)?;
    match check(expected, authentication.client_data(), response, backend) {
        Ok(browser_binding) => Ok(VerifiedPayment { authentication, browser_binding }),
        Err(refusal) => Err(Failure::after(authentication.recorder, refusal)),
    }
}

/// Verifies the authentication of a payment (§7.2). Every payment requests the extension `payment`, so its outputs are never
/// unsolicited.
pub(crate) fn verify_authentication<'a>(
    expected: &authentication::Expected<'a>,
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
    expected: &Expected<'_>,
    client_data: &ClientData<'_>,
    response: &AuthenticationResponse,
    backend: &dyn Backend,
) -> Result<BrowserBinding, Refusal> {
    let rp_id = &expected.authentication.site.rp_id;
    let key = payment::judge(client_data, rp_id, expected.details).map_err(Refusal::Payment)?;
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
        Algorithm::ALL.contains(&cose.algorithm())
            && cose.key().check(backend).is_ok()
            && backend.verify(cose.algorithm().scheme(), cose.key(), client_data_json, signature.as_bytes()).is_ok()
    });
    if verified { Ok(Some(key)) } else { Err(Refusal::BrowserBoundSignature) }
}
