//! Each row of the tables in `src/extensions/mod.rs` has tests that refuse what it says.

/// Rows by their first column. The names are those of tests, or of vectors of `tests/vectors/{extensions,steps}.jsonl`.
const ROWS: &[(&str, &[&str])] = &[
    (
        "appid §10.1.1",
        &[
            "appid",
            "an_appid_is_an_https_url",
            "appid-said-and-not-used",
            "appid-used-and-denied",
            "appid-used-and-not-said",
            "appid-not-asked",
        ],
    ),
    ("appidExclude §10.1.2", &["appid_exclude", "what_the_standard_forbids_cannot_be_read"]),
    ("credProps §10.1.3", &["cred_props", "cred-props-no-object"]),
    ("prf create §10.1.4", &["prf_enabled", "what_the_standard_forbids_cannot_be_read", "prf-no-object"]),
    ("prf get §10.1.4", &["prf_eval_by_credential", "inputs_fit_the_credentials_that_may_answer"]),
    (
        "prf results §10.1.4",
        &["prf_results", "secrets_are_reported_and_not_kept", "prf-results-refused-create", "prf-results-refused-get"],
    ),
    (
        "largeBlob create §10.1.5",
        &["large_blob_support", "what_the_standard_forbids_cannot_be_read", "large-blob-required"],
    ),
    ("largeBlobKey CTAP §12.3", &["prf_results", "secrets_are_reported_and_not_kept", "large-blob-key-signed"]),
    ("largeBlob read §10.1.5", &["large_blob_read", "what_the_standard_forbids_cannot_be_read"]),
    ("largeBlob write §10.1.5", &["large_blob_write", "inputs_fit_the_credentials_that_may_answer"]),
    (
        "credentialProtectionPolicy CTAP §12.1",
        &["cred_protect", "what_the_standard_forbids_cannot_be_read", "cred-protect-too-weak"],
    ),
    (
        "enforceCredentialProtectionPolicy CTAP §12.1",
        &[
            "cred_protect",
            "what_the_standard_forbids_cannot_be_read",
            "lint_extensions",
            "cred-protect-enforced-and-silent",
            "cred-protect-enforced-beside-fido-u2f",
        ],
    ),
    ("credBlob CTAP §12.2", &["cred_blob", "inputs_fit_the_credentials_that_may_answer"]),
    ("getCredBlob CTAP §12.2", &["get_cred_blob", "each_output_has_its_shape"]),
    (
        "minPinLength CTAP §12.4",
        &["min_pin_length", "min-pin-length-too-short", "min-pin-length-beside-none", "min-pin-length-beside-fido-u2f"],
    ),
    ("pinComplexityPolicy CTAP §12.6", &["pin_complexity_policy"]),
    ("hmacCreateSecret CTAP §12.5", &["hmac_secret", "what_nobody_signs_is_no_required_output"]),
    ("hmacGetSecret CTAP §12.5", &["hmac_get_secret", "inputs_fit_the_credentials_that_may_answer"]),
    ("hmac-secret-mc CTAP §12.8", &["hmac_secret_mc", "each_output_has_its_shape"]),
    ("uvm Level 2 §10.3", &["uvm", "methods_are_one_to_three_triples"]),
    ("thirdPartyPayment CTAP §12.7", &["third_party_payment"]),
    (
        "payment Secure Payment Confirmation",
        &[
            "what_was_shown_is_what_was_signed",
            "a_payment_is_no_sign_in",
            "payment-is-no-sign-in",
            "a_payment_credential_is_of_the_device",
        ],
    ),
    (
        "browserBoundSignature Secure Payment Confirmation",
        &["browser_bound_signature", "what_a_payment_answers_was_asked_for", "browser_bound_key_at_registration"],
    ),
    ("cmtgKey, a draft", &["real_outputs_have_their_types"]),
    (
        "any other §9",
        &[
            "unsolicited",
            "others_have_no_field",
            "an_unsigned_output_of_another_type_is_refused_only_if_it_was_asked_for",
            "an_output_of_the_wrong_type_is_reported_as_malformed",
            "refuses_a_member_that_occurs_twice",
            "unsolicited-refused",
            "unknown-signed-output",
            "unknown-unsigned-output",
        ],
    ),
    (
        "the signed map §9.5",
        &[
            "signed-output-twice",
            "signed-outputs-unsorted",
            "signed-outputs-no-map",
            "signed-outputs-without-flag",
            "flag-without-signed-outputs",
        ],
    ),
    (
        "rp.id, rpId §5.4.2, §5.1.9",
        &["what_a_developer_might_type", "the_rp_id_is_sent", "reg.rp-id.other", "auth.rp-id.subdomain"],
    ),
    ("rp.name, user.name, user.displayName §5.4.1, §5.4.3", &["lint_names", "lint_creation"]),
    (
        "challenge §13.4.3",
        &["nothing_starts_without_randomness", "lint_creation", "reg.challenge.other", "auth.challenge.other"],
    ),
    (
        "user.id §5.4.3, §14.6.1",
        &[
            "a_value_of_a_wrong_length_cannot_be_made",
            "lint_creation",
            "personal_data_has_a_look_about_it",
            "auth.user.other",
        ],
    ),
    (
        "pubKeyCredParams §5.3",
        &[
            "what_a_developer_might_type",
            "only_what_was_offered_when_it_began",
            "algorithm-not-offered",
            "lint_creation",
        ],
    ),
    (
        "timeout §15.1",
        &[
            "what_a_developer_might_type",
            "a_state_is_good_until_it_expires_and_at_its_own_relying_party",
            "lint_creation",
        ],
    ),
    (
        "excludeCredentials §5.4",
        &["credentials_of_the_account_are_excluded", "a_credential_is_claimed_once", "reg.id.known"],
    ),
    (
        "allowCredentials §5.5",
        &[
            "whom_to_ask_is_checked_before",
            "a_known_user_answers_with_one_of_their_own_credentials",
            "every_refusal_costs_and_says_the_same",
            "lint_request",
        ],
    ),
    ("authenticatorAttachment, hints §5.4.5, §5.8.8", &["hints_set_the_attachment", "lint_creation"]),
    ("residentKey, requireResidentKey §5.4.4", &["resident_key", "the_effective_resident_key", "lint_creation"]),
    ("userVerification §5.8.6", &["user_verification_of_one_request", "uv-required-and-clear"]),
    (
        "attestation, attestationFormats §5.4.7",
        &["what_is_chosen_is_asked_for", "attestation_formats", "lint_creation"],
    ),
    ("mediation §5.1.3", &["conditional_create", "modal-create-without-up"]),
    (
        "any member §5.1.8, §5.1.9",
        &[
            "absent_members_have_their_defaults",
            "unknown_values_are_kept",
            "creation_json_is_read_or_refused",
            "creation_options_survive_json",
            "request_options_survive_json",
        ],
    ),
];

