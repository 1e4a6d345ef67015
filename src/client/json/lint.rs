//! Options that are allowed and that real clients punish: a look over them before they are sent, or in your tests.
//!
//! None of this is an error. Each warning says which part of the standard, or which clients, make it one.

use super::{
    AttestationConveyance, AuthenticatorAttachment, CreationOptions, Hint, RequestOptions, ResidentKey,
    UserVerificationRequirement,
};
use crate::client::origin::is_on_site;
use crate::credential::{CredentialDescriptor, PublicKeyCredentialType};
use crate::crypto::Algorithm;
use crate::extensions::{AppId, CredentialProtection, LargeBlobSupport};
use crate::invalid::InvalidValue;
use crate::macros::texts;
use std::collections::{BTreeSet, HashSet};

texts! {
    /// Something in options or in a document of [related origins](crate::client::well_known) that is allowed, and that clients
    /// punish.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum Lint;

    /// A challenge of fewer than 16 bytes (§13.4.3).
    ShortChallenge = "a challenge of fewer than 16 bytes";
    /// A timeout outside 300 000 to 600 000 ms, which §15.1 recommends: clients clamp it, and people who need longer
    /// are cut off. Not for conditional mediation, where clients ignore the timeout.
    Timeout(value: u32) = "a timeout of {value} ms, where 300000 to 600000 are recommended";
    /// A timeout of less than an hour for conditional mediation. Clients ignore it there, so a page with passkey autofill stays
    /// ready while the state expires, and the sign-in of a user who comes back later is refused.
    ShortConditionalTimeout(value: u32) =
        "a timeout of {value} ms for conditional mediation, where an hour is recommended";
    /// A user handle that looks like personal data: it is stored on authenticators, where others may read it.
    PersonalUserHandle = "a user handle that looks like personal data";
    /// A user handle of fewer than 16 bytes: it may be guessed, or a row number.
    ShortUserHandle = "a user handle of fewer than 16 bytes";
    /// An empty account name: clients show it, and some refuse it.
    EmptyUserName = "an empty account name";
    /// An empty name of the relying party: some clients refuse it.
    EmptyRpName = "an empty name of the relying party";
    /// An empty display name: some clients refuse it, such as an iPhone that registers for a Windows machine. Repeat the account
    /// name if the person chose no name.
    EmptyDisplayName = "an empty display name";
    /// A name of more than 64 bytes: authenticators may cut it there (§6.4.1).
    LongName = "a name of more than 64 bytes, which authenticators may cut";
    /// One of the three algorithms that §5.4 recommends is not offered, so that some authenticator has none in common:
    /// Windows Hello on old TPMs has −257 only, security keys −7.
    MissingAlgorithm(value: i32) = "COSE algorithm {value} is not offered, and some authenticators have no other";
    /// An algorithm that §5.4 does not recommend in pubKeyCredParams: −9, −51, −52, −19.
    NotRecommendedAlgorithm(value: i32) = "COSE algorithm {value} is not recommended in pubKeyCredParams";
    /// A credential that need not be discoverable, on platforms that have only discoverable ones: iOS, macOS and
    /// Android ignore it, so what is made differs from one device to the other.
    NotDiscoverable = "a credential that need not be discoverable, where platforms have only discoverable ones";
    /// `requireResidentKey` does not say the same as `residentKey` (§5.4.4).
    RequireResidentKey = "requireResidentKey contradicts residentKey";
    /// `largeBlob` is required and the credential need not be discoverable, while authenticators keep large blobs for
    /// discoverable ones only (CTAP §12.3).
    LargeBlobNotDiscoverable = "largeBlob is required of a credential that need not be discoverable";
    /// `enforceCredentialProtectionPolicy` with `userVerificationOptional`, which every authenticator grants: the client
    /// refuses none (CTAP §12.1), and the server those that do not know the extension.
    NothingToEnforce = "enforceCredentialProtectionPolicy where user verification is optional";
    /// `enforceCredentialProtectionPolicy` with a level above `userVerificationOptional`: clients refuse every authenticator
    /// without the extension, such as older security keys and most platforms (CTAP §12.1).
    EnforcedCredProtect = "enforceCredentialProtectionPolicy refuses authenticators without credProtect";
    /// User verification is preferred, the credential must be discoverable, and `credProtect` is not chosen. Chromium then asks
    /// security keys for level 3, so that a later request with user verification discouraged does not find the credential.
    /// Choose the level, require user verification, or never discourage it.
    PreferredBecomesCredProtect =
        "user verification is preferred for a discoverable credential, so Chromium asks for credProtect level 3";
    /// An AppID that is not on the site of the RP ID: clients refuse the ceremony (§10.1.1, §10.1.2).
    AppIdElsewhere = "an AppID that is not on the site of the RP ID";
    /// User verification that is discouraged: many authenticators ask for it all the same, and a credential without it
    /// is one factor only.
    UserVerificationDiscouraged = "user verification is discouraged";
    /// Hints and the attachment lead to different places (§5.8.8): clients that know hints follow those.
    HintsContradictAttachment = "hints contradict the attachment";
    /// The same hint twice: the second is ignored (§5.8.8).
    DuplicateHint = "a hint occurs twice";
    /// `payment` with a selection that it does not go with: every client throws (Secure Payment Confirmation §5).
    Payment(value: InvalidValue) = "{value}";
    /// Attestation formats without attestation: with `none`, no format is asked for.
    FormatsWithoutAttestation = "attestation formats are named, and no attestation is asked for";
    /// Enterprise attestation: it fails, or falls back, wherever the authenticator's owner has not permitted it.
    EnterpriseAttestation = "enterprise attestation works only where it was permitted";
    /// More credentials than some authenticators go through: security keys take them one by one, in lists of few.
    ManyCredentials(value: usize) = "{value} credentials; some clients stop at 64";
    /// The same credential twice.
    DuplicateCredential = "a credential occurs twice";
    /// A credential without transports: clients offer every way there is, the wrong ones first.
    NoTransports = "a credential without transports";
    /// A list of credentials with passkey autofill, which takes it as a filter only.
    FilteredConditional = "allowCredentials with a conditional get is a filter";
    /// A value that this version does not know: clients ignore it, or take the default.
    UnknownValue = "a value that is not of the standard";

    /// A document of related origins: the entry at this place (from 0) is not an origin as clients send it. Clients parse it as a
    /// URL, and compare only its origin.
    MalformedOrigin(value: usize) = "origin {value} is not in the form that clients send";
    /// A document of related origins: the origin at this place has no registrable domain, so clients skip it.
    NoRegistrableDomain(value: usize) = "origin {value} has no registrable domain";
    /// A document of related origins: the origin at this place occurs before.
    DuplicateOrigin(value: usize) = "origin {value} occurs twice";
    /// A document of related origins: the origin at this place has a sixth registrable origin label or a later one, so clients
    /// that support five skip it. Origins that share a label, such as `clinic.example` and `clinic.test`, cost one.
    TooManyLabels(value: usize) = "origin {value} has a label beyond the five that every client supports";
    /// A document of related origins without an origin.
    NoOrigin = "the document lists no origin";
}

