//! RFC 5280 §4: the attestation certificate. The rows use `packed`; all formats have the same reader.

use crate::row::{Row, row};
use wardkey::attestation::CertificateError as C;
use wardkey::attestation::packed::Problem;
use wardkey::attestation::{android_key, android_safetynet, apple, fido_u2f, tpm};
use wardkey::crypto::KeyError;
use wardkey::x509::{AlgorithmError, CertificateError as Malformed, DerError, ExtensionsError};
use wardkey_authenticator::extension::{BASIC_CONSTRAINTS, KEY_USAGE};
use wardkey_authenticator::keys::PublicKey;
use wardkey_authenticator::x509::signature_algorithm;
use wardkey_authenticator::*;

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

fn malformed(error: Malformed) -> Problem {
    Problem::Certificate(C::Malformed(error))
}

fn syntax() -> Vec<Row> {
    let large = Extension::new("1.3.6.1.4.1.55555.1", vec![0; 16_384]);
    vec![
        bytes("empty", Vec::clear).refused(malformed(DerError::Truncated.into())),
        bytes("cut-short", |der| {
            der.pop();
        })
        .refused(malformed(DerError::Truncated.into())),
        bytes("trailing-byte", |der| der.push(0)).refused(malformed(DerError::TrailingBytes.into())),
        bytes("indefinite-length", |der| drop(der.splice(1..4, [0x80]))).refused(malformed(DerError::Length.into())),
        bytes("set-instead-of-sequence", |der| der[0] = 0x31).refused(malformed(DerError::Tag.into())),
        with("larger-than-16-kib", move |leaf| leaf.set(large.clone())).bound().refused(malformed(Malformed::TooLarge)),
        with("version-1-with-extensions", |leaf| leaf.version = None).refused(malformed(Malformed::Version)),
        with("version-4", |leaf| leaf.version = Some(3)).refused(malformed(Malformed::Version)),
        with("no-issuer", |leaf| leaf.issuer = Name::default()).refused(malformed(Malformed::NoIssuer)),
        with("two-signature-algorithms", |leaf| {
            leaf.signature_algorithm = Some(signature_algorithm(Algorithm::Es384));
        })
        .refused(malformed(Malformed::SignatureAlgorithm)),
        bytes("signature-algorithm-cut-short", |der| {
            const ES256: [u8; 4] = [0x30, 10, 6, 8];
            let places: Vec<_> = (0..der.len()).filter(|&at| der[at..].starts_with(&ES256)).collect();
            assert_eq!(places.len(), 2);
            places.into_iter().for_each(|at| der[at + 3] = 9);
        })
        .refused(malformed(DerError::Truncated.into())),
        with("date-that-is-none", |leaf| leaf.not_before = der::utc_time("240230000000Z"))
            .refused(malformed(DerError::Time.into())),
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
    let in_list = |error: ExtensionsError| malformed(Malformed::Extensions(error));
    let looked_into = |error: DerError| Problem::Certificate(C::Extension(error.into()));
    let set = |name: &str, oid: &'static str, value: &'static [u8]| {
        with(name, move |leaf| leaf.set(Extension::new(oid, value.to_vec())))
    };
    vec![
        with("duplicate-extension", |leaf| leaf.extensions.push(leaf.extensions[0].clone()))
            .refused(in_list(ExtensionsError::Duplicate)),
        with("33-extensions", |leaf| {
            (leaf.extensions.len()..33)
                .for_each(|i| leaf.set(Extension::new(&format!("1.3.6.1.4.1.55555.{i}"), der::null())));
        })
        .bound()
        .refused(in_list(ExtensionsError::TooMany)),
        with("32-extensions", |leaf| {
            (leaf.extensions.len()..32)
                .for_each(|i| leaf.set(Extension::new(&format!("1.3.6.1.4.1.55555.{i}"), der::null())));
        }),
        set("key-usage-malformed", KEY_USAGE, &[3, 2, 0]).refused(looked_into(DerError::Truncated)),
        set("key-usage-bad-padding", KEY_USAGE, &[3, 2, 7, 0xc0]).refused(looked_into(DerError::BitString)),
        set("basic-constraints-malformed", BASIC_CONSTRAINTS, &[0x30, 3, 1, 1, 1])
            .refused(looked_into(DerError::Boolean)),
        set("basic-constraints-false-spelt-out", BASIC_CONSTRAINTS, &[0x30, 3, 1, 1, 0])
            .strict()
            .refused(looked_into(DerError::Boolean)),
    ]
}

fn keys() -> Vec<Row> {
    let key = |error: AlgorithmError| Problem::Certificate(C::Key(error));
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
            .refused(key(DerError::TrailingBytes.into())),
        spki("key-of-unknown-algorithm", unknown).refused(key(AlgorithmError::UnknownKey)),
        spki("key-on-brainpool", ec("1.3.36.3.3.2.8.1.1.7", &[&[4], &x[..], &y[..]].concat()))
            .refused(key(AlgorithmError::UnknownKey)),
        spki("key-ed25519-with-parameters", ed25519_with_null).refused(key(AlgorithmError::Parameters)),
        spki("key-compressed", ec(p256_oid, &compressed)).strict().refused(key(AlgorithmError::PointFormat)),
        spki("key-rsa-1024", Key::rsa(Algorithm::Rs256, Modulus::Credential1024).spki())
            .strict()
            .refused(key(AlgorithmError::Key(KeyError::Modulus))),
        spki("key-off-the-curve", ec(p256_oid, &off_curve)).refused(Problem::Signature),
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
        ($format:literal, $made:expr, $problem:path) => {
            [
                row(&name("key-cert-sign-without-ca", $format), $made.leaf(may_sign)).refused($problem(C::KeyCertSign)),
                row(
                    &name("key-cert-sign-without-basic-constraints", $format),
                    $made.leaf(may_sign_without_constraints),
                )
                .refused($problem(C::KeyCertSign)),
                row(&name("path-length-without-ca", $format), $made.leaf(length)).refused($problem(C::PathLength)),
            ]
        };
    }
    let mut rows = [
        of!("packed", Packed::new(), Problem::Certificate),
        of!("tpm", Tpm::new(), tpm::Problem::Certificate),
        of!("android-key", AndroidKey::new(), android_key::Problem::Certificate),
        of!("android-safetynet", AndroidSafetyNet::new(), android_safetynet::Problem::Certificate),
        of!("fido-u2f", FidoU2f::new(), fido_u2f::Problem::Certificate),
        of!("apple", Apple::new(), apple::Problem::Certificate),
    ]
    .concat();
    // cRLSign alone is allowed: by RFC 5280 §6.3.3 (f) the signer of a list need not be a CA.
    rows.push(row("certificate/crl-sign-without-ca", Packed::new().leaf(crls)));
    rows
}
