//! `ping`: whether Kafka answers, and if not, why.

use std::io;
use std::time::{Duration, Instant};

use clap::Args;
use futures_util::future::join_all;
use serde_json::{Value, json};
use thoth_messaging::client::{AdminError, Broker, ClusterInfo};
use tokio::net::TcpStream;
use tokio::time;

use super::cluster::ClusterArgs;
use crate::context::{Context, Outcome};
use crate::failure::Failure;
use crate::report::Format;
use crate::stderr::{say, say_lines};

/// Try whether Kafka answers, with TLS and password as they are set, and whether each broker can be reached from here.
#[derive(Args)]
#[command(after_help = "Exit codes: 0 it answers, 1 it does not, or a broker can't be reached, 2 could not run.")]
pub(crate) struct PingArgs {
    /// How many seconds it may take.
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=3600))]
    timeout: u64,
    #[command(flatten)]
    cluster: ClusterArgs,
}

/// The time that it took to reach a broker at its advertised address, or why it was not reached.
type Reached = Result<Duration, String>;

pub(super) async fn run(arguments: &PingArgs, context: &mut Context) -> Result<Outcome, Failure> {
    let cluster = arguments.cluster.cluster()?;
    let timeout = Duration::from_secs(arguments.timeout);
    let start = Instant::now();
    let info = match cluster.kafka.admin().check_connection(timeout).await {
        Ok(info) => info,
        Err(error @ AdminError::Config(_)) => return Err(error.into()),
        Err(error) => return refused(error, context),
    };
    let took = start.elapsed();
    let reached = join_all(info.brokers.iter().map(|broker| reach(broker, timeout))).await;
    let is_fine = reached.iter().all(Result::is_ok);
    match context.format {
        Format::Json => write_json(&info, took, &reached, context)?,
        _ => write_text(&info, took, &reached, context)?,
    }
    if !is_fine {
        let help = "a client connects to each broker at the address that the broker tells: make it known here, or set \
                    `advertised.listeners` of the broker";
        say(format!("   = help: {help}"));
    }
    Ok(if is_fine { Outcome::Clean } else { Outcome::Findings })
}

/// Kafka does not answer: that is what was asked.
fn refused(error: AdminError, context: &mut Context) -> Result<Outcome, Failure> {
    let failure = Failure::from(error);
    if context.format == Format::Json {
        let document = json!({"answers": false, "error": failure.reason(), "help": failure.advice()});
        context.json(&document)?;
        return Ok(Outcome::Findings);
    }
    say_lines(failure);
    Ok(Outcome::Findings)
}

/// Connects to a broker, and says nothing.
async fn reach(broker: &Broker, timeout: Duration) -> Reached {
    let port = u16::try_from(broker.port).map_err(|_| format!("{} is no port", broker.port))?;
    let start = Instant::now();
    match time::timeout(timeout, TcpStream::connect((broker.host.as_str(), port))).await {
        Ok(Ok(_)) => Ok(start.elapsed()),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err(format!("no answer within {} s", timeout.as_secs())),
    }
}

fn milliseconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 10_000.0).round() / 10.0
}

fn write_text(info: &ClusterInfo, took: Duration, reached: &[Reached], context: &mut Context) -> io::Result<()> {
    let id = info.cluster_id.as_deref().unwrap_or("without an id");
    context.line(format!("cluster {id} answers in {} ms", milliseconds(took)))?;
    for (broker, reached) in info.brokers.iter().zip(reached) {
        let Broker { id, host, port, .. } = broker;
        let controller = if info.controller == Some(*id) { ", controller" } else { "" };
        let reached = match reached {
            Ok(time) => format!("reached in {} ms", milliseconds(*time)),
            Err(reason) => format!("can't be reached: {reason}"),
        };
        context.line(format!("broker {id} at {host}:{port}{controller}: {reached}"))?;
    }
    Ok(())
}

fn write_json(info: &ClusterInfo, took: Duration, reached: &[Reached], context: &mut Context) -> io::Result<()> {
    let broker = |(broker, reached): (&Broker, &Reached)| {
        json!({
            "id": broker.id,
            "host": broker.host,
            "port": broker.port,
            "controller": info.controller == Some(broker.id),
            "milliseconds": reached.as_ref().ok().copied().map(milliseconds),
            "error": reached.as_ref().err(),
        })
    };
    let brokers: Vec<Value> = info.brokers.iter().zip(reached).map(broker).collect();
    let document = json!({
        "answers": true,
        "cluster": info.cluster_id,
        "milliseconds": milliseconds(took),
        "brokers": brokers,
    });
    context.json(&document)
}
