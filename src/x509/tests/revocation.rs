//! What a path says of the revocation lists it met, and what they cost it. What a list refuses is in
//! `tests/attestation/path.rs`.

use super::chains::Counting;
use super::*;
use crate::time::UnixTime;
use crate::x509::anchor::TrustAnchor;
use crate::x509::chain::{Chain, Rules};
use crate::x509::crl::Crl;

/// A list of this issuer, which has revoked nothing.
fn list(issuer: (&str, u8)) -> Crl {
    let algorithm = seq(&[&object(oid::ECDSA_WITH_SHA256)]);
    let dates = [tlv(0x17, &[b"250101000000Z"]), tlv(0x17, &[b"300101000000Z"])].concat();
    let tbs = seq(&[&[2, 1, 1], &algorithm, &name(issuer.0), &dates]);
    let signature: DerSignature = key(issuer.1).sign(&tbs);
    Crl::from_der(&seq(&[&tbs, &algorithm, &tlv(3, &[&[0], signature.as_bytes()])])).unwrap()
}

#[test]
fn a_path_counts_what_a_list_covered_and_verifies_it_once() {
    let (leaf, inter) = (Draft::leaf(("leaf", 1), ("inter", 2)), Draft::ca(("inter", 2), ("root", 9)));
    let root = Draft::ca(("root", 9), ("root", 9));
    // Another certificate of the intermediate, signed by itself, as often as one likes.
    let twin = Draft::ca(("inter", 2), ("inter", 2)).make();
    let (leaf, inter, anchors) = (leaf.make(), inter.make(), [TrustAnchor::from_der(&root.make()).unwrap()]);
    let (of_inter, of_root, of_other) = (list(("inter", 2)), list(("root", 9)), list(("other", 8)));
    let [leaf, inter, twin] = [&leaf[..], &inter, &twin];
    for (x5c, crls, checked, signatures, why) in [
        (vec![leaf, inter], vec![], 0, 2, "no list"),
        (vec![leaf, inter], vec![&of_other], 0, 2, "a list of another"),
        (vec![leaf, inter], vec![&of_inter], 1, 3, "the leaf's"),
        (vec![leaf, inter], vec![&of_root], 1, 3, "the intermediate's"),
        (vec![leaf, inter], vec![&of_root, &of_inter], 2, 4, "both"),
        (vec![leaf, inter], vec![&of_inter, &of_inter], 1, 4, "two of one issuer"),
        (vec![leaf, twin, inter], vec![&of_inter], 2, 5, "the intermediate twice"),
        (vec![leaf, twin, twin, twin, twin, inter], vec![&of_inter], 5, 8, "again and again"),
    ] {
        let (counting, crls) = (Counting::default(), crls.into_iter().cloned().collect::<Vec<_>>());
        let chain = Chain::read(x5c).unwrap();
        let path = chain.verify(&anchors, &crls, Some(UnixTime::from_secs(NOW)), Rules::default(), &counting).unwrap();
        assert_eq!((path.checked_for_revocation, counting.0.into_inner()), (checked, signatures), "{why}");
    }
}
