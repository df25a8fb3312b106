//! The gauges of a member of a consumer group, from librdkafka's statistics and the records that are in flight.

use std::collections::{BTreeMap, BTreeSet};
use std::mem;
use std::sync::Mutex;
use std::time::Instant;

use metrics::gauge;
use rdkafka::Statistics;
use rdkafka::statistics::Partition;

use super::offsets::Assignment;
use crate::client::lock::lock;
use crate::client::topic_partition::TopicPartition;
use crate::metrics::{COMMIT_AGE, IN_FLIGHT, LAG, OLDEST_IN_FLIGHT};

/// The gauges of a member. Those of a partition that is gone are set to 0, because the facade `metrics` can't take a gauge
/// away, and so are all of them when this is dropped.
pub(super) struct ConsumerGauges {
    group: String,
    /// True if it reads no further than the last stable offset.
    reads_committed: bool,
    /// The partitions that have gauges.
    shown: Mutex<BTreeSet<TopicPartition>>,
    /// The time since which there has been something to commit, at most.
    uncommitted: Mutex<Instant>,
}

impl ConsumerGauges {
    pub(super) fn new(group: &str, reads_committed: bool) -> Self {
        let (shown, uncommitted) = (Mutex::default(), Mutex::new(Instant::now()));
        Self { group: group.to_owned(), reads_committed, shown, uncommitted }
    }

    pub(super) fn group(&self) -> String {
        self.group.clone()
    }

    /// Takes note of a commit that succeeded.
    pub(super) fn committed(&self) {
        *lock(&self.uncommitted) = Instant::now();
    }

    pub(super) fn show(&self, statistics: &Statistics, assignment: &Assignment) {
        let partitions = statistics.topics.values().flat_map(|topic| {
            let assigned = topic.partitions.values().filter(|partition| partition.desired);
            assigned.map(|partition| (TopicPartition::new(&topic.topic, partition.partition), partition))
        });
        let partitions: BTreeMap<TopicPartition, &Partition> = partitions.collect();
        for (id, partition) in &partitions {
            self.show_partition(id, partition, assignment);
        }
        let before = mem::replace(&mut *lock(&self.shown), partitions.keys().cloned().collect());
        for gone in before.iter().filter(|id| !partitions.contains_key(id)) {
            self.clear(gone);
        }

        let mut uncommitted = lock(&self.uncommitted);
        if !partitions.values().any(|partition| partition.stored_offset > partition.committed_offset.max(-1)) {
            *uncommitted = Instant::now();
        }
        gauge!(COMMIT_AGE, "group" => self.group()).set(uncommitted.elapsed().as_secs_f64());
    }

    #[expect(clippy::cast_precision_loss, reason = "2^53 messages are not in flight")]
    fn show_partition(&self, id: &TopicPartition, partition: &Partition, assignment: &Assignment) {
        let in_flight = assignment.in_flight(id);
        self.set(IN_FLIGHT, id, in_flight.messages as f64);
        let age = in_flight.oldest.map_or(0.0, |oldest| oldest.at.elapsed().as_secs_f64());
        self.set(OLDEST_IN_FLIGHT, id, age);

        let end = if self.reads_committed { partition.ls_offset } else { partition.hi_offset };
        // What was received is acknowledged, unless it is in flight; before anything was received, what is committed counts.
        let received = [partition.app_offset, partition.committed_offset];
        let next = in_flight.oldest.map(|oldest| oldest.offset).or(received.into_iter().find(|offset| *offset >= 0));
        if let (Some(next), 0..) = (next, end) {
            self.set(LAG, id, end.saturating_sub(next).max(0) as f64);
        }
    }

    fn clear(&self, id: &TopicPartition) {
        for gauge in [IN_FLIGHT, OLDEST_IN_FLIGHT, LAG] {
            self.set(gauge, id, 0.0);
        }
    }

    fn set(&self, name: &'static str, TopicPartition { topic, partition }: &TopicPartition, value: f64) {
        let (topic, partition) = (topic.clone(), partition.to_string());
        gauge!(name, "group" => self.group(), "topic" => topic, "partition" => partition).set(value);
    }
}

