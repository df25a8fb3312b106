//! `dev`: a Kafka in this process, with the topics of the schemas.

use std::env;
use std::ffi::OsString;
use std::io::Write;
use std::process::ExitStatus;

use clap::Args;
use thoth_messaging::Topic;
use thoth_messaging::app::DeadLetters;
use thoth_messaging::testing::InProcessKafka;
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};

use super::schemas::SchemaArgs;
use super::termination::{Signal, Termination};
use crate::context::{Context, Outcome};
use crate::failure::Failure;
use crate::report::count;
use crate::stderr::say;

/// Run a Kafka for development, with all topics of the schemas and their dead-letter topics.
///
/// It is librdkafka's mock cluster: it starts at once, listens on this machine alone, and forgets everything when it ends.
/// It has no administration of topics, no transactions that abort, no TLS and no passwords, finds no offset by a time
/// (`consume` reads all of a topic instead, and prints what is of that time), and keeps 5 MiB of each partition. A consumer group waits for 3 s before its first member gets partitions, unless that has
/// `group.protocol=consumer`. Where `THOTH_DEPLOYMENT_NAME` is set, it goes before the names of the topics.
///
/// With a command it runs that, with `KAFKA_BOOTSTRAP_SERVERS` set, and ends when it ends, with its exit code.
#[derive(Args)]
#[command(after_help = "Examples:\n  \
    thoth-messaging dev --port 9092\n  \
    thoth-messaging dev -- cargo test")]
pub(crate) struct DevArgs {
    /// The port to listen on; any free one by default.
    #[arg(long, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..))]
    port: Option<u16>,
    /// The number of brokers.
    #[arg(long, value_name = "COUNT", default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=16))]
    brokers: u8,
    #[command(flatten)]
    schemas: SchemaArgs,
    /// A command to run with it.
    #[arg(value_name = "COMMAND", last = true)]
    command: Vec<OsString>,
}

pub(super) async fn run(arguments: &DevArgs, context: &mut Context) -> Result<Outcome, Failure> {
    let schemas = arguments.schemas.read(context)?;
    let cluster = InProcessKafka::with_brokers(arguments.brokers)?;
    let topics = schemas.topics();
    let letters: Vec<_> = topics.iter().filter_map(|topic| DeadLetters::default().of(topic)).collect();
    let prefix = env::var("THOTH_DEPLOYMENT_NAME").ok().filter(|prefix| !prefix.is_empty());
    for topic in topics.iter().chain(&letters) {
        cluster.create_topic(&named(topic, prefix.as_deref()))?;
    }
    let mut servers = cluster.kafka().bootstrap_servers().to_owned();
    if let Some(port) = arguments.port {
        servers = forward(port, servers).await?;
    }
    let said = format!("{} and as many of dead letters", count(topics.len(), "topic"));
    if let Some((program, rest)) = arguments.command.split_first() {
        let status = run_command(program, rest, &servers).await?;
        return Ok(Outcome::Exit(code(status)));
    }
    let mut stop = Termination::new()?;
    context.line(format!("export KAFKA_BOOTSTRAP_SERVERS={servers}"))?;
    context.output.flush()?;
    say(format!("a Kafka in this process with {said}; ctrl-c ends it, and all that is on it"));
    stop.wait().await;
    Ok(Outcome::Clean)
}

/// A topic with the prefix of the deployment.
fn named(topic: &Topic, prefix: Option<&str>) -> Topic {
    let mut topic = topic.clone();
    if let Some(prefix) = prefix {
        topic.name = format!("{prefix}.{}", topic.name).into();
    }
    topic
}

/// Listens on a port, and passes on what comes to the first broker. Clients learn the brokers' own addresses there: the mock
/// cluster takes any ports that are free.
async fn forward(port: u16, servers: String) -> Result<String, Failure> {
    let listener = TcpListener::bind(("127.0.0.1", port)).await.map_err(|error| {
        Failure::new(format!("can't listen on port {port}: {error}"))
            .help("choose another one, or leave `--port` out: then it is one that is free")
    })?;
    let broker = servers.split(',').next().unwrap_or_default().to_owned();
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let broker = broker.clone();
            tokio::spawn(async move {
                if let Ok(mut broker) = TcpStream::connect(broker).await {
                    // Either side may end the connection, as it likes.
                    let _ = tokio::io::copy_bidirectional(&mut client, &mut broker).await;
                }
            });
        }
    });
    Ok(format!("127.0.0.1:{port}"))
}

/// Runs a command to its end, with the address of the cluster in place of any other, and of what it takes to get there.
async fn run_command(program: &OsString, rest: &[OsString], servers: &str) -> Result<ExitStatus, Failure> {
    let mut command = Command::new(program);
    command.args(rest);
    for (name, _) in env::vars_os() {
        let is_of_another = name.to_str().is_some_and(|name| {
            ["KAFKA_BOOTSTRAP_SERVERS", "KAFKA_SECURITY_", "KAFKA_SASL_", "KAFKA_SSL_"]
                .iter()
                .any(|it| name.starts_with(it))
        });
        if is_of_another {
            command.env_remove(name);
        }
    }
    let mut stop = Termination::new()?;
    let mut child = command.env("KAFKA_BOOTSTRAP_SERVERS", servers).spawn().map_err(|error| {
        Failure::new(format!("can't run `{}`: {error}", program.display()))
            .help("write a program and its arguments behind `--`, as `thoth-messaging dev -- cargo test`")
    })?;
    loop {
        tokio::select! {
            status = child.wait() => return status.map_err(Failure::from),
            signal = stop.wait() => {
                // Ctrl-c goes to all that run in the terminal; SIGTERM to this process alone.
                if signal == Signal::Terminate {
                    terminate(&mut child);
                }
            }
        }
    }
}

/// The exit code as a shell has it.
fn code(status: ExitStatus) -> u8 {
    #[cfg(unix)]
    let signal = std::os::unix::process::ExitStatusExt::signal(&status).map(|signal| 128 + signal);
    #[cfg(not(unix))]
    let signal = None;
    u8::try_from(status.code().or(signal).unwrap_or(1)).unwrap_or(1)
}

#[cfg(unix)]
fn terminate(child: &mut Child) {
    let pid = child.id().and_then(|id| i32::try_from(id).ok()).and_then(rustix::process::Pid::from_raw);
    if let Some(pid) = pid {
        // It may have ended this very moment.
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
    }
}

#[cfg(not(unix))]
fn terminate(child: &mut Child) {
    // It may have ended this very moment.
    let _ = child.start_kill();
}
