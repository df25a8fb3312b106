//! The text that is emitted for large schemas, which is what the compiler's work grows with.

use std::fmt::Write as _;

use thoth_messaging_codegen::{Options, SchemaSet, generate};

/// The bytes that a schema with so many parts becomes.
fn emitted(schema: &dyn Fn(usize) -> String, parts: usize) -> usize {
    let mut schemas = SchemaSet::new();
    schemas.add("a.schema.json", "schemas/a.schema.json", schema(parts));
    let generation = generate(&schemas, &Options::default());
    assert!(!generation.has_errors(), "{:?}", generation.diagnostics);
    generation.files[0].text.len()
}

/// Fails where one part more takes more than so many bytes, of few parts or of many.
#[track_caller]
fn grows_by(most: usize, schema: &dyn Fn(usize) -> String) {
    for parts in [1_000, 2_000] {
        let (some, twice) = (emitted(schema, parts), emitted(schema, 2 * parts));
        assert!(twice - some <= most * parts, "{} bytes for each of {parts}", (twice - some) / parts);
    }
}

/// A list with a text for each number of four digits.
fn list(parts: usize, part: impl Fn(usize) -> String) -> String {
    let mut list = String::new();
    for number in 0..parts {
        let comma = if number == 0 { "" } else { ", " };
        write!(list, "{comma}{}", part(number)).unwrap();
    }
    list
}

#[test]
fn a_property_more_is_a_line_more() {
    grows_by(150, &|parts| {
        let properties = list(parts, |number| format!(r#""member{number:04}": {{"type": "string"}}"#));
        format!(r#"{{"title": "A", "type": "object", "x-kafka": {{"topic": "a"}}, "properties": {{{properties}}}}}"#)
    });
}

#[test]
fn a_required_property_more_is_two_lines_more() {
    grows_by(200, &|parts| {
        let properties = list(parts, |number| format!(r#""member{number:04}": {{"type": "string"}}"#));
        let required = list(parts, |number| format!(r#""member{number:04}""#));
        format!(
            r#"{{"title": "A", "type": "object", "x-kafka": {{"topic": "a"}}, "properties": {{{properties}}},
                "required": [{required}]}}"#
        )
    });
}

#[test]
fn a_schema_of_a_choice_more_is_a_type_more() {
    grows_by(1_500, &|parts| {
        let branches = list(parts, |number| {
            format!(
                r#"{{"type": "object", "required": ["type"],
                    "properties": {{"type": {{"const": "kind{number:04}"}}, "id": {{"type": "string"}}}}}}"#
            )
        });
        format!(r#"{{"title": "A", "x-kafka": {{"topic": "a"}}, "oneOf": [{branches}]}}"#)
    });
}

#[test]
fn a_constant_more_of_thousands_is_a_literal_more() {
    grows_by(60, &|parts| {
        let constants = list(parts + 1_000, |number| format!(r#""constant{number:04}""#));
        format!(
            r#"{{"title": "A", "type": "object", "x-kafka": {{"topic": "a"}}, "properties": {{"a": {{"enum": [{constants}]}}}}}}"#
        )
    });
}
