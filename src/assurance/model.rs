//! What the FIDO metadata says of a model, as facts.

use crate::metadata::{
    AttachmentHint, Attested, Circumstance, Incidents, KeyProtection, Lookup, MatcherProtection, Metadata, Model,
    ModelId, Standing, Status, UserVerificationMethod,
};
use crate::time::UnixTime;
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};

/// The maximum number of words in a list of a stored [`ModelFacts`]. The longest vocabulary of the FIDO registry has 13.
const MAX_WORDS: usize = 64;

/// A FIPS 140 certification of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(clippy::exhaustive_structs, reason = "a level and its end")]
pub struct Fips {
    /// The overall level. 0: not validated.
    pub level: u8,
    /// The time from which the certification no longer counts. `None`: no end is known.
    #[serde(deserialize_with = "Option::deserialize")]
    pub sunset: Option<UnixTime>,
}

/// What the FIDO metadata says of the model of a credential. Whether it counts depends on the attestation: everything but the
/// incidents counts only if a trusted statement vouches for the AAGUID.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ModelFacts {
    /// How keys of users are protected.
    #[serde(deserialize_with = "bounded")]
    pub key_protection: Vec<KeyProtection>,
    /// How the comparison of biometrics or a PIN is protected.
    #[serde(deserialize_with = "bounded")]
    pub matcher_protection: Vec<MatcherProtection>,
    /// How the model is attached to a client.
    #[serde(deserialize_with = "bounded")]
    pub attachment: Vec<AttachmentHint>,
    /// The methods of user verification, of all alternatives.
    #[serde(deserialize_with = "bounded")]
    pub user_verification: Vec<UserVerificationMethod>,
    /// The FIPS 140 certification.
    #[serde(deserialize_with = "Option::deserialize")]
    pub fips: Option<Fips>,
    /// The incidents in effect.
    pub incidents: Incidents,
    /// Whether there is an update that the firmware is not known to have.
    pub update_available: bool,
}

impl ModelFacts {
    /// Returns what the metadata says of the model of a credential at `now`. `kept` is
    /// [`Registered::attested`](crate::policy::Registered::attested). If entries share the id, their words and incidents are
    /// joined and the lowest FIPS level counts. Returns `None` if the metadata does not have the model.
    ///
    /// ```
    /// use wardkey::UnixTime;
    /// use wardkey::assurance::{Facts, ModelFacts};
    /// use wardkey::metadata::{Attested, Metadata};
    /// fn add(facts: Facts, metadata: &Metadata, kept: &Attested, now: UnixTime) -> Facts {
    ///     let mut facts = facts;
    ///     facts.metadata = ModelFacts::of(metadata, kept, now);
    ///     facts
    /// }
    /// ```
    #[must_use]
    pub fn of(metadata: &Metadata, kept: &Attested, now: UnixTime) -> Option<Self> {
        let mut circumstance = Circumstance::at(now);
        circumstance.firmware = kept.firmware;
        if kept.proofs.is_empty() {
            return Self::joined(metadata, ModelId::Aaguid(kept.aaguid), &circumstance);
        }
        let each = kept.proofs.iter().filter_map(|proof| {
            circumstance.keys = Some(proof.keys());
            circumstance.firmware = kept.firmware.or(proof.firmware);
            Self::joined(metadata, proof.id(kept.aaguid)?, &circumstance)
        });
        each.reduce(Self::join)
    }

    fn joined(metadata: &Metadata, id: ModelId, circumstance: &Circumstance<'_>) -> Option<Self> {
        let (Lookup::Entries(numbers) | Lookup::Unreadable(numbers)) = metadata.lookup(&id) else { return None };
        let models = numbers.iter().filter_map(|number| metadata.model(*number));
        models.map(|model| Self::of_model(model, circumstance)).reduce(Self::join)
    }

    fn of_model(model: &Model, circumstance: &Circumstance<'_>) -> Self {
        let Standing { fips, incidents, update_available, .. } = model.standing(circumstance);
        let sunset = |level: u8| {
            let of_level = |status: &Status| matches!(status, Status::Fips(stated) if *stated == level);
            let reports = model.reports.iter().filter(|report| of_level(&report.status));
            let ends = reports.filter(|report| report.is_in_effect(circumstance.at)).filter_map(|report| report.sunset);
            ends.min().map(|day| day.starts()) // of several the earliest, because a claim may lower
        };
        Self {
            key_protection: model.traits.key_protection.clone(),
            matcher_protection: model.traits.matcher_protection.clone(),
            attachment: model.traits.attachment_hint.clone(),
            user_verification: model.traits.user_verification.iter().flatten().cloned().collect(),
            fips: fips.map(|level| Fips { level, sunset: sunset(level) }),
            incidents,
            update_available,
        }
    }

    /// Joins two entries for one model, so that the weaker statement counts.
    fn join(mut self, other: Self) -> Self {
        let weaker = |one: Fips, two: Fips| {
            let sunset = one.sunset.into_iter().chain(two.sunset).min();
            Fips { level: one.level.min(two.level), sunset }
        };
        self.key_protection.extend(other.key_protection);
        self.matcher_protection.extend(other.matcher_protection);
        self.attachment.extend(other.attachment);
        self.user_verification.extend(other.user_verification);
        self.fips = self.fips.zip(other.fips).map(|(one, two)| weaker(one, two));
        self.incidents = self.incidents.union(other.incidents);
        self.update_available |= other.update_available;
        self
    }
}

fn bounded<'de, T: Deserialize<'de>, D: Deserializer<'de>>(from: D) -> Result<Vec<T>, D::Error> {
    let words = Vec::<T>::deserialize(from)?;
    if words.len() <= MAX_WORDS { Ok(words) } else { Err(D::Error::custom("expected at most 64 words")) }
}
