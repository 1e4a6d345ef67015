//! Everything that a portal stores can be written in every common format of serde, and read again.

use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt::Debug;
use wardkey::extensions::{CreationExtensions, RequestExtensions};
use wardkey::{
    AuthenticationRequest, CredentialId, CredentialRecord, RegistrationRequest, RelyingParty, Session, Transport,
    UnixTime, UserHandle,
};

const NOW: UnixTime = UnixTime::from_secs(1_795_392_000);

/// Writes and reads `value` in each format.
fn survives<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T, what: &str) {
    let json = serde_json::to_vec(value).unwrap();
    assert_eq!(&serde_json::from_slice::<T>(&json).unwrap(), value, "{what}: JSON");
    let tree = serde_json::to_value(value).unwrap();
    assert_eq!(&serde_json::from_value::<T>(tree).unwrap(), value, "{what}: serde_json::Value");
    let bytes = bincode::serialize(value).unwrap();
    assert_eq!(&bincode::deserialize::<T>(&bytes).unwrap(), value, "{what}: bincode");
    let bytes = postcard::to_stdvec(value).unwrap();
    assert_eq!(&postcard::from_bytes::<T>(&bytes).unwrap(), value, "{what}: postcard");
    let text = ron::to_string(value).unwrap();
    assert_eq!(&ron::from_str::<T>(&text).unwrap(), value, "{what}: RON");
    let bytes = serde_cbor_2::to_vec(value).unwrap();
    assert_eq!(&serde_cbor_2::from_slice::<T>(&bytes).unwrap(), value, "{what}: CBOR");
    let bytes = serde_cbor_2::ser::to_vec_packed(value).unwrap();
    assert_eq!(&serde_cbor_2::from_slice::<T>(&bytes).unwrap(), value, "{what}: packed CBOR");
}

fn record() -> CredentialRecord {
    CredentialRecord::new(CredentialId::new(*b"id").unwrap(), UserHandle::new([7; 32]).unwrap(), vec![0xa0])
}

#[test]
fn records() {
    let mut full = record();
    full.sign_count = u32::MAX;
    full.uv_initialized = true;
    (full.backup_eligible, full.backup_state) = (Some(true), Some(false));
    full.transports = ["ble", "hybrid", "internal", "nfc", "smart-card", "usb", "", "carrier-pigeon", "Usb"]
        .map(|name| Transport::from(name.to_owned()))
        .to_vec();
    survives(&record(), "a record of unknown items");
    survives(&full, "a record");
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
