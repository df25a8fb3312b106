//! Members of a group that join, join again and leave, on a real cluster.

use std::sync::Arc;
use std::time::Duration;

use thoth_messaging::client::Kafka;
use thoth_messaging::testing::{TestApp, TestKafka, Time};
use tokio::time;

use crate::{DEADLINE, Script, kafka, on_partition};

/// With the classic protocol, where a group waits for each of its members to join again, and a session that is far longer than a
/// test: a member that goes without leaving shows.
async fn start(script: &Script, kafka: &Arc<TestKafka>) -> TestApp {
    let classic = |kafka: &Kafka| {
        let kafka = kafka.clone().with("group.protocol", "classic").with("heartbeat.interval.ms", "500");
        script.app(&kafka.with("session.timeout.ms", "300000")).drain_timeout(Duration::from_secs(20))
    };
    TestApp::start_on(kafka.clone(), Time::Skips, classic).await.unwrap()
}

/// Sends a message to each partition, and waits until the members have handled all that were sent.
async fn handle(by: &TestApp, script: &Script, round: u64, sent: &mut usize) {
    for partition in 0..4 {
        by.publish(on_partition("flask", &format!("{round} {partition}"), partition)).await.unwrap();
        *sent += 1;
    }
    let handled = async {
        while script.handled().len() < *sent {
            time::sleep(Duration::from_millis(10)).await;
        }
    };
    time::timeout(DEADLINE, handled).await.unwrap_or_else(|_| panic!("round {round}: {sent} sent"));
}

#[tokio::test]
async fn members_that_stop_while_they_join_again_commit_and_hold_up_no_other() {
    let kafka = kafka(4).await;
    if kafka.in_process().is_some() {
        println!("skipped: the group of the in-process cluster is that of Kafka 4");
        return;
    }
    let (script, mut sent) = (Script::default(), 0);
    for round in 0..12 {
        let (first, second) = (start(&script, &kafka).await, start(&script, &kafka).await);
        handle(&first, &script, round, &mut sent).await;
        // Both join again within half a second of this one.
        let third = start(&script, &kafka).await;
        time::sleep(Duration::from_millis(60 * round)).await;
        let began = time::Instant::now();
        let (first, second) = tokio::join!(first.stop(), second.stop());
        let took = began.elapsed();
        assert!(first.is_ok() && second.is_ok(), "round {round}, after {took:?}: {first:?} {second:?}");
        assert!(took < Duration::from_secs(10), "round {round}: {took:?}");
        handle(&third, &script, round, &mut sent).await;
        let took = time::Instant::now();
        third.stop().await.unwrap();
        assert!(took.elapsed() < Duration::from_secs(10), "round {round}: {:?}", took.elapsed());
    }
    let mut handled = script.handled();
    handled.sort();
    let all = handled.len();
    handled.dedup();
    // A round sends each twice.
    assert_eq!((all, handled.len() * 2), (sent, sent), "nothing twice, nothing lost");
}
