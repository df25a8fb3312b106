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
//! All that is logged goes to [`tracing`], and to a logger of the `log` facade where there is no subscriber: what
//! librdkafka logs with the target `librdkafka` and its level, more of it with its properties `debug` and `log_level`; what it
//! gets over by itself as a warning with the reason. Each send is a span, and carries on the trace that it belongs to
//! ([`TraceContext`]); [`metrics`](crate::metrics) names what is measured. Keys, payloads and secrets are in none of them.

mod admin;
mod consumer;
mod error;
mod handled;
mod identity;
mod kafka;
mod native;
mod offsets;
mod plan;
mod positions;
mod producer;
mod producer_record;
mod property;
mod pulse;
mod reader;
mod record;
mod records;
mod reports;
mod room;
mod sender;
#[cfg(feature = "testing")]
pub(crate) mod snapshot;
mod spans;
mod statistics;
mod tokens;
mod topic_reader;
mod topics;
mod trace;
mod transaction;
mod variables;

pub use self::admin::{Admin, Broker, ClusterInfo, Creation};
pub use self::consumer::Consumer;
pub(crate) use self::consumer::Rebalanced;
pub use self::error::{
    AbortReason, AdminError, Cause, CloseError, ConfigError, InvalidRecord, PositionError, ReceiveError, SendError,
    Setting, SizeLimit, TransactionError, Undelivered,
};
pub use self::kafka::Kafka;
pub use self::plan::{Applied, Difference, Plan};
pub use self::positions::{Lag, Position, TopicPartition};
pub use self::producer::{Delivery, Producer};
pub use self::producer_record::{IntoRecord, ProducerRecord};
pub(crate) use self::pulse::Pulse;
pub use self::record::{Header, Received, Record};
pub(crate) use self::records::{Polled, Records};
pub(crate) use self::sender::Queued;
#[cfg(feature = "testing")]
pub(crate) use self::snapshot::SnapshotError;
pub(crate) use self::spans::key_hash;
pub use self::tokens::Token;
pub use self::topic_reader::{SavedPosition, TopicReader};
pub use self::trace::{InvalidTraceparent, TRACEPARENT, TRACESTATE, TraceContext};
pub(crate) use self::transaction::{OpenTransaction, Uncommitted};
pub use self::transaction::{Transaction, TransactionalProducer};
