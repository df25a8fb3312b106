//! The whole road: a file of messages in the original's form is sent, typed, to an in-process Kafka and received again,
//! typed, on the 19 topics of Thoth and on one whose type is made at run time.
//!
//! ```text
//! cargo run -p thoth [-- FILE]
//! ```
//!
//! It prints what went where, and what was refused and why. It exits with 1 if a message was lost, or arrived as
//! another one.

mod lane;
mod table;

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::{Duration, Instant};
use std::{env, fs};

use lane::{Failure, Lane, drive};
use serde::Deserialize;
use serde_json::{Map, Value};
use thoth_messaging::client::{Kafka, Producer};
use thoth_messaging::dynamic::message_factory;
use thoth_messaging::messages::{
    AdviseJustification, AdviserTrigger, BuildAnalysisTrigger, CveProvided, HashMismatch, InspectionCompleted,
    KebechetRunUrlTrigger, KebechetTrigger, MissingPackage, MissingVersion, PackageExtractTrigger, PackageReleased,
    ProvenanceCheckerTrigger, REGISTRY, SiUnanalyzedPackage, SolvedPackage, ThothRepoInit, UnresolvedPackage,
    UnrevsolvedPackage, UpdateProvidesSourceDistro,
};
use thoth_messaging::testing::InProcessKafka;
use thoth_messaging::{Decoder, Encode, Message, Typed};
use tokio::task::JoinSet;

const MESSAGES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/messages.json");

/// A message of the file, in the form of the original's `--message-file`.
#[derive(Deserialize)]
struct Entry {
    topic_name: String,
    message_contents: Map<String, Value>,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("thoth: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Returns whether everything arrived.
async fn run() -> Result<bool, Failure> {
    let path = env::args().nth(1).unwrap_or_else(|| MESSAGES.to_owned());
    let text = fs::read_to_string(&path).map_err(|error| format!("can't read {path}: {error}"))?;
    let entries: Vec<Entry> = serde_json::from_str(&text).map_err(|error| format!("{path}: {error}"))?;
    let start = Instant::now();

    // A message type that no schema file holds.
    let fields = [("component_name", "str"), ("service_version", "str"), ("notebook_url", "str"), ("stars", "int")];
    let notebook = message_factory("thoth.community.notebook-published", fields)?.with_partitions(1);

    let cluster = InProcessKafka::start()?;
    for entry in &REGISTRY {
        cluster.create_topic(&entry.descriptor().topic)?;
    }
    cluster.create_topic(&notebook.descriptor().topic)?;
    let kafka = cluster.kafka();
    println!("in-process Kafka on {}, {} topics", kafka.bootstrap_servers(), REGISTRY.iter().count() + 1);

    let mut road = Road { producer: kafka.producer()?, kafka, entries: by_topic(entries), lanes: JoinSet::new() };
    road.start::<AdviseJustification>();
    road.start::<AdviserTrigger>();
    road.start::<BuildAnalysisTrigger>();
    road.start::<CveProvided>();
    road.start::<HashMismatch>();
    road.start::<InspectionCompleted>();
    road.start::<KebechetRunUrlTrigger>();
    road.start::<KebechetTrigger>();
    road.start::<MissingPackage>();
    road.start::<MissingVersion>();
    road.start::<PackageExtractTrigger>();
    road.start::<PackageReleased>();
    road.start::<ProvenanceCheckerTrigger>();
    road.start::<SiUnanalyzedPackage>();
    road.start::<SolvedPackage>();
    road.start::<ThothRepoInit>();
    road.start::<UnresolvedPackage>();
    road.start::<UnrevsolvedPackage>();
    road.start::<UpdateProvidesSourceDistro>();
    road.start_reading(notebook);

    if let Some(topic) = road.entries.keys().next() {
        return Err(format!("{path}: nothing is known of the topic `{topic}`").into());
    }
    let lanes = road.finish().await?;
    Ok(table::print(&lanes, start.elapsed()))
}

fn by_topic(entries: Vec<Entry>) -> BTreeMap<String, Vec<(usize, Value)>> {
    let mut by_topic: BTreeMap<String, Vec<(usize, Value)>> = BTreeMap::new();
    for (index, mut entry) in entries.into_iter().enumerate() {
        // The original fills in who sends where the file does not say.
        entry.message_contents.entry("component_name").or_insert("thoth".into());
        entry.message_contents.entry("service_version").or_insert(env!("CARGO_PKG_VERSION").into());
        by_topic.entry(entry.topic_name).or_default().push((index, entry.message_contents.into()));
    }
    by_topic
}

/// All topics, each on a task of its own.
struct Road {
    kafka: Kafka,
    producer: Producer,
    entries: BTreeMap<String, Vec<(usize, Value)>>,
    lanes: JoinSet<Result<Lane, Failure>>,
}

impl Road {
    fn start<T: Message>(&mut self) {
        self.start_reading(Typed::<T>::new());
    }

    fn start_reading<I>(&mut self, decoder: I)
    where
        I: Decoder,
        I::Message: Encode,
    {
        let entries = self.entries.remove(decoder.descriptor().topic.name.as_ref()).unwrap_or_default();
        self.lanes.spawn(drive(self.kafka.clone(), self.producer.clone(), decoder, entries));
    }

    async fn finish(mut self) -> Result<Vec<Lane>, Failure> {
        let mut lanes = Vec::new();
        while let Some(lane) = self.lanes.join_next().await {
            lanes.push(lane??);
        }
        self.producer.close(Duration::from_secs(5)).await?;
        lanes.sort_by(|a, b| a.topic.cmp(&b.topic));
        Ok(lanes)
    }
}
