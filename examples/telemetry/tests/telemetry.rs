//! OpenTelemetry's spans and metrics, by the conventions of version 1.45, on an in-process Kafka or on the cluster that
//! `KAFKA_BOOTSTRAP_SERVERS` names.

use std::collections::{BTreeMap, BTreeSet};

use opentelemetry::trace::{SpanId, SpanKind, Status};
use opentelemetry_sdk::metrics::data::{AggregatedMetrics, MetricData, ResourceMetrics, ScopeMetrics};
use opentelemetry_sdk::trace::SpanData;
use telemetry::{Telemetry, run};

type Attributes = BTreeMap<String, String>;

fn attributes(span: &SpanData) -> Attributes {
    span.attributes.iter().map(|it| (it.key.to_string(), it.value.to_string())).collect()
}

fn within<'s>(spans: &'s [SpanData], parent: &SpanData, begins: &str) -> Vec<&'s SpanData> {
    let id: SpanId = parent.span_context.span_id();
    spans.iter().filter(|span| span.parent_span_id == id && span.name.starts_with(begins)).collect()
}

/// The attributes and values of a metric.
fn points(metrics: &[ResourceMetrics], name: &str) -> Vec<(Attributes, u64)> {
    let all = |resource: &ResourceMetrics| {
        let metrics = resource.scope_metrics().flat_map(ScopeMetrics::metrics).filter(|metric| metric.name() == name);
        metrics.flat_map(|metric| of(metric.data())).collect::<Vec<_>>()
    };
    metrics.last().map(all).unwrap_or_default()
}

fn of(data: &AggregatedMetrics) -> Vec<(Attributes, u64)> {
    let text = |it: &opentelemetry::KeyValue| (it.key.to_string(), it.value.to_string());
    match data {
        AggregatedMetrics::U64(MetricData::Sum(sum)) => {
            sum.data_points().map(|point| (point.attributes().map(text).collect(), point.value())).collect()
        }
        AggregatedMetrics::F64(MetricData::Histogram(histogram)) => {
            histogram.data_points().map(|point| (point.attributes().map(text).collect(), point.count())).collect()
        }
        _ => Vec::new(),
    }
}

#[tokio::test]
async fn a_request_its_messages_and_their_handlers_are_one_trace_by_the_conventions() {
    let telemetry = Telemetry::install().unwrap();
    run().await.unwrap();
    let (spans, metrics) = telemetry.recorded().unwrap();

    let request = spans.iter().find(|span| span.name == "request").unwrap();
    let trace = request.span_context.trace_id();
    let sends = within(&spans, request, "send ");
    assert_eq!(sends.len(), 2, "{spans:#?}");
    assert!(sends.iter().all(|span| span.span_kind == SpanKind::Producer && span.status == Status::Unset));
    let send = attributes(sends[0]);
    let topic = &send["messaging.destination.name"];
    assert_eq!(sends[0].name, format!("send {topic}"));
    for (name, value) in [
        ("messaging.system.name", "kafka"),
        ("messaging.operation.name", "send"),
        ("messaging.operation.type", "send"),
        ("messaging.destination.partition.id", "0"),
        ("kafka.offset", "0"),
    ] {
        assert_eq!(send.get(name).map(String::as_str), Some(value), "{name}: {send:?}");
    }
    assert!(!send.contains_key("error.type") && !send.contains_key("kafka.message.tombstone"), "{send:?}");

    // What the messages carried is the request.
    let handled = within(&spans, request, "process ");
    assert_eq!(handled.len(), 2, "{spans:#?}");
    assert!(handled.iter().all(|span| span.span_kind == SpanKind::Consumer && span.span_context.trace_id() == trace));
    let (dead, well): (Vec<_>, Vec<_>) = handled.into_iter().partition(|span| span.status != Status::Unset);
    let (of_dead, of_well) = (attributes(dead[0]), attributes(well[0]));
    assert_eq!((of_dead["error.type"].as_str(), of_well.get("error.type")), ("failed", None));
    assert_eq!(of_well["messaging.operation.name"], "process");
    assert_eq!(of_well["messaging.operation.type"], "process");
    assert!(!of_well["messaging.consumer.group.name"].is_empty());
    assert_eq!(within(&spans, well[0], "attempt").len(), 2);
    // The reply belongs to the attempt that made it, and the ids in the log are those of the span.
    let attempts = within(&spans, well[0], "attempt");
    assert!(attempts.iter().any(|attempt| within(&spans, attempt, "send ").len() == 1), "{spans:#?}");
    assert_eq!(of_well["span_id"], well[0].span_context.span_id().to_string());

    let names = ["messaging.system.name", "messaging.operation.name", "messaging.operation.type"];
    let expected: BTreeSet<_> = names.into_iter().chain(["messaging.destination.name"]).collect();
    for name in [
        "messaging.client.sent.messages",
        "messaging.client.operation.duration",
        "messaging.client.consumed.messages",
        "messaging.process.duration",
    ] {
        let points = points(&metrics, name);
        assert!(!points.is_empty(), "{name}");
        for (attributes, _) in points {
            assert!(expected.iter().all(|name| attributes.contains_key(*name)), "{name}: {attributes:?}");
        }
    }
    let count = |name: &str, is: &dyn Fn(&Attributes) -> bool| {
        points(&metrics, name).iter().filter(|(attributes, _)| is(attributes)).map(|(_, count)| count).sum::<u64>()
    };
    // Two releases, a solution, and a dead letter.
    assert_eq!(count("messaging.client.sent.messages", &|_| true), 4);
    assert_eq!(count("messaging.client.consumed.messages", &|it| it["messaging.operation.type"] == "receive"), 2);
    // The release that is solved takes two attempts; the one that is not takes all.
    assert_eq!(count("messaging.process.duration", &|it| !it.contains_key("error.type")), 1);
    assert_eq!(count("messaging.process.duration", &|it| it.get("error.type").is_some_and(|it| it == "failed")), 9);
}
