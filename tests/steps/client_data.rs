//! Client data (§5.8.1), which both ceremonies check in the same way: §7.1 steps 5 to 11, §7.2 steps 8 to 14.

use crate::change::{edit, first, replace, trailing_bits};
use crate::table::{Ceremony, Group, accepted, refused};
use serde_json::{Value, json};
use wardkey_authenticator::json::base64url;
use wardkey_authenticator::{ClientData, RelyingParty};

const ANDROID: &str = "android:apk-key-hash:47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU";
const IOS: &str = "ios:bundle-id:org.example.portal";

/// Expects a frame on a page of `https://example.com`.
fn framed(rp: &mut RelyingParty) {
    rp.allow_cross_origin = true;
    rp.top_origins = vec!["https://example.com".into()];
}

/// Comes from a frame with this top origin.
fn top<C: Ceremony>(c: C, origin: impl Into<Value>) -> C {
    c.client_data(|d| d.set("crossOrigin", true)).client_data(|d| d.set("topOrigin", origin))
}

/// Has this origin.
fn from<C: Ceremony>(c: C, origin: impl Into<Value>) -> C {
    c.client_data(|d| d.set("origin", origin))
}

/// Has this many unknown members.
fn unknown(data: &mut ClientData, count: usize) {
    data.0.extend((0..count).map(|name| (name.to_string(), Value::Null)));
}

pub(crate) fn table<C: Ceremony>() -> Vec<Group<C>> {
    [text(), json(), kind(), challenge(), origin(), framing(), good()].into_iter().flatten().collect()
}

fn text<C: Ceremony>() -> Vec<Group<C>> {
    let utf8 = C::either("7.1/5", "7.2/8");
    vec![refused(utf8, "client-data-not-utf8").rows([
        ("client-data.utf16", |c: C| c.client_data_json(|t| *t = t.iter().flat_map(|&byte| [byte, 0]).collect())),
        ("client-data.utf16-big-endian", |c| {
            c.client_data_json(|t| *t = t.iter().flat_map(|&byte| [0, byte]).collect())
        }),
        ("client-data.bad-utf8", |c| {
            c.client_data(|d| d.push("x", "?")).client_data_json(|t| replace(t, "?", b"\xff"))
        }),
        ("client-data.overlong-utf8", |c| {
            c.client_data(|d| d.push("x", "?")).client_data_json(|t| replace(t, "?", b"\xc0\xaf"))
        }),
    ])]
}

fn json<C: Ceremony>() -> Vec<Group<C>> {
    let step = C::either("7.1/6", "7.2/9");
    vec![
        refused(step, "client-data-malformed").rows([
            ("client-data.empty", |c: C| c.client_data_json(Vec::clear)),
            ("client-data.truncated", |c| c.client_data_json(|t| t.truncate(t.len() - 1))),
            ("client-data.trailing-letter", |c| c.client_data_json(|t| t.push(b'x'))),
            ("client-data.trailing-nul", |c| c.client_data_json(|t| t.push(0))),
            ("client-data.array-around", |c| c.client_data_json(|t| *t = [b"[", &t[..], b"]"].concat())),
            ("client-data.text-around", |c| {
                c.client_data_json(|t| *t = json!(String::from_utf8_lossy(t)).to_string().into())
            }),
            ("client-data.two-boms", |c| c.client_data_json(|t| *t = [b"\xef\xbb\xbf\xef\xbb\xbf", &t[..]].concat())),
            ("client-data.trailing-comma", |c| c.client_data_json(|t| replace(t, "}", ",}"))),
            ("client-data.comment", |c| c.client_data_json(|t| replace(t, "{", "{/**/"))),
            ("client-data.nan", |c| c.client_data(|d| d.push("x", 1)).client_data_json(|t| replace(t, ":1", ":NaN"))),
            ("client-data.leading-zero", |c| {
                c.client_data(|d| d.push("x", 1)).client_data_json(|t| replace(t, ":1", ":01"))
            }),
            ("client-data.bad-escape", |c| {
                c.client_data(|d| d.push("x", "?")).client_data_json(|t| replace(t, "?", "\\q"))
            }),
            ("client-data.raw-control-character", |c| {
                c.client_data(|d| d.push("x", "?")).client_data_json(|t| replace(t, "?", "\n"))
            }),
            ("client-data.leading-nul", |c| c.client_data_json(|t| t.insert(0, 0))),
            ("client-data.trailing-not-utf8", |c| c.client_data_json(|t| t.push(0xff))),
            ("client-data.brackets", |c| c.client_data_json(|t| *t = vec![b'['; 300])),
            ("client-data.nested-arrays", |c| {
                c.client_data_json(|t| replace(t, "}", format!(",\"x\":{}{}}}", "[".repeat(200), "]".repeat(200))))
            }),
            ("client-data.nested-objects", |c| {
                c.client_data_json(|t| replace(t, "}", format!(",\"x\":{}", "{\"a\":".repeat(200))))
            }),
        ]),
        // Conforming readers differ: some take the first member, some the last.
        refused(step, "client-data-malformed").strict().rows([
            ("client-data.type-twice-last-right", |c: C| c.client_data(|d| first(d, "type", "webauthn.none"))),
            ("client-data.type-twice-first-right", |c| c.client_data(|d| d.push("type", "webauthn.none"))),
            ("client-data.origin-twice-last-right", |c| c.client_data(|d| first(d, "origin", "https://evil.example"))),
            ("client-data.origin-twice-first-right", |c| c.client_data(|d| d.push("origin", "https://evil.example"))),
            ("client-data.origin-twice-once-escaped", |c| {
                c.client_data_json(|t| replace(t, "{", "{\"\\u006frigin\":\"https://evil.example\","))
            }),
            ("client-data.unknown-twice", |c| c.client_data(|d| d.push("x", 1)).client_data(|d| d.push("x", 2))),
            ("client-data.257-unknown-members", |c| c.client_data(|d| unknown(d, 257))),
        ]),
    ]
}

