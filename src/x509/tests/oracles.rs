//! Comparisons with rustls-webpki (certification paths) and x509-parser (certificates). A row gives the reason for each
//! difference.

use super::recorded::{self, Recorded};
use crate::x509::Rule;
use crate::x509::certificate::Certificate;
use rustls_pki_types::{CertificateDer, UnixTime};
use std::collections::BTreeSet;

/// Accepts every extended key usage.
struct AnyUsage;

impl webpki::ExtendedKeyUsageValidator for AnyUsage {
    fn validate(&self, _: webpki::KeyPurposeIdIter<'_, '_>) -> Result<(), webpki::Error> {
        Ok(())
    }
}

/// Returns the verdict of rustls-webpki, which requires a time.
pub(super) fn webpki(x5c: &[Vec<u8>], anchors: &[Vec<u8>], time: i64) -> Result<(), webpki::Error> {
    let ders = |all: &[Vec<u8>]| all.iter().map(|der| CertificateDer::from(der.clone())).collect::<Vec<_>>();
    let (x5c, anchors) = (ders(x5c), ders(anchors));
    let anchors: Vec<_> = anchors.iter().map(webpki::anchor_from_trusted_cert).collect::<Result<_, _>>()?;
    let (leaf, intermediates) = x5c.split_first().unwrap();
    let time = UnixTime::since_unix_epoch(std::time::Duration::from_secs(u64::try_from(time).unwrap()));
    webpki::EndEntityCert::try_from(leaf)?
        .verify_for_usage(webpki::ALL_VERIFICATION_ALGS, &anchors, intermediates, time, AnyUsage, None, None)
        .map(drop)
}

/// Generated paths on which rustls-webpki has a different verdict, by their description in `paths.rs`, with the reason.
const GENERATED: &[(&str, &str)] = &[
    ("the leaf is the anchor", "webpki requires an issuer; §7.1 of WebAuthn accepts the certificate itself"),
    ("the leaf of a longer path is the anchor", "the same"),
    ("ten certificates", "webpki stops at 6 intermediates"),
    ("path length 0, itself below", "webpki counts self-issued intermediates, RFC 5280 §4.2.1.9 does not"),
    (
        "the same in a self-issued intermediate",
        "webpki applies name constraints to self-issued intermediates too, RFC 5280 §6.1.3 (b) does not",
    ),
    ("no keyCertSign", "webpki does not read key usage, RFC 5280 §6.1.4 (n) does"),
    ("a malformed key usage", "the same"),
    (
        "name constraints without any in the leaf",
        "webpki reads name constraints only of a CA; wardkey also checks the syntax of a critical one in a leaf",
    ),
    ("an end entity with the root's name", "webpki builds another path without it; wardkey validates x5c as it is"),
    ("issued by a trusted leaf", "webpki lets every anchor issue certificates; wardkey lets no end entity issue any"),
    ("issued by a trusted leaf, included", "the same"),
];

/// Recorded paths on which rustls-webpki has a different verdict, by the end of the name of the vector, with the reason.
const RECORDED: &[(&str, &str)] = &[
    ("good.packed-basic.leaf-is-anchor", "webpki requires an issuer; §7.1 of WebAuthn accepts the certificate itself"),
    ("packed.cert.aaguid-dup", "webpki accepts an unknown extension twice; RFC 5280 §4.2 does not"),
    ("android-key.extension-dup", "the same"),
    ("apple.ext-dup", "the same"),
    ("packed.cert.v1", "webpki reads only version 3; of the formats, only §8.2.1 and §8.3.1 require it"),
    (
        "packed.basic.x5c-text",
        "the first certificate is a CA, which webpki refuses; here the format decides whether it may be one",
    ),
    ("tpm.cert-ca", "the same"),
];

/// Compares the verdict on a generated path.
pub(super) fn compare(what: &str, x5c: &[Vec<u8>], anchors: &[Vec<u8>], time: i64, accepted: bool) {
    let theirs = webpki(x5c, anchors, time);
    let differs = GENERATED.iter().any(|(row, _)| *row == what);
    assert_eq!(theirs.is_ok() != accepted, differs, "{what}: {theirs:?}");
}

#[test]
fn recorded_paths_get_the_verdict_of_webpki() {
    let (mut alike, mut different) = (0, BTreeSet::new());
    for file in ["peers.jsonl", "browsers.jsonl", "adversarial.jsonl"] {
        for Recorded { id, x5c, anchors, time, trust, .. } in recorded::ceremonies(file) {
            let (true, Some(time), false) = (trust, time, x5c.is_empty()) else { continue };
            let ours = recorded::verify(&x5c, &recorded::trusted(&anchors), Some(time));
            let theirs = webpki(&x5c, &anchors, time);
            if ours.is_ok() == theirs.is_ok() {
                alike += 1;
                continue;
            }
            let row = RECORDED.iter().find(|(end, _)| id.ends_with(end));
            different.insert(row.unwrap_or_else(|| panic!("{id}: {ours:?} {theirs:?}")));
        }
    }
    println!("{alike} recorded paths get the verdict of webpki, {} a different one", different.len());
    assert!(recorded::folder().is_none() || different.len() == RECORDED.len());
}

