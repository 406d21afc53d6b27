from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from failsoft.errors.classifier import Classifier
from failsoft.errors.exceptions import Fault, SettingsError
from failsoft.errors.rules import Rule, compile_rules
from failsoft.errors.taxonomy import Category, Severity


class VendorError(Exception):
    pass


class Outage(VendorError):
    pass


class VendorRefusal(VendorError):
    def __init__(self, vendor: str) -> None:
        super().__init__(vendor)


def is_tuesday(exc: BaseException, context: Mapping[str, Any]) -> bool:
    return context.get("day") == "tuesday" and isinstance(exc, VendorError)


def explodes(exc: BaseException, context: Mapping[str, Any]) -> bool:
    raise RuntimeError("not my day")


async def waits(exc: BaseException, context: Mapping[str, Any]) -> bool:
    return False


def later(exc: BaseException, context: Mapping[str, Any]) -> Any:
    return waits(exc, context)


def leaves(exc: BaseException, context: Mapping[str, Any]) -> bool:
    raise SystemExit(3)


def takes_nothing() -> bool:
    return True


no_function = 7
HERE = __name__


def rule(when: Mapping[str, Any], **then: Any) -> Rule:
    return Rule(name="rule", when=when, then=then or {"category": "external_service"})  # type: ignore[arg-type]


@pytest.fixture
def holds(make: Callable[..., Classifier]) -> Callable[..., bool]:
    def ask(when: Mapping[str, Any], exc: BaseException, **facts: Any) -> bool:
        classifier = make(rules=[rule(when, code="HIT")])
        failure = classifier.classify(exc, **facts)
        assert classifier.internal_errors == 0
        return failure.code == "HIT"

    return ask


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ({"message_contains": "maintenance"}, True),
        ({"message_contains": "MAINTENANCE window"}, True),
        ({"message_contains": ["nothing", "window"]}, True),
        ({"message_contains": "midnight"}, False),
        ({"message_matches": "Maint.{0,9}ce window"}, True),
        ({"message_matches": "MAINTENANCE"}, False),
        ({"message_matches": "(?i)MAINTENANCE"}, True),
        ({"message_matches": ["nothing", r"\bwindow\b"]}, True),
        ({"error_type": f"{HERE}.Outage"}, True),
        ({"error_type": f"{HERE}.VendorError"}, True),
        ({"error_type": "VendorError"}, True),
        ({"error_type": "Exception"}, True),
        ({"error_type": "builtins.Exception"}, True),
        ({"error_type": ["KeyError", "Outage"]}, True),
        ({"error_type": "shop.Outage"}, False),
        ({"error_type": "KeyError"}, False),
        ({"source": "vendor"}, True),
        ({"source": ["shop", "vendor"]}, True),
        ({"source": "vend"}, False),
        ({"context": {"field": "endpoint", "value": "GET /quotes"}}, True),
        ({"context": {"field": "endpoint", "value": ["other", "GET /quotes"]}}, True),
        ({"context": {"field": "attempt", "value": 2}}, True),
        ({"context": {"field": "critical", "value": True}}, True),
        ({"context": {"field": "endpoint", "value": "other"}}, False),
        ({"context": {"field": "path", "value": "/quotes"}}, False),
        ({"context": {"field": "attempt", "value": True}}, False),
        ({"context": [{"field": "endpoint", "value": "GET /quotes"}, {"field": "attempt", "value": 2}]}, True),
        ({"context": [{"field": "endpoint", "value": "GET /quotes"}, {"field": "attempt", "value": 3}]}, False),
        ({"all": [{"source": "vendor"}, {"message_contains": "window"}]}, True),
        ({"all": [{"source": "vendor"}, {"message_contains": "midnight"}]}, False),
        ({"any": [{"source": "shop"}, {"message_contains": "window"}]}, True),
        ({"any": [{"source": "shop"}, {"message_contains": "midnight"}]}, False),
        ({"not": {"source": "shop"}}, True),
        ({"not": {"source": "vendor"}}, False),
        ({"all": [{"not": {"any": [{"source": "shop"}]}}, {"source": "vendor"}]}, True),
        ({"source": "vendor", "message_contains": "window"}, True),
        ({"source": "vendor", "message_contains": "midnight"}, False),
        ({"custom": f"{HERE}:is_tuesday"}, True),
    ],
)
def test_a_condition_holds_or_not(holds: Callable[..., bool], when: Mapping[str, Any], expected: bool) -> None:
    context = {"endpoint": "GET /quotes", "attempt": 2, "critical": True, "day": "tuesday"}
    assert holds(when, Outage("Maintenance window until 6"), source="vendor", context=context) is expected


def test_a_class_is_found_by_any_path_that_it_can_be_imported_from(holds: Callable[..., bool]) -> None:
    import asyncio.exceptions  # noqa: F401
    import socket  # noqa: F401

    assert holds({"error_type": "socket.timeout"}, TimeoutError())
    assert holds({"error_type": "asyncio.TimeoutError"}, TimeoutError())
    assert not holds({"error_type": "never.imported.TimeoutError"}, TimeoutError())


