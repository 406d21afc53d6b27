"""What the place where an exception arose adds to what it is."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from pathlib import Path
from types import CodeType
from typing import Any

import pytest

from failsoft.errors.failure import Failure

Raised = Callable[..., Failure]


def as_if_in(path: str, raiser: Callable[[], Any]) -> Callable[[], Any]:
    """A function that calls another one as if it stood in a file elsewhere."""
    code: CodeType = compile("def call(raiser):\n    return raiser()\n", path, "exec")
    space: dict[str, Any] = {}
    exec(code, space)
    return lambda: space["call"](raiser)


def throw(error: BaseException) -> Callable[[], Any]:
    def run() -> None:
        raise error

    return run


LIB = "/srv/venv/lib/python3.12/site-packages"


@pytest.mark.parametrize("package", ["asyncpg", "redis", "pymongo", "aiokafka"])
@pytest.mark.parametrize("path", [f"{LIB}/", "C:\\venv\\Lib\\site-packages\\"])
def test_a_link_that_fails_under_a_driver_of_a_store_needs_somebody_to_act(
    raised: Raised, path: str, package: str
) -> None:
    place = f"{path}{package}/connect.py" if "/" in path else f"{path}{package}\\connect.py"
    failure = raised(as_if_in(place, throw(ConnectionRefusedError(111, "refused"))))
    assert (failure.category, failure.severity, failure.status) == ("network", "high", 503)
    assert failure.evidence[0].says == "errno 111, on the way to a store"


def test_a_timeout_under_a_driver_will_pass(raised: Raised) -> None:
    assert raised(as_if_in(f"{LIB}/asyncpg/connect.py", throw(TimeoutError()))).severity == "medium"


def test_a_package_of_the_application_that_is_called_like_a_driver_is_none(raised: Raised) -> None:
    assert raised(as_if_in("/srv/shop/redis/connect.py", throw(ConnectionRefusedError()))).severity == "medium"


def test_an_answer_of_a_peer_that_cannot_be_read_is_the_peers_nonsense(raised: Raised) -> None:
    failure = raised(as_if_in(f"{LIB}/httpx/_models.py", lambda: json.loads("<html>")))
    assert (failure.category, failure.status) == ("external_service", 502)
    own = raised(as_if_in("/srv/shop/views.py", lambda: json.loads("<html>")))
    assert (own.category, own.status) == ("validation", 400)


@pytest.mark.parametrize(
    "place", ["uvicorn/protocols/http/h11_impl.py", "gunicorn/http/wsgi.py", "waitress/channel.py"]
)
def test_a_pipe_that_breaks_under_a_server_is_the_client(raised: Raised, place: str) -> None:
    assert raised(as_if_in(f"{LIB}/{place}", throw(BrokenPipeError()))).disconnected
    assert not raised(as_if_in(f"{LIB}/{place}", throw(ConnectionRefusedError()))).disconnected


def test_a_pipe_that_breaks_far_above_a_server_is_not(raised: Raised) -> None:
    def deeper(depth: int) -> None:
        if depth:
            deeper(depth - 1)
        raise BrokenPipeError

    assert not raised(as_if_in(f"{LIB}/gunicorn/workers/sync.py", lambda: deeper(5))).disconnected


def test_a_key_error_elsewhere_is_no_missing_variable(raised: Raised) -> None:
    class Environment(dict[str, str]):
        def __getitem__(self, key: str) -> str:
            raise KeyError(key)

    assert raised(lambda: Environment()["x"]).category == "system"


@pytest.mark.parametrize(
    ("place", "error", "category", "status"),
    [
        ("decouple.py", ValueError("Invalid truth value: maybe"), "configuration", 500),
        ("django/apps/registry.py", LookupError("No installed app with label 'none'."), "configuration", 500),
        ("tornado/template.py", FileNotFoundError(2, "No such file", "none.html"), "configuration", 500),
        ("passlib/handlers/pbkdf2.py", ValueError("malformed pbkdf2_sha256 hash"), "data_integrity", 500),
        ("openpyxl/reader/excel.py", KeyError("no workbook"), "validation", 400),
    ],
)
def test_a_builtin_error_out_of_a_library_that_does_one_thing(
    raised: Raised, place: str, error: Exception, category: str, status: int
) -> None:
    failure = raised(as_if_in(f"{LIB}/{place}", throw(error)))
    assert (failure.category, failure.status) == (category, status)


@pytest.mark.parametrize("function", ["process_response", "parse_response", "setup", "load_config"])
def test_a_builtin_error_of_the_application_that_a_library_called_back_is_its_own(
    raised: Raised, function: str
) -> None:
    def view() -> None:
        raise RuntimeError("oops")

    space: dict[str, Any] = {}
    exec(compile(f"def {function}(call):\n    call()\n", f"{LIB}/flask/app.py", "exec"), space)
    failure = raised(lambda: space[function](view))
    assert (failure.category, failure.status) == ("system", 500)


def test_a_builtin_error_above_such_a_library_is_the_applications(raised: Raised) -> None:
    def view() -> None:
        as_if_in(f"{LIB}/decouple.py", lambda: None)()
        raise ValueError("bug")

    assert raised(view).category == "system"


def test_a_socket_that_is_not_there_refuses(raised: Raised, tmp_path: Path) -> None:
    def connect() -> None:
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(tmp_path / "none.sock"))

    failure = raised(connect)
    assert (failure.category, failure.status, failure.transient) == ("network", 503, True)


def test_a_file_of_a_file_system_over_a_network_is_what_it_was_raised_from(raised: Raised) -> None:
    def read() -> None:
        try:
            raise ConnectionResetError(104, "reset")
        except ConnectionResetError as error:
            raise FileNotFoundError("bucket/key") from error

    assert raised(read).category == "network"
    assert raised(throw(FileNotFoundError("bucket/key"))).category == "system"


def named_place(path: str, function: str, error: BaseException) -> Callable[[], Any]:
    """A function of a name in a file elsewhere, which raises."""
    code: CodeType = compile(f"def {function}(error):\n    raise error\n", path, "exec")
    space: dict[str, Any] = {}
    exec(code, space)
    return lambda: space[function](error)


@pytest.mark.parametrize("kind", [ValueError, KeyError, LookupError])
def test_what_a_library_raises_that_reads_data_is_about_what_a_client_sent(
    raised: Raised, kind: type[Exception]
) -> None:
    failure = raised(named_place(f"{LIB}/ulid/__init__.py", "from_str", kind("no")))
    assert (failure.category, failure.status) == ("validation", 400)
    assert raised(named_place(f"{LIB}/ulid/__init__.py", "describe", kind("no"))).category == "system"
    assert raised(named_place(f"{LIB}/sortedcontainers/x.py", "from_str", kind("no"))).category == "system"
    assert raised(named_place("/srv/shop/ulid/views.py", "from_str", kind("no"))).category == "system"


def test_what_a_library_of_tokens_cannot_read_proves_nobody(raised: Raised) -> None:
    failure = raised(named_place(f"{LIB}/jwcrypto/jwt.py", "deserialize", ValueError("no")))
    assert (failure.category, failure.status) == ("authentication", 401)


def test_a_line_that_ends_in_a_client_is_the_link(raised: Raised) -> None:
    failure = raised(as_if_in(f"{LIB}/rpyc/core/stream.py", throw(EOFError("closed"))))
    assert (failure.category, failure.severity, failure.transient) == ("network", "medium", True)
    store = raised(as_if_in(f"{LIB}/clickhouse_driver/reader.py", throw(EOFError("closed"))))
    assert (store.category, store.severity) == ("network", "high")
    assert raised(as_if_in("/srv/shop/views.py", throw(EOFError("closed")))).category == "system"


def test_a_file_of_our_own_that_cannot_be_read_is_no_input(raised: Raised) -> None:
    failure = raised(as_if_in(f"{LIB}/tinydb/storages.py", lambda: json.loads("{")))
    assert (failure.category, failure.status) == ("data_integrity", 500)


def test_what_sets_up_an_extension_finds_settings_missing(raised: Raised) -> None:
    failure = raised(named_place(f"{LIB}/flask_thing/extension.py", "init_app", RuntimeError("THING_URL must be set")))
    assert failure.category == "configuration"


@pytest.mark.parametrize("path", ["codec/msgpack/_unpacker.pyx", "msgpack/_unpacker.pyx"])
def test_a_compiled_module_is_known_by_the_folder_of_its_source(raised: Raised, path: str) -> None:
    code = compile("def unpackb():\n    raise ValueError('3 exceeds max_array_len(2)')\n", path, "exec")
    space: dict[str, Any] = {}
    exec(code, space)
    failure = raised(space["unpackb"])
    assert (failure.category, failure.status) == ("validation", 400)


def test_a_file_of_settings_that_python_imports_is_missing(raised: Raised) -> None:
    source = (
        "import importlib.util\n"
        "def load_config():\n"
        "    spec = importlib.util.spec_from_file_location('none', '/no/such/file.py')\n"
        "    spec.loader.exec_module(importlib.util.module_from_spec(spec))\n"
    )
    space: dict[str, Any] = {}
    exec(compile(source, f"{LIB}/zephyr/config.py", "exec"), space)
    failure = raised(space["load_config"])
    assert (failure.type, failure.category, failure.status) == ("FileNotFoundError", "configuration", 500)


def test_what_a_library_of_images_cannot_read_a_client_sent_unless_the_system_says_so(raised: Raised) -> None:
    source = "def read(error):\n    raise error\n"
    space: dict[str, Any] = {}
    exec(compile(source, f"{LIB}/PIL/ImageFile.py", "exec"), space)
    cut = raised(lambda: space["read"](OSError("Truncated File Read")))
    assert (cut.category, cut.status) == ("validation", 400)
    broken = raised(lambda: space["read"](OSError(5, "Input/output error")))
    assert broken.status == 500


@pytest.mark.parametrize(
    ("place", "category"),
    [
        ("aiohttp/web_request.py", "validation"),
        ("aiohttp/client_reqrep.py", "external_service"),
        ("tornado/web.py", "validation"),
        ("websockets/sync/server.py", "validation"),
    ],
)
def test_the_half_of_a_client_that_serves_reads_what_its_client_sent(raised: Raised, place: str, category: str) -> None:
    assert raised(as_if_in(f"{LIB}/{place}", lambda: json.loads("{"))).category == category
