"""Where settings come from: a TOML file, a mapping, the environment; merged in that order, each value remembering."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from failsoft.errors.exceptions import Fault, SettingsError
from failsoft.errors.rules import ErrorMapping
from failsoft.kinds import join_path
from failsoft.options import Options, decode, fields_of, shown
from failsoft.settings.environment import hint_below, options_at, variables_of
from failsoft.settings.notbuilt import refuse
from failsoft.settings.schema import Settings, nearest_known, nearest_source

__all__ = ["Source", "find_settings", "in_order", "load", "read"]

Source = str | Path | Mapping[str, Any] | Settings
"""The path of a TOML file, a mapping as a settings module has it, or finished settings."""


def load(source: Source | None = None, *more: Source, environ: Mapping[str, str] | None = None) -> Settings:
    """Read settings, and check them.

    Parameters:
        source: where they come from; None means safe defaults.
        more: further sources; a later one wins, table by table. Lists are replaced whole.
        environ: environment variables, which win over everything; default `os.environ`.

    Raises:
        SettingsError: anything is wrong; lists all faults, each with its source.
    """
    settings, faults = read(source, *more, environ=environ)
    if faults:
        raise SettingsError(faults)
    return settings


def read(
    source: Source | None = None, *more: Source, environ: Mapping[str, str] | None = None
) -> tuple[Settings, list[Fault]]:
    """As `load`, with what is wrong instead of an error. Settings with faults are incomplete, and only good for finding
    more of them.

    Raises:
        SettingsError: a source cannot be read at all.
    """
    sources = [item for item in (source, *more) if item is not None]
    variables = variables_of(os.environ if environ is None else environ)
    if len(sources) == 1 and isinstance(sources[0], Settings) and not variables:
        return sources[0], []
    tree = _Tree()
    for item in sources:
        tree.add(item)
    for variable in variables:
        keys, hint = variable.keys(Settings, tree.values)
        layer: Any = variable.value(hint)
        for key in reversed(keys):
            layer = {key: layer}
        tree.merge(layer, f"environment {variable.name}")
    rest, faults = refuse(tree.values)
    faults += _unquoted(rest)
    known = {fault.path for fault in faults}
    found: list[Fault] = []
    settings = decode(Settings, rest, "", found)
    faults += [fault for fault in found if fault.path not in known]
    named = [fault._replace(source=nearest_source(tree.sources, fault.path)) for fault in faults]
    return settings.with_sources(tree.sources), in_order(named)


def in_order(faults: Iterable[Fault]) -> list[Fault]:
    """Faults of the file by line, then the others as they were found."""
    return sorted(faults, key=_position)


def find_settings(start: Path) -> Path | None:
    """The nearest `failsoft.toml` in a directory or above it. Only the command line looks for one."""
    for directory in (start.absolute(), *start.absolute().parents):
        if (candidate := directory / "failsoft.toml").is_file():
            return candidate
    return None


class _Tree:
    """Raw settings, merged from several sources, and where each value came from."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self.sources: dict[str, str] = {}
        self._lines: dict[str, int] = {}

    def add(self, source: Source) -> None:
        """Merge a source over what is there.

        Raises:
            SettingsError: it cannot be read at all.
        """
        if isinstance(source, Options):
            self.merge(_table_of(source), "settings")
        elif isinstance(source, Mapping):
            self.merge(source, "settings")
        elif isinstance(source, (str, os.PathLike)):
            values, self._lines = _read(Path(source))
            self.merge(values, str(source))
            self._lines = {}
        else:
            expected = "expected the path of a file, a mapping or Settings"
            raise SettingsError([Fault("settings", shown(source), expected)])

    def merge(self, layer: Mapping[Any, Any], source: str) -> None:
        """Lay a table over what is there."""
        self._merge(self.values, layer, "", Settings, source)

    def _merge(self, table: dict[str, Any], layer: Mapping[Any, Any], path: str, hint: Any, source: str) -> None:
        for raw_key, raw in layer.items():
            key = _name(raw_key)
            place, inner = join_path(path, key), hint_below(hint, key)
            present = table.get(key)
            value = _table_of(raw) if isinstance(raw, Options) and isinstance(present, (Mapping, Options)) else raw
            if value is None or not isinstance(value, Mapping):
                if key in table:
                    self._forget(place)
                table.pop(key, None)
                if value is not None:
                    table[key] = value
                    self._note(place, value, source)
                continue
            table[key] = _opened(present, inner)
            if present is not None and not table[key]:
                self._forget(place)  # nothing of what was there is left
            self.sources.setdefault(place, self._at(place, source))
            self._merge(table[key], value, place, inner, source)

    def _forget(self, path: str) -> None:
        gone = [known for known in self.sources if known == path or known.startswith((f"{path}.", f"{path}["))]
        for known in gone:
            del self.sources[known]

    def _note(self, path: str, value: Any, source: str) -> None:
        self.sources[path] = self._at(path, source)
        if isinstance(value, Mapping):
            for key, item in value.items():
                self._note(join_path(path, _name(key)), item, source)
        elif isinstance(value, (list, tuple)):
            for index, item in enumerate(value):
                self._note(f"{path}[{index}]", item, source)

    def _at(self, path: str, source: str) -> str:
        if not self._lines:
            return source
        line = self._lines.get(nearest_known(self._lines, path))
        return f"{source}:{line}" if line else source


