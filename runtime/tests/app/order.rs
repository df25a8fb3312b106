use std::collections::BTreeMap;
use std::time::Duration;

use thoth_messaging::app::{App, Context};
use thoth_messaging::client::ProducerRecord;
use thoth_messaging::messages::PackageReleased;
use thoth_messaging::testing::{TestApp, Time};

use crate::{Script, committed, kafka, released};

#[tokio::test]
async fn per_key_another_key_is_handled_while_one_waits() {
    let script = Script::default();
    let kafka = kafka(1).await;
    let test = TestApp::start_on(kafka, Time::Held, |kafka| script.app(kafka).per_key(1)).await.unwrap();
    test.publish(&released("fail-once", "held 1")).await.unwrap();
    test.failed(1).await.unwrap();
    test.publish(&released("fail-once", "held 2")).await.unwrap();
    for version in ["free 1", "free 2"] {
        test.publish(&released("flask", version)).await.unwrap();
    }
    test.settled(2).await.unwrap();
    assert_eq!(script.handled(), ["free 1", "free 2"]);
    assert_eq!(test.committed(crate::topic()).await.unwrap(), BTreeMap::new(), "what is first is not handled");

    test.advance(Duration::from_secs(1));
    test.settled(3).await.unwrap();
    test.failed(2).await.unwrap();
    test.advance(Duration::from_secs(1));
    test.settled(4).await.unwrap();
    assert_eq!(script.handled()[2..], ["held 1", "held 2"]);
    assert_eq!(committed(&test, &[(0, 4)]).await, [(0, 4)].into());
}

#[tokio::test]
async fn per_key_many_messages_behind_one_that_is_retried_hold_up_no_other_key() {
    const HOT: usize = 200;
    let script = Script::default();
    let kafka = kafka(1).await;
    let app = |kafka: &_| script.app(kafka).per_key(2).max_in_flight(8);
    let test = TestApp::start_on(kafka, Time::Held, app).await.unwrap();
    for number in 0..HOT {
        let name = if number == 0 { "fail-once" } else { "flask" };
        let record = ProducerRecord::of(&released(name, &format!("hot {number}"))).unwrap();
        test.publish(record.with_key("hot")).await.unwrap();
    }
    test.failed(1).await.unwrap();
    for number in 0..20 {
        let record = ProducerRecord::of(&released("flask", &format!("cold {number}"))).unwrap();
        test.publish(record.with_key(format!("cold {}", number % 5))).await.unwrap();
    }
    test.settled(20).await.unwrap();
    assert!(script.handled().iter().all(|version| version.starts_with("cold")));
    assert_eq!(test.committed(crate::topic()).await.unwrap(), BTreeMap::new());

    test.advance(Duration::from_secs(1));
    test.settled(HOT as u64 + 20).await.unwrap();
    let hot: Vec<_> = (0..HOT).map(|number| format!("hot {number}")).collect();
    assert_eq!(script.handled()[20..], hot);
    let end = i64::try_from(HOT).unwrap() + 20;
    assert_eq!(committed(&test, &[(0, end)]).await, [(0, end)].into());
}

#[tokio::test]
async fn per_key_several_are_handled_at_once_up_to_the_limit() {
    let script = Script::default();
    let kafka = kafka(1).await;
    let test = TestApp::start_on(kafka, Time::Skips, |kafka| script.app(kafka).per_key(2)).await.unwrap();
    for version in ["1", "2", "3"] {
        let record = ProducerRecord::of(&released("wait", version)).unwrap();
        test.publish(record.with_key(version)).await.unwrap();
    }
    script.wait_for_attempts(2).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(script.began().len(), 2);
    script.open_gate();
    script.wait_for_attempts(3).await;
    script.open_gate();
    script.open_gate();
    test.settled(3).await.unwrap();
}

#[tokio::test]
async fn each_key_keeps_its_order() {
    type Seen = std::sync::Mutex<BTreeMap<String, Vec<String>>>;
    async fn note(released: PackageReleased, context: Context<std::sync::Arc<Seen>>) -> Result<(), &'static str> {
        tokio::task::yield_now().await;
        if released.package_version.ends_with('3') && context.attempt() == 1 {
            return Err("not yet");
        }
        context.state().lock().unwrap().entry(released.package_name).or_default().push(released.package_version);
        Ok(())
    }
    let seen = std::sync::Arc::new(Seen::default());
    let kafka = kafka(3).await;
    let app = |kafka: &_| App::new(kafka).state(seen.clone()).handle(note).per_key(4).max_in_flight(8);
    let test = TestApp::start_on(kafka, Time::Skips, app).await.unwrap();
    let mut sent: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for n in 0..200 {
        let (name, version) = (format!("package-{}", n % 7), n.to_string());
        test.publish(&released(&name, &version)).await.unwrap();
        sent.entry(name).or_default().push(version);
    }
    test.settled(200).await.unwrap();
    assert_eq!(*seen.lock().unwrap(), sent);
    assert_eq!(test.stop().await.unwrap().handled, 200);
}

#[tokio::test]
async fn more_than_what_may_be_in_flight_comes_as_there_is_room() {
    comes_as_there_is_room(|app| app.max_in_flight(2)).await;
}

#[tokio::test]
async fn more_bytes_than_may_be_in_flight_come_as_there_is_room() {
    comes_as_there_is_room(|app| app.max_in_flight_bytes(500)).await;
}

async fn comes_as_there_is_room(bound: impl FnOnce(App<Script>) -> App<Script>) {
    let script = Script::default();
    let kafka = kafka(1).await;
    let test = TestApp::start_on(kafka, Time::Skips, |kafka| bound(script.app(kafka))).await.unwrap();
    test.publish(&released("wait", "first")).await.unwrap();
    script.wait_for_attempts(1).await;
    let versions: Vec<_> = (0..40).map(|n| n.to_string()).collect();
    for version in &versions {
        test.publish(&released("flask", version)).await.unwrap();
    }
    script.open_gate();
    test.settled(41).await.unwrap();
    assert_eq!(script.handled()[1..], versions);
    assert_eq!(committed(&test, &[(0, 41)]).await, [(0, 41)].into());
}
