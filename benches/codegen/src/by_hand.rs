//! Some messages of Thoth as a person writes them with serde's derive: they check types, and nothing else.

use std::hint::black_box;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The ways to read a message by its struct: whether each accepts a payload.
#[derive(Debug)]
pub struct Struct {
    /// The name of the message.
    pub message: &'static str,
    /// `serde_json::from_slice`
    pub from_slice: fn(&[u8]) -> bool,
    /// `serde_json::from_value`
    pub from_value: fn(Value) -> bool,
    /// The encoder of the struct that a payload is read into: `serde_json::to_vec`.
    pub encoder: fn(&[u8]) -> Option<Encoder>,
}

/// Encodes a value, and gives the number of bytes.
pub type Encoder = Box<dyn Fn() -> usize>;

/// The structs that there are.
pub const STRUCTS: [Struct; 3] = [
    of::<AdviserTrigger>("AdviserTrigger"),
    of::<KebechetRunUrlTrigger>("KebechetRunUrlTrigger"),
    of::<PackageReleased>("PackageReleased"),
];

const fn of<T: DeserializeOwned + Serialize + 'static>(message: &'static str) -> Struct {
    Struct {
        message,
        from_slice: |payload| black_box(serde_json::from_slice::<T>(payload)).is_ok(),
        from_value: |payload| black_box(serde_json::from_value::<T>(payload)).is_ok(),
        encoder: |payload| {
            let value = serde_json::from_slice::<T>(payload).ok()?;
            Some(Box::new(move || black_box(serde_json::to_vec(black_box(&value))).map_or(0, |bytes| bytes.len())))
        },
    }
}

#[derive(Deserialize, Serialize)]
struct AdviserTrigger {
    component_name: String,
    service_version: String,
    #[serde(default)]
    version: String,
    recommendation_type: String,
    #[serde(default)]
    dev: bool,
    #[serde(default)]
    debug: bool,
    #[serde(default)]
    authenticated: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    origin: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    job_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit_latest_versions: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    re_run_adviser_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kebechet_metadata: Option<Map<String, Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    justification: Option<Vec<Map<String, Value>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stack_info: Option<Vec<Map<String, Value>>>,
}

#[derive(Deserialize, Serialize)]
struct KebechetRunUrlTrigger {
    component_name: String,
    service_version: String,
    #[serde(default)]
    version: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    service_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    installation_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    job_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata: Option<Metadata>,
}

#[derive(Deserialize, Serialize)]
struct Metadata {
    #[serde(skip_serializing_if = "Option::is_none")]
    message_justification: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    package_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    package_version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    package_index: Option<String>,
}

#[derive(Deserialize, Serialize)]
struct PackageReleased {
    component_name: String,
    service_version: String,
    #[serde(default)]
    version: String,
    index_url: String,
    package_name: String,
    package_version: String,
}
