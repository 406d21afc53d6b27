"""Task queues, templates, documents, data, mail, settings, locks and state machines."""

from __future__ import annotations

import asyncio
import io
import os
import socket
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aioimaplib
import aiosmtplib
import arrow
import babel
import babel.numbers
import boltons.iterutils
import celery
import celery.result
import chameleon
import croniter
import dateutil.parser
import dns.resolver
import docx
import dramatiq
import dramatiq.brokers.stub
import dramatiq.results.backends.stub
import dynaconf
import environs
import filelock
import huey
import hydra
import jinja2
import jinja2.sandbox
import limits
import mako.lookup
import mako.template
import numpy as np
import omegaconf
import openpyxl
import pandas as pd
import pendulum
import PIL.Image
import polars as pl
import portalocker
import prometheus_client
import pyarrow as pa
import pyarrow.parquet
import pydantic_settings
import pypdf
import pytz
import reportlab.lib.utils
import rq
import statemachine
import structlog
import transitions
import xlsxwriter
from apscheduler.schedulers.background import BackgroundScheduler
from decouple import Config, RepositoryEmpty
from dramatiq.results import Results
from taskiq import InMemoryBroker

from evaluations.classifier.cases import case
from evaluations.classifier.raisers.scaffold_http import (
    CONTENTION,
    DOWN,
    FAILED,
    INVALID,
    LINK,
    OUR_BUG,
    OUR_LIMIT,
    OUR_SETTINGS,
    SILENT,
    UNPARSABLE,
    Means,
    add,
    free_port,
)

RULE = Means("business_logic", False, (409, 422), "low")
STORE = Means("network", True, (502, 503), "high")


# --- task queues --------------------------------------------------------------------------------------------------------
_app = celery.Celery("shop", broker="memory://", backend="cache+memory://")


@_app.task(name="shop.work")  # type: ignore[untyped-decorator]
def _work() -> None: ...


def _celery_refused() -> Any:
    app = celery.Celery("shop", broker=f"amqp://127.0.0.1:{free_port()}//")
    app.conf.broker_transport_options = {"max_retries": 0}
    return app.send_task("shop.work", retry=False)


add("celery", "broker_refused", STORE, _celery_refused, note="our own broker")
add("celery", "result_too_late", SILENT, lambda: celery.result.AsyncResult("1", app=_app).get(timeout=0.05))
add("celery", "task_unknown", OUR_SETTINGS, lambda: _app.tasks["nowhere"])
add("celery", "no_result_backend", OUR_SETTINGS, lambda: celery.Celery("x", broker="memory://", backend="nonsense://").backend)
add("celery", "arguments_not_serializable", OUR_BUG, lambda: _work.apply_async((object(),)))
add("celery", "retried_in_vain", FAILED, lambda: _celery_gives_up(), note="what it was raised from")
add("celery", "arguments_wrong", OUR_BUG, lambda: _work.apply_async((1, 2)))


def _celery_gives_up() -> None:
    @_app.task(bind=True, max_retries=0, name="shop.fails")  # type: ignore[untyped-decorator]
    def fails(self: Any) -> None:
        import urllib.error

        raise self.retry(exc=urllib.error.HTTPError("http://x", 500, "oops", {}, None))  # type: ignore[arg-type]

    fails.apply(throw=True)


def _redis_away() -> Any:
    import redis

    return redis.Redis(port=free_port())


add("rq", "redis_refused", STORE, lambda: rq.Queue("q", connection=_redis_away()).enqueue(print))


@case("rq", "validation", transient=False, status=(404, 500), severity="info", note="a job that a client asks for by id")
def job_missing() -> None:
    import redis

    rq.job.Job.fetch("no-such-job", connection=redis.Redis())


@case("rq", "system", transient=False, status=500, severity="high")
def function_of_main() -> None:
    import redis

    def work() -> None: ...

    work.__module__ = "__main__"
    rq.Queue("q", connection=redis.Redis()).enqueue(work)


_stub = dramatiq.brokers.stub.StubBroker()
_results = dramatiq.results.backends.stub.StubBackend()
_stub.add_middleware(Results(backend=_results))


def _actor() -> Any:
    @dramatiq.actor(broker=_stub, store_results=True, actor_name=f"work{len(_stub.actors)}")
    def work() -> None: ...

    return work


