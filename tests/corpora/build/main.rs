//! Generates a module for each corpus, where the corpora are at hand, and the table that lists them.

mod fallback;
#[path = "../src/schemas.rs"]
#[allow(dead_code, unreachable_pub, reason = "the library has the rest of its uses")]
mod schemas;

use std::env;
use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use cases::{Modules, WithoutErrors};
use fallback::Items;
use schemas::{LAYOUTS, Layout};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-env-changed=CORPORA_DIR");
    let corpora = env::var_os("CORPORA_DIR")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpora"), PathBuf::from);
    let (mut modules, mut table) = (Modules::new()?, String::new());
    for (index, layout) in LAYOUTS.iter().enumerate() {
        let folder = corpora.join(layout.name);
        if folder.is_dir() {
            println!("cargo::rerun-if-changed={}", folder.display());
            println!("cargo::rustc-env=CORPORA_FOLDER={}", corpora.display());
            add(index, layout, &WithoutErrors::of(layout.read(&corpora)?), &mut modules, &mut table)?;
        }
    }
    Ok(modules.write("corpora.rs", "ALL: &[Corpus]", &table)?)
}

/// Writes the files of a corpus, its module and its entry in the table.
fn add(
    index: usize,
    layout: &Layout,
    outcome: &WithoutErrors,
    modules: &mut Modules,
    table: &mut String,
) -> Result<(), Box<dyn Error>> {
    let module = layout.name.replace('-', "_");
    let text = outcome.files.first().map_or("", |file| &file.text);
    let items = Items::of(text)?;
    let mut roads = String::new();
    for message in messages(text) {
        writeln!(roads, "        Road::of::<{module}::{message}>({}),", items.falls_back(message))?;
    }
    let registry = if roads.is_empty() { "&EMPTY".to_owned() } else { format!("&{module}::REGISTRY") };
    if !text.is_empty() {
        modules.add(&module, &format!("/// The messages of `{}`.", layout.name), &outcome.files)?;
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
