//! Writing generated files.

use std::fs;
use std::path::Path;

use thoth_messaging_codegen::GeneratedFile;

use crate::BuildError;

/// Writes the files whose text differs from what is there: an unchanged file keeps its time, and what depends on it
/// is not built again.
pub(crate) fn write_changed(folder: &Path, files: &[GeneratedFile]) -> Result<(), BuildError> {
    for file in files {
        let path = folder.join(&file.path);
        if fs::read(&path).is_ok_and(|present| present == file.text.as_bytes()) {
            continue;
        }
        let failed = |source| BuildError::Write { path: path.clone(), source };
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(failed)?;
        }
        fs::write(&path, &file.text).map_err(failed)?;
    }
    Ok(())
}
