//! Receiving messages.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{self, Poll};
use std::thread;
use std::time::Duration;

use futures_util::{Stream, StreamExt as _, stream};
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer as _, ConsumerContext, RebalanceProtocol, StreamConsumer};
use rdkafka::error::{KafkaError, KafkaResult, RDKafkaErrorCode as Code};
use rdkafka::message::{BorrowedMessage, Message as _};
use rdkafka::types::RDKafkaRespErr as Event;
use rdkafka::{ClientContext, TopicPartitionList};
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};
use tokio::time;

use super::error::{Cause, CloseError, ConfigError, InvalidRecord, ReceiveError};
use super::kafka::Kafka;
use super::offsets::Assignment;
use super::property::Role;
use super::record::{Received, Record};
use super::reports::Reports;
use super::topics::{ANSWER_TIMEOUT, NotFound, look_up};
use crate::message::Incoming;

pub(super) const DEFAULTS: &[(&str, &str)] =
    &[("enable.auto.offset.store", "false"), ("auto.offset.reset", "earliest"), ("allow.auto.create.topics", "false")];

/// How long a consumer that looked for its topic in vain waits before it looks again.
const PAUSE: Duration = Duration::from_secs(1);

pub(super) type Client = StreamConsumer<Context>;
type Item<I> = Result<Received<<I as Incoming>::Message>, ReceiveError>;

/// Receives the messages of a topic, each at least once, as a member of a consumer group.
///
/// It is a [`Stream`], with a [`next`](Self::next) of its own. The group goes on behind a message only once it and all
/// before it on its partition are [`done`](Received::done): what was not, comes again after a restart or a rebalance.
///
/// | property | default here | what it is |
/// |---|---|---|
/// | `group.id` | none, must be set | the group ([`Kafka::with_group`], `KAFKA_CONSUMER_GROUP_ID`) |
/// | `auto.offset.reset` | `earliest` | where a new group begins: with `latest` it misses what was sent before |
/// | `auto.commit.interval.ms` | `5000` | how often what is done is committed in the run |
/// | `enable.auto.commit` | `true` | with `false`, what is done is committed by [`close`](Self::close) only |
/// | `partition.assignment.strategy` | `cooperative-sticky` | a rebalance stops only the partitions that move |
/// | `max.poll.interval.ms` | `300000` | who does not ask for the next message for so long loses its partitions |
/// | `allow.auto.create.topics` | `false` | a topic that does not exist is an error |
///
/// `enable.auto.offset.store` is `false` and must be: `true` would commit what nobody has handled. A partition that is
/// given up in a rebalance is committed first. Switch to `cooperative-sticky` from a client with another strategy (as
/// librdkafka's default `range,roundrobin`) with all members of the group stopped, or set the other strategy.
///
/// ```
/// # use thoth_messaging::testing::InProcessKafka;
/// # use thoth_messaging::Message;
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let cluster = InProcessKafka::start()?;
/// # cluster.create_topic(&PackageReleased::DESCRIPTOR.topic)?;
/// # let kafka = cluster.kafka();
/// # let sent = PackageReleased::decode(br#"{"component_name": "c", "service_version": "1", "version": "v1",
/// #     "package_name": "flask", "package_version": "3.1.0", "index_url": "https://pypi.org/simple"}"#)?;
/// # kafka.producer()?.send(&sent).await?;
/// use std::time::Duration;
/// use thoth_messaging::client::ReceiveError;
/// use thoth_messaging::messages::PackageReleased;
///
/// let mut consumer = kafka.with_group("printer").consumer::<PackageReleased>()?;
/// while let Some(received) = consumer.next().await {
///     match received {
///         Ok(received) => {
///             println!("{}", received.message().package_name);
///             received.done();
/// #           break;
///         }
///         // No such message: look at it, then go on behind it.
///         Err(ReceiveError::Invalid(invalid)) => {
///             eprintln!("{}: {}", invalid.record, invalid.error);
///             invalid.done();
///         }
///         Err(error) if error.is_retriable() => eprintln!("{error}"),
///         Err(error) => return Err(error.into()),
///     }
/// }
/// consumer.close(Duration::from_secs(10)).await?;
/// # Ok(())
/// # }
/// ```
///
/// Dropping it without [`close`](Self::close) commits and leaves the group, too, on a thread of its own; the end of the
/// program ends that.
pub struct Consumer<I: Incoming> {
    // Dropped before the membership, which is to have the last hold of the client.
    items: Pin<Box<dyn Stream<Item = Item<I>> + Send>>,
    membership: Membership,
}

