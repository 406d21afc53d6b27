"""The layer around `app.wsgi_app`: the request's id and context, streams, and what escapes Flask."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Any, Protocol

from werkzeug.http import HTTP_STATUS_CODES

from failsoft import Failsoft
from failsoft.current import current_call
from failsoft.deadlines import noting_deadlines
from failsoft.problem import Rendered
from failsoft_flask.call import FlaskCall

__all__ = ["Inside", "WsgiLayer"]

StartResponse = Callable[..., Any]
_MARK = "failsoft.request"


class Inside(Protocol):
    """What the layer must know of the application inside."""

    def prepare(self) -> None:
        """Take up new routes; before each request."""
        ...

    def note_route(self, call: FlaskCall) -> None:
        """Remember the route while the request still has one."""
        ...

    def name(self, call: FlaskCall) -> None:
        """Write endpoint and mode on a call that has none."""
        ...

    def propagates(self) -> bool:
        """Whether the application lets errors through to whoever called it (testing, debug)."""
        ...

    def tell(self, exc: Exception) -> None:
        """Let error trackers know of an exception that goes no further."""
        ...


class _Head:
    """The head of a response, held until its first byte is there."""

    __slots__ = ("_args", "_call", "_id_header", "_inside", "_start", "_write_on", "instead", "sent")

    def __init__(self, call: FlaskCall, start: StartResponse, id_header: str, inside: Inside) -> None:
        self._call = call
        self._start = start
        self._id_header = id_header
        self._inside = inside
        self._args: Sequence[Any] = ()
        self._write_on: Callable[[bytes], object] | None = None
        self.instead: bytes | None = None
        """The body in place of the application's, whose record is required and could not be kept."""
        self.sent = False

    def __call__(self, status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], object]:
        if self._args and exc_info is None:
            raise AssertionError("start_response was called twice without exc_info (PEP 3333)")
        self._inside.note_route(self._call)
        # a list of our own: applications may keep theirs for the next response
        headers = [*headers]
        event_stream = self._add_ids(headers)
        self._args = (status, headers)
        if self.sent:
            # too late: the server raises the exception again, or takes the new head if nothing has left yet
            self._write_on = self._start(status, headers, exc_info)
        elif event_stream:
            # it may be silent for long, and its client waits for the head
            self.send()
        return self._write

    def _add_ids(self, headers: list[tuple[str, str]]) -> bool:
        """Name the request, and the error if there was one. Returns whether this is the head of an event stream."""
        call = self._call
        wanted = self._id_header.lower()
        event_stream = named = error_named = False
        for name, value in headers:
            lowered = name.lower()
            if lowered == "content-type":
                event_stream = value.startswith("text/event-stream")
            elif lowered == wanted:
                named = True
            elif lowered == "x-error-id":
                error_named = True
        if not named:
            headers.append((self._id_header, call.request_id))
        if call.error_id is not None and not error_named:
            headers.append(("X-Error-ID", call.error_id))
        if call.rate_headers is not None:
            there = {name.lower() for name, _ in headers}
            headers += [pair for pair in call.rate_headers if pair[0].lower() not in there]
        return event_stream

    def send(self) -> None:
        """Hand the head to the server, if the application has made one."""
        if self._args and not self.sent:
            call = self._call
            if call.ticket is not None and (refused := call.fs.hold(call)) is not None:
                *self._args, self.instead = _wsgi(refused)
            self._write_on = self._start(*self._args)
            self.sent = True

    def _write(self, data: bytes) -> None:
        self.send()
        if self._write_on is not None and self.instead is None:
            self._write_on(data)


