//! The actions that judge without a browser: options, stored records, sign-ins, accounts, models, bundles and vectors.

use crate::answer::Stop;
use crate::config::Context;
use crate::request::{Json, Posted, Stored};
use crate::schema::Action;
use crate::shape::{answer, request};
use std::collections::BTreeMap;
use wardkey::account::{Account, AccountAct, AccountPolicy, AccountSession, Decision, Need, Notice, Stage};
use wardkey::assurance::{
    Act, Assurance, AssuranceLevel, ConfirmationFacts, Declared, Demand, Facts, Lack, ModelFacts, ProvenSession, Rules,
    Series, Signal, assess,
};
use wardkey::audit::Bundle;
use wardkey::ceremony::evidence::Evidence;
use wardkey::client::json::{CreationOptions, Lint, RequestOptions};
use wardkey::crypto::default_backend;
use wardkey::internals::Vector;
use wardkey::interop::{self, Concern, ImportError, Imported, Row};
use wardkey::metadata::{Attested, Circumstance, Incidents, Level, ModelId, Reasons, Standing};
use wardkey::policy::Characteristics;
use wardkey::{AuthenticationState, CredentialId, CredentialRecord, RegistrationState, UserHandle};

request! {
    /// Looks over options for what real clients punish. Give one of `creation` and `request`.
    LintOptions() {
        creation: Option<CreationOptions>,
        request: Option<RequestOptions>,
        /// Whether the page asks with conditional mediation.
        conditional(default): bool,
    }
}

answer! {
    Warning {
        code: &'static str,
        text: String,
    }
}

impl From<Lint> for Warning {
    fn from(lint: Lint) -> Self {
        Self { code: lint.code(), text: lint.to_string() }
    }
}

answer! {
    Warnings {
        warnings: Vec<Warning>,
    }
}

impl Action for LintOptions {
    type Output = Warnings;

    fn run(self, _: &Context) -> Result<Warnings, Stop> {
        let lints = match (&self.creation, &self.request, self.conditional) {
            (Some(options), None, false) => options.lint(),
            (Some(options), None, true) => options.lint_conditional(),
            (None, Some(options), false) => options.lint(),
            (None, Some(options), true) => options.lint_conditional(),
            _ => return Err(Stop::caller("request", "expected one of creation and request")),
        };
        Ok(Warnings { warnings: lints.into_iter().map(Warning::from).collect() })
    }
}

request! {
    /// Lists what is wrong with stored records, such as those that can never sign in.
    CheckRecords(rp) {
        records: Vec<CredentialRecord>,
    }
}

answer! {
    Noted {
        code: &'static str,
        locks_out: bool,
        text: String,
    }
}

impl From<Concern> for Noted {
    fn from(concern: Concern) -> Self {
        Self { code: concern.code(), locks_out: concern.locks_out(), text: concern.to_string() }
    }
}

answer! {
    Checked {
        concerns: Vec<OfCredential>,
    }
}

answer! {
    OfCredential {
        credential_id: CredentialId,
        concern(flatten): Noted,
    }
}

impl Action for CheckRecords {
    type Output = Checked;

    fn run(self, context: &Context) -> Result<Checked, Stop> {
        let found = interop::check(&self.records, &context.party(self.rp.as_deref())?.rp);
        let of = |(credential_id, concern): (_, Concern)| OfCredential { credential_id, concern: concern.into() };
        Ok(Checked { concerns: found.into_iter().map(of).collect() })
    }
}

request! {
    /// Converts credentials that another library stored. A bad row does not stop the others.
    Import() {
        /// The module of `wardkey::interop`, such as `webauthn_rs` or `java_webauthn_server`.
        library: String,
        /// The rows as JSON.
        rows: Json,
        /// The user handle of all rows, if the library did not store it.
        user: Option<UserHandle>,
        /// The user handle by credential id (base64url), if the library did not store it.
        users(default): BTreeMap<String, UserHandle>,
    }
}

answer! {
    ImportedRow {
        row: usize,
        record: CredentialRecord,
        concerns: Vec<Noted>,
    }
}

answer! {
    FailedRow {
        row: Option<usize>,
        credential_id: Option<CredentialId>,
        code: &'static str,
        text: String,
    }
}

answer! {
    AllImported {
        imported: Vec<ImportedRow>,
        failed: Vec<FailedRow>,
    }
}

