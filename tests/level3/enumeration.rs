//! Neither the options, nor the work, nor the answer reveals whether an account exists.

use crate::*;
use std::sync::Mutex;
use wardkey::ceremony::payment::ExpectedPayment;
use wardkey::ceremony::{BackupEligibility, BackupState};
use wardkey::client::json::RequestOptions;
use wardkey::crypto::{AwsLcRs, Backend, CryptoError, PublicKey, Scheme};
use wardkey::extensions::{LargeBlobRequest, Prf, PrfValues, RequestExtensions};
use wardkey::{CredentialId, Decoys, InvalidValue, crypto};
use wardkey_authenticator::{Key, flags};

/// A backend that records its calls.
#[derive(Debug, Default)]
struct Counting(Mutex<Vec<String>>);

impl Counting {
    fn note(&self, call: impl Into<String>) {
        self.0.lock().unwrap().push(call.into());
    }

    fn calls(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

impl Backend for Counting {
    fn name(&self) -> &'static str {
        "counting"
    }
    fn supports(&self, scheme: Scheme) -> bool {
        AwsLcRs.supports(scheme)
    }
    fn sha256(&self, parts: &[&[u8]]) -> [u8; 32] {
        self.note("digest");
        AwsLcRs.sha256(parts)
    }
    fn hmac_sha256(&self, key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
        self.note("hmac");
        AwsLcRs.hmac_sha256(key, parts)
    }
    fn check_key(&self, key: &PublicKey<'_>) -> Result<(), CryptoError> {
        self.note("check_key");
        AwsLcRs.check_key(key)
    }
    fn verify(&self, scheme: Scheme, key: &PublicKey<'_>, message: &[u8], signature: &[u8]) -> Result<(), CryptoError> {
        let bits = if let PublicKey::Rsa { modulus, .. } = key { modulus.len() * 8 } else { 0 };
        self.note(format!("verify {scheme:?} {bits}"));
        AwsLcRs.verify(scheme, key, message, signature)
    }
    fn random(&self, out: &mut [u8]) -> Result<(), CryptoError> {
        AwsLcRs.random(out)
    }
}

fn public(error: &Error) -> String {
    format!("{} {}", error.public(), serde_json::to_string(&error.public()).unwrap())
}

/// Starts a sign-in for a name without an account.
fn decoyed(rp: &RelyingParty, name: &str) -> (RequestOptions, AuthenticationState) {
    rp.start_authentication(AuthenticationRequest::named(name, &[]), session(), NOW).unwrap()
}

/// A relying party whose accounts all have credentials of one algorithm, and a stranger without an account.
struct Stage {
    counting: &'static Counting,
    rp: RelyingParty,
    algorithm: Algorithm,
    record: CredentialRecord,
}

impl Stage {
    fn new(algorithm: Algorithm) -> Self {
        let counting: &'static Counting = Box::leak(Box::default());
        let offered = crypto::Algorithm::from_cose(algorithm.id()).unwrap();
        let rp = RelyingParty::builder("example.org", "x").backend(counting).algorithms([offered]);
        let rp = rp.decoys(Decoys::new(*b"decoy secret number 3, 32 bytes.")).build().unwrap();
        let made = Self::made(algorithm);
        let id = CredentialId::new(&made.credential_id).unwrap();
        let mut record = CredentialRecord::new(id, user(), made.expected.credential.unwrap().public_key.encode());
        (record.uv_initialized, record.backup_eligible) = (true, Some(false));
        counting.calls();
        Self { counting, rp, algorithm, record }
    }

    fn made(algorithm: Algorithm) -> Authentication {
        let mut made = Authentication::new("level3.enumeration", algorithm);
        made.user_handle = Some(vec![7; 32]);
        made
    }

    /// A response of the authenticator, but signed with a key of the stranger.
    fn forged(&self) -> Authentication {
        Self::made(self.algorithm).key(Key::new("level3.stranger", self.algorithm))
    }

    /// Names without an account, whose lists have the same number of credentials, with ids of at most 32 bytes.
    fn nobody(&self, credentials: usize) -> String {
        let alike = |name: &String| {
            let (options, _) = decoyed(&self.rp, name);
            let short = options.allow_credentials.iter().all(|credential| credential.id.as_bytes().len() <= 32);
            options.allow_credentials.len() == credentials && short
        };
        let name = (0..).map(|n| format!("nobody{n}@mail.example")).find(alike).unwrap();
        self.counting.calls();
        name
    }

