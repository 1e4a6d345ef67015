//! One row for every reason to refuse a certificate, its extensions or its algorithms.

use super::*;
use crate::crypto::{CryptoError, Curve, Hash, MlDsa, Scheme};
use crate::x509::Malformed;
use crate::x509::algorithm::{SignatureAlgorithm, SubjectPublicKey};
use crate::x509::certificate::{Certificate, MAX_LEN, Version};

fn leaf() -> Draft {
    Draft::leaf(("leaf", 1), ("root", 9))
}

#[test]
fn reads_what_rfc_5280_allows() {
    let no_version = Draft { version: vec![], ..leaf().extensions(&[]) };
    let version_2 = Draft { version: vec![0xa0, 3, 2, 1, 1], ..leaf().extensions(&[]) };
    let unique_ids = [tlv(0x81, &[&[0, 7]]), tlv(0x82, &[&[4, 0x70]])].concat();
    for (draft, version, why) in [
        (leaf(), Version::V3, "plain"),
        (no_version.clone(), Version::V1, "version 1"),
        (version_2.clone(), Version::V2, "version 2"),
        (Draft { unique_ids: unique_ids.clone(), ..version_2 }, Version::V2, "unique identifiers"),
        (Draft { unique_ids, ..leaf() }, Version::V3, "unique identifiers in version 3"),
        (Draft { serial: vec![2, 1, 0x80], ..leaf() }, Version::V3, "a negative serial number"),
        (Draft { serial: vec![2, 1, 0], ..leaf() }, Version::V3, "serial number 0"),
        (Draft { subject: name(""), ..leaf() }, Version::V3, "no subject"),
        (leaf().valid("20250101000000Z", "99991231235959Z"), Version::V3, "no end"),
        (leaf().extensions(&[]), Version::V3, "no extensions"),
        (Draft { algorithm: seq(&[&object(&[0x2a]), &seq(&[])]), ..leaf() }, Version::V3, "any signature algorithm"),
    ] {
        assert_eq!(Certificate::read(&draft.make()).map(|certificate| certificate.version), Ok(version), "{why}");
    }
    let der = leaf().valid("700101000000Z", "99991231235959Z").make();
    let certificate = Certificate::read(&der).unwrap();
    assert_eq!(certificate.not_before.secs(), 0);
    assert_eq!(certificate.not_after.secs(), 253_402_300_799);
    assert_eq!(certificate.subject.encoding, name("leaf"));
    assert_eq!(certificate.issuer.encoding, name("root"));
    assert_eq!(certificate.serial, [1]);
    assert_eq!(certificate.spki, spki(&key(1)));
    assert_eq!(certificate.encoding, der);
    assert!(!certificate.is_self_issued());
}

