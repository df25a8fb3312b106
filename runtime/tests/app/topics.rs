//! Topics that are not as others: compacted, with times that jump, and with a dead-letter topic that can't be written to for a while.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use thoth_messaging::client::{Kafka, ProducerRecord};
use thoth_messaging::testing::{ApiKey, ResponseError, TestApp, TestKafka, Time};
use tokio::time;

use crate::{DEADLINE, Script, committed, kafka, on_partition, released, topic};

fn real(what: &str) -> Option<Arc<TestKafka>> {
    let kafka = TestKafka::start().unwrap();
    if kafka.in_process().is_some() {
        println!("skipped: {what} needs a real cluster (KAFKA_BOOTSTRAP_SERVERS)");
        return None;
    }
    Some(Arc::new(kafka))
}

/// Segments end at once, and all that have ended are compacted.
const COMPACTED: &[(Cow<'static, str>, Cow<'static, str>)] = &[
    (Cow::Borrowed("cleanup.policy"), Cow::Borrowed("compact")),
    (Cow::Borrowed("segment.ms"), Cow::Borrowed("100")),
    (Cow::Borrowed("min.cleanable.dirty.ratio"), Cow::Borrowed("0.001")),
    (Cow::Borrowed("max.compaction.lag.ms"), Cow::Borrowed("100")),
];

fn keyed(key: usize, version: usize) -> ProducerRecord {
    ProducerRecord::of(&released("flask", &version.to_string())).unwrap().with_key(key.to_string())
}

#[tokio::test]
async fn the_gaps_of_a_compacted_topic_are_committed_over() {
    let Some(kafka) = real("compaction") else { return };
    kafka.create_topic(&topic().clone().with_partitions(1).with_configuration(COMPACTED)).await.unwrap();
    let producer = kafka.kafka().producer().unwrap();
    let mut sent = 0;
    let compacted = async {
        loop {
            for _ in 0..20 {
                producer.send(keyed(sent % 4, sent)).await.unwrap();
                sent += 1;
            }
            time::sleep(Duration::from_secs(1)).await;
            if kafka.records(topic()).await.unwrap().len() < sent {
                break;
            }
        }
    };
    time::timeout(DEADLINE, compacted).await.expect("the brokers compact the topic every 15 s");
    let left: Vec<String> = kafka.records(topic()).await.unwrap().iter().map(|it| it.offset().to_string()).collect();
    let script = Script::default();
    let test = script.start_on(&kafka, Time::Skips).await;
    let end = i64::try_from(sent).unwrap();
    assert_eq!(committed(&test, &[(0, end)]).await, [(0, end)].into());
    let handled = script.handled();
    // What stands there by now may be fewer than were left a moment ago.
    assert!(handled.len() < sent && handled.iter().all(|version| left.contains(version)), "{handled:?}");
    assert!(handled.is_sorted_by_key(|version| version.parse::<usize>().unwrap()), "{handled:?}");
    assert_eq!(handled.last(), Some(&(sent - 1).to_string()));
    assert_eq!(test.stop().await.unwrap().abandoned, 0);
}

#[tokio::test]
async fn messages_whose_times_jump_are_handled_in_the_order_of_their_offsets() {
    let (kafka, script) = (kafka(1).await, Script::default());
    let test = script.start_on(&kafka, Time::Skips).await;
    let now = SystemTime::now();
    let (hour, decade) = (Duration::from_secs(3_500), Duration::from_secs(10 * 365 * 24 * 3_600));
    let times = [now, now - decade, now + hour, SystemTime::UNIX_EPOCH, now - hour, now];
    for (version, time) in times.into_iter().enumerate() {
        let record = ProducerRecord::of(&released("flask", &version.to_string())).unwrap();
        test.publish(record.with_timestamp(time)).await.unwrap();
    }
    test.settled(6).await.unwrap();
    assert_eq!(script.handled(), ["0", "1", "2", "3", "4", "5"]);
    assert_eq!(committed(&test, &[(0, 6)]).await, [(0, 6)].into());
}

#[tokio::test]
async fn a_dead_letter_topic_that_takes_its_time_holds_up_its_partition_alone() {
    let (kafka, script) = (kafka(2).await, Script::default());
    // The brokers of a real cluster ask for no more replicas than there are.
    let Some(cluster) = kafka.in_process() else { return };
    // A letter is given up after a second, and sent again.
    let app = |kafka: &Kafka| script.app(&kafka.clone().with("delivery.timeout.ms", "1000"));
    let test = TestApp::start_on(kafka.clone(), Time::Skips, app).await.unwrap();
    let sent = [(0, "wait", "1"), (0, "reject", "2"), (0, "flask", "3"), (1, "wait", "4"), (1, "flask", "5")];
    for (partition, name, version) in sent {
        test.publish(on_partition(name, version, partition)).await.unwrap();
    }
    script.wait_for_attempts(2).await;
    cluster.fail_requests(ApiKey::Produce, &[ResponseError::NotEnoughReplicas; 15]).unwrap();
    script.open_gate();
    script.open_gate();
    test.settled(3).await.unwrap();
    // Longer than a letter takes to be given up.
    time::sleep(Duration::from_millis(1_500)).await;
    let mut handled = script.handled();
    handled.sort();
    assert_eq!(handled, ["1", "4", "5"], "the other partition goes on");
    assert_eq!(test.settled_by_now(), 3, "a message is settled once its letter is there");
    test.settled(5).await.unwrap();
    assert_eq!(script.handled().last().unwrap(), "3");
    let dead = test.dead_letters().await.unwrap();
    assert!(dead.iter().all(|letter| letter.offset == 1) && !dead.is_empty(), "{dead:?}");
    assert_eq!(committed(&test, &[(0, 3), (1, 2)]).await, [(0, 3), (1, 2)].into());
}
