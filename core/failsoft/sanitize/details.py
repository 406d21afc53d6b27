"""Values that databases and validators put into their messages: rows, keys, bound parameters, rejected input."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from failsoft.deferred import as_pattern
from failsoft.sanitize.beside import is_meant_as_email, names_email
from failsoft.sanitize.bound import kept_parameters
from failsoft.sanitize.checks import is_card, is_ssn
from failsoft.sanitize.grammar import read_value
from failsoft.sanitize.keys import KeyMatcher
from failsoft.sanitize.row_keys import is_bound_key, is_key_constraint, is_key_of_row
from failsoft.sanitize.scanner import Anchor, Scan, Span, marker
from failsoft.sanitize.verdict import Judge

__all__ = ["DetailRules"]

_MAX_ROW = 32_768
_MAX_DOCUMENT = 2_048
_STATEMENT_SPAN = 240
_KEY = as_pattern(r"(?i)key \(([^()\r\n]{1,200}(?:\([^()\r\n]{0,80}\)[^()\r\n]{0,80})?)\)=\(")
_ENTRY = as_pattern(r"(?i)duplicate entry '")
_ENTRY_END = as_pattern(r"' for key|'(?=\s|$)")
_PARAMETERS = as_pattern(
    r"(?i)\[(?:parameters|params|binds?)[:=] ?(?=[\[({'\"$])|; args=(?=[(\[{])|(?<=detail:  )parameters: (?=\$1)"
)
_BOUND = as_pattern(r"(?i)(?:with )?(?:param(?:eter)?s|binds?)[:=]? ?(?=[\[({])")
# names of parameters are listed in the same way; values only stand where a statement stands
_STATEMENT = as_pattern(
    r"(?:SELECT|INSERT|UPDATE|DELETE|MERGE|CALL|EXEC|[Qq]uery|[Ss]tatement|executing|SQL|constraint)\b"
)
# Django writes the statement before its arguments, however long
_LOGGED = as_pattern(
    r"\b(?:SELECT|INSERT|UPDATE|DELETE|MERGE|REPLACE|WITH|CALL|EXEC|CREATE|ALTER|DROP|QUERY|SAVEPOINT|SET|VALUES|WHERE"
    r"|FROM|Task|task)\b|\d\) "
)
_LOGGED_SPAN = 2_048
_NUMBERED = as_pattern(r"(?i)(parameters?:? |, )(\$\d{1,3} = )('(?:[^'\n]|''){0,4096}'?|[^\s,']{1,512})")
_COPIED = as_pattern(r"(?i)copy [\w.\"]{1,64}, line \d{1,12}: \"([^\n]{1,4096}?)\"(?=\s|$|['\")\\])")
_TRUNCATED = as_pattern(r"(?i)truncated value: '([^'\n]{1,4096})")
_INCORRECT = as_pattern(
    r"(?i)incorrect \w{1,16} value: '([^'\n]{1,1024})'(?: for column [`']?(?:\w+[`']?\.[`']?){0,3}(\w{1,64}))?"
)
_PARAMETERS_END = as_pattern(r"[)\]}]\](?=\s|$|[.,;)\"'\\])|\.\.\.\]")
_DUP_KEY = as_pattern(r"(?i)(?:dup key: ?|keyvalue\\{0,3}[\"']\s{0,2}:\s{0,2})\{")
_INTEGER = as_pattern(r"\s*-?\d{1,18}\s*")
_INTEGERS = as_pattern(r"-?\d{1,18}(?:-(?:\d{1,18}|\[REDACTED:\w{1,48}(?:#[0-9a-f]{4})?\])){0,6}")
# parts of a composite key that make a social security number, unless they rather are a date, or a card
_PERSONAL = as_pattern(r"(?<!\d)(?:(\d{3})-(\d{2})-(\d{4})|(\d{12,19}))(?!\d)")
_OF_DATE = as_pattern(r"(?:[0-2]\d|3[01])-(?:19|20)\d\d$")
_QUOTED_OR_NUMBER = as_pattern(r"((?<!\[REDACTED):\s{0,2})(\"[^\"\n]{0,512}\"|'[^'\n]{0,512}'|[^\s,{}\"']{1,512})")
_INPUT = as_pattern(r"(?i)input(?:_value)?\\{0,3}[\"']?\s{0,2}[=:][^\S\n]{0,2}")
_LOC = as_pattern(r"loc\\{0,3}[\"']?\s{0,2}[=:]\s{0,2}[\[(]([^\])\n]{1,200})[\])]")
_LOC_SPAN = 400
# of these, a short number is the wrong thing under the name
_NUMBERED_KINDS = frozenset(["token", "session", "csrf", "api_key", "signature"])
_LEAST_NUMBER = 4
_COUNTS = as_pattern(r"(?:(?:-?\d{1,6}|None|True|False)(?:, ?|$|(?=\))))*")
# `()` and `[]`
_LEAST_BOUND = 2
_INSERT = as_pattern(
    r"(?i)(?:insert (?:ignore )?|replace )into [\w.\"`\[\]]{1,80}\s?\(([^()]{1,1000})\)\s{0,4}"
    r"(?:output [^()]{1,80})?(values)\s{0,4}\("
)
_NEXT_ROW = as_pattern(r"\)\s{0,4},\s{0,4}\(")
_MAX_ROWS = 50
_LITERAL = as_pattern(
    r"\s*(?:[NnEe]?'(?:[^'\\]|''|\\.)*+'|\"(?:[^\"\\]|\\.)*+\"|[^,()'\"]*+(?:\([^()]*\))?)\s*(?=,|\))"
)

_judge = Judge()


def _balanced(text: str, at: int) -> int:
    """Where the bracket that opened before `at` closes; the end of the line if it does not."""
    depth, limit = 1, min(len(text), at + _MAX_ROW)
    for match in _BRACKET.finditer(text, at, limit):
        sign = match.group()
        if sign == "(":
            depth += 1
        elif sign == ")":
            depth -= 1
            if not depth:
                return match.start()
        else:
            return match.start()
    return limit


_BRACKET = as_pattern(r"[()\r\n]")


class DetailRules:
    """Handlers for such messages. Immutable.

    Parameters:
        keys: which columns and fields are sensitive.
        clean: cleans a part of a message that another rule may have something to say about.
    """

    __slots__ = ("_clean", "_keys")

    def __init__(self, keys: KeyMatcher, clean: Callable[[str], str]) -> None:
        self._keys = keys
        self._clean = clean

    def anchors(self) -> Iterator[Anchor]:
        """Where they begin, whatever the case."""
        yield Anchor("key (", self.unique_key)
        for opening in ("failing row contains (", "duplicate key value is (", "with column values ("):
            yield Anchor(opening, self.row)
        for gap in (" ", ":", ": ", " - ", "] "):
            yield Anchor(f"sqlalchemy.engine.engine{gap}row (", self.logged_row)
        yield Anchor("duplicate entry", self.entry)
        for opening in ("[parameters:", "[params:", "[bind", "; args="):
            yield Anchor(opening, self.parameters)
        for opening in (
            "params: ",
            "parameters: ",
            "parameters=",
            "params=",
            "params ",
            "binds: ",
            "with params ",
            "with parameters ",
        ):
            yield Anchor(opening, self.bound, r"(?=[\[({])")
        yield Anchor("parameter", self.numbered, r"(?=s?:? \$\d)")
        yield Anchor("copy ", self.copied, r"(?=[\w.\"]{1,64}, line \d)")
        yield Anchor("truncated value: '", self.truncated)
        yield Anchor("incorrect ", self.incorrect, r"(?=\w{1,16} value: ')")
        yield Anchor("dup key:", self.duplicate_key)
        yield Anchor("keyvalue", self.duplicate_key, r"(?=\\{0,3}[\"']\s{0,2}:\s{0,2}\{)")
        yield Anchor("input_value=", self.rejected)
        yield Anchor("input", self.rejected, r"(?=\\{0,3}[\"']\s{0,2}:)")
        yield Anchor("insert ", self.insert, r"(?=(?:ignore )?into )")
        yield Anchor("replace into ", self.insert)

    def unique_key(self, scan: Scan, start: int, end: int) -> Span | int:
        """PostgreSQL: `Key (email)=(x) already exists`. A plain integer stays, unless the column is sensitive."""
        match = _KEY.match(scan.text, start)
        if match is None:
            return end
        last = _balanced(scan.text, match.end())
        columns, values = match[1].split(","), scan.text[match.end() : last].split(",")
        if len(columns) != len(values):
            return self._gone(scan, match.end(), last)
        kept = [
            value if _INTEGER.fullmatch(value) and not self._keys.kind(column) else self._marked(value)
            for column, value in zip(columns, values, strict=True)
        ]
        if kept == values:
            return last
        return match.end(), last, ",".join(kept)

    @staticmethod
    def _marked(value: str) -> str:
        inner = value.strip()
        if not inner or inner.lower() == "null" or inner.startswith("[REDACTED:"):
            return value
        return value.replace(inner, marker("value"))

    @staticmethod
    def _gone(scan: Scan, start: int, last: int) -> Span | int:
        content = scan.text[start:last]
        if content.startswith("[REDACTED:") or not content.strip():
            return last
        return start, last, marker("row")

    def row(self, scan: Scan, _start: int, end: int) -> Span | int:
        """PostgreSQL, SQL Server, Oracle: a whole row, up to its closing bracket. A primary key alone stays."""
        last = _balanced(scan.text, end)
        return last if is_key_of_row(self._keys, scan.text, end, last) else self._gone(scan, end, last)

    def logged_row(self, scan: Scan, _start: int, end: int) -> Span | int:
        """SQLAlchemy's log, in whatever layout: `Row (1, 'x')`. Counts and keys stay."""
        last = _balanced(scan.text, end)
        return last if _COUNTS.fullmatch(scan.text, end, last) else self._gone(scan, end, last)

    def entry(self, scan: Scan, start: int, end: int) -> Span | int:
        """MySQL: `Duplicate entry 'x' for key 'users.email'`. Integers stay."""
        match = _ENTRY.match(scan.text, start)
        if match is None:
            return end
        closing = _ENTRY_END.search(scan.text, match.end(), match.end() + 1_024)
        last = closing.start() if closing else end
        value = scan.text[match.end() : last]
        if not closing or not value or value.startswith("[REDACTED:"):
            return last
        named = re.match(r"' for key '([\w.]{1,80})'", scan.text[last : last + 100])
        if _INTEGERS.fullmatch(value) and (
            named is None or is_key_constraint(named[1]) or not self._keys.kind(named[1])
        ):
            kept = _PERSONAL.sub(_without_person, value)
            return last if kept == value else (match.end(), last, kept)
        return match.end(), last, marker("value")

    def parameters(self, scan: Scan, start: int, end: int) -> Span | int:
        """SQLAlchemy, Django: parameters bound to a statement."""
        text = scan.text
        match = _PARAMETERS.match(text, start)
        if match is None or text.startswith("[REDACTED:", match.end()):
            return end
        if text[start] == ";" and not _LOGGED.search(text, max(0, start - _LOGGED_SPAN, scan.silent), start):
            # arguments of a call
            scan.silent = start
            return end
        at = match.end()
        last = self._end_of_parameters(text, at) if text[start] == "[" else _end_of_arguments(text, at)
        return self._without_data(text, at, last) or last

    @staticmethod
    def _end_of_parameters(text: str, at: int) -> int:
        limit = min(len(text), at + _MAX_ROW)
        closing = _PARAMETERS_END.search(text, at, limit)
        newline = text.find("\n", at, closing.start() if closing else limit)
        if closing and newline < 0:
            return closing.end() - 1
        last = text.find("]\n", at, limit)
        return last if last >= 0 else _line_end(text, at)

    def bound(self, scan: Scan, start: int, end: int) -> Span | int:
        """Doctrine, ActiveRecord and others: values bound to the statement that stands before them."""
        text = scan.text
        if text[start - 1 : start] == "[":
            return self.parameters(scan, start - 1, end)
        if not _STATEMENT.search(text, max(scan.floor, start - _STATEMENT_SPAN), start):
            return end
        last = _PARAMETERS_END.search(text, end, min(len(text), end + _MAX_ROW))
        stop = min(last.end() if last else len(text), _line_end(text, end))
        return (self._without_data(text, end, stop) or end) if stop - end > _LEAST_BOUND else end

    def _without_data(self, text: str, start: int, end: int) -> Span | None:
        if is_bound_key(self._keys, text, start, end):
            return None
        content = text[start:end]
        kept = kept_parameters(self._keys, content)
        if kept == content:
            return None
        return start, end, marker("parameters") if kept is None else kept

    def numbered(self, scan: Scan, start: int, end: int) -> Span | int:
        """PostgreSQL's log: `parameters: $1 = 'x', $2 = 'y'`; numbers of parameters stay."""
        at, pieces = start, list[str]()
        while match := _NUMBERED.match(scan.text, at):
            at = match.end()
            kept = match[3] if match[3] == "NULL" or "[REDACTED:" in match[3] else f"'{marker('value')}'"
            pieces += (match[1], match[2], kept)
        kept = "".join(pieces)
        return (start, at, kept) if pieces and kept != scan.text[start:at] else max(end, at)

    def copied(self, scan: Scan, start: int, end: int) -> Span | int:
        """PostgreSQL: the line of a file that was being read."""
        match = _COPIED.match(scan.text, start)
        if match is None or match[1].startswith("[REDACTED:"):
            return end
        return match.start(1), match.end(1), marker("row")

    def truncated(self, scan: Scan, start: int, end: int) -> Span | int:
        """SQL Server: the part of a value that was cut off."""
        match = _TRUNCATED.match(scan.text, start)
        if match is None or match[1].startswith("[REDACTED:"):
            return end
        return match.start(1), match.end(1), marker("value")

    def incorrect(self, scan: Scan, start: int, end: int) -> Span | int:
        """MySQL: a value of the wrong form for a column. A plain integer stays, unless the column is sensitive."""
        match = _INCORRECT.match(scan.text, start)
        if match is None or match[1].startswith("[REDACTED:"):
            return end
        kind = self._keys.kind(match[2]) if match[2] else None
        if kind is None and _INTEGER.fullmatch(match[1]):
            return match.end(1)
        return match.start(1), match.end(1), marker(kind or "value")

    def duplicate_key(self, scan: Scan, start: int, end: int) -> Span | int:
        """MongoDB: `dup key: { email: "x" }`; names stay."""
        match = _DUP_KEY.match(scan.text, start)
        if match is None:
            return end
        closing = scan.text.find("}", match.end(), match.end() + _MAX_DOCUMENT)
        last = closing if closing >= 0 else min(_line_end(scan.text, match.end()), match.end() + _MAX_DOCUMENT)
        content = scan.text[match.end() : last]
        kept = _QUOTED_OR_NUMBER.sub(self._document_value, content)
        # an object in an object would be cleaned again and again
        kept = kept if "{" in content else self._clean(kept)
        return (match.end(), last, kept) if kept != content else last

    @staticmethod
    def _document_value(match: re.Match[str]) -> str:
        value = match[2]
        if _INTEGER.fullmatch(value) or value == "null" or "[REDACTED:" in value:
            return match[0]
        return match[1] + marker("value")

    def rejected(self, scan: Scan, start: int, end: int) -> Span | int:
        """pydantic: the input of a sensitive field, which is named in `loc` or on the line above."""
        text = scan.text
        match = _INPUT.match(text, start)
        if match is None:
            return end
        kind = self._field_kind(text, start)
        if kind is None:
            return match.end()
        value = read_value(text, match.end(), "")
        content = text[value.start : value.end] if value else ""
        if kind == "email":
            return (value.start, value.end, marker(kind)) if value and is_meant_as_email(content) else match.end()
        if value is None or (content.isdigit() and len(content) < _LEAST_NUMBER and kind in _NUMBERED_KINDS):
            return match.end()
        if content[:1] in "{[" or not _judge.is_value(content, "password", "", quoted=True, op="="):
            return match.end()
        return value.start, value.end, marker(kind)

    def _field_kind(self, text: str, at: int) -> str | None:
        before = text[max(0, at - _LOC_SPAN) : at]
        found = _LOC.findall(before)
        if found:
            return self._kind_of_path(re.split(r"[,\s'\"\\]+", found[-1]))
        lines = before.rsplit("\n", 2)
        return (
            self._kind_of_path(lines[-2].strip().split("."))
            if len(lines) > (1 if at <= _LOC_SPAN else 2) and " " not in lines[-2].strip()
            else None
        )

    def _kind_of_path(self, path: list[str]) -> str | None:
        names = [name for name in path if name and not name.isdigit()]
        if not names:
            return None
        kind = self._keys.kind(names[-1]) or self._keys.kind("_".join(names[-2:]))
        return kind or ("email" if names_email(names[-1]) and not self._keys.is_safe(names[-1]) else None)

    def insert(self, scan: Scan, start: int, end: int) -> Span | int:
        """SQL: literals of sensitive columns in an INSERT, row by row."""
        text = scan.text
        match = _INSERT.match(text, start)
        if match is None:
            return end
        kinds = [self._keys.kind(column.strip('"`[] ')) for column in match[1].split(",")]
        if not any(kinds):
            # what is bound to it may stand behind it
            return match.start(2)
        at, rows = match.end(), list[str]()
        while len(rows) < _MAX_ROWS:
            row = self._row_of(text, at, kinds)
            if row is None:
                break
            cleaned, at = row
            rows.append(cleaned)
            following = _NEXT_ROW.match(text, at)
            if following is None:
                break
            rows[-1] += following.group()
            at = following.end()
        kept = "".join(rows)
        at = match.end() if not rows else at
        return (match.end(), at, kept) if kept != text[match.end() : at] else match.start(2)

    def _row_of(self, text: str, at: int, kinds: list[str | None]) -> tuple[str, int] | None:
        """A row without its secrets, and where it ends: before its closing bracket."""
        kept: list[str] = []
        for kind in kinds:
            literal = _LITERAL.match(text, at)
            if literal is None:
                return None
            value = literal.group()
            bare = value.strip().lstrip("NnEe" if "'" in value[:4] else "").strip("'\"")
            quoted = "'" in value or bare[:1].isdigit()
            if kind and _judge.is_value(bare, kind, "", quoted=quoted, op="="):
                value = value.replace(bare, marker(kind), 1)
            else:
                value = self._clean(value)
            kept.append(value)
            at = literal.end() + 1
        return ",".join(kept), at - 1


def _without_person(match: re.Match[str]) -> str:
    if match[4]:
        return marker("card") if is_card(match[4]) else match[0]
    is_one = is_ssn(match[1], match[2], match[3]) and not _OF_DATE.search(match[0])
    return marker("ssn") if is_one else match[0]


def _end_of_arguments(text: str, at: int) -> int:
    last = _balanced(text, at + 1) + 1 if text[at] == "(" else _line_end(text, at)
    return min(last, len(text))


def _line_end(text: str, at: int) -> int:
    found = text.find("\n", at)
    return found if found >= 0 else len(text)
