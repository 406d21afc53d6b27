"""Clients of other services: httpx, requests and urllib for real, others on classes that look like theirs."""

from __future__ import annotations

import asyncio
import http.server
import json
import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
import requests

from failsoft.errors.failure import Failure

Raised = Callable[..., Failure]


def labelled(failure: Failure) -> tuple[object, ...]:
    return (failure.category, failure.severity, failure.transient, failure.status, failure.code)


REFUSED = ("network", "medium", True, 503, "NETWORK_ERROR")
BROKEN = ("network", "medium", True, 502, "NETWORK_ERROR")
SILENT = ("network", "medium", True, 504, "TIMEOUT_ERROR")
NO_TRUST = ("network", "high", False, 502, "NETWORK_ERROR")
FAILED = ("external_service", "medium", False, 502, "UPSTREAM_ERROR")
DOWN = ("external_service", "medium", True, 502, "UPSTREAM_ERROR")
NOT_NOW = ("external_service", "medium", True, 503, "UPSTREAM_ERROR")
SLOW = ("external_service", "medium", True, 504, "TIMEOUT_ERROR")
THROTTLED = ("resource", "medium", True, 503, "UPSTREAM_THROTTLED")
SPENT = ("resource", "high", False, 503, "UPSTREAM_THROTTLED")
EXHAUSTED = ("resource", "medium", True, 503, "RESOURCE_EXHAUSTED")
REFUSED_US = ("authentication", "high", False, 502, "UPSTREAM_AUTH_ERROR")
SETTINGS = ("configuration", "high", False, 500, "CONFIGURATION_ERROR")
CONTENTION = ("concurrency", "medium", True, 503, "CONCURRENCY_ERROR")
CONFLICT = ("concurrency", "low", False, 409, "CONFLICT")
AWAY = ("network", "high", True, 503, "NETWORK_ERROR")
BUG = ("system", "high", False, 500, "INTERNAL_ERROR")

STATUSES = {
    400: FAILED, 401: REFUSED_US, 402: SPENT, 403: REFUSED_US, 404: FAILED, 409: FAILED, 429: THROTTLED, 500: FAILED,
    502: DOWN, 503: NOT_NOW, 504: SLOW,
}  # fmt: skip


@pytest.fixture(scope="module")
def closed_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"http://127.0.0.1:{server.getsockname()[1]}/"


class Peer(http.server.BaseHTTPRequestHandler):
    """Answers with the status that is asked for, or breaks off."""

    def do_GET(self) -> None:
        path = self.path.strip("/")
        if path == "break":
            self.connection.close()
            return
        self.send_response(200 if path in {"text", "half"} else int(path))
        self.send_header("Retry-After", "7")
        self.send_header("Content-Length", "100" if path == "half" else "4")
        self.end_headers()
        self.wfile.write(b"text")

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture(scope="module")
def peer() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Peer)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


def with_httpx(url: str) -> None:
    with httpx.Client(trust_env=False) as client:
        client.get(url).raise_for_status().json()


def with_async_httpx(url: str) -> None:
    async def run() -> None:
        async with httpx.AsyncClient(trust_env=False) as client:
            (await client.get(url)).raise_for_status().json()

    asyncio.run(run())


def with_requests(url: str) -> None:
    with requests.Session() as session:
        session.trust_env = False
        response = session.get(url)
        response.raise_for_status()
        response.json()


def with_urllib(url: str) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url) as response:
            json.loads(response.read())
    except urllib.error.HTTPError as error:
        error.close()
        raise


CLIENTS = [with_httpx, with_async_httpx, with_requests, with_urllib]


@pytest.mark.parametrize("client", CLIENTS)
def test_a_refused_connection_was_never_sent(raised: Raised, closed_port: str, client: Callable[..., None]) -> None:
    failure = raised(client, closed_port)
    assert labelled(failure) == REFUSED
    assert failure.not_sent


@pytest.mark.parametrize("client", CLIENTS)
def test_a_connection_that_breaks_may_have_carried_the_request(
    raised: Raised, peer: str, client: Callable[..., None]
) -> None:
    failure = raised(client, peer + "break")
    assert labelled(failure) == BROKEN
    assert not failure.not_sent


@pytest.mark.parametrize("client", CLIENTS)
def test_an_answer_that_ends_too_early_is_network(raised: Raised, peer: str, client: Callable[..., None]) -> None:
    failure = raised(client, peer + "half")
    assert labelled(failure) == BROKEN


