//! Bundles: a ceremony that can be judged again, years later and by others.
//!
//! A bundle has the ceremony as a vector of format 1 (`tests/vectors/README.md`), the verdict, the evidence, a digest of each, and
//! an id over the digests, in canonical JSON. Trust anchors are included whole.
//!
//! Nothing secret is in a bundle: in the client outputs `prf`, `hmacGetSecret`, `largeBlob` and `largeBlobKey`, each text and each
//! number is replaced by zeros of the same length before the ceremony is judged. A page may have posted secrets there by mistake,
//! and these outputs are not signed. A bundle does contain personal data: the user handle, the credential id and the origin.

use crate::codec::{canonical, hex};
use crate::crypto::Backend;
use crate::macros::getters;
use crate::vector::{Inexpressible, Vector};
use serde_json::{Map, Value, json};

/// The greatest length of a bundle in bytes: the greatest response, its trust anchors and its evidence have room.
pub const MAX_BUNDLE_LEN: usize = 8 * 1024 * 1024;

const VERSION: i64 = 1;
/// The members that have a digest, in the order of the names.
const MEMBERS: [&str; 3] = ["ceremony", "evidence", "verdict"];

/// A ceremony, its verdict and its evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bundle {
    /// As [`MEMBERS`].
    members: [Value; 3],
    digests: [[u8; 32]; 3],
    id: [u8; 32],
}

/// Why a text is no bundle, or a ceremony cannot be one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BundleError {
    /// More than [`MAX_BUNDLE_LEN`] bytes.
    #[error("the bundle has more than {MAX_BUNDLE_LEN} bytes")]
    TooLong,
    /// Not canonical JSON.
    #[error("expected canonical JSON, found another text")]
    NotCanonical,
    /// The version is not 1.
    #[error("expected version 1, found another")]
    Version,
    /// A member is missing, unknown, or of another type.
    #[error("expected the members version, ceremony, verdict, evidence, digests and id of their types")]
    Members,
    /// The ceremony is no vector of format 1, or has a value that this version of the library cannot express. Or a member of the
    /// posted response occurs twice.
    #[error("the ceremony is no vector of format 1 that this version can judge")]
    Ceremony,
    /// The ceremony has a number that is no integer, or a name beyond ASCII, so it has no canonical JSON.
    #[error("the ceremony has a number that is no integer, or a name beyond ASCII")]
    Unwritable,
}

impl BundleError {
    /// Returns a stable word: `too-long`, `not-canonical`, `version`, `members`, `ceremony` or `unwritable`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooLong => "too-long",
            Self::NotCanonical => "not-canonical",
            Self::Version => "version",
            Self::Members => "members",
            Self::Ceremony => "ceremony",
            Self::Unwritable => "unwritable",
        }
    }
}

impl From<Inexpressible> for BundleError {
    fn from(_: Inexpressible) -> Self {
        Self::Ceremony
    }
}

/// What [`Bundle::verify`] found.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BundleReport {
    /// The members whose digest is another: `ceremony`, `evidence`, `verdict`.
    pub changed: Vec<&'static str>,
    /// Whether the id is that of the digests.
    pub id_matches: bool,
    /// The new judgement; `None` if the bundle was changed.
    pub judged: Option<JudgedAgain>,
}

impl BundleReport {
    getters! {
        /// Returns whether nothing was changed.
        pub const fn is_intact(&self) -> bool = self.changed.is_empty() && self.id_matches;
        /// Returns whether nothing was changed and the ceremony is judged as it was.
        pub fn agrees(&self) -> bool = self.judged.as_ref().is_some_and(|judged| judged.disagrees.is_empty());
    }
}

/// The ceremony of a bundle, judged again.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct JudgedAgain {
    /// The verdict.
    pub accept: bool,
    /// The step that refuses, such as `7.2/21`.
    pub step: Option<String>,
    /// What comes out differently, sorted: `evidence` if the bundle has some and the ceremony is refused now, `evidence.MEMBER` for
    /// each stated member, `verdict.accept`, `verdict.step`. What the bundle does not state is not compared, so an old bundle
    /// agrees although newer evidence says more.
    pub disagrees: Vec<String>,
}

fn member_digest(name: &str, member: &Value, backend: &dyn Backend) -> Option<[u8; 32]> {
    let json = canonical::write(member)?;
    Some(super::digest(backend, &[b"wardkey/1/member", name.as_bytes(), json.as_bytes()]))
}

