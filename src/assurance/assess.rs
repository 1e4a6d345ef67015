//! Judges the facts of a sign-in by a table of rules: verdicts, the highest level that they allow (the ceiling), and the claims of a
//! token.

use super::facts::{Facts, OtherFactor};
use super::level::{AssuranceLevel, Verdict};
use super::rules::{Rule, Rules};
use super::view::View;
use crate::codec::Few;
use crate::macros::{getters, named};
use crate::metadata::Incident;
use crate::time::UnixTime;
use serde::ser::{Serialize, SerializeStruct, Serializer};

/// The number of rules of the longest table. So many verdicts are stored without an allocation.
const MOST_RULES: usize = 22;
/// The number of rows in [`methods`].
const MOST_METHODS: usize = 8;

named! {
    /// An `acr` value of OpenID Connect Extended Authentication Profile (EAP) ACR Values 1.0.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum Acr without ALL;
    /// Returns `phr` or `phrh`.
    fn name;

    /// `phr`: resistant to phishing.
    Phr = "phr";
    /// `phrh`: resistant to phishing, with a key in hardware.
    Phrh = "phrh";
}

/// What the facts of a sign-in show, rule by rule. [`assess`] makes it.
///
/// As JSON it has `rules`, `version`, `ceiling`, `verdicts` (an object from ids to verdicts), `acr`, `amr` and `authTime`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a verified sign-in says who it is; this says how strong it was"]
pub struct Assurance {
    rules: Rules,
    verdicts: Few<Verdict, MOST_RULES>,
    ceiling: Option<AssuranceLevel>,
    acr: Option<Acr>,
    amr: Few<&'static str, MOST_METHODS>,
    authenticated_at: UnixTime,
}

/// Judges the facts of a sign-in by a set of rules. The same facts always give the same result.
///
/// ```
/// use wardkey::UnixTime;
/// use wardkey::assurance::{AssuranceLevel, Facts, Rules, assess};
/// let nothing_is_known = Facts::unknown(UnixTime::from_secs(1_795_392_000));
/// let assurance = assess(&nothing_is_known, Rules::Nist80063B4);
/// assert_eq!(assurance.ceiling(), Some(AssuranceLevel::None));
/// let (rule, verdict) = assurance.missing_for(AssuranceLevel::Aal1).next().unwrap();
/// assert_eq!((rule.id(), verdict.name()), ("63b-4/3.1.6.2-approved", "not_met"));
/// ```
pub fn assess(facts: &Facts, rules: Rules) -> Assurance {
    let view = View::of(facts);
    let verdicts: Few<Verdict, MOST_RULES> = rules.table().iter().map(|rule| (rule.verdict)(&view)).collect();
    let mut assurance = Assurance {
        rules,
        verdicts,
        ceiling: None,
        acr: None,
        amr: Few::new(),
        authenticated_at: facts.authenticated_at(),
    };
    if rules.has_levels() {
        let ceiling = ceiling(&assurance, &view);
        // A sign-in below AAL1 gets no claims.
        if ceiling > AssuranceLevel::None {
            let isolated = super::nist::isolated(&view);
            assurance.acr = acr(&assurance, isolated);
            assurance.amr = methods(&view, isolated);
        }
        assurance.ceiling = Some(ceiling);
    }
    assurance
}

/// Returns the highest level whose rules are all met or not applicable; none after certain incidents.
fn ceiling(assurance: &Assurance, view: &View<'_>) -> AssuranceLevel {
    // FIDO Metadata Service 3.1.1, section 3.1.4: no key of such a model is to be trusted.
    if view.incident(Incident::Revoked) || view.incident(Incident::UserKeyRemoteCompromise) {
        return AssuranceLevel::None;
    }
    let reached = |level: &AssuranceLevel| assurance.missing_for(*level).next().is_none();
    AssuranceLevel::ALL.into_iter().rev().find(reached).unwrap_or_default()
}

