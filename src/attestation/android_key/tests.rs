//! The intermediate of Sony phones, and certificates of almost the same shape.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use super::SONY_INTERMEDIATE;
use crate::x509::path::ValidPath;
use crate::x509::tests::paths::{path, verify_with};
use crate::x509::tests::{Draft, attribute, basic_constraints, extension, key, key_usage, name, seq, spki, tlv};
use crate::x509::{Rule, oid};

/// Returns a name of one serial number.
fn serial(text: &str) -> Vec<u8> {
    seq(&[&attribute(oid::SERIAL_NUMBER, 0x13, text)])
}

/// Returns the path of a Sony phone, as recorded: the leaf, the issuer without `cA`, an intermediate and Google's root.
fn sony() -> [Draft; 4] {
    let google = serial("f92009e853b6b045");
    let named = |draft: Draft, subject: &Vec<u8>, issuer: &Vec<u8>| Draft {
        subject: subject.clone(),
        issuer: issuer.clone(),
        ..draft
    };
    let (first, second) = (serial("87f4514475ba0a2b"), serial("3e7fb6a1ee4bd568"));
    let invalid = seq(&[&tlv(0xa0, &[&seq(&[&tlv(0x82, &[b"invalid;email:invalid"])])])]);
    let end_entity = named(Draft::ca(("", 3), ("", 2)), &second, &first).extensions(&[
        extension(oid::SUBJECT_KEY_IDENTIFIER, false, &[4, 1, 1]),
        extension(oid::AUTHORITY_KEY_IDENTIFIER, false, &seq(&[&[0x80, 1, 2]])),
        basic_constraints(false, None),
        key_usage(0x80),
        extension(oid::NAME_CONSTRAINTS, false, &invalid),
        extension(oid::CRL_DISTRIBUTION_POINTS, false, &seq(&[])),
    ]);
    [
        Draft { issuer: second, ..Draft::leaf(("leaf", 1), ("", 3)) },
        end_entity,
        named(Draft::ca(("", 2), ("", 9)), &first, &google),
        named(Draft::ca(("", 9), ("", 9)), &google, &google),
    ]
}

#[test]
fn the_intermediate_of_sony_phones_is_known_by_its_shape_and_its_root() {
    let validate = |x5c: &[Draft], anchors: &[Draft]| {
        verify_with(x5c, anchors, |inputs| inputs.issuer_without_ca = Some(SONY_INTERMEDIATE))
    };
    let lenient = path(0, 3).map(|path| ValidPath { issuer_without_ca: true, ..path });
    let with = |change: fn(&mut Draft)| {
        let mut x5c = sony();
        change(&mut x5c[1]);
        x5c
    };
    let replaced = |i: usize, extension: Vec<u8>| {
        let mut x5c = sony();
        x5c[1].extensions[i] = extension;
        x5c
    };
    let added = |oid: &[u8]| {
        let mut x5c = sony();
        x5c[1].extensions.push(extension(oid, false, &seq(&[])));
        x5c
    };
    let not_ca = Err(Rule::NotCa.at(1));
    for (x5c, verdict, why) in [
        (sony(), lenient, "as recorded"),
        (
            with(|ca| ca.extensions = vec![basic_constraints(false, None), key_usage(0x80)]),
            lenient,
            "no more than needed",
        ),
        (
            with(|ca| ca.extensions = vec![basic_constraints(true, None), key_usage(6)]),
            path(0, 3),
            "a CA: not reported",
        ),
        (with(|ca| ca.extensions.clear()), not_ca, "no basic constraints"),
        (with(|ca| ca.extensions.truncate(3)), not_ca, "no key usage"),
        (replaced(2, basic_constraints(false, Some(0))), not_ca, "a path length"),
        (replaced(3, key_usage(0x84)), not_ca, "keyCertSign"),
        (replaced(3, key_usage(0xc0)), not_ca, "nonRepudiation"),
        (added(crate::attestation::oid::ANDROID_KEY_DESCRIPTION), not_ca, "a key of a device"),
        (added(oid::EXTENDED_KEY_USAGE), not_ca, "another purpose"),
        (added(oid::SUBJECT_ALT_NAME), not_ca, "another name"),
        (added(&[0x2a]), not_ca, "an extension that the recorded one does not have"),
    ] {
        let mut x5c = x5c.to_vec();
        let root = x5c.pop().unwrap();
        assert_eq!(validate(&x5c, std::slice::from_ref(&root)), verdict, "{why}");
        let strict = if verdict == path(0, 3) { verdict } else { not_ca };
        assert_eq!(verify_with(&x5c, &[root], |_| {}), strict, "{why}, without the quirk");
    }
    // A name with another attribute
    let [leaf, end_entity, inter, root] = sony();
    let root = [root];
    let subject = seq(&[&attribute(oid::SERIAL_NUMBER, 0x13, "1"), &attribute(oid::COMMON_NAME, 0x0c, "x")]);
    let renamed = Draft { subject: subject.clone(), ..end_entity.clone() };
    let below = Draft { issuer: subject, ..leaf.clone() };
    assert_eq!(validate(&[below, renamed, inter.clone()], &root), not_ca);
    // Another root, and an anchor that is not the root
    let other = [Draft { subject: name("other"), issuer: name("other"), ..root[0].clone() }];
    let below_other = Draft { issuer: name("other"), ..inter.clone() };
    assert_eq!(validate(&[leaf.clone(), end_entity.clone(), below_other], &other), not_ca);
    let anchor = std::slice::from_ref(&inter);
    assert_eq!(validate(&[leaf.clone(), end_entity.clone()], anchor), not_ca);
    // Two certificates of this shape
    let subject = serial("0000000000000000");
    let issuer = end_entity.subject.clone();
    let second =
        Draft { subject: subject.clone(), issuer, spki: spki(&key(4)), issuer_key: key(3), ..end_entity.clone() };
    let below_second = Draft { issuer: subject, issuer_key: key(4), ..leaf };
    let x5c = [below_second, second, end_entity, inter];
    assert_eq!(validate(&x5c, &root), Err(Rule::NotCa.at(2)));
}
