//! Bounds on the work that one message can cause, as values that are spent (after `Budget` of rustls-webpki).
//!
//! The sender of a message chooses the number of signatures, their keys, and the number of names in certificates. Each length
//! and count is bounded where it is read. Because the allowed counts multiply, the total work is bounded here. One budget
//! serves the whole message: all statements of a compound attestation and all their certification paths.

/// The work that a message may still cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Budget {
    verifications: Left,
    comparisons: Left,
}

/// The remaining units, or `None` after a request for more than remained.
type Left = Option<u32>;

/// The work exceeds the remaining budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Exhausted;

impl Budget {
    /// Signature verifications, in units of about 10 µs with AWS-LC: see [`PublicKey::cost`](crate::crypto::PublicKey).
    ///
    /// The most expensive recorded attestation needs 73 units (Android: five certificates, three of them issued with P-384
    /// keys). This budget allows seven of those in one compound attestation, or eight statements with nine intermediates of
    /// P-256 keys each, or three signatures by Ed448 keys. Eight Ed448 statements would need 1312 units (13 ms).
    pub(crate) const VERIFICATIONS: u32 = 512;

    /// Comparisons of names with name constraints (RFC 5280 §4.2.1.10), in units of about 40 ns: one for each name and
    /// subtree, one for each pair of attributes, one more for every 64 octets of them.
    ///
    /// The one recorded certification path with name constraints needs 1. This allows 64 names below 64 subtrees.
    pub(crate) const COMPARISONS: u32 = 4096;

    /// Returns the budget of one message.
    pub(crate) const fn of_a_message() -> Self {
        Self { verifications: Some(Self::VERIFICATIONS), comparisons: Some(Self::COMPARISONS) }
    }

    /// Spends the cost of a signature verification. Call it before the verification.
    pub(crate) fn spend_verification(&mut self, cost: u32) -> Result<(), Exhausted> {
        spend(&mut self.verifications, cost)
    }

    /// Returns the cost of comparing names or attributes of this many octets.
    pub(crate) fn comparison_of(octets: usize) -> u32 {
        u32::try_from(octets.checked_div(64).unwrap_or(0)).unwrap_or(u32::MAX).saturating_add(1)
    }

    /// Spends the cost of a comparison of names. Call it before the comparison.
    pub(crate) fn spend_comparison(&mut self, cost: u32) -> Result<(), Exhausted> {
        spend(&mut self.comparisons, cost)
    }

    /// Returns whether a signature was not verified because the budget was exhausted.
    pub(crate) const fn lacks_verifications(&self) -> bool {
        self.verifications.is_none()
    }
}

fn spend(left: &mut Left, cost: u32) -> Result<(), Exhausted> {
    *left = left.and_then(|left| left.checked_sub(cost));
    left.map(drop).ok_or(Exhausted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exhausted_budget_stays_exhausted() {
        let mut budget = Budget::of_a_message();
        assert_eq!(budget.spend_verification(Budget::VERIFICATIONS), Ok(()));
        assert!(!budget.lacks_verifications(), "the whole budget may be spent");
        assert_eq!(budget.spend_verification(1), Err(Exhausted));
        assert_eq!(budget.spend_verification(0), Err(Exhausted));
        assert!(budget.lacks_verifications());
        assert_eq!(budget.spend_comparison(Budget::COMPARISONS), Ok(()), "the two budgets are independent");
        assert_eq!(budget.spend_comparison(1), Err(Exhausted));
    }
}
