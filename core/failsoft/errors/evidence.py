"""The voices that were not followed: what else could have been said of an exception, for those who ask."""

from __future__ import annotations

from failsoft.errors.catalogue import find_label
from failsoft.errors.conventions import convention_of_name
from failsoft.errors.failure import Evidence
from failsoft.errors.names import guess_by_name
from failsoft.errors.packages import is_third_party
from failsoft.errors.patterns import guess_by_message

__all__ = ["CATALOGUED", "GUESSED", "NAMED", "TOLD", "voices_of"]

CATALOGUED = 0.9
"""Confidence of the catalogue in a class that it names."""
NAMED = 0.6
"""Confidence of the name of an application's class."""
GUESSED = 0.5
"""Confidence of words of a message."""
TOLD = 0.55
"""Confidence of words that name a status of a peer, or how a link failed."""


def voices_of(path: str, message: str) -> list[Evidence]:
    """What is said of an exception by the name of its class and the words of its text, each source once.

    Parameters:
        path: qualified name of the class, `builtins` left out.
        message: the text, not sanitized; nothing of it but known words is given back.
    """
    module, _, name = path.rpartition(".")
    name = name or path
    module = module or "builtins"
    found: list[Evidence] = []
    if (label := find_label(module, name)) is not None:
        found.append(Evidence("catalogue", path, label.category, CATALOGUED))
    if is_third_party(module):
        if (said := convention_of_name(name, module)) is not None:
            found.append(Evidence("convention", f"{path}: {said.says}", said.label.category, said.confidence))
    elif label is None and (guess := guess_by_name(name)) is not None:
        found.append(Evidence("name", guess[1], guess[0].category, NAMED))
    if (guess := guess_by_message(message)) is not None:
        found.append(Evidence("pattern", guess[1], guess[0].category, GUESSED))
    return found
