//! Sending in transactions, and exactly once from topic to topic.

use std::fmt;
use std::mem;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::{Stream, stream};
use rdkafka::error::{KafkaError, KafkaResult, RDKafkaErrorCode as Code};
use rdkafka::producer::Producer as _;
use tokio::sync::oneshot;
use tokio::{task, time};

use super::delivery::Delivery;
use super::producer_record::{IntoRecord, ProducerRecord};
use super::queued::{Client, Queued};
use super::sender::{Sender, flush};
use super::transaction_offsets::TransactionOffsets;
use super::transaction_steps::{CALL_TIME, CALL_TIMEOUT, Severity, on_a_thread, retry};
use crate::client::consumer::record::Record;
use crate::client::error::{AbortReason, Cause, CloseError, SendError, TransactionError};
use crate::client::ffi;
use crate::client::settings::Settings;

/// librdkafka's own default of `transaction.timeout.ms`.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(60);

/// Sends in transactions: what is sent in one, and the offsets of what it acknowledges, are committed together or not at all.
///
/// It is made by [`Kafka::transactional`](crate::client::Kafka::transactional), with a `transactional.id` that identifies it
/// across restarts: a new producer of the same id ends what the old one left open, and the old one is fenced off. All settings
/// of a [`Producer`](super::Producer) apply, and `transaction.timeout.ms` (60,000) is the time that a transaction may take
/// before Kafka aborts it.
///
/// Consume, transform, produce, exactly once:
///
/// ```no_run
/// use std::time::Duration;
/// use thoth_messaging::Kafka;
/// use thoth_messaging::client::TransactionError;
/// use thoth_messaging::messages::PackageReleased;
///
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// let kafka = Kafka::from_env()?.with_group("mirror");
/// let mut consumer = kafka.consumer::<PackageReleased>()?;
/// let mut producer = kafka.transactional("mirror-1").await?;
/// loop {
///     let transaction = producer.begin().await?;
///     for received in consumer.next_batch(100, Duration::from_millis(50)).await {
///         let (message, record) = received?.into_parts();
///         transaction.send(&message).await?; // to another topic, where this is no example
///         transaction.ack(record);
///     }
///     match transaction.commit().await {
///         Ok(()) => {}
///         // Nothing of it counts, and the consumer gives its records again.
///         Err(error) if error.is_retriable() => eprintln!("{error}"),
///         Err(error) => return Err(error.into()),
///     }
/// }
/// # }
/// ```
///
/// A record that holds no message ([`ReceiveError::Invalid`](crate::client::ReceiveError::Invalid)) must be acknowledged as
/// well, with what is sent in its place, as a dead letter. While a transaction is being aborted, which a failed commit does,
/// too, its consumers go back: do not ask them for messages meanwhile.
///
/// A consumer of what was sent must have `isolation.level=read_committed`, which is the default of a
/// [`Consumer`](crate::client::Consumer): it never sees what was aborted.
pub struct TransactionalProducer {
    sender: Arc<Sender>,
    id: String,
    timeout: Duration,
    /// The transaction that was begun last, until it is known how it ended.
    open: Option<Open>,
    /// The step that was begun last. It goes on if its future is dropped.
    running: Option<(Step, oneshot::Receiver<KafkaResult<()>>)>,
}

struct Open {
    offsets: Arc<TransactionOffsets>,
    /// It is to be aborted, even where Kafka was asked to commit it.
    aborting: bool,
}

/// A transaction that several tasks write to at once. They must have ended before it does.
pub(crate) struct OpenTransaction {
    sender: Arc<Sender>,
    offsets: Arc<TransactionOffsets>,
}

/// The reason for which a transaction is not committed.
pub(crate) enum Uncommitted {
    /// It can only be aborted.
    ToAbort(AbortReason),
    /// It is not known how it ended, or the producer can't go on.
    Failed(TransactionError),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Commit,
    Abort,
}

