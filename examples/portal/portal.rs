//! The back end of a portal, without HTTP: each function is a request, and answers what goes back to the page. What is a
//! map here is a table of a database; sessions are whatever the web framework has.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json, to_value};
use std::collections::HashMap;
use wardkey::authenticator::Aaguid;
use wardkey::client::json::{AttestationConveyance, Hint};
use wardkey::error::Fault;
use wardkey::policy::{AttestationPolicy, TrustOutcome};
use wardkey::relying_party::{ConfigError, Decoys, Reauthentication, RegistrationRequest};
use wardkey::{
    AuthenticationResponse, AuthenticationState, CredentialId, CredentialRecord, Error, RecordUpdate,
    RegistrationResponse, RegistrationState, RelyingParty, UnixTime, User, UserHandle,
};

/// A passkey of an account, as its settings page lists it.
struct Passkey {
    record: CredentialRecord,
    label: String,
    model: Aaguid,
    /// Whether its certificates led to an anchor when it was registered: it is what its model says.
    known_hardware: bool,
}

/// What the portal knows of whoever sits at a browser.
#[derive(Default)]
pub struct Session {
    pub id: String,
    pub user: Option<UserHandle>,
    pub confirmed: Option<Reauthentication>,
}

/// An answer that is not 200.
#[derive(Debug, PartialEq, Eq)]
pub struct Refused {
    pub status: u16,
    pub body: Value,
}

type Answer = Result<Value, Refused>;

/// A policy beside the one for everybody: see [`RelyingParty::builder`].
const PRESCRIBERS: &str = "prescribers";

pub struct Portal {
    rp: RelyingParty,
    decoys: Decoys,
    accounts: HashMap<String, User>,
    passkeys: HashMap<CredentialId, Passkey>,
    /// By the state's id: the session that it belongs to, and its JSON. Swept by its `expires_at`.
    states: HashMap<String, (String, String)>,
    /// For auditors, a JSON object a line: verdicts with their evidence, refusals with their code and step.
    pub log: Vec<String>,
}

impl Portal {
    /// `hardware` is what prescribers must register; `secret` is 32 random bytes from where secrets are kept.
    pub fn new(hardware: AttestationPolicy, secret: [u8; 32]) -> Result<Self, ConfigError> {
        let rp = RelyingParty::builder("clinic.example", "Example Clinic")
            .origin("https://portal.clinic.example")
            .attestation_named(PRESCRIBERS, hardware, AttestationConveyance::Direct)
            .build()?;
        Ok(Self {
            rp,
            decoys: Decoys::new(secret),
            accounts: HashMap::new(),
            passkeys: HashMap::new(),
            states: HashMap::new(),
            log: Vec::new(),
        })
    }

    /// An account is made once, with its user handle; how its owner proves who they are is the portal's affair.
    pub fn open_account(&mut self, name: &str, display_name: &str) -> Result<UserHandle, Refused> {
        let handle = UserHandle::random().map_err(|error| self.refused(error))?;
        self.accounts.insert(name.into(), User::new(handle.clone(), name, display_name));
        Ok(handle)
    }

    /// A signed-in user adds a passkey. Ask for [`Self::confirm`] before, where there is one already.
    pub fn register(&mut self, session: &Session, prescriber: bool, now: UnixTime) -> Answer {
        let user = self.user(session)?;
        let mut request = RegistrationRequest::default();
        if prescriber {
            request.attestation = Some(PRESCRIBERS.into());
            request.hints = vec![Hint::SecurityKey];
        }
        let started = self.rp.start_registration_with(&request, &user, &self.records(&user.handle), now);
        let (options, state) = started.map_err(|error| self.refused(error))?;
        self.keep(session, state.id(), &state, &options)
    }

