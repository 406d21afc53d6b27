"""Task queues: celery, rq, dramatiq, huey, arq, taskiq and a scheduler."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import celery
import celery.result
import dramatiq
import dramatiq.brokers.stub
import dramatiq.results.backends.stub
import huey
import rq
from apscheduler.schedulers.background import BackgroundScheduler
from dramatiq.results import Results
from taskiq import InMemoryBroker

from evaluations.classifier.cases import case
from evaluations.classifier.raisers.scaffold_http import (
    CONTENTION,
    FAILED,
    OUR_BUG,
    OUR_LIMIT,
    OUR_SETTINGS,
    SILENT,
    Means,
    add,
    free_port,
)

STORE = Means("network", True, (502, 503), "high")


# --- task queues -----------------------------------------------------------------------------------------------------
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
add(
    "celery",
    "no_result_backend",
    OUR_SETTINGS,
    lambda: celery.Celery("x", broker="memory://", backend="nonsense://").backend,
)
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


@case(
    "rq", "validation", transient=False, status=(404, 500), severity="info", note="a job that a client asks for by id"
)
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
add(
    "dramatiq",
    "result_missing",
    Means("external_service", True, (502, 503, 504), "medium"),
    lambda: _actor().send().get_result(backend=_results),
    note="not there yet",
)
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


@case("taskiq", "configuration", transient=False, status=500, severity="high")
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


add(
    "APScheduler",
    "job_missing",
    ABSENT := Means("validation", False, (404, 500), "info"),
    lambda: _with_scheduler(lambda s: s.remove_job("none")),
)
add(
    "APScheduler",
    "job_twice",
    Means("data_integrity", False, 409, "medium"),
    lambda: _with_scheduler(_twice),
    note="a duplicate",
)
add("APScheduler", "started_twice", OUR_BUG, lambda: _with_scheduler(lambda s: s.start()))
add("APScheduler", "trigger_unknown", OUR_BUG, lambda: _with_scheduler(lambda s: s.add_job(print, "sometimes")))
