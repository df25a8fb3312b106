use std::time::Duration;

use thoth_messaging::app::{Breaker, Reason, Retries};
use thoth_messaging::client::ProducerRecord;
use thoth_messaging::testing::{TestApp, Time};

use crate::{Script, kafka, on_partition, released, topic};

const PAUSE: Duration = Duration::from_secs(60);

async fn start(script: &Script, window: usize) -> TestApp {
    let breaker = Breaker::default().window(window).failure_ratio(1.0).pause(PAUSE);
    let app = |kafka: &_| script.app(kafka).breaker(breaker).retries(Retries::none());
    TestApp::start_on(kafka(2).await, Time::Held, app).await.unwrap()
}

#[tokio::test]
async fn nothing_is_handled_while_the_breaker_is_open() {
    let script = Script::default();
    let test = start(&script, 2).await;
    for version in ["1", "2"] {
        test.publish(on_partition("fail", version, 0)).await.unwrap();
    }
    test.opened(1).await.unwrap();
    test.publish(on_partition("flask", "3", 0)).await.unwrap();
    test.publish(on_partition("flask", "4", 1)).await.unwrap();
    test.advance(Duration::from_secs(59));
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(script.began().len(), 2);
    test.advance(Duration::from_secs(1));
    test.settled(4).await.unwrap();
    assert_eq!(script.handled().len(), 2);
}

#[tokio::test]
async fn an_attempt_that_fails_after_the_pause_begins_another_one() {
    let script = Script::default();
    let test = start(&script, 1).await;
    for version in ["1", "2"] {
        test.publish(on_partition("fail", version, 0)).await.unwrap();
    }
    test.publish(on_partition("flask", "3", 0)).await.unwrap();
    test.opened(1).await.unwrap();
    test.advance(PAUSE);
    test.opened(2).await.unwrap();
    assert!(script.handled().is_empty());
    test.advance(PAUSE);
    test.settled(3).await.unwrap();
    assert_eq!(script.handled(), ["3"]);
}

#[tokio::test]
async fn payloads_that_do_not_decode_open_it_and_rejected_messages_do_not() {
    let script = Script::default();
    let test = start(&script, 2).await;
    for version in ["1", "2", "3"] {
        test.publish(&released("reject", version)).await.unwrap();
    }
    test.settled(3).await.unwrap();
    for _ in 0..2 {
        test.publish(ProducerRecord::raw(test.kafka().topic_name(topic())).with_payload("no")).await.unwrap();
    }
    test.opened(1).await.unwrap();
    let summary = test.stop().await.unwrap();
    assert_eq!(summary.dead_letters, [(Reason::NotJson, 2), (Reason::Rejected, 3)].into());
}

#[tokio::test]
async fn an_open_breaker_does_not_keep_the_app_from_ending() {
    let script = Script::default();
    let test = start(&script, 1).await;
    test.publish(on_partition("fail", "1", 0)).await.unwrap();
    test.publish(on_partition("flask", "2", 0)).await.unwrap();
    test.opened(1).await.unwrap();
    test.stop().await.unwrap();
    assert!(script.handled().is_empty());
}
