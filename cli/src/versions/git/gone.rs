//! The folder where messages were that are no longer in the work tree: the schema folder under another name.

use gix::ObjectId;
use serde_json::Value;
use thoth_messaging_build::Budget;

use super::{Listing, Repository};
use crate::versions::tree::{Found, schema_files};

impl Repository {
    /// The messages of a commit whose files are not in the work tree, with the folder that holds all of them and what else is
    /// in it. None where there are no such messages, and where not all files of the commit can be looked at.
    pub(super) fn gone(&self, reference: &str, commit: ObjectId) -> Option<Listing> {
        let root = self.git.workdir()?;
        let is_there = |path: &str| root.join(path).symlink_metadata().is_ok();
        let tree = self.tree(reference, commit).ok()?;
        let mut budget = Budget::new();
        let mut is_message = |found: &Found<ObjectId>| {
            let size = self.size(found.file, reference).ok()?;
            budget.file(&found.path, size).ok()?;
            let object = self.object(found.file, reference).ok()?;
            let document: Option<Value> = serde_json::from_slice(&object.data).ok();
            Some(document.is_some_and(|document| document.get("x-kafka").is_some()))
        };
        let mut folders: Option<Vec<String>> = None;
        for found in schema_files(&tree, "").ok()?? {
            if is_there(&found.path) || !is_message(&found)? {
                continue;
            }
            let (folder, _) = found.path.rsplit_once('/').unwrap_or_default();
            let parts = folder.split('/').map(str::to_owned);
            folders = Some(match folders {
                None => parts.collect(),
                Some(common) => common.into_iter().zip(parts).take_while(|(a, b)| a == b).map(|(a, _)| a).collect(),
            });
        }
        let folder = folders?.join("/");
        let mut files = schema_files(&tree, &folder).ok()??;
        // A message that is still where it was is not gone.
        let is_gone: Vec<bool> =
            files.iter().map(|found| Some(!is_there(&found.path) || !is_message(found)?)).collect::<Option<_>>()?;
        let mut is_gone = is_gone.into_iter();
        files.retain(|_| is_gone.next().unwrap_or_default());
        Some(Listing { folder: Some(folder), files, has_links: tree.has_links.get() })
    }
}
