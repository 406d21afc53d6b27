"""Stores and queues that speak a protocol of their own, and drivers of PostgreSQL that few have met."""

from __future__ import annotations

import asyncio
import socket
import tempfile
from collections.abc import Callable
from typing import Any

import crate.client
import etcd3gw
import gnsq
import greenstalk
import hdfs
import memcache
import psqlpy
import pylibmc
import pymonetdb
import pynng
import rabbitpy
import redshift_connector
import thrift.protocol.TBinaryProtocol
import thrift.transport.TSocket
import thrift.transport.TTransport
import upstash_redis
import vertica_python
import whoosh.fields
import whoosh.index

from evaluations.classifier.raisers._peers import HOST, closed_port, dialogue, hang_up, listening, saying
from evaluations.classifier.raisers.scaffold_http import (
    CONTENTION,
    FAILED,
    LINK,
    OUR_BUG,
    OUR_SETTINGS,
    REFUSED_US,
    SILENT,
    Answer,
    Means,
    add,
    add_answers,
)

PORT, USER = 5432, "postgres"
_STORE_AWAY = Means("network", True, (502, 503), "high")
_DUPLICATE = Means("data_integrity", False, 409, "medium")
_FULL = Means("resource", False, (500, 503), "high")
_NOT_NOW = Means("external_service", True, (502, 503), "high")


# --- PostgreSQL by others ---------------------------------------------------------------------------------------------
def _redshift(*statements: str, port: int = PORT) -> None:
    with redshift_connector.connect(
        host=HOST, port=port, user=USER, password="x", database="test", ssl=False, timeout=2
    ) as link:
        cursor = link.cursor()
        for one in statements:
            cursor.execute(one)


def _psqlpy(*statements: str, port: int = PORT) -> None:
    async def run() -> None:
        link = await psqlpy.connect(host=HOST, port=port, username=USER, db_name="test", password="x")
        for one in statements:
            await link.execute(one)

    asyncio.run(run())


def _redshift_password() -> None:
    fields = b'SFATAL\0C28000\0Mpassword authentication failed for user "shop"\0\0'
    with listening(saying(b"E" + (len(fields) + 4).to_bytes(4, "big") + fields)) as port:
        _redshift("SELECT 1", port=port)


_TABLE = "CREATE TEMP TABLE wide_order (id int PRIMARY KEY)"
_TWICE = "INSERT INTO wide_order VALUES (1), (1)"
add("psqlpy", "duplicate", _DUPLICATE, lambda: _psqlpy(_TABLE, _TWICE))
add("psqlpy", "no_table", OUR_SETTINGS, lambda: _psqlpy("SELECT * FROM wide_absent"))
add("psqlpy", "refused", _STORE_AWAY, lambda: _psqlpy("SELECT 1", port=closed_port()))
add("redshift-connector", "refused", _STORE_AWAY, lambda: _redshift("SELECT 1", port=closed_port()))
add("redshift-connector", "password", REFUSED_US, _redshift_password)
add(
    "redshift-connector",
    "not_redshift",
    OUR_SETTINGS,
    lambda: _redshift("SELECT 1"),
    note="the address leads to PostgreSQL, which does not know the driver's parameters",
)


# --- other databases --------------------------------------------------------------------------------------------------
def _crate(url: str) -> Any:
    with crate.client.connect(url, timeout=1) as link:
        return link.cursor().execute("SELECT * FROM orders")


def _turns(*says: bytes, first: bytes = b"") -> Callable[[socket.socket], None]:
    def talk(connection: socket.socket) -> None:
        connection.settimeout(2)
        connection.sendall(first)
        for one in says:
            connection.recv(4096)
            connection.sendall(one)

    return talk


def _monet(says: str) -> None:
    def block(text: bytes) -> bytes:
        return (len(text) << 1 | 1).to_bytes(2, "little") + text

    challenge = block(b"salt:mserver:9:SHA256,SHA1,MD5:LIT:SHA512:")
    with listening(_turns(block(says.encode()), b"", first=challenge)) as port:
        pymonetdb.connect(database="dw", hostname=HOST, port=port, username="shop", password="x", connect_timeout=2)


