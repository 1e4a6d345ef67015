//! §8.5 Android SafetyNet attestation.

use crate::row::{Row, row, row_of};
use serde_json::{Value, json};
use wardkey::attestation::Format as Known;
use wardkey::internals::{Malformed, Reason, Rule};
use wardkey_authenticator::expected::VALIDATE_AT;
use wardkey_authenticator::extension::SUBJECT_ALT_NAME;
use wardkey_authenticator::*;

const FORMAT: Known = Known::AndroidSafetynet;

pub(crate) fn rows() -> Vec<Row> {
    [good(), forms(), headers(), certificates(), constraints(), payloads(), encodings()].concat()
}

fn header(name: &str, change: fn(&mut Value)) -> Row {
    row(&format!("android-safetynet/{name}"), AndroidSafetyNet::new().header(change))
}

fn payload(name: &str, change: fn(&mut Value)) -> Row {
    row(&format!("android-safetynet/{name}"), AndroidSafetyNet::new().payload(change))
}

fn good() -> Vec<Row> {
    use Algorithm::{EdDsa, Es256, Es384, Es512, Ps256, Rs256};
    let by = |algorithm: Algorithm| {
        row_of(
            &format!("android-safetynet/credential-{}", algorithm.name().to_lowercase()),
            algorithm,
            AndroidSafetyNet::new(),
        )
    };
    let mut rows: Vec<_> = [Es256, Es384, Es512, EdDsa, Rs256, Ps256].map(by).into();
    rows.extend([
        header("typ-and-kid", |header| (header["typ"], header["kid"]) = (json!("JWT"), json!("1"))),
        header("unknown-members", |header| {
            (header["x5t"], header["cty"], header["?"]) = (json!("AA"), json!("x"), json!([]))
        }),
        payload("clock-a-minute-ahead", |payload| payload["timestampMs"] = json!((VALIDATE_AT + 60) * 1000)),
        payload("ten-minutes-old", |payload| payload["timestampMs"] = json!((VALIDATE_AT - 600) * 1000)),
        payload("more-members", |payload| payload["evaluationType"] = json!("BASIC,HARDWARE_BACKED")),
        row(
            "android-safetynet/no-time-judged",
            AndroidSafetyNet::new().payload(|payload| payload["timestampMs"] = json!(1_000)),
        )
        .then(|r| r.expecting(|expected| expected.validate_at = None)),
    ]);
    rows
}

fn forms() -> Vec<Row> {
    let statement = |name: &str, change: fn(&mut Cbor)| {
        row(&format!("android-safetynet/{name}"), AndroidSafetyNet::new())
            .then(|r| r.statement(change))
            .refused(Reason::Syntax.of(FORMAT))
    };
    let jws = |name: &str, change: fn(&mut Vec<u8>)| {
        row(&format!("android-safetynet/{name}"), AndroidSafetyNet::new().jws(change))
    };
    vec![
        statement("no-ver", |statement| statement.remove("ver")),
        statement("ver-empty", |statement| statement.set("ver", "")),
        statement("ver-a-number", |statement| statement.set("ver", 14_799_021)),
        statement("no-response", |statement| statement.remove("response")),
        statement("response-text", |statement| statement.set("response", "a.b.c")),
        statement("another-member", |statement| statement.set("alg", -257)),
        jws("response-empty", Vec::clear).refused(Reason::Jws.of(FORMAT)),
        jws("two-parts", |jws| jws.truncate(jws.iter().rposition(|c| *c == b'.').unwrap()))
            .refused(Reason::Jws.of(FORMAT)),
        jws("four-parts", |jws| jws.extend(b".AA")).refused(Reason::Jws.of(FORMAT)),
        jws("padded", |jws| jws.extend(b"==")).refused(Reason::Jws.of(FORMAT)),
        jws("not-utf-8", |jws| jws.push(0xff)).refused(Reason::Jws.of(FORMAT)),
        jws("signature-empty", |jws| jws.truncate(jws.iter().rposition(|c| *c == b'.').unwrap() + 1))
            .refused(Reason::Signature.of(FORMAT)),
        row("android-safetynet/signature-bit", AndroidSafetyNet::new().signature(|sig| sig[9] ^= 1))
            .refused(Reason::Signature.of(FORMAT)),
    ]
}

