//! What an account has.

use crate::assurance::{AssuranceLevel, ProvenSession};
use crate::credential::Version;
use crate::time::UnixTime;
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use std::collections::BTreeSet;

/// Why an account is refused when it is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum AccountError {
    /// The identity assurance level is above 3.
    #[error("expected an identity assurance level from 0 to 3")]
    Ial,
    /// More than [`Account::MAX_PASSKEYS`] passkeys.
    #[error("expected at most 256 passkeys, found more")]
    Passkeys,
    /// More than [`Account::MAX_ADDRESSES`] addresses, or recovery addresses.
    #[error("expected at most 64 addresses, found more")]
    Addresses,
    /// An id or a provider is empty or longer than [`Account::MAX_ID_LEN`] bytes.
    #[error("expected an id of 1 to 256 bytes, found another length")]
    Id,
    /// Two passkeys, or two addresses, have one id.
    #[error("two passkeys or two addresses have one id")]
    SameId,
}

impl AccountError {
    /// Returns the code, which does not change: `ial`, `passkeys`, `addresses`, `id` or `same-id`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Ial => "ial",
            Self::Passkeys => "passkeys",
            Self::Addresses => "addresses",
            Self::Id => "id",
            Self::SameId => "same-id",
        }
    }
}

/// A passkey of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Passkey {
    /// Your id.
    pub id: String,
    /// The highest level that a sign-in with it had.
    pub level: AssuranceLevel,
    /// Whether it cannot be synced (BE clear).
    pub device_bound: bool,
    /// The provider that syncs it, or the device that keeps it, in your words. `None`: unknown. All unknown ones count as one
    /// provider. Two device-bound passkeys count as two means. If both are on one laptop, set `device_bound` of both to `false`
    /// and `provider` of both to that laptop, so that they count as one.
    #[serde(deserialize_with = "Option::deserialize")]
    pub provider: Option<String>,
    /// Whether a sign-in after the registration verified the user.
    pub confirmed: bool,
    /// Whether it is suspended.
    pub suspended: bool,
}

impl Passkey {
    /// Makes a passkey of a registration that no sign-in has confirmed.
    pub fn new(id: impl Into<String>, level: AssuranceLevel, device_bound: bool) -> Self {
        Self { id: id.into(), level, device_bound, provider: None, confirmed: false, suspended: false }
    }

    /// Confirmed and not suspended.
    pub(super) const fn is_usable(&self) -> bool {
        self.confirmed && !self.suspended
    }

    /// Usable, with two factors.
    pub(super) fn is_strong(&self) -> bool {
        self.is_usable() && self.level >= AssuranceLevel::Aal2
    }
}

/// How an address is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AddressKind {
    /// Electronic mail.
    Email,
    /// Text messages.
    Sms,
    /// Post.
    Postal,
}

/// An address of an account, for notices.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(clippy::exhaustive_structs, reason = "an id and a kind")]
pub struct Address {
    /// Your id, not the address itself.
    pub id: String,
    /// Its kind.
    pub kind: AddressKind,
}

/// What an account has. A plain value that you make of your store for one decision. Reading and [`Self::check`] refuse what is
/// out of bounds; the functions of an account are total.
///
/// ```
/// use wardkey::account::{Account, Passkey, Stage};
/// use wardkey::assurance::AssuranceLevel;
/// let mut account = Account::default();
/// account.password = true;
/// account.sms = Some("phone-1".to_owned());
/// assert_eq!(account.stage(), Stage::SmsOnly);
/// assert_eq!(account.max_level(), AssuranceLevel::Aal2);
/// account.passkeys.push(Passkey::new("passkey-1", AssuranceLevel::Aal2, false));
/// assert_eq!(account.stage(), Stage::Enrolled);
/// account.passkeys[0].confirmed = true;
/// assert_eq!(account.stage(), Stage::Confirmed);
/// account.saved_code = true; // with the password, a way back
/// assert_eq!(account.stage(), Stage::Resilient);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[allow(clippy::struct_excessive_bools, reason = "each is a means of its own")]
#[non_exhaustive]
pub struct Account {
    version: Version,
    /// The identity assurance level, 0 to 3.
    pub ial: u8,
    /// Whether there is a password.
    pub password: bool,
    /// Whether there is an app or a device for one-time passwords.
    pub totp: bool,
    /// The id of the address that gets codes by text message. `None`: SMS codes are off.
    pub sms: Option<String>,
    /// The passkeys, suspended ones included.
    pub passkeys: Vec<Passkey>,
    /// Whether there is a saved recovery code that was not used.
    pub saved_code: bool,
    /// Whether repeated identity proofing is offered.
    pub reproofing: bool,
    /// The addresses.
    pub addresses: Vec<Address>,
    /// The ids of the addresses that may get recovery codes.
    pub recovery_addresses: Vec<String>,
    /// The number of recovery contacts.
    pub contacts: u32,
    /// The time of the last recovery.
    pub recovered_at: Option<UnixTime>,
}

