//! Receiving messages: the consumer of a program, the records of an app, and the reader of a topic.
//!
//! Each of them asks one client of librdkafka for records in one loop. [`connection`] makes that client and leaves the group,
//! [`context`] is what it calls back, and [`offsets`] knows what is in flight and stores what is acknowledged. [`reader`] turns
//! the records of a [`Consumer`] into messages; [`records`] gives them to an app as they are; [`topic_reader`] belongs to no
//! group.
//!
//! What [`Consumer::next_batch`] and [`Consumer::assigned`] receive and do not give stays in the consumer, so that dropping
//! their futures loses nothing. Leaving a group runs on a thread of its own, because librdkafka blocks until the broker has
//! answered.

mod connection;
mod context;
mod gauges;
mod membership_state;
pub(super) mod offsets;
mod partitions;
mod positions;
mod progress;
mod reader;
pub(super) mod record;
mod records;
mod replaced_topic;
mod topic_ids;
mod topic_reader;

use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{self, Poll};
use std::time::Duration;

use futures_util::{Stream, StreamExt as _};
use tokio::time;

use self::connection::{DEFAULTS, Membership, connect};
pub(crate) use self::context::Rebalanced;
pub(crate) use self::membership_state::MembershipState;
pub use self::positions::{Lag, Position};
pub(super) use self::reader::Start;
use self::reader::{Item, Items, Reader};
pub use self::record::{Received, Record};
pub(crate) use self::records::{Polled, Records};
pub use self::topic_reader::{SavedPosition, TopicReader};
use super::error::{CloseError, ConfigError, ReceiveError};
use super::settings::Settings;
use super::topic_partition::TopicPartition;
use crate::message::Decoder;

/// Receives the messages of a topic, or of [`OneOf`](crate::OneOf), each at least once, as a member of a consumer
/// group.
///
/// It is a [`Stream`], with a [`next`](Self::next) of its own. The offset of a message is committed only once the message
/// and all before it on its partition are [acknowledged](Received::ack): what is not is received again after a restart or a
/// rebalance.
///
/// | property | default here | what it is |
/// |---|---|---|
/// | `group.id` | none, must be set | the group ([`with_group`](super::Kafka::with_group), `KAFKA_CONSUMER_GROUP_ID`) |
/// | `auto.offset.reset` | `earliest` | where a new group begins: with `latest` it misses what was sent before |
/// | `auto.commit.interval.ms` | `5000` | how often what is acknowledged is committed in the run |
/// | `enable.auto.commit` | `true` | with `false`, what is acknowledged is committed by [`close`](Self::close) only |
/// | `partition.assignment.strategy` | `cooperative-sticky` | a rebalance stops only the partitions that move |
/// | `max.poll.interval.ms` | `300000` | a consumer that is not asked for the next message for so long loses its partitions, and gets some again when it is asked; what it had not acknowledged is received again |
/// | `allow.auto.create.topics` | `false` | a topic that does not exist is an error |
/// | `isolation.level` | `read_committed` | what was sent in a transaction is given once it is committed, or never |
/// | `group.instance.id` | none | a static member: it keeps its partitions through a restart within `session.timeout.ms` |
/// | `group.protocol` | `classic` | `consumer` is that of Kafka 4, where the brokers assign |
/// | `statistics.interval.ms` | `0` | how often its [metrics](crate::metrics) are set, while it is asked for messages |
///
/// `enable.auto.offset.store` is `false` and must be: `true` would commit what is not acknowledged. A partition that is
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
    // Dropped before the membership, which must be the last owner of the client.
    items: Items<I>,
    /// Received and not yet given.
    buffered: VecDeque<Item<I>>,
    membership: Membership,
}

impl<I: Decoder> Consumer<I> {
    pub(super) fn new(settings: &Settings, decoder: I, start: Start) -> Result<Self, ConfigError> {
        let (client, assignment) = connect(settings, DEFAULTS, None)?;
        if start != Start::Group {
            assignment.store_nothing();
        }
        let reader = Reader::new(settings, Arc::clone(&client), Arc::clone(&assignment), decoder, start);
        let in_group = start == Start::Group;
        let membership = Membership { client: Some(client), assignment, topic: reader.name(), in_group };
        Ok(Self { items: reader.into_items(), buffered: VecDeque::new(), membership })
    }

    /// The next message, or why there is none. It waits for as long as it takes, and is `None` only after
    /// [`ReceiveError::Fatal`] and [`ReceiveError::TopicReplaced`]. It loses nothing if its future is dropped.
    ///
    /// # Errors
    ///
    /// [`ReceiveError::Invalid`] and [`ReceiveError::Tombstone`] where a record holds no message, to be acknowledged by
    /// a program that goes on behind it; [`ReceiveError::UnknownTopic`] where the topic does not exist (after 2 s, in
    /// case it was only just created); [`ReceiveError::Unreachable`] where no broker answers for 10 s at the start,
    /// or lets the client in at any time; [`ReceiveError::TopicReplaced`] where the topic was deleted and made anew;
    /// [`ReceiveError::Kafka`] and [`ReceiveError::Fatal`] for what else librdkafka does not get over by itself.
    pub async fn next(&mut self) -> Option<Item<I>> {
        match self.buffered.pop_front() {
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
        if self.buffered.is_empty() {
            self.buffered.extend(self.items.next().await);
        }
        let deadline = time::Instant::now() + wait;
        let has_record = |item: &Item<I>| item.as_ref().err().is_none_or(|error| error.record().is_some());
        while self.buffered.len() < max && self.buffered.back().is_some_and(has_record) {
            match time::timeout_at(deadline, self.items.next()).await {
                Ok(Some(item)) => self.buffered.push_back(item),
                Ok(None) | Err(_) => break,
            }
        }
        let end = self.buffered.iter().position(|item| !has_record(item)).map_or(max, |failed| max.min(failed + 1));
        self.buffered.drain(..end.min(self.buffered.len())).collect()
    }

    /// Waits until a message is there to be given, or partitions were assigned.
    async fn buffered_or_assigned(&mut self) -> Result<(), ReceiveError> {
        let assigned = Arc::clone(&self.membership.assignment);
        let item = tokio::select! {
            item = self.items.next() => item,
            () = assigned.assigned.notified() => None,
        };
        match item {
            Some(Err(error)) if error.record().is_none() => return Err(error),
            item => self.buffered.extend(item),
        }
        Ok(())
    }

    /// Forgets what was received of these partitions and not yet given.
    fn forget_buffered(&mut self, partitions: &[TopicPartition]) {
        self.buffered.retain(|item| {
            let record = match item {
                Ok(received) => Some(received.record()),
                Err(error) => error.record(),
            };
            record.is_none_or(|record| !partitions.contains(record.topic_partition()))
        });
    }

    /// Commits the offsets of what is acknowledged, and leaves the group.
    ///
    /// # Errors
    ///
    /// [`CloseError::NotCommitted`] where the commit failed, [`CloseError::NotLeft`] where the deadline was over
    /// first. In both cases the group gets again what was not committed.
    pub async fn close(self, deadline: Duration) -> Result<(), CloseError> {
        let Self { items, buffered, membership } = self;
        drop((items, buffered));
        membership.close(deadline).await
    }
}

impl<I: Decoder> Stream for Consumer<I> {
    type Item = Item<I>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut task::Context<'_>) -> Poll<Option<Self::Item>> {
        match self.buffered.pop_front() {
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
