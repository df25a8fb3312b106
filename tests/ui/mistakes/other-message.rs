use thoth_messaging::Kafka;
use thoth_messaging::app::App;
use thoth_messaging::dynamic::message_factory;
use thoth_messaging::messages::PackageReleased;

async fn handle(_: PackageReleased) {}

fn main() {
    let failed = message_factory("ci.build-failed", [("commit", "string")]).unwrap();
    let _ = App::new(&Kafka::new("localhost:9092")).handle_of(failed, handle);
}
