//! Receiving messages.

use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{self, Poll};
use std::thread;
use std::time::Duration;

use futures_util::{Stream, StreamExt as _};
use metrics::counter;
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer as _, ConsumerContext, RebalanceProtocol, StreamConsumer};
use rdkafka::error::{KafkaError, KafkaResult, RDKafkaErrorCode as Code};
use rdkafka::types::RDKafkaRespErr as Event;
use rdkafka::{ClientContext, Statistics, TopicPartitionList};
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};
use tokio::time;

use super::error::{Cause, CloseError, ConfigError, ReceiveError};
use super::identity::begin_anew;
use super::kafka::Kafka;
use super::offsets::Assignment;
use super::positions::TopicPartition;
use super::property::Role;
use super::pulse::Pulse;
use super::reader::{Items, Reader, Start};
use super::record::Received;
use super::reports::Reports;
use super::statistics::ConsumerGauges;
use super::tokens::Refresh;
use crate::message::Decoder;
use crate::metrics::{FAILED_COMMITS, REBALANCES};

pub(super) const DEFAULTS: &[(&str, &str)] =
    &[("enable.auto.offset.store", "false"), ("auto.offset.reset", "earliest"), ("allow.auto.create.topics", "false")];

pub(super) type Client = StreamConsumer<Context>;
pub(super) type Item<I> = Result<Received<<I as Decoder>::Message>, ReceiveError>;

/// Receives the messages of a topic, or of [`OneOf`](crate::OneOf), each at least once, as a member of a consumer
/// group.
///
/// It is a [`Stream`], with a [`next`](Self::next) of its own. The group goes on behind a message only once it and all
/// before it on its partition are [`ack`](Received::ack): what was not, comes again after a restart or a rebalance.
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
/// | `isolation.level` | `read_committed` | what was sent in a transaction is given once it is committed, or never |
/// | `group.instance.id` | none | a static member: it keeps its partitions through a restart within `session.timeout.ms` |
/// | `group.protocol` | `classic` | `consumer` is that of Kafka 4, where the brokers assign |
/// | `statistics.interval.ms` | `0` | how often its [metrics](crate::metrics) are set, while it is asked for messages |
///
/// `enable.auto.offset.store` is `false` and must be: `true` would commit what nobody has handled. A partition that is
/// given up in a rebalance is committed first. Switch to `cooperative-sticky` from a client with another strategy (as
/// librdkafka's default `range,roundrobin`) with all members of the group stopped, or set the other strategy.
///
#[cfg_attr(feature = "testing", doc = "```")]
#[cfg_attr(not(feature = "testing"), doc = "```ignore")]
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
///             received.ack();
/// #           break;
///         }
///         // No such message: look at it, then go on behind it.
///         Err(ReceiveError::Invalid(invalid)) => {
///             eprintln!("{}: {}", invalid.record, invalid.error);
///             invalid.ack();
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
pub struct Consumer<I: Decoder> {
    // Dropped before the membership, which is to have the last hold of the client.
    items: Items<I>,
    /// What was received and not yet given.
    ahead: VecDeque<Item<I>>,
    pub(super) membership: Membership,
}

impl<I: Decoder> Consumer<I> {
    pub(super) fn new(kafka: &Kafka, decoder: I, start: Start) -> Result<Self, ConfigError> {
        let (client, assignment) = connect(kafka, DEFAULTS, None)?;
        if start != Start::Group {
            assignment.store_nothing();
        }
        let reader = Reader::new(kafka, Arc::clone(&client), Arc::clone(&assignment), decoder, start);
        let in_group = start == Start::Group;
        let membership = Membership { client: Some(client), assignment, topic: reader.name(), in_group };
        Ok(Self { items: reader.into_items(), ahead: VecDeque::new(), membership })
    }

    /// The next message, or why there is none. It waits for as long as it takes, and is `None` only after
    /// [`ReceiveError::Fatal`] and [`ReceiveError::TopicReplaced`]. It loses nothing if its future is dropped.
    ///
    /// # Errors
    ///
    /// [`ReceiveError::Invalid`] and [`ReceiveError::Tombstone`] where a record holds no message, to be marked done by
    /// whoever wants to go on behind it; [`ReceiveError::UnknownTopic`] where the topic does not exist (after 2 s, in
    /// case it was only just created); [`ReceiveError::Unreachable`] where no broker answers for 10 s at the start,
    /// or lets the client in at any time; [`ReceiveError::TopicReplaced`] where the topic was deleted and made anew;
    /// [`ReceiveError::Kafka`] and [`ReceiveError::Fatal`] for what else librdkafka does not get over by itself.
    pub async fn next(&mut self) -> Option<Item<I>> {
        match self.ahead.pop_front() {
            Some(item) => Some(item),
            None => self.items.next().await,
        }
    }