#[test]
fn refuses_the_rest() {
    let der = |error| Err(Rule::Malformed(error));
    let extensions = |error| Err(error);
    let many: Vec<_> = (0..33).map(|n| extension(&[0x2a, n], false, &[])).collect();
    for (draft, verdict, why) in [
        (Draft { version: vec![0xa0, 3, 2, 1, 0], ..leaf() }, Err(Rule::Version), "version 1, spelt out"),
        (Draft { version: vec![0xa0, 3, 2, 1, 3], ..leaf() }, Err(Rule::Version), "version 4"),
        (Draft { version: vec![], ..leaf() }, Err(Rule::Version), "extensions in version 1"),
        (Draft { version: vec![0xa0, 3, 2, 1, 1], ..leaf() }, Err(Rule::Version), "extensions in version 2"),
        (
            Draft { version: vec![], unique_ids: tlv(0x81, &[&[0, 7]]), ..leaf().extensions(&[]) },
            Err(Rule::Version),
            "a unique identifier in version 1",
        ),
        (Draft { unique_ids: tlv(0x81, &[&[1, 1]]), ..leaf() }, der(Malformed::BitString), "bad padding"),
        (Draft { unique_ids: vec![5, 0], ..leaf() }, der(Malformed::TrailingBytes), "an unknown field"),
        (Draft { serial: vec![2, 2, 0, 1], ..leaf() }, der(Malformed::Integer), "a serial number that is not minimal"),
        (Draft { serial: vec![], ..leaf() }, der(Malformed::Tag), "no serial number"),
        (
            Draft { outer_algorithm: Some(seq(&[&object(oid::ECDSA_WITH_SHA384)])), ..leaf() },
            Err(Rule::AlgorithmsDiffer),
            "two signature algorithms",
        ),
        (Draft { algorithm: seq(&[]), ..leaf() }, der(Malformed::Truncated), "no identifier of an algorithm"),
        (Draft { algorithm: seq(&[&[5, 0]]), ..leaf() }, der(Malformed::Tag), "NULL as an identifier"),
        (
            Draft { algorithm: seq(&[&object(oid::ED25519), &[5, 0, 5, 0]]), ..leaf() },
            der(Malformed::TrailingBytes),
            "two parameters",
        ),
        (
            Draft { algorithm: seq(&[&[6, 3, 0x2b]]), ..leaf() },
            der(Malformed::Truncated),
            "an identifier that is cut short",
        ),
        (Draft { issuer: name(""), ..leaf() }, Err(Rule::NoIssuer), "no issuer"),
        (Draft { issuer: seq(&[&tlv(0x31, &[])]), ..leaf() }, der(Malformed::Empty), "an empty SET in a name"),
        (Draft { issuer: seq(&[&seq(&[])]), ..leaf() }, der(Malformed::Tag), "no SET in a name"),
        (leaf().valid("250229000000Z", "300101000000Z"), der(Malformed::Time), "no date"),
        (leaf().extensions(&[extension(&[0x2a], false, &[]), vec![5, 0]]), extensions_tag(), "no extension"),
        (
            Draft { unique_ids: tlv(0xa3, &[&seq(&[])]), ..leaf().extensions(&[]) },
            extensions(Rule::Malformed(Malformed::Empty)),
            "an empty list of extensions",
        ),
        (leaf().with(basic_constraints(false, None)), extensions(Rule::DuplicateExtension), "a duplicate"),
        (leaf().extensions(&many), extensions(Rule::TooManyExtensions), "33 extensions"),
        (
            leaf().extensions(&[seq(&[&object(&[0x2a]), &[1, 1, 0], &[4, 0]])]),
            extensions(Rule::Malformed(Malformed::Boolean)),
            "critical FALSE, spelt out",
        ),
    ] {
        assert_eq!(Certificate::read(&draft.make()).map(drop), verdict, "{why}");
    }
    assert!(Certificate::read(&leaf().extensions(&many[1..]).make()).is_ok());
}

fn extensions_tag() -> Result<(), Rule> {
    Err(Rule::Malformed(Malformed::Tag))
}

#[test]
fn refuses_every_other_length() {
    let der = leaf().make();
    for len in 0..der.len() {
        assert!(Certificate::read(&der[..len]).is_err(), "the first {len} bytes");
    }
    let longer = [&der[..], &[0]].concat();
    assert_eq!(Certificate::read(&longer), Err(Rule::Malformed(Malformed::TrailingBytes)));
    // Signatures of one key have different lengths, so several contents are tried.
    let filled = |octet: u8, len: usize| leaf().with(extension(&[0x2a], false, &vec![octet; len])).make();
    let more = filled(0, MAX_LEN).len() - MAX_LEN;
    let of_length = |len: usize| {
        let mut all = (0..=0xff).map(|octet| filled(octet, len - more));
        all.find(|der| der.len() == len).unwrap()
    };
    assert_eq!(Certificate::read(&of_length(MAX_LEN)).map(drop), Ok(()));
    assert_eq!(Certificate::read(&of_length(MAX_LEN + 1)), Err(Rule::TooLarge));
}

