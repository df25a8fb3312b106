//! The contents of archives.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;
use thoth_messaging_build::is_schema_file;
use zip::ZipArchive;

use crate::frames::Frames;
use crate::versions::failure::Failure;

/// Files and links by path, with `/`.
pub(in super::super) type Unpacked = BTreeMap<String, Entry>;

/// An entry of an archive.
#[derive(Clone, Debug)]
pub(in super::super) enum Entry {
    /// A file; its bytes where its name is that of a schema.
    File(Option<Vec<u8>>),
    /// A symbolic link, with its target.
    Link(String),
}

/// The most bytes that are unpacked of one archive, so that a small file can't fill the memory.
const MAX_BYTES: u64 = 256 << 20;

/// Formats, told apart by their first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Tar,
    Gzip,
    Zstd,
    Zip,
}

/// Where a tar header says that it is one.
const TAR_MAGIC: std::ops::Range<usize> = 257..262;

/// Returns whether a file is an archive that can be read, by its first bytes.
pub(in super::super) fn is_archive(path: &Path) -> Result<bool, Failure> {
    let mut file = File::open(path).map_err(|error| unreadable(path, &error))?;
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
    let failed = |error: io::Error| match error.kind() {
        io::ErrorKind::FileTooLarge => too_large(path, most),
        _ => unreadable(path, &error),
    };
    let mut file = File::open(path).map_err(failed)?;
    let format = format(&mut file).map_err(failed)?.ok_or_else(|| no_archive(path))?;
    let file = BufReader::new(file);
    let unpacked = match format {
        Format::Tar => from_tar(Bounded { inner: file, left: most }),
        Format::Gzip => from_tar(Bounded { inner: MultiGzDecoder::new(file), left: most }),
        Format::Zstd => from_tar(Bounded { inner: Frames::new(file), left: most }),
        Format::Zip => from_zip(file, most),
    };
    unpacked.map_err(failed)
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

fn from_tar(bytes: impl Read) -> io::Result<Unpacked> {
    let mut unpacked = Unpacked::new();
    let mut archive = tar::Archive::new(bytes);
    for entry in archive.entries()? {
        let mut entry = entry?;
        let Some(path) = inside(&String::from_utf8_lossy(&entry.path_bytes())) else { continue };
        let kind = entry.header().entry_type();
        let target = entry.link_name_bytes().map(|target| String::from_utf8_lossy(&target).into_owned());
        let read = match target {
            Some(target) if kind.is_symlink() => Entry::Link(target),
            // A hard link names a file from before, from the root.
            Some(target) if kind.is_hard_link() => match inside(&target).and_then(|first| unpacked.get(&first)) {
                Some(first) => first.clone(),
                None => return Err(io::Error::other(format!("`{path}` is a link to `{target}`, which is not there"))),
            },
            _ if kind.is_file() => Entry::File(wanted(&path, &mut entry)?),
            _ => continue,
        };
        unpacked.insert(path, read);
    }
    // What comes after the last file holds the checksum of what was compressed.
    io::copy(&mut archive.into_inner(), &mut io::sink())?;
    Ok(unpacked)
}

fn from_zip(bytes: impl Read + Seek, most: u64) -> io::Result<Unpacked> {
    let mut archive = ZipArchive::new(bytes)?;
    let mut unpacked = Unpacked::new();
    let mut left = most;
    for index in 0..archive.len() {
        let entry = archive.by_index(index)?;
        let Some(path) = inside(&entry.name()?) else { continue };
        if entry.is_dir() {
            continue;
        }
        let link = entry.is_symlink();
        let mut bounded = Bounded { inner: entry, left };
        let read = if link {
            let mut target = String::new();
            bounded.read_to_string(&mut target)?;
            Entry::Link(target)
        } else {
            Entry::File(wanted(&path, &mut bounded)?)
        };
        left = bounded.left;
        unpacked.insert(path, read);
    }
    Ok(unpacked)
}

/// The bytes of a file that may be a schema.
fn wanted(path: &str, file: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    // A folder that is hidden may be led to by a link.
    let name = path.rsplit_once('/').map_or(path, |(_, name)| name);
    if !is_schema_file(name) {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(Some(bytes))
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
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.left = self.left.checked_sub(read as u64).ok_or(io::ErrorKind::FileTooLarge)?;
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
