//! Client data, as both ceremonies judge it: §7.1 steps 5 to 11, §7.2 steps 8 to 14.

use super::Site;
use super::{Outcome, Outcomes, Place, Refusal, Step};
use crate::client::data::{self, ClientData, Member};
use crate::codec::base64url;
use std::borrow::Cow;

/// Decodes, parses and judges client data, and says where it is from.
pub(super) fn verify<'a>(
    bytes: &'a [u8],
    ceremony_type: &str,
    challenge: &[u8],
    site: &'a Site,
    outcomes: &mut Outcomes,
) -> Result<(ClientData<'a>, Place<&'a str>), Refusal> {
    // Step 5 (8 at sign-in): UTF-8 decode
    match data::decode(bytes).map_err(malformed)? {
        Cow::Borrowed(text) => {
            outcomes.passed(Step::ClientDataText);
            // Step 6 (9): JSON
            let client_data = ClientData::parse(text).map_err(malformed)?;
            outcomes.passed(Step::ClientDataJson);
            let place = members(&client_data, ceremony_type, challenge, site, outcomes)?;
            Ok((client_data, place))
        }
        // The bytes are not UTF-8, so this is a refusal. If U+FFFD broke the JSON or a member, the later step reports it.
        Cow::Owned(text) => {
            let client_data = ClientData::parse(&text).map_err(malformed)?;
            members(&client_data, ceremony_type, challenge, site, outcomes)?;
            Err(Refusal::ClientDataNotUtf8)
        }
    }
}

fn malformed(error: data::Error) -> Refusal {
    match error {
        data::Error::NotUtf8 => Refusal::ClientDataNotUtf8,
        error => Refusal::ClientData(error.into()),
    }
}

/// Checks the members that both ceremonies have.
fn members<'s>(
    client_data: &ClientData<'_>,
    ceremony_type: &str,
    challenge: &[u8],
    site: &'s Site,
    outcomes: &mut Outcomes,
) -> Result<Place<&'s str>, Refusal> {
    // Step 7 (10): type
    outcomes.check(Step::Type, true, client_data.ceremony_type.text() == Some(ceremony_type), Refusal::Type)?;
    // Step 8 (11): challenge. It is compared as a string, because base64url has one spelling for it.
    let same = client_data.challenge.text().is_some_and(|text| base64url::is_encoding_of(text, challenge));
    outcomes.check(Step::Challenge, true, same, Refusal::Challenge)?;
    // Step 9 (12): origin
    let origin = client_data.origin.text().and_then(|origin| site.origins.admit(origin));
    let (origin, origin_rule) = origin.ok_or(Refusal::Origin)?;
    outcomes.passed(Step::Origin);
    let (cross_origin, top_origin) = framing(client_data, site, outcomes)?;
    Ok(Place { rp_id: &site.rp_id, origin, origin_rule, cross_origin, top_origin })
}

/// Returns `crossOrigin`, and the listed origin that `topOrigin` names.
fn framing<'s>(
    client_data: &ClientData<'_>,
    site: &'s Site,
    outcomes: &mut Outcomes,
) -> Result<(bool, Option<&'s str>), Refusal> {
    // Step 10 (13): crossOrigin. A frame of another origin must be expected.
    let cross_origin = match client_data.cross_origin {
        Member::Absent => false,
        Member::Bool(cross_origin) => cross_origin,
        Member::Text(_) | Member::Other => return Err(Refusal::CrossOrigin),
    };
    let is_expected = site.top_origins.is_some();
    outcomes.check(Step::CrossOrigin, cross_origin, is_expected, Refusal::CrossOrigin)?;
    // Step 11 (14): topOrigin. It must be listed. Clients add it only beside `crossOrigin: true` (§5.8.1).
    match (&client_data.top_origin, &site.top_origins) {
        (Member::Absent, _) if cross_origin && site.top_origin_required => Err(Refusal::TopOriginMissing),
        (Member::Absent, _) => {
            outcomes.record(Step::TopOrigin, Outcome::NotRequired);
            Ok((cross_origin, None))
        }
        (Member::Text(top), Some(expected)) if cross_origin => {
            let listed = expected.iter().find(|listed| **listed == **top).ok_or(Refusal::TopOrigin)?;
            outcomes.passed(Step::TopOrigin);
            Ok((cross_origin, Some(listed)))
        }
        _ => Err(Refusal::TopOrigin),
    }
}
