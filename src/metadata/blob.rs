//! Verification of a BLOB (FIDO Metadata Service §3.2): the signature, the certification path and the name of its signer, the
//! number, and freshness.

use super::error::{BlobError, RootsError};
use super::payload::Payload;
use super::{Metadata, Signer};
use crate::budget::Budget;
use crate::codec::der::encode::ecdsa_signature;
use crate::codec::jws::{Header, Jws};
use crate::crypto::{Backend, Curve, Hash, PublicKey, Scheme, default_backend};
use crate::time::UnixTime;
use crate::x509::certificate::Certificate;
use crate::x509::path::{CertificationPath, Inputs, MAX_CERTIFICATES};
use crate::x509::revocation::Revocation;
use crate::x509::{Crl, TrustAnchor, oid};
use core::time::Duration;

/// The DNS name of the FIDO Alliance's service.
pub const FIDO_HOST: &str = "mds.fidoalliance.org";

/// SHA-256 of GlobalSign Root CA R3, until 2029-03-18, and of GlobalSign Root R46.
const FIDO_ROOTS: [[u8; 32]; 2] = [
    *b"\xcb\xb5\x22\xd7\xb7\xf1\x27\xad\x6a\x01\x13\x86\x5b\xdf\x1c\xd4\x10\x2e\x7d\x07\x59\xaf\x63\x5a\x7c\xf4\x72\x0d\xc9\x63\xc5\x3b",
    *b"\x4f\xa3\x12\x6d\x8d\x3a\x11\xd1\xc4\x85\x5a\x4f\x80\x7c\xba\xd6\xcf\x91\x9d\x3a\x5a\x88\xb0\x3b\xea\x2c\x63\x72\xd9\x3c\x40\xc9",
];

/// Who may sign a BLOB: the roots that its certificates must lead to, and the DNS name of the service.
#[derive(Clone, Debug)]
pub struct Roots {
    anchors: Vec<TrustAnchor>,
    crls: Vec<Crl>,
    name: Option<Box<str>>,
}

impl Roots {
    /// Accepts the service of the FIDO Alliance. `pem` has GlobalSign Root CA R3, GlobalSign Root R46, or both; get them from GlobalSign.
    /// This library knows their fingerprints and takes no other certificate.
    ///
    /// # Errors
    /// [`RootsError`].
    pub fn fido(pem: &str) -> Result<Self, RootsError> {
        let anchors = TrustAnchor::from_pem(pem)?;
        let is_known = |anchor: &TrustAnchor| FIDO_ROOTS.contains(&anchor.fingerprint(default_backend()));
        if anchors.iter().all(is_known) { Ok(Self::of(FIDO_HOST, anchors)) } else { Err(RootsError::NotFido) }
    }

    /// Accepts another service, by its DNS name and its own roots.
    pub fn of(name: impl Into<Box<str>>, anchors: impl IntoIterator<Item = TrustAnchor>) -> Self {
        Self { anchors: anchors.into_iter().collect(), crls: Vec::new(), name: Some(name.into()) }
    }

    /// Accepts every signer below these roots, whatever its name. Under roots of the public web, that is everybody. Use this
    /// only with a root that issues to one service. [`Metadata::signer`] reports that no name was checked.
    pub fn any_name(anchors: impl IntoIterator<Item = TrustAnchor>) -> Self {
        Self { anchors: anchors.into_iter().collect(), crls: Vec::new(), name: None }
    }

    /// Adds revocation lists of the CAs: no certificate of a path may be on the list of its issuer.
    #[must_use]
    pub fn with_crls(mut self, crls: impl IntoIterator<Item = Crl>) -> Self {
        self.crls.extend(crls);
        self
    }
}

/// What the caller knows from BLOBs before, and how old a BLOB may be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Seen {
    /// The greatest number seen so far. A BLOB with a smaller number is refused.
    pub number: Option<u64>,
    /// How long after its `nextUpdate` a BLOB may still be used; `None`: staleness is reported, not refused.
    pub grace: Option<Duration>,
}

impl Seen {
    /// Says that no BLOB was seen before.
    #[must_use]
    pub const fn nothing() -> Self {
        Self { number: None, grace: None }
    }

    /// Says that this is the greatest number seen before.
    #[must_use]
    pub const fn number(number: u64) -> Self {
        Self { number: Some(number), grace: None }
    }

    /// Refuses a BLOB from this long after its `nextUpdate` on, and one without `nextUpdate`.
    #[must_use]
    pub const fn with_grace(self, grace: Duration) -> Self {
        Self { grace: Some(grace), ..self }
    }
}

