//! Messages whose attempts failed, on topics with a delay.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use thoth_messaging::Topic;
use thoth_messaging::app::{
    App, AppError, Batch, Context, DeadLetters, Outcome, Reason, Retries, RetryTopics, headers, retry_headers,
};
use thoth_messaging::client::{Kafka, ProducerRecord, ReceiveError, Record};
use thoth_messaging::dynamic::{DynamicMessage, message_factory};
use thoth_messaging::messages::PackageReleased;
use thoth_messaging::testing::{TestApp, TestKafka, Time};
use tokio::sync::oneshot;
use tokio::time;

use crate::{DEADLINE, Script, committed, kafka, on_partition, released, scripted, topic};

const MINUTE: Duration = Duration::from_secs(60);

/// The retry topics of the tests: after a minute, and after ten more.
fn tiers() -> RetryTopics {
    RetryTopics::after([MINUTE, 10 * MINUTE])
}

fn app(kafka: &Kafka, script: &Script) -> App<Script> {
    script.app(kafka).retry_topics(tiers())
}

async fn start(script: &Script, kafka: &Arc<TestKafka>, time: Time) -> TestApp {
    TestApp::start_on(Arc::clone(kafka), time, |kafka| app(kafka, script)).await.unwrap()
}

/// The name of each attempt, and its number.
fn attempts(script: &Script) -> Vec<(String, u32)> {
    script.began()
}

fn expected(attempts: &[(&str, u32)]) -> Vec<(String, u32)> {
    attempts.iter().map(|(version, number)| ((*version).to_owned(), *number)).collect()
}

/// Gives an attempt that must not begin the time to do so.
async fn nothing_begins() {
    time::sleep(Duration::from_millis(300)).await;
}

fn text<'a>(record: &'a Record, name: &str) -> Option<&'a str> {
    let header = record.headers().iter().rfind(|header| header.name == name)?;
    std::str::from_utf8(header.value.as_deref()?).ok()
}

#[tokio::test]
async fn a_message_waits_on_its_retry_topics_and_holds_up_neither_partition_nor_key() {
    let (script, kafka) = (Script::default(), kafka(1).await);
    let test = start(&script, &kafka, Time::Held).await;
    test.publish(on_partition("fail-twice", "1", 0)).await.unwrap();
    test.publish(on_partition("fail-twice", "2", 0)).await.unwrap();
    test.publish(on_partition("flask", "3", 0)).await.unwrap();
    test.settled(1).await.unwrap();
    test.postponed(2).await.unwrap();
    assert_eq!(attempts(&script), expected(&[("1", 1), ("2", 1), ("3", 1)]));
    assert_eq!(committed(&test, &[(0, 3)]).await, [(0, 3)].into(), "the offsets follow the copies");

    test.advance(Duration::from_secs(59));
    nothing_begins().await;
    assert_eq!(attempts(&script).len(), 3, "the minute is not over");
    test.advance(Duration::from_secs(1));
    test.postponed(4).await.unwrap();
    test.advance(9 * MINUTE);
    nothing_begins().await;
    assert_eq!(attempts(&script).len(), 5, "the ten minutes are not over");
    test.advance(MINUTE);
    test.settled(3).await.unwrap();
    assert_eq!(attempts(&script)[3..], expected(&[("1", 2), ("2", 2), ("1", 3), ("2", 3)]));
    let summary = test.stop().await.unwrap();
    assert_eq!((summary.handled, summary.postponed, summary.retried, summary.abandoned), (3, 4, 0, 0));
}

