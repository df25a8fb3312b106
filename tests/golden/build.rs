//! Finds the golden cases and makes a module of each.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // The crate of another edition stands in a folder of this one.
    let here = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let folder = here.ancestors().map(|folder| folder.join("cases")).find(|folder| folder.is_dir());
    let folder = folder.ok_or("the folder `cases` is missing")?;
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut names = Vec::new();
    for entry in fs::read_dir(&folder)? {
        let entry = entry?;
        // A case without expected code is a new one: the test that writes it says so.
        if entry.path().join("messages.rs").exists() {
            names.push(entry.file_name().into_string().map_err(|_| "a case has a name that is not UTF-8")?);
        }
    }
    names.sort();
    let mut modules = String::new();
    let mut cases = String::from(
        "/// All of them, by name.\n#[allow(deprecated, reason = \"a case is about it\")]\npub static ALL: &[super::Case] = &[\n",
    );
    for name in &names {
        let module = name.replace('-', "_");
        let code = folder.join(name).join("messages.rs");
        // Whatever the schemas describe, `missing_docs` has nothing to say.
        write!(
            modules,
            "/// The case `{name}`.\n#[path = \"{}\"]\npub mod {module};\n\n",
            code.display().to_string().escape_default()
        )?;
        let module = module_path(&code, &module)?;
        write!(cases, "    super::Case {{ name: {name:?}, registry: &{module}::REGISTRY, roads: &[")?;
        for message in messages(&code)? {
            write!(
                cases,
                "super::Road {{ message: {message:?}, \
                 from_slice: |payload| serde_json::from_slice::<{module}::{message}>(payload).is_ok(), \
                 from_value: |payload| serde_json::from_value::<{module}::{message}>(payload).is_ok(), \
                 comes_back: ::cases::comes_back::<{module}::{message}>, \
                 debug: |payload| format!(\"{{:?}}\", serde_json::from_slice::<{module}::{message}>(payload)) }}, "
            )?;
        }
        cases.push_str("] },\n");
    }
    fs::write(PathBuf::from(env::var("OUT_DIR")?).join("cases.rs"), format!("{modules}{cases}];\n"))?;
    Ok(())
}

/// Returns where the code of a case stands: in the module of the case, or in one in it where the case chose that.
fn module_path(code: &Path, module: &str) -> Result<String, std::io::Error> {
    let text = fs::read_to_string(code)?;
    let inner = text.lines().find_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(" {"));
    Ok(inner.map_or_else(|| module.to_owned(), |inner| format!("{module}::{inner}")))
}

/// The messages that the registry of a file names.
fn messages(code: &Path) -> Result<Vec<String>, std::io::Error> {
    // What is not formatted has a space between all that can have one.
    let text =
        fs::read_to_string(code)?.replace(" :: ", "::").replace(":: ", "::").replace("< ", "<").replace(" >", ">");
    let names = text.split("registry::Entry::of::<").skip(1).filter_map(|rest| rest.split_once('>'));
    Ok(names.map(|(name, _)| name.to_owned()).collect())
}
