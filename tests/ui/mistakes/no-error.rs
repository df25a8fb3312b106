use thoth_messaging::Kafka;
use thoth_messaging::app::App;
use thoth_messaging::messages::PackageReleased;

struct NoError;

async fn handle(_: PackageReleased) -> Result<(), NoError> {
    Ok(())
}

fn main() {
    let _ = App::new(&Kafka::new("localhost:9092")).handle(handle);
}
