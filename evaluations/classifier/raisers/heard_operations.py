"""Operations and resilience: containers, shells, remote calls, mail, breakers, limits, loops, templates, tasks."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent import futures
from typing import Any

import aiobreaker
import aiosmtplib
import anyio
import babel.dates
import babel.numbers
import backoff
import celery
import celery.exceptions
import docker
import fabric
import gevent.event
import grpc
import jinja2
import kubernetes.client
import kubernetes.config
import limits
import limits.storage
import mako.lookup
import mako.template
import paramiko
import pybreaker
import requests
import tenacity
import trio
import zeep

from evaluations.classifier.raisers._peers import listening, saying, silence
from evaluations.classifier.raisers.scaffold_http import (
    DOWN,
    FAILED,
    INVALID,
    LINK,
    OUR_BUG,
    OUR_SETTINGS,
    QUOTA,
    SILENT,
    THROTTLED,
    Answer,
    Means,
    add,
    add_answers,
    free_port,
    serving,
)



def _dead() -> str:
    return f"http://127.0.0.1:{free_port()}"


# --- Docker, Kubernetes ----------------------------------------------------------------------------------------------
def _docker(url: str) -> docker.DockerClient:
    return docker.DockerClient(base_url=url.replace("http", "tcp"), version="1.43", timeout=1)


add_answers("docker", lambda url: _docker(url).images.pull("shop/web", "9"), {
    "image_missing": (FAILED, Answer(404, {"message": "manifest for shop/web:9 not found: manifest unknown"})),
    "registry_limit": (THROTTLED, Answer(429, {"message": "toomanyrequests: You have reached your pull rate limit."})),
})
add_answers("docker", lambda url: _docker(url).volumes.create("data"), {
    "disk_of_daemon_full": (FAILED, Answer(500, {"message": "mkdir /var/lib/docker: no space left on device"})),
})
add("docker", "daemon_silent", SILENT, lambda: _served(Answer(how="hang"), lambda url: _docker(url).ping()))
add("docker", "address_malformed", OUR_BUG, lambda: docker.DockerClient(base_url="gopher://x", version="1.43"),
    note="an address that is malformed; configuration is defensible")
add("docker", "build_without_a_path", OUR_BUG, lambda: docker.DockerClient(base_url=_dead().replace("http", "tcp"),
    version="1.43").images.build())


def _served(answer: Answer, call: Callable[[str], Any]) -> Any:
    with serving(answer) as url:
        return call(url)


def _scale(url: str) -> Any:
    settings = kubernetes.client.Configuration(host=url)
    settings.retries = False
    api = kubernetes.client.AppsV1Api(kubernetes.client.ApiClient(settings))
    return api.patch_namespaced_deployment_scale("web", "shop", {"spec": {"replicas": 9}}, _request_timeout=1)


def _status(code: int, reason: str, message: str) -> Answer:
    return Answer(code, {"kind": "Status", "status": "Failure", "reason": reason, "message": message, "code": code})


add_answers("kubernetes", _scale, {
    "quota_of_namespace": (QUOTA, _status(403, "Forbidden", "pods is forbidden: exceeded quota: small, requested: cpu=1")),
    "edited_meanwhile": (Means("concurrency", True, (409, 502, 503), "medium"), _status(
        409, "Conflict", "the object has been modified; please apply your changes to the latest version")),
    "etcd_leader": (Means("external_service", True, (502, 503, 504), "medium"), _status(
        504, "Timeout", "etcdserver: request timed out")),
})
add("kubernetes", "context_unknown", OUR_SETTINGS, lambda: kubernetes.config.load_kube_config_from_dict(
    {"clusters": [], "users": [], "contexts": [{"name": "a", "context": {"cluster": "c", "user": "u"}}]}, context="b"))
add("kubernetes", "name_left_out", OUR_BUG,
    lambda: kubernetes.client.CoreV1Api().read_namespaced_pod(None, "shop"))


# --- SSH ------------------------------------------------------------------------------------------------------------------
def _ssh(talk: Callable[[Any], None], **more: Any) -> Any:
    with listening(talk) as port:
        client = paramiko.SSHClient()
        client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
        return client.connect("127.0.0.1", port, "app", "no-password", look_for_keys=False, allow_agent=False,
                              banner_timeout=0.5, timeout=1, **more)


add("paramiko", "banner_never_comes", SILENT, lambda: _ssh(silence))
add("paramiko", "key_file_missing", OUR_SETTINGS, lambda: paramiko.Ed25519Key.from_private_key_file("/no/such/id"),
    note="a file of the set-up that is not there")
add("paramiko", "not_connected", OUR_BUG, lambda: paramiko.SSHClient().exec_command("ls"))
add("fabric", "banner_is_mail", FAILED, lambda: _fabric(saying(b"220 mail ESMTP\r\n")), note="the peer is no SSH server")
add("fabric", "host_left_out", OUR_BUG, lambda: fabric.Connection())


def _fabric(talk: Callable[[Any], None]) -> Any:
    with listening(talk) as port:
        options = {"password": "no-password", "banner_timeout": 0.5, "look_for_keys": False, "allow_agent": False}
        return fabric.Connection("127.0.0.1", "app", port, connect_timeout=1, connect_kwargs=options).open()


# --- gRPC, SOAP, mail ------------------------------------------------------------------------------------------------
def _grpc(code: grpc.StatusCode, details: str) -> Callable[[], Any]:
    class Shop(grpc.GenericRpcHandler):
        def service(self, call: Any) -> Any:
            def refuse(request: bytes, context: Any) -> bytes:
                context.abort(code, details)
                return b""

            return grpc.unary_unary_rpc_method_handler(refuse)

    def run() -> Any:
        server = grpc.server(futures.ThreadPoolExecutor(1), handlers=[Shop()])
        port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        try:
            with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
                return channel.unary_unary("/shop.Stock/Reserve")(b"", timeout=3)
        finally:
            server.stop(None)

    return run


def _grpc_serializer() -> Any:
    with grpc.insecure_channel(_dead()[7:]) as channel:
        return channel.unary_unary("/shop.Stock/Reserve", request_serializer=lambda it: it.encode())(4, timeout=1)


add("grpcio", "cancelled_by_the_server", FAILED, _grpc(grpc.StatusCode.CANCELLED, "shutting down"),
    note="cancelled by the peer; transient is defensible")
add("grpcio", "out_of_range", FAILED, _grpc(grpc.StatusCode.OUT_OF_RANGE, "page 9 of 3"))
add("grpcio", "serializer_fails", OUR_BUG, _grpc_serializer)
add("zeep", "wsdl_file_missing", OUR_SETTINGS, lambda: zeep.Client("/no/such/stock.wsdl"))
add("zeep", "wsdl_is_a_page", FAILED, lambda: _served(
    Answer(200, "<html><br></html>", type="text/html"), lambda url: zeep.Client(f"{url}/?wsdl")))
add("zeep", "wsdl_gone", FAILED, lambda: _served(
    Answer(404, "gone", type="text/plain"), lambda url: zeep.Client(f"{url}/?wsdl")), note="configuration is defensible")


async def _mail(greeting: bytes, **more: Any) -> Any:
    with listening(saying(greeting, at_once=True)) as port:
        return await aiosmtplib.send("Subject: x\n\nx", sender="a@example.test", recipients=["b@example.test"],
                                     hostname="127.0.0.1", port=port, timeout=1, **more)


async def _mail_without_connection() -> Any:
    return await aiosmtplib.SMTP(hostname="127.0.0.1", port=25).noop()


add("aiosmtplib", "closed_for_us", FAILED, lambda: _mail(b"554 no SMTP service here\r\n"))
add("aiosmtplib", "greeting_421", DOWN, lambda: _mail(b"421 too busy, come back later\r\n"))
add("aiosmtplib", "never_connected", OUR_BUG, _mail_without_connection,
    note="SMTPServerDisconnected, but nobody connected")
add("aiosmtplib", "both_kinds_of_tls", OUR_SETTINGS, lambda: _mail(b"220\r\n", use_tls=True, start_tls=True),
    note="a bug is defensible")


# --- retries, breakers, limits -----------------------------------------------------------------------------------------
def _throttled() -> Any:
    with serving(Answer(429, {})) as url:
        requests.get(url, timeout=1).raise_for_status()


def _gone() -> Any:
    return requests.get(_dead(), timeout=1)


def _none_is_retried() -> Any:
    return tenacity.Retrying(retry=tenacity.retry_if_result(lambda it: it is None), stop=tenacity.stop_after_attempt(2))(
        lambda: None)


def _breaker_with_reason() -> Any:
    breaker = pybreaker.CircuitBreaker(fail_max=1, reset_timeout=60, throw_new_error_on_trip=False)
    for _ in range(2):
        try:
            breaker.call(_throttled)
        except requests.HTTPError:
            continue


async def _aiobreaker() -> Any:
    breaker = aiobreaker.CircuitBreaker(fail_max=1)

    @breaker
    async def stock() -> None:
        await asyncio.to_thread(_gone)

    await stock()


add("tenacity", "throttled_in_vain", THROTTLED, lambda: tenacity.Retrying(stop=tenacity.stop_after_attempt(2))(_throttled))
add("tenacity", "result_never_good", Means("external_service", True, (502, 503), "medium"), _none_is_retried,
    note="nothing failed, the result was never there: what it waited for is not known; system is defensible")
add("tenacity", "reraised_refusal", LINK,
    lambda: tenacity.Retrying(stop=tenacity.stop_after_attempt(2), reraise=True)(_gone))
add("backoff", "given_up_throttled", THROTTLED,
    lambda: backoff.on_exception(backoff.constant, requests.HTTPError, max_tries=2, interval=0)(_throttled)())
add("pybreaker", "open_after_throttling", DOWN, _breaker_with_reason, note="the breaker is open: not now")
add("pybreaker", "listeners_no_list", OUR_BUG, lambda: pybreaker.CircuitBreaker(listeners=4))  # type: ignore[arg-type]
add("aiobreaker", "opens_by_refusal", Means("external_service", True, (502, 503), "medium"), _aiobreaker,
    note="the breaker opens at this very failure; network is defensible, by its cause")
add("limits", "scheme_of_storage", OUR_SETTINGS, lambda: limits.storage.storage_from_string("memori://"))
add("limits", "limit_unreadable", OUR_BUG, lambda: limits.parse("five per hour"), note="a text of ours; or a setting")


# --- loops ------------------------------------------------------------------------------------------------------------------
async def _anyio_late() -> Any:
    with anyio.fail_after(0.02):
        await anyio.sleep(1)


async def _anyio_group() -> Any:
    async with anyio.create_task_group() as group:
        group.start_soon(anyio.to_thread.run_sync, _gone)
        group.start_soon(anyio.to_thread.run_sync, _gone)


async def _anyio_closed() -> Any:
    send, receive = anyio.create_memory_object_stream[int](1)
    await send.aclose()
    await send.send(4)


async def _trio_bug() -> Any:
    async with trio.open_nursery() as nursery:
        nursery.start_soon(trio.sleep, "soon")
        nursery.start_soon(trio.sleep, 0)


async def _trio_lock() -> Any:
    trio.Lock().release()


def _gevent_forever() -> Any:
    return gevent.event.AsyncResult().get(timeout=0.02)


add("anyio", "deadline", Means("network", True, (503, 504), "medium"), _anyio_late,
    note="a deadline of ours around what did not answer; a TimeoutError is taken for silence")
add("anyio", "group_of_refused", LINK, _anyio_group)
add("anyio", "send_after_close", OUR_BUG, _anyio_closed)
add("trio", "group_of_bugs", OUR_BUG, lambda: trio.run(_trio_bug))
add("trio", "lock_of_nobody", OUR_BUG, lambda: trio.run(_trio_lock))
add("gevent", "result_late", Means("network", True, (503, 504), "medium"), _gevent_forever, note="as a TimeoutError")


# --- templates, languages, tasks ----------------------------------------------------------------------------------------
def _jinja(text: str, **values: Any) -> Callable[[], Any]:
    return lambda: jinja2.Environment(undefined=jinja2.StrictUndefined).from_string(text).render(values)


_TASKS = celery.Celery("shop", broker="memory://", backend="cache+memory://")


@_TASKS.task(name="shop.charge", bind=True)
def _charge(self: Any) -> None:
    raise KeyError("iban")


def _result_of_failed() -> Any:
    _TASKS.conf.task_always_eager = True
    try:
        return _charge.delay().get()
    finally:
        _TASKS.conf.task_always_eager = False


def _revoked() -> Any:
    raise celery.exceptions.TaskRevokedError("terminated")


add("Jinja2", "macro_arguments", OUR_BUG, _jinja("{% macro a(x) %}{% endmacro %}{{ a(1, 2, 3) }}"))
add("Jinja2", "division", OUR_BUG, _jinja("{{ total / count }}", total=4, count=0))
add("Jinja2", "parent_missing", OUR_SETTINGS, lambda: jinja2.Environment(loader=jinja2.DictLoader(
    {"page": "{% extends 'base.html' %}"})).get_template("page").render())
add("Jinja2", "include_of_itself", OUR_BUG, lambda: jinja2.Environment(loader=jinja2.DictLoader(
    {"a": "{% include 'a' %}"})).get_template("a").render())
add("Mako", "lookup_missing", OUR_SETTINGS, lambda: mako.lookup.TemplateLookup(["/no/such"]).get_template("mail.txt"))
add("Mako", "control_not_closed", OUR_SETTINGS, lambda: mako.template.Template("% if a:\n x\n"))
add("Babel", "number_of_a_client", INVALID, lambda: babel.numbers.parse_decimal("12,x", locale="de_DE"))
add("Babel", "zone_unknown", INVALID, lambda: babel.dates.get_timezone("Mars/Base"))
add("Babel", "format_type_unknown", OUR_BUG, lambda: babel.numbers.format_currency(1, "EUR", format_type="none"))
add("celery", "result_of_a_bug", OUR_BUG, _result_of_failed)
add("celery", "revoked", Means("system", False, (409, 500, 503), "medium"), _revoked, made="needs a worker that revokes",
    note="somebody ended the task; business_logic is defensible")
add("celery", "serializer_unknown", OUR_BUG, lambda: _charge.apply_async(serializer="xmls"),
    note="a name in the code; configuration is defensible")
