"""What Django's own log says of a failure: as loud as without Failsoft, and once."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpResponse
from django.urls import path


def failing(asynchronous: bool) -> Any:
    def view(request: Any) -> HttpResponse:
        raise ObjectDoesNotExist("hunter2")

    async def aview(request: Any) -> HttpResponse:
        return view(request)

    return aview if asynchronous else view


@pytest.mark.parametrize("reraise", ["unexpected", "never"])
@pytest.mark.parametrize("asynchronous", [False, True])
def test_what_nobody_expected_is_logged_as_an_error_whatever_its_status(
    app: Any, logs: Any, reraise: str, asynchronous: bool
) -> None:
    made = app([path("x", failing(asynchronous))], failsoft={"responses": {"reraise": reraise}})
    response = made.aget("/x") if asynchronous else made.get("/x")
    assert response.json()["status"] == 404
    assert [(r.name, r.levelname, bool(r.exc_info)) for r in logs] == [("django.request", "ERROR", True)]
    assert len(made.signals) == (1 if reraise == "unexpected" else 0)
    assert [event.result for event in made.handled] == ["unhandled"]


def test_a_domain_error_in_a_middleware_is_no_error_in_the_log(app: Any, logs: Any) -> None:
    made = app([], middleware=["project.middleware.Raising"])
    assert made.get("/ok", HTTP_X_RAISE="domain").json()["status"] == 409
    assert [(r.name, r.levelname) for r in logs] == [("django.request", "WARNING")]
