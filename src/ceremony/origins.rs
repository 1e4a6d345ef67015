//! The origins that a ceremony may come from ("Validating the origin of a credential", §13.4.9).
//!
//! A received origin is compared as a string, because a URL parser would accept 14 spellings that differ from the origin.

use crate::client::origin::{is_host_name, is_within};
use crate::macros::named;

named! {
    /// The rule by which a listed origin accepts the origin of a ceremony.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
    #[serde(rename_all = "snake_case")]
    pub enum OriginRule without ALL;
    /// Returns its name, as in the evidence.
    fn name;

    /// It is the ceremony's origin, octet by octet.
    Listed = "listed";
    /// The ceremony's origin is another port of its host.
    AnyPort = "any_port";
    /// The ceremony's origin is below its host.
    Subdomain = "subdomain";
    /// The ceremony's origin is another port below its host.
    SubdomainAndPort = "subdomain_and_port";
}

/// Which origins a ceremony may come from.
///
/// ```
/// use wardkey::ceremony::Origins;
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
    /// Accepts these origins and no others, each compared as a string. Does not check that a client could send such a string:
    /// [`RelyingPartyBuilder`](crate::RelyingPartyBuilder) does.
    pub fn exact(origins: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self { own: origins.into_iter().map(Into::into).collect(), ..Self::default() }
    }

    /// Returns the origins if no others are accepted.
    #[cfg(feature = "audit")]
    pub(crate) fn listed(&self) -> Option<Vec<String>> {
        let exact = !self.subdomains && !self.any_port;
        exact.then(|| self.own.iter().chain(&self.elsewhere).cloned().collect())
    }

    /// Accepts these origins too, without the effect of [`Self::with_subdomains`] and [`Self::with_any_port`]: origins of other
    /// sites, which §5.11 lists one by one, and of apps.
    #[must_use]
    pub fn and_exactly(mut self, origins: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.elsewhere.extend(origins.into_iter().map(Into::into));
        self
    }

    /// Accepts every host below the host of a listed https origin too. Every site that is hosted there can then sign your users
    /// in (§13.4.8), so list origins where you can.
    #[must_use]
    pub const fn with_subdomains(mut self) -> Self {
        self.subdomains = true;
        self
    }

    /// Accepts every port of the host of a listed web origin too.
    #[must_use]
    pub const fn with_any_port(mut self) -> Self {
        self.any_port = true;
        self
    }

    /// Returns whether a ceremony may come from `received`.
    #[must_use]
    pub fn allow(&self, received: &str) -> bool {
        self.admit(received).is_some()
    }

    /// Returns the listed origin that accepts `received`, and the rule.
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
            let admitted = scheme == listed_scheme
                && (port == listed_port || self.any_port)
                && (host == listed_host || self.subdomains && scheme == "https" && is_within(host, listed_host));
            let rule = match (host == listed_host, port == listed_port) {
                (true, _) => OriginRule::AnyPort,
                (false, true) => OriginRule::Subdomain,
                (false, false) => OriginRule::SubdomainAndPort,
            };
            admitted.then_some((listed.as_str(), rule))
        })
    }

    /// Returns the listed origins, as strings.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.own.iter().chain(&self.elsewhere).map(String::as_str)
    }
}

/// The parts of a string that is a web origin in the one form in which clients serialise it (HTML, "serialization of
/// an origin"): the name of a host, then a port without leading zero if there is one.
fn serialised(origin: &str) -> Option<(&str, &str, Option<&str>)> {
    let (scheme, rest) = origin.split_once("://")?;
    let (host, port) = match rest.split_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (rest, None),
    };
    let number =
        |port: &str| !port.starts_with('0') && port.bytes().all(|b| b.is_ascii_digit()) && port.parse::<u16>().is_ok();
    let own = if scheme == "https" { "443" } else { "80" };
    let whole =
        matches!(scheme, "https" | "http") && is_host_name(host) && port.is_none_or(|port| number(port) && port != own);
    whole.then_some((scheme, host, port))
}

#[cfg(test)]
mod tests;
