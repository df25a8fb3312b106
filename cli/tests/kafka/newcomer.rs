//! What a person does wrong who knows the commands from their help alone, and what they answer.

use std::process::Stdio;
use std::thread;

use crate::support::{ORDER, Project, Run};
use crate::{Shop, without_kafka};

/// Returns what a run that could not be says: the reason and what to do.
fn refused(shop: &Shop, arguments: &[&str]) -> String {
    let Run { code, stdout, stderr } = shop.run(arguments);
    assert_eq!((code, stdout.as_str()), (Some(2), ""), "{arguments:?}: {stderr}");
    let says_what_to_do = stderr.contains("= help: ") || stderr.contains("For more information, try '--help'.");
    assert!(says_what_to_do, "{arguments:?}: {stderr}");
    stderr
}

#[test]
fn whatever_can_not_run_says_what_to_do() {
    let shop = Shop::open();
    shop.project.write("note.json", "[{\"topic\": \"x\"}]");
    for arguments in [
        &["topics", "plan", "Nothing"][..],
        &["topics", "plan", "--schemas", "nowhere"],
        &["topics", "plan", "--format", "sarif"],
        &["send"],
        &["send", "Nothing", "{}"],
        &["send", "OrderPlaced", "{}", "--file", "x.ndjson"],
        &["send", "OrderPlaced", "--file", "nowhere.ndjson"],
        &["send", "OrderPlaced", "{}", "--header", "nothing"],
        &["send", "OrderPlaced", "{}", "--partitions", "3"],
        &["send", "OrderPlaced", "{}", "--tombstone", "--key", "A"],
        &["send", "OrderPlaced", "{}", "--topic-name", "a"],
        &["send", "--topic-name", "shop.order-placed"],
        &["send", "--topic-name", "shop.order-placed", "--message-contents", "[]"],
        &["send", "--message-file", "nowhere.json"],
        &["send", "--message-file", "note.json"],
        &["consume"],
        &["consume", "Nothing"],
        &["consume", "OrderPlaced", "shop.order-placed"],
        &["consume", "OrderPlaced", "--from", "yesterday"],
        &["consume", "OrderPlaced", "--partition", "99"],
        &["consume", "OrderPlaced", "--filter", "country=DE"],
        &["consume", "OrderPlaced", "--follow", "--to", "5"],
        &["consume", "OrderPlaced", "--group", "g", "--from", "5"],
        &["consume", "nothing.there", "--unchecked"],
        &["dlq", "list", "nothing.there"],
        &["dlq", "show", "Nothing"],
        &["dlq", "show", "OrderPlaced", "--offset", "3"],
        &["dlq", "show", "OrderPlaced", "--reason", "bad"],
        &["dlq", "show", "OrderPlaced", "--partition", "0", "--offset", "9"],
        &["dlq", "redrive", "OrderPlaced", "--partition", "0", "--offset", "9", "--from-beginning"],
        &["ping", "--config", "x.toml"],
        &["ping", "--timeout", "0"],
        &["dev", "--port", "0"],
        &["dev", "--schemas", "nowhere"],
        &["dev", "--", "./nothing-there"],
    ] {
        refused(&shop, arguments);
    }
}

#[test]
fn a_name_that_is_almost_right_is_answered_with_the_right_one() {
    let shop = Shop::open();
    for (arguments, meant) in [
        (&["send", "OrderPlacd", "{}"][..], "there is `OrderPlaced`"),
        (&["consume", "shop.order-place"], "there is `shop.order-placed`"),
        (&["topics", "plan", "CustomerMove"], "there is `CustomerMoved`"),
        (&["dlq", "show", "shop.order-place"], "there is `"),
    ] {
        let said = refused(&shop, arguments);
        assert!(said.contains(meant), "{arguments:?}: {said}");
    }
}

#[test]
fn without_an_address_or_with_a_wrong_one_each_command_says_so() {
    let project = Project::new(&[("schemas/order.schema.json", ORDER)]);
    let commands = [
        &["topics", "plan"][..],
        &["topics", "apply"],
        &["send", "OrderPlaced", "{\"order_id\": \"A-1\"}"],
        &["consume", "OrderPlaced"],
        &["dlq", "list"],
        &["dlq", "redrive", "OrderPlaced"],
    ];
    let each = |command: &[&str]| {
        let run = |arguments: &[&str]| {
            let mut command = without_kafka(project.command(&[command, arguments].concat()));
            Run::of(command.stdin(Stdio::null()).output().unwrap())
        };
        let none = run(&[]);
        assert_eq!((none.code, none.stdout.as_str()), (Some(2), ""), "{command:?}: {none:?}");
        assert!(none.stderr.contains("KAFKA_BOOTSTRAP_SERVERS"), "{}", none.stderr);
        let wrong = run(&["--bootstrap-servers", "127.0.0.1:1"]);
        assert_eq!((wrong.code, wrong.stdout.as_str()), (Some(2), ""), "{command:?}: {wrong:?}");
        assert!(wrong.stderr.contains("no Kafka broker answered at 127.0.0.1:1 ("), "{}", wrong.stderr);
        assert!(wrong.stderr.contains("Connection refused") && wrong.stderr.contains("= help: "), "{}", wrong.stderr);
    };
    // Each waits for 10 s for a broker.
    thread::scope(|scope| commands.iter().for_each(|command| drop(scope.spawn(|| each(command)))));
}

#[test]
fn schemas_with_mistakes_stop_before_anything_is_sent() {
    let shop = Shop::open();
    shop.project.write("schemas/order.schema.json", &ORDER.replace("\"integer\"", "\"int\""));
    let said = refused(&shop, &["send", "CustomerMoved", "{\"email\": \"a\"}"]);
    assert!(said.contains("have 1 mistake") && said.contains("`thoth-messaging check"), "{said}");
}
