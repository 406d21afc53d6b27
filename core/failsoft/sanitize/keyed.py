"""Values under a sensitive name, however name and value are written down.

JSON, YAML, INI, Python reprs, form data (multipart too), query strings, headers, command lines, SQL, XML, tuples of
pairs, objects with `name` and `value`, and plain prose: `password=x`, `"password": "x"`, `\\"password\\": \\"x\\"`,
`--password x`, `<password>x</password>`, `("password", "x")`, `{"name": "password", "value": "x"}`, `password is x`.
"""

from __future__ import annotations

import re
from functools import lru_cache

from failsoft.sanitize.checks import looks_random
from failsoft.sanitize.forms import (
    HEX_LIKE,
    Site,
    delimited_form,
    judged,
    random_key,
    sets_nothing,
    special_form,
)
from failsoft.sanitize.grammar import (
    SHAPES,
    TEMPLATE,
    Value,
    container,
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
    r"(?:[|>][+-]?[^\S\n]{0,4}\n[^\S\n]{1,16}|string\(\d{1,5}\) |\r?\n[^\S\n]{1,32}(?=\\{0,3}[\"']))?"
)
_AFTER_WORDS = re.compile(
    r"(?i)(?: (?:number|no|num|code|codes|id|key|token|secret|phrase|string|record|of|birth|date|name|security|address"
    r"|line|value|hash|pin|cookie|answers?|question|maiden)\b\.?){1,3}"
)
_PAIR = re.compile(r"\\{0,7}[\"'](?:\s{0,4}[,;]\s{0,4}|\s{0,2}\)\s{0,2}=\s{0,2})(?=[bu]?\\{0,7}[\"'])")
_SERIALIZED = re.compile(r"\\?\";s:\d{1,5}:(?=\\?\")")
_NAMED = re.compile(
    r"(?i)\\{0,7}[\"'](?:\s{0,4},)?\s{0,16}\\{0,7}[\"']?(?:value|val|v|content|data|default|input)\\{0,7}[\"']?"
    r"\s{0,4}[:=]\s{0,4}"
)
_NAMED_LINE = re.compile(r"[\"']?[ \t]{0,4}\r?\n[ \t]{0,16}value:[ \t]{1,4}")
# `<input value="x" name="csrf_token">`
_REVERSED = re.compile(r"<\w{1,12} [^<>]{0,80}?value=([\"'])([^\"'<>]{1,512})\1[^<>]{0,80}name=[\"']$")
_GOT_VALUE = re.compile(r"[\"']\]? (?:got|received)(?: (?:an )?(?:invalid )?value:?)? (?=[\"'])")
_OTHER_TAG = re.compile(r"(?:\bfor=|<class )[\"'][\w.$-]{0,64}$")
_LIST_END = re.compile(r"\\{0,7}[\"']\s{0,2}\]")
_NEXT_TAG = re.compile(
    r"</(?:\w{1,12}:)?(?:key|name|Key|Name)>\s{0,16}(?=<(?:\w{1,12}:)?(?:string|value|data|String|Value)\b)"
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
    r"|sent|got|rejected|attempted|as|on|am|el|le|es|est|ist|lautet)){0,3}"
    r"(?:[ ]-(?=[ ]))?[ \t]{0,2}[:=(#]{0,2}[ \t]{0,2}"
)
_OF_WHOM = re.compile(
    r"(?i)[ ](?:for|of)[ ](?:(?:the )?(?:user|account|client|service|tenant|customer|db|database|role|host|login) )?"
    r"[\"']?[\w.@-]{1,40}[\"']?(?:[ ](?:is|was)[ ]|:[ ]|[ ]?=[ ]?)"
)
_PROSE_KINDS = word_set(
    "password secret token api_key private_key session otp cvv ssn card account phone birth_date health_id national_id "
    "csrf credential iban zip record date"
)
_TOLD_KINDS = word_set("password secret api_key private_key otp token")
_SCHEME = re.compile(r"(?:[A-Za-z][A-Za-z0-9-]{1,24})(?=[ \t+]+\S)[ \t+]+")
_COOKIE = re.compile(r"[^\s=;,\"'\[]{1,128}=")
# what a validator found, as `[ErrorDetail(string=…)]`
_ERRORS = re.compile(r"\s?\w{0,32}Error\w{0,16}\(")
_PARAMETERS = re.compile(r"[\w-]+\s?=\s?(?:\"|\w)")
_MANY = word_set("digest aws4-hmac-sha256 oauth hawk signature mac credential aws4-ecdsa-p256-sha256")
_FULL_PHRASE = re.compile(r"[a-z]{2,9}(?: [a-z]{2,9}){3,24}(?=[.\"']?\s*(?:$|[\r\n]))", re.MULTILINE)
_CODE_KINDS = frozenset(["otp", "cvv"])
_CODE = re.compile(r"\d{3,8}")
# after a colon without a space: `session:42:profile` is the name of an entry in a cache
_SPACES = word_set("session sessions")
_LONG = re.compile(r"[\"']?[\w-]{12}")
_QUERY_LEAST = 12
# in prose these are other words
_NOT_SPOKEN = word_set("pass pw sid")
_ALL_SECRET = frozenset(("cookie", "credential", "secret"))
_MEMBER = re.compile(r"[A-Za-z_]\w*=(?!=|$)")
_judge = Judge()


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
        if kind is None and text[start:end].lower() == "key" and (assign := _ASSIGN.match(text, last)):
            span = random_key(scan, name, assign.end())
        if span is not None:
            return span
        if kind is not None:
            site = Site(scan, first, last, name, kind)
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

    def _assigned(self, site: Site, assign: re.Match[str]) -> Span | None:
        text, at, op = site.scan.text, assign.end(), assign["op"]
        kind = site.kind
        if sets_nothing(site, assign):
            return None
        if special := special_form(site, at, op):
            return special
        if text.startswith("[REDACTED:", at):
            return None
        if kind == "authorization" or (kind == "cookie" and (assign["close"] or "=" not in op)):
            return self._header(site, at, op, closed=bool(assign["close"]))
        if assign.group() == ":" and _is_of_a_path(site, at):
            return None
        if ":" in op and not assign["close"] and site.before in ("'", '"') and text[at : at + 1] == site.before:
            # that quote ends the text that the name stands in
            return None
        if delimited := delimited_form(site, at, op, closed=bool(assign["close"])):
            return judged(site, delimited, op)
        if text[at : at + 1] in ("[", "(", "{") and kind not in SHAPES and not TEMPLATE.match(text, at):
            return _listed(site, at)
        if kind == "password" and (phrase := _FULL_PHRASE.match(text, at)) and _begins_line(text, site.first):
            return judged(site, Value(at, phrase.end(), quoted=True), op)
        return self._plain(site, at, op)

    def _plain(self, site: Site, at: int, op: str) -> Span | None:
        """A value as its quotes, its form or the next separator delimits it."""
        text, kind = site.scan.text, site.kind
        value = read_value(text, at, kind)
        if value is None and kind == "health_id" and self._keys.strict:
            site, value = site._replace(kind="person"), read_value(text, at, "person")
        if value and not value.quoted and site.before in ("?", "&"):
            anchor = text.find("#", value.start, value.end)
            value = value._replace(end=anchor) if anchor > value.start else value
        if value and kind == "session" and site.before == ";":
            anchor = text.find("?", value.start, value.end)
            value = value._replace(end=anchor) if anchor > value.start else value
        if value and site.name.lower() == "key" and not _is_query_key(text[value.start : value.end]):
            return None
        return judged(site, value, op)

    def _marked_up(self, site: Site) -> tuple[bool, Span | None]:
        """XML, quoted names in pairs and objects, options of commands: whether it is one, and what goes."""
        text, first, last = site.scan.text, site.first, site.last
        before = text[max(0, first - 28) : first]
        if site.before == ">" and (following := _NEXT_TAG.match(text, last)):
            return True, judged(site, tag_text(text, following.end() + 1 + _tag_name(text, following.end() + 1)), ">")
        if site.before in (" ", "'", '"') and (line := _NAMED_LINE.match(text, last)):
            return True, judged(site, read_value(text, line.end(), site.kind), ":")
        if (
            before
            and before[-1] in "<:"
            and (tag := _TAG.search(before))
            and before[: tag.start()][-1:] not in ("/", "P")
        ):
            return True, judged(site, tag_text(text, last), ">")
        if site.before in ("'", '"'):
            return self._paired(site)
        if site.name.startswith("-") and "$" not in site.name and (option := _OPTION.match(text, last)):
            return True, judged(site, read_value(text, option.end(), site.kind), " ")
        return False, None

    def _paired(self, site: Site) -> tuple[bool, Span | None]:
        text, last, kind = site.scan.text, site.last, site.kind
        if serialized := _SERIALIZED.match(text, last):
            return True, judged(site, read_value(text, serialized.end(), kind), "=")
        if named := _NAMED.match(text, last):
            return True, judged(site, read_value(text, named.end(), kind), "=")
        if "form-data" in site.scan.before(site.first, 24) and (part := _FORM_PART.match(text, last)):
            return True, judged(site, _content(text, part.end()), "=")
        if site.before in ("'", '"') and (tag := _REVERSED.search(site.scan.before(site.first, 640))):
            start = site.first - len(tag.group()) + tag.start(2) - tag.start()
            return True, judged(site, Value(start, start + len(tag[2]), quoted=True), "=")
        if got := _GOT_VALUE.match(text, last):
            return True, judged(site, read_value(text, got.end(), kind), "=")
        if _NAMED_TAG.match(text, last) and not _OTHER_TAG.search(site.scan.before(site.first, 96)):
            return True, judged(site, tag_text(text, text.index(">", last)), ">")
        if site.name.startswith("-") and (item := _OPTION_ITEM.match(text, last)):
            return True, judged(site, read_value(text, item.end(), kind), "=")
        return self._in_pair(site)

    def _in_pair(self, site: Site) -> tuple[bool, Span | None]:
        """The second of a pair: `("password", "x")`."""
        text, last, kind = site.scan.text, site.last, site.kind
        pair = _PAIR.match(text, last)
        opening = text[max(0, site.first - 6) : site.first].rstrip("\"'\\").rstrip("bu")
        if pair is None or not opening.endswith(("(", "[")):
            return False, None
        value = read_value(text, pair.end(), kind)
        if value is None or self._is_name(text[value.start : value.end]):
            return True, None
        if opening.endswith("[") and not (
            _LIST_END.match(text, value.end) and is_announced(text[value.start : value.end], kind)
        ):
            return True, None
        if kind == "authorization":
            return True, _authorization(site, value, "", ",")
        return True, judged(site, value, ",")

    @staticmethod
    def _header(site: Site, at: int, op: str, *, closed: bool) -> Span | None:
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
            return judged(site, value, op)
        value = value if value.quoted else header_line(text, at, quote)
        return value.start, value.end, marker("cookie")

    def _phrased(self, scan: Scan, first: int, last: int, name: str) -> Span | None:
        """A name of several words: `API key: x`, `date of birth 1980-01-02`."""
        right = _AFTER_WORDS.match(scan.text, last)
        kind, end = self._phrase(scan, first, last, name, right.group() if right else "")
        if kind is None:
            return None
        site = Site(scan, first, end, name, kind)
        if assign := _ASSIGN.match(scan.text, end):
            return self._assigned(site, assign)
        return self._told(site)

    def _spoken(self, site: Site) -> Span | None:
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

    def _told(self, site: Site) -> Span | None:
        """The value that prose gives after a name, if it has the look of one."""
        text, kind = site.scan.text, site.kind
        if kind not in _PROSE_KINDS or site.name.lower() in _NOT_SPOKEN or site.before in ("/", "="):
            return None
        at = _told_at(text, site.last, kind)
        site.scan.saw(at + 2)
        if at == site.last or not text[at : at + 1].strip() or text.startswith("[REDACTED:", at):
            return None
        value = read_value(text, at, kind)
        if value and kind not in SHAPES:
            content = text[value.start : value.end]
            # `a.password("x")` is a call, and `"a_password" "x"` are two names
            named = ("." in site.name and text[site.last] == "(") or site.before in ("'", '"')
            told = value.quoted and not named
            if not _looks_told(content, kind, quoted=told) or self._is_name(content):
                site.scan.saw(value.end + 1)
                return None
        return judged(site, value, ":")

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
    if "[REDACTED:" in content or (not quoted and _MEMBER.match(content)):
        return False
    if is_announced(content, kind) or (kind in _CODE_KINDS and _CODE.fullmatch(content)):
        return True
    if quoted:
        return kind == "password" or looks_random(content) or HEX_LIKE.fullmatch(content) is not None
    return kind != "secret" and HEX_LIKE.fullmatch(content) is not None


