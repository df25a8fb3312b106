//! Apps, on the in-process cluster, and on a real one where `KAFKA_BOOTSTRAP_SERVERS` names it.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "clippy.toml allows them in test functions only, not in their helpers"
)]

mod backlog;
mod batch_layers;
mod batches;
mod breaker;
mod brokers;
mod captured;
mod dead_letters;
mod dispatch;
mod drain;
mod exactly_once;
mod extractors;
mod frames;
mod handlers;
mod health;
mod logs;
mod members;
mod metering;
mod operations;
mod order;
mod policy;
mod refusals;
#[cfg(feature = "tls")]
mod refused;
mod replies;
mod requests;
mod retries;
mod retry_topics;
#[cfg(feature = "tls")]
#[path = "../kafka/secure.rs"]
mod secure;
mod start;
mod topics;
mod traces;
mod trouble;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use thoth_messaging::app::{App, Context, Outcome};
use thoth_messaging::client::{Kafka, ProducerRecord};
use thoth_messaging::messages::PackageReleased;
use thoth_messaging::testing::{TestApp, TestKafka, Time};
use thoth_messaging::{Message, Topic};
use tokio::sync::Semaphore;
use tokio::time;

/// Longer than anything takes that works.
const DEADLINE: Duration = Duration::from_secs(60);

fn released(name: &str, version: &str) -> PackageReleased {
    let payload = serde_json::json!({
        "component_name": "test",
        "service_version": "1.0.0",
        "version": "v1",
        "index_url": "https://pypi.org/simple",
        "package_name": name,
        "package_version": version,
    });
    PackageReleased::decode(payload.to_string().as_bytes()).unwrap()
}

/// The topic of the message.
fn topic() -> &'static Topic {
    &PackageReleased::DESCRIPTOR.topic
}

/// A message for a partition of its own.
fn on_partition(name: &str, version: &str, partition: i32) -> ProducerRecord {
    ProducerRecord::of(&released(name, version)).unwrap().with_partition(partition)
}

/// A Kafka with the topic of the message, with as many partitions.
async fn kafka(partitions: i32) -> Arc<TestKafka> {
    let kafka = TestKafka::start().unwrap();
    kafka.create_topic(&topic().clone().with_partitions(partitions)).await.unwrap();
    Arc::new(kafka)
}

/// The record of what the handler [`scripted`] did, and its controls.
#[derive(Clone, Default)]
struct Script(Arc<Scripted>);

struct Scripted {
    /// Each attempt as it began: version and attempt.
    began: Mutex<Vec<(String, u32)>>,
    /// Each version that was handled to the end.
    handled: Mutex<Vec<String>>,
    /// Attempts at `wait` wait for one of these.
    gate: Semaphore,
}

impl Default for Scripted {
    fn default() -> Self {
        Self { began: Mutex::default(), handled: Mutex::default(), gate: Semaphore::new(0) }
    }
}

impl Script {
    fn app(&self, kafka: &Kafka) -> App<Script> {
        App::new(kafka).state(self.clone()).handle(scripted)
    }

    async fn start(&self) -> TestApp {
        TestApp::start(|kafka| self.app(kafka)).await.unwrap()
    }

    async fn start_on(&self, kafka: &Arc<TestKafka>, time: Time) -> TestApp {
        TestApp::start_on(Arc::clone(kafka), time, |kafka| self.app(kafka)).await.unwrap()
    }

    fn handled(&self) -> Vec<String> {
        self.0.handled.lock().unwrap().clone()
    }

    fn began(&self) -> Vec<(String, u32)> {
        self.0.began.lock().unwrap().clone()
    }

    /// Waits until so many attempts have begun.
    async fn wait_for_attempts(&self, attempts: usize) {
        let begun = async {
            while self.0.began.lock().unwrap().len() < attempts {
                time::sleep(Duration::from_millis(5)).await;
            }
        };
        time::timeout(DEADLINE, begun).await.expect("the attempts in time");
    }

    fn open_gate(&self) {
        self.0.gate.add_permits(1);
    }
}

/// Does what the name of the package says.
async fn scripted(released: PackageReleased, context: Context<Script>) -> Result<Outcome, String> {
    let Scripted { began, handled, gate } = &*context.state().0;
    began.lock().unwrap().push((released.package_version.clone(), context.attempt()));
    match released.package_name.as_str() {
        "fail" => return Err("the handler fails".to_owned()),
        "fail-once" if context.attempt() == 1 => return Err("the handler fails once".to_owned()),
        "fail-twice" if context.attempt() <= 2 => return Err("the handler fails twice".to_owned()),
        "later" if context.attempt() == 1 => return Ok(Outcome::RetryAfter(Duration::from_secs(3600))),
        "panic" => panic!("the handler panics"),
        "panic-once" if context.attempt() == 1 => panic!("the handler panics once"),
        "reject" => return Ok(Outcome::dead_letter("the handler rejects it")),
        "stop" => return Ok(Outcome::stop("the handler has enough")),
        "wait" => gate.acquire().await.unwrap().forget(),
        _ => {}
    }
    handled.lock().unwrap().push(released.package_version);
    Ok(Outcome::Handled)
}

/// Waits until the committed offsets of the topic are the expected ones, and returns those at the end.
async fn committed(test: &TestApp, expected: &[(i32, i64)]) -> BTreeMap<i32, i64> {
    let expected: BTreeMap<_, _> = expected.iter().copied().collect();
    let began = time::Instant::now();
    loop {
        let committed = test.committed(topic()).await.unwrap();
        if committed == expected || began.elapsed() > DEADLINE {
            return committed;
        }
        time::sleep(Duration::from_millis(50)).await;
    }
}
