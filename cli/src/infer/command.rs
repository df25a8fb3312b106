//! The command line of `infer`.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde_json::{Map, Value, json};

use super::guess::{Guess, table};
use super::samples::{Kept, read};
use super::{Inference, Inferred, Options};
use crate::{Failure, Outcome};

/// What `infer` is asked for.
#[derive(Args)]
pub(crate) struct Infer {
    /// Files with samples: a JSON value, or several one after the other (NDJSON); `-` is standard input.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,

    /// Each file is one array; its items are the samples.
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

    /// How the guesses are written to standard error.
    #[arg(long, value_enum, default_value_t = Form::Table)]
    guesses: Form,
}

/// How guesses are written.
#[derive(Clone, Copy, ValueEnum)]
enum Form {
    /// A table: where, what, on how many values it rests, how sure it is.
    Table,
    /// A JSON array.
    Json,
    /// Not at all.
    None,
}

/// Writes the schema of the samples to `output`, and what in it is a guess to standard error.
pub(crate) fn run(arguments: &Infer, mut output: impl Write) -> Result<Outcome, Failure> {
    let mut inference = Inference::new(arguments.options());
    let mut kept = Kept::new();
    for path in &arguments.files {
        let take = |sample: Value| {
            inference.add(&sample);
            kept.offer(path, sample);
        };
        read(path, arguments.array, take).map_err(|error| Failure::new(error.to_string()))?;
    }
    let samples = inference.samples();
    if samples == 0 {
        return Err(Failure::new("there are no samples to infer a schema from".to_owned()));
    }
    let inferred = inference.finish();
    try_on(&inferred.schema, &kept)?;
    writeln!(output, "{:#}", inferred.schema)?;
    output.flush()?;
    // The schema is written: where nobody reads the guesses, that is no failure.
    let _ = io::stderr().write_all(arguments.guesses.report(&inferred, samples).as_bytes());
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
}

impl Form {
    fn report(self, inferred: &Inferred, samples: u64) -> String {
        match self {
            Self::None => String::new(),
            Self::Json => format!("{:#}\n", inferred.guesses.iter().map(Guess::to_json).collect::<Value>()),
            Self::Table => {
                let guesses = &inferred.guesses;
                let ending = |is_one: bool, one: &'static str, many: &'static str| if is_one { one } else { many };
                let samples_of = ending(samples == 1, "sample", "samples");
                let guesses_of = ending(guesses.len() == 1, "guess", "guesses");
                format!(
                    "{}\n{samples} {samples_of}, {} {guesses_of}. Look through them, and add what samples don't say: descriptions, \
                     bounds, and what else is to be refused.\n",
                    table(guesses),
                    guesses.len()
                )
            }
        }
    }
}

/// Makes sure that the samples are valid under the schema, as every step of the inference intends.
fn try_on(schema: &Value, kept: &Kept) -> Result<(), Failure> {
    let could_not = |reason: String| Failure::new(format!("{reason}; this is a mistake of `infer`, please report it"));
    let options = jsonschema::options().should_validate_formats(true);
    let validator =
        options.build(schema).map_err(|error| could_not(format!("what was inferred is no schema: {error}")))?;
    for (path, sample) in kept.iter() {
        if let Err(error) = validator.validate(sample) {
            let (instance, schema) = (error.instance_path(), error.schema_path());
            let path = path.display();
            return Err(could_not(format!("the schema refuses a sample of `{path}` at `{instance}`, by `{schema}`")));
        }
    }
    Ok(())
}
