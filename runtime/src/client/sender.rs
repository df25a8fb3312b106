//! What the clones of a producer share: its client, and the way of a record into it.

use std::collections::HashMap;
use std::mem;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use rdkafka::config::NativeClientConfig;
use rdkafka::error::{KafkaError, KafkaResult, RDKafkaErrorCode as Code};
use rdkafka::message::{BorrowedMessage, DeliveryResult, Header as HeaderRef, Message as _, OwnedHeaders};
use rdkafka::producer::{BaseRecord, Producer as _, ProducerContext, PurgeConfig, ThreadedProducer};
use rdkafka::{ClientContext, Statistics};
use tokio::sync::oneshot;
use tokio::task;
use tracing::{Instrument as _, Span};

use super::error::{Cause, CloseError, ConfigError, SendError, SizeLimit, Undelivered};
use super::kafka::Kafka;
use super::producer::Delivery;
use super::producer_record::{Destination, ProducerRecord};
use super::property::Role;
use super::record::{Header, headers, system_time};
use super::reports::Reports;
use super::room::{Place, Room};
use super::spans::{refused, sending, sent};
use super::statistics::{INTERVAL, ProducerGauges};
use super::tokens::Refresh;
use super::topics::{ANSWER_TIMEOUT, NotFound, Standing, Topics};
use super::trace::TraceContext;

const DEFAULTS: &[(&str, &str)] = &[
    ("enable.idempotence", "true"),
    ("acks", "all"),
    ("partitioner", "murmur2_random"),
    ("linger.ms", "0"),
    ("delivery.timeout.ms", "30000"),
    ("allow.auto.create.topics", "false"),
    INTERVAL,
];

/// What Kafka adds to a batch, in bytes.
const BATCH_OVERHEAD: usize = 61;

/// How long a producer that is dropped with messages in flight goes on trying.
const LAST_DEADLINE: Duration = Duration::from_secs(5);

/// How long librdkafka may take to report on what was given up, which takes no network.
const REPORT_DEADLINE: Duration = Duration::from_secs(5);

/// The longest that rdkafka can wait for.
const MAX_TIMEOUT: Duration = Duration::from_millis(i32::MAX as u64);

pub(super) type Client = ThreadedProducer<Context>;

pub(super) struct Sender {
    pub(super) client: Arc<Client>,
    pub(super) kafka: Kafka,
    room: Room,
    /// For topics whose limit is below that of a batch.
    narrow: Mutex<HashMap<String, Arc<Room>>>,
    batch_size: usize,
    topics: Topics,
    /// Whether a topic that does not exist is an error.
    finds_topics: bool,
    /// Whether a record is smaller on the way than it is here.
    compresses: bool,
    message_max_bytes: usize,
}

impl Sender {
    /// A client that sends, with these settings over those of `kafka`.
    pub(super) fn new(kafka: &Kafka, settings: &[(&str, &str)]) -> Result<Self, ConfigError> {
        let mut config = kafka.client_config(Role::Producer, DEFAULTS)?;
        kafka.refuse(&config, "delivery.report.only.error", "true", "a send would never hear of its delivery")?;
        for (property, value) in settings {
            config.set(*property, *value);
        }

        let native = config.create_native_config().map_err(Cause::from)?;
        let room =
            Room::new(number(&native, "queue.buffering.max.messages")?, number(&native, "queue.buffering.max.kbytes")?);
        let message_max_bytes = number(&native, "message.max.bytes")?;
        let batch_size = number(&native, "batch.size")?;
        let finds_topics = native.get("allow.auto.create.topics").map_err(Cause::from)? == "false";
        let compresses = native.get("compression.type").map_err(Cause::from)? != "none";

        // The room is the limit. librdkafka's own would be no help: nothing tells when its queue has room again.
        config.set("queue.buffering.max.messages", "0").set("queue.buffering.max.kbytes", i32::MAX.to_string());
        let client: Arc<Client> = Arc::new(config.create_with_context(Context::default()).map_err(Cause::from)?);
        kafka.authenticate(&client)?;
        Ok(Self {
            client,
            kafka: kafka.clone(),
            room,
            narrow: Mutex::default(),
            batch_size,
            topics: Topics::default(),
            finds_topics,
            compresses,
            message_max_bytes,
        })
    }

