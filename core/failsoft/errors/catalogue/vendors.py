"""Vendors' own libraries: what the names of their classes alone would say otherwise."""

from __future__ import annotations

from failsoft.errors.catalogue import labels as is_
from failsoft.errors.catalogue.labels import Label, wrapping

__all__ = ["VENDORS"]

_MODELS: tuple[tuple[Label, str], ...] = (
    (
        wrapping(is_.UPSTREAM_FAILED),
        """
        openai.APIStatusError anthropic.APIStatusError groq.APIStatusError together.APIStatusError
        litellm.llms.base_llm.chat.transformation.BaseLLMException litellm.llms.custom_llm.CustomLLMError
        together.lib.realtime._exceptions.RealtimeError cohere.core.parse_error.ParsingError
        huggingface_hub.errors.SandboxError huggingface_hub.errors.XetDownloadError
        huggingface_hub.errors.RevisionResolutionError
        """,
    ),
    (
        is_.UPSTREAM_FAILED,
        """
        openai.NotFoundError openai.ConflictError openai.UnprocessableEntityError anthropic.NotFoundError
        anthropic.ConflictError anthropic.UnprocessableEntityError groq.NotFoundError groq.ConflictError
        groq.UnprocessableEntityError together.NotFoundError together.ConflictError
        together.UnprocessableEntityError cohere.errors.not_implemented_error.NotImplementedError
        cohere.errors.client_closed_request_error.ClientClosedRequestError litellm.exceptions.NotFoundError
        litellm.exceptions.UnprocessableEntityError litellm.exceptions.InvalidRequestError
        litellm.exceptions.JSONSchemaValidationError langchain_core.exceptions.ModelNotFoundError
        langchain_core.exceptions.ModelInvalidRequestError huggingface_hub.errors.BadRequestError
        huggingface_hub.errors.ValidationError huggingface_hub.errors.SafetensorsParsingError
        huggingface_hub.errors.NotASafetensorsRepoError openai.lib.beta.agents._result.AgentTurnResultError
        openai.lib.beta.agents._result.AgentOutputParseError
        anthropic.types.compaction_signature_invalid_error.CompactionSignatureInvalidError
        anthropic.types.file_expired_error.FileExpiredError
        anthropic.types.thread_fingerprint_mismatch_error.ThreadFingerprintMismatchError
        anthropic.types.organization.email_domain_not_allowed_error.EmailDomainNotAllowedError
        mistralai.extra.batch.client.BatchError mistralai.client.utils.retries.PermanentError
        """,
    ),
    (
        is_.MISCONFIGURED,
        """
        openai.lib.azure.MutuallyExclusiveAuthError anthropic.lib.foundry.MutuallyExclusiveAuthError
        anthropic.CMEKKeyNetworkBlockedError langchain_core.utils.mustache.ChevronError
        huggingface_hub.errors.OfflineModeIsEnabled huggingface_hub.errors.CacheNotFound
        """,
    ),
    (
        is_.BUG,
        """
        openai.lib._old_api.APIRemovedInV1 openai._AmbiguousModuleClientUsageError
        anthropic._response.StreamAlreadyConsumed langchain_core.stores.InvalidKeyException
        langchain_core.indexing.api.IndexingException huggingface_hub.errors.StrictDataclassError
        huggingface_hub.errors.StrictDataclassClassValidationError
        huggingface_hub.errors.StrictDataclassFieldValidationError
        huggingface_hub.errors.StrictDataclassDefinitionError huggingface_hub.errors.FileDuplicationError
        """,
    ),
    (
        is_.REFUSED_US,
        """
        anthropic.lib.credentials._workload.WorkloadIdentityError huggingface_hub.errors.OIDCError
        huggingface_hub.errors.DeviceCodeError
        """,
    ),
    (
        is_.CONTRADICTION,
        """
        huggingface_hub.errors.CorruptedCacheException huggingface_hub.errors.IncompleteSnapshotError
        """,
    ),
    (
        is_.INVALID,
        """
        litellm.litellm_core_utils.url_utils.SSRFError langchain_core._security._exceptions.SSRFBlockedError
        """,
    ),
    (
        is_.RULE_REFUSES,
        """
        litellm.exceptions.GuardrailRaisedException litellm.exceptions.BlockedPiiEntityError
        """,
    ),
)