impl Lint {
    /// Returns the stable code for logs and dashboards.
    ///
    /// ```
    /// assert_eq!(wardkey::client::json::Lint::EmptyUserName.code(), "empty-user-name");
    /// ```
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::ShortChallenge => "short-challenge",
            Self::Timeout(_) => "timeout",
            Self::ShortConditionalTimeout(_) => "short-conditional-timeout",
            Self::PersonalUserHandle => "personal-user-handle",
            Self::ShortUserHandle => "short-user-handle",
            Self::EmptyUserName => "empty-user-name",
            Self::EmptyRpName => "empty-rp-name",
            Self::EmptyDisplayName => "empty-display-name",
            Self::LongName => "long-name",
            Self::MissingAlgorithm(_) => "missing-algorithm",
            Self::NotRecommendedAlgorithm(_) => "not-recommended-algorithm",
            Self::NotDiscoverable => "not-discoverable",
            Self::RequireResidentKey => "require-resident-key",
            Self::LargeBlobNotDiscoverable => "large-blob-not-discoverable",
            Self::NothingToEnforce => "nothing-to-enforce",
            Self::EnforcedCredProtect => "enforced-cred-protect",
            Self::PreferredBecomesCredProtect => "preferred-becomes-cred-protect",
            Self::AppIdElsewhere => "appid-elsewhere",
            Self::UserVerificationDiscouraged => "user-verification-discouraged",
            Self::HintsContradictAttachment => "hints-contradict-attachment",
            Self::DuplicateHint => "duplicate-hint",
            Self::Payment(_) => "payment",
            Self::FormatsWithoutAttestation => "formats-without-attestation",
            Self::EnterpriseAttestation => "enterprise-attestation",
            Self::ManyCredentials(_) => "many-credentials",
            Self::DuplicateCredential => "duplicate-credential",
            Self::NoTransports => "no-transports",
            Self::FilteredConditional => "filtered-conditional",
            Self::UnknownValue => "unknown-value",
            Self::MalformedOrigin(_) => "malformed-origin",
            Self::NoRegistrableDomain(_) => "no-registrable-domain",
            Self::DuplicateOrigin(_) => "duplicate-origin",
            Self::TooManyLabels(_) => "too-many-labels",
            Self::NoOrigin => "no-origin",
        }
    }
}

