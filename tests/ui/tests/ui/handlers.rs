//! Functions that are handlers, which the compiler has to accept.

use std::io;
use std::time::Duration;

use thoth_messaging::Kafka;
use thoth_messaging::app::{App, Batch, Context, Headers, Key, Metadata, Next, Outcome, Retries, State, handler};
use thoth_messaging::client::ProducerRecord;
use thoth_messaging::messages::{CveProvided, PackageReleased, SolvedPackage, UnresolvedPackage};

async fn all(
    _: PackageReleased,
    _: Key,
    _: State<u32>,
    _: Headers,
    _: Option<Key>,
    _: Metadata,
    _: Context<u32>,
) -> Result<Outcome, String> {
    Ok(Outcome::Handled)
}

async fn replies(_: SolvedPackage) -> Result<Option<Vec<ProducerRecord>>, Box<dyn std::error::Error + Send + Sync>> {
    Ok(None)
}

async fn layer(next: Next, _: Headers) -> io::Result<Outcome> {
    Ok(next.run().await)
}

async fn batch(_: Vec<SolvedPackage>, _: State<u32>, _: Vec<Key>) -> Result<Vec<Outcome>, String> {
    Ok(Vec::new())
}

#[test]
fn these_are_handlers() {
    let prefix = String::from("a");
    let _ = App::new(&Kafka::new("localhost:9092"))
        .state(1_u32)
        .layer(layer)
        .handle(all)
        .handle(handler(replies).retries(Retries::none()).layer(layer).attempt_timeout(Duration::from_secs(1)))
        .handle_batch(Batch::default(), handler(batch).layer(layer))
        .handle(async |_: Option<UnresolvedPackage>| Err::<(), _>("no"))
        .handle(move |cve: CveProvided| {
            let prefix = prefix.clone();
            async move { assert!(cve.package_name.starts_with(&prefix)) }
        });
}
