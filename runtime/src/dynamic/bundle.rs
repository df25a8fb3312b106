//! The schema of a generated type as one document.

use serde_json::Value;
use thoth_messaging_documents::identity::Part;
use thoth_messaging_documents::reference::escape_all;
use thoth_messaging_documents::uri::absolute;
use thoth_messaging_documents::{Draft, Identity};

use super::files::closure;
use crate::message::Schema;

/// The schema of a generated type as one document, the files that it refers to embedded among its definitions.
pub(crate) fn bundle(schema: &Schema) -> Option<Value> {
    let mut files = closure([schema]);
    files.remove(&*schema.uri);
    let root = File::of(schema)?;
    let others = files.into_values().map(File::of).collect::<Option<Vec<_>>>()?;
    let others: Vec<Part<'_>> = others.iter().map(File::part).collect();
    let mut bundle = serde_json::from_str(&Identity::of(&root.part(), &others)?.text).ok()?;
    escape_all(&mut bundle);
    Some(bundle)
}

/// A schema file, by absolute URIs.
struct File<'t> {
    uri: String,
    alias: Option<String>,
    text: &'t str,
    draft: Draft,
}

impl<'t> File<'t> {
    /// None where the text is not JSON.
    fn of(schema: &'t Schema) -> Option<Self> {
        let contents: Value = serde_json::from_str(&schema.text).ok()?;
        Some(Self {
            uri: absolute(&schema.uri),
            alias: schema.name.as_deref().map(absolute),
            text: &schema.text,
            draft: Draft::default().detect(&contents),
        })
    }

    fn part(&self) -> Part<'_> {
        Part { uri: &self.uri, alias: self.alias.as_deref(), text: self.text, draft: self.draft }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use thoth_messaging_documents::jsonschema::validator_for;

    use super::*;

    static NAMES: Schema = Schema::new(
        "names.json",
        r##"{"$defs": {
            "A": {"type": "string"}, "B": {"type": "integer"},
            "C": {"$anchor": "c", "items": {"$ref": "#/$defs/B"}}, "Test<Details>": {"$ref": "#c"}
        }}"##,
        "1",
    );
    static OLD: Schema = Schema::new(
        "old/old.json",
        r#"{"$schema": "http://json-schema.org/draft-07/schema#", "definitions": {
            "pair": {"items": [{"type": "null"}, {"$ref": "../names.json#/$defs/A"}]}
        }}"#,
        "2",
    )
    .with_references(&[&NAMES]);
    static NAMED: Schema =
        Schema::new("https://example.org/named", r#"{"$id": "https://example.org/named", "maximum": 3}"#, "3")
            .with_name("named.json");

    fn check(schema: &Schema, accepted: &Value, refused: &Value) {
        let bundle = bundle(schema).unwrap();
        let validator = validator_for(&bundle).unwrap_or_else(|error| panic!("{error}: {bundle:#}"));
        assert!(validator.is_valid(accepted), "{accepted} under {bundle:#}");
        for (name, value) in refused.as_object().unwrap() {
            let mut other = accepted.clone();
            other[name] = value.clone();
            assert!(!validator.is_valid(&other), "{other} under {bundle:#}");
        }
    }

    #[test]
    fn references_into_one_file_lead_to_their_own_parts() {
        let text = r#"{"properties": {
            "a": {"$ref": "names.json#/$defs/A"}, "b": {"$ref": "names.json#/$defs/B"}, "c": {"$ref": "names.json#c"},
            "d": {"$ref": "names.json#/$defs/Test<Details>"}
        }}"#;
        check(
            &Schema::new("root.json", text, "0").with_references(const { &[&NAMES] }),
            &json!({"a": "1", "b": 1, "c": [1], "d": [1]}),
            &json!({"a": 1, "b": "1", "c": ["1"], "d": ["1"]}),
        );
    }

    #[test]
    fn files_of_other_folders_drafts_and_names_are_found() {
        let text = r##"{"$defs": {"names.json": {"type": "null"}}, "properties": {
            "a": {"$ref": "old/old.json#/definitions/pair"}, "b": {"$ref": "named.json"},
            "c": {"$ref": "https://example.org/named"}, "d": {"$ref": "#/$defs/names.json"}, "e": {"$ref": "#"}
        }}"##;
        check(
            &Schema::new("root.json", text, "0").with_references(const { &[&OLD, &NAMED] }),
            &json!({"a": [null, "1"], "b": 3, "c": 3, "d": null, "e": {"b": 3}}),
            &json!({"a": [null, 1], "b": 4, "c": 4, "d": 1, "e": {"b": 4}}),
        );
    }

    #[test]
    fn a_schema_that_refers_to_no_other_stays_as_it_is() {
        let schema = Schema::new("root.json", r#"{"type": "object", "maxProperties": 1}"#, "0");
        let bundle = bundle(&schema).unwrap();
        assert_eq!((bundle.get("maxProperties"), bundle.get("$defs")), (Some(&json!(1)), None));
    }
}
