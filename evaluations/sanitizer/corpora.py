"""Cases of others, read from their own sources where those lie: nothing of them is kept here.

Every case belongs to a group (a rule, a recognizer, a package). A quarter of the groups is held out: rules are tuned on
the other three quarters only.
"""

from __future__ import annotations

import ast
import hashlib
import random
import re
import sysconfig
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from typing import NamedTuple

from evaluations.sanitizer.go_source import Value, assignments
from evaluations.sanitizer.sampling import sample

__all__ = ["CORPORA", "Case", "held_out"]


class Case(NamedTuple):
    """A text and what of it must go."""

    group: str
    text: str
    secrets: tuple[str, ...]
    """Empty: the text is harmless."""
    strict: bool = False
    """It counts in the strict tier only."""


def held_out(group: str) -> bool:
    """Whether a group is of the quarter on which nothing is tuned."""
    return hashlib.sha256(group.encode()).digest()[0] % 4 == 0


# --- gitleaks: cmd/generate/config/rules/*.go

_SAMPLES = (
    '{i}Token="{s}"', '{i}Token = "{s}"', "{i}Token={s}", "{i}Token = {s}", '{{\n    "{i}_token": "{s}"\n}}',
    '{{"config.ini": "{I}_TOKEN={s}\\nBACKUP_ENABLED=true"}}', "<{i}Token>\n    {s}\n</{i}Token>", "{i}_token: {s}",
    "{i}_token: '{s}'", '{i}_token: "{s}"', 'string {i}Token = "{s}";', 'var {i}Token string = "{s}"',
    '{i}Token := "{s}"', "{i}Token := `{s}`", 'String {i}Token = "{s}";', 'var {i}Token = "{s}"', '${i}Token .= "{s}"',
    "{i}Token = '{s}'", 'System.setProperty("{I}_TOKEN", "{s}")', '  "{i}Token" => "{s}"', '{i}_TOKEN := "{s}"',
    '{i}_TOKEN ::= "{s}"', '{i}_TOKEN :::= "{s}"', '{i}_TOKEN ?= "{s}"',
)  # fmt: skip
"""The syntaxes that its tests write every secret in (`utils.GenerateSampleSecrets`)."""

_PREFIX = r"[\w.-]{0,50}?(?:"
_MIDDLE = r")(?:[ \t\w.-]{0,20})[\s'\"]{0,3}(?:=|>|:{1,3}=|\|\||:|=>|\?=|,)[\x60'\"\s=]{0,5}("
_SUFFIX = r")(?:[\x60'\"\s;]|\\[nr]|$)"


class _Sampled(str):  # noqa: SLOT000 - it carries its secret
    """A text whose secret is known, because it was put there."""

    secret: str = ""


def _sampled(identifier: str, secret: str, template: str) -> _Sampled:
    text = _Sampled(template.format(i=identifier, I=identifier.upper(), s=secret))
    text.secret = secret
    return text


def _go_calls(dice: random.Random) -> dict[str, Value]:
    def sized(letters: str) -> Value:
        return lambda size: f"[{letters}]{{{size}}}"

    def semi(names: list[str], secret: str, *_: Value) -> str:
        return f"(?i){_PREFIX}{'|'.join(names)}{_MIDDLE}{secret}{_SUFFIX}"

    return {
        "secrets.NewSecret": lambda pattern: sample(pattern, dice),
        "secrets.NewSecretWithEntropy": lambda pattern, *_: sample(pattern, dice),
        "newPlausibleSecret": lambda pattern: sample(pattern, dice),
        "utils.Numeric": sized("0-9"),
        "utils.Hex": sized("a-f0-9"),
        "utils.AlphaNumeric": sized("a-z0-9"),
        "utils.AlphaNumericExtendedShort": sized("a-z0-9_-"),
        "utils.AlphaNumericExtended": sized(r"a-z0-9=_\-"),
        "utils.AlphaNumericExtendedLong": sized(r"a-z0-9/=_+\-"),
        "utils.Hex8_4_4_4_12": lambda: "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}",
        "utils.GenerateSampleSecret": lambda name, secret: _sampled(name, secret, '{i}_api_token = "{s}"'),
        "utils.GenerateSampleSecrets": lambda name, secret: [_sampled(name, secret, form) for form in _SAMPLES],
        "utils.GenerateSemiGenericRegex": semi,
        "utils.GenerateUniqueTokenRegex": lambda secret, *_: rf"\b({secret}){_SUFFIX}",
        "utils.MergeRegexps": lambda *patterns: "|".join(patterns),
    }


def _regex(pattern: Value) -> re.Pattern[str] | None:
    if not isinstance(pattern, str):
        return None
    flags = re.IGNORECASE if "(?i)" in pattern else 0
    pattern = pattern.replace("(?i)", "").replace(r"\z", r"\Z").replace("[[:alnum:]]", "[0-9A-Za-z]")
    try:
        return re.compile(pattern.replace("[:alnum:]", "0-9A-Za-z"), flags)
    except re.error:
        return None


