//! Versions that are archives: tar, also compressed by gzip or zstd, and zip. Nothing is written.

mod unpack;

use std::collections::BTreeSet;
use std::path::Path;

use thoth_messaging_build::{Budget, is_schema_file};
use thoth_messaging_codegen::SchemaSet;

use super::failure::Failure;
use super::location::{FolderLocation, join, slashed};
use super::source;
use super::tree::{Entries, Node, Tree, schema_files};
use super::version::Version;
use unpack::{Contents, Entry, Unpacked};

#[cfg(test)]
pub(super) use unpack::unpack_up_to;
pub(super) use unpack::{is_archive, no_archive};

/// Reads the schema folder of an archive.
///
/// It is the folder with the path that the schema folder has from the current folder, or that `--old-folder` names, at the
/// root of the archive or below, as archives of a repository often have one folder for all. Where there is none, it is the
/// only folder with schema files.
pub(super) fn read(path: &Path, location: &FolderLocation) -> Result<Version, Failure> {
    let label = path.display().to_string();
    let archive = Archive { unpacked: unpack::unpack(path)?, label };
    let wanted = location.old_folder.clone().unwrap_or_else(|| from_current(location));
    let folder = archive.locate(&wanted, location.old_folder.is_none())?;
    let mut schemas = SchemaSet::new();
    let mut budget = Budget::new();
    // What was located is there.
    let files = schema_files(&archive, &folder)?.unwrap_or_default();
    for found in files {
        let origin = archive.origin(&found.path);
        if source::add_other(&mut schemas, &found.name, &origin) {
            continue;
        }
        let (size, bytes): (u64, &[u8]) = match &found.file {
            Entry::File(Contents::Read(bytes)) => (bytes.len() as u64, bytes),
            Entry::File(Contents::TooLarge) => (Budget::MAX_FILE + 1, &[]),
            Entry::File(Contents::Unread) | Entry::Link(_) => {
                return Err(Failure::new(
                    format!("`{}` is a link to `{origin}`, whose name does not end with `.json`", found.name),
                    "unpack the archive and compare with the folder: `--against folder:PATH`",
                ));
            }
        };
        budget.file(&found.path, size).map_err(|refusal| Failure::refused(&archive.label, &refusal))?;
        source::add(&mut schemas, &found.name, origin, bytes)?;
    }
    Ok(Version { label: archive.label, wanted, folder: Some(folder), schemas })
}

/// The path of the schema folder from the current folder; its name, where it is not below that.
fn from_current(location: &FolderLocation) -> String {
    let folder = location.absolute();
    match folder.strip_prefix(&location.current_dir) {
        Ok(relative) => slashed(relative),
        Err(_) => folder.file_name().map(slashed).unwrap_or_default(),
    }
}

struct Archive {
    label: String,
    unpacked: Unpacked,
}

impl Archive {
    /// The path of the schema folder in the archive.
    fn locate(&self, wanted: &str, or_the_only_one: bool) -> Result<String, Failure> {
        let named = self.named(wanted);
        match named.as_slice() {
            [folder] => return Ok(folder.clone()),
            [] if or_the_only_one => {}
            [] => return Err(self.lost(&format!("has no folder `{wanted}`"), &self.with_schemas())),
            several => return Err(self.lost(&format!("has several folders `{wanted}`"), several)),
        }
        let folders = self.with_schemas();
        match folders.as_slice() {
            [folder] => Ok(folder.clone()),
            [] => Err(self.lost("has no schema files", &[])),
            several => Err(self.lost(&format!("has no folder `{wanted}`"), several)),
        }
    }

    /// The folders, and links to such, whose path ends with the one that is wanted: those with the shortest path.
    fn named(&self, wanted: &str) -> Vec<String> {
        if wanted.is_empty() {
            return Vec::new();
        }
        let inner = format!("/{wanted}");
        let links =
            self.unpacked.iter().filter(|(_, entry)| matches!(entry, Entry::Link(_))).map(|(path, _)| path.as_str());
        let paths = self.unpacked.keys().flat_map(|path| folders(path)).chain(links);
        let found: BTreeSet<&str> = paths.filter(|path| *path == wanted || path.ends_with(&inner)).collect();
        let depth = |path: &str| path.matches('/').count();
        let least = found.iter().map(|path| depth(path)).min();
        found.into_iter().filter(|path| Some(depth(path)) == least).map(str::to_owned).collect()
    }

    /// The folders that hold schema files and are in no other such folder.
    fn with_schemas(&self) -> Vec<String> {
        let holding: BTreeSet<&str> = self
            .unpacked
            .keys()
            .filter(|path| is_schema_file(path))
            .map(|path| path.rsplit_once('/').map_or("", |(folder, _)| folder))
            .collect();
        let outermost = |folder: &&&str| !folders(folder).any(|above| holding.contains(above));
        holding.iter().filter(outermost).map(|folder| (*folder).to_owned()).collect()
    }

    fn lost(&self, reason: &str, folders: &[String]) -> Failure {
        let mut failure = Failure::new(
            format!("the archive `{}` {reason}", self.label),
            "name the path of the schema folder in the archive with `--old-folder`",
        );
        if !folders.is_empty() {
            let folders: Vec<_> = folders.iter().map(|folder| format!("`{folder}`")).collect();
            failure.help.push(format!("folders with that name or with schema files: {}", folders.join(", ")));
        }
        failure
    }
}

impl Tree for Archive {
    type Folder = String;
    type File = Entry;

    fn root(&self) -> String {
        String::new()
    }

    fn list(&self, folder: &String) -> Result<Entries<Self>, Failure> {
        let prefix = join(folder, "");
        let mut nodes: Entries<Self> = Vec::new();
        let mut rest = self.unpacked.range(prefix.clone()..);
        while let Some((path, entry)) = rest.next() {
            let Some(inner) = path.strip_prefix(&prefix) else { break };
            nodes.push(match (inner.split_once('/'), entry) {
                (Some((name, _)), _) => {
                    // Past all that is in that folder: `0` is what follows `/`.
                    rest = self.unpacked.range(format!("{prefix}{name}0")..);
                    (name.to_owned(), Node::Folder(join(folder, name)))
                }
                (None, Entry::File(_)) => (inner.to_owned(), Node::File(entry.clone())),
                (None, Entry::Link(_)) => (inner.to_owned(), Node::Link(entry.clone())),
            });
        }
        Ok(nodes)
    }

    fn target(&self, link: &Entry) -> Result<String, Failure> {
        Ok(if let Entry::Link(target) = link { target.to_string() } else { String::new() })
    }

    fn label(&self) -> &str {
        &self.label
    }

    fn origin(&self, path: &str) -> String {
        format!("{}:{path}", self.label)
    }
}

/// The folders that a path is in, from the innermost to the root, whose path is empty.
fn folders(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(parent(path), |path| parent(path))
}

fn parent(path: &str) -> Option<&str> {
    match path.rsplit_once('/') {
        Some((folder, _)) => Some(folder),
        None if path.is_empty() => None,
        None => Some(""),
    }
}
