"""Values that are written in a form of their own, and what a link or a key carries without a sensitive name."""

from __future__ import annotations

from typing import NamedTuple

from failsoft.deferred import as_pattern
from failsoft.sanitize.checks import looks_random
from failsoft.sanitize.grammar import SHAPES, Value, end_of_private_key, header_line, read_value
from failsoft.sanitize.keys import words_of
from failsoft.sanitize.rules import STRONG_TERMS, word_set
from failsoft.sanitize.scanner import Scan, Span, marker
from failsoft.sanitize.verdict import Judge, is_announced

__all__ = [
    "HEX_LIKE",
    "SCOPED_KEY",
    "Site",
    "delimited_form",
    "has_look",
    "is_named",
    "judged",
    "random_key",
    "refused",
    "special_form",
    "with_change",
]

HEX_LIKE = as_pattern(r"[0-9A-Fa-f-]{16,}|\d{6,}")
"""Long numbers, hexadecimal or decimal."""
SCOPED_KEY = as_pattern(
    r"(A(?:KIA|SIA)[A-Z0-9]{16})(?:/|%2[Ff])\d{8}(?:(?:/|%2[Ff])[a-z0-9-]{1,32}){2}(?:/|%2[Ff])aws4_request"
)
"""The id of a key with the scope of a signature of AWS: date, region, service."""

# a password in the braces of an ODBC connection string, where `}}` stands for one brace
_BRACED = as_pattern(r"\{((?=(?:[^\n}]|\}\}){0,128}?(?:[^\w\n}]|\}\}))(?:[^{}\"'\n]|\}\}){1,256})\}(?=;|$|[\"'\s])")
# a passphrase of an environment, which is in quotes with its name
_WORDS = as_pattern(r"([a-z0-9-]{2,24}(?: [a-z0-9-]{2,24}){2,24})(?=\")")
# a password with spaces in a list that semicolons part
_PARTED = as_pattern(r"[^;=\s\"'{\[<$][^;=\n\"']{0,127}(?=;)")
# all of it in quotes with its name, as `-H 'X-Api-Key: x'`
_IN_QUOTES = as_pattern(r"(?:\\['\"]|[^\s\\'\"]){1,256}")
_NEXT_LINE = as_pattern(r"\r?\n[ \t]{0,16}([^\s\"'{\[<-]\S{4,127})(?=\r?\n|$)")
_MNEMONIC = as_pattern(r"[a-z]{3,8}(?:[ ,]{1,2}[a-z]{3,8}){5,23}")
_SPELLED = word_set("seed phrase seedphrase recoveryphrase mnemonic mnemonicphrase")
_SIGNED = as_pattern(r"t=\d{1,12},")
_TOLD_KINDS = word_set("password secret api_key private_key otp token")
# lines of `.pgpass` and `.htpasswd`, in which colons part what is before the password from it
_FILES = ("pgpass", "passwd")
_OF_FILE = as_pattern(
    r"(?:[\w.*-]{1,253}:(?:\d{1,5}|\*):[^\s:]{1,64}:[^\s:]{1,64}|[\w.@-]{1,64}(?=:(?:[$\{]|\[REDACTED:))):([^\s\"']{1,256})(?=[\s\"']|$)"
)


_OWN_VALUE = as_pattern(r"\s{0,2}[=:]{1,2}[>\s]{0,2}[^\s=:]|\s{1,2}[\"'`]\S")

_RAW = as_pattern(r"[bBfF]?[rR][bBfF]?[\"']{1,3}$")
_PATTERN = as_pattern(r"[\[(\\{?*+^$|]")
_CHAINED = as_pattern(
    r" (?:=|\+|\|\||&&|\?\??|:|[=!]==?|if|or|and|else|is|in|not in|as) [\w(\"'{\[`!$.]|\.#|\[[\w'\"]{1,40}\]"
)
# what puts texts together
_JOINS = (" ", "+", ".", '"', "'")
_EMBEDDED = as_pattern(r"([\"']) ?(?:[+.&]|\|\|) ?[A-Za-z_$][\w.$>()\[\]-]{0,60} ?(?:[+.&]|\|\|) ?\1")
_JOINED = as_pattern(r" ?(?:\+|\.|\|\||&&?|\?\?|\?|%|<<) (?:[A-Za-z_$(\[{]|[\"'`])|\+[A-Za-z_$(][\w.$]*[+)(\[.]")
_NUMBER = as_pattern(r"\d{1,3}|0[xX][0-9a-fA-F]{1,8}")


