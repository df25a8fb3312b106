//! What comes of each option: that the code is as chosen, and that nothing else changes.

#![allow(clippy::unwrap_used, clippy::panic, reason = "that is how a test fails, its helpers included")]

use thoth_messaging_codegen::{Generation, Options, SchemaSet, generate};

use crate::choices;

const ORDER: &str = r##"{
  "title": "Order",
  "type": "object",
  "x-kafka": {"topic": "orders", "key": "/type"},
  "required": ["type"],
  "properties": {
    "type": {"type": "string"},
    "status": {"enum": ["open", "paid"]},
    "lines": {"type": "array", "items": {"$ref": "#/$defs/Line"}},
    "labels": {"type": "object", "additionalProperties": {"type": "string"}},
    "secret": {"type": "string", "x-sensitive": true},
    "ship to": {"type": "object", "properties": {"street": {"type": "string", "default": "Elm"}}},
    "by": {"anyOf": [{"$ref": "#/$defs/Line"}, {"type": "string"}]}
  },
  "$defs": {
    "Line": {"type": "object", "additionalProperties": {"type": "integer"}, "properties": {"amount": {"type": "number"}}}
  }
}"##;
const PING: &str = r#"{"title": "Ping", "type": "object", "x-kafka": {"topic": "ping"}, "properties": {"host": {}}}"#;

fn generation(files: &[(&str, &str)], options: &Options) -> Generation {
    let mut schemas = SchemaSet::new();
    for (name, text) in files {
        schemas.add(*name, format!("schemas/{name}"), *text);
    }
    generate(&schemas, options)
}

/// The code of an order and a ping, with options as they stand in a build script.
#[track_caller]
fn code(chain: &str) -> String {
    let files = [("ops/ping.json", PING), ("order.json", ORDER)];
    let generation = generation(&files, &choices::options(chain));
    let diagnostics: Vec<_> = generation.diagnostics.iter().map(ToString::to_string).collect();
    assert!(diagnostics.is_empty(), "{}", diagnostics.join("\n"));
    let text = generation.files[0].text.clone();
    syn::parse_file(&text).unwrap();
    text
}

/// Returns what is reported of the same, by code and message.
fn reported(chain: &str) -> Vec<String> {
    let files = [("ops/ping.json", PING), ("order.json", ORDER)];
    let diagnostics = generation(&files, &choices::options(chain)).diagnostics;
    diagnostics.iter().map(|diagnostic| format!("{} {}", diagnostic.code, diagnostic.message)).collect()
}

#[track_caller]
fn assert_has(text: &str, expected: &[&str]) {
    for expected in expected {
        assert!(text.contains(expected), "{expected:?} is missing in\n{text}");
    }
}

