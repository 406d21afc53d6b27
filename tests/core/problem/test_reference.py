"""The reference of the responses says what the code does. Run this file to rewrite its table of codes."""

from __future__ import annotations

import json
import re
from pathlib import Path
from random import Random

from failsoft.call import RequestFacts
from failsoft.errors import Category, Failure, Severity
from failsoft.problem import Problem, ProblemMaker, render
from failsoft.problem.catalogue import CODES, SHIPPED

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "responses.md"
BEGIN = "<!-- codes: written by tests/core/problem/test_reference.py -->"
END = "<!-- end of codes -->"


def table() -> str:
    lines = ["| code | status | title | detail | notification |", "|---|---|---|---|---|"]
    for code, fixed in sorted(CODES.items()):
        said = SHIPPED.texts("en", code, Category.SYSTEM, fixed.status)
        lines.append(f"| `{code}` | {fixed.status} | {said.title} | {said.detail} | `{fixed.notification}` |")
    return "\n".join(lines)


def rewritten(page: str) -> str:
    return re.sub(f"{BEGIN}.*{END}", lambda _: f"{BEGIN}\n{table()}\n{END}", page, flags=re.DOTALL)


def test_the_table_of_codes_is_in_step_with_the_catalogue() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert rewritten(page) == page, f"run: python {Path(__file__).name}"


def test_every_member_of_a_problem_is_described() -> None:
    page = PAGE.read_text(encoding="utf-8")
    described = set(re.findall(r"^\| `([a-z_]+)(?:\.[a-z]+)?` \|", page, flags=re.MULTILINE))
    sent = set(Problem.__struct_fields__) - {"headers", "language", "extensions"}
    assert described == sent | {"debug"}


def test_the_example_is_what_is_sent() -> None:
    page = PAGE.read_text(encoding="utf-8")
    example = page.split("```http\n")[1].split("```")[0]
    head, body = example.split("\n\n", 1)
    sent = render(_example(), RequestFacts(method="GET"), format="problem")
    assert json.loads(body) == json.loads(sent.body)
    assert list(json.loads(body)) == list(json.loads(sent.body))
    assert head.splitlines()[1:] == [f"{name}: {value}" for name, value in sent.headers]


def _example() -> Problem:
    failure = Failure(
        type="CircuitOpenError",
        category=Category.EXTERNAL_SERVICE,
        severity=Severity.MEDIUM,
        transient=True,
        recoverable=True,
        status=503,
        code="CIRCUIT_BREAKER_ERROR",
        confidence=1.0,
        error_id="019abcde-f012-7345-8678-9abcdef01234",
        timestamp=1795309323.004,
        retry_after=11.5,
    )
    maker = ProblemMaker(
        sanitizer=_Unchanged(),
        rng=Random(1),
        type_base="https://errors.example.com/",
        documentation_base="https://docs.example.com/errors/",
    )
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    return maker.make(failure, request_id="6f2d7c1e", trace_id=trace, facts=RequestFacts(), may_repeat=True)


class _Unchanged:
    def text(self, value: str) -> str:
        return value


if __name__ == "__main__":
    PAGE.write_text(rewritten(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
