use std::time::Duration;

use thoth_messaging::app::AppError;
use thoth_messaging::client::Kafka;
use thoth_messaging::testing::{ApiKey, ResponseError, TestApp, TestKafka, Time};
use tokio::time;

use crate::{DEADLINE, Script, kafka, on_partition, released, topic};

#[tokio::test]
async fn what_is_being_handled_may_end_and_nothing_else_begins() {
    let script = Script::default();
    let kafka = kafka(1).await;
    let test = script.start_on(&kafka, Time::Skips).await;
    test.publish(&released("wait", "1")).await.unwrap();
    test.publish(&released("flask", "2")).await.unwrap();
    script.wait_for_attempts(1).await;
    let stopping = tokio::spawn(test.stop());
    time::sleep(Duration::from_millis(100)).await;
    assert!(!stopping.is_finished());
    script.open_gate();
    let summary = time::timeout(DEADLINE, stopping).await.unwrap().unwrap().unwrap();
    assert_eq!(summary.handled, 1);
    assert_eq!(script.began().len(), 1);
    assert_eq!(kafka.committed(&kafka.kafka(), topic()).await.unwrap(), [(0, 1)].into());

    let test = script.start_on(&kafka, Time::Skips).await;
    test.settled(1).await.unwrap();
    assert_eq!(script.handled(), ["1", "2"], "nothing twice, nothing lost");
}

#[tokio::test]
async fn what_is_not_handled_by_the_deadline_is_abandoned_and_comes_again() {
    let script = Script::default();
    let kafka = kafka(1).await;
    let app = |kafka: &_| script.app(kafka).drain_timeout(Duration::from_millis(100));
    let test = TestApp::start_on(kafka.clone(), Time::Skips, app).await.unwrap();
    test.publish(&released("flask", "1")).await.unwrap();
    test.publish(&released("wait", "2")).await.unwrap();
    script.wait_for_attempts(2).await;
    let summary = time::timeout(DEADLINE, test.stop()).await.unwrap().unwrap();
    assert_eq!((summary.handled, summary.abandoned), (1, 1));
    assert_eq!(kafka.committed(&kafka.kafka(), topic()).await.unwrap(), [(0, 1)].into());

    let test = script.start_on(&kafka, Time::Skips).await;
    script.wait_for_attempts(3).await;
    assert_eq!(script.began().last().unwrap(), &("2".to_owned(), 1));
    script.open_gate();
    test.settled(1).await.unwrap();
}

#[tokio::test]
async fn a_message_that_waits_for_its_next_attempt_does_not_hold_up_the_end() {
    let script = Script::default();
    let test = script.start_on(&kafka(1).await, Time::Held).await;
    test.publish(&released("fail", "1")).await.unwrap();
    test.failed(1).await.unwrap();
    let summary = time::timeout(DEADLINE, test.stop()).await.unwrap().unwrap();
    assert_eq!((summary.handled, summary.abandoned), (0, 1));
}

#[tokio::test]
async fn a_handler_may_stop_the_app_and_its_message_comes_again() {
    let script = Script::default();
    let kafka = kafka(1).await;
    let test = script.start_on(&kafka, Time::Skips).await;
    for (name, version) in [("flask", "1"), ("stop", "2"), ("flask", "3")] {
        test.publish(&released(name, version)).await.unwrap();
    }
    let error = test.ended().await.unwrap_err();
    assert!(matches!(&error, AppError::Stopped { reason, .. } if reason == "the handler has enough"), "{error:?}");
    assert_eq!(script.handled(), ["1"]);
    assert_eq!(kafka.committed(&kafka.kafka(), topic()).await.unwrap(), [(0, 1)].into());
}

#[tokio::test]
async fn a_partition_is_released_once_its_handler_has_ended() {
    moves_a_partition(&[]).await;
}

/// The in-process cluster refuses commits while a group of the classic protocol rebalances, which no Kafka does.
#[tokio::test]
async fn so_it_is_with_the_classic_protocol() {
    if TestKafka::start().unwrap().in_process().is_none() {
        moves_a_partition(&[("group.protocol", "classic")]).await;
    }
}

#[tokio::test]
async fn so_it_is_with_an_eager_assignor() {
    if TestKafka::start().unwrap().in_process().is_none() {
        moves_a_partition(&[("group.protocol", "classic"), ("partition.assignment.strategy", "range")]).await;
    }
}

async fn moves_a_partition(settings: &[(&str, &str)]) {
    let kafka = kafka(2).await;
    let start = async |script: &Script| {
        let with = |kafka: &Kafka| settings.iter().fold(kafka.clone(), |kafka, (name, value)| kafka.with(name, *value));
        TestApp::start_on(kafka.clone(), Time::Skips, |kafka| script.app(&with(kafka))).await.unwrap()
    };
    let script = Script::default();
    let first = start(&script).await;
    for partition in [0, 1] {
        first.publish(on_partition("wait", &format!("{partition}: 0"), partition)).await.unwrap();
    }
    script.wait_for_attempts(2).await;
    // It is to get one of the partitions, long before the handlers have ended.
    let other = Script::default();
    let second = start(&other).await;
    time::sleep(Duration::from_secs(4)).await;
    assert!(other.began().is_empty(), "nobody else has the partition before");
    script.open_gate();
    script.open_gate();
    let mut sent = vec!["0: 0".to_owned(), "1: 0".to_owned()];
    let moved = async {
        for n in 1.. {
            for partition in [0, 1] {
                let version = format!("{partition}: {n}");
                first.publish(on_partition("flask", &version, partition)).await.unwrap();
                sent.push(version);
            }
            if !other.began().is_empty() {
                break;
            }
            time::sleep(Duration::from_millis(50)).await;
        }
    };
    time::timeout(DEADLINE, moved).await.expect("a partition moves");
    let all = async {
        while script.handled().len() + other.handled().len() < sent.len() {
            time::sleep(Duration::from_millis(20)).await;
        }
    };
    time::timeout(DEADLINE, all).await.expect("all are handled");
    second.stop().await.unwrap();
    first.stop().await.unwrap();
    let mut handled = [script.handled(), other.handled()].concat();
    handled.sort();
    sent.sort();
    assert_eq!(handled, sent, "nothing twice, nothing lost");
}

