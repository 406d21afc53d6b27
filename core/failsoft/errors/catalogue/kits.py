"""Kits of vendors: chat, mail, calendars, shops, exchanges, agents. Classes whose names would say something else."""

from __future__ import annotations

from failsoft.errors.catalogue import labels as is_
from failsoft.errors.catalogue.labels import Label, wrapping

__all__ = ["KITS"]

_AGENTS: tuple[tuple[Label, str], ...] = (
    # the signature of a call that somebody makes to us
    (is_.WHO_ARE_YOU, "anthropic.APIWebhookValidationError"),
    (
        # what a model answered, or stopped at
        is_.UPSTREAM_FAILED,
        """
        pydantic_ai.exceptions.IncompleteToolCall pydantic_ai.exceptions.OutputTokenLimitExceeded
        pydantic_ai.exceptions.SuspendedResponseExpired pydantic_ai._ssrf.DownloadTooLargeError
        instructor.core.exceptions.AsyncValidationError instructor.v2.core.remote.RemoteFetchError
        langgraph.prebuilt.tool_node.ToolInvocationError anthropic.types.tool_name_conflict_error.ToolNameConflictError
        anthropic.lib.tools._toolsets._errors.UnavailableMemberError
        anthropic.types.user_profile_not_found_error.UserProfileNotFoundError
        """,
    ),
    (is_.EXHAUSTED._replace(transient=False), "instructor.core.exceptions.TokenBudgetExceeded"),
    (is_.QUEUE_FULL, "pydantic_ai.exceptions.ConcurrencyLimitExceeded"),
    (is_.EDIT_CONFLICT, "pydantic_ai.conversation_store.ConversationConflict"),
    (is_.RULE_REFUSES, "mlflow.gateway.guardrails.GuardrailViolation"),
    (is_.INVALID, "mlflow.webhooks.ssrf.SSRFProtectionError langgraph.errors.UnknownInterruptError"),
    (
        is_.BUG,
        """
        pydantic_ai._json_schema.InlinedSchemaTooLargeError instructor.core.exceptions.ClientError
        instructor.core.exceptions.ModeError langgraph.errors.InvalidUpdateError langgraph.errors.TaskNotFound
        langgraph.store.base.InvalidNamespaceError langgraph_sdk.encryption.DuplicateHandlerError
        mlflow.types.utils.InvalidDataForSignatureInferenceError
        """,
    ),
    (is_.CONTRADICTION, "langgraph.checkpoint.serde.jsonplus.InvalidModuleError"),
    # a tool that failed is what it met
    (is_.NOTHING, "langchain_core.tools.base.ToolException"),
    (
        wrapping(is_.UPSTREAM_FAILED),
        """
        litellm.proxy._types.ProxyException litellm.proxy._types.AwsErrorTypeProxyException
        litellm.proxy._types.ModelAccessDeniedProxyException anthropic.lib.tools._memories.SessionMemoryError
        pydantic_ai.models.decision.DecisionHandOff
        """,
    ),
)

_MONEY: tuple[tuple[Label, str], ...] = (
    # the customer's means of payment
    (is_.PAYMENT_DUE, "chargebee.api_error.PaymentError recurly.errors.TransactionError"),
    (is_.WHO_ARE_YOU, "stripe.oauth_error.InvalidGrantError"),
    (is_.MISCONFIGURED, "mollie.api.error.RequestSetupError Adyen.exceptions.AdyenEndpointInvalidFormat"),
    (is_.BUG, "mollie.api.error.IdentifierError"),
    (is_.CONTENTION, "recurly.errors.SimultaneousRequestError"),
    (
        is_.UPSTREAM_FAILED,
        """
        recurly.errors.InvalidTokenError recurly.errors.UnavailableInApiVersionError recurly.errors.NotModifiedError
        ccxt.base.errors.ChecksumError
        """,
    ),
    (is_.THROTTLED, "ccxt.base.errors.DDoSProtection"),
    (is_.MISCONFIGURED, "ccxt.base.errors.InvalidProxySettings"),
    (is_.QUEUE_FULL, "binance.exceptions.BinanceWebsocketQueueOverflow"),
    (is_.BROKEN, "binance.exceptions.BinanceWebsocketClosed"),
    (is_.BUG, "binance.exceptions.ReadLoopClosed"),
    (is_.UPSTREAM_NOT_NOW, "web3.exceptions.StaleBlockchain"),
    (is_.UPSTREAM_SLOW, "web3.exceptions.TimeExhausted"),
    (is_.UPSTREAM_FAILED, "web3.exceptions.ReadBufferLimitReached web3.exceptions.MultipleFailedRequests"),
    (is_.BUG, "web3.exceptions.ABIFunctionNotFound"),
)

