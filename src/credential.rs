//! Credential ids, user handles and credential records (§4), as a relying party stores them.

mod descriptor;

pub use descriptor::{CredentialDescriptor, CredentialParameters, PublicKeyCredentialType};

use crate::codec::base64url::{self, ShortBytes};
use crate::codec::json::expecting;
use crate::invalid::InvalidValue;
use serde::de::{Error as _, SeqAccess, Visitor, value::SeqAccessDeserializer};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

macro_rules! opaque_bytes {
    ($(#[$doc:meta])* $name:ident, $what:literal, $most:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(ShortBytes);

        impl $name {
            /// The maximum number of bytes.
            pub const MAX_LEN: usize = $most;

            /// Copies the bytes. Up to 64 bytes are stored inline, without an allocation.
            ///
            /// # Errors
            /// [`InvalidValue::Length`] unless there are 1 to [`Self::MAX_LEN`] bytes.
            pub fn new(bytes: impl AsRef<[u8]>) -> Result<Self, InvalidValue> {
                let bytes = bytes.as_ref();
                Self::check_len(bytes.len())?;
                Ok(Self(ShortBytes::from_slice(bytes)))
            }

            pub(crate) const fn check_len(len: usize) -> Result<(), InvalidValue> {
                match len {
                    1..=$most => Ok(()),
                    len => Err(InvalidValue::Length { what: $what, len, most: $most }),
                }
            }

            /// Returns the bytes.
            #[must_use]
            pub fn as_bytes(&self) -> &[u8] {
                &self.0
            }

            /// Encodes the bytes in base64url without padding, as in the JSON of the browser.
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

        /// Lets a map with this key type be searched by the bytes of a response.
        impl core::borrow::Borrow<[u8]> for $name {
            fn borrow(&self) -> &[u8] {
                &self.0
            }
        }

        /// Decodes base64url without padding, as in a path or a form.
        impl core::str::FromStr for $name {
            type Err = InvalidValue;

            fn from_str(text: &str) -> Result<Self, InvalidValue> {
                Self::new(base64url::decode(text).map_err(|_| InvalidValue::NotBase64Url)?)
            }
        }

        impl core::fmt::Debug for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                write!(f, "{}({})", stringify!($name), self.to_base64url())
            }
        }

        /// Base64url without padding, as text.
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
    /// A credential id: 1 to 1023 opaque bytes (§7.1). It names a credential and proves nothing.
    CredentialId, "a credential id", 1023
}

opaque_bytes! {
    /// A user handle: 1 to 64 opaque bytes (§5.4.3). It must not identify a person (§14.6.1), so use random bytes.
    UserHandle, "a user handle", 64
}

/// How a client may reach an authenticator (§5.8.4). A hint: unknown values are kept. Ordered by name, as `getTransports()`
/// returns them (§5.2.1).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
#[non_exhaustive]
pub enum Transport {
    /// Bluetooth Low Energy.
    Ble,
    /// A phone, through proximity and a tunnel.
    Hybrid,
    /// The client device itself.
    Internal,
    /// NFC.
    Nfc,
    /// ISO/IEC 7816 smart card.
    SmartCard,
    /// USB.
    Usb,
    /// An unknown value, as received.
    Other(String),
}

impl Transport {
    /// Returns the transport with this name. An unknown name becomes [`Transport::Other`].
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

    /// Returns the name of the transport.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Ble => "ble",
            Self::Hybrid => "hybrid",
            Self::Internal => "internal",
            Self::Nfc => "nfc",
            Self::SmartCard => "smart-card",
            Self::Usb => "usb",
            Self::Other(name) => name,
        }
    }
}

/// Serde uses this in every format, because an enumeration with an untagged variant cannot be read from binary formats.
impl From<Transport> for String {
    fn from(transport: Transport) -> Self {
        match transport {
            Transport::Other(name) => name,
            known => known.name().to_owned(),
        }
    }
}

impl From<String> for Transport {
    fn from(name: String) -> Self {
        Self::from_name(&name)
    }
}

