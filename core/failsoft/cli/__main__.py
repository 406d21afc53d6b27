"""`python -m failsoft.cli`: the same as the `failsoft` script."""

from __future__ import annotations

from failsoft.cli import main

__all__: list[str] = []

main()
