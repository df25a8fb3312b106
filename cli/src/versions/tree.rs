//! The schema files of a folder in a tree of files that is not on disk.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::rc::Rc;

use thoth_messaging_build::{Budget, OtherFormat, Refusal, is_hidden, is_schema_file};

use super::failure::Failure;
use super::location::join;

/// A file or folder that has a name in a tree.
#[derive(Clone, Debug)]
pub(super) enum Node<D, F> {
    Folder(D),
    File(F),
    /// A symbolic link, whose target is asked for where it is followed.
    Link(F),
    /// Another repository at a commit.
    #[cfg_attr(not(feature = "git"), expect(dead_code, reason = "no archive has any"))]
    Submodule(String),
}

/// A name or path, and what has it.
pub(super) type Entry<T> = (String, Node<<T as Tree>::Folder, <T as Tree>::File>);

/// The entries of a folder.
pub(super) type Entries<T> = Vec<Entry<T>>;

/// Folders and files, as a commit or an archive holds them.
pub(super) trait Tree {
    type Folder: Clone + Ord;
    type File: Clone;

    fn root(&self) -> Self::Folder;

    fn list(&self, folder: &Self::Folder) -> Result<Entries<Self>, Failure>;

    /// Returns what a link says.
    fn target(&self, link: &Self::File) -> Result<String, Failure>;

    /// The name of the tree in messages.
    fn label(&self) -> &str;

    /// Returns how messages name a path.
    fn origin(&self, path: &str) -> String;
}

/// A schema file, or what is [nearly one](OtherFormat): its name from the schema folder, and its path in the tree, without
/// links.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Found<F> {
    pub(super) name: String,
    pub(super) path: String,
    pub(super) file: F,
}

/// Links that one path may lead through, as on Linux.
const MAX_LINKS: usize = 40;

/// The schema files below a folder, and what is nearly one, ordered by name, as `read_folder` of a checkout would find them; none where the
/// folder is not there.
pub(super) fn schema_files<T: Tree>(tree: &T, folder: &str) -> Result<Option<Vec<Found<T::File>>>, Failure> {
    let mut reader = Reader { tree, budget: Budget::new(), listed: BTreeMap::new() };
    match reader.resolve(folder)? {
        None => Ok(None),
        Some((path, Node::Folder(found))) => walk(reader, path, found).map(Some),
        Some((path, Node::Submodule(commit))) => Err(submodule(tree, &path, &commit)),
        Some(_) => Err(Failure::new(
            format!("`{}` is a file, not a folder", tree.origin(folder)),
            "where the schema folder was elsewhere in that version, name its path there with `--old-folder`",
        )),
    }
}

/// The nodes of a folder, by name.
type Listing<T> = BTreeMap<String, Node<<T as Tree>::Folder, <T as Tree>::File>>;

/// A tree that is read within a budget. Each folder is listed once, however many paths lead there.
struct Reader<'a, T: Tree> {
    tree: &'a T,
    budget: Budget,
    listed: BTreeMap<T::Folder, Rc<Listing<T>>>,
}

impl<T: Tree> Reader<'_, T> {
    /// The listing of a folder, and whether it was listed before: then its entries are not counted again.
    fn list(&mut self, path: &str, folder: &T::Folder) -> Result<(Rc<Listing<T>>, bool), Failure> {
        if let Some(listing) = self.listed.get(folder) {
            return Ok((Rc::clone(listing), true));
        }
        let mut listing = Listing::<T>::new();
        for (name, node) in self.tree.list(folder)? {
            let inner = join(path, &name);
            if name.is_empty() || name == "." || name == ".." || name.contains(['/', '\0']) {
                return Err(self.refused(&Refusal::name(inner)));
            }
            self.count(&inner)?;
            listing.entry(name).or_insert(node);
        }
        let listing = Rc::new(listing);
        self.listed.insert(folder.clone(), Rc::clone(&listing));
        Ok((listing, false))
    }

    fn count(&mut self, path: &str) -> Result<(), Failure> {
        self.budget.entry(path).map_err(|refusal| self.refused(&refusal))
    }

    fn refused(&self, refusal: &Refusal) -> Failure {
        Failure::refused(self.tree.label(), refusal)
    }

    /// The node that a path leads to, with the links on the way and at its end followed, and its path without links; none where
    /// nothing is there. That a link leads to nothing, or out of the tree, is an error.
    fn resolve(&mut self, path: &str) -> Result<Option<Entry<T>>, Failure> {
        let tree = self.tree;
        let mut way = vec![(String::new(), tree.root())];
        let mut left: Vec<String> = parts(path);
        let mut links = 0;
        let nothing = |links| if links == 0 { Ok(None) } else { Err(dangling(tree, path)) };
        while let Some(part) = left.pop() {
            if part == ".." {
                way.pop();
                continue;
            }
            let Some((at, folder)) = way.last() else { return nothing(links) };
            let real = join(at, &part);
            let (listing, _) = self.list(at, folder)?;
            match listing.get(&part).cloned() {
                Some(Node::Folder(folder)) => way.push((real, folder)),
                Some(Node::Link(link)) => {
                    links += 1;
                    self.budget.link(path).map_err(|refusal| self.refused(&refusal))?;
                    let target = tree.target(&link)?;
                    if links > MAX_LINKS || target.starts_with('/') || target.len() > Budget::MAX_PATH {
                        return nothing(links);
                    }
                    left.extend(parts(&target));
                }
                Some(node @ Node::Submodule(_)) => return Ok(Some((real, node))),
                Some(node @ Node::File(_)) if left.is_empty() => return Ok(Some((real, node))),
                Some(Node::File(_)) | None => return nothing(links),
            }
        }
        way.pop().map_or_else(|| nothing(links), |(path, folder)| Ok(Some((path, Node::Folder(folder)))))
    }
}

