//! Other versions of a schema folder: as it stands in a git commit, in another folder, or in an archive.
//!
//! Nothing is checked out, unpacked to disk or run. A git reference means its tip, as `buf breaking --against
//! '.git#branch=main'` does: what was merged to `main` since a branch left it counts. `main...` means the commit where the
//! two parted, as in `git diff`.
//!
//! The feature `git` brings gix; without it [`git`] is a stand-in that names the feature.

mod against;
mod archive;
mod failure;
mod folder;
#[cfg(feature = "git")]
mod git;
#[cfg(not(feature = "git"))]
#[path = "git/absent.rs"]
mod git;
mod location;
mod source;
mod tree;
mod version;

#[cfg(test)]
#[cfg(unix)]
mod tests;

use self::failure::Failure;

pub(crate) use against::Against;
pub(crate) use location::FolderLocation;
pub(crate) use version::Version;

/// Reads another version of a schema folder.
///
/// # Errors
///
/// Where it can't be found or read, with what to do. A version without the folder is none: see [`Version::folder`].
pub(crate) fn read(against: &Against, location: &FolderLocation) -> Result<Version, Failure> {
    match against {
        Against::Git { reference } => git::read(reference, location),
        Against::Folder(folder) => folder::read(folder, location),
        Against::Archive(archive) => archive::read(archive, location),
    }
}

/// Each distinct version of the schema folder along the first parents of a git reference, the newest first, back to
/// `since` or to the first commit. A version is named by the commit that made it.
///
/// # Errors
///
/// Where there is no repository, or a reference is unknown; what the iterator finds on its way, it gives.
pub(crate) fn history(
    reference: &str,
    since: Option<&str>,
    location: &FolderLocation,
) -> Result<impl Iterator<Item = Result<Version, Failure>> + use<>, Failure> {
    git::history(reference, since, location)
}
