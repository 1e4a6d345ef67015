//! Why a model is refused, or what is noted about it.

use super::status::Incident;
use crate::macros::{bit_set, named};
use core::fmt;

named! {
    /// A fact about a model that a policy may object to.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum Reason;
    /// Returns a stable word for logs.
    fn name;

    /// The metadata has no entry of the model.
    NotInMetadata = "not-in-metadata";
    /// The entry of the model cannot be read.
    EntryUnreadable = "entry-unreadable";
    /// The FIDO level is below what the policy demands.
    LevelBelow = "level-below";
    /// The FIPS 140 certification is below what the policy demands.
    FipsBelow = "fips-below";
    /// There are no certificates, so nothing is known of the model.
    NotAttested = "not-attested";
    /// No certificate of the path that was verified at registration is an anchor of the model today.
    AnchorGone = "anchor-gone";
    /// There is an update that the firmware is not known to have.
    UpdateAvailable = "update-available";
    /// The BLOB is past its `nextUpdate`.
    MetadataStale = "metadata-stale";
    /// No metadata was passed in, although the policy needs it.
    NoMetadata = "no-metadata";
    /// [`Incident::Revoked`].
    Revoked = "revoked";
    /// [`Incident::Retired`].
    Retired = "retired";
    /// [`Incident::UserVerificationBypass`].
    UserVerificationBypass = "user-verification-bypass";
    /// [`Incident::AttestationKeyCompromise`].
    AttestationKeyCompromise = "attestation-key-compromise";
    /// [`Incident::UserKeyRemoteCompromise`].
    UserKeyRemoteCompromise = "user-key-remote-compromise";
    /// [`Incident::UserKeyPhysicalCompromise`].
    UserKeyPhysicalCompromise = "user-key-physical-compromise";
}

impl From<Incident> for Reason {
    fn from(incident: Incident) -> Self {
        match incident {
            Incident::Revoked => Self::Revoked,
            Incident::Retired => Self::Retired,
            Incident::UserVerificationBypass => Self::UserVerificationBypass,
            Incident::AttestationKeyCompromise => Self::AttestationKeyCompromise,
            Incident::UserKeyRemoteCompromise => Self::UserKeyRemoteCompromise,
            Incident::UserKeyPhysicalCompromise => Self::UserKeyPhysicalCompromise,
        }
    }
}

bit_set! {
    /// A set of reasons.
    Reasons of Reason, by name
}

impl fmt::Display for Reasons {
    /// The names, with commas between them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.iter().map(Reason::name).collect::<Vec<_>>().join(", "))
    }
}
