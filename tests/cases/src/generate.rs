//! Modules of generated code, in the folder of a build script.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use thoth_messaging_codegen::{GeneratedFile, Options, SchemaSet, Severity, generate};

/// The files that are generated of a set, or the codes of the errors in it.
///
/// # Errors
///
/// Where the generator reports one.
pub fn generated(set: &SchemaSet, options: &Options) -> Result<Vec<GeneratedFile>, Vec<&'static str>> {
    let generation = generate(set, options);
    if !generation.has_errors() {
        return Ok(generation.files);
    }
    let errors = generation.diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error);
    Err(errors.map(|diagnostic| diagnostic.code).collect())
}

/// The modules of a crate of cases, and the Rust text that declares them.
#[derive(Debug)]
pub struct Modules {
    folder: PathBuf,
    text: String,
}

impl Modules {
    /// None yet, in the folder that cargo gives to a build script.
    ///
    /// # Errors
    ///
    /// Where this is no build script.
    pub fn new() -> io::Result<Self> {
        let folder = env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("no OUT_DIR"))?;
        Ok(Self { folder: folder.into(), text: String::new() })
    }

    /// Adds a module of generated files, behind a line of its own: a doc comment, or nothing.
    ///
    /// # Errors
    ///
    /// Where the files can't be written.
    pub fn add(&mut self, name: &str, doc: &str, files: &[GeneratedFile]) -> io::Result<()> {
        let folder = self.folder.join(name);
        if folder.is_dir() {
            fs::remove_dir_all(&folder)?;
        }
        for file in files {
            let path = folder.join(&file.path);
            fs::create_dir_all(path.parent().unwrap_or(&folder))?;
            fs::write(path, &file.text)?;
        }
        let path = format!("/{name}/messages.rs");
        let _ = writeln!(self.text, "{doc}\npub mod {name} {{ include!(concat!(env!(\"OUT_DIR\"), {path:?})); }}");
        Ok(())
    }

    /// Adds what became of a schema, of the message `Root`, and gives the expression of its `Outcome`; `road` is the function
    /// that reads the type.
    ///
    /// # Errors
    ///
    /// Where the files can't be written.
    pub fn outcome(
        &mut self,
        name: &str,
        road: &str,
        generated: Result<Vec<GeneratedFile>, Vec<&'static str>>,
    ) -> io::Result<String> {
        match generated {
            Ok(files) => {
                self.add(name, "", &files)?;
                Ok(format!("Outcome::Generated({road}::<{name}::Root>, comes_back::<{name}::Root>, &{name}::REGISTRY)"))
            }
            Err(codes) => Ok(format!("Outcome::Refused(&{codes:?})")),
        }
    }

    /// Writes the modules, and behind them the table of them: a static of this declaration with these entries.
    ///
    /// # Errors
    ///
    /// Where the file can't be written.
    pub fn write(self, file: impl AsRef<Path>, table: &str, entries: &str) -> io::Result<()> {
        let Self { folder, text } = self;
        fs::write(folder.join(file), format!("{text}\npub static {table} = &[\n{entries}];\n"))
    }
}
