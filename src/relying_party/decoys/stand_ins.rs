//! The decoys of one relying party: the list of a name without an account, and the key for a credential id that is not stored.

use super::{DecoyShape, Decoys};
use crate::credential::{CredentialDescriptor, CredentialId, PublicKeyCredentialType, Transport, UserHandle};
use crate::crypto::{Algorithm, Backend};
use crate::extensions::{Blob, PrfValues};
use crate::relying_party::ConfigError;
use crate::relying_party::stand_in::{MODULUS_HEAD_LEN, StandInKey};
use core::fmt;
use std::collections::BTreeMap;

/// Returns ES256, which most passkeys use, if it is offered; otherwise the first offered algorithm.
fn usual_algorithm(offered: &[Algorithm]) -> Algorithm {
    let first = offered.first().copied().unwrap_or(Algorithm::Es256);
    if offered.contains(&Algorithm::Es256) { Algorithm::Es256 } else { first }
}

/// Returns the usual shapes of consumer credentials, with the algorithms that are offered.
pub(super) fn usual_shapes(offered: &[Algorithm]) -> Vec<DecoyShape> {
    let shape = |weight, id_len, transports, algorithm| {
        let algorithm = if offered.contains(&algorithm) { algorithm } else { usual_algorithm(offered) };
        DecoyShape { weight, id_len, transports, algorithm }
    };
    let synced = || vec![Transport::Hybrid, Transport::Internal];
    vec![
        shape(40, 20, synced(), Algorithm::Es256),
        shape(25, 16, synced(), Algorithm::Es256),
        shape(10, 32, vec![Transport::Internal], Algorithm::Es256),
        shape(10, 32, vec![Transport::Internal], Algorithm::Rs256),
        shape(10, 48, vec![Transport::Nfc, Transport::Usb], Algorithm::Es256),
        shape(5, 64, vec![Transport::Usb], Algorithm::EdDsa),
    ]
}

/// The stand-in for one credential: its shape and its pseudo-random bytes.
#[derive(Clone, Copy)]
pub(in crate::relying_party) struct StandIn<'s> {
    shape: Option<&'s Shape>,
    modulus_head: [u8; MODULUS_HEAD_LEN],
    /// Whether the id is that of a decoy, or too short to tell.
    pub(in crate::relying_party) decoy: bool,
}

/// The length of the tag at the end of a decoy's id. With it, the secret recognises the id without the name.
const TAG_LEN: usize = 4;

/// The minimum length of an id with a tag. §5.8.1: real ids have at least 16 bytes.
const TAGGED_LEN: usize = 16;

/// Returns the tag of an id, and what it is the tag of. A shorter id has none.
fn split_tag(id: &[u8]) -> (&[u8], Option<&[u8; TAG_LEN]>) {
    match id.split_last_chunk() {
        Some((body, tag)) if id.len() >= TAGGED_LEN => (body, Some(tag)),
        _ => (id, None),
    }
}

impl StandIn<'_> {
    /// Returns a COSE_Key whose private key nobody has.
    pub(in crate::relying_party) fn public_key(&self) -> Vec<u8> {
        self.shape.map(|shape| shape.key.public_key(self.modulus_head)).unwrap_or_default()
    }
}

#[derive(Clone, Debug)]
struct Shape {
    shape: DecoyShape,
    key: StandInKey,
}

/// The decoys of one relying party. If it has none, one key is used for every credential id that is not stored.
#[derive(Clone)]
pub(in crate::relying_party) struct StandIns {
    key: Option<[u8; 32]>,
    counts: Vec<u32>,
    shapes: Vec<Shape>,
    backend: &'static dyn Backend,
}

/// The secret is not printed.
impl fmt::Debug for StandIns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shapes: Vec<_> = self.shapes.iter().map(|shape| &shape.shape).collect();
        f.debug_struct("StandIns").field("counts", &self.counts).field("shapes", &shapes).finish_non_exhaustive()
    }
}

