//! A reader of one topic in no group: its offsets, the records between them, and saved positions.
//!
//! It knows an end by the offset, or by librdkafka's report of the end, because the marks of transactions are no records. A
//! saved position is a committed offset with a note, of a group without members.

use std::collections::BTreeMap;
use std::fmt;
use std::future::pending;
use std::ops::Range;
use std::sync::Arc;
use std::time::Instant;

use rdkafka::consumer::{CommitMode, Consumer as _};
use rdkafka::error::{KafkaError, KafkaResult, RDKafkaErrorCode as Code};
use rdkafka::metadata::{MetadataPartition, MetadataTopic};
use rdkafka::topic_partition_list::TopicPartitionListElem;
use rdkafka::{Offset, TopicPartitionList};
use tokio::task;

use super::connection::{DEFAULTS, Membership, connect, find_topic};
use super::context::Client;
use super::positions::{Position, resolve};
use super::record::Record;
use crate::client::error::{Cause, ConfigError, ReceiveError, needs};
use crate::client::ffi;
use crate::client::settings::Settings;
use crate::client::topic_lookup::ANSWER_TIMEOUT;
use crate::client::topic_partition::{TopicPartition, list_at};

/// Reads one topic, by its name on the cluster, as a tool does: it is a member of no group, reads the records between two
/// offsets of each partition, and ends there. It does not decode them.
///
/// It can save [`SavedPosition`]s under the name of a group of its own, so that the next run goes on where this one stopped.
///
#[cfg_attr(feature = "testing", doc = "```")]
#[cfg_attr(not(feature = "testing"), doc = "```ignore")]
/// # use thoth_messaging::testing::InProcessKafka;
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let cluster = InProcessKafka::start()?;
/// # cluster.create_topic(&thoth_messaging::Topic::new("letters"))?;
/// # let kafka = cluster.kafka();
/// # kafka.producer()?.send(thoth_messaging::client::ProducerRecord::raw("letters").with_payload("a")).await?;
/// use thoth_messaging::client::Position;
///
/// let mut reader = kafka.topic_reader("letters")?;
/// let (first, end) = (reader.offsets(Position::Beginning).await?, reader.offsets(Position::End).await?);
/// reader.read(first.into_iter().map(|(partition, first)| (partition, first..end[&partition]))).await?;
/// while let Some(record) = reader.next().await {
///     println!("{}", record?);
/// }
/// # Ok(())
/// # }
/// ```
pub struct TopicReader {
    // Dropped before the membership, which ends the client on a thread of its own.
    client: Arc<Client>,
    _membership: Membership,
    topic: String,
    servers: String,
    /// The offset behind the last record to be read, by partition that is not read to there.
    open: BTreeMap<i32, i64>,
}

/// The position at which a program goes on in a partition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SavedPosition {
    /// The offset of the first record that it has not read.
    pub offset: i64,
    /// A note for the next run: up to 4,096 bytes, unless the broker's `offset.metadata.max.bytes` is another number.
    pub note: String,
}

impl TopicReader {
    pub(in crate::client) fn new(settings: &Settings, topic: String) -> Result<Self, ConfigError> {
        let servers = settings.bootstrap_servers().to_owned();
        let own =
            [("enable.auto.commit", "false"), ("enable.partition.eof", "true"), ("auto.offset.reset", "earliest")];
        let settings = own.into_iter().fold(settings.clone(), |settings, (name, value)| settings.with(name, value));
        let (client, assignment) = connect(&settings, DEFAULTS, None)?;
        let membership =
            Membership { client: Some(Arc::clone(&client)), assignment, topic: topic.clone(), in_group: false };
        Ok(Self { client, _membership: membership, topic, servers, open: BTreeMap::new() })
    }

    /// The offsets of a position, by partition. The end is behind the last record that `isolation.level` lets it read; a time
    /// that no record has reached is the end, and an offset that is not there any more the first that is.
    ///
    /// # Errors
    ///
    /// [`ReceiveError::UnknownTopic`] where the topic does not exist (after 2 s, in case it was only just created),
    /// [`ReceiveError::Unreachable`] where no broker answers for 10 s, and [`ReceiveError::Kafka`] for what else goes wrong.
    pub async fn offsets(&self, at: Position) -> Result<BTreeMap<i32, i64>, ReceiveError> {
        find_topic(&self.client, &self.topic, &self.servers).await?;
        self.ask(move |client, topic| offsets(client, topic, at)).await
    }

