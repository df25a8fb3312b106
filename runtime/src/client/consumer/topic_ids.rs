//! Watches whether the topics of a consumer are still those that it began to read.
//!
//! A topic that was deleted and made anew has the same name, and other messages at its offsets. librdkafka (2.12) does not
//! notice: it goes on at the offset where it was, though what precedes it was never read, or fetches nothing more, because the
//! epochs of the leaders begin again as well. So the ids of the topics are compared now and then.

use std::collections::BTreeMap;
use std::sync::{Arc, Weak};
use std::thread;
use std::time::Duration;

use rdkafka::consumer::{CommitMode, Consumer as _};
use rdkafka::error::{KafkaError, KafkaResult};
use rdkafka::{Offset, TopicPartitionList};
use tokio::sync::oneshot;
use tokio::time;

use super::context::Client;
use super::offsets::Assignment;
use crate::client::ffi::topics::{TopicId, topic_ids};

/// The time between two looks at the ids.
const INTERVAL: Duration = Duration::from_secs(10);

/// The time that a broker has to answer.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Compares the ids of topics, given their names on the cluster, until the client is closed.
pub(super) async fn watch(client: Weak<Client>, assignment: Arc<Assignment>, topics: Vec<String>) {
    let mut known: BTreeMap<String, TopicId> = BTreeMap::new();
    while assignment.is_attached()
        && let Some(client) = client.upgrade()
    {
        // A request that fails is made again later. A topic that is missing is reported by librdkafka.
        for (topic, id) in ids(client, topics.clone()).await.unwrap_or_default() {
            if *known.entry(topic.clone()).or_insert(id) != id {
                return assignment.replaced_topic.set(topic);
            }
        }
        time::sleep(INTERVAL).await;
    }
}

/// Asks for the ids, on a thread of its own, which a program that ends need not wait for.
async fn ids(client: Arc<Client>, topics: Vec<String>) -> KafkaResult<BTreeMap<String, TopicId>> {
    let (report, told) = oneshot::channel();
    let ask = move || {
        let _ = report.send(ask_for_ids(&client, &topics));
    };
    if thread::Builder::new().name("kafka topic ids".to_owned()).spawn(ask).is_err() {
        return Err(KafkaError::Canceled);
    }
    told.await.unwrap_or(Err(KafkaError::Canceled))
}

fn ask_for_ids(client: &Client, topics: &[String]) -> KafkaResult<BTreeMap<String, TopicId>> {
    // The broker that answers this can be reached.
    let broker = client.fetch_metadata(topics.first().map(String::as_str), TIMEOUT)?.orig_broker_id();
    let ids = topic_ids(client.client(), broker, topics, TIMEOUT)?;
    Ok(ids.into_iter().filter_map(|(topic, id)| Some((topic, id.ok()?))).collect())
}

/// Has the group begin a topic at its start, on the partitions that the consumer has: the offsets that are stored are those of
/// the topic that was deleted. Blocks.
pub(super) fn begin_anew(client: &Client, topic: &str) -> KafkaResult<()> {
    let at = |offset| {
        let mut partitions = TopicPartitionList::new();
        for element in client.assignment()?.elements_for_topic(topic) {
            partitions.add_partition_offset(topic, element.partition(), offset)?;
        }
        Ok::<_, KafkaError>(partitions)
    };
    let begin = at(Offset::Offset(0))?;
    if begin.count() == 0 {
        return Ok(());
    }
    // Else librdkafka would commit it when it leaves the group.
    client.store_offsets(&at(Offset::Invalid)?)?;
    client.commit(&begin, CommitMode::Sync)
}
