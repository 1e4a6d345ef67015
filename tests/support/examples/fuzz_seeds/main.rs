//! Writes seeds for the fuzz targets: `cargo run -p wardkey-authenticator --example fuzz_seeds -- FOLDER`.
//!
//! One folder for each target, one file for each seed, from every format and algorithm that the authenticator makes and
//! from every vector in `tests/vectors`. Where the backend of a target returns the same digest for every hash, the seed
//! has that digest, so that a fuzzer starts behind the comparison and not before it.

mod models;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::{env, fs, io};
use wardkey_authenticator::attestation::formats;
use wardkey_authenticator::hash::sha256;
use wardkey_authenticator::keys::PublicKey;
use wardkey_authenticator::*;

/// The digest that the backend of the targets returns.
const DIGEST: [u8; 32] = [0x57; 32];
/// The challenge of every ceremony there.
const CHALLENGE: [u8; 32] = [0; 32];

/// In the order of `Format::ALL` of the library.
const FORMATS: [&str; 8] =
    ["packed", "tpm", "android-key", "android-safetynet", "fido-u2f", "none", "apple", "compound"];

/// COSE numbers of the algorithms, as `keys::ALGORITHMS` of the targets has them.
const ALGORITHMS: [i64; 20] =
    [-8, -7, -35, -36, -257, -258, -259, -37, -38, -39, -48, -49, -50, -47, -53, -9, -51, -52, -19, -65535];

/// The octet that selects an algorithm.
fn selects(algorithm: Algorithm) -> u8 {
    let number = algorithm.id();
    ALGORITHMS.iter().position(|&other| other == number).expect("an algorithm of the library") as u8
}

/// The metadata cases: BLOBs, payloads, status reports, and policies with kept facts.
fn metadata(seeds: &mut Seeds) -> io::Result<()> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../metadata/cases.jsonl");
    for line in fs::read_to_string(path)?.lines() {
        let case: Value = serde_json::from_str(line)?;
        let blob = case["blob"].as_str().unwrap_or_default();
        seeds.write("mds_blob", blob.as_bytes())?;
        let Some(Ok(payload)) = blob.split('.').nth(1).map(|payload| URL_SAFE_NO_PAD.decode(payload)) else { continue };
        seeds.write("mds_payload", &payload)?;
        let Ok(json) = serde_json::from_slice::<Value>(&payload) else { continue };
        let reports = json["entries"][0]["statusReports"].to_string();
        seeds.write("mds_status", &[&[5, 56], reports.as_bytes()].concat())?;
        if let Some(policy) = case.get("policy") {
            let aaguid = "4d2a85c5-bed7-3a79-19b6-08c88a9afe48";
            for proofs in [json!([]), json!([{ "format": "packed", "path": URL_SAFE_NO_PAD.encode([0x57; 96]) }])] {
                let facts = json!({ "v": 1, "aaguid": aaguid, "at": 1_795_392_000, "proofs": proofs });
                seeds.write("mds_reassess", format!("{facts}\n{policy}").as_bytes())?;
            }
        }
    }
    // The smallest stored form: no words, anchors, traits, models or entries.
    seeds.write("mds_stored", &[&[0, 1, 0, 32][..], &DIGEST, &[0; 8], &[0], &[0; 8], &[0; 6]].concat())?;
    // One word, which the traits of one model have.
    let words = [&[1, 8][..], b"hardware"].concat();
    let head = [&[1, 0, 32][..], &DIGEST, &[0; 17], &[0, 0, 0]].concat();
    let traits = [&[1, 1, 1][..], &[0; 9]].concat();
    let model = [&[1, 0, 1, 16][..], &[9; 16], &[0; 9]].concat();
    seeds.write("mds_stored", &[words, head, traits, model, vec![0]].concat())
}

