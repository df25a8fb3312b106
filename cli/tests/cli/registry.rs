//! `registry`, with a registry of the tests, and with a real one where `SCHEMA_REGISTRY_URL` names it.

#![expect(clippy::unwrap_used, reason = "clippy.toml allows it in test functions only, not in their helpers")]

#[path = "registry/fake.rs"]
mod fake;

use std::env;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use serde_json::Value;

use crate::support::{ORDER, Project, Run};
use fake::{Fake, Fault};

/// A project and a registry.
struct Shop {
    project: Project,
    registry: Fake,
}

impl Shop {
    fn open() -> Self {
        Self { project: Project::new(&[("schemas/order.schema.json", ORDER)]), registry: Fake::start() }
    }

    fn run(&self, arguments: &[&str]) -> Run {
        let arguments = [&["registry"], arguments, &["--url", &self.registry.url]].concat();
        let mut command = self.project.command(&arguments);
        Run::of(command.env_remove("SCHEMA_REGISTRY_URL").output().unwrap())
    }

    /// The same, where it is to end with this code. What it printed.
    #[track_caller]
    fn prints(&self, code: i32, arguments: &[&str]) -> String {
        let run = self.run(arguments);
        assert_eq!(run.code, Some(code), "{arguments:?}: {run:?}");
        run.stdout + &run.stderr
    }

    /// Writes the schema with one text of it changed.
    fn change(&self, from: &str, to: &str) {
        let changed = ORDER.replacen(from, to, 1);
        assert_ne!(changed, ORDER);
        self.project.write("schemas/order.schema.json", &changed);
    }
}

#[test]
fn a_schema_is_planned_registered_locked_and_changed() {
    let shop = Shop::open();
    let plan = shop.prints(1, &["plan"]);
    assert!(
        plan.contains(
            "error[NOT_REGISTERED]: `OrderPlaced` is in no subject: `shop.order-placed-value` does not exist"
        ),
        "{plan}"
    );
    assert!(
        plan.ends_with("1 subject: 0 as it is here, 1 not there, 0 different, 0 not the latest; 0 levels to set\n"),
        "{plan}"
    );
    assert_eq!(shop.registry.subjects(), 0);
    let lock = shop.prints(1, &["lock"]);
    assert!(lock.contains("error[NOT_REGISTERED]") && lock.contains("is left as it is"), "{lock}");
    assert!(!shop.project.path().join("schemas/registry.lock").exists());
    let applied = shop.prints(0, &["apply"]);
    assert!(applied.contains("`OrderPlaced` is registered in `shop.order-placed-value`, id 1\n"), "{applied}");
    shop.prints(0, &["plan"]);
    assert!(shop.prints(0, &["apply"]).contains("0 registered"));
    shop.prints(0, &["lock"]);
    shop.prints(0, &["lock", "--check"]);
    assert_eq!(shop.project.run(&["check"]).code, Some(0));

    shop.change("\"maxLength\": 36", "\"maxLength\": 40");
    let plan = shop.prints(1, &["plan"]);
    assert!(
        plan.contains(
            "error[DIFFERS]: `OrderPlaced` is not in `shop.order-placed-value`, whose latest version 1 (id 1) differs"
        ),
        "{plan}"
    );
    // Builds and `check` go by the lock file; what writes it anew does not.
    let stale = shop.project.run(&["check"]);
    assert_eq!(stale.code, Some(1), "{stale:?}");
    assert!(stale.stdout.contains("error[S0309]: the lock file is not of this folder"), "{stale:?}");
    assert_eq!(shop.project.run(&["list"]).code, Some(0));
    shop.prints(0, &["apply"]);
    assert!(shop.prints(1, &["lock", "--check"]).contains("is not as the registry has it"));
    shop.prints(0, &["lock"]);
    let lock: Value = serde_json::from_str(&shop.project.read("schemas/registry.lock")).unwrap();
    let subject = &lock["subjects"]["shop.order-placed-value"];
    assert_eq!(
        (&subject["file"], &subject["version"], &subject["id"]),
        (&"order.schema.json".into(), &2.into(), &2.into())
    );
    assert_eq!(shop.project.run(&["check"]).code, Some(0));
    let versions = subject["versions"].as_array().unwrap();
    assert_eq!((versions.len(), &versions[1]["guid"], &versions[1]["hash"]), (2, &subject["guid"], &subject["hash"]));
    assert_eq!(versions[0]["guid"].as_str().map(str::len), Some(36));

    // Back to what is registered, behind the latest one: which nothing can be done about but to say it.
    shop.project.write("schemas/order.schema.json", ORDER);
    let plan: Value = serde_json::from_str(&shop.run(&["plan", "--format", "json"]).stdout).unwrap();
    assert_eq!(
        (&plan["subjects"][0]["state"], &plan["subjects"][0]["version"]),
        (&"behind".into(), &1.into()),
        "{plan}"
    );
    assert!(shop.prints(0, &["apply"]).contains("0 registered"));
}

