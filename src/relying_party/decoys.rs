//! Credentials that do not exist, for names without an account (§14.6.2, §14.6.3).

use super::ConfigError;
use super::registration::sorted;
use super::stand_in::{MODULUS_HEAD_LEN, StandInKey};
use crate::credential::{
    CredentialDescriptor, CredentialId, CredentialRecord, PublicKeyCredentialType, Transport, UserHandle,
};
use crate::crypto::cose::CoseKey;
use crate::crypto::{Algorithm, Backend, default_backend};
use crate::extensions::{Blob, PrfValues};
use crate::invalid::InvalidValue;
use core::fmt;
use std::collections::{BTreeMap, BTreeSet};

/// The most credentials of one account, and the most kinds, that decoys learn.
const MAX_LEARNED_COUNT: u32 = 20;
const MAX_LEARNED_KINDS: usize = 64;

/// The properties of one kind of credential that a stranger can see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct DecoyShape {
    weight: u32,
    id_len: usize,
    transports: Vec<Transport>,
    algorithm: Algorithm,
}

/// Credentials that do not exist, for names without an account (§14.6.2, §14.6.3), so that a stranger cannot find out whether an
/// account exists. Pass them to [`RelyingPartyBuilder::decoys`](super::RelyingPartyBuilder::decoys).
///
/// Three things could reveal an account. Each has a countermeasure:
///
/// * *allowCredentials*. A name without an account gets a list too. It is derived from the RP ID, the name and a secret, so
///   it is the same each time, and it is shaped like those of real accounts.
/// * *Time*. A credential id always costs one verification of the same algorithm, whatever is wrong with the response: the
///   algorithm of its record, or, where it is not stored, the one that the secret assigns to the id, of a shape with ids
///   of this length. Starting a sign-in or a payment of a real account derives a list of the same size and drops it.
/// * *The answer*. Every failure has the one text of [`PublicFailure`](crate::error::PublicFailure).
///
/// Better still is a discoverable sign-in, which asks for no name at all.
///
/// What remains visible: a real account whose credentials look like no shape, and RSA keys of another length than 2048 bits.
/// So let decoys learn the shapes from your records: [`like`](Self::like). Write each name in one spelling (for example in lower
/// case) before you look it up, because a decoy depends on the spelling.
///
/// # The secret
///
/// Keep it as long as the accounts. With another secret, each name that nobody has gets another list, so an attacker who saw
/// the list before knows that it was a decoy's.
///
/// * To replace the secret at regular intervals, keep the lists: [`rotate`](Self::rotate) encrypts the key that they depend on
///   for the new secret, and [`rotated`](Self::rotated) reads it. Nobody outside notices the change. Who had the old secret can
///   still compute all lists.
/// * After a leak, use a new secret without the old key. All lists of names that nobody has change at once, so an attacker who
///   compares them with lists from before can tell these names from accounts.
///
/// ```
/// use wardkey::{AuthenticationRequest, Decoys, RelyingParty, Session, UnixTime};
/// let rp = |decoys| RelyingParty::builder("clinic.example", "Clinic").decoys(decoys).build().unwrap();
/// let list = |rp: &RelyingParty, name| {
///     let (request, now) = (AuthenticationRequest::named(name, &[]), UnixTime::from_secs(1_795_392_000));
///     let (options, _state) = rp.start_authentication(request, Session::unbound(), now).unwrap();
///     serde_json::to_value(&options).unwrap()["allowCredentials"].clone()
/// };
/// let (old, new) = (*b"decoy secret number 7, 32 bytes.", *b"decoy secret number 8, 32 bytes.");
/// let before = rp(Decoys::new(old));
/// assert_eq!(list(&before, "nobody@mail.example"), list(&before, "nobody@mail.example"));
/// assert_ne!(list(&before, "nobody@mail.example"), list(&before, "no-one@mail.example"));
///
/// let key = Decoys::new(old).rotate(&new); // keep it beside the new secret, and forget the old one
/// let after = rp(Decoys::rotated(&new, &key).unwrap());
/// assert_eq!(list(&before, "nobody@mail.example"), list(&after, "nobody@mail.example"));
/// ```
#[derive(Clone)]
pub struct Decoys {
    key: [u8; 32],
    /// Whether a secret that was handed in cannot be random.
    pub(super) guessable: bool,
    counts: Vec<u32>,
    /// `None`: the usual ones, of the algorithms that are offered.
    shapes: Option<Vec<DecoyShape>>,
}

