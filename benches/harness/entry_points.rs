//! The entry points of the crate that take an input of any length, with a generator of such inputs.
//!
//! `tests/bounds/growth.rs` checks their allocations at n, 2n and 4n; `benches/entry_points.rs` measures their cost. The
//! backend is [`YES`], so that the cost of signatures is not measured.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::hint::black_box;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use wardkey::account::{self, Account, AccountAct, AccountPolicy, AccountSession, AddressKind, Proof};
use wardkey::assurance::{Demand, Facts, ModelFacts, Rules, Signal, SignalTable, assess};
use wardkey::attestation::{CompoundPolicy, Format};
use wardkey::audit::{AuditChain, Bundle, ChainCheck};
use wardkey::authenticator::Aaguid;
use wardkey::ceremony::evidence::TrustOutcome;
use wardkey::ceremony::payment::ExpectedPayment;
use wardkey::ceremony::{Origins, Site, authentication, payment, registration};
use wardkey::client::capabilities::ClientCapabilities;
use wardkey::client::json::{CreationOptions, RequestOptions};
use wardkey::client::payment::{Amount, Instrument, PaymentDetails};
use wardkey::client::well_known;
use wardkey::client::well_known::RelatedOrigins;
use wardkey::confirmation::{Document, Draft, Item, Nonce, Part, Receipt};
use wardkey::crypto::{AwsLcRs, Backend, CryptoError, PublicKey, Scheme};
use wardkey::extensions::{Prf, PrfValues, RequestExtensions};
use wardkey::internals::{
    AttestationObject, AuthenticatorData, ClientData, CoseKey, CredentialDescriptor, PublicKeyCredentialType, cbor,
    decode_client_data,
};
use wardkey::metadata::{Attested, Metadata, Roots, Seen, UserVerificationMethod, verify};
use wardkey::policy::{AttestationPolicy, Trust, TrustAnchors};
use wardkey::quirk::{Quirk, Quirks};
use wardkey::x509::{Crl, TrustAnchor};
use wardkey::{
    AuthenticationRequest, AuthenticationResponse, AuthenticationState, CredentialId, CredentialRecord, Decoys,
    ReauthenticationRequest, RegistrationRequest, RegistrationResponse, RegistrationState, RelyingParty, Session,
    UnixTime, UserHandle, crypto, interop,
};
use wardkey_authenticator::{
    self as made, AndroidSafetyNet, Authentication, Authority, Cbor, Certified, Chain, Compound, Extension, Packed,
    PackedSelf, Registration, RevocationList, der,
};

/// A backend that hashes and draws random bytes with AWS-LC, and accepts every key and every signature. Counts hashes and
/// verifications.
#[derive(Debug, Default)]
pub struct Yes {
    verifications: AtomicUsize,
    hashes: AtomicUsize,
}

/// The backend of the entry points, whose counts are not read.
pub static YES: Yes = Yes { verifications: AtomicUsize::new(0), hashes: AtomicUsize::new(0) };

impl Yes {
    /// Returns the number of verifications, and of hashes.
    pub fn spent(&self) -> (usize, usize) {
        (self.verifications.load(Ordering::Relaxed), self.hashes.load(Ordering::Relaxed))
    }

    fn hash(&self) -> AwsLcRs {
        self.hashes.fetch_add(1, Ordering::Relaxed);
        AwsLcRs
    }
}

impl Backend for Yes {
    fn name(&self) -> &'static str {
        "yes"
    }

    fn supports(&self, scheme: Scheme) -> bool {
        AwsLcRs.supports(scheme)
    }

    fn sha256(&self, parts: &[&[u8]]) -> [u8; 32] {
        self.hash().sha256(parts)
    }

    fn sha1(&self, parts: &[&[u8]]) -> Option<[u8; 20]> {
        self.hash().sha1(parts)
    }

    fn sha384(&self, parts: &[&[u8]]) -> Option<[u8; 48]> {
        self.hash().sha384(parts)
    }

    fn sha512(&self, parts: &[&[u8]]) -> Option<[u8; 64]> {
        self.hash().sha512(parts)
    }

    fn hmac_sha256(&self, key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
        AwsLcRs.hmac_sha256(key, parts)
    }

    fn check_key(&self, _: &PublicKey<'_>) -> Result<(), CryptoError> {
        Ok(())
    }

    fn verify(&self, _: Scheme, _: &PublicKey<'_>, _: &[u8], _: &[u8]) -> Result<(), CryptoError> {
        self.verifications.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    fn random(&self, out: &mut [u8]) -> Result<(), CryptoError> {
        AwsLcRs.random(out)
    }
}

/// One entry point under one kind of input.
pub struct EntryPoint {
    /// Whether its input is the relying party's own: records, options and configuration.
    pub own: bool,
    /// What is called.
    pub name: &'static str,
    /// What grows.
    pub grows: &'static str,
    /// The bound of the input; empty if only the length of the message or of the own input bounds it.
    pub bound: &'static str,
    /// The longest input that is measured, in bytes: the bound, or a quarter of a mebibyte.
    pub most: usize,
    /// How many times its length it may hold at once.
    pub held: usize,
    /// An input of about so many bytes.
    pub make: Box<dyn Fn(usize) -> Input>,
}

/// What is handed in, and the call.
pub struct Input {
    /// Its length.
    pub bytes: usize,
    /// The call.
    pub work: Box<dyn Fn()>,
}

const KIB: usize = 1024;
const MIB: usize = 1024 * KIB;
const NOW: UnixTime = UnixTime::from_secs(made::expected::VALIDATE_AT);

fn entry(
    name: &'static str,
    grows: &'static str,
    bound: &'static str,
    most: usize,
    make: impl Fn(usize) -> Input + 'static,
) -> EntryPoint {
    EntryPoint { own: false, name, grows, bound, most, held: 12, make: Box::new(make) }
}

fn input(bytes: usize, work: impl Fn() + 'static) -> Input {
    Input { bytes, work: Box::new(work) }
}

/// A call that takes a text, or bytes.
fn with<B: AsRef<[u8]> + 'static, T>(given: B, call: impl Fn(&B) -> T + 'static) -> Input {
    input(given.as_ref().len(), move || drop(black_box(call(black_box(&given)))))
}

/// All entry points.
pub fn all() -> Vec<EntryPoint> {
    let messages = [responses(), client_data(), cbor(), ceremonies(), front_ends()].into_iter().flatten();
    let own =
        [certificates(), metadata(), front_door(), documents(), imports(), assurance(), audit()].into_iter().flatten();
    messages.chain(own.map(|entry| EntryPoint { own: true, ..entry })).collect()
}

