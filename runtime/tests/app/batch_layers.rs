//! Layers around the messages of batches.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use thoth_messaging::app::{App, Headers, Metadata, Next, Outcome, Reason, Retries, State, handler};
use thoth_messaging::client::ProducerRecord;
use thoth_messaging::messages::PackageReleased;
use thoth_messaging::testing::{TestApp, Time};
use thoth_messaging::{Kafka, Topic};
use tokio::time;

use crate::batches::{of, start};
use crate::{kafka, released};

type Notes = Arc<Mutex<Vec<String>>>;

fn note(notes: &Notes, text: impl Into<String>) {
    notes.lock().unwrap().push(text.into());
}

fn taken(notes: &Notes) -> Vec<String> {
    std::mem::take(&mut *notes.lock().unwrap())
}

/// Decides on messages by a header, and takes note of the outcome of the others.
async fn guard(
    next: Next,
    headers: Headers,
    metadata: Metadata,
    State(notes): State<Notes>,
) -> Result<Outcome, String> {
    let attempt = metadata.attempt();
    match headers.get_str("guard") {
        Some("refuse") => return Ok(Outcome::dead_letter("refused")),
        Some("skip") => return Ok(Outcome::Handled),
        Some("fail-once") if attempt == 1 => return Err("the layer fails".to_owned()),
        Some("panic") => panic!("the layer panics"),
        Some("give-up") => {
            // It comes to the handler and does not wait for it.
            let _ = time::timeout(Duration::ZERO, next.run()).await;
            return Ok(Outcome::Handled);
        }
        Some("spawn") => return Ok(tokio::spawn(next.run()).await.unwrap()),
        Some("slow") => time::sleep(Duration::from_millis(50)).await,
        _ => {}
    }
    let outcome = next.run().await;
    let ended = match &outcome {
        Outcome::Handled => "handled",
        Outcome::Failed(_) => "failed",
        _ => "other",
    };
    note(&notes, format!("{} {ended} {attempt}", metadata.offset()));
    Ok(outcome)
}

/// Takes a failure for a success.
async fn forgiving(next: Next) -> Outcome {
    match next.run().await {
        Outcome::Failed(_) => Outcome::Handled,
        outcome => outcome,
    }
}

/// Fails with a package `fail`.
async fn store(released: Vec<PackageReleased>, State(notes): State<Notes>) -> Result<(), String> {
    let versions: Vec<_> = released.iter().map(|it| it.package_version.as_str()).collect();
    note(&notes, versions.join(" "));
    if released.iter().any(|it| it.package_name == "fail") { Err("a row is refused".to_owned()) } else { Ok(()) }
}

/// Publishes packages, each with its header for the layer.
async fn publish(test: &TestApp, messages: &[(&str, &str)]) {
    for (number, (name, guard)) in messages.iter().enumerate() {
        let record = ProducerRecord::of(&released(name, &number.to_string())).unwrap();
        test.publish(record.with_header("guard", *guard)).await.unwrap();
    }
}

#[tokio::test]
async fn each_message_of_a_batch_has_its_layers_and_the_handler_is_called_once() {
    let (test, notes) = start(|app| app.layer(guard).handle_batch(of(6), store)).await;
    publish(&test, &[("a", "slow"), ("b", "refuse"), ("c", ""), ("d", "skip"), ("e", "spawn"), ("f", "give-up")]).await;
    test.settled(6).await.unwrap();
    let (first, mut others) = (taken(&notes), Vec::new());
    others.extend_from_slice(&first[1..]);
    others.sort_unstable();
    assert_eq!(
        (first[0].as_str(), others.as_slice()),
        ("0 2 4", ["0 handled 1", "2 handled 1"].map(String::from).as_slice())
    );
    let summary = test.stop().await.unwrap();
    assert_eq!((summary.handled, summary.dead_letters), (5, [(Reason::Rejected, 1)].into()));
}

#[tokio::test]
async fn layers_of_the_app_are_outside_of_those_of_the_batch_handler() {
    async fn outer(next: Next, State(notes): State<Notes>) -> Outcome {
        note(&notes, "outer");
        next.run().await
    }
    async fn inner(next: Next, State(notes): State<Notes>) -> Outcome {
        note(&notes, "inner");
        next.run().await
    }
    let (test, notes) = start(|app| app.handle_batch(of(2), handler(store).layer(inner)).layer(outer)).await;
    publish(&test, &[("a", ""), ("b", "")]).await;
    test.settled(2).await.unwrap();
    assert_eq!(taken(&notes), ["outer", "inner", "outer", "inner", "0 1"]);
}