    pub(super) async fn deliver(&self, record: ProducerRecord) -> Result<Delivery, SendError> {
        let mut queued = self.queue(TraceContext::inject(record)).await?;
        self.delivered(&mut queued).await
    }

    /// Refuses what can be known to be refused before it is queued: a size, a topic that does not exist.
    pub(super) async fn check(&self, record: &ProducerRecord) -> Result<(), SendError> {
        let topic = record.topic_on(&self.kafka);
        self.check_size(&topic, record.size(), record.max_message_bytes)?;
        if self.finds_topics { self.find_topic(&topic).await } else { Ok(()) }
    }

    /// Queues a record behind all that were queued before it.
    pub(super) async fn queue(&self, record: ProducerRecord) -> Result<Queued, SendError> {
        let topic = record.topic_on(&self.kafka);
        let (span, is_placed) = (sending(&topic, &record), record.partition.is_some());
        match self.queue_for(topic, record).instrument(span.clone()).await {
            Ok((topic, size, delivered)) => Ok(Queued { topic, size, is_placed, delivered, span }),
            Err(error) => {
                refused(&span, &error);
                Err(error)
            }
        }
    }

    async fn queue_for(&self, topic: String, record: ProducerRecord) -> Result<(String, usize, Reported), SendError> {
        let size = record.size();
        self.check_size(&topic, size, record.max_message_bytes)?;
        let gate = self.topics.gate(&topic);
        let began = Instant::now();
        // Tokio would now and then let another one go first, to be fair to other tasks.
        let mut turn = task::unconstrained(gate.lock()).await;
        if self.finds_topics {
            self.find(&topic, began, &mut turn).await?;
        }
        let narrow = match self.narrow_room(&topic, record.max_message_bytes) {
            Some(room) => task::unconstrained(room.enter(record.size_in_batch())).await,
            None => None,
        };
        let Some(place) = task::unconstrained(self.room.enter(size)).await else {
            return Err(SendError::Closed { topic });
        };
        let delivered = self.enqueue(&topic, &record, (narrow, place)).map_err(|error| match error {
            KafkaError::MessageProduction(Code::MessageSizeTooLarge) => SendError::TooLarge {
                topic: topic.clone(),
                size,
                limit: Some(self.message_max_bytes),
                set_by: SizeLimit::Producer,
            },
            error => self.refusal(topic.clone(), size, error),
        })?;
        Ok((topic, size, delivered))
    }

    /// Waits until a record is delivered, or given up. Nothing is lost if its future is dropped.
    pub(super) async fn delivered(&self, queued: &mut Queued) -> Result<Delivery, SendError> {
        let report = (&mut queued.delivered).await;
        let topic = queued.topic.clone();
        let result = match report {
            Ok(Ok((partition, offset, timestamp))) => Ok(Delivery { topic, partition, offset, timestamp }),
            // Its partition was chosen when the topic was there.
            Ok(Err(KafkaError::MessageProduction(Code::UnknownPartition))) if !queued.is_placed => {
                Err(SendError::UnknownTopic { topic })
            }
            Ok(Err(error)) => Err(self.refusal(topic, queued.size, error)),
            Err(_) => Err(SendError::Closed { topic }),
        };
        if matches!(result, Err(SendError::UnknownTopic { .. })) {
            self.topics.forget(&queued.topic);
        }
        sent(&queued.span, &result);
        result
    }

    /// Lets nobody in any more.
    pub(super) fn close(&self) {
        self.room.close();
    }

    /// What there is to say when the flush before the end has given these records up.
    pub(super) fn closed(&self, given_up: Vec<ProducerRecord>, deadline: Duration) -> Result<(), CloseError> {
        // None, unless librdkafka owes a report. It counts events as well, those of logs and statistics.
        match given_up.len().max(self.room.taken()) {
            0 => Ok(()),
            messages => {
                let servers = self.kafka.bootstrap_servers().to_owned();
                Err(CloseError::NotDelivered { messages, deadline, servers, records: Undelivered(given_up) })
            }
        }
    }

    /// Where a topic's own limit, which is one for batches, is below what librdkafka puts into one: room for no more than
    /// the limit. What is not under way together is in no batch together.
    fn narrow_room(&self, topic: &str, limit: Option<usize>) -> Option<Arc<Room>> {
        let limit = limit.filter(|limit| *limit < self.batch_size)?;
        let mut narrow = self.narrow.lock().unwrap_or_else(PoisonError::into_inner);
        let room = narrow.entry(topic.to_owned());
        Some(Arc::clone(room.or_insert_with(|| Arc::new(Room::of_bytes(limit.saturating_sub(BATCH_OVERHEAD))))))
    }

