//! Versions that are git commits, read from the objects of the repository.

mod gone;
pub(super) mod history;
mod unknown;

use std::cell::Cell;
use std::env;
use std::fs;

use gix::bstr::ByteSlice as _;
use gix::discover::upwards;
use gix::object::Kind;
use gix::objs::tree::EntryKind;
use gix::open::Options;
use gix::sec::Trust;
use gix::sec::trust::DefaultForLevel as _;
use gix::{ObjectId, ThreadSafeRepository};
use thoth_messaging_build::{Budget, Refusal};
use thoth_messaging_codegen::SchemaSet;

use super::failure::Failure;
use super::location::{FolderLocation, slashed};
use super::source;
use super::tree::{Entries, Found, Node, Tree, schema_files};
use super::version::Version;

/// Reads the schema folder at a commit. Where it is not there, or empty, it is the folder of the messages that are no longer in the
/// work tree.
pub(super) fn read(reference: &str, location: &FolderLocation) -> Result<Version, Failure> {
    let repository = Repository::open(location)?;
    let commit = repository.commit(reference)?;
    let mut listing = repository.list(reference, commit)?;
    if listing.folder.is_none() {
        repository.require_old_folder(location, reference)?;
    }
    if listing.files.is_empty() {
        listing = repository.gone(reference, commit).unwrap_or(listing);
    }
    repository.version(&labelled(reference, commit), reference, listing)
}

/// Returns whether a text names a commit of the repository that the schema folder stands in.
pub(super) fn names_commit(reference: &str, location: &FolderLocation) -> bool {
    Repository::open(location).is_ok_and(|repository| repository.commit(reference).is_ok())
}

/// The versions of the schema folder along the first parents of a reference, newest first.
pub(super) fn history(
    reference: &str,
    since: Option<&str>,
    location: &FolderLocation,
) -> Result<impl Iterator<Item = Result<Version, Failure>> + use<>, Failure> {
    history::History::new(reference, since, location, history::Bounds::DEFAULT)
}

/// A repository, and where the schema folder is in it.
pub(super) struct Repository {
    pub(super) git: gix::Repository,
    /// Its path from the root.
    folder: String,
    /// The folder to look into first, in other versions.
    old_folder: Option<String>,
}

/// The schema files of a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Listing {
    /// The path of the folder; none where it is not there.
    pub(super) folder: Option<String>,
    pub(super) files: Vec<Found<ObjectId>>,
    /// Set if a link was followed: it may lead to anywhere in the tree.
    pub(super) has_links: bool,
}

/// The objects that the paths of the folders begin with in the tree of a commit. Where they are the same in two commits, and no link is
/// followed, their listings are the same.
pub(super) type Beginnings = Vec<Option<ObjectId>>;

impl Repository {
    /// The repository that `GIT_DIR` names, or the one that the schema folder stands in.
    ///
    /// One that belongs to somebody else is read all the same: git refuses those as it runs what their configuration
    /// says, and nothing of it is run here.
    pub(super) fn open(location: &FolderLocation) -> Result<Self, Failure> {
        let options = upwards::Options { match_ceiling_dir_or_error: false, ..Default::default() };
        let git = ThreadSafeRepository::discover_with_environment_overrides_opts(
            location.nearest(),
            options,
            gix::sec::trust::Mapping { full: bounded(Trust::Full), reduced: bounded(Trust::Reduced) },
        )
        .map_err(|error| no_repository(location, &error))?;
        let mut git = git.to_thread_local();
        refuse_embedded(&git)?;
        git.object_cache_size_if_unset(16 << 20);
        let folder = folder_in(&git, location)?;
        Ok(Self { git, folder, old_folder: location.old_folder.clone() })
    }

    /// The commit that a reference means.
    pub(super) fn commit(&self, reference: &str) -> Result<ObjectId, Failure> {
        match reference.split_once("...") {
            Some((one, other)) => self.merge_base(reference, one, other),
            None => self.tip(reference),
        }
    }

    fn tip(&self, reference: &str) -> Result<ObjectId, Failure> {
        let id =
            self.git.rev_parse_single(reference).map_err(|error| unknown::reference(&self.git, reference, &error))?;
        let object = self.object(id.detach(), reference)?;
        let peeled = self.peel(object, reference)?;
        if peeled.kind == Kind::Commit {
            return Ok(peeled.id);
        }
        Err(Failure::new(
            format!("`{reference}` is a {} in git, not a commit", peeled.kind),
            "name a branch, a tag or a commit; where the schema folder was elsewhere, add `--old-folder PATH`",
        ))
    }

    /// The object that a tag, or a tag of a tag, is of.
    fn peel<'r>(&'r self, mut object: gix::Object<'r>, reference: &str) -> Result<gix::Object<'r>, Failure> {
        let mut budget = Budget::new();
        while object.kind == Kind::Tag {
            budget.link("tag").map_err(|refusal| Failure::refused(reference, &refusal))?;
            let tag = object.try_to_tag_ref().map_err(|error| self.damaged(reference, &error))?;
            object = self.object(tag.target(), reference)?;
        }
        Ok(object)
    }

