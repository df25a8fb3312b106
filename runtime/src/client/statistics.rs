//! librdkafka's statistics as gauges.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use metrics::gauge;
use rdkafka::Statistics;
use rdkafka::statistics::Partition;

use super::offsets::Assignment;
use crate::metrics::{COMMIT_AGE, IN_FLIGHT, LAG, OLDEST_IN_FLIGHT, PRODUCER_QUEUE, PRODUCER_QUEUE_BYTES};

/// How often librdkafka gives statistics, unless it is told otherwise.
pub(super) const INTERVAL: (&str, &str) = ("statistics.interval.ms", "5000");

type Place = (String, i32);

/// What is measured of a member of a group. Its gauges are 0 when this is dropped.
pub(super) struct ConsumerGauges {
    group: String,
    /// Whether it reads no further than the last stable offset.
    reads_committed: bool,
    /// The partitions that have gauges.
    shown: Mutex<BTreeSet<Place>>,
    /// Since when there is something to commit, at most.
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

    /// Kafka has taken a commit.
    pub(super) fn committed(&self) {
        *lock(&self.uncommitted) = Instant::now();
    }

    pub(super) fn show(&self, statistics: &Statistics, assignment: &Assignment) {
        let partitions = statistics.topics.values().flat_map(|topic| {
            let assigned = topic.partitions.values().filter(|partition| partition.desired);
            assigned.map(|partition| ((topic.topic.clone(), partition.partition), partition))
        });
        let partitions: BTreeMap<Place, &Partition> = partitions.collect();
        for (place, partition) in &partitions {
            self.show_partition(place, partition, assignment);
        }
        let gone = std::mem::replace(&mut *lock(&self.shown), partitions.keys().cloned().collect());
        for place in gone.iter().filter(|place| !partitions.contains_key(place)) {
            self.clear(place);
        }

        let mut uncommitted = lock(&self.uncommitted);
        if !partitions.values().any(|partition| partition.stored_offset > partition.committed_offset.max(-1)) {
            *uncommitted = Instant::now();
        }
        gauge!(COMMIT_AGE, "group" => self.group()).set(uncommitted.elapsed().as_secs_f64());
    }

    #[expect(clippy::cast_precision_loss, reason = "2^53 messages are not in flight")]
    fn show_partition(&self, place: &Place, partition: &Partition, assignment: &Assignment) {
        let in_flight = assignment.in_flight(&place.0, place.1);
        self.set(IN_FLIGHT, place, in_flight.messages as f64);
        let age = in_flight.oldest.map_or(0.0, |oldest| oldest.received.elapsed().as_secs_f64());
        self.set(OLDEST_IN_FLIGHT, place, age);

        let end = if self.reads_committed { partition.ls_offset } else { partition.hi_offset };
        // What was received is acknowledged, unless it is in flight; before anything was received, what is committed counts.
        let received = [partition.app_offset, partition.committed_offset];
        let next = in_flight.oldest.map(|oldest| oldest.offset).or(received.into_iter().find(|offset| *offset >= 0));
        if let (Some(next), 0..) = (next, end) {
            self.set(LAG, place, end.saturating_sub(next).max(0) as f64);
        }
    }

    fn clear(&self, place: &Place) {
        for gauge in [IN_FLIGHT, OLDEST_IN_FLIGHT, LAG] {
            self.set(gauge, place, 0.0);
        }
    }

    fn set(&self, name: &'static str, (topic, partition): &Place, value: f64) {
        let (topic, partition) = (topic.clone(), partition.to_string());
        gauge!(name, "group" => self.group(), "topic" => topic, "partition" => partition).set(value);
    }
}

impl Drop for ConsumerGauges {
    fn drop(&mut self) {
        let shown = std::mem::take(&mut *lock(&self.shown));
        for place in &shown {
            self.clear(place);
        }
        if !shown.is_empty() {
            gauge!(COMMIT_AGE, "group" => self.group()).set(0.0);
        }
    }
}

