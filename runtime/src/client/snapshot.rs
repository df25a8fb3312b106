//! What is on a topic, and what a group has committed, at one moment. All of it blocks.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rdkafka::consumer::{BaseConsumer, Consumer as _, ConsumerContext};
use rdkafka::error::{KafkaError, RDKafkaErrorCode as Code};
use rdkafka::metadata::MetadataTopic;
use rdkafka::{ClientContext, Offset, TopicPartitionList};

use super::error::{Cause, ConfigError};
use super::kafka::Kafka;
use super::offsets::Assignment;
use super::property::Role;
use super::record::Record;
use super::reports::Reports;
use super::topics::ANSWER_TIMEOUT;

/// How long the whole of a topic may take.
const READ_TIMEOUT: Duration = Duration::from_secs(60);

/// Reads as no member of any group.
const DEFAULTS: &[(&str, &str)] =
    &[("group.id", "snapshot"), ("enable.auto.commit", "false"), ("enable.partition.eof", "true")];

/// The records of a topic, by its name on the cluster, ordered by partition and offset. Acknowledging
/// one has no effect.
pub(crate) fn records(kafka: &Kafka, topic: &str) -> Result<Vec<Record>, SnapshotError> {
    let (client, partitions) = connect(kafka, topic, Offset::Beginning)?;
    client.assign(&partitions)?;
    let nobody = Arc::new(Assignment::default());
    let mut records = Vec::new();
    let mut open = partitions.count();
    let deadline = Instant::now() + READ_TIMEOUT;
    while open > 0 {
        let left = deadline.checked_duration_since(Instant::now());
        let left = left.ok_or(KafkaError::MessageConsumption(Code::OperationTimedOut))?;
        match client.poll(left.min(Duration::from_secs(1))) {
            Some(Ok(message)) => records.push(Record::new(&message, &nobody)),
            Some(Err(KafkaError::PartitionEOF(_))) => open -= 1,
            Some(Err(error)) if !Cause::from(error.clone()).is_transient() => return Err(error.into()),
            Some(Err(_)) | None => {}
        }
    }
    records.sort_by_key(|record| (record.partition(), record.offset()));
    Ok(records)
}

/// Behind which offsets of a topic the group of the settings goes on, by partition; nothing of those where it has not
/// committed.
pub(crate) fn committed(kafka: &Kafka, topic: &str) -> Result<BTreeMap<i32, i64>, SnapshotError> {
    let (client, partitions) = connect(kafka, topic, Offset::Invalid)?;
    let committed = client.committed_offsets(partitions, ANSWER_TIMEOUT)?;
    let offset = |(partition, offset)| match offset {
        Offset::Offset(offset) => Some((partition, offset)),
        _ => None,
    };
    let elements = committed.elements();
    Ok(elements.iter().map(|element| (element.partition(), element.offset())).filter_map(offset).collect())
}

fn connect(kafka: &Kafka, topic: &str, offset: Offset) -> Result<(Client, TopicPartitionList), SnapshotError> {
    let mut config = kafka.client_config(Role::Consumer, DEFAULTS)?;
    // Nobody listens.
    let client: Client = config.set("statistics.interval.ms", "0").create_with_context(Context::default())?;
    let metadata = client.fetch_metadata(Some(topic), ANSWER_TIMEOUT)?;
    let mut partitions = TopicPartitionList::new();
    for partition in metadata.topics().iter().flat_map(MetadataTopic::partitions) {
        partitions.add_partition_offset(topic, partition.id(), offset)?;
    }
    if partitions.count() == 0 {
        return Err(KafkaError::MetadataFetch(Code::UnknownTopicOrPartition).into());
    }
    Ok((client, partitions))
}

type Client = BaseConsumer<Context>;

#[derive(Default)]
struct Context(Reports);

impl ClientContext for Context {
    fn error(&self, error: KafkaError, reason: &str) {
        self.0.hear(&error, reason);
    }
}

impl ConsumerContext for Context {}

/// Why there is nothing to see.
#[derive(Debug)]
pub(crate) enum SnapshotError {
    Config(ConfigError),
    Kafka(Cause),
}

impl From<ConfigError> for SnapshotError {
    fn from(error: ConfigError) -> Self {
        Self::Config(error)
    }
}

impl From<KafkaError> for SnapshotError {
    fn from(error: KafkaError) -> Self {
        Self::Kafka(error.into())
    }
}
