//! The loop of a consumer: it joins the group, receives records and decodes them.

use std::collections::BTreeMap;
use std::mem;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use futures_util::{FutureExt as _, Stream};
use rdkafka::consumer::Consumer as _;
use rdkafka::error::{KafkaError, KafkaResult};
use rdkafka::message::BorrowedMessage;
use rdkafka::metadata::MetadataTopic;
use tokio::task::{self, coop};
use tokio::time;

use super::connection::find_topic;
use super::context::Client;
use super::offsets::{Assignment, keep_stored};
use super::positions::{Position, resolve};
use super::record::{Received, Record};
use super::topic_ids;
use crate::client::error::{Cause, InvalidRecord, ReceiveError};
use crate::client::settings::Settings;
use crate::client::topic_lookup::ANSWER_TIMEOUT;
use crate::client::topic_partition::TopicPartition;
use crate::client::writers::Writers;
use crate::error::DecodeError;
use crate::message::Decoder;

/// The time that a consumer waits after a failed look-up of its topics, before the next one.
const PAUSE: Duration = Duration::from_secs(1);

/// The number of records after which acknowledged offsets are stored, where more are at hand.
const STORE_EVERY: usize = 100;

pub(super) type Item<I> = Result<Received<<I as Decoder>::Message>, ReceiveError>;

/// The next item, and the reader that it comes from.
type Next<I> = Pin<Box<dyn Future<Output = (Item<I>, Box<Reader<I>>)> + Send>>;

/// The items of a reader, one after the other.
pub(super) enum Items<I: Decoder> {
    /// The next one may be at hand: then it takes no future.
    Idle(Box<Reader<I>>),
    Waiting(Next<I>),
    Ended,
}

pub(super) struct Reader<I> {
    client: Arc<Client>,
    assignment: Arc<Assignment>,
    decoder: I,
    /// By their names on the cluster.
    topics: BTreeMap<String, ReadTopic>,
    servers: String,
    start: Start,
    joined: Joined,
    /// The number of records since acknowledged offsets were stored.
    since_stored: usize,
}

/// A topic that is read.
struct ReadTopic {
    /// The name in the schemas.
    name: String,
    writers: Writers,
}

/// The source of a consumer's partitions, and its first position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::client) enum Start {
    /// Both come from its group.
    Group,
    /// It has all partitions, and begins at this position.
    At(Position),
}

/// The state of joining the group, which happens when the first message is asked for.
#[derive(PartialEq)]
enum Joined {
    Not,
    /// A topic was not found.
    Failed,
    Yes,
}

impl<I: Decoder> Items<I> {
    pub(super) fn of(reader: Reader<I>) -> Self {
        Self::Idle(Box::new(reader))
    }
}

impl<I: Decoder> Stream for Items<I> {
    type Item = Item<I>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Item<I>>> {
        // rdkafka has a record ready whenever it can: let other tasks run, too.
        ready!(pin!(coop::consume_budget()).poll(context));
        if let Self::Idle(reader) = &mut *self
            && let Some(item) = reader.ready()
        {
            if !goes_on(&item) {
                *self = Self::Ended;
            }
            return Poll::Ready(Some(item));
        }
        loop {
            match mem::replace(&mut *self, Self::Ended) {
                Self::Ended => return Poll::Ready(None),
                Self::Idle(mut reader) => {
                    *self = Self::Waiting(Box::pin(async move { (reader.next().await, reader) }));
                }
                Self::Waiting(mut waiting) => {
                    let Poll::Ready((item, reader)) = waiting.as_mut().poll(context) else {
                        *self = Self::Waiting(waiting);
                        return Poll::Pending;
                    };
                    if goes_on(&item) {
                        *self = Self::Idle(reader);
                    }
                    return Poll::Ready(Some(item));
                }
            }
        }
    }
}

fn goes_on<T>(item: &Result<T, ReceiveError>) -> bool {
    !matches!(item, Err(ReceiveError::Fatal { .. } | ReceiveError::TopicReplaced { .. }))
}

impl<I: Decoder> Reader<I> {
    pub(super) fn new(
        settings: &Settings,
        client: Arc<Client>,
        assignment: Arc<Assignment>,
        decoder: I,
        start: Start,
    ) -> Self {
        let topic = |name: &str| {
            (settings.prefixed(name), ReadTopic { name: name.to_owned(), writers: Writers::of_decoder(name, &decoder) })
        };
        let topics = decoder.descriptors().into_iter().map(|descriptor| topic(&descriptor.topic.name)).collect();
        let servers = settings.bootstrap_servers().to_owned();
        Self { client, assignment, decoder, topics, servers, start, joined: Joined::Not, since_stored: 0 }
    }

