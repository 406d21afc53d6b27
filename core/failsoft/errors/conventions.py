"""What the names and bases of a third-party class say, where no catalogue knows it.

Unlike the words of a message, a name is chosen once, by an author who follows the customs of the trade: a `ReadTimeout`
is a timeout, `OperationalError` of a driver is what PEP 249 says it is. So a convention may set a status and make a
failure transient. It never claims that a peer did not see the request: that takes proof.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from failsoft.deferred import as_pattern
from failsoft.errors.catalogue import codes as known
from failsoft.errors.catalogue import labels as is_
from failsoft.errors.catalogue.labels import Label, Voice, wrapping
from failsoft.errors.custom_row import CLEAR, VAGUE
from failsoft.errors.customs import FAILED, ROWS
from failsoft.errors.names import any_of, words_of
from failsoft.errors.packages import Kind, Package, package_of

__all__ = [
    "CLEAR",
    "KIND_ONLY",
    "VAGUE",
    "Convention",
    "convention_of",
    "convention_of_name",
    "custom_of",
    "is_of_a_value",
    "is_of_an_argument",
    "is_of_settings",
    "label_of_words",
]

KIND_ONLY = 0.4
"""Confidence of what only the kind of the package tells; words of a message are surer."""
KIND_KNOWN = 0.55
"""The same where the kind is known, not guessed."""


class Convention(NamedTuple):
    """What a name says."""

    label: Label
    says: str
    """The words of the name that decided."""
    confidence: float


_DB_API: Mapping[str, Label] = {
    "OperationalError": wrapping(is_.STORE_AWAY),
    "IntegrityError": wrapping(is_.CONSTRAINT),
    "DataError": wrapping(is_.BAD_ROW),
    "ProgrammingError": wrapping(is_.BUG),
    "InterfaceError": wrapping(is_.BUG),
    "NotSupportedError": wrapping(is_.BUG),
    "InternalError": wrapping(is_.UPSTREAM_FAILED),
    "DatabaseError": wrapping(is_.UPSTREAM_FAILED),
    "Error": wrapping(is_.UPSTREAM_FAILED),
}

_STATUS = as_pattern(r" ([45]\d\d) ")
_PEERS = frozenset({Kind.CLIENT, Kind.STORE, Kind.BROKER})
# so called by nobody but what follows PEP 249 in part, as brokers and ORMs do
_VAGUE = frozenset(
    {"Error", "DatabaseError", "OperationalError", "InternalError", "InterfaceError", "ProgrammingError"}
)
_SCHEMA = frozenset({"SchemaError", "SchemaErrors"})
"""Of whoever has an error of validation as well, the definition of a schema is wrong; else data that does not fit
it."""
_ALONE = ("OperationalError", "IntegrityError", "DatabaseError", "InterfaceError")
_DB_API_ALONE = {name: _DB_API[name] for name in _ALONE}

_OF_KIND: Mapping[Kind, Label] = {
    Kind.CLIENT: FAILED,
    Kind.STORE: FAILED,
    Kind.BROKER: FAILED,
    Kind.AUTH: is_.WHO_ARE_YOU,
    Kind.PARSER: is_.INVALID,
    Kind.CONFIG: is_.MISCONFIGURED,
    Kind.LOCK: is_.CONTENTION,
}


def convention_of(cls: type) -> Convention | None:
    """What the name of one class says, its bases not considered."""
    return convention_of_name(cls.__name__, str(cls.__module__))


def convention_of_name(name: str, module: str) -> Convention | None:
    """What a name says that a class of a module bears."""
    package = package_of(module)
    if package.is_driver and (label := _DB_API.get(name)) is not None:
        return Convention(label, f"PEP 249 {name}", VAGUE if name in _VAGUE else CLEAR)
    if (label := _DB_API_ALONE.get(name)) is not None:
        return Convention(label, name, VAGUE if name in _VAGUE else CLEAR)
    words = f" {words_of(name)} "
    if package.kind in _PEERS and (status := _STATUS.search(words)) is not None:
        return Convention(known.label_of_upstream(int(status[1])) or FAILED, f"HTTP {status[1]}", CLEAR)
    if package.kind is Kind.PARSER and name in _SCHEMA and not package.validates:
        return Convention(is_.INVALID, "schema, of data", CLEAR)
    said = label_of_words(words, package.kind)
    if said is not None and said.label.status == is_.SILENT.status and _LIMITS_TIME.search(module) is not None:
        # who ends work of ours that takes too long says nothing of a peer
        return said._replace(label=is_.CHILD_HUNG)
    return said


_LIMITS_TIME = as_pattern(r"\A(?!async)\w*time_?(?:out|limit)|\A\w+\.time_?(?:out|limit)s?\.")
_ANY = any_of(row.words.pattern for row in ROWS)
"""Whether a row is found at all: asking once is quicker than asking each."""


@lru_cache(maxsize=2_048)
def label_of_words(words: str, kind: Kind) -> Convention | None:
    """What words say in a package of a kind.

    Parameters:
        words: in lower case, each with a blank before and after it.
    """
    if _ANY.search(words) is None:
        return None
    for row in ROWS:
        if (found := row.words.search(words)) is not None:
            label = row.label(kind)
            if label is not None:
                wraps = kind in {Kind.STORE, Kind.BROKER} and label.voice is Voice.SAYS
                return Convention(wrapping(label) if wraps else label, found[0].strip(), row.confidence)
    return None


_OF_PEERS = frozenset({is_.UPSTREAM_FAILED.category, is_.REFUSED_US.category})
_ARGUMENTS = (ValueError, TypeError, AttributeError, NotImplementedError)
_OF_AN_ANSWER = as_pattern(r" (?:decod|pars(?:e|er|ing) |syntax|response|reply|answer|json|status|http|output)")


def is_of_an_argument(cls: type, said: Convention) -> bool:
    """Whether a class of a client that is said to be a peer's failure is a builtin error of values or types as well:
    the library checks what it is called with, and nothing was sent. But for what is about an answer by its name. A
    `KeyError` is one of ours whatever words its name makes with that: `ApiKeyError` is about no key of an API."""
    if issubclass(cls, KeyError) and cls.__name__.endswith("KeyError") and said.label.category in _OF_PEERS:
        return True
    if said.label.category is not is_.UPSTREAM_FAILED.category or not issubclass(cls, _ARGUMENTS):
        return False
    names = [words_of(base.__name__) for base in cls.__mro__ if base.__module__ != "builtins"]
    return _OF_AN_ANSWER.search(f" {' '.join(names)} ") is None


def is_of_settings(cls: type, said: Convention) -> bool:
    """Whether what a class says of a value, or that something is not there, is about settings by a base of its."""
    return said.label.category is is_.INVALID.category and any("Config" in base.__name__ for base in cls.__mro__[1:])


_STORED = as_pattern(r"hash|pars|decod|deserial")


def is_of_a_value(cls: type, said: Convention) -> bool:
    """Whether a class that tells of a contradiction, as of a checksum, is by a base of its about a value that somebody
    gave, and not about what is stored, as the hash of a password is."""
    if said.label._replace(voice=Voice.SAYS) != is_.CONTRADICTION or _STORED.search(said.says):
        return False
    return issubclass(cls, ValueError) or any("Validation" in base.__name__ for base in cls.__mro__)


_OF_CODE = (AssertionError, TypeError, AttributeError, NotImplementedError)


def is_of_code(cls: type) -> bool:
    """Whether a class of a library is by all bases of its about code that is wrong, whatever data that was given; or by
    one about a file that it did not find."""
    if issubclass(cls, OSError) and cls.__name__.endswith(("NotFound", "NotFoundError")):
        return True
    own = [base for base in cls.__mro__ if base.__module__ != "builtins"]
    return all(issubclass(base, _OF_CODE) for base in own) and not issubclass(cls, ValueError)


def custom_of(package: Package, cls: type) -> Convention | None:
    """What the kind of its package says of a class whose name says nothing."""
    label = _OF_KIND.get(package.kind)
    if label == is_.INVALID and is_of_code(cls):
        label = is_.BUG
    confidence = KIND_KNOWN if package.is_known else KIND_ONLY
    return None if label is None else Convention(label, package.kind.name.lower(), confidence)