fn kind<C: Ceremony>() -> Vec<Group<C>> {
    vec![refused(C::either("7.1/7", "7.2/10"), "type-mismatch").rows([
        ("type.other-ceremony", |c: C| c.client_data(|d| d.set("type", C::either("webauthn.get", "webauthn.create")))),
        ("type.payment", |c| c.client_data(|d| d.set("type", "payment.get"))),
        ("type.missing", |c| c.client_data(|d| d.remove("type"))),
        ("type.null", |c| c.client_data(|d| d.set("type", Value::Null))),
        ("type.array", |c| c.client_data(|d| d.set("type", json!([C::either("webauthn.create", "webauthn.get")])))),
        ("type.case", |c| c.client_data(|d| edit(d, "type", str::to_uppercase))),
        ("type.nul", |c| c.client_data(|d| edit(d, "type", |t| format!("{t}\0")))),
    ])]
}

fn challenge<C: Ceremony>() -> Vec<Group<C>> {
    vec![refused(C::either("7.1/8", "7.2/11"), "challenge-mismatch").rows([
        ("challenge.other", |c: C| c.client_data(|d| d.set("challenge", base64url(&[7; 32])))),
        ("challenge.missing", |c| c.client_data(|d| d.remove("challenge"))),
        ("challenge.number", |c| c.client_data(|d| d.set("challenge", 7))),
        ("challenge.empty", |c| c.client_data(|d| d.set("challenge", ""))),
        ("challenge.extended", |c| c.client_data(|d| edit(d, "challenge", |t| format!("{t}A")))),
        ("challenge.hex", |c| c.challenge(vec![0xfb; 32]).client_data(|d| d.set("challenge", "fb".repeat(32)))),
        ("challenge.encoded-twice", |c| c.client_data(|d| edit(d, "challenge", |t| base64url(t.as_bytes())))),
        ("challenge.padded", |c| c.client_data(|d| edit(d, "challenge", |t| format!("{t}=")))),
        ("challenge.standard-alphabet", |c| {
            let c = c.challenge(vec![0xfb; 32]);
            c.client_data(|d| edit(d, "challenge", |t| t.replace('-', "+").replace('_', "/")))
        }),
        ("challenge.newline", |c| c.client_data(|d| edit(d, "challenge", |t| format!("{}\n{}", &t[..8], &t[8..])))),
        ("challenge.trailing-bits", |c| c.client_data(|d| edit(d, "challenge", trailing_bits))),
        ("challenge.case", |c| c.client_data(|d| edit(d, "challenge", str::to_lowercase))),
        ("challenge.not-utf8", |c| c.client_data_json(|t| replace(t, "\"challenge\":\"", b"\"challenge\":\"\xff"))),
    ])]
}

