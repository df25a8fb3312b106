//! `registry`: the schemas of a project beside those of a schema registry.
//!
//! [`wanted`] decides which schema is to be in which subject, and [`compare`] what a registry has of it. `plan` shows that, `apply`
//! registers, `check` asks whether it may, `lock` writes down what is there, and `pull` makes files of it. Nothing here is done by a service.

mod apply;
mod args;
mod check;
mod compare;
mod lock;
mod plan;
mod pull;
mod wanted;

use clap::{Args, Subcommand};
use thoth_messaging::schema_registry::SchemaRegistryError;

use crate::context::{Context, Outcome};
use crate::failure::Failure;
use crate::report::Format;

/// Compare the schemas with those of a schema registry, and register them.
///
/// It speaks the REST API of Confluent's Schema Registry, as Apicurio and Karapace do too. A schema that refers to other files is one
/// text there, with these in it. Services never ask a registry: they read by their own types.
#[derive(Args)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub(crate) struct RegistryArgs {
    #[command(subcommand)]
    command: RegistryCommand,
}

#[derive(Subcommand)]
enum RegistryCommand {
    Plan(plan::PlanArgs),
    Apply(apply::ApplyArgs),
    Check(check::CheckArgs),
    Pull(pull::PullArgs),
    Lock(lock::LockArgs),
}

impl RegistryArgs {
    pub(crate) fn formats(&self) -> &'static [Format] {
        match self.command {
            RegistryCommand::Pull(_) => &[Format::Text],
            _ => clap::ValueEnum::value_variants(),
        }
    }

    pub(crate) fn run(&self, context: &mut Context) -> Result<Outcome, Failure> {
        match &self.command {
            RegistryCommand::Plan(arguments) => plan::run(arguments, context),
            RegistryCommand::Apply(arguments) => apply::run(arguments, context),
            RegistryCommand::Check(arguments) => check::run(arguments, context),
            RegistryCommand::Pull(arguments) => pull::run(arguments, context),
            RegistryCommand::Lock(arguments) => lock::run(arguments, context),
        }
    }
}

impl From<SchemaRegistryError> for Failure {
    fn from(error: SchemaRegistryError) -> Self {
        let help = match &error {
            SchemaRegistryError::Url { .. } => {
                "write it as `http://registry:8081`, with the path of the API if it has one"
            }
            SchemaRegistryError::Certificates { .. } => "name a PEM file with certificates as `--ca-file`",
            SchemaRegistryError::Unreachable { .. } => {
                "see that the registry runs, and that `--url` names its address and port"
            }
            SchemaRegistryError::Refused { status: 401 | 403, .. } => {
                "name a user who may do it: `--user` with `--password-file`, or `--token-file`"
            }
            SchemaRegistryError::Refused { .. } => "the registry's words say why",
            _ => "name the address of the API with `--url`, as `http://localhost:8081/apis/ccompat/v7` for Apicurio",
        };
        Self::new(error.to_string()).help(help)
    }
}
