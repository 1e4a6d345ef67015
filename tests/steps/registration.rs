//! §7.1 Registering a New Credential: the rows that an authentication does not have.

use crate::change::{extensions, headed, indefinite, remove, set, text, unsorted};
use crate::keys;
use crate::table::{Ceremony, Group, accepted, refused};
use serde_json::{Value, json};
use wardkey_authenticator::Algorithm::*;
use wardkey_authenticator::flags::{AT, BE, BS, ED, UP, UV};
use wardkey_authenticator::hash::sha256;
use wardkey_authenticator::{Algorithm, Cbor, Key, Modulus, Packed, PackedSelf, Registration};

type Rows = Vec<Group<Registration>>;

pub(crate) fn table() -> Rows {
    let sections = [envelope(), object(), authenticator_data(), flags(), algorithm(), keys::table()];
    let more = [format(), statement(), trust(), credential(), good(), every_algorithm()];
    sections.into_iter().chain(more).flatten().collect()
}

/// Step 3: the members of the JSON that only a registration has.
fn envelope() -> Rows {
    vec![
        refused("7.1/3", "response-malformed").rows([
            ("json.no-attestation-object", |r: Registration| r.json(|j| remove(j, "/response/attestationObject"))),
            ("json.attestation-object-null", |r| r.json(|j| set(j, "/response/attestationObject", Value::Null))),
            ("json.attestation-object-array", |r| r.json(|j| set(j, "/response/attestationObject", json!([0xa3])))),
            ("json.an-authentication", |r| {
                let other = wardkey_authenticator::Authentication::of(&r).response();
                r.json(move |j| *j = other.clone())
            }),
        ]),
        refused("7.1/3", "response-malformed").strict().rows([
            ("base64url.attestation-object-padded", |r: Registration| {
                r.json(|j| text(j, "/response/attestationObject", |text| format!("{text}=")))
            }),
            ("base64url.public-key-standard-alphabet", |r| r.json(|j| set(j, "/response/publicKey", "+/+/"))),
            ("json.transports-text", |r| r.json(|j| set(j, "/response/transports", "internal"))),
            ("json.transport-number", |r| r.json(|j| set(j, "/response/transports", json!([1])))),
            ("json.public-key-algorithm-text", |r| r.json(|j| set(j, "/response/publicKeyAlgorithm", "-7"))),
        ]),
        // The copies are not signed. They may be missing, but must not disagree.
        refused("7.1/3", "copy-mismatch").strict().rows([
            ("copy.authenticator-data", |r: Registration| r.posted(|p| p.authenticator_data[32] ^= UV)),
            ("copy.public-key", |r| r.posted(|p| p.public_key = Some(Key::new("steps/other", Es256).spki()))),
            ("copy.public-key-of-another-kind", |r| {
                r.posted(|p| p.public_key = Some(Key::new("steps/other", EdDsa).spki()))
            }),
            ("copy.public-key-no-key", |r| r.posted(|p| p.public_key = Some(vec![0x30, 0]))),
            ("copy.public-key-trailing-byte", |r| r.posted(|p| p.public_key.as_mut().unwrap().push(0))),
            ("copy.public-key-algorithm", |r| r.posted(|p| p.public_key_algorithm = -257)),
            ("copy.public-key-algorithm-same-key", |r| r.posted(|p| p.public_key_algorithm = -9)),
            // The first step that refuses is reported.
            ("copy.and-rp-id-hash", |r| {
                r.authenticator_data(|d| d.rp_id_hash = sha256(b"evil.example")).posted(|p| p.public_key_algorithm = -9)
            }),
            ("copy.and-user-not-present", |r| {
                r.authenticator_data(|d| d.clear_flags(UP)).posted(|p| p.authenticator_data.truncate(37))
            }),
        ]),
        accepted().rows([
            ("json.no-copies", |r: Registration| {
                let r = r.json(|j| remove(j, "/response/publicKey"));
                let r = r.json(|j| remove(j, "/response/publicKeyAlgorithm"));
                r.json(|j| remove(j, "/response/authenticatorData"))
            }),
            ("json.public-key-null", |r| r.json(|j| set(j, "/response/publicKey", Value::Null))),
            ("json.no-transports", |r| r.json(|j| remove(j, "/response/transports"))),
            ("json.empty-transports", |r| r.posted(|p| p.transports.clear())),
            ("json.300-transports", |r| r.posted(|p| p.transports.extend((0..300).map(|name| name.to_string())))),
            ("json.unknown-transport", |r| r.posted(|p| p.transports.push("carrier-pigeon".into()))),
            // Some mobile SDKs write "" for an unsigned member that they do not have.
            ("copy.authenticator-data-empty", |r| r.posted(|p| p.authenticator_data.clear())),
            ("copy.public-key-empty", |r| r.json(|j| set(j, "/response/publicKey", ""))),
            ("copy.public-key-algorithm-empty", |r| r.json(|j| set(j, "/response/publicKeyAlgorithm", ""))),
            ("json.transports-empty-text", |r| r.json(|j| set(j, "/response/transports", ""))),
            ("json.attachment-empty-text", |r| r.json(|j| set(j, "/authenticatorAttachment", ""))),
            ("json.cred-props", |r| r.posted(|p| p.client_extension_results = json!({"credProps": {"rk": true}}))),
        ]),
    ]
}

