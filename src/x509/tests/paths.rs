//! One row for every rule of path validation, good and bad.

use super::*;
use crate::crypto::{Backend, CryptoError, PublicKey, Scheme};
use crate::x509::Malformed;
use crate::x509::certificate::Certificate;
use crate::x509::path::IssuerWithoutCa;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Validates a path with changed inputs.
pub(crate) fn verify_with(
    x5c: &[Draft],
    anchors: &[Draft],
    change: impl FnOnce(&mut Inputs<'_>),
) -> Result<ValidPath, CertificateError> {
    let x5c: Vec<_> = x5c.iter().map(Draft::make).collect();
    let anchors: Vec<_> = anchors.iter().map(|anchor| TrustAnchor::from_der(&anchor.make()).unwrap()).collect();
    let mut inputs = inputs(&anchors);
    change(&mut inputs);
    validate(&x5c, &inputs)
}

/// Validates a path, and compares the verdict with another library's; `what` names the path there.
fn verify(what: &str, x5c: &[Draft], anchors: &[Draft]) -> Result<ValidPath, CertificateError> {
    let verdict = verify_with(x5c, anchors, |_| {});
    let ders = |drafts: &[Draft]| drafts.iter().map(Draft::make).collect::<Vec<_>>();
    super::oracles::compare(what, &ders(x5c), &ders(anchors), NOW, verdict.is_ok());
    if let Err(error) = verdict {
        assert!(!error.to_string().is_empty());
    }
    verdict
}

pub(crate) fn path(anchor: usize, certificates: usize) -> Result<ValidPath, CertificateError> {
    Ok(ValidPath { anchor, certificates, checked_for_revocation: 0, issuer_without_ca: false })
}

fn root() -> Draft {
    Draft::ca(("root", 9), ("root", 9))
}

fn inter() -> Draft {
    Draft::ca(("inter", 2), ("root", 9))
}

fn leaf() -> Draft {
    Draft::leaf(("leaf", 1), ("inter", 2))
}

#[test]
fn ends_at_an_anchor() {
    let other = Draft::ca(("other", 8), ("other", 8));
    let expired = || root().valid("000101000000Z", "010101000000Z");
    let same_name = || Draft::ca(("root", 8), ("root", 8));
    let by_root = || Draft::leaf(("leaf", 1), ("root", 9));
    let cross = Draft::ca(("root", 9), ("other", 8));
    let long = || -> Vec<_> {
        let ca = |n: u8| Draft::ca((&n.to_string(), n), (&(n + 1).to_string(), n + 1));
        [Draft::leaf(("leaf", 1), ("11", 11))].into_iter().chain((11..20).map(ca)).collect()
    };
    for (x5c, anchors, verdict, why) in [
        (vec![leaf(), inter()], vec![root()], path(0, 2), "root left out"),
        (vec![leaf(), inter(), root()], vec![root()], path(0, 2), "root included"),
        (vec![by_root()], vec![root()], path(0, 1), "leaf alone"),
        (vec![by_root(), root()], vec![root()], path(0, 1), "leaf and root"),
        (vec![leaf(), inter()], vec![other.clone(), root()], path(1, 2), "the second anchor"),
        (vec![leaf(), inter()], vec![same_name(), root()], path(1, 2), "two anchors of one name"),
        (vec![leaf(), inter()], vec![root(), same_name()], path(0, 2), "two anchors of one name, in the other order"),
        (vec![leaf(), inter(), root()], vec![same_name(), root()], path(1, 2), "two of one name, root included"),
        (vec![leaf(), inter()], vec![expired()], path(0, 2), "an anchor that has expired"),
        (vec![leaf(), inter(), expired()], vec![root()], path(0, 2), "an older issue of the anchor"),
        (vec![leaf(), inter(), cross], vec![root()], path(0, 2), "the anchor, cross-signed by another"),
        (vec![leaf(), inter()], vec![inter()], path(0, 1), "the intermediate is the anchor"),
        (vec![leaf(), inter(), root()], vec![inter()], path(0, 1), "what follows the anchor is not looked at"),
        (vec![leaf()], vec![leaf()], path(0, 1), "the leaf is the anchor"),
        (vec![leaf(), inter(), root()], vec![other, leaf()], path(1, 1), "the leaf of a longer path is the anchor"),
        (vec![leaf().valid("000101000000Z", "010101000000Z")], vec![leaf()], Err(Rule::Expired.at(0)), "not that leaf"),
        (long(), vec![Draft::ca(("20", 20), ("20", 20))], path(0, 10), "ten certificates"),
    ] {
        assert_eq!(verify(why, &x5c, &anchors), verdict, "{why}");
    }
}

#[test]
fn nothing_in_the_message_is_an_anchor() {
    let evil = || Draft::ca(("evil", 7), ("evil", 7));
    let by_evil = || Draft::leaf(("leaf", 1), ("evil", 7));
    let fake_root = || Draft::ca(("root", 7), ("root", 7));
    let fake_inter = || Draft::ca(("inter", 2), ("root", 7));
    let alone = || Draft::leaf(("leaf", 1), ("leaf", 1));
    for (x5c, anchors, error, why) in [
        (vec![by_evil(), evil()], vec![root()], Rule::NoAnchor.into(), "an attacker's root"),
        (vec![by_evil(), evil(), root()], vec![root()], Rule::IssuerName.at(1), "an attacker's path, then the anchor"),
        (vec![leaf(), fake_inter()], vec![root()], Rule::Signature.at(1), "an attacker's root of the same name"),
        (vec![leaf(), fake_inter(), fake_root()], vec![root()], Rule::Signature.at(2), "the same, included"),
        (
            vec![leaf(), fake_inter(), fake_root(), root()],
            vec![root()],
            Rule::Signature.at(2),
            "the same, then the anchor",
        ),
        (vec![leaf(), fake_inter(), root()], vec![root()], Rule::Signature.at(1), "the anchor did not sign"),
        (vec![alone()], vec![root()], Rule::NoAnchor.into(), "a certificate that signed itself"),
        (vec![leaf(), inter()], vec![], Rule::NoAnchors.into(), "no anchors"),
        (vec![leaf()], vec![root()], Rule::NoAnchor.into(), "the intermediate left out"),
        (vec![leaf()], vec![Draft { serial: vec![2, 1, 5], ..leaf() }], Rule::NoAnchor.into(), "no leaf but this one"),
    ] {
        assert_eq!(verify(why, &x5c, &anchors), Err(error), "{why}");
    }
    // A self-signed end entity that is an anchor issues nothing.
    let (trusted, issued) = ([alone()], Draft::leaf(("forged", 3), ("leaf", 1)));
    assert_eq!(verify("trusted itself", &trusted, &trusted), path(0, 1));
    let what = "issued by a trusted leaf";
    assert_eq!(verify(what, std::slice::from_ref(&issued), &trusted), Err(Rule::NoAnchor.into()));
    let what = "issued by a trusted leaf, included";
    assert_eq!(verify(what, &[issued, alone()], &trusted), Err(Rule::NotCa.at(1)));
}

#[test]
fn every_link_keeps_the_rules() {
    let twice = |draft: Draft| {
        let one = draft.extensions[0].clone();
        draft.with(one)
    };
    let ca = |extensions: &[Vec<u8>]| inter().extensions(extensions);
    let (yes, sign) = (basic_constraints(true, None), key_usage(0x04));
    let below = || Draft::ca(("below", 3), ("inter", 2));
    let by_below = || Draft::leaf(("leaf", 1), ("below", 3));
    let self_issued = || Draft::ca(("inter", 3), ("inter", 2));
    let by_self_issued = || Draft::leaf(("leaf", 1), ("inter", 3));
    let short = |longest| ca(&[basic_constraints(true, Some(longest)), key_usage(0x04)]);
    let odd = extension(&[0x2a, 3], true, &[5, 0]);
    let broken_usage = extension(oid::KEY_USAGE, false, &[5, 0]);
    let old = || inter().valid("000101000000Z", "010101000000Z");
    let young = || inter().valid("270101000000Z", "300101000000Z");
    let sha1 = seq(&[&object(oid::ECDSA_WITH_SHA1)]);
    let unusable = Draft { spki: seq(&[&seq(&[&object(&[0x2a])]), &tlv(3, &[&[0]])]), ..inter() };
    let limited = || {
        let only = seq(&[&tlv(0xa0, &[&seq(&[&tlv(0x82, &[b"example.com"])])])]);
        inter().with(extension(oid::NAME_CONSTRAINTS, true, &only))
    };
    let host_name = |text: &str| extension(oid::SUBJECT_ALT_NAME, false, &seq(&[&tlv(0x82, &[text.as_bytes()])]));
    let host = |text: &str| leaf().with(host_name(text));
    let elsewhere = || host_name("a.example.org");
    let empty = extension(oid::NAME_CONSTRAINTS, true, &seq(&[]));
    let critical = |index| Err(Rule::UnknownCritical.at(index));
    for (x5c, verdict, why) in [
        (vec![leaf(), ca(&[])], Err(Rule::NotCa.at(1)), "no basic constraints"),
        (vec![leaf(), ca(&[basic_constraints(false, None)])], Err(Rule::NotCa.at(1)), "not a CA"),
        (vec![leaf(), Draft { version: vec![], ..ca(&[]) }], Err(Rule::NotCa.at(1)), "version 1"),
        (vec![leaf(), ca(std::slice::from_ref(&yes))], path(0, 2), "no key usage"),
        (vec![leaf(), ca(&[yes.clone(), sign.clone()])], path(0, 2), "keyCertSign"),
        (vec![leaf(), ca(&[yes.clone(), key_usage(0x80)])], Err(Rule::KeyUsage.at(1)), "no keyCertSign"),
        (
            vec![leaf(), ca(&[yes.clone(), broken_usage])],
            Err(Rule::Malformed(Malformed::Tag).at(1)),
            "a malformed key usage",
        ),
        (vec![leaf(), short(0)], path(0, 2), "path length 0, a leaf below"),
        (vec![by_below(), below(), short(0)], Err(Rule::PathLength.at(2)), "path length 0, a CA below"),
        (vec![by_below(), below(), short(1)], path(0, 3), "path length 1, a CA below"),
        (vec![by_self_issued(), self_issued(), short(0)], path(0, 3), "path length 0, itself below"),
        (vec![leaf().valid("000101000000Z", "010101000000Z"), inter()], Err(Rule::Expired.at(0)), "the leaf expired"),
        (
            vec![leaf().valid("270101000000Z", "280101000000Z"), inter()],
            Err(Rule::NotYetValid.at(0)),
            "the leaf is young",
        ),
        (vec![leaf(), old()], Err(Rule::Expired.at(1)), "the intermediate expired"),
        (vec![leaf(), young()], Err(Rule::NotYetValid.at(1)), "the intermediate is young"),
        (vec![leaf().with(odd.clone()), inter()], critical(0), "unknown and critical in the leaf"),
        (vec![leaf(), inter().with(odd)], critical(1), "unknown and critical in the intermediate"),
        (
            vec![leaf().with(empty), inter()],
            Err(Rule::Malformed(Malformed::Empty).at(0)),
            "name constraints without any in the leaf",
        ),
        (vec![leaf(), twice(inter())], Err(Rule::DuplicateExtension.at(1)), "a duplicate extension"),
        (vec![Draft { issuer: name("Inter"), ..leaf() }, inter()], Err(Rule::IssuerName.at(0)), "another name"),
        (vec![inter(), leaf()], Err(Rule::IssuerName.at(0)), "out of order"),
        (
            vec![Draft { issuer_key: key(3), ..leaf() }, inter()],
            Err(Rule::Signature.at(0)),
            "another key signed the leaf",
        ),
        (vec![leaf(), Draft { issuer_key: key(3), ..inter() }], Err(Rule::Signature.at(1)), "another key signed"),
        (vec![Draft { algorithm: sha1, ..leaf() }, inter()], Err(Rule::BrokenHash.at(0)), "SHA-1"),
        (vec![leaf(), unusable], Err(Rule::UnknownKey.at(0)), "a key of no known kind"),
        (vec![host("a.example.com"), limited()], path(0, 2), "a permitted name"),
        (vec![host("a.example.org"), limited()], Err(Rule::NameNotPermitted.at(0)), "another name than permitted"),
        (
            vec![by_below(), below().with(elsewhere()), limited()],
            Err(Rule::NameNotPermitted.at(1)),
            "another name than permitted in an intermediate",
        ),
        (
            vec![by_self_issued(), self_issued().with(elsewhere()), limited()],
            path(0, 3),
            "the same in a self-issued intermediate",
        ),
        (
            vec![Draft::leaf(("inter", 1), ("inter", 2)).with(elsewhere()), limited()],
            Err(Rule::NameNotPermitted.at(0)),
            "the same in a self-issued leaf",
        ),
        (
            vec![leaf(), inter(), Draft::leaf(("root", 8), ("x", 8))],
            Err(Rule::NotCa.at(2)),
            "an end entity with the root's name",
        ),
    ] {
        assert_eq!(verify(why, &x5c, &[root()]), verdict, "{why}");
    }
}

#[test]
fn both_ends_of_the_validity_belong_to_it() {
    let (x5c, anchors) = ([leaf(), inter()], [root()]);
    let (from, until) = (1_735_689_600, 1_893_456_000);
    for (time, verdict) in [
        (Some(from), path(0, 2)),
        (Some(until), path(0, 2)),
        (Some(from - 1), Err(Rule::NotYetValid.at(0))),
        (Some(until + 1), Err(Rule::Expired.at(0))),
        (None, path(0, 2)),
    ] {
        let time = time.map(UnixTime::from_secs);
        assert_eq!(verify_with(&x5c, &anchors, |inputs| inputs.time = time), verdict);
    }
}

#[test]
fn an_issuer_without_ca_needs_an_exception() {
    fn is_inter(certificate: &Certificate<'_>) -> bool {
        certificate.subject.encoding == name("inter")
    }
    let below = |root: &'static str| {
        let intermediate = Draft::ca(("inter", 2), (root, 9));
        [leaf(), intermediate.extensions(&[basic_constraints(false, None)])]
    };
    let (subject, not_ca) = (Box::leak(name("root").into_boxed_slice()), Err(Rule::NotCa.at(1)));
    let exception = Some(IssuerWithoutCa { matches: is_inter, anchor: subject });
    let with = |x5c: &[Draft], root| verify_with(x5c, &[root], |inputs| inputs.issuer_without_ca = exception);
    let accepted = path(0, 2).map(|path| ValidPath { issuer_without_ca: true, ..path });
    assert_eq!(verify_with(&below("root"), &[root()], |_| {}), not_ca);
    assert_eq!(with(&below("root"), root()), accepted);
    assert_eq!(with(&[leaf(), inter()], root()), path(0, 2), "not needed");
    assert_eq!(with(&below("other"), Draft::ca(("other", 9), ("other", 9))), not_ca, "another anchor");
    let [_, issuer] = below("root");
    let renamed = Draft { subject: name("x"), ..issuer.clone() };
    assert_eq!(with(&[Draft { issuer: name("x"), ..leaf() }, renamed], root()), not_ca, "another issuer");
    let first = Draft { issuer: name("inter"), issuer_key: key(2), spki: spki(&key(3)), ..issuer.clone() };
    let second_issuer = [Draft { issuer_key: key(3), ..leaf() }, first, issuer];
    assert_eq!(with(&second_issuer, root()), Err(Rule::NotCa.at(2)), "only the issuer of the leaf");
}

