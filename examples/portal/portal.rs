//! The back end of a portal, without HTTP.
//!
//! Each public function of [`Portal`] handles one request and returns the JSON for the page. In a real portal the maps are
//! tables of a database, and the session is that of the web framework.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json, to_value};
use std::collections::{HashMap, HashSet};
use wardkey::authenticator::Aaguid;
use wardkey::client::json::{AttestationConveyance, Hint};
use wardkey::policy::AttestationPolicy;
use wardkey::{
    AuthenticationRequest, AuthenticationResponse, AuthenticationState, ConfigError, CredentialId, CredentialRecord,
    Decoys, Error, Fault, PublicFailure, Reauthentication, RecordUpdate, RegistrationRequest, RegistrationResponse,
    RegistrationState, RelyingParty, UnixTime, User, UserHandle,
};

struct Account {
    user: User,
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

/// The web session of a browser.
#[derive(Default)]
pub struct Session {
    pub id: String,
    pub user: Option<UserHandle>,
    pub confirmed: Option<Reauthentication>,
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
    /// The id of each state, with its session and its JSON. A real portal deletes states after `expires_at`.
    states: HashMap<String, (String, String)>,
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
    pub fn open_account(&mut self, session: &mut Session, name: &str, prescribes: bool) -> Answer {
        let handle = UserHandle::random().map_err(|error| self.refused(error))?;
        let user = User::new(handle.clone(), name, name);
        self.accounts.insert(name.into(), Account { user, prescribes });
        self.begin(session, handle)?;
        Ok(json!({}))
    }

    /// Starts a registration for a signed-in user. A new passkey gives access to the account, so a user who has a passkey must
    /// re-authenticate with it.
    pub fn register(&mut self, session: &Session, now: UnixTime) -> Answer {
        let Account { user, prescribes } = self.account(session)?;
        let (user, mut request) = (user.clone(), RegistrationRequest::default());
        if *prescribes {
            request.attestation = Some(PRESCRIBERS.into());
            request.hints = vec![Hint::SecurityKey];
        }
        let existing = self.records(&user.handle, false);
        if !existing.is_empty() {
            self.spend(session, ADD_PASSKEY, now)?;
        }
        let started = self.rp.start_registration_with(&request, &user, &existing, now);
        let (options, state) = started.map_err(|error| self.refused(error))?;
        self.keep(session, state.id(), &state, &options)
    }

    pub fn registered(&mut self, session: &Session, body: &str, now: UnixTime) -> Answer {
        let user = self.account(session)?.user.handle.clone();
        let response = RegistrationResponse::from_json(body).map_err(|error| self.refused(error))?;
        let state: RegistrationState = self.take(session, response.state_id())?;
        if *state.user_handle() != user {
            return Err(self.not(403, "another-user"));
        }
        let finished = self.rp.finish_registration(state, &response, now);
        let registered = finished.map_err(|error| self.not_registered(&response, error))?;
        let model = registered.claimed_aaguid();
        let may_prescribe = registered.attestation_policy() == Some(PRESCRIBERS);
        let stored = self.stored(registered.credential_id());
        let claimed = registered.claim(stored);
        let (record, evidence) = claimed.map_err(|failure| self.not_registered(&response, failure.into()))?;
        self.log.push(line(&evidence));
        let answer = json!({ "id": record.id });
        self.passkeys.insert(record.id.clone(), Passkey { record, label: "Passkey".into(), model, may_prescribe });
        Ok(answer)
    }

    /// Starts a sign-in. Without a name it is for autofill, and the page may wait for an hour. With a name, the answer does not
    /// reveal whether the account exists.
    pub fn sign_in(&mut self, session: &Session, name: Option<&str>, now: UnixTime) -> Answer {
        let known = name.and_then(|name| self.accounts.get(name)).map(|account| account.user.handle.clone());
        let records = known.as_ref().map(|handle| self.records(handle, false)).unwrap_or_default();
        let started = match (name, known) {
            (None, _) => {
                let mut request = AuthenticationRequest::default();
                request.timeout_secs = Some(3600);
                self.rp.start_discoverable_authentication_with(&request, now)
            }
            (Some(_), Some(handle)) if !records.is_empty() => self.rp.start_authentication(&handle, &records, now),
            (Some(name), _) => self.rp.start_decoy_authentication(name, now),
        };
        let (options, state) = started.map_err(|error| self.refused(error))?;
        self.keep(session, state.id(), &state, &options)
    }

    pub fn signed_in(&mut self, session: &mut Session, body: &str, now: UnixTime) -> Answer {
        let (state, response, record) = self.answered(session, body, now)?;
        let finished = self.rp.finish_authentication(state, &response, &record, now);
        let authenticated = finished.map_err(|error| self.refused(error))?;
        self.write(&record.id, authenticated.update)?;
        self.log.push(line(&authenticated.evidence));
        let all = self.records(&authenticated.user, false);
        let accepted = self.rp.signal_all_accepted_credentials(&authenticated, &all, now);
        let accepted = accepted.map_err(|error| self.refused(error))?;
        self.begin(session, authenticated.user)?;
        Ok(json!({
            "twoFactors": authenticated.user_verification.is_factor(),
            "allAcceptedCredentials": accepted,
        }))
    }