/// Step 13: the attestation object (§6.5.4), in CTAP2 canonical CBOR (§2.4).
fn object() -> Rows {
    vec![
        refused("7.1/13", "attestation-object-malformed").rows([
            ("object.empty", |r: Registration| r.posted(|p| p.attestation_object.clear())),
            ("object.array", |r| r.attestation_object(|o| *o = Cbor::Array(vec![o.clone()]))),
            ("object.truncated", |r| r.posted(|p| p.attestation_object.truncate(100))),
            ("object.trailing-byte", |r| r.posted(|p| p.attestation_object.push(0))),
            ("object.no-fmt", |r| r.attestation_object(|o| o.remove("fmt"))),
            ("object.fmt-bytes", |r| r.attestation_object(|o| o.set("fmt", &b"none"[..]))),
            ("object.fmt-not-utf8", |r| r.attestation_object(|o| o.set("fmt", Cbor::Raw(b"\x64non\xff".to_vec())))),
            ("object.no-statement", |r| r.attestation_object(|o| o.remove("attStmt"))),
            ("object.statement-array", |r| r.attestation_object(|o| o.set("attStmt", Cbor::Array(Vec::new())))),
            ("object.statement-null", |r| r.attestation_object(|o| o.set("attStmt", Cbor::Null))),
            ("object.statement-bytes", |r| r.attestation_object(|o| o.set("attStmt", &b"\xa0"[..]))),
            ("object.no-auth-data", |r| r.attestation_object(|o| o.remove("authData"))),
            ("object.auth-data-text", |r| r.attestation_object(|o| o.set("authData", "data"))),
            ("object.auth-data-empty", |r| r.attestation_object(|o| o.set("authData", &b""[..]))),
            ("object.keys-of-bytes", |r| {
                r.attestation_object(|o| {
                    o.entries().iter_mut().for_each(|(key, _)| {
                        let Cbor::Text(name) = &key else { unreachable!() };
                        *key = name.as_bytes().into();
                    })
                })
            }),
            ("object.keys-of-integers", |r| {
                r.attestation_object(|o| {
                    o.entries().iter_mut().zip(1_i64..).for_each(|((key, _), label)| *key = label.into())
                })
            }),
            ("object.key-case", |r| {
                r.attestation_object(|o| o.remove("fmt")).attestation_object(|o| o.set("Fmt", "none"))
            }),
            ("object.more-entries-declared", |r| r.posted(|p| p.attestation_object[0] = 0xa4)),
            ("object.reserved-head", |r| r.attestation_object(|o| o.set("fmt", Cbor::Raw(vec![0x7c])))),
            ("object.lone-break", |r| r.attestation_object(|o| o.set("attStmt", Cbor::Raw(vec![0xff])))),
            ("object.length-past-the-end", |r| {
                r.attestation_object(|o| o.set("authData", Cbor::Raw(b"\x5a\xff\xff\xff\xff".to_vec())))
            }),
            ("object.2-to-the-63-bytes", |r| {
                r.attestation_object(|o| o.set("authData", Cbor::Raw(b"\x5b\x80\0\0\0\0\0\0\0".to_vec())))
            }),
            ("object.2-to-the-32-items", |r| {
                r.attestation_object(|o| o.set("attStmt", Cbor::Raw(b"\x9b\0\0\0\x01\0\0\0\0".to_vec())))
            }),
            ("object.2-to-the-32-entries", |r| {
                r.attestation_object(|o| o.set("attStmt", Cbor::Raw(b"\xbb\0\0\0\x01\0\0\0\0".to_vec())))
            }),
            ("object.deep-arrays", |r| r.attestation_object(|o| o.set("attStmt", Cbor::Raw(vec![0x81; 300])))),
            ("object.deep-maps", |r| r.attestation_object(|o| o.set("attStmt", Cbor::Raw([0xa1, 0x01].repeat(150))))),
            ("object.deep-tags", |r| r.attestation_object(|o| o.set("attStmt", Cbor::Raw(vec![0xc1; 300])))),
        ]),
        refused("7.1/13", "attestation-object-malformed").strict().rows([
            ("object.more-keys", |r: Registration| r.attestation_object(|o| o.set("ver", "1"))),
            ("object.fmt-twice", |r| r.attestation_object(|o| o.push("fmt", "none"))),
            ("object.auth-data-twice", |r| {
                r.attestation_object(|o| {
                    let other = [sha256(b"evil.example"), vec![UP | UV, 0, 0, 0, 0]].concat();
                    o.push("authData", other);
                })
            }),
            ("object.unsorted+strict", |r| r.attestation_object(unsorted)),
            ("object.indefinite+strict", |r| r.attestation_object(indefinite)),
            ("object.long-head", |r| r.attestation_object(|o| headed(o, &[0xb8, 3]))),
            ("object.long-length", |r| r.attestation_object(|o| o.set("fmt", Cbor::Raw(b"\x78\x04none".to_vec())))),
            ("object.tagged", |r| r.attestation_object(|o| headed(o, &[0xd9, 0xd9, 0xf7, 0xa3]))),
            ("object.float", |r| r.format(PackedSelf::new()).statement(|s| s.set("x", Cbor::Raw(vec![0xf9, 0, 0])))),
            ("object.text-in-chunks", |r| {
                r.attestation_object(|o| o.set("fmt", Cbor::Raw(b"\x7f\x62no\x62ne\xff".to_vec())))
            }),
            ("object.text-in-chunks-in-spite-of-the-quirk", |r| {
                let r = r.quirk("cbor-indefinite-length");
                r.attestation_object(|o| o.set("fmt", Cbor::Raw(b"\x7f\x62no\x62ne\xff".to_vec())))
            }),
            ("object.fmt-twice-in-spite-of-the-quirk", |r| {
                r.quirk("cbor-key-order").attestation_object(|o| o.push("fmt", "none")).attestation_object(unsorted)
            }),
            ("object.65-keys-out-of-order-in-spite-of-the-quirk", |r| {
                let r = r.quirk("cbor-key-order").format(PackedSelf::new());
                r.statement(|s| (0..65).for_each(|key| s.push(key, 0))).statement(unsorted)
            }),
            ("object.513-maps-out-of-order-in-spite-of-the-quirk", |r| {
                let maps = [&[0x99, 2, 1][..], &[0xa2, 2, 0, 1, 0].repeat(513)].concat();
                let r = r.quirk("cbor-key-order").format(PackedSelf::new());
                r.statement(move |s| s.set("x", Cbor::Raw(maps.clone())))
            }),
        ]),
        accepted().rows([
            ("object.unsorted", |r: Registration| r.quirk("cbor-key-order").attestation_object(unsorted)),
            ("object.indefinite", |r| r.quirk("cbor-indefinite-length").attestation_object(indefinite)),
        ]),
    ]
}

