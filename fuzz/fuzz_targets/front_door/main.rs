//! A stateful front door: four relying parties, several accounts, ceremonies that overlap, answers that deviate, states
//! and records that are swapped, and states that were edited in the store. The model (`model.rs`) returns what is wrong
//! with an answer. The target checks that the library accepts an answer if and only if nothing is wrong, that a refusal
//! names one of the reasons that the model gives, and that no challenge is accepted twice. `library.rs` has all calls
//! of the front door.
//!
//! Input: operations. Each is an octet and its operands, which are octets too. 0 selects the usual value, so a start
//! followed by zeros is a ceremony that succeeds. An answer has up to three deviations.
#![no_main]

mod answers;
mod library;
mod model;

use answers::{Authentication, Registration};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use libfuzzer_sys::fuzz_target;
use model::{Authenticating, Items, PARTIES, Party, Purpose, Record, Registering};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::collections::{BTreeSet, HashSet};
use wardkey::{Authenticated, CredentialRecord, Error, Reauthentication};
use wardkey_fuzz::keys::{Key, algorithm};
use wardkey_fuzz::{Parts, toy};

/// A state in the store.
#[derive(Clone)]
struct Held<S> {
    /// The relying party that started it.
    party: usize,
    says: S,
    stored: Value,
    /// Somebody changed it in the store.
    edited: bool,
    /// The members that it lacks, or that are of another type. With one of them, reading must fail.
    broken: BTreeSet<String>,
}

impl<S> Held<S> {
    /// Reads the state. Reading may fail only if it was edited, and must fail if it is broken.
    fn read<T: DeserializeOwned>(&self) -> Option<T> {
        let state = library::read(&self.stored);
        assert!(state.is_some() || self.edited, "a state that cannot be read: {}", self.stored);
        assert!(state.is_none() || self.broken.is_empty(), "a broken state is read: {}", self.stored);
        state
    }
}

/// A credential in the store.
struct Stored {
    facts: Record,
    /// `None`: the public key in the record cannot be read.
    key: Option<Key>,
    record: CredentialRecord,
    /// The record before its last update.
    before: Option<(Items, CredentialRecord)>,
}

impl Stored {
    /// Checks that the record is as the model has it.
    fn check(&self) {
        let Record { id, account, items, .. } = &self.facts;
        assert_eq!(self.record.id.as_bytes(), id);
        assert_eq!(self.record.user_handle.as_bytes(), account);
        assert_eq!(items_of(&self.record), *items);
    }
}

fn items_of(record: &CredentialRecord) -> Items {
    Items {
        count: record.sign_count,
        verification_counts: record.uv_initialized,
        eligible: record.backup_eligible,
        backed_up: record.backup_state,
    }
}

/// The value that a web session keeps.
enum Session {
    SignedIn { party: usize, account: Vec<u8>, credential: Vec<u8>, authenticated: Box<Authenticated> },
    Reauthenticated { says: model::Proof, proof: Box<Reauthentication> },
}

/// The stores of all back ends, and the time.
struct World {
    now: i64,
    registering: Vec<Option<Held<Registering>>>,
    authenticating: Vec<Option<Held<Authenticating>>>,
    records: Vec<Stored>,
    sessions: Vec<Session>,
    /// Every challenge that was issued so far.
    challenges: HashSet<Vec<u8>>,
    /// Every challenge whose answer was accepted.
    accepted: HashSet<Vec<u8>>,
}

/// The user handle of one of three accounts.
fn account(octet: u8) -> Vec<u8> {
    vec![b'u', octet % 3]
}

fn base64url(octets: &[u8]) -> Value {
    URL_SAFE_NO_PAD.encode(octets).into()
}

/// The state that an octet selects, counted from the newest.
fn pick<T>(states: &[Option<T>], octet: u8) -> Option<usize> {
    let held: Vec<usize> = (0..states.len()).rev().filter(|&at| states[at].is_some()).collect();
    held.get(usize::from(octet) % held.len().max(1)).copied()
}

/// A member of a stored state.
struct Member<S> {
    name: &'static str,
    /// Its value by the model; `None`: the model does not know how it is written.
    shown: fn(&S) -> Option<Value>,
    copy: fn(&mut S, &S),
}

