//! Seeds for the model-based targets, whose inputs are not messages: operations for `front_door`, edits for
//! `certification_path`.

use crate::{ALGORITHMS, Seeds, certificates};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use std::io;

/// Operations of `front_door`.
const START_REGISTRATION: u8 = 0;
const ANSWER_REGISTRATION: u8 = 1;
const START_SIGN_IN: u8 = 2;
const START_DISCOVERABLE: u8 = 3;
const START_REAUTHENTICATION: u8 = 4;
const START_PAYMENT: u8 = 5;
const START_DECOY: u8 = 6;
const ANSWER_AUTHENTICATION: u8 = 7;
const CLOCK: u8 = 8;
const EDIT: u8 = 9;
const IMPORT: u8 = 10;
const USE_SESSION: u8 = 11;

/// Deviations of an answer.
const TYPE: u8 = 0;
const CROSS_ORIGIN: u8 = 3;
const FRAME: u8 = 4;
const FLAGS: u8 = 6;
const COUNT: u8 = 7;
const STATEMENT: u8 = 13;
const DEVIATIONS: u8 = 24;

/// The relying parties and the first account.
const PARTIES: u8 = 4;
const ACCOUNT: u8 = 0;

/// An operation that answers the newest state, with deviations.
fn answer(operation: u8, deviations: &[(u8, u8)]) -> Vec<u8> {
    let operands = deviations.iter().flat_map(|&(which, value)| [which, value]);
    [operation, 0, deviations.len() as u8].into_iter().chain(operands).collect()
}

/// A registration that succeeds.
fn registered(party: u8) -> Vec<u8> {
    [vec![START_REGISTRATION, party, ACCOUNT, 0], answer(ANSWER_REGISTRATION, &[])].concat()
}

/// The start of each kind of authentication.
fn starts(party: u8) -> [Vec<u8>; 6] {
    [
        vec![START_SIGN_IN, party, ACCOUNT, 0],
        vec![START_DISCOVERABLE, party, 0],
        vec![START_REAUTHENTICATION, party, ACCOUNT, 0],
        vec![START_PAYMENT, party, ACCOUNT, 0],
        vec![START_DECOY, party, 0, 0],
        vec![START_DECOY, party, 0, 1],
    ]
}

/// Every ceremony at every relying party, as it should be, with each deviation, and with each edit of its state.
pub fn front_door(seeds: &mut Seeds) -> io::Result<()> {
    let session = [USE_SESSION, 0, 0, 0, 0];
    for party in 0..PARTIES {
        let usual = |start: Vec<u8>| [start, answer(ANSWER_AUTHENTICATION, &[]), session.to_vec()].concat();
        let all = starts(party).map(usual).concat();
        seeds.write("front_door", &[registered(party), all, vec![CLOCK, 7], session.to_vec()].concat())?;
        for which in 0..DEVIATIONS {
            for value in [0, 1, 2, 0x81] {
                let deviates = [(which, value)];
                let registration = answer(ANSWER_REGISTRATION, &deviates);
                let start = vec![START_REGISTRATION, party, ACCOUNT, 0];
                seeds.write("front_door", &[registered(party), start, registration].concat())?;
                let answered = |start: Vec<u8>| [start, answer(ANSWER_AUTHENTICATION, &deviates)].concat();
                seeds.write("front_door", &[registered(party), starts(party).map(answered).concat()].concat())?;
            }
        }
    }
    // Time passes before the answer, and before the session is used.
    for (before, after) in (0..8).flat_map(|before| (0..8).map(move |after| (before, after))) {
        let [sign_in, _, reauthentication, payment, ..] = starts(0);
        for start in [sign_in, reauthentication, payment] {
            let (before, after) = ([CLOCK, before], [CLOCK, after]);
            let answer = answer(ANSWER_AUTHENTICATION, &[]);
            let operations = [&registered(0)[..], &start, &before, &answer, &session, &after, &session];
            seeds.write("front_door", &operations.concat())?;
        }
    }
    // Two states, of two accounts or of two relying parties: a member of one in the other, no member, a member of another
    // type.
    for (other, account) in [(0, 1), (1, 0), (2, 1)] {
        let with_account = |operation: Vec<u8>| -> Vec<u8> {
            let mut operation = operation;
            operation[2] = account;
            operation
        };
        for (member, how) in (0..10).flat_map(|member| [0, 2, 3].map(|how| (member, how))) {
            for (start, start_other) in starts(0).into_iter().zip(starts(other)).take(4) {
                let start_other =
                    if start_other[0] == START_DISCOVERABLE { start_other } else { with_account(start_other) };
                let begun = [registered(0), with_account(registered(other)), start, start_other].concat();
                for (to, from) in [(0, 1), (1, 0)] {
                    let edit = vec![EDIT, 0, to, from, how, member];
                    let answer = [ANSWER_AUTHENTICATION, to, 0];
                    seeds.write("front_door", &[&begun[..], &edit, &answer].concat())?;
                }
            }
            let begun = [[START_REGISTRATION, 0, ACCOUNT, 4], [START_REGISTRATION, other, account, 8]].concat();
            let edit = vec![EDIT, 1, 0, 1, how, member];
            seeds.write("front_door", &[begun, edit, answer(ANSWER_REGISTRATION, &[])].concat())?;
        }
    }
    for number in 0..ALGORITHMS.len() as u8 {
        for bits in [0, 0x0d, 0x1c, 0xc0] {
            let import = vec![IMPORT, 1, ACCOUNT, number, bits];
            seeds.write("front_door", &[import, starts(1)[0].clone(), answer(ANSWER_AUTHENTICATION, &[])].concat())?;
        }
    }
    Ok(())
}