/// A transaction, ended by [`commit`](Self::commit) or [`abort`](Self::abort).
///
/// If it is dropped, nothing can be asked of Kafka, which takes waiting: the next [`TransactionalProducer::begin`], or
/// [`close`](TransactionalProducer::close), aborts it; until then, who reads committed messages waits behind it, at
/// most for `transaction.timeout.ms`.
#[must_use = "a transaction that is not committed is aborted"]
pub struct Transaction<'a> {
    producer: &'a mut TransactionalProducer,
    offsets: Arc<TransactionOffsets>,
}

impl TransactionalProducer {
    pub(in crate::client) async fn new(settings: &Settings, id: String) -> Result<Self, TransactionError> {
        let timeout = settings.get("transaction.timeout.ms").and_then(|value| value.parse().ok());
        let timeout = timeout.map_or(DEFAULT_TIMEOUT, Duration::from_millis);
        let settings = with_delivery_timeout(settings, timeout);
        let sender = Arc::new(Sender::new(&settings, &[("transactional.id", &id)]).map_err(TransactionError::Config)?);
        let producer = Self { sender, id, timeout, open: None, running: None };
        let deadline = Instant::now() + timeout;
        let client = Arc::clone(&producer.sender.client);
        let initialized = on_a_thread(move || retry(deadline, || client.init_transactions(CALL_TIMEOUT)));
        let initialized = initialized.await.unwrap_or(Err(KafkaError::Canceled));
        initialized.map_err(|error| producer.failure(error))?;
        Ok(producer)
    }

