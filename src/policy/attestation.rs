//! Which attestations are accepted (§7.1 steps 23 and 24), as data.
//!
//! What an authenticator says of itself counts for nothing until a chain of certificates leads from its statement to
//! an anchor that the relying party chose: its AAGUID bites only after that.

use super::{Registered, TrustAnchor};
use crate::attestation::{Attestation, AttestationType, CompoundPolicy, Format, KeyEnforcement};
use crate::authenticator::Aaguid;
use crate::ceremony::registration::VerifiedRegistration;
use crate::ceremony::{Ceremony, Failure, Refusal};
use crate::credential::UserHandle;
use crate::crypto::{Algorithm, Backend};
use crate::quirk::{Quirk, Quirks};
use crate::time::UnixTime;
use crate::x509::certificate::Certificate;
use crate::x509::chain::{self, Chain, Rules};
use crate::x509::oid;

/// The certificates that a relying party trusts for attestation: for everything, for a format, or for one model.
///
/// The narrowest list that there is decides: an anchor for one AAGUID vouches for no other, and one for everything
/// does not vouch for a model that has its own.
#[derive(Clone, Debug, Default)]
pub struct TrustAnchors {
    any: Vec<TrustAnchor>,
    formats: Vec<(Format, Vec<TrustAnchor>)>,
    aaguids: Vec<(Aaguid, Vec<TrustAnchor>)>,
}

impl TrustAnchors {
    /// Trusted for every format and model that has no list of its own.
    pub fn new(anchors: impl IntoIterator<Item = TrustAnchor>) -> Self {
        Self { any: anchors.into_iter().collect(), ..Self::default() }
    }

    /// Trusted for one format. Later lists add to earlier ones.
    #[must_use]
    pub fn for_format(mut self, format: Format, anchors: impl IntoIterator<Item = TrustAnchor>) -> Self {
        add(&mut self.formats, format, anchors);
        self
    }

    /// Trusted for one model. Later lists add to earlier ones.
    #[must_use]
    pub fn for_aaguid(mut self, aaguid: Aaguid, anchors: impl IntoIterator<Item = TrustAnchor>) -> Self {
        add(&mut self.aaguids, aaguid, anchors);
        self
    }

    fn of(&self, format: Format, aaguid: Aaguid) -> &[TrustAnchor] {
        find(&self.aaguids, aaguid).or_else(|| find(&self.formats, format)).unwrap_or(&self.any)
    }
}

fn add<K: PartialEq>(lists: &mut Vec<(K, Vec<TrustAnchor>)>, key: K, anchors: impl IntoIterator<Item = TrustAnchor>) {
    match lists.iter_mut().find(|(other, _)| *other == key) {
        Some((_, list)) => list.extend(anchors),
        None => lists.push((key, anchors.into_iter().collect())),
    }
}

fn find<K: PartialEq>(lists: &[(K, Vec<TrustAnchor>)], key: K) -> Option<&[TrustAnchor]> {
    lists.iter().find(|(other, _)| *other == key).map(|(_, list)| list.as_slice())
}

/// What is done about the certificates of a statement. The statement itself must verify, whatever is chosen.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub enum Trust {
    /// They are not judged: nothing about the authenticator is known afterwards.
    #[default]
    Ignore,
    /// They must lead to an anchor. Without anchors, none does.
    Verify(TrustAnchors),
    /// They should lead to an anchor. Where they do not, the credential is accepted as one whose authenticator is not
    /// known, and the outcome says so (§7.1 step 24 permits it).
    Prefer(TrustAnchors),
}

/// Which attestations are accepted.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AttestationPolicy {
    /// The types that are accepted. Each statement of a compound one must be of an accepted type.
    pub types: Vec<AttestationType>,
    /// The certificates.
    pub trust: Trust,
    /// The models that are accepted; `None`: any. With a list, only an attested AAGUID will do.
    pub allow_aaguids: Option<Vec<Aaguid>>,
    /// Models that are refused, where they are attested. (Who attests nothing can claim any AAGUID.)
    pub deny_aaguids: Vec<Aaguid>,
    /// Whether statements signed with RS1 (RSA and SHA-1, as old TPMs do) count as trusted.
    pub accept_legacy_rs1: bool,
    /// Whether enterprise attestation was asked for, so that certificates may name the very device (§8.2.2).
    pub enterprise: bool,
    /// How many statements of a compound attestation must verify and be accepted.
    pub compound: CompoundPolicy,
    /// Where an Android key must be kept.
    pub key_enforcement: KeyEnforcement,
}

