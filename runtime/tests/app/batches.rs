//! Handlers of batches.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use thoth_messaging::Message as _;
use thoth_messaging::app::{App, Batch, Context, Key, Metadata, Outcome, Reason, Retries, State, handler};
use thoth_messaging::client::{Kafka, ProducerRecord};
use thoth_messaging::messages::PackageReleased;
use thoth_messaging::testing::{TestApp, Time};

use crate::{committed, kafka, on_partition, released, topic};

/// The versions in each call, and its attempt.
type Calls = Arc<Mutex<Vec<(Vec<String>, u32)>>>;

fn note(calls: &Calls, released: &[PackageReleased], attempt: u32) {
    let versions = released.iter().map(|it| it.package_version.clone()).collect();
    calls.lock().unwrap().push((versions, attempt));
}

fn seen(calls: &Calls) -> Vec<(String, u32)> {
    calls.lock().unwrap().iter().map(|(versions, attempt)| (versions.join(" "), *attempt)).collect()
}

/// Fails if one of the packages is called so.
async fn store(
    released: Vec<PackageReleased>,
    metadata: Vec<Metadata>,
    State(calls): State<Calls>,
) -> Result<(), String> {
    assert_eq!(released.len(), metadata.len());
    note(&calls, &released, metadata[0].attempt());
    let has = |name: &str| released.iter().any(|it| it.package_name == name);
    match () {
        () if has("fail") || (has("fail-once") && metadata[0].attempt() == 1) => Err("a row is refused".to_owned()),
        () if has("panic") => panic!("a row is refused"),
        () => Ok(()),
    }
}

/// Says of each what its package is called.
async fn each(released: Vec<PackageReleased>, contexts: Vec<Context<Calls>>) -> Vec<Outcome> {
    note(contexts[0].state(), &released, contexts[0].attempt());
    let outcome = |released: &PackageReleased| match released.package_name.as_str() {
        "reject" => Outcome::dead_letter("rejected"),
        "fail-once" if contexts[0].attempt() == 1 => Outcome::failed("once"),
        "reply" => Outcome::reply(ProducerRecord::raw("unknown")),
        _ => Outcome::Handled,
    };
    released.iter().map(outcome).collect()
}

/// A complete batch is of so many.
pub(crate) fn of(messages: usize) -> Batch {
    Batch::default().max_messages(messages).max_wait(Duration::from_secs(3600))
}

/// Starts an app whose time is held, so that a batch is complete by its number alone.
pub(crate) async fn start<T: Send + 'static>(
    app: impl FnOnce(App<Arc<Mutex<Vec<T>>>>) -> App<Arc<Mutex<Vec<T>>>>,
) -> (TestApp, Arc<Mutex<Vec<T>>>) {
    let calls = Arc::default();
    let state = Arc::clone(&calls);
    let test = TestApp::start_on(kafka(1).await, Time::Held, |kafka| app(App::new(kafka).state(state))).await.unwrap();
    (test, calls)
}

async fn publish(test: &TestApp, messages: &[(&str, &str)]) {
    for (name, version) in messages {
        test.publish(&released(name, version)).await.unwrap();
    }
}

#[tokio::test]
async fn a_batch_is_complete_by_number_or_by_time() {
    let (test, calls) = start(|app| app.handle_batch(of(2), store)).await;
    publish(&test, &[("a", "1"), ("b", "2"), ("c", "3")]).await;
    test.settled(2).await.unwrap();
    assert_eq!(seen(&calls), [("1 2".to_owned(), 1)]);
    // The third one waits for another.
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(test.settled_by_now(), 2);
    test.advance(Duration::from_secs(3600));
    test.settled(3).await.unwrap();
    assert_eq!(seen(&calls)[1], ("3".to_owned(), 1));
    assert_eq!(committed(&test, &[(0, 3)]).await, [(0, 3)].into());
}

#[tokio::test]
async fn an_invalid_message_does_not_spoil_its_batch() {
    let (test, calls) = start(|app| app.handle_batch(of(3), store)).await;
    publish(&test, &[("a", "1")]).await;
    let name = test.kafka().topic_name(topic());
    test.publish(ProducerRecord::raw(name).with_payload("{}")).await.unwrap();
    publish(&test, &[("b", "3")]).await;
    test.settled(3).await.unwrap();
    assert_eq!(seen(&calls), [("1 3".to_owned(), 1)]);
    let dead = test.dead_letters().await.unwrap();
    assert_eq!((dead.len(), dead[0].reason, dead[0].attempts), (1, Reason::Invalid, 0));
    assert_eq!(test.stop().await.unwrap().handled, 2);
}

