//! One relying party, one challenge, and the responses of a browser.

use crate::keys::{ALGORITHMS, Key};
use crate::{Yes, cbor, der};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::sync::LazyLock;
use wardkey::ceremony::registration::{ExpectedRegistration, VerifiedRegistration, verify};
use wardkey::ceremony::{Origins, Refusal, Site};
use wardkey::crypto::Algorithm;
use wardkey::policy::{AttestationPolicy, Trust, TrustAnchors};
use wardkey::quirk::Quirks;
use wardkey::x509::{Crl, TrustAnchor};
use wardkey::{RegistrationResponse, UnixTime, UserHandle};

/// The challenge that was sent in every ceremony.
pub const CHALLENGE: [u8; 32] = [0; 32];

/// The relying party of every ceremony; the top bit lets it be framed.
pub fn site(bits: u8) -> Site {
    let site = Site::new("example.org", Origins::exact(["https://example.org"]).with_subdomains());
    if bits >> 7 == 0 { site } else { site.framed_by(["https://top.example"]) }
}

fn client_data(ceremony: &str) -> Vec<u8> {
    let challenge = URL_SAFE_NO_PAD.encode(CHALLENGE);
    format!(r#"{{"type":"{ceremony}","challenge":"{challenge}","origin":"https://example.org","crossOrigin":false}}"#)
        .into_bytes()
}

/// Client data of a registration that has nothing wrong with it.
pub fn creation_client_data() -> Vec<u8> {
    client_data("webauthn.create")
}

/// Client data of an authentication that has nothing wrong with it.
pub fn request_client_data() -> Vec<u8> {
    client_data("webauthn.get")
}

/// RegistrationResponseJSON around these bytes.
pub fn registration_json(id: &[u8], client_data: &[u8], attestation_object: &[u8]) -> String {
    let [id, client_data, object] = [id, client_data, attestation_object].map(|part| URL_SAFE_NO_PAD.encode(part));
    format!(
        r#"{{"id":"{id}","rawId":"{id}","type":"public-key","clientExtensionResults":{{}},"response":{{"clientDataJSON":"{client_data}","attestationObject":"{object}"}}}}"#
    )
}

/// AuthenticationResponseJSON around these bytes.
pub fn authentication_json(
    id: &[u8],
    user: Option<&[u8]>,
    client_data: &[u8],
    authenticator_data: &[u8],
    signature: &[u8],
) -> String {
    let parts = [id, client_data, authenticator_data, signature].map(|part| URL_SAFE_NO_PAD.encode(part));
    let [id, client_data, authenticator_data, signature] = parts;
    let user = user.map_or_else(|| "null".to_owned(), |user| format!("\"{}\"", URL_SAFE_NO_PAD.encode(user)));
    format!(
        r#"{{"id":"{id}","rawId":"{id}","type":"public-key","clientExtensionResults":{{}},"response":{{"clientDataJSON":"{client_data}","authenticatorData":"{authenticator_data}","signature":"{signature}","userHandle":{user}}}}}"#
    )
}

/// A registration with a packed attestation: the algorithm of the attestation key, and its certificates.
pub fn certified(algorithm: Algorithm, x5c: &[&[u8]]) -> RegistrationResponse {
    let alg = cbor::head(1, (-1 - i64::from(algorithm.cose())) as u64);
    let certificates: Vec<u8> = x5c.iter().flat_map(|der| cbor::string(2, der)).collect();
    let head = cbor::head(4, x5c.len() as u64);
    let statement = [&b"\xa3\x63alg"[..], &alg, b"\x63sig\x40\x63x5c", &head, &certificates];
    let object = cbor::attestation_object("packed", &statement.concat(), &authenticator_data());
    let json = registration_json(&[1; 32], &creation_client_data(), &object);
    RegistrationResponse::from_json(&json).expect("a response")
}

/// The registration, if it verifies behind the backend that says yes.
pub fn verified(
    response: &RegistrationResponse,
    time: Option<UnixTime>,
    quirks: Quirks,
) -> Option<VerifiedRegistration<'_>> {
    static SITE: LazyLock<Site> = LazyLock::new(|| site(0));
    let mut expected = ExpectedRegistration::new(&SITE, &CHALLENGE, &ALGORITHMS);
    (expected.time, expected.quirks) = (time, quirks);
    verify(&expected, response, &Yes).ok()
}

/// A policy that trusts these certificates, if they can be read, with these revocation lists.
pub fn policy(anchors: &[&[u8]], crls: &[Crl]) -> AttestationPolicy {
    let mut policy = AttestationPolicy::any();
    let anchors = anchors.iter().filter_map(|der| TrustAnchor::from_der(der).ok());
    policy.trust = Trust::Verify(TrustAnchors::new(anchors).with_crls(crls.iter().cloned()));
    policy
}

/// An ES256 key. To [`Yes`](crate::Yes), every key is good.
pub fn es256() -> Vec<u8> {
    Key::new(Algorithm::Es256, 0).cose()
}

/// An attestation certificate with an ES256 key, issued in this name: the octets of the serial number, and the
/// AlgorithmIdentifier of the signature.
pub fn leaf(issuer: &[u8], serial: &[u8], algorithm: &[u8]) -> Vec<u8> {
    let attribute = |arc, text: &str| der::attribute(arc, 0x0c, text.as_bytes());
    let unit = attribute(11, "Authenticator Attestation");
    let subject = der::tlv(0x30, &[&attribute(6, "AA"), &attribute(10, "Fuzz"), &unit, &attribute(3, "leaf")]);
    let spki = Key::new(Algorithm::Es256, 0).spki();
    let end_entity = der::extension(&[0x55, 0x1d, 19], true, &[0x30, 0]);
    let tbs = der::Tbs { serial, algorithm, issuer, subject: &subject, spki: &spki, extensions: &[end_entity] };
    der::signed(&tbs.der(), algorithm, &[1])
}

/// The certificate of a CA with this name and key.
pub fn authority(name: &[u8], key: Key) -> Vec<u8> {
    let (algorithm, spki) = (key.signature_algorithm(), key.spki());
    let ca = der::extension(&[0x55, 0x1d, 19], true, b"\x30\x03\x01\x01\xff");
    let tbs =
        der::Tbs { serial: &[1], algorithm: &algorithm, issuer: name, subject: name, spki: &spki, extensions: &[ca] };
    der::signed(&tbs.der(), &algorithm, &[1])
}

/// What becomes of a packed attestation by an ES256 key with these certificates, under these anchors and lists.
pub fn decide(anchors: &[&[u8]], crls: &[Crl], x5c: &[&[u8]]) -> Result<(), Refusal> {
    let response = certified(Algorithm::Es256, x5c);
    let verified = verified(&response, None, Quirks::NONE).ok_or(Refusal::AttestationFormat)?;
    let user = UserHandle::new([1]).expect("a handle");
    policy(anchors, crls).decide(verified, &user).map(drop).map_err(|failure| failure.refusal)
}

/// Authenticator data of a registration, its credential id 32 octets of 1.
pub fn authenticator_data() -> Vec<u8> {
    [&[crate::DIGEST; 32][..], b"\x45\0\0\0\0", &[0; 16], &[0, 32], &[1; 32], &es256()].concat()
}
