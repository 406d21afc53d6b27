"""An HTTP service that fails by script: what the example shops, the demo and the contract tests depend on.

`async with serve(script) as upstream` runs it in this event loop, `with in_thread(serve(script)) as upstream` beside
synchronous code, `python -m example_apps.flaky_upstream` as a process; each tells the `url`, all else goes over HTTP.
"""

from __future__ import annotations

from example_apps.flaky_upstream.script import Script, Step
from example_apps.flaky_upstream.server import Upstream, in_thread, serve

__all__ = ["Script", "Step", "Upstream", "in_thread", "serve"]
