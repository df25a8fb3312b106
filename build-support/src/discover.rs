//! Finding and reading schema files.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use thoth_messaging_codegen::SchemaSet;

use crate::read::read_regular;
use crate::{Budget, BuildError, Refusal};

/// Whether a file of a schema folder is a schema: its name ends with `.json`, and nothing on the way to it is hidden.
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

/// Whether a file or folder of this name is hidden, and so is left out of a schema folder: it starts with `.`.
#[must_use]
pub fn is_hidden(name: &str) -> bool {
    name.starts_with('.')
}

/// Reads every schema below a folder, as [`is_schema_file`] says. A folder that links lead to as well is read once, by the
/// name that it has without them.
///
/// The folder may be a link; a link in it may lead to what is in it, and nowhere else.
///
/// # Errors
///
/// [`BuildError::Refused`] where a link leads out of the folder, a schema is no regular file, or there is more than a
/// [`Budget`] allows; [`BuildError::Read`] where the folder or a file can't be read, or is not UTF-8.
pub fn read_folder(folder: impl AsRef<Path>) -> Result<SchemaSet, BuildError> {
    let mut budget = Budget::new();
    let mut schemas = SchemaSet::new();
    for (name, path) in files_below(folder, &mut budget, |name| !is_hidden(name), is_schema_file)? {
        let unreadable = |source| BuildError::Read { path: path.clone(), source };
        let bytes = match read_regular(&path, Budget::MAX_FILE) {
            Err(error) if error.kind() == ErrorKind::FileTooLarge => {
                budget.file(path.display(), Budget::MAX_FILE + 1)?;
                return Err(unreadable(error));
            }
            read => read.map_err(unreadable)?,
        };
        budget.file(path.display(), bytes.len() as u64)?;
        let not_utf_8 = |_| io::Error::new(ErrorKind::InvalidData, "stream did not contain valid UTF-8");
        let text = String::from_utf8(bytes).map_err(|error| unreadable(not_utf_8(error)))?;
        schemas.add(name, path.display().to_string(), text);
    }
    Ok(schemas)
}

/// The regular files below a folder whose names are wanted, with their paths. The name is the path from the folder, with
/// `/`; what has none that `is_looked_at`, itself and not as a path, is left out with all that is in it. A folder that links
/// lead to as well is gone through once.
///
/// # Errors
///
/// As of [`read_folder`].
pub fn files_below(
    folder: impl AsRef<Path>,
    budget: &mut Budget,
    is_looked_at: impl Fn(&str) -> bool,
    is_wanted: impl Fn(&str) -> bool,
) -> Result<Vec<(String, PathBuf)>, BuildError> {
    let folder = folder.as_ref();
    let root = fs::canonicalize(folder).map_err(|source| BuildError::Read { path: folder.to_owned(), source })?;
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    let mut links = BTreeSet::new();
    let mut seen = BTreeSet::new();
    while let Some(current) = open.pop().or_else(|| links.pop_first()) {
        let failed = |source| BuildError::Read { path: current.clone(), source };
        // A link may lead back to a folder that it stands in.
        if !seen.insert(fs::canonicalize(&current).map_err(failed)?) {
            continue;
        }
        for entry in fs::read_dir(&current).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let path = entry.path();
            if !is_looked_at(&entry.file_name().to_string_lossy()) {
                continue;
            }
            let name = name(folder, &path);
            budget.entry(&name)?;
            let unreadable = |source| BuildError::Read { path: path.clone(), source };
            let mut kind = entry.file_type().map_err(unreadable)?;
            if kind.is_symlink() {
                // One that leads nowhere is a file, read or not by its name.
                let target = match fs::canonicalize(&path) {
                    Err(error) if is_wanted(&name) => return Err(unreadable(error)),
                    Err(_) => continue,
                    Ok(target) => target,
                };
                budget.link(path.display())?;
                kind = fs::metadata(&path).map_err(unreadable)?.file_type();
                if !target.starts_with(&root) && (kind.is_dir() || is_wanted(&name)) {
                    return Err(Refusal::leads_out(path.display()).into());
                }
                if kind.is_dir() {
                    links.insert(path);
                    continue;
                }
            }
            if kind.is_dir() {
                open.push(path);
            } else if is_wanted(&name) {
                if path.to_str().is_none() || name.contains(char::is_control) {
                    return Err(Refusal::name(&path).into());
                }
                if !kind.is_file() {
                    return Err(Refusal::no_regular_file(path.display()).into());
                }
                found.push((name, path));
            }
        }
    }
    Ok(found)
}

/// The name of a file in its set: its path from the folder, with `/` on every platform.
fn name(folder: &Path, path: &Path) -> String {
    let relative = path.strip_prefix(folder).unwrap_or(path);
    let parts: Vec<_> = relative.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    parts.join("/")
}
