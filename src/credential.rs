//! Credentials as the relying party keeps them (§4, credential record).

mod descriptor;

pub use descriptor::{CredentialDescriptor, CredentialParameters, PublicKeyCredentialType};

use crate::codec::base64url::{self, ShortBytes};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// Why bytes cannot be a [`CredentialId`] or a [`UserHandle`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[error("{len} bytes, where {what} has 1 to {most}")]
#[non_exhaustive]
pub struct LengthError {
    /// What the bytes were to be.
    pub what: &'static str,
    /// How many bytes there are.
    pub len: usize,
    /// How many bytes there may be.
    pub most: usize,
}

/// Why text is not a [`CredentialId`] or a [`UserHandle`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum TextError {
    /// Not base64url without padding.
    #[error("not base64url without padding")]
    NotBase64Url,
    /// Of another length.
    #[error(transparent)]
    Length(#[from] LengthError),
}

macro_rules! opaque_bytes {
    ($(#[$doc:meta])* $name:ident, $what:literal, $most:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(ShortBytes);

        impl $name {
            /// The most bytes there may be.
            pub const MAX_LEN: usize = $most;

            /// Copies the bytes, if there are 1 to [`Self::MAX_LEN`] of them. Up to 64 take no allocation.
            ///
            /// # Errors
            /// [`LengthError`].
            pub fn new(bytes: impl AsRef<[u8]>) -> Result<Self, LengthError> {
                let bytes = bytes.as_ref();
                Self::check_len(bytes.len())?;
                Ok(Self(ShortBytes::from_slice(bytes)))
            }

            pub(crate) const fn check_len(len: usize) -> Result<(), LengthError> {
                match len {
                    1..=$most => Ok(()),
                    len => Err(LengthError { what: $what, len, most: $most }),
                }
            }

            /// The bytes.
            #[must_use]
            pub fn as_bytes(&self) -> &[u8] {
                &self.0
            }

            /// The bytes in base64url without padding, as in the browser's JSON.
            #[must_use]
            pub fn to_base64url(&self) -> String {
                base64url::encode(&self.0)
            }
        }

        impl AsRef<[u8]> for $name {
            fn as_ref(&self) -> &[u8] {
                &self.0
            }
        }

        /// The bytes are the key: a map of these is asked with what a response says, as it is.
        impl core::borrow::Borrow<[u8]> for $name {
            fn borrow(&self) -> &[u8] {
                &self.0
            }
        }

        /// From base64url without padding, as in a path or a form.
        impl core::str::FromStr for $name {
            type Err = TextError;

            fn from_str(text: &str) -> Result<Self, TextError> {
                Ok(Self::new(base64url::decode(text).map_err(|_| TextError::NotBase64Url)?)?)
            }
        }

        impl core::fmt::Debug for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                write!(f, "{}({})", stringify!($name), self.to_base64url())
            }
        }

        /// Base64url text.
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                base64url::text::serialize(&self.0, to)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                Self::new(base64url::text::deserialize(from)?).map_err(D::Error::custom)
            }
        }
    };
}

opaque_bytes! {
    /// A credential id: 1 to 1023 bytes (§7.1), opaque. Names a credential; proves nothing.
    CredentialId, "a credential id", 1023
}

opaque_bytes! {
    /// A user handle: 1 to 64 bytes (§5.4.3), opaque, and nothing that names a person (§14.6.1).
    UserHandle, "a user handle", 64
}

/// How a client may reach an authenticator (§5.8.4). A hint; values that are not known are kept. Ordered by name, as
/// `getTransports()` returns them (§5.2.1).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Transport {
    /// Bluetooth Low Energy.
    Ble,
    /// A phone, by proximity and tunnel.
    Hybrid,
    /// The client device itself.
    Internal,
    /// NFC.
    Nfc,
    /// ISO/IEC 7816 smart card.
    SmartCard,
    /// USB.
    Usb,
    /// A value that this version does not know, as received.
    #[serde(untagged)]
    Other(String),
}

impl Transport {
    /// The transport of this name, which a client gave.
    pub(crate) fn from_name(name: &str) -> Self {
        match name {
            "usb" => Self::Usb,
            "nfc" => Self::Nfc,
            "ble" => Self::Ble,
            "smart-card" => Self::SmartCard,
            "hybrid" => Self::Hybrid,
            "internal" => Self::Internal,
            other => Self::Other(other.to_owned()),
        }
    }
}

