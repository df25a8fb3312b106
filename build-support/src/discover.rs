//! Finding and reading schema files.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use thoth_messaging_codegen::SchemaSet;

use crate::BuildError;

/// Reads every file below a folder whose name ends with `.json`. Hidden files and folders are left out.
///
/// # Errors
///
/// [`BuildError::Read`] where the folder or a file can't be read, or is not UTF-8.
pub fn read_folder(folder: impl AsRef<Path>) -> Result<SchemaSet, BuildError> {
    let folder = folder.as_ref();
    let mut schemas = SchemaSet::new();
    let mut open = vec![folder.to_owned()];
    let mut seen = BTreeSet::new();
    while let Some(current) = open.pop() {
        let failed = |source| BuildError::Read { path: current.clone(), source };
        // A link may lead back to a folder that it stands in.
        if !seen.insert(fs::canonicalize(&current).map_err(failed)?) {
            continue;
        }
        for entry in fs::read_dir(&current).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let path = entry.path();
            if entry.file_name().to_string_lossy().starts_with('.') {
                continue;
            }
            // Follows links, which `DirEntry::file_type` does not.
            let kind = fs::metadata(&path).map_err(|source| BuildError::Read { path: path.clone(), source })?;
            if kind.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "json") {
                let text =
                    fs::read_to_string(&path).map_err(|source| BuildError::Read { path: path.clone(), source })?;
                schemas.add(name(folder, &path), path.display().to_string(), text);
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
