"""E-mail addresses, and `user:password@host` without a scheme."""

from __future__ import annotations

import re

from failsoft.deferred import as_pattern
from failsoft.sanitize.rules import word_set
from failsoft.sanitize.scanner import WORD_CHARACTERS, Scan, Span, any_case, marker
from failsoft.sanitize.verdict import is_announced

__all__ = ["AT", "email"]

# what a domain follows and what may be a local part precedes, or what stands behind a colon or a slash
AT = (
    r"[\w.%+'*/=?^`{|}~!#$&\x80-\xff-]@[\w\x80-\xff?-]+\.(?:[\w\x80-\xff?-]+\.)*[A-Za-z\x80-\xff?]"
    r"|[:/][^\s@/\"']+@"
)
"""For RE2: where an address or a login may be."""

_LOCAL = as_pattern(r"[\w.%+'*/=?^`{|}~!#$&-]{1,64}")
_EDGE = as_pattern(r"['`/=?&|{}]")
_LOCAL_EDGE = "'`/=?&|{}*!#$^%~.+-"
_DOMAIN = as_pattern(r"@(?:[^\W_](?:[\w-]{0,62})\.){1,8}(xn--[a-z0-9-]{2,60}|[^\W\d_]{2,24})(?![^\W_]|\.\w)")
_NAMED_AFTER = as_pattern(
    r"@(?:[\w-]{1,63}\.){1,4}(?:com|org|net|io|edu|gov|info|de|fr|es|it|nl|eu|ch|at|uk)(?=\.\w{2,8}\b)"
)
_HOST_END = as_pattern(r"[/?]|:\d{1,5}(?!\w)")
_NO_TLD = word_set(
    "png jpg jpeg gif svg webp css scss js mjs ts tsx jsx json html htm xml yaml yml toml ini cfg txt md rst csv log "
    "so dll exe jar war whl gz tgz zip tar pyc pyx rb php java kt swift service socket timer target mount slice scope "
    "lock map local localdomain lan"
)
_LOGIN = as_pattern(r"([\w.-]{1,40}):([^\s:@/\"'<>]{3,80})")
_THIN = as_pattern(r"(?:thin:|sqlplus )[\w$#]{1,40}/([^\s@/\"']{1,80})$")
# as Oracle's clients take it: `ada/x@db:1521/XE`
_EASY = as_pattern(r"(?:^|[\s\"'=(])[\w$#]{1,40}/([^\s@/\"']{2,80})$")
_EASY_HOST = as_pattern(r"@(?://)?[\w.-]{1,128}:\d{4,5}[/:]\w")
# a password right behind the address, as in lists of logins
_COMBO = as_pattern(r":([^\s/:\"'<>,;.~]{6,64})(?=[\s\"',;)]|$)")
# the id of a message has the form of an address (RFC 5322, section 3.6.4)
_MESSAGE_ID = as_pattern(
    any_case("message[-_ ]?id", "in-reply-to", "references", "content-id") + r"[\"']?\s?[:=]?\s?[\"']?(?:<|&lt;)?$"
)
# of a shell and of PHP, and what `%` puts there
_VARIABLE = as_pattern(
    r"[A-Z_][A-Z0-9_]*|(?:user|host|e?mail|login|account|from)(?:_?name)?|token|pass(?:word)?|name|owner|sender|to|id"
)
_FORMAT, _LONGEST_FORMAT = as_pattern(r"%(?:\([\w.]{1,60}\))?$"), 64
# a place on another machine, and what commands go there
_REMOTE_PATH = as_pattern(r":(?:~|/(?!/))|: Permission denied \(")
_REMOTE = as_pattern(r"(?:^|[\s/'\"])(?:ssh|scp|sftp|rsync|mosh|ssh-copy-id|autossh|sshfs)[\"']?,? [^\r\n|;&]*$")
_REMOTE_WORDS = ("ssh", "scp", "sftp", "rsync", "mosh")
_LONGEST_COMMAND = 160
# the version of a symbol in a library
_SYMBOL = as_pattern(r"@[A-Z]{2,12}_\d")
_HOST = as_pattern(r"@(?:(?!sha256:)[A-Za-z][\w.-]*|\d{1,3}(?:\.\d{1,3}){3}(?![\w.]))")
_LONGEST_LOGIN = 128
_LOGIN_CHARACTERS = f"{WORD_CHARACTERS}.:!#$%^&*+"


