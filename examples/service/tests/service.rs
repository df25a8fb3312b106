//! The service, on an in-process Kafka or on the cluster that `KAFKA_BOOTSTRAP_SERVERS` names.

use std::time::Duration;

use service::observe;
use thoth_messaging::app::Reason;
use thoth_messaging::messages::{PackageReleased, PackageReleasedRequired, SolvedPackage};
use thoth_messaging::testing::TestApp;
use thoth_messaging::{Message as _, metrics};
use tokio::net::TcpListener;

fn released(package: &str) -> PackageReleased {
    PackageReleased::new(PackageReleasedRequired {
        component_name: "test".to_owned(),
        service_version: "1.0.0".to_owned(),
        index_url: "https://pypi.org/simple".to_owned(),
        package_name: package.to_owned(),
        package_version: "1.0".to_owned(),
    })
}

#[tokio::test]
async fn a_released_package_is_solved() {
    let test = TestApp::start(service::app).await.unwrap();
    test.publish(&released("flask")).await.unwrap();
    test.settled(2).await.unwrap();
    let solved = test.sent::<SolvedPackage>().await.unwrap();
    assert_eq!((solved.len(), solved[0].package_name.as_str()), (1, "flask"));
}

#[tokio::test]
async fn an_index_that_fails_for_a_while_is_asked_again() {
    let test = TestApp::start(service::app).await.unwrap();
    test.publish(&released("flaky")).await.unwrap();
    test.settled(2).await.unwrap();
    let summary = test.stop().await.unwrap();
    assert_eq!((summary.handled, summary.retried), (2, 2));
}

#[tokio::test]
async fn what_can_not_be_solved_is_a_dead_letter() {
    let test = TestApp::start(service::app).await.unwrap();
    test.publish(&released("broken")).await.unwrap();
    test.publish(&released("left-pad")).await.unwrap();
    test.settled(2).await.unwrap();
    let mut dead: Vec<_> = test.dead_letters().await.unwrap();
    dead.sort_by_key(|letter| letter.offset);
    let told: Vec<_> = dead.iter().map(|letter| (letter.reason, letter.attempts)).collect();
    assert_eq!(told, [(Reason::Failed, 8), (Reason::Rejected, 1)]);
}

#[tokio::test]
async fn what_it_does_is_to_be_had_over_http() {
    let collected = observe::collect().unwrap();
    let mut health = None;
    let test = TestApp::start(|kafka| {
        let app = service::app(&kafka.clone().with("statistics.interval.ms", "100"));
        health = Some(app.health());
        app
    });
    let test = test.await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(observe::serve(listener, collected, health.unwrap()));
    for package in ["flask", "flaky", "left-pad"] {
        test.publish(&released(package)).await.unwrap();
    }
    test.settled(5).await.unwrap();
    let get = async |path| observe::get(address, path).await.unwrap();
    assert_eq!(get("/health/live").await, (200, "ok\n".to_owned()));
    assert_eq!(get("/health/ready").await, (200, "ok\n".to_owned()));
    assert_eq!(get("/nothing").await.0, 404);

    let topic = test.kafka().topic_name(&PackageReleased::DESCRIPTOR.topic);
    let value = |lines: &str, name: &str, labels: &str| {
        let is_it = |line: &&str| line.starts_with(name) && line.contains(&topic) && line.contains(labels);
        lines.lines().find(is_it)?.rsplit(' ').next()?.parse::<f64>().ok()
    };
    let lines = get("/metrics").await.1;
    let labels = r#"reason="rejected""#;
    assert_eq!(value(&lines, metrics::HANDLED, "group"), Some(2.0));
    assert_eq!(value(&lines, metrics::RETRIES, "group"), Some(2.0));
    assert_eq!(value(&lines, metrics::DEAD_LETTERS, labels), Some(1.0));
    assert_eq!(value(&lines, &format!("{}_count", metrics::HANDLING), "group"), Some(5.0));
    // The others come with the statistics.
    let has_lag = async {
        while value(&get("/metrics").await.1, metrics::LAG, r#"partition="0""#) != Some(0.0) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), has_lag).await.unwrap();
    assert!(!get("/metrics").await.1.contains("left-pad"), "no key and no payload");

    test.stop().await.unwrap();
    assert_eq!(get("/health/ready").await, (503, "the app has ended\n".to_owned()));
    server.abort();
}
