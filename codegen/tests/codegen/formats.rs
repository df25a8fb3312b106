//! `format`, as the options have it.

use thoth_messaging_codegen::{Formats, Generation, MappedFormat, Options, SchemaSet, generate};

fn generated(formats: Formats, property: &str) -> Generation {
    let text = format!(
        r#"{{"title": "Probe", "type": "object", "x-kafka": {{"topic": "probe"}},
            "required": ["at"], "properties": {{"at": {property}}}}}"#
    );
    let mut schemas = SchemaSet::new();
    schemas.add("probe.schema.json", "schemas/probe.schema.json", text);
    let mut options = Options::default();
    options.formats = formats;
    generate(&schemas, &options)
}

#[track_caller]
fn field(formats: Formats, property: &str) -> String {
    let generation = generated(formats, property);
    assert!(generation.diagnostics.is_empty(), "{:?}", generation.diagnostics);
    let text = &generation.files[0].text;
    let line = text.lines().find(|line| line.trim().starts_with("pub at:")).unwrap_or_default();
    line.trim().trim_end_matches(',').to_owned()
}

#[track_caller]
fn refused(formats: Formats, property: &str, code: &str, says: &str) {
    let generation = generated(formats, property);
    let found: Vec<String> = generation.diagnostics.iter().map(ToString::to_string).collect();
    assert!(found.iter().any(|text| text.contains(code) && text.contains(says)), "{found:?}");
    assert!(generation.files.is_empty());
}

const DATE_TIME: &str = r#"{"type": "string", "format": "date-time"}"#;

#[test]
fn a_format_is_an_annotation_by_default() {
    let plain = generated(Formats::default(), r#"{"type": "string"}"#);
    let annotated = generated(Formats::default(), DATE_TIME);
    assert_eq!(plain.files[0].text.len(), annotated.files[0].text.len());
    assert_eq!(field(Formats::Annotation, r#"{"format": "uuid"}"#), "pub at: serde_json::Value");
}

#[test]
fn a_format_has_a_type_where_it_is_mapped() {
    assert_eq!(field(Formats::Asserted, DATE_TIME), "pub at: String");
    assert_eq!(field(Formats::Mapped, DATE_TIME), "pub at: formats::DateTime");
    assert_eq!(field(Formats::MappedOnly(vec![MappedFormat::DateTime]), DATE_TIME), "pub at: formats::DateTime");
    assert_eq!(field(Formats::MappedOnly(vec![MappedFormat::Uuid]), DATE_TIME), "pub at: String");
    let text = &generated(Formats::MappedOnly(Vec::new()), DATE_TIME).files[0].text;
    assert!(text.contains("wire::format(&self.at, wire::Format::DateTime)") && text.contains("formats with_formats"));
}

#[test]
fn a_format_that_nobody_knows_is_an_annotation() {
    for property in [r#"{"type": "string", "format": "card-number"}"#, r#"{"type": "string", "format": ""}"#] {
        let text = &generated(Formats::Mapped, property).files[0].text;
        assert!(!text.contains("wire::format(") && !text.contains("formats::"), "{text}");
    }
}

#[test]
fn what_excludes_itself_by_its_format_is_seen() {
    let generation = generated(Formats::Asserted, r#"{"enum": ["a", "b"], "format": "uuid"}"#);
    assert!(generation.diagnostics.iter().any(|diagnostic| diagnostic.code == "S0405"));
    assert_eq!(field(Formats::Annotation, r#"{"enum": ["a", "b"], "format": "uuid"}"#), "pub at: ProbeAt");
}

#[test]
fn a_default_has_to_be_of_its_format_and_fit_its_type() {
    let optional = |format: &str, default: &str| {
        format!(
            r#"{{"type": "object", "properties": {{"x": {{"type": "string", "format": "{format}", "default": "{default}"}}}}}}"#
        )
    };
    let late = optional("date-time", "9999-12-31T23:59:59Z");
    refused(Formats::Mapped, &late, "S0410", "jiff::Timestamp");
    assert!(!generated(Formats::Asserted, &late).has_errors());
    refused(Formats::Mapped, &optional("uri", "http://h:99999/"), "S0410", "url::Url");
    let wrong = optional("date", "today");
    for formats in [Formats::Asserted, Formats::Mapped] {
        let generation = generated(formats, &wrong);
        assert!(generation.diagnostics.iter().any(|diagnostic| diagnostic.code == "S0407"));
        assert!(generation.has_errors() || !generation.files[0].text.contains("today\""));
    }
    assert!(generated(Formats::Annotation, &wrong).diagnostics.is_empty());
}
