//! Writes ceremonies of this library as vectors of format 1, for bundles. A choice that format 1 has no word for is
//! [`Inexpressible`].

use super::{Bytes, Credential, Expected, Inexpressible, Kind, Policy, Rp, Vector};
use crate::attestation::{AttestationType, CompoundPolicy, KeyEnforcement};
use crate::ceremony::authentication::{ExpectedAuthentication, SignCountPolicy};
use crate::ceremony::registration::ExpectedRegistration;
use crate::ceremony::{BackupEligibility, BackupEligibilityChange, BackupState, Site};
use crate::client::json::ResponseError;
use crate::client::{AuthenticationResponse, RegistrationResponse};
use crate::credential::CredentialRecord;
use crate::crypto::Algorithm;
use crate::policy::{AttestationPolicy, Trust};
use crate::quirk::Quirks;
use crate::time::UnixTime;
use crate::x509::TrustAnchor;
use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;

impl Vector {
    /// Writes a registration. `stored` is the record that the store has already under the id of the credential.
    pub(crate) fn of_registration(
        expected: &ExpectedRegistration<'_>,
        policy: &AttestationPolicy,
        posted: &str,
        stored: Option<&CredentialRecord>,
    ) -> Result<Self, Inexpressible> {
        only_if(expected.backup_eligibility == BackupEligibility::Any, "backup eligibility")?;
        only_if(expected.backup_state == BackupState::Any, "backup state")?;
        only_if(policy.compound == CompoundPolicy::All, "compound policy")?;
        only_if(expected.key_enforcement == KeyEnforcement::default(), "key enforcement")?;
        only_if(!expected.attestation_unjudged, "attestation that is not judged")?;
        only_if(policy.key_enforcement == KeyEnforcement::default(), "key enforcement")?;
        only_if(!policy.enterprise, "enterprise attestation")?;
        only_if(policy.allow_aaguids.is_none() && policy.deny_aaguids.is_empty(), "lists of models")?;
        // Format 1 has a choice for these two types, and accepts all others.
        let has_choice =
            |kind: &AttestationType| matches!(kind, AttestationType::None | AttestationType::SelfAttestation);
        let mut others = AttestationPolicy::any().types.into_iter().filter(|kind| !has_choice(kind));
        only_if(others.all(|kind| policy.types.contains(&kind)), "attestation types")?;
        let (trust, trust_anchors): (_, &[TrustAnchor]) = match &policy.trust {
            Trust::Ignore => ("ignore", &[]),
            Trust::Verify(anchors) => {
                only_if(policy.accept_legacy_rs1, "RS1 in attestation")?;
                ("verify", anchors.for_all().ok_or(Inexpressible("trust anchors of one model or format"))?)
            }
            _ => return Err(Inexpressible("trust")),
        };
        Ok(Self {
            kind: Kind::Registration,
            rp: Rp::of(expected.site)?,
            expected: Expected {
                challenge: Bytes::of(expected.challenge),
                uv_required: expected.user_verification_required,
                validate_at: expected.time.map(UnixTime::secs),
                mediation: expected.conditional.then(|| "conditional".to_owned()),
                algs: Some(numbers(expected.algorithms)),
                trust_anchors: trust_anchors.iter().map(|anchor| Bytes::of(anchor.der())).collect(),
                attestation_policy: Some(Policy {
                    accept_none: policy.types.contains(&AttestationType::None),
                    accept_self: policy.types.contains(&AttestationType::SelfAttestation),
                    trust: trust.to_owned(),
                }),
                known_credential_ids: stored.iter().map(|record| Bytes::of(record.id.as_bytes())).collect(),
                compound_policy: Some("all".to_owned()),
                extensions: Some(extensions(&expected.extensions)?),
                quirks: names(expected.quirks),
                ..Expected::default()
            },
            response: raw(posted, RegistrationResponse::from_json)?,
        })
    }

