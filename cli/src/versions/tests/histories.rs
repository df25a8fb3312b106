//! Versions over time.

use super::{Sandbox, names, texts};
use crate::versions::git::history::{Bounds, History};
use crate::versions::{Failure, FolderLocation, Version, history};

fn all(location: &FolderLocation, reference: &str, since: Option<&str>) -> Result<Vec<Version>, Failure> {
    history(reference, since, location)?.collect()
}

/// Returns what `a.json` says in each version.
fn firsts(versions: &[Version]) -> Vec<&str> {
    versions.iter().map(|version| texts(version)[0].1).collect()
}

#[test]
fn gives_each_distinct_version_newest_first() {
    let sandbox = Sandbox::repository();
    let second = sandbox.change("2");
    sandbox.write("repo/README.md", "elsewhere");
    let tip = sandbox.commit("elsewhere");
    sandbox.change("3");
    sandbox.change("2");
    sandbox.write("repo/schemas/README.md", "no schema");
    sandbox.commit("no schema");
    let versions = all(&sandbox.location("repo/schemas"), "HEAD", None).unwrap();
    assert_eq!(firsts(&versions), ["2", "3", r#"{"title": "A1"}"#]);
    let versions = all(&sandbox.location("repo/schemas"), &tip, None).unwrap();
    assert_eq!(firsts(&versions), ["2", r#"{"title": "A1"}"#]);
    assert_eq!(versions[0].label, second[..10]);
}

#[test]
fn sees_a_change_behind_a_folder_that_is_a_link() {
    let sandbox = Sandbox::repository();
    std::fs::create_dir(sandbox.path("repo/runtime")).unwrap();
    sandbox.link("../schemas", "repo/runtime/schemas");
    sandbox.commit("linked");
    sandbox.change("changed behind the link");
    let versions = all(&sandbox.location("repo/runtime/schemas"), "main", None).unwrap();
    assert_eq!(firsts(&versions), ["changed behind the link", r#"{"title": "A1"}"#]);
}

#[test]
fn follows_first_parents_alone() {
    let sandbox = Sandbox::repository();
    sandbox.git("repo", &["checkout", "--quiet", "-b", "topic"]);
    sandbox.change("draft");
    sandbox.change("done");
    sandbox.git("repo", &["checkout", "--quiet", "main"]);
    sandbox.git("repo", &["merge", "--quiet", "--no-ff", "--message=merge", "topic"]);
    let versions = all(&sandbox.location("repo/schemas"), "main", None).unwrap();
    assert_eq!(firsts(&versions), ["done", r#"{"title": "A1"}"#]);
}

#[test]
fn ends_with_the_commit_that_was_named() {
    let sandbox = Sandbox::repository();
    sandbox.change("2");
    sandbox.git("repo", &["tag", "--annotate", "--message=x", "v2"]);
    sandbox.change("3");
    let versions = all(&sandbox.location("repo/schemas"), "main", Some("v2")).unwrap();
    assert_eq!(firsts(&versions), ["3", "2"]);
}

#[test]
fn refuses_an_end_that_is_not_on_the_way() {
    let sandbox = Sandbox::repository();
    sandbox.git("repo", &["checkout", "--quiet", "-b", "topic"]);
    sandbox.change("topic");
    let failure = all(&sandbox.location("repo/schemas"), "main", Some("topic")).unwrap_err();
    assert!(failure.reason.contains(" is no first parent of `main`"), "{failure}");
    assert_eq!(failure.help, ["`git log --first-parent --oneline main` lists those that are"]);
}

#[test]
fn leaves_out_commits_without_the_folder_and_goes_on_behind_them() {
    let sandbox = Sandbox::repository();
    sandbox.git("repo", &["rm", "--quiet", "-r", "schemas"]);
    sandbox.commit("gone");
    sandbox.write("repo/schemas/c.json", "{}");
    sandbox.commit("back");
    let versions = all(&sandbox.location("repo/schemas"), "main", None).unwrap();
    assert_eq!(versions.iter().map(names).collect::<Vec<_>>(), [vec!["c.json"], vec!["a.json", "shared/b.json"]]);
}

#[test]
fn goes_on_in_the_old_folder() {
    let sandbox = Sandbox::repository();
    sandbox.git("repo", &["mv", "schemas", "events"]);
    sandbox.commit("renamed");
    sandbox.write("repo/events/a.json", "2");
    sandbox.commit("changed");
    let mut location = sandbox.location("repo/events");
    assert_eq!(all(&location, "main", None).unwrap().len(), 2);
    location.old_folder = Some("schemas".to_owned());
    let versions = all(&location, "main", None).unwrap();
    assert_eq!(firsts(&versions), ["2", r#"{"title": "A1"}"#]);
    location.old_folder = Some("shemas".to_owned());
    let failure = all(&location, "main", None).unwrap_err();
    assert!(failure.reason.contains("`main` has no folder `shemas`, which `--old-folder` names"), "{failure}");
}

#[test]
fn gives_what_a_shallow_clone_has_and_then_says_that_it_ends() {
    let sandbox = Sandbox::repository();
    for text in ["2", "3"] {
        sandbox.change(text);
    }
    sandbox.clone(&["--depth=2"]);
    let mut versions = history("origin/main", None, &sandbox.location("clone/schemas")).unwrap();
    assert_eq!(texts(&versions.next().unwrap().unwrap())[0].1, "3");
    assert_eq!(texts(&versions.next().unwrap().unwrap())[0].1, "2");
    let failure = versions.next().unwrap().unwrap_err();
    assert!(failure.reason.contains("the history of `origin/main` ends at "), "{failure}");
    assert!(failure.help[0].contains("`git fetch --unshallow`"), "{failure}");
    assert!(versions.next().is_none());
    sandbox.git("clone", &["fetch", "--quiet", "--unshallow"]);
    assert_eq!(all(&sandbox.location("clone/schemas"), "origin/main", None).unwrap().len(), 3);
}

#[test]
fn a_history_is_read_to_a_bound() {
    let sandbox = Sandbox::repository();
    for text in ["2", "3", "4"] {
        sandbox.change(text);
    }
    let location = sandbox.location("repo/schemas");
    let read = |bounds: Bounds| History::new("main", None, &location, bounds).unwrap().collect::<Vec<_>>();
    assert!(read(Bounds { commits: 4, versions: 4, ..Bounds::DEFAULT }).iter().all(Result::is_ok));
    for (bounds, reason) in [
        (Bounds { commits: 3, ..Bounds::DEFAULT }, "has more than 3 commits, the most that are looked at"),
        (
            Bounds { versions: 3, ..Bounds::DEFAULT },
            "has more than 3 versions of the schemas, the most that are compared",
        ),
        (
            Bounds { bytes: 200, ..Bounds::DEFAULT },
            "has more than 0 MiB of schemas in its versions, the most that are read",
        ),
    ] {
        let read = read(bounds);
        let failure = read.last().unwrap().as_ref().unwrap_err();
        assert_eq!(failure.reason, format!("the history of `main` {reason}"));
        assert!(failure.help[0].contains("`--since`"), "{failure}");
        assert!(read.iter().rev().skip(1).all(Result::is_ok), "{bounds:?}");
    }
}
