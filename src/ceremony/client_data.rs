//! Client data (§5.8.1) in both ceremonies: §7.1 steps 5 to 11, §7.2 steps 8 to 14.

use super::recorder::Recorder;
use super::{Outcome, Refusal, Site, Step};
use crate::client::data::{self, ClientData, Member};
use crate::codec::base64url;
use std::borrow::Cow;

/// Decodes, parses and checks client data. Records the origins.
pub(super) fn verify<'a>(
    bytes: &'a [u8],
    ceremony_type: &str,
    challenge: &[u8],
    site: &Site,
    recorder: &mut Recorder,
) -> Result<ClientData<'a>, Refusal> {
    // Step 5 (8 at sign-in): UTF-8 decode
    match data::decode(bytes).map_err(undecodable)? {
        Cow::Borrowed(text) => {
            recorder.passed(Step::ClientDataText);
            parse_and_check(text, ceremony_type, challenge, site, recorder)
        }
        // Octets that are not UTF-8 became U+FFFD, so this is a refusal. The standard goes on with the replaced text: if a later
        // step refuses that, the refusal names the later step.
        Cow::Owned(text) => {
            parse_and_check(&text, ceremony_type, challenge, site, recorder)?;
            Err(Refusal::ClientDataNotUtf8)
        }
    }
}

fn undecodable(error: data::Error) -> Refusal {
    match error {
        data::Error::NotUtf8 => Refusal::ClientDataNotUtf8,
        error => Refusal::ClientData(error.into()),
    }
}

/// Parses client data, and checks the members that both ceremonies have.
fn parse_and_check<'a>(
    text: &'a str,
    ceremony_type: &str,
    challenge: &[u8],
    site: &Site,
    recorder: &mut Recorder,
) -> Result<ClientData<'a>, Refusal> {
    // Step 6 (9): JSON
    let client_data = ClientData::parse(text).map_err(|error| Refusal::ClientData(error.into()))?;
    recorder.passed(Step::ClientDataJson);
    // Step 7 (10): type
    recorder.check(Step::Type, true, client_data.ceremony_type.text() == Some(ceremony_type), Refusal::Type)?;
    // Step 8 (11): challenge. It is compared as a string, because base64url has one spelling for it.
    let is_challenge = client_data.challenge.text().is_some_and(|text| base64url::is_encoding_of(text, challenge));
    recorder.check(Step::Challenge, true, is_challenge, Refusal::Challenge)?;
    // Step 9 (12): origin. The evidence gets the configured origin, never the received text.
    let listed = client_data.origin.text().and_then(|origin| site.origins.admit(origin));
    let (listed, origin_rule) = listed.ok_or(Refusal::Origin)?;
    recorder.passed(Step::Origin);
    recorder.evidence.origin = Some(listed.to_owned());
    recorder.evidence.origin_rule = Some(origin_rule);
    framing(&client_data, site, recorder)?;
    Ok(client_data)
}

/// Checks whether the ceremony may run in the frame that the client data names.
fn framing(client_data: &ClientData<'_>, site: &Site, recorder: &mut Recorder) -> Result<(), Refusal> {
    // Step 10 (13): crossOrigin. It is `true` in a frame of another origin, which must be expected. §5.8.1: absent means `false`.
    let cross_origin = match client_data.cross_origin {
        Member::Absent => false,
        Member::Bool(cross_origin) => cross_origin,
        Member::Text(_) | Member::Other => return Err(Refusal::CrossOrigin),
    };
    let frames_expected = site.top_origins.is_some();
    recorder.evidence.cross_origin = Some(cross_origin);
    recorder.check(Step::CrossOrigin, cross_origin, frames_expected, Refusal::CrossOrigin)?;
    // Step 11 (14): topOrigin. It must be listed. Clients add it only beside `crossOrigin: true` (§5.8.1), and Level 2 clients do
    // not add it.
    match (&client_data.top_origin, &site.top_origins) {
        (Member::Absent, _) if cross_origin && site.top_origin_required => Err(Refusal::TopOriginMissing),
        (Member::Absent, _) => {
            recorder.record(Step::TopOrigin, Outcome::NotRequired);
            Ok(())
        }
        (Member::Text(top), Some(expected)) if cross_origin => {
            let listed = expected.iter().find(|listed| **listed == **top).ok_or(Refusal::TopOrigin)?;
            recorder.passed(Step::TopOrigin);
            recorder.evidence.top_origin = Some(listed.clone());
            Ok(())
        }
        // Not a string, no frames expected, or not beside `crossOrigin: true`.
        _ => Err(Refusal::TopOrigin),
    }
}
