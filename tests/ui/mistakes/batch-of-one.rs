use thoth_messaging::Kafka;
use thoth_messaging::app::{App, Batch};
use thoth_messaging::messages::PackageReleased;

async fn handle(_: PackageReleased) {}

fn main() {
    let _ = App::new(&Kafka::new("localhost:9092")).handle_batch(Batch::default(), handle);
}
