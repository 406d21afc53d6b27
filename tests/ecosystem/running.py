"""Starts probes, each combination once for all tests of a process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

__all__ = ["FRAMEWORKS", "each", "probe"]

FRAMEWORKS = ("starlette", "fastapi", "django-wsgi", "django-asgi", "flask")
_TESTS = Path(__file__).parents[1]


def each(*names: str) -> Any:
    """Parametrize by framework, keeping the tests of one framework in one process, which has the results."""
    return pytest.mark.parametrize(
        "framework",
        [pytest.param(name, marks=pytest.mark.xdist_group(f"ecosystem {name}")) for name in names or FRAMEWORKS],
    )


def probe(framework: str, **options: Any) -> dict[str, Any]:
    """What happened to each path of an application; see `ecosystem.probe`."""
    result: dict[str, Any] = _run(json.dumps({"framework": framework, **options}, sort_keys=True))
    return result


@cache
def _run(wanted: str) -> Any:
    paths = [str(_TESTS), *filter(None, [os.environ.get("PYTHONPATH")])]
    env = {key: value for key, value in os.environ.items() if not key.startswith(("OTEL_", "SENTRY_", "FAILSOFT"))}
    command = [sys.executable, "-m", "ecosystem.probe", wanted]
    done = subprocess.run(
        command, env={**env, "PYTHONPATH": os.pathsep.join(paths)}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.fail(f"{wanted}:\n{done.stderr[-4000:]}", pytrace=False)
    return json.loads(done.stdout.splitlines()[-1])
