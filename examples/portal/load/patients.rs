//! Accounts with a passkey that has signed in.

use crate::instance::Log;
use crate::visitor::{Passkey, Visitor};
use portal::store::{Account, Store};
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::task::JoinSet;
use wardkey::UserHandle;

pub struct Patient {
    pub name: String,
    pub passkey: Passkey,
}

/// Makes accounts like that of Ada. Each signs in with a code, registers a passkey, and signs in with it.
pub async fn enrolled(store: &Store, port: u16, log: &Log, count: u64) -> Vec<Patient> {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let ada = store.account_named("ada").await.unwrap().expect("a demonstration account");
    let mut all = JoinSet::new();
    for _ in 0..count {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let (name, phone) = (format!("patient{number}"), format!("+1 202 556 {number:04}"));
        let user = UserHandle::random().unwrap();
        let account = Account { user, name: name.clone(), phone: phone.clone(), ..ada.clone() };
        assert!(store.insert_account(&account).await.unwrap());
        let log = log.clone();
        all.spawn(async move {
            let mut visitor = Visitor::new();
            visitor.by_code(port, &log, (&name, "password of ada", &phone)).await;
            let mut passkey = visitor.register(port).await;
            visitor.sign_in(port, &mut passkey).await;
            Patient { name, passkey }
        });
    }
    all.join_all().await
}
