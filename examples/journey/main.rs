//! One day at a portal: `cargo run --example journey`.
//!
//! [`back_end`] is the back end and `front_end.js` the page. Here a software authenticator takes the place of the browser.

mod back_end;
#[path = "../shared/command.rs"]
mod command;

use back_end::{ADD_PASSKEY, Portal, Refused, WebSession, delete_passkey, prescription};
use command::Answer;
use serde_json::Value;
use std::error::Error;
use std::fmt;
use std::io::Write;
use std::process::ExitCode;
use wardkey::policy::{AttestationPolicy, TrustAnchors};
use wardkey::x509::TrustAnchor;
use wardkey::{CredentialId, UnixTime};
use wardkey_authenticator::{Authentication, Chain, Packed, Registration};

const ORIGIN: &str = "https://portal.clinic.example";

/// A browser and its passkeys.
struct Browser {
    name: &'static str,
    session: WebSession,
    passkeys: Vec<Registration>,
}

impl Browser {
    fn new(name: &'static str) -> Self {
        Self { name, session: WebSession::anonymous().expect("random bytes"), passkeys: Vec::new() }
    }

    fn id(&self, nth: usize) -> String {
        CredentialId::new(self.passkeys[nth].credential_id()).expect("an id").to_base64url()
    }

    fn create(&mut self, options: &Value, change: fn(Registration) -> Registration) -> String {
        let name = format!("portal.{}.{}", self.name, self.passkeys.len());
        let made = change(Registration::answering(&name, options, ORIGIN).expect("options"));
        self.passkeys.push(made.clone());
        made.response().to_string()
    }

    fn get(&self, options: &Value) -> String {
        let newest = self.passkeys.last().expect("a passkey");
        Authentication::answering(newest, options).expect("options of this passkey").response().to_string()
    }
}

const HELP: &str = "\
Tells one day at a portal: registrations, sign-ins, re-authentication, prescriptions, and the log of it.

usage: journey

A software authenticator takes the place of the browser. The exit code is 0, or 2 if something fails.";

fn main() -> ExitCode {
    command::run(HELP, std::env::args().skip(1).collect(), |arguments, out| match arguments.first() {
        None => day(out),
        Some(argument) => Err(format!("unexpected argument {argument}").into()),
    })
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the portal answered {}: {}", self.status, self.body)
    }
}

impl Error for Refused {}

