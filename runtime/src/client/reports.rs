//! What librdkafka reports outside of any call.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use metrics::counter;
use rdkafka::error::{KafkaError, RDKafkaErrorCode as Code};

use crate::metrics::CLIENT_ERRORS;

/// How long a report says something about a failure that is seen later: librdkafka tries to connect at least every
/// 10 s (`reconnect.backoff.max.ms`).
const RELEVANT: Duration = Duration::from_secs(20);

/// Keeps the last report, which says why nothing works where the error of the call only says that nothing works.
#[derive(Debug, Default)]
pub(super) struct Reports(Mutex<Option<(Instant, String)>>);

impl Reports {
    pub(super) fn hear(&self, error: &KafkaError, reason: &str) {
        // With `enable.partition.eof` it comes here, too, and is none.
        if error.rdkafka_error_code() == Some(Code::PartitionEOF) {
            return;
        }
        tracing::warn!("Kafka: {error}: {reason}");
        let code = error.rdkafka_error_code().map_or_else(|| "Unknown".to_owned(), |code| format!("{code:?}"));
        counter!(CLIENT_ERRORS, "error" => code).increment(1);
        // It follows the reports that say why.
        if error.rdkafka_error_code() == Some(Code::AllBrokersDown) {
            return;
        }
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), reason.to_owned()));
    }

    /// What went wrong just now.
    pub(super) fn recent(&self) -> Option<String> {
        let last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        last.as_ref().filter(|(heard, _)| heard.elapsed() < RELEVANT).map(|(_, reason)| reason.clone())
    }
}
