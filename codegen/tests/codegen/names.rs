//! The names of types: what a person named keeps its name, and where several want one name, their places tell them apart.

use std::collections::BTreeSet;

use thoth_messaging_codegen::{Options, SchemaSet, generate};

/// Returns what is generated of a message with these members and definitions.
fn code(members: &[&str], definitions: &[&str]) -> String {
    let mut set = SchemaSet::new();
    let (members, definitions) = (members.join(","), definitions.join(","));
    let text = format!(
        r#"{{"title": "C", "type": "object", "x-kafka": {{"topic": "c"}}, "properties": {{{members}}}, "$defs": {{{definitions}}}}}"#
    );
    set.add("c.json", "c.json", text);
    let generation = generate(&set, &Options::default());
    assert!(!generation.has_errors(), "{:?}", generation.diagnostics);
    generation.files[0].text.clone()
}

fn names(code: &str) -> BTreeSet<&str> {
    let words: Vec<&str> = code.split_whitespace().collect();
    let defined = words.windows(3).filter(|words| words[0] == "pub" && matches!(words[1], "struct" | "enum"));
    defined.filter_map(|words| words[2].split(|c: char| !c.is_alphanumeric()).next()).collect()
}

const MEMBERS: [&str; 6] = [
    r#""a": {"type": "object", "properties": {"k": {"title": "Kind", "const": "x"}}}"#,
    r#""b": {"type": "object", "properties": {"k": {"title": "Kind", "const": "y"}}}"#,
    r#""c": {"type": "object", "properties": {"k": {"title": "Kind", "const": "y"}}}"#,
    r##""one": {"$ref": "#/$defs/String"}"##,
    r##""two": {"$ref": "#/$defs/string"}"##,
    r#""point": {"title": "Point", "type": "object", "properties": {"z": {}}}"#,
];
const DEFINITIONS: [&str; 3] = [
    r##""string": {"type": "object", "properties": {"s": {"$ref": "#/$defs/Point"}}}"##,
    r#""String": {"type": "object", "properties": {"t": {}}}"#,
    r#""Point": {"type": "object", "properties": {"x": {}}}"#,
];

#[test]
fn titles_that_several_schemas_have_are_told_apart_by_their_places() {
    let code = code(&MEMBERS, &DEFINITIONS);
    let expected = ["C", "CA", "CAK", "CB", "CBK", "CC", "CPoint", "Point", "String", "String2"];
    assert_eq!(names(&code), BTreeSet::from(expected));
    // Equal schemas of one title are one type.
    assert_eq!(code.matches("pub k: Option<CBK>").count(), 2);
}

#[test]
fn names_do_not_depend_on_the_order_of_members_and_definitions() {
    let expected = code(&MEMBERS, &DEFINITIONS);
    let (mut members, mut definitions) = (MEMBERS, DEFINITIONS);
    for turn in 0..MEMBERS.len() {
        members.rotate_left(1);
        if turn % 2 == 0 {
            definitions.reverse();
            members.reverse();
        }
        let shuffled = code(&members, &definitions);
        assert_eq!(names(&shuffled), names(&expected));
        for field in
            ["pub s: Option<Point>", "pub point: Option<CPoint>", "pub one: Option<String>", "pub two: Option<String2>"]
        {
            assert!(shuffled.contains(field), "{field}\n{shuffled}");
        }
    }
}

#[test]
fn numbers_of_names_do_not_depend_on_the_order_either() {
    let object =
        |name: &str, inner: &str| format!(r#""{name}": {{"type": "object", "properties": {{"{inner}": {{}}}}}}"#);
    let members = [object("a_b", "one"), object("aB", "two"), object("a-b", "three"), object("Self", "four")];
    let mut members: Vec<&str> = members.iter().map(String::as_str).collect();
    members.push(r#""v": {"enum": ["x-y", "x_y", "xY"]}"#);
    let fields = ["pub a_b: Option<CAB3>,", "pub a_b_2: Option<CAB>,", "pub a_b_3: Option<CAB2>,"];
    for _ in 0..members.len() {
        members.rotate_left(1);
        let code = code(&members, &[]);
        for line in fields.into_iter().chain([r#"XY = "x-y""#, r#"XY2 = "x_y""#, r#"XY3 = "xY""#]) {
            assert!(code.contains(line), "{line}\n{code}");
        }
        members.swap(0, 2);
    }
}
