"""The one matcher of names: is the value under this name a secret, and of what kind?"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from failsoft.deferred import as_pattern
from failsoft.sanitize.rules import (
    AUTH_WORDS,
    COUNTED,
    DISARMING_HEADS,
    DISARMING_TAILS,
    GLUED_HEADS,
    GLUED_TAILS,
    KEY_OWNERS,
    NEUTRAL_TAILS,
    NO_PLACES,
    NO_PROSE_OWNERS,
    PAGE_WORDS,
    SID_OWNERS,
    STRICT_TERMS,
    STRONG_TERMS,
    UNGLUED,
    WEAK_TERMS,
    WHOLE_TERMS,
)

__all__ = ["KeyMatcher", "counts", "words_in", "words_of"]

_WORD = as_pattern(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_FOREIGN_WORD = as_pattern(r"[^\W\d_]+|\d+")
_MAX_NAME = 128
_MAX_WORDS = 14
_LONGEST_TERM = 4
_GLUED_LEAST = 7
_CACHE = 4_096
# of an image (DICOM), where in a room a patient lay
_PLACES_OF_PATIENT = (("position", "patient"), ("orientation", "patient"))
_NAMED_SECRETS = (("existing", "secret"), ("tls", "secret"))
_PROSE_OWNERS = KEY_OWNERS - NO_PROSE_OWNERS


def words_in(name: str) -> tuple[str, ...]:
    """The words of what may be a name, in lower case: `("api", "key")` of `apiKey`, `API_KEY` or `api[key]`.

    It may be a secret just as well, and is not remembered.
    """
    pattern = _WORD if name.isascii() else _FOREIGN_WORD
    return tuple(word.lower() for word in pattern.findall(name[-_MAX_NAME:])[-_MAX_WORDS:])


words_of = lru_cache(maxsize=_CACHE)(words_in)
"""The words of a name."""


def _glued(word: str) -> str | None:
    if len(word) < _GLUED_LEAST or word in UNGLUED:
        return None
    for end, kind in GLUED_TAILS:
        if word.endswith(end):
            return kind
    for head, kind in GLUED_HEADS:
        if word.startswith(head) and (word[len(head) :] in NEUTRAL_TAILS or head == "aspsessionid"):
            return kind
    return None


def _term(words: tuple[str, ...], end: int) -> tuple[int, str, bool] | None:
    """The longest term that ends before `end`: where it begins, its kind, whether it is a strong one."""
    for length in range(min(_LONGEST_TERM, end), 0, -1):
        joined = "".join(words[end - length : end])
        if kind := STRONG_TERMS.get(joined):
            return end - length, kind, True
        if kind := WEAK_TERMS.get(joined):
            return end - length, kind, False
    last = words[end - 1]
    if last == "key" and end > 1 and words[end - 2] in KEY_OWNERS:
        return end - 2, "api_key", True
    if kind := _glued(last):
        return end - 1, kind, True
    return None


@lru_cache(maxsize=_CACHE)
def counts(name: str) -> bool:
    """Whether a number under a name is how many there are: `secrets`, `password_logins`, but not `backup_codes`."""
    words = words_of(name)
    if "".join(words) in COUNTED:
        return True
    if len(words) < 2 or words[-1][-1] != "s" or words[-1][-2:] == "ss" or words[-1] in NEUTRAL_TAILS:
        return False
    return _term(words, len(words)) is None


class KeyMatcher:
    """Decides by name. Immutable; safe to share between threads.

    Parameters:
        keys: more sensitive names. Each is matched word by word, anywhere in a name.
        safe_keys: names that are never sensitive, matched as a whole. They win over every other rule.
        strict: also names of what only the strict tier takes: dates, places, numbers of records and devices.
    """

    __slots__ = ("_custom", "_custom_joined", "_safe", "_safe_joined", "_strict", "kind")

    def __init__(self, keys: Iterable[str] = (), safe_keys: Iterable[str] = (), *, strict: bool = False) -> None:
        self._strict = strict
        self._custom = {words: "_".join(words) for key in keys if (words := words_of(key))}
        self._custom_joined = {"".join(words): kind for words, kind in self._custom.items()}
        self._safe = frozenset(words_of(key) for key in safe_keys)
        self._safe_joined = frozenset(map("".join, self._safe))
        self.kind = lru_cache(maxsize=_CACHE)(self._kind)
        """Kind of what stands under a name, or None if the name is not sensitive."""

    @property
    def strict(self) -> bool:
        """Whether names of what only the strict tier takes are among them."""
        return self._strict

    @property
    def custom_words(self) -> frozenset[str]:
        """First word of each additional key: what to look for in a text."""
        return frozenset(words[0] for words in self._custom)

    def is_safe(self, name: str) -> bool:
        """Whether a name was said to be no sensitive one."""
        return bool(self._safe) and words_of(name) in self._safe

    def is_name(self, word: str) -> bool:
        """Whether a word is itself the name of something sensitive: `("password", "api_key")` lists names."""
        return word.isidentifier() and not any(map(str.isdigit, word)) and self.kind(word) is not None

    def phrase(self, joined: str) -> str | None:
        """Kind of what words of prose announce, joined without gaps: `dateofbirth`."""
        if joined in self._safe_joined:
            return None
        kind = self._custom_joined.get(joined) or STRONG_TERMS.get(joined) or WEAK_TERMS.get(joined)
        if kind is None and joined[-3:] == "key" and joined[:-3] in _PROSE_OWNERS:
            return "api_key"
        return kind or (STRICT_TERMS.get(joined) if self._strict else None)

    def _kind(self, name: str) -> str | None:
        words = words_of(name)
        if not words or words in self._safe:
            return None
        if ("." in name or "[" in name) and _is_flag(name):
            return self._custom_kind(words)
        return self._custom_kind(words) or _kind_of(words) or (_strict_kind(words) if self._strict else None)

    def _custom_kind(self, words: tuple[str, ...]) -> str | None:
        for custom, kind in self._custom.items():
            width = len(custom)
            if any(words[at : at + width] == custom for at in range(len(words) - width + 1)):
                return kind
        return None


def _is_flag(path: str) -> bool:
    """Whether the last part of a path is a flag or a limit, as of `user[has_password]`."""
    last = words_of(re.split(r"[.\[]", path.rstrip("]."))[-1])
    return len(last) > 1 and last[0] in DISARMING_HEADS


def _strict_kind(words: tuple[str, ...]) -> str | None:
    if len(words) > 1 and words[0] in DISARMING_HEADS:
        return None
    for length in range(min(_LONGEST_TERM, len(words)), 0, -1):
        term = "".join(words[-length:])
        kind = STRICT_TERMS.get(term)
        # a name of two words is that of something else, as `table_name`, unless it is listed
        if term == "address" and len(words) > 1 and words[-2] in NO_PLACES:
            return None
        if kind and (length == len(words) or (kind != "person" and term not in WHOLE_TERMS)):
            return kind
    return None


def _is_counted(words: tuple[str, ...], end: int) -> bool:
    """Whether the name tells to how many of them something was done, as `secrets_scanned`."""
    following = words[end : end + 1]
    return bool(following) and words[end - 1][-1] == "s" and words[end - 1][-2:] != "ss" and following[0].endswith("ed")


def _is_of_service(words: tuple[str, ...]) -> bool:
    """Whether the name tells a place in a list, a lock, or what is left of an allowance, or what an object is
    called."""
    if words[-1] in ("token", "tokens") and len(words) > 1 and words[-2] in PAGE_WORDS:
        return True
    if words[-2:] in _PLACES_OF_PATIENT:
        return True
    if words[-2:] in _NAMED_SECRETS or words[-3:-1] == ("image", "pull"):
        # what an object of Kubernetes is called
        return True
    if words[-3:] == ("client", "request", "token"):
        # of AWS, so that a request may be sent twice
        return True
    return "ratelimit" in words or ("rate" in words and "limit" in words)


def _kind_of(words: tuple[str, ...]) -> str | None:
    if len(words) > 1 and (words[0] in DISARMING_HEADS or "per" in words):
        return None
    if _is_of_service(words):
        return None
    for end in range(len(words), 0, -1):
        if words[end - 1] == "tokens" and end > 1 and words[end - 2] in AUTH_WORDS and end == len(words):
            return "token"
        found = _term(words, end)
        if found is None:
            continue
        _, kind, strong = found
        if words[end - 1] == "sid" and end > 1 and words[end - 2] in SID_OWNERS:
            return None
        if _is_counted(words, end):
            return None
        tail = [word for word in words[end:] if not word.isdigit() and word not in NEUTRAL_TAILS]
        if not tail:
            return kind
        if not strong or any(word in DISARMING_TAILS for word in tail):
            return None
        return kind
    return None
