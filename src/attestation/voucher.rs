//! Who vouches for which fact of a registration, for every attestation statement format (§8).
//!
//! Statements of different formats prove different facts. The table shows [`Voucher::of`]. All code that depends on it calls
//! this function: reports of AAGUIDs and signed extensions, checks of required outputs, and the credential record.
//!
//! | fact | `packed` with `x5c` | `packed`, self | `tpm` | `android-key` | `android-safetynet` | `fido-u2f` | `none` | `apple` |
//! |---|---|---|---|---|---|---|---|---|
//! | `credential_key` | attestation_key | credential_key | attestation_key | attestation_key | caller | attestation_key | unattested | attestation_key |
//! | `credential_id` | attestation_key | credential_key | caller | credential_key | caller | attestation_key | unattested | caller |
//! | `aaguid` | attestation_key | credential_key | caller | credential_key | caller | nobody | unattested | caller |
//! | `user_present` | attestation_key | credential_key | caller | credential_key | caller | attestation_key | unattested | caller |
//! | `user_verified` | attestation_key | credential_key | caller | credential_key | caller | nobody | unattested | caller |
//! | `backup` | attestation_key | credential_key | caller | credential_key | caller | nobody | unattested | caller |
//! | `sign_count` | attestation_key | credential_key | caller | credential_key | caller | nobody | unattested | caller |
//! | `extensions` | attestation_key | credential_key | caller | credential_key | caller | nobody | unattested | caller |
//!
//! In a `compound` attestation, each statement has the column of its format. For each fact, the strongest voucher of the
//! statements that the policy accepts counts.
//!
//! # The reason for each column
//!
//! * `packed` with `x5c` (§8.2): the authenticator makes the authenticator data and signs it with its attestation key.
//! * `packed`, self attestation (§8.2): the credential key signs the authenticator data, as it does at every sign-in.
//! * `tpm` (§8.3): the attestation identity key signs `certInfo`, which names the credential key. `certInfo` contains the
//!   authenticator data only as the hash in `extraData`, and the caller of TPM2_Certify, which is software, chooses `extraData`
//!   (TPM 2.0 Part 2, TPMS_ATTEST).
//! * `android-key` (§8.4): the keystore certifies the credential key. That key then signs the authenticator data, which is
//!   "produced outside this environment" by an app.
//! * `android-safetynet` (§8.5): the service signs a nonce, which is a hash of the authenticator data and so of the credential
//!   key. The authenticator data is "completely controlled by the caller".
//! * `fido-u2f` (§8.6): the attestation key signs the RP ID hash, the client data hash, the credential id and the
//!   credential key, after a test of user presence. The client makes the rest of the authenticator data (CTAP 2.2 §10.2: UP
//!   and AT set, every other flag clear, a counter of zero).
//! * `none` (§8.7): there is no signature. The standard uses the authenticator data as received.
//! * `apple` (§8.8): the anonymization CA certifies the credential key together with a nonce. The nonce is a hash of the
//!   authenticator data, which software of the operating system makes.
//!
//! # Consequences
//!
//! A claim may lower trust; only proof raises it. A voucher says which key signed. The certificates decide whether that key is
//! trusted ([`TrustOutcome`](crate::ceremony::evidence::TrustOutcome)).
//!
//! | value | counts if its voucher is |
//! |---|---|
//! | the AAGUID, for a list of accepted models and as [`attested_aaguid`](crate::policy::Registered::attested_aaguid) | `attestation_key`; or any signature, if the anchors are only for that model or the certificate contains the AAGUID ([`names_model`]). The path must lead to an anchor |
//! | the AAGUID, for a list of denied models | any, because this claim lowers trust |
//! | [`signed_extensions`](crate::policy::Registered::signed_extensions), and outputs that are [required](crate::extensions::RegistrationOutputs) | `attestation_key`, `credential_key` or `caller` |
//! | `credProtect`, if it was enforced | any except `nobody` |
//! | UP, UV, BE and BS, in steps 15 to 19 of §7.1 | any, because the standard checks the flags as received |
//! | UV, as the record's `uv_initialized` | any except `nobody` (§7.1 step 27) |
//! | BE and BS that are set, and a counter above zero, in the record | any except `nobody`: otherwise BE and BS are unknown and the counter is 0, until the next sign-in, which the credential key signs |
//!
//! `none` is not `nobody`. A relying party that accepts `none` accepts a key that no statement vouches for, and the standard
//! stores the flags and the counter as received (§7.1 step 27). A `fido-u2f` statement vouches for the key, so its
//! attestation would look trusted although an attacker on the way added flags and extensions.

use super::{AttestationType, Format};
use crate::macros::named;
use serde::{Deserialize, Serialize};

named! {
    /// A fact in the authenticator data (§6.1).
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    pub enum Fact;
    /// Returns the name that the table and the evidence use.
    fn name;

    /// The credential public key.
    CredentialKey = "credential_key";
    /// The credential id.
    CredentialId = "credential_id";
    /// The authenticator's model.
    Aaguid = "aaguid";
    /// UP.
    UserPresent = "user_present";
    /// UV.
    UserVerified = "user_verified";
    /// BE and BS.
    Backup = "backup";
    /// The signature counter.
    SignCount = "sign_count";
    /// The extension outputs.
    Extensions = "extensions";
}

