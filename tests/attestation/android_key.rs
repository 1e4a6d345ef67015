//! §8.4 Android key attestation.

use crate::row::{Row, row, row_of};
use wardkey::attestation::{Format as Known, KeyEnforcement, VerifiedBootState};
use wardkey::ceremony::Refusal;
use wardkey::internals::Reason;
use wardkey_authenticator::attestation::android_key::{
    ALL_APPLICATIONS, AuthorizationList, KEY_DESCRIPTION, KeyDescription, ORIGIN, PURPOSE, ROOT_OF_TRUST, purposes,
};
use wardkey_authenticator::*;

const FORMAT: Known = Known::AndroidKey;

pub(crate) fn rows() -> Vec<Row> {
    [good(), statements(), descriptions(), lists(), forms(), hardware(), roots_of_trust()].concat()
}

/// Changes the key description.
fn described(name: &str, change: impl Fn(&mut KeyDescription) + Send + Sync + 'static) -> Row {
    row(&format!("android-key/{name}"), AndroidKey::new().key_description(change))
}

fn levels(description: &mut KeyDescription, level: u8) {
    description.attestation_security_level = der::enumerated(level);
    description.key_mint_security_level = der::enumerated(level);
}

/// A key in software.
pub(crate) fn software(description: &mut KeyDescription) {
    levels(description, 0);
    description.hardware_enforced = AuthorizationList::default();
    description.software_enforced = AuthorizationList::signing();
}

/// rootOfTrust of a device: locked or not, and its boot state in DER.
fn booted(locked: bool, state: u8) -> Vec<u8> {
    let (key, hash) = (der::octet_string(&[7; 32]), der::octet_string(&[8; 32]));
    der::sequence(&[&key, &der::boolean(locked), &der::enumerated(state), &hash])
}

/// A key in a trusted environment, described as phones do: with additional fields around those of §8.4.
fn phone(description: &mut KeyDescription) {
    description.software_enforced = AuthorizationList(vec![(701, der::integer(1)), (709, der::octet_string(b"app"))]);
    description.hardware_enforced = AuthorizationList(vec![
        (PURPOSE, purposes(&[2])),
        (2, der::integer(3)),
        (3, der::integer(256)),
        (5, der::set(&[&der::integer(4)])),
        (10, der::integer(1)),
        (503, der::null()),
        (ORIGIN, der::integer(0)),
        (ROOT_OF_TRUST, booted(true, 0)),
        (705, der::integer(160_000)),
        (706, der::integer(202_608)),
    ]);
}

/// This many fields that §8.4 does not use.
fn fields(count: u32) -> Vec<(u32, Vec<u8>)> {
    (0..count).map(|i| (1000 + i, der::null())).collect()
}

fn good() -> Vec<Row> {
    let mut rows = Vec::new();
    for algorithm in Algorithm::ALL.into_iter().filter(|algorithm| *algorithm != Algorithm::Rs1) {
        rows.push(row_of(
            &format!("android-key/credential-{}", algorithm.name().to_lowercase()),
            algorithm,
            AndroidKey::new(),
        ));
    }
    for (attestation, key_mint) in [(1, 2), (2, 3), (3, 4), (4, 41), (100, 100), (200, 200), (300, 300), (400, 400)] {
        rows.push(described(&format!("version-{attestation}"), move |description| {
            (description.attestation_version, description.key_mint_version) = (attestation, key_mint);
            phone(description);
        }));
    }
    rows.extend([
        described("strong-box", |description| levels(description, 2)),
        described("software", software),
        described("purpose-and-origin-in-different-lists", |description| {
            description.software_enforced = AuthorizationList(vec![(PURPOSE, purposes(&[2]))]);
            description.hardware_enforced = AuthorizationList(vec![(ORIGIN, der::integer(0))]);
        }),
        described("purpose-and-origin-in-both-lists", |description| {
            description.software_enforced = AuthorizationList::signing()
        }),
        described("purposes-sign-and-verify", |description| {
            description.hardware_enforced.set(PURPOSE, purposes(&[2, 3]))
        }),
        described("unique-id", |description| description.unique_id = vec![7; 16]),
        described("list-out-of-order", |description| description.hardware_enforced.0.reverse()),
        described("list-in-the-order-of-a-phone", |description| {
            let more = [717, 716, 712, 711, 710, 718, 719].map(|tag| (tag, der::octet_string(b"motorola")));
            phone(description);
            description.hardware_enforced.0.extend(more);
        }),
        described("64-fields", |description| description.software_enforced.0 = fields(64)),
    ]);
    rows
}