add("dramatiq", "actor_unknown", OUR_SETTINGS, lambda: _stub.get_actor("nowhere"))
add("dramatiq", "queue_unknown", OUR_SETTINGS, lambda: _stub.join("nowhere", timeout=10))
add("dramatiq", "result_missing", Means("external_service", True, (502, 503, 504), "medium"), lambda: _actor().send().get_result(backend=_results), note="not there yet")
add("dramatiq", "result_too_late", SILENT, lambda: _actor().send().get_result(backend=_results, block=True, timeout=50))
add("dramatiq", "limiter", OUR_LIMIT, lambda: _dramatiq_limited(), note="our own limit of concurrent work")
add("dramatiq", "broker_refused", STORE, lambda: _dramatiq_refused())


def _dramatiq_limited() -> None:
    from dramatiq.rate_limits import ConcurrentRateLimiter
    from dramatiq.rate_limits.backends import StubBackend

    limiter = ConcurrentRateLimiter(StubBackend(), "key", limit=1)
    with limiter.acquire(), limiter.acquire():
        pass


def _dramatiq_refused() -> None:
    from dramatiq.brokers.redis import RedisBroker

    broker = RedisBroker(url=f"redis://127.0.0.1:{free_port()}")
    broker.declare_queue("q")

    @dramatiq.actor(broker=broker, queue_name="q")
    def work() -> None: ...

    work.send()


_huey = huey.MemoryHuey("shop", immediate=False)


@_huey.task()  # type: ignore[untyped-decorator]
def _huey_fails() -> None:
    raise ValueError("bug of the task")


def _huey_result() -> None:
    result = _huey_fails()
    _huey.execute(_huey.dequeue())
    result.get()


def _huey_lock() -> None:
    with _huey.lock_task("a"), _huey.lock_task("a"):
        pass


add("huey", "task_failed", OUR_BUG, _huey_result)
add("huey", "locked", CONTENTION, _huey_lock)
add("huey", "result_too_late", SILENT, lambda: _huey_fails().get(blocking=True, timeout=0.05))


def _arq(work: Callable[[Any], Any], port: int | None = None) -> None:
    from arq import create_pool
    from arq.connections import RedisSettings

    async def run() -> None:
        options: Any = {"conn_retries": 0, "conn_timeout": 1}
        pool = await create_pool(RedisSettings(port=port or 6379, **options))
        try:
            await work(pool)
        finally:
            await pool.aclose()

    asyncio.run(run())


async def _arq_waits(pool: Any) -> None:
    job = await pool.enqueue_job("nothing", _queue_name="corpus:none")
    await job.result(timeout=0.05, poll_delay=0.01)


async def _arq_unserializable(pool: Any) -> None:
    await pool.enqueue_job("nothing", lambda: 1, _queue_name="corpus:none")


add("arq", "redis_refused", STORE, lambda: _arq(_arq_waits, free_port()))
add("arq", "result_too_late", SILENT, lambda: _arq(_arq_waits))
add("arq", "arguments_not_serializable", OUR_BUG, lambda: _arq(_arq_unserializable))


@case("taskiq", "network", transient=True, status=504, severity="medium")
async def taskiq_too_late() -> None:
    broker = InMemoryBroker()

    @broker.task
    async def work() -> None:
        await asyncio.sleep(0.5)

    task = await work.kiq()
    await task.wait_result(timeout=0.05, check_interval=0.01)


@case("taskiq", "system", transient=False, status=500, severity="high")
async def taskiq_task_unknown() -> None:
    from taskiq.kicker import AsyncKicker

    await AsyncKicker("none", InMemoryBroker(), {}).kiq()


def _scheduler() -> Any:
    scheduler = BackgroundScheduler()
    scheduler.start(paused=True)
    return scheduler


def _with_scheduler(work: Callable[[Any], Any]) -> Any:
    scheduler = _scheduler()
    try:
        return work(scheduler)
    finally:
        scheduler.shutdown(wait=False)


def _twice(scheduler: Any) -> None:
    for _ in range(2):
        scheduler.add_job(print, "interval", seconds=100, id="a")


add("APScheduler", "job_missing", ABSENT := Means("validation", False, (404, 500), "info"), lambda: _with_scheduler(lambda s: s.remove_job("none")))
add("APScheduler", "job_twice", Means("data_integrity", False, 409, "medium"), lambda: _with_scheduler(_twice), note="a duplicate")
add("APScheduler", "started_twice", OUR_BUG, lambda: _with_scheduler(lambda s: s.start()))
add("APScheduler", "trigger_unknown", OUR_BUG, lambda: _with_scheduler(lambda s: s.add_job(print, "sometimes")))

