"""Clouds, gRPC, and what is kept in them."""

from __future__ import annotations

from failsoft.errors.catalogue import labels as is_
from failsoft.errors.catalogue.labels import Label, wrapping

__all__ = ["CLOUDS"]

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

_AWS: tuple[tuple[Label, str], ...] = (
    (
        is_.MISCONFIGURED,
        """
        botocore.exceptions.UnknownSignatureVersionError botocore.exceptions.UnsupportedSignatureVersionError
        botocore.exceptions.LoginTokenLoadError botocore.exceptions.SSOTokenLoadError
        botocore.exceptions.InvalidDefaultsMode botocore.exceptions.InvalidIMDSEndpointError
        botocore.exceptions.InvalidIMDSEndpointModeError botocore.exceptions.InvalidMaxRetryAttemptsError
        botocore.exceptions.InvalidRetryModeError botocore.exceptions.InvalidRetryConfigurationError
        botocore.exceptions.InvalidS3AddressingStyleError botocore.exceptions.ServiceNotInRegionError
        botocore.exceptions.InvalidDNSNameError botocore.exceptions.RefreshWithMFAUnsupportedError
        botocore.exceptions.MD5UnavailableError botocore.exceptions.InvalidChecksumConfigError
        botocore.exceptions.InvalidEndpointConfigurationError
        botocore.exceptions.InvalidEndpointDiscoveryConfigurationError
        botocore.exceptions.InvalidProxiesConfigError
        botocore.exceptions.InvalidS3UsEast1RegionalEndpointConfigError
        botocore.exceptions.InvalidSTSRegionalEndpointsConfigError botocore.exceptions.InfiniteLoopConfigError
        botocore.exceptions.UnknownTokenProviderError
        botocore.exceptions.UnsupportedS3AccesspointConfigurationError
        botocore.exceptions.UnsupportedS3ConfigurationError
        botocore.exceptions.UnsupportedS3ControlConfigurationError boto3.exceptions.InvalidCrtTransferConfigError
        """,
    ),
    (
        is_.BUG,
        """
        botocore.exceptions.OperationNotPageableError botocore.exceptions.AliasConflictParameterError
        botocore.exceptions.InvalidExpressionError botocore.exceptions.UnseekableStreamError
        botocore.exceptions.StubResponseError botocore.exceptions.StubAssertionError
        botocore.exceptions.UnStubbedResponseError botocore.exceptions.InvalidHostLabelError
        botocore.exceptions.ApiVersionNotFoundError botocore.exceptions.UnsupportedOutpostResourceError
        botocore.exceptions.UnsupportedS3ArnError botocore.exceptions.UnsupportedS3ControlArnError
        botocore.exceptions.MissingParametersError botocore.exceptions.UnknownClientMethodError
        botocore.exceptions.UnknownParameterError botocore.exceptions.AwsChunkedWrapperError
        botocore.exceptions.WaiterConfigError botocore.exceptions.UnknownServiceStyle
        botocore.exceptions.UnsupportedServiceProtocolsError botocore.model.InvalidShapeError
        botocore.model.InvalidShapeReferenceError botocore.model.OperationNotFoundError
        botocore.utils.InvalidArnException boto3.exceptions.DynamoDBOperationNotSupportedError
        s3transfer.exceptions.InvalidSubscriberMethodError s3transfer.exceptions.TransferNotDoneError
        """,
    ),
    (
        is_.REFUSED_US,
        """
        botocore.exceptions.UnauthorizedSSOTokenError botocore.exceptions.LoginAuthorizationCodeError
        botocore.exceptions.LoginInsufficientPermissions botocore.exceptions.LoginRefreshRequired
        """,
    ),
    (
        is_.EXHAUSTED,
        """
        botocore.exceptions.CapacityNotAvailableError
        """,
    ),
    (
        is_.UPSTREAM_FAILED,
        """
        botocore.eventstream.DuplicateHeader botocore.eventstream.InvalidHeadersLength
        botocore.eventstream.InvalidPayloadLength botocore.parsers.ResponseParserError
        botocore.exceptions.PaginationError
        """,
    ),
    (
        wrapping(is_.UPSTREAM_FAILED),
        """
        botocore.exceptions.MetadataRetrievalError botocore.utils.BadIMDSRequestError
        minio.error.MinioAdminException minio.error.InvalidResponseError minio.error.ServerError
        """,
    ),
)

