//! Sending messages.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use rdkafka::ClientContext;
use rdkafka::config::NativeClientConfig;
use rdkafka::error::{KafkaError, KafkaResult, RDKafkaErrorCode as Code};
use rdkafka::message::{DeliveryResult, Message as _};
use rdkafka::producer::{BaseRecord, Producer as _, ProducerContext, PurgeConfig, ThreadedProducer};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio::task;

use super::error::{Cause, CloseError, ConfigError, SendError};
use super::kafka::Kafka;
use super::property::Role;
use super::record::system_time;
use super::reports::Reports;
use super::topics::{ANSWER_TIMEOUT, NotFound, Standing, Topics};
use crate::message::Outgoing;

const DEFAULTS: &[(&str, &str)] = &[
    ("enable.idempotence", "true"),
    ("acks", "all"),
    ("partitioner", "murmur2_random"),
    ("linger.ms", "0"),
    ("delivery.timeout.ms", "30000"),
    ("allow.auto.create.topics", "false"),
];

/// How long a producer that is dropped with messages in hand goes on trying.
const LAST_DEADLINE: Duration = Duration::from_secs(5);

/// The longest that rdkafka can wait for.
const LONGEST: Duration = Duration::from_millis(i32::MAX as u64);

/// Sends messages to their topics. Cheap to clone; clones share one connection and one queue.
///
/// By default nothing is lost, doubled or put out of order on the way: the producer is idempotent and waits for all
/// in-sync replicas. It puts messages with the same key on the same partition, the one that the Java client would
/// choose. [`Kafka::with`] changes any of it:
///
/// | property | default here | what it is |
/// |---|---|---|
/// | `enable.idempotence`, `acks` | `true`, `all` | no loss, no doubles, in order |
/// | `partitioner` | `murmur2_random` | the Java client's choice of partition |
/// | `linger.ms` | `0` | how long a message waits for others; what is sent meanwhile makes a batch anyway |
/// | `delivery.timeout.ms` | `30000` | how long a message may take, with all retries |
/// | `allow.auto.create.topics` | `false` | a topic that does not exist is an error |
/// | `queue.buffering.max.messages`, `.kbytes` | `100000`, `1048576` | how much is under way before a send waits |
///
/// Messages that are sent one after the other, each awaited, are one round trip each. To have many under way, await
/// many together; they are queued in the order in which they are first polled:
///
/// ```
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
    shared: Arc<Shared>,
}

struct Shared {
    client: Arc<ThreadedProducer<Context>>,
    kafka: Kafka,
    room: Room,
    topics: Topics,
    /// Whether a topic that does not exist is an error.
    finds_topics: bool,
    message_max_bytes: usize,
}

/// Where a message is, once Kafka has it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Delivery {
    /// The name of the topic on the cluster.
    pub topic: String,
    /// The partition.
    pub partition: i32,
    /// The offset in the partition. Negative where Kafka was not asked for it (`acks=0`).
    pub offset: i64,
    /// The timestamp of the record, to the millisecond.
    pub timestamp: Option<SystemTime>,
}

