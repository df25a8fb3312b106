//! What others may ask the service over HTTP: its metrics, for Prometheus, and whether it is well, for the probes of a
//! platform.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use thoth_messaging::app::{Health, Unhealthy};
use thoth_messaging::metrics::HANDLING;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tracing_subscriber::EnvFilter;

/// How long attempts take, in seconds, as a histogram counts them.
const BUCKETS: &[f64] = &[0.001, 0.005, 0.02, 0.1, 0.5, 2.0, 10.0, 60.0];

/// Writes logs to the standard error stream: those of this level, or what `RUST_LOG` asks for.
pub fn log(level: &str) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(level));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).init();
}

/// Collects metrics, all of this process, from now on: before any app and client is made.
///
/// # Errors
///
/// The second time.
pub fn collect() -> Result<PrometheusHandle, BuildError> {
    let builder = PrometheusBuilder::new();
    builder.set_buckets_for_metric(Matcher::Full(HANDLING.to_owned()), BUCKETS)?.install_recorder()
}

/// Answers `/metrics`, `/health/live` and `/health/ready`, for as long as it is polled.
pub async fn serve(listener: TcpListener, metrics: PrometheusHandle, health: Health) {
    loop {
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::warn!("no connection: {error}");
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
                continue;
            }
        };
        let (metrics, health) = (metrics.clone(), health.clone());
        tokio::spawn(async move {
            let answer = service_fn(|request: Request<Incoming>| {
                let response = answer(request.uri().path(), &metrics, &health);
                async move { Ok::<_, Infallible>(response) }
            });
            if let Err(error) = http1::Builder::new().serve_connection(TokioIo::new(stream), answer).await {
                tracing::debug!("a connection ended: {error}");
            }
        });
    }
}

fn answer(path: &str, metrics: &PrometheusHandle, health: &Health) -> Response<Full<Bytes>> {
    match path {
        "/metrics" => {
            metrics.run_upkeep();
            text(StatusCode::OK, metrics.render())
        }
        "/health/live" => probe(health.live()),
        "/health/ready" => probe(health.ready()),
        _ => text(StatusCode::NOT_FOUND, "there are /metrics, /health/live and /health/ready\n".to_owned()),
    }
}

fn probe(health: Result<(), Unhealthy>) -> Response<Full<Bytes>> {
    match health {
        Ok(()) => text(StatusCode::OK, "ok\n".to_owned()),
        Err(why) => text(StatusCode::SERVICE_UNAVAILABLE, format!("{why}\n")),
    }
}

fn text(status: StatusCode, text: String) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(text.into()));
    *response.status_mut() = status;
    response
}

/// Asks as `curl` does, for a look at oneself: the status, and what is answered.
///
/// # Errors
///
/// Where nobody answers, or something else than HTTP.
pub async fn get(address: SocketAddr, path: &str) -> io::Result<(u16, String)> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n").as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    let read = || {
        let (head, body) = answer.split_once("\r\n\r\n")?;
        Some((head.split(' ').nth(1)?.parse().ok()?, body.to_owned()))
    };
    read().ok_or_else(|| io::ErrorKind::InvalidData.into())
}
