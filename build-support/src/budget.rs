//! The bounds of one reading of a schema folder.

use std::fmt;

use crate::Refusal;

/// The bounds of one reading of a schema folder, from wherever it is read: a disk, a git commit, an archive.
///
/// Each method counts one thing more, and fails where that is too much. A file that several names lead to counts as often
/// as it is read. The bounds are far from what people write, and low enough that no input fills a machine.
///
/// ```
/// use thoth_messaging_build::Budget;
///
/// let mut budget = Budget::new();
/// assert!(budget.file("orders/placed.schema.json", 2_000).is_ok());
/// let refusal = budget.file("dump.json", 20 << 20).unwrap_err();
/// assert_eq!(refusal.reason(), "`dump.json` has more than 16 MiB, the most of one schema file");
/// ```
#[derive(Clone, Debug)]
pub struct Budget {
    max_entries: usize,
    entries: usize,
    links: usize,
    bytes: u64,
}

const FEWER: &str = "name a folder that holds schemas alone, or divide it into several";

impl Budget {
    /// Bytes of one file.
    pub const MAX_FILE: u64 = 16 << 20;
    /// Bytes of all files together.
    pub const MAX_BYTES: u64 = 32 << 20;
    /// Files, folders and links that are looked at.
    pub const MAX_ENTRIES: usize = 100_000;
    /// Links that are followed.
    pub const MAX_LINKS: usize = 4_000;
    /// Folders on the way to a file.
    pub const MAX_DEPTH: usize = 64;
    /// Bytes of a path.
    pub const MAX_PATH: usize = 1_024;

    /// Nothing read yet.
    #[must_use]
    pub fn new() -> Self {
        Self { max_entries: Self::MAX_ENTRIES, entries: 0, links: 0, bytes: 0 }
    }

    /// With another bound for files and folders, as for payloads, which may be many.
    #[must_use]
    pub fn with_entries(self, most: usize) -> Self {
        Self { max_entries: most, ..self }
    }

    /// Counts a file, folder or link by its path, with `/`, from the root of what is read.
    ///
    /// # Errors
    ///
    /// If there are too many, or the path is too long or too deep.
    pub fn entry(&mut self, path: &str) -> Result<(), Refusal> {
        if path.len() > Self::MAX_PATH {
            let reason = format!("is a path of more than {} bytes", Self::MAX_PATH);
            return Err(Refusal::new(path, reason, "give it a shorter path, or leave it out"));
        }
        if path.split('/').count() > Self::MAX_DEPTH {
            let reason = format!("lies in more than {} folders", Self::MAX_DEPTH);
            return Err(Refusal::new(path, reason, "move it up, or leave it out"));
        }
        self.entries += 1;
        if self.entries > self.max_entries {
            let reason =
                format!("is one more than {} files and folders, the most that are looked at", self.max_entries);
            return Err(Refusal::new(path, reason, FEWER));
        }
        Ok(())
    }

    /// Counts a link that is followed.
    ///
    /// # Errors
    ///
    /// If there are too many.
    pub fn link(&mut self, path: impl fmt::Display) -> Result<(), Refusal> {
        self.links += 1;
        if self.links > Self::MAX_LINKS {
            let reason = format!("is one more than {} links, the most that are followed", Self::MAX_LINKS);
            return Err(Refusal::new(path, reason, "put files in the place of links"));
        }
        Ok(())
    }

    /// Counts a file that is read, by its size in bytes.
    ///
    /// # Errors
    ///
    /// If the file is too large, or all files together are.
    pub fn file(&mut self, path: impl fmt::Display, bytes: u64) -> Result<(), Refusal> {
        if bytes > Self::MAX_FILE {
            let reason = format!("has more than {} MiB, the most of one schema file", Self::MAX_FILE >> 20);
            return Err(Refusal::new(path, reason, "divide it with `$ref`, or leave it out where it is no schema"));
        }
        self.bytes += bytes;
        if self.bytes > Self::MAX_BYTES {
            let reason =
                format!("makes it more than {} MiB, the most of all schema files together", Self::MAX_BYTES >> 20);
            return Err(Refusal::new(path, reason, FEWER));
        }
        Ok(())
    }
}

impl Default for Budget {
    fn default() -> Self {
        Self::new()
    }
}
