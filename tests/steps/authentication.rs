//! §7.2 Verifying an Authentication Assertion: the rows that a registration does not have.

use crate::change::{extensions, remove, set, signed, text, trailing_bits, unsorted};
use crate::signature::{self, digest_info};
use crate::table::{Ceremony, Group, accepted, refused};
use serde_json::{Value, json};
use wardkey_authenticator::Algorithm::*;
use wardkey_authenticator::flags::{AT, BE, BS, ED, UP, UV};
use wardkey_authenticator::hash::{Hash, sha256};
use wardkey_authenticator::keys::rsa::emsa_pkcs1;
use wardkey_authenticator::{Algorithm, Authentication, Cbor, Key, Modulus, Registration};

type Rows = Vec<Group<Authentication>>;

pub(crate) fn table() -> Rows {
    let sections = [envelope(), credential(), user(), authenticator_data(), rp_id(), flags(), backup()];
    let more = [stored_key(), signature::table(), counter(), good(), every_algorithm()];
    sections.into_iter().chain(more).flatten().collect()
}

/// A discoverable authentication: no `allowCredentials`, and the user is not known before.
fn discoverable(a: Authentication) -> Authentication {
    a.expecting(|e| e.allow_credentials = Some(Vec::new())).expecting(|e| e.user_identified = false)
}

/// Step 3: the members of the JSON that only an authentication has.
fn envelope() -> Rows {
    vec![
        refused("7.2/3", "response-malformed").rows([
            ("json.no-authenticator-data", |a: Authentication| a.json(|j| remove(j, "/response/authenticatorData"))),
            ("json.authenticator-data-null", |a| a.json(|j| set(j, "/response/authenticatorData", Value::Null))),
            ("json.authenticator-data-array", |a| a.json(|j| set(j, "/response/authenticatorData", json!([7, 7])))),
            ("json.no-signature", |a| a.json(|j| remove(j, "/response/signature"))),
            ("json.signature-null", |a| a.json(|j| set(j, "/response/signature", Value::Null))),
            ("json.signature-number", |a| a.json(|j| set(j, "/response/signature", 7))),
            ("json.user-handle-array", |a| a.json(|j| set(j, "/response/userHandle", json!([7])))),
            ("base64url.signature-standard-alphabet", |a| a.json(|j| set(j, "/response/signature", "+/+/"))),
            ("json.a-registration", |a| {
                let other = Registration::new(&a.name, Es256).response();
                a.json(move |j| *j = other.clone())
            }),
        ]),
        refused("7.2/3", "response-malformed").strict().rows([
            ("base64url.user-handle-padded", |a: Authentication| {
                a.json(|j| text(j, "/response/userHandle", |text| format!("{text}=")))
            }),
            ("base64url.authenticator-data-trailing-bits", |a| {
                a.json(|j| text(j, "/response/authenticatorData", trailing_bits))
            }),
            ("base64url.signature-space", |a| a.json(|j| text(j, "/response/signature", |text| format!("{text} ")))),
        ]),
    ]
}

/// Step 5, and step 6: the record must be that of the credential.
fn credential() -> Rows {
    vec![
        refused("7.2/5", "credential-not-allowed").rows([
            ("id.not-asked-for", |a: Authentication| a.expecting(|e| e.allow_credentials = Some(vec![vec![7; 32]]))),
            ("id.not-asked-for-alike-at-the-end", |a| {
                let mut other = a.credential_id.clone();
                other[0] ^= 1;
                a.expecting(|e| e.allow_credentials = Some(vec![other]))
            }),
            ("id.other-posted", |a| a.posted(|p| p.id = vec![7; 32])),
            ("id.prefix-posted", |a| a.posted(|p| p.id.truncate(31))),
        ]),
        refused("7.2/6", "credential-mismatch").rows([
            ("record.of-another-credential", |a: Authentication| a.record(|r| r.id = vec![7; 32])),
            ("record.of-another-credential-discoverable", |a| discoverable(a).record(|r| r.id.push(0))),
            ("id.extended-posted", |a| discoverable(a).posted(|p| p.id.push(0))),
        ]),
        accepted().rows([
            ("id.second-of-two", |a: Authentication| {
                let id = a.credential_id.clone();
                a.expecting(|e| e.allow_credentials = Some(vec![vec![7; 32], id]))
            }),
            ("id.none-asked-for", |a| a.expecting(|e| e.allow_credentials = Some(Vec::new()))),
            ("id.1-byte", |a| {
                a.expecting(|e| e.allow_credentials = None).record(|r| r.id = vec![7]).posted(|p| p.id = vec![7])
            }),
        ]),
    ]
}

