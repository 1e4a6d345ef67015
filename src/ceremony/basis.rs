//! What a ceremony was judged by, in the relying party's own words: what was received is compared with them, and never
//! kept here.

use super::BackupState;
use super::origins::OriginRule;
use crate::codec::base64url::ShortBytes;
use core::fmt;
use serde::{Serialize, Serializer};

/// A text of the relying party's own configuration. Up to 64 bytes take no allocation.
#[derive(Clone, PartialEq, Eq)]
pub struct Configured(ShortBytes);

impl Configured {
    fn new(text: &str) -> Self {
        Self(ShortBytes::from_slice(text.as_bytes()))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        str::from_utf8(&self.0).unwrap_or_default() // it was one
    }
}

impl fmt::Debug for Configured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(f)
    }
}

impl Serialize for Configured {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.as_str().serialize(to)
    }
}

/// Where a ceremony took place: in texts that are kept, or that the [`Site`](crate::ceremony::Site) still holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Place<Text = Configured> {
    /// The RP ID.
    pub rp_id: Text,
    /// The listed origin that let the ceremony in.
    pub origin: Text,
    /// How it did. Only under [`OriginRule::Listed`] is it the origin that client data names.
    pub origin_rule: OriginRule,
    /// Whether it was in a frame of another origin, by `crossOrigin`.
    pub cross_origin: bool,
    /// The listed origin of the page around it, where client data names it.
    pub top_origin: Option<Text>,
}

/// What both ceremonies are judged by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Basis<Text = Configured> {
    /// Where it took place.
    pub place: Place<Text>,
    /// The name of the crypto backend.
    pub backend: &'static str,
    /// The module in it that verifies signatures of the credential's algorithm.
    pub module: &'static str,
    /// Whether user verification was required.
    pub user_verification_required: bool,
    /// What was wanted of BS.
    pub backup_state: BackupState,
    /// Whether anything was expected of extensions.
    pub extensions_judged: bool,
}

impl Basis<&str> {
    /// The same, to be kept.
    #[must_use]
    pub fn keep(&self) -> Basis {
        let Place { rp_id, origin, origin_rule, cross_origin, top_origin } = self.place;
        Basis {
            place: Place {
                rp_id: Configured::new(rp_id),
                origin: Configured::new(origin),
                origin_rule,
                cross_origin,
                top_origin: top_origin.map(Configured::new),
            },
            backend: self.backend,
            module: self.module,
            user_verification_required: self.user_verification_required,
            backup_state: self.backup_state,
            extensions_judged: self.extensions_judged,
        }
    }
}
