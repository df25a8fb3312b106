//! Archives of each kind, and hostile ones.

use std::fs;
use std::path::Path;

use super::{FIRST, Sandbox, names, origins, texts};
use crate::versions::archive::{read, unpack_up_to};
use crate::versions::{Failure, FolderLocation, Version};

fn at(sandbox: &Sandbox) -> FolderLocation {
    let mut location = sandbox.location("repo/schemas");
    location.current_dir = fs::canonicalize(sandbox.path("repo")).unwrap();
    location.folder = "schemas".into();
    location
}

fn read_at(sandbox: &Sandbox, archive: &str) -> Result<Version, Failure> {
    read(&sandbox.path(archive), &at(sandbox))
}

/// Makes a tar of the names and texts, whatever the names.
fn tar(path: &Path, files: &[(&str, &str)]) {
    let mut archive = tar::Builder::new(fs::File::create(path).unwrap());
    for (name, text) in files {
        let mut header = tar::Header::new_ustar();
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_size(text.len() as u64);
        header.set_cksum();
        archive.append(&header, text.as_bytes()).unwrap();
    }
    archive.finish().unwrap();
}

#[test]
fn reads_each_format_by_its_first_bytes() {
    let sandbox = Sandbox::repository();
    sandbox.write("repo/schemas/README.md", "no schema");
    sandbox.write("repo/schemas/shared/c.yaml", "title: C1");
    sandbox.commit("README");
    for format in ["tar", "tar.gz", "zip"] {
        sandbox.git("repo", &["archive", &format!("--format={format}"), "--output=../archive", "main"]);
        let version = read_at(&sandbox, "archive").unwrap();
        assert_eq!(texts(&version), FIRST, "{format}");
        assert_eq!(version.schemas.unread().map(|(name, _)| name).collect::<Vec<_>>(), ["shared/c.yaml"]);
        assert_eq!((version.folder.as_deref(), version.note()), (Some("schemas"), None));
        assert_eq!(origins(&version)[0], format!("{}:schemas/a.json", sandbox.path("archive").display()));
    }
}

#[test]
fn reads_all_frames_of_zstd() {
    let sandbox = Sandbox::repository();
    sandbox.git("repo", &["archive", "--output=../whole.tar", "main"]);
    let whole = fs::read(sandbox.path("whole.tar")).unwrap();
    let (one, other) = whole.split_at(1000);
    let frame = |bytes| ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest);
    fs::write(sandbox.path("old.tar.zst"), [frame(one), frame(other)].concat()).unwrap();
    assert_eq!(texts(&read_at(&sandbox, "old.tar.zst").unwrap()), FIRST);
}

#[test]
fn an_archive_that_ends_too_early_is_an_error() {
    let sandbox = Sandbox::repository();
    for format in ["tar", "tar.gz", "zip"] {
        sandbox.git("repo", &["archive", &format!("--format={format}"), "--output=../archive", "main"]);
        let whole = fs::read(sandbox.path("archive")).unwrap();
        fs::write(sandbox.path("archive"), &whole[..whole.len().min(2600) - 20]).unwrap();
        let failure = read_at(&sandbox, "archive").unwrap_err();
        assert!(failure.reason.starts_with("can't read the archive"), "{format}: {failure}");
    }
}

#[test]
fn finds_the_folder_below_one_that_holds_all() {
    let sandbox = Sandbox::repository();
    sandbox.write("repo/examples/deep/schemas/x.json", "{}");
    fs::create_dir_all(sandbox.path("repo/runtime")).unwrap();
    sandbox.link("../schemas", "repo/runtime/schemas");
    sandbox.commit("more");
    sandbox.git("repo", &["archive", "--prefix=repo-1.0/", "--output=../old.tar.gz", "main"]);
    let version = read_at(&sandbox, "old.tar.gz").unwrap();
    assert_eq!((texts(&version), version.folder.as_deref()), (FIRST.to_vec(), Some("repo-1.0/schemas")));
    assert!(version.note().unwrap().ends_with("the folder `repo-1.0/schemas` was read"));
    let mut location = at(&sandbox);
    location.old_folder = Some("runtime/schemas".to_owned());
    assert_eq!(texts(&read(&sandbox.path("old.tar.gz"), &location).unwrap()), FIRST);
}

