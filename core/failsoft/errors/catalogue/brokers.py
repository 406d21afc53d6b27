"""Clients of brokers, where their class says it. What AMQP and MQTT say by code is told in `codes`."""

from __future__ import annotations

from failsoft.errors.catalogue import labels as is_
from failsoft.errors.catalogue.labels import Label, wrapping

__all__ = ["BROKERS"]

_PULSAR: tuple[tuple[Label, str], ...] = (
    (is_.UPSTREAM_FAILED, "PulsarException UnknownError LookupError ReadError BrokerMetadataError"),
    (is_.STORE_AWAY, "ConnectError NotConnected"),
    (is_.SILENT, "Timeout"),
    (is_.UPSTREAM_NOT_NOW, "ServiceUnitNotReady BrokerPersistenceError ConsumerAssignError"),
    (is_.REFUSED_US, "AuthenticationError AuthorizationError ErrorGettingAuthenticationData NotAllowedError"),
    (is_.MISCONFIGURED, "InvalidConfiguration InvalidUrl InvalidTopicName TopicNotFound SubscriptionNotFound"),
    (
        is_.EXHAUSTED,
        """
        MemoryBufferIsFull ProducerQueueIsFull TooManyLookupRequestException ProducerBlockedQuotaExceededError
        ProducerBlockedQuotaExceededException
        """,
    ),
    (is_.TOO_LARGE, "MessageTooBig"),
    (is_.CONTENTION, "ConsumerBusy ProducerBusy ProducerFenced TransactionConflict"),
    (is_.CONTRADICTION, "ChecksumError CryptoError IncompatibleSchema"),
    (
        is_.BUG,
        """
        AlreadyClosed InvalidMessage OperationNotSupported ProducerNotInitialized ConsumerNotInitialized
        CumulativeAcknowledgementNotAllowedError InvalidTxnStatusError
        """,
    ),
)

BROKERS: tuple[tuple[Label, str], ...] = (
    *((label, " ".join(f"_pulsar.{name}" for name in names.split())) for label, names in _PULSAR),
    (
        wrapping(is_.STORE_AWAY),
        """
        aiomqtt.exceptions.MqttError pika.adapters.utils.connection_workflow.AMQPConnectorException
        pika.adapters.utils.connection_workflow.AMQPConnectorPhaseErrorBase
        stomp.exception.ConnectFailedException stomp.exception.StompException
        """,
    ),
    # said where the stream ends before a version was agreed on, for whatever reason
    (wrapping(is_.STORE_AWAY), "pika.exceptions.IncompatibleProtocolError"),
    (is_.CONNECT_SILENT, "pika.adapters.utils.connection_workflow.AMQPConnectorStackTimeout"),
    (is_.SILENT, "nats.errors.DrainTimeoutError nats.errors.FlushTimeoutError zmq.error.Again"),
    (
        is_.UPSTREAM_NOT_NOW,
        """
        pika.exceptions.NackError aiormq.exceptions.DeliveryError pika.exceptions.ConsumerCancelled
        aiormq.exceptions.ConnectionInternalError amqp.exceptions.ConnectionForced
        """,
    ),
    (
        is_.MISCONFIGURED,
        "aiormq.exceptions.PublishError amqp.exceptions.InvalidPath kombu.exceptions.VersionMismatch",
    ),
    (
        is_.UPSTREAM_FAILED,
        """
        aiormq.exceptions.IncompatibleProtocolError
        aiormq.exceptions.ConnectionFrameError aiormq.exceptions.ConnectionSyntaxError
        aiormq.exceptions.ConnectionUnexpectedFrame amqp.exceptions.FrameError amqp.exceptions.FrameSyntaxError
        amqp.exceptions.UnexpectedFrame amqp.exceptions.InternalError nats.errors.ProtocolError
        nats.errors.JsonParseError confluent_kafka.schema_registry.error.SchemaRegistryError
        """,
    ),
    (
        is_.BUG,
        """
        aio_pika.exceptions.QueueEmpty aio_pika.exceptions.MessageProcessError aio_pika.pool.PoolInvalidStateError
        aiormq.exceptions.MethodNotImplemented aiormq.exceptions.DuplicateConsumerTag
        aiormq.exceptions.ConnectionCommandInvalid aiormq.exceptions.ConnectionNotImplemented
        aiormq.exceptions.ConnectionChannelError pika.exceptions.ChannelClosedByClient
        pika.exceptions.ConnectionClosedByClient pika.exceptions.ConnectionWrongStateError
        pika.exceptions.DuplicateConsumerTag pika.exceptions.DuplicateGetOkCallback
        pika.exceptions.InvalidChannelNumber pika.exceptions.MethodNotImplemented pika.exceptions.ShortStringTooLong
        pika.exceptions.UnsupportedAMQPFieldException amqp.exceptions.AMQPNotImplementedError
        amqp.exceptions.InvalidCommand amqp.exceptions.ChannelNotOpen kombu.exceptions.MessageStateError
        nats.errors.BadSubjectError nats.errors.BadSubscriptionError nats.errors.InvalidCallbackTypeError
        nats.errors.NotJSMessageError nats.errors.MsgAlreadyAckdError nats.errors.ConnectionDrainingError
        nats.errors.ConnectionClosedError
        stomp.exception.NotConnectedException aiokafka.errors.IllegalOperation
        aiokafka.errors.ConsumerStoppedError zmq.error.ZMQError zmq.error.ZMQBaseError
        zmq.error.ContextTerminated zmq.error.ZMQBindError aiomqtt.exceptions.MqttReentrantError
        """,
    ),
)
"""What is known of them."""