@pytest.mark.parametrize("name", ["explodes", "later", "leaves"])
def test_a_custom_condition_that_raises_is_no_match_and_is_counted(make: Callable[..., Classifier], name: str) -> None:
    classifier = make(rules=[rule({"custom": f"{HERE}:{name}"}, code="HIT")])
    assert classifier.classify(ValueError()).code == "INTERNAL_ERROR"
    assert classifier.internal_errors == 1


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        (f"{HERE}:no_function", "expected a callable"),
        (f"{HERE}:missing", "of a callable: AttributeError"),
        ("nowhere.to.be:found", "of a callable: ModuleNotFoundError"),
        (f"{HERE}:waits", "expected a plain function"),
        (f"{HERE}:takes_nothing", "expected a function that takes 2 arguments"),
        (f"{HERE}:VendorRefusal", "expected a function that takes 2 arguments"),
    ],
)
def test_a_custom_condition_that_is_not_there_is_a_fault_at_start(reference: str, expected: str) -> None:
    faults: list[Fault] = []
    compile_rules([rule({"source": "a"}), rule({"all": [{"not": {"custom": reference}}]})], faults)
    (fault,) = faults
    assert fault.path == "rules[1].when.all[0].not.custom"
    assert expected in fault.expected


def test_a_classifier_refuses_rules_with_faults(make: Callable[..., Classifier]) -> None:
    with pytest.raises(SettingsError, match="of a callable"):
        make(rules=[rule({"custom": "nowhere.to.be:found"})])


@pytest.mark.parametrize(
    ("when", "path"),
    [
        ({}, "Rule.when"),
        ({"message_contain": "x"}, "Rule.when.message_contain"),
        ({"not": {}}, "Rule.when.not"),
        ({"all": []}, "Rule.when.all"),
        ({"any": [{"sauce": "x"}]}, "Rule.when.any[0].sauce"),
        ({"message_contains": ""}, "Rule.when.message_contains"),
        ({"message_matches": ""}, "Rule.when.message_matches"),
        ({"message_matches": ["a", ""]}, "Rule.when.message_matches"),
        *(({key: []}, f"Rule.when.{key}") for key in ("message_contains", "message_matches", "error_type", "source")),
        ({"context": []}, "Rule.when.context"),
        ({"any": []}, "Rule.when.any"),
        ({"error_type": 7}, "Rule.when.error_type"),
        ({"context": {"field": "path"}}, "Rule.when.context.value"),
        ({"context": {"field": "tenant", "value": "x"}}, "Rule.when.context.field"),
        ({"custom": "no colon"}, "Rule.when.custom"),
    ],
)
def test_a_malformed_condition_is_refused_with_its_place(when: Mapping[str, Any], path: str) -> None:
    with pytest.raises(SettingsError) as caught:
        rule(when)
    assert path in {fault.path for fault in caught.value.faults}


def test_the_rule_of_the_highest_confidence_decides_then_the_first(make: Callable[..., Classifier]) -> None:
    def named(name: str, confidence: float) -> Rule:
        return Rule(name=name, when={"source": "s"}, then={"code": name}, confidence=confidence)  # type: ignore[arg-type]

    classifier = make(rules=[named("LOW", 0.5), named("FIRST", 0.8), named("SECOND", 0.8)])
    failure = classifier.classify(ValueError(), source="s")
    assert failure.code == "FIRST"
    assert failure.confidence == 0.8
    assert (failure.evidence[0].source, failure.evidence[0].says) == ("rule", "FIRST")
    assert (failure.evidence[1].source, failure.evidence[1].says) == ("catalogue", "ValueError")


def test_a_rule_says_everything_that_it_says(make: Callable[..., Classifier]) -> None:
    then = {
        "category": "external_service",
        "severity": "medium",
        "transient": True,
        "status": 503,
        "code": "VENDOR_DOWN",
        "retry_after": "2m",
        "title": "Vendor",
        "user_message": {"en": "later", "de": "später"},
        "guidance": "wait",
        "notification": "warning",
        "report": False,
        "recoverable": False,
    }
    failure = make(rules=[rule({"source": "vendor"}, **then)]).classify(RuntimeError("x"), source="vendor")
    assert (failure.category, failure.severity) == (Category.EXTERNAL_SERVICE, Severity.MEDIUM)
    assert (failure.transient, failure.recoverable, failure.status) == (True, False, 503)
    assert (failure.code, failure.retry_after, failure.retry_after_set) == ("VENDOR_DOWN", 120.0, True)
    assert (failure.title, failure.guidance) == ("Vendor", "wait")
    assert failure.user_message == {"en": "later", "de": "später"}
    assert failure.notification == "warning"
    assert failure.expected


def test_a_rule_about_a_cause_speaks_for_the_class_that_says_nothing(make: Callable[..., Classifier]) -> None:
    classifier = make(rules=[rule({"error_type": f"{HERE}.Outage"}, code="OUTAGE", status=503)])
    wrapper = RuntimeError("wrapped")
    wrapper.__cause__ = Outage()
    assert classifier.classify(wrapper).code == "OUTAGE"