impl AllImported {
    fn of(rows: impl Iterator<Item = Result<Imported, ImportError>>) -> Self {
        let mut all = Self { imported: Vec::new(), failed: Vec::new() };
        for row in rows {
            match row {
                Ok(Imported { row, record, concerns, .. }) => {
                    all.imported.push(ImportedRow {
                        row,
                        record,
                        concerns: concerns.into_iter().map(Noted::from).collect(),
                    });
                }
                Err(error) => all.failed.push(FailedRow {
                    row: error.row,
                    credential_id: error.credential_id().cloned(),
                    code: error.code(),
                    text: error.to_string(),
                }),
            }
        }
        all
    }
}

impl Action for Import {
    type Output = AllImported;

    fn run(self, _: &Context) -> Result<AllImported, Stop> {
        let rows = self.rows.text()?;
        let owner = |row: &Row<'_>| self.users.get(&row.credential_id().to_base64url()).or(self.user.as_ref()).cloned();
        Ok(match self.library.as_str() {
            "aspnet_identity" => AllImported::of(interop::aspnet_identity::records(&rows)),
            "fido2_net_lib" => AllImported::of(interop::fido2_net_lib::records(&rows, owner)),
            "go_webauthn" => AllImported::of(interop::go_webauthn::records(&rows, owner)),
            "java_webauthn_server" => AllImported::of(interop::java_webauthn_server::records(&rows)),
            "keycloak" => AllImported::of(interop::keycloak::records(&rows)),
            "lbuchs" => AllImported::of(interop::lbuchs::records(&rows, owner)),
            "py_webauthn" => AllImported::of(interop::py_webauthn::records(&rows, owner)),
            "python_fido2" => AllImported::of(interop::python_fido2::records(&rows, owner)),
            "simplewebauthn" => AllImported::of(interop::simplewebauthn::records(&rows, owner)),
            "spring_security" => AllImported::of(interop::spring_security::records(&rows)),
            "u2f" => AllImported::of(interop::u2f::records(&rows, owner)),
            "webauthn4j" => AllImported::of(interop::webauthn4j::records(&rows, owner)),
            "webauthn_framework" => AllImported::of(interop::webauthn_framework::records(&rows)),
            "webauthn_rs" => AllImported::of(interop::webauthn_rs::records(&rows, owner)),
            "webauthn_ruby" => AllImported::of(interop::webauthn_ruby::records(&rows, owner)),
            _ => return Err(Stop::caller("library", "no importer has this name")),
        })
    }
}

request! {
    /// Returns the facts of a sign-in, from which `assess` tells its level.
    GetFacts(now) {
        /// The evidence of the sign-in.
        evidence: Evidence,
        /// What finish-registration returned as `characteristics`.
        characteristics: Option<Characteristics>,
        /// What finish-registration returned as `attested`: the facts then have those of the metadata.
        attested: Option<Attested>,
        declared: Option<Declared>,
        confirmation: Option<ConfirmationFacts>,
        series: Option<Series>,
    }
}

answer! {
    FactsOf {
        facts: Facts,
    }
}

impl Action for GetFacts {
    type Output = FactsOf;

    fn run(self, context: &Context) -> Result<FactsOf, Stop> {
        let facts = Facts::of(&self.evidence, self.characteristics.as_ref(), self.now);
        let mut facts = facts.map_err(|error| Stop::caller(error.code(), error))?;
        if let (Some(metadata), Some(attested)) = (context.metadata(), &self.attested) {
            facts.metadata = ModelFacts::of(metadata, attested, self.now);
        }
        facts.declared = self.declared.unwrap_or(facts.declared);
        (facts.confirmation, facts.series) = (self.confirmation, self.series);
        Ok(FactsOf { facts })
    }
}

request! {
    /// Judges the facts of a sign-in by the rules of one document.
    Assess() {
        /// The name of the rules, such as `nist-800-63b-4`.
        rules: String,
        facts: Facts,
    }
}

answer! {
    Assessed {
        assurance: Assurance,
        /// What the session has shown, for `demand`.
        proven: ProvenSession,
    }
}

impl Action for Assess {
    type Output = Assessed;

    fn run(self, _: &Context) -> Result<Assessed, Stop> {
        let rules = Rules::from_name(&self.rules).ok_or_else(|| Stop::caller("rules", "no rules have this name"))?;
        let assurance = assess(&self.facts, rules);
        Ok(Assessed { proven: ProvenSession::of(&assurance), assurance })
    }
}

request! {
    /// Tells what a web session lacks for an act. Give `base`, or `profile` and `act`.
    AskDemand(rp, now) {
        base: Option<Demand>,
        profile: Option<String>,
        /// `read`, `export`, `consent`, `bind` or `prescribe`.
        act: Option<String>,
        /// Names of signals that were seen, of the table in the configuration.
        signals(default): Vec<String>,
        proven: ProvenSession,
    }
}