fn origin<C: Ceremony>() -> Vec<Group<C>> {
    let step = C::either("7.1/9", "7.2/12");
    vec![
        refused(step, "origin-not-allowed").rows([
            ("origin.other", |c: C| from(c, "https://evil.example")),
            ("origin.suffix", |c| from(c, "https://example.org.evil.example")),
            ("origin.prefix", |c| from(c, "https://evil-example.org")),
            ("origin.subdomain", |c| from(c, "https://portal.example.org")),
            ("origin.parent", |c| from(c, "https://org")),
            ("origin.userinfo", |c| from(c, "https://example.org@evil.example")),
            ("origin.port", |c| from(c, "https://example.org:8443")),
            ("origin.port-of-ours", |c| c.rp(|rp| rp.origins = vec!["https://example.org:8443".into()])),
            ("origin.scheme", |c| from(c, "http://example.org")),
            ("origin.opaque", |c| from(c, "null")),
            ("origin.missing", |c| c.client_data(|d| d.remove("origin"))),
            ("origin.null", |c| from(c, Value::Null)),
            ("origin.array", |c| from(c, json!(["https://example.org"]))),
            ("origin.trailing-dot", |c| from(c, "https://example.org.")),
            ("origin.homoglyph", |c| from(c, "https://ex\u{430}mple.org")),
            ("origin.punycode", |c| from(c, "https://xn--exmple-4nf.org")),
            ("origin.nul", |c| from(c, "https://example.org\0")),
            ("origin.backslash", |c| from(c, "https://example.org\\@evil.example")),
            ("origin.blob", |c| from(c, "blob:https://example.org")),
            ("origin.file", |c| from(c, "file://")),
            ("origin.android-unlisted", |c| from(c, ANDROID)),
            ("origin.ios-unlisted", |c| from(c, IOS)),
            ("origin.android-case", |c| from(c.rp(|rp| rp.origins.push(ANDROID.into())), ANDROID.to_lowercase())),
            ("origin.ios-case", |c| from(c.rp(|rp| rp.origins.push(IOS.into())), IOS.replace("portal", "Portal"))),
            ("origin.list", |c| {
                c.rp(|rp| rp.origins.push(IOS.into())).client_data(|d| edit(d, "origin", |o| format!("{o},{IOS}")))
            }),
            ("origin.prototype", |c| {
                c.client_data(|d| d.remove("origin"))
                    .client_data(|d| d.push("__proto__", json!({"origin": "https://example.org"})))
            }),
            ("origin.not-utf8", |c| c.client_data_json(|t| replace(t, "example", b"ex\xffmple"))),
            ("origin.lone-surrogate", |c| c.client_data_json(|t| replace(t, "example.org", "example.org\\ud800"))),
        ]),
        // No client serialises an origin like this, but a URL parser would read it as an accepted one.
        refused(step, "origin-not-allowed").strict().rows([
            ("origin.slash", |c: C| from(c, "https://example.org/")),
            ("origin.path", |c| from(c, "https://example.org/login")),
            ("origin.default-port", |c| from(c, "https://example.org:443")),
            ("origin.upper-case-host", |c| from(c, "https://EXAMPLE.org")),
            ("origin.upper-case-scheme", |c| from(c, "HTTPS://example.org")),
            ("origin.no-slashes", |c| from(c, "https:example.org")),
            ("origin.tab", |c| from(c, "https://exam\tple.org")),
            ("origin.newline", |c| from(c, "https://example.org\n")),
            ("origin.percent", |c| from(c, "https://%65xample.org")),
            ("origin.full-width", |c| from(c, "https://\u{ff45}xample.org")),
            ("origin.soft-hyphen", |c| from(c, "https://exam\u{ad}ple.org")),
        ]),
    ]
}

