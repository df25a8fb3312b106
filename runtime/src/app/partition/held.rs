//! Records of a retry topic that are not due yet.
//!
//! A topic has one delay, so the records of a partition are due in their order: one task waits for the first of them. They count
//! as in flight; when they fill the memory of the partition, it is paused as any other one, and what is in memory stays.

use std::collections::VecDeque;
use std::mem;
use std::sync::Arc;
use std::time::Duration;

use super::worker::{Worker, lock};
use crate::app::retry_topics::due;
use crate::client::Record;

/// The records that are not due yet, each with when it is, and whether a task waits for the first.
#[derive(Default)]
pub(super) struct Held {
    records: VecDeque<(Duration, Record)>,
    is_waiting: bool,
}

impl Worker {
    /// Takes records that begin once their delay is over.
    pub(super) fn hold(self: &Arc<Self>, records: Vec<Record>, delay: Duration) {
        let clock = &self.shared.clock;
        let (now, time_of_day) = (clock.now(), clock.time_of_day());
        let until = |record: &Record| {
            let is_other = self.handler.is_of_other_group(record);
            if is_other { Duration::ZERO } else { now.saturating_add(due(record, delay, time_of_day)) }
        };
        let mut held = lock(&self.held);
        held.records.extend(records.into_iter().map(|record| (until(&record), record)));
        if !mem::replace(&mut held.is_waiting, true) {
            drop(held);
            self.spawn(Arc::clone(self).begin_when_due());
        }
    }

    async fn begin_when_due(self: Arc<Self>) {
        while let Some(until) = self.begin_due() {
            if self.stop.unless_stopped(self.shared.clock.sleep_until(until)).await.is_none() {
                return;
            }
        }
    }

    /// Begins the records that are due. Returns when the next one is, if there is one.
    fn begin_due(self: &Arc<Self>) -> Option<Duration> {
        let now = self.shared.clock.now();
        let mut held = lock(&self.held);
        let count = held.records.iter().take_while(|(until, _)| *until <= now).count();
        let due: Vec<_> = held.records.drain(..count).map(|(_, record)| record).collect();
        let next = held.records.front().map(|(until, _)| *until);
        held.is_waiting = next.is_some();
        drop(held);
        if !due.is_empty() {
            self.enqueue(due);
        }
        next
    }
}