/// Step 13: authenticator data (§6.1) determines its own length. From byte 53 on: the length of the id in two bytes, an id of
/// 32 bytes, the key.
fn authenticator_data() -> Rows {
    vec![
        refused("7.1/13", "authenticator-data-malformed").rows([("data.not-attested", |r: Registration| {
            r.authenticator_data(|d| d.clear_flags(AT))
                .authenticator_data(|d| d.attested = None)
                .posted(|p| p.id = vec![7; 32])
        })]),
        refused("7.1/13", "attestation-object-malformed").rows([
            ("data.36-bytes", |r: Registration| r.authenticator_data_bytes(|b| b.truncate(36))),
            ("data.at-without-data", |r| r.authenticator_data_bytes(|b| b.truncate(37))),
            ("data.data-without-at", |r| r.authenticator_data(|d| d.clear_flags(AT))),
            ("data.cut-in-aaguid", |r| r.authenticator_data_bytes(|b| b.truncate(40))),
            ("data.cut-in-id", |r| r.authenticator_data_bytes(|b| b.truncate(70))),
            ("data.cut-before-key", |r| r.authenticator_data_bytes(|b| b.truncate(87))),
            ("data.cut-in-key", |r| r.authenticator_data_bytes(|b| b.truncate(100))),
            ("data.cut-by-one", |r| r.authenticator_data_bytes(|b| b.truncate(b.len() - 1))),
            ("data.id-longer-than-all", |r| r.authenticator_data_bytes(|b| b[53] = 0xff)),
            ("data.id-one-longer", |r| r.authenticator_data_bytes(|b| b[54] += 1)),
            ("data.id-one-shorter", |r| r.authenticator_data_bytes(|b| b[54] -= 1)),
            ("data.id-empty", |r| {
                r.authenticator_data(|d| d.attested().credential_id.clear()).posted(|p| p.id = vec![7])
            }),
            ("data.trailing-byte", |r| r.authenticator_data_bytes(|b| b.push(0))),
            ("data.map-without-ed", |r| {
                r.authenticator_data(|d| d.extension("x", 1)).authenticator_data(|d| d.clear_flags(ED))
            }),
            ("data.ed-without-map", |r| r.authenticator_data(|d| d.set_flags(ED))),
            ("data.extensions-array", |r| r.authenticator_data(|d| extensions(d, Cbor::Array(Vec::new())))),
            ("data.extensions-null", |r| r.authenticator_data(|d| extensions(d, Cbor::Null))),
            ("data.extensions-bytes", |r| r.authenticator_data(|d| extensions(d, Cbor::Bytes(vec![0xa0])))),
            ("data.extensions-cut", |r| {
                r.authenticator_data(|d| d.extension("x", 1)).authenticator_data_bytes(|b| b.truncate(b.len() - 1))
            }),
            ("data.extensions-and-a-byte", |r| {
                r.authenticator_data(|d| d.extension("x", 1)).authenticator_data_bytes(|b| b.push(0))
            }),
            ("data.extension-deep", |r| r.authenticator_data(|d| d.extension("x", Cbor::Raw(vec![0x81; 300])))),
            ("data.extension-deep-tags", |r| r.authenticator_data(|d| d.extension("x", Cbor::Raw(vec![0xc1; 300])))),
            ("data.key-array", |r| r.public_key(|k| *k = vec![k.clone()].into())),
            ("data.key-a-point", |r| {
                let point = r.key.public_key_bits();
                r.public_key(|k| *k = point.into())
            }),
        ]),
        refused("7.1/13", "attestation-object-malformed").strict().rows([
            ("data.extension-twice", |r: Registration| {
                r.authenticator_data(|d| d.extension("x", 1)).authenticator_data(|d| d.extension("x", 1))
            }),
            ("data.extension-integer-key", |r| r.authenticator_data(|d| extensions(d, Cbor::map([(1, 1.into())])))),
            ("data.extension-float", |r| r.authenticator_data(|d| d.extension("x", Cbor::Raw(vec![0xf9, 0, 0])))),
            ("data.extension-long-head", |r| r.authenticator_data(|d| d.extension("x", Cbor::Raw(vec![0x18, 1])))),
            ("key.alg-twice", |r| r.public_key(|k| k.push(3, -7))),
            ("key.unsorted", |r| r.public_key(unsorted)),
            ("key.unsorted-in-spite-of-the-quirk", |r| r.quirk("cbor-key-order").public_key(unsorted)),
            ("key.indefinite", |r| r.public_key(indefinite)),
            ("key.indefinite-in-spite-of-the-quirk", |r| r.quirk("cbor-indefinite-length").public_key(indefinite)),
            ("key.long-head", |r| r.public_key(|k| headed(k, &[0xb8, 5]))),
        ]),
    ]
}

