//! What librdkafka reports outside of any call.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use metrics::counter;
use rdkafka::error::{KafkaError, RDKafkaErrorCode as Code};

use super::error::Cause;
use crate::metrics::CLIENT_ERRORS;

/// How long a report says something about a failure that is seen later: librdkafka tries to connect at least every
/// 10 s (`reconnect.backoff.max.ms`).
const RELEVANT: Duration = Duration::from_secs(20);

/// Keeps the last report, which says why nothing works where the error of the call only says that nothing works; and the
/// last one of a broker that let the client not in.
#[derive(Debug, Default)]
pub(super) struct Reports(Mutex<Heard>);

#[derive(Debug, Default)]
struct Heard {
    last: Option<Report>,
    refusal: Option<Report>,
}

#[derive(Clone, Debug)]
struct Report {
    heard: Instant,
    reason: String,
    cause: Cause,
}

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
        let report = Report { heard: Instant::now(), reason: reason.to_owned(), cause: Cause::from(error.clone()) };
        let mut heard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if report.cause.is_refusal() {
            heard.refusal = Some(report.clone());
        }
        heard.last = Some(report);
    }

    /// What went wrong just now.
    pub(super) fn recent(&self) -> Option<String> {
        let heard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        heard.last.as_ref().filter(|report| report.is_recent()).map(|report| report.reason.clone())
    }

    /// Why the client was not let in just now, if it was not: the reason, and what librdkafka said.
    pub(super) fn recent_refusal(&self) -> Option<(String, Cause)> {
        let heard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let refusal = heard.refusal.as_ref().filter(|report| report.is_recent())?;
        Some((refusal.reason.clone(), refusal.cause.clone()))
    }

    /// Why no broker can be reached, where that failed with this: the reason, and what librdkafka said. That the client is
    /// not let in is the better reason.
    pub(super) fn why(&self, cause: Cause) -> (Option<String>, Cause) {
        match self.recent_refusal() {
            Some((reason, refusal)) => (Some(reason), refusal),
            None => (self.recent(), cause),
        }
    }
}

impl Report {
    fn is_recent(&self) -> bool {
        self.heard.elapsed() < RELEVANT
    }
}
