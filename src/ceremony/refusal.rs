//! Why a ceremony failed: one fact, the step it belongs to, and a code that does not change.
//!
//! Facts are numbers and enumerations, never text that was received, so they can be logged as they are. What the
//! person at the browser sees should be one and the same for all of them (§14.6.2).

use super::step::Step;
use crate::attestation::{self, AttestationType};
use crate::authenticator;
use crate::client::{data, json::ResponseError, payment};
use crate::crypto::cose;
use crate::extensions::OutputRefusal;
use crate::x509;

macro_rules! refusals {
    ($($(#[$meta:meta])* $name:ident $(($($field:ty),*))? => $step:ident, $code:literal;)*) => {
        /// One reason to refuse a ceremony.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
        #[non_exhaustive]
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
            #[cfg_attr(docsrs, doc(cfg(feature = "mds")))]
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
                [$($code),*].into_iter().chain(OutputRefusal::CODES.iter().copied())
            }

            /// The step that refuses. Every reason has one: without it, this would not compile.
            #[must_use]
            pub const fn step(&self) -> Step {
                match self {
                    $(Self::$name { .. } => Step::$step,)*
                    Self::Extension(_) => Step::Extensions,
                    #[cfg(feature = "mds")]
                    Self::Metadata(_) => Step::AttestationTrust,
                }
            }

            /// A stable word for logs and dashboards.
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
    /// The posted JSON.
    #[error("{0}")]
    Response(ResponseError) => Response, "response-malformed";
    /// `clientExtensionResults` is missing.
    #[error("clientExtensionResults is missing")]
    ClientExtensionResultsMissing => Response, "client-extension-results-missing";
    /// An unsigned copy (`authenticatorData`, `publicKey` or `publicKeyAlgorithm`) is not what was attested.
    #[error("an unsigned copy disagrees with the attestation object")]
    CopyMismatch => Response, "copy-mismatch";
    /// The credential was not among those asked for.
    #[error("the credential is not among those asked for")]
    CredentialNotAllowed => AllowCredentials, "credential-not-allowed";
    /// The record handed in is another credential's.
    #[error("the credential is not the record's")]
    CredentialMismatch => User, "credential-mismatch";
    /// The relying party has no such credential, or no such user.
    #[error("the credential is not known")]
    CredentialUnknown => User, "credential-unknown";
    /// The record belongs to another account than the one to be signed in.
    #[error("the credential is another user's")]
    UserMismatch => User, "user-mismatch";
    /// The user handle is not the account's.
    #[error("the user handle is not the account's")]
    UserHandleMismatch => User, "user-handle-mismatch";
    /// No user handle, where nobody was named before.
    #[error("no user handle, and nobody was named before")]
    UserHandleMissing => User, "user-handle-missing";
    /// A user handle of no bytes.
    #[error("an empty user handle")]
    UserHandleEmpty => User, "user-handle-empty";
    /// Client data is not UTF-8.
    #[error("client data that is not UTF-8")]
    ClientDataNotUtf8 => ClientDataText, "client-data-not-utf8";
    /// Client data is not one JSON object with each member once.
    #[error("{0}")]
    ClientData(data::Error) => ClientDataJson, "client-data-malformed";
    /// `type` is another.
    #[error("client data of another type")]
    Type => Type, "type-mismatch";
    /// `challenge` is another.
    #[error("another challenge")]
    Challenge => Challenge, "challenge-mismatch";
    /// `origin` is not expected. What was received is not repeated here; whoever configures a relying party finds it by
    /// [`client::data::decode`](crate::client::data::decode) and
    /// [`ClientData::parse`](crate::client::ClientData::parse), and holds it against
    /// [`Site::origins`](crate::client::Site::origins).
    #[error("an origin that is not expected")]
    Origin => Origin, "origin-not-allowed";
    /// `crossOrigin` is true where no frame is expected, or not a boolean.
    #[error("a cross-origin frame that is not expected")]
    CrossOrigin => CrossOrigin, "cross-origin-not-allowed";
    /// `topOrigin` is not expected, or there without a `crossOrigin` that is true.
    #[error("a top-level origin that is not expected")]
    TopOrigin => TopOrigin, "top-origin-not-allowed";
    /// `topOrigin` is absent in a cross-origin frame, and the relying party requires that the client names it.
    #[error("topOrigin is required in a cross-origin frame, and the client did not send it")]
    TopOriginMissing => TopOrigin, "top-origin-missing";
    /// The attestation object.
    #[error("{0}")]
    AttestationObject(attestation::Error) => AttestationObject, "attestation-object-malformed";
    /// Authenticator data.
    #[error("{0}")]
    AuthenticatorData(authenticator::data::Error) => AuthenticatorData, "authenticator-data-malformed";
    /// rpIdHash is not that of the RP ID.
    #[error("made for another RP ID")]
    RpIdHash => RpIdHash, "rp-id-mismatch";
    /// UP is clear.
    #[error("the user was not present")]
    UserNotPresent => UserPresent, "user-not-present";
    /// UV is clear where it was required.
    #[error("the user was not verified")]
    UserNotVerified => UserVerified, "user-not-verified";
    /// BS without BE.
    #[error("backed up, but not eligible for backup")]
    BackupState => BackupState, "backup-state-invalid";
    /// BE is not what the policy wants.
    #[error("backup eligibility is not what the policy wants")]
    BackupEligibility => BackupEligibility, "backup-eligibility-not-allowed";
    /// BE is not what it was at registration.
    #[error("backup eligibility has changed")]
    BackupEligibilityChanged => BackupEligibility, "backup-eligibility-changed";
    /// BS is not what the policy wants.
    #[error("backup state is not what the policy wants")]
    BackupStateNotAllowed => BackupStatePolicy, "backup-state-not-allowed";
    /// The COSE number was not offered.
    #[error("COSE algorithm {0} was not offered")]
    AlgorithmNotOffered(i64) => Algorithm, "algorithm-not-offered";
    /// The credential public key.
    #[error("{0}")]
    PublicKey(cose::Error) => Algorithm, "public-key-malformed";
    /// `fmt` is none of §8.
    #[error("an unknown attestation statement format")]
    AttestationFormat => AttestationFormat, "attestation-format-unknown";
    /// The attestation statement.
    #[error("{0}")]
    AttestationStatement(attestation::Error) => AttestationStatement, "attestation-invalid";
    /// Fewer statements of a compound attestation verify than the policy wants.
    #[error("fewer statements of a compound attestation than the policy wants")]
    AttestationStatementsTooFew => AttestationTrust, "attestation-statements-too-few";
    /// Statements of a compound attestation have one attestation key: fewer are independent than the policy wants.
    #[error("statements of a compound attestation share an attestation key")]
    AttestationStatementsNotIndependent => AttestationTrust, "attestation-statements-not-independent";
    /// An Android key that software keeps, where the policy wants hardware.
    #[error("a key that is not kept by hardware")]
    AttestedKeyNotInHardware => AttestationTrust, "attested-key-not-in-hardware";
    /// What a statement says of the key is not what the policy demands.
    #[error("the attested key: {0}")]
    AttestedKey(attestation::Error) => AttestationTrust, "attested-key-not-accepted";
    /// An attestation type that the policy does not accept.
    #[error("{0} attestation is not accepted")]
    AttestationTypeNotAccepted(AttestationType) => AttestationTrust, "attestation-type-not-accepted";
    /// The certificates of the attestation do not lead to a trust anchor.
    #[error("the attestation is not trusted: {0}")]
    AttestationUntrusted(x509::Error) => AttestationTrust, "attestation-untrusted";
    /// A statement signed with RSA and SHA-1, which the policy does not count as trusted.
    #[error("an attestation signed with RS1")]
    AttestationLegacyRs1 => AttestationTrust, "attestation-legacy-rs1";
    /// The certificate names the very device, and enterprise attestation was not asked for.
    #[error("an enterprise attestation that nobody asked for")]
    EnterpriseAttestation => AttestationTrust, "enterprise-attestation-not-accepted";
    /// The policy accepts certain models only, and this one is not attested.
    #[error("the authenticator's model is not attested")]
    AaguidNotAttested => AttestationTrust, "aaguid-not-attested";
    /// The policy does not accept this model.
    #[error("the authenticator's model is not accepted")]
    AaguidNotAccepted => AttestationTrust, "aaguid-not-accepted";
    /// The credential id has more than 1023 bytes.
    #[error("a credential id of more than 1023 bytes")]
    CredentialIdTooLong => CredentialIdLength, "credential-id-too-long";
    /// The credential id is registered already.
    #[error("the credential is registered already")]
    CredentialKnown => CredentialIdUnique, "credential-already-registered";
    /// `rawId` is not the attested credential id.
    #[error("rawId is not the attested credential id")]
    CredentialIdMismatch => CredentialRecord, "credential-id-mismatch";
    /// The record's public key: it could never verify anything.
    #[error("the record's public key: {0}")]
    StoredPublicKey(cose::Error) => Signature, "stored-public-key-unusable";
    /// The signature verifies, but the relying party does not accept the record's algorithm at sign-ins.
    #[error("COSE algorithm {0} is not accepted at sign-ins")]
    AlgorithmNotAccepted(i64) => Signature, "algorithm-not-accepted";
    /// The signature does not verify.
    #[error("the signature does not verify")]
    Signature => Signature, "signature-invalid";
    /// The counter did not advance, and the policy refuses that.
    #[error("the signature counter did not advance")]
    SignCount => SignCount, "sign-count-regressed";
    /// Secure Payment Confirmation: a member of the signed client data is not what was shown.
    #[error("{0} is not what was shown")]
    Payment(payment::Member) => Extensions, "payment-mismatch";
    /// Secure Payment Confirmation: a browser-bound key had to sign, and none did.
    #[error("no browser-bound signature")]
    BrowserBoundSignatureMissing => Extensions, "browser-bound-signature-missing";
    /// Secure Payment Confirmation: the browser-bound signature does not verify.
    #[error("the browser-bound signature does not verify")]
    BrowserBoundSignature => Extensions, "browser-bound-signature-invalid";
    /// Secure Payment Confirmation: a known browser-bound key had to sign, and another one did.
    #[error("an unknown browser-bound key")]
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
