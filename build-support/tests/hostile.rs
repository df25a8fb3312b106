//! Folders that somebody else filled: links, devices, names and sizes.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "that is how a test fails, its helpers included")]

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use thoth_messaging_build::{Budget, Build, BuildError, read_folder};

const PING: &str = r#"{"title": "Ping", "type": "object", "x-kafka": {"topic": "ping"}, "properties": {}}"#;

fn folder() -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    let schemas = folder.path().join("schemas");
    fs::create_dir(&schemas).unwrap();
    fs::write(schemas.join("ping.json"), PING).unwrap();
    (folder, schemas)
}

fn refused(schemas: &Path) -> String {
    match read_folder(schemas) {
        Err(BuildError::Refused(refusal)) => refusal.to_string(),
        other => panic!("{:?}", other.map(|schemas| schemas.iter().count())),
    }
}

#[test]
fn a_link_that_leads_out_of_the_folder_is_refused() {
    let outside = TempDir::new().unwrap();
    fs::write(outside.path().join("secret.json"), "{}").unwrap();
    let file = outside.path().join("secret.json");
    for target in [Path::new("/"), Path::new("/dev/zero"), Path::new(".."), outside.path(), &file] {
        let (_kept, schemas) = folder();
        symlink(target, schemas.join("z.json")).unwrap();
        let refusal = refused(&schemas);
        assert!(refusal.contains("schemas/z.json` is a link that leads out of the folder"), "{refusal}");
    }
}

#[test]
fn the_folder_itself_may_be_a_link_and_so_may_what_leads_into_it() {
    let (kept, schemas) = folder();
    symlink("ping.json", schemas.join("alias.json")).unwrap();
    symlink("/dev/zero", schemas.join("no-schema.txt")).unwrap();
    symlink("schemas", kept.path().join("link")).unwrap();
    let read = read_folder(kept.path().join("link")).unwrap();
    assert_eq!(read.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["alias.json", "ping.json"]);
}

#[test]
fn a_pipe_is_refused_and_not_waited_for() {
    let (_kept, schemas) = folder();
    let made = std::process::Command::new("mkfifo").arg(schemas.join("pipe.json")).status().unwrap();
    assert!(made.success());
    let refusal = refused(&schemas);
    assert!(refusal.contains("pipe.json` is no regular file"), "{refusal}");
}

#[test]
fn a_name_is_text_without_control_characters() {
    for name in [&b"a\n::error::.json"[..], b"\x1b[2J.json", b"\xff.json"] {
        let (_kept, schemas) = folder();
        fs::write(schemas.join(OsStr::from_bytes(name)), "{}").unwrap();
        let refusal = refused(&schemas);
        assert!(refusal.contains("has a name that is not UTF-8"), "{refusal}");
        assert!(!refusal.contains(char::is_control), "{refusal:?}");
    }
}

#[test]
fn files_are_read_up_to_a_size_each_and_together() {
    let (_kept, schemas) = folder();
    let grow = |name: &str, size| fs::File::create(schemas.join(name)).unwrap().set_len(size).unwrap();
    grow("large.json", 4 << 30);
    assert!(refused(&schemas).contains("large.json` has more than 16 MiB"));
    grow("large.json", Budget::MAX_FILE);
    grow("another.json", Budget::MAX_FILE);
    assert!(refused(&schemas).contains("makes it more than 32 MiB"));
}

#[test]
fn links_to_one_file_count_as_often_as_it_is_read() {
    let (_kept, schemas) = folder();
    fs::File::create(schemas.join("four.json")).unwrap().set_len(4 << 20).unwrap();
    for number in 0..1000 {
        symlink("four.json", schemas.join(format!("{number}.json"))).unwrap();
    }
    assert!(refused(&schemas).contains("makes it more than 32 MiB"));
}

#[test]
fn folders_are_read_to_a_depth() {
    let (_kept, schemas) = folder();
    fs::create_dir_all(schemas.join("d/".repeat(Budget::MAX_DEPTH + 1))).unwrap();
    assert!(refused(&schemas).contains("lies in more than 64 folders"));
}

#[test]
fn a_budget_counts_entries_and_links() {
    let mut budget = Budget::new();
    (0..Budget::MAX_ENTRIES).for_each(|_| budget.entry("a").unwrap());
    assert!(budget.entry("a").unwrap_err().reason().contains("more than 100000 files and folders"));
    (0..Budget::MAX_LINKS).for_each(|_| budget.link("a").unwrap());
    assert!(budget.link("a").unwrap_err().reason().contains("more than 4000 links"));
    let long = Budget::new().entry(&"x".repeat(400_000)).unwrap_err();
    assert!(long.reason().contains("path of more than 1024 bytes") && long.reason().len() < 500, "{long}");
}

#[test]
fn nothing_is_written_through_a_link() {
    for (link, target) in
        [("schemas", "../home"), ("messages.rs", "../home/file"), ("schemas/ping.json", "../../home/x")]
    {
        let (kept, schemas) = folder();
        let [out, home] = ["out", "home"].map(|name| kept.path().join(name));
        fs::create_dir(&home).unwrap();
        fs::create_dir_all(out.join(link).parent().unwrap()).unwrap();
        symlink(target, out.join(link)).unwrap();
        let error = Build::new().out_dir(&out).compile(&schemas).unwrap_err();
        assert!(matches!(&error, BuildError::Refused(_)), "{error}");
        assert!(
            error.to_string().contains(&format!("out/{link}` is a link, and nothing is written through one")),
            "{error}"
        );
        assert_eq!(fs::read_dir(&home).unwrap().count(), 0, "{link}");
    }
}

#[test]
fn what_is_generated_is_written_into_the_folder() {
    let (kept, schemas) = folder();
    for name in ["../messages.rs", "/tmp/messages.rs", "a/../../messages.rs"] {
        let build = Build::new().file_name(name).out_dir(kept.path().join("out"));
        assert!(matches!(build.compile(&schemas), Err(BuildError::Refused(_))), "{name}");
    }
}