impl Producer {
    pub(super) fn new(kafka: &Kafka) -> Result<Self, ConfigError> {
        let mut config = kafka.client_config(Role::Producer, DEFAULTS)?;
        kafka.refuse(&config, "delivery.report.only.error", "true", "a send would never hear of its delivery")?;

        let native = config.create_native_config().map_err(Cause::from)?;
        let room =
            Room::new(number(&native, "queue.buffering.max.messages")?, number(&native, "queue.buffering.max.kbytes")?);
        let message_max_bytes = number(&native, "message.max.bytes")?;
        let finds_topics = native.get("allow.auto.create.topics").map_err(Cause::from)? == "false";

        // The room is the limit. librdkafka's own would be no help: nothing tells when its queue has room again.
        config.set("queue.buffering.max.messages", "0").set("queue.buffering.max.kbytes", i32::MAX.to_string());
        let client = Arc::new(config.create_with_context(Context::default()).map_err(Cause::from)?);
        let shared =
            Shared { client, kafka: kafka.clone(), room, topics: Topics::default(), finds_topics, message_max_bytes };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// Sends a message to its topic, and says where it is once Kafka has it.
    ///
    /// Where as much is under way as the queue may hold, it waits until there is room. Dropping the future before the
    /// message is queued takes it back; after that it is delivered all the same.
    ///
    /// # Errors
    ///
    /// [`SendError::Encode`] where the schema refuses the message, [`SendError::UnknownTopic`] where the topic does
    /// not exist (after 2 s, in case it was only just created), [`SendError::TooLarge`] where the message is larger
    /// than `message.max.bytes` or the topic's own limit, [`SendError::Unreachable`] where no broker answers for 10 s
    /// when the topic is first used, [`SendError::TimedOut`] where Kafka does not acknowledge the message within
    /// `delivery.timeout.ms`, [`SendError::Closed`] after [`close`](Self::close), and [`SendError::Kafka`] for what
    /// else Kafka refuses.
    pub async fn send<M: Outgoing + ?Sized>(&self, message: &M) -> Result<Delivery, SendError> {
        let payload = message.encode().map_err(SendError::Encode)?;
        let key = message.key();
        let topic = self.shared.kafka.topic_name(&message.descriptor().topic);
        self.shared.deliver(topic, key.as_deref().map(str::as_bytes), &payload).await
    }

    /// Delivers what was sent, and ends the producer and all its clones: a later `send` is an error.
    ///
    /// # Errors
    ///
    /// [`CloseError::NotDelivered`] with the number of messages that Kafka had not acknowledged when the deadline was
    /// over. They are given up: each `send` that still waits gets an error.
    pub async fn close(&self, deadline: Duration) -> Result<(), CloseError> {
        self.shared.room.close();
        let client = Arc::clone(&self.shared.client);
        let flushed = task::spawn_blocking(move || flush(&client, deadline)).await;
        match flushed.unwrap_or_else(|_| undelivered(&self.shared.client)) {
            0 => Ok(()),
            messages => {
                let servers = self.shared.kafka.bootstrap_servers().to_owned();
                Err(CloseError::NotDelivered { messages, deadline, servers })
            }
        }
    }
}

fn number(config: &NativeClientConfig, property: &str) -> Result<usize, Cause> {
    // librdkafka has checked that it is one.
    Ok(config.get(property)?.parse().unwrap_or(usize::MAX))
}

/// Waits until all is delivered or the deadline over; gives up the rest and says how much it is.
fn flush(client: &ThreadedProducer<Context>, deadline: Duration) -> usize {
    if client.flush(deadline.min(LONGEST)).is_ok() {
        return 0;
    }
    let undelivered = undelivered(client);
    client.purge(PurgeConfig::default().queue().inflight());
    undelivered
}

fn undelivered(client: &ThreadedProducer<Context>) -> usize {
    usize::try_from(client.in_flight_count()).unwrap_or_default()
}

impl Shared {
    async fn deliver(&self, topic: String, key: Option<&[u8]>, payload: &[u8]) -> Result<Delivery, SendError> {
        let size = payload.len() + key.map_or(0, <[u8]>::len);
        let gate = self.topics.gate(&topic);
        let began = Instant::now();
        // Tokio would now and then let another one go first, to be fair to other tasks.
        let mut turn = task::unconstrained(gate.lock()).await;
        if self.finds_topics {
            self.find(&topic, began, &mut turn).await?;
        }
        let Some(place) = task::unconstrained(self.room.enter(size)).await else {
            return Err(SendError::Closed { topic });
        };
        let delivered = self.enqueue(&topic, key, payload, place).map_err(|error| match error {
            KafkaError::MessageProduction(Code::MessageSizeTooLarge) => {
                SendError::TooLarge { topic: topic.clone(), size, limit: Some(self.message_max_bytes) }
            }
            error => self.refusal(topic.clone(), size, error),
        })?;
        drop(turn);

        match delivered.await {
            Ok(Ok((partition, offset, timestamp))) => Ok(Delivery { topic, partition, offset, timestamp }),
            Ok(Err(error)) => Err(self.refusal(topic, size, error)),
            Err(_) => Err(SendError::Closed { topic }),
        }
    }

    fn enqueue(
        &self,
        topic: &str,
        key: Option<&[u8]>,
        payload: &[u8],
        place: Place,
    ) -> KafkaResult<oneshot::Receiver<Result<Report, KafkaError>>> {
        let (report, delivered) = oneshot::channel();
        let mut record = BaseRecord::with_opaque_to(topic, Box::new(InFlight { report, place })).payload(payload);
        record.key = key;
        self.client.send(record).map(|()| delivered).map_err(|(error, _)| error)
    }