_OTHERS: tuple[tuple[Label, str], ...] = (
    (
        is_.UPSTREAM_FAILED,
        """
        stripe._error.TemporarySessionExpiredError stripe._error.VerificationExpiredError
        stripe._error.InvalidVaultedCredentialError stripe._error.ControlledByAlternateResourceError
        stripe._error.FinancialAccountNotOpenError stripe._error.BlockedByStripeError
        paypalrestsdk.exceptions.MethodNotAllowed pyactiveresource.connection.MethodNotAllowed
        python_http_client.exceptions.MethodNotAllowedError
        python_http_client.exceptions.UnsupportedMediaTypeError
        kubernetes.dynamic.exceptions.MethodNotAllowedError github.GithubException.BadUserAgentException
        gitlab.exceptions.GitlabImportError discord.errors.InvalidData discord.errors.GatewayNotFound
        """,
    ),
    (
        is_.REFUSED_US,
        """
        stripe.oauth_error.InvalidClientError gitlab.exceptions.GitlabMRForbiddenError discord.errors.Forbidden
        discord.app_commands.errors.BotMissingPermissions
        """,
    ),
    (
        is_.WHO_ARE_YOU,
        """
        shopify.session_token.SessionTokenError shopify.session_token.InvalidIssuerError
        shopify.session_token.MismatchedHostsError shopify.session_token.TokenAuthenticationError
        replicate.webhook.InvalidTimestampError replicate.webhook.MissingWebhookBodyError
        replicate.webhook.MissingWebhookHeaderError twilio.jwt.JwtDecodeError
        """,
    ),
    (
        is_.YOU_MAY_NOT,
        """
        discord.app_commands.errors.MissingPermissions discord.app_commands.errors.CheckFailure
        discord.app_commands.errors.MissingRole discord.app_commands.errors.MissingAnyRole
        discord.app_commands.errors.NoPrivateMessage
        """,
    ),
    (
        is_.OUR_LIMIT,
        """
        discord.app_commands.errors.CommandOnCooldown
        """,
    ),
    (
        is_.INVALID,
        """
        discord.app_commands.errors.TransformerError
        """,
    ),
    (
        is_.NOTHING,
        """
        discord.app_commands.errors.CommandInvokeError
        """,
    ),
    (
        is_.BUG,
        """
        stripe.oauth_error.InvalidScopeError stripe.oauth_error.UnsupportedGrantTypeError
        stripe.oauth_error.UnsupportedResponseTypeError discord.errors.ClientException
        discord.errors.InteractionResponded discord.errors.MissingApplicationID
        discord.app_commands.errors.CommandLimitReached discord.app_commands.errors.CommandAlreadyRegistered
        github.GithubException.IncompletableObject sendgrid.helpers.mail.exceptions.ApiKeyIncludedException
        slack_bolt.error.BoltUnhandledRequestError shopify.session.ValidationException
        twilio.twiml.TwiMLException docker.errors.ContextAlreadyExists
        """,
    ),
    (
        is_.MISCONFIGURED,
        """
        discord.errors.PrivilegedIntentsRequired discord.opus.OpusNotLoaded
        discord.app_commands.errors.CommandSignatureMismatch discord.app_commands.errors.CommandNotFound
        gitlab.exceptions.RedirectError docker.credentials.errors.StoreError
        docker.credentials.errors.InitializationError docker.credentials.errors.CredentialsNotFound
        kubernetes.dynamic.exceptions.KubernetesValidateMissing sentry_sdk.utils.BadDsn
        shopify.api_access.ApiAccessError
        """,
    ),
    (
        wrapping(is_.UPSTREAM_FAILED),
        """
        gitlab.exceptions.GitlabRetryError gitlab.exceptions.GitlabBuildEraseError
        gitlab.exceptions.GitlabBuildPlayError gitlab.exceptions.GitlabBuildRetryError
        gitlab.exceptions.GitlabJobEraseError gitlab.exceptions.GitlabJobPlayError
        gitlab.exceptions.GitlabJobRetryError gitlab.exceptions.GitlabPipelinePlayError
        gitlab.exceptions.GitlabPipelineRetryError kubernetes.utils.create_from_yaml.FailToCreateError
        """,
    ),
)

VENDORS: tuple[tuple[Label, str], ...] = (*_MODELS, *_OTHERS)
