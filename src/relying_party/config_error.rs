//! Why a relying party cannot be built.

use crate::authenticator::Aaguid;
use crate::invalid::InvalidValue;

/// Why a relying party cannot be built. The text says what to write instead, if there is one answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The RP ID or an origin is invalid.
    #[error(transparent)]
    Origin(#[from] InvalidValue),
    /// `framed_by` has an empty list, or `require_top_origin` was called without `framed_by`.
    #[error("no origin whose pages may frame the portal; list them in `framed_by`, or do not call it")]
    NoTopOrigins,
    /// The list of offered algorithms is empty, or contains one twice.
    #[error("no algorithm to offer, or the same one twice")]
    Algorithms,
    /// An offered algorithm that this build cannot verify: users who register with it could never sign in.
    #[error("an algorithm that this build cannot verify")]
    UnverifiableAlgorithm,
    /// An algorithm that is offered at registrations, or accepted at sign-ins by name, is also refused at sign-ins: users who
    /// register with it could never sign in.
    #[error("an algorithm that is offered or accepted by name, and refused at sign-ins")]
    AlgorithmRefused,
    /// A shape of decoys has an algorithm (a COSE number) that this relying party does not accept at sign-ins: a refusal for such
    /// a decoy would not take as long as for a real account.
    #[error("decoys of COSE algorithm {0}, which is not accepted at sign-ins")]
    DecoyAlgorithm(i32),
    /// The secret of the decoys has fewer than 8 different bytes, so it is not random, and anybody could compute the decoys.
    #[error("expected 32 random bytes as secret of the decoys, found fewer than 8 different ones")]
    DecoySecret,
    /// The text was not returned by [`Decoys::learned`](super::Decoys::learned).
    #[error("expected the text that `Decoys::learned` returned")]
    LearnedDecoys,
    /// The key of the rotated decoys was encrypted for a different secret.
    #[error("the key of the decoys was encrypted for a different secret")]
    RotatedDecoys,
    /// A timeout of 0 seconds, or of more than a day.
    #[error("a timeout must be of 1 second to 1 day")]
    Timeout,
    /// Credentials must be backed up, and only credentials that cannot be backed up are accepted.
    #[error("credentials that must be backed up, of authenticators that back up none")]
    Backup,
    /// No attestation type is accepted, or only compound attestation, whose inner statements need a type too.
    #[error("no type of attestation is accepted")]
    NoAttestationTypes,
    /// The policy requires attestation or certain models, but clients are asked for no attestation.
    #[error("attestation is required, and clients are asked for none; ask for direct or enterprise attestation")]
    AttestationNotAskedFor,
    /// A certification path must end at a trust anchor, and there is no anchor.
    #[error("certificates must lead to a trust anchor, and none was given")]
    NoTrustAnchors,
    /// The list of accepted models is empty.
    #[error("the list of accepted models is empty, so no registration can meet it; name models, or accept any")]
    NoModels,
    /// This model is accepted, but no anchor can vouch for it. It has no anchor of its own, and there is none for all formats or
    /// for `packed`, the only format whose attestation key vouches for the AAGUID
    /// ([`voucher`](crate::attestation::voucher)). An AAGUID of zeros is no model.
    #[error("the accepted model {0} can never be attested; add its anchors, or leave it out")]
    UnattestableModel(Aaguid),
    /// The policy accepts enterprise attestation, but clients are not asked for it.
    #[error("enterprise attestation is accepted and not asked for; ask for enterprise attestation")]
    EnterpriseNotAskedFor,
}
