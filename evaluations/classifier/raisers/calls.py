"""Calls of other kinds: gRPC, SOAP, GraphQL, WebSockets; and what wraps calls."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import time
from collections.abc import Callable
from typing import Any

import aiobreaker
import backoff
import gql
import gql.transport.requests
import grpc
import pybreaker
import requests
import stamina
import suds.client
import tenacity
import websocket
import websockets.asyncio.client
import websockets.asyncio.server
import websockets.exceptions
import zeep
import zeep.wsdl

from evaluations.classifier.cases import case
from evaluations.classifier.raisers._peers import (
    HOST,
    base_url,
    closed_port,
    listening,
    saying,
    tls_port,
    untrusted_url,
)
from evaluations.classifier.raisers.http_clients import (
    bug,
    link,
    no_trust,
    nonsense,
    not_now,
    refused_us,
    silent,
    throttled,
)


# --- gRPC -------------------------------------------------------------------------------------------------------------
class _Fails(grpc.GenericRpcHandler):
    def service(self, details: Any) -> Any:
        name = details.method.rpartition("/")[2]

        def answer(_request: bytes, context: Any) -> bytes:
            if name == "SLOW":
                time.sleep(0.5)
            elif name == "RAISES":
                raise KeyError("total")
            elif name != "FINE":
                context.abort(grpc.StatusCode[name], "as asked for")
            return b""

        if name == "MISSING":
            return None
        return grpc.unary_unary_rpc_method_handler(answer)


def _grpc(name: str, timeout: float = 2) -> None:
    server = grpc.server(concurrent.futures.ThreadPoolExecutor(1), handlers=[_Fails()])
    port = server.add_insecure_port(f"{HOST}:0")
    server.start()
    try:
        with grpc.insecure_channel(f"{HOST}:{port}") as channel:
            channel.unary_unary(f"/corpus/{name}")(b"", timeout=timeout)
    finally:
        server.stop(None)


_GRPC: dict[str, dict[str, Any]] = {
    "INVALID_ARGUMENT": nonsense,
    "NOT_FOUND": nonsense,
    "ALREADY_EXISTS": nonsense,
    "FAILED_PRECONDITION": nonsense,
    "UNIMPLEMENTED": nonsense,
    "INTERNAL": nonsense,
    "UNKNOWN": nonsense,
    "UNAVAILABLE": not_now,
    "RESOURCE_EXHAUSTED": throttled,
    "UNAUTHENTICATED": refused_us,
    "PERMISSION_DENIED": refused_us,
    "ABORTED": {"category": "concurrency", "transient": True, "status": 503, "severity": "medium"},
    "DATA_LOSS": {"category": "data_integrity", "transient": False, "status": (500, 502, 503), "severity": "high"},
    "DEADLINE_EXCEEDED": silent,
    "RAISES": nonsense,
    "MISSING": nonsense,
}


def _define(library: str, name: str, label: dict[str, Any], run: Callable[[], Any]) -> None:
    def raiser() -> Any:
        return run()

    raiser.__name__ = name
    case(library, **label)(raiser)


for _name, _label in _GRPC.items():
    _define("grpcio", _name.lower(), _label, lambda name=_name: _grpc(name))  # type: ignore[misc]
    if _name in {"UNAVAILABLE", "UNAUTHENTICATED", "INTERNAL"}:

        async def _aio(name: str = _name) -> None:
            server = grpc.aio.server(handlers=[_Fails()])
            port = server.add_insecure_port(f"{HOST}:0")
            await server.start()
            try:
                async with grpc.aio.insecure_channel(f"{HOST}:{port}") as channel:
                    await channel.unary_unary(f"/corpus/{name}")(b"", timeout=2)
            finally:
                await server.stop(None)

        _define("grpcio", "aio_" + _name.lower(), _label, _aio)


@case("grpcio", **silent)
def grpc_slow() -> None:
    _grpc("SLOW", 0.1)


@case("grpcio", **link)
def grpc_refused() -> None:
    with grpc.insecure_channel(f"{HOST}:{closed_port()}") as channel:
        channel.unary_unary("/corpus/FINE")(b"", timeout=2)


@case("grpcio", **link)
def grpc_unknown_host() -> None:
    with grpc.insecure_channel("shop.invalid:443") as channel:
        channel.unary_unary("/corpus/FINE")(b"", timeout=2)


@case("grpcio", **no_trust)
def grpc_untrusted() -> None:
    with grpc.secure_channel(f"{HOST}:{tls_port()}", grpc.ssl_channel_credentials()) as channel:
        channel.unary_unary("/corpus/FINE")(b"", timeout=2)


@case("grpcio", **bug)
def grpc_closed() -> None:
    channel = grpc.insecure_channel(f"{HOST}:{closed_port()}")
    channel.close()
    channel.unary_unary("/corpus/FINE")(b"")


@case("grpcio", **silent)
def grpc_not_ready() -> None:
    with grpc.insecure_channel(f"{HOST}:{closed_port()}") as channel:
        grpc.channel_ready_future(channel).result(timeout=0.1)


# --- SOAP -------------------------------------------------------------------------------------------------------------
_WSDL = """<definitions name="S" targetNamespace="urn:s" xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:s="urn:s"
 xmlns:x="http://www.w3.org/2001/XMLSchema" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/">
