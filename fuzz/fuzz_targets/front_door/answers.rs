//! Builds the answers of browsers, right and wrong, posts them, and compares the library's verdict with the model's.

use crate::model::{
    self, Asserted, BE, BS, Created, Endpoint, PARTIES, Purpose, Record, Said, Statement, UP, UV, Wrong,
};
use crate::{Held, Session, Stored, World, account, items_of, library, pick};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use wardkey::ceremony::authentication::{SignCount, UserVerification};
use wardkey::crypto::Algorithm;
use wardkey::{
    Authenticated, AuthenticationResponse, AuthenticationState, Error, Paid, RecordUpdate, RegistrationResponse,
    RegistrationState,
};
use wardkey_fuzz::keys::{Key, algorithm};
use wardkey_fuzz::{Parts, cbor, toy};

/// The AppID of requests that have one.
pub const APPID: &str = "https://clinic.example/u2f.json";

const SHOP: &str = "https://shop.example";

const TYPES: [&str; 5] = ["webauthn.create", "webauthn.get", "payment.get", "webauthn.GET", ""];
const ORIGINS: [&str; 16] = [
    "https://clinic.example",
    "https://portal.clinic.example",
    "https://lab.example",
    "https://pay.example",
    SHOP,
    "https://other.clinic.example",
    "https://evilclinic.example",
    "https://clinic.example.",
    "https://clinic.example/",
    "HTTPS://clinic.example",
    "http://clinic.example",
    "https://clinic.example:443",
    "https://pay.example:8443",
    "https://pay.example:08443",
    "https://.clinic.example",
    "ios:bundle-id:org.example.pay",
];
const TOPS: [Option<&str>; 5] = [None, Some("https://top.example"), Some(SHOP), Some("https://evil.example"), Some("")];
const RP_IDS: [&str; 6] =
    ["clinic.example", "lab.example", "pay.example", "portal.clinic.example", APPID, "https://clinic.example"];

/// Reads up to three deviations. Each is two octets: the member that deviates, and a value.
fn deviations(p: &mut Parts<'_>) -> Vec<(u8, u8)> {
    let count = p.octet() % 4;
    (0..count).map(|_| (p.octet() % 24, p.octet())).collect()
}

/// The element of a table that a value selects.
fn of<T: Copy>(table: &[T], value: u8) -> T {
    table[usize::from(value) % table.len()]
}

impl Said {
    /// The client data and authenticator data of a browser at this relying party, without a deviation.
    fn usual(party: usize, kind: &'static str, challenge: &[u8]) -> Self {
        Self {
            kind,
            challenge: challenge.to_vec(),
            origin: PARTIES[party].origins[0],
            cross_origin: None,
            top_origin: None,
            rp_id: PARTIES[party].rp_id.to_owned(),
            flags: UP | UV | if PARTIES[party].eligible == Some(true) { BE } else { 0 },
            count: 0,
            unsolicited: false,
        }
    }

    fn deviate(&mut self, which: u8, value: u8, world: &World) {
        match which {
            0 => self.kind = of(&TYPES, value),
            1 => {
                let registering = pick(&world.registering, value).and_then(|at| world.registering[at].as_ref());
                let authenticating =
                    pick(&world.authenticating, value).and_then(|at| world.authenticating[at].as_ref());
                match value >> 6 {
                    0 => self.challenge = authenticating.map_or_else(Vec::new, |held| held.says.challenge.clone()),
                    1 => self.challenge = registering.map_or_else(Vec::new, |held| held.says.challenge.clone()),
                    2 => self.challenge.truncate(usize::from(value & 0x3f)),
                    _ => self.challenge.push(value),
                }
            }
            2 => self.origin = of(&ORIGINS, value),
            3 => self.cross_origin = of(&[None, Some(false), Some(true)], value),
            4 => (self.cross_origin, self.top_origin) = (of(&[Some(true), None], value >> 4), of(&TOPS, value & 15)),
            5 => self.rp_id = of(&RP_IDS, value).to_owned(),
            6 => self.flags ^= value & (UP | UV | BE | BS),
            7 => self.count = value.into(),
            8 => self.unsolicited = true,
            _ => {}
        }
    }

