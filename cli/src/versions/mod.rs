//! Other versions of a schema folder: as it stands in a git commit, in another folder, or in an archive.
//!
//! Nothing is checked out, unpacked to disk or run. A git reference means its tip, as `buf breaking --against
//! '.git#branch=main'` does: what was merged to `main` since a branch left it counts. `main...` means the commit where the
//! two parted, as in `git diff`.

mod archive;
mod folder;
mod git;
mod history;
mod place;
mod source;
mod tree;
mod unknown;

#[cfg(test)]
#[cfg(unix)]
mod tests;

use std::fmt;
use std::path::PathBuf;

use thoth_messaging_codegen::SchemaSet;

pub(crate) use history::History;
pub(crate) use place::Place;

/// Where another version of a schema folder is.
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
    /// What an argument means: `git:REF`, `folder:PATH` and `archive:PATH` say it; else it is a folder or an archive that
    /// exists, or else a git reference.
    ///
    /// # Errors
    ///
    /// Where it is both a path and a reference, or a file that is no archive.
    pub(crate) fn parse(argument: &str, place: &Place) -> Result<Self, Failure> {
        let path = |path: &str| place.current_dir.join(path);
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
        } else if there.is_file() && !git::names_commit(argument, place) {
            return Err(archive::no_archive(&there));
        } else {
            return Ok(reference);
        };
        if git::names_commit(argument, place) {
            return Err(Failure::new(
                format!("`{argument}` is a {prefix} and a git reference"),
                format!("write `git:{argument}` or `{prefix}:{argument}`"),
            ));
        }
        Ok(found)
    }
}

/// A schema folder as it stands elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Version {
    /// How messages name it: `main (1a2b3c4d5e)`, or a path.
    pub(crate) label: String,
    /// The path of the folder that was looked for.
    pub(crate) wanted: String,
    /// The path of the folder that was read; none where that version has no such folder.
    pub(crate) folder: Option<String>,
    /// Its schemas, named from the folder. The origin of one in git is what `git show` takes, `main:schemas/a.json`.
    pub(crate) schemas: SchemaSet,
}

impl Version {
    /// What should be said before the result: that all is new, or that another folder was read than the one that was
    /// looked for.
    pub(crate) fn note(&self) -> Option<String> {
        let Self { label, wanted, folder, schemas } = self;
        match folder {
            None => Some(format!(
                "{label} has no folder `{wanted}`: every schema is new; where it was elsewhere then, name its path there \
                 with `--old-folder`"
            )),
            Some(folder) if schemas.is_empty() => {
                Some(format!("the folder `{folder}` of {label} has no schema files: every schema is new"))
            }
            Some(folder) if folder != wanted => Some(format!("of {label}, the folder `{folder}` was read")),
            Some(_) => None,
        }
    }
}

/// Reads a version of the schema folder of a place.
///
/// # Errors
///
/// Where it can't be found or read, with what to do. A version without the folder is none: see [`Version::folder`].
pub(crate) fn read(against: &Against, place: &Place) -> Result<Version, Failure> {
    match against {
        Against::Git { reference } => git::read(reference, place),
        Against::Folder(folder) => folder::read(folder, place),
        Against::Archive(archive) => archive::read(archive, place),
    }
}

/// Each distinct version of the schema folder along the first parents of a git reference, the newest first, back to
/// `since` or to the first commit. A version is named by the commit that made it.
///
/// # Errors
///
/// Where there is no repository, or a reference is unknown; what the iterator finds on its way, it gives.
pub(crate) fn history(reference: &str, since: Option<&str>, place: &Place) -> Result<History, Failure> {
    History::new(reference, since, place)
}

/// Why a version could not be read, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    /// What was found, and where.
    pub(crate) reason: String,
    /// What to do, in order of what is most likely.
    pub(crate) help: Vec<String>,
}

impl Failure {
    fn new(reason: impl Into<String>, help: impl Into<String>) -> Self {
        Self { reason: reason.into(), help: vec![help.into()] }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)?;
        self.help.iter().try_for_each(|help| write!(f, "\n   = help: {help}"))
    }
}

impl From<Failure> for crate::failure::Failure {
    fn from(Failure { reason, help }: Failure) -> Self {
        Self::new(reason).help(help.join("\n   = help: "))
    }
}
