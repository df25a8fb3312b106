//! The items that are sent and handled.

use serde::{Deserialize, Serialize};

use crate::messages::Item;

/// The size of a message, in bytes.
pub(super) const SIZE: usize = 300;

/// Items have so many keys.
const LANES: u64 = 200;

/// An item as a loop over rdkafka has it.
#[derive(Deserialize, Serialize)]
pub(super) struct PlainItem {
    pub(super) lane: String,
    pub(super) number: u64,
    pub(super) text: String,
}

/// An item by its number in the run.
pub(super) fn item(number: u64) -> Item {
    let lane = format!("lane-{}", number % LANES);
    // What JSON adds to the three values.
    let frame = r#"{"lane":"","number":,"text":""}"#.len() + lane.len() + number.to_string().len();
    Item { lane, number, text: "x".repeat(SIZE.saturating_sub(frame)) }
}
