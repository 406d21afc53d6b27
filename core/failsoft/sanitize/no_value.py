"""What looks like a name with its value and is none: a place in a file, the next assignment, a scope, a remark."""

from __future__ import annotations

import re

from failsoft.deferred import as_pattern
from failsoft.sanitize.forms import Site
from failsoft.sanitize.keys import words_of
from failsoft.sanitize.rules import STRONG_TERMS, WEAK_TERMS

__all__ = ["is_documented", "names_no_value", "sets_nothing"]

_EMPTY = as_pattern(r"=[ \t]+")
_NEXT_NAME = as_pattern(r"[A-Za-z_][\w.-]{0,40}=(?![=\s])|--?[A-Za-z]")
_SOURCE = as_pattern(
    r"\.(?:[cm]?[jt]sx?|pyi?|rb|go|rs|java|kts?|scala|php|cs|c|cc|cpp|hpp?|swift|dart|exs?|erl|ya?ml|json|toml|ini|cfg"
    r"|conf|tf|xml|html?|vue|sql|sh|properties|lua|pl|ml|hs|clj|md|env)$"
)
_PORT = as_pattern(r"\d{2,5}(?![\w@%$&!*+=~-])(?!\.\w)")
_LINE = as_pattern(r"\d{1,6}(?![\w.-])")
_FIELD_NUMBER = as_pattern(r"\d{1,5}(?:;| \[)")
_FIELD_TYPE = as_pattern(r"(?:^|[\s{;])(?:string|bytes|bool|u?int\d\d|optional|repeated|required|[A-Z]\w{0,32}) $")
# `${NAME:-some words}`
_DEFAULT = as_pattern(r"[-+=](?:[A-Za-z]{1,16} ){1,16}[A-Za-z]{1,16}\}")
# what is being done to a thing that is called so
_STATE = r"[A-Z][a-z]{2,16}(?:ing|ion)(?:\.{3}| (?:complete|state|for|failed|the|in|of)\b)"
_CLAUSE = (
    r"[A-Z][a-z]{1,16} (?:[`'\"]\w[\w.-]{0,40}[`'\"] |[A-Za-z]{1,16} ){0,3}(?:is|are|must|should|may|cannot|does|has"
    r"|was)\b"
)
_MEASURED = r"\d{1,6} (?:bytes?|chars?|characters|bits|items?|entries|days?|hours?|minutes?|seconds?)\b"
_DOCUMENTED = as_pattern(
    r":(?:param|type|arg|argument|keyword|key|kwarg|ivar|cvar|var|raises?|attr)(?: [\w.\[\]]{1,40})? $"
)
_ORDINAL = as_pattern(r"(?i)(?:first|second|third|fourth|last|final|next|single|one|\d(?:st|nd|rd|th)|each|\w+ing) $")
# what documents say of a field
_EXPLAINED = (
    r"[A-Z][a-z]{1,16}\.? (?=(?:[\w'’-]{1,20}[,.]? ){0,5}(?:the|a|an|to|of|that|which|will|be|is|are|only"
    r"|this|as|by|from|for|in|with|when|if|or|and|used|returned|issued)\b)(?:[A-Za-z'’-]{1,20}[,.]? ){2}[A-Za-z]"
)
_NO_VALUE = as_pattern(rf"{_STATE}|{_CLAUSE}|{_EXPLAINED}|{_MEASURED}|[Ll]ine \d{{1,7}}\b|calling (?:handler|<)")
# what may be done to things of a kind, as scopes have it: `api_keys:delete`
_ACTION = as_pattern(
    r"(?:read|write|create|update|delete|list|get|view|edit|manage|admin|rotate|revoke|issue|use|export|import|add"
    r"|remove|modify|destroy|describe|decrypt|encrypt|sign|verify|all|own|any|\*)"
    r"(?:[._-](?:only|all|own|any|read|write))?(?=[\s\"'`,;|)\]}]|$)"
)
# `credentials: type=service_account`; `op://vault/item/password: item not found`
_PAIR = as_pattern(r"[a-z]{2,16}(?:[_-][a-z]{2,16}){0,2}=(?!=)[\w/.-]")
# a package that is asked for in a version: `token-auth==9.9`
_VERSION = as_pattern(r"\d{1,4}(?:\.\d{1,8}){1,4}(?:\.?(?:a|b|rc|post|dev)\d{1,4})?(?![\w.-])")
# a line of StatsD, with the tags of its dialects: `auth.token.refresh:1|c|@0.1|#env:prod`
_METRIC = as_pattern(
    r"[+-]?\d{1,15}(?:\.\d{1,9})?(?::[+-]?\d{1,15}(?:\.\d{1,9})?){0,32}\|(?:c|g|h|d|m|ms)(?=\|[@#TEce]|\s|[\"'`\\]|$)"
)
# `<SocialToken: google>`, which says whose it is
_OWNER = as_pattern(r"[a-z]{2,24}(?=[> ])")
_MESSAGE = as_pattern(r"(?!(?i:basic|bearer|token|digest|key|apikey) )[A-Za-z]{2,16} [A-Z]?[a-z]{1,16}\b")
# `'token': Could not resolve it`, of a name in quotes; `auth: Invalid user`
_SENTENCE = as_pattern(r"[A-Z][a-z]{1,16} [a-z]{1,16} [a-z]{1,16}\b")
_AUTH_SENTENCE = as_pattern(
    r"(?:[A-Z][a-z]{1,16}(?: [A-Z]?[a-z]{1,16}){1,12}|[a-z]{2,16}(?: [a-z]{2,16}){2,12})"
    r"(?=[.!?:;,)\]\"']{0,2}(?:\s|$))"
)
# `Configuration["Jwt:Secret"]`
_SECTION = as_pattern(r"(?:[A-Z][A-Za-z]{1,40}:){0,4}[A-Z][A-Za-z]{1,40}(?=[\"'`])")
_NAMES_OF_SETTINGS = frozenset((*STRONG_TERMS, *WEAK_TERMS, "key", "issuer", "audience", "pepper"))