_CHAT: tuple[tuple[Label, str], ...] = (
    (
        # of the commands of a bot: what somebody typed
        is_.INVALID,
        """
        discord.ext.commands.errors.UserInputError discord.ext.commands.errors.BadArgument
        discord.ext.commands.errors.MissingRequiredArgument discord.ext.commands.errors.MissingRequiredAttachment
        discord.ext.commands.errors.TooManyArguments discord.ext.commands.errors.BadUnionArgument
        discord.ext.commands.errors.BadLiteralArgument discord.ext.commands.errors.ArgumentParsingError
        discord.ext.commands.errors.FlagError discord.ext.commands.errors.BadFlagArgument
        discord.ext.commands.errors.MissingFlagArgument discord.ext.commands.errors.MissingRequiredFlag
        discord.ext.commands.errors.BadBoolArgument discord.ext.commands.errors.BadColourArgument
        discord.ext.commands.errors.RangeError discord.ext.commands.errors.UnexpectedQuoteError
        discord.ext.commands.errors.InvalidEndOfQuotedStringError discord.ext.commands.errors.ExpectedClosingQuoteError
        discord.ext.commands.errors.ChannelNotFound discord.ext.commands.errors.MemberNotFound
        discord.ext.commands.errors.UserNotFound discord.ext.commands.errors.RoleNotFound
        discord.ext.commands.errors.GuildNotFound discord.ext.commands.errors.MessageNotFound
        discord.ext.commands.errors.EmojiNotFound
        """,
    ),
    (
        is_.YOU_MAY_NOT,
        """
        discord.ext.commands.errors.NotOwner discord.ext.commands.errors.PrivateMessageOnly
        discord.ext.commands.errors.NSFWChannelRequired discord.ext.commands.errors.CheckAnyFailure
        """,
    ),
    (
        is_.REFUSED_US,
        "discord.ext.commands.errors.BotMissingRole discord.ext.commands.errors.BotMissingAnyRole",
    ),
    (is_.OUR_LIMIT, "discord.ext.commands.errors.MaxConcurrencyReached"),
    (is_.RULE_REFUSES, "discord.ext.commands.errors.DisabledCommand"),
    (
        is_.MISCONFIGURED,
        """
        discord.ext.commands.errors.ExtensionError discord.ext.commands.errors.ExtensionNotFound
        discord.ext.commands.errors.NoEntryPointError discord.ext.commands.errors.ExtensionNotLoaded
        discord.ext.commands.errors.CommandRegistrationError aiogram.utils.token.TokenValidationError
        """,
    ),
    (is_.NOTHING, "discord.ext.commands.errors.ConversionError discord.ext.commands.errors.ExtensionFailed"),
    # a message that Telegram encrypted for us, or sent on the way
    (is_.UPSTREAM_FAILED, "telegram.error.PassportDecryptionError"),
    (is_.BROKEN, "telethon.errors.common.InvalidBufferError telethon.errors.common.InvalidChecksumError"),
)

