//! Errors of an app.

use std::error::Error;
use std::fmt;
use std::io;

use super::dead_letter::FailureCause;
use super::handler::BoxError;
use crate::client::{AdminError, CloseError, ConfigError, ReceiveError, Record, SendError, TransactionError};

/// The error of an app that does not start, or has stopped.
///
/// Its text holds no payload values; that of [`Stopped`](Self::Stopped) repeats the reason that the handler gave.
#[derive(Debug)]
#[non_exhaustive]
pub enum AppError {
    /// The settings of a client are invalid.
    Config(ConfigError),
    /// The app has no handlers.
    NoHandlers,
    /// Two handlers are for one message type, or one is for the enum over the messages of a topic and one for a message of it.
    TopicTwice {
        /// The topic, without a prefix.
        topic: String,
    },
    /// Messages of a topic have no handler, and it is not said what becomes of them: see
    /// [`App::other_messages`](super::App::other_messages).
    NoHandlerFor {
        /// The topic, without a prefix.
        topic: String,
        /// The names of the messages.
        messages: Vec<String>,
    },
    /// Handlers of one topic have different settings for what the topic has once: its concurrency, or what is in flight.
    SettingsDiffer {
        /// The topic, without a prefix.
        topic: String,
        /// The setting, by the name of its function.
        setting: &'static str,
    },
    /// The [retry topics](super::RetryTopics) of a topic are not as they must be.
    RetryTopics {
        /// The topic, without a prefix.
        topic: String,
        /// The reason, in a sentence's second half.
        reason: String,
    },
    /// A dead-letter topic is a topic that the app reads.
    DeadLetterLoop {
        /// The topic, without a prefix.
        topic: String,
    },
    /// A topic of dead letters, or a [retry topic](super::RetryTopics) that is to be created, does not exist.
    NoDeadLetterTopic {
        /// Its name on the cluster.
        topic: String,
    },
    /// A topic of dead letters, or a retry topic, could not be looked up.
    DeadLetterTopic {
        /// Its name on the cluster.
        topic: String,
        /// The reason.
        cause: Box<SendError>,
    },
    /// A topic of dead letters, or a retry topic, could not be created.
    Admin(AdminError),
    /// The app can't listen to signals.
    Signals(io::Error),
    /// Kafka gave an error that does not pass by itself.
    Receive(ReceiveError),
    /// A dead letter was refused. Its message is not settled, and is received again by the next run.
    DeadLetter {
        /// The place of the message, as `topic …, partition …, offset …`.
        place: String,
        /// The reason why the message is a dead letter.
        error: String,
        /// The reason why it was refused.
        cause: Box<SendError>,
    },
    /// The producer of transactions can't go on, for example because another process has the same id. Messages that were
    /// handled and not committed are received again.
    Transaction(TransactionError),
    /// A message can't be handled, and there are [no dead letters](super::DeadLetters::stop). It is received again by the
    /// next run.
    Unhandled {
        /// The place of the message.
        place: String,
        /// The reason why it can't be handled.
        error: String,
    },
    /// A handler stopped the app. Its message is not handled, and is received again by the next run.
    Stopped {
        /// The place of the message.
        place: String,
        /// The reason that the handler gave.
        reason: String,
    },
    /// The last offsets may not be committed, or the last messages not delivered.
    Close(CloseError),
    /// A task of the app panicked: a bug of this library.
    Internal(BoxError),
}

impl fmt::Display for AppError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Config(error) => error.fmt(f),
            Self::NoHandlers => f.write_str("the app has no handler; add one with `App::handle`"),
            Self::TopicTwice { topic } => write!(
                f,
                "two handlers are for the same messages of topic `{topic}`; have one for each of its message types, or one \
                 for the enum that is generated for the topic"
            ),
            Self::NoHandlerFor { topic, messages } => write!(
                f,
                "topic `{topic}` has messages without a handler: `{}`; add one for each, or say with `App::other_messages` \
                 what becomes of them",
                messages.join("`, `")
            ),
            Self::SettingsDiffer { topic, setting } => write!(
                f,
                "the handlers of topic `{topic}` differ in `{setting}`, which holds for its partitions as a whole; let all say \
                 the same, or only one"
            ),
            Self::RetryTopics { topic, reason } => write!(f, "the retry topics of `{topic}`: {reason}"),
            Self::DeadLetterLoop { topic } => {
                write!(f, "topic `{topic}` is handled and for dead letters; choose another one for those")
            }
            Self::NoDeadLetterTopic { topic } => write!(
                f,
                "the topic `{topic}` of dead letters or retries does not exist; create it, or let the app do it with \
                 `DeadLetters::create` and `RetryTopics::create` (which an in-process Kafka does not serve), or choose another one"
            ),
            Self::DeadLetterTopic { topic, cause } => {
                write!(f, "the topic `{topic}` of dead letters or retries can't be used: {cause}")
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
            | Self::NoHandlerFor { .. }
            | Self::SettingsDiffer { .. }
            | Self::RetryTopics { .. }
            | Self::DeadLetterLoop { .. }
            | Self::NoDeadLetterTopic { .. }
            | Self::Unhandled { .. }
            | Self::Stopped { .. } => None,
        }
    }
}

impl AppError {
    pub(super) fn refused_dead_letter(record: &Record, cause: &FailureCause, refused: SendError) -> Self {
        Self::DeadLetter { place: record.to_string(), error: cause.to_string(), cause: Box::new(refused) }
    }
}

impl From<ConfigError> for AppError {
    fn from(error: ConfigError) -> Self {
        Self::Config(error)
    }
}
