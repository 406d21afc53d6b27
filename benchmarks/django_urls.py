"""Routes and a middleware of the Django variants."""

from __future__ import annotations

from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import Http404, JsonResponse
from django.urls import path

from benchmarks.harness import deep


class NoOp:
    """Middleware that does nothing, without a thread hop in either mode."""

    sync_capable = async_capable = True

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response
        self.asynchronous = iscoroutinefunction(get_response)
        if self.asynchronous:
            markcoroutinefunction(self)

    def __call__(self, request: Any) -> Any:
        return self.acall(request) if self.asynchronous else self.get_response(request)

    async def acall(self, request: Any) -> Any:
        return await self.get_response(request)


def ok(request: Any, id: str) -> Any:
    return JsonResponse({"id": id})


def boom(request: Any, id: str) -> Any:
    deep(5)


def missing(request: Any, id: str) -> Any:
    raise Http404("no such thing")


async def aok(request: Any, id: str) -> Any:
    return JsonResponse({"id": id})


async def aboom(request: Any, id: str) -> Any:
    deep(5)


urlpatterns = [
    path("ok/<id>", ok),
    path("boom/<id>", boom),
    path("missing/<id>", missing),
    path("aok/<id>", aok),
    path("aboom/<id>", aboom),
]