def _vertica(port: int) -> Any:
    return vertica_python.connect(host=HOST, port=port, user="shop", password="x", database="dw", connection_timeout=1)


def _vertica_that_hangs_up() -> None:
    with listening(hang_up) as port:
        _vertica(port)


def _vertica_password() -> None:
    fields = b"SFATAL\0C28000\0MInvalid username or password\0\0"
    with listening(_turns(b"N", b"E" + (len(fields) + 4).to_bytes(4, "big") + fields)) as port:
        _vertica(port)


def _sql_error(status: int, code: int, message: str) -> Answer:
    return Answer(status, {"error": {"message": message, "code": code}})


add_answers(
    "crate",
    _crate,
    {
        "no_table": (OUR_SETTINGS, _sql_error(404, 4041, "RelationUnknown[Relation 'orders' unknown]")),
        "duplicate": (
            _DUPLICATE,
            _sql_error(409, 4091, "DuplicateKeyException[A document with the same primary key exists already]"),
        ),
    },
)
add("crate", "refused", _STORE_AWAY, lambda: _crate(f"http://{HOST}:{closed_port()}"))
add("vertica-python", "hung_up", _STORE_AWAY, _vertica_that_hangs_up)
add("vertica-python", "password", REFUSED_US, _vertica_password)
add(
    "pymonetdb",
    "password",
    REFUSED_US,
    lambda: _monet("!InvalidCredentialsException:checkCredentials:invalid credentials for user 'shop'"),
)
add("pymonetdb", "no_database", OUR_SETTINGS, lambda: _monet("!no such database 'dw', please create it first"))


# --- caches -----------------------------------------------------------------------------------------------------------
def _pylibmc(port: int) -> Any:
    return pylibmc.Client([f"{HOST}:{port}"], behaviors={"connect_timeout": 500}).get("basket")


def _pylibmc_full() -> None:
    with listening(dialogue(b"", {}, b"SERVER_ERROR out of memory storing object\r\n")) as port:
        pylibmc.Client([f"{HOST}:{port}"]).set("basket", "x")


def _upstash(url: str) -> Any:
    return upstash_redis.Redis(url=url, token="none", rest_retries=0, allow_telemetry=False).get("basket")


add("pylibmc", "refused", _STORE_AWAY, lambda: _pylibmc(closed_port()))
add("pylibmc", "full", _FULL._replace(severity="critical"), _pylibmc_full)
add("python-memcached", "key_too_long", OUR_BUG, lambda: memcache.Client([f"{HOST}:1"]).get("k" * 300))
add("python-memcached", "key_of_spaces", OUR_BUG, lambda: memcache.Client([f"{HOST}:1"]).set("a basket", 1))
add_answers(
    "upstash-redis",
    _upstash,
    {
        "token": (REFUSED_US, Answer(401, {"error": "Unauthorized: Invalid auth token"})),
        "daily_quota": (
            Means("resource", False, 503, "high"),
            Answer(400, {"error": "ERR max daily request limit exceeded. Limit: 10000, Usage: 10001."}),
        ),
        "wrong_type": (
            OUR_BUG,
            Answer(400, {"error": "WRONGTYPE Operation against a key holding the wrong kind of value"}),
        ),
    },
)


# --- search in files --------------------------------------------------------------------------------------------------
def _index_written_twice() -> None:
    with tempfile.TemporaryDirectory() as folder:
        index = whoosh.index.create_in(folder, whoosh.fields.Schema(title=whoosh.fields.TEXT))
        first = index.writer()
        try:
            index.writer()
        finally:
            first.cancel()


def _index_without_the_field() -> None:
    with tempfile.TemporaryDirectory() as folder:
        index = whoosh.index.create_in(folder, whoosh.fields.Schema(title=whoosh.fields.TEXT))
        index.writer().add_document(price="1")


def _no_index() -> None:
    with tempfile.TemporaryDirectory() as folder:
        whoosh.index.open_dir(folder)


add("Whoosh", "written_twice", CONTENTION, _index_written_twice)
add("Whoosh", "no_index", OUR_SETTINGS, _no_index)
add("Whoosh", "unknown_field", OUR_BUG, _index_without_the_field)


