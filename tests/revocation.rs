//! RFC 5280 §5: reading revocation lists. `tests/attestation/path.rs` tests their effect on a path.

#![allow(clippy::unwrap_used, reason = "tests")]

use wardkey::internals::{Malformed, Rule};
use wardkey::x509::Crl;
use wardkey_authenticator::x509::signature_algorithm;
use wardkey_authenticator::*;

/// A revocation list of the usual intermediate, without entries.
fn list() -> RevocationList {
    RevocationList::of(&Chain::of(2, Algorithm::Es256).authorities[1], &[])
}

#[test]
fn revocation_lists_are_judged_when_they_are_read() {
    let crl = Crl::from_der(&list().der()).unwrap();
    assert_eq!(crl.der(), list().der());
    assert_eq!((crl.this_update().secs(), crl.next_update().secs()), (1_793_491_200, 1_796_083_200));
    assert_eq!(format!("{crl:?}"), "Crl { revoked: 0, next_update: UnixTime(1796083200), .. }");
    let reason = || Extension::new("2.5.29.21", der::enumerated(1));
    let entries = |extension: Extension| vec![(vec![1], vec![extension.clone()]), (vec![1, 0], Vec::new())];
    let good = list().with(|list| list.revoked = entries(reason()));
    assert!(Crl::from_der(&good.der()).is_ok());
    let identifier = |oid: &str| Some(der::sequence(&[&der::oid(oid)]));
    for (name, crl, error) in [
        ("version 1", list().with(|list| list.version = None), Rule::CrlVersion),
        ("version 3", list().with(|list| list.version = Some(2)), Rule::CrlVersion),
        ("no issuer", list().with(|list| list.issuer = Name::default()), Rule::NoIssuer),
        ("no next update", list().with(|list| list.next_update = None), Rule::CrlNoNextUpdate),
        ("no next update, but entries", good.clone().with(|list| list.next_update = None), Rule::CrlNoNextUpdate),
        (
            "two algorithms",
            list().with(|list| list.signature_algorithm = Some(signature_algorithm(Algorithm::Es384))),
            Rule::AlgorithmsDiffer,
        ),
        (
            "SHA-1",
            list().with(|list| {
                let sha_1 = identifier("1.2.840.10045.4.1");
                (list.signature, list.signature_algorithm) = (sha_1.clone(), sha_1);
            }),
            Rule::BrokenHash,
        ),
        (
            "a delta",
            list().with(|list| list.extensions.push(Extension::new("2.5.29.27", der::integer(6)).critical())),
            Rule::UnknownCritical,
        ),
        (
            "a delta whose extension is not critical",
            list().with(|list| list.extensions.push(Extension::new("2.5.29.27", der::integer(6)))),
            Rule::CrlScope,
        ),
        (
            "a list of some certificates, whose extension is not critical",
            list().with(|list| list.extensions.push(Extension::new("2.5.29.28", der::sequence(&[&[0x82, 1, 0xff]])))),
            Rule::CrlScope,
        ),
        (
            "an indirect list's entry",
            list().with(|list| list.revoked = entries(reason().critical())),
            Rule::UnknownCritical,
        ),
        (
            "an indirect list's entry, whose extension is not critical",
            list().with(|list| list.revoked = entries(Extension::new("2.5.29.29", der::sequence(&[])))),
            Rule::CrlScope,
        ),
        (
            "a delta's entry",
            list().with(|list| list.revoked = entries(Extension::new("2.5.29.21", der::enumerated(8)))),
            Rule::CrlScope,
        ),
        (
            "an extension twice",
            list().with(|list| list.extensions.push(list.extensions[0].clone())),
            Rule::DuplicateExtension,
        ),
        (
            "no date",
            list().with(|list| list.this_update = der::utc_time("260230000000Z")),
            Rule::Malformed(Malformed::Time),
        ),
    ] {
        assert_eq!(Crl::from_der(&crl.der()).map(drop).map_err(|error| error.rule()), Err(error), "{name}");
    }
    let (cut, longer) = (list().der(), [list().der(), vec![0]].concat());
    assert_eq!(
        Crl::from_der(&cut[..cut.len() - 1]).map(drop).map_err(|error| error.rule()),
        Err(Rule::Malformed(Malformed::Truncated))
    );
    assert_eq!(
        Crl::from_der(&longer).map(drop).map_err(|error| error.rule()),
        Err(Rule::Malformed(Malformed::TrailingBytes))
    );
}

#[test]
fn revocation_lists_come_in_pem_too() {
    let pem = |der: &[u8]| format!("-----BEGIN X509 CRL-----\n{}\n-----END X509 CRL-----\n", json::base64(der));
    let two = format!("# today's\n{}{}", pem(&list().der()), pem(&list().der()));
    assert_eq!(Crl::from_pem(&two).map(|crls| crls.len()), Ok(2));
    assert_eq!(Crl::from_pem("").map(drop).map_err(|error| error.rule()), Err(Rule::NoPem));
    assert_eq!(
        Crl::from_pem(&pem(b"0")).map(drop).map_err(|error| error.rule()),
        Err(Rule::Malformed(Malformed::Truncated))
    );
}
