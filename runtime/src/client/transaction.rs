//! Sending in transactions, and exactly once from topic to topic.

use std::fmt;
use std::mem;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use futures_util::{Stream, StreamExt as _, stream};
use rdkafka::error::{KafkaError, KafkaResult};
use rdkafka::producer::Producer as _;
use rdkafka::util::Timeout;
use tokio::sync::oneshot;
use tokio::{task, time};

use super::error::{AbortReason, Cause, CloseError, SendError, TransactionError};
use super::handled::Handled;
use super::kafka::Kafka;
use super::producer::{Delivery, WINDOW};
use super::producer_record::{IntoRecord, ProducerRecord};
use super::record::Record;
use super::sender::{Client, Queued, Sender, flush};

/// librdkafka's own default of `transaction.timeout.ms`.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(60);

/// How long a step that may work later waits before it is tried again.
const PAUSE: Duration = Duration::from_millis(100);

/// Sends in transactions: what is sent in one, and what it marks as handled, counts all together or not at all.
///
/// It is made by [`Kafka::transactional`], with a `transactional.id` that says who it is across restarts: a new producer
/// of the same id ends what the old one left open, and the old one can't do anything any more. All settings of a
/// [`Producer`](super::Producer) apply, and `transaction.timeout.ms` (60,000) is how long a transaction may take before
/// Kafka aborts it.
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
/// A record that holds no message ([`ReceiveError::Invalid`](super::ReceiveError::Invalid)) is to be marked as well, with
/// what is sent in its place, as a dead letter. While a transaction is being aborted, which a failed commit does, too, its
/// consumers go back: do not ask them for messages meanwhile.
///
/// Who reads what was sent must have `isolation.level=read_committed`, which is the default of a
/// [`Consumer`](super::Consumer): it never sees what was aborted.
pub struct TransactionalProducer {
    sender: Arc<Sender>,
    id: String,
    timeout: Duration,
    /// The transaction that was begun last, until it is known how it ended.
    open: Option<Open>,
    /// What goes on although nobody waits for it, because its future was dropped.
    running: Option<(Step, oneshot::Receiver<KafkaResult<()>>)>,
}

struct Open {
    handled: Arc<Handled>,
    /// It is to be aborted, even where Kafka was asked to commit it.
    aborting: bool,
}

/// A transaction that many write to at once. Who ends it sees to it that nobody does any more.
pub(crate) struct OpenTransaction {
    sender: Arc<Sender>,
    handled: Arc<Handled>,
}

/// Why a transaction is not committed.
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
    handled: Arc<Handled>,
}

impl TransactionalProducer {
    pub(super) async fn new(kafka: &Kafka, id: String) -> Result<Self, TransactionError> {
        let timeout = kafka.get("transaction.timeout.ms").and_then(|value| value.parse().ok());
        let timeout = timeout.map_or(DEFAULT_TIMEOUT, Duration::from_millis);
        let kafka = with_delivery_timeout(kafka, timeout);
        let sender = Arc::new(Sender::new(&kafka, &[("transactional.id", &id)]).map_err(TransactionError::Config)?);
        let producer = Self { sender, id, timeout, open: None, running: None };
        let deadline = Instant::now() + timeout;
        let client = Arc::clone(&producer.sender.client);
        let initialized = on_a_thread(move || insist(deadline, || client.init_transactions(PATIENCE)));
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
        let handled = self.start()?;
        Ok(Transaction { producer: self, handled })
    }

    /// Begins a transaction that many may write to at once, and that is ended here.
    pub(crate) fn open(&mut self) -> Result<OpenTransaction, TransactionError> {
        let handled = self.start()?;
        Ok(OpenTransaction { sender: Arc::clone(&self.sender), handled })
    }

