//! The context of a consumer's client: what librdkafka calls back.
//!
//! A rebalance hook runs inside of a poll, so it only takes note and never waits. Where an app reads, revoked partitions are
//! passed on to it, and kept until it gives them up; a partition's new owner cannot receive its records before that.

use std::sync::Arc;
use std::time::Duration;

use metrics::counter;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::{
    BaseConsumer, CommitMode, Consumer as _, ConsumerContext, ConsumerGroupMetadata, RebalanceProtocol, StreamConsumer,
};
use rdkafka::error::{KafkaError, KafkaResult, RDKafkaErrorCode as Code};
use rdkafka::topic_partition_list::TopicPartitionListElem;
use rdkafka::types::RDKafkaRespErr as Event;
use rdkafka::{ClientContext, Offset, Statistics, TopicPartitionList};
use tokio::sync::mpsc;

use super::gauges::ConsumerGauges;
use super::membership_state::MembershipState;
use super::offsets::{Assignment, OffsetStore};
use crate::client::client_errors::{self, ClientErrors};
use crate::client::ffi;
use crate::client::settings::{Authenticated, Refresh, Token};
use crate::client::topic_partition::{TopicPartition, list, list_at, partitions};
use crate::metrics::{FAILED_COMMITS, REBALANCES};

/// The time that a seek may take, which needs no network.
const SEEK_TIMEOUT: Duration = Duration::from_secs(5);

pub(in crate::client) type Client = StreamConsumer<Context>;

pub(in crate::client) struct Context {
    pub(super) errors: ClientErrors,
    pub(super) assignment: Arc<Assignment>,
    pub(super) rebalances: Option<mpsc::UnboundedSender<Rebalanced>>,
    pub(super) refresh: Refresh,
    pub(super) gauges: ConsumerGauges,
    /// With the group protocol of Kafka 4.
    pub(super) brokers_assign: bool,
    /// It leaves the group of the classic protocol when it is closed, as all but static members do.
    pub(super) is_to_leave: bool,
    pub(super) membership_state: Arc<MembershipState>,
}

/// Partitions that are taken from a consumer.
#[derive(Debug)]
pub(crate) enum Rebalanced {
    /// They are to be given up: until then, no other member receives their records.
    Revoked(Vec<TopicPartition>),
    /// Another member has them already.
    Lost(Vec<TopicPartition>),
}

impl ClientContext for Context {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, line: &str) {
        client_errors::log(level, facility, line);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        self.errors.report(&error, reason);
    }

    fn stats(&self, statistics: Statistics) {
        let is_connected = statistics.brokers.values().any(|broker| matches!(broker.state.as_str(), "UP" | "UPDATE"));
        let why = || self.errors.recent().unwrap_or_else(|| "no broker is connected".to_owned());
        self.membership_state.set_unreachable((!is_connected).then(why));
        // A member without partitions may never have been assigned any. With the protocol of Kafka 4 the state of a member that
        // is still joining looks the same.
        if let Some(group) = statistics.cgrp.as_ref().filter(|group| group.state == "up") {
            let is_member = group.join_state == "steady" || self.brokers_assign && group.join_state == "init";
            self.membership_state.set_joined(is_member || self.membership_state.has_joined());
        }
        self.gauges.show(&statistics, &self.assignment);
    }
}

impl Context {
    pub(super) fn group(&self) -> String {
        self.gauges.group()
    }

    /// Logs a rebalance of an app, in one line.
    fn tell(&self, change: &str, affected: &[TopicPartition]) {
        if self.rebalances.is_some() && !affected.is_empty() {
            let affected: Vec<_> = affected.iter().map(ToString::to_string).collect();
            tracing::info!("Kafka: group `{}`: {change}: {}", self.gauges.group(), affected.join(", "));
        }
    }
}

impl ConsumerContext for Context {
    /// Takes note of a rebalance. librdkafka commits what is stored for a partition, and waits for the answer, before it gives
    /// the partition up.
    fn rebalance(&self, client: &BaseConsumer<Self>, event: Event, affected: &mut TopicPartitionList) {
        if event == Event::RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS {
            let assigned = match client.rebalance_protocol() {
                RebalanceProtocol::Cooperative => client.incremental_assign(affected),
                _ => client.assign(affected),
            };
            assigned.unwrap_or_else(|error| tracing::error!("Kafka: partitions not taken: {error}"));
            self.tell("assigned", &partitions(affected));
            self.assignment.assigned.notify_one();
            self.membership_state.set_joined(true);
            counter!(REBALANCES, "group" => self.gauges.group()).increment(1);
            return;
        }
        let rebalances = self.rebalances.as_ref();
        let revoked = partitions(affected);
        self.tell("revoked", &revoked);
        if client.assignment_lost() {
            self.membership_state.set_joined(false);
            let _ = rebalances.map(|rebalances| rebalances.send(Rebalanced::Lost(revoked.clone())));
        } else if rebalances.is_some_and(|it| it.send(Rebalanced::Revoked(revoked.clone())).is_ok()) {
            return;
        }
        give_up(client, &self.assignment, &revoked);
    }

    fn commit_callback(&self, result: KafkaResult<()>, _: &TopicPartitionList) {
        match result {
            Ok(()) => self.gauges.committed(),
            // There was nothing to commit.
            Err(KafkaError::ConsumerCommit(Code::NoOffset)) => {}
            Err(error) => {
                tracing::warn!("Kafka: group `{}`: {error}", self.gauges.group());
                counter!(FAILED_COMMITS, "group" => self.gauges.group()).increment(1);
            }
        }
    }
}

/// Gives revoked partitions up, once what is acknowledged is stored: acknowledging their records has no effect from now on.
pub(super) fn give_up<C>(client: &C, assignment: &Assignment, revoked: &[TopicPartition])
where
    C: rdkafka::consumer::Consumer<Context>,
{
    assignment.store_acknowledged();
    assignment.revoked(revoked);
    let given_up = match client.rebalance_protocol() {
        RebalanceProtocol::Cooperative => client.incremental_unassign(&list(revoked)),
        _ => client.unassign(),
    };
    given_up.unwrap_or_else(|error| tracing::error!("Kafka: partitions not given up: {error}"));
}

impl OffsetStore for Client {
    fn store(&self, TopicPartition { topic, partition }: &TopicPartition, offset: i64) -> KafkaResult<()> {
        self.store_offset(topic, *partition, offset)
    }

    fn commit_stored(&self) -> KafkaResult<()> {
        match self.commit_consumer_state(CommitMode::Sync) {
            Ok(()) | Err(KafkaError::ConsumerCommit(Code::NoOffset)) => {}
            Err(error) => return Err(error),
        }
        let mut stored = self.assignment()?;
        stored.set_all_offsets(Offset::Invalid)?;
        self.store_offsets(&stored)
    }

    fn seek(&self, partition: &TopicPartition, offset: i64) -> KafkaResult<()> {
        let target = list_at([(partition, Offset::Offset(offset))])?;
        let sought = self.seek_partitions(target, SEEK_TIMEOUT)?;
        sought.elements().iter().try_for_each(TopicPartitionListElem::error)
    }

    fn group_metadata(&self) -> Option<ConsumerGroupMetadata> {
        rdkafka::consumer::Consumer::group_metadata(self)
    }
}

impl Authenticated for Client {
    fn set_token(&self, token: Result<&Token, &str>) -> KafkaResult<()> {
        ffi::set_token(self.client(), token)
    }

    fn refresh(&self) -> &Refresh {
        &self.context().refresh
    }
}
