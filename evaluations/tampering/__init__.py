"""Whether verification sees what is done to an audit trail: a small trail, many ways to tamper with it, one judge."""

from __future__ import annotations

__all__: list[str] = []
