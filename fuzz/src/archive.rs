//! Archives: whatever the bytes, they are read within bounds or refused with a reason and a remedy.

use std::fs;
use std::path::Path;

use thoth_messaging_build::Budget;

use crate::versions::{Against, FolderLocation, Version};

/// Reads an archive, as `breaking --against archive:FILE` does.
///
/// # Panics
///
/// If what was read is over the budget, or the reason or the remedy is missing.
pub fn run(input: &[u8]) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("archive");
    fs::write(&file, input).unwrap();
    let location = FolderLocation::new(Path::new("schemas"), None).unwrap();
    vet(crate::versions::read(&Against::Archive(file), &location));
}

/// Makes sure of what holds of a version, or of why there is none.
pub(crate) fn vet(read: Result<Version, impl Into<crate::failure::Failure>>) {
    match read {
        Ok(version) => {
            let sizes = version.schemas.iter().map(|(_, file)| file.text.len() as u64);
            assert!(sizes.sum::<u64>() <= Budget::MAX_BYTES, "{}", version.label);
            for (name, _) in version.schemas.iter() {
                let is_name = |part: &str| !part.is_empty() && part != "." && part != "..";
                assert!(name.split('/').all(is_name) && !name.contains(char::is_control), "{name:?}");
                assert!(name.len() <= Budget::MAX_PATH, "{name:?}");
            }
        }
        Err(failure) => {
            let failure = failure.into();
            assert!(!failure.reason.is_empty() && !failure.help.is_empty(), "{failure:?}");
        }
    }
}
