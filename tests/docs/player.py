"""Plays a page as a reader would: `python -m docs.player PAGE`, in a directory of its own.

- `python` blocks run in one namespace, one after the other; `await` is allowed. A block whose first line is
  `# some/file.py` (or `.toml`) is written to that file instead; with `, continued` it is added to its end. So is a
  `text` block with the name of a `.po`.
- `toml` blocks are loaded as settings; those below `<!-- refused -->` must not be accepted.
- `console` blocks run what stands after `$`, and what stands below must come out.
- A block below `<!-- output -->` is what the Python code since the last such block has printed, one below
  `<!-- log -->` is in what the server has written. `…` stands for anything, and what differs each time (ids, times)
  for its kind.
- A server (`uvicorn …`, `flask … run`) stays up until the next one or the end of the page. Port 8000 is any free port.
"""

from __future__ import annotations

import ast
import asyncio
import contextlib
import inspect
import io
import json
import os
import re
import socket
import subprocess
import sys
import time
import tomllib
from pathlib import Path
from types import CodeType
from typing import Any

from docs.pages import Block, blocks_of
from failsoft.errors import SettingsError
from failsoft.settings import load

__all__ = ["Player", "same"]

_SERVER = re.compile(r"(?:\w+=\S+ )*(?:uvicorn |gunicorn |flask --app \S+ run|python manage.py runserver)")
_MASKS = (
    (r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}", "‹id›"),
    (r"\b[0-9a-f]{32}\b", "‹trace›"),
    (r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)", "‹time›"),
    (r"\b[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}\b", "‹reference›"),
    (r"\b\d\.\d{3} s\b", "‹seconds› s"),
    (r"(?<=again in )\d+ seconds?|(?<=\"after\": )\d+|(?<=\"after\":)\d+", "‹seconds›"),
    (r"[ \t]+(?=\n|$)", ""),
)


def masked(text: str) -> str:
    """The text with what differs each time replaced by its kind."""
    for pattern, kind in _MASKS:
        text = re.sub(pattern, kind, text)
    return text.strip("\n")


def same(expected: str, found: str) -> bool:
    """Whether a text is what a page says, `…` standing for anything."""
    # framed by line breaks, so that a line which is only `…` may stand for no line at all
    framed = f"\n{masked(expected)}\n".replace("\n…\n", "\n\0")
    pattern = re.escape(framed).replace("…", ".*?").replace(re.escape("\0"), r"(?:.*?\n)?")
    return re.fullmatch(pattern, f"\n{masked(found)}\n", re.DOTALL) is not None


