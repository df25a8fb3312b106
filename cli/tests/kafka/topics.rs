//! `topics`; `plan` and `apply` on a real cluster alone: the in-process one has no administration.

use serde_json::Value;

use crate::Shop;
use crate::support::ORDER;

#[test]
fn a_plan_names_what_is_missing_and_once_it_is_applied_the_cluster_is_as_declared() {
    let Some(shop) = Shop::real("administration of topics") else { return };
    let topic = shop.topic("shop.order-placed");
    let plan = shop.run(&["topics", "plan"]);
    assert_eq!(plan.code, Some(0), "{plan:?}");
    assert!(plan.stdout.contains(&format!("topic `{topic}` does not exist; it is created\n")), "{}", plan.stdout);
    assert!(plan.stderr.contains("2 declared topics: 2 differences that `topics apply` makes good"), "{}", plan.stderr);
    assert_eq!(shop.run(&["topics", "plan", "--check"]).code, Some(1));

    let applied = shop.run(&["topics", "apply"]);
    assert_eq!(applied.code, Some(0), "{applied:?}");
    assert!(applied.stdout.contains(&format!("topic `{topic}` is created\n")), "{}", applied.stdout);
    assert!(applied.stderr.contains("2 done, 0 left as they are, 0 refused by Kafka"), "{}", applied.stderr);
    let checked = shop.run(&["topics", "plan", "--check"]);
    assert_eq!((checked.code, checked.stdout.as_str()), (Some(0), ""), "{checked:?}");

    let letters = shop.run(&["topics", "plan", "--dead-letters", "--check"]);
    assert_eq!(letters.code, Some(1));
    assert!(letters.stdout.contains(&format!("topic `{topic}.dlq` does not exist")), "{}", letters.stdout);
    shop.prints(&["topics", "apply", "--dead-letters"]);
    assert_eq!(shop.run(&["topics", "plan", "--dead-letters", "--check"]).code, Some(0));
}

#[test]
fn retry_topics_are_planned_and_applied_with_their_topic() {
    let Some(shop) = Shop::real("topics of retries") else { return };
    let declared = ORDER.replace("\"partitions\": 3", "\"partitions\": 3, \"retryTopics\": [\"1m\", \"10m\"]");
    assert!(declared != ORDER);
    shop.project.write("schemas/order.schema.json", &declared);
    let plan = shop.run(&["topics", "plan", "--check"]);
    assert_eq!(plan.code, Some(1));
    for name in ["retry-1m", "retry-10m"] {
        assert!(plan.stdout.contains(&format!(".{name}` does not exist")), "{}", plan.stdout);
    }
    shop.prints(&["topics", "apply"]);
    assert_eq!(shop.run(&["topics", "plan", "--check"]).stdout, "");
    // Where a handler sets them, no schema says so.
    shop.project.write("schemas/order.schema.json", ORDER);
    assert_eq!(shop.run(&["topics", "plan", "--check"]).stdout, "");
}

#[test]
fn more_partitions_are_added_with_a_warning_and_fewer_are_left() {
    let Some(shop) = Shop::real("adding partitions") else { return };
    shop.prints(&["topics", "apply"]);
    let changed =
        ORDER.replace("\"partitions\": 3", "\"partitions\": 4, \"topicConfiguration\": {\"retention.ms\": 86400000}");
    shop.project.write("schemas/order.schema.json", &changed);
    let plan: Value = serde_json::from_str(&shop.prints(&["topics", "plan", "--format", "json"])).unwrap();
    let kinds: Vec<_> = plan["differences"].as_array().unwrap().iter().map(|it| it["kind"].as_str().unwrap()).collect();
    assert_eq!((plan["drift"].as_bool(), kinds), (Some(true), vec!["partitions", "configuration"]), "{plan}");
    assert!(plan["differences"][0]["warning"].as_str().unwrap().contains("keys move"), "{plan}");

    let applied = shop.prints(&["topics", "apply", "OrderPlaced"]);
    assert!(applied.contains("has 4 partitions now, and had 3: keys move to other partitions"), "{applied}");
    assert!(applied.contains("`retention.ms` is 86400000 now"), "{applied}");

    shop.project.write("schemas/order.schema.json", &ORDER.replace("\"partitions\": 3", "\"partitions\": 2"));
    let left = shop.run(&["topics", "apply", "OrderPlaced"]);
    assert_eq!(left.code, Some(0), "{left:?}");
    assert!(left.stdout.contains("it is left, because Kafka takes none away"), "{}", left.stdout);
    let table = shop.run(&["topics", "plan", "OrderPlaced", "--check", "--format", "markdown"]);
    assert_eq!(table.code, Some(1));
    assert!(table.stdout.contains("| partitions | 2 | 4 | left |"), "{}", table.stdout);
}

