//! Tests of wardkey together with the crate passkey: a client and authenticator that shares no code with wardkey.
