"""Redaction of free text: one pass from left to right, from anchor to anchor.

Three families of anchors are looked for side by side (words, signs, digits). Wherever the next one stands, its rule
looks closer and either takes a span away or lets the pass read on. No rule looks further than a fixed number of
characters without consuming them, so the time is linear in the text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from operator import itemgetter

from failsoft.sanitize.arguments import ArgumentRule
from failsoft.sanitize.arrows import ArrowRule
from failsoft.sanitize.details import DetailRules
from failsoft.sanitize.dicom import dicom_anchors
from failsoft.sanitize.direct import sign_anchors, word_anchors
from failsoft.sanitize.echoes import EchoRules
from failsoft.sanitize.gate import Parts, Where, gate
from failsoft.sanitize.keyed import KeyedRule
from failsoft.sanitize.keys import KeyMatcher
from failsoft.sanitize.national import foreign_labels
from failsoft.sanitize.numbers import BLOB, RUN, digit_follows, padding_anchor
from failsoft.sanitize.patterns import CompiledPattern, found_by
from failsoft.sanitize.recent import LONGEST, Recent
from failsoft.sanitize.records import RecordRules
from failsoft.sanitize.repeats import with_repeats
from failsoft.sanitize.scanner import Anchor, Family, Look, Scan, Span, digits_family, signs_family, words_family
from failsoft.sanitize.statements import statement_anchors
from failsoft.sanitize.stems import FOREIGN_STEMS, STEMS, STRICT_FOREIGN_STEMS, STRICT_STEMS
from failsoft.sanitize.strict import scrub_strictly
from failsoft.sanitize.tags import Tagger
from failsoft.sanitize.views import WAYS, View, view_of

__all__ = ["TextEngine"]

_MARGIN = 4_096
_ROUNDS = 3
# nothing shorter than `pw=x` says anything
_LEAST = 4
# texts that say nothing: a time; an id in hexadecimal, which is no number; a UUID; a word that is too short for a token
# or an IBAN and has fewer digits than a personal number; by the standard tier, an address
_LONGEST_WORD, _LONGEST_IDLE = 14, 36
_IDLE = r"(?:[A-Za-z_-]*+[0-9]){0,7}+[A-Za-z_-]*+|[A-Za-z_-]++(?:\.[A-Za-z_-]++){1,3}+"
_NOTHING = (
    r"(?=[0-9]*[a-f])[0-9a-f]{8,32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    r"|[12][0-9]{3}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?(?:Z|[+-][0-9]{2}:[0-9]{2})?"
)
_ADDRESS = r"|[0-9]{1,3}(?:\.[0-9]{1,3}){3}"
_STRICTLY_IDLE = re.compile(_IDLE).fullmatch, re.compile(_NOTHING).fullmatch
_STANDARDLY_IDLE = re.compile(_IDLE + _ADDRESS).fullmatch, re.compile(_NOTHING + _ADDRESS).fullmatch
# between a name and its value
_GAP = re.compile(r"(?<![0-9])[A-Za-z_.-]{0,64}[ =:]{0,3}[\"']?")
_NEAR = 3
_ASCII_LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}


def _is_encoded(text: str) -> bool:
    """Whether a text may have something else behind it; see `views`."""
    return "%" in text or "&" in text or "\\" in text


def _lower(text: str) -> str:
    """The text in lower case, every character in its place."""
    lowered = text.lower()
    return lowered if len(lowered) == len(text) else text.translate(_ASCII_LOWER)


class TextEngine:
    """Finds and takes away. Safe to share between threads; remembers what it has just cleaned, and nothing else.

    Parameters:
        keys: which names are sensitive.
        strict: also take what is personal or secret only by policy.
        max_text: characters of a result at most.
        engine: `re2` or `python`.
        patterns: what else goes.
        tagger: makes the markers.
    """

    __slots__ = (
        "_families", "_foreign", "_gate", "_longer", "_max_text", "_patterns", "_plain", "_recent", "_short", "_strict",
        "_tagger",
    )  # fmt: skip

    def __init__(
        self,
        keys: KeyMatcher,
        *,
        strict: bool,
        max_text: int,
        engine: str,
        patterns: Sequence[CompiledPattern],
        tagger: Tagger,
    ) -> None:
        keyed, details = KeyedRule(keys), DetailRules(keys, self._scrub)
        foreign_stems = (*FOREIGN_STEMS, *(STRICT_FOREIGN_STEMS if strict else ()))
        foreign = [*(Anchor(stem, keyed, name=True) for stem in foreign_stems), *foreign_labels()]
        stems = (*STEMS, *(STRICT_STEMS if strict else ()))
        words = [Anchor(stem, keyed, follow, lead, name=True) for stem, follow, lead in stems]
        words += [
            Anchor(word, keyed, name=True)
            for word in sorted(keys.custom_words)
            if all(word != stem for stem, *_ in STEMS)
        ]
        records = RecordRules(keys)
        words += [*word_anchors(), *details.anchors(), *EchoRules(keys).anchors(), *records.anchors()]
        words += [*statement_anchors(keys), *(dicom_anchors() if strict else ())]
        arguments = ArgumentRule(self._once)
        words += arguments.words()
        signs = [*sign_anchors(), *records.signs(), *ArrowRule(keys).anchors(), *arguments.signs()]
        signs.append(padding_anchor(self._reveals))
        self._families = (words_family(words), signs_family(signs), digits_family(digit_follows(keys, self._reveals)))
        self._foreign = (*self._families, words_family(foreign))
        self._gate = gate([*words, *foreign], signs, (RUN, BLOB)) if engine == "re2" else None
        self._strict, self._patterns, self._tagger = strict, patterns, tagger
        self._plain = not (strict or patterns)
        self._short, self._longer = _STRICTLY_IDLE if strict else _STANDARDLY_IDLE
        self._max_text = max_text
        self._recent = Recent()

    def clean(self, text: str) -> str:
        """The text without secrets and personal data, at most `max_text` characters of it."""
        size = len(text)
        if size <= _LONGEST_IDLE and self.is_idle(text):
            return text
        if size > LONGEST or size > self._max_text:
            return self._bounded(text)
        if (known := self._recent.get(text)) is not None:
            return known
        where = self._where(text)
        cleaned = text if self._says_nothing(text, where) else self._bounded(text, where)
        self._recent.put(text, cleaned)
        return cleaned

    def _bounded(self, text: str, where: Where | None = None) -> str:
        if len(text) <= self._max_text:
            cleaned = self._scrub(text, where)
            return cleaned if len(cleaned) <= self._max_text else self._cut(cleaned, 0, 0)
        window = self._max_text + _MARGIN
        # what stands at the end of the window may be the first half of a secret, so it goes with the cut
        half = _MARGIN if len(text) > window else 0
        return self._cut(self._scrub(text[:window]), half, max(0, len(text) - window))

    def is_idle(self, text: str) -> bool:
        """Whether a short text says nothing; most leaves of values are such texts."""
        size = len(text)
        if size < _LEAST:
            return True
        if size > _LONGEST_IDLE or self._patterns:
            return False
        return (self._short if size <= _LONGEST_WORD else self._longer)(text) is not None

    def _cut(self, cleaned: str, half: int, unread: int) -> str:
        note = "… [{} characters dropped]"
        room = self._max_text - len(note) - 12
        at = max(0, min(room, len(cleaned) - half))
        opening = cleaned.rfind("[REDACTED:", max(0, at - 80), at)
        if opening >= 0 and cleaned.find("]", opening, at) < 0:
            at = opening
        kept = self._scrub(cleaned[:at])[:room] if at < len(cleaned) or unread else cleaned
        # where a name lost its value to the cut, it would take the note for one
        for _ in range(_ROUNDS):
            cut = kept + note.format(len(cleaned) - len(kept) + unread)
            if self._scrub(cut) == cut:
                return cut
            kept = kept.rstrip().rpartition(" ")[0]
        return self._scrub(cut)[: self._max_text]

    def _says_nothing(self, text: str, where: Where) -> bool:
        return not where and self._plain and not _is_encoded(text)

    def _scrub(self, text: str, where: Where | None = None) -> str:
        if where is None:
            where = self._where(text)
        if self._says_nothing(text, where):
            return text
        for _ in range(_ROUNDS):
            cleaned, settled = self._round(text, where)
            if settled or cleaned == text:
                return cleaned
            text, where = cleaned, None
        return text

    def _round(self, text: str, where: Where | None) -> tuple[str, bool]:
        """The text after one pass, and whether a second one would find nothing more."""
        settled = True
        if self._patterns and (spans := found_by(self._patterns, text)):
            text, where, settled = _replace(text, self._tagged(text, spans)), None, False
        if (cursors := self._cursors(text, where)) and (spans := _found(scan := Scan(text), cursors)):
            spans = self._tagged(text, spans)
            cleaned = _replace(text, spans)
            settled = settled and (cleaned == text or not (_touching(text, spans) or _found_late(scan, spans, cleaned)))
            text = cleaned
        if _is_encoded(text):
            for way in WAYS:
                # of the text as it is by then: what one way has found has moved what another one finds
                if (view := view_of(text, way)) and (spans := self._spans(view.text)):
                    text, settled = _replace(text, self._tagged(text, _mapped(view, spans))), False
        return (scrub_strictly(text, self._tagger.mark), False) if self._strict else (text, settled)

    def _tagged(self, text: str, spans: list[Span]) -> list[Span]:
        if not self._tagger.on:
            return spans
        tagged = self._tagger.tagged
        return [(start, end, tagged(replacement, text[start:end])) for start, end, replacement in spans]

    def _reveals(self, text: str) -> bool:
        return any(text[start:end] != replacement for start, end, replacement in self._spans(text, nested=True))

    def _spans(self, text: str, *, nested: bool = False) -> list[Span]:
        cursors = self._cursors(text)
        return _found(Scan(text, nested=nested), cursors) if cursors else []

    def _once(self, text: str) -> str:
        """The text after one pass, in which nothing is decoded: a rule asks for it, and would be asked again."""
        return _replace(text, self._tagged(text, spans)) if (spans := self._spans(text)) else text

    def _where(self, text: str) -> Where:
        """Which parts of a text have to be searched."""
        return self._gate(text) if self._gate else (((0, len(text)),),) * 3

    def _cursors(self, text: str, where: Where | None = None) -> list[_Cursor]:
        """Of each family that finds anything in its parts, where it finds it first."""
        if where is None:
            where = self._where(text)
        if not where:
            return []
        lowered = _lower(text)
        cursors = []
        families: tuple[Family, ...] = self._families
        if not text.isascii():
            families, where = self._foreign, (*where, where[0])
        for family, parts in zip(families, where, strict=True):
            if not parts:
                continue
            source = lowered if family.lowered else text
            begin, end = parts[0]
            match = family.pattern.search(source, begin, end)
            if match or len(parts) > 1:
                cursor = _Cursor(family, source, parts, match)
                if match or cursor.seek(end):
                    cursors.append(cursor)
        return cursors


class _Cursor:
    """Where a family of anchors is in the parts of a text that are searched."""

    __slots__ = ("at", "end", "hits", "match", "parts", "search", "source")

    def __init__(self, family: Family, source: str, parts: Parts, match: re.Match[str] | None) -> None:
        self.search, self.hits, self.source = family.pattern.search, family.hits, source
        _, self.end = parts[0]
        self.parts = iter(parts[1:]) if len(parts) > 1 else None
        self.match: re.Match[str]
        self.at = 0
        if match:
            self.match, self.at = match, match.start()

    def seek(self, start: int) -> bool:
        """Go to the next anchor, from a place in this part or behind it; false if there is none."""
        match = self.search(self.source, start, self.end)
        while match is None:
            if self.parts is None or (part := next(self.parts, None)) is None:
                return False
            begin, self.end = part
            match = self.search(self.source, max(start, begin), self.end)
        self.match, self.at = match, match.start()
        return True


def _found(scan: Scan, cursors: list[_Cursor]) -> list[Span]:
    """What goes, with the cells of tables among it, and all that reads the same."""
    spans = _walk(scan, cursors)
    spans = _joined(spans, scan.cells) if scan.cells else spans
    return with_repeats(scan.text, spans) if spans and not scan.nested else spans


def _walk(scan: Scan, cursors: list[_Cursor]) -> list[Span]:
    spans: list[Span] = []
    looks: list[Look] = []
    while cursors:
        cursor = cursors[0]
        for other in cursors:
            if other.at < cursor.at:
                cursor = other
        match, floor, at = cursor.match, scan.floor, cursor.at
        handler, offset = cursor.hits[(match.lastindex or 1) - 1]
        start, end = at - offset, match.end()
        start = max(start, floor)
        result = handler(scan, start, end)
        if scan.seen >= 0:
            # what stands right behind a secret may be something else when that is gone
            near = floor > 0 and start - floor <= _NEAR
            (scan.again if near else looks).append((handler, start, end, scan.seen))
            scan.seen = -1
        if isinstance(result, int):
            if not cursor.seek(max(end, result)):
                cursors.remove(cursor)
            continue
        if result[0] > at and len(cursors) > 1:
            result = _with_earlier(scan, cursors, cursor, result, spans)
        span = result if result[0] >= scan.floor else (scan.floor, result[1], result[2])
        if looks:
            scan.again += [look for look in looks if look[3] >= span[0]]
            looks.clear()
        spans.append(span)
        scan.floor = end = span[1]
        # an anchor that began inside of what went is no anchor any more
        cursors = [other for other in cursors if (other is not cursor and other.at >= end) or other.seek(end)]
    return spans


def _joined(spans: list[Span], cells: list[Span]) -> list[Span]:
    """What rules found, and what goes of tables; where both overlap, one marker takes the place of both."""
    joined: list[Span] = []
    for start, end, replacement in sorted([*spans, *dict.fromkeys(cells)], key=itemgetter(0, 1)):
        if joined and start < joined[-1][1]:
            first, last, kept = joined[-1]
            joined[-1] = first, max(last, end), kept
        else:
            joined.append((start, end, replacement))
    return joined


def _with_earlier(scan: Scan, cursors: list[_Cursor], own: _Cursor, span: Span, spans: list[Span]) -> Span:
    """A span, after what other families find between its anchor and itself; one that overlaps it is joined to it."""
    start, end, replacement = max(span[0], scan.floor), span[1], span[2]
    for other in cursors:
        while other is not own and other.at < start:
            handler, offset = other.hits[(other.match.lastindex or 1) - 1]
            found = handler(scan, max(scan.floor, other.at - offset), other.match.end())
            if isinstance(found, int):
                resume = max(found, other.match.end())
            elif found[1] <= start:
                spans.append(found)
                scan.floor = resume = found[1]
            else:
                if found[0] < start:
                    start, end, replacement = max(found[0], scan.floor), max(end, found[1]), found[2]
                break
            if not other.seek(resume):
                other.at = len(scan.text)
                break
    return start, end, replacement


def _found_late(scan: Scan, spans: list[Span], cleaned: str) -> bool:
    """Whether a rule that found nothing, but saw what another one then took away, now finds something."""
    if not scan.again:
        return False
    again, shift, index = Scan(cleaned), 0, 0
    for handler, start, end, _ in sorted(scan.again, key=itemgetter(1)):
        while index < len(spans) and spans[index][1] <= start:
            first, last, replacement = spans[index]
            again.floor = first + shift + len(replacement)
            shift += len(replacement) - (last - first)
            index += 1
        if index < len(spans) and (
            spans[index][0] < end or _GAP.fullmatch(cleaned, end + shift, spans[index][0] + shift)
        ):
            # its anchor went, or what it announces did
            continue
        found = handler(again, max(again.floor, start + shift), end + shift)
        if isinstance(found, tuple) and cleaned[found[0] : found[1]] != found[2]:
            return True
    return False


def _replace(text: str, spans: list[Span]) -> str:
    pieces: list[str] = []
    at = 0
    for start, end, replacement in spans:
        pieces += (text[at:start], replacement)
        at = end
    pieces.append(text[at:])
    return "".join(pieces)


def _touching(text: str, spans: list[Span]) -> bool:
    """Whether a span touched a word, which might read differently now that the span is gone."""
    return any(text[start - 1 : start].isalnum() or text[end : end + 1].isalnum() for start, end, _ in spans)


def _mapped(view: View, spans: list[Span]) -> list[Span]:
    mapped: list[Span] = []
    for start, end, replacement in spans:
        first, last = view.origin(start), view.origin(end, end=True)
        if mapped and first < mapped[-1][1]:
            mapped[-1] = (mapped[-1][0], max(last, mapped[-1][1]), mapped[-1][2])
        else:
            mapped.append((first, last, replacement))
    return mapped
