"""Is the sanitizer's time linear, whatever the text? `python -m evaluations.sanitizer.linear [--size N] [--write]`.

Takes texts made to be costly, a megabyte each, and compares their processor time with that of clean text of the same
size. There are two kinds of clean text. Plain text names nothing that a secret could follow, so no rule ever looks
closer. Text about secrets has none either, as the log of a login service: as dense with the words and signs that rules
look closer at as such prose is, and no line like another. A text made to be costly is of the second kind, so that is
the yardstick; plain text is shown beside it. Where secrets are found, or what must be taken for them, each may take the
time of a line `password=…` besides. A text of half the size tells growth from mere cost.
"""

from __future__ import annotations

import argparse
import platform
import random
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from evaluations.sanitizer.page import PAGE, write
from failsoft.sanitize import Sanitizer
from failsoft.sanitize.gate import has_re2

__all__ = ["ABOUT", "CLEAN", "HOSTILE", "VARIED"]

CLEAN = (
    "Could not load the order 4711 of customer 88 from the warehouse service after 3 attempts: upstream returned 503 "
    "Service Unavailable for GET /orders/4711/items in 1.25 s; will be retried by the worker in 30 seconds.\n"
)
"""Harmless text, to be repeated."""

ABOUT = (
    "2026-03-01T10:11:12Z WARN auth: the access token of user {0} has expired; a new token was requested from "
    "https://id.example/oauth2/token (attempt {0}).\n"
    "Invalid password for user {0}: the password must be at least {1} characters; no e-mail to reset the password.\n"
    "KeyError: 'api_key' in settings.py, line {0}: set API_KEY or pass the api_key argument; session {1} has ended.\n"
    "403 Forbidden for {0}: the Authorization header with a Bearer token is required; see docs@v{1}#tokens.\n"
)
"""Text about secrets without any, to be filled with two numbers."""

_LETTERS, _DIGITS = "abcdefghijklmnopqrstuvwxyz", "0123456789"
_NOISE = "".join(random.Random(1).choices("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", k=4_096))

HOSTILE = (
    "a",
    "eyJ",
    "eyJhbGciOi.",
    "token",
    "token.",
    "token=",
    "token ",
    "api_key",
    "password",
    "password is ",
    "password: ",
    ":",
    "1",
    "1 ",
    "1-2 ",
    "12345678 ",
    "@",
    "a@",
    "a@b.",
    "a:b@",
    '"password":"',
    '"password":',
    "%25",
    "%",
    "%3D",
    "\\",
    "\\\\n",
    '\\"',
    "://a:",
    "://",
    "-----BEGIN ",
    "-----BEGIN PRIVATE KEY-----",
    "Key (",
    "Key (a)=(",
    "AKIA",
    "sk-",
    "xox" + "b-",
    "pa-",
    "&amp;",
    "&",
    "&#x41;",
    "\\u0041",
    "(",
    "[",
    "{",
    "([{",
    "'",
    '"',
    "`",
    "\"'",
    "<password>",
    "<password ",
    "name=",
    " ",
    "\n",
    "\t",
    "\r\n",
    "Bearer ",
    "Basic ",
    "Authorization: ",
    "Cookie: a=",
    "Set-Cookie: ",
    "insert into ",
    "(%s, ",
    "VALUES (",
    "DETAIL: ",
    "[REDACTED:",
    "[REDACTED:x]",
    "GB82",
    "+1",
    "+1 (",
    "4111 ",
    "4111-1111-",
    "1.",
    "1:",
    "::",
    "a1:",
    "mysql -p",
    "-u ",
    "é",
    "\u212a",
    "中",
    "\ud800",
    "x" * 200 + "=",
    "_",
    "-",
    ".",
    "a.b",
    "A",
    "aB3",
    "/",
    "/home/",
    "input_value=",
    "pass=",
    "secret: {",
    "secret=[",
    "x=y;",
    "call ",
    "reset code ",
    "date of birth ",
    _NOISE,
    "0123456789abcdef",
    "MIIE" + _NOISE[:60] + "\n",
    "{'a': ",
    "code=",
    "?code=",
    "Duplicate entry '",
    'cvc="',
    "csrf(",
    "bearer'",
    "parameters: [",
    "a,password\n",
    "| password |\n|--|\n",
    "PID|1|",
    "copy a (password) from stdin;\n",
    "begin:vcard\n",
    "password got ",
    "select ?, ",
    "values(?, ",
    "redis-cli -a ",
    "token: x -> ",
    "value a1b2c3d4 for field password ",
    "password='a1b2c3d4' ",
    "\n    │ └ 'x'",
    "-> 'x",
    "[generated in 0.1s] (",
    "; args=('x'",
    "[parameters: {'pk_1': 1",
    "refresh_tokens={'a': '",
    "tokens=['x', ",
    "code='a1b2c3d4e5f6g7h8 ",
    "auth: Internal Server ",
    "first_name: this field ",
    "update x set (a = ?), ",
    "argument --password: invalid x value: '",
)
"""What is repeated to make texts of."""

