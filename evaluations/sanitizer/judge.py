"""Whether a case came out right: what is left of its secrets, what of the rest is gone."""

from __future__ import annotations

import base64
import binascii
import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from evaluations.sanitizer.case import Case
from evaluations.sanitizer.look import same, text_of

__all__ = ["Verdict", "judge"]

FRAGMENT = 6
"""Characters of a secret that may not be seen together."""
_MARKER = re.compile(r"\[REDACTED:[^\]]*\]|\[Scrubbed due to '[^']*'\]|\[Filtered\]|\{\{[A-Z_]+\}\}")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{12,}")
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_PLAIN = {"n": "\n", "t": "\t", "r": "\r"}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one case."""

    case: Case
    given: str
    got: str
    leaks: tuple[str, ...] = ()
    """Fragments of secrets that can still be read."""
    gone: tuple[str, ...] = ()
    """What was to be kept and is not there."""
    touched: str = ""
    """Of a case without secrets: how the result differs."""
    restless: bool = False
    """A second run changed the result of the first."""
    raised: str = ""
    mutated: bool = False
    kept: int = field(default=0)
    """How many of `case.keeps` are there."""

    @property
    def good(self) -> bool:
        """Nothing at all is wrong."""
        return not (self.leaks or self.gone or self.touched or self.restless or self.raised or self.mutated)

    @property
    def found(self) -> bool:
        """Of a case with secrets: nothing of them is left, and nothing was raised."""
        return not (self.leaks or self.raised)

    @property
    def wrong(self) -> str:
        """What is wrong, in words."""
        parts = [f"raised {self.raised}"] if self.raised else []
        parts += [f"left {self.leaks[0]!r}"] if self.leaks else []
        parts += [f"lost {', '.join(map(repr, self.gone))}"] if self.gone else []
        parts += [self.touched] if self.touched else []
        parts += ["changed again by a second run"] if self.restless else []
        parts += ["changed the caller's object"] if self.mutated else []
        return "; ".join(parts)


def judge(case: Case, clean: Callable[[Any], Any], *, exact: bool = True) -> Verdict:
    """Run one case.

    Parameters:
        exact: results of cases without secrets are compared as values, with their types. Else as texts: some peers
            give back a text whatever they were given.
    """
    given = case.build()
    before = text_of(given)
    try:
        got = clean(given)
        again = text_of(clean(got))
    except Exception as error:
        gone = case.keeps
        return Verdict(case, before, "", raised=f"{type(error).__name__}: {error}", gone=gone, touched="raised")
    after = text_of(got)
    restless, mutated = again != after, text_of(given) != before
    if not case.positive:
        touched = (
            _difference(case, given, got)
            if exact
            else ("" if text_of(given, types=False) == text_of(got, types=False) else "is not the same")
        )
        return Verdict(case, before, after, touched=touched, restless=restless, mutated=mutated)
    gone = tuple(keep for keep in case.keeps if keep not in after)
    leaks = tuple(_leaks(case.secrets, before, after))
    kept = len(case.keeps) - len(gone)
    return Verdict(case, before, after, leaks=leaks, gone=gone, restless=restless, mutated=mutated, kept=kept)


def _difference(case: Case, given: Any, got: Any) -> str:
    if type(given) is not type(got):
        return f"is a {type(got).__name__}, not a {type(given).__name__}"
    if case.check is not None:
        return case.check(given, got)
    return "" if same(given, got) else "is not the same"


def _leaks(secrets: tuple[str, ...], before: str, after: str) -> Iterator[str]:
    shown = _views(_MARKER.sub("\0", after))
    harmless = []
    for view in _views(before):
        for secret in sorted(secrets, key=len, reverse=True):
            view = view.replace(secret, "\0")  # noqa: PLW2901
        harmless.append(view)
    for secret in secrets:
        pieces = {secret[n : n + FRAGMENT] for n in range(max(1, len(secret) - FRAGMENT + 1))}
        for piece in sorted(pieces, key=secret.index):
            if any(piece in view for view in shown) and not any(piece in view for view in harmless):
                yield piece
                break


def _views(text: str) -> list[str]:
    """The text, and what one layer of decoding makes of it."""
    views = [text]
    if "%" in text:
        views.append(unquote(text))
    if "&" in text:
        views.append(html.unescape(text))
    if "\\" in text:
        views.append(_ESCAPE.sub(lambda m: chr(int(m[1], 16)) if m[1] else _PLAIN.get(m[2], m[2]), text))
    views.extend(filter(None, map(_decoded, _BASE64.findall(text))))
    return views


def _decoded(run: str) -> str:
    run = run.replace("-", "+").replace("_", "/")
    try:
        run = run[:-1] if len(run) % 4 == 1 else run
        return base64.b64decode(run + "=" * (-len(run) % 4)).decode("latin-1")
    except (binascii.Error, ValueError):
        return ""
