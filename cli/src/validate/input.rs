//! The payload files that are named: files, folders, globs and standard input, compressed or not.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, ErrorKind, Read};
use std::path::{Path, PathBuf};

use flate2::bufread::MultiGzDecoder;
use thoth_messaging_build::{Budget, OtherFormat, files_below};

use crate::failure::Failure;
use crate::frames::Frames;
use crate::stderr::say;

/// The ends of the names of the files that are payloads in a folder.
const PAYLOADS: [&str; 3] = [".json", ".ndjson", ".jsonl"];

/// The further ends of the names of compressed files. Whether a file is compressed is decided by its first bytes.
const COMPRESSED: [&str; 3] = [".gz", ".zst", ""];

/// The number of bytes that are read at a time.
const BUFFER: usize = 256 * 1024;

/// The division of a source into records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum InputKind {
    /// By its name: `.json` is one record, `.ndjson` and `.jsonl` one in each line. Anything else, and standard input, by
    /// what it holds: one record in each line where the first line alone is JSON and something comes after it.
    Auto,
    /// The whole is one record.
    Json,
    /// Each line is a record, but for empty ones.
    Ndjson,
    /// The whole is an array, and each item a record.
    Array,
}

/// Something to read records from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Source {
    Stdin,
    File(PathBuf),
}

impl Source {
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Stdin => "-".to_owned(),
            Self::File(path) => path.display().to_string(),
        }
    }

    /// The reason not to read it, whatever it holds: its name says that it is no JSON.
    pub(crate) fn refusal(&self) -> Option<Failure> {
        let Self::File(path) = self else { return None };
        let format = OtherFormat::of(&path.file_name()?.to_string_lossy());
        (format == Some(OtherFormat::Yaml)).then(|| {
            Failure::new(format!("`{}` {}", path.display(), OtherFormat::Yaml.reason("payloads")))
                .help("`yq -o=json -I=0 '.' FILE.yaml` writes it as JSON, a document in each line: pipe that here")
        })
    }

    /// Its bytes on disk, where that number is known.
    pub(super) fn size(&self) -> Option<u64> {
        match self {
            Self::Stdin => None,
            Self::File(path) => fs::metadata(path).ok().map(|metadata| metadata.len()),
        }
    }

    /// The kind that the name tells.
    pub(crate) fn kind(&self) -> InputKind {
        let name = self.name();
        let name = COMPRESSED.iter().find_map(|end| name.strip_suffix(end)).unwrap_or(&name);
        match PAYLOADS.iter().position(|end| name.ends_with(end)) {
            Some(0) => InputKind::Json,
            Some(_) => InputKind::Ndjson,
            None => InputKind::Auto,
        }
    }

    /// That it can't be read, or not to its end.
    pub(crate) fn unreadable(&self, error: &io::Error) -> Failure {
        let path = PathBuf::from(self.name());
        match error.kind() {
            // What the decoders say of bytes that they did not expect.
            ErrorKind::InvalidInput | ErrorKind::InvalidData | ErrorKind::UnexpectedEof | ErrorKind::Other => {
                Failure::new(format!("can't unpack `{}` to its end: {error}", path.display()))
                    .help("it is damaged, or was not written to its end: `gzip --test` or `zstd --test` says more")
            }
            _ => Failure::read(&path, error),
        }
    }

    /// Its contents, decompressed. `read` is told of every byte that is read from disk.
    pub(crate) fn open<'r>(&self, read: impl Fn(u64) + Send + 'r) -> io::Result<Box<dyn BufRead + Send + 'r>> {
        let raw: Box<dyn Read + Send> = match self {
            Self::Stdin => Box::new(io::stdin()),
            Self::File(path) => Box::new(open_named(path)?),
        };
        let mut raw = BufReader::with_capacity(BUFFER, Counted { inner: raw, read });
        let start = raw.fill_buf()?;
        if start.starts_with(&[0x1f, 0x8b]) {
            return Ok(Box::new(BufReader::with_capacity(BUFFER, MultiGzDecoder::new(raw))));
        }
        if start.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
            return Ok(Box::new(BufReader::with_capacity(BUFFER, Frames::new(raw))));
        }
        Ok(Box::new(raw))
    }
}

