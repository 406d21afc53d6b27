"""The test project in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

HERE = Path(__file__).parents[1]


def manage(*args: str, **environ: str) -> subprocess.CompletedProcess[str]:
    code = "import sys; from django.core.management import execute_from_command_line as run; run(sys.argv)"
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "project.settings", **environ}
    env["PYTHONPATH"] = os.pathsep.join([str(HERE), env.get("PYTHONPATH", "")])
    return subprocess.run(
        [sys.executable, "-c", code, *args], env=env, capture_output=True, text=True, timeout=60, check=False
    )


def run(script: str, **environ: str) -> str:
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "project.settings", **environ}
    env["PYTHONPATH"] = os.pathsep.join([str(HERE), str(HERE.parent), env.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)],
        env=env,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip().splitlines()[-1]
