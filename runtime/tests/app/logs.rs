use std::time::Duration;

use thoth_messaging::client::Kafka;
use thoth_messaging::testing::{TestApp, Time};
use tracing::Level;

use crate::captured::{Captured, CapturedEvent};
use crate::{Script, kafka, released};

#[tokio::test]
async fn what_librdkafka_logs_comes_with_its_level_and_without_secrets() {
    let (captured, _guard) = Captured::start();
    let script = Script::default();
    let test = TestApp::start_on(kafka(1).await, Time::Skips, |kafka| {
        let kafka =
            kafka.clone().with("debug", "all").with("sasl.username", "s3cret user").with("sasl.password", "s3cret");
        script.app(&kafka)
    });
    let test = test.await.unwrap();
    test.publish(&released("flask", "s3cret version")).await.unwrap();
    test.settled(1).await.unwrap();
    test.stop().await.unwrap();
    let logged: Vec<CapturedEvent> =
        captured.events().into_iter().filter(|event| event.target == "librdkafka").collect();
    let says =
        |level, text| logged.iter().any(|event| event.level == level && event.fields.get("message").contains(text));
    assert!(says(Level::DEBUG, "sasl.password = [redacted]"), "its settings");
    assert!(says(Level::DEBUG, "Fetch"), "what it does");
    assert!(!captured.shows("s3cret"));
}

#[tokio::test]
async fn a_password_that_goes_unencrypted_is_told_once() {
    let (captured, _guard) = Captured::start();
    let kafka = Kafka::new("127.0.0.1:1").with("security.protocol", "SASL_PLAINTEXT").with("sasl.mechanism", "PLAIN");
    let kafka = kafka.with("sasl.username", "adviser").with("sasl.password", "s3cret");
    let (_first, _second) = (kafka.producer().unwrap(), kafka.clone().with("client.id", "other").producer().unwrap());
    let told = || {
        let events = captured.events().into_iter();
        events.filter(|it| it.level == Level::WARN && it.fields.get("message").contains("unencrypted")).count()
    };
    assert_eq!(told(), 1);
    let _third = kafka.with("sasl.mechanism", "PLAIN").producer().unwrap();
    assert_eq!(told(), 2, "set anew");
    assert!(!captured.shows("s3cret"));
}

/// The messages that an operator sees, who looks at `info` and above.
fn told(captured: &Captured) -> Vec<String> {
    let told = captured.events().into_iter().filter(|event| event.level <= Level::INFO);
    told.map(|event| event.fields.get("message").to_owned()).collect()
}

#[tokio::test]
async fn a_healthy_app_tells_of_its_life_in_a_line_each_and_of_nothing_else() {
    let (captured, _guard) = Captured::start();
    let script = Script::default();
    let test = script.start_on(&kafka(1).await, Time::Skips).await;
    for version in 0..20 {
        test.publish(&released("flask", &version.to_string())).await.unwrap();
    }
    test.settled(20).await.unwrap();
    test.stop().await.unwrap();
    let told = told(&captured);
    // It leaves the group on a thread of its own, which is not captured.
    let expected = ["thoth-messaging ", ": assigned: ", "the app ends: ", "the app has ended: 20 handled"];
    for text in expected {
        assert_eq!(told.iter().filter(|line| line.contains(text)).count(), 1, "{text}: {told:#?}");
    }
    assert_eq!(told.len(), expected.len(), "{told:#?}");
}

#[tokio::test]
async fn a_broker_that_cannot_be_reached_is_told_with_its_reason_and_ever_more_rarely() {
    let (captured, _guard) = Captured::start();
    let script = Script::default();
    let app = script.app(&Kafka::new("127.0.0.1:1").with_group("test"));
    // Long enough for two attempts to start, of which the first is told.
    app.run_until(tokio::time::sleep(Duration::from_secs(24))).await.unwrap();
    let told = told(&captured);
    let attempts = told.iter().filter(|line| line.starts_with("no Kafka broker answered")).count();
    assert_eq!(attempts, 1, "{told:#?}");
    assert!(told.iter().any(|line| line.contains("127.0.0.1:1 failed: Connection refused")), "{told:#?}");
    assert!(told.len() <= 8, "{told:#?}");
}