#[test]
fn a_budget_is_spent_on_signatures_and_on_names() {
    let ders = |x5c: &[Draft]| x5c.iter().map(Draft::make).collect::<Vec<_>>();
    let anchors = [TrustAnchor::from_der(&root().make()).unwrap()];
    let spend = |x5c: &[Vec<u8>], budget: &mut Budget| {
        let path = CertificationPath::read(None, x5c.iter().map(Vec::as_slice)).unwrap();
        path.validate(&inputs(&anchors), budget)
    };
    // Paths of two signatures with P-256 keys, until the budget is exhausted
    let (x5c, mut budget, mut paths) = (ders(&[leaf(), inter()]), Budget::of_a_message(), 0);
    let last = loop {
        match spend(&x5c, &mut budget) {
            Ok(_) => paths += 1,
            refused => break refused,
        }
    };
    assert_eq!((last, paths), (Err(Rule::VerificationBudget.into()), Budget::VERIFICATIONS / 10));
    // As many names as name constraints
    let limited = |count: usize, base: &[u8]| {
        let subtrees = seq(&[base]).repeat(count);
        inter().with(extension(oid::NAME_CONSTRAINTS, true, &seq(&[&tlv(0xa1, &[&subtrees])])))
    };
    let named = |count: usize, of: &[u8]| {
        let subject = name("");
        Draft { subject, ..leaf() }.with(extension(oid::SUBJECT_ALT_NAME, false, &seq(&[&of.repeat(count)])))
    };
    let too_many = Err(Rule::ComparisonBudget.at(0));
    let organization = |text: &str| tlv(0xa4, &[&seq(&[&attribute(oid::ORGANIZATION, 0x0c, text)])]);
    let long = |last: char| tlv(0x82, &[format!("{}{last}", "a".repeat(300)).as_bytes()]);
    for (what, names, bases, verdict) in [
        ("64 by 64 host names", named(64, b"\x82\x01y"), limited(64, b"\x82\x01x"), path(0, 2)),
        ("65 by 64 host names", named(65, b"\x82\x01y"), limited(64, b"\x82\x01x"), too_many),
        ("65 by 64 of different kinds", named(65, b"\x82\x01y"), limited(64, &organization("x")), too_many),
        ("40 by 40 directory names", named(40, &organization("a")), limited(40, &organization("b")), path(0, 2)),
        ("50 by 50 directory names", named(50, &organization("a")), limited(50, &organization("b")), too_many),
        ("20 by 20 long names, 10 for each pair", named(20, &long('a')), limited(20, &long('b')), path(0, 2)),
        ("21 by 21 long names", named(21, &long('a')), limited(21, &long('b')), too_many),
    ] {
        let verdict_found = spend(&ders(&[names, bases]), &mut Budget::of_a_message());
        assert_eq!(verdict_found, verdict, "{what}");
    }
    // One name each, with many attributes in one relative distinguished name, because every pair of them is compared
    let one = |texts: &mut dyn Iterator<Item = usize>| {
        let values: Vec<u8> = texts
            .flat_map(|text| seq(&[&object(oid::COMMON_NAME), &tlv(0x0c, &[format!("{text}").as_bytes()])]))
            .collect();
        tlv(0xa4, &[&seq(&[&tlv(0x31, &[&values])])])
    };
    for (count, verdict) in [(50, Err(Rule::NameConstraintUnsupported.at(0))), (100, too_many)] {
        let (names, base) = (named(1, &one(&mut (0..count))), limited(1, &one(&mut (0..count).rev())));
        assert_eq!(spend(&ders(&[names, base]), &mut Budget::of_a_message()), verdict, "{count} attributes");
    }
}

