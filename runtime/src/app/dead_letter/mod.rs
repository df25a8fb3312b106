//! Dead letters: messages that can't be handled, why, and where they go.

mod cause;
mod destination;
mod form;
mod letter;
mod origin;

pub use self::cause::Reason;
pub(crate) use self::cause::{FailureCause, error_chain};
pub use self::destination::DeadLetters;
pub(crate) use self::destination::{Destination, each_once, like};
pub(crate) use self::form::LetterForm;
pub use self::letter::DeadLetter;
pub(crate) use self::letter::{copied, milliseconds, shortened, text, time};
pub(crate) use self::origin::Origin;

/// The names of the headers that a dead letter has beside those of its message.
///
/// A message that was sent again and failed again has them twice: the last ones count. They are as trustworthy as whoever may
/// write to the dead-letter topic.
pub mod headers {
    /// The reason, as one of the words of [`Reason`](super::Reason).
    pub const REASON: &str = "dlq.reason";
    /// The error in words: that of the decoder, without values of the payload, or that of the handler, as it is.
    pub const ERROR: &str = "dlq.error";
    /// The violations of the schema: a JSON array of objects with the members `instancePath`, `schemaPath`, `keyword` and
    /// `expected`, all strings; the first ones, in at most 16 KiB. No values of the payload, and no member names within
    /// one that the schema calls sensitive (`x-sensitive`): the path ends there.
    pub const VIOLATIONS: &str = "dlq.violations";
    /// The id of the schema that wrote the message, where it says: a GUID as a UUID, or a registry's number.
    pub const SCHEMA_ID: &str = "dlq.schema-id";
    /// The schema that wrote the message, compared with that of the handler, as one of the words of
    /// [`Writer`](crate::message::Writer); where the message says.
    pub const WRITER: &str = "dlq.writer";
    /// The topic that the message was on first, before any [retry topic](crate::app::RetryTopics), by its name on the cluster.
    pub const TOPIC: &str = "dlq.topic";
    /// The partition that it was on there.
    pub const PARTITION: &str = "dlq.partition";
    /// Its offset there.
    pub const OFFSET: &str = "dlq.offset";
    /// Its timestamp there, where it had one: milliseconds since 1970.
    pub const TIMESTAMP: &str = "dlq.timestamp";
    /// The number of attempts, those on retry topics among them, from 1; 0 where no handler was called.
    pub const ATTEMPTS: &str = "dlq.attempts";
    /// The consumer group of the app.
    pub const GROUP: &str = "dlq.group";
    /// The time at which the dead letter was made: milliseconds since 1970.
    pub const TIME: &str = "dlq.time";
    /// Said of a letter that Kafka refused as too large with all headers: `details` where [`VIOLATIONS`] are left out and
    /// [`ERROR`] is cut after 256 bytes, `headers` where the headers of the message are left out as well.
    pub const CUT: &str = "dlq.cut";
}
