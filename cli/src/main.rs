//! The command line of thoth-messaging, for people and for CI.
//!
//! Exit codes: 0 clean, 1 findings, 2 could not run. Findings go to standard output, everything else to standard error.

mod check;
mod infer;
mod new;

use std::io::{self, ErrorKind, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Kafka messages from JSON Schema files.
#[derive(Parser)]
#[command(name = "thoth-messaging", version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Check schema files: JSON, meta-schema, x-kafka, references, examples, and whether code can be generated.
    ///
    /// Prints every mistake with file, line, column, JSON Pointer and what to do. Exit codes: 0 clean, 1 errors, 2
    /// could not run. Warnings alone are clean.
    Check {
        /// Folders of schema files; each is a set of its own.
        #[arg(default_value = "schemas", value_name = "FOLDER")]
        folders: Vec<PathBuf>,
    },
    /// Infer a schema from sample payloads.
    ///
    /// Writes a JSON Schema (draft 2020-12) under which every sample is valid to standard output, and what in it is a
    /// guess to standard error: where, what, on how many values it rests, and how sure it is. Exit codes: 0 written, 2
    /// no samples, or no JSON.
    Infer(infer::Infer),
    /// Write the schema file of a new message.
    ///
    /// Prints the path of the file, which is never overwritten, and of which `check` finds nothing. Exit codes: 0
    /// written, 2 not written.
    New(new::New),
}

/// What a command came to.
enum Outcome {
    Clean,
    Findings,
}

fn main() -> ExitCode {
    let Arguments { command } = Arguments::parse();
    let stdout = io::stdout().lock();
    match run(&command, stdout) {
        Ok(Outcome::Clean) => ExitCode::SUCCESS,
        Ok(Outcome::Findings) => ExitCode::from(1),
        // Whoever reads the findings has seen enough.
        Err(Failure::Output(error)) if error.kind() == ErrorKind::BrokenPipe => ExitCode::from(1),
        Err(Failure::Output(error)) => could_not_run(&format!("can't write the findings: {error}")),
        Err(Failure::Schemas(error)) => could_not_run(&error.to_string()),
        Err(Failure::CouldNotRun(reason)) => could_not_run(&reason),
    }
}

fn could_not_run(reason: &str) -> ExitCode {
    // Where standard error is gone too, the exit code has to do.
    let _ = writeln!(io::stderr(), "thoth-messaging: {reason}");
    ExitCode::from(2)
}

fn run(command: &Command, output: impl Write) -> Result<Outcome, Failure> {
    match command {
        Command::Check { folders } => check::run(folders, output),
        Command::Infer(arguments) => infer::run(arguments, output),
        Command::New(arguments) => new::run(arguments, output),
    }
}

/// Why a command could not run.
enum Failure {
    Output(io::Error),
    Schemas(thoth_messaging_build::BuildError),
    CouldNotRun(String),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

impl From<thoth_messaging_build::BuildError> for Failure {
    fn from(error: thoth_messaging_build::BuildError) -> Self {
        Self::Schemas(error)
    }
}
