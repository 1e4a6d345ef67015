//! The back end of a portal, without HTTP.
//!
//! Each public function of [`Portal`] handles one request and returns the JSON for the page. In a real portal the maps are
//! tables of a database, and [`WebSession`] is that of the web framework.

use core::time::Duration;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json, to_value};
use std::collections::{HashMap, HashSet};
use wardkey::authenticator::Aaguid;
use wardkey::client::json::{AttestationConveyance, Hint};
use wardkey::policy::AttestationPolicy;
use wardkey::{
    AuthenticationRequest, AuthenticationResponse, AuthenticationState, ConfigError, CredentialId, CredentialRecord,
    Decoys, Error, Fault, PublicFailure, Reauthentication, ReauthenticationRequest, RecordUpdate, RegistrationRequest,
    RegistrationResponse, RelyingParty, Session, UnixTime, UserHandle,
};

struct Account {
    user: UserHandle,
    name: String,
    prescribes: bool,
}

/// A passkey of an account, as the settings page lists it.
struct Passkey {
    record: CredentialRecord,
    label: String,
    /// The claimed model, for the list only.
    model: Aaguid,
    /// Whether it was registered under the policy for prescribers.
    may_prescribe: bool,
}

/// The web session of a browser. Every visitor has one, with a random id, also before they sign in.
pub struct WebSession {
    pub id: String,
    pub user: Option<UserHandle>,
    pub confirmed: Option<Reauthentication>,
}

impl WebSession {
    pub fn anonymous() -> Result<Self, Error> {
        let random = UserHandle::random()?; // 64 random bytes; a web framework has its own
        Ok(Self { id: random.to_base64url(), user: None, confirmed: None })
    }

    fn bound(&self) -> Session {
        Session::bound(&self.id)
    }
}

/// An answer with a status other than 200.
#[derive(Debug, PartialEq, Eq)]
pub struct Refused {
    pub status: u16,
    pub body: Value,
}

type Answer = Result<Value, Refused>;

/// The attestation policy of prescribers. All other users have the default policy.
const PRESCRIBERS: &str = "prescribers";

/// A purpose of re-authentication. The page passes it to `confirm`, and the action requires it.
pub const ADD_PASSKEY: &str = "add-passkey";

pub fn delete_passkey(id: &str) -> String {
    format!("delete-passkey {id}")
}

pub fn prescription(what: &str) -> String {
    format!("{PRESCRIBE}{what}")
}

const PRESCRIBE: &str = "prescribe ";

pub struct Portal {
    rp: RelyingParty,
    accounts: HashMap<String, Account>,
    passkeys: HashMap<CredentialId, Passkey>,
    /// The states by their ids, as JSON. A real portal deletes states after `expires_at`.
    states: HashMap<String, String>,
    /// The ids of spent re-authentications. A real portal keeps each until the re-authentication no longer counts.
    spent: HashSet<String>,
    /// The log for auditors, one JSON object per line: the evidence of each ceremony, and the code of each other error.
    pub log: Vec<String>,
}

impl Portal {
    /// `hardware` is the attestation policy of prescribers. `secret` is 32 random bytes from your secret store.
    pub fn new(hardware: AttestationPolicy, secret: [u8; 32]) -> Result<Self, ConfigError> {
        let rp = RelyingParty::builder("clinic.example", "Example Clinic")
            .origin("https://portal.clinic.example")
            .decoys(Decoys::new(secret))
            .attestation_named(PRESCRIBERS, hardware, AttestationConveyance::Direct)
            .build()?;
        Ok(Self {
            rp,
            accounts: HashMap::new(),
            passkeys: HashMap::new(),
            states: HashMap::new(),
            spent: HashSet::new(),
            log: Vec::new(),
        })
    }

