//! The client that the clones of a producer share, and the way of a record into it.

use std::collections::HashMap;
use std::mem;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use rdkafka::config::NativeClientConfig;
use rdkafka::error::{KafkaError, KafkaResult, RDKafkaErrorCode as Code};
use rdkafka::producer::{BaseRecord, Producer as _, PurgeConfig};
use tokio::task;
use tracing::Instrument as _;

use super::delivery::Delivery;
use super::in_flight_limit::InFlightLimit;
use super::producer_record::ProducerRecord;
use super::queued::{Client, Context, InFlight, PendingReport, Permits, Queued};
use super::spans::Sending;
use crate::client::error::{Cause, CloseError, ConfigError, Need, SendError, SizeLimit, Undelivered};
use crate::client::ffi;
use crate::client::lock::lock;
use crate::client::settings::{Role, Settings};
use crate::client::statistics::INTERVAL;
use crate::client::topic_lookup::{ANSWER_TIMEOUT, KnownTopics, NotFound, TopicState};

const DEFAULTS: &[(&str, &str)] = &[
    ("enable.idempotence", "true"),
    ("acks", "all"),
    ("partitioner", "murmur2_random"),
    ("delivery.timeout.ms", "30000"),
    ("allow.auto.create.topics", "false"),
    INTERVAL,
];

/// The size that Kafka adds to a batch, in bytes.
const BATCH_OVERHEAD: usize = 61;

/// The time for which a producer that is dropped with messages in flight goes on trying.
const LAST_DEADLINE: Duration = Duration::from_secs(5);

/// The time that librdkafka may take to report on what was given up, which takes no network.
const REPORT_DEADLINE: Duration = Duration::from_secs(5);

pub(super) struct Sender {
    pub(super) client: Arc<Client>,
    pub(super) settings: Settings,
    limit: InFlightLimit,
    /// Of topics whose limit is below the size of a batch.
    topic_limits: Mutex<HashMap<String, Arc<InFlightLimit>>>,
    batch_size: usize,
    topics: KnownTopics,
    /// True if a topic that does not exist is an error.
    finds_topics: bool,
    compresses: bool,
    message_max_bytes: usize,
    has_transactions: bool,
}

impl Sender {
    /// A client that sends, with properties over the settings.
    pub(super) fn new(settings: &Settings, properties: &[(&str, &str)]) -> Result<Self, ConfigError> {
        let mut config = settings.client_config(Role::Producer, DEFAULTS)?;
        settings.refuse(&config, "delivery.report.only.error", "true", "a send would never hear of its delivery")?;
        for (property, value) in properties {
            config.set(*property, *value);
        }

        let native = config.create_native_config().map_err(Cause::new)?;
        let [max_messages, max_kilobytes] = ["queue.buffering.max.messages", "queue.buffering.max.kbytes"];
        let limit = InFlightLimit::new(number(&native, max_messages)?, number(&native, max_kilobytes)?);
        let message_max_bytes = number(&native, "message.max.bytes")?;
        let batch_size = number(&native, "batch.size")?;
        let finds_topics = native.get("allow.auto.create.topics").map_err(Cause::new)? == "false";
        let compresses = native.get("compression.type").map_err(Cause::new)? != "none";

        // In place of librdkafka's own limits: nothing reports when its queue has room again.
        config.set(max_messages, "0").set(max_kilobytes, i32::MAX.to_string());
        let client: Arc<Client> = Arc::new(config.create_with_context(Context::default()).map_err(Cause::new)?);
        settings.authenticate(&client)?;
        Ok(Self {
            client,
            settings: settings.clone(),
            limit,
            topic_limits: Mutex::default(),
            batch_size,
            topics: KnownTopics::default(),
            finds_topics,
            compresses,
            message_max_bytes,
            has_transactions: config.get("transactional.id").is_some(),
        })
    }

    pub(super) async fn deliver(&self, record: ProducerRecord) -> Result<Delivery, SendError> {
        let mut queued = self.queue(record.with_trace_headers()).await?;
        self.delivered(&mut queued).await
    }

    /// Checks a record for what is an error before it is queued: its size, and a topic that does not exist.
    pub(super) async fn check(&self, record: &ProducerRecord) -> Result<(), SendError> {
        let topic = record.topic_on(&self.settings);
        self.check_size(&topic, record.size(), record.max_message_bytes)?;
        if self.finds_topics { self.find_topic(&topic).await } else { Ok(()) }
    }

