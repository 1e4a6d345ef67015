//! The model: an independent implementation of WebAuthn Level 3, sections 7.1 and 7.2, of Secure Payment Confirmation,
//! section 5, and of the promises in the library's documentation. It works on plain values and does not use the
//! library.
//!
//! Each rule returns everything that is wrong, so that the target can also compare the reason of a refusal.

/// One thing that is wrong with an answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wrong {
    /// The state was started for another RP ID.
    RelyingParty,
    Expired,
    /// The state was issued later than now, by more than clocks may differ.
    NotYetIssued,
    /// The state names an attestation policy that this relying party does not have.
    PolicyName,
    /// The state was started for another purpose.
    Purpose,
    /// The state was started in another web session.
    Session,
    Type,
    Challenge,
    Origin,
    Frame,
    RpIdHash,
    UserPresent,
    UserVerified,
    /// BS without BE.
    BackupState,
    /// BE or BS is not what the relying party wants.
    BackupPolicy,
    /// BE is not what the record says.
    BackupEligibility,
    Algorithm,
    Statement,
    /// The attestation type is not one of the policy's.
    AttestationType,
    /// The posted id is not the attested one.
    Id,
    Extensions,
    /// The credential is not in `allowCredentials`.
    NotAsked,
    /// The store has no record of the credential, or the back end passed the record of another credential.
    Record,
    /// The record belongs to another account than the state.
    Account,
    /// The user handle is missing, or belongs to another account.
    Handle,
    HandleEmpty,
    /// The public key in the record cannot be read.
    StoredKey,
    Signature,
    Counter,
    Payment,
}

impl Wrong {
    /// Whether this depends on the account or its record. Such a refusal must cost what a bad signature costs (section
    /// 14.6.2).
    pub fn is_about_the_account(self) -> bool {
        use Wrong::*;
        matches!(self, NotAsked | Record | Account | Handle | BackupEligibility | StoredKey | Algorithm | Signature)
    }
}

/// Flags of authenticator data.
pub const UP: u8 = 1;
pub const UV: u8 = 4;
pub const BE: u8 = 8;
pub const BS: u8 = 16;

/// How many seconds the clocks of machines may differ.
const CLOCK_SKEW: i64 = 300;

/// RS1: RSASSA-PKCS1-v1_5 with SHA-1.
pub const RS1: i32 = -65535;

/// A relying party, as it is configured.
pub struct Party {
    pub rp_id: &'static str,
    pub origins: &'static [&'static str],
    /// Related origins and native origins: compared as strings, without subdomains and ports.
    pub elsewhere: &'static [&'static str],
    pub subdomains: bool,
    pub any_port: bool,
    pub framed_by: Option<&'static [&'static str]>,
    /// Frames are accepted only if the client names the page around them.
    pub frames_are_named: bool,
    /// The algorithms that are offered; empty: all but RS1.
    pub offers: &'static [i32],
    /// RS1 is accepted at sign-ins.
    pub accepts_rs1: bool,
    /// Algorithms that are refused at sign-ins.
    pub refuses: &'static [i32],
    pub verification_required: bool,
    pub timeout: i64,
    /// The name of a policy that accepts self attestation and nothing else.
    pub named_policy: &'static str,
    pub eligible: Option<bool>,
    pub backed_up_at_sign_in: Option<bool>,
    /// A counter that does not advance is reported, not refused.
    pub counter_reported: bool,
    /// An empty user handle is read as none.
    pub empty_handle_is_none: bool,
    pub refuses_unsolicited: bool,
}

const CLINIC: Party = Party {
    rp_id: "clinic.example",
    origins: &["https://clinic.example", "https://portal.clinic.example"],
    elsewhere: &[],
    subdomains: false,
    any_port: false,
    framed_by: None,
    frames_are_named: false,
    offers: &[],
    accepts_rs1: false,
    refuses: &[],
    verification_required: true,
    timeout: 300,
    named_policy: "hardware",
    eligible: None,
    backed_up_at_sign_in: None,
    counter_reported: false,
    empty_handle_is_none: false,
    refuses_unsolicited: false,
};

