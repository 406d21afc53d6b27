"""Policies at work on views: retries, circuits, time limits, class-based views, URLconfs."""

from __future__ import annotations

import asyncio
import types
from typing import Any

import pytest
from django.http import HttpResponse, JsonResponse
from django.test import Client
from django.urls import include, path, re_path, resolve, reverse
from django.views import View
from django.views.decorators.csrf import csrf_exempt
from project.driver import PATIENT
from project.flaky import GONE, MODES, Flaky, ask, patient

import failsoft
from failsoft_django.views import ProtectedView

KINDS = pytest.mark.parametrize("kind", ["view", "aview"])


@MODES
@KINDS
def test_a_view_is_retried_until_it_succeeds_and_nobody_hears_of_it(app: Any, logs: Any, mode: str, kind: str) -> None:
    flaky = Flaky()
    made = app([path("x", getattr(flaky, kind))], failsoft=patient("GET /x"))
    response = ask(made, mode)
    assert (response.status_code, response.content) == (200, b"attempt 3")
    assert made.kinds() == ["RetryScheduled", "RetryScheduled", "RetryEnded"]
    assert made.signals == []
    assert logs == []
    assert made.clock.slept == pytest.approx([0.1, 0.2])


@MODES
@KINDS
def test_what_fails_for_good_is_answered_signalled_and_logged_once(app: Any, logs: Any, mode: str, kind: str) -> None:
    flaky = Flaky(9)
    made = app([path("x", getattr(flaky, kind))], failsoft=patient("GET /x"))
    response = ask(made, mode)
    assert response.json()["retry"]["allowed"] is True
    assert flaky.calls == 3
    assert made.signals == [GONE]
    assert len([record for record in logs if record.name == "django.request"]) == 1
    (event,) = made.handled
    assert (event.endpoint, event.policy, len(event.failure.attempts)) == ("GET /x", "patient", 2)


@MODES
@KINDS
def test_an_observed_policy_changes_nothing(app: Any, mode: str, kind: str) -> None:
    flaky = Flaky()
    made = app([path("x", getattr(flaky, kind))], failsoft=patient("GET /x", mode="observe"))
    assert ask(made, mode).status_code == 500
    assert flaky.calls == 1
    assert made.kinds() == ["WouldRetry", "WouldAnswer", "ErrorHandled"]


@MODES
def test_a_returned_status_is_retried_and_stays_the_applications_own_at_last(app: Any, mode: str) -> None:
    calls: list[int] = []

    def view(request: Any) -> HttpResponse:
        calls.append(1)
        return JsonResponse({"mine": len(calls)}, status=503, headers={"Retry-After": "1"})

    made = app([path("x", view)], failsoft=patient("GET /x"))
    response = ask(made, mode)
    assert (response.status_code, response.json()) == (503, {"mine": 3})
    assert made.clock.slept == [1.0, 1.0]
    assert made.handled == []


def test_a_circuit_opens_rejects_and_says_when_to_come_back(app: Any) -> None:
    flaky = Flaky(3)
    policy = {"circuit_breaker": {"failure_threshold": 3, "open_duration": "30s"}}
    rules = [{"match": "GET /x/{key}", "policy": "fuse"}]
    made = app([path("x/<int:key>", flaky.view)], failsoft={"policies": {"fuse": policy}, "endpoints": rules})
    for key in range(3):
        assert made.get(f"/x/{key}").status_code in (502, 503)
    signals = len(made.signals)
    response = made.get("/x/9")
    assert response.json()["code"] == "CIRCUIT_BREAKER_ERROR"
    assert int(response.headers["Retry-After"]) >= 1
    assert len(made.signals) == signals == 3
    assert flaky.calls == 3
    assert made.fs.circuit_breakers.states() == {"GET /x/{key}": "open"}
    made.clock.sleep(31)
    assert made.get("/x/9").content == b"attempt 4"


def test_returned_server_errors_count_for_the_circuit(app: Any) -> None:
    policy = {"circuit_breaker": {"failure_threshold": 2}}
    made = app(
        [path("x", lambda request: HttpResponse("mine", status=500))],
        failsoft={"policies": {"fuse": policy}, "endpoints": [{"match": "GET /x", "policy": "fuse"}]},
    )
    assert [made.get("/x").content for _ in range(2)] == [b"mine", b"mine"]
    assert made.get("/x").json()["code"] == "CIRCUIT_BREAKER_ERROR"


@MODES
def test_an_asynchronous_view_is_cut_off_when_its_time_is_over(app: Any, mode: str) -> None:
    async def view(request: Any) -> HttpResponse:
        await asyncio.Event().wait()
        raise AssertionError

    policies = {"brisk": {"timeout": "1ms"}}
    made = app(
        [path("x", view)], failsoft={"policies": policies, "endpoints": [{"match": "GET /x", "policy": "brisk"}]}
    )
    assert ask(made, mode).json()["code"] == "TIMEOUT_ERROR"
    assert made.kinds() == ["AttemptTimedOut", "ErrorHandled"]


