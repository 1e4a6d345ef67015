//! §8.1 identifiers, §8.7 None attestation, §8.9 Compound attestation.

use crate::row::{Row, row, row_of};
use wardkey::attestation::{CompoundPolicy, Format as Known};
use wardkey::ceremony::Refusal;
use wardkey::internals::Reason;
use wardkey_authenticator::*;

const FORMAT: Known = Known::Compound;

pub(crate) fn rows() -> Vec<Row> {
    [formats(), compounds(), refused(), repeated(), at_least()].concat()
}

fn formats() -> Vec<Row> {
    let object = |name: &str, change: fn(&mut Cbor)| row(name, NoAttestation).then(|r| r.attestation_object(change));
    let unknown = |name: &str, fmt: &'static str| {
        row(name, Packed::new())
            .then(|r| r.attestation_object(move |o| o.set("fmt", fmt)))
            .refusal(Refusal::AttestationFormat)
    };
    let statement = Refusal::AttestationObject(Reason::StatementType.into());
    vec![
        row("none/empty", NoAttestation),
        object("none/something", |o| o.get("attStmt").set("alg", -7)).refused(Reason::NotEmpty.of(Known::None)),
        object("none/an-array", |o| o.set("attStmt", Cbor::Array(Vec::new()))).refusal(statement),
        object("none/bytes", |o| o.set("attStmt", Vec::<u8>::new())).refusal(statement),
        unknown("format/in-capitals", "Packed"),
        unknown("format/with-a-space", "packed "),
        unknown("format/with-a-nul", "packed\0"),
        unknown("format/empty", ""),
        unknown("format/of-nobody", "__proto__"),
    ]
}

/// This many statements, each with a different Ed448 key.
fn by_ed448(count: usize) -> Compound {
    (0..count).fold(Compound::new(), |all, _| all.with(Packed::by(Algorithm::Ed448)))
}

fn compounds() -> Vec<Row> {
    vec![
        row("compound/packed-and-tpm", Compound::both(Packed::new(), Tpm::new())),
        row("compound/packed-and-android-key", Compound::both(Packed::new(), AndroidKey::new())),
        row("compound/tpm-and-apple", Compound::both(Tpm::new(), Apple::new())),
        row("compound/packed-and-self", Compound::both(Packed::new(), PackedSelf::new())),
        row("compound/fido-u2f-and-none", Compound::both(FidoU2f::new(), NoAttestation)),
        row("compound/packed-twice", Compound::both(Packed::new(), Packed::by(Algorithm::Es384))),
        row("compound/three", Compound::both(Packed::new(), Tpm::new()).with(AndroidKey::new())),
        row("compound/six", (1..6).fold(Compound::new().with(Tpm::new()), |all, _| all.with(Packed::new()))),
        row_of("compound/rs256", Algorithm::Rs256, Compound::both(Packed::new(), Tpm::new())),
        row_of("compound/eddsa", Algorithm::EdDsa, Compound::both(Packed::new(), AndroidKey::new())),
    ]
}

fn refused() -> Vec<Row> {
    let with = |name: &str, change: fn(&mut Vec<Cbor>)| {
        row(&format!("compound/{name}"), Compound::both(Packed::new(), Tpm::new()))
            .then(|r| r.statement(move |s| change(s.items())))
    };
    let object = Refusal::AttestationObject(Reason::StatementType.into());
    vec![
        with("of-nothing", Vec::clear).refused(Reason::Syntax.of(FORMAT)),
        with("of-one", |all| all.truncate(1)).refused(Reason::Syntax.of(FORMAT)),
        with("of-nine", |all| all.resize(9, all[0].clone())).bound().refused(Reason::Syntax.of(FORMAT)),
        with("of-text", |all| all[1] = "packed".into()).refused(Reason::Syntax.of(FORMAT)),
        with("without-fmt", |all| all[1].remove("fmt")).refused(Reason::Syntax.of(FORMAT)),
        with("without-statement", |all| all[1].remove("attStmt")).refused(Reason::Syntax.of(FORMAT)),
        with("with-its-own-authenticator-data", |all| all[1].set("authData", vec![0]))
            .refused(Reason::Syntax.of(FORMAT)),
        with("fmt-bytes", |all| all[1].set("fmt", b"packed".to_vec())).refused(Reason::Syntax.of(FORMAT)),
        with("statement-an-array", |all| all[1].set("attStmt", Cbor::Array(Vec::new())))
            .refused(Reason::Syntax.of(FORMAT)),
        row("compound/nested", Compound::both(Packed::new(), Compound::both(Tpm::new(), AndroidKey::new())))
            .refused(Reason::Nested.of(FORMAT)),
        with("unknown-format", |all| all[1].set("fmt", "quantum")).refused(Reason::UnknownFormat.of(FORMAT)),
        with("format-in-capitals", |all| all[1].set("fmt", "TPM")).refused(Reason::UnknownFormat.of(FORMAT)),
        row("compound/first-does-not-verify", Compound::both(Packed::new().signature(Vec::clear), Tpm::new()))
            .refused(Reason::Signature.of(Known::Packed)),
        row(
            "compound/second-does-not-verify",
            Compound::both(Packed::new(), Tpm::new().cert_info(|info| info.magic = 0)),
        )
        .refused(Reason::Magic.of(Known::Tpm)),
        row("compound/eight-by-ed448", by_ed448(8)).bound().refused(Reason::VerificationBudget.into()),
        row("compound/none-with-something", Compound::both(Packed::new(), NoAttestation))
            .then(|r| r.statement(|s| s.items()[1].get("attStmt").set("alg", -7)))
            .refused(Reason::NotEmpty.of(Known::None)),
        row("compound/a-map", Compound::both(Packed::new(), Tpm::new()))
            .then(|r| r.attestation_object(|o| o.set("attStmt", Cbor::Map(Vec::new()))))
            .refusal(object),
        row("compound/packed-an-array", Packed::new())
            .then(|r| r.attestation_object(|o| o.set("attStmt", Cbor::Array(Vec::new()))))
            .refusal(object),
    ]
}

