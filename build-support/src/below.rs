//! The files below a folder.

use std::collections::BTreeSet;
use std::fs::{self, DirEntry};
use std::io;
use std::path::{Path, PathBuf};

use crate::{Budget, BuildError, Refusal};

/// The files below a folder, as [`files_below`] finds them.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Below {
    /// The regular files whose names are wanted: the name of each, and its path.
    pub files: Vec<(String, PathBuf)>,
    /// Files that are wanted, and folders, that can't be read.
    pub unreadable: Vec<Unreadable>,
}

/// A file, link or folder that can't be read.
#[derive(Debug)]
#[non_exhaustive]
pub struct Unreadable {
    /// The name, as that of a file.
    pub name: String,
    /// The path.
    pub path: PathBuf,
    /// The reason.
    pub error: io::Error,
}

/// The regular files below a folder whose names are wanted, with their paths. The name is the path from the folder, with
/// `/`; what has none that `is_looked_at`, itself and not as a path, is left out with all that is in it. A folder that links
/// lead to as well is gone through once.
///
/// # Errors
///
/// [`BuildError::Refused`] where a link leads out of the folder, what is wanted is no regular file, or there is more than
/// the budget allows; [`BuildError::Read`] where the folder itself can't be read.
pub fn files_below(
    folder: impl AsRef<Path>,
    budget: &mut Budget,
    is_looked_at: impl Fn(&str) -> bool,
    is_wanted: impl Fn(&str) -> bool,
) -> Result<Below, BuildError> {
    let folder = folder.as_ref();
    let failed = |source| BuildError::Read { path: folder.to_owned(), source };
    let root = fs::canonicalize(folder).map_err(failed)?;
    fs::read_dir(&root).map_err(failed)?;
    let (open, links) = (vec![folder.to_owned()], BTreeSet::new());
    let mut walk = Walk { folder, root, budget, is_wanted, open, links, below: Below::default() };
    let mut seen = BTreeSet::new();
    while let Some(current) = walk.open.pop().or_else(|| walk.links.pop_first()) {
        // A link may lead back to a folder that it stands in.
        let is_new = fs::canonicalize(&current).map(|real| seen.insert(real));
        match is_new.and_then(|is_new| if is_new { fs::read_dir(&current).map(Some) } else { Ok(None) }) {
            Ok(None) => {}
            Ok(Some(entries)) => {
                for entry in entries {
                    match entry {
                        Ok(entry) if !is_looked_at(&entry.file_name().to_string_lossy()) => {}
                        Ok(entry) => walk.visit(&entry)?,
                        Err(error) => walk.give_up(current.clone(), error),
                    }
                }
            }
            Err(error) => walk.give_up(current, error),
        }
    }
    Ok(walk.below)
}

struct Walk<'a, F> {
    folder: &'a Path,
    /// The folder without links.
    root: PathBuf,
    budget: &'a mut Budget,
    is_wanted: F,
    /// Folders to go through.
    open: Vec<PathBuf>,
    /// Links to folders, which come last, so that a folder has the name that it has without them.
    links: BTreeSet<PathBuf>,
    below: Below,
}

impl<F: Fn(&str) -> bool> Walk<'_, F> {
    fn visit(&mut self, entry: &DirEntry) -> Result<(), BuildError> {
        let path = entry.path();
        let name = name(self.folder, &path);
        self.budget.entry(&name)?;
        let is_wanted = (self.is_wanted)(&name);
        let kind = match entry.file_type() {
            Ok(kind) if kind.is_symlink() => fs::canonicalize(&path).and_then(|target| {
                let kind = fs::metadata(&target)?.file_type();
                Ok((kind, Some(target)))
            }),
            kind => kind.map(|kind| (kind, None)),
        };
        let (kind, target) = match kind {
            Ok(found) => found,
            // A link that leads nowhere is a file, missed or not by its name.
            Err(error) if is_wanted => {
                self.give_up(path, error);
                return Ok(());
            }
            Err(_) => return Ok(()),
        };
        if let Some(target) = target {
            self.budget.link(path.display())?;
            if !target.starts_with(&self.root) && (kind.is_dir() || is_wanted) {
                return Err(Refusal::leads_out(path.display()).into());
            }
            if kind.is_dir() {
                self.links.insert(path);
                return Ok(());
            }
        }
        if kind.is_dir() {
            self.open.push(path);
        } else if is_wanted {
            if path.to_str().is_none() || name.contains(char::is_control) {
                return Err(Refusal::name(&path).into());
            }
            if !kind.is_file() {
                return Err(Refusal::no_regular_file(path.display()).into());
            }
            self.below.files.push((name, path));
        }
        Ok(())
    }

    fn give_up(&mut self, path: PathBuf, error: io::Error) {
        let name = name(self.folder, &path);
        self.below.unreadable.push(Unreadable { name, path, error });
    }
}

/// The name of a file in its set: its path from the folder, with `/` on every platform.
fn name(folder: &Path, path: &Path) -> String {
    let relative = path.strip_prefix(folder).unwrap_or(path);
    let parts: Vec<_> = relative.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    parts.join("/")
}