    /// Begins to read parts of partitions, in place of what it was reading: from the offset of the first record to the one
    /// behind the last. [`next`](Self::next) then gives their records; `i64::MAX` is an end that never comes.
    ///
    /// # Errors
    ///
    /// [`ReceiveError::Kafka`] where librdkafka takes no such partitions.
    pub async fn read(&mut self, parts: impl IntoIterator<Item = (i32, Range<i64>)>) -> Result<(), ReceiveError> {
        let parts: BTreeMap<_, _> = parts.into_iter().filter(|(_, part)| !part.is_empty()).collect();
        self.open = parts.iter().map(|(partition, part)| (*partition, part.end)).collect();
        let starts = parts.iter().map(|(partition, part)| (*partition, Offset::Offset(part.start)));
        let list = list(&self.topic, starts).map_err(|error| self.failure(error))?;
        self.ask(move |client, _| {
            client.assign(&list)?;
            // They may be paused since they were read to an end.
            client.resume(&list)
        })
        .await
    }

    /// The next record of what it [reads](Self::read); `None` at the end of all of it. Between partitions there is no order.
    /// Nothing is lost if the future is dropped.
    ///
    /// # Errors
    ///
    /// [`ReceiveError::Unreachable`] where no broker lets this client in, [`ReceiveError::UnknownTopic`] where the topic is
    /// deleted meanwhile, and [`ReceiveError::Kafka`] and [`ReceiveError::Fatal`] for what else librdkafka does not get over by
    /// itself.
    pub async fn next(&mut self) -> Option<Result<Record, ReceiveError>> {
        while !self.open.is_empty() {
            let received = match self.client.recv().await {
                // Nobody acknowledges it: what is in flight would grow with the topic.
                Ok(message) => Ok(Record::new(&message, &Arc::default(), Instant::now())),
                Err(error) => Err(error),
            };
            match received {
                Ok(record) => {
                    let Some(end) = self.open.get(&record.partition()).copied() else { continue };
                    if record.offset() >= end - 1 {
                        self.close_partition(record.partition());
                    }
                    if record.offset() < end {
                        return Some(Ok(record));
                    }
                }
                // Behind the last record there may be marks of transactions, which are no records.
                Err(KafkaError::PartitionEOF(partition)) if self.open.get(&partition) != Some(&i64::MAX) => {
                    self.open.remove(&partition);
                }
                Err(error) => {
                    // Reading needs no group: it is only that librdkafka always looks for one.
                    if is_of_group(&error) {
                        continue;
                    }
                    let (errors, group) = (&self.client.context().errors, self.client.context().group());
                    if let Some(error) = ReceiveError::from_poll(error, &self.topic, &group, &self.servers, errors) {
                        if matches!(error, ReceiveError::Fatal { .. }) {
                            self.open.clear();
                        }
                        return Some(Err(error));
                    }
                }
            }
        }
        None
    }

    /// The positions of the group, by partition; of those partitions that have one.
    ///
    /// # Errors
    ///
    /// As [`offsets`](Self::offsets).
    pub async fn saved_positions(&self) -> Result<BTreeMap<i32, SavedPosition>, ReceiveError> {
        find_topic(&self.client, &self.topic, &self.servers).await?;
        self.ask_group(|client, topic| {
            let partitions = partitions(client, topic)?;
            let unknown = partitions.into_iter().map(|partition| (partition, Offset::Invalid));
            let committed = client.committed_offsets(list(topic, unknown)?, ANSWER_TIMEOUT)?;
            Ok(committed.elements().iter().zip(ffi::notes(&committed)).filter_map(position).collect())
        })
        .await
    }

    /// Saves positions for the group. They stay for as long as the cluster keeps the offsets of a group without members
    /// (`offsets.retention.minutes`, a week).
    ///
    /// # Errors
    ///
    /// [`ReceiveError::Kafka`] where Kafka refuses them: as where the group has members, a note is too long, or the user has no
    /// right to the group.
    pub async fn save(&self, positions: &BTreeMap<i32, SavedPosition>) -> Result<(), ReceiveError> {
        let offsets = positions.iter().map(|(partition, position)| (*partition, Offset::Offset(position.offset)));
        let list = list(&self.topic, offsets).map_err(|error| self.failure(error))?;
        for (partition, position) in positions {
            if let Some(mut element) = list.find_partition(&self.topic, *partition) {
                element.set_metadata(&position.note);
            }
        }
        if list.count() == 0 {
            return Ok(());
        }
        self.ask_group(move |client, _| client.commit(&list, CommitMode::Sync)).await
    }

