//! What the client sends and receives (§5): [JSON](json), [capabilities], [payments](payment), [signals](signal), and
//! [documents](well_known) that the relying party publishes.
//!
//! Of these only client data is signed, through its hash.

pub mod capabilities;
pub(crate) mod data;
pub mod json;
pub(crate) mod origin;
pub mod payment;
pub mod signal;
pub mod well_known;

pub(crate) use data::ClientData;
pub(crate) use json::{AuthenticationResponse, RegistrationResponse};