#[test]
fn the_level_of_the_schema_is_set() {
    let shop = Shop::open();
    shop.change("\"partitions\": 3", "\"partitions\": 3, \"compatibility\": \"FULL\"");
    assert!(shop.prints(0, &["apply"]).contains("`shop.order-placed-value` has the level FULL"));
    shop.prints(0, &["plan"]);
    shop.change("\"partitions\": 3", "\"partitions\": 3, \"compatibility\": \"BACKWARD_TRANSITIVE\"");
    let plan = shop.prints(1, &["plan"]);
    assert!(plan.contains("error[LEVEL_DIFFERS]: `shop.order-placed-value` has the level FULL, and the schema of `OrderPlaced` says BACKWARD_TRANSITIVE"), "{plan}");
}

#[test]
fn messages_of_one_topic_have_subjects_of_their_own() {
    let shop = Shop::open();
    let constant = |title: &str| {
        let kind = format!("\"properties\": {{\"kind\": {{\"const\": \"{title}\"}},");
        let schema = ORDER.replacen("OrderPlaced", title, 1).replacen("\"properties\": {", &kind, 1);
        schema.replacen("[\"order_id\"]", "[\"order_id\", \"kind\"]", 1)
    };
    shop.project.write("schemas/order.schema.json", &constant("Placed"));
    shop.project.write("schemas/moved.schema.json", &constant("Moved"));
    let refused = shop.prints(2, &["plan"]);
    assert!(refused.contains("are both for the subject `shop.order-placed-value`"), "{refused}");
    assert!(refused.contains("`--strategy topic-record`"), "{refused}");
    let plan = shop.prints(1, &["plan", "--strategy", "topic-record"]);
    assert!(plan.contains("`shop.order-placed-Placed`") && plan.contains("`shop.order-placed-Moved`"), "{plan}");
    assert!(shop.prints(1, &["plan", "--strategy", "record"]).contains("in no subject: `Moved`"));
}

#[test]
fn what_the_registry_refuses_is_told_and_the_others_go_on() {
    let shop = Shop::open();
    shop.prints(0, &["apply"]);
    shop.change("\"type\": \"object\"", "\"type\": \"object\", \"x-incompatible\": true");
    let other = ORDER.replacen("order-placed", "order-moved", 1).replacen("OrderPlaced", "OrderMoved", 1);
    shop.project.write("schemas/zz.schema.json", &other);
    let applied = shop.prints(1, &["apply"]);
    assert!(applied.contains("error[INCOMPATIBLE]: the registry refuses `OrderPlaced` in `shop.order-placed-value`: the new schema breaks readers"), "{applied}");
    assert!(applied.contains("2 subjects: 1 registered, 0 levels set, 1 refused"), "{applied}");
    assert_eq!(shop.registry.subjects(), 2);
}

#[test]
fn a_registry_that_goes_away_leaves_what_the_next_plan_shows() {
    let shop = Shop::open();
    for number in 1..5 {
        let other = ORDER.replacen("order-placed", &format!("order-{number}"), 1).replacen(
            "OrderPlaced",
            &format!("Order{number}"),
            1,
        );
        shop.project.write(&format!("schemas/{number}.schema.json"), &other);
    }
    shop.registry.set_fault(Fault::Ends(2));
    let ended = shop.prints(2, &["apply"]);
    assert!(ended.contains("no registry answers to POST"), "{ended}");
    assert!(ended.contains("2 registered, 0 levels set before; `registry plan` shows the rest"), "{ended}");
    shop.registry.set_fault(Fault::None);
    assert!(shop.prints(1, &["plan"]).contains("5 subjects: 2 as it is here, 3 not there"));
    shop.prints(0, &["apply"]);
    shop.prints(0, &["plan"]);
}