/// Verifies a BLOB as received at `at`, and makes its compact form.
///
/// `at` is the time for certificates and freshness. Verify a BLOB once, when it is received, and pass that time also later:
/// the certificate of the signer may expire before `nextUpdate`.
///
/// # Errors
/// [`BlobError`].
pub fn verify(
    blob: &[u8],
    roots: &Roots,
    seen: Seen,
    at: UnixTime,
    backend: &dyn Backend,
) -> Result<Metadata, BlobError> {
    let jws = Jws::read(blob).ok_or(BlobError::Form)?;
    let header =
        jws.header().filter(|header| (1..=MAX_CERTIFICATES).contains(&header.len())).ok_or(BlobError::Header)?;
    let signer = verify_signature(&jws, &header, roots, at, backend)?;
    let digest = backend.sha256(&[&jws.signature]);
    let payload = Payload::read(&jws.payload, backend).ok_or(BlobError::Payload)?;
    drop(jws);
    if let Some(last) = seen.number.filter(|last| payload.no < *last) {
        return Err(BlobError::Rollback { no: payload.no, last });
    }
    if let Some(grace) = seen.grace {
        let limit = payload.next_update.ok_or(BlobError::Stale)?.ends().plus(grace);
        if at >= limit {
            return Err(BlobError::Stale);
        }
    }
    Ok(Metadata::new(payload, digest, at, signer))
}

fn verify_signature(
    jws: &Jws<'_>,
    header: &Header,
    roots: &Roots,
    at: UnixTime,
    backend: &dyn Backend,
) -> Result<Signer, BlobError> {
    let scheme = scheme(&header.alg).ok_or(BlobError::Algorithm)?;
    let x5c = header.certificates().ok_or(BlobError::Header)?;
    let path = CertificationPath::read(None, x5c.iter().map(Vec::as_slice)).map_err(BlobError::Path)?;
    let leaf = x5c.first().and_then(|leaf| Certificate::read(leaf).ok()).ok_or(BlobError::Header)?;
    if !is_signer(&leaf) {
        return Err(BlobError::NotASigner);
    }
    let inputs = Inputs {
        anchors: &roots.anchors,
        revocation: Revocation { crls: &roots.crls, anchors: &roots.anchors.iter().collect::<Vec<_>>() },
        time: Some(at),
        outside_validity: false,
        host: roots.name.as_deref(),
        issuer_without_ca: None,
        backend,
    };
    let path = path.validate(&inputs, &mut Budget::of_a_message()).map_err(BlobError::of_path)?;
    if roots.name.as_deref().is_some_and(|name| !is_named(&leaf, name)) {
        return Err(BlobError::Name);
    }
    let key = leaf.public_key().map_err(|_| BlobError::Algorithm)?;
    if !key.fits(scheme) {
        return Err(BlobError::Algorithm);
    }
    let signature = match key.key {
        // RFC 7518 §3.4: r and s of full length
        PublicKey::Ec { curve, .. } => {
            let parts = jws.signature.split_at_checked(curve.coordinate_len());
            let (r, s) = parts.filter(|(r, s)| r.len() == s.len()).ok_or(BlobError::Signature)?;
            ecdsa_signature(r, s)
        }
        _ => jws.signature.clone(),
    };
    backend.verify(scheme, &key.key, jws.signed, &signature).map_err(|_| BlobError::Signature)?;
    Ok(Signer {
        name: roots.name.clone(),
        not_after: leaf.not_after,
        checked_for_revocation: path.checked_for_revocation,
    })
}

/// The scheme of an algorithm (RFC 7518 §3.1, RFC 8037 §3.1). It must also fit the key.
fn scheme(alg: &str) -> Option<Scheme> {
    Some(match alg {
        "ES256" => Scheme::Ecdsa(Curve::P256, Hash::Sha256),
        "ES384" => Scheme::Ecdsa(Curve::P384, Hash::Sha384),
        "ES512" => Scheme::Ecdsa(Curve::P521, Hash::Sha512),
        "RS256" => Scheme::RsaPkcs1(Hash::Sha256),
        "RS384" => Scheme::RsaPkcs1(Hash::Sha384),
        "RS512" => Scheme::RsaPkcs1(Hash::Sha512),
        "PS256" => Scheme::RsaPss(Hash::Sha256),
        "PS384" => Scheme::RsaPss(Hash::Sha384),
        "PS512" => Scheme::RsaPss(Hash::Sha512),
        "EdDSA" => Scheme::Ed25519,
        _ => return None,
    })
}

/// Whether it is the certificate of an end entity that may sign (RFC 5280 §4.2.1.3, §4.2.1.9). Extensions that cannot be read
/// allow nothing.
fn is_signer(leaf: &Certificate<'_>) -> bool {
    let is_end_entity =
        leaf.extensions.basic_constraints().is_ok_and(|of| of.is_none_or(|constraints| !constraints.ca));
    let may_sign = leaf.extensions.key_usage().is_ok_and(|of| of.is_none_or(|usage| usage.digital_signature()));
    is_end_entity && may_sign
}

/// RFC 6125 §6.4.4: the DNS names, or the common name of a certificate without DNS names. Compared whole, so a wildcard
/// matches nothing; upper and lower case are equal.
fn is_named(leaf: &Certificate<'_>, host: &str) -> bool {
    let Ok(names) = leaf.extensions.subject_alt_name() else { return false };
    let mut names = names.iter().flat_map(|names| names.dns()).peekable();
    if names.peek().is_some() {
        return names.any(|name| name.eq_ignore_ascii_case(host));
    }
    let mut common_names = leaf.subject.attributes_of(oid::COMMON_NAME);
    common_names.any(|name| name.text().is_ok_and(|name| name.eq_ignore_ascii_case(host)))
}
