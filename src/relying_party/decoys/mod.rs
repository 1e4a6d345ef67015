//! Credentials that do not exist, for names without an account (§14.6.2, §14.6.3).

mod stand_ins;
#[cfg(test)]
mod tests;

pub(super) use stand_ins::{StandIn, StandIns};

use super::ConfigError;
use super::registration::sorted;
use crate::credential::{CredentialId, CredentialRecord, Transport, UserHandle};
use crate::crypto::cose::CoseKey;
use crate::crypto::{Algorithm, default_backend};
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

/// Whether the text of [`Decoys::learned`] can have these transports.
fn is_writable(transports: &[Transport]) -> bool {
    transports.iter().map(Transport::name).all(|name| !name.is_empty() && !name.contains([',', ';', ' ']))
}

/// Credentials that do not exist, for names without an account (§14.6.2, §14.6.3), so that a stranger cannot find out whether an
/// account exists. Pass them to [`RelyingPartyBuilder::decoys`](super::RelyingPartyBuilder::decoys).
///
/// Three things could reveal an account. Each has a countermeasure:
///
/// * *allowCredentials*. A name without an account gets a list too. It is derived from the RP ID, the name and a secret, so
///   it is the same each time, and it is shaped like those of real accounts.
/// * *Time*. A credential id always costs one verification of the same algorithm, whatever is wrong with the response. If the id
///   is stored, this is the algorithm of its record. If not, the secret chooses a shape with ids of this length, and the
///   algorithm is that of the shape. Starting a sign-in or a payment of a real account derives a list of the same size and
///   drops it.
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
    /// An account with more than 20 credentials counts as one with 20. The shape of a record is left out if the name of a transport
    /// is empty or has a comma, a semicolon or a space. Without records, nothing changes.
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
            let count = |count: &mut u32| *count = count.saturating_add(1);
            count(accounts.entry(&record.user_handle).or_default());
            if is_writable(&record.transports) {
                // Read as `as_learned` reads them.
                let transports = record.transports.iter().map(|one| Transport::from_name(one.name())).collect();
                let kind = (record.id.as_bytes().len(), sorted(transports), key.algorithm().cose());
                count(kinds.entry(kind).or_default());
            }
        }
        if accounts.is_empty() {
            return self;
        }
        accounts.values_mut().for_each(|found| *found = (*found).min(MAX_LEARNED_COUNT));
        let sizes = 1..=accounts.values().copied().max().unwrap_or_default();
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
        self.shapes = Some(shapes).filter(|shapes| !shapes.is_empty());
        self
    }

    /// Returns the counts and shapes as text, for [`Self::as_learned`]. It is not secret, but it says how many accounts you have, so
    /// do not publish it. Shapes that `new` chooses by the offered algorithms are not in it.
    #[must_use]
    pub fn learned(&self) -> String {
        let counts: Vec<String> = self.counts.iter().map(u32::to_string).collect();
        let mut text = counts.join(" ");
        for DecoyShape { weight, id_len, transports, algorithm } in self.shapes.iter().flatten() {
            if is_writable(transports) {
                let transports: Vec<&str> = transports.iter().map(Transport::name).collect();
                text.push_str(&format!(";{weight} {id_len} {} {}", algorithm.cose(), transports.join(",")));
            }
        }
        text
    }

    /// Sets the counts and shapes that [`Self::learned`] returned. Replaces those of [`with_counts`](Self::with_counts) and
    /// [`with_shape`](Self::with_shape), so the lists are those of [`like`](Self::like).
    ///
    /// # Errors
    /// [`ConfigError::LearnedDecoys`] if the text is not one of [`Self::learned`].
    pub fn as_learned(mut self, learned: &str) -> Result<Self, ConfigError> {
        let mut lines = learned.split(';');
        let counts: Result<Vec<u32>, _> = lines.next().unwrap_or_default().split_whitespace().map(str::parse).collect();
        self = self.with_counts(counts.map_err(|_| ConfigError::LearnedDecoys)?);
        self.shapes = None;
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
