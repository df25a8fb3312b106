//! `thoth-messaging infer`, run as a process.
#![expect(clippy::unwrap_used, reason = "clippy.toml allows them in test functions only, not in their helpers")]

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

/// Runs `infer` on samples given as standard input.
fn infer(samples: &str, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_thoth-messaging"));
    command.args(["infer", "-", "--guesses", "json"]).args(arguments);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(samples.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

fn inferred(samples: &[Value]) -> (Value, Vec<Value>) {
    let lines = samples.iter().fold(String::new(), |mut lines, sample| {
        writeln!(lines, "{sample}").unwrap();
        lines
    });
    let output = infer(&lines, &["--title", "Sample"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let schema: Value = serde_json::from_slice(&output.stdout).unwrap();
    let validator =
        thoth_messaging_documents::jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
    assert!(samples.iter().all(|sample| validator.is_valid(sample)), "{schema:#}");
    (schema, serde_json::from_slice(&output.stderr).unwrap())
}

fn schema_of(samples: &[Value]) -> Value {
    inferred(samples).0
}

/// The schema of a member `it` that had each of these values.
fn schema_of_member(values: impl IntoIterator<Item = Value>) -> Value {
    let samples: Vec<_> = values.into_iter().map(|value| json!({ "it": value })).collect();
    schema_of(&samples)["properties"]["it"].clone()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn guess_at<'a>(guesses: &'a [Value], kind: &str, pointer: &str) -> &'a Value {
    let found = guesses.iter().find(|guess| guess["kind"] == kind && guess["pointer"] == pointer);
    assert!(found.is_some(), "no guess `{kind}` at `{pointer}` in {guesses:#?}");
    found.unwrap()
}

#[test]
fn a_message_with_a_topic_comes_of_files_in_the_order_of_their_members() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("1.json"), r#"{"order_id": "a1", "total": 3, "note": null}"#).unwrap();
    fs::write(folder.path().join("2.json"), r#"{"order_id": "a2", "total": 4.5, "note": "x", "gift": true}"#).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_thoth-messaging"));
    command.current_dir(folder.path()).args(["infer", "1.json", "2.json", "--title", "OrderPlaced"]);
    let output = command.args(["--topic", "shop.order-placed", "--key", "/order_id"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let expected = r#"{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "title": "OrderPlaced",
  "x-kafka": {
    "topic": "shop.order-placed",
    "key": "/order_id"
  },
  "type": "object",
  "required": [
    "order_id",
    "total",
    "note"
  ],
  "properties": {
    "order_id": {
      "type": "string"
    },
    "total": {
      "type": "number"
    },
    "note": {
      "type": [
        "string",
        "null"
      ]
    },
    "gift": {
      "type": "boolean"
    }
  }
}
"#;
    assert_eq!(text(&output.stdout), expected);
    let report = "\
pointer            guess                     evidence  confidence
#/required         required: 3 of 4 members  2 of 2    low
#/properties/note  nullable                  1 of 2    seen
#/properties/gift  optional                  1 of 2    seen

2 samples, 3 guesses. Look through them, and add what samples don't say: descriptions, bounds, and what else is to be \
refused.
";
    assert_eq!(text(&output.stderr), report);
}

#[test]
fn numbers_are_integers_while_all_are_whole() {
    assert_eq!(schema_of_member([json!(1), json!(2.0)]), json!({"type": "integer"}));
    assert_eq!(schema_of_member([json!(1), json!(2.5)]), json!({"type": "number"}));
    let unsigned = json!({"type": "integer", "minimum": 0});
    assert_eq!(schema_of_member([json!(u64::MAX)]), unsigned);
    assert_eq!(schema_of_member([json!(i64::MAX as u64 + 1), json!(1)]), unsigned);
    assert_eq!(schema_of_member([json!(u64::MAX), json!(-1)]), json!({"type": "number"}));
    assert_eq!(schema_of_member([json!(1e20)]), json!({"type": "number"}));
}

#[test]
fn a_number_that_could_be_no_integer_of_64_bits_is_a_number() {
    for text in ["-9223372036854775809", "9007199254740993.5", "1e16", "18446744073709551616"] {
        let output = infer(&format!("{{\"it\":{text}}}\n{{\"it\":2}}"), &[]);
        let schema: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(schema["properties"]["it"], json!({"type": "number"}), "{text}");
    }
}

#[test]
fn scalars_of_several_types_are_a_list_and_objects_among_them_an_any_of() {
    assert_eq!(schema_of_member([json!(1), json!("a"), Value::Null]), json!({"type": ["string", "integer", "null"]}));
    assert_eq!(
        schema_of_member([json!({"a": 1}), json!("a"), Value::Null]),
        json!({"anyOf": [
            {"type": "object", "required": ["a"], "properties": {"a": {"type": "integer"}}},
            {"type": ["string", "null"]}
        ]})
    );
    assert_eq!(
        schema_of_member([json!([{"a": 1}, {"a": null}]), Value::Null]),
        json!({"type": ["array", "null"], "items": {
            "type": "object", "required": ["a"], "properties": {"a": {"type": ["integer", "null"]}}
        }})
    );
}

#[test]
fn what_was_only_null_or_empty_is_left_open() {
    let (schema, guesses) = inferred(&[json!({"a": null, "b": []})]);
    assert_eq!(schema["properties"], json!({"a": {}, "b": {"type": "array"}}));
    assert_eq!(guess_at(&guesses, "open", "/properties/a")["confidence"], "low");
    assert_eq!(guess_at(&guesses, "open", "/properties/b")["confidence"], "low");
}

#[test]
fn a_few_words_in_many_samples_are_an_enum() {
    let words = ["open", "closed", "on hold"];
    let samples = |number: usize| (0..number).map(|index| json!({"it": words[index % 3]})).collect::<Vec<_>>();
    let (schema, guesses) = inferred(&samples(60));
    assert_eq!(schema["properties"]["it"], json!({"type": "string", "enum": words}));
    let guess = guess_at(&guesses, "enum", "/properties/it");
    assert_eq!([&guess["values"], &guess["supporting"], &guess["distinct"]], [60, 60, 3]);
    assert_eq!(guess["confidence"], "medium");

    assert_eq!(schema_of(&samples(49))["properties"]["it"], json!({"type": "string"}));
    let with_one_more = [samples(60), vec![json!({"it": "lost"})]].concat();
    assert_eq!(schema_of(&with_one_more)["properties"]["it"], json!({"type": "string"}));
    let with_null = [samples(60), vec![json!({"it": null})]].concat();
    let expected = json!({"type": ["string", "null"], "enum": ["open", "closed", "on hold", null]});
    assert_eq!(schema_of(&with_null)["properties"]["it"], expected);
}

#[test]
fn one_value_throughout_is_no_constant() {
    assert_eq!(schema_of_member((0..100).map(|_| json!("v1"))), json!({"type": "string"}));
}

#[test]
fn items_of_one_sample_are_no_many_samples() {
    let items: Vec<_> = (0..100).map(|index| if index % 2 == 0 { "red" } else { "blue" }).collect();
    assert_eq!(schema_of_member([json!(items)]), json!({"type": "array", "items": {"type": "string"}}));
}

#[test]
fn a_format_is_guessed_where_three_different_texts_are_of_it() {
    let of = |values: [&str; 3]| schema_of_member(values.map(Value::from))["format"].clone();
    assert_eq!(of(["2024-05-01T08:00:00Z", "2024-05-02T08:00:00Z", "2024-05-03T08:00:00+02:00"]), "date-time");
    assert_eq!(of(["2024-05-01", "2024-05-02", "2024-02-29"]), "date");
    assert_eq!(of(["08:00:00Z", "09:00:00Z", "10:30:00Z"]), "time");
    assert_eq!(of(["10.0.0.1", "10.0.0.2", "10.0.0.3"]), "ipv4");
    assert_eq!(of(["::1", "fe80::1", "2001:db8::1"]), "ipv6");
    assert_eq!(of(["a@example.org", "b@example.org", "c@example.org"]), "email");
    assert_eq!(of(["https://a.example", "https://b.example/x", "urn:x:y"]), "uri");
    let uuid = |last: u8| format!("7d9ca441-0c1b-4f0e-9d6f-00000000000{last}");
    assert_eq!(of([&uuid(1), &uuid(2), &uuid(3)]), "uuid");

    assert_eq!(of(["2024-05-01", "2024-05-02", "2023-02-29"]), Value::Null);
    assert_eq!(of(["2024-05-01", "2024-05-02", "2024-05-02"]), Value::Null);
    assert_eq!(of(["nginx:1.2", "nginx:1.3", "nginx:1.4"]), Value::Null);
}

#[test]
fn objects_with_data_for_names_are_maps() {
    let (schema, guesses) =
        inferred(&[json!({"by_day": {"2024-05-01": 1, "2024-05-02": 2}}), json!({"by_day": {"2024-05-03": 3}})]);
    assert_eq!(schema["properties"]["by_day"], json!({"type": "object", "additionalProperties": {"type": "integer"}}));
    assert_eq!(guess_at(&guesses, "map", "/properties/by_day")["distinct"], 3);

    let names = (0_u8..26).map(|index| char::from(b'a' + index).to_string());
    let many = names.map(|name| json!({"stock": {name: {"left": 1}}}));
    let schema = schema_of(&many.collect::<Vec<_>>());
    assert_eq!(schema["properties"]["stock"]["additionalProperties"]["required"], json!(["left"]));
}

#[test]
fn an_object_whose_names_are_numbered_is_a_map() {
    let numbered =
        |count: usize| (0..count).map(|id| (format!("id-{id}"), json!({"n": id}))).collect::<serde_json::Map<_, _>>();
    let (schema, _) = inferred(&[json!({"all": numbered(90)})]);
    assert_eq!(schema["properties"]["all"]["additionalProperties"]["type"], "object");
    let (schema, _) = inferred(&[json!({"all": numbered(5)})]);
    assert_eq!(schema["properties"]["all"]["properties"]["id-4"]["type"], "object");
}

#[test]
fn an_object_whose_names_are_identifiers_is_a_map() {
    let named =
        |name: fn(u64) -> String| (0..40_u64).map(|id| (name(id), json!({"n": id}))).collect::<serde_json::Map<_, _>>();
    for name in [|id| format!("session-{:04x}", id * 7919 % 65536), |id| format!("eu:{:06x}:x", id * 104_729)] {
        let (schema, _) = inferred(&[json!({"all": named(name)})]);
        assert_eq!(schema["properties"]["all"]["additionalProperties"]["type"], "object");
    }
    let words = |id: u64| {
        let id = usize::try_from(id).unwrap();
        format!("max_{}{}", ["size", "rate", "keys", "time"][id % 4], "a".repeat(id))
    };
    let (schema, _) = inferred(&[json!({"all": named(words)})]);
    assert_eq!(schema["properties"]["all"].get("additionalProperties"), None);
}

#[test]
fn a_number_that_is_written_as_no_integer_is_none() {
    for text in ["1.00000000000000000001", "1E-400"] {
        let output = infer(&format!("{{\"n\": {text}}}\n{{\"n\": 1}}"), &[]);
        let schema: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(schema["properties"]["n"]["type"], "number", "{text}");
    }
}

#[test]
fn samples_beside_a_member_that_may_be_a_tag_are_all_counted() {
    let samples: Vec<_> =
        (0..4).map(|index| json!({"type": if index % 2 == 0 { "a" } else { "b" }, "n": index})).collect();
    let (_, guesses) = inferred(&samples);
    let of =
        |pointer: &str, kind: &str| guesses.iter().find(|guess| guess["pointer"] == pointer && guess["kind"] == kind);
    for guess in [of("/required", "required"), of("/properties/n", "number")] {
        assert_eq!(guess.unwrap()["samples"], 4, "{guesses:?}");
    }
}

#[test]
fn a_sample_with_a_member_twice_is_refused() {
    let output = infer(r#"{"a": 1, "a": 2}"#, &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("each member name once"));
}

#[test]
fn an_object_with_endless_names_is_a_map() {
    let samples: Vec<_> =
        (0..600).map(|index| json!({format!("name{}", "x".repeat(index)): index, "a": true})).collect();
    assert_eq!(schema_of(&samples)["additionalProperties"], json!({"type": ["integer", "boolean"]}));
}

#[test]
fn places_are_told_apart_up_to_a_number() {
    // Numbered names would be those of a map.
    let letter = |index: u32| char::from_u32(u32::from('a') + index % 26).unwrap();
    let name = |index: u32| format!("{}{}", letter(index / 26), letter(index));
    let inner: serde_json::Map<_, _> = (0..400).map(|index| (name(index), json!(index))).collect();
    let outer: serde_json::Map<_, _> = (0..300).map(|index| (name(index), json!(inner))).collect();
    let (schema, guesses) = inferred(&[outer.into()]);
    assert_eq!(guess_at(&guesses, "open", "")["guess"], "has more places than are told apart: some are left out");
    assert!(schema["properties"].as_object().unwrap().len() < 300);
}

#[test]
fn a_syntax_tree_is_a_recursive_union() {
    let literal = |value: u8| json!({"type": "literal", "value": value});
    let sum = |left: Value, right: Value| json!({"type": "sum", "left": left, "right": right});
    let samples = [sum(sum(literal(1), literal(2)), literal(3)), sum(literal(4), sum(literal(5), literal(6)))];
    let schema = schema_of(&samples);
    assert_eq!(schema["oneOf"][0]["properties"]["left"], json!({"$ref": "#"}));
    assert_eq!(schema["oneOf"][1]["properties"]["type"], json!({"const": "literal"}));
}

#[test]
fn a_tree_refers_to_itself() {
    let tree = json!({"name": "a", "children": [{"name": "b", "children": [{"name": "c", "children": []}]}]});
    assert_eq!(schema_of(std::slice::from_ref(&tree))["properties"]["children"]["items"], json!({"$ref": "#"}));
    let (schema, guesses) = inferred(&[json!({"tree": tree})]);
    assert_eq!(schema["properties"]["tree"], json!({"$ref": "#/$defs/Tree"}));
    assert_eq!(schema["$defs"]["Tree"]["properties"]["children"]["items"], json!({"$ref": "#/$defs/Tree"}));
    assert_eq!(guess_at(&guesses, "recursion", "/$defs/Tree")["values"], 3);
}

#[test]
fn objects_in_groups_by_a_tag_are_a_union() {
    let card = |number: u8| json!({"type": "card", "number": number});
    let iban = |name: &str| json!({"type": "iban", "iban": name});
    let samples =
        [card(1), card(2), card(3), iban("a"), iban("b"), iban("c")].map(|payment| json!({"payments": [payment]}));
    let (schema, guesses) = inferred(&samples);
    assert_eq!(
        schema["properties"]["payments"]["items"],
        json!({"oneOf": [
            {"type": "object", "required": ["type", "number"], "properties": {
                "type": {"const": "card"}, "number": {"type": "integer"}
            }},
            {"type": "object", "required": ["type", "iban"], "properties": {
                "type": {"const": "iban"}, "iban": {"type": "string"}
            }}
        ]})
    );
    assert_eq!(guess_at(&guesses, "union", "/properties/payments/items")["distinct"], 2);
    // Two objects are not enough for a branch, and groups with the same members are no groups.
    assert_eq!(schema_of(&samples[..5])["properties"]["payments"]["items"]["type"], "object");
    let same = ["a", "a", "a", "b", "b", "b"].map(|kind| json!({"kind": kind, "n": 1}));
    assert_eq!(schema_of(&same)["properties"]["kind"], json!({"type": "string"}));
}

#[test]
fn equal_objects_at_several_places_are_a_definition() {
    let address = |street: &str| json!({"street": street, "house": 1, "zip": "1", "city": "c", "country": "d"});
    let (schema, guesses) = inferred(&[json!({"from": address("a"), "to": address("b"), "via": {"street": "c"}})]);
    assert_eq!(schema["properties"]["to"], json!({"$ref": "#/$defs/From"}));
    assert_eq!(schema["properties"]["from"], json!({"$ref": "#/$defs/From"}));
    assert_eq!(schema["properties"]["via"]["type"], "object");
    assert_eq!(guess_at(&guesses, "shared", "/$defs/From")["guess"], "is the same at 2 places");
}

#[test]
fn secrets_show_nowhere() {
    let values = ["hunter2", "correct horse"];
    let sample = |value: &str| json!({"db_password": value, "authorization": {"type": value}});
    let samples = values.map(|value| format!("{}\n", sample(value)).repeat(50));
    let output = infer(&samples.concat(), &[]);
    let (schema, guesses) = (text(&output.stdout), text(&output.stderr));
    assert!(values.iter().all(|value| !schema.contains(value) && !guesses.contains(value)), "{schema}{guesses}");
    let schema: Value = serde_json::from_str(&schema).unwrap();
    assert_eq!(schema["properties"]["db_password"], json!({"type": "string", "x-sensitive": true}));
    let guesses: Vec<Value> = serde_json::from_str(&guesses).unwrap();
    guess_at(&guesses, "secret", "/properties/db_password");
    guess_at(&guesses, "secret", "/properties/authorization/properties/type");
}

#[test]
fn an_array_of_samples_is_read_item_by_item() {
    let output = infer(r#"[{"a": 1}, {"a": 2, "b": 3}]"#, &["--array"]);
    let schema: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(schema["required"], json!(["a"]));
    let refused = infer(r#"{"a": 1}"#, &["--array"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused.stderr).contains("expected an array of samples"), "{}", text(&refused.stderr));
}

#[test]
fn what_is_no_json_is_refused_with_its_place() {
    let output = infer("{\"a\": 1}\n{\"a\": nul}\n", &[]);
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(2), String::new()));
    let expected = "thoth-messaging: -:2:10: no JSON sample: expected ident\n   = help: samples are JSON values";
    assert!(text(&output.stderr).starts_with(expected), "{}", text(&output.stderr));
}

#[test]
fn without_samples_there_is_no_schema() {
    let output = infer(" \n", &[]);
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(2), String::new()));
    let expected = "thoth-messaging: there are no samples to infer a schema from\n   = help: name files";
    assert!(text(&output.stderr).starts_with(expected), "{}", text(&output.stderr));
    let output = Command::new(env!("CARGO_BIN_EXE_thoth-messaging")).args(["infer", "no/such.json"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("there is no file or folder `no/such.json`"), "{}", text(&output.stderr));
}

#[test]
fn a_key_needs_a_topic() {
    let arguments = ["infer", "no/such.json", "--key", "/a"];
    let output = Command::new(env!("CARGO_BIN_EXE_thoth-messaging")).args(arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("--topic"), "{}", text(&output.stderr));
}

#[test]
fn items_of_one_array_are_one_look_however_many_they_are() {
    let (_, guesses) = inferred(&[Value::from(vec![json!({"x": 1}); 200])]);
    let guess = guess_at(&guesses, "required", "/items/required");
    assert_eq!([&guess["values"], &guess["samples"]], [200, 1]);
    assert_eq!(guess["confidence"], "low");
}

#[test]
fn what_check_would_refuse_is_not_inferred() {
    for arguments in
        [&["--topic", "a topic"][..], &["--topic", "a", "--key", "id"], &["--topic", "a", "--key", "/nothing"]]
    {
        let output = infer(r#"{"id": "1"}"#, arguments);
        assert_eq!((output.status.code(), text(&output.stdout)), (Some(2), String::new()));
        assert!(text(&output.stderr).contains("nothing was written: "), "{}", text(&output.stderr));
    }
}

#[test]
fn compressed_samples_and_folders_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(b"{\"id\": 1}\n{\"id\": 2}\n").unwrap();
    fs::write(folder.path().join("a.ndjson.gz"), encoder.finish().unwrap()).unwrap();
    fs::write(folder.path().join("b.json"), "{\"id\": 3}").unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_thoth-messaging"));
    let output = command.arg("infer").arg(folder.path()).output().unwrap();
    assert!(text(&output.stderr).contains("3 samples, "), "{}", text(&output.stderr));
}

#[test]
fn an_array_in_the_place_of_samples_is_pointed_out() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_thoth-messaging"));
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.json"), "[{\"id\": 3}]").unwrap();
    let output = command.current_dir(folder.path()).args(["infer", "a.json"]).output().unwrap();
    assert!(text(&output.stderr).contains("`--array` makes a sample of each"), "{}", text(&output.stderr));
}
