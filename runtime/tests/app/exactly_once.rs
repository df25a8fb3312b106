//! Messages that are settled in transactions. The in-process cluster forgets the offsets of a transaction, and keeps what was sent in
//! one that was aborted.

use std::borrow::Cow;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use thoth_messaging::app::{App, AppError, Context, ExactlyOnce, Outcome, Reason, Retries};
use thoth_messaging::client::{ConfigError, Kafka, ProducerRecord};
use thoth_messaging::messages::{PackageReleased, SolvedPackage, SolvedPackageRequired};
use thoth_messaging::testing::{ApiKey, ResponseError, TestApp, TestKafka, Time};
use thoth_messaging::{Message, Topic};
use tokio::sync::Semaphore;
use tokio::time;

use crate::{DEADLINE, Script, committed, kafka, on_partition, released, topic};

/// The topic of replies that tests make of any bytes.
const REPLIES: Topic = Topic::new("replies");

/// The versions that a handler was called with.
type Seen = Arc<Mutex<Vec<String>>>;

/// Replies with the version; of the package `many`, twice; of one that is `large`, with a kilobyte.
async fn reply(released: PackageReleased, context: Context<Seen>) -> Vec<ProducerRecord> {
    context.state().lock().unwrap().push(released.package_version.clone());
    // The prefix of the test.
    let topic = context.record().topic().replace(&*topic().name, &REPLIES.name);
    let reply = |text: &str| ProducerRecord::raw(topic.clone()).with_payload(text);
    let version = released.package_version.as_str();
    match released.package_name.as_str() {
        "many" => vec![reply(&format!("{version} a")), reply(&format!("{version} b"))],
        "large" => vec![reply(&format!("{version} before")), reply(&version.repeat(1000))],
        "elsewhere" => vec![reply(&format!("{version} before")), ProducerRecord::raw("nowhere").with_payload("")],
        _ => vec![reply(version)],
    }
}

/// The `transactional.id` of a test.
fn id(kafka: &Kafka) -> String {
    kafka.topic_name(&Topic::new("app"))
}

fn app(kafka: &Kafka, seen: &Seen) -> App<Seen> {
    App::new(kafka).state(seen.clone()).handle(reply).exactly_once(id(kafka))
}

async fn with_replies() -> Arc<TestKafka> {
    let kafka = kafka(2).await;
    kafka.create_topic(&REPLIES).await.unwrap();
    kafka
}

/// The replies that a reader of committed messages sees.
async fn replies(kafka: &TestKafka) -> Vec<String> {
    let records = kafka.records(&REPLIES).await.unwrap();
    records.iter().map(|record| String::from_utf8(record.payload().unwrap().to_vec()).unwrap()).collect()
}

#[tokio::test]
async fn replies_and_offsets_are_committed_together_and_counted_once_they_are() {
    let (kafka, seen) = (with_replies().await, Seen::default());
    let test = TestApp::start_on(kafka.clone(), Time::Skips, |kafka| app(kafka, &seen)).await.unwrap();
    for (name, version) in [("flask", "1"), ("many", "2"), ("flask", "3")] {
        test.publish(on_partition(name, version, 0)).await.unwrap();
    }
    test.settled(3).await.unwrap();
    assert_eq!(replies(&kafka).await, ["1", "2 a", "2 b", "3"]);
    if kafka.in_process().is_none() {
        assert_eq!(committed(&test, &[(0, 3)]).await, [(0, 3)].into());
    }
    let summary = test.stop().await.unwrap();
    assert_eq!((summary.handled, summary.replies, summary.abandoned), (3, 4, 0));
    assert_eq!(*seen.lock().unwrap(), ["1", "2", "3"]);

    if kafka.in_process().is_none() {
        let test = TestApp::start_on(kafka.clone(), Time::Skips, |kafka| app(kafka, &seen)).await.unwrap();
        test.publish(on_partition("flask", "4", 0)).await.unwrap();
        test.settled(1).await.unwrap();
        assert_eq!(*seen.lock().unwrap(), ["1", "2", "3", "4"], "it goes on behind what was committed");
    }
}

