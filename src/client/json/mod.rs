//! The JSON that browsers post and are sent (§5.1, §5.1.8, §5.1.9).

mod creation;
mod lint;
mod request;
mod response;

pub use creation::*;
pub use lint::Lint;
pub use request::*;
pub use response::*;
