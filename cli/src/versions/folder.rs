//! A version that is a folder.

use std::path::Path;

use thoth_messaging_build::{BuildError, read_folder};

use super::failure::Failure;
use super::location::FolderLocation;
use super::source::refuse_pointer;
use super::version::Version;

/// Reads the schemas of a folder; of the old folder in it, where one is named.
pub(super) fn read(folder: &Path, location: &FolderLocation) -> Result<Version, Failure> {
    let folder = location.old_folder.as_ref().map_or_else(|| folder.to_owned(), |old| folder.join(old));
    let schemas = read_folder(&folder).map_err(|error| match error {
        BuildError::Refused(refusal) => Failure::refused(&folder.display().to_string(), &refusal),
        error => Failure::new(error.to_string(), "name the schema folder of the other version"),
    })?;
    for (_, file) in schemas.iter() {
        refuse_pointer(&file.origin, &file.text)?;
    }
    let path = folder.display().to_string();
    Ok(Version { label: path.clone(), wanted: path.clone(), folder: Some(path), schemas })
}