fn day(out: &mut dyn Write) -> Answer {
    let at = |seconds: i64| UnixTime::from_secs(1_795_392_000 + seconds);
    let root = TrustAnchor::from_der(&Chain::new().trust_anchors()[0]).expect("a root");
    let mut portal =
        Portal::new(AttestationPolicy::trusted(TrustAnchors::new([root])), *b"random bytes of a secret store :")
            .expect("a portal");

    writeln!(out, "Ada opens an account and registers a passkey.")?;
    let mut ada = Browser::new("ada");
    portal.open_account(&mut ada.session, "ada@mail.example", false)?;
    let options = portal.register(&ada.session, at(0))?;
    let posted = ada.create(&options, |made| made);
    portal.registered(&ada.session, &posted, at(10))?;
    assert_eq!(portal.registered(&ada.session, &posted, at(11)).unwrap_err().status, 400, "the state was used");

    writeln!(
        out,
        "She signs in with autofill, although the page was open for half an hour. Her session gets a new id."
    )?;
    ada.session = WebSession { id: "chosen by an attacker".into(), user: None, confirmed: None };
    let options = portal.sign_in(&ada.session, None, at(100))?;
    let posted = ada.get(&options);
    let mut another = WebSession::anonymous().expect("random bytes");
    let stolen = ada.get(&portal.sign_in(&ada.session, None, at(100))?);
    assert_eq!(portal.signed_in(&mut another, &stolen, at(110)).unwrap_err().status, 400, "another browser");
    let answer = portal.signed_in(&mut ada.session, &posted, at(1900))?;
    assert_eq!(answer["twoFactors"], true);
    assert_ne!(ada.session.id, "chosen by an attacker");

    writeln!(out, "A name without an account gets the same kind of answer as hers.")?;
    for name in ["ada@mail.example", "nobody@mail.example"] {
        let options = portal.sign_in(&ada.session, Some(name), at(2000))?;
        assert!(!options["allowCredentials"].as_array().expect("a list").is_empty(), "{name}");
    }

    writeln!(out, "She adds a second passkey after a re-authentication. She may not prescribe.")?;
    assert_eq!(portal.register(&ada.session, at(2100)).unwrap_err().status, 403);
    confirm(&mut portal, &mut ada, ADD_PASSKEY, at(2110))?;
    let options = portal.register(&ada.session, at(2120))?;
    let posted = ada.create(&options, |made| made);
    portal.registered(&ada.session, &posted, at(2130))?;
    assert_eq!(portal.prescribe(&ada.session, "aspirin", at(2140)).unwrap_err().status, 403);
    assert_eq!(portal.confirm(&ada.session, &prescription("aspirin"), at(2140)).unwrap_err().status, 403);

    writeln!(out, "The settings page lists both passkeys and deletes one, but never the last.")?;
    assert_eq!(portal.passkeys(&ada.session)?.as_array().map(Vec::len), Some(2));
    let [first, second] = [0, 1].map(|nth| ada.id(nth));
    assert_eq!(
        portal.delete(&ada.session, &first, at(2150)).unwrap_err().status,
        403,
        "confirmed for a different purpose"
    );
    confirm(&mut portal, &mut ada, &delete_passkey(&first), at(2150))?;
    let answer = portal.delete(&ada.session, &first, at(2155))?;
    assert_eq!(answer["unknownCredential"]["credentialId"], first.as_str());
    confirm(&mut portal, &mut ada, &delete_passkey(&second), at(2158))?;
    assert_eq!(portal.delete(&ada.session, &second, at(2160)).unwrap_err().status, 409);

    writeln!(
        out,
        "Grace prescribes. She must use attested hardware, and re-authenticate with it for each prescription."
    )?;
    let mut grace = Browser::new("grace");
    portal.open_account(&mut grace.session, "grace@mail.example", true)?;
    let options = portal.register(&grace.session, at(3000))?;
    let posted = grace.create(&options, |made| made);
    let refused = portal.registered(&grace.session, &posted, at(3010)).unwrap_err();
    assert_eq!((refused.status, &refused.body["code"]), (400, &"attestation-type-not-accepted".into()));
    assert_eq!(refused.body["unknownCredential"]["credentialId"], grace.id(0).as_str());
    let options = portal.register(&grace.session, at(3020))?;
    let posted = grace.create(&options, |made| made.format(Packed::new()));
    assert_eq!(portal.registered(&ada.session, &posted, at(3030)).unwrap_err().status, 400, "the wrong session");
    let options = portal.register(&grace.session, at(3030))?;
    let posted = grace.create(&options, |made| made.format(Packed::new()));
    portal.registered(&grace.session, &posted, at(3030))?;
    assert_eq!(portal.prescribe(&grace.session, "aspirin", at(3040)).unwrap_err().status, 403, "not confirmed");
    confirm(&mut portal, &mut grace, &prescription("aspirin"), at(3050))?;
    assert_eq!(
        portal.prescribe(&grace.session, "morphine", at(3055)).unwrap_err().status,
        403,
        "a different prescription"
    );
    portal.prescribe(&grace.session, "aspirin", at(3060))?;
    assert_eq!(portal.prescribe(&grace.session, "aspirin", at(3061)).unwrap_err().status, 403, "confirmed once");
    assert_eq!(portal.prescribe(&grace.session, "aspirin", at(3171)).unwrap_err().status, 403, "too long ago");

    writeln!(out, "The log:")?;
    for line in portal.log {
        writeln!(out, "{line}")?;
    }
    Ok(true)
}

fn confirm(portal: &mut Portal, browser: &mut Browser, purpose: &str, now: UnixTime) -> Result<(), Refused> {
    let options = portal.confirm(&browser.session, purpose, now)?;
    let posted = browser.get(&options);
    let answer = portal.confirmed(&mut browser.session, &posted, now)?;
    assert_eq!(answer["counts"], true);
    Ok(())
}