/// The secret is not printed.
impl fmt::Debug for Decoys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decoys").field("counts", &self.counts).field("shapes", &self.shapes).finish_non_exhaustive()
    }
}

impl Decoys {
    /// Makes decoys of the shapes that are usual among consumers: synced passkeys mostly, then platform authenticators, then
    /// security keys, with ES256 for the most part, as far as it is offered. The secret is 32 random bytes from where you
    /// keep secrets. [`build`](super::RelyingPartyBuilder::build) refuses one of fewer than 8 different bytes, such as zeros.
    ///
    /// The algorithms depend on those that the relying party offers. Before you offer others, write the shapes out with
    /// [`with_shape`](Self::with_shape): a real credential never changes its algorithm, so a decoy must not either.
    #[must_use]
    pub fn new(secret: [u8; 32]) -> Self {
        Self { key: secret, guessable: is_guessable(&secret), counts: vec![60, 30, 10], shapes: None }
    }

    /// Sets how often an account has one credential, two, and so on, in relation to each other, as among your own accounts.
    /// Counts that add up to nothing change nothing.
    ///
    /// Keep them as long as the secret: other counts make other lists.
    #[must_use]
    pub fn with_counts(mut self, counts: Vec<u32>) -> Self {
        if counts.iter().any(|&weight| weight > 0) {
            self.counts = counts;
        }
        self
    }

    /// Adds a shape of credentials, as your own accounts have them: how often it occurs, in relation to the others; how many
    /// bytes its ids have; its transports; and its algorithm, which shows in how long a refusal takes. The first call replaces
    /// the usual shapes. A weight of 0 adds nothing.
    ///
    /// Keep the shapes as long as the secret: other shapes make other lists. Count them in your store once, with their transports
    /// and algorithms. Every usual shape has transports. So if you imported records without transports, add a shape without them:
    /// otherwise a list without transports is that of a real account.
    ///
    /// # Errors
    /// [`InvalidValue::Length`]: ids have 1 to 1023 bytes.
    pub fn with_shape(
        mut self,
        weight: u32,
        id_len: usize,
        transports: Vec<Transport>,
        algorithm: Algorithm,
    ) -> Result<Self, InvalidValue> {
        CredentialId::check_len(id_len)?;
        if weight > 0 {
            let shape = DecoyShape { weight, id_len, transports: sorted(transports), algorithm };
            self.shapes.get_or_insert_default().push(shape);
        }
        Ok(self)
    }

