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

/// By which rule a listed origin lets a ceremony in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OriginRule {
    /// It is the ceremony's origin, octet by octet.
    Listed,
    /// The ceremony's origin is another port of its host.
    AnyPort,
    /// The ceremony's origin is below its host.
    Subdomain,
    /// The ceremony's origin is another port below its host.
    SubdomainAndPort,
}

impl OriginRule {
    /// Its name, in the evidence.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Listed => "listed",
            Self::AnyPort => "any_port",
            Self::Subdomain => "subdomain",
            Self::SubdomainAndPort => "subdomain_and_port",
        }
    }
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
            let below = || {
                let label = host.strip_suffix(listed_host).and_then(|rest| rest.strip_suffix('.'));
                scheme == "https" && label.is_some_and(|label| !label.is_empty())
            };
            let admitted = scheme == listed_scheme
                && (port == listed_port || self.any_port)
                && (host == listed_host || self.subdomains && below());
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
/// an origin"): lower-case letters, digits, hyphens and dots, then a port without leading zero if there is one.
fn serialised(origin: &str) -> Option<(&str, &str, Option<&str>)> {
    let (scheme, rest) = origin.split_once("://")?;
    let (host, port) = match rest.split_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (rest, None),
    };
    let label = |label: &str| !label.is_empty() && label.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-'));
    let number =
        |port: &str| !port.starts_with('0') && port.bytes().all(|b| b.is_ascii_digit()) && port.parse::<u16>().is_ok();
    let own = if scheme == "https" { "443" } else { "80" };
    let whole = matches!(scheme, "https" | "http")
        && host.split('.').all(label)
        && port.is_none_or(|port| number(port) && port != own);
    whole.then_some((scheme, host, port))
}

/// Whether a host is made of what names of hosts are made of. A URL may hold more: `*.clinic.example` is one, and no
/// client will ever be there.
fn is_host_name(host: &str) -> bool {
    let in_names = |b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_');
    host.split('.').all(|label| !label.is_empty() && label.bytes().all(in_names))
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
    let local = host == "localhost" || host.ends_with(".localhost");
    match url.scheme() {
        "https" => {}
        "http" if local => {}
        "http" => return Err(OriginError::InsecureOrigin),
        _ => return Err(OriginError::Origin),
    }
    let within = |rp_id: &str| host.strip_suffix(rp_id).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    if rp_id.is_none_or(within) { Ok(()) } else { Err(OriginError::OriginOutsideRpId) }
}

/// Whether a configured URL is an https URL of a host.
pub(crate) fn is_https_url(url: &str) -> bool {
    Url::parse(url).is_ok_and(|url| url.scheme() == "https" && url.has_host())
}

/// Whether a configured URL may be on the site of the RP ID: on it, below it, or above it. Which domains anybody may
/// register under is not known here, so what is above passes.
pub(crate) fn is_on_site(url: &str, rp_id: &str) -> bool {
    let below =
        |host: &str, parent: &str| host.strip_suffix(parent).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    let url = Url::parse(url);
    let host = url.as_ref().ok().and_then(Url::host_str);
    host.is_some_and(|host| below(host, rp_id) || below(rp_id, host))
}