def sets_nothing(site: Site, assign: re.Match[str]) -> bool:
    """Whether what follows is the next assignment already, as in `password= user=ada`."""
    between = assign.group()
    if between[-1] not in " \t" or not _EMPTY.fullmatch(between):
        return False
    return _NEXT_NAME.match(site.scan.text, assign.end()) is not None


def is_documented(site: Site) -> bool:
    """Whether a document says what a parameter is: `:param password: what the user typed`."""
    return site.before == " " and _DOCUMENTED.search(site.scan.before(site.first, 64)) is not None


def _is_place(site: Site, at: int) -> bool:
    """Whether a colon parts a place, a slice, a member of an enumeration, or a name in a document and its text."""
    text, name = site.scan.text, site.name
    if text.startswith("//", at) or name.count("[") > name.count("]"):
        return True
    if is_documented(site) or (name.lower() == "pass" and _ORDINAL.search(site.scan.before(site.first, 64))):
        return True
    if "." not in name:
        return False
    of_enum = site.before == "<" and name.rpartition(".")[2].isupper()
    return of_enum or (_LINE.match(text, at) is not None and _SOURCE.search(name) is not None)


def _is_scope(site: Site, at: int) -> bool:
    """Whether what stands right behind a colon is an action, or the name of a setting in the section of that name."""
    text = site.scan.text
    if at != site.last + 1:
        return False
    if _ACTION.match(text, at):
        return True
    setting = _SECTION.match(text, at) if site.name[:1].isupper() else None
    if setting is None or site.before not in ("'", '"', "`", ":") or text[setting.end()] == ":":
        return False
    words = words_of(setting.group().rpartition(":")[2])
    return any("".join(words[-count:]) in _NAMES_OF_SETTINGS for count in (1, 2, 3))


def _is_sentence(site: Site, at: int) -> bool:
    """Whether a sentence follows a name in quotes, or one of authentication."""
    text = site.scan.text
    if text[site.last] in ("'", '"', "`"):
        return _SENTENCE.match(text, at) is not None
    return site.kind == "authorization" and words_of(site.name)[-1] == "auth" and bool(_AUTH_SENTENCE.match(text, at))


def _is_port(site: Site, at: int) -> bool:
    """Whether a host and its port are called like a secret: `http://auth:4181`, `upstream auth:9000`."""
    if site.scan.text[at - 1] != ":":
        return False
    hosted = site.before == "@" or site.scan.text.startswith("//", site.first - 2)
    if not hosted and words_of(site.name)[-1] != "auth":
        return False
    return _PORT.match(site.scan.text, at) is not None


def _is_no_assignment(site: Site, at: int, op: str) -> bool:
    """Whether what follows `=` or `==` is the number of a field, of a version, or the value of a name of its own."""
    text = site.scan.text
    if op == "==":
        return text[at - 1] == "=" and _VERSION.match(text, at) is not None
    if site.name.lower() == "auth" and _PAIR.match(text, at):
        return True
    return (
        _FIELD_NUMBER.match(text, at) is not None and _FIELD_TYPE.search(site.scan.before(site.first, 40)) is not None
    )


def _is_told(site: Site, at: int) -> bool:
    """Whether a lone colon parts no name from its value."""
    text = site.scan.text
    if (site.before == "/" and _MESSAGE.match(text, at)) or (site.before == "<" and _OWNER.match(text, at)):
        return True
    if _is_port(site, at) or (text[at - 1] == " " and _is_sentence(site, at)):
        return True
    if at == site.last + 1 and not site.name.isalnum() and _METRIC.match(text, at):
        return True
    return _is_place(site, at) or _is_scope(site, at)


def names_no_value(site: Site, at: int, op: str) -> bool:
    """Whether what looks like a name with a value is a place in a file, a member, a field with its number, a state.

    `secrets.yml:12:3`, `<Kind.TOKEN: 'token'>`, `string password = 2;`, `${PASSWORD:?must be set}`,
    `random_password.db: Creating...`, `password: Path `password` is required.`
    """
    text = site.scan.text
    if op in ("=", "=="):
        return _is_no_assignment(site, at, op)
    if not op.startswith(":"):
        return op == "?" and site.before == "{"
    if (site.name.lower() == "auth" or site.kind == "credential") and _PAIR.match(text, at):
        # a name of its own says what this is
        return True
    if op == ":" and _is_told(site, at):
        return True
    if text[at : at + 1] in ("'", '"', "`") and text[at + 1 : at + 2] in (")", ",", ";") and site.before == " ":
        # that quote ends a prompt
        return True
    if site.before == "{" and (op == ":?" or text.startswith("?", at) or _DEFAULT.match(text, at)):
        return True
    return _NO_VALUE.match(text, at) is not None