#[tokio::test]
async fn a_batch_that_fails_is_attempted_again_and_at_last_each_message_alone() {
    let calls = Calls::default();
    let state = Arc::clone(&calls);
    let app = |kafka: &Kafka| {
        let store = handler(store).retries(Retries::default().attempts(2));
        App::new(kafka).state(state).handle_batch(Batch::default().max_messages(3), store)
    };
    let kafka = kafka(1).await;
    let producer = kafka.kafka().producer().unwrap();
    let messages = [("a", "1"), ("fail", "2"), ("b", "3")];
    for (name, version) in messages {
        producer.send(&released(name, version)).await.unwrap();
    }
    let test = TestApp::start_on(kafka, Time::Skips, app).await.unwrap();
    test.settled(3).await.unwrap();
    let dead = test.dead_letters().await.unwrap();
    assert_eq!((dead.len(), dead[0].reason, dead[0].attempts), (1, Reason::Failed, 2));
    let summary = test.stop().await.unwrap();
    assert_eq!(summary.handled, 2);
    let seen = seen(&calls);
    assert_eq!(seen[seen.len() - 1], ("3".to_owned(), seen[seen.len() - 1].1), "the order is kept");
}

#[tokio::test]
async fn a_batch_is_attempted_again_as_a_whole() {
    let (test, calls) = start(|app| app.handle_batch(of(2), store)).await;
    publish(&test, &[("fail-once", "1"), ("b", "2")]).await;
    test.failed(2).await.unwrap();
    test.advance(Duration::from_secs(60));
    test.settled(2).await.unwrap();
    assert_eq!(seen(&calls), [("1 2".to_owned(), 1), ("1 2".to_owned(), 2)]);
    let summary = test.stop().await.unwrap();
    assert_eq!((summary.handled, summary.retried), (2, 2));
}

#[tokio::test]
async fn a_panic_of_a_batch_is_a_failure_of_the_message_that_causes_it() {
    let (test, calls) = start(|app| app.retries(Retries::none()).handle_batch(of(2), store)).await;
    publish(&test, &[("panic", "1"), ("b", "2")]).await;
    test.settled(2).await.unwrap();
    assert_eq!(seen(&calls), [("1 2".to_owned(), 1), ("1".to_owned(), 1), ("2".to_owned(), 1)]);
    let summary = test.stop().await.unwrap();
    assert_eq!((summary.handled, summary.dead_letters), (1, [(Reason::Panicked, 1)].into()));
}

#[tokio::test]
async fn each_message_of_a_batch_has_its_outcome() {
    let (test, calls) = start(|app| app.handle_batch(of(4), each)).await;
    publish(&test, &[("reject", "1"), ("b", "2"), ("fail-once", "3"), ("c", "4")]).await;
    // The third one waits for its next attempt, and the one behind it comes again.
    test.failed(1).await.unwrap();
    assert_eq!(test.settled_by_now(), 2);
    assert_eq!(test.dead_letters().await.unwrap()[0].reason, Reason::Rejected);
    test.advance(Duration::from_secs(60));
    test.settled(4).await.unwrap();
    assert_eq!(seen(&calls), [("1 2 3 4".to_owned(), 1), ("3".to_owned(), 2), ("4".to_owned(), 1)]);
}

#[tokio::test]
async fn batches_are_of_one_partition() {
    let calls = Calls::default();
    let state = Arc::clone(&calls);
    let app = |kafka: &Kafka| App::new(kafka).state(state).per_key(8).handle_batch(of(2), store);
    let test = TestApp::start_on(kafka(2).await, Time::Held, app).await.unwrap();
    for (version, partition) in [("1", 0), ("2", 1), ("3", 0), ("4", 1)] {
        test.publish(on_partition("flask", version, partition)).await.unwrap();
    }
    test.settled(4).await.unwrap();
    let mut seen: Vec<_> = seen(&calls).into_iter().map(|(versions, _)| versions).collect();
    seen.sort_unstable();
    assert_eq!(seen, ["1 3", "2 4"]);
}

#[tokio::test]
async fn batches_are_handled_exactly_once() {
    let (test, calls) = start(|app| app.exactly_once("batches-1").handle_batch(of(4), each)).await;
    publish(&test, &[("reject", "1"), ("b", "2"), ("c", "3"), ("d", "4")]).await;
    test.settled(4).await.unwrap();
    assert_eq!(seen(&calls), [("1 2 3 4".to_owned(), 1)]);
    let summary = test.stop().await.unwrap();
    assert_eq!((summary.handled, summary.dead_letters), (3, [(Reason::Rejected, 1)].into()));
}

#[tokio::test]
async fn a_message_that_lacks_an_argument_is_left_out_of_its_batch() {
    async fn with_keys(released: Vec<PackageReleased>, keys: Vec<Key>, State(calls): State<Calls>) {
        assert_eq!(released.len(), keys.len());
        note(&calls, &released, 1);
    }
    let (test, calls) = start(|app| app.handle_batch(of(3), with_keys)).await;
    publish(&test, &[("a", "1")]).await;
    let payload = released("b", "2").encode().unwrap();
    test.publish(ProducerRecord::raw(test.kafka().topic_name(topic())).with_payload(payload)).await.unwrap();
    publish(&test, &[("c", "3")]).await;
    test.settled(3).await.unwrap();
    assert_eq!(seen(&calls), [("1 3".to_owned(), 1)]);
    let dead = test.dead_letters().await.unwrap();
    assert_eq!(
        (dead[0].reason, dead[0].attempts, dead[0].error.as_str()),
        (Reason::Rejected, 1, "the message has no key")
    );
}
