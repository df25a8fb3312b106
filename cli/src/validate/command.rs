//! The arguments and the output of `validate`.

use std::io::{self, IsTerminal, Write};
use std::num::NonZero;
use std::path::PathBuf;

use clap::{ArgGroup, Args, ValueEnum};
use thoth_messaging::dynamic::Checker;
use thoth_messaging_codegen::{Location, Severity};
use thoth_messaging_documents::foreign;

use super::input::InputKind;
use super::run::{self, MAX_BYTES, Request};
use super::violation::Violation;
use crate::context::{Context, Outcome};
use crate::failure::Failure;
use crate::finding::Finding;
use crate::project::find::{Wanted, require};
use crate::project::message::stem;
use crate::project::{Project, file};
use crate::report::{Format, Report, count};
use crate::stderr::{say, say_lines};

/// Check payloads against a message, the messages of a topic, or any schema file.
///
/// Prints every violation with its place in the input, in the payload and in the schema. Values of payloads are not
/// printed.
#[derive(Args)]
#[command(group(ArgGroup::new("target").required(true).args(["schema", "message", "topic"])))]
#[command(after_help = "Examples:\n  \
    thoth-messaging validate payloads/ --message OrderPlaced\n  \
    zstdcat dump.ndjson.zst | thoth-messaging validate --topic shop.order-placed\n  \
    thoth-messaging validate 'exports/*.json.gz' --schema order.schema.json --input array")]
pub(crate) struct ValidateArgs {
    /// Files, folders (every .json, .ndjson and .jsonl below, also .gz and .zst), globs, or - for standard input.
    #[arg(default_value = "-", value_name = "INPUT")]
    inputs: Vec<String>,
    /// A schema file.
    #[arg(long, value_name = "FILE")]
    schema: Option<PathBuf>,
    /// A message, by its type, its title or the stem of its file.
    #[arg(long, value_name = "NAME")]
    message: Option<String>,
    /// A topic: any of its messages.
    #[arg(long, value_name = "TOPIC")]
    topic: Option<String>,
    /// The folder of schemas, of `--message` and `--topic`; those of the settings by default.
    #[arg(long, value_name = "FOLDER", conflicts_with = "schema")]
    schemas: Option<PathBuf>,
    /// The division of an input into records. `auto` goes by the name: `.json` is one record, `.ndjson` and `.jsonl` have one
    /// per line; other inputs have one per line if their first line is JSON by itself and is not the last.
    #[arg(long, value_enum, default_value = "auto")]
    input: Input,
    /// Assert `format`, which is an annotation by default.
    #[arg(long)]
    formats: bool,
    /// The maximum size of a record.
    #[arg(long, default_value_t = MAX_BYTES, value_name = "BYTES")]
    max_record_size: NonZero<usize>,
    /// Stop after this many violations.
    #[arg(long, default_value_t = MAX_FINDINGS, value_name = "COUNT")]
    max_findings: NonZero<usize>,
    /// The number of threads, up to 256; the machine's parallelism by default.
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u16).range(1..=256))]
    threads: Option<u16>,
}

const MAX_FINDINGS: NonZero<usize> = NonZero::new(10_000).unwrap();

#[derive(Clone, Copy, ValueEnum)]
enum Input {
    Auto,
    Json,
    Ndjson,
    Array,
}

