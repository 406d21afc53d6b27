"""What Failsoft says to people: one text per code, category and status, in each language that there is.

The English is data of `wording`; the other languages that ship are gettext catalogues (`locale/`). Catalogues of the
application win over both, and may add languages and codes.
"""

from __future__ import annotations

import logging
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from types import MappingProxyType
from typing import NamedTuple

from failsoft.deferred import as_pattern
from failsoft.errors.taxonomy import Category, Notification
from failsoft.problem.negotiate import ever_shorter
from failsoft.problem.translations import DOMAIN, Book, Books, read_book
from failsoft.problem.wording import ALIASES, MESSAGES, PLURALS
from failsoft.shipped import files

__all__ = ["CODES", "LANGUAGES", "SHIPPED", "Catalogue", "Code", "Texts", "fill", "notification"]

LANGUAGES = ("en", "de", "fr", "es")
"""The languages that ship."""

_log = logging.getLogger("failsoft")


class Code(NamedTuple):
    """What is fixed about a code, whatever the language."""

    status: int
    """The status it usually comes with."""
    notification: Notification
    """How loudly a user interface should say it."""


class Texts(NamedTuple):
    """What is said about a failure, before the facts of the occurrence are filled in."""

    title: str
    detail: str
    guidance: str


_NOTE, _WARNING, _ERROR, _CRITICAL = (
    Notification.NOTIFICATION, Notification.WARNING, Notification.ERROR, Notification.CRITICAL,
)  # fmt: skip

CODES: Mapping[str, Code] = MappingProxyType(
    {
        "AUTHZ_ERROR": Code(403, _WARNING),
        "AUTH_ERROR": Code(401, _WARNING),
        "BAD_REQUEST": Code(400, _WARNING),
        "BIAS_DETECTION_ERROR": Code(422, _ERROR),
        "BULKHEAD_FULL": Code(503, _WARNING),
        "BUSINESS_RULE": Code(409, _WARNING),
        "CIRCUIT_BREAKER_ERROR": Code(503, _WARNING),
        "CONCURRENCY_ERROR": Code(503, _WARNING),
        "CONFIGURATION_ERROR": Code(500, _CRITICAL),
        "CONFLICT": Code(409, _WARNING),
        "DATA_INTEGRITY_ERROR": Code(500, _ERROR),
        "DATA_PROCESSING_ERROR": Code(422, _ERROR),
        "DEADLOCK": Code(503, _WARNING),
        "ENCRYPTION_ERROR": Code(500, _CRITICAL),
        "FALLBACK_FAILED": Code(503, _ERROR),
        "FILE_UPLOAD_ERROR": Code(413, _WARNING),
        "HIPAA_COMPLIANCE_ERROR": Code(403, _ERROR),
        "INTERNAL_ERROR": Code(500, _ERROR),
        "METHOD_NOT_ALLOWED": Code(405, _WARNING),
        "NETWORK_ERROR": Code(503, _WARNING),
        "NOT_FOUND": Code(404, _NOTE),
        "PAYLOAD_TOO_LARGE": Code(413, _WARNING),
        "PAYMENT_REQUIRED": Code(402, _WARNING),
        "PIPELINE_ERROR": Code(422, _ERROR),
        "RATE_LIMIT_ERROR": Code(429, _WARNING),
        "RESOURCE_EXHAUSTED": Code(503, _ERROR),
        "RETRY_EXHAUSTED": Code(503, _ERROR),
        "SERVICE_UNAVAILABLE": Code(503, _WARNING),
        "SETTINGS_ERROR": Code(500, _CRITICAL),
        "TIMEOUT_ERROR": Code(504, _WARNING),
        "UNSUPPORTED_MEDIA_TYPE": Code(415, _WARNING),
        "UPSTREAM_AUTH_ERROR": Code(502, _ERROR),
        "UPSTREAM_ERROR": Code(502, _WARNING),
        "UPSTREAM_THROTTLED": Code(503, _WARNING),
        "VALIDATION_ERROR": Code(400, _WARNING),
    }
)
"""Every code that has texts of its own."""

_OF_THE_LAST_ERROR = frozenset({"FALLBACK_FAILED", "RETRY_EXHAUSTED"})

