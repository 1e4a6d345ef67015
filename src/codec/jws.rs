//! JSON Web Signatures in compact serialization (RFC 7515 §3.1), as a FIDO metadata BLOB and a SafetyNet response are.
//!
//! The header decides nothing. It names an algorithm, which must fit the key of the first certificate in `x5c`. A header that
//! contains or links another key (`jwk`, `jku`, `x5u`), or that asks for an extension (`crit`), is refused.

use super::base64url;
use super::json::Object;
use serde::{Deserialize, Deserializer, de::Error as _};

/// A compact JWS whose three parts were decoded. Nothing is verified.
pub(crate) struct Jws<'a> {
    /// The signing input: header, dot and payload as received.
    pub(crate) signed: &'a [u8],
    pub(crate) header: Vec<u8>,
    pub(crate) payload: Vec<u8>,
    pub(crate) signature: Vec<u8>,
}

impl<'a> Jws<'a> {
    /// Decodes three parts of base64url without padding, of which the header is not empty; `None` for anything else. The payload
    /// may be large, so the text is searched for dots only from both ends, and the base64 decoder refuses the others.
    pub(crate) fn read(text: &'a [u8]) -> Option<Self> {
        let last = text.iter().rposition(|&byte| byte == b'.')?;
        let (signed, signature) = text.split_at_checked(last)?;
        let first = signed.iter().position(|&byte| byte == b'.')?;
        let (header, payload) = signed.split_at_checked(first)?;
        if header.is_empty() {
            return None;
        }
        let decode = |part: &[u8]| base64url::decode_bytes(part).ok();
        Some(Self {
            signed,
            header: decode(header)?,
            payload: decode(payload.get(1..)?)?,
            signature: decode(signature.get(1..)?)?,
        })
    }

    /// Reads the header, which is UTF-8 as a whole (RFC 7515 §5.2, RFC 8259 §8.1). `None` unless it is an object with each
    /// member once, with a text `alg` and a list of texts `x5c`, and without a member that is refused.
    pub(crate) fn header(&self) -> Option<Header> {
        let Object::<Header>(header) = serde_json::from_str(core::str::from_utf8(&self.header).ok()?).ok()?;
        Some(header)
    }
}

/// The members that are read. Others are ignored (RFC 7515 §4), such as `kid` and thumbprints, except the four that are refused.
#[derive(Deserialize)]
pub(crate) struct Header {
    pub(crate) alg: String,
    x5c: Vec<String>,
    #[serde(default, rename = "jwk", alias = "jku", alias = "x5u", alias = "crit")]
    _refused: Refused,
}

impl Header {
    /// The number of certificates.
    pub(crate) fn len(&self) -> usize {
        self.x5c.len()
    }

    /// The DER certificates, leaf first (RFC 7515 §4.1.6); `None` if a text is not canonical base64.
    pub(crate) fn certificates(&self) -> Option<Vec<Vec<u8>>> {
        self.x5c.iter().map(|text| base64url::decode_standard(text).ok()).collect()
    }
}

/// A member that must not be there.
#[derive(Default)]
struct Refused;

impl<'de> Deserialize<'de> for Refused {
    fn deserialize<D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        Err(D::Error::custom("a member that must not be there"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_three_parts_of_base64url() {
        let jws = Jws::read(b"e30.AAEC.__8").unwrap();
        assert_eq!((jws.signed, &*jws.header, &*jws.payload), (&b"e30.AAEC"[..], &b"{}"[..], &[0, 1, 2][..]));
        assert_eq!(jws.signature, [255, 255]);
        assert_eq!(Jws::read(b"e30.AAEC.").map(|jws| jws.signature), Some(Vec::new()));
        assert_eq!(Jws::read(b"e30..__8").map(|jws| jws.payload), Some(Vec::new()));
        for text in [
            "",
            ".",
            "..",
            ".AAEC.__8",
            "e30.AAEC",
            "e30.AAEC.__8.",
            ".e30.AAEC.__8",
            "e30.AA.EC.__8",
            "e30=.AAEC.__8",
            "e30.AAEC.//8",
        ] {
            assert!(Jws::read(text.as_bytes()).is_none(), "{text}");
        }
        for text in
            ["e30.AAEC.__8\n", " e30.AAEC.__8", "e30.AAEC.__9", "e30.AA EC.__8", "e30.AAEC=.__8", "e30\0.AAEC.__8"]
        {
            assert!(Jws::read(text.as_bytes()).is_none(), "{text:?}");
        }
    }

    #[test]
    fn the_header_names_an_algorithm_and_certificates_and_no_other_key() {
        let header =
            |json: &str| Jws::read(format!("{}..AA", base64url::encode(json.as_bytes())).as_bytes()).unwrap().header();
        let good = header(r#"{"typ":"JWT","alg":"RS256","x5c":["AAEC","A\/8="],"more":{"x5u":1}}"#).unwrap();
        assert_eq!((&*good.alg, good.len()), ("RS256", 2));
        assert_eq!(good.certificates(), Some(vec![vec![0, 1, 2], vec![3, 255]]));
        assert_eq!(header(r#"{"alg":"RS256","x5c":["AAE_"]}"#).unwrap().certificates(), None);
        for bad in [
            " ",
            "[]",
            "\u{feff}{\"alg\":\"a\",\"x5c\":[]}",
            r#"["RS256",["AAEC"]]"#,
            r#"{"alg":"RS256"}"#,
            r#"{"x5c":[]}"#,
            r#"{"alg":["RS256"],"x5c":[]}"#,
            r#"{"alg":"RS256","x5c":"AAEC"}"#,
            r#"{"alg":"RS256","x5c":[1]}"#,
            r#"{"alg":"RS256","x5c":[],"alg":"RS256"}"#,
            r#"{"alg":"RS256","x5c":[],"a":1,"a":1}"#,
            r#"{"alg":"RS256","x5c":[],"crit":[]}"#,
            r#"{"alg":"RS256","x5c":[],"jwk":null}"#,
            r#"{"alg":"RS256","x5c":[],"jku":""}"#,
            r#"{"alg":"RS256","x5c":[],"x5u":""}"#,
            r#"{"alg":"RS256","x5c":[]} x"#,
        ] {
            assert!(header(bad).is_none(), "{bad}");
        }
    }
}
