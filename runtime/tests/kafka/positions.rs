use std::time::{Duration, SystemTime};

use thoth_messaging::client::{Consumer, Kafka, Position, PositionError, ProducerRecord, Received, TopicPartition};
use thoth_messaging::messages::PackageReleased;
use thoth_messaging::testing::TestKafka;
use thoth_messaging::{Message as _, Typed};

use crate::{DEADLINE, kafka, next, receive, released, send, versions};

type OfReleased = Consumer<Typed<PackageReleased>>;

fn partition(kafka: &Kafka, number: i32) -> TopicPartition {
    TopicPartition::new(kafka.topic_name(&PackageReleased::DESCRIPTOR.topic), number)
}

async fn assigned(consumer: &mut OfReleased) -> Vec<TopicPartition> {
    tokio::time::timeout(DEADLINE, consumer.assigned()).await.expect("partitions in time").unwrap()
}

/// One partition with the messages 1 to 5, and a consumer that has it.
async fn five() -> (TestKafka, Kafka, OfReleased) {
    let (test, kafka) = kafka(1).await;
    send(&kafka, "flask", &["1", "2", "3", "4", "5"]).await;
    let mut consumer = kafka.consumer().unwrap();
    assigned(&mut consumer).await;
    (test, kafka, consumer)
}

#[tokio::test]
async fn a_consumer_knows_its_partitions_and_loses_nothing_by_asking() {
    for protocol in ["classic", "consumer"] {
        let (_test, kafka) = kafka(3).await;
        let kafka = kafka.with("group.protocol", protocol);
        send(&kafka, "flask", &["1", "2"]).await;
        let mut consumer = kafka.consumer::<PackageReleased>().unwrap();
        assert_eq!((consumer.assignment(), consumer.lag().await), (Vec::new(), Ok(Vec::new())));
        let expected: Vec<_> = (0..3).map(|number| partition(&kafka, number)).collect();
        assert_eq!(assigned(&mut consumer).await, expected);
        assert_eq!(versions(&receive(&mut consumer, 2).await), ["1", "2"]);
        consumer.close(DEADLINE).await.unwrap();
    }
}

#[tokio::test]
async fn seeks_to_an_offset_and_to_both_ends() {
    let (_test, kafka, mut consumer) = five().await;
    let partition = partition(&kafka, 0);
    consumer.seek(&partition, Position::Offset(3)).await.unwrap();
    assert_eq!(versions(&receive(&mut consumer, 2).await), ["4", "5"]);
    consumer.seek_all(Position::Beginning).await.unwrap();
    assert_eq!(versions(&receive(&mut consumer, 5).await), ["1", "2", "3", "4", "5"]);
    consumer.seek(&partition, Position::Offset(1)).await.unwrap();
    assert_eq!(versions(&receive(&mut consumer, 1).await), ["2"]);
    consumer.seek_all(Position::End).await.unwrap();
    // The end is looked for when the next message is asked for.
    assert!(tokio::time::timeout(Duration::from_secs(1), consumer.next()).await.is_err());
    send(&kafka, "flask", &["6"]).await;
    assert_eq!(versions(&receive(&mut consumer, 1).await), ["6"]);
}

#[tokio::test]
async fn replays_from_a_time_on() {
    let (test, kafka) = kafka(2).await;
    if test.in_process().is_some() {
        // It does not look for times.
        return;
    }
    let at = |seconds: u64| SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000 + seconds);
    let producer = kafka.producer().unwrap();
    for (second, number) in [(0_u64, 0), (10, 1), (20, 0), (30, 1), (40, 0)] {
        let record = ProducerRecord::of(&released("flask", &second.to_string())).unwrap();
        producer.send(record.with_timestamp(at(second)).with_partition(number)).await.unwrap();
    }
    let mut consumer = kafka.consumer().unwrap();
    assigned(&mut consumer).await;
    consumer.seek_all(Position::Time(at(20))).await.unwrap();
    let received = receive(&mut consumer, 3).await;
    let mut replayed = versions(&received);
    replayed.sort_unstable();
    assert_eq!(replayed, ["20", "30", "40"]);
    consumer.seek_all(Position::Time(at(41))).await.unwrap();
    assert!(tokio::time::timeout(Duration::from_secs(1), consumer.next()).await.is_err());
}

#[tokio::test]
async fn what_was_received_before_a_seek_is_not_marked_by_it() {
    let (_test, kafka, mut consumer) = five().await;
    let before = receive(&mut consumer, 5).await;
    consumer.seek(&partition(&kafka, 0), Position::Offset(1)).await.unwrap();
    let mut after = receive(&mut consumer, 4).await;
    before.into_iter().for_each(Received::ack);
    after.remove(0).ack();
    consumer.close(DEADLINE).await.unwrap();

    let mut consumer = kafka.consumer().unwrap();
    assert_eq!(versions(&receive(&mut consumer, 1).await), ["3"], "the first that was not acknowledged since");
}