# the name of an object of Kubernetes, which may end in a hash of what is in it, and in five letters of chance
_RESOURCE = as_pattern(
    r"(?:[a-z]+(?:[.-][a-z]+)*/)?[a-z]+(?:[.-](?:[a-z]+|v?\d{1,4}))*(?:-[bcdfghjkmlnpqrstvwxz2456789]{4,10}){0,2}"
)
# how an option names a secret that is kept elsewhere
_KEPT_ELSEWHERE = as_pattern(r"[a-z]{2,24}(?:[-_/.][a-z]{2,24}){1,6}")
_FATE = as_pattern(
    r"[\"']? (?:not found|does(?:n't| not) exist|already exists|is (?:missing|forbidden|invalid|immutable)|unchanged"
    r"|created|configured|deleted|patched|updated|\(namespace)"
)
# of which no more is known than what it is called
_NOT_FOUND = as_pattern(
    r"(?i)(?:no such|no matching|unknown|nonexistent|undefined|(?:can|could)(?:not|n't|'t| not) (?:find|locate|resolve)"
    r"|unable to (?:find|locate|resolve)|did not find)"
    r"(?: (?:the|a|an|any|specified|named|requested|given|matching)){0,2} $"
)
_SOUGHT_KINDS = word_set("secret token api_key private_key session credential")
_FEW_WORDS = as_pattern(r" ([^\W\d_]+|\d{1,3})(?: (?:[^\W\d_]+|\d{1,3})){0,1}[.!]?(?=$|[\r\n;,)\]}\"']| \()")
# `pod "api-1" not found`: a thing and its name
_THING = as_pattern(r" ([\"'`])[\w./:@-]{1,80}\1(?= [a-z])")
# a word of prose is none of these when another one follows: `token: service error: forbidden`
_RANDOM_KINDS = word_set("token api_key private_key session csrf signature dsn")
_NEXT_WORD = as_pattern(r" [a-z]{2,24}(?=[ .,:;!?)\]\"']|$)")
# after these, what stood before them was more than a word
_GOES_ON = word_set(
    "for of from at in on and or with by to user as is was were has failed rejected refused accepted used given sent "
    "received tried entered not did does"
)

_GENERATED = as_pattern(r"b?\\{0,3}[\"'`]?([A-Za-z0-9+_~-]{20,128}={0,2}|[A-Za-z0-9+/]{42,128}={1,2})(?![\w/.=+~-])")
# keys that open nothing
_PLAIN_KEYS = word_set(
    "socket public publishable primary foreign sort partition cache routing idempotency object range hash index unique "
    "lookup group "
    "dedup composite natural surrogate message row storage blob file image asset s3 record entity host site pub "
    "sitekey "
    "map dict business translation i18n metric label tag registry config option etag query redis topic kafka shard"
)

# of a pair of keys, what it is called by: the id of an OpenPGP key (RFC 9580, section 5.5.4), in digits of hexadecimal,
# and the fingerprint of any
_KEY_ID = as_pattern(r"(?:0[xX])?(?:[0-9A-F]{8}|[0-9A-F]{16}|[0-9A-F]{40})|(?:0[xX])?(?:[0-9a-f]{16}|[0-9a-f]{40})")
_FINGERPRINT = as_pattern(r"(?:MD5:)?[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){15,31}|SHA256:[A-Za-z0-9+/]{43}=?")
_PGP_KEY = as_pattern(
    r"(?i)(?:(?:gpg|pgp)[ _-]?key|user\.signing[_-]?key|\bgpg: [^\n]{0,64}\b(?:rsa|secret|private|signing)[ _-]?key)$"
)
_KEY_OF_PAIR = as_pattern(r"(?i)(?:rsa|ssh)[ _-]?key$")
_LONGEST_KEY = 96

_LEAST_SIGNED = 8
# the name of a class in a module
_DOTTED = as_pattern(r"[A-Za-z_]\w*(?:\.[A-Za-z_]+)+")
# capitals inside of a word that has a digit as well
_CASES = as_pattern(r"(?=\w{10})(?=[A-Za-z]*\d)(?=\w*[a-z][A-Z])\w*[A-Z]{2}")
# what it was and what it is to be
_CHANGE = as_pattern(r"[\"'`]?\s{0,4}(?:->|=>|→|~>|-->|⇒)\s{0,4}(?=[^\s])")
_VERY_LONG, _MOST_VAIN = 2_048, 12
_judge = Judge()


class Site(NamedTuple):
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


def has_look(text: str, kind: str) -> bool:
    """Whether what stands in a sentence about a field has the look of a value, and not of a type or a name."""
    text = text.rstrip(".…")
    if "[REDACTED:" in text or "(" in text or "://" in text or _DOTTED.fullmatch(text):
        return False
    if is_announced(text, kind) or looks_random(text) or HEX_LIKE.fullmatch(text) or _CASES.search(text):
        return True
    return kind == "password" and len(text) >= _LEAST_SIGNED and not text.replace("-", "").replace("_", "").isalnum()