@pytest.mark.parametrize("client", [with_httpx, with_async_httpx, with_requests])
def test_an_answer_that_is_no_json_is_the_peers_nonsense(
    raised: Raised, peer: str, client: Callable[..., None]
) -> None:
    assert labelled(raised(client, peer + "text")) == FAILED


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("status", STATUSES)
def test_the_status_of_a_peer_is_translated(
    raised: Raised, peer: str, client: Callable[..., None], status: int
) -> None:
    failure = raised(client, f"{peer}{status}")
    assert labelled(failure) == STATUSES[status]
    assert failure.retry_after == (7.0 if failure.transient else None)
    assert not failure.retry_after_set
    assert not failure.expected


@pytest.mark.parametrize(
    ("error", "expected", "not_sent"),
    [
        (httpx.ConnectTimeout("x"), SILENT, True),
        (httpx.ReadTimeout("x"), SILENT, False),
        (httpx.PoolTimeout("x"), EXHAUSTED, True),
        (httpx.RemoteProtocolError("Server disconnected without sending a response."), BROKEN, False),
        (httpx.RemoteProtocolError("illegal status line: bytearray(b'SSH-2.0')"), FAILED, False),
        (httpx.TooManyRedirects("x"), FAILED, False),
        (httpx.UnsupportedProtocol("x"), BUG, False),
        (requests.ConnectTimeout("x"), SILENT, True),
        (requests.ReadTimeout("x"), SILENT, False),
        (requests.exceptions.SSLError("x"), NO_TRUST, False),
        (requests.exceptions.MissingSchema("x"), BUG, False),
    ],
)
def test_what_else_clients_raise(
    classify: Raised, error: Exception, expected: tuple[object, ...], not_sent: bool
) -> None:
    failure = classify(error)
    assert labelled(failure) == expected
    assert failure.not_sent is not_sent


def test_a_certificate_that_is_not_trusted_is_found_inside(raised: Raised) -> None:
    import ssl

    def connect() -> None:
        try:
            raise ssl.SSLCertVerificationError(1, "certificate verify failed: self-signed certificate")
        except ssl.SSLError as error:
            raise httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED]") from error

    assert labelled(raised(connect)) == NO_TRUST


# --- clients that are not installed here ------------------------------------------------------------------------------
def foreign(path: str, *args: Any, base: type[BaseException] = Exception, **attributes: Any) -> BaseException:
    module, _, name = path.rpartition(".")
    error = type(name, (base,), {"__module__": module})(*args)
    for key, value in attributes.items():
        setattr(error, key, value)
    assert isinstance(error, BaseException)
    return error


class Answer:
    def __init__(self, status: int, **headers: str) -> None:
        self.status_code = status
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


def aws(code: str, status: int) -> BaseException:
    response = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status, "HTTPHeaders": {}}}
    return foreign("botocore.exceptions.ClientError", "x", response=response)


@pytest.mark.parametrize(
    ("code", "status", "expected"),
    [
        ("ThrottlingException", 400, THROTTLED),
        ("SlowDown", 503, THROTTLED),
        ("AccessDenied", 403, REFUSED_US),
        ("ExpiredToken", 400, REFUSED_US),
        ("ServiceUnavailable", 503, NOT_NOW),
        ("NoSuchBucket", 404, SETTINGS),
        ("NoSuchKey", 404, FAILED),
        ("ConditionalCheckFailedException", 400, CONFLICT),
        ("TransactionConflictException", 400, CONTENTION),
        ("ParameterNotFound", 400, SETTINGS),
        ("InvalidNextTokenException", 400, FAILED),
        ("SomethingNew", 503, NOT_NOW),
        ("SomethingNew", 400, FAILED),
    ],
)
def test_the_codes_of_amazon(classify: Raised, code: str, status: int, expected: tuple[object, ...]) -> None:
    failure = classify(aws(code, status))
    assert labelled(failure) == expected
    assert failure.evidence[0][:2] == ("code", f"AWS {code}")


class Named:
    def __init__(self, name: str) -> None:
        self.name = name


def rpc(code: str, details: str = "") -> BaseException:
    return foreign("grpc._channel._InactiveRpcError", code=lambda: Named(code), details=lambda: details)


