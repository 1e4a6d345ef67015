//! Setters that the requests of both ceremonies have, each written once.

/// Defines the setters of the choices that both requests have. Call it in the `impl` block of the request.
macro_rules! choice_setters {
    () => {
        /// Sets the hints for the user interface of the client, most preferred first.
        pub fn hints(mut self, hints: impl IntoIterator<Item = Hint>) -> Self {
            self.hints = hints.into_iter().collect();
            self
        }

        /// Sets the user verification. Without this call it is the relying party's own choice. `finish_…` checks what is requested
        /// here.
        pub fn user_verification(mut self, wanted: UserVerificationRequirement) -> Self {
            self.user_verification = Some(wanted);
            self
        }

        /// Sets how long the ceremony may take, from 1 second to 1 day. Without this call it is the relying party's own choice.
        pub const fn timeout(mut self, timeout: Duration) -> Self {
            self.timeout = Some(timeout);
            self
        }
    };
}

pub(super) use choice_setters;
