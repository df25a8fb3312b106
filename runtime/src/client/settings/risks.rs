//! Settings that work, and that a person should hear of once: what they give up is not seen otherwise.

use rdkafka::ClientConfig;

/// The properties that decide.
pub(super) const PROPERTIES: [&str; 4] = [
    "security.protocol",
    "sasl.mechanism",
    "enable.ssl.certificate.verification",
    "ssl.endpoint.identification.algorithm",
];

/// Returns what a client with these properties gives up, a sentence each.
///
/// librdkafka is asked: a boolean and the name of a protocol have many spellings.
pub(super) fn risks(config: &ClientConfig) -> Vec<&'static str> {
    let Ok(native) = config.create_native_config() else { return Vec::new() };
    // What a build without TLS does not know is not set.
    let [protocol, mechanism, verification, identification] =
        PROPERTIES.map(|name| native.get(name).unwrap_or_default());
    let is_open = protocol == "sasl_plaintext";
    let is_tls = matches!(protocol.as_str(), "ssl" | "sasl_ssl");
    let risks = [
        (
            is_open && mechanism == "PLAIN",
            "the password goes to the brokers unencrypted (`security.protocol` is `sasl_plaintext`): \
             set `security.protocol` to SASL_SSL, or `sasl.mechanism` to SCRAM-SHA-512",
        ),
        (
            is_open && mechanism == "OAUTHBEARER",
            "the token goes to the brokers unencrypted (`security.protocol` is `sasl_plaintext`): \
             set `security.protocol` to SASL_SSL",
        ),
        (
            is_tls && verification == "false",
            "no certificate of a broker is verified (`enable.ssl.certificate.verification` is false): anybody in between can \
             read and change what is sent; set `ssl.ca.location` to the CA instead",
        ),
        (
            is_tls && verification != "false" && identification == "none",
            "a certificate of any host is taken for that of a broker (`ssl.endpoint.identification.algorithm` is `none`): \
             leave that at `https`, and give brokers certificates with their names",
        ),
    ];
    risks.into_iter().filter(|(is_taken, _)| *is_taken).map(|(_, risk)| risk).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(properties: &[(&str, &str)], expected: &[&str]) {
        let mut config = ClientConfig::new();
        for (name, value) in properties {
            config.set(*name, *value);
        }
        let risks = risks(&config);
        assert_eq!(risks.len(), expected.len(), "{risks:?}");
        for (risk, expected) in risks.iter().zip(expected) {
            assert!(risk.contains(expected), "{risk}");
        }
    }

    #[test]
    fn what_goes_unencrypted_is_a_risk() {
        check(&[("security.protocol", "SASL_PLAINTEXT"), ("sasl.mechanism", "PLAIN")], &["the password goes"]);
        check(&[("security.protocol", "Sasl_Plaintext"), ("sasl.mechanisms", "OAUTHBEARER")], &["the token goes"]);
        check(&[("security.protocol", "SASL_PLAINTEXT"), ("sasl.mechanism", "SCRAM-SHA-512")], &[]);
        check(&[("sasl.mechanism", "PLAIN")], &[]);
    }

    #[cfg(feature = "tls")]
    #[test]
    fn a_certificate_that_is_not_verified_is_a_risk() {
        let ssl = ("security.protocol", "SSL");
        check(&[ssl, ("enable.ssl.certificate.verification", "f")], &["no certificate of a broker is verified"]);
        check(&[ssl, ("ssl.endpoint.identification.algorithm", "NONE")], &["a certificate of any host"]);
        check(&[ssl], &[]);
        check(&[("enable.ssl.certificate.verification", "false")], &[]);
        check(&[("security.protocol", "SASL_SSL"), ("sasl.mechanism", "PLAIN")], &[]);
    }
}
