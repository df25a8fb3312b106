//! Sending messages: the producer of a program, its records, and transactions.
//!
//! Whatever is sent is a [`ProducerRecord`] by then. [`sender`] is what the clones of a producer share: it looks a topic up once,
//! keeps the sends to it in order with a lock, and queues a record when the [`in_flight_limit`] has room for it, with which
//! librdkafka's own limits are off. [`queued`] is a record from then until its delivery report.
//!
//! In a transaction, [`transaction_offsets`] collects the records that it acknowledges in place of
//! [`Record::ack`](super::Record::ack), and sends their offsets with the group's metadata when it is committed. The metadata is
//! fetched before checking for revocations: a rebalance in between makes Kafka refuse the offsets. From its first transaction on,
//! a consumer stores no offsets, because librdkafka would commit them behind the transactions. After an abort the consumer goes
//! back to the first record that is not acknowledged. Steps that librdkafka calls retriable are retried inside of `commit` and
//! `abort`; a step whose end is in doubt is resolved by the next `begin`.

mod delivery;
mod gauges;
mod in_flight_limit;
mod producer_record;
mod queued;
mod send_all;
mod sender;
mod spans;
mod transaction;
mod transaction_offsets;
mod transaction_steps;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{Stream, stream};
use tokio::task;

pub use self::delivery::Delivery;
pub use self::producer_record::{IntoRecord, ProducerRecord};
pub(crate) use self::queued::Queued;
use self::sender::{Sender, flush};
pub(crate) use self::spans::key_hash;
pub(crate) use self::transaction::{OpenTransaction, Uncommitted};
pub use self::transaction::{Transaction, TransactionalProducer};
use super::error::{CloseError, ConfigError, SendError};
use super::settings::Settings;
use crate::message::Message;

/// Sends messages to their topics. Cheap to clone; clones share one connection and one queue.
///
/// By default nothing is lost, doubled or put out of order on the way: the producer is idempotent and waits for all
/// in-sync replicas. It puts messages with the same key on the same partition, the one that the Java client would
/// choose. [`Kafka::with`](super::Kafka::with) changes any of it:
///
/// | property | default here | what it is |
/// |---|---|---|
/// | `enable.idempotence`, `acks` | `true`, `all` | no loss, no doubles, in order |
/// | `partitioner` | `murmur2_random` | the Java client's choice of partition |
/// | `linger.ms` | `5` | how long a message waits for others that make a batch with it; with `0` a message that is sent alone arrives sooner, and many at once take several times as long |
/// | `delivery.timeout.ms` | `30000` | how long a message may take, with all retries |
/// | `allow.auto.create.topics` | `false` | a topic that does not exist is an error |
/// | `batch.size` | `1000000` | how large a batch may be; the broker's limit is for whole batches: a smaller `max.message.bytes` that the schema says is kept to; of one that it does not say, set this to it |
/// | `queue.buffering.max.messages`, `.kbytes` | `100000`, `1048576` | how much is in flight before a send waits |
/// | `statistics.interval.ms` | `5000` | how often its [metrics](crate::metrics) are set; `0` for never |
///
/// Messages that are sent one after the other, each awaited, are one round trip each. To have many in flight, give
/// them to [`send_all`](Self::send_all), or await many together; they are queued in the order in which they are first
/// polled:
///
#[cfg_attr(feature = "testing", doc = "```")]
#[cfg_attr(not(feature = "testing"), doc = "```ignore")]
/// # use thoth_messaging::testing::InProcessKafka;
/// # use thoth_messaging::Message;
/// # use thoth_messaging::messages::PackageReleased;
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let kafka = InProcessKafka::start()?;
/// # kafka.create_topic(&PackageReleased::DESCRIPTOR.topic)?;
/// # let kafka = kafka.kafka();
/// # let messages = [PackageReleased::decode(br#"{"component_name": "c", "service_version": "1", "version": "v1",
/// #     "package_name": "flask", "package_version": "3.1.0", "index_url": "https://pypi.org/simple"}"#)?];
/// use std::time::Duration;
/// use futures_util::future::try_join_all;
///
/// let producer = kafka.producer()?;
/// let deliveries = try_join_all(messages.iter().map(|message| producer.send(message))).await?;
/// assert_eq!(deliveries.len(), messages.len());
/// producer.close(Duration::from_secs(10)).await?;
/// # Ok(())
/// # }
/// ```
///
/// [`close`](Self::close) before the program ends. Dropping the last clone instead leaves what is still queued to a
/// thread that tries for 5 s more, and logs what it could not deliver; the end of the program ends it, too.
#[derive(Clone)]
pub struct Producer {
    sender: Arc<Sender>,
}

impl Producer {
    pub(super) fn new(settings: &Settings) -> Result<Self, ConfigError> {
        settings.refuse_set(
            "transactional.id",
            "a producer sends outside of transactions; leave it out, and call `Kafka::transactional`",
        )?;
        Ok(Self { sender: Arc::new(Sender::new(settings, &[])?) })
    }