def _content(text: str, at: int) -> Value:
    """The first line of a part of a form."""
    end = line_end(text, at, min(len(text), at + _MAX_PART))
    for stop in ("\\r\\n", "\\n"):
        found = text.find(stop, at, end)
        end = found if found >= 0 else end
    return Value(at, end, quoted=True)


def _listed(site: Site, at: int) -> Span | None:
    """A flat list of secrets. An object is read name by name, unless by its name all of it is secret."""
    text, kind = site.scan.text, site.kind
    inside = container(text, at)
    if inside is None or (text[at] == "{" and kind not in _ALL_SECRET):
        return None
    content = text[inside.start : inside.end]
    if _ERRORS.match(content):
        return None
    items = re.findall(r"[\"']([^\"']*)[\"']", content) or content.split(",")
    if any(_judge.is_value(item, kind, site.name, quoted=True, op=":") for item in items):
        return inside.start, inside.end, marker(kind)
    site.scan.saw(inside.end)
    return None


def _authorization(site: Site, value: Value, quote: str, op: str) -> Span | None:
    """Credentials after their scheme, which stays (RFC 9110, section 11.6.2)."""
    text, start = site.scan.text, value.start
    scheme = _SCHEME.match(text, start, value.end if value.quoted else len(text))
    named = scheme.group().strip(" \t+") if scheme else ""
    if scheme is None or not _judge.is_value(named, "token", "", quoted=True, op=":"):
        return judged(site, value, op)
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
    return judged(site, inner, "=")


