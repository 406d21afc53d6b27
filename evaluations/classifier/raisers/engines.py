"""Embedded and vendors' databases: DuckDB, LMDB, diskcache; Oracle, SQL Server and ODBC against nobody."""

from __future__ import annotations

import contextlib
import tempfile
from typing import Any

import dns.resolver
import dogpile.cache
import dogpile.cache.api
import duckdb
import filelock
import ldap3
import lmdb
import msgpack
import oracledb
import orjson
import paramiko
import yaml

from evaluations.classifier.cases import case
from evaluations.classifier.raisers._peers import HOST, closed_port, hang_up, listening, saying
from evaluations.classifier.raisers._sql import away, bug, constraint, contention, full, settings, value

nonsense: dict[str, Any] = {
    "category": "external_service",
    "transient": False,
    "status": (502, 503),
    "severity": "medium",
}
unreadable: dict[str, Any] = {"category": "validation", "transient": False, "status": 400, "severity": "low"}


# --- DuckDB -----------------------------------------------------------------------------------------------------------
def _duck(name: str, label: dict[str, Any], *texts: str) -> None:
    def raiser() -> None:
        with contextlib.closing(duckdb.connect(":memory:")) as connection:
            connection.execute("CREATE TABLE a (b INTEGER PRIMARY KEY, c VARCHAR NOT NULL, d INTEGER CHECK (d > 0))")
            for text in texts:
                connection.execute(text)

    raiser.__name__ = name
    case("duckdb", **label)(raiser)


_duck("unique", constraint, "INSERT INTO a VALUES (1, 'x', 1)", "INSERT INTO a VALUES (1, 'y', 1)")
_duck("not_null", value, "INSERT INTO a VALUES (1, NULL, 1)")
_duck("check", {**value, "status": (400, 409, 422)}, "INSERT INTO a VALUES (1, 'x', -1)")
_duck("no_table", settings, "SELECT * FROM is_not_there")
_duck("no_column", settings, "SELECT is_not_there FROM a")
_duck("no_function", settings, "SELECT is_not_there(1)")
_duck("syntax", bug, "SELEKT 1")
_duck("conversion", value, "SELECT 'abc'::INTEGER")
_duck("out_of_range", value, "SELECT 99999999999::INTEGER")
_duck("no_file", {**settings, "note": "a file that a query names"}, "SELECT * FROM 'is_not_there.csv'")
_duck(
    "out_of_memory",
    {**full, "transient": False, "status": (500, 503), "severity": "critical"},
    "SET memory_limit = '1MB'",
    "CREATE TABLE big AS SELECT range r, repeat('x', 999) FROM range(1000000)",
)
_duck("failed_transaction", bug, "BEGIN", "ROLLBACK", "COMMIT")


@case("duckdb", **contention)
def duck_conflict() -> None:
    with contextlib.closing(duckdb.connect(":memory:")) as one, contextlib.closing(one.cursor()) as two:
        one.execute("CREATE TABLE a (b INTEGER); INSERT INTO a VALUES (1)")
        one.execute("BEGIN; UPDATE a SET b = 2")
        two.execute("BEGIN; UPDATE a SET b = 3")


@case("duckdb", **bug)
def duck_closed() -> None:
    connection = duckdb.connect(":memory:")
    connection.close()
    connection.execute("SELECT 1")


@case("duckdb", "data_integrity", transient=False, status=500, severity=("critical"))
def duck_not_a_database() -> None:
    with tempfile.NamedTemporaryFile(suffix=".duckdb") as file:
        file.write(b"not a database at all" * 1_000)
        file.flush()
        duckdb.connect(file.name)


# --- Oracle and ODBC --------------------------------------------------------------------------------------------------
@case("oracledb", **away)
def oracle_refused() -> None:
    oracledb.connect(user="a", password="b", dsn=f"{HOST}:{closed_port()}/shop")


@case("oracledb", **away)
def oracle_unknown_host() -> None:
    oracledb.connect(user="a", password="b", dsn="db.invalid/shop")


@case("oracledb", **away)
def oracle_hangs_up() -> None:
    with listening(hang_up) as port:
        oracledb.connect(user="a", password="b", dsn=f"{HOST}:{port}/shop", retry_count=0)


@case("oracledb", **settings)
def oracle_bad_dsn() -> None:
    oracledb.connect(user="a", password="b", dsn="(DESCRIPTION=")


@case("oracledb", **settings)
def oracle_unknown_alias() -> None:
    oracledb.connect(user="a", password="b", dsn="shop_alias")


@case("oracledb", **settings)
def oracle_no_client() -> None:
    oracledb.init_oracle_client(lib_dir="/etc/failsoft-corpus")


