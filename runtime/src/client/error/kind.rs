//! The codes of Kafka and of librdkafka, by what can be done about them: the only place where that is decided.

use rdkafka::error::RDKafkaErrorCode as Code;

/// The kind of an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::client) enum ErrorKind {
    /// It passes by itself: librdkafka retries, or a retry may succeed.
    Transient,
    /// A broker refuses the client, until somebody changes a password or a certificate.
    Refusal,
    /// The user lacks a right, until somebody grants it.
    Right,
    /// The topic, or something else that is named, does not exist, until somebody creates it.
    Missing,
    /// The message itself is the cause: it is refused however often it is sent.
    Message,
    /// Something else, which lasts until a person, or a new client, changes it.
    Lasting,
}

impl ErrorKind {
    pub(super) fn of(code: Code) -> Self {
        match code {
            Code::AllBrokersDown
            | Code::BrokerDestroy
            | Code::BrokerNotAvailable
            | Code::BrokerTransportFailure
            | Code::ConcurrentTransactions
            | Code::CoordinatorLoadInProgress
            | Code::CoordinatorNotAvailable
            | Code::EligibleLeadersNotAvailable
            | Code::FencedLeaderEpoch
            | Code::FetchSessionIdNotFound
            | Code::IllegalGeneration
            | Code::InvalidFetchSessionEpoch
            | Code::ISRInsufficient
            | Code::KafkaStorageError
            | Code::LeaderNotAvailable
            | Code::ListenerNotFound
            | Code::MemberIdRequired
            | Code::MessageTimedOut
            | Code::NetworkException
            | Code::NotController
            | Code::NotCoordinator
            | Code::NotEnoughReplicas
            | Code::NotEnoughReplicasAfterAppend
            | Code::NotLeaderForPartition
            | Code::OffsetNotAvailable
            | Code::OperationTimedOut
            | Code::PollExceeded
            | Code::PreferredLeaderNotAvailable
            | Code::RebalanceInProgress
            | Code::RebootstrapRequired
            | Code::ReplicaNotAvailable
            | Code::RequestTimedOut
            | Code::Resolve
            | Code::Retry
            | Code::StaleBrokerEpoch
            | Code::StaleControllerEpoch
            | Code::ThrottlingQuotaExceeded
            | Code::TimedOutQueue
            | Code::UnknownLeaderEpoch
            | Code::UnknownMemberId
            | Code::UnstableOffsetCommit
            | Code::WaitCache
            | Code::WaitingForCoordinator => Self::Transient,

            Code::Authentication
            | Code::IllegalSASLState
            | Code::SaslAuthenticationFailed
            | Code::SSL
            | Code::UnacceptableCredential
            | Code::UnsupportedSASLMechanism => Self::Refusal,

            Code::ClusterAuthorizationFailed
            | Code::DelegationTokenAuthorizationFailed
            | Code::GroupAuthorizationFailed
            | Code::TopicAuthorizationFailed
            | Code::TransactionalIdAuthorizationFailed => Self::Right,

            Code::GroupIdNotFound
            | Code::ResourceNotFound
            | Code::UnknownGroup
            | Code::UnknownPartition
            | Code::UnknownTopic
            | Code::UnknownTopicId
            | Code::UnknownTopicOrPartition => Self::Missing,

            Code::InvalidRecord
            | Code::InvalidTimestamp
            | Code::KeySerialization
            | Code::MessageBatchTooLarge
            | Code::MessageSizeTooLarge
            | Code::ValueSerialization => Self::Message,

            _ => Self::Lasting,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_wrong_with_the_message_is_its_fault() {
        let kind = ErrorKind::of;
        for (code, expected) in [
            (Code::TopicAuthorizationFailed, ErrorKind::Right),
            (Code::TransactionalIdAuthorizationFailed, ErrorKind::Right),
            (Code::UnknownTopicOrPartition, ErrorKind::Missing),
            (Code::NotEnoughReplicas, ErrorKind::Transient),
            (Code::SaslAuthenticationFailed, ErrorKind::Refusal),
            (Code::InvalidRequiredAcks, ErrorKind::Lasting),
            (Code::PolicyViolation, ErrorKind::Lasting),
            (Code::UnsupportedForMessageFormat, ErrorKind::Lasting),
            (Code::ProducerFenced, ErrorKind::Lasting),
            (Code::MessageSizeTooLarge, ErrorKind::Message),
            (Code::InvalidRecord, ErrorKind::Message),
            (Code::InvalidTimestamp, ErrorKind::Message),
        ] {
            assert_eq!(kind(code), expected, "{code:?}");
        }
    }
}
