//! `new`: the schema file of a message to begin with.

use std::fs::{self, OpenOptions};
use std::io::{self, BufRead, ErrorKind, IsTerminal as _, Read as _, Write};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use heck::{ToKebabCase, ToUpperCamelCase};
use serde_json::{Map, Value, json};
use thoth_messaging_codegen::{Options, SchemaDraft, SchemaSet, inspect, lint};
use thoth_messaging_documents::foreign;

use crate::config::Config;
use crate::context::{Context, Outcome};
use crate::failure::Failure;
use crate::project::folder;
use crate::stderr::{questions, say_lines};

/// The arguments of `new`.
#[derive(Args)]
pub(crate) struct New {
    /// Name of the message, as `OrderPlaced`; the file is named after it, `order-placed.schema.json`.
    #[arg(value_name = "NAME")]
    name: String,

    /// The topic of the message.
    #[arg(long)]
    topic: String,

    /// JSON Pointer of the message key in the payload, as `/order_id`; it must lead to a field.
    #[arg(long, value_name = "POINTER")]
    key: Option<String>,

    /// Number of partitions of the topic; the broker's default if absent.
    #[arg(long, value_name = "NUMBER")]
    partitions: Option<u32>,

    /// Description of the message, and of its senders.
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,

    /// The draft of JSON Schema.
    #[arg(long, value_enum, default_value_t = Draft::Draft202012)]
    draft: Draft,

    /// The folder of the schema files, which is created if absent; the one of the settings by default.
    #[arg(long)]
    folder: Option<PathBuf>,

    /// Members beside the fields: `open` ignores them, `closed` refuses them. On a terminal it is asked for where absent;
    /// elsewhere it is `open` then.
    ///
    /// Under `breaking --policy strict` a field that is added to a closed object is BACKWARD compatible, and readers are deployed
    /// first; added to an open one it is not, as old payloads may hold anything by its name. `--policy producer-closed` says
    /// of open objects what holds if writers write fields only.
    #[arg(long, value_enum)]
    model: Option<Model>,

    /// Fields, as `order_id:string!`, `total:number`, `note:string?`, `lines:object[]`, `at:date-time!`.
    ///
    /// After the colon comes a type of JSON Schema (string, integer, number, boolean, object, array) or a string format
    /// (date-time, date, time, duration, uuid, uri, email, ipv4, ipv6), then `[]` for an array, `!` for a required field
    /// and `?` for one that may be null.
    #[arg(long = "field", value_name = "NAME:TYPE", num_args = 1.., value_parser = field)]
    fields: Vec<Field>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Draft {
    #[value(name = "4")]
    Draft4,
    #[value(name = "6")]
    Draft6,
    #[value(name = "7")]
    Draft7,
    #[value(name = "2019-09")]
    Draft201909,
    #[value(name = "2020-12")]
    Draft202012,
}

/// The members that an object may have beside those that are declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Model {
    /// Any.
    Open,
    /// None.
    Closed,
}

/// The most bytes of an answer.
const MAX_ANSWER: u64 = 1 << 10;

const QUESTION: &str = "\
May a payload have members that are not declared?
  open    they are ignored; a field that is added later may break old payloads under `breaking --policy strict`, and does
          not under `producer-closed`, which trusts writers to write declared members only
  closed  they are refused; a field can be added later, and readers are deployed first
open or closed [open]: ";

#[derive(Clone, Debug)]
struct Field {
    name: String,
    schema: Value,
    is_required: bool,
}

const TYPES: [&str; 6] = ["string", "integer", "number", "boolean", "object", "array"];
const FORMATS: [&str; 9] = ["date-time", "date", "time", "duration", "uuid", "uri", "email", "ipv4", "ipv6"];

/// Writes the file, and its path to standard output.
pub(crate) fn run(arguments: &New, context: &mut Context) -> Result<Outcome, Failure> {
    let stem = arguments.name.to_kebab_case();
    if stem.is_empty() {
        return Err(Failure::new(format!("`{}` is no name of a message: it has no letter", arguments.name))
            .help("say what has happened, as `OrderPlaced`"));
    }
    let model = match arguments.model {
        Some(model) => model,
        None if io::stdin().is_terminal() && io::stderr().is_terminal() => {
            ask(&mut io::stdin().lock(), &mut questions())?
        }
        None => Model::Open,
    };
    let text = format!("{:#}\n", arguments.schema(model)?);
    let folder = arguments.folder.clone().map_or_else(|| folder::one(&context.config), Ok)?;
    let name = format!("{stem}.schema.json");
    let path = folder.join(&name);
    check(&name, &path, &text)?;
    write_new(&path, &text)?;
    context.line(path.display())?;
    context.output.flush()?;
    remind(&folder, &name, &path, &text, &context.config);
    Ok(Outcome::Clean)
}

impl New {
    fn schema(&self, model: Model) -> Result<Value, Failure> {
        let mut kafka = Map::from_iter([("topic".to_owned(), json!(self.topic))]);
        kafka.extend(self.partitions.map(|number| ("partitions".to_owned(), json!(number))));
        kafka.extend(self.key.as_ref().map(|key| ("key".to_owned(), json!(key))));
        let mut schema = Map::from_iter([
            ("$schema".to_owned(), json!(SchemaDraft::from(self.draft).uri())),
            ("title".to_owned(), json!(self.name.to_upper_camel_case())),
        ]);
        schema.extend(self.description.as_ref().map(|text| ("description".to_owned(), json!(text))));
        schema.insert("x-kafka".to_owned(), kafka.into());
        schema.insert("type".to_owned(), json!("object"));
        let required: Vec<_> = self.fields.iter().filter(|field| field.is_required).map(|field| &field.name).collect();
        if !required.is_empty() {
            schema.insert("required".to_owned(), json!(required));
        }
        let mut properties = Map::new();
        for field in &self.fields {
            if properties.insert(field.name.clone(), field.schema.clone()).is_some() {
                return Err(Failure::new(format!("there are two fields `{}`", field.name)).help("name each field once"));
            }
        }
        schema.insert("properties".to_owned(), properties.into());
        if model == Model::Closed {
            schema.insert("additionalProperties".to_owned(), json!(false));
        }
        Ok(schema.into())
    }
}

