"""Secrets in the arguments of well-known commands, whose options do not say what they carry: `zip -P x`, `net user u x`.

What names its secret (`--password x`) is the business of `keyed`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from failsoft.sanitize.scanner import Anchor, Handler, Scan, Span, marker
from failsoft.sanitize.verdict import Judge, is_announced

__all__ = ["command_signs", "command_words"]

_VALUE = r"[\"']?(?![-$<\[{])([^\s\"'|;&]{2,256})"
_USER = r"[\"']?[\w.@\\/-]{1,64}[\"']?"
_MORE = r"[^\r\n|;]{0,200}?"
_COMMANDS: tuple[tuple[str, str, str], ...] = (
    ("zip ", "(?=[^\\n]{0,200}-p)", rf"(?i:zip) {_MORE}(?<= )-P ?{_VALUE}"),
    ("7z ", "(?=[a-z] )", rf"(?i:7z) {_MORE}(?<= )-p{_VALUE}"),
    ("rar ", "(?=[a-z] )", rf"(?i:rar) {_MORE}(?<= )-h?p{_VALUE}"),
    ("keygen ", "", rf"(?i:keygen) {_MORE}(?<= )-[NP] {_VALUE}"),
    ("sqlcmd ", "", rf"(?i:sqlcmd) {_MORE}(?<= )-P ?{_VALUE}"),
    ("bcp ", "", rf"(?i:bcp) {_MORE}(?<= )-P ?{_VALUE}"),
    *((f"{name} ", "(?=[\\w$#]{1,40}/)", rf"(?i:{name}) [\w$#]{{1,40}}/([^\s@/]{{2,80}})@") for name in (
        "exp", "imp", "expdp", "impdp", "sqlldr", "rman target", "connect",
    )),
    ("lftp ", "", rf"(?i:lftp) {_MORE}(?<= )-u {_USER},{_VALUE}"),
    ("http ", "(?=[^\\n]{0,80}-a )", rf"(?i:http) {_MORE}(?<= )-a {_USER}:{_VALUE}"),
    ("rclone obscure ", "", rf"(?i:rclone obscure) {_VALUE}"),
    ("useradd ", "", rf"(?i:useradd) {_MORE}(?<= )-p {_VALUE}"),
    ("usermod ", "", rf"(?i:usermod) {_MORE}(?<= )-p {_VALUE}"),
    ("chpasswd", "", r"(?i:chpasswd)[^\r\n]{0,20}<<<? ?[\"']?[\w.-]{1,64}:([^\s\"']{2,128})"),
    ("passwd ", "", rf"(?i:passwd) {_MORE}<<< ?{_VALUE}"),
    ("kinit ", "", rf"(?i:kinit) {_MORE}<<< ?{_VALUE}"),
    ("schtasks ", "", rf"(?i:schtasks) {_MORE}/(?i:rp) {_VALUE}"),
    ("net user ", "", rf"(?i:net user) {_USER} (?!/)(?!\*){_VALUE}"),
    ("runas ", "", rf"(?i:runas) {_MORE}/(?i:user):{_USER} {_VALUE}"),
    ("/u:", "", rf"(?i:/u):{_USER} {_MORE}/(?i:p):{_VALUE}"),
    ("vault login ", "", rf"(?i:vault login) (?:-\S+ )*{_VALUE}"),
    ("cargo login ", "", rf"(?i:cargo login) {_VALUE}"),
    ("gem push ", "", rf"(?i:gem push) {_MORE}--key {_VALUE}"),
    ("http-basic.", "", rf"(?i:http-basic)\.\S{{1,80}} {_USER} {_VALUE}"),
    ("encrypt_string ", "", rf"(?i:encrypt_string) (?:--?[\w-]+ \S+ )*{_VALUE}"),
    ("config set --secret ", "", rf"(?i:config set --secret) (?:--\w+ )*[\w.:-]{{1,80}} {_VALUE}"),
    ("snmp-server community ", "", rf"(?i:snmp-server community) {_VALUE}"),
    ("tacacs-server ", "", rf"(?i:tacacs-server) {_MORE}key (?:\d )?{_VALUE}"),
    ("radius-server ", "", rf"(?i:radius-server) {_MORE}key (?:\d )?{_VALUE}"),
    ("isakmp key ", "", rf"(?i:isakmp key) (?:\d )?{_VALUE}"),
    ("pre-shared-key ", "", rf"(?i:pre-shared-key) (?:ascii-text|hexadecimal|local|remote|\d) {_VALUE}"),
    *((f"{name} ", "(?=[0-9] )", rf"(?i:{name}) \d {_VALUE}") for name in ("password", "secret", "key-string")),
    ("setuser ", "", rf"(?i:setuser) {_MORE}(?<= )>{_VALUE}"),
    ("crypt('", "", r"(?i:crypt)\('([^'\n]{2,256})'(?=, ?(?:gen_salt|'\$))"),
    ("db.auth(", "", r"(?i:db\.auth)\(\s?[\"'][^\"'\n]{1,64}[\"'],\s?[\"']([^\"'\n]{2,256})"),
    ("oper ", "", rf"(?:OPER) {_USER} {_VALUE}"),
    ("identify ", "", rf"(?:IDENTIFY) (?:\w{{1,32}} (?=\S))?{_VALUE}"),
)  # fmt: skip
_CHPASSWD = re.compile(r"(?:echo|printf) [\"']?[\w.-]{1,64}:([^\s\"'|]{2,128})[\"']? \| (?:sudo )?$")
# `-u ada -p x`: a user, and what only his password can be
_NAMED_USER = re.compile(
    r"(?:\s|^)(?:-[uU]|--user(?:name)?|--login|/u(?:ser)?:?|--service-principal -u)[ =]?[\"']?[\w.@\\-]{1,64}[\"']?\s"
)
_SHORT = re.compile(rf"-[pP] {_VALUE}")
_PORT = re.compile(r"\d{1,5}(?::\d{1,5})?")
_STORED = re.compile(
    rf"(?i:kv put|etcdctl put|ctl put|config set) \S{{0,120}}(?i:pass(?:word|wd)?|secret|token|key)\w{{0,16}} {_VALUE}"
)

_judge = Judge()


def _argument(pattern: re.Pattern[str]) -> Handler:
    mark = marker("password")

    def handle(scan: Scan, start: int, end: int) -> Span | int:
        match = pattern.match(scan.text, start)
        if match is None or not _judge.is_value(match[1], "password", "", quoted=True, op="="):
            return end
        return match.start(1), match.end(1), mark

    return handle


def _spoken(pattern: re.Pattern[str]) -> Handler:
    """As `_argument`, where the command is also a word of prose: only what has the look of a password."""
    argument = _argument(pattern)

    def handle(scan: Scan, start: int, end: int) -> Span | int:
        found = argument(scan, start, end)
        if isinstance(found, tuple) and not is_announced(scan.text[found[0] : found[1]], "password"):
            return end
        return found

    return handle


def _option(scan: Scan, start: int, end: int) -> Span | int:
    """`-p x` after the name of a user."""
    match = _SHORT.match(scan.text, start)
    if match is None or scan.text[start - 1 : start] not in (" ", "\t", '"', "'"):
        return end
    value = match[1]
    if _PORT.fullmatch(value) or not is_announced(value, "password") or not _NAMED_USER.search(scan.before(start, 200)):
        return end
    return match.start(1), match.end(1), marker("password")


def _piped(scan: Scan, start: int, end: int) -> Span | int:
    """`echo ada:x | chpasswd`."""
    before = scan.before(start, 200)
    match = _CHPASSWD.search(before)
    if match is None:
        return end
    first = start - len(before) + match.start(1)
    return first, first + len(match[1]), marker("password")


_PROSE = frozenset(
    ("connect ", "oper ", "identify ", "exp ", "imp ", "zip ", "password ", "secret ", "passwd ", "key-string ")
)


def command_words() -> Iterator[Anchor]:
    """Anchors in any case."""
    for literal, follow, pattern in _COMMANDS:
        handler = _spoken if literal in _PROSE else _argument
        yield Anchor(literal, handler(re.compile(pattern)), follow)
    yield Anchor("chpasswd", _piped, r"(?=[\s\"']|$)")
    for literal in ("kv put ", "etcdctl put ", "config set "):
        yield Anchor(literal, _spoken(_STORED))


def command_signs() -> Iterator[Anchor]:
    """Anchors that are options."""
    yield Anchor("-p ", _option)
    yield Anchor("-P ", _option)
