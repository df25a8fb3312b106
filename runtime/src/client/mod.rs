//! Kafka: to send messages, to receive them, and to create their topics.
//!
//! ```no_run
//! use std::time::Duration;
//!
//! use thoth_messaging::client::Kafka;
//! use thoth_messaging::messages::PackageReleased;
//!
//! # async fn run(released: PackageReleased) -> Result<(), Box<dyn std::error::Error>> {
//! let kafka = Kafka::from_env()?;
//!
//! let producer = kafka.producer()?;
//! let delivery = producer.send(&released).await?;
//! println!("partition {}, offset {}", delivery.partition, delivery.offset);
//! producer.close(Duration::from_secs(10)).await?;
//!
//! let mut consumer = kafka.with_group("printer").consumer::<PackageReleased>()?;
//! while let Some(received) = consumer.next().await {
//!     let received = received?;
//!     println!("{}", received.message().package_name);
//!     received.ack();
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Everything runs on [tokio], on either of its runtimes, with its timer on (`enable_all`, as `#[tokio::main]` does).
//! librdkafka brings threads of its own.
//!
//! Everything is logged to [`tracing`], and to a logger of the `log` facade where there is no subscriber: librdkafka's own
//! lines with the target `librdkafka` and its level, more of them with its properties `debug` and `log_level`; errors that it
//! recovers from by itself as a warning with the reason. Each send is a span, and carries on the trace that it belongs to
//! ([`TraceContext`]). The metrics are those of [`metrics`](crate::metrics). Keys, payloads and secrets are in none of them.
//!
//! # Processed
//!
//! There is one word for each stage of a record:
//!
//! | word | a record, or its offset, that is |
//! |---|---|
//! | received | given out by the consumer |
//! | in flight | received and not yet acknowledged |
//! | acknowledged | processed, with [`ack`](Record::ack): its offset may now be committed |
//! | stored | handed to librdkafka, to be committed with the next commit, with all before it on its partition acknowledged |
//! | committed | known to Kafka: its group goes on behind it |

// How the rooms stand to each other, from the ground up; each says in its module documentation how it works.
//
// - `error`, `topic_partition`, `group`, `header`, `trace`, `client_errors`, `topic_lookup`, `ffi`, `frame`, `writers`: what more than one room needs.
// - `settings`: the properties, their variables and tokens, as data. It makes no client.
// - `consumer`, `producer`, `admin`: each takes `settings`. A transaction of `producer` knows the offsets of `consumer`.
// - `kafka`: the facade. Nothing below knows it.
//
// `Encode` is what a producer sends, `Decoder` what a consumer reads: generated types, entries of a registry and types of
// `message_factory` go through the same door. No type of rdkafka is in a public signature (`scripts/public-api`): its errors are
// only the `source` of ours.

mod admin;
mod client_errors;
mod consumer;
mod error;
mod ffi;
mod frame;
mod group;
mod header;
#[cfg(feature = "opentelemetry")]
mod instruments;
mod kafka;
pub(crate) mod lock;
#[cfg(test)]
pub(crate) mod model;
mod producer;
pub(crate) mod repeats;
mod requester;
mod settings;
mod statistics;
mod topic_lookup;
mod topic_partition;
mod trace;
mod writers;

pub use self::admin::{
    Admin, Applied, Broker, ClusterInfo, Creation, Difference, PartitionDescription, Plan, TopicDescription,
    TopicProperty, Unreadable,
};
pub use self::consumer::{Consumer, Lag, Position, Received, Record, SavedPosition, TopicReader};
pub(crate) use self::consumer::{MembershipState, Polled, Rebalanced, Records};
pub use self::error::{
    AbortReason, AdminError, Cause, CloseError, ConfigError, InvalidRecord, PositionError, ReceiveError, SendError,
    Setting, SizeLimit, TransactionError, Undelivered,
};
pub use self::group::{Group, GroupDescription, GroupMember, GroupProtocol, GroupState};
pub use self::header::{Header, HeaderName};
#[cfg(feature = "opentelemetry")]
pub(crate) use self::instruments::{Instruments, Operation};
pub use self::kafka::Kafka;
pub use self::producer::{Delivery, IntoRecord, Producer, ProducerRecord, Transaction, TransactionalProducer};
pub(crate) use self::producer::{OpenTransaction, Queued, Uncommitted, key_hash};
pub use self::requester::{RequestError, Requester, request_headers};
pub use self::settings::Token;
pub use self::topic_partition::TopicPartition;
pub use self::trace::{InvalidTraceparent, TRACEPARENT, TRACESTATE, TraceContext};
pub(crate) use self::writers::{OtherWriter, Writers};
