//! Three profiles: who registers with what, and what acts ask.

use super::demand::Demand;
use super::level::AssuranceLevel;
use super::rules::Rules;
use crate::attestation::AttestationType;
use crate::client::json::{AttestationConveyance, Hint, ResidentKey, UserVerificationRequirement};
use crate::macros::named;
use crate::metadata::{FipsLevel, Level};
use crate::policy::{AttestationPolicy, MetadataPolicy, MetadataTrust, Trust};
use crate::relying_party::RegistrationRequest;
use core::time::Duration;
use serde::Serialize;

named! {
    /// An act that a [`Profile`] has a demand for.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
    #[serde(rename_all = "kebab-case")]
    pub enum Act;
    /// Returns the name: `read`, `export`, `consent`, `bind` or `prescribe`.
    fn name;

    /// Reading a record.
    Read = "read";
    /// Exporting a record.
    Export = "export";
    /// Giving or withdrawing consent, or access for a carer.
    Consent = "consent";
    /// Adding or removing a means to sign in.
    Bind = "bind";
    /// Signing a prescription.
    Prescribe = "prescribe";
}

/// What a kind of user registers with, what acts ask of them, and by which rules sign-ins are judged.
///
/// A profile is a value that you can print and change. Its [`label`](Self::label) names the attestation policy, so it is in the
/// [evidence](crate::ceremony::evidence::Evidence::policy) of every registration. The label of a changed profile says so.
///
/// ```
/// use wardkey::assurance::{AssuranceLevel, Act, Demand, Profile};
/// use wardkey::{RegistrationRequest, RelyingParty};
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut staff = Profile::clinician();
/// assert_eq!(staff.label(), "clinician@2026-11-29");
/// let rp = RelyingParty::builder("clinic.example", "Example Clinic")
///     .origin("https://clinic.example")
///     .attestation_named(staff.label(), staff.policy(), staff.attestation.clone())
///     .build()?;
/// # let (user, session, now) = (wardkey::UserHandle::random()?, wardkey::Session::unbound(), wardkey::UnixTime::from_secs(0));
/// let request = staff.request(RegistrationRequest::new(&user, "ada@clinic.example", &[]));
/// let (options, state) = rp.start_registration(request, session, now)?;
/// # let _ = (options, state);
/// assert_eq!(staff.demand(Act::Export).fresh_secs, Some(300));
/// staff.read = Demand::at(AssuranceLevel::Aal1);
/// assert_eq!(staff.label(), "changed from clinician@2026-11-29");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Profile {
    name: Name,
    /// The demands on the model, by the FIDO metadata. `None`: any authenticator, attested or not. With `Some`, finish
    /// registrations with the metadata, and judge the model again at each sign-in.
    pub models: Option<MetadataPolicy>,
    /// Which attestation is asked for.
    pub attestation: AttestationConveyance,
    /// Whether a registration requires user verification.
    pub user_verification: UserVerificationRequirement,
    /// Whether the credential must be discoverable.
    pub resident_key: ResidentKey,
    /// The hints for the user interface of the client, most preferred first.
    pub hints: Vec<Hint>,
    /// The demand of reading a record.
    pub read: Demand,
    /// The demand of exporting a record.
    pub export: Demand,
    /// The demand of giving consent.
    pub consent: Demand,
    /// The demand of adding or removing a means to sign in.
    pub bind: Demand,
    /// The demand of signing a prescription.
    pub prescribe: Demand,
    /// The rules by which sign-ins are judged.
    pub rules: Vec<Rules>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Name {
    Patient,
    Clinician,
    Prescriber,
}

/// The demands of critical acts: a re-authentication within five minutes (ours; the same as PSD2 RTS Art. 4 for inactivity).
const FRESH: Duration = Duration::from_secs(300);
/// The demand of signing a prescription: within two minutes (ours).
const SIGNING: Duration = Duration::from_secs(120);
/// SP 800-63B-4 2.3.3: 12 hours, for staff.
const SHIFT: Duration = Duration::from_secs(12 * 60 * 60);
/// SP 800-63B-4 2.2.3: 24 hours, for patients.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

