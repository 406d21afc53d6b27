"""gRPC and remote shells, against servers on loopback."""

from __future__ import annotations

import io
import socket
import threading
from concurrent import futures
from typing import Any

import asyncssh
import fabric
import grpc
import paramiko

from evaluations.classifier.cases import case
from evaluations.classifier.raisers.scaffold_http import (
    DOWN,
    FAILED,
    REFUSED_US,
    THROTTLED,
    Answer,
    Means,
    add,
    free_port,
    serving,
)


# --- gRPC ------------------------------------------------------------------------------------------------------------
def _grpc_of(code: grpc.StatusCode, details: str = "said so") -> None:
    class Handler(grpc.GenericRpcHandler):
        def service(self, handler_call_details: Any) -> Any:
            return grpc.unary_unary_rpc_method_handler(lambda request, context: context.abort(code, details))

    server = grpc.server(futures.ThreadPoolExecutor(1))
    server.add_generic_rpc_handlers((Handler(),))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            channel.unary_unary("/shop.Orders/Get")(b"", timeout=2)
    finally:
        server.stop(None)


for _code, _means in (
    (grpc.StatusCode.UNAVAILABLE, DOWN),
    (grpc.StatusCode.RESOURCE_EXHAUSTED, THROTTLED),
    (grpc.StatusCode.UNAUTHENTICATED, REFUSED_US),
    (grpc.StatusCode.PERMISSION_DENIED, REFUSED_US),
    (grpc.StatusCode.INTERNAL, FAILED),
    (grpc.StatusCode.UNKNOWN, FAILED),
    (grpc.StatusCode.NOT_FOUND, FAILED),
    (grpc.StatusCode.INVALID_ARGUMENT, FAILED),
    (grpc.StatusCode.ALREADY_EXISTS, FAILED),
    (grpc.StatusCode.UNIMPLEMENTED, FAILED),
    (grpc.StatusCode.ABORTED, Means("concurrency", True, (409, 503), "medium")),
):
    add("grpcio", f"code_{_code.name.lower()}", _means, lambda code=_code: _grpc_of(code))  # type: ignore[misc]


@case("grpcio", "network", transient=True, status=(502, 503), severity="medium")
def grpc_refused() -> None:
    with grpc.insecure_channel(f"127.0.0.1:{free_port()}") as channel:
        channel.unary_unary("/shop.Orders/Get")(b"", timeout=1)


@case("grpcio", "network", transient=True, status=504, severity="medium")
def grpc_silent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        with grpc.insecure_channel(f"127.0.0.1:{listener.getsockname()[1]}") as channel:
            channel.unary_unary("/shop.Orders/Get")(b"", timeout=0.3)


# --- shells ----------------------------------------------------------------------------------------------------------
class _Closed(paramiko.ServerInterface):
    def check_auth_password(self, username: str, password: str) -> int:
        return paramiko.AUTH_FAILED

    def get_allowed_auths(self, username: str) -> str:
        return "password"


def _ssh_server() -> int:
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        try:
            connection, _ = listener.accept()
            transport = paramiko.Transport(connection)
            transport.add_server_key(paramiko.ECDSAKey.generate())
            transport.start_server(server=_Closed())
            transport.join(1.5)
            transport.close()
        except Exception:
            pass
        finally:
            listener.close()

    threading.Thread(target=serve, daemon=True).start()
    return int(listener.getsockname()[1])


def _connect(port: int, **options: Any) -> None:
    client = paramiko.SSHClient()
    client.set_missing_host_key_policy(options.pop("policy", paramiko.AutoAddPolicy()))
    try:
        client.connect("127.0.0.1", port, "shop", "wrong", allow_agent=False, look_for_keys=False, timeout=1, **options)
    finally:
        client.close()


@case("paramiko", "authentication", transient=False, status=502, severity="high")
def ssh_password_refused() -> None:
    _connect(_ssh_server())


@case("paramiko", "network", transient=True, status=(502, 503), severity="medium")
def ssh_refused() -> None:
    _connect(free_port())


@case("paramiko", "network", transient=False, status=(502, 503), severity="high", note="an unknown host key: no trust")
def ssh_host_unknown() -> None:
    _connect(_ssh_server(), policy=paramiko.RejectPolicy())


@case("paramiko", "network", transient=True, status=504, severity="medium", note="the banner never came: a silent peer")
def ssh_silent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        _connect(listener.getsockname()[1], banner_timeout=0.3)


@case("paramiko", "configuration", transient=False, status=500, severity="high")
def ssh_key_file_malformed() -> None:
    paramiko.RSAKey.from_private_key(io.StringIO("not a key"))


@case("paramiko", "configuration", transient=False, status=500, severity="high")
def ssh_key_needs_passphrase() -> None:
    text = io.StringIO()
    paramiko.RSAKey.generate(1024).write_private_key(text, password="secret-of-a-test")
    paramiko.RSAKey.from_private_key(io.StringIO(text.getvalue()))


@case("fabric", "network", transient=True, status=(502, 503), severity="medium")
def fabric_refused() -> None:
    fabric.Connection("127.0.0.1", port=free_port(), connect_timeout=1).run("true", hide=True)


@case("asyncssh", "network", transient=True, status=(502, 503), severity="medium")
async def asyncssh_refused() -> None:
    await asyncssh.connect("127.0.0.1", free_port(), known_hosts=None)


@case("asyncssh", "authentication", transient=False, status=502, severity="high")
async def asyncssh_password_refused() -> None:
    await asyncssh.connect(
        "127.0.0.1", _ssh_server(), username="shop", password="wrong", known_hosts=None, client_keys=None
    )


@case("asyncssh", "network", transient=False, status=(502, 503), severity="high")
async def asyncssh_host_unknown() -> None:
    await asyncssh.connect("127.0.0.1", _ssh_server(), known_hosts=b"", username="shop")


@case("asyncssh", "configuration", transient=False, status=500, severity="high")
def asyncssh_key_malformed() -> None:
    asyncssh.import_private_key("garbage")


@case("asyncssh", "network", transient=True, status=(502, 503), severity="medium")
async def asyncssh_lost() -> None:
    with serving(Answer(how="reset")) as url:
        await asyncssh.connect("127.0.0.1", int(url.rpartition(":")[2]), known_hosts=None, login_timeout=1)
