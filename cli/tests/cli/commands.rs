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

/// Messages in files of other names than their titles, two of them on one topic.
fn shop() -> Project {
    let message = |title: &str, topic: &str| {
        format!(
            r#"{{"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "{title}", "description": "x",
            "x-kafka": {{"topic": "{topic}", "partitions": 3}}, "type": "object", "required": ["type"],
            "properties": {{"type": {{"const": "{title}"}}}}}}"#
        )
    };
    Project::new(&[
        ("schemas/orders/placed.schema.json", &message("order placed", "shop.orders")),
        ("schemas/orders/paid.json", &message("order paid", "shop.orders")),
        ("schemas/moved.schema.json", &message("customer moved", "shop.customers")),
        ("released/moved.schema.json", &message("customer moved", "shop.old-customers")),
        ("released/orders/placed.schema.json", &message("order placed", "shop.orders")),
        ("released/orders/paid.json", &message("order paid", "shop.orders")),
    ])
}

/// The spellings of one message: type, title, file stem, file, and the file as it is listed.
const PLACED: [&str; 5] =
    ["OrderPlaced", "order placed", "placed", "orders/placed.schema.json", "schemas/orders/placed.schema.json"];

/// The spellings of a topic with several messages: its name and the type of its enum.
const ORDERS: [&str; 2] = ["shop.orders", "ShopOrders"];

#[test]
fn a_message_has_the_same_spellings_for_each_command() {
    let project = shop();
    project.write("placed.json", r#"{"type": "order placed"}"#);
    project.write("paid.json", r#"{"type": "order paid"}"#);
    for name in PLACED {
        let shown = project.run(&["show", name]);
        assert_eq!(shown.code, Some(0), "{name}: {shown:?}");
        assert!(shown.stdout.starts_with("OrderPlaced\n"), "{name}: {shown:?}");

        let listed = project.run(&["list", "--message", name]);
        let rows: Vec<_> = listed.stdout.lines().skip(1).map(|row| row.split(' ').next()).collect();
        assert_eq!(rows, [Some("OrderPlaced")], "{name}: {listed:?}");

        assert_eq!(project.run(&["validate", "placed.json", "--message", name]).code, Some(0), "{name}");
        assert_eq!(project.run(&["validate", "paid.json", "--message", name]).code, Some(1), "{name}");

        let compared = project.run(&["breaking", "--against", "released", "--message", name]);
        assert_eq!(compared.code, Some(0), "{name}: {compared:?}");
        assert!(compared.stderr.starts_with("1 message compared "), "{name}: {compared:?}");
        project.write("levels.toml", &format!("[breaking.messages]\n\"{name}\" = {{ level = \"NONE\" }}\n"));
        let levels = project.run(&["breaking", "--against", "released", "--config", "levels.toml"]);
        assert!(levels.stderr.contains(", 1 not checked (level NONE)"), "{name}: {levels:?}");
    }
}

#[test]
fn a_topic_with_several_messages_has_the_same_spellings_for_each_command() {
    let project = shop();
    project.write("placed.json", r#"{"type": "order placed"}"#);
    project.write("paid.json", r#"{"type": "order paid"}"#);
    project.write("moved.json", r#"{"type": "customer moved"}"#);
    for name in ORDERS {
        let shown = project.run(&["show", name]);
        let heads = ["ShopOrders\n", "\nOrderPaid\n", "OrderPlaced\n"];
        assert!(heads.iter().all(|head| shown.stdout.contains(head)), "{name}: {shown:?}");
        let code = project.run(&["show", name, "--rust"]).stdout;
        assert!(code.contains("ShopOrders") && code.contains("pub struct OrderPaid"), "{name}: {code}");

        let listed = project.run(&["list", "--topic", name]);
        let rows: Vec<_> = listed.stdout.lines().skip(1).map(|row| row.split(' ').next().unwrap()).collect();
        assert_eq!(rows, ["OrderPaid", "OrderPlaced", "ShopOrders"], "{name}: {listed:?}");

        let validate = |payload: &str| project.run(&["validate", payload, "--topic", name]).code;
        assert_eq!(
            [validate("placed.json"), validate("paid.json"), validate("moved.json")],
            [Some(0), Some(0), Some(1)]
        );

        let compared = project.run(&["breaking", "--against", "released", "--topic", name]);
        assert!(compared.stderr.starts_with("2 messages compared "), "{name}: {compared:?}");
    }
    let row = project.run(&["list"]).stdout;
    assert!(row.contains("  enum of orders/paid.json, orders/placed.schema.json\n"), "{row}");
    assert_eq!(project.run(&["breaking", "--against", "released"]).code, Some(1));
}

#[test]
fn a_name_of_nothing_or_of_several_messages_is_answered_the_same_by_each_command() {
    let project = shop();
    project.write("schemas/placed.json", &project.read("schemas/moved.schema.json").replace("moved", "left"));
    for arguments in [
        &["show"][..],
        &["list", "--message"],
        &["validate", "--message"],
        &["breaking", "--against", "released", "--message"],
    ] {
        let unknown = project.run(&[arguments, &["OrderPlacd"]].concat());
        assert_eq!((unknown.code, unknown.stdout.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(unknown.stderr.contains("= help: there is `OrderPlaced`"), "{arguments:?}: {unknown:?}");
        assert!(unknown.stderr.contains("= help: name one of: "), "{arguments:?}: {unknown:?}");
        let several = project.run(&[arguments, &["placed"]].concat());
        assert_eq!((several.code, several.stdout.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(several.stderr.contains("`placed` may be any of 2 messages: "), "{arguments:?}: {several:?}");
    }
    for arguments in [&["list"][..], &["validate"], &["breaking", "--against", "released"]] {
        let unknown = project.run(&[arguments, &["--topic", "shop.order"]].concat());
        assert!(unknown.stderr.contains("there is `shop.orders`"), "{arguments:?}: {unknown:?}");
    }
}