    /// The next messages: up to `max` of them, or what there is when `wait` is over, which counts from the first one
    /// on. For that it waits for as long as it takes. A batch ends at an error that is no record's, and is empty only
    /// after [`ReceiveError::Fatal`]. Nothing is lost if the future is dropped.
    ///
    /// ```no_run
    /// # async fn run(kafka: thoth_messaging::Kafka) -> Result<(), Box<dyn std::error::Error>> {
    /// use std::time::Duration;
    /// use thoth_messaging::messages::PackageReleased;
    ///
    /// let mut consumer = kafka.consumer::<PackageReleased>()?;
    /// let batch = consumer.next_batch(500, Duration::from_millis(200)).await;
    /// let received = batch.into_iter().collect::<Result<Vec<_>, _>>()?;
    /// // … all of it is handled at once, then:
    /// received.into_iter().for_each(|received| received.ack());
    /// # Ok(())
    /// # }
    /// ```
    pub async fn next_batch(&mut self, max: usize, wait: Duration) -> Vec<Item<I>> {
        let max = max.max(1);
        if self.ahead.is_empty() {
            self.ahead.extend(self.items.next().await);
        }
        let deadline = time::Instant::now() + wait;
        let has_record = |item: &Item<I>| item.as_ref().err().is_none_or(|error| error.record().is_some());
        while self.ahead.len() < max && self.ahead.back().is_some_and(has_record) {
            match time::timeout_at(deadline, self.items.next()).await {
                Ok(Some(item)) => self.ahead.push_back(item),
                Ok(None) | Err(_) => break,
            }
        }
        let end = self.ahead.iter().position(|item| !has_record(item)).map_or(max, |failed| max.min(failed + 1));
        self.ahead.drain(..end.min(self.ahead.len())).collect()
    }

    /// Waits until a message is there to be given, or partitions were assigned.
    pub(super) async fn ahead_or_assigned(&mut self) -> Result<(), ReceiveError> {
        let assigned = Arc::clone(&self.membership.assignment);
        let item = tokio::select! {
            item = self.items.next() => item,
            () = assigned.assigned.notified() => None,
        };
        match item {
            Some(Err(error)) if error.record().is_none() => return Err(error),
            item => self.ahead.extend(item),
        }
        Ok(())
    }

    /// Forgets what was received of these partitions and not yet given.
    pub(super) fn forget_ahead(&mut self, partitions: &[TopicPartition]) {
        self.ahead.retain(|item| {
            let record = match item {
                Ok(received) => Some(received.record()),
                Err(error) => error.record(),
            };
            record.is_none_or(|record| {
                !partitions.iter().any(|it| it.topic == record.topic() && it.partition == record.partition())
            })
        });
    }

    /// Commits what is done, and leaves the group.
    ///
    /// # Errors
    ///
    /// [`CloseError::NotCommitted`] where the commit failed, [`CloseError::NotLeft`] where the deadline was over
    /// first. In both cases the group gets again what was not committed.
    pub async fn close(self, deadline: Duration) -> Result<(), CloseError> {
        let Self { items, ahead, membership } = self;
        drop((items, ahead));
        membership.close(deadline).await
    }
}

impl<I: Decoder> Stream for Consumer<I> {
    type Item = Item<I>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut task::Context<'_>) -> Poll<Option<Self::Item>> {
        match self.ahead.pop_front() {
            Some(item) => Poll::Ready(Some(item)),
            None => self.items.poll_next_unpin(context),
        }
    }
}

// Nothing in it is ever pinned where it stands.
impl<I: Decoder> Unpin for Consumer<I> {}