impl From<Draft> for SchemaDraft {
    fn from(draft: Draft) -> Self {
        match draft {
            Draft::Draft4 => Self::Draft4,
            Draft::Draft6 => Self::Draft6,
            Draft::Draft7 => Self::Draft7,
            Draft::Draft201909 => Self::Draft201909,
            Draft::Draft202012 => Self::Draft202012,
        }
    }
}

/// Asks a person for the model until there is an answer; the end of the input is the answer in brackets.
fn ask(input: &mut impl BufRead, output: &mut impl Write) -> Result<Model, Failure> {
    let failed =
        |error: io::Error| Failure::new(format!("can't ask for the model: {error}")).help("say it with `--model`");
    loop {
        output.write_all(QUESTION.as_bytes()).and_then(|()| output.flush()).map_err(failed)?;
        let mut answer = String::new();
        input.by_ref().take(MAX_ANSWER).read_line(&mut answer).map_err(failed)?;
        match answer.trim() {
            "" => return Ok(Model::Open),
            answer => {
                if let Ok(model) = Model::from_str(answer, true) {
                    return Ok(model);
                }
            }
        }
    }
}

/// Reads `name:type[]!?`.
fn field(text: &str) -> Result<Field, String> {
    let (name, described) = text.rsplit_once(':').ok_or(
        "write NAME:TYPE, as `order_id:string!`; what follows `--field` is fields, so the name of the message stands \
         before it",
    )?;
    let typed = described.trim_end_matches(['!', '?']);
    let marks = &described[typed.len()..];
    if name.is_empty() || !matches!(marks, "" | "!" | "?" | "!?" | "?!") {
        return Err("write NAME:TYPE, then `!` where it is required and `?` where it may be null, once each".to_owned());
    }
    let schema = of_type(typed, marks.contains('?')).ok_or_else(|| {
        let known = TYPES.iter().chain(&FORMATS).copied().collect::<Vec<_>>().join(", ");
        format!("`{}` is no type: there are {known}, and `[]` after one of them for an array", foreign::line(typed))
    })?;
    Ok(Field { name: name.to_owned(), schema, is_required: marks.contains('!') })
}

fn of_type(name: &str, is_nullable: bool) -> Option<Value> {
    let typed = |name: &str| if is_nullable { json!([name, "null"]) } else { json!(name) };
    if let Some(item) = name.strip_suffix("[]") {
        return Some(json!({"type": typed("array"), "items": of_type(item, false)?}));
    }
    if FORMATS.contains(&name) {
        return Some(json!({"type": typed("string"), "format": name}));
    }
    TYPES.contains(&name).then(|| json!({"type": typed(name)}))
}

/// Refuses what `check` would refuse of the file alone.
fn check(name: &str, path: &Path, text: &str) -> Result<(), Failure> {
    let mut schemas = SchemaSet::new();
    schemas.add(name, path.display().to_string(), text);
    let diagnostics = inspect(&schemas, &Options::default()).diagnostics;
    if diagnostics.is_empty() {
        return Ok(());
    }
    Err(Failure::of_diagnostics("nothing was written:", &diagnostics))
}

/// Says what `check` finds now that it did not find before: a file may be fine, and clash with others.
fn remind(folder: &Path, name: &str, path: &Path, text: &str, config: &Config) {
    let Ok(set) = folder::read_whole(folder.to_owned()) else { return };
    let mut before = SchemaSet::new();
    for (other, file) in set.schemas.iter().filter(|(other, _)| *other != name) {
        before.add(other, file.origin.clone(), file.text.clone());
    }
    let mut after = before.clone();
    after.add(name, path.display().to_string(), text);
    let lints = config.lint_levels().unwrap_or_default();
    let known = lint(&before, &config.options, &lints);
    let new = lint(&after, &config.options, &lints).into_iter().filter(|found| !known.contains(found));
    new.for_each(|diagnostic| say_lines(format!("{diagnostic}\n\n")));
}

fn write_new(path: &Path, text: &str) -> Result<(), Failure> {
    let could_not = |error: io::Error| Failure::write(path, &error);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(could_not)?;
    }
    let mut file = match OpenOptions::new().write(true).create_new(true).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            return Err(Failure::new(format!("`{}` exists, and is not overwritten", path.display()))
                .help("choose another name, or delete the file first"));
        }
        Err(error) => return Err(could_not(error)),
    };
    file.write_all(text.as_bytes()).map_err(could_not)
}

#[cfg(test)]
mod tests {
    use super::{Model, ask};

    fn answered(input: &str) -> (Model, usize) {
        let mut asked = Vec::new();
        let model = ask(&mut input.as_bytes(), &mut asked).unwrap();
        (model, String::from_utf8(asked).unwrap().matches("[open]: ").count())
    }

    #[test]
    fn a_person_is_asked_until_there_is_an_answer() {
        assert_eq!(answered("closed\n"), (Model::Closed, 1));
        assert_eq!(answered("\n"), (Model::Open, 1));
        assert_eq!(answered(""), (Model::Open, 1));
        assert_eq!(answered("shut\nOPEN\n"), (Model::Open, 2));
    }
}
