//! §5.8.1 CollectedClientData: what the client says, as text.

use crate::json::{base64url, object};
use serde_json::Value;

/// The members of the client data, in the order they are written.
#[derive(Clone, Debug, PartialEq)]
pub struct ClientData(pub Vec<(String, Value)>);

impl ClientData {
    /// `webauthn.create`, in a page of its own.
    pub fn create(challenge: &[u8], origin: &str) -> Self {
        Self::new("webauthn.create", challenge, origin)
    }

    /// `webauthn.get`, in a page of its own.
    pub fn get(challenge: &[u8], origin: &str) -> Self {
        Self::new("webauthn.get", challenge, origin)
    }

    fn new(kind: &str, challenge: &[u8], origin: &str) -> Self {
        let mut data = Self(Vec::new());
        data.set("type", kind);
        data.set("challenge", base64url(challenge));
        data.set("origin", origin);
        data.set("crossOrigin", false);
        data
    }

    /// Gives a member this value, in its place if it has one.
    pub fn set(&mut self, name: &str, value: impl Into<Value>) {
        match self.0.iter_mut().find(|(member, _)| member == name) {
            Some((_, old)) => *old = value.into(),
            None => self.push(name, value),
        }
    }

    /// Adds a member at the end without looking whether it is there: for duplicates.
    pub fn push(&mut self, name: &str, value: impl Into<Value>) {
        self.0.push((name.into(), value.into()));
    }

    /// Takes a member out.
    pub fn remove(&mut self, name: &str) {
        self.0.retain(|(member, _)| member != name);
    }

    /// The JSON-compatible serialization (§5.8.1.1), for the usual members in the usual order.
    pub fn to_json(&self) -> Vec<u8> {
        object(&self.0).into_bytes()
    }
}
