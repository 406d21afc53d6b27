"""WebSockets: refused before they are accepted, closed after, and recorded once."""

from __future__ import annotations

import json
from typing import Any

import fastapi
import pytest
from starlette.applications import Starlette
from starlette.endpoints import WebSocketEndpoint
from starlette.exceptions import HTTPException, WebSocketException
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

import failsoft
from asgi.harness import SECRET, Answer, TestClient, Watched, ask, watch
from failsoft_asgi import FailsoftMiddleware, install

DENIAL = {"extensions": {"websocket.http.response": {}}}


def fails(error: Any, *, accept: bool = False, close: int | None = None) -> Any:
    async def endpoint(websocket: WebSocket) -> None:
        if accept:
            await websocket.accept()
        if close is not None:
            await websocket.close(close)
        raise error

    return endpoint


def build(endpoint: Any, settings: Any = None, **options: Any) -> tuple[Starlette, Watched]:
    app = Starlette(routes=[WebSocketRoute("/ws/{room}", endpoint)], **options)
    return app, watch(install(app, settings))


def connect(app: Any, path: str = "/ws/1", **more: Any) -> Answer:
    incoming = more.pop("incoming", [{"type": "websocket.connect"}])
    return ask(app, path, type="websocket", incoming=incoming, **more)


def closed(answer: Answer) -> tuple[int, str]:
    (message,) = [message for message in answer.sent if message["type"] == "websocket.close"]
    return message["code"], message.get("reason") or ""


# -- before it is accepted


def test_an_error_before_it_is_accepted_refuses_the_handshake_by_a_problem() -> None:
    app, events = build(fails(ValueError(SECRET)))
    answer = connect(app, **DENIAL)
    assert answer.types == ["websocket.http.response.start", "websocket.http.response.body"]
    assert (answer.status, answer.is_problem) == (500, True)
    assert SECRET.encode() not in answer.body
    assert isinstance(answer.raised, ValueError)
    assert [(event.endpoint, event.result) for event in events.handled] == [("GET /ws/{room}", "unhandled")]
    assert answer.json()["error_id"] == events.handled[0].failure.error_id


def test_an_error_before_it_is_accepted_closes_where_the_server_offers_no_refusal() -> None:
    app, events = build(fails(ValueError(SECRET)))
    answer = connect(app)
    assert answer.types == ["websocket.close"]
    assert closed(answer) == (1011, "internal error")
    assert len(events.handled) == 1


@pytest.mark.parametrize("status", [401, 403, 404, 503])
def test_an_http_exception_before_it_is_accepted_keeps_its_status_and_headers(status: int) -> None:
    app, events = build(fails(HTTPException(status, SECRET if status > 500 else None, headers={"X-Why": "1"})))
    answer = connect(app, **DENIAL)
    assert (answer.status, answer.header("x-why"), answer.is_problem) == (status, "1", True)
    assert answer.raised is None
    assert [event.result for event in events.handled] == ["handled"]


def test_an_http_exception_before_it_is_accepted_closes_where_the_server_offers_no_refusal() -> None:
    app, events = build(fails(HTTPException(403, SECRET)))
    answer = connect(app)
    assert answer.types == ["websocket.close"]
    assert closed(answer) == (1008, "refused")
    assert len(events.handled) == 1


def test_an_error_that_carries_its_answer_is_not_raised_again() -> None:
    app, events = build(fails(failsoft.AuthorizationError(SECRET)))
    answer = connect(app, **DENIAL)
    assert (answer.status, answer.is_problem, answer.raised) == (403, True, None)
    assert [event.result for event in events.handled] == ["handled"]


# -- after


@pytest.mark.parametrize(
    ("error", "code", "raises"),
    [
        (ValueError(SECRET), (1011, "internal error"), True),
        (ConnectionRefusedError(SECRET), (1011, "internal error"), True),
        (failsoft.NotFoundError(SECRET), (1008, "refused"), False),
        (HTTPException(403, SECRET), (1008, "refused"), False),
        (HTTPException(503, SECRET), (1011, "internal error"), False),
    ],
)
def test_an_error_after_it_was_accepted_closes_with_a_constant_reason(error: Any, code: Any, raises: bool) -> None:
    app, events = build(fails(error, accept=True))
    answer = connect(app, **DENIAL)
    assert answer.types == ["websocket.accept", "websocket.close"]
    assert closed(answer) == code
    assert (answer.raised is not None) is raises
    assert len(events.handled) == 1


class Echo(WebSocketEndpoint):
    async def on_connect(self, websocket: WebSocket) -> None:
        await websocket.accept()
        raise HTTPException(403, SECRET)


def test_an_http_exception_in_a_class_after_it_was_accepted_closes() -> None:
    app, events = build(Echo)
    answer = connect(app, **DENIAL)
    assert answer.types == ["websocket.accept", "websocket.close"]
    assert closed(answer) == (1008, "refused")
    assert len(events.handled) == 1


