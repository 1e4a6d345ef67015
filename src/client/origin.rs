//! Origins and the RP ID (§5.1.3, "Validating the origin of a credential" §13.4.9).
//!
//! What was received is a string and is compared as one. A URL parser would make 14 spellings equal to an origin that
//! are none; so the crate `url` sees only what the relying party itself configures, once, when it is built.

use crate::codec::base64url;
use url::{Host, Url};

/// Why a configured RP ID or origin cannot be used. Says what to write instead, where it can.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum OriginError {
    /// The RP ID is not a domain name in lower case (an internationalised one in its `xn--` form), without scheme,
    /// port, path or trailing dot.
    #[error("the RP ID is not a bare domain name in lower case, such as clinic.example")]
    RpId,
    /// The RP ID is an IP address, which no client accepts.
    #[error("the RP ID is an IP address; use a domain name, or localhost while developing")]
    RpIdIsAnAddress,
    /// An origin that is not in the form that clients send: scheme, host, port where it is not the scheme's own.
    #[error(
        "an origin that clients never send; write scheme, host and any port, such as https://portal.clinic.example"
    )]
    Origin,
    /// `http` for anything but localhost.
    #[error("an http origin; clients allow http on localhost only")]
    InsecureOrigin,
    /// A web origin whose host is neither the RP ID nor below it. Other sites need `related_origin`.
    #[error("an origin outside the RP ID; add it as a related origin if /.well-known/webauthn lists it")]
    OriginOutsideRpId,
    /// A native origin that is not `android:apk-key-hash:` and a SHA-256 in base64url, or `ios:bundle-id:` and a name.
    #[error("not a native origin, such as android:apk-key-hash:… or ios:bundle-id:…")]
    NativeOrigin,
    /// No origin, where a document has to list some.
    #[error("no origin to list")]
    NoOrigin,
    /// Not what an app is known by: an Android package and its certificates, or an Apple team and bundle.
    #[error("not an app's name, such as org.example.portal, or not its certificates or its team, such as A1B2C3D4E5")]
    App,
}

/// The rule by which a listed origin accepts the origin of a ceremony.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum OriginRule {
    /// The two are equal, octet by octet.
    Listed,
    /// The origin of the ceremony has the same host and a different port.
    AnyPort,
    /// The origin of the ceremony has a subdomain of the host.
    Subdomain,
    /// The origin of the ceremony has a subdomain of the host, and a different port.
    SubdomainAndPort,
}

/// Which origins a ceremony may come from.
///
/// ```
/// use wardkey::client::Origins;
/// let origins = Origins::exact(["https://clinic.example", "android:apk-key-hash:47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"]);
/// assert!(origins.allow("https://clinic.example"));
/// assert!(!origins.allow("https://clinic.example/"));
/// assert!(!origins.allow("HTTPS://clinic.example"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origins {
    own: Vec<String>,
    elsewhere: Vec<String>,
    subdomains: bool,
    any_port: bool,
}

impl Origins {
    /// These origins and no others, each compared as a string. What a string must look like to be of any use is
    /// checked by [`RelyingParty`](crate::relying_party::RelyingParty)'s builder, not here.
    pub fn exact(origins: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self { own: origins.into_iter().map(Into::into).collect(), ..Self::default() }
    }

    /// Also these origins, which [`Self::with_subdomains`] and [`Self::with_any_port`] leave as they are: those of other
    /// sites, which §5.11 lists one by one, and those of apps.
    #[must_use]
    pub fn and_exactly(mut self, origins: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.elsewhere.extend(origins.into_iter().map(Into::into));
        self
    }

    /// Also every host below the host of a listed https origin. Any site that can be put there can then sign your
    /// users in (§13.4.8), so list origins where you can.
    #[must_use]
    pub const fn with_subdomains(mut self) -> Self {
        self.subdomains = true;
        self
    }

    /// Also every port of the host of a listed web origin.
    #[must_use]
    pub const fn with_any_port(mut self) -> Self {
        self.any_port = true;
        self
    }

    /// Whether a ceremony may come from `received`.
    #[must_use]
    pub fn allow(&self, received: &str) -> bool {
        self.admit(received).is_some()
    }

    /// The listed origin that lets a ceremony come from `received`, and how.
    pub(crate) fn admit(&self, received: &str) -> Option<(&str, OriginRule)> {
        match self.iter().find(|listed| *listed == received) {
            Some(listed) => Some((listed, OriginRule::Listed)),
            None if self.subdomains || self.any_port => self.admit_structurally(received),
            None => None,
        }
    }

