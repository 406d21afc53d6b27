"""From a problem to the bytes of a response."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from inspect import iscoroutine
from typing import Any, Final, Literal, NamedTuple

import msgspec
from msgspec.structs import replace

from failsoft.call import RequestFacts
from failsoft.deferred import as_pattern
from failsoft.problem import headers
from failsoft.problem.catalogue import SHIPPED, Catalogue
from failsoft.problem.document import Problem
from failsoft.problem.headers import Headers
from failsoft.problem.html import html_page, text_page
from failsoft.problem.negotiate import accepted_format

__all__ = ["FAIL_SAFE", "JSON_TYPE", "Rendered", "Renderer", "render"]

Body = bytes | str | Mapping[str, Any]
Renderer = Callable[[Problem, RequestFacts], Body | tuple[Body, str]]
"""A body of the application's own, for a contract that clients already parse; optionally with its content type."""

JSON_TYPE = "application/problem+json"

_OURS = frozenset({"content-type", "content-length"})
_TYPES = {"html": "text/html; charset=utf-8", "text": "text/plain; charset=utf-8", "json": JSON_TYPE}
_ID = as_pattern(r"[0-9A-Za-z-]{1,64}")


class Rendered(NamedTuple):
    """A response, complete but for the status line's phrase."""

    status: int
    headers: Headers
    """With `Content-Type` and `Content-Length`."""
    body: bytes
    """Empty for HEAD."""


def render(
    problem: Problem,
    facts: RequestFacts,
    *,
    format: Literal["problem", "auto"],  # noqa: A002 - the name of the setting, `responses.format`
    id_header: str = "X-Request-ID",
    renderer: Renderer | None = None,
    on_error: Callable[[Exception], object] | None = None,
    catalogue: Catalogue = SHIPPED,
) -> Rendered:
    """The response that says a problem.

    A status that is no error (below 400, so also 204 and 304) becomes 500. HEAD gets the headers of GET and no body.

    Parameters:
        format: `problem` always sends JSON; `auto` sends a page to a browser and text to who asks for it.
        id_header: name of the header that carries the request id; one that is no header name is left out.
        renderer: makes the body instead. If it raises, the standard body is sent.
        on_error: told what `renderer` raised.
        catalogue: the words of a page; those of whoever made the problem.
    """
    if not 400 <= problem.status <= 599:
        problem = replace(problem, status=500, type="about:blank", title=catalogue.phrase(problem.language, 500))
    own = None if renderer is None else _own_body(renderer, problem, facts, on_error)
    body, content_type = own or _standard_body(problem, facts, format, catalogue)
    fields = [("Content-Type", content_type), ("Content-Length", str(len(body)))]
    name = id_header.lower()
    fields += [pair for pair in problem.headers if (key := pair[0].lower()) != name and key not in _OURS]
    if problem.request_id and headers.is_value(problem.request_id) and _is_name(id_header):
        fields.append((id_header, problem.request_id))
    return Rendered(problem.status, tuple(fields), b"" if facts.method == "HEAD" else body)


def _standard_body(problem: Problem, facts: RequestFacts, wanted: str, catalogue: Catalogue) -> tuple[bytes, str]:
    kind = accepted_format(facts.accept) if wanted == "auto" else "json"
    if kind == "html":
        return html_page(problem, catalogue), _TYPES[kind]
    if kind == "text":
        return text_page(problem, catalogue), _TYPES[kind]
    return problem.to_json(), JSON_TYPE


def _own_body(
    renderer: Renderer, problem: Problem, facts: RequestFacts, on_error: Callable[[Exception], object] | None
) -> tuple[bytes, str] | None:
    try:
        return _as_bytes(renderer(problem, facts))
    except Exception as error:  # noqa: BLE001 - the application's renderer may raise anything; the client gets an answer
        _report(on_error, error)
        return None


def _as_bytes(made: object) -> tuple[bytes, str]:
    body, content_type = made if isinstance(made, tuple) else (made, None)
    if content_type is not None and not (content_type and headers.is_value(content_type)):
        raise ValueError("the content type cannot be sent in a header")
    if isinstance(body, Mapping):
        return msgspec.json.encode(dict(body)), content_type or "application/json"
    if isinstance(body, str):
        return body.encode("utf-8", "replace"), content_type or _TYPES["text"]
    if isinstance(body, (bytes, bytearray, memoryview)):
        return bytes(body), content_type or _TYPES["text"]
    if iscoroutine(body):
        body.close()
    raise TypeError(f"a renderer returns bytes, str or a mapping, not {type(body).__name__}")


def _report(on_error: Callable[[Exception], object] | None, error: Exception) -> None:
    try:
        if on_error is not None:
            on_error(error)
    except Exception:  # noqa: BLE001, S110 - nobody is left to tell
        pass


@lru_cache(maxsize=16)
def _is_name(name: str) -> bool:
    return bool(headers.clean([(name, "")])[0])


_FAIL_SAFE_START: Final = (
    b'{"type":"about:blank","title":"Internal Server Error","status":500,'
    b'"detail":"An unexpected error occurred while the request was being handled."'
)
_FAIL_SAFE_END: Final = (
    b',"recoverable":false,"guidance":"Nothing is wrong with your request. If the problem remains, please contact'
    b' support and quote the support reference.","retry":{"allowed":false},"notification":"error"}'
)
_NO_ID: Final = ',"code":"INTERNAL_ERROR"'
_FAIL_SAFE_HEADERS: Final = (
    ("Content-Type", JSON_TYPE),
    ("Content-Language", "en"),
    ("Cache-Control", "no-store"),
    ("Vary", "Accept, Accept-Language"),
)


def FAIL_SAFE(error_id: object = None, *, head: bool = False) -> Rendered:  # noqa: N802 - a constant with one hole
    """The answer when everything else failed: constant bytes with the error id put in. It cannot fail.

    Parameters:
        error_id: left out if it is no plain identifier.
        head: the request was a HEAD.
    """
    known = error_id if type(error_id) is str and _ID.fullmatch(error_id) else ""
    middle = f',"instance":"urn:uuid:{known}","code":"INTERNAL_ERROR","error_id":"{known}"' if known else _NO_ID
    body = _FAIL_SAFE_START + middle.encode() + _FAIL_SAFE_END
    ids = (("X-Error-ID", known),) if known else ()
    length = (("Content-Length", str(len(body))),)
    return Rendered(500, (*_FAIL_SAFE_HEADERS[:1], *length, *_FAIL_SAFE_HEADERS[1:], *ids), b"" if head else body)
