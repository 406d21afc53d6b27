"""Settings that change while a Django project serves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.urls import path
from project.flaky import MODES, Flaky, ask

POLICY = "[policies.p.retry]\nmax_attempts = 3\nbase_delay = 0\n"


class Seldom(Flaky):
    """Fails twice of three times."""

    def view(self, request: Any) -> Any:
        if self.calls == 3:
            self.calls = 0
        return super().view(request)


@MODES
def test_an_endpoint_that_is_protected_later_is_protected(app: Any, mode: str, tmp_path: Path) -> None:
    file, flaky = tmp_path / "failsoft.toml", Seldom()
    file.write_text(POLICY)
    made = app([path("x", flaky.view), path("y", flaky.view)], failsoft=str(file))
    by_match = '[[endpoints]]\nmatch = "GET /x"\npolicy = "p"\n'
    by_view = f'[[endpoints]]\nview = "{Seldom.view.__module__}.{Seldom.view.__qualname__}"\npolicy = "p"\n'
    for text, statuses in (
        (POLICY, [503, 503, 200]),
        (POLICY + by_match, [200] * 3),
        (POLICY, [503, 503, 200]),
        (POLICY + by_view, [200] * 3),
    ):
        file.write_text(text)
        assert made.fs.reload() == ()
        found = [ask(made, mode).status_code for _ in range(3)]
        assert [status == 200 for status in found] == [status == 200 for status in statuses]
