//! `examples/minimal.rs` registers and signs in, once for each ceremony.

#[path = "../examples/minimal.rs"]
#[expect(dead_code, reason = "the tests listen to no port")]
mod minimal;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, header};
use http_body_util::BodyExt;
use serde_json::Value;
use tower::ServiceExt;
use wardkey_authenticator::{Algorithm, Authentication, Registration, RelyingParty, hash::sha256};

const ORIGIN: &str = "http://localhost:3000";

async fn post(app: &Router, cookie: &mut String, path: &str, body: String) -> (u16, Value) {
    let request = Request::post(path).header(header::COOKIE, &*cookie).body(Body::from(body)).unwrap();
    let answer = app.clone().oneshot(request).await.unwrap();
    if let Some(set) = answer.headers().get(header::SET_COOKIE) {
        *cookie = set.to_str().unwrap().split(';').next().unwrap().to_owned();
    }
    let status = answer.status().as_u16();
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    (status, serde_json::from_slice(&body).unwrap())
}

fn create(name: &str, options: &Value) -> Registration {
    let rp = RelyingParty { id: "localhost".into(), origins: vec![ORIGIN.into()], ..RelyingParty::default() };
    let handle: wardkey::UserHandle = options["user"]["id"].as_str().unwrap().parse().unwrap();
    Registration::new(name, Algorithm::Es256)
        .client_data(|data| data.set("challenge", options["challenge"].clone()))
        .client_data(|data| data.set("origin", ORIGIN))
        .authenticator_data(|data| data.rp_id_hash = sha256(b"localhost"))
        .expecting(|expected| (expected.rp, expected.user_handle) = (rp, handle.as_bytes().to_vec()))
}

#[tokio::test]
async fn the_minimal_server_registers_and_signs_in() {
    let file = std::env::temp_dir().join(format!("portal-minimal-{}.db", std::process::id()));
    let app = minimal::app(&format!("sqlite://{}?mode=rwc", file.display()), ORIGIN).await.unwrap();
    let mut cookie = String::new();
    let (_, options) = post(&app, &mut cookie, "/register/ada", String::new()).await;
    let passkey = create("ada", &options);
    assert_eq!(post(&app, &mut cookie, "/registered", passkey.response().to_string()).await, (200, "ada".into()));

    let (_, options) = post(&app, &mut cookie, "/register/ada", String::new()).await;
    let stranger = create("stranger", &options).response().to_string();
    assert_eq!(post(&app, &mut cookie, "/registered", stranger).await.0, 400, "the name exists");

    let (_, options) = post(&app, &mut cookie, "/sign-in", String::new()).await;
    let challenge = options["challenge"].clone();
    let posted = Authentication::of(&passkey).client_data(|data| data.set("challenge", challenge)).response();
    assert_eq!(post(&app, &mut cookie, "/signed-in", posted.to_string()).await, (200, "ada".into()));
    assert_eq!(post(&app, &mut cookie, "/signed-in", posted.to_string()).await.0, 400, "once");

    let (_, options) = post(&app, &mut cookie, "/sign-in", String::new()).await;
    let challenge = options["challenge"].clone();
    let posted = Authentication::of(&passkey).client_data(|data| data.set("challenge", challenge)).response();
    let mut other = String::from("id=other");
    assert_eq!(post(&app, &mut other, "/signed-in", posted.to_string()).await.0, 400, "another session");
    std::fs::remove_file(file).ok();
}
