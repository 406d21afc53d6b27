"""Clouds, gRPC, message brokers, task queues, remote shells and directories."""

from __future__ import annotations

from failsoft.errors.catalogue import labels as is_
from failsoft.errors.catalogue.labels import Label, wrapping

__all__ = ["SERVICES"]

_CLOUDS: tuple[tuple[Label, str], ...] = (
    (
        wrapping(is_.UNREACHABLE),
        """
        botocore.exceptions.ConnectionError google.auth.exceptions.TransportError
        """,
    ),
    (wrapping(is_.REFUSED), "azure.core.exceptions.ServiceRequestError"),
    (is_.REFUSED, "botocore.exceptions.EndpointConnectionError"),
    (is_.CONNECT_SILENT, "botocore.exceptions.ConnectTimeoutError azure.core.exceptions.ServiceRequestTimeoutError"),
    (
        is_.SILENT,
        """
        botocore.exceptions.ReadTimeoutError azure.core.exceptions.ServiceResponseTimeoutError
        google.auth.exceptions.TimeoutError
        """,
    ),
    (
        wrapping(is_.BROKEN),
        """
        botocore.exceptions.HTTPClientError botocore.exceptions.ConnectionClosedError
        botocore.exceptions.IncompleteReadError botocore.exceptions.ResponseStreamingError
        azure.core.exceptions.ServiceResponseError azure.core.exceptions.IncompleteReadError
        google.api_core.exceptions.TransferStalledError
        """,
    ),
    (is_.NO_TRUST, "botocore.exceptions.SSLError"),
    (
        is_.REFUSED_US,
        """
        botocore.exceptions.CredentialRetrievalError botocore.exceptions.SSOError
        botocore.exceptions.LoginError botocore.exceptions.TokenRetrievalError
        google.auth.exceptions.GoogleAuthError
        google.api_core.exceptions.Unauthorized google.api_core.exceptions.Forbidden
        """,
    ),
    # what it was raised from may say that the authority could not be reached
    (wrapping(is_.REFUSED_US), "azure.core.exceptions.ClientAuthenticationError"),
    (
        is_.MISCONFIGURED,
        """
        botocore.exceptions.NoCredentialsError botocore.exceptions.PartialCredentialsError
        botocore.exceptions.NoRegionError botocore.exceptions.ProfileNotFound
        botocore.exceptions.ConfigNotFound botocore.exceptions.ConfigParseError
        botocore.exceptions.InvalidConfigError botocore.exceptions.NoAuthTokenError
        botocore.exceptions.InvalidRegionError botocore.exceptions.UnknownCredentialError
        botocore.exceptions.BaseEndpointResolverError botocore.exceptions.UnknownRegionError
        botocore.exceptions.MissingDependencyException botocore.exceptions.EndpointProviderError
        google.auth.exceptions.DefaultCredentialsError
        google.auth.exceptions.MalformedError google.auth.exceptions.InvalidValue
        """,
    ),
    (
        is_.BUG,
        """
        botocore.exceptions.ParamValidationError botocore.exceptions.ValidationError
        botocore.exceptions.DataNotFoundError botocore.exceptions.UnknownServiceError
        boto3.exceptions.Boto3Error boto3.exceptions.ResourceNotExistsError
        boto3.exceptions.UnknownAPIVersionError azure.core.exceptions.SerializationError
        azure.core.exceptions.StreamConsumedError azure.core.exceptions.StreamClosedError
        azure.core.exceptions.ResponseNotReadError google.api_core.exceptions.DuplicateCredentialArgs
        grpc.FutureCancelledError grpc._cython.cygrpc.UsageError
        """,
    ),
    (is_.THROTTLED, "google.api_core.exceptions.TooManyRequests"),
    (is_.UPSTREAM_SLOW, "google.api_core.exceptions.GatewayTimeout"),
    (is_.SILENT, "grpc.FutureTimeoutError"),
    (is_.UPSTREAM_NOT_NOW, "google.api_core.exceptions.ServiceUnavailable botocore.exceptions.WaiterError"),
    (is_.UPSTREAM_DOWN, "google.api_core.exceptions.BadGateway"),
    (is_.CONTENTION, "google.api_core.exceptions.Aborted"),
    (is_.EDIT_CONFLICT, "azure.core.exceptions.ResourceModifiedError"),
    (
        is_.CONTRADICTION,
        """
        google.api_core.exceptions.DataLoss botocore.exceptions.ChecksumError
        botocore.exceptions.FlexibleChecksumError
        """,
    ),
    (
        wrapping(is_.UPSTREAM_FAILED),
        """
        botocore.exceptions.BotoCoreError botocore.exceptions.ClientError boto3.exceptions.S3UploadFailedError
        boto3.exceptions.S3TransferFailedError boto3.exceptions.RetriesExceededError
        s3transfer.exceptions.RetriesExceededError s3transfer.exceptions.S3UploadFailedError
        s3transfer.exceptions.S3DownloadFailedError s3transfer.exceptions.S3CopyFailedError
        google.api_core.exceptions.GoogleAPIError azure.core.exceptions.AzureError
        azure.core.exceptions.HttpResponseError grpc.RpcError grpc._cython.cygrpc.BaseError
        minio.error.MinioException minio.error.S3Error kubernetes.client.exceptions.OpenApiException
        hvac.exceptions.VaultError docker.errors.DockerException consul.base.ConsulException
        """,
    ),
)

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
    (is_.TOO_BIG_FOR_PEER, "azure.servicebus.exceptions.MessageSizeExceededError"),
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
        nats.js.errors.KeyWrongLastSequenceError
        """,
    ),
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
        is_.TOO_BIG_FOR_PEER,
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
        kombu.exceptions.EncodeError kombu.exceptions.SerializerNotInstalled kombu.exceptions.NotBoundError
        kafka.errors.IllegalArgumentError kafka.errors.IllegalStateError aiokafka.errors.IllegalArgumentError
        aiokafka.errors.IllegalStateError celery.exceptions.CeleryError celery.exceptions.TaskError
        pika.exceptions.ReentrancyError pika.exceptions.ChannelWrongStateError
        aiormq.exceptions.ChannelInvalidStateError
        """,
    ),
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