/// Step 6: the owner of the credential.
fn user() -> Rows {
    vec![
        refused("7.2/6", "user-handle-mismatch").rows([
            ("user.other", |a: Authentication| a.posted(|p| p.user_handle = Some(vec![7; 32]))),
            ("user.other-discoverable", |a| discoverable(a).posted(|p| p.user_handle = Some(vec![7; 32]))),
            ("user.prefix", |a| a.posted(|p| p.user_handle.as_mut().unwrap().truncate(31))),
            ("user.extended", |a| a.posted(|p| p.user_handle.as_mut().unwrap().push(0))),
            ("user.of-another-record", |a| discoverable(a).record(|r| r.user_handle = Some(vec![7; 32]))),
        ]),
        refused("7.2/6", "user-handle-missing").rows([
            ("user.missing", |a: Authentication| discoverable(a).posted(|p| p.user_handle = None)),
            ("user.null", |a| discoverable(a).json(|j| set(j, "/response/userHandle", Value::Null))),
            ("user.empty-in-spite-of-the-quirk", |a| {
                discoverable(a).quirk("empty-user-handle").posted(|p| p.user_handle = Some(Vec::new()))
            }),
        ]),
        refused("7.2/6", "user-handle-empty").strict().rows([
            ("user.empty+strict", |a: Authentication| a.posted(|p| p.user_handle = Some(Vec::new()))),
            ("user.empty-discoverable", |a| discoverable(a).posted(|p| p.user_handle = Some(Vec::new()))),
        ]),
        accepted().rows([
            ("user.discoverable", discoverable as fn(Authentication) -> Authentication),
            ("user.known-not-told", |a| a.posted(|p| p.user_handle = None)),
            ("user.known-null", |a| a.json(|j| set(j, "/response/userHandle", Value::Null))),
            ("user.empty", |a| a.quirk("empty-user-handle").posted(|p| p.user_handle = Some(Vec::new()))),
        ]),
    ]
}

