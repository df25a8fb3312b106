//! What the argument of `--against` means.

use super::{FIRST, Sandbox, names, texts};
use crate::versions::{Against, FolderLocation, read};

fn at(sandbox: &Sandbox) -> FolderLocation {
    let mut location = sandbox.location("repo/schemas");
    location.current_dir = sandbox.path("repo");
    location
}

#[test]
fn is_a_reference_where_there_is_no_such_path() {
    let sandbox = Sandbox::repository();
    for argument in ["main", "HEAD~3", "origin/main", "@{u}", "no-such-thing"] {
        let expected = Against::Git { reference: argument.to_owned() };
        assert_eq!(Against::parse(argument, &at(&sandbox)), Ok(expected));
    }
}

#[test]
fn is_a_folder_or_an_archive_that_exists() {
    let sandbox = Sandbox::repository();
    sandbox.git("repo", &["archive", "--output=old.tar", "main"]);
    let folder = Against::Folder(sandbox.path("repo/schemas"));
    assert_eq!(Against::parse("schemas", &at(&sandbox)), Ok(folder.clone()));
    assert_eq!(Against::parse("old.tar", &at(&sandbox)), Ok(Against::Archive(sandbox.path("repo/old.tar"))));
    assert_eq!(texts(&read(&folder, &at(&sandbox)).unwrap()), FIRST);
}

#[test]
fn says_outright_what_it_is() {
    let sandbox = Sandbox::repository();
    let parse = |argument| Against::parse(argument, &at(&sandbox)).unwrap();
    assert_eq!(parse("git:schemas"), Against::Git { reference: "schemas".to_owned() });
    assert_eq!(parse("folder:x"), Against::Folder(sandbox.path("repo/x")));
    assert_eq!(parse("archive:x"), Against::Archive(sandbox.path("repo/x")));
}

#[cfg(feature = "git")]
#[test]
fn has_to_say_which_where_it_is_both() {
    let sandbox = Sandbox::repository();
    sandbox.git("repo", &["archive", "--output=release", "--format=tar", "main"]);
    for (name, kind) in [("schemas", "folder"), ("release", "archive")] {
        sandbox.git("repo", &["branch", name]);
        let failure = Against::parse(name, &at(&sandbox)).unwrap_err();
        assert_eq!(failure.reason, format!("`{name}` is a {kind} and a git reference"));
        assert_eq!(failure.help, [format!("write `git:{name}` or `{kind}:{name}`")]);
    }
}

#[cfg(feature = "git")]
#[test]
fn is_no_file_that_is_no_archive() {
    let sandbox = Sandbox::repository();
    let failure = Against::parse("schemas/a.json", &at(&sandbox)).unwrap_err();
    assert!(failure.reason.ends_with("schemas/a.json` is no archive that can be read"), "{failure}");
    sandbox.write("repo/main", "a file with the name of a branch");
    assert_eq!(Against::parse("main", &at(&sandbox)), Ok(Against::Git { reference: "main".to_owned() }));
}

#[test]
fn a_folder_that_is_missing_is_an_error_and_an_empty_one_is_said() {
    let sandbox = Sandbox::repository();
    let missing = Against::Folder(sandbox.path("nowhere"));
    assert!(read(&missing, &at(&sandbox)).unwrap_err().reason.contains("nowhere"));
    std::fs::create_dir(sandbox.path("empty")).unwrap();
    let version = read(&Against::Folder(sandbox.path("empty")), &at(&sandbox)).unwrap();
    assert!(version.note().unwrap().ends_with("has no schema files: every schema is new"));
}

#[cfg(feature = "git")]
#[test]
fn a_place_starts_from_the_current_folder_of_the_process() {
    let sandbox = Sandbox::repository();
    let location = FolderLocation::new("no/such/../folder".as_ref(), Some("./x//y/")).unwrap();
    assert_eq!(location.current_dir, std::fs::canonicalize(".").unwrap());
    assert_eq!(location.old_folder.as_deref(), Some("x/y"));
    let location = FolderLocation::new(&sandbox.path("repo/schemas"), None).unwrap();
    let main = Against::parse("git:main", &location).unwrap();
    assert_eq!(texts(&read(&main, &location).unwrap()), FIRST);
}

#[test]
fn the_old_folder_is_below_the_folder() {
    let sandbox = Sandbox::repository();
    let mut location = at(&sandbox);
    location.old_folder = Some("schemas/shared".to_owned());
    let version = read(&Against::Folder(sandbox.path("repo")), &location).unwrap();
    assert_eq!(names(&version), ["b.json"]);
}
