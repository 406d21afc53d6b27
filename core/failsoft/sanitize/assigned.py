"""Values that are assigned to a sensitive name: `password=x`, `"password": "x"`, `Authorization: Bearer x`."""

from __future__ import annotations

import re

from failsoft.deferred import as_pattern
from failsoft.sanitize.codelike import is_typed
from failsoft.sanitize.forms import (
    Site,
    delimited_form,
    has_look,
    judged,
    special_form,
    with_change,
)
from failsoft.sanitize.grammar import SHAPES, TEMPLATE, Value, container, header_line, read_value
from failsoft.sanitize.headers import but_for_realm, is_plain_cookie
from failsoft.sanitize.held import plan_held
from failsoft.sanitize.keys import words_of
from failsoft.sanitize.no_value import names_no_value, sets_nothing
from failsoft.sanitize.rules import word_set
from failsoft.sanitize.scanner import STYLE, Span, marker
from failsoft.sanitize.verdict import Judge

__all__ = ["PLURALS", "assigned", "assignment", "authorization"]

# colours, emphasis in Markdown and HTML
_STYLE = rf"(?:{STYLE}|\*\*(?!\*)|</?(?:b|strong|em|i|code|span)>){{0,4}}"
_ASSIGN = as_pattern(
    r"(?: string(?= =))?"
    rf"(?P<close>\\{{0,7}}[\"'`])?\]?(?:\[\])?(?:\.{{3,40}})?(?: \((?:str|string|text|required)\))?"
    rf"{_STYLE}[^\S\n]{{0,40}}"
    r"(?P<op>(?:NOT )?(?:I?LIKE|IN(?= ?\())(?= ?[(']|:)|[?:|!+~.]{0,3}=[=>~]{0,2}|[:：](?!:)|::(?= )|->|→|⇒"
    r"|<-(?= ?[\"'])|<>|::=)"
    rf"[^\S\n]{{0,8}}(?:{_STYLE[:-5]}{{1,4}}[^\S\n]{{0,4}})?(?:(?:!!?[a-z]{{1,12}}|&\w{{1,24}}) (?=[^\s=]))?"
    r"(?:(?:str|bytes|SecretStr|[Ss]tring|&(?:'static )?str|SecretString|Optional\[\w+\]"
    r"|str \| None)[^\S\n]{0,2}=(?!=)[^\S\n]{0,8})?"
    r"(?:[|>][+-]?[^\S\n]{0,4}\n[^\S\n]{1,16}|string\(\d{1,5}\) "
    r"|\r?\n[^\S\n]{1,32}(?:string\(\d{1,5}\) )?(?=\\{0,3}[\"']))?"
)
"""What stands between a name and what is assigned to it, the quote that closes the name included."""

