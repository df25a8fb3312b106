//! Prints the spans of a request, of the messages that it sends and of those who handle them, as a tree; and the metrics.
//!
//! ```text
//! cargo run -p telemetry
//! ```

use std::collections::BTreeSet;
use std::error::Error;

use opentelemetry::trace::SpanId;
use opentelemetry_sdk::metrics::data::{ResourceMetrics, ScopeMetrics};
use opentelemetry_sdk::trace::SpanData;
use telemetry::{Telemetry, run};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let telemetry = Telemetry::install()?;
    run().await?;
    let (spans, metrics) = telemetry.recorded()?;
    for root in spans.iter().filter(|span| span.name == "request") {
        print(root, &spans, 0);
    }
    let metrics = metrics.iter().flat_map(ResourceMetrics::scope_metrics).flat_map(ScopeMetrics::metrics);
    let names: BTreeSet<_> = metrics.map(|metric| format!("{} in {}", metric.name(), metric.unit())).collect();
    for name in names {
        println!("metric {name}");
    }
    Ok(())
}

/// Prints a span, and those within it.
fn print(span: &SpanData, spans: &[SpanData], depth: usize) {
    let id: SpanId = span.span_context.span_id();
    println!("{:indent$}{:?} {} {:?}", "", span.span_kind, span.name, span.status, indent = depth * 2);
    let mut within: Vec<_> = spans.iter().filter(|other| other.parent_span_id == id).collect();
    within.sort_by_key(|span| span.start_time);
    for span in within {
        print(span, spans, depth + 1);
    }
}