    async fn find(&self, topic: &str, began: Instant, standing: &mut Standing) -> Result<(), SendError> {
        let client = Arc::clone(&self.client);
        let fetch = move |topic: &str| client.client().fetch_metadata(Some(topic), ANSWER_TIMEOUT);
        let found = standing.find(topic, began, fetch);
        found.await.map_err(|why| match why {
            NotFound::Unknown => SendError::UnknownTopic { topic: topic.to_owned() },
            NotFound::Unreachable(cause) => SendError::Unreachable {
                servers: self.kafka.bootstrap_servers().to_owned(),
                reason: self.recent_report(),
                cause,
            },
            NotFound::Refused(cause) => SendError::Kafka { topic: topic.to_owned(), cause },
        })
    }

    fn refusal(&self, topic: String, size: usize, error: KafkaError) -> SendError {
        let cause = Cause::from(error);
        match cause.code() {
            Some(Code::UnknownTopic | Code::UnknownTopicOrPartition) => SendError::UnknownTopic { topic },
            Some(Code::MessageSizeTooLarge) => SendError::TooLarge { topic, size, limit: None },
            Some(Code::MessageTimedOut) => SendError::TimedOut {
                topic,
                servers: self.kafka.bootstrap_servers().to_owned(),
                reason: self.recent_report(),
                cause,
            },
            Some(Code::PurgeQueue | Code::PurgeInflight) => SendError::Closed { topic },
            _ => SendError::Kafka { topic, cause },
        }
    }

    fn recent_report(&self) -> Option<String> {
        self.client.context().reports.recent()
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        let client = Arc::clone(&self.client);
        let servers = self.kafka.bootstrap_servers().to_owned();
        // Dropping a producer waits for its thread, which must not stop an async task. Without a thread of its own it
        // is dropped here after all.
        let _ = thread::Builder::new().name("kafka producer drop".to_owned()).spawn(move || {
            match flush(&client, LAST_DEADLINE) {
                0 => {}
                messages => log::error!(
                    "Kafka: a producer was dropped without `close`; {messages} messages were not delivered to \
                     {servers} within {LAST_DEADLINE:?}"
                ),
            }
        });
    }
}

/// The room for messages that are under way, in number and in bytes.
struct Room {
    messages: Arc<Semaphore>,
    bytes: Arc<Semaphore>,
    capacity: usize,
}

/// A place in the room, until it is dropped.
struct Place {
    _permits: [OwnedSemaphorePermit; 2],
}

impl Room {
    /// No number of messages is no limit, as for librdkafka.
    fn new(messages: usize, kilobytes: usize) -> Self {
        let messages = if messages == 0 { Semaphore::MAX_PERMITS } else { messages.min(Semaphore::MAX_PERMITS) };
        let capacity = kilobytes.saturating_mul(1024).min(Semaphore::MAX_PERMITS);
        Self { messages: Arc::new(Semaphore::new(messages)), bytes: Arc::new(Semaphore::new(capacity)), capacity }
    }

    /// A place for a message, first come first served; none once the room is closed. A message that is larger than
    /// the whole room gets it for itself.
    async fn enter(&self, size: usize) -> Option<Place> {
        let bytes = u32::try_from(size.min(self.capacity)).unwrap_or(u32::MAX);
        let message = Arc::clone(&self.messages).acquire_owned().await.ok()?;
        let bytes = Arc::clone(&self.bytes).acquire_many_owned(bytes).await.ok()?;
        Some(Place { _permits: [message, bytes] })
    }

    fn close(&self) {
        self.messages.close();
        self.bytes.close();
    }
}

/// What librdkafka keeps with a message until it reports on it.
struct InFlight {
    report: oneshot::Sender<Result<Report, KafkaError>>,
    place: Place,
}

type Report = (i32, i64, Option<SystemTime>);

#[derive(Default)]
struct Context {
    reports: Reports,
}

impl ClientContext for Context {
    fn error(&self, error: KafkaError, reason: &str) {
        self.reports.hear(&error, reason);
    }
}

impl ProducerContext for Context {
    type DeliveryOpaque = Box<InFlight>;

    fn delivery(&self, result: &DeliveryResult<'_>, in_flight: Box<InFlight>) {
        let report = match result {
            Ok(message) => Ok((message.partition(), message.offset(), system_time(message.timestamp()))),
            Err((error, _)) => Err(error.clone()),
        };
        let InFlight { report: sender, place } = *in_flight;
        drop(place);
        // Nobody waits any more where the future of the send was dropped.
        let _ = sender.send(report);
    }
}