impl<I: Incoming> Consumer<I> {
    pub(super) fn new(kafka: &Kafka, incoming: I) -> Result<Self, ConfigError> {
        let (client, assignment) = connect(kafka, DEFAULTS, None)?;
        let topic = kafka.topic_name(&incoming.descriptor().topic);
        let membership =
            Membership { client: Some(Arc::clone(&client)), assignment: Arc::clone(&assignment), topic: topic.clone() };
        let reader = Reader {
            client,
            assignment,
            incoming,
            topic,
            servers: kafka.bootstrap_servers().to_owned(),
            joined: Joined::Not,
        };
        Ok(Self { items: reader.into_items(), membership })
    }

    /// The next message, or why there is none. It waits for as long as it takes, and is `None` only after
    /// [`ReceiveError::Fatal`]. It loses nothing if its future is dropped.
    ///
    /// # Errors
    ///
    /// [`ReceiveError::Invalid`] and [`ReceiveError::Tombstone`] where a record holds no message, to be marked done by
    /// whoever wants to go on behind it; [`ReceiveError::UnknownTopic`] where the topic does not exist (after 2 s, in
    /// case it was only just created); [`ReceiveError::Unreachable`] where no broker answers for 10 s at the start;
    /// [`ReceiveError::Kafka`] and [`ReceiveError::Fatal`] for what else librdkafka does not get over by itself.
    pub async fn next(&mut self) -> Option<Item<I>> {
        self.items.next().await
    }

    /// Commits what is done, and leaves the group.
    ///
    /// # Errors
    ///
    /// [`CloseError::NotCommitted`] where the commit failed, [`CloseError::NotLeft`] where the deadline was over
    /// first. In both cases the group gets again what was not committed.
    pub async fn close(self, deadline: Duration) -> Result<(), CloseError> {
        let Self { items, membership } = self;
        drop(items);
        membership.close(deadline).await
    }
}

impl<I: Incoming> Stream for Consumer<I> {
    type Item = Item<I>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut task::Context<'_>) -> Poll<Option<Self::Item>> {
        self.items.poll_next_unpin(context)
    }
}

impl<I: Incoming> fmt::Debug for Consumer<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Consumer").field("topic", &self.membership.topic).finish_non_exhaustive()
    }
}

/// A consumer that has subscribed to nothing yet, and the partitions that it will have. With `rebalances`, who listens
/// there gives revoked partitions up.
pub(super) fn connect(
    kafka: &Kafka,
    defaults: &[(&str, &str)],
    rebalances: Option<mpsc::UnboundedSender<Rebalanced>>,
) -> Result<(Arc<Client>, Arc<Assignment>), ConfigError> {
    if kafka.get("group.id").is_none_or(str::is_empty) {
        return Err(ConfigError::MissingGroup);
    }
    if Handle::try_current().is_err() {
        return Err(ConfigError::NoRuntime);
    }
    let mut config = kafka.client_config(Role::Consumer, defaults)?;
    kafka.refuse(
        &config,
        "enable.auto.offset.store",
        "true",
        "it would commit messages that nobody has handled; leave it out, `done` stores the offset",
    )?;
    // With the group protocol of Kafka 4 it is the broker that assigns, and the property an error.
    if config.get("group.protocol") != Some("consumer") && config.get("partition.assignment.strategy").is_none() {
        config.set("partition.assignment.strategy", "cooperative-sticky");
    }

    let assignment = Arc::new(Assignment::default());
    let context = Context { reports: Reports::default(), assignment: Arc::clone(&assignment), rebalances };
    let client: Arc<Client> = Arc::new(config.create_with_context(context).map_err(Cause::from)?);
    assignment.attach(&client);
    Ok((client, assignment))
}

