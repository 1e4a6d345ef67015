//! RFC 5280 §4: the attestation certificate. The rows use `packed`; all formats have the same reader.

use crate::row::{Row, row};
use wardkey::attestation::Format as Known;
use wardkey::crypto::CryptoError;
use wardkey::internals::{Malformed, Reason, Rule};
use wardkey_authenticator::extension::{BASIC_CONSTRAINTS, KEY_USAGE};
use wardkey_authenticator::keys::PublicKey;
use wardkey_authenticator::x509::signature_algorithm;
use wardkey_authenticator::*;

const FORMAT: Known = Known::Packed;

pub(crate) fn rows() -> Vec<Row> {
    [syntax(), extensions(), keys(), claims()].concat()
}

fn with(name: &str, change: impl Fn(&mut Certificate) + Send + Sync + 'static) -> Row {
    row(&format!("certificate/{name}"), Packed::new().leaf(change))
}

/// Changes the bytes of the leaf after it is signed.
fn bytes(name: &str, change: fn(&mut Vec<u8>)) -> Row {
    row(&format!("certificate/{name}"), Packed::new().x5c(move |x5c| change(&mut x5c[0])))
}

fn malformed(rule: impl Into<Rule>) -> Reason {
    Reason::Certificate(rule.into())
}

fn syntax() -> Vec<Row> {
    let large = Extension::new("1.3.6.1.4.1.55555.1", vec![0; 16_384]);
    vec![
        bytes("empty", Vec::clear).refused(malformed(Malformed::Truncated).of(FORMAT)),
        bytes("cut-short", |der| {
            der.pop();
        })
        .refused(malformed(Malformed::Truncated).of(FORMAT)),
        bytes("trailing-byte", |der| der.push(0)).refused(malformed(Malformed::TrailingBytes).of(FORMAT)),
        bytes("indefinite-length", |der| drop(der.splice(1..4, [0x80])))
            .refused(malformed(Malformed::Length).of(FORMAT)),
        bytes("set-instead-of-sequence", |der| der[0] = 0x31).refused(malformed(Malformed::Tag).of(FORMAT)),
        with("larger-than-16-kib", move |leaf| leaf.set(large.clone()))
            .bound()
            .refused(malformed(Rule::TooLarge).of(FORMAT)),
        with("version-1-with-extensions", |leaf| leaf.version = None).refused(malformed(Rule::Version).of(FORMAT)),
        with("version-4", |leaf| leaf.version = Some(3)).refused(malformed(Rule::Version).of(FORMAT)),
        with("no-issuer", |leaf| leaf.issuer = Name::default()).refused(malformed(Rule::NoIssuer).of(FORMAT)),
        with("two-signature-algorithms", |leaf| {
            leaf.signature_algorithm = Some(signature_algorithm(Algorithm::Es384));
        })
        .refused(malformed(Rule::AlgorithmsDiffer).of(FORMAT)),
        bytes("signature-algorithm-cut-short", |der| {
            const ES256: [u8; 4] = [0x30, 10, 6, 8];
            let places: Vec<_> = (0..der.len()).filter(|&at| der[at..].starts_with(&ES256)).collect();
            assert_eq!(places.len(), 2);
            places.into_iter().for_each(|at| der[at + 3] = 9);
        })
        .refused(malformed(Malformed::Truncated).of(FORMAT)),
        with("date-that-is-none", |leaf| leaf.not_before = der::utc_time("240230000000Z"))
            .refused(malformed(Malformed::Time).of(FORMAT)),
        negative_serial_number(),
    ]
}

/// RFC 5280 §4.1.2.2: "Certificate users SHOULD be prepared to gracefully handle such certificates."
fn negative_serial_number() -> Row {
    let issuer = Chain::new().authorities.remove(0).key;
    let format = Packed::new().leaf(|leaf| leaf.serial_number = vec![0x7f; 16]).x5c(move |x5c| {
        let tbs_len = usize::from(u16::from_be_bytes([x5c[0][6], x5c[0][7]]));
        let mut tbs = x5c[0][4..][..4 + tbs_len].to_vec();
        let serial = tbs.windows(16).position(|window| window == [0x7f; 16]).unwrap();
        tbs[serial] = 0x80;
        let algorithm = signature_algorithm(issuer.algorithm);
        x5c[0] = der::sequence(&[&tbs, &algorithm, &der::bit_string(&issuer.sign(&tbs), 0)]);
    });
    row("certificate/negative-serial-number", format)
}

fn extensions() -> Vec<Row> {
    let in_list = |error: Rule| malformed(error);
    let looked_into = |error: Malformed| Reason::Certificate(error.into());
    let set = |name: &str, oid: &'static str, value: &'static [u8]| {
        with(name, move |leaf| leaf.set(Extension::new(oid, value.to_vec())))
    };
    vec![
        with("duplicate-extension", |leaf| leaf.extensions.push(leaf.extensions[0].clone()))
            .refused(in_list(Rule::DuplicateExtension).of(FORMAT)),
        with("33-extensions", |leaf| {
            (leaf.extensions.len()..33)
                .for_each(|i| leaf.set(Extension::new(&format!("1.3.6.1.4.1.55555.{i}"), der::null())));
        })
        .bound()
        .refused(in_list(Rule::TooManyExtensions).of(FORMAT)),
        with("32-extensions", |leaf| {
            (leaf.extensions.len()..32)
                .for_each(|i| leaf.set(Extension::new(&format!("1.3.6.1.4.1.55555.{i}"), der::null())));
        }),
        set("key-usage-malformed", KEY_USAGE, &[3, 2, 0]).refused(looked_into(Malformed::Truncated).of(FORMAT)),
        set("key-usage-bad-padding", KEY_USAGE, &[3, 2, 7, 0xc0]).refused(looked_into(Malformed::BitString).of(FORMAT)),
        set("basic-constraints-malformed", BASIC_CONSTRAINTS, &[0x30, 3, 1, 1, 1])
            .refused(looked_into(Malformed::Boolean).of(FORMAT)),
        set("basic-constraints-false-spelt-out", BASIC_CONSTRAINTS, &[0x30, 3, 1, 1, 0])
            .strict()
            .refused(looked_into(Malformed::Boolean).of(FORMAT)),
    ]
}

