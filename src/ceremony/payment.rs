//! Secure Payment Confirmation: an authentication (§7.2) whose client data says what was paid, to whom and with what.
//!
//! A ceremony of its own: [`authentication::verify`] refuses `payment.get`, and
//! [`verify`] here refuses `webauthn.get`, so that nobody who signed in has paid, nor the other way round. Every step
//! of §7.2 is taken, with `type` `payment.get`; then, as its step 23, client data's `payment` is compared with what was
//! shown, and the browser-bound signature is verified where there is one. That signature is made by a second key, which
//! never leaves the browser, over client data as it was posted; it stands beside the credential's, never instead.

use super::authentication::{self, VerifiedAuthentication};
use super::registration::VerifiedRegistration;
use super::{Failure, Refusal};
use crate::client::payment::{self, PaymentDetails};
use crate::client::{AuthenticationResponse, ClientData};
use crate::credential::CredentialRecord;
use crate::crypto::{Algorithm, Backend, cose::CoseKey};
use crate::extensions::{Blob, ClientExtensionResults, Extension};

/// What a payment is judged by.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Expected<'e> {
    /// All that a sign-in would be judged by. The origins are those of the pages that may ask for payments: with
    /// credentials that pay elsewhere, not the relying party's own. At the front door,
    /// [`ExpectedPayment`](crate::relying_party::ExpectedPayment) says which.
    pub authentication: authentication::ExpectedAuthentication<'e>,
    /// What was shown.
    pub details: &'e PaymentDetails,
    /// The browser-bound keys of this credential that are known: COSE_Keys, encoded.
    pub browser_bound_keys: &'e [Vec<u8>],
    /// Whether one of them must have signed.
    pub browser_bound_required: bool,
}

impl<'e> Expected<'e> {
    /// A payment with these details, with or without a browser-bound key.
    #[must_use]
    pub const fn new(authentication: authentication::ExpectedAuthentication<'e>, details: &'e PaymentDetails) -> Self {
        Self { authentication, details, browser_bound_keys: &[], browser_bound_required: false }
    }
}

/// What came of the browser-bound signature.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BrowserBinding {
    /// There was none.
    Absent,
    /// It verifies under a key that is known.
    Known,
    /// It verifies under this key (a COSE_Key), which is not known: a browser that was not seen before.
    New(Blob),
}

/// A payment that is all that §7.2 and Secure Payment Confirmation say.
///
/// Made by [`verify`] and nowhere else; borrows from the response and from what was expected.
#[derive(Clone, Debug)]
#[must_use = "the record must be brought up to date"]
pub struct VerifiedPayment<'a> {
    authentication: VerifiedAuthentication<'a>,
    browser_binding: BrowserBinding,
}

impl<'a> VerifiedPayment<'a> {
    /// The authentication.
    pub const fn authentication(&self) -> &VerifiedAuthentication<'a> {
        &self.authentication
    }

    /// The browser-bound signature.
    #[must_use]
    pub const fn browser_binding(&self) -> &BrowserBinding {
        &self.browser_binding
    }
}

/// Verifies a payment against the record of its credential.
///
/// # Errors
/// [`Failure`]: the first step that refuses.
pub fn verify<'a>(
    expected: &Expected<'a>,
    response: &'a AuthenticationResponse,
    record: &CredentialRecord,
    backend: &dyn Backend,
) -> Result<VerifiedPayment<'a>, Failure> {
    let authentication = verify_authentication(&expected.authentication, response, record, backend)?;
    let binding = judge(expected, authentication.client_data(), response, backend);
    let browser_binding = binding.map_err(|refusal| Failure::after(*authentication.outcomes(), refusal))?;
    Ok(VerifiedPayment { authentication, browser_binding })
}

/// The part of it that is §7.2. Nobody has to ask for the extension `payment`: every payment has it, and what clients and
/// authenticators answer to it was asked for.
pub(crate) fn verify_authentication<'a>(
    expected: &authentication::ExpectedAuthentication<'a>,
    response: &'a AuthenticationResponse,
    record: &CredentialRecord,
    backend: &dyn Backend,
) -> Result<VerifiedAuthentication<'a>, Failure> {
    let mut expected = *expected;
    expected.extensions.requested = expected.extensions.requested.with(Extension::Payment);
    authentication::verify_payment(&expected, response, record, backend)
}

fn judge(
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

/// The browser-bound key that client data of a registration names, its signature verified: keep it with the record, as
/// a browser that is known. `None` where there is none.
///
/// # Errors
/// [`Failure`] where there is a signature and it does not verify.
pub fn browser_bound_key(
    registration: &VerifiedRegistration<'_>,
    backend: &dyn Backend,
) -> Result<Option<Blob>, Failure> {
    let key = payment::browser_bound_key(registration.client_data());
    browser_bound(key, registration.unsigned_extension_results(), registration.client_data_json(), backend)
        .map_err(|refusal| Failure::after(*registration.outcomes(), refusal))
}

/// The key that signed client data; `None` where nobody did. A key without signature proves nothing and counts as none;
/// a signature without key cannot be verified and is refused.
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
        // Not RS1: no client offers it for browser-bound keys.
        Algorithm::OFFERABLE.contains(&cose.algorithm())
            && cose.key().check(backend).is_ok()
            && backend.verify(cose.algorithm().scheme(), cose.key(), client_data_json, signature.as_bytes()).is_ok()
    });
    if verified { Ok(Some(key)) } else { Err(Refusal::BrowserBoundSignature) }
}