fn statements() -> Vec<Row> {
    let with = |name: &str, change: fn(&mut Cbor)| {
        row(&format!("android-key/{name}"), AndroidKey::new()).then(|r| r.statement(change))
    };
    let other = Key::new("attestation.android-key.other", Algorithm::Es256);
    let (cose, spki) = (other.cose(), other.spki());
    vec![
        with("no-alg", |statement| statement.remove("alg")).refused(Reason::Syntax.of(FORMAT)),
        with("no-sig", |statement| statement.remove("sig")).refused(Reason::Syntax.of(FORMAT)),
        with("no-x5c", |statement| statement.remove("x5c")).refused(Reason::Syntax.of(FORMAT)),
        with("x5c-empty", |statement| statement.get("x5c").items().clear()).refused(Reason::Syntax.of(FORMAT)),
        with("another-member", |statement| statement.set("ver", "1")).refused(Reason::Syntax.of(FORMAT)),
        with("alg-rs256-of-an-ec-key", |statement| statement.set("alg", -257)).refused(Reason::Algorithm.of(FORMAT)),
        row("android-key/signature-bit", AndroidKey::new().signature(|sig| *sig.last_mut().unwrap() ^= 1))
            .refused(Reason::Signature.of(FORMAT)),
        row("android-key/message-without-hash", AndroidKey::new().message(|m| m.truncate(m.len() - 32)))
            .refused(Reason::Signature.of(FORMAT)),
        row(
            "android-key/certificate-of-another-key",
            AndroidKey::new().leaf(move |leaf| leaf.public_key = spki.clone()),
        )
        .refused(Reason::Signature.of(FORMAT)),
        row("android-key/credential-of-another-key", AndroidKey::new())
            .then(|r| r.public_key(|key| *key = cose))
            .refused(Reason::CertificateKey.of(FORMAT)),
    ]
}

fn descriptions() -> Vec<Row> {
    let leaf =
        |name: &str, change: fn(&mut Certificate)| row(&format!("android-key/{name}"), AndroidKey::new().leaf(change));
    let malformed = [
        leaf("no-key-description", |leaf| leaf.remove(KEY_DESCRIPTION)),
        leaf("key-description-empty", |leaf| leaf.extension(KEY_DESCRIPTION).value = der::sequence(&[])),
        leaf("key-description-trailing-byte", |leaf| leaf.extension(KEY_DESCRIPTION).value.push(0)),
        described("security-level-an-integer", |description| {
            description.attestation_security_level = der::integer(1);
        }),
        described("key-mint-level-an-integer", |description| description.key_mint_security_level = der::integer(1)),
        described("purpose-an-integer", |description| description.hardware_enforced.set(PURPOSE, der::integer(2))),
        described("purpose-of-another-kind", |description| {
            description.hardware_enforced.set(PURPOSE, der::set(&[&der::integer(2), &der::null()]));
        }),
        described("origin-twice", |description| description.hardware_enforced.0.push((ORIGIN, der::integer(0)))),
        described("origin-twice-apart", |description| {
            description.hardware_enforced.0.insert(0, (ORIGIN, der::integer(0)));
        }),
        described("unknown-field-twice", |description| {
            description.software_enforced.0.extend([(720, der::null()), (701, der::null()), (720, der::null())]);
        }),
        described("65-fields", |description| description.software_enforced.0 = fields(65)).bound(),
    ];
    let mut rows: Vec<_> = malformed.into_iter().map(|row| row.refused(Reason::KeyDescription.of(FORMAT))).collect();
    rows.extend([
        described("challenge-of-another-ceremony", |description| description.attestation_challenge[0] ^= 1)
            .refused(Reason::Challenge.of(FORMAT)),
        described("challenge-empty", |description| description.attestation_challenge.clear())
            .refused(Reason::Challenge.of(FORMAT)),
        described("challenge-longer", |description| description.attestation_challenge.push(0))
            .refused(Reason::Challenge.of(FORMAT)),
    ]);
    rows
}

