//! Byte strings in all notations that webauthn-rs up to 0.5 accepted from front ends.

use crate::client::json::{MAX_LEN, ResponseError};
use crate::codec::base64url;
use crate::interop::members::Members;
use crate::interop::octets::Octets;
use serde::{Serialize, Serializer};
use serde_json::value::{RawValue, to_raw_value};
use std::borrow::Cow;

/// The members with bytes, in a response or in its `response`.
const BYTES: [&str; 8] =
    ["id", "rawId", "clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle", "publicKey"];

/// Rewrites the bytes of a posted response in base64url without padding. Reads every spelling that webauthn-rs up to 0.5
/// accepted: either alphabet of base64, with or without padding, or an array of numbers. Pass the result to
/// [`registration_response`](super::registration_response) or [`authentication_response`](super::authentication_response),
/// which read only the spelling of the standard, like webauthn-rs 0.6.
///
/// Returns `Cow::Borrowed` if nothing was rewritten; then the front end does not need this function. A member that is not in
/// one of these spellings stays unchanged, and the strict reader refuses it.
///
/// ```
/// use wardkey::interop::webauthn_rs::{any_spelling, authentication_response};
///
/// let posted = r#"{"id": "-_8", "rawId": "+/8=", "type": "public-key",
///     "response": {"clientDataJSON": "e30=", "authenticatorData": "AA==", "signature": [0], "userHandle": null}}"#;
/// assert!(authentication_response(posted).is_err());
/// let response = authentication_response(&any_spelling(posted)?)?;
/// assert_eq!(response.credential_id(), [0xfb, 0xff]);
/// # Ok::<(), wardkey::client::json::ResponseError>(())
/// ```
///
/// # Errors
/// [`ResponseError::TooLong`], [`ResponseError::Json`], [`ResponseError::TooManyMembers`].
pub fn any_spelling(posted: &str) -> Result<Cow<'_, str>, ResponseError> {
    if posted.len() > MAX_LEN {
        return Err(ResponseError::TooLong);
    }
    let mut response: Object<'_> =
        serde_json::from_str::<Members<'_>>(posted).map_err(ResponseError::unreadable)?.into();
    if response.respell() {
        serde_json::to_string(&response).map(Cow::Owned).map_err(ResponseError::unreadable)
    } else {
        Ok(posted.into())
    }
}

/// Members in order, including those that occur twice, which the strict reader refuses.
pub(super) struct Object<'a>(pub(super) Vec<(String, Cow<'a, RawValue>)>);

impl<'a> From<Members<'a>> for Object<'a> {
    fn from(Members(members): Members<'a>) -> Self {
        Self(members.into_iter().map(|(name, value)| (name, Cow::Borrowed(value))).collect())
    }
}

impl Object<'_> {
    /// Rewrites bytes in base64url. Returns whether anything changed.
    fn respell(&mut self) -> bool {
        let mut changed = false;
        for (name, value) in &mut self.0 {
            let again = match &**name {
                "response" => inner(value),
                name if BYTES.contains(&name) => bytes(value),
                _ => None,
            };
            if let Some(again) = again {
                *value = Cow::Owned(again);
                changed = true;
            }
        }
        changed
    }
}

fn inner(value: &RawValue) -> Option<Box<RawValue>> {
    let mut object: Object<'_> = serde_json::from_str::<Members<'_>>(value.get()).ok()?.into();
    if object.respell() { to_raw_value(&object).ok() } else { None }
}

fn bytes(value: &RawValue) -> Option<Box<RawValue>> {
    let Octets(bytes) =
        Some(value.get()).filter(|json| json.starts_with(['"', '['])).map(serde_json::from_str)?.ok()?;
    let again = to_raw_value(&base64url::encode(&bytes)).ok()?;
    (again.get() != value.get()).then_some(again)
}

