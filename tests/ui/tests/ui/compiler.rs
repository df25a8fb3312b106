//! The compiler, with the very libraries that the tests were built with: nothing is compiled but a mistake.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

pub(crate) struct Compiler {
    /// The library `thoth_messaging`.
    library: PathBuf,
}

impl Compiler {
    /// Asks cargo for the library. It builds what is not there.
    pub(crate) fn find() -> Self {
        let arguments = ["test", "--package=ui", "--package=features", "--no-run", "--message-format=json", "--quiet"];
        let output = Command::new(env!("CARGO")).args(arguments).current_dir(workspace()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let messages = String::from_utf8(output.stdout).unwrap();
        let mut libraries = messages.lines().filter_map(|message| library(&serde_json::from_str(message).ok()?));
        Self { library: libraries.next_back().expect("a library `thoth_messaging` among what cargo built") }
    }

    /// Returns the version of the compiler.
    pub(crate) fn version() -> String {
        let output = Command::new(rustc()).arg("--version").output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    }

    /// Compiles a file of `mistakes`. Returns its errors, without what depends on the machine and on lines of other files.
    pub(crate) fn says(&self, name: &str) -> String {
        let output = Command::new(rustc())
            .args(["--edition=2024", "--crate-type=bin", "--emit=metadata", "--color=never", "--out-dir"])
            .arg(env!("CARGO_TARGET_TMPDIR"))
            .arg(format!("--extern=thoth_messaging={}", self.library.display()))
            .arg(format!("-Ldependency={}", self.library.parent().unwrap().display()))
            .arg(format!("tests/ui/mistakes/{name}.rs"))
            .current_dir(workspace())
            .output()
            .unwrap();
        assert!(!output.status.success(), "{name} compiles");
        normalized(&String::from_utf8(output.stderr).unwrap())
    }
}

fn rustc() -> OsString {
    env::var_os("RUSTC").unwrap_or_else(|| "rustc".into())
}

fn workspace() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// Returns the file of a message of cargo, if it is of the library.
fn library(message: &Value) -> Option<PathBuf> {
    if message["reason"] != "compiler-artifact" || message["target"]["name"] != "thoth_messaging" {
        return None;
    }
    let mut files = message["filenames"].as_array()?.iter().filter_map(Value::as_str).map(PathBuf::from);
    files.find(|file| file.extension().is_some_and(|extension| extension == "rlib"))
}

/// Removes what changes with lines elsewhere: numbers of lines, the width that they take, and the summary.
fn normalized(said: &str) -> String {
    let mut lines: Vec<String> = said.lines().map(|line| without_number(line.trim())).collect();
    let is_summary = |line: &String| {
        ["error: aborting due to", "For more information about", "Some errors have detailed"]
            .iter()
            .any(|summary| line.starts_with(summary))
    };
    lines.retain(|line| !is_summary(line) && !line.contains("full name for the type has been written to"));
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    lines.join("\n") + "\n"
}

fn without_number(line: &str) -> String {
    if let Some(place) = line.strip_prefix("--> ").or_else(|| line.strip_prefix("::: ")) {
        let file = place.split(':').next().unwrap_or(place);
        return if file.starts_with("tests/ui/") { format!("--> {place}") } else { format!("--> {file}") };
    }
    let code = line.trim_start_matches(|digit: char| digit.is_ascii_digit());
    let is_code = ["|", "+", "-", "~"].iter().any(|mark| code.trim_start().starts_with(mark));
    match line {
        _ if code.len() < line.len() && is_code => format!("LL {}", code.trim_start()),
        // Marks stand below what they are about.
        _ if line.starts_with('|') => format!("   {line}"),
        _ => line.to_owned(),
    }
}
