//! Ceremony vectors, format 1 (`tests/vectors/README.md`): a whole ceremony as data, what the relying party expected and what
//! the browser posted.
//!
//! One format serves the published vectors and the archived bundles, so a runner in any language can judge an archive. The
//! pure functions of [`ceremony`](crate::ceremony) and [`policy`](crate::policy) judge; this module only converts. This file has
//! the members of the format, `judge` verifies a vector, and `write` makes vectors of ceremonies.

mod judge;
#[cfg(feature = "audit")]
mod write;

pub use judge::Judgement;

use crate::codec::base64url;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

/// A byte string, in base64url.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Bytes(#[serde(with = "base64url::text")] Vec<u8>);

/// A ceremony of format 1.
#[derive(Debug, Serialize, Deserialize)]
pub struct Vector {
    kind: Kind,
    rp: Rp,
    expected: Expected,
    response: Box<RawValue>,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Registration,
    Authentication,
}

#[derive(Debug, Serialize, Deserialize)]
struct Rp {
    id: String,
    origins: Vec<String>,
    #[serde(default)]
    allow_cross_origin: bool,
    #[serde(default)]
    top_origins: Vec<String>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Expected {
    challenge: Bytes,
    uv_required: bool,
    mediation: Option<String>,
    algs: Option<Vec<i64>>,
    #[serde(default)]
    trust_anchors: Vec<Bytes>,
    validate_at: Option<i64>,
    attestation_policy: Option<Policy>,
    #[serde(default)]
    known_credential_ids: Vec<Bytes>,
    compound_policy: Option<String>,
    allow_credentials: Option<Vec<Bytes>>,
    user_identified: Option<bool>,
    appid: Option<String>,
    counter_policy: Option<String>,
    backup_policy: Option<String>,
    extensions: Option<Value>,
    credential: Option<Credential>,
    #[serde(default)]
    quirks: Vec<String>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Policy {
    accept_none: bool,
    accept_self: bool,
    trust: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct Credential {
    id: Bytes,
    public_key_cose: Bytes,
    sign_count: u32,
    user_handle: Option<Bytes>,
    backup_eligible: Option<bool>,
    backup_state: Option<bool>,
    uv_initialized: Option<bool>,
}

/// The member of a vector that the library cannot express, or that has a value outside of format 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the library cannot express this value of `{0}`")]
#[non_exhaustive]
pub struct Inexpressible(pub &'static str);
