"""One worker process that calls as often as it can: `python hammer.py URL SERVICE RATE BURST EXACT WAY SECONDS`.

Prints, as JSON, when each admitted call was begun and when it was made, and how many calls were decided without the
store of an exact limit. Times are of the clock that all processes of a machine have in common.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time

from failsoft import Failsoft, Policy, RateLimit, RateLimitError
from failsoft.events import ExactLimitMissed


def main(url: str, service: str, rate: str, burst: str, exact: str, way: str, seconds: str) -> None:
    admitted: list[tuple[float, float]] = []
    missed: list[int] = []
    limit = RateLimit(rate=rate, burst=int(burst), scope="shared", exact=exact == "exact")
    with Failsoft({"service": service, "state": {"url": url}}) as fs:
        fs.events.subscribe(lambda event: missed.append(event.calls), ExactLimitMissed)
        guard = fs.guard("x", policy=Policy(rate_limit=limit))
        until = time.monotonic() + float(seconds)

        def plain() -> None:
            while time.monotonic() < until:
                begun = time.monotonic()
                try:
                    made = guard.call(time.monotonic)
                except RateLimitError:
                    time.sleep(0.0005)
                else:
                    admitted.append((begun, made))

        async def read() -> float:
            return time.monotonic()

        async def task() -> None:
            while time.monotonic() < until:
                begun = time.monotonic()
                try:
                    made = await guard.acall(read)
                except RateLimitError:
                    await asyncio.sleep(0.0005)
                else:
                    admitted.append((begun, made))

        async def tasks() -> None:
            await asyncio.gather(task(), task(), task())

        if way == "sync":
            plain()
        else:
            asyncio.run(tasks())
    json.dump({"admitted": admitted, "missed": sum(missed)}, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