# Exchange: the codes of its answers, each a class; "proxy", "busy", "password" and the like are but part of a name
_EXCHANGE: tuple[tuple[Label, str], ...] = (
    (
        is_.THROTTLED,
        """
        exchangelib.errors.ErrorExceededConnectionCount exchangelib.errors.ErrorExceededSubscriptionCount
        exchangelib.errors.ErrorTooManyObjectsOpened
        exchangelib.errors.ErrorExceededFindCountLimit
        """,
    ),
    (
        is_.UPSTREAM_NOT_NOW,
        """
        exchangelib.errors.ErrorServerBusy exchangelib.errors.ErrorMailboxFailover
        exchangelib.errors.ErrorNoPublicFolderReplicaAvailable
        exchangelib.errors.ErrorNoPublicFolderServerAvailable exchangelib.errors.ErrorInsufficientResources
        exchangelib.errors.ErrorNoRespondingCASInDestinationSite exchangelib.errors.ErrorNotEnoughMemory
        exchangelib.errors.ErrorNoApplicableProxyCASServersAvailable exchangelib.errors.ErrorRequestAborted
        """,
    ),
    (is_.UPSTREAM_SLOW, "exchangelib.errors.ErrorTimeoutExpired"),
    (is_.EDIT_CONFLICT, "exchangelib.errors.ErrorIrresolvableConflict"),
    (
        is_.REFUSED_US,
        """
        exchangelib.errors.ErrorAccountDisabled exchangelib.errors.ErrorMailboxLogonFailed
        exchangelib.errors.ErrorImpersonateUserDenied exchangelib.errors.ErrorImpersonationDenied
        exchangelib.errors.ErrorImpersonationFailed exchangelib.errors.ErrorNoFreeBusyAccess
        exchangelib.errors.ErrorProxyTokenExpired
        """,
    ),
    (
        is_.UPSTREAM_FAILED,
        """
        exchangelib.errors.ErrorFreeBusyGenerationFailed exchangelib.errors.ErrorInvalidFreeBusyViewType
        exchangelib.errors.ErrorInvalidMergedFreeBusyInterval
        exchangelib.errors.ErrorInvalidOrganizationRelationshipForFreeBusy
        exchangelib.errors.ErrorLegacyMailboxFreeBusyViewTypeNotMerged
        exchangelib.errors.ErrorCannotSetCalendarPermissionOnNonCalendarFolder
        exchangelib.errors.ErrorCannotSetNonCalendarPermissionOnCalendarFolder
        exchangelib.errors.ErrorCannotSetPermissionUnknownEntries exchangelib.errors.ErrorExpiredSubscription
        exchangelib.errors.ErrorInvalidDelegatePermission exchangelib.errors.ErrorInvalidDelegateUserId
        exchangelib.errors.ErrorInvalidUserInfo exchangelib.errors.ErrorInvalidUserPrincipalName
        exchangelib.errors.ErrorInvalidUserSid exchangelib.errors.ErrorInvalidUserSidMissingUPN
        exchangelib.errors.ErrorOperationNotAllowedWithPublicFolderRoot
        exchangelib.errors.ErrorAttachmentSizeLimitExceeded exchangelib.errors.ErrorDataSizeLimitExceeded
        exchangelib.errors.ErrorFreeBusyDLLimitReached exchangelib.errors.ErrorIndividualMailboxLimitReached
        exchangelib.errors.ErrorProxyGroupSidLimitExceeded exchangelib.errors.ErrorInvalidPermissionSettings
        exchangelib.errors.ErrorInvalidSendItemSaveSettings exchangelib.errors.ErrorInvalidUserOofSettings
        exchangelib.errors.ErrorUnableToGetUserOofSettings exchangelib.errors.ErrorInvalidRequest
        exchangelib.errors.ErrorInvalidArgument exchangelib.errors.ErrorInvalidOperation
        exchangelib.errors.ErrorMissingArgument exchangelib.errors.ErrorClientDisconnected
        exchangelib.errors.ErrorInvalidNameForNameResolution exchangelib.errors.ErrorInvalidNetworkServiceContext
        exchangelib.errors.ErrorInvalidProxySecurityContext exchangelib.errors.ErrorLogonAsNetworkServiceFailed
        exchangelib.errors.ErrorNameResolutionMultipleResults exchangelib.errors.ErrorNameResolutionNoMailbox
        exchangelib.errors.ErrorNameResolutionNoResults exchangelib.errors.ErrorProxyCallFailed
        exchangelib.errors.ErrorProxyRequestNotAllowed exchangelib.errors.ErrorProxyRequestProcessingFailed
        exchangelib.errors.ErrorProxyServiceDiscoveryFailed exchangelib.errors.ErrorPublicFolderServerNotFound
        exchangelib.errors.ErrorUnifiedMessagingServerNotFound
        exchangelib.errors.ErrorUserWithoutFederatedProxyAddress
        exchangelib.errors.ErrorNoDestinationCASDueToSSLRequirements
        exchangelib.errors.ErrorNoDestinationCASDueToVersionMismatch
        exchangelib.errors.ErrorCalendarInvalidAttributeValue exchangelib.errors.ErrorDistinguishedUserNotSupported
        exchangelib.errors.ErrorUnsupportedCulture exchangelib.errors.ErrorUnsupportedMimeConversion
        exchangelib.errors.ErrorUnsupportedRecurrence exchangelib.errors.ErrorVoiceMailNotImplemented
        imap_tools.errors.MailboxFolderStatusError
        """,
    ),
    (
        is_.BUG,
        """
        exchangelib.errors.NaiveDateTimeNotAllowed exchangelib.fields.InvalidChoiceForVersion
        exchangelib.fields.InvalidField exchangelib.fields.InvalidFieldForVersion
        imap_tools.errors.MailboxFolderStatusValueError
        """,
    ),
)