answer! {
    Asked {
        demand: Demand,
        allowed: bool,
        lacks: Vec<&'static str>,
        because: Vec<String>,
    }
}

impl Action for AskDemand {
    type Output = Asked;

    fn run(self, context: &Context) -> Result<Asked, Stop> {
        let base = match (self.base, self.profile, self.act) {
            (Some(base), None, None) => base,
            (None, Some(profile), Some(act)) => {
                let act = Act::ALL.into_iter().find(|known| known.name() == act);
                let act = act.ok_or_else(|| Stop::caller("act", "no act has this name"))?;
                context.party(self.rp.as_deref())?.profile(&profile)?.demand(act)
            }
            _ => return Err(Stop::caller("request", "expected base, or profile and act")),
        };
        let signals: Result<Vec<_>, _> = self.signals.into_iter().map(Signal::new).collect();
        let signals = signals.map_err(|error| Stop::caller(error.code(), error))?;
        let asked = context.signals().ask(base, &signals).map_err(|error| Stop::caller(error.code(), error))?;
        let lacks = asked.lacks(&self.proven, self.now);
        Ok(Asked {
            demand: asked.demand(),
            allowed: lacks.is_allowed(),
            lacks: lacks.missing.iter().copied().map(Lack::name).collect(),
            because: lacks.because.iter().map(ToString::to_string).collect(),
        })
    }
}

request! {
    /// Decides about an act of an account on its way from SMS codes to passkeys.
    Decide(now) {
        account: Account,
        act: AccountAct,
        proven: ProvenSession,
        /// Whether the session was opened by recovery.
        recovered(default): bool,
        policy: Option<AccountPolicy>,
    }
}

answer! {
    Decided {
        stage: Stage,
        max_level: AssuranceLevel,
        allowed: bool,
        lacks: Vec<&'static str>,
        notice: Option<&'static str>,
        notify: Vec<String>,
    }
}

impl Action for Decide {
    type Output = Decided;

    fn run(self, _: &Context) -> Result<Decided, Stop> {
        let mut session = AccountSession::from(self.proven);
        session.recovered = self.recovered;
        let policy = self.policy.unwrap_or_default();
        let decision = self.account.decide(&self.act, &session, &policy, self.now);
        let allowed = decision.is_allowed();
        let Decision { lacks, notice, notify, .. } = decision;
        Ok(Decided {
            stage: self.account.stage(),
            max_level: self.account.max_level(),
            allowed,
            lacks: lacks.into_iter().map(Need::name).collect(),
            notice: notice.map(Notice::name),
            notify,
        })
    }
}

request! {
    /// Looks up the models of an AAGUID or of a key identifier in the metadata.
    LookUpModel(now) {
        /// An AAGUID, or the key identifier of an attestation certificate in hexadecimal.
        model: String,
    }
}

answer! {
    Found {
        number: u64,
        fresh: Option<bool>,
        unreadable: bool,
        models: Vec<FoundModel>,
    }
}

answer! {
    FoundModel {
        name: Option<String>,
        /// The level of FIDO certification: `functional`, `L1`, `L1plus` and so on.
        level: Option<&'static str>,
        /// The level of FIPS 140.
        fips: Option<u8>,
        incidents: Incidents,
        update_available: bool,
    }
}

impl Action for LookUpModel {
    type Output = Found;

    fn run(self, context: &Context) -> Result<Found, Stop> {
        let metadata = context.metadata().ok_or_else(no_metadata)?;
        let id: ModelId =
            self.model.parse().map_err(|_| Stop::caller("model", "expected an AAGUID or a key identifier"))?;
        let circumstance = Circumstance::at(self.now);
        let model = |model: &wardkey::metadata::Model| {
            let Standing { level, fips, incidents, update_available, .. } = model.standing(&circumstance);
            let (name, level) = (model.name.as_deref().map(str::to_owned), level.map(Level::name));
            FoundModel { name, level, fips, incidents, update_available }
        };
        Ok(Found {
            number: metadata.number(),
            fresh: metadata.is_fresh(self.now),
            unreadable: metadata.is_unreadable(&id),
            models: metadata.models_of(&id).map(model).collect(),
        })
    }
}

fn no_metadata() -> Stop {
    Stop::caller("no-metadata", "the configuration has no metadata")
}

request! {
    /// Judges the model of a credential again, at a sign-in. It never refuses: act on the decision.
    Reassess(rp, now) {
        attested: Attested,
        /// The name of the attestation policy at registration, as in the evidence.
        policy: Option<String>,
    }
}

