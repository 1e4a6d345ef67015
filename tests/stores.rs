//! Everything that a portal stores can be written in every common format of serde, and read again, also by later versions.

use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt::Debug;
use wardkey::extensions::{CreationExtensions, RequestExtensions};
use wardkey::{
    AuthenticationRequest, CredentialId, CredentialRecord, RecordState, RecordUpdate, RegistrationRequest,
    RelyingParty, Session, Transport, UnixTime, UserHandle,
};

const NOW: UnixTime = UnixTime::from_secs(1_795_392_000);

/// How each format writes and reads a value.
macro_rules! formats {
    ($($name:literal: |$value:ident| $write:expr, |$bytes:ident| $read:expr;)*) => {
        const FORMATS: &[&str] = &[$($name),*];

        fn write(format: &str, value: &impl Serialize) -> Vec<u8> {
            match format {
                $($name => { let $value = value; $write })*
                _ => panic!("{format}"),
            }
        }

        fn read<T: DeserializeOwned>(format: &str, bytes: &[u8]) -> T {
            match format {
                $($name => { let $bytes = bytes; $read.unwrap() })*
                _ => panic!("{format}"),
            }
        }
    };
}

formats! {
    "json": |value| serde_json::to_vec(value).unwrap(), |bytes| serde_json::from_slice(bytes);
    "ron": |value| ron::to_string(value).unwrap().into_bytes(), |bytes| ron::de::from_bytes(bytes);
    "bincode": |value| bincode::serialize(value).unwrap(), |bytes| bincode::deserialize(bytes);
    "postcard": |value| postcard::to_stdvec(value).unwrap(), |bytes| postcard::from_bytes(bytes);
    "cbor": |value| serde_cbor_2::to_vec(value).unwrap(), |bytes| serde_cbor_2::from_slice(bytes);
    "cbor-packed": |value| serde_cbor_2::ser::to_vec_packed(value).unwrap(), |bytes| serde_cbor_2::from_slice(bytes);
}

/// Writes and reads `value` in each format.
fn survives<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T, what: &str) {
    for format in FORMATS {
        assert_eq!(&read::<T>(format, &write(format, value)), value, "{what}: {format}");
    }
    let tree = serde_json::to_value(value).unwrap();
    assert_eq!(&serde_json::from_value::<T>(tree).unwrap(), value, "{what}: serde_json::Value");
}

fn record() -> CredentialRecord {
    CredentialRecord::new(CredentialId::new(*b"id").unwrap(), UserHandle::new([7; 32]).unwrap(), vec![0xa0])
}

/// A record with every item known.
fn full() -> CredentialRecord {
    let mut full = record();
    full.sign_count = u32::MAX;
    full.uv_initialized = true;
    (full.backup_eligible, full.backup_state) = (Some(true), Some(false));
    full.transports = ["ble", "hybrid", "internal", "nfc", "smart-card", "usb", "", "carrier-pigeon", "Usb"]
        .map(|name| Transport::from(name.to_owned()))
        .to_vec();
    full
}

/// An update from the one record to the other.
fn update() -> RecordUpdate {
    let [expect, set] = [record(), full()].map(|record| RecordState::of(&record));
    serde_json::from_value(serde_json::json!({"version": 1, "expect": expect, "set": set})).unwrap()
}

#[test]
fn records() {
    survives(&record(), "a record of unknown items");
    survives(&full(), "a record");
    survives(&update(), "an update");
}

#[test]
fn states() {
    let rp = RelyingParty::new("clinic.example", "Clinic").unwrap();
    let user = UserHandle::new([7; 32]).unwrap();
    let request = || RegistrationRequest::new(&user, "ada@mail.example", &[]);
    let extended = request().extensions(CreationExtensions::default().cred_props(true).uvm(true));
    let (_, state) = rp.start_registration(extended, Session::bound("session"), NOW).unwrap();
    survives(&state, "the state of a registration");
    let (_, state) = rp.start_registration(request(), Session::unbound(), NOW).unwrap();
    survives(&state, "the state of a registration without extensions");
    let request =
        AuthenticationRequest::known(&user, &[record()]).extensions(RequestExtensions::default().get_cred_blob(true));
    let (_, state) = rp.start_authentication(request, Session::bound("session"), NOW).unwrap();
    survives(&state, "the state of a sign-in");
    let (_, state) = rp.start_authentication(AuthenticationRequest::discoverable(), Session::unbound(), NOW).unwrap();
    survives(&state, "the state of a discoverable sign-in");
}

/// As an earlier version, and other stores, wrote it.
#[test]
fn absent_transports_are_none() {
    let json = serde_json::to_value(record()).unwrap();
    for transports in [Some(serde_json::Value::Null), None] {
        let mut json = json.clone();
        json.as_object_mut().unwrap().remove("transports");
        if let Some(value) = transports {
            json["transports"] = value;
        }
        assert_eq!(serde_json::from_value::<CredentialRecord>(json).unwrap(), record());
    }
}

