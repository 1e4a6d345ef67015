//! RFC 5280 §5 and §6.3: revocation lists, applied to paths that are otherwise valid.

use crate::path::{authority, es256, leaf};
use crate::row::{Row, row};
use wardkey::attestation::Format as Known;
use wardkey::internals::Rule;
use wardkey::policy::Trust;
use wardkey::x509::{Crl, TrustAnchor};
use wardkey_authenticator::x509::signature_algorithm;
use wardkey_authenticator::*;

/// The leaf has the serial number 0x4a01; the intermediate issued the list.
pub(crate) fn rows() -> Vec<Row> {
    const SERIAL: &[u8] = &[0x4a, 1];
    let chain = es256(2);
    let [root, intermediate] = [&chain.authorities[0], &chain.authorities[1]];
    let with = |name: &str, lists: Vec<RevocationList>| {
        let row = leaf(&format!("crl-{name}"), |leaf| leaf.serial_number = SERIAL.to_vec());
        let crls: Vec<_> = lists.iter().map(|list| Crl::from_der(&list.der()).unwrap()).collect();
        row.trust(move |anchors| Trust::Verify(anchors.with_crls(crls.clone())))
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
        with("leaf-revoked-by-a-list-of-another-key-identifier", vec![list(&[SERIAL]).with(other_key)])
            .untrusted(Rule::Revoked.at(0)),
        with("leaf-revoked", vec![list(&[&[1], &[2], SERIAL, &[0x4b, 1]])]).untrusted(Rule::Revoked.at(0)),
        with("leaf-revoked-by-the-second", vec![list(&[]), list(&[SERIAL])]).untrusted(Rule::Revoked.at(0)),
        with("intermediate-revoked", vec![of_root(&[&intermediate.certificate.serial_number])])
            .untrusted(Rule::Revoked.at(1)),
        with("by-another-key", vec![stranger]).untrusted(Rule::CrlSignature.at(0)),
        with("expired", vec![list(&[]).with(|crl| crl.next_update = Some(der::utc_time("261122000000Z")))])
            .untrusted(Rule::CrlExpired.at(0)),
        with("not-yet-valid", vec![list(&[]).with(|crl| crl.this_update = der::utc_time("261124000000Z"))])
            .untrusted(Rule::CrlNotYetValid.at(0)),
        with(
            "of-another-algorithm",
            vec![list(&[]).with(|crl| {
                let rs256 = Some(signature_algorithm(Algorithm::Rs256));
                (crl.signature, crl.signature_algorithm) = (rs256.clone(), rs256);
            })],
        )
        .untrusted(Rule::CrlKeyMismatch.at(0)),
        crl_by_a_ca_that_may_not(),
        crl_of_a_certificate_with("another-key-identifier", der::octet_string(&[0x40, 1, 2, 3, 4, 5, 6, 7])),
        crl_of_a_certificate_with("an-unreadable-key-identifier", der::null()),
        crl_of_a_namesake("of-the-root-that-is-an-anchor", true),
        crl_of_a_namesake("of-the-root-that-is-no-anchor", false).untrusted(Rule::CrlSignature.at(1)),
    ]
}

/// The leaf is revoked, but x5c has a second certificate of its issuer, with the same name and key and this
/// subjectKeyIdentifier. An attacker can choose which certificate to send.
fn crl_of_a_certificate_with(name: &str, identifier: Vec<u8>) -> Row {
    let again = |ca: &mut Authority| {
        ca.certificate.set(Extension::new(extension::SUBJECT_KEY_IDENTIFIER, identifier));
        ca.certificate.serial_number = vec![9];
    };
    let crl = Crl::from_der(&RevocationList::of(&es256(2).authorities[1], &[&[0x4a, 1]]).der()).unwrap();
    let format = Packed::new().chain(es256(2)).authority(1, again).leaf(|leaf| leaf.serial_number = vec![0x4a, 1]);
    row(&format!("path/crl-of-{name}"), format)
        .trust(move |anchors| Trust::Verify(anchors.with_crls([crl.clone()])))
        .untrusted(Rule::Revoked.at(0))
}

/// A list of a different root with the same name as the anchor (Google has two such roots). It revokes the serial number of
/// the intermediate.
fn crl_of_a_namesake(name: &str, anchored: bool) -> Row {
    let mut namesake = Authority::root("wardkey.namesake", Algorithm::Es256);
    let subject = &es256(2).authorities[0].certificate.subject;
    (namesake.certificate.issuer, namesake.certificate.subject) = (subject.clone(), subject.clone());
    let serial = es256(2).authorities[1].certificate.serial_number.clone();
    let crl = Crl::from_der(&RevocationList::of(&namesake, &[&serial]).der()).unwrap();
    let other = TrustAnchor::from_der(&namesake.der()).unwrap();
    leaf(&format!("crl-of-a-namesake-{name}"), |_| {}).trust(move |anchors| {
        // An anchor for a different format: the issuer of a list does not depend on what an anchor is trusted for.
        let anchors = anchors.with_crls([crl.clone()]);
        let others = anchored.then(|| other.clone());
        Trust::Verify(if anchored { anchors.for_format(Known::Tpm, others) } else { anchors })
    })
}

/// keyUsage of the intermediate is keyCertSign without cRLSign.
fn crl_by_a_ca_that_may_not() -> Row {
    let usage = Extension::new(extension::KEY_USAGE, der::bit_string(&[0x04], 2)).critical();
    let row = authority("crl-by-a-ca-that-may-not", 1, |ca| ca.certificate.set(usage));
    let crl = Crl::from_der(&RevocationList::of(&es256(2).authorities[1], &[]).der()).unwrap();
    row.trust(move |anchors| Trust::Verify(anchors.with_crls([crl.clone()]))).untrusted(Rule::CrlKeyUsage.at(0))
}