/// Paths of each length, and each edit of one.
pub fn certification_path(seeds: &mut Seeds) -> io::Result<()> {
    for length in 0..8 {
        for bits in [0, 1, 4, 5] {
            for year in [0, 1, 10, 110, 0xff] {
                seeds.write("certification_path", &[length, year, bits])?;
            }
        }
    }
    for how in 0..32 {
        for value in [0, 1, 2, 4, 7, 0x23, 0x45, 0x67, 0xc0] {
            // The root, an intermediate, the leaf and the anchor; for lists, what a second edit changes.
            for what in 0..5 {
                seeds.write("certification_path", &[2, 0, 0, what, how, value])?;
                seeds.write("certification_path", &[2, 0, 1, what % 3, 31, 0, 5, how, value])?;
            }
        }
    }
    // Below a root, 0, and two intermediates, 1 and 2, the leaf is 3, and the anchor is 4.
    let of_authorities = [(10, 6), (10, 14), (12, 3), (12, 5), (12, 6), (12, 7), (13, 3), (13, 5), (13, 6), (13, 0x25)];
    let of_names = [(1, 0), (0, 1), (0, 0x20), (0, 0x40), (0, 0x60), (0, 0xa0), (14, 0), (14, 1), (14, 4), (14, 0x2c)];
    for (authority, below) in [(1, 2), (1, 3), (2, 3)] {
        for (how, value) in of_authorities {
            for (how_below, value_below) in of_names {
                let edits = [authority, how, value, below, how_below, value_below];
                seeds.write("certification_path", &[&[2, 0, 0][..], &edits].concat())?;
            }
        }
    }
    for (bits, version) in [(0, 0), (1, 0), (0, 2), (1, 2)] {
        for (basic, usage) in [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (2, 1)] {
            seeds.write("certification_path", &[2, 0, bits, 4, 22, version, 4, 10, basic, 4, 11, usage])?;
        }
    }
    Ok(())
}

/// The members of client data and authenticator data in a vector that the targets know, and the length of its path.
pub fn vector(seeds: &mut Seeds, vector: &Value) -> io::Result<()> {
    let response = &vector["response"]["response"];
    let bytes = |value: &Value| value.as_str().and_then(|text| URL_SAFE_NO_PAD.decode(text).ok());
    let client_data = bytes(&response["clientDataJSON"]).and_then(|json| serde_json::from_slice::<Value>(&json).ok());
    let (Some(client_data), Some(data)) = (client_data, bytes(&response["authenticatorData"])) else { return Ok(()) };
    let [.., flags, a, b, c, count] = data.get(..37).unwrap_or_default() else { return Ok(()) };
    let mut deviations = vec![(FLAGS, (flags ^ 0x05) & 0x1d)];
    if [*a, *b, *c] == [0; 3] && *count > 0 {
        deviations.push((COUNT, *count));
    }
    match (client_data["crossOrigin"].as_bool(), client_data["topOrigin"].is_string()) {
        (_, true) => deviations.push((FRAME, 1)),
        (Some(cross), _) => deviations.push((CROSS_ORIGIN, 1 + u8::from(cross))),
        _ => {}
    }
    let types = ["webauthn.create", "webauthn.get", "payment.get"];
    let kind = types.iter().position(|kind| client_data["type"] == *kind).unwrap_or(3) as u8;
    for party in 0..2 {
        if vector["kind"] == "registration" {
            let mut deviations = deviations.clone();
            deviations.push(if kind == 0 { (STATEMENT, u8::from(path_of(response) > 0)) } else { (TYPE, kind) });
            let start = vec![START_REGISTRATION, party, ACCOUNT, 0];
            seeds.write("front_door", &[start, answer(ANSWER_REGISTRATION, &last(&deviations))].concat())?;
        } else {
            let mut deviations = deviations.clone();
            deviations.extend((kind != 1).then_some((TYPE, kind)));
            let record = &vector["expected"]["credential"];
            let eligible = record["backup_eligible"].as_bool().map_or(0, |eligible| 8 | u8::from(eligible) << 4);
            let import =
                vec![IMPORT, party, ACCOUNT, 1, record["sign_count"].as_u64().unwrap_or(0).min(3) as u8 | eligible];
            let start = starts(party)[0].clone();
            seeds.write("front_door", &[import, start, answer(ANSWER_AUTHENTICATION, &last(&deviations))].concat())?;
        }
    }
    match path_of(response) {
        0 => Ok(()),
        certificates => seeds.write("certification_path", &[certificates as u8 - 1, 0, 0]),
    }
}

/// As many deviations as an answer may have.
fn last(deviations: &[(u8, u8)]) -> Vec<(u8, u8)> {
    deviations.iter().rev().take(3).copied().collect()
}

/// How many certificates an attestation has.
fn path_of(response: &Value) -> usize {
    let object = response["attestationObject"].as_str().and_then(|text| URL_SAFE_NO_PAD.decode(text).ok());
    object.map_or(0, |object| certificates(&object).len())
}