/// Reading a certificate with a changed octet does not panic, and its signature does not verify.
#[test]
fn survives_every_changed_byte() {
    let der = leaf().with(key_usage(0x80)).make();
    for index in 0..der.len() {
        for change in [1, 0x20, 0x80, 0xff] {
            let mut changed = der.clone();
            changed[index] ^= change;
            let Ok(certificate) = Certificate::read(&changed) else { continue };
            let _ = certificate.public_key();
            let _ = certificate.signature_algorithm();
            let _ = certificate.extensions.check_critical();
            let _ = certificate.extensions.iter().count();
            let _ = certificate.subject.attributes().filter(|attribute| attribute.text().is_ok()).count();
        }
    }
}

#[test]
fn views_of_extensions() {
    let purposes = seq(&[&object(oid::ED25519), &object(&[0x2a])]);
    let der = leaf()
        .extensions(&[
            basic_constraints(true, Some(3)),
            key_usage(0x82),
            extension(oid::EXTENDED_KEY_USAGE, false, &purposes),
            extension(oid::ED25519, true, &[4, 1, 5]),
        ])
        .make();
    let extensions = Certificate::read(&der).unwrap().extensions;
    let constraints = extensions.basic_constraints().unwrap().unwrap();
    assert_eq!((constraints.ca, constraints.path_length), (true, Some(3)));
    let usage = extensions.key_usage().unwrap().unwrap();
    assert!(usage.digital_signature() && !usage.key_cert_sign() && usage.crl_sign());
    assert_eq!([oid::ED25519, &[0x2b]].map(|purpose| extensions.has_purpose(purpose)), [Ok(true), Ok(false)]);
    assert_eq!(extensions.subject_alt_name(), Ok(None));
    let aaguid = extensions.find(oid::ED25519).unwrap();
    assert_eq!((aaguid.critical, aaguid.value), (true, &[4, 1, 5][..]));
    assert_eq!(extensions.check_critical(), Err(Rule::UnknownCritical));
}

