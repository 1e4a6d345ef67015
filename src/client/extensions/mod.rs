//! Client extensions (§9, §10; FIDO CTAP 2.2 §12): what clients are asked for, and what they say of it.
//!
//! Inputs are [`CreationExtensions`] and [`RequestExtensions`]; outputs are [`ClientExtensionResults`], unsigned. What
//! the authenticator signed is in [`authenticator::extensions`](crate::authenticator::extensions); what is made of both
//! in [`ceremony::extensions`](crate::ceremony::extensions).

mod creation;
mod outputs;
mod request;
mod values;

pub use creation::{
    CreationExtensions, CredentialProtectionInput, LargeBlobCreation, LargeBlobSupport, PaymentCreation, PrfCreation,
};
pub use outputs::{
    BrowserBoundSignature, ClientExtensionResults, CmtgKeyOutputs, CredentialProperties, LargeBlobOutputs,
    PaymentOutputs, PrfOutputs, Withheld,
};
pub use request::{HmacGetSecret, LargeBlobRequest, PrfRequest, RequestExtensions};
pub use values::{AppId, Blob, PrfInput, PrfValues};

use crate::extension::{Extension, ExtensionSet};

/// Why extension inputs cannot be sent. The caller's fault, all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum InputError {
    /// An AppID that is not an https URL.
    #[error("an AppID that is not an https URL, such as https://clinic.example/u2f.json")]
    AppId,
    /// `credBlob` of more than [`Blob::MAX_CRED_BLOB_LEN`] bytes.
    #[error("a credBlob of more than 32 bytes, which not every authenticator could store")]
    CredBlobTooLong,
    /// `prf.evalByCredential` for a credential that is not in `allowCredentials`: clients throw (§10.1.4).
    #[error("prf.evalByCredential names a credential that is not in allowCredentials")]
    PrfCredential,
    /// `largeBlob` that reads and writes, or neither (§10.1.5).
    #[error("largeBlob must either read or write")]
    LargeBlobReadAndWrite,
    /// `largeBlob.write` without exactly one credential in `allowCredentials` (§10.1.5).
    #[error("largeBlob.write needs exactly one credential in allowCredentials")]
    LargeBlobWriteNeedsOne,
    /// A salt of `hmacGetSecret` that has not 32 bytes.
    #[error("a salt of hmacGetSecret that has not 32 bytes")]
    HmacSaltLength,
    /// A member whose only value is true.
    #[error("a member that must be true")]
    NotTrue,
    /// An output is required of an extension that is not asked for.
    #[error("an output of {0} is required, and not asked for")]
    RequiredButNotRequested(Extension),
}

/// Which known extensions are among inputs by name.
fn named(others: &serde_json::Map<String, serde_json::Value>) -> ExtensionSet {
    others.keys().filter_map(|identifier| Extension::from_identifier(identifier)).collect()
}

#[cfg(test)]
mod tests;