/// The most credentials that clients are known to go through.
const MANY: usize = 64;
/// The bytes of a name that every authenticator keeps (§5.4.1, §5.4.3).
const NAME_LEN: usize = 64;
/// The timeout that a page with passkey autofill should have at least: an hour.
const CONDITIONAL_TIMEOUT: u32 = 3_600_000;

impl CreationOptions {
    /// Returns what clients punish in these options. An empty list means that nothing is known. For a conditional create, use
    /// [`Self::lint_conditional`].
    #[must_use]
    pub fn lint(&self) -> Vec<Lint> {
        let mut lints = Vec::new();
        modal_timeout(&mut lints, self.timeout);
        self.any_mediation(&mut lints);
        let discoverable = self.authenticator_selection.resident_key == ResidentKey::Required;
        let preferred = self.authenticator_selection.user_verification == UserVerificationRequirement::Preferred;
        let trap = discoverable && preferred && self.extensions.cred_protect.is_none();
        push_if(&mut lints, trap, Lint::PreferredBecomesCredProtect);
        lints
    }

    /// Returns the same for a conditional create (`mediation: "conditional"`). Clients ignore the timeout there, and a password
    /// manager, which knows no `credProtect`, makes the credential.
    #[must_use]
    pub fn lint_conditional(&self) -> Vec<Lint> {
        let mut lints = Vec::new();
        self.any_mediation(&mut lints);
        lints
    }

    fn any_mediation(&self, lints: &mut Vec<Lint>) {
        common(lints, &self.challenge, &self.hints);
        let handle = self.user.id.as_bytes();
        push_if(lints, is_personal_data(handle), Lint::PersonalUserHandle);
        push_if(lints, handle.len() < 16, Lint::ShortUserHandle);
        push_if(lints, is_blank(&self.user.name), Lint::EmptyUserName);
        push_if(lints, is_blank(&self.rp.name), Lint::EmptyRpName);
        push_if(lints, is_blank(&self.user.display_name), Lint::EmptyDisplayName);
        let names = [&self.rp.name, &self.user.name, &self.user.display_name];
        push_if(lints, names.iter().any(|name| name.len() > NAME_LEN), Lint::LongName);
        self.algorithms(lints);
        self.selection(lints);
        push_if(
            lints,
            self.attestation == AttestationConveyance::None && !self.attestation_formats.is_empty(),
            Lint::FormatsWithoutAttestation,
        );
        push_if(lints, self.attestation == AttestationConveyance::Enterprise, Lint::EnterpriseAttestation);
        push_if(lints, matches!(self.attestation, AttestationConveyance::Other(_)), Lint::UnknownValue);
        credentials(lints, &self.exclude_credentials);
        self.extensions(lints);
    }

    fn extensions(&self, lints: &mut Vec<Lint>) {
        let required = self.extensions.large_blob == Some(LargeBlobSupport::Required);
        let discoverable = self.authenticator_selection.resident_key == ResidentKey::Required;
        push_if(lints, required && !discoverable, Lint::LargeBlobNotDiscoverable);
        let optional = CredentialProtection::UserVerificationOptional;
        let nothing =
            self.extensions.enforce_cred_protect && self.extensions.cred_protect.is_none_or(|level| level == optional);
        push_if(lints, nothing, Lint::NothingToEnforce);
        push_if(lints, self.extensions.enforce_cred_protect && !nothing, Lint::EnforcedCredProtect);
        appid(lints, self.extensions.appid_exclude.as_ref(), self.rp.id.as_deref());
    }

