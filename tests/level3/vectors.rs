//! Makes `tests/vectors/extensions.jsonl`: the cases that format 1 can express. After a change:
//! `WRITE_VECTORS=1 cargo test --test level3`.

use crate::*;
use wardkey_authenticator::hash::sha256;
use wardkey_authenticator::{Cbor, FidoU2f, PackedSelf, Vector, flags};

const APPID: &str = "https://example.org/u2f.json";

fn made(name: &str) -> Registration {
    Registration::new(&format!("extensions.{name}"), Algorithm::Es256)
}

fn used(name: &str) -> Authentication {
    Authentication::of(&made(name))
}

fn extended(name: &str, identifier: &str, output: impl Into<Cbor>) -> Registration {
    made(name).authenticator_data(|data| data.extension(identifier, output))
}

fn id(name: &str) -> String {
    format!("extensions/{name}")
}

/// Registrations with unsolicited outputs: accepted.
fn unsolicited() -> Vec<Vector> {
    let method = Cbor::Array(vec![Cbor::Array(vec![2.into(), 4.into(), 2.into()])]);
    let mut vectors: Vec<Vector> = [
        ("cred-protect-1", "credProtect", Cbor::Integer(1)),
        ("cred-protect-3", "credProtect", Cbor::Integer(3)),
        ("cred-protect-of-no-level", "credProtect", Cbor::Integer(4)),
        ("cred-blob-stored", "credBlob", Cbor::Bool(true)),
        ("min-pin-length", "minPinLength", Cbor::Integer(8)),
        ("pin-complexity-policy", "pinComplexityPolicy", Cbor::Bool(true)),
        ("hmac-secret-created", "hmac-secret", Cbor::Bool(true)),
        ("hmac-secret-mc", "hmac-secret-mc", Cbor::Bytes(vec![9; 48])),
        ("uvm-create", "uvm", method),
        ("unknown-signed-output", "example.vendor", Cbor::Map(Vec::new())),
    ]
    .into_iter()
    .map(|(name, identifier, output)| {
        Vector::registration(&id(name), &extended(name, identifier, output))
            .accepted("§9", "an authenticator output that nobody asked for is tolerated")
    })
    .collect();
    for (name, identifier, output) in [
        ("cred-props", "credProps", json!({"rk": true})),
        ("prf-enabled", "prf", json!({"enabled": true})),
        ("prf-results-create", "prf", json!({"enabled": true, "results": {"first": "AAAA"}})),
        ("large-blob-supported", "largeBlob", json!({"supported": true})),
        ("appid-exclude", "appidExclude", json!(true)),
        ("unknown-unsigned-output", "example.vendor", json!([1, {"a": null}])),
    ] {
        vectors.push(
            Vector::registration(&id(name), &made(name).json(unsigned(identifier, output)))
                .accepted("§9", "a client output that nobody asked for is tolerated"),
        );
    }
    for (name, identifier, output) in [
        ("prf-results-get", "prf", json!({"results": {"first": "AAAA", "second": "AAAA"}})),
        ("large-blob-read", "largeBlob", json!({"blob": "YmxvYg"})),
        ("large-blob-written", "largeBlob", json!({"written": true})),
        ("get-cred-blob", "getCredBlob", json!("YmxvYg")),
    ] {
        vectors.push(
            Vector::authentication(&id(name), &used(name).json(unsigned(identifier, output)))
                .accepted("§9", "a client output that nobody asked for is tolerated"),
        );
    }
    let signed =
        used("third-party-payment").authenticator_data(|data| data.extension("thirdPartyPayment", Cbor::Bool(true)));
    vectors.push(
        Vector::authentication(&id("third-party-payment"), &signed)
            .accepted("§9", "an authenticator output that nobody asked for is tolerated"),
    );
    vectors
}

