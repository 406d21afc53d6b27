"""What only a name elsewhere in the same text makes secret: JSON web keys, instances that a validator rejected, a
password that is asked for twice."""

from __future__ import annotations

from collections.abc import Iterator

from failsoft.deferred import as_pattern
from failsoft.sanitize.beside import LEAST_REPEATED, is_repeat
from failsoft.sanitize.grammar import read_value
from failsoft.sanitize.keys import KeyMatcher
from failsoft.sanitize.scanner import WORD_CHARACTERS, Anchor, Scan, Span, marker
from failsoft.sanitize.verdict import Judge

__all__ = ["EchoRules"]

_MAX_OBJECT = 8_192
_MAX_BEFORE = 1_024
# private parameters of RSA, EC and symmetric keys (RFC 7518, section 6)
_PRIVATE_PART = as_pattern(
    r"((?<!\w)\\{0,3}[\"'](?:d|p|q|dp|dq|qi|k)\\{0,3}[\"']\s{0,2}(?::|=>)\s{0,2}[bu]?\\{0,3}[\"'])([\w+/=-]{16,4096})"
)
_INSTANCE = as_pattern(
    r"(?i)failed validating [^\n]{1,200}\n(?:[^\n]*\n){1,24}?on instance((?:\[[^\]\n]{1,80}\]){1,8}):\s{0,2}\n?\s{0,8}"
)
_COMPLAINT = as_pattern(
    r"('[^'\n]{1,256}'|\"[^\"\n]{1,256}\"|\d{1,32})(?= (?:is|does|has|should|was|are)\b[^\n]{0,400}\s{0,3}$)"
)
_GOT = as_pattern(r"\(got ('[^'\n]{1,256}'|\"[^\"\n]{1,256}\"|[^\s()'\"]{1,256}) that is ")
# what attrs raises is a tuple, of which the value is the last
_ATTRIBUTE = as_pattern(
    r"\\{0,3}['\"](\w{1,64})\\{0,3}['\"][,)][^\n]{1,1024}?, "
    r"(?:b?\\{0,3}['\"]([^'\"\\\n]{1,256})\\{0,3}['\"]|(\d{3,32}))\)"
    r"(?=\s|$|[\"'}\]])"
)
_UNMATCHED = as_pattern(r"(?i)must match regex [^\n]{1,200}? \(\\?'([^'\n]{1,256})\\?' doesn")
_PARAMETER = as_pattern(r"([\w.\[\]]{1,80}), value: ([^\n]{1,256}?)(?=, (?:type|valid)|\n|$)")
_NAMED = as_pattern(r"'(\w{1,64})\\?' $")
_ASKED = as_pattern(r"'(\w{1,64})' must be [^\n]{1,160}$")

# Bean Validation, Spring and ASP.NET, without quotes around names: `field=password, rejectedValue=x`
_REFUSED = r"[=:] ?(?=\S)| (?=['\"])"
_REFUSED_AT = as_pattern(_REFUSED)
_OF_FIELD = as_pattern(
    r"(?i)\b(?:field|property|propertypath|path|param|parameter|name|key|attribute)(?:=|: ?| )"
    r"[\"']?([a-z_][\w.\[\]]{0,80})"
)
_OBJECT_ENDS = as_pattern(r"[\n{}()]")

# `'password': 'x', 'confirm': 'y'`, and `password=x&confirm=y`
_REPEAT = as_pattern(r"(\w{0,16})\\{0,3}[\"']\s{0,2}(?::|=>)\s{0,2}(?=[bu]?\\{0,3}[\"'])|(\w{0,16})=(?=[^=\s&\"'])")
_REPEATED = r"(?=\w{0,16}(?:\\{0,3}[\"']\s{0,2}[:=]>?\s{0,2}[bu\\\"']|=[^=\s&\"']))"
_FIELD = as_pattern(r"([A-Za-z_][\w.-]{1,40})(?:\\{0,3}[\"']\s{0,2}(?::|=>)|=)")
_NEAR = 320

_judge = Judge()


def _is_repeated(text: str, *, quoted: bool) -> bool:
    """Whether what stands there is a password, and not a word such as `DELETE`."""
    if text.isalpha() and len(text) < LEAST_REPEATED:
        return False
    return _judge.is_value(text, "password", "", quoted=quoted, op="=")


