#![expect(clippy::cast_precision_loss, clippy::float_cmp, reason = "small whole numbers")]

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::Duration;

use metrics::{Key, LocalRecorderGuard};
use metrics_util::debugging::{DebugValue, DebuggingRecorder, Snapshotter};
use thoth_messaging::app::{App, Breaker, Retries};
use thoth_messaging::client::{Kafka, ProducerRecord};
use thoth_messaging::metrics as names;
use thoth_messaging::testing::{TestApp, Time};
use tokio::time;

use crate::captured::Captured;
use crate::{DEADLINE, Script, kafka, on_partition, released, topic};

/// The values that the recorder of a test received.
pub(crate) struct Seen {
    snapshots: Snapshotter,
    /// A snapshot takes counts and histograms away, and so they are kept here.
    values: RefCell<BTreeMap<Key, f64>>,
}

/// A recorder for all that runs on the thread of a test.
pub(crate) fn recorder() -> (Seen, LocalRecorderGuard<'static>) {
    let recorder: &'static DebuggingRecorder = Box::leak(Box::default());
    let guard = metrics::set_default_local_recorder(recorder);
    (Seen { snapshots: recorder.snapshotter(), values: RefCell::default() }, guard)
}

impl Seen {
    /// The value of a metric, summed over the labels that are not asked for; `None` where nobody has touched it.
    pub(crate) fn value(&self, name: &str, labels: &[(&str, &str)]) -> Option<f64> {
        let mut values = self.values.borrow_mut();
        for (key, _, _, value) in self.snapshots.snapshot().into_vec() {
            let sum = values.entry(key.key().clone()).or_default();
            match value {
                DebugValue::Counter(count) => *sum += count as f64,
                DebugValue::Gauge(value) => *sum = value.into_inner(),
                DebugValue::Histogram(values) => *sum += values.len() as f64,
            }
        }
        let is_asked_for = |key: &&Key| {
            let has = |(name, value): &(&str, &str)| key.labels().any(|it| it.key() == *name && it.value() == *value);
            key.name() == name && labels.iter().all(has)
        };
        let keys = values.keys().filter(is_asked_for);
        keys.fold(None, |sum, key| Some(sum.unwrap_or_default() + values[key]))
    }

    /// Waits until a metric is what is expected.
    async fn wait_for(&self, name: &str, labels: &[(&str, &str)], expected: impl Fn(f64) -> bool) {
        let reached = async {
            while !self.value(name, labels).is_some_and(&expected) {
                time::sleep(Duration::from_millis(20)).await;
            }
        };
        let in_time = time::timeout(DEADLINE, reached).await;
        assert!(in_time.is_ok(), "{name} is {:?}", self.value(name, labels));
    }
}

/// With statistics as often as a test wants to see them.
fn often(kafka: &Kafka) -> Kafka {
    kafka.clone().with("statistics.interval.ms", "50")
}

#[tokio::test]
async fn what_is_handled_fails_and_is_dead_lettered_is_counted_by_topic() {
    let (seen, _guard) = recorder();
    let script = Script::default();
    let test = script.start().await;
    let name = test.kafka().topic_name(topic());
    for (package, version) in [("flask", "1"), ("fail-twice", "2"), ("fail", "3"), ("panic", "4"), ("reject", "5")] {
        test.publish(&released(package, version)).await.unwrap();
    }
    test.publish(ProducerRecord::raw(&name).with_payload("no JSON")).await.unwrap();
    test.publish(ProducerRecord::raw(&name).with_payload("{}")).await.unwrap();
    test.publish(ProducerRecord::tombstone(topic(), "flask")).await.unwrap();
    test.settled(8).await.unwrap();

    let of = |metric| seen.value(metric, &[("topic", &name)]);
    assert_eq!(seen.value(names::HANDLING, &[("topic", &name)]), Some(1.0 + 3.0 + 8.0 + 8.0 + 1.0 + 3.0));
    assert_eq!((of(names::HANDLED), of(names::REPLIES)), (Some(2.0), Some(0.0)));
    assert_eq!((of(names::RETRIES), of(names::FAILED_ATTEMPTS)), (Some(16.0), Some(2.0 + 8.0 + 8.0 + 3.0)));
    let dead = |reason| seen.value(names::DEAD_LETTERS, &[("topic", name.as_str()), ("reason", reason)]);
    for reason in ["failed", "panicked", "rejected", "not-json", "invalid", "tombstone"] {
        assert_eq!(dead(reason), Some(1.0), "{reason}");
    }
    assert_eq!(of(names::DEAD_LETTERS), Some(6.0));
    test.stop().await.unwrap();
}