/// The relying parties. The first and the third share an RP ID and a store.
pub const PARTIES: [Party; 4] = [
    CLINIC,
    Party {
        rp_id: "lab.example",
        origins: &["https://lab.example"],
        framed_by: Some(&["https://top.example", "https://other.example"]),
        offers: &[-8, -7, RS1],
        verification_required: false,
        counter_reported: true,
        empty_handle_is_none: true,
        refuses_unsolicited: true,
        ..CLINIC
    },
    Party {
        origins: &["https://clinic.example"],
        subdomains: true,
        offers: &[-7, -257],
        refuses: &[-259, -36],
        named_policy: "attested",
        eligible: Some(false),
        backed_up_at_sign_in: Some(false),
        ..CLINIC
    },
    Party {
        rp_id: "pay.example",
        origins: &["https://pay.example"],
        elsewhere: &["https://clinic.example", "ios:bundle-id:org.example.pay"],
        any_port: true,
        framed_by: Some(&["https://top.example"]),
        frames_are_named: true,
        accepts_rs1: true,
        timeout: 60,
        eligible: Some(true),
        ..CLINIC
    },
];

impl Party {
    fn admits(&self, origin: &str) -> bool {
        let structural = |listed: &&str| {
            let (Some((host, port)), Some((own_host, own_port))) = (web(origin), web(listed)) else { return false };
            let below = host.strip_suffix(own_host).is_some_and(|rest| rest.ends_with('.'));
            (host == own_host || self.subdomains && below) && (port == own_port || self.any_port)
        };
        self.origins.iter().chain(self.elsewhere).any(|listed| *listed == origin)
            || (self.subdomains || self.any_port) && self.origins.iter().any(structural)
    }

    pub fn offers(&self, algorithm: i32) -> bool {
        if self.offers.is_empty() { algorithm != RS1 } else { self.offers.contains(&algorithm) }
    }

    /// An algorithm that is no longer offered still signs in. RS1 signs in only where it is accepted by name.
    fn signs_in_with(&self, algorithm: i32) -> bool {
        let named = algorithm != RS1 || self.offers(RS1) || self.accepts_rs1;
        named && !self.refuses.contains(&algorithm)
    }
}

/// Host and port of an https origin in the one form that clients send.
fn web(origin: &str) -> Option<(&str, Option<&str>)> {
    let rest = origin.strip_prefix("https://")?;
    let (host, port) = rest.split_once(':').map_or((rest, None), |(host, port)| (host, Some(port)));
    let label = |label: &str| {
        !label.is_empty() && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    let number = |port: &str| {
        port.bytes().all(|b| b.is_ascii_digit())
            && !port.starts_with('0')
            && port.parse::<u16>().is_ok_and(|n| n != 443)
    };
    (host.split('.').all(label) && port.is_none_or(number)).then_some((host, port))
}

/// Steps 10 and 11 of section 7.1, 13 and 14 of section 7.2. Level 2 clients do not name the page around a frame.
fn framed(expected: Option<&[&str]>, named: bool, cross: Option<bool>, top: Option<&str>) -> bool {
    let cross = cross == Some(true);
    match (expected, top) {
        (None, None) => !cross,
        (None, Some(_)) => false,
        (Some(_), None) => !(cross && named),
        (Some(listed), Some(top)) => cross && listed.contains(&top),
    }
}

/// The contents of a registration state.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Registering {
    pub rp_id: String,
    pub challenge: Vec<u8>,
    pub account: Vec<u8>,
    pub algorithms: Vec<i32>,
    pub verification_required: bool,
    pub conditional: bool,
    pub policy: Option<String>,
    pub unsolicited_refused: bool,
    pub issued: i64,
    pub expires: i64,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Purpose {
    SignIn,
    Reauthentication,
    Payment,
}

/// The contents of an authentication state.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Authenticating {
    pub rp_id: String,
    pub challenge: Vec<u8>,
    pub purpose: Purpose,
    /// What a re-authentication is for, and how many seconds it counts.
    pub confirms: (String, i64),
    /// The account that was asked for. The account of a decoy starts with `d` and has no credentials.
    pub account: Option<Vec<u8>>,
    /// The web session; `None`: the state does not say.
    pub session: Option<Vec<u8>>,
    pub allowed: Vec<Vec<u8>>,
    pub verification_required: bool,
    pub appid: Option<String>,
    pub unsolicited_refused: bool,
    pub issued: i64,
    pub expires: i64,
}

/// The members of client data and authenticator data that both ceremonies have.
#[derive(Clone, Debug)]
pub struct Said {
    pub kind: &'static str,
    pub challenge: Vec<u8>,
    pub origin: &'static str,
    pub cross_origin: Option<bool>,
    pub top_origin: Option<&'static str>,
    /// The text that rpIdHash is the hash of.
    pub rp_id: String,
    pub flags: u8,
    pub count: u32,
    /// An extension output that nobody asked for.
    pub unsolicited: bool,
}

