//! A table of the steps: what each must refuse, and what it must accept.
//!
//! Each row changes one thing in a valid ceremony of the software authenticator. The table of a ceremony is [`envelope`], then
//! [`client_data`], then [`registration`] with [`keys`], or [`authentication`] with [`signature`], each in the order of its
//! section.
//!
//! The rows are also vectors, for other libraries: `tests/vectors/steps.jsonl`. After a change of the table:
//!
//! ```text
//! WRITE_VECTORS=1 cargo test --test steps
//! ```

mod authentication;
mod change;
mod client_data;
mod envelope;
mod keys;
mod registration;
mod signature;
mod table;
#[path = "../../examples/verify_vectors/vector.rs"]
mod vector;

use std::collections::BTreeSet;
use std::fs;
use std::sync::LazyLock;
use table::{Group, Line};
use vector::Vector;
use wardkey::ceremony::{BackupEligibility, BackupState, Ceremony, Failure, Origins, Refusal, Site, StepNumber};
use wardkey::crypto::{Algorithm, AwsLcRs, RustCrypto};
use wardkey::{AuthenticationResponse, CredentialId, CredentialRecord, RegistrationResponse, UserHandle};
use wardkey_authenticator as made;
use wardkey_authenticator::flags::{BE, BS};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/steps.jsonl");

/// The rows of both tables, made once.
fn lines() -> &'static [Line] {
    static LINES: LazyLock<Vec<Line>> = LazyLock::new(|| {
        let registration = [envelope::table(), client_data::table(), registration::table()];
        let authentication = [envelope::table(), client_data::table(), authentication::table()];
        let lines = registration.iter().flatten().flat_map(Group::lines);
        lines.chain(authentication.iter().flatten().flat_map(Group::lines)).collect()
    });
    &LINES
}