fn keys() -> Vec<Row> {
    let key = |error: Rule| Reason::Certificate(error);
    let spki = |name: &str, spki: Vec<u8>| with(name, move |leaf| leaf.public_key = spki.clone());
    let p256 = Key::new("attestation.certificate.p256", Algorithm::Es256);
    let PublicKey::Ec2 { x, y, .. } = p256.public() else { panic!("an EC2 key") };
    let compressed = [&[2 + (y[31] & 1)], &x[..]].concat();
    let ec = |curve: &str, point: &[u8]| {
        let algorithm = der::sequence(&[&der::oid("1.2.840.10045.2.1"), &der::oid(curve)]);
        der::sequence(&[&algorithm, &der::bit_string(point, 0)])
    };
    let p256_oid = "1.2.840.10045.3.1.7";
    let off_curve = [&[4], &x[..], &x[..]].concat();
    let unknown = der::sequence(&[&der::sequence(&[&der::oid("1.2.840.10040.4.1")]), &der::bit_string(&[0], 0)]);
    let ed25519_with_null = {
        let algorithm = der::sequence(&[&der::oid("1.3.101.112"), &der::null()]);
        der::sequence(&[&algorithm, &der::bit_string(&[9; 32], 0)])
    };
    vec![
        spki("key-trailing-element", der::sequence(&[&p256.spki()[2..], &der::null()]))
            .refused(key(Malformed::TrailingBytes.into()).of(FORMAT)),
        spki("key-of-unknown-algorithm", unknown).refused(key(Rule::UnknownKey).of(FORMAT)),
        spki("key-on-brainpool", ec("1.3.36.3.3.2.8.1.1.7", &[&[4], &x[..], &y[..]].concat()))
            .refused(key(Rule::UnknownKey).of(FORMAT)),
        spki("key-ed25519-with-parameters", ed25519_with_null).refused(key(Rule::Parameters).of(FORMAT)),
        spki("key-compressed", ec(p256_oid, &compressed)).strict().refused(key(Rule::PointFormat).of(FORMAT)),
        spki("key-rsa-1024", Key::rsa(Algorithm::Rs256, Modulus::Credential1024).spki())
            .strict()
            .refused(key(Rule::Key(CryptoError::Modulus)).of(FORMAT)),
        spki("key-off-the-curve", ec(p256_oid, &off_curve)).refused(Reason::Signature.of(FORMAT)),
    ]
}

/// RFC 5280 §4.2.1.3, §4.2.1.9: an end entity that claims the powers of a CA, in every format with certificates.
fn claims() -> Vec<Row> {
    let may_sign = |leaf: &mut Certificate| leaf.set(Extension::new(KEY_USAGE, der::bit_string(&[0x84], 2)).critical());
    let may_sign_without_constraints = move |leaf: &mut Certificate| {
        leaf.remove(BASIC_CONSTRAINTS);
        may_sign(leaf);
    };
    let length = |leaf: &mut Certificate| leaf.set(Extension::basic_constraints(false, Some(0)));
    let crls = |leaf: &mut Certificate| leaf.set(Extension::new(KEY_USAGE, der::bit_string(&[0x82], 1)).critical());
    let name = |claim: &str, format: &str| format!("certificate/{claim}-under-{format}");
    macro_rules! of {
        ($format:literal, $made:expr, $of:path) => {
            [
                row(&name("key-cert-sign-without-ca", $format), $made.leaf(may_sign))
                    .refused(Reason::KeyCertSign.of($of)),
                row(
                    &name("key-cert-sign-without-basic-constraints", $format),
                    $made.leaf(may_sign_without_constraints),
                )
                .refused(Reason::KeyCertSign.of($of)),
                row(&name("path-length-without-ca", $format), $made.leaf(length)).refused(Reason::PathLength.of($of)),
            ]
        };
    }
    let mut rows = [
        of!("packed", Packed::new(), Known::Packed),
        of!("tpm", Tpm::new(), Known::Tpm),
        of!("android-key", AndroidKey::new(), Known::AndroidKey),
        of!("android-safetynet", AndroidSafetyNet::new(), Known::AndroidSafetynet),
        of!("fido-u2f", FidoU2f::new(), Known::FidoU2f),
        of!("apple", Apple::new(), Known::Apple),
    ]
    .concat();
    // cRLSign alone is allowed: by RFC 5280 §6.3.3 (f) the signer of a list need not be a CA.
    rows.push(row("certificate/crl-sign-without-ca", Packed::new().leaf(crls)));
    rows
}
