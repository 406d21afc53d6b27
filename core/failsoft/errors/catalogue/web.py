"""Web frameworks, their extensions and the protocols they speak: classes whose names would say something else.

What answers a client by itself is in `errors.own_word`. Here is who uses a framework wrongly, what a client sent that
cannot be read, and what the kit of a framework that calls others says of those.
"""

from __future__ import annotations

from failsoft.errors.catalogue import labels as is_
from failsoft.errors.catalogue.labels import Label, wrapping

__all__ = ["WEB"]

_SERVED: tuple[tuple[Label, str], ...] = (
    (
        # what a client sent, over HTTP or a web socket
        is_.UNPARSABLE,
        """
        aiohttp.web_protocol.RequestPayloadError aiohttp.http_exceptions.BadHttpMessage
        aiohttp.http_exceptions.HttpBadRequest aiohttp.http_exceptions.BadStatusLine
        aiohttp.http_exceptions.BadHttpMethod aiohttp.http_exceptions.InvalidURLError
        aiohttp.http_exceptions.PayloadEncodingError aiohttp.http_exceptions.LineTooLong
        aiohttp.http_exceptions.InvalidHeader aiohttp.client_exceptions.WSMessageTypeError
        aiohttp.compression_utils.TooManyMembersError django.http.multipartparser.InputStreamExhausted
        django.utils.archive.ArchiveException engineio.exceptions.UnknownPacketError
        """,
    ),
    (
        wrapping(is_.UNPARSABLE),
        """
        django.contrib.gis.gdal.error.GDALException django.contrib.gis.gdal.error.SRSException
        django.contrib.gis.geos.error.GEOSException django.contrib.gis.geoip2.GeoIP2Exception
        """,
    ),
    (
        is_.INVALID,
        """
        falcon.errors.PayloadTypeError django.contrib.admin.options.IncorrectLookupParameters
        mcp.shared.path_security.PathEscapeError mcp.server.mcpserver.resources.templates.ResourceSecurityError
        mcp.shared.auth.InvalidRedirectUriError mcp.shared.auth.InvalidScopeError
        anymail.exceptions.AnymailInvalidAddress mcp.server.auth.provider.AuthorizeError
        mcp.server.auth.provider.RegistrationError
        mcp.server.request_state.InvalidRequestState
        """,
    ),
    (is_.TOO_LARGE, "engineio.exceptions.ContentTooLongError msgpack.exceptions.BufferFull"),
    (is_.INVALID._replace(status=416, code="HTTP_416"), "starlette.responses.RangeNotSatisfiable"),
    (
        is_.INVALID._replace(status=415, code="UNSUPPORTED_MEDIA_TYPE"),
        "openapi_core.templating.media_types.exceptions.MediaTypeNotFound",
    ),
    (is_.NOT_THERE, "openapi_core.templating.paths.exceptions.ServerNotFound"),
    (
        is_.DISCONNECTED,
        """
        blacksheep.exceptions.MessageAborted webob.request.DisconnectionError microdot.websocket.WebSocketError
        simple_websocket.errors.ConnectionClosed
        """,
    ),
    (
        is_.WHO_ARE_YOU,
        """
        pyramid.authentication.BadTicket openapi_core.security.exceptions.SecurityProviderError
        openapi_core.templating.security.exceptions.SecurityNotFound
        openapi_core.validation.request.exceptions.InvalidSecurity
        mcp.server.auth.middleware.client_auth.AuthenticationError
        mcp.server.auth.provider.TokenError twisted.cred.error.Unauthorized twisted.cred.error.LoginFailed
        twisted.cred.error.LoginDenied twisted.cred.error.UnauthorizedLogin twisted.cred.error.UnhandledCredentials
        """,
    ),
    (
        # a handler of connections refuses one
        is_.YOU_MAY_NOT,
        """
        socketio.exceptions.ConnectionRefusedError channels.exceptions.DenyConnection
        django.middleware.csrf.InvalidTokenFormat
        """,
    ),
    (is_.DUPLICATE, "litestar.repository._exceptions.ConflictError"),
    (is_.EDIT_CONFLICT, "django.contrib.sessions.backends.base.UpdateError"),
    (is_.NOTHING, "litestar.repository._exceptions.RepositoryError"),
)