def is_named(text: str, value: Value) -> bool:
    """Whether a bare word is itself the name of something secret with its own value: `token client_secret='x'`."""
    content = text[value.start : value.end]
    name = content.rstrip("=:").lstrip("-")
    if not name.replace("_", "").replace("-", "").isalpha() or not _OWN_VALUE.match(
        text, value.start + len(content.rstrip("=:"))
    ):
        return False
    words = words_of(name)
    return any("".join(words[-n:]) in STRONG_TERMS for n in (1, 2, 3))


def _is_remark(site: Site, value: Value, op: str) -> bool:
    """Whether a few plain words follow a colon, in whatever language, or the name of a secret and its fate."""
    text = site.scan.text
    content = text[value.start : value.end]
    if site.kind == "secret" and _RESOURCE.fullmatch(content) and _FATE.match(text, value.end):
        return True
    if op != ":" or text[value.start - 1] != " " or not content.isalpha() or site.kind in SHAPES:
        return False
    if content.islower() and (
        _THING.match(text, value.end) or (site.kind in _RANDOM_KINDS and _NEXT_WORD.match(text, value.end))
    ):
        return True
    rest = _FEW_WORDS.match(text, value.end)
    return rest is not None and rest[1].lower() not in _GOES_ON


def _is_joined(text: str, value: Value, content: str) -> bool:
    """Whether what stands between two quotes is code: the first one ends a text, as in `"Token " + token.key`."""
    if not value.quoted or content[:1] not in _JOINS:
        return False
    if _EMBEDDED.fullmatch(content):
        return True
    return _JOINED.match(content) is not None and text[value.start - 2 : value.start - 1] in (" ", "=", ":")


def _is_type(text: str, value: Value, content: str) -> bool:
    """Whether a type is named: `'int' object cannot be converted`, `SharedResolver { inner: … }`."""
    if value.quoted:
        return content.isidentifier() and text.startswith(" object ", value.end + 1)
    return content[:1].isupper() and content.isalpha() and text.startswith(" {", value.end)


def _is_thing(site: Site, value: Value) -> bool:
    """Whether a secret is named that is kept elsewhere, and no value is told: `--secret-id prod/db`."""
    content = site.scan.text[value.start : value.end]
    if _NOT_FOUND.search(site.scan.before(site.first)):
        return not has_look(content, site.kind) or _KEPT_ELSEWHERE.fullmatch(content) is not None
    if site.kind != "secret":
        return False
    if (
        "/" in content
        and site.scan.text[site.last : value.start] == " "
        and _RESOURCE.fullmatch(content)
        and not looks_random(content)
    ):
        # the name of an object in its namespace
        return True
    if site.name.startswith("-") and not value.quoted:
        return _KEPT_ELSEWHERE.fullmatch(content) is not None
    if words_of(site.name)[-2:] == ("secret", "id") and _KEPT_ELSEWHERE.fullmatch(content):
        return True
    return value.quoted and _RESOURCE.fullmatch(content) is not None and bool(_FATE.match(site.scan.text, value.end))


def _is_key_id(site: Site, content: str) -> bool:
    """Whether a key is told by its id or by its fingerprint, which open nothing: `using RSA key 9D5F1C2B3A4E6F70`."""
    if site.kind != "private_key" or not (_KEY_ID.fullmatch(content) or _FINGERPRINT.fullmatch(content)):
        return False
    before = site.scan.text[max(0, site.last - _LONGEST_KEY) : site.last]
    # no such key is as short, but one that signs may be
    return (_KEY_OF_PAIR.search(before) or _PGP_KEY.search(before)) is not None


def _is_code(site: Site, value: Value, between: str) -> bool:
    """Whether the whole assignment is code: of a pattern, of several at once, of one that goes on."""
    text = site.scan.text
    if value.quoted:
        return _RAW.search(between) is not None and _PATTERN.search(text, value.start, value.end) is not None
    if site.before == "[" and between.startswith("] = ") and text[site.first - 2 : site.first - 1].isalnum():
        # what stands under a variable key
        return True
    content = text[value.start : value.end]
    if _NUMBER.fullmatch(content) and site.kind not in ("otp", "cvv"):
        return True
    if not content.lstrip("!").replace("_", "").replace(".", "").replace("#", "").isalpha():
        return False
    return text[site.first - 2 : site.first] == ", " or _CHAINED.match(text, value.end) is not None