VARIED = ("token ", "key ", "api key ", "password is ", "password: ", "session ", "4", "sk-", "a@")
"""What is followed by words and numbers that are never the same, so that nothing can be remembered of it."""


def repeated(unit: str, size: int) -> str:
    """A text of this size that repeats itself."""
    return (unit * (size // len(unit) + 1))[:size]


def varied(unit: str, size: int) -> str:
    """A text of this size that has something over and over, each time with something else behind it."""
    chance = random.Random(2)
    letters = _DIGITS if unit[-1].isdigit() else _LETTERS
    return "".join(f"{unit}{''.join(chance.choices(letters, k=3))} " for _ in range(size // len(unit) + 1))[:size]


def about(size: int) -> str:
    """The yardstick."""
    return "".join(ABOUT.format(n, n * 7 + 3) for n in range(size // 400 + 1))[:size]


def cost(sanitizer: Sanitizer, text: str) -> tuple[float, int]:
    """Nanoseconds in all, and how many secrets were taken away."""
    begin = time.process_time()
    cleaned = sanitizer.text(text)
    return (time.process_time() - begin) * 1e9, cleaned.count("[REDACTED:") - text.count("[REDACTED:")


class Yardstick(NamedTuple):
    """What clean texts of one size take, in nanoseconds a character, and one secret, in nanoseconds."""

    plain: float
    about: float
    secret: float


class Taken(NamedTuple):
    """What a text took."""

    ns: float
    """A character."""
    raw: float
    """How many times text about secrets."""
    fair: float
    """The same, with the time of a secret allowed for each that was found."""
    growth: float
    """How many times as much a character takes as in a text of half the size."""
    found: int


def _yardstick(sanitizer: Sanitizer, size: int) -> Yardstick:
    plain = min(cost(sanitizer, repeated(CLEAN, size))[0] for _ in range(3)) / size
    clean = min(cost(sanitizer, about(size))[0] for _ in range(3)) / size
    total, found = min(cost(sanitizer, repeated("password=hunter2-and-fake\n", size)) for _ in range(3))
    return Yardstick(plain, clean, total / found)


def _taken(sanitizer: Sanitizer, by: Yardstick, text: Callable[[int], str], size: int, runs: int) -> Taken:
    total, found = min(cost(sanitizer, text(size)) for _ in range(runs))
    half = min(cost(sanitizer, text(size // 2))[0] for _ in range(runs))
    clean = size * by.about
    return Taken(total / size, total / clean, total / (clean + found * by.secret), total / half / 2, found)


def _kinds() -> Iterator[tuple[str, Callable[[int], str]]]:
    """Each text by its name."""
    for make, units in ((repeated, HOSTILE), (varied, VARIED)):
        for unit in units:
            shown = unit if len(unit) < 24 else f"{unit[:20]}…"
            shown = shown.encode("unicode_escape").decode("ascii") if not shown.isascii() else repr(shown)[1:-1]
            yield shown + ("…" if make is varied else ""), lambda size, make=make, unit=unit: make(unit, size)


_MOST = 3


def measured(size: int) -> tuple[dict[str, Yardstick], dict[str, dict[str, Taken]]]:
    """By engine and tier, the yardstick; by kind, engine and tier, what was taken. What seems too much is run again."""
    yardsticks: dict[str, Yardstick] = {}
    rows: dict[str, dict[str, Taken]] = {name: {} for name, _ in _kinds()}
    for engine in ("python", "re2") if has_re2() else ("python",):
        for tier in ("standard", "strict"):
            sanitizer = Sanitizer(engine=engine, tier=tier, max_text=2 * size)  # type: ignore[arg-type]
            column = f"{engine}, {tier}"
            by = yardsticks[column] = _yardstick(sanitizer, size)
            print(
                f"{column}: {by.plain:.1f} ns plain, {by.about:.1f} ns about secrets, {by.secret / 1e3:.1f} µs a secret"
            )
            for name, text in _kinds():
                taken = _taken(sanitizer, by, text, size, 1)
                taken = _taken(sanitizer, by, text, size, 3) if max(taken.fair, taken.growth * 2) > _MOST else taken
                rows[name][column] = taken
                said = f"{taken.ns:8.1f} ns, {taken.growth:.2f} x a text of half the size, {taken.found} secrets"
                print(f"{column:16} {name!r:30} {taken.fair:5.1f} x {said}{'   <--' if taken.fair > _MOST else ''}")
                sys.stdout.flush()
    return yardsticks, rows


def tables(yardsticks: dict[str, Yardstick], rows: dict[str, dict[str, Taken]], size: int) -> str:
    """Both tables in Markdown."""
    lines = ["| engine, tier | plain text | text about secrets | a secret | costliest kind | most growth |"]
    lines.append("|---|--:|--:|--:|--:|--:|")
    for column, by in yardsticks.items():
        fair, name = max((row[column].fair, name) for name, row in rows.items())
        growth = max(row[column].growth for row in rows.values())
        clean = f"{by.plain:.1f} ns | {by.about:.0f} ns | {by.secret / 1e3:.1f} µs"
        lines.append(f"| {column} | {clean} | {fair:.1f} ×, {_code(name)} | {growth:.2f} × |")
    lines += ["", "| repeated | " + " | ".join(yardsticks) + " |", "|---" + "|--:" * len(yardsticks) + "|"]
    for name, row in rows.items():
        lines.append(f"| {_code(name)} | " + " | ".join(_cell(row[column]) for column in yardsticks) + " |")
    said = f"CPU time, {size:,} characters, Python {platform.python_version()}, {datetime.now(UTC).date().isoformat()}."
    return "\n".join((*lines, "", said))


def _code(name: str) -> str:
    fence = "``" if "`" in name else "`"
    pad = " " if name[:1] in "` " or name[-1:] in "` " else ""
    return f"{fence}{pad}{name}{pad}{fence}".replace("|", "\\|")


def _cell(taken: Taken) -> str:
    return f"{taken.raw:.2f}" + (f" ({taken.fair:.2f})" if taken.found else "")


def main(arguments: list[str] | None = None) -> int:
    """Print what each text took; 1 if one took more than three times of clean text, else 0."""
    parser = argparse.ArgumentParser(prog="python -m evaluations.sanitizer.linear", description=__doc__)
    parser.add_argument("--size", type=int, default=1_000_000, help="characters of a text")
    parser.add_argument("--write", action="store_true", help=f"put the tables into {PAGE.name}")
    options = parser.parse_args(arguments)
    yardsticks, rows = measured(options.size)
    worst = max(taken.fair for row in rows.values() for taken in row.values())
    print(f"worst: {worst:.1f} x clean")
    if options.write:
        write(PAGE, {"sanitizer-linear": tables(yardsticks, rows, options.size)})
    return int(worst > _MOST)


if __name__ == "__main__":
    sys.exit(main())
