//! The commands that speak to Kafka (the feature `kafka`; `absent.rs` stands in without it).
//!
//! [`cluster`] is the address of Kafka and its settings. [`schemas`] finds the schemas of topics by name, [`topic_schema`]
//! checks payloads, [`sensitive`] hides values, [`show`] prints the rest, and [`failures`] words the errors of the runtime. All
//! commands share one async runtime on one thread. `send` checks before it sends; lines are read on a thread of their own.
//! `consume` reads topics without a group, or as a member of one; `tail` is the same for what comes. `groups reset` shows the
//! offsets that it would set unless it is told to set them. `dlq redrive` saves its progress (`dlq::progress`) after
//! each 100 letters: the offset behind the last letter and, as the note of the saved position, the ranges before it that were
//! not sent. Letters that are refused never hold up the ones behind them. Headers of a letter are what its sender says: it goes
//! back only to where `dlq::origins` allows it.

mod cluster;
mod consume;
mod dev;
mod dlq;
mod failures;
mod groups;
mod offset_spec;
mod ping;
mod schemas;
mod send;
mod sensitive;
mod show;
mod termination;
mod topic_schema;
mod topics;

use clap::{Subcommand, ValueEnum as _};

use crate::context::{Context, Outcome};
use crate::failure::Failure;
use crate::report::Format;

/// The commands that speak to Kafka.
#[derive(Subcommand)]
pub(crate) enum KafkaCommand {
    Topics(topics::TopicsArgs),
    Groups(groups::GroupsArgs),
    Send(send::SendArgs),
    Consume(consume::ConsumeArgs),
    Tail(consume::TailArgs),
    Dlq(dlq::DlqArgs),
    Ping(ping::PingArgs),
    Dev(dev::DevArgs),
}

impl KafkaCommand {
    /// The formats that it prints.
    pub(crate) fn formats(&self) -> &'static [Format] {
        match self {
            Self::Send(_) => Format::value_variants(),
            Self::Consume(_) | Self::Tail(_) | Self::Groups(_) | Self::Dlq(_) | Self::Ping(_) => {
                &[Format::Text, Format::Json]
            }
            Self::Dev(_) => &[Format::Text],
            Self::Topics(arguments) => arguments.formats(),
        }
    }

    /// Returns whether it reads the settings.
    pub(crate) fn reads_settings(&self) -> bool {
        match self {
            Self::Ping(_) => false,
            Self::Groups(arguments) => arguments.reads_settings(),
            _ => true,
        }
    }

    pub(crate) fn run(&self, context: &mut Context) -> Result<Outcome, Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| {
            Failure::new(format!("can't begin: {error}")).help("look at the limits of the system, as `ulimit -n`")
        })?;
        let outcome = runtime.block_on(async {
            match self {
                Self::Topics(arguments) => topics::run(arguments, context).await,
                Self::Send(arguments) => send::run(arguments, context).await,
                Self::Dlq(arguments) => dlq::run(arguments, context).await,
                Self::Ping(arguments) => ping::run(arguments, context).await,
                Self::Dev(arguments) => dev::run(arguments, context).await,
                Self::Consume(arguments) => consume::run(arguments, context).await,
                Self::Tail(arguments) => consume::tail(arguments, context).await,
                Self::Groups(arguments) => groups::run(arguments, context).await,
            }
        });
        // What still waits for a broker must not hold up the end.
        runtime.shutdown_background();
        outcome
    }
}
