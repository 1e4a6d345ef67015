//! Which attestations are accepted (§7.1 step 24).

use super::Registered;
use crate::attestation::AttestationType;
use crate::ceremony::registration::VerifiedRegistration;
use crate::ceremony::{Ceremony, Failure, Refusal};
use crate::credential::UserHandle;

/// What is done about the certificates of a statement. The statement itself must verify, whatever is chosen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Trust {
    /// They are not judged: nothing about the authenticator is known afterwards.
    #[default]
    Ignore,
}

/// Which attestations are accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AttestationPolicy {
    /// Whether no attestation is accepted.
    pub accept_none: bool,
    /// Whether self attestation is accepted.
    pub accept_self: bool,
    /// The certificates of all other types.
    pub trust: Trust,
}

impl AttestationPolicy {
    /// Any attestation that verifies, its certificates not judged: what consumer portals want.
    #[must_use]
    pub const fn any() -> Self {
        Self { accept_none: true, accept_self: true, trust: Trust::Ignore }
    }

    /// Decides about a verified registration of the account with this user handle.
    ///
    /// # Errors
    /// [`Failure`] with a [`Refusal`] of [`Step::AttestationTrust`](crate::ceremony::Step::AttestationTrust).
    pub fn decide(&self, verified: &VerifiedRegistration<'_>, user: &UserHandle) -> Result<Registered, Failure> {
        let attestation_type = verified.attestation().attestation_type;
        let accepted = match attestation_type {
            AttestationType::None => self.accept_none,
            AttestationType::SelfAttestation => self.accept_self,
            _ => match self.trust {
                Trust::Ignore => true,
            },
        };
        if accepted {
            Ok(Registered::new(verified, user))
        } else {
            Err(Failure::new(Ceremony::Registration, Refusal::AttestationTypeNotAccepted(attestation_type)))
        }
    }
}

impl Default for AttestationPolicy {
    fn default() -> Self {
        Self::any()
    }
}
