//! A browser with a software authenticator. It knows only the options.

use serde::Serialize;
use serde_json::Value;
use wardkey::{AuthenticationResponse, RegistrationResponse};
use wardkey_authenticator as made;
use wardkey_authenticator::hash::sha256;
use wardkey_authenticator::{Algorithm, Authentication, Registration, json::base64url};

/// A browser and its passkeys.
pub(crate) struct Browser {
    name: &'static str,
    passkeys: Vec<Registration>,
}

fn bytes(json: &Value) -> Vec<u8> {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(json.as_str().unwrap()).unwrap()
}

fn ids(descriptors: &Value) -> Vec<Vec<u8>> {
    descriptors.as_array().into_iter().flatten().map(|descriptor| bytes(&descriptor["id"])).collect()
}

impl Browser {
    pub(crate) fn new(name: &'static str) -> Self {
        Self { name, passkeys: Vec::new() }
    }

    /// `navigator.credentials.create()`: uses the first offered algorithm, and fails if one of its passkeys is excluded.
    /// `change` changes the response.
    pub(crate) fn create(
        &mut self,
        options: &impl Serialize,
        change: impl FnOnce(Registration) -> Registration,
    ) -> Option<RegistrationResponse> {
        let options = serde_json::to_value(options).unwrap();
        let excluded = ids(&options["excludeCredentials"]);
        if self.passkeys.iter().any(|passkey| excluded.iter().any(|id| id == passkey.credential_id())) {
            return None;
        }
        let wanted = options["pubKeyCredParams"][0]["alg"].as_i64().unwrap();
        let algorithm = Algorithm::ALL.into_iter().find(|algorithm| algorithm.id() == wanted).unwrap();
        let rp_id = options["rp"]["id"].as_str().unwrap().to_owned();
        let passkey = Registration::new(&format!("{}.{}", self.name, self.passkeys.len()), algorithm)
            .client_data(|data| data.set("challenge", options["challenge"].clone()))
            .client_data(|data| data.set("origin", format!("https://{rp_id}")))
            .authenticator_data(|data| data.rp_id_hash = sha256(rp_id.as_bytes()))
            .expecting(|expected| expected.user_handle = bytes(&options["user"]["id"]))
            .expecting(|expected| expected.rp = relying_party(rp_id));
        let passkey = change(passkey);
        let response = passkey.response().to_string();
        self.passkeys.push(passkey);
        Some(RegistrationResponse::from_json(&response).unwrap())
    }

    /// `navigator.credentials.get()`: uses the newest allowed passkey.
    pub(crate) fn get(
        &self,
        options: &impl Serialize,
        change: impl FnOnce(Authentication) -> Authentication,
    ) -> Option<AuthenticationResponse> {
        let options = serde_json::to_value(options).unwrap();
        let allowed = ids(&options["allowCredentials"]);
        let may_answer =
            |passkey: &&Registration| allowed.is_empty() || allowed.iter().any(|id| id == passkey.credential_id());
        let passkey = self.passkeys.iter().rev().find(may_answer)?;
        let made = Authentication::of(passkey).client_data(|d| d.set("challenge", options["challenge"].clone()));
        assert_eq!(options["rpId"], made.expected.rp.id.as_str());
        Some(AuthenticationResponse::from_json(&change(made).response().to_string()).unwrap())
    }
}

fn relying_party(id: String) -> made::RelyingParty {
    let origins = vec![format!("https://{id}")];
    made::RelyingParty { id, origins, ..made::RelyingParty::default() }
}

/// The SHA-256 of a challenge in base64url: the key to store a state under.
pub(crate) fn state_id(challenge: &[u8]) -> String {
    base64url(&sha256(challenge))
}
