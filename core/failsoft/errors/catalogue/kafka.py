"""Kafka's error codes, as the clients that have a class for each of them name them."""

from __future__ import annotations

import re

from failsoft.deferred import as_pattern
from failsoft.errors.catalogue import labels as is_
from failsoft.errors.catalogue.labels import Label

__all__ = ["KAFKA", "label_of_kafka"]

KAFKA: tuple[tuple[Label, str], ...] = (
    (
        is_.MISCONFIGURED,
        """
        kafka.errors.InvalidSessionTimeoutError aiokafka.errors.InvalidSessionTimeoutError
        kafka.errors.InvalidTransactionTimeoutError aiokafka.errors.InvalidTransactionTimeout
        kafka.errors.InvalidTopicError aiokafka.errors.InvalidTopicError
        kafka.errors.InvalidReplicationFactorError aiokafka.errors.InvalidReplicationFactorError
        kafka.errors.InvalidPartitionsError aiokafka.errors.InvalidPartitionsError
        kafka.errors.InvalidReplicationAssignmentError aiokafka.errors.InvalidReplicationAssignmentError
        kafka.errors.InvalidConfigurationError aiokafka.errors.InvalidConfigurationError
        kafka.errors.PolicyViolationError aiokafka.errors.PolicyViolationError
        kafka.errors.UnsupportedSaslMechanismError aiokafka.errors.UnsupportedSaslMechanismError
        kafka.errors.IllegalSaslStateError aiokafka.errors.IllegalSaslStateError
        kafka.errors.SecurityDisabledError aiokafka.errors.SecurityDisabled kafka.errors.UnsupportedVersionError
        aiokafka.errors.UnsupportedVersionError kafka.errors.IncompatibleBrokerVersion
        aiokafka.errors.IncompatibleBrokerVersion kafka.errors.UnrecognizedBrokerVersion
        aiokafka.errors.UnrecognizedBrokerVersion kafka.errors.InvalidGroupIdError
        aiokafka.errors.InvalidGroupIdError kafka.errors.InvalidRequiredAcksError
        aiokafka.errors.InvalidRequiredAcksError kafka.errors.UnsupportedCodecError
        aiokafka.errors.UnsupportedCodecError kafka.errors.UnsupportedCompressionTypeError
        kafka.errors.UnsupportedForMessageFormatError aiokafka.errors.UnsupportedForMessageFormatError
        kafka.errors.NoOffsetForPartitionError aiokafka.errors.NoOffsetForPartitionError
        aiokafka.errors.AuthenticationMethodNotSupported kafka.errors.InconsistentGroupProtocolError
        aiokafka.errors.InconsistentGroupProtocolError kafka.errors.TopicDeletionDisabledError
        kafka.errors.UnsupportedAssignorError
        """,
    ),
    (
        is_.CONTENTION,
        """
        kafka.errors.UnknownMemberIdError aiokafka.errors.UnknownMemberIdError
        kafka.errors.IllegalGenerationError aiokafka.errors.IllegalGenerationError
        kafka.errors.FencedInstanceIdError kafka.errors.FencedMemberEpochError kafka.errors.StaleMemberEpochError
        kafka.errors.ProducerFencedError aiokafka.errors.ProducerFenced kafka.errors.InvalidProducerEpochError
        aiokafka.errors.InvalidProducerEpoch kafka.errors.TransactionCoordinatorFencedError
        aiokafka.errors.TransactionCoordinatorFenced kafka.errors.TransactionAbortableError
        kafka.errors.UnreleasedInstanceIdError
        """,
    ),
    (
        is_.UPSTREAM_NOT_NOW,
        """
        kafka.errors.InvalidMetadataError kafka.errors.StaleMetadata aiokafka.errors.StaleMetadata
        kafka.errors.NotControllerError aiokafka.errors.NotControllerError kafka.errors.NotCoordinatorError
        aiokafka.errors.NotCoordinatorForGroupError kafka.errors.TooManyInFlightRequests
        aiokafka.errors.TooManyInFlightRequests kafka.errors.MetadataEmptyBrokerList
        aiokafka.errors.MetadataEmptyBrokerList kafka.errors.KafkaStorageError aiokafka.errors.KafkaStorageError
        kafka.errors.FencedLeaderEpochError kafka.errors.UnknownLeaderEpochError
        kafka.errors.InvalidFetchSessionEpochError aiokafka.errors.InvalidFetchSessionEpoch
        kafka.errors.FetchSessionIdNotFoundError aiokafka.errors.FetchSessionIdNotFound
        kafka.errors.InvalidShareSessionEpochError kafka.errors.ShareSessionNotFoundError
        kafka.errors.MemberIdRequiredError aiokafka.errors.MemberIdRequired kafka.errors.UnknownTopicIdError
        kafka.errors.StaleControllerEpochError aiokafka.errors.StaleControllerEpochError
        kafka.errors.StaleBrokerEpochError aiokafka.errors.StaleLeaderEpochCodeError
        kafka.errors.ReplicaNotAvailableError aiokafka.errors.ReplicaNotAvailableError
        kafka.errors.NewLeaderElectedError
        """,
    ),
    (
        is_.UPSTREAM_FAILED,
        """
        kafka.errors.OffsetOutOfRangeError aiokafka.errors.OffsetOutOfRangeError
        kafka.errors.PositionOutOfRangeError kafka.errors.ElectionNotNeededError kafka.errors.CorrelationIdError
        aiokafka.errors.CorrelationIdError kafka.errors.InvalidProducerIdMappingError
        aiokafka.errors.InvalidProducerIdMapping kafka.errors.UnknownProducerIdError
        aiokafka.errors.UnknownProducerId kafka.errors.OutOfOrderSequenceNumberError
        aiokafka.errors.OutOfOrderSequenceNumber kafka.errors.InvalidReceiveError
        kafka.errors.NoReassignmentInProgressError kafka.errors.NonEmptyGroupError aiokafka.errors.NonEmptyGroup
        kafka.errors.UnknownError aiokafka.errors.UnknownError
        """,
    ),
    (
        is_.EXHAUSTED,
        """
        kafka.errors.GroupMaxSizeReachedError
        """,
    ),
    (
        is_.BUG,
        """
        aiokafka.errors.ProducerClosed kafka.errors.DuplicateResourceError kafka.errors.InvalidTxnStateError
        aiokafka.errors.InvalidTxnState
        """,
    ),
)

