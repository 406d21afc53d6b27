"""The form of a case, and how a case is read from a marked text.

A text holds its own truth: `⟦…⟧` stands around what must vanish, `⟨…⟩` around what must stay. Inside of the brackets
of a secret, `=name` asks for one that is made at run time (see `make`), `=name@a` for the same one wherever `@a`
stands. `⟪percent:…⟫`, and likewise `html`, `json`, `base64`, `base64url`, `hex`, encodes what is inside. An empty `⟨⟩`
is nothing: it parts what would alarm scanners of sources.
"""

from __future__ import annotations

import base64
import copy
import hashlib
import html
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from evaluations.sanitizer.make import make

__all__ = ["Case", "marked"]

_MARK = re.compile(r"⟦(.*?)⟧|⟨(.*?)⟩", re.DOTALL)
_ENCODED = re.compile(r"⟪(\w+):(.*?)⟫", re.DOTALL)
_ENCODINGS: dict[str, Callable[[str], str]] = {
    "percent": lambda text: quote(text, safe=""),
    "html": lambda text: html.escape(text, quote=True),
    "json": lambda text: json.dumps(text)[1:-1],
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64url": lambda text: base64.urlsafe_b64encode(text.encode()).decode().rstrip("="),
    "hex": lambda text: text.encode().hex(),
}
_HELD_OUT_EVERY = 4


@dataclass(frozen=True, slots=True)
class Case:
    """One text or value as an application meets it, and what a sanitizer must make of it."""

    id: str
    """`group/name`, unique."""
    group: str
    tier: str
    """`core`: the default tier must get it right. `strict`: the strict one."""
    build: Callable[[], Any]
    """Makes the input anew, so that nothing one run does to it is seen by the next."""
    secrets: tuple[str, ...] = ()
    """No fragment of them, six characters or longer, may be left. Empty: the input must come back as it is."""
    keeps: tuple[str, ...] = ()
    """Each must still be there."""
    check: Callable[[Any, Any], str] | None = None
    """Of values that equality says too little about: given input and output, what is wrong, or an empty text."""

    @property
    def positive(self) -> bool:
        """There is something to be taken away."""
        return bool(self.secrets)

    @property
    def held_out(self) -> bool:
        """One in four, chosen by the id alone. Who tunes rules does not look at these."""
        return hashlib.sha256(self.id.encode()).digest()[0] % _HELD_OUT_EVERY == 0

    @property
    def listed(self) -> str:
        """How lists name the case: by its id, or, if it is held out, by the group and a hash that tells nothing."""
        return f"{self.group}/#{hashlib.sha256(self.id.encode()).hexdigest()[:12]}" if self.held_out else self.id


def marked(id: str, source: Any, *, tier: str, more: Iterable[str] = ()) -> Case:
    """The case that a marked text is, or a value built of dicts, lists, tuples, sets, texts and bytes with marks.

    Raises:
        ValueError: a bracket has no partner, or an encoding is not known.
    """
    secrets: list[str] = list(more)
    keeps: list[str] = []
    whole = _filled(id, source, secrets, keeps)
    return Case(
        id, id.partition("/")[0], tier, lambda: copy.deepcopy(whole), tuple(dict.fromkeys(secrets)), tuple(keeps)
    )


def _filled(id: str, source: Any, secrets: list[str], keeps: list[str]) -> Any:
    match source:
        case str():
            return _text(id, source, secrets, keeps)
        case bytes():
            return _text(id, source.decode(), secrets, keeps).encode()
        case dict():
            filled = [(_filled(id, k, secrets, keeps), _filled(id, v, secrets, keeps)) for k, v in source.items()]
            return dict(filled)
        case list() | tuple() | set() | frozenset() if type(source) in {list, tuple, set, frozenset}:
            return type(source)(_filled(id, v, secrets, keeps) for v in source)
    return source


def _text(id: str, source: str, secrets: list[str], keeps: list[str]) -> str:
    def fill(match: re.Match[str]) -> str:
        secret, keep = match.groups()
        if keep is not None:
            keeps.extend([keep] if keep else ())
            return keep
        if secret.startswith("="):
            name, _, label = secret[1:].partition("@")
            secret = make(name, f"{id} {label or f'{len(secrets)}'}")
        secrets.append(secret)
        return secret

    whole = _ENCODED.sub(lambda m: _ENCODINGS[m[1]](m[2]), _MARK.sub(fill, source))
    if re.search("[⟦⟧⟨⟩⟪⟫]", whole):
        msg = f"{id}: a bracket without its partner"
        raise ValueError(msg)
    return whole
