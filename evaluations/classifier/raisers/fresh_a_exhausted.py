"""What ran out, here or at a peer, by many libraries."""

from __future__ import annotations

import asyncio
import resource
import struct
import urllib.request

import nats
import openpyxl
import pandas as pd
import peewee
import PIL.Image
import tortoise.backends.asyncpg
import tortoise.backends.sqlite

from evaluations.classifier.raisers._fresh_a import fresh
from evaluations.classifier.raisers._peers import HOST, base_url, listening, saying
from evaluations.classifier.raisers.scaffold_http import (
    DOWN,
    THROTTLED,
    Means,
)

_DISK_FULL = Means("resource", False, (500, 503), "critical")
_FULL = Means("resource", True, 503, "medium")
_WORD = "the domain's own word for it"


# --- what ran out -----------------------------------------------------------------------------------------------------
@fresh("pandas", "disk_full", _DISK_FULL)
def _() -> None:
    pd.DataFrame({"sku": range(99_999)}).to_csv("/dev/full")


@fresh("Pillow", "disk_full", _DISK_FULL)
def _() -> None:
    PIL.Image.effect_noise((999, 999), 50).save("/dev/full", "PNG")


@fresh("openpyxl", "disk_full", _DISK_FULL)
def _() -> None:
    with open("/dev/full", "wb", buffering=0) as file:
        openpyxl.Workbook().save(file)


@fresh("python", "urllib_too_many_files", Means("resource", True, 503, "high"))
def _() -> None:
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    url = f"{base_url()}/status/200"
    resource.setrlimit(resource.RLIMIT_NOFILE, (1, limits[1]))
    try:
        urllib.request.urlopen(url, timeout=1)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)


def _postgres_says(state: str, text: str) -> bytes:
    said = (
        b"".join(key + value.encode() + b"\0" for key, value in ((b"S", "FATAL"), (b"C", state), (b"M", text))) + b"\0"
    )
    return b"E" + struct.pack("!I", len(said) + 4) + said


@fresh("peewee", "too_many_connections", _FULL)
def _() -> None:
    said = _postgres_says("53300", "sorry, too many clients already")
    with listening(saying(said)) as port:
        database = peewee.PostgresqlDatabase("shop", host=HOST, port=port, user="shop", sslmode="disable")
        database.connect()


@fresh("tortoise-orm", "too_many_connections", _FULL)
async def _() -> None:
    said = _postgres_says("53300", "remaining connection slots are reserved for roles with the SUPERUSER attribute")
    with listening(saying(said)) as port:
        client = tortoise.backends.asyncpg.AsyncpgDBClient(
            "shop", "not-real", "shop", HOST, port, connection_name="a", ssl=False
        )
        await client.create_connection(with_db=True)


@fresh("nats-py", "too_many_connections", _FULL)
async def _() -> None:
    info = b'INFO {"server_id": "a", "version": "2.10.0", "max_payload": 1048576}\r\n'
    with listening(saying(info + b"-ERR 'maximum connections exceeded'\r\n", at_once=True)) as port:
        await nats.connect(f"nats://{HOST}:{port}", allow_reconnect=False, connect_timeout=1)


@fresh("pandas", "url_throttles_us", THROTTLED)
def _() -> None:
    pd.read_json(f"{base_url()}/status/429")


@fresh("pandas", "url_unavailable", DOWN)
def _() -> None:
    pd.read_html(f"{base_url()}/status/503")


@fresh("application", "report_workers_exhausted_from_time_out", _FULL, _WORD)
async def _() -> None:
    class NoReportWorkerAvailable(Exception):
        """What our own pool says."""

    workers = asyncio.Semaphore(1)
    await workers.acquire()
    try:
        async with asyncio.timeout(0.02):
            await workers.acquire()
    except TimeoutError as exc:
        raise NoReportWorkerAvailable("1 of 1 is busy") from exc