fn id(digests: &[[u8; 32]; 3], backend: &dyn Backend) -> [u8; 32] {
    let mut parts: Vec<&[u8]> = vec![b"wardkey/1/bundle"];
    for (name, digest) in MEMBERS.iter().zip(digests) {
        parts.extend([name.as_bytes(), digest.as_slice()]);
    }
    super::digest(backend, &parts)
}

impl Bundle {
    /// Judges a ceremony of format 1 and makes its bundle.
    pub(crate) fn of(ceremony: &Vector, backend: &dyn Backend) -> Result<Self, BundleError> {
        let mut ceremony = serde_json::to_value(ceremony).map_err(|_| BundleError::Unwritable)?;
        match ceremony.pointer_mut("/response/clientExtensionResults") {
            Some(Value::Object(outputs)) => {
                let secrets = outputs.iter_mut().filter(|(name, _)| SECRETS.contains(&name.as_str()));
                secrets.for_each(|(_, output)| blank(output));
            }
            // No reader understands it, so it may contain anything.
            Some(other) => blank(other),
            None => {}
        }
        let vector = canonical::write(&ceremony).ok_or(BundleError::Unwritable)?;
        let vector: Vector = serde_json::from_str(&vector).map_err(|_| BundleError::Ceremony)?;
        let judged = vector.judge(backend);
        if let Some(member) = judged.error {
            return Err(member.into());
        }
        ceremony.get_mut("expected").map(drop_nulls);
        let evidence = judged.evidence.filter(|_| judged.accept).map(|evidence| serde_json::to_value(&evidence));
        let mut evidence = evidence.transpose().map_err(|_| BundleError::Unwritable)?.unwrap_or_default();
        drop_nulls(&mut evidence);
        let members = [ceremony, evidence, json!({ "accept": judged.accept, "step": judged.step })];
        let digest = |(name, member)| member_digest(name, member, backend);
        let digests: Option<Vec<_>> = MEMBERS.into_iter().zip(&members).map(digest).collect();
        let digests = digests.and_then(|digests| digests.try_into().ok()).ok_or(BundleError::Unwritable)?;
        let id = id(&digests, backend);
        let bundle = Self { members, digests, id };
        // A bundle that `from_json` cannot read, such as one with too many levels, must not be archived.
        Self::from_json(&bundle.to_json()).map_err(|_| BundleError::Unwritable)
    }

    /// Makes the bundle of a ceremony that is a vector of format 1, in JSON. `id`, `verdict` and `source` of a vector are left out:
    /// the verdict of the bundle is that of the library.
    ///
    /// # Errors
    /// [`BundleError::Ceremony`], [`BundleError::Unwritable`], [`BundleError::TooLong`].
    pub fn of_vector(json: &str, backend: &dyn Backend) -> Result<Self, BundleError> {
        if json.len() > MAX_BUNDLE_LEN {
            return Err(BundleError::TooLong);
        }
        let ceremony: Vector = serde_json::from_str(json).map_err(|_| BundleError::Ceremony)?;
        Self::of(&ceremony, backend)
    }

    /// Returns the bundle in canonical JSON. Keep these bytes.
    #[must_use]
    pub fn to_json(&self) -> String {
        let [ceremony, evidence, verdict] = &self.members;
        let [of_ceremony, of_evidence, of_verdict] = self.digests.each_ref().map(|digest| hex::encode(digest));
        let all = json!({
            "version": VERSION, "ceremony": ceremony, "evidence": evidence, "verdict": verdict,
            "digests": { "ceremony": of_ceremony, "evidence": of_evidence, "verdict": of_verdict },
            "id": hex::encode(&self.id),
        });
        canonical::write(&all).unwrap_or_default() // each member has canonical JSON: `of` and `from_json` see to it
    }

    /// Reads a bundle. The members are looked into by [`Self::verify`] only.
    ///
    /// # Errors
    /// [`BundleError`].
    pub fn from_json(text: &str) -> Result<Self, BundleError> {
        if text.len() > MAX_BUNDLE_LEN {
            return Err(BundleError::TooLong);
        }
        let Some(Value::Object(mut bundle)) = canonical::read(text) else { return Err(BundleError::NotCanonical) };
        if bundle.remove("version").and_then(|version| version.as_i64()).ok_or(BundleError::Members)? != VERSION {
            return Err(BundleError::Version);
        }
        let read = |bundle: &mut Map<String, Value>| {
            let id = hex::decode_lower::<32>(bundle.remove("id")?.as_str()?)?;
            let Value::Object(digests) = bundle.remove("digests")? else { return None };
            let digest = |name| hex::decode_lower::<32>(digests.get(name)?.as_str()?);
            let all = [digest("ceremony")?, digest("evidence")?, digest("verdict")?];
            let members = [bundle.remove("ceremony")?, bundle.remove("evidence")?, bundle.remove("verdict")?];
            let [ceremony, evidence, verdict] = &members;
            let typed = ceremony.is_object() && (evidence.is_object() || evidence.is_null()) && is_verdict(verdict);
            (typed && digests.len() == all.len() && bundle.is_empty()).then_some(Self { members, digests: all, id })
        };
        read(&mut bundle).ok_or(BundleError::Members)
    }

