"""What each attempt of a view starts from: the body, the transaction, the rendering."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connections, transaction
from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from project.driver import over_asgi
from project.flaky import MODES, Flaky, ask, patient

# -- bodies


def body_views(flaky: Flaky, how: str) -> Any:
    def view(request: Any) -> HttpResponse:
        if how == "body":
            found = request.body
        elif how == "read":
            found = request.read()
        elif how == "pieces":
            found = request.read(2) + request.read()
        elif how == "post":
            found = request.POST.get("a", "").encode()
        else:
            found = request.FILES["f"].read()
            if how == "closed":
                request.FILES["f"].close()
        flaky.step()
        return HttpResponse(found)

    return csrf_exempt(view)


@pytest.mark.parametrize("how", ["body", "read", "pieces", "post"])
@MODES
def test_each_attempt_reads_the_body_from_its_start(app: Any, how: str, mode: str) -> None:
    flaky = Flaky()
    made = app([path("x", body_views(flaky, how))], failsoft=patient("POST /x", idempotent=True))
    given = {"data": "a=twelve", "content_type": "application/x-www-form-urlencoded"}
    response = made.aget("/x", method="post", **given) if mode == "asgi" else made.client.post("/x", **given)
    assert response.content == (b"twelve" if how == "post" else b"a=twelve")
    assert flaky.calls == 3


@pytest.mark.parametrize(("size", "attempts"), [(10, 3), (1024 * 1024 + 1, 1)])
def test_a_body_whose_length_nobody_announced_is_measured(app: Any, size: int, attempts: int) -> None:
    flaky = Flaky()
    app([path("x", body_views(flaky, "read"))], failsoft=patient("POST /x", idempotent=True))
    over_asgi("/x", method="POST", body=b"y" * size)
    assert flaky.calls == attempts
    flaky.calls = 3
    assert over_asgi("/x", method="POST", body=b"y" * size).body == b"y" * size


@pytest.mark.parametrize("how", ["files", "closed"])
@pytest.mark.parametrize("checked", [False, True])
def test_each_attempt_finds_the_uploads_rewound(app: Any, how: str, checked: bool) -> None:
    flaky = Flaky()
    middleware = ["django.middleware.csrf.CsrfViewMiddleware"] if checked else []
    made = app([path("x", body_views(flaky, how))], failsoft=patient("POST /x", idempotent=True), middleware=middleware)
    response = made.client.post("/x", {"f": SimpleUploadedFile("f.txt", b"twelve")})
    assert (response.content, flaky.calls) == (b"twelve", 3)


def test_a_body_that_is_too_large_to_keep_is_not_repeated_and_reaches_the_view(app: Any) -> None:
    flaky = Flaky(1)
    made = app([path("x", body_views(flaky, "read"))], failsoft=patient("POST /x", idempotent=True))
    large = b"x" * (1024 * 1024 + 1)
    assert made.client.post("/x", large, content_type="text/plain").status_code in (502, 503)
    assert len(made.client.post("/x", large, content_type="text/plain").content) == len(large)


def test_a_body_over_djangos_own_limit_still_reaches_a_view_that_reads_in_pieces(app: Any) -> None:
    flaky = Flaky(0)
    made = app(
        [path("x", body_views(flaky, "pieces"))],
        failsoft=patient("POST /x", idempotent=True),
        DATA_UPLOAD_MAX_MEMORY_SIZE=10,
    )
    assert made.client.post("/x", b"y" * 100, content_type="text/plain").content == b"y" * 100


def test_a_body_that_a_middleware_has_begun_to_read_is_not_repeated(app: Any) -> None:
    flaky = Flaky(1)
    made = app(
        [path("x", body_views(flaky, "read"))],
        failsoft=patient("POST /x", idempotent=True),
        middleware=["project.middleware.Nibbling"],
    )
    assert made.client.post("/x", b"y" * 10, content_type="text/plain").status_code in (502, 503)
    assert flaky.calls == 1


@pytest.mark.parametrize(("key", "attempts"), [(None, 1), ("k1", 3)])
def test_a_post_is_repeated_only_if_it_says_so(app: Any, key: str | None, attempts: int) -> None:
    flaky = Flaky(2)
    made = app([path("x", body_views(flaky, "body"))], failsoft=patient("POST /x", idempotent="key"))
    extra = {} if key is None else {"HTTP_IDEMPOTENCY_KEY": key}
    made.client.post("/x", b"abc", content_type="text/plain", **extra)
    assert flaky.calls == attempts


# -- transactions


def insert(number: int, alias: str = "default") -> None:
    with connections[alias].cursor() as cursor:
        cursor.execute("INSERT INTO row VALUES (%s)", [number])


def writing(flaky: Flaky, *aliases: str) -> Any:
    def view(request: Any) -> HttpResponse:
        for alias in aliases or ("default",):
            insert(flaky.calls + 1, alias)
        flaky.step()
        return HttpResponse("ok")

    return view


@MODES
def test_under_atomic_requests_each_attempt_has_its_own_transaction(
    app: Any, database: Any, atomic: Any, mode: str
) -> None:
    atomic("default", "other")
    made = app([path("x", writing(Flaky(), "default", "other"))], failsoft=patient("GET /x"))
    assert ask(made, mode).content == b"ok"
    assert database() == database("other") == [3]


def test_what_is_to_happen_on_commit_happens_for_the_last_attempt_only(app: Any, database: Any, atomic: Any) -> None:
    atomic("default")
    done: list[int] = []
    flaky = Flaky()

    def view(request: Any) -> HttpResponse:
        number = flaky.calls + 1
        transaction.on_commit(lambda: done.append(number))
        return flaky.view(request)

    app([path("x", view)], failsoft=patient("GET /x")).get("/x")
    assert done == [3]


def test_a_failure_for_good_leaves_nothing_behind(app: Any, database: Any, atomic: Any) -> None:
    atomic("default")
    app([path("x", writing(Flaky(9)))], failsoft=patient("GET /x")).get("/x")
    assert database() == []


def test_a_view_that_is_exempt_has_no_transaction(app: Any, database: Any, atomic: Any) -> None:
    atomic("default", "other")
    view = transaction.non_atomic_requests(using="other")(writing(Flaky(), "default", "other"))
    app([path("x", view)], failsoft=patient("GET /x")).get("/x")
    assert (database(), database("other")) == ([3], [1, 2, 3])


@pytest.mark.parametrize("rule", [{"mode": "off"}, {"mode": "observe"}])
def test_a_wrapped_view_without_a_policy_in_force_keeps_its_transaction(
    app: Any, database: Any, atomic: Any, rule: dict[str, Any]
) -> None:
    atomic("default")
    made = app([path("x", writing(Flaky(1)))], failsoft=patient("GET /x", **rule))
    assert made.get("/x").status_code == 500
    assert database() == []
    assert made.get("/x").content == b"ok"
    assert database() == [2]


def test_the_work_behind_a_returned_status_is_undone_if_it_is_repeated_and_kept_if_it_stays(
    app: Any, database: Any, atomic: Any
) -> None:
    atomic("default")
    calls: list[int] = []

    def view(request: Any) -> HttpResponse:
        calls.append(1)
        insert(len(calls))
        return HttpResponse("mine", status=503)

    made = app([path("x", view)], failsoft=patient("GET /x"))
    assert made.get("/x").content == b"mine"
    assert database() == [3]


def test_a_commit_that_fails_is_retried(app: Any, database: Any, atomic: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    atomic("default")
    flaky = Flaky(2, DatabaseError("could not serialize access"))
    connection = connections["default"]
    commit = connection.commit
    monkeypatch.setattr(connection, "commit", lambda: (flaky.step(), commit()))
    made = app(
        [path("x", lambda request: HttpResponse("ok"))],
        failsoft={
            **patient("GET /x"),
            "errors": {"django.db.utils.DatabaseError": {"category": "concurrency", "transient": True}},
        },
    )
    assert made.get("/x").content == b"ok"
    assert flaky.calls == 3


def test_what_fails_after_the_commit_does_not_repeat_what_was_committed(app: Any, database: Any, atomic: Any) -> None:
    atomic("default")
    broker = Flaky(1)

    def view(request: Any) -> HttpResponse:
        insert(broker.calls + 1)
        transaction.on_commit(broker.step)
        return HttpResponse("ok")

    made = app([path("x", view)], failsoft=patient("GET /x"))
    assert made.get("/x").status_code >= 500
    assert (database(), broker.calls) == ([1], 1)
    assert len(made.handled) == 1


def test_a_commit_that_fails_before_anything_else_happens_is_retried_with_its_functions(
    app: Any, database: Any, atomic: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    atomic("default")
    flaky = Flaky(2)
    done: list[str] = []
    connection = connections["default"]
    commit = connection.commit
    monkeypatch.setattr(connection, "commit", lambda: (refuse(flaky), commit()))

    def view(request: Any) -> HttpResponse:
        transaction.on_commit(lambda: done.append("done"))
        return HttpResponse("ok")

    made = app([path("x", view)], failsoft={**patient("GET /x"), "errors": SERIALIZATION})
    assert made.get("/x").content == b"ok"
    assert (flaky.calls, done) == (3, ["done"])


def test_a_commit_that_fails_when_another_database_has_committed_is_not_retried(
    app: Any, database: Any, atomic: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    atomic("default", "other")
    flaky = Flaky(1)
    first = next(alias for alias in connections.settings)
    connection = connections[first]
    commit = connection.commit
    monkeypatch.setattr(connection, "commit", lambda: (refuse(flaky), commit()))
    made = app(
        [path("x", writing(Flaky(0), "default", "other"))],
        failsoft={**patient("GET /x"), "errors": SERIALIZATION},
    )
    assert made.get("/x").status_code >= 500
    assert (database(), database("other")) == ([], [1])


SERIALIZATION = {"django.db.utils.DatabaseError": {"category": "concurrency", "transient": True}}


def refuse(flaky: Flaky) -> None:
    try:
        flaky.step()
    except Exception as error:
        raise DatabaseError("could not serialize access") from error


def test_an_asynchronous_view_under_atomic_requests_is_refused_as_django_does(
    app: Any, database: Any, atomic: Any
) -> None:
    atomic("default")
    made = app([path("x", Flaky(0).aview)], failsoft=patient("GET /x"))
    assert made.get("/x").status_code == 500
    assert "ATOMIC_REQUESTS with async" in str(made.signals[0])


# -- rendering


class Word:
    def __init__(self, flaky: Flaky) -> None:
        self.flaky = flaky

    def explode(self) -> str:
        self.flaky.step()
        return "rendered"


def templated(flaky: Flaky, asynchronous: bool) -> Any:
    def view(request: Any) -> TemplateResponse:
        return TemplateResponse(request, "bad.html", {"word": Word(flaky)})

    async def aview(request: Any) -> TemplateResponse:
        return view(request)

    return aview if asynchronous else view


@pytest.mark.parametrize("asynchronous", [False, True])
def test_rendering_belongs_to_the_attempt(app: Any, asynchronous: bool) -> None:
    flaky = Flaky()
    made = app([path("x", templated(flaky, asynchronous))], failsoft=patient("GET /x"))
    response = ask(made, "asgi" if asynchronous else "wsgi")
    assert (response.content, flaky.calls) == (b"rendered", 3)


@pytest.mark.parametrize("mode", ["wsgi", "asgi"])
def test_rendering_waits_for_a_middleware_that_wants_to_see_the_template(app: Any, mode: str) -> None:
    def view(request: Any) -> TemplateResponse:
        return TemplateResponse(request, "good.html", {"word": "from the view"})

    made = app([path("x", view)], failsoft=patient("GET /x"), middleware=["project.middleware.TemplateWatcher"])
    assert ask(made, mode).content == b"good from the middleware"
