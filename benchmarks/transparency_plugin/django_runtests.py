"""Django's own `runtests.py`, with Failsoft switched in before it starts. To be run in its folder."""

from __future__ import annotations

import os
import runpy
import sys

import failsoft_everywhere  # noqa: F401 - switches in as it is imported

sys.path.insert(0, os.getcwd())
sys.argv[0] = "runtests.py"
runpy.run_path("runtests.py", run_name="__main__")
