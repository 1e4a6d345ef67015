//! What the client says (§5): the browser's [JSON](json), [client data](data), [origins](origin).
//!
//! Of all this only client data is signed, through its hash. Nothing else here decides anything by itself.

pub mod data;
pub mod json;
pub mod origin;

pub use data::ClientData;
pub use json::{AuthenticationResponse, RegistrationResponse};
pub use origin::{Framing, Origins, Site};