    /// The client data as JSON; `payment` is its member of that name.
    fn client_data(&self, payment: Option<&Value>) -> Vec<u8> {
        let challenge = URL_SAFE_NO_PAD.encode(&self.challenge);
        let mut data = json!({ "type": self.kind, "challenge": challenge, "origin": self.origin });
        if let Some(cross_origin) = self.cross_origin {
            data["crossOrigin"] = cross_origin.into();
        }
        if let Some(top_origin) = self.top_origin {
            data["topOrigin"] = top_origin.into();
        }
        if let Some(payment) = payment {
            data["payment"] = payment.clone();
        }
        data.to_string().into_bytes()
    }

    /// The authenticator data up to the counter.
    fn authenticator_data(&self, more_flags: u8) -> Vec<u8> {
        let hash = toy::sha256(&[self.rp_id.as_bytes()]);
        [&hash[..], &[self.flags | more_flags], &self.count.to_be_bytes()].concat()
    }

    /// The client extension results as JSON.
    fn results(&self, appid: bool) -> String {
        let mut results = json!({});
        if appid {
            results["appid"] = true.into();
        }
        if self.unsolicited {
            results["vendorExtension"] = true.into();
        }
        format!(r#""clientExtensionResults":{results}"#)
    }
}

/// Replaces the client extension results of a response.
fn with_results(json: String, results: &str) -> String {
    json.replacen(r#""clientExtensionResults":{}"#, results, 1)
}

/// Checks that the library accepts if and only if the model finds nothing wrong, and that a refusal names one of the
/// reasons that the model gives. The library may refuse an edited state for any reason.
fn agree(code: Option<&'static str>, wrong: &[Wrong], edited: bool, context: &dyn Fn() -> String) {
    match code {
        None => assert!(wrong.is_empty(), "accepted although {wrong:?}\n{}", context()),
        Some(code) if wrong.is_empty() => assert!(edited, "{code}, although nothing is wrong\n{}", context()),
        Some(_) if edited => {}
        Some(code) => assert!(wrong.contains(&library::reason(code)), "{code}, not one of {wrong:?}\n{}", context()),
    }
}

/// Checks that a response has the id of a state if and only if it has its challenge, and that no store has the state any more.
fn check_state(world: &World, found: Option<String>, id: &str, same_challenge: bool, edited: bool) {
    assert_eq!(found.expect("a challenge") == id, same_challenge);
    assert!(edited || world.is_gone(id));
}

/// The answer to a registration.
pub struct Registration;

impl Registration {
    /// Answers a registration that was started, and posts it.
    pub fn post(world: &mut World, p: &mut Parts<'_>) {
        let (answered, deviations) = (p.octet(), deviations(p));
        let Some(answered) = pick(&world.registering, answered) else { return };
        let Some(Held { mut party, says: asked, .. }) = world.registering[answered].clone() else { return };
        let mut posted = answered;
        for &(which, value) in &deviations {
            match which {
                9 => posted = pick(&world.registering, value).unwrap_or(answered),
                10 => party = usize::from(value % 4),
                _ => {}
            }
        }
        let mut said = Said::usual(party, "webauthn.create", &asked.challenge);
        let offered = asked.algorithms.first().and_then(|&number| Algorithm::from_cose(number.into()));
        let mut key = Key::new(offered.unwrap_or(Algorithm::Es256), 0);
        let usual = if asked.policy.is_some() { Statement::SelfSigned } else { Statement::None };
        let mut statement = usual;
        let mut id = vec![b'c', world.records.len() as u8];
        let mut raw_id = None;
        for &(which, value) in &deviations {
            said.deviate(which, value, world);
            match which {
                11 => key.number = value % 4,
                12 => key.algorithm = algorithm(value),
                13 => {
                    use Statement::*;
                    statement = of(&[None, SelfSigned, SelfSignedByAnother, NotEmpty], value);
                }
                14 => {
                    if let Some(stored) = world.records.get(usize::from(value) % world.records.len().max(1)) {
                        id = stored.facts.id.clone();
                    }
                }
                15 => raw_id = Some(vec![b'x', value]),
                _ => {}
            }
        }

        let attested = [&[0; 16][..], &(id.len() as u16).to_be_bytes(), &id, &key.cose()].concat();
        let authenticator_data = [said.authenticator_data(0x40), attested].concat();
        let client_data = said.client_data(None);
        let message = [&authenticator_data[..], &toy::sha256(&[&client_data])].concat();
        let self_signed = |key: Key| {
            let alg = cbor::head(1, (-1 - i64::from(key.algorithm.cose())) as u64);
            [b"\xa2\x63alg", &alg[..], b"\x63sig", &cbor::string(2, &toy::sign(key, &message))].concat()
        };
        let (format, attestation) = match statement {
            Statement::None => ("none", vec![0xa0]),
            Statement::SelfSigned => ("packed", self_signed(key)),
            Statement::SelfSignedByAnother => ("packed", self_signed(Key::new(key.algorithm, key.number + 1))),
            Statement::NotEmpty => ("none", b"\xa1\x61a\x00".to_vec()),
        };
        let object = cbor::attestation_object(format, &attestation, &authenticator_data);
        let raw_id = raw_id.as_ref().unwrap_or(&id);
        let json = wardkey_fuzz::registration_json(raw_id, &client_data, &object);
        let json = with_results(json, &said.results(false));
        let response = RegistrationResponse::from_json(&json).expect("a response");

        let Some(held) = world.registering[posted].take() else { return };
        let Some(state) = held.read::<RegistrationState>() else { return };
        let same = said.challenge == held.says.challenge;
        check_state(world, response.state_id(), &state.id(), same, held.edited);
        let created = Created { said, algorithm: key.algorithm.cose(), statement, id_agrees: *raw_id == id };
        let wrong = model::registration(&PARTIES[party], &held.says, &created, world.now);
        let before = toy::verified();
        let verdict = library::finish_registration(party, state, &response, world.now);
        let context = || format!("{:?}\n{created:?}\nparty {party}, now {}", held.says, world.now);
        agree(verdict.as_ref().err().map(Error::code), &wrong, held.edited, &context);
        assert!(toy::verified() - before <= 1);
        let Ok(registered) = verdict else { return };

        assert_eq!(registered.credential_id().as_bytes(), id);
        assert_eq!(registered.attestation_policy(), held.says.policy.as_deref());
        world.accept(&held.says.challenge, held.edited);
        let known = world.find(party, &id);
        let record = registered.claim(known.map(|at| &world.records[at].record));
        assert_eq!(record.is_ok(), known.is_none(), "a credential is registered once");
        let Ok((record, _evidence)) = record else { return };
        let items = model::registered(&created.said);
        assert_eq!((items_of(&record), &record.public_key), (items, &key.cose()));
        let account = held.says.account.clone();
        let facts = Record { rp_id: PARTIES[party].rp_id, id, account, algorithm: Some(created.algorithm), items };
        let stored = Stored { facts, key: Some(key), record, before: None };
        stored.check();
        world.records.push(stored);
    }
}

/// The result of a sign-in, a re-authentication or a payment.
struct Outcome {
    user: Vec<u8>,
    credential: Vec<u8>,
    user_verification: UserVerification,
    sign_count: SignCount,
    backed_up: bool,
    update: Option<RecordUpdate>,
    update_after_additional_factor: Option<RecordUpdate>,
}

impl From<&Authenticated> for Outcome {
    fn from(authenticated: &Authenticated) -> Self {
        Self {
            user: authenticated.user.as_bytes().to_vec(),
            credential: authenticated.credential_id.as_bytes().to_vec(),
            user_verification: authenticated.user_verification,
            sign_count: authenticated.sign_count,
            backed_up: authenticated.backup_state,
            update: authenticated.update,
            update_after_additional_factor: authenticated.update_after_additional_factor,
        }
    }
}

impl From<&Paid> for Outcome {
    fn from(paid: &Paid) -> Self {
        Self {
            user: paid.user.as_bytes().to_vec(),
            credential: paid.credential_id.as_bytes().to_vec(),
            user_verification: paid.user_verification,
            sign_count: paid.sign_count,
            backed_up: paid.backup_state,
            update: paid.update,
            update_after_additional_factor: paid.update_after_additional_factor,
        }
    }
}

/// The answer to an authentication, and the endpoint it is posted to.
pub struct Authentication {
    party: usize,
    purpose: Purpose,
    /// The web session of the request.
    session: Vec<u8>,
    callers: &'static [&'static str],
    signer: Key,
    payment: Option<Value>,
    answer: Asserted,
    /// The record that the back end passes; `stale`: as it was before its last update.
    handed: Option<usize>,
    stale: bool,
    /// The back end does not write the update.
    forgotten: bool,
    /// The user gave an additional factor.
    additional_factor: bool,
}

impl Authentication {
    /// Answers an authentication that was started, and posts it.
    pub fn post(world: &mut World, p: &mut Parts<'_>) {
        let (answered, deviations) = (p.octet(), deviations(p));
        let Some(answered) = pick(&world.authenticating, answered) else { return };
        let mut posted = answered;
        for &(which, value) in &deviations {
            if which == 9 {
                posted = pick(&world.authenticating, value).unwrap_or(answered);
            }
        }
        let Some(made) = Self::make(world, answered, &deviations) else { return };
        let Some(held) = world.authenticating[posted].take() else { return };
        let Some(state) = held.read::<AuthenticationState>() else { return };
        made.finish(world, &held, state);
    }

