//! The records of several topics, not decoded, as an [`App`](crate::app::App) reads them.

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use futures_util::Stream as _;
use futures_util::future::join_all;
use rdkafka::consumer::Consumer as _;
use rdkafka::error::{KafkaError, KafkaResult};
use rdkafka::message::BorrowedMessage;
use tokio::sync::mpsc;

use super::connection::{DEFAULTS, Membership, connect, find_topic};
use super::context::{Client, Rebalanced, give_up};
use super::membership_state::MembershipState;
use super::offsets::{Assignment, keep_stored};
use super::record::Record;
use super::topic_ids;
use crate::client::error::{Cause, CloseError, ConfigError, ReceiveError};
use crate::client::settings::{Role, Settings};
use crate::client::statistics::INTERVAL;
use crate::client::topic_partition::{TopicPartition, list};

/// Records are to come soon after a pause, and after the queue of librdkafka was full.
const PROMPT: &[(&str, &str)] = &[("fetch.queue.backoff.ms", "20"), ("fetch.wait.max.ms", "100")];

/// The number of records that are polled together at most, and the size after which no more are.
const BATCH: usize = 256;
const BATCH_BYTES: usize = 1024 * 1024;

/// A member of a consumer group that reads topics, by their names on the cluster.
///
/// Revoked partitions are reported by [`next`](Self::next) and kept until they are [given up](Self::give_up).
pub(crate) struct Records {
    // Dropped first: librdkafka does not end before revoked partitions are given up.
    rebalances: Rebalances,
    membership: Membership,
    topics: Vec<String>,
    servers: String,
    /// The error that ended the last batch.
    failed: Option<KafkaError>,
}

/// The partitions that are revoked and not yet given up. Once this is dropped, partitions are given up as they are revoked.
struct Rebalances {
    events: mpsc::UnboundedReceiver<Rebalanced>,
    revoked: Vec<Vec<TopicPartition>>,
    client: Arc<Client>,
    assignment: Arc<Assignment>,
}

/// Records, at least one, or a rebalance.
pub(crate) enum Polled {
    Records(Vec<Record>),
    Rebalanced(Rebalanced),
}

impl Records {
    /// A member that has not joined yet.
    pub(crate) fn new(settings: &Settings, topics: Vec<String>) -> Result<Self, ConfigError> {
        let (sender, events) = mpsc::unbounded_channel();
        let (client, assignment) = connect(settings, &[DEFAULTS, PROMPT, &[INTERVAL]].concat(), Some(sender))?;
        let membership = Membership {
            client: Some(Arc::clone(&client)),
            assignment: Arc::clone(&assignment),
            topic: topics.join("`, `"),
            in_group: true,
        };
        let rebalances = Rebalances { events, revoked: Vec::new(), client, assignment };
        Ok(Self { rebalances, membership, topics, servers: settings.bootstrap_servers().to_owned(), failed: None })
    }

    /// Looks for the topics. The error names all that do not exist.
    pub(crate) async fn find_topics(&self, is_meant: impl Fn(&String) -> bool) -> Result<(), ReceiveError> {
        let meant = self.topics.iter().filter(|topic| is_meant(topic));
        let found = join_all(meant.map(|topic| find_topic(self.client(), topic, &self.servers))).await;
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
        tokio::spawn(keep_stored(Arc::downgrade(assignment)));
        tokio::spawn(topic_ids::watch(Arc::downgrade(client), Arc::clone(assignment), self.topics.clone()));
        Ok(())
    }

    /// The next records, all that librdkafka has at hand up to a limit, or the next rebalance. It loses nothing if its future is dropped. It must be asked for at least every
    /// `max.poll.interval.ms`, else the member loses its partitions.
    pub(crate) async fn next(&mut self) -> Result<Polled, ReceiveError> {
        loop {
            self.rebalances.assignment.store_acknowledged();
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
                received = receive(&self.rebalances.client, &mut self.failed) => received,
            };
            match received {
                Ok(message) => {
                    let at = Instant::now();
                    let first = Record::new(&message, &self.rebalances.assignment, at);
                    return Ok(Polled::Records(self.with_more(first, at)));
                }
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

    /// Adds the records that are at hand. A rebalance is reported before any record that is received behind it.
    fn with_more(&mut self, first: Record, at: Instant) -> Vec<Record> {
        let Rebalances { events, client, assignment, .. } = &self.rebalances;
        let (mut stream, mut bytes) = (pin!(client.stream()), first.size());
        let mut records = Vec::with_capacity(BATCH);
        records.push(first);
        // Without a record at hand, the next call waits for one.
        let mut context = Context::from_waker(Waker::noop());
        while records.len() < BATCH && bytes < BATCH_BYTES && events.is_empty() {
            match stream.as_mut().poll_next(&mut context) {
                Poll::Ready(Some(Ok(message))) => {
                    let record = Record::new(&message, assignment, at);
                    bytes += record.size();
                    records.push(record);
                }
                Poll::Ready(Some(Err(error))) => {
                    self.failed = Some(error);
                    break;
                }
                Poll::Ready(None) | Poll::Pending => break,
            }
        }
        records
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
        match paused {
            Ok(()) => tracing::debug!("Kafka: {partition} paused"),
            Err(error) => tracing::debug!("Kafka: {partition} not paused: {error}"),
        }
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

/// Receives a message, behind the error that ended the last batch.
async fn receive<'a>(client: &'a Client, failed: &mut Option<KafkaError>) -> KafkaResult<BorrowedMessage<'a>> {
    match failed.take() {
        Some(error) => Err(error),
        None => client.recv().await,
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