# These statuses say more exactly than any category what is the matter.
_BY_STATUS = {
    401: "AUTH_ERROR", 402: "PAYMENT_REQUIRED", 403: "AUTHZ_ERROR", 404: "NOT_FOUND", 405: "METHOD_NOT_ALLOWED",
    413: "PAYLOAD_TOO_LARGE", 415: "UNSUPPORTED_MEDIA_TYPE", 429: "RATE_LIMIT_ERROR", 503: "SERVICE_UNAVAILABLE",
    504: "TIMEOUT_ERROR",
}  # fmt: skip

# The same category blames the request below 500 and ourselves above: `authentication` with a 502 means our own
# credentials at a peer, and must not ask the client to sign in.
_BY_CATEGORY = {
    (Category.BUSINESS_LOGIC, 4): "BUSINESS_RULE",
    (Category.CONCURRENCY, 4): "CONFLICT",
    (Category.AUTHENTICATION, 5): "UPSTREAM_AUTH_ERROR",
    (Category.CONCURRENCY, 5): "CONCURRENCY_ERROR",
    (Category.CONFIGURATION, 5): "CONFIGURATION_ERROR",
    (Category.DATA_INTEGRITY, 5): "DATA_INTEGRITY_ERROR",
    (Category.EXTERNAL_SERVICE, 5): "UPSTREAM_ERROR",
    (Category.NETWORK, 5): "NETWORK_ERROR",
    (Category.RESOURCE, 5): "RESOURCE_EXHAUSTED",
    (Category.SYSTEM, 5): "INTERNAL_ERROR",
}
_PLACEHOLDER = as_pattern(r"\{([a-z_]{1,32})\}")


class _Unknown(Exception):  # noqa: N818 - a signal, not an error
    """A text asks for a fact that is not known."""


_ENGLISH = Book(MESSAGES, MappingProxyType({}), MappingProxyType({}))


@cache
def _shipped(language: str) -> Book | None:
    """The book of a language that ships; None where its file is missing or damaged, which is said once."""
    if language == "en":
        return _ENGLISH
    try:
        file = files("failsoft.problem").joinpath("locale", language, "LC_MESSAGES", f"{DOMAIN}.mo")
        return read_book(file.read_bytes(), strict=True)
    except (OSError, ValueError, ImportError) as error:
        _log.warning("texts in %s cannot be read, English is used instead: %s", language, error)
        return None