/// The AppID, requested or not, used or not.
fn appid() -> Vec<Vector> {
    let asked = |name: &str| used(name).expecting(|expected| expected.appid = Some(APPID.into()));
    let by_appid = |made: Authentication| made.authenticator_data(|data| data.rp_id_hash = sha256(APPID.as_bytes()));
    let says = |made: Authentication, output: bool| made.json(unsigned("appid", json!(output)));
    let step = "§7.2 step 15";
    vec![
        Vector::authentication(&id("appid-used"), &says(by_appid(asked("appid-used")), true))
            .accepted(step, "the AppID was asked for, and the client says that it was used"),
        Vector::authentication(&id("appid-not-used"), &says(asked("appid-not-used"), false))
            .accepted(step, "the AppID was asked for, and the RP ID was used"),
        Vector::authentication(&id("appid-said-and-not-used"), &says(asked("appid-said-and-not-used"), true))
            .refused(step, "the client says that the AppID was used, and the hash is the RP ID's"),
        Vector::authentication(&id("appid-used-and-denied"), &says(by_appid(asked("appid-used-and-denied")), false))
            .refused(step, "the hash is the AppID's, and the client says that it was not used"),
        Vector::authentication(&id("appid-used-and-not-said"), &by_appid(asked("appid-used-and-not-said")))
            .refused(step, "the hash is the AppID's, and the client says nothing"),
        Vector::authentication(&id("appid-not-asked"), &says(by_appid(used("appid-not-asked")), true))
            .refused(step, "the AppID was not asked for"),
    ]
}

/// Outputs with the wrong type, and signed extensions that are not a map.
fn malformed() -> Vec<Vector> {
    let step = "§7.1 step 13";
    let broken = |name: &str, map: Cbor| {
        made(name).authenticator_data(|data| {
            data.set_flags(flags::ED);
            data.extensions = Some(map);
        })
    };
    let twice = vec![("credProtect".into(), 1.into()), ("credProtect".into(), 3.into())];
    let unsorted = vec![("minPinLength".into(), 8.into()), ("credProtect".into(), 3.into())];
    let mut vectors = vec![
        Vector::registration(&id("signed-output-twice"), &broken("signed-output-twice", Cbor::Map(twice)))
            .refused(step, "a signed output that occurs twice"),
        Vector::registration(
            &id("signed-outputs-unsorted"),
            &broken("signed-outputs-unsorted", Cbor::MapAsGiven(unsorted)),
        )
        .refused(step, "signed outputs that are not in canonical order")
        .strict(),
        Vector::registration(&id("signed-outputs-no-map"), &broken("signed-outputs-no-map", Cbor::Array(Vec::new())))
            .refused(step, "signed outputs that are no map"),
        Vector::registration(
            &id("signed-outputs-without-flag"),
            &extended("signed-outputs-without-flag", "credProtect", 3)
                .authenticator_data(|data| data.clear_flags(flags::ED)),
        )
        .refused(step, "signed outputs that no flag announces"),
        Vector::registration(
            &id("flag-without-signed-outputs"),
            &made("flag-without-signed-outputs").authenticator_data(|data| data.set_flags(flags::ED)),
        )
        .refused(step, "a flag that announces signed outputs, and none"),
    ];
    for (name, identifier, output) in [
        ("cred-props-no-object", "credProps", json!(true)),
        ("prf-no-object", "prf", json!("yes")),
        ("prf-enabled-no-boolean", "prf", json!({"enabled": "true"})),
        ("large-blob-supported-no-boolean", "largeBlob", json!({"supported": 1})),
    ] {
        let unsolicited = Vector::registration(&id(name), &made(name).json(unsigned(identifier, output.clone())));
        vectors.push(unsolicited.accepted("§9", "a client output of another type that nobody asked for"));
        let name = format!("requested-{name}");
        let requested = Vector::registration(&id(&name), &made(&name).json(unsigned(identifier, output)));
        vectors.push(
            requested
                .extensions(json!({"requested": [identifier]}))
                .refused("§7.1 step 28", "a client output of another type")
                .strict(),
        );
    }
    vectors
}