/// Name constraints apply to the host name of the caller, wherever the leaf has it.
#[test]
fn name_constraints_hold_for_the_host_name_that_is_used() {
    let of = |list: u8, base: &str| {
        let subtrees = seq(&[&tlv(0x82, &[base.as_bytes()])]);
        inter().with(extension(oid::NAME_CONSTRAINTS, true, &seq(&[&tlv(list, &[&subtrees])])))
    };
    let violated = Err(Rule::NameNotPermitted.at(0));
    for (host, ca, verdict) in [
        (Some("host.example.com"), of(0xa0, "corp.example"), violated),
        (Some("host.example.com"), of(0xa1, "example.com"), violated),
        (Some("host.example.com"), of(0xa0, "example.com"), path(0, 2)),
        (Some("host.example.com"), inter(), path(0, 2)),
        (None, of(0xa0, "corp.example"), path(0, 2)),
    ] {
        assert_eq!(verify_with(&[leaf(), ca], &[root()], |inputs| inputs.host = host), verdict, "{host:?}");
    }
}

#[test]
fn lengths_are_bounded() {
    let read = |x5c: &[&[u8]]| CertificationPath::read(None, x5c.iter().copied()).map(drop);
    assert_eq!(read(&[]), Err(Rule::Empty.into()));
    // Too many certificates are refused before the first is read.
    for len in [11, 100] {
        assert_eq!(read(&vec![&b"x"[..]; len]), Err(Rule::TooLong.into()));
    }
    assert_eq!(read(&[b"0"]), Err(Rule::Malformed(Malformed::Truncated).at(0)));
    let same_name: Vec<_> = (10..20).map(|n| Draft::ca(("root", n), ("root", n))).collect();
    assert_eq!(verify("ten anchors of one name", &[leaf(), inter()], &same_name), Err(Rule::TooManyAnchors.into()));
    let found: Vec<_> = same_name[..7].iter().cloned().chain([root()]).collect();
    assert_eq!(verify("eight anchors of one name", &[leaf(), inter()], &found), path(7, 2));
    let copies: Vec<_> = vec![same_name[0].clone(); 20].into_iter().chain([root()]).collect();
    assert_eq!(verify("twenty copies of one anchor", &[leaf(), inter()], &copies), path(20, 2));
}

