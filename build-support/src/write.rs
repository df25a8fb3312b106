//! Writing generated files.

use std::fs;
use std::path::Path;

use thoth_messaging_codegen::GeneratedFile;

use crate::BuildError;

/// Writes the files whose text differs from what is there, and says how many: an unchanged file keeps its time, and what
/// depends on it is not built again. Folders that are not there are made.
///
/// # Errors
///
/// [`BuildError::Write`] where a folder can't be made or a file can't be written.
pub fn write_changed(folder: &Path, files: &[GeneratedFile]) -> Result<usize, BuildError> {
    let mut written = 0;
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
        written += 1;
    }
    Ok(written)
}
