//! Generates a type for each of some schemas at random.
//!
//! The seeds are always the same, so that a build is. A hunt asks for others: `RANDOM_SEED` is the first, `RANDOM_COUNT` how
//! many there are; `RANDOM_SCHEMAS` names a file of schemas to take instead, one in a line.

#[path = "../src/random.rs"]
#[allow(unreachable_pub, reason = "it is public where the tests use it")]
mod random;
mod schema;

use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

use cases::{Modules, generated};
use serde_json::{Value, json};
use thoth_messaging_codegen::{Options, SchemaSet};

const COUNT: u64 = 300;

fn main() -> Result<(), Box<dyn Error>> {
    for variable in ["RANDOM_SEED", "RANDOM_COUNT", "RANDOM_SCHEMAS"] {
        println!("cargo::rerun-if-env-changed={variable}");
    }
    let (mut modules, mut table) = (Modules::new()?, String::new());
    for (number, (seed, schema)) in schemas()?.into_iter().enumerate() {
        let text = message(&schema).to_string();
        let mut set = SchemaSet::new();
        set.add("root.json", "root.json", &*text);
        let generated = generated(&set, &Options::default());
        let outcome = modules.outcome(&format!("schema_{number}"), "from_slice", generated)?;
        writeln!(table, "Case {{ seed: {seed}, schema: {text:?}, outcome: {outcome} }},")?;
    }
    Ok(modules.write("cases.rs", "CASES: &[Case]", &table)?)
}

/// The schemas with their seeds.
fn schemas() -> Result<Vec<(u64, Value)>, Box<dyn Error>> {
    if let Some(file) = env::var_os("RANDOM_SCHEMAS") {
        println!("cargo::rerun-if-changed={}", Path::new(&file).display());
        let text = fs::read_to_string(file)?;
        return (0..).zip(text.lines()).map(|(seed, line)| Ok((seed, serde_json::from_str(line)?))).collect();
    }
    let number = |variable, otherwise| env::var(variable).map_or(Ok(otherwise), |number| number.parse::<u64>());
    let (first, count) = (number("RANDOM_SEED", 1)?, number("RANDOM_COUNT", COUNT)?);
    Ok((first..first + count).map(|seed| (seed, schema::of_seed(seed))).collect())
}

/// A schema as that of a message named `Root`.
fn message(schema: &Value) -> Value {
    let mut members = schema.as_object().cloned().unwrap_or_default();
    members.insert("title".into(), "Root".into());
    members.insert("x-kafka".into(), json!({"topic": "root"}));
    members.into()
}
