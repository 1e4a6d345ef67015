//! Object identifiers of certificates, as the contents octets that [`crate::codec::der`] returns.

/// Defines constants, and the list of their dotted forms for the tests.
macro_rules! oids {
    ($($(#[$doc:meta])* $name:ident = $dotted:literal: $bytes:expr;)*) => {
        $($(#[$doc])* pub(crate) const $name: &[u8] = &$bytes;)*

        #[cfg(test)]
        pub(crate) const ALL: &[(&[u8], &str)] = &[$(($name, $dotted)),*];
    };
}

pub(crate) use oids;

oids! {
    // Attribute types (RFC 5280 appendix A.1, X.520)
    COMMON_NAME = "2.5.4.3": [0x55, 4, 3];
    SERIAL_NUMBER = "2.5.4.5": [0x55, 4, 5];
    COUNTRY = "2.5.4.6": [0x55, 4, 6];
    ORGANIZATION = "2.5.4.10": [0x55, 4, 10];
    ORGANIZATIONAL_UNIT = "2.5.4.11": [0x55, 4, 11];
    EMAIL_ADDRESS = "1.2.840.113549.1.9.1": [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 1];

    // Extensions (RFC 5280 §4.2.1, §5.2, §5.3)
    SUBJECT_KEY_IDENTIFIER = "2.5.29.14": [0x55, 0x1d, 14];
    KEY_USAGE = "2.5.29.15": [0x55, 0x1d, 15];
    SUBJECT_ALT_NAME = "2.5.29.17": [0x55, 0x1d, 17];
    BASIC_CONSTRAINTS = "2.5.29.19": [0x55, 0x1d, 19];
    CRL_REASON = "2.5.29.21": [0x55, 0x1d, 21];
    DELTA_CRL_INDICATOR = "2.5.29.27": [0x55, 0x1d, 27];
    ISSUING_DISTRIBUTION_POINT = "2.5.29.28": [0x55, 0x1d, 28];
    CERTIFICATE_ISSUER = "2.5.29.29": [0x55, 0x1d, 29];
    NAME_CONSTRAINTS = "2.5.29.30": [0x55, 0x1d, 30];
    CRL_DISTRIBUTION_POINTS = "2.5.29.31": [0x55, 0x1d, 31];
    CERTIFICATE_POLICIES = "2.5.29.32": [0x55, 0x1d, 32];
    AUTHORITY_KEY_IDENTIFIER = "2.5.29.35": [0x55, 0x1d, 35];
    EXTENDED_KEY_USAGE = "2.5.29.37": [0x55, 0x1d, 37];

    // Keys (RFC 3279, 4055, 5480, 8410, 9881; SEC 2)
    RSA_ENCRYPTION = "1.2.840.113549.1.1.1": [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1];
    RSASSA_PSS = "1.2.840.113549.1.1.10": [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 10];
    EC_PUBLIC_KEY = "1.2.840.10045.2.1": [0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1];
    SECP256R1 = "1.2.840.10045.3.1.7": [0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7];
    SECP384R1 = "1.3.132.0.34": [0x2b, 0x81, 0x04, 0, 34];
    SECP521R1 = "1.3.132.0.35": [0x2b, 0x81, 0x04, 0, 35];
    SECP256K1 = "1.3.132.0.10": [0x2b, 0x81, 0x04, 0, 10];
    ED25519 = "1.3.101.112": [0x2b, 0x65, 112];
    ED448 = "1.3.101.113": [0x2b, 0x65, 113];
    ML_DSA_44 = "2.16.840.1.101.3.4.3.17": [0x60, 0x86, 0x48, 1, 0x65, 3, 4, 3, 17];
    ML_DSA_65 = "2.16.840.1.101.3.4.3.18": [0x60, 0x86, 0x48, 1, 0x65, 3, 4, 3, 18];
    ML_DSA_87 = "2.16.840.1.101.3.4.3.19": [0x60, 0x86, 0x48, 1, 0x65, 3, 4, 3, 19];

    // Signatures (RFC 3279, 4055, 5758) and what their parameters name
    MD5_WITH_RSA = "1.2.840.113549.1.1.4": [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 4];
    SHA1_WITH_RSA = "1.2.840.113549.1.1.5": [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 5];
    SHA256_WITH_RSA = "1.2.840.113549.1.1.11": [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11];
    SHA384_WITH_RSA = "1.2.840.113549.1.1.12": [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 12];
    SHA512_WITH_RSA = "1.2.840.113549.1.1.13": [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 13];
    ECDSA_WITH_SHA1 = "1.2.840.10045.4.1": [0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 1];
    ECDSA_WITH_SHA256 = "1.2.840.10045.4.3.2": [0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2];
    ECDSA_WITH_SHA384 = "1.2.840.10045.4.3.3": [0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 3];
    ECDSA_WITH_SHA512 = "1.2.840.10045.4.3.4": [0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 4];
    MGF1 = "1.2.840.113549.1.1.8": [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 8];
    SHA1 = "1.3.14.3.2.26": [0x2b, 14, 3, 2, 26];
    SHA256 = "2.16.840.1.101.3.4.2.1": [0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1];
    SHA384 = "2.16.840.1.101.3.4.2.2": [0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 2];
    SHA512 = "2.16.840.1.101.3.4.2.3": [0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 3];
}
