"""Django REST framework, whose views catch and answer exceptions before anybody else can see them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from rest_framework.views import exception_handler as drfs_own

from failsoft_django.answers import answer_for, settle
from failsoft_django.call import call_of

__all__ = ["exception_handler", "wrap"]

Handler = Callable[[Any, Mapping[str, Any]], Any]


def exception_handler(exc: Exception, context: Mapping[str, Any]) -> Any:
    """For `REST_FRAMEWORK["EXCEPTION_HANDLER"]`: what REST framework would answer is answered as a problem.

    Where a policy protects the view, the exception counts, and may be retried, before it is answered. What REST
    framework does not answer goes Django's way, and is answered there. Returns None for it, as every handler does.
    """
    response = drfs_own(exc, context)
    call = call_of(context.get("request"))
    if response is None or call is None:
        return response
    if call.attempting:
        response._failsoft_caught = exc
        return response
    return answer_for(response, settle(context["request"], call, exc))


def wrap(handler: Handler) -> Handler:
    """An exception handler of the project's own whose answers stay as they are, and are seen: counted and retried."""

    def seen(exc: Exception, context: Mapping[str, Any]) -> Any:
        response = handler(exc, context)
        call = call_of(context.get("request"))
        if response is None or call is None:
            return response
        if call.attempting:
            response._failsoft_caught = exc
            response._failsoft_stays = True
        else:
            settle(context["request"], call, exc)
        return response

    return seen
