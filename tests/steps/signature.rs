//! Signatures, §7.2 step 21: the signed message, and the encoding for each family of algorithms (§6.5.5).

use crate::change::{encoded, signed, sum, with_s};
use crate::table::{Group, accepted, refused};
use wardkey_authenticator::Algorithm::*;
use wardkey_authenticator::flags::UV;
use wardkey_authenticator::hash::{Hash, sha256};
use wardkey_authenticator::keys::ecdsa::Curve;
use wardkey_authenticator::keys::rsa::{digest_info_prefix, emsa_pkcs1};
use wardkey_authenticator::{Authentication, Key, Modulus, Registration, der};

type Rows = Vec<Group<Authentication>>;

pub(crate) fn table() -> Rows {
    [message(), ecdsa(), eddsa(), rsa(), ml_dsa()].into_iter().flatten().collect()
}

/// The message is authenticatorData ‖ SHA-256(clientDataJSON), signed by the key of the record.
fn message() -> Rows {
    vec![refused("7.2/21", "signature-invalid").rows([
        ("sig.empty", |a: Authentication| a.signature(Vec::clear)),
        ("sig.one-bit", |a| a.signature(|s| s[20] ^= 1)),
        ("sig.truncated", |a| a.signature(|s| s.truncate(s.len() - 1))),
        ("sig.by-another-key", |a| a.key(Key::new("steps/other", Es256))),
        ("sig.record-of-another-key", |a| a.record(|r| r.public_key = Key::new("steps/other", Es256).cose())),
        ("sig.record-off-curve", |a| a.record(|r| r.public_key.get(-3).bytes()[31] ^= 1)),
        ("sig.over-hash-only", |a| a.message(|m| *m = m.split_off(37))),
        ("sig.over-data-only", |a| a.message(|m| m.truncate(37))),
        ("sig.over-swapped", |a| a.message(|m| m.rotate_left(37))),
        ("sig.over-hash-of-both", |a| a.message(|m| *m = sha256(m))),
        ("sig.over-client-data", |a| {
            let client_data = a.make().client_data_json;
            a.message(move |m| *m = [&m[..37], &client_data].concat())
        }),
        ("sig.data-changed-after", |a| a.posted(|p| p.authenticator_data[36] ^= 1)),
        ("sig.uv-set-after", |a| {
            a.authenticator_data(|d| d.clear_flags(UV)).posted(|p| p.authenticator_data[32] |= UV)
        }),
        ("sig.client-data-changed-after", |a| a.posted(|p| p.client_data_json.push(b' '))),
        ("sig.bom-after", |a| a.posted(|p| drop(p.client_data_json.splice(0..0, *b"\xef\xbb\xbf")))),
        ("sig.of-self-attestation", |a| {
            let registration = Registration::new(&a.name, Es256);
            let message = [registration.make().authenticator_data, sha256(&registration.make().client_data_json)];
            let signature = a.key.sign(&message.concat());
            a.signature(move |s| s.clone_from(&signature))
        }),
    ])]
}

