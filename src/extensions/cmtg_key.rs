//! A key of the trust group (`cmtgKey`), a draft for Level 4. It is parsed and not verified.

use super::Blob;
use super::values::blob;
use serde::{Deserialize, Serialize};

/// `cmtgKey`, a draft for Level 4: parsed, not verified.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CmtgKeyOutputs {
    /// A COSE_Key of the trust group.
    #[serde(default, deserialize_with = "blob")]
    pub(crate) cmtg_key: Option<Blob>,
    /// The signature of this key.
    #[serde(default, deserialize_with = "blob")]
    pub(crate) signature: Option<Blob>,
}
