//! What the client says (§5): the browser's [JSON](json), [client data](data), [origins](origin),
//! [capabilities], [payments](payment); and what it is told besides: [signals](signal), [documents](well_known).
//!
//! Of all this only client data is signed, through its hash. Nothing else here decides anything by itself.

pub mod capabilities;
pub mod data;
pub mod json;
pub mod origin;
pub mod payment;
pub mod signal;
mod site;
pub mod well_known;

pub use data::ClientData;
pub use json::{AuthenticationResponse, RegistrationResponse};
pub use origin::Origins;
pub use site::{Framing, Site};
