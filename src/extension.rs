//! Extensions by name (§9, §10, and FIDO CTAP 2.2 §12): identifiers, and sets of them.
//!
//! A client extension and the authenticator extension behind it need not have the same identifier: a client that is
//! asked for `prf` has the authenticator answer under `hmac-secret`. [`Extension::answers`] says what belongs together.

use core::fmt;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

macro_rules! extensions {
    ($($(#[$doc:meta])* $name:ident = $identifier:literal;)*) => {
        /// An extension identifier that this crate knows. Case matters (§9.1).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Extension {
            $($(#[$doc])* $name,)*
        }

        impl Extension {
            /// Every one of them.
            pub const ALL: [Self; [$(Self::$name),*].len()] = [$(Self::$name),*];

            /// Its identifier.
            #[must_use]
            pub const fn identifier(self) -> &'static str {
                match self {
                    $(Self::$name => $identifier,)*
                }
            }

            /// The extension of this identifier.
            #[must_use]
            pub fn from_identifier(identifier: &str) -> Option<Self> {
                match identifier {
                    $($identifier => Some(Self::$name),)*
                    _ => None,
                }
            }
        }
    };
}

extensions! {
    /// FIDO AppID Extension (§10.1.1): client.
    Appid = "appid";
    /// FIDO AppID Exclusion Extension (§10.1.2): client.
    AppidExclude = "appidExclude";
    /// Credential Properties Extension (§10.1.3): client.
    CredProps = "credProps";
    /// Pseudo-random function extension (§10.1.4): client.
    Prf = "prf";
    /// Large blob storage extension (§10.1.5): client.
    LargeBlob = "largeBlob";
    /// The key of a large blob (CTAP §12.3): what an authenticator tells the client, and nobody else is to see.
    LargeBlobKey = "largeBlobKey";
    /// Credential protection (CTAP §12.1): the client's input.
    CredentialProtectionPolicy = "credentialProtectionPolicy";
    /// Credential protection (CTAP §12.1): the client's second input.
    EnforceCredentialProtectionPolicy = "enforceCredentialProtectionPolicy";
    /// Credential protection (CTAP §12.1): the authenticator's output.
    CredProtect = "credProtect";
    /// Credential blob (CTAP §12.2): both, in a registration; the authenticator's output in an authentication.
    CredBlob = "credBlob";
    /// Credential blob (CTAP §12.2): the client's, in an authentication.
    GetCredBlob = "getCredBlob";
    /// Minimum PIN length (CTAP §12.4): both.
    MinPinLength = "minPinLength";
    /// PIN complexity policy (CTAP §12.6): both.
    PinComplexityPolicy = "pinComplexityPolicy";
    /// HMAC secret (CTAP §12.5): the authenticator's output.
    HmacSecret = "hmac-secret";
    /// HMAC secret at registration (CTAP §12.8): the authenticator's output.
    HmacSecretMc = "hmac-secret-mc";
    /// HMAC secret (CTAP §12.5): the client's, in a registration.
    HmacCreateSecret = "hmacCreateSecret";
    /// HMAC secret (CTAP §12.5): the client's, in an authentication.
    HmacGetSecret = "hmacGetSecret";
    /// User verification methods (Level 2 §10.3): both.
    Uvm = "uvm";
    /// Third-party payment (CTAP §12.7): the authenticator's output.
    ThirdPartyPayment = "thirdPartyPayment";
    /// Secure Payment Confirmation (its §5): client.
    Payment = "payment";
    /// A key of the trust group (a draft for Level 4): both.
    CmtgKey = "cmtgKey";
}

impl Extension {
    /// Whether an output under this identifier may be the answer to `input`.
    #[must_use]
    pub const fn answers(self, input: Self) -> bool {
        match self {
            Self::CredProtect => matches!(input, Self::CredentialProtectionPolicy),
            Self::CredBlob => matches!(input, Self::CredBlob | Self::GetCredBlob),
            Self::HmacSecret => matches!(input, Self::Prf | Self::HmacCreateSecret | Self::HmacGetSecret),
            Self::HmacSecretMc => matches!(input, Self::Prf | Self::HmacGetSecret),
            Self::ThirdPartyPayment => matches!(input, Self::Payment),
            _ => self.bit() == input.bit(),
        }
    }

    #[allow(clippy::as_conversions)] // the discriminant: fewer than 32 of them, see the tests
    const fn bit(self) -> u32 {
        1 << self as u32
    }
}

impl fmt::Display for Extension {
    /// Its identifier.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.identifier())
    }
}

/// A set of [`Extension`]s. In JSON: their identifiers.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct ExtensionSet(u32);

impl ExtensionSet {
    /// None.
    pub const NONE: Self = Self(0);

    /// Also this one.
    #[must_use]
    pub const fn with(self, extension: Extension) -> Self {
        Self(self.0 | extension.bit())
    }

    /// Also this one, where `condition` holds.
    #[must_use]
    pub(crate) const fn with_if(self, extension: Extension, condition: bool) -> Self {
        if condition { self.with(extension) } else { self }
    }

    /// Also those.
    #[must_use]
    pub const fn union(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    /// Whether it is among them.
    #[must_use]
    pub const fn contains(self, extension: Extension) -> bool {
        self.0 & extension.bit() != 0
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0 == 0
    }

    /// One after the other.
    pub fn iter(self) -> impl Iterator<Item = Extension> {
        Extension::ALL.into_iter().filter(move |&extension| self.contains(extension))
    }

    /// Those that answer none of `inputs`.
    #[must_use]
    pub fn unsolicited(self, inputs: Self) -> Self {
        self.iter().filter(|output| !inputs.iter().any(|input| output.answers(input))).collect()
    }
}

impl FromIterator<Extension> for ExtensionSet {
    fn from_iter<I: IntoIterator<Item = Extension>>(extensions: I) -> Self {
        extensions.into_iter().fold(Self::NONE, Self::with)
    }
}

impl fmt::Debug for ExtensionSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter().map(Extension::identifier)).finish()
    }
}