#[test]
fn the_answer_of_the_registry_stands_beside_the_prediction() {
    let shop = Shop::open();
    assert!(shop.prints(0, &["check"]).contains("1 subject: 0 accepted, 0 refused, 1 new"));
    shop.prints(0, &["apply"]);
    assert!(shop.prints(0, &["check"]).contains("1 subject: 1 accepted, 0 refused, 0 new"));

    // The registry accepts what breaks readers.
    shop.change("\"required\": [\"order_id\"]", "\"required\": [\"order_id\", \"total\"]");
    let accepted = shop.prints(0, &["check"]);
    assert!(accepted.contains("warning[NOT_AS_PREDICTED]: the registry accepts `OrderPlaced` in `shop.order-placed-value`, and Confluent's refuses it"), "{accepted}");
    assert!(accepted.contains("warning[REQUIRED_ATTRIBUTE_ADDED]"), "{accepted}");
    // And refuses what breaks nothing.
    shop.change("\"type\": \"object\"", "\"type\": \"object\", \"x-incompatible\": true");
    let refused = shop.prints(1, &["check"]);
    assert!(
        refused
            .contains("error[REFUSED]: the registry refuses `OrderPlaced` in `shop.order-placed-value` under BACKWARD"),
        "{refused}"
    );
    assert!(refused.contains("warning[NOT_AS_PREDICTED]"), "{refused}");
    assert!(refused.contains("1 subject: 0 accepted, 1 refused, 0 new"), "{refused}");
}

#[test]
fn subjects_become_files_that_are_never_overwritten() {
    let shop = Shop::open();
    shop.prints(0, &["apply"]);
    let pulled = shop.prints(0, &["pull", "--into", "pulled"]);
    assert!(pulled.contains("pulled/shop.order-placed-value.schema.json"), "{pulled}");
    let text = shop.project.read("pulled/shop.order-placed-value.schema.json");
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), serde_json::from_str::<Value>(ORDER).unwrap());
    shop.prints(0, &["pull", "--into", "pulled", "shop.order-placed-value"]);
    shop.project.write("pulled/shop.order-placed-value.schema.json", "mine");
    assert!(shop.prints(2, &["pull", "--into", "pulled"]).contains("something else is there"));
    assert!(shop.prints(2, &["pull", "--into", "pulled", "none"]).contains("the registry has no subject `none`"));
}

#[cfg(unix)]
#[test]
fn nothing_is_written_through_a_link() {
    use std::os::unix::fs::symlink;

    let shop = Shop::open();
    shop.prints(0, &["apply"]);
    shop.project.write("elsewhere", "mine");
    symlink(shop.project.path().join("elsewhere"), shop.project.path().join("schemas/registry.lock")).unwrap();
    let told = shop.prints(2, &["lock"]);
    assert!(told.contains("registry.lock` is a link"), "{told}");
    let pulled = shop.project.path().join("pulled");
    std::fs::create_dir(&pulled).unwrap();
    symlink("/dev/zero", pulled.join("shop.order-placed-value.schema.json")).unwrap();
    assert!(shop.prints(2, &["pull", "--into", "pulled"]).contains("something else is there"));
    symlink("/tmp", shop.project.path().join("out")).unwrap();
    assert!(shop.prints(2, &["pull", "--into", "out"]).contains("a link that leads out of the current folder"));
    assert_eq!(shop.project.read("elsewhere"), "mine");
}

#[test]
fn a_bad_registry_is_told_with_what_was_asked_and_got() {
    let shop = Shop::open();
    shop.prints(0, &["apply"]);
    for (fault, said) in [
        (Fault::Html, "is not that of a registry: status 200, 19 bytes, text/html"),
        (Fault::Redirects, "it redirects to https://elsewhere/login (status 302); name that address"),
        (Fault::Lies, "it is version 1 of `other`"),
    ] {
        shop.registry.set_fault(fault);
        let told = shop.prints(2, &["plan"]);
        assert!(told.contains("/subjects/shop.order-placed-value/versions/latest"), "{told}");
        assert!(told.contains(said), "{told}");
    }
    shop.registry.set_fault(Fault::Slow);
    let began = Instant::now();
    let told = shop.prints(2, &["plan", "--timeout", "1"]);
    assert!(told.contains("no registry answers to GET") && began.elapsed().as_secs() < 20, "{told}");
    shop.registry.set_fault(Fault::Busy);
    shop.prints(0, &["plan"]);
}

