"""Records whose fields are known by their place: HL7 version 2, X12, vCard, LDIF, identifiers of FHIR, rows of COPY.

A marker that opens a record, or a segment of one, is the anchor; what goes of the record is planned at once.
"""

from __future__ import annotations

from collections.abc import Iterator

from failsoft.deferred import as_pattern
from failsoft.sanitize.grammar import SHAPES
from failsoft.sanitize.keys import KeyMatcher
from failsoft.sanitize.scanner import Anchor, Handler, Scan, Span, marker
from failsoft.sanitize.tables import plan_rows_of, split_by

__all__ = ["RecordRules"]

_MAX_SEGMENT, _MAX_CARD, _MAX_OBJECT = 4_096, 8_192, 1_024
_SEGMENT_END = as_pattern(r"\r|\n|\\[rnx]|[\"'](?=[,\s)}\]]|$)")
# HL7 version 2, chapter 3: what stands where in a segment, from field 1
_HL7 = {
    "PID": {
        2: "health_id", 3: "health_id", 4: "health_id", 5: "name", 6: "name", 7: "birth_date", 9: "name",
        11: "address", 13: "phone", 14: "phone", 18: "account", 19: "ssn", 20: "national_id", 21: "health_id",
    },
    "NK1": {2: "name", 4: "address", 5: "phone", 6: "phone", 16: "birth_date", 33: "health_id", 37: "ssn"},
    "GT1": {2: "health_id", 3: "name", 5: "address", 6: "phone", 7: "phone", 8: "birth_date", 12: "ssn"},
    "IN1": {16: "name", 18: "birth_date", 19: "address", 36: "health_id", 49: "health_id"},
    "MRG": {1: "health_id", 2: "health_id", 3: "account", 4: "health_id", 7: "name"},
}  # fmt: skip
# of these, only what stands before the first caret: who gave the number and of what sort it is may be said
_NUMBERS = frozenset(("health_id", "account", "national_id", "ssn"))
_REPEATED = as_pattern(r"[^~]+")
_PART = as_pattern(r"[^^&]+")
# ASC X12: by segment and the qualifier in front of it
_PERSON_IDS = frozenset(("MI", "II", "34", "SY", "ZZ", "EI", "24", "MR", "HN"))
_X12_IDS = {
    "SY": "ssn", "0F": "health_id", "1W": "health_id", "IG": "health_id", "1L": "health_id", "EJ": "health_id",
    "EA": "health_id", "6P": "health_id", "F6": "health_id", "23": "health_id", "TJ": "national_id",
}  # fmt: skip
_X12_FIELDS = {"DMG": {2: "birth_date"}, "SBR": {3: "health_id"}, "ISA": {2: "password", 4: "password"}}
_X12_SEGMENT = as_pattern(r"[A-Z][A-Z0-9]{1,2}(?:\*[^*~\r\n\"']{0,256}){1,24}")
# vCard (RFC 6350) and iCalendar: properties, with their parameters, up to the end of the line
_CARD_PROPERTY = as_pattern(
    r"(?im)(?:^|\\n|\\r)(?:item\d{1,2}\.)?(?P<name>fn|n|nickname|adr|label|tel|bday|x-ssn)"
    r"(?:;[^:\r\n\\]{0,200})?:(?P<value>[^\r\n\\]{1,1024})"
)
_CARD_KINDS = {
    "fn": "name", "n": "name", "nickname": "name", "adr": "address", "label": "address", "tel": "phone",
    "bday": "birth_date", "x-ssn": "ssn",
}  # fmt: skip
_LDIF_NAME = as_pattern(r"(?im)(?:^|\\n)(?:sn|displayname|gecos|initials|gn)(?:;[\w-]{1,16})?::? ([^\r\n\\]{1,256})")
_COPY = as_pattern(r"(?i)copy [\w.\"]{1,80} ?\(([\w\", ]{1,1000})\) from stdin[^\n;]{0,120};?\r?\n")
# identifiers of FHIR: objects with a value
_OBJECT = as_pattern(r"\{(?:[^{}]|\{(?:[^{}]|\{[^{}]{0,200}\}){0,300}\}){0,300}\}")
_NEXT_OBJECT = as_pattern(r"\s{0,4},\s{0,16}\{")
_FHIR_VALUE = as_pattern(r"\\?\"value\\?\"\s{0,4}:\s{0,4}\\?\"([^\"\\]{3,64})")
_FHIR_KIND = as_pattern(
    r"(?i)\b(?:mrn|medical.?record|MR|SS|ssn|NI|NNxxx|DL|PPN|MB|MC|SN|PI|national|passport|insurance|member|patient"
    r"|npi|nhs.?number|driver)\b"
)
_FHIR_PATIENT = as_pattern(r"resourceType\\?\"\s{0,4}:\s{0,4}\\?\"(?:Patient|RelatedPerson|Person|Coverage)\b")


