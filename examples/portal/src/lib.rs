//! A patient portal that replaces an SMS code with passkeys: wardkey behind axum, with sqlx.
//!
//! | file | contents |
//! |---|---|
//! | `store` | every statement; the tables are in `schema.sql` |
//! | `app` | the relying party, the clock, the sender of text messages, the audit log, the counters |
//! | `session` | the web session: its cookie, what it proved |
//! | `web` | refusals, headers, rate limits, limits of requests |
//! | `sign_in` | password and SMS code, passkey, saved code, a lost phone reported |
//! | `account` | passkeys: register, rename, remove, suspend; the phone number; SMS codes retired; notices |
//! | `staff` | the models of the passkeys of staff, judged by the FIDO metadata |
//! | `clinic` | results, prescriptions, the pharmacy |
//! | `auditor` | evidence, chains and checkpoints, bundles, the migration report |
//! | `operator` | `/metrics` and `/health` |

mod account;
pub mod app;
mod auditor;
mod clinic;
mod operator;
mod pages;
mod session;
mod sign_in;
pub mod staff;
pub mod store;
mod web;

pub use app::{Config, Portal};
pub use operator::operator;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};

/// The router of the portal.
pub fn router(portal: Portal) -> Router {
    let api = Router::new()
        .route("/password", post(sign_in::password))
        .route("/code", post(sign_in::code))
        .route("/sign-in", post(sign_in::start))
        .route("/signed-in", post(sign_in::finish))
        .route("/recover", post(sign_in::recover))
        .route("/lost", post(sign_in::lost))
        .route("/sign-out", post(sign_in::sign_out))
        .route("/me", post(account::me))
        .route("/register", post(account::register))
        .route("/registered", post(account::registered))
        .route("/confirm", post(account::confirm))
        .route("/confirmed", post(account::confirmed))
        .route("/rename", post(account::rename))
        .route("/name", post(account::name))
        .route("/remove", post(account::remove))
        .route("/suspend", post(account::suspend))
        .route("/resume", post(account::resume))
        .route("/saved-code", post(account::saved_code))
        .route("/phone", post(account::phone))
        .route("/phone-code", post(account::phone_code))
        .route("/retire-sms", post(account::retire_sms))
        .route("/not-me", post(account::not_me))
        .route("/delete", post(account::delete))
        .route("/results", post(clinic::results))
        .route("/prescribe", post(clinic::prescribe))
        .route("/prescribed", post(clinic::prescribed))
        .route("/prescriptions", post(clinic::prescriptions))
        .route("/verify", post(clinic::verify))
        .route("/audit", post(auditor::audit))
        .route("/audit/checkpoints", get(auditor::checkpoints))
        .route("/audit/bundle", get(auditor::bundle))
        .route("/audit/fhir", get(auditor::fhir));
    Router::new()
        .nest("/api", api)
        .merge(pages::pages())
        .layer(DefaultBodyLimit::max(web::MAX_BODY))
        .layer(from_fn_with_state(portal.clone(), web::guard))
        .merge(pages::files())
        .layer(from_fn(web::within_time))
        .layer(from_fn_with_state(portal.clone(), web::headers))
        .with_state(portal)
}
