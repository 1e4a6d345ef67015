//! Leniencies by name: what real clients sent that the standard does not allow.
//!
//! All are off by default, chosen by the caller, and reported by the evidence of each ceremony that needed one.
//!
//! # Tolerated without a name, and why
//!
//! What leaves one reading of the message, or what a standard demands to accept, is nothing to choose:
//!
//! | what | why |
//! |---|---|
//! | an integer `alg` beside `x5c` in an `apple` statement, where §8.8 has `x5c` alone | early iOS and macOS sent it; it is not used |
//! | other string types in the subject of a `packed` certificate than those of §8.2.1: PrintableString, UTF8String and IA5String for each other | certificates in the field have them; the text is compared |
//! | a bare signature in a `tpm` statement, where §8.3 has a TPMT_SIGNATURE | Windows and the standard's own vectors have it; no octets are both |
//! | the fields of an AuthorizationList in an `android-key` certificate in any order | phones write them so; §8.4 asks for no order, and none may come twice |
//! | the attributes within one relative distinguished name in any order, where DER sorts a SET OF | certificates in use have it wrong; names are compared octet by octet |
//! | a certificate whose signature BIT STRING has a non-zero count of unused bits | Yubico's first U2F keys have it; it verifies under nobody, so it passes only where certificates are not judged, or where the certificate is an anchor itself |
//! | any BOOLEAN of BER in the basic constraints of a trust anchor | AuthenTrend's root has TRUE as 01; an anchor is a name and a key (RFC 5280 §6.1.1 (d)) |
//! | members that are not known in the header of an `android-safetynet` response | RFC 7515 §4: they "MUST be ignored"; `jwk`, `jku`, `x5u` and `crit` are refused |
//! | no parameters where an RSA signature algorithm's "MUST be NULL" | RFC 4055 §5: "Implementations MUST accept the parameters being absent as well as present" |

use crate::set::bit_set;

/// One leniency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Quirk {
    /// Map keys of the attestation object in any order (§6.5.4 wants CTAP2 canonical form). Never in signed bytes.
    CborKeyOrder,
    /// Arrays and maps of indefinite length in the attestation object. Never in signed bytes.
    CborIndefiniteLength,
    /// No `clientExtensionResults` (§5.1 requires the member): front ends that serialise by hand leave it out.
    MissingClientExtensionResults,
    /// An empty `userHandle`, read as none: old versions of Safari.
    EmptyUserHandle,
    /// The intermediate certificate of some Sony phones, which Google issued in 2016 as an end entity's. Only under
    /// `android-key`, below a root in the name of Google's hardware attestation roots, and in the shape that was recorded.
    AttestationIntermediateWithoutCa,
}

impl Quirk {
    /// Every quirk there is.
    pub const ALL: [Self; 5] = [
        Self::CborKeyOrder,
        Self::CborIndefiniteLength,
        Self::MissingClientExtensionResults,
        Self::EmptyUserHandle,
        Self::AttestationIntermediateWithoutCa,
    ];

    /// Its name, in logs and vectors.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::CborKeyOrder => "cbor-key-order",
            Self::CborIndefiniteLength => "cbor-indefinite-length",
            Self::MissingClientExtensionResults => "missing-client-extension-results",
            Self::EmptyUserHandle => "empty-user-handle",
            Self::AttestationIntermediateWithoutCa => "attestation-intermediate-without-ca",
        }
    }

    /// The quirk of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|quirk| quirk.name() == name)
    }
}

bit_set! {
    /// A set of [`Quirk`]s.
    Quirks of Quirk, by name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_what_was_put_in() {
        for quirk in Quirk::ALL {
            assert_eq!(Quirk::from_name(quirk.name()), Some(quirk));
            let others: Quirks = Quirk::ALL.into_iter().filter(|&other| other != quirk).collect();
            assert!(!others.contains(quirk) && others.with(quirk).contains(quirk));
            assert_eq!(Quirks::NONE.with(quirk).iter().collect::<Vec<_>>(), [quirk]);
        }
        assert_eq!(Quirk::from_name("none"), None);
        assert_eq!(format!("{:?}", Quirks::NONE.with(Quirk::EmptyUserHandle)), r#"{"empty-user-handle"}"#);
        assert!(Quirks::NONE.is_empty() && !Quirks::NONE.union(Quirks::NONE.with(Quirk::EmptyUserHandle)).is_empty());
    }
}
