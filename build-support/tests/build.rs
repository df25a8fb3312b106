//! What a build script does with folders and files.

#![allow(clippy::unwrap_used, clippy::panic, reason = "that is how a test fails, its helpers included")]

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use tempfile::TempDir;
use thoth_messaging_build::{Build, BuildError, LOCK_FILE, MapType, SchemaDraft, StringType, read_folder};

const PING: &str =
    r#"{"title": "Ping", "type": "object", "x-kafka": {"topic": "ping"}, "properties": {"host": {"type": "string"}}}"#;

/// A folder with `schemas/ping.schema.json`, and a folder `out`.
fn project() -> TempDir {
    let project = TempDir::new().unwrap();
    fs::create_dir_all(project.path().join("schemas")).unwrap();
    fs::create_dir_all(project.path().join("out")).unwrap();
    fs::write(project.path().join("schemas/ping.schema.json"), PING).unwrap();
    project
}

fn compile(project: &Path) -> Result<(), BuildError> {
    Build::new().out_dir(project.join("out")).compile(project.join("schemas"))
}

/// Every file below a folder, with its text.
fn files(folder: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push((path.display().to_string(), fs::read_to_string(&path).unwrap()));
        }
    }
    found.sort();
    found
}

fn set_time(path: &Path, time: SystemTime) {
    fs::File::options().write(true).open(path).unwrap().set_modified(time).unwrap();
}

#[test]
fn writes_the_code_and_the_schemas() {
    let project = project();
    compile(project.path()).unwrap();
    let code = fs::read_to_string(project.path().join("out/messages.rs")).unwrap();
    assert!(code.contains("pub struct Ping"));
    assert!(code.contains("include_str!(\"schemas/ping.schema.json\")"));
    assert_eq!(fs::read_to_string(project.path().join("out/schemas/ping.schema.json")).unwrap(), PING);
}

#[test]
fn reads_folders_in_folders_and_leaves_out_what_is_no_schema() {
    let project = project();
    let schemas = project.path().join("schemas");
    fs::create_dir_all(schemas.join("shared/deep")).unwrap();
    fs::create_dir_all(schemas.join(".git")).unwrap();
    fs::write(schemas.join("shared/deep/size.json"), "{}").unwrap();
    let left = ["README.md", ".hidden.json", ".git/x.json", "ping.json.bak", "ping.json~", ".ping.yaml"];
    for other in left.into_iter().chain(["ping.yaml", "ping.json5", "shared/ping.jsonc", "pong.JSON"]) {
        fs::write(schemas.join(other), "not a schema").unwrap();
    }
    let set = read_folder(&schemas).unwrap();
    let names: Vec<_> = set.iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["ping.schema.json", "shared/deep/size.json"]);
    let told: Vec<_> = set.unread().map(|(name, file)| (name, file.reason.as_str())).collect();
    let commented = "it is of another format by its name, and schemas are JSON without comments";
    let renamed = "it has a name that does not end with `.json`, and names of schemas do";
    let yaml = "it is YAML, and schemas are JSON";
    let expected =
        [("ping.json5", commented), ("ping.yaml", yaml), ("pong.JSON", renamed), ("shared/ping.jsonc", commented)];
    assert_eq!(told, expected);
}

#[cfg(unix)]
#[test]
fn reads_a_linked_folder_once_by_its_own_name() {
    let project = project();
    let schemas = project.path().join("schemas");
    fs::create_dir_all(schemas.join("shared")).unwrap();
    fs::write(schemas.join("shared/size.json"), "{}").unwrap();
    for link in ["a", "z"] {
        std::os::unix::fs::symlink("shared", schemas.join(link)).unwrap();
    }
    std::os::unix::fs::symlink("..", schemas.join("shared/up")).unwrap();
    let set = read_folder(&schemas).unwrap();
    let names: Vec<_> = set.iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["ping.schema.json", "shared/size.json"]);
}

