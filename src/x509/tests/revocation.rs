//! How revocation lists are matched with issuers, and their cost. `tests/attestation/path.rs` has the refusals.

use super::paths::Counting;
use super::*;
use crate::x509::crl::Crl;
use crate::x509::revocation::Revocation;

/// Returns a list with this name and these serial numbers, signed by this key. `tag` is the string type of the name.
fn list_of(issuer: (&str, u8), tag: u8, serials: &[u8]) -> Crl {
    let algorithm = seq(&[&object(oid::ECDSA_WITH_SHA256)]);
    let dates = [tlv(0x17, &[b"250101000000Z"]), tlv(0x17, &[b"300101000000Z"])].concat();
    let name = seq(&[&attribute(oid::COMMON_NAME, tag, issuer.0)]);
    let entries = serials.iter().flat_map(|serial| seq(&[&[2, 1, *serial], &tlv(0x17, &[b"250101000000Z"])]));
    let entries: Vec<u8> = entries.collect();
    let entries = if entries.is_empty() { entries } else { seq(&[&entries]) };
    let tbs = seq(&[&[2, 1, 1], &algorithm, &name, &dates, &entries]);
    let signature: DerSignature = key(issuer.1).sign(&tbs);
    Crl::from_der(&seq(&[&tbs, &algorithm, &tlv(3, &[&[0], signature.as_bytes()])])).unwrap()
}

/// Returns a list of this issuer.
fn list(issuer: (&str, u8), serials: &[u8]) -> Crl {
    list_of(issuer, 0x0c, serials)
}

fn anchors(drafts: &[Draft]) -> Vec<TrustAnchor> {
    drafts.iter().map(|draft| TrustAnchor::from_der(&draft.make()).unwrap()).collect()
}

/// Returns the number of certificates that were checked, and the number of signatures that were verified.
fn check(
    x5c: &[Draft],
    own: &[TrustAnchor],
    others: &[TrustAnchor],
    crls: &[Crl],
) -> (Result<usize, CertificateError>, usize) {
    let x5c: Vec<_> = x5c.iter().map(Draft::make).collect();
    let (counting, all) = (Counting::default(), own.iter().chain(others).collect::<Vec<_>>());
    let revocation = Revocation { crls, anchors: &all };
    let path = validate(&x5c, &Inputs { revocation, backend: &counting, ..inputs(own) });
    (path.map(|path| path.checked_for_revocation), counting.0.into_inner())
}

#[test]
fn a_path_counts_what_a_list_covered_and_verifies_it_once() {
    let (leaf, inter) = (Draft::leaf(("leaf", 1), ("inter", 2)), Draft::ca(("inter", 2), ("root", 9)));
    let root = anchors(&[Draft::ca(("root", 9), ("root", 9))]);
    // Another certificate of the intermediate, self-signed, which x5c may contain many times
    let twin = Draft::ca(("inter", 2), ("inter", 2));
    let (of_inter, of_root, of_other) = (list(("inter", 2), &[]), list(("root", 9), &[]), list(("other", 8), &[]));
    let [leaf, inter, twin] = [&leaf, &inter, &twin];
    for (x5c, crls, checked, signatures, why) in [
        (vec![leaf, inter], vec![], 0, 2, "no list"),
        (vec![leaf, inter], vec![&of_other], 0, 2, "a list of another"),
        (vec![leaf, inter], vec![&of_inter], 1, 3, "the leaf's"),
        (vec![leaf, inter], vec![&of_root], 1, 3, "the intermediate's"),
        (vec![leaf, inter], vec![&of_root, &of_inter], 2, 4, "both"),
        (vec![leaf, inter], vec![&of_inter, &of_inter], 1, 4, "two of one issuer"),
        (vec![leaf, twin, inter], vec![&of_inter], 2, 4, "the intermediate twice"),
        (vec![leaf, twin, twin, twin, twin, inter], vec![&of_inter], 5, 7, "again and again"),
    ] {
        let (x5c, crls): (Vec<_>, Vec<_>) = (x5c.into_iter().cloned().collect(), crls.into_iter().cloned().collect());
        assert_eq!(check(&x5c, &root, &[], &crls), (Ok(checked), signatures), "{why}");
    }
}

