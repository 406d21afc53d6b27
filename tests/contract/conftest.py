from __future__ import annotations

from collections.abc import Iterator

import pytest

from contract.servers import NAMES, Server, start, stop

_running: dict[str, Server] = {}
_failed: dict[str, str] = {}


def running(name: str) -> Server:
    """The server of this name, started when it is first wanted."""
    if name in _failed:
        pytest.fail(_failed[name], pytrace=False)
    if name not in _running:
        try:
            _running[name] = start(name)
        except RuntimeError as error:
            _failed[name] = str(error)
            raise
    return _running[name]


@pytest.fixture(scope="session", autouse=True)
def _shut_down() -> Iterator[None]:
    yield
    for server in _running.values():
        stop(server)
    _running.clear()


@pytest.fixture(params=NAMES)
def server(request: pytest.FixtureRequest) -> Server:
    """Each of the five in turn."""
    return running(request.param)


@pytest.fixture
def servers() -> dict[str, Server]:
    """All five."""
    return {name: running(name) for name in NAMES}