    /// Creates an account with its user handle. How the portal identifies the owner and who may prescribe is not shown.
    pub fn open_account(&mut self, session: &mut WebSession, name: &str, prescribes: bool) -> Answer {
        let handle = UserHandle::random().map_err(|error| self.refused(error))?;
        self.accounts.insert(name.into(), Account { user: handle.clone(), name: name.into(), prescribes });
        self.begin(session, handle)?;
        Ok(json!({}))
    }

    /// Starts a registration for a signed-in user. A new passkey gives access to the account, so a user who has a passkey must
    /// re-authenticate with it.
    pub fn register(&mut self, session: &WebSession, now: UnixTime) -> Answer {
        let Account { user, name, prescribes } = self.account(session)?;
        let (user, name, prescribes) = (user.clone(), name.clone(), *prescribes);
        let existing = self.records(&user, false);
        if !existing.is_empty() {
            self.spend(session, ADD_PASSKEY, now)?;
        }
        let mut request = RegistrationRequest::new(&user, name, &existing);
        if prescribes {
            request = request.attestation_policy(PRESCRIBERS).hints([Hint::SecurityKey]);
        }
        let started = self.rp.start_registration(request, session.bound(), now);
        let (options, state) = started.map_err(|error| self.refused(error))?;
        self.keep(state.id(), &state, &options)
    }

    pub fn registered(&mut self, session: &WebSession, body: &str, now: UnixTime) -> Answer {
        self.account(session)?;
        let response = RegistrationResponse::from_json(body).map_err(|error| self.refused(error))?;
        let state = self.take(response.state_id())?;
        let finished = self.rp.finish_registration(state, &response, session.bound(), now);
        let registered = finished.map_err(|error| self.not_registered(&response, error))?;
        let model = registered.claimed_aaguid();
        let may_prescribe = registered.attestation_policy() == Some(PRESCRIBERS);
        let stored = self.stored(registered.credential_id());
        let claimed = registered.claim(stored);
        let (record, evidence) = claimed.map_err(|error| self.not_registered(&response, error))?;
        self.log.push(line(&evidence));
        let answer = json!({ "id": record.id });
        self.passkeys.insert(record.id.clone(), Passkey { record, label: "Passkey".into(), model, may_prescribe });
        Ok(answer)
    }

    /// Starts a sign-in. Without a name it is for autofill, and the page may wait for an hour. With a name, the answer does not
    /// reveal whether the account exists.
    pub fn sign_in(&mut self, session: &WebSession, name: Option<&str>, now: UnixTime) -> Answer {
        let request = match name {
            None => AuthenticationRequest::discoverable().timeout(Duration::from_secs(3600)),
            Some(name) => {
                let account = self.accounts.get(name);
                let records = account.map(|account| self.records(&account.user, false)).unwrap_or_default();
                AuthenticationRequest::named(name, &records)
            }
        };
        let started = self.rp.start_authentication(request, session.bound(), now);
        let (options, state) = started.map_err(|error| self.refused(error))?;
        self.keep(state.id(), &state, &options)
    }

    pub fn signed_in(&mut self, session: &mut WebSession, body: &str, now: UnixTime) -> Answer {
        let (state, response) = self.answered(body)?;
        let stored = self.stored(response.credential_id());
        let finished = self.rp.finish_authentication(state, &response, stored, session.bound(), now);
        let authenticated = finished.map_err(|error| self.refused(error))?;
        self.write(&authenticated.credential_id, authenticated.update.as_ref())?;
        self.log.push(line(&authenticated.evidence));
        let all = self.records(&authenticated.user, false);
        let accepted = authenticated.signal_all_accepted_credentials(&self.rp, &all);
        let accepted = accepted.map_err(|error| self.refused(error))?;
        self.begin(session, authenticated.user)?;
        Ok(json!({
            "twoFactors": authenticated.user_verification.is_factor(),
            "allAcceptedCredentials": accepted,
        }))
    }

