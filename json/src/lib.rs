//! wardkey for every language: one function from JSON to JSON.
//!
//! A request is one JSON object `{"v":1,"id":…,"do":…}` with the members of its action. The values inside are the serde forms of
//! the library: options, states, records, evidence. The answer is `{"v":1,"id":…,"ok":{…}}`, or
//! `{"v":1,"id":…,"error":{"code","step","fault","tell"}}`. [`schema`] describes every request.
//!
//! Nothing is stored: states and records come with the request and go back with the answer. Each `finish-…` answers with `spend`,
//! the id of the state. The caller must delete the state when it reads it, so that a ceremony counts once.
//!
//! ```
//! use wardkey_json::{Config, Context, call};
//! let config = Config::from_toml(r#"
//!     version = 1
//!     [relying_parties.portal]
//!     id = "clinic.example"
//!     name = "Example Clinic"
//! "#)?;
//! let context = Context::new(&config, |_| Err("no files here".into()))?;
//! let answer = call(&context, r#"{"v":1,"id":7,"do":"start-authentication","session":"a session","now":1795392000}"#);
//! assert!(answer.starts_with(r#"{"v":1,"id":7,"ok":{"options":"#));
//! # Ok::<(), wardkey_json::ConfigError>(())
//! ```

#![deny(missing_docs)]
#![cfg_attr(
    not(test),
    deny(
        clippy::as_conversions,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::unreachable
    )
)]

mod answer;
mod ceremonies;
mod config;
mod judgements;
mod request;
mod schema;
mod shape;

pub use config::{Config, ConfigError, Context};
pub use schema::{ACTIONS, schema};

use answer::{Id, Stop};
use serde::Deserialize;

/// The maximum length of a request in bytes. A bundle has at most 8 MiB, and a posted response far less.
pub const MAX_REQUEST_LEN: usize = 16 * 1024 * 1024;

/// The version of the format.
pub const VERSION: u32 = 1;

/// The members that every request has. They are read first, so that every answer has the id of its request.
#[derive(Deserialize)]
struct Head {
    v: u32,
    #[serde(default)]
    id: Id,
    #[serde(rename = "do")]
    action: String,
}

/// Answers one request. The answer is one line of JSON, without the line feed.
///
/// A request that cannot be read is answered too, with the code `request`, `too-long`, `version` or `action`. The id is `null` if
/// it could not be read.
#[must_use]
pub fn call(context: &Context, request: &str) -> String {
    if request.len() > MAX_REQUEST_LEN {
        return too_long();
    }
    let head: Head = match serde_json::from_str(request) {
        Ok(head) => head,
        Err(error) => return Stop::unreadable(&error).answer(&Id::default()),
    };
    if head.v != VERSION {
        return Stop::caller("version", "expected version 1").answer(&head.id);
    }
    schema::dispatch(context, &head.action, request, &head.id)
}

/// Returns the answer to a request that has more than [`MAX_REQUEST_LEN`] bytes, for a process that does not read it to its end.
#[must_use]
pub fn too_long() -> String {
    Stop::caller("too-long", format!("expected at most {MAX_REQUEST_LEN} bytes")).answer(&Id::default())
}

/// Returns the answer to a request that is not UTF-8.
#[must_use]
pub fn not_utf8() -> String {
    Stop::caller("request", "expected UTF-8").answer(&Id::default())
}
