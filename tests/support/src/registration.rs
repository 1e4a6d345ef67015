//! §5.1.3, §6.3.2: a registration, from the options to the posted response.

use crate::attestation::{Format, Inputs, NoAttestation};
use crate::authenticator_data::AuthenticatorData;
use crate::cbor::Cbor;
use crate::change::{Changes, kept, open};
use crate::client_data::ClientData;
use crate::expected::{RegistrationExpected, RelyingParty, VALIDATE_AT};
use crate::hash::sha256;
use crate::json::{base64url, credential};
use crate::keys::{Algorithm, Key, Modulus};
use crate::seed::Seed;
use serde_json::{Value, json};
use std::sync::Arc;

/// A registration, and the passkey that it makes. It is valid unless you change something in it.
#[derive(Clone, Debug)]
pub struct Registration {
    /// The name from which all random values are derived.
    pub name: String,
    /// The seed of the values that the attestation format draws.
    pub seed: Seed,
    /// The credential's key pair.
    pub key: Key,
    /// What the relying party expects.
    pub expected: RegistrationExpected,
    /// The client data.
    pub client_data: ClientData,
    /// The authenticator data.
    pub authenticator_data: AuthenticatorData,
    /// The attestation statement format.
    pub attestation: Arc<dyn Format>,
    client_data_json: Changes<Vec<u8>>,
    authenticator_data_bytes: Changes<Vec<u8>>,
    statement: Changes<Cbor>,
    attestation_object: Changes<Cbor>,
    posted: Changes<PostedRegistration>,
    json: Changes<Value>,
}

/// The parts of the posted response, before they are written as JSON.
#[derive(Clone, Debug, PartialEq)]
pub struct PostedRegistration {
    /// `id` and `rawId`.
    pub id: Vec<u8>,
    /// `clientDataJSON`.
    pub client_data_json: Vec<u8>,
    /// `attestationObject`.
    pub attestation_object: Vec<u8>,
    /// `authenticatorData`.
    pub authenticator_data: Vec<u8>,
    /// `publicKey`, a SubjectPublicKeyInfo; browsers leave it out if they do not know the algorithm.
    pub public_key: Option<Vec<u8>>,
    /// `publicKeyAlgorithm`.
    pub public_key_algorithm: i64,
    /// `transports`.
    pub transports: Vec<String>,
    /// `authenticatorAttachment`.
    pub authenticator_attachment: Option<String>,
    /// `clientExtensionResults`.
    pub client_extension_results: Value,
}

impl Registration {
    /// Makes a registration without attestation. All values are drawn from `name`.
    pub fn new(name: &str, algorithm: Algorithm) -> Self {
        Self::draw(name, |seed| Key::draw(algorithm, Modulus::Credential, seed))
    }

    /// Makes a registration of this key. All other values are drawn from `name`.
    pub fn of(name: &str, key: Key) -> Self {
        Self::draw(name, |_| key)
    }

    fn draw(name: &str, key: impl FnOnce(&mut Seed) -> Key) -> Self {
        let mut seed = Seed::new(name);
        let challenge = seed.draw(32);
        let key = key(&mut seed);
        let (aaguid, credential_id, user_handle) = (seed.draw(16), seed.draw(32), seed.draw(32));
        Self::with(RelyingParty::default(), challenge, key, aaguid, credential_id, user_handle, seed)
    }

    /// Makes a registration of these values.
    pub(crate) fn with(
        rp: RelyingParty,
        challenge: Vec<u8>,
        key: Key,
        aaguid: Vec<u8>,
        credential_id: Vec<u8>,
        user_handle: Vec<u8>,
        seed: Seed,
    ) -> Self {
        Self {
            name: seed.info.clone(),
            client_data: ClientData::create(&challenge, &rp.origins[0]),
            authenticator_data: AuthenticatorData::registration(&rp.id, aaguid, credential_id, &key),
            expected: RegistrationExpected {
                rp,
                challenge,
                user_handle,
                uv_required: false,
                conditional: false,
                algs: None,
                trust_anchors: Vec::new(),
                validate_at: Some(VALIDATE_AT),
                accept_none: true,
                accept_self: true,
                verify_trust: true,
                known_credential_ids: Vec::new(),
                quirks: Vec::new(),
            },
            key,
            seed,
            attestation: Arc::new(NoAttestation),
            client_data_json: Changes::default(),
            authenticator_data_bytes: Changes::default(),
            statement: Changes::default(),
            attestation_object: Changes::default(),
            posted: Changes::default(),
            json: Changes::default(),
        }
    }

