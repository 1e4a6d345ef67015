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
        ("https://127.0.0.1", Err(InvalidValue::AddressOrigin)),
        ("http://127.0.0.1:3000", Err(InvalidValue::AddressOrigin)),
        ("http://[::1]", Err(InvalidValue::AddressOrigin)),
        ("http://[::1]:3000", Err(InvalidValue::AddressOrigin)),
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
    for bad in ["https://clinic.example", "ios:bundle-id:", "ios:x", "", "clinic"] {
        assert_eq!(check_native_origin(bad), Err(InvalidValue::NativeOrigin), "{bad}");
    }
    let padded = format!("android:apk-key-hash:{hash}=");
    let hexadecimal = format!("android:apk-key-hash:{}", "ab".repeat(32));
    let colons = format!("android:apk-key-hash:{}", ["AB"; 32].join(":"));
    let sha1 = "android:apk-key-hash:2jmj7l5rSw0yVb_vlWAYkK_YBwk";
    for bad in ["android:apk-key-hash:", "android:apk-key-hash:AAAA", "android:org.example.portal", sha1] {
        assert_eq!(check_native_origin(bad), Err(InvalidValue::AndroidOrigin), "{bad}");
    }
    for bad in [padded, hexadecimal, colons] {
        assert_eq!(check_native_origin(&bad), Err(InvalidValue::AndroidOrigin), "{bad}");
    }
}

#[test]
fn extensions_and_shells_have_origins() {
    let chrome = "chrome-extension://jnpfkofnigkaocfcdcdppaokjkmhjcio";
    let firefox = "moz-extension://dbac9369-0000-4000-8000-000000000000";
    for good in [
        chrome,
        firefox,
        "safari-web-extension://DBAC9369-0000-4000-8000-00000000000A",
        "ms-appx://portal.clinic.example",
        "ms-appx-web://portal.clinic.example",
        "capacitor://localhost",
        "ionic://localhost",
        "tauri://localhost",
        "app://localhost",
        "app://portal",
        "vscode-webview://0a1b2c",
    ] {
        assert_eq!(check_native_origin(good), Ok(()), "{good}");
        assert!(check_web_origin(good, Some("clinic.example")).is_err(), "{good}");
        for (before, after) in
            [("", "/"), ("", ":1"), ("", "/a"), ("", "?"), ("", "#"), (" ", ""), ("", "*"), ("", ".")]
        {
            let other = format!("{before}{good}{after}");
            assert_eq!(check_native_origin(&other), Err(InvalidValue::NativeOrigin), "{other}");
        }
    }
    for bad in [
        "chrome-extension://",
        "chrome-extension://portal",
        "chrome-extension://jnpfkofnigkaocfcdcdppaokjkmhjciz",
        "Chrome-Extension://jnpfkofnigkaocfcdcdppaokjkmhjcio",
        "moz-extension://DBAC9369-0000-4000-8000-000000000000",
        "moz-extension://dbac9369000040008000000000000000",
        "safari-web-extension://portal",
        "capacitor://",
        "capacitor:localhost",
        "tauri://ada@localhost",
        "app://*",
        "1app://localhost",
        "http://localhost",
        "wss://localhost",
        "javascript://localhost",
    ] {
        assert_eq!(check_native_origin(bad), Err(InvalidValue::NativeOrigin), "{bad}");
    }
    for shared in
        ["file://", "file:///portal.html", "FILE://portal", "null", "data:", "about:blank", "blob:https://a.test"]
    {
        assert_eq!(check_native_origin(shared), Err(InvalidValue::SharedOrigin), "{shared}");
    }
}
