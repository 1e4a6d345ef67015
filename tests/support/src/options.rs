//! §5.4, §5.5: a ceremony that answers the options of a relying party, as a browser with a passkey does.

use crate::authentication::Authentication;
use crate::expected::RelyingParty;
use crate::hash::sha256;
use crate::keys::Algorithm;
use crate::registration::Registration;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use std::fmt;

/// Why no authenticator would answer these options.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OptionsError {
    /// This member is absent, or is not what the standard says.
    Member(&'static str),
    /// No algorithm of `pubKeyCredParams` is one of [`Algorithm::ALL`].
    Algorithms,
    /// The passkey is of another RP ID.
    RpId,
    /// `allowCredentials` does not list the passkey.
    NotAllowed,
}

impl fmt::Display for OptionsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Member(name) => write!(f, "the options have no usable `{name}`"),
            Self::Algorithms => f.write_str("the options offer no algorithm that the software authenticator has"),
            Self::RpId => f.write_str("the options are for a different RP ID than the passkey"),
            Self::NotAllowed => f.write_str("the options do not allow the passkey"),
        }
    }
}

impl std::error::Error for OptionsError {}

fn text<'a>(options: &'a Value, name: &'static str) -> Result<&'a str, OptionsError> {
    let pointer = format!("/{}", name.replace('.', "/"));
    options.pointer(&pointer).and_then(Value::as_str).ok_or(OptionsError::Member(name))
}

fn bytes(options: &Value, name: &'static str) -> Result<Vec<u8>, OptionsError> {
    URL_SAFE_NO_PAD.decode(text(options, name)?).map_err(|_| OptionsError::Member(name))
}

impl Registration {
    /// A registration that answers `options` (PublicKeyCredentialCreationOptionsJSON) on a page of `origin`. The authenticator takes
    /// the first algorithm it has, and gives no attestation; [`format`](Self::format) gives one. All random values are drawn from
    /// `name`: use another name for another passkey.
    ///
    /// # Errors
    /// [`OptionsError::Member`], [`OptionsError::Algorithms`].
    pub fn answering(name: &str, options: &Value, origin: &str) -> Result<Self, OptionsError> {
        let offered = options["pubKeyCredParams"].as_array().ok_or(OptionsError::Member("pubKeyCredParams"))?;
        let numbers = offered.iter().filter_map(|offer| offer["alg"].as_i64());
        let mut known = numbers.filter_map(|number| Algorithm::ALL.into_iter().find(|has| has.id() == number));
        let algorithm = known.next().ok_or(OptionsError::Algorithms)?;
        let rp_id = text(options, "rp.id")?;
        let rp = RelyingParty { id: rp_id.to_owned(), origins: vec![origin.to_owned()], ..RelyingParty::default() };
        let (challenge, user_handle) = (bytes(options, "challenge")?, bytes(options, "user.id")?);
        Ok(Self::new(name, algorithm)
            .client_data(|data| data.set("challenge", options["challenge"].clone()))
            .client_data(|data| data.set("origin", origin))
            .authenticator_data(|data| data.rp_id_hash = sha256(rp_id.as_bytes()))
            .expecting(|expected| {
                (expected.rp, expected.challenge, expected.user_handle) = (rp, challenge, user_handle);
            }))
    }
}

impl Authentication {
    /// A sign-in with `passkey` that answers `options` (PublicKeyCredentialRequestOptionsJSON) on a page of the origin where the
    /// passkey was registered.
    ///
    /// # Errors
    /// [`OptionsError::Member`], [`OptionsError::RpId`], [`OptionsError::NotAllowed`].
    pub fn answering(passkey: &Registration, options: &Value) -> Result<Self, OptionsError> {
        if text(options, "rpId")? != passkey.expected.rp.id {
            return Err(OptionsError::RpId);
        }
        let id = URL_SAFE_NO_PAD.encode(passkey.credential_id());
        let allowed = options["allowCredentials"].as_array().filter(|allowed| !allowed.is_empty());
        if allowed.is_some_and(|allowed| allowed.iter().all(|credential| credential["id"] != id.as_str())) {
            return Err(OptionsError::NotAllowed);
        }
        let challenge = bytes(options, "challenge")?;
        Ok(Self::of(passkey)
            .client_data(|data| data.set("challenge", options["challenge"].clone()))
            .expecting(|expected| expected.challenge = challenge))
    }
}
