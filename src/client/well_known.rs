//! Documents that a relying party publishes, so that clients let other origins and native apps use its RP ID.
//!
//! | document | path on the RP ID's host | who reads it |
//! |---|---|---|
//! | [`RelatedOrigins`] (§5.11) | `/.well-known/webauthn` | browsers on other sites |
//! | [`asset_links`] (Digital Asset Links) | `/.well-known/assetlinks.json` | Android |
//! | [`app_site_association`] (Apple, associated domains) | `/.well-known/apple-app-site-association` | iOS, macOS |
//!
//! Serve each as `application/json` over https with status 200. A document only tells clients; also give the same origins to
//! [`RelyingPartyBuilder`](crate::RelyingPartyBuilder), which decides what the relying party accepts.

use super::json::Lint;
use super::origin::{check_web_origin, is_bundle, origin_and_host};
use crate::codec::base64url;
use crate::invalid::InvalidValue;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The number of registrable origin labels that every client supports (§5.11.1).
pub const MAX_LABELS: usize = 5;

/// The document at `/.well-known/webauthn`.
///
/// ```
/// use wardkey::client::well_known::RelatedOrigins;
/// let document = RelatedOrigins::new(["https://clinic.example", "https://clinic.test"])?;
/// assert_eq!(serde_json::to_string(&document)?, r#"{"origins":["https://clinic.example","https://clinic.test"]}"#);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RelatedOrigins {
    origins: Vec<String>,
}

impl RelatedOrigins {
    /// Makes a document with these origins. Put the most important first, because clients read it in order and may stop after
    /// [`MAX_LABELS`] labels.
    ///
    /// # Errors
    /// [`InvalidValue::NoOrigin`] if there is none; otherwise [`InvalidValue`] if one is not a web origin as clients send it.
    pub fn new(origins: impl IntoIterator<Item = impl Into<String>>) -> Result<Self, InvalidValue> {
        let origins: Vec<String> = origins.into_iter().map(Into::into).collect();
        if origins.is_empty() {
            return Err(InvalidValue::NoOrigin);
        }
        origins.iter().try_for_each(|origin| check_web_origin(origin, None))?;
        Ok(Self { origins })
    }

    /// Returns the origins in order. Those of a document that was read with serde are not checked: see [`Self::check`].
    #[must_use]
    pub fn origins(&self) -> &[String] {
        &self.origins
    }

    /// Returns what is wrong with the document. `registrable_domain` returns the registrable domain of a host by the public
    /// suffix list (`clinic.co.uk` for `portal.clinic.co.uk`). This crate does not contain that list, because it would soon
    /// be out of date.
    pub fn check(&self, registrable_domain: impl Fn(&str) -> Option<String>) -> Vec<Lint> {
        let mut warnings = Vec::new();
        let (mut seen, mut labels) = (BTreeSet::new(), BTreeSet::new());
        if self.origins.is_empty() {
            warnings.push(Lint::NoOrigin);
        }
        for (place, origin) in self.origins.iter().enumerate() {
            if check_web_origin(origin, None).is_err() {
                warnings.push(Lint::MalformedOrigin(place));
                continue;
            }
            if !seen.insert(origin) {
                warnings.push(Lint::DuplicateOrigin(place));
                continue;
            }
            let label = origin_and_host(origin).and_then(|(_, host)| label(&host, &registrable_domain));
            match label {
                None => warnings.push(Lint::NoRegistrableDomain(place)),
                Some(label) if labels.contains(&label) => {}
                Some(_) if labels.len() >= MAX_LABELS => warnings.push(Lint::TooManyLabels(place)),
                Some(label) => drop(labels.insert(label)),
            }
        }
        warnings
    }

    /// Returns whether a client that supports `max_labels` labels allows the origin `caller` to use the RP ID because of this
    /// document (§5.11.1, "Validating related origins").
    #[must_use]
    pub fn allow(&self, caller: &str, max_labels: usize, registrable_domain: impl Fn(&str) -> Option<String>) -> bool {
        let mut labels = BTreeSet::new();
        for (origin, host) in self.origins.iter().filter_map(|url| origin_and_host(url)) {
            let Some(label) = label(&host, &registrable_domain) else { continue };
            // §5.11.1: an origin with one label too many is skipped before it is compared.
            if labels.len() >= max_labels && !labels.contains(&label) {
                continue;
            }
            labels.insert(label);
            if origin == caller {
                return true;
            }
        }
        false
    }
}

/// Returns the registrable origin label (§5.11): the first label of the registrable domain.
fn label(host: &str, registrable_domain: &impl Fn(&str) -> Option<String>) -> Option<String> {
    let label = registrable_domain(host)?.split('.').next()?.to_owned();
    (!label.is_empty()).then_some(label)
}

/// Returns the origin that an Android app sends in client data, for
/// [`native_origin`](crate::RelyingPartyBuilder::native_origin). `certificate` is the SHA-256 of the signing certificate (DER),
/// as `apksigner verify --print-certs` prints it.
#[must_use]
pub fn android_origin(certificate: &[u8; 32]) -> String {
    format!("android:apk-key-hash:{}", base64url::encode(certificate))
}

/// Returns the document `assetlinks.json`, which lets Android apps use the passkeys of the RP ID. Give each app as its package
/// name, such as `org.example.portal`, and the SHA-256 of each signing certificate: see [`android_origin`].
///
/// # Errors
/// [`InvalidValue::App`] if a text is not a package name, or an app has no certificate.
pub fn asset_links<'a>(
    apps: impl IntoIterator<Item = (&'a str, &'a [[u8; 32]])>,
) -> Result<serde_json::Value, InvalidValue> {
    apps.into_iter().map(|(package, certificates)| statement(package, certificates)).collect()
}

fn statement(package: &str, certificates: &[[u8; 32]]) -> Result<serde_json::Value, InvalidValue> {
    let segment = |segment: &str| {
        segment.starts_with(|c: char| c.is_ascii_alphabetic())
            && segment.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    };
    let named = package.contains('.') && package.split('.').all(segment);
    if !named || certificates.is_empty() {
        return Err(InvalidValue::App);
    }
    let fingerprint = |sha256: &[u8; 32]| sha256.map(|byte| format!("{byte:02X}")).join(":");
    Ok(serde_json::json!({
        "relation": ["delegate_permission/common.handle_all_urls", "delegate_permission/common.get_login_creds"],
        "target": {
            "namespace": "android_app",
            "package_name": package,
            "sha256_cert_fingerprints": certificates.iter().map(fingerprint).collect::<Vec<_>>(),
        },
    }))
}

/// Returns the document `apple-app-site-association`, which lets apps use the passkeys of the RP ID. Give each app as its
/// team id (ten upper-case letters and digits) and its bundle identifier, such as `("A1B2C3D4E5", "org.example.portal")`.
/// These apps send the origin `https://` followed by the RP ID.
///
/// # Errors
/// [`InvalidValue::App`] if a team id or a bundle identifier is malformed.
pub fn app_site_association<'a>(
    apps: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Result<serde_json::Value, InvalidValue> {
    let name = |(team, bundle): (&str, &str)| {
        let is_team = team.len() == 10 && team.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
        if is_team && is_bundle(bundle) { Ok(format!("{team}.{bundle}")) } else { Err(InvalidValue::App) }
    };
    let apps = apps.into_iter().map(name).collect::<Result<Vec<_>, _>>()?;
    Ok(serde_json::json!({ "webcredentials": { "apps": apps } }))
}