/// Reads the transports of a record. In text formats the member may be missing or null; binary formats always have the list.
fn transports<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Transport>, D::Error> {
    struct List;
    impl<'de> Visitor<'de> for List {
        type Value = Vec<Transport>;
        expecting!("a list of transports, or null");
        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok(Vec::new())
        }
        fn visit_none<E>(self) -> Result<Self::Value, E> {
            Ok(Vec::new())
        }
        fn visit_seq<A: SeqAccess<'de>>(self, names: A) -> Result<Self::Value, A::Error> {
            Vec::deserialize(SeqAccessDeserializer::new(names))
        }
    }
    if from.is_human_readable() { from.deserialize_any(List) } else { Vec::deserialize(from) }
}

/// A stored credential: the items of §4 that sign-ins need, under their names, and the account that owns it.
///
/// [`Registered::claim`](crate::policy::Registered::claim) makes it. Store it with serde, and change it only with a
/// [`RecordUpdate`]. To verify the registration again years later, also store `attestationObject` and
/// `attestationClientDataJSON`: see [`evidence`](crate::ceremony::evidence).
///
/// ```
/// use wardkey::{CredentialId, CredentialRecord, UserHandle};
/// let (id, user) = (CredentialId::new(b"credential")?, UserHandle::new(b"user")?);
/// let record = CredentialRecord::new(id, user, vec![0xa0]);
/// let stored = serde_json::to_string(&record)?;
/// assert_eq!(serde_json::from_str::<CredentialRecord>(&stored)?, record);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CredentialRecord {
    /// The version of the stored format.
    version: Version,
    /// The credential id. Must be unique over all accounts.
    pub id: CredentialId,
    /// The user handle of the account.
    pub user_handle: UserHandle,
    /// The credential public key: a COSE_Key, with the bytes that were attested.
    #[serde(with = "base64url::text")]
    pub public_key: Vec<u8>,
    /// The last signature counter. 0 if the authenticator has none or it is unknown. If it is 0, the next sign-in sets it.
    pub sign_count: u32,
    /// uvInitialized: whether UV counts as a factor, because it was performed at registration, or later together with an
    /// equally strong factor.
    pub uv_initialized: bool,
    /// BE at registration. `None` if unknown, as in imported records; then the next sign-in sets it.
    // Required even if null, as the next member: a record without it would accept any value.
    #[serde(deserialize_with = "Option::deserialize")]
    pub backup_eligible: Option<bool>,
    /// BS at the last ceremony. `None` if unknown, as in imported records; then the next sign-in sets it.
    #[serde(deserialize_with = "Option::deserialize")]
    pub backup_state: Option<bool>,
    /// The transports that the client reported, for `allowCredentials`.
    #[serde(default, deserialize_with = "transports")]
    pub transports: Vec<Transport>,
}

/// Version 1 of a stored format, the only one so far. Reading refuses every other version.
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
            _ => Err(D::Error::custom("expected version 1 of the stored format")),
        }
    }
}

impl CredentialRecord {
    /// Makes a record from its items, for imports and tests. Verifies nothing: never pass client input.
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

    /// Applies the update of a sign-in. Returns `false` and changes nothing if another sign-in changed the record since it
    /// was verified against; then start again.
    #[must_use = "`false` means that another sign-in changed the record first"]
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

/// The items of a [`CredentialRecord`] that a sign-in may change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct RecordState {
    /// The signature counter.
    pub sign_count: u32,
    /// uvInitialized: whether UV counts as a factor.
    pub uv_initialized: bool,
    /// BE; `None` if unknown.
    #[serde(deserialize_with = "Option::deserialize")] // required even if null
    pub backup_eligible: Option<bool>,
    /// BS; `None` if unknown.
    #[serde(deserialize_with = "Option::deserialize")] // required even if null
    pub backup_state: Option<bool>,
}

