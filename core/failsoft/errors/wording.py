"""What the words of a message change in what the class of a library says, or the place where it was raised."""

from __future__ import annotations

import re
from collections.abc import Mapping

from failsoft.deferred import as_pattern
from failsoft.errors.called import library_called
from failsoft.errors.catalogue.codes import label_of_upstream
from failsoft.errors.catalogue.labels import (
    BROKEN,
    BUG,
    CONTENTION,
    CONTRADICTION,
    DISK_FULL,
    EXHAUSTED,
    INVALID,
    MISCONFIGURED,
    NO_TRUST,
    NOT_THERE,
    NOTHING,
    OUR_LIMIT,
    PAYMENT_DUE,
    QUOTA_SPENT,
    REFUSED_US,
    SILENT,
    THROTTLED,
    UNPARSABLE,
    UNREACHABLE,
    UPSTREAM_FAILED,
    UPSTREAM_NOT_NOW,
    WHO_ARE_YOU,
    YOU_MAY_NOT,
    Label,
    Voice,
)
from failsoft.errors.complaints import (
    cannot_read,
    has_to_be_paid,
    is_not_set_up,
    is_not_there,
    is_of_a_card,
    is_of_a_program,
    is_spent,
    is_throttled,
)
from failsoft.errors.conventions import KIND_KNOWN, Convention
from failsoft.errors.domain_words import word_of_code
from failsoft.errors.entries import misses_a_file
from failsoft.errors.errands import names_a_settings_file
from failsoft.errors.evidence import GUESSED, NAMED
from failsoft.errors.failure import Link
from failsoft.errors.hints import SETTING_UP, Placed, refine_by_place
from failsoft.errors.packages import Kind
from failsoft.errors.patterns import (
    guess_by_message,
    how_a_peer_failed,
    is_closed,
    is_undefined,
    misses_a_dependency,
    misses_a_key,
    names_a_setting,
)
from failsoft.errors.peers import status_in
from failsoft.errors.places import OF_INPUT
from failsoft.errors.reading import Reading
from failsoft.errors.said import said_at, said_by_call
from failsoft.errors.taxonomy import Category, Severity

__all__ = ["OF_PEERS", "complain", "correct", "limited", "lost_store", "of_kind", "place", "word_in"]

OF_PEERS = frozenset({Category.NETWORK, Category.EXTERNAL_SERVICE})
"""What fails outside."""
_NO_FILE = as_pattern(r"NoSuch(?:File|Path)\b")
_OF_LINKS = frozenset({Category.SYSTEM, Category.EXTERNAL_SERVICE})
_PASSING = frozenset({Category.NETWORK, Category.EXTERNAL_SERVICE, Category.RESOURCE, Category.CONCURRENCY})
_SAYS_LITTLE = frozenset({BUG, NOTHING})
_NO_LINK = frozenset({UNREACHABLE, BROKEN, NO_TRUST})
_REFUSALS = frozenset({REFUSED_US, UPSTREAM_FAILED})
_LIMITS = frozenset({REFUSED_US, UPSTREAM_FAILED, THROTTLED})
_OF_OURS_TOO = frozenset({BUG, UPSTREAM_FAILED})
"""What a library says of its own arguments as well, which are our settings."""
_BARE = as_pattern(r"[^.]+\Z|struct\.error\Z")
_OF_CHILDREN = as_pattern(r": (?:error )?(?:return code|exit (?:status|code))\b")


def correct(reading: Reading, text: str) -> None:
    """What the same names are given to, though nothing was sent: our settings, and our own misuse."""
    label = reading.label
    if _OF_CHILDREN.search(reading.says) is not None:
        # the text is what a program said that we called, and not the library
        return
    better = _ours(label, text) or _of_a_link(label, text)
    if better is not None and better[1] == "a file" and _NO_FILE.search(reading.says) is not None:
        # by its name the class is about files, and these are the peer's
        better = None
    if better is not None:
        reading.label = better[0]
        reading.says = f"{reading.says}, {better[1]}".removeprefix(", ")


def _ours(label: Label, text: str) -> tuple[Label, str] | None:
    """What is ours to mend, though a peer is named."""
    if label.category is Category.AUTHENTICATION and label.status == REFUSED_US.status and misses_a_key(text):
        return MISCONFIGURED, "no credentials"
    if label.category is Category.RESOURCE and label.transient and label != OUR_LIMIT and has_to_be_paid(text):
        return QUOTA_SPENT, "to be paid"
    if (limit := limited(label, text)) is not None:
        return limit
    if label._replace(voice=Voice.SAYS) in _OF_OURS_TOO and (why := is_not_set_up(text)) not in {None, "an address"}:
        return MISCONFIGURED, str(why)
    if label.category is not Category.NETWORK:
        return None
    if is_not_set_up(text) == "an address":
        return MISCONFIGURED, "an address"
    if is_closed(text):
        return BUG, "closed before"
    return (MISCONFIGURED, "not set up") if is_undefined(text) else None