/// Requested or required outputs that are missing or wrong.
fn required() -> Vec<Vector> {
    let step = "§7.1 step 28";
    let created =
        |name: &str, made: Registration, expected: Value| Vector::registration(&id(name), &made).extensions(expected);
    let protection = json!({"requested": ["credentialProtectionPolicy"], "credProtect": "userVerificationRequired"});
    let mut enforced = protection.clone();
    enforced["credProtectEnforced"] = json!(true);
    let pin = json!({"requested": ["minPinLength"], "required": {"minPinLength": 8}});
    let secrets = json!({"requested": ["prf"], "refuseSecretResults": true});
    let large_blob = json!({"requested": ["largeBlob"], "required": {"unsignedLargeBlobSupported": true}});
    let nothing_else = json!({"refuseUnsolicited": true});
    let results = json!({"results": {"first": "AAAA"}});
    vec![
        created("cred-protect-as-asked", extended("cred-protect-as-asked", "credProtect", 3), protection.clone())
            .accepted(step, "the level that was asked for"),
        created("cred-protect-too-weak", extended("cred-protect-too-weak", "credProtect", 2), protection)
            .refused(step, "a level below the one asked for"),
        created("cred-protect-enforced-and-silent", made("cred-protect-enforced-and-silent"), enforced)
            .refused(step, "the policy was enforced, and the authenticator says nothing"),
        created(
            "min-pin-length-too-short",
            extended("min-pin-length-too-short", "minPinLength", 7).format(PackedSelf::new()),
            pin,
        )
        .refused(step, "shorter PINs than required"),
        created(
            "prf-results-refused-create",
            made("prf-results-refused-create").json(unsigned("prf", results.clone())),
            secrets.clone(),
        )
        .refused(step, "results that should have stayed in the browser, where they are refused"),
        created(
            "large-blob-key-signed",
            extended("large-blob-key-signed", "largeBlobKey", Cbor::Bytes(vec![7; 32])),
            secrets.clone(),
        )
        .refused(step, "the key of a large blob, which only the client is to see"),
        created("large-blob-required", made("large-blob-required"), large_blob)
            .refused(step, "support for large blobs was required"),
        created("unsolicited-refused", extended("unsolicited-refused", "credProtect", 3), nothing_else)
            .refused(step, "an output that nobody asked for, where such are refused"),
        Vector::authentication(
            &id("prf-results-refused-get"),
            &used("prf-results-refused-get").json(unsigned("prf", results)),
        )
        .extensions(secrets)
        .refused("§7.2 step 23", "results that should have stayed in the browser, where they are refused"),
    ]
}

/// The statement decides who signs the outputs of a registration: with `none` and `fido-u2f`, nobody.
fn unattested() -> Vec<Vector> {
    let step = "§7.1 step 28";
    let pin = || json!({"requested": ["minPinLength"], "required": {"minPinLength": 8}});
    let enforced = json!({
        "requested": ["credentialProtectionPolicy"],
        "credProtect": "userVerificationRequired",
        "credProtectEnforced": true,
    });
    let with_pin = |name: &str| extended(name, "minPinLength", 63);
    let protected = |name: &str| extended(name, "credProtect", 3);
    let u2f = |made: Registration| made.format(FidoU2f::new());
    let vector = |name: &str, made: &dyn Fn(&str) -> Registration| Vector::registration(&id(name), &made(name));
    vec![
        vector("min-pin-length-beside-self", &|name| with_pin(name).format(PackedSelf::new()))
            .extensions(pin())
            .accepted(step, "the credential key signs the output"),
        vector("min-pin-length-beside-none", &with_pin)
            .extensions(pin())
            .refused(step, "a signed output was required, and nobody signs this one"),
        vector("min-pin-length-beside-fido-u2f", &|name| u2f(with_pin(name)))
            .extensions(pin())
            .refused(step, "a signed output was required, and a U2F statement does not sign this one"),
        vector("cred-protect-enforced-beside-none", &protected)
            .extensions(enforced.clone())
            .accepted(step, "the level that was asked for, as it was received"),
        vector("cred-protect-enforced-beside-fido-u2f", &|name| u2f(protected(name)))
            .extensions(enforced)
            .refused(step, "an answer was enforced, and this one is not the authenticator's"),
    ]
}

