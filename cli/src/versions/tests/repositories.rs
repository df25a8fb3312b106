//! Where repositories keep commits, and where schema folders stand in them.

use std::fs;
use std::process::Command;

use super::{FIRST, Sandbox, location, names, origins, texts};
use crate::versions::git;

#[test]
fn reads_the_tip_of_a_branch_and_not_the_files() {
    let sandbox = Sandbox::repository();
    sandbox.write("repo/schemas/a.json", "not committed");
    sandbox.write("repo/schemas/new.json", "not committed");
    let version = sandbox.read("repo/schemas", "main").unwrap();
    assert_eq!(texts(&version), FIRST);
    assert_eq!(origins(&version), ["main:schemas/a.json", "main:schemas/shared/b.json"]);
    let id = sandbox.git("repo", &["rev-parse", "main"]);
    assert_eq!(version.label, format!("main ({})", &id[..10]));
    assert_eq!((version.folder.as_deref(), version.note()), (Some("schemas"), None));
}

#[test]
fn tells_of_what_is_nearly_a_schema() {
    let sandbox = Sandbox::repository();
    sandbox.write("repo/schemas/c.yaml", "title: C1");
    sandbox.write("repo/schemas/d.json5", "{}");
    sandbox.commit("second");
    let version = sandbox.read("repo/schemas", "main").unwrap();
    assert_eq!(texts(&version), FIRST);
    let told: Vec<_> = version.schemas.unread().map(|(_, file)| file.location.file.as_str()).collect();
    assert_eq!(told, ["main:schemas/c.yaml", "main:schemas/d.json5"]);
}

#[test]
fn reads_whatever_names_a_commit() {
    let sandbox = Sandbox::repository();
    let first = sandbox.git("repo", &["rev-parse", "HEAD"]);
    sandbox.git("repo", &["tag", "light"]);
    sandbox.git("repo", &["tag", "--annotate", "--message=x", "annotated"]);
    sandbox.git("repo", &["tag", "--annotate", "--message=x", "twice", "annotated"]);
    for text in ["2", "3", "4"] {
        sandbox.change(text);
    }
    let spellings = [
        "HEAD~3",
        "main^^^",
        "light",
        "annotated",
        "twice",
        "refs/tags/twice",
        "annotated^{commit}",
        &first,
        &first[..8],
    ];
    for reference in spellings {
        let version = sandbox.read("repo/schemas", reference).unwrap();
        assert_eq!(texts(&version), FIRST, "{reference}");
        assert!(version.label.contains(&first[..10]), "{}", version.label);
    }
}

#[test]
fn reads_branches_of_a_remote_and_what_a_branch_follows() {
    let sandbox = Sandbox::repository();
    sandbox.clone(&[]);
    sandbox.write("clone/schemas/a.json", "local");
    sandbox.git("clone", &["-c", "user.name=x", "-c", "user.email=x", "commit", "--quiet", "--all", "--message=x"]);
    for reference in ["origin/main", "@{u}", "main@{upstream}", "refs/remotes/origin/main", "origin"] {
        assert_eq!(texts(&sandbox.read("clone/schemas", reference).unwrap()), FIRST, "{reference}");
    }
}

#[test]
fn reads_the_commit_where_two_branches_parted() {
    let sandbox = Sandbox::repository();
    sandbox.git("repo", &["checkout", "--quiet", "-b", "topic"]);
    sandbox.change("topic");
    sandbox.git("repo", &["checkout", "--quiet", "main"]);
    sandbox.change("main");
    sandbox.git("repo", &["checkout", "--quiet", "topic"]);
    for reference in ["main...", "...main", "main...topic"] {
        assert_eq!(texts(&sandbox.read("repo/schemas", reference).unwrap()), FIRST, "{reference}");
    }
    assert_eq!(texts(&sandbox.read("repo/schemas", "main").unwrap())[0].1, "main");
}

#[test]
fn reads_packed_objects_and_references() {
    let sandbox = Sandbox::repository();
    for text in ["2", "3"] {
        sandbox.change(text);
    }
    sandbox.git("repo", &["gc", "--quiet", "--aggressive"]);
    sandbox.git("repo", &["pack-refs", "--all"]);
    assert_eq!(texts(&sandbox.read("repo/schemas", "main~2").unwrap()), FIRST);
}

