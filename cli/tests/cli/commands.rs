//! `list`, `show`, `generate`, `explain`, `completions` and `man`, run as processes.

use serde_json::Value;

use crate::support::{ORDER, Project};

fn project() -> Project {
    Project::new(&[("schemas/order.schema.json", ORDER)])
}

#[test]
fn lists_messages_as_a_table_and_as_json() {
    let run = project().run(&["list"]);
    assert_eq!(run.code, Some(0));
    let rows: Vec<Vec<&str>> = run.stdout.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(rows[0], ["message", "topic", "partitions", "replicas", "key", "file"]);
    assert_eq!(rows[1], ["OrderPlaced", "shop.order-placed", "3", "-", "/order_id", "schemas/order.schema.json"]);
    let messages: Value = serde_json::from_str(&project().run(&["list", "--format", "json"]).stdout).unwrap();
    assert_eq!(messages.pointer("/0/x-kafka/topic").and_then(Value::as_str), Some("shop.order-placed"));
}

#[test]
fn a_list_in_a_format_of_findings_is_refused() {
    let run = project().run(&["list", "--format", "sarif"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""));
    assert!(run.stderr.contains("`text`") || run.stderr.contains("--format text"), "{}", run.stderr);
}

#[test]
fn shows_a_message_by_type_topic_and_file() {
    for name in ["OrderPlaced", "shop.order-placed", "order.schema.json", "schemas/order.schema.json"] {
        let run = project().run(&["show", name]);
        assert_eq!(run.code, Some(0), "{name}: {}", run.stderr);
        assert!(run.stdout.contains("topic: shop.order-placed\n"), "{}", run.stdout);
        assert!(run.stdout.contains("key: /order_id\n"), "{}", run.stdout);
    }
    assert_eq!(project().run(&["show", "OrderPlaced", "--schema"]).stdout, ORDER);
    assert!(project().run(&["show", "OrderPlaced", "--rust"]).stdout.contains("pub struct OrderPlaced"));
}

#[test]
fn a_message_that_is_not_there_is_answered_with_those_that_are() {
    let run = project().run(&["show", "OrderPlacd"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""));
    assert!(run.stderr.contains("name one of: OrderPlaced"), "{}", run.stderr);
}

#[test]
fn code_that_is_committed_can_be_compared() {
    let project = project();
    let missing = project.run(&["generate", "--out", "src/generated", "--check"]);
    assert_eq!(missing.code, Some(1), "{}", missing.stdout);
    assert!(missing.stdout.contains("error[stale-code]"), "{}", missing.stdout);

    let written = project.run(&["generate", "--out", "src/generated"]);
    assert_eq!((written.code, written.stdout.as_str()), (Some(0), ""));
    assert!(project.read("src/generated/messages.rs").contains("pub struct OrderPlaced"));
    assert_eq!(project.run(&["generate", "--out", "src/generated", "--check"]).code, Some(0));
    assert!(project.run(&["generate", "--out", "src/generated"]).stderr.contains("0 written"));

    project.write("schemas/order.schema.json", &ORDER.replace("In cents.", "In euros."));
    let stale = project.run(&["generate", "--out", "src/generated", "--check"]);
    assert_eq!(stale.code, Some(1));
    assert!(stale.stdout.contains("the code is not what the schemas say"), "{}", stale.stdout);
}

#[test]
fn the_options_of_the_settings_decide_what_is_generated() {
    let project = project();
    let settings = "[generate]\nout = \"out\"\n\n[options]\nfile-name = \"events.rs\"\n\n[options.derives]\n\"*\" = \"Hash\"\n\
                    [options.type-names]\n\"order.schema.json\" = \"Placed\"\n";
    project.write("thoth-messaging.toml", settings);
    let run = project.run(&["generate"]);
    assert_eq!(run.code, Some(0), "{}{}", run.stdout, run.stderr);
    let code = project.read("out/events.rs");
    assert!(code.contains("Hash") && code.contains("pub struct Placed"), "{code}");
}

#[test]
fn nothing_is_generated_from_schemas_with_mistakes() {
    let project = Project::new(&[("schemas/order.schema.json", &ORDER.replace("\"integer\"", "\"integr\""))]);
    let run = project.run(&["generate", "--out", "out"]);
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    assert!(!project.path().join("out").exists());
}

#[test]
fn explains_codes() {
    let project = project();
    assert!(project.run(&["explain", "s0201"]).stdout.starts_with("# S0201: "));
    assert!(project.run(&["explain"]).stdout.lines().any(|line| line.starts_with("S0201  ")));
    let run = project.run(&["explain", "S9999"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""));
}

#[test]
fn completions_and_pages_know_every_command() {
    let project = project();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        assert!(project.run(&["completions", shell]).stdout.contains("generate"), "{shell}");
    }
    assert!(project.run(&["man"]).stdout.contains("thoth\\-messaging"));
    assert_eq!(project.run(&["man", "--out", "man"]).code, Some(0));
    assert!(project.read("man/thoth-messaging-check.1").contains("thoth\\-messaging\\-check"));
    if cfg!(feature = "kafka") {
        assert!(project.run(&["completions", "bash"]).stdout.contains("redrive"));
        assert!(project.read("man/thoth-messaging-dlq-redrive.1").contains("thoth\\-messaging\\-dlq\\-redrive"));
    }
}

#[test]
fn help_of_every_command_says_what_it_does() {
    let project = project();
    let help = project.run(&["--help"]).stdout;
    let commands = help.split("Commands:").nth(1).unwrap().split("Options:").next().unwrap().lines();
    let names: Vec<_> = commands.filter_map(|line| line.strip_prefix("  ")?.split(' ').next()).collect();
    assert!(names.contains(&"check") && names.contains(&"generate"), "{help}");
    for name in names.into_iter().filter(|name| !name.is_empty()) {
        let run = project.run(&["help", name]);
        assert!(run.code == Some(0) && run.stdout.contains("Usage:"), "{name}: {}", run.stdout);
    }
}