impl Serialize for Object<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map(self.0.iter().map(|(name, value)| (name, &**value)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interop::webauthn_rs::{authentication_response, registration_response};
    use serde_json::{Value, json};

    /// Bytes that the two alphabets spell differently, and that need padding.
    const BYTES: [u8; 4] = [0xfb, 0xff, 0xfe, 0x3e];

    fn posted(bytes: &Value) -> Value {
        json!({"id": bytes, "rawId": bytes, "type": "public-key", "extensions": {}, "response": {
            "clientDataJSON": bytes, "attestationObject": bytes, "authenticatorData": bytes, "signature": bytes,
            "userHandle": bytes, "publicKey": bytes, "publicKeyAlgorithm": -7, "transports": ["usb"],
        }})
    }

    #[test]
    fn every_spelling_that_webauthn_rs_read() {
        let url = base64url::encode(&BYTES);
        let standard = base64url::encode_standard(&BYTES);
        let unpadded = standard.trim_end_matches('=').to_owned();
        assert_eq!((&*url, &*standard), ("-__-Pg", "+//+Pg=="));
        for bytes in [json!(format!("{url}==")), json!(standard), json!(unpadded), json!(BYTES)] {
            let json = posted(&bytes).to_string();
            assert!(registration_response(&json).is_err() && authentication_response(&json).is_err(), "{bytes}");
            let again = any_spelling(&json).unwrap();
            assert!(matches!(again, Cow::Owned(_)));
            let registration = registration_response(&again).unwrap();
            assert_eq!((registration.credential_id(), registration.attestation_object()), (&BYTES[..], &BYTES[..]));
            let authentication = authentication_response(&again).unwrap();
            assert_eq!(
                (authentication.signature(), authentication.user_handle()),
                (&BYTES[..], Some(&BYTES[..])),
                "{bytes}"
            );
        }
        let escaped = posted(&json!(standard)).to_string().replace('/', r"\/");
        assert!(registration_response(&any_spelling(&escaped).unwrap()).is_ok(), "as PHP writes it");
    }

    #[test]
    fn the_one_spelling_is_left_alone() {
        let mut json = posted(&json!(base64url::encode(&BYTES)));
        (json["vendor"], json["response"]["vendor"]) = ("AQ==".into(), [1].into()); // no bytes of the standard
        let json = json.to_string();
        assert!(matches!(any_spelling(&json), Ok(Cow::Borrowed(same)) if same == json));
        let of_length = |len: usize| format!("{json}{}", " ".repeat(len - json.len()));
        assert!(any_spelling(&of_length(MAX_LEN)).is_ok());
        assert_eq!(any_spelling(&of_length(MAX_LEN + 1)), Err(ResponseError::TooLong));
    }

    #[test]
    fn nothing_else_becomes_lenient() {
        for bytes in [json!("+_8"), json!("AR"), json!("AQ="), json!("A Q"), json!([256]), json!({"0": 1}), json!(1)] {
            let json = posted(&bytes).to_string();
            assert!(registration_response(&any_spelling(&json).unwrap()).is_err(), "{bytes}");
        }
        let padded = posted(&json!("AQ==")).to_string();
        for twice in ["\"rawId\"", "\"signature\"", "\"response\"", "\"type\""] {
            let json = padded.replacen(twice, &format!("{twice}:\"AQ==\",{twice}"), 1);
            assert!(authentication_response(&any_spelling(&json).unwrap()).is_err(), "{twice}");
        }
        let many = |count: usize| (0..count).map(|i| format!("\"{i}\":0,")).collect::<String>();
        assert!(any_spelling(&padded.replacen('{', &format!("{{{}", many(256)), 1)).is_ok());
        assert!(matches!(
            any_spelling(&padded.replacen('{', &format!("{{{}", many(512)), 1)),
            Err(ResponseError::TooManyMembers { line: 1, .. })
        ));
        let inside = padded.replacen("\"response\":{", &format!("\"response\":{{{}", many(512)), 1);
        assert!(matches!(
            authentication_response(&any_spelling(&inside).unwrap()),
            Err(ResponseError::TooManyMembers { line: 1, .. })
        ));
        for json in [String::new(), "[]".into(), format!("{padded}{padded}"), " ".repeat(MAX_LEN + 1)] {
            assert!(any_spelling(&json).is_err());
        }
    }
}