#[test]
fn what_kafka_refuses_is_named_and_the_rest_is_done() {
    let Some(shop) = Shop::real("a topic that Kafka refuses") else { return };
    shop.project.write("schemas/order.schema.json", &ORDER.replace("\"partitions\": 3", "\"replicas\": 99"));
    let applied = shop.run(&["topics", "apply"]);
    assert_eq!(applied.code, Some(1), "{applied:?}");
    assert!(applied.stdout.contains("Kafka did not create topic"), "{}", applied.stdout);
    // In the broker's words, and of each topic.
    assert!(applied.stdout.contains("99") && applied.stdout.contains("(Unable to replicate"), "{}", applied.stdout);
    assert!(applied.stderr.contains("1 done, 0 left as they are, 1 refused by Kafka"), "{}", applied.stderr);
}

#[test]
fn topics_that_no_schema_declares_are_named_and_are_no_drift() {
    let Some(shop) = Shop::real("unknown topics") else { return };
    shop.prints(&["topics", "apply"]);
    std::fs::remove_file(shop.project.path().join("schemas/customer.schema.json")).unwrap();
    let plan = shop.run(&["topics", "plan", "--check"]);
    assert_eq!(plan.code, Some(0), "{plan:?}");
    let unknown = format!("topic `{}` is declared by no schema; it is left\n", shop.topic("shop.customer-moved"));
    assert!(plan.stdout.contains(&unknown), "{}", plan.stdout);
    // Who asks for one topic hears of that one.
    assert_eq!(shop.prints(&["topics", "plan", "shop.order-placed"]), "");
}

#[test]
fn a_topic_is_shown_with_its_partitions_offsets_and_messages() {
    let shop = Shop::open();
    shop.prints(&["send", "OrderPlaced", r#"{"order_id": "A-1"}"#]);
    let topic = shop.topic("shop.order-placed");
    for name in ["OrderPlaced", "shop.order-placed", topic.as_str()] {
        let shown: Value = serde_json::from_str(&shop.prints(&["topics", "show", name, "--format", "json"])).unwrap();
        assert_eq!((&shown["topic"], &shown["messages"][0]), (&topic.as_str().into(), &"OrderPlaced".into()), "{name}");
        let partitions = shown["partitions"].as_array().unwrap();
        let records = |it: &Value| it["end"].as_i64().unwrap() - it["first"].as_i64().unwrap();
        assert_eq!((partitions.len(), partitions.iter().map(records).sum::<i64>()), (3, 1), "{shown}");
        assert!(partitions.iter().all(|it| it["leader"].is_i64() && !it["inSync"].as_array().unwrap().is_empty()));
        assert_eq!(shown["configuration"].is_null(), shop.cluster.is_some(), "{shown}");
    }
    let run = shop.run(&["topics", "show", "OrderPlaced"]);
    assert!(run.stdout.contains(&format!("topic: {topic}\nmessages: OrderPlaced\n")), "{}", run.stdout);
    assert!(run.stdout.contains("partition  leader  replicas  in sync  first  end  records"), "{}", run.stdout);
    assert!(run.stderr.contains("3 partitions, 1 record"), "{}", run.stderr);
    let unknown = shop.run(&["topics", "show", "shop.order-paid"]);
    assert_eq!((unknown.code, unknown.stdout.as_str()), (Some(2), ""), "{unknown:?}");
    assert!(unknown.stderr.contains("there is no topic"), "{}", unknown.stderr);
}
