//! Whether somebody has an account shows neither in the options, nor in the work, nor in the answer.

use crate::*;
use std::sync::Mutex;
use wardkey::ceremony::BackupState;
use wardkey::client::extensions::{LargeBlobRequest, PrfRequest, PrfValues};
use wardkey::crypto::{AwsLcRs, Backend, BadSignature, KeyError, PublicKey, RandomFailed, Scheme};
use wardkey::error::PublicFailure;
use wardkey::relying_party::{DecoyShape, Decoys, ExpectedPayment};

/// Counts what is asked of it.
#[derive(Debug, Default)]
struct Counting(Mutex<Vec<&'static str>>);

impl Counting {
    fn note(&self, call: &'static str) {
        self.0.lock().unwrap().push(call);
    }

    fn calls(&self) -> Vec<&'static str> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

impl Backend for Counting {
    fn name(&self) -> &'static str {
        "counting"
    }
    fn supports(&self, scheme: Scheme) -> bool {
        AwsLcRs.supports(scheme)
    }
    fn sha256(&self, parts: &[&[u8]]) -> [u8; 32] {
        self.note("digest");
        AwsLcRs.sha256(parts)
    }
    fn hmac_sha256(&self, key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
        AwsLcRs.hmac_sha256(key, parts)
    }
    fn check_key(&self, key: &PublicKey<'_>) -> Result<(), KeyError> {
        self.note("check_key");
        AwsLcRs.check_key(key)
    }
    fn verify(
        &self,
        scheme: Scheme,
        key: &PublicKey<'_>,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), BadSignature> {
        self.note("verify");
        AwsLcRs.verify(scheme, key, message, signature)
    }
    fn random(&self, out: &mut [u8]) -> Result<(), RandomFailed> {
        AwsLcRs.random(out)
    }
}

fn public(error: &Error) -> String {
    format!("{} {}", error.public(), serde_json::to_string(&error.public()).unwrap())
}

#[test]
fn every_refusal_costs_and_says_the_same() {
    let counting: &'static Counting = Box::leak(Box::default());
    let rp = RelyingParty::builder("example.org", "x").backend(counting).build().unwrap();
    let decoys = Decoys::new([3; 32]);
    let start = |rp: &RelyingParty| rp.start_authentication(&user().handle, &[record()], NOW).unwrap();
    let mut seen = Vec::new();
    let mut note = |what: &str, error: Error, code: &str| {
        assert_eq!(error.code(), code, "{what}: the log says what it was");
        seen.push((what.to_owned(), counting.calls(), public(&error)));
    };

    let (options, state) = start(&rp);
    let forged = authentication().signature(|signature| *signature.last_mut().unwrap() ^= 1);
    let response = get(forged, &options.challenge);
    let error = rp.finish_authentication(state, &response, &record(), NOW).unwrap_err();
    note("bad signature", error, "signature-invalid");

    let (options, state) = start(&rp);
    let mut other = record();
    other.user_handle = UserHandle::new([9; 32]).unwrap();
    let response = get(authentication(), &options.challenge);
    let error = rp.finish_authentication(state, &response, &other, NOW).unwrap_err();
    note("wrong user", error, "user-mismatch");

    let (options, state) = start(&rp);
    let mut made = authentication();
    made.user_handle = Some(vec![9; 32]);
    let error = rp.finish_authentication(state, &get(made, &options.challenge), &record(), NOW).unwrap_err();
    note("wrong user handle", error, "user-handle-mismatch");

    let (options, state) = start(&rp);
    let mut made = authentication();
    made.credential_id = b"another credential".to_vec();
    let error = rp.finish_authentication(state, &get(made, &options.challenge), &record(), NOW).unwrap_err();
    note("not allowed", error, "credential-not-allowed");

    let (options, state) = start(&rp);
    let error = rp.refuse_authentication(state, &get(authentication(), &options.challenge), NOW);
    note("unknown credential", error, "credential-unknown");

    let (options, state) = rp.start_decoy_authentication(&decoys, "nobody@mail.example", NOW).unwrap();
    let error = rp.refuse_authentication(state, &get(authentication(), &options.challenge), NOW);
    note("unknown user", error, "credential-unknown");

    let (options, state) = rp.start_discoverable_authentication(NOW).unwrap();
    let mut made = authentication();
    made.user_handle = None;
    let error = rp.refuse_authentication(state, &get(made, &options.challenge), NOW);
    note("unknown credential, discoverable", error, "credential-unknown");

    let (options, state) = rp.start_reauthentication(&user().handle, &[record()], "x", 300, NOW).unwrap();
    let error = rp.refuse_authentication(state, &get(authentication(), &options.challenge), NOW);
    note("unknown credential, re-authentication", error, "credential-unknown");

    let (options, state) = start(&rp);
    let mut unusable = record();
    unusable.public_key = vec![0xa0];
    let response = get(authentication(), &options.challenge);
    let error = rp.finish_authentication(state, &response, &unusable, NOW).unwrap_err();
    note("a key that cannot verify anything", error, "stored-public-key-unusable");

    let (options, state) = start(&rp);
    let mut turned = record();
    turned.backup_eligible = turned.backup_eligible.map(|eligible| !eligible);
    let response = get(authentication(), &options.challenge);
    let error = rp.finish_authentication(state, &response, &turned, NOW).unwrap_err();
    note("a record that says otherwise", error, "backup-eligibility-changed");

    // BS is judged before the record's BE, so that a record does not show in what is refused without a signature.
    let backed_up = RelyingParty::builder("example.org", "x").backend(counting);
    let backed_up = backed_up.backup_state_at_authentication(BackupState::BackedUp).build().unwrap();
    counting.calls();
    for (what, record) in
        [("BS that is not allowed", record()), ("BS, and a record that says otherwise", turned.clone())]
    {
        let (options, state) = start(&backed_up);
        let response = get(authentication(), &options.challenge);
        let error = backed_up.finish_authentication(state, &response, &record, NOW).unwrap_err();
        assert_eq!((error.code(), counting.calls()), ("backup-state-not-allowed", vec!["digest"]), "{what}");
    }

    let details = crate::payment::shown();
    let expected = ExpectedPayment::new(&details).called_by(["https://shop.example"]).unwrap();
    let paying = || {
        crate::payment::payment(crate::payment::collected())
            .client_data(|data| data.set("origin", "https://shop.example"))
    };
    let start = || rp.start_payment(&user().handle, &[record()], NOW).unwrap();

    let (options, state) = start();
    let forged = paying().signature(|signature| *signature.last_mut().unwrap() ^= 1);
    let error = rp.finish_payment(state, &get(forged, &options.challenge), &record(), &expected, NOW).unwrap_err();
    note("payment, bad signature", error, "signature-invalid");

    let (options, state) = start();
    let response = get(paying(), &options.challenge);
    let error = rp.finish_payment(state, &response, &other, &expected, NOW).unwrap_err();
    note("payment, wrong user", error, "user-mismatch");

    let (options, state) = start();
    let mut made = paying();
    made.credential_id = b"another credential".to_vec();
    let response = get(made, &options.challenge);
    let error = rp.finish_payment(state, &response, &record(), &expected, NOW).unwrap_err();
    note("payment, not allowed", error, "credential-not-allowed");

    let (options, state) = start();
    let response = get(paying(), &options.challenge);
    let error = rp.finish_payment(state, &response, &turned, &expected, NOW).unwrap_err();
    note("payment, a record that says otherwise", error, "backup-eligibility-changed");

    let (options, state) = start();
    let error = rp.refuse_payment(state, &get(paying(), &options.challenge), &expected, NOW);
    note("payment, unknown credential", error, "credential-unknown");

    let (options, state) = rp.start_decoy_payment(&decoys, "nobody@mail.example", NOW).unwrap();
    let error = rp.refuse_payment(state, &get(paying(), &options.challenge), &expected, NOW);
    note("payment, unknown user", error, "credential-unknown");

    for (what, calls, answer) in seen {
        // The site of a payment is made for it, so that its RP ID is hashed each time.
        let site: &[_] = if what.starts_with("payment") { &["digest"] } else { &[] };
        assert_eq!(calls, [site, &["digest", "verify"]].concat(), "{what}");
        assert_eq!(answer, r#"that did not work; please try again {"error":"failed"}"#, "{what}");
    }
}

/// What is wrong with a response whoever it is of, is refused alike.
#[test]
fn other_steps_refuse_both_alike() {
    let (options, state) = rp().start_discoverable_authentication(NOW).unwrap();
    let made = authentication().client_data(|data| data.set("origin", "https://evil.example"));
    let error = rp().refuse_authentication(state, &get(made, &options.challenge), NOW);
    assert_eq!(error.code(), "origin-not-allowed");
    let (_, state) = rp().start_discoverable_authentication(NOW).unwrap();
    let error = rp().refuse_authentication(state, &get(authentication(), &[1; 32]), NOW.plus_secs(301));
    assert_eq!((error, error.public()), (Error::Expired, PublicFailure));
}

#[test]
fn decoys_are_shaped_like_the_real() {
    let decoys = Decoys::new([3; 32]);
    let (fake, state) = rp().start_decoy_authentication(&decoys, "nobody@mail.example", NOW).unwrap();
    let (again, _) = rp().start_decoy_authentication(&decoys, "nobody@mail.example", NOW).unwrap();
    assert_eq!(fake.allow_credentials, again.allow_credentials);
    assert_ne!(fake.challenge, again.challenge);
    let (real, real_state) = rp().start_authentication(&user().handle, &[record()], NOW).unwrap();
    let keys = |value: Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let (fake_json, real_json) = (serde_json::to_value(&fake).unwrap(), serde_json::to_value(&real).unwrap());
    assert_eq!(keys(fake_json["allowCredentials"][0].clone()), keys(real_json["allowCredentials"][0].clone()));
    assert_eq!(keys(fake_json), keys(real_json));
    let states = [state, real_state].map(|state| keys(serde_json::to_value(&state).unwrap()));
    assert_eq!(states[0], states[1], "what is stored has one shape as well");
}

/// A list that comes in another order each time, as from a store without ORDER BY, would be no decoy's.
#[test]
fn lists_have_one_order() {
    let of = |ids: [&[u8]; 3]| {
        let records =
            ids.map(|id| CredentialRecord::new(wardkey::CredentialId::new(id).unwrap(), user().handle, Vec::new()));
        let (options, state) = rp().start_authentication(&user().handle, &records, NOW).unwrap();
        let asked: Vec<_> = options.allow_credentials.into_iter().map(|credential| credential.id).collect();
        assert_eq!(asked, state.allow_credentials());
        asked
    };
    let sorted = of([b"a", b"b", b"c"]);
    assert!(sorted.is_sorted());
    assert_eq!(of([b"c", b"a", b"b"]), sorted);
    let decoys = Decoys::new([3; 32]).shaped(vec![0, 0, 0, 0, 1], Vec::new());
    for name in ["a", "b", "c", "d"] {
        assert!(decoys.credentials(name).is_sorted_by_key(|credential| &credential.id), "{name}");
    }
    for len in [0, 1024, usize::MAX] {
        let error = DecoyShape::new(1, len, Vec::new()).unwrap_err();
        assert_eq!((error.len, error.most), (len, 1023), "no decoy has such an id, so that a name would have no list");
    }
}

/// §14.6.2: a decoy's transports have one order, so those of real credentials must have it as well, however the browser
/// or the old library wrote them.
#[test]
fn transports_have_one_order() {
    use wardkey::credential::Transport::{Ble, Hybrid, Internal, Nfc, SmartCard, Usb};
    let all = [Ble, Hybrid, Internal, Nfc, SmartCard, Usb];
    for written in [vec![Internal, Hybrid, Internal], vec![Hybrid, Internal], all.iter().rev().cloned().collect()] {
        let mut record = record();
        record.transports = written.clone();
        let records = [record];
        let (asked, _) = rp().start_authentication(&user().handle, &records, NOW).unwrap();
        let (again, _) = rp().start_reauthentication(&user().handle, &records, "x", 300, NOW).unwrap();
        let (paid, _) = rp().start_payment(&user().handle, &records, NOW).unwrap();
        let (excluded, _) = rp().start_registration(&user(), &records, NOW).unwrap();
        let expected: Vec<_> = all.iter().filter(|transport| written.contains(transport)).cloned().collect();
        for list in
            [asked.allow_credentials, again.allow_credentials, paid.allow_credentials, excluded.exclude_credentials]
        {
            assert_eq!(list[0].transports, expected, "{written:?}");
        }
    }
    let names: Vec<String> = all.iter().map(|one| serde_json::to_string(one).unwrap()).collect();
    assert!(names.is_sorted(), "as getTransports() returns them (§5.2.1): {names:?}");
}

#[test]
fn decoys_ask_for_what_the_real_are_asked_for() {
    let decoys = Decoys::new([3; 32]).shaped(vec![0, 1], vec![DecoyShape::new(1, 20, Vec::new()).unwrap()]);
    let mut request = AuthenticationRequest::default();
    let values = PrfValues::new([1; 24]).with_second([2; 16]);
    request.extensions.prf = Some(PrfRequest::by_credential([(record().id, values)].into()));
    let start = || rp().start_decoy_authentication_with(&request, &decoys, "nobody@mail.example", NOW).unwrap().0;
    let (fake, again) = (start(), start());
    assert_eq!(fake.extensions, again.extensions, "the same each time");
    let prf = fake.extensions.prf.unwrap();
    assert_eq!(prf.eval_by_credential.len(), 2);
    assert!(fake.allow_credentials.iter().all(|credential| prf.eval_by_credential.contains_key(&credential.id)));
    let mut inputs = std::collections::BTreeSet::new();
    for values in prf.eval_by_credential.values() {
        let second = values.second.as_ref().unwrap();
        assert_eq!((values.first.as_bytes().len(), second.as_bytes().len()), (24, 16));
        inputs.extend([values.first.as_bytes().to_vec(), second.as_bytes().to_vec()]);
    }
    assert_eq!(inputs.len(), 4, "each has inputs of its own");
    let without = &serde_json::to_value(&fake.allow_credentials).unwrap()[0];
    assert_eq!(without.get("transports"), None, "as a record that was imported without");
    request.extensions.prf = None;
    request.extensions.large_blob = Some(LargeBlobRequest::Write(b"blob".to_vec().into()));
    let error = rp().start_decoy_authentication_with(&request, &decoys, "nobody@mail.example", NOW).unwrap_err();
    let real = [record(), record()];
    assert_eq!(rp().start_authentication_with(&request, &user().handle, &real, NOW).unwrap_err(), error);
}
