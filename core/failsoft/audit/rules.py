"""How to verify a trail."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from failsoft.audit.refusals import Refusal

if TYPE_CHECKING:
    from failsoft.audit.keys import KeyRing

__all__ = ["Rules"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """How to verify.

    Attributes:
        keys: check the link of every record; None: only signatures are checked, with public keys.
        allow_unsigned: what was written without keys is no fault.
        fields: see whether sealed fields open, too; needs the keys.
        since: microseconds since the Unix epoch; stretches that were sealed before are taken from their seals.
        tick: is told every thousand records how many more were read.
        refused: what the store has refused, by lane and number; asked only where something is not there.
    """

    keys: KeyRing | None = None
    allow_unsigned: bool = False
    fields: bool = False
    since: int | None = None
    tick: Callable[[int], None] = lambda _: None
    refused: Callable[[], Mapping[str, Mapping[int, Refusal]]] = dict
