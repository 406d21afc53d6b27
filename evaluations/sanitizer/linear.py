"""Is the sanitizer's time linear, whatever the text? `python -m evaluations.sanitizer.linear [SIZE]`.

Prints, for texts made to be costly, the processor time per character in nanoseconds, and how many times that of
clean text of the same size it is; then the same for a text of half the size, which tells growth from mere cost.

There are two kinds of clean text. Plain text names nothing that a secret could follow, so no rule ever looks closer; it
is shown for comparison. The yardstick is text about secrets that has none, as the log of a login service: as dense with
the words and signs that rules look closer at as such prose is, and no line like another. Where secrets are found, or
what must be taken for them, each may take the time of a line `password=…` besides.
"""

from __future__ import annotations

import random
import sys
import time

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


def main(size: int) -> int:
    """Print one line for each text and engine; the exit status says whether all were within three times of clean."""
    worst = 0.0
    for engine in ("python", "re2") if has_re2() else ("python",):
        for tier in ("standard", "strict"):
            sanitizer = Sanitizer(engine=engine, tier=tier, max_text=2 * size)  # type: ignore[arg-type]
            plain = min(cost(sanitizer, repeated(CLEAN, size))[0] for _ in range(3)) / size
            clean = min(cost(sanitizer, about(size))[0] for _ in range(3)) / size
            total, found = min(cost(sanitizer, repeated("password=hunter2-and-fake\n", size)) for _ in range(3))
            each = total / found
            print(f"{engine:6} {tier:8} plain text {plain:.1f}, text about secrets {clean:.1f} ns per character; "
                  f"a secret {each / 1e3:.1f} µs")  # fmt: skip
            for make, unit in (*((repeated, unit) for unit in HOSTILE), *((varied, unit) for unit in VARIED)):
                (total, found), (half, _) = (cost(sanitizer, make(unit, part)) for part in (size, size // 2))
                times = total / (size * clean + found * each)
                worst = max(worst, times)
                said = f"{total / size:10.1f} ns, half the size: {half / (size // 2):10.1f} ns"
                said += f"   {found} secrets" if found else ""
                shown = unit if len(unit) < 24 else f"{unit[:20]}…"
                shown += "…" if make is varied else ""
                print(f"{engine:6} {tier:8} {shown!r:28} {times:7.1f} x {said}{'   <--' if times > 3 else ''}")
    print(f"worst: {worst:.1f} x clean")
    return int(worst > 3)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000))
