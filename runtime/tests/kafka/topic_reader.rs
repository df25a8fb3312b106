//! Looking at a topic from outside of all groups.

use std::collections::BTreeMap;
use std::ops::Range;

use thoth_messaging::Topic;
use thoth_messaging::client::{Kafka, Position, ProducerRecord, ReceiveError, SavedPosition, TopicReader};
use thoth_messaging::testing::TestKafka;

const TOPIC: Topic = Topic::new("letters").with_partitions(2);

/// Five records on each of two partitions.
async fn with_records() -> (TestKafka, Kafka, String) {
    let test = TestKafka::start().unwrap();
    test.create_topic(&TOPIC).await.unwrap();
    let (kafka, topic) = (test.kafka(), test.topic_name(&TOPIC));
    let producer = kafka.producer().unwrap();
    for partition in [0, 1] {
        for number in 0..5 {
            let record = ProducerRecord::raw(&topic).with_payload(format!("{partition}.{number}"));
            producer.send(record.with_partition(partition)).await.unwrap();
        }
    }
    (test, kafka, topic)
}

/// Returns what a reader reads, in order.
async fn read(reader: &mut TopicReader, parts: impl IntoIterator<Item = (i32, Range<i64>)>) -> Vec<String> {
    reader.read(parts).await.unwrap();
    let mut payloads = Vec::new();
    while let Some(record) = reader.next().await {
        payloads.push(String::from_utf8(record.unwrap().payload().unwrap().to_vec()).unwrap());
    }
    payloads.sort();
    payloads
}

#[tokio::test]
async fn reads_what_lies_between_two_offsets_and_ends() {
    let (_test, kafka, topic) = with_records().await;
    let mut reader = kafka.topic_reader(&topic).unwrap();
    assert_eq!(reader.offsets(Position::Beginning).await.unwrap(), BTreeMap::from([(0, 0), (1, 0)]));
    assert_eq!(reader.offsets(Position::End).await.unwrap(), BTreeMap::from([(0, 5), (1, 5)]));
    assert_eq!(reader.offsets(Position::Offset(9)).await.unwrap(), BTreeMap::from([(0, 5), (1, 5)]));
    assert_eq!(read(&mut reader, [(0, 3..5), (1, 1..2)]).await, ["0.3", "0.4", "1.1"]);
    assert_eq!(read(&mut reader, [(0, 5..5)]).await, [""; 0]);
    assert_eq!(read(&mut reader, [(1, 0..i64::MAX - 1)]).await.len(), 5, "the end of the partition is the end");
}

#[tokio::test]
async fn the_mark_of_a_transaction_at_the_end_holds_up_nothing() {
    let (test, kafka, topic) = with_records().await;
    if test.in_process().is_some() {
        println!("skipped: transactions need a real cluster (KAFKA_BOOTSTRAP_SERVERS)");
        return;
    }
    let mut producer = kafka.transactional(&topic).await.unwrap();
    let transaction = producer.begin().await.unwrap();
    transaction.send(ProducerRecord::raw(&topic).with_payload("0.5").with_partition(0)).await.unwrap();
    transaction.commit().await.unwrap();
    let mut reader = kafka.topic_reader(&topic).unwrap();
    let end = reader.offsets(Position::End).await.unwrap();
    assert_eq!(end[&0], 7, "the mark is a record to those who count");
    assert_eq!(read(&mut reader, [(0, 4..end[&0])]).await, ["0.4", "0.5"]);
}

#[tokio::test]
async fn bookmarks_are_kept_with_their_notes_for_each_group() {
    let (test, kafka, topic) = with_records().await;
    let group = test.topic_name(&Topic::new("readers"));
    let reader = kafka.clone().with_group(&group).topic_reader(&topic).unwrap();
    assert_eq!(reader.saved_positions().await.unwrap(), BTreeMap::new());
    let positions = BTreeMap::from([(1, SavedPosition { offset: 4, note: "left: ü".to_owned() })]);
    reader.save(&positions).await.unwrap();
    drop(reader);
    let again = kafka.clone().with_group(&group).topic_reader(&topic).unwrap();
    assert_eq!(again.saved_positions().await.unwrap(), positions);
    let other = kafka.with_group(format!("{group}-others")).topic_reader(&topic).unwrap();
    assert_eq!(other.saved_positions().await.unwrap(), BTreeMap::new());
}

#[tokio::test]
async fn a_topic_that_is_not_there_is_named() {
    let test = TestKafka::start().unwrap();
    let reader = test.kafka().topic_reader("nothing.there").unwrap();
    let error = reader.offsets(Position::End).await.unwrap_err();
    assert!(matches!(&error, ReceiveError::UnknownTopic { topic } if topic == "nothing.there"), "{error}");
}

#[tokio::test]
async fn the_topics_of_a_cluster_are_listed_with_their_partitions() {
    let (_test, kafka, topic) = with_records().await;
    let topics = kafka.admin().topics().await.unwrap();
    assert_eq!(topics.get(&topic), Some(&2), "{topics:?}");
}
