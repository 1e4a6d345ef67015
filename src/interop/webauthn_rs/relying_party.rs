//! Makes a relying party from the arguments of `WebauthnBuilder`.

use crate::client::origin::is_within;
use crate::relying_party::{RelyingParty, RelyingPartyBuilder};

/// Returns a builder with the arguments of `WebauthnBuilder`: the RP ID, `rp_name`, and all origins as strings, including
/// those of `append_allowed_origin`. (`Url::as_str` returns a string.)
///
/// Each origin becomes an [`origin`](RelyingPartyBuilder::origin) on the RP ID's domain, a
/// [`related_origin`](RelyingPartyBuilder::related_origin) elsewhere, or, for an app, an extension or a shell, a
/// [`native_origin`](RelyingPartyBuilder::native_origin). Like webauthn-rs, it ignores what follows the origin in a URL.
/// [`build`](RelyingPartyBuilder::build) checks that the origins are valid.
///
/// The other settings of `WebauthnBuilder` are methods of the builder: `allow_subdomains(true)` is
/// [`allow_subdomains`](RelyingPartyBuilder::allow_subdomains), `allow_any_port(true)` is
/// [`allow_any_port`](RelyingPartyBuilder::allow_any_port) (both for origins on the RP ID's domain only), and `timeout` is
/// [`timeout`](RelyingPartyBuilder::timeout). webauthn-rs only sends the timeout to the browser; this crate also
/// refuses a later response. The defaults are the same: 300 seconds, user verification required.
///
/// ```
/// use wardkey::interop::webauthn_rs;
/// let origins = ["https://portal.clinic.example/", "android:apk-key-hash:47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"];
/// let rp = webauthn_rs::relying_party("clinic.example", "Example Clinic", origins).build()?;
/// assert!(rp.site().origins.allow("https://portal.clinic.example"));
/// assert!(!rp.site().origins.allow("https://clinic.example"));
/// # Ok::<(), wardkey::ConfigError>(())
/// ```
pub fn relying_party(
    rp_id: &str,
    rp_name: &str,
    origins: impl IntoIterator<Item = impl AsRef<str>>,
) -> RelyingPartyBuilder {
    origins.into_iter().fold(RelyingParty::builder(rp_id, rp_name), |builder, url| {
        let origin = origin_of(url.as_ref());
        match host(origin) {
            None => builder.native_origin(origin),
            Some(host) if is_within(host, rp_id) => builder.origin(origin),
            Some(_) => builder.related_origin(origin),
        }
    })
}

/// Returns the origin of a URL: removes what follows it, such as the `/` that the crate `url` adds.
fn origin_of(url: &str) -> &str {
    let Some((_, rest)) = url.split_once("://") else { return url };
    let path = rest.find(['/', '?', '#']).and_then(|at| rest.get(at..)).unwrap_or_default();
    url.strip_suffix(path).unwrap_or(url)
}

/// Returns the host of a web origin, or `None` for the origin of an app, a browser extension or a shell.
fn host(origin: &str) -> Option<&str> {
    let (scheme, authority) = origin.split_once("://")?;
    if !["https", "http"].iter().any(|web| scheme.eq_ignore_ascii_case(web)) {
        return None;
    }
    authority.split(':').next()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::invalid::InvalidValue;

    #[test]
    fn origins_that_webauthn_rs_accepts() {
        let origins = [
            "https://clinic.example:8443/login?x#y",
            "https://portal.clinic.example/",
            "https://hospital.example",
            "ios:bundle-id:org.example.portal",
            "chrome-extension://jnpfkofnigkaocfcdcdppaokjkmhjcio/",
        ];
        let rp = relying_party("clinic.example", "Example Clinic", origins)
            .timeout(core::time::Duration::from_secs(90))
            .build()
            .unwrap();
        let origins: Vec<_> = rp.site().origins.iter().collect();
        assert_eq!(
            origins,
            [
                "https://clinic.example:8443",
                "https://portal.clinic.example",
                "https://hospital.example",
                "ios:bundle-id:org.example.portal",
                "chrome-extension://jnpfkofnigkaocfcdcdppaokjkmhjcio",
            ]
        );
        assert!(!rp.site().origins.allow("https://clinic.example"));
    }

    #[test]
    fn subdomains_and_ports() {
        for (subdomains, any_port) in [(false, false), (true, false), (false, true), (true, true)] {
            let mut builder = relying_party("clinic.example", "Example Clinic", ["https://clinic.example/"]);
            if subdomains {
                builder = builder.allow_subdomains();
            }
            if any_port {
                builder = builder.allow_any_port();
            }
            let rp = builder.build().unwrap();
            assert_eq!(rp.site().origins.allow("https://a.clinic.example"), subdomains);
            assert_eq!(rp.site().origins.allow("https://clinic.example:8443"), any_port);
        }
    }

    #[test]
    fn origins_that_no_client_sends_are_refused() {
        for (origin, error) in [
            ("http://clinic.example/", InvalidValue::InsecureOrigin),
            ("https://Clinic.example/", InvalidValue::Origin),
            ("not an origin", InvalidValue::NativeOrigin),
        ] {
            let built = relying_party("clinic.example", "Example Clinic", [origin]).build();
            assert_eq!(built.err(), Some(error.into()), "{origin}");
        }
    }
}