/// Facts, signals and words of an issuer: values of the caller.
fn assurance() -> Vec<EntryPoint> {
    const LEN: usize = 64 * KIB;
    fn facts(n: usize) -> Facts {
        let mut facts = Facts::unknown(NOW);
        facts.attestation.trust = TrustOutcome::Trusted;
        facts.attestation.aaguid = true;
        let mut model = ModelFacts::default();
        model.user_verification = vec![UserVerificationMethod::Passcode; n / 24];
        facts.metadata = Some(model);
        facts
    }
    fn document(n: usize) -> Document {
        let mut draft = Draft::new("prescription", "pseud-7", NOW);
        draft.items = vec![Item::text("x".repeat(n.max(1)))];
        Document::new(draft).expect("a document")
    }
    fn receipt(n: usize) -> Receipt {
        let json = r#"{"id":"aWQ","rawId":"aWQ","type":"public-key","clientExtensionResults":{},"response":{"clientDataJSON":"e30","authenticatorData":"AA","signature":"AA"}}"#;
        let response = AuthenticationResponse::from_json(json).expect("a response");
        Receipt::new(document(n), Nonce::new([7; 32]).expect("32 bytes"), response)
    }
    fn signals(n: usize) -> Vec<Signal> {
        vec![Signal::NEW_ORIGIN; n / 16]
    }
    vec![
        entry("assess", "the words of a model", "", LEN, |n| {
            let facts = facts(n);
            input(n, move || Rules::ALL.into_iter().for_each(|rules| drop(black_box(assess(&facts, rules)))))
        }),
        entry("Facts by serde", "a word of a model", "", LEN, |n| {
            let mut facts = serde_json::to_value(facts(0)).expect("JSON");
            facts["metadata"]["key_protection"] = json!(["x".repeat(n)]);
            read_again::<Facts>(&facts)
        }),
        entry("Document by serde", "the content of an item", "64 KiB", 48 * KIB, |n| {
            read_again::<Document>(&serde_json::to_value(document(n)).expect("JSON"))
        }),
        entry("Document::digests", "the content of an item", "64 KiB", 48 * KIB, |n| {
            let (document, nonce) = (document(n), Nonce::new([7; 32]).expect("32 bytes"));
            input(n, move || drop(black_box(document.digests("example.org", &nonce, &YES))))
        }),
        entry("Part::check", "the content of an item", "64 KiB", 48 * KIB, |n| {
            let receipt = receipt(n);
            let part = receipt.part("example.org", true, &[1], &YES);
            input(n, move || part.check("example.org", &YES).expect("a part"))
        }),
        entry("Part by serde", "digests", "", LEN, |n| {
            let mut part = serde_json::to_value(receipt(1).part("example.org", true, &[1], &YES)).expect("JSON");
            part["digests"] = vec!["00".repeat(32); n / 67].into();
            read_again::<Part>(&part)
        }),
        entry("Receipt by serde", "the content of an item", "64 KiB", 48 * KIB, |n| {
            read_again::<Receipt>(&serde_json::to_value(receipt(n)).expect("JSON"))
        }),
        entry("Account::decide", "proofs", "", LEN, |n| {
            let mut account = Account::default();
            account.contacts = 1;
            let proofs = vec![Proof::Contact { via: AddressKind::Email, age_secs: 1 }; n / 32];
            let (act, session) = (AccountAct::Recover { proofs }, AccountSession::recovered(NOW));
            input(n, move || drop(black_box(account.decide(&act, &session, &AccountPolicy::default(), NOW))))
        }),
        entry("account::report", "accounts", "", LEN, |n| {
            let accounts = vec![Account::default(); n / size_of::<Account>()];
            let bytes = accounts.len() * size_of::<Account>();
            input(bytes, move || assert_eq!(black_box(account::report(&accounts)).accounts, accounts.len()))
        }),
        entry("SignalTable::ask", "signals", "", LEN, |n| {
            let table = SignalTable::new([(Signal::NEW_ORIGIN, Demand::default().held())]).expect("a table");
            let signals = signals(n);
            input(n, move || drop(black_box(table.ask(Demand::default(), &signals))))
        }),
    ]
}

/// Lines of a log and bundles of an archive: who reads a foreign one has bounds.
fn audit() -> Vec<EntryPoint> {
    fn event(n: usize) -> Value {
        json!({ "type": "sign-in", "texts": vec!["pseud-7"; n / 10] })
    }
    fn vector(n: usize) -> String {
        let (id, client_data) = ("AAAA", made::json::base64url(b"{}"));
        json!({
            "kind": "registration", "rp": { "id": "example.org", "origins": ["https://example.org"] },
            "expected": { "challenge": "AAAA", "uv_required": false },
            "response": {
                "id": id, "rawId": id, "type": "public-key", "clientExtensionResults": { "x": vec![0; n / 2] },
                "response": { "clientDataJSON": client_data, "attestationObject": "oA" },
            },
        })
        .to_string()
    }
    vec![
        entry("AuditChain::append", "the event", "1 MiB", MIB - 4 * KIB, |n| {
            let (event, chain) = (event(n), AuditChain::new("a").expect("a name"));
            input(n, move || drop(black_box(chain.clone().append(&event, &AwsLcRs).expect("a line"))))
        }),
        entry("ChainCheck::line", "the line", "1 MiB", MIB - 4 * KIB, |n| {
            let line = AuditChain::new("a").expect("a name").append(&event(n), &AwsLcRs).expect("a line");
            with(line, |line| ChainCheck::new("a", None).line(line, &AwsLcRs).expect("a line that holds"))
        }),
        entry("Bundle::of_vector", "a value that nobody reads", "8 MiB", MIB - 4 * KIB, |n| {
            with(vector(n), |json| drop(Bundle::of_vector(json, &AwsLcRs).expect("a bundle")))
        }),
        entry("Bundle::from_json, verify, to_json", "a value that nobody reads", "8 MiB", MIB - 4 * KIB, |n| {
            let json = Bundle::of_vector(&vector(n), &AwsLcRs).expect("a bundle").to_json();
            with(json, |json| {
                let bundle = Bundle::from_json(json).expect("a bundle");
                assert!(bundle.verify(&AwsLcRs).expect("a report").agrees());
                bundle.to_json()
            })
        }),
    ]
    .into_iter()
    .map(|entry| EntryPoint { held: 120, ..entry }) // a value of JSON is up to a hundred times its text
    .collect()
}