/// A required output counts if it is signed, whether it was requested or not.
fn required_and_not_asked_for() -> Vec<Vector> {
    let step = "§7.2 step 23";
    let method = Cbor::Array(vec![Cbor::Array(vec![2.into(), 4.into(), 2.into()])]);
    let mut vectors = Vec::new();
    for (name, identifier, output, other) in
        [("cred-blob", "credBlob", Cbor::Bytes(b"blob".to_vec()), "uvm"), ("uvm", "uvm", method, "getCredBlob")]
    {
        for (asked, requested) in [("nothing", json!([])), ("another", json!([other]))] {
            let expected = json!({"requested": requested, "required": {identifier: true}});
            let (signed, silent) =
                (format!("{name}-where-{asked}-was-asked"), format!("no-{name}-where-{asked}-was-asked"));
            let made = used(&signed).authenticator_data(|data| data.extension(identifier, output.clone()));
            vectors.extend([
                Vector::authentication(&id(&signed), &made)
                    .extensions(expected.clone())
                    .accepted(step, "a required output that is signed, though nobody asked for it"),
                Vector::authentication(&id(&silent), &used(&silent))
                    .extensions(expected)
                    .refused(step, "a required output that nobody asked for, and that did not come"),
            ]);
        }
    }
    vectors
}

/// Effects of options on the verdict.
fn options() -> Vec<Vector> {
    let absent = |name: &str| made(name).authenticator_data(|data| data.clear_flags(flags::UP | flags::UV));
    let conditional = |name: &str| absent(name).expecting(|expected| expected.conditional = true);
    vec![
        Vector::registration(&id("conditional-create"), &conditional("conditional-create"))
            .accepted("§7.1 step 15", "in a conditional create UP may be clear"),
        Vector::registration(&id("modal-create-without-up"), &absent("modal-create-without-up"))
            .refused("§7.1 step 15", "in a modal create UP must be set"),
        Vector::registration(
            &id("uv-required-and-clear"),
            &made("uv-required-and-clear")
                .authenticator_data(|data| data.clear_flags(flags::UV))
                .expecting(|expected| expected.uv_required = true),
        )
        .refused("§7.1 step 16", "user verification was required"),
        Vector::registration(
            &id("algorithm-not-offered"),
            &made("algorithm-not-offered").expecting(|expected| expected.algs = Some(vec![-8, -257])),
        )
        .refused("§7.1 step 20", "the algorithm was not offered"),
        Vector::authentication(
            &id("payment-is-no-sign-in"),
            &used("payment-is-no-sign-in").client_data(|data| data.set("type", "payment.get")),
        )
        .refused("§7.2 step 10", "client data of a payment (Secure Payment Confirmation)"),
    ]
}

#[test]
fn vectors_are_what_is_committed() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/extensions.jsonl");
    let vectors: Vec<Vector> =
        [unsolicited(), appid(), malformed(), required(), unattested(), required_and_not_asked_for(), options()]
            .concat();
    let lines: String = vectors.iter().map(|vector| vector.line() + "\n").collect();
    if std::env::var_os("WRITE_VECTORS").is_some() {
        std::fs::write(path, &lines).unwrap();
    }
    let committed = std::fs::read_to_string(path).unwrap();
    assert!(committed == lines, "extensions.jsonl is out of date: run with WRITE_VECTORS=1");
    assert!(vectors.len() >= 40, "{}", vectors.len());
}