#[tokio::test]
async fn nothing_counts_before_the_commit_and_the_end_of_the_app_commits() {
    let (kafka, seen) = (with_replies().await, Seen::default());
    let app = |kafka: &Kafka| {
        app(kafka, &seen).exactly_once(ExactlyOnce::new(id(kafka)).commit_every(Duration::from_secs(600)))
    };
    let test = TestApp::start_on(kafka.clone(), Time::Skips, app).await.unwrap();
    // The first one is due at once.
    time::sleep(Duration::from_millis(200)).await;
    test.publish(on_partition("flask", "1", 0)).await.unwrap();
    while seen.lock().unwrap().is_empty() {
        time::sleep(Duration::from_millis(10)).await;
    }
    time::sleep(Duration::from_millis(300)).await;
    assert!(test.settled_by_now() == 0);
    if kafka.in_process().is_none() {
        assert!(replies(&kafka).await.is_empty());
    }
    let summary = test.stop().await.unwrap();
    assert_eq!((summary.handled, summary.abandoned), (1, 0));
    assert_eq!(replies(&kafka).await, ["1"]);
}

#[tokio::test]
async fn a_dead_letter_is_committed_with_its_message() {
    let (kafka, seen) = (with_replies().await, Seen::default());
    let test = TestApp::start_on(kafka.clone(), Time::Skips, |kafka| app(kafka, &seen)).await.unwrap();
    test.publish(ProducerRecord::raw(kafka.topic_name(topic())).with_payload("{}").with_partition(0)).await.unwrap();
    test.publish(on_partition("flask", "1", 0)).await.unwrap();
    test.settled(2).await.unwrap();
    let dead = test.dead_letters().await.unwrap();
    assert_eq!(dead.iter().map(|dead| (dead.reason, dead.offset)).collect::<Vec<_>>(), [(Reason::Invalid, 0)]);
    if kafka.in_process().is_none() {
        assert_eq!(committed(&test, &[(0, 2)]).await, [(0, 2)].into());
    }
}

#[tokio::test]
async fn retries_and_rejections_are_as_without_transactions() {
    let script = Script::default();
    let kafka = kafka(1).await;
    let app = |kafka: &Kafka| script.app(kafka).exactly_once(id(kafka));
    let test = TestApp::start_on(kafka, Time::Skips, app).await.unwrap();
    for (name, version) in [("fail-twice", "1"), ("fail", "2"), ("panic", "3"), ("reject", "4"), ("flask", "5")] {
        test.publish(&released(name, version)).await.unwrap();
    }
    test.settled(5).await.unwrap();
    let dead = test.dead_letters().await.unwrap();
    let dead: Vec<_> = dead.iter().map(|dead| (dead.offset, dead.reason, dead.attempts)).collect();
    assert_eq!(dead, [(1, Reason::Failed, 8), (2, Reason::Panicked, 8), (3, Reason::Rejected, 1)]);
    assert_eq!(script.handled(), ["1", "5"]);
}

#[tokio::test]
async fn a_reply_to_a_topic_that_does_not_exist_spoils_nothing() {
    let (kafka, seen) = (with_replies().await, Seen::default());
    let test = TestApp::start_on(kafka.clone(), Time::Skips, |kafka| app(kafka, &seen).retries(Retries::none()))
        .await
        .unwrap();
    test.publish(on_partition("flask", "1", 0)).await.unwrap();
    test.publish(on_partition("elsewhere", "2", 0)).await.unwrap();
    test.publish(on_partition("flask", "3", 0)).await.unwrap();
    test.settled(3).await.unwrap();
    assert_eq!(replies(&kafka).await, ["1", "3"], "not even the reply before it");
    assert_eq!(test.dead_letters().await.unwrap()[0].reason, Reason::ReplyFailed);
    assert_eq!(*seen.lock().unwrap(), ["1", "2", "3"], "no transaction was aborted");
}