@pytest.mark.parametrize(
    ("code", "details", "expected", "not_sent"),
    [
        ("UNAVAILABLE", "", NOT_NOW, False),
        ("UNAVAILABLE", "failed to connect to all addresses", REFUSED, True),
        ("UNAVAILABLE", "Socket closed", BROKEN, False),
        ("DEADLINE_EXCEEDED", "", SILENT, False),
        ("RESOURCE_EXHAUSTED", "", THROTTLED, False),
        ("UNAUTHENTICATED", "", REFUSED_US, False),
        ("PERMISSION_DENIED", "", REFUSED_US, False),
        ("NOT_FOUND", "", FAILED, False),
        ("ABORTED", "", CONTENTION, False),
        ("INTERNAL", "", FAILED, False),
    ],
)
def test_the_codes_of_grpc(
    classify: Raised, code: str, details: str, expected: tuple[object, ...], not_sent: bool
) -> None:
    failure = classify(rpc(code, details))
    assert labelled(failure) == expected
    assert failure.not_sent is not_sent


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (foreign("openai.RateLimitError", status_code=429, code=None), THROTTLED),
        (foreign("openai.RateLimitError", status_code=429, code="insufficient_quota"), SPENT),
        (foreign("openai.AuthenticationError", status_code=401), REFUSED_US),
        (foreign("openai.APITimeoutError"), SILENT),
        (foreign("openai.InternalServerError", status_code=503, response=Answer(503)), NOT_NOW),
        (foreign("anthropic.OverloadedError", status_code=529), NOT_NOW),
        (
            foreign("stripe._error.CardError", http_status=402, code="card_declined"),
            ("business_logic", "low", False, 402, "PAYMENT_REQUIRED"),
        ),
        (foreign("stripe._error.RateLimitError", http_status=429), THROTTLED),
        (foreign("google.api_core.exceptions.Aborted", code=409), CONTENTION),
        (foreign("google.api_core.exceptions.NotFound", code=404), FAILED),
        (foreign("azure.core.exceptions.HttpResponseError", status_code=429), THROTTLED),
        (foreign("elasticsearch.ConflictError", meta=Answer(409)), CONFLICT),
        (foreign("elasticsearch.ApiError", meta=Answer(503)), NOT_NOW),
        (foreign("kubernetes.client.exceptions.ApiException", status=403), REFUSED_US),
        (foreign("aiohttp.client_exceptions.ClientResponseError", status=401), REFUSED_US),
        (foreign("aiohttp.client_exceptions.ServerDisconnectedError"), BROKEN),
        (foreign("aiohttp.http_exceptions.ContentLengthError", code=400, message="Not enough data"), BROKEN),
        (foreign("aiohttp.client_exceptions.ClientConnectorError", base=OSError, errno=111), REFUSED),
        (foreign("aiohttp.client_exceptions.ClientConnectorCertificateError"), NO_TRUST),
        (foreign("kafka.errors.NoBrokersAvailable"), AWAY),
        (foreign("kafka.errors.RebalanceInProgressError"), CONTENTION),
        (foreign("kafka.errors.KafkaError", retriable=True), NOT_NOW),
        (foreign("pika.exceptions.AMQPConnectionError"), AWAY),
        (foreign("celery.exceptions.NotRegistered", "x", base=KeyError), SETTINGS),
        (foreign("nats.errors.NoRespondersError"), NOT_NOW),
        (foreign("botocore.exceptions.NoCredentialsError"), SETTINGS),
        (foreign("botocore.exceptions.EndpointConnectionError"), REFUSED),
        (foreign("paramiko.ssh_exception.AuthenticationException"), REFUSED_US),
        (foreign("jwt.exceptions.InvalidTokenError"), ("authentication", "low", False, 401, "AUTH_ERROR")),
        (
            foreign("cryptography.fernet.InvalidToken"),
            ("data_integrity", "high", False, 500, "DATA_INTEGRITY_ERROR"),
        ),
        (
            foreign("marshmallow.exceptions.ValidationError", messages={"age": ["Not a number."]}),
            ("validation", "low", False, 422, "VALIDATION_ERROR"),
        ),
        (foreign("jinja2.exceptions.TemplateNotFound", "x"), SETTINGS),
    ],
    ids=lambda value: getattr(type(value), "__name__", "") if isinstance(value, BaseException) else "",
)
def test_libraries_are_recognized_by_name(classify: Raised, error: BaseException, expected: tuple[object, ...]) -> None:
    assert labelled(classify(error)) == expected


def test_a_peers_wait_is_told_but_not_as_the_applications_word(classify: Raised) -> None:
    failure = classify(foreign("openai.RateLimitError", status_code=429, response=Answer(429, retry_after="20")))
    assert (failure.retry_after, failure.retry_after_set) == (20.0, False)