#[test]
fn critical_extensions_are_understood_or_refused() {
    let policy = seq(&[&seq(&[&object(&[0x2a]), &seq(&[&seq(&[&object(&[0x2b]), &[5, 0]])])])]);
    let err = |error| Err(Rule::Malformed(error));
    let permitted = |subtree: &[&[u8]]| seq(&[&tlv(0xa0, &[&seq(subtree)])]);
    for (oid, value, verdict, why) in [
        (oid::CERTIFICATE_POLICIES, &policy[..], Ok(()), "policies"),
        (oid::CERTIFICATE_POLICIES, &seq(&[&seq(&[&object(&[0x2a])])]), Ok(()), "a policy without qualifiers"),
        (oid::CERTIFICATE_POLICIES, &seq(&[]), err(Malformed::Empty), "no policy"),
        (
            oid::CERTIFICATE_POLICIES,
            &seq(&[&seq(&[&object(&[0x2a]), &seq(&[])])]),
            err(Malformed::Empty),
            "no qualifier",
        ),
        (oid::KEY_USAGE, &[3, 2, 7, 0x80], Ok(()), "usage"),
        (oid::KEY_USAGE, &[3, 2, 7, 0x81], err(Malformed::BitString), "bad padding"),
        (oid::KEY_USAGE, &[4, 0], err(Malformed::Tag), "another type"),
        (oid::BASIC_CONSTRAINTS, &[0x30, 3, 1, 1, 0], err(Malformed::Boolean), "CA FALSE, spelt out"),
        (oid::BASIC_CONSTRAINTS, &[0x30, 3, 2, 1, 0x80], err(Malformed::Integer), "a negative path length"),
        (oid::EXTENDED_KEY_USAGE, &seq(&[]), err(Malformed::Empty), "no purpose"),
        (oid::SUBJECT_ALT_NAME, &seq(&[]), err(Malformed::Empty), "no name"),
        (oid::SUBJECT_ALT_NAME, &seq(&[&[0x82, 1, 0xff]]), err(Malformed::String), "a name that is not ASCII"),
        (oid::SUBJECT_ALT_NAME, &seq(&[&[0x89, 0]]), err(Malformed::Tag), "no kind of name"),
        (oid::NAME_CONSTRAINTS, &permitted(&[&[0x82, 1, b'a']]), Ok(()), "name constraints"),
        (oid::NAME_CONSTRAINTS, &seq(&[]), err(Malformed::Empty), "no name constraint"),
        (oid::NAME_CONSTRAINTS, &seq(&[&[0xa0, 0]]), err(Malformed::Empty), "no subtree"),
        (
            oid::NAME_CONSTRAINTS,
            &permitted(&[&[0x82, 1, b'a'], &[0x80, 1, 0]]),
            err(Malformed::TrailingBytes),
            "a subtree with its minimum spelt out",
        ),
        (oid::SUBJECT_KEY_IDENTIFIER, &[4, 0, 0], err(Malformed::TrailingBytes), "bytes left over"),
        (oid::AUTHORITY_KEY_IDENTIFIER, &seq(&[&[0x80, 1, 7]]), Ok(()), "an authority key identifier"),
        (oid::AUTHORITY_KEY_IDENTIFIER, &seq(&[&[5, 0]]), err(Malformed::TrailingBytes), "an unknown field"),
        (&[0x2a], &[5, 0], Err(Rule::UnknownCritical), "unknown"),
    ] {
        for critical in [true, false] {
            let der = leaf().extensions(&[extension(oid, critical, value)]).make();
            let extensions = Certificate::read(&der).unwrap().extensions;
            assert_eq!(extensions.check_critical(), if critical { verdict } else { Ok(()) }, "{why}");
        }
    }
}

fn pss(hash: &[u8], mask_hash: &[u8], salt: u8, more: &[u8]) -> Vec<u8> {
    let digest = |oid: &[u8]| seq(&[&object(oid), &[5, 0]]);
    let mask = seq(&[&object(oid::MGF1), &digest(mask_hash)]);
    seq(&[&tlv(0xa0, &[&digest(hash)]), &tlv(0xa1, &[&mask]), &tlv(0xa2, &[&[2, 1, salt]]), more])
}

/// With SHA-256 and without a length of the salt, which then is 20.
fn pss_default_salt() -> Vec<u8> {
    let digest = seq(&[&object(oid::SHA256), &[5, 0]]);
    seq(&[&tlv(0xa0, &[&digest]), &tlv(0xa1, &[&seq(&[&object(oid::MGF1), &digest])])])
}

