//! Apps beside brokers of other addresses and racks: on the listeners of `scripts/kafka start --secure`.

use std::env;

use thoth_messaging::client::Kafka;
use thoth_messaging::testing::{TestApp, Time};

use crate::{Script, committed, kafka, on_partition};

/// The settings of the test's cluster with other ones.
async fn handles_all_with(settings: impl Fn(Kafka) -> Kafka) {
    let (kafka, script) = (kafka(3).await, Script::default());
    let app = |kafka: &Kafka| script.app(&settings(kafka.clone()));
    let test = TestApp::start_on(kafka, Time::Skips, app).await.unwrap();
    for number in 0..9 {
        test.publish(on_partition("flask", &number.to_string(), number % 3)).await.unwrap();
    }
    test.publish(on_partition("reject", "9", 0)).await.unwrap();
    test.settled(10).await.unwrap();
    assert_eq!(test.dead_letters().await.unwrap().len(), 1);
    assert_eq!(committed(&test, &[(0, 4), (1, 3), (2, 3)]).await, [(0, 4), (1, 3), (2, 3)].into());
    assert_eq!(test.stop().await.unwrap().handled, 9);
}

#[tokio::test]
async fn brokers_with_addresses_of_ipv6_alone_are_brokers_as_others() {
    let Ok(servers) = env::var("THOTH_IPV6_SERVERS") else {
        println!("skipped: needs a cluster of `scripts/kafka start --secure`, and a loopback address of IPv6");
        return;
    };
    handles_all_with(|kafka| kafka.with("bootstrap.servers", servers.clone()).with("broker.address.family", "v6"))
        .await;
}

/// Two of three partitions have their leader in another rack, and are fetched from the replica in this one.
#[tokio::test]
async fn an_app_that_fetches_from_the_replica_in_its_rack_handles_all_and_in_order() {
    if env::var("THOTH_SECURE_SERVERS").is_err() {
        println!("skipped: needs a cluster of `scripts/kafka start --secure`");
        return;
    }
    for rack in ["rack-1", "rack-3", "rack-of-nobody"] {
        handles_all_with(|kafka| kafka.with("client.rack", rack)).await;
    }
}
