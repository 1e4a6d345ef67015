//! The reasons to refuse an attestation object or an attestation statement.

use super::Format;
use super::key::VerifiedBootState;
use crate::macros::getters;
use crate::parse::ParseError;
use crate::x509::{Rule, reasons};
use core::fmt;

/// The refusal of an attestation object or an attestation statement: the reason, and the format whose rule is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct StatementError {
    format: Option<Format>,
    reason: Reason,
}

impl StatementError {
    getters! {
        /// Returns the format of the statement. In a compound attestation, this is the format of the refused statement in it. `None`
        /// means the attestation object, or the message as a whole.
        pub const fn format(&self) -> Option<Format> = self.format;
        /// Returns the reason.
        #[doc(hidden)]
        pub const fn reason(&self) -> Reason = self.reason;
        /// Returns a stable word for logs, such as `attestation-cbor`.
        pub const fn code(&self) -> &'static str = self.reason.code();
    }
}

impl fmt::Display for StatementError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.format {
            Some(format) => write!(f, "{format} attestation: {}", self.reason),
            None => self.reason.fmt(f),
        }
    }
}

impl core::error::Error for StatementError {}

impl From<Reason> for StatementError {
    fn from(reason: Reason) -> Self {
        Self { format: None, reason }
    }
}

reasons! {
    /// A reason to refuse an attestation object or an attestation statement. Each states its rule and the section.
    pub enum Reason;

    /// §6.5.4: the attestation object is canonical CBOR.
    Cbor(ParseError) => "attestation-cbor", "the attestation object is not canonical CBOR";
    /// §6.5.4: the attestation object is the map of `fmt`, `attStmt` and `authData`, each of its type.
    Object => "attestation-object", "expected an attestation object with fmt, attStmt and authData, each of its type";
    /// §6.5.4: `attStmt` is a map, or an array under `compound` (§8.9).
    StatementType => "attestation-statement-type", "attStmt does not have the CBOR type of its format";
    /// §6.1: the authenticator data in the attestation object.
    AuthenticatorData(ParseError) => "attestation-authenticator-data", "authenticator data";

    /// §8.2 to §8.9, "Syntax": the statement has the members of its format, each of its type, and no others.
    Syntax => "attestation-syntax", "the statement does not have the members of its format, each of its type";
    /// §8.2 to §8.6: the signature verifies.
    Signature => "attestation-signature", "the signature does not verify";
    /// RFC 5280: the attestation certificate, which is the first of `x5c`.
    Certificate(Rule) => "attestation-certificate", "attestation certificate";
    /// §8.2 to §8.5: `alg` is known, and fits the key of the attestation certificate.
    Algorithm => "attestation-algorithm", "alg is not known, or does not fit the attestation certificate's key";
    /// RFC 5280 §4.2.1.3: "If the keyCertSign bit is asserted, then the cA bit [...] MUST also be asserted."
    KeyCertSign =>
        "attestation-key-cert-sign", "the attestation certificate is not a CA, but its key usage has keyCertSign";
    /// RFC 5280 §4.2.1.9: a path length is only in the certificate of a CA.
    PathLength =>
        "attestation-path-length", "the attestation certificate is not a CA, but its basic constraints have a path length";
    /// RFC 5280 §4.2.1.3: the key usage, where there is one, has digitalSignature.
    KeyUsage => "attestation-key-usage", "the attestation certificate's key usage lacks digitalSignature";
    /// §8.2.1, §8.3.1: "Version MUST be set to 3".
    CertificateVersion => "attestation-certificate-version", "expected an attestation certificate of version 3";
    /// §8.2.1, §8.3.1: "The Basic Constraints extension MUST have the CA component set to false."
    BasicConstraints =>
        "attestation-basic-constraints", "the attestation certificate has no basic constraints, or is a CA";
    /// §8.2.1: the AAGUID extension holds 16 octets and "MUST NOT be marked as critical".
    AaguidExtension => "attestation-aaguid-extension", "the AAGUID extension is critical or malformed";
    /// §8.2, §8.3: the AAGUID extension "matches the aaguid in authenticatorData".
    Aaguid => "attestation-aaguid", "the AAGUID extension is not the AAGUID in the authenticator data";
    /// §8.4, §8.8: the key of the first certificate is the credential key.
    CertificateKey => "attestation-certificate-key", "the certificate's key is not the credential key";

    /// §8.2, self attestation: `alg` "matches the algorithm of the credentialPublicKey".
    AlgorithmMismatch => "attestation-algorithm-mismatch", "alg is not the algorithm of the credential key";
    /// §8.2.1: the subject has a country, an organization and a common name.
    Subject => "attestation-subject", "the certificate's subject lacks a country, an organization or a common name";
    /// §8.2.1: the organizational unit is "Authenticator Attestation".
    OrganizationalUnit =>
        "attestation-organizational-unit", "the certificate's organizational unit is not \"Authenticator Attestation\"";
    /// §8.2.1: the firmware version is a non-negative INTEGER, not critical.
    FirmwareVersion => "attestation-firmware-version", "the firmware version extension is critical or malformed";
    /// §8.2.2: the serial number of the device is an OCTET STRING, not critical.
    SerialNumber => "attestation-serial-number", "the serial number extension is critical or malformed";

    /// §8.3: `ver` is "2.0".
    TpmVersion => "attestation-tpm-version", "expected TPM version 2.0, found another";
    /// §8.3: `pubArea` is a TPMT_PUBLIC.
    PublicArea => "attestation-public-area", "pubArea is not a TPMT_PUBLIC";
    /// §8.3: the key in `pubArea` is the credential key.
    PublicAreaKey => "attestation-public-area-key", "the key in pubArea is not the credential key";
    /// TPM 2.0 Part 2, TPMS_RSA_PARMS and TPMS_ECC_PARMS: a signing key has neither a symmetric algorithm nor a key
    /// derivation scheme.
    SymmetricAlgorithm => "attestation-symmetric-algorithm",
        "pubArea has a symmetric algorithm or a key derivation scheme, which a signing key does not have";
    /// TPM 2.0 Part 2, TPMI_ALG_RSA_SCHEME and TPMI_ALG_ECC_SCHEME: the scheme and the hash in `pubArea` are those of the
    /// credential's algorithm.
    Scheme => "attestation-scheme", "the scheme in pubArea is not that of the credential's algorithm";
    /// §8.3.1: "Subject field MUST be set to empty."
    SubjectNotEmpty => "attestation-subject-not-empty", "expected an AIK certificate with an empty subject";
    /// §8.3.1: the subject alternative name has the TPM's manufacturer, model and version.
    SubjectAltName => "attestation-subject-alt-name", "the AIK certificate lacks the TPM's manufacturer, model or version";
    /// §8.3.1: the extended key usage has tcg-kp-AIKCertificate.
    ExtendedKeyUsage => "attestation-extended-key-usage", "the extended key usage lacks tcg-kp-AIKCertificate";
    /// §8.3: `certInfo` is a TPMS_ATTEST.
    CertInfo => "attestation-cert-info", "certInfo is not a TPMS_ATTEST";
    /// §8.3: "Verify that magic is set to TPM_GENERATED_VALUE": otherwise any key could have signed it.
    Magic => "attestation-magic", "magic in certInfo is not TPM_GENERATED_VALUE";
    /// §8.3: "Verify that type is set to TPM_ST_ATTEST_CERTIFY".
    Type => "attestation-type", "type in certInfo is not TPM_ST_ATTEST_CERTIFY";
    /// §8.3: extraData is the hash of attToBeSigned.
    ExtraData => "attestation-extra-data", "extraData in certInfo is not the hash of this ceremony";
    /// §8.3: attested.name is the name of `pubArea`.
    Name => "attestation-name", "the name in certInfo is not the name of pubArea";
    /// Key enforcement: fixedTPM, fixedParent and sensitiveDataOrigin are set (TPM 2.0 Part 2, TPMA_OBJECT).
    ObjectAttributes => "attestation-object-attributes",
        "the key may exist outside of the TPM: fixedTPM, fixedParent or sensitiveDataOrigin is clear";
    /// Key enforcement: nameAlg is not SHA-1, of which collisions are known, so that a name may belong to two keys.
    NameAlgorithm => "attestation-name-algorithm", "the key's name is a SHA-1 hash";

    /// §8.4.1: the certificate has a key description of the specified form.
    KeyDescription => "attestation-key-description", "the certificate has no key description, or it is malformed";
    /// §8.4: attestationChallenge "is identical to clientDataHash".
    Challenge => "attestation-challenge", "attestationChallenge is not the hash of this ceremony's client data";
    /// §8.4: "The AuthorizationList.allApplications field is not present", because the key must belong to one RP ID.
    AllApplications => "attestation-all-applications", "the key is not scoped to an RP ID: allApplications is present";
    /// §8.4: origin is KM_ORIGIN_GENERATED.
    Origin => "attestation-origin", "origin is missing or not KM_ORIGIN_GENERATED: the key may have been imported";
    /// §8.4: purpose is KM_PURPOSE_SIGN.
    Purpose => "attestation-purpose", "purpose is missing or not KM_PURPOSE_SIGN";
    /// Key enforcement: hardware made the attestation and keeps the key.
    SecurityLevel => "attestation-security-level", "expected a security level of hardware, found software";
    /// Key enforcement: rootOfTrust is present.
    NoRootOfTrust => "attestation-no-root-of-trust", "the key description has no root of trust";
    /// Key enforcement: rootOfTrust, if there is one, is well-formed.
    RootOfTrust => "attestation-root-of-trust", "the root of trust in the key description is malformed";
    /// Key enforcement: deviceLocked is true.
    DeviceUnlocked => "attestation-device-unlocked", "the bootloader of the device is unlocked";
    /// Key enforcement: verifiedBootState is Verified, or SelfSigned under [`Hardware`](super::KeyEnforcement::Hardware).
    BootState(VerifiedBootState) => "attestation-boot-state", "the verified boot state is not accepted";

    /// §8.5: `response` is a compact JWS of three parts (RFC 7515 §7.1).
    Jws => "attestation-jws", "response is not a compact JSON Web Signature";
    /// RFC 7515 §4.1: the JWS header has RS256 and `x5c`, and none of `jwk`, `jku`, `x5u` and `crit`.
    Header => "attestation-jws-header", "the JWS header is not RS256 with x5c as the only key";
    /// §8.5: the certificate is issued to attest.android.com.
    HostName => "attestation-host-name", "the certificate is not issued to attest.android.com";
    /// §8.5: the payload is the JSON of an attestation response.
    Payload => "attestation-payload", "the payload is not a SafetyNet attestation response";
    /// §8.5, §8.8: the nonce is the hash of authenticatorData and clientDataHash.
    Nonce => "attestation-nonce", "the nonce is not that of this ceremony";
    /// §8.5: ctsProfileMatch is true.
    CtsProfileMatch => "attestation-cts-profile-match", "ctsProfileMatch is not true";
    /// §8.5, SafetyNet online documentation: timestampMs is about the time of the ceremony.
    Timestamp => "attestation-timestamp", "timestampMs is not within ten minutes before the ceremony";

    /// §8.6: `x5c` has exactly one element.
    CertificateCount => "attestation-certificate-count", "expected exactly one certificate in x5c";
    /// §8.6: the certificate's key is on P-256.
    NotP256 => "attestation-not-p256", "the certificate's key is not on P-256";
    /// §8.6: the credential key is ES256, the only algorithm of U2F.
    NotEs256 => "attestation-not-es256", "the credential's algorithm is not ES256";

    /// §8.7: the statement is the empty map.
    NotEmpty => "attestation-not-empty", "expected an empty statement";

    /// §8.8: the certificate has the extension with the nonce, in its form.
    NonceExtension => "attestation-nonce-extension", "the certificate has no nonce extension, or it is malformed";

    /// §8.9: a compound attestation contains no compound attestation.
    Nested => "attestation-nested", "a compound attestation within a compound attestation";
    /// §8.9: a statement in a compound attestation has a known format, if all must verify.
    UnknownFormat => "attestation-unknown-format", "a statement has an unknown format";
    /// §8.9: as many statements verify as the policy demands.
    TooFew => "attestation-too-few", "fewer statements verify than the policy demands";
    /// §8.9: as many attestation keys as the policy demands. A statement sent twice, or a second signature by the same key,
    /// does not count.
    NotIndependent => "attestation-not-independent",
        "statements share an attestation key, so that fewer are independent than the policy demands";

    /// The signatures of one message cost no more to verify than its bound.
    VerificationBudget => "attestation-verification-budget",
        "verifying the signatures of the message costs more than one message may";
}

