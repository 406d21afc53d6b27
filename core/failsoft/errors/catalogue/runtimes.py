"""Event loops, green threads, limits and protocols: what carries the calls of others."""

from __future__ import annotations

from failsoft.errors.catalogue import labels as is_
from failsoft.errors.catalogue.labels import Label, wrapping

__all__ = ["RUNTIMES"]

RUNTIMES: tuple[tuple[Label, str], ...] = (
    (
        is_.BUG,
        """
        trio.NeedHandshakeError trio.TrioInternalError trio.EndOfChannel gevent.exceptions.ConcurrentObjectUseError
        gevent.exceptions.InvalidSwitchError gevent.exceptions.InvalidThreadUseError gevent._gevent_cqueue.ShutDown
        gevent._fileobjectcommon.FileObjectClosed
        """,
    ),
    (
        is_.UNPARSABLE,
        """
        gevent.pywsgi._InvalidClientInput gevent.pywsgi._InvalidClientRequest
        """,
    ),
    (
        is_.BROKEN,
        """
        gevent._socketcommon.cancel_wait_ex
        """,
    ),
    (
        is_.SILENT,
        """
        trio.TooSlowError gevent.timeout.Timeout eventlet.timeout.Timeout twisted.internet.defer.TimeoutError
        twisted.internet.error.TimeoutError pymodbus.exceptions.ModbusIOException Pyro5.errors.TimeoutError
        """,
    ),
    (is_.REFUSED, "twisted.internet.error.ConnectionRefusedError twisted.internet.error.NoRouteError"),
    (is_.DNS, "twisted.internet.error.DNSLookupError twisted.names.error.DomainError aiodns.error.DNSError"),
    (
        wrapping(is_.UNREACHABLE),
        """
        twisted.internet.error.ConnectError twisted.internet.error.ConnectBindError
        sshtunnel.BaseSSHTunnelForwarderError sshtunnel.HandlerSSHTunnelForwarderError Pyro5.errors.NamingError
        Pyro5.errors.CommunicationError
        """,
    ),
    (
        wrapping(is_.BROKEN),
        """
        twisted.internet.error.ConnectionClosed twisted.web._newclient.ResponseNeverReceived
        twisted.web._newclient.RequestTransmissionFailed
        trio.BrokenResourceError Pyro5.errors.ConnectionClosedError
        """,
    ),
    (
        wrapping(is_.UPSTREAM_FAILED),
        """
        twisted.web._newclient.ResponseFailed twisted.web.error.Error twisted.web._newclient.ParseError
        anyio.DelimiterNotFound hpack.exceptions.HPACKError hyperframe.exceptions.HyperframeError
        wsproto.utilities.RemoteProtocolError
        """,
    ),
    (is_.UPSTREAM_FAILED, "httpx_sse._exceptions.SSEError oauthlib.oauth2.rfc6749.errors.MissingTokenError"),
    (is_.QUEUE_FULL, "anyio.WouldBlock trio.WouldBlock gevent.pool.PoolFull channels.exceptions.ChannelFull"),
    (
        is_.BUG,
        """
        anyio.ClosedResourceError trio.ClosedResourceError anyio.BusyResourceError trio.BusyResourceError
        anyio._core._exceptions.NoEventLoopError trio.RunFinishedError gevent.exceptions.LoopExit
        gevent.exceptions.BlockingSwitchOutError h2.exceptions.NoSuchStreamError h2.exceptions.StreamClosedError
        h2.exceptions.FlowControlError h2.exceptions.TooManyStreamsError wsproto.utilities.LocalProtocolError
        twisted.internet.error.AlreadyCalled twisted.internet.error.ReactorNotRunning
        twisted.internet.defer.AlreadyCalledError aiolimiter.NotReentrantError
        """,
    ),
    (
        is_.OUR_LIMIT,
        """
        cashews.exceptions.RateLimitError ratelimit.exception.RateLimitException
        pyrate_limiter.exceptions.BucketFullException allauth.core.exceptions.RateLimited
        """,
    ),
    (is_.UPSTREAM_NOT_NOW, "cashews.exceptions.CircuitBreakerOpen"),
    (is_.CONTENTION, "cashews.exceptions.LockedError diskcache.core.Timeout"),
    (
        is_.MISCONFIGURED,
        """
        cashews.exceptions.NotConfiguredError channels.exceptions.InvalidChannelLayerError
        """,
    ),
    (is_.DISCONNECTED, "channels.exceptions.RequestAborted"),
    (is_.TOO_LARGE, "channels.exceptions.MessageTooLarge"),
    (is_.YOU_MAY_NOT, "channels.exceptions.DenyConnection allauth.core.exceptions.SignupClosedException"),
    (is_.WHO_ARE_YOU, "allauth.core.exceptions.ReauthenticationRequired"),
)
"""Labels, and the classes that bear them."""
