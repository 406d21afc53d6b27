from __future__ import annotations

from collections.abc import Callable

import pytest
from starlette.exceptions import HTTPException

from failsoft import Retry
from failsoft.errors.classifier import Classifier
from failsoft.errors.exceptions import NotFoundError, SettingsError
from failsoft.errors.rules import ErrorMapping, Rule
from failsoft.errors.taxonomy import Category, Severity


class ShopError(Exception):
    pass


class InsufficientFunds(ShopError):
    pass


HERE = __name__


def test_a_mapping_says_what_a_class_means(make: Callable[..., Classifier]) -> None:
    mapping = ErrorMapping(
        status=409,
        code="INSUFFICIENT_FUNDS",
        category=Category.BUSINESS_LOGIC,
        user_message="There is not enough money on the account.",
    )
    failure = make(mappings={f"{HERE}.InsufficientFunds": mapping}).classify(InsufficientFunds("balance 3"))
    assert (failure.status, failure.code) == (409, "INSUFFICIENT_FUNDS")
    assert (failure.category, failure.severity) == (Category.BUSINESS_LOGIC, Severity.LOW)
    assert failure.user_message == "There is not enough money on the account."
    assert failure.expected
    assert not failure.transient
    assert failure.confidence == 1.0
    assert failure.evidence[0][:2] == ("settings", f"{HERE}.InsufficientFunds")


def test_the_most_specific_class_decides(make: Callable[..., Classifier]) -> None:
    mappings = {
        f"{HERE}.ShopError": ErrorMapping(code="SHOP"),
        f"{HERE}.InsufficientFunds": ErrorMapping(code="FUNDS"),
    }
    classifier = make(mappings=mappings)
    assert classifier.classify(InsufficientFunds()).code == "FUNDS"
    assert classifier.classify(ShopError()).code == "SHOP"


def test_a_mapping_beats_a_rule(make: Callable[..., Classifier]) -> None:
    sure = Rule(name="sure", when={"error_type": "ShopError"}, then={"code": "RULE", "status": 503}, confidence=1.0)  # type: ignore[arg-type]
    failure = make(mappings={f"{HERE}.ShopError": ErrorMapping(code="MAPPED")}, rules=[sure]).classify(ShopError())
    assert failure.code == "MAPPED"
    assert failure.status == 503
    assert [one.source for one in failure.evidence] == ["settings", "rule", "default"]


@pytest.mark.parametrize(
    ("status", "category", "severity", "transient"),
    [
        (400, "validation", "low", False),
        (404, "validation", "info", False),
        (403, "authentication", "low", False),
        (409, "business_logic", "low", False),
        (429, "resource", "low", True),
        (500, "system", "high", False),
        (503, "external_service", "medium", True),
    ],
)
def test_a_status_alone_brings_what_belongs_to_it(
    make: Callable[..., Classifier], status: int, category: str, severity: str, transient: bool
) -> None:
    failure = make(mappings={"ShopError": ErrorMapping(status=status)}).classify(ShopError())
    assert (failure.status, failure.category, failure.severity) == (status, category, severity)
    assert failure.transient is transient


def test_a_mapping_without_a_status_leaves_it_as_it_is(make: Callable[..., Classifier]) -> None:
    failure = make(mappings={"ConnectionRefusedError": ErrorMapping(code="DOWN")}).classify(ConnectionRefusedError())
    assert (failure.status, failure.code, failure.category) == (503, "DOWN", Category.NETWORK)
    assert failure.transient
    assert failure.not_sent


def test_a_category_alone_brings_its_severity(make: Callable[..., Classifier]) -> None:
    failure = make(mappings={"KeyError": ErrorMapping(category=Category.EXTERNAL_SERVICE)}).classify(KeyError())
    assert (failure.category, failure.severity, failure.status) == (Category.EXTERNAL_SERVICE, Severity.MEDIUM, 500)


def test_report_decides_whether_operators_hear_of_it(make: Callable[..., Classifier]) -> None:
    mappings = {"KeyError": ErrorMapping(report=False), "ShopError": ErrorMapping(status=404, report=True)}
    classifier = make(mappings=mappings)
    assert classifier.classify(KeyError()).expected
    assert not classifier.classify(ShopError()).expected


