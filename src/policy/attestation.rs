//! Which attestations are accepted (§7.1 steps 23 and 24), as data.
//!
//! A claim may lower trust; only proof raises it. What an authenticator says of itself raises nothing until a
//! certification path leads from its statement to an anchor that the relying party chose, and the statement vouches for
//! it ([`voucher`](crate::attestation::voucher)).

use super::path::{Finding, finding};
use super::{Registered, TrustAnchor, TrustAnchors};
use crate::attestation::android_safetynet::HOST_NAME;
use crate::attestation::compound::independent;
use crate::attestation::voucher::names_model;
use crate::attestation::{Attestation, AttestationType, CompoundPolicy, Fact, Format, KeyEnforcement, Reason, Voucher};
use crate::authenticator::Aaguid;
use crate::budget::Budget;
use crate::ceremony::registration::VerifiedRegistration;
use crate::ceremony::{Failure, Refusal};
use crate::codec::der::{self, Reader};
use crate::credential::UserHandle;
use crate::crypto::{Algorithm, Backend};
use crate::evidence::{StatementEvidence, TrustOutcome};
use crate::quirk::{Quirk, Quirks};
use crate::time::UnixTime;
use crate::x509::chain::{Path, Rules};
use crate::x509::oid;
use crate::x509::revocation::Revocation;

/// What is done about the certificates of a statement. The statement itself must verify, whatever is chosen.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub enum Trust {
    /// They are not judged: nothing about the authenticator is known afterwards.
    #[default]
    Ignore,
    /// They must lead to an anchor. Without anchors, none does.
    Verify(TrustAnchors),
    /// They should lead to an anchor. An authenticator that is not known is accepted, and the outcome and the evidence say
    /// so (§7.1 step 24 permits it). One that is known to be bad is refused as under `Verify`: its certificate was revoked,
    /// or a revocation list of its issuer cannot be applied; it is issued in the name of an anchor or of a CA below one,
    /// which did not sign it or may not issue it; or the model is denied. Whoever leaves the statement out is not known:
    /// this choice notices, and does not keep anybody out.
    Prefer(TrustAnchors),
    /// They must lead to an anchor that the FIDO metadata has for the model, and the model must be one that the policy for the
    /// metadata accepts. The metadata is handed in with each call: [`Circumstances::metadata`].
    #[cfg(feature = "mds")]
    #[cfg_attr(docsrs, doc(cfg(feature = "mds")))]
    Metadata(super::MetadataTrust),
}

impl Trust {
    const fn anchors(&self) -> Option<&TrustAnchors> {
        match self {
            Self::Ignore => None,
            Self::Verify(anchors) | Self::Prefer(anchors) => Some(anchors),
            #[cfg(feature = "mds")]
            Self::Metadata(_) => None,
        }
    }

    /// Whether certificates are judged.
    const fn judges(&self) -> bool {
        !matches!(self, Self::Ignore)
    }

    /// Whether the models that can be attested are known only from the metadata of each call.
    const fn is_by_metadata(&self) -> bool {
        #[cfg(feature = "mds")]
        return matches!(self, Self::Metadata(_));
        #[cfg(not(feature = "mds"))]
        return false;
    }
}