#[tokio::test]
async fn after_the_last_topic_it_is_a_dead_letter_that_says_where_it_was_first() {
    let (script, kafka) = (Script::default(), kafka(2).await);
    let test = start(&script, &kafka, Time::Skips).await;
    test.publish(on_partition("flask", "1", 1)).await.unwrap();
    let failing = on_partition("fail", "2", 1).with_header("tenant", "a").with_header(retry_headers::GROUP, "forged");
    test.publish(failing).await.unwrap();
    test.settled(2).await.unwrap();
    assert_eq!(attempts(&script), expected(&[("1", 1), ("2", 1), ("2", 2), ("2", 3)]));

    let [dead] = &test.dead_letters().await.unwrap()[..] else { panic!("one letter") };
    assert_eq!((dead.reason, dead.attempts, dead.error.as_str()), (Reason::Failed, 3, "the handler fails"));
    assert_eq!((dead.topic.as_str(), dead.partition, dead.offset), (&*kafka.topic_name(topic()), 1, 1));
    assert!(dead.timestamp.is_some());
    assert_eq!(text(&dead.record, "tenant"), Some("a"));
    assert_eq!(text(&dead.record, headers::TOPIC), Some(&*kafka.topic_name(topic())));
    assert_eq!(text(&dead.record, retry_headers::DUE), None, "it can be sent again as it was");

    let names: Vec<_> = tiers().of(topic()).into_iter().map(|topic| topic.name).collect();
    assert!(names[0].ends_with(".retry-1m") && names[1].ends_with(".retry-10m"), "{names:?}");
    for (attempts, tier) in ["1", "2"].into_iter().zip(tiers().of(topic())) {
        let [copy] = &kafka.records(&tier).await.unwrap()[..] else { panic!("one copy") };
        assert_eq!(
            (text(copy, retry_headers::ATTEMPTS), text(copy, retry_headers::REASON)),
            (Some(attempts), Some("failed"))
        );
        assert_eq!((text(copy, retry_headers::OFFSET), text(copy, "tenant")), (Some("1"), Some("a")));
        assert_eq!(copy.key(), Some(b"fail".as_slice()));
        assert_eq!(copy.headers().iter().filter(|header| header.name == retry_headers::GROUP).count(), 1);
    }
}

#[tokio::test]
async fn what_no_attempt_can_save_is_a_dead_letter_at_once() {
    let (script, kafka) = (Script::default(), kafka(1).await);
    let test = start(&script, &kafka, Time::Skips).await;
    test.publish(&released("reject", "1")).await.unwrap();
    test.publish(ProducerRecord::raw(kafka.topic_name(topic())).with_payload("{}")).await.unwrap();
    test.settled(2).await.unwrap();
    assert_eq!(test.dead_letters().await.unwrap().len(), 2);
    assert_eq!(test.stop().await.unwrap().postponed, 0);
}

#[tokio::test]
async fn each_topic_has_the_attempts_that_are_set() {
    let (script, kafka) = (Script::default(), kafka(1).await);
    let app = |kafka: &Kafka| {
        script.app(kafka).retries(Retries::default().attempts(2)).retry_topics(RetryTopics::after([MINUTE]))
    };
    let test = TestApp::start_on(kafka, Time::Skips, app).await.unwrap();
    test.publish(&released("fail", "1")).await.unwrap();
    test.settled(1).await.unwrap();
    assert_eq!(attempts(&script), expected(&[("1", 1), ("1", 2), ("1", 3), ("1", 4)]));
    let summary = test.stop().await.unwrap();
    assert_eq!((summary.retried, summary.postponed), (2, 1));
}

#[tokio::test]
async fn a_handler_that_says_when_skips_topics_with_a_shorter_delay() {
    let (script, kafka) = (Script::default(), kafka(1).await);
    let later = RetryTopics::after([MINUTE, 120 * MINUTE, 180 * MINUTE]);
    let test = TestApp::start_on(kafka, Time::Held, |kafka| script.app(kafka).retry_topics(later)).await.unwrap();
    test.publish(&released("later", "1")).await.unwrap();
    test.postponed(1).await.unwrap();
    test.advance(119 * MINUTE);
    nothing_begins().await;
    assert_eq!(attempts(&script).len(), 1);
    test.advance(MINUTE);
    test.settled(1).await.unwrap();
    assert_eq!(attempts(&script), expected(&[("1", 1), ("1", 2)]));
}

#[tokio::test]
async fn a_restarted_app_goes_on_with_what_waits() {
    let (script, kafka) = (Script::default(), kafka(1).await);
    let test = start(&script, &kafka, Time::Held).await;
    test.publish(&released("fail-once", "1")).await.unwrap();
    test.postponed(1).await.unwrap();
    assert_eq!(test.stop().await.unwrap().postponed, 1);

    let test = start(&script, &kafka, Time::Held).await;
    nothing_begins().await;
    assert_eq!(attempts(&script).len(), 1);
    test.advance(MINUTE);
    test.settled(1).await.unwrap();
    assert_eq!(attempts(&script), expected(&[("1", 1), ("1", 2)]));
}

type Began = Arc<Mutex<Vec<Instant>>>;

