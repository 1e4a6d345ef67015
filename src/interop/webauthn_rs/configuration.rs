//! A relying party from what `WebauthnBuilder` is given.

use crate::client::origin::is_within;
use crate::relying_party::{RelyingParty, RelyingPartyBuilder};
use core::time::Duration;

/// What `WebauthnBuilder` takes, by the same names; `Url` is taken as anything that is a string.
///
/// ```
/// use wardkey::interop::webauthn_rs::Configuration;
/// let rp = Configuration::new("clinic.example", "https://portal.clinic.example/")
///     .append_allowed_origin("android:apk-key-hash:47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU")
///     .rp_name("Example Clinic")
///     .into_builder() // a RelyingPartyBuilder, for choices that webauthn-rs does not have
///     .build()?;
/// assert!(rp.site().origins.allow("https://portal.clinic.example"));
/// assert!(!rp.site().origins.allow("https://clinic.example"));
/// # Ok::<(), wardkey::relying_party::ConfigError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "call `into_builder`"]
pub struct Configuration {
    rp_id: String,
    rp_name: Option<String>,
    origins: Vec<String>,
    allow_subdomains: bool,
    allow_any_port: bool,
    timeout: Duration,
}

impl Configuration {
    /// The RP ID, and the first origin.
    pub fn new(rp_id: impl Into<String>, rp_origin: impl AsRef<str>) -> Self {
        let configuration = Self {
            rp_id: rp_id.into(),
            rp_name: None,
            origins: Vec::new(),
            allow_subdomains: false,
            allow_any_port: false,
            timeout: Duration::from_secs(300),
        };
        configuration.append_allowed_origin(rp_origin)
    }

    /// One more origin: on the RP ID's domain, elsewhere (a related origin), or an app's.
    pub fn append_allowed_origin(mut self, origin: impl AsRef<str>) -> Self {
        self.origins.push(origin_of(origin.as_ref()).to_owned());
        self
    }

    /// Whether hosts below an origin's are accepted, of origins on the RP ID's domain: others are related ones, and stand
    /// as they are.
    pub const fn allow_subdomains(mut self, allow: bool) -> Self {
        self.allow_subdomains = allow;
        self
    }

    /// Whether every port is accepted, of origins on the RP ID's domain.
    pub const fn allow_any_port(mut self, allow: bool) -> Self {
        self.allow_any_port = allow;
        self
    }

    /// How long a ceremony may take. webauthn-rs tells it to the browser; here a later answer is refused.
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// The name that clients may show; the RP ID without one.
    pub fn rp_name(mut self, name: impl Into<String>) -> Self {
        self.rp_name = Some(name.into());
        self
    }

    /// The same as a builder of this crate: user verification required, its own recommended algorithms. What is wrong
    /// with an origin is told by [`build`](RelyingPartyBuilder::build).
    pub fn into_builder(self) -> RelyingPartyBuilder {
        let seconds = u32::try_from(self.timeout.as_secs()).unwrap_or(u32::MAX);
        let name = self.rp_name.unwrap_or_else(|| self.rp_id.clone());
        let mut builder = RelyingParty::builder(self.rp_id.clone(), name).timeout_secs(seconds);
        for origin in self.origins {
            builder = match host(&origin) {
                None => builder.native_origin(origin),
                Some(host) if is_within(host, &self.rp_id) => builder.origin(origin),
                Some(_) => builder.related_origin(origin),
            };
        }
        if self.allow_subdomains {
            builder = builder.allow_subdomains();
        }
        if self.allow_any_port {
            builder = builder.allow_any_port();
        }
        builder
    }
}

/// A URL without what follows its origin, the `/` that the crate `url` writes among it: webauthn-rs compares no more.
fn origin_of(url: &str) -> &str {
    let after_scheme = |(scheme, rest): (&str, &str)| {
        let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
        scheme.len().checked_add(3)?.checked_add(authority.len())
    };
    url.split_once("://").and_then(after_scheme).and_then(|len| url.get(..len)).unwrap_or(url)
}

/// The host of a web origin; `None` for an app's.
fn host(origin: &str) -> Option<&str> {
    let (_, authority) = origin.split_once("://")?;
    authority.split(':').next()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::origin::OriginError;

    #[test]
    fn what_it_accepted_is_accepted() {
        let rp = Configuration::new("clinic.example", "https://clinic.example:8443/login?x#y")
            .append_allowed_origin("https://portal.clinic.example/")
            .append_allowed_origin("https://hospital.example")
            .append_allowed_origin("ios:bundle-id:org.example.portal")
            .timeout(Duration::from_millis(90_500));
        let rp = rp.into_builder().build().unwrap();
        let origins: Vec<_> = rp.site().origins.iter().collect();
        assert_eq!(
            origins,
            [
                "https://clinic.example:8443",
                "https://portal.clinic.example",
                "https://hospital.example",
                "ios:bundle-id:org.example.portal",
            ]
        );
        assert!(!rp.site().origins.allow("https://clinic.example"));
    }

    #[test]
    fn subdomains_and_ports() {
        let configuration = Configuration::new("clinic.example", "https://clinic.example/");
        for (subdomains, any_port) in [(false, false), (true, false), (false, true), (true, true)] {
            let configuration = configuration.clone().allow_subdomains(subdomains).allow_any_port(any_port);
            let rp = configuration.into_builder().build().unwrap();
            assert_eq!(rp.site().origins.allow("https://a.clinic.example"), subdomains);
            assert_eq!(rp.site().origins.allow("https://clinic.example:8443"), any_port);
        }
    }

    #[test]
    fn what_no_client_sends_is_told() {
        for (origin, error) in [
            ("http://clinic.example/", OriginError::InsecureOrigin),
            ("https://Clinic.example/", OriginError::Origin),
            ("not an origin", OriginError::NativeOrigin),
        ] {
            let built = Configuration::new("clinic.example", origin).into_builder().build();
            assert_eq!(built.err(), Some(error.into()), "{origin}");
        }
    }
}
