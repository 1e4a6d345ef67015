//! One relying party, one challenge, and what a browser would post to it.

use crate::{Yes, cbor};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::sync::LazyLock;
use wardkey::RegistrationResponse;
use wardkey::ceremony::registration::{Expected, VerifiedRegistration, verify};
use wardkey::client::{Framing, Origins, Site};
use wardkey::policy::{AttestationPolicy, Trust, TrustAnchor, TrustAnchors};
use wardkey::x509::Crl;

/// The challenge that was sent in every ceremony.
pub const CHALLENGE: [u8; 32] = [0; 32];

/// The relying party of every ceremony; the top bit lets it be framed.
pub fn site(bits: u8) -> Site {
    let framing = match bits >> 7 {
        0 => Framing::SameOrigin,
        _ => Framing::CrossOrigin(vec!["https://top.example".to_owned()]),
    };
    Site::new("example.org", Origins::exact(["https://example.org"]).with_subdomains(), framing)
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

/// A registration with a packed attestation, these its certificates.
pub fn certified(x5c: &[&[u8]]) -> RegistrationResponse {
    let certificates: Vec<u8> = x5c.iter().flat_map(|der| cbor::string(2, der)).collect();
    let statement = [&b"\xa3\x63alg\x26\x63sig\x40\x63x5c"[..], &cbor::head(4, x5c.len() as u64), &certificates];
    let object = cbor::attestation_object("packed", &statement.concat(), &authenticator_data());
    let json = registration_json(&[1; 32], &creation_client_data(), &object);
    RegistrationResponse::from_json(&json).expect("a response")
}

/// The registration, if it verifies behind the backend that says yes.
pub fn verified(response: &RegistrationResponse) -> Option<VerifiedRegistration<'_>> {
    static SITE: LazyLock<Site> = LazyLock::new(|| site(0));
    verify(&Expected::new(&SITE, &CHALLENGE, &wardkey::crypto::Algorithm::ALL), response, &Yes).ok()
}

/// A policy that trusts these certificates, as far as they are such, but for what these lists revoke.
pub fn policy(anchors: &[&[u8]], crls: &[Crl]) -> AttestationPolicy {
    let mut policy = AttestationPolicy::any();
    let anchors = anchors.iter().filter_map(|der| TrustAnchor::from_der(der).ok());
    policy.trust = Trust::Verify(TrustAnchors::new(anchors).with_crls(crls.iter().cloned()));
    policy
}

/// An ES256 key, as good as any to [`Yes`](crate::Yes).
pub fn es256() -> Vec<u8> {
    [b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20", &[2; 32][..], b"\x22\x58\x20", &[3; 32]].concat()
}

/// Authenticator data of a registration, its credential id 32 octets of 1.
pub fn authenticator_data() -> Vec<u8> {
    [&[crate::DIGEST; 32][..], b"\x45\0\0\0\0", &[0; 16], &[0, 32], &[1; 32], &es256()].concat()
}
