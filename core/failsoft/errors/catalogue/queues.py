"""Clients of brokers and queues of tasks: what their names alone would say otherwise."""

from __future__ import annotations

from failsoft.errors.catalogue import labels as is_
from failsoft.errors.catalogue.labels import Label, wrapping

__all__ = ["QUEUES"]

_FORMER: tuple[tuple[Label, str], ...] = (
    (
        is_.SILENT,
        """
        nats.aio.errors.ErrTimeout nats.aio.errors.ErrDrainTimeout
        """,
    ),
    (
        is_.BUG,
        """
        nats.aio.errors.ErrBadTimeout nats.aio.errors.ErrBadSubject nats.aio.errors.ErrBadSubscription
        nats.aio.errors.ErrInvalidCallbackType nats.aio.errors.ErrConnectionClosed
        nats.aio.errors.ErrConnectionDraining
        """,
    ),
    (
        is_.REFUSED_US,
        """
        nats.aio.errors.ErrAuthorization nats.aio.errors.ErrInvalidUserCredentials
        """,
    ),
    (
        is_.NO_TRUST,
        """
        nats.aio.errors.ErrSecureConnRequired nats.aio.errors.ErrSecureConnWanted
        nats.aio.errors.ErrSecureConnFailed
        """,
    ),
    (
        is_.TOO_BIG_TO_KEEP,
        """
        nats.aio.errors.ErrMaxPayload
        """,
    ),
    (
        is_.STORE_REFUSED,
        """
        nats.aio.errors.ErrNoServers
        """,
    ),
    (
        wrapping(is_.STORE_AWAY),
        """
        nats.aio.errors.ErrStaleConnection nats.aio.errors.ErrConnectionReconnecting
        """,
    ),
)
"""The names that NATS had for its errors before."""

QUEUES: tuple[tuple[Label, str], ...] = (
    *_FORMER,
    (
        is_.UPSTREAM_FAILED,
        """
        pika.exceptions.ProtocolVersionMismatch pika.exceptions.ProtocolSyntaxError
        pika.exceptions.UnexpectedFrameError pika.exceptions.BodyTooLongError pika.exceptions.InvalidFrameError
        pika.exceptions.InvalidFieldTypeException aiormq.exceptions.ProtocolSyntaxError
        nats.errors.BadHeaderError nats.js.errors.BadRequestError nats.js.errors.ServerError
        nats.micro.request.ServiceError paho.mqtt.exception.MalformedPacket kombu.exceptions.BatchPublishError
        """,
    ),
    (
        is_.BUG,
        """
        pika.adapters.utils.connection_workflow.AMQPConnectionWorkflowAborted
        pika.adapters.utils.connection_workflow.AMQPConnectorAborted nats.errors.BadTimeoutError
        nats.errors.ServerNotInPoolError nats.js.errors.KeyHistoryTooLargeError nats.js.errors.LinkIsABucketError
        nats.js.errors.InvalidKeyError nats.js.errors.ConsumerInvalidResetError zmq.error.NotDone
        procrastinate.exceptions.JobAborted procrastinate.exceptions.InvalidTimestamp
        procrastinate.exceptions.AppNotOpen faststream.exceptions.IncorrectState
        faststream.exceptions.ContextError
        """,
    ),
    (
        is_.MISCONFIGURED,
        """
        kombu.exceptions.SerializerNotInstalled kombu.transport.virtual.base.NotEquivalentError
        kombu.transport.SQS.exceptions.InvalidQueueException
        kombu.transport.SQS.exceptions.UndefinedExchangeException
        kombu.transport.SQS.exceptions.UndefinedQueueException nats.js.errors.BadBucketError
        nats.js.errors.KeyValueLimitMarkerTTLNotSupportedError zmq.error.ZMQVersionError
        procrastinate.exceptions.LoadFromPathError procrastinate.exceptions.TaskNotFound
        procrastinate.exceptions.MissingApp procrastinate.exceptions.FunctionPathError
        procrastinate.exceptions.SyncConnectorConfigurationError faststream.exceptions.SetupError
        faststream.exceptions.StartupValidationError saq.errors.InvalidUrlError saq.errors.MissingDependencyError
        """,
    ),
    (
        is_.NOT_THERE,
        """
        nats.js.errors.KeyNotFoundError nats.js.errors.KeyDeletedError nats.js.errors.ObjectNotFoundError
        nats.js.errors.ObjectDeletedError nats.js.errors.NoKeysError procrastinate.exceptions.NoResult
        """,
    ),
    (
        is_.DUPLICATE,
        """
        procrastinate.exceptions.AlreadyEnqueued procrastinate.exceptions.UniqueViolation
        nats.js.errors.ObjectAlreadyExists temporalio.exceptions.WorkflowAlreadyStartedError
        temporalio.exceptions.ActivityAlreadyStartedError temporalio.exceptions.NexusOperationAlreadyStartedError
        temporalio.client._exceptions.ScheduleAlreadyRunningError
        """,
    ),
    (
        is_.NO_TRUST,
        """
        nats.errors.SecureConnRequiredError nats.errors.SecureConnWantedError nats.errors.SecureConnFailedError
        """,
    ),
    (
        is_.CONTRADICTION,
        """
        nats.js.errors.DigestMismatchError nats.js.errors.BadObjectMetaError celery.exceptions.IncompleteStream
        """,
    ),
    (
        is_.EXHAUSTED,
        """
        nats.js.errors.TooManyStalledMsgsError
        """,
    ),
    (
        is_.INTERRUPTED,
        """
        zmq.error.InterruptedSystemCall
        """,
    ),
    (
        is_.CHILD_DIED,
        """
        billiard.exceptions.RestartFreqExceeded
        """,
    ),
    (
        wrapping(is_.STORE_AWAY),
        """
        celery.beat.SchedulingError stomp.exception.InterruptedException
        procrastinate.exceptions.ConnectorException
        """,
    ),
    (
        wrapping(is_.UPSTREAM_FAILED),
        """
        temporalio.service.RPCError pulsar.asyncio.PulsarException
        """,
    ),
    (
        is_.NOTHING,
        """
        temporalio.exceptions.ActivityError temporalio.exceptions.ChildWorkflowError
        temporalio.exceptions.NexusOperationError temporalio.exceptions.FailureError
        temporalio.exceptions.ApplicationError temporalio.client._exceptions.WorkflowFailureError
        temporalio.client._exceptions.WorkflowUpdateFailedError
        temporalio.client._exceptions.ActivityFailureError temporalio.client._nexus.NexusOperationFailureError
        saq.queue.base.JobError
        """,
    ),
    (
        is_.UPSTREAM_FAILED,
        """
        temporalio.exceptions.TerminatedError temporalio.exceptions.ServerError
        temporalio.client._exceptions.WorkflowQueryFailedError
        temporalio.client._exceptions.WorkflowQueryRejectedError
        temporalio.client._exceptions.AsyncActivityCancelledError
        temporalio.client._exceptions.WorkflowContinuedAsNewError
        """,
    ),
    (
        is_.BUG,
        """
        temporalio.workflow._exceptions.NondeterminismError temporalio.workflow._exceptions.ReadOnlyContextError
        temporalio.workflow._exceptions._NotInWorkflowEventLoopError
        temporalio.worker.workflow_sandbox._restrictions.RestrictedWorkflowAccessError
        temporalio.exceptions.InvalidVersioningOverrideError
        """,
    ),
)
