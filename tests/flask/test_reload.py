"""Settings that change while a Flask application serves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import failsoft
from flask import Flask

POLICY = "[policies.p.retry]\nmax_attempts = 3\nbase_delay = 0\n"


def test_an_endpoint_that_is_protected_later_is_protected(make: Any, tmp_path: Path) -> None:
    path, app, calls = tmp_path / "failsoft.toml", Flask("shop"), []

    @app.get("/quotes/<symbol>")
    def quote(symbol: str) -> str:
        calls.append(symbol)
        if len(calls) % 3:
            raise ConnectionResetError
        return "well"

    path.write_text(POLICY)
    site = make(app, str(path))
    table = '[[endpoints]]\nmatch = "GET /quotes/{symbol}"\npolicy = "p"\n'
    for text, statuses in ((POLICY, [503, 503, 200]), (POLICY + table, [200] * 3), (POLICY, [503, 503, 200])):
        path.write_text(text)
        assert site.fs.reload() == ()
        found = [site.ask("/quotes/ACME").status for _ in range(3)]
        assert [status == 200 for status in found] == [status == 200 for status in statuses]


def test_a_request_under_way_ends_by_the_policy_it_began_with(make: Any, tmp_path: Path) -> None:
    path, app, calls = tmp_path / "failsoft.toml", Flask("shop"), []

    @app.get("/x")
    @failsoft.protect(policy="p")
    def view() -> str:
        calls.append(1)
        path.write_text(POLICY.replace("3", "1"))
        assert site.fs.reload() == ()
        raise ConnectionResetError

    path.write_text(POLICY)
    site = make(app, str(path))
    site.ask("/x")
    assert len(calls) == 3
    site.ask("/x")
    assert len(calls) == 4
