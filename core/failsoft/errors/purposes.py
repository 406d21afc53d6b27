"""What a function of the application reads, by its name: whoever wrote `load_settings` knew what it is for.

A parser says that it cannot read something, and by itself that is what a client sent. The name of the function that
asked it tells otherwise of settings, of what was stored, and of a peer's answer.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from failsoft.deferred import as_pattern
from failsoft.errors.catalogue import labels as is_
from failsoft.errors.catalogue.labels import Label
from failsoft.errors.failure import Frame
from failsoft.errors.files import is_application

__all__ = ["purpose_of"]

_READS = r"(?:\A|_)(?:load|read|parse|decode|open|restore|unpack|deseriali[sz]e)_(?:\w+_)?"
_PURPOSES: tuple[tuple[Label, str, re.Pattern[str]], ...] = (
    (is_.MISCONFIGURED, "settings", as_pattern(rf"{_READS}(?:config|configuration|settings|secrets|environment)\Z")),
    (
        is_.CONTRADICTION,
        "what was stored",
        as_pattern(rf"{_READS}(?:cache|cached|cache_entry|snapshot|checkpoint|stored|session_data)\Z|_from_cache\Z"),
    ),
    (
        is_.UPSTREAM_FAILED,
        "a peer's answer",
        as_pattern(r"(?:\A|_)(?:parse|read|decode|unpack)_(?:\w+_)?(?:response|reply)\Z"),
    ),
)


def purpose_of(frames: Sequence[Frame]) -> tuple[Label, str] | None:
    """What the innermost function of the application was reading, if its name tells.

    Parameters:
        frames: of the exception, outermost call first.
    """
    for file, _, function in reversed(frames):
        if is_application(file):
            name = function.rpartition(".")[2]
            return next(((label, f"{what}, by {name}") for label, what, words in _PURPOSES if words.search(name)), None)
    return None
