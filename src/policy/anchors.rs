//! Trust anchors for attestation (§7.1 step 23).

use crate::attestation::voucher::{Fact, Voucher};
use crate::attestation::{AttestationType, Format};
use crate::authenticator::Aaguid;
use crate::x509::{Crl, TrustAnchor};
use std::collections::BTreeMap;

/// The certificates that a relying party trusts for attestation: for everything, for one format, or for one model.
///
/// Only the most specific list that exists is used: the list of the AAGUID, then that of the format, then the general one. A
/// `fido-u2f` statement does not sign the AAGUID (§8.6), so an attacker could choose it. Therefore the list of an AAGUID is
/// never used for `fido-u2f`.
///
/// Only under `packed` does the attestation key vouch for the AAGUID. Under `tpm`, `apple`, `android-key` and
/// `android-safetynet`, software chooses the AAGUID. There it counts as attested if it has a list
/// ([`TrustAnchors::for_aaguid`]) or, under `tpm`, if the trusted certificate contains it. So such a list must contain only
/// CAs that issue certificates to that model alone. [`voucher`](crate::attestation::voucher) has the whole table.
#[derive(Clone, Debug, Default)]
pub struct TrustAnchors {
    any: Vec<TrustAnchor>,
    formats: BTreeMap<Format, Vec<TrustAnchor>>,
    aaguids: BTreeMap<Aaguid, Vec<TrustAnchor>>,
    pub(super) crls: Vec<Crl>,
}

impl TrustAnchors {
    /// Returns a set with anchors for every format and model that has no list of its own.
    ///
    /// ```
    /// use wardkey::{policy::TrustAnchors, x509::TrustAnchor};
    ///
    /// fn read(pem: &str) -> Result<TrustAnchors, Box<dyn std::error::Error>> {
    ///     Ok(TrustAnchors::new(TrustAnchor::from_pem(pem)?))
    /// }
    /// ```
    pub fn new(anchors: impl IntoIterator<Item = TrustAnchor>) -> Self {
        Self { any: anchors.into_iter().collect(), ..Self::default() }
    }

    /// Returns the anchors if they hold for every format and model and there are no revocation lists.
    #[cfg(feature = "audit")]
    pub(crate) fn for_all(&self) -> Option<&[TrustAnchor]> {
        let only = self.formats.is_empty() && self.aaguids.is_empty() && self.crls.is_empty();
        only.then_some(&self.any)
    }

    /// Adds anchors to the list of a format.
    ///
    /// ```
    /// use wardkey::{attestation::Format, policy::TrustAnchors, x509::TrustAnchor};
    ///
    /// fn android(google: &str) -> Result<TrustAnchors, Box<dyn std::error::Error>> {
    ///     Ok(TrustAnchors::default().for_format(Format::AndroidKey, TrustAnchor::from_pem(google)?))
    /// }
    /// ```
    #[must_use]
    pub fn for_format(mut self, format: Format, anchors: impl IntoIterator<Item = TrustAnchor>) -> Self {
        self.formats.entry(format).or_default().extend(anchors);
        self
    }

    /// Adds anchors to the list of a model.
    ///
    /// ```
    /// use wardkey::{authenticator::Aaguid, policy::TrustAnchors, x509::TrustAnchor};
    ///
    /// fn only(model: Aaguid, vendor: &str) -> Result<TrustAnchors, Box<dyn std::error::Error>> {
    ///     Ok(TrustAnchors::default().for_aaguid(model, TrustAnchor::from_pem(vendor)?))
    /// }
    /// ```
    #[must_use]
    pub fn for_aaguid(mut self, aaguid: Aaguid, anchors: impl IntoIterator<Item = TrustAnchor>) -> Self {
        self.aaguids.entry(aaguid).or_default().extend(anchors);
        self
    }

    /// Adds revocation lists. A certification path is refused if it contains a certificate that its issuer revoked, or if a list
    /// cannot be applied to it: see [`Crl`].
    ///
    /// ```
    /// use wardkey::{policy::TrustAnchors, x509::Crl};
    ///
    /// fn with_lists(anchors: TrustAnchors, lists: &str) -> Result<TrustAnchors, Box<dyn std::error::Error>> {
    ///     Ok(anchors.with_crls(Crl::from_pem(lists)?))
    /// }
    /// ```
    #[must_use]
    pub fn with_crls(mut self, crls: impl IntoIterator<Item = Crl>) -> Self {
        self.crls.extend(crls);
        self
    }

    /// Returns whether there is no anchor.
    ///
    /// ```
    /// assert!(wardkey::policy::TrustAnchors::default().is_empty());
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.all().next().is_none()
    }

    /// Returns the anchors of all lists.
    pub(super) fn all(&self) -> impl Iterator<Item = &TrustAnchor> {
        self.any.iter().chain(self.formats.values().flatten()).chain(self.aaguids.values().flatten())
    }

    /// Returns the anchors for a statement of this format with this AAGUID.
    pub(super) fn of(&self, format: Format, aaguid: Aaguid) -> &[TrustAnchor] {
        self.of_aaguid(format, aaguid).or_else(|| self.formats.get(&format)).unwrap_or(&self.any)
    }

    /// Returns the list of the model. `None` if there is none, or if no signature covers the AAGUID.
    pub(super) fn of_aaguid(&self, format: Format, aaguid: Aaguid) -> Option<&Vec<TrustAnchor>> {
        self.aaguids.get(&aaguid).filter(|_| aaguid_voucher(format).is_signature())
    }

    /// Returns whether an anchor can vouch for this model. Certificates that contain the AAGUID do not count, because not every
    /// certificate does.
    pub(super) fn can_attest(&self, aaguid: Aaguid) -> bool {
        let can = |&format: &Format| self.vouch(format, aaguid) && !self.of(format, aaguid).is_empty();
        aaguid != Aaguid::ZERO && Format::ALL.iter().any(can)
    }

    /// Returns whether a statement of this format that leads to an anchor also vouches for the AAGUID: the attestation key
    /// vouches for it, or a signature covers it and the anchors issue certificates to that model alone. See
    /// [`voucher`](crate::attestation::voucher).
    pub(super) fn vouch(&self, format: Format, aaguid: Aaguid) -> bool {
        match aaguid_voucher(format) {
            Voucher::AttestationKey => true,
            Voucher::Caller | Voucher::CredentialKey => self.of_aaguid(format, aaguid).is_some(),
            Voucher::Unattested | Voucher::Nobody => false,
        }
    }
}

/// Returns who vouches for the AAGUID with a statement that has certificates.
const fn aaguid_voucher(format: Format) -> Voucher {
    Voucher::of(format, AttestationType::BasicOrAttCa, Fact::Aaguid)
}
