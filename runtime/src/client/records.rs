//! Records of several topics, before anybody has decoded them: what an [`App`](crate::app::App) reads.

use std::sync::Arc;
use std::time::Duration;

use rdkafka::TopicPartitionList;
use rdkafka::consumer::Consumer as _;
use tokio::sync::mpsc;

use super::consumer::{Client, DEFAULTS, Membership, Rebalanced, connect, give_up, hear_reports};
use super::error::{CloseError, ConfigError, ReceiveError};
use super::identity;
use super::kafka::Kafka;
use super::offsets::Assignment;
use super::property::Role;
use super::pulse::Pulse;
use super::record::Record;
use super::statistics::INTERVAL;
use super::topics::{ANSWER_TIMEOUT, look_up};

/// A pause throws away what was fetched ahead, so that is little; and after it, records are to come soon.
const PAUSABLE: &[(&str, &str)] =
    &[("queued.min.messages", "1000"), ("fetch.queue.backoff.ms", "20"), ("fetch.wait.max.ms", "100")];

/// A member of a consumer group that reads topics, by their names on the cluster.
///
/// Revoked partitions are told of in [`next`](Self::next) and kept until they are [given up](Self::give_up).
pub(crate) struct Records {
    // Dropped first: librdkafka does not end before revoked partitions are given up.
    rebalances: Rebalances,
    membership: Membership,
    topics: Vec<String>,
    servers: String,
}

/// What was revoked and is not given up. Once this is dropped, partitions are given up as they are revoked.
struct Rebalances {
    heard: mpsc::UnboundedReceiver<Rebalanced>,
    revoked: Vec<TopicPartitionList>,
    client: Arc<Client>,
    assignment: Arc<Assignment>,
}

/// What a consumer may hear of.
pub(crate) enum Polled {
    Record(Record),
    Rebalanced(Rebalanced),
}

impl Records {
    /// A member that has not joined yet.
    pub(crate) fn new(kafka: &Kafka, topics: Vec<String>) -> Result<Self, ConfigError> {
        let (sender, heard) = mpsc::unbounded_channel();
        let (client, assignment) = connect(kafka, &[DEFAULTS, PAUSABLE, &[INTERVAL]].concat(), Some(sender))?;
        let membership = Membership {
            client: Some(Arc::clone(&client)),
            assignment: Arc::clone(&assignment),
            topic: topics.join("`, `"),
            in_group: true,
        };
        let rebalances = Rebalances { heard, revoked: Vec::new(), client, assignment };
        Ok(Self { rebalances, membership, topics, servers: kafka.bootstrap_servers().to_owned() })
    }

    /// Looks for the topics, and joins the group.
    pub(crate) async fn join(&self) -> Result<(), ReceiveError> {
        for topic in &self.topics {
            let client = Arc::clone(self.client());
            let found = look_up(topic.clone(), move |topic| client.fetch_metadata(Some(topic), ANSWER_TIMEOUT)).await;
            if let Err(why) = found {
                hear_reports(self.client()).await;
                let reports = &self.client().context().reports;
                return Err(ReceiveError::not_found(why, topic, &self.servers, reports));
            }
        }
        let topics: Vec<&str> = self.topics.iter().map(String::as_str).collect();
        let joined = self.client().subscribe(&topics);
        joined.map_err(|error| ReceiveError::Kafka { topic: self.membership.topic.clone(), cause: error.into() })?;
        tokio::spawn(identity::watch(Arc::clone(&self.rebalances.assignment), self.topics.clone()));
        Ok(())
    }

    /// What comes next. It loses nothing if its future is dropped, and must be asked for again and again: who does not
    /// for `max.poll.interval.ms` loses its partitions.
    pub(crate) async fn next(&mut self) -> Result<Polled, ReceiveError> {
        loop {
            let received = tokio::select! {
                biased;
                Some(rebalanced) = self.rebalances.heard.recv() => {
                    if let Rebalanced::Revoked(revoked) = &rebalanced {
                        self.rebalances.revoked.push(revoked.clone());
                    }
                    return Ok(Polled::Rebalanced(rebalanced));
                }
                topic = self.rebalances.assignment.identity.replaced() => {
                    return Err(ReceiveError::TopicReplaced { topic });
                }
                received = self.rebalances.client.recv() => received,
            };
            match received {
                Ok(message) => return Ok(Polled::Record(Record::new(&message, &self.rebalances.assignment))),
                Err(error) => {
                    let reports = &self.client().context().reports;
                    if let Some(error) = ReceiveError::heard(error, &self.membership.topic, &self.servers, reports) {
                        return Err(error);
                    }
                }
            }
        }
    }

    /// Stores no offsets: it is transactions that commit them.
    pub(crate) fn commit_in_transactions(&self, kafka: &Kafka) -> Result<(), ConfigError> {
        let config = kafka.client_config(Role::Consumer, DEFAULTS)?;
        let reason = "what is made of messages whose transaction is aborted would count; leave it out";
        kafka.refuse(&config, "isolation.level", "read_uncommitted", reason)?;
        self.rebalances.assignment.store_nothing();
        Ok(())
    }

    /// Fetches no more of a partition, until it is [resumed](Self::resume).
    pub(crate) fn pause(&self, topic: &str, partition: i32) {
        let paused = self.client().pause(&only(topic, partition));
        paused.unwrap_or_else(|error| tracing::debug!("Kafka: {topic}[{partition}] not paused: {error}"));
    }

    /// Fetches of a partition again.
    pub(crate) fn resume(&self, topic: &str, partition: i32) {
        let resumed = self.client().resume(&only(topic, partition));
        resumed.unwrap_or_else(|error| tracing::debug!("Kafka: {topic}[{partition}] not resumed: {error}"));
    }

    /// Fetches nothing more.
    pub(crate) fn pause_all(&self) {
        let paused = self.client().assignment().and_then(|assigned| self.client().pause(&assigned));
        paused.unwrap_or_else(|error| tracing::debug!("Kafka: not paused: {error}"));
    }

    /// Gives revoked partitions up. What is acknowledged is committed first, by librdkafka.
    pub(crate) fn give_up(&mut self, revoked: &TopicPartitionList) {
        self.rebalances.revoked.retain(|other| other != revoked);
        give_up(self.client().as_ref(), &self.rebalances.assignment, revoked);
    }

    /// Commits the offsets of what is acknowledged, and leaves the group.
    pub(crate) async fn close(self, deadline: Duration) -> Result<(), CloseError> {
        let Self { rebalances, membership, .. } = self;
        drop(rebalances);
        membership.close(deadline).await
    }

    /// What it knows of its place in the group.
    pub(crate) fn pulse(&self) -> Arc<Pulse> {
        Arc::clone(&self.client().context().pulse)
    }

    fn client(&self) -> &Arc<Client> {
        &self.rebalances.client
    }
}

impl Drop for Rebalances {
    fn drop(&mut self) {
        self.heard.close();
        while let Ok(rebalanced) = self.heard.try_recv() {
            if let Rebalanced::Revoked(revoked) = rebalanced {
                self.revoked.push(revoked);
            }
        }
        for revoked in &self.revoked {
            give_up(self.client.as_ref(), &self.assignment, revoked);
        }
    }
}

fn only(topic: &str, partition: i32) -> TopicPartitionList {
    let mut only = TopicPartitionList::new();
    only.add_partition(topic, partition);
    only
}
