"""What the observers share: how they see the sanitizer, and how a text becomes fit for a log."""

from __future__ import annotations

import re
from typing import Any, Protocol

from failsoft.errors.failure import Failure
from failsoft.sanitize.traces import format_stack

__all__ = [
    "INTERNAL_LOGGER",
    "LOGGER",
    "Cleaner",
    "clean",
    "cut",
    "many_lines",
    "one_line",
    "path_of",
    "route_of",
    "safe_stack",
    "unexpected",
]

LOGGER = "failsoft.errors"
"""Name of the logger that failures are written to."""

INTERNAL_LOGGER = "failsoft.internal"
"""Name of the logger that faults of Failsoft itself are written to: an error tracker that leaves the other one alone,
because it sees the exceptions themselves, still hears of these."""

_FAILED = "[REDACTED:error]"
_ESCAPES = {
    code: f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
    for code in (*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
} | {ord("\n"): "\\n", ord("\r"): "\\r", ord("\t"): "\\t"}
_ESCAPES_IN_LINES = {code: said for code, said in _ESCAPES.items() if chr(code) not in "\n\t"}
_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")
# the same in a route that is a regular expression
_GROUP = re.compile(r"\(\?P\{([^{}]+)\}[^()]*\)")
_COMMANDS = re.compile(f"[{re.escape(''.join(map(chr, _ESCAPES_IN_LINES)))}]")


class Cleaner(Protocol):
    """The sanitizer, as observers use it."""

    def __hash__(self) -> int: ...

    def text(self, text: str, /) -> str:
        """The text without secrets and personal data."""
        ...

    def value(self, value: Any, /) -> Any:
        """A value of the same shape without secrets and personal data."""
        ...


def clean(sanitizer: Cleaner, text: str) -> str:
    """The sanitized text. Where the sanitizer fails, nothing of the text is let through."""
    try:
        return sanitizer.text(text)
    except Exception:  # noqa: BLE001 - fail closed
        return _FAILED


def safe_stack(failure: Failure, sanitizer: Cleaner, limit: int, message: str | None = None) -> str:
    """The sanitized stack, at most `limit` characters. Where the sanitizer fails, nothing of it is let through.

    Parameters:
        message: the failure's own text, if it was sanitized already.
    """
    try:
        return cut(format_stack(failure.links, sanitizer, message=message), limit)
    except Exception:  # noqa: BLE001 - fail closed
        return _FAILED


def cut(text: str, limit: int) -> str:
    """At most `limit` characters. Only for text that is sanitized already: a cut could split a secret."""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def one_line(text: str, limit: int = 1_000) -> str:
    """Text that cannot forge a log line: control, line-separating and direction-changing characters are escaped."""
    # nothing that is escaped counts as printable
    return cut(text if text.isprintable() else text.translate(_ESCAPES), limit)


def many_lines(text: str) -> str:
    """Text of several lines in which nothing commands a terminal: what `one_line` escapes, but for ends of lines and
    tabs."""
    return text.translate(_ESCAPES_IN_LINES) if _COMMANDS.search(text) else text


def route_of(endpoint: str) -> str | None:
    """The route template in an endpoint key, as `/quotes/{symbol}` of `GET /quotes/{symbol}`; None without one."""
    method, space, route = endpoint.partition(" ")
    return route if space and not method.startswith("guard:") else None


def path_of(sanitizer: Cleaner, path: str, endpoint: str) -> str:
    """The sanitized path of a request. What its route gives a name, as `/sub/{password}` does, is cleaned by that."""
    route = route_of(endpoint)
    if route is None or "{" not in route:
        return clean(sanitizer, path)
    if route[0] == "^":
        route = _GROUP.sub(r"{\1}", route).replace("^", "/", 1).removesuffix("$")
    head, parts, templates = _aligned(path, route)
    try:
        parts = [_part(sanitizer, part, template) for part, template in zip(parts, templates, strict=True)]
    except Exception:  # noqa: BLE001 - fail closed
        return _FAILED
    return clean(sanitizer, "/".join((*head, *parts)))


def _aligned(path: str, route: str) -> tuple[list[str], list[str], list[str]]:
    """Parts of a path before those of its route, and these with those of the route; an app that is mounted knows its
    own alone. The last one may take up several."""
    parts, templates = path.split("/"), route.split("/")
    more = len(parts) - len(templates)
    if more > 0 and _PLACEHOLDER.search(templates[-1]) and _fits(parts, templates[:-1]):
        return [], [*parts[: len(templates) - 1], "/".join(parts[len(templates) - 1 :])], templates
    if not templates[0]:
        # where the app is mounted, something stands before the first slash
        more, templates = more + 1, templates[1:]
    if more < 0 or not _fits(parts[more:], templates):
        return parts, [], []
    return parts[:more], parts[more:], templates


def _fits(parts: list[str], templates: list[str]) -> bool:
    return all(_PLACEHOLDER.search(t) or part == t for part, t in zip(parts, templates, strict=False))


def _part(sanitizer: Cleaner, part: str, template: str) -> str:
    for name in _PLACEHOLDER.findall(template):
        (cleaned,) = sanitizer.value({name: part}).values()
        if cleaned != part:
            return str(cleaned)
    return part


def unexpected(failure: Failure) -> bool:
    """Whether nobody meant it to happen: no answer given on purpose, no rejection of ours, no client that left."""
    return not (failure.expected or failure.rejected or failure.disconnected)
