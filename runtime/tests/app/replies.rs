//! Replies that are under way while the next messages are handled, without transactions.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use thoth_messaging::Topic;
use thoth_messaging::app::{App, Context, Reason, Retries};
use thoth_messaging::client::{Kafka, ProducerRecord};
use thoth_messaging::messages::PackageReleased;
use thoth_messaging::testing::{ApiKey, ResponseError, TestApp, TestKafka, Time};
use tokio::sync::Semaphore;
use tokio::time;

use crate::{DEADLINE, committed, kafka, released, topic};

const REPLIES: Topic = Topic::new("replies");

#[derive(Clone)]
struct Handled(Arc<State>);

struct State {
    /// The versions that the handler was called with, and the attempts.
    calls: Mutex<Vec<(String, u32)>>,
    /// The first call waits for it.
    gate: Semaphore,
}

impl Default for Handled {
    fn default() -> Self {
        Self(Arc::new(State { calls: Mutex::default(), gate: Semaphore::new(0) }))
    }
}

impl Handled {
    fn calls(&self) -> Vec<(String, u32)> {
        self.0.calls.lock().unwrap().clone()
    }

    async fn wait_for_calls(&self, number: usize) {
        let called = async {
            while self.calls().len() < number {
                time::sleep(std::time::Duration::from_millis(5)).await;
            }
        };
        time::timeout(DEADLINE, called).await.expect("the calls in time");
    }
}

/// Replies with the version, with the key of the message; to the package `silent` with nothing. `fail-once` fails at first.
async fn reply(released: PackageReleased, context: Context<Handled>) -> Result<Option<ProducerRecord>, &'static str> {
    let Handled(state) = context.state();
    let version = released.package_version;
    state.calls.lock().unwrap().push((version.clone(), context.attempt()));
    drop(state.gate.acquire().await.unwrap());
    match released.package_name.split(' ').next().unwrap_or_default() {
        "silent" => return Ok(None),
        "fail-once" if context.attempt() == 1 => return Err("the handler fails once"),
        _ => {}
    }
    // The prefix of the test.
    let topic = context.record().topic().replace(&*topic().name, &REPLIES.name);
    let record = ProducerRecord::raw(topic).with_key(context.record().key().unwrap_or_default());
    Ok(Some(record.with_payload(version)))
}

/// Each reply is a request of its own: librdkafka makes a batch for each message.
fn one_by_one(kafka: &Kafka) -> Kafka {
    kafka.clone().with("batch.num.messages", "1")
}

/// So much is under way for so long that a test sees it.
fn lingering(kafka: &Kafka) -> Kafka {
    kafka.clone().with("linger.ms", "3000")
}

struct Running {
    test: TestApp,
    kafka: Arc<TestKafka>,
    handled: Handled,
}

/// An app with messages of these packages, whose versions are their numbers, and none of which is handled before `open`.
async fn start(packages: &[&str], time: Time, app: impl FnOnce(&Kafka, App<Handled>) -> App<Handled>) -> Running {
    start_with(packages, time, std::clone::Clone::clone, app).await
}

async fn start_with(
    packages: &[&str],
    time: Time,
    settings: impl FnOnce(&Kafka) -> Kafka,
    app: impl FnOnce(&Kafka, App<Handled>) -> App<Handled>,
) -> Running {
    let (kafka, handled) = (kafka(1).await, Handled::default());
    kafka.create_topic(&REPLIES).await.unwrap();
    let make = |kafka: &Kafka| {
        let kafka = settings(kafka);
        app(&kafka, App::new(&kafka).state(handled.clone()).handle(reply))
    };
    let test = TestApp::start_on(kafka.clone(), time, make).await.unwrap();
    for (number, package) in packages.iter().enumerate() {
        let record = ProducerRecord::of(&released(package, &number.to_string())).unwrap();
        // Packages of the same letter at the end have the same key.
        test.publish(record.with_key(&package[package.len() - 1..])).await.unwrap();
    }
    Running { test, kafka, handled }
}

