"""Small tools around files, programs, the host and the loop."""

from __future__ import annotations

import asyncio
import io
import os
import tempfile
from pathlib import Path
from unittest import mock

import aiofiles
import cffi
import dotenv
import importlib_metadata
import invoke
import maxminddb
import PIL.Image
import proto
import regex
import sqlparse
import tzlocal
import uvloop

from evaluations.classifier.raisers._fresh_a import LATE, fresh
from evaluations.classifier.raisers._peers import HOST, closed_port, hang_up, listening
from evaluations.classifier.raisers.scaffold_http import (
    LINK,
    OUR_BUG,
    OUR_SETTINGS,
    Means,
)

_NOT_TAKEN = Means("validation", False, (400, 415, 422), "low")


# --- archives, programs and the rest ----------------------------------------------------------------------------------
@fresh("aiofiles", "file_missing", OUR_BUG, "as any file that is not there")
async def _() -> None:
    async with aiofiles.open("/srv/failsoft-fresh/2026-17.pdf", "rb") as file:
        await file.read()


@fresh("aiofiles", "used_after_closing", OUR_BUG)
async def _() -> None:
    async with aiofiles.open("/dev/null") as file:
        pass
    await file.read()


@fresh("python-dotenv", "file_missing", OUR_SETTINGS)
def _() -> None:
    dotenv.find_dotenv("failsoft-fresh.env", raise_error_if_not_found=True)


@fresh("invoke", "program_failed", OUR_BUG, "a child program that ended badly")
def _() -> None:
    invoke.run("exit 3", hide=True)


@fresh("invoke", "program_too_slow", LATE)
def _() -> None:
    invoke.run("sleep 5", hide=True, timeout=0.1)


@fresh("sqlparse", "option_unknown", OUR_BUG)
def _() -> None:
    sqlparse.format("SELECT 1", keyword_case="shout")


@fresh("maxminddb", "database_damaged", OUR_SETTINGS, "a file of the installation; data_integrity is defensible")
def _() -> None:
    with tempfile.NamedTemporaryFile(suffix=".mmdb") as file:
        file.write(b"<html>rate limit</html>")
        file.flush()
        maxminddb.open_database(file.name)


@fresh("regex", "pattern_malformed", OUR_BUG)
def _() -> None:
    regex.compile(r"(?<year>\d+")


@fresh("tzlocal", "zone_of_the_host_unknown", OUR_SETTINGS)
def _() -> None:
    with mock.patch.dict(os.environ, {"TZ": "Mars/Base"}):
        tzlocal.reload_localzone()


@fresh("importlib-metadata", "distribution_missing", OUR_SETTINGS)
def _() -> None:
    importlib_metadata.version("failsoft-fresh")


@fresh("cffi", "shared_library_missing", OUR_SETTINGS)
def _() -> None:
    cffi.FFI().dlopen("libfailsoft-fresh-2.0.so.0")


@fresh("proto-plus", "field_unknown", OUR_BUG)
def _() -> None:
    order = type("Order", (proto.Message,), {"sku": proto.Field(proto.STRING, number=1), "__module__": __name__})
    order(amount=3)


@fresh("uvloop", "refused", LINK)
def _() -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(asyncio.open_connection(HOST, closed_port()))


@fresh("uvloop", "stream_cut", LINK)
def _() -> None:
    async def read() -> None:
        with listening(hang_up) as port:
            reader, writer = await asyncio.open_connection(HOST, port)
            writer.write(b"?")
            await reader.readexactly(4)

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(read())


@fresh("application", "upload_rejected_from_bad_picture", _NOT_TAKEN, "the domain's own word for it")
def _() -> None:
    class UnsupportedUploadError(Exception):
        """What our own service says."""

    try:
        PIL.Image.open(io.BytesIO(b"<html></html>"))
    except PIL.UnidentifiedImageError as exc:
        raise UnsupportedUploadError("avatar.png") from exc


@fresh("application", "report_template_missing_from_no_file", OUR_SETTINGS, "the domain's own word for it")
def _() -> None:
    class ReportTemplateMissing(Exception):
        """What our own service says."""

    try:
        Path("/srv/shop/templates/report.xlsx").read_bytes()
    except FileNotFoundError as exc:
        raise ReportTemplateMissing("report.xlsx") from exc
