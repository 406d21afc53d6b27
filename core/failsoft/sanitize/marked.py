"""Values that markup, pairs and options give a sensitive name: `<password>x</password>`, `("password", "x")`,
`{"name": "password", "value": "x"}`, `--password x`, multipart form data."""

from __future__ import annotations

import re

from failsoft.deferred import as_pattern
from failsoft.sanitize.assigned import authorization
from failsoft.sanitize.beside import NUMBERED_KINDS
from failsoft.sanitize.checks import looks_random
from failsoft.sanitize.complaints import complained
from failsoft.sanitize.forms import Site, judged
from failsoft.sanitize.grammar import SHAPES, Value, line_end, read_value, tag_text
from failsoft.sanitize.keys import KeyMatcher
from failsoft.sanitize.scanner import Span
from failsoft.sanitize.verdict import is_announced

__all__ = ["marked_up"]

_PAIR = as_pattern(r"\\{0,7}[\"'](?:\s{0,4}[,;]\s{0,4}|\s{0,2}\)\s{0,2}=\s{0,2})(?=[bu]?\\{0,7}[\"'])")
_SERIALIZED = as_pattern(r"\\?\";s:\d{1,5}:(?=\\?\")")
_NAMED = as_pattern(
    r"(?i)\\{0,7}[\"'](?:\s{0,4},)?\s{0,16}\\{0,7}[\"']?(?:(?!(?:min|max)[_-]?value)(?:[a-z]{1,16}[_-]?)?value|val|v|content|data|default|input)\\{0,7}[\"']?"
    r"\s{0,4}[:=]\s{0,4}(?:\[(?=[\"']))?"
)
# `1) "requirepass"`, and on the next line `2) "x"`
_REPLY = as_pattern(r"\\{0,3}\"(?:\r?\n|\\n)\s{0,8}(\d{1,4})\) (?=\\{0,3}\")")
_REPLIED = as_pattern(r"(?<!\d)(\d{1,4})\) \\{0,3}\"$")
_OF_PAIRS = as_pattern(r"(?i)\b(?:config get|hgetall|xrange|xrevrange|xread|hscan|hello)\b")
_DIALOG = 400
# `{"type": "passport", "number": "x"}`
_NUMBER_OF = as_pattern(
    r"\\{0,7}[\"'](?:\s{0,4},\s{0,16}\\{0,7}[\"']\w{1,32}\\{0,7}[\"']\s{0,4}:\s{0,4}(?:\\{0,7}[\"'][^\"'\n\\]{0,64}\\{0,7}[\"']|\w{1,16})){0,3}?"
    r"\s{0,4},\s{0,16}\\{0,7}[\"'](?:(?i:document|id|doc)_?)?(?i:number|no|num|nr)\\{0,7}[\"']\s{0,4}:\s{0,4}"
)
_NAMED_LINE = as_pattern(r"[\"']?[ \t]{0,4}\r?\n[ \t]{0,16}value:[ \t]{1,4}")
# `<input value="x" name="csrf_token">`
_REVERSED = as_pattern(r"<\w{1,12} [^<>]{0,80}?(?:value|content)=([\"'])([^\"'<>]{1,512})\1[^<>]{0,80}name=[\"']$")
_GOT_VALUE = as_pattern(r"[\"']\]? (?:got|received)(?: (?:an )?(?:invalid )?value:?)? (?=[\"'])")
_OTHER_TAG = as_pattern(r"(?:\bfor=|<class )[\"'][\w.$-]{0,64}$")
_LIST_END = as_pattern(r"\\{0,7}[\"']\s{0,2}\]")
_NEXT_TAG = as_pattern(
    r"(?:</(?:b|strong|code|span|a|label)>)?\s{0,4}"
    r"(?:</(?:\w{1,12}:)?(?:key|name|Key|Name)>\s{0,16}(?:<(?:\w{1,12}:)?value>\s{0,16})?"
    r"(?=<(?:\w{1,12}:)?(?:string|value|data|base64|int|i4|String|Value)\b)"
    r"|:?</(?:t[dh]|dt)>\s{0,32}<(?:td|dd)(?:\s[^<>]{0,80})?>\s{0,16}(?:<(?:pre|code|span|div|b|i|em"
    r"|strong)(?:\s[^<>]{0,80})?>\s{0,4}){0,3})"
)
_CELL = as_pattern(r"(?:&#x27;|&#39;|&quot;|[\"'])?([^<>\r\n]{1,1024}?)(?:&#x27;|&#39;|&quot;|[\"'])?(?=\s{0,16}</)")
_NAMED_TAG = as_pattern(r"[\"'](?:\s[^<>]{0,80})?(?=>)")
_INNER_VALUE = as_pattern(r">\s{0,32}<(?:\w{1,12}:)?(?:value|string|Value|AttributeValue)(?:\s[^<>]{0,200})?(?=>)")
_BREAK = r"(?:\r?\n|(?:\\r)?\\n)"
_FORM_PART = as_pattern(
    rf"\\?[\"'](?:;[^\r\n\\]{{0,200}})?(?:{_BREAK}[A-Za-z-]{{1,40}}:[^\r\n\\]{{0,200}}){{0,4}}{_BREAK}{_BREAK}(?=[^\r\n\\])"
)
# `| password | x |`, and what `psql -x` prints
_CELLS = as_pattern(r"[ \t]{0,40}\|[ \t]{0,40}([^\s|][^|\r\n]{0,254}?)[ \t]{0,40}(?=\||\r?\n|$)")
_ALTERNATION = as_pattern(r"\|(?:[\w\[\]?*+.\\-]{1,40}\|){0,16}[\w\[\]?*+.\\-]{1,40}\)")
# `api_key     x`, a line of a table that spaces align
_COLUMNS = as_pattern(r"(?:[ \t]{2,40}|[ \t]?\.{3,40}[ \t])([^\s|]{8,256})[ \t]{0,40}(?=\r?\n|$)")
# a list of settings that dots align, as HikariCP logs it: `password........"x"`
_LEADERS = as_pattern(r"\.{6,64}(?:\"([^\"\n]{1,256})\"|([^\s\"'<({\[.][^\s\"']{5,255}))(?=[ \t]{0,40}(?:\r?\n|$))")
# `{password, <<"x">>}`
_ERLANG = as_pattern(r"\s{0,4},\s{0,4}(?:<<)?(?=\")")
_BLANK = (" ", "\t", "|", ".")
# what may follow one blank between two cells
_PARTING = (" ", "\t", "|", ".")
_MAX_PART, _INDENT = 4_096, 32
_GENERATED_KINDS = frozenset(["token", "session", "authorization", "cookie", "csrf", "signature", "api_key"])
_LONG, _LONGEST_TAG = 16, 1_024
_MIGRATION = as_pattern(r"\d{4}_\w+")
_TAG = as_pattern(r"<(?:[A-Za-z][\w.-]{0,24}:)?$")
_OPTION = as_pattern(r"[ \t\x00]+(?!-)(?=[^\s,;|\]])")
# what the help of a command says about an option, in a column of its own
_HELP = as_pattern(r"[A-Z][a-z]{1,16} [a-z]{1,16}\b")
_OPTION_ITEM = as_pattern(r"[\"'](?:\s{0,4},\s{0,4}| a\d{1,2}=)(?=[bu]?[\"'][^-])")