# --- templates ----------------------------------------------------------------------------------------------------------
_jinja = jinja2.Environment(loader=jinja2.DictLoader({"bad": "{% if %}", "includes": "{% include 'none' %}"}))
_strict = jinja2.Environment(undefined=jinja2.StrictUndefined)
add("Jinja2", "missing", OUR_SETTINGS, lambda: _jinja.get_template("none.html"))
add("Jinja2", "none_of_several", OUR_SETTINGS, lambda: _jinja.select_template(["a", "b"]))
add("Jinja2", "included_missing", OUR_SETTINGS, lambda: _jinja.get_template("includes").render())
add("Jinja2", "syntax", OUR_SETTINGS, lambda: _jinja.get_template("bad"))
add("Jinja2", "filter_unknown", OUR_SETTINGS, lambda: _jinja.from_string("{{ a|nonsense }}"))
add("Jinja2", "undefined", OUR_BUG, lambda: _strict.from_string("{{ a }}").render())
add("Jinja2", "undefined_attribute", OUR_BUG, lambda: _jinja.from_string("{{ a.b.c }}").render())
add("Jinja2", "sandbox", OUR_BUG, lambda: jinja2.sandbox.SandboxedEnvironment().from_string("{{ ''.__class__.mro() }}").render(),
    note="a template of ours that does what it may not")  # fmt: skip
add("Mako", "missing", OUR_SETTINGS, lambda: mako.lookup.TemplateLookup(["/nonexistent"]).get_template("none.html"))
add("Mako", "syntax", OUR_SETTINGS, lambda: mako.template.Template("<%def>"))
add("Mako", "undefined", OUR_BUG, lambda: mako.template.Template("${a}").render())
add("Chameleon", "missing", OUR_SETTINGS, lambda: chameleon.PageTemplateLoader("/nonexistent")["none.pt"])
add("Chameleon", "syntax", OUR_SETTINGS, lambda: chameleon.PageTemplate("<a tal:content='(('/>").render())
add("Chameleon", "undefined", OUR_BUG, lambda: chameleon.PageTemplate("<a>${nothing_there}</a>").render())


# --- images, documents, data --------------------------------------------------------------------------------------------
def _png(cut: int = 0) -> io.BytesIO:
    file = io.BytesIO()
    PIL.Image.new("RGB", (40, 40)).save(file, "PNG")
    return io.BytesIO(file.getvalue()[: -cut or None])


def _bomb() -> None:
    before, PIL.Image.MAX_IMAGE_PIXELS = PIL.Image.MAX_IMAGE_PIXELS, 10
    try:
        PIL.Image.open(_png())
    finally:
        PIL.Image.MAX_IMAGE_PIXELS = before


