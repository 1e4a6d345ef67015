//! Certificate revocation lists, in DER and in PEM, and what they do to a path whose signatures all verify: another
//! reader accepts whatever is accepted here, and a list takes trust away but never gives it.
//!
//! Input: as for `chain`, then the list.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wardkey::policy::{Circumstances, TrustOutcome};
use wardkey::x509::Crl;
use wardkey::{UnixTime, UserHandle};
use wardkey_fuzz::{Parts, Yes, certified, policy, quirks, verified};
use x509_parser::prelude::{CertificateRevocationList, FromDer as _};

fn check(crl: &Crl) {
    assert_eq!(Crl::from_der(crl.der()).as_ref(), Ok(crl));
    let (rest, other) = CertificateRevocationList::from_der(crl.der()).expect("x509-parser reads it too");
    assert!(rest.is_empty());
    assert_eq!(other.last_update().timestamp(), crl.this_update().secs());
    assert_eq!(other.next_update().map(|time| time.timestamp()), Some(crl.next_update().secs()));
    let revoked = other.iter_revoked_certificates().count();
    assert!(format!("{crl:?}").starts_with(&format!("Crl {{ revoked: {revoked}, ")));
}

fuzz_target!(|input: &[u8]| {
    let mut parts = Parts(input);
    let (counts, bits, years) = (parts.octet(), parts.octet(), parts.octet());
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

    let response = certified(&x5c);
    let Some(verified) = verified(&response) else { return };
    let time = (years > 0).then(|| UnixTime::from_secs(i64::from(years) * 31_556_952));
    let mut circumstances = Circumstances::at(time, &Yes);
    circumstances.quirks = quirks(bits);
    let user = UserHandle::new([1]).expect("a handle");
    if let Ok(registered) = policy(&anchors, &crls).decide(&verified, &user, &circumstances) {
        assert_eq!(registered.trust(), TrustOutcome::Trusted);
        let without = policy(&anchors, &[]).decide(&verified, &user, &circumstances);
        assert!(without.is_ok(), "trusted because of a list");
    }
});
