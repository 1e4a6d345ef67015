use super::*;

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
fn an_rp_id_is_a_bare_domain() {
    for good in ["clinic.example", "localhost", "xn--bcher-kva.example", "a.b.c.example"] {
        assert_eq!(check_rp_id(good), Ok(()), "{good}");
    }
    for bad in ["", "https://clinic.example", "clinic.example:443", "Clinic.example", "bücher.example", ".example"] {
        assert_eq!(check_rp_id(bad), Err(InvalidValue::RpId), "{bad}");
    }
    for bad in ["clinic.example/", "clinic.example.", "a..b", "clinic example", "a@b", "*.clinic.example"] {
        assert_eq!(check_rp_id(bad), Err(InvalidValue::RpId), "{bad}");
    }
    for address in ["127.0.0.1", "[::1]", "2130706433"] {
        assert_eq!(check_rp_id(address), Err(InvalidValue::RpIdIsAnAddress), "{address}");
    }
}

#[test]
fn configured_origins_are_what_clients_send() {
    for (origin, verdict) in [
        ("https://clinic.example", Ok(())),
        ("https://portal.clinic.example", Ok(())),
        ("https://clinic.example:8443", Ok(())),
        ("https://clinic.example/", Err(InvalidValue::Origin)),
        ("https://clinic.example:443", Err(InvalidValue::Origin)),
        ("https://Clinic.example", Err(InvalidValue::Origin)),
        ("clinic.example", Err(InvalidValue::Origin)),
        ("ftp://clinic.example", Err(InvalidValue::Origin)),
        ("https://*.clinic.example", Err(InvalidValue::Origin)),
        ("https://127.0.0.1", Err(InvalidValue::Origin)),
        ("http://clinic.example", Err(InvalidValue::InsecureOrigin)),
        ("https://evil-clinic.example", Err(InvalidValue::OriginOutsideRpId)),
        ("https://example", Err(InvalidValue::OriginOutsideRpId)),
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
        assert_eq!(check_native_origin(bad), Err(InvalidValue::NativeOrigin), "{bad}");
    }
}
