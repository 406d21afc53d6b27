"""Redaction of free text: one pass from left to right, from anchor to anchor.

Three families of anchors are looked for side by side (words, signs, digits). Wherever the next one stands, its rule
looks closer and either takes a span away or lets the pass read on. No rule looks further than a fixed number of
characters without consuming them, so the time is linear in the text.
"""

from __future__ import annotations

import re
from typing import TypeAlias

from failsoft.sanitize.details import DetailRules
from failsoft.sanitize.direct import sign_anchors, word_anchors
from failsoft.sanitize.keyed import KeyedRule
from failsoft.sanitize.keys import KeyMatcher
from failsoft.sanitize.numbers import digit_follows
from failsoft.sanitize.scanner import Anchor, Family, Scan, Span, digits_family, signs_family, words_family
from failsoft.sanitize.stems import STEMS
from failsoft.sanitize.strict import scrub_strictly
from failsoft.sanitize.views import View, views_of

__all__ = ["TextEngine"]

_Head: TypeAlias = tuple[int, Family, str, "re.Match[str]"]

_MARGIN = 4_096
_ROUNDS = 3
_ASCII_LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}


def _lower(text: str) -> str:
    """The text in lower case, every character in its place."""
    lowered = text.lower()
    return lowered if len(lowered) == len(text) else text.translate(_ASCII_LOWER)


class TextEngine:
    """Finds and takes away. Immutable; safe to share between threads.

    Parameters:
        keys: which names are sensitive.
        strict: also take what is personal or secret only by policy.
        max_text: characters of a result at most.
    """

    __slots__ = ("_families", "_max_text", "_strict")

    def __init__(self, keys: KeyMatcher, *, strict: bool, max_text: int) -> None:
        keyed, details = KeyedRule(keys), DetailRules(keys)
        words = [Anchor(stem, keyed, follow) for stem, follow in STEMS]
        words += [Anchor(word, keyed) for word in sorted(keys.custom_words) if all(word != stem for stem, _ in STEMS)]
        self._families: tuple[Family, ...] = (
            words_family([*words, *word_anchors(), *details.anchors()]),
            signs_family(sign_anchors()),
            digits_family(digit_follows(self._reveals)),
        )
        self._strict = strict
        self._max_text = max_text

    def clean(self, text: str) -> str:
        """The text without secrets and personal data, at most `max_text` characters of it."""
        if len(text) <= self._max_text:
            cleaned = self._scrub(text)
            return cleaned if len(cleaned) <= self._max_text else self._cut(cleaned, 0, 0)
        window = self._max_text + _MARGIN
        # what stands at the end of the window may be the first half of a secret, so it goes with the cut
        half = _MARGIN if len(text) > window else 0
        return self._cut(self._scrub(text[:window]), half, max(0, len(text) - window))

    def _cut(self, cleaned: str, half: int, unread: int) -> str:
        note = "…[{} characters dropped]"
        room = self._max_text - len(note) - 12
        at = max(0, min(room, len(cleaned) - half))
        opening = cleaned.rfind("[REDACTED:", max(0, at - 80), at)
        if opening >= 0 and cleaned.find("]", opening, at) < 0:
            at = opening
        kept = self._scrub(cleaned[:at])[:room] if at < len(cleaned) or unread else cleaned
        return kept + note.format(len(cleaned) - at + unread)

    def _scrub(self, text: str) -> str:
        for _ in range(_ROUNDS):
            before, text = text, self._round(text)
            if text == before:
                break
        return text

    def _round(self, text: str) -> str:
        text = _replace(text, self._spans(text))
        if "%" in text or "&" in text or "\\" in text:
            for view in views_of(text):
                text = _replace(text, _mapped(view, self._spans(view.text)))
        return scrub_strictly(text) if self._strict else text

    def _reveals(self, text: str) -> bool:
        return any(text[start:end] != replacement for start, end, replacement in self._spans(text, nested=True))

    def _spans(self, text: str, *, nested: bool = False) -> list[Span]:
        lowered = _lower(text)
        heads = []
        for family in self._families:
            source = lowered if family.lowered else text
            if match := family.pattern.search(source):
                heads.append((match.start(), family, source, match))
        return self._walk(Scan(text, nested=nested), heads) if heads else []

    @staticmethod
    def _walk(scan: Scan, heads: list[_Head]) -> list[Span]:
        spans: list[Span] = []
        while heads:
            head = min(heads, key=_position)
            heads.remove(head)
            at, family, source, match = head
            handler, offset = family.hits[(match.lastindex or 1) - 1]
            result = handler(scan, max(scan.floor, at - offset), match.end())
            if isinstance(result, tuple):
                start, end, replacement = result
                spans.append((max(start, scan.floor), end, replacement))
                scan.floor = resume = end
                # an anchor that began inside of what went is no anchor any more
                heads, stale = [other for other in heads if other[0] >= end], [o for o in heads if o[0] < end]
                for _, family_of, source_of, _ in stale:
                    if again := family_of.pattern.search(source_of, end):
                        heads.append((again.start(), family_of, source_of, again))
            else:
                resume = max(result, match.end())
            if following := family.pattern.search(source, resume):
                heads.append((following.start(), family, source, following))
        return spans


def _position(head: _Head) -> int:
    return head[0]


def _replace(text: str, spans: list[Span]) -> str:
    if not spans:
        return text
    pieces, at = [], 0
    for start, end, replacement in spans:
        pieces += (text[at:start], replacement)
        at = end
    pieces.append(text[at:])
    return "".join(pieces)


def _mapped(view: View, spans: list[Span]) -> list[Span]:
    mapped: list[Span] = []
    for start, end, replacement in spans:
        first, last = view.origin(start), view.origin(end, end=True)
        if mapped and first < mapped[-1][1]:
            mapped[-1] = (mapped[-1][0], max(last, mapped[-1][1]), mapped[-1][2])
        else:
            mapped.append((first, last, replacement))
    return mapped