/// RFC 7515: the header must not choose the key or the algorithm.
fn headers() -> Vec<Row> {
    let rows = [
        header("alg-none", |header| header["alg"] = json!("none")),
        header("alg-hs256", |header| header["alg"] = json!("HS256")),
        header("alg-rs512", |header| header["alg"] = json!("RS512")),
        header("alg-missing", |header| drop(header.as_object_mut().unwrap().remove("alg"))),
        header("key-in-the-header", |header| header["jwk"] = json!({ "kty": "RSA" })),
        header("key-at-an-address", |header| header["jku"] = json!("https://evil.example/keys")),
        header("certificates-at-an-address", |header| header["x5u"] = json!("https://evil.example/x5c")),
        header("critical-member", |header| header["crit"] = json!(["exp"])),
        header("no-x5c", |header| drop(header.as_object_mut().unwrap().remove("x5c"))),
        header("x5c-empty", |header| header["x5c"] = json!([])),
        header("x5c-base64url", |header| header["x5c"][0] = json!("AA-_")),
        header("an-array", |header| *header = json!([])),
        header("array-of-its-members", |header| *header = json!([header["alg"], header["x5c"], null, null])),
    ];
    rows.into_iter().map(|row| row.refused(Reason::Header.of(FORMAT))).collect()
}

fn certificates() -> Vec<Row> {
    let leaf = |name: &str, change: fn(&mut Certificate)| {
        row(&format!("android-safetynet/{name}"), AndroidSafetyNet::new().leaf(change))
    };
    let mut by_ec = AndroidSafetyNet::new();
    by_ec.algorithm = Algorithm::Es256;
    let names = |names: &[&str]| {
        let names: Vec<_> = names.iter().map(|name| der::implicit(2, name.as_bytes())).collect();
        Extension::subject_alt_name(&names.iter().map(Vec::as_slice).collect::<Vec<_>>())
    };
    let host = move |name: &str, hosts: &'static [&'static str]| {
        let extension = names(hosts);
        row(&format!("android-safetynet/{name}"), AndroidSafetyNet::new().leaf(move |leaf| leaf.set(extension.clone())))
    };
    vec![
        header("certificate-of-one-byte", |header| header["x5c"][0] = json!("MA=="))
            .refused(Reason::Certificate(Rule::Malformed(Malformed::Truncated)).of(FORMAT)),
        row("android-safetynet/certificate-of-an-ec-key", by_ec.header(|header| header["alg"] = json!("RS256")))
            .refused(Reason::Algorithm.of(FORMAT)),
        leaf("host-name-as-common-name", |leaf| leaf.remove(SUBJECT_ALT_NAME)),
        leaf("no-host-name", |leaf| {
            leaf.remove(SUBJECT_ALT_NAME);
            leaf.subject = Name::default();
        })
        .refused(Reason::HostName.of(FORMAT)),
        leaf("host-names-malformed", |leaf| leaf.extension(SUBJECT_ALT_NAME).value.push(0))
            .refused(Reason::Certificate(Malformed::TrailingBytes.into()).of(FORMAT)),
        host("host-name-other", &["evil.example"]).refused(Reason::HostName.of(FORMAT)),
        host("host-name-with-a-suffix", &["attest.android.com.evil.example"]).refused(Reason::HostName.of(FORMAT)),
        host("host-name-with-a-prefix", &["evil-attest.android.com"]).refused(Reason::HostName.of(FORMAT)),
        host("host-name-wildcard", &["*.android.com"]).strict().refused(Reason::HostName.of(FORMAT)),
        host("host-name-among-others", &["example.com", "attest.android.com"]),
    ]
}

