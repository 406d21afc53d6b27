"""The reference of all settings, made from the schema: `python -m failsoft.settings.document`."""

from __future__ import annotations

import dataclasses
import sys
import typing
from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any

from msgspec import Meta

from failsoft.kinds import Duration, format_duration
from failsoft.options import Options, describe_type, fields_of, hints_of, is_options, members, unwrap
from failsoft.policies.retry import STRATEGIES
from failsoft.settings.notbuilt import NOT_BUILT
from failsoft.settings.schema import Settings

__all__ = ["settings_reference"]

_INTRODUCTION = """\
# Settings

This page is made from the schema (`python -m failsoft.settings.document`).

Settings come from `failsoft.toml`, from a mapping (`FAILSOFT` in Django's settings, `app.config["FAILSOFT"]` in
Flask), and from environment variables, merged in that order. A variable is named after the key, with double
underscores: `FAILSOFT__POLICIES__UPSTREAM__TIMEOUT=2s`. Its value is read as TOML, or else as a text. Upper and lower
case, and `-`, `.` and `_`, count as the same.

`FAILSOFT__DISABLED=1` is no setting: it is read before all others and leaves the bare framework.

A duration is a text such as `"250ms"`, `"2s"`, `"5m"`, `"1h"`, `"30d"` or `"7y"`, or a number of seconds.

An unknown key is an error. `failsoft check FILE` prints all errors at once.
"""

_DURATION = unwrap(Duration)[1]
_NAMED = {"policies": "policies.NAME", "errors": 'errors."package.module.Class"'}


@dataclasses.dataclass(slots=True)
class _Section:
    """One table of the settings file."""

    cls: type[Options]
    path: str
    is_list: bool = False

    @property
    def heading(self) -> str:
        if not self.path:
            return "Top level"
        return f"`[[{self.path}]]`" if self.is_list else f"`[{self.path}]`"


def settings_reference() -> str:
    """The reference as Markdown."""
    sections: dict[type[Options], _Section] = {}
    _collect(_Section(Settings, ""), sections)
    parts = [_INTRODUCTION]
    parts += ["\n".join(_section(section, sections)) for section in sections.values()]
    parts.append("\n".join(_strategies()))
    parts.append("\n".join(_not_built()))
    return "\n".join(parts)


def _collect(section: _Section, sections: dict[type[Options], _Section]) -> None:
    """Every table below one, each class once: where it comes first."""
    sections[section.cls] = section
    for key, name in fields_of(section.cls).items():
        for cls, is_list, is_named in _tables_in(hints_of(section.cls)[name]):
            if cls not in sections:
                below = f"{section.path}.{key}" if section.path else key
                _collect(_Section(cls, _NAMED.get(below, below) if is_named else below, is_list), sections)


def _tables_in(hint: Any) -> Iterator[tuple[type[Options], bool, bool]]:
    """The classes of options in an annotation; whether in a list; whether under names."""
    for alternative in members(unwrap(hint)[0]) or (hint,):
        base = unwrap(alternative)[0]
        origin = typing.get_origin(base)
        if is_options(base):
            yield base, False, False
        elif isinstance(origin, type) and issubclass(origin, Mapping) and is_options(typing.get_args(base)[1]):
            yield typing.get_args(base)[1], False, True
        elif origin is tuple and is_options(unwrap(typing.get_args(base)[0])[0]):
            yield unwrap(typing.get_args(base)[0])[0], True, False


def _section(section: _Section, sections: Mapping[type[Options], _Section]) -> Iterator[str]:
    yield f"## {section.heading}"
    yield ""
    if section.path:
        # how deep it is indented is up to the version of Python
        yield " ".join((section.cls.__doc__ or "").strip().partition("\n\n")[0].split())
        yield ""
    yield "| Key | Value | Default | Meaning |"
    yield "|---|---|---|---|"
    fields = {field.name: field for field in dataclasses.fields(section.cls)}
    for key, name in fields_of(section.cls).items():
        hint = hints_of(section.cls)[name]
        cells = (f"`{key}`", _value(hint, sections), _default(fields[name], hint), _meaning(hint))
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
    yield ""


def _value(hint: Any, sections: Mapping[type[Options], _Section]) -> str:
    text = describe_type(hint).replace(describe_type(Duration), "a duration")
    below = [sections[cls].heading for cls, _, _ in _tables_in(hint)]
    return f"{text}; see {below[0]}" if below else text


def _meaning(hint: Any) -> str:
    return " ".join(meta.description for meta in unwrap(hint)[2] if isinstance(meta, Meta) and meta.description)


def _default(field: dataclasses.Field[Any], hint: Any) -> str:
    if field.default_factory is not dataclasses.MISSING:
        return "empty"
    if field.default is dataclasses.MISSING:
        return "required"
    if field.default is None:
        return "absent"
    if isinstance(field.default, Options):
        return "its own"
    return f"`{_toml(field.default, _is_duration(hint))}`"


def _is_duration(hint: Any) -> bool:
    return any(unwrap(one)[1] is _DURATION for one in members(unwrap(hint)[0]) or (hint,))


def _toml(value: Any, duration: bool = False) -> str:
    """A value as it is written in TOML."""
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(_toml(item) for item in value)}]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f'"{format_duration(value)}"' if duration else f"{value:g}"
    return f'"{value.value if isinstance(value, Enum) else value}"' if isinstance(value, str) else str(value)


def _strategies() -> Iterator[str]:
    yield "## Retry strategies"
    yield ""
    yield '`retry = "NAME"` stands for these values; keys beside `strategy` override them.'
    yield ""
    keys = list(next(iter(STRATEGIES.values())))
    hints = hints_of(next(cls for cls, _, _ in _tables_in(hints_of(_policy())["retry"])))
    yield f"| Strategy | {' | '.join(f'`{key}`' for key in keys)} |"
    yield "|---" * (len(keys) + 1) + "|"
    for name, values in STRATEGIES.items():
        cells = [f"`{_toml(values[key], _is_duration(hints[key]))}`" for key in keys]
        yield f"| `{name}` | {' | '.join(cells)} |"
    yield ""


def _policy() -> type[Options]:
    return next(cls for cls, _, _ in _tables_in(hints_of(Settings)["policies"]))


def _not_built() -> Iterator[str]:
    yield "## Not available in this version"
    yield ""
    yield "These are refused, so that nothing is believed to be in force that is not."
    yield ""
    yield "| Key | Refused | Feature |"
    yield "|---|---|---|"
    for missing in NOT_BUILT:
        values = " ".join(f"`{value}`" for value in missing.values) or "any value"
        yield f"| `{missing.path.replace('*', 'NAME', 1)}` | {values} | {missing.feature} |"


if __name__ == "__main__":
    sys.stdout.write(settings_reference())