    /// Starts a re-authentication: before a passkey is added or deleted, and before a prescription. Only passkeys registered
    /// under the policy for prescribers can confirm a prescription.
    pub fn confirm(&mut self, session: &Session, purpose: &str, now: UnixTime) -> Answer {
        let user = self.account(session)?.user.handle.clone();
        let records = self.records(&user, purpose.starts_with(PRESCRIBE));
        if records.is_empty() {
            return Err(self.not(403, "no-passkey-for-it"));
        }
        let two_minutes = 120;
        let started = self.rp.start_reauthentication(&user, &records, purpose, two_minutes, now);
        let (options, state) = started.map_err(|error| self.refused(error))?;
        self.keep(session, state.id(), &state, &options)
    }

    pub fn confirmed(&mut self, session: &mut Session, body: &str, now: UnixTime) -> Answer {
        let user = self.account(session)?.user.handle.clone();
        let (state, response, record) = self.answered(session, body, now)?;
        let finished = self.rp.finish_reauthentication(state, &user, &response, &record, now);
        let (proof, authenticated) = finished.map_err(|error| self.refused(error))?;
        self.write(&record.id, authenticated.update)?;
        self.log.push(line(&authenticated.evidence));
        let counts = proof.user_verification().is_factor();
        session.confirmed = Some(proof);
        // Imported accounts may need their old second factor once: see "From First to a factor" in the guide.
        Ok(json!({ "counts": counts }))
    }

    pub fn prescribe(&mut self, session: &Session, what: &str, now: UnixTime) -> Answer {
        let proof = self.spend(session, &prescription(what), now)?;
        let by_hardware = self.passkeys.get(proof.credential_id()).is_some_and(|passkey| passkey.may_prescribe);
        if !by_hardware || !self.account(session)?.prescribes {
            return Err(self.not(403, "may-not-prescribe"));
        }
        let by = proof.credential_id();
        self.log.push(json!({ "prescribed": what, "confirmedAt": proof.at(), "by": by }).to_string());
        Ok(json!({}))
    }

    pub fn passkeys(&mut self, session: &Session) -> Answer {
        let user = self.account(session)?.user.handle.clone();
        let own = self.passkeys.values().filter(|passkey| passkey.record.user_handle == user);
        let shown = own.map(|one| json!({ "id": one.record.id, "label": one.label, "model": one.model.to_string() }));
        Ok(shown.collect())
    }

    /// Deletes a passkey, but never the last one, because its owner would be locked out. Count and delete in one transaction.
    pub fn delete(&mut self, session: &Session, id: &str, now: UnixTime) -> Answer {
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
    fn begin(&mut self, session: &mut Session, user: UserHandle) -> Result<(), Refused> {
        let random = UserHandle::random().map_err(|error| self.refused(error))?; // 64 random bytes; a web framework has its own
        *session = Session { id: random.to_base64url(), user: Some(user), confirmed: None };
        Ok(())
    }

    fn account(&mut self, session: &Session) -> Result<&Account, Refused> {
        let signed_in = |account: &&Account| session.user.as_ref() == Some(&account.user.handle);
        match self.accounts.values().find(signed_in) {
            Some(account) => Ok(account),
            None => Err(Refused { status: 401, body: public(PublicFailure) }),
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
        session: &'s Session,
        purpose: &str,
        now: UnixTime,
    ) -> Result<&'s Reauthentication, Refused> {
        let user = self.account(session)?.user.handle.clone();
        let proof = session.confirmed.as_ref().ok_or(Error::NotFresh).map_err(|error| self.refused(error))?;
        let id = proof.clone().spend(&self.rp, &user, purpose, now).map_err(|error| self.refused(error))?;
        if !self.spent.insert(id) {
            return Err(self.not(403, "confirmed-once"));
        }
        Ok(proof)
    }

    /// Returns the state, the parsed response, and the record of its credential.
    fn answered(
        &mut self,
        session: &Session,
        body: &str,
        now: UnixTime,
    ) -> Result<(AuthenticationState, AuthenticationResponse, CredentialRecord), Refused> {
        let response = AuthenticationResponse::from_json(body).map_err(|error| self.refused(error))?;
        let state = self.take(session, response.state_id())?;
        match self.passkeys.get(response.credential_id()) {
            Some(passkey) => Ok((state, response, passkey.record.clone())),
            None => {
                let error = self.rp.refuse_authentication(state, &response, now);
                Err(self.refused(error))
            }
        }
    }

    /// Writes the update. In SQL this is a compare-and-set: see [`RecordUpdate`].
    fn write(&mut self, id: &CredentialId, update: Option<RecordUpdate>) -> Result<(), Refused> {
        let (Some(passkey), Some(update)) = (self.passkeys.get_mut(id), update) else { return Ok(()) };
        if passkey.record.apply(&update) { Ok(()) } else { Err(self.not(409, "another-was-faster")) }
    }

    fn keep(&mut self, session: &Session, id: String, state: &impl Serialize, options: &impl Serialize) -> Answer {
        self.states.insert(id, (session.id.clone(), line(state)));
        Ok(to_value(options).unwrap_or_default())
    }

    /// Reads and deletes a state. In SQL: `DELETE … WHERE id = ? AND session = ? RETURNING`.
    fn take<S: DeserializeOwned>(&mut self, session: &Session, id: Option<String>) -> Result<S, Refused> {
        let found = id.filter(|id| self.states.get(id).is_some_and(|(owner, _)| *owner == session.id));
        let state = found.and_then(|id| self.states.remove(&id));
        let state = state.and_then(|(_, state)| serde_json::from_str(&state).ok());
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
            None => json!({ "refused": error.code() }).to_string(),
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
        Refused { status, body: public(PublicFailure) }
    }
}

fn public(failure: PublicFailure) -> Value {
    to_value(failure).unwrap_or_default()
}

fn line(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
