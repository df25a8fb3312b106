//! The spans of sends, by the names of [`telemetry`](crate::telemetry), and their metrics.

#[cfg(feature = "opentelemetry")]
use std::time::Instant;

use sha2::{Digest as _, Sha256};
use tracing::{Level, Span, field, info_span, span_enabled};

use super::delivery::Delivery;
use super::producer_record::ProducerRecord;
use crate::client::error::SendError;
#[cfg(feature = "opentelemetry")]
use crate::client::instruments::{Instruments, Operation};
use crate::telemetry::{
    DESTINATION_NAME, DESTINATION_PARTITION_ID, ERROR_TYPE, KEY_HASH, OFFSET, OPERATION_NAME, OPERATION_TYPE,
    SYSTEM_NAME, TOMBSTONE,
};

/// The hash that stands for a key in a log: the first 16 digits of what `printf %s KEY | sha256sum` says.
pub(crate) fn key_hash(key: &[u8]) -> String {
    let first = Sha256::digest(key).into_iter().take(8);
    format!("{:016x}", first.fold(0_u64, |hash, byte| hash << 8 | u64::from(byte)))
}

/// A send that is observed, from the call to the delivery report.
pub(super) struct Sending {
    pub(super) span: Span,
    #[cfg(feature = "opentelemetry")]
    began: Instant,
    #[cfg(feature = "opentelemetry")]
    topic: String,
}

impl Sending {
    pub(super) fn begin(topic: &str, record: &ProducerRecord) -> Self {
        Self {
            span: span(topic, record),
            #[cfg(feature = "opentelemetry")]
            began: Instant::now(),
            #[cfg(feature = "opentelemetry")]
            topic: topic.to_owned(),
        }
    }

    /// Ends with the result of the send.
    pub(super) fn sent(&self, result: &Result<Delivery, SendError>) {
        match result {
            Ok(Delivery { partition, offset, .. }) => {
                self.span.record(DESTINATION_PARTITION_ID, field::display(partition));
                self.span.record(OFFSET, offset);
                #[cfg(feature = "opentelemetry")]
                self.measure(Some(*partition), None);
            }
            Err(error) => self.refused(error),
        }
    }

    /// Ends with an error.
    pub(super) fn refused(&self, error: &SendError) {
        self.span.record(ERROR_TYPE, error.word());
        self.span.record("otel.status_code", "ERROR");
        #[cfg(feature = "opentelemetry")]
        self.measure(None, Some(error.word()));
    }

    #[cfg(feature = "opentelemetry")]
    fn measure(&self, partition: Option<i32>, error: Option<&'static str>) {
        Instruments::get().sent(&Operation { topic: &self.topic, partition, error }, self.began.elapsed());
    }
}

/// The span of a record that is sent.
fn span(topic: &str, record: &ProducerRecord) -> Span {
    // Else a logger of the `log` facade would get a line for each record.
    if !span_enabled!(Level::INFO) {
        return Span::none();
    }
    info_span!(
        "send",
        otel.name = %format_args!("send {topic}"),
        otel.kind = "producer",
        otel.status_code = field::Empty,
        { SYSTEM_NAME } = "kafka",
        { OPERATION_NAME } = "send",
        { OPERATION_TYPE } = "send",
        { DESTINATION_NAME } = topic,
        { DESTINATION_PARTITION_ID } = field::Empty,
        { OFFSET } = field::Empty,
        { TOMBSTONE } = record.payload.is_none().then_some(true),
        { KEY_HASH } = record.key.as_deref().map(key_hash),
        { ERROR_TYPE } = field::Empty,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_hashed_as_sha256sum_does() {
        assert_eq!(key_hash(b"flask"), "b87aa5270772708a");
        assert_eq!(key_hash(b""), "e3b0c44298fc1c14");
    }
}