/// Notes when each attempt began, and fails the first one.
async fn fail_first(_: PackageReleased, context: Context<Began>) -> Result<(), &'static str> {
    context.state().lock().unwrap().push(Instant::now());
    if context.attempt() == 1 { Err("not yet") } else { Ok(()) }
}

#[tokio::test]
async fn time_goes_on_while_no_app_runs() {
    let (kafka, began, delay) = (kafka(1).await, Began::default(), Duration::from_secs(2));
    let later = RetryTopics::after([delay]);
    kafka.create_topic(&later.of(topic())[0]).await.unwrap();
    kafka.create_topic(&DeadLetters::default().of(topic()).unwrap()).await.unwrap();
    kafka.kafka().producer().unwrap().send(&released("flask", "1")).await.unwrap();
    for attempts in [1, 2] {
        let (stop, stopped) = oneshot::channel::<()>();
        let app = App::new(&kafka.kafka()).state(Arc::clone(&began)).retry_topics(later.clone()).handle(fail_first);
        let run = tokio::spawn(app.run_until(async move { drop(stopped.await) }));
        let waiting = async {
            while began.lock().unwrap().len() < attempts {
                time::sleep(Duration::from_millis(10)).await;
            }
        };
        time::timeout(DEADLINE, waiting).await.unwrap();
        time::sleep(Duration::from_millis(300)).await;
        stop.send(()).unwrap();
        run.await.unwrap().unwrap();
    }
    let began = began.lock().unwrap();
    assert!(began[1] - began[0] >= delay, "{:?}", began[1] - began[0]);
}

#[tokio::test]
async fn with_exactly_once_the_copy_and_the_offset_are_in_one_transaction() {
    let (script, kafka) = (Script::default(), kafka(1).await);
    let id = kafka.topic_name(&Topic::new("app"));
    let test =
        TestApp::start_on(Arc::clone(&kafka), Time::Skips, |kafka| app(kafka, &script).exactly_once(id)).await.unwrap();
    for (name, version) in [("fail-twice", "1"), ("fail", "2"), ("flask", "3")] {
        test.publish(on_partition(name, version, 0)).await.unwrap();
    }
    test.settled(3).await.unwrap();
    let dead = test.dead_letters().await.unwrap();
    assert_eq!(dead.iter().map(|dead| (dead.offset, dead.attempts)).collect::<Vec<_>>(), [(1, 3)]);
    for tier in tiers().of(topic()) {
        assert_eq!(kafka.records(&tier).await.unwrap().len(), 2);
    }
    let summary = test.stop().await.unwrap();
    assert_eq!((summary.handled, summary.postponed), (2, 4));
}

#[tokio::test]
async fn a_key_that_fails_holds_up_itself_no_more_than_others() {
    let (script, kafka) = (Script::default(), kafka(1).await);
    let test = TestApp::start_on(kafka, Time::Held, |kafka| app(kafka, &script).per_key(4)).await.unwrap();
    for (name, version) in [("fail-once", "1"), ("fail-once", "2"), ("flask", "3")] {
        test.publish(&released(name, version)).await.unwrap();
    }
    test.settled(1).await.unwrap();
    test.postponed(2).await.unwrap();
    test.advance(MINUTE);
    test.settled(3).await.unwrap();
    assert_eq!(script.handled(), ["3", "1", "2"]);
}

/// Handles a batch up to the first message that fails.
async fn in_batches(messages: Vec<PackageReleased>, contexts: Vec<Context<Script>>) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    for (message, context) in messages.into_iter().zip(contexts) {
        outcomes.push(scripted(message, context).await.unwrap_or_else(Outcome::failed));
    }
    outcomes
}

#[tokio::test]
async fn a_batch_handler_has_retry_topics_too() {
    let (script, kafka) = (Script::default(), kafka(1).await);
    let app = |kafka: &Kafka| {
        let app = App::new(kafka).state(script.clone()).retry_topics(tiers());
        app.handle_batch(Batch::default().max_messages(3), in_batches)
    };
    let test = TestApp::start_on(kafka, Time::Skips, app).await.unwrap();
    for (name, version) in [("flask", "1"), ("fail-twice", "2"), ("fail", "3"), ("flask", "4")] {
        test.publish(&released(name, version)).await.unwrap();
    }
    test.settled(4).await.unwrap();
    let mut handled = script.handled();
    handled.sort_unstable();
    handled.dedup();
    assert_eq!(handled, ["1", "2", "4"]);
    let dead = test.dead_letters().await.unwrap();
    assert_eq!(dead.iter().map(|dead| (dead.offset, dead.attempts)).collect::<Vec<_>>(), [(2, 3)]);
}