_GOOGLE: tuple[tuple[Label, str], ...] = (
    (
        is_.UPSTREAM_FAILED,
        """
        google.api_core.exceptions.FailedPrecondition google.api_core.exceptions.InvalidArgument
        google.api_core.exceptions.MethodNotAllowed google.api_core.exceptions.MethodNotImplemented
        google.api_core.exceptions.NotModified google.api_core.exceptions.OutOfRange
        google.api_core.exceptions.AlreadyExists google.api_core.exceptions.LengthRequired
        google.api_core.exceptions.TemporaryRedirect google.api_core.exceptions.UploadCancelledError
        google.api_core.exceptions.MissingStatusHeaderError google.auth.exceptions.ResponseError
        """,
    ),
    (
        is_.BUG,
        """
        google.api_core.exceptions.UnseekableStreamError
        google.api_core.exceptions.AsyncRestUnsupportedParameterError
        google.cloud.firestore_v1._helpers.ReadAfterWriteError
        google.cloud.firestore_v1.query_profile.QueryExplainError
        google.cloud.storage.exceptions.InvalidPathError google.auth.exceptions.InvalidOperation
        """,
    ),
    (
        is_.MISCONFIGURED,
        """
        google.auth.exceptions.ClientCertError google.auth.exceptions.MutualTLSChannelError
        google.auth.exceptions.InvalidResource google.auth.exceptions.InvalidType google.auth.exceptions.OSError
        google.api_core.universe.EmptyUniverseError google.api_core.universe.UniverseMismatchError
        """,
    ),
    (
        is_.REFUSED_US,
        """
        google.auth.exceptions.OAuthError google.auth.exceptions.ReauthSamlChallengeFailError
        google.auth.exceptions.ReauthFailError google.auth.exceptions.UserAccessTokenError
        """,
    ),
    (
        wrapping(is_.UPSTREAM_FAILED),
        """
        google.genai._gaos.errors.genaierror.GenAiError
        google.genai._gaos.errors.no_response_error.NoResponseError
        google.genai._interactions.GeminiNextGenAPIClientError
        """,
    ),
    (
        is_.WHO_ARE_YOU,
        """
        firebase_admin.phone_number_verification.InvalidTokenError
        firebase_admin.phone_number_verification.ExpiredTokenError
        """,
    ),
    (
        is_.THROTTLED,
        """
        firebase_admin._auth_utils.ResetPasswordExceedLimitError
        firebase_admin._auth_utils.TooManyAttemptsTryLaterError
        """,
    ),
    (
        is_.QUOTA_SPENT,
        """
        firebase_admin._messaging_utils.QuotaExceededError
        """,
    ),
    (
        is_.DUPLICATE,
        """
        firebase_admin._auth_utils.UidAlreadyExistsError firebase_admin._auth_utils.EmailAlreadyExistsError
        firebase_admin._auth_utils.PhoneNumberAlreadyExistsError
        """,
    ),
    (
        is_.MISCONFIGURED,
        """
        firebase_admin._auth_utils.TenantNotFoundError firebase_admin._auth_utils.InvalidDynamicLinkDomainError
        firebase_admin._auth_utils.InvalidHostingLinkDomainError
        firebase_admin._messaging_utils.ThirdPartyAuthError
        """,
    ),
)

_AZURE: tuple[tuple[Label, str], ...] = (
    (
        is_.UPSTREAM_FAILED,
        """
        azure.core.exceptions.ResourceNotModifiedError azure.core.exceptions.DeserializationError
        azure.core.polling.base_polling.OperationFailed azure.core.polling.base_polling.BadResponse
        azure.core.polling.base_polling.BadStatus azure.servicebus.exceptions.MessageNotFoundError
        azure.cosmos.exceptions.CosmosBatchOperationError
        """,
    ),
    (
        is_.MISCONFIGURED,
        """
        azure.identity._exceptions.AuthenticationRequiredError
        """,
    ),
    (
        is_.EDIT_CONFLICT,
        """
        azure.cosmos.exceptions.CosmosAccessConditionFailedError
        """,
    ),
    (
        wrapping(is_.UPSTREAM_FAILED),
        """
        azure.servicebus._pyamqp.error.AMQPException azure.servicebus._pyamqp.error.AMQPLinkError
        azure.servicebus._pyamqp.error.AMQPSessionError azure.servicebus._pyamqp.error.MessageException
        azure.servicebus._pyamqp.error.MessageSendFailed
        azure.servicebus._pyamqp.error.MessageSettlementUnconfirmed hcloud._exceptions.HCloudException
        hcloud.actions.domain.ActionException hcloud.actions.domain.ActionFailedException
        """,
    ),
)

CLOUDS: tuple[tuple[Label, str], ...] = (*_CLOUDS, *_AWS, *_GOOGLE, *_AZURE)