    pub fn registered(&mut self, session: &Session, body: &str, now: UnixTime) -> Answer {
        let response = RegistrationResponse::from_json(body).map_err(|error| self.refused(error))?;
        let state: RegistrationState = self.take(session, response.state_id())?;
        let registered = match self.rp.finish_registration(state, &response, now) {
            Ok(registered) => registered,
            Err(error) => {
                // The authenticator has made a passkey that nobody will accept: let its provider forget it.
                let stored = self.passkeys.get(response.credential_id());
                let signal = self.rp.signal_unknown_credential(response.credential_id(), stored);
                let mut refused = self.refused(error);
                // Who is signed in may be told more than that it did not work.
                refused.body["code"] = error.code().into();
                refused.body["unknownCredential"] = to_value(signal).unwrap_or_default();
                return Err(refused);
            }
        };
        let (model, evidence) = (registered.claimed_aaguid(), line(registered.evidence()));
        let known_hardware = registered.trust() == TrustOutcome::Trusted;
        let stored = self.passkeys.get(registered.credential_id());
        let record = registered.claim(stored).map_err(|failure| self.refused(failure))?;
        self.log.push(evidence);
        let answer = json!({ "id": record.id });
        self.passkeys.insert(record.id.clone(), Passkey { record, label: "Passkey".into(), model, known_hardware });
        Ok(answer)
    }

    /// By autofill, without a name; or by a name, which tells nobody whether there is such an account.
    pub fn sign_in(&mut self, session: &Session, name: Option<&str>, now: UnixTime) -> Answer {
        let known = name.and_then(|name| self.accounts.get(name)).map(|user| user.handle.clone());
        let records = known.as_ref().map(|handle| self.records(handle)).unwrap_or_default();
        let started = match (name, known) {
            (None, _) => self.rp.start_discoverable_authentication(now),
            (Some(_), Some(handle)) if !records.is_empty() => self.rp.start_authentication(&handle, &records, now),
            (Some(name), _) => self.rp.start_decoy_authentication(&self.decoys, name, now),
        };
        let (options, state) = started.map_err(|error| self.refused(error))?;
        self.keep(session, state.id(), &state, &options)
    }

    pub fn signed_in(&mut self, session: &mut Session, body: &str, now: UnixTime) -> Answer {
        let response = AuthenticationResponse::from_json(body).map_err(|error| self.refused(error))?;
        let state: AuthenticationState = self.take(session, response.state_id())?;
        let Some(passkey) = self.passkeys.get(response.credential_id()) else {
            let error = self.rp.refuse_authentication(state, &response, now);
            return Err(self.refused(error));
        };
        let finished = self.rp.finish_authentication(state, &response, &passkey.record, now);
        let authenticated = finished.map_err(|error| self.refused(error))?;
        self.write(&authenticated.credential_id, authenticated.update)?;
        self.log.push(line(&authenticated.evidence));
        let all = self.records(&authenticated.user);
        let accepted = self.rp.signal_all_accepted_credentials(&authenticated, &all);
        session.user = Some(authenticated.user);
        Ok(json!({
            "twoFactors": authenticated.user_verification.is_factor(),
            "allAcceptedCredentials": accepted.map_err(|error| self.refused(error))?,
        }))
    }

    /// Before something that matters: a prescription, a new passkey, a deleted one.
    pub fn confirm(&mut self, session: &Session, now: UnixTime) -> Answer {
        let user = self.user(session)?;
        let started = self.rp.start_reauthentication(&user.handle, &self.records(&user.handle), now);
        let (options, state) = started.map_err(|error| self.refused(error))?;
        self.keep(session, state.id(), &state, &options)
    }

    pub fn confirmed(&mut self, session: &mut Session, body: &str, now: UnixTime) -> Answer {
        let user = self.user(session)?;
        let response = AuthenticationResponse::from_json(body).map_err(|error| self.refused(error))?;
        let state: AuthenticationState = self.take(session, response.state_id())?;
        let Some(passkey) = self.passkeys.get(response.credential_id()) else {
            let error = self.rp.refuse_authentication(state, &response, now);
            return Err(self.refused(error));
        };
        let (record, two_minutes) = (&passkey.record, 120);
        let finished = self.rp.finish_reauthentication(state, &user.handle, &response, record, two_minutes, now);
        let done = finished.map_err(|error| self.refused(error))?;
        self.write(&done.authenticated.credential_id, done.authenticated.update)?;
        self.log.push(line(&done.authenticated.evidence));
        let counts = done.proof.user_verification().is_factor();
        session.confirmed = Some(done.proof);
        // Imported accounts may need their old second factor once: see the guide, "From First to a factor".
        Ok(json!({ "counts": counts }))
    }