/// What a relying party keeps of a credential: those items of §4 that sign-ins need, under their names, and the account
/// that owns it. Whoever wants to verify again, years later, keeps `attestationObject` and `attestationClientDataJSON` as
/// well: see [`evidence`](crate::evidence).
///
/// Made by [`Registered::claim`](crate::policy::Registered::claim); stored whole (serde); brought up to date
/// only by a [`RecordUpdate`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CredentialRecord {
    /// The version of this shape.
    version: Version,
    /// The credential id: unique over all accounts.
    pub id: CredentialId,
    /// The account: its user handle.
    pub user_handle: UserHandle,
    /// The credential public key: a COSE_Key, encoded as it was attested.
    #[serde(with = "base64url::text")]
    pub public_key: Vec<u8>,
    /// The last signature counter; 0 where the authenticator keeps none, and where it is not known: then the next
    /// sign-in teaches it.
    pub sign_count: u32,
    /// Whether UV counts as a factor: it was set at registration, or later beside another factor as strong.
    pub uv_initialized: bool,
    /// BE at registration. `None`: unknown, as in records from elsewhere; then it is learnt at the next sign-in.
    pub backup_eligible: Option<bool>,
    /// BS at the last ceremony. `None`: unknown, as in records from elsewhere; then it is learnt at the next sign-in.
    pub backup_state: Option<bool>,
    /// What the client told of transports, for `allowCredentials`.
    #[serde(default)]
    pub transports: Vec<Transport>,
}

/// The one version of the stored shape so far; any other is refused when it is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Version;

impl Serialize for Version {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_u8(1)
    }
}

impl<'de> Deserialize<'de> for Version {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        match u8::deserialize(from)? {
            1 => Ok(Self),
            _ => Err(D::Error::custom("a stored shape of another version")),
        }
    }
}

impl CredentialRecord {
    /// A record from its items: for imports and tests. Nothing in it is verified here.
    #[must_use]
    pub const fn new(id: CredentialId, user_handle: UserHandle, public_key: Vec<u8>) -> Self {
        Self {
            version: Version,
            id,
            user_handle,
            public_key,
            sign_count: 0,
            uv_initialized: false,
            backup_eligible: None,
            backup_state: None,
            transports: Vec::new(),
        }
    }

    /// Brings the record up to date after a sign-in. `false`, and nothing changed, where the record is not the one
    /// that was verified against any more: another sign-in was faster, so begin again.
    #[must_use = "`false` means that another sign-in was faster"]
    pub fn apply(&mut self, update: &RecordUpdate) -> bool {
        let current = RecordState::of(self) == update.expect;
        if current {
            let RecordState { sign_count, uv_initialized, backup_eligible, backup_state } = update.set;
            self.sign_count = sign_count;
            self.uv_initialized = uv_initialized;
            self.backup_eligible = backup_eligible;
            self.backup_state = backup_state;
        }
        current
    }
}

/// The items of a record that a sign-in may change. Stored as a part of what has a version: a [`CredentialRecord`], a
/// [`RecordUpdate`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct RecordState {
    /// The signature counter.
    pub sign_count: u32,
    /// Whether UV counts as a factor.
    pub uv_initialized: bool,
    /// BE, where it is known.
    pub backup_eligible: Option<bool>,
    /// BS, where it is known.
    pub backup_state: Option<bool>,
}

impl RecordState {
    /// These items of `record`.
    #[must_use]
    pub const fn of(record: &CredentialRecord) -> Self {
        Self {
            sign_count: record.sign_count,
            uv_initialized: record.uv_initialized,
            backup_eligible: record.backup_eligible,
            backup_state: record.backup_state,
        }
    }
}

/// A compare-and-set on one record (§7.2, "Update credentialRecord"): write `set` where the store still holds
/// `expect`. Losing means that another sign-in was faster: begin again.
///
/// In SQL, where what is not known is `NULL`, which `=` never finds:
///
/// ```sql
/// UPDATE credentials SET sign_count = ?, uv_initialized = ?, backup_eligible = ?, backup_state = ?
/// WHERE id = ? AND sign_count = ? AND uv_initialized = ?
///   AND backup_eligible IS NOT DISTINCT FROM ? AND backup_state IS NOT DISTINCT FROM ?
/// ```
///
/// Where records are kept whole, as JSON: read, [`CredentialRecord::apply`] and write in one transaction, or write where
/// the old text still stands.
///
/// A queue may hold it on its way to the store: its serde form has a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
#[must_use = "the record must be brought up to date, or a cloned authenticator goes unnoticed"]
pub struct RecordUpdate {
    version: Version,
    /// What the record must still be.
    pub expect: RecordState,
    /// What it becomes.
    pub set: RecordState,
}