impl<I: Decoder> fmt::Debug for Consumer<I> {
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
        "it would commit messages that nobody has handled; leave it out, `ack` stores the offset",
    )?;
    // With the group protocol of Kafka 4 it is the broker that assigns, and the property an error.
    let brokers_assign = config.get("group.protocol") == Some("consumer");
    if !brokers_assign && config.get("partition.assignment.strategy").is_none() {
        config.set("partition.assignment.strategy", "cooperative-sticky");
    }

    let assignment = Arc::new(Assignment::default());
    let reads_committed = config.get("isolation.level") != Some("read_uncommitted");
    let context = Context {
        reports: Reports::default(),
        assignment: Arc::clone(&assignment),
        rebalances,
        refresh: Refresh::default(),
        gauges: ConsumerGauges::new(kafka.group().unwrap_or_default(), reads_committed),
        brokers_assign,
        pulse: Arc::default(),
    };
    let client: Arc<Client> = Arc::new(config.create_with_context(context).map_err(Cause::from)?);
    assignment.attach(&client);
    kafka.authenticate(&client)?;
    Ok((client, assignment))
}

/// Hears what librdkafka has reported, which it does while records are asked for; before there are any.
pub(super) async fn hear_reports(client: &Client) {
    let listening = async {
        loop {
            let _ = client.recv().await;
        }
    };
    let _ = time::timeout(Duration::from_millis(100), listening).await;
}

/// The place in the group, left when this is dropped.
pub(super) struct Membership {
    /// There until it is left.
    pub(super) client: Option<Arc<Client>>,
    pub(super) assignment: Arc<Assignment>,
    pub(super) topic: String,
    /// Whether it commits at all.
    pub(super) in_group: bool,
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
        let replaced = self.assignment.identity.replaced_topic().filter(|_| self.in_group);
        let (report, left) = oneshot::channel();
        // If there is no thread to be had, the client is dropped here after all, which commits and leaves.
        let _ = thread::Builder::new().name("kafka consumer close".to_owned()).spawn(move || {
            let committed = match client.commit_consumer_state(CommitMode::Sync) {
                // Nothing was done since the last commit.
                Err(KafkaError::ConsumerCommit(Code::NoOffset)) => Ok(()),
                committed => committed,
            };
            let committed = committed.and(replaced.map_or(Ok(()), |topic| begin_anew(&client, &topic)));
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
    refresh: Refresh,
    gauges: ConsumerGauges,
    /// With the group protocol of Kafka 4.
    brokers_assign: bool,
    pub(super) pulse: Arc<Pulse>,
}

impl Context {
    pub(super) fn refresh(&self) -> &Refresh {
        &self.refresh
    }
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

    fn stats(&self, statistics: Statistics) {
        let is_connected = statistics.brokers.values().any(|broker| matches!(broker.state.as_str(), "UP" | "UPDATE"));
        let why = || self.reports.recent().unwrap_or_else(|| "no broker is connected".to_owned());
        self.pulse.set_unreachable((!is_connected).then(why));
        // A member without partitions may never have been assigned any. With the protocol of Kafka 4 nothing tells whether it
        // still joins.
        if let Some(group) = statistics.cgrp.as_ref().filter(|group| group.state == "up") {
            let is_member = group.join_state == "steady" || self.brokers_assign && group.join_state == "init";
            self.pulse.set_joined(is_member || self.pulse.has_joined());
        }
        self.gauges.show(&statistics, &self.assignment);
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
            assigned.unwrap_or_else(|error| tracing::error!("Kafka: partitions not taken: {error}"));
            self.assignment.assigned.notify_one();
            self.pulse.set_joined(true);
            counter!(REBALANCES, "group" => self.gauges.group()).increment(1);
            return;
        }
        let rebalances = self.rebalances.as_ref();
        if client.assignment_lost() {
            self.pulse.set_joined(false);
            let _ = rebalances.map(|rebalances| rebalances.send(Rebalanced::Lost(partitions.clone())));
        } else if rebalances.is_some_and(|it| it.send(Rebalanced::Revoked(partitions.clone())).is_ok()) {
            return;
        }
        give_up(client, &self.assignment, partitions);
    }

    fn commit_callback(&self, result: KafkaResult<()>, _: &TopicPartitionList) {
        match result {
            Ok(()) => self.gauges.committed(),
            // There was nothing to commit.
            Err(KafkaError::ConsumerCommit(Code::NoOffset)) => {}
            Err(error) => {
                tracing::warn!("Kafka: group `{}`: {error}", self.gauges.group());
                counter!(FAILED_COMMITS, "group" => self.gauges.group()).increment(1);
            }
        }
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
    given_up.unwrap_or_else(|error| tracing::error!("Kafka: partitions not given up: {error}"));
}
