//! Reading files whose size and kind nobody vouches for.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::path::Path;

/// Reads a regular file of a size that is bounded. Links to it are followed.
///
/// # Errors
///
/// Of the kind [`ErrorKind::FileTooLarge`] where it is larger, [`ErrorKind::InvalidInput`] where it is a device, a pipe or a
/// socket, and those of the file system.
pub fn read_regular(path: impl AsRef<Path>, most: u64) -> io::Result<Vec<u8>> {
    // Before it is opened: to open a pipe waits for a writer, and some devices act on it.
    let kind = fs::metadata(&path)?.file_type();
    if kind.is_dir() {
        return Err(ErrorKind::IsADirectory.into());
    }
    if !kind.is_file() {
        return Err(io::Error::new(ErrorKind::InvalidInput, "it is no regular file, but a device, a pipe or a socket"));
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(io::Error::new(ErrorKind::FileTooLarge, format!("it has more than {most} bytes")));
    }
    Ok(bytes)
}

/// The remedy where a file is not UTF-8.
pub(crate) const NOT_UTF_8: &str = "save it as UTF-8: in an editor, or by `iconv --to-code=UTF-8`";

/// The remedy where a file that is there, or a folder, can't be read.
#[must_use]
pub fn remedy(error: &io::Error) -> &'static str {
    match error.kind() {
        ErrorKind::NotFound => "let the link lead to a file, or delete it",
        ErrorKind::InvalidData => NOT_UTF_8,
        ErrorKind::PermissionDenied => "let the user who runs this read it: `chmod +r`, and `chmod +rx` for folders",
        _ => "look at the file and the disk that it is on",
    }
}
