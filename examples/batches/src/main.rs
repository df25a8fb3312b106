//! Writes messages to `SQLite`, one by one and in batches, and says how long each took: on an in-process Kafka, or on the
//! cluster that `KAFKA_BOOTSTRAP_SERVERS` names, which has room for a million.
//!
//! ```text
//! cargo run --release -p batches
//! KAFKA_BOOTSTRAP_SERVERS=localhost:9092 cargo run --release -p batches -- 1000000
//! ```
//!
//! Handlers see a message at least once, so a row is known by the partition and the offset of its message.

use std::env;
use std::error::Error;
use std::path::Path;
use std::pin::pin;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures_util::TryStreamExt as _;
use rusqlite::{Connection, Statement, Transaction, params};
use thoth_messaging::Message;
use thoth_messaging::app::{App, Batch, DeadLetters, Metadata, State};
use thoth_messaging::client::ProducerRecord;
use thoth_messaging::messages::{PackageReleased, PackageReleasedRequired};
use thoth_messaging::testing::TestKafka;
use tokio::sync::watch;

/// A partition of the in-process Kafka has room for a few times as many.
const MESSAGES: u64 = 5_000;

struct Database {
    connection: Mutex<Connection>,
    rows: watch::Sender<u64>,
}

impl Database {
    fn create(file: &Path) -> rusqlite::Result<Self> {
        let connection = Connection::open(file)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.execute_batch(
            "CREATE TABLE released (topic_partition INTEGER, topic_offset INTEGER, name TEXT, version TEXT,
             PRIMARY KEY (topic_partition, topic_offset))",
        )?;
        Ok(Self { connection: Mutex::new(connection), rows: watch::Sender::new(0) })
    }

    /// Writes rows in one transaction. The function returns how many are new.
    fn write(&self, insert: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<usize>) -> rusqlite::Result<()> {
        let mut connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let transaction = connection.transaction()?;
        let new = insert(&transaction)?;
        transaction.commit()?;
        self.rows.send_modify(|rows| *rows += new as u64);
        Ok(())
    }
}

/// A message that was handled before changes nothing.
const INSERT: &str = "INSERT OR IGNORE INTO released VALUES (?, ?, ?, ?)";

fn insert(statement: &mut Statement<'_>, released: &PackageReleased, metadata: &Metadata) -> rusqlite::Result<usize> {
    let (name, version) = (&released.package_name, &released.package_version);
    statement.execute(params![metadata.partition(), metadata.offset(), name, version])
}

async fn one(released: PackageReleased, metadata: Metadata, database: State<Database>) -> rusqlite::Result<()> {
    database.write(|transaction| insert(&mut transaction.prepare(INSERT)?, &released, &metadata))
}

async fn many(
    released: Vec<PackageReleased>,
    metadata: Vec<Metadata>,
    database: State<Database>,
) -> rusqlite::Result<()> {
    database.write(|transaction| {
        let mut statement = transaction.prepare(INSERT)?;
        released.iter().zip(&metadata).map(|(released, metadata)| insert(&mut statement, released, metadata)).sum()
    })
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let messages = env::args().nth(1).map_or(Ok(MESSAGES), |argument| argument.parse())?;
    let one_by_one = measure(messages, |app| app.handle(one)).await?;
    println!("one by one   {messages} rows in {:.2} s", one_by_one.as_secs_f64());
    let batch = Batch::default().max_messages(1_000);
    let in_batches = measure(messages, |app| app.handle_batch(batch, many)).await?;
    println!("in batches   {messages} rows in {:.2} s", in_batches.as_secs_f64());
    println!("batches are {:.1} times as fast", one_by_one.as_secs_f64() / in_batches.as_secs_f64());
    Ok(())
}

/// Sends messages, and measures how long it takes until there is a row for each.
async fn measure(
    messages: u64,
    handle: impl FnOnce(App<Database>) -> App<Database>,
) -> Result<Duration, Box<dyn Error>> {
    let kafka = TestKafka::start()?;
    kafka.create_topic(&PackageReleased::DESCRIPTOR.topic).await?;
    let producer = kafka.kafka().producer()?;
    let records = (0..messages).map(|number| ProducerRecord::of(&released(number)));
    pin!(producer.send_all(records)).try_for_each(async |_| Ok(())).await?;
    producer.close(Duration::from_secs(10)).await?;

    let folder = tempfile::tempdir()?;
    let database = Database::create(&folder.path().join("released.sqlite"))?;
    let mut rows = database.rows.subscribe();
    let app = App::new(&kafka.kafka()).group("batches").state(database).dead_letters(DeadLetters::stop());
    let started = Instant::now();
    let all_written = async {
        // The app holds the sender.
        let _ = rows.wait_for(|rows| *rows >= messages).await;
    };
    let summary = handle(app).run_until(all_written).await?;
    let took = started.elapsed();
    println!("{summary}");
    Ok(took)
}

fn released(number: u64) -> PackageReleased {
    PackageReleased::new(PackageReleasedRequired {
        component_name: "batches".to_owned(),
        service_version: env!("CARGO_PKG_VERSION").to_owned(),
        index_url: "https://pypi.org/simple".to_owned(),
        package_name: format!("package-{}", number % 1000),
        package_version: number.to_string(),
    })
}
