//! [Metrics](crate::metrics) of the events of an app.

use std::collections::BTreeMap;

use metrics::{Counter, Gauge, Histogram, counter, gauge, histogram};

use super::{Event, Observer};
use crate::app::dead_letter::Reason;
use crate::client::Record;
use crate::metrics::{
    ABANDONED, ABORTED_TRANSACTIONS, BREAKER_OPEN, BREAKER_OPENED, DEAD_LETTERS, DEAD_LETTERS_DELAYED,
    DELAYED_TRANSACTIONS, FAILED_ATTEMPTS, HANDLED, HANDLING, POSTPONED, REPLIES, RETRIES, SKIPPED, describe,
};

/// Measures events.
pub(crate) struct Meters {
    group: String,
    /// By the name of the topic on the cluster.
    topics: BTreeMap<String, TopicMeters>,
    abandoned: Counter,
    aborted: Counter,
    delayed: Counter,
    breaker_open: Gauge,
    breaker_opened: Counter,
}

struct TopicMeters {
    handled: Counter,
    replies: Counter,
    skipped: Counter,
    failed: Counter,
    retried: Counter,
    postponed: Counter,
    delayed: Counter,
    handling: Histogram,
}

impl Meters {
    /// Creates the meters. All counters are 0 from now on, so that the first event of each is an increase.
    pub(crate) fn new(group: &str, topics: impl Iterator<Item = String>) -> Self {
        describe();
        let group = group.to_owned();
        let topics = topics.map(|topic| (topic.clone(), TopicMeters::new(&group, &topic))).collect();
        let breaker_open = gauge!(BREAKER_OPEN, "group" => group.clone());
        breaker_open.set(0.0);
        Self {
            topics,
            abandoned: zero(counter!(ABANDONED, "group" => group.clone())),
            aborted: zero(counter!(ABORTED_TRANSACTIONS, "group" => group.clone())),
            delayed: zero(counter!(DELAYED_TRANSACTIONS, "group" => group.clone())),
            breaker_open,
            breaker_opened: zero(counter!(BREAKER_OPENED, "group" => group.clone())),
            group,
        }
    }

    fn measure(&self, record: &Record, measure: impl FnOnce(&TopicMeters)) {
        if let Some(topic) = self.topics.get(record.topic()) {
            measure(topic);
        }
    }

    fn dead_letter(&self, record: &Record, reason: Reason) {
        if reason != Reason::Rejected {
            self.measure(record, |topic| topic.failed.increment(1));
        }
        let (group, topic) = (self.group.clone(), record.topic().to_owned());
        counter!(DEAD_LETTERS, "group" => group, "topic" => topic, "reason" => reason.as_str()).increment(1);
    }
}

impl TopicMeters {
    fn new(group: &str, topic: &str) -> Self {
        let labels = [("group", group.to_owned()), ("topic", topic.to_owned())];
        Self {
            handled: zero(counter!(HANDLED, &labels)),
            replies: zero(counter!(REPLIES, &labels)),
            skipped: zero(counter!(SKIPPED, &labels)),
            failed: zero(counter!(FAILED_ATTEMPTS, &labels)),
            retried: zero(counter!(RETRIES, &labels)),
            postponed: zero(counter!(POSTPONED, &labels)),
            delayed: zero(counter!(DEAD_LETTERS_DELAYED, &labels)),
            handling: histogram!(HANDLING, &labels),
        }
    }
}

fn zero(counter: Counter) -> Counter {
    counter.increment(0);
    counter
}

impl Drop for Meters {
    fn drop(&mut self) {
        self.breaker_open.set(0.0);
    }
}

impl Observer for Meters {
    fn observe(&self, event: &Event<'_>) {
        match event {
            Event::OtherWriter { record, other } => other.count(&self.group, record.topic()),
            Event::Attempted { record, took } => {
                self.measure(record, |topic| topic.handling.record(took.as_secs_f64()));
            }
            Event::Handled { record, attempts: 0, .. } => self.measure(record, |topic| topic.skipped.increment(1)),
            Event::Handled { record, replies, .. } => self.measure(record, |topic| {
                topic.handled.increment(1);
                topic.replies.increment(*replies as u64);
            }),
            Event::Failed { record, .. } => self.measure(record, |topic| {
                topic.failed.increment(1);
                topic.retried.increment(1);
            }),
            Event::Postponed { record, .. } => self.measure(record, |topic| {
                topic.failed.increment(1);
                topic.postponed.increment(1);
            }),
            Event::DeadLetter { record, reason, .. } => self.dead_letter(record, *reason),
            Event::DeadLetterDelayed { record, .. } => self.measure(record, |topic| topic.delayed.increment(1)),
            Event::Abandoned { records } => self.abandoned.increment(*records as u64),
            Event::Aborted { .. } => self.aborted.increment(1),
            Event::TransactionDelayed(_) => self.delayed.increment(1),
            Event::BreakerOpened { .. } => {
                self.breaker_open.set(1.0);
                self.breaker_opened.increment(1);
            }
            Event::BreakerClosed => self.breaker_open.set(0.0),
            Event::Started { .. }
            | Event::Draining
            | Event::Ended(_)
            | Event::Received(_)
            | Event::CopyRefused { .. }
            | Event::Unreachable(_) => {}
        }
    }
}
