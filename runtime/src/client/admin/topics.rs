//! Requests about topics. All of them block, and so does dropping their client: rdkafka waits for its thread.

use std::collections::BTreeMap;
use std::time::Duration;

use rdkafka::admin::{
    AdminClient, AdminOptions, ConfigSource, NewPartitions, NewTopic, OwnedResourceSpecifier, ResourceSpecifier,
    TopicReplication, TopicResult,
};
use rdkafka::client::DefaultClientContext;
use rdkafka::error::{KafkaError, KafkaResult, RDKafkaErrorCode as Code};
use rdkafka::metadata::Metadata;
use tokio::runtime::Handle;

use super::plan::{Applied, Difference, Found, FoundProperty, Plan};
use crate::client::error::{AdminError, Cause};
use crate::client::ffi::{self, Alterations, NotAltered};
use crate::client::topic_lookup::ANSWER_TIMEOUT;
use crate::message::Topic;

pub(super) type Client = AdminClient<DefaultClientContext>;

/// The time that the whole of a request may take; the brokers have less to agree on it.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(20);

/// The result of creating a topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Creation {
    /// It was created as its schema declares it.
    Created,
    /// It existed, and is unchanged.
    AlreadyExists,
}

/// Creates topics, by their names on the cluster.
pub(super) fn create(client: &Client, topics: &BTreeMap<String, Topic>) -> KafkaResult<Vec<TopicResult>> {
    let topics: Vec<_> = topics.iter().map(|(name, topic)| new_topic(name, topic)).collect();
    Handle::current().block_on(client.create_topics(&topics, &options()))
}

fn options() -> AdminOptions {
    AdminOptions::new().request_timeout(Some(REQUEST_TIMEOUT)).operation_timeout(Some(ANSWER_TIMEOUT))
}

/// The topics of the cluster, those that are declared with their properties.
pub(super) fn describe(client: &Client, declared: &BTreeMap<String, Topic>) -> KafkaResult<BTreeMap<String, Found>> {
    let metadata = client.inner().fetch_metadata(None, ANSWER_TIMEOUT)?;
    let mut found = found_topics(&metadata)?;
    let names: Vec<_> = found.keys().filter(|name| declared.contains_key(*name)).cloned().collect();
    if names.is_empty() {
        return Ok(found);
    }
    let resources: Vec<_> = names.iter().map(|name| ResourceSpecifier::Topic(name)).collect();
    let described = Handle::current().block_on(client.describe_configs(&resources, &options()))?;
    for resource in described {
        let resource = resource.map_err(KafkaError::AdminOp)?;
        let OwnedResourceSpecifier::Topic(name) = resource.specifier else {
            continue;
        };
        let property = |entry: rdkafka::admin::ConfigEntry| {
            let is_set = entry.source == ConfigSource::DynamicTopic;
            entry.value.map(|value| (entry.name, FoundProperty { value, is_set }))
        };
        found.entry(name).or_default().properties = resource.entries.into_iter().filter_map(property).collect();
    }
    Ok(found)
}

pub(super) fn found_topics(metadata: &Metadata) -> KafkaResult<BTreeMap<String, Found>> {
    let found = |topic: &rdkafka::metadata::MetadataTopic| match topic.error().map(Code::from) {
        None | Some(Code::LeaderNotAvailable) => {
            let replicas = |it: &rdkafka::metadata::MetadataPartition| i32::try_from(it.replicas().len());
            let replicas = topic.partitions().iter().map(|it| replicas(it).unwrap_or(i32::MAX)).collect();
            Ok((topic.name().to_owned(), Found { replicas, properties: BTreeMap::new() }))
        }
        Some(code) => Err(KafkaError::MetadataFetch(code)),
    };
    metadata.topics().iter().map(found).collect()
}

/// Does what a plan says, where that is allowed.
pub(super) fn apply(client: &Client, plan: Plan) -> Applied {
    let mut applied = Applied::default();
    let mut alterations = Alterations::new();
    for difference in &plan.differences {
        if let Difference::Configuration { topic, property, declared, .. } = difference {
            alterations.entry(topic.clone()).or_default().insert(property.clone(), declared.clone());
        }
    }
    let altered = ffi::alter_topics(client.inner(), &alterations, REQUEST_TIMEOUT);
    for difference in plan.differences {
        let result = match &difference {
            Difference::Missing { topic, declared } => create_one(client, topic, declared),
            Difference::Partitions { topic, declared, .. } if difference.is_applied() => {
                add_partitions(client, topic, *declared)
            }
            Difference::Configuration { topic, .. } => altered_one(&altered, topic),
            _ => {
                applied.left.push(difference);
                continue;
            }
        };
        match result {
            Ok(()) => applied.done.push(difference),
            Err(error) => applied.failed.push((difference, error)),
        }
    }
    applied
}

fn create_one(client: &Client, topic: &str, declared: &Topic) -> Result<(), AdminError> {
    let created = create(client, &BTreeMap::from([(topic.to_owned(), declared.clone())]));
    let created = created.map_err(|error| AdminError::Kafka { cause: Cause::new(error) })?;
    created.into_iter().try_for_each(|result| creation(result).map(drop))
}

fn add_partitions(client: &Client, topic: &str, count: i32) -> Result<(), AdminError> {
    let partitions = NewPartitions::new(topic, usize::try_from(count).unwrap_or_default());
    let added = Handle::current().block_on(client.create_partitions([&partitions], &options()));
    let added = added.map_err(|error| AdminError::Kafka { cause: Cause::new(error) })?;
    added
        .into_iter()
        .try_for_each(|result| result.map(drop).map_err(|(topic, code)| not_altered(&topic, &(code, None))))
}

fn altered_one(altered: &KafkaResult<BTreeMap<String, Result<(), NotAltered>>>, topic: &str) -> Result<(), AdminError> {
    match altered.as_ref().map(|topics| topics.get(topic)) {
        Ok(Some(result)) => result.as_ref().copied().map_err(|why| not_altered(topic, why)),
        Ok(None) => Err(AdminError::Kafka { cause: Cause::new(KafkaError::Canceled) }),
        Err(error) => Err(AdminError::Kafka { cause: Cause::new(error.clone()) }),
    }
}

fn not_altered(topic: &str, (code, reason): &NotAltered) -> AdminError {
    AdminError::NotAltered {
        topic: topic.to_owned(),
        reason: reason.clone(),
        cause: Cause::new(KafkaError::AdminOp(*code)),
    }
}

fn new_topic<'a>(name: &'a str, topic: &'a Topic) -> NewTopic<'a> {
    // -1 is the broker's default.
    let replicas = TopicReplication::Fixed(topic.replicas.unwrap_or(-1));
    let new = NewTopic::new(name, topic.partitions.unwrap_or(-1), replicas);
    topic.configuration.iter().fold(new, |new, (property, value)| new.set(property, value))
}

/// The result for a topic.
pub(super) fn creation(result: TopicResult) -> Result<(String, Creation), AdminError> {
    match result {
        Ok(topic) => Ok((topic, Creation::Created)),
        Err((topic, Code::TopicAlreadyExists)) => Ok((topic, Creation::AlreadyExists)),
        Err((topic, code)) => Err(AdminError::NotCreated { topic, cause: Cause::new(KafkaError::Global(code)) }),
    }
}
