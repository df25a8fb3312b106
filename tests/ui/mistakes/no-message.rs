use thoth_messaging::Kafka;
use thoth_messaging::app::App;

async fn handle(_: u32) {}

fn main() {
    let _ = App::new(&Kafka::new("localhost:9092")).handle(handle);
}