#[tokio::test]
async fn a_group_that_grows_and_shrinks_handles_everything_in_order_and_nothing_twice() {
    let script = Script::default();
    let kafka = kafka(4).await;
    let first = script.start_on(&kafka, Time::Skips).await;
    for n in 0..100 {
        first.publish(on_partition("flask", &format!("{n:03}"), n % 4)).await.unwrap();
    }
    let second = script.start_on(&kafka, Time::Skips).await;
    for n in 100..200 {
        first.publish(on_partition("flask", &format!("{n:03}"), n % 4)).await.unwrap();
    }
    second.stop().await.unwrap();
    for n in 200..300 {
        first.publish(on_partition("flask", &format!("{n:03}"), n % 4)).await.unwrap();
    }
    let all = async {
        while script.handled().len() < 300 {
            time::sleep(Duration::from_millis(20)).await;
        }
    };
    time::timeout(DEADLINE, all).await.unwrap();
    first.stop().await.unwrap();
    for partition in 0..4 {
        let numbers = script.handled().into_iter().map(|version| version.parse::<i32>().unwrap());
        let got: Vec<_> = numbers.filter(|n| n % 4 == partition).collect();
        let sent: Vec<_> = (0..300).filter(|n| n % 4 == partition).collect();
        assert_eq!(got, sent, "partition {partition}");
    }
}

#[tokio::test]
async fn what_is_in_flight_of_a_lost_partition_is_abandoned_at_once_and_comes_again() {
    let script = Script::default();
    let kafka = kafka(1).await;
    let Some(cluster) = kafka.in_process() else { return };
    // The cluster keeps the member that it is told to forget for the rest of its session: the shortest that brokers allow.
    let app =
        |kafka: &Kafka| script.app(&kafka.clone().with("group.protocol", "classic").with("session.timeout.ms", "6000"));
    let test = TestApp::start_on(kafka.clone(), Time::Skips, app).await.unwrap();
    test.publish(&released("wait", "1")).await.unwrap();
    script.wait_for_attempts(1).await;
    cluster.fail_requests(ApiKey::Heartbeat, &[ResponseError::UnknownMemberId]).unwrap();
    script.wait_for_attempts(2).await;
    script.open_gate();
    test.settled(1).await.unwrap();
    assert_eq!((script.handled(), script.began().len()), (vec!["1".to_owned()], 2));
    let summary = test.stop().await.unwrap();
    assert_eq!((summary.handled, summary.abandoned), (1, 1));
    assert_eq!(kafka.committed(&kafka.kafka(), topic()).await.unwrap(), [(0, 1)].into());
}

#[tokio::test]
async fn a_handler_may_take_longer_than_the_poll_interval() {
    let script = Script::default();
    let kafka = kafka(1).await;
    let is_in_process = kafka.in_process().is_some();
    let app = |kafka: &Kafka| {
        let kafka = kafka.clone().with("max.poll.interval.ms", "6000");
        // It must be shorter, and with the protocol of the in-process cluster the broker says it.
        let kafka = if is_in_process { kafka } else { kafka.with("session.timeout.ms", "6000") };
        script.app(&kafka).max_in_flight(1)
    };
    let test = TestApp::start_on(kafka.clone(), Time::Skips, app).await.unwrap();
    test.publish(&released("wait", "1")).await.unwrap();
    test.publish(&released("flask", "2")).await.unwrap();
    script.wait_for_attempts(1).await;
    time::sleep(Duration::from_secs(9)).await;
    script.open_gate();
    test.settled(2).await.unwrap();
    assert_eq!(test.stop().await.unwrap().abandoned, 0);
    assert_eq!(script.began().len(), 2, "it was never lost, and did not come again");
    assert_eq!(kafka.committed(&kafka.kafka(), topic()).await.unwrap(), [(0, 2)].into());
}

/// A member that is closed while it joins does not leave, and the group waits for it until its session is over.
#[tokio::test]
async fn members_that_stop_while_they_join_hold_up_no_other() {
    let kafka = kafka(2).await;
    if kafka.in_process().is_some() {
        return;
    }
    let classic = |script: &Script, kafka: &Kafka| {
        let kafka = kafka.clone().with("group.protocol", "classic").with("session.timeout.ms", "300000");
        script.app(&kafka)
    };
    let script = Script::default();
    for round in 0..8 {
        let start = || TestApp::start_on(kafka.clone(), Time::Skips, |kafka| classic(&script, kafka));
        let (first, second) = (start().await.unwrap(), start().await.unwrap());
        time::sleep(Duration::from_millis(50 * round)).await;
        let (first, second) = tokio::join!(first.stop(), second.stop());
        assert!(first.is_ok() && second.is_ok(), "{first:?} {second:?}");
    }
    let last = TestApp::start_on(kafka, Time::Skips, |kafka| classic(&script, kafka)).await.unwrap();
    last.publish(&released("flask", "1")).await.unwrap();
    last.settled(1).await.unwrap();
}