/// What came of the certificates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TrustOutcome {
    /// There were none: no attestation, or self attestation.
    NoCertificates,
    /// They were not judged.
    NotJudged,
    /// They lead to an anchor.
    Trusted,
    /// They lead to none, for this reason, and the policy lets that pass.
    Untrusted(chain::Error),
}

/// What a decision needs to know besides the registration.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Circumstances<'c> {
    /// The time at which certificates must be valid; `None`: their dates are not judged.
    pub time: Option<UnixTime>,
    /// The leniencies that were switched on.
    pub quirks: Quirks,
    /// Who does the arithmetic.
    pub backend: &'c dyn Backend,
}

impl<'c> Circumstances<'c> {
    /// At this time, with no leniency.
    #[must_use]
    pub const fn at(time: Option<UnixTime>, backend: &'c dyn Backend) -> Self {
        Self { time, quirks: Quirks::NONE, backend }
    }
}

impl AttestationPolicy {
    /// Any attestation that verifies, its certificates not judged: what consumer portals want.
    #[must_use]
    pub fn any() -> Self {
        use AttestationType::{AnonCa, AttCa, BasicOrAttCa, Compound, None as NoAttestation, SelfAttestation};
        Self {
            types: vec![NoAttestation, SelfAttestation, BasicOrAttCa, AttCa, AnonCa, Compound],
            trust: Trust::Ignore,
            allow_aaguids: None,
            deny_aaguids: Vec::new(),
            accept_legacy_rs1: false,
            enterprise: false,
            compound: CompoundPolicy::All,
            key_enforcement: KeyEnforcement::Any,
        }
    }

    /// Only authenticators whose certificates lead to one of these anchors: what a hospital wants that admits only
    /// hardware it knows.
    #[must_use]
    pub fn trusted(anchors: TrustAnchors) -> Self {
        let mut policy = Self::any();
        policy.trust = Trust::Verify(anchors);
        policy.types.retain(|kind| !matches!(kind, AttestationType::None | AttestationType::SelfAttestation));
        policy
    }

    /// Decides about a verified registration of the account with this user handle.
    ///
    /// # Errors
    /// [`Failure`] at [`Step::AttestationTrust`](crate::ceremony::Step::AttestationTrust).
    pub fn decide(
        &self,
        verified: &VerifiedRegistration<'_>,
        user: &UserHandle,
        circumstances: &Circumstances<'_>,
    ) -> Result<Registered, Failure> {
        let aaguid = verified.attested_credential_data().aaguid();
        let decided = self.judge(verified.attestation(), aaguid, circumstances).and_then(|(trust, quirks)| {
            self.aaguid(aaguid, trust)?;
            Ok(Registered::new(verified, user, trust, quirks, circumstances.backend.name()))
        });
        decided.map_err(|refusal| Failure::new(Ceremony::Registration, refusal))
    }

    fn judge(
        &self,
        attestation: &Attestation<'_>,
        aaguid: Aaguid,
        circumstances: &Circumstances<'_>,
    ) -> Result<(TrustOutcome, Quirks), Refusal> {
        let attestation_type = attestation.attestation_type;
        if !self.types.contains(&attestation_type) {
            return Err(Refusal::AttestationTypeNotAccepted(attestation_type));
        }
        match attestation_type {
            AttestationType::None | AttestationType::SelfAttestation => {
                Ok((TrustOutcome::NoCertificates, Quirks::NONE))
            }
            AttestationType::Compound => self.compound(&attestation.statements, aaguid, circumstances),
            _ => {
                self.enterprise(attestation)?;
                self.certificates(attestation, aaguid, circumstances)
            }
        }
    }

