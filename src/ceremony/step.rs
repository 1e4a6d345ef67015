//! The steps of §7.1 and §7.2, by what they check, numbered in one table.
//!
//! Numbers are those of the Recommendation of 2026-08-25. The standard renumbers from edition to edition; names and
//! error codes here do not.

use core::fmt;

/// A ceremony.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Ceremony {
    /// §7.1 Registering a New Credential.
    Registration,
    /// §7.2 Verifying an Authentication Assertion.
    Authentication,
}

impl Ceremony {
    /// The section.
    #[must_use]
    pub const fn section(self) -> &'static str {
        match self {
            Self::Registration => "7.1",
            Self::Authentication => "7.2",
        }
    }

    /// The steps that a relying party's server takes, in the order of their numbers, each number once: where two checks
    /// are of one step, the first of them in [`Step::ALL`] stands for it.
    pub fn steps(self) -> impl Iterator<Item = StepNumber> {
        let all = move || Step::ALL.into_iter().filter_map(move |step| step.number(self));
        (1..=LAST).filter_map(move |number| all().find(|step| step.number == number))
    }
}

/// Where a step stands in the standard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct StepNumber {
    /// The ceremony, so the section.
    pub ceremony: Ceremony,
    /// What the step checks.
    pub step: Step,
    /// Its number in that section.
    pub number: u8,
}

impl fmt::Display for StepNumber {
    /// `7.1/8`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.ceremony.section(), self.number)
    }
}

/// The highest number in either section that a server has to do with.
const LAST: u8 = 28;

macro_rules! steps {
    ($($(#[$doc:meta])* $name:ident: $registration:expr, $authentication:expr;)*) => {
        /// What a step checks.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Step {
            $($(#[$doc])* $name,)*
        }

        impl Step {
            /// Every step, in the order of §7.1, then those that only §7.2 has.
            pub const ALL: [Self; [$(Self::$name),*].len()] = [$(Self::$name),*];

            /// Its place in [`Self::ALL`].
            #[expect(clippy::as_conversions, reason = "a fieldless enum is its discriminant, and there is no other way")]
            pub(super) const fn index(self) -> usize {
                self as usize
            }

            /// Where it stands in a ceremony; `None` where that ceremony has no such step.
            #[must_use]
            pub const fn number(self, ceremony: Ceremony) -> Option<StepNumber> {
                let number: Option<u8> = match (self, ceremony) {
                    $((Self::$name, Ceremony::Registration) => $registration,
                      (Self::$name, Ceremony::Authentication) => $authentication,)*
                };
                match number {
                    Some(number) => Some(StepNumber { ceremony, step: self, number }),
                    None => None,
                }
            }
        }
    };
}

steps! {
    /// The response is of the ceremony's kind, in the JSON of §5.1, and its copies agree with each other.
    Response: Some(3), Some(3);
    /// Client data is UTF-8.
    ClientDataText: Some(5), Some(8);
    /// Client data is JSON.
    ClientDataJson: Some(6), Some(9);
    /// `type` is the ceremony's.
    Type: Some(7), Some(10);
    /// `challenge` is the one sent.
    Challenge: Some(8), Some(11);
    /// `origin` is expected.
    Origin: Some(9), Some(12);
    /// `crossOrigin` is expected.
    CrossOrigin: Some(10), Some(13);
    /// `topOrigin` is expected.
    TopOrigin: Some(11), Some(14);
    /// The attestation object can be decoded.
    AttestationObject: Some(13), None;
    /// Authenticator data is there and describes its own length. (Registration reads it with the attestation object.)
    AuthenticatorData: Some(13), Some(7);
    /// rpIdHash is that of the RP ID.
    RpIdHash: Some(14), Some(15);
    /// UP is set.
    UserPresent: Some(15), Some(16);
    /// UV is set, where it was required.
    UserVerified: Some(16), Some(17);
    /// BS only with BE.
    BackupState: Some(17), Some(18);
    /// BE is what the policy wants (registration) and what it always was (authentication).
    BackupEligibility: Some(18), Some(19);
    /// BS is what the policy wants.
    BackupStatePolicy: Some(19), Some(19);
    /// `alg` was offered, and the key is one of that algorithm.
    Algorithm: Some(20), None;
    /// `fmt` is supported.
    AttestationFormat: Some(21), None;
    /// The attestation statement verifies.
    AttestationStatement: Some(22), None;
    /// The attestation is trusted, or of a type that needs none.
    AttestationTrust: Some(24), None;
    /// The credential id has at most 1023 bytes.
    CredentialIdLength: Some(25), None;
    /// The credential id is not registered to anyone.
    CredentialIdUnique: Some(26), None;
    /// The credential record takes the attested id.
    CredentialRecord: Some(27), None;
    /// Extension outputs.
    Extensions: Some(28), Some(23);
    /// allowCredentials, where it was sent, has the credential's id.
    AllowCredentials: None, Some(5);
    /// The credential belongs to the user, and the user handle says so.
    User: None, Some(6);
    /// The signature verifies under the record's key.
    Signature: None, Some(21);
    /// The signature counter.
    SignCount: None, Some(22);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Left out: what the client does, what only names a value, and what the caller's store does.
    #[test]
    fn the_steps_of_the_server_come_in_their_order_and_once() {
        let numbers = |ceremony: Ceremony| ceremony.steps().map(|step| step.number).collect::<Vec<_>>();
        assert_eq!(
            numbers(Ceremony::Registration),
            [3, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 24, 25, 26, 27, 28]
        );
        assert_eq!(
            numbers(Ceremony::Authentication),
            [3, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 21, 22, 23]
        );
        assert!(Step::ALL.iter().all(|step| {
            let numbers = [Ceremony::Registration, Ceremony::Authentication].map(|of| step.number(of));
            numbers.into_iter().flatten().all(|step| step.number <= LAST)
        }));
    }

    #[test]
    fn all_steps_are_in_the_order_of_registration_then_of_authentication() {
        let order = Step::ALL.map(|step| match step.number(Ceremony::Registration) {
            Some(step) => (false, step.number),
            None => (true, step.number(Ceremony::Authentication).unwrap().number),
        });
        assert!(order.is_sorted(), "{order:?}");
    }

    #[test]
    fn a_step_prints_as_section_and_number() {
        let challenge = |ceremony| Step::Challenge.number(ceremony).unwrap().to_string();
        assert_eq!(challenge(Ceremony::Registration), "7.1/8");
        assert_eq!(challenge(Ceremony::Authentication), "7.2/11");
        assert_eq!(Step::AllowCredentials.number(Ceremony::Registration), None);
    }
}