    fn own(&self) -> &[CredentialRecord] {
        std::slice::from_ref(&self.record)
    }
}

/// The fault, its cost, and the answer at the browser.
type Seen = Vec<(&'static str, Vec<String>, String)>;

fn sign_ins(stage: &Stage) -> Seen {
    let Stage { counting, rp, record, .. } = stage;
    let mut seen = Vec::new();
    let mut note = |what: &'static str, error: Error, code: &str| {
        assert_eq!(error.code(), code, "{what}: the log says what it was");
        seen.push((what, counting.calls(), public(&error)));
    };
    let changed = |change: fn(&mut CredentialRecord)| {
        let mut record = record.clone();
        change(&mut record);
        record
    };
    let other_user = changed(|record| record.user_handle = UserHandle::new([9; 32]).unwrap());
    let unusable = changed(|record| record.public_key = vec![0xa0]);
    let turned = changed(|record| record.backup_eligible = Some(true));
    let turned_and_unusable = changed(|record| {
        (record.backup_eligible, record.public_key) = (Some(true), vec![0xa0]);
    });
    let known = || {
        let request = AuthenticationRequest::named("ada@mail.example", stage.own());
        let started = rp.start_authentication(request, session(), NOW).unwrap();
        counting.calls();
        started
    };
    let finish = |made: Authentication, record: &CredentialRecord| {
        let (options, state) = known();
        rp.finish_authentication(state, &get(made, &options.challenge), Some(record), session(), NOW).unwrap_err()
    };
    let with = |change: fn(&mut Authentication)| {
        let mut made = stage.forged();
        change(&mut made);
        made
    };
    let another: fn(&mut Authentication) = |made| made.credential_id = b"another credential".to_vec();

    note("bad signature", finish(stage.forged(), record), "signature-invalid");
    note("a signature of one byte", finish(stage.forged().signature(|s| s.truncate(1)), record), "signature-invalid");
    note("wrong user", finish(stage.forged(), &other_user), "user-mismatch");
    let wrong_handle = with(|made| made.user_handle = Some(vec![9; 32]));
    note("wrong user handle", finish(wrong_handle, record), "user-handle-mismatch");
    note("not allowed", finish(with(another), record), "credential-not-allowed");
    note("not allowed, a key that cannot verify", finish(with(another), &unusable), "credential-not-allowed");
    note("not allowed, a record that says otherwise", finish(with(another), &turned), "credential-not-allowed");
    note(
        "another record",
        finish(stage.forged(), &changed(|record| record.id = CredentialId::new([1]).unwrap())),
        "credential-mismatch",
    );
    note("a key that cannot verify", finish(stage.forged(), &unusable), "stored-public-key-unusable");
    note("a record that says otherwise", finish(stage.forged(), &turned), "backup-eligibility-changed");
    note("both", finish(stage.forged(), &turned_and_unusable), "backup-eligibility-changed");

    let refuse = |(options, state): (RequestOptions, AuthenticationState), made: Authentication| {
        counting.calls();
        rp.finish_authentication(state, &get(made, &options.challenge), None, session(), NOW).unwrap_err()
    };
    note("unknown credential", refuse(known(), with(another)), "credential-unknown");
    let nobody = || decoyed(rp, "nobody@mail.example");
    let first = nobody().0.allow_credentials[0].id.as_bytes().to_vec();
    let mut decoy = stage.forged();
    decoy.credential_id = first;
    note("unknown user", refuse(nobody(), decoy.clone()), "credential-unknown");
    note("unknown user, another credential", refuse(nobody(), with(another)), "credential-unknown");
    note(
        "unknown user, a signature of one byte",
        refuse(nobody(), decoy.signature(|s| s.truncate(1))),
        "credential-unknown",
    );
    let (options, state) = nobody();
    counting.calls();
    let error = rp
        .finish_authentication(state, &get(stage.forged(), &options.challenge), Some(record), session(), NOW)
        .unwrap_err();
    note("unknown user, somebody's credential", error, "credential-not-allowed");
    let discoverable = || rp.start_authentication(AuthenticationRequest::discoverable(), session(), NOW).unwrap();
    let nameless = with(|made| (made.user_handle, made.credential_id) = (None, b"another credential".to_vec()));
    note("unknown credential, discoverable", refuse(discoverable(), nameless), "credential-unknown");
    let (options, state) = discoverable();
    counting.calls();
    let nameless = with(|made| made.user_handle = None);
    let error =
        rp.finish_authentication(state, &get(nameless, &options.challenge), Some(record), session(), NOW).unwrap_err();
    note("no user handle, discoverable", error, "user-handle-missing");
    let again = |made| {
        let request = ReauthenticationRequest::new(&user(), stage.own(), "x", Duration::from_secs(300));
        let (options, state) = rp.start_reauthentication(request, session(), NOW).unwrap();
        counting.calls();
        rp.finish_reauthentication(state, &get(made, &options.challenge), None, session(), NOW).unwrap_err()
    };
    note("unknown credential, re-authentication", again(with(another)), "credential-unknown");
    seen
}

fn payments(stage: &Stage) -> Seen {
    let Stage { counting, rp, record, .. } = stage;
    let mut seen = Vec::new();
    let mut note = |what: &'static str, error: Error, code: &str| {
        assert_eq!(error.code(), code, "{what}: the log says what it was");
        seen.push((what, counting.calls(), public(&error)));
    };
    let details = crate::payment::shown();
    let expected = ExpectedPayment::new(&details).called_by(["https://shop.example"]).unwrap();
    let paying = |id: &[u8]| {
        let mut made = stage.forged().client_data(|data| {
            data.set("type", "payment.get");
            data.set("payment", crate::payment::collected());
            data.set("origin", "https://shop.example");
        });
        made.credential_id = id.to_vec();
        made
    };
    let finish = |id: &[u8], change: fn(&mut CredentialRecord)| {
        let (options, state) =
            rp.start_payment(AuthenticationRequest::known(&user(), stage.own()), session(), NOW).unwrap();
        let mut record = record.clone();
        change(&mut record);
        counting.calls();
        rp.finish_payment(state, &get(paying(id), &options.challenge), Some(&record), &expected, session(), NOW)
            .unwrap_err()
    };
    let refuse = |(options, state): (RequestOptions, AuthenticationState), id: &[u8]| {
        counting.calls();
        rp.finish_payment(state, &get(paying(id), &options.challenge), None, &expected, session(), NOW).unwrap_err()
    };
    let (own, another) = (record.id.as_bytes(), &b"another credential"[..]);
    note("bad signature", finish(own, |_| ()), "signature-invalid");
    note("wrong user", finish(own, |r| r.user_handle = UserHandle::new([9; 32]).unwrap()), "user-mismatch");
    note("not allowed", finish(another, |_| ()), "credential-not-allowed");
    note("a record that says otherwise", finish(own, |r| r.backup_eligible = Some(true)), "backup-eligibility-changed");
    note("a key that cannot verify", finish(own, |r| r.public_key = vec![0xa0]), "stored-public-key-unusable");
    let known = rp.start_payment(AuthenticationRequest::known(&user(), stage.own()), session(), NOW).unwrap();
    note("unknown credential", refuse(known, another), "credential-unknown");
    let nobody = || rp.start_payment(AuthenticationRequest::named("nobody@mail.example", &[]), session(), NOW).unwrap();
    let decoy = nobody().0.allow_credentials[0].id.as_bytes().to_vec();
    note("unknown user", refuse(nobody(), &decoy), "credential-unknown");
    seen
}

