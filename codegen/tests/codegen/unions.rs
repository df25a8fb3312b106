//! Unions: a value that two branches of a `oneOf` take is refused, wherever the union stands.

use thoth_messaging_codegen::{Options, SchemaSet, generate};

fn code(schema: &str) -> String {
    let mut set = SchemaSet::new();
    set.add("u.json", "u.json", format!(r#"{{"title": "U", "x-kafka": {{"topic": "u"}}, {schema}}}"#));
    let generation = generate(&set, &Options::default());
    assert!(!generation.has_errors(), "{:?}", generation.diagnostics);
    generation.files[0].text.clone()
}

/// Of a constant that two branches take, the schema around the union says that it is invalid: the constant is still one of its
/// branch, or the other branch alone would take it.
#[test]
fn a_constant_that_two_branches_take_stays_with_both() {
    let union = r#"{"oneOf": [{"enum": [0, "a"]}, {"maximum": 0}]}"#;
    for schema in [
        format!(r#""allOf": [{{"not": {{"type": "string"}}}}, {union}], "if": {{"type": "string"}}"#),
        format!(r##""$ref": "#/$defs/u", "$defs": {{"u": {union}}}, "if": {{"type": "string"}}"##),
    ] {
        let code = code(&schema);
        assert!(code.contains("number only [0, 1]"), "{code}");
    }
}
