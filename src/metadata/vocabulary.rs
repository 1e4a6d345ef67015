//! The words with which metadata statements describe a model (FIDO Registry of Predefined Values §3, FIDO Metadata
//! Statement §3). A word that is newer than this library is kept by its text.

use core::fmt;

macro_rules! vocabularies {
    ($($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $word:literal,)* })*) => {
        $(
            $(#[$meta])*
            #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
            #[non_exhaustive]
            pub enum $name {
                $($(#[$doc])* #[doc = concat!("`", $word, "`.")] $variant,)*
                /// A word that this library does not know.
                Other(Box<str>),
            }

            impl Word for $name {
                fn of(word: &str) -> Self {
                    match word {
                        $($word => Self::$variant,)*
                        other => Self::Other(other.into()),
                    }
                }

                fn name(&self) -> &str {
                    match self {
                        $(Self::$variant => $word,)*
                        Self::Other(word) => word,
                    }
                }
            }

            impl fmt::Display for $name {
                /// As the metadata writes it.
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str(self.name())
                }
            }

            /// The word as the metadata writes it.
            impl serde::Serialize for $name {
                fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                    to.serialize_str(self.name())
                }
            }

            /// Any word: one that this library does not know is kept.
            impl<'de> serde::Deserialize<'de> for $name {
                fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                    <String as serde::Deserialize>::deserialize(from).map(|word| Self::of(&word))
                }
            }
        )*
    };
}

/// A word of a vocabulary.
pub(super) trait Word {
    fn of(word: &str) -> Self;
    fn name(&self) -> &str;
}

vocabularies! {
    /// How the model protects the keys of users (`keyProtection`).
    KeyProtection {
        Software = "software",
        Hardware = "hardware",
        Tee = "tee",
        SecureElement = "secure_element",
        RemoteHandle = "remote_handle",
    }

    /// How the model protects the comparison of biometrics or a PIN (`matcherProtection`).
    MatcherProtection {
        Software = "software",
        Tee = "tee",
        OnChip = "on_chip",
    }

    /// How the model is attached to a client (`attachmentHint`).
    AttachmentHint {
        Internal = "internal",
        External = "external",
        Wired = "wired",
        Wireless = "wireless",
        Nfc = "nfc",
        Bluetooth = "bluetooth",
        Network = "network",
        Ready = "ready",
        WifiDirect = "wifi_direct",
    }

    /// Whether the model has a display for transactions, and of which kind (`tcDisplay`).
    TransactionDisplay {
        Any = "any",
        PrivilegedSoftware = "privileged_software",
        Tee = "tee",
        Hardware = "hardware",
        Remote = "remote",
    }

    /// How the model verifies the user (`userVerificationMethod`).
    UserVerificationMethod {
        Presence = "presence_internal",
        Fingerprint = "fingerprint_internal",
        Passcode = "passcode_internal",
        PasscodeExternal = "passcode_external",
        Voiceprint = "voiceprint_internal",
        Faceprint = "faceprint_internal",
        Location = "location_internal",
        Eyeprint = "eyeprint_internal",
        Pattern = "pattern_internal",
        PatternExternal = "pattern_external",
        Handprint = "handprint_internal",
        None = "none",
        All = "all",
    }

    /// How the model attests its keys (`attestationTypes`).
    StatedAttestation {
        BasicFull = "basic_full",
        BasicSurrogate = "basic_surrogate",
        Ecdaa = "ecdaa",
        AttCa = "attca",
        AnonCa = "anonca",
        None = "none",
    }

    /// Whether credentials of the model can be on several devices (`multiDeviceCredentialSupport`).
    MultiDevice {
        Unsupported = "unsupported",
        Explicit = "explicit",
        Implicit = "implicit",
    }

    /// For whom a model was certified (`certificationProfiles`).
    Profile {
        Consumer = "consumer",
        Enterprise = "enterprise",
    }
}
