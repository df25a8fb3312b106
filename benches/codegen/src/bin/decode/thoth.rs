//! The messages of Thoth, and the payloads that the original Python library wrote of them.

use std::error::Error;
use std::fs;
use std::path::Path;

use corpora::Road;
use oracle::{Oracle, Schemas};
use serde_json::Value;
use thoth_messaging::messages::{
    AdviseJustification, AdviserTrigger, BuildAnalysisTrigger, CveProvided, HashMismatch, InspectionCompleted,
    KebechetRunUrlTrigger, KebechetTrigger, MissingPackage, MissingVersion, PackageExtractTrigger, PackageReleased,
    ProvenanceCheckerTrigger, REGISTRY, SiUnanalyzedPackage, SolvedPackage, ThothRepoInit, UnresolvedPackage,
    UnrevsolvedPackage, UpdateProvidesSourceDistro,
};
use thoth_messaging::registry::Entry;

/// `{"topic_name", "kind", "payload"}`, two for each message.
const PAYLOADS: &str = "runtime/tests/data/thoth-payloads.json";

/// The messages by their Rust types. None of them needs a fallback validator.
static ROADS: [Road; 19] = [
    Road::of::<AdviseJustification>(false),
    Road::of::<AdviserTrigger>(false),
    Road::of::<BuildAnalysisTrigger>(false),
    Road::of::<CveProvided>(false),
    Road::of::<HashMismatch>(false),
    Road::of::<InspectionCompleted>(false),
    Road::of::<KebechetRunUrlTrigger>(false),
    Road::of::<KebechetTrigger>(false),
    Road::of::<MissingPackage>(false),
    Road::of::<MissingVersion>(false),
    Road::of::<PackageExtractTrigger>(false),
    Road::of::<PackageReleased>(false),
    Road::of::<ProvenanceCheckerTrigger>(false),
    Road::of::<SiUnanalyzedPackage>(false),
    Road::of::<SolvedPackage>(false),
    Road::of::<ThothRepoInit>(false),
    Road::of::<UnresolvedPackage>(false),
    Road::of::<UnrevsolvedPackage>(false),
    Road::of::<UpdateProvidesSourceDistro>(false),
];

/// A message of Thoth.
pub(crate) struct Message {
    pub(crate) road: &'static Road,
    pub(crate) entry: &'static Entry,
    pub(crate) oracle: Oracle,
    pub(crate) payloads: Vec<Vec<u8>>,
}

/// All of them.
pub(crate) fn messages() -> Result<Vec<Message>, Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let schemas = Schemas::new(&thoth_messaging_build::read_folder(root.join("schemas"))?);
    let payloads: Vec<Value> = serde_json::from_slice(&fs::read(root.join(PAYLOADS))?)?;
    ROADS
        .iter()
        .map(|road| {
            let entry = REGISTRY.by_name(road.message).ok_or("a message that is not in the registry")?;
            let descriptor = entry.descriptor();
            let own = payloads.iter().filter(|payload| payload["topic_name"] == *descriptor.topic.name);
            let payloads = own.filter_map(|payload| payload["payload"].as_str()).map(|text| text.as_bytes().to_vec());
            Ok(Message { road, entry, oracle: schemas.oracle(&descriptor.schema.uri), payloads: payloads.collect() })
        })
        .collect()
}
