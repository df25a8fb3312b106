//! The items that are sent and handled.

use clap::Args;
use serde::{Deserialize, Serialize};

use crate::messages::Item;

/// The items of a run.
#[derive(Args, Clone, Copy)]
pub(crate) struct Items {
    /// The size of a message, in bytes.
    #[arg(long, default_value_t = 300)]
    pub(super) size: usize,
    /// The number of keys that they have.
    #[arg(long, default_value_t = 200)]
    pub(super) keys: u64,
}

/// An item as a loop over rdkafka has it.
#[derive(Deserialize, Serialize)]
pub(super) struct PlainItem {
    pub(super) lane: String,
    pub(super) number: u64,
    pub(super) text: String,
}

impl Items {
    /// The item of a number.
    pub(super) fn item(self, number: u64) -> Item {
        let lane = format!("lane-{}", number % self.keys.max(1));
        // What JSON adds to the three values.
        let frame = r#"{"lane":"","number":,"text":""}"#.len() + lane.len() + number.to_string().len();
        Item { lane, number, text: "x".repeat(self.size.saturating_sub(frame)) }
    }
}
