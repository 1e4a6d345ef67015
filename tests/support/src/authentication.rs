//! §5.1.4, §6.3.3: an authentication with a registered credential, from the options to the posted response.

use crate::authenticator_data::AuthenticatorData;
use crate::authenticator_data::flags::{BE, BS, UV};
use crate::change::{Changes, kept, open};
use crate::client_data::ClientData;
use crate::expected::{AuthenticationExpected, CredentialRecord};
use crate::hash::sha256;
use crate::json::{base64url, credential};
use crate::keys::{Algorithm, Key};
use crate::registration::Registration;
use crate::seed::Seed;
use serde_json::{Value, json};

/// A sign-in with a registered credential. It is valid unless you change something in it.
#[derive(Clone, Debug)]
pub struct Authentication {
    /// The name of the registration, from which all random values are derived.
    pub name: String,
    /// The credential's key pair.
    pub key: Key,
    /// What the relying party expects, including the stored record.
    pub expected: AuthenticationExpected,
    /// The client data.
    pub client_data: ClientData,
    /// The authenticator data.
    pub authenticator_data: AuthenticatorData,
    /// The credential id of the response.
    pub credential_id: Vec<u8>,
    /// The user handle of the response.
    pub user_handle: Option<Vec<u8>>,
    client_data_json: Changes<Vec<u8>>,
    authenticator_data_bytes: Changes<Vec<u8>>,
    message: Changes<Vec<u8>>,
    signature: Changes<Vec<u8>>,
    posted: Changes<PostedAuthentication>,
    json: Changes<Value>,
}

/// The parts of the posted response, before they are written as JSON.
#[derive(Clone, Debug, PartialEq)]
pub struct PostedAuthentication {
    /// `id` and `rawId`.
    pub id: Vec<u8>,
    /// `clientDataJSON`.
    pub client_data_json: Vec<u8>,
    /// `authenticatorData`.
    pub authenticator_data: Vec<u8>,
    /// `signature`.
    pub signature: Vec<u8>,
    /// `userHandle`.
    pub user_handle: Option<Vec<u8>>,
    /// `authenticatorAttachment`.
    pub authenticator_attachment: Option<String>,
    /// `clientExtensionResults`.
    pub client_extension_results: Value,
}

impl Authentication {
    /// Makes a sign-in with the credential of `Registration::new(name, algorithm)`.
    pub fn new(name: &str, algorithm: Algorithm) -> Self {
        Self::of(&Registration::new(name, algorithm))
    }

    /// Makes a sign-in with the credential of this registration. The relying party knows the user before the ceremony.
    pub fn of(registration: &Registration) -> Self {
        Self::with(registration, Seed::new(format!("{}.get", registration.name)).draw(32))
    }

    /// Like [`of`](Self::of), with this challenge.
    pub(crate) fn with(registration: &Registration, challenge: Vec<u8>) -> Self {
        let rp = registration.expected.rp.clone();
        let registered = &registration.authenticator_data;
        let attested = registered.attested.as_ref().expect("a registration");
        let mut authenticator_data = AuthenticatorData::authentication(&rp.id);
        authenticator_data.set_flags(registered.flags & (BE | BS));
        Self {
            name: registration.name.clone(),
            key: registration.key.clone(),
            client_data: ClientData::get(&challenge, &rp.origins[0]),
            authenticator_data,
            credential_id: attested.credential_id.clone(),
            user_handle: Some(registration.expected.user_handle.clone()),
            expected: AuthenticationExpected {
                rp,
                challenge,
                uv_required: false,
                allow_credentials: Some(vec![attested.credential_id.clone()]),
                user_identified: true,
                algs: None,
                appid: None,
                refuse_counter: true,
                credential: Some(CredentialRecord {
                    id: attested.credential_id.clone(),
                    public_key: attested.public_key.clone(),
                    sign_count: registered.sign_count,
                    user_handle: Some(registration.expected.user_handle.clone()),
                    backup_eligible: registered.flags & BE != 0,
                    backup_state: registered.flags & BS != 0,
                    uv_initialized: registered.flags & UV != 0,
                    transports: vec!["internal".into()],
                }),
                quirks: Vec::new(),
            },
            client_data_json: Changes::default(),
            authenticator_data_bytes: Changes::default(),
            message: Changes::default(),
            signature: Changes::default(),
            posted: Changes::default(),
            json: Changes::default(),
        }
    }

    /// Signs with this key, which is the wrong one unless it is that of the registration.
    pub fn key(mut self, key: Key) -> Self {
        self.key = key;
        self
    }

    open! {
        /// Changes what the relying party expects.
        expecting(AuthenticationExpected) in expected;
        /// Changes the client data, member by member.
        client_data(ClientData) in client_data;
        /// Changes the authenticator data, member by member.
        authenticator_data(AuthenticatorData) in authenticator_data;
    }

    /// Changes the stored record.
    pub fn record(self, change: impl FnOnce(&mut CredentialRecord)) -> Self {
        self.expecting(|expected| change(expected.credential.as_mut().expect("a stored record")))
    }

    kept! {
        /// Changes the text of the client data, before it is hashed.
        client_data_json(Vec<u8>);
        /// Changes the bytes of the authenticator data, before they are signed.
        authenticator_data_bytes(Vec<u8>);
        /// Changes the signed message: authenticatorData ‖ hash of the client data.
        message(Vec<u8>);
        /// Changes the signature.
        signature(Vec<u8>);
        /// Changes the parts of the posted response.
        posted(PostedAuthentication);
        /// Changes the posted JSON.
        json(Value);
    }

    /// Returns the posted response as JSON: AuthenticationResponseJSON (§5.1).
    pub fn response(&self) -> Value {
        self.json.apply(self.make().to_json())
    }

    /// Returns the parts of the posted response.
    pub fn make(&self) -> PostedAuthentication {
        let client_data_json = self.client_data_json.apply(self.client_data.to_json());
        let authenticator_data = self.authenticator_data_bytes.apply(self.authenticator_data.encode());
        let message = self.message.apply([&authenticator_data[..], &sha256(&client_data_json)].concat());
        self.posted.apply(PostedAuthentication {
            id: self.credential_id.clone(),
            client_data_json,
            authenticator_data,
            signature: self.signature.apply(self.key.sign(&message)),
            user_handle: self.user_handle.clone(),
            authenticator_attachment: Some("platform".into()),
            client_extension_results: json!({}),
        })
    }
}

impl PostedAuthentication {
    fn to_json(&self) -> Value {
        let mut response = json!({
            "clientDataJSON": base64url(&self.client_data_json),
            "authenticatorData": base64url(&self.authenticator_data),
            "signature": base64url(&self.signature),
        });
        if let Some(user_handle) = &self.user_handle {
            response["userHandle"] = base64url(user_handle).into();
        }
        let attachment = self.authenticator_attachment.as_deref();
        credential(&self.id, response, &self.client_extension_results, attachment)
    }
}
