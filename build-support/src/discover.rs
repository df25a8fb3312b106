//! Finding and reading schema files.

use std::io::{self, ErrorKind};
use std::path::Path;

use thoth_messaging_codegen::{Location, SchemaSet, UnreadFile};

use crate::below::{Unreadable, files_below};
use crate::read::{NOT_UTF_8, read_regular, remedy};
use crate::{Budget, BuildError, OtherFormat, Refusal};

/// Returns whether a file of a schema folder is a schema: its name ends with `.json`, and nothing on the way to it is hidden.
///
/// The name is the path from the folder, with `/`. This is the rule of [`read_folder`], for who reads schema folders from
/// elsewhere, as from a git commit.
///
/// ```
/// use thoth_messaging_build::is_schema_file;
///
/// assert!(is_schema_file("orders/placed.schema.json"));
/// assert!(!is_schema_file("orders/README.md"));
/// assert!(!is_schema_file(".drafts/placed.schema.json"));
/// ```
#[must_use]
pub fn is_schema_file(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|extension| extension == "json") && !name.split('/').any(is_hidden)
}

/// Returns whether a file or folder of this name is hidden, and so is left out of a schema folder: it starts with `.`.
#[must_use]
pub fn is_hidden(name: &str) -> bool {
    name.starts_with('.')
}

/// Reads every schema below a folder, as [`is_schema_file`] says. A folder that links lead to as well is read once, by the
/// name that it has without them.
///
/// The folder may be a link; a link in it may lead to what is in it, and nowhere else. What can't be read in it (a file that
/// is not UTF-8, a link that leads nowhere, what the user may not read) is [unread](SchemaSet::unread) in the set, and so is
/// what is [nearly a schema](OtherFormat): code is generated from none of it, and it does not hide what there is to say of the
/// rest.
///
/// # Errors
///
/// [`BuildError::Refused`] where a link leads out of the folder, a schema is no regular file, or there is more than a
/// [`Budget`] allows; [`BuildError::Read`] where the folder itself can't be read.
pub fn read_folder(folder: impl AsRef<Path>) -> Result<SchemaSet, BuildError> {
    let mut budget = Budget::new();
    let mut schemas = SchemaSet::new();
    let is_wanted = |name: &str| is_schema_file(name) || OtherFormat::of(name).is_some();
    let below = files_below(folder, &mut budget, |name| !is_hidden(name), is_wanted)?;
    for Unreadable { name, path, error } in below.unreadable {
        schemas.add_unread(name, unread(&path, b"", error.to_string(), remedy(&error)));
    }
    for (name, path) in below.files {
        if let Some(format) = OtherFormat::of(&name) {
            let reason = format!("it {}", format.reason("schemas"));
            schemas.add_unread(name, unread(&path, b"", reason, format.help()));
            continue;
        }
        let bytes = match read_regular(&path, Budget::MAX_FILE) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::FileTooLarge => {
                budget.file(path.display(), Budget::MAX_FILE + 1)?;
                return Err(BuildError::Read { path, source: error });
            }
            Err(error) => {
                schemas.add_unread(name, unread(&path, b"", error.to_string(), remedy(&error)));
                continue;
            }
        };
        budget.file(path.display(), bytes.len() as u64)?;
        match String::from_utf8(bytes) {
            Ok(text) => schemas.add(name, path.display().to_string(), text),
            Err(error) => {
                let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
                schemas.add_unread(name, unread(&path, before, "it is not UTF-8 from here on".to_owned(), NOT_UTF_8));
            }
        }
    }
    Ok(schemas)
}

/// The name of the lock file, in a folder of schemas: the ids that a registry gave them.
pub const LOCK_FILE: &str = "registry.lock";

/// Adds the lock file of a folder to its schemas, if there is one.
///
/// # Errors
///
/// [`BuildError::Refused`] where it is a link, and [`BuildError::Read`] where it can't be read.
pub fn read_lock(folder: impl AsRef<Path>, schemas: &mut SchemaSet) -> Result<(), BuildError> {
    let path = folder.as_ref().join(LOCK_FILE);
    if path.is_symlink() {
        let refusal = Refusal::new(path.display(), "is a link", "put the file itself into the folder of the schemas");
        return Err(BuildError::Refused(refusal));
    }
    let read = read_regular(&path, Budget::MAX_FILE);
    let text =
        read.and_then(|bytes| String::from_utf8(bytes).map_err(|error| io::Error::new(ErrorKind::InvalidData, error)));
    match text {
        Ok(text) => schemas.set_lock(path.display().to_string(), text),
        Err(error) if error.kind() == ErrorKind::NotFound => schemas.remove_lock(),
        Err(source) => return Err(BuildError::Read { path, source }),
    }
    Ok(())
}

/// A file that could not be read beyond some text.
fn unread(path: &Path, before: &[u8], reason: String, help: &str) -> UnreadFile {
    let before = String::from_utf8_lossy(before);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    let location = Location { file: path.display().to_string(), line, column, pointer: String::new() };
    UnreadFile { location, reason, help: help.to_owned() }
}
