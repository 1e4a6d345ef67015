//! §16 Test vectors, made again from their seeds: the standard's own ceremonies, byte for byte.
//!
//! The values are drawn in the standard's order, one counter for a registration and its authentication: challenge,
//! credential private key, client data flags (and, if their lowest bit is set, the random part of `extraData`), AAGUID,
//! credential id, authenticator data flags (not for fido-u2f), what the attestation format draws; then challenge,
//! client data flags, authenticator data flags.

use crate::attestation::android_key::AuthorizationList;
use crate::attestation::{AndroidKey, Apple, FidoU2f, Format, NoAttestation, Packed, PackedSelf, Tpm};
use crate::authentication::Authentication;
use crate::authenticator_data::flags::{AT, BE, BS, UP, UV};
use crate::client_data::ClientData;
use crate::der;
use crate::expected::RelyingParty;
use crate::json::base64url;
use crate::keys::{Algorithm, Key, Modulus};
use crate::registration::Registration;
use crate::seed::Seed;
use crate::x509::{Authority, Certified, Chain, Name};
use std::sync::Arc;

/// One vector of §16: a registration, and a sign-in with its credential.
#[derive(Clone, Debug)]
pub struct Ceremony {
    /// The last part of the vector's anchor in the standard.
    pub name: &'static str,
    /// Whether the standard replaced it by a later generation, because a relying party must refuse it.
    pub superseded: bool,
    /// The registration.
    pub registration: Registration,
    /// The authentication.
    pub authentication: Authentication,
}

/// The seed, the algorithm, the attestation format and the lengths of one vector.
struct Row {
    name: &'static str,
    info: &'static str,
    algorithm: Algorithm,
    format: Arc<dyn Format>,
    challenge_len: usize,
    credential_id_len: usize,
    framed: Framed,
}

/// Where the page is.
#[derive(Clone, Copy, PartialEq)]
enum Framed {
    No,
    /// In a cross-origin frame.
    CrossOrigin,
    /// The same, and the client names the top origin.
    TopOrigin,
}

impl Row {
    fn new(name: &'static str, info: &'static str, algorithm: Algorithm, format: impl Format + 'static) -> Self {
        let format = Arc::new(format);
        Self { name, info, algorithm, format, challenge_len: 32, credential_id_len: 32, framed: Framed::No }
    }

    /// A vector that varies `none.ES256`.
    fn none(name: &'static str, info: &'static str) -> Self {
        Self::new(name, info, Algorithm::Es256, NoAttestation)
    }
}

/// The fifteen vectors of §16 in their order, then the two earlier generations of android-key.
pub fn ceremonies() -> Vec<Ceremony> {
    use Algorithm::{Ed448, EdDsa, Es256, Es384, Es512, Rs256};
    let packed = || Packed::new().chain(chain());
    let rows = [
        Row::none("none-es256", "none.ES256"),
        Row::new("packed-self-es256", "packed-self.ES256", Es256, PackedSelf::new()),
        Row { framed: Framed::CrossOrigin, ..Row::none("none-es256-cross-origin", "none.ES256.crossOrigin") },
        Row { framed: Framed::TopOrigin, ..Row::none("none-es256-top-origin", "none.ES256.topOrigin") },
        Row { credential_id_len: 1023, ..Row::none("none-es256-long-credential-id", "none.ES256.long-credential-id") },
        Row::new("packed-es256", "packed.ES256", Es256, packed()),
        Row::new("packed-es384", "packed.ES384", Es384, packed()),
        Row { challenge_len: 128, ..Row::new("packed-es512", "packed.ES512", Es512, packed()) },
        Row::new("packed-rs256", "packed.RS256", Rs256, packed()),
        Row::new("packed-eddsa", "packed.EdDSA", EdDsa, packed()),
        Row::new("packed-ed448", "packed.Ed448", Ed448, packed()),
        Row::new("tpm-es256", "tpm.ES256", Es256, Tpm::new().chain(chain())),
        Row::new("android-key-es256", "android-key.ES256", Es256, android_key()),
        Row::new("apple-es256", "apple.ES256", Es256, Apple::new().chain(chain())),
        Row::new("fido-u2f-es256", "fido-u2f.ES256", Es256, FidoU2f::new().chain(chain())),
        Row::new("android-key-es256-ed", "android-key.ES256", Es256, without_authorizations(android_key())),
        Row::new("android-key-es256-cr20260113", "android-key.ES256", Es256, with_integer_levels(android_key())),
    ];
    rows.into_iter().map(ceremony).collect()
}