/// The sources that arguments name, each once: `-`, a file, a folder (all payloads below it) or a glob.
pub(crate) fn discover(arguments: &[String]) -> Result<Vec<Source>, Failure> {
    let mut sources = Vec::new();
    let mut known = BTreeSet::new();
    for argument in arguments {
        for source in expand(argument)? {
            if known.insert(source.clone()) {
                sources.push(source);
            }
        }
    }
    Ok(sources)
}

fn expand(argument: &str) -> Result<Vec<Source>, Failure> {
    if argument == "-" {
        return Ok(vec![Source::Stdin]);
    }
    let path = Path::new(argument);
    let unreadable = |error| Failure::read(path, &error);
    let mut files = Vec::new();
    if path.is_dir() {
        let is_payload = |name: &str| Source::File(name.into()).kind() != InputKind::Auto;
        let mut budget = Budget::new().with_entries(usize::MAX);
        let is_wanted = |name: &str| is_payload(name) || OtherFormat::of(name).is_some();
        let below = files_below(path, &mut budget, |_| true, is_wanted)?;
        let found = below.files.into_iter().map(|(_, path)| path);
        // That it can't be read is said where it is read.
        files.extend(found.chain(below.unreadable.into_iter().map(|unreadable| unreadable.path)));
        files.sort();
        // In a folder, YAML may be there for something else.
        files.retain(|path| match OtherFormat::of(&path.file_name().unwrap_or_default().to_string_lossy()) {
            Some(format) => {
                say(format!("note: `{}` was not read: it {}", path.display(), format.reason("payloads")));
                false
            }
            None => true,
        });
    } else if path.exists() {
        files.push(path.to_owned());
    } else {
        let matches = glob::glob(argument).map_err(|error| {
            Failure::new(format!("`{argument}` is neither a file nor a glob: {error}"))
                .help("a glob has `*` for any text in a name, `**` for any folders, and `?` for a character")
        })?;
        for found in matches {
            let found = found.map_err(|error| unreadable(error.into()))?;
            if !found.is_dir() {
                files.push(found);
            }
        }
    }
    if files.is_empty() {
        return Err(nothing(argument, path));
    }
    Ok(files.into_iter().map(Source::File).collect())
}

/// That an argument names no payload.
fn nothing(argument: &str, path: &Path) -> Failure {
    if path.is_dir() {
        return Failure::new(format!("there are no payloads below the folder `{argument}`")).help(
            "payloads in a folder are named .json, .ndjson or .jsonl, also with .gz or .zst; name others one by one",
        );
    }
    let what = if argument.contains(['*', '?', '[']) { "no file that is like" } else { "no file or folder" };
    Failure::new(format!("there is {what} `{argument}`"))
        .help("look for a slip in the path; it starts from the current folder, and `-` is standard input")
}

/// Opens a file that was named. A device is meant where it is named as that; else it is a trap with the name of a payload.
fn open_named(path: &Path) -> io::Result<File> {
    if is_device(fs::metadata(path)?.file_type()) && !path.starts_with("/dev") {
        return Err(io::Error::new(ErrorKind::InvalidFilename, "it is no file, but leads to a device or a socket"));
    }
    File::open(path)
}

#[cfg(unix)]
fn is_device(kind: fs::FileType) -> bool {
    use std::os::unix::fs::FileTypeExt as _;
    kind.is_char_device() || kind.is_block_device() || kind.is_socket()
}

#[cfg(not(unix))]
fn is_device(_: fs::FileType) -> bool {
    false
}

/// Tells of what is read.
struct Counted<R, F> {
    inner: R,
    read: F,
}

impl<R: Read, F: Fn(u64)> Read for Counted<R, F> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        (self.read)(read as u64);
        Ok(read)
    }
}
