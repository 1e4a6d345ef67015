//! Trust anchors: which certificates can be one, and the errors for the others.

use super::*;
use crate::crypto::CryptoError;
use crate::x509::Malformed;
use crate::x509::anchor::TrustAnchor;
use crate::x509::certificate::Certificate;

fn root() -> Draft {
    Draft::ca(("root", 9), ("root", 9))
}

#[test]
fn an_anchor_is_a_name_and_a_key() {
    let der = root().make();
    let anchor = TrustAnchor::from_der(&der).unwrap();
    assert_eq!(anchor.der(), der);
    assert_eq!(anchor.subject(), name("root"));
    let (parts, outside) = (anchor.parts(), der.len()..der.len() + 1);
    let (subject, spki, issues) = parts.clone();
    for (parts, made) in
        [(parts, Some(&anchor)), ((outside.clone(), spki, issues), None), ((subject, outside, issues), None)]
    {
        assert_eq!(TrustAnchor::from_parts(&der, parts.clone()).as_ref(), made, "{parts:?}");
    }
    let reissued = root().valid("000101000000Z", "010101000000Z").make();
    assert!(anchor.has_name_and_key_of(&Certificate::read(&reissued).unwrap()));
    for other in [Draft::ca(("root", 8), ("root", 9)), Draft::ca(("toor", 9), ("root", 9))] {
        assert!(!anchor.has_name_and_key_of(&Certificate::read(&other.make()).unwrap()));
    }
    assert_eq!(format!("{anchor:?}"), format!("TrustAnchor {{ len: {}, issues: true, .. }}", der.len()));
}

#[test]
fn end_entities_do_not_issue() {
    let by_another = |draft: Draft| Draft { issuer: name("another"), ..draft };
    let (no_ca, sign, other) = (basic_constraints(false, None), key_usage(0x04), key_usage(0x80));
    let [one, zero] = [1, 0].map(|octet| extension(oid::BASIC_CONSTRAINTS, true, &[0x30, 3, 1, 1, octet]));
    let one_and_a_length = extension(oid::BASIC_CONSTRAINTS, true, &[0x30, 6, 1, 1, 1, 2, 1, 0]);
    let with = |extensions: &[&Vec<u8>]| root().extensions(&extensions.iter().copied().cloned().collect::<Vec<_>>());
    for (draft, issues, why) in [
        (root(), true, "a CA"),
        (by_another(root()), true, "a CA below another"),
        (Draft { version: vec![], ..with(&[]) }, true, "version 1, which cannot say"),
        (by_another(Draft { version: vec![], ..with(&[]) }), true, "the same below another"),
        (with(&[]), true, "a root that does not say"),
        (with(&[&sign]), true, "a root that says it by its key usage alone"),
        (with(&[&no_ca, &sign]), true, "a root that is no CA, but may sign certificates"),
        (with(&[&one]), true, "a CA, TRUE written as 01"),
        (by_another(with(&[&one_and_a_length])), true, "the same below another, with a path length"),
        (with(&[&zero]), false, "no CA, FALSE spelled out"),
        (with(&[&zero, &sign]), true, "the same, but it may sign certificates"),
        (by_another(with(&[&zero, &sign])), false, "the same, issued by another"),
        (with(&[&other]), false, "signed by itself, and for other things"),
        (with(&[&no_ca, &other]), false, "an end entity signed by itself"),
        (with(&[&no_ca]), false, "the same without a key usage"),
        (by_another(with(&[])), false, "issued by another, and does not say"),
        (by_another(with(&[&sign])), false, "the same, but may sign certificates"),
        (by_another(with(&[&no_ca, &sign])), false, "the same, and is no CA"),
        (Draft { subject: name(""), ..root() }, false, "no name to issue in"),
    ] {
        assert_eq!(TrustAnchor::from_der(&draft.make()).unwrap().issues, issues, "{why}");
    }
}

#[test]
fn refuses_what_cannot_be_one() {
    let rsa_1024 = seq(&[&tlv(2, &[&[0], &[0xff; 128]]), &[2, 3, 1, 0, 1]]);
    let weak = seq(&[&seq(&[&object(oid::RSA_ENCRYPTION), &[5, 0]]), &tlv(3, &[&[0], &rsa_1024])]);
    let malformed = |value: &[u8]| root().extensions(&[extension(oid::BASIC_CONSTRAINTS, true, value)]).make();
    let of_extensions = |error| CertificateError::from(Rule::Malformed(error));
    let usage = extension(oid::KEY_USAGE, true, &[5, 0]);
    for (der, error) in [
        (vec![0x30, 0], Rule::Malformed(Malformed::Truncated).into()),
        (malformed(&[5, 0]), of_extensions(Malformed::Tag)),
        (malformed(&[0x30, 4, 1, 2, 0xff, 0xff]), of_extensions(Malformed::Boolean)),
        (root().extensions(&[usage]).make(), of_extensions(Malformed::Tag)),
        (Draft { spki: weak, ..root() }.make(), Rule::Key(CryptoError::Modulus).into()),
    ] {
        assert_eq!(TrustAnchor::from_der(&der), Err(error));
    }
    assert_eq!(TrustAnchor::from_pem("nothing"), Err(Rule::NoPem.into()));
}

#[test]
fn pem_holds_one_or_many() {
    use base64::Engine as _;
    let pem = |der: &[u8]| {
        let text = base64::engine::general_purpose::STANDARD.encode(der);
        format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n")
    };
    let (one, two) = (root().make(), Draft::ca(("two", 8), ("two", 8)).make());
    let anchors = TrustAnchor::from_pem(&format!("one\n{}two\n{}", pem(&one), pem(&two))).unwrap();
    assert_eq!(anchors.iter().map(TrustAnchor::der).collect::<Vec<_>>(), [one, two.clone()]);
    let broken = format!("{}{}", pem(&two), pem(&[0x30, 0]));
    assert!(matches!(TrustAnchor::from_pem(&broken).map_err(|error| error.rule()), Err(Rule::Malformed(_))));
}
