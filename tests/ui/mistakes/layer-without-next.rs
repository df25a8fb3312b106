use thoth_messaging::Kafka;
use thoth_messaging::app::App;
use thoth_messaging::messages::PackageReleased;

async fn handle(_: PackageReleased) {}

fn main() {
    let _ = App::new(&Kafka::new("localhost:9092")).layer(handle).handle(handle);
}
