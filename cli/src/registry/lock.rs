//! `registry lock`.

use std::collections::BTreeMap;
use std::path::Path;

use clap::Args;
use serde::Serialize;
use thoth_messaging::schema_registry::{RegisteredSchema, SchemaRegistry, SchemaRegistryError};
use thoth_messaging_build::{LOCK_FILE, read_regular, write_changed};
use thoth_messaging_codegen::{GeneratedFile, lock_hash};
use thoth_messaging_documents::Identity;

use super::args::{ConnectionArgs, SubjectArgs};
use super::compare::each;
use super::wanted::{self, Wanted};
use crate::context::{Context, Outcome};
use crate::failure::Failure;
use crate::places::require_direct;
use crate::report::{Format, Report, count};

/// Write down which version of which subject each schema is: `registry.lock`, in the folder of the schemas.
///
/// For each schema it has the subject, the version, the registry's id, the GUID and a hash of the text, and the same of the other
/// versions of the subject. Builds read it: for ids before payloads, and to know older and newer writers. It is the same for the same registry, and
/// belongs into version control. Nothing is written while a schema is not registered.
#[derive(Args)]
#[command(after_help = "Exit codes: 0 it is written, or as it was with --check; 1 it is not; 2 could not run.")]
pub(super) struct LockArgs {
    #[command(flatten)]
    subjects: SubjectArgs,
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
    let Some((project, wanted)) = wanted::read(&arguments.subjects, context)? else { return Ok(Outcome::Findings) };
    let mut report = Report::new("registry-lock");
    report.subjects = wanted.iter().map(|wanted| wanted.origin.clone()).collect();
    let mut locks: Vec<Lock> = project.paths().iter().map(|_| Lock::default()).collect();
    for (locked, wanted) in each(wanted, |wanted| Ok((locked(&registry, &wanted)?, wanted)))? {
        if let Some(locked) = locked {
            locks[wanted.folder].subjects.insert(wanted.subject, locked);
        } else {
            let message = format!("`{}` is not registered in `{}`", wanted.name, wanted.subject);
            report.findings.push(wanted.finding("NOT_REGISTERED", message));
        }
    }
    let mut is_clean = report.findings.is_empty();
    let mut lines = Vec::new();
    for (folder, lock) in project.paths().iter().zip(&locks) {
        let path = folder.join(LOCK_FILE);
        let (shown, subjects) = (path.display().to_string(), count(lock.subjects.len(), "subject"));
        lines.push(if !report.findings.is_empty() {
            format!("`{shown}` is left as it is: `registry apply` registers")
        } else if lock.is_in(&path) {
            format!("`{shown}` is as the registry has it: {subjects}")
        } else if arguments.check {
            is_clean = false;
            format!("`{shown}` is not as the registry has it: `registry lock` writes it")
        } else {
            require_direct(folder)?;
            write_changed(folder, &[GeneratedFile { path: LOCK_FILE.to_owned(), text: lock.text() }])?;
            format!("`{shown}` is written: {subjects}")
        });
    }
    report.summary = lines.join("\n");
    if context.format == Format::Json {
        let locked: Vec<_> =
            locks.iter().map(|lock| serde_json::to_value(&lock.subjects).unwrap_or_default()).collect();
        report.details.insert("folders".to_owned(), locked.into());
    }
    report.print(context)?;
    Ok(if is_clean { Outcome::Clean } else { Outcome::Findings })
}

impl Default for Lock {
    fn default() -> Self {
        Self { version: 1, subjects: BTreeMap::new() }
    }
}

impl Lock {
    fn text(&self) -> String {
        serde_json::to_string_pretty(self).map(|text| text + "\n").unwrap_or_default()
    }

    /// True if a file has it already.
    fn is_in(&self, path: &Path) -> bool {
        let text = self.text();
        !path.is_symlink() && read_regular(path, text.len() as u64).is_ok_and(|present| present == text.as_bytes())
    }
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
        own: LockedVersion { guid: Some(wanted.guid.to_string()), hash: lock_hash(&wanted.text), ..version(&own) },
        versions: versions.iter().flatten().map(version).collect(),
    }))
}

fn version(schema: &RegisteredSchema) -> LockedVersion {
    // Without a GUID of its own, it is the one that follows from the text, unless that refers to others.
    let computed = || Identity::of_text(&schema.text).filter(|_| !schema.has_references);
    let guid =
        schema.guid.map(|guid| guid.to_string()).or_else(|| computed().map(|identity| identity.guid.to_string()));
    LockedVersion { version: schema.version, id: schema.id, guid, hash: lock_hash(&schema.text) }
}
