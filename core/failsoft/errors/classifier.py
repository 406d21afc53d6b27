"""The classifier: one exception in, one `Failure` out. The only maker of failures.

Sources, strongest first: the `[errors]` table, the `[[rules]]`, the exception's own word, codes, the catalogue of
classes, the words of name and message, and at last the default. A class that says nothing takes the label of what it
wraps; a group is what its members are, and if they differ, the least recoverable decides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import FrameType
from typing import Any, Literal, NamedTuple, TypeVar

from failsoft.clock import Clock
from failsoft.errors import own_word
from failsoft.errors.capture import capture, frames_of, is_alone, links_of, qualified_name, text_of, unfold
from failsoft.errors.catalogue.labels import BUG, DISCONNECTED, INVALID, Label, Voice
from failsoft.errors.codes import Code
from failsoft.errors.disconnects import find_disconnect
from failsoft.errors.evidence import GUESSED, NAMED
from failsoft.errors.exceptions import FailsoftError, Fault, SettingsError
from failsoft.errors.facts import Facts, FactsOfClasses
from failsoft.errors.failure import Evidence, Failure, Link
from failsoft.errors.fingerprint import Groups
from failsoft.errors.hints import refine_by_place
from failsoft.errors.inside import inner_of, leaves_of, quoted_context_of
from failsoft.errors.model import DOUBTED, TextModel, doubted
from failsoft.errors.patterns import guess_by_message
from failsoft.errors.reading import Reading, add_public, overlay, parse_retry_after
from failsoft.errors.rules import ErrorMapping, Rule, compile_rules
from failsoft.errors.taxonomy import Category, Severity
from failsoft.errors.validation import pairs_of_exception
from failsoft.ids import new_error_id
from failsoft.references import resolve

__all__ = ["Classifier"]

T = TypeVar("T")

_MAX_LINKS = 12
_MAX_DEPTH = 8
_MAX_READS = 200
_UNSURE = frozenset({"default", "pattern", "model"})
_OF_THE_APP = frozenset({"settings", "rule", "exception"})
_PASSING = frozenset({Category.NETWORK, Category.EXTERNAL_SERVICE, Category.RESOURCE, Category.CONCURRENCY})
_FINAL = frozenset({403, 410, 451, 499})


class _Asked(NamedTuple):
    """What is known beside the exception."""

    now: float
    source: str
    context: Mapping[str, Any]
    links: dict[int, Link]
    """By the identity of the exception."""
    reads: list[int]
    """One number: how many exceptions were read. A tree of groups and causes may be huge, or a circle."""


_NO_CONTEXT: Mapping[str, Any] = {}


class Classifier:
    """Says what an exception is.

    Parameters:
        mappings: the `[errors]` table, by class path.
        rules: the `[[rules]]`, in order.
        clock: dates failures and reads the dates of `Retry-After`.
        fingerprint: the application's own part in grouping failures, `"package.module:function"`; see `Groups`.
        status_from: "classified", or "framework" to leave a status at 500 that is only inferred.
        locals_of: reads the local variables of a frame that are to be known, as texts. By default none are.

    Raises:
        SettingsError: a rule or `fingerprint` names a function that cannot be imported.
    """

    def __init__(
        self,
        *,
        mappings: Mapping[str, ErrorMapping] | None = None,
        rules: Sequence[Rule] = (),
        clock: Clock,
        fingerprint: str | None = None,
        status_from: Literal["classified", "framework"] = "classified",
        model: TextModel | None = None,
        locals_of: Callable[[FrameType], Mapping[str, str]] | None = None,
    ) -> None:
        faults: list[Fault] = []
        function = None if fingerprint is None else resolve(fingerprint, "telemetry.fingerprint", faults)
        self._groups = Groups(function)
        self._rules = compile_rules(rules, faults)
        if faults:
            raise SettingsError(faults)
        self._classes = FactsOfClasses(mappings or {})
        self._clock = clock
        self._move_status = status_from == "classified"
        self._model = model
        self._locals_of = locals_of
        self._own_errors = 0

    @property
    def internal_errors(self) -> int:
        """How often something inside failed, custom conditions included, and was passed over."""
        return self._own_errors + self._rules.errors + self._groups.errors

    def classify(
        self,
        exc: BaseException,
        *,
        source: str = "",
        context: Mapping[str, Any] | None = None,
        error_id: str | None = None,
    ) -> Failure:
        """The failure that an exception is. Never raises.

        Parameters:
            exc: the exception; nothing of it is kept but its texts and frames.
            source: where it came from, for rules.
            context: facts of the call, for rules.
            error_id: the id of the failure; absent: the exception's own, else a new one.
        """
        now = self._clock.time()
        links: tuple[Link, ...] = ()
        try:
            if is_alone(exc):
                facts = self._classes.of(type(exc))
                links = (Link(facts.name, text_of(exc), frames_of(exc, self._locals_of), ""),)
                if facts.plain and not self._rules.rules:
                    reading = Reading(facts.label, facts.source, facts.says, facts.confidence, facts.name)
                    if facts.placed:
                        _place(reading, links[0])
                    reading = self._doubt(reading, exc, links[0].message)
                    return self._conclude(reading, links, now, error_id)
                by_id = {id(exc): links[0]}
            else:
                chain = unfold(exc, _MAX_LINKS)
                links = links_of(chain, locals_of=self._locals_of)
                by_id = {id(one): link for (one, _), link in zip(chain, links, strict=True)}
            asked = _Asked(now, source, _NO_CONTEXT if context is None else context, by_id, [0])
            return self._conclude(self._judge(exc, asked), links, now, error_id)
        except Exception:  # noqa: BLE001 - whatever an exception does to us, its request gets an answer
            self._own_errors += 1
            return _unforeseen(exc, links, now, error_id)

    def _judge(self, exc: BaseException, asked: _Asked) -> Reading:
        try:
            gone = find_disconnect(exc, self._classes)
        except Exception:  # noqa: BLE001 - as in _guard, which would cost more here than what it guards
            self._own_errors += 1
            gone = None
        if gone is not None:
            name = qualified_name(type(gone))
            return Reading(DISCONNECTED, "catalogue", name, 0.95, name, explicit=True)
        return self._read(exc, asked, 0)

    def _read(self, exc: BaseException, asked: _Asked, depth: int) -> Reading:
        asked.reads[0] += 1
        facts = self._classes.of(type(exc))
        reading = (
            self._of_group(exc, asked, depth)
            if facts.is_group and isinstance(exc, BaseExceptionGroup)
            else self._speak(exc, facts, asked, depth)
        )
        if reading.source in DOUBTED and reading.type == facts.name:
            reading = self._doubt(reading, exc, self._text(exc, asked))
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

    def _doubt(self, reading: Reading, exc: BaseException, text: str) -> Reading:
        """Where nobody knows, the text model is asked whether it knows better."""
        if self._model is None or reading.source not in DOUBTED:
            return reading
        try:
            return doubted(reading, self._model.guess(type(exc), text))
        except Exception:  # noqa: BLE001 - as in _guard; its file may be gone
            self._own_errors += 1
            return reading

    def _speak(self, exc: BaseException, facts: Facts, asked: _Asked, depth: int) -> Reading:
        if (word := facts.word) is not None:
            own = self._hear(word, exc, asked.now)
            if own is not None:
                original = getattr(exc, "original_exception", None)
                if isinstance(original, BaseException) and depth < _MAX_DEPTH:
                    # Flask's InternalServerError is no answer of the application
                    return self._read(original, asked, depth + 1)
                return self._consider_cause(exc, own, facts, asked, depth)
        code = self._code_of(exc, facts) if facts.readers else None
        if code is not None:
            reading = _place(Reading(code.label, "code", code.says, 0.95, facts.name), asked.links.get(id(exc)))
            wait = parse_retry_after(code.retry_after, asked.now)
            if wait is not None and reading.label.transient:
                reading.more["retry_after"] = wait
            return reading
        if facts.mute or facts.unknown:
            return self._weak(exc, facts, asked, depth)
        return self._catalogued(exc, facts, asked, depth)

    def _catalogued(self, exc: BaseException, facts: Facts, asked: _Asked, depth: int) -> Reading:
        label = facts.label
        reading = Reading(label, facts.source, facts.says, facts.confidence, facts.name)
        if facts.placed:
            _place(reading, asked.links.get(id(exc)))
        self._add_details(exc, reading, asked)
        vague = facts.confidence < GUESSED
        inner = self._inner(exc, asked, depth) if vague or label.voice is not Voice.SAYS else None
        if inner is None or inner.source in _UNSURE:
            guess = guess_by_message(self._text(exc, asked)) if vague else None
            return reading if guess is None else _word_in(guess, reading)
        if _is_mere_bug(inner) and label != BUG:
            return reading
        inner.over = reading
        if inner.label.category is label.category:
            # the same thing said more exactly: the class that people know keeps its name
            inner.type = facts.name
        return _relabel(inner, _of_a_store(inner.label, reading.label))

    def _add_details(self, exc: BaseException, reading: Reading, asked: _Asked) -> None:
        if reading.source == "convention" and reading.label.transient:
            wait = self._guard(lambda: parse_retry_after(getattr(exc, "retry_after", None), asked.now))
            if wait is not None:
                reading.more["retry_after"] = wait
        if reading.label.code == INVALID.code:
            errors = self._guard(lambda: pairs_of_exception(exc))
            if errors:
                reading.more["errors"] = errors

    def _weak(self, exc: BaseException, facts: Facts, asked: _Asked, depth: int) -> Reading:
        """A class that says nothing, or one that nobody but the application knows."""
        inner = self._inner(exc, asked, depth) if facts.mute else None
        if inner is not None and inner.source != "default" and not (facts.guess and _is_mere_bug(inner)):
            inner.confidence *= 0.95
            # the last of several attempts proves nothing about the others
            return _relabel(inner, inner.label._replace(not_sent=False, local=False)) if "Retr" in facts.name else inner
        if facts.guess is not None:
            return self._named(exc, facts, facts.guess, asked, depth)
        guess = guess_by_message(self._text(exc, asked))
        if facts.kind is not None:
            kind = Reading(facts.kind.label, "convention", facts.kind.says, facts.kind.confidence, facts.name)
            return kind if guess is None else _word_in(guess, kind)
        if guess is not None:
            return Reading(guess[0], "pattern", guess[1], GUESSED, facts.name)
        label = facts.label._replace(voice=Voice.SAYS)
        if facts.label.voice is Voice.MUTE:
            reading = Reading(label, "default", "", 0.2, facts.name)
            if _place(reading, asked.links.get(id(exc))).label != label:
                reading.source, reading.confidence = "catalogue", NAMED
            return reading
        return Reading(label, facts.source, facts.says, 0.5, facts.name)

    def _named(self, exc: BaseException, facts: Facts, said: tuple[Label, str], asked: _Asked, depth: int) -> Reading:
        """A class of the application whose name says what it is for."""
        reading = Reading(said[0], "name", said[1], NAMED, facts.name)
        inner = None if facts.mute else self._inner(exc, asked, depth)
        if inner is not None and inner.source not in _UNSURE and inner.label.category is said[0].category:
            # the same said more exactly, as a deadlock behind a conflict
            inner.over, inner.type = reading, facts.name
            return inner
        return reading

    def _consider_cause(self, exc: BaseException, own: Reading, facts: Facts, asked: _Asked, depth: int) -> Reading:
        """What an exception says of itself holds; what failed is the cause's to say where the answer is "our fault"."""
        status, code = own.label.status, own.label.code
        if facts.refined and status >= 500:
            own.label = facts.label._replace(status=status, code=code)
        bare = own_word.says_nothing(exc, own)
        for_the_last = own_word.speaks_for_the_last(exc)
        answer = status >= 500 and not isinstance(exc, FailsoftError)
        inner = self._inner(exc, asked, depth) if bare or for_the_last or answer else None
        if inner is None or inner.source in _UNSURE:
            return own
        if for_the_last:
            return own_word.after_the_last(exc, own, inner)
        if bare:
            return own_word.behind_a_bare_one(own, inner)
        own.label = inner.label._replace(status=status, code=code)
        own.over = inner
        # something failed, and this is how the application says so
        own.more.pop("expected", None)
        return own

    def _of_group(self, exc: BaseExceptionGroup[Any], asked: _Asked, depth: int) -> Reading:
        room = max(_MAX_READS - asked.reads[0], 1)
        readings = [self._read(leaf, asked, depth + 1) for leaf in leaves_of(exc)[:room]]
        readings = [one for one in readings if one.label != DISCONNECTED] or readings
        worst = min(readings, key=_recovery)
        label = worst.label._replace(
            transient=all(one.label.transient for one in readings),
            not_sent=all(one.label.not_sent for one in readings),
            local=all(one.label.local for one in readings),
        )
        waits = [wait for one in readings if (wait := one.more.get("retry_after")) is not None]
        if waits and label.transient:
            worst.more["retry_after"] = max(waits)
        worst.more["expected"] = all(_is_expected(one) for one in readings)
        worst.says += f" (of {len(readings)} in a group)" if len(readings) > 1 else ""
        return _relabel(worst, label)

    def _inner(self, exc: BaseException, asked: _Asked, depth: int) -> Reading | None:
        if depth >= _MAX_DEPTH or asked.reads[0] >= _MAX_READS:
            return None
        try:
            inner = inner_of(exc)
            if inner is None and self._classes.of(type(exc)).passes_on:
                inner = quoted_context_of(exc)
        except Exception:  # noqa: BLE001 - as in _guard
            self._own_errors += 1
            return None
        if inner is None or inner is exc:
            return None
        reading = self._read(inner, asked, depth + 1)
        # a cancellation that was no disconnect (see _judge) tells nothing about what failed
        return None if reading.label == DISCONNECTED else reading

    def _code_of(self, exc: BaseException, facts: Facts) -> Code | None:
        for reader in facts.readers:
            try:
                code = reader(exc, facts.label)
            except Exception:  # noqa: BLE001 - as in _guard
                self._own_errors += 1
                continue
            if code is not None:
                return code
        return None

    def _hear(self, word: own_word.OwnWord, exc: BaseException, now: float) -> Reading | None:
        try:
            return word(exc, now)
        except Exception:  # noqa: BLE001 - as in _guard
            self._own_errors += 1
            return None

    def _text(self, exc: BaseException, asked: _Asked) -> str:
        link = asked.links.get(id(exc))
        return text_of(exc) if link is None else link.message

    def _guard(self, ask: Callable[[], T]) -> T | None:
        """Ask a hostile exception; whatever it raises counts as no answer."""
        try:
            return ask()
        except Exception:  # noqa: BLE001 - attributes of foreign exceptions may be properties that raise
            self._own_errors += 1
            return None

    def _conclude(self, reading: Reading, links: tuple[Link, ...], now: float, error_id: str | None) -> Failure:
        more = reading.more
        expected = _is_expected(reading)
        label = reading.label
        if not reading.explicit and not self._move_status and label.status != 500:
            label = label._replace(status=500)
            more.pop("errors", None)
        recoverable = label.transient or (400 <= label.status < 500 and label.status not in _FINAL)
        own_id = more.pop("error_id", None)
        # not more than fifteen at once: CPython passes sixteen names in a dictionary, which takes twice the time
        failure = Failure(
            type=reading.type,
            category=label.category,
            severity=label.severity,
            transient=label.transient,
            recoverable=recoverable,
            status=label.status,
            code=label.code,
            confidence=reading.confidence,
            error_id=error_id or own_id or new_error_id(now),
            timestamp=now,
            expected=expected,
            groups=self._groups,
            heard=reading,
            links=links,
        )
        if label.not_sent or label.local:
            failure.not_sent, failure.local = label.not_sent, label.local
        if reading.label == DISCONNECTED:
            failure.disconnected = True
        if more:
            for name, value in more.items():
                setattr(failure, name, value)
            failure.expected = expected
        return failure