    /// Builds the answer: the usual one, then the deviations.
    fn make(world: &World, answered: usize, deviations: &[(u8, u8)]) -> Option<Self> {
        let Held { party, says: asked, .. } = world.authenticating[answered].as_ref()?;
        let (mut party, mut purpose) = (*party, asked.purpose);
        for &(which, value) in deviations {
            match which {
                10 => party = usize::from(value % 4),
                20 => purpose = of(&[Purpose::SignIn, Purpose::Reauthentication, Purpose::Payment], value),
                _ => {}
            }
        }
        let usual = world.records.iter().find(|stored| {
            let Record { rp_id, id, account, .. } = &stored.facts;
            *rp_id == PARTIES[party].rp_id
                && (asked.allowed.is_empty() || asked.allowed.contains(id))
                && asked.account.as_ref().is_none_or(|asked| asked == account)
        });
        let kind = if purpose == Purpose::Payment { "payment.get" } else { "webauthn.get" };
        let mut said = Said::usual(party, kind, &asked.challenge);
        if let Some(Stored { facts: Record { items, .. }, .. }) = usual {
            said.count = items.count + u32::from(items.count > 0);
            said.flags |= if items.eligible == Some(true) { BE } else { 0 };
        }
        let nobody = || asked.allowed.first().cloned().unwrap_or_else(|| b"nobody".to_vec());
        let mut made = Self {
            party,
            purpose,
            session: library::session_of(asked.account.as_deref()).to_vec(),
            callers: &[],
            signer: usual.and_then(|stored| stored.key).unwrap_or(Key::new(Algorithm::Es256, 0)),
            payment: (purpose == Purpose::Payment).then(|| payment(PARTIES[party].rp_id)),
            answer: Asserted {
                said,
                id: usual.map_or_else(nobody, |stored| stored.facts.id.clone()),
                handle: usual.map(|stored| stored.facts.account.clone()),
                appid: false,
                signed_by_record: false,
                payment: None,
            },
            handed: None,
            stale: false,
            forgotten: false,
            additional_factor: false,
        };
        let mut handed = None;
        for &(which, value) in deviations {
            made.answer.said.deviate(which, value, world);
            made.deviate(which, value, world, &mut handed);
        }
        made.handed = handed.unwrap_or_else(|| world.find(party, &made.answer.id));
        Some(made)
    }