/// What a producer has in flight.
#[derive(Clone, Copy)]
struct Queue {
    messages: u64,
    bytes: u64,
}

/// Of the producers of a client id, each under a name that no other one has.
type Queues = BTreeMap<String, Queue>;

/// By client id.
static QUEUES: Mutex<BTreeMap<String, Queues>> = Mutex::new(BTreeMap::new());

/// What is measured of a producer: its part is gone when this is dropped.
#[derive(Default)]
pub(super) struct ProducerGauges(Mutex<Option<(String, String)>>);

impl ProducerGauges {
    pub(super) fn show(&self, statistics: &Statistics) {
        let Statistics { client_id, name, .. } = statistics;
        let mut all = lock(&QUEUES);
        let queues = all.entry(client_id.clone()).or_default();
        queues.insert(name.clone(), Queue { messages: statistics.msg_cnt, bytes: statistics.msg_size });
        show_sum(client_id, queues);
        *lock(&self.0) = Some((client_id.clone(), name.clone()));
    }
}

impl Drop for ProducerGauges {
    fn drop(&mut self) {
        let Some((client, name)) = lock(&self.0).take() else { return };
        let mut all = lock(&QUEUES);
        let Some(queues) = all.get_mut(&client) else { return };
        queues.remove(&name);
        show_sum(&client, queues);
        if queues.is_empty() {
            all.remove(&client);
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "2^53 messages and bytes are not in flight")]
fn show_sum(client: &str, queues: &Queues) {
    let messages: u64 = queues.values().map(|queue| queue.messages).sum();
    let bytes: u64 = queues.values().map(|queue| queue.bytes).sum();
    gauge!(PRODUCER_QUEUE, "client" => client.to_owned()).set(messages as f64);
    gauge!(PRODUCER_QUEUE_BYTES, "client" => client.to_owned()).set(bytes as f64);
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use metrics_util::debugging::{DebugValue, DebuggingRecorder};
    use rdkafka::statistics::Topic;

    use super::*;

    /// All gauges that are set, as `name{labels} value`.
    fn gauges(set: impl FnOnce()) -> Vec<String> {
        let recorder = DebuggingRecorder::new();
        metrics::with_local_recorder(&recorder, set);
        let gauge = |(key, _, _, value): (metrics_util::CompositeKey, _, _, DebugValue)| {
            let DebugValue::Gauge(value) = value else { panic!("{key:?}") };
            let name = key.key().name().trim_start_matches("thoth_messaging_");
            let labels: Vec<_> = key.key().labels().map(metrics::Label::value).collect();
            format!("{name} {} = {value}", labels.join(" "))
        };
        let mut gauges: Vec<_> = recorder.snapshotter().snapshot().into_vec().into_iter().map(gauge).collect();
        gauges.sort();
        gauges
    }

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
    fn the_lag_counts_from_the_first_message_that_is_not_done_to_what_can_be_read() {
        let assignment = Assignment::default();
        assignment.received("t", 0, 70);
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
        let assignment = Assignment::default();
        assignment.received("t", 0, 70);
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

    #[test]
    fn producers_of_one_client_id_are_counted_together() {
        let queue = |name: &str, messages| Statistics {
            client_id: "statistics test".to_owned(),
            name: name.to_owned(),
            msg_cnt: messages,
            msg_size: messages * 10,
            ..Statistics::default()
        };
        let (one, other) = (ProducerGauges::default(), ProducerGauges::default());
        let show = |messages| {
            let bytes = messages * 10;
            [
                format!("producer_queue_bytes statistics test = {bytes}"),
                format!("producer_queue_messages statistics test = {messages}"),
            ]
        };
        assert_eq!(gauges(|| one.show(&queue("one", 3))), show(3));
        assert_eq!(gauges(|| other.show(&queue("other", 4))), show(7));
        assert_eq!(gauges(|| one.show(&queue("one", 1))), show(5));
        assert_eq!(gauges(|| drop(one)), show(4));
        assert_eq!(gauges(|| drop(other)), show(0));
    }
}