#[tokio::test]
async fn a_group_skips_the_copies_of_another_one() {
    let kafka = kafka(1).await;
    let (failing, other) = (Script::default(), Script::default());
    let start = |script: &Script, group: &str| {
        let (script, group) = (script.clone(), kafka.topic_name(&Topic::new("")) + group);
        TestApp::start_on(Arc::clone(&kafka), Time::Skips, move |kafka| app(kafka, &script).group(group))
    };
    let failing_app = start(&failing, "failing").await.unwrap();
    failing_app.publish(&released("fail-once", "1")).await.unwrap();
    failing_app.settled(1).await.unwrap();
    assert_eq!(attempts(&failing), expected(&[("1", 1), ("1", 2)]));

    let other_app = start(&other, "other").await.unwrap();
    // The message, its own copy, and that of the other group.
    other_app.settled(2).await.unwrap();
    let summary = other_app.stop().await.unwrap();
    assert_eq!((summary.handled, summary.skipped, summary.postponed), (1, 1, 1));
    assert_eq!(attempts(&other), expected(&[("1", 1), ("1", 2)]));
}

/// Runs an app that does not start.
async fn refused(app: App<Script>) -> AppError {
    time::timeout(DEADLINE, app.run_until(std::future::pending())).await.unwrap().unwrap_err()
}

#[tokio::test]
async fn retry_topics_that_can_not_be_are_refused_before_anything_is_handled() {
    let (script, kafka) = (Script::default(), kafka(1).await);
    let with =
        |delays: &[Duration]| script.app(&kafka.kafka()).retry_topics(RetryTopics::after(delays.iter().copied()));
    for delays in [&[MINUTE, MINUTE][..], &[Duration::ZERO], &[Duration::from_secs(86_401)]] {
        let error = refused(with(delays)).await;
        assert!(matches!(&error, AppError::RetryTopics { topic: of, .. } if *of == topic().name), "{error:?}");
    }
    let error = refused(with(&[MINUTE])).await;
    let AppError::Receive(ReceiveError::UnknownTopic { topic: missing }) = error else { panic!("{error:?}") };
    assert_eq!(missing, kafka.topic_name(&tiers().of(topic())[0]));
}

#[tokio::test]
async fn a_schema_declares_retry_topics_and_an_app_may_do_without() {
    let (script, kafka) = (Script::default(), kafka(1).await);
    let names = |app: App<Script>| app.topics_of_retries().map(|topic| topic.name.into_owned()).collect::<Vec<_>>();
    assert!(names(script.app(&kafka.kafka())).is_empty());
    assert_eq!(names(app(&kafka.kafka(), &script)).len(), 2);
    assert!(names(app(&kafka.kafka(), &script).retry_topics(RetryTopics::none())).is_empty());

    let schema = serde_json::json!({
        "x-kafka": {"topic": "declared", "retryTopics": ["5s", "1h"]}, "type": "object",
    });
    let declared = message_factory("declared", schema).unwrap();
    let app = App::new(&kafka.kafka()).handle_of(declared, async |_: DynamicMessage| {});
    let names: Vec<_> = app.topics_of_retries().map(|topic| topic.name.into_owned()).collect();
    assert_eq!(names, ["declared.retry-1h", "declared.retry-5s"]);
}

#[tokio::test]
async fn an_app_creates_its_retry_topics_where_that_is_chosen() {
    let (script, kafka) = (Script::default(), kafka(1).await);
    if kafka.in_process().is_some() {
        // It has no admin.
        return;
    }
    let letters = DeadLetters::default().create();
    let app = app(&kafka.kafka(), &script).retry_topics(tiers().create()).dead_letters(letters);
    let (stop, stopped) = oneshot::channel::<()>();
    let run = tokio::spawn(app.run_until(async move { drop(stopped.await) }));
    kafka.kafka().producer().unwrap().send(&released("flask", "1")).await.unwrap();
    script.wait_for_attempts(1).await;
    stop.send(()).unwrap();
    run.await.unwrap().unwrap();
    for tier in tiers().of(topic()) {
        assert!(kafka.records(&tier).await.unwrap().is_empty());
    }
}