def marked_up(site: Site, keys: KeyMatcher) -> tuple[bool, Span | None]:
    """XML, quoted names in pairs and objects, options of commands: whether it is one, and what goes."""
    text, first, last = site.scan.text, site.first, site.last
    before = text[max(0, first - 28) : first]
    lead = before[-1:]
    if lead == ">" and (following := _NEXT_TAG.match(text, last)):
        if text[following.end() - 1] != "<" and text[following.end() : following.end() + 1] != "<":
            cell = _CELL.match(text, following.end())
            return True, judged(site, Value(cell.start(1), cell.end(1), quoted=True), ">") if cell else None
        return True, judged(site, tag_text(text, following.end() + 1 + _tag_name(text, following.end() + 1)), ">")
    if lead in (" ", "'", '"') and "\n" in text[last : last + 7] and (line := _NAMED_LINE.match(text, last)):
        return True, judged(site, read_value(text, line.end(), site.kind), ":")
    if lead in ("<", ":") and (tag := _TAG.search(before)) and before[: tag.start()][-1:] not in ("/", "P"):
        return True, judged(site, tag_text(text, last), ">")
    if span := complained(site):
        return True, span
    if text[last : last + 1] in _BLANK and (column := _table_cell(site)):
        return True, judged(site, column, "=")
    if lead in ("'", '"'):
        return _paired(site, keys)
    if lead == "{" and (item := _ERLANG.match(text, last)):
        return True, judged(site, read_value(text, item.end(), site.kind), "=")
    if site.name.startswith("-") and "$" not in site.name and (option := _OPTION.match(text, last)):
        return True, _of_option(site, option.end())
    return False, None