    /// Queues a record behind all that were queued before it.
    pub(super) async fn queue(&self, record: ProducerRecord) -> Result<Queued, SendError> {
        let topic = record.topic_on(&self.settings);
        let (sending, has_partition) = (Sending::begin(&topic, &record), record.partition.is_some());
        match self.queue_for(topic, record).instrument(sending.span.clone()).await {
            Ok((topic, size, report)) => Ok(Queued { topic, size, has_partition, report, sending }),
            Err(error) => {
                sending.refused(&error);
                Err(error)
            }
        }
    }

    async fn queue_for(
        &self,
        topic: String,
        record: ProducerRecord,
    ) -> Result<(String, usize, PendingReport), SendError> {
        let size = record.size();
        self.check_size(&topic, size, record.max_message_bytes)?;
        let topic_lock = self.topics.lock_of(&topic);
        let began = Instant::now();
        // Tokio would now and then let another send go first, to be fair to other tasks.
        let mut state = task::unconstrained(topic_lock.lock()).await;
        if self.finds_topics {
            self.find(&topic, began, &mut state).await?;
        }
        let topic_permit = match self.topic_limit(&topic, record.max_message_bytes) {
            Some(limit) => task::unconstrained(limit.acquire(record.size_in_batch())).await,
            None => None,
        };
        let Some(permit) = task::unconstrained(self.limit.acquire(size)).await else {
            return Err(SendError::Closed { topic });
        };
        let report = self.enqueue(&topic, &record, (topic_permit, permit)).map_err(|error| match error {
            KafkaError::MessageProduction(Code::MessageSizeTooLarge) => SendError::TooLarge {
                topic: topic.clone(),
                size,
                limit: Some(self.message_max_bytes),
                set_by: SizeLimit::Producer,
            },
            error => self.refusal(topic.clone(), size, error),
        });
        if let Err(error) = &report {
            self.look_up_again(&topic, error);
        }
        let report = report?;
        Ok((topic, size, report))
    }

    /// Waits until a record is delivered, or given up. Nothing is lost if its future is dropped.
    pub(super) async fn delivered(&self, queued: &mut Queued) -> Result<Delivery, SendError> {
        // What awaits thousands of sends would poll them all again for each 128 that Tokio lets a task receive at a time.
        let report = task::unconstrained(&mut queued.report).await;
        let topic = mem::take(&mut queued.topic);
        let result = match report {
            Ok(Ok((partition, offset, timestamp))) => Ok(Delivery { topic, partition, offset, timestamp }),
            Ok(Err(error)) => {
                let is_gone = error == KafkaError::MessageProduction(Code::UnknownPartition) && !queued.has_partition;
                let refusal = if is_gone {
                    SendError::UnknownTopic { topic: topic.clone() }
                } else {
                    self.refusal(topic.clone(), queued.size, error)
                };
                self.look_up_again(&topic, &refusal);
                Err(refusal)
            }
            Err(_) => Err(SendError::Closed { topic }),
        };
        queued.sending.sent(&result);
        result
    }

    /// Has the next send look a topic up that is gone, or that the user had no right to: librdkafka would ask again minutes later.
    fn look_up_again(&self, topic: &str, error: &SendError) {
        if error.is_of_topic() {
            self.topics.forget(topic);
        }
    }

    /// The number of messages that may be in flight.
    pub(super) fn max_in_flight(&self) -> usize {
        self.limit.max_messages()
    }

    /// Accepts no more records.
    pub(super) fn close(&self) {
        self.limit.close();
    }

    /// The result of closing, given the records that the last flush gave up.
    pub(super) fn closed(&self, given_up: Vec<ProducerRecord>, deadline: Duration) -> Result<(), CloseError> {
        // None, unless librdkafka owes a report. It counts events as well, those of logs and statistics.
        match given_up.len().max(self.limit.in_flight()) {
            0 => Ok(()),
            messages => {
                let servers = self.settings.bootstrap_servers().to_owned();
                Err(CloseError::NotDelivered { messages, deadline, servers, records: Undelivered(given_up) })
            }
        }
    }

