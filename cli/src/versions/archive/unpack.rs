//! The contents of archives.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufReader, Read, Seek};
use std::path::Path;
use std::rc::Rc;

use flate2::bufread::MultiGzDecoder;
use thoth_messaging_build::{Budget, Refusal, is_schema_file};
use zip::ZipArchive;

use crate::frames::Frames;
use crate::versions::failure::Failure;

/// Files and links by path, with `/`.
pub(in super::super) type Unpacked = BTreeMap<String, Entry>;

/// An entry of an archive. Names that share a file share its bytes.
#[derive(Clone, Debug)]
pub(in super::super) enum Entry {
    File(Contents),
    /// A symbolic link, with its target.
    Link(Rc<str>),
}

/// The facts of a file.
#[derive(Clone, Debug)]
pub(in super::super) enum Contents {
    Read(Rc<[u8]>),
    /// Its name is not that of a schema.
    Unread,
    /// It is larger than a schema may be.
    TooLarge,
}

/// The most bytes that are unpacked of one archive, so that a small file can't fill the memory.
const MAX_BYTES: u64 = 256 << 20;

/// The most bytes of a zip, whose list of entries is read as a whole.
const MAX_ZIP: u64 = 64 << 20;

/// The most bytes of what tells of one entry of a tar: its name, however long, and its attributes.
const MAX_HEADERS: u64 = 64 << 10;

/// Formats, told apart by their first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Tar,
    Gzip,
    Zstd,
    Zip,
}

/// The bytes of a tar header that say that it is one.
const TAR_MAGIC: std::ops::Range<usize> = 257..262;

/// Returns whether a file is an archive that can be read, by its first bytes.
pub(in super::super) fn is_archive(path: &Path) -> Result<bool, Failure> {
    let mut file = open(path).map_err(|error| unreadable(path, &error))?;
    format(&mut file).map(|format| format.is_some()).map_err(|error| unreadable(path, &error))
}

/// The failure of a file that is no archive.
pub(in super::super) fn no_archive(path: &Path) -> Failure {
    Failure::new(
        format!("`{}` is no archive that can be read", path.display()),
        "archives are tar, tar.gz, tar.zst and zip: `git archive --format=tar.gz REF schemas` makes one",
    )
}

/// Reads what is in an archive.
pub(super) fn unpack(path: &Path) -> Result<Unpacked, Failure> {
    unpack_up_to(path, MAX_BYTES)
}

/// As [`unpack`], with another bound.
pub(in super::super) fn unpack_up_to(path: &Path, most: u64) -> Result<Unpacked, Failure> {
    let failed = |error: io::Error| {
        let refusal = error.get_ref().and_then(|inner| inner.downcast_ref::<Refusal>());
        match (refusal, error.kind()) {
            (Some(refusal), _) => Failure::refused(&path.display().to_string(), refusal),
            (None, io::ErrorKind::FileTooLarge) => too_large(path, most),
            (None, _) => unreadable(path, &error),
        }
    };
    let mut file = open(path).map_err(failed)?;
    let format = format(&mut file).map_err(failed)?.ok_or_else(|| no_archive(path))?;
    let size = file.metadata().map_err(failed)?.len();
    let file = BufReader::new(file);
    let unpacked = match format {
        Format::Tar => from_tar(Bounded::new(file, most)),
        Format::Gzip => from_tar(Bounded::new(MultiGzDecoder::new(file), most)),
        Format::Zstd => from_tar(Bounded::new(Frames::new(file), most)),
        Format::Zip if size > MAX_ZIP => return Err(too_large(path, MAX_ZIP)),
        Format::Zip => from_zip(file, most),
    };
    unpacked.map_err(failed)
}

/// Opens a regular file: a pipe would be waited for, and a device has no end.
fn open(path: &Path) -> io::Result<File> {
    if fs::metadata(path)?.is_file() { File::open(path) } else { Err(io::Error::other("it is no regular file")) }
}

/// The format of a file, which is read from its start again.
fn format(file: &mut File) -> io::Result<Option<Format>> {
    let mut start = Vec::new();
    file.take(512).read_to_end(&mut start)?;
    file.rewind()?;
    Ok(match start.as_slice() {
        [0x1f, 0x8b, ..] => Some(Format::Gzip),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(Format::Zstd),
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Some(Format::Zip),
        _ if start.get(TAR_MAGIC) == Some(b"ustar") => Some(Format::Tar),
        _ => None,
    })
}

