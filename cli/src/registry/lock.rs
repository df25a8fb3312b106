//! `registry lock`.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use clap::Args;
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use thoth_messaging::schema_registry::{RegisteredSchema, SchemaRegistry, SchemaRegistryError};
use thoth_messaging_documents::Identity;

use super::args::{ConnectionArgs, SubjectArgs};
use super::compare::each;
use super::wanted::{self, Wanted};
use crate::context::{Context, Outcome};
use crate::failure::Failure;
use crate::report::{Format, Report, count};

/// Write down which version of which subject each schema is: `registry.lock`.
///
/// For each schema it has the subject, the version, the registry's id, the GUID and a hash of the text, and the same of the other
/// versions of the subject. It is the same for the same registry, and belongs into version control. Nothing is written while a schema is not
/// registered.
#[derive(Args)]
#[command(after_help = "Exit codes: 0 it is written, or as it was with --check; 1 it is not; 2 could not run.")]
pub(super) struct LockArgs {
    #[command(flatten)]
    subjects: SubjectArgs,
    /// The file, instead of `registry.lock` beside the settings.
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Write nothing, and say whether the file is as the registry has it.
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// The lock file.
#[derive(Serialize)]
struct Lock {
    /// The version of its form.
    version: u32,
    /// By subject.
    subjects: BTreeMap<String, LockedSubject>,
}

#[derive(Serialize)]
struct LockedSubject {
    /// The schema file, by its name in its folder.
    file: String,
    /// The version that is the schema of the file.
    #[serde(flatten)]
    own: LockedVersion,
    /// All versions, the oldest first.
    versions: Vec<LockedVersion>,
}

#[derive(Clone, Serialize)]
struct LockedVersion {
    version: u32,
    id: u32,
    guid: Option<String>,
    /// SHA-256 of the text.
    hash: String,
}

pub(super) fn run(arguments: &LockArgs, context: &mut Context) -> Result<Outcome, Failure> {
    let registry = arguments.connection.registry()?;
    let Some((_, wanted)) = wanted::read(&arguments.subjects, context)? else { return Ok(Outcome::Findings) };
    let path = arguments.file.clone().unwrap_or_else(|| context.config.path("registry.lock".as_ref()));
    let mut report = Report::new("registry-lock");
    report.subjects = wanted.iter().map(|wanted| wanted.origin.clone()).collect();
    let mut lock = Lock { version: 1, subjects: BTreeMap::new() };
    for (wanted, locked) in
        each(wanted, |wanted| Ok((locked(&registry, &wanted)?, wanted)))?.into_iter().map(|(a, b)| (b, a))
    {
        match locked {
            Some(locked) => drop(lock.subjects.insert(wanted.subject, locked)),
            None => {
                let message = format!("`{}` is not registered in `{}`", wanted.name, wanted.subject);
                report.findings.push(wanted.finding("NOT_REGISTERED", message));
            }
        }
    }
    let text = serde_json::to_string_pretty(&lock).map(|text| text + "\n").unwrap_or_default();
    let before = fs::read_to_string(&path).ok();
    let shown = path.display();
    report.summary = if !report.findings.is_empty() {
        format!(
            "{} not registered: `{shown}` is left as it is; `registry apply` registers",
            count(report.findings.len(), "schema")
        )
    } else if before.as_deref() == Some(text.as_str()) {
        format!("`{shown}` is as the registry has it: {}", count(lock.subjects.len(), "subject"))
    } else if arguments.check {
        format!("`{shown}` is not as the registry has it: `registry lock` writes it")
    } else {
        fs::write(&path, &text).map_err(|error| Failure::write(&path, &error))?;
        format!("`{shown}` is written: {}", count(lock.subjects.len(), "subject"))
    };
    let is_clean = report.findings.is_empty() && (!arguments.check || before.as_deref() == Some(text.as_str()));
    if context.format == Format::Json {
        let locked = serde_json::to_value(&lock.subjects).unwrap_or_default();
        report.details.insert("subjects".to_owned(), locked);
    }
    report.print(context)?;
    Ok(if is_clean { Outcome::Clean } else { Outcome::Findings })
}

/// The subject of a schema with all versions; none where no version is the schema.
fn locked(registry: &SchemaRegistry, wanted: &Wanted) -> Result<Option<LockedSubject>, SchemaRegistryError> {
    let Some(own) = registry.find(&wanted.subject, &wanted.text)? else { return Ok(None) };
    let numbers = registry.versions(&wanted.subject)?;
    let versions = numbers.into_iter().map(|number| registry.version(&wanted.subject, number));
    let versions = versions.collect::<Result<Vec<_>, _>>()?;
    Ok(Some(LockedSubject {
        file: wanted.file.clone(),
        // Its own text: a registry may keep one that it takes for the same.
        own: LockedVersion { guid: Some(wanted.guid.to_string()), hash: hash(&wanted.text), ..version(&own) },
        versions: versions.iter().flatten().map(version).collect(),
    }))
}

fn version(schema: &RegisteredSchema) -> LockedVersion {
    // Without a GUID of its own, it is the one that follows from the text, unless that refers to others.
    let computed = || Identity::of_text(&schema.text).filter(|_| !schema.has_references);
    let guid =
        schema.guid.map(|guid| guid.to_string()).or_else(|| computed().map(|identity| identity.guid.to_string()));
    LockedVersion { version: schema.version, id: schema.id, guid, hash: hash(&schema.text) }
}

fn hash(text: &str) -> String {
    Sha256::digest(text).iter().fold(String::new(), |hash, byte| hash + &format!("{byte:02x}"))
}
