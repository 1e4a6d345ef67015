//! PEM (RFC 7468) of certificates, revocation lists and public keys of the relying party. Messages contain no PEM.

use super::base64url;

/// How a text differs from PEM.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Malformed {
    /// There is no `-----BEGIN …-----` line with the expected label.
    NoBlock,
    /// A `-----BEGIN …-----` line has no `-----END …-----` line.
    NoEnd,
    /// The text between the two lines is not Base64.
    Base64,
}

/// Returns the DER of every `CERTIFICATE` in the text. Ignores explanatory text around them (RFC 7468 §2).
pub(crate) fn certificates(text: &str) -> Result<Vec<Vec<u8>>, Malformed> {
    blocks(text, "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----")
}

/// Returns the DER of every `X509 CRL` in the text.
pub(crate) fn crls(text: &str) -> Result<Vec<Vec<u8>>, Malformed> {
    blocks(text, "-----BEGIN X509 CRL-----", "-----END X509 CRL-----")
}

/// Returns the SubjectPublicKeyInfo of the one `PUBLIC KEY` in the text, or `None` if there is not exactly one.
pub(crate) fn public_key(text: &str) -> Option<Vec<u8>> {
    let keys = blocks(text, "-----BEGIN PUBLIC KEY-----", "-----END PUBLIC KEY-----").ok()?;
    <[_; 1]>::try_from(keys).ok().map(|[key]| key)
}

fn blocks(text: &str, begin: &str, end: &str) -> Result<Vec<Vec<u8>>, Malformed> {
    let blocks = text.split(begin).skip(1).map(|part| {
        let (body, _) = part.split_once(end).ok_or(Malformed::NoEnd)?;
        let base64: String = body.split_ascii_whitespace().collect();
        base64url::decode_standard(&base64).map_err(|_| Malformed::Base64)
    });
    let blocks: Vec<_> = blocks.collect::<Result<_, _>>()?;
    if blocks.is_empty() { Err(Malformed::NoBlock) } else { Ok(blocks) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "-----BEGIN CERTIFICATE-----\r\nAAEC\n AwQ=\n-----END CERTIFICATE-----\n";

    #[test]
    fn reads_one_or_many_and_ignores_text_around_them() {
        assert_eq!(certificates(ONE), Ok(vec![vec![0, 1, 2, 3, 4]]));
        assert_eq!(certificates(&format!("Subject: x\n{ONE}\n# next\n{ONE}")).map(|all| all.len()), Ok(2));
    }

    #[test]
    fn one_public_key() {
        let one = ONE.replace("CERTIFICATE", "PUBLIC KEY");
        assert_eq!(public_key(&one), Some(vec![0, 1, 2, 3, 4]));
        for text in ["", ONE, &format!("{one}{one}"), "-----BEGIN PUBLIC KEY-----\nAAEC"] {
            assert_eq!(public_key(text), None, "{text}");
        }
    }

    #[test]
    fn refuses_texts_without_complete_pem() {
        for (text, error) in [
            ("", Malformed::NoBlock),
            ("-----BEGIN PRIVATE KEY-----\nAAEC\n-----END PRIVATE KEY-----", Malformed::NoBlock),
            ("-----BEGIN CERTIFICATE-----\nAAEC", Malformed::NoEnd),
            ("-----BEGIN CERTIFICATE-----\nAAE_\n-----END CERTIFICATE-----", Malformed::Base64),
            ("-----BEGIN CERTIFICATE-----\nAAECAw\n-----END CERTIFICATE-----", Malformed::Base64),
            (
                "-----BEGIN CERTIFICATE-----\nAAEC\n-----BEGIN CERTIFICATE-----\nAAEC\n-----END CERTIFICATE-----",
                Malformed::NoEnd,
            ),
        ] {
            assert_eq!(certificates(text), Err(error), "{text}");
        }
    }
}
