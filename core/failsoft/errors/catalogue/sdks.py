"""Vendors' own libraries: language models, payments, messages, code hosting, secrets and other services."""

from __future__ import annotations

from failsoft.errors.catalogue import labels as is_
from failsoft.errors.catalogue.labels import Label, wrapping

__all__ = ["SDKS"]

_MODELS: tuple[tuple[Label, str], ...] = (
    (
        wrapping(is_.UNREACHABLE),
        """
        groq.APIConnectionError together.APIConnectionError litellm.exceptions.APIConnectionError
        langchain_core.exceptions.ModelConnectionError mistralai.client.errors.no_response_error.NoResponseError
        mistralai.extra.exceptions.StreamDisconnectedError
        """,
    ),
    (
        is_.SILENT,
        """
        groq.APITimeoutError together.APITimeoutError litellm.exceptions.Timeout
        langchain_core.exceptions.ModelTimeoutError huggingface_hub.errors.InferenceTimeoutError
        """,
    ),
    (
        is_.THROTTLED,
        """
        groq.RateLimitError together.RateLimitError litellm.exceptions.RateLimitError
        langchain_core.exceptions.ModelRateLimitError cohere.errors.too_many_requests_error.TooManyRequestsError
        litellm.types.router.RouterRateLimitError litellm.types.router.RouterRateLimitErrorBasic
        """,
    ),
    (
        is_.QUOTA_SPENT,
        "litellm.exceptions.BudgetExceededError litellm.exceptions.PaymentRequiredError",
    ),
    (
        is_.UPSTREAM_NOT_NOW,
        """
        litellm.exceptions.ServiceUnavailableError huggingface_hub.errors.OverloadedError
        cohere.errors.service_unavailable_error.ServiceUnavailableError litellm.exceptions.MidStreamFallbackError
        """,
    ),
    (is_.UPSTREAM_DOWN, "litellm.exceptions.BadGatewayError"),
    (
        is_.UPSTREAM_SLOW,
        """
        cohere.errors.gateway_timeout_error.GatewayTimeoutError
        """,
    ),
    (
        is_.REFUSED_US,
        """
        groq.AuthenticationError groq.PermissionDeniedError together.AuthenticationError
        together.PermissionDeniedError litellm.exceptions.AuthenticationError
        litellm.exceptions.PermissionDeniedError langchain_core.exceptions.ModelAuthenticationError
        langchain_core.exceptions.ModelPermissionDeniedError cohere.errors.unauthorized_error.UnauthorizedError
        cohere.errors.forbidden_error.ForbiddenError huggingface_hub.errors.GatedRepoError
        huggingface_hub.errors.DisabledRepoError mistralai.extra.exceptions.MCPAuthException
        """,
    ),
    (
        is_.MISCONFIGURED,
        """
        groq.GroqError together.TogetherError huggingface_hub.errors.LocalTokenNotFoundError
        mistralai.extra.observability.telemetry.TelemetryConfigurationError
        google.genai._api_client.EphemeralTokenAPIKeyError
        """,
    ),
    (
        is_.BUG,
        """
        huggingface_hub.errors.HFValidationError huggingface_hub.errors.HfUriError ollama._types.RequestError
        groq._response.StreamAlreadyConsumed together._response.StreamAlreadyConsumed
        openai._response.StreamAlreadyConsumed
        litellm.exceptions.UnsupportedParamsError litellm.exceptions.LiteLLMUnknownProvider
        litellm.exceptions.ModelNotMappedError google.genai.errors.UnsupportedFunctionError
        google.genai.errors.UnknownFunctionCallArgumentError langchain_core.exceptions.TracerException
        """,
    ),
    (
        # a model that answers otherwise than it was asked to, or refuses
        is_.UPSTREAM_FAILED,
        """
        anthropic.ContentTooLargeError langchain_core.exceptions.OutputParserException
        langchain_core.exceptions.ModelRefusalError
        langchain_core.exceptions.ContextOverflowError openai.LengthFinishReasonError
        openai.ContentFilterFinishReasonError huggingface_hub.errors.RepositoryNotFoundError
        huggingface_hub.errors.RevisionNotFoundError huggingface_hub.errors.EntryNotFoundError
        huggingface_hub.errors.LocalEntryNotFoundError huggingface_hub.errors.FileMetadataError
        google.genai.errors.UnknownApiResponseError google.genai.errors.ContinuationInterruptedError
        cohere.errors.not_found_error.NotFoundError cohere.errors.bad_request_error.BadRequestError
        cohere.errors.unprocessable_entity_error.UnprocessableEntityError
        mistralai.client.errors.responsevalidationerror.ResponseValidationError
        mistralai.client.errors.httpvalidationerror.HTTPValidationError
        """,
    ),
    (
        wrapping(is_.UPSTREAM_FAILED),
        """
        groq.APIError together.APIError litellm.exceptions.APIError litellm.exceptions.OpenAIError
        langchain_core.exceptions.ModelError langchain_core.exceptions.LangChainException
        cohere.core.api_error.ApiError mistralai.client.errors.mistralerror.MistralError
        mistralai.extra.exceptions.MistralClientException google.genai.errors.APIError
        ollama._types.ResponseError huggingface_hub.errors.HfHubHTTPError
        huggingface_hub.errors.TextGenerationError huggingface_hub.errors.InferenceEndpointError
        replicate.exceptions.ReplicateException together.DownloadError
        """,
    ),
)

