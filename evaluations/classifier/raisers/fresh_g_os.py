"""Set g: the operating system, sockets, processes, waiting, and formats of the standard library."""

from __future__ import annotations

import asyncio
import base64
import concurrent.futures
import configparser
import csv
import email.message
import errno
import ftplib
import gzip
import http.client
import imaplib
import io
import multiprocessing
import os
import pickle
import queue
import resource
import smtplib
import socket
import sqlite3
import ssl
import subprocess
import sys
import tomllib
import urllib.error
import urllib.request
import xml.etree.ElementTree as ET
import zipfile
import zlib

from evaluations.classifier.cases import case
from evaluations.classifier.raisers._fresh_g import answering, closed_port, dialog, folder, peer, tls_peer


@case("python", "resource", transient=False, status=(500, 503, 507), severity="critical")
def fresh_g_memory() -> None:
    bytearray(1 << 60)


@case("python", "resource", transient=False, status=(500, 503, 507), severity="critical")
def fresh_g_disk_full() -> None:
    with open("/dev/full", "w") as file:
        file.write("x")
        file.flush()


@case("python", "system", transient=False, status=500, severity="high")
def fresh_g_not_a_folder() -> None:
    os.listdir("/dev/null")


@case("python", "system", transient=False, status=500, severity="high")
def fresh_g_is_a_folder() -> None:
    with folder() as here, open(here):
        pass


@case("python", "system", transient=False, status=500, severity="high")
def fresh_g_bad_descriptor() -> None:
    reader, writer = os.pipe()
    os.close(writer)
    os.close(reader)
    os.read(reader, 1)


@case("python", "system", transient=False, status=500, severity="high")
def fresh_g_null_byte_in_path() -> None:
    open("upload\x00.txt")


@case("python", "system", transient=False, status=500, severity="high")
def fresh_g_closed_file() -> None:
    with folder() as here:
        file = open(here / "a", "w")
        file.close()
        file.write("x")


@case("python", "resource", transient=True, status=503, severity="medium")
def fresh_g_too_many_open_files() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    held = []
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, hard))
    try:
        for _ in range(200):
            held.append(os.open("/dev/null", os.O_RDONLY))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        for one in held:
            os.close(one)


@case("python", "network", transient=True, status=(502, 503), severity="medium")
def fresh_g_refused() -> None:
    socket.create_connection(("127.0.0.1", closed_port()))


@case("python", "network", transient=True, status=(502, 503), severity="medium")
def fresh_g_reset() -> None:
    with peer(reset=True) as port, socket.create_connection(("127.0.0.1", port)) as link:
        link.sendall(b"hello")
        link.recv(1)


@case("python", "network", transient=True, status=(502, 503), severity="medium")
def fresh_g_broken_pipe() -> None:
    ours, theirs = socket.socketpair()
    theirs.close()
    ours.sendall(b"x")


@case("python", "network", transient=True, status=(502, 503), severity="medium")
def fresh_g_no_such_host() -> None:
    socket.create_connection(("rates.fresh-g.invalid", 443), timeout=3)


@case("python", "network", transient=True, status=(502, 503, 504), severity="medium", made="no network without a route")
def fresh_g_unreachable() -> None:
    raise OSError(errno.ENETUNREACH, "Network is unreachable")


@case("python", "network", transient=True, status=504, severity="medium", made="takes minutes")
def fresh_g_connect_timed_out() -> None:
    raise TimeoutError(errno.ETIMEDOUT, "Connection timed out")


@case("python", "network", transient=True, status=504, severity="medium")
def fresh_g_silent() -> None:
    with peer(silent=True) as port, socket.create_connection(("127.0.0.1", port)) as link:
        link.settimeout(0.1)
        link.recv(1)


@case("python", "network", transient=True, status=(502, 503), severity="medium")
async def fresh_g_stream_cut_off() -> None:
    with peer(b"abc") as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"x")
        try:
            await reader.readexactly(10)
        finally:
            writer.close()


@case("python", "network", transient=False, status=(502, 503), severity="high", note="trust is broken")
def fresh_g_unknown_authority() -> None:
    with tls_peer() as port, socket.create_connection(("127.0.0.1", port)) as link:
        ssl.create_default_context().wrap_socket(link, server_hostname="localhost")


