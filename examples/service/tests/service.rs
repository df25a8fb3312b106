//! The service, on an in-process Kafka or on the cluster that `KAFKA_BOOTSTRAP_SERVERS` names.

use thoth_messaging::app::Reason;
use thoth_messaging::messages::{PackageReleased, SolvedPackage};
use thoth_messaging::testing::TestApp;

fn released(package: &str) -> PackageReleased {
    let [component, version, release, index] = ["test", "1.0.0", "1.0", "https://pypi.org/simple"].map(str::to_owned);
    PackageReleased::new(component, version, index, package.to_owned(), release)
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