/// Which attestations are accepted.
///
/// A claim may lower trust; only proof raises it. So `deny_aaguids` refuses whoever claims to be of a denied model, under
/// any [`Trust`], while `allow_aaguids` accepts only an AAGUID that is vouched for: models to be accepted need
/// [`Trust::Verify`] with anchors that can vouch for them ([`TrustAnchors`]).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AttestationPolicy {
    /// The types that are accepted. Each statement of a compound one must be of an accepted type.
    pub types: Vec<AttestationType>,
    /// The certificates.
    pub trust: Trust,
    /// The models that are accepted; `None`: any. With a list, only an attested AAGUID will do: one that the attestation
    /// key of a trusted statement vouches for, or that the model's own anchors or a trusted certificate bear out
    /// ([`voucher`](crate::attestation::voucher)). `fido-u2f` attests none, and all zeros names no model.
    pub allow_aaguids: Option<Vec<Aaguid>>,
    /// Models that are refused: by the AAGUID that the authenticator claims, whether anybody vouches for it or not, and by
    /// the model that an attestation certificate names, trusted or not. This keeps out honest devices of a model with a
    /// defect. It keeps nobody out who claims another AAGUID: for that, use `allow_aaguids`. All zeros refuses those who
    /// name no model.
    pub deny_aaguids: Vec<Aaguid>,
    /// Whether statements signed with RS1 (RSA and SHA-1, as old TPMs do) count as trusted.
    pub accept_legacy_rs1: bool,
    /// Whether enterprise attestation was asked for, so that certificates may name the very device (§8.2.2).
    pub enterprise: bool,
    /// How many statements of a compound attestation must verify and be accepted, each under an attestation key of its own.
    /// What [`Expected::compound`](crate::ceremony::registration::Expected::compound) let drop counts as not verified. A
    /// statement that is not in a compound attestation is judged by `types` alone.
    pub compound: CompoundPolicy,
    /// What a statement must say of its key, where its format says anything of it, whatever
    /// [`Expected::key_enforcement`](crate::ceremony::registration::Expected::key_enforcement) was.
    pub key_enforcement: KeyEnforcement,
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
    /// The FIDO metadata, for [`Trust::Metadata`].
    #[cfg(feature = "mds")]
    #[cfg_attr(docsrs, doc(cfg(feature = "mds")))]
    pub metadata: Option<&'c crate::metadata::Metadata>,
}

