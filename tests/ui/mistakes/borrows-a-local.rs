use thoth_messaging::Kafka;
use thoth_messaging::app::App;
use thoth_messaging::messages::PackageReleased;

fn main() {
    let names = vec![String::new()];
    let _ = App::new(&Kafka::new("localhost:9092"))
        .handle(async |released: PackageReleased| assert!(names.contains(&released.package_name)));
}