impl Running {
    /// Lets handlers go on.
    fn open(&self) {
        self.handled.0.gate.add_permits(1);
    }

    async fn replies(&self) -> Vec<String> {
        let records = self.kafka.records(&REPLIES).await.unwrap();
        records.iter().map(|record| String::from_utf8(record.payload().unwrap().to_vec()).unwrap()).collect()
    }

    /// The replies, each where it stands last.
    async fn last_replies(&self) -> Vec<String> {
        let replies = self.replies().await;
        let last: BTreeMap<_, _> = replies.iter().enumerate().map(|(place, reply)| (reply, place)).collect();
        let mut last: Vec<_> = last.into_iter().collect();
        last.sort_by_key(|(_, place)| *place);
        last.into_iter().map(|(reply, _)| reply.clone()).collect()
    }
}

fn numbers(range: std::ops::Range<usize>) -> Vec<String> {
    range.map(|number| number.to_string()).collect()
}

#[tokio::test]
async fn the_next_messages_are_handled_while_replies_are_under_way_up_to_the_limit() {
    let running = start_with(&["a"; 20], Time::Skips, lingering, |_, app| app.max_in_flight(8)).await;
    running.open();
    running.handled.wait_for_calls(8).await;
    assert_eq!(running.test.settled_by_now(), 0, "no reply is delivered");
    assert_eq!(running.handled.calls().len(), 8);
    running.test.settled(20).await.unwrap();
    assert_eq!(running.replies().await, numbers(0..20));
    assert_eq!(committed(&running.test, &[(0, 20)]).await, [(0, 20)].into());
    let summary = running.test.stop().await.unwrap();
    assert_eq!((summary.handled, summary.replies), (20, 20));
}

#[tokio::test]
async fn the_end_waits_for_replies_that_are_under_way() {
    let running = start_with(&["a"; 20], Time::Skips, lingering, |_, app| app).await;
    running.open();
    running.handled.wait_for_calls(20).await;
    let (kafka, group) = (running.kafka.clone(), running.kafka.kafka());
    let summary = running.test.stop().await.unwrap();
    assert_eq!((summary.handled, summary.replies, summary.abandoned), (20, 20, 0));
    assert_eq!(kafka.committed(&group, topic()).await.unwrap(), [(0, 20)].into());
}

#[tokio::test]
async fn from_a_reply_that_is_not_delivered_on_all_are_handled_again_in_order() {
    // The second of them has no reply, and is handled again all the same: it is behind the first one.
    let running = start_with(&["a", "silent a", "a", "a"], Time::Skips, one_by_one, |_, app| app).await;
    let Some(cluster) = running.kafka.in_process() else { return };
    running.handled.wait_for_calls(1).await;
    cluster.fail_requests(ApiKey::Produce, &[ResponseError::TopicAuthorizationFailed]).unwrap();
    running.open();
    running.test.settled(4).await.unwrap();
    assert_eq!(running.last_replies().await, ["0", "2", "3"]);
    let calls = running.handled.calls();
    let second = calls.iter().rposition(|(version, _)| version == "0").unwrap();
    assert!(second > 0, "{calls:?}");
    assert_eq!(calls[second], ("0".to_owned(), 2));
    let behind: Vec<_> = calls[second + 1..].iter().map(|(version, _)| version.as_str()).collect();
    assert_eq!(behind, ["1", "2", "3"], "{calls:?}");
    assert_eq!(committed(&running.test, &[(0, 4)]).await, [(0, 4)].into());
    let dead = running.test.dead_letters().await.unwrap();
    assert!(dead.is_empty(), "{dead:?}");
    let summary = running.test.stop().await.unwrap();
    assert_eq!((summary.handled, summary.replies, summary.retried), (4, 3, 1));
}

