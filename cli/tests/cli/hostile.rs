//! Hostile files and links, each in a process that may take 10 s of processor time and 1 GB: a stray link, a bomb or a device
//! is a message that says which bound was met, never a full machine.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "that is how a test fails, its helpers included")]

use std::fs::{self, File};
use std::io::{Read as _, Write};
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Stdio};

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::support::{ORDER, Project, Run};

/// A project with one schema.
pub(crate) fn project() -> Project {
    Project::new(&[("schemas/order.json", ORDER)])
}

/// Runs the command in a project within the budget, and gives what it came to.
pub(crate) fn run(project: &Project, arguments: &[&str]) -> Run {
    // Of virtual memory, of which a process has more than it uses: the bound is stricter than it says.
    let output = Command::new("timeout")
        .args(["120", "sh", "-c", "ulimit -v 1048576; ulimit -t 10; exec \"$0\" \"$@\""])
        .arg(env!("CARGO_BIN_EXE_thoth-messaging"))
        .args(arguments)
        .current_dir(project.path())
        .envs([("MALLOC_ARENA_MAX", "2"), ("RAYON_NUM_THREADS", "2")])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    Run { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// Runs a command that has to be refused, with a reason that is part of the message, and a remedy.
#[track_caller]
fn refuses(project: &Project, arguments: &[&str], reason: &str) {
    let run = run(project, arguments);
    assert_eq!(run.code, Some(2), "{arguments:?}: {run:?}");
    assert!(run.stderr.contains(reason) && run.stderr.contains("= help: "), "{arguments:?}: {run:?}");
    assert!(run.stderr.len() < 2000, "{arguments:?}: {} bytes", run.stderr.len());
}

/// Makes a tar.gz at `bomb`, and gives its size.
fn tar_gz(project: &Project, fill: impl FnOnce(&mut tar::Builder<GzEncoder<File>>)) -> u64 {
    let path = project.path().join("bomb");
    let mut archive = tar::Builder::new(GzEncoder::new(File::create(&path).unwrap(), Compression::best()));
    fill(&mut archive);
    archive.into_inner().unwrap().finish().unwrap();
    fs::metadata(path).unwrap().len()
}

/// Appends an entry.
fn append(archive: &mut tar::Builder<impl Write>, path: &str, kind: tar::EntryType, target: &str, size: u64) {
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(kind);
    header.set_size(size);
    if target.is_empty() {
        archive.append_data(&mut header, path, std::io::repeat(b' ').take(size)).unwrap();
    } else {
        archive.append_link(&mut header, path, target).unwrap();
    }
}

const AGAINST_BOMB: [&str; 3] = ["breaking", "--against", "archive:bomb"];

#[test]
fn links_to_one_file_of_an_archive_are_counted_each() {
    for (kind, target) in [(tar::EntryType::Link, "schemas/a.json"), (tar::EntryType::Symlink, "a.json")] {
        let project = project();
        let size = tar_gz(&project, |archive| {
            append(archive, "schemas/a.json", tar::EntryType::Regular, "", 4 << 20);
            (0..1000).for_each(|number| append(archive, &format!("schemas/{number}.json"), kind, target, 0));
        });
        assert!(size < 30_000, "{size}");
        refuses(&project, &AGAINST_BOMB, "makes it more than 32 MiB, the most of all schema files together");
    }
}

#[test]
fn links_of_an_archive_that_lead_on_to_links_end() {
    let project = project();
    tar_gz(&project, |archive| {
        append(archive, "schemas/x/a.json", tar::EntryType::Regular, "", 2);
        for number in 0..200 {
            let target = format!("l{}/../l{}", number + 1, number + 1);
            append(archive, &format!("schemas/l{number}"), tar::EntryType::Symlink, &target, 0);
        }
        append(archive, "schemas/l200", tar::EntryType::Symlink, "x", 0);
    });
    refuses(&project, &AGAINST_BOMB, "is a link to what that version does not hold");
}

#[test]
fn a_path_of_an_archive_has_a_bound() {
    for (folders, reason) in [
        (200_000, "the name or the attributes of an entry are too long"),
        (1000, "is a path of more than 1024 bytes"),
        (80, "lies in more than 64 folders"),
    ] {
        let project = project();
        let size = tar_gz(&project, |archive| {
            append(archive, &format!("{}a.json", "d/".repeat(folders)), tar::EntryType::Regular, "", 2);
        });
        assert!(size < 2000, "{size}");
        refuses(&project, &AGAINST_BOMB, reason);
    }
}

#[test]
fn an_archive_has_a_bound_of_entries_and_of_bytes() {
    let many = project();
    let mut archive = tar::Builder::new(File::create(many.path().join("bomb")).unwrap());
    (0..100_001).for_each(|number| append(&mut archive, &format!("x/{number}"), tar::EntryType::Regular, "", 0));
    archive.finish().unwrap();
    refuses(&many, &AGAINST_BOMB, "is one more than 100000 files and folders");
    let large = project();
    tar_gz(&large, |archive| append(archive, "schemas/a.json", tar::EntryType::Regular, "", 17 << 20));
    refuses(&large, &AGAINST_BOMB, "`schemas/a.json` has more than 16 MiB, the most of one schema file");
    let huge = project();
    let mut header = tar::Header::new_gnu();
    header.set_path("README").unwrap();
    header.set_size(300 << 20);
    header.set_cksum();
    let blank = gzip(&vec![0; 1 << 20]);
    fs::write(huge.path().join("bomb"), [gzip(header.as_bytes()), blank.repeat(301)].concat()).unwrap();
    refuses(&huge, &AGAINST_BOMB, "holds more than 256 MiB");
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(bytes).unwrap();
    gzip.finish().unwrap()
}

#[test]
fn an_archive_that_is_a_pipe_or_a_device_is_refused() {
    let project = project();
    assert!(Command::new("mkfifo").arg(project.path().join("bomb")).status().unwrap().success());
    refuses(&project, &AGAINST_BOMB, "it is no regular file");
    refuses(&project, &["breaking", "--against", "archive:/dev/zero"], "it is no regular file");
}

/// Runs git in the project, with some input, and gives what it printed.
#[cfg(feature = "git")]
fn git(project: &Project, arguments: &[&str], input: &[u8]) -> String {
    let mut git = Command::new("git")
        .args(["-c", "user.name=x", "-c", "user.email=x@example.com", "-c", "core.compression=1"])
        .args(arguments)
        .current_dir(project.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    git.stdin.take().unwrap().write_all(input).unwrap();
    let output = git.wait_with_output().unwrap();
    assert!(output.status.success(), "{arguments:?}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// Commits a tree whose folder `schemas` has some entries, as `git mktree` takes them.
#[cfg(feature = "git")]
fn commit(project: &Project, entries: &str) {
    let schemas = git(project, &["mktree"], entries.as_bytes());
    let root = git(project, &["mktree"], format!("040000 tree {schemas}\tschemas\n").as_bytes());
    let commit = git(project, &["commit-tree", "-m", "x", &root], b"");
    git(project, &["update-ref", "refs/heads/hostile", &commit], b"");
}

#[cfg(feature = "git")]
const AGAINST_GIT: [&str; 3] = ["breaking", "--against", "git:hostile"];

#[cfg(feature = "git")]
#[test]
fn blobs_of_a_commit_have_a_bound_each_and_together() {
    let project = project();
    git(&project, &["init", "--quiet"], b"");
    let blank = git(&project, &["hash-object", "-w", "--stdin"], &vec![b' '; 100 << 20]);
    commit(&project, &format!("100644 blob {blank}\ta.json\n"));
    refuses(&project, &AGAINST_GIT, "`schemas/a.json` has more than 16 MiB, the most of one schema file");

    let blob = git(&project, &["hash-object", "-w", "--stdin"], &vec![b' '; 10 << 20]);
    let link = git(&project, &["hash-object", "-w", "--stdin"], b"a.json");
    for (mode, id) in [("120000", &link), ("100644", &blob)] {
        let links: Vec<_> = (0..400).map(|number| format!("{mode} blob {id}\tl{number}.json\n")).collect();
        commit(&project, &format!("100644 blob {blob}\ta.json\n{}", links.concat()));
        refuses(&project, &AGAINST_GIT, "makes it more than 32 MiB, the most of all schema files together");
    }
    // A link whose target is a large blob, and a tree that is one.
    commit(&project, &format!("120000 blob {blank}\ta.json\n"));
    refuses(&project, &AGAINST_GIT, "needs an object of more than 16 MiB, the most of one");
}

#[cfg(feature = "git")]
#[test]
fn a_blob_that_is_stored_as_a_difference_to_a_large_one_is_refused() {
    let project = project();
    git(&project, &["init", "--quiet"], b"");
    let mut text = b"{}".to_vec();
    text.resize(40 << 20, b' ');
    let large = git(&project, &["hash-object", "-w", "--stdin"], &text);
    let small = git(&project, &["hash-object", "-w", "--stdin"], &text[..15 << 20]);
    commit(&project, &format!("100644 blob {small}\ta.json\n100644 blob {large}\tlarge.txt\n"));
    git(&project, &["-c", "core.bigFileThreshold=1g", "repack", "-adfq"], b"");
    let run = run(&project, &AGAINST_GIT);
    // git chooses what it stores as a difference.
    let is_difference = git(&project, &["cat-file", "--batch-check=%(deltabase)"], small.as_bytes()) == large;
    assert_eq!(run.stderr.contains("needs an object of more than 16 MiB"), is_difference, "{run:?}");
}

#[cfg(feature = "git")]
#[test]
fn a_tree_that_names_another_ten_times_over_seven_levels_is_walked_to_a_bound() {
    let project = project();
    git(&project, &["init", "--quiet"], b"");
    let blob = git(&project, &["hash-object", "-w", "--stdin"], b"{}");
    let mut entries = format!("100644 blob {blob}\ta.json\n");
    for _ in 0..7 {
        let tree = git(&project, &["mktree"], entries.as_bytes());
        entries = (0..10).map(|number| format!("040000 tree {tree}\td{number}\n")).collect::<Vec<_>>().concat();
    }
    commit(&project, &entries);
    refuses(&project, &AGAINST_GIT, "is one more than 100000 files and folders");
}

#[test]
fn no_command_leaves_the_schema_folder_by_a_link() {
    let outside = Project::new(&[("token.json", r#"{"token": "hunter2"}"#)]);
    let token = outside.path().join("token.json");
    for target in [Path::new("/dev/zero"), Path::new("/"), &token] {
        let project = project();
        symlink(target, project.path().join("schemas/z.json")).unwrap();
        project.write("old/order.json", ORDER);
        project.write("payload.json", r#"{"order_id": "1"}"#);
        let commands: [&[&str]; 6] = [
            &["check"],
            &["generate", "--out", "gen"],
            &["list"],
            &["show", "OrderPlaced"],
            &["validate", "--message", "OrderPlaced", "payload.json"],
            &["breaking", "--against", "old"],
        ];
        for command in commands {
            refuses(&project, command, "schemas/z.json` is a link that leads out of the folder");
        }
        assert!(!project.path().join("gen").exists());
        fs::remove_file(project.path().join("schemas/z.json")).unwrap();
        symlink(target, project.path().join("old/z.json")).unwrap();
        refuses(&project, commands[5], "old/z.json` is a link that leads out of the folder");
    }
}

#[test]
fn a_reference_of_a_schema_leads_to_regular_files_of_the_project_only() {
    let outside = Project::new(&[("token.json", r#"{"const": "hunter2"}"#)]);
    let project = project();
    project.write("payload.json", "1");
    let up = "../".repeat(30);
    for (target, reason) in [
        (format!("{up}dev/zero"), "is not below `"),
        (format!("{up}{}/token.json", outside.path().display()), "is not below `"),
        ("../zero.json".to_owned(), "is not below `"),
        ("../pipe.json".to_owned(), "no regular file"),
        ("../huge.json".to_owned(), "has more than 16777216 bytes"),
    ] {
        project.write("deep/schema.json", &format!(r#"{{"$ref": "{target}"}}"#));
        if !project.path().join("pipe.json").exists() {
            symlink("/dev/zero", project.path().join("zero.json")).unwrap();
            assert!(Command::new("mkfifo").arg(project.path().join("pipe.json")).status().unwrap().success());
            File::create(project.path().join("huge.json")).unwrap().set_len(8 << 30).unwrap();
        }
        refuses(&project, &["validate", "--schema", "deep/schema.json", "payload.json"], reason);
    }
    refuses(&project, &["validate", "--schema", "/dev/zero", "payload.json"], "no regular file");
}

#[test]
fn payloads_of_a_folder_are_regular_files_in_it() {
    for target in ["/dev/zero", "/", "/etc/hostname"] {
        let project = project();
        project.write("payloads/a.json", r#"{"order_id": "1"}"#);
        symlink(target, project.path().join("payloads/z.ndjson")).unwrap();
        for command in [&["validate", "--message", "OrderPlaced", "payloads"][..], &["infer", "payloads"]] {
            refuses(&project, command, "payloads/z.ndjson` is a link that leads out of the folder");
        }
    }
    let project = project();
    symlink("/dev/zero", project.path().join("z.ndjson")).unwrap();
    for command in [&["validate", "--message", "OrderPlaced", "z.ndjson"][..], &["infer", "z.ndjson"]] {
        refuses(&project, command, "leads to a device or a socket");
    }
}

#[cfg(feature = "kafka")]
#[test]
fn a_file_of_messages_is_a_file_with_a_bound() {
    let project = project();
    symlink("/dev/zero", project.path().join("zero.json")).unwrap();
    File::create(project.path().join("huge.json")).unwrap().set_len(8 << 30).unwrap();
    let send = |arguments: &[&str], reason| {
        refuses(&project, &[&["send", "--bootstrap-servers", "localhost:1"], arguments].concat(), reason);
    };
    send(&["--message-file", "zero.json"], "leads to a device or a socket");
    send(&["OrderPlaced", "--file", "zero.json"], "leads to a device or a socket");
    send(&["--message-file", "huge.json"], "`huge.json` has more than ");
    send(&["--message-file", "/dev/zero"], "`/dev/zero` has more than ");
}

#[test]
fn a_payload_that_a_schema_refuses_in_ever_more_ways_is_refused_in_time() {
    let project = project();
    let back = r##"{"type": "object", "required": ["next"], "properties": {"next": {"$ref": "#/$defs/node"}}}"##;
    let wide: Vec<String> = (0..500).map(|number| format!("\"m{number}\"")).collect();
    project.write("wide.json", &format!(r#"{{"items": {{"required": [{}]}}}}"#, wide.join(", ")));
    project.write("objects.json", &format!("[{}]", vec!["{}"; 200_000].join(",")));
    for keyword in ["anyOf", "oneOf", "allOf"] {
        let schema =
            format!(r##"{{"$defs": {{"node": {{"{keyword}": [{back}, {back}, {back}]}}}}, "$ref": "#/$defs/node"}}"##);
        project.write("schema.json", &schema);
        for levels in [8, 11, 100] {
            project.write("payload.json", &format!("{}1{}", r#"{"next":"#.repeat(levels), "}".repeat(levels)));
            let run = run(&project, &["validate", "--schema", "schema.json", "payload.json"]);
            assert_eq!(run.code, Some(1), "{keyword}, {levels}: {run:?}");
        }
        assert!(
            run(&project, &["validate", "--schema", "schema.json", "payload.json"])
                .stdout
                .contains("than can be listed")
        );
    }
    let run = run(&project, &["validate", "--schema", "wide.json", "--input", "json", "objects.json"]);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(
        run.stdout.contains("/0: expected the member `m0`") && run.stdout.contains("than can be listed"),
        "{}",
        run.stdout
    );
}

#[test]
fn references_that_multiply_are_refused() {
    let project = project();
    let next = |level: usize| {
        format!(r##""d{level}": {{"allOf": [{{"$ref": "#/$defs/d{0}"}}, {{"$ref": "#/$defs/d{0}"}}]}}"##, level + 1)
    };
    let levels: Vec<String> = (0..30).map(next).collect();
    let schema = format!(r##"{{"$defs": {{{}, "d30": {{"minimum": 1}}}}, "$ref": "#/$defs/d0"}}"##, levels.join(", "));
    project.write("schema.json", &schema);
    project.write("payload.json", "0");
    refuses(
        &project,
        &["validate", "--schema", "schema.json", "payload.json"],
        "applies more than 1000000 schemas to one value",
    );
}

#[test]
fn clauses_beside_each_other_are_looked_into_to_a_bound() {
    let clause =
        |number| format!(r#"{{"anyOf": [{{"required": ["m{number}"]}}, {{"not": {{"required": ["m{number}"]}}}}]}}"#);
    let clauses: Vec<String> = (0..1000).map(clause).collect();
    let schema = format!(
        r#"{{"title": "Clauses", "type": "object", "allOf": [{}], "x-kafka": {{"topic": "clauses"}}}}"#,
        clauses.join(", ")
    );
    let project = Project::new(&[("schemas/clauses.json", schema.as_str())]);
    for command in [&["check"][..], &["generate", "--out", "generated"]] {
        let run = run(&project, command);
        assert_eq!(run.code, Some(0), "{command:?}: {run:?}");
    }
}

#[test]
fn mistakes_of_a_schema_are_listed_to_a_bound() {
    let members: Vec<String> = (0..200_000).map(|number| format!("\"{number}\":1")).collect();
    let schema = format!(r#"{{"title": "Wrong", "type": "object", "properties": {{{}}}}}"#, members.join(","));
    let project = Project::new(&[("schemas/wrong.json", schema.as_str())]);
    let run = run(&project, &["check"]);
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    assert!(run.stdout.contains("it has more mistakes than can be listed"), "{}", run.stdout);
}

#[test]
fn a_sample_has_a_bound() {
    let project = project();
    let text = gzip(&vec![b'x'; 1 << 20]).repeat(1000);
    fs::write(project.path().join("long.json.gz"), [gzip(b"\""), text, gzip(b"\"")].concat()).unwrap();
    refuses(&project, &["infer", "long.json.gz"], "a sample in `long.json.gz` has more than 16 MiB");
}

#[test]
fn nothing_is_written_through_a_link() {
    for (link, target) in [("gen", "../home"), ("gen/schemas", "../../home"), ("gen/messages.rs", "../../home/x")] {
        let project = Project::new(&[("repo/schemas/order.json", ORDER), ("home/.keep", "")]);
        let repo = project.path().join("repo");
        let link = repo.join(link);
        fs::create_dir_all(link.parent().unwrap()).unwrap();
        symlink(target, &link).unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_thoth-messaging"))
            .args(["generate", "--out", "gen"])
            .current_dir(&repo)
            .output()
            .unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{stderr}");
        assert!(stderr.contains("is a link"), "{stderr}");
        assert_eq!(fs::read_dir(project.path().join("home")).unwrap().count(), 1, "{target}");
    }
}

#[test]
fn pages_are_not_written_through_a_link() {
    let project = Project::new(&[("man/x", ""), ("home", "mine")]);
    symlink("../home", project.path().join("man/thoth-messaging.1")).unwrap();
    refuses(&project, &["man", "--out", "man"], "is a link, and nothing is written through one");
    assert_eq!(project.read("home"), "mine");
}

#[test]
fn settings_of_another_folder_are_not_shown() {
    let project = Project::new(&[("secret.toml", "token = \"hunter2\"\n"), ("repo/schemas/order.json", ORDER)]);
    symlink("../secret.toml", project.path().join("repo/thoth-messaging.toml")).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_thoth-messaging"))
        .arg("check")
        .current_dir(project.path().join("repo"))
        .output()
        .unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.contains("is a link that leads to another folder") && !stderr.contains("hunter2"), "{stderr}");
    let large = project;
    File::create(large.path().join("large.toml")).unwrap().set_len(8 << 30).unwrap();
    refuses(&large, &["--config", "large.toml", "check"], "`large.toml` has more than 1024 KiB");
}

#[test]
fn a_new_file_is_new() {
    let project = project();
    project.write("home", "mine");
    symlink("../home", project.path().join("schemas/order-paid.schema.json")).unwrap();
    refuses(&project, &["new", "OrderPaid", "--topic", "shop.order-paid"], "exists, and is not overwritten");
    assert_eq!(project.read("home"), "mine");
    let odd = run(&project, &["new", "../../Order/../Placed", "--topic", "shop.x", "--folder", "new"]);
    assert_eq!(odd.code, Some(0), "{odd:?}");
    assert_eq!(odd.stdout, "new/order-placed.schema.json\n");
}
