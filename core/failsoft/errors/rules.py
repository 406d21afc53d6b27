"""What an application says about exceptions in its settings: the `[errors]` table and the `[[rules]]`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from inspect import isawaitable
from typing import Annotated, Any, NamedTuple

from msgspec import Meta

from failsoft.call import ContextField
from failsoft.deferred import as_pattern
from failsoft.errors.class_paths import ClassPaths
from failsoft.errors.exceptions import Fault
from failsoft.errors.suggestions import Suggestion
from failsoft.errors.taxonomy import Category, Notification, Severity
from failsoft.kinds import Kind
from failsoft.options import Duration, Options, Reference, shown
from failsoft.references import resolve
from failsoft.regexes import checked

__all__ = ["CompiledRules", "Condition", "ContextCondition", "ErrorMapping", "Rule", "compile_rules"]


def _public_name(value: object) -> str:
    if isinstance(value, str) and re.fullmatch(r"[a-z][a-z_]{0,31}", value):
        return value
    raise ValueError("wrong form")


PublicName = Annotated[str, Kind("a name of lower-case letters and underscores, as it stands in braces", _public_name)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorMapping(Options):
    """What a class of exceptions means: a table `[errors."shop.errors.OutOfStock"]`, or what a rule says.

    What is left out stays as it would be without the mapping; but severity and transience follow a status or category
    that is given.
    """

    status: Annotated[int | None, Meta(ge=400, le=599, description="HTTP status of the answer.")] = None
    code: Annotated[
        str | None, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}$", description="Stable identifier for clients.")
    ] = None
    category: Annotated[Category | None, Meta(description="What failed.")] = None
    severity: Annotated[Severity | None, Meta(description="How bad it is for the operators.")] = None
    transient: Annotated[bool | None, Meta(description="Time alone may cure it, so that it may be retried.")] = None
    recoverable: Annotated[bool | None, Meta(description="The client can do something: wait, or mend it.")] = None
    retry_after: Annotated[Duration | None, Meta(description="After how long a repetition makes sense.")] = None
    title: Annotated[str | Mapping[str, str] | None, Meta(description="Title, one text or one per language.")] = None
    user_message: Annotated[
        str | Mapping[str, str] | None, Meta(description="What the client is told, one text or one per language.")
    ] = None
    guidance: Annotated[
        str | Mapping[str, str] | None, Meta(description="What the client can do, one text or one per language.")
    ] = None
    public_details: Annotated[
        tuple[PublicName, ...] | None,
        Meta(max_length=32, description="Details or attributes of the exception that texts may name in braces."),
    ] = None
    suggestions: Annotated[
        tuple[Suggestion, ...] | None,
        Meta(max_length=8, description="What can be done about it, what helps most first, for operators and records."),
    ] = None
    notification: Annotated[Notification | None, Meta(description="How loudly a user interface should say it.")] = None
    report: Annotated[
        bool | None, Meta(description="Whether it is an error to operators. Default: if the status is 500 or above.")
    ] = None

    def check(self, path: str) -> Iterable[Fault]:
        for name in ("title", "user_message", "guidance"):
            texts = getattr(self, name)
            if isinstance(texts, Mapping) and not texts:
                yield Fault(f"{path}.{name}", "{}", "expected a text, or a text for each language")


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextCondition(Options):
    """Holds if something about the call has a value, or one of several. Nothing does where no call is known."""

    field: Annotated[
        ContextField,
        Meta(description="What about the call. `endpoint` is method and route template, or `guard:NAME`; of a guard no "
        "request is known, so that what is of one is empty."),
    ]  # fmt: skip
    value: Annotated[
        str | int | float | bool | tuple[str, ...],
        Meta(description="The value, or a list of texts of which one is meant."),
    ]


def _texts(raw: Any) -> tuple[str, ...]:
    return (raw,) if isinstance(raw, str) else tuple(raw)


_Texts = str | tuple[str, ...]
_CLASS = as_pattern(r"[^\W\d]\w*(\.([^\W\d]\w*|<locals>))*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition(Options):
    """When a rule holds. Several keys in one table: all of them."""

    message_contains: Annotated[
        _Texts | None, Meta(description="A text in the message, or several of which one; upper and lower case alike.")
    ] = None
    message_matches: Annotated[
        _Texts | None,
        Meta(description="A regular expression that is found in the message, or several of which one; `(?i)` at its "
        "start: upper and lower case alike. One whose time is not linear in the message is refused."),
    ] = None  # fmt: skip
    error_type: Annotated[
        _Texts | None, Meta(description="Path or bare name of the exception's class or of a base, or several.")
    ] = None
    source: Annotated[_Texts | None, Meta(description="Where the exception came from, or several.")] = None
    context: Annotated[
        ContextCondition | tuple[ContextCondition, ...] | None, Meta(description="What is known of the call.")
    ] = None
    all_: Annotated[tuple[Condition, ...] | None, Meta(description="Every one of these holds.")] = None
    any_: Annotated[tuple[Condition, ...] | None, Meta(description="One of these holds.")] = None
    not_: Annotated[Condition | None, Meta(description="This does not hold.")] = None
    custom: Annotated[
        Reference | None,
        Meta(description='"package.module:function", called with the exception and a mapping of what is known of the '
        "call, as in `context`."),
    ] = None  # fmt: skip

    def check(self, path: str) -> Iterable[Fault]:
        # nothing at all would hold always, which nobody can have meant
        if not self.given:
            yield Fault(path, "", f"expected one of {', '.join(key.rstrip('_') for key in _KEYS)}")
        for text in () if self.message_matches is None else _texts(self.message_matches):
            try:
                _pattern(text)
            except ValueError as error:
                yield Fault(f"{path}.message_matches", shown(text), str(error))
        for name in ("message_contains", "error_type", "source"):
            texts = getattr(self, name)
            if texts is not None and not all(_texts(texts)):
                yield Fault(f"{path}.{name}", "", "expected no empty text")
        for name in _KEYS:
            # one of none never holds, and all of none always do
            if getattr(self, name) == ():
                what = "text" if name in _OF_TEXTS else "condition"
                yield Fault(f"{path}.{name.rstrip('_')}", "[]", f"expected at least one {what}")
        for text in _texts(self.error_type or ()):
            if text and not _CLASS.fullmatch(text):
                yield Fault(f"{path}.error_type", shown(text), 'expected the path or name of a class: "shop.Oops"')


_pattern = lru_cache(maxsize=256)(checked)
_OF_TEXTS = ("message_contains", "message_matches", "error_type", "source")
_KEYS = (*_OF_TEXTS, "context", "all_", "any_", "not_", "custom")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(Options):
    """What exceptions mean that fulfil a condition. The one of the highest confidence decides, then the first."""

    name: Annotated[str, Meta(min_length=1, description="Named in the evidence.")]
    when: Annotated[Condition, Meta(description="When it holds.")]
    then: Annotated[ErrorMapping, Meta(description="What the exception means then.")]
    confidence: Annotated[float, Meta(ge=0, le=1, description="How sure it is, among rules.")] = 0.9


class Case(NamedTuple):
    """What a condition is asked about."""

    exc: BaseException
    text: str
    """Its message."""
    message: str
    """The same, folded to one case."""
    source: str
    context: Mapping[str, Any]


_Test = Callable[[Case], bool]


@dataclass(slots=True)
class CompiledRules:
    """Rules ready to be asked. Cheap to ask, safe to share among threads."""

    rules: tuple[tuple[_Test, Rule], ...] = ()
    """By confidence, the highest first."""
    errors: int = 0
    """How often a custom condition raised; it counts as no match."""
    report: Callable[[str, BaseException], object] | None = None
    """Is told where and what it raised."""

    def match(self, exc: BaseException, message: str, source: str, context: Mapping[str, Any]) -> Rule | None:
        """The rule that decides about an exception, if any does."""
        case = Case(exc, message, message.casefold(), source, context)
        for test, rule in self.rules:
            if test(case):
                return rule
        return None


def compile_rules(rules: Sequence[Rule], faults: list[Fault]) -> CompiledRules:
    """Make rules ready; import what their custom conditions name.

    Parameters:
        faults: gets a `Fault` for each function that cannot be imported or called.
    """
    compiled = CompiledRules()
    tests = [(_compile(rule.when, f"rules[{n}].when", compiled, faults), rule) for n, rule in enumerate(rules)]
    compiled.rules = tuple(sorted(tests, key=lambda pair: -pair[1].confidence))
    return compiled


def _compile(when: Condition, path: str, compiled: CompiledRules, faults: list[Fault]) -> _Test:
    tests = [*_plain_tests(when)]
    for name in ("all", "any"):
        if inner := getattr(when, f"{name}_"):
            several = [_compile(one, f"{path}.{name}[{n}]", compiled, faults) for n, one in enumerate(inner)]
            tests.append(_every(several) if name == "all" else _one_of(several))
    if when.not_ is not None:
        tests.append(_opposite(_compile(when.not_, f"{path}.not", compiled, faults)))
    if when.custom is not None:
        tests.append(_custom(when.custom, f"{path}.custom", compiled, faults))
    return _every(tests) if tests else lambda _case: False


def _plain_tests(when: Condition) -> Iterable[_Test]:
    """The cheap ones first: the others are then rarely asked."""
    if when.source is not None:
        sources = frozenset(_texts(when.source))
        yield lambda case: case.source in sources
    if when.error_type is not None:
        paths = ClassPaths(_texts(when.error_type))
        yield lambda case: paths.find(type(case.exc)) is not None
    if when.message_contains is not None:
        needles = tuple(text.casefold() for text in _texts(when.message_contains))
        yield lambda case: any(needle in case.message for needle in needles)
    if when.message_matches is not None:
        searches = tuple(_pattern(text).search for text in _texts(when.message_matches))
        yield lambda case: any(search(case.text) is not None for search in searches)
    if when.context is not None:
        wanted = (when.context,) if isinstance(when.context, ContextCondition) else when.context
        yield lambda case: all(_holds(case.context, one) for one in wanted)


def _holds(context: Mapping[str, Any], wanted: ContextCondition) -> bool:
    value = context.get(wanted.field)
    if isinstance(wanted.value, tuple):
        return value in wanted.value
    return isinstance(value, bool) is isinstance(wanted.value, bool) and bool(value == wanted.value)


def _every(tests: Sequence[_Test]) -> _Test:
    if len(tests) == 1:
        return tests[0]
    return lambda case: all(test(case) for test in tests)


def _one_of(tests: Sequence[_Test]) -> _Test:
    return lambda case: any(test(case) for test in tests)


def _opposite(test: _Test) -> _Test:
    return lambda case: not test(case)


def _custom(reference: str, path: str, compiled: CompiledRules, faults: list[Fault]) -> _Test:
    function = resolve(reference, path, faults)

    def ask(case: Case) -> bool:
        try:
            return _settled(function(case.exc, case.context))
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 - the application's function must not cost the answer
            compiled.errors += 1
            if compiled.report is not None:
                compiled.report(path, error)
            return False

    return ask


def _settled(said: object) -> bool:
    """What a function said.

    Raises:
        TypeError: it would have to be awaited, and counted as true whatever it came to.
    """
    if isawaitable(said):
        if (close := getattr(said, "close", None)) is not None:
            close()
        raise TypeError("expected true or false, and not something to be awaited")
    return bool(said)
