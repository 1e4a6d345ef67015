//! Whole ceremonies, from the JSON of the browser to the verdict, compared with the limit: `cargo bench --bench ceremonies`.

#[path = "harness/ceremony.rs"]
mod ceremony;
#[path = "harness/mod.rs"]
mod harness;

use ceremony::{SignIn, SignUp, anchor_of};
use harness::{Table, contestant};
use std::time::Instant;
use wardkey::assurance::{Facts, ModelFacts, Rules, assess};
use wardkey::ceremony::authentication::UserVerification;
use wardkey::ceremony::evidence::TrustOutcome;
use wardkey::ceremony::{Origins, Site};
use wardkey::confirmation::{Document, Draft, Item, Nonce, Receipt};
use wardkey::crypto::{AwsLcRs, RustCrypto};
use wardkey::metadata::{AttachmentHint, KeyProtection, MatcherProtection, UserVerificationMethod};
use wardkey::policy::{Trust, TrustAnchors};
use wardkey::{AuthenticationResponse, CredentialId, UnixTime};
use wardkey_authenticator::*;

fn main() {
    authentications();
    assurance();
    confirmations();
    registrations();
    allow_lists();
    credential_ids();
    anchors();
    threads();
}

fn authentications() {
    let table = Table::new("Authentication", &["algorithm", "limit", "wardkey", "wardkey, RustCrypto"]);
    for algorithm in Algorithm::ALL {
        let sign_in = SignIn::new(algorithm);
        table.row(
            algorithm.name(),
            [
                sign_in.limit().map(contestant),
                Some(contestant(|| sign_in.verify(&sign_in.record, &AwsLcRs))),
                Some(contestant(|| sign_in.verify(&sign_in.record, &RustCrypto))),
            ],
        );
    }
}

/// The facts of a sign-in, judged by a set of rules, compared with one verification of a signature. At most 0.03.
fn assurance() {
    let table = Table::new("Assurance, compared with the limit of ES256", &["rules", "limit", "ceiling and claims"]);
    let sign_in = SignIn::new(Algorithm::Es256);
    let mut facts = Facts::unknown(UnixTime::from_secs(1_795_392_000));
    facts.algorithm = Some(wardkey::crypto::Algorithm::Es256);
    facts.challenge_bits = 256;
    facts.user_present = true;
    facts.user_verification = UserVerification::Performed;
    facts.backup_eligible = Some(false);
    facts.attestation.trust = TrustOutcome::Trusted;
    facts.attestation.aaguid = true;
    let mut model = ModelFacts::default();
    model.key_protection = vec![KeyProtection::Hardware, KeyProtection::SecureElement];
    model.matcher_protection = vec![MatcherProtection::OnChip];
    model.attachment = vec![AttachmentHint::External, AttachmentHint::Wired, AttachmentHint::Nfc];
    model.user_verification = vec![UserVerificationMethod::PasscodeExternal, UserVerificationMethod::Fingerprint];
    facts.metadata = Some(model);
    for rules in Rules::ALL {
        let judge = contestant(|| assess(&facts, rules));
        table.row(rules.name(), [sign_in.limit().map(contestant), Some(judge)]);
    }
}

/// A receipt is verified as a sign-in is, with the challenge made of its document. `hashes` is what makes the challenge.
fn confirmations() {
    let table =
        Table::new("Confirmation, ES256, compared with a sign-in", &["document", "sign-in", "hashes", "receipt"]);
    let sign_in = SignIn::new(Algorithm::Es256);
    for (name, items) in [("1 item of 50 bytes", 1), ("10 items of 50 bytes", 10), ("64 items of 50 bytes", 64)] {
        let made = Authentication::new("bench", Algorithm::Es256);
        let rp_id = made.expected.rp.id.clone();
        let mut draft = Draft::new("prescription", "pseud-7", UnixTime::from_secs(1_795_392_000));
        draft.items = vec![Item::text("x".repeat(50)); items];
        let document = Document::new(draft).expect("a document");
        let nonce = Nonce::new([7; Nonce::LEN]).expect("32 bytes");
        let again = Nonce::new([7; Nonce::LEN]).expect("32 bytes");
        let challenge = *document.digests(&rp_id, &nonce, &AwsLcRs).challenge();
        let site = Site::new(&rp_id, Origins::exact(&made.expected.rp.origins));
        let flags = wardkey_authenticator::flags::UP | wardkey_authenticator::flags::UV;
        let made = made
            .client_data(|data| data.set("challenge", json::base64url(&challenge)))
            .authenticator_data(|data| data.flags = flags);
        let response = AuthenticationResponse::from_json(&made.response().to_string()).expect("a response");
        let receipt = Receipt::new(document, nonce, response);
        let record = &sign_in.record;
        table.row(
            name,
            [
                Some(contestant(|| sign_in.verify(record, &AwsLcRs))),
                Some(contestant(|| receipt.document().digests(&rp_id, &again, &AwsLcRs))),
                Some(contestant(|| receipt.verify(&site, record, &AwsLcRs).expect("a receipt"))),
            ],
        );
    }
}

