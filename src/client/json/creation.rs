//! PublicKeyCredentialCreationOptionsJSON (§5.1.8): the options of a registration, which the browser receives.

use crate::codec::base64url;
use crate::credential::{CredentialDescriptor, CredentialParameters, UserHandle};
use crate::extensions::CreationExtensions;
use crate::invalid::InvalidValue;
use serde::{Deserialize, Serialize};

/// PublicKeyCredentialRpEntity (§5.4.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RpEntity {
    /// The RP ID. `None` means the domain of the page; this crate always sends the RP ID.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// A name that clients may show.
    pub name: String,
}

/// PublicKeyCredentialUserEntityJSON (§5.1.8).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct UserEntity {
    /// The user handle.
    pub id: UserHandle,
    /// The name of the account that the user recognizes, such as a mail address.
    pub name: String,
    /// The name that the person chose.
    pub display_name: String,
}

/// Defines a string enumeration of the standard that keeps unknown values (§2.1.1).
macro_rules! enumeration {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)*
            /// A value that this version does not know, as received.
            #[serde(untagged)]
            Other(String),
        }
    };
}

enumeration! {
    /// ResidentKeyRequirement (§5.4.6): whether the credential must be discoverable.
    ResidentKey {
        /// Prefers a server-side credential.
        Discouraged,
        /// Prefers a discoverable credential.
        Preferred,
        /// Requires a discoverable credential; without one the registration fails.
        Required,
    }
}

enumeration! {
    /// UserVerificationRequirement (§5.8.6).
    UserVerificationRequirement {
        /// Requires UV. The relying party refuses a response without it.
        Required,
        /// Prefers UV. The response says whether UV was performed; the relying party must not rely on it.
        Preferred,
        /// Asks the client to omit UV.
        Discouraged,
    }
}

enumeration! {
    /// AttestationConveyancePreference (§5.4.7).
    AttestationConveyance {
        /// Asks for no attestation.
        None,
        /// Asks for any verifiable statement.
        Indirect,
        /// Asks for the statement that the authenticator makes.
        Direct,
        /// Asks for a statement that may identify the single device. Works only if the organisation that manages the device
        /// permits it.
        Enterprise,
    }
}

enumeration! {
    /// PublicKeyCredentialHint (§5.8.8): the kind of authenticator that the user interface should offer first.
    Hint {
        /// A roaming security key.
        SecurityKey,
        /// The client device itself.
        ClientDevice,
        /// A phone nearby.
        Hybrid,
    }
}

enumeration! {
    /// AuthenticatorAttachment (§5.4.5).
    AuthenticatorAttachment {
        /// Part of the client device.
        Platform,
        /// A roaming authenticator.
        CrossPlatform,
    }
}

impl Hint {
    /// Returns the matching attachment, for clients that do not know hints (§5.8.8).
    #[must_use]
    pub const fn attachment(&self) -> Option<AuthenticatorAttachment> {
        match self {
            Self::SecurityKey | Self::Hybrid => Some(AuthenticatorAttachment::CrossPlatform),
            Self::ClientDevice => Some(AuthenticatorAttachment::Platform),
            Self::Other(_) => None,
        }
    }
}

/// AuthenticatorSelectionCriteria (§5.4.4). An absent member has the default value of the standard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", from = "Selection")]
#[non_exhaustive]
pub struct AuthenticatorSelection {
    /// The kind of authenticator; `None` allows any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authenticator_attachment: Option<AuthenticatorAttachment>,
    /// Whether the credential must be discoverable. If it is absent in JSON: `required` if `requireResidentKey` is true, else
    /// `discouraged`.
    pub resident_key: ResidentKey,
    /// For clients of Level 1: true if and only if `residentKey` is `required`.
    pub require_resident_key: bool,
    /// Whether UV is required.
    pub user_verification: UserVerificationRequirement,
}

/// [`AuthenticatorSelection`] as JSON has it, before the defaults.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Selection {
    authenticator_attachment: Option<AuthenticatorAttachment>,
    resident_key: Option<ResidentKey>,
    #[serde(default)]
    require_resident_key: bool,
    #[serde(default = "preferred")]
    user_verification: UserVerificationRequirement,
}

impl From<Selection> for AuthenticatorSelection {
    fn from(selection: Selection) -> Self {
        let Selection { authenticator_attachment, resident_key, require_resident_key, user_verification } = selection;
        let effective = if require_resident_key { ResidentKey::Required } else { ResidentKey::Discouraged };
        let resident_key = resident_key.unwrap_or(effective);
        Self { authenticator_attachment, resident_key, require_resident_key, user_verification }
    }
}

impl Default for AuthenticatorSelection {
    fn default() -> Self {
        Self {
            authenticator_attachment: None,
            resident_key: ResidentKey::Discouraged,
            require_resident_key: false,
            user_verification: preferred(),
        }
    }
}

impl AuthenticatorSelection {
    /// Checks the selection that clients require with the extension `payment` (Secure Payment Confirmation §5, client extension
    /// processing of a registration).
    pub(crate) fn check_payment(&self) -> Result<(), InvalidValue> {
        if self.authenticator_attachment != Some(AuthenticatorAttachment::Platform) {
            return Err(InvalidValue::PaymentAttachment);
        }
        if !matches!(self.resident_key, ResidentKey::Required | ResidentKey::Preferred) {
            return Err(InvalidValue::PaymentResidentKey);
        }
        match self.user_verification {
            UserVerificationRequirement::Required => Ok(()),
            _ => Err(InvalidValue::PaymentUserVerification),
        }
    }
}

pub(super) const fn preferred() -> UserVerificationRequirement {
    UserVerificationRequirement::Preferred
}

const fn no_attestation() -> AttestationConveyance {
    AttestationConveyance::None
}

/// The default timeout in milliseconds, within the range that §15.1 recommends.
pub(super) const fn timeout() -> u32 {
    300_000
}

/// PublicKeyCredentialCreationOptionsJSON (§5.1.8). Send it as JSON to the page, which passes it to
/// `PublicKeyCredential.parseCreationOptionsFromJSON()`.
///
/// Do not change it, because the state holds the expectations that belong to it. To ask for something else, change the
/// request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CreationOptions {
    #[doc(hidden)]
    /// The relying party.
    pub rp: RpEntity,
    #[doc(hidden)]
    /// The account.
    pub user: UserEntity,
    #[doc(hidden)]
    /// The challenge.
    #[serde(with = "base64url::text")]
    pub challenge: Vec<u8>,
    #[doc(hidden)]
    /// The algorithms, best first.
    pub pub_key_cred_params: Vec<CredentialParameters>,
    #[doc(hidden)]
    /// The timeout in milliseconds, a hint for the client. 300,000 if JSON has none.
    #[serde(default = "timeout")]
    pub timeout: u32,
    #[doc(hidden)]
    /// The credentials that the account already has.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exclude_credentials: Vec<CredentialDescriptor>,
    #[doc(hidden)]
    /// The authenticators that may answer.
    #[serde(default)]
    pub authenticator_selection: AuthenticatorSelection,
    #[doc(hidden)]
    /// The kinds of authenticators that the user interface should offer first, most wanted first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<Hint>,
    #[doc(hidden)]
    /// The requested attestation.
    #[serde(default = "no_attestation")]
    pub attestation: AttestationConveyance,
    #[doc(hidden)]
    /// The preferred attestation formats, most wanted first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attestation_formats: Vec<String>,
    #[doc(hidden)]
    /// Client extension inputs (§9).
    #[serde(default, skip_serializing_if = "CreationExtensions::is_empty")]
    pub extensions: CreationExtensions,
}