@MODES
def test_a_synchronous_view_is_told_its_time_and_may_be_late(app: Any, mode: str) -> None:
    left: list[float | None] = []

    def view(request: Any) -> HttpResponse:
        left.append(failsoft.remaining())
        made.clock.sleep(5)
        return HttpResponse("late")

    policies = {"brisk": {"timeout": "2s"}}
    made = app(
        [path("x", view)], failsoft={"policies": policies, "endpoints": [{"match": "GET /x", "policy": "brisk"}]}
    )
    assert ask(made, mode).content == b"late"
    assert left == [2.0]
    assert made.kinds() == ["AttemptTimedOut"]


# -- which views, and under which keys


def test_a_mark_is_found_through_decorators_and_read_in_every_urlconf(app: Any) -> None:
    flaky = Flaky(1)

    @csrf_exempt
    @failsoft.protect(retry=failsoft.Retry(max_attempts=2, base_delay=0.0, jitter="none"))
    def view(request: Any) -> HttpResponse:
        return flaky.view(request)

    made = app([path("x", view)])
    assert made.get("/x").content == b"attempt 2"


def test_a_mark_that_no_route_leads_to_is_warned_of_once(app: Any, caplog: pytest.LogCaptureFixture) -> None:
    @failsoft.protect(retry=2)
    def lost(request: Any) -> HttpResponse:
        return HttpResponse("never")

    made = app([path("x", Flaky(0).view)])
    made.get("/x")
    made.get("/x")
    assert [record.getMessage() for record in caplog.records if lost.__qualname__ in record.getMessage()] == [
        f"{__name__}.{lost.__qualname__} is marked with protect(), but no route of the project leads to it"
    ]


def test_a_view_that_no_policy_concerns_is_left_as_it_is(app: Any) -> None:
    urls = [path("x", Flaky(0).view), path("y", Flaky(0).view)]
    made = app(urls, failsoft=patient("GET /y"))
    made.get("/x")
    assert [isinstance(entry.callback, ProtectedView) for entry in urls] == [False, True]


def test_included_routes_have_keys_with_their_prefix(app: Any) -> None:
    one, two = Flaky(9), Flaky(9)
    inner = [path("items/<int:pk>/", one.view), re_path(r"^re/(?P<slug>[a-z]+)/$", two.view)]
    made = app([path("api/<str:tenant>/", include(inner))], failsoft=patient("GET /api/{tenant}/items/{pk}/"))
    for tenant in ("acme", "globex"):
        made.get(f"/api/{tenant}/items/3/")
        made.get(f"/api/{tenant}/re/abc/")
    keys = [event.endpoint for event in made.handled]
    assert keys[0] == keys[2] == "GET /api/{tenant}/items/{pk}/"
    assert keys[1] == keys[3]
    assert "acme" not in keys[1]
    assert (one.calls, two.calls) == (6, 2)


def test_nested_expressions_have_the_key_that_django_gives_them(app: Any) -> None:
    flaky = Flaky()
    urls = [re_path(r"^api/", include([re_path(r"^x/$", flaky.view)]))]
    made = app(urls, failsoft=patient("GET ^api/x/$"))
    assert made.get("/api/x/").content == b"attempt 3"


def test_a_prefix_that_depends_on_the_language_is_no_obstacle(app: Any) -> None:
    from django.conf.urls.i18n import i18n_patterns

    flaky = Flaky(1)
    urls = i18n_patterns(path("hello/<int:x>/", flaky.view))
    made = app(urls, failsoft=patient("GET /de/hello/{x}/"), middleware=["django.middleware.locale.LocaleMiddleware"])
    assert made.get("/de/hello/3/").content == b"attempt 2"


@MODES
def test_a_urlconf_chosen_for_one_request_is_protected_from_that_request_on(app: Any, mode: str) -> None:
    from project.middleware import SendingElsewhere

    flaky = Flaky(2)
    elsewhere: Any = types.ModuleType("elsewhere")
    elsewhere.urlpatterns = [path("there", flaky.view)]
    SendingElsewhere.urlconf = elsewhere
    made = app([], failsoft=patient("GET /there"), middleware=["project.middleware.SendingElsewhere"])
    assert ask(made, mode, "/there").content == b"attempt 3"


def test_a_request_has_no_urlconf_unless_somebody_sets_one(app: Any, rf: Any) -> None:
    app()
    request = rf.get("/")
    assert not hasattr(request, "urlconf")
    request.urlconf = "a.b"
    assert request.urlconf == "a.b"
    del request.urlconf
    assert not hasattr(request, "urlconf")
    with pytest.raises(AttributeError):
        del request.urlconf


