//! What a relying party accepts of the FIDO metadata, as data: at registration, and again at each sign-in.

use super::TrustAnchors;
use crate::authenticator::Aaguid;
use crate::macros::setters;
use crate::metadata::{
    Circumstance, FipsLevel, Incident, Incidents, Level, Lookup, Metadata, ModelId, Reason, Reasons, Standing,
};
use crate::time::UnixTime;
use serde::{Deserialize, Serialize};

/// Which models are accepted, and what an incident does at a later sign-in.
///
/// As JSON, the members are those of the builder methods:
///
/// ```
/// use wardkey::metadata::Level;
/// use wardkey::policy::MetadataPolicy;
/// let policy: MetadataPolicy = serde_json::from_str(r#"{
///     "unknown_model": "refuse", "min_level": "L2", "min_fips": null,
///     "refuse": ["REVOKED", "USER_KEY_REMOTE_COMPROMISE"],
///     "suspend": ["REVOKED"], "step_up": ["USER_KEY_REMOTE_COMPROMISE", "UPDATE_AVAILABLE"],
///     "update_resolves": true, "claims": "ignore"
/// }"#)?;
/// assert_ne!(policy, MetadataPolicy::certified(Level::L2));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Wire", try_from = "Wire")]
pub struct MetadataPolicy {
    pub(super) accept_unknown: bool,
    pub(super) min_level: Option<Level>,
    pub(super) min_fips: Option<FipsLevel>,
    pub(super) refuse: Incidents,
    pub(super) suspend: Incidents,
    pub(super) step_up: Incidents,
    pub(super) step_up_for_update: bool,
    pub(super) update_resolves: bool,
    pub(super) claims_count_against: bool,
}

/// Why a policy is refused when it is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MetadataPolicyError {
    /// FIPS 140 has levels 1 to 4.
    #[error("expected a FIPS 140 level from 1 to 4")]
    FipsLevel,
    /// A name in `refuse`, `suspend` or `step_up` is no incident.
    #[error("expected the name of an incident; UPDATE_AVAILABLE is allowed only in step_up")]
    Incident,
}

/// What is weak in every use: the keys of users, or the attestation.
const BROKEN: [Incident; 3] =
    [Incident::Revoked, Incident::AttestationKeyCompromise, Incident::UserKeyRemoteCompromise];

impl MetadataPolicy {
    /// Refuses models that are revoked or broken from afar, and accepts those that the metadata does not have.
    #[must_use]
    pub fn open() -> Self {
        Self { accept_unknown: true, refuse: BROKEN.into_iter().collect(), step_up_for_update: false, ..Self::known() }
    }

    /// Accepts models that the metadata has, without a known weakness.
    #[must_use]
    pub fn known() -> Self {
        let suspend = [Incident::Revoked, Incident::UserKeyRemoteCompromise].into_iter().collect::<Incidents>();
        Self {
            accept_unknown: false,
            min_level: None,
            min_fips: None,
            refuse: Incident::ALL.into_iter().collect(),
            suspend,
            step_up: Incident::ALL.into_iter().filter(|incident| !suspend.contains(*incident)).collect(),
            step_up_for_update: true,
            update_resolves: true,
            claims_count_against: false,
        }
    }

    /// Accepts what [`Self::known`] accepts, with this level of FIDO certification or a higher one.
    #[must_use]
    pub fn certified(level: Level) -> Self {
        Self { min_level: Some(level), ..Self::known() }
    }

    /// Accepts what [`Self::known`] accepts, with this FIPS 140 certification.
    ///
    /// # Errors
    /// [`MetadataPolicyError::FipsLevel`].
    pub fn fips(level: FipsLevel) -> Result<Self, MetadataPolicyError> {
        let physical = level.physical.is_none_or(|level| (1..=4).contains(&level));
        if (1..=4).contains(&level.level) && physical {
            Ok(Self { min_fips: Some(level), ..Self::known() })
        } else {
            Err(MetadataPolicyError::FipsLevel)
        }
    }

    setters! {
        /// Accepts models that the metadata does not have, or refuses them.
        pub const fn accept_unknown(self, accept: bool) { accept_unknown: accept }
        /// Sets the incidents for which a registration is refused.
        pub fn refuse(self, incidents: impl IntoIterator<Item = Incident>) { refuse: incidents.into_iter().collect() }
        /// Sets the incidents for which a sign-in should be suspended.
        pub fn suspend(self, incidents: impl IntoIterator<Item = Incident>) { suspend: incidents.into_iter().collect() }
        /// Sets the incidents for which a sign-in should ask for more, and whether an available update is a reason too.
        pub fn step_up(self, incidents: impl IntoIterator<Item = Incident>, for_update: bool) { step_up: incidents.into_iter().collect(), step_up_for_update: for_update }
        /// Sets whether an update ends the weaknesses before it, for firmware that is known to have the update.
        pub const fn update_resolves(self, resolves: bool) { update_resolves: resolves }
        /// Sets whether the AAGUID of a credential without a trusted certificate counts against it. It never counts for it.
        pub const fn claims_count_against(self, count: bool) { claims_count_against: count }
    }

