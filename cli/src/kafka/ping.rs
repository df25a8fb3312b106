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
use super::failures::advice;
use crate::context::{Context, Outcome};
use crate::failure::Failure;
use crate::report::Format;
use crate::stderr::{say, say_lines};

/// Check whether Kafka answers with the given TLS and credentials, and whether each broker can be reached from here.
#[derive(Args)]
#[command(after_help = "Exit codes: 0 it answers, 1 it does not, or a broker can't be reached, 2 could not run.")]
pub(crate) struct PingArgs {
    /// The timeout in seconds. A refused connection ends it at once.
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
    let admin = cluster.kafka.admin();
    let answer = tokio::select! {
        biased;
        answer = admin.check_connection(timeout) => answer,
        reasons = unreachable(cluster.kafka.bootstrap_servers()) => {
            let servers = cluster.kafka.bootstrap_servers();
            let failure = Failure::new(format!("no Kafka broker answered at {servers} ({reasons})"));
            return no_answer(failure.help(advice(&reasons)), context);
        }
    };
    let info = match answer {
        Ok(info) => info,
        Err(error @ AdminError::Config(_)) => return Err(error.into()),
        Err(error) => return no_answer(error.into(), context),
    };
    let took = start.elapsed();
    let reached = join_all(info.brokers.iter().map(|broker| reach(broker, timeout))).await;
    let is_fine = reached.iter().all(Result::is_ok);
    match context.format {
        Format::Json => write_json(&info, took, &reached, context)?,
        _ => write_text(&info, took, &reached, context)?,
    }
    if !is_fine {
        let help = "clients connect to each broker at its advertised address: make that known here, or set \
                    `advertised.listeners` of the broker";
        say(format!("   = help: {help}"));
    }
    Ok(if is_fine { Outcome::Clean } else { Outcome::Findings })
}

/// Kafka does not answer: that is what was asked.
fn no_answer(failure: Failure, context: &mut Context) -> Result<Outcome, Failure> {
    if context.format == Format::Json {
        let document = json!({"answers": false, "error": failure.reason(), "help": failure.advice()});
        context.json(&document)?;
        return Ok(Outcome::Findings);
    }
    say_lines(failure);
    Ok(Outcome::Findings)
}

/// The reasons why there is no connection to any of these addresses, as soon as that is sure: where librdkafka would try until
/// its time is over. It never ends where one can be connected to.
async fn unreachable(servers: &str) -> String {
    let refused = async |server: &str| {
        // As librdkafka takes them: with a protocol in front, and without the usual port.
        let address = server.trim().rsplit("://").next().unwrap_or_default();
        let has_port = address.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
        let address = if has_port { address.to_owned() } else { format!("{address}:9092") };
        match TcpStream::connect(&address).await {
            Ok(_) => None,
            Err(error) => Some(format!("{address}: {error}")),
        }
    };
    let reasons: Option<Vec<_>> = join_all(servers.split(',').map(refused)).await.into_iter().collect();
    match reasons {
        Some(reasons) => reasons.join(", "),
        None => std::future::pending().await,
    }
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
