//! Tests of [`Origins`]: which received origins are accepted.

use super::*;
use crate::client::origin::check_web_origin;
use crate::invalid::InvalidValue;

#[test]
fn origins_are_compared_as_strings() {
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

/// Each row: an origin, and whether it is accepted with subdomains, with any port, and with both.
#[test]
fn subdomains_and_ports_are_accepted_only_if_enabled() {
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
        ("https://a_b.example.org", true, false, true),
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

/// The check of listed origins and the check of received origins accept the same host names.
#[test]
fn a_host_that_may_be_listed_is_accepted_with_another_port() {
    for host in ["clinic.example", "a_b.clinic.example", "_.clinic.example", "xn--bcher-kva.clinic.example"] {
        let (listed, port) = (format!("https://{host}"), format!("https://{host}:8443"));
        assert_eq!(check_web_origin(&listed, Some("clinic.example")), Ok(()), "{host}");
        let origins = Origins::exact([listed]).with_any_port();
        assert_eq!(origins.admit(&port).map(|(_, rule)| rule), Some(OriginRule::AnyPort), "{host}");
    }
    for host in ["*.clinic.example", "a!b.clinic.example", "a~b.clinic.example"] {
        let (listed, port) = (format!("https://{host}"), format!("https://{host}:8443"));
        assert_eq!(check_web_origin(&listed, Some("clinic.example")), Err(InvalidValue::Origin), "{host}");
        assert!(!Origins::exact([listed]).with_any_port().allow(&port), "{host}");
    }
}
