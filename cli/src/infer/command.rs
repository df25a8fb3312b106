//! The command line of `infer`.

use std::io::Write;

use clap::{Args, ValueEnum};
use serde_json::{Map, Value, json};
use thoth_messaging_codegen::{self as codegen, Diagnostic, SchemaSet, Severity, inspect};
use thoth_messaging_documents::{Validation, foreign};

use super::guess::{Guess, table};
use super::samples::{Kept, read};
use super::{Inference, Inferred, Options};
use crate::context::{Outcome, write_json};
use crate::failure::Failure;
use crate::report::count;
use crate::stderr::say_lines;
use crate::validate::{discover, note_terminal};

/// The arguments of `infer`.
#[derive(Args)]
pub(crate) struct Infer {
    /// Samples: files with one or more JSON values (NDJSON), folders (every .json, .ndjson and .jsonl below, also .gz and
    /// .zst), globs, or - for standard input.
    #[arg(default_value = "-", value_name = "INPUT")]
    inputs: Vec<String>,

    /// Treat each file as an array whose items are the samples.
    #[arg(long)]
    array: bool,

    /// The `title` of the schema, which names the generated type.
    #[arg(long)]
    title: Option<String>,

    /// The topic of the message: the schema gets an `x-kafka` object.
    #[arg(long)]
    topic: Option<String>,

    /// JSON Pointer of the message key in the payload, as `/order_id`.
    #[arg(long, value_name = "POINTER", requires = "topic")]
    key: Option<String>,

    /// The format of the guesses on standard error.
    #[arg(long, value_enum, default_value_t = Form::Table)]
    guesses: Form,
}

/// The form of the guesses.
#[derive(Clone, Copy, ValueEnum)]
enum Form {
    /// A table: place, guess, supporting values and samples, certainty.
    Table,
    /// A JSON array.
    Json,
    /// Not at all.
    None,
}

/// Writes the schema of the samples to `output`, and what in it is a guess to standard error.
pub(crate) fn run(arguments: &Infer, output: &mut dyn Write) -> Result<Outcome, Failure> {
    let mut inference = Inference::new(arguments.options());
    let mut kept = Kept::new();
    note_terminal(&arguments.inputs);
    for source in discover(&arguments.inputs)? {
        let origin = source.name();
        let take = |sample: Value, bytes: u64| {
            inference.add(&sample);
            kept.offer(&origin, sample, bytes);
        };
        read(&source, arguments.array, take)?;
    }
    let samples = inference.samples();
    if samples == 0 {
        return Err(Failure::new("there are no samples to infer a schema from")
            .help("name files that have some, or write some to standard input"));
    }
    let inferred = inference.finish();
    try_on(&inferred.schema, &kept)?;
    arguments.check_kafka(&inferred.schema)?;
    write_json(&inferred.schema, output)?;
    output.flush()?;
    let guesses = arguments.guesses.report(&inferred, samples, arguments.array);
    if !guesses.is_empty() {
        say_lines(guesses);
    }
    Ok(Outcome::Clean)
}

impl Infer {
    fn options(&self) -> Options {
        let kafka = self.topic.as_ref().map(|topic| {
            let mut kafka = Map::from_iter([("topic".to_owned(), json!(topic))]);
            kafka.extend(self.key.as_ref().map(|key| ("key".to_owned(), json!(key))));
            kafka.into()
        });
        Options { title: self.title.clone(), kafka }
    }

    /// Refuses a topic that Kafka refuses, and a key that leads to nothing that the samples have.
    fn check_kafka(&self, schema: &Value) -> Result<(), Failure> {
        if self.topic.is_none() {
            return Ok(());
        }
        let mut schemas = SchemaSet::new();
        schemas.add("inferred.schema.json", "the inferred schema", schema.to_string());
        let diagnostics = inspect(&schemas, &codegen::Options::default()).diagnostics;
        match diagnostics.into_iter().find(|found| found.severity == Severity::Error && found.code.starts_with("S03")) {
            None => Ok(()),
            Some(Diagnostic { message, help, .. }) => Err(Failure::new(format!("nothing was written: {message}"))
                .help(help.unwrap_or_else(|| "correct `--topic` and `--key`".to_owned()))),
        }
    }
}

impl Form {
    fn report(self, inferred: &Inferred, samples: u64, of_arrays: bool) -> String {
        match self {
            Self::None => String::new(),
            Self::Json => {
                let guesses = format!("{:#}", inferred.guesses.iter().map(Guess::to_json).collect::<Value>());
                foreign::json(&guesses).into_owned()
            }
            Self::Table => {
                let guesses = &inferred.guesses;
                let number = count(samples, "sample");
                let of = if guesses.len() == 1 { "1 guess".to_owned() } else { format!("{} guesses", guesses.len()) };
                let is_array = samples == 1 && !of_arrays && inferred.schema["type"] == "array";
                let hint = if is_array { ARRAY } else { "" };
                format!(
                    "{}\n{number}, {of}. Look through them, and add what samples don't say: descriptions, bounds, and what \
                     else is to be refused.\n{hint}",
                    table(guesses)
                )
            }
        }
    }
}

const ARRAY: &str = "The sample is an array: `--array` makes a sample of each of its items.\n";

/// Makes sure that the samples are valid under the schema, as every step of the inference intends.
fn try_on(schema: &Value, kept: &Kept) -> Result<(), Failure> {
    let could_not = |reason: String| Failure::new(format!("{reason}; this is a mistake of `infer`, please report it"));
    let validator = Validation::with_formats(true)
        .options()
        .build(schema)
        .map_err(|error| could_not(format!("what was inferred is no schema: {error}")))?;
    for (path, sample) in kept.iter() {
        if let Err(error) = validator.validate(sample) {
            let (instance, schema) = (error.instance_path(), error.schema_path());
            return Err(could_not(format!("the schema refuses a sample of `{path}` at `{instance}`, by `{schema}`")));
        }
    }
    Ok(())
}