#[test]
fn derives_are_added_once_and_where_they_are_asked_for() {
    let text =
        code(r#"Build::new().derive("*", "Clone, Hash, ::std::fmt::Debug").derive("Line", "PartialOrd, Default")"#);
    assert_has(
        &text,
        &[
            "#[derive(Clone, PartialEq, Hash)]\npub struct Order {",
            "#[derive(Clone, Debug, PartialEq, Default, Hash, PartialOrd)]\npub struct Line {",
            "#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]\npub enum OrderStatus {",
            "#[derive(Clone, Debug, PartialEq, Eq, Hash)]\npub struct OrderShipTo {",
            "#[derive(Clone, Debug, PartialEq, Hash)]\npub enum OrderBy {",
        ],
    );
    let by_place = code(r#"Build::new().derive("order.json#/properties/ship to", "PartialOrd")"#);
    assert_has(&by_place, &["#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd)]\npub struct OrderShipTo {"]);
    assert_eq!(by_place.matches(", PartialOrd)").count(), 1);
}

#[test]
fn attributes_stand_on_types_fields_and_variants() {
    let text = code(
        r##"Build::new()
            .type_attribute("Line", "/// Much.\n#[must_use]")
            .type_attribute("ops/ping.json", "#[repr(C)]")
            .field_attribute("Order.ship_to", "#[doc(alias = \"address\")]")
            .field_attribute("order.json#/$defs/Line/properties/amount", "#[doc(alias = \"sum\")]")
            .field_attribute("OrderStatus.Open", "#[doc(alias = \"new\")]")
            .field_attribute("OrderBy.String", "#[doc(alias = \"text\")]")"##,
    );
    assert_has(
        &text,
        &[
            "/// Much.\n#[must_use]\npub struct Line {",
            "#[repr(C)]\npub struct Ping {",
            "#[doc(alias = \"address\")]\n    pub ship_to:",
            "#[doc(alias = \"sum\")]\n    pub amount:",
            "#[doc(alias = \"new\")]\n    Open,",
            "#[doc(alias = \"text\")]\n    String(String),",
        ],
    );
}

#[test]
fn names_are_those_that_were_chosen() {
    let text = code(
        r#"Build::new()
            .type_name("order.json#/$defs/Line", "Item")
            .type_name("order.json", "Purchase")
            .type_name("ops/ping.json#", "HTTPPing")
            .field_name("order.json#/properties/type", "kind")
            .field_name("order.json#/properties/ship to", "r#for")"#,
    );
    assert_has(
        &text,
        &[
            "pub struct Purchase {",
            "pub enum PurchaseStatus {",
            "pub lines: Option<Vec<Item>>",
            "pub struct HTTPPing {",
            "pub kind: String,",
            "0 \"type\" kind,",
            "pub r#for: Option<PurchaseShipTo>",
            "wire::key(&self.kind)",
            "Entry::of::<Purchase>()",
        ],
    );
    assert!(!text.contains("Order"), "{text}");
}

#[test]
fn a_name_that_is_taken_is_refused() {
    assert_eq!(
        reported(r#"Build::new().type_name("order.json#/$defs/Line", "Ping")"#),
        ["S0501 two schemas claim the name `Ping`"]
    );
    assert_eq!(
        reported(r#"Build::new().field_name("order.json#/properties/type", "ship_to")"#),
        ["S0605 two fields claim the name `ship_to`"]
    );
    // What reads a struct has variables of the fields' names.
    assert_eq!(
        reported(r#"Build::new().field_name("order.json#/properties/type", "Line")"#),
        ["S0601 `field_name` is given what is not an identifier that starts with no capital letter"]
    );
    // What has no name of its own gives way.
    assert_has(&code(r#"Build::new().type_name("order.json#/$defs/Line", "OrderStatus")"#), &["pub enum OrderStatus2"]);
}

#[test]
fn a_field_keeps_its_name_beside_one_that_took_another() {
    let text = code(
        r#"Build::new().field_name("order.json#/properties/type", "by_").field_name("order.json#/properties/by", "r#type")"#,
    );
    assert_has(&text, &["pub by_: String", "pub r#type: Option<OrderBy>"]);
}

#[test]
fn types_are_replaced_by_the_users_own() {
    let text = code(
        r#"Build::new().replace("Line", "crate::shop::Line<2>").replace("order.json#/properties/status", "::std::string::String")"#,
    );
    assert_has(
        &text,
        &[
            "pub lines: Option<Vec<crate::shop::Line<2>>>",
            "as (Vec<wire::Own<crate::shop::Line<2>>>)",
            "pub status: Option<::std::string::String>",
            "#[derive(Clone, PartialEq)]\npub struct Order {",
        ],
    );
    assert!(!text.contains("struct Line") && !text.contains("enum OrderStatus"), "{text}");
    assert_eq!(
        reported(r#"Build::new().replace("Order", "crate::Order")"#),
        ["S0606 `replace(\"Order\", …)` is to replace `Order`, which is a message"]
    );
    assert_eq!(
        reported(r#"Build::new().replace("Line", "crate::Line").derive("Line", "Hash")"#),
        ["S0602 `derive(\"Line\", …)` selects nothing"]
    );
}

#[test]
fn a_key_can_not_be_of_a_type_that_was_replaced() {
    let key = r##"{"title": "K", "type": "object", "x-kafka": {"topic": "k", "key": "/id"}, "required": ["id"],
        "properties": {"id": {"$ref": "#/$defs/Id"}}, "$defs": {"Id": {"type": "string", "minLength": 1}}}"##;
    let options = choices::options(r#"Build::new().replace("Id", "crate::Id")"#);
    assert_eq!(generation(&[("k.json", key)], &options).diagnostics[0].code, "S0306");
}

#[test]
fn maps_and_strings_are_of_the_type_that_was_chosen() {
    let text = code("Build::new().map_type(MapType::HashMap).string_type(StringType::BoxStr)");
    assert_has(
        &text,
        &[
            "pub labels: Option<::std::collections::HashMap<String, Box<str>>>",
            "pub additional_properties: ::std::collections::HashMap<String, i64>,",
            "others kept additional_properties as (i64);",
            "pub type_: Box<str>".replace("type_", "r#type").as_str(),
            "<Box<str>>::from(\"Elm\")",
        ],
    );
    assert!(!text.contains("BTreeMap"), "{text}");
    assert_has(&code("Build::new().string_type(StringType::ArcStr)"), &["pub r#type: ::std::sync::Arc<str>"]);
}

#[test]
fn messages_are_those_that_the_patterns_leave() {
    let text = code(r#"Build::new().only(["*.json"])"#);
    assert!(text.contains("struct Order ") && !text.contains("Ping"), "{text}");
    let text = code(r#"Build::new().only(["**/*.json", "order.json"]).without(["or*"])"#);
    assert!(text.contains("struct Ping ") && !text.contains("Order"), "{text}");
    assert_eq!(
        reported(r#"Build::new().without(["ping.json"])"#),
        ["S0603 no message fits the pattern \"ping.json\" of `without`"]
    );
}

#[test]
fn a_message_that_was_left_out_can_be_referred_to() {
    let whole = r#"{"title": "Whole", "type": "object", "x-kafka": {"topic": "orders"}, "properties": {"ping": {"$ref": "ping.json"}}}"#;
    let files = [("ping.json", PING), ("whole.json", whole)];
    let generation = generation(&files, &choices::options(r#"Build::new().without(["ping.json"])"#));
    assert!(generation.diagnostics.is_empty());
    assert_has(&generation.files[0].text, &["pub ping: Option<Ping>", "Entry::of::<Whole>()"]);
    assert!(!generation.files[0].text.contains("Entry::of::<Ping>"));
}

#[test]
fn the_enum_of_a_topic_is_a_message_as_others_are() {
    let message = |kind: &str| {
        format!(
            r#"{{"title": "{kind}", "type": "object", "x-kafka": {{"topic": "beats"}}, "required": ["type"],
            "properties": {{"type": {{"const": "{kind}"}}}}}}"#
        )
    };
    let [first, second] = ["Ping", "Pong"].map(message);
    let files = [("ping.json", first.as_str()), ("pong.json", second.as_str())];
    let code = |chain: &str| generation(&files, &choices::options(chain)).files[0].text.clone();
    let text = code(r#"Build::new().derive("Beats", "Hash").field_attribute("Beats.Ping", "/// First.")"#);
    assert_has(&text, &["Hash)]\npub enum Beats {", "/// First.\n    Ping(Ping),", "Entry::of::<Beats>()"]);
    // Alone on its topic, a message needs no enum.
    let text = code(r#"Build::new().without(["pong.json"])"#);
    assert!(text.contains("Entry::of::<Ping>()") && !text.contains("Beats"), "{text}");
}

#[test]
fn files_without_a_draft_are_of_the_one_that_was_chosen() {
    // In draft 7, `items` may be a list, and nothing beside `$ref` counts.
    let pair = r#"
{
  "title": "Pair", "type": "object", "x-kafka": {"topic": "pairs"},
  "properties": {"pair": {"type": "array", "items": [{"type": "string"}, {"type": "integer"}],
    "minItems": 2, "maxItems": 2}}
}"#;
    let schemas = [("empty.json", "{ }"), ("pair.json", pair)];
    assert!(generation(&schemas, &Options::default()).has_errors());
    let generation = generation(&schemas, &choices::options("Build::new().default_draft(SchemaDraft::Draft7)"));
    assert!(generation.diagnostics.is_empty(), "{:?}", generation.diagnostics);
    assert_has(&generation.files[0].text, &["pub pair: Option<(String, i64)>"]);
    let schema = &generation.files[1].text;
    assert!(
        schema.starts_with("\n{\"$schema\": \"http://json-schema.org/draft-07/schema#\", \n  \"title\""),
        "{schema}"
    );
    assert!(serde_json::from_str::<serde_json::Value>(schema).is_ok(), "{schema}");
    // What says its draft is left alone.
    let declared = pair.replacen('{', "{\"$schema\": \"http://json-schema.org/draft-07/schema#\",", 1);
    let set = [("pair.json", declared.as_str())];
    assert_eq!(
        self::generation(&set, &choices::options("Build::new().default_draft(SchemaDraft::Draft4)")).files[1].text,
        declared
    );
}

#[test]
fn files_of_an_unknown_draft_are_of_the_one_that_was_chosen() {
    let schema = r#"{"title": "A", "$schema" : "https://example.org/meta#" , "type": "object",
        "x-kafka": {"topic": "a"}, "properties": {"a": {"type": "array", "items": [{"type": "string"}]}}}"#;
    let chosen = choices::options("Build::new().unknown_draft(SchemaDraft::Draft7)");
    let set = [("a.json", schema)];
    assert!(generation(&set, &Options::default()).has_errors());
    let generation = generation(&set, &chosen);
    assert!(generation.diagnostics.is_empty(), "{:?}", generation.diagnostics);
    let draft7 = "http://json-schema.org/draft-07/schema#";
    assert_eq!(generation.files[1].text, schema.replace("https://example.org/meta#", draft7));
    // A draft that is known, and one that a file of the set explains, are left alone.
    let meta = r#"{"$id": "https://example.org/meta", "$schema": "http://json-schema.org/draft-06/schema#"}"#;
    let known = schema.replace("https://example.org/meta", "http://json-schema.org/draft-04/schema");
    for set in [vec![("a.json", schema), ("meta.json", meta)], vec![("a.json", known.as_str())]] {
        assert_eq!(self::generation(&set, &chosen).files[1].text, set[0].1);
    }
}

#[test]
fn an_empty_schema_gets_the_draft_too() {
    let order =
        r#"{"title": "A", "type": "object", "x-kafka": {"topic": "a"}, "properties": {"b": {"$ref": "b.json"}}}"#;
    let set = [("a.json", order), ("b.json", "{ }")];
    let files = generation(&set, &choices::options("Build::new().default_draft(SchemaDraft::Draft6)")).files;
    assert_eq!(files[2].text, "{\"$schema\": \"http://json-schema.org/draft-06/schema#\" }");
}

#[test]
fn all_of_it_stands_in_a_module() {
    let plain = code("Build::new()");
    let text = code(r#"Build::new().module("messages")"#);
    let file = syn::parse_file(&text).unwrap();
    assert_eq!(file.items.len(), 1);
    let Some(syn::Item::Mod(module)) = file.items.into_iter().next() else { panic!("{text}") };
    let items = module.content.unwrap().1;
    assert_eq!(prettyplease::unparse(&syn::File { items, ..syn::parse_file("").unwrap() }), printed(&plain));
    assert_has(&text, &["/// The messages of these schemas.\npub mod messages {\n    use ::thoth_messaging::"]);
    // What stands on several lines in an attribute stays as it is.
    let text = code("Build::new().module(\"m\").type_attribute(\"Line\", \"#[doc(alias = \\\"a\\n b\\\")]\")");
    assert_has(&text, &["#[doc(alias = \"a\n b\")]\npub struct Line"]);
}

#[test]
fn code_that_is_not_formatted_is_the_same() {
    let (plain, text) = (code("Build::new()"), code("Build::new().format(false)"));
    assert!(text.lines().count() < plain.lines().count());
    assert_eq!(printed(&text), printed(&plain));
    assert_eq!(text, code("Build::new().format(false)"));
}

/// A file in the one way to print it.
fn printed(text: &str) -> String {
    prettyplease::unparse(&syn::parse_file(text).unwrap())
}

#[test]
fn defaults_change_nothing() {
    let all = r#"Build::new().map_type(MapType::BTreeMap).string_type(StringType::String)
        .default_draft(SchemaDraft::Draft202012).format(true).derive("*", "Clone").only(["**"])"#;
    assert_eq!(code(all), code("Build::new()"));
}

/// Texts that are neither paths nor Rust.
const HOSTILE: &[&str] = &[
    "",
    "#",
    ".",
    "..",
    "a.b.c",
    "#/",
    "order.json#nope",
    "order.json#/~2",
    "order.json#/$defs",
    "\u{0}",
    "]",
    "#[",
    "r#",
    "\"",
    "{}",
    "Order.",
    ".type",
    "**",
    "Order::type",
    "ordnung.json#/properties/größe",
    "}} fn main() {{",
];

#[test]
fn what_selects_nothing_is_reported_whatever_it_is() {
    let options: [fn(&mut Options, String); 6] = [
        |options, path| options.derives.push((path, "Hash".to_owned())),
        |options, path| options.type_attributes.push((path, "#[non_exhaustive]".to_owned())),
        |options, path| options.field_attributes.push((path, "#[allow(unused)]".to_owned())),
        |options, path| options.type_names.push((path, "Chosen".to_owned())),
        |options, path| options.field_names.push((path, "chosen".to_owned())),
        |options, path| options.replaced.push((path, "crate::Chosen".to_owned())),
    ];
    for (text, choose) in HOSTILE.iter().flat_map(|text| options.map(|choose| (text, choose))) {
        let mut options = Options::default();
        choose(&mut options, (*text).to_owned());
        let generation = generation(&[("order.json", ORDER)], &options);
        let codes: Vec<_> = generation.diagnostics.iter().map(|diagnostic| diagnostic.code).collect();
        assert_eq!(codes, ["S0602"], "{text:?} {options:?}");
        assert!(generation.files.is_empty());
    }
}

#[test]
fn what_is_no_rust_is_reported_whatever_it_is() {
    let options: [fn(&mut Options, String); 7] = [
        |options, text| options.derives.push(("Order".to_owned(), text)),
        |options, text| options.type_attributes.push(("Order".to_owned(), text)),
        |options, text| options.field_attributes.push(("Order.type".to_owned(), text)),
        |options, text| options.type_names.push(("order.json".to_owned(), text)),
        |options, text| options.field_names.push(("order.json#/properties/type".to_owned(), text)),
        |options, text| options.replaced.push(("Line".to_owned(), text)),
        |options, text| options.module = Some(text),
    ];
    for (text, choose) in HOSTILE.iter().flat_map(|text| options.map(|choose| (text, choose))) {
        let mut options = Options::default();
        choose(&mut options, (*text).to_owned());
        let generation = generation(&[("order.json", ORDER)], &options);
        let codes: Vec<_> = generation.diagnostics.iter().map(|diagnostic| diagnostic.code).collect();
        // A path is Rust, whether or not there is such a macro or such a type.
        let is_path = *text == "Order::type" && generation.files.len() > 1;
        assert!(codes == ["S0601"] || is_path, "{text:?} {options:?} {codes:?}");
    }
}
