//! The models of the passkeys of staff, judged by the FIDO metadata. Patients may use any passkey.

use crate::app::{Failure, Portal};
use crate::store::{Account, Passkey};
use crate::web::Refused;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::sync::{Arc, PoisonError};
use std::time::SystemTime;
use wardkey::UnixTime;
use wardkey::account::Notice;
use wardkey::assurance::Profile;
use wardkey::audit::EventType;
use wardkey::crypto::default_backend;
use wardkey::metadata::{self, Attested, Metadata, Roots, Seen, StoredError};
use wardkey::policy::{Characteristics, MetadataDecision, Registered};

/// What a registration gave out about the authenticator. It stands beside the record, for the judgement at each sign-in.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Kept {
    pub attested: Attested,
    pub characteristics: Characteristics,
}

impl From<&Registered> for Kept {
    fn from(registered: &Registered) -> Self {
        Self { attested: registered.attested(), characteristics: registered.characteristics() }
    }
}

/// The file of the metadata. Another program replaces it, such as `examples/fetch_metadata`.
pub struct MetadataFile {
    pub path: PathBuf,
    pub roots: Roots,
}

impl MetadataFile {
    /// Reads and verifies the BLOB: `blob.kept` of `fetch_metadata`, or a BLOB as it was downloaded.
    ///
    /// # Errors
    /// The file cannot be read, or the BLOB is refused.
    pub fn read(&self) -> Result<Metadata, Failure> {
        let (bytes, seen) = (std::fs::read(&self.path)?, Seen::nothing()); // `set_metadata` compares the number
        match Metadata::from_kept_blob(&bytes, &self.roots, seen, default_backend()) {
            Err(StoredError::Version) => {
                let received = UnixTime::from(self.written()?);
                Ok(metadata::verify(&bytes, &self.roots, seen, received, default_backend())?)
            }
            read => Ok(read?),
        }
    }

    /// The time at which the file was written. A download was received at this time.
    pub fn written(&self) -> Result<SystemTime, Failure> {
        Ok(std::fs::metadata(&self.path)?.modified()?)
    }
}

impl Portal {
    /// The metadata of this request.
    pub fn metadata(&self) -> Option<Arc<Metadata>> {
        self.models.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Judges by this metadata from the next request on.
    ///
    /// # Errors
    /// An instance used newer metadata before. Then the last metadata stays.
    pub async fn set_metadata(&self, metadata: Metadata) -> Result<(), Failure> {
        let number = i64::try_from(metadata.number())?;
        let seen = self.store.see("metadata", number).await?;
        if seen > number {
            return Err(format!("expected FIDO metadata of number {seen} or newer, found {number}").into());
        }
        tracing::info!(number, "FIDO metadata");
        *self.models.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(metadata));
        Ok(())
    }

    /// What an account registers with, and what acts ask of it.
    pub fn profile(&self, account: &Account) -> &Profile {
        match (account.is_staff(), self.metadata().is_some()) {
            (false, _) => &self.patient,
            (true, true) => &self.clinician,
            (true, false) => &self.unchecked,
        }
    }

    /// Judges the model of a passkey of staff again, after a ceremony that was verified, and acts on the answer. With
    /// `beside_another`, another credential has proved who it is, so that a passkey that needs one is enough.
    pub async fn accept_model(
        &self,
        account: &Account,
        passkey: &Passkey,
        beside_another: bool,
        now: UnixTime,
    ) -> Result<(), Refused> {
        match self.decide_model(account, passkey, now)? {
            MetadataDecision::Accept => Ok(()),
            MetadataDecision::StepUp if beside_another => Ok(()),
            MetadataDecision::StepUp => Err(Refused::lacks(vec!["another-credential"])),
            _ => {
                let record = &passkey.record;
                // If the account changed meanwhile, the next sign-in suspends it.
                if self.store.change_passkey(account, &record.id.to_base64url(), Some(true)).await? {
                    self.changed(EventType::ModelRevoked, &account.user, Some(&record.id)).await?;
                    let to = account.addresses();
                    self.tell(account, Notice::PasskeySuspended, &to, Some(&record.id)).await?;
                }
                // Why is in the log only: the reason would help whoever has the key.
                Err(Refused::lacks(vec!["model"]))
            }
        }
    }

    fn decide_model(&self, account: &Account, passkey: &Passkey, now: UnixTime) -> Result<MetadataDecision, Refused> {
        let Some(metadata) = self.metadata().filter(|_| account.is_staff()) else {
            return Ok(MetadataDecision::Accept);
        };
        let Some(kept) = &passkey.kept else { return Ok(MetadataDecision::StepUp) };
        let policy = self.clinician.label();
        let Some(found) = self.rp.reassess(&metadata, &kept.attested, Some(&policy), now)? else {
            return Ok(MetadataDecision::Accept);
        };
        let decision = found.decision.name();
        tracing::info!(decision, reasons = %found.reasons, notes = %found.notes, "the model of a passkey of staff");
        Ok(found.decision)
    }
}
