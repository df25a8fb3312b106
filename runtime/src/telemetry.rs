//! The names of OpenTelemetry's semantic conventions for messaging, version 1.45, that spans and metrics have.
//!
//! One table for all of them. Spans of [`tracing`] have the attributes as fields, with any subscriber; with the feature
//! `opentelemetry` they are OpenTelemetry's spans, too, and the metrics are recorded.
//!
//! | attribute | on the spans | on the metrics | |
//! |---|---|---|---|
//! | [`SYSTEM_NAME`] | `send`, `handle` | all | `kafka` |
//! | [`OPERATION_NAME`] | `send`, `handle` | all | `send`, `poll` or `process` |
//! | [`OPERATION_TYPE`] | `send`, `handle` | all | `send`, `receive` or `process` |
//! | [`DESTINATION_NAME`] | `send`, `handle` | all | the topic, by its name on the cluster |
//! | [`DESTINATION_PARTITION_ID`] | `send`, `handle` | all, where it is known | the partition |
//! | [`CONSUMER_GROUP_NAME`] | `handle` | of consumers | the consumer group |
//! | [`OFFSET`] | `send`, `handle` | | the offset, once the record has one |
//! | [`TOMBSTONE`] | `send`, `handle` | | true for a record without a payload; otherwise absent |
//! | [`KEY_HASH`] | `send`, `handle` | | in place of the conventions' `kafka.message.key`: the first 16 digits of the key's SHA-256 |
//! | [`ERROR_TYPE`] | `send`, `handle` | where the operation failed | a word for the kind of [`SendError`](crate::client::SendError), or a [`Reason`](crate::app::Reason) |
//!
//! | metric | kind | |
//! |---|---|---|
//! | [`SENT_MESSAGES`] | counter | messages that a producer sent, or failed to send |
//! | [`OPERATION_DURATION`] | histogram, seconds | the time from a send to its delivery report |
//! | [`CONSUMED_MESSAGES`] | counter | messages that an [`App`](crate::app::App) received |
//! | [`PROCESS_DURATION`] | histogram, seconds | the time that an attempt at a message takes, without what it waits for |
//!
//! They go to the meter `thoth-messaging` of OpenTelemetry's global provider: set that *before* the first client is made. The
//! metrics of [`metrics`](crate::metrics) are others, which say more of an app; they go through their own facade.
//!
//! # Set up
//!
//! With the feature `opentelemetry`, an [`App`](crate::app::App) continues the trace of each message in OpenTelemetry's span
//! for it, and a producer sends the context of the current span along, wherever a layer of the crate `tracing-opentelemetry` is
//! in the subscriber. `examples/telemetry` is a whole program.
//!
//! ```ignore
//! let tracer = SdkTracerProvider::builder().with_batch_exporter(exporter).build();
//! let layer = tracing_opentelemetry::layer().with_tracer(tracer.tracer("billing"));
//! tracing_subscriber::registry().with(layer).init();
//! opentelemetry::global::set_meter_provider(meters);
//! ```

/// The messaging system: `kafka`.
pub const SYSTEM_NAME: &str = "messaging.system.name";
/// The operation, by Kafka's word for it.
pub const OPERATION_NAME: &str = "messaging.operation.name";
/// The operation, by the conventions' word for it.
pub const OPERATION_TYPE: &str = "messaging.operation.type";
/// The topic.
pub const DESTINATION_NAME: &str = "messaging.destination.name";
/// The partition.
pub const DESTINATION_PARTITION_ID: &str = "messaging.destination.partition.id";
/// The consumer group.
pub const CONSUMER_GROUP_NAME: &str = "messaging.consumer.group.name";
/// The offset of a record.
pub const OFFSET: &str = "kafka.offset";
/// True for a record without a payload.
pub const TOMBSTONE: &str = "kafka.message.tombstone";
/// The hash that stands for the key of a record: the first 16 digits of `printf %s KEY | sha256sum`. No attribute of the
/// conventions, whose `kafka.message.key` would show the key.
pub const KEY_HASH: &str = "kafka.message.key_hash";
/// The kind of an error.
pub const ERROR_TYPE: &str = "error.type";

/// Messages that a producer sent, or failed to send.
pub const SENT_MESSAGES: &str = "messaging.client.sent.messages";
/// The duration of a send, in seconds.
pub const OPERATION_DURATION: &str = "messaging.client.operation.duration";
/// Messages that an app received.
pub const CONSUMED_MESSAGES: &str = "messaging.client.consumed.messages";
/// The duration of an attempt at a message, in seconds.
pub const PROCESS_DURATION: &str = "messaging.process.duration";