impl Profile {
    /// Returns the profile of a patient, or a carer with an account of their own. Any passkey is accepted, because SP 800-63B-4
    /// 4.1.3 says that a lack of attestation should not block authenticators in public applications.
    #[must_use]
    pub fn patient() -> Self {
        let critical = Demand::at(AssuranceLevel::Aal2).within(FRESH);
        Self {
            name: Name::Patient,
            models: None,
            attestation: AttestationConveyance::None,
            user_verification: UserVerificationRequirement::Required,
            resident_key: ResidentKey::Required,
            hints: vec![Hint::ClientDevice, Hint::Hybrid],
            read: Demand::at(AssuranceLevel::Aal2).within(DAY),
            export: critical.confirmed(),
            consent: critical.confirmed().with_notice(),
            bind: critical.with_notice(),
            prescribe: Demand::default().denied(),
            rules: vec![Rules::Nist80063B4],
        }
    }

    /// Returns the profile of a member of the staff. The model must be in the FIDO metadata, certified at level 1 or higher, and
    /// without a known weakness.
    #[must_use]
    pub fn clinician() -> Self {
        Self {
            name: Name::Clinician,
            models: Some(MetadataPolicy::certified(Level::L1)),
            attestation: AttestationConveyance::Direct,
            hints: vec![Hint::SecurityKey, Hint::ClientDevice],
            read: Demand::at(AssuranceLevel::Aal2).within(SHIFT),
            prescribe: Demand::at(AssuranceLevel::Aal2).within(SIGNING).confirmed(),
            rules: vec![Rules::Nist80063B4, Rules::Cfr11],
            ..Self::patient()
        }
    }

    /// Returns the profile of a prescriber of controlled substances. The model must be in the FIDO metadata, validated at FIPS 140
    /// level 1 or higher, and without a known weakness. Signing needs what AAL3 needs.
    #[must_use]
    pub fn prescriber() -> Self {
        let fips = MetadataPolicy::fips(FipsLevel::new(1, None));
        let signing = Demand::at(AssuranceLevel::Aal3).within(SIGNING).confirmed();
        Self {
            name: Name::Prescriber,
            models: Some(fips.unwrap_or_else(|_| MetadataPolicy::known())), // 1 is a level, so this never fails
            hints: vec![Hint::SecurityKey],
            bind: Demand::at(AssuranceLevel::Aal3).within(FRESH).with_notice(),
            prescribe: signing,
            rules: vec![Rules::Nist80063B4, Rules::Cfr1311, Rules::Cfr11],
            ..Self::clinician()
        }
    }

    /// Returns all three, as they are named.
    #[must_use]
    pub fn all() -> [Self; 3] {
        [Self::patient(), Self::clinician(), Self::prescriber()]
    }

    /// Returns `patient`, `clinician` or `prescriber`. `None`: a member was changed, so it is no longer the named one.
    #[must_use]
    pub fn name(&self) -> Option<&'static str> {
        let (named, word) = self.named();
        (*self == named).then_some(word)
    }

    fn named(&self) -> (Self, &'static str) {
        match self.name {
            Name::Patient => (Self::patient(), "patient"),
            Name::Clinician => (Self::clinician(), "clinician"),
            Name::Prescriber => (Self::prescriber(), "prescriber"),
        }
    }

    /// Returns the name with the date of the tables, such as `patient@2026-11-29`, and whether the profile was changed. Use it as
    /// the name of the attestation policy, so that it is in the evidence.
    #[must_use]
    pub fn label(&self) -> String {
        let changed = if self.name().is_some() { "" } else { "changed from " };
        format!("{changed}{}@{}", self.named().1, Rules::VERSION)
    }

    /// Returns the attestation policy.
    #[must_use]
    pub fn policy(&self) -> AttestationPolicy {
        let mut policy = AttestationPolicy::any();
        if let Some(models) = self.models {
            policy.trust = Trust::Metadata(MetadataTrust::verify(models));
            policy.types.retain(|kind| !matches!(kind, AttestationType::None | AttestationType::SelfAttestation));
        }
        policy
    }

    /// Returns the request of a registration with what the profile demands. It names the attestation policy by [`Self::label`].
    pub fn request(&self, request: RegistrationRequest) -> RegistrationRequest {
        request
            .resident_key(self.resident_key.clone())
            .hints(self.hints.clone())
            .attestation_policy(self.label())
            .user_verification(self.user_verification.clone())
    }

    /// Returns the demand of an act.
    #[must_use]
    pub const fn demand(&self, act: Act) -> Demand {
        match act {
            Act::Read => self.read,
            Act::Export => self.export,
            Act::Consent => self.consent,
            Act::Bind => self.bind,
            Act::Prescribe => self.prescribe,
        }
    }
}