impl<'c> Circumstances<'c> {
    /// At this time, with no leniency.
    #[must_use]
    pub const fn at(time: Option<UnixTime>, backend: &'c dyn Backend) -> Self {
        Self {
            time,
            quirks: Quirks::NONE,
            backend,
            #[cfg(feature = "mds")]
            metadata: None,
        }
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
    /// [`Failure`] at [`Step::AttestationTrust`](crate::ceremony::Step::AttestationTrust); at
    /// [`Step::Extensions`](crate::ceremony::Step::Extensions) where an output has to be signed, and the policy accepts no
    /// statement that signs it.
    pub fn decide(
        &self,
        verified: &VerifiedRegistration<'_>,
        user: &UserHandle,
        circumstances: &Circumstances<'_>,
    ) -> Result<Registered, Failure> {
        let aaguid = verified.attested_credential_data().aaguid();
        let mut budget = verified.budget();
        let attestation = verified.attestation();
        let judged = self.judge(attestation, aaguid, circumstances, &mut budget).and_then(|judged| {
            self.aaguid(attestation, aaguid, judged.attested)?;
            verified.check_extensions_vouched(judged.voucher(Fact::Extensions))?;
            Ok(judged)
        });
        let judged = judged.map_err(|refusal| Failure::after(*verified.outcomes(), refusal))?;
        Ok(Registered::new(verified, user, judged, circumstances.time))
    }

    /// Whether a credential without certificates is accepted.
    pub(crate) fn accepts_without_certificates(&self) -> bool {
        let without = |kind: &AttestationType| matches!(kind, AttestationType::None | AttestationType::SelfAttestation);
        self.types.iter().any(without)
    }

    /// Whether there is a list of accepted models, and none can ever be attested.
    pub(crate) fn models_cannot_be_attested(&self) -> bool {
        let judged = self.trust.is_by_metadata() || self.trust.anchors().is_some_and(|anchors| !anchors.is_empty());
        self.allow_aaguids.as_ref().is_some_and(|models| models.is_empty() || !judged)
    }

    /// The first accepted model that no anchor can vouch for.
    pub(crate) fn unattestable_model(&self) -> Option<Aaguid> {
        let cannot = |model: &&Aaguid| {
            !self.trust.is_by_metadata() && self.trust.anchors().is_none_or(|anchors| !anchors.can_attest(**model))
        };
        self.allow_aaguids.iter().flatten().find(cannot).copied()
    }

    fn judge<'a>(
        &self,
        attestation: &'a Attestation<'_>,
        aaguid: Aaguid,
        circumstances: &Circumstances<'_>,
        budget: &mut Budget,
    ) -> Result<Judged<'a>, Refusal> {
        let attestation_type = attestation.attestation_type;
        if !self.types.contains(&attestation_type) {
            return Err(Refusal::AttestationTypeNotAccepted(attestation_type));
        }
        if self.key_enforcement != KeyEnforcement::Any && attestation.key_in_hardware == Some(false) {
            return Err(Refusal::AttestedKeyNotInHardware);
        }
        if let Some(key) = attestation.key_properties {
            let unmet = |reason: Reason| Refusal::AttestedKey(reason.of(attestation.format));
            key.check(self.key_enforcement).map_err(unmet)?;
        }
        match attestation_type {
            AttestationType::None | AttestationType::SelfAttestation => {
                #[cfg(feature = "mds")]
                if let Trust::Metadata(trust) = &self.trust {
                    return super::by_metadata::without_certificates(trust, attestation, aaguid, circumstances);
                }
                Ok(Judged::of(attestation, TrustOutcome::NoCertificates))
            }
            AttestationType::Compound => self.compound(attestation, aaguid, circumstances, budget),
            _ => {
                let device_serial = self.device_serial(attestation)?;
                let judged = self.certificates(attestation, aaguid, circumstances, budget)?;
                Ok(Judged { device_serial: device_serial.filter(|_| judged.trust == TrustOutcome::Trusted), ..judged })
            }
        }
    }

    /// The statements of a compound attestation, each by the same policy. The whole is trusted as far as the least trusted
    /// of those that are accepted.
    ///
    /// A statement under an attestation key that another statement has proves nothing more, whether it is a copy or made
    /// anew. So [`CompoundPolicy::AtLeast`] counts keys, not statements. [`CompoundPolicy::All`] refuses such a statement
    /// where certificates are judged, because each statement must add to what is known of the authenticator; under
    /// [`Trust::Ignore`] nothing is known of it whatever is stated, and §8.9 allows the repetition.
    fn compound<'a>(
        &self,
        attestation: &'a Attestation<'_>,
        aaguid: Aaguid,
        circumstances: &Circumstances<'_>,
        budget: &mut Budget,
    ) -> Result<Judged<'a>, Refusal> {
        if self.compound == CompoundPolicy::All && attestation.dropped > 0 {
            return Err(Refusal::AttestationStatementsTooFew);
        }
        let mut accepted = Vec::new();
        let mut whole = Judged::new(TrustOutcome::Trusted);
        let mut last = Refusal::AttestationStatementsTooFew;
        for statement in &attestation.statements {
            match (self.judge(statement, aaguid, circumstances, budget), self.compound) {
                (Ok(judged), _) => {
                    accepted.push(statement);
                    whole = whole.and(judged);
                }
                (Err(refusal), CompoundPolicy::All) => return Err(refusal),
                (Err(refusal), CompoundPolicy::AtLeast(_)) => {
                    last = refusal;
                    whole.compound.push(evidence_of(statement, None));
                }
            }
        }
        let keys = independent(&accepted);
        match self.compound {
            CompoundPolicy::AtLeast(least) if accepted.len() < least.max(1) => Err(last),
            CompoundPolicy::AtLeast(least) if keys < least.max(1) => Err(Refusal::AttestationStatementsNotIndependent),
            CompoundPolicy::All if keys < accepted.len() && self.trust.judges() => {
                Err(Refusal::AttestationStatementsNotIndependent)
            }
            _ => Ok(whole),
        }
    }

    /// "otherwise, use the X.509 certificates returned as the attestation trust path".
    fn certificates(
        &self,
        attestation: &Attestation<'_>,
        aaguid: Aaguid,
        circumstances: &Circumstances<'_>,
        budget: &mut Budget,
    ) -> Result<Judged<'static>, Refusal> {
        let (anchors, required) = match &self.trust {
            Trust::Ignore => return Ok(Judged::of(attestation, TrustOutcome::NotJudged)),
            Trust::Verify(anchors) => (anchors, true),
            Trust::Prefer(anchors) => (anchors, false),
            #[cfg(feature = "mds")]
            Trust::Metadata(trust) => {
                return super::by_metadata::certificates(self, trust, attestation, aaguid, circumstances, budget);
            }
        };
        let trusted = anchors.of(attestation.format, aaguid);
        let all = if anchors.crls().is_empty() { Vec::new() } else { anchors.all().collect() };
        let revocation = Revocation { crls: anchors.crls(), anchors: &all };
        let vouched = anchors.vouch(attestation.format, aaguid);
        let trusted = Trusted { anchors: trusted, revocation, required, vouched };
        self.path(attestation, aaguid, trusted, circumstances, budget).map(|(judged, _)| judged)
    }

    /// Verifies the certification path to one of these anchors. Returns the number of the anchor too, where there is one.
    pub(super) fn path(
        &self,
        attestation: &Attestation<'_>,
        aaguid: Aaguid,
        trusted: Trusted<'_>,
        circumstances: &Circumstances<'_>,
        budget: &mut Budget,
    ) -> Result<(Judged<'static>, Option<Path>), Refusal> {
        let Trusted { anchors, revocation, required, vouched } = trusted;
        let quirk = Quirk::AttestationIntermediateWithoutCa;
        let rules = Rules {
            sony_intermediate: circumstances.quirks.contains(quirk) && attestation.format == Format::AndroidKey,
            host: (attestation.format == Format::AndroidSafetynet).then_some(HOST_NAME),
        };
        let path = attestation.chain().and_then(|chain| {
            chain.verify(anchors, revocation, circumstances.time, rules, circumstances.backend, budget)
        });
        let legacy = attestation.algorithm == Some(Algorithm::LegacyRs1) && !self.accept_legacy_rs1;
        let path = match path {
            Ok(path) => path,
            Err(error) if required => return Err(Refusal::AttestationUntrusted(error)),
            Err(error) => {
                return match finding(error, attestation, anchors, revocation, rules, circumstances, budget) {
                    Finding::Unknown => Ok((Judged::of(attestation, TrustOutcome::Untrusted(error)), None)),
                    Finding::KnownBad(error) => Err(Refusal::AttestationUntrusted(error)),
                };
            }
        };
        if legacy && required {
            return Err(Refusal::AttestationLegacyRs1);
        }
        let trust = if legacy { TrustOutcome::LegacyRs1 } else { TrustOutcome::Trusted };
        // Its verification procedure has compared the two.
        let named = names_model(attestation.format) && attestation.certified_model() == Some(aaguid);
        let anchor = anchors.get(path.anchor).map(|anchor| anchor.fingerprint(circumstances.backend));
        let statement = StatementEvidence {
            anchor,
            certificates: path.certificates,
            checked_for_revocation: path.checked_for_revocation,
            ..evidence_of(attestation, Some(trust))
        };
        let judged = Judged {
            attested: !legacy && aaguid != Aaguid::ZERO && (vouched || named),
            quirks: if path.sony_intermediate { Quirks::NONE.with(quirk) } else { Quirks::NONE },
            statement: Some(statement),
            ..Judged::new(trust)
        };
        Ok((judged, Some(path)))
    }

    /// §8.2.2: a certificate that names the very device is only for those who asked for one. What it names it.
    fn device_serial<'a>(&self, attestation: &'a Attestation<'_>) -> Result<Option<&'a [u8]>, Refusal> {
        match attestation.leaf().and_then(|leaf| leaf.extensions.find(oid::FIDO_SERIAL_NUMBER)) {
            None => Ok(None),
            Some(_) if !self.enterprise => Err(Refusal::EnterpriseAttestation),
            Some(serial) => Ok(der::read_all(serial.value, Reader::octet_string).ok()),
        }
    }

    /// A denied model is refused by its own claim, and by the name in any certificate that came. A list of accepted models
    /// takes no claim.
    fn aaguid(&self, attestation: &Attestation<'_>, aaguid: Aaguid, attested: bool) -> Result<(), Refusal> {
        let certified = || attestation.statements.iter().chain([attestation]).filter_map(Attestation::certified_model);
        let denied = |model: Aaguid| self.deny_aaguids.contains(&model);
        if denied(aaguid) || (!self.deny_aaguids.is_empty() && certified().any(denied)) {
            return Err(Refusal::AaguidNotAccepted);
        }
        match &self.allow_aaguids {
            Some(_) if !attested => Err(Refusal::AaguidNotAttested),
            Some(allowed) if !allowed.contains(&aaguid) => Err(Refusal::AaguidNotAccepted),
            _ => Ok(()),
        }
    }
}

