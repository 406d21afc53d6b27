"""Django REST framework: its answers as problems, its exceptions seen by policies."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connections
from django.http import Http404
from django.urls import path
from project.driver import PATIENT
from rest_framework import exceptions, serializers
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import ViewSet

import failsoft
from failsoft_django import drf


def raising(exc: Exception, **attributes: Any) -> Any:
    class Raising(APIView):
        def get(self, request: Any) -> Response:
            raise exc

        def post(self, request: Any) -> Response:
            raise exc

    vars_ = {"get_exception_handler": lambda self: drf.exception_handler, **attributes}
    return type("Raising", (Raising,), vars_).as_view()


class Basic:
    def authenticate(self, request: Any) -> None:
        return None

    def authenticate_header(self, request: Any) -> str:
        return 'Basic realm="api"'


RULES = {"policies": {"patient": PATIENT}, "endpoints": [{"match": "* /x", "policy": "patient"}]}
BOTH = pytest.mark.parametrize("settings", [{}, RULES], ids=["alone", "with a policy"])


def nested() -> exceptions.ValidationError:
    class Line(serializers.Serializer):
        quantity = serializers.IntegerField(min_value=1)

    class Order(serializers.Serializer):
        sku = serializers.CharField(max_length=3)
        lines = Line(many=True)

    order = Order(data={"sku": "hunter2", "lines": [{"quantity": 1}, {"quantity": 0}]})
    with pytest.raises(exceptions.ValidationError) as caught:
        order.is_valid(raise_exception=True)
    return caught.value


@BOTH
def test_validation_errors_are_listed_by_pointer(app: Any, settings: Any) -> None:
    made = app([path("x", raising(nested()))], failsoft=settings)
    response = made.get("/x")
    assert response.headers["Content-Type"] == "application/problem+json"
    assert (response.status_code, response.json()["code"]) == (400, "VALIDATION_ERROR")
    pointers = {error["pointer"] for error in response.json()["errors"]}
    assert pointers == {"/sku", "/lines/1/quantity"}
    assert "hunter2" not in response.content.decode()
    assert made.signals == []
    assert [(event.result, event.endpoint) for event in made.handled] == [("handled", "GET /x")]


@BOTH
@pytest.mark.parametrize(
    ("exc", "status"),
    [
        (exceptions.NotFound("hunter"), 404),
        (Http404("hunter"), 404),
        (exceptions.PermissionDenied("hunter"), 403),
        (exceptions.ParseError("hunter"), 400),
        (exceptions.MethodNotAllowed("GET"), 405),
        (exceptions.UnsupportedMediaType("text/odd"), 415),
    ],
)
def test_what_rest_framework_answers_is_a_problem_of_that_status(
    app: Any, settings: Any, exc: Exception, status: int
) -> None:
    response = app([path("x", raising(exc))], failsoft=settings).get("/x")
    assert (response.status_code, response.json()["status"]) == (status, status)
    assert response.headers["X-Error-ID"] == response.json()["error_id"]


@BOTH
def test_the_waiting_time_of_a_throttle_is_kept(app: Any, settings: Any) -> None:
    response = app([path("x", raising(exceptions.Throttled(wait=17)))], failsoft=settings).get("/x")
    assert (response.status_code, response.headers["Retry-After"]) == (429, "17")
    assert response.json()["retry"]["after"] == 17


@BOTH
def test_the_challenge_of_an_authenticator_is_kept(app: Any, settings: Any) -> None:
    view = raising(exceptions.NotAuthenticated(), authentication_classes=[Basic])
    response = app([path("x", view)], failsoft=settings).get("/x")
    assert (response.status_code, response.headers["WWW-Authenticate"]) == (401, 'Basic realm="api"')


@BOTH
def test_without_a_challenge_the_client_is_forbidden_as_rest_framework_does(app: Any, settings: Any) -> None:
    response = app([path("x", raising(exceptions.NotAuthenticated()))], failsoft=settings).get("/x")
    assert response.json()["status"] == 403


@BOTH
def test_a_method_that_a_view_does_not_have_is_a_problem(app: Any, settings: Any) -> None:
    made = app([path("x", raising(ValueError()))], failsoft=settings)
    response = made.client.delete("/x")
    assert response.json()["code"] == "METHOD_NOT_ALLOWED"
    assert "GET" in response.headers["Allow"]


@BOTH
def test_what_nobody_expected_goes_djangos_way(app: Any, settings: Any, logs: Any) -> None:
    made = app([path("x", raising(RuntimeError("hunter2")))], failsoft=settings)
    assert made.get("/x").json()["code"] == "INTERNAL_ERROR"
    assert len(made.signals) == 1
    assert [bool(record.exc_info) for record in logs] == [True]
    assert len(made.handled) == 1


def test_a_domain_error_is_answered(app: Any) -> None:
    made = app([path("x", raising(failsoft.ConflictError("twice")))])
    assert made.get("/x").json()["code"] == "CONFLICT"
    assert made.signals == []


class Unavailable(exceptions.APIException):
    status_code = 503
    default_detail = "Later."


class Flaky(APIView):
    failures = 2
    exc: Any = Unavailable
    calls = 0
    handler: Any = staticmethod(drf.exception_handler)

    def get_exception_handler(self) -> Any:
        return type(self).handler

    def get(self, request: Any) -> Response:
        cls = type(self)
        cls.calls += 1
        if "database" in request.query_params:
            with connections["default"].cursor() as cursor:
                cursor.execute("INSERT INTO row VALUES (%s)", [cls.calls])
        if cls.calls <= cls.failures:
            raise cls.exc()
        return Response({"attempt": cls.calls})


def flaky(**attributes: Any) -> type[Flaky]:
    return type("FlakyOne", (Flaky,), attributes)


@pytest.mark.parametrize("exc", [Unavailable, lambda: ConnectionResetError(104, "gone")])
def test_a_view_is_retried_although_rest_framework_catches_its_exceptions(app: Any, exc: Any) -> None:
    view = flaky(exc=staticmethod(exc))
    made = app([path("x", view.as_view())], failsoft=RULES)
    assert made.get("/x", HTTP_ACCEPT="application/json").json() == {"attempt": 3}
    assert made.kinds() == ["RetryScheduled", "RetryScheduled", "RetryEnded"]
    assert made.signals == []


def test_the_last_failure_is_answered_and_recorded_once(app: Any) -> None:
    view = flaky(failures=9)
    made = app([path("x", view.as_view())], failsoft=RULES)
    assert made.get("/x").json()["status"] == 503
    assert view.calls == 3
    (event,) = made.handled
    assert len(event.failure.attempts) == 2


def test_a_failed_attempt_is_rolled_back(app: Any, database: Any, atomic: Any) -> None:
    atomic("default")
    made = app([path("x", flaky().as_view())], failsoft=RULES)
    assert made.get("/x?database=1").status_code == 200
    assert database() == [3]


def test_without_a_policy_a_failure_is_rolled_back_too(app: Any, database: Any, atomic: Any) -> None:
    atomic("default")
    made = app([path("x", flaky(failures=1).as_view())])
    assert made.get("/x?database=1").status_code == 503
    assert database() == []


def test_an_answer_that_the_view_asked_another_view_for_is_its_own_affair(app: Any) -> None:
    inner = flaky(failures=9).as_view()

    class Outer(APIView):
        def get(self, request: Any) -> Response:
            return Response({"inner": inner(request._request).status_code})

    made = app([path("x", Outer.as_view())], failsoft=RULES)
    assert made.get("/x", HTTP_ACCEPT="application/json").json() == {"inner": 503}
    assert made.events == []


def test_a_circuit_sees_what_rest_framework_caught(app: Any) -> None:
    rules = {
        "policies": {"fuse": {"circuit_breaker": {"failure_threshold": 2}}},
        "endpoints": [{"match": "GET /x", "policy": "fuse"}],
    }
    made = app([path("x", flaky(failures=9).as_view())], failsoft=rules)
    assert [made.get("/x").json()["code"] for _ in range(3)][-1] == "CIRCUIT_BREAKER_ERROR"


@pytest.mark.parametrize("settings", [{"responses": {"format": "keep"}}, {"rollout": {"mode": "observe"}}])
@pytest.mark.parametrize("rules", [{}, RULES])
def test_where_bodies_are_kept_rest_framework_answers(app: Any, settings: Any, rules: Any) -> None:
    made = app([path("x", flaky(failures=9).as_view())], failsoft={**settings, **rules})
    response = made.get("/x", HTTP_ACCEPT="application/json")
    assert (response.status_code, response.json()) == (503, {"detail": "Later."})
    assert ("X-Error-ID" in response.headers) == ("responses" in settings)
    assert len(made.handled) == 1


@BOTH
def test_a_handler_of_the_projects_own_keeps_its_answers_and_is_seen(app: Any, settings: Any) -> None:
    def own(exc: Exception, context: Any) -> Response | None:
        return Response({"mine": True}, status=418) if isinstance(exc, exceptions.APIException) else None

    view = flaky(failures=9, handler=staticmethod(drf.wrap(own)))
    made = app([path("x", view.as_view())], failsoft=settings)
    response = made.get("/x", HTTP_ACCEPT="application/json")
    assert (response.status_code, response.json()) == (418, {"mine": True})
    assert view.calls == (3 if settings else 1)
    (event,) = made.handled
    assert response.headers["X-Error-ID"] == event.failure.error_id


def test_a_handler_of_the_projects_own_may_leave_an_exception_to_django(app: Any) -> None:
    view = flaky(failures=9, handler=staticmethod(drf.wrap(lambda exc, context: None)))
    made = app([path("x", view.as_view())])
    assert made.get("/x").json()["status"] == 503
    assert len(made.handled) == 1


def test_without_the_middleware_rest_framework_answers_as_ever(app: Any, settings_of: Any) -> None:
    made = app([path("x", raising(exceptions.NotFound()))])
    with settings_of(MIDDLEWARE=[]):
        response = made.get("/x", HTTP_ACCEPT="application/json")
    assert response.json() == {"detail": "Not found."}


def test_an_action_of_a_view_set_has_its_own_mark(app: Any) -> None:
    calls: list[int] = []

    class Things(ViewSet):
        @failsoft.protect(retry=failsoft.Retry(max_attempts=2, base_delay=0.0, jitter="none"))
        def list(self, request: Any) -> Response:
            calls.append(1)
            if len(calls) == 1:
                raise ConnectionResetError(104, "gone")
            return Response(["thing"])

    made = app([path("x", Things.as_view({"get": "list"}))])
    assert made.get("/x", HTTP_ACCEPT="application/json").json() == ["thing"]


def test_the_handler_named_in_the_settings_is_the_one(app: Any) -> None:
    class Plain(APIView):
        def get(self, request: Any) -> Response:
            raise exceptions.NotFound

    response = app([path("x", Plain.as_view())]).get("/x")
    assert response.headers["Content-Type"] == "application/problem+json"
