"""Celery, RQ, Dramatiq, APScheduler: what leaves them in a view that enqueues, schedules or waits."""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
from typing import Any

import celery
import celery.exceptions
import dramatiq
import redis
import rq
import rq.exceptions
import rq.job
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from dramatiq.brokers.rabbitmq import RabbitmqBroker
from dramatiq.brokers.redis import RedisBroker
from dramatiq.brokers.stub import StubBroker

from evaluations.classifier.raisers import _fresh_e as e
from evaluations.classifier.raisers._fresh_e import fresh, redis_server
from evaluations.classifier.raisers._peers import HOST, closed_port


# --- Celery -----------------------------------------------------------------------------------------------------------
def application(broker: str = "memory://", backend: str = "cache+memory://", **more: Any) -> celery.Celery:
    app = celery.Celery("fresh_e", broker=broker, backend=backend, set_as_current=False)
    app.conf.update(
        broker_connection_retry=False,
        task_publish_retry=False,
        broker_transport_options={"max_retries": 0, "socket_connect_timeout": 1},
        result_backend_transport_options={"retry_policy": {"max_retries": 0}},
        redis_retry_on_timeout=False,
        **more,
    )
    return app


@fresh("celery", e.LOST)
def broker_refuses() -> None:
    application(f"amqp://guest:guest@{HOST}:{closed_port()}//").send_task("mails.send", retry=False)


@fresh("celery", e.LOST)
def redis_broker_refuses() -> None:
    application(f"redis://{HOST}:{closed_port()}/0", "cache+memory://").send_task("mails.send", retry=False)


@fresh("celery", e.REFUSED_US)
def broker_refuses_password() -> None:
    application(f"amqp://guest:wrong@{HOST}:5672//").send_task("mails.send", retry=False)


@fresh(
    "celery",
    e.Label("network", True, (503, 504), "medium"),
    note="a worker does not answer: or external_service",
)
def result_timeout() -> None:
    application().send_task("mails.send").get(timeout=0.1)


@fresh("celery", e.BUG)
def arguments_do_not_fit() -> None:
    @application().task
    def send(to: int) -> None:
        pass

    send.delay(1, 2, 3)


@fresh("celery", e.BUG)
def argument_cannot_be_serialized() -> None:
    application().send_task("mails.send", args=[{"file": object()}])


@fresh("celery", e.SETUP)
def no_result_backend() -> None:
    app = celery.Celery("fresh_e", broker="memory://", set_as_current=False)
    app.send_task("mails.send").get(timeout=0.1)


@fresh("celery", e.SETUP)
def backend_unknown() -> None:
    application(backend="floppy://a").backend.get("x")


@fresh("celery", e.LOST)
def retries_exhausted_of_a_task() -> None:
    @application().task(bind=True, max_retries=1)
    def sync(self: Any) -> None:
        try:
            redis.Redis(host=HOST, port=closed_port()).get("x")
        except redis.RedisError as fault:
            raise self.retry(exc=fault, countdown=0) from fault

    sync.apply(throw=True, retries=1).get()


@fresh("celery", e.BUG)
def eager_task_fails() -> None:
    @application().task
    def total(order: dict[str, int]) -> int:
        return order["total"]

    total.apply(args=[{"amount": 5}]).get()


@fresh("celery", e.RULE)
def rejected_by_a_rule() -> None:
    class CreditLimitExceeded(Exception):
        pass

    @application().task
    def charge() -> None:
        raise CreditLimitExceeded("the limit of 100 EUR is exceeded")

    charge.apply(throw=True)


# --- RQ ---------------------------------------------------------------------------------------------------------------
@functools.cache
def store() -> redis.Redis:
    import atexit

    stack = contextlib.ExitStack()
    atexit.register(stack.close)
    return redis.Redis(host=HOST, port=stack.enter_context(redis_server()))


@fresh("rq", e.LOST)
def queue_store_refuses() -> None:
    rq.Queue("mails", connection=redis.Redis(host=HOST, port=closed_port())).enqueue(print, 1)


@fresh("rq", e.ABSENT, note="the job that the client asks for")
def no_such_job() -> None:
    rq.job.Job.fetch("00000000-0000-0000-0000-000000000000", connection=store())


