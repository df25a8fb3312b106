use thoth_messaging::Kafka;
use thoth_messaging::app::App;

fn main() {
    let _ = App::new(&Kafka::new("localhost:9092")).handle(1_u32);
}