/// The cases of confirmations and accounts: documents, parts, receipts, and accounts with an act.
fn assurance(seeds: &mut Seeds) -> io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../assurance");
    for line in fs::read_to_string(folder.join("confirmations.jsonl"))?.lines() {
        let case: Value = serde_json::from_str(line)?;
        if let Some(part) = case.get("part") {
            seeds.write("part", part.to_string().as_bytes())?;
            continue;
        }
        let document = case["document"].to_string();
        seeds.write("document", document.as_bytes())?;
        seeds.write("part", &[&[0b110, 0, 200, 1], document.as_bytes()].concat())?;
        if let Some(posted) = case.get("response") {
            let signed = &posted["response"];
            let response = json!({
                "rawId": posted["rawId"], "clientDataJSON": signed["clientDataJSON"],
                "authenticatorData": signed["authenticatorData"], "signature": signed["signature"],
                "userHandle": signed["userHandle"],
            });
            let receipt =
                json!({ "version": 1, "document": case["document"], "nonce": case["nonce"], "response": response });
            seeds.write("receipt", receipt.to_string().as_bytes())?;
        }
    }
    for line in fs::read_to_string(folder.join("accounts.jsonl"))?.lines() {
        let mut case: Value = serde_json::from_str(line)?;
        case["account"]["version"] = 1.into();
        let at = case["now"].as_i64().unwrap_or(0) - case["session"]["age_secs"].as_i64().unwrap_or(0);
        let session = json!({
            "level": case["session"]["level"], "authenticated_at": at, "confirmed": false, "second_credential": false,
        });
        let input = json!({
            "account": case["account"], "act": case["act"], "session": session,
            "recovered": case["session"]["recovered"], "policy": case["policy"], "now": case["now"],
        });
        seeds.write("account", input.to_string().as_bytes())?;
    }
    Ok(())
}

struct Seeds {
    folder: PathBuf,
    written: usize,
}

impl Seeds {
    fn write(&mut self, target: &str, bytes: &[u8]) -> io::Result<()> {
        let folder = self.folder.join(target);
        fs::create_dir_all(&folder)?;
        let name: String = sha256(bytes).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        self.written += 1;
        fs::write(folder.join(name), bytes)
    }
}

