"""Answers of web frameworks, raised by the frameworks themselves wherever that is possible."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable
from typing import Any

import fastapi
import httpx
import pytest
import starlette.responses
import werkzeug.exceptions
from fastapi.exceptions import RequestValidationError, ResponseValidationError, WebSocketRequestValidationError
from pydantic import BaseModel, ValidationError, field_validator
from starlette.exceptions import HTTPException, WebSocketException
from starlette.websockets import WebSocketDisconnect

import flask
from failsoft.errors.failure import Failure

Classify = Callable[..., Failure]
NOW = 1_795_305_723.0


def labelled(failure: Failure) -> tuple[object, ...]:
    return (failure.status, failure.code, failure.category, failure.severity, failure.transient, failure.expected)


ANSWERS = [
    (400, "BAD_REQUEST", "validation", "low", False, True),
    (401, "AUTH_ERROR", "authentication", "low", False, True),
    (402, "PAYMENT_REQUIRED", "business_logic", "low", False, True),
    (403, "AUTHZ_ERROR", "authentication", "low", False, True),
    (404, "NOT_FOUND", "validation", "info", False, True),
    (405, "METHOD_NOT_ALLOWED", "validation", "info", False, True),
    (409, "CONFLICT", "business_logic", "low", False, True),
    (412, "HTTP_412", "concurrency", "low", False, True),
    (413, "PAYLOAD_TOO_LARGE", "validation", "low", False, True),
    (415, "UNSUPPORTED_MEDIA_TYPE", "validation", "low", False, True),
    (418, "HTTP_418", "validation", "low", False, True),
    (422, "VALIDATION_ERROR", "validation", "low", False, True),
    (429, "RATE_LIMIT_ERROR", "resource", "low", True, True),
    (500, "INTERNAL_ERROR", "system", "high", False, False),
    (502, "UPSTREAM_ERROR", "external_service", "medium", True, True),
    (503, "SERVICE_UNAVAILABLE", "external_service", "medium", True, True),
    (504, "TIMEOUT_ERROR", "network", "medium", True, True),
]


@pytest.mark.parametrize("expected", ANSWERS, ids=lambda row: str(row[0]))
def test_an_answer_of_starlette_or_werkzeug_keeps_its_status(classify: Classify, expected: tuple[Any, ...]) -> None:
    assert labelled(classify(HTTPException(expected[0]))) == expected
    assert labelled(classify(fastapi.HTTPException(expected[0]))) == expected
    if expected[0] != 402:  # werkzeug has no class for it
        with pytest.raises(werkzeug.exceptions.HTTPException) as caught:
            flask.abort(expected[0])
        assert labelled(classify(caught.value)) == expected
        assert classify(caught.value).user_message is None


@pytest.mark.parametrize("status", ["abc", None, True, 200, 204, 304, 399, 600, 999, 3.5, object()])
def test_a_status_that_cannot_answer_an_error_becomes_500(classify: Classify, status: Any) -> None:
    error = HTTPException(404, "for the client")
    error.status_code = status
    failure = classify(error)
    assert labelled(failure) == (500, "INTERNAL_ERROR", "system", "high", False, False)
    assert failure.user_message is None


def test_the_text_of_an_answer_below_500_is_for_the_client(classify: Classify) -> None:
    assert classify(HTTPException(404, "No quote for ABC")).user_message == "No quote for ABC"
    assert classify(HTTPException(404)).user_message is None
    assert classify(HTTPException(404, "not found")).user_message is None
    assert classify(HTTPException(404, "  ")).user_message is None
    assert classify(HTTPException(503, "db-3 is down")).user_message is None
    assert classify(werkzeug.exceptions.NotFound("No such room")).user_message == "No such room"
    assert classify(werkzeug.exceptions.NotFound()).user_message is None


def test_a_detail_that_is_no_text_goes_to_the_operators(classify: Classify) -> None:
    failure = classify(fastapi.HTTPException(400, detail={"reason": "x"}))
    assert (failure.user_message, failure.details) == (None, {"detail": {"reason": "x"}})
    hostile: Any = object()
    assert classify(fastapi.HTTPException(400, detail=hostile)).details == {"detail": "<object>"}


def test_a_long_detail_is_bounded(classify: Classify) -> None:
    message = classify(HTTPException(400, "word " * 1_000_000)).user_message
    assert isinstance(message, str)
    assert len(message) < 2_100


def test_headers_are_kept_as_pairs_but_those_of_the_old_body(classify: Classify) -> None:
    headers = {"WWW-Authenticate": 'Bearer realm="shop"', "content-type": "text/evil", "Content-Length": "3"}
    assert classify(HTTPException(401, headers=headers)).headers == (("WWW-Authenticate", 'Bearer realm="shop"'),)
    assert classify(HTTPException(405, headers={"Allow": "PUT, GET"})).headers == (("Allow", "GET, PUT"),)
    broken = {"X-Good": "a\tb", "X-Split": "a\r\nSet-Cookie: x", "X-Wide": "\u2603", "bad name": "x", "X-None": None}
    assert classify(HTTPException(400, headers=broken)).headers == (("X-Good", "a\tb"),)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "seconds"), [("30", 30.0), ("0", 0.0), ("Sun, 22 Nov 2026 00:03:03 GMT", 60.0), (" 7 ", 7.0)]
)
def test_a_wait_that_the_application_asks_for_is_kept(classify: Classify, value: str, seconds: float) -> None:
    failure = classify(HTTPException(503, headers={"Retry-After": value, "X-A": "1"}))
    assert (failure.retry_after, failure.retry_after_set) == (seconds, True)
    assert failure.headers == (("X-A", "1"),)


def test_a_wait_that_cannot_be_read_stays_a_header(classify: Classify) -> None:
    failure = classify(HTTPException(503, headers={"Retry-After": "soon"}))
    assert (failure.retry_after, failure.headers) == (None, (("Retry-After", "soon"),))


def test_werkzeug_says_more_than_a_status(classify: Classify) -> None:
    allowed = classify(werkzeug.exceptions.MethodNotAllowed(valid_methods=["PUT", "GET", "HEAD"]))
    assert allowed.headers == (("Allow", "GET, HEAD, PUT"),)
    assert classify(werkzeug.exceptions.ServiceUnavailable(retry_after=0)).retry_after == 0.0
    at = dt.datetime.fromtimestamp(NOW + 90, dt.UTC)
    assert classify(werkzeug.exceptions.TooManyRequests(retry_after=at)).retry_after == 90.0
    challenge = werkzeug.datastructures.WWWAuthenticate("basic", {"realm": "shop"})
    unauthorized = classify(werkzeug.exceptions.Unauthorized(www_authenticate=[challenge, challenge]))
    assert [name for name, _ in unauthorized.headers] == ["WWW-Authenticate", "WWW-Authenticate"]
    assert classify(werkzeug.exceptions.RequestedRangeNotSatisfiable(100)).headers == (
        ("Content-Range", "bytes */100"),
    )
    assert classify(werkzeug.exceptions.ClientDisconnected()).disconnected


def test_the_internal_server_error_of_flask_is_what_it_stands_for(classify: Classify) -> None:
    wrapped = werkzeug.exceptions.InternalServerError(original_exception=ConnectionRefusedError())
    failure = classify(wrapped)
    assert (failure.type, failure.status, failure.category) == ("ConnectionRefusedError", 503, "network")


def test_a_missing_form_field_is_a_bad_request(classify: Classify) -> None:
    app = flask.Flask(__name__)
    with app.test_request_context("/", method="POST", data={}):
        try:
            flask.request.form["name"]
        except KeyError as error:
            failure = classify(error)
    assert labelled(failure) == (400, "BAD_REQUEST", "validation", "low", False, True)


# --- FastAPI ----------------------------------------------------------------------------------------------------------
class Line(BaseModel):
    sku: str
    count: int


class Order(BaseModel, extra="forbid"):
    lines: list[Line]
    email: str = ""

    @field_validator("email")
    @classmethod
    def has_an_at(cls, value: str) -> str:
        if "@" not in value:
            raise ValueError("an address has an @")
        return value


def ask(app: fastapi.FastAPI, method: str, path: str, **request: Any) -> httpx.Response:
    async def run() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://shop") as client:
            return await client.request(method, path, **request)

    return asyncio.run(run())


def errors_of(path: str, **request: Any) -> Exception:
    """What FastAPI raises for a request."""
    app = fastapi.FastAPI()
    caught: list[Exception] = []

    @app.exception_handler(RequestValidationError)
    async def keep(request: fastapi.Request, error: Exception) -> fastapi.Response:
        caught.append(error)
        return fastapi.Response()

    @app.post("/orders/{number}")
    async def order(number: int, body: Order, limit: int = 1) -> None:
        return None

    ask(app, "POST", path, **request)
    return caught[0]


def test_a_request_that_fastapi_refuses_lists_what_is_wrong_and_echoes_nothing(classify: Classify) -> None:
    body = {"lines": [{"sku": "a", "count": "hunter2"}, {"count": 1}], "email": "hunter2", "hunter2 key": 1}
    failure = classify(errors_of("/orders/x?limit=y", json=body))
    assert labelled(failure) == (422, "VALIDATION_ERROR", "validation", "low", False, True)
    assert set(failure.errors) == {
        ("/path/number", "Input should be a valid integer, unable to parse string as an integer"),
        ("/query/limit", "Input should be a valid integer, unable to parse string as an integer"),
        ("/lines/0/count", "Input should be a valid integer, unable to parse string as an integer"),
        ("/lines/1/sku", "Field required"),
        ("/email", "an address has an @"),
        ("/*", "Extra inputs are not permitted"),
    }
    assert "hunter2" not in str(failure.errors)


def test_a_body_that_is_no_json_is_a_validation_error_of_fastapi(classify: Classify) -> None:
    headers = {"Content-Type": "application/json"}
    failure = classify(errors_of("/orders/1", content="{", headers=headers))
    assert failure.status == 422
    assert ("/1", "Not valid JSON") in failure.errors


def test_at_most_fifty_errors_are_listed(classify: Classify) -> None:
    body = {"lines": [{}] * 100}
    failure = classify(errors_of("/orders/1", json=body))
    assert len(failure.errors) == 50


def test_a_response_that_does_not_fit_its_model_is_a_bug(raised: Classify) -> None:
    app = fastapi.FastAPI()

    @app.get("/")
    async def broken() -> Line:
        return {"sku": 7}  # type: ignore[return-value]

    failure = raised(ask, app, "GET", "/")
    assert failure.type == "fastapi.exceptions.ResponseValidationError"
    assert (failure.status, failure.category, failure.errors) == (500, "system", ())
    assert ResponseValidationError.__name__ in failure.links[0].type


def test_a_model_that_does_not_validate_is_read_as_input_and_its_fields_are_not_told(raised: Classify) -> None:
    failure = raised(Line, sku=7)
    assert (failure.status, failure.category, failure.errors) == (422, "validation", ())
    assert not failure.expected


def test_settings_that_do_not_validate_are_configuration(raised: Classify) -> None:
    class ShopSettings(BaseModel):
        port: int

    failure = raised(ShopSettings, port="x")
    assert isinstance(ValidationError, type)
    assert (failure.status, failure.category) == (500, "configuration")


def test_websockets_are_answered_by_their_close_code(classify: Classify) -> None:
    assert classify(WebSocketException(1008)).status == 403
    assert classify(WebSocketException(1003)).status == 400
    assert classify(WebSocketException(1011)).status == 500
    assert classify(WebSocketRequestValidationError([])).status == 422
    assert classify(WebSocketDisconnect()).disconnected


# --- frameworks that are not installed here ---------------------------------------------------------------------------
def foreign(module: str, name: str, **attributes: Any) -> BaseException:
    error = type(name, (Exception,), {"__module__": module})()
    for key, value in attributes.items():
        setattr(error, key, value)
    assert isinstance(error, BaseException)
    return error


FOREIGN: list[tuple[BaseException, int, str | None]] = [
    (foreign("litestar.exceptions.http_exceptions", "HTTPException", status_code=409, detail="taken"), 409, "taken"),
    (foreign("sanic.exceptions", "SanicException", status_code=404, message="no"), 404, "no"),
    (foreign("ninja.errors", "HttpError", status_code=403, message="no"), 403, "no"),
    (foreign("tornado.web", "HTTPError", status_code=404, reason="internal"), 404, None),
    (foreign("falcon.errors", "HTTPError", status="404 Not Found", description="no"), 404, "no"),
    (
        foreign("aiohttp.web_exceptions", "HTTPException", status=404, reason="Not Found", text="404: Not Found"),
        404,
        None,
    ),
    (
        foreign("aiohttp.web_exceptions", "HTTPException", status=404, reason="Not Found", text="no room"),
        404,
        "no room",
    ),
    (foreign("pyramid.httpexceptions", "HTTPException", code=410), 410, None),
    (foreign("bottle", "HTTPError", status_code=400), 400, None),
    (foreign("aiohttp.web_exceptions", "HTTPException", status=302, text="x"), 500, None),
]


@pytest.mark.parametrize(("error", "status", "message"), FOREIGN, ids=lambda value: str(value)[:40])
def test_frameworks_are_recognized_by_name(
    classify: Classify, error: BaseException, status: int, message: str | None
) -> None:
    failure = classify(error)
    assert (failure.status, failure.user_message) == (status, message)
    assert failure.evidence[0].source == "exception"


def test_litestar_lists_what_is_wrong(classify: Classify) -> None:
    base = type("HTTPException", (Exception,), {"__module__": "litestar.exceptions.http_exceptions"})
    error = type("ValidationException", (base,), {"__module__": base.__module__, "status_code": 400})()
    error.detail = "Validation failed for POST /orders"
    error.extra = [{"message": "Expected int", "key": "lines.0.count", "source": "body"}]
    failure = classify(error)
    assert (failure.status, failure.code, failure.errors) == (
        400, "VALIDATION_ERROR", (("/lines/0/count", "Expected int"),),
    )  # fmt: skip


def test_a_class_that_calls_itself_an_http_exception_is_one(classify: Classify) -> None:
    class TeapotHTTPException(Exception):
        status_code = 418
        detail = "short and stout"

    failure = classify(TeapotHTTPException())
    assert (failure.status, failure.user_message) == (418, "short and stout")


def test_the_status_of_a_peer_on_a_clients_exception_is_not_ours(classify: Classify) -> None:
    class VendorHTTPException(Exception):
        status_code = 404
        response = object()

    class SupplierError(Exception):
        def __init__(self, status_code: int) -> None:
            self.status_code = status_code

    assert classify(VendorHTTPException()).status == 502
    error = SupplierError(404)
    error.__cause__ = VendorHTTPException()
    assert classify(error).status == 502


def test_a_status_on_a_class_of_the_application_is_our_answer_and_still_reported(classify: Classify) -> None:
    class InvalidUsage(Exception):
        status_code = 422

    class ApiError(Exception):
        def __init__(self, status_code: int) -> None:
            self.status_code = status_code

    failure = classify(InvalidUsage("no"))
    assert (failure.status, failure.category, failure.expected) == (422, "validation", False)
    error = ApiError(403)
    error.__cause__ = KeyError("x")
    assert classify(error).status == 403


def test_the_answer_that_an_abort_was_given_is_heard(classify: Classify) -> None:
    import werkzeug.exceptions
    from werkzeug.wrappers import Response

    assert classify(werkzeug.exceptions.HTTPException(response=Response("no", status=403))).status == 403


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (foreign("cherrypy", "HTTPError", status="404 Not Found", code=404), 404),
        (foreign("web.webapi", "HTTPError"), 500),
        (foreign("spyne.model.fault", "Fault", faultcode="Client.ResourceNotFound"), 404),
        (foreign("spyne.model.fault", "Fault", faultcode="Client.ValidationError"), 400),
        (foreign("spyne.model.fault", "Fault", faultcode="Server"), 500),
    ],
    ids=lambda value: str(value)[:20],
)
def test_statuses_in_words_are_heard(classify: Classify, error: BaseException, status: int) -> None:
    assert classify(error).status == status
    said = type("HTTPError", (Exception,), {"__module__": "web.webapi"})("405 Method Not Allowed")
    assert classify(said).status == 405


def test_a_response_that_an_exception_carries_is_the_answer(classify: Classify) -> None:
    class Shortcut(Exception):
        def __init__(self, response: object) -> None:
            self.response = response

    ours = classify(Shortcut(flask.Response("no", status=409)))
    assert (ours.status, ours.category) == (409, "business_logic")
    assert classify(Shortcut(starlette.responses.Response("no", status_code=403))).status == 403
    # one of a client is an answer of a peer
    assert classify(Shortcut(httpx.Response(403))).status == 502
    assert classify(Shortcut(flask.Response("ok", status=200))).status == 500