class Player:
    """The state of one page: files, names, printed text, and the server that is up."""

    def __init__(self, page: str, folder: Path) -> None:
        self.page = page
        self.folder = folder
        self.names: dict[str, Any] = {"__name__": "page"}
        self.printed = io.StringIO()
        self.port = _free_port()
        self.server: subprocess.Popen[bytes] | None = None
        self.log = folder / "server.log"
        self.loop = asyncio.Runner()

    def play(self, block: Block) -> None:
        """Run one block, or compare it with what came out.

        Raises:
            AssertionError: something else came out.
        """
        if block.marker.startswith("not run"):
            return
        match block.language, block.marker:
            case "python", "":
                self.python(block)
            case "toml", _:
                self.toml(block)
            case "console", _:
                self.console(block)
            case _, "output":
                found, self.printed = self.printed.getvalue(), io.StringIO()
                check(block, block.text, self.unported(found))
            case _, "log":
                self.logged(block)
            case "text", "" if block.file is not None:
                self.write(block)
            case "json", _:
                json.loads(block.text)

    def python(self, block: Block) -> None:
        """Run code, or write a file."""
        if block.file is not None:
            compile(block.text, block.file, "exec")
            self.write(block)
            return
        shown = "\n" * (block.line - 1) + block.text
        code = compile(shown, self.page, "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        with contextlib.redirect_stdout(self.printed):
            self.run(code)

    def run(self, code: CodeType) -> None:
        """Run compiled code, which may await."""
        result = eval(code, self.names)
        if inspect.iscoroutine(result):
            self.loop.run(result)

    def toml(self, block: Block) -> None:
        """Load settings: a file, or a fragment that stands by itself. Some are there to be refused."""
        if block.file is not None:
            self.write(block)
        source = tomllib.loads(block.text) if block.file is None else self.folder / block.file
        try:
            load(source, environ={})
        except SettingsError:
            if block.marker != "refused":
                raise
        else:
            assert block.marker != "refused", f"line {block.line}: these settings were to be refused"

    def write(self, block: Block) -> None:
        """Write a file, or add to it."""
        assert block.file is not None
        path = self.folder / block.file
        path.parent.mkdir(parents=True, exist_ok=True)
        before = path.read_text() if block.continued else ""
        path.write_text(before + "\n" * bool(before) + self.ported(block.text))

    def console(self, block: Block) -> None:
        """Run commands and compare what they print."""
        command, expected = "", ""
        for line in [*block.text.splitlines(), "$ "]:
            if not line.startswith("$ "):
                expected += line + "\n"
                continue
            if command:
                self.command(block, command, expected)
            command, expected = line[2:], ""

    def command(self, block: Block, command: str, expected: str) -> None:
        """Run one command; a server is left running."""
        if _SERVER.match(command):
            self.serve(block, command)
            return
        shell = ["/bin/sh", "-c", self.ported(command)]
        done = subprocess.run(shell, cwd=self.folder, env=self.environ(), capture_output=True, text=True, check=False)
        if expected:
            check(block, expected, self.unported(done.stdout + done.stderr))
        else:
            assert done.returncode == 0, f"{self.page}:{block.line}: {command}: {done.stdout}{done.stderr}"

    def serve(self, block: Block, command: str) -> None:
        """Start a server in place of the one before, and wait until it listens."""
        self.stop()
        words = ["/bin/sh", "-c", f"exec env {self.ported(command)}"]
        environ = {**self.environ(), "PYTHONUNBUFFERED": "1"}
        with self.log.open("wb") as log:
            self.server = subprocess.Popen(words, cwd=self.folder, env=environ, stdout=log, stderr=log)
        while self.server.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return
            time.sleep(0.02)
        raise AssertionError(f"{self.page}:{block.line}: {command}: {self.log.read_text()}")

    def logged(self, block: Block) -> None:
        """Wait for something to be in the log of the server, which may write after it has answered."""
        expected, patience = f"…{block.text.strip()}…", time.monotonic() + 20
        while not same(expected, self.unported(self.log.read_text())) and time.monotonic() < patience:
            time.sleep(0.05)
        check(block, expected, self.unported(self.log.read_text()))

    def stop(self) -> None:
        """Stop the server, if there is one."""
        if self.server is not None:
            self.server.terminate()
            self.server.wait(20)
            self.server = None
            self.port = _free_port()

    def environ(self) -> dict[str, str]:
        """The environment of commands: the interpreter's own scripts first."""
        scripts = str(Path(sys.executable).parent)
        return {**os.environ, "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": ""}

    def ported(self, text: str) -> str:
        """Port 8000 of the page is the free one of this run."""
        return re.sub(r"(?<=:)8000\b|(?<=--port )8000\b|(?<=runserver )8000\b", str(self.port), text)

    def unported(self, text: str) -> str:
        """What came out, as the page would show it."""
        return text.replace(f"{self.folder}/", "").replace(f":{self.port}", ":8000")


def check(block: Block, expected: str, found: str) -> None:
    """Raises AssertionError with both texts if they are not the same."""
    assert same(expected, found), f"line {block.line} says:\n{expected}\nbut out came:\n{found}"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def main() -> None:
    """Play the page that the command line names, in the current directory."""
    page = Path(sys.argv[1])
    sys.path.insert(0, str(Path.cwd()))
    player = Player(page.name, Path.cwd())
    try:
        for block in blocks_of(page):
            try:
                player.play(block)
            except BaseException:
                print(f"{page}:{block.line}: this block failed", file=sys.stderr)
                raise
    finally:
        player.stop()
        player.loop.close()


if __name__ == "__main__":
    main()
