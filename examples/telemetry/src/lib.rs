//! A service and a client with OpenTelemetry's spans and metrics, which are kept in memory here. A service of yours has an
//! exporter in place of that, as `opentelemetry-otlp` is one; the rest is the same.

use std::error::Error;
use std::sync::atomic::{AtomicU32, Ordering};

use opentelemetry::global;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_sdk::metrics::data::ResourceMetrics;
use opentelemetry_sdk::metrics::{InMemoryMetricExporter, SdkMeterProvider};
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider, SpanData};
use thoth_messaging::Message as _;
use thoth_messaging::app::{App, State};
use thoth_messaging::messages::{PackageReleased, PackageReleasedRequired, SolvedPackage, SolvedPackageRequired};
use thoth_messaging::testing::{TestApp, TestKafka, Time};
use tracing::{Instrument as _, info_span};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// The telemetry of a program, and where it goes.
pub struct Telemetry {
    traces: SdkTracerProvider,
    meters: SdkMeterProvider,
    spans: InMemorySpanExporter,
    metrics: InMemoryMetricExporter,
}

impl Telemetry {
    /// Sets up spans and metrics for the whole program. Clients come after it.
    ///
    /// # Errors
    ///
    /// If another subscriber of `tracing` is set up already.
    pub fn install() -> Result<Self, Box<dyn Error>> {
        let (spans, metrics) = (InMemorySpanExporter::default(), InMemoryMetricExporter::default());
        let traces = SdkTracerProvider::builder().with_simple_exporter(spans.clone()).build();
        let meters = SdkMeterProvider::builder().with_periodic_exporter(metrics.clone()).build();
        global::set_meter_provider(meters.clone());
        let layer = tracing_opentelemetry::layer().with_tracer(traces.tracer("telemetry"));
        tracing_subscriber::registry().with(layer).try_init()?;
        Ok(Self { traces, meters, spans, metrics })
    }

    /// The spans and metrics that were recorded so far.
    ///
    /// # Errors
    ///
    /// If an exporter fails.
    pub fn recorded(&self) -> Result<(Vec<SpanData>, Vec<ResourceMetrics>), Box<dyn Error>> {
        self.traces.force_flush()?;
        self.meters.force_flush()?;
        Ok((self.spans.get_finished_spans()?, self.metrics.get_finished_metrics()?))
    }
}

/// Answers a release with a solution, at the second attempt.
async fn solve(released: PackageReleased, attempts: State<AtomicU32>) -> Result<Option<SolvedPackage>, String> {
    if released.package_name == "broken" {
        return Err("it can't be solved".to_owned());
    }
    if attempts.fetch_add(1, Ordering::Relaxed) == 0 {
        return Err("the index does not answer".to_owned());
    }
    Ok(Some(SolvedPackage::new(SolvedPackageRequired {
        component_name: "telemetry".to_owned(),
        service_version: env!("CARGO_PKG_VERSION").to_owned(),
        package_name: released.package_name,
        package_version: released.package_version,
        index_url: released.index_url,
        solver: "solver".to_owned(),
    })))
}

/// Handles one request, which sends two messages, and the messages: one is answered, the other becomes a dead letter.
///
/// # Errors
///
/// If Kafka does not work.
pub async fn run() -> Result<(), Box<dyn Error>> {
    let kafka = TestKafka::start()?;
    kafka.create_topic(&SolvedPackage::DESCRIPTOR.topic).await?;
    let app = |kafka: &_| App::new(kafka).state(AtomicU32::new(0)).handle(solve);
    let test = TestApp::start_on(kafka, Time::Skips, app).await?;
    let request = async {
        for (package, settled) in [("flask", 1), ("broken", 2)] {
            test.publish(&released(package)).await?;
            test.settled(settled).await?;
        }
        Ok::<_, Box<dyn Error>>(())
    };
    request.instrument(info_span!("request")).await?;
    test.stop().await?;
    Ok(())
}

fn released(package: &str) -> PackageReleased {
    PackageReleased::new(PackageReleasedRequired {
        component_name: "telemetry".to_owned(),
        service_version: env!("CARGO_PKG_VERSION").to_owned(),
        index_url: "https://pypi.org/simple".to_owned(),
        package_name: package.to_owned(),
        package_version: "1.0".to_owned(),
    })
}
