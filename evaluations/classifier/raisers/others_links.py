"""Drivers, brokers, runtimes and protocol libraries that are not in the other modules, on loopback."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
import threading
from collections.abc import Callable
from typing import Any

import aiodns
import aiolimiter
import aiopg
import anyio
import anyio.streams.buffered
import anyio.to_thread
import cashews
import cashews.exceptions
import circuitbreaker
import clickhouse_driver
import dataset
import diskcache
import gevent
import gevent.pool
import gevent.queue
import h2.config
import h2.connection
import h11
import hazelcast
import hpack
import httpcore
import jsonrpclib
import kazoo.client
import netmiko
import pulsar
import Pyro5.api
import pytds
import ratelimit
import redis_om
import rethinkdb
import rpyc
import sqlite_utils
import sshtunnel
import tarantool
import thriftpy2
import thriftpy2.rpc
import trio
import twisted.internet.endpoints
import twisted.internet.protocol
import twisted.web.client
import wsproto
import wsproto.events
from channels.layers import InMemoryChannelLayer
from google.protobuf.empty_pb2 import Empty
from grpclib.client import Channel
from grpclib.const import Cardinality, Handler, Status
from grpclib.exceptions import GRPCError
from grpclib.server import Server
from pyhive import hive
from pymodbus.client import ModbusTcpClient
from twisted.internet import defer

from evaluations.classifier.raisers._peers import closed_port, hang_up, listening, reset, saying, silence
from evaluations.classifier.raisers.scaffold_http import (
    ABSENT,
    CONTENTION,
    DOWN,
    FAILED,
    LINK,
    NONSENSE,
    OUR_BUG,
    OUR_LIMIT,
    OUR_SETTINGS,
    REFUSED_US,
    SILENT,
    THROTTLED,
    Answer,
    Means,
    add,
    add_answers,
)

_AWAY = Means("network", True, (502, 503), "high")
"""The link to a store or broker of ours."""
_FULL = Means("resource", True, 503, "medium")
_DUPLICATE = Means("data_integrity", False, 409, "medium")
_RULED = Means("business_logic", False, (409, 422), "low")

_HOST = "127.0.0.1"


def at(talk: Callable[[Any], None], call: Callable[[int], Any]) -> Callable[[], Any]:
    """Call with the port of a peer that talks so."""

    def run() -> Any:
        with listening(talk) as port:
            return call(port)

    return run


def nowhere(call: Callable[[int], Any]) -> Callable[[], Any]:
    """Call with a port where nobody listens."""
    return lambda: call(closed_port())


# --- databases ----------------------------------------------------------------------------------------------------
def _clickhouse(port: int) -> Any:
    return clickhouse_driver.Client(_HOST, port=port, connect_timeout=0.3, send_receive_timeout=0.3).execute("SELECT 1")


add("clickhouse-driver", "refused", _AWAY, nowhere(_clickhouse))
add("clickhouse-driver", "silent", SILENT, at(silence, _clickhouse))
add("clickhouse-driver", "hangs_up", _AWAY, at(hang_up, _clickhouse))


def _tds(port: int) -> Any:
    return pytds.connect(_HOST, "test", "sa", "no", port=port, login_timeout=0.5, timeout=0.5)


add("python-tds", "hangs_up", _AWAY, at(hang_up, _tds))
add("PyHive", "refused", _AWAY, nowhere(lambda port: hive.connect(_HOST, port=port, auth="NOSASL")))
add("tarantool", "refused", _AWAY, nowhere(lambda port: tarantool.Connection(_HOST, port, reconnect_max_attempts=0)))
add(
    "tarantool",
    "nonsense",
    FAILED,
    at(saying(b"x" * 200, at_once=True), lambda port: tarantool.Connection(_HOST, port, reconnect_max_attempts=0)),
)
add("rethinkdb", "refused", _AWAY, nowhere(lambda port: rethinkdb.RethinkDB().connect(_HOST, port, timeout=1)))
add("rethinkdb", "no_connection", OUR_BUG, lambda: rethinkdb.RethinkDB().table("x").run(None))
add(
    "hazelcast-python-client",
    "refused",
    _AWAY,
    nowhere(lambda port: hazelcast.HazelcastClient(cluster_members=[f"{_HOST}:{port}"], cluster_connect_timeout=0.1)),
)


def _kazoo(port: int) -> Any:
    client = kazoo.client.KazooClient(f"{_HOST}:{port}")
    try:
        client.start(timeout=0.3)
    finally:
        client.stop()


add("kazoo", "refused", Means("network", True, (502, 503, 504), "medium"), nowhere(_kazoo))
add("kazoo", "not_started", OUR_BUG, lambda: kazoo.client.KazooClient().get("/x"), note="a call before start()")
add("kazoo", "bad_path", OUR_BUG, lambda: kazoo.client.KazooClient().get("x/../y"), note="a path that our code made")

_PG = "host=127.0.0.1 port=5432 user=root dbname=test"


def _aiopg(query: str) -> Callable[[], Any]:
    async def run() -> Any:
        async with aiopg.connect(_PG) as connection, connection.cursor() as cursor:
            await cursor.execute(query)

    return run


add("aiopg", "no_table", OUR_SETTINGS, _aiopg("SELECT * FROM no_such_table_of_ours"))
add("aiopg", "syntax", OUR_BUG, _aiopg("SELEC 1"))
add(
    "aiopg",
    "duplicate",
    _DUPLICATE,
    _aiopg("CREATE TEMP TABLE others_twice (id int PRIMARY KEY); INSERT INTO others_twice VALUES (1), (1)"),
)
add("aiopg", "raised_by_a_function", _RULED, _aiopg("DO $$ BEGIN RAISE EXCEPTION 'no more than three'; END $$"))
add("aiopg", "no_database", OUR_SETTINGS, lambda: asyncio.run(_aiopg_elsewhere(5432)))


async def _aiopg_elsewhere(port: int) -> Any:
    async with aiopg.connect(f"host=127.0.0.1 port={port} user=root dbname=no_such_database"):
        pass


add("aiopg", "refused", _AWAY, nowhere(lambda port: asyncio.run(_aiopg_elsewhere(port))))


def _dataset(url: str, call: Callable[[Any], Any]) -> Callable[[], Any]:
    def run() -> Any:
        with contextlib.closing(dataset.connect(url)) as store:
            return call(store)

    return run


def _duplicate(store: Any) -> None:
    table = store.create_table("things", primary_id="key", primary_type=store.types.string(9))
    table.insert({"key": "a"})
    table.insert({"key": "a"})


add("dataset", "duplicate", _DUPLICATE, _dataset("sqlite://", _duplicate))
add(
    "dataset",
    "no_table",
    OUR_SETTINGS,
    _dataset("sqlite://", lambda store: list(store.query("SELECT * FROM no_such_things"))),
)
add("dataset", "refused", _AWAY, nowhere(lambda port: dataset.connect(f"postgresql://u@127.0.0.1:{port}/x").tables))


def _sqlite_utils(call: Callable[[Any], Any]) -> Callable[[], Any]:
    def run() -> Any:
        store = sqlite_utils.Database(memory=True)
        store["things"].insert({"id": 1}, pk="id")
        return call(store)

    return run


add("sqlite-utils", "missing", ABSENT, _sqlite_utils(lambda store: store["things"].get(2)))
add("sqlite-utils", "duplicate", _DUPLICATE, _sqlite_utils(lambda store: store["things"].insert({"id": 1})))


class _Person(redis_om.HashModel):  # type: ignore[misc]
    name: str


def _redis_om_missing() -> Any:
    _Person._meta.database = redis_om.get_redis_connection(url="redis://127.0.0.1:6379")
    return _Person.get("01JZZZZZZZZZZZZZZZZZZZZZZZ")


add("redis-om", "missing", ABSENT, _redis_om_missing)


def _pulsar(port: int) -> Any:
    client = pulsar.Client(
        f"pulsar://{_HOST}:{port}", operation_timeout_seconds=1, logger=pulsar.ConsoleLogger(pulsar.LoggerLevel.Error)
    )
    return client.create_producer("things")


add("pulsar-client", "refused", Means("network", True, (502, 503, 504), "medium"), nowhere(_pulsar))


# --- caches and files of our own ----------------------------------------------------------------------------------
def _disk_locked() -> Any:
    with tempfile.TemporaryDirectory() as folder:
        cache, other = diskcache.Cache(folder, timeout=0.05), diskcache.Cache(folder, timeout=0.05)
        held = threading.Event()
        over = threading.Event()

        def hold() -> None:
            with cache.transact():
                held.set()
                over.wait(5)

        thread = threading.Thread(target=hold)
        thread.start()
        held.wait(5)
        try:
            return other.set("a", 1)
        finally:
            over.set()
            thread.join()
            cache.close()
            other.close()


add("diskcache", "locked", CONTENTION, _disk_locked, note="the database of the cache is locked by another")

_cache = cashews.Cache()
_cache.setup("mem://")


async def _cashews_limit() -> Any:
    @_cache.rate_limit(limit=1, period=60, key="others-limit")
    async def call() -> None:
        """Once a minute."""

    await call()
    await call()


async def _cashews_circuit() -> Any:
    @_cache.circuit_breaker(errors_rate=1, period=60, ttl=60, min_calls=1, key="others-circuit")
    async def call() -> None:
        raise ConnectionError("the peer is away")

    for _ in range(6):
        with contextlib.suppress(ConnectionError):
            await call()


def _cashews_bare() -> Any:
    return cashews.Cache()


add("cashews", "limited", OUR_LIMIT, _cashews_limit)
add("cashews", "circuit_open", DOWN, _cashews_circuit)
add("cashews", "not_configured", OUR_SETTINGS, lambda: asyncio.run(_cashews_bare().get("x")))


# --- limits and circuits ------------------------------------------------------------------------------------------
def _ratelimit() -> None:
    @ratelimit.limits(calls=1, period=60)
    def call() -> None:
        """Once a minute."""

    call()
    call()


add("ratelimit", "exceeded", OUR_LIMIT, _ratelimit)


def _circuit() -> None:
    @circuitbreaker.circuit(failure_threshold=1, name="others")
    def call() -> None:
        raise ConnectionError("the peer is away")

    with contextlib.suppress(ConnectionError):
        call()
    call()


add("circuitbreaker", "open", DOWN, _circuit)


async def _more_than_all() -> None:
    await aiolimiter.AsyncLimiter(2).acquire(3)


add("aiolimiter", "more_than_all", OUR_BUG, _more_than_all)


async def _channel_full() -> None:
    layer = InMemoryChannelLayer(capacity=1)
    await layer.send("a", {"type": "x"})
    await layer.send("a", {"type": "x"})


add("channels", "full", _FULL, _channel_full)


# --- runtimes -----------------------------------------------------------------------------------------------------
def _gevent_timeout() -> None:
    with gevent.Timeout(0.05):
        gevent.sleep(5)


def _gevent_full() -> None:
    queue = gevent.queue.Queue(1)
    queue.put_nowait(1)
    queue.put_nowait(1)


def _gevent_pool_full() -> None:
    pool = gevent.pool.Pool(1)
    first = pool.spawn(gevent.sleep, 5)
    try:
        pool.add(gevent.Greenlet(gevent.sleep), timeout=0.05)
    finally:
        first.kill()


add("gevent", "timeout", SILENT, _gevent_timeout)
add("gevent", "queue_full", _FULL, _gevent_full)
add("gevent", "pool_full", _FULL, _gevent_pool_full)
add("gevent", "hub_blocked", OUR_BUG, lambda: gevent.get_hub().switch(), note="nothing would ever wake it")


def _eventlet_timeout() -> None:
    import eventlet  # here: it must not be the first to load trio

    with eventlet.Timeout(0.05):
        eventlet.sleep(5)


def _eventlet_full() -> None:
    import eventlet.queue

    queue = eventlet.queue.Queue(1)
    queue.put_nowait(1)
    queue.put_nowait(1)


add("eventlet", "timeout", SILENT, _eventlet_timeout)
add("eventlet", "queue_full", _FULL, _eventlet_full)


def _trio(call: Callable[[], Any]) -> Callable[[], Any]:
    return lambda: trio.run(call)


async def _trio_slow() -> None:
    with trio.fail_after(0.05):
        await trio.sleep_forever()


async def _trio_refused() -> None:
    await trio.open_tcp_stream(_HOST, closed_port())


async def _trio_full() -> None:
    send, _receive = trio.open_memory_channel[int](0)
    send.send_nowait(1)


async def _trio_closed() -> None:
    send, _receive = trio.open_memory_channel[int](1)
    send.close()
    await send.send(1)


async def _trio_nursery() -> None:
    async with trio.open_nursery() as nursery:
        nursery.start_soon(_trio_refused)
        nursery.start_soon(_trio_slow)


add("trio", "too_slow", SILENT, _trio(_trio_slow))
add("trio", "refused", LINK, _trio(_trio_refused))
add("trio", "would_block", _FULL, _trio(_trio_full), note="the buffer is full")
add("trio", "closed", OUR_BUG, _trio(_trio_closed))
add(
    "trio",
    "nursery",
    Means("network", True, (502, 503, 504), "medium"),
    _trio(_trio_nursery),
    note="a group of two failures of the link",
)


async def _anyio_limiter() -> None:
    limiter = anyio.CapacityLimiter(1)
    limiter.acquire_on_behalf_of_nowait("a")
    limiter.acquire_on_behalf_of_nowait("b")


async def _anyio_stream(talk: Callable[[Any], None]) -> bytes:
    with listening(talk) as port:
        async with await anyio.connect_tcp(_HOST, port) as stream:
            await stream.send(b"hello")
            return await anyio.streams.buffered.BufferedByteReceiveStream(stream).receive_exactly(1_000)


async def _anyio_receive(talk: Callable[[Any], None]) -> None:
    with listening(talk) as port:
        async with await anyio.connect_tcp(_HOST, port) as stream:
            await stream.send(b"hello")
            while True:
                await stream.receive()


async def _anyio_delimiter() -> bytes:
    with listening(saying(b"x" * 2_000, at_once=True)) as port:
        async with await anyio.connect_tcp(_HOST, port) as stream:
            return await anyio.streams.buffered.BufferedByteReceiveStream(stream).receive_until(b"\n", 1_000)


async def _anyio_busy() -> None:
    with listening(silence) as port:
        async with await anyio.connect_tcp(_HOST, port) as stream, anyio.create_task_group() as group:
            group.start_soon(stream.receive)
            await anyio.lowlevel.checkpoint()
            await anyio.lowlevel.checkpoint()
            await stream.receive()


add("anyio", "limiter_taken", _FULL, lambda: asyncio.run(_anyio_limiter()))
add("anyio", "incomplete", LINK, lambda: asyncio.run(_anyio_stream(saying(b"half"))))
add("anyio", "end_of_stream", LINK, lambda: asyncio.run(_anyio_receive(hang_up)))
add("anyio", "broken", LINK, lambda: asyncio.run(_anyio_receive(reset)))
add("anyio", "endless_line", FAILED, lambda: asyncio.run(_anyio_delimiter()))
add("anyio", "busy", OUR_BUG, lambda: asyncio.run(_anyio_busy()), note="two tasks that read one stream, in a group")
add("anyio", "no_worker", OUR_BUG, lambda: anyio.from_thread.run(anyio.sleep, 0), note="called from no worker thread")

_reactor_running = threading.Lock()


def _twisted(call: Callable[[Any], Any]) -> Callable[[], Any]:
    """Call in the reactor, which runs in a thread as long as the process lives, and wait for the result."""

    def run() -> Any:
        from twisted.internet import reactor, threads

        if _reactor_running.acquire(blocking=False):
            threading.Thread(target=reactor.run, args=(False,), daemon=True).start()  # type: ignore[attr-defined]
        return threads.blockingCallFromThread(reactor, call, reactor)

    return run


def _twisted_connect(port: int) -> Callable[[Any], Any]:
    def call(reactor: Any) -> Any:
        point = twisted.internet.endpoints.TCP4ClientEndpoint(reactor, _HOST, port, timeout=1)
        return point.connect(twisted.internet.protocol.Factory.forProtocol(twisted.internet.protocol.Protocol))

    return call


def _twisted_get(talk: Callable[[Any], None]) -> Callable[[], Any]:
    def run() -> Any:
        with listening(talk) as port:
            return _twisted(
                lambda reactor: twisted.web.client.Agent(reactor, connectTimeout=1).request(
                    b"GET", f"http://{_HOST}:{port}/".encode()
                )
            )()

    return run


def _twisted_slow(reactor: Any) -> Any:
    return defer.Deferred().addTimeout(0.05, reactor)


add("Twisted", "refused", LINK, lambda: _twisted(_twisted_connect(closed_port()))())
add("Twisted", "deferred_timeout", SILENT, _twisted(_twisted_slow))
add("Twisted", "hangs_up", LINK, _twisted_get(hang_up))
add("Twisted", "resets", LINK, _twisted_get(reset))
add("Twisted", "nonsense", FAILED, _twisted_get(saying(b"SSH-2.0-nonsense\r\n\r\n")))

# --- protocols ----------------------------------------------------------------------------------------------------


def _core(port: int) -> Any:
    limits = {"connect": 0.3, "read": 0.3, "write": 0.3, "pool": 0.3}
    with httpcore.ConnectionPool() as pool:
        return pool.request("GET", f"http://{_HOST}:{port}/", extensions={"timeout": limits})


add("httpcore", "refused", LINK, nowhere(_core))
add("httpcore", "silent", SILENT, at(silence, _core))
add("httpcore", "hangs_up", LINK, at(hang_up, _core))
add("httpcore", "nonsense", FAILED, at(saying(b"SSH-2.0-nonsense\r\n\r\n"), _core))
add("httpcore", "scheme", OUR_BUG, lambda: httpcore.request("GET", "gopher://127.0.0.1/"))


def _h11_nonsense() -> Any:
    connection = h11.Connection(h11.CLIENT)
    connection.send(h11.Request(method="GET", target="/", headers=[("Host", "x")]))
    connection.receive_data(b"SSH-2.0-nonsense\r\n\r\n")
    return connection.next_event()


def _h11_ours() -> Any:
    return h11.Connection(h11.CLIENT).send(h11.Data(data=b"x"))


add("h11", "nonsense", FAILED, _h11_nonsense)
add("h11", "our_turn", OUR_BUG, _h11_ours)


def _h2_nonsense() -> Any:
    connection = h2.connection.H2Connection(h2.config.H2Configuration(client_side=True))
    connection.initiate_connection()
    return connection.receive_data(b"\x00\x00\x08\x06\x00\x00\x00\x00\x01pingpong")


def _h2_ours() -> Any:
    connection = h2.connection.H2Connection(h2.config.H2Configuration(client_side=True))
    connection.initiate_connection()
    connection.send_data(1, b"x")


add("h2", "nonsense", FAILED, _h2_nonsense)
add("h2", "no_such_stream", OUR_BUG, _h2_ours)
add("hpack", "nonsense", FAILED, lambda: hpack.Decoder().decode(b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"))


def _wsproto_nonsense() -> Any:
    socket = wsproto.WSConnection(wsproto.ConnectionType.CLIENT)
    socket.send(wsproto.events.Request(host="x", target="/"))
    socket.receive_data(b"SSH-2.0-nonsense\r\n\r\n")
    return list(socket.events())


add("wsproto", "nonsense", FAILED, _wsproto_nonsense)


# --- calls of other machines --------------------------------------------------------------------------------------
class _Answering:
    """A service of gRPC whose one method fails as it is told."""

    def __init__(self, status: Status) -> None:
        self.status = status

    async def fail(self, stream: Any) -> None:
        await stream.recv_message()
        raise GRPCError(self.status, f"about {self.status.name}")

    def __mapping__(self) -> dict[str, Handler]:
        return {"/others.Service/Fail": Handler(self.fail, Cardinality.UNARY_UNARY, Empty, Empty)}


def _grpc(status: Status) -> Callable[[], Any]:
    async def run() -> Any:
        server = Server([_Answering(status)])
        await server.start(_HOST, 0)
        port = next(iter(server._server.sockets)).getsockname()[1]  # type: ignore[union-attr]
        try:
            await _grpc_call(port)
        finally:
            server.close()
            await server.wait_closed()

    return run


async def _grpc_call(port: int) -> Any:
    channel = Channel(_HOST, port)
    try:
        async with channel.request(
            "/others.Service/Fail", Cardinality.UNARY_UNARY, Empty, Empty, timeout=0.5
        ) as stream:
            await stream.send_message(Empty(), end=True)
            return await stream.recv_message()
    finally:
        channel.close()


for _status, _means in {
    Status.UNAVAILABLE: DOWN,
    Status.UNAUTHENTICATED: REFUSED_US,
    Status.PERMISSION_DENIED: REFUSED_US,
    Status.RESOURCE_EXHAUSTED: THROTTLED,
    Status.NOT_FOUND: FAILED,
    Status.INTERNAL: FAILED,
    Status.ABORTED: CONTENTION,
}.items():
    add("grpclib", _status.name.lower(), _means, _grpc(_status))
add("grpclib", "refused", LINK, nowhere(lambda port: asyncio.run(_grpc_call(port))))
add("grpclib", "silent", SILENT, at(silence, lambda port: asyncio.run(_grpc_call(port))))
add("grpclib", "hangs_up", LINK, at(hang_up, lambda port: asyncio.run(_grpc_call(port))))


def _jsonrpc(url: str) -> Any:
    return jsonrpclib.ServerProxy(url).things()


add_answers(
    "jsonrpclib-pelix",
    _jsonrpc,
    {
        "fault": (FAILED, Answer(200, {"jsonrpc": "2.0", "id": "1", "error": {"code": -32000, "message": "oops"}})),
        "no_method": (FAILED, Answer(200, {"jsonrpc": "2.0", "id": "1", "error": {"code": -32601, "message": "no"}})),
        "unavailable": (DOWN, Answer(503, "down")),
        "nonsense": (FAILED, NONSENSE),
    },
)


def _thrift_service() -> Any:
    with tempfile.NamedTemporaryFile("w", suffix=".thrift") as file:
        file.write("service Pings { string ping() }")
        file.flush()
        return thriftpy2.load(file.name, module_name="others_thrift").Pings


def _thrift(port: int) -> Any:
    with thriftpy2.rpc.client_context(_thrift_service(), _HOST, port, timeout=300) as client:
        return client.ping()


add("thriftpy2", "refused", LINK, nowhere(_thrift))
add("thriftpy2", "silent", SILENT, at(silence, _thrift))
add("thriftpy2", "hangs_up", LINK, at(hang_up, _thrift))
add("thriftpy2", "nonsense", FAILED, at(saying(b"HTTP/1.1 400 Bad Request\r\n\r\n"), _thrift))


def _pyro(port: int) -> Any:
    with Pyro5.api.Proxy(f"PYRO:thing@{_HOST}:{port}") as proxy:
        proxy._pyroTimeout = 0.3
        return proxy.ping()


add("Pyro5", "refused", LINK, nowhere(_pyro))
add("Pyro5", "silent", SILENT, at(silence, _pyro))
add("Pyro5", "hangs_up", LINK, at(hang_up, _pyro))
add("Pyro5", "nonsense", FAILED, at(saying(b"x" * 400), _pyro))
add("Pyro5", "no_name_server", LINK, nowhere(lambda port: Pyro5.api.locate_ns(_HOST, port)))
add("Pyro5", "bad_uri", OUR_BUG, lambda: Pyro5.api.Proxy("thing@nowhere"), note="an address that our code made")


def _rpyc_timeout(port: int) -> Any:
    return rpyc.connect(_HOST, port, config={"sync_request_timeout": 0.3}).root


add("rpyc", "silent", SILENT, at(silence, _rpyc_timeout))
add("rpyc", "hangs_up", LINK, at(hang_up, _rpyc_timeout))


def _modbus(port: int) -> Any:
    client = ModbusTcpClient(_HOST, port=port, timeout=0.3, retries=0)
    client.connect()
    return client.read_coils(1)


add("pymodbus", "refused", LINK, nowhere(_modbus))
add("pymodbus", "silent", SILENT, at(silence, _modbus))


def _netmiko(port: int) -> Any:
    return netmiko.ConnectHandler(
        device_type="cisco_ios", host=_HOST, port=port, username="u", password="no", conn_timeout=0.5
    )


add("netmiko", "refused", Means("network", True, (502, 503, 504), "medium"), nowhere(_netmiko))


def _tunnel(port: int) -> Any:
    return sshtunnel.SSHTunnelForwarder(
        (_HOST, port), ssh_username="u", ssh_password="no", remote_bind_address=(_HOST, 1), logger=None
    ).start()


add("sshtunnel", "refused", LINK, nowhere(_tunnel))


def _names(port: int) -> Callable[[], Any]:
    async def run() -> Any:
        resolver = aiodns.DNSResolver(nameservers=[f"{_HOST}:{port}"], timeout=0.2, tries=1)
        return await resolver.query("things.example", "A")

    return run


add(
    "aiodns",
    "no_server",
    Means("network", True, (502, 503, 504), "medium"),
    lambda: asyncio.run(_names(closed_port())()),
)