@case("python", "network", transient=False, status=(502, 503), severity="high", note="trust is broken")
def fresh_g_urllib_unknown_authority() -> None:
    with tls_peer() as port:
        urllib.request.urlopen(f"https://localhost:{port}/", timeout=3)


@case("python", "external_service", transient=True, status=(502, 503), severity="medium")
def fresh_g_urllib_503() -> None:
    with answering(503, "busy") as url:
        urllib.request.urlopen(url, timeout=3)


@case("python", "resource", transient=True, status=503, severity="medium")
def fresh_g_urllib_429() -> None:
    with answering(429, "slow down") as url:
        urllib.request.urlopen(url, timeout=3)


@case("python", "authentication", transient=False, status=(500, 502, 503), severity="high")
def fresh_g_urllib_401() -> None:
    with answering(401, "who") as url:
        urllib.request.urlopen(url, timeout=3)


@case("python", "network", transient=True, status=(502, 503), severity="medium")
def fresh_g_http_no_answer() -> None:
    with peer() as port:
        link = http.client.HTTPConnection("127.0.0.1", port, timeout=3)
        link.request("GET", "/")
        link.getresponse()


@case("python", "external_service", transient=False, status=(502, 503), severity="medium")
def fresh_g_http_nonsense() -> None:
    with peer(b"+OK ready\r\n\r\n") as port:
        link = http.client.HTTPConnection("127.0.0.1", port, timeout=3)
        link.request("GET", "/")
        link.getresponse()


