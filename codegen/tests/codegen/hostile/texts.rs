//! Texts that end in generated code, or in the names of files.

use std::fmt::Write as _;

use serde_json::json;
use thoth_messaging_codegen::{Options, SchemaSet, generate};

use super::message;

#[test]
fn refuses_names_of_files_that_lead_elsewhere() {
    for name in [
        "../a.json",
        "/etc/a.json",
        "a/../../a.json",
        "a\\..\\a.json",
        "a//b.json",
        "",
        "a\0.json",
        "https://../a.json",
    ] {
        let mut schemas = SchemaSet::new();
        schemas.add(name, "a.json", message(json!({}), json!({})));
        let generation = generate(&schemas, &Options::default());
        assert_eq!(generation.diagnostics[0].code, "S0105", "{name:?}");
        assert!(generation.files.is_empty(), "{name:?}");
    }
}

#[test]
fn texts_in_a_schema_stay_texts() {
    let hostile = [
        "\"",
        "\\",
        "\n",
        "\r",
        "\r\n",
        "\t",
        "\u{0}",
        "\u{7f}",
        "\u{85}",
        "\u{2028}",
        "\u{202e}",
        "\u{feff}",
        "\u{fffe}",
        "*/",
        "/*",
        "//",
        "///",
        "#",
        "#]",
        "r#\"",
        "\"#",
        "{",
        "}",
        "{}",
        "'",
        "';",
        "`",
        "``",
        "```",
        "~~~",
        "<script>",
        "[a]",
        "](x)",
        "include!(\"/etc/passwd\")",
        "#![feature(x)]",
        "\u{1f600}",
        "\u{10ffff}",
        "e\u{301}",
        "각",
        "a\u{200d}b",
        "²",
        "ſ",
        "ǅ",
    ];
    let mut all = String::new();
    for text in hostile {
        let _ = write!(all, "{text} x{text}");
        for text in [text.to_owned(), format!("a{text}b"), format!("{text} {text}\n{text}"), all.clone()] {
            let schema = json!({
                "title": text, "description": text, "type": "object",
                "x-kafka": {"topic": "a", "topicConfiguration": {&*text: text}},
                "properties": {
                    &*text: {"description": text, "type": "string", "default": text},
                    "constant": {"const": text}, "constants": {"enum": [text, "a", 1], "default": text},
                    "texts": {"enum": [text, "a"]}, "object": {"title": text, "type": "object", "properties": {&*text: true}},
                    "mixed": {"default": {&*text: [text]}},
                },
                "$defs": {&*text: {"type": "string"}},
            });
            let mut schemas = SchemaSet::new();
            schemas.add(format!("{text}.json"), text.clone(), schema.to_string());
            let generation = generate(&schemas, &Options::default());
            if let Some(file) = generation.files.first() {
                let file = syn::parse_file(&file.text);
                let items = file.map(|file| file.items).unwrap_or_default();
                let is_item = |item: &syn::Item| match item {
                    syn::Item::Macro(item) => is_of_the_runtime(&item.mac.path),
                    item => !matches!(item, syn::Item::Verbatim(_)),
                };
                assert!(items.iter().all(is_item), "{text:?}");
                assert!(items.len() > 8, "{text:?}");
            }
        }
    }
}

/// Returns whether a macro is one that items are generated with.
fn is_of_the_runtime(path: &syn::Path) -> bool {
    let names: Vec<_> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
    let macros =
        ["members", "constants", "newtype", "union", "needs_pattern", "schema"].map(|name| format!("wire::{name}"));
    macros.contains(&names.join("::"))
}