#[test]
fn signature_algorithms() {
    use SignatureAlgorithm as Is;
    let null = &[5, 0][..];
    for (oid, parameters, verdict) in [
        (oid::ECDSA_WITH_SHA256, &[][..], Ok(Is::Ecdsa(Hash::Sha256))),
        (oid::ECDSA_WITH_SHA384, &[], Ok(Is::Ecdsa(Hash::Sha384))),
        (oid::ECDSA_WITH_SHA512, &[], Ok(Is::Ecdsa(Hash::Sha512))),
        (oid::SHA256_WITH_RSA, null, Ok(Is::RsaPkcs1(Hash::Sha256))),
        (oid::SHA384_WITH_RSA, null, Ok(Is::RsaPkcs1(Hash::Sha384))),
        (oid::SHA512_WITH_RSA, null, Ok(Is::RsaPkcs1(Hash::Sha512))),
        (oid::SHA256_WITH_RSA, &[], Ok(Is::RsaPkcs1(Hash::Sha256))),
        (oid::SHA384_WITH_RSA, &[], Ok(Is::RsaPkcs1(Hash::Sha384))),
        (oid::SHA512_WITH_RSA, &[], Ok(Is::RsaPkcs1(Hash::Sha512))),
        (oid::ED25519, &[], Ok(Is::Ed25519)),
        (oid::ED448, &[], Ok(Is::Ed448)),
        (oid::ML_DSA_44, &[], Ok(Is::MlDsa(MlDsa::MlDsa44))),
        (oid::ML_DSA_65, &[], Ok(Is::MlDsa(MlDsa::MlDsa65))),
        (oid::ML_DSA_87, &[], Ok(Is::MlDsa(MlDsa::MlDsa87))),
        (oid::RSASSA_PSS, &pss(oid::SHA256, oid::SHA256, 32, &[]), Ok(Is::RsaPss(Hash::Sha256))),
        (oid::RSASSA_PSS, &pss(oid::SHA384, oid::SHA384, 48, &[]), Ok(Is::RsaPss(Hash::Sha384))),
        (oid::RSASSA_PSS, &pss(oid::SHA512, oid::SHA512, 64, &[]), Ok(Is::RsaPss(Hash::Sha512))),
        (oid::RSASSA_PSS, &pss(oid::SHA256, oid::SHA384, 32, &[]), Err(Rule::Parameters)),
        (oid::RSASSA_PSS, &pss(oid::SHA256, oid::SHA256, 20, &[]), Err(Rule::Parameters)),
        (oid::RSASSA_PSS, &pss(oid::SHA1, oid::SHA1, 20, &[]), Err(Rule::BrokenHash)),
        (oid::RSASSA_PSS, &pss(&[0x2a], oid::SHA256, 32, &[]), Err(Rule::Parameters)),
        (oid::RSASSA_PSS, &pss(oid::SHA256, &[0x2a], 32, &[]), Err(Rule::Parameters)),
        (oid::RSASSA_PSS, &pss_default_salt(), Err(Rule::Parameters)),
        (oid::RSASSA_PSS, &seq(&[]), Err(Rule::BrokenHash)),
        (oid::RSASSA_PSS, null, Err(Rule::Parameters)),
        (
            oid::RSASSA_PSS,
            &pss(oid::SHA256, oid::SHA256, 32, &[0xa3, 3, 2, 1, 1]),
            Err(Rule::Malformed(Malformed::TrailingBytes)),
        ),
        (oid::SHA1_WITH_RSA, null, Err(Rule::BrokenHash)),
        (oid::MD5_WITH_RSA, null, Err(Rule::BrokenHash)),
        (oid::ECDSA_WITH_SHA1, &[], Err(Rule::BrokenHash)),
        (oid::ECDSA_WITH_SHA256, null, Err(Rule::Parameters)),
        (oid::SHA256_WITH_RSA, &[4, 0], Err(Rule::Parameters)),
        (oid::ED25519, null, Err(Rule::Parameters)),
        (&[0x2a], &[], Err(Rule::UnknownSignature)),
    ] {
        assert_eq!(SignatureAlgorithm::read(&seq(&[&object(oid), parameters])), verdict, "{oid:02x?}");
    }
}

fn key_info(oid: &[u8], parameters: &[u8], key: &[u8]) -> Vec<u8> {
    seq(&[&seq(&[&object(oid), parameters]), &tlv(3, &[&[0], key])])
}

fn rsa_key(len: usize) -> Vec<u8> {
    seq(&[&tlv(2, &[&[0], &vec![0xff; len]]), &[2, 3, 1, 0, 1]])
}

