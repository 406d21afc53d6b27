"""Values that prose gives after a sensitive name: `password is x`, `session id x`, `API key: x`, `date of birth x`."""

from __future__ import annotations

import re
from functools import lru_cache

from failsoft.deferred import as_pattern
from failsoft.sanitize.assigned import assigned, assignment
from failsoft.sanitize.checks import is_iban, looks_random
from failsoft.sanitize.forms import HEX_LIKE, Site, has_look, judged, refused, with_change
from failsoft.sanitize.grammar import MARKS, SHAPES, Value, read_value
from failsoft.sanitize.keys import KeyMatcher, words_of
from failsoft.sanitize.rules import DISARMING_PHRASES, STRONG_TERMS, word_set
from failsoft.sanitize.scanner import Scan, Span, any_case, marker
from failsoft.sanitize.verdict import is_announced

__all__ = ["Prose", "of_a_parser"]

_CACHE = 2_048
_WORDS = (
    "number", "no", "num", "code", "codes", "id", "key", "token", "secret", "phrase", "string", "record", "of", "birth",
    "date", "name", "security", "address", "line", "value", "header", "registration", "contact", "kin", "sociale",
    "hash", "pin", "cookie", "answers?", "question", "maiden", "nr", "nro", "nummer", "n[uú]m[eé]ro",
)  # fmt: skip
_PROSE = as_pattern(
    r"(?:\\{0,3}(?:[\"']|`{1,2}))?"
    r"(?:[ \t]\(?(?:is|was|are|were|by|BY|value|set to|equals|like|used|given|provided|supplied|tried|entered|received"
    r"|sent|got|rejected|attempted|as|on|am|el|le|es|est|ist|lautet)){0,3}"
    r"(?:[ ]-(?=[ ]))?[ \t]{0,2}[:=(#]{0,2}[ \t]{0,2}"
)
_OF_WHOM = as_pattern(
    r"(?i)[ ](?:for|of)[ ](?:(?:the )?(?:user|account|client|service|tenant|customer|db|database|role|host|login) )?"
    r"[\"']?[\w.@-]{1,40}[\"']?(?:[ ](?:is|was)[ ]|:[ ]|[ ]?=[ ]?)"
)
_OF = ("f", "o", "F", "O")
_PROSE_KINDS = word_set(
    "password secret token api_key private_key session otp cvv ssn card account phone birth_date health_id national_id "
    "csrf credential iban zip record date sin id_number signature"
)
_TOLD_KINDS = word_set("password secret api_key private_key otp token")
_CODE_KINDS = frozenset(["otp", "cvv"])
_CODE = as_pattern(r"\d{3,8}")
# in prose these are other words
_NOT_SPOKEN = word_set("pass pw sid")
_CHANGED = as_pattern(
    r"[^\n'\"]{0,24} from (?P<q>['\"`])(?P<old>(?!\[REDACTED)[^'\"`\n]{1,128})(?P=q) to"
    r" (?P=q)(?P<new>[^'\"`\n]{1,128})(?P=q)"
)
_ARGUMENT = as_pattern(r"\((?:([\"'])([^\"'\n]{6,256})\1|([^\s\"'(),=.:\[\]]{6,256}))\)")
_NUMBER = as_pattern(r" (?:#?\d{1,3}|\(#?\d{1,3}\))(?= ?[:=])")
_MEMBER = as_pattern(r"[A-Za-z_]\w*=(?!=|$)")
# the next word of a sentence, which is no value
_NEXT_WORD = as_pattern(r"[A-Za-z]{1,32}(?=[.,;:]?(?:\n| (?!\")))")
# of a command: `-k "password or token" --maxfail=1`
_NEXT_OPTION = as_pattern(r"--?[A-Za-z][\w-]*+(?=[= ]|$)")
_FROM = 30
# what stands before a word and is none of it
_OUTSIDE = str.maketrans('("', "  ", "'")
_FOLLOWING = as_pattern(r" n\.? ?[°º]| \w+\.?")
# what stands before the number of a document, in whatever language
_NO = "no"
_NO_WORDS = word_set("nr nro nummer numero número numéro n n° nº n.° n.º")
_NUMBERED_KINDS = word_set("national_id health_id account ssn record card")


def _after_words(*words: str) -> str:
    """Words of a term, behind the word that announces it."""
    return rf"(?: {any_case(*words)}\b\.?| [nN]\.? ?[°º]| [nN]\.(?= )){{1,3}}"


_AFTER_WORDS = as_pattern(_after_words(*_WORDS))


def _bare(word: str) -> str:
    """A word of a phrase as terms have it."""
    plain = word.strip(" .").lower().replace(" ", "")
    return _NO if plain in _NO_WORDS else plain