/// What turns records into messages.
struct Reader<I> {
    client: Arc<Client>,
    assignment: Arc<Assignment>,
    incoming: I,
    topic: String,
    servers: String,
    joined: Joined,
}

/// Whether the consumer is in its group: it joins when the first message is asked for.
#[derive(PartialEq)]
enum Joined {
    Not,
    /// It did not find its topic.
    Failed,
    Yes,
}

impl<I: Incoming> Reader<I> {
    fn into_items(self) -> Pin<Box<dyn Stream<Item = Item<I>> + Send>> {
        Box::pin(stream::unfold(Some(self), async |reader| {
            let mut reader = reader?;
            let item = reader.next().await;
            let goes_on = !matches!(item, Err(ReceiveError::Fatal { .. }));
            Some((item, goes_on.then_some(reader)))
        }))
    }

    async fn next(&mut self) -> Item<I> {
        if self.joined != Joined::Yes {
            self.join().await?;
        }
        loop {
            match self.client.recv().await {
                Ok(message) => return self.read(&message),
                Err(KafkaError::PartitionEOF(_)) => {}
                Err(error) => {
                    let is_fatal = matches!(error, KafkaError::MessageConsumptionFatal(_));
                    let cause = Cause::from(error);
                    // What is transient, librdkafka gets over by itself, and the context has logged it.
                    if is_fatal || !cause.is_transient() {
                        return Err(self.failure(is_fatal, cause));
                    }
                }
            }
        }
    }

    async fn join(&mut self) -> Result<(), ReceiveError> {
        if self.joined == Joined::Failed {
            time::sleep(PAUSE).await;
        }
        self.joined = Joined::Failed;
        let client = Arc::clone(&self.client);
        let found = look_up(self.topic.clone(), move |topic| client.fetch_metadata(Some(topic), ANSWER_TIMEOUT)).await;
        match found {
            Ok(()) => {}
            Err(NotFound::Unknown) => return Err(ReceiveError::UnknownTopic { topic: self.topic.clone() }),
            Err(NotFound::Unreachable(cause)) => {
                // Reports are heard while records are asked for, of which there are none yet.
                let _ = time::timeout(Duration::from_millis(100), self.client.recv()).await;
                let reason = self.client.context().reports.recent();
                return Err(ReceiveError::Unreachable { servers: self.servers.clone(), reason, cause });
            }
            Err(NotFound::Refused(cause)) => return Err(ReceiveError::Kafka { topic: self.topic.clone(), cause }),
        }
        self.client.subscribe(&[&self.topic]).map_err(|error| self.failure(false, error.into()))?;
        self.joined = Joined::Yes;
        Ok(())
    }

    fn read(&self, message: &BorrowedMessage<'_>) -> Item<I> {
        let record = Record::new(message, &self.assignment);
        let Some(payload) = message.payload() else {
            return Err(ReceiveError::Tombstone(Box::new(record)));
        };
        match self.incoming.decode(payload) {
            Ok(message) => Ok(Received::new(message, record)),
            Err(error) => Err(ReceiveError::Invalid(Box::new(InvalidRecord { record, error }))),
        }
    }

    fn failure(&self, is_fatal: bool, cause: Cause) -> ReceiveError {
        let topic = self.topic.clone();
        match cause.code() {
            _ if is_fatal => ReceiveError::Fatal { topic, cause },
            Some(Code::UnknownTopic | Code::UnknownTopicOrPartition) => ReceiveError::UnknownTopic { topic },
            _ => ReceiveError::Kafka { topic, cause },
        }
    }
}

