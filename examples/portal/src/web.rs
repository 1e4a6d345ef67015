//! Refusals, headers and limits.

use crate::app::Portal;
use axum::Json;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use std::fmt::Display;
use std::net::SocketAddr;
use std::sync::PoisonError;
use std::time::Duration;
use wardkey::{Error, Fault};

/// Longer than any response that the library reads.
pub const MAX_BODY: usize = 2 * wardkey::client::json::MAX_LEN;
const MAX_TIME: Duration = Duration::from_secs(15);
/// Requests from one address in a minute: pages and the API. A clinic behind one address needs more.
const MAX_REQUESTS: u32 = 600;

pub type Answer = Result<Json<Value>, Refused>;

/// An answer with another status than 200. Its `code` is one that `browser/wardkey.js` has words for.
#[derive(Debug)]
pub struct Refused {
    pub status: u16,
    pub body: Value,
}

impl Refused {
    /// A refusal of the portal itself. `why` goes to the log and not to the page.
    pub fn new(status: u16, why: &str) -> Self {
        tracing::info!(status, why, "refused");
        Self { status, body: json!({ "code": "failed" }) }
    }

    /// Tells the page, whose user is signed in, what is lacking.
    pub fn lacks(lacks: Vec<&'static str>) -> Self {
        tracing::info!(?lacks, "refused");
        Self { status: 403, body: json!({ "code": "failed", "lacks": lacks }) }
    }

    pub fn internal(error: impl Display) -> Self {
        tracing::error!(%error, "internal");
        Self { status: 500, body: json!({ "code": "server" }) }
    }

    pub fn with(mut self, name: &str, value: Value) -> Self {
        if let Some(body) = self.body.as_object_mut() {
            body.insert(name.to_owned(), value);
        }
        self
    }
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        let status = match error.fault() {
            Fault::Response => 400,
            Fault::User => 403,
            Fault::Machine => 503,
            _ => 500,
        };
        Self { status, body: serde_json::to_value(error.public()).unwrap_or_default() }
    }
}

impl From<sqlx::Error> for Refused {
    fn from(error: sqlx::Error) -> Self {
        tracing::error!(%error, "database");
        Self { status: 503, body: json!({ "code": "server" }) }
    }
}

impl From<getrandom::Error> for Refused {
    fn from(error: getrandom::Error) -> Self {
        Self::internal(error)
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (status, Json(self.body)).into_response()
    }
}

/// Refuses requests that a page of another site posted, and too many requests from one address.
pub async fn guard(State(portal): State<Portal>, request: Request, next: Next) -> Response {
    let origin = request.headers().get(header::ORIGIN);
    if origin.is_some_and(|origin| origin.as_bytes() != portal.origin.as_bytes()) {
        return Refused::new(403, "other-origin").into_response();
    }
    if let Some(ConnectInfo(peer)) = request.extensions().get::<ConnectInfo<SocketAddr>>() {
        let minute = portal.now().secs().div_euclid(60);
        let mut requests = portal.requests.lock().unwrap_or_else(PoisonError::into_inner);
        if requests.0 != minute {
            *requests = (minute, Default::default());
        }
        let count = requests.1.entry(peer.ip()).or_default();
        *count = count.saturating_add(1);
        let too_many = *count > MAX_REQUESTS;
        drop(requests);
        if too_many {
            return Refused::new(429, "rate-limited").into_response();
        }
    }
    next.run(request).await
}

/// Answers a request that takes too long. It goes on, as it does when its browser goes away: whoever adds a passkey and leaves
/// cannot keep the notice from being sent.
pub async fn within_time(request: Request, next: Next) -> Response {
    match tokio::time::timeout(MAX_TIME, tokio::spawn(next.run(request))).await {
        Ok(Ok(response)) => response,
        Ok(Err(error)) => Refused::internal(error).into_response(),
        Err(_) => Refused::new(503, "too-slow").into_response(),
    }
}

/// No script and no style but those of files. Who may frame the pages is added.
const CONTENT: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; \
    base-uri 'none'; form-action 'none'; frame-ancestors";

const HEADERS: [(&str, &str); 6] = [
    (
        "permissions-policy",
        "publickey-credentials-create=(self), publickey-credentials-get=(self), camera=(), geolocation=(), microphone=()",
    ),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("cache-control", "no-store"),
];

pub async fn headers(State(portal): State<Portal>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    for (name, value) in HEADERS {
        response.headers_mut().entry(HeaderName::from_static(name)).or_insert(HeaderValue::from_static(value));
    }
    let content = format!("{CONTENT} {}", portal.framed_by.as_deref().unwrap_or("'none'"));
    match HeaderValue::from_str(&content) {
        Ok(content) => response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, content),
        Err(error) => return Refused::internal(error).into_response(),
    };
    if portal.is_https() {
        let year = HeaderValue::from_static("max-age=31536000");
        response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, year);
    }
    response
}