/// §6.5.5: a DER Ecdsa-Sig-Value, 1 ≤ r, s < n (FIPS 186-5 §6.4.2).
fn ecdsa() -> Rows {
    let invalid = || refused("7.2/21", "signature-invalid");
    vec![
        invalid().rows([
            ("ecdsa.raw", |a: Authentication| encoded(a, |r, s| [r, s].concat())),
            ("ecdsa.trailing-byte", |a| a.signature(|s| s.push(0))),
            ("ecdsa.trailing-byte-inside", |a| {
                encoded(a, |r, s| der::sequence(&[&der::unsigned(r), &der::unsigned(s), &[0]]))
            }),
            ("ecdsa.third-integer", |a| {
                encoded(a, |r, s| der::sequence(&[&der::unsigned(r), &der::unsigned(s), &der::integer(1)]))
            }),
            ("ecdsa.one-integer", |a| encoded(a, |r, _| der::sequence(&[&der::unsigned(r)]))),
            ("ecdsa.r-not-minimal", |a| {
                encoded(a, |r, s| der::sequence(&[&der::tagged(&[2], &[&[0, 0], r].concat()), &der::unsigned(s)]))
            }),
            ("ecdsa.long-length", |a| a.signature(|s| *s = [&[0x30, 0x81], &s[1..]].concat())),
            ("ecdsa.indefinite", |a| a.signature(|s| *s = [&[0x30, 0x80], &s[2..], &[0, 0]].concat())),
            ("ecdsa.set", |a| a.signature(|s| s[0] = 0x31)),
            ("ecdsa.octet-strings", |a| {
                encoded(a, |r, s| der::sequence(&[&der::octet_string(r), &der::octet_string(s)]))
            }),
            ("ecdsa.wrapped", |a| a.signature(|s| *s = der::octet_string(s))),
            ("ecdsa.r-zero", |a| encoded(a, |_, s| der::sequence(&[&der::integer(0), &der::unsigned(s)]))),
            ("ecdsa.s-zero", |a| encoded(a, |r, _| der::sequence(&[&der::unsigned(r), &der::integer(0)]))),
            ("ecdsa.r-order", |a| {
                encoded(a, |r, s| der::sequence(&[&der::unsigned(&sum(r, &Curve::P256.negate(r))), &der::unsigned(s)]))
            }),
            ("ecdsa.s-order", |a| {
                encoded(a, |r, s| der::sequence(&[&der::unsigned(r), &der::unsigned(&sum(s, &Curve::P256.negate(s)))]))
            }),
            ("ecdsa.s-plus-order", |a| {
                encoded(a, |r, s| {
                    let order = sum(s, &Curve::P256.negate(s));
                    der::sequence(&[&der::unsigned(r), &der::unsigned(&sum(s, &order))])
                })
            }),
            ("ecdsa.r-negative", |a| {
                encoded(a, |r, s| {
                    der::sequence(&[&der::tagged(&[2], &[&[0x80 | r[0]], &r[1..]].concat()), &der::unsigned(s)])
                })
            }),
            ("ecdsa.swapped", |a| encoded(a, |r, s| der::sequence(&[&der::unsigned(s), &der::unsigned(r)]))),
            ("ecdsa.sha384", |a| {
                let key = a.key.signing_as(Es384);
                a.key(key)
            }),
            ("ecdsa.sha512", |a| {
                let key = a.key.signing_as(Es512);
                a.key(key)
            }),
        ]),
        invalid().under(Es384).rows([
            ("ecdsa.es384-sha256", |a: Authentication| {
                let key = a.key.signing_as(Es256);
                a.key(key)
            }),
            ("ecdsa.es384-raw", |a| encoded(a, |r, s| [r, s].concat())),
        ]),
        invalid().under(Es512).rows([("ecdsa.es512-zero-in-front", |a: Authentication| {
            encoded(a, |r, s| der::sequence(&[&der::unsigned(r), &der::tagged(&[2], &[&[0, 0], s].concat())]))
        })]),
        invalid()
            .under(Es256k)
            .rows([("ecdsa.es256k-by-p256", |a: Authentication| a.key(Key::new("steps/other", Es256)))]),
        // WebAuthn does not forbid the greater s.
        accepted().rows([
            ("ecdsa.es256-high-s", |a: Authentication| with_s(a, Curve::P256, true)),
            ("ecdsa.es256-low-s", |a| with_s(a, Curve::P256, false)),
        ]),
        accepted().under(Es384).rows([("ecdsa.es384-high-s", |a: Authentication| with_s(a, Curve::P384, true))]),
        accepted().under(Es512).rows([("ecdsa.es512-high-s", |a: Authentication| with_s(a, Curve::P521, true))]),
        accepted().under(Es256k).rows([
            ("ecdsa.es256k-high-s", |a: Authentication| with_s(a, Curve::Secp256k1, true)),
            ("ecdsa.es256k-low-s", |a| with_s(a, Curve::Secp256k1, false)),
        ]),
    ]
}

/// The order of Ed25519's base point, big-endian (RFC 8032 §5.1).
const L: [u8; 32] = [
    0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x14, 0xde, 0xf9, 0xde, 0xa2, 0xf7, 0x9c, 0xd6, 0x58, 0x12,
    0x63, 0x1a, 0x5c, 0xf5, 0xd3, 0xed,
];

