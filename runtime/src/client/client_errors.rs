//! The errors that librdkafka reports outside of any call.
//!
//! An error of one broker is only logged: the others may still serve the client. Only when no broker does, the last reason
//! that was reported explains the failure.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use metrics::counter;
use rdkafka::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::ConsumerContext;
use rdkafka::error::{KafkaError, RDKafkaErrorCode as Code};

use super::error::Cause;
use super::lock::lock;
use super::repeats::Repeats;
use crate::metrics::CLIENT_ERRORS;
use crate::visible::visible;

/// The time for which an error explains a failure that is seen later: librdkafka tries to connect at least every 10 s
/// (`reconnect.backoff.max.ms`).
const RELEVANT: Duration = Duration::from_secs(20);

/// The last error of a client, which explains a call that only says that nothing works, and the last one of a broker that
/// refused the client.
#[derive(Debug, Default)]
pub(super) struct ClientErrors(Mutex<Latest>, Mutex<Repeats>);

#[derive(Debug, Default)]
struct Latest {
    error: Option<ReportedError>,
    refusal: Option<ReportedError>,
}

#[derive(Clone, Debug)]
struct ReportedError {
    at: Instant,
    reason: String,
    cause: Cause,
}

impl ClientErrors {
    /// Counts an error, logs it unless it only repeats itself, and keeps it.
    pub(super) fn report(&self, error: &KafkaError, reason: &str) {
        // With `enable.partition.eof` the end of a partition comes here, too, and is no error.
        if error.rdkafka_error_code() == Some(Code::PartitionEOF) {
            return;
        }
        self.tell(error, reason);
        let code = error.rdkafka_error_code().map_or_else(|| "Unknown".to_owned(), |code| format!("{code:?}"));
        counter!(CLIENT_ERRORS, "error" => code).increment(1);
        // It follows the errors that say why.
        if error.rdkafka_error_code() == Some(Code::AllBrokersDown) {
            return;
        }
        let reported =
            ReportedError { at: Instant::now(), reason: reason.to_owned(), cause: Cause::new(error.clone()) };
        let mut latest = lock(&self.0);
        if reported.cause.is_refusal() {
            latest.refusal = Some(reported.clone());
        }
        latest.error = Some(reported);
    }

    /// Logs an error: its reason first, which librdkafka puts before the report that all brokers are down.
    fn tell(&self, error: &KafkaError, reason: &str) {
        let code = error.rdkafka_error_code();
        let mut text = visible(reason).into_owned();
        if code == Some(Code::AllBrokersDown)
            && let Some(cause) = self.recent()
        {
            text = visible(&format!("{cause}; {reason}")).into_owned();
        }
        // How long it took, and how often it came, is never the same.
        let what =
            if code == Some(Code::AllBrokersDown) { reason } else { reason.split(" (after ").next().unwrap_or(reason) };
        match lock(&self.1).note(what, Instant::now()) {
            Some(0) => tracing::warn!("Kafka: {text} ({error})"),
            Some(times) => tracing::warn!("Kafka: {text} ({error}), {times} times more since this was last told"),
            None => tracing::debug!("Kafka: {text} ({error})"),
        }
    }

    /// The reason of the last error, if it is recent.
    pub(super) fn recent(&self) -> Option<String> {
        let latest = lock(&self.0);
        latest.error.as_ref().filter(|error| error.is_recent()).map(|error| error.reason.clone())
    }

    /// The reason for which a broker refused the client, if that is recent, and the error of librdkafka.
    pub(super) fn recent_refusal(&self) -> Option<(String, Cause)> {
        let latest = lock(&self.0);
        let refusal = latest.refusal.as_ref().filter(|error| error.is_recent())?;
        Some((refusal.reason.clone(), refusal.cause.clone()))
    }

    /// Explains that no broker can be reached, given the error of the call: the reason, and the error of librdkafka. A refusal
    /// is the better explanation.
    pub(super) fn explain(&self, cause: Cause) -> (Option<String>, Cause) {
        match self.recent_refusal() {
            Some((reason, refusal)) => (Some(reason), refusal),
            None => (self.recent(), cause),
        }
    }
}

impl ReportedError {
    fn is_recent(&self) -> bool {
        self.at.elapsed() < RELEVANT
    }
}

/// The context of a client that does nothing but keep its errors.
#[derive(Default)]
pub(super) struct ErrorContext(pub(super) ClientErrors);

/// Logs a line of librdkafka. The errors of brokers are [reported](ClientErrors::report) as well.
pub(super) fn log(level: RDKafkaLogLevel, facility: &str, line: &str) {
    const TARGET: &str = "librdkafka";
    let level = if matches!(facility, "FAIL" | "ERROR") { RDKafkaLogLevel::Debug } else { level };
    match level {
        RDKafkaLogLevel::Emerg | RDKafkaLogLevel::Alert | RDKafkaLogLevel::Critical | RDKafkaLogLevel::Error => {
            tracing::error!(target: TARGET, "librdkafka: {facility} {line}");
        }
        RDKafkaLogLevel::Warning => tracing::warn!(target: TARGET, "librdkafka: {facility} {line}"),
        RDKafkaLogLevel::Notice | RDKafkaLogLevel::Info => {
            tracing::info!(target: TARGET, "librdkafka: {facility} {line}");
        }
        RDKafkaLogLevel::Debug => tracing::debug!(target: TARGET, "librdkafka: {facility} {line}"),
    }
}

impl ClientContext for ErrorContext {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, line: &str) {
        log(level, facility, line);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        self.0.report(&error, reason);
    }
}

impl ConsumerContext for ErrorContext {}