impl Drop for ConsumerGauges {
    fn drop(&mut self) {
        let shown = mem::take(&mut *lock(&self.shown));
        for id in &shown {
            self.clear(id);
        }
        if !shown.is_empty() {
            gauge!(COMMIT_AGE, "group" => self.group()).set(0.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::sync::Arc;

    use rdkafka::statistics::Topic;

    use super::*;
    use crate::client::statistics::tests::gauges;

    fn partition(number: i32) -> Partition {
        let unknown = rdkafka::Offset::Invalid.to_raw().unwrap_or_default();
        Partition {
            partition: number,
            desired: true,
            app_offset: unknown,
            stored_offset: unknown,
            committed_offset: unknown,
            hi_offset: 100,
            ls_offset: 90,
            ..Partition::default()
        }
    }

    fn statistics(partitions: impl IntoIterator<Item = Partition>) -> Statistics {
        let partitions = partitions.into_iter().map(|it| (it.partition, it)).collect();
        let topic = Topic { topic: "t".to_owned(), partitions, ..Topic::default() };
        Statistics { topics: HashMap::from([("t".to_owned(), topic)]), ..Statistics::default() }
    }

    #[test]
    fn the_lag_counts_from_the_first_message_in_flight_to_what_can_be_read() {
        let assignment = Arc::new(Assignment::default());
        assignment.received("t", 0, 70, Instant::now());
        let committed = Partition { committed_offset: 80, ..partition(1) };
        let received = Partition { app_offset: 85, committed_offset: 80, ..partition(2) };
        let of_nothing = partition(3);
        let all = statistics([partition(0), committed, received, of_nothing]);
        let lags = |reads_committed| {
            let consumer = ConsumerGauges::new("g", reads_committed);
            let shown = gauges(|| consumer.show(&all, &assignment));
            shown.into_iter().filter(|gauge| gauge.starts_with("lag")).collect::<Vec<_>>()
        };
        assert_eq!(lags(true), ["lag_messages g t 0 = 20", "lag_messages g t 1 = 10", "lag_messages g t 2 = 5"]);
        assert_eq!(lags(false), ["lag_messages g t 0 = 30", "lag_messages g t 1 = 20", "lag_messages g t 2 = 15"]);
    }

    #[test]
    fn the_gauges_of_a_partition_that_is_revoked_are_0() {
        let assignment = Arc::new(Assignment::default());
        assignment.received("t", 0, 70, Instant::now());
        let consumer = ConsumerGauges::new("g", true);
        let shown = gauges(|| consumer.show(&statistics([partition(0)]), &assignment));
        assert!(shown.contains(&"in_flight_messages g t 0 = 1".to_owned()), "{shown:?}");
        let revoked = Partition { desired: false, ..partition(0) };
        let cleared = gauges(|| consumer.show(&statistics([revoked]), &assignment));
        let zeros = ["in_flight_messages g t 0 = 0", "lag_messages g t 0 = 0", "oldest_in_flight_seconds g t 0 = 0"];
        assert_eq!(cleared[1..], zeros);
        assert_eq!(gauges(|| consumer.show(&statistics([]), &assignment)).len(), 1, "once");

        consumer.show(&statistics([partition(0)]), &assignment);
        let ended = gauges(|| drop(consumer));
        assert_eq!(ended[1..], zeros);
    }

    #[test]
    fn the_commit_age_counts_while_there_is_something_to_commit() {
        let consumer = ConsumerGauges::new("g", true);
        let age = |stored_offset, committed_offset| {
            let all = statistics([Partition { stored_offset, committed_offset, ..partition(0) }]);
            let shown = gauges(|| consumer.show(&all, &Assignment::default()));
            shown[0].split(" = ").last().and_then(|age| age.parse::<f64>().ok()).unwrap()
        };
        let long_ago = || *lock(&consumer.uncommitted) -= std::time::Duration::from_secs(1);
        long_ago();
        assert!(age(7, -1001) >= 1.0 && age(7, 6) >= 1.0);
        assert!(age(7, 7) < 1.0 && age(8, 7) < 1.0, "it counts anew");
        long_ago();
        assert!(age(8, 7) >= 1.0);
        consumer.committed();
        assert!(age(9, 8) < 1.0);
        long_ago();
        assert!(age(-1001, -1001) < 1.0);
    }
}