def judged(site: Site, value: Value | None, op: str) -> Span | None:
    """What goes of a value that stands under a sensitive name, or None if it is none."""
    if value is None:
        return None
    text, kind = site.scan.text, site.kind
    armour = text.find("-----BEGIN", value.start, value.end)
    if armour >= 0 and (last := end_of_private_key(text, armour)):
        # goes on beyond the line that the value ends with
        return value.start, max(value.end, last), marker("private_key")
    content = text[value.start : value.end]
    if not value.quoted and (is_named(text, value) or _is_remark(site, value, op)):
        return refused(site, value)
    if (kind in _SOUGHT_KINDS and _is_thing(site, value)) or _is_type(text, value, content):
        return refused(site, value)
    if _is_joined(text, value, content) or _is_key_id(site, content):
        return refused(site, value)
    if kind == "credential" and (scoped := SCOPED_KEY.fullmatch(content)):
        # a request is judged by where it was sent to, so the rest is worth its place
        return value.start, value.start + scoped.end(1), marker("aws_key")
    fits = kind in ("name", "address") or not value.quoted or kind not in SHAPES or SHAPES[kind].match(content)
    after = text[value.end : value.end + 1]
    between = text[site.last : value.start]
    spaced = " = " in between
    if spaced and _is_code(site, value, between):
        return refused(site, value)
    if fits and _judge.is_value(content, kind, site.name, quoted=value.quoted, op=op, after=after, spaced=spaced):
        return value.start, value.end, marker("jwt" if content.startswith("eyJ") else kind)
    return refused(site, value)


def with_change(site: Site, span: Span | None, op: str) -> Span | None:
    """What goes, together with the new value that an arrow leads to: `"x" -> "y"`, bare only what looks like one."""
    text = site.scan.text
    change = _CHANGE.match(text, span[1]) if span else None
    if span is None or change is None:
        return span
    other = read_value(text, change.end(), site.kind)
    content = text[other.start : other.end] if other else ""
    if other is None or not (other.quoted or is_announced(content, site.kind) or looks_random(content)):
        return span
    later = judged(site, other, op)
    return (span[0], later[1], span[2] + text[span[1] : later[0]] + later[2]) if later else span


def refused(site: Site, value: Value) -> Span | None:
    """Nothing, of what stands under a sensitive name and is no value; but what is read without end is withheld.

    A long text without a gap is read from every sensitive name in it to its end. So that this takes linear time, all
    of it goes when it was read in vain many times.
    """
    scan = site.scan
    scan.saw(value.end + 1)
    if value.end - value.start <= _VERY_LONG:
        return None
    scan.vain += 1
    if scan.vain <= _MOST_VAIN:
        return None
    return value.start, value.end, marker("bounds")


def special_form(site: Site, at: int, op: str) -> Span | None:
    """What goes of a value that only its name tells how to read."""
    text, kind = site.scan.text, site.kind
    if kind == "signature" and _SIGNED.match(text, at):
        line = header_line(text, at, "")
        return line.start, line.end, marker(kind)
    if kind == "secret" and "".join(words_of(site.name)) in _SPELLED and (words := _MNEMONIC.match(text, at)):
        return judged(site, Value(at, words.end(), quoted=True), "=")
    if kind == "password" and op == "=" and site.before == ";" and (parted := _PARTED.match(text, at)):
        return judged(site, Value(at, parted.end(), quoted=False), op)
    return None


def delimited_form(site: Site, at: int, op: str, *, closed: bool) -> Value | None:
    """A value that something before its name, or the end of its line, delimits.

    Parameters:
        closed: a quote stood right after the name.
    """
    text, kind = site.scan.text, site.kind
    if kind == "password" and site.name[-6:].lower() in _FILES and (line := _OF_FILE.match(text, at)):
        return Value(line.start(1), line.end(1), quoted=True)
    if "=" in op:
        braced = _BRACED.match(text, at) if kind == "password" and text[at - 1] == "=" else None
        if braced is None and op == "=" and site.before == '"' and site.name.isupper():
            braced = _WORDS.match(text, at)
        return Value(braced.start(1), braced.end(1), quoted=True) if braced else None
    if (
        (kind in _TOLD_KINDS or kind == "signature")
        and (line := _NEXT_LINE.match(text, at))
        and is_announced(line[1], kind)
    ):
        return Value(line.start(1), line.end(1), quoted=False)
    if closed or kind in SHAPES or site.before not in ("'", '"'):
        return None
    inner = _IN_QUOTES.match(text, at)
    return Value(at, inner.end(), quoted=False) if inner and text.startswith(site.before, inner.end()) else None


def random_key(scan: Scan, name: str, at: int) -> Span | None:
    """What is called the key to something and has the look of a generated secret."""
    words = words_of(name)
    if not words or words[-1] != "key" or not _PLAIN_KEYS.isdisjoint(words):
        return None
    value = _GENERATED.match(scan.text, at)
    if value is None or HEX_LIKE.fullmatch(value[1]) or not looks_random(value[1]):
        return None
    return value.start(1), value.end(1), marker("api_key")
