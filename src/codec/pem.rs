//! PEM (RFC 7468) of certificates, revocation lists and public keys of the relying party. Messages contain no PEM.

use super::base64url;

/// Why no certificates or revocation lists can be read from a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No `-----BEGIN CERTIFICATE-----` line.
    #[error("no PEM certificate")]
    NoCertificate,
    /// No `-----BEGIN X509 CRL-----` line.
    #[error("no PEM certificate revocation list")]
    NoCrl,
    /// A `-----BEGIN …-----` line without its `-----END …-----` line.
    #[error("PEM without an end")]
    NoEnd,
    /// The text between the lines is not base64.
    #[error("PEM that is not Base64")]
    Base64,
}

/// Returns the DER of every `CERTIFICATE` in the text. Ignores explanatory text around them (RFC 7468 §2).
pub(crate) fn certificates(text: &str) -> Result<Vec<Vec<u8>>, Error> {
    blocks(text, "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----", Error::NoCertificate)
}

/// Returns the DER of every `X509 CRL` in the text.
pub(crate) fn crls(text: &str) -> Result<Vec<Vec<u8>>, Error> {
    blocks(text, "-----BEGIN X509 CRL-----", "-----END X509 CRL-----", Error::NoCrl)
}

/// The SubjectPublicKeyInfo of the one `PUBLIC KEY` in the text; `None` where there is not exactly one.
pub(crate) fn public_key(text: &str) -> Option<Vec<u8>> {
    let keys = blocks(text, "-----BEGIN PUBLIC KEY-----", "-----END PUBLIC KEY-----", Error::NoEnd).ok()?;
    <[_; 1]>::try_from(keys).ok().map(|[key]| key)
}

fn blocks(text: &str, begin: &str, end: &str, none: Error) -> Result<Vec<Vec<u8>>, Error> {
    let blocks = text.split(begin).skip(1).map(|part| {
        let (body, _) = part.split_once(end).ok_or(Error::NoEnd)?;
        let base64: String = body.split_ascii_whitespace().collect();
        base64url::decode_standard(&base64).map_err(|_| Error::Base64)
    });
    let blocks: Vec<_> = blocks.collect::<Result<_, _>>()?;
    if blocks.is_empty() { Err(none) } else { Ok(blocks) }
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
            ("", Error::NoCertificate),
            ("-----BEGIN PRIVATE KEY-----\nAAEC\n-----END PRIVATE KEY-----", Error::NoCertificate),
            ("-----BEGIN CERTIFICATE-----\nAAEC", Error::NoEnd),
            ("-----BEGIN CERTIFICATE-----\nAAE_\n-----END CERTIFICATE-----", Error::Base64),
            ("-----BEGIN CERTIFICATE-----\nAAECAw\n-----END CERTIFICATE-----", Error::Base64),
            (
                "-----BEGIN CERTIFICATE-----\nAAEC\n-----BEGIN CERTIFICATE-----\nAAEC\n-----END CERTIFICATE-----",
                Error::NoEnd,
            ),
        ] {
            assert_eq!(certificates(text), Err(error), "{text}");
        }
    }
}
