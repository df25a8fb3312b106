use thoth_messaging::Kafka;
use thoth_messaging::app::{App, Context};
use thoth_messaging::messages::PackageReleased;

async fn handle(_: PackageReleased, _: Context<u32>) {}

fn main() {
    let _ = App::new(&Kafka::new("localhost:9092")).state(1_u64).handle(handle);
}
