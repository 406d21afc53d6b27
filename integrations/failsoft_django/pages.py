"""A project's own error templates: what a browser is shown where Django's error views would have shown them."""

from __future__ import annotations

import logging
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.signals import setting_changed
from django.http import Http404, HttpResponse
from django.template import TemplateDoesNotExist, loader
from django.views import csrf

from failsoft.answer import Answer
from failsoft.ids import support_reference
from failsoft.problem.negotiate import accepted_format
from failsoft_django.answers import dress, respond
from failsoft_django.call import DjangoCall

__all__ = ["forgery_page", "page", "shown"]

_log = logging.getLogger("failsoft")
_OF_STATUS = {400: "400.html", 403: "403.html", 404: "404.html", 500: "500.html"}
_absent: set[str] = set()


def shown(request: Any, call: DjangoCall, exc: BaseException, answer: Answer, status: int) -> Any:
    """The response that gives an answer: the project's page where there is one, else ours; None: Django answers.

    Parameters:
        status: the one of Django's error view that the exception leads to; the status of the answer may be another.
    """
    rendered = answer.rendered
    if rendered is None:
        return None
    own = page(request, call, exc, status, answer.error_id)
    return respond(rendered) if own is None else dress(own, rendered, head=call.method == "HEAD")


def page(request: Any, call: DjangoCall, exc: BaseException, status: int, error_id: str | None = None) -> Any:
    """The project's page for a status, as a response; None if it has none, or the client wants none.

    Parameters:
        error_id: None: not known yet, for the failure is recorded later.
    """
    name = _OF_STATUS.get(status)
    if name is None or not _wants_page(call):
        return None
    template = _template(name)
    if template is None:
        return None
    try:
        error_id = error_id or call.fs.failure(exc, call).error_id
        context = {"error_id": error_id, "support_reference": support_reference(error_id)}
        if status == 404:
            context |= {"request_path": quote(request.path), "exception": _told(call, exc)}
        elif status == 403:
            context["exception"] = _told(call, exc)
        # as in Django: where the request or the application is broken, no context processor is asked
        return HttpResponse(template.render(context, request if status in (403, 404) else None))
    except Exception as error:  # noqa: BLE001 - a page that fails must not cost the client its answer
        _failed(name, error)
        return None


def forgery_page(request: Any, call: DjangoCall, reason: str) -> Any:
    """The project's page for requests that fail the check against forgery, or None."""
    name = csrf.CSRF_FAILURE_TEMPLATE_NAME
    if not _wants_page(call) or _template(name) is None:
        return None
    try:
        return csrf.csrf_failure(request, reason=reason)
    except Exception as error:  # noqa: BLE001 - as above
        _failed(name, error)
        return None


def _wants_page(call: DjangoCall) -> bool:
    responses = call.fs.settings.responses
    return (
        call.mode == "enforce"
        and responses.format == "auto"
        and responses.renderer is None
        and accepted_format(call.meta.get("HTTP_ACCEPT")) == "html"
    )


def _told(call: DjangoCall, exc: BaseException) -> str:
    """What Django's views hand to the template as `exception`. The text of any other exception is for nobody's eyes."""
    if isinstance(exc, Http404):
        said = exc.args[0] if exc.args and isinstance(exc.args[0], str) else type(exc).__name__
    else:
        said = str(exc) if isinstance(exc, PermissionDenied) else ""
    return str(call.fs.sanitize(said))


def _template(name: str) -> Any:
    if name in _absent:
        return None
    try:
        return loader.get_template(name)
    except TemplateDoesNotExist:
        # while a project is being written, its templates come and go
        if not settings.DEBUG:
            _absent.add(name)
    except Exception as error:  # noqa: BLE001 - as above
        _failed(name, error)
    return None


def _failed(name: str, error: Exception) -> None:
    _log.error("the template %s could not be shown: %s; Failsoft's own page is", name, type(error).__name__)


def _overridden(*, setting: str, **_: Any) -> None:
    if setting in ("TEMPLATES", "DEBUG"):
        _absent.clear()


setting_changed.connect(_overridden, dispatch_uid="failsoft_django.pages")
