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