fn main() -> io::Result<()> {
    let folder = PathBuf::from(env::args().nth(1).expect("usage: fuzz_seeds FOLDER"));
    let mut seeds = Seeds { folder, written: 0 };
    metadata(&mut seeds)?;
    assurance(&mut seeds)?;
    for algorithm in Algorithm::ALL {
        key(&mut seeds, algorithm)?;
        for (_, format) in formats(algorithm) {
            registration(&mut seeds, &Registration::new("fuzz", algorithm).format(format))?;
        }
    }
    let at_challenge = |data: &mut ClientData| data.set("challenge", URL_SAFE_NO_PAD.encode(CHALLENGE));
    let safetynet = AndroidSafetyNet::new().payload(|payload| payload["nonce"] = STANDARD.encode(DIGEST).into());
    registration(&mut seeds, &Registration::new("fuzz", Algorithm::Es256).format(safetynet))?;
    let tpm = Tpm::new().cert_info(|info| info.name[2..].copy_from_slice(&DIGEST));
    registration(&mut seeds, &Registration::new("fuzz", Algorithm::Es256).format(tpm.clone()))?;
    registration(&mut seeds, &Registration::new("fuzz", Algorithm::Rs256).format(tpm))?;
    let extended =
        Registration::new("fuzz", Algorithm::Es256).authenticator_data(|data| data.extension("credProtect", 2));
    registration(&mut seeds, &extended)?;
    for certificates in 1..=4 {
        for algorithm in [Algorithm::Es256, Algorithm::Rs256, Algorithm::Ps256, Algorithm::EdDsa] {
            chain(&mut seeds, Packed::new(), Chain::of(certificates, algorithm))?;
        }
    }
    for algorithm in Algorithm::ALL.into_iter().filter(|&algorithm| algorithm != Algorithm::Rs1) {
        chain(&mut seeds, Packed::by(algorithm), Chain::of(2, algorithm))?;
    }
    for algorithm in Algorithm::ALL {
        authentication(&mut seeds, &Authentication::new("fuzz", algorithm).client_data(at_challenge))?;
        payments(&mut seeds, algorithm)?;
    }
    stored_elsewhere(&mut seeds)?;
    models::front_door(&mut seeds)?;
    models::certification_path(&mut seeds)?;
    notations(&mut seeds)?;
    vectors(&mut seeds, Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../vectors")))?;
    println!("{} seeds", seeds.written);
    Ok(())
}

/// A block: its length in two octets, then the octets.
fn block(bytes: &[u8]) -> Vec<u8> {
    [&(bytes.len() as u16).to_be_bytes()[..], bytes].concat()
}

/// Replaces these hashes in `bytes` by the digest.
fn with_digest(bytes: &[u8], hashes: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for hash in hashes {
        let places: Vec<_> = bytes.windows(32).enumerate().filter(|(_, part)| part == hash).map(|(at, _)| at).collect();
        for at in places {
            bytes[at..at + 32].copy_from_slice(&DIGEST);
        }
    }
    bytes
}

fn key(seeds: &mut Seeds, algorithm: Algorithm) -> io::Result<()> {
    let registration = Registration::new("fuzz", algorithm);
    let (cose, message) = (registration.public_key_bytes(), b"a message");
    seeds.write("cose_key", &cose)?;
    seeds.write("cbor", &cose)?;
    seeds.write("signature", &[block(&cose), block(message), registration.key.sign(message)].concat())
}

fn registration(seeds: &mut Seeds, registration: &Registration) -> io::Result<()> {
    let registration = registration.clone();
    let format = registration.attestation.identifier();
    let made = registration.clone().client_data(|data| data.set("challenge", URL_SAFE_NO_PAD.encode(CHALLENGE))).make();
    let client_data_hash = sha256(&made.client_data_json);
    let signed = sha256(&[&made.authenticator_data[..], &client_data_hash].concat());
    let hashes = [sha256(b"example.org"), client_data_hash, signed];
    let (object, data) =
        (with_digest(&made.attestation_object, &hashes), with_digest(&made.authenticator_data, &hashes));
    seeds.write("attestation_object", &[&[0][..], &made.attestation_object].concat())?;
    seeds.write("authenticator_data", &made.authenticator_data)?;
    seeds.write("cbor", &made.attestation_object)?;
    seeds.write("client_data", &made.client_data_json)?;
    seeds.write("registration", &[&[0, 0][..], &block(&made.client_data_json), &object].concat())?;
    let number = FORMATS.iter().position(|name| *name == format).expect("a format of the standard");
    // Between attStmt and authData lies the statement: both names are text strings.
    let at = |name: &[u8]| object.windows(name.len()).position(|part| part == name).expect("a member");
    let statement = &object[at(b"\x67attStmt") + 8..at(b"\x68authData")];
    seeds.write("statement", &[&[number as u8][..], &block(&data), statement].concat())?;

    let mut posted = registration.response();
    posted["response"]["clientDataJSON"] = URL_SAFE_NO_PAD.encode(&made.client_data_json).into();
    posted["response"]["attestationObject"] = URL_SAFE_NO_PAD.encode(&object).into();
    posted["response"]["authenticatorData"] = URL_SAFE_NO_PAD.encode(&data).into();
    seeds.write("registration_json", posted.to_string().as_bytes())
}

/// Anchor and certificates of a packed attestation with this chain, and revocation lists of its authorities.
fn chain(seeds: &mut Seeds, packed: Packed, chain: Chain) -> io::Result<()> {
    let anchors = chain.trust_anchors();
    let issuer = chain.authorities.last().expect("an authority").clone();
    let algorithm = selects(packed.algorithm);
    let registration = Registration::new("fuzz", Algorithm::Es256).format(packed.chain(chain));
    let object = registration.make().attestation_object;
    let certificates = certificates(&object);
    for der in anchors.iter().chain(&certificates) {
        seeds.write("certificate", der)?;
        seeds.write("pem", pem("CERTIFICATE", der).as_bytes())?;
    }
    for years in [0, 57] {
        let counts = (certificates.len() << 4 | anchors.len()) as u8;
        let blocks: Vec<u8> = anchors.iter().chain(&certificates).flat_map(|der| block(der)).collect();
        let path = [&[counts, 0, years, algorithm][..], &blocks].concat();
        seeds.write("chain", &path)?;
        for crl in revocation_lists(&issuer) {
            seeds.write("crl", &[&path[..], &crl.der()].concat())?;
            seeds.write("crl", &[&path[..], pem("X509 CRL", &crl.der()).as_bytes()].concat())?;
        }
    }
    Ok(())
}

/// RFC 7468.
fn pem(label: &str, der: &[u8]) -> String {
    let lines: Vec<_> = STANDARD.encode(der).into_bytes().chunks(64).map(<[u8]>::to_vec).collect();
    let lines = String::from_utf8(lines.join(&b'\n')).expect("Base64");
    format!("-----BEGIN {label}-----\n{lines}\n-----END {label}-----\n")
}

/// Nothing, other certificates and this authority's own revoked; with and without a reason.
fn revocation_lists(issuer: &Authority) -> [RevocationList; 4] {
    let reason = Extension::new("2.5.29.21", der::enumerated(1));
    let own = issuer.certificate.serial_number.clone();
    [
        RevocationList::of(issuer, &[]),
        RevocationList::of(issuer, &[&[1], &[1, 0], &own]),
        RevocationList::of(issuer, &[]).with(|list| list.revoked = vec![(vec![1], vec![reason])]),
        RevocationList::of(issuer, &[]).with(|list| list.extensions.clear()),
    ]
}

/// The certificates in an attestation object: byte strings (59) that hold a SEQUENCE (30 82).
fn certificates(object: &[u8]) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    let mut rest = object;
    while let Some(at) = rest.windows(5).position(|head| head[0] == 0x59 && head[3..] == [0x30, 0x82]) {
        let len = usize::from(u16::from_be_bytes([rest[at + 1], rest[at + 2]]));
        let (certificate, after) = rest[at + 3..].split_at(len);
        found.push(certificate.to_vec());
        rest = after;
    }
    found
}