class EchoRules:
    """Handlers for such texts. Immutable.

    Parameters:
        keys: which fields are sensitive.
    """

    __slots__ = ("_keys",)

    def __init__(self, keys: KeyMatcher) -> None:
        self._keys = keys

    def anchors(self) -> Iterator[Anchor]:
        """Where they begin, whatever the case."""
        yield Anchor("kty", self.web_key, r"(?=\\{0,3}[\"'])")
        yield Anchor("failed validating ", self.instance)
        for word in ("confirm", "repeat", "again", "retype", "verify", "reenter", "re_enter"):
            yield Anchor(word, self.repeated, _REPEATED)
        for state in ("invalid", "rejected", "attempted"):
            for gap in ("", "_"):
                yield Anchor(f"{state}{gap}value", self.refused, f"(?={_REFUSED})")
        yield Anchor("(got ", self.typed)
        yield Anchor("must match regex ", self.unmatched)
        yield Anchor("attribute(name=", self.attribute, r"(?=\\{0,3}['\"])")
        yield Anchor("for parameter ", self.parameter, r"(?=[\w.\[\]]{0,128}, value: )")

    def web_key(self, scan: Scan, start: int, end: int) -> Span | int:
        """JSON web keys (RFC 7517): the private parts of the object that names its key type."""
        text = scan.text
        if start < scan.searched:
            return end
        first = text.rfind("{", max(scan.floor, start - _MAX_BEFORE), start)
        closing = text.find("}", end, end + _MAX_OBJECT)
        last = closing if closing >= 0 else min(len(text), end + _MAX_OBJECT)
        if first < 0:
            return end
        content = text[first:last]
        kept = _PRIVATE_PART.sub(lambda match: match[1] + marker("private_key"), content)
        scan.searched = last
        return (first, last, kept) if kept != content else end

    def instance(self, scan: Scan, start: int, end: int) -> Span | int:
        """jsonschema: the instance that was rejected, at the end and in the complaint at the beginning."""
        text = scan.text
        if text.find("\nOn instance[", end, end + _MAX_OBJECT) < 0:
            return end
        match = _INSTANCE.match(text, start)
        if match is None:
            return end
        name = match[1].rpartition("[")[2].rstrip("]").strip("'\"")
        kind = self._keys.kind(name)
        newline = text.find("\n", match.end())
        last = newline if newline >= 0 else len(text)
        value = text[match.end() : last].strip()
        if kind is None or not _judge.is_value(value.strip("'\""), kind, name, quoted=True, op="="):
            return end
        mark = marker(kind)
        before = scan.before(start, _MAX_BEFORE)
        complaint = _COMPLAINT.search(before)
        first = start - len(before) + complaint.start() if complaint else start
        said = f"'{mark}'" + text[first + len(complaint[1]) : start] if complaint else ""
        return first, last, f"{said}{text[start : match.end()]}'{mark}'"

    def repeated(self, scan: Scan, start: int, end: int) -> Span | int:
        """The field beside that of a password in which it is asked for once more, and may differ."""
        text = scan.text
        match = _REPEAT.match(text, end)
        first = scan.word_start(start, WORD_CHARACTERS)
        name = text[first : match.end(match.lastindex or 1)] if match else ""
        if match is None or not is_repeat(name) or self._keys.kind(name) is not None:
            return end
        before, after = text[max(0, first - _NEAR) : first], text[match.end() : match.end() + _NEAR]
        if match.lastindex == 1:
            before, after = before.rpartition("{")[2], after.partition("}")[0]
        else:
            before, after = before.rpartition(" ")[2], after.partition(" ")[0]
        kinds = (self._keys.kind(field[1]) for field in _FIELD.finditer(f"{before} {after}"))
        value = read_value(text, match.end(), "password") if "password" in kinds else None
        if value is None or not _is_repeated(text[value.start : value.end], quoted=value.quoted):
            return end
        return value.start, value.end, marker("password")

    def refused(self, scan: Scan, start: int, end: int) -> Span | int:
        """A value that a validator refused, beside the name of its field."""
        text = scan.text
        at = _REFUSED_AT.match(text, end)
        value = read_value(text, at.end(), "") if at else None
        if value is None:
            return end
        before = _OBJECT_ENDS.split(scan.before(start, _NEAR))[-1]
        after = _OBJECT_ENDS.split(text[value.end : value.end + _NEAR], maxsplit=1)[0]
        named = _OF_FIELD.findall(before)[-1:] or _OF_FIELD.findall(after)[:1]
        kind = self._keys.kind(named[0]) if named else None
        content = text[value.start : value.end]
        if kind is None or not _judge.is_value(content, kind, named[0], quoted=value.quoted, op="="):
            return end
        return value.start, value.end, marker(kind)

    def unmatched(self, scan: Scan, start: int, end: int) -> Span | int:
        """attrs: the value that did not match."""
        match = _UNMATCHED.match(scan.text, start)
        named = _NAMED.search(scan.before(start, 80)) if match else None
        kind = self._keys.kind(named[1]) if named else None
        return (match.start(1), match.end(1), marker(kind)) if match and kind else end

    def attribute(self, scan: Scan, _start: int, end: int) -> Span | int:
        """attrs: the value at the end of the tuple that a validator raises."""
        match = _ATTRIBUTE.match(scan.text, end)
        kind = self._keys.kind(match[1]) if match else None
        if match is None or kind is None:
            return end
        first, last = match.span(match.lastindex or 2)
        if not _judge.is_value(scan.text[first:last], kind, match[1], quoted=True, op="="):
            return end
        return first, last, marker(kind)

    def parameter(self, scan: Scan, _start: int, end: int) -> Span | int:
        """botocore: `Invalid length for parameter Password, value: x, valid min length: 8`."""
        match = _PARAMETER.match(scan.text, end)
        kind = self._keys.kind(match[1]) if match else None
        if match is None or kind is None or not _judge.is_value(match[2], kind, match[1], quoted=True, op="="):
            return end
        return match.start(2), match.end(2), marker(kind)

    def typed(self, scan: Scan, start: int, end: int) -> Span | int:
        """attrs: the value of a wrong type, in the message and in the tuple around it."""
        match = _GOT.match(scan.text, start)
        asked = _ASKED.search(scan.before(start, 200).rstrip()) if match else None
        kind = self._keys.kind(asked[1]) if asked else None
        if match is None or asked is None or kind is None:
            return end
        value = match[1]
        if not _judge.is_value(value.strip("'\""), kind, asked[1], quoted=True, op="="):
            return end
        again = scan.text.rfind(value, match.end(), match.end() + _MAX_BEFORE)
        if again < 0:
            return match.start(1), match.end(1), marker(kind)
        between = scan.text[match.end(1) : again].replace(value, marker(kind))
        return match.start(1), again + len(value), f"{marker(kind)}{between}{marker(kind)}"