#[test]
fn takes_the_only_folder_with_schemas_and_says_so() {
    let sandbox = Sandbox::repository();
    sandbox.git("repo", &["mv", "schemas", "events"]);
    sandbox.commit("renamed");
    sandbox.git("repo", &["archive", "--output=../old.zip", "main"]);
    let version = read_at(&sandbox, "old.zip").unwrap();
    assert_eq!(texts(&version), FIRST);
    assert!(version.note().unwrap().ends_with("the folder `events` was read"));
    sandbox.git("repo", &["archive", "--output=../root.zip", "main:events"]);
    assert_eq!(texts(&read_at(&sandbox, "root.zip").unwrap()), FIRST);
}

#[test]
fn has_to_be_told_which_of_several_folders() {
    let sandbox = Sandbox::repository();
    tar(&sandbox.path("two.tar"), &[("x/schemas/a.json", "{}"), ("y/schemas/a.json", "{}")]);
    let failure = read_at(&sandbox, "two.tar").unwrap_err();
    assert!(failure.reason.ends_with("has several folders `schemas`"), "{failure}");
    assert!(failure.help[1].ends_with("`x/schemas`, `y/schemas`"), "{failure}");
    tar(&sandbox.path("others.tar"), &[("x/a.json", "{}"), ("y/a.json", "{}")]);
    let failure = read_at(&sandbox, "others.tar").unwrap_err();
    assert!(failure.reason.ends_with("has no folder `schemas`"), "{failure}");
    let mut location = at(&sandbox);
    location.old_folder = Some("y/schemas".to_owned());
    let version = read(&sandbox.path("two.tar"), &location).unwrap();
    assert_eq!(version.folder.as_deref(), Some("y/schemas"));
    location.old_folder = Some("z".to_owned());
    let failure = read(&sandbox.path("two.tar"), &location).unwrap_err();
    assert!(failure.reason.ends_with("has no folder `z`"), "{failure}");
}

#[test]
fn an_archive_without_schemas_is_an_error() {
    let sandbox = Sandbox::repository();
    tar(&sandbox.path("none.tar"), &[("README.md", "x"), (".hidden/a.json", "{}")]);
    let failure = read_at(&sandbox, "none.tar").unwrap_err();
    assert!(failure.reason.ends_with("has no schema files"), "{failure}");
}

#[test]
fn names_that_lead_out_of_the_archive_are_left_out() {
    let sandbox = Sandbox::repository();
    let hostile = [
        ("schemas/ok.json", "{}"),
        ("./schemas//./dots.json", "{}"),
        ("schemas/../../evil.json", "{}"),
        ("/schemas/absolute.json", "{}"),
        ("../schemas/up.json", "{}"),
    ];
    tar(&sandbox.path("evil.tar"), &hostile);
    assert_eq!(names(&read_at(&sandbox, "evil.tar").unwrap()), ["dots.json", "ok.json"]);
    assert!(!sandbox.path("evil.json").exists());
}

#[test]
fn an_archive_is_unpacked_up_to_a_bound() {
    let sandbox = Sandbox::repository();
    sandbox.write("repo/schemas/zeros.json", &"0".repeat(1 << 20));
    sandbox.commit("zeros");
    for format in ["tar.gz", "zip"] {
        sandbox.git("repo", &["archive", &format!("--format={format}"), "--output=../bomb", "main"]);
        assert!(fs::metadata(sandbox.path("bomb")).unwrap().len() < 10_000);
        let failure = unpack_up_to(&sandbox.path("bomb"), 1 << 20).unwrap_err();
        assert!(failure.reason.ends_with("holds more than 1 MiB"), "{format}: {failure}");
        assert!(unpack_up_to(&sandbox.path("bomb"), 2 << 20).is_ok(), "{format}");
    }
}

