//! Finding and reading schema files.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use thoth_messaging_codegen::SchemaSet;

use crate::BuildError;

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
/// # Errors
///
/// [`BuildError::Read`] where the folder or a file can't be read, or is not UTF-8.
pub fn read_folder(folder: impl AsRef<Path>) -> Result<SchemaSet, BuildError> {
    let folder = folder.as_ref();
    let mut schemas = SchemaSet::new();
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
            if is_hidden(&entry.file_name().to_string_lossy()) {
                continue;
            }
            let unreadable = |source| BuildError::Read { path: path.clone(), source };
            // Follows links, which `DirEntry::file_type` does not. One that leads nowhere is a file, read or not by its name.
            if path.is_dir() {
                if entry.file_type().map_err(unreadable)?.is_symlink() {
                    links.insert(path);
                } else {
                    open.push(path);
                }
                continue;
            }
            let name = name(folder, &path);
            if is_schema_file(&name) {
                let text = fs::read_to_string(&path).map_err(unreadable)?;
                schemas.add(name, path.display().to_string(), text);
            }
        }
    }
    Ok(schemas)
}

/// The name of a file in its set: its path from the folder, with `/` on every platform.
fn name(folder: &Path, path: &Path) -> String {
    let relative = path.strip_prefix(folder).unwrap_or(path);
    let parts: Vec<_> = relative.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    parts.join("/")
}
