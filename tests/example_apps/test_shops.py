"""The four shops as real processes: what a client, the audit trail and an OpenTelemetry backend get to see."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from example_apps import demo

SECRETS = ("s3cr3t-and-fake", "wrong-and-fake", "analytical")
pytestmark = pytest.mark.xdist_group("shops")


@dataclass
class World:
    folder: Path
    upstream: str
    collector: str
    shops: dict[str, str]

    def spans(self, wanted: Callable[[dict[str, Any]], bool]) -> list[dict[str, Any]]:
        """All spans, once one of them is as wanted."""
        for _ in range(200):
            spans: list[dict[str, Any]] = httpx.get(f"{self.collector}/traces").json()
            if any(map(wanted, spans)):
                return spans
            time.sleep(0.05)
        return spans


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("shops")
    with ExitStack() as stack:
        yield World(*demo.start(stack, folder))


@pytest.fixture(params=list(demo.SHOPS))
def shop(request: pytest.FixtureRequest, world: World) -> str:
    return world.shops[request.param]


def test_the_catalogue_and_an_order(shop: str) -> None:
    assert {item["sku"] for item in httpx.get(f"{shop}/catalogue").json()} == {"tea", "cup", "pot"}
    reply = httpx.post(f"{shop}/orders", json={"sku": "tea", "quantity": 2})
    assert (reply.status_code, reply.json()["quantity"]) == (201, 2)
    assert httpx.get(f"{shop}/export").text.startswith("id,sku,quantity\n")
    assert httpx.post(f"{shop}/login", json={"user": "ada", "password": "analytical"}).json() == {"user": "ada"}
    assert httpx.post(f"{shop}/uploads", content=b"x" * 100).json() == {"size": 100}


def test_refusals_of_the_shop(shop: str) -> None:
    assert httpx.get(f"{shop}/catalogue/sugar").json()["detail"] == "There is no such product."
    sold_out = httpx.post(f"{shop}/orders", json={"sku": "pot", "quantity": 1}, headers={"Accept-Language": "de"})
    assert (sold_out.status_code, sold_out.json()["code"]) == (409, "OUT_OF_STOCK")
    assert sold_out.json()["detail"] == "So viele haben wir nicht."
    wrong = httpx.post(f"{shop}/login", json={"user": "ada", "password": SECRETS[1]})
    assert (wrong.status_code, wrong.headers["www-authenticate"]) == (401, 'Bearer realm="shop"')
    assert SECRETS[1] not in wrong.text
    big = httpx.post(f"{shop}/uploads", content=b"x" * 1_000_001)
    assert (big.status_code, big.json()["code"]) == (413, "FILE_UPLOAD_ERROR")
    bad = httpx.post(f"{shop}/orders", json={"sku": "tea", "quantity": 0})
    assert bad.status_code in (400, 422)
    assert [error["pointer"] for error in bad.json()["errors"]] == ["/quantity"]


def test_a_bug_is_one_problem_with_the_same_body_everywhere(world: World) -> None:
    bodies = set()
    for shop in world.shops.values():
        reply = httpx.get(f"{shop}/crash")
        assert reply.status_code == 500
        bodies.add(demo.without_ids(reply.text))
    assert len(bodies) == 1
    assert not any(secret in bodies.pop() for secret in SECRETS[:1])


@pytest.mark.parametrize("name", list(demo.SHOPS))
def test_a_retried_request_is_one_trace(world: World, name: str) -> None:
    key = f"trace-{name}"
    demo.script(
        world.upstream,
        {"path": "/quotes", "fault": "status", "status": 503, "count": 1, "key": key},
        {"path": "/quotes", "fault": "reset", "count": 1, "key": key},
        key=key,
    )
    trace = f"{abs(hash(name)):032x}"[-32:].replace("0" * 32, "1" * 32)
    headers = {"X-Test-Key": key, "traceparent": f"00-{trace}-00f067aa0ba902b7-01"}
    assert httpx.get(f"{world.shops[name]}/quotes/TEA", headers=headers, timeout=10).status_code == 200
    spans = world.spans(lambda s: s["trace_id"] == trace and s["kind"] == "server")
    family = [s for s in spans if s["trace_id"] == trace]
    servers = [s for s in family if s["kind"] == "server"]
    attempts = sorted((s for s in family if s["name"] == "failsoft.attempt"), key=lambda s: s["start"])
    assert len(servers) == 1
    assert servers[0]["parent_span_id"] == "00f067aa0ba902b7"
    assert servers[0]["status"] == "unset"
    assert [s["attributes"]["failsoft.attempt"] for s in attempts] == [2, 3]
    assert {s["parent_span_id"] for s in attempts} == {servers[0]["span_id"]}
    assert [s["status"] for s in attempts] == ["error", "unset"]
    assert not servers[0]["events"], "an error that was retried away is nobody's"


@pytest.mark.parametrize("name", list(demo.SHOPS))
def test_a_crash_is_on_the_server_span_and_its_secret_is_not(world: World, name: str) -> None:
    reply = httpx.get(f"{world.shops[name]}/crash")
    error_id = reply.headers["x-error-id"]
    spans = world.spans(lambda s: s["attributes"].get("failsoft.error.id") == error_id)
    (span,) = [s for s in spans if s["attributes"].get("failsoft.error.id") == error_id]
    assert span["kind"] == "server"
    assert span["trace_id"] == reply.json()["trace_id"]
    assert span["status"] == "error"
    attributes = span["attributes"]
    assert attributes["failsoft.error.code"] == "INTERNAL_ERROR"
    assert attributes["failsoft.error.category"] == "system"
    assert attributes["failsoft.endpoint"] == "GET /crash"
    assert attributes["error.type"]
    assert len([s for s in spans if s["trace_id"] == span["trace_id"] and s["kind"] == "server"]) == 1
    ours = [e for e in span["events"] if "[REDACTED:password]" in str(e["attributes"].get("exception.message"))]
    assert len(ours) == 1
    assert SECRETS[0] not in json.dumps(ours)


def test_every_failure_left_one_audit_record_that_only_the_key_opens(world: World) -> None:
    replies = [httpx.get(f"{shop}/crash") for shop in world.shops.values()]
    wanted = {reply.headers["x-error-id"] for reply in replies}
    found: list[dict[str, Any]] = []
    for _ in range(20):
        done = demo.failsoft(world.folder, "audit", "search", "--kind", "failure.handled", "--limit", "1000", "--json")
        found = json.loads(done.stdout or "[]")
        if wanted <= {one["error_id"] for one in found}:
            break
        time.sleep(0.2)
    for error_id in wanted:
        (one,) = [one for one in found if one["error_id"] == error_id]
        assert "[REDACTED:password]" in one["error"]["message"]
    files = b"".join(path.read_bytes() for path in world.folder.glob("failsoft-audit.db*") if path.is_file())
    for secret in SECRETS:
        assert secret.encode() not in files
        assert secret not in json.dumps(found)
    assert b"[REDACTED:password]" not in files
    verified = demo.failsoft(world.folder, "audit", "verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr
    assert "nothing was found" in verified.stdout


def test_the_demonstration_runs(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["demo", "--once"])
    demo.main()
    out = capsys.readouterr().out
    assert "bodies identical but for ids and time: True" in out
    assert len(re.findall(r"CIRCUIT_BREAKER_ERROR; Retry-After \d+; closed again", out)) == 4
    assert "failsoft.attempt" in out
    assert "trail: verified, nothing was found" in out
    assert "in clear on the disk: False" in out
    assert "Up and running" in out
