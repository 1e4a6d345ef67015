//! Client extension outputs: AuthenticationExtensionsClientOutputsJSON (§5.1, §10) and CTAP §12.
//!
//! Unsigned: any script in the page could have written them. What a client calls an extension output is read as what
//! its section says, and refused as JSON where it is of another type; two kinds of value are read with more patience.
//!
//! * Results of pseudo-random functions are secrets that should not have been sent at all. Only *that* they were is
//!   kept, never what they are, so they cannot reach a log, a record or a debugger.
//! * Byte strings that are no base64url text count as absent: front ends that serialise by hand post `{}`, which is
//!   what `JSON.stringify` makes of an `ArrayBuffer`.

use super::Blob;
use crate::codec::base64url;
use crate::codec::json::{Object, Text, UnknownNames, object};
use crate::extension::{Extension, ExtensionSet, UserVerificationMethod};
use core::fmt;
use serde::de::{Deserialize, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// CredentialPropertiesOutput (§10.1.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[non_exhaustive]
pub struct CredentialProperties {
    /// Whether the credential is discoverable, by the client's word; `None`: it does not know.
    pub rk: Option<bool>,
}

/// Secrets that a client should have kept: they came, and were not looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Withheld;

/// Secrets, or nothing: null, and an object all of whose members are null. Front ends that hold results back post that.
fn withheld<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Withheld>, D::Error> {
    struct Secrets;
    impl<'de> Visitor<'de> for Secrets {
        type Value = Option<Withheld>;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("anything")
        }
        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut secrets = None;
            while let Some((_, value)) = map.next_entry::<IgnoredAny, Option<IgnoredAny>>()? {
                secrets = secrets.or(value.map(|_| Withheld));
            }
            Ok(secrets)
        }
        fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
            while seq.next_element::<IgnoredAny>()?.is_some() {}
            Ok(Some(Withheld))
        }
        fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
            Ok(Some(Withheld))
        }
        fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
            Ok(Some(Withheld))
        }
        fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
            Ok(Some(Withheld))
        }
        fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
            Ok(Some(Withheld))
        }
        fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
            Ok(Some(Withheld))
        }
        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok(None)
        }
    }
    from.deserialize_any(Secrets)
}

/// Secrets as a member of their own.
struct WithheldMember(Option<Withheld>);

impl<'de> Deserialize<'de> for WithheldMember {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        withheld(from).map(Self)
    }
}

/// AuthenticationExtensionsPRFOutputs (§10.1.4), without the results.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[non_exhaustive]
pub struct PrfOutputs {
    /// Whether the credential has the function; in registrations.
    pub enabled: Option<bool>,
    /// Whether results came with it.
    #[serde(default, deserialize_with = "withheld")]
    pub results: Option<Withheld>,
}

/// AuthenticationExtensionsLargeBlobOutputs (§10.1.5).
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[non_exhaustive]
pub struct LargeBlobOutputs {
    /// Whether the credential can have a blob; in registrations.
    pub supported: Option<bool>,
    /// The blob that was read.
    #[serde(default, deserialize_with = "blob")]
    pub blob: Option<Blob>,
    /// Whether the blob was written.
    pub written: Option<bool>,
}

/// BrowserBoundSignature of Secure Payment Confirmation (§5).
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[non_exhaustive]
pub struct BrowserBoundSignature {
    /// The signature over client data as it was posted.
    #[serde(default, deserialize_with = "blob")]
    pub signature: Option<Blob>,
}

/// AuthenticationExtensionsPaymentOutputs of Secure Payment Confirmation (§5).
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct PaymentOutputs {
    /// By the key that never leaves the browser.
    #[serde(default, deserialize_with = "object")]
    pub browser_bound_signature: Option<BrowserBoundSignature>,
}

/// `cmtgKey`, a draft for Level 4: parsed, not verified.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CmtgKeyOutputs {
    /// A COSE_Key of the trust group.
    #[serde(default, deserialize_with = "blob")]
    pub cmtg_key: Option<Blob>,
    /// Its signature.
    #[serde(default, deserialize_with = "blob")]
    pub signature: Option<Blob>,
}

/// Base64url text, or nothing: what pages make of bytes that they write as JSON themselves counts as nothing.
fn blob<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Blob>, D::Error> {
    struct Bytes;
    impl<'de> Visitor<'de> for Bytes {
        type Value = Option<Blob>;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("base64url text")
        }
        fn visit_str<E>(self, text: &str) -> Result<Option<Blob>, E> {
            Ok(base64url::decode(text).ok().map(Blob::from))
        }
        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Option<Blob>, A::Error> {
            while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            Ok(None)
        }
        fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Option<Blob>, A::Error> {
            while seq.next_element::<IgnoredAny>()?.is_some() {}
            Ok(None)
        }
        fn visit_unit<E>(self) -> Result<Option<Blob>, E> {
            Ok(None)
        }
    }
    from.deserialize_any(Bytes)
}

/// A byte string as a member of its own.
struct BlobMember(Option<Blob>);

impl<'de> Deserialize<'de> for BlobMember {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        blob(from).map(Self)
    }
}