    /// Takes counts and shapes from your records: pass those of all accounts, or of many. Replaces those of
    /// [`with_counts`](Self::with_counts) and [`with_shape`](Self::with_shape). Records whose key cannot be read do not count.
    /// Without records, nothing changes.
    ///
    /// Other records make other lists, so call this once, keep [`Self::learned`] in your configuration beside the secret, and pass
    /// it to [`Self::as_learned`] from then on.
    ///
    /// ```
    /// # use wardkey::{ConfigError, CredentialRecord, Decoys, RelyingParty};
    /// fn once(secret: [u8; 32], all: &[CredentialRecord]) -> String {
    ///     Decoys::new(secret).like(all).learned() // keep it
    /// }
    /// fn at_each_start(secret: [u8; 32], learned: &str) -> Result<RelyingParty, ConfigError> {
    ///     RelyingParty::builder("clinic.example", "Clinic").decoys(Decoys::new(secret).as_learned(learned)?).build()
    /// }
    /// ```
    #[must_use]
    pub fn like<'r>(mut self, records: impl IntoIterator<Item = &'r CredentialRecord>) -> Self {
        let mut accounts: BTreeMap<&UserHandle, u32> = BTreeMap::new();
        let mut kinds: BTreeMap<(usize, Vec<Transport>, i32), u32> = BTreeMap::new();
        for record in records {
            let Ok(key) = CoseKey::read(&record.public_key) else { continue };
            let kind = (record.id.as_bytes().len(), sorted(record.transports.clone()), key.algorithm().cose());
            for count in [accounts.entry(&record.user_handle).or_default(), kinds.entry(kind).or_default()] {
                *count = count.saturating_add(1);
            }
        }
        if kinds.is_empty() {
            return self;
        }
        let sizes = 1..=accounts.values().copied().max().unwrap_or_default().min(MAX_LEARNED_COUNT);
        let of_size = |size| accounts.values().filter(|found| **found == size).count();
        self.counts = sizes.map(|size| u32::try_from(of_size(size)).unwrap_or(u32::MAX)).collect();
        let mut shapes: Vec<_> = kinds
            .into_iter()
            .filter_map(|((id_len, transports, algorithm), weight)| {
                let algorithm = Algorithm::from_cose(algorithm.into())?;
                Some(DecoyShape { weight, id_len, transports, algorithm })
            })
            .collect();
        shapes.sort_by_key(|shape| core::cmp::Reverse(shape.weight)); // a stable sort
        shapes.truncate(MAX_LEARNED_KINDS);
        self.shapes = Some(shapes);
        self
    }

    /// Returns the counts and shapes as text, for [`Self::as_learned`]. It is not secret, but it says how many accounts you have, so
    /// do not publish it. Shapes that `new` chooses by the offered algorithms are not in it.
    #[must_use]
    pub fn learned(&self) -> String {
        let counts: Vec<String> = self.counts.iter().map(u32::to_string).collect();
        let mut text = counts.join(" ");
        for DecoyShape { weight, id_len, transports, algorithm } in self.shapes.iter().flatten() {
            let transports: Vec<&str> = transports.iter().map(Transport::name).collect();
            if transports.iter().all(|name| !name.is_empty() && !name.contains([',', ';', ' '])) {
                text.push_str(&format!(";{weight} {id_len} {} {}", algorithm.cose(), transports.join(",")));
            }
        }
        text
    }

    /// Sets the counts and shapes that [`Self::learned`] returned.
    ///
    /// # Errors
    /// [`ConfigError::LearnedDecoys`] if the text is not one of [`Self::learned`].
    pub fn as_learned(mut self, learned: &str) -> Result<Self, ConfigError> {
        let mut lines = learned.split(';');
        let counts: Result<Vec<u32>, _> = lines.next().unwrap_or_default().split_whitespace().map(str::parse).collect();
        self = self.with_counts(counts.map_err(|_| ConfigError::LearnedDecoys)?);
        for line in lines {
            self = self.learned_kind(line).ok_or(ConfigError::LearnedDecoys)?;
        }
        Ok(self)
    }

    fn learned_kind(self, line: &str) -> Option<Self> {
        let mut words = line.split(' ');
        let (weight, id_len) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
        let algorithm = Algorithm::from_cose(words.next()?.parse().ok()?)?;
        let names = words.next()?.split(',').filter(|name| !name.is_empty());
        let transports = names.map(|name| Transport::from(name.to_owned())).collect();
        self.with_shape(weight, id_len, transports, algorithm).ok().filter(|_| words.next().is_none())
    }

    /// Returns the key that the lists depend on, encrypted for a new secret: 32 random bytes that encrypt no other key. The
    /// result is not secret. Keep it in your configuration beside the new secret, and pass both to [`Self::rotated`].
    #[must_use]
    pub fn rotate(&self, secret: &[u8; 32]) -> [u8; 48] {
        let key = xor(&self.key, &pad(secret));
        let mut encrypted = [0; 48];
        for (to, from) in encrypted.iter_mut().zip(key.into_iter().chain(tag(secret, &self.key))) {
            *to = from;
        }
        encrypted
    }

    /// Makes decoys with the lists that they had before [`Self::rotate`]. Give them the same counts and shapes as before.
    ///
    /// # Errors
    /// [`ConfigError::RotatedDecoys`]: the key was encrypted for a different secret.
    pub fn rotated(secret: &[u8; 32], encrypted: &[u8; 48]) -> Result<Self, ConfigError> {
        let (key, expected) = encrypted.split_first_chunk().ok_or(ConfigError::RotatedDecoys)?;
        let key = xor(key, &pad(secret));
        // Both tags are the operator's own, so the time of the comparison tells nobody anything.
        if tag(secret, &key) != expected {
            return Err(ConfigError::RotatedDecoys);
        }
        let decoys = Self::new(key);
        Ok(Self { guessable: decoys.guessable || is_guessable(secret), ..decoys })
    }
}

