//! The document of related origins that a relying party publishes (§5.11).

use super::RelyingParty;
use crate::client::origin::check_web_origin;
use crate::client::well_known::RelatedOrigins;

impl RelyingParty {
    /// Returns the document for `/.well-known/webauthn`: the configured web origins outside the RP ID, in their order. `None` if
    /// there are none, so that no document is needed.
    ///
    /// ```
    /// # use wardkey::RelyingParty;
    /// let rp = RelyingParty::builder("clinic.example", "Clinic").related_origin("https://clinic.test").build()?;
    /// let document = serde_json::to_string(&rp.related_origins())?;
    /// assert_eq!(document, r#"{"origins":["https://clinic.test"]}"#);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn related_origins(&self) -> Option<RelatedOrigins> {
        let outside = |origin: &&str| {
            check_web_origin(origin, None).is_ok() && check_web_origin(origin, Some(&self.site.rp_id)).is_err()
        };
        RelatedOrigins::new(self.site.origins.iter().filter(outside)).ok()
    }
}