    /// Begins a transaction. Where one before it was dropped, it is aborted first.
    ///
    /// # Errors
    ///
    /// [`TransactionError::Unreachable`] where the one before it could not be ended, and
    /// [`TransactionError::Aborted`] where the end of that one was in doubt and is known now: it was aborted. In both
    /// cases, begin again. [`TransactionError::Fatal`] where this producer can't go on.
    pub async fn begin(&mut self) -> Result<Transaction<'_>, TransactionError> {
        self.end_last().await?;
        let offsets = self.start()?;
        Ok(Transaction { producer: self, offsets })
    }

    /// Begins a transaction that several tasks may write to at once, and that is ended here.
    pub(crate) fn open(&mut self) -> Result<OpenTransaction, TransactionError> {
        let offsets = self.start()?;
        Ok(OpenTransaction { sender: Arc::clone(&self.sender), offsets })
    }

    fn start(&mut self) -> Result<Arc<TransactionOffsets>, TransactionError> {
        self.sender.client.begin_transaction().map_err(|error| self.failure(error))?;
        let offsets = Arc::new(TransactionOffsets::default());
        self.open = Some(Open { offsets: Arc::clone(&offsets), aborting: false });
        Ok(offsets)
    }

    /// Aborts the transaction that is open, if one is, and ends the producer.
    ///
    /// # Errors
    ///
    /// [`CloseError::NotAborted`] where the deadline was over first, or Kafka refused it: it is aborted when
    /// `transaction.timeout.ms` is over, or a new producer of this id is made.
    pub async fn close(mut self, deadline: Duration) -> Result<(), CloseError> {
        let ended = time::timeout(deadline, self.end_last()).await;
        self.sender.close();
        let client = Arc::clone(&self.sender.client);
        let given_up = task::spawn_blocking(move || flush(&client, Duration::ZERO)).await.unwrap_or_default();
        match ended {
            Ok(Ok(()) | Err(TransactionError::Aborted { .. })) => self.sender.closed(given_up, deadline),
            Ok(Err(_)) | Err(_) => Err(CloseError::NotAborted { id: mem::take(&mut self.id), deadline }),
        }
    }

    /// Ends what was begun and not ended: aborts it, unless Kafka was asked to commit it.
    async fn end_last(&mut self) -> Result<(), TransactionError> {
        // The result of the step before shows in what follows.
        let _ = self.finish().await;
        match &self.open {
            None => Ok(()),
            Some(open) if open.offsets.are_sent() && !open.aborting => self.commit().await,
            Some(_) => self.abort().await,
        }
    }

    async fn commit(&mut self) -> Result<(), TransactionError> {
        match self.try_commit().await {
            Ok(()) => Ok(()),
            Err(Uncommitted::ToAbort(reason)) => {
                self.abort().await?;
                Err(TransactionError::Aborted { id: self.id.clone(), reason })
            }
            Err(Uncommitted::Failed(error)) => Err(error),
        }
    }

    /// Commits what is open, and aborts nothing. It may be called again where it did not come to an end.
    pub(crate) async fn try_commit(&mut self) -> Result<(), Uncommitted> {
        // The result of the step before shows in what follows.
        let _ = self.finish().await;
        let Some(open) = &self.open else {
            return Ok(());
        };
        let deadline = Instant::now() + self.timeout;
        let offsets = Arc::clone(&open.offsets);
        let committed = self.run(Step::Commit, move |client| {
            offsets.send_to(client, |send| retry(deadline, send))?;
            retry(deadline, || {
                ffi::flush(client.client(), CALL_TIME)?;
                client.commit_transaction(CALL_TIMEOUT)
            })
        });
        let Err(error) = committed.await else {
            return Ok(());
        };
        let in_doubt = self.open.as_ref().is_some_and(|open| open.offsets.are_sent());
        Err(match Severity::of(&error) {
            Severity::Fatal => Uncommitted::Failed(self.failure(error)),
            Severity::Retriable if in_doubt => Uncommitted::Failed(self.failure(error)),
            Severity::Retriable | Severity::Abortable => Uncommitted::ToAbort(self.abort_reason(error)),
        })
    }

    /// Aborts what is open, and has its consumers go back, which must not be asked for records meanwhile.
    pub(crate) async fn abort(&mut self) -> Result<(), TransactionError> {
        let _ = self.finish().await;
        let Some(open) = &mut self.open else {
            return Ok(());
        };
        open.aborting = true;
        let offsets = Arc::clone(&open.offsets);
        let deadline = Instant::now() + self.timeout;
        let aborted = self.run(Step::Abort, move |client| {
            retry(deadline, || client.abort_transaction(CALL_TIMEOUT))?;
            offsets.rewind();
            Ok(())
        });
        aborted.await.map_err(|error| self.failure(error))
    }

    /// Takes a step, on a thread where it may block.
    async fn run<F>(&mut self, step: Step, blocking: F) -> KafkaResult<()>
    where
        F: FnOnce(&Client) -> KafkaResult<()> + Send + 'static,
    {
        let client = Arc::clone(&self.sender.client);
        self.running = Some((step, on_a_thread(move || blocking(&client))));
        self.finish().await
    }

    /// Waits for the end of the step that was taken last.
    async fn finish(&mut self) -> KafkaResult<()> {
        let Some((step, running)) = &mut self.running else {
            return Ok(());
        };
        let result = running.await.unwrap_or(Err(KafkaError::Canceled));
        let step = *step;
        self.running = None;
        if result.is_ok() {
            let open = self.open.take();
            if let (Some(open), Step::Commit) = (open, step) {
                open.offsets.committed();
            }
        }
        result
    }

    fn abort_reason(&self, error: KafkaError) -> AbortReason {
        let refused = self.open.as_ref().and_then(|open| open.offsets.refused());
        refused.unwrap_or_else(|| AbortReason::Kafka(Cause::new(error)))
    }

    fn failure(&self, error: KafkaError) -> TransactionError {
        let id = self.id.clone();
        let cause = |error| Cause::new(error).needing(&[(Code::TransactionalIdAuthorizationFailed, "Write", &self.id)]);
        match Severity::of(&error) {
            Severity::Retriable => TransactionError::Unreachable {
                id,
                servers: self.sender.settings.bootstrap_servers().to_owned(),
                reason: self.sender.recent_error(),
                cause: cause(error),
            },
            Severity::Abortable | Severity::Fatal => TransactionError::Fatal { id, cause: cause(error) },
        }
    }
}

