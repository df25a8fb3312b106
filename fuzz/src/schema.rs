//! Schemas: `generate` comes back, and what it generates holds nothing that a text of theirs put there.

use std::fmt::Write as _;

use serde_json::Value;
use thoth_messaging_codegen::{Options, SchemaSet, generate};

use crate::random::Random;
use crate::{json, vet};

/// A line with this starts a file, whose name follows.
const SEPARATOR: &str = "--- ";
const NAME: &str = "a.schema.json";

/// The files of an input, by name: one, or several behind lines that name them.
#[must_use]
pub fn files(text: &str) -> Vec<(&str, &str)> {
    let mut files = Vec::new();
    let mut rest = text;
    let mut name = NAME;
    loop {
        let start = if rest.starts_with(SEPARATOR) { Some(0) } else { rest.find("\n--- ").map(|newline| newline + 1) };
        let (file, next) = rest.split_at(start.unwrap_or(rest.len()));
        if !file.trim().is_empty() || start.is_none() {
            files.push((name, file));
        }
        let Some(next) = next.strip_prefix(SEPARATOR) else { return files };
        (name, rest) = next.split_once('\n').unwrap_or((next, ""));
    }
}

/// Generates from an input.
///
/// # Panics
///
/// Where the generator does, and where what it generates is not what it should be.
pub fn run(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let mut schemas = SchemaSet::new();
    for (name, text) in files(&text) {
        schemas.add(name, format!("schemas/{name}"), text);
    }
    let mut options = Options::default();
    options.json_schema = input.len() % 2 == 1;
    let generation = generate(&schemas, &options);
    assert_eq!(generation.has_errors(), generation.files.is_empty(), "an error, or files");
    for diagnostic in &generation.diagnostics {
        assert!(!diagnostic.to_string().is_empty());
    }
    if let Some(found) = vet::vet(&generation.files) {
        panic!("{found}");
    }
}

/// Changes one file of an input; `None` where it is not JSON.
#[must_use]
pub fn mutate(input: &[u8], seed: u32) -> Option<Vec<u8>> {
    let mut random = Random::new(seed);
    let text = std::str::from_utf8(input).ok()?;
    let mut files: Vec<(String, String)> =
        files(text).into_iter().map(|(name, text)| (name.to_owned(), text.to_owned())).collect();
    let index = random.below(files.len());
    let file = files.get_mut(index)?;
    let mut schema: Value = serde_json::from_str(&file.1).ok()?;
    json::mutate_schema(&mut schema, &mut random);
    file.1 = schema.to_string();
    if random.below(30) == 0 {
        json::TEXTS[random.below(json::TEXTS.len())].lines().next().unwrap_or_default().clone_into(&mut file.0);
    }
    let mut written = String::new();
    for (index, (name, text)) in files.iter().enumerate() {
        if index > 0 || name != NAME {
            writeln!(written, "{SEPARATOR}{name}").ok()?;
        }
        writeln!(written, "{}", text.trim_end()).ok()?;
    }
    Some(written.into_bytes())
}
