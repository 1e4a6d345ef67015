//! One download over https: conditional, bounded in time and length, and from one host.

use super::Settings;
use std::io::{self, Read as _};
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use ureq::http::{HeaderMap, Response, header};
use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, Body};
use url::Url;
use wardkey::UnixTime;

/// The greatest length of a BLOB in bytes. The BLOB of 2026-10 has 10.6 MB.
const MAX_LEN: u64 = 64 << 20;
/// The greatest number of redirections.
const MAX_REDIRECTIONS: usize = 5;
/// The greatest length of an ETag in bytes.
const MAX_ETAG_LEN: usize = 256;

/// Why there is no download. Facts only: nothing that the server sent.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// The URL is not https.
    #[error("expected an https URL without user name and password")]
    NotHttps,
    /// The CAs of the server cannot be read.
    #[error("the CAs of the server's certificate cannot be read as PEM")]
    TlsRoots,
    /// A redirection to another host or scheme, or without a place.
    #[error("the server redirects to another host or scheme, or to nowhere")]
    Redirected,
    /// More redirections than are followed.
    #[error("more than {MAX_REDIRECTIONS} redirections")]
    Redirections,
    /// Another status than 200, 304 or a redirection.
    #[error("the server answered with status {0}")]
    Status(u16),
    /// The body is longer than a BLOB may be.
    #[error("the body has more than {MAX_LEN} bytes")]
    TooLong,
    /// The connection, TLS or HTTP failed.
    #[error("the request failed")]
    Request(#[source] Box<ureq::Error>),
    /// The body ended early, or not in time.
    #[error("the body cannot be read to its end")]
    Body(#[source] io::Error),
}

impl FetchError {
    /// Returns a stable word for logs.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::NotHttps => "not-https",
            Self::TlsRoots => "tls-roots",
            Self::Redirected => "redirected",
            Self::Redirections => "redirections",
            Self::Status(_) => "http-status",
            Self::TooLong => "too-long",
            Self::Request(error) if matches!(**error, ureq::Error::Timeout(_)) => "timeout",
            Self::Request(_) => "request",
            Self::Body(_) => "cut-off",
        }
    }
}

pub(crate) enum Download {
    /// A body, and the ETag for the next request.
    Body { blob: Vec<u8>, etag: Option<String> },
    /// 304: the kept BLOB is the newest.
    NotModified,
    /// 429 or 503, with the seconds to wait. Its ETag is of the answer, not of a BLOB, and is not kept.
    TryLater { status: u16, seconds: Option<i64> },
}

fn agent(settings: &Settings) -> Result<Agent, FetchError> {
    let roots = match &settings.tls_roots {
        None => RootCerts::WebPki,
        Some(pem) => {
            let certificates: Result<Vec<_>, _> = parse_pem(pem.as_bytes())
                .map(|item| match item {
                    Ok(PemItem::Certificate(certificate)) => Ok(certificate),
                    _ => Err(FetchError::TlsRoots),
                })
                .collect();
            RootCerts::new_with_certs(&certificates?)
        }
    };
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let tls = TlsConfig::builder().root_certs(roots).unversioned_rustls_crypto_provider(provider).build();
    let config = Agent::config_builder()
        .tls_config(tls)
        .https_only(true)
        .max_redirects(0) // followed here, because ureq would follow to any host
        .max_redirects_will_error(false)
        .http_status_as_error(false)
        .user_agent(concat!("wardkey-fetch-metadata/", env!("CARGO_PKG_VERSION")))
        .timeout_connect(Some(settings.timeout.min(Duration::from_secs(30))))
        .timeout_global(Some(settings.timeout))
        .build();
    Ok(config.into())
}

pub(crate) fn download(settings: &Settings, etag: Option<&str>, now: UnixTime) -> Result<Download, FetchError> {
    let agent = agent(settings)?;
    let mut url = settings.url.clone();
    for _ in 0..=MAX_REDIRECTIONS {
        if url.scheme() != "https" || !url.username().is_empty() || url.password().is_some() {
            return Err(FetchError::NotHttps);
        }
        let mut request = agent.get(url.as_str());
        if let Some(etag) = etag {
            request = request.header(header::IF_NONE_MATCH, etag);
        }
        let response = request.call().map_err(|error| FetchError::Request(Box::new(error)))?;
        match response.status().as_u16() {
            200 => return body(response),
            304 => return Ok(Download::NotModified),
            301 | 302 | 303 | 307 | 308 => url = redirected(&settings.url, &url, response.headers())?,
            status @ (429 | 503) => {
                return Ok(Download::TryLater { status, seconds: retry_after(response.headers(), now) });
            }
            status => return Err(FetchError::Status(status)),
        }
    }
    Err(FetchError::Redirections)
}

fn body(mut response: Response<Body>) -> Result<Download, FetchError> {
    let etag = response.headers().get(header::ETAG).and_then(|etag| etag.to_str().ok());
    let etag = etag.filter(|etag| !etag.is_empty() && etag.len() <= MAX_ETAG_LEN).map(str::to_owned);
    let mut blob = Vec::new();
    let mut body = response.body_mut().as_reader().take(MAX_LEN + 1);
    body.read_to_end(&mut blob).map_err(|error| match error.get_ref().and_then(|inner| inner.downcast_ref()) {
        Some(ureq::Error::Timeout(reason)) => FetchError::Request(Box::new(ureq::Error::Timeout(*reason))),
        _ => FetchError::Body(error),
    })?;
    if blob.len() as u64 > MAX_LEN {
        return Err(FetchError::TooLong);
    }
    Ok(Download::Body { blob, etag })
}

/// The place that the server names, if it is on the same host, port and scheme.
fn redirected(first: &Url, from: &Url, headers: &HeaderMap) -> Result<Url, FetchError> {
    let place = headers.get(header::LOCATION).and_then(|place| place.to_str().ok());
    let to = place.and_then(|place| from.join(place).ok()).ok_or(FetchError::Redirected)?;
    if to.origin() == first.origin() { Ok(to) } else { Err(FetchError::Redirected) }
}

/// Retry-After (RFC 9110 §10.2.3): seconds, or a date.
fn retry_after(headers: &HeaderMap, now: UnixTime) -> Option<i64> {
    let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?;
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().ok();
    }
    let date = httpdate::parse_http_date(text).ok()?.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    Some(i64::try_from(date.as_secs()).ok()?.saturating_sub(now.secs()))
}
