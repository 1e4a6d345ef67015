//! Why a certificate, a certification path, a trust anchor or a revocation list is refused.

use crate::codec::der::Malformed;
use crate::codec::pem;
use crate::crypto::CryptoError;
use crate::macros::getters;
use core::fmt;

/// The refusal of a certificate, a certification path, a trust anchor or a revocation list: the broken rule, and which
/// certificate of the path breaks it.
///
/// Certificates are counted from the leaf, which is 0. A trust anchor counts as the certificate above the last one below
/// it, whether `x5c` holds it or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CertificateError {
    certificate: Option<usize>,
    rule: Rule,
}

impl CertificateError {
    getters! {
        /// Returns the position of the certificate in the path; the leaf is 0. `None` means the path as a whole, or a certificate
        /// or revocation list outside of a path.
        pub const fn certificate(&self) -> Option<usize> = self.certificate;
        /// Returns the broken rule.
        #[doc(hidden)]
        pub const fn rule(&self) -> Rule = self.rule;
        /// Returns a stable word for logs, such as `x509-expired`.
        pub const fn code(&self) -> &'static str = self.rule.code();
    }
}

impl fmt::Display for CertificateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.certificate {
            Some(number) => write!(f, "certificate {number}: {}", self.rule),
            None => self.rule.fmt(f),
        }
    }
}

impl core::error::Error for CertificateError {}

impl From<Rule> for CertificateError {
    fn from(rule: Rule) -> Self {
        Self { certificate: None, rule }
    }
}