class Prose:
    """Reads what prose tells about a name. Immutable.

    Parameters:
        keys: which names are sensitive.
    """

    __slots__ = ("_after_words", "_keys", "_longest")

    def __init__(self, keys: KeyMatcher) -> None:
        self._keys = keys
        tails = sorted(keys.custom_tails.difference(_WORDS))
        self._after_words = re.compile(_after_words(*tails, *_WORDS)) if tails else _AFTER_WORDS
        # what surrounds a name is mostly the same few words
        self._longest = lru_cache(maxsize=_CACHE)(self._longest_phrase)

    def phrased(self, scan: Scan, first: int, last: int, name: str) -> Span | None:
        """A name of several words: `API key: x`, `date of birth 1980-01-02`."""
        right = self._after_words.match(scan.text, last)
        return self._phrased(scan, first, last, name, right.group() if right else "")

    def _phrased(self, scan: Scan, first: int, last: int, name: str, right: str) -> Span | None:
        kind, end = self._phrase(scan, first, last, name, right)
        if kind is None:
            return None
        site = Site(scan, first, end, name, kind)
        bracketed = scan.text[end : end + 1] == ")" and "(" in scan.before(first, 24)
        if assign := assignment(scan.text, end + bracketed):
            return assigned(site, assign, strict=self._keys.strict)
        return _numbered(site) or self._told(site)

    def spoken(self, site: Site) -> Span | None:
        """A name and its value in prose: `password 'x'`, `session id x`, `token is x`."""
        right = self._after_words.match(site.scan.text, site.last)
        if right and (span := self._phrased(site.scan, site.first, site.last, site.name, right.group())):
            return span
        return None if of_a_parser(site) else _numbered(site) or self._told(site)

    def _phrase(self, scan: Scan, first: int, last: int, name: str, right: str) -> tuple[str | None, int]:
        """Kind and end of the longest term that has this word in it, with up to three words before and after."""
        left = scan.before(first, 40)
        before = left.lower().translate(_OUTSIDE).split()[-3:] if left.endswith(" ") else []
        following = _FOLLOWING.findall(right)
        kind, count = self._longest(tuple(before), name, tuple(following))
        return kind, last + sum(map(len, following[:count]))

    def _longest_phrase(self, before: tuple[str, ...], name: str, following: tuple[str, ...]) -> tuple[str | None, int]:
        """Kind of the longest term, and how many of the words after the name are part of it."""
        own = "".join(words_of(name))
        for count in range(len(following), -1, -1):
            words = own + "".join(map(_bare, following[:count]))
            numbered = words != own and words.endswith(_NO)
            for start in range(len(before) + 1):
                joined = "".join(before[start:]) + words
                if joined != own and (kind := self._keys.phrase(joined)):
                    return kind, count
                if numbered and (kind := self._keys.phrase(joined.removesuffix(_NO))) in _NUMBERED_KINDS:
                    return kind, count
        return None, 0

    def _told(self, site: Site) -> Span | None:
        """The value that prose gives after a name, if it has the look of one."""
        text, kind = site.scan.text, site.kind
        name = site.name.lower()
        if kind not in _PROSE_KINDS or name in _NOT_SPOKEN or site.before in ("/", "=") or name[:1] == "$":
            return None
        if text[site.last : site.last + 1] == "(":
            return _called(site)
        changed = text.find(" from ", site.last, site.last + _FROM) >= 0 and _CHANGED.match(text, site.last)
        if changed:
            old, new = changed.span("old"), changed.span("new")
            mark = marker(kind)
            return old[0], new[1], f"{mark}{text[old[1] : new[0]]}{mark}"
        at = _told_at(text, site.last, kind)
        site.scan.saw(at + 2)
        if (
            (at == site.last and text[at : at + 1] not in MARKS)
            or not text[at : at + 1].strip()
            or text.startswith("[REDACTED:", at)
            or (at > site.last and text[at - 1] == " " and _NEXT_OPTION.match(text, at))
        ):
            return None
        shaped = kind in SHAPES
        if not shaped and (word := _NEXT_WORD.match(text, at)) and not HEX_LIKE.fullmatch(word.group()):
            site.scan.saw(word.end() + 1)
            return None
        value = read_value(text, at, kind)
        if value and not shaped:
            content = text[value.start : value.end]
            # `a.password("x")` is a call, and `"a_password" "x"` are two names
            named = ("." in site.name and text[site.last] == "(") or site.before in ("'", '"')
            told = value.quoted and not named
            if content == site.name:
                return None
            if not _looks_told(content, kind, quoted=told) or self._keys.is_name(content):
                return refused(site, value)
        if value and kind == "iban" and not is_iban(re.sub(r"[ -]", "", text[value.start : value.end]).upper()):
            return None
        return with_change(site, judged(site, value, ":"), ":")


def _numbered(site: Site) -> Span | None:
    """What is assigned to one of several that are called alike: `Unseal Key 1: x`. Only what has the look of one."""
    text = site.scan.text
    number = _NUMBER.match(text, site.last)
    assign = assignment(text, number.end()) if number else None
    value = read_value(text, assign.end(), site.kind) if assign else None
    if assign is None or value is None:
        return None
    content = text[value.start : value.end]
    if not has_look(content, site.kind) and not (site.kind in _CODE_KINDS and content[:4].isdigit()):
        return None
    return judged(site, value, assign["op"])


def _called(site: Site) -> Span | None:
    """What a call with one argument sets: `setPassword("x")`. Else a call is code."""
    argument = _ARGUMENT.match(site.scan.text, site.last)
    if argument is None or site.kind not in _TOLD_KINDS:
        return None
    group = 2 if argument[1] else 3
    own = words_of(site.name.rpartition(".")[2])
    sets = any("".join(own[-count:]) in STRONG_TERMS for count in (1, 2, 3))
    if not sets or not is_announced(argument[group], site.kind):
        return None
    return judged(site, Value(argument.start(group), argument.end(group), quoted=True), "=")


def _told_at(text: str, last: int, kind: str) -> int:
    """Where the value begins that prose gives after a name; right after the name if no such words follow."""
    if kind in SHAPES and text[last : last + 1] == ".":
        last += 1
    told = _PROSE.match(text, last)
    at = told.end() if told else last
    if kind in _TOLD_KINDS and text[last + 1 : last + 2] in _OF and (whom := _OF_WHOM.match(text, last)):
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


def of_a_parser(site: Site) -> bool:
    """Whether a token is one of a grammar or of a language model."""
    if site.name not in ("token", "Token", "tokens", "TOKEN"):
        return False
    words = site.scan.before(site.first, 24).lower().split()
    return bool(words) and words[-1].strip("'\"") in DISARMING_PHRASES
