//! The versions of a schema folder over time.

use std::collections::BTreeSet;

use gix::ObjectId;

use super::{Beginnings, Listing, Repository, labelled, short};
use crate::versions::failure::Failure;
use crate::versions::location::FolderLocation;
use crate::versions::version::Version;

/// The bounds of a history.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Bounds {
    /// Commits that are looked at.
    pub(in super::super) commits: usize,
    /// Versions of the schemas that are given.
    pub(in super::super) versions: usize,
    /// Bytes of the schemas of all of them, and of what is remembered of each.
    pub(in super::super) bytes: usize,
}

impl Bounds {
    /// Far from what people have, and low enough for a machine of CI.
    pub(in super::super) const DEFAULT: Self = Self { commits: 200_000, versions: 2_000, bytes: 512 << 20 };
    const NONE: Self = Self { commits: 0, versions: 0, bytes: 0 };
}

/// The versions of a schema folder along first parents, newest first.
///
/// They are read one by one, so that a long history needs no more memory than a short one.
pub(in super::super) struct History {
    repository: Repository,
    location: FolderLocation,
    reference: String,
    tip: ObjectId,
    /// The commit to look at next.
    next: Option<ObjectId>,
    /// The commit to end with.
    since: Option<(String, ObjectId)>,
    /// The listing that was read last, and the oldest commit so far that has it.
    pending: Option<(ObjectId, Listing)>,
    /// The beginnings that decided it; the folder is not looked at again where it is the same.
    beginnings: Beginnings,
    /// The versions that were given: names and contents.
    seen: BTreeSet<Vec<(String, ObjectId)>>,
    bounds: Bounds,
    /// The part that was read so far.
    read: Bounds,
    /// Set if `--old-folder` was of use.
    old_folder: bool,
    /// Why there is no more, once all that could be read was given.
    failure: Option<Failure>,
}

impl History {
    pub(in super::super) fn new(
        reference: &str,
        since: Option<&str>,
        location: &FolderLocation,
        bounds: Bounds,
    ) -> Result<Self, Failure> {
        let repository = Repository::open(location)?;
        let tip = repository.commit(reference)?;
        let since = since.map(|since| repository.commit(since).map(|commit| (since.to_owned(), commit))).transpose()?;
        Ok(Self {
            repository,
            location: location.clone(),
            reference: reference.to_owned(),
            tip,
            next: Some(tip),
            since,
            pending: None,
            beginnings: Beginnings::new(),
            seen: BTreeSet::new(),
            bounds,
            read: Bounds::NONE,
            old_folder: false,
            failure: None,
        })
    }

    /// Looks at one more commit. Gives the version before it, where that is complete.
    fn step(&mut self, commit: ObjectId) -> Result<Option<(ObjectId, Listing)>, Failure> {
        self.count_commit()?;
        let beginnings = self.repository.beginnings(&self.reference, commit)?;
        let is_same = beginnings == self.beginnings;
        self.beginnings = beginnings;
        if let Some((oldest, _)) = self.pending.as_mut().filter(|(_, listing)| is_same && !listing.has_links) {
            *oldest = commit;
            self.next = self.parent(commit)?;
            return Ok(None);
        }
        let listing = self.repository.list(&short(commit), commit)?;
        self.old_folder |= listing.folder.is_some() && listing.folder == self.location.old_folder;
        self.next = self.parent(commit)?;
        match &mut self.pending {
            Some((oldest, same)) if *same == listing => {
                *oldest = commit;
                Ok(None)
            }
            pending => Ok(pending.replace((commit, listing))),
        }
    }

    /// The commit before; none where the history ends.
    fn parent(&mut self, commit: ObjectId) -> Result<Option<ObjectId>, Failure> {
        if self.since.as_ref().is_some_and(|(_, since)| *since == commit) {
            return Ok(None);
        }
        let repository = &self.repository;
        let boundary = repository.git.shallow_commits().ok().flatten();
        if boundary.is_some_and(|boundary| boundary.iter().any(|end| *end == commit)) {
            let reason = format!("the history of `{}` ends at {}", self.reference, short(commit));
            self.failure = Some(repository.shallow(&reason));
            return Ok(None);
        }
        let object = repository.object(commit, &self.reference)?;
        let decoded = object.try_to_commit_ref().map_err(|error| repository.damaged(&self.reference, &error))?;
        let parent = decoded.parents().next();
        if parent.is_none() {
            self.failure = self.incomplete();
        }
        Ok(parent)
    }

    /// The failure where the first commit was reached too early.
    fn incomplete(&self) -> Option<Failure> {
        if let Some((since, commit)) = &self.since {
            return Some(Failure::new(
                format!("`{}` is no first parent of `{}`", labelled(since, *commit), self.reference),
                format!("`git log --first-parent --oneline {}` lists those that are", self.reference),
            ));
        }
        (!self.old_folder).then(|| self.repository.require_old_folder(&self.location, &self.reference).err()).flatten()
    }

    /// The version of a commit; none where it was given before, or has no schemas.
    fn version(&mut self, (commit, listing): (ObjectId, Listing)) -> Option<Result<Version, Failure>> {
        let key: Vec<_> = listing.files.iter().map(|found| (found.name.clone(), found.file)).collect();
        if key.is_empty() || !self.seen.insert(key) {
            return None;
        }
        let short = short(commit);
        let label = if commit == self.tip { labelled(&self.reference, commit) } else { short.clone() };
        let version = self.repository.version(&label, &short, listing);
        let version = version.and_then(|version| self.count_version(&version).map(|()| version));
        if version.is_err() {
            self.next = None;
            self.pending = None;
        }
        Some(version)
    }

    /// The failure where a bound is met.
    fn too_long(&self, exceeded: &str) -> Failure {
        Failure::new(
            format!("the history of `{}` has more than {exceeded}", self.reference),
            "name the oldest commit that matters with `--since`, or choose a level that is not TRANSITIVE",
        )
    }

    fn count_commit(&mut self) -> Result<(), Failure> {
        self.read.commits += 1;
        let most = self.bounds.commits;
        let exceeded = || self.too_long(&format!("{most} commits, the most that are looked at"));
        if self.read.commits > most { Err(exceeded()) } else { Ok(()) }
    }

    fn count_version(&mut self, version: &Version) -> Result<(), Failure> {
        self.read.versions += 1;
        // What is remembered of each file takes memory, too.
        self.read.bytes += version.schemas.iter().map(|(name, file)| file.text.len() + name.len() + 64).sum::<usize>();
        let Bounds { versions, bytes, .. } = self.bounds;
        if self.read.versions > versions {
            return Err(self.too_long(&format!("{versions} versions of the schemas, the most that are compared")));
        }
        if self.read.bytes > bytes {
            let mib = bytes >> 20;
            return Err(self.too_long(&format!("{mib} MiB of schemas in its versions, the most that are read")));
        }
        Ok(())
    }
}

impl Iterator for History {
    type Item = Result<Version, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        while let Some(commit) = self.next.take() {
            match self.step(commit) {
                Ok(done) => {
                    if let Some(version) = done.and_then(|done| self.version(done)) {
                        return Some(version);
                    }
                }
                Err(failure) => self.failure = Some(failure),
            }
        }
        let last = self.pending.take().and_then(|last| self.version(last));
        last.or_else(|| self.failure.take().map(Err))
    }
}
