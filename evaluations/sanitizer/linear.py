"""Is the sanitizer's time linear, whatever the text? `python -m evaluations.sanitizer.linear [SIZE]`.

Prints, for texts made to be costly, the processor time per character in nanoseconds, and how many times that of
harmless text of the same size it is; then the same for a text of half the size, which tells growth from mere cost.
"""

from __future__ import annotations

import random
import sys
import time

from failsoft.sanitize import Sanitizer
from failsoft.sanitize.gate import has_re2

__all__ = ["CLEAN", "HOSTILE"]

CLEAN = (
    "Could not load the order 4711 of customer 88 from the warehouse service after 3 attempts: upstream returned 503 "
    "Service Unavailable for GET /orders/4711/items in 1.25 s; will be retried by the worker in 30 seconds.\n"
)
"""Harmless text, to be repeated."""

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
    "parameters: [",
)
"""What is repeated to make texts of."""


def cost(sanitizer: Sanitizer, unit: str, size: int) -> float:
    """Nanoseconds per character."""
    text = (unit * (size // len(unit) + 1))[:size]
    begin = time.process_time()
    sanitizer.text(text)
    return (time.process_time() - begin) / size * 1e9


def main(size: int) -> int:
    """Print one line for each text and engine; the exit status says whether all were within three times of clean."""
    worst = 0.0
    for engine in ("python", "re2") if has_re2() else ("python",):
        for tier in ("standard", "strict"):
            sanitizer = Sanitizer(engine=engine, tier=tier, max_text=2 * size)  # type: ignore[arg-type]
            clean = min(cost(sanitizer, CLEAN, size) for _ in range(3))
            print(f"{engine:6} {tier:8} clean {clean:8.1f} ns per character")
            for unit in HOSTILE:
                here, half = cost(sanitizer, unit, size), cost(sanitizer, unit, size // 2)
                worst = max(worst, here / clean)
                if here > 3 * clean:
                    shown = unit if len(unit) < 24 else f"{unit[:20]}…"
                    said = f"{here:10.1f} ns {here / clean:7.1f} x   half the size: {half:10.1f} ns"
                    print(f"{engine:6} {tier:8} {shown!r:28} {said}")
    print(f"worst: {worst:.1f} x clean")
    return int(worst > 3)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000))