_OTHERS: tuple[tuple[Label, str], ...] = (
    (is_.INVALID, "dropbox.oauth.BadRequestException"),
    (is_.WHO_ARE_YOU, "dropbox.oauth.BadStateException spotipy.exceptions.SpotifyStateError"),
    (is_.YOU_MAY_NOT, "dropbox.oauth.CsrfException dropbox.oauth.NotApprovedException"),
    (is_.REFUSED_US, "spotipy.exceptions.SpotifyOauthError b2sdk._internal.exception.RetentionWriteError"),
    (is_.QUOTA_SPENT, "b2sdk._internal.exception.NoPaymentHistory"),
    (is_.THROTTLED, "googlemaps.exceptions._OverQueryLimit"),
    (is_.UPSTREAM_NOT_NOW, "datadog.api.exceptions.HttpBackoff"),
    (
        is_.UPSTREAM_DOWN,
        "b2sdk._internal.exception.ChecksumMismatch b2sdk._internal.exception.PartSha1Mismatch",
    ),
    (is_.BROKEN, "b2sdk._internal.exception.TruncatedOutput"),
    (wrapping(is_.UNREACHABLE), "datadog.api.exceptions.ClientError"),
    (is_.EDIT_CONFLICT, "nomad.api.exceptions.VariableConflict"),
    (is_.NOTHING, "b2sdk._internal.exception.MaxRetriesExceeded fabric.exceptions.GroupException"),
    (
        is_.UPSTREAM_FAILED,
        """
        prawcore.exceptions.Redirect brevo.errors.failed_dependency_error.FailedDependencyError
        b2sdk._internal.exception.InvalidUserInput b2sdk._internal.exception.WrongEncryptionModeForBucketDefault
        b2sdk._internal.exception.DisablingFileLockNotSupported
        b2sdk._internal.exception.EnablingFileLockOnRestrictedBucket
        selenium.common.exceptions.ImeNotAvailableException
        """,
    ),
    (
        wrapping(is_.UPSTREAM_FAILED),
        """
        prawcore.exceptions.ResponseException keystoneauth1.exceptions.http.HttpError hcloud._exceptions.APIException
        """,
    ),
    (
        is_.MISCONFIGURED,
        """
        googleapiclient.errors.UnknownApiNameOrVersion gspread.exceptions.NoValidUrlKeyFound
        datadog.api.exceptions.ApiNotInitialized hvac.api.auth_methods.cert.Cert.CertificateAuthError
        keystoneauth1.exceptions.oidc.OidcAuthorizationEndpointNotFound
        keystoneauth1.exceptions.oidc.OidcDeviceAuthorizationEndpointNotFound
        keystoneauth1.exceptions.discovery.ImpliedVersionMismatch
        keystoneauth1.exceptions.discovery.ImpliedMinVersionMismatch
        keystoneauth1.exceptions.discovery.ImpliedMaxVersionMismatch
        keystoneauth1.exceptions.discovery.VersionNotAvailable selenium.common.exceptions.NoSuchDriverException
        requests_toolbelt.exceptions.VersionMismatchError github3.exceptions.MissingAppAuthentication
        github3.exceptions.MissingAppBearerAuthentication github3.exceptions.MissingAppInstallationAuthentication
        smbprotocol.exceptions.BadNetworkName smbprotocol.exceptions.NetworkNameDelegated
        """,
    ),
    (
        is_.BUG,
        """
        prawcore.exceptions.InvalidInvocation dropbox.dropbox_client.BadInputException dropbox.oauth.BadInputException
        googleapiclient.errors.InvalidChunkSizeError googleapiclient.errors.MediaUploadSizeError
        gspread.exceptions.IncorrectCellLabel gspread.exceptions.InvalidInputValue
        facebook_business.exceptions.FacebookUnavailablePropertyException
        facebook_business.exceptions.FacebookBadParameterTypeException fabric.exceptions.NothingToDo
        """,
    ),
    # of a share on another machine
    (is_.CONTENTION, "smbprotocol.exceptions.SharingViolation"),
    (
        is_.UPSTREAM_NOT_NOW,
        """
        smbprotocol.exceptions.InsuffServerResources smbprotocol.exceptions.InsufficientResources
        smbprotocol.exceptions.RequestNotAccepted
        """,
    ),
    (is_.QUOTA_SPENT, "smbprotocol.exceptions.DiskFull"),
    (is_.REFUSED_US, "smbprotocol.exceptions.LogonFailure"),
    (
        is_.BROKEN,
        """
        smbprotocol.exceptions.PipeBroken smbprotocol.exceptions.PipeClosing
        smbprotocol.exceptions.UserSessionDeleted
        """,
    ),
    (is_.UPSTREAM_FAILED, "smbprotocol.exceptions.BufferOverflow smbprotocol.exceptions.FileIsADirectory"),
    (wrapping(is_.UPSTREAM_FAILED), "smbprotocol.exceptions.SMBOSError"),
    (
        is_.NO_TRUST,
        "plumbum.machines.session.HostPublicKeyUnknown ncclient.transport.errors.SSHUnknownHostError pynng.CryptoError",
    ),
    (is_.BROKEN, "ncclient.transport.errors.SessionCloseError pynng.ConnectionAborted"),
    (
        is_.MISCONFIGURED,
        """
        pynng.AddressInUse pynng.AddressInvalid zulip.MissingURLError vonage_jwt.errors.VonageJwtError
        geopy.exc.GeocoderNotFound tavily.errors.KeylessUnsupportedEndpointError
        """,
    ),
    (is_.OUT_OF_MEMORY, "pynng.NoMemory"),
    (is_.OUT_OF_HANDLES, "pynng.OutOfFiles"),
    (
        is_.BUG,
        """
        pynng.Closed pynng.MessageStateError pymodbus.exceptions.ParameterException
        pymodbus.exceptions.MessageRegisterException vonage_video.errors.VideoError
        vonage_video.errors.InvalidRoleError vonage_video.errors.InvalidHlsOptionsError
        vonage_video.errors.InvalidOutputOptionsError praw.exceptions.InvalidImplicitAuth
        """,
    ),
    (is_.THROTTLED, "tavily.errors.UsageLimitExceededError tavily.errors.TavilyKeylessLimitError"),
    (
        is_.UPSTREAM_FAILED,
        """
        puresnmp.exc.InconsistentName puresnmp.exc.InconsistentValue saml2.httpbase.HTTPError
        vonage_network_number_verification.errors.NetworkNumberVerificationError
        """,
    ),
    # a name that no revision in a repository has
    (is_.NOT_THERE, "gitdb.exc.BadName gitdb.exc.BadObject"),
    (is_.CHILD_DIED, "git.exc.HookExecutionError"),
)

KITS: tuple[tuple[Label, str], ...] = (*_AGENTS, *_MONEY, *_CHAT, *_EXCHANGE, *_OTHERS)