/// Checks a configured native origin.
pub(crate) fn check_native_origin(origin: &str) -> Result<(), OriginError> {
    let android = |hash: &str| base64url::decode(hash).is_ok_and(|hash| hash.len() == 32);
    let ios = |bundle: &str| {
        !bundle.is_empty() && bundle.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'))
    };
    let known = origin.strip_prefix("android:apk-key-hash:").is_some_and(android)
        || origin.strip_prefix("ios:bundle-id:").is_some_and(ios);
    if known { Ok(()) } else { Err(OriginError::NativeOrigin) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_received_origin_is_a_string() {
        let origins = Origins::exact(["https://example.org", "ios:bundle-id:org.example.portal"]);
        assert!(origins.allow("https://example.org"));
        assert!(origins.allow("ios:bundle-id:org.example.portal"));
        for other in [
            "",
            "null",
            "example.org",
            "https://example.org/",
            "https://example.org:443",
            "https://example.org.",
            "https://EXAMPLE.org",
            "HTTPS://example.org",
            "https:example.org",
            "https://user@example.org",
            "https://example.org\n",
            "https://exa\tmple.org",
            "https://portal.example.org",
            "https://evil-example.org",
            "http://example.org",
            "IOS:bundle-id:org.example.portal",
            "ios:bundle-id:org.example.Portal",
        ] {
            assert!(!origins.allow(other), "{other:?}");
        }
    }

    #[test]
    fn subdomains_and_ports_only_by_name_and_with_a_label_boundary() {
        let exactly = ["https://hospital.test", "ios:bundle-id:org.example.portal"];
        let listed = || Origins::exact(["https://example.org", "https://a.test:8443"]).and_exactly(exactly);
        let (subdomains, any_port) = (listed().with_subdomains(), listed().with_any_port());
        let both = listed().with_subdomains().with_any_port();
        for (origin, by_subdomain, by_port, by_both) in [
            ("https://example.org", true, true, true),
            ("https://portal.example.org", true, false, true),
            ("https://a.b.example.org", true, false, true),
            ("https://example.org:8443", false, true, true),
            ("https://portal.example.org:8443", false, false, true),
            ("https://x.a.test:8443", true, false, true),
            ("https://a.test", false, true, true),
            ("https://hospital.test", true, true, true),
            ("ios:bundle-id:org.example.portal", true, true, true),
            ("https://evil.hospital.test", false, false, false),
            ("https://hospital.test:8443", false, false, false),
            ("https://evil.hospital.test:8443", false, false, false),
            ("https://evil-example.org", false, false, false),
            ("https://evilexample.org", false, false, false),
            ("https://.example.org", false, false, false),
            ("https://a..example.org", false, false, false),
            ("https://A.example.org", false, false, false),
            ("https://a@b.example.org", false, false, false),
            ("https://evil.test/.example.org", false, false, false),
            ("https://evil.test?.example.org", false, false, false),
            ("https://example.org:443", false, false, false),
            ("https://example.org:0443", false, false, false),
            ("https://example.org:", false, false, false),
            ("https://example.org:99999", false, false, false),
            ("https://example.org:1:2", false, false, false),
            ("http://example.org", false, false, false),
            ("http://portal.example.org", false, false, false),
        ] {
            assert_eq!(subdomains.allow(origin), by_subdomain, "subdomains: {origin}");
            assert_eq!(any_port.allow(origin), by_port, "any port: {origin}");
            assert_eq!(both.allow(origin), by_both, "both: {origin}");
        }
    }

    #[test]
    fn an_rp_id_is_a_bare_domain() {
        for good in ["clinic.example", "localhost", "xn--bcher-kva.example", "a.b.c.example"] {
            assert_eq!(check_rp_id(good), Ok(()), "{good}");
        }
        for bad in ["", "https://clinic.example", "clinic.example:443", "Clinic.example", "bücher.example", ".example"]
        {
            assert_eq!(check_rp_id(bad), Err(OriginError::RpId), "{bad}");
        }
        for bad in ["clinic.example/", "clinic.example.", "a..b", "clinic example", "a@b", "*.clinic.example"] {
            assert_eq!(check_rp_id(bad), Err(OriginError::RpId), "{bad}");
        }
        for address in ["127.0.0.1", "[::1]", "2130706433"] {
            assert_eq!(check_rp_id(address), Err(OriginError::RpIdIsAnAddress), "{address}");
        }
    }

    #[test]
    fn configured_origins_are_what_clients_send() {
        for (origin, verdict) in [
            ("https://clinic.example", Ok(())),
            ("https://portal.clinic.example", Ok(())),
            ("https://clinic.example:8443", Ok(())),
            ("https://clinic.example/", Err(OriginError::Origin)),
            ("https://clinic.example:443", Err(OriginError::Origin)),
            ("https://Clinic.example", Err(OriginError::Origin)),
            ("clinic.example", Err(OriginError::Origin)),
            ("ftp://clinic.example", Err(OriginError::Origin)),
            ("https://*.clinic.example", Err(OriginError::Origin)),
            ("https://127.0.0.1", Err(OriginError::Origin)),
            ("http://clinic.example", Err(OriginError::InsecureOrigin)),
            ("https://evil-clinic.example", Err(OriginError::OriginOutsideRpId)),
            ("https://example", Err(OriginError::OriginOutsideRpId)),
        ] {
            assert_eq!(check_web_origin(origin, Some("clinic.example")), verdict, "{origin}");
        }
        assert_eq!(check_web_origin("http://localhost:8080", Some("localhost")), Ok(()));
        assert_eq!(check_web_origin("https://hospital.example", None), Ok(()));
    }

    #[test]
    fn native_origins_have_one_form_each() {
        let hash = "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU";
        assert_eq!(check_native_origin(&format!("android:apk-key-hash:{hash}")), Ok(()));
        assert_eq!(check_native_origin("ios:bundle-id:org.example.portal"), Ok(()));
        for bad in
            ["https://clinic.example", "android:apk-key-hash:", "android:apk-key-hash:AAAA", "ios:bundle-id:", "ios:x"]
        {
            assert_eq!(check_native_origin(bad), Err(OriginError::NativeOrigin), "{bad}");
        }
    }
}