def limited(label: Label, text: str) -> tuple[Label, str] | None:
    """A limit, of a rate or one to pay for, for which a peer refused something by another status than that for it."""
    label = label._replace(voice=Voice.SAYS)
    if label == QUOTA_SPENT and is_of_a_card(text):
        return PAYMENT_DUE, "a card"
    if label in _LIMITS and is_spent(text):
        return QUOTA_SPENT, "spent"
    if label.status != REFUSED_US.status or label not in _REFUSALS:
        return None
    if is_throttled(text):
        return THROTTLED, "throttled"
    return (QUOTA_SPENT, "to be paid") if has_to_be_paid(text) else None


def _of_a_link(label: Label, text: str) -> tuple[Label, str] | None:
    """What failed on the way, as the text says."""
    said = how_a_peer_failed(text)
    if label.category is Category.AUTHENTICATION:
        # who could not be reached refused nobody
        return said if said is not None and said[0] == UNREACHABLE and label.status != YOU_MAY_NOT.status else None
    if label.category is Category.RESOURCE and label.local:
        # a pool that cannot connect has not run out
        return said if said is not None and said[0] in _NO_LINK else None
    if label == NO_TRUST and said is not None:
        return said
    if label.status == SILENT.status and _tells_of_a_pool(text):
        return EXHAUSTED, "pool"
    if misses_a_dependency(text):
        return MISCONFIGURED, "not installed"
    if said is None or label.category not in _OF_LINKS or label.status == SILENT.status:
        return None
    return said if said[0].category is Category.NETWORK or _is_turned_away(label, said[0]) else None


def _is_turned_away(label: Label, said: Label) -> bool:
    """Whether who answered did not let us in, though the class tells of the way to it: of a proxy, of reading."""
    return label.category is Category.NETWORK and said == REFUSED_US


def _tells_of_a_pool(text: str) -> bool:
    guess = guess_by_message(text)
    return guess is not None and guess[0].category is Category.RESOURCE


def word_in(guess: tuple[Label, str], reading: Reading, text: str) -> Reading:
    """Words of a message in what is known but vaguely: they say what failed, and of a peer of a library how. Else they
    never say a status, nor do they make anything transient. Settings and misuse, which are ours, are no peer's
    fault."""
    said, words = guess
    label = said
    if reading.label.category in OF_PEERS and (better := how_a_peer_failed(text)) is not None:
        label = better[0]
    elif said.category not in {Category.CONFIGURATION, Category.SYSTEM}:
        passes = reading.label.transient and said.category in _PASSING
        label = reading.label._replace(category=said.category, severity=said.severity, transient=passes)
    return Reading(label, "pattern", words, GUESSED, reading.type, over=reading)


def place(reading: Reading, link: Link | None, exc: BaseException) -> Reading:
    """Let the place where an exception arose say what it adds."""
    if link is None:
        return reading
    # an errno is the system's, also where a library reads what a client sent
    of_the_system = reading.source == "code" and reading.type == "OSError"
    if _is_settled(reading, of_the_system=of_the_system):
        return reading
    said = said_at(reading.type, link.frames, link.message) or said_by_call(
        reading.type, link.frames, link.message, exc
    )
    if said is not None and not (of_the_system and said[0] in OF_INPUT):
        reading.label = said[0]
        reading.says = f"{reading.says}, {said[1]}".removeprefix(", ")
        if reading.source == "default":
            reading.source, reading.confidence = "catalogue", NAMED
        return reading
    better, library = _by_place(reading, link)
    if better is not None and not (of_the_system and better[0] in OF_INPUT):
        reading.label = better[0]
        reading.says = f"{reading.says}, {better[1]}".removeprefix(", ")
    elif reading.label in _SAYS_LITTLE and (reading.source == "default" or _BARE.match(reading.type)):
        text = link.message
        if library is None and _OF_VALUES.match(reading.type) and _complains(text):
            library = library_called(exc)
        if library is None:
            return word_of_code(reading, text)
        return _word_of_a_library(reading, text, library, exc)
    return reading


def lost_store(label: Label) -> Label:
    """A link to a store of our own that is lost: nothing works without it."""
    lost = label.category is Category.NETWORK and label.severity is Severity.MEDIUM and label.status != SILENT.status
    return label._replace(severity=Severity.HIGH) if lost else label


def _is_settled(reading: Reading, *, of_the_system: bool) -> bool:
    """Whether no place says more: a disk is full wherever that was noticed, and what a peer said says more than where
    it was made an error of the system."""
    if of_the_system and reading.label == DISK_FULL:
        return True
    return reading.source == "code" and "." not in reading.type and not reading.says.startswith("errno")