<message name="in"><part name="a" type="x:int"/></message><message name="out"><part name="b" type="x:int"/></message>
<portType name="p"><operation name="Price"><input message="s:in"/><output message="s:out"/></operation></portType>
<binding name="b" type="s:p"><soap:binding style="rpc" transport="http://schemas.xmlsoap.org/soap/http"/>
<operation name="Price"><soap:operation soapAction="Price"/><input><soap:body use="literal" namespace="urn:s"/></input>
<output><soap:body use="literal" namespace="urn:s"/></output></operation></binding>
<service name="S"><port name="p" binding="s:b"><soap:address location="URL"/></port></service></definitions>"""
_FAULT = b"""<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><e:Fault>
<faultcode>e:Server</faultcode><faultstring>no such article</faultstring></e:Fault></e:Body></e:Envelope>"""


def _soap(library: str, act: str, url: str) -> None:
    import tempfile

    with tempfile.NamedTemporaryFile("w", suffix=".wsdl") as file:
        file.write(_WSDL.replace("URL", url))
        file.flush()
        if library == "zeep":
            client = zeep.Client(file.name, transport=zeep.Transport(timeout=1, operation_timeout=0.3))
        else:
            client = suds.client.Client(f"file://{file.name}", timeout=0.3, cache=None)
        getattr(client.service, act)(1)


def _faulty(library: str) -> None:
    page = b"HTTP/1.1 500 No\r\nContent-Type: text/xml\r\nContent-Length: %d\r\n\r\n" % len(_FAULT) + _FAULT
    with listening(saying(page)) as port:
        _soap(library, "Price", f"http://{HOST}:{port}/")


for _library in ("zeep", "suds"):
    _define(_library, "fault", nonsense, lambda library=_library: _faulty(library))  # type: ignore[misc]
    for _name, _label, _path in (
        ("soap_503", not_now, "/status/503"),
        ("soap_401", refused_us, "/status/401"),
        ("soap_silent", silent, "/slow"),
        ("soap_garbage", nonsense, "/html"),
        ("soap_hangs_up", link, "/close"),
    ):
        _define(
            _library,
            _name,
            _label,
            lambda library=_library, path=_path: _soap(library, "Price", base_url() + path),  # type: ignore[misc]
        )
    _define(
        _library,
        "soap_refused",
        link,
        lambda library=_library: _soap(library, "Price", f"http://{HOST}:{closed_port()}"),  # type: ignore[misc]
    )
    _define(_library, "soap_no_operation", bug, lambda library=_library: _soap(library, "Prize", base_url()))  # type: ignore[misc]


@case("zeep", **bug)
def zeep_wrong_argument() -> None:
    import tempfile

    with tempfile.NamedTemporaryFile("w", suffix=".wsdl") as file:
        file.write(_WSDL)
        file.flush()
        zeep.Client(file.name).service.Price(b=1)


# --- GraphQL ----------------------------------------------------------------------------------------------------------
def _graphql(url: str, text: str = "{ a }", timeout: float = 0.3) -> None:
    transport = gql.transport.requests.RequestsHTTPTransport(url, timeout=timeout)
    with gql.Client(transport=transport) as client:
        client.execute(gql.gql(text))


def _errors() -> None:
    body = b'{"errors": [{"message": "no such article"}]}'
    page = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    with listening(saying(page)) as port:
        _graphql(f"http://{HOST}:{port}")


_define("gql", "errors", nonsense, _errors)
_define("gql", "syntax", bug, lambda: _graphql(base_url(), "{ a "))
_define("gql", "refused", link, lambda: _graphql(f"http://{HOST}:{closed_port()}"))
for _name, _label, _path in (
    ("status_401", refused_us, "/status/401"),
    ("status_429", throttled, "/status/429"),
    ("status_500", nonsense, "/status/500"),
    ("status_503", not_now, "/status/503"),
    ("silent", silent, "/slow"),
    ("garbage", nonsense, "/garbage"),
):
    _define("gql", _name, _label, lambda path=_path: _graphql(base_url() + path))  # type: ignore[misc]


# --- WebSockets -------------------------------------------------------------------------------------------------------
async def _websockets(url: str, **more: Any) -> None:
    async with websockets.asyncio.client.connect(url, open_timeout=0.3, **more) as link_:
        await link_.recv()


def _ws(path: str) -> str:
    return base_url().replace("http", "ws") + path


_define("websockets", "refused", link, lambda: _websockets(f"ws://{HOST}:{closed_port()}"))
_define("websockets", "no_upgrade", nonsense, lambda: _websockets(_ws("/html")))
_define("websockets", "status_403", refused_us, lambda: _websockets(_ws("/status/403")))
_define("websockets", "status_503", not_now, lambda: _websockets(_ws("/status/503")))
_define("websockets", "status_404", nonsense, lambda: _websockets(_ws("/status/404")))
_define("websockets", "silent", silent, lambda: _websockets(_ws("/slow")))
_define("websockets", "hangs_up", link, lambda: _websockets(_ws("/close")))
_define("websockets", "untrusted", no_trust, lambda: _websockets(untrusted_url().replace("http", "ws")))
_define("websockets", "bad_url", bug, lambda: _websockets("http://shop.example.test"))


def _closing(name: str, label: dict[str, Any], close: Callable[[Any], Any]) -> None:
    async def raiser() -> None:
        async with websockets.asyncio.server.serve(close, HOST, 0) as server:
            port = server.sockets[0].getsockname()[1]
            await _websockets(f"ws://{HOST}:{port}")

    raiser.__name__ = name
    case("websockets", **label)(raiser)


async def _abort(one: Any) -> None:
    one.transport.abort()


_closing("closed_1011", {**not_now, "note": "1011: the peer's own error"}, lambda one: one.close(1011, "boom"))
_closing("closed_1000", {**link, "note": "the peer closed while we waited for more"}, lambda one: one.close())
_closing("closed_1012", {**not_now, "note": "1012: service restart"}, lambda one: one.close(1012))
_closing("closed_1013", {**not_now, "note": "1013: try again later"}, lambda one: one.close(1013))
_closing("closed_1008", {**nonsense, "note": "1008: policy violation"}, lambda one: one.close(1008, "policy"))
_closing("cut_off", link, _abort)


def _websocket_client(url: str, **more: Any) -> None:
    one = websocket.create_connection(url, timeout=0.3, **more)
    with contextlib.closing(one):
        one.recv()


_define("websocket-client", "refused", link, lambda: _websocket_client(f"ws://{HOST}:{closed_port()}"))
_define("websocket-client", "unknown_host", link, lambda: _websocket_client("ws://shop.invalid/"))
_define("websocket-client", "status_403", refused_us, lambda: _websocket_client(_ws("/status/403")))
_define("websocket-client", "status_503", not_now, lambda: _websocket_client(_ws("/status/503")))
_define("websocket-client", "silent", silent, lambda: _websocket_client(_ws("/slow")))
_define("websocket-client", "hangs_up", link, lambda: _websocket_client(_ws("/close")))
_define("websocket-client", "no_upgrade", nonsense, lambda: _websocket_client(_ws("/html")))
_define("websocket-client", "untrusted", no_trust, lambda: _websocket_client(untrusted_url().replace("http", "ws")))


@case("websocket-client", **bug)
def websocket_closed() -> None:
    websocket.WebSocket().send("a")


# --- what wraps calls -------------------------------------------------------------------------------------------------
def _refused() -> None:
    requests.get(f"http://{HOST}:{closed_port()}", timeout=1)


def _unavailable() -> None:
    requests.get(base_url() + "/status/503", timeout=1).raise_for_status()


def _unauthorized() -> None:
    requests.get(base_url() + "/status/401", timeout=1).raise_for_status()


def _broken() -> None:
    {}["total"]


_WRAPPED: tuple[tuple[str, dict[str, Any], Callable[[], None]], ...] = (
    ("refused", link, _refused),
    ("unavailable", not_now, _unavailable),
    ("unauthorized", refused_us, _unauthorized),
    ("bug", bug, _broken),
)
for _name, _label, _call in _WRAPPED:
    _define(
        "tenacity",
        f"exhausted_{_name}",
        _label,
        lambda call=_call: tenacity.retry(stop=tenacity.stop_after_attempt(2))(call)(),  # type: ignore[misc]
    )
    _define(
        "backoff",
        f"given_up_{_name}",
        _label,
        lambda call=_call: backoff.on_exception(backoff.constant, Exception, max_tries=2, interval=0)(call)(),  # type: ignore[misc]
    )
    _define(
        "stamina",
        f"given_up_{_name}",
        _label,
        lambda call=_call: stamina.retry(on=Exception, attempts=2, wait_initial=0, wait_jitter=0)(call)(),  # type: ignore[misc]
    )


@case("pybreaker", **{**not_now, "note": "nothing was called: the last failures were refusals"})
def breaker_open() -> None:
    breaker = pybreaker.CircuitBreaker(fail_max=1)
    for _ in range(2):
        try:
            breaker.call(_refused)
        except requests.RequestException:
            continue


@case("pybreaker", **{**not_now, "note": "it opens with this failure"})
def breaker_opens() -> None:
    pybreaker.CircuitBreaker(fail_max=1).call(_refused)


@case("aiobreaker", **{**not_now, "note": "nothing was called"})
def aiobreaker_open() -> None:
    breaker = aiobreaker.CircuitBreaker(fail_max=1)
    for _ in range(2):
        try:
            breaker.call(_refused)
        except requests.RequestException:
            continue


@case("tenacity", **silent)
async def try_again() -> None:
    @tenacity.retry(stop=tenacity.stop_after_attempt(2), wait=tenacity.wait_none())
    async def call() -> None:
        await asyncio.wait_for(asyncio.Event().wait(), 0.01)

    await call()