    /// Whether something is demanded that only certificates can show.
    pub(super) const fn demands_attestation(&self) -> bool {
        self.min_level.is_some() || self.min_fips.is_some()
    }

    /// Judges the reports of entries.
    pub(super) fn assess(&self, metadata: &Metadata, numbers: &[u32], circumstance: &Circumstance<'_>) -> Standings {
        let mut all = Standings::default();
        let circumstance = Circumstance { update_resolves: self.update_resolves, ..*circumstance };
        for model in numbers.iter().filter_map(|number| metadata.model(*number)) {
            let standing = Standing::of(&model.reports, &circumstance);
            let level = match self.min_level {
                Some(Level::Functional) => standing.functional || standing.level.is_some(),
                demanded => standing.level >= demanded,
            };
            if !level {
                all.below = all.below.with(Reason::LevelBelow);
            }
            if self.min_fips.is_some_and(|demanded| !demanded.is_met(&model.reports, &circumstance)) {
                all.below = all.below.with(Reason::FipsBelow);
            }
            all.add(standing);
        }
        all
    }

    /// What an unknown model lacks.
    pub(super) fn below_for_unknown(&self) -> Reasons {
        let level = self.min_level.map(|_| Reason::LevelBelow);
        let fips = self.min_fips.map(|_| Reason::FipsBelow);
        level.into_iter().chain(fips).collect()
    }

    /// Judges a model whose attestation was verified, or is not in question.
    #[must_use]
    pub fn judge(&self, metadata: &Metadata, id: &ModelId, circumstance: &Circumstance<'_>) -> ModelVerdict {
        match metadata.lookup(id) {
            Lookup::Unreadable(_) => ModelVerdict::without_entry(Reasons::NONE.with(Reason::EntryUnreadable)),
            Lookup::Absent if self.accept_unknown => ModelVerdict::without_entry(self.below_for_unknown()),
            Lookup::Absent => ModelVerdict::without_entry(Reasons::NONE.with(Reason::NotInMetadata)),
            Lookup::Entries(numbers) => {
                let found = self.assess(metadata, numbers, circumstance);
                let incidents = found.standing.incidents;
                let refused = incidents.iter().filter(|incident| self.refuse.contains(*incident));
                let reasons = refused.fold(found.below, |reasons, incident| reasons.with(incident.into()));
                ModelVerdict { reasons, standing: Some(found.standing) }
            }
        }
    }

    /// Judges a registration without certificates, or with certificates that are not trusted: the AAGUID is only a claim.
    pub(super) fn judge_claim(&self, metadata: &Metadata, aaguid: Aaguid, at: UnixTime) -> ModelVerdict {
        let mut reasons = Reasons::NONE;
        if self.demands_attestation() {
            reasons = reasons.with(Reason::NotAttested);
        }
        if self.claims_count_against {
            let claimed = self.judge(metadata, &ModelId::Aaguid(aaguid), &Circumstance::at(at));
            if claimed.reasons.contains(Reason::EntryUnreadable) {
                return claimed;
            }
            reasons = reasons.union(claimed.reasons.incidents());
        }
        ModelVerdict::without_entry(reasons)
    }
}

impl Reasons {
    /// Returns the reasons that are incidents.
    #[must_use]
    pub fn incidents(self) -> Self {
        Incident::ALL.into_iter().map(Reason::from).filter(|reason| self.contains(*reason)).collect()
    }

    /// What is known to be bad, so that it refuses also where nothing is required: incidents, and an entry that may have one.
    pub(super) fn known_bad(self) -> Self {
        let unreadable =
            [Reason::EntryUnreadable, Reason::NoMetadata].into_iter().filter(|reason| self.contains(*reason));
        unreadable.fold(self.incidents(), Self::with)
    }
}

/// What all entries of an id say together.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Standings {
    /// The standing of the one entry, or the worst of several on each axis.
    pub(super) standing: Standing,
    /// Demands on certification that an entry does not meet.
    pub(super) below: Reasons,
    any: bool,
}

impl Standings {
    fn add(&mut self, other: Standing) {
        if !self.any {
            (self.standing, self.any) = (other, true);
            return;
        }
        let one = &mut self.standing;
        (one.level, one.level_since) = (one.level, one.level_since).min((other.level, other.level_since));
        (one.fips, one.fips_since) = (one.fips, one.fips_since).min((other.fips, other.fips_since));
        one.functional &= other.functional;
        one.incidents = one.incidents.union(other.incidents);
        one.incident_since = one.incident_since.max(other.incident_since);
        one.update_available |= other.update_available;
    }
}

