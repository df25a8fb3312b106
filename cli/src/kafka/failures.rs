//! The errors of the runtime, as commands word them.

use std::error::Error;

use thoth_messaging::client::{AdminError, CloseError, ConfigError, PositionError, ReceiveError, SendError};
use thoth_messaging::testing::TestingError;

use crate::failure::Failure;

/// A failure of an error of the runtime. Such errors say what to do behind a semicolon.
fn failure(error: &(dyn Error + 'static)) -> Failure {
    let text = error.to_string();
    let (reason, help) = match text.rsplit_once("; ") {
        Some((reason, help)) => (reason, help),
        None => (text.as_str(), "look at the `KAFKA_` variables and `-X`; `thoth-messaging ping` tries the connection"),
    };
    match error.source() {
        Some(source) => Failure::new(format!("{reason} ({})", whole(source))).help(help),
        None => Failure::new(reason).help(help),
    }
}

/// The text of librdkafka, in one line.
fn whole(source: &(dyn Error + 'static)) -> String {
    source.to_string().lines().collect::<Vec<_>>().join(" ")
}

/// That no broker answers or lets this client in, and the last reason.
fn unreachable(error: &(dyn Error + 'static), reason: Option<&str>) -> Failure {
    let text = error.to_string();
    // The reason stands in brackets, and what to do behind it.
    let said = match (reason, text.rfind(')')) {
        (Some(_), Some(end)) => &text[..=end],
        _ => text.split("; ").next().unwrap_or_default(),
    };
    Failure::new(said).help(advice(reason.unwrap_or_default()))
}

/// The advice for the last reason why there is no connection, which is in librdkafka's words.
pub(crate) fn advice(reason: &str) -> &'static str {
    let says = |words: &str| reason.to_ascii_lowercase().contains(&words.to_ascii_lowercase());
    if says("failed to resolve") || says("name or service not known") || says("nodename nor servname") {
        "the name of the host is not known here: look for a slip in `--bootstrap-servers` or KAFKA_BOOTSTRAP_SERVERS, or \
         at the DNS of this machine"
    } else if says("certificate verify failed") || says("certificate has expired") || says("certificate expired") {
        "the certificate of the broker is not trusted: set KAFKA_SSL_CA_LOCATION to the file of the authority that signed \
         it, and look when it expires"
    } else if says("authentication failed") || says("sasl") && says("fail") {
        "user or password are refused: look at KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD"
    } else if says("connection refused") {
        "nothing listens there: start Kafka (`scripts/kafka start`, `docker compose up`, `thoth-messaging dev`), or look \
         for a slip in the address"
    } else if says("ssl") || says("disconnected") {
        "the listener may want another protocol: look at KAFKA_SECURITY_PROTOCOL (PLAINTEXT, SSL, SASL_SSL, \
         SASL_PLAINTEXT) and the port"
    } else {
        "check that Kafka is up, the addresses (KAFKA_BOOTSTRAP_SERVERS) and KAFKA_SECURITY_PROTOCOL"
    }
}

/// That the cluster has no such topic.
pub(super) fn unknown_topic(topic: &str) -> Failure {
    Failure::new(format!("there is no topic `{topic}` on the cluster")).help(
        "`thoth-messaging topics apply` makes those that schemas declare; look at THOTH_DEPLOYMENT_NAME, which goes before \
         their names",
    )
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        match error {
            ConfigError::MissingServers => Self::new("nothing says where Kafka is").help(
                "set KAFKA_BOOTSTRAP_SERVERS or give `--bootstrap-servers`, as `localhost:9092`; `thoth-messaging dev` \
                 runs a Kafka to try things on",
            ),
            error => failure(&error),
        }
    }
}

impl From<AdminError> for Failure {
    fn from(error: AdminError) -> Self {
        match error {
            AdminError::Config(error) => error.into(),
            AdminError::Unreachable { ref reason, .. } => unreachable(&error, reason.as_deref()),
            AdminError::NoController { ref servers } => {
                Self::new(format!("the Kafka at {servers} has no administration of topics and groups")).help(
                    "that of `thoth-messaging dev` needs none: it has the topics that the schemas declared when it started. Start \
                     it anew after a change",
                )
            }
            AdminError::Kafka { .. } => {
                failure(&error).help("the cluster is busy, or does not let this user: look at the log of the brokers")
            }
            error => failure(&error),
        }
    }
}

impl From<ReceiveError> for Failure {
    fn from(error: ReceiveError) -> Self {
        match error {
            ReceiveError::UnknownTopic { topic } => unknown_topic(&topic),
            ReceiveError::Unreachable { ref reason, .. } => unreachable(&error, reason.as_deref()),
            error => failure(&error),
        }
    }
}

impl From<SendError> for Failure {
    fn from(error: SendError) -> Self {
        match error {
            SendError::UnknownTopic { topic } => unknown_topic(&topic),
            SendError::Unreachable { ref reason, .. } => unreachable(&error, reason.as_deref()),
            error => failure(&error),
        }
    }
}

impl From<CloseError> for Failure {
    fn from(error: CloseError) -> Self {
        failure(&error)
    }
}

impl From<PositionError> for Failure {
    fn from(error: PositionError) -> Self {
        failure(&error)
    }
}

impl From<TestingError> for Failure {
    fn from(error: TestingError) -> Self {
        failure(&error)
    }
}

#[cfg(test)]
mod tests {
    use super::advice;

    #[test]
    fn each_reason_has_advice_of_its_own() {
        for (reason, expected) in [
            ("kafka.nowhere:9092/bootstrap: Failed to resolve 'kafka.nowhere:9092': Name or service not known", "DNS"),
            ("localhost:1/bootstrap: Connect to ipv4#127.0.0.1:1 failed: Connection refused", "nothing listens"),
            ("SSL handshake failed: certificate verify failed: broker certificate", "not trusted"),
            ("SASL SCRAM-SHA-512 mechanism handshake failed", "password"),
            ("SASL authentication error: Authentication failed", "password"),
            ("Disconnected while requesting ApiVersion", "KAFKA_SECURITY_PROTOCOL"),
            ("", "check that Kafka is up"),
        ] {
            assert!(advice(reason).contains(expected), "{reason}: {}", advice(reason));
        }
    }
}