const REGISTERING: [Member<Registering>; 10] = [
    Member { name: "rpId", shown: |s| Some(json!(s.rp_id)), copy: |to, from| to.rp_id = from.rp_id.clone() },
    Member {
        name: "challenge",
        shown: |s| Some(base64url(&s.challenge)),
        copy: |to, from| to.challenge = from.challenge.clone(),
    },
    Member {
        name: "userHandle",
        shown: |s| Some(base64url(&s.account)),
        copy: |to, from| to.account = from.account.clone(),
    },
    Member {
        name: "algorithms",
        shown: |s| Some(json!(s.algorithms)),
        copy: |to, from| to.algorithms = from.algorithms.clone(),
    },
    Member {
        name: "userVerificationRequired",
        shown: |s| Some(json!(s.verification_required)),
        copy: |to, from| to.verification_required = from.verification_required,
    },
    Member {
        name: "conditional",
        shown: |s| Some(json!(s.conditional)),
        copy: |to, from| to.conditional = from.conditional,
    },
    Member { name: "attestation", shown: |s| Some(json!(s.policy)), copy: |to, from| to.policy = from.policy.clone() },
    Member { name: "extensions", shown: |_| None, copy: |to, from| to.unsolicited_refused = from.unsolicited_refused },
    Member { name: "issuedAt", shown: |s| Some(json!(s.issued)), copy: |to, from| to.issued = from.issued },
    Member { name: "expiresAt", shown: |s| Some(json!(s.expires)), copy: |to, from| to.expires = from.expires },
];

const AUTHENTICATING: [Member<Authenticating>; 11] = [
    Member { name: "session", shown: |_| None, copy: |to, from| to.session = from.session.clone() },
    Member { name: "rpId", shown: |s| Some(json!(s.rp_id)), copy: |to, from| to.rp_id = from.rp_id.clone() },
    Member {
        name: "challenge",
        shown: |s| Some(base64url(&s.challenge)),
        copy: |to, from| to.challenge = from.challenge.clone(),
    },
    Member {
        name: "purpose",
        shown: |s| match s.purpose {
            Purpose::SignIn => Some(json!("sign-in")),
            Purpose::Payment => Some(json!("payment")),
            Purpose::Reauthentication => {
                let (purpose, fresh) = &s.confirms;
                Some(json!({ "reauthentication": { "purpose": purpose, "freshSecs": fresh } }))
            }
        },
        copy: |to, from| (to.purpose, to.confirms) = (from.purpose, from.confirms.clone()),
    },
    Member {
        name: "userHandle",
        shown: |s| match s.account.as_deref() {
            Some([b'd', ..]) => None,
            Some(account) => Some(base64url(account)),
            None => Some(Value::Null),
        },
        copy: |to, from| to.account = from.account.clone(),
    },
    Member {
        name: "allowCredentials",
        shown: |s| Some(s.allowed.iter().map(|id| base64url(id)).collect()),
        copy: |to, from| to.allowed = from.allowed.clone(),
    },
    Member {
        name: "userVerificationRequired",
        shown: |s| Some(json!(s.verification_required)),
        copy: |to, from| to.verification_required = from.verification_required,
    },
    Member { name: "appid", shown: |s| Some(json!(s.appid)), copy: |to, from| to.appid = from.appid.clone() },
    Member { name: "extensions", shown: |_| None, copy: |to, from| to.unsolicited_refused = from.unsolicited_refused },
    Member { name: "issuedAt", shown: |s| Some(json!(s.issued)), copy: |to, from| to.issued = from.issued },
    Member { name: "expiresAt", shown: |s| Some(json!(s.expires)), copy: |to, from| to.expires = from.expires },
];

/// The code of the error for records that are not all of this account.
fn foreign(records: &[CredentialRecord], account: &[u8]) -> Option<&'static str> {
    records.iter().any(|record| record.user_handle.as_bytes() != account).then_some("foreign-credential")
}

