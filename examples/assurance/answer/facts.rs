//! The kind `assurance`: facts to a ceiling, verdicts and the claims of a token.

use super::CASE;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use wardkey::UnixTime;
use wardkey::assurance::{
    Acr, AssuranceLevel, AttestationFacts, ConfirmationFacts, Declared, Facts, Fips, ModelFacts, OriginKind, Rules,
    Series, assess,
};
use wardkey::ceremony::authentication::UserVerification;
use wardkey::crypto::Algorithm;
use wardkey::metadata::{
    AttachmentHint, Incident, Incidents, KeyProtection, MatcherProtection, UserVerificationMethod,
};

#[derive(Deserialize)]
pub(super) struct Case {
    rules: String,
    facts: CaseFacts,
}

/// The facts. `client` and `signals` have no member here, because they change nothing.
#[derive(Deserialize)]
struct CaseFacts {
    algorithm: i64,
    challenge_bits: u64,
    user_present: bool,
    user_verification: UserVerification,
    backup_eligible: Option<bool>,
    origin: OriginKind,
    attestation: AttestationFacts,
    metadata: Option<CaseMetadata>,
    declared: Declared,
    age_secs: i64,
    now: i64,
    confirmation: Option<ConfirmationFacts>,
    series: Option<Series>,
}

#[derive(Deserialize)]
struct CaseMetadata {
    key_protection: Vec<KeyProtection>,
    matcher_protection: Vec<MatcherProtection>,
    attachment: Vec<AttachmentHint>,
    user_verification: Vec<UserVerificationMethod>,
    fips: Option<Fips>,
    incident: CaseIncident,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum CaseIncident {
    None,
    UpdateAvailable,
    Revoked,
    UserVerificationBypass,
    AttestationKeyCompromise,
    UserKeyRemoteCompromise,
    UserKeyPhysicalCompromise,
}

impl CaseIncident {
    fn incidents(self) -> Incidents {
        let incident = match self {
            Self::None | Self::UpdateAvailable => return Incidents::NONE,
            Self::Revoked => Incident::Revoked,
            Self::UserVerificationBypass => Incident::UserVerificationBypass,
            Self::AttestationKeyCompromise => Incident::AttestationKeyCompromise,
            Self::UserKeyRemoteCompromise => Incident::UserKeyRemoteCompromise,
            Self::UserKeyPhysicalCompromise => Incident::UserKeyPhysicalCompromise,
        };
        Incidents::NONE.with(incident)
    }
}

impl From<CaseMetadata> for ModelFacts {
    fn from(case: CaseMetadata) -> Self {
        let mut model = Self::default();
        model.key_protection = case.key_protection;
        model.matcher_protection = case.matcher_protection;
        model.attachment = case.attachment;
        model.user_verification = case.user_verification;
        model.fips = case.fips;
        model.incidents = case.incident.incidents();
        model.update_available = case.incident == CaseIncident::UpdateAvailable;
        model
    }
}

impl From<CaseFacts> for Facts {
    fn from(case: CaseFacts) -> Self {
        let mut facts = Self::unknown(UnixTime::from_secs(case.now));
        facts.algorithm = Algorithm::from_cose(case.algorithm);
        facts.challenge_bits = u32::try_from(case.challenge_bits).unwrap_or(u32::MAX);
        facts.user_present = case.user_present;
        facts.user_verification = case.user_verification;
        facts.backup_eligible = case.backup_eligible;
        facts.origin = case.origin;
        facts.attestation = case.attestation;
        facts.metadata = case.metadata.map(ModelFacts::from);
        facts.declared = case.declared;
        facts.age_secs = case.age_secs;
        facts.confirmation = case.confirmation;
        facts.series = case.series;
        facts
    }
}

pub(super) fn answer(case: Case) -> Result<Value, &'static str> {
    let rules = Rules::from_name(&case.rules).ok_or(CASE)?;
    let assurance = assess(&case.facts.into(), rules);
    let verdicts: Map<_, _> =
        assurance.findings().map(|(rule, verdict)| (rule.id().to_owned(), verdict.name().into())).collect();
    Ok(json!({
        "ceiling": assurance.ceiling().map(AssuranceLevel::name),
        "rules": verdicts,
        "amr": assurance.amr(),
        "acr": assurance.acr().map(Acr::name),
    }))
}