    /// The statements of a compound attestation, each by the same policy. The whole is trusted as far as the least
    /// trusted of those that count.
    fn compound(
        &self,
        statements: &[Attestation<'_>],
        aaguid: Aaguid,
        circumstances: &Circumstances<'_>,
    ) -> Result<(TrustOutcome, Quirks), Refusal> {
        let mut accepted = 0_usize;
        let mut outcome = (TrustOutcome::Trusted, Quirks::NONE);
        let mut last = Refusal::AttestationTypeNotAccepted(AttestationType::Compound);
        for statement in statements {
            match (self.judge(statement, aaguid, circumstances), self.compound) {
                (Ok((trust, quirks)), _) => {
                    accepted = accepted.saturating_add(1);
                    let least = if outcome.0 == TrustOutcome::Trusted { trust } else { outcome.0 };
                    outcome = (least, outcome.1.union(quirks));
                }
                (Err(refusal), CompoundPolicy::All) => return Err(refusal),
                (Err(refusal), CompoundPolicy::AtLeast(_)) => last = refusal,
            }
        }
        match self.compound {
            CompoundPolicy::AtLeast(least) if accepted < least.max(1) => Err(last),
            _ => Ok(outcome),
        }
    }

    /// "otherwise, use the X.509 certificates returned as the attestation trust path".
    fn certificates(
        &self,
        attestation: &Attestation<'_>,
        aaguid: Aaguid,
        circumstances: &Circumstances<'_>,
    ) -> Result<(TrustOutcome, Quirks), Refusal> {
        let (anchors, required) = match &self.trust {
            Trust::Ignore => return Ok((TrustOutcome::NotJudged, Quirks::NONE)),
            Trust::Verify(anchors) => (anchors, true),
            Trust::Prefer(anchors) => (anchors, false),
        };
        let quirk = Quirk::AttestationIntermediateWithoutCa;
        let rules = Rules { intermediate_without_ca: circumstances.quirks.contains(quirk) };
        let path = Chain::read(attestation.trust_path.iter().map(AsRef::as_ref)).and_then(|chain| {
            let anchors = anchors.of(attestation.format, aaguid);
            chain.verify(anchors, circumstances.time, rules, circumstances.backend)
        });
        match path {
            Ok(_) if attestation.algorithm == Some(Algorithm::LegacyRs1) && !self.accept_legacy_rs1 => {
                Err(Refusal::AttestationLegacyRs1)
            }
            Ok(path) if path.intermediate_without_ca => Ok((TrustOutcome::Trusted, Quirks::NONE.with(quirk))),
            Ok(_) => Ok((TrustOutcome::Trusted, Quirks::NONE)),
            Err(error) if required => Err(Refusal::AttestationUntrusted(error)),
            Err(error) => Ok((TrustOutcome::Untrusted(error), Quirks::NONE)),
        }
    }

    /// §8.2.2: a certificate that names the very device is only for those who asked for one.
    fn enterprise(&self, attestation: &Attestation<'_>) -> Result<(), Refusal> {
        let leaf = attestation.trust_path.first().and_then(|leaf| Certificate::read(leaf).ok());
        let names_device = leaf.is_some_and(|leaf| leaf.extensions.find(oid::FIDO_SERIAL_NUMBER).is_some());
        if names_device && !self.enterprise { Err(Refusal::EnterpriseAttestation) } else { Ok(()) }
    }

    fn aaguid(&self, aaguid: Aaguid, trust: TrustOutcome) -> Result<(), Refusal> {
        let attested = trust == TrustOutcome::Trusted;
        if let Some(allowed) = &self.allow_aaguids {
            if !attested {
                return Err(Refusal::AaguidNotAttested);
            }
            if !allowed.contains(&aaguid) {
                return Err(Refusal::AaguidNotAccepted);
            }
        }
        if attested && self.deny_aaguids.contains(&aaguid) { Err(Refusal::AaguidNotAccepted) } else { Ok(()) }
    }
}

impl Default for AttestationPolicy {
    fn default() -> Self {
        Self::any()
    }
}
