//! The outbox and its relay, on an in-process Kafka or on the cluster that `KAFKA_BOOTSTRAP_SERVERS` names.
#![expect(clippy::unwrap_used, reason = "clippy.toml allows it in test functions only, not in their helpers")]

use std::process::Command;

use outbox::{Database, Relay, sent_ids};
use tempfile::TempDir;
use thoth_messaging::Message as _;
use thoth_messaging::messages::{PackageReleased, PackageReleasedRequired};
use thoth_messaging::testing::TestKafka;

async fn start() -> (TestKafka, TempDir) {
    let test = TestKafka::start().unwrap();
    test.create_topic(&PackageReleased::DESCRIPTOR.topic).await.unwrap();
    (test, tempfile::tempdir().unwrap())
}

fn open(folder: &TempDir) -> Database {
    Database::open(&folder.path().join("releases.sqlite")).unwrap()
}

fn released(version: usize) -> PackageReleased {
    PackageReleased::new(PackageReleasedRequired {
        component_name: "test".to_owned(),
        service_version: "1.0.0".to_owned(),
        index_url: "https://pypi.org/simple".to_owned(),
        package_name: "flask".to_owned(),
        package_version: version.to_string(),
    })
}

async fn sent(test: &TestKafka) -> Vec<i64> {
    sent_ids(&test.kafka()).await.unwrap()
}

/// Sends all, as a relay does that is not killed.
async fn send_all(relay: &mut Relay) {
    while let Some(last) = relay.send_next().await.unwrap() {
        relay.forget(last).unwrap();
    }
}

#[test]
fn a_release_that_is_refused_leaves_no_message() {
    let folder = tempfile::tempdir().unwrap();
    let mut database = open(&folder);
    database.release(&released(1)).unwrap();
    database.release(&released(1)).unwrap_err();
    assert_eq!(database.len().unwrap(), 1);
}

#[tokio::test]
async fn what_was_sent_and_not_forgotten_is_not_sent_again() {
    let (test, folder) = start().await;
    let mut database = open(&folder);
    (0..120).for_each(|version| database.release(&released(version)).unwrap());
    let mut relay = Relay::start(&test.kafka(), open(&folder)).await.unwrap();
    let first = relay.send_next().await.unwrap().unwrap();
    // It ends here, as if it were killed.
    drop(relay);
    assert_eq!(database.len().unwrap(), 120);
    let mut relay = Relay::start(&test.kafka(), open(&folder)).await.unwrap();
    assert_eq!(database.pending(1).unwrap()[0].id, first + 1);
    send_all(&mut relay).await;
    assert_eq!(sent(&test).await, (1..=120).collect::<Vec<_>>());
    assert!(database.is_empty().unwrap());
    // One more relay with nothing to send, and a message after it.
    database.release(&released(120)).unwrap();
    send_all(&mut Relay::start(&test.kafka(), open(&folder)).await.unwrap()).await;
    assert_eq!(sent(&test).await.len(), 121);
}

#[tokio::test]
async fn a_relay_that_was_replaced_can_send_no_more() {
    let (test, folder) = start().await;
    if test.in_process().is_some() {
        return println!("skipped: the in-process cluster shuts nobody out");
    }
    let mut database = open(&folder);
    database.release(&released(1)).unwrap();
    let mut old = Relay::start(&test.kafka(), open(&folder)).await.unwrap();
    let mut new = Relay::start(&test.kafka(), open(&folder)).await.unwrap();
    old.send_next().await.unwrap_err();
    send_all(&mut new).await;
    assert_eq!(sent(&test).await, [1]);
}

#[test]
fn a_relay_that_is_killed_again_and_again_sends_each_message_once_and_in_order() {
    let run = Command::new(env!("CARGO_BIN_EXE_outbox")).output().unwrap();
    let printed = String::from_utf8(run.stdout).unwrap();
    assert!(run.status.success(), "{printed}{}", String::from_utf8_lossy(&run.stderr));
    assert_eq!(printed.matches("killed     the relay").count(), 3, "{printed}");
    assert!(printed.ends_with("sent       1000 messages, in order and each once: true\n"), "{printed}");
}
