//! What is said where a version can't be had, and that what is said helps.

use std::fs;

use super::{FIRST, Sandbox, texts};
use crate::versions::git;

#[test]
fn a_folder_in_no_repository() {
    let sandbox = Sandbox::empty();
    sandbox.write("schemas/a.json", "{}");
    let failure = sandbox.read("schemas", "main").unwrap_err();
    assert!(failure.reason.contains("is in no git repository"), "{failure}");
    assert!(failure.help[1].contains("`folder:PATH` or `archive:PATH`"), "{failure}");
}

#[test]
fn an_unknown_reference_names_the_nearest() {
    let sandbox = Sandbox::repository();
    sandbox.git("repo", &["branch", "topic/main"]);
    sandbox.git("repo", &["branch", "release"]);
    let failure = sandbox.read("repo/schemas", "mian").unwrap_err();
    assert!(failure.reason.starts_with("`mian` is no commit that the repository `"), "{failure}");
    assert_eq!(failure.help[0], "there is `main`, `topic/main`");
}

#[test]
fn an_unknown_reference_that_is_like_none_is_answered_with_those_that_are() {
    let sandbox = Sandbox::repository();
    let failure = sandbox.read("repo/schemas", "v1").unwrap_err();
    assert_eq!(failure.help[0], "the repository has `main`");
}

#[test]
fn a_history_that_is_shorter_is_said_to_be() {
    let sandbox = Sandbox::repository();
    let failure = sandbox.read("repo/schemas", "HEAD~9").unwrap_err();
    assert_eq!(failure.help[0], "the history of `HEAD` is shorter: `git log --oneline HEAD` shows it");
}

#[test]
fn a_path_to_nothing_is_no_reference() {
    let sandbox = Sandbox::repository();
    let failure = sandbox.read("repo/schemas", "../nowhere").unwrap_err();
    assert_eq!(failure.reason, "there is no folder and no archive `../nowhere`");
}

#[test]
fn a_repository_without_commits_is_said_to_be_one() {
    let sandbox = Sandbox::empty();
    sandbox.write("repo/schemas/a.json", "{}");
    sandbox.git("repo", &["init", "--quiet"]);
    let failure = sandbox.read("repo/schemas", "main").unwrap_err();
    assert!(failure.help[0].starts_with("the repository has no commit yet"), "{failure}");
}

#[test]
fn a_branch_that_was_not_fetched_says_how_and_that_works() {
    let sandbox = Sandbox::repository();
    sandbox.git("repo", &["branch", "release"]);
    sandbox.change("2");
    sandbox.clone(&["--depth=1", "--single-branch"]);
    for reference in ["release", "origin/release"] {
        let failure = sandbox.read("clone/schemas", reference).unwrap_err();
        let fetch = "git fetch --depth=1 origin +refs/heads/release:refs/remotes/origin/release";
        let text = failure.to_string();
        assert!(text.contains(&format!("`{fetch}`, then `--against origin/release`")), "{text}");
        assert!(text.contains("`fetch-depth: 0`"), "{text}");
    }
    sandbox.git("clone", &["fetch", "--depth=1", "origin", "+refs/heads/release:refs/remotes/origin/release"]);
    assert_eq!(texts(&sandbox.read("clone/schemas", "origin/release").unwrap()), FIRST);
}

#[test]
fn a_full_clone_is_not_told_to_become_shallow() {
    let sandbox = Sandbox::repository();
    sandbox.clone(&[]);
    let text = sandbox.read("clone/schemas", "release").unwrap_err().to_string();
    assert!(text.contains("`git fetch origin +refs/heads/release:") && !text.contains("--depth"), "{text}");
}

#[test]
fn a_branch_of_the_remote_is_named() {
    let sandbox = Sandbox::repository();
    sandbox.git("repo", &["branch", "release"]);
    sandbox.clone(&[]);
    let failure = sandbox.read("clone/schemas", "release").unwrap_err();
    assert_eq!(failure.help[0], "there is `origin/release`");
}

#[test]
fn a_commit_before_the_end_of_a_shallow_clone() {
    let sandbox = Sandbox::repository();
    sandbox.change("2");
    sandbox.clone(&["--depth=1"]);
    let failure = sandbox.read("clone/schemas", "HEAD~1").unwrap_err();
    assert!(failure.to_string().contains("`git fetch --unshallow`"), "{failure}");
    sandbox.git("clone", &["fetch", "--quiet", "--unshallow"]);
    assert_eq!(texts(&sandbox.read("clone/schemas", "HEAD~1").unwrap()), FIRST);
}

#[test]
fn a_merge_base_that_a_shallow_clone_lacks() {
    let sandbox = Sandbox::repository();
    sandbox.git("repo", &["checkout", "--quiet", "-b", "topic"]);
    sandbox.change("topic");
    sandbox.git("repo", &["checkout", "--quiet", "main"]);
    sandbox.change("main");
    sandbox.clone(&["--depth=1", "--no-single-branch"]);
    let failure = sandbox.read("clone/schemas", "origin/main...origin/topic").unwrap_err();
    assert!(failure.to_string().contains("`git fetch --unshallow`"), "{failure}");
}

