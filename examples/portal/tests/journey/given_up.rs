//! The browser goes away during a request, so the server drops the request; and a line of the audit chain that is not written.

use crate::world::{Browser, World};
use serde_json::json;
use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

/// Polls a future once, and drops it when it could go on.
async fn given_up<T>(future: impl Future<Output = T>) -> Option<T> {
    let (mut future, mut first) = (pin!(future), true);
    poll_fn(|context| {
        if !std::mem::take(&mut first) {
            return Poll::Ready(None);
        }
        future.as_mut().poll(context).map(Some)
    })
    .await
}

#[tokio::test]
async fn an_act_goes_on_when_its_browser_goes_away() {
    let world = World::new().await;
    let mut ada = world.browser("ada");
    ada.by_code(&world).await;
    let options = ada.post("/register", json!({})).await;
    let posted = ada.create(&options);
    assert!(given_up(ada.clone().try_post("/registered", posted)).await.is_none(), "no answer");
    let mut tries = 0;
    loop {
        let me = ada.post("/me", json!({})).await;
        if me["passkeys"].as_array().unwrap().len() == 1 && me["notices"][0]["key"] == "passkey-added" {
            break;
        }
        tries += 1;
        assert!(tries < 500, "the passkey and the notice of it: {me}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    ada.sign_in().await;
}

#[tokio::test]
async fn a_line_that_is_not_written_ends_the_chain_and_no_more() {
    let world = World::new().await;
    let mut ada = Browser::enrolled(&world, "ada").await;
    // As if the database had written the next line, and its answer had been lost.
    let last = "INSERT INTO audit (chain, seq, line, evidence, bundle) \
        SELECT chain, MAX(seq) + 1, '', '', '' FROM audit GROUP BY chain";
    sqlx::query(last).execute(&world.portal.store.pool).await.unwrap();
    let options = ada.post("/sign-in", json!({})).await;
    let posted = ada.get(&options);
    assert_eq!(ada.try_post("/signed-in", posted).await.0, 503);
    ada.sign_in().await;
    let audit = world.portal.store.audit().await.unwrap();
    assert_eq!(audit.chunk_by(|one, next| one.chain == next.chain).count(), 2);
}