/// A backend that counts signatures.
#[derive(Debug, Default)]
pub(super) struct Counting(pub(super) AtomicUsize);

impl Backend for Counting {
    fn name(&self) -> &'static str {
        "counting"
    }
    fn supports(&self, _: Scheme) -> bool {
        true
    }
    fn sha256(&self, parts: &[&[u8]]) -> [u8; 32] {
        crypto::default_backend().sha256(parts)
    }
    fn hmac_sha256(&self, key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
        crypto::default_backend().hmac_sha256(key, parts)
    }
    fn check_key(&self, _: &PublicKey<'_>) -> Result<(), CryptoError> {
        Ok(())
    }
    fn verify(&self, scheme: Scheme, key: &PublicKey<'_>, tbs: &[u8], signature: &[u8]) -> Result<(), CryptoError> {
        self.0.fetch_add(1, Ordering::Relaxed);
        crypto::default_backend().verify(scheme, key, tbs, signature)
    }
    fn random(&self, _: &mut [u8]) -> Result<(), CryptoError> {
        Err(CryptoError::Random)
    }
}

/// After a signature that does not verify, no other signature is verified.
#[test]
fn a_strangers_path_costs_one_signature() {
    let count = |x5c: &[Draft]| {
        let x5c: Vec<_> = x5c.iter().map(Draft::make).collect();
        let counting = Counting::default();
        let anchors = [TrustAnchor::from_der(&root().make()).unwrap()];
        let verdict = validate(&x5c, &Inputs { backend: &counting, ..inputs(&anchors) });
        (verdict.is_ok(), counting.0.into_inner())
    };
    assert_eq!(count(&[leaf(), inter()]), (true, 2));
    assert_eq!(count(&[leaf(), Draft { issuer_key: key(7), ..inter() }]), (false, 1));
    assert_eq!(count(&[Draft::leaf(("leaf", 1), ("evil", 7)), Draft::ca(("evil", 7), ("evil", 7))]), (false, 0));
}