/// Whether bytes cannot be random: fewer than 8 of 32 differ. Random bytes are so with a probability below 2^-100.
fn is_guessable(secret: &[u8; 32]) -> bool {
    secret.iter().collect::<BTreeSet<_>>().len() < 8
}

/// The pad that encrypts the key of a rotation.
fn pad(secret: &[u8; 32]) -> [u8; 32] {
    default_backend().hmac_sha256(secret, &[b"wardkey decoy key pad"])
}

/// A tag of 16 bytes that detects a key that was encrypted for a different secret.
fn tag(secret: &[u8; 32], key: &[u8; 32]) -> Vec<u8> {
    let tag = default_backend().hmac_sha256(secret, &[b"wardkey decoy key tag", key]);
    tag.into_iter().take(16).collect()
}

fn xor(one: &[u8; 32], other: &[u8; 32]) -> [u8; 32] {
    let mut bytes = *one;
    for (byte, other) in bytes.iter_mut().zip(other) {
        *byte ^= other;
    }
    bytes
}

/// Returns ES256, which most passkeys use, if it is offered; otherwise the first offered algorithm.
fn usual_algorithm(offered: &[Algorithm]) -> Algorithm {
    let first = offered.first().copied().unwrap_or(Algorithm::Es256);
    if offered.contains(&Algorithm::Es256) { Algorithm::Es256 } else { first }
}

/// Returns the usual shapes of consumer credentials, with the algorithms that are offered.
fn usual_shapes(offered: &[Algorithm]) -> Vec<DecoyShape> {
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
pub(super) struct StandIn<'s> {
    shape: Option<&'s Shape>,
    modulus_head: [u8; MODULUS_HEAD_LEN],
    /// Whether the id is that of a decoy, or too short to tell.
    pub(super) decoy: bool,
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
    pub(super) fn public_key(&self) -> Vec<u8> {
        self.shape.map(|shape| shape.key.public_key(self.modulus_head)).unwrap_or_default()
    }
}

#[derive(Clone, Debug)]
struct Shape {
    shape: DecoyShape,
    key: StandInKey,
}