def test_a_websocket_exception_closes_with_the_applications_own_code_and_reason() -> None:
    app, events = build(fails(WebSocketException(4001, "mine"), accept=True))
    answer = connect(app)
    assert closed(answer) == (4001, "mine")
    assert (answer.raised, events.handled) == (None, [])


@pytest.mark.parametrize("error", [ValueError(SECRET), HTTPException(403)])
def test_an_error_after_it_was_closed_sends_nothing_more(error: Exception) -> None:
    app, events = build(fails(error, accept=True, close=1000))
    answer = connect(app)
    assert answer.types == ["websocket.accept", "websocket.close"]
    assert closed(answer)[0] == 1000
    assert len(events.handled) == 1


def test_a_client_that_leaves_is_no_failure_and_nothing_is_sent_to_it() -> None:
    async def endpoint(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.receive_text()

    app, events = build(endpoint)
    incoming = [{"type": "websocket.connect"}, {"type": "websocket.disconnect", "code": 1001}]
    answer = connect(app, incoming=incoming)
    assert answer.types == ["websocket.accept"]
    assert isinstance(answer.raised, WebSocketDisconnect)
    assert [event.result for event in events.handled] == ["aborted"]


def test_a_client_that_has_left_unnoticed_does_not_hide_the_error() -> None:
    app, events = build(fails(ValueError(SECRET), accept=True))
    answer = connect(app, gone_after=1)
    assert isinstance(answer.raised, ValueError)
    assert len(events.handled) == 1


# -- where nobody listens


def test_an_unknown_path_is_closed_as_the_framework_does() -> None:
    app, events = build(fails(ValueError()))
    answer = connect(app, "/nowhere")
    assert answer.types == ["websocket.close"]
    assert events == []


def test_a_connection_that_ends_well_is_untouched() -> None:
    async def endpoint(websocket: WebSocket) -> None:
        await websocket.accept(subprotocol="chat", headers=[(b"x-a", b"1")])
        await websocket.send_text("hello")
        await websocket.close(4000, "bye")

    app, events = build(endpoint)
    answer = connect(app)
    assert answer.types == ["websocket.accept", "websocket.send", "websocket.close"]
    assert answer.sent[0]["headers"] == [(b"x-a", b"1")]
    assert closed(answer) == (4000, "bye")
    assert events == []


# -- which instance, which key, how far


def test_a_mounted_application_has_the_template_of_its_mount_and_one_record() -> None:
    child = Starlette(routes=[WebSocketRoute("/ws/{room}", fails(ValueError()))])
    app = Starlette(routes=[Mount("/t/{tenant}", app=child)])
    events = watch(install(app))
    connect(app, "/t/acme/ws/1", **DENIAL)
    assert events.keys == ["GET /t/{tenant}/ws/{room}"]


def test_a_wrapped_application_answers_too_and_once() -> None:
    async def raw(scope: Any, receive: Any, send: Any) -> None:
        raise ValueError(SECRET)

    inner = FailsoftMiddleware(raw)
    app = FailsoftMiddleware(inner, fs=inner.fs)
    events = watch(app.fs)
    answer = connect(app, **DENIAL)
    assert (answer.status, answer.is_problem, len(events.handled)) == (500, True, 1)


@pytest.mark.parametrize("error", [ValueError(SECRET), HTTPException(403)])
def test_in_mode_observe_the_framework_answers(error: Exception) -> None:
    app, events = build(fails(error), {"rollout": {"mode": "observe"}})
    bare = Starlette(routes=[WebSocketRoute("/ws/{room}", fails(error))])
    answer, expected = connect(app, **DENIAL), connect(bare, **DENIAL)
    assert answer.sent == expected.sent
    assert type(answer.raised) is type(expected.raised)
    assert events.names == ["WouldAnswer", "ErrorHandled"]


@pytest.mark.parametrize("settings", [{"rollout": {"mode": "off"}}, {"rollout": {"mode": "observe", "percent": 0}}])
def test_in_mode_off_nothing_is_done(settings: Any) -> None:
    app, events = build(fails(HTTPException(403), accept=True), settings)
    bare = Starlette(routes=[WebSocketRoute("/ws/{room}", fails(HTTPException(403), accept=True))])
    assert connect(app).sent == connect(bare).sent
    assert events == []


def test_nothing_is_raised_again_where_that_is_not_wanted() -> None:
    app, _ = build(fails(ValueError(SECRET), accept=True), {"responses": {"reraise": "never"}})
    answer = connect(app)
    assert (answer.raised, closed(answer)) == (None, (1011, "internal error"))


@pytest.mark.parametrize("accept", [True, False])
def test_a_test_client_still_raises(accept: bool) -> None:
    app, _ = build(fails(ValueError(SECRET), accept=accept))
    with (
        pytest.raises(ValueError, match=SECRET),
        TestClient(app).websocket_connect("/ws/1") as session,
    ):
        session.receive_text()


@pytest.mark.parametrize("rule", [{"exempt": True}, {"mode": "off"}, {"mode": "observe"}])
@pytest.mark.parametrize("match", ["GET /ws/{room}", "* /ws/{room}"])
@pytest.mark.parametrize("error", [ValueError(SECRET), HTTPException(403), failsoft.ConflictError(SECRET)])
def test_an_endpoint_may_be_left_out_or_observed(error: Exception, match: str, rule: dict[str, Any]) -> None:
    app, events = build(fails(error), {"endpoints": [{"match": match, **rule}]})
    answer = connect(app, **DENIAL)
    expected = connect(Starlette(routes=[WebSocketRoute("/ws/{room}", fails(error))]), **DENIAL)
    assert answer.sent == expected.sent
    assert type(answer.raised) is type(expected.raised)
    assert events.names == (["WouldAnswer", "ErrorHandled"] if rule.get("mode") == "observe" else [])


def test_an_endpoint_may_be_enforced_while_the_rest_is_observed() -> None:
    rules = [{"match": "GET /ws/{room}", "mode": "enforce"}]
    app, _ = build(fails(ValueError(SECRET)), {"rollout": {"mode": "observe"}, "endpoints": rules})
    assert connect(app, **DENIAL).is_problem


def test_a_mark_may_leave_an_endpoint_out() -> None:
    app, events = build(failsoft.protect(mode="off")(fails(ValueError(SECRET))))
    answer = connect(app, **DENIAL)
    assert (answer.sent, events) == ([], [])


def test_an_endpoint_of_an_included_router_may_be_left_out() -> None:
    router = fastapi.APIRouter()
    router.add_api_websocket_route("/ws", fails(ValueError(SECRET)))
    app = fastapi.FastAPI()
    app.include_router(router, prefix="/a")
    events = watch(install(app, {"endpoints": [{"match": "GET /a/ws", "exempt": True}]}))
    answer = connect(app, "/a/ws", **DENIAL)
    assert (answer.sent, events) == ([], [])


def test_a_policy_does_not_apply() -> None:
    more = {"policies": {"p": {"retry": 3}}, "endpoints": [{"match": "GET /ws/{room}", "policy": "p"}]}
    app, events = build(fails(ConnectionResetError()), more)
    assert connect(app, **DENIAL).is_problem
    assert events.names == ["ErrorHandled"]


# -- FastAPI


def test_a_validation_error_closes_without_an_echo_of_the_input() -> None:
    app = fastapi.FastAPI()
    events = watch(install(app))

    @app.websocket("/ws/{number}")
    async def endpoint(websocket: fastapi.WebSocket, number: int) -> None:
        raise AssertionError

    for more in ({}, DENIAL):
        answer = connect(app, f"/ws/{SECRET}", **more)
        assert answer.types == ["websocket.close"]
        assert closed(answer) == (1008, "refused")
        assert SECRET not in json.dumps(answer.sent)
        assert answer.raised is None
    assert [(event.endpoint, event.failure.status) for event in events.handled] == [("GET /ws/{number}", 422)] * 2


def test_the_applications_own_handler_for_validation_errors_of_websockets_wins() -> None:
    app = fastapi.FastAPI()
    install(app)

    @app.exception_handler(fastapi.exceptions.WebSocketRequestValidationError)
    async def own(websocket: Any, exc: Any) -> None:
        await websocket.close(4022, "mine")

    @app.websocket("/ws/{number}")
    async def endpoint(websocket: fastapi.WebSocket, number: int) -> None:
        raise AssertionError

    assert closed(connect(app, "/ws/x")) == (4022, "mine")


def test_an_included_websocket_route_has_its_whole_template() -> None:
    router = fastapi.APIRouter()

    @router.websocket("/ws/{room}")
    async def endpoint(websocket: fastapi.WebSocket, room: str) -> None:
        raise ValueError

    app = fastapi.FastAPI()
    app.include_router(router, prefix="/a")
    events = watch(install(app))
    connect(app, "/a/ws/1", **DENIAL)
    assert events.keys == ["GET /a/ws/{room}"]


def test_http_and_websocket_routes_of_one_path_live_side_by_side() -> None:
    async def page(request: Any) -> Any:
        raise failsoft.ConflictError("x")

    app = Starlette(routes=[WebSocketRoute("/x", fails(ValueError())), Route("/x", page)])
    events = watch(install(app))
    connect(app, "/x", **DENIAL)
    assert ask(app, "/x").status == 409
    assert events.keys == ["GET /x", "GET /x"]
