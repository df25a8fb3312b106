//! Topics as declared and as they are, on a real cluster alone: the in-process one serves no administration.

use std::borrow::Cow;

use thoth_messaging::Topic;
use thoth_messaging::client::{Admin, AdminError, Difference, Kafka, Plan};
use thoth_messaging::testing::TestKafka;

/// A real cluster, if there is one.
fn real() -> Option<(TestKafka, Kafka)> {
    let test = TestKafka::start().unwrap();
    let kafka = test.kafka();
    test.in_process().is_none().then_some((test, kafka))
}

async fn plan(admin: &Admin, topics: &[&Topic]) -> Plan {
    admin.plan(topics.iter().copied()).await.unwrap()
}

fn lines(differences: &[Difference]) -> Vec<String> {
    differences.iter().map(ToString::to_string).collect()
}

fn orders() -> Topic {
    let configuration = const {
        &[
            (Cow::Borrowed("cleanup.policy"), Cow::Borrowed("compact,delete")),
            (Cow::Borrowed("retention.ms"), Cow::Borrowed("86400000")),
        ]
    };
    Topic::new("orders").with_partitions(2).with_replicas(3).with_configuration(configuration)
}

#[tokio::test]
async fn what_is_missing_is_created_and_then_there_is_no_difference() {
    let Some((_test, kafka)) = real() else { return };
    let admin = kafka.admin();
    let other = Topic::new("other");
    let before = plan(&admin, &[&orders(), &other]).await;
    let names = [kafka.topic_name(&orders()), kafka.topic_name(&other)];
    assert!(before.has_drift());
    assert_eq!(before.differences.iter().map(Difference::topic).collect::<Vec<_>>(), names);
    assert!(before.differences.iter().all(|it| matches!(it, Difference::Missing { .. })), "{before:?}");

    let applied = admin.apply(&before).await.unwrap();
    assert_eq!(applied.done, before.differences);
    assert!(applied.left.is_empty() && applied.failed.is_empty(), "{applied:?}");
    let after = plan(&admin, &[&orders(), &other]).await;
    assert_eq!(after.differences, [], "{after:?}");
    // To apply an old plan is no harm.
    assert_eq!(admin.apply(&before).await.unwrap().failed, []);
}

#[tokio::test]
async fn a_topic_that_was_created_since_has_its_declared_properties_set() {
    let Some((test, kafka)) = real() else { return };
    let admin = kafka.admin();
    let before = plan(&admin, &[&orders()]).await;
    assert!(matches!(before.differences[..], [Difference::Missing { .. }]), "{before:?}");
    test.create_topic(&Topic::new("orders").with_partitions(2).with_replicas(3)).await.unwrap();
    let applied = admin.apply(&before).await.unwrap();
    assert_eq!((applied.done, applied.failed), (before.differences, Vec::new()));
    let after = plan(&admin, &[&orders()]).await;
    assert_eq!(after.differences, [], "{after:?}");
}

#[tokio::test]
async fn partitions_are_added_and_properties_set_and_nothing_else_is_touched() {
    let Some((test, kafka)) = real() else { return };
    let admin = kafka.admin();
    let configuration = const {
        &[
            (Cow::Borrowed("retention.ms"), Cow::Borrowed("1000")),
            (Cow::Borrowed("segment.bytes"), Cow::Borrowed("1048576")),
        ]
    };
    let existing = Topic::new("orders").with_partitions(1).with_replicas(1).with_configuration(configuration);
    test.create_topic(&existing).await.unwrap();
    test.create_topic(&Topic::new("orders.dlq")).await.unwrap();
    test.create_topic(&Topic::new("old")).await.unwrap();

    let before = plan(&admin, &[&orders()]).await;
    let name = kafka.topic_name(&orders());
    let expected = [
        format!("topic `{}` is declared by no schema; it is left", kafka.topic_name(&Topic::new("old"))),
        format!(
            "topic `{name}` has 1 partitions, declared are 2; they are added, and keys move to other partitions: \
             messages of one key are not in order across the change"
        ),
        format!("topic `{name}` has 1 replicas, declared are 3; it is left, see kafka-reassign-partitions"),
        format!("topic `{name}` has `cleanup.policy` delete, declared is compact,delete; it is set"),
        format!("topic `{name}` has `retention.ms` 1000, declared is 86400000; it is set"),
        format!("topic `{name}` has `segment.bytes` 1048576, of which its schema says nothing; it is left"),
    ];
    assert_eq!(lines(&before.differences), expected);

    let applied = admin.apply(&before).await.unwrap();
    assert_eq!(lines(&applied.done), [&expected[1][..], &expected[3], &expected[4]]);
    assert_eq!(lines(&applied.left), [&expected[0][..], &expected[2], &expected[5]]);
    assert_eq!(applied.failed, []);
    let after = plan(&admin, &[&orders()]).await;
    let replicas = after.differences.iter().filter(|it| matches!(it, Difference::Replicas { .. })).count();
    assert_eq!((after.differences.len(), replicas), (3, 1), "{after:?}");
    assert!(lines(&after.differences).contains(&expected[5]), "what nobody declared is as it was: {after:?}");
}

#[tokio::test]
async fn what_kafka_refuses_is_said_in_its_words_and_stops_nothing_else() {
    let Some((test, kafka)) = real() else { return };
    let admin = kafka.admin();
    let wrong =
        Topic::new("wrong").with_configuration(const { &[(Cow::Borrowed("cleanup.policy"), Cow::Borrowed("shred"))] });
    let unknown =
        Topic::new("unknown").with_configuration(const { &[(Cow::Borrowed("no.such.property"), Cow::Borrowed("1"))] });
    test.create_topic(&Topic::new("wrong")).await.unwrap();
    let planned = plan(&admin, &[&wrong, &unknown, &orders()]).await;
    let applied = admin.apply(&planned).await.unwrap();
    assert_eq!(applied.done.iter().map(Difference::topic).collect::<Vec<_>>(), [kafka.topic_name(&orders())]);
    let [(missing, not_created), (configuration, not_altered)] = &applied.failed[..] else { panic!("{applied:?}") };
    assert!(matches!(missing, Difference::Missing { .. }), "{missing:?}");
    let AdminError::NotCreated { reason: Some(words), .. } = not_created else { panic!("{not_created:?}") };
    assert!(words.contains("no.such.property") && not_created.to_string().contains(words), "{not_created}");
    assert!(matches!(configuration, Difference::Configuration { .. }), "{configuration:?}");
    let AdminError::NotAltered { topic, reason: Some(reason), .. } = not_altered else { panic!("{not_altered:?}") };
    assert_eq!(*topic, kafka.topic_name(&wrong));
    assert!(reason.contains("shred") && not_altered.to_string().contains(reason), "{not_altered}");
}

#[tokio::test]
async fn a_cluster_that_cannot_be_reached_is_an_error() {
    let error = Kafka::new("127.0.0.1:1").admin().plan([&orders()]).await.unwrap_err();
    assert!(matches!(error, AdminError::Unreachable { .. }) && error.is_retriable(), "{error:?}");
}