#[test]
fn reads_objects_that_another_repository_keeps() {
    let sandbox = Sandbox::repository();
    sandbox.git("", &["clone", "--quiet", "--shared", "repo", "clone"]);
    assert_eq!(texts(&sandbox.read("clone/schemas", "HEAD").unwrap()), FIRST);
}

#[test]
fn reads_a_repository_of_sha256_objects() {
    let sandbox = Sandbox::empty();
    sandbox.git("", &["init", "--quiet", "--object-format=sha256", "--initial-branch=main", "repo"]);
    sandbox.write("repo/schemas/a.json", "{}");
    sandbox.commit("first");
    assert_eq!(names(&sandbox.read("repo/schemas", "main").unwrap()), ["a.json"]);
}

#[test]
fn reads_from_a_linked_worktree() {
    let sandbox = Sandbox::repository();
    sandbox.git("repo", &["worktree", "add", "--quiet", "-b", "topic", "../tree"]);
    sandbox.change("main");
    assert_eq!(texts(&sandbox.read("tree/schemas", "topic").unwrap()), FIRST);
    assert_eq!(texts(&sandbox.read("tree/schemas", "main").unwrap())[0].1, "main");
}

#[test]
fn reads_from_a_bare_repository() {
    let sandbox = Sandbox::repository();
    sandbox.git("", &["clone", "--quiet", "--bare", "repo", "bare.git"]);
    let mut location = location("schemas".as_ref());
    location.current_dir = fs::canonicalize(sandbox.path("bare.git")).unwrap();
    assert_eq!(texts(&git::read("main", &location).unwrap()), FIRST);
}

#[test]
fn reads_the_repository_that_git_dir_names() {
    // The environment is of the process: the test runs itself again.
    if let Some(folder) = std::env::var_os("VERSIONS_FOLDER") {
        assert_eq!(texts(&git::read("main", &location(folder.as_ref())).unwrap()), FIRST);
        return;
    }
    let sandbox = Sandbox::repository();
    fs::rename(sandbox.path("repo/.git"), sandbox.path("elsewhere.git")).unwrap();
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "versions::tests::repositories::reads_the_repository_that_git_dir_names"])
        .env("VERSIONS_FOLDER", sandbox.path("repo/schemas"))
        .env("GIT_DIR", sandbox.path("elsewhere.git"))
        .env("GIT_WORK_TREE", sandbox.path("repo"))
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && printed.contains("1 passed"), "{printed}");
}

#[test]
fn reads_a_repository_that_belongs_to_somebody_else() {
    let sandbox = Sandbox::repository();
    let Ok(()) = std::os::unix::fs::chown(sandbox.path("repo"), Some(65534), None) else {
        // Only root can give a folder away.
        return;
    };
    std::os::unix::fs::chown(sandbox.path("repo/.git"), Some(65534), None).unwrap();
    assert_eq!(texts(&sandbox.read("repo/schemas", "main").unwrap()), FIRST);
}

#[test]
fn reads_a_submodule_from_its_own_repository() {
    let sandbox = Sandbox::repository();
    sandbox.git("", &["init", "--quiet", "--initial-branch=trunk", "super"]);
    sandbox.git("super", &["submodule", "--quiet", "add", "../repo", "vendor"]);
    assert_eq!(texts(&sandbox.read("super/vendor/schemas", "main").unwrap()), FIRST);
}

#[test]
fn reads_a_folder_deep_in_the_repository() {
    let sandbox = Sandbox::repository();
    sandbox.write("repo/services/orders/schemas/deep/c.json", "{}");
    sandbox.commit("deep");
    let version = sandbox.read("repo/services/../services/orders/schemas/", "main").unwrap();
    assert_eq!(names(&version), ["deep/c.json"]);
    assert_eq!(version.folder.as_deref(), Some("services/orders/schemas"));
}

#[test]
fn reads_a_repository_that_is_a_schema_folder() {
    let sandbox = Sandbox::repository();
    let version = sandbox.read("repo", "main").unwrap();
    assert_eq!(names(&version), ["schemas/a.json", "schemas/shared/b.json"]);
}