/// Step 7: authenticator data (§6.1) determines its own length; an assertion has no attested credential data.
fn authenticator_data() -> Rows {
    vec![
        refused("7.2/7", "authenticator-data-malformed").rows([
            ("data.empty", |a: Authentication| a.authenticator_data_bytes(Vec::clear)),
            ("data.36-bytes", |a| a.authenticator_data_bytes(|b| b.truncate(36))),
            ("data.trailing-byte", |a| a.authenticator_data_bytes(|b| b.push(0))),
            ("data.at-without-data", |a| a.authenticator_data(|d| d.set_flags(AT))),
            ("data.data-without-at", |a| {
                let attested = Registration::new(&a.name, Es256).authenticator_data.attested;
                a.authenticator_data(|d| d.attested = attested)
            }),
            ("data.map-without-ed", |a| {
                a.authenticator_data(|d| d.extension("x", 1)).authenticator_data(|d| d.clear_flags(ED))
            }),
            ("data.ed-without-map", |a| a.authenticator_data(|d| d.set_flags(ED))),
            ("data.extensions-array", |a| a.authenticator_data(|d| extensions(d, Cbor::Array(Vec::new())))),
            ("data.extensions-cut", |a| {
                a.authenticator_data(|d| d.extension("x", 1)).authenticator_data_bytes(|b| b.truncate(b.len() - 1))
            }),
            ("data.extensions-and-a-byte", |a| {
                a.authenticator_data(|d| d.extension("x", 1)).authenticator_data_bytes(|b| b.push(0))
            }),
            ("data.extension-past-the-end", |a| {
                a.authenticator_data(|d| d.extension("x", Cbor::Raw(b"\x5b\x80\0\0\0\0\0\0\0".to_vec())))
            }),
            ("data.extension-2-to-the-32-entries", |a| {
                a.authenticator_data(|d| d.extension("x", Cbor::Raw(b"\xbb\0\0\0\x01\0\0\0\0".to_vec())))
            }),
            ("data.extension-deep", |a| a.authenticator_data(|d| d.extension("x", Cbor::Raw(vec![0x81; 300])))),
        ]),
        refused("7.2/7", "authenticator-data-malformed").strict().rows([
            ("data.attested", |a: Authentication| {
                let attested = Registration::new(&a.name, Es256).authenticator_data.attested;
                a.authenticator_data(|d| d.set_flags(AT)).authenticator_data(|d| d.attested = attested)
            }),
            ("data.extension-twice", |a| {
                a.authenticator_data(|d| d.extension("x", 1)).authenticator_data(|d| d.extension("x", 1))
            }),
            ("data.extension-integer-key", |a| a.authenticator_data(|d| extensions(d, Cbor::map([(1, 1.into())])))),
            ("data.extension-float", |a| a.authenticator_data(|d| d.extension("x", Cbor::Raw(vec![0xf9, 0, 0])))),
            ("data.extension-long-head", |a| a.authenticator_data(|d| d.extension("x", Cbor::Raw(vec![0x18, 1])))),
            ("data.extensions-unsorted-in-spite-of-the-quirk", |a| {
                let a = a.quirk("cbor-key-order").authenticator_data(|d| d.extension("b", 1));
                a.authenticator_data(|d| d.extension("a", 1))
                    .authenticator_data(|d| unsorted(d.extensions.as_mut().unwrap()))
            }),
        ]),
    ]
}

/// Step 15, and the appid extension (§10.1.1).
fn rp_id() -> Rows {
    vec![
        refused("7.2/15", "rp-id-mismatch").rows([
            ("rp-id.origin", |a: Authentication| {
                a.authenticator_data(|d| d.rp_id_hash = sha256(b"https://example.org"))
            }),
            ("rp-id.parent", |a| a.authenticator_data(|d| d.rp_id_hash = sha256(b"org"))),
            ("rp-id.subdomain", |a| a.authenticator_data(|d| d.rp_id_hash = sha256(b"portal.example.org"))),
            ("rp-id.upper-case", |a| a.authenticator_data(|d| d.rp_id_hash = sha256(b"EXAMPLE.ORG"))),
            ("rp-id.zero", |a| a.authenticator_data(|d| d.rp_id_hash = vec![0; 32])),
            ("rp-id.one-bit", |a| a.authenticator_data(|d| d.rp_id_hash[0] ^= 0x80)),
            ("appid.not-requested", |a| with_appid(a, json!(true)).expecting(|e| e.appid = None)),
            ("appid.client-says-no", |a| with_appid(a, json!(false))),
            ("appid.client-says-nothing", |a| with_appid(a, Value::Null)),
            ("appid.another", |a| {
                with_appid(a, json!(true)).expecting(|e| e.appid = Some("https://evil.example".into()))
            }),
            ("appid.said-but-rp-id-used", |a| {
                with_appid(a, json!(true)).authenticator_data(|d| d.rp_id_hash = sha256(b"example.org"))
            }),
        ]),
        accepted().rows([
            ("appid.used", |a: Authentication| with_appid(a, json!(true))),
            ("appid.requested-not-used", |a| {
                with_appid(a, json!(false)).authenticator_data(|d| d.rp_id_hash = sha256(b"example.org"))
            }),
        ]),
    ]
}

/// The AppID is requested and used.
fn with_appid(a: Authentication, says: Value) -> Authentication {
    a.expecting(|e| e.appid = Some("https://example.org/u2f".into()))
        .authenticator_data(|d| d.rp_id_hash = sha256(b"https://example.org/u2f"))
        .posted(move |p| p.client_extension_results = json!({"appid": says}))
}

