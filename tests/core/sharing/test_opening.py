"""What `[state]` may say, and what is wrong with it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

import failsoft
from failsoft.settings import Settings, State
from failsoft.settings.restart import needs_restart
from failsoft.stores.on_redis import RedisStore
from failsoft.stores.on_sqlite import SqliteStore
from failsoft.stores.opening import open_store


def faults(state: dict[str, Any]) -> list[str]:
    with pytest.raises(failsoft.SettingsError) as caught:
        failsoft.Failsoft({"state": state})
    return [str(fault) for fault in caught.value.faults]


def test_nothing_is_shared_unless_a_store_is_named() -> None:
    with failsoft.Failsoft() as fs, failsoft.Failsoft({"state": {"url": "memory://"}}) as other:
        assert fs._parts.beat is None
        assert other._parts.beat is None


@pytest.mark.parametrize(
    "url", ["redis://h", "rediss://u:p@h:1/2", "unix:///run/redis.sock?db=1", "redis://:a%2Fb@h", "redis:///3"]
)
def test_a_redis_is_opened_by_its_url(url: str) -> None:
    assert isinstance(open_store(url), RedisStore)


def test_a_relative_file_counts_from_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    store = open_store("sqlite:///state.db")
    monkeypatch.chdir("/")
    assert isinstance(store, SqliteStore)
    store.check()
    assert (tmp_path / "state.db").exists()


def test_a_secret_names_a_url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "url").write_text("redis://:s3cr3t-and-fake@h/0\n")
    monkeypatch.setenv("TEST_STATE_URL", "redis://h")
    assert isinstance(open_store(f"file:{tmp_path / 'url'}"), RedisStore)
    assert isinstance(open_store("env:TEST_STATE_URL"), RedisStore)


@pytest.mark.parametrize(
    "url", ["postgresql://u:s3cr3t-and-fake@h/x", "sqlite:///:memory:", "sqlite:x.db", "memory", "redis:h", "", 7]
)
def test_a_url_that_names_no_store_is_not_shown(url: Any) -> None:
    (said,) = faults({"url": url})
    assert said.startswith('state.url = [hidden]: expected "memory://", "sqlite:///FILE", "redis://HOST"')


def test_what_a_secret_holds_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_STATE_URL", "mysql://u:s3cr3t-and-fake@h/x")
    (said,) = faults({"url": "env:TEST_STATE_URL"})
    assert said.startswith('state.url: expected "memory://"')
    assert "s3cr3t" not in said


def test_a_secret_that_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("TEST_STATE_URL", raising=False)
    assert faults({"url": "env:TEST_STATE_URL"})[0].startswith(
        "state.url: expected a secret in 'env:TEST_STATE_URL': there is nothing"
    )
    assert "No such file or directory" in faults({"url": f"file:{tmp_path / 'none'}"})[0]


def test_a_url_that_the_client_cannot_read_is_said_without_it() -> None:
    (said,) = faults({"url": "redis://:s3cr3t-and-fake@h:port/0"})
    assert said.startswith("state.url: not a URL that the Redis client can read (ValueError)")


@pytest.mark.parametrize(
    "url",
    [
        "redis://h/primary",
        "redis://:s3cr3t/and@fake@h:1/0",
        "redis://:s3cr3t?and-fake@h/0",
        "rediss://:s3cr3t#and-fake@h",
        "redis://h/0#1",
    ],
)
def test_a_url_that_would_be_taken_for_another_is_refused(url: str) -> None:
    (said,) = faults({"url": url})
    assert said.startswith("state.url: expected a number as the database, and in a password %2F")
    assert "s3cr3t" not in said


@pytest.mark.parametrize("url", ["redis://a..b/0", "redis://h?speed=high", "rediss://h?ssl_cert_reqs=maybe"])
def test_what_no_connection_could_be_made_by_is_found_at_start(url: str) -> None:
    (said,) = faults({"url": url})
    assert said.startswith("state.url: not a URL that the Redis client can read (")


def test_a_query_changes_nothing_that_is_relied_on() -> None:
    store = open_store("redis://h?socket_timeout=30&decode_responses=true&health_check_interval=9&client_name=shop")
    assert isinstance(store, RedisStore)
    for pool in (store.client.connection_pool, store.amake().connection_pool):
        said = pool.connection_kwargs
        assert (said["socket_timeout"], said["decode_responses"], said["health_check_interval"]) == (1.0, False, 0)
        assert said["client_name"] == "shop"


def test_without_the_package_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "redis", None)
    (said,) = faults({"url": "redis://h"})
    assert said.startswith("state.url: needs the package redis: install failsoft[redis]")


def test_a_required_file_that_cannot_be_written_keeps_the_app_from_starting(tmp_path: Path) -> None:
    (said,) = faults({"url": f"sqlite:///{tmp_path / 'none/state.db'}", "required": True})
    assert said.startswith("state.url: the store cannot be used: FileNotFoundError")


def test_what_is_required_and_shared_by_nobody_is_refused() -> None:
    (said,) = faults({"required": True})
    assert said.startswith('state.required = true: expected a url: workers share nothing by "memory://"')


def test_who_prints_the_settings_prints_no_password() -> None:
    settings = Settings(state=State(url="redis://:s3cr3t-and-fake@h/0"))
    assert "s3cr3t" not in repr(settings)
    assert "State(url='redis:…'" in repr(settings)


def test_an_age_is_at_least_a_second() -> None:
    assert faults({"max_age": "10ms"}) == ["state.max_age = 10ms: expected at least 1 second [settings]"]
    assert State(max_age="1s").max_age == 1.0  # type: ignore[arg-type]


def test_another_store_takes_a_restart() -> None:
    old, new = Settings(), Settings(state=State(url="sqlite:///x.db"))
    (fault,) = needs_restart(old, new, frozenset())
    assert str(fault).startswith("state.url: changed: takes effect with a restart only")
