//! A record with a prepared key gets the verdicts that it gets without, and the key answers for its own record only.

#[path = "../benches/harness/ceremony.rs"]
#[allow(dead_code, reason = "the benches use the rest")]
mod ceremony;

use ceremony::SignIn;
use wardkey::ceremony::{Ceremony, Failure, Refusal};
use wardkey::crypto::{
    AwsLcRs, Backend, BadSignature, KeyError, PreparedKey, PublicKey, RandomFailed, RustCrypto, Scheme,
};
use wardkey_authenticator::{Algorithm, Authentication, Key, Registration};

const BAD: Option<Failure> = Some(Failure::new(Ceremony::Authentication, Refusal::Signature));
const BACKENDS: [&dyn Backend; 2] = [&AwsLcRs, &RustCrypto];

fn refusal(sign_in: &SignIn, backend: &dyn Backend) -> Option<Failure> {
    sign_in.judge(&sign_in.record, backend).err()
}

#[test]
fn verdicts_are_the_same() {
    for algorithm in Algorithm::ALL {
        let good = Authentication::new("prepared", algorithm);
        let cases = [
            ("a good signature", good.clone(), None),
            ("another key's", good.clone().key(Key::new("prepared.other", algorithm)), BAD),
            ("another message's", good.clone().message(|message| message[0] ^= 1), BAD),
            ("none", good.signature(|signature| signature.clear()), BAD),
        ];
        for (what, authentication, expected) in cases {
            let mut sign_in = SignIn::of(&authentication);
            for backend in BACKENDS {
                assert_eq!(refusal(&sign_in, backend), expected, "{algorithm:?}, {what}");
            }
            for by in BACKENDS {
                sign_in.record.prepare(by);
                for backend in BACKENDS {
                    assert_eq!(refusal(&sign_in, backend), expected, "{algorithm:?}, {what}, prepared by {by:?}");
                }
            }
        }
    }
}

/// Verifies with keys that it has prepared, and with no others.
#[derive(Debug)]
struct PreparedOnly;

impl Backend for PreparedOnly {
    fn name(&self) -> &'static str {
        "prepared only"
    }
    fn supports(&self, scheme: Scheme) -> bool {
        AwsLcRs.supports(scheme)
    }
    fn sha256(&self, parts: &[&[u8]]) -> [u8; 32] {
        AwsLcRs.sha256(parts)
    }
    fn check_key(&self, key: &PublicKey<'_>) -> Result<(), KeyError> {
        AwsLcRs.check_key(key)
    }
    fn verify(&self, _: Scheme, _: &PublicKey<'_>, _: &[u8], _: &[u8]) -> Result<(), BadSignature> {
        Err(BadSignature)
    }
    fn prepare(&self, scheme: Scheme, key: &PublicKey<'_>) -> Option<Box<dyn PreparedKey>> {
        AwsLcRs.prepare(scheme, key)
    }
    fn random(&self, out: &mut [u8]) -> Result<(), RandomFailed> {
        AwsLcRs.random(out)
    }
}

#[test]
fn a_prepared_key_is_used() {
    let mut sign_in = SignIn::new(Algorithm::Es256);
    assert_eq!(refusal(&sign_in, &PreparedOnly), BAD);
    sign_in.record.prepare(&AwsLcRs);
    assert_eq!(refusal(&sign_in, &PreparedOnly), BAD, "by another backend");
    sign_in.record.prepare(&PreparedOnly);
    assert_eq!(refusal(&sign_in, &PreparedOnly), None);
}

#[test]
fn a_prepared_key_answers_for_no_other() {
    let mut sign_in = SignIn::new(Algorithm::Es256);
    sign_in.record.prepare(&AwsLcRs);
    let other = Registration::new("prepared.other", Algorithm::Es256).public_key_bytes();
    sign_in.record.public_key = other;
    assert_eq!(refusal(&sign_in, &AwsLcRs), BAD, "the record's key, not the prepared one");
}

#[test]
fn a_prepared_key_is_no_part_of_the_record() {
    let plain = SignIn::new(Algorithm::Rs256).record;
    let mut prepared = plain.clone();
    prepared.prepare(&AwsLcRs);
    assert_eq!(prepared, plain);
    assert_eq!(serde_json::to_string(&prepared).unwrap(), serde_json::to_string(&plain).unwrap());
    let mut broken = plain;
    broken.public_key.clear();
    broken.prepare(&AwsLcRs); // no key, so nothing is prepared, and the sign-in says why
}
