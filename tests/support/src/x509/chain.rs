//! x5c: an end-entity certificate (leaf), and the authorities between it and the root that the relying party trusts.

use super::{Certificate, Extension, Name};
use crate::change::Changes;
use crate::der;
use crate::keys::{Algorithm, Key, Modulus};
use crate::seed::Seed;

/// A certification authority.
#[derive(Clone, Debug)]
pub struct Authority {
    /// The key it signs with.
    pub key: Key,
    /// Its own certificate.
    pub certificate: Certificate,
    /// The key that signed its certificate.
    pub issuer: Key,
}

impl Authority {
    /// Makes a root. Its key and serial number are drawn from its name.
    pub fn root(info: &str, algorithm: Algorithm) -> Self {
        Self::named(Name::new(info, "wardkey", "Authenticator Attestation CA"), info, algorithm, Modulus::Root, None)
    }

    /// Makes an authority below `issuer`.
    pub fn intermediate(info: &str, algorithm: Algorithm, issuer: &Self) -> Self {
        let name = Name::new(info, "wardkey", "Authenticator Attestation CA");
        Self::named(name, info, algorithm, Modulus::Intermediate, Some(issuer))
    }

    /// The authority of this name; without an issuer it is a root.
    pub(crate) fn named(name: Name, info: &str, algorithm: Algorithm, rsa: Modulus, issuer: Option<&Self>) -> Self {
        let mut seed = Seed::new(info);
        let key = Key::draw(algorithm, rsa, &mut seed);
        let issuer_name = issuer.map_or(&name, |issuer| &issuer.certificate.subject).clone();
        let mut certificate = Certificate::new(issuer_name, name, seed.draw(16), &key);
        certificate.set(Extension::basic_constraints(true, None));
        certificate.set(Extension::certificate_signing());
        certificate.set(Extension::subject_key_identifier(&key));
        if let Some(issuer) = issuer {
            certificate.set(Extension::authority_key_identifier(&issuer.key));
        }
        Self { issuer: issuer.map_or(&key, |issuer| &issuer.key).clone(), key, certificate }
    }

    /// Returns its certificate, signed.
    pub fn der(&self) -> Vec<u8> {
        self.certificate.sign(&self.issuer)
    }
}

/// The certification path of one attestation.
#[derive(Clone, Debug)]
pub struct Chain {
    /// The authorities, the root first; the last one issues the leaf. If there are none, the leaf is self-signed.
    pub authorities: Vec<Authority>,
    /// The subject of the leaf.
    pub subject: Name,
    leaf: Changes<Certificate>,
    x5c: Changes<Vec<Vec<u8>>>,
}

impl Chain {
    /// Makes a leaf issued by a root: x5c contains one certificate.
    pub fn new() -> Self {
        Self::of(1, Algorithm::Es256)
    }

    /// Makes a path with this number of certificates in x5c, without the root. All are issued by keys of this algorithm.
    pub fn of(certificates: usize, algorithm: Algorithm) -> Self {
        let suffix = algorithm.name().to_lowercase();
        let mut authorities = vec![Authority::root(&format!("wardkey.root.{suffix}"), algorithm)];
        for i in 1..certificates {
            let info = format!("wardkey.intermediate.{i}.{suffix}");
            authorities.push(Authority::intermediate(&info, algorithm, &authorities[i - 1]));
        }
        Self::under(authorities)
    }

    /// The path of some Sony phones: a root with the name of Google's, an intermediate, and one that is not a CA, each named by a
    /// serial number.
    pub fn of_a_sony_phone() -> Self {
        let named = |mut authority: Authority, subject: &str, issuer: &str| {
            let name = |text: &str| Name(vec![("2.5.4.5".into(), der::printable(text))]);
            (authority.certificate.subject, authority.certificate.issuer) = (name(subject), name(issuer));
            authority
        };
        let (google, first, last) = ("f92009e853b6b045", "87f4514475ba0a2b", "3e7fb6a1ee4bd568");
        let root = named(Authority::root("wardkey.google", Algorithm::Rs256), google, google);
        let intermediate = Authority::intermediate("wardkey.sony.1", Algorithm::Es384, &root);
        let mut end_entity = Authority::intermediate("wardkey.sony.2", Algorithm::Es256, &intermediate);
        end_entity.certificate.set(Extension::basic_constraints(false, None));
        end_entity.certificate.set(Extension::digital_signature());
        Self::under(vec![root, named(intermediate, first, google), named(end_entity, last, first)])
    }

    /// Makes a self-signed leaf, which is not trusted.
    pub fn self_signed() -> Self {
        Self::under(Vec::new())
    }

    /// Makes a leaf issued by the last of these authorities. The first one is the root.
    pub fn under(authorities: Vec<Authority>) -> Self {
        let subject = Name::new("wardkey test vectors", "wardkey", "Authenticator Attestation");
        Self { authorities, subject, leaf: Changes::default(), x5c: Changes::default() }
    }

    /// Sets the subject of the leaf.
    pub fn subject(mut self, subject: Name) -> Self {
        self.subject = subject;
        self
    }

    /// Returns the trust anchors, in DER.
    pub fn trust_anchors(&self) -> Vec<Vec<u8>> {
        self.authorities.first().map(Authority::der).into_iter().collect()
    }

    /// x5c for a leaf with this key, given what the attestation format wants of it.
    pub(crate) fn issue(&self, key: &Key, serial: Vec<u8>, profile: impl FnOnce(&mut Certificate)) -> Vec<Vec<u8>> {
        let issuer_name = self.authorities.last().map_or(&self.subject, |issuer| &issuer.certificate.subject);
        let issuer = self.authorities.last().map_or(key, |issuer| &issuer.key);
        let mut leaf = Certificate::new(issuer_name.clone(), self.subject.clone(), serial, key);
        leaf.set(Extension::basic_constraints(false, None));
        leaf.set(Extension::digital_signature());
        leaf.set(Extension::subject_key_identifier(key));
        leaf.set(Extension::authority_key_identifier(issuer));
        profile(&mut leaf);
        let leaf = self.leaf.apply(leaf).sign(issuer);
        let intermediates = self.authorities.iter().skip(1).rev().map(Authority::der);
        self.x5c.apply(std::iter::once(leaf).chain(intermediates).collect())
    }
}

impl Default for Chain {
    fn default() -> Self {
        Self::new()
    }
}

/// An attestation format with certificates, and the layers that all such formats have.
pub trait Certified: Sized {
    /// Returns its certification path.
    fn chain_mut(&mut self) -> &mut Chain;

    /// Sets the certification path, in place of a leaf issued by the default root. Call this before you change certificates.
    fn chain(mut self, chain: Chain) -> Self {
        *self.chain_mut() = chain;
        self
    }

    /// Changes the leaf before it is signed.
    fn leaf(mut self, change: impl Fn(&mut Certificate) + Send + Sync + 'static) -> Self {
        self.chain_mut().leaf.push(change);
        self
    }

    /// Changes an authority before its certificate is signed: 0 is the root, which stays trusted.
    fn authority(mut self, i: usize, change: impl FnOnce(&mut Authority)) -> Self {
        change(&mut self.chain_mut().authorities[i]);
        self
    }

    /// Changes the list of signed certificates.
    fn x5c(mut self, change: impl Fn(&mut Vec<Vec<u8>>) + Send + Sync + 'static) -> Self {
        self.chain_mut().x5c.push(change);
        self
    }
}