def test_a_mapping_of_everything_yields_to_what_an_exception_says_of_itself(make: Callable[..., Classifier]) -> None:
    classifier = make(mappings={"Exception": ErrorMapping(status=503, code="SORRY")})
    assert classifier.classify(KeyError()).code == "SORRY"
    assert classifier.classify(HTTPException(404)).status == 404
    assert classifier.classify(NotFoundError()).code == "NOT_FOUND"


def test_a_mapping_of_a_framework_class_beats_its_own_word(make: Callable[..., Classifier]) -> None:
    mapping = {"starlette.exceptions.HTTPException": ErrorMapping(status=410, code="GONE")}
    failure = make(mappings=mapping).classify(HTTPException(404, headers={"X-Shop": "1"}))
    assert (failure.status, failure.code, failure.headers) == (410, "GONE", (("X-Shop", "1"),))


def test_a_mapping_of_what_was_wrapped_speaks_for_the_wrapper(make: Callable[..., Classifier]) -> None:
    wrapper = RuntimeError("wrapped")
    wrapper.__cause__ = InsufficientFunds()
    failure = make(mappings={"InsufficientFunds": ErrorMapping(status=402)}).classify(wrapper)
    assert (failure.status, failure.type) == (402, f"{HERE}.InsufficientFunds")


def test_a_mapping_of_a_group_class_speaks_for_its_members(make: Callable[..., Classifier]) -> None:
    classifier = make(mappings={"ExceptionGroup": ErrorMapping(code="SEVERAL")})
    assert classifier.classify(ExceptionGroup("g", [KeyError()])).code == "SEVERAL"


@pytest.mark.parametrize(
    "fields",
    [
        {"status": 200},
        {"status": 600},
        {"status": "404"},
        {"code": ""},
        {"code": "with space"},
        {"category": "netwrk"},
        {"severity": "bad"},
        {"user_message": {}},
        {"retry_after": "soon"},
        {"notification": "shout"},
    ],
)
def test_a_malformed_mapping_is_refused(fields: dict[str, object]) -> None:
    with pytest.raises(SettingsError):
        ErrorMapping(**fields)  # type: ignore[arg-type]


def test_with_the_statuses_of_the_framework_inference_moves_none(make: Callable[..., Classifier]) -> None:
    classifier = make(status_from="framework", mappings={"ShopError": ErrorMapping(status=418)})
    refused = classifier.classify(ConnectionRefusedError())
    assert (refused.status, refused.category, refused.transient) == (500, Category.NETWORK, True)
    assert classifier.classify(ShopError()).status == 418
    assert classifier.classify(HTTPException(404)).status == 404
    assert classifier.classify(NotFoundError()).status == 404


@pytest.mark.parametrize(
    ("said", "presumed"), [({"status": 503}, True), ({"transient": True}, False), ({"code": "CARRIER"}, True)]
)
def test_what_a_mapping_says_of_repeating_is_no_presumption(
    make: Callable[..., Classifier], said: dict[str, object], presumed: bool
) -> None:
    classifier = make(mappings={f"{HERE}.ShopError": ErrorMapping(**said)})  # type: ignore[arg-type]
    failure = classifier.classify(ShopError("the carrier returned 503"))
    assert (failure.status, failure.transient, failure.presumed) == (503, True, presumed)
    assert Retry().wants(failure) is not presumed


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_status_alone_repeats_no_call(make: Callable[..., Classifier], status: int) -> None:
    said = ErrorMapping(status=status)
    mapped = make(mappings={f"{HERE}.ShopError": said}).classify(ShopError())
    ruled = make(rules=[Rule(name="r", when={"error_type": "ShopError"}, then=said)]).classify(ShopError())  # type: ignore[arg-type]
    for failure in (mapped, ruled):
        assert (failure.status, failure.transient, failure.presumed) == (status, True, True)
        assert not Retry(statuses=(status,)).wants(failure)


def test_a_mapping_over_a_rule_may_say_that_it_may_be_repeated(make: Callable[..., Classifier]) -> None:
    ruled = Rule(name="r", when={"error_type": "ShopError"}, then={"status": 503})  # type: ignore[arg-type]
    mappings = {f"{HERE}.ShopError": ErrorMapping(transient=True)}
    assert Retry().wants(make(mappings=mappings, rules=[ruled]).classify(ShopError()))


def test_what_may_be_repeated_anyway_stays_so_with_another_status(make: Callable[..., Classifier]) -> None:
    failure = make(mappings={"TimeoutError": ErrorMapping(status=503)}).classify(TimeoutError())
    assert (failure.status, failure.transient, failure.presumed) == (503, True, False)
