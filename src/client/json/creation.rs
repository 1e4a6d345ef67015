//! PublicKeyCredentialCreationOptionsJSON (§5.1.8): what the browser is sent to register.

use crate::codec::base64url;
use crate::credential::{CredentialDescriptor, CredentialParameters, UserHandle};
use crate::extensions::CreationExtensions;
use crate::invalid::InvalidValue;
use serde::{Deserialize, Serialize};

/// PublicKeyCredentialRpEntity (§5.4.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RpEntity {
    /// The RP ID; `None`, which this crate never sends: the domain of the page.
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
    /// The account's name, as the user knows it.
    pub name: String,
    /// The person's name, as they chose it.
    pub display_name: String,
}

/// A string enumeration of the standard that keeps values it does not know (§2.1.1).
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
    /// ResidentKeyRequirement (§5.4.6): whether the credential is to be discoverable.
    ResidentKey {
        /// A server-side credential is preferred.
        Discouraged,
        /// Discoverable where the authenticator can.
        Preferred,
        /// Discoverable, or none.
        Required,
    }
}

enumeration! {
    /// UserVerificationRequirement (§5.8.6).
    UserVerificationRequirement {
        /// A ceremony without UV fails, and the server refuses it.
        Required,
        /// UV where the device can. The server learns whether, and must not rely on it.
        Preferred,
        /// No UV, please.
        Discouraged,
    }
}

enumeration! {
    /// AttestationConveyancePreference (§5.4.7).
    AttestationConveyance {
        /// No statement is wanted.
        None,
        /// Any verifiable statement.
        Indirect,
        /// The authenticator's own statement.
        Direct,
        /// One that may name the very device; only where the authenticator's owner permits it.
        Enterprise,
    }
}

enumeration! {
    /// PublicKeyCredentialHint (§5.8.8): what the user interface should lead to.
    Hint {
        /// A roaming security key.
        SecurityKey,
        /// The device itself.
        ClientDevice,
        /// A phone, by proximity.
        Hybrid,
    }
}

enumeration! {
    /// AuthenticatorAttachment (§5.4.5).
    AuthenticatorAttachment {
        /// Part of the client device.
        Platform,
        /// Roaming.
        CrossPlatform,
    }
}

impl Hint {
    /// The attachment that goes with it, for clients that do not know hints (§5.8.8).
    #[must_use]
    pub const fn attachment(&self) -> Option<AuthenticatorAttachment> {
        match self {
            Self::SecurityKey | Self::Hybrid => Some(AuthenticatorAttachment::CrossPlatform),
            Self::ClientDevice => Some(AuthenticatorAttachment::Platform),
            Self::Other(_) => None,
        }
    }
}

/// AuthenticatorSelectionCriteria (§5.4.4). A member that is absent has the value that the standard gives it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", from = "Selection")]
#[non_exhaustive]
pub struct AuthenticatorSelection {
    /// Which kind of authenticator; absent: any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authenticator_attachment: Option<AuthenticatorAttachment>,
    /// Whether the credential is to be discoverable; absent: `required` where `requireResidentKey` is true, `discouraged`
    /// where it is not.
    pub resident_key: ResidentKey,
    /// For clients of Level 1: true if and only if `residentKey` is `required`.
    pub require_resident_key: bool,
    /// UV.
    pub user_verification: UserVerificationRequirement,
}

/// The same as it stands in JSON.
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
    /// What `payment` goes with (Secure Payment Confirmation §5, client extension processing of a registration).
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

/// What §15.1 recommends where nothing is said.
pub(super) const fn timeout() -> u32 {
    300_000
}

/// PublicKeyCredentialCreationOptionsJSON (§5.1.8): give it to the browser's
/// `PublicKeyCredential.parseCreationOptionsFromJSON()` as it is.
///
/// Send it as JSON, unchanged: the state remembers what was sent. To ask for something else, change the request.
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
    /// Milliseconds; a hint. 300 000 where JSON has none.
    #[serde(default = "timeout")]
    pub timeout: u32,
    #[doc(hidden)]
    /// Credentials that the account has already.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exclude_credentials: Vec<CredentialDescriptor>,
    #[doc(hidden)]
    /// Which authenticators.
    #[serde(default)]
    pub authenticator_selection: AuthenticatorSelection,
    #[doc(hidden)]
    /// Where the user interface should lead to, most wanted first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<Hint>,
    #[doc(hidden)]
    /// Which attestation.
    #[serde(default = "no_attestation")]
    pub attestation: AttestationConveyance,
    #[doc(hidden)]
    /// Which formats of it, most wanted first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attestation_formats: Vec<String>,
    #[doc(hidden)]
    /// Client extension inputs (§9).
    #[serde(default, skip_serializing_if = "CreationExtensions::is_empty")]
    pub extensions: CreationExtensions,
}