_PAYMENTS: tuple[tuple[Label, str], ...] = (
    (
        is_.WHO_ARE_YOU,
        """
        braintree.exceptions.invalid_signature_error.InvalidSignatureError
        braintree.exceptions.invalid_challenge_error.InvalidChallengeError
        standardwebhooks.webhooks.WebhookVerificationError svix.webhooks.WebhookVerificationError
        replicate.webhook.WebhookValidationError
        """,
    ),
    (
        is_.REFUSED_US,
        """
        braintree.exceptions.authentication_error.AuthenticationError
        braintree.exceptions.authorization_error.AuthorizationError plaid.exceptions.UnauthorizedException
        plaid.exceptions.ForbiddenException paypalrestsdk.exceptions.UnauthorizedAccess
        paypalrestsdk.exceptions.ForbiddenAccess pyactiveresource.connection.UnauthorizedAccess
        pyactiveresource.connection.ForbiddenAccess
        """,
    ),
    (is_.THROTTLED, "braintree.exceptions.too_many_requests_error.TooManyRequestsError"),
    (
        is_.UPSTREAM_SLOW,
        """
        braintree.exceptions.gateway_timeout_error.GatewayTimeoutError
        braintree.exceptions.request_timeout_error.RequestTimeoutError
        """,
    ),
    (is_.UPSTREAM_NOT_NOW, "braintree.exceptions.service_unavailable_error.ServiceUnavailableError"),
    (wrapping(is_.UNREACHABLE), "braintree.exceptions.http.connection_error.ConnectionError"),
    (
        is_.SILENT,
        """
        braintree.exceptions.http.timeout_error.TimeoutError
        braintree.exceptions.http.timeout_error.ReadTimeoutError
        """,
    ),
    (is_.CONNECT_SILENT, "braintree.exceptions.http.timeout_error.ConnectTimeoutError"),
    (
        is_.MISCONFIGURED,
        """
        braintree.exceptions.configuration_error.ConfigurationError paypalrestsdk.exceptions.MissingConfig
        paypalrestsdk.exceptions.InvalidConfig svix.autoconfig.AutoConfigError
        standardwebhooks.webhooks.EmptyWebhookSecretError replicate.webhook.InvalidSecretKeyError
        braintree.exceptions.test_operation_performed_in_production_error.TestOperationPerformedInProductionError
        shopify.api_version.InvalidVersionError shopify.api_version.VersionNotFoundError
        """,
    ),
    (
        is_.BUG,
        """
        plaid.exceptions.ApiTypeError plaid.exceptions.ApiValueError plaid.exceptions.ApiAttributeError
        plaid.exceptions.ApiKeyError paypalrestsdk.exceptions.MissingParam
        """,
    ),
    (
        is_.UPSTREAM_FAILED,
        """
        stripe._error.InvalidRequestError stripe._error.IdempotencyError
        braintree.exceptions.not_found_error.NotFoundError plaid.exceptions.NotFoundException
        braintree.exceptions.upgrade_required_error.UpgradeRequiredError
        paypalrestsdk.exceptions.ClientError pyactiveresource.connection.ClientError
        """,
    ),
    (
        wrapping(is_.UPSTREAM_FAILED),
        """
        braintree.exceptions.braintree_error.BraintreeError plaid.exceptions.OpenApiException
        paypalrestsdk.exceptions.ConnectionError pyactiveresource.connection.Error
        pyactiveresource.connection.ConnectionError svix.api.errors.http_error.HttpError
        svix.api.errors.http_validation_error.HTTPValidationError svix.api.errors.validation_error.ValidationError
        """,
    ),
)

