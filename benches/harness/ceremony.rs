//! Ceremonies of the software authenticator: verified by wardkey, and as bare signatures.

use aws_lc_rs::digest::{self, SHA256};
use aws_lc_rs::signature::{self as lc, ParsedPublicKey, RsaParameters, RsaPublicKeyComponents, VerificationAlgorithm};
use wardkey::ceremony::{Failure, Origins, Site, authentication, registration};
use wardkey::crypto::{Algorithm, Backend};
use wardkey::internals::cbor::{Map, Value};
use wardkey::policy::{AttestationPolicy, Registered, Trust, TrustAnchors};
use wardkey::x509::TrustAnchor;
use wardkey::{AuthenticationResponse, CredentialId, CredentialRecord, RegistrationResponse, UnixTime, UserHandle};
use wardkey_authenticator::{self as made, PostedAuthentication, PostedRegistration};

fn site(rp: &made::RelyingParty) -> Site {
    Site::new(&rp.id, Origins::exact(&rp.origins))
}

/// The same algorithm of ours.
pub fn algorithm(made: made::Algorithm) -> Algorithm {
    Algorithm::from_cose(made.id()).expect("wardkey knows every algorithm")
}

/// An authentication, posted.
pub struct SignIn {
    /// What the browser posts.
    pub json: String,
    /// The same, decoded.
    pub posted: PostedAuthentication,
    /// The stored record.
    pub record: CredentialRecord,
    /// The credentials that may answer.
    pub allowed: Vec<CredentialId>,
    /// Its challenge.
    pub challenge: Vec<u8>,
    site: Site,
    key: made::Key,
}

impl SignIn {
    /// With this algorithm.
    pub fn new(algorithm: made::Algorithm) -> Self {
        Self::of(&made::Authentication::new("bench", algorithm))
    }

    /// This one.
    pub fn of(made: &made::Authentication) -> Self {
        let stored = made.expected.credential.as_ref().expect("a record");
        let id = CredentialId::new(stored.id.clone()).expect("an id");
        let user = UserHandle::new(stored.user_handle.clone().expect("an account")).expect("a user handle");
        Self {
            json: made.response().to_string(),
            posted: made.make(),
            record: CredentialRecord::new(id.clone(), user, stored.public_key.encode()),
            allowed: vec![id],
            challenge: made.expected.challenge.clone(),
            site: site(&made.expected.rp),
            key: made.key.clone(),
        }
    }

    /// From JSON to verdict.
    pub fn verify(&self, record: &CredentialRecord, backend: &dyn Backend) {
        self.judge(record, backend).expect("a verdict");
    }

    /// The verdict.
    pub fn judge(&self, record: &CredentialRecord, backend: &dyn Backend) -> Result<(), Failure> {
        let response = AuthenticationResponse::from_json(&self.json).expect("a response");
        self.judge_parsed(record, &response, backend)
    }

    /// The verdict on a response that was parsed before.
    pub fn judge_parsed(
        &self,
        record: &CredentialRecord,
        response: &AuthenticationResponse,
        backend: &dyn Backend,
    ) -> Result<(), Failure> {
        let mut expected = authentication::ExpectedAuthentication::new(&self.site, &self.challenge);
        expected.allow_credentials = &self.allowed;
        expected.user_handle = Some(record.user_handle.as_bytes());
        expected.user_verification_required = false;
        if self.key.algorithm == made::Algorithm::Rs1 {
            expected.algorithms = &[Algorithm::LegacyRs1]; // by name, or it signs nobody in
        }
        authentication::verify(&expected, response, record, backend).map(|verified| {
            std::hint::black_box(&verified);
        })
    }

    /// The limit: the hash of the client data, and the signature by the parsed key. `None`: AWS-LC cannot.
    pub fn limit(&self) -> Option<impl FnMut() + '_> {
        let key = parsed(&self.key)?;
        let mut message = self.posted.authenticator_data.clone();
        let end = message.len();
        Some(move || {
            message.truncate(end);
            message.extend_from_slice(digest::digest(&SHA256, &self.posted.client_data_json).as_ref());
            key.verify_sig(&message, &self.posted.signature).expect("a good signature");
        })
    }
}

fn parsed(key: &made::Key) -> Option<ParsedPublicKey> {
    let plain = |algorithm, bytes: &[u8]| Some(ParsedPublicKey::new(algorithm, bytes).expect("a key"));
    match key.public() {
        made::keys::PublicKey::Ec2 { x, y, .. } => plain(verification(key.algorithm)?, &[&[4], &x[..], &y].concat()),
        made::keys::PublicKey::Okp { x, .. } => plain(verification(key.algorithm)?, &x),
        made::keys::PublicKey::Akp { public } => plain(verification(key.algorithm)?, &public),
        made::keys::PublicKey::Rsa { n, e } => {
            let key = RsaPublicKeyComponents { n, e }.to_parsed_public_key(rsa(key.algorithm)?);
            Some(key.expect("a key"))
        }
    }
}

