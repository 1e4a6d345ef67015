//! wardkey
// Tests may fail loudly; the same lints hold wherever the code is compiled to be used.
#![cfg_attr(
    test,
    allow(
        clippy::arithmetic_side_effects,
        clippy::as_conversions,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::unwrap_used
    )
)]
pub mod codec;
pub mod crypto;
pub mod time;