def _by_place(reading: Reading, link: Link) -> Placed:
    """What the place adds that the text does not contradict, and the name of a file where the place says nothing."""
    placed = refine_by_place(reading.label, reading.type, link.frames)
    if placed.better is None:
        ours = reading.label in OF_INPUT and "." in reading.type and names_a_settings_file(link.message)
        return placed._replace(better=(MISCONFIGURED, "a file of settings")) if ours else placed
    if placed.better[0] in OF_INPUT and _ON_CLOSED.search(link.message) is not None:
        return placed._replace(better=(BUG, "closed before"))
    # who is set up connects at once
    connects = placed.better[1] == SETTING_UP and how_a_peer_failed(link.message) is not None
    return placed._replace(better=None) if connects else placed


_OF_VALUES = as_pattern(
    r"\A(?:ValueError|Unicode\w*Error|OverflowError|EOFError|Exception|RuntimeError|OSError|struct\.error)\Z"
)
_ON_CLOSED = as_pattern(r"\b(?:on|from|to|of) (?:an? )?closed \w+")
_OF_DATA = frozenset({Kind.PARSER, Kind.UNKNOWN, Kind.AUTH})
_OF_STORES = frozenset({Kind.STORE, Kind.BROKER})
_PEERS_OF_OURS = _OF_STORES | {Kind.CLIENT}
_OF_SECRETS_KEPT = as_pattern(r"\b(?:salt|password hash|hash format)\b", re.IGNORECASE)
_OF_PROOF = as_pattern(r"\b(?:challenge|origin|signature|counter|audience|issuer|claims?|expired)\b", re.IGNORECASE)
_OF_ANSWERS = as_pattern(r"\b(?:from|in|of) (?:the |an? )?(?:\w+ )?(?:response|reply|answer)\b", re.IGNORECASE)
_OF_LOGINS = as_pattern(
    r"\b(?:state|nonce|csrf(?: token)?|code[_ ]verifier|pkce)\b.{0,40}?\b(?:mismatch\w*|missing|invalid|(?:do"
    r"|does|did)(?: not|n't)"
    r" match|not (?:match|equal|valid)|expired|unknown)\b|\b(?:mismatch\w*|invalid|missing|unknown|expired) "
    r"(?:oauth ?2? |login |csrf )?(?:state|nonce|csrf|code[_ ]verifier)\b(?! (?:machine|transition|of|file))"
    r"|\bno (?:matching |suitable |such )?(?:signing )?key (?:for|with|found for) (?:kid|key id)"
    r"|\bkey id \S+ not found\b",
    re.IGNORECASE,
)
_OF_A_FILE = as_pattern(r"\b(?:pars|deseriali|decod)|\bEOF\b|\bheader\b|\b(?:line|column) \d", re.IGNORECASE)
_OF_ADDRESSES = as_pattern(r"\bURLs?\b.{0,60}\b(?:not (?:permitted|allowed|supported)|must)\b", re.IGNORECASE)
_STORED: Mapping[Category, Label] = {Category.DATA_INTEGRITY: CONTRADICTION, Category.CONCURRENCY: CONTENTION}


_MOST_TEXTS = 2_048
_complaints: dict[int, bool] = {}
"""Whether a text complains, by its hash: the same ones come again and again, and are not kept."""


def _complains(text: str) -> bool:
    key = hash(text)
    known = _complaints.get(key)
    if known is None:
        if len(_complaints) >= _MOST_TEXTS:
            _complaints.clear()
        known = cannot_read(text) or is_not_set_up(text) is not None or guess_by_message(text) is not None
        _complaints[key] = known
    return known


def _word_of_a_library(reading: Reading, text: str, library: Kind, exc: BaseException) -> Reading:
    """What a builtin exception of a library complains of: what is set up once, data that it was given to read, or what
    it keeps."""
    if library is not Kind.PARSER and _OF_LOGINS.search(text) is not None:
        reading.label = WHO_ARE_YOU
        reading.says = f"{reading.says}, a login that is not the one that was begun"
        return reading
    if library in _PEERS_OF_OURS and (status := status_in(text)) is not None:
        reading.label = label_of_upstream(status) or UPSTREAM_FAILED
        reading.says = f"{reading.says}, HTTP {status}"
        return reading
    return reading if is_of_a_program(text) else _complaint_of_a_library(reading, text, library, exc)


