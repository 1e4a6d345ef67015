//! Client data, as both ceremonies judge it: §7.1 steps 5 to 11, §7.2 steps 8 to 14.

use super::{Place, Refusal};
use crate::client::data::{self, ClientData, Member};
use crate::client::{Framing, Site};
use crate::codec::base64url;
use std::borrow::Cow;

/// Decodes, parses and judges client data, and says where it is from.
pub(super) fn verify<'a>(
    bytes: &'a [u8],
    ceremony_type: &str,
    challenge: &[u8],
    site: &'a Site,
) -> Result<(ClientData<'a>, Place<&'a str>), Refusal> {
    match data::decode(bytes).map_err(malformed)? {
        Cow::Borrowed(text) => {
            let client_data = ClientData::parse(text).map_err(malformed)?;
            let place = judge(&client_data, ceremony_type, challenge, site)?;
            Ok((client_data, place))
        }
        // Not UTF-8, so refused. Where U+FFFD broke the JSON or a member, that step says so; elsewhere, this one.
        Cow::Owned(text) => {
            let client_data = ClientData::parse(&text).map_err(malformed)?;
            judge(&client_data, ceremony_type, challenge, site)?;
            Err(Refusal::ClientDataNotUtf8)
        }
    }
}

fn malformed(error: data::Error) -> Refusal {
    match error {
        data::Error::NotUtf8 => Refusal::ClientDataNotUtf8,
        error => Refusal::ClientData(error),
    }
}

fn judge<'s>(
    client_data: &ClientData<'_>,
    ceremony_type: &str,
    challenge: &[u8],
    site: &'s Site,
) -> Result<Place<&'s str>, Refusal> {
    if client_data.ceremony_type.text() != Some(ceremony_type) {
        return Err(Refusal::Type);
    }
    // The challenge is compared as a string: there is one way to write it.
    if !client_data.challenge.text().is_some_and(|text| base64url::is_encoding_of(text, challenge)) {
        return Err(Refusal::Challenge);
    }
    let origin = client_data.origin.text().and_then(|origin| site.origins.admit(origin));
    let (origin, origin_rule) = origin.ok_or(Refusal::Origin)?;
    let (cross_origin, top_origin) = framing(client_data, &site.framing)?;
    Ok(Place { rp_id: &site.rp_id, origin, origin_rule, cross_origin, top_origin })
}

/// Returns `crossOrigin`, and the listed origin that `topOrigin` names.
fn framing<'s>(client_data: &ClientData<'_>, framing: &'s Framing) -> Result<(bool, Option<&'s str>), Refusal> {
    // Step 10 (13 at sign-in): crossOrigin. A frame of another origin must be expected.
    let cross_origin = match client_data.cross_origin {
        Member::Absent => false,
        Member::Bool(cross_origin) => cross_origin,
        Member::Text(_) | Member::Other => return Err(Refusal::CrossOrigin),
    };
    if cross_origin && matches!(framing, Framing::SameOrigin) {
        return Err(Refusal::CrossOrigin);
    }
    // Step 11 (14 at sign-in): topOrigin. It must be listed. Clients add it only beside `crossOrigin: true` (§5.8.1).
    match (&client_data.top_origin, framing) {
        (Member::Absent, _) => Ok((cross_origin, None)),
        (Member::Text(top), Framing::CrossOrigin(expected)) if cross_origin => {
            let listed = expected.iter().find(|listed| **listed == **top).ok_or(Refusal::TopOrigin)?;
            Ok((cross_origin, Some(listed)))
        }
        _ => Err(Refusal::TopOrigin),
    }
}