impl RecordUpdate {
    /// The way from one state to another; `None` where there is none to go.
    pub(crate) fn between(expect: RecordState, set: RecordState) -> Option<Self> {
        (set != expect).then_some(Self { version: Version, expect, set })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_judged_when_a_value_is_made() {
        for (len, id, handle) in [
            (0, false, false),
            (1, true, true),
            (64, true, true),
            (65, true, false),
            (1023, true, false),
            (1024, false, false),
        ] {
            assert_eq!(CredentialId::new(vec![0; len]).is_ok(), id, "{len}");
            assert_eq!(UserHandle::new(vec![0; len]).is_ok(), handle, "{len}");
        }
        assert_eq!(UserHandle::new(vec![0; 65]).unwrap_err().to_string(), "65 bytes, where a user handle has 1 to 64");
    }

    /// As the key of a map, whether it hashes or sorts; and as text.
    #[test]
    fn an_id_is_its_bytes() {
        use std::collections::{BTreeMap, HashMap};
        for len in [1, 16, 64, 65, 1023] {
            let bytes: Vec<u8> = (0..=255).cycle().take(len).collect();
            let id = CredentialId::new(&bytes).unwrap();
            assert!(HashMap::from([(id.clone(), ())]).contains_key(&*bytes), "{len}");
            assert!(BTreeMap::from([(id.clone(), ())]).contains_key(&*bytes), "{len}");
            assert_eq!(id.to_base64url().parse(), Ok(id));
        }
        let text = |text: &str| text.parse::<UserHandle>().unwrap_err();
        assert_eq!(text("AA=="), TextError::NotBase64Url);
        assert_eq!(text(""), UserHandle::new([]).unwrap_err().into());
    }

    #[test]
    fn a_record_survives_its_store() {
        let mut record =
            CredentialRecord::new(CredentialId::new(*b"id").unwrap(), UserHandle::new(*b"user").unwrap(), vec![0xa0]);
        record.transports = vec![Transport::SmartCard, Transport::Other("carrier-pigeon".into())];
        let stored = serde_json::to_string(&record).unwrap();
        assert_eq!(
            stored,
            r#"{"version":1,"id":"aWQ","userHandle":"dXNlcg","publicKey":"oA","signCount":0,"uvInitialized":false,"backupEligible":null,"backupState":null,"transports":["smart-card","carrier-pigeon"]}"#
        );
        assert_eq!(serde_json::from_str::<CredentialRecord>(&stored).unwrap(), record);
        let known = stored.replacen("\"backupState\":null", "\"backupState\":false", 1);
        assert_eq!(serde_json::from_str::<CredentialRecord>(&known).unwrap().backup_state, Some(false));
        assert!(
            serde_json::from_str::<CredentialRecord>(&stored.replacen("\"version\":1", "\"version\":2", 1)).is_err()
        );
        assert!(serde_json::from_str::<CredentialRecord>(&stored.replacen("\"aWQ\"", "\"\"", 1)).is_err());
    }

    #[test]
    fn an_update_is_a_compare_and_set() {
        let mut record =
            CredentialRecord::new(CredentialId::new(*b"id").unwrap(), UserHandle::new(*b"user").unwrap(), vec![0xa0]);
        let expect = RecordState::of(&record);
        assert_eq!(RecordUpdate::between(expect, expect), None);
        let update = RecordUpdate::between(expect, RecordState { sign_count: 5, ..expect }).unwrap();
        let stored = serde_json::to_string(&update).unwrap();
        assert!(stored.starts_with(r#"{"version":1,"expect":{"signCount":0,"#), "{stored}");
        assert_eq!(serde_json::from_str::<RecordUpdate>(&stored).unwrap(), update);
        assert!(serde_json::from_str::<RecordUpdate>(&stored.replacen(":1", ":2", 1)).is_err());
        assert!(serde_json::from_str::<RecordUpdate>(&stored.replacen(r#""version":1,"#, "", 1)).is_err());
        assert!(record.apply(&update));
        assert_eq!(record.sign_count, 5);
        assert!(!record.apply(&update), "the second of two sign-ins lost the race");
    }
}