def email(scan: Scan, start: int, end: int) -> Span | int:
    """An e-mail address (RFC 5321, as it is used), or `user:password@host` without a scheme."""
    text = scan.text
    before = scan.before(start, 64)
    if _leads_nowhere(text[end : end + 1], before):
        return end
    domain = _DOMAIN.match(text, start)
    local = _LOCAL.match(before[::-1]) if domain or _may_be_login(scan, start, before) else None
    if local is None:
        return end
    first = _local_start(text, start - local.end(), start)
    if "/" in before and (oracle := _of_oracle(scan, start)):
        return oracle
    if (login := _login(scan, first, start)) and _is_login(scan, login, start):
        return login.start(2), start, marker("password")
    if domain is None or first == start:
        return end
    return _address(text, first, start, domain)


def _address(text: str, first: int, start: int, domain: re.Match[str]) -> Span | int:
    """What goes of an address between `first` and the end of its domain."""
    if domain[1].lower() in _NO_TLD:
        # a file that is named after an address
        named = _NAMED_AFTER.match(text, start)
        return (first, named.end(), marker("email")) if named else start + 1
    if _is_variable(text, first, start):
        return domain.end()
    if text[first - 3 : first] == "://" and _HOST_END.match(text, domain.end()):
        # the user of a URL, whose name may be said
        return domain.end()
    if any(map(str.isdigit, text[first:start])) and _MESSAGE_ID.search(text, max(0, first - 32), first):
        return domain.end()
    if text[first:start] == "git" and text[domain.end() : domain.end() + 1] in (":", "/"):
        return domain.end()
    if _is_remote(text, first, domain.end()):
        return domain.end()
    if text[first - 1 : first] == "\\" and text[first] in "nrt" and start - first > 1:
        first += 1
    combo = _COMBO.match(text, domain.end())
    if combo and is_announced(combo[1], "password"):
        return first, combo.end(1), f"{marker('email')}:{marker('password')}"
    return first, domain.end(), marker("email")


def _is_variable(text: str, first: int, start: int) -> bool:
    """Whether a variable holds the place of what stands before the `@`: `$TOKEN@github.com`, `%(user)s@example.com`."""
    if text[first - 1 : first] == "$":
        return _VARIABLE.fullmatch(text, first, start) is not None
    return text[first:start] == "s" and _FORMAT.search(text, max(0, first - _LONGEST_FORMAT), first) is not None


def _is_remote(text: str, first: int, last: int) -> bool:
    """Whether it is a user on a host: `scp x ada@host.example:/srv`, `ssh ada@host.example`."""
    if _REMOTE_PATH.match(text, last):
        return True
    line = text[max(0, first - _LONGEST_COMMAND) : first]
    return any(map(line.__contains__, _REMOTE_WORDS)) and _REMOTE.search(line) is not None


def _of_oracle(scan: Scan, start: int) -> Span | None:
    """The password of `thin:ada/x@db` and of `ada/x@db:1521/XE`."""
    before = scan.before(start, 130)
    login = _THIN.search(before) or (_EASY.search(before) if _EASY_HOST.match(scan.text, start) else None)
    return (start - len(login[1]), start, marker("password")) if login else None


def _login(scan: Scan, first: int, start: int) -> re.Match[str] | None:
    if scan.text.find(":", max(scan.floor, start - _LONGEST_LOGIN), start) < 0:
        return None
    return _LOGIN.fullmatch(scan.text, max(scan.floor, scan.word_start(first, _LOGIN_CHARACTERS)), start)


def _may_be_login(scan: Scan, start: int, before: str) -> bool:
    """Whether what parts a user from a password stands before an `@`."""
    return "/" in before or scan.text.find(":", max(scan.floor, start - _LONGEST_LOGIN), start) >= 0


def _local_start(text: str, first: int, start: int) -> int:
    while first < start and text[first] in _LOCAL_EDGE:
        first += 1
    if _EDGE.search(text, first, start) is None:
        return first
    for edge in "'`/=?&|{}":
        at = text.rfind(edge, first, start)
        # an apostrophe in a name is none that opens a text, as in b'…'
        if at >= 0 and not (edge == "'" and text[at - 1].isalpha() and text[at - 1] not in "bBuUrRfF"):
            first = at + 1
    return first


def _leads_nowhere(following: str, before: str) -> bool:
    """Whether no name of a host follows an `@`, nor a password for one precedes it; found out cheaply."""
    return not following.isalnum() and (following == "@" or "/" not in before)


def _is_login(scan: Scan, login: re.Match[str], at: int) -> bool:
    host = _HOST.match(scan.text, at)
    secret = login[2]
    if (
        host is None
        or _SYMBOL.match(host.group())
        or secret.isdigit()
        or login[1].lower() in ("mailto", "acct", "xmpp", "sip", "email", "from", "to", "cc")
    ):
        return False
    if scan.text[login.start() - 1 : login.start()] == "/" and scan.text[login.start() - 2 : login.start() - 1] != "/":
        return False
    return is_announced(secret, "password")
