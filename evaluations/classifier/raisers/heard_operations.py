"""Operations and resilience: containers, shells, remote calls, mail, breakers, limits, loops, templates, tasks."""

from __future__ import annotations

from collections.abc import Callable
from concurrent import futures
from typing import Any

import aiosmtplib
import docker
import fabric
import grpc
import kubernetes.client
import kubernetes.config
import paramiko
import zeep

from evaluations.classifier.raisers._peers import listening, saying, silence
from evaluations.classifier.raisers.scaffold_http import (
    DOWN,
    FAILED,
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


# --- Docker, Kubernetes -----------------------------------------------------------------------------------------------
def _docker(url: str) -> docker.DockerClient:
    return docker.DockerClient(base_url=url.replace("http", "tcp"), version="1.43", timeout=1)


add_answers(
    "docker",
    lambda url: _docker(url).images.pull("shop/web", "9"),
    {
        "image_missing": (FAILED, Answer(404, {"message": "manifest for shop/web:9 not found: manifest unknown"})),
        "registry_limit": (
            THROTTLED,
            Answer(429, {"message": "toomanyrequests: You have reached your pull rate limit."}),
        ),
    },
)
add_answers(
    "docker",
    lambda url: _docker(url).volumes.create("data"),
    {
        "disk_of_daemon_full": (FAILED, Answer(500, {"message": "mkdir /var/lib/docker: no space left on device"})),
    },
)
add("docker", "daemon_silent", SILENT, lambda: _served(Answer(how="hang"), lambda url: _docker(url).ping()))
add(
    "docker",
    "address_malformed",
    OUR_BUG,
    lambda: docker.DockerClient(base_url="gopher://x", version="1.43"),
    note="an address that is malformed; configuration is defensible",
)
add(
    "docker",
    "build_without_a_path",
    OUR_BUG,
    lambda: docker.DockerClient(base_url=_dead().replace("http", "tcp"), version="1.43").images.build(),
)


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


add_answers(
    "kubernetes",
    _scale,
    {
        "quota_of_namespace": (
            QUOTA,
            _status(403, "Forbidden", "pods is forbidden: exceeded quota: small, requested: cpu=1"),
        ),
        "edited_meanwhile": (
            Means("concurrency", False, (409, 502, 503), "low"),
            _status(409, "Conflict", "the object has been modified; please apply your changes to the latest version"),
        ),
        "etcd_leader": (
            Means("external_service", True, (502, 503, 504), "medium"),
            _status(504, "Timeout", "etcdserver: request timed out"),
        ),
    },
)
add(
    "kubernetes",
    "context_unknown",
    OUR_SETTINGS,
    lambda: kubernetes.config.load_kube_config_from_dict(
        {"clusters": [], "users": [], "contexts": [{"name": "a", "context": {"cluster": "c", "user": "u"}}]},
        context="b",
    ),
)
add("kubernetes", "name_left_out", OUR_BUG, lambda: kubernetes.client.CoreV1Api().read_namespaced_pod(None, "shop"))


# --- SSH --------------------------------------------------------------------------------------------------------------
def _ssh(talk: Callable[[Any], None], **more: Any) -> Any:
    with listening(talk) as port:
        client = paramiko.SSHClient()
        client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
        return client.connect(
            "127.0.0.1",
            port,
            "app",
            "no-password",
            look_for_keys=False,
            allow_agent=False,
            banner_timeout=0.5,
            timeout=1,
            **more,
        )


add("paramiko", "banner_never_comes", SILENT, lambda: _ssh(silence))
add(
    "paramiko",
    "key_file_missing",
    OUR_SETTINGS,
    lambda: paramiko.Ed25519Key.from_private_key_file("/no/such/id"),
    note="a file of the set-up that is not there",
)
add("paramiko", "not_connected", OUR_BUG, lambda: paramiko.SSHClient().exec_command("ls"))
add(
    "fabric", "banner_is_mail", FAILED, lambda: _fabric(saying(b"220 mail ESMTP\r\n")), note="the peer is no SSH server"
)
add("fabric", "host_left_out", OUR_BUG, lambda: fabric.Connection())


def _fabric(talk: Callable[[Any], None]) -> Any:
    with listening(talk) as port:
        options = {"password": "no-password", "banner_timeout": 0.5, "look_for_keys": False, "allow_agent": False}
        return fabric.Connection("127.0.0.1", "app", port, connect_timeout=1, connect_kwargs=options).open()


# --- gRPC, SOAP, mail -------------------------------------------------------------------------------------------------
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


add(
    "grpcio",
    "cancelled_by_the_server",
    FAILED,
    _grpc(grpc.StatusCode.CANCELLED, "shutting down"),
    note="cancelled by the peer; transient is defensible",
)
add("grpcio", "out_of_range", FAILED, _grpc(grpc.StatusCode.OUT_OF_RANGE, "page 9 of 3"))
add("grpcio", "serializer_fails", OUR_BUG, _grpc_serializer)
add("zeep", "wsdl_file_missing", OUR_SETTINGS, lambda: zeep.Client("/no/such/stock.wsdl"))
add(
    "zeep",
    "wsdl_is_a_page",
    FAILED,
    lambda: _served(Answer(200, "<html><br></html>", type="text/html"), lambda url: zeep.Client(f"{url}/?wsdl")),
)
add(
    "zeep",
    "wsdl_gone",
    FAILED,
    lambda: _served(Answer(404, "gone", type="text/plain"), lambda url: zeep.Client(f"{url}/?wsdl")),
    note="configuration is defensible",
)


async def _mail(greeting: bytes, **more: Any) -> Any:
    with listening(saying(greeting, at_once=True)) as port:
        return await aiosmtplib.send(
            "Subject: x\n\nx",
            sender="a@example.test",
            recipients=["b@example.test"],
            hostname="127.0.0.1",
            port=port,
            timeout=1,
            **more,
        )


async def _mail_without_connection() -> Any:
    return await aiosmtplib.SMTP(hostname="127.0.0.1", port=25).noop()


add("aiosmtplib", "closed_for_us", FAILED, lambda: _mail(b"554 no SMTP service here\r\n"))
add("aiosmtplib", "greeting_421", DOWN, lambda: _mail(b"421 too busy, come back later\r\n"))
add(
    "aiosmtplib",
    "never_connected",
    OUR_BUG,
    _mail_without_connection,
    note="SMTPServerDisconnected, but nobody connected",
)
add(
    "aiosmtplib",
    "both_kinds_of_tls",
    OUR_SETTINGS,
    lambda: _mail(b"220\r\n", use_tls=True, start_tls=True),
    note="a bug is defensible",
)
