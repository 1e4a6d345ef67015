//! What the metadata said of one attestation statement, for the evidence of a registration.

use super::status::{Day, Incidents, Level, Standing};
use super::{Metadata, ModelId, Reasons};
use crate::codec::hex;
use crate::macros::serde_by_text;
use serde::{Deserialize, Serialize};

/// What the metadata said of one statement of a registration.
///
/// As JSON it is one flat object. Dates are `YYYY-MM-DD`, and the digest is in hexadecimal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Wire", try_from = "Wire")]
#[non_exhaustive]
pub struct MetadataEvidence {
    /// The number of the BLOB.
    pub no: u64,
    /// The SHA-256 of its decoded signature.
    pub signature_sha256: [u8; 32],
    /// Whether its signer was checked by name.
    pub signer_named: bool,
    /// The id that was looked up.
    pub model: ModelId,
    /// What the reports of the model say. `None` without an entry that can be read, and if the model is only claimed: then its entry
    /// was not judged, or only for what counts against it.
    pub standing: Option<Standing>,
    /// What was found and let pass.
    pub notes: Reasons,
}

impl MetadataEvidence {
    pub(crate) fn new(metadata: &Metadata, model: ModelId, standing: Option<Standing>, notes: Reasons) -> Self {
        Self {
            no: metadata.number(),
            signature_sha256: metadata.signature_sha256(),
            signer_named: metadata.signer().name.is_some(),
            model,
            standing,
            notes,
        }
    }
}

/// The serde form. `found` says whether an entry was judged; the members after it are of its reports.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    no: u64,
    signature_sha256: String,
    signer_named: bool,
    model: ModelId,
    found: bool,
    level: Option<Level>,
    level_since: Option<Day>,
    functional: bool,
    fips: Option<u8>,
    fips_since: Option<Day>,
    incidents: Incidents,
    incident_since: Option<Day>,
    update_available: bool,
    notes: Reasons,
}

impl From<MetadataEvidence> for Wire {
    fn from(of: MetadataEvidence) -> Self {
        let standing = of.standing.unwrap_or_default();
        Self {
            no: of.no,
            signature_sha256: hex::encode(&of.signature_sha256),
            signer_named: of.signer_named,
            model: of.model,
            found: of.standing.is_some(),
            level: standing.level,
            level_since: standing.level_since,
            functional: standing.functional,
            fips: standing.fips,
            fips_since: standing.fips_since,
            incidents: standing.incidents,
            incident_since: standing.incident_since,
            update_available: standing.update_available,
            notes: of.notes,
        }
    }
}

impl TryFrom<Wire> for MetadataEvidence {
    type Error = &'static str;

    fn try_from(wire: Wire) -> Result<Self, &'static str> {
        let standing = Standing {
            level: wire.level,
            level_since: wire.level_since,
            functional: wire.functional,
            fips: wire.fips,
            fips_since: wire.fips_since,
            incidents: wire.incidents,
            incident_since: wire.incident_since,
            update_available: wire.update_available,
        };
        Ok(Self {
            no: wire.no,
            signature_sha256: hex::decode_array(&wire.signature_sha256).ok_or("expected a SHA-256 in hexadecimal")?,
            signer_named: wire.signer_named,
            model: wire.model,
            standing: wire.found.then_some(standing),
            notes: wire.notes,
        })
    }
}

serde_by_text!(Day, ModelId);
