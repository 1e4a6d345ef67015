//! The configuration: one document in JSON or TOML.

use crate::answer::Stop;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt::Display;
use std::time::Duration;
use wardkey::assurance::{Demand, Profile, Signal, SignalTable};
use wardkey::attestation::{AttestationType, KeyEnforcement};
use wardkey::authenticator::Aaguid;
use wardkey::ceremony::authentication::SignCountPolicy;
use wardkey::ceremony::{BackupEligibility, BackupState};
use wardkey::client::json::AttestationConveyance;
use wardkey::crypto::{Algorithm, default_backend};
use wardkey::metadata::{self, Metadata, Roots, Seen};
use wardkey::policy::{AttestationPolicy, MetadataPolicy, MetadataTrust, Trust, TrustAnchors};
use wardkey::quirk::Quirk;
use wardkey::x509::TrustAnchor;
use wardkey::{Decoys, RelyingParty, RelyingPartyBuilder, UnixTime};

/// An error of the configuration. The text names the member and what is wrong with it, and has no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    member: String,
    text: String,
}

impl ConfigError {
    fn at(member: impl Into<String>, text: impl Display) -> Self {
        Self { member: member.into(), text: text.to_string() }
    }

    /// Returns the path of the member, such as `relying_parties.portal.origins`. Empty: the whole document.
    #[must_use]
    pub fn member(&self) -> &str {
        &self.member
    }
}

impl Display for ConfigError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.member.is_empty() { f.write_str(&self.text) } else { write!(f, "{}: {}", self.member, self.text) }
    }
}

impl std::error::Error for ConfigError {}

/// A configuration that was read. [`Context::new`] loads its files and checks its values.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    version: u32,
    relying_parties: BTreeMap<String, PartyConfig>,
    metadata: Option<MetadataConfig>,
    #[serde(default)]
    signals: BTreeMap<String, Demand>,
}

/// One relying party. Members that are left out have the default of the library.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PartyConfig {
    id: String,
    name: String,
    #[serde(default)]
    origins: Vec<String>,
    #[serde(default)]
    related_origins: Vec<String>,
    #[serde(default)]
    native_origins: Vec<String>,
    #[serde(default)]
    allow_subdomains: bool,
    #[serde(default)]
    allow_any_port: bool,
    framed_by: Option<Vec<String>>,
    #[serde(default)]
    require_top_origin: bool,
    algorithms: Option<Vec<i64>>,
    #[serde(default)]
    accept_rs1_at_sign_in: bool,
    #[serde(default)]
    refuse_at_sign_in: Vec<i64>,
    #[serde(default)]
    user_verification_preferred: bool,
    timeout_secs: Option<u64>,
    attestation: Option<PolicyConfig>,
    #[serde(default)]
    policies: BTreeMap<String, PolicyConfig>,
    #[serde(default)]
    profiles: Vec<String>,
    #[serde(default)]
    backup_eligibility: BackupEligibility,
    #[serde(default)]
    backup_eligibility_change: Change,
    #[serde(default)]
    backup_state_at_registration: BackupState,
    #[serde(default)]
    backup_state_at_authentication: BackupState,
    #[serde(default)]
    sign_count: Counter,
    #[serde(default)]
    ignore_unrequested_attestation: bool,
    #[serde(default)]
    refuse_unsolicited_extensions: bool,
    #[serde(default)]
    refuse_secret_results: bool,
    #[serde(default)]
    quirks: Vec<String>,
    decoys: Option<DecoysConfig>,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Change {
    #[default]
    Refuse,
    Report,
    AcceptCorrection,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Counter {
    #[default]
    Reject,
    Report,
    RejectDeviceBound,
}

/// An attestation policy.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PolicyConfig {
    conveyance: AttestationConveyance,
    #[serde(default)]
    trust: TrustConfig,
    /// Files with certificates in PEM.
    #[serde(default)]
    anchors: Vec<String>,
    metadata: Option<MetadataPolicy>,
    types: Option<Vec<AttestationType>>,
    allow_aaguids: Option<Vec<Aaguid>>,
    #[serde(default)]
    deny_aaguids: Vec<Aaguid>,
    #[serde(default)]
    accept_legacy_rs1: bool,
    #[serde(default)]
    enterprise: bool,
    #[serde(default)]
    key_enforcement: Enforcement,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum TrustConfig {
    #[default]
    Ignore,
    Verify,
    Prefer,
    Metadata,
    PreferMetadata,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Enforcement {
    #[default]
    Any,
    Hardware,
    VerifiedBoot,
}

/// Decoys for user names that have no account.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DecoysConfig {
    /// `file:` or `credential:` of 32 bytes, or 64 hexadecimal digits.
    secret: String,
    /// The file that `wardkey rotate` wrote, after the secret was replaced.
    rotated: Option<String>,
    /// The text of `Decoys::learned`.
    learned: Option<String>,
}

/// The BLOB of the FIDO Metadata Service.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct MetadataConfig {
    file: String,
    /// A file with the root certificates in PEM.
    roots: String,
    /// The DNS name of another service than that of the FIDO Alliance.
    server_name: Option<String>,
    /// When the BLOB was received, in seconds.
    received_at: i64,
    /// The lowest number that is accepted, against rollback.
    #[serde(default)]
    least_number: u64,
}