#[test]
fn writes_only_what_changed() {
    let project = project();
    fs::write(
        project.path().join("schemas/pong.schema.json"),
        PING.replace("ing\",", "ong\",").replace("\"ping\"", "\"pong\""),
    )
    .unwrap();
    compile(project.path()).unwrap();
    let out = |name: &str| project.path().join("out").join(name);
    let long_ago = SystemTime::now() - Duration::from_secs(3600);
    for name in ["messages.rs", "schemas/ping.schema.json", "schemas/pong.schema.json"] {
        set_time(&out(name), long_ago);
    }
    let time = |name: &str| fs::metadata(out(name)).unwrap().modified().unwrap();
    let before = time("messages.rs");
    compile(project.path()).unwrap();
    assert_eq!(time("messages.rs"), before);
    fs::write(
        project.path().join("schemas/pong.schema.json"),
        PING.replace("ing\",", "ong\",").replace("\"ping\"", "\"pung\""),
    )
    .unwrap();
    compile(project.path()).unwrap();
    assert!(time("messages.rs") > before);
    assert!(time("schemas/pong.schema.json") > before);
    assert_eq!(time("schemas/ping.schema.json"), before);
}

#[test]
fn writes_nothing_where_there_is_an_error() {
    let project = project();
    compile(project.path()).unwrap();
    let before = files(&project.path().join("out"));
    fs::write(project.path().join("schemas/bad.schema.json"), r#"{"type": "object", "x-kafka": {"topic": "a b"}}"#)
        .unwrap();
    fs::write(project.path().join("schemas/ping.schema.json"), PING.replace("host", "name")).unwrap();
    let error = compile(project.path()).unwrap_err();
    assert!(matches!(error, BuildError::Schemas { .. }));
    let text = error.to_string();
    let place = format!("{}:1:41  (#/x-kafka/topic)", project.path().join("schemas/bad.schema.json").display());
    assert!(text.contains("error[S0302]: Kafka refuses the topic name \"a b\""), "{text}");
    assert!(text.contains(&place), "{text}");
    assert_eq!(format!("{error:?}"), text);
    assert_eq!(files(&project.path().join("out")), before);
}

#[test]
fn refuses_a_folder_that_is_missing() {
    let project = project();
    let missing = project.path().join("nowhere");
    let error = Build::new().out_dir(project.path().join("out")).compile(&missing).unwrap_err();
    assert!(matches!(&error, BuildError::Read { path, .. } if *path == missing), "{error}");
    assert!(error.to_string().starts_with(&format!("can't read `{}`: ", missing.display())), "{error}");
}

#[test]
fn refuses_a_folder_that_is_a_file() {
    let project = project();
    let file = project.path().join("schemas/ping.schema.json");
    let error = Build::new().out_dir(project.path().join("out")).compile(file).unwrap_err();
    assert!(matches!(error, BuildError::Read { .. }), "{error}");
}

#[test]
fn refuses_an_empty_folder() {
    let project = project();
    fs::remove_file(project.path().join("schemas/ping.schema.json")).unwrap();
    let error = compile(project.path()).unwrap_err().to_string();
    assert!(error.contains("error[S0100]: there are no schema files"), "{error}");
    assert!(error.contains("= help: add a file"), "{error}");
}

#[test]
fn refuses_a_file_that_is_not_utf_8() {
    let project = project();
    let file = project.path().join("schemas/latin.schema.json");
    fs::write(&file, b"{\"title\": \"gr\xfcn\"}").unwrap();
    let error = compile(project.path()).unwrap_err().to_string();
    assert!(error.contains("not UTF-8") && error.contains("schemas/latin.schema.json:1:14"), "{error}");
}

#[test]
fn refuses_a_folder_that_it_can_not_write_to() {
    let project = project();
    fs::write(project.path().join("out/schemas"), "in the way").unwrap();
    let error = compile(project.path()).unwrap_err();
    assert!(matches!(&error, BuildError::Write { .. }), "{error}");
}

#[cfg(unix)]
#[test]
fn reads_a_folder_that_links_back_to_itself_once() {
    let project = project();
    let schemas = project.path().join("schemas");
    for name in ["loop", "again"] {
        std::os::unix::fs::symlink(&schemas, schemas.join(name)).unwrap();
    }
    std::os::unix::fs::symlink(schemas.join("ping.schema.json"), project.path().join("linked.json")).unwrap();
    assert_eq!(read_folder(&schemas).unwrap().iter().count(), 1);
}

#[cfg(unix)]
#[test]
fn what_can_not_be_read_hides_no_other_mistake() {
    let project = project();
    let schemas = project.path().join("schemas");
    std::os::unix::fs::symlink("/nowhere/at/all", schemas.join("gone.json")).unwrap();
    fs::write(schemas.join("latin.json"), b"{\n  \"title\": \"Gr\xf6\xdfe\"}").unwrap();
    fs::create_dir(schemas.join("folder.json")).unwrap();
    fs::write(schemas.join("folder.json/size.json"), "{\"type\": \"integre\"}").unwrap();
    fs::write(schemas.join("order.yml"), "type: object").unwrap();
    let BuildError::Schemas { diagnostics, .. } = compile(project.path()).unwrap_err() else { panic!() };
    let found: Vec<_> = diagnostics
        .iter()
        .map(|diagnostic| {
            let place = diagnostic.location.as_ref().unwrap();
            (diagnostic.code, place.file.rsplit("schemas/").next().unwrap(), place.line, place.column)
        })
        .collect();
    assert_eq!(
        found,
        [
            ("S0104", "folder.json/size.json", 1, 10),
            ("S0106", "gone.json", 1, 1),
            ("S0106", "latin.json", 2, 15),
            ("S0106", "order.yml", 1, 1),
        ]
    );
    assert!(diagnostics.iter().all(|diagnostic| diagnostic.help.is_some()));
}

#[test]
fn choices_reach_the_code() {
    let project = project();
    let schemas = project.path().join("schemas");
    fs::create_dir_all(schemas.join("shop")).unwrap();
    fs::write(
        schemas.join("shop/order.json"),
        r##"{"title": "Order", "type": "object", "x-kafka": {"topic": "orders"}, "properties": {
            "type": {"type": "string"},
            "price": {"$ref": "#/$defs/Money"},
            "line": {"$ref": "#/$defs/Line"},
            "labels": {"type": "object", "additionalProperties": {"type": "string"}},
            "pair": {"type": "array", "items": [{"type": "boolean"}], "minItems": 1, "maxItems": 1}
        }, "$defs": {
            "Money": {"type": "object", "properties": {"cents": {"type": "integer"}}},
            "Line": {"type": "object", "properties": {"sku": {"type": "string"}}}
        }}"##,
    )
    .unwrap();
    Build::new()
        .out_dir(project.path().join("out"))
        .only(["**"])
        .without(["ping.*"])
        .default_draft(SchemaDraft::Draft7)
        .derive("Line", "Hash")
        .type_attribute("shop/order.json#/$defs/Line", "#[must_use]")
        .field_attribute("Line.sku", "#[doc(alias = \"item\")]")
        .type_name("shop/order.json", "Purchase")
        .field_name("shop/order.json#/properties/type", "kind")
        .replace("Money", "crate::Money")
        .map_type(MapType::HashMap)
        .string_type(StringType::BoxStr)
        .module("shop")
        .compile(&schemas)
        .unwrap();
    let code = fs::read_to_string(project.path().join("out/messages.rs")).unwrap();
    for expected in [
        "pub mod shop {\n",
        "    #[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]\n    #[must_use]\n    pub struct Line {",
        "        #[doc(alias = \"item\")]\n        pub sku: Option<Box<str>>,",
        "    pub struct Purchase {\n        pub kind: Option<Box<str>>,\n        pub price: Option<crate::Money>,",
        "0 \"type\" kind: optional, 1 price: optional",
        "::std::collections::HashMap<String, Box<str>>",
        "pub pair: Option<(bool,)>",
    ] {
        assert!(code.contains(expected), "{expected}\nis missing in\n{code}");
    }
    assert!(!code.contains("Ping") && !code.contains("struct Money"), "{code}");
    assert!(!project.path().join("out/schemas/ping.schema.json").exists());
}

