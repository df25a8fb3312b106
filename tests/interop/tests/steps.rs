//! The Rust half of `tests/interop`: the messages of Thoth, against the original Python library on a real cluster.
//!
//! Each test is one step, which `tests/interop/run` puts in order. The cluster and the topic prefix come from
//! `KAFKA_BOOTSTRAP_SERVERS` and `THOTH_DEPLOYMENT_NAME`.

use std::time::Duration;

use serde_json::Value;
use thoth_messaging::messages::REGISTRY;
use thoth_messaging::{Encode, Kafka};
use tokio::time::timeout;

/// What either side sends of each message: the fewest members, and all of them.
const OF_EACH: usize = 2;
const DEADLINE: Duration = Duration::from_secs(60);

#[tokio::test]
#[ignore = "a step of tests/interop/run"]
async fn creates_the_topics() {
    let admin = Kafka::from_env().unwrap().admin();
    let topics = REGISTRY.iter().map(|entry| &entry.descriptor().topic);
    println!("{:?}", admin.create_topics(topics).await.unwrap());
}

#[tokio::test]
#[ignore = "a step of tests/interop/run"]
async fn reads_what_python_published() {
    let kafka = Kafka::from_env().unwrap().with_group("interop-rust");
    for entry in &REGISTRY {
        let mut consumer = kafka.consumer_of(entry).unwrap();
        for _ in 0..OF_EACH {
            let received = timeout(DEADLINE, consumer.next()).await.expect("Python published it").unwrap().unwrap();
            received.message().encode().unwrap();
            received.ack();
        }
        println!("{}: read {OF_EACH} of Python's", entry.descriptor().name);
        consumer.close(DEADLINE).await.unwrap();
    }
}

#[tokio::test]
#[ignore = "a step of tests/interop/run"]
async fn publishes_each_message() {
    let producer = Kafka::from_env().unwrap().producer().unwrap();
    for entry in &REGISTRY {
        let schema: Value = serde_json::from_str(&entry.descriptor().schema.text).unwrap();
        for example in schema["examples"].as_array().unwrap().iter().take(OF_EACH) {
            let message = entry.decode(example.to_string().as_bytes()).unwrap();
            let delivery = producer.send(&message).await.unwrap();
            println!("{}: offset {}", delivery.topic, delivery.offset);
        }
    }
    producer.close(DEADLINE).await.unwrap();
}
