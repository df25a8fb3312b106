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
pub(super) const REQUEST_TIMEOUT: Duration = Duration::from_secs(20);

/// The number of topics in a request at most: the controller takes 10,000 partitions at once, and the time for a request is for all
/// topics in it.
const TOPICS_PER_REQUEST: usize = 250;

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
    in_parts(topics, |part| create_topics(client.inner(), part, (REQUEST_TIMEOUT, ANSWER_TIMEOUT)))
}

/// Makes as many requests as it takes for all topics. After one that failed no other is made: its error is the result of each
/// topic that is left.
fn in_parts<T: Clone>(
    topics: &BTreeMap<String, T>,
    mut ask: impl FnMut(&BTreeMap<String, T>) -> KafkaResult<TopicResults>,
) -> KafkaResult<TopicResults> {
    let (mut results, mut rest) = (TopicResults::new(), topics.clone());
    loop {
        let end = rest.keys().nth(TOPICS_PER_REQUEST).cloned();
        let behind = end.map(|end| rest.split_off(&end)).unwrap_or_default();
        match ask(&rest) {
            Ok(answered) => results.extend(answered),
            Err(error) if results.is_empty() => return Err(error),
            Err(error) => {
                let code = Cause::new(error).code().unwrap_or(Code::Fail);
                results.extend(rest.into_keys().chain(behind.into_keys()).map(|name| (name, Err((code, None)))));
                return Ok(results);
            }
        }
        if behind.is_empty() {
            return Ok(results);
        }
        rest = behind;
    }
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
    let mut described = BTreeMap::new();
    for part in there.chunks(TOPICS_PER_REQUEST) {
        described.extend(describe_topics(client.inner(), part, REQUEST_TIMEOUT)?);
    }
    for (name, properties) in described {
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

/// Does what a plan says, where that is allowed: the requests of one kind of change, then those of the next.
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
    // Somebody has created them since, or the broker that was asked had not heard of them: their properties may be others.
    let exists = |topic: &str| matches!(result_of(&created, topic), Ok(Err((Code::TopicAlreadyExists, _))));
    for (topic, declared) in missing.iter().filter(|(topic, _)| exists(topic)) {
        let properties = declared.configuration.iter().map(|(name, value)| (name.to_string(), value.to_string()));
        alterations.entry(topic.clone()).or_default().extend(properties);
    }
    let added = in_parts(&counts, |part| create_partitions(client.inner(), part, (REQUEST_TIMEOUT, ANSWER_TIMEOUT)));
    let altered = in_parts(&alterations, |part| alter_topics(client.inner(), part, REQUEST_TIMEOUT));
    let mut applied = Applied::default();
    for difference in plan.differences {
        let topic = difference.topic();
        let result = match &difference {
            it if !it.is_applied() => None,
            Difference::Missing { declared, .. } if exists(topic) && !declared.configuration.is_empty() => {
                Some(result_of(&altered, topic).and_then(|it| alteration(topic, "AlterConfigs", it)))
            }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn topics(count: usize) -> BTreeMap<String, usize> {
        (0..count).map(|number| (format!("topic-{number:04}"), number)).collect()
    }

    #[test]
    fn many_topics_are_asked_for_in_parts_and_each_has_a_result() {
        for count in [0, 1, TOPICS_PER_REQUEST, TOPICS_PER_REQUEST + 1, 3 * TOPICS_PER_REQUEST] {
            let mut requests = 0;
            let results = in_parts(&topics(count), |part| {
                requests += 1;
                assert!(part.len() <= TOPICS_PER_REQUEST);
                Ok(part.keys().map(|name| (name.clone(), Ok(()))).collect())
            });
            assert_eq!(results.unwrap().len(), count);
            assert_eq!(requests, count.div_ceil(TOPICS_PER_REQUEST).max(1));
        }
    }

    #[test]
    fn a_request_that_fails_is_the_last_one_and_what_was_done_before_is_told() {
        let failed = || Err(KafkaError::AdminOp(Code::OperationTimedOut));
        assert!(in_parts(&topics(2 * TOPICS_PER_REQUEST), |_| failed()).is_err());
        let mut requests = 0;
        let results = in_parts(&topics(3 * TOPICS_PER_REQUEST), |part| {
            requests += 1;
            if requests == 2 { failed() } else { Ok(part.keys().map(|name| (name.clone(), Ok(()))).collect()) }
        });
        let results = results.unwrap();
        assert_eq!((requests, results.len()), (2, 3 * TOPICS_PER_REQUEST));
        let done = results.values().filter(|result| result.is_ok()).count();
        assert_eq!(done, TOPICS_PER_REQUEST);
        assert!(results.values().all(|result| *result == Ok(()) || *result == Err((Code::OperationTimedOut, None))));
    }
}