fn from_tar<R: Read>(bytes: Bounded<R>) -> io::Result<Unpacked> {
    let mut unpacked = Unpacked::new();
    let mut budget = Budget::new();
    let headers = Rc::clone(&bytes.headers);
    let mut archive = tar::Archive::new(bytes);
    let mut entries = archive.entries()?;
    let mut unread = 0;
    loop {
        // What is left of the one before is read as well.
        headers.set(MAX_HEADERS.saturating_add(unread));
        let Some(entry) = entries.next() else { break };
        headers.set(u64::MAX);
        let mut entry = entry?;
        // A sparse file may be endless; what the archive holds of it is not.
        let is_sparse = entry.header().entry_type().is_gnu_sparse();
        unread = if is_sparse { entry.header().entry_size()? } else { entry.size() };
        let Some(path) = inside(&String::from_utf8_lossy(&entry.path_bytes())) else { continue };
        budget.entry(&path).map_err(io::Error::other)?;
        if let Some(read) = of_tar(&path, &mut entry, &unpacked)? {
            unpacked.insert(path, read);
        }
    }
    headers.set(u64::MAX);
    // What comes after the last file holds the checksum of what was compressed.
    io::copy(&mut archive.into_inner(), &mut io::sink())?;
    Ok(unpacked)
}

/// A file or link of a tar; none where it is something else.
fn of_tar(path: &str, entry: &mut tar::Entry<'_, impl Read>, unpacked: &Unpacked) -> io::Result<Option<Entry>> {
    let kind = entry.header().entry_type();
    let target = entry.link_name_bytes().map(|target| String::from_utf8_lossy(&target).into_owned());
    Ok(match target {
        Some(target) if kind.is_symlink() => Some(Entry::Link(target.into())),
        // A hard link names a file from before, from the root.
        Some(target) if kind.is_hard_link() => match inside(&target).and_then(|first| unpacked.get(&first)) {
            Some(first) => Some(first.clone()),
            None => return Err(io::Error::other(format!("`{path}` is a link to `{target}`, which is not there"))),
        },
        _ if kind.is_file() => Some(Entry::File(wanted(path, entry)?)),
        _ => None,
    })
}

fn from_zip(bytes: impl Read + Seek, most: u64) -> io::Result<Unpacked> {
    let mut archive = ZipArchive::new(bytes)?;
    let mut unpacked = Unpacked::new();
    let mut budget = Budget::new();
    let mut left = most;
    for index in 0..archive.len() {
        let entry = archive.by_index(index)?;
        let Some(path) = inside(&entry.name()?) else { continue };
        budget.entry(&path).map_err(io::Error::other)?;
        if entry.is_dir() {
            continue;
        }
        let link = entry.is_symlink();
        let mut bounded = Bounded::new(entry, left);
        let read = if link {
            let mut target = String::new();
            // One that is longer leads nowhere.
            (&mut bounded).take(Budget::MAX_PATH as u64 + 1).read_to_string(&mut target)?;
            Entry::Link(target.into())
        } else {
            Entry::File(wanted(&path, &mut bounded)?)
        };
        left = bounded.left;
        unpacked.insert(path, read);
    }
    Ok(unpacked)
}

/// The bytes of a file that may be a schema.
fn wanted(path: &str, file: &mut impl Read) -> io::Result<Contents> {
    // A folder that is hidden may be led to by a link.
    let name = path.rsplit_once('/').map_or(path, |(_, name)| name);
    if !is_schema_file(name) {
        return Ok(Contents::Unread);
    }
    let mut bytes = Vec::new();
    file.take(Budget::MAX_FILE + 1).read_to_end(&mut bytes)?;
    Ok(if bytes.len() as u64 > Budget::MAX_FILE { Contents::TooLarge } else { Contents::Read(bytes.into()) })
}

/// A path of an entry, without what says nothing; none where it leads out of the archive.
fn inside(path: &str) -> Option<String> {
    if path.starts_with('/') {
        return None;
    }
    let parts: Vec<_> = path.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    (!parts.is_empty() && !parts.contains(&"..")).then(|| parts.join("/"))
}

/// A reader that fails where there is more than what was allowed.
struct Bounded<R> {
    inner: R,
    left: u64,
    /// The bytes that may be read now, while the reader is about an entry and not in it.
    headers: Rc<Cell<u64>>,
}

impl<R> Bounded<R> {
    fn new(inner: R, left: u64) -> Self {
        Self { inner, left, headers: Rc::new(Cell::new(u64::MAX)) }
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.left = self.left.checked_sub(read as u64).ok_or(io::ErrorKind::FileTooLarge)?;
        let headers = self.headers.get().checked_sub(read as u64);
        let headers = headers.ok_or_else(|| io::Error::other("the name or the attributes of an entry are too long"))?;
        self.headers.set(headers);
        Ok(read)
    }
}

fn unreadable(path: &Path, error: &io::Error) -> Failure {
    Failure::new(
        format!("can't read the archive `{}`: {error}", path.display()),
        "archives are tar, tar.gz, tar.zst and zip, not encrypted, and files in a zip stored or deflated",
    )
}

fn too_large(path: &Path, most: u64) -> Failure {
    Failure::new(
        format!("the archive `{}` holds more than {} MiB", path.display(), most >> 20),
        "make one of the schema folder alone: `git archive --format=tar.gz REF schemas`",
    )
}
