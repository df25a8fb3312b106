//! `thoth-messaging breaking --policy confluent`, and the rules that findings are explained by, run as processes.

use serde_json::Value;

use crate::support::{ORDER, Project, Run};

const FILE: &str = "schemas/order.schema.json";
const AGAINST: [&str; 3] = ["breaking", "--against", "released"];

/// An object that is open.
fn open() -> String {
    ORDER.replace(",\n  \"additionalProperties\": false", "")
}

fn with_note(order: &str) -> String {
    order.replace(r#"    "total""#, "    \"note\": { \"type\": \"string\", \"maxLength\": 9 },\n    \"total\"")
}

/// A schema after another one that was released.
fn versions(old: &str, new: &str) -> Project {
    Project::new(&[("released/order.schema.json", old), (FILE, new)])
}

fn compared(old: &str, new: &str, arguments: &[&str]) -> Run {
    versions(old, new).run(&[&AGAINST, arguments].concat())
}

#[test]
fn a_member_that_is_added_to_an_open_object_is_refused_unless_the_registry_is_lenient() {
    let (old, new) = (open(), with_note(&open()));
    let run = compared(&old, &new, &["--policy", "confluent"]);
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    let error = "error[OPTIONAL_PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL]: `OrderPlaced`: ";
    assert!(run.stdout.starts_with(error), "{}", run.stdout);
    assert!(run.stdout.contains("schemas/order.schema.json:10:13  (#/properties/note)"), "{}", run.stdout);
    assert!(run.stdout.contains("Confluent's Schema Registry refuses"), "{}", run.stdout);
    assert!(!run.stdout.contains("= logic: "), "{}", run.stdout);

    let run = compared(&old, &new, &["--policy", "confluent-lenient"]);
    assert_eq!(run.code, Some(0), "{}", run.stdout);
    assert!(run.stdout.contains("warning[OPTIONAL_PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL]"), "{}", run.stdout);
    assert!(run.stdout.contains("where it is lenient, accepts it: BACKWARD"), "{}", run.stdout);
    assert!(run.stdout.contains("= witness: {"), "{}", run.stdout);
}

#[test]
fn what_is_refused_and_proved_to_be_compatible_says_so() {
    let new = ORDER.replace(r#""minimum": 0"#, r#""exclusiveMinimum": -1"#);
    assert_eq!(compared(ORDER, &new, &[]).code, Some(0));
    let run = compared(ORDER, &new, &["--policy", "confluent"]);
    assert_eq!(run.code, Some(1), "{}", run.stdout);
    assert!(run.stdout.contains("error[EXCLUSIVE_MINIMUM_ADDED]"), "{}", run.stdout);
    assert!(run.stdout.contains("= logic: proved compatible"), "{}", run.stdout);
}

#[test]
fn what_is_accepted_and_breaks_is_a_warning_with_a_witness_in_every_format() {
    let new = ORDER.replace(r#""type": "string", "maxLength": 36"#, r#""maxLength": 36"#);
    let asked = ["--policy", "confluent", "--level", "FORWARD", "--format"];
    for format in ["text", "json", "github", "gitlab", "junit", "sarif", "markdown"] {
        let run = compared(ORDER, &new, &[&asked[..], &[format]].concat());
        assert_eq!(run.code, Some(0), "{format}: {}", run.stdout);
        // XML may write the apostrophe either way.
        let text = run.stdout.replace("&apos;", "'");
        assert!(text.contains("Confluent's Schema Registry accepts it: FORWARD"), "{format}: {text}");
        assert!(run.stdout.contains("witness"), "{format}: {}", run.stdout);
    }
    let run = compared(ORDER, &new, &["--level", "FORWARD"]);
    assert_eq!(run.code, Some(1), "{}", run.stdout);
}

#[test]
fn forward_is_the_way_back_and_the_settings_choose_the_policy() {
    let project = versions(ORDER, &with_note(ORDER));
    project.write("thoth-messaging.toml", "[breaking]\npolicy = \"confluent\"\nlevel = \"FULL\"\n");
    let run = project.run(&[&AGAINST[..], &["--format", "json"]].concat());
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    let finding = &report["findings"][0];
    assert_eq!(finding["rule"], "PROPERTY_REMOVED_FROM_CLOSED_CONTENT_MODEL");
    assert_eq!(finding["pointer"], "/properties/note");
    assert!(finding["message"].as_str().unwrap().contains("from the new version back to"), "{finding}");
    let message = &report["messages"][0];
    assert_eq!(message["registry"], serde_json::json!({"backward": "compatible", "forward": "breaking"}));
    assert_eq!(message["outcome"], "breaking");

    // The command comes before the settings, and `strict` asks no registry.
    let run = project.run(&[&AGAINST[..], &["--format", "json", "--policy", "strict"]].concat());
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(report["messages"][0].get("registry"), None);
}

#[test]
fn a_schema_without_a_draft_is_of_draft_7_to_the_registry() {
    let list = |name: &str| {
        ORDER.replace(
            r#""total": { "type": "integer", "minimum": 0,"#,
            &format!(r#""total": {{ "type": "array", "prefixItems": [{{ "type": "{name}" }}],"#),
        )
    };
    let undated =
        |schema: &str| schema.replace("  \"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n", "");
    let run = compared(&list("string"), &list("boolean"), &["--policy", "confluent"]);
    assert!(run.code == Some(1) && run.stdout.contains("error[TYPE_CHANGED]"), "{}", run.stdout);
    let run = compared(&undated(&list("string")), &undated(&list("boolean")), &["--policy", "confluent"]);
    assert!(run.code == Some(0) && run.stdout.contains("warning[TYPE_CHANGED]"), "{}", run.stdout);
}

#[test]
fn what_the_registry_refuses_can_be_waived() {
    let project = versions(&open(), &with_note(&open()));
    let waiver = "[breaking]\npolicy = \"confluent\"\n[[breaking.waivers]]\n\
        rule = \"OPTIONAL_PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL\"\npointer = \"/properties/note\"\n\
        reason = \"nobody wrote it\"\nexpires = 9999-12-31\n";
    project.write("thoth-messaging.toml", waiver);
    let run = project.run(&AGAINST);
    assert!(run.code == Some(0) && run.stdout.contains("waived: until 9999-12-31"), "{}", run.stdout);

    project.write("thoth-messaging.toml", &waiver.replace("OPTIONAL_PROPERTY", "OPTIONAL_PROPRETY"));
    let run = project.run(&AGAINST);
    assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""));
    for part in [
        "thoth-messaging.toml",
        "line 4",
        "there is no rule `OPTIONAL_PROPRETY_ADDED_TO_OPEN_CONTENT_MODEL`",
        "there is `OPTIONAL_PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL`",
    ] {
        assert!(run.stderr.contains(part), "{part}: {}", run.stderr);
    }
}

#[test]
fn every_rule_has_a_page() {
    let project = Project::new(&[]);
    let page = project.run(&["explain", "REQUIRED_ATTRIBUTE_ADDED"]).stdout;
    for heading in [
        "# REQUIRED_ATTRIBUTE_ADDED: a property became required",
        "## Why it matters",
        "## What to do",
        "## In the registry",
    ] {
        assert!(page.contains(heading), "{heading}: {page}");
    }
    assert_eq!(project.run(&["explain", "required_attribute_added"]).stdout, page);
    let list = project.run(&["explain"]).stdout;
    for rule in ["UNKNOWN", "MESSAGE_DELETED", "TOPIC_CHANGED", "SUM_TYPE_NARROWED", "unused-waiver"] {
        assert!(list.lines().any(|line| line.starts_with(&format!("{rule}  "))), "{rule}: {list}");
        assert!(project.run(&["explain", rule]).stdout.starts_with(&format!("# {rule}: ")), "{rule}");
    }
    let run = project.run(&["explain", "REQUIRED_ATRIBUTE_ADDED"]);
    assert!(run.code == Some(2) && run.stderr.contains("`REQUIRED_ATTRIBUTE_ADDED`"), "{}", run.stderr);
}

#[test]
fn sarif_describes_the_rules_that_it_names() {
    let run = compared(&open(), &with_note(&open()), &["--policy", "confluent", "--format", "sarif"]);
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    let rule = &report["runs"][0]["tool"]["driver"]["rules"][0];
    assert_eq!(rule["id"], "OPTIONAL_PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL");
    assert_eq!(rule["shortDescription"]["text"], "an optional property was added to an open object");
    assert!(rule["help"]["markdown"].as_str().unwrap().contains("## What to do"), "{rule}");
}
