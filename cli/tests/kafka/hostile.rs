//! Keys, headers, payloads and letters of a stranger, in all that the commands print.

use serde_json::json;

use crate::Shop;
use crate::support::readers::{FORMATS, HOSTILE};

/// Runs commands in every format; each has to show the hostile text in at least one of them.
#[track_caller]
fn check(shop: &Shop, commands: &[&[&str]]) {
    for command in commands {
        let shown = FORMATS.map(|format| {
            let run = shop.run(&[command, &["--format", format, "--color", "never"][..]].concat());
            assert!(matches!(run.code, Some(0..=2)), "{command:?}: {run:?}");
            run.assert_safe(format)
        });
        assert!(shown.contains(&true), "{command:?} in no format: {:?}", shop.run(command));
    }
}

#[test]
fn records_are_shown_safely() {
    let shop = Shop::open();
    let header = format!("{}={HOSTILE}", HOSTILE.replace('=', "-"));
    let payloads = [
        json!({HOSTILE: HOSTILE, "order_id": HOSTILE}).to_string(),
        json!({"order_id": HOSTILE}).to_string(),
        // As a serializer writes it that escapes nothing which JSON lets stand.
        "{\"order_id\": \"HOSTILE\u{9b}\u{202e}\u{e0041}##[error]\"}".to_owned(),
        HOSTILE.to_owned(),
        json!(HOSTILE).to_string(),
    ];
    for payload in &payloads {
        let arguments = ["send", "shop.order-placed", payload, "--unchecked", "--key", HOSTILE, "-H", &header];
        shop.run(&arguments).assert_safe("text");
        let arguments = ["send", "shop.customer-moved", payload, "--unchecked", "--key", HOSTILE, "-H", &header];
        shop.run(&arguments).assert_safe("text");
    }
    shop.run(&["send", "shop.order-placed", "--tombstone", "--key", HOSTILE]).assert_safe("text");
    check(&shop, &[&["consume", "OrderPlaced"], &["consume", "shop.order-placed", "--unchecked"]]);
    for topic in ["shop.order-placed", "shop.customer-moved"] {
        let run = shop.run(&["consume", topic, "--pretty"]);
        assert!(run.stdout.matches("HOSTILE").count() > 2, "{run:?}");
        run.assert_safe("text");
    }
    let file = shop.project.path().join("HOSTILE\n::error::x.ndjson");
    std::fs::write(&file, payloads.join("\n")).unwrap();
    let file = file.to_str().unwrap();
    check(&shop, &[&["send", "OrderPlaced", "--file", file], &["send", "OrderPlaced", &payloads[0]]]);
}

#[test]
fn letters_are_shown_safely() {
    let shop = Shop::open();
    for (reason, topic) in [("failed", shop.topic("shop.order-placed")), ("invalid", HOSTILE.to_owned())] {
        let headers = [
            ("reason", reason),
            ("error", HOSTILE),
            ("topic", &topic),
            ("partition", "1"),
            ("offset", "7"),
            ("attempts", "8"),
            ("group", HOSTILE),
            ("time", "1769846400000"),
            (
                "violations",
                &json!([{"instancePath": HOSTILE, "schemaPath": HOSTILE, "keyword": HOSTILE, "expected": HOSTILE}])
                    .to_string(),
            ),
        ];
        let headers: Vec<String> = headers.iter().map(|(name, value)| format!("dlq.{name}={value}")).collect();
        let payload = json!({HOSTILE: HOSTILE, "order_id": 7}).to_string();
        let mut arguments = vec![
            "send",
            "shop.order-placed.dlq",
            &payload,
            "--unchecked",
            "--key",
            HOSTILE,
            "-H",
            "HOSTILE\u{1b}=\u{1b}",
        ];
        arguments.extend(headers.iter().flat_map(|header| ["-H", header]));
        shop.prints(&arguments);
    }
    check(
        &shop,
        &[
            &["dlq", "show", "OrderPlaced"],
            &["dlq", "show", "OrderPlaced", "--show-sensitive"],
            &["dlq", "redrive", "OrderPlaced", "--dry-run"],
            &["dlq", "redrive", "OrderPlaced"],
        ],
    );
    shop.run(&["dlq", "list", &shop.topic("shop.order-placed.dlq")]).assert_safe("text");
}

#[test]
fn what_is_not_there_is_named_safely() {
    let shop = Shop::open();
    check(
        &shop,
        &[
            &["send", HOSTILE, "{}"],
            &["consume", HOSTILE],
            &["dlq", "show", HOSTILE],
            &["dlq", "list", HOSTILE],
            &["topics", "plan", HOSTILE],
            &["consume", "OrderPlaced", "-X", &format!("HOSTILE{HOSTILE}=1")],
            &["consume", "OrderPlaced", "--from", HOSTILE],
            &["send", "OrderPlaced", "--file", HOSTILE],
        ],
    );
    shop.run(&["ping", "--bootstrap-servers", HOSTILE, "--timeout", "1"]).assert_safe("text");
}
