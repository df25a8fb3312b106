//! Versions of schema folders in repositories that the `git` command made, and in archives.

mod archives;
mod arguments;
#[cfg(feature = "git")]
mod errors;
#[cfg(feature = "git")]
mod histories;
#[cfg(feature = "git")]
mod repositories;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::{FolderLocation, Version};

/// A folder for a test, with what the `git` command does in it.
struct Sandbox {
    folder: TempDir,
}

impl Sandbox {
    /// An empty folder.
    fn empty() -> Self {
        Self { folder: TempDir::new().unwrap() }
    }

    /// A repository at `repo`, with `schemas/a.json` and `schemas/shared/b.json` on `main`.
    fn repository() -> Self {
        let sandbox = Self::empty();
        sandbox.git("", &["init", "--quiet", "--initial-branch=main", "repo"]);
        sandbox.write("repo/schemas/a.json", r#"{"title": "A1"}"#);
        sandbox.write("repo/schemas/shared/b.json", r#"{"title": "B1"}"#);
        sandbox.commit("first");
        sandbox
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn link(&self, target: &str, path: &str) {
        std::os::unix::fs::symlink(target, self.path(path)).unwrap();
    }

    /// Runs a command in a folder of the sandbox, and gives what it printed.
    fn run(&self, folder: &str, program: &str, arguments: &[&str]) -> String {
        let output = Command::new(program)
            .args(arguments)
            .current_dir(self.path(folder))
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_SYSTEM", "/dev/null")
            .envs(["AUTHOR", "COMMITTER"].map(|who| (format!("GIT_{who}_NAME"), "somebody")))
            .envs(["AUTHOR", "COMMITTER"].map(|who| (format!("GIT_{who}_EMAIL"), "somebody@example.com")))
            .envs(["AUTHOR", "COMMITTER"].map(|who| (format!("GIT_{who}_DATE"), "2026-01-01T00:00:00Z")))
            .output()
            .unwrap();
        assert!(output.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    fn git(&self, folder: &str, arguments: &[&str]) -> String {
        let allowed = ["-c", "protocol.file.allow=always", "-c", "uploadpack.allowFilter=true"];
        self.run(folder, "git", &[&allowed, arguments].concat())
    }

    /// Commits all in `repo`, and gives the id.
    fn commit(&self, message: &str) -> String {
        self.git("repo", &["add", "--all"]);
        self.git("repo", &["commit", "--quiet", "--allow-empty", "--message", message]);
        self.git("repo", &["rev-parse", "HEAD"])
    }

    fn location(&self, folder: &str) -> FolderLocation {
        location(&self.path(folder))
    }
}

#[cfg(feature = "git")]
impl Sandbox {
    /// Writes `repo/schemas/a.json` and commits it.
    fn change(&self, text: &str) -> String {
        self.write("repo/schemas/a.json", text);
        self.commit(text)
    }

    /// Clones `repo` as `clone`.
    fn clone(&self, options: &[&str]) {
        let url = format!("file://{}", self.path("repo").display());
        self.git("", &[&["clone", "--quiet"], options, &[&url, "clone"]].concat());
    }

    fn read(&self, folder: &str, reference: &str) -> Result<Version, super::Failure> {
        super::git::read(reference, &self.location(folder))
    }
}

fn location(folder: &Path) -> FolderLocation {
    FolderLocation { folder: folder.to_owned(), old_folder: None, current_dir: fs::canonicalize("/").unwrap() }
}

/// The names of the schemas, with their texts.
fn texts(version: &Version) -> Vec<(&str, &str)> {
    version.schemas.iter().map(|(name, file)| (name, file.text.as_str())).collect()
}

fn names(version: &Version) -> Vec<&str> {
    version.schemas.iter().map(|(name, _)| name).collect()
}

fn origins(version: &Version) -> Vec<&str> {
    version.schemas.iter().map(|(_, file)| file.origin.as_str()).collect()
}

/// The first schemas of both repositories.
const FIRST: [(&str, &str); 2] = [("a.json", r#"{"title": "A1"}"#), ("shared/b.json", r#"{"title": "B1"}"#)];