impl RecordState {
    /// Returns these items of `record`.
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

/// A compare-and-set on one record (§7.2, "Update credentialRecord"): write `set` if the store still holds `expect`. If it
/// does not, another sign-in changed the record first; start again.
///
/// In SQL, unknown values are `NULL`, so compare with `IS NOT DISTINCT FROM`:
///
/// ```sql
/// UPDATE credentials SET sign_count = ?, uv_initialized = ?, backup_eligible = ?, backup_state = ?
/// WHERE id = ? AND sign_count = ? AND uv_initialized = ?
///   AND backup_eligible IS NOT DISTINCT FROM ? AND backup_state IS NOT DISTINCT FROM ?
/// ```
///
/// A signature counter is a `BIGINT`, because SQL has no unsigned types: `i64::from(count)`, and `u32::try_from(column)`.
/// `examples/sql` has the tables and statements for PostgreSQL and SQLite, tested on both.
///
/// If you store records as JSON, call [`CredentialRecord::apply`] between read and write in one transaction, or write only if
/// the old text is unchanged.
///
/// The serde form has a version, so you may put an update into a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
#[must_use = "write it to the store, or a cloned authenticator stays unnoticed"]
pub struct RecordUpdate {
    version: Version,
    /// The items that the stored record must still have.
    pub expect: RecordState,
    /// The new items.
    pub set: RecordState,
}

impl RecordUpdate {
    /// Returns the update from `expect` to `set`, or `None` if they are equal.
    pub(crate) fn between(expect: RecordState, set: RecordState) -> Option<Self> {
        (set != expect).then_some(Self { version: Version, expect, set })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_of_a_wrong_length_cannot_be_made() {
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
        assert_eq!(
            UserHandle::new(vec![0; 65]).unwrap_err().to_string(),
            "a user handle must have 1 to 64 bytes, found 65"
        );
    }

    #[test]
    fn ids_are_found_in_maps_by_their_bytes_and_round_trip_as_text() {
        use std::collections::{BTreeMap, HashMap};
        for len in [1, 16, 64, 65, 1023] {
            let bytes: Vec<u8> = (0..=255).cycle().take(len).collect();
            let id = CredentialId::new(&bytes).unwrap();
            assert!(HashMap::from([(id.clone(), ())]).contains_key(&*bytes), "{len}");
            assert!(BTreeMap::from([(id.clone(), ())]).contains_key(&*bytes), "{len}");
            assert_eq!(id.to_base64url().parse(), Ok(id));
        }
        let text = |text: &str| text.parse::<UserHandle>().unwrap_err();
        assert_eq!(text("AA=="), InvalidValue::NotBase64Url);
        assert_eq!(text(""), UserHandle::new([]).unwrap_err());
    }

    #[test]
    fn a_stored_record_reads_back_equal() {
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

    /// An unknown value is null. A missing member means that the store is damaged.
    #[test]
    fn no_member_of_a_stored_shape_may_be_missing() {
        use serde_json::{Value, from_value, to_value};
        let mut record =
            CredentialRecord::new(CredentialId::new(*b"id").unwrap(), UserHandle::new(*b"user").unwrap(), vec![0xa0]);
        record.backup_eligible = Some(false);
        let expect = RecordState::of(&record);
        let update = RecordUpdate::between(expect, RecordState { sign_count: 5, ..expect }).unwrap();
        let (record, update) = (to_value(&record).unwrap(), to_value(update).unwrap());
        let without = |json: &Value, name: &str| {
            let mut json = json.clone();
            json.as_object_mut().unwrap().remove(name).unwrap();
            json
        };
        for name in record.as_object().unwrap().keys() {
            let read = from_value::<CredentialRecord>(without(&record, name));
            assert_eq!(read.is_ok(), name == "transports", "{name}"); // a hint, which decides nothing
        }
        for name in update.as_object().unwrap().keys() {
            assert!(from_value::<RecordUpdate>(without(&update, name)).is_err(), "{name}");
        }
        for name in update["set"].as_object().unwrap().keys() {
            let mut update = update.clone();
            update["set"] = without(&update["set"], name);
            assert!(from_value::<RecordUpdate>(update).is_err(), "{name}");
        }
    }

    #[test]
    fn an_update_applies_only_to_the_expected_record() {
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
        assert!(!record.apply(&update), "the record no longer has the expected items");
    }
}