/// Each serial number is the number of the key: the leaf has 1, the intermediate 2, the root 9.
#[test]
fn a_list_is_its_issuers_by_name_and_key() {
    let leaf = || Draft::leaf(("leaf", 1), ("inter", 2));
    let inter = || Draft::ca(("inter", 2), ("root", 9));
    let root = anchors(&[Draft::ca(("root", 9), ("root", 9))]);
    let namesake = anchors(&[Draft::ca(("root", 8), ("root", 8))]);
    let inter_namesake = anchors(&[Draft::ca(("inter", 7), ("root", 9))]);
    let another = anchors(&[Draft::ca(("another", 7), ("root", 9))]);
    let identifier = |octet: u8| extension(oid::SUBJECT_KEY_IDENTIFIER, false, &[4, 1, octet]);
    let unreadable = || extension(oid::SUBJECT_KEY_IDENTIFIER, false, &[5, 0]);
    // A new key of the same issuer, which certified the old key
    let rolled = || vec![leaf(), Draft::ca(("inter", 2), ("inter", 3)), Draft::ca(("inter", 3), ("root", 9))];
    let short = || vec![leaf(), inter()];
    let other_key = |at| Err(Rule::CrlSignature.at(at));
    for (x5c, others, crls, verdict, why) in [
        (short(), &[][..], vec![list(("inter", 2), &[1])], Err(Rule::Revoked.at(0)), "revoked"),
        (short(), &[], vec![list(("inter", 2), &[2])], Ok(1), "another serial number"),
        (
            vec![leaf(), inter().with(identifier(5))],
            &[],
            vec![list(("inter", 2), &[1])],
            Err(Rule::Revoked.at(0)),
            "an SKI",
        ),
        (
            vec![leaf(), inter().with(unreadable())],
            &[],
            vec![list(("inter", 2), &[1])],
            Err(Rule::Revoked.at(0)),
            "no SKI",
        ),
        (
            short(),
            &[],
            vec![list_of(("INTER ", 2), 0x13, &[1])],
            Err(Rule::Revoked.at(0)),
            "a name in another spelling",
        ),
        (short(), &[], vec![list_of(("inter", 7), 0x13, &[])], other_key(0), "another spelling, and another key"),
        (short(), &[], vec![list(("inter", 7), &[])], other_key(0), "another key of the name"),
        (
            short(),
            &inter_namesake,
            vec![list(("inter", 7), &[1])],
            Ok(0),
            "another key of the name, which is handed in",
        ),
        (short(), &inter_namesake, vec![list(("inter", 6), &[])], other_key(0), "a third key of the name"),
        (short(), &another, vec![list(("inter", 7), &[])], other_key(0), "the key of an anchor of another name"),
        (short(), &[], vec![list(("root", 8), &[2])], other_key(1), "another key of the root's name"),
        (short(), &namesake, vec![list(("root", 8), &[2])], Ok(0), "another root of the name"),
        (short(), &namesake, vec![list(("root", 8), &[2]), list(("root", 9), &[])], Ok(1), "lists of both roots"),
        (
            short(),
            &namesake,
            vec![list(("root", 8), &[]), list(("root", 9), &[2])],
            Err(Rule::Revoked.at(1)),
            "lists of both roots, and revoked by its own",
        ),
        (rolled(), &[], vec![list(("inter", 3), &[])], Ok(2), "the successor's key, which the path vouches for"),
        (rolled(), &[], vec![list(("inter", 3), &[1])], Err(Rule::Revoked.at(0)), "revoked by the successor's key"),
        (rolled(), &[], vec![list(("inter", 2), &[1])], Err(Rule::Revoked.at(0)), "revoked by the old key"),
    ] {
        assert_eq!(check(&x5c, &root, others, &crls).0, verdict, "{why}");
    }
    // Two anchors of one name: the order makes no difference.
    let both = anchors(&[Draft::ca(("root", 8), ("root", 8)), Draft::ca(("root", 9), ("root", 9))]);
    assert_eq!(check(&short(), &both, &[], &[list(("root", 8), &[2])]).0, Ok(0));
    assert_eq!(check(&short(), &both, &[], &[list(("root", 9), &[2])]).0, Err(Rule::Revoked.at(1)));
}

/// A list that verifies with no key of the path is tried once with each other key of the name, and the budget pays for it.
#[test]
fn lists_are_spent_from_the_budget() {
    let x5c = [Draft::leaf(("leaf", 1), ("inter", 2)), Draft::ca(("inter", 2), ("root", 9))];
    let root = anchors(&[Draft::ca(("root", 9), ("root", 9))]);
    let namesakes = anchors(&[("root", 8), ("root", 8), ("root", 7), ("other", 6)].map(|of| Draft::ca(of, of)));
    assert_eq!(check(&x5c, &root, &namesakes, &[list(("root", 7), &[])]), (Ok(0), 5));
    let many = vec![list(("inter", 2), &[]); 200];
    let (verdict, signatures) = check(&x5c, &root, &[], &many);
    assert_eq!((verdict, signatures), (Err(Rule::VerificationBudget.into()), 102));
}

#[test]
fn both_dates_of_a_list_belong_to_its_validity() {
    let x5c = [Draft::leaf(("leaf", 1), ("inter", 2)), Draft::ca(("inter", 2), ("root", 9))];
    let x5c: Vec<_> = x5c.iter().map(Draft::make).collect();
    let (root, crls) = (anchors(&[Draft::ca(("root", 9), ("root", 9))]), [list(("inter", 2), &[])]);
    for time in [1_735_689_600, 1_893_456_000].map(UnixTime::from_secs) {
        let revocation = Revocation { crls: &crls, anchors: &[] };
        let path = validate(&x5c, &Inputs { revocation, time: Some(time), ..inputs(&root) });
        assert_eq!(path.map(|path| path.checked_for_revocation), Ok(1), "{time:?}");
    }
}