fn authentication(seeds: &mut Seeds, authentication: &Authentication) -> io::Result<()> {
    let made = authentication.make();
    let data = with_digest(&made.authenticator_data, &[sha256(b"example.org")]);
    let blocks = [block(&made.client_data_json), block(&data), block(&[1]), made.signature].concat();
    for choices in [0b0001_0001, 0b0110_1111, 0b0001_0000] {
        let algorithm = selects(authentication.key.algorithm);
        seeds.write("authentication", &[&[choices, 0, 0, algorithm][..], &blocks].concat())?;
    }
    seeds.write("client_data", &made.client_data_json)?;
    seeds.write("authenticator_data", &made.authenticator_data)?;
    seeds.write("authentication_json", authentication.response().to_string().as_bytes())
}

/// Payments as `fuzz_targets/payment.rs` expects them, with and without a browser-bound signature by a key of this
/// algorithm.
fn payments(seeds: &mut Seeds, algorithm: Algorithm) -> io::Result<()> {
    let collected = json!({
        "rpId": "example.org", "topOrigin": "https://shop.example", "payeeOrigin": "https://shop.example",
        "paymentEntitiesLogos": [{ "url": "https://a.example", "label": "a" }],
        "total": { "currency": "EUR", "value": "12.50" },
        "instrument": { "displayName": "Card", "icon": "https://bank.example/card.png", "iconMustBeShown": true },
    });
    let key = json::base64url(&Registration::new("fuzz", algorithm).public_key_bytes());
    let (mut older, mut bound) = (collected.clone(), collected.clone());
    (older["rpId"], older["rp"]) = (Value::Null, "example.org".into());
    (older["instrument"]["icon"], older["instrument"]["iconMustBeShown"]) = ("".into(), false.into());
    bound["browserBoundPublicKey"] = key.into();
    let signed = json!({ "payment": { "browserBoundSignature": { "signature": "AAAA" } } }).to_string();
    for (choices, payment, results) in
        [(0, &older, "{}"), (1, &collected, "{}"), (1, &bound, &signed), (3, &bound, &signed)]
    {
        let mut data = ClientData::get(&CHALLENGE, "https://example.org");
        data.set("type", "payment.get");
        data.set("payment", payment.clone());
        let choices = choices | selects(algorithm) << 3;
        seeds.write("payment", &[&[choices][..], &block(&data.to_json()), results.as_bytes()].concat())?;
        seeds.write("client_data", &data.to_json())?;
    }
    Ok(())
}

