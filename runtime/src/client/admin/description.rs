//! One topic of the cluster, as it is.

use std::collections::BTreeMap;

use rdkafka::error::{KafkaError, KafkaResult, RDKafkaErrorCode as Code};
use rdkafka::metadata::MetadataPartition;

use super::Admin;
use super::topics::{Client, REQUEST_TIMEOUT};
use crate::client::error::AdminError;
use crate::client::ffi::topics::describe_topics;
use crate::client::topic_lookup::ANSWER_TIMEOUT;

/// A topic of the cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TopicDescription {
    /// Its name on the cluster.
    pub name: String,
    /// Its partitions, by number.
    pub partitions: BTreeMap<i32, PartitionDescription>,
    /// Its properties, by name; `None` on an in-process Kafka, which has none, and without the right `DescribeConfigs`.
    pub properties: Option<BTreeMap<String, TopicProperty>>,
}

/// The brokers of a partition, by their ids.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PartitionDescription {
    /// The broker that reads and writes go to; `None` while there is none.
    pub leader: Option<i32>,
    /// The brokers that have a copy.
    pub replicas: Vec<i32>,
    /// Those of them whose copies are complete.
    pub in_sync: Vec<i32>,
}

/// The value of a property of a topic.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TopicProperty {
    /// Its value.
    pub value: String,
    /// True if it was set on the topic, and is no default of the brokers.
    pub is_set: bool,
}

impl Admin {
    /// A topic, by its name on the cluster: no prefix is added. `None` where there is no such topic, or the user may not see it.
    ///
    /// # Errors
    ///
    /// [`AdminError::Unreachable`] where no broker answers for 10 s, and [`AdminError::Kafka`] where Kafka does not describe it
    /// within 20 s.
    pub async fn describe_topic(&self, topic: &str) -> Result<Option<TopicDescription>, AdminError> {
        let info = self.check_connection(ANSWER_TIMEOUT).await?;
        let (topic, has_properties) = (topic.to_owned(), info.controller.is_some());
        self.with_client(move |client| {
            // The list of all topics: asking for one by name may create it.
            let metadata = client.inner().fetch_metadata(None, ANSWER_TIMEOUT)?;
            let Some(found) = metadata.topics().iter().find(|found| found.name() == topic) else { return Ok(None) };
            let partitions = found.partitions().iter().map(|it| (it.id(), partition(it))).collect();
            let properties = if has_properties { properties(client, &topic)? } else { None };
            Ok(Some(TopicDescription { name: topic, partitions, properties }))
        })
        .await
    }
}

fn partition(partition: &MetadataPartition) -> PartitionDescription {
    PartitionDescription {
        leader: Some(partition.leader()).filter(|leader| *leader >= 0),
        replicas: partition.replicas().to_vec(),
        in_sync: partition.isr().to_vec(),
    }
}

fn properties(client: &Client, topic: &str) -> KafkaResult<Option<BTreeMap<String, TopicProperty>>> {
    let described = describe_topics(client.inner(), &[topic.to_owned()], REQUEST_TIMEOUT)?.remove(topic);
    match described.unwrap_or(Err(Code::UnknownTopicOrPartition)) {
        Ok(properties) => {
            let property = |(name, value, is_set)| (name, TopicProperty { value, is_set });
            Ok(Some(properties.into_iter().map(property).collect()))
        }
        Err(Code::TopicAuthorizationFailed) => Ok(None),
        Err(code) => Err(KafkaError::AdminOp(code)),
    }
}
