//! Traces: a span around all attempts at a message, and one for each attempt.
//!
//! An attempt runs in the scope of the trace context, so that all that is sent in it gets trace headers. A dead letter is
//! sent outside of it: it keeps the headers of its message, and gets no others.

use std::future::Future;
use std::sync::Arc;
use std::time::Instant;

use tracing::{Instrument as _, Level, Span, field, info_span, span_enabled};

use super::{Event, Observers};
use crate::app::dead_letter::Reason;
use crate::client::{Record, TraceContext, key_hash};
use crate::telemetry::{
    CONSUMER_GROUP_NAME, DESTINATION_NAME, DESTINATION_PARTITION_ID, ERROR_TYPE, KEY_HASH, OFFSET, OPERATION_NAME,
    OPERATION_TYPE, SYSTEM_NAME, TOMBSTONE,
};

type TraceFn = dyn Fn(Option<&TraceContext>, &Span) -> TraceContext + Send + Sync;

/// The function that continues the trace of a message, from the context in its headers and its span.
#[derive(Clone)]
pub(crate) struct Tracer(Arc<TraceFn>);

impl Tracer {
    pub(crate) fn new(trace: impl Fn(Option<&TraceContext>, &Span) -> TraceContext + Send + Sync + 'static) -> Self {
        Self(Arc::new(trace))
    }
}

impl Default for Tracer {
    fn default() -> Self {
        Self::new(TraceContext::continued)
    }
}

/// The span of a message, and its context in a trace.
pub(crate) struct MessageTrace {
    span: Span,
    context: TraceContext,
}

impl MessageTrace {
    pub(crate) fn begin(record: &Record, group: &str, tracer: &Tracer) -> Self {
        let incoming = TraceContext::of(record.headers());
        let span = span(record, group);
        let context = (tracer.0)(incoming.as_ref(), &span);
        if !span.is_disabled() {
            span.record("trace_id", field::display(format_args!("{:032x}", context.trace_id())));
            span.record("span_id", field::display(format_args!("{:016x}", context.span_id())));
        }
        Self { span, context }
    }

    /// Returns the span of all attempts at the message.
    pub(crate) fn span(&self) -> Span {
        self.span.clone()
    }

    /// Creates the span of an attempt.
    pub(crate) fn attempt_span(&self, number: u32) -> Span {
        if self.span.is_disabled() { Span::none() } else { info_span!(parent: &self.span, "attempt", number) }
    }

    /// Runs the beginning of an attempt in its span. All that it sends belongs to the trace.
    pub(crate) fn in_attempt<T>(&self, span: &Span, begin: impl FnOnce() -> T) -> T {
        self.span.in_scope(|| span.in_scope(|| self.context.clone().within(begin)))
    }

    /// Runs an attempt that began then in its span. All that it sends belongs to the trace.
    pub(crate) async fn attempt<T>(
        &self,
        span: Span,
        began: Instant,
        record: &Record,
        observers: &Observers,
        attempt: impl Future<Output = T>,
    ) -> T {
        let ended = self.context.clone().scope(attempt.instrument(span)).await;
        observers.notify(&Event::Attempted { record, took: began.elapsed() });
        ended
    }
}

/// Records in the span of a message that it is a dead letter.
pub(super) fn failed(reason: Reason) {
    let span = Span::current();
    span.record(ERROR_TYPE, reason.as_str());
    span.record("otel.status_code", "ERROR");
}

/// Creates the span of a record, by the names of [`telemetry`](crate::telemetry).
fn span(record: &Record, group: &str) -> Span {
    // Otherwise a logger of the `log` facade would get a line for each record.
    if !span_enabled!(Level::INFO) {
        return Span::none();
    }
    info_span!(
        "handle",
        otel.name = %format_args!("process {}", record.topic()),
        otel.kind = "consumer",
        otel.status_code = field::Empty,
        { SYSTEM_NAME } = "kafka",
        { OPERATION_NAME } = "process",
        { OPERATION_TYPE } = "process",
        { DESTINATION_NAME } = record.topic(),
        { DESTINATION_PARTITION_ID } = %record.partition(),
        { OFFSET } = record.offset(),
        { TOMBSTONE } = record.payload().is_none().then_some(true),
        { KEY_HASH } = record.key().map(key_hash),
        { CONSUMER_GROUP_NAME } = group,
        { ERROR_TYPE } = field::Empty,
        trace_id = field::Empty,
        span_id = field::Empty,
    )
}