named! {
    /// Who vouches for a fact. The weakest comes first.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    pub enum Voucher;
    /// Returns the name that the table and the evidence use.
    fn name;

    /// Nobody: the statement signs other facts but not this one, so an attacker on the way can change it.
    Nobody = "nobody";
    /// Nobody, because the statement is `none`. The fact is used as received.
    Unattested = "unattested";
    /// The caller of the attesting hardware or service: the signature covers a hash that software chose.
    Caller = "caller";
    /// The credential key, which signed the fact. It is not known where that key is kept.
    CredentialKey = "credential_key";
    /// The attestation key, or the CA that issued its certificate: it signed a fact that it determined itself.
    AttestationKey = "attestation_key";
}

impl Voucher {
    /// Returns who vouches for `fact` in a statement of this format and type. Returns [`Voucher::Nobody`] for `compound`; ask for
    /// each of its statements instead.
    #[must_use]
    pub const fn of(format: Format, attestation_type: AttestationType, fact: Fact) -> Self {
        match (format, fact) {
            (Format::Packed, _) if matches!(attestation_type, AttestationType::SelfAttestation) => Self::CredentialKey,
            (Format::Packed, _)
            | (Format::Tpm | Format::AndroidKey | Format::Apple, Fact::CredentialKey)
            | (Format::FidoU2f, Fact::CredentialKey | Fact::CredentialId | Fact::UserPresent) => Self::AttestationKey,
            (Format::AndroidKey, _) => Self::CredentialKey,
            (Format::Tpm | Format::Apple | Format::AndroidSafetynet, _) => Self::Caller,
            (Format::None, _) => Self::Unattested,
            (Format::FidoU2f | Format::Compound, _) => Self::Nobody,
        }
    }

    /// Returns whether a signature covers the fact. Software may have chosen the fact (see [`Voucher::Caller`]).
    #[must_use]
    pub const fn is_signature(self) -> bool {
        matches!(self, Self::Caller | Self::CredentialKey | Self::AttestationKey)
    }
}

/// Returns whether the verification procedure of this format compares the AAGUID with the one in the attestation certificate
/// (id-fido-gen-ce-aaguid, §8.2.1), if the certificate has one. Then a trusted certificate vouches for the AAGUID.
#[must_use]
pub const fn names_model(format: Format) -> bool {
    matches!(format, Format::Packed | Format::Tpm)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table in the documentation is the table that the code follows.
    #[test]
    fn the_documentation_says_what_the_code_does() {
        use AttestationType::{AnonCa, AttCa, BasicOrAttCa, None as NoAttestation, SelfAttestation};
        let columns = [
            ("`packed` with `x5c`", Format::Packed, BasicOrAttCa),
            ("`packed`, self", Format::Packed, SelfAttestation),
            ("`tpm`", Format::Tpm, AttCa),
            ("`android-key`", Format::AndroidKey, BasicOrAttCa),
            ("`android-safetynet`", Format::AndroidSafetynet, BasicOrAttCa),
            ("`fido-u2f`", Format::FidoU2f, BasicOrAttCa),
            ("`none`", Format::None, NoAttestation),
            ("`apple`", Format::Apple, AnonCa),
        ];
        for format in Format::ALL {
            let known = columns.iter().any(|(_, column, _)| *column == format) || format == Format::Compound;
            assert!(known, "{format} has no column");
        }
        let cells = |cells: Vec<String>| format!("//! | {} |", cells.join(" | "));
        let head = std::iter::once("fact".to_owned()).chain(columns.iter().map(|(name, ..)| (*name).to_owned()));
        let rows = Fact::ALL.into_iter().map(|fact| {
            let of = |&(_, format, kind)| Voucher::of(format, kind, fact).name().to_owned();
            cells(std::iter::once(format!("`{}`", fact.name())).chain(columns.iter().map(of)).collect())
        });
        let table = [cells(head.collect()), format!("//! |{}", "---|".repeat(columns.len() + 1))];
        let table: Vec<String> = table.into_iter().chain(rows).collect();
        let source = include_str!("voucher.rs");
        assert!(source.contains(&(table.join("\n") + "\n//!\n")), "the table must be:\n{}", table.join("\n"));
        for (fact, kind) in Fact::ALL.into_iter().zip([AttestationType::Compound; 8]) {
            assert_eq!(Voucher::of(Format::Compound, kind, fact), Voucher::Nobody);
        }
    }

    /// Evidence is kept under these names, and the strongest of several vouchers is the greatest.
    #[test]
    fn vouchers_are_ordered_and_named() {
        assert!(Voucher::ALL.is_sorted());
        let signatures: Vec<_> = Voucher::ALL.into_iter().filter(|voucher| voucher.is_signature()).collect();
        assert_eq!(signatures, [Voucher::Caller, Voucher::CredentialKey, Voucher::AttestationKey]);
        let names: std::collections::BTreeSet<_> = Fact::ALL.iter().map(|fact| fact.name()).collect();
        assert_eq!(names.len(), Fact::ALL.len());
    }
}