impl Reason {
    /// Returns the error for a statement of this format.
    #[must_use]
    pub const fn of(self, format: Format) -> StatementError {
        StatementError { format: Some(format), reason: self }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())?;
        match self {
            Self::Cbor(error) => write!(f, ": {error}"),
            Self::AuthenticatorData(error) => write!(f, ": {error}"),
            Self::Certificate(rule) => write!(f, ": {rule}"),
            Self::BootState(state) => write!(f, ": {}", state.name()),
            _ => Ok(()),
        }
    }
}

impl From<Rule> for Reason {
    fn from(rule: Rule) -> Self {
        Self::Certificate(rule)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ceremony::Refusal;
    use crate::x509::{CertificateError, Malformed};
    use std::collections::BTreeSet;

    #[test]
    fn codes_are_words_that_no_other_error_has() {
        let codes: Vec<_> = Reason::CODES.iter().chain(Rule::CODES).copied().chain(Refusal::codes()).collect();
        assert_eq!(codes.iter().collect::<BTreeSet<_>>().len(), codes.len());
        let is_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        assert!(codes.iter().all(|code| code.chars().all(is_word)));
        assert!(Reason::CODES.iter().all(|code| code.starts_with("attestation-")));
        assert!(Rule::CODES.iter().all(|code| code.starts_with("x509-")));
    }

    #[test]
    fn texts_name_the_place_and_the_rule_once() {
        let expired = Rule::Expired.at(1);
        let cut_short = Reason::Certificate(Rule::Malformed(Malformed::Truncated)).of(Format::Packed);
        assert_eq!(expired.to_string(), "certificate 1: expired");
        assert_eq!(
            cut_short.to_string(),
            "packed attestation: attestation certificate: not strict DER: the input ends inside a value"
        );
        assert!(core::error::Error::source(&expired).is_none() && core::error::Error::source(&cut_short).is_none());
        assert_eq!((expired.certificate(), expired.rule(), expired.code()), (Some(1), Rule::Expired, "x509-expired"));
        assert_eq!(CertificateError::from(Rule::Empty).certificate(), None);
        assert_eq!((cut_short.format(), cut_short.code()), (Some(Format::Packed), "attestation-certificate"));
    }
}