fn registrations() {
    let table = Table::new(
        "Registration",
        &["format", "limit", "limit, keys parsed each time", "wardkey", "wardkey, RustCrypto"],
    );
    let packed = |certificates| SignUp::new(Packed::new().chain(Chain::of(certificates, Algorithm::Es256)));
    let rs256 = Tpm::by(Algorithm::Rs256);
    for (name, sign_up) in [
        ("none", SignUp::new(NoAttestation)),
        ("packed, self", SignUp::new(PackedSelf::new())),
        ("packed, 1 certificate", packed(1)),
        ("packed, 2 certificates", packed(2)),
        ("packed, 3 certificates", packed(3)),
        ("tpm, ES256", SignUp::new(Tpm::new())),
        ("tpm, RS256", SignUp::new(rs256)),
        ("android-key", SignUp::new(AndroidKey::new())),
        ("android-safetynet", SignUp::new(AndroidSafetyNet::new())),
        ("apple", SignUp::new(Apple::new())),
        ("fido-u2f", SignUp::new(FidoU2f::new())),
        (
            "compound of packed and android-key",
            SignUp::new(Compound::new().with(Packed::new()).with(AndroidKey::new())),
        ),
    ] {
        table.row(
            name,
            [
                Some(contestant(sign_up.limit(false))),
                Some(contestant(sign_up.limit(true))),
                Some(contestant(|| sign_up.verify(&AwsLcRs))),
                Some(contestant(|| sign_up.verify(&RustCrypto))),
            ],
        );
    }
}

fn ids(count: u32) -> impl Iterator<Item = CredentialId> {
    (0..count).map(|n| CredentialId::new(Seed::new(format!("bench.other.{n}")).draw(32)).expect("an id"))
}

fn allow_lists() {
    let table = Table::new("Allow list, its last entry answering: ES256", &["", "1 credential", "10", "100", "1,000"]);
    let sign_ins = [1, 10, 100, 1000].map(|count| {
        let mut sign_in = SignIn::new(Algorithm::Es256);
        sign_in.allowed = ids(count - 1).chain(sign_in.allowed).collect();
        sign_in
    });
    let contestants = sign_ins.iter().map(|sign_in| Some(contestant(|| sign_in.verify(&sign_in.record, &AwsLcRs))));
    table.row("authentication", contestants);
}

fn credential_ids() {
    let table = Table::new("Length of the credential id: ES256", &["", "16 bytes", "64", "256", "1,023"]);
    let made = [16, 64, 256, 1023].map(|len| {
        Registration::new("bench", Algorithm::Es256)
            .authenticator_data(|data| data.attested().credential_id = Seed::new("bench.id").draw(len))
    });
    let sign_ups = made.each_ref().map(SignUp::of);
    let sign_ins = made.each_ref().map(|registration| SignIn::of(&Authentication::of(registration)));
    let verify = |sign_in| contestant(move || SignIn::verify(sign_in, &sign_in.record, &AwsLcRs));
    table.row("authentication", sign_ins.iter().map(|sign_in| Some(verify(sign_in))));
    table.row("registration, none", sign_ups.iter().map(|sign_up| Some(contestant(|| sign_up.verify(&AwsLcRs)))));
}

fn anchors() {
    let table = Table::new("Trust anchors, the last one deciding", &["", "1 anchor", "10", "100", "1,000"]);
    let root = |n| Authority::root(&format!("bench.root.{n}"), Algorithm::Es256).der();
    let others: Vec<_> = (0..999).map(root).collect();
    let sign_ups = [1, 10, 100, 1000].map(|count| {
        let mut sign_up = SignUp::new(Packed::new());
        let anchors = others.iter().take(count - 1).chain(&sign_up.anchors);
        sign_up.policy.trust = Trust::Verify(TrustAnchors::new(anchors.map(|anchor| anchor_of(anchor))));
        sign_up
    });
    table.row("packed, 1 certificate", sign_ups.iter().map(|sign_up| Some(contestant(|| sign_up.verify(&AwsLcRs)))));
}

/// The throughput of two threads compared with one. The best of many rounds, because other load slows two threads first.
fn threads() {
    const CALLS: u32 = 100;
    let sign_in = SignIn::new(Algorithm::Es256);
    let work = || (0..CALLS).for_each(|_| sign_in.verify(&sign_in.record, &AwsLcRs));
    let timed = |work: &dyn Fn()| {
        let start = Instant::now();
        work();
        start.elapsed().as_secs_f64()
    };
    let two =
        || std::thread::scope(|scope| [scope.spawn(work), scope.spawn(work)].map(|one| one.join().expect("work")));
    let (mut one_thread, mut two_threads) = (f64::MAX, f64::MAX);
    for _ in 0..200 {
        one_thread = one_thread.min(timed(&work));
        two_threads = two_threads.min(timed(&|| {
            two();
        }));
    }
    println!("\nTwo threads, ES256: {:.2} times the work of one", 2.0 * one_thread / two_threads);
}