#[test]
fn leaves_out_what_is_no_schema_as_read_folder_does() {
    let sandbox = Sandbox::repository();
    for other in ["README.md", ".hidden.json", ".drafts/x.json", "a.JSON", "json", "b.json.orig"] {
        sandbox.write(&format!("repo/schemas/{other}"), "x");
    }
    sandbox.commit("others");
    let version = sandbox.read("repo/schemas", "main").unwrap();
    assert_eq!(texts(&version), FIRST);
    let on_disk = thoth_messaging_build::read_folder(sandbox.path("repo/schemas")).unwrap();
    assert_eq!(names(&version), on_disk.iter().map(|(name, _)| name).collect::<Vec<_>>());
}

#[test]
fn follows_links_as_read_folder_does() {
    let sandbox = Sandbox::repository();
    sandbox.write("repo/schemas/.common/money.json", "{}");
    sandbox.write("repo/schemas/.common/note.txt", "{}");
    fs::create_dir_all(sandbox.path("repo/runtime")).unwrap();
    sandbox.link("../schemas", "repo/runtime/schemas");
    sandbox.link(".common", "repo/schemas/common");
    sandbox.link(".common/money.json", "repo/schemas/cash.json");
    sandbox.link(".common/note.txt", "repo/schemas/note.json");
    sandbox.link("../../Cargo.toml", "repo/schemas/shared/no-schema");
    sandbox.write("repo/Cargo.toml", "");
    sandbox.link("..", "repo/schemas/shared/up");
    sandbox.link("shared", "repo/schemas/alias");
    sandbox.commit("links");
    for folder in ["repo/schemas", "repo/runtime/schemas"] {
        let version = sandbox.read(folder, "main").unwrap();
        let on_disk = thoth_messaging_build::read_folder(sandbox.path(folder)).unwrap();
        assert_eq!(names(&version), on_disk.iter().map(|(name, _)| name).collect::<Vec<_>>());
    }
    let version = sandbox.read("repo/runtime/schemas", "main").unwrap();
    assert_eq!(version.folder.as_deref(), Some("runtime/schemas"));
    for origin in origins(&version) {
        sandbox.git("repo", &["show", origin]);
    }
}

#[test]
fn refuses_what_leads_out_of_the_folder_as_read_folder_does() {
    for (target, link) in [("../other", "schemas/other"), ("../other/x.json", "schemas/x.json"), ("..", "schemas/up")] {
        let sandbox = Sandbox::repository();
        sandbox.write("repo/other/x.json", "{}");
        sandbox.link(target, &format!("repo/{link}"));
        sandbox.commit("out");
        let failure = sandbox.read("repo/schemas", "main").unwrap_err();
        let reason = format!("can't read the version `main`: `{link}` is a link that leads out of the folder");
        assert_eq!(failure.reason, reason);
        assert!(thoth_messaging_build::read_folder(sandbox.path("repo/schemas")).is_err(), "{link}");
    }
}

#[test]
fn refuses_a_bare_repository_in_the_files_of_another_one() {
    let sandbox = Sandbox::repository();
    sandbox.git("", &["clone", "--quiet", "--bare", "repo", "repo/schemas/bare"]);
    for folder in ["repo/schemas/bare", "repo/schemas/bare/schemas"] {
        let failure = sandbox.read(folder, "main").unwrap_err();
        assert!(failure.reason.contains("is a bare repository in the files of another one"), "{failure}");
    }
}

#[test]
fn a_folder_that_was_not_there_is_new() {
    let sandbox = Sandbox::repository();
    sandbox.write("repo/more/c.json", "{}");
    let version = sandbox.read("repo/more", "main").unwrap();
    assert_eq!((names(&version), version.folder.as_deref()), (vec![], None));
    let note = version.note().unwrap();
    assert!(note.starts_with("main (") && note.contains(") has no folder `more`: every schema is new; "), "{note}");
}

#[test]
fn a_folder_that_is_gone_is_still_read() {
    let sandbox = Sandbox::repository();
    fs::remove_dir_all(sandbox.path("repo/schemas")).unwrap();
    assert_eq!(texts(&sandbox.read("repo/schemas", "main").unwrap()), FIRST);
}

#[test]
fn a_renamed_folder_is_read_where_it_was() {
    let sandbox = Sandbox::repository();
    sandbox.git("repo", &["mv", "schemas", "events"]);
    let mut location = sandbox.location("repo/events");
    location.old_folder = Some("schemas".to_owned());
    let version = git::read("main", &location).unwrap();
    assert_eq!(texts(&version), FIRST);
    assert!(version.note().unwrap().ends_with("the folder `schemas` was read"));
}