/// What a policy says of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ModelVerdict {
    /// Why the model is refused; empty if it is accepted.
    pub reasons: Reasons,
    /// What its reports say; `None` without an entry that can be read.
    pub standing: Option<Standing>,
}

impl ModelVerdict {
    /// Makes the verdict on a model without an entry that can be read.
    pub(super) const fn without_entry(reasons: Reasons) -> Self {
        Self { reasons, standing: None }
    }
}

/// Judges certificates by the metadata: [`Trust::Metadata`](super::Trust::Metadata).
#[derive(Clone, Debug)]
pub struct MetadataTrust {
    pub(super) policy: MetadataPolicy,
    pub(super) own: TrustAnchors,
    pub(super) required: bool,
}

impl MetadataTrust {
    /// Requires what the policy demands.
    #[must_use]
    pub fn verify(policy: MetadataPolicy) -> Self {
        Self { policy, own: TrustAnchors::default(), required: true }
    }

    /// Reports an authenticator that is not in the metadata, not trusted, not attested, or certified below what the policy
    /// demands, and accepts it. Refuses one of which something bad is known: an incident in the list of the policy, or an
    /// entry that cannot be read. It decides about registrations only: at a sign-in,
    /// [`reassess`](crate::metadata::Metadata::reassess) answers `StepUp` for what falls short of the policy.
    #[must_use]
    pub fn prefer(policy: MetadataPolicy) -> Self {
        Self { required: false, ..Self::verify(policy) }
    }

    /// Adds anchors and revocation lists of your own. [`TrustAnchors::for_aaguid`] lists take the place of the anchors in the
    /// metadata, and make a model known that the metadata does not have. The other lists of anchors are not used.
    #[must_use]
    pub fn with_anchors(self, anchors: TrustAnchors) -> Self {
        Self { own: anchors, ..self }
    }

    /// Returns the policy.
    #[must_use]
    pub const fn policy(&self) -> &MetadataPolicy {
        &self.policy
    }
}

/// The serde form.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    unknown_model: UnknownModel,
    min_level: Option<Level>,
    min_fips: Option<FipsLevel>,
    refuse: Vec<String>,
    suspend: Vec<String>,
    step_up: Vec<String>,
    update_resolves: bool,
    claims: Claims,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum UnknownModel {
    Accept,
    Refuse,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Claims {
    Ignore,
    Against,
}

const UPDATE_AVAILABLE: &str = "UPDATE_AVAILABLE";

impl From<MetadataPolicy> for Wire {
    fn from(policy: MetadataPolicy) -> Self {
        let names = |incidents: Incidents| incidents.iter().map(|incident| incident.name().to_owned());
        let update = policy.step_up_for_update.then(|| UPDATE_AVAILABLE.to_owned());
        Self {
            unknown_model: if policy.accept_unknown { UnknownModel::Accept } else { UnknownModel::Refuse },
            min_level: policy.min_level,
            min_fips: policy.min_fips,
            refuse: names(policy.refuse).collect(),
            suspend: names(policy.suspend).collect(),
            step_up: names(policy.step_up).chain(update).collect(),
            update_resolves: policy.update_resolves,
            claims: if policy.claims_count_against { Claims::Against } else { Claims::Ignore },
        }
    }
}

impl TryFrom<Wire> for MetadataPolicy {
    type Error = MetadataPolicyError;

    fn try_from(wire: Wire) -> Result<Self, MetadataPolicyError> {
        let named = |name: &String| Incident::ALL.into_iter().find(|incident| incident.name() == name);
        let set = |names: &[String]| names.iter().map(named).collect::<Option<Incidents>>();
        let (update, step_up): (Vec<_>, Vec<_>) = wire.step_up.into_iter().partition(|name| name == UPDATE_AVAILABLE);
        let base = match wire.min_fips {
            Some(level) => Self::fips(level)?,
            None => Self::known(),
        };
        Ok(Self {
            accept_unknown: wire.unknown_model == UnknownModel::Accept,
            min_level: wire.min_level,
            refuse: set(&wire.refuse).ok_or(MetadataPolicyError::Incident)?,
            suspend: set(&wire.suspend).ok_or(MetadataPolicyError::Incident)?,
            step_up: set(&step_up).ok_or(MetadataPolicyError::Incident)?,
            step_up_for_update: !update.is_empty(),
            update_resolves: wire.update_resolves,
            claims_count_against: wire.claims == Claims::Against,
            ..base
        })
    }
}
