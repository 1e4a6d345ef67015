//! Proofs of a recovery (SP 800-63B-4 4.2).

use super::decide::Need;
use super::model::{Account, AddressKind};
use crate::assurance::AssuranceLevel;
use serde::{Deserialize, Serialize};

/// 4.2.1.2: a code lives 10 minutes by text message, 24 hours by email, 21 days by post.
const fn lifetime_secs(kind: AddressKind) -> i64 {
    match kind {
        AddressKind::Sms => 600,
        AddressKind::Email => 24 * 60 * 60,
        AddressKind::Postal => 21 * 24 * 60 * 60,
    }
}

/// A contact passes the code on, which may take a day more (ours).
const CONTACT_SECS: i64 = 24 * 60 * 60;

/// What was proved in a recovery. Your service checks the proof itself; whether it counts is decided here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "method", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Proof {
    /// A saved recovery code.
    Saved,
    /// A code that was issued to a recovery address.
    Issued {
        /// The id of the address.
        address: String,
        /// The seconds since it was sent.
        age_secs: i64,
    },
    /// A code that was sent to a recovery contact.
    Contact {
        /// How it was sent.
        via: AddressKind,
        /// The seconds since it was sent.
        age_secs: i64,
    },
    /// An authenticator of the account.
    Authenticator {
        /// `password`, `sms`, `totp`, or the id of a passkey.
        which: String,
    },
    /// Repeated identity proofing.
    Reproofing,
    /// A biometric comparison with the sample of the enrolment.
    Biometric,
}

/// The method of a code. Two issued codes are one method.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Method {
    Saved,
    Issued,
    Contact,
}

impl Proof {
    /// The address that a valid issued code went to.
    pub(super) fn valid_issued_to(&self, account: &Account) -> Option<&str> {
        let Self::Issued { address, age_secs } = self else { return None };
        let kind = account.address(address).filter(|_| account.recovery_addresses.contains(address))?;
        (0..=lifetime_secs(kind)).contains(age_secs).then_some(address)
    }

    /// The method of a code that counts.
    fn valid_code(&self, account: &Account) -> Option<Method> {
        match self {
            Self::Saved => account.saved_code.then_some(Method::Saved),
            Self::Issued { .. } => self.valid_issued_to(account).map(|_| Method::Issued),
            Self::Contact { via, age_secs } => {
                let most = lifetime_secs(*via).saturating_add(CONTACT_SECS);
                (account.contacts > 0 && (0..=most).contains(age_secs)).then_some(Method::Contact)
            }
            Self::Authenticator { .. } | Self::Reproofing | Self::Biometric => None,
        }
    }

    /// The authenticator, if the account has it.
    fn valid_authenticator(&self, account: &Account) -> Option<&str> {
        let Self::Authenticator { which } = self else { return None };
        let has = match which.as_str() {
            "password" => account.password,
            "sms" => account.sms.is_some(),
            "totp" => account.totp,
            id => account.passkeys.iter().any(|passkey| passkey.id == id && passkey.is_usable()),
        };
        has.then_some(which)
    }
}

impl Account {
    /// What is lacking for a recovery with these proofs.
    pub(super) fn lacks_for_recovery(&self, proofs: &[Proof]) -> Option<Need> {
        let has_code = proofs.iter().any(|proof| proof.valid_code(self).is_some());
        match (self.is_sufficient(proofs, has_code), has_code) {
            (true, _) => None,
            (false, true) => Some(Need::SecondProof),
            (false, false) => Some(Need::Proof),
        }
    }

    fn is_sufficient(&self, proofs: &[Proof], has_code: bool) -> bool {
        let reproofed = proofs.contains(&Proof::Reproofing) && self.reproofing && self.ial >= 1;
        if self.is_of_the_highest_levels() {
            // 4.2.2.3
            proofs.contains(&Proof::Biometric) && self.reproofing
        } else if self.max_level() <= AssuranceLevel::Aal1 {
            // 4.2.2.1
            has_code || reproofed
        } else {
            // 4.2.2.2
            self.has_codes_of_two_methods(proofs) || self.has_code_and_authenticator(proofs) || reproofed
        }
    }

    fn has_codes_of_two_methods(&self, proofs: &[Proof]) -> bool {
        let mut methods = proofs.iter().filter_map(|proof| proof.valid_code(self));
        let first = methods.next();
        methods.any(|method| Some(method) != first)
    }

    /// A code to a phone and a code by the same phone are one proof (ours).
    fn has_code_and_authenticator(&self, proofs: &[Proof]) -> bool {
        let codes = || proofs.iter().filter(|proof| proof.valid_code(self).is_some());
        let to_the_phone = |proof: &Proof| self.sms.is_some() && proof.valid_issued_to(self) == self.sms.as_deref();
        proofs.iter().filter_map(|proof| proof.valid_authenticator(self)).any(|which| match which {
            "sms" => codes().any(|code| !to_the_phone(code)),
            _ => codes().next().is_some(),
        })
    }
}