/// Every test in the files of a folder, or in a file: what stands as a function under `#[test]`, there or in a macro.
fn tests_in(path: &str) -> Vec<String> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let files = match std::fs::read_dir(&path) {
        Ok(entries) => entries.map(|entry| entry.unwrap().path()).collect(),
        Err(_) => vec![path],
    };
    let text: String = files.iter().map(|file| std::fs::read_to_string(file).unwrap()).collect();
    let after = text.split("#[test]\n").skip(1);
    let names = after.map(|rest| rest.split_once("fn ").unwrap().1.split_once('(').unwrap().0.to_owned());
    names.collect()
}

#[test]
fn each_row_has_tests() {
    let documentation = include_str!("../../src/extensions/mod.rs");
    let rows = documentation.lines().filter_map(|line| line.strip_prefix("//! | `"));
    let rows: Vec<String> = rows.map(|row| format!("`{row}").split(" | ").next().unwrap().replace('`', "")).collect();
    let covered: Vec<&str> = ROWS.iter().map(|(row, _)| *row).collect();
    assert_eq!(rows, covered);
    let places = ["tests/level3", "tests/front_door", "src/extensions", "src/client/json/lint.rs", "src/credential.rs"];
    let tests: Vec<String> = places.into_iter().flat_map(tests_in).collect();
    let vectors = [include_str!("../vectors/extensions.jsonl"), include_str!("../vectors/steps.jsonl")].concat();
    for (row, names) in ROWS {
        assert!(!names.is_empty(), "{row}");
        for name in *names {
            let vector = |file: &str| vectors.contains(&format!("{{\"id\":\"{file}/{name}\","));
            let known = tests.iter().any(|test| test == name) || vector("extensions") || vector("steps");
            assert!(known, "{name}, named in {row}");
        }
    }
}
