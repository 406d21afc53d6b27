"""Clients of HTTP, and vendors' own libraries."""

from __future__ import annotations

from failsoft.errors.catalogue import labels as is_
from failsoft.errors.catalogue.labels import Label, wrapping

__all__ = ["CLIENTS"]

_HTTP: tuple[tuple[Label, str], ...] = (
    (
        wrapping(is_.UNREACHABLE),
        """
        requests.exceptions.ConnectionError urllib3.exceptions.MaxRetryError
        aiohttp.client_exceptions.ClientProxyConnectionError requests.exceptions.ProxyError
        urllib3.exceptions.ProxyError httpx.ProxyError httpcore.ProxyError requests.exceptions.RetryError
        niquests.exceptions.ConnectionError curl_cffi.requests.exceptions.ConnectionError
        """,
    ),
    (
        # raised while connecting, and nowhere else
        wrapping(is_.REFUSED),
        """
        httpx.ConnectError httpcore.ConnectError aiohttp.client_exceptions.ClientConnectorError
        anyio.ConnectionFailed
        """,
    ),
    (is_.REFUSED, "urllib3.exceptions.NewConnectionError"),
    (
        is_.DNS,
        """
        aiohttp.client_exceptions.ClientConnectorDNSError urllib3.exceptions.NameResolutionError
        dns.exception.DNSException curl_cffi.requests.exceptions.DNSError httplib2.error.ServerNotFoundError
        websocket._exceptions.WebSocketAddressException
        """,
    ),
    (
        wrapping(is_.BROKEN),
        """
        httpx.NetworkError httpx.RemoteProtocolError httpcore.NetworkError httpcore.RemoteProtocolError
        requests.exceptions.ChunkedEncodingError urllib3.exceptions.ProtocolError
        urllib3.exceptions.IncompleteRead urllib3.exceptions.InvalidChunkLength
        aiohttp.client_exceptions.ClientConnectionError aiohttp.client_exceptions.ClientPayloadError
        aiohttp.http_exceptions.ContentLengthError aiohttp.http_exceptions.TransferEncodingError
        websocket._exceptions.WebSocketConnectionClosedException
        websockets.exceptions.ConnectionClosed aiohttp.client_exceptions.ServerDisconnectedError
        h11._util.RemoteProtocolError h2.exceptions.ProtocolError
        """,
    ),
    (
        is_.SILENT,
        """
        httpx.TimeoutException httpcore.TimeoutException requests.exceptions.Timeout
        urllib3.exceptions.TimeoutError aiohttp.client_exceptions.ServerTimeoutError
        curl_cffi.requests.exceptions.Timeout websocket._exceptions.WebSocketTimeoutException
        """,
    ),
    (
        is_.CONNECT_SILENT,
        """
        httpx.ConnectTimeout httpcore.ConnectTimeout requests.exceptions.ConnectTimeout
        urllib3.exceptions.ConnectTimeoutError aiohttp.client_exceptions.ConnectionTimeoutError
        curl_cffi.requests.exceptions.ConnectTimeout
        """,
    ),
    (
        is_.POOL_EXHAUSTED,
        """
        httpx.PoolTimeout httpcore.PoolTimeout httpcore.ConnectionNotAvailable
        urllib3.exceptions.EmptyPoolError urllib3.exceptions.FullPoolError
        """,
    ),
    (
        is_.NO_TRUST,
        """
        requests.exceptions.SSLError urllib3.exceptions.SSLError aiohttp.client_exceptions.ClientSSLError
        aiohttp.client_exceptions.ClientConnectorCertificateError
        aiohttp.client_exceptions.ServerFingerprintMismatch curl_cffi.requests.exceptions.SSLError
        OpenSSL.SSL.Error service_identity.exceptions.VerificationError
        """,
    ),
    (
        wrapping(is_.UPSTREAM_FAILED),
        """
        httpx.HTTPError httpx.DecodingError httpx.TooManyRedirects requests.exceptions.RequestException
        requests.exceptions.JSONDecodeError
        requests.exceptions.ContentDecodingError requests.exceptions.TooManyRedirects
        urllib3.exceptions.HTTPError urllib3.exceptions.DecodeError urllib3.exceptions.ResponseError
        aiohttp.client_exceptions.ClientError aiohttp.client_exceptions.ClientResponseError
        aiohttp.client_exceptions.ContentTypeError aiohttp.client_exceptions.TooManyRedirects
        websockets.exceptions.WebSocketException h11._util.ProtocolError
        websockets.exceptions.InvalidHandshake tornado.httpclient.HTTPClientError pycurl.error
        curl_cffi.curl.CurlError niquests.exceptions.RequestException
        curl_cffi.requests.exceptions.RequestException gql.transport.exceptions.TransportError
        zeep.exceptions.Error suds.WebFault suds.transport.TransportError httplib2.error.HttpLib2Error
        websocket._exceptions.WebSocketException aiohttp.http_exceptions.ContentEncodingError
        websockets.exceptions.InvalidMessage gql.transport.exceptions.TransportQueryError
        """,
    ),
    (
        is_.BUG,
        """
        httpx.InvalidURL httpx.UnsupportedProtocol httpx.LocalProtocolError httpx.StreamError
        httpx.CookieConflict httpcore.UnsupportedProtocol httpcore.LocalProtocolError
        requests.exceptions.InvalidJSONError
        h11._util.LocalProtocolError requests.exceptions.InvalidURL requests.exceptions.MissingSchema
        requests.exceptions.InvalidSchema requests.exceptions.InvalidHeader requests.exceptions.URLRequired
        requests.exceptions.StreamConsumedError requests.exceptions.UnrewindableBodyError
        urllib3.exceptions.LocationValueError urllib3.exceptions.ClosedPoolError
        aiohttp.client_exceptions.InvalidURL aiohttp.client_exceptions.NonHttpUrlClientError
        websockets.exceptions.ConcurrencyError websockets.exceptions.InvalidState
        websockets.exceptions.InvalidURI urllib3.exceptions.UnrewindableBodyError
        httplib2.error.RelativeURIError httplib2.error.ProxiesUnavailableError httplib2.error.MalformedHeader
        suds.MethodNotFound suds.PortNotFound suds.ServiceNotFound suds.TypeNotFound suds.BuildError
        zeep.exceptions.ValidationError zeep.exceptions.LookupError zeep.exceptions.NamespaceError
        gql.transport.exceptions.TransportClosed gql.transport.exceptions.TransportAlreadyConnected
        """,
    ),
    (is_.MISCONFIGURED, "dns.resolver.NoResolverConfiguration"),
    (is_.UNPARSABLE, "msgpack.exceptions.UnpackException msgpack.exceptions.ExtraData"),
)