    /// The topics as errors name them.
    pub(super) fn name(&self) -> String {
        self.topics.keys().map(String::as_str).collect::<Vec<_>>().join("`, `")
    }

    /// The item that is at hand, if there is one and the group is joined.
    fn ready(&mut self) -> Option<Item<I>> {
        if self.joined != Joined::Yes || self.assignment.replaced_topic.is_known() {
            return None;
        }
        self.store_now_and_then();
        match self.client.recv().now_or_never()? {
            Ok(message) => Some(self.read(&message)),
            Err(error) => self.failed(error).map(Err),
        }
    }

    fn store_now_and_then(&mut self) {
        self.since_stored += 1;
        if self.since_stored >= STORE_EVERY {
            self.assignment.store_acknowledged();
            self.since_stored = 0;
        }
    }

    fn failed(&self, error: KafkaError) -> Option<ReceiveError> {
        let (errors, group) = (&self.client.context().errors, self.client.context().group());
        ReceiveError::from_poll(error, &self.name(), &group, &self.servers, errors)
    }

    async fn next(&mut self) -> Item<I> {
        if self.joined != Joined::Yes {
            self.join().await?;
        }
        loop {
            self.assignment.store_acknowledged();
            let received = tokio::select! {
                biased;
                topic = self.assignment.replaced_topic.wait() => return Err(ReceiveError::TopicReplaced { topic }),
                received = self.client.recv() => received,
            };
            match received {
                Ok(message) => return self.read(&message),
                Err(error) => {
                    if let Some(error) = self.failed(error) {
                        return Err(error);
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
        for topic in self.topics.keys() {
            find_topic(&self.client, topic, &self.servers).await?;
        }
        let taken = match self.start {
            Start::Group => self.client.subscribe(&self.topics.keys().map(String::as_str).collect::<Vec<_>>()),
            Start::At(position) => self.take_all(position).await,
        };
        taken.map_err(|error| ReceiveError::Kafka { topic: self.name(), cause: Cause::new(error) })?;
        let topics = self.topics.keys().cloned().collect();
        task::spawn(keep_stored(Arc::downgrade(&self.assignment)));
        task::spawn(topic_ids::watch(Arc::downgrade(&self.client), Arc::clone(&self.assignment), topics));
        self.joined = Joined::Yes;
        Ok(())
    }

    /// Takes all partitions of its topics, on a thread where it may block.
    async fn take_all(&self, position: Position) -> KafkaResult<()> {
        let (client, assignment) = (Arc::clone(&self.client), Arc::clone(&self.assignment));
        let topics: Vec<_> = self.topics.keys().cloned().collect();
        let taken = task::spawn_blocking(move || {
            let mut partitions = Vec::new();
            for topic in topics {
                let metadata = client.fetch_metadata(Some(&topic), ANSWER_TIMEOUT)?;
                let found = metadata.topics().iter().flat_map(MetadataTopic::partitions);
                partitions.extend(found.map(|partition| TopicPartition::new(&topic, partition.id())));
            }
            client.assign(&resolve(&client, &partitions, position)?)?;
            assignment.assigned.notify_one();
            Ok(())
        });
        taken.await.unwrap_or(Err(KafkaError::Canceled))
    }

    fn read(&self, message: &BorrowedMessage<'_>) -> Item<I> {
        let record = Record::new(message, &self.assignment, Instant::now());
        let unframed = match record.frame() {
            Ok(Some(unframed)) => unframed,
            Ok(None) => return Err(ReceiveError::Tombstone(Box::new(record))),
            Err(reason) => {
                let error = DecodeError::of_frame(&self.decoder.descriptor().name, reason);
                return Err(ReceiveError::Invalid(Box::new(InvalidRecord { record, error })));
            }
        };
        // It reads no others than these.
        let topic = match self.topics.first_key_value() {
            Some((_, topic)) if self.topics.len() == 1 => Some(topic),
            _ => self.topics.get(record.topic()),
        };
        if let (Some(topic), Some(id)) = (topic, unframed.schema_id)
            && let Some(other) = topic.writers.note(id)
        {
            other.log(record.topic());
            other.count(&self.client.context().group(), record.topic());
        }
        let topic = topic.map_or(record.topic(), |topic| &topic.name);
        match self.decoder.decode_from(topic, unframed.json) {
            Ok(message) => Ok(Received::new(message, record)),
            Err(error) => Err(ReceiveError::Invalid(Box::new(InvalidRecord { record, error }))),
        }
    }
}