#[tokio::test]
async fn a_reply_that_is_refused_for_its_own_fault_changes_nothing_for_those_behind_it() {
    let running = start_with(&["a", "a", "a"], Time::Skips, one_by_one, |_, app| app).await;
    let Some(cluster) = running.kafka.in_process() else { return };
    running.handled.wait_for_calls(1).await;
    cluster.fail_requests(ApiKey::Produce, &[ResponseError::InvalidRecord]).unwrap();
    running.open();
    running.test.settled(3).await.unwrap();
    assert_eq!(running.handled.calls(), [("0", 1), ("1", 1), ("2", 1)].map(|(version, n)| (version.to_owned(), n)));
    assert_eq!(running.replies().await, ["1", "2"]);
    let dead = running.test.dead_letters().await.unwrap();
    assert_eq!(dead.iter().map(|dead| (dead.offset, dead.reason)).collect::<Vec<_>>(), [(0, Reason::ReplyFailed)]);
    assert_eq!(committed(&running.test, &[(0, 3)]).await, [(0, 3)].into());
}

#[tokio::test]
async fn per_key_only_the_key_of_a_reply_that_is_not_delivered_is_handled_again() {
    // librdkafka refuses others on the topic for some milliseconds, in which any number of attempts is made: no wait takes time.
    let app = |_: &Kafka, app: App<Handled>| app.per_key(1).retries(Retries::forever());
    let running = start_with(&["a", "b", "a", "b"], Time::Skips, one_by_one, app).await;
    let Some(cluster) = running.kafka.in_process() else { return };
    running.handled.wait_for_calls(1).await;
    cluster.fail_requests(ApiKey::Produce, &[ResponseError::TopicAuthorizationFailed]).unwrap();
    running.open();
    running.test.settled(4).await.unwrap();
    let last = running.last_replies().await;
    let of_key = |even: &str, odd: &str| last.iter().position(|it| it == even) < last.iter().position(|it| it == odd);
    assert!(last.len() == 4 && of_key("0", "2") && of_key("1", "3"), "{last:?}");
    let calls = running.handled.calls();
    // What is handled again behind another one begins with its first attempt again.
    let number = |version: &str| calls.iter().filter(|(called, attempt)| called == version && *attempt == 1).count();
    assert_eq!((number("0"), number("1"), number("3")), (1, 1, 1), "{calls:?}");
    assert!(calls.contains(&("0".to_owned(), 2)), "{calls:?}");
    assert_eq!(committed(&running.test, &[(0, 4)]).await, [(0, 4)].into());
}

#[tokio::test]
async fn a_message_that_fails_behind_replies_that_are_under_way_waits_for_them() {
    let running = start_with(&["a", "fail-once a", "a"], Time::Held, lingering, |_, app| app).await;
    running.open();
    running.test.failed(1).await.unwrap();
    assert_eq!(running.test.settled_by_now(), 1, "it is decided on behind the first one");
    assert_eq!(running.handled.calls().len(), 2, "the third one is behind it");
    running.test.advance(std::time::Duration::from_secs(1));
    running.test.settled(3).await.unwrap();
    assert_eq!(running.replies().await, ["0", "1", "2"]);
}

#[tokio::test]
async fn replies_keep_the_order_of_each_key() {
    const MESSAGES: usize = 300;
    let packages: Vec<_> = (0..MESSAGES).map(|number| ["a", "b", "c", "fail-once d", "e"][number % 5]).collect();
    for per_key in [None, Some(4)] {
        let app = |_: &Kafka, app: App<Handled>| per_key.into_iter().fold(app.max_in_flight(50), App::per_key);
        let running = start(&packages, Time::Skips, app).await;
        running.open();
        running.test.settled(MESSAGES as u64).await.unwrap();
        let replies: Vec<usize> = running.replies().await.iter().map(|reply| reply.parse().unwrap()).collect();
        for key in 0..5 {
            let sent: Vec<_> = (0..MESSAGES).filter(|number| number % 5 == key).collect();
            let got: Vec<_> = replies.iter().copied().filter(|number| number % 5 == key).collect();
            assert_eq!(got, sent);
        }
        let summary = running.test.stop().await.unwrap();
        assert_eq!((summary.handled, summary.replies, summary.retried), (300, 300, 60));
    }
}
