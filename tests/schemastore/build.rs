//! Generates a module for each of the schemas, where they are at hand.

#[path = "src/folder.rs"]
#[allow(unreachable_pub, reason = "it is public where the tests use it")]
mod folder;

use std::env;
use std::error::Error;
use std::fmt::Write as _;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use cases::{Modules, generated};
use thoth_messaging_codegen::{Options, SchemaSet};

/// The part that is compiled where `SCHEMASTORE` names none.
const PART: &str = "0/8";

fn main() -> Result<(), Box<dyn Error>> {
    for variable in ["CORPORA_DIR", "SCHEMASTORE"] {
        println!("cargo::rerun-if-env-changed={variable}");
    }
    let corpora = env::var_os("CORPORA_DIR")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpora"), PathBuf::from);
    let part = env::var("SCHEMASTORE").unwrap_or_else(|_| PART.to_owned());
    let (part, parts) = part.split_once('/').ok_or("SCHEMASTORE is no part, as 3/8")?;
    let (part, parts): (usize, NonZeroUsize) = (part.parse()?, parts.parse()?);
    let (mut modules, mut table) = (Modules::new()?, String::new());
    if corpora.join("schemastore").is_dir() {
        println!("cargo::rerun-if-changed={}", corpora.join("schemastore").display());
        println!("cargo::rustc-env=CORPORA_FOLDER={}", corpora.display());
        for (number, (file, text)) in folder::schemas(&corpora)?.into_iter().enumerate() {
            let mut set = SchemaSet::new();
            set.add(&*file, &*file, text);
            let mut options = Options::default();
            options.type_names.push((file.clone(), "Root".to_owned()));
            let types = generated(&set, &options);
            let outcome = match types {
                Ok(_) if number % parts != part => "None".to_owned(),
                types => format!("Some({})", modules.outcome(&format!("schema_{number}"), "from_slice", types)?),
            };
            writeln!(table, "Case {{ file: {file:?}, outcome: {outcome} }},")?;
        }
    }
    Ok(modules.write("cases.rs", "CASES: &[Case]", &table)?)
}
