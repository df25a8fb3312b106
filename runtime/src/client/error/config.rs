//! The errors of settings.

use std::error::Error;
use std::fmt;

use rdkafka::error::KafkaError;

use super::Cause;
use crate::visible::visible;

/// The page of librdkafka that describes its properties.
const PROPERTIES: &str = "https://github.com/confluentinc/librdkafka/blob/v2.12.1/CONFIGURATION.md";

/// A setting as errors name it: the property, and the environment variable that it came from.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Setting {
    /// The property of librdkafka.
    pub property: String,
    /// The environment variable, where it came from one.
    pub variable: Option<String>,
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.variable {
            Some(variable) => write!(f, "{variable} (`{}`)", self.property),
            None => write!(f, "`{}`", self.property),
        }
    }
}

/// The reason for which settings make no client.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConfigError {
    /// Nothing says where Kafka is.
    MissingServers,
    /// A consumer has no group.
    MissingGroup,
    /// A consumer was made outside of a tokio runtime.
    NoRuntime,
    /// librdkafka has no such property.
    UnknownProperty {
        /// The one that it does not know.
        setting: Setting,
        /// The one that was probably meant.
        near: Option<String>,
    },
    /// librdkafka refuses the value of a property.
    InvalidValue {
        /// The one with the value.
        setting: Setting,
        /// The reason, without the value: that may be a secret which was set in the wrong place.
        reason: String,
    },
    /// The value of a variable is not Unicode.
    NotUnicode {
        /// Its name.
        variable: String,
    },
    /// The file that a variable names for the value can't be read, or holds none.
    Unreadable {
        /// The variable, which ends with `_FILE`.
        variable: String,
        /// The file; `***` where it is no absolute path, and may be the secret itself.
        path: String,
        /// The reason.
        reason: String,
    },
    /// Two variables say different things of one property.
    Contradiction {
        /// The property.
        property: String,
        /// The two variables.
        variables: [String; 2],
    },
    /// A value that would break a guarantee of the client.
    Unsafe {
        /// The property.
        setting: Setting,
        /// The guarantee that would break.
        reason: &'static str,
    },
    /// librdkafka refuses properties that are good one by one.
    Refused {
        /// The properties, in librdkafka's words.
        reason: String,
        /// The error of librdkafka.
        cause: Cause,
    },
}

impl From<Cause> for ConfigError {
    fn from(cause: Cause) -> Self {
        let reason = match cause.error.as_ref() {
            KafkaError::ClientCreation(reason) => reason.clone(),
            error => error.to_string(),
        };
        Self::Refused { reason, cause }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingServers => f.write_str(
                "the address of Kafka is missing; set KAFKA_BOOTSTRAP_SERVERS to some of its brokers, \
                 as localhost:9092,localhost:9093",
            ),
            Self::MissingGroup => f.write_str(
                "a consumer needs a group; set KAFKA_CONSUMER_GROUP_ID or call `with_group`, with a name that all \
                 instances of the service share",
            ),
            Self::NoRuntime => f.write_str("a consumer must be made inside a tokio runtime with its timer on"),
            Self::UnknownProperty { setting, near: Some(near) } => {
                write!(f, "{setting}: librdkafka has no such property; `{near}` is one")?;
                let variable = setting.variable.is_some().then(|| near.to_ascii_uppercase().replace('.', "_"));
                variable.map_or(Ok(()), |variable| write!(f, " (KAFKA_{variable})"))
            }
            Self::UnknownProperty { setting, near: None } => {
                write!(f, "{setting}: librdkafka has no such property; see {PROPERTIES}")
            }
            Self::InvalidValue { setting, reason } => {
                write!(f, "{setting}: {reason}")?;
                if reason.contains("not available at build time") || reason.contains("not built with") {
                    let feature = if setting.property.starts_with("compression") { "zstd" } else { "tls" };
                    write!(f, "; build thoth-messaging with the feature `{feature}`")?;
                } else if reason.contains("librdkafka refuses the value") {
                    write!(f, "; see {PROPERTIES} for those that it takes")?;
                }
                Ok(())
            }
            Self::NotUnicode { variable } => write!(f, "{variable}: the value is not Unicode"),
            Self::Unreadable { variable, path, reason } => {
                write!(f, "{variable}: can't read `{}`: {reason}", visible(path))
            }
            Self::Contradiction { property, variables: [one, other] } => {
                write!(f, "{one} and {other} give `{property}` different values; unset one of them")
            }
            Self::Unsafe { setting, reason } => write!(f, "{setting}: {reason}"),
            Self::Refused { reason, .. } => write!(f, "the settings do not go together: {reason}"),
        }
    }
}

impl Error for ConfigError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Refused { cause, .. } => Some(cause.error()),
            _ => None,
        }
    }
}