    fn merge_base(&self, reference: &str, one: &str, other: &str) -> Result<ObjectId, Failure> {
        let tip = |name: &str| self.tip(if name.is_empty() { "HEAD" } else { name });
        let (one, other) = (tip(one)?, tip(other)?);
        match self.git.merge_base(one, other) {
            Ok(Some(base)) => Ok(base.detach()),
            _ if self.is_shallow() => Err(self.shallow(&format!("the merge base of `{reference}` is not at hand"))),
            Ok(None) => Err(Failure::new(
                format!("the two sides of `{reference}` have no commit in common"),
                "name a branch, a tag or a commit alone",
            )),
            Err(error) => Err(self.damaged(reference, &error)),
        }
    }

    /// The schema files of a commit.
    pub(super) fn list(&self, reference: &str, commit: ObjectId) -> Result<Listing, Failure> {
        let tree = self.tree(reference, commit)?;
        for folder in self.folders() {
            if let Some(files) = schema_files(&tree, folder)? {
                return Ok(Listing { folder: Some(folder.clone()), files, has_links: tree.has_links.get() });
            }
        }
        Ok(Listing { folder: None, files: Vec::new(), has_links: tree.has_links.get() })
    }

    /// The beginnings, which decide the listing of a commit and cost less.
    pub(super) fn beginnings(&self, reference: &str, commit: ObjectId) -> Result<Beginnings, Failure> {
        let tree = self.tree(reference, commit)?;
        let object = self.object(tree.root, reference)?.try_into_tree();
        let object = object.map_err(|error| self.damaged(reference, &error))?;
        let entries = object.decode().map_err(|error| self.damaged(reference, &error))?.entries;
        let beginning = |folder: &String| match folder.split('/').next().unwrap_or_default() {
            "" => Some(tree.root),
            first => entries.iter().find(|entry| entry.filename == first).map(|entry| entry.oid.to_owned()),
        };
        Ok(self.folders().map(beginning).collect())
    }

    fn tree<'a>(&'a self, reference: &'a str, commit: ObjectId) -> Result<Commit<'a>, Failure> {
        let commit = self.object(commit, reference)?;
        let decoded = commit.try_to_commit_ref().map_err(|error| self.damaged(reference, &error))?;
        Ok(Commit { repository: self, reference, root: decoded.tree(), has_links: Cell::new(false) })
    }

    /// The folders to look for, in order.
    fn folders(&self) -> impl Iterator<Item = &String> {
        self.old_folder.iter().chain([&self.folder])
    }

    /// An old folder that is nowhere is a mistake, or all schemas would be new.
    pub(super) fn require_old_folder(&self, location: &FolderLocation, reference: &str) -> Result<(), Failure> {
        let Some(old) = &location.old_folder else { return Ok(()) };
        Err(Failure::new(
            format!("`{reference}` has no folder `{old}`, which `--old-folder` names, and no `{}`", self.folder),
            format!(
                "the path is from the root of the repository: `git ls-tree -rd --name-only {reference}` has them all"
            ),
        ))
    }

    /// The version that a listing is.
    pub(super) fn version(&self, label: &str, reference: &str, listing: Listing) -> Result<Version, Failure> {
        let mut schemas = SchemaSet::new();
        let mut budget = Budget::new();
        for Found { name, path, file } in listing.files {
            let origin = format!("{reference}:{path}");
            if source::add_other(&mut schemas, &name, &origin) {
                continue;
            }
            let size = self.size(file, &origin)?;
            budget.file(&path, size).map_err(|refusal| Failure::refused(label, &refusal))?;
            let object = self.object(file, &origin)?;
            source::add(&mut schemas, &name, origin, &object.data)?;
        }
        let wanted = self.folder.clone();
        Ok(Version { label: label.to_owned(), wanted, folder: listing.folder, schemas })
    }

    /// The size of an object, which its beginning tells.
    fn size(&self, id: ObjectId, of: &str) -> Result<u64, Failure> {
        match self.git.try_find_header(id) {
            Ok(Some(header)) => Ok(header.size()),
            Ok(None) => Err(unknown::object(&self.git, id, of)),
            Err(error) => Err(self.damaged(of, &error)),
        }
    }

    /// An object, of the size that [`bounded`] allows; `of` says what it belongs to.
    pub(super) fn object(&self, id: ObjectId, of: &str) -> Result<gix::Object<'_>, Failure> {
        match self.git.try_find_object(id) {
            Ok(Some(object)) => Ok(object),
            Ok(None) => Err(unknown::object(&self.git, id, of)),
            Err(error) => Err(self.damaged(of, &error)),
        }
    }

    pub(super) fn is_shallow(&self) -> bool {
        self.git.is_shallow().unwrap_or_default()
    }

    /// The failure of a shallow clone that ends too early.
    pub(super) fn shallow(&self, reason: &str) -> Failure {
        unknown::shallow(&self.git, &format!("{reason}: the clone is shallow"))
    }

    pub(super) fn damaged(&self, of: &str, error: &gix::Error) -> Failure {
        if error.is_resource_exhausted() {
            let reason = format!("needs an object of more than {} MiB, the most of one", Budget::MAX_FILE >> 20);
            let help =
                "leave the file or folder out; where it is stored as a difference to a large one, `git repack -F`";
            return Failure::refused(&self.git.git_dir().display().to_string(), &Refusal::new(of, reason, help));
        }
        let folder = self.git.git_dir().display();
        Failure::new(
            format!("can't read `{of}` in the repository `{folder}`: {:#}", error.probable_cause()),
            format!("`git --git-dir={folder} fsck` says what is damaged"),
        )
    }
}

