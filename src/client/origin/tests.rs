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

#[test]
fn a_host_is_within_a_domain_by_whole_labels() {
    for (host, within) in [
        ("clinic.example", true),
        ("a.clinic.example", true),
        ("a.b.clinic.example", true),
        ("evilclinic.example", false),
        ("evil-clinic.example", false),
        (".clinic.example", false),
        ("clinic.example.", false),
        ("clinic.example.evil.test", false),
        ("example", false),
        ("", false),
    ] {
        assert_eq!(is_within(host, "clinic.example"), within, "{host}");
    }
}

/// One rule for what is configured and for what is received.
#[test]
fn what_may_be_listed_may_be_admitted() {
    for host in ["clinic.example", "a_b.clinic.example", "_.clinic.example", "xn--bcher-kva.clinic.example"] {
        let (listed, port) = (format!("https://{host}"), format!("https://{host}:8443"));
        assert_eq!(check_web_origin(&listed, Some("clinic.example")), Ok(()), "{host}");
        let origins = Origins::exact([listed]).with_any_port();
        assert_eq!(origins.admit(&port).map(|(_, rule)| rule), Some(OriginRule::AnyPort), "{host}");
    }
    for host in ["*.clinic.example", "a!b.clinic.example", "a~b.clinic.example"] {
        let (listed, port) = (format!("https://{host}"), format!("https://{host}:8443"));
        assert_eq!(check_web_origin(&listed, Some("clinic.example")), Err(OriginError::Origin), "{host}");
        assert!(!Origins::exact([listed]).with_any_port().allow(&port), "{host}");
    }
}

#[test]
fn an_rp_id_is_a_bare_domain() {
    for good in ["clinic.example", "localhost", "xn--bcher-kva.example", "a.b.c.example"] {
        assert_eq!(check_rp_id(good), Ok(()), "{good}");
    }
    for bad in ["", "https://clinic.example", "clinic.example:443", "Clinic.example", "bücher.example", ".example"] {
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