#[test]
fn the_next_address_is_tried() {
    let shop = Shop::open();
    let urls = format!("http://127.0.0.1:1,{}", shop.registry.url);
    let run = shop.project.run(&["registry", "apply", "--url", &urls]);
    assert_eq!(run.code, Some(0), "{run:?}");
    let none = shop.project.command(&["registry", "plan"]).env_remove("SCHEMA_REGISTRY_URL").output().unwrap();
    assert!(String::from_utf8_lossy(&none.stderr).contains("or set SCHEMA_REGISTRY_URL"), "{none:?}");
}

#[test]
fn secrets_come_from_files_and_are_in_no_output() {
    let shop = Shop::open();
    shop.project.write("password", "s3cret\n");
    shop.prints(1, &["plan", "--user", "alice", "--password-file", "password"]);
    assert_eq!(shop.registry.credentials().as_deref(), Some("Basic YWxpY2U6czNjcmV0"));
    shop.prints(1, &["plan", "--token-file", "password"]);
    assert_eq!(shop.registry.credentials().as_deref(), Some("Bearer s3cret"));
    let url = shop.registry.url.replacen("http://", "http://alice:s3cret@", 1);
    shop.registry.set_fault(Fault::Html);
    let run = shop.project.run(&["registry", "plan", "--url", &url]);
    assert!(run.code == Some(2) && !run.stderr.contains("s3cret"), "{run:?}");
    assert_eq!(shop.registry.credentials().as_deref(), Some("Basic YWxpY2U6czNjcmV0"));
    shop.project.write("password", "\n");
    assert!(shop.prints(2, &["plan", "--token-file", "password"]).contains("the first line of `password` is empty"));
}

#[test]
fn a_plan_asks_a_few_times_for_each_subject() {
    let shop = Shop::open();
    shop.prints(0, &["apply"]);
    let before = shop.registry.requests().len();
    shop.prints(0, &["plan"]);
    assert_eq!(shop.registry.requests().len() - before, 2);
}

#[test]
fn a_real_registry_says_the_same() {
    let Some(url) = env::var("SCHEMA_REGISTRY_URL").ok().filter(|url| !url.is_empty()) else {
        println!("skipped: it needs a registry (SCHEMA_REGISTRY_URL)");
        return;
    };
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos();
    let order = |schema: &str| schema.replacen("shop.order-placed", &format!("test-{now:x}.order"), 1);
    let project = Project::new(&[("schemas/order.schema.json", &order(ORDER))]);
    let run = |code: i32, arguments: &[&str]| {
        let run = project.run(&[&["registry"], arguments, &["--url", &url]].concat());
        assert_eq!(run.code, Some(code), "{arguments:?}: {run:?}");
        run.stdout + &run.stderr
    };
    run(1, &["plan"]);
    run(0, &["apply"]);
    run(0, &["plan"]);
    run(0, &["lock"]);
    run(0, &["lock", "--check"]);
    run(0, &["check"]);
    let full = ORDER.replacen("\"partitions\": 3", "\"partitions\": 3, \"compatibility\": \"BACKWARD\"", 1);
    project.write("schemas/order.schema.json", &order(&full));
    assert!(run(1, &["plan"]).contains("error[LEVEL_DIFFERS]"));
    run(0, &["apply"]);
    run(0, &["plan"]);
    // It breaks readers, and the level is now one that forbids that.
    let breaking = full.replacen("[\"order_id\"]", "[\"order_id\", \"total\"]", 1);
    project.write("schemas/order.schema.json", &order(&breaking));
    let checked = run(1, &["check"]);
    assert!(checked.contains("error[REFUSED]") && checked.contains("error[REQUIRED_ATTRIBUTE_ADDED]"), "{checked}");
    let applied = run(1, &["apply"]);
    assert!(applied.contains("error[INCOMPATIBLE]"), "{applied}");
    run(0, &["pull", "--into", "pulled", &format!("test-{now:x}.order-value")]);
    assert_eq!(
        serde_json::from_str::<Value>(&project.read(&format!("pulled/test-{now:x}.order-value.schema.json"))).unwrap(),
        serde_json::from_str::<Value>(&order(&full)).unwrap()
    );
}
