//! Who vouches for which fact of a registration, for every attestation statement format (§8).
//!
//! A statement proves different things in different formats. [`Voucher::of`] is the table; the code that reports
//! AAGUIDs and signed extensions, judges required outputs and fills the credential record asks it and nothing else.
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
//! Of a `compound` attestation each statement vouches by its own column, and for each fact the strongest voucher of the
//! statements that the policy accepts counts.
//!
//! # The reason for each column
//!
//! * `packed` with `x5c` (§8.2): the authenticator makes the authenticator data and signs it with its attestation key.
//! * `packed`, self attestation (§8.2): the credential key signs the authenticator data, as it does at every sign-in.
//! * `tpm` (§8.3): the attestation identity key signs `certInfo`, which names the credential key. Authenticator data is
//!   in it only as the hash in `extraData`, and TPM2_Certify takes `extraData` from its caller (TPM 2.0 Library, Part 2,
//!   TPMS_ATTEST), which is software.
//! * `android-key` (§8.4): the keystore certifies the credential key. That key then signs the authenticator data that an
//!   app hands in ("produced outside this environment").
//! * `android-safetynet` (§8.5): the service signs a nonce, in which even the credential key is only hashed. The nonce is
//!   "completely controlled by the caller".
//! * `fido-u2f` (§8.6): the attestation key signs the RP ID hash, the client data hash, the credential id and the
//!   credential key, after a test of user presence. The rest of the authenticator data is made by the client (CTAP 2.2
//!   §10.2: UP and AT set, every other flag clear, a counter of zero).
//! * `none` (§8.7): there is no signature. The standard takes the authenticator data as it was received.
//! * `apple` (§8.8): the anonymization CA certifies the credential key together with a nonce. The nonce is a hash of
//!   the authenticator data, which software of the operating system makes and hands in.
//!
//! # What follows from it
//!
//! A claim may lower trust; only proof raises it. A voucher says who signed. Whether that key is to be trusted, its
//! certificates decide ([`TrustOutcome`](crate::evidence::TrustOutcome)).
//!
//! | what | counts where its voucher is |
//! |---|---|
//! | the AAGUID, for a list of accepted models and as [`attested_aaguid`](crate::policy::Registered::attested_aaguid) | `attestation_key`; or any that signs, where the anchors are that model's own or the certificate names the model ([`names_model`]); and the path must lead to an anchor |
//! | the AAGUID, for a list of denied models | always: it is a claim that lowers |
//! | [`signed_extensions`](crate::policy::Registered::signed_extensions), and outputs that are [required](crate::extensions::RegistrationOutputs) | `attestation_key`, `credential_key` or `caller` |
//! | `credProtect`, where an answer was enforced | all but `nobody` |
//! | UP, UV, BE and BS, in steps 15 to 19 of the ceremony (§7.1) | always: the standard judges the flags as received |
//! | UV, as the record's `uv_initialized` | all but `nobody` (§7.1 step 27) |
//! | BE and BS that are set, and a counter above zero, in the record | all but `nobody`: else BE and BS are unknown and the counter is 0, so that the next sign-in, which the credential key signs, teaches them |
//!
//! `none` is not `nobody`. A relying party that accepts `none` accepts a key that no statement vouches for, and there
//! the standard stores the flags and the counter as received (§7.1 step 27). A `fido-u2f` statement does vouch for the
//! key, so that its attestation looks trusted although flags and extensions were added to it on the way.

use super::{AttestationType, Format};

/// A fact that authenticator data (§6.1) states.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Fact {
    /// The credential public key.
    CredentialKey,
    /// The credential id.
    CredentialId,
    /// The authenticator's model.
    Aaguid,
    /// UP.
    UserPresent,
    /// UV.
    UserVerified,
    /// BE and BS.
    Backup,
    /// The signature counter.
    SignCount,
    /// The extension outputs.
    Extensions,
}

impl Fact {
    /// Every fact, in the order of the table.
    pub const ALL: [Self; 8] = [
        Self::CredentialKey,
        Self::CredentialId,
        Self::Aaguid,
        Self::UserPresent,
        Self::UserVerified,
        Self::Backup,
        Self::SignCount,
        Self::Extensions,
    ];

    /// Its name, in the table and in the evidence.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::CredentialKey => "credential_key",
            Self::CredentialId => "credential_id",
            Self::Aaguid => "aaguid",
            Self::UserPresent => "user_present",
            Self::UserVerified => "user_verified",
            Self::Backup => "backup",
            Self::SignCount => "sign_count",
            Self::Extensions => "extensions",
        }
    }
}

/// Who vouches for a fact, the weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Voucher {
    /// Nobody: the statement signs other facts and leaves this one out, so that anyone on the way can write it.
    Nobody,
    /// Nobody, because the statement is `none`: the relying party takes the fact as it was received.
    Unattested,
    /// The caller of the attesting hardware or service: a signature covers a hash that software handed in.
    Caller,
    /// The credential key signs it. Nothing is said of where that key is.
    CredentialKey,
    /// The attestation key, or the CA behind it, signs what it made or holds itself.
    AttestationKey,
}

impl Voucher {
    /// Every voucher, the weakest first.
    pub const ALL: [Self; 5] =
        [Self::Nobody, Self::Unattested, Self::Caller, Self::CredentialKey, Self::AttestationKey];

    /// Its name, in the table and in the evidence.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Nobody => "nobody",
            Self::Unattested => "unattested",
            Self::Caller => "caller",
            Self::CredentialKey => "credential_key",
            Self::AttestationKey => "attestation_key",
        }
    }

    /// Who vouches for `fact` in one statement of this format and type. Returns [`Voucher::Nobody`] for `compound`,
    /// whose statements vouch each by itself.
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

    /// Whether a signature covers the fact, whoever chose it.
    #[must_use]
    pub const fn is_signature(self) -> bool {
        matches!(self, Self::Caller | Self::CredentialKey | Self::AttestationKey)
    }
}

/// Whether the attestation certificate of this format may name the authenticator's model (id-fido-gen-ce-aaguid, §8.2.1),
/// which the verification procedure then compares with the AAGUID. A trusted certificate that does so vouches for it.
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
