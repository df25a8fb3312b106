use std::time::Duration;

use thoth_messaging::client::{AdminError, Creation, Kafka};
use thoth_messaging::messages::PackageReleased;
use thoth_messaging::testing::{InProcessKafka, TestKafka};
use thoth_messaging::{Message as _, Topic};

use crate::{DEADLINE, source, topic};

#[tokio::test]
async fn a_cluster_names_its_brokers() {
    let cluster = InProcessKafka::with_brokers(3).unwrap();
    let info = cluster.kafka().admin().check_connection(DEADLINE).await.unwrap();
    assert_eq!(info.brokers.iter().map(|broker| broker.id).collect::<Vec<_>>(), [1, 2, 3]);
}

#[tokio::test]
async fn a_cluster_that_cannot_be_reached_is_named_with_the_reason() {
    let admin = Kafka::new("127.0.0.1:1").admin();
    let error = admin.check_connection(Duration::from_secs(2)).await.unwrap_err();
    assert!(matches!(error, AdminError::Unreachable { .. }) && error.is_retriable(), "{error:?}");
    assert!(error.to_string().contains("127.0.0.1:1") && error.to_string().contains("refused"), "{error}");
    assert!(!source(&error).is_empty());
}

#[tokio::test]
async fn a_topic_is_created_once() {
    let test = TestKafka::start().unwrap();
    if test.in_process().is_some() {
        // It serves no administration.
        return;
    }
    let kafka = test.kafka();
    let admin = kafka.admin();
    let topic = topic(2);
    assert_eq!(admin.create_topic(&topic).await.unwrap(), Creation::Created);
    assert_eq!(admin.create_topic(&topic).await.unwrap(), Creation::AlreadyExists);

    let other = Topic::new("other");
    let created = admin.create_topics([&PackageReleased::DESCRIPTOR.topic, &other, &other]).await.unwrap();
    assert_eq!(created[&kafka.topic_name(&topic)], Creation::AlreadyExists);
    assert_eq!(created[&kafka.topic_name(&other)], Creation::Created);

    let refused = Topic::new("not a topic");
    let error = admin.create_topic(&refused).await.unwrap_err();
    assert!(matches!(error, AdminError::NotCreated { .. }) && error.to_string().contains("not a topic"), "{error}");
}
