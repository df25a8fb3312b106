//! TLS and SASL, on the listeners of `scripts/kafka start --secure`, which exports where they are.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use thoth_messaging::client::{AdminError, Kafka, SendError, TransactionError};
use thoth_messaging::messages::PackageReleased;

use crate::secure::{PASSWORD, USER, secure, unsecured};
use crate::{DEADLINE, next, released, topic};

/// Creates the topic, sends a message and receives it.
async fn round_trip(kafka: &Kafka) {
    kafka.admin().create_topic(&topic(1)).await.unwrap();
    let producer = kafka.producer().unwrap();
    producer.send(&released("flask", "1")).await.unwrap();
    producer.close(DEADLINE).await.unwrap();
    let mut consumer = kafka.consumer::<PackageReleased>().unwrap();
    next(&mut consumer).await.unwrap().ack();
    consumer.close(DEADLINE).await.unwrap();
    kafka.transactional(kafka.topic_name(&topic(1))).await.unwrap().close(DEADLINE).await.unwrap();
}

/// Why a first message is not sent.
async fn refusal(kafka: &Kafka) -> SendError {
    let producer = kafka.producer().unwrap();
    tokio::time::timeout(DEADLINE, producer.send(&released("flask", "1"))).await.unwrap().unwrap_err()
}

#[tokio::test]
async fn a_password_opens_the_door_by_plain_and_by_scram() {
    let Some(secure) = secure() else { return };
    for mechanism in ["PLAIN", "SCRAM-SHA-512"] {
        round_trip(&secure.password("password", mechanism, PASSWORD)).await;
    }
}

#[tokio::test]
async fn a_password_from_a_file_opens_the_door() {
    let Some(secure) = secure() else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("password");
    std::fs::write(&file, format!("{PASSWORD}\n")).unwrap();
    let kafka = Kafka::from_variables([
        ("KAFKA_BOOTSTRAP_SERVERS", secure.servers.as_str()),
        ("KAFKA_SECURITY_PROTOCOL", "SASL_SSL"),
        ("KAFKA_SSL_CA_LOCATION", &secure.certificate("ca")),
        ("KAFKA_SASL_MECHANISM", "SCRAM-SHA-512"),
        ("KAFKA_SASL_USERNAME", USER),
        ("KAFKA_SASL_PASSWORD_FILE", file.to_str().unwrap()),
    ]);
    assert!(!kafka.unwrap().admin().check_connection(DEADLINE).await.unwrap().brokers.is_empty());
}

#[tokio::test]
async fn tokens_open_the_door_and_are_asked_for_again_before_they_expire() {
    let Some(secure) = secure() else { return };
    let asked = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&asked);
    let kafka = secure.kafka("tokens").with_tokens(move || {
        count.fetch_add(1, Ordering::Relaxed);
        async { Ok(unsecured(5)) }
    });
    round_trip(&kafka).await;
    let producer = kafka.producer().unwrap();
    let before = asked.load(Ordering::Relaxed);
    let again = async {
        while asked.load(Ordering::Relaxed) < before + 2 {
            producer.send(&released("flask", "1")).await.unwrap();
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(DEADLINE, again).await.unwrap();
}

#[tokio::test]
async fn who_gives_no_token_is_named_with_the_reason() {
    let Some(secure) = secure() else { return };
    let kafka = secure.kafka("no-token").with_tokens(async || Err("the issuer is closed".into()));
    let error = kafka.admin().check_connection(DEADLINE).await.unwrap_err();
    assert!(matches!(error, AdminError::Unreachable { .. }) && error.to_string().contains("closed"), "{error}");
    let error = refusal(&kafka).await;
    assert!(matches!(error, SendError::Unreachable { .. }) && error.to_string().contains("closed"), "{error}");
}

#[tokio::test]
async fn a_wrong_password_is_an_error_that_says_so_and_does_not_show_it() {
    let Some(secure) = secure() else { return };
    for mechanism in ["PLAIN", "SCRAM-SHA-512"] {
        let kafka = secure.password("wrong", mechanism, "s3cret");
        let error = refusal(&kafka).await;
        let text = format!("{error} {error:?}");
        assert!(text.to_lowercase().contains("authentication failed") && !text.contains("s3cret"), "{text}");
        let error = kafka.with("transaction.timeout.ms", "3000").transactional("wrong").await.unwrap_err();
        assert!(matches!(error, TransactionError::Unreachable { .. }), "{error:?}");
        assert!(error.to_string().to_lowercase().contains("authentication failed"), "{error}");
    }
}

#[tokio::test]
async fn a_certificate_that_is_expired_or_of_another_is_an_error_that_says_so() {
    let Some(secure) = secure() else { return };
    let expired = Kafka::new(&secure.expired).with("security.protocol", "SSL");
    let error = refusal(&expired.with("ssl.ca.location", secure.certificate("expired"))).await;
    assert!(matches!(error, SendError::Unreachable { .. }), "{error:?}");
    assert!(error.to_string().contains("certificate"), "{error}");

    let other = secure.password("other", "PLAIN", PASSWORD).with("ssl.ca.location", secure.certificate("expired"));
    let error = refusal(&other).await;
    assert!(matches!(error, SendError::Unreachable { .. }), "{error:?}");
    assert!(error.to_string().contains("certificate"), "{error}");
}

#[tokio::test]
async fn a_client_without_tls_is_told_to_check_the_protocol() {
    let Some(secure) = secure() else { return };
    let error = refusal(&Kafka::new(&secure.servers)).await;
    assert!(matches!(error, SendError::Unreachable { .. }), "{error:?}");
    assert!(error.to_string().contains("security.protocol"), "{error}");
}
