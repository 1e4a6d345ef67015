//! What the relying party expects of a ceremony (§7.1, §7.2).

use crate::cbor::Cbor;

/// 2026-11-23T00:00:00Z: the time at which certificates are judged.
pub const VALIDATE_AT: i64 = 1_795_392_000;

/// The relying party.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelyingParty {
    /// The RP ID.
    pub id: String,
    /// The exact origins accepted.
    pub origins: Vec<String>,
    /// Whether it accepts cross-origin frames.
    pub allow_cross_origin: bool,
    /// The accepted top origins, if it does.
    pub top_origins: Vec<String>,
}

impl Default for RelyingParty {
    /// `example.org`, as in §16.
    fn default() -> Self {
        Self {
            id: "example.org".into(),
            origins: vec!["https://example.org".into()],
            allow_cross_origin: false,
            top_origins: Vec::new(),
        }
    }
}

/// What is expected of a registration.
#[derive(Clone, Debug, PartialEq)]
pub struct RegistrationExpected {
    /// The relying party.
    pub rp: RelyingParty,
    /// The challenge sent.
    pub challenge: Vec<u8>,
    /// The user handle sent.
    pub user_handle: Vec<u8>,
    /// Whether user verification is required.
    pub uv_required: bool,
    /// Whether it is a conditional create, for which UP may be clear.
    pub conditional: bool,
    /// The COSE algorithms offered; `None`: all that the library verifies except RS1.
    pub algs: Option<Vec<i64>>,
    /// The certificates trusted for attestation.
    pub trust_anchors: Vec<Vec<u8>>,
    /// The time at which certificates are judged, in Unix seconds.
    pub validate_at: Option<i64>,
    /// Whether the attestation type None is accepted.
    pub accept_none: bool,
    /// Whether self attestation is accepted.
    pub accept_self: bool,
    /// Whether the certification path must end at a trust anchor; otherwise it is not checked.
    pub verify_trust: bool,
    /// The credential ids that are registered already, for any account.
    pub known_credential_ids: Vec<Vec<u8>>,
    /// The names of the quirks that are accepted.
    pub quirks: Vec<String>,
}

/// What is expected of an authentication.
#[derive(Clone, Debug, PartialEq)]
pub struct AuthenticationExpected {
    /// The relying party.
    pub rp: RelyingParty,
    /// The challenge sent.
    pub challenge: Vec<u8>,
    /// Whether user verification is required.
    pub uv_required: bool,
    /// The COSE algorithms offered; `None`: all that the library verifies except RS1. At a sign-in it decides about RS1
    /// alone, because an algorithm that is no longer offered still signs in.
    pub algs: Option<Vec<i64>>,
    /// The ids sent in allowCredentials; empty: none were sent; `None`: not judged.
    pub allow_credentials: Option<Vec<Vec<u8>>>,
    /// Whether the user was known before the ceremony.
    pub user_identified: bool,
    /// The AppID of the extension `appid`, if it was requested.
    pub appid: Option<String>,
    /// Whether a counter that does not advance is refused; otherwise it is only reported.
    pub refuse_counter: bool,
    /// The stored record; `None`: the response must already be refused while it is parsed.
    pub credential: Option<CredentialRecord>,
    /// The names of the quirks that are accepted.
    pub quirks: Vec<String>,
}

/// The credential record (§4), with the items that a verdict needs.
#[derive(Clone, Debug, PartialEq)]
pub struct CredentialRecord {
    /// The credential id.
    pub id: Vec<u8>,
    /// The credential public key.
    pub public_key: Cbor,
    /// The signature counter.
    pub sign_count: u32,
    /// The user handle of the owner; `None`: unknown.
    pub user_handle: Option<Vec<u8>>,
    /// BE when it was registered.
    pub backup_eligible: bool,
    /// BS when it was last used.
    pub backup_state: bool,
    /// Whether user verification was performed before.
    pub uv_initialized: bool,
    /// The transports.
    pub transports: Vec<String>,
}