/// A walk through a folder.
struct Walk<'a, T: Tree> {
    reader: Reader<'a, T>,
    /// The path of the folder, without links.
    root: String,
    /// Folders to read: name from the schema folder, path without links, and the folder.
    open: Vec<(String, String, T::Folder)>,
    /// Links to follow: name from the schema folder, as a path so that they are ordered like one, and path in the tree.
    links: BTreeMap<PathBuf, (String, String)>,
    seen: BTreeSet<String>,
    found: Vec<Found<T::File>>,
}

fn walk<T: Tree>(reader: Reader<'_, T>, root: String, folder: T::Folder) -> Result<Vec<Found<T::File>>, Failure> {
    let open = vec![(String::new(), root.clone(), folder)];
    let mut walk = Walk { reader, root, open, links: BTreeMap::new(), seen: BTreeSet::new(), found: Vec::new() };
    loop {
        if let Some((at, path, folder)) = walk.open.pop() {
            walk.folder(&at, path, &folder)?;
        // Links come last, so that a folder has the name that it has without them.
        } else if let Some((_, (name, path))) = walk.links.pop_first() {
            walk.link(name, &path)?;
        } else {
            break;
        }
    }
    walk.found.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(walk.found)
}

impl<T: Tree> Walk<'_, T> {
    fn folder(&mut self, at: &str, path: String, folder: &T::Folder) -> Result<(), Failure> {
        if self.seen.contains(&path) {
            return Ok(());
        }
        let (listing, was_listed) = self.reader.list(&path, folder)?;
        for (name, node) in listing.iter().filter(|(name, _)| !is_hidden(name)) {
            let (inner, real) = (join(at, name), join(&path, name));
            if was_listed {
                self.reader.count(&inner)?;
            }
            match node.clone() {
                Node::Folder(folder) => self.open.push((inner, real, folder)),
                Node::File(file) => self.file(inner, real, file)?,
                Node::Link(_) => drop(self.links.insert(PathBuf::from(&inner), (inner, real))),
                Node::Submodule(commit) => return Err(submodule(self.reader.tree, &real, &commit)),
            }
        }
        self.seen.insert(path);
        Ok(())
    }

    fn link(&mut self, name: String, path: &str) -> Result<(), Failure> {
        let found = self.reader.resolve(path)?;
        let is_outside = |real: &str| {
            let inner = real.strip_prefix(&self.root);
            !self.root.is_empty() && !inner.is_some_and(|inner| inner.is_empty() || inner.starts_with('/'))
        };
        match found {
            Some((real, node)) if is_outside(&real) => {
                if matches!(node, Node::File(_)) && !is_schema_file(&name) {
                    return Ok(());
                }
                return Err(self.reader.refused(&Refusal::leads_out(path)));
            }
            Some((real, Node::Folder(folder))) => self.open.push((name, real, folder)),
            Some((real, Node::File(file))) => self.file(name, real, file)?,
            Some((real, Node::Submodule(commit))) => return Err(submodule(self.reader.tree, &real, &commit)),
            Some((_, Node::Link(_))) | None => return Err(dangling(self.reader.tree, path)),
        }
        Ok(())
    }

    fn file(&mut self, name: String, path: String, file: T::File) -> Result<(), Failure> {
        if is_schema_file(&name) || OtherFormat::of(&name).is_some() {
            if name.contains(|c: char| c.is_control() || c == char::REPLACEMENT_CHARACTER) {
                return Err(self.reader.refused(&Refusal::name(path)));
            }
            self.found.push(Found { name, path, file });
        }
        Ok(())
    }
}

/// The parts of a path, the first one last.
fn parts(path: &str) -> Vec<String> {
    path.split('/').filter(|part| !part.is_empty() && *part != ".").rev().map(str::to_owned).collect()
}

fn dangling<T: Tree>(tree: &T, path: &str) -> Failure {
    Failure::new(
        format!("`{}` is a link to what that version does not hold", tree.origin(path)),
        "where a checkout has what it leads to, compare with that: `--against folder:PATH`",
    )
}

fn submodule<T: Tree>(tree: &T, path: &str, commit: &str) -> Failure {
    let short = commit.get(..10).unwrap_or(commit);
    Failure::new(
        format!("`{}` is a submodule, at the commit {short} of another repository", tree.origin(path)),
        "compare with a checkout that has the submodule: `--against folder:PATH`; or check the schemas in the submodule",
    )
}