/// What requests refer to: the relying parties, the metadata and the table of signals. Immutable, and shared by all threads.
#[derive(Debug)]
pub struct Context {
    parties: BTreeMap<String, Party>,
    metadata: Option<Metadata>,
    signals: SignalTable,
}

/// A relying party and the profiles that it may use.
#[derive(Debug)]
pub(crate) struct Party {
    pub(crate) rp: RelyingParty,
    profiles: BTreeMap<String, Profile>,
    decoys: Option<Decoys>,
    policies: Vec<String>,
}

impl Party {
    pub(crate) fn profile(&self, name: &str) -> Result<&Profile, Stop> {
        self.profiles.get(name).ok_or_else(|| Stop::caller("profile", "the relying party has no profile of this name"))
    }
}

/// A method of the builder without a value.
type Switch = fn(RelyingPartyBuilder) -> RelyingPartyBuilder;

type Files<'f> = &'f dyn Fn(&str) -> Result<Vec<u8>, String>;

impl Config {
    /// Reads a configuration in TOML.
    ///
    /// # Errors
    /// [`ConfigError`] with the member.
    pub fn from_toml(text: &str) -> Result<Self, ConfigError> {
        let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
            let place =
                error.span().map_or(0, |span| text.get(..span.start).map_or(0, |before| before.matches('\n').count()));
            ConfigError::at("", format!("line {}: {}", place.saturating_add(1), error.message()))
        })?;
        Self::checked(serde_path_to_error::deserialize(table).map_err(|error| named(&error)))
    }

    /// Reads a configuration in JSON.
    ///
    /// # Errors
    /// [`ConfigError`] with the member.
    pub fn from_json(text: &str) -> Result<Self, ConfigError> {
        let mut json = serde_json::Deserializer::from_str(text);
        let read = serde_path_to_error::deserialize(&mut json).map_err(|error| named(&error));
        json.end()
            .map_err(|error| ConfigError::at("", error))
            .or_else(|error| if read.is_ok() { Err(error) } else { Ok(()) })?;
        Self::checked(read)
    }

    fn checked(read: Result<Self, ConfigError>) -> Result<Self, ConfigError> {
        let config = read?;
        if config.version != 1 {
            return Err(ConfigError::at("version", "expected 1"));
        }
        if config.relying_parties.is_empty() {
            return Err(ConfigError::at("relying_parties", "expected at least one"));
        }
        Ok(config)
    }
}

fn named<E: Display>(error: &serde_path_to_error::Error<E>) -> ConfigError {
    let path = error.path().to_string();
    // The TOML error is several lines: the first says what is wrong.
    let text = error.inner().to_string().lines().next().unwrap_or_default().to_owned();
    ConfigError::at(if path == "." { String::new() } else { path }, text)
}

impl Context {
    /// Loads the files of a configuration with `read`, and checks every value. `read` gets what the configuration names: a path,
    /// or `credential:NAME`.
    ///
    /// # Errors
    /// [`ConfigError`] with the member.
    pub fn new(config: &Config, read: impl Fn(&str) -> Result<Vec<u8>, String>) -> Result<Self, ConfigError> {
        let mut parties = BTreeMap::new();
        for (name, party) in &config.relying_parties {
            parties.insert(name.clone(), party.build(&format!("relying_parties.{name}"), &read)?);
        }
        let metadata = config.metadata.as_ref().map(|metadata| metadata.load(&read)).transpose()?;
        let mut rows = Vec::new();
        for (name, demand) in &config.signals {
            let signal =
                Signal::new(name.as_str()).map_err(|error| ConfigError::at(format!("signals.{name}"), error))?;
            rows.push((signal, *demand));
        }
        let signals = SignalTable::new(rows).map_err(|error| ConfigError::at("signals", error))?;
        Ok(Self { parties, metadata, signals })
    }