    fn algorithms(&self, lints: &mut Vec<Lint>) {
        let known = |kind: &PublicKeyCredentialType| *kind == PublicKeyCredentialType::PublicKey;
        push_if(
            lints,
            !self.pub_key_cred_params.iter().all(|params| known(&params.credential_type)),
            Lint::UnknownValue,
        );
        let usable = self.pub_key_cred_params.iter().filter(|params| known(&params.credential_type));
        let offered = |number: i32| usable.clone().any(|params| params.alg == number);
        for algorithm in Algorithm::RECOMMENDED {
            push_if(lints, !offered(algorithm.cose()), Lint::MissingAlgorithm(algorithm.cose()));
        }
        for number in [-9, -51, -52, -19] {
            push_if(lints, offered(number), Lint::NotRecommendedAlgorithm(number));
        }
    }

    fn selection(&self, lints: &mut Vec<Lint>) {
        let selection = &self.authenticator_selection;
        let required = selection.resident_key == ResidentKey::Required;
        push_if(lints, !required, Lint::NotDiscoverable);
        push_if(lints, selection.require_resident_key != required, Lint::RequireResidentKey);
        user_verification(lints, &selection.user_verification);
        let meant: Vec<AuthenticatorAttachment> = self.hints.iter().filter_map(Hint::attachment).collect();
        let contradicted = selection.authenticator_attachment.as_ref().is_some_and(|attachment| {
            !matches!(attachment, AuthenticatorAttachment::Other(_)) && !meant.is_empty() && !meant.contains(attachment)
        });
        push_if(lints, contradicted, Lint::HintsContradictAttachment);
        let unknown = matches!(selection.authenticator_attachment, Some(AuthenticatorAttachment::Other(_)))
            || matches!(selection.resident_key, ResidentKey::Other(_));
        push_if(lints, unknown, Lint::UnknownValue);
        if self.extensions.payment.is_some() {
            lints.extend(selection.check_payment().err().map(Lint::Payment));
        }
    }
}

impl RequestOptions {
    /// Returns what clients punish in these options. An empty list means that nothing is known. For passkey autofill, use
    /// [`Self::lint_conditional`].
    #[must_use]
    pub fn lint(&self) -> Vec<Lint> {
        let mut lints = Vec::new();
        modal_timeout(&mut lints, self.timeout);
        self.any_mediation(&mut lints);
        lints
    }

    fn any_mediation(&self, lints: &mut Vec<Lint>) {
        common(lints, &self.challenge, &self.hints);
        user_verification(lints, &self.user_verification);
        credentials(lints, &self.allow_credentials);
        appid(lints, self.extensions.appid.as_ref(), self.rp_id.as_deref());
    }

    /// Returns the same for passkey autofill (`mediation: "conditional"`), where a list of credentials is a filter only, and the
    /// timeout limits only how long the state is valid.
    #[must_use]
    pub fn lint_conditional(&self) -> Vec<Lint> {
        let mut lints = Vec::new();
        let short = self.timeout < CONDITIONAL_TIMEOUT;
        push_if(&mut lints, short, Lint::ShortConditionalTimeout(self.timeout));
        self.any_mediation(&mut lints);
        push_if(&mut lints, !self.allow_credentials.is_empty(), Lint::FilteredConditional);
        lints
    }
}

fn push_if(lints: &mut Vec<Lint>, condition: bool, lint: Lint) {
    if condition && !lints.contains(&lint) {
        lints.push(lint);
    }
}

/// The timeout of a ceremony with a dialogue (§15.1).
fn modal_timeout(lints: &mut Vec<Lint>, timeout: u32) {
    push_if(lints, !(300_000..=600_000).contains(&timeout), Lint::Timeout(timeout));
}

/// Whether a name shows nothing.
fn is_blank(name: &str) -> bool {
    name.trim().is_empty()
}

fn common(lints: &mut Vec<Lint>, challenge: &[u8], hints: &[Hint]) {
    push_if(lints, challenge.len() < 16, Lint::ShortChallenge);
    let mut seen = HashSet::new();
    push_if(lints, !hints.iter().all(|hint| seen.insert(hint)), Lint::DuplicateHint);
    push_if(lints, hints.iter().any(|hint| matches!(hint, Hint::Other(_))), Lint::UnknownValue);
}

