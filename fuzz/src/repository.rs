//! Objects of git: whatever they hold, a commit is read within bounds or refused with a reason and a remedy.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use flate2::Compression;
use flate2::write::ZlibEncoder;

use crate::archive::vet;
use crate::versions::{Against, FolderLocation};

/// The most objects of an input.
const MAX_OBJECTS: usize = 255;

/// Reads the commit of a repository of loose objects, as `breaking --against git:main` does.
///
/// The input is the objects one after the other: a byte for the kind, two for the length (the higher one first), and the
/// bytes. The first one is the commit; the object of number `n`, from 1, has the id whose bytes are all `n`, so that an input
/// can name its objects, in circles too. gix does not look whether an id is the hash of its object.
///
/// # Panics
///
/// As of [`archive::run`](crate::archive::run), or where the repository can't be written.
pub fn run(input: &[u8]) {
    let folder = tempfile::tempdir().unwrap();
    let git = folder.path().join(".git");
    fs::create_dir_all(git.join("refs/heads")).unwrap();
    fs::write(git.join("HEAD"), "ref: refs/heads/main\n").unwrap();
    fs::write(git.join("config"), "[core]\n\trepositoryformatversion = 0\n\tbare = false\n").unwrap();
    fs::write(git.join("refs/heads/main"), format!("{}\n", "01".repeat(20))).unwrap();
    for (number, (kind, bytes)) in (1_u8..).zip(objects(input).into_iter().take(MAX_OBJECTS)) {
        write(&git.join("objects"), number, kind, bytes);
    }
    fs::create_dir_all(git.join("objects")).unwrap();
    let schemas = folder.path().join("schemas");
    fs::create_dir(&schemas).unwrap();
    let location = FolderLocation::new(&schemas, None).unwrap();
    vet(crate::versions::read(&Against::Git { reference: "main".to_owned() }, &location));
}

/// The kinds and contents of the objects of an input; the last one may be shorter than it says.
fn objects(mut input: &[u8]) -> Vec<(u8, &[u8])> {
    let mut objects = Vec::new();
    while let [kind, high, low, rest @ ..] = input {
        let length = usize::from(u16::from_be_bytes([*high, *low])).min(rest.len());
        let (bytes, after) = rest.split_at(length);
        objects.push((*kind, bytes));
        input = after;
    }
    objects
}

fn write(objects: &Path, number: u8, kind: u8, bytes: &[u8]) {
    let id = format!("{number:02x}").repeat(20);
    let folder = objects.join(&id[..2]);
    fs::create_dir_all(&folder).unwrap();
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::fast());
    let header = match kind {
        b'c' => format!("commit {}\0", bytes.len()),
        b't' => format!("tree {}\0", bytes.len()),
        b'g' => format!("tag {}\0", bytes.len()),
        b'b' => format!("blob {}\0", bytes.len()),
        // The bytes have a header of their own, which may say anything.
        _ => String::new(),
    };
    zlib.write_all(header.as_bytes()).unwrap();
    zlib.write_all(bytes).unwrap();
    fs::write(folder.join(&id[2..]), zlib.finish().unwrap()).unwrap();
}
