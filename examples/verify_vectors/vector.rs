//! A ceremony vector, format 1 (`tests/vectors/README.md`), and how the library's verdict differs from that of the vector.

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use wardkey::crypto::Backend;
use wardkey::internals;
pub(crate) use wardkey::internals::Judgement;

/// One vector: the ceremony, and the one right verdict.
#[derive(Debug)]
pub(crate) struct Vector {
    pub(crate) id: String,
    pub(crate) verdict: Verdict,
    ceremony: internals::Vector,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Verdict {
    pub(crate) accept: bool,
    step: Option<String>,
    pub(crate) reason: Option<String>,
    attestation_format: Option<String>,
    attestation_type: Option<String>,
}

impl<'de> Deserialize<'de> for Vector {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Head {
            id: String,
            verdict: Verdict,
        }
        let all = <&RawValue>::deserialize(from)?;
        let read = || {
            let Head { id, verdict } = serde_json::from_str(all.get())?;
            Ok(Self { id, verdict, ceremony: serde_json::from_str(all.get())? })
        };
        read().map_err(|error: serde_json::Error| serde::de::Error::custom(error))
    }
}

impl Vector {
    /// Verifies the ceremony.
    pub(crate) fn judge(&self, backend: &dyn Backend) -> Judgement {
        self.ceremony.judge(backend)
    }

    /// Returns how the verdict differs from that of the vector, or `None`.
    pub(crate) fn disagreement(&self, judged: &Judgement) -> Option<String> {
        let verdict = &self.verdict;
        if let Some(member) = judged.error {
            return Some(member.to_string());
        }
        if judged.accept != verdict.accept {
            let (is, should) = if judged.accept { ("accepted", "refused") } else { ("refused", "accepted") };
            let why = judged.reason.as_deref().or(verdict.reason.as_deref()).unwrap_or_default();
            return Some(format!("{is}, must be {should}: {why}"));
        }
        let reported = |what: &str, is: Option<&str>, should: Option<&str>| match should {
            Some(should) if is != Some(should) => Some(format!("{what} is {is:?}, must be {should:?}")),
            _ => None,
        };
        if judged.accept {
            reported("attestation_format", judged.attestation_format, verdict.attestation_format.as_deref())
                .or_else(|| reported("attestation_type", judged.attestation_type, verdict.attestation_type.as_deref()))
        } else {
            reported("step", judged.step.as_deref(), verdict.step().as_deref())
        }
    }
}

impl Verdict {
    /// The step of §7.1 or §7.2 that decides, if the vector names one: `7.1/8`.
    pub(crate) fn step(&self) -> Option<String> {
        let (_, named) = self.step.as_deref()?.split_once("§7.")?;
        let (section, rest) = named.split_once(" step ")?;
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        Some(format!("7.{section}/{digits}"))
    }
}
