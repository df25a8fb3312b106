//! `[services]` of the settings: what `check` finds in it, and whom `breaking` names.
#![expect(clippy::unwrap_used, reason = "clippy.toml allows it in test functions only, not in their helpers")]

use serde_json::Value;

use crate::support::{ORDER, Project};

const SERVICES: &str = r#"
[services.shop]
sends = ["OrderPlaced"]

[services.billing]
receives = ["shop.order-placed"]
reads.OrderPlaced = ["/order_id"]
owner = "payments"
contact = "payments@example.org"

[services.shipping]
receives = ["order.schema.json"]
"#;

fn project(services: &str) -> Project {
    Project::new(&[("schemas/order.schema.json", ORDER), ("thoth-messaging.toml", services)])
}

/// The rules and messages of what `check` finds.
fn found(services: &str) -> Vec<(String, String)> {
    let run = project(services).run(&["check", "--format", "json"]);
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    let findings = report["findings"].as_array().unwrap().iter();
    let text = |finding: &Value, name: &str| finding[name].as_str().unwrap_or_default().to_owned();
    findings.map(|finding| (text(finding, "rule"), text(finding, "message"))).collect()
}

#[test]
fn services_without_mistakes_give_no_finding() {
    assert_eq!(found(SERVICES), []);
    assert_eq!(project(SERVICES).run(&["check", "--strict"]).code, Some(0));
}

#[test]
fn a_message_that_is_not_there_or_has_no_sender_is_told() {
    let slip = found(&SERVICES.replace("[\"OrderPlaced\"]\n\n", "[\"OrderPlacd\"]\n\n"));
    let rules: Vec<_> = slip.iter().map(|(rule, _)| rule.as_str()).collect();
    assert_eq!(rules, ["unknown-message", "message-without-sender"], "{slip:?}");
    assert!(slip[0].1.contains("service `shop` names `OrderPlacd`"), "{slip:?}");
    assert!(slip[1].1.contains("no service sends `OrderPlaced`, and `billing, shipping` receives it"), "{slip:?}");
    let run = project(&SERVICES.replace("[\"OrderPlaced\"]\n\n", "[\"OrderPlacd\"]\n\n")).run(&["check"]);
    assert_eq!(run.code, Some(1));
    assert!(run.stdout.contains("there is `OrderPlaced`"), "{}", run.stdout);
}

#[test]
fn a_field_that_no_schema_knows_and_a_service_without_messages_are_told() {
    let field = found(&SERVICES.replace("\"/order_id\"", "\"/order_id\", \"/ordr_id\""));
    assert_eq!(field.len(), 1, "{field:?}");
    assert!(field[0].0 == "unknown-field" && field[0].1.contains("reads `/ordr_id` of `OrderPlaced`"), "{field:?}");
    let idle = found(&format!("{SERVICES}\n[services.idle]\nowner = \"nobody\"\n"));
    assert_eq!(idle[0].0, "idle-service", "{idle:?}");
    let not_received =
        found(&SERVICES.replace("receives = [\"order.schema.json\"]", "reads.OrderPlaced = [\"/order_id\"]"));
    assert!(not_received.iter().any(|(_, message)| message.contains("which it does not receive")), "{not_received:?}");
}

#[test]
fn a_change_that_breaks_names_the_services_their_owners_and_the_order() {
    let project = project(SERVICES);
    project.write("before/order.schema.json", ORDER);
    // A member that is required from now on: new readers refuse what the shop has written.
    project.write("schemas/order.schema.json", &ORDER.replace("[\"order_id\"]", "[\"order_id\", \"total\"]"));
    let run = project.run(&["breaking", "--against", "folder:before"]);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.stdout.contains("breaks: billing (payments, payments@example.org), shipping"), "{}", run.stdout);
    assert!(run.stdout.contains("sent by: shop"), "{}", run.stdout);
    let said = format!("{}{}", run.stdout, run.stderr);
    assert!(
        said.contains("to deploy `OrderPlaced`: shop first, then billing, shipping when no old payload is left"),
        "{said}"
    );
    let json = project.run(&["breaking", "--against", "folder:before", "--format", "json"]);
    let report: Value = serde_json::from_str(&json.stdout).unwrap();
    let services = &report["messages"][0]["services"];
    assert_eq!(services["receivers"][0]["owner"], "payments", "{report}");
    assert_eq!(services["senders"][0]["service"], "shop", "{report}");
}

#[test]
fn a_message_that_is_deleted_breaks_those_that_received_it() {
    let project = project(SERVICES);
    project.write("before/order.schema.json", ORDER);
    project.write(
        "schemas/order.schema.json",
        &ORDER.replace("OrderPlaced", "OrderPaid").replace("order-placed", "order-paid"),
    );
    std::fs::rename(project.path().join("schemas/order.schema.json"), project.path().join("schemas/paid.schema.json"))
        .unwrap();
    let run = project.run(&["breaking", "--against", "folder:before"]);
    assert!(run.stdout.contains("MESSAGE_DELETED") && run.stdout.contains("breaks: billing"), "{run:?}");
}
