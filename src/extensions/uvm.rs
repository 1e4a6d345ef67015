//! User verification methods (`uvm`, Level 2 §10.3).

use super::signed::unsigned;
use super::{Extension, OutputRefusal, Shaped, SignedMap};
use crate::codec::cbor::Value;
use serde::{Deserialize, Serialize};

/// The maximum number of methods in `uvm`.
const MAX_METHODS: u64 = 3;

/// One user verification method (Level 2 §10.3). The numbers are those of the FIDO registry of predefined values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "(u32, u32, u32)", into = "(u32, u32, u32)")]
#[non_exhaustive]
pub struct UserVerificationMethod {
    /// `userVerificationMethod`: a bit of USER_VERIFY.
    pub method: u32,
    /// `keyProtectionType`: bits of KEY_PROTECTION.
    pub key_protection: u32,
    /// `matcherProtectionType`: bits of MATCHER_PROTECTION.
    pub matcher_protection: u32,
}

impl From<(u32, u32, u32)> for UserVerificationMethod {
    fn from((method, key_protection, matcher_protection): (u32, u32, u32)) -> Self {
        Self { method, key_protection, matcher_protection }
    }
}

impl From<UserVerificationMethod> for (u32, u32, u32) {
    fn from(method: UserVerificationMethod) -> Self {
        (method.method, method.key_protection, method.matcher_protection)
    }
}

/// The unsigned output.
#[derive(Deserialize)]
#[serde(try_from = "Vec<UserVerificationMethod>")]
pub(super) struct Methods(pub(super) Vec<UserVerificationMethod>);

impl TryFrom<Vec<UserVerificationMethod>> for Methods {
    type Error = &'static str;

    fn try_from(methods: Vec<UserVerificationMethod>) -> Result<Self, Self::Error> {
        let most = usize::try_from(MAX_METHODS).unwrap_or(usize::MAX);
        if methods.len() <= most { Ok(Self(methods)) } else { Err("expected at most 3 methods") }
    }
}

fn methods(value: Value<'_>) -> Option<Vec<UserVerificationMethod>> {
    let list = value.array()?;
    if !(1..=MAX_METHODS).contains(&list.len()) {
        return None;
    }
    let number = |value: Option<Value<'_>>| u32::try_from(unsigned(value?)?).ok();
    let method = |value: Value<'_>| {
        let entry = value.array().filter(|entry| entry.len() == 3)?;
        let mut numbers = entry.iter();
        Some((number(numbers.next())?, number(numbers.next())?, number(numbers.next())?).into())
    };
    list.iter().map(method).collect()
}

impl SignedMap<'_> {
    /// Returns `uvm`: the one to three methods by which the user was verified.
    pub(crate) fn uvm(&self) -> Shaped<Vec<UserVerificationMethod>> {
        self.shaped(Extension::Uvm, methods)
    }
}

/// Requires at an authentication that the authenticator returns its methods.
pub(super) const fn check(output: Option<&Vec<UserVerificationMethod>>, required: bool) -> Result<(), OutputRefusal> {
    if required && output.is_none() { Err(OutputRefusal::UvmMissing) } else { Ok(()) }
}