#[test]
fn public_keys() {
    let null = &[5, 0][..];
    let curve = |oid| object(oid);
    let point = |len: usize| [&[4][..], &vec![1; len]].concat();
    let unusable = |error| Err(Rule::Key(error));
    for (info, verdict, why) in [
        (key_info(oid::EC_PUBLIC_KEY, &curve(oid::SECP256R1), &point(64)), Ok(()), "P-256"),
        (key_info(oid::EC_PUBLIC_KEY, &curve(oid::SECP384R1), &point(96)), Ok(()), "P-384"),
        (key_info(oid::EC_PUBLIC_KEY, &curve(oid::SECP521R1), &point(132)), Ok(()), "P-521"),
        (key_info(oid::EC_PUBLIC_KEY, &curve(oid::SECP256K1), &point(64)), Ok(()), "secp256k1"),
        (key_info(oid::RSA_ENCRYPTION, null, &rsa_key(256)), Ok(()), "RSA-2048"),
        (key_info(oid::RSASSA_PSS, &[], &rsa_key(256)), Ok(()), "RSA-2048 for PSS"),
        (key_info(oid::ED448, &[], &[1; 57]), Ok(()), "Ed448"),
        (key_info(oid::ML_DSA_44, &[], &[1; 1312]), Ok(()), "ML-DSA-44"),
        (key_info(oid::ML_DSA_65, &[], &[1; 1952]), Ok(()), "ML-DSA-65"),
        (key_info(oid::ML_DSA_87, &[], &[1; 2592]), Ok(()), "ML-DSA-87"),
        (
            key_info(oid::EC_PUBLIC_KEY, &curve(oid::SECP256R1), &point(65)),
            unusable(CryptoError::KeyLength),
            "a byte more",
        ),
        (key_info(oid::EC_PUBLIC_KEY, &curve(oid::SECP256R1), &[2; 33]), Err(Rule::PointFormat), "compressed"),
        (key_info(oid::EC_PUBLIC_KEY, &curve(&[0x2a]), &point(64)), Err(Rule::UnknownKey), "a curve"),
        (key_info(oid::EC_PUBLIC_KEY, &seq(&[]), &point(64)), Err(Rule::UnknownKey), "a curve by its numbers"),
        (key_info(oid::EC_PUBLIC_KEY, &[], &point(64)), Err(Rule::Parameters), "no curve"),
        (key_info(oid::EC_PUBLIC_KEY, null, &point(64)), Err(Rule::Parameters), "the issuer's curve"),
        (key_info(oid::RSA_ENCRYPTION, null, &rsa_key(128)), unusable(CryptoError::Modulus), "RSA-1024"),
        (key_info(oid::RSA_ENCRYPTION, &[], &rsa_key(256)), Err(Rule::Parameters), "RSA without NULL"),
        (key_info(oid::ED25519, &[], &[0; 32]), unusable(CryptoError::LowOrder), "Ed25519 of low order"),
        (key_info(oid::ED25519, null, &[0; 32]), Err(Rule::Parameters), "Ed25519 with NULL"),
        (key_info(oid::ML_DSA_44, &[], &[1; 1313]), unusable(CryptoError::KeyLength), "ML-DSA-44, a byte more"),
        (key_info(&[0x2a], &[], &[]), Err(Rule::UnknownKey), "an unknown kind"),
        (seq(&[]), Err(Rule::Malformed(Malformed::Truncated)), "nothing"),
    ] {
        assert_eq!(SubjectPublicKey::read(&info).map(drop), verdict, "{why}");
    }
}

/// A changed SubjectPublicKeyInfo is of another key, or of none.
#[test]
fn the_copy_of_a_key_is_its_own() {
    let octets = |len: u8| (0..len).collect::<Vec<_>>();
    let point = |oid, len| key_info(oid::EC_PUBLIC_KEY, &object(oid), &[&[4][..], &octets(len)].concat());
    for info in [
        point(oid::SECP256R1, 64),
        point(oid::SECP384R1, 96),
        point(oid::SECP521R1, 132),
        point(oid::SECP256K1, 64),
        key_info(oid::RSA_ENCRYPTION, &[5, 0], &rsa_key(256)),
        key_info(oid::ED448, &[], &[1; 57]),
    ] {
        let SubjectPublicKey { key, .. } = SubjectPublicKey::read(&info).unwrap();
        assert!(SubjectPublicKey::is_of(&info, &key), "{key:?}");
        let mut others = vec![info[..info.len() - 1].to_vec(), [&info[..], &[0]].concat()];
        for bit in 0..8 * info.len() {
            let mut other = info.clone();
            other[bit / 8] ^= 1 << (bit % 8);
            others.push(other);
        }
        for other in others {
            assert!(!SubjectPublicKey::is_of(&other, &key), "{other:02x?}");
        }
    }
}

