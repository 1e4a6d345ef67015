//! The story of a prescription, for a person: a list is shown, confirmed with a passkey, one line is verified by a pharmacy that
//! sees nothing else, and a changed line is refused.
//!
//! ```text
//! cargo run --features assurance --example prescription
//! ```
//!
//! A software authenticator stands for the browser. A real page calls `navigator.credentials.get()`.

#[path = "shared/command.rs"]
mod command;

use command::Answer;
use serde_json::Value;
use std::error::Error;
use std::io::Write;
use std::process::ExitCode;
use std::slice::from_ref;
use wardkey::ceremony::{Origins, Site};
use wardkey::confirmation::{Document, Draft, Item, Part, Receipt};
use wardkey::crypto::default_backend;
use wardkey::{
    AuthenticationResponse, CredentialRecord, RegistrationRequest, RegistrationResponse, RelyingParty, Session,
    UnixTime, UserHandle,
};
use wardkey_authenticator::{Authentication, Registration};

const RP_ID: &str = "clinic.example";
const ORIGIN: &str = "https://clinic.example";
const NOW: UnixTime = UnixTime::from_secs(1_795_392_000);

const HELP: &str = "\
Tells the story of a prescription: shown, confirmed with a passkey, verified by a pharmacy, refused after a change.

usage: prescription

The exit code is 0, or 2 if something fails.";

fn main() -> ExitCode {
    command::run(HELP, std::env::args().skip(1).collect(), |arguments, out| match arguments.first() {
        None => story(out),
        Some(argument) => Err(format!("unexpected argument {argument}").into()),
    })
}

fn story(out: &mut dyn Write) -> Answer {
    let rp = RelyingParty::new(RP_ID, "Example Clinic")?;
    let (passkey, record) = register(&rp)?;
    writeln!(out, "1. Dr. King has registered a passkey at {RP_ID}.\n")?;

    let document = list()?;
    writeln!(out, "2. The page shows the list for patient {}:", document.subject())?;
    for (number, item) in (1..).zip(document.items()) {
        writeln!(out, "   {number}. {}", String::from_utf8_lossy(&item.content))?;
    }
    writeln!(out, "   \"{}\" {}\n", document.meaning(), document.signer())?;

    let session = Session::bound("the web session of Dr. King");
    let (options, state) = rp.start_confirmation(&record.user_handle, from_ref(&record), &document, session, NOW)?;
    let response = answer(&passkey, &serde_json::to_value(&options)?)?;
    let done = rp.finish_confirmation(state, &document, &response, Some(&record), session, NOW)?;
    writeln!(
        out,
        "3. Dr. King confirms it. The authenticator verified the user: {:?}.",
        done.confirmed.user_verification()
    )?;
    let archived = serde_json::to_string(&done.receipt)?;
    writeln!(out, "   The receipt goes into the archive: {} bytes.\n", archived.len())?;

    let receipt: Receipt = serde_json::from_str(&archived)?;
    let part = serde_json::to_string(&receipt.part(RP_ID, true, &[3], default_backend()))?;
    writeln!(out, "4. The pharmacy gets line 3, the response and the public key: {} bytes.", part.len())?;
    let site = Site::new(RP_ID, Origins::exact([ORIGIN]));
    let signed = AuthenticationResponse::from_json(&receipt.response_json())?;
    let seen: Part = serde_json::from_str(&part)?;
    let confirmed = seen.verify(&site, &record, &signed, default_backend())?;
    writeln!(out, "   The list has {} lines, confirmed by the passkey of Dr. King.", confirmed.items())?;
    for (number, item) in seen.items() {
        writeln!(out, "   It verifies, and reads: {number}. {}", String::from_utf8_lossy(&item.content))?;
    }
    writeln!(out, "   Of the other lines it has salted digests only.\n")?;

    let mut changed: Value = serde_json::from_str(&part)?;
    changed["items"][0]["content"] = "U2FsYnV0YW1vbCBpbmhhbGVyLCAxMA".into(); // Salbutamol inhaler, 10
    let changed: Part = serde_json::from_value(changed)?;
    match changed.verify(&site, &record, &signed, default_backend()) {
        Ok(_) => return Err("a changed line was accepted".into()),
        Err(error) => {
            writeln!(out, "5. Somebody makes it ten inhalers. The pharmacy refuses: {error} ({}).", error.code())?
        }
    }
    Ok(true)
}

fn list() -> Result<Document, Box<dyn Error>> {
    let mut draft = Draft::new("prescription", "pseud-7", NOW);
    draft.signer = "Dr. Ada King".to_owned();
    draft.meaning = "I prescribe these medicines.".to_owned();
    draft.items =
        ["Metformin 500 mg tablets, 60", "Ramipril 5 mg tablets, 30", "Salbutamol inhaler, 1"].map(Item::text).to_vec();
    Ok(Document::new(draft)?)
}

fn register(rp: &RelyingParty) -> Result<(Registration, CredentialRecord), Box<dyn Error>> {
    let user = UserHandle::new(*b"Dr. King's handle")?;
    let request = RegistrationRequest::new(&user, "king@clinic.example", &[]);
    let (options, state) = rp.start_registration(request, Session::unbound(), NOW)?;
    let passkey = Registration::answering("prescription", &serde_json::to_value(&options)?, ORIGIN)?;
    let response = RegistrationResponse::from_json(&passkey.response().to_string())?;
    let (record, _) = rp.finish_registration(state, &response, Session::unbound(), NOW)?.claim(None)?;
    Ok((passkey, record))
}

fn answer(passkey: &Registration, options: &Value) -> Result<AuthenticationResponse, Box<dyn Error>> {
    let made = Authentication::answering(passkey, options)?;
    Ok(AuthenticationResponse::from_json(&made.response().to_string())?)
}