def _complaint_of_a_library(reading: Reading, text: str, library: Kind, exc: BaseException) -> Reading:
    guess = guess_by_message(text)
    stored = None if guess is None else _STORED.get(guess[0].category)
    if guess is not None and stored is not None:
        reading.label = stored
        reading.says = f"{reading.says}, {guess[1]}"
    elif library in _OF_DATA and _OF_VALUES.match(reading.type) and not is_not_set_up(text) and cannot_read(text):
        answered = library is not Kind.PARSER and _OF_ANSWERS.search(text) is not None
        given = _of_proof(text) if library is Kind.AUTH else UNPARSABLE
        reading.label = UPSTREAM_FAILED if answered else given
        reading.says = f"{reading.says}, of data that a library was given"
    elif library is Kind.CONFIG and _OF_A_FILE.search(text) is not None and cannot_read(text):
        reading.label = MISCONFIGURED
        reading.says = f"{reading.says}, of a file of ours that a library was given"
    elif library is Kind.PARSER:
        # what reads data complains of what a client sent
        return reading
    elif guess is not None and guess[0].category is Category.NETWORK:
        said = how_a_peer_failed(text)
        reading.label = guess[0] if said is None else said[0]
        if library in _OF_STORES:
            reading.label = lost_store(reading.label)
        reading.says = f"{reading.says}, {guess[1]}"
    elif library is Kind.CLIENT and _OF_ADDRESSES.search(text) is not None:
        # an address that code asks for
        return reading
    elif (word := names_a_setting(text) or is_not_set_up(text) or misses_a_file(exc, text)) is not None:
        # whether it is our code or our settings a builtin class does not tell, and our client is told the same
        reading.label = MISCONFIGURED
        reading.says = f"{reading.says}, {word}"
    return reading


def _of_proof(text: str) -> Label:
    """What a library for credentials cannot read: what is kept of a password, what somebody proves to be, or data."""
    if _OF_SECRETS_KEPT.search(text):
        return CONTRADICTION
    return WHO_ARE_YOU if _OF_PROOF.search(text) else UNPARSABLE


_GIVEN_UP = as_pattern(
    r"Retr(?:y|ies)(?:Error|Exception|Exhausted|Exceeded|Failed|\Z)|TooMany(?:Retries|Attempts)|Attempts(?:Exceeded|Exhausted|Reached)"
)


def complain(reading: Reading, text: str, cls: type, reads: bool) -> Reading:
    """What the text says of a class of a library that says nothing, not even by the kind of its package: how the link
    failed, what a peer answered, what is not set up, or that data cannot be read."""
    label: Label | None = None
    if (status := status_in(text)) is not None:
        label, words = (
            (THROTTLED if is_throttled(text) else label_of_upstream(status) or UPSTREAM_FAILED),
            f"HTTP {status}",
        )
    elif (said := how_a_peer_failed(text)) and said[1] != "unexpected eof":
        label, words = said
    elif (why := is_not_set_up(text)) is not None:
        label, words = MISCONFIGURED, why
    elif _GIVEN_UP.search(cls.__name__) is not None:
        label, words = UPSTREAM_NOT_NOW, "nothing failed, and what was waited for never came"
    elif reads and cannot_read(text):
        label, words = UNPARSABLE, "data that a library was given"
    elif reads and is_not_there(text):
        label, words = NOT_THERE, "what a library was asked for"
    elif reads and issubclass(cls, ValueError):
        label, words = INVALID, "a value that a library was given"
    if label is None:
        return reading
    if label in OF_INPUT or label == NOT_THERE:
        return Reading(label, "pattern", words, GUESSED, reading.type, over=reading)
    return Reading(label, "convention", words, KIND_KNOWN, reading.type, over=reading)


_PROGRAM = frozenset({"a program"})
_ANYTHING = frozenset({"a program", "a file", "an address", "what has to be given", "in the store"})
_APT_FOR_DATA = frozenset({Category.CONFIGURATION, Category.RESOURCE})


def of_kind(custom: Convention, name: str, guess: tuple[Label, str] | None, text: str) -> Reading:
    """What the text adds to what only the kind of its package tells of a class."""
    kind = Reading(custom.label, "convention", custom.says, custom.confidence, name)
    if kind.label == WHO_ARE_YOU and guess is not None and guess[0].category is Category.NETWORK:
        # a service of identity that could not be reached refused nobody
        correct(kind, text)
        if kind.label != WHO_ARE_YOU:
            return kind
    if (limit := limited(kind.label, text)) is not None:
        return Reading(limit[0], "pattern", limit[1], GUESSED, name, over=kind)
    # who reads or checks data says of it what others say of their own arguments or rows
    apt = guess is not None and (kind.label not in OF_INPUT or guess[0].category in _APT_FOR_DATA)
    ours = kind.label.category in OF_PEERS and (misses_a_key(text) or misses_a_dependency(text))
    if guess is None and (ours or is_not_set_up(text) in (_PROGRAM if kind.label in OF_INPUT else _ANYTHING)):
        return word_in((MISCONFIGURED, "not set up"), kind, text)
    return word_in(guess, kind, text) if guess is not None and apt else kind
