//! Which certificates are trusted for which attestation (§7.1 step 23).

use crate::attestation::{AttestationType, Fact, Format, Voucher};
use crate::authenticator::Aaguid;
use crate::x509::{Crl, TrustAnchor};

/// The certificates that a relying party trusts for attestation: for everything, for a format, or for one model.
///
/// The narrowest list decides: an anchor for one AAGUID vouches for no other, and one for everything does not vouch for a
/// model that has its own. A `fido-u2f` statement does not sign its AAGUID (§8.6), which anyone on the way can rewrite, so
/// that it is never judged by the list of an AAGUID.
///
/// An AAGUID is vouched for by the attestation key under `packed` alone. Under `tpm`, `apple`, `android-key` and
/// `android-safetynet`, software chooses the AAGUID: it counts if [`TrustAnchors::for_aaguid`] has anchors for it, or, under
/// `tpm`, if the trusted certificate names it. List there only CAs that issue certificates to that model and to no other.
/// [`voucher`](crate::attestation::voucher) has the whole table.
#[derive(Clone, Debug, Default)]
pub struct TrustAnchors {
    any: Vec<TrustAnchor>,
    formats: Vec<(Format, Vec<TrustAnchor>)>,
    aaguids: Vec<(Aaguid, Vec<TrustAnchor>)>,
    crls: Vec<Crl>,
}

impl TrustAnchors {
    /// Trusted for every format and model that has no list of its own.
    pub fn new(anchors: impl IntoIterator<Item = TrustAnchor>) -> Self {
        Self { any: anchors.into_iter().collect(), ..Self::default() }
    }

    /// Trusted for one format. Later lists add to earlier ones.
    #[must_use]
    pub fn for_format(mut self, format: Format, anchors: impl IntoIterator<Item = TrustAnchor>) -> Self {
        add(&mut self.formats, format, anchors);
        self
    }

    /// Trusted for one model. Later lists add to earlier ones.
    #[must_use]
    pub fn for_aaguid(mut self, aaguid: Aaguid, anchors: impl IntoIterator<Item = TrustAnchor>) -> Self {
        add(&mut self.aaguids, aaguid, anchors);
        self
    }

    /// Revocation lists: no certificate of a path may be on the list of its issuer, and each list must be one that can be
    /// applied, or the path is refused: see [`Crl`]. Later lists add to earlier ones.
    #[must_use]
    pub fn with_crls(mut self, crls: impl IntoIterator<Item = Crl>) -> Self {
        self.crls.extend(crls);
        self
    }

    /// Whether there is no anchor at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.all().next().is_none()
    }

    pub(super) fn crls(&self) -> &[Crl] {
        &self.crls
    }

    /// The anchors of all lists.
    pub(super) fn all(&self) -> impl Iterator<Item = &TrustAnchor> {
        let of_formats = self.formats.iter().flat_map(|(_, list)| list);
        let of_aaguids = self.aaguids.iter().flat_map(|(_, list)| list);
        self.any.iter().chain(of_formats).chain(of_aaguids)
    }

    pub(super) fn of(&self, format: Format, aaguid: Aaguid) -> &[TrustAnchor] {
        self.of_aaguid(format, aaguid).or_else(|| find(&self.formats, format)).unwrap_or(&self.any)
    }

    /// The model's own anchors. An AAGUID that nobody signs chooses none.
    pub(super) fn of_aaguid(&self, format: Format, aaguid: Aaguid) -> Option<&[TrustAnchor]> {
        find(&self.aaguids, aaguid).filter(|_| aaguid_voucher(format).is_signature())
    }

    /// Whether there is an anchor that can vouch for this model. That a certificate may name the model beside other
    /// anchors is not counted on.
    pub(super) fn can_attest(&self, aaguid: Aaguid) -> bool {
        let can = |&format: &Format| self.vouch(format, aaguid) && !self.of(format, aaguid).is_empty();
        aaguid != Aaguid::ZERO && Format::ALL.iter().any(can)
    }

    /// Whether a statement of this format that leads to an anchor vouches for its AAGUID as well.
    ///
    /// It does where the attestation key vouches for the AAGUID. Where software chose the AAGUID and a signature covers
    /// it, it counts only if its own anchors bear it out: they issue certificates to that model alone. See
    /// [`voucher`](crate::attestation::voucher).
    pub(super) fn vouch(&self, format: Format, aaguid: Aaguid) -> bool {
        match aaguid_voucher(format) {
            Voucher::AttestationKey => true,
            Voucher::Caller | Voucher::CredentialKey => self.of_aaguid(format, aaguid).is_some(),
            Voucher::Unattested | Voucher::Nobody => false,
        }
    }
}

/// Who vouches for the AAGUID beside a statement with certificates.
const fn aaguid_voucher(format: Format) -> Voucher {
    Voucher::of(format, AttestationType::BasicOrAttCa, Fact::Aaguid)
}

fn add<K: PartialEq>(lists: &mut Vec<(K, Vec<TrustAnchor>)>, key: K, anchors: impl IntoIterator<Item = TrustAnchor>) {
    match lists.iter_mut().find(|(other, _)| *other == key) {
        Some((_, list)) => list.extend(anchors),
        None => lists.push((key, anchors.into_iter().collect())),
    }
}

fn find<K: PartialEq>(lists: &[(K, Vec<TrustAnchor>)], key: K) -> Option<&[TrustAnchor]> {
    lists.iter().find(|(other, _)| *other == key).map(|(_, list)| list.as_slice())
}