impl Account {
    /// The maximum number of passkeys. More than any person has.
    pub const MAX_PASSKEYS: usize = 256;
    /// The maximum number of addresses.
    pub const MAX_ADDRESSES: usize = 64;
    /// The maximum length of an id in bytes.
    pub const MAX_ID_LEN: usize = 256;

    /// Checks the bounds.
    ///
    /// # Errors
    /// [`AccountError`].
    pub fn check(&self) -> Result<(), AccountError> {
        if self.ial > 3 {
            return Err(AccountError::Ial);
        }
        if self.passkeys.len() > Self::MAX_PASSKEYS {
            return Err(AccountError::Passkeys);
        }
        if self.addresses.len().max(self.recovery_addresses.len()) > Self::MAX_ADDRESSES {
            return Err(AccountError::Addresses);
        }
        let passkeys = || self.passkeys.iter().map(|passkey| &passkey.id);
        let addresses = || self.addresses.iter().map(|address| &address.id);
        let others = self.recovery_addresses.iter().chain(&self.sms);
        let providers = self.passkeys.iter().filter_map(|passkey| passkey.provider.as_ref());
        let is_id = |id: &String| (1..=Self::MAX_ID_LEN).contains(&id.len());
        if !passkeys().chain(addresses()).chain(others).chain(providers).all(is_id) {
            return Err(AccountError::Id);
        }
        let unique = |ids: BTreeSet<&String>, count: usize| ids.len() == count;
        let differ =
            unique(passkeys().collect(), self.passkeys.len()) && unique(addresses().collect(), self.addresses.len());
        if differ { Ok(()) } else { Err(AccountError::SameId) }
    }
}

/// The members of an account, for reading.
#[derive(Deserialize)]
#[serde(remote = "Account", deny_unknown_fields)]
#[allow(clippy::struct_excessive_bools, reason = "as the account")]
struct Wire {
    version: Version,
    ial: u8,
    password: bool,
    totp: bool,
    #[serde(deserialize_with = "Option::deserialize")]
    sms: Option<String>,
    passkeys: Vec<Passkey>,
    saved_code: bool,
    reproofing: bool,
    addresses: Vec<Address>,
    recovery_addresses: Vec<String>,
    contacts: u32,
    #[serde(deserialize_with = "Option::deserialize")]
    recovered_at: Option<UnixTime>,
}

/// Reading checks the bounds.
impl<'de> Deserialize<'de> for Account {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let account = Wire::deserialize(from)?;
        account.check().map_err(D::Error::custom)?;
        Ok(account)
    }
}

/// The web session in which an act is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AccountSession {
    /// The level of the last sign-in.
    pub level: AssuranceLevel,
    /// Its time.
    pub authenticated_at: UnixTime,
    /// Whether the session comes from a recovery instead of a sign-in.
    pub recovered: bool,
}

impl AccountSession {
    /// Makes a session in which nobody signed in yet.
    #[must_use]
    pub const fn anonymous() -> Self {
        Self { level: AssuranceLevel::None, authenticated_at: UnixTime::from_secs(0), recovered: false }
    }

    /// Makes the session of a recovery at this time.
    #[must_use]
    pub const fn recovered(at: UnixTime) -> Self {
        Self { level: AssuranceLevel::None, authenticated_at: at, recovered: true }
    }
}

impl From<ProvenSession> for AccountSession {
    fn from(session: ProvenSession) -> Self {
        Self { level: session.level, authenticated_at: session.authenticated_at, recovered: false }
    }
}
