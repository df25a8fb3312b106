use std::rc::Rc;

use thoth_messaging::Kafka;
use thoth_messaging::app::App;
use thoth_messaging::messages::PackageReleased;

fn main() {
    let count = Rc::new(1_u32);
    let handle = move |_: PackageReleased| {
        let count = *count;
        async move { println!("{count}") }
    };
    let _ = App::new(&Kafka::new("localhost:9092")).handle(handle);
}
