//! Each command, of a user who lacks a right: on the listener with rights of `scripts/kafka start --secure`, which exports where
//! that is.

mod acl;

use std::env;
use std::process::{Command, Stdio};

use acl::Operation::{Alter, AlterConfigs, Create, Delete, Describe, DescribeConfigs, Read, Write};
use acl::Right::{self, Group, Topic};

use crate::Shop;
use crate::support::{ORDER, Run};

const LETTERS: &str = "shop.order-placed.dlq";

/// A command, what its user may do, and the right that it misses, if it misses one.
struct Row {
    arguments: &'static [&'static str],
    may: &'static [Right],
    misses: Option<Right>,
}

const fn misses(arguments: &'static [&'static str], may: &'static [Right], misses: Right) -> Row {
    Row { arguments, may, misses: Some(misses) }
}

const fn works(arguments: &'static [&'static str], may: &'static [Right]) -> Row {
    Row { arguments, may, misses: None }
}

/// A cluster with a topic, a message, and a dead letter; and the listener of users with rights.
fn limited() -> Option<(Shop, String)> {
    let servers = env::var("THOTH_LIMITED_SERVERS").ok().filter(|servers| !servers.is_empty());
    let Some(servers) = servers else {
        println!("skipped: needs a cluster of `scripts/kafka start --secure`");
        return None;
    };
    let shop = Shop::real("rights")?;
    Some((shop, servers))
}

