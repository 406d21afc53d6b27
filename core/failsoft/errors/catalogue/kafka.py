"""Kafka's error codes, as the clients that have a class for each of them name them."""

from __future__ import annotations

from failsoft.errors.catalogue import labels as is_
from failsoft.errors.catalogue.labels import Label

__all__ = ["KAFKA"]

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
