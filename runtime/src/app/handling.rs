//! The handling of a record as a trace sees it.

use std::future::Future;
use std::sync::Arc;
use std::time::Instant;

use tracing::{Instrument as _, Level, Span, field, info_span, span_enabled};

use super::observer::{Event, Observers};
use crate::client::{Record, TraceContext, key_hash};

type Trace = dyn Fn(Option<&TraceContext>, &Span) -> TraceContext + Send + Sync;

/// Where the trace of a message goes on: a function of what its headers say, and of its span.
#[derive(Clone)]
pub(crate) struct Tracer(Arc<Trace>);

impl Tracer {
    pub(crate) fn new(trace: impl Fn(Option<&TraceContext>, &Span) -> TraceContext + Send + Sync + 'static) -> Self {
        Self(Arc::new(trace))
    }
}

impl Default for Tracer {
    fn default() -> Self {
        Self::new(|incoming, _| incoming.map_or_else(TraceContext::root, TraceContext::child))
    }
}

/// The span of a record, and its place in a trace.
pub(crate) struct Handling {
    span: Span,
    context: TraceContext,
}

impl Handling {
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

    /// What is done with the record, all of its attempts.
    pub(crate) fn span(&self) -> Span {
        self.span.clone()
    }

    /// An attempt. What it sends belongs to the trace.
    pub(crate) async fn attempt<T>(
        &self,
        number: u32,
        record: &Record,
        observers: &Observers,
        attempt: impl Future<Output = T>,
    ) -> T {
        let span =
            if self.span.is_disabled() { Span::none() } else { info_span!(parent: &self.span, "attempt", number) };
        let began = Instant::now();
        let ended = self.context.clone().scope(attempt.instrument(span)).await;
        observers.tell(&Event::Attempted { record, took: began.elapsed() });
        ended
    }
}

/// By the names of OpenTelemetry's semantic conventions.
fn span(record: &Record, group: &str) -> Span {
    // Else a logger of the `log` facade would get a line for each record.
    if !span_enabled!(Level::INFO) {
        return Span::none();
    }
    info_span!(
        "handle",
        otel.kind = "consumer",
        messaging.system = "kafka",
        messaging.operation.type = "process",
        messaging.destination.name = record.topic(),
        messaging.destination.partition.id = %record.partition(),
        messaging.kafka.offset = record.offset(),
        messaging.kafka.message.key_hash = record.key().map(key_hash),
        messaging.consumer.group.name = group,
        trace_id = field::Empty,
        span_id = field::Empty,
    )
}