class WsgiLayer:
    """Wraps `app.wsgi_app`."""

    def __init__(self, app: Callable[..., Iterable[bytes]], fs: Failsoft, inside: Inside) -> None:
        self.app = app
        self.fs = fs
        self._inside = inside
        self._call = noting_deadlines(FlaskCall, fs)
        self._id_header = fs.settings.request.id_header
        self._id_key = "HTTP_" + self._id_header.upper().replace("-", "_")
        self._trust_id = fs.settings.request.trust_id

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        if _MARK in environ:
            # an application mounted inside another one: the layer of that one sees to the request
            self._inside.prepare()
            return self.app(environ, start_response)
        fs = self.fs
        mode = fs.roll_mode()
        if mode == "off":
            return self.app(environ, start_response)
        self._inside.prepare()
        call = self._call(fs, environ, self._id_key, self._trust_id)
        if mode != "enforce":
            call.mode = mode
        environ[_MARK] = True
        head = _Head(call, start_response, self._id_header, self._inside)
        token = current_call.set(call)
        body: Iterable[bytes] = ()
        stream = None
        try:
            body = self.app(environ, head)
            if _is_servers_own(body, environ):
                head.send()
                return body if head.instead is None else _replaced(body, head.instead)
            stream = _Stream(body, call, head, self._broke_off)
            return stream
        except Exception as exc:
            _close(body)
            answer = self._escaped(call, exc, head)
            if answer is None:
                raise
            if call.ticket is not None and (refused := fs.hold(call)) is not None:
                answer = _wsgi(refused)
            start_response(*answer[:2])
            return [answer[2]]
        finally:
            current_call.reset(token)
            environ.pop(_MARK, None)
            if stream is None:
                call.forget()

    def _escaped(self, call: FlaskCall, exc: Exception, head: _Head) -> tuple[str, list[tuple[str, str]], bytes] | None:
        """The answer to an exception that nobody inside has answered; None: raise it."""
        self._inside.name(call)
        if call.mode == "off" or call.answered is exc:
            # recorded already, and Flask let it through: testing, debug
            return None
        answer = call.answer = self.fs.answer(exc, call, started=head.sent)
        call.answered = exc
        if answer.rendered is None or self._inside.propagates():
            return None
        if answer.reraise:
            self._inside.tell(exc)
        return _wsgi(answer.rendered)

    def _broke_off(self, call: FlaskCall, exc: Exception) -> None:
        self._inside.name(call)
        if call.mode == "off":
            return
        if call.run is not None:
            call.run.broke_off()
        self.fs.answer(exc, call, started=True)


class _Stream:
    """The body of a response, whose first chunk was taken before the head left."""

    __slots__ = ("_body", "_broke_off", "_call", "_first", "_iterator")

    def __init__(
        self, body: Iterable[bytes], call: FlaskCall, head: _Head, broke_off: Callable[[FlaskCall, Exception], None]
    ) -> None:
        self._body = body
        self._call = call
        self._broke_off = broke_off
        self._iterator: Iterator[bytes] = iter(body)
        self._first: bytes | None = None
        if not head.sent:
            for chunk in self._iterator:
                if chunk:
                    self._first = chunk
                    break
            head.send()
            if head.instead is not None:
                _close(body)
                self._iterator, self._first = iter(()), head.instead

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        first = self._first
        if first is not None:
            self._first = None
            return first
        token = current_call.set(self._call)
        try:
            return next(self._iterator)
        except StopIteration:
            self._sent()
            raise
        except Exception as exc:
            self._broke_off(self._call, exc)
            raise
        finally:
            current_call.reset(token)

    def _sent(self) -> None:
        """Nothing more is to be sent, so the slot of the call is free."""
        if self._call.run is not None:
            self._call.run.vacate()

    def __del__(self) -> None:
        # a layer outside may have dropped the response without closing it
        self._sent()

    def close(self) -> None:
        """The server is done with it: close what the application has to close."""
        try:
            close = getattr(self._body, "close", None)
            if close is not None:
                close()
        finally:
            self._call.forget()


def _is_servers_own(body: object, environ: dict[str, Any]) -> bool:
    """Whether a server would know this body again: a file to send by itself, or a list."""
    wrapper = environ.get("wsgi.file_wrapper")
    return isinstance(body, (list, tuple)) or (isinstance(wrapper, type) and isinstance(body, wrapper))


def _wsgi(rendered: Rendered) -> tuple[str, list[tuple[str, str]], bytes]:
    """A response of ours, as `start_response` wants it, and its body."""
    status, headers, content = rendered
    return f"{status} {HTTP_STATUS_CODES.get(status, 'Unknown')}", [*headers], content


def _replaced(body: object, instead: bytes) -> list[bytes]:
    _close(body)
    return [instead]


def _close(body: object) -> None:
    close = getattr(body, "close", None)
    if close is not None:
        # the exception that ended the request is worth more than one from tidying up
        with suppress(Exception):
            close()