    fn start(&mut self) -> Result<Arc<Handled>, TransactionError> {
        self.sender.client.begin_transaction().map_err(|error| self.failure(error))?;
        let handled = Arc::new(Handled::default());
        self.open = Some(Open { handled: Arc::clone(&handled), aborting: false });
        Ok(handled)
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
        // How the step before ended shows in what follows.
        let _ = self.finish().await;
        match &self.open {
            None => Ok(()),
            Some(open) if open.handled.is_sent() && !open.aborting => self.commit().await,
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
        // How the step before ended shows in what follows.
        let _ = self.finish().await;
        let Some(open) = &self.open else {
            return Ok(());
        };
        let deadline = Instant::now() + self.timeout;
        let handled = Arc::clone(&open.handled);
        let committed = self.run(Step::Commit, move |client| {
            handled.send_to(client, |send| insist(deadline, send))?;
            insist(deadline, || client.commit_transaction(PATIENCE))
        });
        let Err(error) = committed.await else {
            return Ok(());
        };
        let in_doubt = self.open.as_ref().is_some_and(|open| open.handled.is_sent());
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
        let handled = Arc::clone(&open.handled);
        let deadline = Instant::now() + self.timeout;
        let aborted = self.run(Step::Abort, move |client| {
            insist(deadline, || client.abort_transaction(PATIENCE))?;
            handled.rewind();
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
                open.handled.settle();
            }
        }
        result
    }

    fn abort_reason(&self, error: KafkaError) -> AbortReason {
        let refused = self.open.as_ref().and_then(|open| open.handled.refused());
        refused.unwrap_or_else(|| AbortReason::Kafka(error.into()))
    }

    fn failure(&self, error: KafkaError) -> TransactionError {
        let id = self.id.clone();
        match Severity::of(&error) {
            Severity::Retriable => TransactionError::Unreachable {
                id,
                servers: self.sender.kafka.bootstrap_servers().to_owned(),
                reason: self.sender.recent_report(),
                cause: error.into(),
            },
            Severity::Abortable | Severity::Fatal => TransactionError::Fatal { id, cause: error.into() },
        }
    }
}

impl OpenTransaction {
    /// Refuses what can be known to be refused; the transaction goes on.
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
        self.handled.add(record);
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
        stream::iter(messages).map(|message| self.send(message)).buffered(WINDOW)
    }

    /// Marks a record handled if and only if the transaction is committed (Kafka's `sendOffsetsToTransaction`).
    ///
    /// The records of a partition are to be marked without leaving one out. From the first one on, the offsets of its
    /// consumer are committed in transactions only: what is marked by [`Record::ack`] is committed by the next
    /// transaction that marks a record behind it.
    pub fn ack(&self, record: impl Into<Record>) {
        self.handled.add(&record.into());
    }

    /// Commits it: from now on all that was sent can be read, and the records that it marked are handled.
    ///
    /// # Errors
    ///
    /// [`TransactionError::Aborted`] where nothing of it counts: the consumers whose records it marked go back to them.
    /// [`TransactionError::Unreachable`] where Kafka did not answer before `transaction.timeout.ms` was over: it may
    /// be committed or not; the next [`begin`](TransactionalProducer::begin) finds out and says so.
    /// [`TransactionError::Fatal`] where the producer can't go on.
    pub async fn commit(self) -> Result<(), TransactionError> {
        self.producer.commit().await
    }

    /// Aborts it: nothing that was sent is ever read as committed, and the consumers whose records it marked go back
    /// to them.
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

/// How long librdkafka may take for a step before it is asked again; it goes on with the step meanwhile.
pub(super) const PATIENCE: Timeout = Timeout::After(Duration::from_secs(1));

/// What is left to do after an error.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Severity {
    /// The same again.
    Retriable,
    /// To abort the transaction.
    Abortable,
    /// To make a new producer.
    Fatal,
}

impl Severity {
    fn of(error: &KafkaError) -> Self {
        match error {
            KafkaError::Transaction(error) if error.is_fatal() => Self::Fatal,
            KafkaError::Transaction(error) if error.txn_requires_abort() => Self::Abortable,
            KafkaError::Transaction(error) if error.is_retriable() => Self::Retriable,
            KafkaError::Transaction(_) => Self::Abortable,
            error if Cause::from(error.clone()).is_transient() => Self::Retriable,
            _ => Self::Abortable,
        }
    }
}

/// Runs what may block for long. A thread of tokio's would hold up the end of its runtime.
fn on_a_thread<F>(blocking: F) -> oneshot::Receiver<KafkaResult<()>>
where
    F: FnOnce() -> KafkaResult<()> + Send + 'static,
{
    let (report, reported) = oneshot::channel();
    // Without a thread to be had, the report is dropped, which is an error.
    let _ = thread::Builder::new().name("kafka transaction".to_owned()).spawn(move || {
        let _ = report.send(blocking());
    });
    reported
}

/// Tries again what may work later, until the deadline. Blocks.
fn insist(deadline: Instant, step: impl Fn() -> KafkaResult<()>) -> KafkaResult<()> {
    loop {
        match step() {
            Err(error) if Severity::of(&error) == Severity::Retriable && Instant::now() < deadline => {
                thread::sleep(PAUSE);
            }
            result => return result,
        }
    }
}

/// librdkafka refuses a message that may take longer than its transaction.
fn with_delivery_timeout(kafka: &Kafka, timeout: Duration) -> Kafka {
    if kafka.get("delivery.timeout.ms").is_some() || timeout > Duration::from_secs(30) {
        return kafka.clone();
    }
    kafka.clone().with("delivery.timeout.ms", timeout.as_millis().to_string())
}