def _is_mere_bug(reading: Reading) -> bool:
    """Whether it is a builtin exception that says no more than that something went wrong."""
    return reading.label == BUG and reading.source == "catalogue"


def _word_in(guess: tuple[Label, str], reading: Reading) -> Reading:
    """Words of a message in what is known but vaguely: they say what failed, never a status, nor do they make anything
    transient. Settings, which are ours, are no peer's fault."""
    said, words = guess
    label = said
    if said.category is not Category.CONFIGURATION:
        passes = reading.label.transient and said.category in _PASSING
        label = reading.label._replace(category=said.category, severity=said.severity, transient=passes)
    return Reading(label, "pattern", words, GUESSED, reading.type, over=reading)


def _place(reading: Reading, link: Link | None) -> Reading:
    if link is not None and (better := refine_by_place(reading.label, reading.type, link.frames)) is not None:
        reading.label = better[0]
        reading.says = f"{reading.says}, {better[1]}"
    return reading


def _is_expected(reading: Reading) -> bool:
    given = reading.more.get("expected")
    return bool(reading.explicit and reading.label.status < 500) if given is None else bool(given)


def _relabel(reading: Reading, label: Label) -> Reading:
    reading.label = label
    return reading


def _recovery(reading: Reading) -> tuple[bool, bool, int]:
    """Orders by how little can be done about it: what no time cures first, then our own fault, then the gravest."""
    label = reading.label
    return label.transient, label.status != 500, -label.severity.rank


def _of_a_store(inner: Label, outer: Label) -> Label:
    """A lost link to our own store needs somebody to act, though its cause alone would not say so."""
    lost = inner.category is Category.NETWORK and outer.category is Category.NETWORK and inner.status != 504
    return inner._replace(severity=max(inner.severity, outer.severity, key=lambda one: one.rank)) if lost else inner


def _unforeseen(exc: BaseException, links: tuple[Link, ...], now: float, error_id: str | None) -> Failure:
    try:
        links = links or capture(exc, max_links=1)
    except Exception:  # noqa: BLE001 - the very last line
        links = (Link("Exception", "<unprintable exception>", (), ""),)
    return Failure(
        type=links[0].type,
        category=Category.SYSTEM,
        severity=Severity.HIGH,
        transient=False,
        recoverable=False,
        status=500,
        code="INTERNAL_ERROR",
        confidence=0.0,
        error_id=error_id or new_error_id(now),
        timestamp=now,
        heard=(Evidence("default", "", Category.SYSTEM, 0.0),),
        links=links,
    )
