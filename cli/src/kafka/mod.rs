//! The commands that speak to Kafka.

mod cluster;
mod consume;
mod declared;
mod dev;
mod dlq;
mod failures;
mod ping;
mod send;
mod sensitive;
mod show;
mod termination;
mod topics;

use clap::{Subcommand, ValueEnum as _};

use crate::failure::Failure;
use crate::report::Format;
use crate::{Context, Outcome};

/// The commands that speak to Kafka.
#[derive(Subcommand)]
pub(crate) enum KafkaCommand {
    Topics(topics::TopicsArgs),
    Send(send::SendArgs),
    Consume(consume::ConsumeArgs),
    Dlq(dlq::DlqArgs),
    Ping(ping::PingArgs),
    Dev(dev::DevArgs),
}

impl KafkaCommand {
    /// What `--format` may say to it.
    pub(crate) fn formats(&self) -> &'static [Format] {
        match self {
            Self::Send(_) => Format::value_variants(),
            Self::Consume(_) | Self::Dlq(_) | Self::Ping(_) => &[Format::Text, Format::Json],
            Self::Dev(_) => &[Format::Text],
            Self::Topics(_) => &[Format::Text, Format::Json, Format::Markdown],
        }
    }

    /// Whether it looks at schemas.
    pub(crate) fn reads_settings(&self) -> bool {
        !matches!(self, Self::Ping(_))
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
            }
        });
        // What still waits for a broker must not hold up the end.
        runtime.shutdown_background();
        outcome
    }
}
