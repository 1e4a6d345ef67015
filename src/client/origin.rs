//! RP IDs and web and native origins (§5.1.3), as they are configured.
//!
//! The crate `url` sees only what the relying party configures or publishes. Received origins are compared as strings, in
//! [`ceremony::Origins`](crate::ceremony::Origins).

use crate::codec::base64url;
use crate::invalid::InvalidValue;
use url::{Host, Url};

/// Whether a host is made of what names of hosts are made of, the underscore among it that clients let pass. A URL may
/// hold more: `*.clinic.example` is one, and no client will ever be there.
pub(crate) fn is_host_name(host: &str) -> bool {
    let in_names = |b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_');
    host.split('.').all(|label| !label.is_empty() && label.bytes().all(in_names))
}

/// Whether a host is this domain or below it, label by label: `evilclinic.example` is not below `clinic.example`.
pub(crate) fn is_within(host: &str, domain: &str) -> bool {
    let below = |rest: &str| rest.strip_suffix('.').is_some_and(|labels| !labels.is_empty());
    host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || below(rest))
}

/// Checks a configured RP ID (§5, "RP ID": a valid domain string).
pub(crate) fn check_rp_id(rp_id: &str) -> Result<(), InvalidValue> {
    match Host::parse(rp_id) {
        Ok(Host::Domain(domain)) if domain == rp_id && is_host_name(rp_id) => Ok(()),
        Ok(Host::Ipv4(_) | Host::Ipv6(_)) => Err(InvalidValue::RpIdIsAnAddress),
        _ => Err(InvalidValue::RpId),
    }
}

/// Checks a configured web origin; `rp_id` is `None` for a related origin, which may be anywhere.
pub(crate) fn check_web_origin(origin: &str, rp_id: Option<&str>) -> Result<(), InvalidValue> {
    let url = Url::parse(origin).map_err(|_| InvalidValue::Origin)?;
    let web = matches!(url.scheme(), "https" | "http");
    let host = match url.host() {
        Some(Host::Domain(host)) => host,
        Some(Host::Ipv4(_) | Host::Ipv6(_)) if web => return Err(InvalidValue::AddressOrigin),
        _ => return Err(InvalidValue::Origin),
    };
    if url.origin().ascii_serialization() != origin || !is_host_name(host) {
        return Err(InvalidValue::Origin);
    }
    match url.scheme() {
        "https" => {}
        "http" if is_within(host, "localhost") => {}
        "http" => return Err(InvalidValue::InsecureOrigin),
        _ => return Err(InvalidValue::Origin),
    }
    if rp_id.is_none_or(|rp_id| is_within(host, rp_id)) { Ok(()) } else { Err(InvalidValue::OriginOutsideRpId) }
}

/// Returns the origin and the host of a published URL, as a client reads them. `None` for an opaque origin, which has no host.
pub(crate) fn origin_and_host(url: &str) -> Option<(String, String)> {
    let url = Url::parse(url).ok().filter(|url| url.origin().is_tuple())?;
    Some((url.origin().ascii_serialization(), url.host_str()?.to_owned()))
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

/// Checks a configured origin of an app, a browser extension or a shell.
pub(crate) fn check_native_origin(origin: &str) -> Result<(), InvalidValue> {
    if let Some(rest) = origin.strip_prefix("android:") {
        let hash = rest.strip_prefix("apk-key-hash:").and_then(|hash| base64url::decode(hash).ok());
        return if hash.is_some_and(|hash| hash.len() == 32) { Ok(()) } else { Err(InvalidValue::AndroidOrigin) };
    }
    if let Some(bundle) = origin.strip_prefix("ios:bundle-id:") {
        return if is_bundle(bundle) { Ok(()) } else { Err(InvalidValue::NativeOrigin) };
    }
    let (scheme, _) = origin.split_once(':').unwrap_or((origin, ""));
    if ["file", "data", "about", "blob", "null"].iter().any(|shared| scheme.eq_ignore_ascii_case(shared)) {
        return Err(InvalidValue::SharedOrigin);
    }
    let shell =
        origin.split_once("://").is_some_and(|(scheme, host)| is_shell_scheme(scheme) && is_shell_host(scheme, host));
    if shell { Ok(()) } else { Err(InvalidValue::NativeOrigin) }
}

/// Whether a browser or a framework for apps may give a page this scheme, which is none of the web and in lower case.
fn is_shell_scheme(scheme: &str) -> bool {
    let web = ["https", "http", "wss", "ws", "ftp", "javascript", "view-source"];
    let in_schemes = |b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'+' | b'-' | b'.');
    scheme.starts_with(|c: char| c.is_ascii_lowercase()) && scheme.bytes().all(in_schemes) && !web.contains(&scheme)
}

/// Whether this is the host in the origin of an extension or a shell, without port, path or user.
fn is_shell_host(scheme: &str, host: &str) -> bool {
    match scheme {
        "chrome-extension" => host.len() == 32 && host.bytes().all(|b| matches!(b, b'a'..=b'p')),
        "moz-extension" => is_uuid(host) && !host.bytes().any(|b| b.is_ascii_uppercase()),
        "safari-web-extension" => is_uuid(host),
        _ => {
            let in_label = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
            host.split('.').all(|label| !label.is_empty() && label.bytes().all(in_label))
        }
    }
}

fn is_uuid(text: &str) -> bool {
    let lengths = text.split('-').map(str::len);
    lengths.eq([8, 4, 4, 4, 12]) && text.bytes().all(|b| b == b'-' || b.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests;
