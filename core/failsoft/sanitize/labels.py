"""Numbers of persons by the words in front of them: `henkilötunnus 131052-308T`, `"rut": "7654321-6"`.

The long run of digits is what is looked for, and the words before it are read backwards, so that the names that fifty
countries have for such a number cost nothing where there is no number.
"""

from __future__ import annotations

from failsoft.deferred import as_pattern
from failsoft.sanitize.grammar import SHAPES
from failsoft.sanitize.keys import KeyMatcher
from failsoft.sanitize.national import has_check_digit
from failsoft.sanitize.rules import word_set
from failsoft.sanitize.scanner import Scan, Span, marker

__all__ = ["labelled_number"]

_BEFORE, _LONGEST_GAP, _LONGEST_PREFIX, _MOST_WORDS = 64, 8, 5, 4
_NAME = as_pattern(r"[\w.-]{1,64}\Z")
_WORD = as_pattern(r"[^\W\d_]+")
_INNER_WORD = as_pattern(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_A-Za-z][^\W\d_]*")
_DATE = as_pattern(r"(?:19|20)\d\d([-/.])\d\d\1\d\d(?!\d)|\d\d([-/.])\d\d\2(?:19|20)\d\d(?!\d)")
_GAP = " \t:=#\"'\\()[.>-：（「"
_PREFIX = "ABCDEFGHIJKLMNOPQRSTUVWXYZ-"
_KINDS = frozenset(("national_id", "id_number", "identity_number", "phone"))
# which Korean, Japanese and Chinese hang on to a word
_PARTICLES = "는은이가을를はがを为是為"
# words between the name of a number and the number
_FILLERS = word_set("no nr nro num number nummer numero número numéro n is was är er on ist es est é kodu broj id")


def labelled_number(keys: KeyMatcher, scan: Scan, start: int) -> Span | None:
    """The number around a run of digits that begins at `start`, if the words before it say that it is a person's."""
    text = scan.text
    first = start
    if text[start - 1 : start] in _PREFIX:
        before = scan.before(start, _LONGEST_PREFIX)
        first = start - len(before) + len(before.rstrip(_PREFIX))
    if not scan.free(first):
        return None
    before = scan.before(first, _BEFORE)
    bare = before.rstrip(_GAP)
    if len(before) - len(bare) > _LONGEST_GAP or not bare[-1:].isalpha():
        return None
    opened = text[first - 1 : first] == "(" and first > scan.floor
    if not opened and _DATE.match(text, first):
        return None
    kind = _kind(keys, bare)
    if kind and (name := _NAME.search(bare)) and keys.is_safe(name.group()):
        kind = None
    if kind == "phone" and opened:
        # `(11) 91234-5678`
        first -= 1
    match = SHAPES[kind].match(text, first) if kind and not _DATE.match(text, first) else None
    if kind == "identity_number" and match and not has_check_digit(match.group()):
        return None
    if kind is None or match is None or match.end() <= start or text[match.end() : match.end() + 1].isalnum():
        return None
    return first, match.end(), marker(kind)


def _kind(keys: KeyMatcher, before: str) -> str | None:
    """What the last words of a text announce."""
    line = before.rpartition("\n")[2]
    words = [word.lower() for word in _WORD.findall(line)[-_MOST_WORDS - 2 :]]
    if words and words[-1][-1] in _PARTICLES:
        words[-1:] = [words[-1][:-1]] if len(words[-1]) > 1 else []
    while words:
        for count in range(min(_MOST_WORDS, len(words)), 0, -1):
            if (kind := keys.phrase("".join(words[-count:]))) in _KINDS:
                return kind
        if words[-1] not in _FILLERS:
            break
        words.pop()
    inner = [word.lower() for word in _INNER_WORD.findall(line)[-_MOST_WORDS:]]
    for count in range(min(2, len(inner)), 0, -1):
        if (kind := keys.phrase("".join(inner[-count:]))) in _KINDS:
            return kind
    return None