    /// Returns the party of this name, or the only one.
    pub(crate) fn party(&self, name: Option<&str>) -> Result<&Party, Stop> {
        let found = match name {
            Some(name) => self.parties.get(name),
            None if self.parties.len() == 1 => self.parties.values().next(),
            None => None,
        };
        found.ok_or_else(|| Stop::caller("relying-party", "expected the name of a relying party of the configuration"))
    }

    pub(crate) const fn metadata(&self) -> Option<&Metadata> {
        self.metadata.as_ref()
    }

    pub(crate) const fn signals(&self) -> &SignalTable {
        &self.signals
    }

    /// Explains the configuration: one line per fact, for a person.
    #[must_use]
    pub fn explain(&self) -> String {
        let mut lines = Vec::new();
        for (name, party) in &self.parties {
            let site = party.rp.site();
            lines.push(format!("relying party {name}: RP ID {}", site.rp_id));
            lines.push(format!("  offers COSE algorithms {}", numbers(party.rp.algorithms())));
            lines.push(format!("  accepts at sign-ins {}", numbers(party.rp.sign_in_algorithms())));
            match &site.top_origins {
                Some(pages) => lines.push(format!("  may be framed by {}", pages.join(", "))),
                None => lines.push("  may not be framed".to_owned()),
            }
            let decoys = if party.decoys.is_some() {
                "hides which user names exist"
            } else {
                "has no decoys: sign-ins by name show which accounts exist"
            };
            lines.push(format!("  {decoys}"));
            for policy in &party.policies {
                lines.push(format!("  attestation policy {policy}"));
            }
            for (profile, value) in &party.profiles {
                lines.push(format!("  profile {profile} ({})", value.label()));
            }
        }
        match &self.metadata {
            Some(metadata) => {
                let next = metadata.next_update().map_or_else(|| "never".to_owned(), |day| day.to_string());
                lines.push(format!(
                    "metadata: number {}, {} models, next update {next}",
                    metadata.number(),
                    metadata.models().len()
                ));
            }
            None => lines.push("metadata: none".to_owned()),
        }
        lines.join("\n") + "\n"
    }