#[tokio::test]
async fn what_a_layer_decides_holds_for_its_message_and_those_behind_one_that_failed_come_again() {
    let (test, notes) = start(|app| app.layer(guard).handle_batch(of(3), store)).await;
    publish(&test, &[("a", ""), ("b", "fail-once"), ("c", "")]).await;
    test.failed(1).await.unwrap();
    assert_eq!(test.settled_by_now(), 1);
    test.advance(Duration::from_secs(60));
    test.settled(2).await.unwrap();
    // The last one is a batch that is not complete.
    test.settled(3).await.unwrap();
    let notes: Vec<_> = taken(&notes).into_iter().filter(|note| !note.contains("handled")).collect();
    assert_eq!(notes, ["0", "1", "2"], "none is handled before one in front of it");
    let summary = test.stop().await.unwrap();
    assert_eq!((summary.handled, summary.retried), (3, 1));
}

#[tokio::test]
async fn the_failure_of_a_whole_batch_is_that_of_no_message_and_layers_see_it_of_one_that_is_alone() {
    let retries = Retries::none();
    let (test, notes) =
        start(|app| app.retries(retries).layer(guard).layer(forgiving).handle_batch(of(3), store)).await;
    publish(&test, &[("a", ""), ("fail", ""), ("c", "")]).await;
    test.settled(3).await.unwrap();
    let expected = ["0 1 2", "0", "0 handled 1", "1", "1 handled 1", "2", "2 handled 1"];
    assert_eq!(taken(&notes), expected, "the layers of the first attempt do not take it for a success");
    assert_eq!(test.stop().await.unwrap().handled, 3);
}

#[tokio::test]
async fn a_layer_sees_the_failure_of_a_message_that_is_called_alone() {
    let (test, notes) = start(|app| app.layer(guard).layer(forgiving).handle_batch(of(2), store)).await;
    publish(&test, &[("fail", ""), ("b", "refuse")]).await;
    test.settled(2).await.unwrap();
    assert_eq!(taken(&notes), ["0", "0 handled 1"]);
    assert_eq!(test.stop().await.unwrap().handled, 1);
}

#[tokio::test]
async fn a_panic_of_a_layer_is_a_failure_of_its_message() {
    let (test, _) = start(|app| app.retries(Retries::none()).layer(guard).handle_batch(of(2), store)).await;
    publish(&test, &[("a", "panic"), ("b", "")]).await;
    test.settled(2).await.unwrap();
    let summary = test.stop().await.unwrap();
    assert_eq!((summary.handled, summary.dead_letters), (1, [(Reason::Panicked, 1)].into()));
}

#[tokio::test]
async fn layers_of_a_message_without_an_outcome_are_dropped_and_it_comes_again() {
    /// Handles one message of each batch.
    async fn first(released: Vec<PackageReleased>, State(notes): State<Notes>) -> Vec<Outcome> {
        note(&notes, format!("of {}", released.len()));
        vec![Outcome::Handled]
    }
    let (test, notes) = start(|app| app.layer(guard).handle_batch(of(3), first)).await;
    publish(&test, &[("a", ""), ("b", ""), ("c", "refuse")]).await;
    test.settled(3).await.unwrap();
    assert_eq!(taken(&notes), ["of 2", "0 handled 1", "of 1", "1 handled 1"]);
    assert_eq!(test.stop().await.unwrap().dead_letters, [(Reason::Rejected, 1)].into());
}

#[tokio::test]
async fn layers_around_batches_hold_exactly_once_and_see_replies() {
    async fn replied(next: Next, State(notes): State<Notes>) -> Outcome {
        let outcome = next.run().await;
        if let Outcome::Reply(replies) = &outcome {
            note(&notes, format!("{} replies", replies.len()));
        }
        outcome
    }
    let kafka = kafka(1).await;
    kafka.create_topic(&Topic::new("replies")).await.unwrap();
    let replies = kafka.topic_name(&Topic::new("replies"));
    let reply = move |released: Vec<PackageReleased>| {
        let to =
            |released: PackageReleased| ProducerRecord::raw(replies.clone()).with_payload(released.package_version);
        let outcomes: Vec<_> = released.into_iter().map(|released| Outcome::reply(to(released))).collect();
        async move { outcomes }
    };
    let notes = Notes::default();
    let state = Arc::clone(&notes);
    let app = |kafka: &Kafka| {
        App::new(kafka)
            .state(state)
            .exactly_once("batch-layers-1")
            .layer(guard)
            .layer(replied)
            .handle_batch(of(3), reply)
    };
    let test = TestApp::start_on(kafka, Time::Held, app).await.unwrap();
    publish(&test, &[("a", ""), ("b", "refuse"), ("c", "")]).await;
    test.settled(3).await.unwrap();
    assert_eq!(taken(&notes).iter().filter(|note| *note == "1 replies").count(), 2);
    let summary = test.stop().await.unwrap();
    assert_eq!((summary.handled, summary.replies, summary.dead_letters), (2, 2, [(Reason::Rejected, 1)].into()));
}