/// RFC 8032 §5.1.7, §5.2.7.
fn eddsa() -> Rows {
    vec![
        refused("7.2/21", "signature-invalid").under(EdDsa).rows([
            ("eddsa.one-bit", |a: Authentication| a.signature(|s| s[40] ^= 1)),
            ("eddsa.63-bytes", |a| a.signature(|s| s.truncate(63))),
            ("eddsa.65-bytes", |a| a.signature(|s| s.push(0))),
            ("eddsa.s-plus-order", |a| {
                a.signature(|s| {
                    s[32..].reverse();
                    let greater = sum(&s[32..], &L);
                    s.splice(32.., greater.into_iter().rev());
                })
            }),
            ("eddsa.prehashed", |a| a.message(|m| *m = Hash::Sha512.digest(&[m]))),
            ("eddsa.by-another-key", |a| a.key(Key::new("steps/other", EdDsa))),
            ("eddsa.by-es256", |a| a.key(Key::new("steps/other", Es256))),
            ("eddsa.zeros", |a| a.signature(|s| s.fill(0))),
        ]),
        refused("7.2/21", "signature-invalid").under(Ed448).rows([
            ("eddsa.ed448-one-bit", |a: Authentication| a.signature(|s| s[60] ^= 1)),
            ("eddsa.ed448-113-bytes", |a| a.signature(|s| s.truncate(113))),
            ("eddsa.ed448-115-bytes", |a| a.signature(|s| s.push(0))),
            ("eddsa.ed448-by-another-key", |a| a.key(Key::new("steps/other", Ed448))),
        ]),
    ]
}

/// DigestInfo (RFC 8017 §9.2).
pub(crate) fn digest_info(hash: Hash, message: &[u8]) -> Vec<u8> {
    [digest_info_prefix(hash), &hash.digest(&[message])].concat()
}

/// Signs any encoded message with the key of the credential.
fn raw(encoded: &[u8]) -> Vec<u8> {
    Modulus::Credential.raw(encoded)
}

/// An encoded message with this block type, this much padding, and zeros to fill it up.
fn block(kind: u8, padding: usize, digest_info: &[u8]) -> Vec<u8> {
    let mut encoded = [&[0, kind], &vec![0xff; padding][..], &[0], digest_info].concat();
    encoded.resize(256, 0);
    encoded
}