_NAMES: tuple[tuple[Label, re.Pattern[str]], ...] = tuple(
    (label, as_pattern(words))
    for label, words in (
        (is_.MISCONFIGURED, r"_INVALID_ARG|_UNKNOWN_PROTOCOL|_NOT_CONFIGURED|_UNSUPPORTED_FEATURE|_AUTO_OFFSET_RESET"),
        (is_.SILENT, r"TIMED_OUT"),
        (is_.REFUSED_US, r"AUTHENTICATION|AUTHORIZATION|UNACCEPTABLE_CREDENTIAL|TOKEN_(?:EXPIRED|REQUEST|OWNER|AUTH)"),
        (is_.STORE_AWAY, r"ALL_BROKERS_DOWN|TRANSPORT|NETWORK_EXCEPTION|_DESTROY_BROKER"),
        (is_.STORE_REFUSED, r"RESOLVE"),
        (is_.NO_TRUST, r"_SSL"),
        (is_.EXHAUSTED, r"QUEUE_FULL|QUOTA_EXCEEDED|MAX_SIZE_REACHED|LIMIT_REACHED|_CRIT_SYS_RESOURCE"),
        (is_.TOO_BIG_TO_KEEP, r"SIZE_TOO_LARGE|TOO_LARGE|INVALID_MSG_SIZE"),
        (
            is_.CONTRADICTION,
            r"\AINVALID_MSG\Z|_BAD_MSG|_BAD_COMPRESSION|_DESERIALIZATION\Z|_LOG_TRUNCATION",
        ),
        (
            is_.CONTENTION,
            (
                r"REBALANCE|GENERATION|MEMBER_ID\Z|FENCED|PRODUCER_EPOCH|MEMBER_EPOCH|CONCURRENT_TRANS|ABORTABLE"
                r"|ASSIGNMENT_LOST|MAX_POLL_EXCEEDED|UNRELEASED"
            ),
        ),
        (
            is_.MISCONFIGURED,
            (
                r"UNKNOWN_TOPIC|UNKNOWN_PARTITION|UNKNOWN_GROUP|TOPIC_EXCEPTION|INVALID_(?:CONFIG|PARTITIONS|REPLICA|GROUP_ID"
                r"|REQUIRED_ACKS|SESSION_TIMEOUT|TRANSACTION_TIMEOUT)|UNSUPPORTED_(?:VERSION|SASL|COMPRESSION|FOR_MESSAGE"
                r"|ASSIGNOR)|SASL_STATE|SECURITY_DISABLED|POLICY_VIOLATION|_NOT_FOUND\Z|INCONSISTENT_GROUP"
            ),
        ),
        (is_.DUPLICATE, r"ALREADY_EXISTS|DUPLICATE_SEQUENCE|DUPLICATE_VOTER"),
        (
            is_.BUG,
            (
                r"\A_(?:STATE|NO_OFFSET|CONFLICT|READ_ONLY|PREV_IN_PROGRESS|EXISTING_SUBSCRIPTION|NOT_IMPLEMENTED|INVALID_TYPE|NOENT"
                r"|UNDERFLOW|(?:KEY|VALUE)_SERIALIZATION|DESTROY|PURGE_\w+)\Z|INVALID_TXN_STATE|INVALID_(?:REQUEST|RECORD"
                r"|TIMESTAMP)\Z|DUPLICATE_RESOURCE|INVALID_REGULAR"
            ),
        ),
        (is_.MACHINE_DAMAGED, r"\A_FS\Z"),
        (
            is_.UPSTREAM_NOT_NOW,
            (
                r"NOT_AVAILABLE|IN_PROGRESS\Z|NOT_(?:LEADER|COORDINATOR|CONTROLLER)|NOT_ENOUGH|STALE_|STORAGE_ERROR"
                r"|LEADER_EPOCH|UNSTABLE|REBOOTSTRAP|_ISR_INSUFF|_WAIT_(?:COORD|CACHE)|_RETRY|_OUTDATED|ID_REQUIRED"
            ),
        ),
    )
)
"""Names of errors of Kafka's protocol and, with a dash before them, of librdkafka."""


def label_of_kafka(name: str) -> Label | None:
    """The label of an error of Kafka's protocol or of librdkafka, by its name."""
    return next((label for label, words in _NAMES if words.search(name)), None)
