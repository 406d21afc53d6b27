"""Values under a sensitive name, however name and value are written down.

JSON, YAML, INI, Python reprs, form data, query strings, headers, command lines, SQL, XML, tuples of pairs, objects with
`name` and `value`, and plain prose: `password=x`, `"password": "x"`, `\\"password\\": \\"x\\"`, `--password x`,
`<password>x</password>`, `("password", "x")`, `{"name": "password", "value": "x"}`, `password is x`.
"""

from __future__ import annotations

import re

from failsoft.sanitize.checks import looks_random
from failsoft.sanitize.grammar import SHAPES, Value, container, header_line, read_value, tag_text
from failsoft.sanitize.keys import KeyMatcher, words_of
from failsoft.sanitize.rules import DISARMING_PHRASES
from failsoft.sanitize.scanner import Scan, Span, marker
from failsoft.sanitize.verdict import Judge, is_announced

__all__ = ["KeyedRule"]

_IDENTIFIER = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.[]$"
_MAX_NAME = 64
_TAIL = re.compile(r"(?:[\w$]|[-.](?=\w)|\[(?=\w)(?!REDACTED:)|\]){0,64}")
_ASSIGN = re.compile(
    r"(?P<close>\\{0,7}[\"'`])?\]?[^\S\n]{0,8}"
    r"(?P<op>[?:|!+~]{0,3}=[=>~]{0,2}|:(?!:)|->|<>|::=)"
    r"[^\S\n]{0,8}"
    r"(?:(?:str|bytes|SecretStr|string|Optional\[\w+\]|str \| None)[^\S\n]{0,2}=(?!=)[^\S\n]{0,8})?"
    r"(?:[|>][+-]?[^\S\n]{0,4}\n[^\S\n]{1,16})?"
)
_AFTER_WORDS = re.compile(
    r"(?i)(?: (?:number|no|num|code|codes|id|key|token|secret|phrase|string|record|of|birth|date|name|security|address"
    r"|line|value|hash|pin|cookie)\b\.?){1,3}"
)
_PAIR = re.compile(r"\\{0,7}[\"'](?:\s{0,4}[,;]\s{0,4}|\s{0,2}\)\s{0,2}=\s{0,2})(?=[bu]?\\{0,7}[\"'])")
_NAMED = re.compile(
    r"(?i)\\{0,7}[\"'](?:\s{0,4},)?\s{0,16}\\{0,7}[\"']?(?:value|val|v|content|data|default|input)\\{0,7}[\"']?\s{0,4}[:=]\s{0,4}"
)
_NAMED_TAG = re.compile(r"[\"']\s{0,4}(?=>)")
_TAG = re.compile(r"<(?:[A-Za-z][\w.-]{0,24}:)?$")
_OPTION = re.compile(r"[ \t]+(?!-)(?=[^\s,;|\]])")
_OPTION_ITEM = re.compile(r"[\"']\s{0,4},\s{0,4}(?=[bu]?[\"'][^-])")
_PROSE = re.compile(
    r"(?:\\{0,3}[\"'`])?"
    r"(?:[ \t]\(?(?:is|was|by|BY|are|were|value|set to|equals|like|used|given|provided|supplied|tried|entered|received|sent|got"
    r"|rejected|attempted|as|by)){0,3}[ \t]{0,2}[:=(]{0,2}[ \t]{0,2}"
)
_OF_WHOM = re.compile(
    r"(?i)[ ](?:for|of)[ ](?:(?:the )?(?:user|account|client|service|tenant|customer|db|database|role|host|login) )?"
    r"[\"']?[\w.@-]{1,40}[\"']?(?:[ ](?:is|was)[ ]|:[ ]|[ ]?=[ ]?)"
)
_PROSE_KINDS = frozenset(
    "password secret token api_key private_key session otp cvv ssn card account phone birth_date health_id national_id "
    "csrf credential iban".split()
)
_TOLD_KINDS = frozenset("password secret api_key private_key otp token".split())
_SCHEME = re.compile(r"(?:[A-Za-z][A-Za-z0-9-]{1,24})(?=[ \t+]+\S)[ \t+]+")
_PARAMETERS = re.compile(r"[\w-]+\s?=\s?(?:\"|\w)")
_MANY = frozenset("digest aws4-hmac-sha256 oauth hawk signature mac credential aws4-ecdsa-p256-sha256".split())
_FULL_PHRASE = re.compile(r"[a-z]{2,9}(?: [a-z]{2,9}){3,24}(?=[.\"']?\s*(?:$|[\r\n]))", re.MULTILINE)
_HEX_LIKE = re.compile(r"[0-9A-Fa-f-]{16,}|\d{6,}")
_QUERY_LEAST = 12