def test_a_protected_view_looks_like_the_view(app: Any) -> None:
    @csrf_exempt
    def view(request: Any) -> HttpResponse:
        """Its own words."""
        return HttpResponse("ok")

    view.login_required = False  # what login_not_required writes
    urls = [path("x", view, name="x")]
    made = app(urls, failsoft=patient("GET /x"))
    made.get("/x")
    found = resolve("/x").func
    assert found == view
    assert hash(found) == hash(view)
    assert found != made
    assert (found.__name__, found.__doc__, found.__module__) == ("view", "Its own words.", __name__)
    assert found.csrf_exempt
    assert not found.login_required
    assert reverse(view) == reverse("x") == "/x"
    assert urls[0].lookup_str == f"{__name__}.{view.__qualname__}"


def test_forgery_is_checked_before_the_view_and_exemption_is_kept(app: Any) -> None:
    def view(request: Any) -> HttpResponse:
        return HttpResponse("done")

    urls = [path("checked", view), path("free", csrf_exempt(view))]
    made = app(
        urls,
        failsoft=patient("POST /checked", "POST /free"),
        middleware=["django.middleware.csrf.CsrfViewMiddleware"],
    )
    client = Client(enforce_csrf_checks=True)
    assert client.post("/checked").status_code == 403
    assert client.post("/free").content == b"done"
    assert [event.failure.status for event in made.handled] == [403]


class Thing(View):
    flaky = Flaky()

    def get(self, request: Any) -> HttpResponse:
        return self.flaky.view(request)

    @failsoft.protect(retry=failsoft.Retry(max_attempts=2, base_delay=0.0, jitter="none"), idempotent=True)
    def put(self, request: Any) -> HttpResponse:
        return self.flaky.view(request)


def test_a_method_of_a_class_has_its_own_mark(app: Any) -> None:
    Thing.flaky = Flaky(1)
    made = app([path("x", Thing.as_view())])
    assert made.client.put("/x").content == b"attempt 2"
    Thing.flaky = Flaky(1)
    assert made.get("/x").status_code in (502, 503)


def test_a_marked_class_covers_its_methods_and_the_class_names_it_in_the_settings(app: Any) -> None:
    @failsoft.protect(retry=failsoft.Retry(max_attempts=2, base_delay=0.0, jitter="none"))
    class Marked(Thing):
        flaky = Flaky(1)

    made = app([path("x", Marked.as_view())])
    assert made.get("/x").content == b"attempt 2"
    Thing.flaky = Flaky(2)
    rules = {"policies": {"patient": PATIENT}, "endpoints": [{"view": f"{__name__}.Thing", "policy": "patient"}]}
    made = app([path("x", Thing.as_view())], failsoft=rules)
    assert made.get("/x").content == b"attempt 3"


def test_head_goes_by_the_mark_of_get(app: Any) -> None:
    class Marked(View):
        flaky = Flaky(1)

        @failsoft.protect(retry=failsoft.Retry(max_attempts=2, base_delay=0.0, jitter="none"))
        def get(self, request: Any) -> HttpResponse:
            return self.flaky.view(request)

    assert app([path("x", Marked.as_view())]).client.head("/x").status_code == 200


def test_an_asynchronous_class_is_retried(app: Any) -> None:
    flaky = Flaky()

    class Async(View):
        async def get(self, request: Any) -> HttpResponse:
            return flaky.view(request)

    made = app([path("x", Async.as_view())], failsoft=patient("GET /x"))
    assert made.aget("/x").content == b"attempt 3"


@MODES
def test_a_urlconf_that_cannot_be_read_is_answered_although_django_gives_up(
    app: Any, settings_of: Any, logs: Any, mode: str
) -> None:
    made = app([], failsoft=patient("GET /x"))
    with settings_of(ROOT_URLCONF="not.there"):
        assert ask(made, mode).json()["code"] == "CONFIGURATION_ERROR"
    assert [type(exc) for exc in made.signals] == [ModuleNotFoundError]
    assert [bool(record.exc_info) for record in logs] == [True]
    assert len(made.handled) == 1


@MODES
def test_retry_after_of_an_answer_opens_the_circuit(app: Any, mode: str) -> None:
    def view(request: Any) -> HttpResponse:
        return HttpResponse("not now", status=429, headers={"Retry-After": "40"})

    breaker = failsoft.CircuitBreaker(trip_on_retry_after=True)
    made = app([path("x", failsoft.protect(circuit_breaker=breaker)(view))])
    responses = [ask(made, mode) for _ in range(2)]
    assert [response.status_code for response in responses] == [429, 503]
    assert responses[1].json()["code"] == "CIRCUIT_BREAKER_ERROR"