    fn deviate(&mut self, which: u8, value: u8, world: &World, handed: &mut Option<Option<usize>>) {
        let any_record = (!world.records.is_empty()).then(|| usize::from(value) % world.records.len().max(1));
        match which {
            12 => *handed = Some(any_record.filter(|_| value & 0x80 == 0)),
            13 => {
                let known = any_record.filter(|_| value & 0x80 == 0);
                self.answer.id = known.map_or_else(|| vec![b'x', value], |at| world.records[at].facts.id.clone());
            }
            14 => {
                self.answer.handle =
                    of(&[None, Some(vec![]), Some(account(0)), Some(account(1))].each_ref(), value).clone()
            }
            15 => self.signer = Key::new(algorithm(value), value >> 6),
            16 => {
                self.answer.appid = value & 1 == 0;
                if value & 2 == 0 {
                    self.answer.said.rp_id = APPID.to_owned();
                }
            }
            17 => {
                let payment = self.payment.get_or_insert_with(|| payment(PARTIES[self.party].rp_id));
                match value % 6 {
                    0 => payment["payeeOrigin"] = "https://evil.example".into(),
                    1 => payment["total"]["value"] = "1250".into(),
                    2 => payment["topOrigin"] = "https://evil.example".into(),
                    3 => payment["rpId"] = "evil.example".into(),
                    4 => payment["instrument"]["displayName"] = "Other card".into(),
                    _ => self.payment = None,
                }
            }
            18 => {
                self.callers = &[SHOP, "https://market.example"];
                self.answer.said.origin = if value & 1 == 0 { SHOP } else { self.answer.said.origin };
            }
            19 => self.session = account(value),
            21 => self.stale = true,
            22 => self.forgotten = true,
            23 => self.additional_factor = true,
            _ => {}
        }
    }

