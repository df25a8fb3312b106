//! The commands that speak to Kafka, run as processes: on an in-process cluster of the test, and on a real one where
//! `KAFKA_BOOTSTRAP_SERVERS` names it.

#![expect(clippy::unwrap_used, reason = "clippy.toml allows it in test functions only, not in their helpers")]

#[path = "../cli/support/mod.rs"]
mod support;

#[cfg(all(feature = "registry", feature = "tls"))]
mod certificates;
mod consume;
mod dev;
mod dlq;
mod frames;
mod groups;
#[cfg(unix)]
mod hostile;
mod names;
mod newcomer;
mod ping;
mod rights;
mod send;
mod topics;

use std::env;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::Value;
use support::{ORDER, Project, Run};
use thoth_messaging::Topic;
use thoth_messaging::testing::InProcessKafka;

/// A message with sensitive values, on the same set.
const CUSTOMER: &str = r#"{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "title": "CustomerMoved",
  "description": "A customer has moved.",
  "x-kafka": { "topic": "shop.customer-moved", "partitions": 1, "key": "/email" },
  "type": "object",
  "required": ["email"],
  "properties": {
    "email": { "$ref": "email.json" },
    "city": { "type": "string", "description": "Where to." },
    "address": { "type": "array", "description": "Lines.", "items": { "type": "string", "x-sensitive": true } }
  }
}
"#;

const EMAIL: &str = r#"{ "type": "string", "description": "Who.", "x-sensitive": true }"#;

/// A project, and a Kafka with its topics.
struct Shop {
    project: Project,
    servers: String,
    /// The prefix of its topics, on a cluster that others use too.
    prefix: Option<String>,
    cluster: Option<InProcessKafka>,
}

impl Shop {
    /// With its topics and those of their dead letters.
    fn open() -> Self {
        let shop = Self::empty();
        if let Some(cluster) = &shop.cluster {
            for (name, partitions) in [("shop.order-placed", 3), ("shop.customer-moved", 1)] {
                for name in [name.to_owned(), format!("{name}.dlq")] {
                    let mut topic = Topic::new("").with_partitions(partitions);
                    topic.name = name.into();
                    cluster.create_topic(&topic).unwrap();
                }
            }
        } else {
            let applied = shop.run(&["topics", "apply", "--dead-letters"]);
            assert_eq!(applied.code, Some(0), "{applied:?}");
        }
        shop
    }

    /// Without topics.
    fn empty() -> Self {
        let files = [
            ("schemas/order.schema.json", ORDER),
            ("schemas/customer.schema.json", CUSTOMER),
            ("schemas/email.json", EMAIL),
        ];
        let project = Project::new(&files);
        if let Some(servers) = env::var("KAFKA_BOOTSTRAP_SERVERS").ok().filter(|servers| !servers.is_empty()) {
            return Self { project, servers, prefix: Some(unique()), cluster: None };
        }
        let cluster = InProcessKafka::start().unwrap();
        let servers = cluster.kafka().bootstrap_servers().to_owned();
        Self { project, servers, prefix: None, cluster: Some(cluster) }
    }

    /// The same on a real cluster; nothing without one, which is said.
    fn real(test: &str) -> Option<Self> {
        let shop = Self::empty();
        if shop.cluster.is_some() {
            println!("skipped: {test} needs a real cluster (KAFKA_BOOTSTRAP_SERVERS)");
        }
        shop.cluster.is_none().then_some(shop)
    }

    /// A name of a schema, as a name on the cluster.
    fn topic(&self, name: &str) -> String {
        self.prefix.as_ref().map_or_else(|| name.to_owned(), |prefix| format!("{prefix}.{name}"))
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = without_kafka(self.project.command(arguments));
        command.env("KAFKA_BOOTSTRAP_SERVERS", &self.servers);
        if let Some(prefix) = &self.prefix {
            command.env("THOTH_DEPLOYMENT_NAME", prefix);
        }
        if self.cluster.is_some() {
            // Where nobody waits for 3 s to join a group.
            command.env("KAFKA_GROUP_PROTOCOL", "consumer");
        }
        command
    }

    fn run(&self, arguments: &[&str]) -> Run {
        Run::of(self.command(arguments).stdin(Stdio::null()).output().unwrap())
    }

    /// The same, where it is to be clean. What it printed.
    fn prints(&self, arguments: &[&str]) -> String {
        let run = self.run(arguments);
        assert_eq!(run.code, Some(0), "{arguments:?}: {run:?}");
        run.stdout
    }

    fn run_on(&self, arguments: &[&str], input: &str) -> Run {
        let mut command = self.command(arguments);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        Run::of(child.wait_with_output().unwrap())
    }

    /// Returns what is on a topic, with metadata.
    fn records(&self, topic: &str) -> Vec<Value> {
        let printed = self.prints(&["consume", topic, "--unchecked", "--format", "json"]);
        printed.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

/// A command that knows of no Kafka.
fn without_kafka(mut command: Command) -> Command {
    for (name, _) in env::vars_os() {
        if name.to_str().is_some_and(|name| name.starts_with("KAFKA_") || name == "THOTH_DEPLOYMENT_NAME") {
            command.env_remove(name);
        }
    }
    command
}

/// A name that no other test has.
fn unique() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos();
    format!("test-cli-{now:x}-{:x}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}