impl StandIns {
    /// Those of a relying party: with `decoys`, or without.
    ///
    /// # Errors
    /// [`ConfigError::DecoyAlgorithm`]: a shape has an algorithm that never signs in here, so it is no real credential's.
    pub(in crate::relying_party) fn new(
        decoys: Option<Decoys>,
        rp_id: &str,
        offered: &[Algorithm],
        sign_in: &[Algorithm],
        backend: &'static dyn Backend,
    ) -> Result<Self, ConfigError> {
        // Bound to the RP ID, because no real credential is listed at two relying parties.
        let bound = |decoys: &Decoys| backend.hmac_sha256(&decoys.key, &[b"wardkey decoys of ", rp_id.as_bytes()]);
        let key = decoys.as_ref().map(bound);
        let (counts, shapes) = match decoys {
            Some(Decoys { counts, shapes, .. }) => (counts, shapes.unwrap_or_else(|| usual_shapes(offered))),
            None => {
                let algorithm = usual_algorithm(offered);
                (Vec::new(), vec![DecoyShape { weight: 1, id_len: 1, transports: Vec::new(), algorithm }])
            }
        };
        let signs_in = |algorithm| sign_in.contains(&algorithm) && backend.supports(algorithm.scheme());
        if let Some(shape) = shapes.iter().find(|shape| !signs_in(shape.algorithm)) {
            return Err(ConfigError::DecoyAlgorithm(shape.algorithm.cose()));
        }
        let seed = key.unwrap_or_default();
        let random = |len| stream(backend, &seed, &[b"stand-in key"], len);
        let shape = |shape: DecoyShape| Shape { key: StandInKey::new(shape.algorithm, random), shape };
        Ok(Self { key, counts, shapes: shapes.into_iter().map(shape).collect(), backend })
    }