    /// Posts the response and compares the verdicts.
    fn finish(mut self, world: &mut World, held: &Held<model::Authenticating>, state: AuthenticationState) {
        let authenticator_data = self.answer.said.authenticator_data(0);
        let client_data = self.answer.said.client_data(self.payment.as_ref());
        let message = [&authenticator_data[..], &toy::sha256(&[&client_data])].concat();
        let signature = toy::sign(self.signer, &message);
        let Asserted { id, handle, .. } = &self.answer;
        let json =
            wardkey_fuzz::authentication_json(id, handle.as_deref(), &client_data, &authenticator_data, &signature);
        let json = with_results(json, &self.answer.said.results(self.answer.appid));
        let response = AuthenticationResponse::from_json(&json).expect("a response");
        let same = self.answer.said.challenge == held.says.challenge;
        check_state(world, response.state_id(), &state.id(), same, held.edited);

        let snapshot = self.handed.map(|at| &world.records[at]).map(|stored| {
            let before = stored.before.as_ref().filter(|_| self.stale);
            let (items, record) = before.map_or_else(|| (stored.facts.items, stored.record.clone()), Clone::clone);
            (Record { items, ..stored.facts.clone() }, record, stored.key)
        });
        let key = snapshot.as_ref().and_then(|(_, _, key)| *key);
        self.answer.signed_by_record = key.is_some_and(|key| key.signs_as(self.signer));
        self.answer.payment = self.payment.as_ref().map(|said| *said == payment(PARTIES[self.party].rp_id));
        let endpoint =
            Endpoint { purpose: self.purpose, session: &self.session, callers: self.callers, payment_top: SHOP };
        let facts = snapshot.as_ref().map(|(facts, ..)| facts);
        let wrong = model::authentication(&PARTIES[self.party], &held.says, &endpoint, &self.answer, facts, world.now);
        let context = || {
            let (party, now) = (self.party, world.now);
            format!("{:?}\n{:?}\n{facts:?}\nparty {party}, {:?}, now {now}", held.says, self.answer, self.purpose)
        };
        let (party, shop, now) = (self.party, (SHOP, self.callers), world.now);
        let (before, session) = (toy::verified(), &self.session[..]);
        let Some((facts, record, _)) = &snapshot else {
            let error = match self.purpose {
                Purpose::Payment => library::refuse_payment(party, state, &response, shop, (session, now)),
                Purpose::SignIn => library::refuse_authentication(party, state, &response, (session, now)),
                Purpose::Reauthentication => library::refuse_reauthentication(party, state, &response, (session, now)),
            };
            agree(Some(error.code()), &wrong, held.edited, &context);
            costs_a_signature(&wrong, toy::verified() - before, &context);
            return;
        };
        let (code, session, outcome) = match self.purpose {
            Purpose::SignIn => match library::finish_authentication(party, state, &response, record, (session, now)) {
                Ok(authenticated) => (None, Some(self.signed_in(&authenticated)), Some(Outcome::from(&authenticated))),
                Err(error) => (Some(error.code()), None, None),
            },
            Purpose::Reauthentication => {
                match library::finish_reauthentication(party, state, &response, record, (session, now)) {
                    Ok(done) => {
                        let says = self.proof(&held.says, facts, now);
                        let session = Session::Reauthenticated { says, proof: Box::new(done.0) };
                        (None, Some(session), Some(Outcome::from(&done.1)))
                    }
                    Err(error) => (Some(error.code()), None, None),
                }
            }
            Purpose::Payment => match library::finish_payment(party, state, &response, record, shop, (session, now)) {
                Ok(paid) => (None, None, Some(Outcome::from(&paid))),
                Err(error) => (Some(error.code()), None, None),
            },
        };
        agree(code, &wrong, held.edited, &context);
        if !held.edited || code.is_none() {
            costs_a_signature(&wrong, toy::verified() - before, &context);
        }
        let Some(outcome) = outcome else { return };
        world.accept(&held.says.challenge, held.edited);
        world.sessions.extend(session);
        self.outcome(&outcome, facts);
        self.write(world, &outcome, facts.items);
    }