/// Refuses a bare repository in the files of another one: a commit can hold the files of one, and the versions in it would
/// be those that its author likes.
fn refuse_embedded(git: &gix::Repository) -> Result<(), Failure> {
    if git.workdir().is_some() || env::var_os("GIT_DIR").is_some() {
        return Ok(());
    }
    let folder = fs::canonicalize(git.git_dir()).unwrap_or_else(|_| git.git_dir().to_owned());
    match folder.parent().map(gix::discover) {
        Some(Ok(outer)) if outer.workdir().is_some() => Err(Failure::new(
            format!(
                "`{}` is a bare repository in the files of another one, `{}`",
                folder.display(),
                outer.git_dir().display()
            ),
            "delete its files, `HEAD` first; where it is meant, say so: set GIT_DIR",
        )),
        _ => Ok(()),
    }
}

/// The options of a repository whose objects are read up to a size, those that others are stored as differences to included.
fn bounded(trust: Trust) -> Options {
    Options::default_for_level(trust).config_overrides([format!("gitoxide.objects.allocLimit={}", Budget::MAX_FILE)])
}

/// The name of a commit in messages: `main (1a2b3c4d5e)`.
pub(super) fn labelled(reference: &str, commit: ObjectId) -> String {
    let short = short(commit);
    if commit.to_string().starts_with(reference) { short } else { format!("{reference} ({short})") }
}

pub(super) fn short(commit: ObjectId) -> String {
    commit.to_hex_with_len(10).to_string()
}

/// The tree of a commit.
struct Commit<'a> {
    repository: &'a Repository,
    reference: &'a str,
    root: ObjectId,
    /// Set if a link was looked at.
    has_links: Cell<bool>,
}

impl Tree for Commit<'_> {
    type Folder = ObjectId;
    type File = ObjectId;

    fn root(&self) -> ObjectId {
        self.root
    }

    fn list(&self, folder: &ObjectId) -> Result<Entries<Self>, Failure> {
        let damaged = |error: &gix::Error| self.repository.damaged(self.reference, error);
        let object = self.repository.object(*folder, self.reference)?;
        let tree = object.try_into_tree().map_err(|error| damaged(&error))?;
        let decoded = tree.decode().map_err(|error| damaged(&error))?;
        let entry = |entry: &gix::objs::tree::EntryRef<'_>| {
            let id = entry.oid.to_owned();
            let node = match entry.mode.kind() {
                EntryKind::Tree => Node::Folder(id),
                EntryKind::Blob | EntryKind::BlobExecutable => Node::File(id),
                EntryKind::Link => Node::Link(id),
                EntryKind::Commit => Node::Submodule(id.to_string()),
            };
            (entry.filename.to_str_lossy().into_owned(), node)
        };
        Ok(decoded.entries.iter().map(entry).collect())
    }

    fn target(&self, link: &ObjectId) -> Result<String, Failure> {
        self.has_links.set(true);
        Ok(self.repository.object(*link, self.reference)?.data.to_str_lossy().into_owned())
    }

    fn label(&self) -> &str {
        self.reference
    }

    fn origin(&self, path: &str) -> String {
        format!("{}:{path}", self.reference)
    }
}

/// The path of the schema folder from the root of the repository.
fn folder_in(git: &gix::Repository, location: &FolderLocation) -> Result<String, Failure> {
    let root = match git.workdir() {
        Some(root) => fs::canonicalize(root).unwrap_or_else(|_| root.to_owned()),
        // A bare repository has no files: paths are from its root.
        None => location.current_dir.clone(),
    };
    [location.absolute(), location.followed()]
        .iter()
        .find_map(|folder| folder.strip_prefix(&root).ok().map(slashed))
        .ok_or_else(|| {
            Failure::new(
                format!("the folder `{}` is not in the repository `{}`", location.display(), root.display()),
                "unset GIT_DIR and GIT_WORK_TREE, or name a schema folder of that repository",
            )
        })
}

fn no_repository(location: &FolderLocation, error: &gix::Error) -> Failure {
    let folder = location.display();
    let mut failure = Failure::new(
        format!("the folder `{folder}` is in no git repository that can be read: {:#}", error.probable_cause()),
        "run it in a clone; in a container, the folder `.git` has to be there too",
    );
    failure.help.push("without git, compare with `folder:PATH` or `archive:PATH`".to_owned());
    failure
}