fn framing<C: Ceremony>() -> Vec<Group<C>> {
    let (cross, top_origin) = (C::either("7.1/10", "7.2/13"), C::either("7.1/11", "7.2/14"));
    vec![
        refused(cross, "cross-origin-not-allowed").rows([
            ("cross-origin.unexpected", |c: C| c.client_data(|d| d.set("crossOrigin", true))),
            ("cross-origin.unexpected-with-top-origin", |c| top(c, "https://example.com")),
            ("cross-origin.unexpected-with-top-origin-number", |c| top(c, 1)),
        ]),
        refused(cross, "cross-origin-not-allowed").strict().rows([
            ("cross-origin.text", |c: C| c.client_data(|d| d.set("crossOrigin", "true"))),
            ("cross-origin.number", |c| c.client_data(|d| d.set("crossOrigin", 1))),
            ("cross-origin.null", |c| c.client_data(|d| d.set("crossOrigin", Value::Null))),
        ]),
        refused(top_origin, "top-origin-not-allowed").rows([
            ("top-origin.unexpected", |c: C| c.client_data(|d| d.set("topOrigin", "https://example.com"))),
            ("top-origin.unlisted", |c| top(c.rp(framed), "https://evil.example")),
            ("top-origin.suffix", |c| top(c.rp(framed), "https://example.com.evil.example")),
            ("top-origin.empty", |c| top(c.rp(framed), "")),
            ("top-origin.number", |c| top(c.rp(framed), 1)),
            ("top-origin.null", |c| top(c.rp(framed), Value::Null)),
            ("top-origin.none-listed", |c| top(c.rp(|rp| rp.allow_cross_origin = true), "https://example.com")),
        ]),
        refused(top_origin, "top-origin-not-allowed").strict().rows([
            ("top-origin.slash", |c: C| top(c.rp(framed), "https://example.com/")),
            ("top-origin.same-origin", |c| c.rp(framed).client_data(|d| d.set("topOrigin", "https://example.com"))),
            ("top-origin.without-cross-origin", |c| {
                top(c.rp(framed), "https://example.com").client_data(|d| d.remove("crossOrigin"))
            }),
        ]),
    ]
}

fn good<C: Ceremony>() -> Vec<Group<C>> {
    vec![accepted().rows([
        ("client-data.bom", |c: C| c.client_data_json(|t| *t = [b"\xef\xbb\xbf", &t[..]].concat())),
        ("client-data.unknown-member", |c| c.client_data(|d| d.push("androidPackageName", "org.example.portal"))),
        ("client-data.256-unknown-members", |c| c.client_data(|d| unknown(d, 256))),
        ("client-data.unknown-object", |c| c.client_data(|d| d.push("x", json!({"type": [1, null], "origin": {}})))),
        ("client-data.unknown-in-other-scripts", |c| c.client_data(|d| d.push("über", "\u{1f511} κλειδί"))),
        ("client-data.duplicate-further-in", |c| {
            c.client_data(|d| d.push("x", 1)).client_data_json(|t| replace(t, ":1", ":{\"type\":1,\"type\":2}"))
        }),
        ("client-data.token-binding", |c| c.client_data(|d| d.push("tokenBinding", json!({"status": "supported"})))),
        ("client-data.long-member", |c| c.client_data(|d| d.push("x", "x".repeat(1000)))),
        ("client-data.reordered", |c| c.client_data(|d| d.0.reverse())),
        ("client-data.white-space", |c| c.client_data_json(|t| replace(t, ",\"origin\":", " ,\n\t\"origin\"\r : "))),
        ("client-data.escaped-value", |c| c.client_data_json(|t| replace(t, "https://", "https:\\/\\u002f"))),
        ("client-data.escaped-name", |c| c.client_data_json(|t| replace(t, "\"origin\"", "\"\\u006frigin\""))),
        ("challenge.16-bytes", |c| c.challenge(vec![1; 16])),
        ("challenge.128-bytes", |c| c.challenge(vec![2; 128])),
        ("origin.listed-subdomain", |c| {
            from(c.rp(|rp| rp.origins.push("https://portal.example.org".into())), "https://portal.example.org")
        }),
        ("origin.related", |c| {
            from(c.rp(|rp| rp.origins.push("https://hospital.example".into())), "https://hospital.example")
        }),
        ("origin.listed-punycode", |c| {
            from(c.rp(|rp| rp.origins.push("https://xn--bcher-kva.example".into())), "https://xn--bcher-kva.example")
        }),
        ("origin.android", |c| from(c.rp(|rp| rp.origins.push(ANDROID.into())), ANDROID)),
        ("origin.ios", |c| from(c.rp(|rp| rp.origins.push(IOS.into())), IOS)),
        ("cross-origin.missing", |c| c.client_data(|d| d.remove("crossOrigin"))),
        ("cross-origin.false-in-a-frame", |c| c.rp(framed)),
        ("cross-origin.allowed", |c| c.rp(framed).client_data(|d| d.set("crossOrigin", true))),
        ("top-origin.allowed", |c| top(c.rp(framed), "https://example.com")),
    ])]
}