_SCHEME = as_pattern(r"(?:[A-Za-z][A-Za-z0-9-]{1,24})(?=[ \t+]+\S)[ \t+]+")
# credentials after a scheme that nobody has registered
_OPAQUE = as_pattern(r"(?=[A-Za-z_.~+/-]{0,64}\d)[\w.~+/-]{16,4096}={0,2}(?=$|[\s\"',;)}\]\\])")
_NAMES_ANOTHER = as_pattern(
    r"(?:[A-Za-z]{2,24} )?(?:-[A-Za-z] |--[a-z][a-z-]{1,30}[ =])|[\w-]{1,64}[\"'`]\s{0,2}[:=]\s"
)
"""An option, of a command or alone, or a name in quotes, which has a value of its own: `Cookie: 'token': 'x'`."""
_COOKIE = as_pattern(r"[^\s=;,\"'\[]{1,128}=")
# what a validator found, as `[ErrorDetail(string=…)]`
_ERRORS = as_pattern(r"\s?\w{0,32}Error\w{0,16}\(")
_PARAMETERS = as_pattern(r"[\w-]+\s?=\s?(?:\"|\w)")
_MANY = word_set(
    "digest aws4-hmac-sha256 oauth hawk signature mac credential aws4-ecdsa-p256-sha256 sharedkey sharedkeylite"
)
_SCHEMES = word_set(
    "key token apikey api-key bearer basic digest negotiate ntlm secret session jwt sharedkey sharedkeylite"
)
_FULL_PHRASE = as_pattern(r"[a-z]{2,9}(?: [a-z]{2,9}){3,24}(?=[.\"']?\s*(?:$|[\r\n]))", re.MULTILINE)
# after a colon without a space: `session:42:profile` is the name of an entry in a cache
_SPACES = word_set("session sessions")
_LONG = as_pattern(r"[\"']?[\w-]{12}")
_QUERY_LEAST = 12
_ALL_SECRET = frozenset(("cookie", "credential", "secret"))
# `(self.username + ":" + self.password)`, `(kind == NUMBER)`
_EXPRESSION = as_pattern(r" [+%] |[=!]= | for \w{1,32} in ")
_ITEM = as_pattern(r"[ \t]{0,8}\r?\n[ \t]{0,32}-[ \t]{1,8}(?![\w-]{1,40}:(?:\s|$))")
# what is said about a secret in an object that holds it
_HARMLESS_INSIDE = word_set(
    "expiration expires expiry expire expired exp ttl type kind issued created updated date region url uri endpoint "
    "port provider version algorithm alg scope scopes"
)
# `"name": "value"` over and over
_MEMBERS = as_pattern(
    r"(?:\s*+\\{0,3}[\"'][\w.-]{1,64}\\{0,3}[\"']\s{0,4}(?::|=>)\s{0,4}"
    r"(?:\\{0,3}\"[^\"\\\n]{0,4096}\\{0,3}\"|'[^'\n]{0,4096}'|[\w.-]{1,64}(?:\([\w ,.=+-]{0,80}\))?)\s*+(?:,|\Z))++"
)
_MEMBER = as_pattern(
    r"(\\{0,3}[\"']([\w.-]{1,64})\\{0,3}[\"']\s{0,4}(?::|=>)\s{0,4})"
    r"(?:(\\{0,3}\")([^\"\\\n]{1,4096})(\\{0,3}\")|(')([^'\n]{1,4096})(')|()([\w.-]{1,64}+(?!\())())"
)
_OPENS_TEXT = as_pattern(r"[bu]?[\"']")
_LINE_END = as_pattern(r"[ \t]{0,8}(?=\r?\n|$)")
_MAX_ITEMS, _MAX_ECHO = 100, 512
_ITEMS = as_pattern(r"\"((?:[^\"\\]|\\.)*+)\"|'((?:[^'\\]|\\.)*+)'")
# what a message quotes, with the marks of whatever language
_SAID = as_pattern(r"(?<![\w\\])[“‘«„`'\"]([^”’»“`'\"\n]{5,256})[”’»“`'\"]|\\{1,3}[\"']([^\\\"'\n]{5,256})\\{1,3}[\"']")
# of a function: no list stands before it
_BODY = as_pattern(r"\s{0,2}(?:=>|\{|\()|\.[A-Za-z]")
# of texts alone, without names: `frozenset({'x', 'y'})`, `deque(['x'])`, `{'x', 'y'}`
_COLLECTION = as_pattern(
    r"(?:(?:collections\.)?(?:frozenset|set|deque|OrderedSet|list|tuple|dict_values|odict_values|HashSet|Set|Array|array)\()"
    r"(?=[\[({]\s{0,4}[bu]?[\"'])|(?:Set|Array)\(\d{1,6}\) (?=[{\[]\s{0,4}[\"'])"
)
_SET = as_pattern(r"\{\s{0,4}[bu]?(?:\"[^\"\\\n]{1,1024}\"|'[^'\\\n]{1,1024}')\s{0,4}[,}]")
# `[facet 'minLength']`: what names a thing
_NAMING = as_pattern(r"\s?[A-Za-z_]{2,24} [\"']")
# `[PGconn_ptr, c_char_p]`
_NAMES = as_pattern(r"[A-Za-z_][\w.]{0,60}(?:\s?,\s?[A-Za-z_][\w.]{0,60}){1,20}")
# `(known after apply)`, what a tool says in the place of a value
_REMARK = as_pattern(r"[a-z]{2,16}(?: [a-z]{2,16}){1,7}")
_NEXT = as_pattern(r"[a-z_.]{2,32}=[^=\s\"]")
_MAX_INDENT = 64
PLURALS = ("codes", "tokens", "keys", "passwords", "secrets")
_OTHER = as_pattern(r"(?:,[ ]?| and | |;[ ]?)([\w~+/.-]{4,128})(?![\w=:(])")
_judge = Judge()