impl Said {
    pub fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Statement {
    None,
    /// Signed by the credential's own key.
    SelfSigned,
    /// Self attestation that another key signed.
    SelfSignedByAnother,
    /// A statement of `none` that is not empty.
    NotEmpty,
}

/// The answer to a registration.
#[derive(Clone, Debug)]
pub struct Created {
    pub said: Said,
    pub algorithm: i32,
    pub statement: Statement,
    pub id_agrees: bool,
}

/// The answer to an authentication.
#[derive(Clone, Debug)]
pub struct Asserted {
    pub said: Said,
    pub id: Vec<u8>,
    pub handle: Option<Vec<u8>>,
    /// Whether the client says that it used the AppID.
    pub appid: bool,
    /// Whether the key in the record made the signature.
    pub signed_by_record: bool,
    /// Whether the payment in the client data is the one that was shown; `None`: the client data has no payment.
    pub payment: Option<bool>,
}

/// A credential record. `algorithm` is `None` where the key cannot be read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Record {
    pub rp_id: &'static str,
    pub id: Vec<u8>,
    pub account: Vec<u8>,
    pub algorithm: Option<i32>,
    pub items: Items,
}

/// The items of a record that a sign-in may change.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Items {
    pub count: u32,
    pub verification_counts: bool,
    pub eligible: Option<bool>,
    pub backed_up: Option<bool>,
}

/// Collects what is wrong.
struct Judge(Vec<Wrong>);

impl Judge {
    fn require(&mut self, fulfilled: bool, wrong: Wrong) {
        if !fulfilled {
            self.0.push(wrong);
        }
    }

    /// The checks that both ceremonies have in common.
    fn said(&mut self, said: &Said, kind: &str, challenge: &[u8], origin: bool, frame: bool) {
        self.require(said.kind == kind, Wrong::Type);
        self.require(said.challenge == challenge, Wrong::Challenge);
        self.require(origin, Wrong::Origin);
        self.require(frame, Wrong::Frame);
        self.require(said.has(BE) || !said.has(BS), Wrong::BackupState);
    }
}

/// Judges a registration: section 7.1, and the promises of the front door.
pub fn registration(party: &Party, state: &Registering, created: &Created, now: i64) -> Vec<Wrong> {
    let said = &created.said;
    let mut judge = Judge(Vec::new());
    judge.require(state.rp_id == party.rp_id, Wrong::RelyingParty);
    judge.require(now <= state.expires, Wrong::Expired);
    judge.require(state.issued <= now + CLOCK_SKEW, Wrong::NotYetIssued);
    judge.require(state.policy.as_ref().is_none_or(|name| name == party.named_policy), Wrong::PolicyName);
    let frame = framed(party.framed_by, party.frames_are_named, said.cross_origin, said.top_origin);
    judge.said(said, "webauthn.create", &state.challenge, party.admits(said.origin), frame);
    judge.require(said.rp_id == party.rp_id, Wrong::RpIdHash);
    judge.require(said.has(UP) || state.conditional, Wrong::UserPresent);
    judge.require(said.has(UV) || !state.verification_required, Wrong::UserVerified);
    judge.require(party.eligible.is_none_or(|wanted| wanted == said.has(BE)), Wrong::BackupPolicy);
    judge.require(state.algorithms.contains(&created.algorithm), Wrong::Algorithm);
    judge.require(!matches!(created.statement, Statement::SelfSignedByAnother | Statement::NotEmpty), Wrong::Statement);
    let attested = matches!(created.statement, Statement::SelfSigned | Statement::SelfSignedByAnother);
    judge.require(state.policy.is_none() || attested, Wrong::AttestationType);
    judge.require(created.id_agrees, Wrong::Id);
    judge.require(!(said.unsolicited && state.unsolicited_refused), Wrong::Extensions);
    judge.0
}

/// The record after a registration.
pub fn registered(said: &Said) -> Items {
    let (eligible, backed_up) = (Some(said.has(BE)), Some(said.has(BS)));
    Items { count: said.count, verification_counts: said.has(UV), eligible, backed_up }
}

/// The endpoint that an answer is posted to.
pub struct Endpoint<'a> {
    pub purpose: Purpose,
    /// The web session of the request.
    pub session: &'a [u8],
    /// The origins whose pages call for payments; empty: the relying party's own.
    pub callers: &'a [&'a str],
    /// The page that may frame the page of the caller.
    pub payment_top: &'a str,
}