#[tokio::test]
async fn what_is_in_flight_is_seen_with_its_age_and_the_lag() {
    let (seen, _guard) = recorder();
    let script = Script::default();
    let kafka = kafka(2).await;
    let test = TestApp::start_on(kafka, Time::Skips, |kafka| script.app(&often(kafka))).await.unwrap();
    for n in 0..3 {
        test.publish(on_partition("wait", &n.to_string(), 1)).await.unwrap();
    }
    script.wait_for_attempts(1).await;
    let topic = test.kafka().topic_name(topic());
    let partition = [("topic", &*topic), ("partition", "1")];
    seen.wait_for(names::IN_FLIGHT, &partition, |messages| messages == 3.0).await;
    seen.wait_for(names::LAG, &partition, |messages| messages == 3.0).await;
    seen.wait_for(names::OLDEST_IN_FLIGHT, &partition, |seconds| seconds > 0.2 && seconds < 600.0).await;
    seen.wait_for(names::REBALANCES, &[], |times| times >= 1.0).await;
    script.open_gate();
    seen.wait_for(names::IN_FLIGHT, &partition, |messages| messages == 2.0).await;
    seen.wait_for(names::COMMIT_AGE, &[], |seconds| seconds < 5.0).await;
    assert_eq!(seen.value(names::IN_FLIGHT, &[("partition", "0")]), Some(0.0));
}

#[tokio::test]
async fn a_breaker_is_seen_to_open_and_to_close() {
    let (seen, _guard) = recorder();
    let script = Script::default();
    let breaker = Breaker::default().window(1).pause(Duration::from_secs(60));
    let app = |kafka: &_| script.app(kafka).breaker(breaker).retries(Retries::none());
    let test = TestApp::start_on(kafka(1).await, Time::Held, app).await.unwrap();
    test.publish(&released("flask", "1")).await.unwrap();
    test.settled(1).await.unwrap();
    assert_eq!(seen.value(names::BREAKER_OPEN, &[]), Some(0.0));
    test.publish(&released("fail", "2")).await.unwrap();
    test.opened(1).await.unwrap();
    assert_eq!((seen.value(names::BREAKER_OPEN, &[]), seen.value(names::BREAKER_OPENED, &[])), (Some(1.0), Some(1.0)));
    test.publish(&released("flask", "3")).await.unwrap();
    test.advance(Duration::from_secs(60));
    test.settled(3).await.unwrap();
    assert_eq!(seen.value(names::BREAKER_OPEN, &[]), Some(0.0));
}

#[tokio::test]
async fn brokers_that_are_gone_are_counted_by_the_error_and_logged_with_the_reason() {
    let (seen, _guard) = recorder();
    let (captured, _captures) = Captured::start();
    let script = Script::default();
    let kafka = kafka(1).await;
    let Some(cluster) = kafka.in_process() else { return };
    let test = script.start_on(&kafka, Time::Skips).await;
    test.publish(&released("flask", "1")).await.unwrap();
    test.settled(1).await.unwrap();
    cluster.broker_down(1).unwrap();
    seen.wait_for(names::CLIENT_ERRORS, &[("error", "AllBrokersDown")], |times| times >= 1.0).await;
    let warnings: Vec<_> = captured.events().into_iter().filter(|event| event.level == tracing::Level::WARN).collect();
    // librdkafka counts its connections for the first addresses and for the group's coordinator in or not, as it comes: "1/1", "2/2", "0/1".
    let is_told = warnings
        .iter()
        .any(|event| event.fields.get("message").contains(" brokers are down (Global error: AllBrokersDown"));
    assert!(is_told, "{warnings:?}");
}

#[tokio::test]
async fn no_label_has_a_key_or_a_value_in_it() {
    let (seen, _guard) = recorder();
    let script = Script::default();
    let test = TestApp::start(|kafka| script.app(&often(kafka))).await.unwrap();
    let record = ProducerRecord::of(&released("fail", "s3cret")).unwrap().with_key("s3cret key");
    test.publish(record).await.unwrap();
    test.settled(1).await.unwrap();
    seen.wait_for(names::LAG, &[], |messages| messages == 0.0).await;
    let all = format!("{:?}", seen.values.borrow());
    assert!(all.contains(names::HANDLING) && !all.contains("s3cret"));
}

#[tokio::test]
async fn an_app_runs_without_statistics() {
    let (seen, _guard) = recorder();
    let script = Script::default();
    let app = |kafka: &Kafka| -> App<Script> { script.app(&kafka.clone().with("statistics.interval.ms", "0")) };
    let test = TestApp::start(app).await.unwrap();
    test.publish(&released("flask", "1")).await.unwrap();
    test.settled(1).await.unwrap();
    assert_eq!((seen.value(names::HANDLED, &[]), seen.value(names::IN_FLIGHT, &[])), (Some(1.0), None));
}