    /// Stops fetching a partition that is read to its end.
    fn close_partition(&mut self, partition: i32) {
        self.open.remove(&partition);
        let done = list(&self.topic, [(partition, Offset::Invalid)]);
        // Where it can't be paused, its records are passed over.
        let _ = done.and_then(|done| self.client.pause(&done));
    }

    /// Makes a request on a thread where it may block.
    async fn ask<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&Client, &str) -> KafkaResult<T> + Send + 'static,
    ) -> Result<T, ReceiveError> {
        let (client, topic) = (Arc::clone(&self.client), self.topic.clone());
        let answer = task::spawn_blocking(move || ask(&client, &topic)).await;
        answer.unwrap_or(Err(KafkaError::Canceled)).map_err(|error| self.failure(error))
    }

    /// Makes a request of the group, on a thread where it may block. librdkafka waits for the group's coordinator until the time
    /// is over, and tells that the user has no right to the group only who asks for records: which is done here, but in the
    /// middle of reading, where records would be lost.
    async fn ask_group<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&Client, &str) -> KafkaResult<T> + Send + 'static,
    ) -> Result<T, ReceiveError> {
        let refused = async {
            while self.open.is_empty() {
                if let Err(error) = self.client.recv().await
                    && is_of_group(&error)
                {
                    return error;
                }
            }
            pending().await
        };
        tokio::select! {
            biased;
            answer = self.ask(ask) => answer,
            error = refused => Err(self.failure(error)),
        }
    }

    fn failure(&self, error: KafkaError) -> ReceiveError {
        let cause = Cause::new(error).needing(&needs(&self.topic, &self.client.context().group()));
        ReceiveError::Kafka { topic: self.topic.clone(), cause }
    }
}

impl fmt::Debug for TopicReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TopicReader").field("topic", &self.topic).finish_non_exhaustive()
    }
}

fn is_of_group(error: &KafkaError) -> bool {
    error.rdkafka_error_code() == Some(Code::GroupAuthorizationFailed)
}

// What follows blocks.

fn offsets(client: &Client, topic: &str, at: Position) -> KafkaResult<BTreeMap<i32, i64>> {
    let partitions = partitions(client, topic)?;
    let mut found = BTreeMap::new();
    if let Position::Time(_) = at {
        let partitions: Vec<_> = partitions.iter().map(|it| TopicPartition::new(topic, *it)).collect();
        for element in resolve(client, &partitions, at)?.elements() {
            if let Offset::Offset(offset) = element.offset() {
                found.insert(element.partition(), offset);
            }
        }
    }
    for partition in partitions.into_iter().filter(|partition| !found.contains_key(partition)).collect::<Vec<_>>() {
        let (first, end) = client.fetch_watermarks(topic, partition, ANSWER_TIMEOUT)?;
        let offset = match at {
            Position::Beginning => first,
            Position::Offset(offset) => offset.clamp(first, end),
            Position::End | Position::Time(_) => end,
        };
        found.insert(partition, offset);
    }
    Ok(found)
}

fn partitions(client: &Client, topic: &str) -> KafkaResult<Vec<i32>> {
    let metadata = client.fetch_metadata(Some(topic), ANSWER_TIMEOUT)?;
    Ok(metadata.topics().iter().flat_map(MetadataTopic::partitions).map(MetadataPartition::id).collect())
}

fn list(topic: &str, offsets: impl IntoIterator<Item = (i32, Offset)>) -> KafkaResult<TopicPartitionList> {
    let offsets: Vec<_> = offsets.into_iter().map(|(it, offset)| (TopicPartition::new(topic, it), offset)).collect();
    list_at(offsets.iter().map(|(partition, offset)| (partition, *offset)))
}

fn position((element, note): (&TopicPartitionListElem<'_>, Vec<u8>)) -> Option<(i32, SavedPosition)> {
    let Offset::Offset(offset) = element.offset() else { return None };
    // A note that is no text is another program's.
    let note = String::from_utf8(note).unwrap_or_default();
    Some((element.partition(), SavedPosition { offset, note }))
}
