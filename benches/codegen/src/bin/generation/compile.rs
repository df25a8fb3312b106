//! A small crate around generated code, and how long cargo takes for it.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};
use std::{env, fs};

/// How much of the errors is shown where a crate does not compile.
const ERROR_LINES: usize = 20;

/// What the code of a generator needs of a crate.
#[derive(Clone, Copy)]
pub(crate) struct Needs {
    name: &'static str,
    /// Lines of `[dependencies]`; `{runtime}` is the folder of the runtime.
    dependencies: &'static str,
}

/// The needs of this project's code.
pub(crate) const OWN: Needs = Needs {
    name: "own",
    dependencies: "thoth-messaging = { path = \"{runtime}\", default-features = false, features = [\"dynamic\"] }\n",
};

/// The needs of typify's code.
pub(crate) const TYPIFY: Needs = Needs {
    name: "typify",
    dependencies: "serde = { version = \"1\", features = [\"derive\"] }\nserde_json = \"1\"\nregress = \"0.12\"\n\
                   chrono = { version = \"0.4\", features = [\"serde\"] }\n\
                   uuid = { version = \"1\", features = [\"serde\"] }\n",
};

/// A crate on disk.
pub(crate) struct Crate {
    folder: PathBuf,
    /// Where all of them build their dependencies.
    target: PathBuf,
}

/// How long cargo takes for the crate alone; nothing where it does not compile.
pub(crate) struct Times {
    pub(crate) check: Option<Duration>,
    pub(crate) build: Option<Duration>,
}

impl Crate {
    /// Writes it, with the generated files, the Rust file first.
    pub(crate) fn write(corpus: &str, needs: Needs, files: &[(String, String)]) -> Result<Self, Box<dyn Error>> {
        let all = env::temp_dir().join("thoth-messaging-bench");
        let name = format!("{corpus}-{}", needs.name);
        let (folder, target) = (all.join(&name), all.join("target"));
        let sources = folder.join("src");
        if sources.exists() {
            fs::remove_dir_all(&sources)?;
        }
        fs::create_dir_all(&sources)?;
        for (path, text) in files {
            let path = sources.join(path);
            fs::create_dir_all(path.parent().ok_or("a file without a folder")?)?;
            fs::write(path, text)?;
        }
        let module = files.first().map_or("", |(path, _)| path.trim_end_matches(".rs"));
        let library = if module.is_empty() { String::new() } else { format!("pub mod {module};\n") };
        fs::write(sources.join("lib.rs"), format!("#![allow(warnings)]\n{library}"))?;
        let runtime = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../runtime").canonicalize()?;
        let dependencies = needs.dependencies.replace("{runtime}", &runtime.display().to_string());
        let package =
            format!("[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\npublish = false\n");
        fs::write(folder.join("Cargo.toml"), format!("{package}\n[dependencies]\n{dependencies}\n[workspace]\n"))?;
        Ok(Self { folder, target })
    }

    /// Times a check and a build, with all dependencies built.
    pub(crate) fn times(&self) -> Result<Times, Box<dyn Error>> {
        Ok(Times { check: self.time("check")?, build: self.time("build")? })
    }

    fn time(&self, command: &str) -> Result<Option<Duration>, Box<dyn Error>> {
        if !self.cargo(command)? {
            return Ok(None);
        }
        let library = self.folder.join("src/lib.rs");
        fs::write(&library, fs::read_to_string(&library)? + "\n")?;
        let start = Instant::now();
        self.cargo(command)?;
        Ok(Some(start.elapsed()))
    }

    /// Returns whether a command of cargo succeeds; if not, the first of its errors are printed.
    fn cargo(&self, command: &str) -> Result<bool, Box<dyn Error>> {
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let output = Command::new(cargo)
            .args([command, "--quiet"])
            .current_dir(&self.folder)
            .env("CARGO_TARGET_DIR", &self.target)
            // A whole compilation each time, as after a change of the schemas.
            .env("CARGO_INCREMENTAL", "0")
            .output()?;
        if !output.status.success() {
            let errors = String::from_utf8_lossy(&output.stderr);
            let first: Vec<_> = errors.lines().take(ERROR_LINES).collect();
            println!("cargo {command} in {}:\n{}", self.folder.display(), first.join("\n"));
        }
        Ok(output.status.success())
    }
}