pub(crate) fn run(arguments: &ValidateArgs, context: &mut Context) -> Result<Outcome, Failure> {
    let checker = arguments.checker(context)?;
    let request = arguments.request();
    let mut report = Report::new("validate");
    note_terminal(&request.inputs);
    let mut written = Ok(());
    let mut found = 0;
    let mut take = |violation: Violation| {
        found += 1;
        if context.format == Format::Text {
            // What a person reads appears at once, and a million of them need no memory.
            written = writeln!(context.output, "{}", foreign::line(&line(&violation)));
        } else {
            report.findings.push(Finding::from(violation));
        }
        written.is_ok() && found < arguments.max_findings.get()
    };

    let (summary, failures) = run::run(&checker, &request, &mut take)?;
    written.map_err(Failure::from).or_else(Failure::unless_broken_pipe)?;
    report.summary = summary.text();
    if !failures.is_empty() {
        report.summary += &["; ", &count(failures.len(), "input"), " could not be read"].concat();
    }
    if found >= arguments.max_findings.get() {
        report.summary += "; there it ended, as `--max-findings` says";
    }
    // Of one input that can't be read there is nothing else to say.
    if failures.is_empty() || summary.records > 0 {
        report.print(context)?;
    }
    if let Some(rate) = summary.rate() {
        say(rate);
    }
    let mut failures = failures.into_iter();
    if let Some(last) = failures.next_back() {
        failures.for_each(say_lines);
        return Err(last);
    }
    Ok(if found == 0 { Outcome::Clean } else { Outcome::Findings })
}

/// Tells a person who looks at a terminal what it waits for.
pub(crate) fn note_terminal(inputs: &[String]) {
    if inputs.iter().any(|input| input == "-") && io::stdin().is_terminal() {
        say("reading from the terminal: Ctrl+D ends it");
    }
}

impl ValidateArgs {
    /// The checker of the schema file, the message or the topic.
    fn checker(&self, context: &Context) -> Result<Checker, Failure> {
        if let Some(schema) = &self.schema {
            return file::checker(schema, self.formats);
        }
        let (name, wanted) = match (&self.message, &self.topic) {
            (Some(name), _) => (name.as_str(), Wanted::Message),
            (None, topic) => (topic.as_deref().unwrap_or_default(), Wanted::Topic),
        };
        let folders: Vec<_> = self.schemas.iter().cloned().collect();
        let project = Project::read(&folders, &context.config)?;
        let or_else = "`--schema FILE` takes any schema file";
        for file in project.unusable() {
            say(format!("note: `{}` was left out: {}", file.origin, file.reason));
        }
        let found = require(&project.messages, name, wanted, Some(or_else)).map_err(|unknown| {
            let meant = project.unusable().iter().find(|file| stem(&file.name) == name || file.name == name);
            meant.map_or(unknown, |file| file.clone().into())
        })?;
        project.checker(&found, self.formats)
    }

    fn request(&self) -> Request {
        let kind = match self.input {
            Input::Auto => InputKind::Auto,
            Input::Json => InputKind::Json,
            Input::Ndjson => InputKind::Ndjson,
            Input::Array => InputKind::Array,
        };
        Request {
            inputs: self.inputs.clone(),
            kind,
            limit: self.max_record_size.get(),
            threads: self.threads.and_then(|threads| NonZero::new(usize::from(threads))),
            progress: io::stderr().is_terminal(),
        }
    }
}

/// A violation in one line, which `grep` and editors know how to take apart.
pub(crate) fn line(violation: &Violation) -> String {
    let Violation { source, line, column, record, instance_path, schema_path, keyword, reason } = violation;
    let subject = if instance_path.is_empty() { "the payload" } else { instance_path };
    let schema = if schema_path.is_empty() { keyword } else { schema_path };
    format!("{source}:{line}:{column}: record {record}: {subject}: {reason} ({schema})")
}

impl From<Violation> for Finding {
    fn from(violation: Violation) -> Self {
        let Violation { source, line, column, record, instance_path, schema_path, keyword, reason } = violation;
        let subject = if instance_path.is_empty() { "the payload".to_owned() } else { format!("`{instance_path}`") };
        let mut notes = vec![("record", record.to_string())];
        if !schema_path.is_empty() {
            notes.push(("schema", schema_path));
        }
        Self {
            rule: keyword,
            severity: Severity::Error,
            message: format!("{subject}: {reason}"),
            location: Some(Location { file: source, line: whole(line), column: whole(column), pointer: instance_path }),
            notes,
        }
    }
}

fn whole(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
