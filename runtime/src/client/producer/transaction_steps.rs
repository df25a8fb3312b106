//! The steps of a transaction: they block, and are retried.

use std::thread;
use std::time::{Duration, Instant};

use rdkafka::error::{KafkaError, KafkaResult};
use rdkafka::util::Timeout;
use tokio::sync::oneshot;

use crate::client::error::Cause;

/// The time to wait before a step is retried.
const PAUSE: Duration = Duration::from_millis(100);

/// The time that a call of librdkafka may take before it is made again; librdkafka goes on with the step meanwhile.
pub(super) const CALL_TIME: Duration = Duration::from_secs(1);
pub(super) const CALL_TIMEOUT: Timeout = Timeout::After(CALL_TIME);

/// The way to go on after an error.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Severity {
    /// Retry the step.
    Retriable,
    /// Abort the transaction.
    Abortable,
    /// Make a new producer.
    Fatal,
}

impl Severity {
    pub(super) fn of(error: &KafkaError) -> Self {
        match error {
            KafkaError::Transaction(error) if error.is_fatal() => Self::Fatal,
            KafkaError::Transaction(error) if error.txn_requires_abort() => Self::Abortable,
            KafkaError::Transaction(error) if error.is_retriable() => Self::Retriable,
            KafkaError::Transaction(_) => Self::Abortable,
            error if Cause::new(error.clone()).is_transient() => Self::Retriable,
            _ => Self::Abortable,
        }
    }
}

/// Runs a step that may block for long. A thread of tokio's would hold up the end of its runtime.
pub(super) fn on_a_thread<F>(blocking: F) -> oneshot::Receiver<KafkaResult<()>>
where
    F: FnOnce() -> KafkaResult<()> + Send + 'static,
{
    let (report, reported) = oneshot::channel();
    // Without a thread to be had, the report is dropped, which is an error.
    let _ = thread::Builder::new().name("kafka transaction".to_owned()).spawn(move || {
        let _ = report.send(blocking());
    });
    reported
}

/// Retries a step until the deadline, as long as its error is retriable. Blocks.
pub(super) fn retry(deadline: Instant, step: impl Fn() -> KafkaResult<()>) -> KafkaResult<()> {
    loop {
        match step() {
            Err(error) if Severity::of(&error) == Severity::Retriable && Instant::now() < deadline => {
                thread::sleep(PAUSE);
            }
            result => return result,
        }
    }
}
