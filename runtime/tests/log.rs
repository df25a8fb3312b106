//! A program that has a logger of the `log` facade, and no subscriber of `tracing`: one for all of this file.

#![expect(clippy::unwrap_used, reason = "clippy.toml allows it in test functions only, not in what they share")]

use std::sync::Mutex;
use std::time::Duration;

use log::{Level, LevelFilter, Log, Metadata, Record};
use thoth_messaging::Message as _;
use thoth_messaging::app::{App, Outcome};
use thoth_messaging::client::Kafka;
use thoth_messaging::messages::PackageReleased;
use thoth_messaging::testing::TestApp;

struct Logger(Mutex<Vec<(Level, String)>>);

static LOGGER: Logger = Logger(Mutex::new(Vec::new()));

impl Log for Logger {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &Record<'_>) {
        LOGGER.0.lock().unwrap().push((record.level(), format!("{} {}", record.target(), record.args())));
    }

    fn flush(&self) {}
}

fn lines(text: &str) -> Vec<(Level, String)> {
    LOGGER.0.lock().unwrap().iter().filter(|(_, line)| line.contains(text)).cloned().collect()
}

#[tokio::test]
async fn a_logger_gets_what_is_told_and_not_a_line_for_each_message() {
    log::set_logger(&LOGGER).unwrap();
    log::set_max_level(LevelFilter::Info);
    let rejects = async |_: PackageReleased| Outcome::dead_letter("no");
    let test = TestApp::start(|kafka| App::new(kafka).handle(rejects)).await.unwrap();
    let released = br#"{"component_name": "test", "service_version": "1", "version": "v1", "package_name": "flask",
        "package_version": "1", "index_url": "https://pypi.org/simple"}"#;
    test.publish(&PackageReleased::decode(released).unwrap()).await.unwrap();
    test.settled(1).await.unwrap();
    test.stop().await.unwrap();
    assert_eq!(lines("rejected after 1 attempts")[0].0, Level::Error);
    assert!(lines("messaging.system.name").is_empty(), "{:?}", lines(""));

    let nowhere = Kafka::new("127.0.0.1:1");
    nowhere.admin().check_connection(Duration::from_secs(2)).await.unwrap_err();
    let told = lines("127.0.0.1:1");
    assert!(told.iter().any(|(level, line)| *level == Level::Warn && line.contains("Connection refused")), "{told:?}");
}