    /// By known hardware alone.
    pub fn prescribe(&mut self, session: &Session, what: &str, now: UnixTime) -> Answer {
        let proof = self.proof(session, now)?;
        if !self.passkeys.get(proof.credential_id()).is_some_and(|passkey| passkey.known_hardware) {
            return Err(refused(403));
        }
        self.log
            .push(json!({ "prescribed": what, "confirmedAt": proof.at(), "by": proof.credential_id() }).to_string());
        Ok(json!({}))
    }

    pub fn passkeys(&self, session: &Session) -> Answer {
        let user = self.user(session)?;
        let own = self.passkeys.values().filter(|passkey| passkey.record.user_handle == user.handle);
        let shown = own.map(|one| json!({ "id": one.record.id, "label": one.label, "model": one.model.to_string() }));
        Ok(shown.collect())
    }

    /// Never the last one: its owner would be locked out.
    pub fn delete(&mut self, session: &Session, id: &str, now: UnixTime) -> Answer {
        let user = self.proof(session, now)?.user().clone();
        let own = id.parse().ok().filter(|id| self.passkeys.get(id).is_some_and(|one| one.record.user_handle == user));
        let Some(id): Option<CredentialId> = own else { return Err(refused(404)) };
        if self.records(&user).len() == 1 {
            return Err(refused(409));
        }
        self.passkeys.remove(&id);
        Ok(json!({ "unknownCredential": self.rp.signal_unknown_credential(&id, self.passkeys.get(&id)) }))
    }

    fn user(&self, session: &Session) -> Result<User, Refused> {
        let signed_in = |user: &&User| session.user.as_ref() == Some(&user.handle);
        self.accounts.values().find(signed_in).cloned().ok_or_else(|| refused(401))
    }

    fn records(&self, user: &UserHandle) -> Vec<CredentialRecord> {
        let all = self.passkeys.values().map(|passkey| &passkey.record);
        all.filter(|record| record.user_handle == *user).cloned().collect()
    }

    fn proof<'s>(&mut self, session: &'s Session, now: UnixTime) -> Result<&'s Reauthentication, Refused> {
        let (user, proof) = (self.user(session)?, session.confirmed.as_ref().ok_or_else(|| refused(403))?);
        proof.require(&user.handle, now).map_err(|error| self.refused(error))?;
        Ok(proof)
    }

    /// In SQL a compare-and-set: see [`RecordUpdate`].
    fn write(&mut self, id: &CredentialId, update: Option<RecordUpdate>) -> Result<(), Refused> {
        let (Some(passkey), Some(update)) = (self.passkeys.get_mut(id), update) else { return Ok(()) };
        if passkey.record.apply(&update) { Ok(()) } else { Err(refused(409)) }
    }

    fn keep(&mut self, session: &Session, id: String, state: &impl Serialize, options: &impl Serialize) -> Answer {
        let json = |_| refused(500);
        self.states.insert(id, (session.id.clone(), serde_json::to_string(state).map_err(json)?));
        to_value(options).map_err(json)
    }

    /// Out of the store with it, whatever comes of it: in SQL, `DELETE … WHERE id = ? AND session = ? RETURNING`.
    fn take<S: DeserializeOwned>(&mut self, session: &Session, id: Option<String>) -> Result<S, Refused> {
        let found = id.filter(|id| self.states.get(id).is_some_and(|(owner, _)| *owner == session.id));
        let (_, state) = found.and_then(|id| self.states.remove(&id)).ok_or_else(|| refused(400))?;
        serde_json::from_str(&state).map_err(|_| refused(400))
    }

    fn refused(&mut self, error: impl Into<Error>) -> Refused {
        let error = error.into();
        let step = error.step().map(|step| step.to_string());
        self.log.push(json!({ "refused": error.code(), "step": step }).to_string());
        let status = match error.fault() {
            Fault::Response => 400,
            Fault::User => 403,
            Fault::Machine => 503,
            _ => 500,
        };
        Refused { status, body: to_value(error.public()).unwrap_or_default() }
    }
}

fn line(evidence: &impl Serialize) -> String {
    serde_json::to_string(evidence).unwrap_or_default()
}

fn refused(status: u16) -> Refused {
    Refused { status, body: json!({}) }
}
