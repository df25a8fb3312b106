//! Requests about topics. All of them block, and so does dropping their client: rdkafka waits for its thread.

use std::collections::BTreeMap;
use std::time::Duration;

use rdkafka::admin::AdminClient;
use rdkafka::client::DefaultClientContext;
use rdkafka::error::{KafkaError, KafkaResult, RDKafkaErrorCode as Code};
use rdkafka::metadata::Metadata;

use super::plan::{Applied, Difference, Found, FoundProperty, Plan, Unreadable};
use crate::client::error::{AdminError, Cause};
use crate::client::ffi::topics::{
    Alterations, TopicRefusal, TopicResults, alter_topics, create_partitions, create_topics, describe_topics, topic_ids,
};
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
pub(super) fn create(client: &Client, topics: &BTreeMap<String, Topic>) -> KafkaResult<TopicResults> {
    create_topics(client.inner(), topics, (REQUEST_TIMEOUT, ANSWER_TIMEOUT))
}

/// The topics of the cluster, those that are declared with their properties, and what of them the user may not read.
pub(super) fn describe(
    client: &Client,
    declared: &BTreeMap<String, Topic>,
) -> KafkaResult<(BTreeMap<String, Found>, Vec<Unreadable>)> {
    let metadata = client.inner().fetch_metadata(None, ANSWER_TIMEOUT)?;
    let mut found = found_topics(&metadata)?;
    let (there, absent): (Vec<_>, Vec<_>) = declared.keys().cloned().partition(|name| found.contains_key(name));
    let mut unreadable = hidden(client, metadata.orig_broker_id(), &absent)?;
    for (name, properties) in describe_topics(client.inner(), &there, REQUEST_TIMEOUT)? {
        let property = |(name, value, is_set)| (name, FoundProperty { value, is_set });
        match properties {
            Ok(properties) => {
                found.entry(name).or_default().properties = properties.into_iter().map(property).collect();
            }
            Err(Code::TopicAuthorizationFailed) => {
                unreadable.push(Unreadable { topic: name, right: "DescribeConfigs" });
            }
            // It was deleted just now.
            Err(Code::UnknownTopicOrPartition) => drop(found.remove(&name)),
            Err(code) => return Err(KafkaError::AdminOp(code)),
        }
    }
    unreadable.sort();
    Ok((found, unreadable))
}

/// Those of absent topics that may be there: the list of all topics leaves out what the user may not see.
fn hidden(client: &Client, broker: i32, absent: &[String]) -> KafkaResult<Vec<Unreadable>> {
    if absent.is_empty() {
        return Ok(Vec::new());
    }
    let told = topic_ids(client.inner(), broker, absent, REQUEST_TIMEOUT)?;
    let is_hidden = |(topic, id)| {
        let right = "Describe";
        (id == Err(Code::TopicAuthorizationFailed)).then_some(Unreadable { topic, right })
    };
    Ok(told.into_iter().filter_map(is_hidden).collect())
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

/// Does what a plan says, where that is allowed: one request for each kind of change.
pub(super) fn apply(client: &Client, plan: Plan) -> Applied {
    let (mut missing, mut counts, mut alterations) = (BTreeMap::new(), BTreeMap::new(), Alterations::new());
    for difference in plan.differences.iter().filter(|difference| difference.is_applied()) {
        match difference {
            Difference::Missing { topic, declared } => drop(missing.insert(topic.clone(), declared.clone())),
            Difference::Partitions { topic, declared, .. } => drop(counts.insert(topic.clone(), *declared)),
            Difference::Configuration { topic, property, declared, .. } => {
                alterations.entry(topic.clone()).or_default().insert(property.clone(), declared.clone());
            }
            _ => {}
        }
    }
    let created = create(client, &missing);
    let added = create_partitions(client.inner(), &counts, (REQUEST_TIMEOUT, ANSWER_TIMEOUT));
    let altered = alter_topics(client.inner(), &alterations, REQUEST_TIMEOUT);
    let mut applied = Applied::default();
    for difference in plan.differences {
        let topic = difference.topic();
        let result = match &difference {
            it if !it.is_applied() => None,
            Difference::Missing { .. } => Some(result_of(&created, topic).and_then(|it| creation(topic, it).map(drop))),
            Difference::Partitions { .. } => {
                Some(result_of(&added, topic).and_then(|it| alteration(topic, "Alter", it)))
            }
            _ => Some(result_of(&altered, topic).and_then(|it| alteration(topic, "AlterConfigs", it))),
        };
        match result {
            None => applied.left.push(difference),
            Some(Ok(())) => applied.done.push(difference),
            Some(Err(error)) => applied.failed.push((difference, error)),
        }
    }
    applied
}

/// The result for a topic of a request for many.
fn result_of<'r>(
    results: &'r KafkaResult<TopicResults>,
    topic: &str,
) -> Result<&'r Result<(), TopicRefusal>, AdminError> {
    let results = results.as_ref().map_err(|error| AdminError::Kafka { cause: Cause::new(error.clone()) })?;
    results.get(topic).ok_or_else(|| AdminError::Kafka { cause: Cause::new(KafkaError::Canceled) })
}

fn alteration(topic: &str, right: &'static str, result: &Result<(), TopicRefusal>) -> Result<(), AdminError> {
    let Err((code, reason)) = result else { return Ok(()) };
    let cause = Cause::new(KafkaError::AdminOp(*code)).needing(&[(Code::TopicAuthorizationFailed, right, topic)]);
    Err(AdminError::NotAltered { topic: topic.to_owned(), reason: reason.clone(), cause })
}

/// The result of creating a topic.
pub(super) fn creation(topic: &str, result: &Result<(), TopicRefusal>) -> Result<Creation, AdminError> {
    match result {
        Ok(()) => Ok(Creation::Created),
        Err((Code::TopicAlreadyExists, _)) => Ok(Creation::AlreadyExists),
        Err((code, reason)) => {
            let need = (Code::TopicAuthorizationFailed, "Create", topic);
            let cause = Cause::new(KafkaError::AdminOp(*code)).needing(&[need]);
            Err(AdminError::NotCreated { topic: topic.to_owned(), reason: reason.clone(), cause })
        }
    }
}