/// Two statements with one attestation key prove no more than one.
fn repeated() -> Vec<Row> {
    let copied = |r: Registration| {
        r.statement(|statement| {
            let first = statement.items()[0].clone();
            statement.items()[1] = first;
        })
    };
    let ignore = |r: Registration| r.expecting(|expected| expected.verify_trust = false);
    let refused = |row: Row| row.refusal(Refusal::AttestationStatementsNotIndependent);
    let too_few = |name: &str, least: usize, format: Compound| {
        row(&format!("compound/{name}"), format)
            .policy(move |policy| policy.compound = CompoundPolicy::AtLeast(least))
            .refused(Reason::NotIndependent.of(FORMAT))
    };
    vec![
        refused(row("compound/one-statement-twice", Compound::both(Packed::new(), Packed::new())).then(copied)),
        refused(row("compound/self-twice", Compound::both(PackedSelf::new(), PackedSelf::new()))),
        refused(row("compound/android-key-and-self", Compound::both(AndroidKey::new(), PackedSelf::new()))),
        refused(row("compound/self-and-android-key", Compound::both(PackedSelf::new(), AndroidKey::new())))
            .policy(|_| {}),
        refused(row("compound/none-twice", Compound::both(NoAttestation, NoAttestation))).policy(|_| {}),
        row("compound/self-twice-not-judged", Compound::both(PackedSelf::new(), PackedSelf::new())).then(ignore),
        too_few("at-least-2-of-one-twice", 2, Compound::both(Packed::new(), Packed::new())).then(copied),
        too_few("at-least-2-of-none-twice", 2, Compound::both(NoAttestation, NoAttestation)),
        too_few("at-least-3-of-a-key-twice", 3, Compound::both(AndroidKey::new(), Tpm::new()).with(PackedSelf::new())),
        row("compound/at-least-1-of-one-twice", Compound::both(Packed::new(), Packed::new()))
            .then(copied)
            .policy(|policy| policy.compound = CompoundPolicy::AtLeast(1)),
        row(
            "compound/at-least-2-and-a-key-twice",
            Compound::both(AndroidKey::new(), Tpm::new()).with(PackedSelf::new()),
        )
        .policy(|policy| policy.compound = CompoundPolicy::AtLeast(2)),
    ]
}

/// "If validation fails for one or more subStmt, decide the appropriate result based on Relying Party policy."
fn at_least() -> Vec<Row> {
    let with = |name: &str, least: usize, format: Compound| {
        row(&format!("compound/at-least-{least}-{name}"), format)
            .policy(move |policy| policy.compound = CompoundPolicy::AtLeast(least))
    };
    let broken = || Packed::new().signature(Vec::clear);
    let unknown = |r: Registration| r.statement(|statement| statement.items()[1].set("fmt", "quantum"));
    vec![
        with("eight-by-ed448", 1, by_ed448(8)).bound().refused(Reason::VerificationBudget.into()),
        with("both", 2, Compound::both(Packed::new(), Tpm::new())),
        with("first-broken", 1, Compound::both(broken(), Tpm::new())),
        with("second-unknown", 1, Compound::both(Packed::new(), Tpm::new())).then(unknown),
        with("of-two-one-broken", 2, Compound::both(broken(), Tpm::new())).refused(Reason::TooFew.of(FORMAT)),
        with("of-two-one-unknown", 2, Compound::both(Packed::new(), Tpm::new()))
            .then(unknown)
            .refused(Reason::TooFew.of(FORMAT)),
        with("both-broken", 0, Compound::both(broken(), broken())).refused(Reason::TooFew.of(FORMAT)),
        with("nested", 1, Compound::both(Packed::new(), Compound::both(Tpm::new(), AndroidKey::new())))
            .refused(Reason::Nested.of(FORMAT)),
        with("statement-an-array", 1, Compound::both(Packed::new(), Tpm::new()))
            .then(|r| r.statement(|statement| statement.items()[1].set("attStmt", Cbor::Array(Vec::new()))))
            .refused(Reason::Syntax.of(FORMAT)),
        with("of-one", 1, Compound::both(Packed::new(), Tpm::new()))
            .then(|r| r.statement(|statement| statement.items().truncate(1)))
            .refused(Reason::Syntax.of(FORMAT)),
    ]
}