#[test]
fn every_row_has_the_expected_verdict_step_and_code() {
    let mut wrong = Vec::new();
    for line in lines() {
        let vector: Vector = serde_json::from_str(&line.vector).unwrap();
        assert_eq!(vector.id, line.id);
        for (backend, judged) in [("AWS-LC", vector.judge(&AwsLcRs)), ("RustCrypto", vector.judge(&RustCrypto))] {
            let step = judged.step.as_deref().filter(|_| !judged.accept);
            let found = if judged.accept { ("accepted", "") } else { (step.unwrap_or(""), judged.code.unwrap_or("")) };
            if found != (line.step, line.code) {
                let why = judged.reason.as_deref().unwrap_or_default();
                wrong.push(format!("{}: {found:?}, must be {:?} ({backend}; {why})", line.id, (line.step, line.code)));
            }
            wrong.extend(vector.disagreement(&judged).map(|why| format!("{}: {why} ({backend})", line.id)));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn row_names_are_unique() {
    let mut seen = BTreeSet::new();
    let twice: Vec<_> = lines().iter().map(|line| &line.id).filter(|id| !seen.insert(*id)).collect();
    assert!(twice.is_empty(), "{twice:?}");
    println!("{} rows", seen.len());
}

#[test]
fn the_committed_vectors_equal_the_rows() {
    let text: String = lines().iter().flat_map(|line| [line.vector.as_str(), "\n"]).collect();
    if std::env::var_os("WRITE_VECTORS").is_some() {
        fs::write(FILE, &text).unwrap();
    }
    let committed = fs::read_to_string(FILE).unwrap_or_default();
    let differ = text.lines().zip(committed.lines()).find(|(made, committed)| made != committed);
    assert!(
        text == committed,
        "tests/vectors/steps.jsonl is not what the table makes (first difference: {:?}). If the table changed on \
         purpose: WRITE_VECTORS=1 cargo test --test steps",
        differ.map(|(made, _)| made.chars().take(80).collect::<String>())
    );
    assert!(text.len() < 1_700_000, "{} bytes", text.len());
}

/// Each check records its step. An accepted ceremony records every step except step 26, which the store decides. A refused
/// ceremony records one refusing step.
#[test]
fn every_step_is_recorded() {
    for line in lines() {
        let vector: Vector = serde_json::from_str(&line.vector).unwrap();
        let judged = vector.judge(&AwsLcRs);
        let Some(evidence) = judged.evidence else { continue };
        let refused = to_strings(&evidence.steps_refused);
        assert_eq!(evidence.accepted, judged.accept, "{}", line.id);
        if judged.accept {
            let store: &[&str] = if evidence.ceremony == Ceremony::Registration { &["7.1/26"] } else { &[] };
            assert_eq!((to_strings(&evidence.steps_not_reached), refused), (to_strings(store), vec![]), "{}", line.id);
        } else {
            assert_eq!(refused, to_strings(judged.step.as_slice()), "{}", line.id);
            assert_eq!(evidence.refusal.as_deref(), Some(line.code), "{}", line.id);
        }
    }
}

fn to_strings(steps: &[impl ToString]) -> Vec<String> {
    steps.iter().map(ToString::to_string).collect()
}

/// Refusals that vectors cannot express, because format 1 cannot express the expectation.
fn beyond_the_format() -> [Failure; 9] {
    [
        authentication_backup_eligibility(BE | BS, BackupEligibility::SingleDevice).unwrap_err(),
        registration_in_an_unnamed_frame(true).unwrap_err(),
        authentication_in_an_unnamed_frame(true).unwrap_err(),
        backup_eligibility(BE, BackupEligibility::SingleDevice).unwrap_err(),
        backup_eligibility(BE | BS, BackupEligibility::SingleDevice).unwrap_err(),
        backup_eligibility(0, BackupEligibility::MultiDevice).unwrap_err(),
        another_account(b"somebody else").unwrap_err(),
        registration_backup_state(BE, BackupState::BackedUp).unwrap_err(),
        authentication_backup_state(BE | BS, BackupState::NotBackedUp).unwrap_err(),
    ]
}

fn site() -> Site {
    Site::new("example.org", Origins::exact(["https://example.org"]))
}

fn backup_eligibility(flags: u8, wanted: BackupEligibility) -> Result<(), Failure> {
    backup(flags, wanted, BackupState::Any)
}

fn registration_backup_state(flags: u8, wanted: BackupState) -> Result<(), Failure> {
    backup(flags, BackupEligibility::Any, wanted)
}

fn backup(flags: u8, eligibility: BackupEligibility, state: BackupState) -> Result<(), Failure> {
    let made = made::Registration::new("steps.backup-eligibility", made::Algorithm::Es256)
        .authenticator_data(|data| data.set_flags(flags));
    let response = RegistrationResponse::from_json(&made.response().to_string()).unwrap();
    let (site, algorithms) = (site(), [Algorithm::Es256]);
    let mut expected =
        wardkey::ceremony::registration::ExpectedRegistration::new(&site, &made.expected.challenge, &algorithms);
    expected.backup_eligibility = eligibility;
    expected.backup_state = state;
    wardkey::ceremony::registration::verify(&expected, &response, &AwsLcRs).map(drop)
}

fn authentication_backup_state(flags: u8, wanted: BackupState) -> Result<(), Failure> {
    sign_in(b"", flags, BackupEligibility::Any, wanted)
}

fn authentication_backup_eligibility(flags: u8, wanted: BackupEligibility) -> Result<(), Failure> {
    sign_in(b"", flags, wanted, BackupState::Any)
}

/// Signs in to the account of `user` with a credential of its owner.
fn another_account(user: &[u8]) -> Result<(), Failure> {
    sign_in(user, 0, BackupEligibility::Any, BackupState::Any)
}

/// A site that requires `topOrigin` in a cross-origin frame.
fn named_frames() -> Site {
    Site::new("example.org", Origins::exact(["https://example.org"]))
        .framed_by(["https://top.example"])
        .require_top_origin()
}

fn registration_in_an_unnamed_frame(cross_origin: bool) -> Result<(), Failure> {
    let made = made::Registration::new("steps.unnamed-frame", made::Algorithm::Es256)
        .client_data(|data| data.set("crossOrigin", cross_origin));
    let response = RegistrationResponse::from_json(&made.response().to_string()).unwrap();
    let (site, algorithms) = (named_frames(), [Algorithm::Es256]);
    let expected =
        wardkey::ceremony::registration::ExpectedRegistration::new(&site, &made.expected.challenge, &algorithms);
    wardkey::ceremony::registration::verify(&expected, &response, &AwsLcRs).map(drop)
}

fn authentication_in_an_unnamed_frame(cross_origin: bool) -> Result<(), Failure> {
    let made = made::Authentication::new("steps.unnamed-frame", made::Algorithm::Es256)
        .client_data(|data| data.set("crossOrigin", cross_origin));
    let (response, record, site) = (posted(&made), record_of(&made), named_frames());
    let expected = wardkey::ceremony::authentication::ExpectedAuthentication::new(&site, &made.expected.challenge);
    wardkey::ceremony::authentication::verify(&expected, &response, &record, &AwsLcRs).map(drop)
}

fn posted(made: &made::Authentication) -> AuthenticationResponse {
    AuthenticationResponse::from_json(&made.response().to_string()).unwrap()
}

fn record_of(made: &made::Authentication) -> CredentialRecord {
    let key = made.expected.credential.as_ref().unwrap().public_key.encode();
    let owner = UserHandle::new(made.user_handle.clone().unwrap()).unwrap();
    CredentialRecord::new(CredentialId::new(made.credential_id.clone()).unwrap(), owner, key)
}

fn sign_in(user: &[u8], flags: u8, eligibility: BackupEligibility, state: BackupState) -> Result<(), Failure> {
    let made = made::Authentication::new("steps.another-account", made::Algorithm::Es256)
        .authenticator_data(|data| data.set_flags(flags));
    let (response, record, site) = (posted(&made), record_of(&made), site());
    let mut expected = wardkey::ceremony::authentication::ExpectedAuthentication::new(&site, &made.expected.challenge);
    expected.backup_eligibility = eligibility;
    expected.backup_state = state;
    expected.user_handle = Some(if user.is_empty() { record.user_handle.as_bytes() } else { user });
    wardkey::ceremony::authentication::verify(&expected, &response, &record, &AwsLcRs).map(drop)
}

#[test]
fn refusals_beyond_the_format() {
    let [at_sign_in, framed, framed_too, single, backed_up, multi, other, at_registration, at_authentication] =
        beyond_the_format();
    assert_eq!((at_sign_in.ceremony, at_sign_in.refusal), (Ceremony::Authentication, Refusal::BackupEligibility));
    assert_eq!(at_sign_in.step().map(|step| step.to_string()).as_deref(), Some("7.2/19"));
    for (failure, step) in [(framed, "7.1/11"), (framed_too, "7.2/14")] {
        assert_eq!(failure.refusal, Refusal::TopOriginMissing);
        assert_eq!(failure.step().map(|step| step.to_string()).as_deref(), Some(step));
    }
    assert_eq!((registration_in_an_unnamed_frame(false), authentication_in_an_unnamed_frame(false)), (Ok(()), Ok(())));
    for failure in [single, backed_up, multi] {
        assert_eq!((failure.ceremony, failure.refusal), (Ceremony::Registration, Refusal::BackupEligibility));
        assert_eq!(failure.step().map(|step: StepNumber| step.to_string()).as_deref(), Some("7.1/18"));
    }
    assert_eq!((other.ceremony, other.refusal), (Ceremony::Authentication, Refusal::UserMismatch));
    assert_eq!(other.step().map(|step| step.to_string()).as_deref(), Some("7.2/6"));
    assert_eq!(another_account(b""), Ok(()), "its owner is welcome");
    for (failure, step) in [(at_registration, "7.1/19"), (at_authentication, "7.2/19")] {
        assert_eq!(failure.refusal, Refusal::BackupStateNotAllowed);
        assert_eq!(failure.step().map(|step| step.to_string()).as_deref(), Some(step));
    }
    for (flags, wanted, welcome) in [
        (0, BackupState::Any, true),
        (BE, BackupState::Any, true),
        (BE | BS, BackupState::Any, true),
        (0, BackupState::BackedUp, false),
        (BE, BackupState::BackedUp, false),
        (BE | BS, BackupState::BackedUp, true),
        (0, BackupState::NotBackedUp, true),
        (BE, BackupState::NotBackedUp, true),
        (BE | BS, BackupState::NotBackedUp, false),
    ] {
        assert_eq!(registration_backup_state(flags, wanted).is_ok(), welcome, "{flags:#x} {wanted:?}");
        assert_eq!(authentication_backup_state(flags, wanted).is_ok(), welcome, "{flags:#x} {wanted:?}");
    }
    for (flags, wanted) in [
        (0, BackupEligibility::SingleDevice),
        (BE, BackupEligibility::MultiDevice),
        (BE | BS, BackupEligibility::MultiDevice),
        (BE, BackupEligibility::Any),
        (0, BackupEligibility::Any),
    ] {
        assert_eq!(backup_eligibility(flags, wanted), Ok(()), "{wanted:?}");
        assert_eq!(authentication_backup_eligibility(flags, wanted), Ok(()), "{wanted:?}");
    }
}

/// Reads the codes of `Refusal` from the source: `… => Step, "code";`.
fn codes() -> BTreeSet<&'static str> {
    Refusal::codes().collect()
}

/// The codes for certificates and attested facts. This table has no rows for them, because it has no certificates.
const OF_CERTIFICATES: [&str; 10] = [
    "aaguid-not-accepted",
    "aaguid-not-attested",
    "attestation-legacy-rs1",
    "attestation-metadata",
    "attestation-statements-not-independent",
    "attestation-statements-too-few",
    "attestation-untrusted",
    "attested-key-not-accepted",
    "attested-key-not-in-hardware",
    "enterprise-attestation-not-accepted",
];

/// The codes for extension outputs, payments and unknown credentials. Format 1 cannot express their expectations, so
/// `tests/level3` has their rows.
const OF_EXTENSIONS: [&str; 22] = [
    "browser-bound-key-unknown",
    "browser-bound-signature-invalid",
    "browser-bound-signature-missing",
    "cred-blob-missing",
    "cred-blob-not-stored",
    "cred-protect-missing",
    "cred-protect-too-weak",
    "credential-unknown",
    "extension-output-malformed",
    "extension-outputs-not-signed",
    "extension-secret-results",
    "extension-unsolicited",
    "hmac-secret-missing",
    "min-pin-length-missing",
    "min-pin-length-too-short",
    "payment-mismatch",
    "pin-complexity-policy-missing",
    "unsigned-large-blob-not-written",
    "unsigned-large-blob-unsupported",
    "unsigned-not-discoverable",
    "unsigned-prf-not-enabled",
    "uvm-missing",
];

#[test]
fn every_refusal_has_a_row() {
    let mut covered: BTreeSet<_> = lines().iter().map(|line| line.code).collect();
    assert!(OF_CERTIFICATES.iter().all(|code| !covered.contains(code)));
    covered.extend(OF_CERTIFICATES.into_iter().chain(OF_EXTENSIONS));
    covered.extend(beyond_the_format().iter().map(Failure::code));
    covered.remove("");
    let codes = codes();
    assert!(codes.len() >= 35, "{codes:?}");
    assert_eq!(codes.difference(&covered).collect::<Vec<_>>(), [] as [&&str; 0], "refusals without a row");
    assert_eq!(covered.difference(&codes).collect::<Vec<_>>(), [] as [&&str; 0], "codes that no refusal has");
}

#[test]
fn every_step_of_the_server_refuses_something() {
    let mut covered: BTreeSet<_> = lines().iter().map(|line| line.step.to_owned()).collect();
    covered.extend(beyond_the_format().iter().filter_map(Failure::step).map(|step| step.to_string()));
    for step in Ceremony::Registration.steps().chain(Ceremony::Authentication.steps()) {
        // Extension outputs (7.1/28, 7.2/23) are refused in `tests/level3`.
        let processed_elsewhere = matches!(step.to_string().as_str(), "7.1/28" | "7.2/23");
        assert_eq!(covered.contains(&step.to_string()), !processed_elsewhere, "{step}");
    }
}
