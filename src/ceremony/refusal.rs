//! Why a ceremony was refused: the reason with its facts, its step, and a code that does not change.
//!
//! Facts are numbers and enumerations, never received text, so you can log them. Send the same answer to the browser for every
//! refusal (§14.6.2).

use super::step::Step;
use crate::attestation::{self, AttestationType};
use crate::client::json::ResponseError;
use crate::extensions::OutputRefusal;
use crate::parse::ParseError;
use crate::x509;

macro_rules! refusals {
    ($($(#[$meta:meta])* $name:ident $(($($field:ty),*))? => $step:ident, $code:literal;)*) => {
        /// The reason for refusing a ceremony.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
        #[non_exhaustive]
        #[repr(u64)] // because fields in the padding of a smaller discriminant make each move slower; no promise
        pub enum Refusal {
            $(
                $(#[$meta])*
                #[doc = concat!("\n\nCode `", $code, "`, [`Step::", stringify!($step), "`].")]
                $name $(($($field),*))?,
            )*
            /// An extension output. [`OutputRefusal::code`] is the code, [`Step::Extensions`] the step.
            #[error("{0}")]
            Extension(OutputRefusal),
            /// The FIDO metadata and the policy for it refuse the model, for these reasons.
            ///
            /// Code `attestation-metadata`, [`Step::AttestationTrust`].
            #[cfg(feature = "mds")]
            #[error("the FIDO metadata refuses the authenticator model: {0}")]
            Metadata(crate::metadata::Reasons),
        }

        impl From<OutputRefusal> for Refusal {
            fn from(refusal: OutputRefusal) -> Self {
                Self::Extension(refusal)
            }
        }

        impl Refusal {
            /// Returns every [`code`](Self::code).
            pub fn codes() -> impl Iterator<Item = &'static str> {
                let metadata = cfg!(feature = "mds").then_some("attestation-metadata");
                [$($code),*].into_iter().chain(OutputRefusal::CODES.iter().copied()).chain(metadata)
            }

            /// Returns the step that refuses.
            #[must_use]
            pub const fn step(&self) -> Step {
                match self {
                    $(Self::$name { .. } => Step::$step,)*
                    Self::Extension(_) => Step::Extensions,
                    #[cfg(feature = "mds")]
                    Self::Metadata(_) => Step::AttestationTrust,
                }
            }

            /// Returns a stable word for logs and dashboards.
            #[must_use]
            pub const fn code(&self) -> &'static str {
                match self {
                    $(Self::$name { .. } => $code,)*
                    Self::Extension(refusal) => refusal.code(),
                    #[cfg(feature = "mds")]
                    Self::Metadata(_) => "attestation-metadata",
                }
            }
        }
    };
}

refusals! {
    /// The posted JSON cannot be parsed.
    #[error("{0}")]
    Response(ResponseError) => Response, "response-malformed";
    /// `clientExtensionResults` is missing.
    #[error("clientExtensionResults is missing")]
    ClientExtensionResultsMissing => Response, "client-extension-results-missing";
    /// An unsigned copy (`authenticatorData`, `publicKey` or `publicKeyAlgorithm`) is not what was attested.
    #[error("authenticatorData, publicKey or publicKeyAlgorithm of the response is not that of the attestation object")]
    CopyMismatch => Response, "copy-mismatch";
    /// `allowCredentials` does not contain the credential.
    #[error("the credential is not in allowCredentials")]
    CredentialNotAllowed => AllowCredentials, "credential-not-allowed";
    /// The record that was passed in belongs to a different credential.
    #[error("the credential id is not that of the record")]
    CredentialMismatch => User, "credential-mismatch";
    /// The relying party has no record of the credential.
    #[error("the relying party has no record of the credential")]
    CredentialUnknown => User, "credential-unknown";
    /// The account of the record is not the expected account.
    #[error("the record belongs to a different user")]
    UserMismatch => User, "user-mismatch";
    /// The user handle is not that of the record.
    #[error("the user handle is not that of the record")]
    UserHandleMismatch => User, "user-handle-mismatch";
    /// The user handle is missing in a discoverable authentication.
    #[error("the user handle is missing in a discoverable authentication")]
    UserHandleMissing => User, "user-handle-missing";
    /// The user handle has no bytes.
    #[error("the user handle is empty")]
    UserHandleEmpty => User, "user-handle-empty";
    /// Client data is not UTF-8.
    #[error("client data is not UTF-8")]
    ClientDataNotUtf8 => ClientDataText, "client-data-not-utf8";
    /// Client data is not a JSON object with each member once.
    #[error("{0}")]
    ClientData(ParseError) => ClientDataJson, "client-data-malformed";
    /// `type` is not that of the ceremony.
    #[error("type of the client data is not that of the ceremony")]
    Type => Type, "type-mismatch";
    /// `challenge` is not the one that was issued.
    #[error("challenge is not the one that was issued")]
    Challenge => Challenge, "challenge-mismatch";
    /// `origin` is not expected. The received text is not in the error; `claimed_origin` of the response returns it for
    /// your log. Compare it with [`Site::origins`](super::Site::origins).
    #[error("origin is not among the expected origins")]
    Origin => Origin, "origin-not-allowed";
    /// `crossOrigin` is true although no frame is expected, or is not a boolean.
    #[error("crossOrigin is not a boolean, or is true although no cross-origin frame is expected")]
    CrossOrigin => CrossOrigin, "cross-origin-not-allowed";
    /// `topOrigin` is not among the expected ones, or is present although `crossOrigin` is not true.
    #[error("topOrigin is not among the expected top-level origins, or crossOrigin is not true")]
    TopOrigin => TopOrigin, "top-origin-not-allowed";
    /// `topOrigin` is absent in a cross-origin frame, and the relying party requires that the client names it.
    #[error("topOrigin is required in a cross-origin frame, and the client did not send it")]
    TopOriginMissing => TopOrigin, "top-origin-missing";
    /// The attestation object cannot be decoded.
    #[error("{0}")]
    AttestationObject(attestation::StatementError) => AttestationObject, "attestation-object-malformed";
    /// Authenticator data cannot be decoded.
    #[error("{0}")]
    AuthenticatorData(ParseError) => AuthenticatorData, "authenticator-data-malformed";
    /// rpIdHash is not that of the RP ID, or not that of the AppID, which the client says it used.
    #[error("rpIdHash is not the hash of the RP ID, or of the AppID if the client says it used that")]
    RpIdHash => RpIdHash, "rp-id-mismatch";
    /// UP is clear.
    #[error("user presence is required, and the flag UP is clear")]
    UserNotPresent => UserPresent, "user-not-present";
    /// UV is clear although user verification is required.
    #[error("user verification is required, and the flag UV is clear")]
    UserNotVerified => UserVerified, "user-not-verified";
    /// BS is set and BE is clear.
    #[error("the flag BS is set, and the flag BE is clear")]
    BackupState => BackupState, "backup-state-invalid";
    /// BE does not meet the policy.
    #[error("the flag BE does not meet the policy for backup eligibility")]
    BackupEligibility => BackupEligibility, "backup-eligibility-not-allowed";
    /// BE is not that of the record.
    #[error("the flag BE is not that of the record")]
    BackupEligibilityChanged => BackupEligibility, "backup-eligibility-changed";
    /// BS does not meet the policy.
    #[error("the flag BS does not meet the policy for the backup state")]
    BackupStateNotAllowed => BackupStatePolicy, "backup-state-not-allowed";
    /// The algorithm was not offered.
    #[error("COSE algorithm {0} was not offered")]
    AlgorithmNotOffered(i64) => Algorithm, "algorithm-not-offered";
    /// The credential public key cannot be used.
    #[error("{0}")]
    PublicKey(ParseError) => Algorithm, "public-key-malformed";
    /// `fmt` is not a format of §8.
    #[error("fmt is not a known attestation statement format")]
    AttestationFormat => AttestationFormat, "attestation-format-unknown";
    /// The attestation statement does not verify.
    #[error("{0}")]
    AttestationStatement(attestation::StatementError) => AttestationStatement, "attestation-invalid";
    /// Fewer statements of a compound attestation verify than the policy requires.
    #[error("fewer statements of the compound attestation verify than the policy requires")]
    AttestationStatementsTooFew => AttestationTrust, "attestation-statements-too-few";
    /// Statements of a compound attestation share an attestation key, so fewer are independent than the policy requires.
    #[error("statements of the compound attestation share an attestation key")]
    AttestationStatementsNotIndependent => AttestationTrust, "attestation-statements-not-independent";
    /// Software keeps the Android key, and the policy requires hardware.
    #[error("the policy requires a key in hardware, and the Android key is kept by software")]
    AttestedKeyNotInHardware => AttestationTrust, "attested-key-not-in-hardware";
    /// What a statement states about the key does not meet the policy.
    #[error("the attested key: {0}")]
    AttestedKey(attestation::StatementError) => AttestationTrust, "attested-key-not-accepted";
    /// The policy does not accept the attestation type.
    #[error("the policy does not accept the attestation type {0}")]
    AttestationTypeNotAccepted(AttestationType) => AttestationTrust, "attestation-type-not-accepted";
    /// The certification path of the attestation does not end at a trust anchor.
    #[error("the attestation is not trusted: {0}")]
    AttestationUntrusted(x509::CertificateError) => AttestationTrust, "attestation-untrusted";
    /// The statement is signed with RSA and SHA-1, which the policy does not count as trusted.
    #[error("the attestation is signed with RS1, which the policy does not accept")]
    AttestationLegacyRs1 => AttestationTrust, "attestation-legacy-rs1";
    /// The certificate identifies the device, and enterprise attestation was not requested.
    #[error("the certificate identifies the device, and enterprise attestation was not requested")]
    EnterpriseAttestation => AttestationTrust, "enterprise-attestation-not-accepted";
    /// The policy accepts certain AAGUIDs only, and no trusted statement vouches for the AAGUID.
    #[error("the policy requires an attested AAGUID, and no trusted statement vouches for it")]
    AaguidNotAttested => AttestationTrust, "aaguid-not-attested";
    /// The policy does not accept the AAGUID.
    #[error("the policy does not accept the AAGUID")]
    AaguidNotAccepted => AttestationTrust, "aaguid-not-accepted";
    /// The credential id has more than 1023 bytes.
    #[error("the credential id has more than 1023 bytes")]
    CredentialIdTooLong => CredentialIdLength, "credential-id-too-long";
    /// The credential id is already registered.
    #[error("the credential id is already registered")]
    CredentialKnown => CredentialIdUnique, "credential-already-registered";
    /// `rawId` is not the attested credential id.
    #[error("rawId is not the attested credential id")]
    CredentialIdMismatch => CredentialRecord, "credential-id-mismatch";
    /// The public key of the record cannot be used, so no signature can be verified with it.
    #[error("the public key of the record: {0}")]
    StoredPublicKey(ParseError) => Signature, "stored-public-key-unusable";
    /// The signature verifies, but the relying party does not accept the algorithm of the record at sign-ins.
    #[error("COSE algorithm {0} is not accepted at sign-ins")]
    AlgorithmNotAccepted(i64) => Signature, "algorithm-not-accepted";
    /// The signature does not verify.
    #[error("the signature does not verify")]
    Signature => Signature, "signature-invalid";
    /// The signature counter did not advance, and the policy refuses that.
    #[error("the signature counter did not advance")]
    SignCount => SignCount, "sign-count-regressed";
    /// Secure Payment Confirmation: a member of the signed client data is not what was shown.
    #[error("{0} is not what was shown")]
    Payment(&'static str) => Extensions, "payment-mismatch";
    /// Secure Payment Confirmation: a browser-bound signature is required, and there is none.
    #[error("a browser-bound signature is required, and there is none")]
    BrowserBoundSignatureMissing => Extensions, "browser-bound-signature-missing";
    /// Secure Payment Confirmation: the browser-bound signature does not verify.
    #[error("the browser-bound signature does not verify")]
    BrowserBoundSignature => Extensions, "browser-bound-signature-invalid";
    /// Secure Payment Confirmation: a known browser-bound key must sign, and an unknown one did.
    #[error("the browser-bound key is not a known one")]
    BrowserBoundKeyUnknown => Extensions, "browser-bound-key-unknown";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_words_and_unlike_each_other() {
        let unique: std::collections::BTreeSet<_> = Refusal::codes().collect();
        assert_eq!(unique.len(), Refusal::codes().count());
        assert!(unique.iter().all(|code| code.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-'))));
    }
}
