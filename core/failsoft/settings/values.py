"""Kinds of values that only settings have."""

from __future__ import annotations

import os
import re
from typing import Annotated, Any

from failsoft.kinds import Kind
from failsoft.problem.negotiate import language_tag

__all__ = ["AuditUrl", "Catalogue", "Header", "Language", "Match", "StateUrl", "Uri", "View", "Weights"]

_MATCH = re.compile(r"(\*|[A-Z]+) ([/^].*)")
_VIEW = re.compile(r"[^\W\d]\w*(\.([^\W\d]\w*|<locals>))+")
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_AUDIT = re.compile(
    r"sqlite:///(?!:memory:\Z)[^?#]+|postgresql(\+psycopg)?://\S+|jsonl:///[^?#]+|stdout://|(env|file):.+"
)
_STATE = re.compile(r"memory://|sqlite:///(?!:memory:\Z)[^?#]+|(redis|rediss|unix)://\S+|(env|file):.+")
_LOCATION = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+")


def _text(pattern: re.Pattern[str]) -> Any:
    def parse(value: object) -> str:
        if isinstance(value, str) and pattern.fullmatch(value):
            return value
        raise ValueError("wrong form")

    return parse


def _path(value: object) -> str:
    # a Django project writes BASE_DIR / "locale"
    text = os.fspath(value) if isinstance(value, os.PathLike) else value
    if isinstance(text, str) and 0 < len(text) <= 1000 and "\0" not in text:
        return text
    raise ValueError("no path")


def _weights(value: object) -> bool | str:
    if isinstance(value, bool):
        return value
    return _path(value)


def _language(value: object) -> str:
    if isinstance(value, str) and (tag := language_tag(value)) is not None:
        return tag
    raise ValueError("no language")


Language = Annotated[str, Kind('the tag of a language such as "de" or "pt-BR"', _language)]
Header = Annotated[str, Kind("the name of a header", _text(_TOKEN))]
Match = Annotated[str, Kind('a method or *, then a route template: "GET /quotes/{symbol}"', _text(_MATCH))]
View = Annotated[str, Kind('a dotted path such as "shop.views.quote"', _text(_VIEW))]
Uri = Annotated[str, Kind('a URI such as "https://errors.example.com/"', _text(_LOCATION))]
Catalogue = Annotated[str, Kind('a directory such as "shop/locale", or "DOMAIN:DIRECTORY"', _path)]
Weights = Annotated[
    bool | str,
    Kind('true, false, or the path of a file of weights such as "/etc/shop/model.bin"', _weights),
]
StateUrl = Annotated[
    str,
    Kind(
        '"memory://", "sqlite:///FILE", "redis://HOST", "rediss://HOST", "unix://PATH", or "env:NAME" or "file:PATH" '
        "where such a URL is found",
        _text(_STATE),
        secret=True,
    ),
]
AuditUrl = Annotated[
    str,
    Kind(
        '"sqlite:///FILE", "postgresql+psycopg://HOST/DATABASE", "jsonl:///FILE", "stdout://", or "env:NAME" or '
        '"file:PATH" where such a URL is found',
        _text(_AUDIT),
        secret=True,
    ),
]