class KeyedRule:
    """Handler for every word that sensitive names are made of. Immutable."""

    __slots__ = ("_judge", "_keys")

    def __init__(self, keys: KeyMatcher) -> None:
        self._keys = keys
        self._judge = Judge()

    def __call__(self, scan: Scan, start: int, end: int) -> Span | int:
        """The value that is announced here, if one is."""
        text = scan.text
        first, last = _identifier(scan, start, end)
        name = text[first:last]
        kind = self._keys.kind(name)
        if kind is None and name.lower() == "key" and text[first - 1 : first] in ("?", "&"):
            kind = "api_key"
        if kind and (assign := _ASSIGN.match(text, last)):
            span = None if _of_a_parser(scan, first, name) else self._assigned(scan, first, assign, kind, name)
        else:
            span = (kind and self._structured(scan, first, last, kind, name)) or self._spoken(
                scan, first, last, kind, name
            )
        return last if span is None else span

    def _structured(self, scan: Scan, first: int, last: int, kind: str, name: str) -> Span | None:
        text = scan.text
        before = text[max(0, first - 28) : first]
        if before and before[-1] in "<:" and _TAG.search(before):
            return self._judged(text, tag_text(text, last), kind, name, ">")
        if first and text[first - 1] in "\"'":
            return self._paired(scan, first, last, kind, name)
        if name.startswith("-") and (option := _OPTION.match(text, last)):
            return self._judged(text, read_value(text, option.end(), kind), kind, name, " ")
        return None

    def _paired(self, scan: Scan, first: int, last: int, kind: str, name: str) -> Span | None:
        text = scan.text
        if named := _NAMED.match(text, last):
            return self._judged(text, read_value(text, named.end(), kind), kind, name, "=")
        if _NAMED_TAG.match(text, last):
            return self._judged(text, tag_text(text, text.index(">", last)), kind, name, ">")
        if name.startswith("-") and (item := _OPTION_ITEM.match(text, last)):
            return self._judged(text, read_value(text, item.end(), kind), kind, name, "=")
        if pair := _PAIR.match(text, last):
            opening = text[max(0, first - 6) : first].rstrip("\"'\\").rstrip("bu")
            value = read_value(text, pair.end(), kind)
            if opening.endswith("(") and value and not self._keys.kind(text[value.start : value.end]):
                if kind == "authorization":
                    return self._authorization(text, value, text[value.start : value.end], name, ",")
                return self._judged(text, value, kind, name, ",")
        return None

    def _assigned(self, scan: Scan, first: int, assign: re.Match[str], kind: str, name: str) -> Span | None:
        text, at, op = scan.text, assign.end(), assign["op"]
        if text.startswith("[REDACTED:", at):
            return None
        if kind in ("authorization", "cookie") and not (kind == "cookie" and "=" in op and not assign["close"]):
            return self._header(scan, first, at, kind, name, bool(assign["close"]), op)
        if text[at : at + 1] in ("[", "(", "{") and kind not in SHAPES:
            return self._listed(text, at, kind, name)
        if kind == "password" and (phrase := _FULL_PHRASE.match(text, at)) and _begins_line(text, first):
            value: Value | None = Value(at, phrase.end(), quoted=True)
        else:
            value = read_value(text, at, kind)
        if value and not value.quoted and text[first - 1 : first] in ("?", "&"):
            hash_at = text.find("#", value.start, value.end)
            value = value._replace(end=hash_at) if hash_at > value.start else value
        if name.lower() == "key" and value and value.end - value.start < _QUERY_LEAST:
            return None
        return self._judged(text, value, kind, name, op)

    def _judged(self, text: str, value: Value | None, kind: str, name: str, op: str) -> Span | None:
        if value is None:
            return None
        content = text[value.start : value.end]
        if (shape := SHAPES.get(kind)) and value.quoted and kind not in ("name", "address") and not shape.match(content):
            return None
        after = text[value.end : value.end + 1]
        if not self._judge.is_value(content, kind, name, quoted=value.quoted, op=op, after=after):
            return None
        return value.start, value.end, marker("jwt" if content.startswith("eyJ") else kind)

    def _listed(self, text: str, at: int, kind: str, name: str) -> Span | None:
        """A flat list of secrets; an object under a sensitive name is read name by name, unless all of it is secret."""
        inside = container(text, at)
        if inside is None or (text[at] == "{" and kind not in ("cookie", "credential", "secret")):
            return None
        content = text[inside.start : inside.end]
        items = re.findall(r"[\"']([^\"']*)[\"']", content) or content.split(",")
        if not any(self._judge.is_value(item, kind, name, quoted=True, op=":") for item in items):
            return None
        return inside.start, inside.end, marker(kind)

    def _header(self, scan: Scan, first: int, at: int, kind: str, name: str, closed: bool, op: str) -> Span | None:
        text = scan.text
        if text[at : at + 1] in ("[", "(", "{"):
            return self._listed(text, at, kind, name)
        value = read_value(text, at, kind)
        if value is None:
            return None
        if not value.quoted:
            quote = text[first - 1 : first] if first and not closed and text[first - 1] in "\"'`" else ""
            value = Value(at, header_line(text, at, quote), quoted=False)
        content = text[value.start : value.end].rstrip()
        if kind == "cookie":
            if "=" in content.split(";", 1)[0]:
                return None if content.startswith("[REDACTED:") else (value.start, value.start + len(content), marker(kind))
            return self._judged(text, read_value(text, at, kind), kind, name, op)
        return self._authorization(text, value, content, name, op)

    def _authorization(self, text: str, value: Value, content: str, name: str, op: str) -> Span | None:
        start, kind = value.start, "authorization"
        scheme = _SCHEME.match(content)
        if scheme and scheme.group().strip(" \t+").lower() in _MANY:
            return None if "[REDACTED:" in content[:64] else (start + scheme.end(), start + len(content), marker(kind))
        if scheme and self._judge.is_value(scheme.group().strip(" \t+"), "token", "", quoted=True, op=":"):
            at = start + scheme.end()
            inner = Value(at, value.start + len(content), quoted=True) if value.quoted else read_value(text, at, kind)
            if inner and _PARAMETERS.match(text, inner.start):
                inner = Value(inner.start, value.start + len(content), quoted=True)
            return self._judged(text, inner, kind, name, "=")
        return self._judged(text, value if value.quoted else read_value(text, start, kind), kind, name, op)

    def _spoken(self, scan: Scan, first: int, last: int, kind: str | None, name: str) -> Span | None:
        """The value after words of prose: `API key: x`, `date of birth 1980-01-02`, `password 'x'`, `token is x`."""
        text = scan.text
        right = _AFTER_WORDS.match(text, last)
        if right or (kind is None and text[first - 1 : first] == " " and name.isalpha()):
            phrase, end = self._phrase(scan, first, name, last, right.group() if right else "")
            if phrase:
                if assign := _ASSIGN.match(text, end):
                    return self._assigned(scan, first, assign, phrase, name)
                kind, last = phrase, end
        if kind not in _PROSE_KINDS or _of_a_parser(scan, first, name):
            return None
        return self._told(text, last, kind, name)

    def _phrase(self, scan: Scan, first: int, name: str, last: int, right: str) -> tuple[str | None, int]:
        """Kind and end of the longest term that has this word in it, with up to three words before and after."""
        left = scan.before(first, 40)
        before = left.lower().replace("'", "").split()[-3:] if left.endswith(" ") else []
        own = "".join(words_of(name))
        following = re.findall(r" \w+\.?", right)
        for count in range(len(following), -1, -1):
            words = own + "".join(word.strip(" .").lower() for word in following[:count])
            for start in range(len(before) + 1):
                joined = "".join(before[start:]) + words
                if joined != own and (kind := self._keys.phrase(joined)):
                    return kind, last + sum(map(len, following[:count]))
        return None, last

    def _told(self, text: str, last: int, kind: str, name: str) -> Span | None:
        told = _PROSE.match(text, last)
        at = told.end() if told else last
        if kind in _TOLD_KINDS and (whom := _OF_WHOM.match(text, last)):
            at = whom.end()
        if at == last or not text[at : at + 1].strip() or text.startswith("[REDACTED:", at):
            return None
        value = read_value(text, at, kind)
        if value is None:
            return None
        content = text[value.start : value.end]
        if kind in SHAPES:
            return self._judged(text, value, kind, name, ":")
        if value.quoted:
            spoken = kind == "password" or is_announced(content) or looks_random(content)
        else:
            spoken = is_announced(content, kind) or (kind != "secret" and _HEX_LIKE.fullmatch(content) is not None)
        if not spoken or self._keys.kind(content):
            return None
        return self._judged(text, value, kind, name, ":")


def _identifier(scan: Scan, start: int, end: int) -> tuple[int, int]:
    """Begin and end of the name around a word."""
    before = scan.before(start, _MAX_NAME)
    kept = len(before.rstrip(_IDENTIFIER))
    first = start - (len(before) - kept)
    if first < start and scan.text[first - 1 : first] == "\\" and scan.text[first] in "nrtbf":
        first += 1
    while first < start and scan.text[first] in ".[]":
        first += 1
    tail = _TAIL.match(scan.text, end)
    return first, tail.end() if tail else end


def _begins_line(text: str, at: int) -> bool:
    line = text.rfind("\n", max(0, at - _MAX_NAME), at) + 1
    return not text[line:at].strip(" \t-\"'") and (line > 0 or at < _MAX_NAME)


def _of_a_parser(scan: Scan, first: int, name: str) -> bool:
    """Whether a token is one of a grammar or of a language model."""
    if name not in ("token", "Token", "tokens", "TOKEN"):
        return False
    words = scan.before(first, 24).lower().split()
    return bool(words) and words[-1].strip("'\"") in DISARMING_PHRASES