/// The place in the group, left when this is dropped.
pub(super) struct Membership {
    /// There until it is left.
    pub(super) client: Option<Arc<Client>>,
    pub(super) assignment: Arc<Assignment>,
    pub(super) topic: String,
}

impl Membership {
    pub(super) async fn close(mut self, deadline: Duration) -> Result<(), CloseError> {
        let topic = self.topic.clone();
        let Some(left) = self.leave() else {
            return Ok(());
        };
        match time::timeout(deadline, left).await {
            Ok(Ok(Ok(()))) => Ok(()),
            Ok(Ok(Err(error))) => Err(CloseError::NotCommitted { topic, cause: error.into() }),
            Ok(Err(_)) => Err(CloseError::NotCommitted { topic, cause: Cause::from(KafkaError::Canceled) }),
            Err(_) => Err(CloseError::NotLeft { topic, deadline }),
        }
    }

    /// Commits and leaves, on a thread of its own: librdkafka blocks until the broker has answered.
    fn leave(&mut self) -> Option<oneshot::Receiver<KafkaResult<()>>> {
        let client = self.client.take()?;
        self.assignment.detach();
        let (report, left) = oneshot::channel();
        // If there is no thread to be had, the client is dropped here after all, which commits and leaves.
        let _ = thread::Builder::new().name("kafka consumer close".to_owned()).spawn(move || {
            let committed = match client.commit_consumer_state(CommitMode::Sync) {
                // Nothing was done since the last commit.
                Err(KafkaError::ConsumerCommit(Code::NoOffset)) => Ok(()),
                committed => committed,
            };
            drop(client);
            let _ = report.send(committed);
        });
        Some(left)
    }
}

impl Drop for Membership {
    fn drop(&mut self) {
        self.leave();
    }
}

pub(super) struct Context {
    pub(super) reports: Reports,
    assignment: Arc<Assignment>,
    rebalances: Option<mpsc::UnboundedSender<Rebalanced>>,
}

/// Partitions that another consumer is to have.
#[derive(Debug)]
pub(crate) enum Rebalanced {
    /// They are to be given up: until then, nobody else gets them.
    Revoked(TopicPartitionList),
    /// Another one has them already.
    Lost(TopicPartitionList),
}

impl ClientContext for Context {
    fn error(&self, error: KafkaError, reason: &str) {
        self.reports.hear(&error, reason);
    }
}

impl ConsumerContext for Context {
    /// Only takes note: it runs inside of a poll. librdkafka commits what was stored for a partition, and waits for
    /// the answer, before it gives the partition up.
    fn rebalance(&self, client: &BaseConsumer<Self>, event: Event, partitions: &mut TopicPartitionList) {
        if event == Event::RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS {
            let assigned = match client.rebalance_protocol() {
                RebalanceProtocol::Cooperative => client.incremental_assign(partitions),
                _ => client.assign(partitions),
            };
            return assigned.unwrap_or_else(|error| log::error!("Kafka: partitions not taken: {error}"));
        }
        let rebalances = self.rebalances.as_ref();
        if client.assignment_lost() {
            let _ = rebalances.map(|rebalances| rebalances.send(Rebalanced::Lost(partitions.clone())));
        } else if rebalances.is_some_and(|it| it.send(Rebalanced::Revoked(partitions.clone())).is_ok()) {
            return;
        }
        give_up(client, &self.assignment, partitions);
    }
}

/// Gives revoked partitions up: what is done for their records from now on changes nothing.
pub(super) fn give_up<C>(client: &C, assignment: &Assignment, partitions: &TopicPartitionList)
where
    C: rdkafka::consumer::Consumer<Context>,
{
    assignment.revoked(partitions);
    let given_up = match client.rebalance_protocol() {
        RebalanceProtocol::Cooperative => client.incremental_unassign(partitions),
        _ => client.unassign(),
    };
    given_up.unwrap_or_else(|error| log::error!("Kafka: partitions not given up: {error}"));
}
