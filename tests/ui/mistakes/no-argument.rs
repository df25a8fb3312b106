use thoth_messaging::Kafka;
use thoth_messaging::app::App;

async fn handle() {}

fn main() {
    let _ = App::new(&Kafka::new("localhost:9092")).handle(handle);
}