    /// Attests the credential in this format. The relying party then expects the root of its certificates as trust anchor.
    pub fn format(mut self, format: impl Format + 'static) -> Self {
        self.expected.trust_anchors = format.trust_anchors();
        self.attestation = Arc::new(format);
        self
    }

    open! {
        /// Changes what the relying party expects.
        expecting(RegistrationExpected) in expected;
        /// Changes the client data, member by member.
        client_data(ClientData) in client_data;
        /// Changes the authenticator data, member by member.
        authenticator_data(AuthenticatorData) in authenticator_data;
    }

    /// Changes the COSE_Key.
    pub fn public_key(self, change: impl FnOnce(&mut Cbor)) -> Self {
        self.authenticator_data(|data| change(&mut data.attested().public_key))
    }

    kept! {
        /// Changes the text of the client data, before it is hashed.
        client_data_json(Vec<u8>);
        /// Changes the bytes of the authenticator data, before they are signed.
        authenticator_data_bytes(Vec<u8>);
        /// Changes the attestation statement, after it is signed.
        statement(Cbor);
        /// Changes the attestation object: `fmt`, `attStmt`, `authData`.
        attestation_object(Cbor);
        /// Changes the parts of the posted response.
        posted(PostedRegistration);
        /// Changes the posted JSON.
        json(Value);
    }

    /// Returns the credential id.
    pub fn credential_id(&self) -> &[u8] {
        &self.authenticator_data.attested.as_ref().expect("a registration").credential_id
    }

    /// Returns the encoded COSE_Key.
    pub fn public_key_bytes(&self) -> Vec<u8> {
        self.authenticator_data.attested.as_ref().expect("a registration").public_key.encode()
    }

    /// Returns the posted response as JSON: RegistrationResponseJSON (§5.1).
    pub fn response(&self) -> Value {
        self.json.apply(self.make().to_json())
    }

    /// Returns the parts of the posted response.
    pub fn make(&self) -> PostedRegistration {
        self.make_drawing(&mut self.seed.clone())
    }

    /// Like [`make`](Self::make), and advances the seed by what the attestation format draws.
    pub(crate) fn make_drawing(&self, seed: &mut Seed) -> PostedRegistration {
        let client_data_json = self.client_data_json.apply(self.client_data.to_json());
        let authenticator_data = self.authenticator_data_bytes.apply(self.authenticator_data.encode());
        let inputs = Inputs {
            authenticator_data: &self.authenticator_data,
            authenticator_data_bytes: &authenticator_data,
            client_data_hash: &sha256(&client_data_json),
            key: &self.key,
        };
        let statement = self.statement.apply(self.attestation.statement(&inputs, seed));
        let attestation_object = self.attestation_object.apply(Cbor::map([
            ("fmt", self.attestation.identifier().into()),
            ("attStmt", statement),
            ("authData", authenticator_data.clone().into()),
        ]));
        self.posted.apply(PostedRegistration {
            id: self
                .authenticator_data
                .attested
                .as_ref()
                .map_or_else(Vec::new, |attested| attested.credential_id.clone()),
            client_data_json,
            attestation_object: attestation_object.encode(),
            authenticator_data,
            public_key: Some(self.key.spki()),
            public_key_algorithm: self.key.algorithm.id(),
            transports: vec!["internal".into()],
            authenticator_attachment: Some("platform".into()),
            client_extension_results: json!({}),
        })
    }
}

impl PostedRegistration {
    fn to_json(&self) -> Value {
        let mut response = json!({
            "clientDataJSON": base64url(&self.client_data_json),
            "attestationObject": base64url(&self.attestation_object),
            "authenticatorData": base64url(&self.authenticator_data),
            "publicKeyAlgorithm": self.public_key_algorithm,
            "transports": self.transports,
        });
        if let Some(public_key) = &self.public_key {
            response["publicKey"] = base64url(public_key).into();
        }
        let attachment = self.authenticator_attachment.as_deref();
        credential(&self.id, response, &self.client_extension_results, attachment)
    }
}