def assignment(text: str, at: int) -> re.Match[str] | None:
    """What stands between a name that ends here and what is assigned to it, if anything is."""
    if text[at : at + 1] == " " and text[at + 1 : at + 2].islower() and not text.startswith(" string =", at):
        # the next word of a sentence
        return None
    return _ASSIGN.match(text, at)


def assigned(site: Site, assign: re.Match[str], *, strict: bool) -> Span | None:
    """What goes of the value that `assignment` found assigned to a name.

    Parameters:
        strict: the strict tier: a name of health may be followed by that of a person.
    """
    text, at, op = site.scan.text, assign.end(), assign["op"]
    kind = site.kind
    if sets_nothing(site, assign) or names_no_value(site, at, op):
        return None
    if special := special_form(site, at, op):
        return special
    if text.startswith("[REDACTED:", at) or _ends_text(site, assign):
        return None
    if kind == "authorization" or (kind == "cookie" and (assign["close"] or "=" not in op)):
        return _header(site, at, op, closed=bool(assign["close"]))
    if assign.group() == ":" and _is_of_a_path(site, at):
        return None
    if block := _block(site, at):
        return block
    if delimited := delimited_form(site, at, op, closed=bool(assign["close"])):
        return judged(site, delimited, op)
    if _is_list(site, at):
        return _listed(site, at)
    if kind == "password" and (phrase := _FULL_PHRASE.match(text, at)) and _begins_line(text, site.first):
        return judged(site, Value(at, phrase.end(), quoted=True), op)
    return _plain(site, at, op, strict=strict)


def _ends_text(site: Site, assign: re.Match[str]) -> bool:
    """Whether a quote after the name ends the text that the name stands in, as of `'Cookie:'`."""
    if ":" not in assign["op"] or assign["close"] or site.before not in ("'", '"', "`"):
        return False
    return site.scan.text[assign.end() : assign.end() + 1] == site.before


def _is_list(site: Site, at: int) -> bool:
    """Whether a list, a tuple or an object is assigned; what has a form of its own may stand there in quotes."""
    text = site.scan.text
    if _COLLECTION.match(text, at):
        return True
    if text[at : at + 1] not in ("[", "(", "{") or TEMPLATE.match(text, at):
        return False
    return text[at] == "{" or site.kind not in SHAPES or _OPENS_TEXT.match(text, at + 1) is not None


def _plain(site: Site, at: int, op: str, *, strict: bool) -> Span | None:
    """A value as its quotes, its form or the next separator delimits it."""
    text, kind = site.scan.text, site.kind
    value = read_value(text, at, kind)
    if value is None and kind == "health_id" and strict:
        site, value = site._replace(kind="person"), read_value(text, at, "person")
    if value and not value.quoted and site.before in ("?", "&"):
        anchor = text.find("#", value.start, value.end)
        value = value._replace(end=anchor) if anchor > value.start else value
    if value and kind == "session" and site.before == ";":
        anchor = text.find("?", value.start, value.end)
        value = value._replace(end=anchor) if anchor > value.start else value
    if (
        value
        and site.name.lower() == "key"
        and site.before in ("?", "&")
        and not _is_query_key(text[value.start : value.end])
    ):
        return None
    return _with_others(site, with_change(site, judged(site, value, op), op))


