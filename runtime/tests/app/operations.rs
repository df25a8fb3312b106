//! The things that operators do to a topic while an app reads it, and handlers that do what they should not.

use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use rdkafka::admin::{AdminClient, AdminOptions};
use rdkafka::client::DefaultClientContext;
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer as _};
use rdkafka::error::KafkaResult;
use rdkafka::{Offset, TopicPartitionList};
use thoth_messaging::app::{App, Context, Reason};
use thoth_messaging::client::{Kafka, ProducerRecord};
use thoth_messaging::messages::PackageReleased;
use thoth_messaging::testing::{TestApp, TestKafka, Time};
use tokio::time;

use crate::{DEADLINE, Script, committed, kafka, on_partition, released, topic};

/// The cluster, unless it is the in-process one, which has no administration.
async fn real_kafka(what: &str) -> Option<Arc<TestKafka>> {
    let kafka = kafka(1).await;
    if kafka.in_process().is_some() {
        println!("skipped: {what} needs a real cluster (KAFKA_BOOTSTRAP_SERVERS)");
        return None;
    }
    Some(kafka)
}

#[tokio::test]
async fn partitions_that_are_added_are_handled_once_the_app_hears_of_them() {
    let Some(kafka) = real_kafka("to add partitions").await else { return };
    let script = Script::default();
    // By default it hears of them within five minutes.
    let sooner = |kafka: &Kafka| script.app(&kafka.clone().with("topic.metadata.refresh.interval.ms", "500"));
    let test = TestApp::start_on(kafka.clone(), Time::Skips, sooner).await.unwrap();
    test.publish(&released("flask", "1")).await.unwrap();
    test.settled(1).await.unwrap();
    let admin = kafka.kafka().admin();
    let plan = admin.plan([&topic().clone().with_partitions(3)]).await.unwrap();
    let applied = admin.apply(&plan).await.unwrap();
    assert_eq!(applied.failed, []);
    let producer = kafka.kafka().producer().unwrap();
    for partition in [1, 2] {
        let sent = async { while producer.send(on_partition("flask", "2", partition)).await.is_err() {} };
        time::timeout(DEADLINE, sent).await.unwrap();
    }
    test.settled(3).await.unwrap();
    assert_eq!(committed(&test, &[(0, 1), (1, 1), (2, 1)]).await, [(0, 1), (1, 1), (2, 1)].into());
}

#[tokio::test]
async fn records_that_are_deleted_before_they_are_handled_hold_nothing_up() {
    let Some(kafka) = real_kafka("to delete records").await else { return };
    let script = Script::default();
    // Paused at the first one, so that it has not fetched what is deleted.
    let test =
        TestApp::start_on(kafka.clone(), Time::Skips, |kafka| script.app(kafka).max_in_flight_bytes(1)).await.unwrap();
    test.publish(&released("wait", "0")).await.unwrap();
    script.wait_for_attempts(1).await;
    for version in 1..20 {
        test.publish(&released("flask", &version.to_string())).await.unwrap();
    }
    // Longer than the app goes without polling; then the partition is paused.
    time::sleep(Duration::from_millis(1_500)).await;
    let mut before = TopicPartitionList::new();
    before.add_partition_offset(&kafka.topic_name(topic()), 0, Offset::Offset(15)).unwrap();
    let mut config = rdkafka::ClientConfig::new();
    config.set("bootstrap.servers", kafka.kafka().bootstrap_servers());
    let admin: AdminClient<DefaultClientContext> = config.create().unwrap();
    admin.delete_records(&before, &AdminOptions::new()).await.unwrap();
    script.open_gate();
    assert_eq!(committed(&test, &[(0, 20)]).await, [(0, 20)].into());
    let handled = script.handled();
    let expected: Vec<String> = std::iter::once(0).chain(15..20).map(|version| version.to_string()).collect();
    assert_eq!(handled, expected, "what is left, in its order");
    test.stop().await.unwrap();
}

/// Sets the offset of the group of apps, as `kafka-consumer-groups --reset-offsets` does.
fn reset(kafka: &TestKafka, offset: i64) -> KafkaResult<()> {
    let mut config = rdkafka::ClientConfig::new();
    config.set("bootstrap.servers", kafka.kafka().bootstrap_servers());
    // The group has the name of the prefix.
    let (name, topic_name) = (kafka.topic_name(topic()), format!(".{}", topic().name));
    config.set("group.id", name.strip_suffix(&topic_name).unwrap());
    let outside: BaseConsumer = config.create()?;
    let mut offsets = TopicPartitionList::new();
    offsets.add_partition_offset(&name, 0, Offset::Offset(offset))?;
    outside.commit(&offsets, CommitMode::Sync)
}

#[tokio::test]
async fn offsets_are_reset_between_two_runs_and_never_under_one() {
    let Some(kafka) = real_kafka("to refuse offsets of a group with members").await else { return };
    let script = Script::default();
    let test = script.start_on(&kafka, Time::Skips).await;
    for version in 0..4 {
        test.publish(&released("flask", &version.to_string())).await.unwrap();
    }
    test.settled(4).await.unwrap();
    assert!(reset(&kafka, 1).is_err());
    test.stop().await.unwrap();
    reset(&kafka, 1).unwrap();
    let test = script.start_on(&kafka, Time::Skips).await;
    test.settled(3).await.unwrap();
    assert_eq!(script.handled(), ["0", "1", "2", "3", "1", "2", "3"]);
    assert_eq!(committed(&test, &[(0, 4)]).await, [(0, 4)].into());
    test.stop().await.unwrap();
}

#[tokio::test]
async fn a_header_of_nearly_a_megabyte_goes_on_with_the_dead_letter() {
    let script = Script::default();
    let test = script.start().await;
    let large = vec![b'x'; 900_000];
    let record = ProducerRecord::of(&released("reject", "1")).unwrap().with_header("large", large.clone());
    test.publish(record).await.unwrap();
    test.settled(1).await.unwrap();
    let dead = test.dead_letters().await.unwrap();
    assert_eq!(dead[0].reason, Reason::Rejected);
    let header = dead[0].record.headers().iter().find(|header| header.name.as_bytes() == b"large").unwrap();
    assert_eq!(header.value.as_deref(), Some(&large[..]));
    test.stop().await.unwrap();
}

/// The gate of a handler that blocks the thread that it runs on.
type Gate = Mutex<mpsc::Receiver<()>>;

async fn block(_: PackageReleased, gate: Context<Gate>) {
    let _ = gate.state().lock().unwrap().recv();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn a_handler_that_blocks_its_thread_does_not_hold_up_the_end() {
    let kafka = kafka(1).await;
    let (open, gate) = mpsc::channel();
    let app =
        |kafka: &Kafka| App::new(kafka).state(Mutex::new(gate)).handle(block).drain_timeout(Duration::from_millis(100));
    let test = TestApp::start_on(kafka.clone(), Time::Skips, app).await.unwrap();
    test.publish(&released("flask", "1")).await.unwrap();
    time::sleep(Duration::from_millis(500)).await;
    let summary = time::timeout(DEADLINE, test.stop()).await.unwrap().unwrap();
    assert_eq!((summary.handled, summary.abandoned), (0, 1));
    assert_eq!(kafka.committed(&kafka.kafka(), topic()).await.unwrap(), [].into());
    open.send(()).unwrap();
}