/// Steps 14 to 17.
fn flags() -> Rows {
    vec![
        refused("7.1/14", "rp-id-mismatch").rows([
            ("rp-id.origin", |r: Registration| r.authenticator_data(|d| d.rp_id_hash = sha256(b"https://example.org"))),
            ("rp-id.parent", |r| r.authenticator_data(|d| d.rp_id_hash = sha256(b"org"))),
            ("rp-id.subdomain", |r| r.authenticator_data(|d| d.rp_id_hash = sha256(b"portal.example.org"))),
            ("rp-id.upper-case", |r| r.authenticator_data(|d| d.rp_id_hash = sha256(b"EXAMPLE.ORG"))),
            ("rp-id.other", |r| r.authenticator_data(|d| d.rp_id_hash = sha256(b"evil.example"))),
            ("rp-id.zero", |r| r.authenticator_data(|d| d.rp_id_hash = vec![0; 32])),
            ("rp-id.one-bit", |r| r.authenticator_data(|d| d.rp_id_hash[31] ^= 1)),
        ]),
        refused("7.1/15", "user-not-present").rows([
            ("flags.up-clear", |r: Registration| r.authenticator_data(|d| d.clear_flags(UP))),
            ("flags.up-and-uv-clear", |r| r.authenticator_data(|d| d.clear_flags(UP | UV))),
        ]),
        refused("7.1/16", "user-not-verified").rows([
            ("flags.uv-clear", |r: Registration| {
                r.expecting(|e| e.uv_required = true).authenticator_data(|d| d.clear_flags(UV))
            }),
            ("flags.uv-clear-in-a-conditional-create", |r| {
                r.expecting(|e| (e.uv_required, e.conditional) = (true, true))
                    .authenticator_data(|d| d.clear_flags(UP | UV))
            }),
            ("flags.uv-clear-reserved-set", |r| {
                r.expecting(|e| e.uv_required = true)
                    .authenticator_data(|d| d.clear_flags(UV))
                    .authenticator_data(|d| d.set_flags(0x22))
            }),
        ]),
        refused("7.1/17", "backup-state-invalid").rows([
            ("flags.bs-without-be", |r: Registration| r.authenticator_data(|d| d.set_flags(BS))),
            ("flags.bs-without-be-attested", |r| r.format(PackedSelf::new()).authenticator_data(|d| d.set_flags(BS))),
        ]),
        accepted().rows([
            ("flags.conditional-create", |r: Registration| {
                r.expecting(|e| e.conditional = true).authenticator_data(|d| d.clear_flags(UP | UV))
            }),
            ("flags.conditional-create-with-up", |r| r.expecting(|e| e.conditional = true)),
            ("flags.uv-required", |r| r.expecting(|e| e.uv_required = true)),
            ("flags.uv-clear-not-required", |r| r.authenticator_data(|d| d.clear_flags(UV))),
            ("flags.be", |r| r.authenticator_data(|d| d.set_flags(BE))),
            ("flags.be-and-bs", |r| r.authenticator_data(|d| d.set_flags(BE | BS))),
            ("flags.reserved", |r| r.authenticator_data(|d| d.set_flags(0x22))),
        ]),
    ]
}