    /// Starts a re-authentication: before a passkey is added or deleted, and before a prescription. Only passkeys registered
    /// under the policy for prescribers can confirm a prescription.
    pub fn confirm(&mut self, session: &WebSession, purpose: &str, now: UnixTime) -> Answer {
        let user = self.account(session)?.user.clone();
        let records = self.records(&user, purpose.starts_with(PRESCRIBE));
        if records.is_empty() {
            return Err(self.not(403, "no-passkey-for-it"));
        }
        let request = ReauthenticationRequest::new(&user, &records, purpose, Duration::from_secs(120));
        let started = self.rp.start_reauthentication(request, session.bound(), now);
        let (options, state) = started.map_err(|error| self.refused(error))?;
        self.keep(state.id(), &state, &options)
    }

    pub fn confirmed(&mut self, session: &mut WebSession, body: &str, now: UnixTime) -> Answer {
        self.account(session)?;
        let (state, response) = self.answered(body)?;
        let stored = self.stored(response.credential_id());
        let finished = self.rp.finish_reauthentication(state, &response, stored, session.bound(), now);
        let (proof, authenticated) = finished.map_err(|error| self.refused(error))?;
        self.write(&authenticated.credential_id, authenticated.update.as_ref())?;
        self.log.push(line(&authenticated.evidence));
        let counts = proof.user_verification().is_factor();
        session.confirmed = Some(proof);
        // Imported accounts may need their old second factor once: see "From First to a factor" in `wardkey::manual::webauthn_rs`.
        Ok(json!({ "counts": counts }))
    }

    pub fn prescribe(&mut self, session: &WebSession, what: &str, now: UnixTime) -> Answer {
        let proof = self.spend(session, &prescription(what), now)?;
        let by_hardware = self.passkeys.get(proof.credential_id()).is_some_and(|passkey| passkey.may_prescribe);
        if !by_hardware || !self.account(session)?.prescribes {
            return Err(self.not(403, "may-not-prescribe"));
        }
        let by = proof.credential_id();
        self.log.push(json!({ "prescribed": what, "confirmedAt": proof.at(), "by": by }).to_string());
        Ok(json!({}))
    }

    pub fn passkeys(&mut self, session: &WebSession) -> Answer {
        let user = self.account(session)?.user.clone();
        let own = self.passkeys.values().filter(|passkey| passkey.record.user_handle == user);
        let shown = own.map(|one| json!({ "id": one.record.id, "label": one.label, "model": one.model.to_string() }));
        Ok(shown.collect())
    }

    /// Deletes a passkey, but never the last one, because its owner would be locked out. Count and delete in one transaction.
    pub fn delete(&mut self, session: &WebSession, id: &str, now: UnixTime) -> Answer {
        let user = self.spend(session, &delete_passkey(id), now)?.user().clone();
        let own = id.parse().ok().filter(|id| self.passkeys.get(id).is_some_and(|one| one.record.user_handle == user));
        let Some(id): Option<CredentialId> = own else { return Err(self.not(404, "no-such-passkey")) };
        if self.records(&user, false).len() == 1 {
            return Err(self.not(409, "the-last-passkey"));
        }
        self.passkeys.remove(&id);
        Ok(json!({ "unknownCredential": self.rp.signal_unknown_credential(&id, self.stored(&id)) }))
    }

    /// Starts a session with a new random id, so that an id known to an attacker before the sign-in is useless.
    fn begin(&mut self, session: &mut WebSession, user: UserHandle) -> Result<(), Refused> {
        let fresh = WebSession::anonymous().map_err(|error| self.refused(error))?;
        *session = WebSession { user: Some(user), ..fresh };
        Ok(())
    }

    fn account(&mut self, session: &WebSession) -> Result<&Account, Refused> {
        let signed_in = |account: &&Account| session.user.as_ref() == Some(&account.user);
        match self.accounts.values().find(signed_in) {
            Some(account) => Ok(account),
            None => Err(Refused { status: 401, body: public(PublicFailure::default()) }),
        }
    }