/// Checks that a ceremony starts if and only if nothing is wrong, and that an error has the code of what is wrong.
fn begun<T>(started: Result<T, Error>, wrong: Option<&str>) -> Option<T> {
    assert_eq!(started.as_ref().err().map(Error::code), wrong, "{:?}", started.as_ref().err());
    started.ok()
}

/// Puts a new state into a store. Checks that it survives the store, and that it says what the model says.
fn hold<S, T>(party: usize, says: S, state: &T, members: &[Member<S>]) -> Option<Held<S>>
where
    T: Serialize + DeserializeOwned + PartialEq,
{
    let stored = library::stored(state);
    assert!(library::read::<T>(&stored).is_some_and(|again| again == *state), "another state: {stored}");
    for member in members {
        let shown = (member.shown)(&says);
        assert!(shown.is_none_or(|shown| stored[member.name] == shown), "{}: {stored}", member.name);
    }
    Some(Held { party, says, stored, edited: false, broken: BTreeSet::new() })
}

/// Edits a state in the store: copies a member from another state, removes a member, or gives it a value of another
/// type.
fn edit<S: Clone>(states: &mut [Option<Held<S>>], members: &[Member<S>], unbind: fn(&mut S), p: &mut Parts<'_>) {
    let (to, from, how, which) = (p.octet(), p.octet(), p.octet(), usize::from(p.octet()));
    let (Some(to), Some(from)) = (pick(states, to), pick(states, from)) else { return };
    let Some(from) = states[from].clone() else { return };
    let Some(to) = states[to].as_mut() else { return };
    let names: Vec<String> = to.stored.as_object().expect("an object").keys().cloned().collect();
    let any = names[which % names.len()].clone();
    match how % 4 {
        0 | 1 => {
            let member = &members[which % members.len()];
            let value = from.stored[member.name].clone();
            if to.stored[member.name] != value && !from.broken.contains(member.name) {
                to.stored[member.name] = value;
                (member.copy)(&mut to.says, &from.says);
                to.edited = true;
                to.broken.remove(member.name);
            }
        }
        // A state of version 0.1 names no session.
        2 if any == "session" => {
            to.stored.as_object_mut().expect("an object").remove(&any);
            to.edited = true;
            to.broken.remove(&any);
            unbind(&mut to.says);
        }
        2 => {
            to.stored.as_object_mut().expect("an object").remove(&any);
            to.edited = true;
            to.broken.insert(any);
        }
        _ => {
            to.stored[&any] = json!(3.5);
            to.edited = true;
            to.broken.insert(any);
        }
    }
}

impl World {
    fn new() -> Self {
        toy::begin();
        Self {
            now: 1_795_392_000,
            registering: Vec::new(),
            authenticating: Vec::new(),
            records: Vec::new(),
            sessions: Vec::new(),
            challenges: HashSet::new(),
            accepted: HashSet::new(),
        }
    }

    /// The position of the credential with this id in the store of a relying party.
    fn find(&self, party: usize, id: &[u8]) -> Option<usize> {
        self.records.iter().position(|stored| stored.facts.rp_id == PARTIES[party].rp_id && stored.facts.id == id)
    }

    /// The records of an account; with `foreign`, also a record of another account.
    fn records_of(&self, party: usize, account: &[u8], foreign: bool) -> Vec<CredentialRecord> {
        let here = self.records.iter().filter(|stored| stored.facts.rp_id == PARTIES[party].rp_id);
        let (own, others): (Vec<_>, Vec<_>) = here.partition(|stored| stored.facts.account == account);
        let others = others.into_iter().take(usize::from(foreign));
        own.into_iter().chain(others).map(|stored| stored.record.clone()).collect()
    }

    /// Checks that a challenge is new, and as long as section 13.4.3 requires.
    fn issue(&mut self, challenge: &[u8]) {
        assert!(challenge.len() >= 16);
        assert!(self.challenges.insert(challenge.to_vec()), "the same challenge twice");
    }

    /// Checks that a challenge is accepted once. Edited states do not count, because the challenge may be a copy.
    fn accept(&mut self, challenge: &[u8], edited: bool) {
        assert!(edited || self.accepted.insert(challenge.to_vec()), "a state is used twice");
    }