def _of_option(site: Site, at: int) -> Span | None:
    """The argument of an option, unless a marker is all that it says, as `pass:[REDACTED:password]`."""
    text = site.scan.text
    if at - site.last > 1 and _HELP.match(text, at):
        return None
    value = read_value(text, at, site.kind)
    if value and text.startswith("[REDACTED:", text.find("[", value.start, value.end + 1)):
        return None
    return judged(site, value, " ")


def _table_cell(site: Site) -> Value | None:
    """What stands beside a name in a table, parted by a bar, or aligned by spaces to the end of the line."""
    text, last = site.scan.text, site.last
    if text[last] != "|" and text[last + 1 : last + 2] not in _PARTING:
        return None
    if "{{" in site.scan.before(site.first, _INDENT):
        # a pipe in a template
        return None
    if text[last] == "|" and _ALTERNATION.match(text, last):
        # of a regular expression
        return None
    if text[last] == "." and (cell := _LEADERS.match(text, last)) and (cell[1] or _is_cell(cell[2], site)):
        return Value(*cell.span(cell.lastindex or 1), quoted=True)
    if (cell := _CELLS.match(text, last)) and is_announced(cell[1], site.kind):
        return Value(cell.start(1), cell.end(1), quoted=True)
    if (cell := _COLUMNS.match(text, last)) and _opens_line(site) and _is_cell(cell[1], site):
        return Value(cell.start(1), cell.end(1), quoted=True)
    return None


def _opens_line(site: Site) -> bool:
    """Whether nothing but spaces stands before the name on its line."""
    before = site.scan.text[max(0, site.first - _INDENT) : site.first]
    indent = before.rpartition("\n")[2]
    return not indent.strip() and ("\n" in before or len(before) == site.first)


def _is_cell(text: str, site: Site) -> bool:
    """Whether a word in a column of values has the look of one."""
    if site.kind in SHAPES or not site.name.replace("-", "_").isidentifier():
        return False
    return looks_random(text) or is_announced(text, site.kind)


