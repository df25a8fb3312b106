//! The folders of schema files that a command works on.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use thoth_messaging_build::{OtherFormat, read_folder, read_lock};
use thoth_messaging_codegen::SchemaSet;

use crate::config::Config;
use crate::failure::Failure;

/// A folder of schema files.
pub(crate) struct Folder {
    pub(crate) path: PathBuf,
    pub(crate) schemas: SchemaSet,
    /// The names of the files that are asked for; all of them where there are none.
    only: BTreeSet<String>,
}

impl Folder {
    /// With the ids that a registry gave the schemas, where there is a lock file.
    pub(crate) fn with_lock(mut self) -> Result<Self, Failure> {
        read_lock(&self.path, &mut self.schemas)?;
        Ok(self)
    }

    /// Returns whether the file of a name is asked for.
    pub(crate) fn asks_for(&self, name: &str) -> bool {
        self.only.is_empty() || self.only.contains(name)
    }

    /// Returns whether the file of a path is asked for, as the user knows it.
    pub(crate) fn asks_for_origin(&self, origin: &str) -> bool {
        self.only.is_empty() || self.asked().any(|asked| asked == origin)
    }

    /// The files that are asked for, read or not, as the user knows them.
    pub(crate) fn asked(&self) -> impl Iterator<Item = &str> {
        let read = self.schemas.iter().map(|(name, file)| (name, &file.origin));
        let unread = self.schemas.unread().map(|(name, file)| (name, &file.location.file));
        read.chain(unread).filter(|(name, _)| self.asks_for(name)).map(|(_, origin)| origin.as_str())
    }
}

/// Reads folders, and files in their folders; the folders of the settings where none is named. The folder of a file is the one
/// of the settings that holds it, or else its parent.
pub(crate) fn read(paths: &[PathBuf], config: &Config) -> Result<Vec<Folder>, Failure> {
    let configured = config.schemas();
    let paths = if paths.is_empty() { &configured } else { paths };
    let mut files: BTreeMap<PathBuf, BTreeSet<String>> = BTreeMap::new();
    let mut whole: BTreeSet<PathBuf> = BTreeSet::new();
    for path in paths {
        if path.is_file() {
            let folder = folder_of(path, &configured);
            let name = name_in(&folder, path).ok_or_else(|| no_schema_file(path))?;
            files.entry(folder).or_default().insert(name);
        } else {
            whole.insert(path.clone());
        }
    }
    let whole = whole.into_iter().map(|folder| (folder, BTreeSet::new()));
    whole.chain(files).map(|(path, only)| read_files(path, only)).collect()
}

/// Reads the one folder of a command that works on one.
pub(crate) fn read_one(folder: Option<&Path>, config: &Config) -> Result<Folder, Failure> {
    read_whole(folder.map_or_else(|| one(config), |folder| Ok(folder.to_owned()))?)
}

/// The one folder of the settings.
pub(crate) fn one(config: &Config) -> Result<PathBuf, Failure> {
    match config.schemas().as_slice() {
        [folder] => Ok(folder.clone()),
        folders => {
            let names: Vec<_> = folders.iter().map(|folder| format!("`{}`", folder.display())).collect();
            Err(Failure::new(format!("there are several folders of schemas: {}", names.join(", ")))
                .help("name the one that is meant"))
        }
    }
}

const FIRST: &str = "`thoth-messaging new OrderPlaced --topic shop.order-placed` writes a first file";

/// Reads all files of a folder.
pub(crate) fn read_whole(path: PathBuf) -> Result<Folder, Failure> {
    read_files(path, BTreeSet::new())
}

fn read_files(path: PathBuf, only: BTreeSet<String>) -> Result<Folder, Failure> {
    if path.is_file() {
        return Err(Failure::new(format!("`{}` is a file, not a folder", path.display()))
            .help(format!("name the folder that it is in: `{}`", parent(&path).display())));
    }
    if !path.exists() {
        let what = if path.extension().is_some() { "file or folder" } else { "folder" };
        return Err(Failure::new(format!("there is no {what} `{}`", path.display())).help(format!(
            "name the folder of the schema files, as an argument or by `schemas = [\"FOLDER\"]` in \
             thoth-messaging.toml; {FIRST}"
        )));
    }
    let mut schemas = read_folder(&path)?;
    schemas.ignore_lock();
    if schemas.is_empty() {
        return Err(Failure::new(format!("there is no schema file below `{}`", path.display()))
            .help(format!("the names of schema files end with `.json`; {FIRST}")));
    }
    Ok(Folder { path, schemas, only })
}

fn no_schema_file(path: &Path) -> Failure {
    if let Some(format) = OtherFormat::of(&path.file_name().unwrap_or_default().to_string_lossy()) {
        return Failure::new(format!("`{}` {}", path.display(), format.reason("schemas"))).help(format.help());
    }
    Failure::new(format!("`{}` is no schema file: its name does not end with `.json`", path.display()))
        .help("name a schema file or a folder of them; the names of schema files end with `.json`")
}

fn folder_of(file: &Path, configured: &[PathBuf]) -> PathBuf {
    let holds = |folder: &&PathBuf| match (folder.canonicalize(), file.canonicalize()) {
        (Ok(folder), Ok(file)) => file.starts_with(folder),
        _ => false,
    };
    configured.iter().find(holds).cloned().unwrap_or_else(|| parent(file))
}

fn parent(file: &Path) -> PathBuf {
    match file.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// The name of a file in a folder: its path from there.
fn name_in(folder: &Path, file: &Path) -> Option<String> {
    let (folder, file) = (folder.canonicalize().ok()?, file.canonicalize().ok()?);
    let relative = file.strip_prefix(folder).ok()?;
    let parts: Vec<_> = relative.iter().map(|part| part.to_string_lossy()).collect();
    relative.extension().is_some_and(|extension| extension == "json").then(|| parts.join("/"))
}
