//! The number of allocations of a ceremony, from the JSON of the browser to the verdict. (Allocations of AWS-LC in C are not
//! counted, because no Rust allocator sees them.)

#[path = "../benches/harness/ceremony.rs"]
#[allow(dead_code, reason = "the benches use the rest")]
mod ceremony;

use ceremony::{SignIn, SignUp};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use wardkey::crypto::AwsLcRs;
use wardkey::{AuthenticationRequest, AuthenticationResponse, AuthenticationState, RelyingParty, Session, UnixTime};
use wardkey_authenticator::*;

/// The system allocator, with a counter of the allocations of this thread.
struct Counting;

thread_local! {
    static CALLS: Cell<u32> = const { Cell::new(0) };
}

#[expect(unsafe_code, reason = "there is no other way to be the allocator")]
// SAFETY: every call is passed to the system allocator unchanged; the counter is a cell and allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        CALLS.set(CALLS.get() + 1);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        CALLS.set(CALLS.get() + 1);
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn allocations<T>(work: impl FnOnce() -> T) -> u32 {
    let before = CALLS.get();
    let result = work();
    let calls = CALLS.get() - before;
    drop(result);
    calls
}

/// The byte strings of an authentication: rawId, clientDataJSON, authenticatorData, signature, userHandle. And for the evidence:
/// RP ID, origin, user.
#[test]
fn an_authentication_allocates_eight_times() {
    for algorithm in Algorithm::ALL {
        let sign_in = SignIn::new(algorithm);
        sign_in.verify(&sign_in.record, &AwsLcRs);
        assert_eq!(allocations(|| sign_in.verify(&sign_in.record, &AwsLcRs)), 8, "{algorithm:?}");
    }
}

/// The front door adds to the evidence the id of the state, and a list of steps for each outcome that occurs.
#[test]
fn a_sign_in_with_its_evidence_allocates_at_most_twelve_times() {
    let sign_in = SignIn::new(Algorithm::Es256);
    let rp = RelyingParty::builder("example.org", "Example").user_verification_preferred().build().unwrap();
    let known = (&sign_in.record.user_handle, std::slice::from_ref(&sign_in.record));
    let (_, state) = rp
        .start_authentication(
            AuthenticationRequest::known(known.0, known.1),
            Session::unbound(),
            UnixTime::from_secs(1),
        )
        .unwrap();
    let mut state = serde_json::to_value(&state).unwrap();
    state["challenge"] = json::base64url(&sign_in.challenge).into();
    let finish = || {
        let state: AuthenticationState = serde_json::from_value(state.clone()).unwrap();
        let mut verdict = None;
        let calls = allocations(|| {
            let response = AuthenticationResponse::from_json(&sign_in.json).unwrap();
            verdict = Some(rp.finish_authentication(
                state,
                &response,
                Some(&sign_in.record),
                Session::unbound(),
                UnixTime::from_secs(1),
            ));
        });
        let authenticated = verdict.unwrap().unwrap();
        assert!(authenticated.update.is_some() && authenticated.evidence.state_id.is_some());
        calls
    };
    finish();
    assert!(finish() <= 12, "{}", finish());
}

/// Five byte strings and the transports of the response; the copy of the key that the binding of AWS-LC makes; the key and
/// the transports of the record. And for the evidence: itself, RP ID, origin, user, statement.
#[test]
fn a_registration_without_attestation_allocates_fourteen_times() {
    let sign_up = SignUp::new(NoAttestation);
    drop(sign_up.verify(&AwsLcRs));
    assert_eq!(allocations(|| sign_up.verify(&AwsLcRs)), 14);
}

/// Three more than without attestation: the trust path, as received and as read, and its first certificate. Both lists grow once
/// beyond four certificates.
#[test]
fn the_number_of_certificates_barely_changes_the_allocations() {
    let counts = [1, 2, 3, 4, 5, 8].map(|certificates| {
        let sign_up = SignUp::new(Packed::new().chain(Chain::of(certificates, Algorithm::Es256)));
        drop(sign_up.verify(&AwsLcRs));
        allocations(|| sign_up.verify(&AwsLcRs))
    });
    assert_eq!(counts, [17, 17, 17, 17, 19, 19]);
}

/// A ceiling with all verdicts and the claims of a token needs no memory beyond its own.
#[test]
fn assurance_allocates_nothing() {
    use wardkey::assurance::{Facts, Fips, ModelFacts, Rules, assess};
    use wardkey::metadata::{AttachmentHint, KeyProtection, MatcherProtection, UserVerificationMethod};
    let mut facts = Facts::unknown(UnixTime::from_secs(1));
    facts.challenge_bits = 256;
    facts.algorithm = Some(wardkey::crypto::Algorithm::Es256);
    let mut model = ModelFacts::default();
    model.key_protection = vec![KeyProtection::Hardware];
    model.matcher_protection = vec![MatcherProtection::OnChip];
    model.attachment = vec![AttachmentHint::External];
    model.user_verification = vec![UserVerificationMethod::Passcode];
    model.fips = Some(Fips { level: 1, sunset: None });
    facts.metadata = Some(model);
    for rules in Rules::ALL {
        assert_eq!(allocations(|| assess(&facts, rules)), 0, "{rules}");
    }
}