def _paired(site: Site, keys: KeyMatcher) -> tuple[bool, Span | None]:
    """A name in quotes, and the value that belongs to it."""
    text, last, kind = site.scan.text, site.last, site.kind
    if serialized := _SERIALIZED.match(text, last):
        return True, judged(site, read_value(text, serialized.end(), kind), "=")
    if named := _NAMED.match(text, last):
        return True, judged(site, read_value(text, named.end(), kind), "=")
    if (reply := _REPLY.match(text, last)) and (index := _REPLIED.search(site.scan.before(site.first, 10))):
        return True, _replied(site, keys, int(index[1]), reply)
    if kind in NUMBERED_KINDS and (numbered := _NUMBER_OF.match(text, last)):
        return True, judged(site, read_value(text, numbered.end(), kind), "=")
    if "form-data" in site.scan.before(site.first, 24) and (part := _FORM_PART.match(text, last)):
        return True, judged(site, _content(text, part.end()), "=")
    if site.before in ("'", '"') and (tag := _REVERSED.search(site.scan.before(site.first, 640))):
        start = site.first - len(tag.group()) + tag.start(2) - tag.start()
        return True, judged(site, Value(start, start + len(tag[2]), quoted=True), "=")
    if got := _GOT_VALUE.match(text, last):
        return True, judged(site, read_value(text, got.end(), kind), "=")
    if (
        _NAMED_TAG.match(text, last)
        and _in_tag(text, site.first)
        and not _OTHER_TAG.search(site.scan.before(site.first, 96))
    ):
        inner = _INNER_VALUE.match(text, text.index(">", last))
        return True, judged(site, tag_text(text, inner.end() if inner else text.index(">", last)), ">")
    if site.name.startswith("-") and (item := _OPTION_ITEM.match(text, last)):
        return True, judged(site, read_value(text, item.end(), kind), "=")
    return _in_pair(site, keys)


def _replied(site: Site, keys: KeyMatcher, index: int, reply: re.Match[str]) -> Span | None:
    """The item after a name in a list that a client of Redis prints, where names and values take turns."""
    value = read_value(site.scan.text, reply.end(), site.kind)
    if value is None or index % 2 == 0 or int(reply[1]) != index + 1:
        return None
    content = site.scan.text[value.start : value.end]
    if keys.is_name(content) or not (_has_look(content) or _OF_PAIRS.search(site.scan.before(site.first, _DIALOG))):
        # of a list of names
        return None
    return judged(site, value, "=")


def _in_tag(text: str, at: int) -> bool:
    """Whether a tag is open here: `'password' must be > 8` is none."""
    return "<" in text[max(0, at - _LONGEST_TAG) : at].rpartition(">")[2]


def _in_pair(site: Site, keys: KeyMatcher) -> tuple[bool, Span | None]:
    """The second of a pair: `("password", "x")`."""
    text, last, kind = site.scan.text, site.last, site.kind
    pair = _PAIR.match(text, last)
    opening = text[max(0, site.first - 6) : site.first].rstrip("\"'\\").rstrip("bu")
    if pair is None or not opening.endswith(("(", "[")):
        return False, None
    value = read_value(text, pair.end(), kind)
    if value is None or keys.is_name(text[value.start : value.end].rstrip("0123456789")):
        return True, None
    content = text[value.start : value.end]
    if kind in _GENERATED_KINDS and not (" " in content or _has_look(content)):
        return True, None
    if opening.endswith("[") and not (
        _LIST_END.match(text, value.end) and is_announced(text[value.start : value.end], kind)
    ):
        return True, None
    if kind == "authorization":
        return True, authorization(site, value, "", ",")
    return True, judged(site, value, ",")


def _has_look(text: str) -> bool:
    """Whether what stands beside a name such as "auth" is no other name."""
    if _MIGRATION.fullmatch(text):
        return False
    return is_announced(text, "token") or (len(text) >= _LONG and not text.replace("_", "").replace("-", "").isalpha())


def _content(text: str, at: int) -> Value:
    """The first line of a part of a form."""
    end = line_end(text, at, min(len(text), at + _MAX_PART))
    for stop in ("\\r\\n", "\\n"):
        found = text.find(stop, at, end)
        end = found if found >= 0 else end
    return Value(at, end, quoted=True)


def _tag_name(text: str, at: int) -> int:
    """How long the name of a tag is that begins here."""
    return len(text[at : at + 32].split(">", maxsplit=1)[0].split(" ", maxsplit=1)[0])
