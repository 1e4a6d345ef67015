//! The cases of x509-limbo that concern a path without a host name, with every difference explained.
//!
//! The cases are not in this repository. Set `X509_LIMBO` to the path of its `limbo.json`.

use super::*;
use crate::codec::{der, pem};
use crate::x509::certificate::Certificate;
use crate::x509::crl::Crl;
use serde_json::Value as Json;
use std::collections::BTreeSet;

/// Cases with another verdict: the reason, whether this library accepts them, and how their names start.
const DIFFERENCES: &[(&str, bool, &[&str])] = &[
    (
        "a trust anchor is a name and a key (RFC 5280 §6.1.1 (d)): its dates and extensions are not checked",
        true,
        &[
            "rfc5280::aki::cross-signed-root-",
            "rfc5280::nc::excluded-",
            "rfc5280::nc::intermediate-with-san-rejected-by-root-nc",
            "rfc5280::nc::invalid-",
            "rfc5280::nc::permitted-",
            "rfc5280::root-",
            "rfc5280::ski::root-",
            "rfc5280::unknown-critical-extension-root",
            "rfc5280::validity::expired-root",
            "webpki::aki::root-",
            "webpki::eku::root-",
            "webpki::forbidden-rsa-not-divisible-by-8-in-root",
        ],
    ),
    (
        "a rule for whoever issues a certificate; §6.1 does not check it",
        true,
        &[
            "crl::crlnumber-missing",
            "rfc5280::aki::",
            "rfc5280::nc::not-allowed-in-ee-",
            "rfc5280::pc::",
            "rfc5280::san::",
            "rfc5280::serial::",
            "rfc5280::ski::",
            "webpki::malformed-aia",
        ],
    ),
    (
        "the attestation format says what a leaf must be: its version, basic constraints, key usage, purposes and key",
        true,
        &[
            "rfc5280::eku::",
            "rfc5280::leaf-ku-keycertsign",
            "webpki::ca-as-leaf",
            "webpki::ee-basicconstraints-ca",
            "webpki::eku::ee-",
            "webpki::forbidden-dsa-leaf",
            "webpki::forbidden-p192-leaf",
            "webpki::forbidden-rsa-key-not-divisible-by-8-in-leaf",
            "webpki::forbidden-weak-rsa-in-leaf",
            "webpki::v1-cert",
        ],
    ),
    (
        "an attestation certificate is for no host name, except that of android-safetynet, which the format checks",
        true,
        &["rfc5280::ca-as-leaf-wrong-san", "webpki::cn::", "webpki::san::"],
    ),
    ("the longest path is fixed: 10 certificates", true, &["pathlen::max-chain-depth-"]),
    (
        "x5c is the path: none is built from certificates in another order, or around one that is refused",
        false,
        &[
            "pathlen::max-chain-depth-1-self-issued",
            "pathlen::self-issued-certs-pathlen",
            "rfc5280::nc::nc-forbids-alternate-chain-ica",
            "rfc5280::nc::nc-forbids-same-chain-ica",
        ],
    ),
    (
        "constraints on mail addresses, and wildcards under a constraint, are not implemented, so they are refused",
        false,
        &["rfc5280::nc::nc-permits-email-", "webpki::nc::nc-permits-dns-san-pattern"],
    ),
];

fn certificates(case: &Json, member: &str) -> Vec<Vec<u8>> {
    let texts = case[member].as_array().map_or(vec![&case[member]], |texts| texts.iter().collect());
    texts.into_iter().filter_map(Json::as_str).flat_map(|text| pem::certificates(text).unwrap()).collect()
}

/// Orders the certificates as in x5c, each followed by its issuer. The cases list intermediates in any order.
fn ordered(leaf: Vec<u8>, mut others: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    let mut path = vec![leaf];
    while let Ok(last) = Certificate::read(path.last().unwrap()) {
        let issued_last = |other: &Vec<u8>| Certificate::read(other).is_ok_and(|other| other.subject == last.issuer);
        let Some(next) = others.iter().position(issued_last) else { break };
        path.push(others.remove(next));
    }
    path
}

fn time(text: &str) -> UnixTime {
    let digits: String = text.chars().take(19).filter(char::is_ascii_digit).collect();
    der::read_all(&tlv(0x18, &[format!("{digits}Z").as_bytes()]), |time| time.time()).unwrap()
}

fn verdict(case: &Json) -> Result<ValidPath, CertificateError> {
    let anchors = certificates(case, "trusted_certs");
    let anchors = anchors.iter().map(|der| TrustAnchor::from_der(der)).collect::<Result<Vec<_>, _>>()?;
    let crls = case["crls"].as_array().into_iter().flatten().filter_map(Json::as_str).map(Crl::from_pem);
    let crls = crls.collect::<Result<Vec<_>, _>>()?.concat();
    let revocation = Revocation { crls: &crls, anchors: &anchors.iter().collect::<Vec<_>>() };
    let [leaf] = &*certificates(case, "peer_certificate") else { panic!("{}", case["id"]) };
    let x5c = ordered(leaf.clone(), certificates(case, "untrusted_intermediates"));
    let time = case["validation_time"].as_str().map(time);
    validate(&x5c, &Inputs { revocation, time, ..inputs(&anchors) })
}

#[test]
fn every_difference_has_its_reason() {
    let Some(file) = std::env::var_os("X509_LIMBO") else {
        println!("skipped: X509_LIMBO is not set");
        return;
    };
    let suite: Json = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let (mut agreed, mut used, mut unexplained) = (0, BTreeSet::new(), Vec::new());
    for case in suite["testcases"].as_array().unwrap() {
        let (id, success) = (case["id"].as_str().unwrap(), case["expected_result"] == "SUCCESS");
        let verdict = verdict(case);
        if verdict.is_ok() == success {
            agreed += 1;
            continue;
        }
        let row = DIFFERENCES.iter().flat_map(|(_, accepts, ids)| ids.iter().map(move |id| (*accepts, *id)));
        let mut row = row.filter(|(accepts, start)| *accepts == verdict.is_ok() && id.starts_with(start));
        match row.next() {
            Some((_, start)) => drop(used.insert(start)),
            None => unexplained.push(format!("{id}: {verdict:?}")),
        }
    }
    let rows = DIFFERENCES.iter().flat_map(|(_, _, ids)| ids.iter().copied());
    let unused: Vec<_> = rows.filter(|start| !used.contains(start)).collect();
    println!("{agreed} cases with the same verdict");
    assert!(unexplained.is_empty() && unused.is_empty(), "{unexplained:#?}, unused: {unused:?}");
    assert!(agreed > 0);
}