    /// Whether no state with this id is left in a store. Edited states do not count.
    fn is_gone(&self, id: &str) -> bool {
        let registering = self.registering.iter().flatten().filter(|held| !held.edited);
        let authenticating = self.authenticating.iter().flatten().filter(|held| !held.edited);
        let challenges = registering.map(|held| &held.says.challenge);
        let mut challenges = challenges.chain(authenticating.map(|held| &held.says.challenge));
        challenges.all(|challenge| base64url(&toy::sha256(&[challenge])) != id)
    }

    fn start_registration(&mut self, p: &mut Parts<'_>) {
        let (party, account, bits) = (usize::from(p.octet() % 4), account(p.octet()), p.octet());
        let (conditional, timeout) = (bits & 4 != 0, timeout(bits));
        let policy = match bits >> 3 & 3 {
            1 => Some(PARTIES[party].named_policy),
            2 => Some("a policy that nobody has"),
            _ => None,
        };
        let existing = self.records_of(party, &account, bits & 0x80 != 0);
        let started = library::start_registration(party, &account, &existing, (conditional, policy, timeout), self.now);
        let known = policy.is_none_or(|policy| policy == PARTIES[party].named_policy);
        let wrong = foreign(&existing, &account).or((!known).then_some("unknown-policy"));
        let Some(started) = begun(started, wrong) else { return };
        self.issue(&started.challenge);
        let excluded: Vec<_> = existing.iter().map(|record| record.id.as_bytes().to_vec()).collect();
        assert_eq!(started.credentials, excluded);
        let Party { rp_id, verification_required, refuses_unsolicited, .. } = PARTIES[party];
        assert!(
            !started.algorithms.is_empty() && started.algorithms.iter().all(|&offered| PARTIES[party].offers(offered))
        );
        let says = Registering {
            rp_id: rp_id.to_owned(),
            challenge: started.challenge,
            account,
            algorithms: started.algorithms,
            verification_required: verification_required && !conditional,
            conditional,
            policy: policy.map(str::to_owned),
            unsolicited_refused: refuses_unsolicited,
            issued: self.now,
            expires: self.expires(party, timeout),
        };
        self.registering.push(hold(party, says, &started.state, &REGISTERING));
    }

    fn expires(&self, party: usize, timeout: Option<u32>) -> i64 {
        self.now + timeout.map_or(PARTIES[party].timeout, i64::from)
    }

    /// Starts a sign-in, a re-authentication or a payment of a known account.
    fn start_known(&mut self, purpose: Purpose, p: &mut Parts<'_>) {
        let (party, account, bits) = (usize::from(p.octet() % 4), account(p.octet()), p.octet());
        let plain = purpose == Purpose::SignIn;
        let fresh = [300, 1, 60, 3_600][usize::from(bits & 3)];
        let confirms = (PURPOSES[usize::from(bits >> 3 & 1)].to_owned(), i64::from(fresh));
        let timeout = match purpose {
            Purpose::SignIn => timeout(bits),
            // The user has no longer than the re-authentication counts.
            Purpose::Reauthentication => Some(fresh.min(PARTIES[party].timeout as u32)),
            Purpose::Payment => None,
        };
        let appid = (plain && bits & 4 != 0).then_some(answers::APPID);
        let records = self.records_of(party, &account, bits & 0x80 != 0);
        let started = match purpose {
            Purpose::SignIn => library::start_authentication(party, &account, &records, (appid, timeout), self.now),
            Purpose::Reauthentication => {
                library::start_reauthentication(party, &account, &records, (&confirms.0, fresh), self.now)
            }
            Purpose::Payment => library::start_payment(party, &account, &records, self.now),
        };
        let wrong = foreign(&records, &account).or(records.is_empty().then_some("no-credentials"));
        let Some(started) = begun(started, wrong) else { return };
        let mut ids: Vec<_> = records.iter().map(|record| record.id.as_bytes().to_vec()).collect();
        ids.sort();
        assert_eq!(started.credentials, ids, "the credentials of the account, in the order of their ids");
        self.hold_authentication(party, (purpose, confirms), Some(account), appid, timeout, started);
    }