    /// Refuses what is over the limit that the topic has by its schema: the broker would.
    fn check_size(&self, topic: &str, size: usize, limit: Option<usize>) -> Result<(), SendError> {
        match limit {
            Some(limit) if size > limit && !self.compresses => {
                Err(SendError::TooLarge { topic: topic.to_owned(), size, limit: Some(limit), set_by: SizeLimit::Topic })
            }
            _ => Ok(()),
        }
    }

    fn enqueue(&self, topic: &str, record: &ProducerRecord, place: (Option<Place>, Place)) -> KafkaResult<Reported> {
        let (report, delivered) = oneshot::channel();
        let in_flight = InFlight { report, place, origin: Origin::of(record) };
        let mut sent: BaseRecord<'_, [u8], [u8], _> = BaseRecord::with_opaque_to(topic, Box::new(in_flight));
        sent.key = record.key.as_deref();
        sent.payload = record.payload.as_deref();
        sent.headers = (!record.headers.is_empty()).then(|| owned_headers(&record.headers));
        sent.timestamp = record.timestamp_millis();
        sent.partition = record.partition;
        self.client.send(sent).map(|()| delivered).map_err(|(error, _)| error)
    }

    /// Looks for a topic, by its name on the cluster.
    pub(super) async fn find_topic(&self, topic: &str) -> Result<(), SendError> {
        let gate = self.topics.gate(topic);
        let began = Instant::now();
        self.find(topic, began, &mut *gate.lock().await).await
    }

    async fn find(&self, topic: &str, began: Instant, standing: &mut Standing) -> Result<(), SendError> {
        let client = Arc::clone(&self.client);
        let fetch = move |topic: &str| client.client().fetch_metadata(Some(topic), ANSWER_TIMEOUT);
        let found = standing.find(topic, began, fetch);
        found.await.map_err(|why| match why {
            NotFound::Unknown => SendError::UnknownTopic { topic: topic.to_owned() },
            NotFound::Unreachable(cause) => {
                let (reason, cause) = self.client.context().reports.why(cause);
                SendError::Unreachable { servers: self.kafka.bootstrap_servers().to_owned(), reason, cause }
            }
            NotFound::Refused(cause) => SendError::Kafka { topic: topic.to_owned(), cause },
        })
    }

    fn refusal(&self, topic: String, size: usize, error: KafkaError) -> SendError {
        let cause = Cause::from(error);
        match cause.code() {
            Some(Code::UnknownTopic | Code::UnknownTopicOrPartition) => SendError::UnknownTopic { topic },
            Some(Code::MessageSizeTooLarge) => {
                SendError::TooLarge { topic, size, limit: None, set_by: SizeLimit::Topic }
            }
            Some(Code::MessageTimedOut) => SendError::TimedOut {
                topic,
                servers: self.kafka.bootstrap_servers().to_owned(),
                reason: self.recent_report(),
                cause,
            },
            // What librdkafka says of a transaction that has failed, and of nothing else that is sent.
            Some(Code::State) => SendError::Aborted { topic },
            Some(Code::PurgeQueue | Code::PurgeInflight) => {
                if self.room.is_closed() {
                    SendError::Closed { topic }
                } else {
                    SendError::Aborted { topic }
                }
            }
            _ => SendError::Kafka { topic, cause },
        }
    }

    pub(super) fn recent_report(&self) -> Option<String> {
        self.client.context().reports.recent()
    }
}

impl Drop for Sender {
    fn drop(&mut self) {
        let client = Arc::clone(&self.client);
        let servers = self.kafka.bootstrap_servers().to_owned();
        // Dropping a producer waits for its thread, which must not stop an async task. Without a thread of its own it
        // is dropped here after all.
        let _ = thread::Builder::new().name("kafka producer drop".to_owned()).spawn(move || {
            match flush(&client, LAST_DEADLINE).len() {
                0 => {}
                messages => tracing::error!(
                    "Kafka: a producer was dropped without `close`; {messages} messages were not delivered to \
                     {servers} within {LAST_DEADLINE:?}"
                ),
            }
        });
    }
}