class RecordRules:
    """Handlers for such records. Immutable.

    Parameters:
        keys: which columns are sensitive, and whether names in directories are.
    """

    __slots__ = ("_keys",)

    def __init__(self, keys: KeyMatcher) -> None:
        self._keys = keys

    def anchors(self) -> Iterator[Anchor]:
        """Where they begin, whatever the case."""
        yield Anchor("begin:vcard", self.card)
        yield Anchor("identifier", self.identifiers, r"(?=\\?\"\s{0,4}:\s{0,4}[\[{])")
        yield Anchor("copy ", self.copied, r"(?=[\w.\"]{1,80} ?\()")
        if self._keys.strict:
            yield Anchor("dn: ", self.entry, r"(?=\w{1,16}=)")

    def signs(self) -> Iterator[Anchor]:
        """Anchors as they are written."""
        for name, fields in _HL7.items():
            yield Anchor(f"{name}|", _segment(fields))
        for name in ("NM1*", "REF*", "DMG*", "ISA*0", "SBR*"):
            yield Anchor(name, _x12)

    @staticmethod
    def card(scan: Scan, _start: int, end: int) -> Span | int:
        """vCard: names, addresses, numbers of telephones, the date of birth."""
        text = scan.text
        if end < scan.placed:
            return end
        closing = text.find("END:VCARD", end, end + _MAX_CARD)
        limit = closing if closing >= 0 else min(len(text), end + _MAX_CARD)
        for match in _CARD_PROPERTY.finditer(text, end, limit):
            if any(map(str.isalnum, match["value"])) and "[REDACTED:" not in match["value"]:
                scan.cells.append((*match.span("value"), marker(_CARD_KINDS[match["name"].lower()])))
        scan.placed = limit
        return end

    @staticmethod
    def entry(scan: Scan, _start: int, end: int) -> Span | int:
        """LDIF: names that its short attributes carry. Others are found by their names."""
        text = scan.text
        if end < scan.placed:
            return end
        blank = text.find("\n\n", end, end + _MAX_CARD)
        limit = blank if blank >= 0 else min(len(text), end + _MAX_CARD)
        for match in _LDIF_NAME.finditer(text, end, limit):
            if "[REDACTED:" not in match[1]:
                scan.cells.append((*match.span(1), marker("name")))
        scan.placed = limit
        return end

    def copied(self, scan: Scan, start: int, end: int) -> Span | int:
        """PostgreSQL: rows after `COPY users (id, password) FROM stdin;`."""
        match = _COPY.match(scan.text, start) if start >= scan.headed else None
        if match is None:
            return end
        names = [name.strip('" ') for name in match[1].split(",")]
        scan.headed = max(scan.headed, plan_rows_of(scan, self._keys, names, split_by("\t"), match.end(), last="\\."))
        return match.end()

    @staticmethod
    def identifiers(scan: Scan, start: int, end: int) -> Span | int:
        """FHIR: values of identifiers of persons, by their type or by the resource they stand in."""
        text = scan.text
        if end < scan.placed:
            return end
        at = end
        limit = min(len(text), end + _MAX_OBJECT)
        of_person = _FHIR_PATIENT.search(text, max(0, start - _MAX_OBJECT), start) is not None
        opening = text.find("{", at, limit)
        while opening >= 0 and (found := _OBJECT.match(text, opening, limit)):
            value = _FHIR_VALUE.search(text, opening, found.end())
            if value and "[REDACTED:" not in value[1] and any(map(str.isdigit, value[1])):
                rest = text[opening : value.start()] + text[value.end() : found.end()]
                if of_person or _FHIR_KIND.search(rest):
                    scan.cells.append((*value.span(1), marker("health_id")))
            at = found.end()
            following = _NEXT_OBJECT.match(text, at)
            opening = following.end() - 1 if following else -1
        scan.placed = max(at, limit if opening >= 0 else at)
        return end


def _segment(fields: dict[int, str]) -> Handler:
    def handle(scan: Scan, start: int, end: int) -> Span | int:
        """A segment of HL7, field by field."""
        text = scan.text
        if start < scan.placed or not scan.free(start):
            return end
        limit = min(len(text), start + _MAX_SEGMENT)
        closing = _SEGMENT_END.search(text, end, limit)
        scan.placed = limit = closing.start() if closing else limit
        if text.count("|", end, limit) < min(fields):
            return end
        at = end
        for number in range(1, max(fields) + 1):
            stop = text.find("|", at, limit)
            stop = stop if stop >= 0 else limit
            if (kind := fields.get(number)) and stop > at:
                _plan_field(scan, at, stop, kind)
            if stop == limit:
                break
            at = stop + 1
        return end

    return handle


def _plan_field(scan: Scan, start: int, end: int, kind: str) -> None:
    for one in _REPEATED.finditer(scan.text, start, end):
        first, last = one.span()
        if kind in _NUMBERS and (part := _PART.match(scan.text, first, last)):
            last = part.end()
        content = scan.text[first:last]
        shape = SHAPES[kind] if kind == "birth_date" else None
        told = str.isdigit if kind in _NUMBERS else str.isalnum
        if any(map(told, content)) and "[REDACTED:" not in content and (shape is None or shape.match(content)):
            scan.cells.append((first, last, marker(kind)))


def _x12(scan: Scan, start: int, end: int) -> Span | int:
    """A segment of X12: names and ids of persons, dates of birth, the password of an interchange."""
    match = _X12_SEGMENT.match(scan.text, start) if start >= scan.placed and scan.free(start) else None
    if match is None:
        return end
    scan.placed = match.end()
    fields, at = match.group().split("*"), start
    kinds = _x12_kinds(fields)
    for number, content in enumerate(fields):
        bare = content.rstrip()
        if number in kinds and bare.strip("0") and any(map(str.isalnum, bare)) and "[REDACTED:" not in bare:
            scan.cells.append((at, at + len(bare), marker(kinds[number])))
        at += len(content) + 1
    return end


def _x12_kinds(fields: list[str]) -> dict[int, str]:
    """What goes of a segment, by number of the field."""
    name, first = fields[0], fields[1]
    if name == "NM1":
        named = dict.fromkeys((3, 4, 5), "name") if fields[2:3] == ["1"] else {}
        return named | ({9: "health_id"} if fields[8:9] and fields[8] in _PERSON_IDS else {})
    if name == "REF":
        return {2: _X12_IDS[first]} if first in _X12_IDS else {}
    return _X12_FIELDS[name]