#[test]
fn facts_of_assurance() {
    use wardkey::assurance::{
        AssuranceLevel, AttestationFacts, ConfirmationFacts, Demand, Facts, Fips, ModelFacts, ProvenSession, Signal,
        SignalTable,
    };
    use wardkey::metadata::{Incident, KeyProtection};
    survives(&Facts::unknown(NOW), "facts of which nothing is known");
    let mut facts = Facts::unknown(NOW);
    let mut model = ModelFacts::default();
    model.key_protection = vec![KeyProtection::Hardware, KeyProtection::Other("tomorrow".into())];
    model.fips = Some(Fips { level: 2, sunset: Some(NOW) });
    model.incidents = [Incident::Retired].into_iter().collect();
    facts.metadata = Some(model);
    facts.attestation = AttestationFacts::NOTHING;
    facts.confirmation = Some(ConfirmationFacts::items(1));
    survives(&facts, "facts");
    survives(&ProvenSession::new(AssuranceLevel::Aal2, NOW), "a session");
    let table = SignalTable::new([(Signal::NEW_ORIGIN, Demand::default().with_notice())]).unwrap();
    survives(&table, "a table of signals");
}

#[test]
fn confirmations_and_accounts() {
    use wardkey::account::{Account, Address, AddressKind, Passkey};
    use wardkey::assurance::AssuranceLevel;
    use wardkey::confirmation::{Document, Draft, Item, Nonce, Receipt};
    use wardkey::crypto::AwsLcRs;
    let mut draft = Draft::new("prescription", "pseud-7", NOW);
    draft.items = vec![Item::text("Ramipril 5 mg, 30")];
    let document = Document::new(draft).unwrap();
    survives(&document, "a document");
    let rp = RelyingParty::new("clinic.example", "Clinic").unwrap();
    let user = UserHandle::new([7; 32]).unwrap();
    let (_, state) = rp.start_confirmation(&user, &[record()], &document, Session::unbound(), NOW).unwrap();
    survives(&state, "the state of a confirmation");
    let response = r#"{"id":"aWQ","rawId":"aWQ","type":"public-key","clientExtensionResults":{},
        "response":{"clientDataJSON":"e30","authenticatorData":"AA","signature":"AA","userHandle":"AA"}}"#;
    let response = wardkey::AuthenticationResponse::from_json(response).unwrap();
    let receipt = Receipt::new(document, Nonce::new([7; 32]).unwrap(), response);
    survives(&receipt, "a receipt");
    survives(&receipt.part("clinic.example", true, &[1], &AwsLcRs), "a part");
    let mut account = Account::default();
    survives(&account, "an account without anything");
    account.sms = Some("s1".to_owned());
    account.passkeys = vec![Passkey::new("p1", AssuranceLevel::Aal2, true)];
    account.addresses = vec![Address { id: "s1".to_owned(), kind: AddressKind::Sms }];
    account.recovered_at = Some(NOW);
    survives(&account, "an account");
}

/// What each version of this crate stored for years: lines of format, name and hex digits. A version whose stored form differs adds
/// a file; the files before it stay as they are.
const VERSIONS: &[(&str, &str)] = &[("version_1.txt", include_str!("stores/version_1.txt"))];

/// The lines that this version writes.
fn written() -> String {
    let line = |format: &&str, name: &str, bytes: Vec<u8>| {
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{format} {name} {hex}\n")
    };
    let lines = |format| {
        [
            line(format, "unknown", write(format, &record())),
            line(format, "full", write(format, &full())),
            line(format, "update", write(format, &update())),
        ]
    };
    FORMATS.iter().flat_map(lines).collect()
}

#[test]
fn what_every_version_stored_is_read() {
    for (file, lines) in VERSIONS {
        assert_eq!(lines.lines().count(), 3 * FORMATS.len(), "{file}");
        for line in lines.lines() {
            let [format, name, hex] = line.split(' ').collect::<Vec<_>>().try_into().unwrap();
            let digit = |at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
            let bytes: Vec<u8> = (0..hex.len()).step_by(2).map(digit).collect();
            match name {
                "unknown" => assert_eq!(read::<CredentialRecord>(format, &bytes), record(), "{file}: {format}"),
                "full" => assert_eq!(read::<CredentialRecord>(format, &bytes), full(), "{file}: {format}"),
                "update" => assert_eq!(read::<RecordUpdate>(format, &bytes), update(), "{file}: {format}"),
                _ => panic!("{name}"),
            }
        }
    }
}

/// A change of what is stored must be noticed: it needs a new version, which still reads the earlier ones.
#[test]
fn this_version_writes_what_its_file_says() {
    let (file, lines) = VERSIONS.last().unwrap();
    if std::env::var_os("WRITE_VECTORS").is_some() {
        std::fs::write(format!("{}/tests/stores/{file}", env!("CARGO_MANIFEST_DIR")), written()).unwrap();
    } else {
        assert_eq!(written(), *lines);
    }
}