    fn stored(&self, id: impl AsRef<[u8]>) -> Option<&CredentialRecord> {
        self.passkeys.get(id.as_ref()).map(|passkey| &passkey.record)
    }

    fn records(&self, user: &UserHandle, to_prescribe: bool) -> Vec<CredentialRecord> {
        let own = self.passkeys.values().filter(|passkey| passkey.record.user_handle == *user);
        own.filter(|one| one.may_prescribe || !to_prescribe).map(|passkey| passkey.record.clone()).collect()
    }

    /// Spends the re-authentication of the session. In SQL: `INSERT` the id under a unique index, in the transaction of the action.
    fn spend<'s>(
        &mut self,
        session: &'s WebSession,
        purpose: &str,
        now: UnixTime,
    ) -> Result<&'s Reauthentication, Refused> {
        let user = self.account(session)?.user.clone();
        let proof = session.confirmed.as_ref().ok_or(Error::NotFresh).map_err(|error| self.refused(error))?;
        let id = proof.clone().spend(&self.rp, &user, purpose, now).map_err(|error| self.refused(error))?;
        if !self.spent.insert(id) {
            return Err(self.not(403, "confirmed-once"));
        }
        Ok(proof)
    }

    /// Returns the state and the parsed response.
    fn answered(&mut self, body: &str) -> Result<(AuthenticationState, AuthenticationResponse), Refused> {
        let response = AuthenticationResponse::from_json(body).map_err(|error| self.refused(error))?;
        Ok((self.take(response.state_id())?, response))
    }

    /// Writes the update. In SQL this is a compare-and-set: see [`RecordUpdate`].
    fn write(&mut self, id: &CredentialId, update: Option<&RecordUpdate>) -> Result<(), Refused> {
        let (Some(passkey), Some(update)) = (self.passkeys.get_mut(id), update) else { return Ok(()) };
        if passkey.record.apply(update) { Ok(()) } else { Err(self.not(409, "another-was-faster")) }
    }

    fn keep(&mut self, id: String, state: &impl Serialize, options: &impl Serialize) -> Answer {
        self.states.insert(id, line(state));
        Ok(to_value(options).unwrap_or_default())
    }

    /// Reads and deletes a state. In SQL: `DELETE … WHERE id = ? RETURNING`. `finish_…` refuses the state of another session.
    fn take<S: DeserializeOwned>(&mut self, id: Option<String>) -> Result<S, Refused> {
        let state = id.and_then(|id| self.states.remove(&id));
        let state = state.and_then(|state| serde_json::from_str(&state).ok());
        state.ok_or_else(|| self.not(400, "no-such-state"))
    }

    /// The answer to a refused registration. It signals the passkey provider to remove the new passkey, and contains the code,
    /// because the user is signed in and may know the reason.
    fn not_registered(&mut self, response: &RegistrationResponse, error: Error) -> Refused {
        let stored = self.stored(response.credential_id());
        let signal = self.rp.signal_unknown_credential(response.credential_id(), stored);
        let code = error.code();
        let mut refused = self.refused(error);
        refused.body["code"] = code.into();
        refused.body["unknownCredential"] = to_value(signal).unwrap_or_default();
        refused
    }

    fn refused(&mut self, error: impl Into<Error>) -> Refused {
        let error = error.into();
        self.log.push(match error.evidence() {
            Some(evidence) => line(&evidence),
            None => json!({ "refused": error.log_line() }).to_string(),
        });
        let status = match error.fault() {
            Fault::Response => 400,
            Fault::User => 403,
            Fault::Machine => 503,
            _ => 500,
        };
        Refused { status, body: public(error.public()) }
    }

    /// A refusal by the portal itself.
    fn not(&mut self, status: u16, why: &str) -> Refused {
        self.log.push(json!({ "refused": why }).to_string());
        Refused { status, body: public(PublicFailure::default()) }
    }
}

fn public(failure: PublicFailure) -> Value {
    to_value(failure).unwrap_or_default()
}

fn line(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
