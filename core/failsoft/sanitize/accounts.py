"""Accounts with their passwords, as `chpasswd` reads them: piped into it, in a cloud-config, in what is said of it."""

from __future__ import annotations

import re

from failsoft.deferred import as_pattern
from failsoft.sanitize.scanner import Scan, Span, marker
from failsoft.sanitize.verdict import Judge, is_announced

__all__ = ["changed_passwords"]

_NAME = r"[A-Za-z_][\w.-]{0,63}"
_PIPED = as_pattern(r"(?:echo|printf) [\"']?[\w.-]{1,64}:([^\s\"'|]{2,128})[\"']? \| (?:sudo )?$")
_HERE = as_pattern(r"[^\r\n]{0,20}<<<? ?[\"']?[\w.-]{1,64}:([^\s\"']{2,128})")
_SAID = as_pattern(rf"[ :\[][^\r\n]{{0,120}}?[ '\"]{_NAME}:(?!/)([^\s\"':]{{6,128}})")
# `chpasswd:`, `list: |` and a line for each account
_LIST = as_pattern(
    r":\s{1,8}(?:expire: \w{1,5}\s{1,8})?list:[ \t]{0,4}(?:[|>][+-]?)?"
    rf"(?:\s{{1,16}}(?:- )?[\"']?{_NAME}:[^\s\"']{{1,128}}[\"']?){{1,64}}"
)
_LINE = as_pattern(rf"(\s(?:- )?[\"']?{_NAME}:)([^\s\"']{{1,128}})")
# what asks for one to be made
_MADE = ("R", "RANDOM")
_judge = Judge()


def changed_passwords(scan: Scan, start: int, end: int) -> Span | int:
    """`echo ada:x | chpasswd`, `chpasswd <<< ada:x`, `chpasswd failed for ada:x`, a list in YAML."""
    before = scan.before(start, 200)
    if piped := _PIPED.search(before):
        first = start - len(before) + piped.start(1)
        return first, first + len(piped[1]), marker("password")
    if listed := _LIST.match(scan.text, end):
        cleaned = _LINE.sub(_without_password, listed.group())
        return (end, listed.end(), cleaned) if cleaned != listed.group() else listed.end()
    here = _HERE.match(scan.text, end)
    match = here or _SAID.match(scan.text, end)
    if match is None or not _judge.is_value(match[1], "password", "", quoted=True, op="="):
        return end
    if here is None and not is_announced(match[1], "password"):
        return end
    return match.start(1), match.end(1), marker("password")


def _without_password(line: re.Match[str]) -> str:
    if line[2] in _MADE or not _judge.is_value(line[2], "password", "", quoted=True, op="="):
        return line.group()
    return line[1] + marker("password")