def gitleaks(folder: Path) -> Iterator[Case]:
    """The texts that each rule of gitleaks must and must not find."""
    for path in sorted((folder / "cmd/generate/config/rules").glob("*.go")):
        tables: dict[str, dict[str, Value]] = {}
        dice = random.Random(path.name)
        for function, name, names in assignments(path.read_text(encoding="utf-8"), _go_calls(dice)):
            if name in ("r", "tps", "fps"):
                tables.setdefault(function, {})[name] = names[name]
        for function, table in tables.items():
            yield from _rule_cases(f"gitleaks/{function}", table)


def _texts(table: Value) -> list[str]:
    values = table.values() if isinstance(table, dict) else table or []
    return [value for value in values if isinstance(value, str)]


def _rule_cases(group: str, table: dict[str, Value]) -> Iterator[Case]:
    rule = table.get("r")
    pattern = _regex(rule.get("Regex")) if isinstance(rule, dict) else None
    for text in _texts(table.get("tps")):
        secret = text.secret if isinstance(text, _Sampled) else ""
        if not secret and pattern and (match := pattern.search(text)):
            secret = next((part for part in match.groups() if part), match.group())
        if secret.strip():
            yield Case(group, str(text), (secret.strip(),))
    for text in _texts(table.get("fps")):
        yield Case(group, str(text), ())


# --- trufflehog: pkg/detectors/*/*_test.go


def trufflehog(folder: Path) -> Iterator[Case]:
    """The texts of the pattern tests of trufflehog's detectors, where what they want is in the text."""
    for path in sorted((folder / "pkg/detectors").glob("**/*_test.go")):
        if path.name.endswith("integration_test.go"):
            continue
        group = f"trufflehog/{path.parent.name}"
        for _, name, names in assignments(path.read_text(encoding="utf-8"), {}):
            if name != "tests" or not isinstance(names[name], list):
                continue
            for entry in names[name]:
                if not isinstance(entry, dict) or not isinstance(entry.get("input"), str):
                    continue
                wanted = entry.get("want")
                found = [want for want in _texts(wanted if isinstance(wanted, list) else []) if want in entry["input"]]
                if found:
                    yield Case(group, entry["input"], tuple(found))


# --- detect-secrets: tests/plugins/*.py


def detect_secrets(folder: Path) -> Iterator[Case]:
    """The tables of the plugins' tests whose rows are a text, or a text and whether it is a secret."""
    for path in sorted((folder / "tests/plugins").glob("*_test.py")):
        group = f"detect-secrets/{path.stem.removesuffix('_test')}"
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if path.stem == "keyword_test":
            yield from _keyword_cases(group, tree)
            continue
        for names, row in _parametrized(tree):
            text = row[0]
            flagged = next((value for value in row[1:] if isinstance(value, bool)), True)
            if path.stem == "ip_public_test" and isinstance(text, str):
                found = tuple(re.findall(r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}", text)) if flagged else ()
                yield Case(group, text, found, strict=flagged)
            elif isinstance(text, str) and names[0] in ("line", "payload", "token", "secret", "string", "content"):
                yield Case(group, text, (text.strip(),) if flagged else ())


def _keyword_cases(group: str, tree: ast.Module) -> Iterator[Case]:
    constants: dict[str, str] = {}
    for node in tree.body:
        if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Name):
            continue
        if isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            constants[node.targets[0].id] = node.value.value
        for row in node.value.elts if isinstance(node.value, ast.List) else ():
            if not isinstance(row, ast.Tuple) or len(row.elts) != 2:
                continue
            made, wanted = row.elts
            secret = constants.get(wanted.id) if isinstance(wanted, ast.Name) else None
            if isinstance(made, ast.Call) and isinstance(made.func, ast.Attribute) and secret:
                template = ast.literal_eval(made.func.value)
                yield Case(f"{group}/{node.targets[0].id}", template.format(secret), (secret,))
            elif isinstance(made, ast.Constant):
                yield Case(f"{group}/{node.targets[0].id}", str(made.value), ())


def _parametrized(tree: ast.Module) -> Iterator[tuple[list[str], tuple[Value, ...]]]:
    """Names and values of every row of every table that consists of literals."""
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        if node.func.attr != "parametrize" or len(node.args) < 2 or not isinstance(node.args[1], ast.List | ast.Tuple):
            continue
        try:
            names = ast.literal_eval(node.args[0])
        except ValueError:
            continue
        names = [name.strip() for name in names.split(",")] if isinstance(names, str) else list(names)
        for element in node.args[1].elts:
            try:
                row = ast.literal_eval(element)
            except ValueError:
                continue
            if row != ():
                yield names, row if isinstance(row, tuple) else (row,)


