//! The commands that speak to Kafka, in a build without them: each says how to get them.

use std::ffi::OsString;

use clap::{Args, Subcommand};

use crate::context::{Context, Outcome};
use crate::failure::Failure;
use crate::report::Format;

/// The commands that speak to Kafka, which this build does not have.
#[derive(Subcommand)]
pub(crate) enum KafkaCommand {
    #[command(hide = true)]
    Topics(Anything),
    #[command(hide = true)]
    Groups(Anything),
    #[command(hide = true)]
    Send(Anything),
    #[command(hide = true)]
    Consume(Anything),
    #[command(hide = true)]
    Tail(Anything),
    #[command(hide = true)]
    Dlq(Anything),
    #[command(hide = true)]
    Ping(Anything),
    #[command(hide = true)]
    Dev(Anything),
}

/// Whatever a person writes behind the command.
#[derive(Args)]
#[command(disable_help_flag = true)]
pub(crate) struct Anything {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, hide = true)]
    rest: Vec<OsString>,
}

impl KafkaCommand {
    #[expect(clippy::unused_self, reason = "it is the commands that are there which differ")]
    pub(crate) fn formats(&self) -> &'static [Format] {
        clap::ValueEnum::value_variants()
    }

    #[expect(clippy::unused_self, reason = "it is the commands that are there which differ")]
    pub(crate) fn reads_settings(&self) -> bool {
        false
    }

    #[expect(clippy::unused_self, reason = "it is the commands that are there which differ")]
    pub(crate) fn run(&self, _: &mut Context) -> Result<Outcome, Failure> {
        Err(Failure::new("this build does not speak to Kafka").help(
            "install it with the feature `kafka`, which is on unless `--no-default-features` is given; it needs a C compiler",
        ))
    }
}