def _with_others(site: Site, span: Span | None) -> Span | None:
    """What goes, with the others of a list without brackets: `backup codes: x, y`."""
    text = site.scan.text
    if span is None or not text[site.first : site.last].lower().endswith(PLURALS):
        return span
    start, last, kept = span
    while (other := _OTHER.match(text, last)) and (has_look(other[1], site.kind) or other[1].isdigit()):
        kept += text[last : other.start(1)] + marker(site.kind)
        last = other.end()
    return start, last, kept


def _header(site: Site, at: int, op: str, *, closed: bool) -> Span | None:
    """Credentials and cookies, to the end of the header line at most."""
    text = site.scan.text
    if text[at : at + 1] in ("[", "(", "{"):
        return _listed(site, at)
    value = read_value(text, at, site.kind)
    if value is None or _NAMES_ANOTHER.match(text, value.start):
        return None
    quote = site.before if not closed and site.before in ("'", '"', "`") else ""
    if site.kind == "authorization":
        return authorization(site, value, quote, op)
    if not _COOKIE.match(text, value.start):
        return judged(site, value, op)
    value = value if value.quoted else header_line(text, at, quote)
    return value.start, value.end, marker("cookie")


def _block(site: Site, at: int) -> Span | None:
    """The items of a list in YAML, a line each."""
    text = site.scan.text
    if text[at : at + 1] not in ("\n", "\r"):
        return None
    pieces: list[str] = []
    start = last = at
    while (item := _ITEM.match(text, last)) and len(pieces) < _MAX_ITEMS:
        value = read_value(text, item.end(), site.kind)
        if value is None or value.end < item.end():
            break
        content = text[value.start : value.end]
        named = site.kind in _ALL_SECRET and content.replace("-", "").replace("_", "").isalpha()
        span = None if named else judged(site, value, "=")
        pieces.append(text[last : value.start] + (span[2] if span else text[value.start : value.end]))
        last = value.end + (1 if value.quoted and text[value.end : value.end + 1] in ("'", '"') else 0)
        pieces[-1] += text[value.end : last]
        ending = _LINE_END.match(text, last)
        if ending is None:
            break
    whole = "".join(pieces)
    return (start, last, whole) if pieces and whole != text[start:last] else None


def _listed(site: Site, at: int) -> Span | None:
    """A flat list of secrets. An object is read name by name, unless by its name all of it is secret."""
    text, kind = site.scan.text, site.kind
    wrapped = _COLLECTION.match(text, at)
    at = wrapped.end() if wrapped else at
    if _ERRORS.match(text, at + 1):
        return _echoed(site, at)
    inside = container(text, at)
    if text[at] == "{" and (inside is None or not (kind in _ALL_SECRET or _SET.match(text, at, inside.end + 1))):
        plan_held(site, at)
        return None
    if inside is None:
        return None
    content = text[inside.start : inside.end]
    if (
        _NAMING.match(content)
        or (text[at] == "{" and is_typed(content))
        or (text[at] == "(" and (content[:1] == "?" or _REMARK.fullmatch(content)))
    ):
        site.scan.saw(inside.end)
        return None
    if _BODY.match(text, inside.end + 1):
        return None
    items = [item or other for item, other in _ITEMS.findall(content)]
    if items:
        found = any(_is_item(site, item) for item in items)
    else:
        found = any(
            _judge.is_value(item, kind, site.name, quoted=False, op=":")
            for item in (part.rpartition(":")[2].strip() for part in content.split(","))
        )
    if not items and found and _NAMES.fullmatch(content) and not any(map(str.isdigit, content)):
        return None
    if not found and (said := _said(site, content)):
        return inside.start + said[0], inside.start + said[1], marker(kind)
    if found and not _EXPRESSION.search(content):
        kept = _named_inside(content, kind) if text[at] == "{" else marker(kind)
        return inside.start, inside.end, kept
    site.scan.saw(inside.end)
    return None


