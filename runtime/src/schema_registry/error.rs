//! The errors of a registry's client.

use std::fmt;

use crate::visible::visible;

/// The reason for which a registry could not be asked, or its answer not used. It holds no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SchemaRegistryError {
    /// An address can't be used.
    Url {
        /// The address, without user and password.
        url: String,
        /// The reason.
        reason: String,
    },
    /// The certificates for `https` can't be used.
    Certificates {
        /// The reason.
        reason: String,
    },
    /// Nobody answers at any address, after all attempts.
    Unreachable {
        /// The request, as `GET http://localhost:8081/subjects`.
        request: String,
        /// The last reason.
        reason: String,
    },
    /// The registry refuses the request.
    Refused {
        /// The request.
        request: String,
        /// The status, as 409 where a schema may not follow the versions of its subject.
        status: u16,
        /// Its own code of the error, as 40401.
        code: Option<u32>,
        /// Its words.
        message: String,
    },
    /// The answer is none that a registry gives: not its JSON, a redirection, or something else than was asked for.
    Answer {
        /// The request.
        request: String,
        /// The answer, in words.
        reason: String,
    },
}

impl SchemaRegistryError {
    pub(super) fn answer(request: &str, reason: impl Into<String>) -> Self {
        Self::Answer { request: request.to_owned(), reason: reason.into() }
    }
}

impl fmt::Display for SchemaRegistryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url { url, reason } => {
                write!(f, "the registry `{}` can't be reached: {}", visible(url), visible(reason))
            }
            Self::Certificates { reason } => write!(f, "the certificates can't be used: {}", visible(reason)),
            Self::Unreachable { request, reason } => {
                write!(f, "no registry answers to {}: {}", visible(request), visible(reason))
            }
            Self::Refused { request, status, code, message } => {
                let code = code.map(|code| format!(", code {code}")).unwrap_or_default();
                let (request, message) = (visible(request), visible(message));
                write!(f, "the registry refuses {request}: {message} (status {status}{code})")
            }
            Self::Answer { request, reason } => {
                write!(f, "the answer to {} is not that of a registry: {}", visible(request), visible(reason))
            }
        }
    }
}

impl std::error::Error for SchemaRegistryError {}
