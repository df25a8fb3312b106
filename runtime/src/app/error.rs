//! Why an app does not run.

use std::error::Error;
use std::fmt;
use std::io;

use super::dead_letter::Cause;
use super::outcome::BoxError;
use crate::client::{AdminError, CloseError, ConfigError, ReceiveError, Record, SendError, TransactionError};

/// Why an app does not start, or has stopped.
///
/// Its text holds no payload values; that of [`Stopped`](Self::Stopped) repeats what the handler gave as its reason.
#[derive(Debug)]
#[non_exhaustive]
pub enum AppError {
    /// The settings make no clients.
    Config(ConfigError),
    /// There is nothing to do.
    NoHandlers,
    /// Two handlers are for one topic, and each message is handled once.
    TopicTwice {
        /// The topic, without a prefix.
        topic: String,
    },
    /// A dead-letter topic is a topic that the app reads.
    DeadLetterLoop {
        /// The topic, without a prefix.
        topic: String,
    },
    /// A dead-letter topic does not exist.
    NoDeadLetterTopic {
        /// Its name on the cluster.
        topic: String,
    },
    /// A dead-letter topic could not be looked for.
    DeadLetterTopic {
        /// Its name on the cluster.
        topic: String,
        /// Why.
        cause: Box<SendError>,
    },
    /// A dead-letter topic could not be created.
    Admin(AdminError),
    /// Signals can't be listened to.
    Signals(io::Error),
    /// Kafka gave an error that somebody must put right.
    Receive(ReceiveError),
    /// A dead letter was refused. Its message is not handled, and comes again.
    DeadLetter {
        /// Where the message is, as `topic …, partition …, offset …`.
        place: String,
        /// Why the message is a dead letter.
        error: String,
        /// Why it was refused.
        cause: Box<SendError>,
    },
    /// Transactions can't go on, as where another process has the same id. What was handled and not committed comes again.
    Transaction(TransactionError),
    /// A message can't be handled, and there are [no dead letters](super::DeadLetters::stop). It comes again.
    Unhandled {
        /// Where the message is.
        place: String,
        /// Why it can't be handled.
        error: String,
    },
    /// A handler asked for it. Its message is not handled, and comes again.
    Stopped {
        /// Where the message is.
        place: String,
        /// What the handler gave as its reason.
        reason: String,
    },
    /// What was done last may not be committed or delivered.
    Close(CloseError),
    /// A task of the app ended in a way that it never should: a mistake in this library.
    Internal(BoxError),
}

impl fmt::Display for AppError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Config(error) => error.fmt(f),
            Self::NoHandlers => f.write_str("the app has no handler; add one with `App::handle`"),
            Self::TopicTwice { topic } => write!(
                f,
                "two handlers are for topic `{topic}`; where it has several message types, handle the enum that is \
                 generated for it"
            ),
            Self::DeadLetterLoop { topic } => {
                write!(f, "topic `{topic}` is handled and for dead letters; choose another one for those")
            }
            Self::NoDeadLetterTopic { topic } => write!(
                f,
                "the dead-letter topic `{topic}` does not exist; create it, or let the app do it with \
                 `DeadLetters::create`, or choose another one"
            ),
            Self::DeadLetterTopic { topic, cause } => {
                write!(f, "the dead-letter topic `{topic}` can't be used: {cause}")
            }
            Self::Admin(error) => error.fmt(f),
            Self::Signals(_) => f.write_str("can't listen to signals"),
            Self::Receive(error) => error.fmt(f),
            Self::DeadLetter { place, error, cause } => {
                write!(f, "{place}: {error}; and its dead letter was refused: {cause}")
            }
            Self::Transaction(error) => error.fmt(f),
            Self::Unhandled { place, error } => write!(f, "{place}: {error}; and there are no dead letters"),
            Self::Stopped { place, reason } => write!(f, "{place}: the handler stopped the app: {reason}"),
            Self::Close(error) => error.fmt(f),
            Self::Internal(_) => f.write_str("a task of the app failed; please report it"),
        }
    }
}

impl Error for AppError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Config(error) => error.source(),
            Self::Admin(error) => error.source(),
            Self::Signals(error) => Some(error),
            Self::Receive(error) => error.source(),
            Self::DeadLetter { cause, .. } | Self::DeadLetterTopic { cause, .. } => cause.source(),
            Self::Transaction(error) => error.source(),
            Self::Close(error) => error.source(),
            Self::Internal(error) => Some(error.as_ref()),
            Self::NoHandlers
            | Self::TopicTwice { .. }
            | Self::DeadLetterLoop { .. }
            | Self::NoDeadLetterTopic { .. }
            | Self::Unhandled { .. }
            | Self::Stopped { .. } => None,
        }
    }
}

impl AppError {
    pub(super) fn refused_dead_letter(record: &Record, cause: &Cause, refused: SendError) -> Self {
        let error = format!("{}: {}", cause.reason, cause.error);
        Self::DeadLetter { place: record.to_string(), error, cause: Box::new(refused) }
    }
}

impl From<ConfigError> for AppError {
    fn from(error: ConfigError) -> Self {
        Self::Config(error)
    }
}

/// Whether another attempt to send a reply may succeed. A topic that is not there is no fault of the message, and may come
/// back.
pub(super) fn may_pass(error: &SendError) -> bool {
    error.is_retriable() || matches!(error, SendError::UnknownTopic { .. })
}

/// An error and what it came from, in one line.
pub(super) fn with_sources(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(": ");
        text.push_str(&error.to_string());
        source = error.source();
    }
    text
}