impl OpenTransaction {
    /// Checks a record before it is queued. An error leaves the transaction as it is.
    pub(crate) async fn check(&self, record: &ProducerRecord) -> Result<(), SendError> {
        self.sender.check(record).await
    }

    /// Queues a record behind those that were queued before it.
    pub(crate) async fn queue(&self, record: ProducerRecord) -> Result<Queued, SendError> {
        self.sender.queue(record).await
    }

    /// Waits until a record is delivered. If it is not, the transaction can only be aborted.
    pub(crate) async fn delivered(&self, queued: &mut Queued) -> Result<Delivery, SendError> {
        self.sender.delivered(queued).await
    }

    /// As [`Transaction::ack`].
    pub(crate) fn ack(&self, record: &Record) {
        self.offsets.add(record);
    }
}

impl Transaction<'_> {
    /// Sends a message in the transaction, as [`Producer::send`](super::Producer::send).
    ///
    /// # Errors
    ///
    /// As [`Producer::send`](super::Producer::send). If it is Kafka that did not take the message, the transaction can
    /// only be aborted, and [`commit`](Self::commit) does so. librdkafka may then lose count of the messages on the
    /// partition, and have the next transaction aborted, too ([`SendError::Aborted`]): begin again.
    pub async fn send<R: IntoRecord>(&self, message: R) -> Result<Delivery, SendError> {
        let record = message.into_record().map_err(SendError::Encode)?;
        self.producer.sender.deliver(record).await
    }

    /// Sends many messages in the transaction, as [`Producer::send_all`](super::Producer::send_all).
    pub fn send_all<I>(&self, messages: I) -> impl Stream<Item = Result<Delivery, SendError>> + use<'_, I>
    where
        I: IntoIterator<Item: IntoRecord>,
    {
        self.producer.sender.send_all(stream::iter(messages))
    }

    /// Acknowledges a record if and only if the transaction is committed (Kafka's `sendOffsetsToTransaction`).
    ///
    /// The records of a partition must be acknowledged without leaving one out. From the first one on, the offsets of its
    /// consumer are committed in transactions only: what is acknowledged by [`Record::ack`] is committed by the next
    /// transaction that acknowledges a record behind it.
    pub fn ack(&self, record: impl Into<Record>) {
        self.offsets.add(&record.into());
    }

    /// Commits it: from now on all that was sent can be read, and the records that it acknowledged do not come again.
    ///
    /// # Errors
    ///
    /// [`TransactionError::Aborted`] where nothing of it counts: the consumers whose records it acknowledged go back to them.
    /// [`TransactionError::Unreachable`] where Kafka did not answer before `transaction.timeout.ms` was over: it may
    /// be committed or not; the next [`begin`](TransactionalProducer::begin) finds out and says so.
    /// [`TransactionError::Fatal`] where the producer can't go on.
    pub async fn commit(self) -> Result<(), TransactionError> {
        self.producer.commit().await
    }

    /// Aborts it: nothing that was sent is ever read as committed, and the consumers whose records it acknowledged go
    /// back to them.
    ///
    /// # Errors
    ///
    /// [`TransactionError::Unreachable`] where Kafka did not answer before `transaction.timeout.ms` was over: it is
    /// never committed, and the next [`begin`](TransactionalProducer::begin) tries again to abort it.
    /// [`TransactionError::Fatal`] where the producer can't go on.
    pub async fn abort(self) -> Result<(), TransactionError> {
        self.producer.abort().await
    }
}

impl fmt::Debug for TransactionalProducer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TransactionalProducer").field("id", &self.id).finish_non_exhaustive()
    }
}

impl fmt::Debug for Transaction<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transaction").field("id", &self.producer.id).finish_non_exhaustive()
    }
}

/// librdkafka refuses a message that may take longer than its transaction.
fn with_delivery_timeout(settings: &Settings, timeout: Duration) -> Settings {
    if settings.get("delivery.timeout.ms").is_some() || timeout > Duration::from_secs(30) {
        return settings.clone();
    }
    settings.clone().with("delivery.timeout.ms", timeout.as_millis().to_string())
}
