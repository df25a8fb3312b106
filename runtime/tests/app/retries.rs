use std::time::Duration;

use thoth_messaging::app::{Reason, Retries};
use thoth_messaging::testing::{TestApp, Time};

use crate::{Script, kafka, on_partition, released};

#[tokio::test]
async fn a_failed_message_is_tried_again_until_it_succeeds() {
    let script = Script::default();
    let test = script.start().await;
    test.publish(&released("fail-twice", "1")).await.unwrap();
    test.publish(&released("flask", "2")).await.unwrap();
    test.settled(2).await.unwrap();
    assert_eq!(script.began(), [("1", 1), ("1", 2), ("1", 3), ("2", 1)].map(|(v, n)| (v.to_owned(), n)));
    let summary = test.stop().await.unwrap();
    assert_eq!((summary.handled, summary.retried), (2, 2));
}

#[tokio::test]
async fn the_next_attempt_waits_for_its_time() {
    let script = Script::default();
    let test = script.start_on(&kafka(1).await, Time::Held).await;
    test.publish(&released("fail-twice", "1")).await.unwrap();
    test.failed(1).await.unwrap();
    test.advance(Duration::from_millis(500));
    test.failed(2).await.unwrap();
    assert_eq!(script.began().len(), 2, "the second wait is up to a second");
    test.advance(Duration::from_millis(700));
    assert_eq!(script.began().len(), 2);
    test.advance(Duration::from_millis(300));
    test.settled(1).await.unwrap();
    assert_eq!(script.handled(), ["1"]);
}

#[tokio::test]
async fn a_handler_may_say_how_long_to_wait() {
    let script = Script::default();
    let test = script.start_on(&kafka(1).await, Time::Held).await;
    test.publish(&released("later", "1")).await.unwrap();
    test.failed(1).await.unwrap();
    test.advance(Duration::from_secs(3599));
    assert_eq!(script.began().len(), 1);
    test.advance(Duration::from_secs(1));
    test.settled(1).await.unwrap();
    assert_eq!(script.handled(), ["1"]);
}

#[tokio::test]
async fn a_message_that_waits_holds_up_its_partition_and_no_other_one() {
    let script = Script::default();
    let test = script.start_on(&kafka(2).await, Time::Held).await;
    test.publish(on_partition("fail-once", "held 1", 0)).await.unwrap();
    test.publish(on_partition("flask", "held 2", 0)).await.unwrap();
    test.failed(1).await.unwrap();
    for version in ["free 1", "free 2", "free 3"] {
        test.publish(on_partition("flask", version, 1)).await.unwrap();
    }
    test.settled(3).await.unwrap();
    assert_eq!(script.handled(), ["free 1", "free 2", "free 3"]);
    test.advance(Duration::from_secs(1));
    test.settled(5).await.unwrap();
    assert_eq!(script.handled()[3..], ["held 1", "held 2"]);
}

#[tokio::test]
async fn a_panic_is_a_failure_of_its_message() {
    let script = Script::default();
    let test = script.start().await;
    test.publish(&released("panic-once", "1")).await.unwrap();
    test.publish(&released("panic", "2")).await.unwrap();
    test.publish(&released("flask", "3")).await.unwrap();
    test.settled(3).await.unwrap();
    assert_eq!(script.handled(), ["1", "3"]);
    let dead = test.dead_letters().await.unwrap();
    assert_eq!((dead[0].reason, dead[0].attempts), (Reason::Panicked, 8));
    assert_eq!(dead[0].error, "the handler panicked: the handler panics");
    assert_eq!(test.stop().await.unwrap().dead_letters, [(Reason::Panicked, 1)].into());
}

#[tokio::test]
async fn the_number_of_attempts_is_a_setting() {
    for (retries, attempts) in [(Retries::none(), 1), (Retries::default().attempts(3), 3)] {
        let script = Script::default();
        let test = TestApp::start(|kafka| script.app(kafka).retries(retries)).await.unwrap();
        test.publish(&released("fail", "1")).await.unwrap();
        test.settled(1).await.unwrap();
        assert_eq!(script.began().len(), attempts);
    }
}

#[tokio::test]
async fn a_handler_that_takes_too_long_has_failed() {
    let script = Script::default();
    let app = |kafka: &_| {
        script.app(kafka).attempt_timeout(Duration::from_millis(50)).retries(Retries::default().attempts(2))
    };
    let test = TestApp::start_on(kafka(1).await, Time::Skips, app).await.unwrap();
    test.publish(&released("wait", "1")).await.unwrap();
    test.publish(&released("flask", "2")).await.unwrap();
    test.settled(2).await.unwrap();
    let dead = test.dead_letters().await.unwrap();
    assert_eq!((dead[0].reason, dead[0].attempts), (Reason::TimedOut, 2));
    assert_eq!(dead[0].error, "the handler did not end within 50ms");
    assert_eq!(script.handled(), ["2"]);
}