/// Returns the `acr` value. Both values state resistance to phishing (SP 800-63B-4 3.2.5.2); `phrh` also states that the key is in
/// hardware.
fn acr(assurance: &Assurance, isolated: Verdict) -> Option<Acr> {
    if assurance.verdict("63b-4/3.2.5.2-name-binding") != Some(Verdict::Met) {
        return None;
    }
    Some(if isolated == Verdict::Met { Acr::Phrh } else { Acr::Phr })
}

/// Returns the `amr` values of RFC 8176, and `pop` of EAP ACR Values 1.0, sorted. Never `pin`, `fpt` or `face`, because the UV flag
/// does not say how the user was verified.
fn methods(view: &View<'_>, isolated: Verdict) -> Few<&'static str, MOST_METHODS> {
    let other = |factor| view.facts.declared.other_factor == factor;
    let methods = [
        ("hwk", isolated == Verdict::Met),
        ("mfa", view.two_factors),
        ("otp", other(OtherFactor::Otp)),
        ("pop", true),
        ("pwd", other(OtherFactor::Password)),
        ("sms", other(OtherFactor::Sms)),
        ("swk", isolated == Verdict::NotMet),
        ("user", view.facts.user_present),
    ];
    methods.into_iter().filter(|(_, holds)| *holds).map(|(name, _)| name).collect()
}

impl Assurance {
    getters! {
        /// Returns the set of rules.
        pub const fn rules(&self) -> Rules = self.rules;
        /// Returns the highest level that the facts are consistent with. `Some(AssuranceLevel::None)` is below AAL1; `None`: the
        /// rules have no levels. The ceiling does not prove that the level is reached, because no library sees everything that a
        /// level asks.
        pub const fn ceiling(&self) -> Option<AssuranceLevel> = self.ceiling;
    }

    /// Returns every rule with its verdict, in the order of the table.
    pub fn findings(&self) -> impl Iterator<Item = (&'static Rule, Verdict)> {
        self.rules.table().iter().zip(self.verdicts.iter().copied())
    }

    /// Returns the verdict of the rule with this id.
    #[must_use]
    pub fn verdict(&self, id: &str) -> Option<Verdict> {
        self.findings().find(|(rule, _)| rule.id() == id).map(|(_, verdict)| verdict)
    }

    /// Returns the rules that `level` needs and that the facts do not show to be met, with their verdicts. A level needs the rules
    /// of the levels below it too.
    ///
    /// It can be empty although [`Self::ceiling`] is lower: an authenticator model that is revoked, or whose keys can be stolen
    /// remotely, reaches no level.
    pub fn missing_for(&self, level: AssuranceLevel) -> impl Iterator<Item = (&'static Rule, Verdict)> {
        let needed = move |rule: &Rule| rule.level().is_some_and(|needs| needs <= level);
        self.findings().filter(move |(rule, verdict)| needed(rule) && !verdict.lets_pass())
    }

    getters! {
        /// Returns the `acr` value of OpenID Connect EAP ACR Values 1.0. `None` if the ceiling is absent or below AAL1, or if
        /// the facts do not show that the sign-in resists phishing.
        pub const fn acr(&self) -> Option<Acr> = self.acr;
        /// Returns the `amr` values of RFC 8176, and `pop`, sorted. Empty if the ceiling is absent or below AAL1.
        pub fn amr(&self) -> &[&'static str] = &self.amr;
        /// Returns the `auth_time` claim: the time of the sign-in, not of the token.
        pub const fn auth_time(&self) -> UnixTime = self.authenticated_at;
    }
}

impl Serialize for Assurance {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        struct Verdicts<'a>(&'a Assurance);
        impl Serialize for Verdicts<'_> {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.collect_map(self.0.findings().map(|(rule, verdict)| (rule.id(), verdict)))
            }
        }
        let mut out = to.serialize_struct("Assurance", 7)?;
        out.serialize_field("rules", &self.rules)?;
        out.serialize_field("version", Rules::VERSION)?;
        out.serialize_field("ceiling", &self.ceiling)?;
        out.serialize_field("verdicts", &Verdicts(self))?;
        out.serialize_field("acr", &self.acr.map(Acr::name))?;
        out.serialize_field("amr", self.amr())?;
        out.serialize_field("authTime", &self.authenticated_at)?;
        out.end()
    }
}
