"""As much of Go as tables of tests are written in: strings, concatenations, a few calls, lists and maps of them."""

from __future__ import annotations

import base64
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any

__all__ = ["Value", "assignments", "tokens"]

Value = Any
"""A string, a list, a dict of fields, or None for what is beyond this reader."""

_TOKEN = re.compile(
    r"(?P<space>\s+|//[^\n]*|/\*.*?\*/)|(?P<raw>`[^`]*`)|(?P<string>\"(?:[^\"\\\n]|\\.)*\")|(?P<rune>'(?:[^'\\]|\\.)+')"
    r"|(?P<name>[A-Za-z_][\w]*(?:\.[A-Za-z_]\w*)*)|(?P<number>\d[\w.]*)|(?P<sign>\.\.\.|:=|\+=|==|&&|\|\||.)",
    re.DOTALL,
)
_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{3}|.)", re.DOTALL)
_PLAIN = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}

sys.setrecursionlimit(10_000)


def tokens(source: str) -> list[tuple[str, str]]:
    """Kind and text of every token but space and comments."""
    return [(str(match.lastgroup), match.group()) for match in _TOKEN.finditer(source) if match.lastgroup != "space"]


def _unescaped(match: re.Match[str]) -> str:
    code = match[1]
    if code[0] in "xuU":
        return chr(int(code[1:], 16))
    return chr(int(code, 8)) if code.isdigit() else _PLAIN.get(code, code)


class _Reader:
    """Reads expressions from a list of tokens."""

    def __init__(
        self, found: list[tuple[str, str]], names: dict[str, Value], calls: Mapping[str, Callable[..., Value]]
    ):
        self.found, self.names, self.calls = found, names, calls
        self.at = 0

    def peek(self, ahead: int = 0) -> str:
        return self.found[self.at + ahead][1] if self.at + ahead < len(self.found) else ""

    def expression(self) -> Value:
        value = self.term()
        while self.peek() == "+":
            self.at += 1
            other = self.term()
            value = value + other if isinstance(value, str) and isinstance(other, str) else None
        return value

    def term(self) -> Value:
        if self.at >= len(self.found):
            raise SyntaxError("end of file")
        kind, text = self.found[self.at]
        self.at += 1
        if kind == "raw":
            return text[1:-1]
        if kind == "string":
            return _ESCAPE.sub(_unescaped, text[1:-1])
        if kind in ("number", "rune"):
            return text
        if text in ("&", "*", "-", "!"):
            return self.term()
        if text == "(":
            value = self.expression()
            self.expect(")")
            return value
        if text == "[":
            self.skip_to("]")
            return self.term()
        if text == "{":
            return self.braces()
        if kind != "name":
            raise SyntaxError(text)
        if text == "map":
            self.expect("[")
            self.skip_to("]")
            return self.term()
        return self.named(text)

    def named(self, text: str) -> Value:
        if text == "struct" and self.peek() == "{":
            self.skip_to("}")
            return self.term()
        if text in ("func", "struct", "interface", "range"):
            raise SyntaxError(text)
        if self.peek() == "(":
            self.at += 1
            arguments = self.items(")")
            call = self.calls.get(text)
            known = call is not None and all(value is not None for value in arguments)
            return call(*arguments) if call is not None and known else None
        if self.peek() == "{":
            self.at += 1
            return self.braces()
        return self.names.get(text)

    def braces(self) -> Value:
        items = self.items("}")
        if items and all(isinstance(item, tuple) for item in items):
            return {str(key): value for key, value in items}
        return [item for item in items if item is not None]

    def items(self, closing: str) -> list[Value]:
        found: list[Value] = []
        while self.peek() != closing:
            field = self.peek() if self.found[self.at][0] == "name" and self.peek(1) == ":" else None
            if field is not None:
                self.at += 2
                value: Value = (field, self.expression())
            else:
                value = self.expression()
                if self.peek() == ":":
                    self.at += 1
                    value = (value, self.expression())
            if self.peek() == "...":
                self.at += 1
                found += value if isinstance(value, list) else [value]
            else:
                found.append(value)
            if self.peek() == ",":
                self.at += 1
            elif self.peek() != closing:
                raise SyntaxError(self.peek())
        self.at += 1
        return found

    def expect(self, sign: str) -> None:
        if self.peek() != sign:
            raise SyntaxError(self.peek())
        self.at += 1

    def skip_to(self, closing: str) -> None:
        while self.peek() != closing:
            if not self.peek():
                raise SyntaxError(closing)
            self.at += 1
        self.at += 1


def _format(template: str, *values: Value) -> Value:
    rest = iter(values)
    try:
        return re.sub(r"%[a-z]", lambda match: str(next(rest)), template.replace("%%", "%"))
    except StopIteration:
        return None


def _append(first: list[Value], *more: Value) -> list[Value]:
    return [*first, *more]


STANDARD: dict[str, Callable[..., Value]] = {
    "append": _append,
    "string": lambda value: value,
    "byte": lambda value: value,
    "fmt.Sprintf": _format,
    "strings.ToUpper": lambda value: value.upper(),
    "strings.ToLower": lambda value: value.lower(),
    "strings.Repeat": lambda value, count: value * int(count),
    "regexp.MustCompile": lambda value: value,
    **{
        f"{package}.{alphabet}Encoding.EncodeToString": lambda value, url="URL" in alphabet: (
            base64.urlsafe_b64encode if url else base64.b64encode
        )(value.encode()).decode()
        for package in ("b64", "base64")
        for alphabet in ("Std", "RawStd", "URL", "RawURL")
    },
}


def assignments(source: str, calls: Mapping[str, Callable[..., Value]]) -> Iterator[tuple[str, str, dict[str, Value]]]:
    """Each assignment in order: in which function, to which name, and all names that have a value by then."""
    found = tokens(source)
    names: dict[str, Value] = {}
    reader = _Reader(found, names, {**STANDARD, **calls})
    function = ""
    at = 0
    while at < len(found):
        kind, text = found[at]
        if text == "func" and at + 1 < len(found) and found[at + 1][0] == "name":
            function = found[at + 1][1]
        if kind == "name" and at + 2 < len(found) and found[at + 1][1] in (":=", "="):
            reader.at = at + 2
            try:
                names[text] = reader.expression()
            except (SyntaxError, ValueError, TypeError, AttributeError, IndexError):
                names[text] = None
            else:
                at = reader.at
                yield function, text, names
                continue
            yield function, text, names
        at += 1
