"""A request under WSGI: the call, and what is known of it."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from failsoft.answer import Answer
from failsoft.call import Call, RequestFacts
from failsoft.ids import new_request_id
from failsoft.requests import well_formed_id
from flask import g, has_app_context

if TYPE_CHECKING:
    from werkzeug.routing import Rule

    from failsoft import Failsoft

__all__ = ["FlaskCall"]


class FlaskCall(Call):
    """One request to a Flask application."""

    source = "flask"
    answered: BaseException | None = None
    """The exception whose answer was decided already."""
    answer: Answer | None = None
    """That answer."""
    rule: Rule | None = None
    """The route that serves it, as soon as that is known."""
    error_id: str | None = None
    """To be put on the head of a response that Flask writes."""

    def __init__(self, fs: Failsoft, environ: dict[str, Any], id_key: str, trust_id: bool) -> None:
        super().__init__("", fs.clock.monotonic(), owner=fs)
        self.fs = fs
        self.environ = environ
        self.method = environ.get("REQUEST_METHOD", "")
        given = environ.get(id_key)
        self.request_id = given if trust_id and given is not None and well_formed_id(given) else new_request_id()

    def header(self, name: str) -> str | None:
        """A header of the request, several of them as one list."""
        value = self.environ.get("HTTP_" + name.upper().replace("-", "_"))
        return None if value is None else str(value)

    def user(self) -> str | None:
        """Who Flask-Login has loaded already, or the server has authenticated."""
        user: Any = g.get("_login_user") if has_app_context() else None
        with suppress(Exception):  # a user of the application's own making
            if user is not None and user.is_authenticated:
                return str(user.get_id())
        return self.environ.get("REMOTE_USER") or None

    def forget(self) -> None:
        """Let go of exceptions, whose tracebacks hold the request, and of the run, which holds this call."""
        if self.run is not None:
            self.run.vacate()
        self.cause = self.answered = self.run = None

    def describe(self) -> RequestFacts:
        """What is known of the request."""
        environ = self.environ
        return RequestFacts(
            method=self.method,
            path=_text(environ.get("SCRIPT_NAME", "")) + _text(environ.get("PATH_INFO", "")),
            accept=environ.get("HTTP_ACCEPT"),
            accept_language=environ.get("HTTP_ACCEPT_LANGUAGE"),
            client=self.fs.client(environ.get("REMOTE_ADDR"), environ.get("HTTP_X_FORWARDED_FOR")),
            traceparent=environ.get("HTTP_TRACEPARENT"),
            tracestate=environ.get("HTTP_TRACESTATE"),
            scheme=environ.get("wsgi.url_scheme", "http"),
            host=environ.get("HTTP_HOST"),
            user_agent=environ.get("HTTP_USER_AGENT"),
        )


def _text(value: str) -> str:
    """WSGI hands paths over as latin-1 of their bytes (PEP 3333)."""
    return value.encode("latin-1", "replace").decode("utf-8", "replace")