fn verification(algorithm: made::Algorithm) -> Option<&'static dyn VerificationAlgorithm> {
    use made::Algorithm::{
        Ed448, Ed25519, EdDsa, Es256, Es256k, Es384, Es512, Esp256, Esp384, Esp512, MlDsa44, MlDsa65, MlDsa87,
    };
    Some(match algorithm {
        Es256 | Esp256 => &lc::ECDSA_P256_SHA256_ASN1,
        Es384 | Esp384 => &lc::ECDSA_P384_SHA384_ASN1,
        Es512 | Esp512 => &lc::ECDSA_P521_SHA512_ASN1,
        Es256k => &lc::ECDSA_P256K1_SHA256_ASN1,
        EdDsa | Ed25519 => &lc::ED25519,
        MlDsa44 => &lc::ML_DSA_44,
        MlDsa65 => &lc::ML_DSA_65,
        MlDsa87 => &lc::ML_DSA_87,
        Ed448 => return None,
        other => rsa(other)?,
    })
}

fn rsa(algorithm: made::Algorithm) -> Option<&'static RsaParameters> {
    use made::Algorithm::{Ps256, Ps384, Ps512, Rs1, Rs256, Rs384, Rs512};
    Some(match algorithm {
        Rs256 => &lc::RSA_PKCS1_2048_8192_SHA256,
        Rs384 => &lc::RSA_PKCS1_2048_8192_SHA384,
        Rs512 => &lc::RSA_PKCS1_2048_8192_SHA512,
        Ps256 => &lc::RSA_PSS_2048_8192_SHA256,
        Ps384 => &lc::RSA_PSS_2048_8192_SHA384,
        Ps512 => &lc::RSA_PSS_2048_8192_SHA512,
        Rs1 => &lc::RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY,
        _ => return None,
    })
}

/// A registration, posted.
pub struct SignUp {
    /// What the browser posts.
    pub json: String,
    /// The same, decoded.
    pub posted: PostedRegistration,
    /// Its challenge.
    pub challenge: Vec<u8>,
    /// The algorithm of the credential.
    pub algorithm: Algorithm,
    /// What is accepted.
    pub policy: AttestationPolicy,
    /// The root's certificate, where there is one.
    pub anchors: Vec<Vec<u8>>,
    site: Site,
    user: UserHandle,
    key: made::Key,
}

impl SignUp {
    /// An ES256 credential in this format; its certificates must lead to the root, if it has any.
    pub fn new(format: impl made::Format + 'static) -> Self {
        Self::of(&made::Registration::new("bench", made::Algorithm::Es256).format(format))
    }

    /// This one.
    pub fn of(made: &made::Registration) -> Self {
        let anchors = made.expected.trust_anchors.clone();
        let mut policy = AttestationPolicy::any();
        policy.trust = Trust::Verify(TrustAnchors::new(anchors.iter().map(|anchor| anchor_of(anchor))));
        Self {
            json: made.response().to_string(),
            posted: made.make(),
            challenge: made.expected.challenge.clone(),
            algorithm: algorithm(made.key.algorithm),
            policy,
            anchors,
            site: site(&made.expected.rp),
            user: UserHandle::new(made.expected.user_handle.clone()).expect("a user handle"),
            key: made.key.clone(),
        }
    }

    /// From JSON to the decision.
    pub fn verify(&self, backend: &dyn Backend) -> Registered {
        let response = RegistrationResponse::from_json(&self.json).expect("a response");
        let algorithms = [self.algorithm];
        let mut expected = registration::ExpectedRegistration::new(&self.site, &self.challenge, &algorithms);
        expected.user_verification_required = false;
        expected.time = Some(UnixTime::from_secs(made::expected::VALIDATE_AT));
        let verified = registration::verify(&expected, &response, backend).expect("a verdict");
        self.policy.decide(verified, &self.user).expect("a decision")
    }

