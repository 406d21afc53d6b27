"""`python -m example_apps.flaky_upstream --port 0 [--script FILE.toml]`: serve until SIGINT or SIGTERM."""

from __future__ import annotations

import argparse
import asyncio
import signal

from example_apps.flaky_upstream import Script, serve

__all__ = ["main"]


async def _serve_until_signal(script: Script, port: int) -> None:
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop.set))
    async with serve(script, port=port) as upstream:
        print(f"listening on {upstream.url}", flush=True)
        await stop.wait()


def main() -> None:
    """Serve from the command line: exit status 0 after a signal, 2 if the script or the port cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m example_apps.flaky_upstream", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0 takes a free one (default)")
    parser.add_argument("--script", metavar="FILE.toml", help="what goes wrong; without it, nothing does")
    options = parser.parse_args()
    try:
        script = Script.load(options.script) if options.script else Script()
        asyncio.run(_serve_until_signal(script, options.port))
    except (OSError, OverflowError, ValueError) as error:
        parser.error(str(error))


if __name__ == "__main__":
    main()