/// RFC 8017 §8.2.2: the whole encoded message is compared. RFC 8230 §2: the salt is as long as the hash.
fn rsa() -> Rows {
    let invalid = || refused("7.2/21", "signature-invalid");
    vec![
        invalid().under(Rs256).rows([
            ("rsa.one-bit", |a: Authentication| a.signature(|s| s[128] ^= 1)),
            ("rsa.truncated", |a| a.signature(|s| s.truncate(255))),
            ("rsa.zero-in-front", |a| a.signature(|s| s.insert(0, 0))),
            ("rsa.zero-behind", |a| a.signature(|s| s.push(0))),
            ("rsa.zero", |a| a.signature(|s| s.fill(0))),
            ("rsa.plus-modulus", |a| a.signature(|s| *s = sum(s, &Modulus::Credential.n()))),
            ("rsa.by-another-key", |a| a.key(Key::rsa(Rs256, Modulus::Other))),
            ("rsa.short-padding", |a| signed(a, |m| raw(&block(1, 8, &digest_info(Hash::Sha256, m))))),
            ("rsa.no-padding", |a| signed(a, |m| raw(&block(1, 0, &digest_info(Hash::Sha256, m))))),
            ("rsa.padding-one-short", |a| signed(a, |m| raw(&block(1, 201, &digest_info(Hash::Sha256, m))))),
            ("rsa.block-type-2", |a| signed(a, |m| raw(&block(2, 202, &digest_info(Hash::Sha256, m))))),
            ("rsa.digest-alone", |a| signed(a, |m| raw(&emsa_pkcs1(&sha256(m), 256)))),
            ("rsa.garbage-inside", |a| {
                signed(a, |m| raw(&emsa_pkcs1(&[&digest_info(Hash::Sha256, m)[..], &[7; 16]].concat(), 256)))
            }),
            ("rsa.long-length", |a| {
                signed(a, |m| {
                    let info = digest_info(Hash::Sha256, m);
                    raw(&emsa_pkcs1(&[&[0x30, 0x81], &info[1..]].concat(), 256))
                })
            }),
            ("rsa.parameters-garbage", |a| {
                signed(a, |m| {
                    let algorithm = der::sequence(&[&der::oid("2.16.840.1.101.3.4.2.1"), &der::octet_string(&[7; 8])]);
                    raw(&emsa_pkcs1(&der::sequence(&[&algorithm, &der::octet_string(&sha256(m))]), 256))
                })
            }),
            ("rsa.digest-of-sha1", |a| signed(a, |m| raw(&emsa_pkcs1(&digest_info(Hash::Sha1, m), 256)))),
            ("rsa.digest-of-sha512", |a| signed(a, |m| raw(&emsa_pkcs1(&digest_info(Hash::Sha512, m), 256)))),
            ("rsa.oid-of-sha1", |a| {
                signed(a, |m| {
                    let algorithm = der::sequence(&[&der::oid("1.3.14.3.2.26"), &der::null()]);
                    raw(&emsa_pkcs1(&der::sequence(&[&algorithm, &der::octet_string(&sha256(m))]), 256))
                })
            }),
            ("rsa.pss-under-rs256", |a| signed(a, |m| Key::rsa(Ps256, Modulus::Credential).sign(m))),
        ]),
        invalid().strict().under(Rs256).rows([("rsa.null-missing", |a: Authentication| {
            signed(a, |m| {
                let algorithm = der::sequence(&[&der::oid("2.16.840.1.101.3.4.2.1")]);
                raw(&emsa_pkcs1(&der::sequence(&[&algorithm, &der::octet_string(&sha256(m))]), 256))
            })
        })]),
        invalid().under(Ps256).rows([
            ("pss.one-bit", |a: Authentication| a.signature(|s| s[128] ^= 1)),
            ("pss.no-salt", |a| signed(a, |m| Modulus::Credential.sign_pss_with(Hash::Sha256, Hash::Sha256, &[], m))),
            ("pss.salt-of-20", |a| {
                signed(a, |m| Modulus::Credential.sign_pss_with(Hash::Sha256, Hash::Sha256, &[7; 20], m))
            }),
            ("pss.salt-of-33", |a| {
                signed(a, |m| Modulus::Credential.sign_pss_with(Hash::Sha256, Hash::Sha256, &[7; 33], m))
            }),
            ("pss.longest-salt", |a| {
                signed(a, |m| Modulus::Credential.sign_pss_with(Hash::Sha256, Hash::Sha256, &[7; 222], m))
            }),
            ("pss.mgf1-sha1", |a| {
                signed(a, |m| Modulus::Credential.sign_pss_with(Hash::Sha256, Hash::Sha1, &[7; 32], m))
            }),
            ("pss.sha1", |a| signed(a, |m| Modulus::Credential.sign_pss_with(Hash::Sha1, Hash::Sha1, &[7; 20], m))),
            ("pss.pkcs1-under-ps256", |a| signed(a, |m| Key::rsa(Rs256, Modulus::Credential).sign(m))),
        ]),
        invalid().under(Ps384).rows([("pss.ps256-under-ps384", |a: Authentication| {
            signed(a, |m| Key::rsa(Ps256, Modulus::Credential).sign(m))
        })]),
        accepted().under(Ps256).rows([("pss.another-salt", |a: Authentication| {
            signed(a, |m| Modulus::Credential.sign_pss_with(Hash::Sha256, Hash::Sha256, &[7; 32], m))
        })]),
        accepted().rows([
            ("rsa.3072-bits", |a: Authentication| {
                Authentication::of(&Registration::of(&a.name, Key::rsa(Rs256, Modulus::Credential3072)))
            }),
            ("rsa.4096-bits", |a| {
                Authentication::of(&Registration::of(&a.name, Key::rsa(Ps512, Modulus::Credential4096)))
            }),
        ]),
    ]
}

/// FIPS 204 §5.3, Algorithm 21. The last 84 bytes of ML-DSA-44: 80 positions of hints, then how many in each of four
/// polynomials.
fn ml_dsa() -> Rows {
    vec![refused("7.2/21", "signature-invalid").under(MlDsa44).rows([
        ("ml-dsa.truncated", |a| a.signature(|s| s.truncate(2419))),
        ("ml-dsa.hints-out-of-order", |a| a.signature(|s| s.swap(2420 - 84, 2420 - 83))),
        ("ml-dsa.unused-hint-set", |a| a.signature(|s| s[2420 - 5] = 1)),
        ("ml-dsa.by-another-key", |a| a.key(Key::new("steps/other", MlDsa44))),
    ])]
}
