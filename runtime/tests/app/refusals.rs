//! Replies that Kafka refuses, several in one transaction, and those that are sent alone; on a real cluster, which has limits of topics.

use std::borrow::Cow;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use thoth_messaging::Topic;
use thoth_messaging::app::{App, Context, ExactlyOnce, Reason};
use thoth_messaging::client::{Kafka, ProducerRecord};
use thoth_messaging::messages::PackageReleased;
use thoth_messaging::testing::{TestApp, TestKafka, Time};
use tokio::time;

use crate::{DEADLINE, committed, kafka, on_partition, topic};

const REPLIES: Topic = Topic::new("replies");

/// Replies may have two kilobytes.
const SMALL: &[(Cow<'static, str>, Cow<'static, str>)] = &[(Cow::Borrowed("max.message.bytes"), Cow::Borrowed("2000"))];

/// The number of good messages behind each that is refused.
const BEHIND: i64 = 20;

/// The number of partitions, each of which begins with a message whose reply is refused.
const PARTITIONS: i32 = 4;

type Calls = Arc<Mutex<Vec<String>>>;

/// Replies with the version; of the package `large`, with five kilobytes.
async fn reply(released: PackageReleased, context: Context<Calls>) -> ProducerRecord {
    context.state().lock().unwrap().push(released.package_version.clone());
    let length = if released.package_name == "large" { 5_000 } else { 1 };
    // The prefix of the test.
    let topic = context.record().topic().replace(&*topic().name, &REPLIES.name);
    ProducerRecord::raw(topic).with_payload(format!("{} {}", released.package_version, "x".repeat(length)))
}

async fn real_kafka() -> Option<Arc<TestKafka>> {
    let kafka = kafka(PARTITIONS).await;
    if kafka.in_process().is_some() {
        println!("skipped: a limit of a topic needs a real cluster (KAFKA_BOOTSTRAP_SERVERS)");
        return None;
    }
    kafka.create_topic(&REPLIES.with_configuration(SMALL)).await.unwrap();
    Some(kafka)
}

/// Settles all messages, of which the first of each partition is refused. Returns how often the handler was called.
async fn settles_all(kafka: Arc<TestKafka>, set: impl FnOnce(&Kafka, App<Calls>) -> App<Calls>) -> usize {
    let calls = Calls::default();
    let producer = kafka.kafka().producer().unwrap();
    // All is there before the app begins, so that the refusals meet.
    for number in 0..=BEHIND {
        for partition in 0..PARTITIONS {
            let name = if number == 0 { "large" } else { "flask" };
            producer.send(on_partition(name, &format!("{partition} {number}"), partition)).await.unwrap();
        }
    }
    let app = |kafka: &Kafka| {
        let kafka = kafka.clone().with("batch.size", "1900");
        set(&kafka, App::new(&kafka).state(calls.clone()).handle(reply))
    };
    let test = TestApp::start_on(kafka.clone(), Time::Skips, app).await.unwrap();
    let all = u64::try_from(i64::from(PARTITIONS) * (BEHIND + 1)).unwrap();
    time::timeout(DEADLINE, test.settled(all)).await.expect("progress at every commit").unwrap();
    let ends: Vec<(i32, i64)> = (0..PARTITIONS).map(|partition| (partition, BEHIND + 1)).collect();
    assert_eq!(committed(&test, &ends).await, ends.iter().copied().collect());
    let dead = test.dead_letters().await.unwrap();
    let mut refused: Vec<_> = dead.iter().map(|dead| (dead.reason, dead.partition, dead.offset)).collect();
    refused.sort_by_key(|(_, partition, _)| *partition);
    assert_eq!(refused, (0..PARTITIONS).map(|partition| (Reason::ReplyFailed, partition, 0)).collect::<Vec<_>>());
    test.stop().await.unwrap();
    calls.lock().unwrap().len()
}

/// The number of replies that a reader of committed messages sees, and of different ones.
async fn replies(kafka: &TestKafka) -> (usize, usize) {
    let mut replies: Vec<_> =
        kafka.records(&REPLIES).await.unwrap().iter().map(|record| record.payload().unwrap().to_vec()).collect();
    let all = replies.len();
    replies.sort();
    replies.dedup();
    (all, replies.len())
}

#[tokio::test]
async fn refusals_of_four_partitions_cost_an_abort_each_at_most_and_all_else_counts_once() {
    let Some(kafka) = real_kafka().await else { return };
    let transactions = |kafka: &Kafka, app: App<Calls>| {
        let id = kafka.topic_name(&Topic::new("app"));
        app.exactly_once(ExactlyOnce::new(id).commit_every(Duration::from_millis(100)))
    };
    let calls = settles_all(Arc::clone(&kafka), transactions).await;
    let good = usize::try_from(i64::from(PARTITIONS) * BEHIND).unwrap();
    assert_eq!(replies(&kafka).await, (good, good));
    // Each of four aborts has at most all of them handled once more, and the refused ones are not called again.
    assert!(calls <= good * 5 + 4, "{calls} calls for {} messages", good + 4);
}

#[tokio::test]
async fn refusals_of_four_partitions_are_dead_letters_without_transactions_too() {
    let Some(kafka) = real_kafka().await else { return };
    settles_all(Arc::clone(&kafka), |_, app| app).await;
    let good = usize::try_from(i64::from(PARTITIONS) * BEHIND).unwrap();
    assert_eq!(replies(&kafka).await.1, good);
}
