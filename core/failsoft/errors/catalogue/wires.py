"""Protocols of brokers, where a library has a class for each error: AMQP, NSQ, beanstalkd, nng, Kafka."""

from __future__ import annotations

from failsoft.errors.catalogue import labels as is_
from failsoft.errors.catalogue.labels import Label, wrapping

__all__ = ["WIRES"]

_Rows = tuple[tuple[Label, str], ...]


def _of(modules: str, rows: _Rows) -> _Rows:
    return tuple(
        (label, " ".join(f"{module}.{name}" for module in modules.split() for name in names.split()))
        for label, names in rows
    )


# the same as by the reply codes of AMQP 0-9-1, which these classes are named after
_AMQP: _Rows = (
    (is_.STORE_AWAY, "AMQPConnectionForced"),
    (is_.MISCONFIGURED, "AMQPInvalidPath AMQPNoRoute"),
    (is_.UPSTREAM_FAILED, "AMQPInternalError AMQPFrameError AMQPUnexpectedFrame"),
    (is_.UPSTREAM_NOT_NOW, "AMQPNoConsumers"),
    (is_.BUG, "AMQPChannelError AMQPCommandInvalid AMQPSyntaxError"),
)

_RABBIT: _Rows = (
    (wrapping(is_.UPSTREAM_FAILED), "pamqp.exceptions.PAMQPException pamqp.exceptions.AMQPError"),
    (wrapping(is_.UPSTREAM_FAILED), "pamqp.exceptions.AMQPHardError pamqp.exceptions.AMQPSoftError"),
    (wrapping(is_.UPSTREAM_FAILED), "rabbitpy.exceptions.RabbitpyException"),
    (is_.BUG, "rabbitpy.exceptions.ActionException rabbitpy.exceptions.ChannelClosedException"),
    (is_.BUG, "rabbitpy.exceptions.NoActiveTransactionError rabbitpy.exceptions.NotConsumingError"),
    (is_.MISCONFIGURED, "rabbitpy.exceptions.MessageReturnedException celery.schedules.ParseException"),
    (is_.UPSTREAM_NOT_NOW, "rabbitpy.exceptions.RemoteCancellationException"),
    (
        wrapping(is_.STORE_AWAY),
        "pika.adapters.utils.connection_workflow.AMQPConnectorTransportSetupError",
    ),
)

_BEANSTALK: _Rows = (
    (is_.BUG, "BadFormatError ExpectedCrlfError NotIgnoredError"),
    (is_.EXHAUSTED, "BuriedError"),
    (is_.UPSTREAM_NOT_NOW, "DeadlineSoonError"),
    (is_.NOT_THERE, "NotFoundError"),
)

_NSQ: _Rows = (
    (wrapping(is_.UPSTREAM_FAILED), "NSQException NSQErrorCode NSQHttpError"),
    (is_.BUG, "NSQBadBody NSQBadChannel NSQBadMessage NSQBadTopic NSQInvalid"),
    (is_.MISCONFIGURED, "NSQAuthDisabled"),
    # the message is no longer ours: it took too long, and somebody else has it
    (is_.CONTENTION, "NSQFinishFailed NSQRequeueFailed NSQTouchFailed"),
)

_NNG: _Rows = (
    (wrapping(is_.UPSTREAM_FAILED), "NNGException"),
    (is_.MISCONFIGURED, "AddressInUse AddressInvalid NoEntry"),
    (is_.BUG, "BadType Closed Canceled MessageStateError ReadOnly WriteOnly Ambiguous AlreadyExists"),
    (is_.BROKEN, "ConnectionAborted"),
    (is_.NO_TRUST, "CryptoError"),
    (is_.TOO_BIG_FOR_PEER, "MessageTooLarge"),
    (is_.OUT_OF_MEMORY, "NoMemory"),
    (is_.OUT_OF_HANDLES, "OutOfFiles"),
    (is_.DISK_FULL, "OutOfSpace"),
    (is_.INTERRUPTED, "Interrupted"),
)

_KAFKA: _Rows = (
    (is_.MISCONFIGURED, "kafka.errors.DelegationTokenAuthDisabledError kafka.errors.InconsistentClusterIdError"),
    (is_.MISCONFIGURED, "aiokafka.errors.DelegationTokenAuthDisabled kafka.errors.InconsistentVoterSetError"),
    (is_.UPSTREAM_NOT_NOW, "kafka.errors.InconsistentTopicIdError"),
    (wrapping(is_.UPSTREAM_FAILED), "confluent_kafka.avro.error.ClientError"),
    (is_.UPSTREAM_FAILED, "_pulsar.TopicTerminated _pulsar.TransactionNotFound"),
    (is_.INTERRUPTED, "_pulsar.Interrupted"),
)

_WORKERS: _Rows = (
    (is_.CHILD_DIED, "billiard.pool.WorkersJoined"),
    (is_.NOTHING, "billiard.managers.RemoteError procrastinate.exceptions.RunTaskError"),
    (
        is_.BUG,
        """
        procrastinate.exceptions.UnboundTaskError procrastinate.exceptions.CallerModuleUnknown
        procrastinate.exceptions.MovedElsewhere procrastinate.exceptions.MiddlewareKindMismatch
        temporalio.worker.workflow_sandbox._restrictions.UnintentionalPassthroughError
        faststream.redis.exceptions.UnreachablePathError
        """,
    ),
    (wrapping(is_.UPSTREAM_FAILED), "procrastinate.exceptions.ProcrastinateException"),
)

WIRES: _Rows = (
    *_of("pamqp.exceptions rabbitpy.exceptions", _AMQP),
    *_RABBIT,
    *_of("greenstalk", _BEANSTALK),
    *_of("gnsq.errors", _NSQ),
    *_of("pynng.exceptions", _NNG),
    *_KAFKA,
    *_WORKERS,
)
"""What is known of them."""