#[test]
fn a_signature_takes_its_curve_from_the_key_and_nothing_else() {
    let p384 = key_info(oid::EC_PUBLIC_KEY, &object(oid::SECP384R1), &[&[4][..], &[1; 96]].concat());
    let rsa = key_info(oid::RSA_ENCRYPTION, &[5, 0], &rsa_key(256));
    let pss_only = key_info(oid::RSASSA_PSS, &[], &rsa_key(256));
    let pss_256 = key_info(oid::RSASSA_PSS, &pss(oid::SHA256, oid::SHA256, 32, &[]), &rsa_key(256));
    let pss_salt = |salt| key_info(oid::RSASSA_PSS, &pss(oid::SHA256, oid::SHA256, salt, &[]), &rsa_key(256));
    let (pss_20, pss_0) = (key_info(oid::RSASSA_PSS, &pss_default_salt(), &rsa_key(256)), pss_salt(0));
    assert_eq!(SubjectPublicKey::read(&pss_salt(33)).map(drop), Err(Rule::Parameters), "no signature has such a salt");
    let ml_dsa = key_info(oid::ML_DSA_44, &[], &[1; 1312]);
    use SignatureAlgorithm as Is;
    for (algorithm, key, verdict) in [
        (Is::RsaPss(Hash::Sha256), &pss_20, Ok(Scheme::RsaPss(Hash::Sha256))),
        (Is::RsaPss(Hash::Sha256), &pss_0, Ok(Scheme::RsaPss(Hash::Sha256))),
        (Is::RsaPss(Hash::Sha384), &pss_20, Err(Rule::KeyMismatch)),
        (Is::Ecdsa(Hash::Sha256), &p384, Ok(Scheme::Ecdsa(Curve::P384, Hash::Sha256))),
        (Is::RsaPkcs1(Hash::Sha256), &rsa, Ok(Scheme::RsaPkcs1(Hash::Sha256))),
        (Is::RsaPss(Hash::Sha256), &rsa, Ok(Scheme::RsaPss(Hash::Sha256))),
        (Is::RsaPss(Hash::Sha384), &pss_only, Ok(Scheme::RsaPss(Hash::Sha384))),
        (Is::RsaPss(Hash::Sha256), &pss_256, Ok(Scheme::RsaPss(Hash::Sha256))),
        (Is::MlDsa(MlDsa::MlDsa44), &ml_dsa, Ok(Scheme::MlDsa(MlDsa::MlDsa44))),
        (Is::MlDsa(MlDsa::MlDsa65), &ml_dsa, Err(Rule::KeyMismatch)),
        (Is::RsaPss(Hash::Sha384), &pss_256, Err(Rule::KeyMismatch)),
        (Is::RsaPkcs1(Hash::Sha256), &pss_only, Err(Rule::KeyMismatch)),
        (Is::RsaPkcs1(Hash::Sha256), &p384, Err(Rule::KeyMismatch)),
        (Is::Ecdsa(Hash::Sha256), &rsa, Err(Rule::KeyMismatch)),
        (Is::Ed25519, &p384, Err(Rule::KeyMismatch)),
        (Is::Ed448, &rsa, Err(Rule::KeyMismatch)),
    ] {
        let key = SubjectPublicKey::read(key).unwrap();
        assert_eq!(algorithm.scheme(&key), verdict, "{algorithm:?}");
    }
}
