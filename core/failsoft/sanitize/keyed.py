"""Values under a sensitive name, however name and value are written down.

JSON, YAML, INI, Python reprs, form data (multipart too), query strings, headers, command lines, SQL, XML, tuples of
pairs, objects with `name` and `value`, and plain prose: `password=x`, `"password": "x"`, `\\"password\\": \\"x\\"`,
`--password x`, `<password>x</password>`, `("password", "x")`, `{"name": "password", "value": "x"}`, `password is x`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from failsoft.sanitize.checks import looks_random
from failsoft.sanitize.grammar import (
    SHAPES,
    TEMPLATE,
    Value,
    container,
    end_of_private_key,
    header_line,
    line_end,
    read_value,
    tag_text,
)
from failsoft.sanitize.keys import KeyMatcher, words_of
from failsoft.sanitize.rules import DISARMING_PHRASES, word_set
from failsoft.sanitize.scanner import Scan, Span, marker
from failsoft.sanitize.verdict import Judge, is_announced

__all__ = ["KeyedRule"]

_IDENTIFIER = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.[]$"
_MAX_NAME = 64
_CACHE = 2_048
_TAIL = re.compile(r"(?:[\w$]|[-.](?=\w)|\[(?=\w)(?!REDACTED:)|\]){0,64}")
_ASSIGN = re.compile(
    r"(?: string(?= =))?"
    r"(?P<close>\\{0,7}[\"'`])?\]?[^\S\n]{0,8}"
    r"(?P<op>[?:|!+~.]{0,3}=[=>~]{0,2}|:(?!:)|::(?= )|->|<>|::=)"
    r"[^\S\n]{0,8}"
    r"(?:(?:str|bytes|SecretStr|string|Optional\[\w+\]|str \| None)[^\S\n]{0,2}=(?!=)[^\S\n]{0,8})?"
    r"(?:[|>][+-]?[^\S\n]{0,4}\n[^\S\n]{1,16}|string\(\d{1,5}\) )?"
)
_AFTER_WORDS = re.compile(
    r"(?i)(?: (?:number|no|num|code|codes|id|key|token|secret|phrase|string|record|of|birth|date|name|security|address"
    r"|line|value|hash|pin|cookie)\b\.?){1,3}"
)
_PAIR = re.compile(r"\\{0,7}[\"'](?:\s{0,4}[,;]\s{0,4}|\s{0,2}\)\s{0,2}=\s{0,2})(?=[bu]?\\{0,7}[\"'])")
_NAMED = re.compile(
    r"(?i)\\{0,7}[\"'](?:\s{0,4},)?\s{0,16}\\{0,7}[\"']?(?:value|val|v|content|data|default|input)\\{0,7}[\"']?"
    r"\s{0,4}[:=]\s{0,4}"
)
_NAMED_TAG = re.compile(r"[\"']\s{0,4}(?=>)")
_BREAK = r"(?:\r?\n|(?:\\r)?\\n)"
_FORM_PART = re.compile(
    rf"\\?[\"'](?:;[^\r\n\\]{{0,200}})?(?:{_BREAK}[A-Za-z-]{{1,40}}:[^\r\n\\]{{0,200}}){{0,4}}{_BREAK}{_BREAK}(?=[^\r\n\\])"
)
_MAX_PART = 4_096
_TAG = re.compile(r"<(?:[A-Za-z][\w.-]{0,24}:)?$")
_OPTION = re.compile(r"[ \t]+(?!-)(?=[^\s,;|\]])")
_OPTION_ITEM = re.compile(r"[\"']\s{0,4},\s{0,4}(?=[bu]?[\"'][^-])")
_PROSE = re.compile(
    r"(?:\\{0,3}[\"'`])?"
    r"(?:[ \t]\(?(?:is|was|are|were|by|BY|value|set to|equals|like|used|given|provided|supplied|tried|entered|received"
    r"|sent|got|rejected|attempted|as|on)){0,3}(?:[ ]-(?=[ ]))?[ \t]{0,2}[:=(#]{0,2}[ \t]{0,2}"
)
_OF_WHOM = re.compile(
    r"(?i)[ ](?:for|of)[ ](?:(?:the )?(?:user|account|client|service|tenant|customer|db|database|role|host|login) )?"
    r"[\"']?[\w.@-]{1,40}[\"']?(?:[ ](?:is|was)[ ]|:[ ]|[ ]?=[ ]?)"
)
_PROSE_KINDS = word_set(
    "password secret token api_key private_key session otp cvv ssn card account phone birth_date health_id national_id "
    "csrf credential iban"
)
_TOLD_KINDS = word_set("password secret api_key private_key otp token")
_SCHEME = re.compile(r"(?:[A-Za-z][A-Za-z0-9-]{1,24})(?=[ \t+]+\S)[ \t+]+")
_COOKIE = re.compile(r"[^\s=;,\"'\[]{1,128}=")
_PARAMETERS = re.compile(r"[\w-]+\s?=\s?(?:\"|\w)")
_MANY = word_set("digest aws4-hmac-sha256 oauth hawk signature mac credential aws4-ecdsa-p256-sha256")
_FULL_PHRASE = re.compile(r"[a-z]{2,9}(?: [a-z]{2,9}){3,24}(?=[.\"']?\s*(?:$|[\r\n]))", re.MULTILINE)
# a password in the braces of an ODBC connection string
_BRACED = re.compile(r"\{([^{}\"'\n]*[^{}\"'\w\n][^{}\"'\n]*)\}(?=;|$|[\"'\s])")
_CODE_KINDS = frozenset(["otp", "cvv"])
_CODE = re.compile(r"\d{3,8}")
_HEX_LIKE = re.compile(r"[0-9A-Fa-f-]{16,}|\d{6,}")
# after a colon without a space: `session:42:profile` is the name of an entry in a cache
_LONG = re.compile(r"[\"']?[\w-]{12}")
_QUERY_LEAST = 12
# in prose these are other words
_NOT_SPOKEN = word_set("pass pw sid")
_ALL_SECRET = frozenset(("cookie", "credential", "secret"))
_judge = Judge()


class _Site(NamedTuple):
    """A sensitive name in a text."""

    scan: Scan
    first: int
    last: int
    name: str
    kind: str

    @property
    def before(self) -> str:
        """The character before the name."""
        return self.scan.text[self.first - 1 : self.first]


class KeyedRule:
    """Handler for every word that sensitive names are made of. Immutable.

    Parameters:
        keys: which names are sensitive.
    """

    __slots__ = ("_keys", "_longest")

    def __init__(self, keys: KeyMatcher) -> None:
        self._keys = keys
        # what surrounds a name is mostly the same few words
        self._longest = lru_cache(maxsize=_CACHE)(self._longest_phrase)

    def __call__(self, scan: Scan, start: int, end: int) -> Span | int:
        """The value that is announced here, if one is."""
        text = scan.text
        first, last = _identifier(scan, start, end)
        name = text[first:last]
        kind = self._keys.kind(name)
        if kind is None and name in ("key", "KEY", "Key") and text[first - 1 : first] in ("?", "&"):
            kind = "api_key"
        span = None
        if kind is not None:
            site = _Site(scan, first, last, name, kind)
            if assign := _ASSIGN.match(text, last):
                span = None if "=" not in assign["op"] and _of_a_parser(site) else self._assigned(site, assign)
            else:
                written, span = self._marked_up(site)
                span = span if written else self._spoken(site)
        elif text[first - 1 : first] == " " or text[last : last + 1] == " ":
            span = self._phrased(scan, first, last, name)
        if span is None:
            scan.saw(last + 2)
            return last
        return span

    def _assigned(self, site: _Site, assign: re.Match[str]) -> Span | None:
        text, at, op = site.scan.text, assign.end(), assign["op"]
        kind = site.kind
        if text.startswith("[REDACTED:", at):
            return None
        if kind == "authorization" or (kind == "cookie" and (assign["close"] or "=" not in op)):
            return self._header(site, at, op, closed=bool(assign["close"]))
        if assign.group() == ":" and (site.before == ":" or (kind == "session" and not _LONG.match(text, at))):
            return None
        if text[at : at + 1] == "{" and "=" in op and (braced := _BRACED.match(text, at)):
            return _judged(site, Value(braced.start(1), braced.end(1), quoted=True), op)
        if text[at : at + 1] in ("[", "(", "{") and kind not in SHAPES and not TEMPLATE.match(text, at):
            return _listed(site, at)
        if kind == "password" and (phrase := _FULL_PHRASE.match(text, at)) and _begins_line(text, site.first):
            return _judged(site, Value(at, phrase.end(), quoted=True), op)
        value = read_value(text, at, kind)
        if value and not value.quoted and site.before in ("?", "&"):
            anchor = text.find("#", value.start, value.end)
            value = value._replace(end=anchor) if anchor > value.start else value
        if value and site.name.lower() == "key" and value.end - value.start < _QUERY_LEAST:
            return None
        return _judged(site, value, op)

    def _marked_up(self, site: _Site) -> tuple[bool, Span | None]:
        """XML, quoted names in pairs and objects, options of commands: whether it is one, and what goes."""
        text, first, last = site.scan.text, site.first, site.last
        before = text[max(0, first - 28) : first]
        if before and before[-1] in "<:" and _TAG.search(before):
            return True, _judged(site, tag_text(text, last), ">")
        if site.before in ("'", '"'):
            return self._paired(site)
        if site.name.startswith("-") and (option := _OPTION.match(text, last)):
            return True, _judged(site, read_value(text, option.end(), site.kind), " ")
        return False, None

    def _paired(self, site: _Site) -> tuple[bool, Span | None]:
        text, last, kind = site.scan.text, site.last, site.kind
        if named := _NAMED.match(text, last):
            return True, _judged(site, read_value(text, named.end(), kind), "=")
        if "form-data" in site.scan.before(site.first, 24) and (part := _FORM_PART.match(text, last)):
            return True, _judged(site, _content(text, part.end()), "=")
        if _NAMED_TAG.match(text, last):
            return True, _judged(site, tag_text(text, text.index(">", last)), ">")
        if site.name.startswith("-") and (item := _OPTION_ITEM.match(text, last)):
            return True, _judged(site, read_value(text, item.end(), kind), "=")
        pair = _PAIR.match(text, last)
        opening = text[max(0, site.first - 6) : site.first].rstrip("\"'\\").rstrip("bu")
        if pair is None or not opening.endswith("("):
            return False, None
        value = read_value(text, pair.end(), kind)
        if value is None or self._is_name(text[value.start : value.end]):
            return True, None
        if kind == "authorization":
            return True, _authorization(site, value, "", ",")
        return True, _judged(site, value, ",")

    @staticmethod
    def _header(site: _Site, at: int, op: str, *, closed: bool) -> Span | None:
        """Credentials and cookies, to the end of the header line at most."""
        text = site.scan.text
        if text[at : at + 1] in ("[", "(", "{"):
            return _listed(site, at)
        value = read_value(text, at, site.kind)
        if value is None:
            return None
        quote = site.before if not closed and site.before in ("'", '"', "`") else ""
        if site.kind == "authorization":
            return _authorization(site, value, quote, op)
        if not _COOKIE.match(text, value.start):
            return _judged(site, value, op)
        value = value if value.quoted else header_line(text, at, quote)
        return value.start, value.end, marker("cookie")

    def _phrased(self, scan: Scan, first: int, last: int, name: str) -> Span | None:
        """A name of several words: `API key: x`, `date of birth 1980-01-02`."""
        right = _AFTER_WORDS.match(scan.text, last)
        kind, end = self._phrase(scan, first, last, name, right.group() if right else "")
        if kind is None:
            return None
        site = _Site(scan, first, end, name, kind)
        if assign := _ASSIGN.match(scan.text, end):
            return self._assigned(site, assign)
        return self._told(site)

    def _spoken(self, site: _Site) -> Span | None:
        """A name and its value in prose: `password 'x'`, `session id x`, `token is x`."""
        if _AFTER_WORDS.match(site.scan.text, site.last):
            span = self._phrased(site.scan, site.first, site.last, site.name)
            if span:
                return span
        return None if _of_a_parser(site) else self._told(site)

    def _phrase(self, scan: Scan, first: int, last: int, name: str, right: str) -> tuple[str | None, int]:
        """Kind and end of the longest term that has this word in it, with up to three words before and after."""
        left = scan.before(first, 40)
        before = left.lower().replace("'", "").split()[-3:] if left.endswith(" ") else []
        following = re.findall(r" \w+\.?", right)
        kind, count = self._longest(tuple(before), name, tuple(following))
        return kind, last + sum(map(len, following[:count]))

    def _longest_phrase(self, before: tuple[str, ...], name: str, following: tuple[str, ...]) -> tuple[str | None, int]:
        """Kind of the longest term, and how many of the words after the name are part of it."""
        own = "".join(words_of(name))
        for count in range(len(following), -1, -1):
            words = own + "".join(word.strip(" .").lower() for word in following[:count])
            for start in range(len(before) + 1):
                joined = "".join(before[start:]) + words
                if joined != own and (kind := self._keys.phrase(joined)):
                    return kind, count
        return None, 0

    def _told(self, site: _Site) -> Span | None:
        """The value that prose gives after a name, if it has the look of one."""
        text, kind = site.scan.text, site.kind
        if kind not in _PROSE_KINDS or site.name.lower() in _NOT_SPOKEN:
            return None
        at = _told_at(text, site.last, kind)
        site.scan.saw(at + 2)
        if at == site.last or not text[at : at + 1].strip() or text.startswith("[REDACTED:", at):
            return None
        value = read_value(text, at, kind)
        if value and kind not in SHAPES:
            content = text[value.start : value.end]
            if not _looks_told(content, kind, quoted=value.quoted) or self._is_name(content):
                site.scan.saw(value.end + 1)
                return None
        return _judged(site, value, ":")

    def _is_name(self, content: str) -> bool:
        """Whether a word is itself the name of something sensitive: `("password", "api_key")` lists names."""
        return content.isidentifier() and not any(map(str.isdigit, content)) and self._keys.kind(content) is not None


def _told_at(text: str, last: int, kind: str) -> int:
    """Where the value begins that prose gives after a name; right after the name if no such words follow."""
    if kind in SHAPES and text[last : last + 1] == ".":
        last += 1
    told = _PROSE.match(text, last)
    at = told.end() if told else last
    if kind in _TOLD_KINDS and (whom := _OF_WHOM.match(text, last)):
        at = whom.end()
    opened = kind in SHAPES and text[at - 1] == "(" and SHAPES[kind].match(text, at - 1)
    return at - 1 if opened else at


def _looks_told(content: str, kind: str, *, quoted: bool) -> bool:
    """Whether a word in prose is more likely a value than the next word."""
    if "[REDACTED:" in content:
        return False
    if is_announced(content, kind) or (kind in _CODE_KINDS and _CODE.fullmatch(content)):
        return True
    if quoted:
        return kind == "password" or looks_random(content)
    return kind != "secret" and _HEX_LIKE.fullmatch(content) is not None


def _content(text: str, at: int) -> Value:
    """The first line of a part of a form."""
    end = line_end(text, at, min(len(text), at + _MAX_PART))
    for stop in ("\\r\\n", "\\n"):
        found = text.find(stop, at, end)
        end = found if found >= 0 else end
    return Value(at, end, quoted=True)


def _judged(site: _Site, value: Value | None, op: str) -> Span | None:
    if value is None:
        return None
    text, kind = site.scan.text, site.kind
    armour = text.find("-----BEGIN", value.start, value.end)
    if armour >= 0 and (last := end_of_private_key(text, armour)):
        # goes on beyond the line that the value ends with
        return value.start, max(value.end, last), marker("private_key")
    content = text[value.start : value.end]
    fits = kind in ("name", "address") or not value.quoted or kind not in SHAPES or SHAPES[kind].match(content)
    after = text[value.end : value.end + 1]
    if fits and _judge.is_value(content, kind, site.name, quoted=value.quoted, op=op, after=after):
        return value.start, value.end, marker("jwt" if content.startswith("eyJ") else kind)
    site.scan.saw(value.end + 1)
    return None


def _listed(site: _Site, at: int) -> Span | None:
    """A flat list of secrets. An object is read name by name, unless by its name all of it is secret."""
    text, kind = site.scan.text, site.kind
    inside = container(text, at)
    if inside is None or (text[at] == "{" and kind not in _ALL_SECRET):
        return None
    content = text[inside.start : inside.end]
    items = re.findall(r"[\"']([^\"']*)[\"']", content) or content.split(",")
    if any(_judge.is_value(item, kind, site.name, quoted=True, op=":") for item in items):
        return inside.start, inside.end, marker(kind)
    site.scan.saw(inside.end)
    return None


def _authorization(site: _Site, value: Value, quote: str, op: str) -> Span | None:
    """Credentials after their scheme, which stays (RFC 9110, section 11.6.2)."""
    text, start = site.scan.text, value.start
    scheme = _SCHEME.match(text, start, value.end if value.quoted else len(text))
    named = scheme.group().strip(" \t+") if scheme else ""
    if scheme is None or not _judge.is_value(named, "token", "", quoted=True, op=":"):
        return _judged(site, value, op)
    at = scheme.end()
    if text.startswith("[REDACTED:", at):
        return None
    if value.quoted:
        inner: Value | None = Value(at, value.end, quoted=True)
    elif named.lower() in _MANY or _PARAMETERS.match(text, at):
        inner = header_line(text, at, quote)
        return inner.start, inner.end, marker("authorization")
    else:
        inner = read_value(text, at, "authorization")
    return _judged(site, inner, "=")


def _identifier(scan: Scan, start: int, end: int) -> tuple[int, int]:
    """Begin and end of the name around a word."""
    before = scan.before(start, _MAX_NAME)
    first = start - len(before) + len(before.rstrip(_IDENTIFIER))
    if first < start and scan.text[first - 1 : first] == "\\" and scan.text[first] in "nrtbf":
        first += 1
    while first < start and scan.text[first] in ".[]":
        first += 1
    tail = _TAIL.match(scan.text, end)
    return first, tail.end() if tail else end


def _begins_line(text: str, at: int) -> bool:
    line = text.rfind("\n", max(0, at - _MAX_NAME), at) + 1
    return not text[line:at].strip(" \t-\"'") and (line > 0 or at < _MAX_NAME)


def _of_a_parser(site: _Site) -> bool:
    """Whether a token is one of a grammar or of a language model."""
    if site.name not in ("token", "Token", "tokens", "TOKEN"):
        return False
    words = site.scan.before(site.first, 24).lower().split()
    return bool(words) and words[-1].strip("'\"") in DISARMING_PHRASES
