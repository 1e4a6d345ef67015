//! §8.6 FIDO U2F attestation.

use crate::row::{Row, row, row_of};
use wardkey::attestation::Format as Known;
use wardkey::internals::{Malformed, Reason, Rule};
use wardkey::policy::Trust;
use wardkey_authenticator::*;

const FORMAT: Known = Known::FidoU2f;

/// As the first U2F keys of Yubico have it: a signature of octets that says that some of its bits are not used.
fn unused_bits(bits: u8) -> FidoU2f {
    FidoU2f::new().x5c(move |x5c| {
        let leaf = &mut x5c[0];
        let is_last = |&at: &usize| leaf[at] == 3 && usize::from(leaf[at + 1]) == leaf.len() - at - 2;
        let at = (0..leaf.len() - 1).rev().find(is_last).unwrap();
        leaf[at + 2] = bits;
    })
}

pub(crate) fn rows() -> Vec<Row> {
    let statement = |name: &str, change: fn(&mut Cbor)| {
        row(&format!("fido-u2f/{name}"), FidoU2f::new()).then(|r| r.statement(change))
    };
    let message =
        |name: &str, change: fn(&mut Vec<u8>)| row(&format!("fido-u2f/{name}"), FidoU2f::new().message(change));
    let by = |algorithm: Algorithm| {
        let mut format = FidoU2f::new();
        format.algorithm = algorithm;
        format
    };
    let root = Chain::new().trust_anchors().remove(0);
    vec![
        row("fido-u2f/es256", FidoU2f::new()),
        row("fido-u2f/aaguid-of-zeros", FidoU2f::new())
            .then(|r| r.authenticator_data(|data| data.attested().aaguid.fill(0))),
        row("fido-u2f/certificate-without-extensions", FidoU2f::new().leaf(|leaf| leaf.extensions.clear())),
        row(
            "fido-u2f/certificate-version-1",
            FidoU2f::new().leaf(|leaf| (leaf.version, leaf.extensions) = (None, Vec::new())),
        ),
        statement("no-sig", |statement| statement.remove("sig")).refused(Reason::Syntax.of(FORMAT)),
        statement("no-x5c", |statement| statement.remove("x5c")).refused(Reason::Syntax.of(FORMAT)),
        statement("x5c-empty", |statement| statement.get("x5c").items().clear()).refused(Reason::Syntax.of(FORMAT)),
        statement("sig-text", |statement| statement.set("sig", "signature")).refused(Reason::Syntax.of(FORMAT)),
        statement("another-member", |statement| statement.set("alg", -7)).refused(Reason::Syntax.of(FORMAT)),
        row("fido-u2f/two-certificates", FidoU2f::new().x5c(move |x5c| x5c.push(root.clone())))
            .refused(Reason::CertificateCount.of(FORMAT)),
        row(
            "fido-u2f/certificate-cut-short",
            FidoU2f::new().x5c(|x5c| {
                x5c[0].pop();
            }),
        )
        .refused(Reason::Certificate(Rule::Malformed(Malformed::Truncated)).of(FORMAT)),
        row("fido-u2f/certificate-signature-of-unused-bits", unused_bits(2))
            .untrusted(Rule::Malformed(Malformed::BitString).at(0)),
        row("fido-u2f/certificate-signature-of-unused-bits-not-judged", unused_bits(2)).trust(|_| Trust::Ignore),
        row("fido-u2f/certificate-signature-of-an-unused-octet", unused_bits(8))
            .refused(Reason::Certificate(Rule::Malformed(Malformed::BitString)).of(FORMAT)),
        row(
            "fido-u2f/certificate-may-not-sign",
            FidoU2f::new().leaf(|leaf| leaf.set(crate::packed::key_encipherment())),
        )
        .strict()
        .refused(Reason::KeyUsage.of(FORMAT)),
        row("fido-u2f/certificate-key-p384", by(Algorithm::Es384)).refused(Reason::NotP256.of(FORMAT)),
        row("fido-u2f/certificate-key-rsa", by(Algorithm::Rs256)).refused(Reason::NotP256.of(FORMAT)),
        row_of("fido-u2f/credential-esp256", Algorithm::Esp256, FidoU2f::new())
            .strict()
            .refused(Reason::NotEs256.of(FORMAT)),
        row_of("fido-u2f/credential-es384", Algorithm::Es384, FidoU2f::new()).refused(Reason::NotEs256.of(FORMAT)),
        row("fido-u2f/signature-bit", FidoU2f::new().signature(|sig| *sig.last_mut().unwrap() ^= 1))
            .refused(Reason::Signature.of(FORMAT)),
        message("message-reserved-byte", |message| message[0] = 5).refused(Reason::Signature.of(FORMAT)),
        message("message-of-another-rp", |message| message[1] ^= 1).refused(Reason::Signature.of(FORMAT)),
        message("message-of-another-ceremony", |message| message[33] ^= 1).refused(Reason::Signature.of(FORMAT)),
        message("message-of-another-credential", |message| message[65] ^= 1).refused(Reason::Signature.of(FORMAT)),
        message("message-of-a-compressed-key", |message| message[97] = 2).refused(Reason::Signature.of(FORMAT)),
        message("message-of-another-key", |message| message[98] ^= 1).refused(Reason::Signature.of(FORMAT)),
    ]
}