macro_rules! outputs {
    ($($(#[$doc:meta])* $field:ident: $type:ty, $wire:ty, $extension:ident, $open:expr;)*) => {
        /// AuthenticationExtensionsClientOutputsJSON (§5.1, §10): unsigned, so that any script in the page could have
        /// written it. Outputs that are not listed here are tolerated and counted.
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct ClientExtensionResults {
            $($(#[$doc])* pub $field: Option<$type>,)*
            /// The identifiers that came, those with a value of null or of no use among them.
            pub present: ExtensionSet,
            /// How many identifiers came that are not known.
            pub unknown: u32,
        }

        impl<'de> Deserialize<'de> for ClientExtensionResults {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                struct Results;
                impl<'de> Visitor<'de> for Results {
                    type Value = ClientExtensionResults;
                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str("an object")
                    }
                    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                        let mut results = ClientExtensionResults::default();
                        let mut unknown = UnknownNames::default();
                        while let Some(Text(identifier)) = map.next_key()? {
                            let extension = Extension::from_identifier(&identifier);
                            if let Some(extension) = extension {
                                if results.present.contains(extension) {
                                    return Err(A::Error::custom("an extension output that occurs twice"));
                                }
                                results.present = results.present.with(extension);
                            }
                            match extension {
                                $(Some(Extension::$extension) => {
                                    results.$field = map.next_value::<Option<$wire>>()?.and_then($open);
                                })*
                                Some(_) => {
                                    map.next_value::<IgnoredAny>()?;
                                }
                                None => {
                                    unknown.add(identifier).map_err(A::Error::custom)?;
                                    map.next_value::<IgnoredAny>()?;
                                    results.unknown = results.unknown.saturating_add(1);
                                }
                            }
                        }
                        Ok(results)
                    }
                }
                from.deserialize_map(Results)
            }
        }
    };
}

outputs! {
    /// `appid` (§10.1.1): the assertion was made for the AppID.
    appid: bool, bool, Appid, Some;
    /// `appidExclude` (§10.1.2): the extension was acted upon.
    appid_exclude: bool, bool, AppidExclude, Some;
    /// `credProps` (§10.1.3).
    cred_props: CredentialProperties, Object<CredentialProperties>, CredProps, |Object(output)| Some(output);
    /// `prf` (§10.1.4).
    prf: PrfOutputs, Object<PrfOutputs>, Prf, |Object(output)| Some(output);
    /// `largeBlob` (§10.1.5).
    large_blob: LargeBlobOutputs, Object<LargeBlobOutputs>, LargeBlob, |Object(output)| Some(output);
    /// `credBlob` (CTAP §12.2): the blob was stored. The signed output says the same.
    cred_blob: bool, bool, CredBlob, Some;
    /// `getCredBlob` (CTAP §12.2): the blob. The signed output says the same.
    get_cred_blob: Blob, BlobMember, GetCredBlob, |BlobMember(output)| output;
    /// `hmacCreateSecret` (CTAP §12.5).
    hmac_create_secret: bool, bool, HmacCreateSecret, Some;
    /// `hmacGetSecret` (CTAP §12.5): results came with it.
    hmac_get_secret: Withheld, WithheldMember, HmacGetSecret, |WithheldMember(output)| output;
    /// `largeBlobKey` (CTAP §12.3): the key came, which never leaves a client.
    large_blob_key: Withheld, WithheldMember, LargeBlobKey, |WithheldMember(output)| output;
    /// `uvm` (Level 2 §10.3). The signed output says the same.
    uvm: Vec<UserVerificationMethod>, Vec<UserVerificationMethod>, Uvm, Some;
    /// `payment` (Secure Payment Confirmation §5).
    payment: PaymentOutputs, Object<PaymentOutputs>, Payment, |Object(output)| Some(output);
    /// `cmtgKey`, a draft for Level 4.
    cmtg_key: CmtgKeyOutputs, Object<CmtgKeyOutputs>, CmtgKey, |Object(output)| Some(output);
}

impl ClientExtensionResults {
    /// Whether results of a pseudo-random function were sent that should have stayed in the browser, or the key of a
    /// large blob.
    #[must_use]
    pub fn has_secrets(&self) -> bool {
        self.prf.is_some_and(|prf| prf.results.is_some())
            || self.hmac_get_secret.is_some()
            || self.large_blob_key.is_some()
    }

    /// The bytes of all blobs together.
    pub(crate) fn blobs_len(&self) -> usize {
        let blobs = [
            self.large_blob.as_ref().and_then(|output| output.blob.as_ref()),
            self.get_cred_blob.as_ref(),
            self.payment.as_ref().and_then(|output| output.browser_bound_signature.as_ref()?.signature.as_ref()),
            self.cmtg_key.as_ref().and_then(|output| output.cmtg_key.as_ref()),
            self.cmtg_key.as_ref().and_then(|output| output.signature.as_ref()),
        ];
        blobs.iter().flatten().map(|blob| blob.as_bytes().len()).fold(0, usize::saturating_add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<ClientExtensionResults, serde_json::Error> {
        serde_json::from_str(json)
    }

    #[test]
    fn each_output_is_read_as_what_it_is() {
        let results = read(
            r#"{"appid":true,"appidExclude":true,"credProps":{"rk":true},"prf":{"enabled":true},
                "largeBlob":{"supported":true,"blob":"AQI","written":false},"credBlob":false,"getCredBlob":"AQI",
                "hmacCreateSecret":true,"uvm":[[2,4,2]],"payment":{"browserBoundSignature":{"signature":"AQ"}},
                "cmtgKey":{"cmtgKey":"oA","signature":"AQ"},"credProtect":2,"x":1,"y":{"z":[]}}"#,
        )
        .unwrap();
        assert_eq!((results.appid, results.appid_exclude), (Some(true), Some(true)));
        assert_eq!(results.cred_props.unwrap().rk, Some(true));
        assert_eq!(results.prf.unwrap(), PrfOutputs { enabled: Some(true), results: None });
        let large_blob = results.large_blob.as_ref().unwrap();
        assert_eq!((large_blob.supported, large_blob.written), (Some(true), Some(false)));
        assert_eq!(large_blob.blob.as_ref().unwrap().as_bytes(), [1, 2]);
        assert_eq!(results.get_cred_blob.as_ref().unwrap().as_bytes(), [1, 2]);
        assert_eq!((results.cred_blob, results.hmac_create_secret), (Some(false), Some(true)));
        assert_eq!(results.uvm.as_deref(), Some(&[UserVerificationMethod::from((2, 4, 2))][..]));
        assert!(results.payment.as_ref().unwrap().browser_bound_signature.is_some());
        assert!(results.cmtg_key.as_ref().unwrap().signature.is_some());
        assert_eq!((results.present.iter().count(), results.unknown), (12, 2));
        assert!(!results.has_secrets());
    }

    #[test]
    fn secrets_are_noticed_and_not_kept() {
        for json in [
            r#"{"prf":{"results":{}}}"#,
            r#"{"prf":{"results":{"first":null}}}"#,
            r#"{"prf":{"results":null}}"#,
            r#"{"hmacGetSecret":{}}"#,
            r#"{"hmacGetSecret":null}"#,
            r#"{"largeBlobKey":null}"#,
        ] {
            assert!(!read(json).unwrap().has_secrets(), "{json}");
        }
        let secret = "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3I";
        for json in [
            format!(r#"{{"prf":{{"results":{{"first":"{secret}"}}}}}}"#),
            format!(r#"{{"prf":{{"enabled":true,"results":"{secret}"}}}}"#),
            r#"{"prf":{"results":{"first":null,"second":{"0":1}}}}"#.to_owned(),
            r#"{"prf":{"results":[1]}}"#.to_owned(),
            r#"{"prf":{"results":true}}"#.to_owned(),
            r#"{"hmacGetSecret":1}"#.to_owned(),
            r#"{"hmacGetSecret":-1}"#.to_owned(),
            r#"{"largeBlobKey":0.5}"#.to_owned(),
            format!(r#"{{"hmacGetSecret":{{"output1":"{secret}"}}}}"#),
            format!(r#"{{"largeBlobKey":"{secret}"}}"#),
        ] {
            let results = read(&json).unwrap();
            assert!(results.has_secrets(), "{json}");
            assert!(!format!("{results:?}").contains("secret-"), "{results:?}");
            assert!(!format!("{results:?}").contains(secret), "{results:?}");
        }
        assert_eq!(size_of::<Withheld>(), 0);
    }

    #[test]
    fn blobs_are_not_printed_and_odd_ones_count_as_absent() {
        assert_eq!(read(r#"{"largeBlob":{"blob":null}}"#).unwrap().large_blob, Some(LargeBlobOutputs::default()));
        let results = read(r#"{"largeBlob":{"blob":{"0":1}},"getCredBlob":[1,2]}"#).unwrap();
        assert_eq!((results.large_blob.unwrap().blob, results.get_cred_blob), (None, None));
        assert!(read(r#"{"getCredBlob":"AQ=="}"#).unwrap().get_cred_blob.is_none());
        let printed = format!("{:?}", read(r#"{"getCredBlob":"AQID"}"#).unwrap());
        assert!(printed.contains("Blob(3 bytes)"), "{printed}");
    }

    #[test]
    fn refuses_other_types_and_a_second_time() {
        for json in [
            r#"{"appid":"true"}"#,
            r#"{"credProps":[true]}"#,
            r#"{"prf":true}"#,
            r#"{"prf":{"enabled":1}}"#,
            r#"{"largeBlob":{"supported":"yes"}}"#,
            r#"{"credBlob":"AQ"}"#,
            r#"{"uvm":[[1,2]]}"#,
            r#"{"appid":true,"appid":true}"#,
            r#"{"prf":{},"\u0070rf":{}}"#,
            r#"{"x":1,"y":1,"\u0078":1}"#,
            r#"{"prf":{"x":1,"x":1}}"#,
            r#"{"prf":{"enabled":true,"enabled":false}}"#,
        ] {
            assert!(read(json).is_err(), "{json}");
        }
        assert_eq!(read(r#"{"appid":null}"#).unwrap().appid, None);
    }
}
