//! What is promised of a service, while brokers and members of its group are killed: programs that print their figures
//! and fail where a promise does not hold.
//!
//! ```text
//! eval "$(scripts/kafka start)"
//! cargo run --release -p soak -- chaos               # 200,000 messages, a broker and two members killed
//! cargo run --release -p soak -- chaos --handlers batches   # in batches; or with retry-topics, or with replies
//! cargo run --release -p soak -- exactly-once        # the same with transactions, a broker and processors killed
//! cargo run --release -p soak -- chaos --partitions 1 --hot-key --handlers replies
//! cargo run --release -p soak -- restarts            # SIGTERM in the middle of work
//! cargo run --release -p soak -- restarts --killed   # SIGKILL of a static member
//! cargo run --release -p soak -- full-disk           # brokers that can't write
//! cargo run --release -p soak -- throttled           # a quota
//! cargo run --release -p soak -- steady --seconds 300
//! cargo run --release -p soak -- throughput          # beside loops over rdkafka
//! cargo run --release -p soak -- members             # groups of 1, 5 and 20 that grow and shrink
//! cargo run --release -p soak -- handlers            # in batches, and with retry topics, beside the plain way
//! cargo run --release -p soak -- topics              # plan and apply, by the number of topics
//! ```
//!
//! Each run has topics of its own. Brokers are killed with `scripts/kafka`, so the cluster has to be that of this machine.

mod chaos;
mod children;
mod cluster;
mod exactly_once;
mod full_disk;
mod handlers;
mod member;
mod members;
mod restarts;
mod steady;
mod steps;
mod throttled;
mod throughput;
mod topics;

use std::error::Error;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use thoth_messaging::{Kafka, Message as _, Topic};

use crate::messages::Step;

/// The messages, generated from `schemas/`.
pub mod messages {
    include!(concat!(env!("OUT_DIR"), "/messages.rs"));
}

#[derive(Parser)]
#[command(about)]
struct Arguments {
    #[command(subcommand)]
    program: Program,
}

#[derive(Subcommand)]
enum Program {
    /// A group of handlers that grows and shrinks, and a broker that is killed: nothing is lost, order is kept.
    Chaos(chaos::Chaos),
    /// Processors in transactions, killed again and again, and a broker: each result is read once.
    ExactlyOnce(Load),
    /// A service that is told to end (SIGTERM) in the middle of work, and started again: nothing is handled twice. Or a static
    /// member that is killed.
    Restarts(restarts::Restarts),
    /// A handler that runs for long: memory, file handles and lag.
    Steady(Load),
    /// The disk of a broker is full, then those of all: nothing is lost, and all goes on when there is room.
    FullDisk(Load),
    /// Kafka lets a client send less than it would (a quota): it waits, and nothing is lost or times out.
    Throttled(Load),
    /// Messages a second and their cost, beside loops over rdkafka.
    Throughput(throughput::Load),
    /// The time that a group takes to grow and to shrink, by the number of its members.
    Members(members::Load),
    /// The time that planning and applying takes, by the number of topics.
    Topics(topics::Load),
    /// The time that messages take, one by one and in batches, and where one in ten fails once.
    Handlers(handlers::Load),
    /// Measures one way of `throughput`.
    #[command(hide = true)]
    Measure(throughput::Measurement),
    /// Handles steps, and notes each in a file.
    #[command(hide = true)]
    Member(member::Arguments),
    /// Makes results of steps, in transactions.
    #[command(hide = true)]
    Processor {
        id: String,
        /// It handles keys concurrently.
        #[arg(long)]
        per_key: bool,
    },
}

/// How much is sent, and for how long.
#[derive(Args, Clone, Copy)]
struct Load {
    /// How many messages are sent.
    #[arg(long, default_value_t = 200_000)]
    messages: u64,
    /// In how many seconds, evenly.
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// The partitions of their topic.
    #[arg(long, default_value_t = 12)]
    partitions: i32,
    /// Nine in ten have one key; `chaos` and `exactly-once` handle keys concurrently then.
    #[arg(long)]
    hot_key: bool,
}

impl Load {
    fn time(self) -> Duration {
        Duration::from_secs(self.seconds)
    }

    /// Returns the topic of steps.
    fn topic(self) -> Topic {
        Step::DESCRIPTOR.topic.clone().with_partitions(self.partitions)
    }
}

fn main() -> ExitCode {
    let program = Arguments::parse().program;
    let flavour = match &program {
        Program::Measure(measurement) => measurement.runtime(),
        _ => throughput::Flavour::MultiThread,
    };
    match flavour.runtime().map_err(Into::into).and_then(|runtime| runtime.block_on(run(program))) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("soak: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(program: Program) -> Result<(), Box<dyn Error + Send + Sync>> {
    let kafka = Kafka::from_env()?.with("session.timeout.ms", "10000");
    match program {
        Program::Chaos(chaos) => chaos::run(&children::of_this_run(&kafka), chaos).await,
        Program::ExactlyOnce(load) => exactly_once::run(&children::of_this_run(&kafka), load).await,
        Program::Restarts(restarts) => restarts::run(&children::of_this_run(&kafka), restarts).await,
        Program::Steady(load) => steady::run(&children::of_this_run(&kafka), load).await,
        Program::FullDisk(load) => full_disk::run(&children::of_this_run(&kafka), load).await,
        Program::Throttled(load) => throttled::run(&children::of_this_run(&kafka), load).await,
        Program::Throughput(load) => throughput::run(&children::of_this_run(&kafka), &load).await,
        Program::Members(load) => members::run(&children::of_this_run(&kafka), &load).await,
        Program::Handlers(load) => handlers::run(&children::of_this_run(&kafka), &load).await,
        Program::Topics(load) => topics::run(&children::of_this_run(&kafka), &load).await,
        Program::Measure(measurement) => throughput::measured(&kafka, &measurement).await,
        Program::Member(arguments) => member::run(&kafka, &arguments).await,
        Program::Processor { id, per_key } => exactly_once::process(&kafka, &id, per_key).await,
    }
}
