//! Answers: the envelope, and errors as `{code, step, fault, tell}`.

use serde::{Deserialize, Serialize};
use std::fmt::Display;
use wardkey::ceremony::Failure;
use wardkey::ceremony::evidence::Evidence;
use wardkey::client::json::ResponseError;
use wardkey::{Error, Fault, PublicFailure};

/// The id of a request, which its answer repeats.
#[derive(Clone, Debug, Default, Deserialize, Serialize, PartialEq)]
#[serde(untagged)]
pub(crate) enum Id {
    Number(i64),
    Text(String),
    #[default]
    None,
}

/// What an error says. `tell` is the body for the browser.
#[derive(Debug, Serialize)]
pub(crate) struct ErrorBody {
    code: String,
    step: Option<String>,
    fault: &'static str,
    tell: PublicFailure,
}

/// Why a request has no result.
#[derive(Debug)]
pub(crate) struct Stop {
    body: Box<ErrorBody>,
    log: String,
    evidence: Option<Box<Evidence>>,
    spend: Option<String>,
}

#[derive(Serialize)]
struct Refused<'a> {
    v: u32,
    id: &'a Id,
    error: &'a ErrorBody,
    log: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    spend: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    evidence: Option<&'a Evidence>,
}

#[derive(Serialize)]
struct Done<'a, T> {
    v: u32,
    id: &'a Id,
    ok: &'a T,
}

impl Stop {
    /// An error of the back end that sent the request. `text` is for its log, and has nothing of what was received.
    pub(crate) fn caller(code: impl Into<String>, text: impl Display) -> Self {
        let code = code.into();
        let log = format!("{code}: {text}");
        let body = ErrorBody { code, step: None, fault: "caller", tell: PublicFailure::default() };
        Self { body: Box::new(body), log, evidence: None, spend: None }
    }

    /// A request that has other members or types. The text names the place and not the value.
    pub(crate) fn unreadable(error: &serde_json::Error) -> Self {
        let text = error.to_string();
        if text.starts_with("missing field `") {
            return Self::caller("request", text); // it has the name of a member of ours, and nothing of the request
        }
        let kind = match error.classify() {
            serde_json::error::Category::Data => "a member is missing, unknown, repeated or of another type",
            _ => "not one JSON object",
        };
        Self::caller("request", format!("{kind}, at column {}", error.column()))
    }

    /// Adds the id of the state that the request used up.
    pub(crate) fn spending(mut self, id: &str) -> Self {
        self.spend = Some(id.to_owned());
        self
    }

    pub(crate) fn answer(&self, id: &Id) -> String {
        let (error, log, spend, evidence) = (&self.body, &*self.log, self.spend.as_deref(), self.evidence.as_deref());
        written(&Refused { v: crate::VERSION, id, error, log, spend, evidence })
    }
}

/// The answer of a request that has a result.
pub(crate) fn done(id: &Id, ok: &impl Serialize) -> String {
    written(&Done { v: crate::VERSION, id, ok })
}

/// Every answer has text as names, so it can always be written; the text of the other case is a valid answer too.
fn written(answer: &impl Serialize) -> String {
    let failed = r#"{"v":1,"id":null,"error":{"code":"answer","step":null,"fault":"machine","tell":{"code":"failed"}},"log":"answer: the result cannot be written as JSON"}"#;
    serde_json::to_string(answer).unwrap_or_else(|_| failed.to_owned())
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        let fault = match error.fault() {
            Fault::Response => "response",
            Fault::User => "user",
            Fault::Caller => "caller",
            _ => "machine",
        };
        let step = error.step().map(|step| step.to_string());
        Self {
            body: Box::new(ErrorBody { code: error.code().to_owned(), step, fault, tell: error.public() }),
            log: error.log_line(),
            evidence: error.evidence().map(Box::new),
            spend: None,
        }
    }
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::from(Error::from(failure))
    }
}

impl From<ResponseError> for Stop {
    fn from(error: ResponseError) -> Self {
        Self::from(Error::from(error))
    }
}
