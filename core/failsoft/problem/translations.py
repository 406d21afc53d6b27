"""Translations as gettext keeps them: finding the compiled catalogues of a directory and reading what is in them.

A text is found by its key alone, the `msgctxt`. So a translation of an application stays in force when the English of
Failsoft (the `msgid`) is reworded.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from failsoft.deferred import as_pattern
from failsoft.errors.exceptions import Fault
from failsoft.options import shown
from failsoft.problem.negotiate import language_tag
from failsoft.problem.wording import MESSAGES, PLURALS

__all__ = ["DOMAIN", "Book", "Books", "books_in", "read_book"]

DOMAIN = "failsoft"
"""The gettext domain of texts about failures, unless another is named."""

_MAX_BYTES = 4 << 20
_MAX_LANGUAGES = 200
_MAX_TEXT = 2048
_REFERENCE = as_pattern(r"(?:([A-Za-z0-9][\w.-]+):)?(.+)", re.DOTALL)  # two characters, or it is the drive of a path
_KEY = as_pattern(
    r"(?:code\.[A-Za-z0-9_.:-]{1,100}|category\.[a-z_]+|status\.(?:\d{3}|4xx|5xx))\.(?:title|detail|guidance)"
)
_PHRASE = as_pattern(r"phrase\.(?:[45]\d\d|4xx|5xx)")
_PLACE = as_pattern(r"\{[^{}]*\}")


class Book(NamedTuple):
    """The texts of one catalogue in one language, by key."""

    texts: Mapping[str, str]
    plurals: Mapping[str, Callable[[int], str]]
    sources: Mapping[str, str]
    """What they were translated from."""


Books = Mapping[str, tuple[Book, ...]]
"""By language tag in lower case; of several books the first that has a text decides."""


def read_book(data: bytes, *, strict: bool = False) -> Book:
    """What a compiled catalogue (`.mo`) says.

    Parameters:
        strict: entries that nothing will ever ask for are a mistake. Else they belong to the application.

    Raises:
        ValueError: it cannot be read, or a translation has places that its original has not.
    """
    if len(data) > _MAX_BYTES:
        raise ValueError("larger than 4 MiB")
    try:
        translations = GNUTranslations(BytesIO(data))
        entries = list(_entries(data, translations.charset() or "utf-8"))
    except Exception as error:  # noqa: BLE001 - a damaged file makes the reader raise anything
        raise ValueError(f"no compiled gettext catalogue ({type(error).__name__})") from None
    texts, plurals, sources = {}, {}, {}
    for key, one, several in entries:
        if not _is_known(key, several is not None):
            if strict:
                raise ValueError(f"{key}: nothing has this key")
        elif several is not None:
            plurals[key] = partial(translations.npgettext, key, one, several)
            for form in _forms(key, plurals[key]):
                _check(key, form, several)
        else:
            sources[key], texts[key] = one, translations.pgettext(key, one)
            # the words of the page are filled by Failsoft, which knows the places of its own text only
            _check(key, texts[key], MESSAGES[key] if key.startswith("page.") else one)
    return Book(texts, plurals, sources)


def _forms(key: str, plural: Callable[[int], str]) -> set[str]:
    try:
        return {plural(number) for number in range(101)}
    except ArithmeticError:
        raise ValueError(f"{key}: the plural forms of its catalogue divide by zero") from None


def _entries(data: bytes, charset: str) -> Iterator[tuple[str, str, str | None]]:
    """Key, text and plural of every entry that has a key (GNU gettext manual, "The Format of GNU MO Files")."""
    order = "<" if data[:4] == b"\xde\x12\x04\x95" else ">"
    count, table = struct.unpack_from(f"{order}II", data, 8)
    for number in range(count):
        length, start = struct.unpack_from(f"{order}II", data, table + 8 * number)
        key, found, ids = data[start : start + length].partition(b"\x04")
        if found:
            one, _, several = ids.partition(b"\0")
            yield key.decode(charset), one.decode(charset), several.decode(charset) or None


def _is_known(key: str, many: bool) -> bool:
    if many:
        return key in PLURALS
    return key in MESSAGES or _KEY.fullmatch(key) is not None or _PHRASE.fullmatch(key) is not None


def _check(key: str, text: str, original: str) -> None:
    if len(text) > _MAX_TEXT:
        raise ValueError(f"{key}: longer than {_MAX_TEXT} characters")
    for place in _PLACE.findall(text):
        if place not in original:
            raise ValueError(f"{key}: its original has no {place}")


def books_in(references: Iterable[str], path: str, faults: list[Fault]) -> Books:
    """The catalogues of gettext directories: `DIRECTORY/LOCALE/LC_MESSAGES/DOMAIN.mo`.

    Parameters:
        references: `"shop/locale"`, or `"messages:shop/locale"` for a domain other than `failsoft`. A relative one
            counts from the working directory.
        path: where they stand in the settings.
        faults: gets a `Fault` for each that cannot be read.
    """
    found: dict[str, tuple[Book, ...]] = {}
    for number, reference in enumerate(references):
        for tag, book in _directory(reference, f"{path}[{number}]", faults):
            found[tag] = (*found.get(tag, ()), book)
    return found


def _directory(reference: str, path: str, faults: list[Fault]) -> Iterator[tuple[str, Book]]:
    match = _REFERENCE.fullmatch(reference)
    domain, folder = (match[1] or DOMAIN, match[2]) if match else (DOMAIN, reference)
    try:
        files = sorted(Path(folder).glob(f"*/LC_MESSAGES/{domain}.mo"))[:_MAX_LANGUAGES]
        if not files:
            faults.append(Fault(path, shown(reference), _nothing(Path(folder), domain)))
    except (OSError, ValueError) as error:
        faults.append(Fault(path, shown(reference), f"expected a directory that can be read: {_reason(error)}"))
        return
    for file in files:
        locale = file.parent.parent.name
        tag = language_tag(locale)
        if tag is None:
            expected = f"expected names of languages such as de or pt_BR in it, not {locale}"
            faults.append(Fault(path, shown(reference), expected))
            continue
        try:
            with file.open("rb") as opened:
                yield tag.lower(), read_book(opened.read(_MAX_BYTES + 1), strict=domain == DOMAIN)
        except (OSError, ValueError) as error:
            expected = f"expected a catalogue that can be read: {locale}/LC_MESSAGES/{domain}.mo: {_reason(error)}"
            faults.append(Fault(path, shown(reference), expected))


def _nothing(folder: Path, domain: str) -> str:
    if not folder.is_dir():
        return "expected a directory; there is none"
    sources = any(folder.glob(f"*/LC_MESSAGES/{domain}.po"))
    hint = f"; compile the .po files there: pybabel compile -D {domain} -d {folder}" if sources else ""
    return f"expected LANGUAGE/LC_MESSAGES/{domain}.mo in it{hint}"


def _reason(error: Exception) -> str:
    return (error.strerror or type(error).__name__) if isinstance(error, OSError) else str(error)