    /// Returns the id, which names every byte of the bundle.
    #[must_use]
    pub const fn id(&self) -> [u8; 32] {
        self.id
    }

    /// Compares the digests, and judges the ceremony again if nothing was changed.
    ///
    /// # Errors
    /// [`BundleError::Ceremony`] if this version of the library cannot judge the ceremony. A ceremony whose response cannot be
    /// read is judged: refused, at that step.
    pub fn verify(&self, backend: &dyn Backend) -> Result<BundleReport, BundleError> {
        let mut changed = Vec::new();
        for ((name, member), digest) in MEMBERS.into_iter().zip(&self.members).zip(&self.digests) {
            if member_digest(name, member, backend) != Some(*digest) {
                changed.push(name);
            }
        }
        let id_matches = id(&self.digests, backend) == self.id;
        let mut report = BundleReport { changed, id_matches, judged: None };
        if report.is_intact() {
            report.judged = Some(self.judge(backend)?);
        }
        Ok(report)
    }

    fn judge(&self, backend: &dyn Backend) -> Result<JudgedAgain, BundleError> {
        let [ceremony, evidence, verdict] = &self.members;
        let ceremony = canonical::write(ceremony).ok_or(BundleError::Unwritable)?;
        let ceremony: Vector = serde_json::from_str(&ceremony).map_err(|_| BundleError::Ceremony)?;
        let judged = ceremony.judge(backend);
        if let Some(member) = judged.error {
            return Err(member.into());
        }
        let mut disagrees = Vec::new();
        if let Value::Object(stated) = evidence
            && stated.keys().any(|name| name != "version")
        {
            match judged.evidence.filter(|_| judged.accept).and_then(|evidence| serde_json::to_value(evidence).ok()) {
                None => disagrees.push("evidence".to_owned()),
                Some(now) => {
                    let differs = |name: &str, value: &Value| name != "version" && now.get(name) != Some(value);
                    let differing = stated.iter().filter(|(name, value)| differs(name, value));
                    disagrees.extend(differing.map(|(name, _)| format!("evidence.{name}")));
                }
            }
        }
        if verdict.get("accept") != Some(&judged.accept.into()) {
            disagrees.push("verdict.accept".to_owned());
        }
        if verdict.get("step").and_then(Value::as_str) != judged.step.as_deref() {
            disagrees.push("verdict.step".to_owned());
        }
        disagrees.sort_unstable();
        Ok(JudgedAgain { accept: judged.accept, step: judged.step, disagrees })
    }
}

/// `{accept, step}`, the step a text or null.
fn is_verdict(verdict: &Value) -> bool {
    let Value::Object(members) = verdict else { return false };
    let (accept, step) = (members.get("accept"), members.get("step"));
    members.len() == 2
        && accept.is_some_and(Value::is_boolean)
        && step.is_some_and(|step| step.is_string() || step.is_null())
}

/// The outputs that may contain secrets, in any of their members. All of them are unsigned.
const SECRETS: [&str; 4] = ["prf", "hmacGetSecret", "largeBlob", "largeBlobKey"];

/// Replaces texts by the base64url of zeros, and numbers by zero. Keeps the shape, null, and booleans such as `prf.enabled`, so
/// that the verdict stays the same.
fn blank(secret: &mut Value) {
    match secret {
        Value::String(text) => *text = "A".repeat(text.len()),
        Value::Number(number) => *number = 0.into(),
        Value::Array(items) => items.iter_mut().for_each(blank),
        Value::Object(members) => members.values_mut().for_each(blank),
        Value::Null | Value::Bool(_) => {}
    }
}

/// Leaves out the members that are null: they state nothing.
fn drop_nulls(of: &mut Value) {
    if let Value::Object(members) = of {
        members.retain(|_, value| !value.is_null());
    }
}
