//! The records of several topics, not decoded, as an [`App`](crate::app::App) reads them.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use rdkafka::consumer::Consumer as _;
use tokio::sync::mpsc;

use super::connection::{DEFAULTS, Membership, connect, find_topic};
use super::context::{Client, Rebalanced, give_up};
use super::membership_state::MembershipState;
use super::offsets::Assignment;
use super::record::Record;
use super::topic_ids;
use crate::client::error::{Cause, CloseError, ConfigError, ReceiveError};
use crate::client::settings::{Role, Settings};
use crate::client::statistics::INTERVAL;
use crate::client::topic_partition::{TopicPartition, list};

/// A pause throws away what was fetched ahead, so that is little; and after it, records are to come soon.
const PAUSABLE: &[(&str, &str)] =
    &[("queued.min.messages", "1000"), ("fetch.queue.backoff.ms", "20"), ("fetch.wait.max.ms", "100")];

/// A member of a consumer group that reads topics, by their names on the cluster.
///
/// Revoked partitions are reported by [`next`](Self::next) and kept until they are [given up](Self::give_up).
pub(crate) struct Records {
    // Dropped first: librdkafka does not end before revoked partitions are given up.
    rebalances: Rebalances,
    membership: Membership,
    topics: Vec<String>,
    servers: String,
}

/// The partitions that are revoked and not yet given up. Once this is dropped, partitions are given up as they are revoked.
struct Rebalances {
    events: mpsc::UnboundedReceiver<Rebalanced>,
    revoked: Vec<Vec<TopicPartition>>,
    client: Arc<Client>,
    assignment: Arc<Assignment>,
}

/// A record, or a rebalance.
pub(crate) enum Polled {
    Record(Record),
    Rebalanced(Rebalanced),
}

impl Records {
    /// A member that has not joined yet.
    pub(crate) fn new(settings: &Settings, topics: Vec<String>) -> Result<Self, ConfigError> {
        let (sender, events) = mpsc::unbounded_channel();
        let (client, assignment) = connect(settings, &[DEFAULTS, PAUSABLE, &[INTERVAL]].concat(), Some(sender))?;
        let membership = Membership {
            client: Some(Arc::clone(&client)),
            assignment: Arc::clone(&assignment),
            topic: topics.join("`, `"),
            in_group: true,
        };
        let rebalances = Rebalances { events, revoked: Vec::new(), client, assignment };
        Ok(Self { rebalances, membership, topics, servers: settings.bootstrap_servers().to_owned() })
    }

    /// Looks for the topics. The error names all that do not exist.
    pub(crate) async fn find_topics(&self) -> Result<(), ReceiveError> {
        let found = join_all(self.topics.iter().map(|topic| find_topic(self.client(), topic, &self.servers))).await;
        let mut missing = Vec::new();
        for found in found {
            match found {
                Err(ReceiveError::UnknownTopic { topic }) => missing.push(topic),
                found => found?,
            }
        }
        if missing.is_empty() { Ok(()) } else { Err(ReceiveError::UnknownTopic { topic: missing.join("`, `") }) }
    }

    /// Joins the group.
    pub(crate) fn join(&self) -> Result<(), ReceiveError> {
        let topics: Vec<&str> = self.topics.iter().map(String::as_str).collect();
        let joined = self.client().subscribe(&topics);
        joined
            .map_err(|error| ReceiveError::Kafka { topic: self.membership.topic.clone(), cause: Cause::new(error) })?;
        let Rebalances { client, assignment, .. } = &self.rebalances;
        tokio::spawn(topic_ids::watch(Arc::downgrade(client), Arc::clone(assignment), self.topics.clone()));
        Ok(())
    }

    /// The next record or rebalance. It loses nothing if its future is dropped. It must be asked for at least every
    /// `max.poll.interval.ms`, else the member loses its partitions.
    pub(crate) async fn next(&mut self) -> Result<Polled, ReceiveError> {
        loop {
            let received = tokio::select! {
                biased;
                Some(rebalanced) = self.rebalances.events.recv() => {
                    if let Rebalanced::Revoked(revoked) = &rebalanced {
                        self.rebalances.revoked.push(revoked.clone());
                    }
                    return Ok(Polled::Rebalanced(rebalanced));
                }
                topic = self.rebalances.assignment.replaced_topic.wait() => {
                    return Err(ReceiveError::TopicReplaced { topic });
                }
                received = self.rebalances.client.recv() => received,
            };
            match received {
                Ok(message) => return Ok(Polled::Record(Record::new(&message, &self.rebalances.assignment))),
                Err(error) => {
                    let (errors, group) = (&self.client().context().errors, self.client().context().group());
                    let topic = &self.membership.topic;
                    if let Some(error) = ReceiveError::from_poll(error, topic, &group, &self.servers, errors) {
                        return Err(error);
                    }
                }
            }
        }
    }

    /// Stores no offsets from now on: transactions commit them.
    pub(crate) fn commit_in_transactions(&self, settings: &Settings) -> Result<(), ConfigError> {
        let config = settings.client_config(Role::Consumer, DEFAULTS)?;
        let reason = "what is made of messages whose transaction is aborted would count; leave it out";
        settings.refuse(&config, "isolation.level", "read_uncommitted", reason)?;
        self.rebalances.assignment.store_nothing();
        Ok(())
    }

    /// Fetches no more of a partition, until it is [resumed](Self::resume).
    pub(crate) fn pause(&self, partition: &TopicPartition) {
        let paused = self.client().pause(&list([partition]));
        paused.unwrap_or_else(|error| tracing::debug!("Kafka: {partition} not paused: {error}"));
    }

    /// Fetches of a partition again.
    pub(crate) fn resume(&self, partition: &TopicPartition) {
        let resumed = self.client().resume(&list([partition]));
        resumed.unwrap_or_else(|error| tracing::debug!("Kafka: {partition} not resumed: {error}"));
    }

    /// Fetches nothing more.
    pub(crate) fn pause_all(&self) {
        let paused = self.client().assignment().and_then(|assigned| self.client().pause(&assigned));
        paused.unwrap_or_else(|error| tracing::debug!("Kafka: not paused: {error}"));
    }

    /// Gives revoked partitions up. What is acknowledged is committed first, by librdkafka.
    pub(crate) fn give_up(&mut self, revoked: &[TopicPartition]) {
        self.rebalances.revoked.retain(|other| other != revoked);
        give_up(self.client().as_ref(), &self.rebalances.assignment, revoked);
    }

    /// Commits the offsets of what is acknowledged, and leaves the group.
    pub(crate) async fn close(self, deadline: Duration) -> Result<(), CloseError> {
        let Self { rebalances, membership, .. } = self;
        drop(rebalances);
        membership.close(deadline).await
    }

    /// The state of its membership, for health checks.
    pub(crate) fn membership_state(&self) -> Arc<MembershipState> {
        Arc::clone(&self.client().context().membership_state)
    }

    fn client(&self) -> &Arc<Client> {
        &self.rebalances.client
    }
}

impl Drop for Rebalances {
    fn drop(&mut self) {
        self.events.close();
        while let Ok(rebalanced) = self.events.try_recv() {
            if let Rebalanced::Revoked(revoked) = rebalanced {
                self.revoked.push(revoked);
            }
        }
        for revoked in &self.revoked {
            give_up(self.client.as_ref(), &self.assignment, revoked);
        }
    }
}
