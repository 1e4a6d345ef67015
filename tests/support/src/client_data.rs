//! §5.8.1 CollectedClientData: the client data as text.

use crate::json::{base64url, object};
use serde_json::Value;

/// The members of the client data, in the order in which they are written.
#[derive(Clone, Debug, PartialEq)]
pub struct ClientData(pub Vec<(String, Value)>);

impl ClientData {
    /// Makes client data of type `webauthn.create`, for a page that is not in a frame.
    pub fn create(challenge: &[u8], origin: &str) -> Self {
        Self::new("webauthn.create", challenge, origin)
    }

    /// Makes client data of type `webauthn.get`, for a page that is not in a frame.
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

    /// Sets the value of a member. A new member is added at the end.
    pub fn set(&mut self, name: &str, value: impl Into<Value>) {
        match self.0.iter_mut().find(|(member, _)| member == name) {
            Some((_, old)) => *old = value.into(),
            None => self.push(name, value),
        }
    }

    /// Adds a member at the end, also if there is one with this name, to make duplicates.
    pub fn push(&mut self, name: &str, value: impl Into<Value>) {
        self.0.push((name.into(), value.into()));
    }

    /// Removes a member.
    pub fn remove(&mut self, name: &str) {
        self.0.retain(|(member, _)| member != name);
    }

    /// Returns the serialization of §5.8.1.1, if the members are the usual ones in the usual order.
    pub fn to_json(&self) -> Vec<u8> {
        object(&self.0).into_bytes()
    }
}