_REMOTE: tuple[tuple[Label, str], ...] = (
    (
        wrapping(is_.UNREACHABLE),
        """
        ldap.SERVER_DOWN ldap.CONNECT_ERROR ldap3.core.exceptions.LDAPCommunicationError
        ldap3.core.exceptions.LDAPSocketOpenError ldap3.core.exceptions.LDAPServerPoolExhaustedError
        asyncssh.misc.ConnectionLost
        """,
    ),
    (is_.REFUSED, "paramiko.ssh_exception.NoValidConnectionsError"),
    (is_.SILENT, "ldap.TIMEOUT ldap3.core.exceptions.LDAPResponseTimeoutError asyncssh.process.TimeoutError"),
    (is_.UPSTREAM_SLOW, "ldap.TIMELIMIT_EXCEEDED ldap3.core.exceptions.LDAPTimeLimitExceededResult"),
    (
        is_.UPSTREAM_NOT_NOW,
        """
        ldap.BUSY ldap.UNAVAILABLE ldap3.core.exceptions.LDAPBusyResult
        ldap3.core.exceptions.LDAPUnavailableResult asyncssh.misc.ServiceNotAvailable
        """,
    ),
    (is_.NO_TRUST, "paramiko.ssh_exception.BadHostKeyException asyncssh.misc.HostKeyNotVerifiable"),
    (is_.WHO_ARE_YOU, "ldap3.core.exceptions.LDAPInvalidCredentialsResult"),
    (
        is_.REFUSED_US,
        """
        paramiko.ssh_exception.AuthenticationException asyncssh.misc.PermissionDenied ldap.INSUFFICIENT_ACCESS
        ldap3.core.exceptions.LDAPBindError ldap3.core.exceptions.LDAPInsufficientAccessRightsResult
        """,
    ),
    (
        is_.MISCONFIGURED,
        """
        ldap3.core.exceptions.LDAPConfigurationError paramiko.ssh_exception.ConfigParseError
        asyncssh.config.ConfigParseError asyncssh.public_key.KeyImportError
        """,
    ),
    (
        is_.UPSTREAM_FAILED,
        """
        paramiko.ssh_exception.SSHException paramiko.sftp.SFTPError asyncssh.misc.Error ldap.LDAPError
        ldap3.core.exceptions.LDAPException
        """,
    ),
)

SERVICES: tuple[tuple[Label, str], ...] = (*_CLOUDS, *_BROKERS, *_REMOTE)