/// Defines an enumeration of reasons, each with a stable code and a text.
macro_rules! reasons {
    (
        $(#[$doc:meta])* pub enum $reasons:ident;
        $($(#[$meta:meta])* $name:ident $(($field:ty))? => $code:literal, $text:literal;)*
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $reasons {
            $(
                $(#[$meta])*
                #[doc = concat!("\n\nCode `", $code, "`.")]
                $name $(($field))?,
            )*
        }

        impl $reasons {
            /// Returns a stable word for logs.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$name { .. } => $code,)*
                }
            }

            const fn text(self) -> &'static str {
                match self {
                    $(Self::$name { .. } => $text,)*
                }
            }

            #[cfg(test)]
            pub(crate) const CODES: &[&str] = &[$($code),*];
        }
    };
}

pub(crate) use reasons;

reasons! {
    /// A rule for certificates, certification paths, trust anchors and revocation lists. Sections are those of RFC 5280, if no
    /// other document is named.
    pub enum Rule;

    /// Strict DER (X.690 §8 to §11).
    Malformed(Malformed) => "x509-malformed", "not strict DER";
    /// At most 16 KiB: a bound of this library.
    TooLarge => "x509-too-large", "expected a certificate of at most 16 KiB, found a larger one";
    /// §4.1.2.1: the version is 2 or 3, or omitted for version 1, and the certificate has only fields of its version.
    Version => "x509-version", "expected version 2 or 3, or no version, and only fields of that version";
    /// §4.1.2.4, §5.1.2.3: "The issuer field MUST contain a non-empty distinguished name (DN)."
    NoIssuer => "x509-no-issuer", "expected the issuer's name, found an empty name";
    /// §4.1.1.2, §5.1.1.2: the signature algorithms inside and outside of the signed part are the same.
    AlgorithmsDiffer => "x509-algorithms-differ", "the signature algorithms inside and outside of the signed part differ";
    /// §4.2: "A certificate MUST NOT include more than one instance of a particular extension."
    DuplicateExtension => "x509-duplicate-extension", "an extension occurs twice";
    /// At most 32 extensions: a bound of this library.
    TooManyExtensions => "x509-too-many-extensions", "expected at most 32 extensions, found more";
    /// §4.2: a critical extension that is not recognized is refused. In revocation lists (§5.2), none is recognized.
    UnknownCritical => "x509-unknown-critical-extension", "a critical extension is not recognized";
    /// §4.1.1.2: the signature algorithm is known (RFC 3279, 4055, 5758, 8410, 9881).
    UnknownSignature => "x509-unknown-signature-algorithm", "the signature algorithm is not known";
    /// §4.1.2.7: the algorithm and the curve of the public key are known (RFC 3279, 4055, 5480, 8410, 9881).
    UnknownKey => "x509-unknown-key-algorithm", "the algorithm or curve of the public key is not known";
    /// §4.1.1.2: the parameters of the algorithm are those that its document allows.
    Parameters => "x509-algorithm-parameters", "the algorithm parameters are not allowed for this algorithm";
    /// A signature with SHA-1 or MD5 is refused, because a collision gives two certificates one signature.
    BrokenHash => "x509-broken-hash", "expected a signature with SHA-2, found SHA-1 or MD5";
    /// RFC 5480 §2.2: only the uncompressed form of a point is accepted.
    PointFormat => "x509-point-format", "expected an uncompressed point, found another form";
    /// §4.1.2.7: the public key can verify signatures.
    Key(CryptoError) => "x509-key", "the public key is not usable";
    /// §6.1.3 (a) (1): the signature algorithm fits the issuer's key.
    KeyMismatch => "x509-key-mismatch", "the signature algorithm does not fit the issuer's key";
    /// §4.2.1.10, §6.1.3 (b) and (c): names are within the permitted subtrees and outside of the excluded ones.
    NameNotPermitted => "x509-name-not-permitted", "a name is outside of the name constraints of a CA above";
    /// §4.2.1.10: name constraints on dNSName and directoryName are applied. A constraint of another kind cannot be
    /// applied to a certificate with such a name.
    NameConstraintUnsupported =>
        "x509-name-constraint-unsupported", "a name constraint of a CA above is of a kind that is not supported";
    /// Comparing names with name constraints stays within the bound for one message.
    ComparisonBudget =>
        "x509-comparison-budget", "comparing the names with the name constraints costs more than one message may";
    /// A certification path has at least one certificate.
    Empty => "x509-path-empty", "expected a certification path, found no certificate";
    /// A certification path has at most 10 certificates: a bound of this library.
    TooLong => "x509-path-too-long", "expected at most 10 certificates, found more";
    /// §6.1.1 (d): the relying party has a trust anchor for this format and model.
    NoAnchors => "x509-no-anchors", "no trust anchors were given";
    /// §6.1.3 (a) (4): "The certificate issuer name is the working_issuer_name."
    IssuerName => "x509-issuer-name", "its issuer is not the subject of the next certificate";
    /// §6.1.1 (d): the path ends at a trust anchor.
    NoAnchor => "x509-no-anchor", "the certification path does not end at a trust anchor";
    /// At most 8 trust anchors of one name are tried: a bound of this library.
    TooManyAnchors => "x509-too-many-anchors", "more than 8 trust anchors have the name of the last issuer";
    /// §6.1.3 (a) (2): the time is not before notBefore.
    NotYetValid => "x509-not-yet-valid", "not yet valid";
    /// §6.1.3 (a) (2): the time is not after notAfter.
    Expired => "x509-expired", "expired";
    /// §6.1.4 (k): an issuer is of version 3 and has basic constraints with cA TRUE.
    NotCa => "x509-not-ca", "not a CA: basic constraints are missing, or cA is false";
    /// §6.1.4 (n): an issuer with a key usage has keyCertSign in it.
    KeyUsage => "x509-key-usage", "may not sign certificates: its key usage lacks keyCertSign";
    /// §6.1.4 (m), §4.2.1.9: no more intermediates than pathLenConstraint are below an issuer.
    PathLength => "x509-path-length", "more intermediate certificates are below it than its pathLenConstraint allows";
    /// §6.1.3 (a) (1): the signature verifies with the issuer's key.
    Signature => "x509-signature", "the signature does not verify with the issuer's key";
    /// The signatures of one message cost no more to verify than its bound.
    VerificationBudget =>
        "x509-verification-budget", "verifying the signatures of the message costs more than one message may";
    /// §6.1.3 (a) (3): the certificate is not revoked.
    Revoked => "x509-revoked", "revoked by its issuer";
    /// §6.3.3 (f): the issuer's key usage, if it has one, has cRLSign. As for all rules of a revocation list, the relying
    /// party must correct its configuration.
    CrlKeyUsage => "x509-crl-key-usage", "the issuer of the revocation list may not sign it: its key usage lacks cRLSign";
    /// §6.3.3 (g): the signature algorithm of the list fits the issuer's key.
    CrlKeyMismatch =>
        "x509-crl-key-mismatch", "the signature algorithm of the revocation list does not fit its issuer's key";
    /// §6.3.3 (g): the signature of the list verifies with the issuer's key.
    CrlSignature =>
        "x509-crl-signature", "the signature of the revocation list does not verify with its issuer's key";
    /// §5.1.2.4: the time is not before thisUpdate.
    CrlNotYetValid => "x509-crl-not-yet-valid", "the revocation list of its issuer is not yet valid";
    /// §5.1.2.5: the time is not after nextUpdate.
    CrlExpired => "x509-crl-expired", "the revocation list of its issuer has expired";
    /// §5.1.2.1: a revocation list is of version 2.
    CrlVersion => "x509-crl-version", "expected a revocation list of version 2, found another version";
    /// §5.1.2.5: a revocation list has a nextUpdate.
    CrlNoNextUpdate => "x509-crl-no-next-update", "the revocation list has no nextUpdate";
    /// §5.2.4, §5.2.5, §5.3.1, §5.3.3: a delta list, an indirect list, or a list that covers only some certificates or reasons.
    CrlScope => "x509-crl-scope", "the revocation list is not the complete list of one issuer";
    /// RFC 7468 §3: the text has a block with the label `CERTIFICATE`, or `X509 CRL` for a revocation list.
    NoPem => "x509-no-pem", "no PEM block with the label CERTIFICATE (for a revocation list: X509 CRL)";
    /// RFC 7468 §3: every block has an END line.
    PemNoEnd => "x509-pem-no-end", "a PEM block has no END line";
    /// RFC 7468 §3: the body of a block is Base64.
    PemBase64 => "x509-pem-base64", "the body of a PEM block is not Base64";
}

impl Rule {
    /// Returns the error for the certificate at this position of the path.
    #[must_use]
    pub const fn at(self, certificate: usize) -> CertificateError {
        CertificateError { certificate: Some(certificate), rule: self }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())?;
        match self {
            Self::Malformed(malformed) => write!(f, ": {malformed}"),
            Self::Key(key) => write!(f, ": {key}"),
            _ => Ok(()),
        }
    }
}

impl From<Malformed> for Rule {
    fn from(malformed: Malformed) -> Self {
        Self::Malformed(malformed)
    }
}

impl From<CryptoError> for Rule {
    fn from(key: CryptoError) -> Self {
        Self::Key(key)
    }
}

impl From<pem::Malformed> for Rule {
    fn from(malformed: pem::Malformed) -> Self {
        match malformed {
            pem::Malformed::NoBlock => Self::NoPem,
            pem::Malformed::NoEnd => Self::PemNoEnd,
            pem::Malformed::Base64 => Self::PemBase64,
        }
    }
}