answer! {
    Reassessed {
        /// `accept`, `step_up` or `suspend`; null if the policy does not use metadata.
        decision: Option<&'static str>,
        reasons: Reasons,
        notes: Reasons,
    }
}

impl Action for Reassess {
    type Output = Reassessed;

    fn run(self, context: &Context) -> Result<Reassessed, Stop> {
        let rp = &context.party(self.rp.as_deref())?.rp;
        let metadata = context.metadata().ok_or_else(no_metadata)?;
        let found = rp.reassess(metadata, &self.attested, self.policy.as_deref(), self.now)?;
        Ok(Reassessed {
            decision: found.map(|found| found.decision.name()),
            reasons: found.map_or(Reasons::NONE, |found| found.reasons),
            notes: found.map_or(Reasons::NONE, |found| found.notes),
        })
    }
}

request! {
    /// Makes the bundle of a registration, for an archive: judged as finish-registration does.
    BundleRegistration(rp, now) {
        state: RegistrationState,
        response: Posted,
        stored: Stored,
    }
}

answer! {
    Bundled {
        /// The bundle as a text. Store it as it is, because its digests are over this spelling.
        bundle: String,
    }
}

fn bundled(bundle: Result<Bundle, wardkey::audit::BundleError>) -> Result<Bundled, Stop> {
    let bundle = bundle.map_err(|error| Stop::caller(error.code(), error))?;
    Ok(Bundled { bundle: bundle.to_json() })
}

impl Action for BundleRegistration {
    type Output = Bundled;

    fn run(self, context: &Context) -> Result<Bundled, Stop> {
        let rp = &context.party(self.rp.as_deref())?.rp;
        bundled(rp.bundle_registration(&self.state, &self.response.text()?, self.stored.0.as_ref(), self.now))
    }
}

request! {
    /// Makes the bundle of a sign-in, with the record as it was before.
    BundleAuthentication(rp, now) {
        state: AuthenticationState,
        response: Posted,
        record: CredentialRecord,
    }
}

impl Action for BundleAuthentication {
    type Output = Bundled;

    fn run(self, context: &Context) -> Result<Bundled, Stop> {
        let rp = &context.party(self.rp.as_deref())?.rp;
        bundled(rp.bundle_authentication(&self.state, &self.response.text()?, &self.record, self.now))
    }
}

request! {
    /// Verifies a bundle and judges its ceremony again.
    VerifyBundle() {
        /// The bundle as the text that was stored.
        bundle: String,
    }
}

answer! {
    Reverified {
        intact: bool,
        agrees: bool,
        changed: Vec<&'static str>,
        id_matches: bool,
        accept: Option<bool>,
        step: Option<String>,
        disagrees: Vec<String>,
    }
}

impl Action for VerifyBundle {
    type Output = Reverified;

    fn run(self, _: &Context) -> Result<Reverified, Stop> {
        let bundle = Bundle::from_json(&self.bundle).map_err(|error| Stop::caller(error.code(), error))?;
        let report = bundle.verify(default_backend()).map_err(|error| Stop::caller(error.code(), error))?;
        let (intact, agrees) = (report.is_intact(), report.agrees());
        let (accept, step, disagrees) = match report.judged {
            Some(judged) => (Some(judged.accept), judged.step, judged.disagrees),
            None => (None, None, Vec::new()),
        };
        let (changed, id_matches) = (report.changed, report.id_matches);
        Ok(Reverified { intact, agrees, changed, id_matches, accept, step, disagrees })
    }
}

request! {
    /// Judges a ceremony vector of format 1 (`tests/vectors/README.md`).
    JudgeVector() {
        /// The vector; members that are no part of the ceremony are ignored.
        vector: Json,
    }
}

answer! {
    Judged {
        accept: bool,
        code: Option<&'static str>,
        step: Option<String>,
        attestation_format: Option<&'static str>,
        attestation_type: Option<&'static str>,
        reason: Option<String>,
        evidence: Option<Evidence>,
    }
}

impl Action for JudgeVector {
    type Output = Judged;

    fn run(self, _: &Context) -> Result<Judged, Stop> {
        let vector: Vector = serde_json::from_str(&self.vector.text()?).map_err(|error| Stop::unreadable(&error))?;
        let judged = vector.judge(default_backend());
        if let Some(member) = judged.error {
            return Err(Stop::caller("inexpressible", member));
        }
        Ok(Judged {
            accept: judged.accept,
            code: judged.code,
            step: judged.step,
            attestation_format: judged.attestation_format,
            attestation_type: judged.attestation_type,
            reason: judged.reason,
            evidence: judged.evidence.map(|evidence| *evidence),
        })
    }
}