_OTHERS: tuple[tuple[Label, str], ...] = (
    (
        is_.REFUSED_US,
        """
        hvac.exceptions.Unauthorized hvac.exceptions.Forbidden consul.base.ACLPermissionDenied
        consul.base.ACLDisabled pusher.errors.PusherBadAuth pusher.errors.PusherForbidden
        geoip2.errors.AuthenticationError geoip2.errors.PermissionRequiredError
        github.GithubException.BadCredentialsException github.GithubException.TwoFactorException
        gitlab.exceptions.GitlabAuthenticationError slack_sdk.errors.BotUserAccessError
        slack_sdk.errors.SlackTokenRotationError
        """,
    ),
    (
        is_.THROTTLED,
        """
        hvac.exceptions.RateLimitExceeded github.GithubException.RateLimitExceededException
        zenpy.lib.exception.RatelimitBudgetExceeded
        """,
    ),
    (is_.QUOTA_SPENT, "geoip2.errors.OutOfQueriesError"),
    (is_.UPSTREAM_NOT_NOW, "hvac.exceptions.VaultDown"),
    (is_.UPSTREAM_DOWN, "hvac.exceptions.BadGateway"),
    (is_.SILENT, "consul.base.Timeout"),
    (is_.UNREACHABLE, "algoliasearch.http.exceptions.AlgoliaUnreachableHostException"),
    (is_.EDIT_CONFLICT, "hvac.exceptions.PreconditionFailed"),
    (
        is_.MISCONFIGURED,
        """
        hvac.exceptions.VaultNotInitialized hvac.exceptions.InvalidPath
        kubernetes.config.config_exception.ConfigException
        docker.errors.TLSParameterError docker.errors.InvalidConfigFile docker.errors.MissingContextParameter
        docker.errors.ContextNotFound docker.errors.ContextException maxminddb.errors.InvalidDatabaseError
        slack_sdk.errors.SlackClientConfigurationError twilio.base.exceptions.TwilioException
        """,
    ),
    (
        is_.BUG,
        """
        hvac.exceptions.ParamValidationError hvac.exceptions.UnsupportedOperation
        kubernetes.client.exceptions.ApiTypeError kubernetes.client.exceptions.ApiValueError
        kubernetes.client.exceptions.ApiKeyError
        docker.errors.InvalidArgument docker.errors.NullResource docker.errors.InvalidRepository
        docker.errors.DeprecatedMethod docker.errors.InvalidVersion slack_sdk.errors.SlackObjectFormationError
        slack_sdk.errors.SlackClientNotConnectedError algoliasearch.http.exceptions.ApiTypeError
        algoliasearch.http.exceptions.ApiValueError algoliasearch.http.exceptions.ApiAttributeError
        algoliasearch.http.exceptions.ApiKeyError algoliasearch.http.exceptions.MissingObjectIdException
        zenpy.lib.exception.ZenpyException
        zenpy.lib.exception.ZenpyCacheException
        """,
    ),
    (
        # an address that is in no database: the client's, as most are that are looked up
        is_.NOT_THERE,
        "geoip2.errors.AddressNotFoundError",
    ),
    (
        is_.UPSTREAM_FAILED,
        """
        hvac.exceptions.InvalidRequest hvac.exceptions.UnexpectedError hvac.exceptions.InternalServerError
        python_http_client.exceptions.PayloadTooLargeError pusher.errors.PusherBadRequest
        consul.base.NotFound geoip2.errors.InvalidRequestError
        algoliasearch.http.exceptions.ObjectNotFoundException jira.exceptions.NotJIRAInstanceError
        algoliasearch.http.exceptions.ValidUntilNotFoundException zenpy.lib.exception.RecordNotFoundException
        zenpy.lib.exception.TooManyValuesException zenpy.lib.exception.SearchResponseLimitExceeded
        kubernetes.dynamic.exceptions.ResourceNotFoundError docker.errors.StreamParseError
        """,
    ),
    (
        wrapping(is_.UPSTREAM_FAILED),
        """
        pusher.errors.PusherError geoip2.errors.GeoIP2Error algoliasearch.http.exceptions.AlgoliaException
        zenpy.lib.exception.APIException kubernetes.dynamic.exceptions.DynamicApiError
        twilio.base.exceptions.TwilioRestException twilio.base.exceptions.TwilioServiceException
        smart_open.webhdfs.WebHdfsException
        """,
    ),
)

SDKS: tuple[tuple[Label, str], ...] = (*_MODELS, *_PAYMENTS, *_OTHERS)
