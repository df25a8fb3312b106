//! The folder of the schemas, now and in other versions.

use std::env;
use std::fs;
use std::path::{Component, Path, PathBuf};

use super::failure::Failure;

/// A schema folder, and what else locates its other versions.
#[derive(Clone, Debug)]
pub(crate) struct FolderLocation {
    /// The schema folder now; it may be gone.
    pub(super) folder: PathBuf,
    /// The path of the folder in the other version, with `/`, from the root of the repository, archive or folder.
    pub(super) old_folder: Option<String>,
    /// The folder that relative paths start from.
    pub(super) current_dir: PathBuf,
}

impl FolderLocation {
    /// A schema folder, seen from the current folder of the process. `old_folder` is its path in the other version, from
    /// the root of that, where it was another one.
    ///
    /// # Errors
    ///
    /// Where the process has no current folder.
    pub(crate) fn new(folder: &Path, old_folder: Option<&str>) -> Result<Self, Failure> {
        let current_dir = env::current_dir().and_then(fs::canonicalize).map_err(|error| {
            Failure::new(format!("can't tell the current folder: {error}"), "run it in a folder that exists")
        })?;
        Ok(Self { folder: folder.to_owned(), old_folder: old_folder.map(slashed), current_dir })
    }

    /// The path of the folder in the other version, where that was another one.
    pub(crate) fn old_folder(&self) -> Option<&str> {
        self.old_folder.as_deref()
    }

    /// The same folder, whose path in the other version was another one.
    pub(crate) fn with_old_folder(&self, folder: &str) -> Self {
        Self { old_folder: Some(folder.to_owned()), ..self.clone() }
    }

    /// The absolute path of the folder. Links on the way to it are followed; whether the folder itself is one is left to
    /// each version.
    pub(super) fn absolute(&self) -> PathBuf {
        let folder = self.current_dir.join(&self.folder);
        match (folder.parent(), folder.components().next_back()) {
            (Some(parent), Some(Component::Normal(name))) => followed(parent).join(name),
            _ => followed(&folder),
        }
    }

    /// The absolute path of the folder, itself followed where it is a link.
    #[cfg(feature = "git")]
    pub(super) fn followed(&self) -> PathBuf {
        followed(&self.current_dir.join(&self.folder))
    }

    /// The nearest folder that exists, the schema folder itself or one above.
    #[cfg(feature = "git")]
    pub(super) fn nearest(&self) -> PathBuf {
        let followed = self.followed();
        followed.ancestors().find(|folder| folder.is_dir()).map_or_else(|| self.current_dir.clone(), Path::to_owned)
    }

    /// The folder as the user wrote it.
    #[cfg(feature = "git")]
    pub(super) fn display(&self) -> String {
        self.folder.display().to_string()
    }
}

/// A path with the links followed, as far as it exists.
fn followed(path: &Path) -> PathBuf {
    path.ancestors()
        .find_map(|known| Some((fs::canonicalize(known).ok()?, path.strip_prefix(known).ok()?)))
        .map_or_else(|| path.to_owned(), |(known, rest)| known.join(rest))
}

/// A relative path with `/`, without what says nothing.
pub(super) fn slashed(path: impl AsRef<Path>) -> String {
    let parts: Vec<_> = path
        .as_ref()
        .components()
        .filter(|part| matches!(part, Component::Normal(_) | Component::ParentDir))
        .map(|part| part.as_os_str().to_string_lossy())
        .collect();
    parts.join("/")
}

/// A path of a version, with one more part.
pub(super) fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}
