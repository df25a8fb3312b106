//! The messages of Thoth, and the payloads that the original Python library wrote of them.

use std::error::Error;
use std::fs;
use std::path::Path;

use corpora::Road;
use serde_json::Value;
use thoth_messaging::messages::{
    AdviseJustification, AdviserTrigger, BuildAnalysisTrigger, CveProvided, HashMismatch, InspectionCompleted,
    KebechetRunUrlTrigger, KebechetTrigger, MissingPackage, MissingVersion, PackageExtractTrigger, PackageReleased,
    ProvenanceCheckerTrigger, REGISTRY, SiUnanalyzedPackage, SolvedPackage, ThothRepoInit, UnresolvedPackage,
    UnrevsolvedPackage, UpdateProvidesSourceDistro,
};

use crate::by_hand::STRUCTS;
use crate::samples::{Message, Set};

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

/// All of them, with their payloads.
pub(crate) fn set(limit: usize) -> Result<Set, Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let payloads: Vec<Value> = serde_json::from_slice(&fs::read(root.join(PAYLOADS))?)?;
    let mut set = Set::new("thoth", thoth_messaging_build::read_folder(root.join("schemas"))?, limit);
    for road in &ROADS {
        let entry = REGISTRY.by_name(road.message).ok_or("a message that is not in the registry")?;
        let topic = &entry.descriptor().topic.name;
        let own = payloads.iter().filter(|payload| payload["topic_name"] == **topic);
        let texts = own.filter_map(|payload| payload["payload"].as_str()).map(|text| text.as_bytes().to_vec());
        let by_hand = STRUCTS.iter().find(|by_hand| by_hand.message == road.message);
        set.add(Message { road, entry, by_hand }, texts);
    }
    Ok(set)
}
