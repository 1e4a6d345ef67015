//! Credential public keys, §7.1 step 20 and §5.8.5: alg fixes kty, curve and sizes. A key has the required parameters and no
//! others (§6.5.1).

use crate::table::{Group, refused};
use wardkey_authenticator::Algorithm::*;
use wardkey_authenticator::{Cbor, Key, Modulus, Registration};

pub(crate) fn table() -> Vec<Group<Registration>> {
    let malformed = || refused("7.1/20", "public-key-malformed");
    vec![
        malformed().rows([
            ("key.empty", |r: Registration| r.public_key(|k| k.entries().clear())),
            ("key.no-alg", |r| r.public_key(|k| k.remove(3))),
            ("key.alg-text", |r| r.public_key(|k| k.set(3, "ES256"))),
            ("key.no-kty", |r| r.public_key(|k| k.remove(1))),
            ("key.kty-rsa", |r| r.public_key(|k| k.set(1, 3))),
            ("key.kty-okp", |r| r.public_key(|k| k.set(1, 1))),
            ("key.no-crv", |r| r.public_key(|k| k.remove(-1))),
            ("key.es256-says-p384", |r| r.public_key(|k| k.set(-1, 2))),
            ("key.es256-says-secp256k1", |r| r.public_key(|k| k.set(-1, 8))),
            ("key.p256-says-es512", |r| r.public_key(|k| k.set(3, -36))),
            ("key.p256-says-es256k", |r| r.public_key(|k| k.set(3, -47))),
            ("key.p256-says-esp384", |r| r.public_key(|k| k.set(3, -51))),
            ("key.p256-says-rs256", |r| r.public_key(|k| k.set(3, -257))),
            ("key.p256-says-eddsa", |r| r.public_key(|k| k.set(3, -8))),
            ("key.no-y", |r| r.public_key(|k| k.remove(-3))),
            ("key.x-empty", |r| r.public_key(|k| k.get(-2).bytes().clear())),
            ("key.x-a-whole-point", |r| {
                let point = r.key.public_key_bits();
                r.public_key(|k| k.set(-2, point))
            }),
            ("key.y-compressed", |r| r.public_key(|k| k.set(-3, true))),
            ("key.off-curve", |r| r.public_key(|k| k.get(-3).bytes()[31] ^= 1)),
            ("key.zero", |r| r.public_key(|k| k.set(-2, vec![0; 32])).public_key(|k| k.set(-3, vec![0; 32]))),
            ("key.swapped", |r| {
                r.public_key(|k| {
                    let (x, y) = (k.get(-2).clone(), k.get(-3).clone());
                    k.set(-2, y);
                    k.set(-3, x);
                })
            }),
            ("key.x-not-reduced", |r| r.public_key(|k| k.set(-2, vec![0xff; 32]))),
            ("key.x-short", |r| r.public_key(|k| k.get(-2).bytes().truncate(31))),
        ]),
        malformed().strict().rows([
            ("key.x-zero-in-front", |r: Registration| r.public_key(|k| k.get(-2).bytes().insert(0, 0))),
            ("key.private", |r| r.public_key(|k| k.set(-4, vec![7; 32]))),
            ("key.kid", |r| r.public_key(|k| k.set(2, &b"kid"[..]))),
            ("key.key-ops", |r| r.public_key(|k| k.set(4, Cbor::Array(vec![Cbor::Integer(2)])))),
            ("key.text-label", |r| r.public_key(|k| k.set("alg", -7))),
        ]),
        malformed().under(Es384).rows([
            ("key.p384-says-es256", |r: Registration| r.public_key(|k| k.set(3, -7))),
            ("key.p384-says-es256-and-p256", |r| r.public_key(|k| k.set(3, -7)).public_key(|k| k.set(-1, 1))),
            ("key.p384-off-curve", |r| r.public_key(|k| k.get(-3).bytes()[47] ^= 1)),
        ]),
        malformed().under(Es512).rows([
            ("key.p521-says-es256", |r: Registration| r.public_key(|k| k.set(3, -7))),
            ("key.p521-off-curve", |r| r.public_key(|k| k.get(-3).bytes()[65] ^= 1)),
            ("key.p521-x-65-bytes", |r| r.public_key(|k| drop(k.get(-2).bytes().drain(..1)))),
        ]),
        malformed().under(Es256k).rows([
            ("key.es256k-says-p256", |r: Registration| r.public_key(|k| k.set(-1, 1))),
            ("key.secp256k1-off-curve", |r| r.public_key(|k| k.get(-3).bytes()[31] ^= 1)),
        ]),
        malformed().under(Ed25519).rows([
            ("key.ed25519-says-ed448", |r: Registration| r.public_key(|k| k.set(-1, 7))),
            ("key.ed25519-31-bytes", |r| r.public_key(|k| k.get(-2).bytes().truncate(31))),
            ("key.ed25519-33-bytes", |r| r.public_key(|k| k.get(-2).bytes().push(0))),
        ]),
        malformed().under(EdDsa).rows([
            ("key.eddsa-says-x25519", |r: Registration| r.public_key(|k| k.set(-1, 4))),
            ("key.eddsa-says-p256", |r| r.public_key(|k| k.set(-1, 1))),
            ("key.eddsa-kty-ec2", |r| r.public_key(|k| k.set(1, 2))),
        ]),
        malformed().strict().under(EdDsa).rows([
            ("key.eddsa-no-point", |r: Registration| r.public_key(|k| k.set(-2, [&[2][..], &[0; 31]].concat()))),
            ("key.eddsa-not-reduced", |r| r.public_key(|k| k.set(-2, [&[0xee][..], &[0xff; 30], &[0x7f]].concat()))),
            ("key.eddsa-identity", |r| r.public_key(|k| k.set(-2, [&[1][..], &[0; 31]].concat()))),
            ("key.eddsa-identity-with-sign", |r| r.public_key(|k| k.set(-2, [&[1][..], &[0; 30], &[0x80]].concat()))),
            ("key.eddsa-low-order", |r| r.public_key(|k| k.set(-2, vec![0; 32]))),
            ("key.eddsa-y-too", |r| r.public_key(|k| k.set(-3, vec![0; 32]))),
        ]),
        malformed().under(Ed448).rows([
            ("key.ed448-says-eddsa", |r: Registration| r.public_key(|k| k.set(3, -8))),
            ("key.ed448-says-ed25519-curve", |r| r.public_key(|k| k.set(-1, 6))),
            ("key.ed448-56-bytes", |r| r.public_key(|k| k.get(-2).bytes().truncate(56))),
        ]),
        malformed().under(Rs256).rows([
            ("key.rsa-kty-ec2", |r: Registration| r.public_key(|k| k.set(1, 2))),
            ("key.rsa-n-empty", |r| r.public_key(|k| k.get(-1).bytes().clear())),
            ("key.rsa-n-zero", |r| r.public_key(|k| k.set(-1, vec![0; 256]))),
            ("key.rsa-no-e", |r| r.public_key(|k| k.remove(-2))),
            ("key.rsa-e-empty", |r| r.public_key(|k| k.get(-2).bytes().clear())),
            ("key.rsa-e-zero", |r| r.public_key(|k| k.set(-2, vec![0]))),
            ("key.rsa-e-integer", |r| r.public_key(|k| k.set(-2, 65_537))),
        ]),
        malformed().strict().under(Rs256).rows([
            ("key.rsa-n-one", |r: Registration| r.public_key(|k| k.set(-1, vec![1]))),
            ("key.rsa-n-even", |r| r.public_key(|k| k.get(-1).bytes()[255] &= 0xfe)),
            ("key.rsa-n-zero-in-front", |r| r.public_key(|k| k.get(-1).bytes().insert(0, 0))),
            ("key.rsa-1024-bits", |r| Registration::of(&r.name, Key::rsa(Rs256, Modulus::Credential1024))),
            ("key.rsa-16384-bits", |r| r.public_key(|k| k.set(-1, vec![0xff; 2048]))),
            ("key.rsa-e-one", |r| r.public_key(|k| k.set(-2, vec![1]))),
            ("key.rsa-e-even", |r| r.public_key(|k| k.set(-2, vec![1, 0, 0]))),
            ("key.rsa-e-zero-in-front", |r| r.public_key(|k| k.get(-2).bytes().insert(0, 0))),
            ("key.rsa-e-as-long-as-n", |r| r.public_key(|k| k.set(-2, vec![0x7f; 256]))),
        ]),
        malformed().under(MlDsa44).rows([
            ("key.ml-dsa-44-short", |r: Registration| r.public_key(|k| k.get(-1).bytes().truncate(1311))),
            ("key.ml-dsa-44-says-65", |r| r.public_key(|k| k.set(3, -49))),
        ]),
    ]
}