/// Step 20: alg was offered.
fn algorithm() -> Rows {
    vec![
        refused("7.1/20", "algorithm-not-offered").rows([
            ("alg.not-in-the-list", |r: Registration| r.expecting(|e| e.algs = Some(vec![-8, -257]))),
            ("alg.none-offered", |r| r.expecting(|e| e.algs = Some(Vec::new()))),
            ("alg.esp256-for-es256", |r| r.public_key(|k| k.set(3, -9)).expecting(|e| e.algs = Some(vec![-7]))),
            ("alg.hmac", |r| r.public_key(|k| k.set(3, 5))),
            ("alg.ecdh", |r| r.public_key(|k| k.set(3, -25))),
            ("alg.unassigned", |r| r.public_key(|k| k.set(3, -300))),
        ]),
        refused("7.1/20", "algorithm-not-offered").under(Rs1).rows([
            ("alg.rs1-not-by-name", |r: Registration| r),
            ("alg.rs1-self-attested", |r| r.format(PackedSelf::new())),
        ]),
    ]
}

/// Step 21: fmt is a registered identifier; case matters (§8.1).
fn format() -> Rows {
    vec![refused("7.1/21", "attestation-format-unknown").rows([
        ("fmt.unknown", |r: Registration| r.attestation_object(|o| o.set("fmt", "fido-u3f"))),
        ("fmt.empty", |r| r.attestation_object(|o| o.set("fmt", ""))),
        ("fmt.case", |r| r.attestation_object(|o| o.set("fmt", "None"))),
        ("fmt.space", |r| r.attestation_object(|o| o.set("fmt", "none "))),
        ("fmt.nul", |r| r.attestation_object(|o| o.set("fmt", "none\0"))),
        ("fmt.packed-case", |r| r.format(PackedSelf::new()).attestation_object(|o| o.set("fmt", "Packed"))),
        ("fmt.prototype", |r| r.attestation_object(|o| o.set("fmt", "__proto__"))),
        ("fmt.compound-case", |r| {
            r.attestation_object(|o| {
                o.set("fmt", "Compound");
                o.set("attStmt", Cbor::Array(Vec::new()));
            })
        }),
    ])]
}

