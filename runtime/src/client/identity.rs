//! Whether the topics of a consumer are still those that it began to read.
//!
//! A topic that was deleted and made anew has its name, and other messages at its offsets. librdkafka (2.12) does not mind:
//! it goes on at the offset where it was, though what is before it was never read, or fetches nothing more, because the
//! epochs of the leaders begin again as well. So the ids of topics are looked at, now and then.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::Duration;

use rdkafka::consumer::{CommitMode, Consumer as _};
use rdkafka::error::{KafkaError, KafkaResult};
use rdkafka::{Offset, TopicPartitionList};
use tokio::sync::{Notify, oneshot};
use tokio::time;

use super::consumer::Client;
use super::native::{self, TopicId};
use super::offsets::Assignment;

/// How often the ids are looked at.
const INTERVAL: Duration = Duration::from_secs(10);

/// How long a broker has to tell them.
const TIMEOUT: Duration = Duration::from_secs(5);

/// The first topic of a consumer that is another one now.
#[derive(Debug, Default)]
pub(super) struct Identity {
    replaced: OnceLock<String>,
    told: Notify,
}

impl Identity {
    /// Waits until a topic is another one, which is told once, and names it.
    pub(super) async fn replaced(&self) -> String {
        self.told.notified().await;
        self.replaced.get().cloned().unwrap_or_default()
    }

    /// The topic that is another one, if there is one.
    pub(super) fn replaced_topic(&self) -> Option<String> {
        self.replaced.get().cloned()
    }

    fn tell(&self, topic: String) {
        if self.replaced.set(topic).is_ok() {
            self.told.notify_one();
        }
    }
}

/// Looks at the ids of topics, by their names on the cluster, from now on and as long as there is a client.
pub(super) async fn watch(assignment: Arc<Assignment>, topics: Vec<String>) {
    let mut known: BTreeMap<String, TopicId> = BTreeMap::new();
    while let Some(client) = assignment.client() {
        // What can't be told now is told later. What is missing, librdkafka finds out.
        for (topic, id) in ids(client, topics.clone()).await.unwrap_or_default() {
            if *known.entry(topic.clone()).or_insert(id) != id {
                return assignment.identity.tell(topic);
            }
        }
        time::sleep(INTERVAL).await;
    }
}

/// The ids by now; on a thread of its own, which nobody has to wait for that ends.
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
    // Whoever answers this does so again.
    let broker = client.fetch_metadata(topics.first().map(String::as_str), TIMEOUT)?.orig_broker_id();
    native::topic_ids(client.client(), broker, topics, TIMEOUT)
}

/// Lets the group begin a topic at its start, on the partitions that the consumer has: what was stored of it are offsets of
/// the topic before. Blocks.
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