    fn start_discoverable(&mut self, p: &mut Parts<'_>) {
        let (party, timeout) = (usize::from(p.octet() % 4), timeout(p.octet()));
        let started = library::start_discoverable(party, timeout, self.now);
        assert!(started.credentials.is_empty());
        self.hold_authentication(party, (Purpose::SignIn, Default::default()), None, None, timeout, started);
    }

    fn start_decoy(&mut self, p: &mut Parts<'_>) {
        let (party, name, payment) = (usize::from(p.octet() % 4), p.octet(), p.octet() & 1 != 0);
        let name = format!("nobody {}", name % 3);
        let started = library::start_decoy(party, &name, payment, self.now);
        let again = library::start_decoy(party, &name, payment, self.now);
        assert_eq!(started.credentials, again.credentials, "a name has the same credentials each time");
        assert!(!started.credentials.is_empty() && started.credentials.is_sorted());
        assert!(started.credentials.iter().all(|id| self.find(party, id).is_none()), "a decoy that somebody has");
        self.issue(&again.challenge);
        let purpose = if payment { Purpose::Payment } else { Purpose::SignIn };
        let nobody = Some(format!("decoy {name}").into_bytes());
        self.hold_authentication(party, (purpose, Default::default()), nobody, None, None, started);
    }

    fn hold_authentication(
        &mut self,
        party: usize,
        (purpose, confirms): (Purpose, (String, i64)),
        account: Option<Vec<u8>>,
        appid: Option<&str>,
        timeout: Option<u32>,
        started: library::Started<wardkey::AuthenticationState>,
    ) {
        self.issue(&started.challenge);
        let Party { rp_id, verification_required, refuses_unsolicited, .. } = PARTIES[party];
        let says = Authenticating {
            rp_id: rp_id.to_owned(),
            challenge: started.challenge,
            purpose,
            confirms,
            session: Some(library::session_of(account.as_deref()).to_vec()),
            account,
            allowed: started.credentials,
            verification_required: verification_required || purpose != Purpose::SignIn,
            appid: appid.map(str::to_owned),
            unsolicited_refused: refuses_unsolicited,
            issued: self.now,
            expires: self.expires(party, timeout),
        };
        self.authenticating.push(hold(party, says, &started.state, &AUTHENTICATING));
    }

    /// Adds a record that comes from another library's store.
    fn import(&mut self, p: &mut Parts<'_>) {
        let (party, account, number, bits) = (usize::from(p.octet() % 4), account(p.octet()), p.octet(), p.octet());
        let id = vec![b'i', self.records.len() as u8];
        let algorithm = algorithm(number);
        let key = (bits & 0xc0 != 0xc0).then(|| Key::new(algorithm, number >> 6));
        let cose = key.map_or_else(|| b"\xa1\x01\x02".to_vec(), Key::cose);
        let mut record = library::import(&id, &account, cose);
        record.sign_count = u32::from(bits & 3);
        record.uv_initialized = bits & 4 != 0;
        record.backup_eligible = (bits & 8 != 0).then_some(bits & 16 != 0);
        let facts = Record {
            rp_id: PARTIES[party].rp_id,
            id,
            account,
            algorithm: key.map(|_| algorithm.cose()),
            items: items_of(&record),
        };
        self.records.push(Stored { facts, key, record, before: None });
    }