#[test]
fn a_partial_clone_says_how_to_fetch_and_that_works() {
    let sandbox = Sandbox::repository();
    sandbox.git("repo", &["config", "uploadpack.allowFilter", "true"]);
    sandbox.change("2");
    sandbox.clone(&["--filter=blob:none"]);
    let failure = sandbox.read("clone/schemas", "HEAD~1").unwrap_err();
    assert!(failure.reason.ends_with("which the repository does not have: the clone is partial"), "{failure}");
    assert!(failure.help[0].contains("`git fetch --refetch --no-filter`"), "{failure}");
    sandbox.git("clone", &["fetch", "--quiet", "--refetch", "--no-filter"]);
    assert_eq!(texts(&sandbox.read("clone/schemas", "HEAD~1").unwrap()), FIRST);
}

#[test]
fn an_object_that_is_lost() {
    let sandbox = Sandbox::repository();
    let blob = sandbox.git("repo", &["rev-parse", "HEAD:schemas/a.json"]);
    fs::remove_file(sandbox.path(&format!("repo/.git/objects/{}/{}", &blob[..2], &blob[2..]))).unwrap();
    let failure = sandbox.read("repo/schemas", "main").unwrap_err();
    assert!(failure.reason.starts_with(&format!("`main:schemas/a.json` needs the object {blob}")), "{failure}");
    assert!(failure.help[0].contains(" fsck`"), "{failure}");
}

#[test]
fn a_reference_to_no_commit() {
    let sandbox = Sandbox::repository();
    let failure = sandbox.read("repo/schemas", "main:schemas").unwrap_err();
    assert_eq!(failure.reason, "`main:schemas` is a tree in git, not a commit");
}

#[test]
fn a_repository_without_commits() {
    let sandbox = Sandbox::empty();
    sandbox.git("", &["init", "--quiet", "--initial-branch=main", "repo"]);
    sandbox.write("repo/schemas/a.json", "{}");
    for reference in ["HEAD", "main", "main~2", ""] {
        let failure = sandbox.read("repo/schemas", reference).unwrap_err();
        assert!(failure.reason.contains(" is no commit that the repository "), "{failure}");
    }
}

#[test]
fn an_old_folder_that_is_nowhere() {
    let sandbox = Sandbox::repository();
    let mut location = sandbox.location("repo/events");
    location.old_folder = Some("shemas".to_owned());
    let failure = git::read("main", &location).unwrap_err();
    assert!(failure.reason.contains("`main` has no folder `shemas`"), "{failure}");
}

#[test]
fn a_folder_that_was_a_file() {
    let sandbox = Sandbox::repository();
    let failure = sandbox.read("repo/schemas/a.json", "main").unwrap_err();
    assert_eq!(failure.reason, "`main:schemas/a.json` is a file, not a folder");
}

#[test]
fn a_pointer_of_lfs() {
    let sandbox = Sandbox::repository();
    sandbox.change("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n");
    let failure = sandbox.read("repo/schemas", "main").unwrap_err();
    assert_eq!(failure.reason, "`main:schemas/a.json` is a pointer of Git LFS, not the schema itself");
}

#[test]
fn a_text_that_is_not_utf_8() {
    let sandbox = Sandbox::repository();
    fs::write(sandbox.path("repo/schemas/a.json"), b"\xff").unwrap();
    sandbox.commit("latin");
    let failure = sandbox.read("repo/schemas", "main").unwrap_err();
    assert!(failure.reason.starts_with("`main:schemas/a.json` is not UTF-8: "), "{failure}");
}

#[test]
fn links_that_lead_nowhere_out_of_the_repository_or_in_a_circle() {
    for target in ["missing", "../../outside", "/etc", "c.json", "a.json/x"] {
        let sandbox = Sandbox::repository();
        sandbox.link(target, "repo/schemas/c.json");
        sandbox.commit("link");
        let failure = sandbox.read("repo/schemas", "main").unwrap_err();
        assert_eq!(failure.reason, "`main:schemas/c.json` is a link to what that version does not hold", "{target}");
    }
}

#[test]
fn a_folder_that_was_a_link_to_nothing() {
    let sandbox = Sandbox::repository();
    sandbox.link("../elsewhere", "repo/linked");
    sandbox.commit("link");
    let failure = sandbox.read("repo/linked", "main").unwrap_err();
    assert_eq!(failure.reason, "`main:linked` is a link to what that version does not hold");
}

#[test]
fn a_submodule_in_the_folder() {
    let sandbox = Sandbox::repository();
    sandbox.git("", &["clone", "--quiet", "repo", "other"]);
    sandbox.git("repo", &["submodule", "--quiet", "add", "../other", "schemas/other"]);
    sandbox.commit("submodule");
    let failure = sandbox.read("repo/schemas", "main").unwrap_err();
    assert!(failure.reason.starts_with("`main:schemas/other` is a submodule, at the commit "), "{failure}");
}
