use std::future::pending;
use std::time::Duration;

use thoth_messaging::app::{App, Breaker, Health, Retries, Unhealthy};
use thoth_messaging::client::Kafka;
use thoth_messaging::messages::PackageReleased;
use thoth_messaging::testing::{TestApp, Time};
use tokio::time;

use crate::{DEADLINE, Script, kafka, released};

async fn wait_for(health: &Health, expected: impl Fn(&Result<(), Unhealthy>) -> bool) {
    let reached = async {
        while !expected(&health.ready()) {
            time::sleep(Duration::from_millis(10)).await;
        }
    };
    assert!(time::timeout(DEADLINE, reached).await.is_ok(), "{:?}", health.ready());
}

/// An app and its health, with statistics as often as a test wants to see them.
async fn start(script: &Script, kafka: &std::sync::Arc<thoth_messaging::testing::TestKafka>) -> (TestApp, Health) {
    let mut health = None;
    let breaker = Breaker::default().window(1).pause(Duration::from_secs(60));
    let test = TestApp::start_on(kafka.clone(), Time::Held, |kafka| {
        let app = script.app(&kafka.clone().with("statistics.interval.ms", "50"));
        let app = app.breaker(breaker).retries(Retries::none());
        health = Some(app.health());
        app
    });
    (test.await.unwrap(), health.unwrap())
}

#[tokio::test]
async fn an_app_is_ready_from_when_it_is_in_its_group_to_its_end() {
    let script = Script::default();
    let (test, health) = start(&script, &kafka(1).await).await;
    assert_eq!(health.ready(), Err(Unhealthy::Starting { reason: None }));
    wait_for(&health, Result::is_ok).await;
    test.publish(&released("wait", "1")).await.unwrap();
    script.wait_for_attempts(1).await;
    let ended = tokio::spawn(test.stop());
    wait_for(&health, |ready| *ready == Err(Unhealthy::Ending)).await;
    assert_eq!(health.live(), Ok(()));
    script.open_gate();
    ended.await.unwrap().unwrap();
    assert_eq!((health.live(), health.ready()), (Err(Unhealthy::Ended), Err(Unhealthy::Ended)));
}

#[tokio::test]
async fn it_is_not_ready_while_the_breaker_is_open() {
    let script = Script::default();
    let (test, health) = start(&script, &kafka(1).await).await;
    test.publish(&released("fail", "1")).await.unwrap();
    test.opened(1).await.unwrap();
    assert_eq!((health.live(), health.ready()), (Ok(()), Err(Unhealthy::BreakerOpen)));
    test.publish(&released("flask", "2")).await.unwrap();
    test.advance(Duration::from_secs(60));
    test.settled(2).await.unwrap();
    wait_for(&health, Result::is_ok).await;
}

#[tokio::test]
async fn it_is_not_ready_while_no_broker_is_connected_and_says_why() {
    let script = Script::default();
    let kafka = kafka(1).await;
    let Some(cluster) = kafka.in_process() else { return };
    let (_test, health) = start(&script, &kafka).await;
    wait_for(&health, Result::is_ok).await;
    cluster.broker_down(1).unwrap();
    let says_why = |reason: &String| reason.contains("127.0.0.1");
    wait_for(&health, |ready| matches!(ready, Err(Unhealthy::Unreachable { reason }) if says_why(reason))).await;
    assert_eq!(health.live(), Ok(()), "to restart it would not help");
    cluster.broker_up(1).unwrap();
    wait_for(&health, Result::is_ok).await;
}

#[tokio::test]
async fn an_app_that_finds_no_broker_is_live_and_says_what_it_waits_for() {
    let app = App::new(&Kafka::new("127.0.0.1:1").with_group("test")).handle(async |_: PackageReleased| ());
    let health = app.health();
    let run = tokio::spawn(app.run_until(pending()));
    let waits = |reason: &String| reason.contains("127.0.0.1:1");
    wait_for(&health, |ready| matches!(ready, Err(Unhealthy::Starting { reason: Some(reason) }) if waits(reason)))
        .await;
    assert_eq!(health.live(), Ok(()));
    run.abort();
    assert!(run.await.is_err());
    assert_eq!(health.live(), Err(Unhealthy::Ended));
}

#[tokio::test]
async fn a_member_of_the_group_that_has_no_partition_is_ready_too() {
    let (script, kafka) = (Script::default(), kafka(1).await);
    let (_first, first) = start(&script, &kafka).await;
    wait_for(&first, Result::is_ok).await;
    let (_second, second) = start(&script, &kafka).await;
    wait_for(&second, Result::is_ok).await;
    assert_eq!(first.ready(), Ok(()));
}