_UPLOAD = "an upload of the client"
add("Pillow", "unidentified", UNPARSABLE, lambda: PIL.Image.open(io.BytesIO(b"garbage")), note=_UPLOAD)
add("Pillow", "bomb", Means("validation", False, (400, 413), "low"), _bomb, note=_UPLOAD)
add("Pillow", "truncated", UNPARSABLE, lambda: PIL.Image.open(_png(60)).load(), note=_UPLOAD)
add("Pillow", "format_unknown", OUR_BUG, lambda: PIL.Image.new("RGB", (1, 1)).save(io.BytesIO(), "NONSENSE"))
add("numpy", "shapes", OUR_BUG, lambda: np.zeros((2, 2)) @ np.zeros((3, 3)))
add("numpy", "singular", OUR_BUG, lambda: np.linalg.inv(np.zeros((2, 2))))
add("numpy", "axis", OUR_BUG, lambda: np.zeros(2).sum(axis=3))
add("numpy", "too_large", Means("resource", False, 500, "critical"), lambda: np.zeros((1 << 45,)))
add("numpy", "pickled", OUR_BUG, lambda: np.load(_npy()), note="ValueError: a file that asks for allow_pickle")
add("pandas", "column_missing", OUR_BUG, lambda: pd.DataFrame({"a": [1]})["b"])
add("pandas", "csv_malformed", UNPARSABLE, lambda: pd.read_csv(io.StringIO("a,b\n1,2\n1,2,3\n")), note=_UPLOAD)
add("pandas", "csv_empty", UNPARSABLE, lambda: pd.read_csv(io.StringIO("")), note=_UPLOAD)
add("pandas", "merge", OUR_BUG, lambda: pd.merge(pd.DataFrame({"a": [1]}), pd.DataFrame({"b": [1]})))
add("pandas", "merge_duplicates", OUR_BUG, lambda: pd.merge(pd.DataFrame({"a": [1, 1]}), pd.DataFrame({"a": [1]}), validate="one_to_one"))
add("pandas", "date_out_of_bounds", OUR_BUG, lambda: pd.Timestamp("9999999-01-01"), note="a builtin ValueError's sub-class")
add("pandas", "intervals_overlap", OUR_BUG, lambda: pd.Series([1, 2]).astype("no-such-type"))
add("pyarrow", "csv_malformed", UNPARSABLE, lambda: _arrow_csv(b"a,b\n1,2,3\n"), note=_UPLOAD)
add("pyarrow", "parquet_malformed", UNPARSABLE, lambda: pa.parquet.read_table(io.BytesIO(b"garbage" * 10)), note=_UPLOAD)
add("pyarrow", "type_wrong", OUR_BUG, lambda: pa.array(["x"], pa.int64()))
add("pyarrow", "key_missing", OUR_BUG, lambda: pa.table({"a": [1]}).column("b"))
add("pyarrow", "not_implemented", OUR_BUG, lambda: pa.array([{}]).cast(pa.int64()))
add("polars", "column_missing", OUR_BUG, lambda: pl.DataFrame({"a": [1]}).select("b"))
add("polars", "csv_empty", UNPARSABLE, lambda: pl.read_csv(io.BytesIO(b"")), note=_UPLOAD)
add("polars", "csv_malformed", UNPARSABLE, lambda: pl.read_csv(io.BytesIO(b"a\n1\nx\n"), schema={"a": pl.Int64}), note=_UPLOAD)
add("polars", "shapes", OUR_BUG, lambda: pl.DataFrame({"a": [1], "b": [1, 2]}))
add("polars", "cast", OUR_BUG, lambda: pl.Series(["x"]).cast(pl.Int64))
add("polars", "schema", OUR_BUG, lambda: pl.DataFrame({"a": ["x"]}).select(pl.col("a").dt.year()))
add("openpyxl", "not_a_workbook", UNPARSABLE, lambda: openpyxl.load_workbook(io.BytesIO(b"garbage")), note=_UPLOAD)
add("openpyxl", "extension", UNPARSABLE, lambda: openpyxl.load_workbook("x.doc"), note=_UPLOAD)
add("openpyxl", "sheet_missing", OUR_BUG, lambda: openpyxl.Workbook()["none"])
add("openpyxl", "characters", OUR_BUG, lambda: openpyxl.Workbook().active.append(["\x00"]))
add("python-docx", "not_a_document", UNPARSABLE, lambda: docx.Document(io.BytesIO(b"garbage")), note=_UPLOAD)
add("python-docx", "package_missing", OUR_BUG, lambda: docx.Document("/no/such.docx"))
add("pypdf", "not_a_pdf", UNPARSABLE, lambda: pypdf.PdfReader(io.BytesIO(b"garbage")), note=_UPLOAD)
add("pypdf", "empty", UNPARSABLE, lambda: pypdf.PdfReader(io.BytesIO(b"")), note=_UPLOAD)
add("pypdf", "encrypted", UNPARSABLE, lambda: _encrypted_pdf(), note=_UPLOAD)
add("reportlab", "image", UNPARSABLE, lambda: reportlab.lib.utils.ImageReader(io.BytesIO(b"garbage")), note=_UPLOAD)
add("XlsxWriter", "sheet_name", OUR_BUG, lambda: xlsxwriter.Workbook(io.BytesIO()).add_worksheet("x" * 40))
add("XlsxWriter", "sheet_twice", OUR_BUG, lambda: _sheet_twice())


def _npy() -> io.BytesIO:
    file = io.BytesIO()
    np.save(file, np.array([{}], dtype=object), allow_pickle=True)
    file.seek(0)
    return file


def _arrow_csv(content: bytes) -> Any:
    import pyarrow.csv

    return pyarrow.csv.read_csv(io.BytesIO(content))


