"""Message brokers and queues of tasks that have classes of their own for most of what happens."""

from __future__ import annotations

from failsoft.errors.catalogue import labels as is_
from failsoft.errors.catalogue.labels import Label, wrapping

__all__ = ["SERVICES"]

_REVOKED = is_.RULE_REFUSES._replace(severity=is_.BAD_ROW.severity)

_BROKERS: tuple[tuple[Label, str], ...] = (
    (
        wrapping(is_.STORE_AWAY),
        """
        azure.servicebus.exceptions.ServiceBusConnectionError
        azure.servicebus.exceptions.ServiceBusCommunicationError azure.eventhub.exceptions.ConnectError
        azure.eventhub.exceptions.ConnectionLostError
        """,
    ),
    (
        is_.REFUSED_US,
        """
        azure.servicebus.exceptions.ServiceBusAuthenticationError
        azure.servicebus.exceptions.ServiceBusAuthorizationError azure.eventhub.exceptions.AuthenticationError
        """,
    ),
    (
        is_.MISCONFIGURED,
        """
        azure.servicebus.exceptions.MessagingEntityNotFoundError
        azure.servicebus.exceptions.MessagingEntityDisabledError
        """,
    ),
    (
        is_.CONTENTION,
        """
        azure.servicebus.exceptions.MessageLockLostError azure.servicebus.exceptions.SessionLockLostError
        azure.servicebus.exceptions.SessionCannotBeLockedError
        """,
    ),
    (is_.SILENT, "azure.servicebus.exceptions.OperationTimeoutError"),
    (is_.UPSTREAM_NOT_NOW, "azure.servicebus.exceptions.ServiceBusServerBusyError"),
    (is_.EXHAUSTED, "azure.servicebus.exceptions.ServiceBusQuotaExceededError"),
    (is_.TOO_BIG_TO_KEEP, "azure.servicebus.exceptions.MessageSizeExceededError"),
    (is_.BUG, "azure.servicebus.exceptions.MessageAlreadySettled"),
    (
        wrapping(is_.STORE_AWAY),
        """
        kombu.exceptions.OperationalError amqp.exceptions.ConnectionError pika.exceptions.AMQPConnectionError
        aiormq.exceptions.AMQPConnectionError kafka.errors.KafkaConnectionError
        aiokafka.errors.KafkaConnectionError nats.errors.StaleConnectionError
        nats.errors.ConnectionReconnectingError
        celery.exceptions.BackendError stomp.exception.ConnectFailedException paho.mqtt.MQTTException
        """,
    ),
    (
        is_.STORE_REFUSED,
        """
        kafka.errors.NoBrokersAvailable kafka.errors.KafkaUnavailableError aiokafka.errors.NoBrokersAvailable
        aiokafka.errors.KafkaUnavailableError nats.errors.NoServersError
        """,
    ),
    (
        is_.SILENT,
        """
        kafka.errors.KafkaTimeoutError aiokafka.errors.KafkaTimeoutError nats.errors.TimeoutError
        celery.exceptions.TimeoutError pika.exceptions.AMQPHeartbeatTimeout
        pika.exceptions.ConnectionBlockedTimeout
        """,
    ),
    (is_.UPSTREAM_SLOW, "kafka.errors.RequestTimedOutError aiokafka.errors.RequestTimedOutError"),
    (
        is_.UPSTREAM_NOT_NOW,
        """
        kafka.errors.RetriableError aiokafka.errors.LeaderNotAvailableError
        aiokafka.errors.BrokerNotAvailableError aiokafka.errors.NotLeaderForPartitionError
        aiokafka.errors.GroupLoadInProgressError aiokafka.errors.GroupCoordinatorNotAvailableError
        aiokafka.errors.NotEnoughReplicasError aiokafka.errors.NodeNotReadyError nats.errors.NoRespondersError
        nats.js.errors.ServiceUnavailableError amqp.exceptions.RecoverableChannelError
        pika.exceptions.ConnectionOpenAborted
        """,
    ),
    (
        is_.REFUSED_US,
        """
        kafka.errors.AuthorizationError kafka.errors.SaslAuthenticationFailedError
        kafka.errors.AuthenticationFailedError aiokafka.errors.TopicAuthorizationFailedError
        aiokafka.errors.GroupAuthorizationFailedError aiokafka.errors.ClusterAuthorizationFailedError
        aiokafka.errors.SaslAuthenticationFailed aiokafka.errors.AuthenticationFailedError
        pika.exceptions.ProbableAuthenticationError pika.exceptions.ProbableAccessDeniedError
        pika.exceptions.AuthenticationError aiormq.exceptions.AuthenticationError
        aiormq.exceptions.ProbableAuthenticationError aiormq.exceptions.ChannelAccessRefused
        amqp.exceptions.AccessRefused amqp.exceptions.NotAllowed nats.errors.AuthorizationError
        nats.errors.InvalidUserCredentialsError
        """,
    ),
    (
        is_.MISCONFIGURED,
        """
        kafka.errors.KafkaConfigurationError kafka.errors.UnknownTopicOrPartitionError
        aiokafka.errors.KafkaConfigurationError aiokafka.errors.UnknownTopicOrPartitionError
        celery.exceptions.ImproperlyConfigured celery.exceptions.NotRegistered celery.exceptions.QueueNotFound
        amqp.exceptions.NotFound amqp.exceptions.PreconditionFailed aiormq.exceptions.ChannelNotFoundEntity
        aiormq.exceptions.ChannelPreconditionFailed pika.exceptions.UnroutableError
        nats.js.errors.NotFoundError nats.js.errors.NoStreamResponseError
        """,
    ),
    (
        is_.CONTENTION,
        """
        kafka.errors.RebalanceInProgressError kafka.errors.CommitFailedError
        kafka.errors.ConcurrentTransactionsError aiokafka.errors.RebalanceInProgressError
        aiokafka.errors.CommitFailedError aiokafka.errors.ConcurrentTransactions
        amqp.exceptions.ResourceLocked aiormq.exceptions.ChannelLockedResource
        """,
    ),
    # the revision that somebody wrote upon is no longer the last
    (is_.LOST_UPDATE, "nats.js.errors.KeyWrongLastSequenceError"),
    (
        is_.EXHAUSTED,
        """
        kombu.exceptions.LimitExceeded amqp.exceptions.Blocked amqp.exceptions.ResourceError
        aiormq.exceptions.ConnectionResourceError pika.exceptions.NoFreeChannels
        kafka.errors.QuotaViolationError kafka.errors.ThrottlingQuotaExceededError
        aiokafka.errors.QuotaViolationError nats.errors.OutboundBufferLimitError nats.errors.SlowConsumerError
        confluent_kafka.BufferError
        """,
    ),
    (
        is_.TOO_BIG_TO_KEEP,
        """
        kafka.errors.MessageSizeTooLargeError aiokafka.errors.MessageSizeTooLargeError
        nats.errors.MaxPayloadError amqp.exceptions.ContentTooLarge
        """,
    ),
    (is_.CHILD_HUNG, "billiard.exceptions.SoftTimeLimitExceeded billiard.exceptions.TimeLimitExceeded"),
    (is_.CHILD_DIED, "billiard.exceptions.WorkerLostError billiard.exceptions.Terminated"),
    (
        is_.BUG,
        """
        kombu.exceptions.EncodeError kombu.exceptions.NotBoundError
        kafka.errors.IllegalArgumentError kafka.errors.IllegalStateError aiokafka.errors.IllegalArgumentError
        aiokafka.errors.IllegalStateError celery.exceptions.CeleryError celery.exceptions.TaskError
        pika.exceptions.ReentrancyError pika.exceptions.ChannelWrongStateError
        aiormq.exceptions.ChannelInvalidStateError
        """,
    ),
    # somebody took it back, which ends this one task
    (_REVOKED, "celery.exceptions.TaskRevokedError"),
    (is_.NOTHING, "celery.exceptions.MaxRetriesExceededError celery.exceptions.ChordError celery.exceptions.Retry"),
    (
        is_.CONTRADICTION,
        """
        kombu.exceptions.DecodeError kombu.exceptions.ContentDisallowed kafka.errors.CorruptRecordError
        aiokafka.errors.CorruptRecordException
        """,
    ),
    (
        is_.UPSTREAM_FAILED,
        """
        kombu.exceptions.KombuError kombu.exceptions.HttpError amqp.exceptions.MessageNacked
        pika.exceptions.ChannelError amqp.exceptions.AMQPError pika.exceptions.AMQPError
        aiormq.exceptions.AMQPError kafka.errors.KafkaError aiokafka.errors.KafkaError nats.errors.Error
        cimpl.KafkaException
        """,
    ),
)

SERVICES: tuple[tuple[Label, str], ...] = _BROKERS
