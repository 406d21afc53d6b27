"""The classifier: one exception in, one `Failure` out. The only maker of failures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import FrameType
from typing import Any, Literal

from failsoft.clock import Clock
from failsoft.deferred import as_pattern
from failsoft.errors.again import Key, Remembered, Seen, copied, see, see_line, without_numbers_in
from failsoft.errors.capture import capture, frames_of, is_alone, links_of, text_of, unfold
from failsoft.errors.catalogue.labels import DISCONNECTED, Label
from failsoft.errors.code import Code
from failsoft.errors.digits import numbers_in
from failsoft.errors.exceptions import Fault, SettingsError
from failsoft.errors.facts import FactsOfClasses
from failsoft.errors.failure import Evidence, Failure, Link
from failsoft.errors.fingerprint import Groups
from failsoft.errors.fleeting import answers, compared, noted
from failsoft.errors.judge import Asked, Judge
from failsoft.errors.model import TextModel
from failsoft.errors.reading import Reading, recode, severity_of
from failsoft.errors.rules import ErrorMapping, Rule, compile_rules
from failsoft.errors.taxonomy import Category, Severity
from failsoft.errors.wording import place
from failsoft.ids import new_error_id
from failsoft.references import resolve

__all__ = ["Classifier"]

_MAX_LINKS = 12
_PATIENCE = 64
_NOW_AND_THEN = 8
"""Where so many of a class were new one after the other, only some are looked at whether they come again: for most
classes to say what a new one is takes little longer than to find out that it is new."""
_FINAL = frozenset({403, 410, 451, 499})
_NO_CONTEXT: Mapping[str, Any] = {}
_NO_CODES: Mapping[int, Code | None] = {}
_DIGITS = as_pattern(r"[0-9]+")
_FLEETING = frozenset({"error_id", "details", "headers", "errors", "public_details"})
"""What an exception gives a failure that is not to be kept, and may be another one the next time."""


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
        self._locals_of = locals_of
        self._judge = Judge(self._classes, self._rules, model)
        self._remembered = Remembered()
        self._own_errors = 0

    @property
    def ruled(self) -> bool:
        """Whether there are rules, who alone ask about the call."""
        return bool(self._rules.rules)

    def report_to(self, report: Callable[[str, BaseException], object]) -> None:
        """Tell of each fault of a function of the application: where, and what was raised."""
        self._rules.report = self._groups.report = report

    @property
    def internal_errors(self) -> int:
        """How often something inside failed, custom conditions included, and was passed over."""
        return self._own_errors + self._judge.own_errors + self._rules.errors + self._groups.errors

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
            facts = self._classes.of(type(exc))
            line: tuple[Seen, dict[int, Link]] | bool = False
            plan = facts.plan
            rules = self._rules.rules
            if plan is not None and not rules:
                missed = plan.missed
                if missed < _PATIENCE or plan.dear or missed % _NOW_AND_THEN == 0:
                    try:  # noqa: SIM105 - to suppress costs as much as a third of what is done here
                        line = see_line(exc, facts, self._classes, self._locals_of)
                    except Exception:  # noqa: BLE001, S110 - of what is hostile to being looked at nothing is remembered
                        pass
                plan.missed = missed + 1
            if type(line) is tuple:
                return self._recall(exc, line[0], line[1], tuple(line[1].values()), now, error_id)
            if is_alone(exc):
                links = (Link(facts.name, text_of(exc), frames_of(exc, self._locals_of), ""),)
                by_id = {id(exc): links[0]}
            else:
                chain = unfold(exc, _MAX_LINKS)
                links = links_of(chain, locals_of=self._locals_of)
                by_id = {id(one): link for (one, _), link in zip(chain, links, strict=True)}
            if line and (seen := self._see(exc, by_id)) is not None:
                return self._recall(exc, seen, by_id, links, now, error_id)
            if rules:
                asked = Asked(now, source, _NO_CONTEXT if context is None else context, by_id, [0], _NO_CODES)
                return self._conclude(self._judge.judge(exc, asked), links, now, error_id)
            return self._conclude(self._found(exc, by_id, _NO_CODES, now), links, now, error_id)
        except KeyboardInterrupt:
            raise
        except BaseException:  # noqa: BLE001 - whatever an exception does to us, its request gets an answer
            self._own_errors += 1
            return _unforeseen(exc, links, now, error_id)

    def _see(self, exc: BaseException, links: dict[int, Link]) -> Seen | None:
        try:
            return see(exc, links, self._classes)
        except Exception:  # noqa: BLE001 - as above
            return None

    def _recall(
        self,
        exc: BaseException,
        seen: Seen,
        by_id: dict[int, Link],
        links: tuple[Link, ...],
        now: float,
        error_id: str | None,
    ) -> Failure:
        """The failure that was remembered of an exception that is the same again, else one that may be."""
        parts, kept, asks, texts = seen
        codes: dict[int, Code | None] = {}
        labels: list[Label | None] = []
        if asks:
            failed = self._judge.own_errors
            for one, facts in asks:
                code = codes[id(one)] = self._judge.code_of(one, facts)
                labels.append(None if code is None else code.label)
                parts.extend((None,) if code is None else (hash(code.says), hash(code.retry_after)))
            if failed != self._judge.own_errors:
                return self._conclude(self._found(exc, by_id, codes, now), links, now, error_id)
        remembered = self._remembered
        key = tuple(parts)
        known = remembered.find(key, labels, exc)
        if known is None:
            # of one that differs by numbers only that nobody reads the same is to be said
            alike = tuple(parts) if without_numbers_in(parts, texts) else None
            if alike is not None and (known := remembered.find(alike, labels, exc)) is not None:
                if remembered.comes_again(key):
                    remembered.copy(alike, key)
            elif remembered.comes_again(key if alike is None else alike):
                return self._learn(exc, key, alike, labels, codes, kept, by_id, links, now, error_id)
            else:
                # most texts that are new come no second time
                return self._conclude(self._found(exc, by_id, codes, now), links, now, error_id)
        plan = kept[0].plan
        if plan is not None:
            plan.missed = 0
        failure = copied(known)
        failure.error_id = error_id or new_error_id(now)
        failure.timestamp = now
        failure.links = links
        failure.details = {}
        return failure

    def _learn(
        self,
        exc: BaseException,
        key: Key,
        alike: Key | None,
        labels: list[Label | None],
        codes: Mapping[int, Code | None],
        kept: list[Any],
        by_id: dict[int, Link],
        links: tuple[Link, ...],
        now: float,
        error_id: str | None,
    ) -> Failure:
        before = self.internal_errors, noted()
        texts = compared()
        with answers() as told:
            reading = self._found(exc, by_id, codes, now)
        lasts = _FLEETING.isdisjoint(reading.more)
        failure = self._conclude(reading, links, now, error_id)
        # what was asked about another one than this cannot be asked again; and a text that is another one each time it
        # is asked for has no place here
        if (
            lasts
            and before == (self.internal_errors, noted())
            and all(one is exc for _, one, _ in told)
            and text_of(exc) == links[0].message
        ):
            hang = [(ask, answer) for ask, _, answer in told]
            if alike is None or not _hangs_on_numbers(reading, links, texts):
                self._remembered.keep(alike or key, labels, hang, kept, failure)
            elif self._remembered.comes_again(key):
                self._remembered.keep(key, labels, hang, kept, failure)
        return failure

    def _found(
        self, exc: BaseException, links: dict[int, Link], codes: Mapping[int, Code | None], now: float
    ) -> Reading:
        facts = self._classes.of(type(exc))
        if facts.plain and len(links) == 1 and is_alone(exc):
            reading = Reading(facts.label, facts.source, facts.says, facts.confidence, facts.name)
            return place(reading, links[id(exc)], exc) if facts.placed else reading
        return self._judge.judge(exc, Asked(now, "", _NO_CONTEXT, links, [0], codes))

    def _conclude(self, reading: Reading, links: tuple[Link, ...], now: float, error_id: str | None) -> Failure:
        more = reading.more
        expected = reading.is_expected
        label = reading.label
        if not reading.explicit and not self._move_status and label.status != 500:
            if label.status < 500:
                # nobody is turned away with it
                label = recode(label, 500)
                label = label._replace(severity=severity_of(label.category, label))
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


def _hangs_on_numbers(reading: Reading, links: tuple[Link, ...], texts: int) -> bool:
    """Whether what was concluded may be another thing with other numbers in the texts, though these are alike.

    Parameters:
        texts: what was `compared` before.
    """
    numbers = [number for link in links for number in numbers_in(link.message)]
    if not numbers:
        return False
    if texts != compared():
        return True
    one: Reading | None = reading
    while one is not None:
        # a voice may give back the words that it goes by
        if any(digits in number for digits in _DIGITS.findall(one.says) for number in numbers):
            return True
        one = one.over
    return False


def _unforeseen(exc: BaseException, links: tuple[Link, ...], now: float, error_id: str | None) -> Failure:
    try:
        links = links or capture(exc, max_links=1)
    except KeyboardInterrupt:
        raise
    except BaseException:  # noqa: BLE001 - the very last line
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