@case("oracledb", **away)
async def oracle_async_refused() -> None:
    await oracledb.connect_async(user="a", password="b", dsn=f"{HOST}:{closed_port()}/shop")


try:
    import pymssql
except ImportError:
    pass
else:

    @case("pymssql", **away)
    def mssql_refused() -> None:
        pymssql.connect(HOST, "a", "b", port=str(closed_port()), login_timeout=1)

    @case("pymssql", **away)
    def mssql_hangs_up() -> None:
        with listening(hang_up) as port:
            pymssql.connect(HOST, "a", "b", port=str(port), login_timeout=1)


try:
    import pyodbc
except ImportError:
    pass
else:

    @case("pyodbc", **settings)
    def odbc_no_driver() -> None:
        pyodbc.connect("DRIVER={is not there};SERVER=a")

    @case("pyodbc", **settings)
    def odbc_no_source() -> None:
        pyodbc.connect("DSN=is_not_there")


# --- embedded ---------------------------------------------------------------------------------------------------------
@contextlib.contextmanager
def _lmdb(**more: Any) -> Any:
    with tempfile.TemporaryDirectory() as folder, lmdb.open(folder, **more) as environment:
        yield environment


@case("lmdb", "resource", transient=False, status=(500, 503), severity="critical")
def lmdb_full() -> None:
    with _lmdb(map_size=65_536) as environment, environment.begin(write=True) as transaction:
        transaction.put(b"a", b"x" * 100_000)


@case("lmdb", **bug)
def lmdb_read_only() -> None:
    with _lmdb() as environment, environment.begin() as transaction:
        transaction.put(b"a", b"b")


@case("lmdb", **bug)
def lmdb_key_too_long() -> None:
    with _lmdb() as environment, environment.begin(write=True) as transaction:
        transaction.put(b"x" * 1_000, b"b")


@case("lmdb", **settings)
def lmdb_no_folder() -> None:
    lmdb.open("/failsoft-corpus/is/not/there", create=False)


@case("lmdb", **{**full, "note": "too many readers or databases than were opened for"})
def lmdb_too_many_databases() -> None:
    with _lmdb(max_dbs=1) as environment:
        environment.open_db(b"a")
        environment.open_db(b"b")


@case("filelock", **contention)
def filelock_taken() -> None:
    with tempfile.TemporaryDirectory() as folder, filelock.FileLock(f"{folder}/a"):
        filelock.FileLock(f"{folder}/a", timeout=0.02).acquire()


@case("dogpile.cache", **settings)
def dogpile_not_configured() -> None:
    dogpile.cache.make_region().get("a")


@case("dogpile.cache", **bug)
def dogpile_configured_twice() -> None:
    region = dogpile.cache.make_region().configure("dogpile.cache.memory")
    region.configure("dogpile.cache.memory")


# --- formats ----------------------------------------------------------------------------------------------------------
@case("orjson", **unreadable)
def orjson_text() -> None:
    orjson.loads('{"a": ')


@case("orjson", **bug)
def orjson_object() -> None:
    orjson.dumps(object())


@case("msgpack", **unreadable)
def msgpack_extra() -> None:
    msgpack.unpackb(b"\x01\x02")


@case("msgpack", **bug)
def msgpack_object() -> None:
    msgpack.packb(object())


@case("PyYAML", "validation", transient=False, status=400, severity="low", note="doubtful: YAML may be settings")
def yaml_text() -> None:
    yaml.safe_load("a: [1, 2")


@case("PyYAML", "validation", transient=False, status=400, severity="low", note="doubtful, as above")
def yaml_tag() -> None:
    yaml.safe_load("!!python/object:os.system {}")


# --- other protocols --------------------------------------------------------------------------------------------------
@case("dnspython", **{**away, "status": (502, 503, 504), "severity": "medium"})
def dns_refused() -> None:
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers = [HOST]
    resolver.port = closed_port()
    resolver.resolve("shop.example.test", lifetime=0.2)


@case("dnspython", **settings)
def dns_no_servers() -> None:
    dns.resolver.Resolver("/etc/failsoft-corpus/resolv.conf")


@case("paramiko", **{**away, "severity": "medium"})
def ssh_refused() -> None:
    with paramiko.SSHClient() as client:
        client.connect(HOST, closed_port(), timeout=1)


@case("paramiko", **nonsense)
def ssh_is_http() -> None:
    with listening(saying(b"HTTP/1.1 400 Bad Request\r\n" * 120, at_once=True)) as port, paramiko.SSHClient() as client:
        client.connect(HOST, port, timeout=1, banner_timeout=1)


@case("ldap3", **{**away, "severity": "medium"})
def ldap_refused() -> None:
    ldap3.Connection(ldap3.Server(HOST, closed_port(), connect_timeout=1), auto_bind=True)