    /// Encrypts the key of the decoys for a new secret: put the result into `rotated` when you replace the secret, so that the
    /// decoys of unknown names stay the same.
    ///
    /// # Errors
    /// [`ConfigError`]: there is no such relying party, it has no decoys, or the secret has another length.
    pub fn rotate(&self, party: &str, new_secret: &[u8]) -> Result<String, ConfigError> {
        let decoys = self.parties.get(party).and_then(|party| party.decoys.as_ref());
        let decoys =
            decoys.ok_or_else(|| ConfigError::at(format!("relying_parties.{party}.decoys"), "not configured"))?;
        let secret: [u8; 32] = octets(new_secret).ok_or_else(|| ConfigError::at("", SECRET))?;
        Ok(decoys.rotate(&secret).iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

fn numbers(algorithms: &[Algorithm]) -> String {
    algorithms.iter().map(|algorithm| algorithm.cose().to_string()).collect::<Vec<_>>().join(", ")
}

const SECRET: &str = "expected 32 bytes, or 64 hexadecimal digits";

/// The bytes of a file: as they are, or in hexadecimal with a line feed.
fn octets<const N: usize>(file: &[u8]) -> Option<[u8; N]> {
    if let Ok(bytes) = file.try_into() {
        return Some(bytes);
    }
    let digits = file.trim_ascii();
    if Some(digits.len()) != N.checked_mul(2) {
        return None;
    }
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let [high, low] = pair else { return None };
        *byte = (digit(*high)? << 4) | digit(*low)?;
    }
    Some(bytes)
}

fn file(path: &str, member: &str, read: Files<'_>) -> Result<Vec<u8>, ConfigError> {
    read(path).map_err(|error| ConfigError::at(member, error))
}

fn pem(path: &str, member: &str, read: Files<'_>) -> Result<Vec<TrustAnchor>, ConfigError> {
    let text = String::from_utf8(file(path, member, read)?).map_err(|_| ConfigError::at(member, "expected PEM"))?;
    TrustAnchor::from_pem(&text).map_err(|error| ConfigError::at(member, error))
}

impl MetadataConfig {
    fn load(&self, read: Files<'_>) -> Result<Metadata, ConfigError> {
        let roots = pem(&self.roots, "metadata.roots", read)?;
        let roots = match &self.server_name {
            Some(name) => Roots::of(name.as_str(), roots),
            None => {
                let text = String::from_utf8(file(&self.roots, "metadata.roots", read)?).unwrap_or_default();
                Roots::fido(&text).map_err(|error| ConfigError::at("metadata.roots", error))?
            }
        };
        let blob = file(&self.file, "metadata.file", read)?;
        let (seen, at) = (Seen::number(self.least_number), UnixTime::from_secs(self.received_at));
        metadata::verify(&blob, &roots, seen, at, default_backend())
            .map_err(|error| ConfigError::at("metadata.file", error))
    }
}

impl DecoysConfig {
    fn build(&self, member: &str, read: Files<'_>) -> Result<Decoys, ConfigError> {
        let secret_at = format!("{member}.secret");
        let secret =
            octets(&secret(&self.secret, &secret_at, read)?).ok_or_else(|| ConfigError::at(&secret_at, SECRET))?;
        let mut decoys = match &self.rotated {
            None => Decoys::new(secret),
            Some(rotated) => {
                let member = format!("{member}.rotated");
                let encrypted = octets(&self::secret(rotated, &member, read)?);
                let encrypted =
                    encrypted.ok_or_else(|| ConfigError::at(&member, "expected the output of wardkey rotate"))?;
                Decoys::rotated(&secret, &encrypted).map_err(|error| ConfigError::at(&member, error))?
            }
        };
        if let Some(learned) = &self.learned {
            decoys = decoys.as_learned(learned).map_err(|error| ConfigError::at(format!("{member}.learned"), error))?;
        }
        Ok(decoys)
    }
}

/// A secret never stands in the configuration itself.
fn secret(place: &str, member: &str, read: Files<'_>) -> Result<Vec<u8>, ConfigError> {
    match place.strip_prefix("file:") {
        Some(path) => file(path, member, read),
        None if place.starts_with("credential:") => file(place, member, read),
        None => Err(ConfigError::at(member, "expected file:PATH or credential:NAME, and not the secret itself")),
    }
}

impl PolicyConfig {
    fn policy(&self, member: &str, read: Files<'_>) -> Result<AttestationPolicy, ConfigError> {
        if let AttestationConveyance::Other(_) = self.conveyance {
            let words = "expected none, indirect, direct or enterprise";
            return Err(ConfigError::at(format!("{member}.conveyance"), words));
        }
        let mut anchors = Vec::new();
        for (number, path) in self.anchors.iter().enumerate() {
            anchors.extend(pem(path, &format!("{member}.anchors[{number}]"), read)?);
        }
        let anchors = TrustAnchors::new(anchors);
        let models =
            || self.metadata.ok_or_else(|| ConfigError::at(format!("{member}.metadata"), "expected a metadata policy"));
        let mut policy = AttestationPolicy::any();
        policy.trust = match self.trust {
            TrustConfig::Ignore => Trust::Ignore,
            TrustConfig::Verify => Trust::Verify(anchors),
            TrustConfig::Prefer => Trust::Prefer(anchors),
            TrustConfig::Metadata => Trust::Metadata(MetadataTrust::verify(models()?).with_anchors(anchors)),
            TrustConfig::PreferMetadata => Trust::Metadata(MetadataTrust::prefer(models()?).with_anchors(anchors)),
        };
        if let Some(types) = &self.types {
            policy.types.clone_from(types);
        }
        policy.allow_aaguids.clone_from(&self.allow_aaguids);
        policy.deny_aaguids.clone_from(&self.deny_aaguids);
        policy.accept_legacy_rs1 = self.accept_legacy_rs1;
        policy.enterprise = self.enterprise;
        policy.key_enforcement = match self.key_enforcement {
            Enforcement::Any => KeyEnforcement::Any,
            Enforcement::Hardware => KeyEnforcement::Hardware,
            Enforcement::VerifiedBoot => KeyEnforcement::VerifiedBoot,
        };
        Ok(policy)
    }
}

fn algorithms(numbers: &[i64], member: &str) -> Result<Vec<Algorithm>, ConfigError> {
    let known = |(place, number): (usize, &i64)| {
        Algorithm::from_cose(*number)
            .ok_or_else(|| ConfigError::at(format!("{member}[{place}]"), "not a known COSE algorithm"))
    };
    numbers.iter().enumerate().map(known).collect()
}

impl PartyConfig {
    fn build(&self, member: &str, read: Files<'_>) -> Result<Party, ConfigError> {
        let mut builder = self.switches(self.site());
        if let Some(numbers) = &self.algorithms {
            builder = builder.algorithms(algorithms(numbers, &format!("{member}.algorithms"))?);
        }
        builder =
            builder.refuse_at_sign_in(algorithms(&self.refuse_at_sign_in, &format!("{member}.refuse_at_sign_in"))?);
        if let Some(attestation) = &self.attestation {
            let policy = attestation.policy(&format!("{member}.attestation"), read)?;
            builder = builder.attestation(policy, attestation.conveyance.clone());
        }
        for (name, named) in &self.policies {
            let policy = named.policy(&format!("{member}.policies.{name}"), read)?;
            builder = builder.attestation_named(name.as_str(), policy, named.conveyance.clone());
        }
        let mut profiles = BTreeMap::new();
        for (place, name) in self.profiles.iter().enumerate() {
            let known = Profile::all().into_iter().find(|profile| profile.name() == Some(name));
            let profile = known.ok_or_else(|| {
                ConfigError::at(format!("{member}.profiles[{place}]"), "expected patient, clinician or prescriber")
            })?;
            builder = builder.attestation_named(profile.label(), profile.policy(), profile.attestation.clone());
            profiles.insert(name.clone(), profile);
        }
        for (place, name) in self.quirks.iter().enumerate() {
            let quirk = Quirk::from_name(name);
            let at = || ConfigError::at(format!("{member}.quirks[{place}]"), "no quirk has this name");
            builder = builder.quirk(quirk.ok_or_else(at)?);
        }
        let decoys = self.decoys.as_ref().map(|decoys| decoys.build(&format!("{member}.decoys"), read)).transpose()?;
        if let Some(decoys) = &decoys {
            builder = builder.decoys(decoys.clone());
        }
        let rp = builder.build().map_err(|error| ConfigError::at(member, error))?;
        Ok(Party { rp, profiles, decoys, policies: self.policies.keys().cloned().collect() })
    }

    fn site(&self) -> RelyingPartyBuilder {
        let mut builder = RelyingParty::builder(self.id.as_str(), self.name.as_str());
        for origin in &self.origins {
            builder = builder.origin(origin);
        }
        for origin in &self.related_origins {
            builder = builder.related_origin(origin);
        }
        for origin in &self.native_origins {
            builder = builder.native_origin(origin);
        }
        if let Some(pages) = &self.framed_by {
            builder = builder.framed_by(pages);
        }
        builder
    }

    /// The members that are a word or a switch.
    fn switches(&self, mut builder: RelyingPartyBuilder) -> RelyingPartyBuilder {
        let switches: [(bool, Switch); 8] = [
            (self.allow_subdomains, RelyingPartyBuilder::allow_subdomains),
            (self.allow_any_port, RelyingPartyBuilder::allow_any_port),
            (self.require_top_origin, RelyingPartyBuilder::require_top_origin),
            (self.accept_rs1_at_sign_in, RelyingPartyBuilder::accept_rs1_at_sign_in),
            (self.user_verification_preferred, RelyingPartyBuilder::user_verification_preferred),
            (self.ignore_unrequested_attestation, RelyingPartyBuilder::ignore_unrequested_attestation),
            (self.refuse_unsolicited_extensions, RelyingPartyBuilder::refuse_unsolicited_extensions),
            (self.refuse_secret_results, RelyingPartyBuilder::refuse_secret_results),
        ];
        for (_, set) in switches.into_iter().filter(|(on, _)| *on) {
            builder = set(builder);
        }
        builder = match self.backup_eligibility_change {
            Change::Refuse => builder,
            Change::Report => builder.report_backup_eligibility_change(),
            Change::AcceptCorrection => builder.accept_backup_eligibility_correction(),
        };
        builder = builder.sign_count(match self.sign_count {
            Counter::Reject => SignCountPolicy::Reject,
            Counter::Report => SignCountPolicy::Report,
            Counter::RejectDeviceBound => SignCountPolicy::RejectDeviceBound,
        });
        if let Some(seconds) = self.timeout_secs {
            builder = builder.timeout(Duration::from_secs(seconds));
        }
        builder
            .backup_eligibility(self.backup_eligibility)
            .backup_state_at_registration(self.backup_state_at_registration)
            .backup_state_at_authentication(self.backup_state_at_authentication)
    }
}
