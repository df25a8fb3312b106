//! Writing generated files.

use std::fs;
use std::path::{Component, Path, PathBuf};

use thoth_messaging_codegen::GeneratedFile;

use crate::read::read_regular;
use crate::{BuildError, Refusal};

/// Writes the files whose text differs from what is there, and says how many: an unchanged file keeps its time, and what
/// depends on it is not built again. Folders that are not there are made.
///
/// The folder may be a link; nothing in it is written through one.
///
/// # Errors
///
/// [`BuildError::Refused`] where a link or a device is in the way, [`BuildError::Write`] where a folder can't be made or a
/// file can't be written.
pub fn write_changed(folder: &Path, files: &[GeneratedFile]) -> Result<usize, BuildError> {
    let mut written = 0;
    for file in files {
        let path = file_path(folder, &file.path)?;
        if read_regular(&path, file.text.len() as u64).is_ok_and(|present| present == file.text.as_bytes()) {
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

/// The path of a file to write into a folder, by its path from there. It is in the folder, with no link on the way.
///
/// # Errors
///
/// If the path leads out of the folder, a link stands on the way, or something other than a file is there.
pub fn file_path(folder: &Path, inner: &str) -> Result<PathBuf, Refusal> {
    let mut path = folder.to_owned();
    for part in Path::new(inner).components() {
        if !matches!(part, Component::Normal(_)) {
            return Err(Refusal::name(inner));
        }
        path.push(part);
        let Ok(metadata) = fs::symlink_metadata(&path) else { continue };
        if metadata.is_symlink() {
            let help = "delete the link; what is generated is written to the folder itself";
            return Err(Refusal::new(path.display(), "is a link, and nothing is written through one", help));
        }
        if !metadata.is_dir() && !metadata.is_file() {
            return Err(Refusal::no_regular_file(path.display()));
        }
    }
    Ok(path)
}
