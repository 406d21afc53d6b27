"""What one exception is, and what is made of those that hang on it.

Sources, strongest first: the `[errors]` table, the `[[rules]]`, the exception's own word, codes, the catalogue of
classes, the words of name and message, and at last the default. A class that says nothing takes the label of what it
wraps; a group is what its members are, and if they differ, the least recoverable decides.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeVar

from failsoft.deferred import as_pattern
from failsoft.errors import own_classes
from failsoft.errors.capture import qualified_name, text_of
from failsoft.errors.catalogue.labels import (
    BUG,
    DISCONNECTED,
    INVALID,
    MISCONFIGURED,
    REFUSED_US,
    UPSTREAM_FAILED,
    WHO_ARE_YOU,
    Label,
    Voice,
)
from failsoft.errors.code import Code, is_raised_by_us
from failsoft.errors.complaints import is_not_set_up
from failsoft.errors.disconnects import find_disconnect
from failsoft.errors.domain_words import tells_what_happened, told_of_a_peer, words_alone
from failsoft.errors.entries import unless_written
from failsoft.errors.evidence import GUESSED, NAMED
from failsoft.errors.exceptions import FailsoftError
from failsoft.errors.facts import Facts, FactsOfClasses
from failsoft.errors.failure import Link
from failsoft.errors.fleeting import note
from failsoft.errors.inside import inner_of, leaves_of, quoted_context_of
from failsoft.errors.model import DOUBTED, TextModel, doubted
from failsoft.errors.names import is_said_by_causes
from failsoft.errors.own_status import said_by_code
from failsoft.errors.own_word import OwnWord
from failsoft.errors.patterns import (
    guess_by_message,
    names_a_setting,
    tells_of_an_answer,
)
from failsoft.errors.places import OF_INPUT
from failsoft.errors.reading import Reading, add_public, overlay, parse_retry_after
from failsoft.errors.rules import CompiledRules
from failsoft.errors.taxonomy import Category
from failsoft.errors.validation import pairs_of_exception
from failsoft.errors.weighing import (
    is_away,
    is_mere_bug,
    of_a_store,
    of_an_address,
    of_members,
    read_elsewhere,
    relabel,
)
from failsoft.errors.wording import (
    OF_PEERS,
    complain,
    correct,
    limited,
    lost_store,
    of_kind,
    place,
    word_in,
)

__all__ = ["Asked", "Judge"]

T = TypeVar("T")

_MAX_DEPTH = 8
_MAX_READS = 200
_HANDLE = as_pattern(
    r"\b(?:connection|client|session|pool|file|socket|stream|cursor|driver|loop|transport|channel|database|reader|writer"
    r"|handle|context|transaction|queue|executor)\b",
    re.IGNORECASE,
)
"""What is closed by code; of a shop and a period the application says so."""
_REFUSALS = frozenset({REFUSED_US, WHO_ARE_YOU})
_UNSURE = frozenset({"default", "pattern", "model"})
_KNOWN = frozenset({"code", "catalogue", "convention"})
_OF_THE_APP = frozenset({"settings", "rule", "exception"})
_PEER_FAILED = UPSTREAM_FAILED._replace(voice=Voice.WRAPS)


class Asked(NamedTuple):
    """What is known beside the exception."""

    now: float
    source: str
    context: Mapping[str, Any]
    links: dict[int, Link]
    """By the identity of the exception."""
    reads: list[int]
    """One number: how many exceptions were read. A tree of groups and causes may be huge, or a circle."""
    codes: Mapping[int, Code | None]
    """What the readers said of those exceptions that they were asked about already, by identity."""


class Judge:
    """Hears the sources, and follows the surest.

    Parameters:
        classes: what is known of classes.
        rules: the `[[rules]]`.
        model: asked where nobody knows.
    """

    def __init__(self, classes: FactsOfClasses, rules: CompiledRules, model: TextModel | None) -> None:
        self._classes = classes
        self._rules = rules
        self._model = model
        self.own_errors = 0
        """How often something inside failed and was passed over."""

    def judge(self, exc: BaseException, asked: Asked) -> Reading:
        """What an exception is, with whatever hangs on it."""
        try:
            gone = find_disconnect(exc, self._classes, asked.links)
        except Exception:  # noqa: BLE001 - as in _guard, which would cost more here than what it guards
            self.own_errors += 1
            gone = None
        if gone is not None:
            name = qualified_name(type(gone))
            return Reading(DISCONNECTED, "catalogue", name, 0.95, name, explicit=True)
        return self._read(exc, asked, 0)

    def _read(self, exc: BaseException, asked: Asked, depth: int) -> Reading:
        asked.reads[0] += 1
        facts = self._classes.of(type(exc))
        if facts.is_group and isinstance(exc, BaseExceptionGroup):
            reading = self._of_group(exc, asked, depth)
        else:
            reading = self._speak(exc, facts, asked, depth)
            if facts.store and reading.source not in _OF_THE_APP:
                reading.label = lost_store(reading.label)
        if reading.source in DOUBTED and reading.type == facts.name:
            reading = self.doubt(reading, exc, self._text(exc, asked))
        if self._rules.rules:
            rule = self._guard(lambda: self._rules.match(exc, self._text(exc, asked), asked.source, asked.context))
            if rule is not None:
                reading = overlay(reading, rule.then, "rule", rule.name, rule.confidence)
        if facts.mapping is not None and not (facts.mapped_as_last and reading.source in _OF_THE_APP):
            path, mapping = facts.mapping
            reading = overlay(reading, mapping, "settings", path, 1.0)
        if "public_details" in reading.more:
            self._guard(lambda: add_public(exc, reading.more))
        return reading

    def doubt(self, reading: Reading, exc: BaseException, text: str) -> Reading:
        """Where nobody knows, the text model is asked whether it knows better."""
        if self._model is None or reading.source not in DOUBTED:
            return reading
        try:
            return doubted(reading, self._model.guess(type(exc), text))
        except Exception:  # noqa: BLE001 - as in _guard; its file may be gone
            self.own_errors += 1
            return reading

    def _speak(self, exc: BaseException, facts: Facts, asked: Asked, depth: int) -> Reading:
        if (word := facts.word) is not None:
            own = self._hear(word, exc, asked.now)
            if own is not None:
                original = getattr(exc, "original_exception", None)
                if isinstance(original, BaseException) and depth < _MAX_DEPTH:
                    # Flask's InternalServerError is no answer of the application
                    return self._read(original, asked, depth + 1)
                return self._consider_cause(exc, own, facts, asked, depth)
        if not facts.readers:
            code = None
        elif id(exc) in asked.codes:
            code = asked.codes[id(exc)]
        else:
            code = self.code_of(exc, facts)
        if code is not None:
            return self._coded(exc, code, facts, asked, depth)
        if facts.mute or facts.unknown:
            return self._weak(exc, facts, asked, depth)
        return self._catalogued(exc, facts, asked, depth)

    def _coded(self, exc: BaseException, code: Code, facts: Facts, asked: Asked, depth: int) -> Reading:
        """A code that an exception carries, and what its place and its text add to it."""
        reading = place(Reading(code.label, "code", code.says, 0.95, facts.name), asked.links.get(id(exc)), exc)
        if code.says.startswith("HTTP 4") and (limit := limited(reading.label, self._text(exc, asked))) is not None:
            reading.label, reading.says = limit[0], f"{code.says}, {limit[1]}"
        if reading.label == UPSTREAM_FAILED and (inner := self._quoted(exc, asked, depth)) is not None:
            inner.over = reading
            return inner
        wait = parse_retry_after(code.retry_after, asked.now)
        if wait is not None and reading.label.transient:
            reading.more["retry_after"] = wait
        return reading

    def _quoted(self, exc: BaseException, asked: Asked, depth: int) -> Reading | None:
        """What failed outside while an exception was made that says no more than that, and quotes it."""
        quoted = self._guard(lambda: quoted_context_of(exc))
        if quoted is None or depth >= _MAX_DEPTH:
            return None
        inner = self._read(quoted, asked, depth + 1)
        return None if inner.source in _UNSURE or inner.label.category not in OF_PEERS else inner

    def _catalogued(self, exc: BaseException, facts: Facts, asked: Asked, depth: int) -> Reading:
        label = facts.label
        reading = Reading(label, facts.source, facts.says, facts.confidence, facts.name)
        if facts.placed:
            place(reading, asked.links.get(id(exc)), exc)
        text = self._text(exc, asked)
        if (said := self._behind_a_value(exc, reading, asked, depth)) is not None:
            return said
        # that a peer failed is all that some classes say, whoever knows them
        little = label == _PEER_FAILED
        if facts.source == "convention" or (little and is_not_set_up(text) != "a file"):
            correct(reading, text)
            label = reading.label
        on_the_link = label.category is Category.NETWORK and label.voice is not Voice.SAYS
        if on_the_link and (answer := tells_of_an_answer(text)) is not None:
            return Reading(answer[0], facts.source, f"{facts.says}, {answer[1]}", facts.confidence, facts.name)
        self._add_details(exc, reading, asked)
        vague = facts.confidence < GUESSED or (little and label == reading.label)
        refused = facts.source == "convention" and label in _REFUSALS
        inner = self._inner(exc, asked, depth) if vague or refused or label.voice is not Voice.SAYS else None
        if refused and inner is not None and inner.label.category is not Category.NETWORK:
            inner = None
        if inner is None or inner.source in _UNSURE:
            guess = self._guess(text, label) if vague else None
            return reading if guess is None else word_in(guess, reading, text)
        if inner.source == reading.source == "convention" and inner.confidence < reading.confidence:
            # a vaguer name says nothing more exactly
            return reading
        inner = of_an_address(exc, label, inner)
        if (is_mere_bug(inner) and label != BUG) or (inner.label in OF_INPUT and label.category in OF_PEERS):
            # what a peer sent cannot be read, which is no fault of our client's
            return reading
        inner.over = reading
        if inner.label.category is label.category:
            # the same thing said more exactly: the class that people know keeps its name
            inner.type = facts.name
        return relabel(inner, of_a_store(inner.label, reading.label))

    def _behind_a_value(self, exc: BaseException, reading: Reading, asked: Asked, depth: int) -> Reading | None:
        """What a `ValueError` was raised from, which says by itself no more than that something was wrong."""
        if type(exc) is not ValueError or exc.__cause__ is None or reading.label != BUG:
            return None
        inner = self._inner(exc, asked, depth)
        if inner is None or inner.source not in _KNOWN or inner.label == BUG:
            return None
        inner.over = reading
        return inner

    def _guess(self, text: str, label: Label) -> tuple[Label, str] | None:
        guess = guess_by_message(text)
        if guess is None and label.status == 500 and (word := names_a_setting(text)) is not None:
            return MISCONFIGURED, word
        return guess

    def _add_details(self, exc: BaseException, reading: Reading, asked: Asked) -> None:
        if reading.source == "convention" and reading.label.transient:
            wait = self._guard(lambda: parse_retry_after(getattr(exc, "retry_after", None), asked.now))
            if wait is not None:
                reading.more["retry_after"] = wait
        if reading.label.code == INVALID.code:
            note()
            errors = self._guard(lambda: pairs_of_exception(exc))
            if errors:
                reading.more["errors"] = errors

    def _weak(self, exc: BaseException, facts: Facts, asked: Asked, depth: int) -> Reading:
        """A class that says nothing, or one that nobody but the application knows."""
        said = facts.guess
        if said is None and facts.unknown:
            said = self._guard(lambda: said_by_code(exc))
        coded = said is not None and said is not facts.guess and not is_said_by_causes(said[0])
        inner = self._inner(exc, asked, depth) if facts.mute and not coded else None
        if inner is not None and is_mere_bug(inner) and tells_what_happened(self._text(exc, asked)):
            # whoever came to grief over a peer's answer says so in words
            inner = None
        builtin = "." not in facts.name
        if builtin and (placed := self._placed(exc, facts, asked)).source == "catalogue":
            # a library's own words, in the place where it says them
            return placed
        if (
            inner is not None
            and inner.source != "default"
            and not ((facts.guess or facts.kind) and is_mere_bug(inner))
            and not (facts.guess is not None and facts.guess[0] == UPSTREAM_FAILED and inner.label in OF_INPUT)
        ):
            inner.confidence *= 0.95
            if inner.label in OF_INPUT:
                inner.label = read_elsewhere(facts, self._text(exc, asked)) or inner.label
            # the last of several attempts proves nothing about the others
            return relabel(inner, inner.label._replace(not_sent=False, local=False)) if "Retr" in facts.name else inner
        if said is not None:
            return self._named(exc, facts, said, asked, depth)
        read = self._worded(exc, facts, placed if builtin else self._placed(exc, facts, asked), self._text(exc, asked))
        return read if facts.kind is None else unless_written(read, asked.links.get(id(exc)))

    def _placed(self, exc: BaseException, facts: Facts, asked: Asked) -> Reading:
        reading = Reading(facts.said, "default", "", 0.2, facts.name)
        return place(reading, asked.links.get(id(exc)), exc) if facts.label.voice is Voice.MUTE else reading

    def _worded(self, exc: BaseException, facts: Facts, placed: Reading, text: str) -> Reading:
        """What is left where no name says anything: the place, the kind of the package, and the words."""
        if facts.kind is not None:
            return of_kind(facts.kind, facts.name, guess_by_message(text), text)
        if placed.label != facts.said:
            placed.source, placed.confidence = "catalogue", NAMED
            return placed
        if facts.passes_on and "." in facts.name:
            own = Reading(facts.said, facts.source, facts.says, 0.2, facts.name)
            if (said := complain(own, text, type(exc), facts.reads)) is not own:
                return said
        ours = facts.unknown or bool(self._guard(lambda: is_raised_by_us(exc)))
        alone = words_alone(text, facts.name, ours=ours, meant=facts.unknown)
        if alone is not None and not (facts.unknown and alone.says == " is closed" and _HANDLE.search(text) is None):
            return alone
        if facts.label.voice is Voice.MUTE:
            return placed
        return Reading(facts.said, facts.source, facts.says, 0.5, facts.name)

    def _named(self, exc: BaseException, facts: Facts, said: tuple[Label, str], asked: Asked, depth: int) -> Reading:
        """A class of the application whose name says what it is for."""
        reading = Reading(said[0], "name", said[1], NAMED, facts.name)
        if (told := told_of_a_peer(self._text(exc, asked), said[0])) is not None:
            reading.label, reading.says = told[0], f"{said[1]}, {told[1]}"
        inner = None if facts.mute else self._inner(exc, asked, depth)
        vaguer = said[0].transient and inner is not None and inner.label._replace(voice=Voice.SAYS) == UPSTREAM_FAILED
        if (
            inner is not None
            and not vaguer
            and inner.source not in _UNSURE
            and (inner.label.category is said[0].category or (is_away(said[1]) and inner.label.category in OF_PEERS))
        ):
            # the same said more exactly, as a deadlock behind a conflict
            inner.over, inner.type = reading, facts.name
            return inner
        return reading

    def _consider_cause(self, exc: BaseException, own: Reading, facts: Facts, asked: Asked, depth: int) -> Reading:
        """What an exception says of itself holds; what failed is the cause's to say where the answer is "our fault"."""
        status, code = own.label.status, own.label.code
        if facts.refined and status >= 500:
            own.label = facts.label._replace(status=status, code=code)
        bare = own_classes.says_nothing(exc, own)
        for_the_last = own_classes.speaks_for_the_last(exc)
        answer = status >= 500 and not isinstance(exc, FailsoftError)
        inner = self._inner(exc, asked, depth) if bare or for_the_last or answer else None
        if inner is None or inner.source in _UNSURE:
            return own
        if for_the_last:
            return own_classes.after_the_last(exc, own, inner)
        if bare:
            return own_classes.behind_a_bare_one(own, inner)
        own.label = inner.label._replace(status=status, code=code)
        own.over = inner
        # something failed, and this is how the application says so
        own.more.pop("expected", None)
        return own

    def _of_group(self, exc: BaseExceptionGroup[Any], asked: Asked, depth: int) -> Reading:
        leaves, whole = leaves_of(exc, max(_MAX_READS - asked.reads[0], 1))
        readings = [self._read(leaf, asked, depth + 1) for leaf in leaves]
        return of_members(readings, whole=whole)

    def _inner(self, exc: BaseException, asked: Asked, depth: int) -> Reading | None:
        if depth >= _MAX_DEPTH or asked.reads[0] >= _MAX_READS:
            return None
        try:
            inner = inner_of(exc)
            if inner is None and self._classes.of(type(exc)).passes_on:
                inner = quoted_context_of(exc)
        except Exception:  # noqa: BLE001 - as in _guard
            self.own_errors += 1
            return None
        if inner is None or inner is exc:
            return None
        reading = self._read(inner, asked, depth + 1)
        # a cancellation that was no disconnect (see _judge) tells nothing about what failed
        return None if reading.label == DISCONNECTED else reading

    def code_of(self, exc: BaseException, facts: Facts) -> Code | None:
        """What the readers say of an exception: the first of them that knows a code."""
        for reader in facts.readers:
            try:
                code = reader(exc, facts.label)
            except Exception:  # noqa: BLE001 - as in _guard
                self.own_errors += 1
                continue
            if code is not None:
                return code
        return None

    def _hear(self, word: OwnWord, exc: BaseException, now: float) -> Reading | None:
        try:
            return word(exc, now)
        except Exception:  # noqa: BLE001 - as in _guard
            self.own_errors += 1
            return None

    def _text(self, exc: BaseException, asked: Asked) -> str:
        link = asked.links.get(id(exc))
        return text_of(exc) if link is None else link.message

    def _guard(self, ask: Callable[[], T]) -> T | None:
        """Ask a hostile exception; whatever it raises counts as no answer."""
        try:
            return ask()
        except Exception:  # noqa: BLE001 - attributes of foreign exceptions may be properties that raise
            self.own_errors += 1
            return None
