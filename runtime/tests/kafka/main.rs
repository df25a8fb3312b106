//! The client, on the in-process cluster, and on a real one where `KAFKA_BOOTSTRAP_SERVERS` names it.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "clippy.toml allows them in test functions only, not in their helpers"
)]

mod admin;
mod consumer;
mod exactly_once;
mod groups;
mod plan;
mod positions;
mod producer;
mod producer_record;
#[cfg(feature = "tls")]
mod secure;
#[cfg(feature = "tls")]
mod security;
mod send_all;
mod settings;
mod topic_reader;
mod transactions;

use std::error::Error;
use std::time::Duration;

use thoth_messaging::client::{Consumer, Kafka, ReceiveError, Received};
use thoth_messaging::messages::PackageReleased;
use thoth_messaging::testing::TestKafka;
use thoth_messaging::{Decoder, Message, Topic, Typed};
use tokio::time;

/// Longer than anything takes that works.
const DEADLINE: Duration = Duration::from_secs(60);

fn released(package_name: &str, package_version: &str) -> PackageReleased {
    let payload = serde_json::json!({
        "component_name": "test",
        "service_version": "1.0.0",
        "version": "v1",
        "index_url": "https://pypi.org/simple",
        "package_name": package_name,
        "package_version": package_version,
    });
    PackageReleased::decode(payload.to_string().as_bytes()).unwrap()
}

/// The topic of the message, with as many partitions.
fn topic(partitions: i32) -> Topic {
    PackageReleased::DESCRIPTOR.topic.clone().with_partitions(partitions)
}

/// A Kafka with the topic of the message.
async fn kafka(partitions: i32) -> (TestKafka, Kafka) {
    let test = TestKafka::start().unwrap();
    test.create_topic(&topic(partitions)).await.unwrap();
    let kafka = test.kafka();
    (test, kafka)
}

/// Sends messages with these versions, one after the other.
async fn send(kafka: &Kafka, package_name: &str, versions: &[&str]) {
    let producer = kafka.producer().unwrap();
    for version in versions {
        producer.send(&released(package_name, version)).await.unwrap();
    }
    producer.close(DEADLINE).await.unwrap();
}

async fn next<I: Decoder>(consumer: &mut Consumer<I>) -> Result<Received<I::Message>, ReceiveError> {
    time::timeout(DEADLINE, consumer.next()).await.expect("a message in time").expect("an open stream")
}

/// The next messages, none of them acknowledged.
async fn receive(consumer: &mut Consumer<Typed<PackageReleased>>, count: usize) -> Vec<Received<PackageReleased>> {
    let mut received = Vec::new();
    for _ in 0..count {
        received.push(next(consumer).await.unwrap());
    }
    received
}

fn versions(received: &[Received<PackageReleased>]) -> Vec<&str> {
    received.iter().map(|received| received.message().package_version.as_str()).collect()
}

/// Returns what librdkafka said of an error.
fn source(error: &impl Error) -> String {
    error.source().map(ToString::to_string).unwrap_or_default()
}