# --- presidio: presidio-analyzer/tests/test_*_recognizer.py

_ANYWHERE = ("credit_card", "iban", "email", "us_ssn")
_STRICT = ("ip", "mac")
_ONLY_STRICT = ("vehicle", "plate", "certificate", "kfz", "postcode", "plz")
# they need a model of a language: names in free text are nobody's claim here
_MODELS = ("spacy", "stanza", "transformers", "gliner", "medical_ner", "huggingface", "langextract", "lm", "date")


def presidio(folder: Path) -> Iterator[Case]:
    """The tables of the recognizers of what is personal anywhere, or by policy, or with a word beside it."""
    for path in sorted((folder / "presidio-analyzer/tests").glob("test_*_recognizer.py")):
        name = path.stem.removeprefix("test_").removesuffix("_recognizer")
        if any(model in name for model in _MODELS):
            continue
        for names, row in _parametrized(ast.parse(path.read_text(encoding="utf-8"))):
            if not names or names[0] != "text" or len(row) != len(names) or not isinstance(row[0], str):
                continue
            spans = _spans(dict(zip(names, row, strict=True)))
            text = row[0]
            secrets = tuple(text[start:end] for start, end in spans)
            rest = text
            for secret in secrets:
                rest = rest.replace(secret, " ")
            beside = re.search(r"[A-Za-z]{3,}", rest)
            if name in _ANYWHERE or name in _STRICT or (secrets and beside):
                kind = name if name in _ANYWHERE or name in _STRICT else f"{name} (with words)"
                strict = name in _STRICT or any(word in name for word in _ONLY_STRICT)
                yield Case(f"presidio/{kind}", text, secrets, strict=strict)


def _spans(row: dict[str, Value]) -> list[tuple[int, int]]:
    given = next((row[name] for name in ("expected_positions", "expected_position", "expected_res") if name in row), ())
    if isinstance(given, tuple) and len(given) == 2 and all(isinstance(value, int) for value in given):
        given = (given,)
    if not given or not row.get("expected_len"):
        return []
    return [span for span in given if isinstance(span, tuple) and len(span) == 2 and all(map(_is_int, span))]


def _is_int(value: Value) -> bool:
    return isinstance(value, int)


# --- benign: what the packages of this environment and the standard library raise

_FILLERS = (
    "4711", "orders", "/srv/app/orders/models.py", "3f2b8c1e-7d4a-4e0b-9a51-0c2d6e8f1a34", "db-1.internal", "404",
    "https://api.example.com/v1/orders/88?page=2", "UserProfile", "created_at", "2026-03-01T10:22:01Z", "3.12.4",
    "application/json", "4bf92f3577b34da6a3ce929d0e0e4736", "<class 'int'>", "10.25", "utf-8", "None", "eu-central-1",
)  # fmt: skip


def benign(folder: Path) -> Iterator[Case]:
    """Messages of `raise`, with ids, names, paths and URLs in the holes."""
    roots = {Path(sysconfig.get_path("stdlib")), Path(sysconfig.get_path("purelib"))}
    seen: set[str] = set()
    for root in sorted(roots):
        for path in sorted(root.rglob("*.py")):
            parts = path.relative_to(root).parts
            if {"tests", "test", "site-packages", "idlelib"} & set(parts[:-1]) and root.name != "site-packages":
                continue
            try:
                tree = ast.parse(path.read_text(encoding="utf-8"))
            except (SyntaxError, UnicodeDecodeError, ValueError, RecursionError):
                continue
            for text in _raised(tree, seen):
                yield Case(f"benign/{parts[0]}", text, ())


def _raised(tree: ast.Module, seen: set[str]) -> Iterator[str]:
    fillers = cycle(_FILLERS)
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call)):
            continue
        for argument in node.exc.args[:2]:
            template = _template(argument)
            if template and " " in template and template not in seen:
                seen.add(template)
                yield re.sub("\0", lambda _: next(fillers), template)


def _template(node: ast.expr) -> str:
    """The text of an argument, with NUL for its holes."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "\0" for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod | ast.Add):
        left = _template(node.left)
        if isinstance(node.op, ast.Add):
            return left + _template(node.right) if left else ""
        return re.sub(r"%(?:\(\w+\))?[-#0 +.\d]*[a-zA-Z]", "\0", left)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
        return re.sub(r"\{[^{}]*\}", "\0", _template(node.func.value))
    if (
        isinstance(node, ast.Call)
        and node.args
        and isinstance(node.func, ast.Name)
        and node.func.id in ("_", "gettext")
    ):
        return _template(node.args[0])
    return ""


CORPORA = {
    "gitleaks": gitleaks,
    "detect-secrets": detect_secrets,
    "presidio": presidio,
    "trufflehog": trufflehog,
    "benign": benign,
}
"""Name of the folder to the reader of it."""