@fresh("rq", e.BUG)
def function_of_main() -> None:
    def local() -> None:
        pass

    local.__module__ = "__main__"
    rq.Queue("mails", connection=store()).enqueue(local)


@fresh("rq", e.STATE, note="the job is not in the state that this needs")
def job_cannot_be_requeued() -> None:
    job = rq.Queue("mails", connection=store()).enqueue(print, 1)
    job.requeue()


@fresh("rq", e.STATE)
def domain_error_from_job() -> None:
    class ReportAlreadyRunning(Exception):
        pass

    try:
        job_cannot_be_requeued()
    except rq.exceptions.InvalidJobOperation as fault:
        raise ReportAlreadyRunning("the report is being made already") from fault


@fresh("rq", e.BUG)
def job_with_a_bad_timeout() -> None:
    rq.Queue("mails", connection=store()).enqueue(print, 1, job_timeout="soon")


# --- Dramatiq ---------------------------------------------------------------------------------------------------------
@fresh("dramatiq", e.LOST)
def rabbitmq_refuses() -> None:
    broker = RabbitmqBroker(url=f"amqp://guest:guest@{HOST}:{closed_port()}/?connection_attempts=1&socket_timeout=1")
    actor = dramatiq.actor(print, broker=broker, actor_name="fresh_print")
    actor.send(1)


@fresh("dramatiq", e.LOST)
def redis_refuses() -> None:
    broker = RedisBroker(host=HOST, port=closed_port())
    dramatiq.actor(print, broker=broker, actor_name="fresh_print").send(1)


@fresh("dramatiq", e.SETUP, note="a queue that nobody declared")
def queue_not_found() -> None:
    StubBroker().enqueue(dramatiq.Message("nowhere", "send_mail", (), {}, {}))


@fresh("dramatiq", e.BUG)
def argument_no_json() -> None:
    dramatiq.actor(print, broker=StubBroker(), actor_name="fresh_print").send(object())


@fresh("dramatiq", e.BUG)
def option_unknown() -> None:
    dramatiq.actor(print, broker=StubBroker(), actor_name="fresh_print", max_atempts=3)


@fresh("dramatiq", e.Label("resource", True, (429, 503), "low"), note="our own limit")
def rate_limit_exceeded() -> None:
    from dramatiq.rate_limits import ConcurrentRateLimiter
    from dramatiq.rate_limits.backends import StubBackend as Limits

    limiter = ConcurrentRateLimiter(Limits(), "invoices", limit=1)
    with limiter.acquire(), limiter.acquire():
        pass


# --- APScheduler ------------------------------------------------------------------------------------------------------
@contextlib.contextmanager
def scheduler() -> Any:
    one = BackgroundScheduler()
    one.start(paused=True)
    try:
        yield one
    finally:
        one.shutdown(wait=False)


@fresh("APScheduler", e.ABSENT, note="the job that the client asks for")
def job_not_found() -> None:
    with scheduler() as one:
        one.remove_job("report-7")


@fresh("APScheduler", e.Label("data_integrity", False, 409, "medium"), note="a duplicate of a store that is in memory")
def job_exists() -> None:
    with scheduler() as one:
        for _ in range(2):
            one.add_job(print, "interval", hours=1, id="report-7")


@fresh("APScheduler", e.BUG)
def scheduler_already_running() -> None:
    with scheduler() as one:
        one.start()


@fresh("APScheduler", e.BUG)
def job_cannot_be_stored() -> None:
    one = BackgroundScheduler(jobstores={"default": SQLAlchemyJobStore("sqlite://")})
    one.start(paused=True)
    try:
        one.add_job(lambda: None, "date", run_date=dt.datetime(2040, 1, 1, tzinfo=dt.UTC), id="report-9")
    finally:
        one.shutdown(wait=False)


@fresh("APScheduler", e.LOST)
def store_of_jobs_refuses() -> None:
    one = BackgroundScheduler(
        jobstores={"default": SQLAlchemyJobStore(f"postgresql+psycopg://app@{HOST}:{closed_port()}/app")}
    )
    one.start(paused=True)
