//! Certificate revocation lists, in DER and in PEM, with signatures that all verify: another reader accepts every list
//! that is accepted here, a list refuses exactly the serial numbers that the other reader finds in it, and no list
//! makes a path trusted.
//!
//! Input: as for `chain`, then the list.
#![no_main]

use core::slice::from_ref;
use libfuzzer_sys::fuzz_target;
use wardkey::ceremony::Refusal;
use wardkey::ceremony::evidence::TrustOutcome;
use wardkey::crypto::Algorithm::{Ed448, EdDsa, Es256, MlDsa44, MlDsa65, MlDsa87, Rs256};
use wardkey::internals::Rule;
use wardkey::x509::Crl;
use wardkey::{UnixTime, UserHandle};
use wardkey_fuzz::keys::{Key, algorithm};
use wardkey_fuzz::{Parts, authority, certified, decide, leaf, policy, quirks, verified};
use x509_parser::prelude::{CertificateRevocationList, FromDer as _};

fn check(crl: &Crl) {
    assert_eq!(Crl::from_der(crl.der()).as_ref(), Ok(crl));
    let (rest, other) = CertificateRevocationList::from_der(crl.der()).expect("x509-parser reads it too");
    assert!(rest.is_empty());
    assert_eq!(other.last_update().timestamp(), crl.this_update().secs());
    assert_eq!(other.next_update().map(|time| time.timestamp()), Some(crl.next_update().secs()));
    let revoked: Vec<_> = other.iter_revoked_certificates().map(|entry| entry.raw_serial().to_vec()).collect();
    let Some(holds) = revocation(crl, other.issuer().as_raw()) else { return };
    let stranger = (1..=0x7f).map(|octet| vec![octet; 20]).find(|serial| !revoked.contains(serial));
    assert!(stranger.is_none_or(|serial| holds(&serial).is_ok()), "a certificate that is not on the list is refused");
    for serial in revoked.iter().take(8).chain(revoked.last()) {
        assert_eq!(holds(serial), Err(Refusal::AttestationUntrusted(Rule::Revoked.at(0))));
    }
}

/// What becomes of a certificate with a serial number that the issuer of a list issued. `None` where the issuer's name
/// is too long for a certificate.
fn revocation<'c>(crl: &'c Crl, issuer: &'c [u8]) -> Option<impl Fn(&[u8]) -> Result<(), Refusal> + 'c> {
    let kinds = [Es256, Rs256, EdDsa, Ed448, MlDsa44, MlDsa65, MlDsa87].map(|kind| Key::new(kind, 0));
    // The list fits keys of one kind.
    let fits = move |key: &Key| {
        let refusal = decide(&[&authority(issuer, *key)], from_ref(crl), &[&leaf_of(issuer, &[1; 21], *key)]);
        !matches!(refusal, Err(Refusal::AttestationUntrusted(error)) if error.code().starts_with("x509-crl-"))
    };
    let key = kinds.into_iter().find(fits).expect("a kind of key");
    let authority = authority(issuer, key);
    let fit = authority.len().max(leaf_of(issuer, &[1; 21], key).len()) + 64 <= 16 * 1024;
    fit.then_some(move |serial: &[u8]| decide(&[&authority], from_ref(crl), &[&leaf_of(issuer, serial, key)]))
}

fn leaf_of(issuer: &[u8], serial: &[u8], key: Key) -> Vec<u8> {
    leaf(issuer, serial, &key.signature_algorithm())
}

fuzz_target!(|input: &[u8]| {
    let mut parts = Parts(input);
    let (counts, bits, years, algorithm) = (parts.octet(), parts.octet(), parts.octet(), algorithm(parts.octet()));
    let anchors = parts.blocks(counts & 0x0f);
    let x5c = parts.blocks(counts >> 4);
    let crls = match core::str::from_utf8(parts.0).map(Crl::from_pem) {
        Ok(Ok(crls)) => crls,
        _ => Crl::from_der(parts.0).into_iter().collect(),
    };
    if crls.is_empty() {
        return;
    }
    crls.iter().for_each(check);

    let response = certified(algorithm, &x5c);
    let time = (years > 0).then(|| UnixTime::from_secs(i64::from(years) * 31_556_952));
    let Some(verified) = verified(&response, time, quirks(bits)) else { return };
    let user = UserHandle::new([1]).expect("a handle");
    if let Ok(registered) = policy(&anchors, &crls).decide(verified.clone(), &user) {
        assert_eq!(registered.trust(), TrustOutcome::Trusted);
        let without = policy(&anchors, &[]).decide(verified.clone(), &user);
        assert!(without.is_ok(), "trusted because of a list");
    }
});
