//! RFC 5280 §5 and §6.3: along a path that `path.rs` would let pass, against revocation lists.

use crate::path::{authority, es256, leaf};
use crate::row::{Row, row};
use wardkey::x509::PathError::{self as P};
use wardkey::x509::{AlgorithmError, Crl, CrlProblem, DerError};
use wardkey_authenticator::x509::signature_algorithm;
use wardkey_authenticator::*;

/// The leaf has the serial number 0x4a01; the list is the intermediate's.
pub(crate) fn rows() -> Vec<Row> {
    const SERIAL: &[u8] = &[0x4a, 1];
    let chain = es256(2);
    let [root, intermediate] = [&chain.authorities[0], &chain.authorities[1]];
    let with = |name: &str, lists: Vec<RevocationList>| {
        let row = leaf(&format!("crl-{name}"), |leaf| leaf.serial_number = SERIAL.to_vec());
        let crls: Vec<_> = lists.iter().map(|list| Crl::from_der(&list.der()).unwrap()).collect();
        row.trust(move |anchors| wardkey::policy::Trust::Verify(anchors.with_crls(crls.clone())))
    };
    let list = |revoked: &[&[u8]]| RevocationList::of(intermediate, revoked);
    let of_root = |revoked: &[&[u8]]| RevocationList::of(root, revoked);
    let others = Authority::root("wardkey.other", Algorithm::Es256);
    let mut stranger = list(&[SERIAL]);
    stranger.key = others.key.clone();
    let other_key = |crl: &mut RevocationList| crl.extensions[0] = Extension::authority_key_identifier(&others.key);
    vec![
        with("without-it", vec![list(&[&[1], &[0x4a], &[0x4a, 1, 0], &[0x4a, 2]])]),
        with("of-nothing", vec![list(&[])]),
        with("of-both-issuers", vec![list(&[]), of_root(&[SERIAL])]),
        with("of-another-issuer", vec![RevocationList::of(&others, &[SERIAL])]),
        with("of-another-key-of-that-name", vec![list(&[SERIAL]).with(other_key)]),
        with("leaf-revoked", vec![list(&[&[1], &[2], SERIAL, &[0x4b, 1]])]).untrusted(P::Revoked(0)),
        with("leaf-revoked-by-the-second", vec![list(&[]), list(&[SERIAL])]).untrusted(P::Revoked(0)),
        with("intermediate-revoked", vec![of_root(&[&intermediate.certificate.serial_number])])
            .untrusted(P::Revoked(1)),
        with("by-another-key", vec![stranger]).untrusted(P::Crl(0, CrlProblem::Signature)),
        with("expired", vec![list(&[]).with(|crl| crl.next_update = Some(der::utc_time("261122000000Z")))])
            .untrusted(P::Crl(0, CrlProblem::Expired)),
        with("not-yet-valid", vec![list(&[]).with(|crl| crl.this_update = der::utc_time("261124000000Z"))])
            .untrusted(P::Crl(0, CrlProblem::NotYetValid)),
        with(
            "of-another-algorithm",
            vec![list(&[]).with(|crl| {
                let rs256 = Some(signature_algorithm(Algorithm::Rs256));
                (crl.signature, crl.signature_algorithm) = (rs256.clone(), rs256);
            })],
        )
        .untrusted(P::Crl(0, CrlProblem::Algorithm(AlgorithmError::KeyMismatch))),
        crl_by_a_ca_that_may_not(),
        crl_of_an_unreadable_key_identifier("intermediate", 1, false, 1),
        crl_of_an_unreadable_key_identifier("root-left-out", 0, false, 2),
        crl_of_an_unreadable_key_identifier("root-included", 0, true, 2),
    ]
}

/// subjectKeyIdentifier of the authority with this number is no octet string; the certificate at `at` is to blame.
fn crl_of_an_unreadable_key_identifier(name: &str, i: usize, included: bool, at: usize) -> Row {
    let unreadable = Extension::new(extension::SUBJECT_KEY_IDENTIFIER, der::null());
    let mut format = Packed::new().chain(es256(2)).authority(i, |ca| ca.certificate.set(unreadable));
    let root = format.chain_mut().trust_anchors().remove(0);
    let row = row(
        &format!("path/crl-of-an-unreadable-key-identifier-of-the-{name}"),
        format.x5c(move |x5c| x5c.extend(included.then(|| root.clone()))),
    );
    let crl = Crl::from_der(&RevocationList::of(&es256(2).authorities[i], &[]).der()).unwrap();
    row.trust(move |anchors| wardkey::policy::Trust::Verify(anchors.with_crls([crl.clone()])))
        .untrusted(P::Extensions(at, DerError::Tag.into()))
}

/// keyUsage of the intermediate is keyCertSign without cRLSign.
fn crl_by_a_ca_that_may_not() -> Row {
    let usage = Extension::new(extension::KEY_USAGE, der::bit_string(&[0x04], 2)).critical();
    let row = authority("crl-by-a-ca-that-may-not", 1, |ca| ca.certificate.set(usage));
    let crl = Crl::from_der(&RevocationList::of(&es256(2).authorities[1], &[]).der()).unwrap();
    row.trust(move |anchors| wardkey::policy::Trust::Verify(anchors.with_crls([crl.clone()])))
        .untrusted(P::Crl(0, CrlProblem::KeyUsage))
}
