//! Changes to a layer that its own methods cannot express in one line.

use serde_json::Value;
use wardkey_authenticator::hash::sha256;
use wardkey_authenticator::keys::ecdsa::Curve;
use wardkey_authenticator::{Authentication, AuthenticatorData, Cbor, ClientData, flags};

/// Changes the text of a member of the client data.
pub(crate) fn edit(data: &mut ClientData, name: &str, change: fn(&str) -> String) {
    let (_, value) = data.0.iter_mut().find(|(member, _)| member == name).unwrap();
    *value = change(value.as_str().unwrap()).into();
}

/// Replaces a part of a text that must occur once.
pub(crate) fn replace(text: &mut Vec<u8>, from: &str, to: impl AsRef<[u8]>) {
    let found: Vec<_> = (0..text.len()).filter(|&at| text[at..].starts_with(from.as_bytes())).collect();
    let [at] = found[..] else { panic!("{from} occurs {} times", found.len()) };
    text.splice(at..at + from.len(), to.as_ref().iter().copied());
}

/// Adds the same member with a different value before the right one.
pub(crate) fn first(data: &mut ClientData, name: &str, value: &str) {
    data.0.insert(0, (name.into(), value.into()));
}

/// Changes the text of a member of the JSON.
pub(crate) fn text(json: &mut Value, pointer: &str, change: fn(&str) -> String) {
    let member = json.pointer_mut(pointer).unwrap();
    *member = change(member.as_str().unwrap()).into();
}

/// Changes the texts of `id` and `rawId` in the same way.
pub(crate) fn ids(json: &mut Value, change: fn(&str) -> String) {
    text(json, "/id", change);
    text(json, "/rawId", change);
}

/// Sets a member of the JSON to this value.
pub(crate) fn set(json: &mut Value, pointer: &str, value: impl Into<Value>) {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    json.pointer_mut(parent).unwrap()[name] = value.into();
}

/// Adds this many unknown members to an object of the JSON.
pub(crate) fn unknown(json: &mut Value, pointer: &str, count: usize) {
    let members = json.pointer_mut(pointer).unwrap().as_object_mut().unwrap();
    members.extend((0..count).map(|name| (name.to_string(), Value::Null)));
}

/// Removes a member of the JSON.
pub(crate) fn remove(json: &mut Value, pointer: &str) {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    json.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(name).unwrap();
}

/// The same base64url text with the next last character, which sets a bit outside of all bytes.
pub(crate) fn trailing_bits(text: &str) -> String {
    let (last, rest) = text.as_bytes().split_last().unwrap();
    assert!(text.len() % 4 > 1, "there is no such bit");
    format!("{}{}", std::str::from_utf8(rest).unwrap(), char::from(last + 1))
}

/// A map or an array with these bytes as head.
pub(crate) fn headed(value: &mut Cbor, head: &[u8]) {
    let encoded = value.encode();
    *value = Cbor::Raw([head, &encoded[1..]].concat());
}

/// A map of indefinite length.
pub(crate) fn indefinite(value: &mut Cbor) {
    headed(value, &[0xbf]);
    let Cbor::Raw(bytes) = value else { unreachable!() };
    bytes.push(0xff);
}

/// A map in reverse canonical order.
pub(crate) fn unsorted(value: &mut Cbor) {
    let mut entries = value.entries().clone();
    entries.sort_by_key(|(key, _)| std::cmp::Reverse((key.encode()[0] >> 5, key.encode())));
    *value = Cbor::MapAsGiven(entries);
}

/// Sets ED, and the extension outputs to this value.
pub(crate) fn extensions(data: &mut AuthenticatorData, outputs: Cbor) {
    data.set_flags(flags::ED);
    data.extensions = Some(outputs);
}

/// authenticatorData ‖ hash, as posted.
fn message(ceremony: &Authentication) -> Vec<u8> {
    let posted = ceremony.make();
    [posted.authenticator_data, sha256(&posted.client_data_json)].concat()
}

/// Replaces the signature by one made in a different way.
pub(crate) fn signed(ceremony: Authentication, sign: fn(&[u8]) -> Vec<u8>) -> Authentication {
    let signature = sign(&message(&ceremony));
    ceremony.signature(move |it| it.clone_from(&signature))
}

/// The two numbers of an ECDSA signature in a different encoding.
pub(crate) fn encoded(ceremony: Authentication, encode: fn(&[u8], &[u8]) -> Vec<u8>) -> Authentication {
    let numbers = ceremony.key.sign_ecdsa(&message(&ceremony));
    let signature = encode(&numbers.r, &numbers.s);
    ceremony.signature(move |it| it.clone_from(&signature))
}

/// The ECDSA signature with the greater or the smaller s.
pub(crate) fn with_s(ceremony: Authentication, curve: Curve, high: bool) -> Authentication {
    let mut numbers = ceremony.key.sign_ecdsa(&message(&ceremony));
    let negated = curve.negate(&numbers.s);
    numbers.s = if high { numbers.s.max(negated) } else { numbers.s.min(negated) };
    ceremony.signature(move |it| *it = numbers.to_der())
}

/// The sum of two big-endian numbers.
pub(crate) fn sum(a: &[u8], b: &[u8]) -> Vec<u8> {
    let len = a.len().max(b.len()) + 1;
    let digit = |n: &[u8], i: usize| n.len().checked_sub(i + 1).map_or(0, |at| u16::from(n[at]));
    let (mut sum, mut carry) = (Vec::new(), 0);
    for i in 0..len {
        carry += digit(a, i) + digit(b, i);
        sum.push(carry as u8);
        carry >>= 8;
    }
    sum.into_iter().rev().skip_while(|byte| *byte == 0).collect()
}
