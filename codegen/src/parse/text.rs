//! From the text of a file to the JSON that it is.

use std::collections::BTreeSet;

use serde_json::Value;

use super::numbers;
use crate::diagnostic::Diagnostic;
use crate::json::{self, Duplicate, short};
use crate::options::SchemaDraft;
use crate::source::{SchemaFile, Source};

/// A file that is a JSON object or a boolean.
pub(super) struct File<'a> {
    pub(super) name: &'a str,
    pub(super) source: Source,
    pub(super) value: Value,
    pub(super) assumed: Option<&'static str>,
}

pub(super) fn read<'a>(
    name: &'a str,
    file: &SchemaFile,
    draft: SchemaDraft,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<File<'a>> {
    let mut source = Source::new(file);
    if leads_elsewhere(name) {
        diagnostics.push(
            Diagnostic::error("S0105", "the name of this file is no path below a folder", source.locate(""))
                .found(format!("`{name}`"))
                .help("name it by its path below the folder of the schemas, without `..`"),
        );
        return None;
    }
    let (mut value, duplicates) = match json::parse(&file.text) {
        Ok(parsed) => parsed,
        Err(error) => {
            diagnostics.push(unreadable(&source, &error));
            return None;
        }
    };
    source.index_values();
    diagnostics.extend(numbers::not_held(&source));
    if !value.is_object() && !value.is_boolean() {
        diagnostics.push(
            Diagnostic::error("S0102", "a schema file has to be a JSON object or a boolean", source.locate(""))
                .found(short(&value))
                .help("write the schema as an object: `{\"$schema\": …, \"title\": …, …}`"),
        );
        return None;
    }
    if !report_duplicates(&duplicates, &value, &source, diagnostics) {
        return None;
    }
    let assumed = assume(draft, &mut value);
    Some(File { name, source, value, assumed })
}

/// Reports the members that stand twice, each once. Returns whether all of them mean what the last one says.
fn report_duplicates(
    duplicates: &[Duplicate],
    value: &Value,
    source: &Source,
    diagnostics: &mut Vec<Diagnostic>,
) -> bool {
    let mut known = BTreeSet::new();
    let mut are_clear = true;
    for duplicate in duplicates.iter().filter(|duplicate| !duplicate.is_clear(value)) {
        are_clear = false;
        if known.insert(&duplicate.pointer) {
            let message = format!("the member `{}` stands here twice, and the two differ", duplicate.name);
            diagnostics.push(
                Diagnostic::error("S0107", message, source.locate(&duplicate.pointer))
                    .help("leave one of them out: readers of JSON differ in which of them counts"),
            );
        }
    }
    for duplicate in duplicates {
        if known.insert(&duplicate.pointer) {
            let message =
                format!("the member `{}` stands here twice, and both times it means the same", duplicate.name);
            diagnostics.push(
                Diagnostic::warning("S0108", message, source.locate(&duplicate.pointer))
                    .help("leave one of them out; the last one counts"),
            );
        }
    }
    are_clear
}

/// True if the name of a file, below a folder, would lead out of it.
fn leads_elsewhere(name: &str) -> bool {
    name.contains('\0') || name.replace("://", "/").split(['/', '\\']).any(|part| matches!(part, "" | "." | ".."))
}

/// Declares the draft that was chosen for files that do not say theirs.
fn assume(draft: SchemaDraft, value: &mut Value) -> Option<&'static str> {
    let schema = value.as_object_mut().filter(|schema| !schema.contains_key("$schema"))?;
    if draft == SchemaDraft::default() {
        return None;
    }
    schema.insert("$schema".to_owned(), draft.uri().into());
    Some(draft.uri())
}

/// A text that is no JSON, or JSON that is beyond a limit.
fn unreadable(source: &Source, error: &serde_json::Error) -> Diagnostic {
    let before = source.text.split_inclusive('\n').take(error.line().saturating_sub(1));
    // serde_json counts columns in bytes, and points behind what it did not expect.
    let offset = before.map(str::len).sum::<usize>() + error.column().saturating_sub(1);
    let offset = (0..=offset).rev().find(|offset| source.text.is_char_boundary(*offset)).unwrap_or_default();
    let reason = error.to_string();
    let reason = reason.split(" at line ").next().unwrap_or_default();
    let not_json = format!("not JSON: {reason}");
    let (message, help) = match source.text.as_str() {
        text if text.starts_with('\u{feff}') => {
            ("not JSON: the file starts with a byte order mark", "save it as UTF-8 without a byte order mark")
        }
        text if text.trim().is_empty() => {
            ("not JSON: the file is empty", "write a schema, as `{\"type\": \"object\"}`, or delete it")
        }
        _ if reason == "number out of range" => (
            "this number is JSON, and beyond what a 64-bit float holds",
            "write one between -1.7976931348623157e308 and 1.7976931348623157e308, or leave the bound out",
        ),
        _ if reason == "recursion limit exceeded" => (
            "this is JSON, and nested deeper than 127 levels",
            "give what is inside a name under `$defs`, and refer to it by `$ref`",
        ),
        _ => (not_json.as_str(), "JSON has no comments and no trailing commas, and texts stand in `\"`"),
    };
    Diagnostic::error("S0101", message, source.at(offset, "")).help(help)
}