/// A credential in the form of each library, for the user handle 01, and options and responses of webauthn-rs front ends.
fn stored_elsewhere(seeds: &mut Seeds) -> io::Result<()> {
    for algorithm in Algorithm::ALL {
        let registration = Registration::new("fuzz", algorithm);
        let (id, key) = (registration.credential_id(), registration.public_key_bytes());
        let attested = [&[0; 16][..], &(id.len() as u16).to_be_bytes(), id, &key].concat();
        let (id_64, key_64) = (json::base64(id), json::base64(&key));
        let (id, key_url, attested) = (json::base64url(id), json::base64url(&key), json::base64url(&attested));
        if let Some(key) = webauthn_rs_key(&registration.key) {
            let stored = json!({
                "cred_id": id, "cred": key, "counter": 3, "transports": ["internal"], "user_verified": true,
                "backup_eligible": true, "backup_state": false, "registration_policy": "required", "extensions": {},
                "attestation": { "data": "None", "metadata": "None" }, "attestation_format": "none",
            });
            seeds.write("import", stored.to_string().as_bytes())?;
            seeds.write("import", json!({ "cred": stored }).to_string().as_bytes())?;
        }
        let shapes = [
            json!({
                "id": id, "publicKey": key, "counter": 5, "deviceType": "multiDevice", "backedUp": true,
                "transports": ["internal", "hybrid"], "webauthnUserID": "AQ",
            }),
            json!({
                "id": id_64, "publicKey": key_64, "transport": ["usb"],
                "flags": { "userPresent": true, "userVerified": true, "backupEligible": false, "backupState": false },
                "authenticator": { "AAGUID": "", "signCount": 9, "cloneWarning": false },
            }),
            json!({
                "credential_id": id, "credential_public_key": key_url, "sign_count": 2, "user_verified": true,
                "credential_device_type": "multi_device", "credential_backed_up": false, "transports": "usb,nfc",
            }),
            json!({
                "credentialId": id, "userHandle": "AQ", "publicKeyCose": key_url, "signatureCount": 2,
                "backupEligible": true, "backupState": true,
            }),
            json!({
                "attestedCredentialData": attested, "counter": 1, "uvInitialized": true, "backupEligible": false,
                "backupState": false, "transports": ["nfc"],
            }),
            json!({
                "Id": id_64, "PublicKey": key_64, "SignCount": 6, "Transports": ["internal"], "IsBackupEligible": true,
                "IsBackedUp": true, "UserHandle": "AQ==", "Descriptor": { "type": "public-key", "id": id },
            }),
        ];
        for shape in shapes {
            seeds.write("import", shape.to_string().as_bytes())?;
        }
        let mut posted = [registration.response(), Authentication::of(&registration).response()];
        for response in &mut posted {
            response["extensions"] = json!({ "appid": null, "credProps": { "rk": true } });
            seeds.write("import", response.to_string().as_bytes())?;
            response.as_object_mut().expect("an object").remove("clientExtensionResults");
            seeds.write("import", response.to_string().as_bytes())?;
        }
    }
    if let PublicKey::Ec2 { x, y, .. } = Registration::new("fuzz", Algorithm::Es256).key.public() {
        let point = json::base64url(&[&[4], &x[..], &y].concat());
        let u2f = json!({ "keyHandle": "AQID", "publicKey": point, "counter": 41, "transports": ["usb"] });
        seeds.write("import", u2f.to_string().as_bytes())?;
    }
    let [creation, request] = options();
    seeds.write("import", json!({ "publicKey": creation }).to_string().as_bytes())?;
    seeds.write("import", json!({ "publicKey": request, "mediation": "conditional" }).to_string().as_bytes())
}

/// A key as webauthn-rs writes it, if it knows the algorithm.
fn webauthn_rs_key(key: &Key) -> Option<Value> {
    let name = match key.algorithm.name() {
        "EdDSA" => "EDDSA",
        "RS1" => "INSECURE_RS1",
        name @ ("ES256" | "ES384" | "ES512" | "RS256" | "RS384" | "RS512" | "PS256" | "PS384" | "PS512") => name,
        _ => return None,
    };
    let key = match key.public() {
        PublicKey::Ec2 { x, y, .. } => {
            let curve = match name {
                "ES256" => "SECP256R1",
                "ES384" => "SECP384R1",
                _ => "SECP521R1",
            };
            json!({ "EC_EC2": { "curve": curve, "x": json::base64url(&x), "y": json::base64url(&y) } })
        }
        PublicKey::Okp { x, .. } => json!({ "EC_OKP": { "curve": "ED25519", "x": json::base64url(&x) } }),
        PublicKey::Rsa { n, e } => json!({ "RSA": { "n": json::base64url(&n), "e": e } }),
        PublicKey::Akp { .. } => return None,
    };
    Some(json!({ "type_": name, "key": key }))
}

/// Creation and request options.
fn options() -> [Value; 2] {
    let descriptor = json!({ "type": "public-key", "id": "AQID", "transports": ["usb", "internal", "pigeon"] });
    let creation = json!({
        "rp": { "id": "example.org", "name": "Example" },
        "user": { "id": "AQ", "name": "ada", "displayName": "Ada" },
        "challenge": "AAAA",
        "pubKeyCredParams": [{ "type": "public-key", "alg": -7 }],
        "timeout": 300_000,
        "excludeCredentials": [descriptor],
        "authenticatorSelection": {
            "authenticatorAttachment": "platform", "residentKey": "required", "requireResidentKey": true,
            "userVerification": "required",
        },
        "hints": ["hybrid"],
        "attestation": "direct",
        "attestationFormats": ["packed"],
        "extensions": { "credProps": true },
    });
    let request = json!({
        "challenge": "AAAA", "timeout": 1, "rpId": "example.org", "allowCredentials": [descriptor],
        "userVerification": "preferred", "hints": ["security-key"], "extensions": { "appid": "https://example.org" },
    });
    [creation, request]
}

