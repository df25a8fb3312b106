//! `registry pull`.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use clap::Args;
use thoth_messaging::schema_registry::RegisteredSchema;
use thoth_messaging_build::read_regular;

use super::args::ConnectionArgs;
use super::compare::each;
use crate::context::{Context, Outcome};
use crate::failure::Failure;
use crate::places::require_direct;
use crate::report::count;
use crate::stderr::say;

/// Write the latest versions of subjects into files.
///
/// Each is written as the registry keeps it, to `<subject>.schema.json`; `x-kafka` makes a message of it, where the text has none. No file is
/// overwritten.
#[derive(Args)]
#[command(after_help = "Exit codes: 0 all are written, 1 some are no JSON Schema or refer to others, 2 could not run.")]
pub(super) struct PullArgs {
    /// The subjects; all of the registry by default.
    #[arg(value_name = "SUBJECT")]
    subjects: Vec<String>,
    /// The folder to write to, which is made if it is not there.
    #[arg(long, value_name = "FOLDER")]
    into: PathBuf,
    #[command(flatten)]
    connection: ConnectionArgs,
}

pub(super) fn run(arguments: &PullArgs, context: &mut Context) -> Result<Outcome, Failure> {
    require_direct(&arguments.into)?;
    let registry = arguments.connection.registry()?;
    let subjects = if arguments.subjects.is_empty() { registry.subjects()? } else { arguments.subjects.clone() };
    let latest = each(subjects, |subject| Ok((registry.latest(&subject)?, subject)))?;
    std::fs::create_dir_all(&arguments.into).map_err(|error| Failure::write(&arguments.into, &error))?;
    let (mut written, mut left) = (0, 0);
    for (latest, subject) in latest {
        let Some(latest) = latest else {
            return Err(Failure::new(format!("the registry has no subject `{subject}`"))
                .help("leave the names out, to get all that it has"));
        };
        if let Some(reason) = unusable(&latest) {
            say(format!("`{subject}` is left: {reason}"));
            left += 1;
            continue;
        }
        let path = write(&arguments.into, &latest)?;
        context.line(path.display())?;
        written += 1;
    }
    say(format!("{} written, {left} left", count(written, "file")));
    Ok(if left > 0 { Outcome::Findings } else { Outcome::Clean })
}

/// The reason why no file can be made of a schema.
fn unusable(schema: &RegisteredSchema) -> Option<String> {
    if schema.schema_type != "JSON" {
        return Some(format!("its language is {}", schema.schema_type));
    }
    schema.has_references.then(|| "it refers to other subjects".to_owned())
}

fn write(folder: &Path, schema: &RegisteredSchema) -> Result<PathBuf, Failure> {
    let is_plain = |char: char| char.is_ascii_alphanumeric() || "._-".contains(char);
    let stem: String = schema.subject.chars().map(|char| if is_plain(char) { char } else { '_' }).collect();
    let path = folder.join(format!("{}.schema.json", stem.trim_start_matches('.')));
    let text = format!("{}\n", schema.text);
    let created = OpenOptions::new().write(true).create_new(true).open(&path);
    match created.and_then(|mut file| file.write_all(text.as_bytes())) {
        Ok(()) => Ok(path),
        Err(error)
            if error.kind() == ErrorKind::AlreadyExists
                && read_regular(&path, text.len() as u64).is_ok_and(|it| it == text.as_bytes()) =>
        {
            Ok(path)
        }
        Err(error) => Err(Failure::write(&path, &error)),
    }
}
