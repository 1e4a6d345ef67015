//! The same ceremonies, from the browser's JSON to the verdict: the bare limit, wardkey, and its peers, in turn.
//! `cargo bench --manifest-path benches/peers/Cargo.toml`

#[path = "../harness/ceremony.rs"]
#[allow(dead_code, reason = "the other benches use the rest")]
mod ceremony;
#[path = "../harness/mod.rs"]
mod harness;

use ceremony::{SignIn, SignUp};
use harness::{Contestant, Table, contestant};
use wardkey::crypto::AwsLcRs;
use wardkey_authenticator::*;
use wardkey_peers::webauthn_rp::Begun;
use wardkey_peers::{Verdict, passki, webauthn_rs};

const NAMES: [&str; 3] = ["webauthn-rs 0.6.2", "webauthn_rp 0.3", "passki 0.5"];

fn main() {
    let begun = Begun::new(&Registration::new("peers", Algorithm::Es256));
    authentications(&begun);
    registrations(&begun);
}

/// A peer takes part where it accepts.
fn peer(verdict: Option<Verdict<'static>>) -> Option<Contestant<'static>> {
    let mut verdict = verdict?;
    verdict().then(|| contestant(verdict))
}

/// A registration of this credential that answers its challenge.
fn registered(begun: &Begun, algorithm: Algorithm, change: impl FnOnce(Registration) -> Registration) -> Registration {
    let mut made = change(Registration::new("peers", algorithm));
    made.client_data = ClientData::create(&begun.registration, &made.expected.rp.origins[0]);
    made.expected.challenge.clone_from(&begun.registration);
    made
}

fn authentications(begun: &Begun) {
    let [one, two, three] = NAMES;
    let table = Table::new("Authentication", &["algorithm", "limit", "wardkey", one, two, three]);
    use Algorithm::{Ed25519, EdDsa, Es256, Es384, Es512, MlDsa44, MlDsa65, Ps256, Rs256};
    for algorithm in [Es256, Es384, Es512, EdDsa, Ed25519, Rs256, Ps256, MlDsa44, MlDsa65] {
        let registration = registered(begun, algorithm, |made| made);
        let mut made = Authentication::of(&registration);
        made.client_data = ClientData::get(&begun.authentication, &made.expected.rp.origins[0]);
        made.expected.challenge.clone_from(&begun.authentication);
        let sign_in = SignIn::of(&made);
        table.row(
            algorithm.name(),
            [
                sign_in.limit().map(contestant),
                Some(contestant(|| sign_in.verify(&sign_in.record, &AwsLcRs))),
                peer(webauthn_rs::authentication(&made)),
                peer(begun.authentication(&registration, &made, 5_000)),
                peer(passki::authentication(&made)),
            ],
        );
    }
}

/// What makes a registration one of a format.
type Change = Box<dyn FnOnce(Registration) -> Registration>;

fn registrations(begun: &Begun) {
    let [one, two, three] = NAMES;
    let table = Table::new("Registration, ES256", &["format", "limit", "wardkey", one, two, three]);
    let packed = |certificates| Packed::new().chain(Chain::of(certificates, Algorithm::Es256));
    let formats: [(&str, Change); 8] = [
        ("none", Box::new(|made| made)),
        ("packed, self", Box::new(|made| made.format(PackedSelf::new()))),
        ("packed, 1 certificate", Box::new(move |made| made.format(packed(1)))),
        ("packed, 2 certificates", Box::new(move |made| made.format(packed(2)))),
        ("packed, 3 certificates", Box::new(move |made| made.format(packed(3)))),
        ("tpm, ES256", Box::new(|made| made.format(Tpm::new()))),
        ("android-key", Box::new(|made| made.format(AndroidKey::new()))),
        ("apple", Box::new(|made| made.format(Apple::new()))),
    ];
    for (name, change) in formats {
        let made = registered(begun, Algorithm::Es256, change);
        let sign_up = SignUp::of(&made);
        table.row(
            name,
            [
                Some(contestant(sign_up.limit(false))),
                Some(contestant(|| sign_up.verify(&AwsLcRs))),
                peer(webauthn_rs::registration(&made)),
                peer(begun.registration(&made, 100_000)),
                peer(passki::registration(&made)),
            ],
        );
    }
}
