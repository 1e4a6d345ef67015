//! Credentials, options and responses are converted by type between wardkey and webauthn-rs 0.6, and work with both:
//! `cargo test --features webauthn-rs --test webauthn_rs`.

mod common;
mod keys;
mod wire;
