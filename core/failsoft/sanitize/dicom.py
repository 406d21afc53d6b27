"""Who is shown on medical images (DICOM, PS3.5 and PS3.6): elements of a data set by their tag, for the strict tier.

`(0010,0010) PN [DOE^JANE]` as tools dump it, `(0010, 0010) Patient's Name   PN: 'Doe^Jane'`, the models of JSON and XML
(PS3.18 and PS3.19) and `00100010=DOE^JANE` of a query. What is known by a keyword, as `PatientName`, is under `rules`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from failsoft.deferred import as_pattern
from failsoft.sanitize.rules import word_set
from failsoft.sanitize.scanner import Anchor, Scan, Span, marker

__all__ = ["dicom_anchors", "is_tag", "kind_of_element", "without_person"]

_TABLE = {
    "name": "00100010 00101001 00101005 00101060 00102297 00080090 0008009C 00081048 00081050 00081060 00081070 "
    "00321032 00400006 00401010 00404037 0040A075 0040A123",
    "health_id": "00100020 00100050 00101000 00101050 00101090",
    "birth_date": "00100030 00100032 00100033 00100034 00100035",
    "address": "00101040 00102150 00102152 00080081 00080092 00380300 00380400",
    "phone": "00102154 00102155 00080094",
    "date": "00380020 00380021 00380030 00380032",
    "record": "00080050 00181000 00380010 00380060",
}
_KINDS = {tag: kind for kind, tags in _TABLE.items() for tag in tags.split()}
# of the group of the patient, what many have in common: sex, age, size, what kind of animal it is
_COMMON = word_set(
    "0000 0021 0022 0024 0040 0101 0102 0200 0212 0213 0214 0215 0216 0217 0218 0219 0221 0222 0223 0229 1010 1020 1021"
    " 1022 1023 1024 1030 1100 2201 2202 2203 2210 2292 2293 2294 2295 2296 2298 21A0 21C0 9431"
)
_PATIENT, _PERSON, _SEQUENCE, _SEQUENCE_NAMED = "0010", "PN", "SQ", "Sequence"

_TAG = r"[0-9A-Fa-f]{4},?[0-9A-Fa-f]{4}"
_TAGGED = as_pattern(rf"\(?({_TAG})\)?")
# DCMTK, GDCM and dcm4che: `(0010,0010) PN [x]`, `(0010,0010) PN #4 [x]`
_DUMPED = as_pattern(r"[ \t]{1,8}(?P<vr>[A-Z]{2})(?:[ \t]#\d{1,9})?[ \t]{1,8}\[(?P<value>[^\]\n]{1,1024})\]")
# pydicom: `(0010, 0010) Patient's Name   PN: 'x'`
_SHOWN = as_pattern(r"(?:[ \t][^\n:\[\]<=]{0,160})?[ \t](?P<vr>[A-Z]{2}): (?P<value>[^\n]{1,1024})")
# dicom3tools: `(0x0010,0x0010) PN Patient's Name  VR=<PN>   VL=<0x0004>  <x>`
_IN_ANGLES = as_pattern(
    r"[ \t]{1,8}[A-Z]{2}[^\n<]{1,100}VR=<(?P<vr>[A-Z]{2})>[ \t]{1,8}VL=<\w{1,12}>[ \t]{1,8}<(?P<value>[^<>\n]{1,1024})>"
)
_SET = as_pattern(r"[=:] ?(?P<value>\"[^\"\n]{1,256}\"|'[^'\n]{1,256}'|[^\s\"'\[{,;&#|)]{1,256})")
_LAYOUTS = (_DUMPED, _SHOWN, _IN_ANGLES, _SET)
_QUOTED = as_pattern(r"\"([^\"\n]{1,1024})\"|'([^'\n]{1,1024})'")
_BARE = as_pattern(r"(?<![\w.\[-])-?\d[\d.]{0,30}(?![\w.\]-])")
# of JSON, escaped or as Python shows it
_TEXT = as_pattern(r"\\{0,3}([\"'])((?:(?!\1)[^\\\n]|\\[^\"'\n]){1,1024}?)\\{0,3}\1(?!\s{0,4}:)")
_ASSIGNED = as_pattern(r"\s{0,4}:\s{0,8}")
_VR = as_pattern(r"[\"'](?:vr|VR|Type)\\{0,3}[\"']\s{0,4}:\s{0,4}\\{0,3}[\"'](\w{1,16})")
_HOLDS = as_pattern(r"[\"'][vV]alue\\{0,3}[\"']\s{0,4}:\s{0,4}")
_BRACE = as_pattern(r"[{}]")
_OF_TAG = as_pattern(r"\btag\\{0,3}[\"']?\s{0,2}[:=]\s{0,2}\\{0,3}$")
_ATTRIBUTES = as_pattern(r"(?P<before>[^<>]{0,240})>")
_CLOSING = as_pattern(r"</(?:\w{1,12}:)?(?:DicomAttribute|element|attr)>")
_INNER = as_pattern(r">([^<>]{1,1024})<")
_VR_ATTRIBUTE = as_pattern(r"\bvr=\\?[\"'](\w\w)")
_LONGEST_VALUE, _LONGEST_SIBLING, _NEAR = 2_048, 512, 128
# the values, what they are written in
_DEEPEST = 3


def _bare(tag: str) -> str:
    return "".join(filter(str.isalnum, tag.replace("0x", ""))).upper()


def kind_of_element(tag: str, vr: str = "") -> str | None:
    """Kind of what an element holds, by its tag and its value representation; None if it is nothing of a person."""
    tag = _bare(tag)
    if vr in (_SEQUENCE, _SEQUENCE_NAMED):
        # what is in it has tags of its own
        return None
    if known := _KINDS.get(tag):
        return known
    if vr == _PERSON:
        return "name"
    return "patient" if tag[:4] == _PATIENT and tag[4:] not in _COMMON else None


def is_tag(name: Any) -> bool:
    """Whether an entry is called by the tag of an element."""
    return isinstance(name, str) and _TAGGED.fullmatch(name) is not None


def without_person(tag: str, element: Any, mark: Callable[[str, str], str]) -> Any:
    """An element, in the model of JSON or its value alone, without what it says of a person; itself if that is nothing.

    Parameters:
        mark: makes the marker of a kind, for a value.
    """
    if isinstance(element, str):
        kind = kind_of_element(tag)
        return _marked(element, kind, mark) if kind else element
    if not isinstance(element, dict):
        return element
    vr = dict.get(element, "vr", dict.get(element, "Type", ""))
    kind = kind_of_element(tag, vr if isinstance(vr, str) else "")
    if kind is None:
        return element
    return {
        name: _marked(value, kind, mark) if name in ("Value", "value") else value for name, value in element.items()
    }


def _marked(value: Any, kind: str, mark: Callable[[str, str], str], depth: int = 0) -> Any:
    """The values of an element; a name of a person has one for each way to write it."""
    if isinstance(value, list | tuple | dict) and depth == _DEEPEST:
        return marker(kind)
    if isinstance(value, list | tuple):
        return [_marked(item, kind, mark, depth + 1) for item in value]
    if isinstance(value, dict):
        return {name: _marked(item, kind, mark, depth + 1) for name, item in value.items()}
    if value is None or isinstance(value, bool) or not _says(str(value)):
        return value
    return mark(kind, str(value))


def _says(text: str) -> bool:
    return "[REDACTED:" not in text and any(map(str.isalnum, text))


def _plan(scan: Scan, start: int, end: int, kind: str) -> None:
    content = scan.text[start:end]
    start, end = start + len(content) - len(content.lstrip()), end - len(content) + len(content.rstrip())
    if start < end and _says(scan.text[start:end]):
        scan.cells.append((start, end, marker(kind)))


def _element(scan: Scan, start: int, end: int) -> Span | int:
    """An element as a tool shows it, a line each."""
    text = scan.text
    if text[start - 1 : start].isalnum() or start < scan.placed:
        # a call, or inside of what was read
        return end
    for layout in _LAYOUTS:
        if match := layout.match(text, end):
            break
    else:
        return _told_apart(scan, text[start:end], end) if _OF_TAG.search(scan.before(start - 1, 16)) else end
    kind = kind_of_element(text[start:end], match.groupdict().get("vr") or "")
    if kind is None:
        return end
    first, last = match.span("value")
    if layout is _SET and (quote := text[start - 1 : start]) in ("'", '"'):
        # the quote stands before the tag: `-m "(0010,0010)=x y"`
        closing = text.find(quote, first, first + _LONGEST_SIBLING)
        last = closing if closing >= 0 else last
    if layout in (_DUMPED, _IN_ANGLES):
        _plan(scan, first, last, kind)
    else:
        _plan_shown(scan, first, last, kind)
    scan.placed = last
    return end


def _plan_shown(scan: Scan, start: int, end: int, kind: str) -> None:
    """What is shown as Python shows it: a text, a list of them, a number."""
    quoted = list(_QUOTED.finditer(scan.text, start, end))
    for match in quoted:
        _plan(scan, *match.span(match.lastindex or 1), kind)
    if not quoted and not scan.text.startswith(("None", "<", "["), start):
        _plan(scan, start, end, kind)


def _keyed(scan: Scan, start: int, end: int) -> Span | int:
    """An element under its tag in quotes, as JSON and XML have it."""
    text = scan.text
    tag = text[start + 1 : end].rstrip("\"'\\")
    if _OF_TAG.search(scan.before(start, 16)):
        return _told_apart(scan, tag, end)
    assigned = _ASSIGNED.match(text, end)
    if assigned is None or start < scan.placed:
        return end
    at = assigned.end()
    if text[at : at + 1] != "{":
        value = _TEXT.match(text, at)
        if value and (kind := kind_of_element(tag)):
            _plan(scan, *value.span(2), kind)
        return end
    # it stands first, or after a name
    vr = _VR.search(text, at, at + _NEAR)
    kind = kind_of_element(tag, vr[1] if vr else "")
    last = _closing(text, at) if kind else end
    if kind and (holds := _HOLDS.search(text, at, last)):
        _plan_texts(scan, holds.end(), last, kind)
    return end


def _plan_texts(scan: Scan, start: int, end: int, kind: str) -> None:
    texts = list(_TEXT.finditer(scan.text, start, end))
    for match in texts:
        _plan(scan, *match.span(2), kind)
    if not texts and (number := _BARE.search(scan.text, start, end)):
        _plan(scan, *number.span(), kind)
    scan.placed = end


def _told_apart(scan: Scan, tag: str, end: int) -> Span | int:
    """An element whose tag is an attribute of XML, or an entry beside its value."""
    text = scan.text
    rest = _ATTRIBUTES.match(text, end)
    if rest is None or text[rest.end() - 2] == "/":
        closing = text.find("}", end, end + _LONGEST_SIBLING)
        vr = _VR.search(text, end, closing) if closing >= 0 else None
        kind = kind_of_element(tag, vr[1] if vr else "") if closing >= 0 else None
        if kind and (holds := _HOLDS.search(text, end, closing)):
            _plan_texts(scan, holds.end(), closing, kind)
        return end
    around = text[end : rest.end()]
    vr = _VR_ATTRIBUTE.search(around) or _VR_ATTRIBUTE.search(scan.before(end, 80).rpartition("<")[2])
    kind = kind_of_element(tag, vr[1] if vr else "")
    ends = _CLOSING.search(text, rest.end(), rest.end() + _LONGEST_SIBLING) if kind else None
    if kind and ends:
        for inner in _INNER.finditer(text, rest.end() - 1, ends.start() + 1):
            _plan(scan, *inner.span(1), kind)
    return end


def _closing(text: str, at: int) -> int:
    """Where the object ends that opens here, or as far as it is read."""
    depth, limit = 0, min(len(text), at + _LONGEST_VALUE)
    for brace in _BRACE.finditer(text, at, limit):
        depth += 1 if brace.group() == "{" else -1
        if not depth:
            return brace.end()
    return limit


def _asked(scan: Scan, start: int, end: int) -> Span | int:
    """`?00100020=x`, `-k 0010,0020=x`: what a query asks for."""
    if not scan.free(start) or scan.before(start, 1) in ("(", ","):
        return end
    return _element(scan, start, end)


def dicom_anchors() -> Iterator[Anchor]:
    """Anchors in any case."""
    yield Anchor("(", _element, r"(?:0x)?[0-9a-f]{4}, ?(?:0x)?[0-9a-f]{4}\)")
    for quote in ('"', "'"):
        yield Anchor(quote, _keyed, rf"[0-9a-f]{{4}},?[0-9a-f]{{4}}\\{{0,3}}{quote}")
    for group in ("0008", "0010", "0038"):
        yield Anchor(group, _asked, ",?[0-9a-f]{4}(?==)")
