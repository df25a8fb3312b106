use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::StreamExt as _;
use thoth_messaging::app::{App, Context};
use thoth_messaging::client::ProducerRecord;
use thoth_messaging::messages::PackageReleased;
use thoth_messaging::testing::{TestApp, Time};

use crate::captured::Captured;
use crate::{Script, kafka, released};

/// Versions by name, in the order in which they were handled.
type Seen = Arc<Mutex<BTreeMap<String, Vec<usize>>>>;

const MESSAGES: usize = 5000;

async fn note(released: PackageReleased, context: Context<Seen>) -> Result<(), String> {
    let version = released.package_version.parse().map_err(|error| format!("{error}"))?;
    if version % 997 == 0 && context.attempt() == 1 {
        return Err("once in a while it fails".to_owned());
    }
    context.state().lock().unwrap().entry(released.package_name).or_default().push(version);
    Ok(())
}

/// Many more than may be in flight, so that partitions are paused and resumed all the time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backlog_is_handled_completely_and_in_order() {
    for per_key in [None, Some(16)] {
        let kafka = kafka(4).await;
        let producer = kafka.kafka().producer().unwrap();
        let mut sent: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        let mut all = Vec::new();
        for n in 0..MESSAGES {
            let name = format!("package-{}", n % 31);
            all.push(released(&name, &n.to_string()));
            sent.entry(name).or_default().push(n);
        }
        let reports: Vec<_> = producer.send_all(&all).collect().await;
        assert!(reports.iter().all(Result::is_ok));

        let seen = Seen::default();
        let test = TestApp::start_on(kafka, Time::Skips, |kafka| {
            let app = App::new(kafka).state(Arc::clone(&seen)).handle(note).max_in_flight(100);
            per_key.into_iter().fold(app, App::per_key)
        });
        let test = test.await.unwrap();
        test.settled(MESSAGES as u64).await.unwrap();
        assert!(*seen.lock().unwrap() == sent, "all, once, in the order of their keys");
        assert_eq!(test.stop().await.unwrap().handled, MESSAGES as u64);
    }
}

#[tokio::test]
async fn headers_count_as_bytes_in_flight() {
    let script = Script::default();
    let limited = |kafka: &_| script.app(kafka).per_key(8).max_in_flight_bytes(10_000);
    let test = TestApp::start_on(kafka(1).await, Time::Skips, limited).await.unwrap();
    let large = |key: usize| {
        let record = ProducerRecord::of(&released("wait", "1")).unwrap().with_key(key.to_string());
        record.with_header("large", vec![b'x'; 8_000])
    };
    for key in 0..2 {
        test.publish(large(key)).await.unwrap();
    }
    script.wait_for_attempts(2).await;
    for key in 2..6 {
        test.publish(large(key)).await.unwrap();
    }
    // Longer than the app goes without polling.
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    assert_eq!(script.began().len(), 2, "the second one is over the limit, and no other is received");
    (0..6).for_each(|_| script.open_gate());
    test.settled(6).await.unwrap();
    test.stop().await.unwrap();
}

/// A pause has librdkafka fetch again what it had, which takes as long as hundreds of messages.
#[tokio::test]
async fn a_backlog_of_small_messages_pauses_nothing() {
    let kafka = kafka(1).await;
    let producer = kafka.kafka().producer().unwrap();
    let all: Vec<_> = (0..MESSAGES).map(|n| released("flask", &(n * 997 + 1).to_string())).collect();
    let reports: Vec<_> = producer.send_all(&all).collect().await;
    assert!(reports.iter().all(Result::is_ok));

    let (captured, _guard) = Captured::start();
    let seen = Seen::default();
    let app = |kafka: &_| App::new(kafka).state(Arc::clone(&seen)).handle(note).max_in_flight(10);
    let test = TestApp::start_on(kafka, Time::Skips, app).await.unwrap();
    test.settled(MESSAGES as u64).await.unwrap();
    assert!(!captured.shows("paused"));
    assert_eq!(test.stop().await.unwrap().handled, MESSAGES as u64);
}