    /// The limit of a topic whose `max.message.bytes`, which is for batches, is below the size of a batch of librdkafka: no
    /// more than that is in flight. What is not in flight together is in no batch together.
    fn topic_limit(&self, topic: &str, max_message_bytes: Option<usize>) -> Option<Arc<InFlightLimit>> {
        let limit = max_message_bytes.filter(|limit| *limit < self.batch_size)?;
        let new = || Arc::new(InFlightLimit::of_bytes(limit.saturating_sub(BATCH_OVERHEAD)));
        Some(Arc::clone(lock(&self.topic_limits).entry(topic.to_owned()).or_insert_with(new)))
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

    fn enqueue(&self, topic: &str, record: &ProducerRecord, permits: Permits) -> KafkaResult<PendingReport> {
        let (in_flight, report) = InFlight::new(record, permits);
        let mut sent: BaseRecord<'_, [u8], [u8], _> = BaseRecord::with_opaque_to(topic, Box::new(in_flight));
        sent.key = record.key.as_deref();
        sent.payload = record.payload.as_deref();
        sent.headers = (!record.headers.is_empty()).then(|| ffi::owned_headers(&record.headers));
        sent.timestamp = record.timestamp_millis();
        sent.partition = record.partition;
        self.client.send(sent).map(|()| report).map_err(|(error, _)| error)
    }

    /// Looks a topic up, by its name on the cluster.
    pub(super) async fn find_topic(&self, topic: &str) -> Result<(), SendError> {
        let topic_lock = self.topics.lock_of(topic);
        let began = Instant::now();
        self.find(topic, began, &mut *topic_lock.lock().await).await
    }

    async fn find(&self, topic: &str, began: Instant, state: &mut TopicState) -> Result<(), SendError> {
        let client = Arc::clone(&self.client);
        let fetch = move |topic: &str| client.client().fetch_metadata(Some(topic), ANSWER_TIMEOUT);
        let found = state.find(topic, began, fetch);
        found.await.map_err(|why| match why {
            NotFound::Unknown => SendError::UnknownTopic { topic: topic.to_owned() },
            NotFound::Unreachable(cause) => {
                let (reason, cause) = self.client.context().errors.explain(cause);
                SendError::Unreachable { servers: self.settings.bootstrap_servers().to_owned(), reason, cause }
            }
            NotFound::Refused(cause) => {
                SendError::Kafka { topic: topic.to_owned(), cause: cause.needing(&[write_to(topic)]) }
            }
        })
    }

    fn refusal(&self, topic: String, size: usize, error: KafkaError) -> SendError {
        let cause = Cause::new(error).needing(&[write_to(&topic)]);
        // What is queued is given up then. An error of a transaction is told by the transaction.
        if !self.has_transactions
            && let Some(ended) = self.client.client().fatal_error()
        {
            return SendError::Kafka { cause: Cause::ended_by(ended, &topic), topic };
        }
        match cause.code() {
            Some(Code::UnknownTopic | Code::UnknownTopicOrPartition) => SendError::UnknownTopic { topic },
            Some(Code::MessageSizeTooLarge | Code::MessageBatchTooLarge) => {
                SendError::TooLarge { topic, size, limit: None, set_by: SizeLimit::Topic }
            }
            Some(Code::MessageTimedOut) => SendError::TimedOut {
                topic,
                servers: self.settings.bootstrap_servers().to_owned(),
                reason: self.recent_error(),
                cause,
            },
            // librdkafka's code for a send in a transaction that has failed, and for nothing else.
            Some(Code::State) => SendError::Aborted { topic },
            Some(Code::PurgeQueue | Code::PurgeInflight) => {
                if self.limit.is_closed() {
                    SendError::Closed { topic }
                } else {
                    SendError::Aborted { topic }
                }
            }
            _ => SendError::Kafka { topic, cause },
        }
    }

    pub(super) fn recent_error(&self) -> Option<String> {
        self.client.context().errors.recent()
    }
}

impl Drop for Sender {
    fn drop(&mut self) {
        let client = Arc::clone(&self.client);
        let servers = self.settings.bootstrap_servers().to_owned();
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

/// The right that a send needs.
fn write_to(topic: &str) -> Need<'_> {
    (Code::TopicAuthorizationFailed, "Write", topic)
}

fn number(config: &NativeClientConfig, property: &str) -> Result<usize, Cause> {
    // librdkafka has checked that it is one.
    Ok(config.get(property).map_err(Cause::new)?.parse().unwrap_or(usize::MAX))
}

/// Waits until all is delivered or the deadline is over, and gives up the rest, which it returns.
pub(super) fn flush(client: &Client, deadline: Duration) -> Vec<ProducerRecord> {
    if ffi::flush(client.client(), deadline).is_ok() {
        return Vec::new();
    }
    client.context().given_up.start();
    client.purge(PurgeConfig::default().queue().inflight());
    if ffi::flush(client.client(), REPORT_DEADLINE).is_err() {
        tracing::error!("Kafka: librdkafka did not report on {} messages that were given up", client.in_flight_count());
    }
    client.context().given_up.take()
}