fn lists() -> Vec<Row> {
    let all = || {
        AuthorizationList(vec![(PURPOSE, purposes(&[2])), (ALL_APPLICATIONS, der::null()), (ORIGIN, der::integer(0))])
    };
    vec![
        described("all-applications", move |description| description.hardware_enforced = all())
            .refused(Reason::AllApplications.of(FORMAT)),
        described("all-applications-by-software", |description| {
            description.software_enforced = AuthorizationList(vec![(ALL_APPLICATIONS, der::null())]);
        })
        .refused(Reason::AllApplications.of(FORMAT)),
        described("no-origin", |description| description.hardware_enforced.remove(ORIGIN))
            .refused(Reason::Origin.of(FORMAT)),
        described("origin-imported", |description| description.hardware_enforced.set(ORIGIN, der::integer(2)))
            .refused(Reason::Origin.of(FORMAT)),
        described("origins-that-differ", |description| {
            description.software_enforced = AuthorizationList(vec![(ORIGIN, der::integer(1))]);
        })
        .refused(Reason::Origin.of(FORMAT)),
        described("no-purpose", |description| description.hardware_enforced.remove(PURPOSE))
            .refused(Reason::Purpose.of(FORMAT)),
        described("purpose-of-nothing", |description| description.hardware_enforced.set(PURPOSE, purposes(&[])))
            .refused(Reason::Purpose.of(FORMAT)),
        described("purpose-decrypt", |description| description.hardware_enforced.set(PURPOSE, purposes(&[1])))
            .refused(Reason::Purpose.of(FORMAT)),
        described("purpose-verify-alone", |description| description.hardware_enforced.set(PURPOSE, purposes(&[3])))
            .refused(Reason::Purpose.of(FORMAT)),
        described("purposes-sign-and-decrypt", |description| {
            description.hardware_enforced.set(PURPOSE, purposes(&[1, 2]))
        })
        .strict()
        .refused(Reason::Purpose.of(FORMAT)),
        described("purpose-attest-key", |description| description.hardware_enforced.set(PURPOSE, purposes(&[7])))
            .refused(Reason::Purpose.of(FORMAT)),
        described("lists-empty", |description| description.hardware_enforced = AuthorizationList::default())
            .refused(Reason::Origin.of(FORMAT)),
    ]
}

/// The fields of an authorization list are `[n] EXPLICIT`. A field in a different form must be refused, not ignored.
fn forms() -> Vec<Row> {
    // allApplications (600) and origin (702); the first octet has class and form.
    let other = |name: &str, field: (u32, Vec<u8>), change: fn(&mut [u8])| {
        let encoded = der::explicit(field.0, &field.1);
        let insert = move |leaf: &mut Certificate| {
            let value = &mut leaf.extension(KEY_DESCRIPTION).value;
            let at = value.windows(encoded.len()).position(|window| window == encoded).unwrap();
            change(&mut value[at..][..encoded.len()]);
        };
        let format = AndroidKey::new().key_description(move |description| {
            description.software_enforced = AuthorizationList(vec![field.clone()]);
        });
        row(&format!("android-key/{name}"), format.leaf(insert)).refused(Reason::KeyDescription.of(FORMAT))
    };
    let all = || (ALL_APPLICATIONS, der::null());
    let with = |name: &str, contents: Vec<u8>| {
        described(name, move |description| description.software_enforced.set(1000, contents.clone()))
            .refused(Reason::KeyDescription.of(FORMAT))
    };
    vec![
        other("all-applications-implicit", all(), |field| field[0] = 0x9f),
        other("all-applications-of-the-application-class", all(), |field| field[0] = 0x7f),
        other("all-applications-of-the-private-class", all(), |field| field[0] = 0xff),
        other("all-applications-in-an-octet-string", all(), |field| (field[0], field[1]) = (0x04, 0x04)),
        other("origin-implicit", (ORIGIN, der::integer(2)), |field| field[0] = 0x9f),
        with("field-of-nothing", Vec::new()),
        with("field-of-two-values", [der::null(), der::null()].concat()),
        with("field-of-no-value", vec![5]),
    ]
}

