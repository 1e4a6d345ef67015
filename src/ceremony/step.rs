//! The steps of §7.1 and §7.2 in one table: what each step checks, and its number.
//!
//! The numbers are those of the Recommendation of 2026-08-25. Editions of the standard number the steps differently. Names
//! and codes of this library stay the same.

use core::fmt;
use serde::{Deserialize, Serialize};

/// A ceremony.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Ceremony {
    /// §7.1 Registering a New Credential.
    Registration,
    /// §7.2 Verifying an Authentication Assertion.
    Authentication,
}

impl Ceremony {
    /// Returns the number of its section.
    #[must_use]
    pub const fn section(self) -> &'static str {
        match self {
            Self::Registration => "7.1",
            Self::Authentication => "7.2",
        }
    }

    /// Returns the steps of the relying party's server, each number once, in the order of the numbers. If one step has two
    /// checks, returns the first of them in [`Step::ALL`].
    pub fn steps(self) -> impl Iterator<Item = StepNumber> {
        let all = move || Step::ALL.into_iter().filter_map(move |step| step.number(self));
        (1..=LAST).filter_map(move |number| all().find(|step| usize::from(step.number) == number))
    }
}

/// A step with its section and number. As text and in JSON: `7.1/8`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
#[non_exhaustive]
pub struct StepNumber {
    /// The ceremony, which determines the section.
    pub ceremony: Ceremony,
    /// What the step checks.
    pub step: Step,
    /// The number of the step in that section.
    pub number: u8,
}

impl fmt::Display for StepNumber {
    /// `7.1/8`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.ceremony.section(), self.number)
    }
}

impl From<StepNumber> for String {
    fn from(step: StepNumber) -> Self {
        step.to_string()
    }
}

impl TryFrom<String> for StepNumber {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let mut steps = [Ceremony::Registration, Ceremony::Authentication].into_iter().flat_map(Ceremony::steps);
        steps.find(|step| step.to_string() == text).ok_or("expected a step of the server, such as 7.1/8")
    }
}

/// The highest number of a step of the server, in either section.
pub(super) const LAST: usize = 28;

macro_rules! steps {
    ($($(#[$doc:meta])* $name:ident: $registration:expr, $authentication:expr;)*) => {
        /// What a step checks.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Step {
            $($(#[$doc])* $name,)*
        }

        impl Step {
            /// Every step: those of §7.1 in its order, then those that only §7.2 has.
            pub const ALL: [Self; [$(Self::$name),*].len()] = [$(Self::$name),*];

            /// Returns its index in [`Self::ALL`].
            #[expect(clippy::as_conversions, reason = "a fieldless enum is its discriminant, and there is no other way")]
            pub(super) const fn index(self) -> usize {
                self as usize
            }

            /// Returns its number in a ceremony, or `None` if the ceremony has no such step.
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
    /// The response has the JSON of §5.1, and in a registration its unsigned copies equal what was attested.
    Response: Some(3), Some(3);
    /// Client data is UTF-8.
    ClientDataText: Some(5), Some(8);
    /// Client data is JSON.
    ClientDataJson: Some(6), Some(9);
    /// `type` is that of the ceremony.
    Type: Some(7), Some(10);
    /// `challenge` is the one that was issued.
    Challenge: Some(8), Some(11);
    /// `origin` is expected.
    Origin: Some(9), Some(12);
    /// `crossOrigin` is expected.
    CrossOrigin: Some(10), Some(13);
    /// `topOrigin` is expected.
    TopOrigin: Some(11), Some(14);
    /// The attestation object can be decoded.
    AttestationObject: Some(13), None;
    /// Authenticator data can be decoded. (A registration decodes it together with the attestation object.)
    AuthenticatorData: Some(13), Some(7);
    /// rpIdHash is the SHA-256 of the RP ID.
    RpIdHash: Some(14), Some(15);
    /// UP is set.
    UserPresent: Some(15), Some(16);
    /// UV is set, if user verification was required.
    UserVerified: Some(16), Some(17);
    /// BS is set only if BE is set.
    BackupState: Some(17), Some(18);
    /// BE meets the policy, and at an authentication it equals the BE of the record.
    BackupEligibility: Some(18), Some(19);
    /// BS meets the policy.
    BackupStatePolicy: Some(19), Some(19);
    /// `alg` was offered, and the key is valid for that algorithm.
    Algorithm: Some(20), None;
    /// `fmt` is supported.
    AttestationFormat: Some(21), None;
    /// The attestation statement verifies.
    AttestationStatement: Some(22), None;
    /// The attestation is trusted, or its type needs no trust.
    AttestationTrust: Some(24), None;
    /// The credential id has at most 1023 bytes.
    CredentialIdLength: Some(25), None;
    /// The credential id is not registered for any user.
    CredentialIdUnique: Some(26), None;
    /// The response names the credential id that was attested.
    CredentialRecord: Some(27), None;
    /// Extension outputs.
    Extensions: Some(28), Some(23);
    /// allowCredentials contains the credential id, if it was sent.
    AllowCredentials: None, Some(5);
    /// The credential belongs to the user, and the user handle is that of the user.
    User: None, Some(6);
    /// The signature verifies with the public key of the record.
    Signature: None, Some(21);
    /// The signature counter advanced.
    SignCount: None, Some(22);
}

/// The outcome of one check. If one step has two checks, the greater outcome counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Outcome {
    /// The policy did not ask for the check, or there was nothing to check.
    NotRequired,
    /// The check was made and holds.
    Passed,
    /// The check could not be made, because there is no credential record, or it lacks the value to compare with.
    NotKnown,
    /// The check was made and does not hold. The policy accepts that.
    Waived,
    /// The ceremony ended before the check.
    NotReached,
    /// The check refused the ceremony.
    Refused,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The steps of the client, and steps that only name a value, are left out.
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
            numbers.into_iter().flatten().all(|step| usize::from(step.number) <= LAST)
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
        for step in [Ceremony::Registration, Ceremony::Authentication].into_iter().flat_map(Ceremony::steps) {
            assert_eq!(StepNumber::try_from(step.to_string()), Ok(step));
        }
        for text in ["", "7.1", "7.1/08", "7.1/12", "7.2/24", "8.1/8", "7.1/8 "] {
            assert!(StepNumber::try_from(text.to_owned()).is_err(), "{text}");
        }
    }
}
