//! `groups`, on a real cluster alone: the in-process one does not tell its groups.

use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::Shop;

/// Three orders, which a group has read.
fn read_by_a_group(test: &str) -> Option<(Shop, String)> {
    let shop = Shop::real(test)?;
    shop.prints(&["topics", "apply"]);
    for number in 1..=3 {
        shop.prints(&["send", "OrderPlaced", &format!(r#"{{"order_id": "A-{number}"}}"#)]);
    }
    let group = shop.topic("billing");
    let read = shop.prints(&["consume", "OrderPlaced", "--group", &group]);
    assert_eq!(read.lines().count(), 3, "{read}");
    Some((shop, group))
}

fn shown(shop: &Shop, group: &str) -> Value {
    serde_json::from_str(&shop.prints(&["groups", "show", group, "--format", "json"])).unwrap()
}

/// A member that waits for messages.
struct Member(Child);

impl Drop for Member {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A group of which a member has partitions.
fn with_member(shop: &Shop, group: &str) -> (Member, Value) {
    let mut command =
        shop.command(&["consume", "OrderPlaced", "--group", group, "--follow", "-X", "client.id=printer"]);
    let member = Member(command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let shown = shown(shop, group);
        if shown["partitions"].as_array().unwrap().iter().any(|partition| !partition["member"].is_null()) {
            return (member, shown);
        }
        assert!(Instant::now() < deadline, "{shown}");
        thread::sleep(Duration::from_millis(200));
    }
}

#[test]
fn the_in_process_kafka_does_not_tell_its_groups() {
    let shop = Shop::empty();
    if shop.cluster.is_none() {
        return println!("skipped: it is about the in-process cluster");
    }
    for arguments in [
        &["groups", "list"][..],
        &["groups", "show", "g"],
        &["groups", "reset", "g", "--to", "end"],
        &["groups", "delete", "g"],
    ] {
        let run = shop.run(arguments);
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{arguments:?}: {run:?}");
        assert!(run.stderr.contains("has no administration of topics and groups"), "{arguments:?}: {run:?}");
    }
}

#[test]
fn a_place_that_is_none_is_refused_before_kafka_is_asked() {
    let run = Shop::empty().run(&["groups", "reset", "billing", "--to", "yesterday"]);
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.contains("write `beginning`, `end`, an offset"), "{}", run.stderr);
}

#[test]
fn a_group_is_listed_and_shown_with_its_lag() {
    let Some((shop, group)) = read_by_a_group("groups list") else { return };
    shop.prints(&["send", "OrderPlaced", r#"{"order_id": "A-1"}"#]);
    let listed: Value = serde_json::from_str(&shop.prints(&["groups", "list", "--format", "json"])).unwrap();
    let found = listed.as_array().unwrap().iter().find(|it| it["group"] == group.as_str()).unwrap();
    assert_eq!((found["state"].as_str(), found["protocol"].as_str()), (Some("Empty"), Some("classic")));
    assert!(shop.prints(&["groups", "list"]).contains(&group));

    let shown = shown(&shop, &group);
    assert_eq!((&shown["lag"], &shown["members"]), (&1.into(), &Value::Array(Vec::new())), "{shown}");
    let run = shop.run(&["groups", "show", &group]);
    assert!(run.stdout.contains("state: Empty\nprotocol: classic\n"), "{}", run.stdout);
    assert!(run.stdout.contains("topic") && run.stdout.contains("committed  end  lag  member"), "{}", run.stdout);
    assert!(run.stderr.contains("0 members, ") && run.stderr.contains(", 1 record behind"), "{}", run.stderr);
}

#[test]
fn a_group_that_is_not_there_is_answered_with_those_that_are() {
    let Some((shop, group)) = read_by_a_group("an unknown group") else { return };
    for arguments in [&["groups", "show"][..], &["groups", "delete"], &["groups", "reset", "--to", "end"]] {
        let run = shop.run(&[arguments, &[&format!("{group}x")]].concat());
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{arguments:?}: {run:?}");
        assert!(run.stderr.contains(&format!("there is no group `{group}x`")), "{arguments:?}: {run:?}");
        assert!(run.stderr.contains(&format!("there is `{group}`")), "{arguments:?}: {run:?}");
    }
}

#[test]
fn a_reset_shows_what_it_would_set_and_sets_it_when_it_is_told_to() {
    let Some((shop, group)) = read_by_a_group("groups reset") else { return };
    let dry = shop.run(&["groups", "reset", &group, "--to", "earliest"]);
    assert_eq!(dry.code, Some(0), "{dry:?}");
    assert!(dry.stderr.contains("would be set; `--execute` sets them"), "{}", dry.stderr);
    assert_eq!(shown(&shop, &group)["lag"], 0);

    let set = shop.run(&["groups", "reset", &group, "--to", "earliest", "--execute"]);
    assert_eq!(set.code, Some(0), "{set:?}");
    assert_eq!(shown(&shop, &group)["lag"], 3);
    assert_eq!(shop.prints(&["consume", "OrderPlaced", "--group", &group]).lines().count(), 3);

    // One before the end of each partition that has one, an hour ago, and behind the end.
    for (place, lag) in [("1h", 3), ("latest", 0), ("0", 3), ("1000000", 0), ("2026-01-31T08:00:00Z", 3)] {
        shop.prints(&["groups", "reset", &group, "--to", place, "--execute"]);
        assert_eq!(shown(&shop, &group)["lag"], lag, "{place}");
    }
    let json = shop.prints(&["groups", "reset", &group, "--to", "-1", "--format", "json"]);
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["executed"], false);
    assert!(json["partitions"].as_array().unwrap().iter().all(|it| it["lag"].as_i64().unwrap() <= 1), "{json}");
}

#[test]
fn a_reset_of_a_topic_or_partition_leaves_the_others() {
    let Some((shop, group)) = read_by_a_group("groups reset --topic") else { return };
    shop.prints(&["send", "CustomerMoved", r#"{"email": "a@example.org"}"#]);
    shop.prints(&["groups", "reset", &group, "--to", "earliest", "--topic", "CustomerMoved", "--execute"]);
    let orders = |shown: &Value| {
        let topic = shop.topic("shop.order-placed");
        let partitions = shown["partitions"].as_array().unwrap().iter().filter(|it| it["topic"] == topic.as_str());
        partitions.map(|it| it["lag"].as_u64().unwrap()).sum::<u64>()
    };
    let after = shown(&shop, &group);
    assert_eq!((orders(&after), after["lag"].as_u64()), (0, Some(1)), "{after}");

    let unknown = shop.run(&["groups", "reset", &group, "--to", "end", "--topic", "CustomerMoved", "--partition", "7"]);
    assert!(unknown.code == Some(2) && unknown.stderr.contains("none of the topics has a partition 7"), "{unknown:?}");
    let unknown = shop.run(&["groups", "reset", &group, "--to", "end", "--topic", "CustomerLeft"]);
    assert!(unknown.code == Some(2) && unknown.stderr.contains("there is no topic"), "{unknown:?}");
    // A group may get its offsets before its first member comes.
    let new = shop.topic("new");
    shop.prints(&["groups", "reset", &new, "--to", "latest", "--topic", "OrderPlaced", "--execute"]);
    assert_eq!(shown(&shop, &new)["lag"], 0);
}

#[test]
fn a_group_with_members_is_shown_with_them_and_is_not_changed() {
    let Some((shop, group)) = read_by_a_group("groups with members") else { return };
    let (_member, shown) = with_member(&shop, &group);
    assert_eq!(shown["members"][0]["clientId"], "printer", "{shown}");
    assert_eq!(shown["members"][0]["partitions"].as_array().unwrap().len(), 3, "{shown}");
    assert!(!shown["assignor"].as_str().unwrap().is_empty(), "{shown}");
    for arguments in [&["groups", "reset", &group, "--to", "earliest", "--execute"][..], &["groups", "delete", &group]]
    {
        let run = shop.run(arguments);
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{arguments:?}: {run:?}");
        assert!(run.stderr.contains(&format!("the group `{group}` has 1 member")), "{arguments:?}: {run:?}");
    }
    let dry = shop.run(&["groups", "reset", &group, "--to", "earliest"]);
    assert_eq!(dry.code, Some(0), "{dry:?}");
    assert!(dry.stderr.contains("the group has 1 member, which have to stop first"), "{}", dry.stderr);
}

#[test]
fn a_group_is_deleted_with_its_offsets() {
    let Some((shop, group)) = read_by_a_group("groups delete") else { return };
    let both = shop.run(&["groups", "delete", &group, &format!("{group}x")]);
    assert_eq!((both.code, both.stdout.as_str()), (Some(2), ""), "{both:?}");
    assert_eq!(shown(&shop, &group)["lag"], 0);
    assert_eq!(shop.prints(&["groups", "delete", &group]), format!("group `{group}` is deleted\n"));
    assert_eq!(shop.run(&["groups", "show", &group]).code, Some(2));
}