fn user_verification(lints: &mut Vec<Lint>, wanted: &UserVerificationRequirement) {
    push_if(lints, *wanted == UserVerificationRequirement::Discouraged, Lint::UserVerificationDiscouraged);
    push_if(lints, matches!(wanted, UserVerificationRequirement::Other(_)), Lint::UnknownValue);
}

fn credentials(lints: &mut Vec<Lint>, list: &[CredentialDescriptor]) {
    push_if(lints, list.len() > MANY, Lint::ManyCredentials(list.len()));
    let ids: BTreeSet<_> = list.iter().map(|credential| &credential.id).collect();
    push_if(lints, ids.len() < list.len(), Lint::DuplicateCredential);
    push_if(lints, list.iter().any(|credential| credential.transports.is_empty()), Lint::NoTransports);
    let unknown = list.iter().any(|credential| credential.credential_type != PublicKeyCredentialType::PublicKey);
    push_if(lints, unknown, Lint::UnknownValue);
}

fn appid(lints: &mut Vec<Lint>, appid: Option<&AppId>, rp_id: Option<&str>) {
    let elsewhere = |appid: &AppId| rp_id.is_some_and(|rp_id| !is_on_site(appid.as_str(), rp_id));
    push_if(lints, appid.is_some_and(elsewhere), Lint::AppIdElsewhere);
}

/// Returns whether bytes look like an e-mail address, like a number that identifies a person, or like a name. Random bytes
/// do not, nor do UUIDs or hexadecimal digits.
fn is_personal_data(handle: &[u8]) -> bool {
    let Ok(text) = core::str::from_utf8(handle) else { return false };
    if text.contains('@') && text.chars().all(|c| !c.is_control()) && text.len() >= 3 {
        return true;
    }
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let separator = |c: char| matches!(c, '+' | '-' | ' ' | '.' | '/' | '(' | ')');
    if digits >= 5 && text.chars().all(|c| c.is_ascii_digit() || separator(c)) || is_personal_number(text) {
        return true;
    }
    let hexadecimal = text.chars().all(|c| c.is_ascii_hexdigit() || c == '-');
    let name = text.chars().all(|c| c.is_alphabetic() || matches!(c, ' ' | '.' | '-' | '\'' | '_'));
    name && !hexadecimal && text.chars().count() >= 3
}

/// Letters and digits in the shape of a number that people are known by: few letters around a run of digits, such as a
/// German insurance number or a British one; or an Italian fiscal code. Separators do not matter.
fn is_personal_number(text: &str) -> bool {
    let shape = text.chars().filter(|c| !matches!(c, ' ' | '-' | '.' | '/')).map(|c| match c {
        '0'..='9' => '0',
        'A'..='Z' => 'A',
        _ => '?',
    });
    let shape: String = shape.collect();
    let letters = shape.bytes().filter(|&kind| kind == b'A').count();
    let few = (7..=14).contains(&shape.len()) && letters <= 4 && shape.contains("00000");
    !shape.contains('?') && (few || shape == "AAAAAA00A00A000A")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn personal_data_has_a_look_about_it() {
        for (handle, expected) in [
            ("ada@mail.example", true),
            ("+44 20 7946 0958", true),
            ("943 476 5919", true),
            ("A123456780", true),
            ("QQ 12 34 56 C", true),
            ("12345678Z", true),
            ("MRN-0012345", true),
            ("RSSMRA85T10A562S", true),
            ("A1B2C3D4E5F60718", false),
            ("ABCDEFG1", false),
            ("A1234500000000000", false),
            ("7KQ2M9X4ZP81LD3W", false),
            ("Ada Lovelace", true),
            ("ada.lovelace", true),
            ("Žofie", true),
            ("123e4567-e89b-12d3-a456-426614174000", false),
            ("deadbeefdeadbeef", false),
            ("k3Jd82mfQ0zs", false),
            ("12", false),
        ] {
            assert_eq!(is_personal_data(handle.as_bytes()), expected, "{handle}");
        }
        assert!(!is_personal_data(&[0xff; 64]));
    }
}
