//! JSON as clients write it: base64url without padding (§3), strings by CCDToString (§5.8.1.1).

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use std::fmt::Write as _;

/// Returns the base64url encoding without padding (§3).
pub fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Returns base64 with padding, which SafetyNet and JWS headers use.
pub fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// PublicKeyCredential as JSON (§5.1), around either kind of response.
pub(crate) fn credential(id: &[u8], response: Value, results: &Value, attachment: Option<&str>) -> Value {
    let mut json = json!({
        "id": base64url(id),
        "rawId": base64url(id),
        "type": "public-key",
        "response": response,
        "clientExtensionResults": results,
    });
    if let Some(attachment) = attachment {
        json["authenticatorAttachment"] = attachment.into();
    }
    json
}

/// Returns a JSON object with its members in this order.
pub fn object(members: &[(String, Value)]) -> String {
    let members: Vec<_> = members.iter().map(|(name, value)| format!("{}:{}", string(name), text(value))).collect();
    format!("{{{}}}", members.join(","))
}

fn text(value: &Value) -> String {
    match value {
        Value::String(value) => string(value),
        other => other.to_string(),
    }
}

/// CCDToString: only the quotation mark, the backslash and the control characters are escaped.
fn string(value: &str) -> String {
    let mut out = String::from('"');
    for character in value.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\0'..='\x1f' => write!(out, "\\u{:04x}", character as u32).expect("a String takes everything"),
            _ => out.push(character),
        }
    }
    out + "\""
}
