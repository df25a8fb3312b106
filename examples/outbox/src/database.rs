//! The database: releases, and the messages about them that are to be sent.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, params};
use thoth_messaging::Message as _;
use thoth_messaging::messages::PackageReleased;

use crate::Result;

/// A connection to the database.
pub struct Database(Connection);

/// A message that is to be sent.
pub struct Pending {
    /// Its number, which grows: a number is never given twice.
    pub id: i64,
    /// The key.
    pub key: Option<String>,
    /// The payload, encoded and valid.
    pub payload: Vec<u8>,
}

impl Database {
    /// Opens the database of a file, and creates its tables unless they are there.
    ///
    /// # Errors
    ///
    /// If the file can't be opened or is no such database.
    pub fn open(file: &Path) -> Result<Self> {
        let connection = Connection::open(file)?;
        // The relay is another process.
        connection.busy_timeout(Duration::from_secs(10))?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.execute_batch(
            "CREATE TABLE IF NOT EXISTS releases (name TEXT, version TEXT, PRIMARY KEY (name, version));
             CREATE TABLE IF NOT EXISTS outbox (id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT, payload BLOB NOT NULL);",
        )?;
        Ok(Self(connection))
    }

    /// Writes a release and the message about it: both, or neither.
    ///
    /// # Errors
    ///
    /// If the schema refuses the message, or the release is there already.
    pub fn release(&mut self, released: &PackageReleased) -> Result<()> {
        let (key, payload) = (released.key(), released.encode()?);
        let transaction = self.0.transaction()?;
        let (name, version) = (&released.package_name, &released.package_version);
        transaction.execute("INSERT INTO releases VALUES (?, ?)", params![name, version])?;
        transaction.execute("INSERT INTO outbox (key, payload) VALUES (?, ?)", params![key, payload])?;
        Ok(transaction.commit()?)
    }

    /// The first messages that are to be sent, in order.
    ///
    /// # Errors
    ///
    /// If the database can't be read.
    pub fn pending(&self, max: usize) -> Result<Vec<Pending>> {
        let mut statement = self.0.prepare("SELECT id, key, payload FROM outbox ORDER BY id LIMIT ?")?;
        let rows = statement.query_map(params![i64::try_from(max)?], |row| {
            Ok(Pending { id: row.get(0)?, key: row.get(1)?, payload: row.get(2)? })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Forgets the messages up to one, which are sent.
    ///
    /// # Errors
    ///
    /// If the database can't be written.
    pub fn forget(&self, up_to: i64) -> Result<()> {
        self.0.execute("DELETE FROM outbox WHERE id <= ?", params![up_to])?;
        Ok(())
    }

    /// The number of messages that are to be sent, or were not forgotten yet.
    ///
    /// # Errors
    ///
    /// If the database can't be read.
    pub fn len(&self) -> Result<u64> {
        let messages: i64 = self.0.query_row("SELECT count(*) FROM outbox", [], |row| row.get(0))?;
        Ok(u64::try_from(messages)?)
    }

    /// Returns whether there is nothing to send.
    ///
    /// # Errors
    ///
    /// If the database can't be read.
    pub fn is_empty(&self) -> Result<bool> {
        Ok(self.len()? == 0)
    }
}