    /// Sends a message to its topic, and says where it is once Kafka has it. It takes a reference to a message of any
    /// kind (a generated type, the enum of a topic, one of `message_factory`) or a [`ProducerRecord`].
    ///
    /// While as much is in flight as the queue may hold, it waits for room. Dropping the future before the message is queued
    /// takes it back; after that it is delivered all the same.
    ///
    /// # Errors
    ///
    /// [`SendError::Encode`] where the schema refuses the message, [`SendError::UnknownTopic`] where the topic does
    /// not exist (after 2 s, in case it was only just created), [`SendError::TooLarge`] where the message is larger
    /// than `message.max.bytes` or the topic's own limit, [`SendError::Unreachable`] where no broker answers for 10 s
    /// when the topic is first used, [`SendError::TimedOut`] where Kafka does not acknowledge the message within
    /// `delivery.timeout.ms`, [`SendError::Closed`] after [`close`](Self::close), and [`SendError::Kafka`] for what
    /// else Kafka refuses. A message over `message.max.bytes`, or over the `max.message.bytes` in the schema where
    /// nothing is compressed, is refused before it is queued.
    pub async fn send<R: IntoRecord>(&self, message: R) -> Result<Delivery, SendError> {
        let record = message.into_record().map_err(SendError::Encode)?;
        self.sender.deliver(record).await
    }

    /// Queues a record behind those that were queued before it. Dropping the future before that takes it back.
    pub(crate) async fn queue(&self, record: ProducerRecord) -> Result<Queued, SendError> {
        self.sender.queue(record).await
    }

    /// Waits until a record that is queued is delivered, or given up. Nothing is lost if the future is dropped.
    pub(crate) async fn delivered(&self, queued: &mut Queued) -> Result<Delivery, SendError> {
        self.sender.delivered(queued).await
    }

    /// Looks a topic up, by its name on the cluster, as the first send to it does.
    pub(crate) async fn find_topic(&self, topic: &str) -> Result<(), SendError> {
        self.sender.find_topic(topic).await
    }

    /// Sends a tombstone: a record without a payload on the topic of `T`, which says that what was sent with its key is
    /// deleted. A topic with `cleanup.policy=compact` forgets what it had; a consumer gets it as
    /// [`ReceiveError::Tombstone`](super::ReceiveError::Tombstone). For a type that is known at run time only, send a
    /// [`ProducerRecord::tombstone`].
    ///
    /// # Errors
    ///
    /// As [`Producer::send`].
    ///
    /// ```no_run
    /// # async fn run(producer: thoth_messaging::client::Producer) -> Result<(), Box<dyn std::error::Error>> {
    /// use thoth_messaging::messages::PackageReleased;
    ///
    /// producer.delete::<PackageReleased>("flask").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn delete<T: Message>(&self, key: impl AsRef<str>) -> Result<Delivery, SendError> {
        self.send(ProducerRecord::tombstone(&T::DESCRIPTOR.topic, key.as_ref())).await
    }

    /// Sends many messages, up to `queue.buffering.max.messages` of them at once, and returns the result of each in their order. They are queued in
    /// that order, too, and taken only as the results are asked for.
    ///
    /// A message that is not sent does not stop those behind it: its error is its result. If the stream is
    /// dropped at the first error, no more messages are taken; of those that were taken, what is queued by then is
    /// delivered all the same.
    ///
    #[cfg_attr(feature = "testing", doc = "```")]
    #[cfg_attr(not(feature = "testing"), doc = "```ignore")]
    /// # use thoth_messaging::testing::InProcessKafka;
    /// # use thoth_messaging::Message;
    /// # use thoth_messaging::messages::PackageReleased;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let cluster = InProcessKafka::start()?;
    /// # cluster.create_topic(&PackageReleased::DESCRIPTOR.topic)?;
    /// # let producer = cluster.kafka().producer()?;
    /// # let messages = [PackageReleased::decode(br#"{"component_name": "c", "service_version": "1", "version": "v1",
    /// #     "package_name": "flask", "package_version": "3.1.0", "index_url": "https://pypi.org/simple"}"#)?];
    /// use futures_util::TryStreamExt as _;
    /// use thoth_messaging::client::{Delivery, ProducerRecord};
    ///
    /// // Stops at the first error:
    /// let deliveries: Vec<Delivery> = producer.send_all(&messages).try_collect().await?;
    /// // With headers:
    /// let records = messages.iter().map(|message| Ok(ProducerRecord::of(message)?.with_header("run", "7")));
    /// let deliveries: Vec<Delivery> = producer.send_all(records).try_collect().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn send_all<I>(&self, messages: I) -> impl Stream<Item = Result<Delivery, SendError>> + use<'_, I>
    where
        I: IntoIterator<Item: IntoRecord>,
    {
        self.send_stream(stream::iter(messages))
    }

    /// As [`send_all`](Self::send_all), for messages that come one by one.
    pub fn send_stream<S>(&self, messages: S) -> impl Stream<Item = Result<Delivery, SendError>> + use<'_, S>
    where
        S: Stream<Item: IntoRecord>,
    {
        self.sender.send_all(messages)
    }

    /// Delivers what was sent, and ends the producer and all its clones: a later `send` is an error.
    ///
    /// # Errors
    ///
    /// [`CloseError::NotDelivered`] with the records that Kafka had not acknowledged when the deadline was over. They
    /// are given up, and each `send` that still waits gets an error; what the broker was about to acknowledge may be
    /// on the topic nonetheless. What had no room to be queued is not among them: its `send` has it.
    pub async fn close(&self, deadline: Duration) -> Result<(), CloseError> {
        self.sender.close();
        let client = Arc::clone(&self.sender.client);
        let given_up = task::spawn_blocking(move || flush(&client, deadline)).await.unwrap_or_default();
        self.sender.closed(given_up, deadline)
    }
}

impl fmt::Debug for Producer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Producer").field("settings", &self.sender.settings).finish_non_exhaustive()
    }
}
