//! A portal's back end ([`portal`]), its page (`front_end.js`), and a day at it, with a software authenticator in the place
//! of browser and passkeys: `cargo run --example portal`.

mod portal;

use portal::{Portal, Refused, Session};
use serde_json::Value;
use wardkey::UnixTime;
use wardkey::policy::{AttestationPolicy, TrustAnchor, TrustAnchors};
use wardkey_authenticator::{Algorithm, Authentication, Chain, Packed, Registration, RelyingParty, hash::sha256};

const ORIGIN: &str = "https://portal.clinic.example";

/// A browser, and the passkeys that it has made.
#[derive(Default)]
struct Browser {
    session: Session,
    passkeys: Vec<Registration>,
}

impl Browser {
    fn new(session: &str) -> Self {
        Self { session: Session { id: session.into(), ..Session::default() }, passkeys: Vec::new() }
    }

    fn create(&mut self, options: &Value, change: fn(Registration) -> Registration) -> String {
        let rp = RelyingParty { id: "clinic.example".into(), origins: vec![ORIGIN.into()], ..RelyingParty::default() };
        let handle: wardkey::UserHandle =
            options["user"]["id"].as_str().and_then(|id| id.parse().ok()).expect("a handle");
        let name = format!("portal.{}.{}", self.session.id, self.passkeys.len());
        let made = change(Registration::new(&name, Algorithm::Es256))
            .client_data(|data| data.set("challenge", options["challenge"].clone()))
            .client_data(|data| data.set("origin", ORIGIN))
            .authenticator_data(|data| data.rp_id_hash = sha256(b"clinic.example"))
            .expecting(|expected| (expected.rp, expected.user_handle) = (rp, handle.as_bytes().to_vec()));
        self.passkeys.push(made.clone());
        made.response().to_string()
    }

    fn get(&self, options: &Value) -> String {
        let newest = self.passkeys.last().expect("a passkey");
        let made = Authentication::of(newest).client_data(|data| data.set("challenge", options["challenge"].clone()));
        made.response().to_string()
    }
}

fn main() -> Result<(), Refused> {
    let at = |seconds: i64| UnixTime::from_secs(1_795_392_000 + seconds);
    let root = TrustAnchor::from_der(&Chain::new().trust_anchors()[0]).expect("a root");
    let mut portal = Portal::new(AttestationPolicy::trusted(TrustAnchors::new([root])), [7; 32]).expect("a portal");
    let mut browser = Browser::new("first");

    // Ada opens an account by whatever proves who she is, and registers a passkey.
    browser.session.user = Some(portal.open_account("ada@mail.example", "Ada")?);
    let options = portal.register(&browser.session, false, at(0))?;
    let posted = browser.create(&options, |made| made);
    portal.registered(&browser.session, &posted, at(10))?;
    let again = portal.registered(&browser.session, &posted, at(11)).unwrap_err();
    println!("the same answer again: {} {}", again.status, again.body);

    // She signs in by autofill; the page was open for a while.
    browser.session.user = None;
    let options = portal.sign_in(&browser.session, None, at(100))?;
    let posted = browser.get(&options);
    let answer = portal.signed_in(&mut browser.session, &posted, at(200))?;
    println!("signed in, with two factors: {}", answer["twoFactors"]);

    // A name that nobody has gets the same kind of answer as hers.
    for name in ["ada@mail.example", "nobody@mail.example"] {
        let options = portal.sign_in(&browser.session, Some(name), at(300))?;
        println!("{name} is asked for {} passkey(s)", options["allowCredentials"].as_array().map_or(0, Vec::len));
    }

    // As a prescriber she needs hardware that the clinic knows. What is refused is forgotten by its provider.
    let options = portal.register(&browser.session, true, at(700))?;
    let posted = browser.create(&options, |made| made);
    let refused = portal.registered(&browser.session, &posted, at(710)).unwrap_err();
    println!("not known hardware: {}", refused.body["code"]);
    browser.passkeys.pop();
    let options = portal.register(&browser.session, true, at(720))?;
    let posted = browser.create(&options, |made| made.format(Packed::new()));
    portal.registered(&browser.session, &posted, at(730))?;

    // To prescribe she confirms that it is her, by that hardware.
    let early = portal.prescribe(&browser.session, "aspirin", at(800)).unwrap_err();
    let options = portal.confirm(&browser.session, at(800))?;
    let posted = browser.get(&options);
    portal.confirmed(&mut browser.session, &posted, at(810))?;
    portal.prescribe(&browser.session, "aspirin", at(820))?;
    let late = portal.prescribe(&browser.session, "aspirin", at(990)).unwrap_err();
    println!("prescribed; before and too late after: {} and {}", early.status, late.status);

    // The settings page lists both, and deletes one by the newer one.
    let listed = portal.passkeys(&browser.session)?;
    let options = portal.confirm(&browser.session, at(1000))?;
    let posted = browser.get(&options);
    portal.confirmed(&mut browser.session, &posted, at(1010))?;
    let first = browser.passkeys[0].credential_id().to_vec();
    let first = wardkey::CredentialId::new(first).expect("an id").to_base64url();
    let answer = portal.delete(&browser.session, &first, at(1020))?;
    println!("{} passkeys, one deleted: {}", listed.as_array().map_or(0, Vec::len), answer["unknownCredential"]);

    for line in portal.log {
        println!("log: {line}");
    }
    Ok(())
}