_MISUSED: tuple[tuple[Label, str], ...] = (
    (
        is_.BUG,
        """
        channels.exceptions.AcceptConnection aiohttp.web_protocol.PayloadAccessError
        aiohttp.payload.LookupError aiohttp.web_app.CleanupError
        urllib3.exceptions.TimeoutStateError falcon.errors.OperationNotAllowed
        falcon.routing.util.SuffixedMethodNotFoundError
        litestar.exceptions.dto_exceptions.InvalidAnnotationException fastapi.exceptions.DependencyScopeError
        django.contrib.admin.utils.NotRelationField django.contrib.admin.utils.FieldIsAForeignKeyColumnName
        django.template.response.ContentNotRenderedError django.template.context.ContextPopException
        django.utils.crypto.InvalidAlgorithm
        openapi_core.validation.response.exceptions.ResponseValidationError
        openapi_core.validation.response.exceptions.DataValidationError
        openapi_core.validation.response.exceptions.HeaderValidationError
        openapi_core.validation.response.exceptions.HeadersError
        openapi_core.validation.response.exceptions.InvalidData
        openapi_core.validation.response.exceptions.InvalidHeader
        openapi_core.validation.response.exceptions.MissingData
        openapi_core.validation.response.exceptions.MissingHeader
        openapi_core.validation.response.exceptions.MissingHeaderError
        openapi_core.validation.response.exceptions.MissingRequiredHeader
        openapi_core.templating.responses.exceptions.ResponseFinderError
        openapi_core.templating.responses.exceptions.ResponseNotFound
        openapi_core.unmarshalling.schemas.exceptions.FormatterNotFoundError
        blacksheep.exceptions.InvalidExceptionHandler blacksheep.server.websocket.InvalidWebSocketStateError
        blacksheep.server.websocket.WebSocketError blacksheep.cookies.CookieError
        blacksheep.server.normalization.AmbiguousMethodSignatureError
        blacksheep.server.normalization.UnsupportedForwardRefInSignatureError
        blacksheep.server.normalization.UnsupportedSignatureError blacksheep.server.routing.InvalidValuePatternName
        blacksheep.server.openapi.exceptions.DuplicatedContentTypeDocsException
        blacksheep.server.routing.RouteDuplicate mcp.shared.uri_template.InvalidUriTemplate
        fastapi_users.authentication.authenticator.DuplicateBackendNamesError
        fastapi_users.authentication.transport.base.TransportLogoutNotSupportedError
        dns.rdata.NoRelativeRdataOrdering dns.transaction.TooManyChanges
        spyne.application.MethodAlreadyExistsError spyne.util.meta.AttributeNotFoundException
        spyne.util.meta.ClassNotFoundException
        """,
    ),
    (
        is_.MISCONFIGURED,
        """
        django.contrib.messages.api.MessageFailure bottle.StplSyntaxError mako.exceptions.NameConflictError
        blacksheep.server.authorization.AuthorizationWithoutAuthenticationError
        openapi_core.exceptions.SpecError falcon.errors.UnsupportedScopeError
        fastapi_mail.errors.TemplateFolderDoesNotExist fastapi_mail.errors.PydanticClassRequired
        anymail.exceptions.AnymailInvalidMailer anymail.exceptions.InvalidMailer
        thriftpy2.parser.exc.ThriftParserError thriftpy2.parser.exc.ThriftGrammarError
        thriftpy2.parser.exc.ThriftLexerError thriftpy2.parser.exc.ThriftModuleNameConflict
        twisted.internet.error.CannotListenError
        """,
    ),
)

_CALLED: tuple[tuple[Label, str], ...] = (
    (
        # a redirect to where nobody can go is the fault of who sent it
        is_.UPSTREAM_FAILED,
        """
        aiohttp.client_exceptions.InvalidUrlRedirectClientError
        aiohttp.client_exceptions.NonHttpUrlRedirectClientError urllib3.exceptions.ResponseNotChunked
        blacksheep.client.cookies.InvalidCookie blacksheep.client.cookies.InvalidCookieDomain
        dns.message.AnswerForNXDOMAIN curl_cffi.fingerprints.FingerprintUpdateError
        mcp.server.mcpserver.exceptions.ResourceError mcp.server.mcpserver.exceptions.UnexpectedResourceError
        """,
    ),
    (
        wrapping(is_.UPSTREAM_FAILED),
        """
        blacksheep.client.exceptions.ClientException blacksheep.client.exceptions.InvalidResponseException
        blacksheep.client.connection.InvalidResponseFromServer blacksheep.client.exceptions.UnsupportedRedirect
        blacksheep.client.exceptions.CircularRedirectError
        blacksheep.client.exceptions.MaximumRedirectsExceededError
        blacksheep.client.exceptions.MissingLocationForRedirect blacksheep.utils.aio.FailedRequestError
        anymail.exceptions.AnymailAPIError anymail.exceptions.AnymailRequestsAPIError
        anymail.exceptions.AnymailRecipientsRefused fastapi_mail.errors.ApiError tornado.websocket.WebSocketError
        """,
    ),
    (is_.SILENT, "blacksheep.client.exceptions.RequestTimeout"),
    (is_.CONNECT_SILENT, "blacksheep.client.exceptions.ConnectionTimeout"),
    (is_.BROKEN, "mcp.client.subscriptions.SubscriptionLost twisted.internet.error.ConnectionAborted"),
    (is_.NO_TRUST, "twisted.internet.error.PeerVerifyError"),
    (is_.CHILD_DIED, "twisted.internet.error.ProcessTerminated twisted.internet.error.ProcessDone"),
    (is_.QUEUE_FULL, "twisted.internet.defer.QueueOverflow"),
    (
        is_.MISCONFIGURED,
        "curl_cffi.requests.exceptions.InvalidProxyURL curl_cffi.requests.exceptions.InterfaceError",
    ),
)

WEB: tuple[tuple[Label, str], ...] = (*_SERVED, *_MISUSED, *_CALLED)