@case("python", "network", transient=True, status=(502, 503), severity="medium")
def fresh_g_http_cut_off() -> None:
    with peer(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf") as port:
        link = http.client.HTTPConnection("127.0.0.1", port, timeout=3)
        link.request("GET", "/")
        link.getresponse().read()


def _mail() -> email.message.EmailMessage:
    mail = email.message.EmailMessage()
    mail["From"], mail["To"] = "shop@example.com", "someone@example.com"
    return mail


@case("python", "external_service", transient=True, status=(502, 503), severity="medium")
def fresh_g_smtp_not_now() -> None:
    with peer(b"421 4.3.2 Service not available, try again later\r\n", eager=True) as port:
        smtplib.SMTP("127.0.0.1", port, timeout=3)


@case("python", "network", transient=True, status=(502, 503), severity="medium")
def fresh_g_smtp_hung_up() -> None:
    with peer(eager=True) as port:
        smtplib.SMTP("127.0.0.1", port, timeout=3)


@case("python", "authentication", transient=False, status=(500, 502, 503), severity="high")
def fresh_g_smtp_password() -> None:
    no = b"535 5.7.8 Authentication credentials invalid"
    with dialog(b"220 hi", b"250-hi\r\n250 AUTH PLAIN", no, no) as port:
        smtplib.SMTP("127.0.0.1", port, timeout=3).login("shop", "wrong")


@case("python", "external_service", transient=False, status=(502, 503), severity="medium")
def fresh_g_smtp_unknown_recipient() -> None:
    with dialog(b"220 hi", b"250 hi", b"250 ok", b"550 5.1.1 User unknown", b"250 ok") as port:
        smtplib.SMTP("127.0.0.1", port, timeout=3).send_message(_mail())


@case("python", "authentication", transient=False, status=(500, 502, 503), severity="high")
def fresh_g_ftp_password() -> None:
    with dialog(b"220 hi", b"331 password please", b"530 Login incorrect.") as port:
        ftp = ftplib.FTP(timeout=3)
        ftp.connect("127.0.0.1", port)
        ftp.login("shop", "wrong")


@case("python", "external_service", transient=True, status=(502, 503), severity="medium")
def fresh_g_ftp_not_now() -> None:
    with peer(b"421 Too many users, try later.\r\n", eager=True) as port:
        ftplib.FTP(timeout=3).connect("127.0.0.1", port)


@case("python", "network", transient=True, status=(502, 503), severity="medium")
def fresh_g_imap_hung_up() -> None:
    with peer(eager=True) as port:
        imaplib.IMAP4("127.0.0.1", port, timeout=3)


@case("python", "configuration", transient=False, status=500, severity="high")
def fresh_g_program_not_installed() -> None:
    subprocess.run(["fresh-g-converter", "--version"], check=True)


@case("python", "system", transient=False, status=500, severity="high")
def fresh_g_program_failed() -> None:
    subprocess.run([sys.executable, "-c", "raise SystemExit(3)"], check=True)


@case("python", "system", transient=False, status=500, severity="high")
def fresh_g_worker_died() -> None:
    with concurrent.futures.ProcessPoolExecutor(1, multiprocessing.get_context("fork")) as pool:
        pool.submit(os._exit, 1).result()


@case("python", "resource", transient=True, status=503, severity="medium")
def fresh_g_queue_full() -> None:
    box: queue.Queue[int] = queue.Queue(1)
    box.put_nowait(1)
    box.put_nowait(2)


@case("python", "data_integrity", transient=False, status=500, severity="high")
def fresh_g_cached_pickle_cut_off() -> None:
    cache = pickle.dumps({"cart": [1, 2, 3]})[:-4]
    pickle.loads(cache)


@case("python", "data_integrity", transient=False, status=409, severity="medium")
def fresh_g_sqlite_duplicate() -> None:
    store = sqlite3.connect(":memory:")
    store.execute("create table account (email text unique)")
    store.execute("insert into account values ('a@example.com')")
    store.execute("insert into account values ('a@example.com')")


@case("python", "concurrency", transient=True, status=503, severity="medium")
def fresh_g_sqlite_locked() -> None:
    with folder() as here:
        one, two = (sqlite3.connect(here / "shop.db", timeout=0.05) for _ in range(2))
        one.execute("create table t (a int)")
        one.execute("begin immediate")
        two.execute("begin immediate")


@case("python", "configuration", transient=False, status=500, severity="high")
def fresh_g_sqlite_no_table() -> None:
    sqlite3.connect(":memory:").execute("select * from customer_order")


@case("python", "data_integrity", transient=False, status=(500, 503), severity="critical")
def fresh_g_sqlite_damaged() -> None:
    with folder() as here:
        store = sqlite3.connect(here / "shop.db")
        store.execute("create table t (a text)")
        store.executemany("insert into t values (?)", [("x" * 500,)] * 200)
        store.commit()
        store.close()
        with open(here / "shop.db", "r+b") as file:
            file.seek(4096)
            file.write(b"\xff" * 16384)
        sqlite3.connect(here / "shop.db").execute("select * from t").fetchall()


@case("python", "validation", transient=False, status=(400, 415, 422), severity="low")
def fresh_g_not_a_zip() -> None:
    zipfile.ZipFile(io.BytesIO(b"%PDF-1.7 this is none"))


@case("python", "validation", transient=False, status=(400, 415, 422), severity="low")
def fresh_g_not_gzip() -> None:
    gzip.decompress(b"hello, this is plain")


@case("python", "validation", transient=False, status=(400, 415, 422), severity="low")
def fresh_g_bad_zlib() -> None:
    zlib.decompress(b"not compressed")


@case("python", "validation", transient=False, status=(400, 422), severity="low")
def fresh_g_bad_xml() -> None:
    ET.fromstring("<order><item></order>")


@case("python", "validation", transient=False, status=(400, 422), severity="low")
def fresh_g_bad_base64() -> None:
    base64.b64decode("abcde", validate=True)


@case("python", "validation", transient=False, status=(400, 413, 422), severity="low")
def fresh_g_csv_field_too_large() -> None:
    list(csv.reader([f'"{"x" * 200_000}"']))


@case("python", "configuration", transient=False, status=500, severity="high")
def fresh_g_settings_option() -> None:
    settings = configparser.ConfigParser()
    settings.read_string("[mail]\nhost = mail.internal.example\n")
    settings.get("mail", "port")


@case("python", "configuration", transient=False, status=500, severity="high")
def fresh_g_settings_toml() -> None:
    with folder() as here:
        (here / "settings.toml").write_text("[database\nurl = 1\n")
        with open(here / "settings.toml", "rb") as file:
            tomllib.load(file)


@case("python", "network", transient=True, status=(503, 504), severity="medium", note="waiting ended: nobody answered")
async def fresh_g_wait_for() -> None:
    with peer(silent=True) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            await asyncio.wait_for(reader.read(1), 0.05)
        finally:
            writer.close()