/// Compares the fields that both readers return.
fn fields_agree(der: &[u8], ours: &Certificate<'_>, theirs: &x509_parser::certificate::X509Certificate<'_>) {
    assert_eq!(ours.encoding, der);
    assert_eq!(ours.tbs, theirs.tbs_certificate.as_ref());
    assert_eq!(ours.version as u32, theirs.version().0);
    assert_eq!(ours.serial, theirs.raw_serial());
    assert_eq!(ours.issuer.encoding, theirs.issuer().as_raw());
    assert_eq!(ours.subject.encoding, theirs.subject().as_raw());
    assert_eq!(ours.subject.attributes().count(), theirs.subject().iter_attributes().count());
    assert_eq!(ours.not_before.secs(), theirs.validity().not_before.timestamp());
    assert_eq!(ours.not_after.secs(), theirs.validity().not_after.timestamp());
    assert_eq!(ours.spki, theirs.public_key().raw);
    assert_eq!(ours.signature().unwrap(), theirs.signature_value.data.as_ref());
    let extensions: Vec<_> = ours.extensions.iter().map(|e| (e.oid, e.critical, e.value)).collect();
    let parsed: Vec<_> = theirs.extensions().iter().map(|e| (e.oid.as_bytes(), e.critical, e.value)).collect();
    assert_eq!(extensions, parsed);
    if let (Ok(ours), Ok(theirs)) = (ours.extensions.basic_constraints(), theirs.basic_constraints()) {
        let ours = ours.map(|constraints| (constraints.ca, constraints.path_length));
        assert_eq!(ours, theirs.map(|found| (found.value.ca, found.value.path_len_constraint)));
    }
    if let (Ok(Some(ours)), Ok(Some(theirs))) = (ours.extensions.key_usage(), theirs.key_usage()) {
        assert_eq!(ours.digital_signature(), theirs.value.digital_signature());
        assert_eq!(ours.key_cert_sign(), theirs.value.key_cert_sign());
        assert_eq!(ours.crl_sign(), theirs.value.crl_sign());
    }
}

fn parsed_by_oracle(der: &[u8]) -> Option<x509_parser::certificate::X509Certificate<'_>> {
    match x509_parser::parse_x509_certificate(der) {
        Ok(([], certificate)) => Some(certificate),
        _ => None,
    }
}

#[test]
fn recorded_certificates_read_as_x509_parser_reads_them() {
    let mut ders: BTreeSet<Vec<u8>> = recorded::pem_files().into_iter().flat_map(|(_, ders)| ders).collect();
    for file in ["peers.jsonl", "browsers.jsonl", "adversarial.jsonl"] {
        ders.extend(recorded::ceremonies(file).into_iter().flat_map(|recorded| recorded.x5c));
    }
    let (mut both, mut neither, mut duplicates) = (0, 0, 0);
    for der in &ders {
        match (Certificate::read(der), parsed_by_oracle(der)) {
            (Ok(ours), Some(theirs)) => {
                fields_agree(der, &ours, &theirs);
                both += 1;
            }
            (Err(_), None) => neither += 1,
            // x509-parser checks for duplicates only on request.
            (Err(Rule::DuplicateExtension), Some(_)) => duplicates += 1,
            (ours, _) => panic!("{ours:?}"),
        }
    }
    println!("{both} certificates read as x509-parser does, {neither} by neither, {duplicates} with duplicates");
}

/// If wardkey accepts a changed certificate, x509-parser accepts it too, with the same fields.
#[test]
fn changed_certificates_are_never_read_more_leniently() {
    let (mut changes, mut both, mut ours_only) = (0, 0, Vec::new());
    for (file, ders) in recorded::pem_files() {
        let chosen = file.starts_with("fido/") || file.starts_with("apple/");
        let Some(der) = ders.first().filter(|_| chosen) else { continue };
        for (index, change) in (0..der.len()).flat_map(|index| [1, 2, 0x20, 0x80].map(|change| (index, change))) {
            let mut changed = der.clone();
            changed[index] ^= change;
            changes += 1;
            let Ok(ours) = Certificate::read(&changed) else { continue };
            // The key and the signature are read later, which refuses trailing bytes in them.
            if ours.public_key().is_err() || ours.signature().is_err() {
                continue;
            }
            match parsed_by_oracle(&changed) {
                Some(theirs) => {
                    both += 1;
                    fields_agree(&changed, &ours, &theirs);
                }
                None => ours_only.push((file.clone(), index, change)),
            }
        }
    }
    println!("{changes} changed certificates: {both} read by both, {} only here", ours_only.len());
    assert!(ours_only.is_empty(), "{ours_only:?}");
}