def _encrypted_pdf() -> Any:
    writer, file = pypdf.PdfWriter(), io.BytesIO()
    writer.add_blank_page(10, 10)
    writer.encrypt("not-a-password", algorithm="RC4-128")
    writer.write(file)
    return len(pypdf.PdfReader(io.BytesIO(file.getvalue())).pages)


def _sheet_twice() -> None:
    book = xlsxwriter.Workbook(io.BytesIO())
    book.add_worksheet("a")
    book.add_worksheet("a")


# --- mail and names -----------------------------------------------------------------------------------------------------
def _smtp_server(*replies: str) -> int:
    """A mail server that says one line after another."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        try:
            connection, _ = listener.accept()
            with connection:
                connection.settimeout(1.5)
                for reply in replies:
                    connection.sendall(reply.encode() + b"\r\n")
                    connection.recv(4_096)
        except OSError:
            pass
        finally:
            listener.close()

    threading.Thread(target=serve, daemon=True).start()
    return int(listener.getsockname()[1])


async def _send_mail(port: int, **options: Any) -> None:
    await aiosmtplib.send(
        "Subject: x\r\n\r\nx", sender="a@b.example", recipients=["c@d.example"], hostname="127.0.0.1", port=port,
        timeout=0.5, start_tls=False, **options,
    )  # fmt: skip


_HELLO = ("220 hello", "250-mail\r\n250 AUTH PLAIN LOGIN")
add("aiosmtplib", "refused", LINK, lambda: asyncio.run(_send_mail(free_port())))
add("aiosmtplib", "silent", SILENT, lambda: _silent(lambda port: asyncio.run(_send_mail(port))))
add("aiosmtplib", "credentials", Means("authentication", False, 502, "high"), lambda: asyncio.run(
    _send_mail(_smtp_server(*_HELLO, "535 5.7.8 Authentication failed", "535 no"), username="a", password="b")))  # fmt: skip
add("aiosmtplib", "sender_refused", FAILED, lambda: asyncio.run(_send_mail(_smtp_server(*_HELLO, "550 5.7.1 denied", "250 ok"))))
add("aiosmtplib", "recipient_refused", FAILED, lambda: asyncio.run(
    _send_mail(_smtp_server(*_HELLO, "250 ok", "550 5.1.1 no such user", "250 ok"))))  # fmt: skip
add("aiosmtplib", "greylisted", DOWN, lambda: asyncio.run(_send_mail(_smtp_server(*_HELLO, "451 4.7.1 try again later", "250 ok"))))
add("aiosmtplib", "disconnected", LINK, lambda: asyncio.run(_send_mail(_smtp_server("220 hello"))))
add("aiosmtplib", "not_now", DOWN, lambda: asyncio.run(_send_mail(_smtp_server("421 too busy"))))


def _silent(work: Callable[[int], Any]) -> Any:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return work(int(listener.getsockname()[1]))


@case("aioimaplib", "network", transient=True, status=504, severity="medium")
async def imap_silent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = aioimaplib.IMAP4("127.0.0.1", listener.getsockname()[1], timeout=0.3)
        await client.wait_hello_from_server()


def _resolver(rcode: int | None, answer: bool = True) -> Any:
    import dns.message

    listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    listener.bind(("127.0.0.1", 0))
    listener.settimeout(1.5)

    def serve() -> None:
        try:
            for _ in range(6):
                wire, address = listener.recvfrom(4_096)
                if not answer:
                    continue
                reply = dns.message.make_response(dns.message.from_wire(wire))
                reply.set_rcode(rcode or 0)
                listener.sendto(reply.to_wire(), address)
        except OSError:
            pass
        finally:
            listener.close()

    threading.Thread(target=serve, daemon=True).start()
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers, resolver.port = ["127.0.0.1"], listener.getsockname()[1]
    resolver.lifetime = resolver.timeout = 0.3
    return resolver.resolve("shop.example", "MX")


DNS = Means("network", True, (502, 503), "medium")
add("dnspython", "no_such_domain", Means("network", False, (502, 503), "medium"), lambda: _resolver(3), note="an answer: the name is not there, nor will it be")
add("dnspython", "no_answer", Means("network", False, (502, 503), "medium"), lambda: _resolver(0))
add("dnspython", "server_fails", DNS, lambda: _resolver(2))
add("dnspython", "too_late", SILENT, lambda: _resolver(None, answer=False))
add("dnspython", "name_malformed", INVALID, lambda: dns.name.from_text("a..b"), note="a name that the client gave")


# --- settings -----------------------------------------------------------------------------------------------------------
class _Settings(pydantic_settings.BaseSettings):
    no_such_setting: str


class _JsonSettings(pydantic_settings.BaseSettings):
    corpus_list: list[int]


def _environment(work: Callable[[], Any], **values: str) -> Any:
    os.environ.update(values)
    try:
        return work()
    finally:
        for name in values:
            del os.environ[name]


add("pydantic-settings", "missing", OUR_SETTINGS, _Settings)
add("pydantic-settings", "malformed", OUR_SETTINGS, lambda: _environment(_JsonSettings, CORPUS_LIST="not json"))
add("python-decouple", "missing", OUR_SETTINGS, lambda: Config(RepositoryEmpty())("NO_SUCH_SETTING"))
add("python-decouple", "cast", OUR_SETTINGS, lambda: _environment(lambda: Config(RepositoryEmpty())("CORPUS_INT", cast=bool), CORPUS_INT="maybe"),
    note="a ValueError from the settings")  # fmt: skip
add("environs", "missing", OUR_SETTINGS, lambda: environs.Env().str("NO_SUCH_SETTING"))
add("environs", "malformed", OUR_SETTINGS, lambda: _environment(lambda: environs.Env().int("CORPUS_INT"), CORPUS_INT="x"))
add("dynaconf", "validator", OUR_SETTINGS, lambda: dynaconf.Dynaconf(validators=[dynaconf.Validator("NO_SUCH", must_exist=True)]).validators.validate())
add("dynaconf", "attribute", OUR_SETTINGS, lambda: dynaconf.Dynaconf().NO_SUCH_SETTING, note="an AttributeError from the settings object")
add("omegaconf", "missing", OUR_SETTINGS, lambda: omegaconf.OmegaConf.create({"a": "???"}).a)
add("omegaconf", "interpolation", OUR_SETTINGS, lambda: omegaconf.OmegaConf.create({"a": "${b}"}).a)
add("omegaconf", "type_wrong", OUR_SETTINGS, lambda: omegaconf.OmegaConf.structured(_Structured()).merge_with({"a": "x"}))
add("hydra-core", "file_missing", OUR_SETTINGS, lambda: _hydra())


class _Structured:
    pass


import dataclasses  # noqa: E402

_Structured = dataclasses.make_dataclass("_Structured", [("a", int, 1)])  # type: ignore[misc, assignment]


def _hydra() -> None:
    with hydra.initialize_config_dir(tempfile.gettempdir(), version_base=None):
        hydra.compose("no-such-config")


# --- locks, limits, machines ----------------------------------------------------------------------------------------------
def _file_lock() -> None:
    path = Path(tempfile.mkdtemp()) / "lock"
    with filelock.FileLock(path), filelock.FileLock(path, timeout=0.05):
        pass


def _port_lock() -> None:
    path = Path(tempfile.mkdtemp()) / "lock"
    with portalocker.Lock(path, timeout=0.05), portalocker.Lock(path, timeout=0.05, check_interval=0.01):
        pass


add("filelock", "timeout", CONTENTION, _file_lock)
add("portalocker", "locked", CONTENTION, _port_lock)
add("limits", "no_such_storage", OUR_SETTINGS, lambda: limits.storage.storage_from_string("nonsense://"))
add("limits", "unparsable", OUR_BUG, lambda: limits.parse("ten per fortnight"))
add("limits", "storage_refused", STORE, lambda: limits.strategies.FixedWindowRateLimiter(
    limits.storage.storage_from_string(f"redis://127.0.0.1:{free_port()}")).hit(limits.parse("1/minute")))  # fmt: skip


def _machine() -> Any:
    return transitions.Machine(states=["new", "paid"], transitions=[["pay", "new", "paid"]], initial="new")


def _paid_twice() -> None:
    machine = _machine()
    machine.pay()
    machine.pay()


class _OrderMachine(statemachine.StateMachine):
    new = statemachine.State(initial=True)
    paid = statemachine.State(final=True)
    pay = new.to(paid)


def _state_paid_twice() -> None:
    machine = _OrderMachine()
    machine.pay()
    machine.pay()


add("transitions", "not_from_here", RULE, _paid_twice)
add("transitions", "state_unknown", OUR_BUG, lambda: _machine().get_state("nowhere"), note="a ValueError: a typo in our own code")
add("python-statemachine", "not_allowed", RULE, _state_paid_twice)
add("python-statemachine", "definition", OUR_BUG, lambda: type("M", (statemachine.StateMachine,), {"a": statemachine.State(initial=True), "b": statemachine.State()}))


def _slow_down() -> Any:
    import flask
    from flask_limiter import Limiter
    from flask_limiter.util import get_remote_address

    app = flask.Flask(__name__)
    limiter = Limiter(get_remote_address, app=app, storage_uri="memory://")

    @app.route("/")
    @limiter.limit("1/hour")
    def view() -> str:
        return ""

    caught: list[BaseException] = []
    app.register_error_handler(429, lambda exc: (caught.append(exc), "")[1])
    client = app.test_client()
    client.get("/")
    client.get("/")
    raise caught[0]


def _slowapi() -> Any:
    import fastapi
    from fastapi.testclient import TestClient
    from slowapi import Limiter
    from slowapi.errors import RateLimitExceeded
    from slowapi.util import get_remote_address

    limiter = Limiter(get_remote_address)
    app = fastapi.FastAPI()
    app.state.limiter = limiter
    caught: list[BaseException] = []

    async def handler(request: Any, exc: Exception) -> Any:
        caught.append(exc)
        return fastapi.responses.JSONResponse({})

    app.add_exception_handler(RateLimitExceeded, handler)

    async def view(request: fastapi.Request) -> None:
        del request

    view.__annotations__["request"] = fastapi.Request
    app.get("/")(limiter.limit("1/hour")(view))
    client = TestClient(app)
    client.get("/")
    client.get("/")
    raise caught[0]


add("Flask-Limiter", "exceeded", OUR_LIMIT, _slow_down)
add("slowapi", "exceeded", OUR_LIMIT, _slowapi)


def _flask_csrf() -> Any:
    import flask
    from flask_wtf.csrf import CSRFProtect

    app = flask.Flask(__name__)
    app.config["SECRET_KEY"] = "not-a-secret"
    protect = CSRFProtect(app)
    with app.test_request_context("/", method="POST"):
        protect.protect()


add("Flask-WTF", "csrf_missing", UNPARSABLE, _flask_csrf, note="a 400 by its own word")

# --- dates, languages, and the rest -----------------------------------------------------------------------------------------
add("babel", "locale_unknown", INVALID, lambda: babel.Locale.parse("xx_YY"), note="the client's language")
add("babel", "number", INVALID, lambda: babel.numbers.parse_decimal("x", locale="en"), note="the client's input")
add("arrow", "unparsable", UNPARSABLE, lambda: arrow.get("yesterday"), note="the client's date")
add("pendulum", "unparsable", UNPARSABLE, lambda: pendulum.parse("yesterday"), note="the client's date")
add("pendulum", "zone_unknown", INVALID, lambda: pendulum.timezone("Mars/Base"), note="the client's time zone")
add("python-dateutil", "unparsable", UNPARSABLE, lambda: dateutil.parser.parse("someday"), note="the client's date")
add("pytz", "zone_unknown", INVALID, lambda: pytz.timezone("Mars/Base"), note="the client's time zone")
add("pytz", "time_ambiguous", INVALID, lambda: pytz.timezone("Europe/Berlin").localize(
    __import__("datetime").datetime(2026, 10, 25, 2, 30), is_dst=None), note="the client's time")  # fmt: skip
add("croniter", "expression", INVALID, lambda: croniter.croniter("every day"), note="an expression of the client")
add("croniter", "never", INVALID, lambda: croniter.croniter("0 0 31 2 *").get_next(), note="an expression of the client")
add("prometheus-client", "registered_twice", OUR_BUG, lambda: [prometheus_client.Counter("corpus_a", "x") for _ in range(2)])
add("prometheus-client", "labels", OUR_BUG, lambda: prometheus_client.Gauge("corpus_b", "x", ["a"]).labels("1", "2"))
add("structlog", "dropped", OUR_BUG, lambda: structlog.processors.CallsiteParameterAdder({"nonsense"}))  # type: ignore[arg-type]
add("boltons", "remap", OUR_BUG, lambda: boltons.iterutils.get_path({"a": 1}, ("a", "b")))


@case("opentelemetry-sdk", "system", transient=False, status=500, severity="high")
def sampler_out_of_range() -> None:
    from opentelemetry.sdk.trace.sampling import TraceIdRatioBased

    TraceIdRatioBased(2.0)