/// A shop with a message and a dead letter.
fn open() -> Option<(Shop, String)> {
    let (shop, servers) = limited()?;
    shop.prints(&["topics", "apply", "--dead-letters"]);
    shop.prints(&["send", "OrderPlaced", r#"{"order_id": "A-1"}"#]);
    let origin = format!("dlq.topic={}", shop.topic("shop.order-placed"));
    let headers = ["dlq.reason=failed", "dlq.error=it is cursed", &origin, "dlq.partition=1", "dlq.offset=7"];
    let headers = headers.iter().chain(&["dlq.attempts=8", "dlq.group=solver", "dlq.time=1769846400000"]);
    let mut arguments = vec!["send", LETTERS, r#"{"order_id": "A-2"}"#, "--unchecked", "--key", "A-2"];
    arguments.extend(headers.flat_map(|header| ["-H", header]));
    shop.prints(&arguments);
    Some((shop, servers))
}

fn command(shop: &Shop, servers: &str, user: &str, arguments: &[&str]) -> Command {
    let group = shop.topic("group");
    let topic = shop.topic(LETTERS);
    let own = |argument: &&str| match *argument {
        "GROUP" => group.clone(),
        "LETTERS" => topic.clone(),
        other => other.to_owned(),
    };
    let arguments: Vec<String> = arguments.iter().map(own).collect();
    let mut command = shop.command(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
    command
        .env("KAFKA_BOOTSTRAP_SERVERS", servers)
        .env("KAFKA_SECURITY_PROTOCOL", "SASL_PLAINTEXT")
        .env("KAFKA_SASL_MECHANISM", "PLAIN")
        .env("KAFKA_SASL_USERNAME", user)
        .env("KAFKA_SASL_PASSWORD", format!("{user}-secret"));
    command
}

/// Runs the command of a row as a user who has only the rights that it gives.
fn check(row: &Row, (shop, servers): &(Shop, String), user: &str) {
    acl::give(&shop.servers, user, shop.prefix.as_deref().unwrap_or_default(), row.may);
    let run = Run::of(command(shop, servers, user, row.arguments).stdin(Stdio::null()).output().unwrap());
    let said = format!("{}\n{}", run.stdout, run.stderr);
    let shown = format!("{:?} of a user with {:?}: {run:?}", row.arguments, row.may);
    // Who does not hear of it waits for a time-out.
    assert!(!said.contains("timed out") && !said.contains("TimedOut"), "{shown}");
    let Some(right) = row.misses else {
        return assert_eq!(run.code, Some(0), "{shown}");
    };
    // Who sends is told of each message; all others can't run.
    assert!(matches!((run.code, row.arguments[0]), (Some(2), _) | (Some(1), "send" | "topics" | "dlq")), "{shown}");
    let (operation, name) = match right {
        Topic(operation) => (operation, shop.topic("shop.order-placed")),
        Group(operation) => (operation, shop.topic("group")),
    };
    assert!(said.contains(&format!("this user needs the right `{operation:?}` on ")), "{shown}");
    assert!(said.contains(&name) && !said.contains("bob-secret"), "{shown}");
    if let Group(_) = right {
        assert!(said.contains(&format!("on the group `{name}`")), "{shown}");
    }
}

const SEND: &[&str] = &["send", "OrderPlaced", r#"{"order_id": "A-3"}"#];
const CONSUME: &[&str] = &["consume", "OrderPlaced"];
const CONSUME_IN_GROUP: &[&str] = &["consume", "OrderPlaced", "--group", "GROUP"];
const LIST: &[&str] = &["dlq", "list", "LETTERS", "--group", "GROUP"];
const SHOW: &[&str] = &["dlq", "show", "OrderPlaced"];
const REDRIVE: &[&str] = &["dlq", "redrive", "OrderPlaced", "--group", "GROUP"];
const PLAN: &[&str] = &["topics", "plan", "OrderPlaced", "--check"];
const APPLY: &[&str] = &["topics", "apply", "OrderPlaced"];
const SHOW_TOPIC: &[&str] = &["topics", "show", "OrderPlaced"];
const SHOW_GROUP: &[&str] = &["groups", "show", "GROUP"];
const RESET: &[&str] = &["groups", "reset", "GROUP", "--to", "earliest", "--topic", "OrderPlaced", "--execute"];
const DELETE: &[&str] = &["groups", "delete", "GROUP"];

#[test]
fn whoever_reads_and_sends_is_told_at_once_which_right_is_missing() {
    let rows = [
        works(&["ping"], &[]),
        misses(SEND, &[], Topic(Write)),
        misses(SEND, &[Topic(Describe)], Topic(Write)),
        works(SEND, &[Topic(Write)]),
        misses(CONSUME, &[], Topic(Read)),
        misses(CONSUME, &[Topic(Describe)], Topic(Read)),
        works(CONSUME, &[Topic(Read)]),
        misses(CONSUME_IN_GROUP, &[Topic(Read)], Group(Read)),
        misses(CONSUME_IN_GROUP, &[Group(Read)], Topic(Read)),
        misses(CONSUME_IN_GROUP, &[Group(Read), Topic(Describe)], Topic(Read)),
        works(CONSUME_IN_GROUP, &[Group(Read), Topic(Read)]),
    ];
    for row in rows {
        let Some(shop) = open() else { return };
        check(&row, &shop, "bob");
    }
}

#[test]
fn whoever_sees_to_dead_letters_is_told_at_once_which_right_is_missing() {
    let rows = [
        misses(LIST, &[], Topic(Read)),
        misses(LIST, &[Topic(Read)], Group(Read)),
        misses(LIST, &[Group(Describe), Topic(Describe)], Topic(Read)),
        works(LIST, &[Group(Describe), Topic(Read)]),
        misses(SHOW, &[], Topic(Describe)),
        misses(SHOW, &[Topic(Describe)], Topic(Read)),
        works(SHOW, &[Topic(Read)]),
        misses(REDRIVE, &[], Topic(Describe)),
        misses(REDRIVE, &[Topic(Read), Topic(Write)], Group(Read)),
        misses(REDRIVE, &[Topic(Read), Topic(Write), Group(Describe)], Group(Read)),
        misses(REDRIVE, &[Topic(Read), Group(Read)], Topic(Write)),
        misses(REDRIVE, &[Topic(Write), Group(Read)], Topic(Read)),
        works(REDRIVE, &[Topic(Read), Topic(Write), Group(Read)]),
    ];
    for row in rows {
        let Some(shop) = open() else { return };
        check(&row, &shop, "bob");
    }
}

#[test]
fn a_plan_invents_nothing_of_what_its_user_may_not_read() {
    let declared =
        ORDER.replace("\"partitions\": 3", "\"partitions\": 3, \"topicConfiguration\": {\"retention.ms\": 1000}");
    let rows = [
        misses(PLAN, &[], Topic(Describe)),
        misses(PLAN, &[Topic(Describe)], Topic(DescribeConfigs)),
        works(PLAN, &[Topic(Describe), Topic(DescribeConfigs)]),
    ];
    for row in rows {
        let Some(shop) = limited() else { return };
        shop.0.project.write("schemas/order.schema.json", &declared);
        shop.0.prints(&["topics", "apply", "OrderPlaced"]);
        check(&row, &shop, "bob");
        let run = Run::of(command(&shop.0, &shop.1, "bob", PLAN).output().unwrap());
        assert_eq!(run.code, Some(if row.misses.is_some() { 2 } else { 0 }), "{run:?}");
        assert!(!run.stdout.contains("does not exist") && !run.stdout.contains("retention.ms"), "{run:?}");
    }
}

#[test]
fn a_change_that_its_user_may_not_make_names_the_right_of_each_topic() {
    let absent = [
        misses(APPLY, &[Topic(Describe)], Topic(Create)),
        misses(APPLY, &[Topic(Create)], Topic(Describe)),
        works(APPLY, &[Topic(Describe), Topic(Create)]),
    ];
    for row in absent {
        let Some(shop) = limited() else { return };
        check(&row, &shop, "bob");
    }
    let retention = "\"partitions\": 3, \"topicConfiguration\": {\"retention.ms\": 1000}";
    let changed = [
        (retention, misses(APPLY, &[Topic(Describe), Topic(DescribeConfigs)], Topic(AlterConfigs))),
        (retention, works(APPLY, &[Topic(Describe), Topic(AlterConfigs)])),
        ("\"partitions\": 4", misses(APPLY, &[Topic(Describe), Topic(DescribeConfigs)], Topic(Alter))),
        ("\"partitions\": 4", works(APPLY, &[Topic(Alter), Topic(DescribeConfigs)])),
    ];
    for (change, row) in changed {
        let Some(shop) = limited() else { return };
        shop.0.prints(&["topics", "apply", "OrderPlaced"]);
        shop.0.project.write("schemas/order.schema.json", &ORDER.replace("\"partitions\": 3", change));
        check(&row, &shop, "bob");
    }
}

#[test]
fn whoever_sees_to_groups_is_told_at_once_which_right_is_missing() {
    let rows = [
        works(&["groups", "list"], &[]),
        misses(SHOW_TOPIC, &[], Topic(Describe)),
        works(SHOW_TOPIC, &[Topic(Describe)]),
        misses(SHOW_GROUP, &[], Group(Describe)),
        works(SHOW_GROUP, &[Group(Describe), Topic(Describe)]),
        misses(RESET, &[], Group(Describe)),
        misses(RESET, &[Group(Describe)], Topic(Describe)),
        misses(RESET, &[Group(Describe), Topic(Describe)], Group(Read)),
        misses(RESET, &[Group(Read), Topic(Describe)], Topic(Read)),
        works(RESET, &[Group(Read), Topic(Read)]),
        misses(DELETE, &[], Group(Describe)),
        misses(DELETE, &[Group(Describe)], Group(Delete)),
        works(DELETE, &[Group(Delete)]),
    ];
    for row in rows {
        let Some(shop) = open() else { return };
        let group = shop.0.topic("group");
        let reset: Vec<_> = RESET.iter().map(|it| if *it == "GROUP" { group.as_str() } else { it }).collect();
        shop.0.prints(&reset);
        check(&row, &shop, "bob");
    }
}

/// An idempotent producer gets its id only who may write to some topic: bob may, in other tests.
#[test]
fn who_may_write_nowhere_is_told_what_a_first_message_needs() {
    let Some(shop) = open() else { return };
    check(&misses(SEND, &[Topic(Describe)], Topic(Write)), &shop, "carol");
}