def _opened(present: Any, hint: Any) -> dict[str, Any]:
    """A value as a table that more can be laid over; its shorthand is written out."""
    if isinstance(present, Options):
        return _table_of(present)
    if isinstance(present, Mapping):
        return dict(present)
    found = options_at(hint)
    if present is None or found is None or found.shorthand is None:
        return {}
    return dict(found.shorthand(present) or {})


def _table_of(options: Options) -> dict[str, Any]:
    return {name.removesuffix("_"): getattr(options, name) for name in options.given}


def _name(key: object) -> str:
    """A key as text; a class stands for its path, so that `errors` may be keyed by class in Python."""
    return f"{key.__module__}.{key.__qualname__}" if isinstance(key, type) else str(key)


def _read(path: Path) -> tuple[dict[str, Any], dict[str, int]]:
    """The tables of a TOML file, and the lines of its keys."""
    import tomllib  # noqa: PLC0415 - settings may be a mapping, or none

    from failsoft.settings.lines import lines_of  # noqa: PLC0415 - reads TOML, too

    try:
        text = path.read_bytes().decode("utf-8-sig")
        values = tomllib.loads(text)
    except OSError as error:
        raise SettingsError([Fault(str(path), "", f"cannot be read: {error.strerror}", str(path))]) from None
    except UnicodeDecodeError as error:
        raise SettingsError([Fault(str(path), "", f"not UTF-8 at byte {error.start}", str(path))]) from None
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"line (\d+), column (\d+)", str(error))
        source = f"{path}:{place[1]}:{place[2]}" if place else str(path)
        raise SettingsError([Fault(str(path), "", f"not TOML: {error}", source)]) from None
    except (RecursionError, ValueError):
        # tables nested hundreds of times, or numbers of thousands of digits, are beyond what tomllib reads
        raise SettingsError([Fault(str(path), "", "not TOML that can be read", str(path))]) from None
    return values, lines_of(text)


def _unquoted(tree: dict[str, Any]) -> list[Fault]:
    """Take out `[errors.shop.errors.Oops]`, which TOML reads as four tables, and say how it is written."""
    errors = tree.get("errors")
    if not isinstance(errors, Mapping):
        return []
    faults, kept = [], {}
    for key, table in errors.items():
        names = [key]
        while isinstance(table, Mapping) and (below := _package(table)):
            names.append(below)
            table = table[below]  # noqa: PLW2901 - walks down the chain of tables
        if len(names) == 1:
            kept[key] = table
            continue
        path = ".".join(["errors", *names])
        faults.append(Fault(path, "", f'the path of a class is quoted: [errors."{".".join(names)}"]'))
    tree["errors"] = kept
    return faults


def _package(table: Mapping[str, Any]) -> str | None:
    unknown = [key for key, value in table.items() if key not in fields_of(ErrorMapping) and isinstance(value, Mapping)]
    return unknown[0] if unknown else None


def _position(fault: Fault) -> tuple[int, int]:
    line = re.search(r":(\d+)$", fault.source)
    return (0, int(line[1])) if line else (1, 0)