/// For each algorithm, in every ceremony and for every fault, a real account and an unknown one cost the same: one verification
/// of that algorithm with its hashes.
#[test]
fn every_refusal_costs_and_says_the_same() {
    for algorithm in Algorithm::ALL {
        let stage = Stage::new(algorithm);
        let scheme = crypto::Algorithm::from_cose(algorithm.id()).unwrap().scheme();
        let rsa = matches!(scheme, Scheme::RsaPkcs1(_) | Scheme::RsaPss(_));
        let verify = format!("verify {scheme:?} {}", if rsa { 2048 } else { 0 });
        // The hashes of the RP ID, of the client data, and of the signed bytes.
        let expected = ["hmac", "digest", "digest", "digest", &verify];
        for (what, calls, answer) in [sign_ins(&stage), payments(&stage)].concat() {
            assert_eq!(calls, expected, "{algorithm:?}: {what}");
            let failed = r#"that did not work; please try again {"code":"failed"}"#;
            if what == "unknown credential, discoverable" {
                let (same, signal) = answer.split_once(",\"unknownCredential\":{").unwrap();
                let same = format!("{}}}", same.replace("unknown-credential", "failed"));
                assert!(failed == same && signal.contains("credentialId"), "{answer}");
            } else {
                assert_eq!(answer, failed, "{what}");
            }
        }
    }
}

/// What a stranger can change in a response, with the code that the log gets if the account exists.
fn changes(forged: impl Fn() -> Authentication) -> Vec<(&'static str, Authentication)> {
    let json = |change: fn(&mut Value)| forged().json(change);
    let text = |change: fn(&mut Vec<u8>)| forged().client_data_json(change);
    let member = |name: &str, value: Value| forged().client_data(|data| data.set(name, value));
    let data = |change: fn(&mut wardkey_authenticator::AuthenticatorData)| forged().authenticator_data(change);
    let user_handle = |handle: &[u8]| {
        let mut made = forged();
        made.user_handle = Some(handle.to_vec());
        made
    };
    vec![
        ("client-extension-results-missing", json(|json| drop(json["clientExtensionResults"].take()))),
        ("user-handle-empty", json(|json| json["response"]["userHandle"] = "".into())),
        ("user-handle-mismatch", user_handle(&[9; 32])),
        ("client-data-not-utf8", text(|text| text.splice(..0, *b"\xff\xfe").for_each(drop))),
        ("client-data-malformed", text(|text| text.truncate(20))),
        ("type-mismatch", member("type", "webauthn.create".into())),
        (
            "challenge-mismatch",
            text(|text| {
                let mut data: Value = serde_json::from_slice(text).unwrap();
                data["challenge"] = "AAAAAAAAAAAAAAAAAAAAAA".into();
                *text = data.to_string().into_bytes();
            }),
        ),
        ("origin-not-allowed", member("origin", "https://example.net".into())),
        ("cross-origin-not-allowed", member("crossOrigin", "true".into())),
        ("top-origin-missing", member("crossOrigin", true.into())),
        ("top-origin-not-allowed", member("topOrigin", "https://example.net".into())),
        ("authenticator-data-malformed", forged().authenticator_data_bytes(|bytes| bytes.truncate(36))),
        ("rp-id-mismatch", data(|data| data.rp_id_hash = vec![0; 32])),
        ("user-not-present", data(|data| data.clear_flags(flags::UP))),
        ("user-not-verified", data(|data| data.clear_flags(flags::UV))),
        ("backup-state-invalid", data(|data| data.set_flags(flags::BS))),
        ("backup-eligibility-changed", data(|data| data.set_flags(flags::BE))),
        ("signature-invalid", forged()),
    ]
}