/// Step 22: the statements that need no certificate (§8.7, §8.2 self attestation).
fn statement() -> Rows {
    vec![
        refused("7.1/22", "attestation-invalid").rows([
            ("none.not-empty", |r: Registration| r.statement(|s| s.set("x", 1))),
            ("none.packed-statement", |r| r.format(PackedSelf::new()).attestation_object(|o| o.set("fmt", "none"))),
            ("self.empty", |r| r.format(PackedSelf::new()).statement(|s| s.entries().clear())),
            ("self.no-alg", |r| r.format(PackedSelf::new()).statement(|s| s.remove("alg"))),
            ("self.alg-text", |r| r.format(PackedSelf::new()).statement(|s| s.set("alg", "ES256"))),
            ("self.alg-other", |r| r.format(PackedSelf::new()).statement(|s| s.set("alg", -35))),
            ("self.alg-esp256", |r| r.format(PackedSelf::new()).statement(|s| s.set("alg", -9))),
            ("self.no-sig", |r| r.format(PackedSelf::new()).statement(|s| s.remove("sig"))),
            ("self.sig-null", |r| r.format(PackedSelf::new()).statement(|s| s.set("sig", Cbor::Null))),
            ("self.sig-empty", |r| r.format(PackedSelf::new().signature(Vec::clear))),
            ("self.sig-one-bit", |r| r.format(PackedSelf::new().signature(|s| s[20] ^= 1))),
            ("self.sig-trailing-byte", |r| r.format(PackedSelf::new().signature(|s| s.push(0)))),
            ("self.signed-hash-only", |r| r.format(PackedSelf::new().message(|m| *m = m.split_off(m.len() - 32)))),
            ("self.signed-data-only", |r| r.format(PackedSelf::new().message(|m| m.truncate(m.len() - 32)))),
            ("self.signed-hash-twice", |r| r.format(PackedSelf::new().message(|m| *m = sha256(m)))),
            ("self.data-changed-after", |r| {
                let r = r.format(PackedSelf::new()).json(|j| remove(j, "/response/authenticatorData"));
                r.attestation_object(|o| o.get("authData").bytes()[36] ^= 1)
            }),
            ("self.client-data-changed-after", |r| {
                r.format(PackedSelf::new()).posted(|p| p.client_data_json.push(b' '))
            }),
            ("self.by-another-key", |mut r| {
                r.key = Key::new("steps/other", Es256);
                r.format(PackedSelf::new()).json(|j| remove(j, "/response/publicKey"))
            }),
            ("self.x5c-cut-off", |r| r.format(Packed::new()).statement(|s| s.remove("x5c"))),
        ]),
        refused("7.1/22", "attestation-invalid").strict().rows([
            ("self.more-keys", |r: Registration| r.format(PackedSelf::new()).statement(|s| s.set("ver", "1"))),
            ("self.ecdaa-key-id", |r| r.format(PackedSelf::new()).statement(|s| s.set("ecdaaKeyId", vec![7; 32]))),
        ]),
    ]
}

