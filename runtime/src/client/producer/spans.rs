//! The spans of sends, by the names of OpenTelemetry's semantic conventions.

use sha2::{Digest as _, Sha256};
use tracing::{Level, Span, field, info_span, span_enabled};

use super::delivery::Delivery;
use super::producer_record::ProducerRecord;
use crate::client::error::SendError;

/// The hash that stands for a key in a log: the first 16 digits of what `printf %s KEY | sha256sum` says.
pub(crate) fn key_hash(key: &[u8]) -> String {
    let first = Sha256::digest(key).into_iter().take(8);
    format!("{:016x}", first.fold(0_u64, |hash, byte| hash << 8 | u64::from(byte)))
}

/// The span of a record that is sent.
pub(super) fn sending(topic: &str, record: &ProducerRecord) -> Span {
    // Else a logger of the `log` facade would get a line for each record.
    if !span_enabled!(Level::INFO) {
        return Span::none();
    }
    info_span!(
        "send",
        otel.kind = "producer",
        messaging.system = "kafka",
        messaging.operation.type = "send",
        messaging.destination.name = topic,
        messaging.destination.partition.id = field::Empty,
        messaging.kafka.offset = field::Empty,
        messaging.kafka.message.key_hash = record.key.as_deref().map(key_hash),
        error.type = field::Empty,
    )
}

/// Records the result of a send in its span.
pub(super) fn sent(span: &Span, result: &Result<Delivery, SendError>) {
    match result {
        Ok(Delivery { partition, offset, .. }) => {
            span.record("messaging.destination.partition.id", field::display(partition));
            span.record("messaging.kafka.offset", offset);
        }
        Err(error) => refused(span, error),
    }
}

/// Records an error in the span of a send.
pub(super) fn refused(span: &Span, error: &SendError) {
    span.record("error.type", error.word());
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