#[test]
fn a_choice_that_selects_nothing_fails_the_build() {
    let project = project();
    let build = || Build::new().out_dir(project.path().join("out"));
    let error = build().derive("Pong", "Hash").format(false).compile(project.path().join("schemas")).unwrap_err();
    let text = error.to_string();
    assert!(text.contains("error[S0602]: `derive(\"Pong\", …)` selects nothing"), "{text}");
    assert!(text.contains("= help: there are `Ping`; "), "{text}");
    build().derive("Ping", "Hash").format(false).compile(project.path().join("schemas")).unwrap();
    let code = fs::read_to_string(project.path().join("out/messages.rs")).unwrap();
    assert!(code.lines().any(|line| line.contains("derive") && line.contains("Hash")), "{code}");
}

/// An error ends on cargo's standard error: cargo shows what a build script says as it is.
#[cfg(unix)]
#[test]
fn names_of_files_and_texts_of_schemas_are_shown_safely() {
    let project = TempDir::new().unwrap();
    let schemas = project.path().join("schemas\n::error::\u{1b}[31m\u{202e}");
    fs::create_dir_all(&schemas).unwrap();
    let schema = PING.replace("\"string\"", r#""string\\n::error::\\u001b[31m\\u202e""#);
    fs::write(schemas.join("a\u{202e}::error::b.schema.json"), schema).unwrap();
    let error = Build::new().out_dir(project.path()).compile(&schemas).unwrap_err();
    assert!(matches!(error, BuildError::Schemas { .. }), "{error}");
    let missing = Build::new().out_dir(project.path()).compile(schemas.join("none")).unwrap_err();
    for text in [error.to_string(), format!("{error:?}"), missing.to_string()] {
        assert!(!text.contains(|char: char| char != '\n' && (char.is_control() || char == '\u{202e}')), "{text:?}");
        assert!(!text.lines().any(|line| line.trim_start().starts_with("::") || line.starts_with("cargo")), "{text}");
        assert!(text.contains("schemas\\n::error::\\u{1b}[31m"), "{text}");
    }
}

#[test]
fn the_lock_file_gives_ids_and_is_to_be_of_the_folder() {
    let project = project();
    let schemas = project.path().join("schemas");
    let numbered = PING.replacen(r#""topic": "ping""#, r#""topic": "ping", "schemaIdLocation": "payload""#, 1);
    fs::write(schemas.join("ping.schema.json"), &numbered).unwrap();
    let Err(BuildError::Schemas { diagnostics, .. }) = compile(project.path()) else { panic!("no lock file") };
    assert_eq!(diagnostics[0].code, "S0309");

    let hash =
        thoth_messaging_codegen::lock_hash(&thoth_messaging_documents::Identity::of_text(&numbered).unwrap().text);
    let lock = |hash: &str| {
        let entry = format!(
            r#"{{"file": "ping.schema.json", "id": 7, "hash": "{hash}", "versions": [{{"version": 1, "id": 7}}]}}"#
        );
        fs::write(schemas.join(LOCK_FILE), format!(r#"{{"version": 1, "subjects": {{"ping-value": {entry}}}}}"#))
            .unwrap();
    };
    lock(&hash);
    compile(project.path()).unwrap();
    assert!(fs::read_to_string(project.path().join("out/messages.rs")).unwrap().contains("id 7 of [1 = 7]"));
    lock("another");
    let Err(BuildError::Schemas { diagnostics, .. }) = compile(project.path()) else { panic!("a stale lock file") };
    assert!(
        diagnostics[0].to_string().contains("`another`") && diagnostics[0].to_string().contains(&hash),
        "{}",
        diagnostics[0]
    );
}

#[cfg(unix)]
#[test]
fn a_lock_file_that_is_a_link_is_refused() {
    let project = project();
    fs::write(project.path().join("elsewhere"), "s3cret").unwrap();
    std::os::unix::fs::symlink(project.path().join("elsewhere"), project.path().join("schemas").join(LOCK_FILE))
        .unwrap();
    let error = compile(project.path()).unwrap_err();
    assert!(matches!(error, BuildError::Refused(_)) && !error.to_string().contains("s3cret"), "{error}");
}
