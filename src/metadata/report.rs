//! The status reports of an entry (FIDO Metadata Service §3.1.3), as they are written. [`super::status`] judges them.

use super::entry::{Draft, Shared, certificate};
use super::members::{Items, Members, Reader, Texts, names, value, words};
use super::model::{EntryError, short};
use super::status::{Day, Incident, Report, Short, Status};
use super::vocabulary::Profile;
use crate::crypto::Backend;
use crate::x509::certificate::Certificate;
use serde::de::{IgnoredAny, MapAccess, SeqAccess};
use std::borrow::Cow;

/// Reads `statusReports`.
pub(super) struct Reports<'d, 'de, 's, 'b> {
    pub(super) draft: &'d mut Draft<'de>,
    pub(super) shared: &'s Shared<'de, 'b>,
    pub(super) read: Vec<Report>,
}

impl<'de> Items<'de> for Reports<'_, 'de, '_, '_> {
    fn item<A: SeqAccess<'de>>(&mut self, items: &mut A) -> Result<bool, A::Error> {
        let mut reader =
            ReportReader { backend: self.shared.backend, texts: self.shared.texts, report: ReportDraft::default() };
        let Some(found) = items.next_element_seed(Members(&mut reader))? else { return Ok(false) };
        let report = reader.report;
        self.draft.note(found, EntryError::StatusReports);
        if let Some(cause) = report.cause {
            self.draft.fail(cause);
        }
        self.draft.profiles.extend(report.profiles);
        match report.status {
            None => self.draft.fail(EntryError::StatusReports),
            Some(status) => self.read.push(Report {
                effective: report.effective,
                sunset: report.sunset,
                authenticator_version: report.authenticator_version,
                fips_revision: report.fips_revision,
                fips_physical_level: report.fips_physical_level,
                // §3.1.4: only this incident can be about some certificates of the model.
                batch: report.batch.filter(|_| status == Status::Incident(Incident::AttestationKeyCompromise)),
                status,
            }),
        }
        Ok(true)
    }
}

/// Reads one status report.
struct ReportReader<'s> {
    backend: &'s dyn Backend,
    texts: Texts,
    report: ReportDraft,
}

/// A status report as far as it was read.
#[derive(Default)]
struct ReportDraft {
    status: Option<Status>,
    effective: Option<Day>,
    sunset: Option<Day>,
    authenticator_version: Option<u32>,
    fips_revision: Option<u32>,
    fips_physical_level: Option<u32>,
    batch: Option<Box<[Short]>>,
    /// Whether a certificate of the batch cannot be read.
    batch_unknown: bool,
    profiles: Vec<Profile>,
    cause: Option<EntryError>,
}

impl ReportReader<'_> {
    fn day<'de, A: MapAccess<'de>>(&mut self, map: &mut A) -> Result<Option<Day>, A::Error> {
        let day = self.texts.member(map)?.and_then(|text| Day::read(&text));
        if day.is_none() {
            self.report.cause.get_or_insert(EntryError::Date);
        }
        Ok(day)
    }

    fn number<'de, A: MapAccess<'de>>(&mut self, map: &mut A) -> Result<Option<u32>, A::Error> {
        let number = value(map.next_value()?);
        if number.is_none() {
            self.report.cause.get_or_insert(EntryError::Number);
        }
        Ok(number)
    }

    /// Adds a certificate that the report is about. If it cannot be read, the report is about every certificate of the model.
    fn certificate(&mut self, text: Option<Cow<'_, str>>) {
        let der = text.and_then(|text| certificate(text.as_bytes()));
        match der.as_deref().and_then(|der| Certificate::read(der).ok()) {
            Some(certificate) if !self.report.batch_unknown => {
                let key = short(self.backend, &[certificate.spki]);
                self.report.batch = Some(self.report.batch.iter().flatten().copied().chain([key]).collect());
            }
            _ => (self.report.batch, self.report.batch_unknown) = (None, true),
        }
    }
}

impl<'de> Reader<'de> for ReportReader<'_> {
    const NAMES: &'static [&'static str] = names! {
        status effectiveDate sunsetDate authenticatorVersion fipsRevision fipsPhysicalSecurityLevel
        certificate batchCertificate certificationProfiles url certificationDescriptor
        certificateNumber certificationPolicyVersion certificationRequirementsVersion
    };

    fn member<A: MapAccess<'de>>(&mut self, name: &'static str, map: &mut A) -> Result<(), A::Error> {
        match name {
            "status" => self.report.status = self.texts.member(map)?.map(|text| Status::of(&text)),
            "effectiveDate" => self.report.effective = self.day(map)?,
            "sunsetDate" => self.report.sunset = self.day(map)?,
            "authenticatorVersion" => self.report.authenticator_version = self.number(map)?,
            "fipsRevision" => self.report.fips_revision = self.number(map)?,
            "fipsPhysicalSecurityLevel" => self.report.fips_physical_level = self.number(map)?,
            "certificate" | "batchCertificate" => {
                let text = self.texts.member(map)?;
                self.certificate(text);
            }
            "certificationProfiles" => self.report.profiles = words(self.texts, map)?,
            _ => map.next_value::<IgnoredAny>().map(drop)?,
        }
        Ok(())
    }
}