fn number(config: &NativeClientConfig, property: &str) -> Result<usize, Cause> {
    // librdkafka has checked that it is one.
    Ok(config.get(property)?.parse().unwrap_or(usize::MAX))
}

/// Waits until all is delivered or the deadline over; gives up the rest, and returns it.
pub(super) fn flush(client: &Client, deadline: Duration) -> Vec<ProducerRecord> {
    if client.flush(deadline.min(MAX_TIMEOUT)).is_ok() {
        return Vec::new();
    }
    client.context().given_up.start();
    client.purge(PurgeConfig::default().queue().inflight());
    if client.flush(REPORT_DEADLINE).is_err() {
        tracing::error!("Kafka: librdkafka did not report on {} messages that were given up", client.in_flight_count());
    }
    client.context().given_up.take()
}

fn owned_headers(headers: &[Header]) -> OwnedHeaders {
    headers.iter().fold(OwnedHeaders::new_with_capacity(headers.len()), |owned, header| {
        owned.insert(HeaderRef { key: &header.name, value: header.value.as_deref() })
    })
}

/// A record that librdkafka has, and has not reported on.
pub(crate) struct Queued {
    topic: String,
    size: usize,
    /// Whether its partition was asked for.
    is_placed: bool,
    delivered: Reported,
    span: Span,
}

type Reported = oneshot::Receiver<Report>;

/// What librdkafka keeps with a message until it reports on it.
pub(super) struct InFlight {
    report: oneshot::Sender<Report>,
    place: (Option<Place>, Place),
    origin: Origin,
}

type Report = Result<(i32, i64, Option<SystemTime>), KafkaError>;

/// What was asked for, of which librdkafka only says what it made of it.
struct Origin {
    destination: Destination,
    timestamp: Option<SystemTime>,
    partition: Option<i32>,
    max_message_bytes: Option<usize>,
}

impl Origin {
    fn of(record: &ProducerRecord) -> Self {
        let ProducerRecord { destination, timestamp, partition, max_message_bytes, .. } = record;
        Self {
            destination: destination.clone(),
            timestamp: *timestamp,
            partition: *partition,
            max_message_bytes: *max_message_bytes,
        }
    }

    /// The record as it was to be sent.
    fn record(self, message: &BorrowedMessage<'_>) -> ProducerRecord {
        ProducerRecord {
            destination: self.destination,
            key: message.key().map(<[u8]>::to_vec),
            payload: message.payload().map(<[u8]>::to_vec),
            headers: headers(message),
            timestamp: self.timestamp,
            partition: self.partition,
            max_message_bytes: self.max_message_bytes,
        }
    }
}

/// The records that are given up when a producer is closed; nobody wants them before.
#[derive(Default)]
struct GivenUp(Mutex<Option<Vec<ProducerRecord>>>);

impl GivenUp {
    fn start(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Vec::new());
    }

    fn add(&self, record: impl FnOnce() -> ProducerRecord) {
        if let Some(records) = self.0.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
            records.push(record());
        }
    }

    fn take(&self) -> Vec<ProducerRecord> {
        mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner)).unwrap_or_default()
    }
}

#[derive(Default)]
pub(super) struct Context {
    reports: Reports,
    refresh: Refresh,
    given_up: GivenUp,
    gauges: ProducerGauges,
}

impl Context {
    pub(super) fn refresh(&self) -> &Refresh {
        &self.refresh
    }
}

impl ClientContext for Context {
    fn error(&self, error: KafkaError, reason: &str) {
        self.reports.hear(&error, reason);
    }

    fn stats(&self, statistics: Statistics) {
        self.gauges.show(&statistics);
    }
}

impl ProducerContext for Context {
    type DeliveryOpaque = Box<InFlight>;

    fn delivery(&self, result: &DeliveryResult<'_>, in_flight: Box<InFlight>) {
        let InFlight { report, place, origin } = *in_flight;
        let result = match result {
            Ok(message) => Ok((message.partition(), message.offset(), system_time(message.timestamp()))),
            Err((error, message)) => {
                self.given_up.add(|| origin.record(message));
                Err(error.clone())
            }
        };
        // The place is free before anybody hears of it. Nobody waits where the future of the send was dropped.
        drop(place);
        let _ = report.send(result);
    }
}
