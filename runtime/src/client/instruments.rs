//! The instruments of OpenTelemetry's metrics, made once: by then the global provider has to be there.

use std::sync::OnceLock;
use std::time::Duration;

use opentelemetry::metrics::{Counter, Histogram};
use opentelemetry::{KeyValue, global};

use crate::telemetry::{
    CONSUMED_MESSAGES, CONSUMER_GROUP_NAME, DESTINATION_NAME, DESTINATION_PARTITION_ID, ERROR_TYPE, OPERATION_DURATION,
    OPERATION_NAME, OPERATION_TYPE, PROCESS_DURATION, SENT_MESSAGES, SYSTEM_NAME,
};

/// The bounds of buckets in seconds, as the conventions have them.
const BOUNDS: [f64; 14] = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0];

/// An operation on a message: what it is, where, and whether it failed.
pub(crate) struct Operation<'a> {
    pub(crate) topic: &'a str,
    pub(crate) partition: Option<i32>,
    pub(crate) error: Option<&'static str>,
}

/// All instruments.
pub(crate) struct Instruments {
    sent: Counter<u64>,
    sending: Histogram<f64>,
    consumed: Counter<u64>,
    processing: Histogram<f64>,
}

impl Instruments {
    /// The instruments of the global provider.
    pub(crate) fn get() -> &'static Self {
        static INSTRUMENTS: OnceLock<Instruments> = OnceLock::new();
        INSTRUMENTS.get_or_init(|| {
            let meter = global::meter("thoth-messaging");
            let counter = |name| meter.u64_counter(name).with_unit("{message}").build();
            let histogram = |name| meter.f64_histogram(name).with_unit("s").with_boundaries(BOUNDS.to_vec()).build();
            Self {
                sent: counter(SENT_MESSAGES),
                sending: histogram(OPERATION_DURATION),
                consumed: counter(CONSUMED_MESSAGES),
                processing: histogram(PROCESS_DURATION),
            }
        })
    }

    pub(crate) fn sent(&self, operation: &Operation<'_>, took: Duration) {
        let attributes = operation.attributes("send", "send", None);
        self.sent.add(1, &attributes);
        self.sending.record(took.as_secs_f64(), &attributes);
    }

    pub(crate) fn consumed(&self, operation: &Operation<'_>, group: &str) {
        self.consumed.add(1, &operation.attributes("poll", "receive", Some(group)));
    }

    pub(crate) fn processed(&self, operation: &Operation<'_>, group: &str, took: Duration) {
        self.processing.record(took.as_secs_f64(), &operation.attributes("process", "process", Some(group)));
    }
}

impl Operation<'_> {
    fn attributes(&self, name: &'static str, kind: &'static str, group: Option<&str>) -> Vec<KeyValue> {
        let mut attributes = vec![
            KeyValue::new(SYSTEM_NAME, "kafka"),
            KeyValue::new(OPERATION_NAME, name),
            KeyValue::new(OPERATION_TYPE, kind),
            KeyValue::new(DESTINATION_NAME, self.topic.to_owned()),
        ];
        attributes.extend(self.partition.map(|it| KeyValue::new(DESTINATION_PARTITION_ID, it.to_string())));
        attributes.extend(group.map(|group| KeyValue::new(CONSUMER_GROUP_NAME, group.to_owned())));
        attributes.extend(self.error.map(|error| KeyValue::new(ERROR_TYPE, error)));
        attributes
    }
}
