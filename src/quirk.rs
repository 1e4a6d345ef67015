//! Named deviations from the standard that real clients need.
//!
//! Each [`Quirk`] is off by default. The relying party enables it by name, and the evidence of each ceremony that needed it
//! reports it.
//!
//! # Deviations that are always accepted
//!
//! These need no option, because the message still has only one meaning, or because another standard requires to accept them:
//!
//! | deviation | reason |
//! |---|---|
//! | an integer `alg` beside `x5c` in an `apple` statement, where §8.8 has only `x5c` | early iOS and macOS sent it; its value is not used |
//! | PrintableString, UTF8String or IA5String in the subject of a `packed` certificate where §8.2.1 requires a different one of the three | certificates in use have them; the text is compared |
//! | a bare signature in a `tpm` statement, where §8.3 has a TPMT_SIGNATURE | Windows and the test vectors of the standard have it; no octet string is valid in both forms |
//! | the fields of an AuthorizationList in an `android-key` certificate in any order | phones write them in other orders, and §8.4 requires none; a field must not occur twice |
//! | attributes of a relative distinguished name in any order, although DER sorts a SET OF | certificates in use have them unsorted; names are compared octet by octet |
//! | a certificate whose signature BIT STRING has a non-zero count of unused bits | the first U2F keys of Yubico have it; such a signature never verifies, so the certificate is accepted only if certification paths are not checked, or if the certificate itself is an anchor |
//! | any BER encoding of TRUE in the basic constraints of a trust anchor | the root of AuthenTrend encodes it as 01; an anchor is a name and a key (RFC 5280 §6.1.1 (d)) |
//! | unknown members in the header of an `android-safetynet` response | RFC 7515 §4: they "MUST be ignored"; `jwk`, `jku`, `x5u` and `crit` are refused |
//! | absent parameters of an RSA signature algorithm, although they "MUST be NULL" | RFC 4055 §5: "Implementations MUST accept the parameters being absent as well as present" |

use crate::macros::{bit_set, named};

named! {
    /// A named deviation from the standard.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum Quirk;
    /// Returns the name that logs and vectors use.
    fn name;

    /// Accepts map keys of the attestation object in any order (§6.5.4 requires CTAP2 canonical form). Signed bytes must still
    /// be canonical.
    CborKeyOrder = "cbor-key-order";
    /// Accepts arrays and maps of indefinite length in the attestation object. Signed bytes must still be canonical.
    CborIndefiniteLength = "cbor-indefinite-length";
    /// Accepts a response without `clientExtensionResults` (§5.1 requires the member). Front ends that build the JSON
    /// themselves leave it out.
    MissingClientExtensionResults = "missing-client-extension-results";
    /// Reads an empty `userHandle` as absent. Old versions of Safari send it.
    EmptyUserHandle = "empty-user-handle";
    /// Accepts the intermediate certificate of some Sony phones, which Google issued in 2016 without `cA = TRUE`. Only for
    /// `android-key`, only below a root with the name of Google's hardware attestation roots, and only in the recorded shape.
    AttestationIntermediateWithoutCa = "attestation-intermediate-without-ca";
}

impl Quirk {
    /// Returns the quirk with this name.
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
    fn a_set_contains_exactly_what_was_added() {
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
