"""The audit trail: encrypted, tamper-evident, durable, searchable.

Records become *entries*, chained in the *lane* of the process that writes them, and stretches of lanes are *sealed* by
signed statements. `writer` writes them, `opening` finds the store that a URL names.
"""

from __future__ import annotations

__all__: list[str] = []