def _echoed(site: Site, at: int) -> Span | None:
    """The value that the first of some errors quotes: `[ErrorDetail(string='"x" is not valid')]`."""
    text, first = site.scan.text, at + 1
    closing = text.find("]", first, first + _MAX_ECHO)
    last = closing if closing >= 0 else min(len(text), first + _MAX_ECHO)
    site.scan.saw(last)
    said = _said(site, text[first:last])
    return (first + said[0], first + said[1], marker(site.kind)) if said else None


def _said(site: Site, content: str) -> tuple[int, int] | None:
    """Where a message about a field quotes its value: `{"password": ["Value 'x' is not allowed."]}`."""
    for item in _ITEMS.finditer(content):
        group = item.lastindex or 1
        for said in _SAID.finditer(content, *item.span(group)):
            quoted = said.lastindex or 1
            if has_look(said[quoted], site.kind):
                return said.span(quoted)
    return None


def _named_inside(content: str, kind: str) -> str:
    """An object all of which is secret, with its names and what they say is none; where it has no names, a marker."""
    if _MEMBERS.fullmatch(content) is None:
        return marker(kind)

    def kept(match: re.Match[str]) -> str:
        opening, value, closing = (part for part in match.groups()[2:] if part is not None)
        named, harmless = (
            words_of(match[2]),
            "[REDACTED:" in value or not _judge.is_value(value, "", "", quoted=True, op="="),
        )
        if (
            harmless
            or not _HARMLESS_INSIDE.isdisjoint(named)
            or (kind == "cookie" and is_plain_cookie(match[2], value))
        ):
            return match[0]
        return f"{match[1]}{opening}{marker(kind)}{closing}"

    return _MEMBER.sub(kept, content)


def _is_item(site: Site, item: str) -> bool:
    """Whether a text in a list is a secret: of tokens, one that has the look of it."""
    if not _judge.is_value(item, site.kind, site.name, quoted=True, op=":"):
        return False
    if shape := SHAPES.get(site.kind):
        return shape.fullmatch(item.strip()) is not None
    return (
        site.kind in ("credential", "secret") or site.kind == "password" or any(map(str.isdigit, item)) or " " in item
    )


def authorization(site: Site, value: Value, quote: str, op: str) -> Span | None:
    """Credentials after their scheme, which stays (RFC 9110, section 11.6.2)."""
    text, start = site.scan.text, value.start
    scheme = _SCHEME.match(text, start, value.end if value.quoted else len(text))
    named = scheme.group().strip(" \t+") if scheme else ""
    known = named.lower() in _SCHEMES
    if scheme and op == "=" and not value.quoted and _NEXT.match(text, scheme.end()):
        scheme = None
    opaque = _OPAQUE.match(text, scheme.end()) if scheme and not known and named.isalpha() else None
    if scheme is None or not (known or opaque or _judge.is_value(named, "token", "", quoted=True, op=":")):
        return judged(site, value, op)
    at = scheme.end()
    if text.startswith("[REDACTED:", at):
        return None
    if value.quoted:
        inner: Value | None = Value(at, value.end, quoted=True)
    elif named.lower() in _MANY or _PARAMETERS.match(text, at):
        inner = header_line(text, at, quote)
        return inner.start, inner.end, but_for_realm(text[inner.start : inner.end])
    else:
        inner = read_value(text, at, "authorization")
    return judged(site, inner, "=")


def _is_query_key(value: str) -> bool:
    """Whether what a query calls its key opens something: `?key=introduction` does not."""
    return len(value) >= _QUERY_LEAST and any(map(str.isdigit, value))


def _is_of_a_path(site: Site, at: int) -> bool:
    """Whether a colon without a space parts the name of an entry, as in `session:42:profile`."""
    return site.before == ":" or (site.name.lower() in _SPACES and not _LONG.match(site.scan.text, at))


def _begins_line(text: str, at: int) -> bool:
    line = text.rfind("\n", max(0, at - _MAX_INDENT), at) + 1
    return not text[line:at].strip(" \t-\"'") and (line > 0 or at < _MAX_INDENT)
