//! §8.5 Android SafetyNet attestation: a JSON Web Signature (RFC 7515) over a nonce and Google's statements about the device.

use super::{Format, Inputs, attestation_key};
use crate::cbor::Cbor;
use crate::change::{Changes, kept};
use crate::der;
use crate::expected::VALIDATE_AT;
use crate::hash::sha256;
use crate::json::{base64, base64url};
use crate::keys::Algorithm;
use crate::seed::Seed;
use crate::x509::name::COMMON_NAME;
use crate::x509::{Certified, Chain, Extension};
use serde_json::{Value, json};

/// The host that the leaf must be issued to.
pub const HOST: &str = "attest.android.com";

/// The format `android-safetynet`.
#[derive(Clone, Debug)]
pub struct AndroidSafetyNet {
    /// The algorithm of the JWS. Only RS256 is valid.
    pub algorithm: Algorithm,
    chain: Chain,
    header: Changes<Value>,
    payload: Changes<Value>,
    header_bytes: Changes<Vec<u8>>,
    payload_bytes: Changes<Vec<u8>>,
    signature: Changes<Vec<u8>>,
    jws: Changes<Vec<u8>>,
}

impl AndroidSafetyNet {
    /// Attests with an RS256 key, whose certificate is for the right host and issued by the default root.
    pub fn new() -> Self {
        Self {
            algorithm: Algorithm::Rs256,
            chain: issued_to_host(Chain::new()),
            header: Changes::default(),
            payload: Changes::default(),
            header_bytes: Changes::default(),
            payload_bytes: Changes::default(),
            signature: Changes::default(),
            jws: Changes::default(),
        }
    }

    kept! {
        /// Changes the JWS header.
        header(Value);
        /// Changes the JWS payload.
        payload(Value);
        /// Changes the bytes of the JWS header, before they are signed.
        header_bytes(Vec<u8>);
        /// Changes the bytes of the JWS payload, before they are signed.
        payload_bytes(Vec<u8>);
        /// Changes the signature.
        signature(Vec<u8>);
        /// Changes the whole JWS, in its compact serialization.
        jws(Vec<u8>);
    }
}

impl Default for AndroidSafetyNet {
    fn default() -> Self {
        Self::new()
    }
}

impl Certified for AndroidSafetyNet {
    fn chain_mut(&mut self) -> &mut Chain {
        &mut self.chain
    }

    /// A chain's leaf is issued to the right host, whatever the chain says.
    fn chain(mut self, chain: Chain) -> Self {
        self.chain = issued_to_host(chain);
        self
    }
}

fn issued_to_host(mut chain: Chain) -> Chain {
    chain.subject.set(COMMON_NAME, der::utf8(HOST));
    chain
}

impl Format for AndroidSafetyNet {
    fn identifier(&self) -> String {
        "android-safetynet".into()
    }

    fn attestation_type(&self) -> &'static str {
        "basic_or_attca"
    }

    fn statement(&self, inputs: &Inputs<'_>, seed: &mut Seed) -> Cbor {
        let key = attestation_key(self.algorithm, seed);
        let host = Extension::subject_alt_name(&[&der::implicit(2, HOST.as_bytes())]);
        let certificates = self.chain.issue(&key, seed.draw(16), |leaf| leaf.set(host));
        let x5c: Vec<_> = certificates.iter().map(|certificate| base64(certificate)).collect();
        let header = self.header.apply(json!({ "alg": self.algorithm.name(), "x5c": x5c }));
        let payload = self.payload.apply(payload(&sha256(&inputs.to_be_signed())));
        let header = self.header_bytes.apply(header.to_string().into_bytes());
        let payload = self.payload_bytes.apply(payload.to_string().into_bytes());
        let signed = [header, payload].map(|part| base64url(&part)).join(".");
        let signature = self.signature.apply(key.sign(signed.as_bytes()));
        let jws = self.jws.apply(format!("{signed}.{}", base64url(&signature)).into_bytes());
        Cbor::map([("ver", "14799021".into()), ("response", jws.into())])
    }

    fn trust_anchors(&self) -> Vec<Vec<u8>> {
        self.chain.trust_anchors()
    }
}

/// The response of SafetyNet, made five seconds before the time of validation. Members are in alphabetical order, so that the
/// signed bytes do not depend on the feature `preserve_order` of serde_json.
fn payload(nonce: &[u8]) -> Value {
    json!({
        "apkCertificateDigestSha256": [base64(&sha256(b"its certificate"))],
        "apkDigestSha256": base64(&sha256(b"the package")),
        "apkPackageName": "com.google.android.gms",
        "basicIntegrity": true,
        "ctsProfileMatch": true,
        "nonce": base64(nonce),
        "timestampMs": (VALIDATE_AT - 5) * 1000,
    })
}
