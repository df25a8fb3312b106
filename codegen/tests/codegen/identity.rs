//! The GUIDs of messages in generated code.

use thoth_messaging_codegen::{Options, SchemaSet, generate};
use thoth_messaging_documents::identity::{Identity, Part};
use thoth_messaging_documents::{Draft, Guid};

/// The GUIDs that stand in the code of these files, in its order.
fn guids(files: &[(&str, &str)]) -> Vec<Guid> {
    let mut schemas = SchemaSet::new();
    for (name, text) in files {
        schemas.add(*name, *name, *text);
    }
    let generation = generate(&schemas, &Options::default());
    assert_eq!(generation.files.len() - files.len(), 1, "{:?}", generation.diagnostics);
    let text = &generation.files[0].text;
    let written = text.split("guid \"").skip(1).filter_map(|rest| rest.split('"').next());
    written.filter_map(Guid::parse).collect()
}

const ORDER: &str = r#"{"title": "Order", "x-kafka": {"topic": "orders"}, "type": "object", "properties": {"line": {"$ref": "line.json"}}}"#;
const LINE: &str =
    r#"{"title": "Line", "type": "object", "properties": {"count": {"type": "integer", "maximum": 1e2}}}"#;
const ALONE: &str = r#"{"title": "Alone", "x-kafka": {"topic": "alone"}, "type": "object"}"#;

#[test]
fn a_message_that_refers_to_no_file_has_the_guid_of_its_text() {
    let expected = Identity::of_text(ALONE).map(|identity| identity.guid);
    assert_eq!(guids(&[("alone.json", ALONE)]), Vec::from_iter(expected));
}

#[test]
fn files_that_are_referred_to_are_a_part_of_the_guid() {
    let part = |uri, text| Part { uri, alias: None, text, draft: Draft::Draft202012 };
    let bundle = Identity::of(&part("schema:///order.json", ORDER), &[part("schema:///line.json", LINE)]);
    let expected = Vec::from_iter(bundle.map(|identity| identity.guid));
    assert_eq!(guids(&[("order.json", ORDER), ("line.json", LINE)]), expected);
    assert_eq!(guids(&[("line.json", LINE), ("order.json", ORDER)]), expected);
    let changed = LINE.replace("1e2", "1e3");
    assert_ne!(guids(&[("order.json", ORDER), ("line.json", &changed)]), expected);
    let reformatted = LINE.replace(": ", " :  ").replace("1e2", "1E+2");
    assert_eq!(guids(&[("order.json", ORDER), ("line.json", &reformatted)]), expected);
}