def _identifier(scan: Scan, start: int, end: int) -> tuple[int, int]:
    """Begin and end of the name around a word."""
    before = scan.before(start, _MAX_NAME)
    first = start - len(before) + len(before.rstrip(_IDENTIFIER))
    if first < start and scan.text[first - 1 : first] == "\\" and scan.text[first] in "nrtbf":
        first += 1
    parted = scan.text.rfind("][", first, start)
    first = parted + 2 if parted >= 0 else first
    while first < start and scan.text[first] in ".[]":
        first += 1
    tail = _TAIL.match(scan.text, end)
    return first, tail.end() if tail else end


def _tag_name(text: str, at: int) -> int:
    """How long the name of a tag is that begins here."""
    return len(text[at : at + 32].split(">", maxsplit=1)[0].split(" ", maxsplit=1)[0])


def _is_query_key(value: str) -> bool:
    """Whether what a query calls its key opens something: `?key=introduction` does not."""
    return len(value) >= _QUERY_LEAST and any(map(str.isdigit, value))


def _is_of_a_path(site: Site, at: int) -> bool:
    """Whether a colon without a space parts the name of an entry, as in `session:42:profile`."""
    return site.before == ":" or (site.name.lower() in _SPACES and not _LONG.match(site.scan.text, at))


def _begins_line(text: str, at: int) -> bool:
    line = text.rfind("\n", max(0, at - _MAX_NAME), at) + 1
    return not text[line:at].strip(" \t-\"'") and (line > 0 or at < _MAX_NAME)


def _of_a_parser(site: Site) -> bool:
    """Whether a token is one of a grammar or of a language model."""
    if site.name not in ("token", "Token", "tokens", "TOKEN"):
        return False
    words = site.scan.before(site.first, 24).lower().split()
    return bool(words) and words[-1].strip("'\"") in DISARMING_PHRASES
