//! The port of an app: all that its engine asks of Kafka. Beside the clients of librdkafka stands the model of the
//! [simulation](super::simulation), in its tests alone.

use std::time::Duration;

#[cfg(test)]
use crate::client::model;
use crate::client::{
    CloseError, Delivery, OpenTransaction, Polled, Producer, ProducerRecord, Queued, ReceiveError, Record, Records,
    SendError, TopicPartition, TransactionError, TransactionalProducer, Uncommitted,
};
use crate::error::EncodeError;

/// The member of the group that gives out records.
pub(crate) enum Source {
    Kafka(Records),
    #[cfg(test)]
    Model(model::Member),
}

/// The producer of replies and dead letters.
#[derive(Clone)]
pub(crate) enum Sink {
    Kafka(Producer),
    #[cfg(test)]
    Model(model::Sink, Producer),
}

/// The producer of transactions.
pub(crate) enum Transactions {
    Kafka(TransactionalProducer),
    #[cfg(test)]
    Model(model::Transactions),
}

/// A transaction that message tasks add to.
pub(crate) enum Transaction {
    Kafka(OpenTransaction),
    #[cfg(test)]
    Model(model::Transaction),
}

/// A record that is queued, until its delivery report.
pub(crate) enum Sent {
    Kafka(Queued),
    #[cfg(test)]
    Model(model::Sent),
}

impl Source {
    /// As [`Records::next`].
    pub(crate) async fn next(&mut self) -> Result<Polled, ReceiveError> {
        match self {
            Self::Kafka(records) => records.next().await,
            #[cfg(test)]
            Self::Model(member) => Ok(member.next().await),
        }
    }

    /// As [`Records::pause`].
    pub(crate) fn pause(&self, partition: &TopicPartition) {
        match self {
            Self::Kafka(records) => records.pause(partition),
            #[cfg(test)]
            Self::Model(member) => member.pause(partition, true),
        }
    }

    /// As [`Records::resume`].
    pub(crate) fn resume(&self, partition: &TopicPartition) {
        match self {
            Self::Kafka(records) => records.resume(partition),
            #[cfg(test)]
            Self::Model(member) => member.pause(partition, false),
        }
    }

    /// As [`Records::pause_all`].
    pub(crate) fn pause_all(&self) {
        match self {
            Self::Kafka(records) => records.pause_all(),
            #[cfg(test)]
            Self::Model(member) => member.pause_all(),
        }
    }

    /// As [`Records::give_up`].
    pub(crate) fn give_up(&mut self, revoked: &[TopicPartition]) {
        match self {
            Self::Kafka(records) => records.give_up(revoked),
            #[cfg(test)]
            Self::Model(member) => member.give_up(revoked),
        }
    }

    /// As [`Records::close`].
    pub(crate) async fn close(self, deadline: Duration) -> Result<(), CloseError> {
        match self {
            Self::Kafka(records) => records.close(deadline).await,
            #[cfg(test)]
            Self::Model(member) => {
                member.close(deadline).await;
                Ok(())
            }
        }
    }
}

impl Sink {
    /// As [`Producer::send`].
    pub(crate) async fn send(&self, record: Result<ProducerRecord, EncodeError>) -> Result<Delivery, SendError> {
        match self {
            Self::Kafka(producer) => producer.send(record).await,
            #[cfg(test)]
            Self::Model(sink, _) => sink.send(record.map_err(SendError::Encode)?).await,
        }
    }

    /// As [`Producer::queue`].
    pub(crate) async fn queue(&self, record: ProducerRecord) -> Result<Sent, SendError> {
        match self {
            Self::Kafka(producer) => producer.queue(record).await.map(Sent::Kafka),
            #[cfg(test)]
            Self::Model(sink, _) => sink.queue(record).await.map(Sent::Model),
        }
    }

    /// As [`Producer::delivered`].
    pub(crate) async fn delivered(&self, sent: &mut Sent) -> Result<(), SendError> {
        match (self, sent) {
            (Self::Kafka(producer), Sent::Kafka(queued)) => producer.delivered(queued).await.map(drop),
            #[cfg(test)]
            (Self::Model(..), Sent::Model(sent)) => sent.delivered().await,
            #[cfg(test)]
            _ => unreachable!("a record is reported on by what has queued it"),
        }
    }

    /// The producer that handlers may send by.
    pub(crate) fn producer(&self) -> &Producer {
        match self {
            Self::Kafka(producer) => producer,
            #[cfg(test)]
            Self::Model(_, producer) => producer,
        }
    }
}

impl Transactions {
    /// As [`TransactionalProducer::open`].
    pub(crate) fn open(&mut self) -> Result<Transaction, TransactionError> {
        match self {
            Self::Kafka(producer) => producer.open().map(Transaction::Kafka),
            #[cfg(test)]
            Self::Model(producer) => producer.open().map(Transaction::Model),
        }
    }

    /// As [`TransactionalProducer::try_commit`].
    pub(crate) async fn try_commit(&mut self) -> Result<(), Uncommitted> {
        match self {
            Self::Kafka(producer) => producer.try_commit().await,
            #[cfg(test)]
            Self::Model(producer) => producer.try_commit().await,
        }
    }

    /// As [`TransactionalProducer::abort`].
    pub(crate) async fn abort(&mut self) -> Result<(), TransactionError> {
        match self {
            Self::Kafka(producer) => producer.abort().await,
            #[cfg(test)]
            Self::Model(producer) => producer.abort().await,
        }
    }

    /// As [`TransactionalProducer::close`].
    pub(crate) async fn close(self, deadline: Duration) -> Result<(), CloseError> {
        match self {
            Self::Kafka(producer) => producer.close(deadline).await,
            #[cfg(test)]
            Self::Model(mut producer) => {
                producer.close().await;
                Ok(())
            }
        }
    }
}

impl Transaction {
    /// As [`OpenTransaction::check`].
    pub(crate) async fn check(&self, record: &ProducerRecord) -> Result<(), SendError> {
        match self {
            Self::Kafka(transaction) => transaction.check(record).await,
            #[cfg(test)]
            Self::Model(transaction) => transaction.check(record).await,
        }
    }

    /// As [`OpenTransaction::queue`].
    pub(crate) async fn queue(&self, record: ProducerRecord) -> Result<Sent, SendError> {
        match self {
            Self::Kafka(transaction) => transaction.queue(record).await.map(Sent::Kafka),
            #[cfg(test)]
            Self::Model(transaction) => transaction.queue(record).await.map(Sent::Model),
        }
    }

    /// As [`OpenTransaction::delivered`].
    pub(crate) async fn delivered(&self, sent: &mut Sent) -> Result<(), SendError> {
        match (self, sent) {
            (Self::Kafka(transaction), Sent::Kafka(queued)) => transaction.delivered(queued).await.map(drop),
            #[cfg(test)]
            (Self::Model(_), Sent::Model(sent)) => sent.delivered().await,
            #[cfg(test)]
            _ => unreachable!("a record is reported on by what has queued it"),
        }
    }

    /// As [`OpenTransaction::ack`].
    pub(crate) fn ack(&self, record: &Record) {
        match self {
            Self::Kafka(transaction) => transaction.ack(record),
            #[cfg(test)]
            Self::Model(transaction) => transaction.ack(record),
        }
    }
}