/// "if the RP wants to accept only keys from a trusted execution environment"
fn hardware() -> Vec<Row> {
    let with = |name: &str, change: fn(&mut KeyDescription)| {
        described(&format!("hardware/{name}"), change)
            .policy(|policy| policy.key_enforcement = KeyEnforcement::Hardware)
    };
    vec![
        with("trusted-environment", |_| {}),
        with("phone", phone),
        with("strong-box", |description| levels(description, 2)),
        with("another-origin-by-software", |description| {
            description.software_enforced = AuthorizationList(vec![(ORIGIN, der::integer(2))]);
        }),
        with("software", software).refused(Reason::Origin.of(FORMAT)),
        with("origin-by-software", |description| {
            description.software_enforced = AuthorizationList(vec![(ORIGIN, der::integer(0))]);
            description.hardware_enforced = AuthorizationList(vec![(PURPOSE, purposes(&[2]))]);
        })
        .refused(Reason::Origin.of(FORMAT)),
        with("purpose-by-software", |description| {
            description.software_enforced = AuthorizationList(vec![(PURPOSE, purposes(&[2]))]);
            description.hardware_enforced = AuthorizationList(vec![(ORIGIN, der::integer(0))]);
        })
        .refused(Reason::Purpose.of(FORMAT)),
        with("all-applications-by-software", |description| {
            description.software_enforced = AuthorizationList(vec![(ALL_APPLICATIONS, der::null())]);
        })
        .refused(Reason::AllApplications.of(FORMAT)),
        with("attested-by-software", |description| description.attestation_security_level = der::enumerated(0))
            .refused(Reason::SecurityLevel.of(FORMAT)),
        with("kept-by-software", |description| description.key_mint_security_level = der::enumerated(0))
            .refused(Reason::SecurityLevel.of(FORMAT)),
        with("kept-by-the-keystore", |description| levels(description, 100)).refused(Reason::SecurityLevel.of(FORMAT)),
    ]
}

/// The boot state of the device: §8.4 does not require it, but a policy can.
fn roots_of_trust() -> Vec<Row> {
    use Reason::{BootState, DeviceUnlocked, NoRootOfTrust, RootOfTrust};
    let stated = |name: &str, root: Option<Vec<u8>>| {
        described(&format!("root-of-trust/{name}"), move |description| {
            root.iter().for_each(|root| description.hardware_enforced.set(ROOT_OF_TRUST, root.clone()));
        })
    };
    let (key, hash, locked) = (der::octet_string(&[7; 32]), der::octet_string(&[8; 32]), der::boolean(true));
    let fields = |fields: &[&[u8]]| Some(der::sequence(fields));
    let state = |state| Some(booted(true, state));
    let without_hash = fields(&[&key, &locked, &der::enumerated(0)]);
    // With `Hardware`, and with `VerifiedBoot`.
    let cases = [
        ("verified", state(0), Ok(()), Ok(())),
        ("verified-before-version-3", without_hash, Ok(()), Ok(())),
        ("absent", None, Ok(()), Err(NoRootOfTrust)),
        ("self-signed", state(1), Ok(()), Err(BootState(VerifiedBootState::SelfSigned))),
        (
            "unverified",
            state(2),
            Err(BootState(VerifiedBootState::Unverified)),
            Err(BootState(VerifiedBootState::Unverified)),
        ),
        ("failed", state(3), Err(BootState(VerifiedBootState::Failed)), Err(BootState(VerifiedBootState::Failed))),
        ("unlocked", Some(booted(false, 0)), Err(DeviceUnlocked), Err(DeviceUnlocked)),
        ("unlocked-and-unverified", Some(booted(false, 2)), Err(DeviceUnlocked), Err(DeviceUnlocked)),
        ("of-an-unknown-state", state(4), Err(RootOfTrust), Err(RootOfTrust)),
        ("of-nothing", fields(&[]), Err(RootOfTrust), Err(RootOfTrust)),
        (
            "with-a-fifth-field",
            fields(&[&key, &locked, &der::enumerated(0), &hash, &hash]),
            Err(RootOfTrust),
            Err(RootOfTrust),
        ),
        (
            "locked-by-another-number",
            fields(&[&key, &[1, 1, 1], &der::enumerated(0), &hash]),
            Err(RootOfTrust),
            Err(RootOfTrust),
        ),
    ];
    let mut rows = Vec::new();
    for (name, root, hardware, verified_boot) in cases {
        rows.push(stated(&format!("{name}/any"), root.clone()).policy(|_| {}));
        for (under, enforcement, verdict) in [
            ("hardware", KeyEnforcement::Hardware, hardware),
            ("verified-boot", KeyEnforcement::VerifiedBoot, verified_boot),
        ] {
            let row = stated(&format!("{name}/{under}"), root.clone());
            let asked = row.clone().policy(move |policy| policy.key_enforcement = enforcement);
            let mut by_policy = row.only_policy(move |policy| policy.key_enforcement = enforcement);
            by_policy.name += "/by-policy";
            match verdict {
                Ok(()) => rows.extend([asked, by_policy]),
                Err(problem) => rows.extend([
                    asked.refused(problem.of(FORMAT)),
                    by_policy.refusal(Refusal::AttestedKey(problem.of(FORMAT))),
                ]),
            }
        }
    }
    rows
}
