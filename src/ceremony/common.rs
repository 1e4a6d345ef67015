//! Methods that both ceremonies have, each written once.

/// Defines the setters of the expected extension outputs. Call it in the `impl` block of the expectations.
macro_rules! extension_setters {
    ($inputs:ty, $outputs:ty, $extensions:ident) => {
        /// Expects outputs of extensions: `inputs` were sent, and `required` must come back.
        #[must_use]
        pub fn with_extensions(mut self, inputs: &$inputs, required: $outputs) -> Self {
            let $extensions { refuse_unsolicited, refuse_secret_results, .. } = self.extensions;
            let expected = $extensions::of(inputs).requiring(required);
            self.extensions = $extensions { refuse_unsolicited, refuse_secret_results, ..expected };
            self
        }

        /// Refuses outputs that nobody asked for, including those that this version does not know.
        #[must_use]
        pub const fn refuse_unsolicited_extensions(mut self) -> Self {
            self.extensions.refuse_unsolicited = true;
            self
        }

        /// Refuses results of a pseudo-random function, which should have stayed in the browser.
        #[must_use]
        pub const fn refuse_secret_results(mut self) -> Self {
            self.extensions.refuse_secret_results = true;
            self
        }
    };
}

/// Defines what both verified ceremonies return. Call it in the `impl` block of the verified ceremony.
macro_rules! verified_values {
    () => {
        crate::macros::getters! {
            /// Returns the flags of authenticator data.
            pub const fn flags(&self) -> Flags = self.authenticator_data().flags();
            /// Returns what the authenticator says of extensions. In an authentication the credential key signed it; in a
            /// registration, [`Attestation::voucher`](crate::attestation::Attestation::voucher) says who signed it.
            pub fn signed_extensions(&self) -> SignedOutputs =
                SignedOutputs::of(self.authenticator_data().extensions());
            /// Returns the authenticator data.
            #[doc(hidden)]
            pub const fn authenticator_data(&self) -> &AuthenticatorData<'a> = &self.checked.authenticator_data;
            /// Returns the client data.
            #[doc(hidden)]
            pub const fn client_data(&self) -> &ClientData<'a> = &self.checked.client_data;
            /// Returns the algorithm of the credential public key.
            pub const fn algorithm(&self) -> Algorithm = self.checked.algorithm;
            /// Returns the client extension outputs, which nobody signed. Those of the authenticator are in
            /// [`Self::signed_extensions`].
            pub const fn unsigned_extension_results(&self) -> Option<&'a ClientExtensionResults> =
                self.checked.extension_results;
            /// Returns the quirks that were needed.
            pub const fn quirks(&self) -> Quirks = self.recorder.evidence.quirks;
        }
    };
}

pub(super) use {extension_setters, verified_values};
