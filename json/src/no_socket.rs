//! A platform without Unix sockets, such as WASI: requests come over standard input only.

use std::path::Path;
use std::time::Duration;
use wardkey_json::Context;

const NONE: &str = "this platform has no Unix sockets: use standard input and output";

pub(crate) fn serve(_: &Context, _: &Path, _: usize, _: Duration) -> Result<(), String> {
    Err(NONE.to_owned())
}

pub(crate) fn health(_: &Path) -> Result<(), String> {
    Err(NONE.to_owned())
}