fn payloads() -> Vec<Row> {
    vec![
        payload("payload-an-array", |payload| *payload = json!([])).refused(Reason::Payload.of(FORMAT)),
        payload("payload-an-array-of-its-members", |payload| {
            *payload = json!([payload["nonce"], payload["timestampMs"], true]);
        })
        .refused(Reason::Payload.of(FORMAT)),
        payload("timestamp-text", |payload| payload["timestampMs"] = json!("now")).refused(Reason::Payload.of(FORMAT)),
        payload("nonce-missing", |payload| drop(payload.as_object_mut().unwrap().remove("nonce")))
            .refused(Reason::Nonce.of(FORMAT)),
        payload("nonce-of-another-ceremony", |payload| payload["nonce"] = json!(json::base64(&[7; 32])))
            .refused(Reason::Nonce.of(FORMAT)),
        payload("nonce-base64url", |payload| {
            let nonce = payload["nonce"].as_str().unwrap().trim_end_matches('=').to_owned();
            payload["nonce"] = json!(nonce);
        })
        .refused(Reason::Nonce.of(FORMAT)),
        payload("profile-does-not-match", |payload| payload["ctsProfileMatch"] = json!(false))
            .refused(Reason::CtsProfileMatch.of(FORMAT)),
        payload("profile-missing", |payload| drop(payload.as_object_mut().unwrap().remove("ctsProfileMatch")))
            .refused(Reason::CtsProfileMatch.of(FORMAT)),
        payload("timestamp-missing", |payload| drop(payload.as_object_mut().unwrap().remove("timestampMs")))
            .refused(Reason::Timestamp.of(FORMAT)),
        payload("too-old", |payload| payload["timestampMs"] = json!((VALIDATE_AT - 601) * 1000))
            .refused(Reason::Timestamp.of(FORMAT)),
        payload("from-the-future", |payload| payload["timestampMs"] = json!((VALIDATE_AT + 61) * 1000))
            .refused(Reason::Timestamp.of(FORMAT)),
    ]
}

/// RFC 5280 §4.2.1.10: the constraints of a CA apply to the host name, in whichever field the leaf has it.
fn constraints() -> Vec<Row> {
    let with = |name: &str, list: u32, base: &str, change: fn(&mut Certificate)| {
        let subtrees = der::explicit(list, &der::sequence(&[&der::implicit(2, base.as_bytes())]));
        let constraints = Extension::new("2.5.29.30", der::sequence(&[&subtrees])).critical();
        let format = AndroidSafetyNet::new().chain(Chain::of(2, Algorithm::Es256));
        let format = format.authority(1, move |ca| ca.certificate.set(constraints)).leaf(change);
        row(&format!("android-safetynet/{name}"), format)
    };
    let common_name = |leaf: &mut Certificate| leaf.remove(SUBJECT_ALT_NAME);
    let address = |leaf: &mut Certificate| {
        leaf.set(Extension::subject_alt_name(&[&der::implicit(7, &[192, 0, 2, 1])]));
    };
    let violated = Rule::NameNotPermitted.at(0);
    vec![
        with("host-name-permitted", 0, "android.com", |_| {}),
        with("host-name-as-common-name-permitted", 0, "android.com", common_name),
        with("host-name-not-permitted", 0, "corp.example", |_| {}).untrusted(violated),
        with("host-name-as-common-name-not-permitted", 0, "corp.example", common_name).untrusted(violated),
        with("host-name-as-common-name-beside-an-address-not-permitted", 0, "corp.example", address)
            .untrusted(violated),
        with("host-name-as-common-name-excluded", 1, "attest.android.com", common_name).untrusted(violated),
    ]
}

/// RFC 7515 §5.2, RFC 8259 §8.1: JSON is UTF-8, also in unknown members.
fn encodings() -> Vec<Row> {
    let with = |name: &str, member: &'static [u8]| {
        let insert = move |json: &mut Vec<u8>| drop(json.splice(1..1, [b"\"unread\":\"", member, b"\","].concat()));
        let named = |part: &str| format!("android-safetynet/{part}-with-{name}");
        let header = row(&named("header"), AndroidSafetyNet::new().header_bytes(insert));
        let payload = row(&named("payload"), AndroidSafetyNet::new().payload_bytes(insert));
        [header.refused(Reason::Header.of(FORMAT)), payload.refused(Reason::Payload.of(FORMAT))]
    };
    let good = |part: &str| format!("android-safetynet/{part}-with-utf-8");
    let insert = |json: &mut Vec<u8>| drop(json.splice(1..1, "\"unread\":\"å\",".bytes()));
    let mut rows = [
        with("an-octet-that-utf-8-does-not-have", b"\xff"),
        with("an-unfinished-character", b"\xc3"),
        with("an-overlong-character", b"\xc0\xaf"),
        with("a-surrogate", b"\xed\xa0\x80"),
    ]
    .concat();
    rows.extend([
        row(&good("header"), AndroidSafetyNet::new().header_bytes(insert)),
        row(&good("payload"), AndroidSafetyNet::new().payload_bytes(insert)),
    ]);
    rows
}