#[tokio::test]
async fn a_reply_that_kafka_refuses_aborts_and_becomes_a_dead_letter_and_all_else_counts_once() {
    let (kafka, seen) = (kafka(2).await, Seen::default());
    if kafka.in_process().is_some() {
        println!("skipped: the in-process Kafka has no limits of a topic, and keeps what was aborted");
        return;
    }
    let small = const { &[(Cow::Borrowed("max.message.bytes"), Cow::Borrowed("900"))] };
    kafka.create_topic(&REPLIES.with_configuration(small)).await.unwrap();
    let app = |kafka: &Kafka| {
        // The limit of the topic is one for whole batches.
        let kafka = kafka.clone().with("batch.size", "1");
        app(&kafka, &seen).exactly_once(ExactlyOnce::new(id(&kafka)).commit_every(Duration::from_millis(500)))
    };
    let test = TestApp::start_on(kafka.clone(), Time::Skips, app).await.unwrap();
    for (partition, name, version) in [(0, "flask", "1"), (0, "large", "2"), (0, "flask", "3"), (1, "flask", "4")] {
        test.publish(on_partition(name, version, partition)).await.unwrap();
    }
    test.settled(4).await.unwrap();
    let mut replies = replies(&kafka).await;
    replies.sort();
    assert_eq!(replies, ["1", "3", "4"]);
    let dead = test.dead_letters().await.unwrap();
    let [dead] = dead.as_slice() else { panic!("{dead:?}") };
    assert_eq!((dead.reason, dead.offset, dead.attempts), (Reason::ReplyFailed, 1, 1));
    assert_eq!(committed(&test, &[(0, 3), (1, 1)]).await, [(0, 3), (1, 1)].into());
    assert!(
        seen.lock().unwrap().iter().filter(|version| *version == "2").count() == 1,
        "its handler is not asked again"
    );
    let summary = test.stop().await.unwrap();
    assert_eq!(summary.handled, 3);
    assert!(summary.abandoned >= 1);
}

#[tokio::test]
async fn what_is_handled_after_the_transaction_has_failed_comes_again_and_counts() {
    let (kafka, seen) = (kafka(2).await, Seen::default());
    if kafka.in_process().is_some() {
        println!("skipped: the in-process Kafka has no limits of a topic, and keeps what was aborted");
        return;
    }
    let small = const { &[(Cow::Borrowed("max.message.bytes"), Cow::Borrowed("900"))] };
    kafka.create_topic(&REPLIES.with_configuration(small)).await.unwrap();
    let app = |kafka: &Kafka| {
        let kafka = kafka.clone().with("batch.size", "1");
        app(&kafka, &seen).exactly_once(ExactlyOnce::new(id(&kafka)).commit_every(Duration::from_secs(3)))
    };
    let test = TestApp::start_on(kafka.clone(), Time::Skips, app).await.unwrap();
    test.publish(on_partition("flask", "1", 0)).await.unwrap();
    test.settled(1).await.unwrap();
    test.publish(on_partition("large", "2", 0)).await.unwrap();
    // By then the reply is refused, and the transaction has failed that is committed seconds later.
    time::sleep(Duration::from_millis(500)).await;
    test.publish(on_partition("flask", "3", 0)).await.unwrap();
    test.publish(on_partition("many", "4", 1)).await.unwrap();
    test.settled(4).await.unwrap();
    let mut replies = replies(&kafka).await;
    replies.sort();
    assert_eq!(replies, ["1", "3", "4 a", "4 b"]);
    let dead = test.dead_letters().await.unwrap();
    assert_eq!(dead.iter().map(|dead| (dead.reason, dead.offset)).collect::<Vec<_>>(), [(Reason::ReplyFailed, 1)]);
    assert_eq!(committed(&test, &[(0, 3), (1, 1)]).await, [(0, 3), (1, 1)].into());
    assert_eq!(test.stop().await.unwrap().handled, 3);
}

#[tokio::test]
async fn a_transaction_that_kafka_aborts_comes_again() {
    let (kafka, seen) = (with_replies().await, Seen::default());
    let Some(cluster) = kafka.in_process() else {
        println!("skipped: errors are injected into the in-process Kafka alone");
        return;
    };
    let test = TestApp::start_on(kafka.clone(), Time::Skips, |kafka| app(kafka, &seen)).await.unwrap();
    test.publish(on_partition("flask", "1", 0)).await.unwrap();
    test.settled(1).await.unwrap();
    let refused = [ResponseError::IllegalGeneration];
    cluster.fail_requests(ApiKey::TxnOffsetCommit, &refused).unwrap();
    test.publish(on_partition("flask", "2", 0)).await.unwrap();
    test.settled(2).await.unwrap();
    test.publish(on_partition("flask", "3", 0)).await.unwrap();
    test.settled(3).await.unwrap();
    assert_eq!(*seen.lock().unwrap(), ["1", "2", "2", "3"]);
    let summary = test.stop().await.unwrap();
    assert_eq!((summary.handled, summary.abandoned), (3, 1));
}

