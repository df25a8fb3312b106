use thoth_messaging::Kafka;
use thoth_messaging::app::{App, Key};
use thoth_messaging::messages::PackageReleased;

type K = Option<Key>;

async fn handle(_: PackageReleased, _: K, _: K, _: K, _: K, _: K, _: K, _: K, _: K, _: K) {}

fn main() {
    let _ = App::new(&Kafka::new("localhost:9092")).handle(handle);
}
