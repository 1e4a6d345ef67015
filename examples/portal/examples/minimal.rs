//! The smallest server with passkeys and one SQLite database: `cargo run -p portal --example minimal`. Call
//! its addresses with `browser/wardkey.js`. Whoever registers a new name owns it. `src/` has what a portal adds.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router, routing::post};
use serde_json::{Value, from_str, to_string, to_value};
use sqlx::{AnyPool, Row, any::install_default_drivers, query, raw_sql};
use std::time::SystemTime;
use wardkey::*;

const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS credential (id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, record TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS ceremony (id TEXT PRIMARY KEY, name TEXT NOT NULL, state TEXT NOT NULL)";

#[derive(Clone)]
struct App(RelyingParty, AnyPool);

/// A refusal: the log gets the reason, the page what it may know.
struct Refused(PublicFailure);

impl<E: std::error::Error + 'static> From<E> for Refused {
    fn from(error: E) -> Self {
        eprintln!("refused: {error}");
        let known = (&error as &dyn std::error::Error).downcast_ref::<Error>();
        Self(known.map(Error::public).unwrap_or_default())
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        (StatusCode::BAD_REQUEST, Json(self.0)).into_response()
    }
}

type Options = Result<(HeaderMap, Json<Value>), Refused>;

/// The web session: a random id in a cookie. With https add `Secure`, and `__Host-` before the name.
fn session(headers: &HeaderMap) -> Result<(String, HeaderMap), Refused> {
    let mut cookies =
        headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok()).flat_map(|line| line.split(';'));
    let cookie = cookies.find_map(|cookie| cookie.trim().strip_prefix("id="));
    let id = cookie.map_or_else(|| UserHandle::random().map(|id| id.to_base64url()), |id| Ok(id.to_owned()))?;
    let cookie = format!("id={id}; Path=/; HttpOnly; SameSite=Strict").parse()?;
    Ok((id, HeaderMap::from_iter([(header::SET_COOKIE, cookie)])))
}

impl App {
    async fn keep(&self, id: String, name: &str, state: &impl serde::Serialize) -> Result<(), Refused> {
        let sql = "INSERT INTO ceremony (id, name, state) VALUES ($1, $2, $3)"; // delete old rows once an hour
        query(sql).bind(id).bind(name).bind(to_string(state)?).execute(&self.1).await?;
        Ok(())
    }

    /// Reads and deletes a state, so that no second request can use it.
    async fn take<S: serde::de::DeserializeOwned>(&self, id: Option<String>) -> Result<(String, S), Refused> {
        let sql = "DELETE FROM ceremony WHERE id = $1 RETURNING name, state";
        let row = query(sql).bind(id.unwrap_or_default()).fetch_one(&self.1).await?;
        Ok((row.try_get(0)?, from_str(row.try_get(1)?)?))
    }
}

async fn register(State(app): State<App>, Path(name): Path<String>, headers: HeaderMap) -> Options {
    let (session, cookie) = session(&headers)?;
    let request = RegistrationRequest::new(&UserHandle::random()?, &name, &[]);
    let (options, state) = app.0.start_registration(request, Session::bound(session), SystemTime::now().into())?;
    app.keep(state.id(), &name, &state).await?;
    Ok((cookie, Json(to_value(options)?)))
}

async fn registered(State(app): State<App>, headers: HeaderMap, posted: String) -> Result<Json<String>, Refused> {
    let response = RegistrationResponse::from_json(&posted)?;
    let (name, state) = app.take(response.state_id()).await?;
    let session = Session::bound(session(&headers)?.0);
    let done = app.0.finish_registration(state, &response, session, SystemTime::now().into())?;
    let (record, _) = done.claim(None)?;
    let sql = "INSERT INTO credential (id, name, record) VALUES ($1, $2, $3)"; // fails if the id or the name exists
    query(sql).bind(record.id.to_base64url()).bind(&name).bind(to_string(&record)?).execute(&app.1).await?;
    Ok(Json(name))
}

async fn sign_in(State(app): State<App>, headers: HeaderMap) -> Options {
    let (session, cookie) = session(&headers)?;
    let (session, request) = (Session::bound(session), AuthenticationRequest::discoverable());
    let (options, state) = app.0.start_authentication(request, session, SystemTime::now().into())?;
    app.keep(state.id(), "", &state).await?;
    Ok((cookie, Json(to_value(options)?)))
}

/// Returns the name of the account. Begin a session with a new id here.
async fn signed_in(State(app): State<App>, headers: HeaderMap, posted: String) -> Result<Json<String>, Refused> {
    let response = AuthenticationResponse::from_json(&posted)?;
    let (_, state) = app.take(response.state_id()).await?;
    let id = CredentialId::new(response.credential_id())?.to_base64url();
    let row = query("SELECT record, name FROM credential WHERE id = $1").bind(&id).fetch_optional(&app.1).await?;
    let before: Option<String> = row.as_ref().map(|row| row.try_get(0)).transpose()?;
    let mut record: Option<CredentialRecord> = before.as_deref().map(from_str).transpose()?;
    let session = Session::bound(session(&headers)?.0);
    let done = app.0.finish_authentication(state, &response, record.as_ref(), session, SystemTime::now().into())?;
    let applied = record.as_mut().zip(done.update).is_none_or(|(record, update)| record.apply(&update));
    let set = query("UPDATE credential SET record = $1 WHERE id = $2 AND record = $3"); // compare and set
    let set = set.bind(to_string(&record)?).bind(id).bind(before).execute(&app.1).await?;
    let row = row.filter(|_| applied && set.rows_affected() == 1);
    row.map_or(Err(Refused(PublicFailure::default())), |row| Ok(Json(row.try_get(1)?)))
}

pub async fn app(database: &str, origin: &str) -> Result<Router, Box<dyn std::error::Error>> {
    install_default_drivers();
    let pool = AnyPool::connect(database).await?;
    raw_sql(TABLES).execute(&pool).await?;
    let rp = RelyingParty::builder("localhost", "Minimal").origin(origin).build()?;
    let router = Router::new().route("/register/{name}", post(register)).route("/registered", post(registered));
    Ok(router.route("/sign-in", post(sign_in)).route("/signed-in", post(signed_in)).with_state(App(rp, pool)))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let app = app("sqlite://minimal.db?mode=rwc", "http://localhost:3000").await?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    Ok(axum::serve(listener, app).await?)
}
