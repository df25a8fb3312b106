//! Generates a module for each corpus, where the corpora are at hand, and the table that lists them.

mod fallback;
#[path = "../src/outcome.rs"]
#[allow(dead_code, unreachable_pub, reason = "the library has the rest of its uses")]
mod outcome;
#[path = "../src/schemas.rs"]
#[allow(dead_code, unreachable_pub, reason = "the library has the rest of its uses")]
mod schemas;

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use fallback::Items;
use outcome::Outcome;
use schemas::{LAYOUTS, Layout};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-env-changed=CORPORA_DIR");
    let corpora = env::var_os("CORPORA_DIR")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpora"), PathBuf::from);
    let out_dir = PathBuf::from(env::var_os("OUT_DIR").ok_or("no OUT_DIR")?);
    let (mut modules, mut table) = (String::new(), String::new());
    for (index, layout) in LAYOUTS.iter().enumerate() {
        let folder = corpora.join(layout.name);
        if folder.is_dir() {
            println!("cargo::rerun-if-changed={}", folder.display());
            println!("cargo::rustc-env=CORPORA_FOLDER={}", corpora.display());
            let outcome = Outcome::of(layout.read(&corpora)?);
            add(index, layout, &outcome, &out_dir, &mut modules, &mut table)?;
        }
    }
    fs::write(out_dir.join("corpora.rs"), format!("{modules}\npub static ALL: &[Corpus] = &[\n{table}];\n"))?;
    Ok(())
}

/// Writes the files of a corpus, its module and its entry in the table.
fn add(
    index: usize,
    layout: &Layout,
    outcome: &Outcome,
    out_dir: &Path,
    modules: &mut String,
    table: &mut String,
) -> Result<(), Box<dyn Error>> {
    let module = layout.name.replace('-', "_");
    let folder = out_dir.join(&module);
    if folder.is_dir() {
        fs::remove_dir_all(&folder)?;
    }
    for generated in &outcome.files {
        let path = folder.join(&generated.path);
        fs::create_dir_all(path.parent().ok_or("no folder")?)?;
        fs::write(path, &generated.text)?;
    }
    let text = outcome.files.first().map_or("", |file| &file.text);
    let items = Items::of(text)?;
    let mut roads = String::new();
    for message in messages(text) {
        writeln!(roads, "        Road::of::<{module}::{message}>({}),", items.falls_back(message))?;
    }
    let registry = if roads.is_empty() { "&EMPTY".to_owned() } else { format!("&{module}::REGISTRY") };
    if !text.is_empty() {
        let path = format!("/{module}/messages.rs");
        writeln!(
            modules,
            "/// The messages of `{}`.\npub mod {module} {{ include!(concat!(env!(\"OUT_DIR\"), {path:?})); }}",
            layout.name
        )?;
    }
    let mut refused = String::new();
    for (file, codes) in &outcome.refused {
        write!(refused, "({file:?}, &{:?}), ", Vec::from_iter(codes))?;
    }
    writeln!(
        table,
        "    Corpus {{ layout: &LAYOUTS[{index}], registry: {registry}, lines: {}, fallbacks: {},\n    \
         refused: &[{refused}],\n    roads: &[\n{roads}    ] }},",
        text.lines().count(),
        Items::occurrences(text),
    )?;
    Ok(())
}

/// The messages that the registry of a file names.
fn messages(text: &str) -> impl Iterator<Item = &str> {
    text.split("registry::Entry::of::<").skip(1).filter_map(|rest| rest.split_once('>')).map(|(name, _)| name)
}
