//! Apps that a broker does not let in: on the listeners of `scripts/kafka start --secure`, which exports where they are.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use thoth_messaging::Kafka;
use thoth_messaging::app::{App, AppError, DeadLetters};
use thoth_messaging::client::ReceiveError;
use thoth_messaging::messages::PackageReleased;
use tokio::time;

use crate::secure::{PASSWORD, secure, unsecured};
use crate::{DEADLINE, released, topic};

async fn ignore(_: PackageReleased) {}

#[tokio::test]
async fn wrong_credentials_and_certificates_end_an_app_with_the_reason() {
    let Some(secure) = secure() else { return };
    let other = secure.certificate("expired");
    let expired = Kafka::new(&secure.expired).with("security.protocol", "SSL").with("ssl.ca.location", &other);
    let cases = [
        (secure.password("refused", "PLAIN", "s3cret"), "authentication failed"),
        (secure.password("refused", "SCRAM-SHA-512", "s3cret"), "authentication failed"),
        (secure.password("refused", "SCRAM-SHA-256", "s3cret"), "supported mechanisms"),
        (secure.password("refused", "PLAIN", PASSWORD).with("ssl.ca.location", &other), "certificate"),
        (expired.with_group("refused"), "certificate"),
        (secure.kafka("refused").with_tokens(async || Err("the issuer is closed".into())), "the issuer is closed"),
    ];
    join_all(cases.map(async |(kafka, reason)| {
        let app = App::new(&kafka).dead_letters(DeadLetters::skip()).handle(ignore);
        let error = time::timeout(DEADLINE, app.run_until(pending())).await.expect(reason).unwrap_err();
        let AppError::Receive(why @ ReceiveError::Unreachable { .. }) = &error else { panic!("{reason}: {error:?}") };
        assert!(!why.is_retriable(), "{reason}");
        let text = format!("{error} {error:?}");
        assert!(error.to_string().to_lowercase().contains(reason), "{error}");
        assert!(text.contains("lets this client in") && !text.contains("s3cret"), "{text}");
    }))
    .await;
}

#[tokio::test]
async fn a_protocol_that_is_wrong_looks_like_a_broker_that_is_down_and_is_tried_again() {
    let Some(secure) = secure() else { return };
    let plain = Kafka::new(&secure.servers).with_group("test");
    let tls = Kafka::from_env().unwrap().with("security.protocol", "SSL").with_group("test");
    join_all([plain, tls].map(async |kafka| {
        // More than one attempt.
        let app = App::new(&kafka).handle(ignore).run_until(time::sleep(Duration::from_secs(12)));
        assert_eq!(app.await.unwrap().handled, 0);
    }))
    .await;
}

#[tokio::test]
async fn an_app_goes_on_without_another_token_until_its_own_expires() {
    let Some(secure) = secure() else { return };
    let (is_closed, refused) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU32::new(0)));
    let issuer = (Arc::clone(&is_closed), Arc::clone(&refused));
    let kafka = secure.kafka("no-other-token").with_tokens(move || {
        let is_closed = issuer.0.load(Ordering::Relaxed);
        issuer.1.fetch_add(u32::from(is_closed), Ordering::Relaxed);
        async move { if is_closed { Err("the issuer is closed".into()) } else { Ok(unsecured(20)) } }
    });
    kafka.admin().create_topic(topic()).await.unwrap();
    let (handled, mut messages) = tokio::sync::mpsc::unbounded_channel();
    let app = App::new(&kafka).dead_letters(DeadLetters::skip()).handle(move |released: PackageReleased| {
        let handled = handled.clone();
        async move { handled.send(released.package_version).map_err(|error| error.to_string()) }
    });
    let app = tokio::spawn(app.run_until(pending()));
    let producer = kafka.producer().unwrap();
    producer.send(&released("flask", "1")).await.unwrap();
    assert_eq!(time::timeout(DEADLINE, messages.recv()).await.unwrap().unwrap(), "1");
    is_closed.store(true, Ordering::Relaxed);
    // Both clients of the app, and this producer.
    while refused.load(Ordering::Relaxed) < 3 {
        time::sleep(Duration::from_millis(50)).await;
    }
    producer.send(&released("flask", "2")).await.unwrap();
    assert_eq!(time::timeout(DEADLINE, messages.recv()).await.unwrap().unwrap(), "2");
    let error = time::timeout(DEADLINE, app).await.expect("the end in time").unwrap().unwrap_err();
    let AppError::Receive(why @ ReceiveError::Unreachable { .. }) = &error else { panic!("{error:?}") };
    assert!(!why.is_retriable() && error.to_string().contains("lets this client in"), "{error}");
}
