//! Requests and their replies.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use thoth_messaging::app::{App, Batch, Context, Outcome, Reason, Response};
use thoth_messaging::client::{Kafka, ReceiveError, RequestError, Requester, request_headers};
use thoth_messaging::messages::{PackageReleased, SolvedPackage, ThothRepoInit};
use thoth_messaging::testing::{TestApp, TestKafka, Time};
use thoth_messaging::{Message, Topic};
use tokio::sync::Semaphore;

use crate::{on_partition, released};

/// The topics for replies of two processes.
const WEB: [&str; 2] = ["solver.replies.web-1", "solver.replies.web-2"];

fn solved(released: &PackageReleased) -> SolvedPackage {
    let payload = serde_json::json!({
        "component_name": "test",
        "service_version": "1.0.0",
        "package_name": released.package_name,
        "package_version": released.package_version,
        "index_url": "https://pypi.org/simple",
        "solver": "test",
    });
    SolvedPackage::decode(payload.to_string().as_bytes()).unwrap()
}

/// Replies to a request; to `wait` once there is a permit, and to `fail` never.
async fn solve(
    released: PackageReleased,
    context: Context<Arc<Semaphore>>,
) -> Result<Response<SolvedPackage>, &'static str> {
    match released.package_name.as_str() {
        "wait" => context.state().acquire().await.unwrap().forget(),
        "fail" => return Err("it can't be solved"),
        _ => {}
    }
    Ok(Response(solved(&released)))
}

fn app(kafka: &Kafka, gate: &Arc<Semaphore>) -> App<Arc<Semaphore>> {
    App::new(kafka).state(Arc::clone(gate)).handle(solve)
}

async fn with_reply_topics() -> Arc<TestKafka> {
    let kafka = crate::kafka(2).await;
    for name in WEB {
        kafka.create_topic(&Topic::new(name)).await.unwrap();
    }
    kafka.create_topic(&SolvedPackage::DESCRIPTOR.topic).await.unwrap();
    kafka
}

async fn start(kafka: &Arc<TestKafka>, gate: &Arc<Semaphore>) -> TestApp {
    TestApp::start_on(Arc::clone(kafka), Time::Skips, |kafka| app(kafka, gate)).await.unwrap()
}

async fn requester(kafka: &TestKafka, reply_topic: &str) -> Requester {
    let kafka = kafka.kafka();
    kafka.requester(&kafka.producer().unwrap(), reply_topic).await.unwrap()
}

#[tokio::test]
async fn each_request_has_its_own_reply() {
    let (kafka, gate) = (with_reply_topics().await, Arc::new(Semaphore::new(0)));
    let _test = start(&kafka, &gate).await;
    let requesters = join_all(WEB.map(|name| requester(&kafka, name))).await;
    let versions: Vec<_> = (0..100).map(|number| number.to_string()).collect();
    let requests = versions.iter().enumerate().map(|(number, version)| {
        let request =
            requesters[number % 2].request::<SolvedPackage>(on_partition("flask", version, i32::from(number % 2 == 1)));
        async { request.await.unwrap().package_version }
    });
    assert_eq!(join_all(requests).await, versions);
}

#[tokio::test]
async fn a_request_without_a_reply_times_out_and_a_late_reply_is_no_other_ones() {
    let (kafka, gate) = (with_reply_topics().await, Arc::new(Semaphore::new(0)));
    let test = start(&kafka, &gate).await;
    let hasty = requester(&kafka, WEB[0]).await.timeout(Duration::from_millis(500));
    let timed_out = hasty.request::<SolvedPackage>(&released("wait", "1")).await.unwrap_err();
    assert!(matches!(timed_out, RequestError::TimedOut { .. }) && timed_out.is_retriable(), "{timed_out}");
    gate.add_permits(1);
    test.settled(1).await.unwrap();
    let patient = hasty.timeout(Duration::from_secs(60));
    let reply: SolvedPackage = patient.request(&released("flask", "2")).await.unwrap();
    assert_eq!(reply.package_version, "2");

    // A process that was restarted.
    let restarted = requester(&kafka, WEB[0]).await;
    let reply: SolvedPackage = restarted.request(&released("flask", "3")).await.unwrap();
    assert_eq!(reply.package_version, "3");
    assert_eq!(kafka.records(&Topic::new(WEB[0])).await.unwrap().len(), 3);
}

#[tokio::test]
async fn a_request_that_fails_is_a_dead_letter_and_has_no_reply() {
    let (kafka, gate) = (with_reply_topics().await, Arc::new(Semaphore::new(0)));
    let test = start(&kafka, &gate).await;
    let requester = requester(&kafka, WEB[0]).await.timeout(Duration::from_secs(1));
    requester.request::<SolvedPackage>(&released("fail", "1")).await.unwrap_err();
    test.settled(1).await.unwrap();
    assert_eq!(test.dead_letters().await.unwrap()[0].reason, Reason::Failed);
}