/// Which anchors a certification path may lead to.
pub(super) struct Trusted<'t> {
    pub(super) anchors: &'t [TrustAnchor],
    pub(super) revocation: Revocation<'t>,
    /// Whether a path that leads to none is refused.
    pub(super) required: bool,
    /// Whether such an anchor vouches for the AAGUID.
    pub(super) vouched: bool,
}

/// A statement whose certificates have led nowhere yet.
const fn evidence_of(attestation: &Attestation<'_>, trust: Option<TrustOutcome>) -> StatementEvidence {
    StatementEvidence {
        format: attestation.format,
        attestation_type: attestation.attestation_type,
        trust,
        algorithm: attestation.algorithm,
        key: attestation.key_properties,
        anchor: None,
        certificates: 0,
        checked_for_revocation: 0,
    }
}

/// What a policy finds in an attestation that it accepts.
pub(super) struct Judged<'a> {
    pub(super) trust: TrustOutcome,
    /// Whether the AAGUID is vouched for.
    pub(super) attested: bool,
    /// id-fido-gen-ce-sernum, of a trusted certificate.
    pub(super) device_serial: Option<&'a [u8]>,
    pub(super) quirks: Quirks,
    /// The statement; `None` for a compound attestation.
    pub(super) statement: Option<StatementEvidence>,
    /// The statements of a compound attestation, the refused ones among them.
    pub(super) compound: Vec<StatementEvidence>,
    /// What the metadata says of each statement.
    #[cfg(feature = "mds")]
    pub(super) metadata: Vec<super::MetadataEvidence>,
    /// The certification paths that were verified.
    #[cfg(feature = "mds")]
    pub(super) proofs: Vec<crate::metadata::Proof>,
}