# --- etcd, HDFS, Thrift -----------------------------------------------------------------------------------------------
def _etcd(url: str) -> Any:
    host, port = url.removeprefix("http://").split(":")
    return etcd3gw.client(host=host, port=int(port), timeout=1).get("/flags")


def _hdfs(url: str) -> Any:
    return hdfs.InsecureClient(url, user="shop", timeout=1).status("/invoices/1.pdf")


def _remote(status: int, name: str, message: str) -> Answer:
    return Answer(status, {"RemoteException": {"exception": name, "javaClassName": name, "message": message}})


def _framed(talk: Any) -> None:
    with listening(talk) as port:
        link = thrift.transport.TSocket.TSocket(HOST, port)
        link.setTimeout(500)
        protocol = thrift.protocol.TBinaryProtocol.TBinaryProtocol(
            thrift.transport.TTransport.TBufferedTransport(link), strictRead=True
        )
        protocol.trans.open()
        protocol.trans.write(b"ask")
        protocol.trans.flush()
        protocol.readMessageBegin()


add("etcd3gw", "refused", _STORE_AWAY, lambda: _etcd(f"http://{HOST}:{closed_port()}"))
add_answers(
    "etcd3gw",
    _etcd,
    {"no_space": (_FULL, Answer(500, {"error": "etcdserver: mvcc: database space exceeded", "code": 8}))},
)
add_answers(
    "hdfs",
    _hdfs,
    {
        "absent": (FAILED, _remote(404, "FileNotFoundException", "File does not exist: /invoices/1.pdf")),
        "standby": (
            _NOT_NOW,
            _remote(403, "StandbyException", "Operation category READ is not supported in state standby"),
        ),
    },
)
add("thrift", "hung_up", LINK, lambda: _framed(hang_up))
add("thrift", "nonsense", FAILED, lambda: _framed(saying(b"HTTP/1.1 400 Bad Request\r\n\r\n")))


# --- queues -----------------------------------------------------------------------------------------------------------
def _beanstalk(line: bytes, act: str = "put") -> None:
    with listening(dialogue(b"", {}, line)) as port, greenstalk.Client((HOST, port)) as client:
        client.put("mail") if act == "put" else client.reserve(timeout=0)


def _no_exchange() -> None:
    with (
        rabbitpy.Connection(f"amqp://guest:guest@{HOST}:5672/%2f") as link,
        link.channel() as channel,
    ):
        rabbitpy.Queue(channel, "wide_absent").declare(passive=True)


def _nng_silent() -> None:
    with pynng.Req0(listen="inproc://wide", recv_timeout=100, send_timeout=100) as link:
        link.send(b"ask")


def _nng_no_url() -> None:
    with pynng.Pair0() as link:
        link.dial("nothing://x")


def _nsq(url: str) -> None:
    gnsq.NsqdHTTPClient(HOST, int(url.rpartition(":")[2])).create_channel("mails", "shop")


add("greenstalk", "draining", _NOT_NOW, lambda: _beanstalk(b"DRAINING\r\n"))
add("greenstalk", "out_of_memory", _FULL._replace(severity="critical"), lambda: _beanstalk(b"OUT_OF_MEMORY\r\n"))
add(
    "greenstalk",
    "too_big",
    Means("resource", False, (400, 413, 500), "medium"),
    lambda: _beanstalk(b"JOB_TOO_BIG\r\n"),
    note="doubtful: or input, 413",
)
add("rabbitpy", "no_queue", OUR_SETTINGS, _no_exchange)
add(
    "rabbitpy",
    "refused",
    LINK._replace(status=(502, 503, 504)),
    lambda: rabbitpy.Connection(f"amqp://guest:guest@{HOST}:{closed_port()}/%2f"),
)
add("pynng", "silent", SILENT, _nng_silent)
add("pynng", "no_transport", OUR_SETTINGS, _nng_no_url)
add_answers(
    "gnsq",
    _nsq,
    {
        "no_topic": (OUR_SETTINGS, Answer(404, {"message": "TOPIC_NOT_FOUND"})),
        "exiting": (Means("external_service", True, (502, 503), "medium"), Answer(503, {"message": "EXITING"})),
    },
)