#[test]
fn a_sparse_file_is_not_read_to_its_end() {
    let sandbox = Sandbox::repository();
    let mut archive = tar::Builder::new(fs::File::create(sandbox.path("sparse.tar")).unwrap());
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(tar::EntryType::GNUSparse);
    header.set_path("schemas/sparse.json").unwrap();
    header.set_size(100_000);
    let size = (1_u128 << 60 | 0x80 << 88).to_be_bytes();
    let hole = (((1_u128 << 60) - 100_000) | (0x80 << 88)).to_be_bytes();
    let gnu = header.as_gnu_mut().unwrap();
    gnu.realsize.copy_from_slice(&size[4..]);
    gnu.sparse[0].offset.copy_from_slice(&hole[4..]);
    gnu.sparse[0].numbytes.copy_from_slice(b"00000303240\0");
    header.set_cksum();
    archive.append(&header, vec![b' '; 100_000].as_slice()).unwrap();
    let mut header = tar::Header::new_gnu();
    header.set_path("schemas/a.json").unwrap();
    header.set_size(2);
    header.set_cksum();
    archive.append(&header, &b"{}"[..]).unwrap();
    archive.finish().unwrap();
    assert_eq!(names(&read_at(&sandbox, "sparse.tar").unwrap()), ["a.json"]);
}

#[test]
fn links_in_archives_lead_on() {
    let sandbox = Sandbox::repository();
    sandbox.link("a.json", "repo/schemas/soft.json");
    fs::hard_link(sandbox.path("repo/schemas/a.json"), sandbox.path("repo/schemas/hard.json")).unwrap();
    sandbox.run("repo", "tar", &["-czf", "../links.tgz", "schemas"]);
    let version = read_at(&sandbox, "links.tgz").unwrap();
    assert_eq!(names(&version), ["a.json", "hard.json", "shared/b.json", "soft.json"]);
    assert!(texts(&version).iter().all(|(name, text)| name.starts_with("shared") || text.contains("A1")));
    sandbox.write("repo/schemas/text.txt", "{}");
    sandbox.link("text.txt", "repo/schemas/text.json");
    sandbox.run("repo", "tar", &["-czf", "../links.tgz", "schemas"]);
    let failure = read_at(&sandbox, "links.tgz").unwrap_err();
    assert!(failure.reason.contains("whose name does not end with `.json`"), "{failure}");
}

#[test]
fn a_folder_that_is_a_link_to_nothing_is_an_error() {
    let sandbox = Sandbox::repository();
    fs::create_dir_all(sandbox.path("other")).unwrap();
    sandbox.link("../repo/schemas", "other/schemas");
    sandbox.run("other", "tar", &["-cf", "../link.tar", "schemas"]);
    let failure = read_at(&sandbox, "link.tar").unwrap_err();
    assert!(failure.reason.ends_with(":schemas` is a link to what that version does not hold"), "{failure}");
}

#[test]
fn a_pointer_of_lfs_in_an_archive_is_an_error() {
    let sandbox = Sandbox::repository();
    tar(&sandbox.path("lfs.tar"), &[("schemas/a.json", "version https://git-lfs.github.com/spec/v1\n")]);
    assert!(read_at(&sandbox, "lfs.tar").unwrap_err().reason.contains("is a pointer of Git LFS"));
}

#[test]
fn a_file_that_only_starts_like_an_archive_is_an_error() {
    let sandbox = Sandbox::repository();
    let starts: [&[u8]; 3] = [b"\x1f\x8bnothing", b"\x28\xb5\x2f\xfdnothing", b"PK\x03\x04nothing"];
    for start in starts {
        fs::write(sandbox.path("bad"), start).unwrap();
        let failure = read_at(&sandbox, "bad").unwrap_err();
        assert!(failure.reason.starts_with("can't read the archive"), "{failure}");
    }
    assert!(read_at(&sandbox, "nowhere.tar").unwrap_err().reason.contains("nowhere.tar"));
}