class Catalogue:
    """What there is to say. Safe to share between threads.

    Parameters:
        languages: read now; later there may be no file handle or memory left to do it.
        books: catalogues of the application.

    Attributes:
        languages: the language tags that have texts, in lower case, regions not stripped.
        unreadable: how many of the languages that ship could not be read; they are answered in English.
        fills: some text about failures has places to fill; none that ships has.
    """

    def __init__(self, languages: Iterable[str] = (), books: Books | None = None) -> None:
        self._books = books or {}
        self._sources = {key: text for book in self._all() for key, text in book.sources.items()}
        self.languages = frozenset(LANGUAGES) | self._books.keys()
        self.unreadable = sum(_shipped(name) is None for name in self._shipping(languages))
        # the words of the page have places of their own, that are always known
        said = (
            (key, text) for book in self._all() for texts in (book.texts, book.sources) for key, text in texts.items()
        )
        self.fills = any("{" in text and not key.startswith("page.") for key, text in said)
        # bounded, for codes and languages may come from anywhere; per instance, for another one says other things
        self.texts = lru_cache(maxsize=1024)(self._texts)
        self.general = lru_cache(maxsize=1024)(self._general)
        self.phrase = lru_cache(maxsize=1024)(self._phrase)
        self.label = lru_cache(maxsize=1024)(self._label)
        self.wait = lru_cache(maxsize=1024)(self._wait)

    def _all(self) -> Iterator[Book]:
        return (book for several in self._books.values() for book in several)

    @staticmethod
    def _shipping(languages: Iterable[str]) -> set[str]:
        return {base for language in languages if (base := language.partition("-")[0].lower()) in LANGUAGES}

    def has(self, language: str) -> bool:
        """Whether there are texts in a language, or in the language without its region."""
        return not self.languages.isdisjoint(ever_shorter(language.lower()))

    def _read(self, language: str) -> Iterator[tuple[Book, ...]]:
        """The books that serve a language, from exact to general, the application's before ours; English last."""
        tags = [*ever_shorter(language.lower())]
        for tag in tags if tags[-1] == "en" else [*tags, "en"]:
            ours = _shipped(tag) if tag in LANGUAGES else None
            yield (*self._books.get(tag, ()), *(() if ours is None else (ours,)))

    def _find(self, language: str, key: str) -> str | None:
        """A text by its key, else by the key that serves for it."""
        keys = [key]
        while (other := ALIASES.get(keys[-1])) is not None:
            keys.append(other)
        for books in self._read(language):
            for name in keys:
                for book in books:
                    if text := book.texts.get(name):
                        return text
        return self._sources.get(key)

    def _entry(self, language: str, name: str) -> Texts | None:
        """What is said under a name such as `status.410`, empty where nothing is; None without any text."""
        found = Texts(*(self._find(language, f"{name}.{member}") or "" for member in Texts._fields))
        return found if any(found) else None

    def _texts(self, language: str, code: str, category: Category, status: int) -> Texts:
        """What to say about a failure: by its code, else by its status where that is exact, else by its category, else
        by its class.

        A code of ours that comes with a status of the other class (an `INTERNAL_ERROR` with 402) keeps its title, which
        belongs to the problem type, and takes the rest from the fallbacks; `INTERNAL_ERROR`, which says nothing, takes
        all.
        """
        own = self._entry(language, f"code.{code}")
        other = self._general(language, category, status)
        if own is None:
            return other
        if code in _OF_THE_LAST_ERROR and status < 500:
            # its own guidance says that nothing is wrong with the request
            return own._replace(guidance=other.guidance)
        if code not in CODES or code in _OF_THE_LAST_ERROR or CODES[code].status // 100 == status // 100:
            return Texts(*(mine or general for mine, general in zip(own, other, strict=True)))
        return other._replace(title=own.title) if code != "INTERNAL_ERROR" else other

    def _general(self, language: str, category: Category, status: int) -> Texts:
        """What to say about a failure of which the code says nothing."""
        kind = status // 100
        names = [f"status.{status}", f"status.{'4xx' if kind == 4 else '5xx'}"]
        if kind == 4:
            names.insert(1, f"category.{category}")
        for code in (_BY_CATEGORY.get((category, kind)), _BY_STATUS.get(status)):
            if code is not None:
                names.insert(1, f"code.{code}")
        found = [entry for name in names if (entry := self._entry(language, name)) is not None]
        return Texts(*(next(filter(None, texts), "") for texts in zip(*found, strict=True)))

    def _phrase(self, language: str, status: int) -> str:
        """The phrase of a status (RFC 9110, 15), translated; that of its class for a status nobody registered."""
        known = self._find(language, f"phrase.{status}")
        return known or self._find(language, f"phrase.{'4xx' if status < 500 else '5xx'}") or ""

    def _label(self, language: str, name: str) -> str:
        """A word of the page. Empty if there is none of that name."""
        return self._find(language, f"page.{name}") or ""

    def _wait(self, language: str, seconds: int) -> str:
        """A waiting time in words, never shorter than it is: `12 seconds`, `5 minutes`, `2 hours`."""
        key, count = "wait.seconds", seconds
        if seconds > 7200:
            key, count = "wait.hours", math.ceil(seconds / 3600)
        elif seconds > 120:
            key, count = "wait.minutes", math.ceil(seconds / 60)
        forms = (book.plurals[key](count) for books in self._read(language) for book in books if key in book.plurals)
        try:
            # a form that nobody translated is empty
            form = next(filter(None, forms), "")
        except ArithmeticError:  # the rule of a plural is arithmetic of the catalogue
            form = ""
        return (form or PLURALS[key][count != 1]).replace("{n}", str(count))


SHIPPED = Catalogue()
"""What ships, without an application's own. It reads a language when it is first asked for."""


def notification(code: str, status: int) -> Notification:
    """How loudly a user interface should say it, when the failure itself does not say."""
    if code in CODES:
        return CODES[code].notification
    return _WARNING if status < 500 else _ERROR


def fill(text: str, facts: Mapping[str, str], *, every: bool = False) -> str | None:
    """Put facts into `{name}` places. What stands in a fact is text and nothing else, braces too.

    Braces around anything but a known name stay; None if a fact is known to be empty.

    Parameters:
        every: None also if a name is not known at all.
    """

    def put(match: re.Match[str]) -> str:
        fact = facts.get(match[1])
        if fact is None and not every:
            return match[0]
        if not fact:
            raise _Unknown
        return fact

    if "{" not in text:
        return text
    try:
        return _PLACEHOLDER.sub(put, text)
    except _Unknown:
        return None
