//! FIDO AppID Extension (`appid`, §10.1.1) and FIDO AppID Exclusion Extension (`appidExclude`, §10.1.2).
//!
//! Both take an [`AppId`]. The output of `appid` decides which RP ID hash an assertion must have: §7.2 step 15, in
//! [`ceremony::authentication`](crate::ceremony::authentication). The output of `appidExclude` decides nothing.

use crate::invalid::InvalidValue;
use serde::{Deserialize, Serialize};
use url::Url;

/// The AppID of credentials that were registered with U2F (§10.1.1): an https URL, such as
/// `https://clinic.example/u2f.json`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AppId(String);

impl AppId {
    /// Checks that `url` is an https URL with a host.
    ///
    /// # Errors
    /// [`InvalidValue::AppId`] for any other text.
    pub fn new(url: impl Into<String>) -> Result<Self, InvalidValue> {
        let url = url.into();
        if is_https(&url) { Ok(Self(url)) } else { Err(InvalidValue::AppId) }
    }

    /// Returns the URL.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for AppId {
    type Error = InvalidValue;

    fn try_from(url: String) -> Result<Self, InvalidValue> {
        Self::new(url)
    }
}

impl From<AppId> for String {
    fn from(appid: AppId) -> Self {
        appid.0
    }
}

fn is_https(url: &str) -> bool {
    Url::parse(url).is_ok_and(|url| url.scheme() == "https" && url.has_host())
}
