//! What happens in an app, as [metrics](crate::metrics).

use std::collections::BTreeMap;

use metrics::{Counter, Gauge, Histogram, counter, gauge, histogram};

use super::dead_letter::Reason;
use super::observer::{Event, Observer};
use crate::client::Record;
use crate::metrics::{
    ABORTED_TRANSACTIONS, BREAKER_OPEN, BREAKER_OPENED, DEAD_LETTERS, DEAD_LETTERS_DELAYED, DELAYED_TRANSACTIONS,
    FAILED_ATTEMPTS, GIVEN_UP, HANDLED, HANDLING, REPLIES, RETRIES, describe,
};

pub(crate) struct Meters {
    group: String,
    /// By topic, by its name on the cluster.
    topics: BTreeMap<String, OfTopic>,
    given_up: Counter,
    aborted: Counter,
    delayed: Counter,
    breaker_open: Gauge,
    breaker_opened: Counter,
}

struct OfTopic {
    handled: Counter,
    replies: Counter,
    failed: Counter,
    retried: Counter,
    delayed: Counter,
    handling: Histogram,
}

impl Meters {
    /// All of them are 0 from now on, so that the first of anything is an increase.
    pub(crate) fn new(group: &str, topics: impl Iterator<Item = String>) -> Self {
        describe();
        let group = group.to_owned();
        let topics = topics.map(|topic| (topic.clone(), OfTopic::new(&group, &topic))).collect();
        let breaker_open = gauge!(BREAKER_OPEN, "group" => group.clone());
        breaker_open.set(0.0);
        Self {
            topics,
            given_up: zero(counter!(GIVEN_UP, "group" => group.clone())),
            aborted: zero(counter!(ABORTED_TRANSACTIONS, "group" => group.clone())),
            delayed: zero(counter!(DELAYED_TRANSACTIONS, "group" => group.clone())),
            breaker_open,
            breaker_opened: zero(counter!(BREAKER_OPENED, "group" => group.clone())),
            group,
        }
    }

    fn of(&self, record: &Record, measure: impl FnOnce(&OfTopic)) {
        if let Some(topic) = self.topics.get(record.topic()) {
            measure(topic);
        }
    }

    fn dead_letter(&self, record: &Record, reason: Reason) {
        if reason != Reason::Rejected {
            self.of(record, |topic| topic.failed.increment(1));
        }
        let (group, topic) = (self.group.clone(), record.topic().to_owned());
        counter!(DEAD_LETTERS, "group" => group, "topic" => topic, "reason" => reason.as_str()).increment(1);
    }
}

impl OfTopic {
    fn new(group: &str, topic: &str) -> Self {
        let labels = [("group", group.to_owned()), ("topic", topic.to_owned())];
        Self {
            handled: zero(counter!(HANDLED, &labels)),
            replies: zero(counter!(REPLIES, &labels)),
            failed: zero(counter!(FAILED_ATTEMPTS, &labels)),
            retried: zero(counter!(RETRIES, &labels)),
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
    fn see(&self, event: &Event<'_>) {
        match event {
            Event::Attempted { record, took } => self.of(record, |topic| topic.handling.record(took.as_secs_f64())),
            Event::Handled { record, replies, .. } => self.of(record, |topic| {
                topic.handled.increment(1);
                topic.replies.increment(*replies as u64);
            }),
            Event::Failed { record, .. } => self.of(record, |topic| {
                topic.failed.increment(1);
                topic.retried.increment(1);
            }),
            Event::DeadLetter { record, reason, .. } => self.dead_letter(record, *reason),
            Event::DeadLetterDelayed { record, .. } => self.of(record, |topic| topic.delayed.increment(1)),
            Event::GivenUp { records } => self.given_up.increment(*records as u64),
            Event::Aborted { .. } => self.aborted.increment(1),
            Event::TransactionDelayed(_) => self.delayed.increment(1),
            Event::BreakerOpened { .. } => {
                self.breaker_open.set(1.0);
                self.breaker_opened.increment(1);
            }
            Event::BreakerClosed => self.breaker_open.set(0.0),
            Event::Received(_) | Event::Unreachable(_) => {}
        }
    }
}