impl Judged<'_> {
    const fn new(trust: TrustOutcome) -> Self {
        Self {
            trust,
            attested: false,
            device_serial: None,
            quirks: Quirks::NONE,
            statement: None,
            compound: Vec::new(),
            #[cfg(feature = "mds")]
            metadata: Vec::new(),
            #[cfg(feature = "mds")]
            proofs: Vec::new(),
        }
    }

    /// Of one statement.
    pub(super) fn of(attestation: &Attestation<'_>, trust: TrustOutcome) -> Self {
        Self { statement: Some(evidence_of(attestation, Some(trust))), ..Self::new(trust) }
    }

    /// Who vouches for `fact`: the strongest of the statements that are accepted.
    pub(super) fn voucher(&self, fact: Fact) -> Voucher {
        let statements = self.statement.iter().chain(&self.compound);
        statements.map(|statement| statement.voucher(fact)).max().unwrap_or(Voucher::Nobody)
    }

    /// Together with one more statement of a compound attestation.
    fn and(mut self, other: Self) -> Self {
        let trust = least(self.trust, other.trust);
        let trusted = trust == TrustOutcome::Trusted;
        self.compound.extend(other.statement);
        #[cfg(feature = "mds")]
        {
            self.metadata.extend(other.metadata);
            self.proofs.extend(other.proofs);
        }
        Self {
            trust,
            attested: trusted && (self.attested || other.attested),
            device_serial: self.device_serial.or(other.device_serial).filter(|_| trusted),
            quirks: self.quirks.union(other.quirks),
            statement: None,
            compound: self.compound,
            #[cfg(feature = "mds")]
            metadata: self.metadata,
            #[cfg(feature = "mds")]
            proofs: self.proofs,
        }
    }
}

/// The less trusted of two, in whatever order an authenticator chose to state them: what leads nowhere, then what does
/// not count, then what nobody looked at, then where there was nothing to look at. Of two that lead nowhere the first one's
/// reason is told; the evidence has each statement's.
fn least(one: TrustOutcome, other: TrustOutcome) -> TrustOutcome {
    let rank = |outcome| match outcome {
        TrustOutcome::Untrusted(_) => 0,
        TrustOutcome::LegacyRs1 => 1,
        TrustOutcome::NotJudged => 2,
        TrustOutcome::NoCertificates => 3,
        TrustOutcome::Trusted => 4,
    };
    if rank(other) < rank(one) { other } else { one }
}

impl Default for AttestationPolicy {
    fn default() -> Self {
        Self::any()
    }
}
