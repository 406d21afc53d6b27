from __future__ import annotations

import asyncio
import json
import os
import socket
import sqlite3
import urllib.request

import httpx
import requests

from evaluations.classifier.cases import case


@case("python", "system", transient=False, status=500, severity="high")
def bug() -> None:
    {}["x"]


@case("python", "network", transient=True, status=(502, 503), severity="medium")
def refused() -> None:
    socket.create_connection(("127.0.0.1", 1))


@case("python", "validation", transient=False, status=400, severity="low")
def bad_json() -> None:
    json.loads("{")


@case("python", "configuration", transient=False, status=500, severity="high")
def environ() -> None:
    os.environ["NOT_THERE_XX"]


@case("python", "data_integrity", transient=False, status=409, severity="medium")
def unique() -> None:
    db = sqlite3.connect(":memory:")
    db.execute("create table t (a unique)")
    db.execute("insert into t values (1)")
    db.execute("insert into t values (1)")


@case("python", "network", transient=True, status=(502, 503), severity="medium")
def urlopen() -> None:
    urllib.request.urlopen("http://127.0.0.1:1/")


@case("python", "network", transient=True, status=(502, 503), severity="medium")
async def in_group() -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(asyncio.open_connection("127.0.0.1", 1))
        group.create_task(asyncio.open_connection("127.0.0.1", 2))


@case("httpx", "network", transient=True, status=(502, 503), severity="medium")
def httpx_refused() -> None:
    httpx.get("http://127.0.0.1:1/")


@case("httpx", "resource", transient=True, status=503, severity="medium")
def httpx_429() -> None:
    transport = httpx.MockTransport(lambda request: httpx.Response(429, headers={"retry-after": "3"}))
    with httpx.Client(transport=transport) as client:
        client.get("http://x/").raise_for_status()


@case("requests", "network", transient=True, status=(502, 503), severity="medium")
def requests_refused() -> None:
    requests.get("http://127.0.0.1:1/")


@case("requests", "network", transient=True, status=(502, 503), severity="medium")
def wrapped() -> None:
    try:
        requests.get("http://127.0.0.1:1/")
    except requests.RequestException as exc:
        raise RuntimeError("could not fetch") from exc