/// Steps 16 and 17: UP and UV, without exception for assertions.
fn flags() -> Rows {
    vec![
        refused("7.2/16", "user-not-present")
            .rows([("flags.up-clear", |a: Authentication| a.authenticator_data(|d| d.clear_flags(UP)))]),
        refused("7.2/17", "user-not-verified").rows([
            ("flags.uv-clear", |a: Authentication| {
                a.expecting(|e| e.uv_required = true).authenticator_data(|d| d.clear_flags(UV))
            }),
            ("flags.uv-clear-reserved-set", |a| {
                a.expecting(|e| e.uv_required = true)
                    .authenticator_data(|d| d.clear_flags(UV))
                    .authenticator_data(|d| d.set_flags(0x22))
            }),
        ]),
        accepted().rows([
            ("flags.uv-required", |a: Authentication| a.expecting(|e| e.uv_required = true)),
            ("flags.uv-for-the-first-time", |a| a.record(|r| r.uv_initialized = false)),
            ("flags.uv-clear-not-required", |a| a.authenticator_data(|d| d.clear_flags(UV))),
            ("flags.reserved", |a| a.authenticator_data(|d| d.set_flags(0x22))),
        ]),
    ]
}

/// Steps 18 and 19.
fn backup() -> Rows {
    vec![
        refused("7.2/18", "backup-state-invalid").rows([
            ("backup.bs-without-be", |a: Authentication| a.authenticator_data(|d| d.set_flags(BS))),
            ("backup.be-lost-bs-kept", |a| {
                a.record(|r| r.backup_eligible = true).authenticator_data(|d| d.set_flags(BS))
            }),
        ]),
        refused("7.2/19", "backup-eligibility-changed").rows([
            ("backup.be-vanished", |a: Authentication| a.record(|r| r.backup_eligible = true)),
            ("backup.be-appeared", |a| a.authenticator_data(|d| d.set_flags(BE))),
            ("backup.be-and-bs-appeared", |a| a.authenticator_data(|d| d.set_flags(BE | BS))),
        ]),
        accepted().rows([
            ("backup.bs-on", |a: Authentication| {
                a.record(|r| r.backup_eligible = true).authenticator_data(|d| d.set_flags(BE | BS))
            }),
            ("backup.bs-off", |a| {
                let a = a.record(|r| r.backup_eligible = true).record(|r| r.backup_state = true);
                a.authenticator_data(|d| d.set_flags(BE))
            }),
        ]),
    ]
}

/// Step 21: the key is that of the record, and must be usable.
fn stored_key() -> Rows {
    let unusable = || refused("7.2/21", "stored-public-key-unusable");
    vec![
        unusable().rows([
            ("record.key-empty", |a: Authentication| a.record(|r| r.public_key = Cbor::Raw(Vec::new()))),
            ("record.key-array", |a| a.record(|r| r.public_key = Cbor::Array(Vec::new()))),
            ("record.alg-unknown", |a| a.record(|r| r.public_key.set(3, -300))),
            ("record.alg-of-another-curve", |a| a.record(|r| r.public_key.set(3, -36))),
            ("record.y-compressed", |a| a.record(|r| r.public_key.set(-3, true))),
            ("record.key-cut", |a| a.record(|r| r.public_key.get(-2).bytes().truncate(31))),
        ]),
        unusable().strict().rows([
            ("record.key-unsorted", |a: Authentication| a.record(|r| unsorted(&mut r.public_key))),
            ("record.key-private", |a| a.record(|r| r.public_key.set(-4, vec![7; 32]))),
        ]),
        // With the identity as key, R = S·B verifies for every message.
        unusable().under(EdDsa).rows([
            ("record.identity", |a: Authentication| {
                let point = [&[1][..], &[0; 31]].concat();
                let forged = [&point[..], &[0; 32]].concat();
                a.record(|r| r.public_key.set(-2, point)).signature(move |s| s.clone_from(&forged))
            }),
            ("record.not-reduced", |a| {
                let point = [&[0xee][..], &[0xff; 30], &[0x7f]].concat();
                let forged = [&[1][..], &[0; 63]].concat();
                a.record(|r| r.public_key.set(-2, point)).signature(move |s| s.clone_from(&forged))
            }),
        ]),
        // With e = 1 the encoded message is its own signature.
        unusable().under(Rs256).rows([
            ("record.e-one", |a: Authentication| {
                let a = a.record(|r| r.public_key.set(-2, vec![1]));
                signed(a, |m| emsa_pkcs1(&digest_info(Hash::Sha256, m), 256))
            }),
            ("record.1024-bits", |a| {
                let key = Key::rsa(Rs256, Modulus::Credential1024);
                a.record(|r| r.public_key = key.cose()).key(key)
            }),
        ]),
    ]
}