    /// Uses a session for the signal methods and, if it keeps a re-authentication, for what needs one: perhaps at
    /// another relying party, or for another account.
    fn use_session(&mut self, p: &mut Parts<'_>) {
        let (session, elsewhere, somebody, how) = (p.octet(), p.octet(), p.octet(), p.octet());
        let Some(session) = self.sessions.iter().rev().nth(usize::from(session) % self.sessions.len().max(1)) else {
            return;
        };
        let (own_account, credential) = match session {
            Session::SignedIn { account, credential, .. } => (account, credential),
            Session::Reauthenticated { says, .. } => (&says.account, &says.credential),
        };
        let user = if somebody == 0 { own_account.clone() } else { account(somebody) };
        let (party, session, current) = match session {
            Session::SignedIn { party: own, authenticated, .. } => {
                let party = if elsewhere == 0 { *own } else { usize::from(elsewhere % 4) };
                let current = PARTIES[party].rp_id == PARTIES[*own].rp_id;
                (party, library::SignedIn::Authenticated(authenticated), current)
            }
            Session::Reauthenticated { says, proof } => {
                let own = PARTIES.iter().position(|party| party.rp_id == says.rp_id).expect("a relying party");
                let party = if elsewhere == 0 { own } else { usize::from(elsewhere % 4) };
                if (says.issued..says.finished).contains(&self.now) {
                    return; // somebody set the clock back
                }
                let current = says.is_current(&PARTIES[party], own_account, self.now);
                let purpose = if how & 8 == 0 { &says.purpose } else { PURPOSES[0] };
                let for_user = says.is_current(&PARTIES[party], &user, self.now) && says.purpose == purpose;
                let counts = |required: Result<(), Error>, enough: bool| match required {
                    Ok(()) => assert!(for_user && enough, "a proof counts that must not: {says:?}"),
                    Err(error) => {
                        assert!(!(for_user && enough), "{error}: {says:?}");
                        assert_eq!(error.code() == "not-a-factor", for_user, "{error}: {says:?}");
                    }
                };
                counts(library::require(party, proof, &user, purpose, self.now), says.factor);
                counts(library::require_with_factor(party, proof, &user, purpose, self.now), says.verified);
                (party, library::SignedIn::Reauthenticated(proof), current)
            }
        };
        let mut all = self.records_of(party, &user, how & 1 != 0);
        let foreign = all.iter().any(|record| record.user_handle.as_bytes() != own_account);
        if how & 2 != 0 {
            all.retain(|record| record.id.as_bytes() != credential);
        }
        let complete = all.iter().any(|record| record.id.as_bytes() == credential);
        let signal = library::signal_all(party, &session, &all, self.now);
        assert_eq!(signal.is_ok(), current && !foreign && complete, "{signal:?}");
        if let Ok(signal) = signal {
            let ids: Vec<_> = all.iter().map(|record| base64url(record.id.as_bytes())).collect();
            assert_eq!(
                (&signal["rpId"], &signal["allAcceptedCredentialIds"]),
                (&json!(PARTIES[party].rp_id), &json!(ids))
            );
        }
        let signal = library::signal_details(party, &session, self.now);
        assert_eq!(signal.is_ok(), current, "{signal:?}");
        if let Ok(signal) = signal {
            assert_eq!(signal["userId"], base64url(own_account), "the signed-in user");
        }
        let known = self.find(party, credential).map(|at| &self.records[at].record).filter(|_| how & 4 == 0);
        assert_eq!(library::signal_unknown(party, credential, known).is_some(), known.is_none());
    }

    fn step(&mut self, p: &mut Parts<'_>) {
        match p.octet() % 12 {
            0 => self.start_registration(p),
            1 => Registration::post(self, p),
            2 => self.start_known(Purpose::SignIn, p),
            3 => self.start_discoverable(p),
            4 => self.start_known(Purpose::Reauthentication, p),
            5 => self.start_known(Purpose::Payment, p),
            6 => self.start_decoy(p),
            7 => Authentication::post(self, p),
            8 => self.now += [1, 10, 59, 60, 61, 299, 300, 301, 3_600, 86_400, -1, -30][usize::from(p.octet()) % 12],
            9 if p.octet() & 1 == 0 => edit(&mut self.authenticating, &AUTHENTICATING, |says| says.session = None, p),
            9 => edit(&mut self.registering, &REGISTERING, |_| (), p),
            10 => self.import(p),
            _ => self.use_session(p),
        }
    }
}

/// What users are asked to confirm.
const PURPOSES: [&str; 2] = ["prescribe", "delete a passkey"];

/// The timeout that a request asks for.
fn timeout(bits: u8) -> Option<u32> {
    [None, Some(1), Some(60), Some(3_600)][usize::from(bits & 3)]
}

/// The most operations of an input, because each costs time.
const MAX_STEPS: usize = 48;

fuzz_target!(|input: &[u8]| {
    let (mut world, mut parts) = (World::new(), Parts(input));
    for _ in 0..MAX_STEPS {
        if parts.0.is_empty() {
            break;
        }
        world.step(&mut parts);
    }
});
