//! `thoth-messaging breaking`, run as a process on repositories that are made for it.
#![cfg(feature = "git")]
#![expect(clippy::unwrap_used, reason = "clippy.toml allows it in test functions only, not in their helpers")]

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::support::{ORDER, Project, Run};

const FILE: &str = "schemas/order.schema.json";

fn git(project: &Project, arguments: &[&str]) {
    let mut command = Command::new("git");
    command.args(["-c", "user.name=A person", "-c", "user.email=person@example.org"]).args(arguments);
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").current_dir(project.path());
    let output = command.output().unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// A repository whose first commit has one message.
fn repository() -> Project {
    let project = Project::new(&[(FILE, ORDER)]);
    git(&project, &["init", "--quiet", "--initial-branch=main"]);
    commit(&project);
    project
}

fn commit(project: &Project) {
    git(project, &["add", "--all"]);
    git(project, &["commit", "--quiet", "--message", "a version"]);
}

/// Returns what is found when a text in the message is another one.
fn changed(from: &str, to: &str, arguments: &[&str]) -> Run {
    let project = repository();
    edit(&project, from, to);
    project.run(&[&["breaking", "--against", "main"], arguments].concat())
}

fn edit(project: &Project, from: &str, to: &str) {
    let text = project.read(FILE);
    assert!(text.contains(from), "{text}");
    project.write(FILE, &text.replace(from, to));
}

const POLICIES: [&str; 4] = ["strict", "producer-closed", "confluent", "confluent-lenient"];
const NOTE: (&str, &str) =
    (r#"    "total""#, "    \"note\": { \"type\": \"string\", \"maxLength\": 9 },\n    \"total\"");
const REQUIRED: (&str, &str) = (r#""required": ["order_id"]"#, r#""required": ["order_id", "total"]"#);

#[test]
fn nothing_that_changed_is_clean_in_every_level_and_policy() {
    let project = repository();
    for level in ["BACKWARD", "forward", "full", "BACKWARD_TRANSITIVE", "full-transitive", "NONE"] {
        for policy in POLICIES {
            let run = project.run(&["breaking", "--against", "HEAD", "--level", level, "--policy", policy]);
            assert_eq!((run.code, run.stdout.as_str()), (Some(0), ""), "{level} {policy}: {}", run.stderr);
            assert!(run.stderr.contains("readers and writers in any order"), "{}", run.stderr);
        }
    }
}

#[test]
fn a_witness_that_is_large_is_described() {
    let limited = |limit: u64| json!({"title": "Large", "x-kafka": {"topic": "large"}, "maxItems": limit}).to_string();
    for (limit, told) in
        [(200_000, "[null,null,null,…] (200001 items)"), (4_000_000_000, "[null,null,null,…] (4000000001 items)")]
    {
        let project = Project::new(&[
            ("old/large.schema.json", &limited(limit + 1)),
            ("schemas/large.schema.json", &limited(limit)),
        ]);
        let run = project.run(&["breaking", "--against", "old"]);
        assert_eq!(run.code, Some(1), "{run:?}");
        assert!(run.stdout.contains("error[MAX_ITEMS_DECREASED]"), "{}", run.stdout);
        assert!(run.stdout.contains(&format!("= witness: {told}")), "{}", run.stdout);
        let run = project.run(&["breaking", "--against", "old", "--format", "json"]);
        assert!(run.stdout.len() < 5_000 && run.stdout.contains(told), "{}", run.stdout);
    }
}

#[test]
fn a_member_that_must_be_there_now_breaks_with_a_witness_and_its_place() {
    let run = changed(REQUIRED.0, REQUIRED.1, &[]);
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    assert!(run.stdout.starts_with("error[REQUIRED_ATTRIBUTE_ADDED]: `OrderPlaced`: `total` "), "{}", run.stdout);
    assert!(run.stdout.contains("  --> schemas/order.schema.json:7:15  (#/required)"), "{}", run.stdout);
    assert!(run.stdout.contains("= witness: {\"order_id\":"), "{}", run.stdout);
    assert!(run.stdout.contains("main:schemas/order.schema.json:7:15"), "{}", run.stdout);
}

#[test]
fn a_level_asks_for_its_directions() {
    for (level, code) in [("BACKWARD", 0), ("FORWARD", 1), ("FULL", 1), ("NONE", 0)] {
        let run = changed(NOTE.0, NOTE.1, &["--level", level]);
        assert_eq!(run.code, Some(code), "{level}: {}", run.stdout);
        assert!(run.stderr.contains("to deploy: readers first"), "{level}: {}", run.stderr);
    }
    let run = changed(NOTE.0, NOTE.1, &["--level", "none"]);
    assert!(run.stderr.contains("0 compatible, 0 breaking, 0 unknown, 1 not checked"), "{}", run.stderr);
    let run = changed(NOTE.0, NOTE.1, &["--level", "SIDEWARD"]);
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.contains("BACKWARD_TRANSITIVE"), "{}", run.stderr);
}

#[test]
fn forward_is_backward_the_other_way_round() {
    let edits = [NOTE, REQUIRED, (r#""minimum": 0"#, r#""minimum": -5"#), (r#""maxLength": 36"#, r#""maxLength": 9"#)];
    for ((from, to), policy) in edits.into_iter().flat_map(|edit| POLICIES.map(|policy| (edit, policy))) {
        let project =
            Project::new(&[("a/order.schema.json", ORDER), ("b/order.schema.json", &ORDER.replace(from, to))]);
        let compare = |new: &str, old: &str, level: &str| {
            let old = format!("folder:{old}");
            let chosen = ["--level", level, "--policy", policy, "--format", "json"];
            let run = project.run(&[&["breaking", new, "--against", &old], &chosen[..]].concat());
            let report: Value = serde_json::from_str(&run.stdout).unwrap();
            (run.code, report["messages"][0].clone())
        };
        let (backward, there) = compare("b", "a", "BACKWARD");
        let (forward, back) = compare("a", "b", "FORWARD");
        assert_eq!(backward, forward, "{policy}: {from} becomes {to}");
        for what in ["backward", "forward"] {
            let other = if what == "backward" { "forward" } else { "backward" };
            assert_eq!(there[what]["verdict"], back[other]["verdict"], "{policy}: {from} becomes {to}");
            assert_eq!(there["registry"][what], back["registry"][other], "{policy}: {from} becomes {to}");
        }
    }
}

#[test]
fn x_kafka_and_the_settings_choose_the_level_of_a_message() {
    let project = repository();
    edit(&project, r#""key": "/order_id""#, r#""key": "/order_id", "compatibility": "FULL""#);
    commit(&project);
    edit(&project, NOTE.0, NOTE.1);
    assert_eq!(project.run(&["breaking", "--against", "main"]).code, Some(1));
    project.write("thoth-messaging.toml", "[breaking.messages.OrderPlaced]\nlevel = \"BACKWARD\"\n");
    assert_eq!(project.run(&["breaking", "--against", "main"]).code, Some(0));
}

#[test]
fn a_transitive_level_looks_at_every_version() {
    let project = repository();
    edit(&project, r#""minimum": 0"#, r#""minimum": -5"#);
    commit(&project);
    edit(&project, r#""minimum": -5"#, r#""minimum": -9"#);
    commit(&project);
    edit(&project, r#""minimum": -9"#, r#""minimum": -10"#);
    // The member before the last one is wider than the next.
    edit(&project, r#""maxLength": 36"#, r#""maxLength": 40"#);
    commit(&project);
    assert_eq!(project.run(&["breaking", "--against", "main", "--level", "BACKWARD_TRANSITIVE"]).code, Some(0));
    edit(&project, r#""maxLength": 40"#, r#""maxLength": 38"#);
    let before_last = ["breaking", "--against", "HEAD~1", "--level"];
    assert_eq!(project.run(&[&before_last[..], &["BACKWARD"]].concat()).code, Some(0));
    let run = project.run(&["breaking", "--against", "HEAD", "--level", "BACKWARD_TRANSITIVE"]);
    assert_eq!(run.code, Some(1));
    edit(&project, r#""minimum": -10"#, r#""minimum": -7"#);
    commit(&project);
    let run = project.run(&["breaking", "--against", "HEAD", "--level", "BACKWARD_TRANSITIVE"]);
    assert!(run.code == Some(1) && run.stdout.contains("MINIMUM_INCREASED"), "{}", run.stdout);
    let by_registry = ["--level", "BACKWARD_TRANSITIVE", "--policy", "confluent"];
    let run = project.run(&[&["breaking", "--against", "HEAD"], &by_registry[..]].concat());
    assert!(run.code == Some(1) && run.stdout.contains("refuses MINIMUM_INCREASED"), "{}", run.stdout);
    assert_eq!(project.run(&["breaking", "--against", "HEAD", "--level", "BACKWARD"]).code, Some(0));
}

#[test]
fn folders_and_archives_are_versions_too() {
    let project = repository();
    project.write("released/order.schema.json", ORDER);
    let mut tar = Command::new("tar");
    tar.args(["czf", "released.tar.gz", "schemas"]).current_dir(project.path());
    assert!(tar.status().unwrap().success());
    edit(&project, REQUIRED.0, REQUIRED.1);
    for against in ["released", "released.tar.gz", "folder:released", "archive:released.tar.gz", "git:HEAD"] {
        let run = project.run(&["breaking", "--against", against]);
        assert!(run.code == Some(1) && run.stdout.contains("REQUIRED_ATTRIBUTE_ADDED"), "{against}: {}", run.stderr);
    }
    let run = project.run(&["breaking", "--against", "released", "--level", "FULL_TRANSITIVE"]);
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.contains("has no history"), "{}", run.stderr);
}

#[test]
fn deleted_moved_and_renamed_messages_are_found() {
    let project = repository();
    project
        .write("schemas/ping.schema.json", r#"{"title": "Ping", "type": "object", "x-kafka": {"topic": "ops.ping"}}"#);
    commit(&project);
    std::fs::remove_file(project.path().join("schemas/ping.schema.json")).unwrap();
    std::fs::remove_file(project.path().join(FILE)).unwrap();
    project.write("schemas/shop/placed.schema.json", &ORDER.replace("OrderPlaced", "Placed"));
    let run = project.run(&["breaking", "--against", "HEAD"]);
    assert_eq!(run.code, Some(1));
    for found in ["error[MESSAGE_DELETED]: `Ping`", "warning[FILE_MOVED]", "warning[MESSAGE_RENAMED]"] {
        assert!(run.stdout.contains(found), "{found}: {}", run.stdout);
    }
}

#[test]
fn a_folder_that_was_renamed_is_compared_with_what_it_was() {
    let project = repository();
    std::fs::rename(project.path().join("schemas"), project.path().join("contracts")).unwrap();
    let breaking = |level: &str| project.run(&["breaking", "contracts", "--against", "main", "--level", level]);
    let run = breaking("FULL");
    assert!(run.code == Some(0) && run.stderr.contains("1 message compared"), "{}{}", run.stdout, run.stderr);
    assert!(run.stderr.contains("the folder `schemas` was read"), "{}", run.stderr);
    let text = project.read("contracts/order.schema.json");
    project.write("contracts/order.schema.json", &text.replace(REQUIRED.0, REQUIRED.1));
    for level in ["BACKWARD", "BACKWARD_TRANSITIVE"] {
        let run = breaking(level);
        assert!(run.code == Some(1) && run.stdout.contains("REQUIRED_ATTRIBUTE_ADDED"), "{}{}", run.stdout, run.stderr);
    }
}

#[test]
fn messages_of_a_folder_that_is_gone_are_deleted() {
    let project = repository();
    std::fs::remove_dir_all(project.path().join("schemas")).unwrap();
    project.write(
        "contracts/ping.schema.json",
        r#"{"title": "Ping", "type": "object", "x-kafka": {"topic": "ops.ping"}}"#,
    );
    let run = project.run(&["breaking", "contracts", "--against", "main"]);
    assert!(run.code == Some(1) && run.stdout.contains("error[MESSAGE_DELETED]: `OrderPlaced`"), "{}", run.stdout);
    // What is still in the work tree is not gone: then all schemas are new.
    project.write(FILE, ORDER);
    let run = project.run(&["breaking", "contracts", "--against", "main"]);
    assert!(run.code == Some(0) && run.stderr.contains("every schema is new"), "{}{}", run.stdout, run.stderr);
}

#[test]
fn a_message_may_move_to_another_folder_of_the_project() {
    let project = repository();
    project.write("thoth-messaging.toml", "schemas = [\"schemas\", \"shop\"]\n");
    for file in ["shop/ping.schema.json", "schemas/pong.schema.json"] {
        let topic = file.replace('/', "-");
        project.write(file, &format!(r#"{{"title": "Ping", "type": "object", "x-kafka": {{"topic": "{topic}"}}}}"#));
    }
    commit(&project);
    project.write("shop/placed.schema.json", &project.read(FILE).replace(REQUIRED.0, REQUIRED.1));
    std::fs::remove_file(project.path().join(FILE)).unwrap();
    let run = project.run(&["breaking", "--against", "main"]);
    assert!(run.code == Some(1) && run.stdout.contains("error[REQUIRED_ATTRIBUTE_ADDED]"), "{}", run.stdout);
    assert!(run.stdout.contains("warning[FILE_MOVED]") && !run.stdout.contains("MESSAGE_DELETED"), "{}", run.stdout);
}

#[test]
fn strict_says_what_producer_closed_would_say_of_a_member_of_an_open_object() {
    let project = repository();
    edit(&project, ",\n  \"additionalProperties\": false", "");
    commit(&project);
    edit(&project, NOTE.0, NOTE.1);
    let run = project.run(&["breaking", "--against", "main"]);
    assert_eq!(run.code, Some(1), "{}", run.stdout);
    assert!(run.stdout.contains("= producer-closed: compatible"), "{}", run.stdout);
    // Another change that breaks does not make this one break there.
    edit(&project, r#""maxLength": 36"#, r#""maxLength": 9"#);
    let run = project.run(&["breaking", "--against", "main"]);
    assert_eq!(run.stdout.matches("= producer-closed: compatible").count(), 1, "{}", run.stdout);
    assert_eq!(run.stdout.matches("= witness: ").count(), 2, "{}", run.stdout);
    edit(&project, REQUIRED.0, r#""required": ["order_id", "note"]"#);
    let run = project.run(&["breaking", "--against", "main", "--policy", "producer-closed"]);
    assert!(run.code == Some(1) && !run.stdout.contains("= producer-closed: "), "{}", run.stdout);
}

#[test]
fn changes_of_a_topic_are_found() {
    for (from, to, rule, code) in [
        ("shop.order-placed", "shop.order-set", "error[TOPIC_CHANGED]", 1),
        (r#""partitions": 3"#, r#""partitions": 2"#, "error[PARTITIONS_DECREASED]", 1),
        (r#""partitions": 3"#, r#""partitions": 4"#, "warning[PARTITIONS_CHANGED]", 0),
        (r#""key": "/order_id""#, r#""key": "/total""#, "error[KEY_CHANGED]", 1),
    ] {
        let run = changed(from, to, &[]);
        assert!(run.code == Some(code) && run.stdout.contains(rule), "{rule}: {}", run.stdout);
    }
}

#[test]
fn a_shared_definition_is_found_once_for_each_message_that_it_reaches() {
    let refers = ORDER.replace(r#"{ "type": "string", "maxLength": 36, "#, r#"{ "$ref": "ids.json", "#);
    let other = refers.replace("OrderPlaced", "OrderPaid").replace("shop.order-placed", "shop.order-paid");
    let project = Project::new(&[
        (FILE, &refers),
        ("schemas/paid.schema.json", &other),
        ("schemas/ids.json", r#"{"type": "string", "maxLength": 36}"#),
    ]);
    git(&project, &["init", "--quiet", "--initial-branch=main"]);
    commit(&project);
    project.write("schemas/ids.json", r#"{"type": "string", "maxLength": 9}"#);
    let run = project.run(&["breaking", "--against", "main", "--format", "json"]);
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    let findings = report["findings"].as_array().unwrap();
    assert_eq!(findings.len(), 2, "{}", run.stdout);
    for finding in findings {
        assert_eq!((&finding["rule"], &finding["file"]), (&"MAX_LENGTH_DECREASED".into(), &"schemas/ids.json".into()));
    }
    assert_eq!(report["messages"][0]["outcome"], "breaking");
    assert_eq!(report["messages"][0]["forward"]["verdict"], "compatible");
}

#[test]
fn a_waiver_holds_until_its_day() {
    let project = repository();
    edit(&project, REQUIRED.0, REQUIRED.1);
    let waiver = |expires: &str| {
        format!(
            "[[breaking.waivers]]\nrule = \"REQUIRED_ATTRIBUTE_ADDED\"\nfile = \"order.schema.json\"\n\
             pointer = \"/required\"\nreason = \"nobody writes it without\"\nexpires = {expires}\n"
        )
    };
    project.write("thoth-messaging.toml", &waiver("9999-12-31"));
    let run = project.run(&["breaking", "--against", "main"]);
    assert_eq!(run.code, Some(0), "{}", run.stdout);
    assert!(run.stdout.contains("waived: until 9999-12-31: nobody writes it without"), "{}", run.stdout);

    let sarif = project.run(&["breaking", "--against", "main", "--format", "sarif"]);
    let sarif: Value = serde_json::from_str(&sarif.stdout).unwrap();
    let suppressions = &sarif["runs"][0]["results"][0]["suppressions"];
    assert_eq!(suppressions[0]["justification"], "until 9999-12-31: nobody writes it without");

    project.write("thoth-messaging.toml", &waiver("2020-01-01"));
    let run = project.run(&["breaking", "--against", "main"]);
    assert!(run.code == Some(1) && run.stdout.contains("2020-01-01"), "{}", run.stdout);

    project.write("thoth-messaging.toml", &waiver("9999-12-31").replace("/required", "/properties"));
    let run = project.run(&["breaking", "--against", "main"]);
    assert!(run.code == Some(1) && run.stdout.contains("warning[unused-waiver]"), "{}", run.stdout);
}

#[test]
fn an_optional_member_may_come_and_go_where_producers_write_what_is_declared() {
    let open = |project: &Project| edit(project, ",\n  \"additionalProperties\": false", "");
    let project = repository();
    open(&project);
    commit(&project);
    edit(&project, NOTE.0, NOTE.1);
    let full = ["breaking", "--against", "main", "--level", "FULL"];
    assert_eq!(project.run(&full).code, Some(1));
    let run = project.run(&[&full[..], &["--policy", "producer-closed"]].concat());
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), ""));
    edit(&project, REQUIRED.0, REQUIRED.1);
    assert_eq!(project.run(&[&full[..], &["--policy", "producer-closed"]].concat()).code, Some(1));
}

#[test]
fn what_can_not_be_compared_says_what_to_do() {
    let project = repository();
    let run = project.run(&["breaking"]);
    assert!(run.code == Some(2) && run.stderr.contains("--against main"), "{}", run.stderr);
    let run = project.run(&["breaking", "--against", "main", "--since", "main"]);
    assert!(run.code == Some(2) && run.stderr.contains("TRANSITIVE"), "{}", run.stderr);
    let run = project.run(&["breaking", "--against", "main", "--old-folder", "elsewhere"]);
    assert!(run.code == Some(2) && run.stderr.contains("--old-folder"), "{}", run.stderr);
    let run = project.run(&["breaking", "--against", "main", "schemas", "schemas"]);
    assert!(run.code == Some(0) && run.stderr.contains("1 message compared"), "{}", run.stderr);
    let run = project.run(&["breaking", "--against", "mian"]);
    assert!(run.code == Some(2) && run.stderr.contains("= help: "), "{}", run.stderr);
    edit(&project, r#""required": ["order_id"]"#, r#""required": "order_id""#);
    let run = project.run(&["breaking", "--against", "main"]);
    assert!(run.code == Some(1) && run.stdout.contains("error[UNKNOWN]"), "{}", run.stdout);
    project.write(FILE, "{");
    let run = project.run(&["breaking", "--against", "main"]);
    assert!(
        run.code == Some(1) && run.stdout.contains("this file can't be compared: it is not JSON"),
        "{}",
        run.stdout
    );
}

#[test]
fn the_gate_of_the_examples_lets_a_safe_change_in_and_keeps_a_breaking_one_out() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/gate/play");
    let mut command = Command::new(script);
    let output = command.env("THOTH_MESSAGING", env!("CARGO_BIN_EXE_thoth-messaging")).output().unwrap();
    let run = Run::of(output);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let safe = run.stdout.find("=== 2-safe\nmay be merged").unwrap();
    let breaking = run.stdout.find("=== 3-breaking\nerror[REQUIRED_ATTRIBUTE_ADDED]").unwrap();
    assert!(safe < breaking && run.stdout.trim_end().ends_with("refused: exit code 1"), "{}", run.stdout);
}

#[test]
fn the_hook_of_the_examples_looks_at_what_is_staged() {
    let project = repository();
    let hook = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/gate/hooks/pre-commit");
    let binary = Path::new(env!("CARGO_BIN_EXE_thoth-messaging")).parent().unwrap();
    let path = format!("{}:{}", binary.display(), std::env::var("PATH").unwrap());
    let hooked = || {
        git(&project, &["add", "--all"]);
        let mut command = Command::new(&hook);
        command.env("PATH", &path).env("SCHEMAS_AGAINST", "main").current_dir(project.path());
        Run::of(command.output().unwrap())
    };
    edit(&project, NOTE.0, NOTE.1);
    let run = hooked();
    assert_eq!(run.code, Some(0), "{}{}", run.stdout, run.stderr);
    edit(&project, REQUIRED.0, REQUIRED.1);
    let run = hooked();
    assert!(run.code == Some(1) && run.stdout.contains("REQUIRED_ATTRIBUTE_ADDED"), "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.contains(&format!("--> {FILE}:")), "{}", run.stdout);
}