/// The attestation root certificate (§16.1).
pub fn attestation_root() -> Authority {
    let name = Name::new("WebAuthn test vectors", "W3C", "Authenticator Attestation CA");
    Authority::named(name, "Attestation CA", Algorithm::Es256, Modulus::Root, None)
}

fn chain() -> Chain {
    let subject = Name::new("WebAuthn test vectors", "W3C", "Authenticator Attestation");
    Chain::under(vec![attestation_root()]).subject(subject)
}

/// A key in software, although its properties are in the hardware-enforced list.
fn android_key() -> AndroidKey {
    AndroidKey::new().chain(chain()).key_description(|description| {
        description.attestation_security_level = der::enumerated(0);
        description.key_mint_version = 0;
        description.key_mint_security_level = der::enumerated(0);
    })
}

/// The second generation: purpose and origin were forgotten.
fn without_authorizations(android_key: AndroidKey) -> AndroidKey {
    android_key.key_description(|description| description.hardware_enforced = AuthorizationList::default())
}

/// The first generation: besides, the security levels were INTEGER instead of ENUMERATED.
fn with_integer_levels(android_key: AndroidKey) -> AndroidKey {
    without_authorizations(android_key).key_description(|description| {
        description.attestation_security_level = der::integer(0);
        description.key_mint_security_level = der::integer(0);
    })
}

fn ceremony(row: Row) -> Ceremony {
    let mut seed = Seed::new(row.info);
    let registration = registration(&row, &mut seed);
    let mut after = registration.seed.clone();
    registration.make_drawing(&mut after);
    let authentication = authentication(&row, &registration, &mut after);
    let superseded = row.name.starts_with("android-key-es256-");
    Ceremony { name: row.name, superseded, registration, authentication }
}

fn registration(row: &Row, seed: &mut Seed) -> Registration {
    let challenge = seed.draw(row.challenge_len);
    let key = Key::draw(row.algorithm, Modulus::Mersenne, seed);
    let extra_data = draw_extra_data(seed);
    let (aaguid, credential_id) = (seed.draw(16), seed.draw(row.credential_id_len));
    let flags = if row.format.identifier() == "fido-u2f" { 0 } else { seed.draw(1)[0] & (UV | BE | BS) };
    // The standard's vectors have no users; a relying party cannot do without.
    let user_handle = seed.value(u8::MAX, 32);
    let mut registration =
        Registration::with(relying_party(row.framed), challenge, key, aaguid, credential_id, user_handle, seed.clone())
            .format(Arc::clone(&row.format))
            .client_data(|data| finish(data, row.framed, extra_data));
    registration.authenticator_data.flags = UP | AT | without_stray_bs(flags);
    registration
}

fn authentication(row: &Row, registration: &Registration, seed: &mut Seed) -> Authentication {
    let challenge = seed.draw(row.challenge_len);
    let extra_data = draw_extra_data(seed);
    let flags = seed.draw(1)[0] & (UV | BS) | registration.authenticator_data.flags & BE;
    let mut authentication =
        Authentication::with(registration, challenge).client_data(|data| finish(data, row.framed, extra_data));
    authentication.authenticator_data.flags = UP | without_stray_bs(flags);
    authentication.user_handle = None;
    authentication
}

/// What is not eligible for backup is not backed up.
fn without_stray_bs(flags: u8) -> u8 {
    if flags & BE == 0 { flags & !BS } else { flags }
}

fn draw_extra_data(seed: &mut Seed) -> Option<String> {
    let drawn = seed.draw(1)[0] & 1 == 1;
    drawn.then(|| {
        let sentence = "clientDataJSON may be extended with additional fields in the future, such as this: ";
        sentence.to_string() + &base64url(&seed.draw(16))
    })
}

fn relying_party(framed: Framed) -> RelyingParty {
    let top_origins = if framed == Framed::No { Vec::new() } else { vec!["https://example.com".into()] };
    RelyingParty { allow_cross_origin: framed != Framed::No, top_origins, ..RelyingParty::default() }
}

fn finish(data: &mut ClientData, framed: Framed, extra_data: Option<String>) {
    data.set("crossOrigin", framed != Framed::No);
    if framed == Framed::TopOrigin {
        data.push("topOrigin", "https://example.com");
    }
    if let Some(extra_data) = extra_data {
        data.push("extraData", extra_data);
    }
}