/// Codes that no change of a stranger reaches, or that another test of this file compares.
const ELSEWHERE: &[(&str, &[&str])] = &[
    ("an error before any account is looked at: see the end of the test", &["response-malformed"]),
    (
        "a registration",
        &[
            "copy-mismatch",
            "attestation-object-malformed",
            "algorithm-not-offered",
            "public-key-malformed",
            "attestation-format-unknown",
            "attestation-invalid",
            "attestation-statements-too-few",
            "attestation-statements-not-independent",
            "attested-key-not-in-hardware",
            "attested-key-not-accepted",
            "attestation-type-not-accepted",
            "attestation-untrusted",
            "attestation-legacy-rs1",
            "attestation-metadata",
            "enterprise-attestation-not-accepted",
            "aaguid-not-attested",
            "aaguid-not-accepted",
            "credential-id-too-long",
            "credential-already-registered",
            "credential-id-mismatch",
        ],
    ),
    (
        "every_refusal_costs_and_says_the_same: it depends on the record that the relying party looked up",
        &[
            "credential-not-allowed",
            "credential-mismatch",
            "credential-unknown",
            "user-mismatch",
            "user-handle-missing",
            "stored-public-key-unusable",
        ],
    ),
    ("the_policies_on_backup_show_no_record", &["backup-eligibility-not-allowed", "backup-state-not-allowed"]),
    (
        "after the signature, which no stranger makes",
        &[
            "algorithm-not-accepted",
            "sign-count-regressed",
            "payment-mismatch",
            "browser-bound-signature-missing",
            "browser-bound-signature-invalid",
            "browser-bound-key-unknown",
            "extension-output-malformed",
            "extension-unsolicited",
            "extension-secret-results",
            "extension-outputs-not-signed",
            "cred-protect-missing",
            "cred-protect-too-weak",
            "min-pin-length-missing",
            "min-pin-length-too-short",
            "pin-complexity-policy-missing",
            "cred-blob-not-stored",
            "cred-blob-missing",
            "hmac-secret-missing",
            "uvm-missing",
            "unsigned-not-discoverable",
            "unsigned-large-blob-unsupported",
            "unsigned-large-blob-not-written",
            "unsigned-prf-not-enabled",
        ],
    ),
];

