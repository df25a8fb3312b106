//! Records in flight: what is kept of one until its delivery report, and the context that receives the report.

use std::mem;
use std::sync::Mutex;
use std::time::SystemTime;

use rdkafka::config::RDKafkaLogLevel;
use rdkafka::error::{KafkaError, KafkaResult};
use rdkafka::message::{BorrowedMessage, DeliveryResult, Message as _};
use rdkafka::producer::{Producer as _, ProducerContext, ThreadedProducer};
use rdkafka::{ClientContext, Statistics};
use tokio::sync::oneshot;

use super::gauges::ProducerGauges;
use super::in_flight_limit::InFlightPermit;
use super::producer_record::{Destination, ProducerRecord};
use super::spans::Sending;
use crate::client::client_errors::{self, ClientErrors};
use crate::client::ffi;
use crate::client::header::system_time;
use crate::client::lock::lock;
use crate::client::settings::{Authenticated, Refresh, Token};

pub(super) type Client = ThreadedProducer<Context>;

/// A record that is queued, until its delivery report.
pub(crate) struct Queued {
    pub(super) topic: String,
    pub(super) size: usize,
    /// True if the record names its partition.
    pub(super) has_partition: bool,
    pub(super) report: PendingReport,
    pub(super) sending: Sending,
}

/// The partition, the offset and the timestamp of a delivered record.
type Report = Result<(i32, i64, Option<SystemTime>), KafkaError>;

pub(super) type PendingReport = oneshot::Receiver<Report>;

/// The permits of a record: of its topic, if that has a limit of its own, and of the producer.
pub(super) type Permits = (Option<InFlightPermit>, InFlightPermit);

/// The state that librdkafka keeps with a record until it reports on it.
pub(super) struct InFlight {
    report: oneshot::Sender<Report>,
    permits: Permits,
    origin: Origin,
}

impl InFlight {
    /// The state of a record, and the receiver of its report.
    pub(super) fn new(record: &ProducerRecord, permits: Permits) -> (Self, PendingReport) {
        let (report, reported) = oneshot::channel();
        (Self { report, permits, origin: Origin::of(record) }, reported)
    }
}

/// The parts of a record that its delivery report does not have.
struct Origin {
    destination: Destination,
    timestamp: Option<SystemTime>,
    partition: Option<i32>,
    max_message_bytes: Option<usize>,
}

impl Origin {
    fn of(record: &ProducerRecord) -> Self {
        let ProducerRecord { destination, timestamp, partition, max_message_bytes, .. } = record;
        Self {
            destination: destination.clone(),
            timestamp: *timestamp,
            partition: *partition,
            max_message_bytes: *max_message_bytes,
        }
    }

    /// The record as it was to be sent.
    fn record(self, message: &BorrowedMessage<'_>) -> ProducerRecord {
        ProducerRecord {
            destination: self.destination,
            key: message.key().map(<[u8]>::to_vec),
            payload: message.payload().map(<[u8]>::to_vec),
            headers: ffi::headers(message),
            timestamp: self.timestamp,
            partition: self.partition,
            max_message_bytes: self.max_message_bytes,
        }
    }
}

/// The records that are given up when a producer is closed. Those that fail before are reported to their sends alone.
#[derive(Default)]
pub(super) struct GivenUp(Mutex<Option<Vec<ProducerRecord>>>);

impl GivenUp {
    pub(super) fn start(&self) {
        *lock(&self.0) = Some(Vec::new());
    }

    fn add(&self, record: impl FnOnce() -> ProducerRecord) {
        if let Some(records) = lock(&self.0).as_mut() {
            records.push(record());
        }
    }

    pub(super) fn take(&self) -> Vec<ProducerRecord> {
        mem::take(&mut *lock(&self.0)).unwrap_or_default()
    }
}

/// The context of a producer's client: what librdkafka calls back.
#[derive(Default)]
pub(super) struct Context {
    pub(super) errors: ClientErrors,
    refresh: Refresh,
    pub(super) given_up: GivenUp,
    gauges: ProducerGauges,
}

impl ClientContext for Context {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, line: &str) {
        client_errors::log(level, facility, line);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        self.errors.report(&error, reason);
    }

    fn stats(&self, statistics: Statistics) {
        self.gauges.show(&statistics);
    }
}

impl ProducerContext for Context {
    type DeliveryOpaque = Box<InFlight>;

    fn delivery(&self, result: &DeliveryResult<'_>, in_flight: Box<InFlight>) {
        let InFlight { report, permits, origin } = *in_flight;
        let result = match result {
            Ok(message) => Ok((message.partition(), message.offset(), system_time(message.timestamp()))),
            Err((error, message)) => {
                self.given_up.add(|| origin.record(message));
                Err(error.clone())
            }
        };
        // Before the send goes on. Its future may have been dropped.
        drop(permits);
        let _ = report.send(result);
    }
}

impl Authenticated for Client {
    fn set_token(&self, token: Result<&Token, &str>) -> KafkaResult<()> {
        ffi::set_token(self.client(), token)
    }

    fn refresh(&self) -> &Refresh {
        &self.context().refresh
    }
}
