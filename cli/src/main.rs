//! The command line of thoth-messaging, for people and for CI.
//!
//! Exit codes: 0 clean, 1 findings, 2 could not run. Findings go to standard output, everything else to standard error.

mod check;
mod validate;

use std::io::{self, ErrorKind, IsTerminal, Write};
use std::num::NonZero;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};

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
    /// Check payloads against a message, the messages of a topic, or any schema file.
    ///
    /// Prints every violation with its place in the input, in the payload and in the schema. Exit codes: 0 all valid,
    /// 1 violations, 2 could not run.
    Validate(Validate),
}

#[derive(Args)]
struct Validate {
    /// Files, folders (every .json, .ndjson and .jsonl below, also .gz and .zst), globs, or - for standard input.
    #[arg(default_value = "-", value_name = "INPUT")]
    inputs: Vec<String>,
    /// A schema file.
    #[arg(long, value_name = "FILE", group = "target", required = true)]
    schema: Option<PathBuf>,
    /// The name of a message in the folder of schemas.
    #[arg(long, value_name = "NAME", group = "target")]
    message: Option<String>,
    /// A topic of messages in the folder of schemas.
    #[arg(long, value_name = "TOPIC", group = "target")]
    topic: Option<String>,
    /// The folder of schemas.
    #[arg(long, default_value = "schemas", value_name = "FOLDER")]
    schemas: PathBuf,
    /// How an input is divided into records. `auto` goes by the name: `.json` is one, `.ndjson` and `.jsonl` one in each
    /// line; other inputs have one in each line where the first line alone is JSON and something comes after it.
    #[arg(long, value_enum, default_value = "auto")]
    input: Input,
    /// Let `format` refuse values.
    #[arg(long)]
    formats: bool,
    /// The most bytes that a record may have.
    #[arg(long, default_value_t = validate::MOST_BYTES, value_name = "BYTES")]
    max_record_size: usize,
    /// How many threads check payloads; as many as the machine runs at once by default.
    #[arg(long, value_name = "COUNT")]
    threads: Option<NonZero<usize>>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Input {
    Auto,
    Json,
    Ndjson,
    Array,
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
        Err(Failure::Validate(error)) => could_not_run(&error.to_string()),
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
        Command::Validate(arguments) => arguments.run(output),
    }
}

impl Validate {
    fn run(&self, mut output: impl Write) -> Result<Outcome, Failure> {
        let mut written = Ok(());
        let mut print = |found: validate::Violation| {
            written = writeln!(
                output,
                "{}:{}:{}: record {}: {}: {} ({})",
                found.source,
                found.line,
                found.column,
                found.record,
                if found.instance_path.is_empty() { "the payload" } else { &found.instance_path },
                found.reason,
                if found.schema_path.is_empty() { &found.keyword } else { &found.schema_path },
            );
            written.is_ok()
        };
        let summary = validate::run(&self.request(), &mut print).map_err(Failure::Validate)?;
        written?;
        output.flush()?;
        // Where nobody reads standard error, the exit code says the same.
        let _ = writeln!(io::stderr(), "{summary}");
        Ok(if summary.invalid == 0 { Outcome::Clean } else { Outcome::Findings })
    }

    fn request(&self) -> validate::Request {
        let schemas = self.schemas.clone();
        let target = match (&self.schema, &self.message, &self.topic) {
            (Some(file), ..) => validate::Target::File(file.clone()),
            (None, Some(name), _) => validate::Target::Message { schemas, name: name.clone() },
            (None, None, topic) => validate::Target::Topic { schemas, topic: topic.clone().unwrap_or_default() },
        };
        let kind = match self.input {
            Input::Auto => validate::InputKind::Auto,
            Input::Json => validate::InputKind::Json,
            Input::Ndjson => validate::InputKind::Ndjson,
            Input::Array => validate::InputKind::Array,
        };
        validate::Request {
            target,
            inputs: self.inputs.clone(),
            kind,
            formats: self.formats,
            limit: self.max_record_size,
            threads: self.threads,
            progress: io::stderr().is_terminal(),
        }
    }
}

/// Why a command could not run.
enum Failure {
    Output(io::Error),
    Schemas(thoth_messaging_build::BuildError),
    Validate(validate::Failure),
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