/// Step 22: a counter that does not increase, if the policy refuses that.
fn counter() -> Rows {
    fn counted(a: Authentication, stored: u32, received: u32) -> Authentication {
        a.record(|r| r.sign_count = stored).authenticator_data(|d| d.sign_count = received)
    }
    vec![
        refused("7.2/22", "sign-count-regressed").rows([
            ("counter.equal", |a: Authentication| counted(a, 7, 7)),
            ("counter.lower", |a| counted(a, 7, 6)),
            ("counter.back-to-zero", |a| counted(a, 7, 0)),
            ("counter.half-a-turn", |a| counted(a, u32::MAX, 1)),
        ]),
        accepted().rows([
            ("counter.advanced", |a: Authentication| counted(a, 7, 8)),
            ("counter.leapt", |a| counted(a, 7, 70_000)),
            ("counter.first", |a| counted(a, 0, 1)),
            ("counter.greatest", |a| counted(a, u32::MAX - 1, u32::MAX)),
            ("counter.not-kept", |a| counted(a, 0, 0)),
            ("counter.equal-reported", |a| counted(a, 7, 7).expecting(|e| e.refuse_counter = false)),
            ("counter.lower-reported", |a| counted(a, 7, 6).expecting(|e| e.refuse_counter = false)),
            ("counter.zero-reported", |a| counted(a, 7, 0).expecting(|e| e.refuse_counter = false)),
        ]),
    ]
}

fn good() -> Rows {
    vec![accepted().rows([
        ("good.extension", |a: Authentication| a.authenticator_data(|d| d.extension("hmac-secret", vec![7; 32]))),
        ("good.unknown-extension", |a| {
            a.authenticator_data(|d| d.extension("new", Cbor::map([("a", vec![Cbor::Null].into())])))
        }),
        ("good.empty-extensions", |a| a.authenticator_data(|d| extensions(d, Cbor::Map(Vec::new())))),
    ])]
}

/// Step 21: every algorithm signs in, whether it is still offered or not; RS1 only if it is named.
fn every_algorithm() -> Rows {
    let all = Algorithm::ALL.into_iter().filter(|&algorithm| algorithm != Rs1);
    let good = all.map(|algorithm| accepted().under(algorithm).rows([("good.*", |a: Authentication| a)]));
    let by_name = [
        accepted().rows([
            ("good.no-longer-offered", |a: Authentication| a.expecting(|e| e.algs = Some(vec![-8, -257]))),
            ("good.offered-with-rs1", |a| a.expecting(|e| e.algs = Some(vec![-65535]))),
        ]),
        refused("7.2/21", "algorithm-not-accepted").under(Rs1).rows([
            ("alg.rs1-not-by-name", |a: Authentication| a),
            ("alg.rs1-not-in-the-list", |a| a.expecting(|e| e.algs = Some(vec![-7, -257]))),
        ]),
        refused("7.2/21", "signature-invalid")
            .under(Rs1)
            .rows([("alg.rs1-bad-signature", |a: Authentication| a.signature(|s| s[20] ^= 1))]),
        accepted()
            .under(Rs1)
            .rows([("good.rs1-by-name", |a: Authentication| a.expecting(|e| e.algs = Some(vec![-7, -65535])))]),
    ];
    good.chain(by_name).collect()
}
