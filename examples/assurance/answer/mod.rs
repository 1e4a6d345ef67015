//! One line in, one answer out. `tests/assurance` uses this module too.

mod account;
mod confirmation;
mod demand;
mod facts;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// What every case has.
#[derive(Deserialize)]
struct Envelope {
    id: String,
    kind: String,
}

/// The code for a line that is no case, and for an input that has the wrong members or types.
const CASE: &str = "case";

/// Returns the answer to one line. `None`: the case is of another kind.
pub(crate) fn answer(line: &[u8]) -> Option<Value> {
    let Ok(Envelope { id, kind }) = serde_json::from_slice(line) else {
        return Some(json!({ "id": null, "error": CASE }));
    };
    let answer = match kind.as_str() {
        "assurance" => read(line).and_then(facts::answer),
        "demand" => read(line).and_then(demand::answer),
        "confirmation" => read(line).and_then(confirmation::answer),
        "receipt" => read(line).and_then(confirmation::answer_receipt),
        "account" => read(line).and_then(account::answer),
        _ => return None,
    };
    let mut answer = answer.unwrap_or_else(|code| json!({ "error": code }));
    answer["id"] = id.into();
    Some(answer)
}

fn read<T: DeserializeOwned>(line: &[u8]) -> Result<T, &'static str> {
    serde_json::from_slice(line).map_err(|_| CASE)
}
