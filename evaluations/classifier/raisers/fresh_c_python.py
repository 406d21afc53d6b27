"""Python and its standard library: what a look into an error tracker shows besides the usual."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import datetime as dt
import decimal
import io
import json
import multiprocessing
import os
import smtplib
import socket
import sqlite3
import ssl
import subprocess
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from evaluations.classifier.raisers._fresh_c import LATE, RULE, fresh
from evaluations.classifier.raisers._peers import (
    HOST,
    _authority,
    authority_file,
    closed_port,
    dialogue,
    listening,
    reset,
    saying,
)
from evaluations.classifier.raisers.scaffold_http import LINK, NO_TRUST, OUR_BUG, OUR_SETTINGS, Means

NOTHING: Any = None


# --- the language -----------------------------------------------------------------------------------------------------
@fresh("python", "none_awaited", OUR_BUG)
async def _() -> None:
    def send() -> Any:
        return None

    await send()


@fresh("python", "coroutine_subscripted", OUR_BUG, "await was forgotten")
async def _() -> None:
    async def load() -> dict[str, int]:
        return {"id": 1}

    pending: Any = load()
    try:
        print(pending["id"])
    finally:
        pending.close()


@fresh("python", "cached_value_is_none", OUR_BUG, "a cache that has nothing; the view did not ask")
def _() -> None:
    cache: dict[str, str] = {}
    value: Any = cache.get("basket:7")
    json.loads(value)


@fresh("python", "names_with_none_sorted", OUR_BUG)
def _() -> None:
    names: list[Any] = ["Zoe", None, "Ada"]
    sorted(names)


@fresh("python", "greatest_of_nothing", OUR_BUG)
def _() -> None:
    prices: list[int] = []
    max(prices)


@fresh("python", "text_subscripted_by_text", OUR_BUG, "a text where a mapping was thought to be")
def _() -> None:
    payload: Any = json.loads('"paid"')
    print(payload["status"])


@fresh("python", "not_a_number_rounded", OUR_BUG)
def _() -> None:
    round(float("nan"))


@fresh("python", "question_asked_in_a_view", OUR_BUG, "a debugger or a question that was left in")
def _() -> None:
    import sys

    before, sys.stdin = sys.stdin, io.StringIO("")
    try:
        input("continue? ")
    finally:
        sys.stdin = before


@fresh("python", "leap_day_next_year", OUR_BUG, "a renewal that is computed on 29 February")
def _() -> None:
    dt.date(2024, 2, 29).replace(year=2025)


@fresh("python", "decimal_times_float", OUR_BUG)
def _() -> None:
    rate: Any = 0.19
    print(decimal.Decimal("19.90") * rate)


@fresh("python", "file_older_than_zip", OUR_BUG, "a file with the time 0 in an archive that is made")
def _() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "report.csv")
        path.write_text("a,b\n")
        os.utime(path, (0, 0))
        with zipfile.ZipFile(io.BytesIO(), "w") as archive:
            archive.write(path, "report.csv")


# --- asyncio, threads, children ---------------------------------------------------------------------------------------
@fresh("python", "loop_stopped_too_early", OUR_BUG)
def _() -> None:
    loop = asyncio.new_event_loop()
    loop.call_later(0.05, loop.stop)
    task = loop.create_task(asyncio.sleep(1))
    try:
        loop.run_until_complete(task)
    finally:
        task.cancel()
        loop.run_until_complete(asyncio.gather(task, return_exceptions=True))
        loop.close()


def _call_refused() -> None:
    socket.create_connection((HOST, closed_port()), timeout=1)


@fresh(
    "python", "link_of_a_worker_refused", LINK, "raised in a process of a pool, with the text of its traceback as cause"
)
def _() -> None:
    closed_port()
    with concurrent.futures.ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("fork")) as pool:
        pool.submit(_call_refused).result(5)


@fresh("python", "program_missing_says_the_shell", OUR_SETTINGS, "127 of a shell; the child's failure is defensible")
def _() -> None:
    subprocess.run("fresh-c-html-to-pdf invoice.html", shell=True, check=True, capture_output=True)


@fresh("python", "conversion_segfaults", Means("system", False, 500, "high"), "a child that died")
def _() -> None:
    subprocess.run(["sh", "-c", "kill -SEGV $$"], check=True, capture_output=True)


@fresh("python", "conversion_late_with_some_output", LATE)
def _() -> None:
    subprocess.run(["sh", "-c", "echo page 1; exec sleep 5"], timeout=0.3, capture_output=True, check=True)


# --- the operating system ---------------------------------------------------------------------------------------------
@fresh("python", "network_unreachable", LINK)
def _() -> None:
    with socket.socket() as one:
        one.settimeout(1)
        one.connect(("255.255.255.255", 443))


@fresh("python", "pipe_without_a_reader", Means("system", False, 500, "high"), "network is defensible: nobody listens")
def _() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/events"
        os.mkfifo(path)
        os.open(path, os.O_WRONLY | os.O_NONBLOCK)


@fresh("python", "folder_busy", Means("system", False, 500, "high"), "a folder that is mounted")
def _() -> None:
    Path("/proc").rmdir()


@fresh("python", "file_is_no_socket", OUR_BUG)
def _() -> None:
    with tempfile.TemporaryFile() as file:
        socket.socket(fileno=os.dup(file.fileno())).getpeername()


# --- TLS and mail -----------------------------------------------------------------------------------------------------
def _tls(talk_context: ssl.SSLContext, client: ssl.SSLContext, host: str = HOST) -> None:
    def talk(connection: socket.socket) -> None:
        with contextlib.suppress(OSError), talk_context.wrap_socket(connection, server_side=True) as secured:
            secured.recv(10)

    with listening(talk) as port, socket.create_connection((HOST, port), timeout=2) as plain:
        with client.wrap_socket(plain, server_hostname=host) as secured:
            secured.sendall(b"GET / HTTP/1.0\r\n\r\n")
            secured.recv(10)


def _server(**options: Any) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    _authority().issue_cert(HOST, **options).configure_cert(context)
    return context


@fresh("python", "tls_certificate_not_yet_valid", NO_TRUST)
def _() -> None:
    later = dt.datetime.now(dt.UTC) + dt.timedelta(days=20)
    server = _server(not_before=later, not_after=later + dt.timedelta(days=20))
    _tls(server, ssl.create_default_context(cafile=authority_file()))


@fresh("python", "tls_client_certificate_of_nobody", NO_TRUST, "our certificate is not trusted by the peer")
def _() -> None:
    import trustme

    server = _server()
    server.verify_mode = ssl.CERT_REQUIRED
    _authority().configure_trust(server)
    client = ssl.create_default_context(cafile=authority_file())
    trustme.CA().issue_cert("shop.example.test").configure_cert(client)
    _tls(server, client)


@fresh("python", "smtp_tls_to_a_plain_port", NO_TRUST, "the port of another kind; configuration is defensible")
def _() -> None:
    with listening(saying(b"220 mail.example.test ESMTP\r\n", at_once=True)) as port:
        smtplib.SMTP_SSL(HOST, port, timeout=2)


def _smtp(answers: dict[bytes, bytes], *recipients: str, sender: str = "shop@example.test") -> None:
    ready = {b"EHLO": b"250-mail.example.test\r\n250 SIZE 1000000\r\n", b"QUIT": b"221 bye\r\n", b"RSET": b"250 ok\r\n"}
    with listening(dialogue(b"220 mail.example.test ESMTP\r\n", {**ready, **answers}, b"250 ok\r\n")) as port:
        with smtplib.SMTP(HOST, port, timeout=2) as client:
            client.sendmail(sender, list(recipients), "Subject: Your order\r\n\r\nIt is on its way.")


@fresh("python", "smtp_wants_tls_first", OUR_SETTINGS, "authentication is defensible")
def _() -> None:
    _smtp({b"MAIL": b"530 5.7.0 Must issue a STARTTLS command first\r\n"}, "zoe@example.test")


@fresh(
    "python",
    "smtp_reputation_refused",
    Means("external_service", False, (502, 503), "medium"),
    "somebody has to clear the name of our host; high is defensible",
)
def _() -> None:
    text = b"554 5.7.1 Service unavailable; client host [203.0.113.5] blocked using a list of blocked hosts\r\n"
    _smtp({b"RCPT": text}, "zoe@example.test")


@fresh(
    "python", "smtp_relay_denied", OUR_SETTINGS, "a host that we may not relay through; authentication is defensible"
)
def _() -> None:
    _smtp({b"RCPT": b"554 5.7.1 <zoe@example.test>: Relay access denied\r\n"}, "zoe@example.test")


@fresh("python", "smtp_too_many_recipients", Means("resource", True, 503, "medium"), "a limit of the peer")
def _() -> None:
    _smtp({b"RCPT": b"452 4.5.3 Too many recipients\r\n"}, "zoe@example.test", "ada@example.test")


# --- SQLite and more --------------------------------------------------------------------------------------------------
@fresh("python", "sqlite_too_many_variables", OUR_BUG, "values in one statement that should have been sent in parts")
def _() -> None:
    connection = sqlite3.connect(":memory:")
    connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 999)
    connection.execute(f"SELECT 1 WHERE 1 IN ({', '.join('?' * 1_000)})", range(1_000))


@fresh("python", "sqlite_function_unknown", OUR_BUG, "written in our statement")
def _() -> None:
    sqlite3.connect(":memory:").execute("SELECT date_trunc('month', '2025-03-01')")


@fresh("python", "reset_in_the_middle_of_sending", LINK)
def _() -> None:
    with listening(reset) as port, socket.create_connection((HOST, port), timeout=2) as one:
        for _ in range(2_000):
            one.sendall(b"a" * 65_536)


@fresh("python", "group_of_rules_of_one_kind", RULE)
async def _() -> None:
    class SeatTaken(Exception):
        """Somebody sits there already."""

    async def book(seat: str) -> None:
        raise SeatTaken(f"seat {seat} is taken")

    async with asyncio.TaskGroup() as group:
        group.create_task(book("14A"))
        group.create_task(book("14B"))