impl Serialize for ExtensionSet {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(self.iter().map(Extension::identifier))
    }
}

impl<'de> Deserialize<'de> for ExtensionSet {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let identifiers = Vec::<String>::deserialize(from)?;
        let known = |identifier: &String| {
            Extension::from_identifier(identifier).ok_or_else(|| D::Error::custom("an extension that is not known"))
        };
        identifiers.iter().map(known).collect()
    }
}

/// How well a credential is protected (CTAP §12.1), weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum CredentialProtection {
    /// 1: anyone who holds the authenticator can use it.
    UserVerificationOptional,
    /// 2: without user verification, only who knows the credential id can use it.
    #[serde(rename = "userVerificationOptionalWithCredentialIDList")]
    UserVerificationOptionalWithCredentialIdList,
    /// 3: nobody can use it without user verification.
    UserVerificationRequired,
}

impl CredentialProtection {
    /// The level of this number.
    #[must_use]
    pub const fn from_level(level: u64) -> Option<Self> {
        match level {
            1 => Some(Self::UserVerificationOptional),
            2 => Some(Self::UserVerificationOptionalWithCredentialIdList),
            3 => Some(Self::UserVerificationRequired),
            _ => None,
        }
    }

    /// Its number.
    #[must_use]
    pub const fn level(self) -> u8 {
        match self {
            Self::UserVerificationOptional => 1,
            Self::UserVerificationOptionalWithCredentialIdList => 2,
            Self::UserVerificationRequired => 3,
        }
    }
}

/// One user verification method (Level 2 §10.3), in the numbers of the FIDO registry of predefined values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "(u32, u32, u32)", into = "(u32, u32, u32)")]
#[non_exhaustive]
pub struct UserVerificationMethod {
    /// `userVerificationMethod`: a bit of USER_VERIFY.
    pub method: u32,
    /// `keyProtectionType`: bits of KEY_PROTECTION.
    pub key_protection: u32,
    /// `matcherProtectionType`: bits of MATCHER_PROTECTION.
    pub matcher_protection: u32,
}

impl From<(u32, u32, u32)> for UserVerificationMethod {
    fn from((method, key_protection, matcher_protection): (u32, u32, u32)) -> Self {
        Self { method, key_protection, matcher_protection }
    }
}

impl From<UserVerificationMethod> for (u32, u32, u32) {
    fn from(method: UserVerificationMethod) -> Self {
        (method.method, method.key_protection, method.matcher_protection)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_what_was_put_in() {
        assert!(Extension::ALL.len() < 32);
        for extension in Extension::ALL {
            assert_eq!(Extension::from_identifier(extension.identifier()), Some(extension));
            let others: ExtensionSet = Extension::ALL.into_iter().filter(|&other| other != extension).collect();
            assert!(!others.contains(extension) && others.with(extension).contains(extension));
            let one = ExtensionSet::NONE.with(extension);
            assert_eq!(one.iter().collect::<Vec<_>>(), [extension]);
            let json = serde_json::to_string(&one).unwrap();
            assert_eq!(serde_json::from_str::<ExtensionSet>(&json).unwrap(), one);
        }
        assert!(serde_json::from_str::<ExtensionSet>(r#"["PRF"]"#).is_err(), "case matters");
        let set = ExtensionSet::NONE.with(Extension::Prf);
        assert_eq!(format!("{set:?}"), r#"{"prf"}"#);
        assert!(ExtensionSet::NONE.is_empty() && !ExtensionSet::NONE.union(set).is_empty());
    }

    #[test]
    fn an_output_is_solicited_by_the_input_that_it_answers() {
        let set = |extensions: &[Extension]| extensions.iter().copied().collect::<ExtensionSet>();
        let inputs = set(&[Extension::Prf, Extension::CredentialProtectionPolicy]);
        let outputs = set(&[Extension::Prf, Extension::HmacSecret, Extension::CredProtect, Extension::CredBlob]);
        assert_eq!(outputs.unsolicited(inputs), set(&[Extension::CredBlob]));
        assert_eq!(outputs.unsolicited(ExtensionSet::NONE), outputs);
        assert!(set(&[Extension::CredBlob]).unsolicited(set(&[Extension::GetCredBlob])).is_empty());
    }
}
