"""What was found once goes wherever it stands again in the same text: `assert 'x' == 'y' where 'y' = user.password`."""

from __future__ import annotations

from bisect import bisect_right
from operator import itemgetter

from failsoft.deferred import as_pattern
from failsoft.sanitize.forms import has_look
from failsoft.sanitize.rules import word_set
from failsoft.sanitize.scanner import Span

__all__ = ["with_repeats"]

_MARKED = as_pattern(r"\[REDACTED:(\w+)\]")
_KINDS = word_set(
    "password secret token api_key private_key session credential csrf oauth_code answer authorization bearer value"
)
_LEAST, _LONGEST = 8, 256
# so many are looked for, each in one pass
_MOST, _MOST_REPEATS = 8, 32


def with_repeats(text: str, spans: list[Span]) -> list[Span]:
    """What goes, and what reads the same elsewhere; only what nothing else reads like, no word and no number."""
    found: dict[str, str] = {}
    few = len(spans) <= _MOST
    for start, end, replacement in spans:
        if not _LEAST <= end - start <= _LONGEST or len(found) >= _MOST:
            continue
        content = text[start:end]
        if few and text.find(content) == start and text.find(content, end) < 0:
            # of many, those that stand nowhere else count, too
            continue
        marked = _MARKED.fullmatch(replacement)
        if marked and marked[1] in _KINDS and not content.isdigit() and has_look(content, "token"):
            found[content] = replacement
    if not found:
        return spans
    starts, ends = [start for start, _, _ in spans], [end for _, end, _ in spans]
    again = [span for content, mark in found.items() for span in _elsewhere(text, content, mark, (starts, ends))]
    return sorted([*spans, *_apart(again)], key=itemgetter(0)) if again else spans


def _elsewhere(text: str, content: str, mark: str, taken: tuple[list[int], list[int]]) -> list[Span]:
    again: list[Span] = []
    starts, ends = taken
    at = text.find(content)
    while at >= 0 and len(again) < _MOST_REPEATS:
        end = at + len(content)
        bounded = not (text[at - 1 : at].isalnum() or text[end : end + 1].isalnum())
        index = bisect_right(starts, at)
        free = (index == 0 or ends[index - 1] <= at) and (index == len(starts) or starts[index] >= end)
        if bounded and free:
            again.append((at, end, mark))
        at = text.find(content, end)
    return again


def _apart(spans: list[Span]) -> list[Span]:
    """Of those that overlap, the first."""
    kept: list[Span] = []
    for span in sorted(spans, key=itemgetter(0)):
        if not kept or span[0] >= kept[-1][1]:
            kept.append(span)
    return kept