def test_an_unknown_exception_with_a_response_of_a_client_is_the_peers_failure(classify: Raised) -> None:
    class VendorError(Exception):
        pass

    error = VendorError("no")
    error.response = httpx.Response(503)  # type: ignore[attr-defined]
    assert labelled(classify(error)) == NOT_NOW
    error.response = httpx.Response(418)  # type: ignore[attr-defined]
    assert labelled(classify(error)) == FAILED
    error.response = Answer(503)  # type: ignore[attr-defined]
    assert not classify(error).transient


class KafkaCode:
    def __init__(self, name: str, *, retriable: bool = False) -> None:
        self._name = name
        self._retriable = retriable

    def name(self) -> str:
        return self._name

    def retriable(self) -> bool:
        return self._retriable


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (KafkaCode("_ALL_BROKERS_DOWN"), AWAY),
        (KafkaCode("_MSG_TIMED_OUT"), SILENT),
        (KafkaCode("TOPIC_AUTHORIZATION_FAILED"), REFUSED_US),
        (KafkaCode("UNKNOWN_TOPIC_OR_PART"), SETTINGS),
        (KafkaCode("INVALID_SESSION_TIMEOUT"), SETTINGS),
        (KafkaCode("_SSL"), NO_TRUST),
        (KafkaCode("UNKNOWN_MEMBER_ID"), CONTENTION),
        (KafkaCode("SOMETHING", retriable=True), NOT_NOW),
        (KafkaCode("SOMETHING"), FAILED),
    ],
)
def test_the_codes_of_confluents_kafka(classify: Raised, code: KafkaCode, expected: tuple[object, ...]) -> None:
    assert labelled(classify(foreign("cimpl.KafkaException", code))) == expected


def test_what_a_validator_says_is_listed_without_the_rejected_value(classify: Raised) -> None:
    nested = foreign("marshmallow.exceptions.ValidationError", messages={"age": ["Not a number."]})
    assert classify(nested).errors == (("/age", "Not a number."),)
    schema = foreign("jsonschema.exceptions.ValidationError", "'hunter2' is no integer")
    schema.absolute_path, schema.validator = ["lines", 0], "type"  # type: ignore[attr-defined]
    assert classify(schema).errors == (("/lines/0", "Does not satisfy type"),)


def test_the_last_of_several_attempts_proves_nothing_about_the_others(classify: Raised) -> None:
    class Attempt:
        def exception(self) -> BaseException:
            return ConnectionRefusedError(111, "refused")

    failure = classify(foreign("tenacity.RetryError", "x", last_attempt=Attempt()))
    assert labelled(failure) == REFUSED
    assert not failure.not_sent


def test_a_retry_of_tenacity_is_what_its_last_attempt_was(classify: Raised) -> None:
    class Attempt:
        def exception(self) -> BaseException:
            return httpx.ReadTimeout("x")

    failure = classify(foreign("tenacity.RetryError", "x", last_attempt=Attempt()))
    assert (labelled(failure), failure.type) == (SILENT, "httpx.ReadTimeout")


@pytest.mark.parametrize(
    ("error", "category", "status", "transient"),
    [
        (
            foreign("arango.exceptions.DocumentInsertError", error_code=1210, http_code=409),
            "data_integrity",
            409,
            False,
        ),
        (foreign("arango.exceptions.DocumentUpdateError", error_code=1200, http_code=412), "concurrency", 409, False),
        (foreign("arango.exceptions.AQLQueryExecuteError", error_code=1501, http_code=400), "system", 500, False),
        (foreign("trino.exceptions.TrinoUserError", error_name="TABLE_NOT_FOUND"), "configuration", 500, False),
        (foreign("trino.exceptions.TrinoQueryError", error_type="INSUFFICIENT_RESOURCES"), "resource", 503, True),
        (foreign("trino.exceptions.HttpError", "error 401: no"), "authentication", 502, False),
        (foreign("thriftpy2.transport.base.TTransportException", type=3), "network", 504, True),
        (foreign("thrift.transport.TTransport.TTransportException", type=4), "network", 502, True),
    ],
    ids=lambda value: str(getattr(value, "args", value)),
)
def test_numbers_and_names_of_stores_and_protocols(
    classify: Raised, error: BaseException, category: str, status: int, transient: bool
) -> None:
    failure = classify(error)
    assert (failure.category, failure.status, failure.transient) == (category, status, transient)
