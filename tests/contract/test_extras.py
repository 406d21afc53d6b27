"""What needs an extra says so in one line, and names it."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("absent", "statement", "said"),
    [
        ("django", "import failsoft_django", "failsoft_django needs Django: pip install 'failsoft[django]'"),
        ("django", "import failsoft_django.drf", "failsoft_django needs Django: pip install 'failsoft[django]'"),
        ("flask", "import failsoft_flask", "failsoft_flask needs Flask: pip install 'failsoft[flask]'"),
        ("werkzeug", "import failsoft_flask", "failsoft_flask needs Flask: pip install 'failsoft[flask]'"),
        (
            "starlette",
            "from failsoft_asgi import install",
            "failsoft_asgi.install needs Starlette: pip install 'failsoft[asgi]'",
        ),
    ],
)
def test_an_adapter_without_its_framework_names_the_extra(absent: str, statement: str, said: str) -> None:
    program = f"import sys; sys.modules[{absent!r}] = None; {statement}"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == f"ImportError: {said}"
    assert done.stderr.count("Traceback") == 1
