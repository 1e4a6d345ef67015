//! §8.8 Apple anonymous attestation.

use crate::row::{Row, row, row_of};
use wardkey::attestation::Format as Known;
use wardkey::internals::{Malformed, Reason, Rule};
use wardkey_authenticator::attestation::apple::NONCE;
use wardkey_authenticator::*;

const FORMAT: Known = Known::Apple;

pub(crate) fn rows() -> Vec<Row> {
    let statement =
        |name: &str, change: fn(&mut Cbor)| row(&format!("apple/{name}"), Apple::new()).then(|r| r.statement(change));
    let leaf = |name: &str, change: fn(&mut Certificate)| row(&format!("apple/{name}"), Apple::new().leaf(change));
    let nonce = |name: &str, change: fn(&mut Vec<u8>)| row(&format!("apple/{name}"), Apple::new().nonce(change));
    let by = |algorithm: Algorithm| {
        row_of(&format!("apple/credential-{}", algorithm.name().to_lowercase()), algorithm, Apple::new())
    };
    let other = Key::new("attestation.apple.other", Algorithm::Es256);
    let (cose, spki) = (other.cose(), other.spki());
    let mut rows: Vec<_> =
        Algorithm::ALL.into_iter().filter(|algorithm| *algorithm != Algorithm::Rs1).map(by).collect();
    rows.extend([
        statement("with-alg", |statement| statement.set("alg", -7)),
        row("apple/aaguid-of-zeros", Apple::new())
            .then(|r| r.authenticator_data(|data| data.attested().aaguid.fill(0))),
        statement("alg-a-text", |statement| statement.set("alg", "ES256")).refused(Reason::Syntax.of(FORMAT)),
        statement("no-x5c", |statement| statement.remove("x5c")).refused(Reason::Syntax.of(FORMAT)),
        statement("x5c-empty", |statement| statement.get("x5c").items().clear()).refused(Reason::Syntax.of(FORMAT)),
        statement("another-member", |statement| statement.set("sig", vec![0])).refused(Reason::Syntax.of(FORMAT)),
        statement("alg-and-another-member", |statement| (statement.set("alg", -7), statement.set("sig", vec![0])).0)
            .refused(Reason::Syntax.of(FORMAT)),
        row(
            "apple/certificate-cut-short",
            Apple::new().x5c(|x5c| {
                x5c[0].pop();
            }),
        )
        .refused(Reason::Certificate(Rule::Malformed(Malformed::Truncated)).of(FORMAT)),
        leaf("no-nonce", |leaf| leaf.remove(NONCE)).refused(Reason::NonceExtension.of(FORMAT)),
        leaf("nonce-not-wrapped", |leaf| leaf.extension(NONCE).value = der::octet_string(&[7; 32]))
            .refused(Reason::NonceExtension.of(FORMAT)),
        leaf("nonce-under-another-tag", |leaf| leaf.extension(NONCE).value[2] = 0xa2)
            .refused(Reason::NonceExtension.of(FORMAT)),
        leaf("nonce-trailing-byte", |leaf| leaf.extension(NONCE).value.push(0))
            .refused(Reason::NonceExtension.of(FORMAT)),
        nonce("nonce-of-another-ceremony", |nonce| nonce[0] ^= 1).refused(Reason::Nonce.of(FORMAT)),
        nonce("nonce-cut-short", |nonce| nonce.truncate(31)).refused(Reason::Nonce.of(FORMAT)),
        nonce("nonce-empty", Vec::clear).refused(Reason::Nonce.of(FORMAT)),
        row("apple/certificate-of-another-key", Apple::new().leaf(move |leaf| leaf.public_key = spki.clone()))
            .refused(Reason::CertificateKey.of(FORMAT)),
        row("apple/credential-of-another-key", Apple::new())
            .then(|r| r.public_key(|key| *key = cose))
            .refused(Reason::CertificateKey.of(FORMAT)),
    ]);
    rows
}
