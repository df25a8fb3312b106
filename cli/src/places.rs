//! Folders to write to that stand in a checkout, which may hold links of somebody else.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use thoth_messaging_build::Refusal;

use crate::failure::Failure;

/// Refuses a folder below the current one that a link on the way leads out of there. A folder elsewhere is as it is named.
pub(crate) fn require_direct(folder: &Path) -> Result<(), Failure> {
    let Ok(current) = env::current_dir().and_then(fs::canonicalize) else { return Ok(()) };
    let relative = folder.strip_prefix(&current).unwrap_or(folder);
    if relative.is_absolute() {
        return Ok(());
    }
    let mut path = PathBuf::new();
    for part in relative.components() {
        path.push(part);
        let is_link = fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_symlink());
        // One that leads nowhere leads to what would be made there.
        if is_link && !fs::canonicalize(&path).is_ok_and(|target| target.starts_with(&current)) {
            let reason = "is a link that leads out of the current folder, and nothing is written there";
            return Err(
                Refusal::new(path.display(), reason, "name the folder that it leads to, or delete the link").into()
            );
        }
    }
    Ok(())
}

/// Refuses a folder that holds a link: what is written to a file of its name would go where it leads.
pub(crate) fn refuse_links(folder: &Path) -> Result<(), Failure> {
    let failed = |error| Failure::read(folder, &error);
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if entry.file_type().map_err(failed)?.is_symlink() {
            let reason = "is a link, and nothing is written through one";
            return Err(Refusal::new(entry.path().display(), reason, "delete the link, or name another folder").into());
        }
    }
    Ok(())
}