_VENDORS: tuple[tuple[Label, str], ...] = (
    (
        wrapping(is_.UNREACHABLE),
        """
        openai.APIConnectionError anthropic.APIConnectionError stripe._error.APIConnectionError
        """,
    ),
    (is_.SILENT, "openai.APITimeoutError anthropic.APITimeoutError"),
    (
        is_.THROTTLED,
        """
        stripe._error.RateLimitError openai.RateLimitError anthropic.RateLimitError discord.errors.RateLimited
        telegram.error.RetryAfter
        """,
    ),
    (
        is_.QUOTA_SPENT,
        """
        anthropic.ContractSpendLimitReachedError anthropic.EnforcedSpendLimitReachedError
        anthropic.PaymentRequiredError
        """,
    ),
    (is_.UPSTREAM_NOT_NOW, "anthropic.OverloadedError"),
    (is_.PAYMENT_DUE, "stripe._error.CardError"),
    (is_.MISCONFIGURED, "anthropic.CredentialsError openai.OpenAIError"),
    (
        is_.REFUSED_US,
        """
        stripe._error.AuthenticationError stripe._error.PermissionError openai.AuthenticationError
        openai.PermissionDeniedError anthropic.AuthenticationError anthropic.PermissionDeniedError
        """,
    ),
    (
        wrapping(is_.UPSTREAM_FAILED),
        """
        openai.APIError anthropic.APIError anthropic.AnthropicError stripe._error.StripeError
        slack_sdk.errors.SlackClientError
        discord.errors.DiscordException github.GithubException.GithubException gitlab.exceptions.GitlabError
        jira.exceptions.JIRAError telegram.error.TelegramError python_http_client.exceptions.HTTPError
        sendgrid.SendGridException googleapiclient.errors.Error simple_salesforce.exceptions.SalesforceError
        facebook.GraphAPIError
        """,
    ),
)

_PROTOCOLS: tuple[tuple[Label, str], ...] = (
    (
        is_.UPSTREAM_FAILED,
        """
        requests_toolbelt.multipart.decoder.NonMultipartContentTypeException
        requests_toolbelt.multipart.decoder.ImproperBodyPartContentException
        aiohttp.http_exceptions.DecompressSizeError
        urllib3.exceptions.InvalidHeader websockets.exceptions.InvalidHeader
        websockets.exceptions.InvalidHeaderFormat websockets.exceptions.InvalidHeaderValue
        websockets.exceptions.InvalidOrigin websockets.exceptions.InvalidUpgrade
        websockets.exceptions.InvalidParameterName websockets.exceptions.InvalidParameterValue
        websockets.exceptions.DuplicateParameter websockets.exceptions.NegotiationError
        websockets.exceptions.PayloadTooBig websockets.exceptions.InvalidProxyMessage
        zeep.exceptions.DTDForbidden zeep.exceptions.EntitiesForbidden zeep.exceptions.ExternalReferenceForbidden
        zeep.exceptions.SignatureVerificationFailed h2.exceptions.FrameTooLargeError
        h2.exceptions.FrameDataMissingError h2.exceptions.InvalidBodyLengthError
        h2.exceptions.DenialOfServiceError h2.exceptions.UnsupportedFrameError
        """,
    ),
    (
        wrapping(is_.UPSTREAM_FAILED),
        """
        zeep.exceptions.XMLSyntaxError zeep.exceptions.XMLParseError zeep.exceptions.UnexpectedElementError
        zeep.exceptions.WsdlSyntaxError zeep.exceptions.IncompleteMessage zeep.exceptions.IncompleteOperation
        zeep.exceptions.Fault zeep.exceptions.TransportError h2.exceptions.H2Error
        """,
    ),
    (
        is_.BUG,
        """
        urllib3.exceptions.LocationParseError urllib3.exceptions.BodyNotHttplibCompatible
        urllib3.exceptions.HostChangedError
        urllib3.exceptions.URLSchemeUnknown h2.exceptions.NoAvailableStreamIDError
        h2.exceptions.StreamIDTooLowError h2.exceptions.RFC1122Error h2.exceptions.InvalidSettingsValueError
        requests.cookies.CookieConflictError
        """,
    ),
    (
        is_.MISCONFIGURED,
        """
        urllib3.exceptions.ProxySchemeUnknown urllib3.exceptions.ProxySchemeUnsupported
        websockets.exceptions.InvalidProxy requests.exceptions.InvalidProxyURL
        """,
    ),
    (
        wrapping(is_.BROKEN),
        """
        aiohttp.client_exceptions.UploadAbortedError
        """,
    ),
)

CLIENTS: tuple[tuple[Label, str], ...] = (*_HTTP, *_PROTOCOLS, *_VENDORS)