    fn admit_structurally(&self, received: &str) -> Option<(&str, OriginRule)> {
        let (scheme, host, port) = serialised(received)?;
        self.own.iter().find_map(|listed| {
            let (listed_scheme, listed_host, listed_port) = serialised(listed)?;
            let admitted = scheme == listed_scheme
                && (port == listed_port || self.any_port)
                && (host == listed_host || self.subdomains && scheme == "https" && is_within(host, listed_host));
            let rule = match (host == listed_host, port == listed_port) {
                (true, _) => OriginRule::AnyPort,
                (false, true) => OriginRule::Subdomain,
                (false, false) => OriginRule::SubdomainAndPort,
            };
            admitted.then_some((listed.as_str(), rule))
        })
    }

    /// The listed origins, as strings.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.own.iter().chain(&self.elsewhere).map(String::as_str)
    }
}

/// The parts of a string that is a web origin in the one form in which clients serialise it (HTML, "serialization of
/// an origin"): the name of a host, then a port without leading zero if there is one.
fn serialised(origin: &str) -> Option<(&str, &str, Option<&str>)> {
    let (scheme, rest) = origin.split_once("://")?;
    let (host, port) = match rest.split_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (rest, None),
    };
    let number =
        |port: &str| !port.starts_with('0') && port.bytes().all(|b| b.is_ascii_digit()) && port.parse::<u16>().is_ok();
    let own = if scheme == "https" { "443" } else { "80" };
    let whole =
        matches!(scheme, "https" | "http") && is_host_name(host) && port.is_none_or(|port| number(port) && port != own);
    whole.then_some((scheme, host, port))
}

/// Whether a host is made of what names of hosts are made of, the underscore among it that clients let pass. A URL may
/// hold more: `*.clinic.example` is one, and no client will ever be there.
fn is_host_name(host: &str) -> bool {
    let in_names = |b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_');
    host.split('.').all(|label| !label.is_empty() && label.bytes().all(in_names))
}

/// Whether a host is this domain or below it, label by label: `evilclinic.example` is not below `clinic.example`.
pub(crate) fn is_within(host: &str, domain: &str) -> bool {
    let below = |rest: &str| rest.strip_suffix('.').is_some_and(|labels| !labels.is_empty());
    host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || below(rest))
}

/// Checks a configured RP ID (§5, "RP ID": a valid domain string).
pub(crate) fn check_rp_id(rp_id: &str) -> Result<(), OriginError> {
    match Host::parse(rp_id) {
        Ok(Host::Domain(domain)) if domain == rp_id && is_host_name(rp_id) => Ok(()),
        Ok(Host::Ipv4(_) | Host::Ipv6(_)) => Err(OriginError::RpIdIsAnAddress),
        _ => Err(OriginError::RpId),
    }
}

/// Checks a configured web origin; `rp_id` is `None` for a related origin, which may be anywhere.
pub(crate) fn check_web_origin(origin: &str, rp_id: Option<&str>) -> Result<(), OriginError> {
    let url = Url::parse(origin).map_err(|_| OriginError::Origin)?;
    let Some(Host::Domain(host)) = url.host() else { return Err(OriginError::Origin) };
    if url.origin().ascii_serialization() != origin || !is_host_name(host) {
        return Err(OriginError::Origin);
    }
    match url.scheme() {
        "https" => {}
        "http" if is_within(host, "localhost") => {}
        "http" => return Err(OriginError::InsecureOrigin),
        _ => return Err(OriginError::Origin),
    }
    if rp_id.is_none_or(|rp_id| is_within(host, rp_id)) { Ok(()) } else { Err(OriginError::OriginOutsideRpId) }
}

/// Whether a configured URL may be on the site of the RP ID: on it, below it, or above it. Which domains anybody may
/// register under is not known here, so what is above passes.
pub(crate) fn is_on_site(url: &str, rp_id: &str) -> bool {
    let url = Url::parse(url);
    let host = url.as_ref().ok().and_then(Url::host_str);
    host.is_some_and(|host| is_within(host, rp_id) || is_within(rp_id, host))
}

/// Whether this can be the bundle identifier of an app of Apple's systems.
pub(crate) fn is_bundle(bundle: &str) -> bool {
    !bundle.is_empty() && bundle.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'))
}

/// Checks a configured native origin.
pub(crate) fn check_native_origin(origin: &str) -> Result<(), OriginError> {
    let android = |hash: &str| base64url::decode(hash).is_ok_and(|hash| hash.len() == 32);
    let known = origin.strip_prefix("android:apk-key-hash:").is_some_and(android)
        || origin.strip_prefix("ios:bundle-id:").is_some_and(is_bundle);
    if known { Ok(()) } else { Err(OriginError::NativeOrigin) }
}

#[cfg(test)]
mod tests;
