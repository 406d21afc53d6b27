"""A request to Django: the call, and what is known of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import ref

from failsoft.call import Call, RequestFacts
from failsoft.endpoints import route_key
from failsoft.ids import new_request_id
from failsoft.requests import well_formed_id
from failsoft_django.known import known_user

if TYPE_CHECKING:
    from failsoft import Failsoft
    from failsoft.answer import Answer
    from failsoft_django.patterns import Patterns

__all__ = ["DjangoCall", "call_of"]


class DjangoCall(Call):
    """One request. It lives on the request, not in thread-locals: Django may change threads in the middle of one.

    It holds no reference to the request but a weak one, so that both go away without the garbage collector.
    """

    source = "django"
    seen: BaseException | None = None
    """What came by last and was left to Django's own handlers."""
    answered: BaseException | None = None
    """The exception that `answer` is about."""
    answer: Answer | None = None
    error_id: str | None = None
    """To be put on the head of a response that somebody else writes."""
    missing: BaseException | None = None
    """A 404, which counts only if no middleware makes something else of it, such as a redirect."""
    attempting: bool = False
    """An attempt of a pipeline is running."""
    finished: bool = False
    """The middleware has let the response go; what fails now fails further out."""
    watched: bool = False
    """The body of the response is a stream that we listen to."""

    def __init__(self, fs: Failsoft, request: Any, id_key: str, trust_id: bool, patterns: Patterns) -> None:
        super().__init__("", fs.clock.monotonic(), owner=fs)
        self.fs = fs
        meta = self.meta = request.META
        self.method = request.method
        self.path = request.path
        self.scope = getattr(request, "scope", None)
        self._request = ref(request)
        self.patterns = patterns
        given = meta.get(id_key)
        self.request_id = given if trust_id and given is not None and well_formed_id(given) else new_request_id()

    def describe(self) -> RequestFacts:
        """What is known of the request. Asks nothing that checks the `Host` header, which may be what is wrong."""
        meta = self.meta
        scheme = meta.get("wsgi.url_scheme") if self.scope is None else self.scope.get("scheme")
        return RequestFacts(
            method=self.method,
            path=self.path,
            accept=meta.get("HTTP_ACCEPT"),
            accept_language=meta.get("HTTP_ACCEPT_LANGUAGE"),
            client=self.fs.client(meta.get("REMOTE_ADDR"), meta.get("HTTP_X_FORWARDED_FOR")),
            traceparent=meta.get("HTTP_TRACEPARENT"),
            tracestate=meta.get("HTTP_TRACESTATE"),
            scheme=scheme or "http",
            host=meta.get("HTTP_HOST"),
            user_agent=meta.get("HTTP_USER_AGENT"),
        )

    def header(self, name: str) -> str | None:
        """A header of the request, several of them as one list."""
        value = self.meta.get("HTTP_" + name.upper().replace("-", "_"))
        return None if value is None else str(value)

    def user(self) -> str | None:
        """Who is authenticated, if that has been found out already or the server says so."""
        request = self._request()
        known = None if request is None else known_user(request)
        return known or self.meta.get("REMOTE_USER") or None

    @property
    def left_to_django(self) -> bool:
        """Whether what is meant as an answer is answered by Django, or by the project."""
        responses = self.fs.settings.responses
        return self.mode == "observe" or responses.format == "keep" or responses.replace == "unexpected"

    def name(self, request: Any) -> None:
        """Write down the endpoint, if no policy has done it already."""
        if not self.endpoint:
            match = getattr(request, "resolver_match", None)
            self.endpoint = route_key(self.method, None if match is None else str(match.route))

    def forget(self) -> None:
        """Let go of exceptions, whose tracebacks hold the request."""
        if self.failure is None and self.run is None and self.seen is None and self.missing is None:
            return
        self.cause = self.answered = self.seen = self.missing = None
        if not self.watched:
            self.run = None


def call_of(request: Any) -> DjangoCall | None:
    """The call of a request, if Failsoft takes part in it."""
    call = getattr(request, "_failsoft", None)
    return call if isinstance(call, DjangoCall) and call.mode != "off" else None
