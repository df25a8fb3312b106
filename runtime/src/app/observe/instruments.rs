//! Metrics of the events of an app by OpenTelemetry's conventions.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use super::{Event, Observer};
use crate::app::dead_letter::Reason;
use crate::client::lock::lock;
use crate::client::{Instruments, Operation, Record, TopicPartition};

/// Measures events.
pub(crate) struct InstrumentedGroup {
    group: String,
    /// The duration of the last attempt at a record whose outcome is not known yet.
    attempted: Mutex<HashMap<(TopicPartition, i64), Duration>>,
}

impl InstrumentedGroup {
    pub(crate) fn new(group: &str) -> Self {
        Self { group: group.to_owned(), attempted: Mutex::default() }
    }

    /// Records the end of an attempt. One at a batch counts for its first record.
    fn processed(&self, record: &Record, error: Option<&'static str>) {
        if let Some(took) = lock(&self.attempted).remove(&place(record)) {
            Instruments::get().processed(&operation(record, error), &self.group, took);
        }
    }
}

impl Observer for InstrumentedGroup {
    fn observe(&self, event: &Event<'_>) {
        match event {
            Event::Received(record) => Instruments::get().consumed(&operation(record, None), &self.group),
            Event::Attempted { record, took } => drop(lock(&self.attempted).insert(place(record), *took)),
            Event::Handled { record, .. } => self.processed(record, None),
            Event::Failed { record, .. } => self.processed(record, Some(Reason::Failed.as_str())),
            Event::DeadLetter { record, reason, .. } => self.processed(record, Some(reason.as_str())),
            // What is abandoned has no outcome here.
            Event::Abandoned { .. } => lock(&self.attempted).clear(),
            _ => {}
        }
    }
}

fn operation<'r>(record: &'r Record, error: Option<&'static str>) -> Operation<'r> {
    Operation { topic: record.topic(), partition: Some(record.partition()), error }
}

fn place(record: &Record) -> (TopicPartition, i64) {
    (TopicPartition::new(record.topic(), record.partition()), record.offset())
}