/// Whatever a stranger changes in a response: a sign-in by name, one without a name, and a payment give the same bytes and do the
/// same work for an account and for a name without one. Every refusal of the library has a row here, or is said to be elsewhere.
#[test]
fn every_refusal_is_the_same_for_an_account_and_for_nobody() {
    let stage = Stage::new(Algorithm::Es256);
    let Stage { counting, record, .. } = &stage;
    let rp = RelyingParty::builder("example.org", "x").backend(*counting).framed_by(["https://frame.example"]);
    let rp = rp.require_top_origin().decoys(Decoys::new(*b"decoy secret number 3, 32 bytes.")).build().unwrap();
    let details = crate::payment::shown();
    let expected = ExpectedPayment::new(&details);
    let nobody = stage.nobody(1);
    let seen = |error: Error| (error.code(), public(&error), counting.calls());
    let mut codes = std::collections::BTreeSet::new();
    let by_name = changes(|| stage.forged());
    let by_payment = changes(|| stage.forged().client_data(|data| data.set("type", "payment.get")));
    for ((code, made), (_, paying)) in by_name.into_iter().zip(by_payment) {
        let of = |made: &Authentication, id: &CredentialId, challenge: &[u8]| {
            let mut made = made.clone();
            made.credential_id = id.as_bytes().to_vec();
            get(made, challenge)
        };
        let own = || AuthenticationRequest::named("ada@mail.example", stage.own());
        let none = || AuthenticationRequest::named(&nobody, &[]);
        let sign_in = |request: AuthenticationRequest, stored: Option<&CredentialRecord>| {
            let (options, state) = rp.start_authentication(request, session(), NOW).unwrap();
            let listed = options.allow_credentials.first().map(|credential| credential.id.clone());
            let id = listed.unwrap_or_else(|| stored.unwrap_or(record).id.clone());
            counting.calls();
            seen(
                rp.finish_authentication(state, &of(&made, &id, &options.challenge), stored, session(), NOW)
                    .unwrap_err(),
            )
        };
        let pay = |request: AuthenticationRequest, stored: Option<&CredentialRecord>| {
            let (options, state) = rp.start_payment(request, session(), NOW).unwrap();
            let id = options.allow_credentials[0].id.clone();
            counting.calls();
            let response = of(&paying, &id, &options.challenge);
            seen(rp.finish_payment(state, &response, stored, &expected, session(), NOW).unwrap_err())
        };
        let known = sign_in(own(), Some(record));
        assert_eq!(known.0, code);
        codes.insert(known.0);
        let same = |ceremony, (_, public, calls): (&str, String, Vec<String>), known: &(&str, String, Vec<String>)| {
            assert_eq!((&public, &calls), (&known.1, &known.2), "{code}, {ceremony}");
        };
        same("by name", sign_in(none(), None), &known);
        same("a payment", pay(none(), None), &pay(own(), Some(record)));
        let (_, public, calls) = sign_in(AuthenticationRequest::discoverable(), Some(record));
        let unknown = sign_in(AuthenticationRequest::discoverable(), None);
        assert_eq!(calls, unknown.2, "{code}, without a name");
        // Only a credential that nobody has is signalled: its id is no secret, and says nothing about an account.
        assert!(public == unknown.1 || unknown.0 == "credential-unknown", "{code}, without a name");
    }
    let elsewhere = ELSEWHERE.iter().flat_map(|(_, codes)| *codes).copied();
    let all: std::collections::BTreeSet<_> = Refusal::codes().collect();
    assert_eq!(codes.iter().copied().chain(elsewhere.clone()).collect::<std::collections::BTreeSet<_>>(), all);
    assert_eq!(codes.len() + elsewhere.count(), all.len(), "each once");

    let malformed = AuthenticationResponse::from_json("{}").unwrap_err();
    assert_eq!(serde_json::to_string(&malformed.public()).unwrap(), r#"{"code":"failed"}"#);
}

/// Whatever a stranger posts: an answer in the same bytes for an account and for a name without one, in every ceremony. Only the
/// id that nobody has and that nobody was told is signalled, and only by a discoverable sign-in.
#[test]
fn the_answer_for_the_page_tells_no_account_from_a_decoy() {
    let stage = Stage::new(Algorithm::Es256);
    let Stage { rp, record, .. } = &stage;
    let decoys: Vec<_> = (0..8).flat_map(|n| decoyed(rp, &format!("nobody{n}")).0.allow_credentials).collect();
    let decoys: Vec<_> = decoys.into_iter().map(|credential| credential.id).collect();
    let unknown = CredentialId::new(*b"an id that nobody has").unwrap();
    let details = crate::payment::shown();
    let expected = ExpectedPayment::new(&details);
    let posted = |id: &CredentialId| {
        let mut made = stage.forged();
        made.credential_id = id.as_bytes().to_vec();
        made
    };
    let json = |error: Error| serde_json::to_string(&error.public()).unwrap();
    let sign_in = |request: AuthenticationRequest, id: &CredentialId| {
        let stored = Some(record).filter(|record| record.id == *id);
        let (options, state) = rp.start_authentication(request, session(), NOW).unwrap();
        json(rp.finish_authentication(state, &get(posted(id), &options.challenge), stored, session(), NOW).unwrap_err())
    };
    let failed = r#"{"code":"failed"}"#;
    let signalled = serde_json::to_string(&json!({
        "code": "unknown-credential", "unknownCredential": {"rpId": "example.org", "credentialId": unknown.to_base64url()},
    }));
    for id in [&record.id].into_iter().chain(&decoys) {
        assert_eq!(sign_in(AuthenticationRequest::discoverable(), id), failed);
        let stored = Some(record).filter(|record| record.id == *id);
        assert_eq!(rp.signal_unknown_credential(id, stored), None);
    }
    let found: Value = serde_json::from_str(&sign_in(AuthenticationRequest::discoverable(), &unknown)).unwrap();
    assert_eq!(found.to_string(), signalled.unwrap());
    for (name, own) in [("ada@mail.example", stage.own()), ("nobody0", &[])] {
        for id in [&record.id, &decoys[0], &unknown] {
            assert_eq!(sign_in(AuthenticationRequest::named(name, own), id), failed, "{name}");
            let request = AuthenticationRequest::named(name, own);
            let (options, state) = rp.start_payment(request, session(), NOW).unwrap();
            let stored = Some(record).filter(|record| record.id == *id);
            let response = get(posted(id), &options.challenge);
            let paid = rp.finish_payment(state, &response, stored, &expected, session(), NOW);
            assert_eq!(json(paid.unwrap_err()), failed, "{name}");
        }
        // What depends on no account is said to everybody.
        let request = AuthenticationRequest::named(name, own);
        let (options, state) = rp.start_authentication(request.clone(), session(), NOW).unwrap();
        let late = NOW.plus(Duration::from_secs(301));
        let response = get(posted(&record.id), &options.challenge);
        let expired = rp.finish_authentication(state, &response, Some(record), session(), late);
        assert_eq!(json(expired.unwrap_err()), r#"{"code":"expired"}"#);
        let (_, state) = rp.start_authentication(request, Session::bound("another"), NOW).unwrap();
        let elsewhere = rp.finish_authentication(state, &response, Some(record), session(), late);
        assert_eq!(json(elsewhere.unwrap_err()), failed);
    }
}

/// The list of a name without an account costs the same as a real list of the same size.
#[test]
fn every_start_costs_the_same() {
    let stage = Stage::new(Algorithm::Es256);
    let Stage { counting, rp, .. } = &stage;
    let values = PrfValues::new([1; 24]).with_second([2; 40]);
    let prf = Prf::by_credential([(stage.record.id.clone(), values)].into());
    for credentials in 1..=3 {
        let nobody = stage.nobody(credentials);
        let own: Vec<_> = (0..credentials)
            .map(|n| {
                let mut record = stage.record.clone();
                record.id = if n == 0 { record.id } else { CredentialId::new([u8::try_from(n).unwrap(); 20]).unwrap() };
                record
            })
            .collect();
        for prf in [None, Some(prf.clone())] {
            let inputs = RequestExtensions::default().prf(prf);
            let start = |request: AuthenticationRequest| {
                drop(rp.start_authentication(request.extensions(inputs.clone()), session(), NOW).unwrap());
            };
            start(AuthenticationRequest::named("ada@mail.example", &own));
            let known = counting.calls();
            start(AuthenticationRequest::named(&nobody, &[]));
            let unknown = counting.calls();
            // The list that is derived is as long; the inputs of a real list are the caller's, one for each id it names.
            assert_eq!(known, unknown, "{credentials}");
            assert!(known.len() >= 3 + 3 * credentials, "{known:?}");
        }
        let _ = rp.start_payment(AuthenticationRequest::named("ada@mail.example", &own), session(), NOW).unwrap();
        let known = counting.calls();
        let _ = rp.start_payment(AuthenticationRequest::named(&nobody, &[]), session(), NOW).unwrap();
        assert_eq!(known, counting.calls(), "{credentials}");
    }
    let _ = rp
        .start_reauthentication(
            ReauthenticationRequest::new(&user(), stage.own(), "x", Duration::from_secs(300)),
            session(),
            NOW,
        )
        .unwrap();
    assert_eq!(counting.calls(), [""; 0], "nobody unknown is re-authenticated");
}

/// A credential id costs the same algorithm in every ceremony. Otherwise one of them would reveal an unknown id.
#[test]
fn a_credential_id_costs_one_algorithm() {
    use crypto::Algorithm::{EdDsa, Es256, Es384, Rs256};
    let counting: &'static Counting = Box::leak(Box::default());
    let shapes = [(2, 32, Es256), (1, 32, Rs256), (1, 32, EdDsa), (1, 16, Es384)];
    let decoys = shapes.into_iter().fold(
        Decoys::new(*b"decoy secret number 3, 32 bytes.").with_counts(vec![1, 1, 1]),
        |decoys, shape| {
            let (weight, id_len, algorithm) = shape;
            decoys.with_shape(weight, id_len, Vec::new(), algorithm).unwrap()
        },
    );
    let rp = RelyingParty::builder("example.org", "x").backend(counting).decoys(decoys).build().unwrap();
    let details = crate::payment::shown();
    let expected = ExpectedPayment::new(&details);
    let verified = |error: Error| {
        assert_eq!(error.code(), "credential-unknown");
        let calls = counting.calls();
        calls.into_iter().filter(|call| call.starts_with("verify")).collect::<Vec<_>>()
    };
    let mut found = std::collections::BTreeSet::new();
    for name in (0..40).map(|n| format!("nobody{n}")) {
        for credential in decoyed(&rp, &name).0.allow_credentials {
            let mut made = authentication();
            made.credential_id = credential.id.as_bytes().to_vec();
            let mut paying = crate::payment::payment(crate::payment::collected());
            paying.credential_id = made.credential_id.clone();
            let (options, state) = decoyed(&rp, &name);
            let by_name = verified(
                rp.finish_authentication(state, &get(made.clone(), &options.challenge), None, session(), NOW)
                    .unwrap_err(),
            );
            let (options, state) =
                rp.start_authentication(AuthenticationRequest::discoverable(), session(), NOW).unwrap();
            let discoverable = verified(
                rp.finish_authentication(state, &get(made, &options.challenge), None, session(), NOW).unwrap_err(),
            );
            let (options, state) = rp.start_payment(AuthenticationRequest::named(&name, &[]), session(), NOW).unwrap();
            let paid = verified(
                rp.finish_payment(state, &get(paying, &options.challenge), None, &expected, session(), NOW)
                    .unwrap_err(),
            );
            assert!(by_name.len() == 1 && by_name == discoverable && by_name == paid, "{by_name:?} {discoverable:?}");
            found.insert((credential.id.as_bytes().len(), by_name));
        }
    }
    let of_16 = found.iter().filter(|(len, _)| *len == 16).count();
    assert_eq!((of_16, found.len()), (1, 4), "an id has an algorithm of a shape of its length: {found:?}");
}

/// The policies on backup are checked before BE of the record, so that a refusal before the signature reveals no record. An
/// unknown credential is refused at the same point.
#[test]
fn the_policies_on_backup_show_no_record() {
    let counting: &'static Counting = Box::leak(Box::default());
    let build = |state, eligibility| {
        let rp = RelyingParty::builder("example.org", "x")
            .backend(counting)
            .decoys(Decoys::new(*b"decoy secret number 3, 32 bytes."));
        rp.backup_state_at_authentication(state).backup_eligibility(eligibility).build().unwrap()
    };
    let mut turned = record();
    turned.backup_eligible = turned.backup_eligible.map(|eligible| !eligible);
    for (rp, flags, code) in [
        (build(BackupState::BackedUp, BackupEligibility::Any), 0, "backup-state-not-allowed"),
        (build(BackupState::Any, BackupEligibility::MultiDevice), 0, "backup-eligibility-not-allowed"),
        (build(BackupState::Any, BackupEligibility::SingleDevice), flags::BE, "backup-eligibility-not-allowed"),
    ] {
        let made = || authentication().authenticator_data(|data| data.set_flags(flags));
        let (options, state) = decoyed(&rp, "nobody");
        counting.calls();
        let mut errors = vec![(
            rp.finish_authentication(state, &get(made(), &options.challenge), None, session(), NOW).unwrap_err(),
            counting.calls(),
        )];
        for record in [record(), turned.clone()] {
            let (options, state) = rp
                .start_authentication(
                    AuthenticationRequest::known(&user(), std::slice::from_ref(&record)),
                    session(),
                    NOW,
                )
                .unwrap();
            counting.calls();
            let response = get(made(), &options.challenge);
            errors.push((
                rp.finish_authentication(state, &response, Some(&record), session(), NOW).unwrap_err(),
                counting.calls(),
            ));
        }
        for (error, calls) in errors {
            assert_eq!((error.code(), calls), (code, vec!["hmac".to_owned(), "digest".to_owned()]));
        }
    }
}

/// Without decoys there is no list for a name without an account. A name with an account is an error too, so that the first
/// call shows it.
#[test]
fn without_decoys_an_unknown_name_is_an_error() {
    let named = |own: &[_]| rp().start_authentication(AuthenticationRequest::named("ada", own), session(), NOW);
    let errors = [
        named(&[]).unwrap_err(),
        named(&[record()]).unwrap_err(),
        rp().start_payment(AuthenticationRequest::named("nobody", &[]), session(), NOW).unwrap_err(),
    ];
    for error in errors {
        assert_eq!((error.clone(), error.code()), (Error::NoDecoys, "no-decoys"));
    }
}

/// A fault of the response itself is refused in the same way for real and unknown accounts.
#[test]
fn faults_of_the_response_are_refused_alike() {
    let (options, state) = rp().start_authentication(AuthenticationRequest::discoverable(), session(), NOW).unwrap();
    let made = authentication().client_data(|data| data.set("origin", "https://evil.example"));
    let error = rp().finish_authentication(state, &get(made, &options.challenge), None, session(), NOW).unwrap_err();
    assert_eq!(error.code(), "origin-not-allowed");
    let (_, state) = rp().start_authentication(AuthenticationRequest::discoverable(), session(), NOW).unwrap();
    let error = rp()
        .finish_authentication(
            state,
            &get(authentication(), &[1; 32]),
            None,
            session(),
            NOW.plus(Duration::from_secs(301)),
        )
        .unwrap_err();
    assert_eq!((error.clone(), error.public()), (Error::Expired, Error::Expired.public()));
}

fn with_decoys(decoys: Decoys) -> RelyingParty {
    RelyingParty::builder("example.org", "Example").decoys(decoys).build().unwrap()
}

#[test]
fn decoys_look_like_real_credentials() {
    let rp = with_decoys(Decoys::new(*b"decoy secret number 3, 32 bytes."));
    let (fake, state) = decoyed(&rp, "nobody@mail.example");
    let (again, _) = decoyed(&rp, "nobody@mail.example");
    assert_eq!(fake.allow_credentials, again.allow_credentials);
    assert_ne!(fake.challenge, again.challenge);
    let (real, real_state) = rp.start_authentication(signing_in(), session(), NOW).unwrap();
    let keys = |value: Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let (fake_json, real_json) = (serde_json::to_value(&fake).unwrap(), serde_json::to_value(&real).unwrap());
    assert_eq!(keys(fake_json["allowCredentials"][0].clone()), keys(real_json["allowCredentials"][0].clone()));
    assert_eq!(keys(fake_json), keys(real_json));
    let states = [state, real_state].map(|state| keys(serde_json::to_value(&state).unwrap()));
    assert_eq!(states[0], states[1], "what is stored has one shape as well");
}

/// A changing order, as from a store without ORDER BY, would show that a list is not a decoy.
#[test]
fn lists_have_one_order() {
    let of = |ids: [&[u8]; 3]| {
        let records = ids.map(|id| CredentialRecord::new(CredentialId::new(id).unwrap(), user(), Vec::new()));
        let (options, state) =
            rp().start_authentication(AuthenticationRequest::known(&user(), &records), session(), NOW).unwrap();
        let asked: Vec<_> = options.allow_credentials.into_iter().map(|credential| credential.id).collect();
        assert_eq!(asked, state.allow_credentials());
        asked
    };
    let sorted = of([b"a", b"b", b"c"]);
    assert!(sorted.is_sorted());
    assert_eq!(of([b"c", b"a", b"b"]), sorted);
    let rp = with_decoys(Decoys::new(*b"decoy secret number 3, 32 bytes.").with_counts(vec![0, 0, 0, 0, 1]));
    for name in ["a", "b", "c", "d"] {
        let list = decoyed(&rp, name).0.allow_credentials;
        assert!(list.len() == 5 && list.is_sorted_by_key(|credential| &credential.id), "{name}");
    }
    for len in [0, 1024, usize::MAX] {
        let error = Decoys::new(*b"decoy secret number 3, 32 bytes.")
            .with_shape(1, len, Vec::new(), crypto::Algorithm::Es256)
            .unwrap_err();
        let InvalidValue::Length { len: found, most, .. } = error else { panic!("{error}") };
        assert_eq!((found, most), (len, 1023), "no decoy has such an id, so that a name would have no list");
    }
}

/// §14.6.2: the transports of decoys have one order, so those of real credentials must have it too, however the browser or the
/// old library ordered them.
#[test]
fn transports_have_one_order() {
    use wardkey::Transport::{Ble, Hybrid, Internal, Nfc, SmartCard, Usb};
    let all = [Ble, Hybrid, Internal, Nfc, SmartCard, Usb];
    for written in [vec![Internal, Hybrid, Internal], vec![Hybrid, Internal], all.iter().rev().cloned().collect()] {
        let mut record = record();
        record.transports = written.clone();
        let records = [record];
        let (asked, _) =
            rp().start_authentication(AuthenticationRequest::known(&user(), &records), session(), NOW).unwrap();
        let (again, _) = rp()
            .start_reauthentication(
                ReauthenticationRequest::new(&user(), &records, "x", Duration::from_secs(300)),
                session(),
                NOW,
            )
            .unwrap();
        let (paid, _) = rp().start_payment(AuthenticationRequest::known(&user(), &records), session(), NOW).unwrap();
        let (excluded, _) = rp()
            .start_registration(RegistrationRequest::new(&user(), "ada@mail.example", &records), session(), NOW)
            .unwrap();
        let expected: Vec<_> = all.iter().filter(|transport| written.contains(transport)).cloned().collect();
        for list in
            [asked.allow_credentials, again.allow_credentials, paid.allow_credentials, excluded.exclude_credentials]
        {
            assert_eq!(list[0].transports, expected, "{written:?}");
        }
    }
    let decoys = Decoys::new(*b"decoy secret number 3, 32 bytes.").with_counts(vec![1]);
    let rp = with_decoys(decoys.with_shape(1, 20, vec![Usb, Internal, Ble, Usb], crypto::Algorithm::Es256).unwrap());
    let decoy = decoyed(&rp, "nobody").0;
    assert_eq!(decoy.allow_credentials[0].transports, [Ble, Internal, Usb]);
    let names: Vec<String> = all.iter().map(|one| serde_json::to_string(one).unwrap()).collect();
    assert!(names.is_sorted(), "as getTransports() returns them (§5.2.1): {names:?}");
}

#[test]
fn decoy_options_have_the_same_extensions() {
    let decoys = Decoys::new(*b"decoy secret number 3, 32 bytes.").with_counts(vec![0, 1]);
    let rp = with_decoys(decoys.with_shape(1, 20, Vec::new(), crypto::Algorithm::Es256).unwrap());
    let values = PrfValues::new([1; 24]).with_second([2; 16]);
    let prf = RequestExtensions::default().prf(Prf::by_credential([(record().id, values)].into()));
    let nobody = || AuthenticationRequest::named("nobody@mail.example", &[]);
    let start = || rp.start_authentication(nobody().extensions(prf.clone()), session(), NOW).unwrap().0;
    let (fake, again) = (start(), start());
    assert_eq!(fake.extensions, again.extensions, "the same each time");
    let prf = fake.extensions.prf.unwrap();
    assert_eq!(prf.eval_by_credential.len(), 2);
    assert!(fake.allow_credentials.iter().all(|credential| prf.eval_by_credential.contains_key(&credential.id)));
    let mut inputs = std::collections::BTreeSet::new();
    for values in prf.eval_by_credential.values() {
        let second = values.second.as_ref().unwrap();
        assert_eq!((values.first.as_bytes().len(), second.as_bytes().len()), (24, 16));
        inputs.extend([values.first.as_bytes().to_vec(), second.as_bytes().to_vec()]);
    }
    assert_eq!(inputs.len(), 4, "each has inputs of its own");
    let without = &serde_json::to_value(&fake.allow_credentials).unwrap()[0];
    assert_eq!(without.get("transports"), None, "as a record that was imported without");
    let write = RequestExtensions::default().large_blob(LargeBlobRequest::Write(b"blob".to_vec().into()));
    let error = rp.start_authentication(nobody().extensions(write.clone()), session(), NOW).unwrap_err();
    let real = [record(), record()];
    let request = AuthenticationRequest::named("ada@mail.example", &real).extensions(write);
    assert_eq!(rp.start_authentication(request, session(), NOW).unwrap_err(), error);
}