    fn signed_in(&self, authenticated: &Authenticated) -> Session {
        let (account, credential) = (authenticated.user.as_bytes().to_vec(), self.answer.id.clone());
        Session::SignedIn { party: self.party, account, credential, authenticated: Box::new(authenticated.clone()) }
    }

    fn proof(&self, asked: &model::Authenticating, facts: &Record, now: i64) -> model::Proof {
        let verified = self.answer.said.has(UV);
        model::Proof {
            rp_id: PARTIES[self.party].rp_id,
            purpose: asked.confirms.0.clone(),
            account: facts.account.clone(),
            credential: facts.id.clone(),
            factor: verified && facts.items.verification_counts,
            verified,
            issued: asked.issued,
            finished: now,
            fresh: asked.confirms.1,
        }
    }

    /// Checks the result of an authentication that the library accepted.
    fn outcome(&self, outcome: &Outcome, facts: &Record) {
        let (said, items) = (&self.answer.said, facts.items);
        assert_eq!((&outcome.user, &outcome.credential), (&facts.account, &facts.id));
        let user_verification = match (said.has(UV), items.verification_counts) {
            (false, _) => UserVerification::NotPerformed,
            (true, false) => UserVerification::First,
            (true, true) => UserVerification::Performed,
        };
        assert_eq!(outcome.user_verification, user_verification);
        let as_expected = match (items.count, said.count) {
            (0, 0) => outcome.sign_count == SignCount::NotKept,
            (stored, received) if received > stored => outcome.sign_count == SignCount::Advanced,
            _ => matches!(outcome.sign_count, SignCount::Regressed { .. }),
        };
        assert!(as_expected && outcome.backed_up == said.has(BS));
        let after = model::signed_in(items, said);
        assert_eq!(outcome.update.is_some(), after != items);
        assert_eq!(outcome.update_after_additional_factor.is_some(), user_verification == UserVerification::First);
    }

    /// Writes the updates. Checks that each applies once, and only to the record that it was made from.
    fn write(&self, world: &mut World, outcome: &Outcome, judged: model::Items) {
        let Some(stored) = self.handed.map(|at| &mut world.records[at]).filter(|_| !self.forgotten) else { return };
        let (before, record) = (stored.facts.items, stored.record.clone());
        let after = model::signed_in(judged, &self.answer.said);
        if let Some(update) = outcome.update {
            assert_eq!(stored.record.apply(&update), before == judged);
            stored.facts.items = if before == judged { after } else { before };
            stored.check();
            assert!(!stored.record.apply(&update), "an update applies once");
        }
        if let Some(update) = outcome.update_after_additional_factor.filter(|_| self.additional_factor) {
            let applies = stored.facts.items == after;
            assert_eq!(stored.record.apply(&update), applies);
            stored.facts.items.verification_counts |= applies;
        }
        stored.check();
        if stored.facts.items != before {
            stored.before = Some((before, record));
        }
        stored.record = library::read(&library::stored(&stored.record)).expect("a record");
    }
}

/// Checks the cost: an accepted sign-in, a bad signature, and every refusal that depends on the account or its record
/// cost exactly one signature verification, so that the time does not reveal whether an account exists (§14.6.2). A refusal that does not depend on them may cost none.
fn costs_a_signature(wrong: &[Wrong], verifications: u64, context: &dyn Fn() -> String) {
    use Wrong::*;
    let later = |wrong: &Wrong| wrong.is_about_the_account() || matches!(wrong, Counter | Extensions | Payment);
    let exact = wrong.iter().all(later);
    assert!(verifications <= 1 && (verifications == 1 || !exact), "{verifications} for {wrong:?}\n{}", context());
}

/// CollectedClientAdditionalPaymentData of the payment that was shown.
fn payment(rp_id: &str) -> Value {
    json!({
        "rpId": rp_id, "topOrigin": SHOP, "payeeOrigin": SHOP, "total": { "currency": "EUR", "value": "12.50" },
        "instrument": {
            "displayName": "Card", "icon": "https://bank.example/card.png", "iconMustBeShown": true,
        },
    })
}
