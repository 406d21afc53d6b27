"""What a class of the application says that carries an answer: by the status that it gives it, and by its name.

A base of errors often has a status, and so has what is made of a framework's exception. The status is kept; what failed
the name may say more exactly, or a code of the application's own.
"""

from __future__ import annotations

from enum import Enum

from failsoft.deferred import as_pattern
from failsoft.errors.capture import qualified_name
from failsoft.errors.catalogue import labels as is_
from failsoft.errors.catalogue.codes import label_of_upstream
from failsoft.errors.catalogue.labels import Label, code_of_status
from failsoft.errors.evidence import NAMED
from failsoft.errors.fleeting import note
from failsoft.errors.names import guess_by_name
from failsoft.errors.own_word import OwnWord, answer_at_hand, http_answer
from failsoft.errors.peers import status_of_peer
from failsoft.errors.reading import Reading, parse_retry_after
from failsoft.errors.taxonomy import Category

__all__ = ["answer_of_the_application", "named_answer", "said_by_code"]

_STATUS_NAMES = ("status_code", "http_status", "status", "code")
_CLEAR_STATUSES = frozenset({401, 402, 413, 415, 429})
_REFUSES = frozenset({"not allowed", "cannot", "blocked", "not possible", "only", "rule", "policy violation"})
_CODE_NAMES = ("code", "error_code", "err_code", "reason")
_CODE = as_pattern(r"[A-Za-z][A-Za-z0-9]*(?:[_.:-][A-Za-z0-9]+)+")
_LOUD_CODE = as_pattern(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")
_MAX_CODE = 60


def answer_of_the_application(cls: type) -> OwnWord:
    """How a class of the application speaks that may carry a status, as its base of errors often does.

    It is inferred, so the failure stays one that operators hear of. With the response or the request of a client, or
    with the very status of a peer's answer that it was raised from, it tells of a peer.
    """
    fixed = next((one for name in _STATUS_NAMES if (one := _status_in(cls, name)) is not None), None)
    always = any(hasattr(cls, name) for name in _STATUS_NAMES)
    named = guess_by_name(cls.__name__)

    def speak(exc: BaseException, now: float) -> Reading | None:
        if not always and not getattr(exc, "__dict__", None):
            return None
        if (given := answer_at_hand(exc, now)) is not None:
            given.explicit = False
            return given
        if getattr(exc, "response", None) is not None or getattr(exc, "request", None) is not None:
            return None
        status = next((one for name in _STATUS_NAMES[:3] if (one := _status_in(exc, name)) is not None), fixed)
        if status is None:
            return None
        cause = exc.__cause__
        if fixed is None and cause is not None:
            note()
            if status_of_peer(getattr(cause, "response", None), cause) == status:
                return None
        if fixed is None and named is not None and named[0] == is_.UPSTREAM_FAILED:
            return _of_a_peer(exc, now, status, named[1])
        reading = http_answer(exc, now, status)
        reading.more.pop("expected", None)
        reading.explicit = False
        said = named or said_by_code(exc)
        if said is not None and (said[0].status < 500) is (status < 500) and not _says_more(status, said):
            reading.label = said[0]._replace(status=status, code=code_of_status(status))
        return reading

    return speak


def _of_a_peer(exc: BaseException, now: float, status: int, says: str) -> Reading:
    """What a peer answered, where the class is named for what failed outside and its status is given each time."""
    name = qualified_name(type(exc))
    label = label_of_upstream(status) or is_.UPSTREAM_FAILED
    reading = Reading(label, "name", f"{says}, HTTP {status}", NAMED, name)
    wait = parse_retry_after(getattr(exc, "retry_after", None), now)
    if wait is not None and label.transient:
        reading.more["retry_after"] = wait
    return reading


_VAGUE_STATUSES = frozenset({400, 410, 422})
"""A rule is as often answered by one of these as by 409."""
_EDITS = (is_.EDIT_CONFLICT, is_.LOST_UPDATE)


def named_answer(word: OwnWord, cls: type) -> OwnWord:
    """How a class of the application speaks that is made of a framework's: that somebody else was there, or that a rule
    refuses, its name says where the status does not."""
    named = guess_by_name(cls.__name__)
    if named is None or not (named[0].category is Category.BUSINESS_LOGIC or named[0] in _EDITS):
        return word
    statuses = _VAGUE_STATUSES if named[0] not in _EDITS else frozenset({409})

    def speak(exc: BaseException, now: float) -> Reading | None:
        reading = word(exc, now)
        if reading is not None and (status := reading.label.status) in statuses and "errors" not in reading.more:
            reading.label = named[0]._replace(status=status, code=reading.label.code)
        return reading

    return speak


def said_by_code(exc: BaseException) -> tuple[Label, str] | None:
    """What a code says that an exception of the application carries, or is given as all of its text: it is made of the
    words that names of classes are made of."""
    for name in _CODE_NAMES:
        value = getattr(exc, name, None)
        if isinstance(value, Enum):
            value = value.value if isinstance(value.value, str) else value.name
        if isinstance(value, str) and len(value) <= _MAX_CODE and _CODE.fullmatch(value) is not None:
            return guess_by_name(value)
    text = exc.args[0] if len(exc.args) == 1 else None
    if isinstance(text, str) and len(text) <= _MAX_CODE and _LOUD_CODE.fullmatch(text) is not None:
        return guess_by_name(text)
    return None


def _says_more(status: int, said: tuple[Label, str]) -> bool:
    """Whether a status says more than a name: of a name that tells of a refusal, 403 says that it is about whom."""
    if status == 403:
        refuses = said[1] in _REFUSES or said[1].endswith("mismatch")
        return said[0].category is Category.BUSINESS_LOGIC and refuses
    return status in _CLEAR_STATUSES


def _status_in(owner: object, name: str) -> int | None:
    value = getattr(owner, name, None)
    return int(value) if isinstance(value, int) and not isinstance(value, bool) and 400 <= value <= 599 else None
