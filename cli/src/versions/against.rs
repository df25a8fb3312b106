//! The argument of `--against`.

use std::path::PathBuf;

use super::failure::Failure;
use super::location::FolderLocation;
use super::{archive, git};

/// The place of another version of a schema folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Against {
    /// In a commit of the repository that the folder stands in.
    Git {
        /// A branch, tag, commit or what else `git rev-parse` takes; `A...B` is the merge base, of `HEAD` where one is empty.
        reference: String,
    },
    /// In another folder.
    Folder(PathBuf),
    /// In a tar (also gzip or zstd) or zip file.
    Archive(PathBuf),
}

impl Against {
    /// Parses an argument: `git:REF`, `folder:PATH` and `archive:PATH` say it; else it is a folder or an archive that
    /// exists, or else a git reference.
    ///
    /// # Errors
    ///
    /// Where it is both a path and a reference, or a file that is no archive.
    pub(crate) fn parse(argument: &str, location: &FolderLocation) -> Result<Self, Failure> {
        let path = |path: &str| location.current_dir.join(path);
        match argument.split_once(':') {
            Some(("git", reference)) => return Ok(Self::Git { reference: reference.to_owned() }),
            Some(("folder", folder)) => return Ok(Self::Folder(path(folder))),
            Some(("archive", archive)) => return Ok(Self::Archive(path(archive))),
            _ => {}
        }
        let there = path(argument);
        let reference = Self::Git { reference: argument.to_owned() };
        let (found, prefix) = if there.is_dir() {
            (Self::Folder(there), "folder")
        } else if there.is_file() && archive::is_archive(&there)? {
            (Self::Archive(there), "archive")
        } else if there.is_file() && !git::names_commit(argument, location) {
            return Err(archive::no_archive(&there));
        } else {
            return Ok(reference);
        };
        if git::names_commit(argument, location) {
            return Err(Failure::new(
                format!("`{argument}` is a {prefix} and a git reference"),
                format!("write `git:{argument}` or `{prefix}:{argument}`"),
            ));
        }
        Ok(found)
    }
}
