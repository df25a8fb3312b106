//! The command line of thoth-messaging, for people and for CI.
//!
//! Exit codes: 0 clean, 1 findings, 2 could not run. Findings go to standard output, everything else to standard error.

mod breaking;
mod check;
mod config;
mod context;
mod docs;
mod explain;
mod failure;
mod finding;
mod frames;
mod generate;
mod infer;
#[cfg(feature = "kafka")]
mod kafka;
#[cfg(not(feature = "kafka"))]
#[path = "kafka/absent.rs"]
mod kafka;
mod list;
mod near;
mod new;
mod pages;
mod places;
mod project;
#[cfg(feature = "registry")]
mod registry;
#[cfg(not(feature = "registry"))]
#[path = "registry/absent.rs"]
mod registry;
mod report;
mod services;
mod show;
mod stderr;
mod validate;
mod versions;

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anstream::{AutoStream, ColorChoice};
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};

use config::Config;
use context::{Context, Outcome};
use failure::Failure;
use report::Format;

/// Kafka messages from JSON Schema files.
///
/// A message is a JSON Schema file with an `x-kafka` object. These commands keep bad schemas, bad payloads and breaking
/// changes out of a project, on a terminal and in CI.
#[derive(Parser)]
#[command(name = "thoth-messaging", version, max_term_width = 100)]
#[command(after_help = "Exit codes: 0 clean, 1 findings, 2 could not run.\n\
    Settings are read from `thoth-messaging.toml`, in this folder or above it; `thoth-messaging explain settings` says \
    what can stand there.")]
struct Arguments {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// The options of every command.
#[derive(Args)]
#[command(next_help_heading = "Options of all commands")]
struct Global {
    /// The format of findings; `list` and `show` support some of them for their own output.
    #[arg(long, global = true, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
    /// The settings file, instead of the `thoth-messaging.toml` in this folder or above it.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// When to use colours.
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    color: Color,
}

#[derive(Clone, Copy, Default, clap::ValueEnum)]
enum Color {
    /// On a terminal, unless NO_COLOR is set.
    #[default]
    Auto,
    Always,
    Never,
}

#[derive(Subcommand)]
enum Command {
    Check(check::CheckArgs),
    Validate(validate::ValidateArgs),
    Breaking(breaking::BreakingArgs),
    Generate(generate::GenerateArgs),
    List(list::ListArgs),
    Show(show::ShowArgs),
    /// Infer a schema from sample payloads.
    ///
    /// Writes a JSON Schema (draft 2020-12) under which every sample is valid to standard output, and its guesses to
    /// standard error: each with its place, the values and samples that support it, and how certain it is.
    Infer(infer::Infer),
    /// Write the schema file of a new message.
    ///
    /// Prints the path of the file, which is never overwritten. A file that `check` would refuse is not written; its
    /// other findings about the file in its folder go to standard error.
    New(new::New),
    Docs(docs::DocsArgs),
    #[cfg_attr(not(feature = "registry"), command(hide = true))]
    Registry(registry::RegistryArgs),
    #[command(flatten)]
    Kafka(kafka::KafkaCommand),
    Explain(explain::ExplainArgs),
    Completions(pages::CompletionsArgs),
    Man(pages::ManArgs),
}

fn main() -> ExitCode {
    let matches = Arguments::command().try_get_matches().unwrap_or_else(|error| stderr::usage(error).exit());
    let Arguments { global, command } =
        Arguments::from_arg_matches(&matches).unwrap_or_else(|error| stderr::usage(error).exit());
    match context(&global, &command, matches.subcommand_name().unwrap_or_default()).and_then(|mut context| {
        let outcome = run(&command, &mut context)?;
        context.output.flush().map_err(Failure::from).or_else(Failure::unless_broken_pipe)?;
        Ok(outcome)
    }) {
        Ok(Outcome::Findings) => ExitCode::from(1),
        Ok(Outcome::Clean) => ExitCode::SUCCESS,
        #[cfg(feature = "kafka")]
        Ok(Outcome::Exit(code)) => ExitCode::from(code),
        // Whoever reads has seen enough. Findings don't come here: they count, whether they are read or not.
        Err(failure) if failure.is_broken_pipe() => ExitCode::SUCCESS,
        Err(failure) => {
            stderr::say_lines(failure);
            ExitCode::from(2)
        }
    }
}

fn run(command: &Command, context: &mut Context) -> Result<Outcome, Failure> {
    match command {
        Command::Check(arguments) => check::run(arguments, context),
        Command::Validate(arguments) => validate::run_command(arguments, context),
        Command::Breaking(arguments) => breaking::run(arguments, context),
        Command::Generate(arguments) => generate::run(arguments, context),
        Command::List(arguments) => list::run(arguments, context),
        Command::Show(arguments) => show::run(arguments, context),
        Command::Infer(arguments) => infer::run(arguments, &mut context.output),
        Command::New(arguments) => new::run(arguments, context),
        Command::Docs(arguments) => docs::run(arguments, context),
        Command::Registry(arguments) => arguments.run(context),
        Command::Kafka(command) => command.run(context),
        Command::Explain(arguments) => explain::run(arguments, context),
        Command::Completions(arguments) => pages::completions(arguments, Arguments::command(), context),
        Command::Man(arguments) => pages::man(arguments, Arguments::command(), context),
    }
}

impl Command {
    /// The formats that it prints.
    fn formats(&self) -> &'static [Format] {
        match self {
            Self::Check(_) | Self::Validate(_) | Self::Breaking(_) | Self::Generate(_) => Format::value_variants(),
            Self::List(_) => &[Format::Text, Format::Json, Format::Markdown],
            Self::Show(arguments) => arguments.formats(),
            Self::Registry(arguments) => arguments.formats(),
            Self::Kafka(command) => command.formats(),
            Self::Infer(_) | Self::New(_) | Self::Docs(_) | Self::Explain(_) | Self::Completions(_) | Self::Man(_) => {
                &[Format::Text]
            }
        }
    }

    fn reads_settings(&self) -> bool {
        match self {
            Self::Kafka(command) => command.reads_settings(),
            Self::Infer(_) | Self::Explain(_) | Self::Completions(_) | Self::Man(_) => false,
            _ => true,
        }
    }

    /// Refuses options of all commands that would have no effect on this one.
    fn take(&self, global: &Global, name: &str) -> Result<(), Failure> {
        let formats = self.formats();
        if !formats.contains(&global.format) {
            let names: Vec<_> = formats.iter().map(|format| format!("`{}`", format.name())).collect();
            return Err(Failure::new(format!("`{name}` does not print `--format {}`", global.format.name()))
                .help(format!("leave `--format` out, or choose from: {}", names.join(", "))));
        }
        if global.config.is_some() && !self.reads_settings() {
            return Err(Failure::new(format!("`{name}` reads no settings")).help("leave `--config` out"));
        }
        Ok(())
    }
}

/// The context of a command, by its name.
fn context(global: &Global, command: &Command, name: &str) -> Result<Context, Failure> {
    command.take(global, name)?;
    let choice = match global.color {
        Color::Auto => AutoStream::choice(&io::stdout()),
        Color::Always => ColorChoice::Always,
        Color::Never => ColorChoice::Never,
    };
    let output = AutoStream::new(io::stdout().lock(), choice);
    // A mistake in the settings stops no command that does not need them.
    let config = if command.reads_settings() { Config::find(global.config.as_deref())? } else { Config::default() };
    Ok(Context { config, format: global.format, output })
}