/// Texts and stored values, which have no layer of the authenticator.
fn notations(seeds: &mut Seeds) -> io::Result<()> {
    for text in ["", "AA", "__79", "Zm9v", "Zm9vYmFy", "AA==", "AB"] {
        seeds.write("base64url", text.as_bytes())?;
    }
    for options in options() {
        seeds.write("options", options.to_string().as_bytes())?;
    }
    let (challenge, issued) = ("AAAAAAAAAAAAAAAAAAAAAA", 1_795_392_000);
    let registration = json!({
        "version": 1, "rpId": "example.org", "challenge": challenge, "issuedAt": issued, "expiresAt": issued + 300,
        "userHandle": "AQ", "algorithms": [-8, -7], "userVerificationRequired": true, "conditional": false,
        "attestation": null, "extensions": {
            "requested": ["credProps"], "credProtect": null, "credProtectEnforced": false,
            "required": {
                "minPinLength": null, "pinComplexityPolicy": false, "credBlobStored": false, "hmacSecret": false,
                "unsignedDiscoverable": false, "unsignedLargeBlobSupported": false, "unsignedPrfEnabled": false,
            },
            "refuseUnsolicited": false, "refuseSecretResults": false,
        },
    });
    let authentication = json!({
        "version": 1, "rpId": "example.org", "challenge": challenge, "issuedAt": issued, "expiresAt": issued + 120,
        "purpose": { "reauthentication": { "purpose": "delete-passkey", "freshSecs": 120 } }, "userHandle": "AQ",
        "allowCredentials": ["AQID"], "userVerificationRequired": true, "appid": null, "extensions": {
            "requested": [],
            "required": { "credBlob": false, "uvm": false, "unsignedLargeBlobWritten": false },
            "refuseUnsolicited": false, "refuseSecretResults": false,
        },
    });
    seeds.write("state", registration.to_string().as_bytes())?;
    seeds.write("state", authentication.to_string().as_bytes())?;
    let record = json!({
        "version": 1, "id": "AQ", "userHandle": "AQ", "publicKey": "oA", "signCount": 0, "uvInitialized": false,
        "backupEligible": null, "backupState": false, "transports": ["smart-card", "pigeon"],
    });
    let before = json!({ "signCount": 0, "uvInitialized": false, "backupEligible": null, "backupState": false });
    let after = json!({ "signCount": 5, "uvInitialized": true, "backupEligible": true, "backupState": true });
    seeds.write("record", format!("{record}\n{}", json!({ "version": 1, "expect": before, "set": after })).as_bytes())
}

/// The responses of every vector, and their anchors.
fn vectors(seeds: &mut Seeds, folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_none_or(|extension| extension != "jsonl") {
            continue;
        }
        for line in fs::read_to_string(path)?.lines() {
            let vector: Value = serde_json::from_str(line)?;
            vector_seeds(seeds, &vector)?;
        }
    }
    Ok(())
}

fn vector_seeds(seeds: &mut Seeds, vector: &Value) -> io::Result<()> {
    let response = &vector["response"];
    let bytes = |value: &Value| value.as_str().and_then(|text| URL_SAFE_NO_PAD.decode(text).ok());
    let target = if vector["kind"] == "registration" { "registration_json" } else { "authentication_json" };
    seeds.write(target, response.to_string().as_bytes())?;
    models::vector(seeds, vector)?;
    let inner = &response["response"];
    for (member, target) in [("clientDataJSON", "client_data"), ("authenticatorData", "authenticator_data")] {
        if let Some(bytes) = bytes(&inner[member]) {
            seeds.write(target, &bytes)?;
        }
    }
    if let Some(object) = bytes(&inner["attestationObject"]) {
        seeds.write("attestation_object", &[&[3][..], &object].concat())?;
        seeds.write("cbor", &object)?;
    }
    for anchor in vector["expected"]["trust_anchors"].as_array().into_iter().flatten().filter_map(bytes) {
        seeds.write("certificate", &anchor)?;
    }
    match bytes(&vector["expected"]["credential"]["public_key_cose"]) {
        Some(key) => seeds.write("cose_key", &key),
        None => Ok(()),
    }
}
