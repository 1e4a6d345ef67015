//! The kind `demand`: what an act and its signals ask, and what the session lacks.

use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use wardkey::UnixTime;
use wardkey::assurance::{AssuranceLevel, Demand, Lack, ProvenSession, Signal, SignalError, SignalTable};

#[derive(Deserialize)]
pub(super) struct Case {
    base: Demand,
    policy: BTreeMap<String, Demand>,
    signals: Vec<String>,
    session: CaseSession,
}

#[derive(Deserialize)]
struct CaseSession {
    level: AssuranceLevel,
    age_secs: i64,
    confirmed: bool,
    second_credential: bool,
}

/// A case gives an age instead of two times.
const NOW: UnixTime = UnixTime::from_secs(0);

impl From<CaseSession> for ProvenSession {
    fn from(case: CaseSession) -> Self {
        let at = UnixTime::from_secs(NOW.secs().saturating_sub(case.age_secs));
        let mut session = Self::new(case.level, at);
        session.confirmed = case.confirmed;
        session.second_credential = case.second_credential;
        session
    }
}

pub(super) fn answer(case: Case) -> Result<Value, &'static str> {
    judge(case).map_err(SignalError::code)
}

fn judge(case: Case) -> Result<Value, SignalError> {
    let rows: Result<Vec<_>, _> =
        case.policy.into_iter().map(|(name, demand)| Signal::new(name).map(|signal| (signal, demand))).collect();
    let table = SignalTable::new(rows?)?;
    // A name that is no name of a signal is in no table.
    let signals: Result<Vec<_>, _> =
        case.signals.into_iter().map(|name| Signal::new(name).map_err(|_| SignalError::Unknown)).collect();
    let asked = table.ask(case.base, &signals?)?;
    let lacks = asked.lacks(&case.session.into(), NOW);
    Ok(json!({
        "demand": asked.demand(),
        "lacks": lacks.missing.iter().copied().map(Lack::name).collect::<Vec<_>>(),
        "allowed": lacks.is_allowed(),
        "because": lacks.because,
    }))
}
