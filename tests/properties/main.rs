//! Properties of every input: a change of one bit is refused, the order of members does not matter, nothing panics, and an
//! accepted value has one encoding.

mod bits;
mod cbor;
mod json;
mod parsers;

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::Value as Json;
use wardkey::ceremony::{Origins, Site, authentication, registration};
use wardkey::crypto::{Algorithm, AwsLcRs};
use wardkey::policy::{AttestationPolicy, Trust, TrustAnchors};
use wardkey::x509::TrustAnchor;
use wardkey::{AuthenticationResponse, CredentialId, CredentialRecord, RegistrationResponse, UnixTime, UserHandle};
use wardkey_authenticator as made;
use wardkey_authenticator::json::base64url;
use wardkey_authenticator::{Authentication, PackedSelf, Registration};

fn site() -> Site {
    Site::new("example.org", Origins::exact(["https://example.org"]))
}

/// Verifies a registration with the expected anchors. Returns the code of the refusal, or `accepted`.
fn register(made: &Registration, json: &str) -> &'static str {
    let Ok(response) = RegistrationResponse::from_json(json) else { return "response-malformed" };
    let (site, algorithms) = (site(), Algorithm::OFFERABLE);
    let mut expected = registration::ExpectedRegistration::new(&site, &made.expected.challenge, &algorithms);
    expected.time = made.expected.validate_at.map(UnixTime::from_secs);
    let mut policy = AttestationPolicy::any();
    let anchors = made.expected.trust_anchors.iter().map(|der| TrustAnchor::from_der(der).unwrap());
    policy.trust = Trust::Verify(TrustAnchors::new(anchors));
    let user = UserHandle::new([1]).unwrap();
    registration::verify(&expected, &response, &AwsLcRs)
        .and_then(|verified| policy.decide(verified, &user))
        .map_or_else(|failure| failure.code(), |_| "accepted")
}

/// Verifies an authentication. Returns the code of the refusal, or `accepted`.
fn authenticate(made: &Authentication, json: &str) -> &'static str {
    let Ok(response) = AuthenticationResponse::from_json(json) else { return "response-malformed" };
    let stored = made.expected.credential.as_ref().unwrap();
    let (id, user) = (CredentialId::new(stored.id.clone()), UserHandle::new(stored.user_handle.clone().unwrap()));
    let mut record = CredentialRecord::new(id.unwrap(), user.unwrap(), stored.public_key.encode());
    record.backup_eligible = Some(stored.backup_eligible);
    let site = site();
    let expected = authentication::ExpectedAuthentication::new(&site, &made.expected.challenge);
    authentication::verify(&expected, &response, &record, &AwsLcRs)
        .map_or_else(|failure| failure.code(), |_| "accepted")
}

fn some() -> ProptestConfig {
    ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() }
}

fn few() -> ProptestConfig {
    ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() }
}

fn many() -> ProptestConfig {
    ProptestConfig { cases: 4096, failure_persistence: None, ..ProptestConfig::default() }
}

/// Bytes that a parser accepts, as a base for variants.
fn seeds() -> Vec<Vec<u8>> {
    let registration = Registration::new("properties.seeds", made::Algorithm::Es256).format(PackedSelf::new());
    let rsa = Registration::new("properties.seeds", made::Algorithm::Rs256)
        .authenticator_data(|data| data.extension("credProtect", 2));
    let authentication = Authentication::new("properties.seeds", made::Algorithm::Es256);
    let posted = [registration.make(), rsa.make()];
    let mut seeds = vec![registration.public_key_bytes(), rsa.public_key_bytes()];
    seeds.extend(posted.into_iter().flat_map(|p| [p.attestation_object, p.authenticator_data, p.client_data_json]));
    seeds.extend([authentication.make().authenticator_data, authentication.response().to_string().into()]);
    seeds.push(registration.response().to_string().into());
    seeds
}

/// One of these with a part replaced by random bytes.
fn mutated(seeds: Vec<Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
    let splice = (any::<prop::sample::Index>(), 0_usize..9, vec(any::<u8>(), 0..9));
    (prop::sample::select(seeds), vec(splice, 1..4)).prop_map(|(mut bytes, splices)| {
        for (at, len, new) in splices {
            let at = at.index(bytes.len() + 1);
            bytes.splice(at..(at + len).min(bytes.len()), new);
        }
        bytes
    })
}
