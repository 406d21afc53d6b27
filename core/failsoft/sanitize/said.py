"""Phrases with which validators say what is wrong with a value: no value themselves, whatever the field is called."""

from __future__ import annotations

from failsoft.deferred import as_pattern
from failsoft.sanitize.rules import word_set

__all__ = ["is_complaint"]

_PHRASE = as_pattern(r"[A-Za-z'’-]+(?:[ ,]{1,2}(?:[A-Za-z'’-]+|\d{1,4}|\([\w ]{1,24}\))){1,24}[.!]?")
# with which such a phrase opens
_OPENERS = word_set(
    "a an any array arrays at bool boolean bytes cannot characters choose could data date datetime decimal dict does "
    "either empty ensure enter expected extra field fields float has illegal incorrect input insufficient int integer "
    "invalid is it item items key keys less length list longer may min minimum max maximum missing more must needs no "
    "none not null number object one only option options please property provide required select shorter should "
    "str string that the this too unallowed undefined unexpected unknown unsupported value values"
)
# without one of which it complains of nothing
_TELLING = word_set(
    "accepted allowed array between bigger blank boolean bytes character characters choice choices choose digits "
    "duplicate element elements empty exactly exceed exist expected field fields forbidden format greater integer "
    "invalid key keys least length less letter letters list longer many mapping match missing most must null "
    "number numbers object option optional options permitted property provide provided range recognized required "
    "select short shorter string supported tuple type types unique valid value values"
)


def is_complaint(text: str) -> bool:
    """Whether a text is such a phrase from its first word to its last: `Unknown field.`, `must not be blank`."""
    if _PHRASE.fullmatch(text) is None:
        return False
    words = [word.strip(".!,()").lower() for word in text.split()]
    return words[0] in _OPENERS and not _TELLING.isdisjoint(words)
