"""Middleware that tests put inside of Failsoft's."""

from __future__ import annotations

import asyncio
from typing import Any, ClassVar

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse

import failsoft
from failsoft.current import current_call


class Hybrid:
    """Runs in either mode; `before` and `after` are for sub-classes."""

    sync_capable = async_capable = True

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response
        self.asynchronous = iscoroutinefunction(get_response)
        if self.asynchronous:
            markcoroutinefunction(self)

    def __call__(self, request: Any) -> Any:
        if self.asynchronous:
            return self.acall(request)
        self.before(request)
        return self.after(request, self.get_response(request))

    async def acall(self, request: Any) -> Any:
        self.before(request)
        return self.after(request, await self.get_response(request))

    def before(self, request: Any) -> None:
        pass

    def after(self, request: Any, response: Any) -> Any:
        return response


class Raising(Hybrid):
    """Raises what the query string names."""

    def before(self, request: Any) -> None:
        name = request.META.get("HTTP_X_RAISE")
        if name:
            raise {
                "error": RuntimeError("hunter2 in a middleware"),
                "404": Http404("hunter2"),
                "403": PermissionDenied("hunter2"),
                "domain": failsoft.ConflictError("twice"),
            }[name]


class Stamping(Hybrid):
    """Puts a header on every response, as a CORS middleware does."""

    def after(self, request: Any, response: Any) -> Any:
        response.headers["Access-Control-Allow-Origin"] = "https://shop.example"
        response.headers["Vary"] = "Origin"
        return response


class Watching(Hybrid):
    """Writes down the call it is in."""

    calls: ClassVar[list[Any]] = []

    def before(self, request: Any) -> None:
        self.calls.append(current_call.get())


class OwnPage(Hybrid):
    """Answers itself where nothing was found."""

    def after(self, request: Any, response: Any) -> Any:
        if response.status_code != 404:
            return response
        return HttpResponse("a page of the middleware's own", status=404)


class Gone(Hybrid):
    """Says 410 with no body where nothing was found, as Django's redirects app does."""

    def after(self, request: Any, response: Any) -> Any:
        return HttpResponse(status=410) if response.status_code == 404 else response


class RaisingLate(Hybrid):
    """Finds, when all is done, that there is nothing to be shown."""

    def after(self, request: Any, response: Any) -> Any:
        raise Http404("hunter2")


class SendingElsewhere(Hybrid):
    """Sends the request through another URLconf."""

    urlconf: Any = None

    def before(self, request: Any) -> None:
        request.urlconf = type(self).urlconf


class TemplateWatcher(Hybrid):
    """Wants to see a `TemplateResponse` before it is rendered."""

    def process_template_response(self, request: Any, response: Any) -> Any:
        response.context_data = {**(response.context_data or {}), "word": "from the middleware"}
        return response


class SyncOnly:
    """Knows no event loop."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> Any:
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            return self.get_response(request)
        raise AssertionError("in an event loop")


class Nibbling(Hybrid):
    """Reads a piece of the body."""

    def before(self, request: Any) -> None:
        request.read(2)


class Recovering(Hybrid):
    """The project's own answer to one exception."""

    def process_exception(self, request: Any, exception: Exception) -> Any:
        return HttpResponse("the project's own", status=418) if isinstance(exception, LookupError) else None


class Shouting(Hybrid):
    """Changes the body of every response."""

    def after(self, request: Any, response: Any) -> Any:
        response.content = response.content.upper()
        return response
