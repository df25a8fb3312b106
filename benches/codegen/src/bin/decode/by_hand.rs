//! Some messages of Thoth as a person writes them with serde's derive: they check types, and nothing else.

use std::hint::black_box;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// The ways to read a message by its struct: whether each accepts a payload.
pub(crate) struct Struct {
    /// The name of the message.
    pub(crate) message: &'static str,
    /// `serde_json::from_slice`
    pub(crate) from_slice: fn(&[u8]) -> bool,
    /// `serde_json::from_value`
    pub(crate) from_value: fn(Value) -> bool,
}

/// The structs that there are.
pub(crate) const STRUCTS: [Struct; 3] = [
    of::<AdviserTrigger>("AdviserTrigger"),
    of::<KebechetRunUrlTrigger>("KebechetRunUrlTrigger"),
    of::<PackageReleased>("PackageReleased"),
];

const fn of<T: DeserializeOwned>(message: &'static str) -> Struct {
    Struct {
        message,
        from_slice: |payload| black_box(serde_json::from_slice::<T>(payload)).is_ok(),
        from_value: |payload| black_box(serde_json::from_value::<T>(payload)).is_ok(),
    }
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "only reading is timed")]
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
    count: Option<i64>,
    limit: Option<i64>,
    origin: Option<String>,
    job_id: Option<String>,
    limit_latest_versions: Option<i64>,
    re_run_adviser_id: Option<String>,
    source_type: Option<String>,
    kebechet_metadata: Option<Map<String, Value>>,
    justification: Option<Vec<Map<String, Value>>>,
    stack_info: Option<Vec<Map<String, Value>>>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "only reading is timed")]
struct KebechetRunUrlTrigger {
    component_name: String,
    service_version: String,
    #[serde(default)]
    version: String,
    url: Option<String>,
    service_name: Option<String>,
    installation_id: Option<String>,
    job_id: Option<String>,
    metadata: Option<Metadata>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "only reading is timed")]
struct Metadata {
    message_justification: Option<Value>,
    package_name: Option<String>,
    package_version: Option<String>,
    package_index: Option<String>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "only reading is timed")]
struct PackageReleased {
    component_name: String,
    service_version: String,
    #[serde(default)]
    version: String,
    index_url: String,
    package_name: String,
    package_version: String,
}
