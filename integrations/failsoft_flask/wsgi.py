"""The layer around `app.wsgi_app`: the request's id and context, streams, and what escapes Flask."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from failsoft import Failsoft
from failsoft.current import current_call
from failsoft_flask.call import FlaskCall

__all__ = ["WsgiLayer"]

StartResponse = Callable[..., Any]
Name = Callable[[FlaskCall], None]


class _Head:
    """The head of a response, held until its first byte is there."""

    __slots__ = ("_call", "_id_header", "_start", "args", "sent", "streams")

    def __init__(self, call: FlaskCall, start: StartResponse, id_header: str) -> None:
        self._call = call
        self._start = start
        self._id_header = id_header
        self.args: tuple[Any, ...] = ()
        self.sent = False
        self.streams = False

    def __call__(self, status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], None]:
        wanted = self._id_header.lower()
        length = event_stream = named = False
        for name, value in headers:
            lowered = name.lower()
            if lowered == "content-length":
                length = True
            elif lowered == wanted:
                named = True
            elif lowered == "content-type":
                event_stream = value.startswith("text/event-stream")
        if not named:
            headers.append((self._id_header, self._call.request_id))
        if self._call.error_id is not None and not any(name.lower() == "x-error-id" for name, _ in headers):
            headers.append(("X-Error-ID", self._call.error_id))
        self.args = (status, headers) if exc_info is None else (status, headers, exc_info)
        # a length is known: it is no stream; an event stream may be silent for long, and its client waits for the head
        self.streams = not length
        if length or event_stream:
            return self.send()
        return self._write

    def send(self) -> Callable[[bytes], None]:
        """Hand the head to the server."""
        self.sent = True
        write: Callable[[bytes], None] = self._start(*self.args)
        return write

    def _write(self, data: bytes) -> None:
        self.send()(data)


class WsgiLayer:
    """Wraps `app.wsgi_app`.

    Parameters:
        app: the application inside.
        fs: the instance that protects it.
        prepare: called before each request (takes up new routes).
        name: writes the endpoint key on a call that has none.
        propagates: whether Flask is set to let errors through (testing, debug).
    """

    def __init__(
        self,
        app: Callable[..., Iterable[bytes]],
        fs: Failsoft,
        *,
        prepare: Callable[[], None],
        name: Name,
        propagates: Callable[[], bool],
    ) -> None:
        self.app = app
        self.fs = fs
        self._prepare = prepare
        self._name = name
        self._propagates = propagates
        self._id_header = fs.settings.request.id_header
        self._id_key = "HTTP_" + self._id_header.upper().replace("-", "_")
        self._trust_id = fs.settings.request.trust_id

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        fs = self.fs
        mode = fs.roll_mode()
        if mode == "off" or "failsoft.call" in environ:
            return self.app(environ, start_response)
        self._prepare()
        call = FlaskCall(fs, environ, self._id_key, self._trust_id)
        if mode != "enforce":
            call.mode = mode
        environ["failsoft.call"] = call
        head = _Head(call, start_response, self._id_header)
        token = current_call.set(call)
        body: Iterable[bytes] | None = None
        try:
            body = self.app(environ, head)
            if not head.streams or isinstance(body, environ.get("wsgi.file_wrapper", ())):
                if not head.sent:
                    head.send()
                return body
            return _Stream(body, call, head, self._broke_off)
        except Exception as exc:  # noqa: BLE001 - whatever escapes Flask is answered or raised again
            close = getattr(body, "close", None)
            if close is not None:
                close()
            return self._escaped(call, exc, head, start_response)
        finally:
            current_call.reset(token)
            call.cause = call.retried_inside = call.answered = None

    def _escaped(self, call: FlaskCall, exc: Exception, head: _Head, start_response: StartResponse) -> Iterable[bytes]:
        if call.mode == "off":
            raise exc
        if call.answered is exc:
            # recorded already, and Flask let it through: testing, debug
            raise exc
        self._name(call)
        answer = self.fs.answer(exc, call, started=head.sent)
        if answer.rendered is None or head.sent or self._propagates():
            raise exc
        headers = [*answer.rendered.headers]
        start_response(_status_line(answer.rendered.status), headers, (type(exc), exc, exc.__traceback__))
        return [answer.rendered.body]

    def _broke_off(self, call: FlaskCall, exc: Exception) -> None:
        self._name(call)
        if call.run is not None:
            call.run.broke_off()
        self.fs.answer(exc, call, started=True)


class _Stream:
    """The body of a stream, whose first chunk was taken before the head left."""

    __slots__ = ("_body", "_broke_off", "_call", "_first", "_iterator")

    def __init__(
        self, body: Iterable[bytes], call: FlaskCall, head: _Head, broke_off: Callable[[FlaskCall, Exception], None]
    ) -> None:
        self._body = body
        self._call = call
        self._broke_off = broke_off
        self._iterator: Iterator[bytes] = iter(body)
        self._first: list[bytes] = []
        if not head.sent:
            for chunk in self._iterator:
                self._first.append(chunk)
                break
            head.send()

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        if self._first:
            return self._first.pop()
        try:
            return next(self._iterator)
        except StopIteration:
            raise
        except Exception as exc:
            self._broke_off(self._call, exc)
            raise

    def close(self) -> None:
        close = getattr(self._body, "close", None)
        if close is not None:
            close()


def _status_line(status: int) -> str:
    from werkzeug.http import HTTP_STATUS_CODES  # noqa: PLC0415 - needed on this rare path only

    return f"{status} {HTTP_STATUS_CODES.get(status, 'Unknown')}"