#[tokio::test]
async fn a_refusal_is_remembered_until_its_dead_letter_is_committed() {
    async fn gated(released: PackageReleased, context: Context<(Seen, Arc<Semaphore>)>) -> Vec<ProducerRecord> {
        let (seen, gate) = context.state();
        seen.lock().unwrap().push(released.package_version.clone());
        gate.acquire().await.unwrap().forget();
        let topic = context.record().topic().replace(&*topic().name, &REPLIES.name);
        vec![ProducerRecord::raw(topic).with_payload(released.package_version)]
    }
    let kafka = with_replies().await;
    let Some(cluster) = kafka.in_process() else {
        println!("skipped: errors are injected into the in-process Kafka alone");
        return;
    };
    let (seen, gate) = (Seen::default(), Arc::new(Semaphore::new(0)));
    let state = (seen.clone(), gate.clone());
    let app = |kafka: &Kafka| App::new(kafka).state(state).handle(gated).exactly_once(id(kafka));
    let test = TestApp::start_on(kafka.clone(), Time::Skips, app).await.unwrap();
    test.publish(on_partition("flask", "1", 0)).await.unwrap();
    while seen.lock().unwrap().is_empty() {
        time::sleep(Duration::from_millis(10)).await;
    }
    // Its reply is refused; and the transactions of its dead letter are aborted, though nothing is wrong with it.
    cluster.fail_requests(ApiKey::Produce, &[ResponseError::MessageTooLarge]).unwrap();
    cluster.fail_requests(ApiKey::TxnOffsetCommit, &[ResponseError::IllegalGeneration; 2]).unwrap();
    gate.add_permits(10);
    test.settled(1).await.unwrap();
    assert_eq!(*seen.lock().unwrap(), ["1"], "its handler is not called again");
    let summary = test.stop().await.unwrap();
    assert_eq!((summary.dead_letters, summary.abandoned), ([(Reason::ReplyFailed, 1)].into(), 3));
}

#[tokio::test]
async fn per_key_what_is_handled_ahead_waits_for_what_is_before_it() {
    let script = Script::default();
    let kafka = kafka(1).await;
    let app = |kafka: &Kafka| script.app(kafka).per_key(4).exactly_once(id(kafka));
    let test = TestApp::start_on(kafka.clone(), Time::Held, app).await.unwrap();
    test.publish(&released("fail-once", "1")).await.unwrap();
    test.failed(1).await.unwrap();
    test.publish(&released("flask", "2")).await.unwrap();
    while script.handled().is_empty() {
        time::sleep(Duration::from_millis(10)).await;
    }
    time::sleep(Duration::from_millis(300)).await;
    assert_eq!(test.settled_by_now(), 0);
    test.advance(Duration::from_secs(1));
    test.settled(2).await.unwrap();
    assert_eq!(script.handled(), ["2", "1"]);
    if kafka.in_process().is_none() {
        assert_eq!(committed(&test, &[(0, 2)]).await, [(0, 2)].into());
    }
}

#[tokio::test]
async fn what_is_being_handled_at_the_end_may_end_and_is_committed() {
    let script = Script::default();
    let kafka = kafka(1).await;
    let app = |kafka: &Kafka| script.app(kafka).exactly_once(id(kafka));
    let test = TestApp::start_on(kafka.clone(), Time::Skips, app).await.unwrap();
    test.publish(&released("wait", "1")).await.unwrap();
    test.publish(&released("flask", "2")).await.unwrap();
    script.wait_for_attempts(1).await;
    let stopping = tokio::spawn(test.stop());
    time::sleep(Duration::from_millis(300)).await;
    assert!(!stopping.is_finished());
    script.open_gate();
    let summary = time::timeout(DEADLINE, stopping).await.unwrap().unwrap().unwrap();
    // Whether the second one was in flight by then is chance; it is not begun.
    assert_eq!((summary.handled, script.began().len()), (1, 1));
    if kafka.in_process().is_none() {
        assert_eq!(kafka.committed(&kafka.kafka(), topic()).await.unwrap(), [(0, 1)].into());
    }
}

