//! `docs`: documents of the schema folder for others.

mod asyncapi;
mod yaml;

use clap::{Args, Subcommand};

use crate::context::{Context, Outcome};
use crate::failure::Failure;

/// Write documents of the messages and topics, for other teams and their tools.
#[derive(Args)]
pub(crate) struct DocsArgs {
    #[command(subcommand)]
    command: DocsCommand,
}

#[derive(Subcommand)]
enum DocsCommand {
    #[command(name = "asyncapi")]
    AsyncApi(asyncapi::AsyncApiArgs),
}

pub(crate) fn run(arguments: &DocsArgs, context: &mut Context) -> Result<Outcome, Failure> {
    match &arguments.command {
        DocsCommand::AsyncApi(arguments) => asyncapi::run(arguments, context),
    }
}