#[tokio::test]
async fn a_reply_of_another_type_is_an_error() {
    let (kafka, gate) = (with_reply_topics().await, Arc::new(Semaphore::new(0)));
    let _test = start(&kafka, &gate).await;
    let requester = requester(&kafka, WEB[0]).await;
    let error = requester.request::<ThothRepoInit>(&released("flask", "1")).await.unwrap_err();
    assert!(matches!(error, RequestError::Decode(_)) && !error.is_retriable(), "{error}");
}

#[tokio::test]
async fn a_requester_needs_its_topic() {
    let test = with_reply_topics().await;
    let kafka = test.kafka();
    let error = kafka.requester(&kafka.producer().unwrap(), "nowhere").await.unwrap_err();
    let RequestError::Receive(ReceiveError::UnknownTopic { topic }) = error else { panic!("{error:?}") };
    assert_eq!(topic, kafka.topic_name(&Topic::new("nowhere")));
}

#[tokio::test]
async fn a_response_goes_to_the_topic_that_the_request_names_or_else_to_that_of_its_type() {
    let (kafka, gate) = (with_reply_topics().await, Arc::new(Semaphore::new(0)));
    let test = start(&kafka, &gate).await;
    let request = |version: &str, topic: &str| {
        let record = on_partition("flask", version, 0).with_header(request_headers::CORRELATION_ID, vec![0, 255]);
        record.with_header(request_headers::REPLY_TOPIC, topic)
    };
    let web = kafka.topic_name(&Topic::new(WEB[1]));
    test.publish(on_partition("flask", "no request", 0)).await.unwrap();
    test.publish(request("gone", "nowhere")).await.unwrap();
    test.publish(request("hostile", "__consumer_offsets")).await.unwrap();
    test.publish(request("replied to", &web)).await.unwrap();
    test.settled(4).await.unwrap();

    let sent: Vec<SolvedPackage> = test.sent().await.unwrap();
    assert_eq!(sent.iter().map(|it| it.package_version.as_str()).collect::<Vec<_>>(), ["no request"]);
    let [reply] = &kafka.records(&Topic::new(WEB[1])).await.unwrap()[..] else { panic!("one reply") };
    assert_eq!(SolvedPackage::decode(reply.payload().unwrap()).unwrap().package_version, "replied to");
    let id = reply.headers().iter().find(|header| header.name == request_headers::CORRELATION_ID).unwrap();
    assert_eq!(id.value.as_deref(), Some([0, 255].as_slice()));
    let dead = test.dead_letters().await.unwrap();
    let reasons: Vec<_> = dead.iter().map(|dead| (dead.offset, dead.reason, dead.attempts)).collect();
    assert_eq!(reasons, [(1, Reason::ReplyFailed, 1), (2, Reason::Rejected, 1)]);
}

#[tokio::test]
async fn replies_of_transactions_are_read_once_they_are_committed() {
    let (kafka, gate) = (with_reply_topics().await, Arc::new(Semaphore::new(0)));
    let id = kafka.topic_name(&Topic::new("app"));
    let app = |kafka: &Kafka| app(kafka, &gate).exactly_once(id);
    let test = TestApp::start_on(Arc::clone(&kafka), Time::Skips, app).await.unwrap();
    let requester = requester(&kafka, WEB[0]).await;
    let reply: SolvedPackage = requester.request(&released("flask", "1")).await.unwrap();
    assert_eq!(reply.package_version, "1");
    test.publish(on_partition("flask", "2", 0).with_header(request_headers::REPLY_TOPIC, "nowhere")).await.unwrap();
    test.settled(2).await.unwrap();
    assert_eq!(test.dead_letters().await.unwrap()[0].reason, Reason::ReplyFailed);
}

#[tokio::test]
async fn a_batch_handler_replies_to_each_of_its_requests() {
    let kafka = with_reply_topics().await;
    let solve = async |released: Vec<PackageReleased>| -> Vec<Outcome> {
        released.iter().map(|released| Outcome::reply(Response(solved(released)))).collect()
    };
    let app = |kafka: &Kafka| App::new(kafka).handle_batch(Batch::default(), solve);
    let _test = TestApp::start_on(Arc::clone(&kafka), Time::Skips, app).await.unwrap();
    let requester = requester(&kafka, WEB[0]).await;
    let requests = ["1", "2", "3"].map(|version| {
        let request = requester.request::<SolvedPackage>(on_partition("flask", version, 0));
        async { request.await.unwrap().package_version }
    });
    assert_eq!(join_all(requests).await, ["1", "2", "3"]);
}