    /// The limit: the hash of the client data, the parsing of the credential's key, and every signature, by keys that
    /// were parsed before, or, with `each_time`, as they come.
    pub fn limit(&self, each_time: bool) -> impl FnMut() + '_ {
        let signatures = self.signatures();
        let keys: Vec<_> = signatures.iter().map(|signed| signed.by.parsed()).collect();
        let credential = Key::of(&self.key);
        move || {
            std::hint::black_box(digest::digest(&SHA256, &self.posted.client_data_json));
            std::hint::black_box(credential.parsed());
            for (signed, key) in signatures.iter().zip(&keys) {
                let verified = if each_time {
                    signed.by.parsed().verify_sig(&signed.message, &signed.signature)
                } else {
                    key.verify_sig(&signed.message, &signed.signature)
                };
                verified.expect("a good signature");
            }
        }
    }

    /// Every signature that the verdict rests on.
    fn signatures(&self) -> Vec<Signed> {
        let object = Value::read(&self.posted.attestation_object).expect("CBOR").map().expect("a map");
        let format = object.get("fmt").and_then(Value::text).expect("fmt");
        let hash = digest::digest(&SHA256, &self.posted.client_data_json);
        let signed = [&self.posted.authenticator_data, hash.as_ref()].concat();
        let statement = object.get("attStmt").expect("attStmt");
        let Some(statement) = statement.map() else {
            let statements = statement.array().expect("a compound statement");
            let fields = |one: Value<'_>| -> Option<Vec<Signed>> {
                let one = one.map()?;
                Some(self.of_statement(one.get("fmt")?.text()?, one.get("attStmt")?.map()?, &signed, hash.as_ref()))
            };
            return statements.iter().flat_map(|one| fields(one).expect("a statement")).collect();
        };
        self.of_statement(format, statement, &signed, hash.as_ref())
    }

    fn of_statement(&self, format: &str, statement: Map<'_>, signed: &[u8], hash: &[u8]) -> Vec<Signed> {
        let bytes = |key| statement.get(key).and_then(Value::bytes).map(<[u8]>::to_vec);
        let (message, signature, x5c) = match format {
            "android-safetynet" => jws(&bytes("response").expect("a JWS")),
            _ => {
                let x5c = statement.get("x5c").and_then(Value::array);
                let x5c: Vec<_> =
                    x5c.iter().flat_map(|x5c| x5c.iter()).filter_map(Value::bytes).map(Into::into).collect();
                let message = match format {
                    "tpm" => bytes("certInfo").expect("certInfo"),
                    "fido-u2f" => self.u2f(hash),
                    _ => signed.to_vec(),
                };
                (message, bytes("sig"), x5c)
            }
        };
        let mut certified: Vec<_> = x5c.iter().map(|der| Certificate::read(der)).collect();
        certified.extend(self.anchors.iter().take(certified.len()).map(|der| Certificate::read(der)));
        let by = match certified.first() {
            Some(leaf) => leaf.key.clone(),
            None => Key::of(&self.key),
        };
        let statement = signature.map(|signature| Signed { by, message, signature });
        let chain = certified.windows(2).map(|pair| Signed {
            by: pair[1].key.clone(),
            message: pair[0].tbs.clone(),
            signature: pair[0].signature.clone(),
        });
        statement.into_iter().chain(chain).collect()
    }

    fn u2f(&self, hash: &[u8]) -> Vec<u8> {
        let Key::P256(point) = Key::of(&self.key) else { panic!("U2F has ES256 alone") };
        [&[0], &self.posted.authenticator_data[..32], hash, &self.posted.id, &point].concat()
    }
}

/// A trust anchor of ours.
pub fn anchor_of(der: &[u8]) -> TrustAnchor {
    TrustAnchor::from_der(der).expect("an anchor")
}

/// A signature, and whose.
struct Signed {
    by: Key,
    message: Vec<u8>,
    signature: Vec<u8>,
}

#[derive(Clone)]
enum Key {
    /// 04 ‖ x ‖ y.
    P256(Vec<u8>),
    /// RSAPublicKey, for SHA-256.
    Rsa(Vec<u8>),
}

impl Key {
    fn of(key: &made::Key) -> Self {
        match key.public() {
            made::keys::PublicKey::Ec2 { x, y, .. } => Self::P256([&[4], &x[..], &y].concat()),
            _ => panic!("the credential has an ES256 key"),
        }
    }

    fn parsed(&self) -> ParsedPublicKey {
        let parsed = match self {
            Self::P256(point) => ParsedPublicKey::new(&lc::ECDSA_P256_SHA256_ASN1, point),
            Self::Rsa(key) => ParsedPublicKey::new(&lc::RSA_PKCS1_2048_8192_SHA256, key),
        };
        parsed.expect("a key")
    }
}

struct Certificate {
    tbs: Vec<u8>,
    signature: Vec<u8>,
    key: Key,
}

impl Certificate {
    fn read(der: &[u8]) -> Self {
        let (_, certificate) = x509_parser::parse_x509_certificate(der).expect("a certificate");
        let key = certificate.public_key().subject_public_key.data.to_vec();
        Self {
            tbs: certificate.tbs_certificate.as_ref().to_vec(),
            signature: certificate.signature_value.data.to_vec(),
            key: if key.len() == 65 { Key::P256(key) } else { Key::Rsa(key) },
        }
    }
}

/// What is signed in a JSON Web Signature, its signature, and its certificates.
fn jws(response: &[u8]) -> (Vec<u8>, Option<Vec<u8>>, Vec<Vec<u8>>) {
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
    let text = std::str::from_utf8(response).expect("text");
    let (message, signature) = text.rsplit_once('.').expect("a signature");
    let (header, _) = message.split_once('.').expect("a header");
    let header: serde_json::Value =
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).expect("base64url")).expect("JSON");
    let x5c = header["x5c"].as_array().expect("x5c").iter();
    let x5c = x5c.map(|one| STANDARD.decode(one.as_str().expect("text")).expect("base64")).collect();
    (message.as_bytes().to_vec(), Some(URL_SAFE_NO_PAD.decode(signature).expect("base64url")), x5c)
}