/// Judges an authentication: section 7.2, Secure Payment Confirmation, and the promises of the front door. `record` is
/// the record that the back end passes; `None`: its store has none.
pub fn authentication(
    party: &Party,
    state: &Authenticating,
    endpoint: &Endpoint<'_>,
    answer: &Asserted,
    record: Option<&Record>,
    now: i64,
) -> Vec<Wrong> {
    let (said, payment) = (&answer.said, endpoint.purpose == Purpose::Payment);
    let mut judge = Judge(Vec::new());
    judge.require(state.rp_id == party.rp_id, Wrong::RelyingParty);
    judge.require(now <= state.expires, Wrong::Expired);
    judge.require(state.issued <= now + CLOCK_SKEW, Wrong::NotYetIssued);
    judge.require(state.purpose == endpoint.purpose, Wrong::Purpose);
    judge.require(state.session.as_deref().is_none_or(|session| session == endpoint.session), Wrong::Session);
    judge.require(state.verification_required || state.purpose == Purpose::SignIn, Wrong::Purpose);
    let origin = match endpoint.callers {
        [_, ..] if payment => endpoint.callers.contains(&said.origin),
        _ => party.admits(said.origin),
    };
    let tops = [endpoint.payment_top];
    let frame = match payment {
        true => framed(Some(&tops), false, said.cross_origin, said.top_origin),
        false => framed(party.framed_by, party.frames_are_named, said.cross_origin, said.top_origin),
    };
    let kind = if payment { "payment.get" } else { "webauthn.get" };
    judge.said(said, kind, &state.challenge, origin, frame);
    let rp_id = state.appid.as_deref().filter(|_| answer.appid).unwrap_or(party.rp_id);
    judge.require(said.rp_id == rp_id, Wrong::RpIdHash);
    judge.require(said.has(UP), Wrong::UserPresent);
    judge.require(said.has(UV) || !state.verification_required, Wrong::UserVerified);
    let wanted = |wanted: Option<bool>, flag| wanted.is_none_or(|wanted| wanted == said.has(flag));
    judge.require(wanted(party.eligible, BE) && wanted(party.backed_up_at_sign_in, BS), Wrong::BackupPolicy);
    let unsolicited = said.unsolicited || answer.appid && state.appid.is_none();
    judge.require(!(unsolicited && state.unsolicited_refused), Wrong::Extensions);
    judge.require(!payment || answer.payment == Some(true), Wrong::Payment);
    judge.require(state.allowed.is_empty() || state.allowed.contains(&answer.id), Wrong::NotAsked);
    let handle = answer.handle.as_deref();
    let handle = handle.filter(|handle| !(handle.is_empty() && party.empty_handle_is_none));
    judge.require(handle != Some(&[]), Wrong::HandleEmpty);
    let Some(record) = record else {
        judge.require(false, Wrong::Record);
        return judge.0;
    };
    judge.require(record.id == answer.id, Wrong::Record);
    judge.require(state.account.as_ref().is_none_or(|account| *account == record.account), Wrong::Account);
    judge.require(handle.map_or(state.account.is_some(), |handle| handle == record.account), Wrong::Handle);
    judge.require(record.items.eligible.is_none_or(|before| before == said.has(BE)), Wrong::BackupEligibility);
    judge.require(record.algorithm.is_some(), Wrong::StoredKey);
    judge.require(record.algorithm.is_none_or(|algorithm| party.signs_in_with(algorithm)), Wrong::Algorithm);
    judge.require(answer.signed_by_record, Wrong::Signature);
    let stands_still = said.count <= record.items.count && (said.count, record.items.count) != (0, 0);
    judge.require(!stands_still || party.counter_reported, Wrong::Counter);
    judge.0
}

/// The record after a sign-in.
pub fn signed_in(before: Items, said: &Said) -> Items {
    Items { count: before.count.max(said.count), eligible: Some(said.has(BE)), backed_up: Some(said.has(BS)), ..before }
}

/// A re-authentication that succeeded.
#[derive(Clone, Debug)]
pub struct Proof {
    pub rp_id: &'static str,
    pub purpose: String,
    pub account: Vec<u8>,
    pub credential: Vec<u8>,
    /// UV was set, and counts as a factor by the record.
    pub factor: bool,
    /// UV was set.
    pub verified: bool,
    /// When its challenge was issued. Its age counts from this time.
    pub issued: i64,
    /// When the answer was accepted.
    pub finished: i64,
    pub fresh: i64,
}

impl Proof {
    /// Whether it belongs to this account at this relying party, and is recent enough.
    pub fn is_current(&self, party: &Party, account: &[u8], now: i64) -> bool {
        self.rp_id == party.rp_id && self.account == account && (self.issued..=self.issued + self.fresh).contains(&now)
    }
}