#[tokio::test]
async fn what_a_member_has_handled_is_committed_before_another_one_gets_the_partition() {
    let (kafka, seen) = (with_replies().await, Seen::default());
    if kafka.in_process().is_some() {
        println!("skipped: the in-process Kafka forgets the offsets of a transaction");
        return;
    }
    let start = |member: &'static str| {
        let seen = seen.clone();
        TestApp::start_on(kafka.clone(), Time::Skips, move |kafka| {
            let every = ExactlyOnce::new(format!("{}-{member}", id(kafka))).commit_every(Duration::from_secs(600));
            app(&kafka.clone().with("session.timeout.ms", "6000"), &seen).exactly_once(every)
        })
    };
    let first = start("first").await.unwrap();
    for n in 0..20 {
        first.publish(on_partition("flask", &n.to_string(), n % 2)).await.unwrap();
    }
    let handled = async {
        while seen.lock().unwrap().len() < 20 {
            time::sleep(Duration::from_millis(10)).await;
        }
    };
    time::timeout(DEADLINE, handled).await.unwrap();
    let second = start("second").await.unwrap();
    // One of the two partitions moves; the other one is committed with it.
    first.settled(20).await.unwrap();
    for n in 20..40 {
        first.publish(on_partition("flask", &n.to_string(), n % 2)).await.unwrap();
    }
    let summaries = async {
        while seen.lock().unwrap().len() < 40 {
            time::sleep(Duration::from_millis(10)).await;
        }
        (first.stop().await.unwrap(), second.stop().await.unwrap())
    };
    let (first, second) = time::timeout(DEADLINE, summaries).await.unwrap();
    assert_eq!(first.handled + second.handled, 40, "{first}; {second}");
    assert!(second.handled > 0);
    let mut replies: Vec<u32> = replies(&kafka).await.iter().map(|reply| reply.parse().unwrap()).collect();
    replies.sort_unstable();
    assert_eq!(replies, (0..40).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_newer_process_of_the_same_id_ends_the_older() {
    let (kafka, seen) = (with_replies().await, Seen::default());
    if kafka.in_process().is_some() {
        println!("skipped: the in-process Kafka fences nobody");
        return;
    }
    let older = TestApp::start_on(kafka.clone(), Time::Skips, |kafka| app(kafka, &seen)).await.unwrap();
    older.publish(on_partition("flask", "1", 0)).await.unwrap();
    older.settled(1).await.unwrap();
    let newer = TestApp::start_on(kafka.clone(), Time::Skips, |kafka| app(kafka, &seen)).await.unwrap();
    let both = async {
        for n in 2.. {
            newer.publish(on_partition("flask", &n.to_string(), n % 2)).await.unwrap();
            if older.has_ended() {
                break;
            }
            time::sleep(Duration::from_millis(100)).await;
        }
    };
    time::timeout(DEADLINE, both).await.unwrap();
    let error = older.ended().await.unwrap_err();
    assert!(matches!(error, AppError::Transaction(_)), "{error:?}");
    assert!(error.to_string().contains("transactional.id"), "{error}");
}

#[tokio::test]
async fn who_would_read_what_was_aborted_is_refused() {
    let seen = Seen::default();
    let app = |kafka: &Kafka| app(&kafka.clone().with("isolation.level", "read_uncommitted"), &seen);
    let error = TestApp::start(app).await.unwrap().ended().await.unwrap_err();
    assert!(matches!(error, AppError::Config(ConfigError::Unsafe { .. })), "{error:?}");
    assert!(error.to_string().contains("isolation.level"), "{error}");
}

#[tokio::test]
async fn a_typed_reply_is_read_by_the_next_app() {
    async fn solve(released: PackageReleased) -> Outcome {
        let PackageReleased { package_name, package_version, index_url, .. } = released;
        Outcome::reply(SolvedPackage::new(SolvedPackageRequired {
            component_name: "test".to_owned(),
            service_version: "1.0.0".to_owned(),
            package_name,
            package_version,
            index_url,
            solver: "solver-rhel-9-py312".to_owned(),
        }))
    }
    let kafka = kafka(1).await;
    kafka.create_topic(&SolvedPackage::DESCRIPTOR.topic).await.unwrap();
    let app = |kafka: &Kafka| App::new(kafka).handle(solve).exactly_once(id(kafka));
    let solver = TestApp::start_on(kafka.clone(), Time::Skips, app).await.unwrap();
    let reader = |kafka: &Kafka| {
        let group = format!("{}-reader", id(kafka));
        App::new(kafka).group(group).handle(async |_: SolvedPackage| ())
    };
    let reader = TestApp::start_on(kafka, Time::Skips, reader).await.unwrap();
    solver.publish(&released("flask", "1")).await.unwrap();
    reader.settled(1).await.unwrap();
}