#[tokio::test]
async fn a_skip_forward_leaves_out_what_is_between() {
    let (_test, kafka, mut consumer) = five().await;
    let kept = receive(&mut consumer, 2).await;
    consumer.seek(&partition(&kafka, 0), Position::Offset(3)).await.unwrap();
    receive(&mut consumer, 1).await.remove(0).ack();
    drop(kept);
    consumer.close(DEADLINE).await.unwrap();
    let mut consumer = kafka.consumer().unwrap();
    assert_eq!(versions(&receive(&mut consumer, 1).await), ["5"]);
}

#[tokio::test]
async fn a_partition_of_another_cannot_be_sought_or_paused() {
    let (_test, kafka, mut consumer) = five().await;
    let other = partition(&kafka, 7);
    let expected = PositionError::NotAssigned { partition: other.clone() };
    assert_eq!(consumer.seek(&other, Position::Beginning).await, Err(expected.clone()));
    assert_eq!(consumer.pause([&other]), Err(expected.clone()));
    assert!(expected.to_string().contains("partition 7"));
}

#[tokio::test]
async fn a_paused_partition_gives_nothing_until_it_is_resumed() {
    let (_test, kafka) = kafka(2).await;
    let producer = kafka.producer().unwrap();
    for (version, number) in [("1", 0), ("2", 1), ("3", 0), ("4", 1)] {
        let record = ProducerRecord::of(&released("flask", version)).unwrap().with_partition(number);
        producer.send(record).await.unwrap();
    }
    let mut consumer = kafka.consumer().unwrap();
    assigned(&mut consumer).await;
    let paused = partition(&kafka, 0);
    consumer.pause([&paused]).unwrap();
    consumer.seek_all(Position::Beginning).await.unwrap();
    assert_eq!(versions(&receive(&mut consumer, 2).await), ["2", "4"]);
    assert!(tokio::time::timeout(Duration::from_secs(1), consumer.next()).await.is_err());
    consumer.resume([&paused]).unwrap();
    assert_eq!(versions(&receive(&mut consumer, 2).await), ["1", "3"]);
}

#[tokio::test]
async fn the_lag_counts_what_is_not_acknowledged() {
    let (_test, kafka, mut consumer) = five().await;
    let lag = async |consumer: &OfReleased| consumer.lag().await.unwrap().remove(0);
    let at_start = lag(&consumer).await;
    assert_eq!((at_start.partition.clone(), at_start.next, at_start.end), (partition(&kafka, 0), 0, 5));
    let mut received = receive(&mut consumer, 4).await;
    received.remove(1).ack();
    assert_eq!(lag(&consumer).await.records(), 5, "received, or acknowledged out of order, counts");
    received.remove(0).ack();
    assert_eq!(lag(&consumer).await.records(), 3);
    received.into_iter().for_each(Received::ack);
    next(&mut consumer).await.unwrap().ack();
    assert_eq!(lag(&consumer).await.records(), 0);
    consumer.close(DEADLINE).await.unwrap();

    let mut consumer = kafka.consumer().unwrap();
    assigned(&mut consumer).await;
    assert_eq!(lag(&consumer).await.records(), 0, "what is committed counts");
    let asked = tokio::spawn(consumer.lag());
    assert_eq!(asked.await.unwrap().unwrap().len(), 1, "from another task, too");
}

#[tokio::test]
async fn a_replay_reads_from_a_position_on_and_changes_nothing_for_any_group() {
    let (_test, kafka) = kafka(2).await;
    let producer = kafka.producer().unwrap();
    for (version, number) in [("1", 0), ("2", 0), ("3", 1), ("4", 1)] {
        let record = ProducerRecord::of(&released("flask", version)).unwrap().with_partition(number);
        producer.send(record).await.unwrap();
    }
    let replay = async |from, count| {
        let mut replay = kafka.replay_of(Typed::<PackageReleased>::new(), from).unwrap();
        assert_eq!(assigned(&mut replay).await.len(), 2);
        let received = receive(&mut replay, count).await;
        let mut replayed: Vec<_> = versions(&received).into_iter().map(str::to_owned).collect();
        replayed.sort_unstable();
        received.into_iter().for_each(Received::ack);
        replay.close(DEADLINE).await.unwrap();
        replayed
    };
    // Again and again, whatever was acknowledged.
    for _ in 0..2 {
        assert_eq!(replay(Position::Beginning, 4).await, ["1", "2", "3", "4"]);
    }
    assert_eq!(replay(Position::Offset(1), 2).await, ["2", "4"]);

    let mut follows = kafka.replay_of(Typed::<PackageReleased>::new(), Position::End).unwrap();
    assigned(&mut follows).await;
    // The end is where the partition is when it is first fetched from.
    assert!(tokio::time::timeout(Duration::from_secs(1), follows.next()).await.is_err());
    send(&kafka, "flask", &["5"]).await;
    assert_eq!(versions(&receive(&mut follows, 1).await), ["5"]);

    let mut consumer = kafka.consumer().unwrap();
    assert_eq!(receive(&mut consumer, 5).await.len(), 5);
}