/// Step 24: a policy may refuse the types that need no trust.
fn trust() -> Rows {
    vec![
        refused("7.1/24", "attestation-type-not-accepted").rows([
            ("trust.none-not-accepted", |r: Registration| r.expecting(|e| e.accept_none = false)),
            ("trust.self-not-accepted", |r| r.format(PackedSelf::new()).expecting(|e| e.accept_self = false)),
        ]),
        accepted().rows([
            ("trust.none-where-self-is-not", |r: Registration| r.expecting(|e| e.accept_self = false)),
            ("trust.self-where-none-is-not", |r| r.format(PackedSelf::new()).expecting(|e| e.accept_none = false)),
        ]),
    ]
}

/// Steps 25 to 27.
fn credential() -> Rows {
    vec![
        refused("7.1/25", "credential-id-too-long").rows([("id.1024-bytes", |r: Registration| {
            r.authenticator_data(|d| d.attested().credential_id = vec![7; 1024])
        })]),
        refused("7.1/26", "credential-already-registered").rows([("id.known", |r: Registration| {
            let id = r.credential_id().to_vec();
            r.expecting(|e| e.known_credential_ids = vec![vec![7; 32], id])
        })]),
        refused("7.1/27", "credential-id-mismatch").strict().rows([
            ("id.other-posted", |r: Registration| r.posted(|p| p.id = vec![7; 32])),
            ("id.prefix-posted", |r| r.posted(|p| p.id.truncate(31))),
        ]),
        accepted().rows([
            ("id.1023-bytes", |r: Registration| r.authenticator_data(|d| d.attested().credential_id = vec![7; 1023])),
            ("id.1-byte", |r| r.authenticator_data(|d| d.attested().credential_id = vec![7])),
            ("id.others-known", |r| r.expecting(|e| e.known_credential_ids = vec![vec![7; 32], vec![8; 32]])),
        ]),
    ]
}

fn good() -> Rows {
    vec![
        accepted().rows([
            ("good.counter", |r: Registration| r.authenticator_data(|d| d.sign_count = u32::MAX)),
            ("good.zero-aaguid", |r| r.authenticator_data(|d| d.attested().aaguid = vec![0; 16])),
            ("good.extension", |r| r.authenticator_data(|d| d.extension("credProtect", 2))),
            ("good.extensions", |r| {
                let r = r.authenticator_data(|d| d.extension("credProtect", 2));
                r.authenticator_data(|d| d.extension("hmac-secret", true))
            }),
            ("good.unknown-extension", |r| {
                r.authenticator_data(|d| d.extension("new", Cbor::map([("a", vec![Cbor::Null].into())])))
            }),
            ("good.empty-extensions", |r| r.authenticator_data(|d| extensions(d, Cbor::Map(Vec::new())))),
            ("good.self-with-extension", |r| {
                r.format(PackedSelf::new()).authenticator_data(|d| d.extension("credProtect", 3))
            }),
            ("good.self-with-bom", |r| {
                r.format(PackedSelf::new()).client_data_json(|t| *t = [b"\xef\xbb\xbf", &t[..]].concat())
            }),
            ("good.offered-last", |r| r.expecting(|e| e.algs = Some(vec![-8, -257, -7]))),
            ("good.rsa-3072", |r| Registration::of(&r.name, Key::rsa(Rs256, Modulus::Credential3072))),
            ("good.rsa-4096-self", |r| {
                Registration::of(&r.name, Key::rsa(Ps512, Modulus::Credential4096)).format(PackedSelf::new())
            }),
        ]),
        accepted().under(Rs1).rows([
            ("good.rs1-offered", |r: Registration| r.expecting(|e| e.algs = Some(vec![-7, -65535]))),
            ("good.rs1-offered-self", |r| r.format(PackedSelf::new()).expecting(|e| e.algs = Some(vec![-65535]))),
        ]),
    ]
}

/// Every algorithm with `none` and with self attestation.
fn every_algorithm() -> Rows {
    let all = Algorithm::ALL.into_iter().filter(|&algorithm| algorithm != Rs1);
    let rows = |algorithm| {
        accepted()
            .under(algorithm)
            .rows([("good.none-*", |r: Registration| r), ("good.self-*", |r| r.format(PackedSelf::new()))])
    };
    all.map(rows).collect()
}
