//! What the registry says: by name and path, strict and lenient, beside the labels of others, and at random.
#![expect(clippy::unwrap_used, reason = "clippy.toml allows it in test functions only, not in their helpers")]

mod arrays;
mod combined;
mod invariants;
mod keywords;
mod labels;
mod objects;
mod recursion;

use serde_json::{Value, json};
use thoth_messaging_compat::{Files, Leniency, RegistryDifference, Schema, registry_differences};

const DRAFT_7: &str = "http://json-schema.org/draft-07/schema#";
const DRAFT_2020: &str = "https://json-schema.org/draft/2020-12/schema";

fn schema(document: &Value, draft: &str) -> Schema {
    let mut document = document.clone();
    if let Value::Object(members) = &mut document {
        members.entry("$schema").or_insert_with(|| draft.into());
    }
    let mut files = Files::new();
    files.insert("a.json", document);
    Schema::new(&files, "a.json").unwrap()
}

fn found(old: &Value, new: &Value, draft: &str, leniency: Leniency) -> Vec<RegistryDifference> {
    registry_differences(&schema(old, draft), &schema(new, draft), leniency)
}

fn is_accepted(old: &Value, new: &Value, draft: &str, leniency: Leniency) -> bool {
    found(old, new, draft, leniency).iter().all(|difference| difference.is_compatible)
}

/// Old, new, the differences as `NAME path` in any order, whether the registry accepts it, and whether it does when lenient.
type Case = (Value, Value, &'static [&'static str], bool, bool);

fn check(cases: &[Case], drafts: &[&str]) {
    for (old, new, expected, strict, lenient) in cases {
        for draft in drafts {
            let mut names: Vec<String> = found(old, new, draft, Leniency::Strict)
                .iter()
                .map(|difference| format!("{} {}", difference.rule, difference.path))
                .collect();
            names.sort();
            let mut expected: Vec<_> = expected.to_vec();
            expected.sort_unstable();
            assert_eq!(names, expected, "{draft}: {old} → {new}");
            let accepted = [Leniency::Strict, Leniency::Lenient].map(|it| is_accepted(old, new, draft, it));
            assert_eq!(accepted, [*strict, *lenient], "{draft}: {old} → {new}");
        }
    }
}

/// An object that declares `a`, with more keywords.
fn object(more: Value) -> Value {
    let mut schema = json!({"type": "object", "properties": {"a": {"type": "string"}}});
    if let Value::Object(more) = more {
        schema.as_object_mut().unwrap().extend(more);
    }
    schema
}

/// The same with `b` beside `a`.
fn with_b(b: Value, more: Value) -> Value {
    let mut schema = object(more);
    schema["properties"]["b"] = b;
    schema
}