/// The decoys of one relying party. Without decoys, one key stands in for every credential that is not stored.
#[derive(Clone)]
pub(super) struct StandIns {
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
    pub(super) fn new(
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

    /// What stands in for the credential with this id, if it is not stored. That depends on the id and the secret alone,
    /// so that an id costs the same in every ceremony.
    pub(super) fn of(&self, id: &[u8]) -> StandIn<'_> {
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
    pub(super) fn account(&self, name: &str) -> Option<(UserHandle, Vec<CredentialDescriptor>)> {
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
    pub(super) fn work_of_account(&self, user: &UserHandle, own: &[CredentialDescriptor]) -> Option<()> {
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

    /// What `prf.evalByCredential` is to the credentials of an account: inputs as long as those of the request, whose own
    /// credentials are not among these.
    pub(super) fn prf(
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::cose::CoseKey;

    const OFFERED: [Algorithm; 3] = Algorithm::RECOMMENDED;

    fn built(decoys: Decoys, rp_id: &str) -> StandIns {
        StandIns::new(Some(decoys), rp_id, &OFFERED, &Algorithm::OFFERABLE, default_backend()).unwrap()
    }

    fn credentials(decoys: &StandIns, name: &str) -> Vec<CredentialDescriptor> {
        decoys.account(name).unwrap().1
    }

    fn algorithm(decoys: &StandIns, id: &[u8]) -> Algorithm {
        CoseKey::read(&decoys.of(id).public_key()).unwrap().algorithm()
    }

    #[test]
    fn lists_have_the_shapes_and_counts_that_were_asked_for() {
        let decoys = built(Decoys::new([1; 32]), "example.org");
        let lists: Vec<_> = (0..2000).map(|n| credentials(&decoys, &format!("user{n}"))).collect();
        let of_count = |count: usize| lists.iter().filter(|list| list.len() == count).count();
        assert!((1100..1300).contains(&of_count(1)), "{}", of_count(1));
        assert!((500..700).contains(&of_count(2)), "{}", of_count(2));
        assert!((150..250).contains(&of_count(3)), "{}", of_count(3));
        let all: Vec<_> = lists.concat();
        let looks = |credential: &CredentialDescriptor| {
            let id = credential.id.as_bytes();
            (id.len(), credential.transports.clone(), algorithm(&decoys, id))
        };
        let mut shares: Vec<_> = all.iter().map(|credential| (looks(credential), 0)).collect();
        shares.sort_by_key(|(looks, _)| format!("{looks:?}"));
        shares.dedup();
        for (looked_for, share) in &mut shares {
            *share = all.iter().filter(|credential| looks(credential) == *looked_for).count() * 100 / all.len();
        }
        let shapes = usual_shapes(&OFFERED);
        assert_eq!(shares.len(), shapes.len(), "{shares:?}");
        for shape in shapes {
            let looked_for = (shape.id_len, shape.transports, shape.algorithm);
            let (_, share) = shares.iter().find(|(looks, _)| *looks == looked_for).unwrap();
            assert!(share.abs_diff(usize::try_from(shape.weight).unwrap()) <= 3, "{looked_for:?}: {share} %");
        }
        let unique: std::collections::BTreeSet<_> = all.iter().map(|credential| &credential.id).collect();
        assert_eq!(unique.len(), all.len());
        assert_eq!(credentials(&decoys, "x"), credentials(&built(Decoys::new([1; 32]), "example.org"), "x"));
        for other in [built(Decoys::new([2; 32]), "example.org"), built(Decoys::new([1; 32]), "example.net")] {
            assert_ne!(credentials(&other, "x"), credentials(&decoys, "x"));
        }
        for said in [format!("{decoys:?}"), format!("{:?}", Decoys::new([1; 32]))] {
            assert!(!said.contains("key") && !said.contains("secret"), "{said}");
        }
    }

    #[test]
    fn accounts_are_shaped_as_they_are_told() {
        let shaped = Decoys::new([1; 32]).with_counts(vec![0, 0, 0, 1]);
        let shaped = shaped.with_shape(1, 1023, Vec::new(), Algorithm::Es384).unwrap();
        let list = credentials(&built(shaped.clone(), "example.org"), "x");
        assert!(list.len() == 4 && list.iter().all(|credential| credential.id.as_bytes().len() == 1023));
        let unchanged = shaped.clone().with_counts(vec![]).with_counts(vec![0, 0]);
        let unchanged = unchanged.with_shape(0, 16, vec![], Algorithm::Es256).unwrap();
        assert_eq!(unchanged.learned(), shaped.learned());
        let unchanged = built(unchanged, "example.org");
        assert_eq!(credentials(&unchanged, "x"), list, "what adds up to nothing changes nothing");
        assert_eq!(algorithm(&unchanged, &[7; 1023]), Algorithm::Es384);
        assert_eq!(algorithm(&unchanged, &[7; 16]), Algorithm::Es384, "an id of another length has some shape");
    }

    /// The usual shapes are of what is offered; a shape of what never signs in is refused.
    #[test]
    fn shapes_fit_the_algorithms() {
        use Algorithm::{EdDsa, Es256, Es384, Rs256};
        let algorithms = |offered: &[Algorithm]| {
            let shapes = usual_shapes(offered);
            shapes.into_iter().map(|shape| shape.algorithm).collect::<Vec<_>>()
        };
        assert_eq!(algorithms(&OFFERED), [Es256, Es256, Es256, Rs256, Es256, EdDsa]);
        assert_eq!(algorithms(&[Es384]), [Es384; 6]);
        assert_eq!(algorithms(&[EdDsa, Es256]), [Es256, Es256, Es256, Es256, Es256, EdDsa]);
        let shaped = || Some(Decoys::new([1; 32]).with_counts(vec![1]).with_shape(1, 16, Vec::new(), Rs256).unwrap());
        let new = |sign_in: &[Algorithm]| {
            StandIns::new(shaped(), "example.org", &[Es256], sign_in, default_backend()).map(drop)
        };
        assert_eq!(new(&[Es256, Rs256]), Ok(()), "it is no longer offered");
        assert_eq!(new(&[Es256]), Err(ConfigError::DecoyAlgorithm(-257)));
    }

    #[test]
    fn decoys_are_like_the_records_of_a_store() {
        let key = |algorithm| {
            let decoys = Decoys::new([1; 32]).with_counts(vec![1]).with_shape(1, 16, Vec::new(), algorithm).unwrap();
            built(decoys, "example.org").of(&[1; 16]).public_key()
        };
        let record = |user: u8, id_len: u8, transports: &[Transport], algorithm| {
            let id = CredentialId::new(vec![user; id_len.into()]).unwrap();
            let mut record = CredentialRecord::new(id, UserHandle::new([user]).unwrap(), key(algorithm));
            record.transports = transports.to_vec();
            record
        };
        let (usb, phone) = ([Transport::Usb], [Transport::Internal, Transport::Hybrid, Transport::Internal]);
        let mut unreadable = record(9, 16, &usb, Algorithm::Es256);
        unreadable.public_key = vec![0xa0];
        let records = [
            record(1, 43, &phone, Algorithm::Es256),
            record(1, 64, &usb, Algorithm::Rs256),
            record(2, 43, &phone, Algorithm::Es256),
            record(3, 43, &phone, Algorithm::Es256),
            unreadable,
        ];
        let learned = Decoys::new([2; 32]).like(&records);
        assert_eq!(learned.learned(), "2 1;3 43 -7 hybrid,internal;1 64 -257 usb");
        let again = Decoys::new([2; 32]).as_learned(&learned.learned()).unwrap();
        let rp = built(again, "example.org");
        let before = built(learned, "example.org");
        for name in (0..20).map(|n| format!("user{n}")) {
            let list = credentials(&rp, &name);
            assert_eq!(list, credentials(&before, &name));
            for CredentialDescriptor { id, transports, .. } in &list {
                let expected = match id.as_bytes().len() {
                    43 => (Algorithm::Es256, &[Transport::Hybrid, Transport::Internal][..]),
                    64 => (Algorithm::Rs256, &usb[..]),
                    other => panic!("no record has an id of {other} bytes"),
                };
                assert_eq!((algorithm(&rp, id.as_bytes()), &transports[..]), expected);
            }
        }
        let plain = Decoys::new([2; 32]);
        assert_eq!(plain.clone().like([]).learned(), plain.learned());
        for text in ["x", "1;", "1;1", "1;1 16 -7", "1;1 0 -7 usb", "1;1 16 99 usb", "1;1 16 -7 usb usb", "1;-1 16 -7 "]
        {
            assert_eq!(Decoys::new([2; 32]).as_learned(text).err(), Some(ConfigError::LearnedDecoys), "{text}");
        }
        assert!(Decoys::new([2; 32]).as_learned("1;1 16 -7 ").is_ok(), "a kind without transports");
        let unwritable = Transport::from("a;b".to_owned());
        let unlearned = plain.clone().with_shape(1, 16, vec![unwritable], Algorithm::Es256).unwrap();
        assert_eq!(unlearned.learned(), plain.learned(), "a transport whose name would end the entry");
    }

    /// The form is stored, so it must not change.
    #[test]
    fn a_rotated_key_is_encrypted_with_a_pad_and_has_a_tag() {
        let (old, new) = ([1; 32], [2; 32]);
        let mac = |parts: &[&[u8]]| default_backend().hmac_sha256(&new, parts);
        let pad = mac(&[b"wardkey decoy key pad"]);
        let encrypted: Vec<u8> = old.iter().zip(pad).map(|(old, pad)| old ^ pad).collect();
        let tag = mac(&[b"wardkey decoy key tag", &old]);
        assert_eq!(Decoys::new(old).rotate(&new)[..], [&encrypted, &tag[..16]].concat());
    }

    /// The secret recognises its own ids, also without the name.
    #[test]
    fn a_decoy_is_recognised_by_its_id() {
        let decoys = built(Decoys::new([1; 32]), "example.org");
        let other = built(Decoys::new([2; 32]), "example.org");
        for credential in (0..50).flat_map(|n| credentials(&decoys, &format!("user{n}"))) {
            let id = credential.id.as_bytes();
            assert!(decoys.of(id).decoy && !other.of(id).decoy);
            let mut changed = id.to_vec();
            changed[0] ^= 1;
            assert!(!decoys.of(&changed).decoy);
        }
        assert!(!decoys.of(&[7; 16]).decoy);
        assert!(decoys.of(&[7; 15]).decoy, "too short to tell");
        let none = StandIns::new(None, "example.org", &OFFERED, &Algorithm::OFFERABLE, default_backend()).unwrap();
        assert!(!none.of(&[7; 15]).decoy && !none.of(&[7; 16]).decoy);
    }

    /// A modulus that is the same for all credentials could be found out.
    #[test]
    fn each_credential_has_a_modulus_of_its_own() {
        let rsa = |secret| {
            Decoys::new([secret; 32]).with_counts(vec![1]).with_shape(1, 16, Vec::new(), Algorithm::Rs256).unwrap()
        };
        let decoys = built(rsa(1), "example.org");
        let keys: std::collections::BTreeSet<_> = (0..50).map(|id| decoys.of(&[id; 16]).public_key()).collect();
        assert_eq!(keys.len(), 50);
        let elsewhere = rsa(2);
        assert!(!keys.contains(&built(elsewhere, "example.org").of(&[0; 16]).public_key()), "and no stranger knows it");
    }

    /// Whatever the secret is changed to, and however often, nothing that can be seen changes.
    #[test]
    fn a_rotation_changes_no_list() {
        let old = Decoys::new([1; 32]);
        let once = Decoys::rotated(&[2; 32], &old.rotate(&[2; 32])).unwrap();
        let twice = Decoys::rotated(&[3; 32], &once.rotate(&[3; 32])).unwrap();
        let [old, once, twice] = [&old, &once, &twice].map(|decoys| built(decoys.clone(), "example.org"));
        for name in (0..50).map(|n| format!("user{n}")) {
            let list = credentials(&old, &name);
            assert!(list == credentials(&once, &name) && list == credentials(&twice, &name), "{name}");
            for credential in list {
                let id = credential.id.as_bytes();
                assert_eq!(old.of(id).public_key(), twice.of(id).public_key());
            }
        }
        let key = Decoys::new([1; 32]).rotate(&[2; 32]);
        assert_eq!(Decoys::rotated(&[3; 32], &key).err(), Some(ConfigError::RotatedDecoys));
        for at in 0..48 {
            let mut key = key;
            key[at] ^= 1;
            assert_eq!(Decoys::rotated(&[2; 32], &key).err(), Some(ConfigError::RotatedDecoys), "{at}");
        }
    }

    /// Without decoys, the algorithm that most passkeys have stands in for all.
    #[test]
    fn without_decoys_one_algorithm_stands_in() {
        use Algorithm::{EdDsa, Es256, Es384, MlDsa44, Rs256};
        for (offered, expected) in
            [(&OFFERED[..], Es256), (&[EdDsa, Es384], EdDsa), (&[Rs256], Rs256), (&[MlDsa44, Es256], Es256)]
        {
            let none = StandIns::new(None, "example.org", offered, &Algorithm::OFFERABLE, default_backend()).unwrap();
            assert_eq!(none.account("x"), None);
            for id in [&[1; 16][..], &[2; 32]] {
                assert_eq!(algorithm(&none, id), expected, "{offered:?}");
            }
        }
    }
}