    /// Writes an authentication, with the record as it was before.
    pub(crate) fn of_authentication(
        expected: &ExpectedAuthentication<'_>,
        record: &CredentialRecord,
        posted: &str,
    ) -> Result<Self, Inexpressible> {
        only_if(expected.backup_eligibility == BackupEligibility::Any, "backup eligibility")?;
        only_if(expected.backup_state == BackupState::Any, "backup state")?;
        only_if(expected.backup_eligibility_change == BackupEligibilityChange::Refuse, "changed backup eligibility")?;
        // Format 1 lets every algorithm sign in except RS1, which must be named.
        let all = Algorithm::OFFERABLE.iter().all(|algorithm| expected.algorithms.contains(algorithm));
        only_if(all, "algorithms that may sign in")?;
        let rs1 = expected.algorithms.contains(&Algorithm::LegacyRs1);
        let owner = record.user_handle.as_bytes();
        only_if(expected.user_handle.is_none_or(|user| user == owner), "a record of another user")?;
        let counter = match expected.sign_count {
            SignCountPolicy::Reject => "reject",
            SignCountPolicy::Report => "report",
            SignCountPolicy::RejectDeviceBound => return Err(Inexpressible("counters of device-bound credentials")),
        };
        Ok(Self {
            kind: Kind::Authentication,
            rp: Rp::of(expected.site)?,
            expected: Expected {
                challenge: Bytes::of(expected.challenge),
                uv_required: expected.user_verification_required,
                validate_at: expected.time.map(UnixTime::secs),
                algs: rs1.then(|| numbers(expected.algorithms)),
                allow_credentials: Some(expected.allow_credentials.iter().map(|id| Bytes::of(id.as_bytes())).collect()),
                user_identified: Some(expected.user_handle.is_some()),
                appid: expected.appid.map(str::to_owned),
                counter_policy: Some(counter.to_owned()),
                backup_policy: Some("verify".to_owned()),
                credential: Some(Credential {
                    id: Bytes::of(record.id.as_bytes()),
                    public_key_cose: Bytes::of(&record.public_key),
                    sign_count: record.sign_count,
                    user_handle: Some(Bytes::of(owner)),
                    backup_eligible: record.backup_eligible,
                    backup_state: record.backup_state,
                    uv_initialized: Some(record.uv_initialized),
                }),
                extensions: Some(extensions(&expected.extensions)?),
                quirks: names(expected.quirks),
                ..Expected::default()
            },
            response: raw(posted, AuthenticationResponse::from_json)?,
        })
    }
}

/// Accepts a choice only if it is the one that format 1 has.
const fn only_if(expressible: bool, member: &'static str) -> Result<(), Inexpressible> {
    if expressible { Ok(()) } else { Err(Inexpressible(member)) }
}

/// Returns the COSE numbers.
fn numbers(algorithms: &[Algorithm]) -> Vec<i64> {
    algorithms.iter().map(|algorithm| algorithm.cose().into()).collect()
}

/// Returns the expectations of extensions, in the JSON form of the states.
fn extensions(expected: &impl Serialize) -> Result<Value, Inexpressible> {
    serde_json::to_value(expected).map_err(|_| Inexpressible("extensions"))
}

fn names(quirks: Quirks) -> Vec<String> {
    quirks.iter().map(|quirk| quirk.name().to_owned()).collect()
}

fn raw<R: PartialEq>(posted: &str, read: fn(&str) -> Result<R, ResponseError>) -> Result<Box<RawValue>, Inexpressible> {
    // A bundle has each member once, so it cannot have a response that is refused because a member occurs twice.
    if let Ok(once) = serde_json::from_str::<Value>(posted) {
        only_if(read(posted).ok() == read(&once.to_string()).ok(), "a member that occurs twice")?;
    }
    RawValue::from_string(posted.to_owned()).map_err(|_| Inexpressible("response"))
}

impl Bytes {
    fn of(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }
}

impl Rp {
    fn of(site: &Site) -> Result<Self, Inexpressible> {
        if site.top_origin_required {
            return Err(Inexpressible("frames whose page must be named"));
        }
        Ok(Self {
            id: site.rp_id.clone(),
            origins: site.origins.listed().ok_or(Inexpressible("subdomains and ports"))?,
            allow_cross_origin: site.top_origins.is_some(),
            top_origins: site.top_origins.clone().unwrap_or_default(),
        })
    }
}
