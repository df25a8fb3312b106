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
mod client_errors;
mod consumer;
mod error;
mod ffi;
mod header;
mod kafka;
mod lock;
mod producer;
mod settings;
mod statistics;
mod topic_lookup;
mod topic_partition;
mod trace;

pub use self::admin::{Admin, Applied, Broker, ClusterInfo, Creation, Difference, Plan};
pub use self::consumer::{Consumer, Lag, Position, Received, Record, SavedPosition, TopicReader};
pub(crate) use self::consumer::{MembershipState, Polled, Rebalanced, Records};
pub use self::error::{
    AbortReason, AdminError, Cause, CloseError, ConfigError, InvalidRecord, PositionError, ReceiveError, SendError,
    Setting, SizeLimit, TransactionError, Undelivered,
};
pub use self::header::Header;
pub use self::kafka::Kafka;
pub use self::producer::{Delivery, IntoRecord, Producer, ProducerRecord, Transaction, TransactionalProducer};
pub(crate) use self::producer::{OpenTransaction, Queued, Uncommitted, key_hash};
pub use self::settings::Token;
pub use self::topic_partition::TopicPartition;
pub use self::trace::{InvalidTraceparent, TRACEPARENT, TRACESTATE, TraceContext};
