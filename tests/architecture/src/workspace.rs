//! The crates of the workspace, as `cargo metadata` tells them.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fmt};

use serde_json::Value;

/// The root folder of the repository.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The purpose of a crate, by the folder that it stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Published, for users.
    Ships,
    /// A program that shows users how.
    Shows,
    /// Tests, fuzzing and benchmarks.
    Proves,
}

/// A part of a crate that has dependencies of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The library or the program.
    Code,
    /// The build script.
    BuildScript,
    /// Tests, examples and benchmarks in the crate.
    Tests,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Code => "the code",
            Self::BuildScript => "the build script",
            Self::Tests => "the tests",
        })
    }
}

/// A dependency on another crate of the workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrow {
    /// The part of the crate that depends.
    pub part: Part,
    /// The folder of the crate that it depends on.
    pub to: String,
}

/// A crate of the workspace.
#[derive(Clone, Debug)]
pub struct Crate {
    /// The folder, relative to the root, with `/`.
    pub folder: String,
    /// Dependencies on crates of the workspace.
    pub arrows: Vec<Arrow>,
    /// All that `cargo metadata` says about the package.
    pub package: Value,
}

impl Crate {
    /// The purpose of the crate.
    #[must_use]
    pub fn purpose(&self) -> Purpose {
        match self.folder.split('/').next() {
            Some("examples") => Purpose::Shows,
            Some("tests" | "fuzz" | "benches") => Purpose::Proves,
            _ => Purpose::Ships,
        }
    }

    /// True unless the manifest says `publish = false`.
    #[must_use]
    pub fn is_published(&self) -> bool {
        !self.package["publish"].as_array().is_some_and(Vec::is_empty)
    }
}

/// Returns the output of `cargo metadata` in the root folder.
///
/// # Errors
///
/// If cargo can't be run, fails, or prints something other than JSON.
pub fn metadata(arguments: &[&str]) -> Result<Value, Box<dyn Error>> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(root()).args(["metadata", "--format-version=1", "--locked"]).args(arguments);
    let output = command.output()?;
    if output.status.success() {
        Ok(serde_json::from_slice(&output.stdout)?)
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into())
    }
}

/// Returns the crates of the workspace, ordered by folder.
///
/// # Errors
///
/// Those of [`metadata`].
pub fn crates() -> Result<Vec<Crate>, Box<dyn Error>> {
    Ok(crates_of(&metadata(&["--no-deps"])?))
}

/// Returns the crates in an output of `cargo metadata`.
#[must_use]
pub fn crates_of(metadata: &Value) -> Vec<Crate> {
    let root = Path::new(metadata["workspace_root"].as_str().unwrap_or_default());
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let mut crates: Vec<_> = packages.filter_map(|package| crate_of(root, package)).collect();
    crates.sort_by(|left, right| left.folder.cmp(&right.folder));
    crates
}

fn crate_of(root: &Path, package: &Value) -> Option<Crate> {
    let manifest = Path::new(package["manifest_path"].as_str()?);
    let dependencies = package["dependencies"].as_array().into_iter().flatten();
    let arrows = dependencies.filter_map(|dependency| {
        let part = match dependency["kind"].as_str() {
            Some("build") => Part::BuildScript,
            Some("dev") => Part::Tests,
            _ => Part::Code,
        };
        let to = below(root, Path::new(dependency["path"].as_str()?))?;
        Some(Arrow { part, to })
    });
    Some(Crate { folder: below(root, manifest.parent()?)?, arrows: arrows.collect(), package: package.clone() })
}

fn below(root: &Path, folder: &Path) -> Option<String> {
    Some(folder.strip_prefix(root).ok()?.to_str()?.replace('\\', "/"))
}
