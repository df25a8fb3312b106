//! The requests and errors of Kafka's protocol that a test can have the in-process cluster fail with.

use rdkafka::types::{RDKafkaApiKey, RDKafkaRespErr};

/// An enum of Kafka's protocol, and its values in librdkafka.
macro_rules! protocol {
    ($(#[$meta:meta])* $name:ident: $native:ident { $($variant:ident = $value:ident, $doc:literal;)* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum $name {
            $(#[doc = concat!("Kafka's `", $doc, "`.")] $variant,)*
        }

        impl $name {
            pub(super) fn native(self) -> $native {
                match self {
                    $(Self::$variant => $native::$value,)*
                }
            }
        }
    };
}

protocol! {
    /// A kind of request that the in-process cluster serves.
    ApiKey: RDKafkaApiKey {
        Produce = Produce, "Produce";
        Fetch = Fetch, "Fetch";
        ListOffsets = ListOffsets, "ListOffsets";
        Metadata = Metadata, "Metadata";
        OffsetCommit = OffsetCommit, "OffsetCommit";
        OffsetFetch = OffsetFetch, "OffsetFetch";
        FindCoordinator = FindCoordinator, "FindCoordinator";
        JoinGroup = JoinGroup, "JoinGroup";
        Heartbeat = Heartbeat, "Heartbeat";
        LeaveGroup = LeaveGroup, "LeaveGroup";
        SyncGroup = SyncGroup, "SyncGroup";
        ApiVersions = ApiVersion, "ApiVersions";
        InitProducerId = InitProducerId, "InitProducerId";
        OffsetForLeaderEpoch = OffsetForLeaderEpoch, "OffsetForLeaderEpoch";
        AddPartitionsToTxn = AddPartitionsToTxn, "AddPartitionsToTxn";
        AddOffsetsToTxn = AddOffsetsToTxn, "AddOffsetsToTxn";
        EndTxn = EndTxn, "EndTxn";
        TxnOffsetCommit = TxnOffsetCommit, "TxnOffsetCommit";
    }
}

protocol! {
    /// An error with which a broker answers a request, by Kafka's names. [`NetworkException`](Self::NetworkException) is an answer
    /// like the others; [`Disconnected`](Self::Disconnected) is none, and the connection is closed.
    ResponseError: RDKafkaRespErr {
        Disconnected = RD_KAFKA_RESP_ERR__TRANSPORT, "DISCONNECTED";
        UnknownServerError = RD_KAFKA_RESP_ERR_UNKNOWN, "UNKNOWN_SERVER_ERROR";
        OffsetOutOfRange = RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE, "OFFSET_OUT_OF_RANGE";
        CorruptMessage = RD_KAFKA_RESP_ERR_INVALID_MSG, "CORRUPT_MESSAGE";
        UnknownTopicOrPartition = RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, "UNKNOWN_TOPIC_OR_PARTITION";
        InvalidFetchSize = RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE, "INVALID_FETCH_SIZE";
        LeaderNotAvailable = RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE, "LEADER_NOT_AVAILABLE";
        NotLeaderOrFollower = RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, "NOT_LEADER_OR_FOLLOWER";
        RequestTimedOut = RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT, "REQUEST_TIMED_OUT";
        BrokerNotAvailable = RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE, "BROKER_NOT_AVAILABLE";
        ReplicaNotAvailable = RD_KAFKA_RESP_ERR_REPLICA_NOT_AVAILABLE, "REPLICA_NOT_AVAILABLE";
        MessageTooLarge = RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, "MESSAGE_TOO_LARGE";
        StaleControllerEpoch = RD_KAFKA_RESP_ERR_STALE_CTRL_EPOCH, "STALE_CONTROLLER_EPOCH";
        OffsetMetadataTooLarge = RD_KAFKA_RESP_ERR_OFFSET_METADATA_TOO_LARGE, "OFFSET_METADATA_TOO_LARGE";
        NetworkException = RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION, "NETWORK_EXCEPTION";
        CoordinatorLoadInProgress = RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS, "COORDINATOR_LOAD_IN_PROGRESS";
        CoordinatorNotAvailable = RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE, "COORDINATOR_NOT_AVAILABLE";
        NotCoordinator = RD_KAFKA_RESP_ERR_NOT_COORDINATOR, "NOT_COORDINATOR";
        InvalidTopic = RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION, "INVALID_TOPIC_EXCEPTION";
        RecordListTooLarge = RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE, "RECORD_LIST_TOO_LARGE";
        NotEnoughReplicas = RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, "NOT_ENOUGH_REPLICAS";
        NotEnoughReplicasAfterAppend = RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND, "NOT_ENOUGH_REPLICAS_AFTER_APPEND";
        InvalidRequiredAcks = RD_KAFKA_RESP_ERR_INVALID_REQUIRED_ACKS, "INVALID_REQUIRED_ACKS";
        IllegalGeneration = RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION, "ILLEGAL_GENERATION";
        InconsistentGroupProtocol = RD_KAFKA_RESP_ERR_INCONSISTENT_GROUP_PROTOCOL, "INCONSISTENT_GROUP_PROTOCOL";
        InvalidGroupId = RD_KAFKA_RESP_ERR_INVALID_GROUP_ID, "INVALID_GROUP_ID";
        UnknownMemberId = RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID, "UNKNOWN_MEMBER_ID";
        InvalidSessionTimeout = RD_KAFKA_RESP_ERR_INVALID_SESSION_TIMEOUT, "INVALID_SESSION_TIMEOUT";
        RebalanceInProgress = RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS, "REBALANCE_IN_PROGRESS";
        InvalidCommitOffsetSize = RD_KAFKA_RESP_ERR_INVALID_COMMIT_OFFSET_SIZE, "INVALID_COMMIT_OFFSET_SIZE";
        TopicAuthorizationFailed = RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, "TOPIC_AUTHORIZATION_FAILED";
        GroupAuthorizationFailed = RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED, "GROUP_AUTHORIZATION_FAILED";
        ClusterAuthorizationFailed = RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED, "CLUSTER_AUTHORIZATION_FAILED";
        InvalidTimestamp = RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP, "INVALID_TIMESTAMP";
        UnsupportedSaslMechanism = RD_KAFKA_RESP_ERR_UNSUPPORTED_SASL_MECHANISM, "UNSUPPORTED_SASL_MECHANISM";
        IllegalSaslState = RD_KAFKA_RESP_ERR_ILLEGAL_SASL_STATE, "ILLEGAL_SASL_STATE";
        UnsupportedVersion = RD_KAFKA_RESP_ERR_UNSUPPORTED_VERSION, "UNSUPPORTED_VERSION";
        TopicAlreadyExists = RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS, "TOPIC_ALREADY_EXISTS";
        InvalidPartitions = RD_KAFKA_RESP_ERR_INVALID_PARTITIONS, "INVALID_PARTITIONS";
        InvalidReplicationFactor = RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR, "INVALID_REPLICATION_FACTOR";
        InvalidReplicaAssignment = RD_KAFKA_RESP_ERR_INVALID_REPLICA_ASSIGNMENT, "INVALID_REPLICA_ASSIGNMENT";
        InvalidConfig = RD_KAFKA_RESP_ERR_INVALID_CONFIG, "INVALID_CONFIG";
        NotController = RD_KAFKA_RESP_ERR_NOT_CONTROLLER, "NOT_CONTROLLER";
        InvalidRequest = RD_KAFKA_RESP_ERR_INVALID_REQUEST, "INVALID_REQUEST";
        UnsupportedForMessageFormat = RD_KAFKA_RESP_ERR_UNSUPPORTED_FOR_MESSAGE_FORMAT, "UNSUPPORTED_FOR_MESSAGE_FORMAT";
        PolicyViolation = RD_KAFKA_RESP_ERR_POLICY_VIOLATION, "POLICY_VIOLATION";
        OutOfOrderSequenceNumber = RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, "OUT_OF_ORDER_SEQUENCE_NUMBER";
        DuplicateSequenceNumber = RD_KAFKA_RESP_ERR_DUPLICATE_SEQUENCE_NUMBER, "DUPLICATE_SEQUENCE_NUMBER";
        InvalidProducerEpoch = RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH, "INVALID_PRODUCER_EPOCH";
        InvalidTxnState = RD_KAFKA_RESP_ERR_INVALID_TXN_STATE, "INVALID_TXN_STATE";
        InvalidProducerIdMapping = RD_KAFKA_RESP_ERR_INVALID_PRODUCER_ID_MAPPING, "INVALID_PRODUCER_ID_MAPPING";
        InvalidTransactionTimeout = RD_KAFKA_RESP_ERR_INVALID_TRANSACTION_TIMEOUT, "INVALID_TRANSACTION_TIMEOUT";
        ConcurrentTransactions = RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS, "CONCURRENT_TRANSACTIONS";
        TransactionCoordinatorFenced = RD_KAFKA_RESP_ERR_TRANSACTION_COORDINATOR_FENCED, "TRANSACTION_COORDINATOR_FENCED";
        TransactionalIdAuthorizationFailed = RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED, "TRANSACTIONAL_ID_AUTHORIZATION_FAILED";
        SecurityDisabled = RD_KAFKA_RESP_ERR_SECURITY_DISABLED, "SECURITY_DISABLED";
        OperationNotAttempted = RD_KAFKA_RESP_ERR_OPERATION_NOT_ATTEMPTED, "OPERATION_NOT_ATTEMPTED";
        KafkaStorageError = RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR, "KAFKA_STORAGE_ERROR";
        LogDirNotFound = RD_KAFKA_RESP_ERR_LOG_DIR_NOT_FOUND, "LOG_DIR_NOT_FOUND";
        SaslAuthenticationFailed = RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED, "SASL_AUTHENTICATION_FAILED";
        UnknownProducerId = RD_KAFKA_RESP_ERR_UNKNOWN_PRODUCER_ID, "UNKNOWN_PRODUCER_ID";
        ReassignmentInProgress = RD_KAFKA_RESP_ERR_REASSIGNMENT_IN_PROGRESS, "REASSIGNMENT_IN_PROGRESS";
        DelegationTokenAuthDisabled = RD_KAFKA_RESP_ERR_DELEGATION_TOKEN_AUTH_DISABLED, "DELEGATION_TOKEN_AUTH_DISABLED";
        DelegationTokenNotFound = RD_KAFKA_RESP_ERR_DELEGATION_TOKEN_NOT_FOUND, "DELEGATION_TOKEN_NOT_FOUND";
        DelegationTokenOwnerMismatch = RD_KAFKA_RESP_ERR_DELEGATION_TOKEN_OWNER_MISMATCH, "DELEGATION_TOKEN_OWNER_MISMATCH";
        DelegationTokenRequestNotAllowed = RD_KAFKA_RESP_ERR_DELEGATION_TOKEN_REQUEST_NOT_ALLOWED, "DELEGATION_TOKEN_REQUEST_NOT_ALLOWED";
        DelegationTokenAuthorizationFailed = RD_KAFKA_RESP_ERR_DELEGATION_TOKEN_AUTHORIZATION_FAILED, "DELEGATION_TOKEN_AUTHORIZATION_FAILED";
        DelegationTokenExpired = RD_KAFKA_RESP_ERR_DELEGATION_TOKEN_EXPIRED, "DELEGATION_TOKEN_EXPIRED";
        InvalidPrincipalType = RD_KAFKA_RESP_ERR_INVALID_PRINCIPAL_TYPE, "INVALID_PRINCIPAL_TYPE";
        NonEmptyGroup = RD_KAFKA_RESP_ERR_NON_EMPTY_GROUP, "NON_EMPTY_GROUP";
        GroupIdNotFound = RD_KAFKA_RESP_ERR_GROUP_ID_NOT_FOUND, "GROUP_ID_NOT_FOUND";
        FetchSessionIdNotFound = RD_KAFKA_RESP_ERR_FETCH_SESSION_ID_NOT_FOUND, "FETCH_SESSION_ID_NOT_FOUND";
        InvalidFetchSessionEpoch = RD_KAFKA_RESP_ERR_INVALID_FETCH_SESSION_EPOCH, "INVALID_FETCH_SESSION_EPOCH";
        ListenerNotFound = RD_KAFKA_RESP_ERR_LISTENER_NOT_FOUND, "LISTENER_NOT_FOUND";
        TopicDeletionDisabled = RD_KAFKA_RESP_ERR_TOPIC_DELETION_DISABLED, "TOPIC_DELETION_DISABLED";
        FencedLeaderEpoch = RD_KAFKA_RESP_ERR_FENCED_LEADER_EPOCH, "FENCED_LEADER_EPOCH";
        UnknownLeaderEpoch = RD_KAFKA_RESP_ERR_UNKNOWN_LEADER_EPOCH, "UNKNOWN_LEADER_EPOCH";
        UnsupportedCompressionType = RD_KAFKA_RESP_ERR_UNSUPPORTED_COMPRESSION_TYPE, "UNSUPPORTED_COMPRESSION_TYPE";
        StaleBrokerEpoch = RD_KAFKA_RESP_ERR_STALE_BROKER_EPOCH, "STALE_BROKER_EPOCH";
        OffsetNotAvailable = RD_KAFKA_RESP_ERR_OFFSET_NOT_AVAILABLE, "OFFSET_NOT_AVAILABLE";
        MemberIdRequired = RD_KAFKA_RESP_ERR_MEMBER_ID_REQUIRED, "MEMBER_ID_REQUIRED";
        PreferredLeaderNotAvailable = RD_KAFKA_RESP_ERR_PREFERRED_LEADER_NOT_AVAILABLE, "PREFERRED_LEADER_NOT_AVAILABLE";
        GroupMaxSizeReached = RD_KAFKA_RESP_ERR_GROUP_MAX_SIZE_REACHED, "GROUP_MAX_SIZE_REACHED";
        FencedInstanceId = RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID, "FENCED_INSTANCE_ID";
        EligibleLeadersNotAvailable = RD_KAFKA_RESP_ERR_ELIGIBLE_LEADERS_NOT_AVAILABLE, "ELIGIBLE_LEADERS_NOT_AVAILABLE";
        ElectionNotNeeded = RD_KAFKA_RESP_ERR_ELECTION_NOT_NEEDED, "ELECTION_NOT_NEEDED";
        NoReassignmentInProgress = RD_KAFKA_RESP_ERR_NO_REASSIGNMENT_IN_PROGRESS, "NO_REASSIGNMENT_IN_PROGRESS";
        GroupSubscribedToTopic = RD_KAFKA_RESP_ERR_GROUP_SUBSCRIBED_TO_TOPIC, "GROUP_SUBSCRIBED_TO_TOPIC";
        InvalidRecord = RD_KAFKA_RESP_ERR_INVALID_RECORD, "INVALID_RECORD";
        UnstableOffsetCommit = RD_KAFKA_RESP_ERR_UNSTABLE_OFFSET_COMMIT, "UNSTABLE_OFFSET_COMMIT";
        ThrottlingQuotaExceeded = RD_KAFKA_RESP_ERR_THROTTLING_QUOTA_EXCEEDED, "THROTTLING_QUOTA_EXCEEDED";
        ProducerFenced = RD_KAFKA_RESP_ERR_PRODUCER_FENCED, "PRODUCER_FENCED";
        ResourceNotFound = RD_KAFKA_RESP_ERR_RESOURCE_NOT_FOUND, "RESOURCE_NOT_FOUND";
        DuplicateResource = RD_KAFKA_RESP_ERR_DUPLICATE_RESOURCE, "DUPLICATE_RESOURCE";
        UnacceptableCredential = RD_KAFKA_RESP_ERR_UNACCEPTABLE_CREDENTIAL, "UNACCEPTABLE_CREDENTIAL";
        InconsistentVoterSet = RD_KAFKA_RESP_ERR_INCONSISTENT_VOTER_SET, "INCONSISTENT_VOTER_SET";
        InvalidUpdateVersion = RD_KAFKA_RESP_ERR_INVALID_UPDATE_VERSION, "INVALID_UPDATE_VERSION";
        FeatureUpdateFailed = RD_KAFKA_RESP_ERR_FEATURE_UPDATE_FAILED, "FEATURE_UPDATE_FAILED";
        PrincipalDeserializationFailure = RD_KAFKA_RESP_ERR_PRINCIPAL_DESERIALIZATION_FAILURE, "PRINCIPAL_DESERIALIZATION_FAILURE";
        UnknownTopicId = RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_ID, "UNKNOWN_TOPIC_ID";
        FencedMemberEpoch = RD_KAFKA_RESP_ERR_FENCED_MEMBER_EPOCH, "FENCED_MEMBER_EPOCH";
        UnreleasedInstanceId = RD_KAFKA_RESP_ERR_UNRELEASED_INSTANCE_ID, "UNRELEASED_INSTANCE_ID";
        UnsupportedAssignor = RD_KAFKA_RESP_ERR_UNSUPPORTED_ASSIGNOR, "UNSUPPORTED_ASSIGNOR";
        StaleMemberEpoch = RD_KAFKA_RESP_ERR_STALE_MEMBER_EPOCH, "STALE_MEMBER_EPOCH";
        UnknownSubscriptionId = RD_KAFKA_RESP_ERR_UNKNOWN_SUBSCRIPTION_ID, "UNKNOWN_SUBSCRIPTION_ID";
        TelemetryTooLarge = RD_KAFKA_RESP_ERR_TELEMETRY_TOO_LARGE, "TELEMETRY_TOO_LARGE";
        RebootstrapRequired = RD_KAFKA_RESP_ERR_REBOOTSTRAP_REQUIRED, "REBOOTSTRAP_REQUIRED";
    }
}