    /// Returns the stand-in for a credential id that is not stored. It depends on the id and the secret alone, so that an id
    /// costs the same in every ceremony.
    pub(in crate::relying_party) fn of(&self, id: &[u8]) -> StandIn<'_> {
        let (body, tag) = split_tag(id);
        let [a, b, c, d, e, f, g, h, modulus_head @ ..] = self.drawn(body);
        let shape = self.shape(id.len(), u32::from_be_bytes([a, b, c, d]));
        let decoy = self.key.is_some() && tag.is_none_or(|tag| *tag == [e, f, g, h]);
        StandIn { shape, modulus_head, decoy }
    }

    /// The shape on which a number drawn at random falls, of those with ids of this length, if there are any.
    fn shape(&self, id_len: usize, number: u32) -> Option<&Shape> {
        let alike = self.shapes.iter().filter(|shape| shape.shape.id_len == id_len);
        pick(alike, number).or_else(|| pick(self.shapes.iter(), number))
    }

    /// What is drawn at random for an id without its tag: the shape, the tag and the key.
    fn drawn(&self, body: &[u8]) -> [u8; 32] {
        self.key.map(|key| self.backend.hmac_sha256(&key, &[b"shape of ", body])).unwrap_or_default()
    }

    /// The account and the credentials of a name that nobody has; `None` without decoys.
    pub(in crate::relying_party) fn account(&self, name: &str) -> Option<(UserHandle, Vec<CredentialDescriptor>)> {
        let key = self.key?;
        let seed = self.backend.hmac_sha256(&key, &[b"account of ", name.as_bytes()]);
        let [a, b, c, d, ..] = seed;
        let count = position(self.counts.iter().copied(), u32::from_be_bytes([a, b, c, d])).unwrap_or_default();
        let len = |number: usize| self.id_len(&seed, number);
        let credentials = (0..=count).filter_map(|number| self.credential(&seed, number, len(number)));
        let mut credentials: Vec<_> = credentials.collect();
        credentials.sort_by(|a, b| a.id.cmp(&b.id)); // as those of real accounts are
        Some((self.user_handle(&seed)?, credentials))
    }

    /// Does the work of [`Self::account`] for an account that exists, so that its list does not come faster; `None` without
    /// decoys.
    pub(in crate::relying_party) fn work_of_account(
        &self,
        user: &UserHandle,
        own: &[CredentialDescriptor],
    ) -> Option<()> {
        let key = self.key?;
        let seed = self.backend.hmac_sha256(&key, &[b"account of ", user.as_bytes()]);
        let credential = |(number, own): (usize, &CredentialDescriptor)| {
            self.id_len(&seed, number);
            self.credential(&seed, number, own.id.as_bytes().len())
        };
        let credentials: Vec<_> = own.iter().enumerate().filter_map(credential).collect();
        core::hint::black_box((self.user_handle(&seed), credentials));
        Some(())
    }

    fn id_len(&self, seed: &[u8; 32], number: usize) -> usize {
        let [a, b, c, d, ..] = self.backend.hmac_sha256(seed, &[b"length", &position_bytes(number)]);
        pick(self.shapes.iter(), u32::from_be_bytes([a, b, c, d])).map(|shape| shape.shape.id_len).unwrap_or_default()
    }

    fn credential(&self, seed: &[u8; 32], number: usize, id_len: usize) -> Option<CredentialDescriptor> {
        let random = stream(self.backend, seed, &[b"id", &position_bytes(number)], id_len);
        let (body, tag) = split_tag(&random);
        let [a, b, c, d, e, f, g, h, ..] = self.drawn(body);
        let id = CredentialId::new(if tag.is_some() { [body, &[e, f, g, h]].concat() } else { body.to_vec() }).ok()?;
        let transports = self.shape(id_len, u32::from_be_bytes([a, b, c, d]))?.shape.transports.clone();
        Some(CredentialDescriptor::new(PublicKeyCredentialType::PublicKey, id, transports))
    }

    /// Never sent, but kept in the state as a real one would be.
    fn user_handle(&self, seed: &[u8; 32]) -> Option<UserHandle> {
        UserHandle::new(stream(self.backend, seed, &[b"user handle"], UserHandle::MAX_LEN)).ok()
    }

    /// Returns `prf.evalByCredential` for decoys: an entry for every one, with inputs as long as those of the request. The ids of the
    /// request are ignored. If the request has no entry, there is none.
    ///
    /// So a real account shows unless every credential of its list has an entry: see
    /// [`Prf::by_credential`](crate::extensions::Prf::by_credential).
    pub(in crate::relying_party) fn prf(
        &self,
        asked: &BTreeMap<CredentialId, PrfValues>,
        credentials: &[CredentialDescriptor],
    ) -> BTreeMap<CredentialId, PrfValues> {
        let key = self.key.unwrap_or_default();
        let values = |(credential, shape): (&CredentialDescriptor, &PrfValues)| {
            let input = |which: &[u8], shape: &Blob| {
                let label: [&[u8]; 3] = [b"prf input ", which, credential.id.as_bytes()];
                Blob::from(stream(self.backend, &key, &label, shape.as_bytes().len()))
            };
            let first = input(b"1", &shape.first);
            let second = shape.second.as_ref().map(|shape| input(b"2", shape));
            (credential.id.clone(), PrfValues { first, second })
        };
        credentials.iter().zip(asked.values().cycle()).map(values).collect()
    }
}

/// As many pseudo-random bytes as are asked for: HMAC in counter mode.
fn stream(backend: &dyn Backend, key: &[u8; 32], label: &[&[u8]], len: usize) -> Vec<u8> {
    let block = |number: u32| {
        let number = number.to_be_bytes();
        let parts: Vec<&[u8]> = [&number[..]].into_iter().chain(label.iter().copied()).collect();
        backend.hmac_sha256(key, &parts)
    };
    (0..).flat_map(block).take(len).collect()
}

/// The same on every platform.
fn position_bytes(number: usize) -> [u8; 4] {
    u32::try_from(number).unwrap_or(u32::MAX).to_be_bytes()
}

/// The shape on which a number drawn at random falls; `None` where the weights add up to nothing.
fn pick<'s>(mut shapes: impl Iterator<Item = &'s Shape> + Clone, drawn: u32) -> Option<&'s Shape> {
    let place = position(shapes.clone().map(|shape| shape.shape.weight), drawn)?;
    shapes.nth(place)
}

/// The place of the weight on which a number drawn at random falls.
fn position(weights: impl Iterator<Item = u32> + Clone, drawn: u32) -> Option<usize> {
    let total: u64 = weights.clone().map(u64::from).sum();
    let mut left = u64::from(drawn).checked_rem(total)?;
    for (place, weight) in weights.enumerate() {
        match left.checked_sub(u64::from(weight)) {
            Some(less) => left = less,
            None => return Some(place),
        }
    }
    None
}