/// The BLOB of the FIDO Metadata Service. The caller fetches it, and its signature is verified before its entries are read.
fn metadata() -> Vec<EntryPoint> {
    const LEN: usize = 256 * KIB;
    fn roots() -> Roots {
        Roots::any_name([TrustAnchor::from_der(&Chain::new().trust_anchors()[0]).expect("an anchor")])
    }
    fn blob(payload: &str) -> String {
        let key = made::Key::new("growth.metadata", made::Algorithm::Es256);
        let root = Chain::new().authorities[0].clone();
        let mut leaf =
            made::Certificate::new(root.certificate.subject.clone(), Chain::new().subject, vec![1; 16], &key);
        leaf.set(Extension::digital_signature());
        let header = json!({ "alg": "ES256", "x5c": [STANDARD.encode(leaf.sign(&root.key))] }).to_string();
        [header.as_bytes(), payload.as_bytes(), &[1; 64]].map(|part| URL_SAFE_NO_PAD.encode(part)).join(".")
    }
    fn verified(payload: &str) -> Metadata {
        verify(blob(payload).as_bytes(), &roots(), Seen::nothing(), NOW, &YES).expect("a BLOB")
    }
    fn entries(n: usize) -> String {
        let entry = |number: usize| {
            format!(
                r#"{{"aaguid":"00000000-0000-4000-8000-{number:012x}","statusReports":[{{"status":"FIDO_CERTIFIED"}}]}}"#
            )
        };
        format!(r#"{{"no":1,"entries":[{}]}}"#, (1..n / 110).map(entry).collect::<Vec<_>>().join(","))
    }
    let read = |payload: String| {
        let roots = roots();
        with(blob(&payload), move |blob| verify(blob.as_bytes(), &roots, Seen::nothing(), NOW, &YES).map(drop))
    };
    let one = |members: &str| {
        format!(r#"{{"no":1,"entries":[{{"aaguid":"00000000-0000-4000-8000-000000000001",{members}}}]}}"#)
    };
    vec![
        entry("metadata::verify", "entries", "", LEN, move |n| read(entries(n * 3 / 4))),
        entry("metadata::verify", "unknown members of an entry", "", LEN, move |n| {
            read(one(&format!("\"statusReports\":[],{}", members(n * 3 / 4))))
        }),
        entry("metadata::verify", "status reports", "", LEN, move |n| {
            read(one(&format!("\"statusReports\":{}", list(r#"{"status":"UPDATE_AVAILABLE"}"#, n * 3 / 4))))
        }),
        entry("metadata::verify", "anchors", "", LEN, move |n| {
            let anchor = format!("\"{}\"", STANDARD.encode(&Chain::new().trust_anchors()[0]));
            let anchors = list(&anchor, n * 3 / 4);
            read(one(&format!(
                "\"statusReports\":[],\"metadataStatement\":{{\"attestationRootCertificates\":{anchors}}}"
            )))
        }),
        entry("metadata::verify", "nesting", "", LEN, move |n| {
            let deep = n * 3 / 8;
            read(one(&format!("\"statusReports\":[],\"x\":{}{}", "[".repeat(deep), "]".repeat(deep))))
        }),
        // An entry of 35 bytes becomes a model of some hundreds.
        EntryPoint {
            held: 24,
            ..entry("Metadata::from_bytes", "entries", "", LEN, |n| {
                with(verified(&entries(n)).to_bytes(), |bytes| Metadata::from_bytes(bytes).map(drop))
            })
        },
        entry("Attested::from_chain", "certificates", "", LEN, |n| {
            let root = Chain::new().trust_anchors().remove(0);
            let anchor = TrustAnchor::from_der(&root).expect("an anchor");
            let (count, model) = (n / root.len(), Aaguid::from_bytes([1; 16]));
            input(count * root.len(), move || {
                let x5c = core::iter::repeat_n(root.as_slice(), count);
                drop(black_box(Attested::from_chain(Format::Packed, model, x5c, &anchor, NOW, &YES)));
            })
        }),
    ]
}

/// About this many bytes of members with distinct names: `"a1":0,"a2":0`.
fn members(bytes: usize) -> String {
    let names: Vec<String> = (0..bytes / 11).map(|name| format!("\"a{name:05}\":0")).collect();
    names.join(",")
}

/// A list in JSON of about so many bytes.
fn list(item: &str, bytes: usize) -> String {
    format!("[{}]", vec![item; bytes / (item.len() + 1) + 1].join(","))
}

/// A base64url text of about so many characters.
fn characters(count: usize) -> String {
    URL_SAFE_NO_PAD.encode(vec![0x20; count / 4 * 3])
}

/// A response with these members put in: of the envelope, of `response`, of `clientExtensionResults`.
fn posted(envelope: &str, response: &str, results: &str) -> String {
    let comma = |members: &str| if members.is_empty() { String::new() } else { format!(",{members}") };
    format!(
        r#"{{"id":"AQ","rawId":"AQ","type":"public-key","response":{{"clientDataJSON":"e30","attestationObject":"oA","authenticatorData":"oA"{},"signature":"oA"}}{},"clientExtensionResults":{{{results}}}}}"#,
        comma(response),
        comma(envelope)
    )
}

/// An authentication with a signature of so many characters.
fn signed(characters: usize) -> String {
    let signature = format!("\"signature\":\"{}", self::characters(characters));
    posted("", "", "").replacen("\"signature\":\"oA", &signature, 1)
}

fn responses() -> Vec<EntryPoint> {
    const LEN: &str = "1 MiB";
    const NAMES: &str = "256 unknown members";
    let read = |name, grows, bound, make: fn(usize) -> String| {
        entry(name, grows, bound, MIB - KIB, move |n| with(make(n), |json| RegistrationResponse::from_json(json)))
    };
    let registration = "RegistrationResponse::from_json";
    vec![
        read(registration, "clientDataJSON", LEN, |n| posted("", "", "").replacen("e30", &characters(n), 1)),
        read(registration, "unknown members", NAMES, |n| posted(&members(n), "", "")),
        read(registration, "unknown members of response", NAMES, |n| posted("", &members(n), "")),
        read(registration, "unknown extension results", NAMES, |n| posted("", "", &members(n))),
        read(registration, "unknown members of a known result", NAMES, |n| {
            posted("", "", &format!(r#""prf":{{{}}}"#, members(n)))
        }),
        read(registration, "results that are read over", LEN, |n| {
            posted("", "", &format!(r#""prf":{{"results":{{{}}}}}"#, members(n)))
        }),
        read(registration, "numbers in a member that is read over", LEN, |n| {
            posted(&format!("\"x\":{}", list("1e9", n)), "", "")
        }),
        read(registration, "open brackets", LEN, |n| posted(&format!("\"x\":{}", "[".repeat(n)), "", "")),
        read(registration, "transports", "16 are read, the rest are read over", |n| {
            posted("", &format!("\"transports\":{}", list("\"a\"", n)), "")
        }),
        read(registration, "transports with escapes", "16 are read, the rest are read over", |n| {
            posted("", &format!("\"transports\":{}", list(r#""\n""#, n)), "")
        }),
        read(registration, "uvm", LEN, |n| posted("", "", &format!("\"uvm\":{}", list("[1,1,1]", n)))),
        read(registration, "largeBlob", LEN, |n| {
            posted("", "", &format!(r#""largeBlob":{{"blob":"{}"}}"#, characters(n)))
        }),
        entry("AuthenticationResponse::from_json", "signature", LEN, MIB - KIB, |n| {
            with(signed(n), |json| AuthenticationResponse::from_json(json))
        }),
        entry("RegistrationResponse::to_json", "clientDataJSON", LEN, MIB - KIB, |n| {
            let json = posted("", "", "").replacen("e30", &characters(n), 1);
            let response = RegistrationResponse::from_json(&json).expect("a response");
            input(json.len(), move || drop(black_box(response.to_json())))
        }),
        entry("AuthenticationResponse::to_json", "signature", LEN, MIB - KIB, |n| {
            let response = AuthenticationResponse::from_json(&signed(n)).expect("a response");
            input(n, move || drop(black_box(response.to_json())))
        }),
        entry("AuthenticationResponse by serde", "unknown members", NAMES, MIB - KIB, |n| {
            with(posted(&members(n), "", ""), |json| serde_json::from_str::<AuthenticationResponse>(json))
        }),
        entry("AuthenticationResponse by serde", "signature", LEN, MIB - KIB, |n| {
            with(signed(n), |json| serde_json::from_str::<AuthenticationResponse>(json))
        }),
        entry("RegistrationResponse from serde_json::Value", "unknown members", NAMES, MIB - KIB, |n| {
            let json = posted(&members(n), "", "");
            let value: Value = serde_json::from_str(&json).expect("JSON");
            input(json.len(), move || drop(black_box(RegistrationResponse::deserialize(&value))))
        }),
        entry("AuthenticationResponse::state_id", "client data", "128 KiB; 256 unknown members", 128 * KIB - 64, |n| {
            let data = format!(r#"{{"challenge":"AAAA","x":{}}}"#, list("1e9", n - 32));
            let json = posted("", "", "").replacen("e30", &URL_SAFE_NO_PAD.encode(&data), 1);
            let response = AuthenticationResponse::from_json(&json).expect("a response");
            input(data.len(), move || drop(black_box(response.state_id().expect("a challenge"))))
        }),
    ]
}

fn client_data() -> Vec<EntryPoint> {
    let parse = |grows, bound, make: fn(usize) -> String| {
        entry("ClientData::parse", grows, bound, 128 * KIB - 64, move |n| {
            with(make(n), |text| ClientData::parse(text).is_ok())
        })
    };
    vec![
        entry("client::data::decode", "octets that are not UTF-8", "128 KiB", 128 * KIB, |n| {
            with(vec![0x80; n], |bytes| decode_client_data(bytes).map(drop))
        }),
        parse("unknown members", "256", |n| format!("{{{}}}", members(n))),
        parse("a member that is read over", "128 KiB", |n| format!("{{\"x\":{}}}", list("1e9", n - 16))),
        parse("brackets", "128 levels", |n| format!("{{\"x\":[{}]}}", vec!["[]"; n / 3 - 8].join(","))),
        parse("escapes in the origin", "128 KiB", |n| format!("{{\"origin\":\"{}\"}}", "\\u0041".repeat(n / 6 - 4))),
        parse("half surrogates in the origin", "128 KiB", |n| {
            format!("{{\"origin\":\"{}\"}}", "\\ud800".repeat(n / 6 - 4))
        }),
    ]
}

/// A CBOR array of so many nulls.
fn nulls(count: usize) -> Vec<u8> {
    [made::cbor::head(4, count as u64), vec![0xf6; count]].concat()
}

/// A CBOR map of about so many bytes, from ascending numbers of five bytes.
fn sorted(bytes: usize) -> Vec<u8> {
    let count = bytes / 6;
    let entries = (0..count as u32).flat_map(|key| [&[0x1a][..], &(key + 0x1_0000).to_be_bytes(), &[0]].concat());
    [made::cbor::head(5, count as u64), entries.collect()].concat()
}

fn cbor() -> Vec<EntryPoint> {
    const LEN: usize = 256 * KIB;
    let object =
        |statement: Vec<u8>| [&b"\xa3\x63fmt\x64none\x67attStmt"[..], &statement, b"\x68authData\x40"].concat();
    let read = |name, grows, bound, quirks, make: fn(usize) -> Vec<u8>| {
        entry(name, grows, bound, LEN, move |n| {
            with(object(make(n)), move |bytes| AttestationObject::read(bytes, quirks).is_ok())
        })
    };
    let (strict, lenient) = (Quirks::NONE, Quirks::NONE.with(Quirk::CborKeyOrder).with(Quirk::CborIndefiniteLength));
    let name = "AttestationObject::read";
    let data = |map: Vec<u8>| [&[0; 32][..], &[0x81], &[0; 4], &map].concat();
    let extensions = |grows, make: fn(usize) -> Cbor| {
        entry("AuthenticatorData::read and its outputs", grows, "", LEN, move |n| {
            with(data(make(n).encode()), |bytes| {
                let data = AuthenticatorData::read(bytes).expect("authenticator data");
                let outputs = data.extensions().expect("a map");
                (wardkey::extensions::SignedOutputs::of(Some(outputs)), outputs.identifiers(), outputs.has_secrets())
            })
        })
    };
    vec![
        entry("cbor::Value::read and get", "entries of a map", "", LEN, |n| {
            with(sorted(n), |bytes| cbor::Value::read(bytes).expect("CBOR").map().expect("a map").get("x").is_some())
        }),
        entry("cbor::Value::read", "nulls in an array", "", LEN, |n| {
            with(nulls(n), |bytes| cbor::Value::read(bytes).is_ok())
        }),
        entry("cbor::Value::read", "entries before a key that occurs twice", "", LEN, |n| {
            let mut map = sorted(n);
            let (len, at) = (map.len(), map.len() - 12);
            map.copy_within(at..at + 6, len - 6);
            with(map, |bytes| cbor::Value::read(bytes).is_ok())
        }),
        entry("CoseKey::read", "an RSA modulus", "8192 bits", LEN, |n| {
            let key = [
                (1, Cbor::Integer(3)),
                (3, Cbor::Integer(-257)),
                (-1, vec![0xff; n].into()),
                (-2, vec![1, 0, 1].into()),
            ];
            let key = Cbor::map(key.map(|(label, value)| (Cbor::Integer(label), value))).encode();
            with(key, |bytes| CoseKey::read(bytes).is_ok())
        }),
        read(name, "nulls in attStmt", "", strict, |n| [&b"\xa1\x61a"[..], &nulls(n)].concat()),
        read(name, "entries of attStmt", "", strict, sorted),
        read(name, "nulls below arrays", "8 levels", strict, |n| [&b"\xa1\x61a"[..], &[0x81; 5], &nulls(n)].concat()),
        read(name, "open arrays", "8 levels", strict, |n| vec![0x81; n]),
        read(name, "open arrays of indefinite length, by quirk", "8 levels", lenient, |n| vec![0x9f; n]),
        read(name, "sorted maps, by quirk", "", lenient, |n| {
            let map = [&[0xa2][..], &[1, 0, 2, 0]].concat();
            [&b"\xa1\x61a"[..], &made::cbor::head(4, (n / map.len()) as u64), &map.repeat(n / map.len())].concat()
        }),
        read(name, "unsorted maps, by quirk", "64 keys of a map, 512 of a message", lenient, |n| {
            let keys = (0..64_u8).rev().flat_map(|key| if key < 24 { vec![key, 0] } else { vec![0x18, key, 0] });
            let map: Vec<u8> = [0xb8, 64].into_iter().chain(keys).collect();
            [&b"\xa1\x61a"[..], &made::cbor::head(4, (n / map.len()) as u64), &map.repeat(n / map.len())].concat()
        }),
        read(name, "long keys in unsorted maps, by quirk", "64 keys of a map, 512 of a message", lenient, |n| {
            let key = |last: u8| [&made::cbor::head(2, n as u64 / 64)[..], &vec![7; n / 64 - 1], &[last, 0]].concat();
            [vec![0xb8, 64], (0..64).rev().flat_map(key).collect()].concat()
        }),
        extensions("unknown outputs", |n| {
            Cbor::Map((0..n / 8).map(|output| (Cbor::Text(format!("x{output:05}")), 0.into())).collect())
        }),
        extensions("nulls in an unknown output", |n| Cbor::map([("a", Cbor::Raw(nulls(n)))])),
        extensions("nulls in a known output", |n| Cbor::map([("uvm", Cbor::Raw(nulls(n)))])),
    ]
}

fn site() -> Site {
    Site::new("example.org", Origins::exact(["https://example.org"]))
}

/// A registration, verified and judged by a policy.
fn register(made: Registration, policy: AttestationPolicy) -> Input {
    let json = made.response().to_string();
    let response = RegistrationResponse::from_json(&json).expect("a response");
    let (site, user) = (site(), UserHandle::new([1]).expect("a user handle"));
    input(json.len(), move || {
        let mut expected =
            registration::ExpectedRegistration::new(&site, &made.expected.challenge, &crypto::Algorithm::OFFERABLE);
        expected.time = Some(NOW);
        expected.compound = policy.compound;
        let verified = registration::verify(&expected, &response, &YES);
        let decide = |verified| policy.decide(verified, &user);
        drop(black_box(verified.and_then(decide)));
    })
}

fn anything() -> AttestationPolicy {
    AttestationPolicy::any()
}

/// Trust in the root of the software authenticator's chains.
fn trusted() -> AttestationPolicy {
    let anchors = Chain::new().trust_anchors().into_iter().map(|der| TrustAnchor::from_der(&der).expect("an anchor"));
    let mut policy = AttestationPolicy::any();
    policy.trust = Trust::Verify(TrustAnchors::new(anchors));
    policy
}

fn create() -> Registration {
    Registration::new("growth", made::Algorithm::Es256)
}

fn get() -> Authentication {
    Authentication::new("growth", made::Algorithm::Es256)
}

/// The record of an authentication that the software authenticator makes.
fn record_of(made: &Authentication) -> CredentialRecord {
    let stored = made.expected.credential.clone().expect("a record");
    let user = UserHandle::new(stored.user_handle.expect("an account")).expect("a user handle");
    CredentialRecord::new(CredentialId::new(stored.id).expect("an id"), user, stored.public_key.encode())
}

/// Ids of 32 bytes.
fn ids(count: usize) -> impl Iterator<Item = CredentialId> {
    let id = |number: u32| [&[7; 28][..], &number.reverse_bits().to_be_bytes()].concat();
    (0..count as u32).map(move |number| CredentialId::new(id(number)).expect("an id"))
}

/// What was shown, with so many logos.
fn shown(logos: usize) -> PaymentDetails {
    let instrument = Instrument::new("card", "https://icon.example");
    let mut details =
        PaymentDetails::new("https://shop.example", "https://shop.example", Amount::new("EUR", "1"), instrument);
    details.logos = vec![wardkey::client::payment::Logo::new("https://logo.example", "logo"); logos];
    details
}

fn payment_of(details: &PaymentDetails) -> Value {
    let logos: Vec<_> = details.logos.iter().map(|logo| json!({"url": logo.url, "label": logo.label})).collect();
    json!({
        "rpId": "example.org", "topOrigin": details.top_origin, "payeeOrigin": details.payee_origin,
        "total": details.total, "instrument": details.instrument, "paymentEntitiesLogos": logos,
    })
}

fn ceremonies() -> Vec<EntryPoint> {
    const LEN: usize = 256 * KIB;
    let names = |bytes: usize| serde_json::from_str::<Value>(&format!("{{{}}}", members(bytes))).expect("JSON");
    let verify = "registration::verify, decide";
    vec![
        entry(verify, "nulls in a signed output", "", LEN, |n| {
            register(create().authenticator_data(move |d| d.extension("a", Cbor::Raw(nulls(n * 3 / 8)))), anything())
        }),
        entry(verify, "unknown signed outputs", "", LEN, |n| {
            let outputs = move |d: &mut made::AuthenticatorData| {
                (0..n * 3 / 64).for_each(|output| d.extension(&format!("x{output:05}"), 0));
            };
            register(create().authenticator_data(outputs), anything())
        }),
        entry(verify, "nulls in x5c", "128 certificates", LEN, |n| {
            let statement = move |s: &mut Cbor| s.set("x5c", Cbor::Raw(nulls(n * 3 / 4)));
            register(create().format(Packed::new()).statement(statement), anything())
        }),
        entry(verify, "certificates in x5c", "128 read, 10 in a certification path", LEN, |n| {
            register(create().format(Packed::new().x5c(move |x5c| *x5c = vec![x5c[0].clone(); n / 900])), trusted())
        }),
        entry(verify, "nulls in eight statements, seven of which may be dropped", "8 statements", LEN, |n| {
            let compound = (0..8).fold(Compound::new(), |compound, _| compound.with(PackedSelf::new()));
            let statement = move |s: &mut Cbor| {
                s.items()
                    .iter_mut()
                    .skip(1)
                    .for_each(|one| one.get("attStmt").set("x5c", Cbor::Raw(nulls(n * 3 / 32))));
            };
            let mut policy = anything();
            policy.compound = CompoundPolicy::AtLeast(1);
            register(create().format(compound).statement(statement), policy)
        }),
        entry(verify, "unknown members of a JWS header", "256", LEN, move |n| {
            let names = names(n / 2);
            let header = move |h: &mut Value| {
                h.as_object_mut().expect("an object").extend(names.as_object().expect("one").clone())
            };
            register(create().format(AndroidSafetyNet::new().header(header)), anything())
        }),
        entry(verify, "certificates in a JWS header", "128 read", LEN, |n| {
            let header =
                move |h: &mut Value| h["x5c"].as_array_mut().expect("a list").extend(vec!["AAAA".into(); n / 14]);
            register(create().format(AndroidSafetyNet::new().header(header)), anything())
        }),
        entry(verify, "a subjectAltName", "16 KiB of certificate", 15 * KIB, |n| {
            let names: Vec<u8> = (0..n / 2).flat_map(|_| der::implicit(2, b"")).collect();
            let names = Extension::new("2.5.29.17", der::sequence(&[&names]));
            let made = create().format(Packed::new().leaf(move |leaf| leaf.set(names.clone())));
            Input { bytes: n, ..register(made, trusted()) }
        }),
        entry("authentication::verify", "allowCredentials", "", LEN, |n| {
            let made = get();
            let response = AuthenticationResponse::from_json(&made.response().to_string()).expect("a response");
            let (record, site) = (record_of(&made), site());
            let allowed: Vec<_> = ids(n / 32).chain([record.id.clone()]).collect();
            input(n, move || {
                let mut expected = authentication::ExpectedAuthentication::new(&site, &made.expected.challenge);
                expected.allow_credentials = &allowed;
                expected.user_handle = Some(record.user_handle.as_bytes());
                authentication::verify(&expected, &response, &record, &YES).map(drop).expect("a verdict");
            })
        }),
        entry("authentication::verify", "unknown signed outputs", "", LEN, |n| {
            let outputs = move |d: &mut made::AuthenticatorData| {
                (0..n * 3 / 32).for_each(|output| d.extension(&format!("x{output:05}"), 0));
            };
            let made = get().authenticator_data(outputs);
            let json = made.response().to_string();
            let response = AuthenticationResponse::from_json(&json).expect("a response");
            let (record, site) = (record_of(&made), site());
            input(json.len(), move || {
                let expected = authentication::ExpectedAuthentication::new(&site, &made.expected.challenge);
                authentication::verify(&expected, &response, &record, &YES).map(drop).expect("a verdict");
            })
        }),
        entry("payment::verify", "logos", "128 KiB of client data", 160 * KIB, |n| {
            let details = shown(n / 70);
            let collected = payment_of(&details);
            let made = get().client_data(|d| d.set("type", "payment.get")).client_data(|d| d.set("payment", collected));
            let json = made.response().to_string();
            let response = AuthenticationResponse::from_json(&json).expect("a response");
            let (record, site) = (record_of(&made), site());
            input(json.len(), move || {
                let expected = authentication::ExpectedAuthentication::new(&site, &made.expected.challenge);
                let shown = payment::ExpectedPayment::new(&details);
                payment::verify(&expected, &shown, &response, &record, &YES).map(drop).expect("a verdict");
            })
        }),
        entry("payment::browser_bound_key", "a member of client data", "128 KiB", 160 * KIB, |n| {
            let made = create().client_data(|d| d.set("payment", json!({"x": vec![0; n * 3 / 8]})));
            let made = made.json(|j| {
                j["clientExtensionResults"]["payment"] = json!({"browserBoundSignature": {"signature": "AA"}})
            });
            let json = made.response().to_string();
            let response = RegistrationResponse::from_json(&json).expect("a response");
            let site = site();
            input(json.len(), move || {
                let expected = registration::ExpectedRegistration::new(
                    &site,
                    &made.expected.challenge,
                    &crypto::Algorithm::OFFERABLE,
                );
                let verified = registration::verify(&expected, &response, &YES).expect("a verdict");
                payment::browser_bound_key(&verified, &YES).expect_err("there is no such key");
            })
        }),
    ]
}

fn certificates() -> Vec<EntryPoint> {
    const LEN: usize = 256 * KIB;
    let pem =
        |label: &str, der: &[u8]| format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", STANDARD.encode(der));
    let revoked = |bytes: usize| {
        let serial = |number: u32| (number.reverse_bits().to_be_bytes().to_vec(), Vec::new());
        let list = RevocationList::of(&Authority::root("growth.crl", made::Algorithm::Es256), &[]);
        list.with(|list| list.revoked = (0..bytes as u32 / 23).map(serial).collect()).der()
    };
    vec![
        entry("TrustAnchor::from_der", "nested sequences", "16 KiB", 64 * KIB, |n| {
            with((0..n / 4).fold(der::null(), |inner, _| der::sequence(&[&inner])), |der| {
                TrustAnchor::from_der(der).is_ok()
            })
        }),
        entry("TrustAnchor::from_pem", "certificates", "", LEN, move |n| {
            let one = pem("CERTIFICATE", &Chain::new().trust_anchors()[0]);
            with(one.repeat(n / one.len()), |text| TrustAnchor::from_pem(text).map(drop))
        }),
        entry("TrustAnchor::from_pem", "beginnings of certificates", "", LEN, |n| {
            with("-----BEGIN CERTIFICATE-----\n".repeat(n / 28), |text| TrustAnchor::from_pem(text).map(drop))
        }),
        entry("Crl::from_der", "revoked certificates", "", LEN, move |n| {
            with(revoked(n), |der| Crl::from_der(der).map(drop))
        }),
        entry("Crl::from_pem", "revoked certificates", "", LEN, move |n| {
            with(pem("X509 CRL", &revoked(n * 3 / 4)), |text| Crl::from_pem(text).map(drop))
        }),
        entry("AttestationPolicy::decide", "trust anchors", "8 of one name", LEN, |n| {
            let other = Authority::root("growth.other", made::Algorithm::Es256).der();
            let others = vec![TrustAnchor::from_der(&other).expect("an anchor"); n / other.len()];
            let mut policy = trusted();
            if let Trust::Verify(anchors) = &mut policy.trust {
                let own =
                    Chain::new().trust_anchors().into_iter().map(|der| TrustAnchor::from_der(&der).expect("an anchor"));
                *anchors = TrustAnchors::new(others.into_iter().chain(own));
            }
            Input { bytes: n, ..register(create().format(Packed::new()), policy) }
        }),
    ]
}

fn rp() -> RelyingParty {
    RelyingParty::builder("example.org", "Example")
        .backend(&YES)
        .decoys(Decoys::new(*b"decoy secret number 1, 32 bytes."))
        .build()
        .expect("a relying party")
}

fn session() -> Session {
    Session::bound("growth")
}

fn user() -> UserHandle {
    UserHandle::new([1]).expect("a user handle")
}

/// Records of one account, of 32 bytes of id each.
fn records(count: usize) -> Vec<CredentialRecord> {
    ids(count).map(|id| CredentialRecord::new(id, user(), vec![0xa0; 77])).collect()
}

/// What is written as JSON and read again.
fn read_again<T: DeserializeOwned>(value: &impl Serialize) -> Input {
    with(serde_json::to_string(value).expect("JSON"), |json| {
        serde_json::from_str::<T>(json).map(drop).expect("the same")
    })
}

/// An authentication that was started with so many credentials, the last of which answers.
struct Started {
    rp: RelyingParty,
    state: String,
    response: AuthenticationResponse,
    records: Vec<CredentialRecord>,
}

impl Started {
    fn new(
        bytes: usize,
        made: Authentication,
        start: impl Fn(&RelyingParty, &UserHandle, &[CredentialRecord]) -> (RequestOptions, AuthenticationState),
    ) -> Self {
        let rp = rp();
        let record = record_of(&made);
        let other = |id| CredentialRecord::new(id, record.user_handle.clone(), record.public_key.clone());
        let records: Vec<_> = ids(bytes / 46).map(other).chain([record.clone()]).collect();
        let (_, state) = start(&rp, &record.user_handle, &records);
        let challenge = made::json::base64url(state.challenge());
        let made = made.client_data(|data| data.set("challenge", challenge));
        let response = AuthenticationResponse::from_json(&made.response().to_string()).expect("a response");
        Self { rp, state: serde_json::to_string(&state).expect("JSON"), response, records }
    }

    fn sign_in(bytes: usize) -> Self {
        Self::new(bytes, get(), |rp, user, records| {
            rp.start_authentication(AuthenticationRequest::known(user, records), session(), NOW).expect("options")
        })
    }

    fn payment(bytes: usize, details: &PaymentDetails) -> Self {
        let collected = payment_of(details);
        let made = get().client_data(|d| d.set("type", "payment.get")).client_data(|d| d.set("payment", collected));
        Self::new(bytes, made, |rp, user, records| {
            rp.start_payment(AuthenticationRequest::known(user, records), session(), NOW).expect("options")
        })
    }

    fn record(&self) -> &CredentialRecord {
        self.records.last().expect("the one that answers")
    }

    fn state(&self) -> AuthenticationState {
        serde_json::from_str(&self.state).expect("a state")
    }

    /// The end of it.
    fn then<T>(self, end: impl Fn(&Self) -> T + 'static) -> Input {
        input(self.state.len(), move || drop(black_box(end(&self))))
    }
}

fn front_door() -> Vec<EntryPoint> {
    const LEN: usize = 256 * KIB;
    let start = |name, make: fn(&RelyingParty, &[CredentialRecord])| {
        entry(name, "credentials", "", LEN, move |n| {
            let (rp, records) = (rp(), records(n / 32));
            input(n, move || make(&rp, &records))
        })
    };
    vec![
        start("start_registration", |rp, records| {
            drop(black_box(
                rp.start_registration(RegistrationRequest::new(&user(), "a", records), session(), NOW)
                    .expect("options"),
            ));
        }),
        start("start_authentication", |rp, records| {
            drop(black_box(
                rp.start_authentication(AuthenticationRequest::known(&user(), records), session(), NOW)
                    .expect("options"),
            ));
        }),
        start("start_reauthentication", |rp, records| {
            drop(black_box(
                rp.start_reauthentication(
                    ReauthenticationRequest::new(&user(), records, "growth", Duration::from_secs(60)),
                    session(),
                    NOW,
                )
                .expect("options"),
            ));
        }),
        start("start_payment", |rp, records| {
            drop(black_box(
                rp.start_payment(AuthenticationRequest::known(&user(), records), session(), NOW).expect("options"),
            ));
        }),
        entry("start_authentication", "prf.evalByCredential", "", LEN, |n| {
            let (rp, records) = (rp(), records(n / 32));
            let inputs = records.iter().map(|record| (record.id.clone(), PrfValues::new(*b"x"))).collect();
            let extensions = RequestExtensions::default().prf(Prf::by_credential(inputs));
            let request = AuthenticationRequest::known(&user(), &records).extensions(extensions);
            input(n, move || {
                drop(black_box(rp.start_authentication(request.clone(), session(), NOW).expect("options")));
            })
        }),
        entry("signal_all_accepted_credentials", "credentials", "", LEN, |n| {
            let started = Started::sign_in(n);
            let end = started.rp.finish_authentication(
                started.state(),
                &started.response,
                Some(started.record()),
                session(),
                NOW,
            );
            let signed_in = end.expect("a verdict");
            started.then(move |started| {
                signed_in.signal_all_accepted_credentials(&started.rp, &started.records).expect("a signal")
            })
        }),
        entry("start_authentication", "the name", "", LEN, |n| {
            let rp = rp();
            with("x".repeat(n), move |name| {
                drop(black_box(
                    rp.start_authentication(AuthenticationRequest::named(name, &[]), session(), NOW).expect("options"),
                ))
            })
        }),
        entry("Decoys::like", "records", "", LEN, |n| {
            let key = record_of(&get()).public_key;
            let record = |id| CredentialRecord::new(id, user(), key.clone());
            let records: Vec<_> = ids(n / 32).map(record).collect();
            let decoys = Decoys::new(*b"decoy secret number 1, 32 bytes.");
            input(n, move || drop(black_box(decoys.clone().like(&records))))
        }),
        entry("finish_registration", "unknown signed outputs", "", LEN, |n| {
            let (rp, user) = (rp(), user());
            let (_, state) = rp
                .start_registration(RegistrationRequest::new(&user, "ada@mail.example", &[]), session(), NOW)
                .expect("options");
            let challenge = made::json::base64url(state.challenge());
            let outputs = move |d: &mut made::AuthenticatorData| {
                (0..n * 3 / 64).for_each(|output| d.extension(&format!("x{output:05}"), 0));
            };
            let made = create().authenticator_data(outputs).client_data(|data| data.set("challenge", challenge));
            let json = made.response().to_string();
            let response = RegistrationResponse::from_json(&json).expect("a response");
            let state = serde_json::to_string(&state).expect("JSON");
            input(json.len(), move || {
                let state = serde_json::from_str(&state).expect("a state");
                drop(black_box(rp.finish_registration(state, &response, session(), NOW).expect("a verdict")));
            })
        }),
        entry("finish_authentication", "credentials of the state", "", LEN, |n| {
            Started::sign_in(n).then(|started| {
                started
                    .rp
                    .finish_authentication(started.state(), &started.response, Some(started.record()), session(), NOW)
                    .expect("a verdict")
            })
        }),
        entry("finish_authentication", "credentials of the state, none stored", "", LEN, |n| {
            Started::sign_in(n).then(|started| {
                started.rp.finish_authentication(started.state(), &started.response, None, session(), NOW).unwrap_err()
            })
        }),
        entry("finish_payment", "credentials of the state", "", LEN, |n| {
            let details = shown(1);
            Started::payment(n, &details).then(move |started| {
                let expected = ExpectedPayment::new(&details);
                let end = started.rp.finish_payment(
                    started.state(),
                    &started.response,
                    Some(started.record()),
                    &expected,
                    session(),
                    NOW,
                );
                end.expect("a verdict")
            })
        }),
        entry("finish_payment", "credentials of the state, none stored", "", LEN, |n| {
            let details = shown(1);
            Started::payment(n, &details).then(move |started| {
                started
                    .rp
                    .finish_payment(
                        started.state(),
                        &started.response,
                        None,
                        &ExpectedPayment::new(&details),
                        session(),
                        NOW,
                    )
                    .unwrap_err()
            })
        }),
        entry("RelyingPartyBuilder::build", "origins", "", LEN, |n| {
            let origins: Vec<_> = (0..n / 32).map(|host| format!("https://h{host:010}.example.org")).collect();
            input(n, move || {
                let builder = RelyingParty::builder("example.org", "Example").backend(&YES);
                let builder = origins.iter().fold(builder, |builder, origin| builder.origin(origin));
                drop(black_box(builder.build().expect("a relying party")));
            })
        }),
        entry("Origins::allow", "origins", "", LEN, |n| {
            let origins = Origins::exact((0..n / 32).map(|host| format!("https://h{host:010}.example.org")));
            let origins = origins.with_subdomains().with_any_port();
            input(n, move || assert!(!black_box(&origins).allow("https://evil.example:1")))
        }),
        entry("Origins::allow", "what is received", "128 KiB of client data", 128 * KIB, |n| {
            let origins = Origins::exact(["https://example.org"]).with_subdomains().with_any_port();
            with(format!("https://{}example.org", "x.".repeat(n / 2)), move |origin| origins.allow(origin))
        }),
    ]
}

fn descriptors(bytes: usize) -> Vec<CredentialDescriptor> {
    let descriptor = |id| CredentialDescriptor::new(PublicKeyCredentialType::PublicKey, id, Vec::new());
    ids(bytes / 75).map(descriptor).collect()
}

/// Options with so many bytes of allowCredentials.
fn request(bytes: usize) -> RequestOptions {
    let (mut options, _) =
        rp().start_authentication(AuthenticationRequest::discoverable(), session(), NOW).expect("options");
    options.allow_credentials = descriptors(bytes);
    options
}

/// Options with so many bytes of excludeCredentials.
fn creation(bytes: usize) -> CreationOptions {
    let (mut options, _) =
        rp().start_registration(RegistrationRequest::new(&user(), "a", &[]), session(), NOW).expect("options");
    options.exclude_credentials = descriptors(bytes);
    options
}

fn documents() -> Vec<EntryPoint> {
    const LEN: usize = 256 * KIB;
    let origins = |n: usize| (0..n / 32).map(|host| format!("https://h{host:010}.example"));
    let domain = |host: &str| Some(host.to_owned());
    let hints = |n: usize| (0..n / 8).map(|hint| format!("h{hint:05}")).collect::<Vec<_>>();
    vec![
        entry("CreationOptions by serde", "excludeCredentials", "", LEN, |n| {
            read_again::<CreationOptions>(&creation(n))
        }),
        entry("RequestOptions by serde", "allowCredentials", "", LEN, move |n| {
            read_again::<RequestOptions>(&request(n))
        }),
        entry("RequestOptions::lint", "allowCredentials", "", LEN, move |n| {
            let options = request(n);
            input(n, move || drop(black_box(options.lint())))
        }),
        entry("RequestOptions::lint", "hints", "", LEN, move |n| {
            let json = json!({"challenge": "AAAA", "hints": hints(n)});
            let options: RequestOptions = serde_json::from_value(json).expect("options");
            input(n, move || drop(black_box(options.lint())))
        }),
        entry("RequestExtensions::check", "prf.evalByCredential", "", LEN, move |n| {
            let options = request(n);
            let inputs = options.allow_credentials.iter().map(|one| (one.id.clone(), PrfValues::new(*b"x"))).collect();
            let mut extensions = options.extensions.clone();
            extensions.prf = Some(Prf::by_credential(inputs));
            input(n, move || extensions.check(&options.allow_credentials).expect("inputs that fit"))
        }),
        entry("RegistrationState by serde", "an unknown member", "", LEN, |n| {
            let (_, state) =
                rp().start_registration(RegistrationRequest::new(&user(), "a", &[]), session(), NOW).expect("options");
            let mut state = serde_json::to_value(&state).expect("JSON");
            state["x"] = "x".repeat(n).into();
            read_again::<RegistrationState>(&state)
        }),
        entry("AuthenticationState by serde", "allowCredentials", "", LEN, |n| {
            let (_, state) = rp()
                .start_authentication(AuthenticationRequest::known(&user(), &records(n / 46)), session(), NOW)
                .expect("options");
            read_again::<AuthenticationState>(&state)
        }),
        entry("CredentialRecord by serde", "transports", "", LEN, |n| {
            let mut record = serde_json::to_value(&records(1)[0]).expect("JSON");
            record["transports"] = vec!["usb"; n / 6].into();
            read_again::<CredentialRecord>(&record)
        }),
        entry("ClientCapabilities by serde", "capabilities", "", LEN, |n| {
            let names = members(n).replace(":0", ":true");
            with(format!("{{{names}}}"), |json| serde_json::from_str::<ClientCapabilities>(json).map(drop))
        }),
        entry("RelatedOrigins::new", "origins", "", LEN, move |n| {
            let origins: Vec<_> = origins(n).collect();
            input(n, move || drop(black_box(RelatedOrigins::new(&origins).expect("a document"))))
        }),
        entry("RelatedOrigins::check", "origins", "5 labels", LEN, move |n| {
            let document = RelatedOrigins::new(origins(n)).expect("a document");
            input(n, move || drop(black_box(document.check(domain))))
        }),
        entry("RelatedOrigins::allow", "origins and labels", "", LEN, move |n| {
            let document = RelatedOrigins::new(origins(n)).expect("a document");
            input(n, move || {
                assert!(!document.allow("https://evil.example", usize::MAX, |host| {
                    host.split('.').next().map(|label| format!("{label}.example"))
                }))
            })
        }),
        entry("android_origin, asset_links", "certificates", "", LEN, |n| {
            let certificates = vec![[7; 32]; n / 32];
            input(n, move || {
                let origins = certificates.iter().map(well_known::android_origin).count();
                drop(black_box((
                    origins,
                    well_known::asset_links([("org.example.portal", &certificates[..])]).expect("an app"),
                )));
            })
        }),
        entry("app_site_association", "the bundle", "", LEN, |n| {
            let bundle = format!("org.{}", "x".repeat(n));
            with(bundle, |bundle| well_known::app_site_association([("A1B2C3D4E5", bundle.as_str())]).expect("an app"))
        }),
        entry("CredentialId, UserHandle from text", "characters", "1023 and 64 bytes", LEN, |n| {
            with(characters(n), |text| (text.parse::<CredentialId>().is_ok(), text.parse::<UserHandle>().is_ok()))
        }),
    ]
}

/// What front ends post that were written for webauthn-rs.
fn front_ends() -> Vec<EntryPoint> {
    vec![
        entry("interop::webauthn_rs::any_spelling", "unknown members", "1 MiB", MIB - KIB, |n| {
            with(posted(&members(n), "", ""), |json| interop::webauthn_rs::any_spelling(json).map(drop))
        }),
        entry("interop::webauthn_rs::any_spelling", "an array of octets", "1 MiB", MIB - KIB, |n| {
            let octets = list("7", n);
            let json = posted("", "", "").replacen("\"signature\":\"oA\"", &format!("\"signature\":{octets}"), 1);
            with(json, |json| interop::webauthn_rs::any_spelling(json).map(drop).expect("a response"))
        }),
        entry("interop::webauthn_rs::registration_response", "clientDataJSON", "1 MiB", MIB - KIB, |n| {
            with(posted("", "", "").replacen("e30", &characters(n), 1), |json| {
                interop::webauthn_rs::registration_response(json).map(drop).expect("a response")
            })
        }),
        entry("interop::webauthn_rs::authentication_response", "unknown members", "256", MIB - KIB, |n| {
            with(posted(&members(n), "", ""), |json| interop::webauthn_rs::authentication_response(json).map(drop))
        }),
        entry("interop::webauthn_rs::posted_registration", "clientDataJSON", "1 MiB", MIB - KIB, |n| {
            let json = posted("", "", "").replacen("e30", &characters(n), 1);
            let response = RegistrationResponse::from_json(&json).expect("a response");
            input(json.len(), move || drop(black_box(interop::webauthn_rs::posted_registration(&response))))
        }),
        entry("interop::webauthn_rs::posted_authentication", "signature", "1 MiB", MIB - KIB, |n| {
            let response = AuthenticationResponse::from_json(&signed(n)).expect("a response");
            input(n, move || drop(black_box(interop::webauthn_rs::posted_authentication(&response))))
        }),
    ]
}

/// The account of every row.
#[allow(clippy::unnecessary_wraps)] // as the importers ask for it
fn of(_: &interop::Row<'_>) -> Option<UserHandle> {
    Some(user())
}

fn of_simplewebauthn(json: &str) -> usize {
    interop::simplewebauthn::records(json, of).count()
}

fn imports() -> Vec<EntryPoint> {
    const LEN: usize = 256 * KIB;
    let rows = |name, grows, import: fn(&str) -> usize, make: fn(usize) -> String| {
        entry(name, grows, "", LEN, move |n| with(make(n), move |json| import(json)))
    };
    // Each row is kept until its turn comes, and a short one is shorter than its place in a list; or values of serde_json
    // are compared, which has 32 bytes and more for each.
    let by_values = |entry| EntryPoint { held: 64, ..entry };
    vec![
        by_values(rows("interop::simplewebauthn::records", "rows of an array", of_simplewebauthn, |n| list("{}", n))),
        by_values(rows("interop::simplewebauthn::records", "lines", of_simplewebauthn, |n| "{}\n".repeat(n / 3))),
        by_values(rows("interop::simplewebauthn::records", "broken lines", of_simplewebauthn, |n| {
            "{\"\n".repeat(n / 3)
        })),
        by_values(rows("interop::simplewebauthn::records", "lines that close nothing", of_simplewebauthn, |n| {
            "{\"a\":\n".repeat(n / 6)
        })),
        by_values(rows("interop::simplewebauthn::records", "unknown members", of_simplewebauthn, |n| {
            format!("{{{}}}", members(n))
        })),
        rows("interop::simplewebauthn::records", "transports", of_simplewebauthn, |n| {
            json!({"id": "AQ", "publicKey": "oA", "counter": 0, "transports": vec!["usb"; n / 6]}).to_string()
        }),
        rows("interop::simplewebauthn::records", "octets by their places", of_simplewebauthn, |n| {
            let octets: serde_json::Map<_, _> = (0..n / 10).map(|place| (place.to_string(), 7.into())).collect();
            json!({"id": "AQ", "publicKey": octets, "counter": 0}).to_string()
        }),
        rows(
            "interop::webauthn_rs::records",
            "an array of octets",
            |json| interop::webauthn_rs::records(json, of).count(),
            |n| {
                let key = json!({"type_": "ES256", "key": {"EC_EC2": {"curve": "SECP256R1", "x": vec![7; n / 2], "y": "AQ"}}});
                json!({"cred": {"cred_id": "AQ", "cred": key, "counter": 0, "verified": true}}).to_string()
            },
        ),
        rows(
            "interop::py_webauthn::records",
            "a base64 text",
            |json| interop::py_webauthn::records(json, of).count(),
            |n| json!({"credential_id": "AQ", "credential_public_key": characters(n), "sign_count": 4}).to_string(),
        ),
        rows(
            "interop::go_webauthn::records",
            "a base64 text",
            |json| interop::go_webauthn::records(json, of).count(),
            |n| {
                let key = STANDARD.encode(vec![7; n / 4 * 3]);
                json!({"id": "AQ==", "publicKey": key, "authenticator": {"AAGUID": "", "signCount": 4}}).to_string()
            },
        ),
        rows(
            "interop::java_webauthn_server::records",
            "a base64 text",
            |json| interop::java_webauthn_server::records(json).count(),
            |n| {
                json!({"credentialId": "AQ", "userHandle": "AQ", "publicKeyCose": characters(n), "signatureCount": 4})
                    .to_string()
            },
        ),
        rows(
            "interop::webauthn4j::records",
            "a base64 text",
            |json| interop::webauthn4j::records(json, of).count(),
            |n| json!({"attestedCredentialData": characters(n), "counter": 4}).to_string(),
        ),
        rows(
            "interop::fido2_net_lib::records",
            "a base64 text",
            |json| interop::fido2_net_lib::records(json, of).count(),
            |n| {
                let key = STANDARD.encode(vec![7; n / 4 * 3]);
                json!({"Id": "AQ==", "PublicKey": key, "SignCount": 4, "UserHandle": "AQ=="}).to_string()
            },
        ),
        rows(
            "interop::u2f::records",
            "an array of octets",
            |json| interop::u2f::records(json, of).count(),
            |n| json!({"keyHandle": "AQ", "publicKey": vec![7; n / 2]}).to_string(),
        ),
        rows(
            "interop::python_fido2::records",
            "a text",
            |json| interop::python_fido2::records(json, of).count(),
            |n| json!(characters(n)).to_string(),
        ),
        rows(
            "interop::webauthn_framework::records",
            "a text",
            |json| interop::webauthn_framework::records(json).count(),
            |n| {
                json!({"publicKeyCredentialId": "AQ", "credentialPublicKey": characters(n), "counter": 4, "userHandle": "AQ"}).to_string()
            },
        ),
        rows(
            "interop::lbuchs::records",
            "a text",
            |json| interop::lbuchs::records(json, of).count(),
            |n| {
                json!({"credentialId": "AQ==", "credentialPublicKey": format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", characters(n))}).to_string()
            },
        ),
        rows(
            "interop::webauthn_ruby::records",
            "a text",
            |json| interop::webauthn_ruby::records(json, of).count(),
            |n| json!({"external_id": "AQ", "public_key": characters(n), "sign_count": 4}).to_string(),
        ),
        rows(
            "interop::spring_security::records",
            "a text",
            |json| interop::spring_security::records(json).count(),
            |n| {
                json!({"credential_id": "AQ", "user_entity_user_id": "AQ", "public_key": characters(n), "signature_count": 4}).to_string()
            },
        ),
        rows(
            "interop::aspnet_identity::records",
            "a text",
            |json| interop::aspnet_identity::records(json).count(),
            |n| json!({"CredentialId": "AQ==", "Data": {"PublicKey": characters(n), "SignCount": 4}}).to_string(),
        ),
        rows(
            "interop::keycloak::records",
            "a text",
            |json| interop::keycloak::records(json).count(),
            |n| {
                let data =
                    json!({"credentialId": "AQ", "credentialPublicKey": characters(n), "counter": 4}).to_string();
                json!({"id": "AQ", "credentials": [{"type": "webauthn", "credentialData": data}]}).to_string()
            },
        ),
        entry("interop::webauthn_rs::relying_party", "origins", "", LEN, |n| {
            let origins: Vec<_> = (0..n / 32).map(|site| format!("https://a{site:011}.example.org")).collect();
            input(n, move || drop(black_box(interop::webauthn_rs::relying_party("example.org", "Example", &origins))))
        }),
        by_values(entry("interop::webauthn_rs::record", "transports", "", LEN, |n| {
            let key = json!({"cred": {
                "cred_id": "AQ", "cred": {"type_": "ES256", "key": {"EC_EC2": {"curve": "SECP256R1", "x": "AQ", "y": "AQ"}}},
                "counter": 0, "user_verified": true, "backup_eligible": false, "backup_state": false,
                "transports": vec!["usb"; n / 6],
            }});
            input(n, move || drop(black_box(interop::webauthn_rs::record(&key, user()))))
        })),
        by_values(entry("interop::webauthn_rs::request_options, to_wire", "allowCredentials", "", LEN, |n| {
            let options = request(n);
            input(n, move || {
                let challenge = interop::webauthn_rs::request_challenge(&options);
                let theirs: Value = interop::webauthn_rs::to_wire(&challenge).expect("the same");
                drop(black_box(interop::webauthn_rs::request_options(&theirs).expect("the same")));
            })
        })),
        by_values(entry("interop::webauthn_rs::creation_options", "excludeCredentials", "", LEN, |n| {
            let options = creation(n);
            input(n, move || {
                let challenge = interop::webauthn_rs::creation_challenge(&options);
                drop(black_box(interop::webauthn_rs::creation_options(&challenge).expect("the same")));
            })
        })),
        entry("interop::check", "records", "", LEN, |n| {
            let (rp, key) = (rp(), create().public_key_bytes());
            let records: Vec<_> = ids(n / 110).map(|id| CredentialRecord::new(id, user(), key.clone())).collect();
            input(n, move || assert!(black_box(interop::check(&records, &rp)).iter().all(|(_, why)| !why.locks_out())))
        }),
    ]
}
