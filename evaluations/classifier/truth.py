"""What can be learnt without raising anything: tables in which a text or a name stands beside what it means.

Texts are read where they are installed, when the model is trained, and are kept nowhere.
"""

from __future__ import annotations

import http
import os
import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from evaluations.classifier.corpus import Line
from failsoft.errors.catalogue import codes as known
from failsoft.errors.catalogue import iter_entries
from failsoft.errors.catalogue.aws import AWS
from failsoft.errors.catalogue.labels import Label, Voice
from failsoft.errors.catalogue.sql_codes import label_of_sqlstate
from failsoft.errors.catalogue.store_codes import REDIS
from failsoft.errors.names import words_of

__all__ = ["Sample", "samples_of_corpus", "samples_of_tables"]

_TAG = re.compile(r"<[^>]+>")
_FIRST_SENTENCE = re.compile(r"(?s)\A(.{10,300}?[.!])(?:\s|\Z)")


class Sample(NamedTuple):
    """One text with what it means."""

    classes: tuple[str, ...]
    """Names of the class and its bases, nearest first."""
    message: str
    category: str
    library: str
    """Distribution or import package: samples of a library that is held out are not learnt from."""
    weight: float
    source: str


# --- the corpus -------------------------------------------------------------------------------------------------------
def class_names(line: Line, which: int | str) -> list[str]:
    """The names of a recorded class and of its bases, as its MRO has them, without those that Python gives to all."""
    if isinstance(which, str):
        return _of_python(which)
    taken = line["classes"][which]
    names = [str(taken["name"]).rpartition(".")[2]]
    for base in taken.get("bases", ()):
        names += [name for name in class_names(line, base) if name not in names]
    return names


def _of_python(path: str) -> list[str]:
    import builtins

    name = path.rpartition(".")[2]
    cls = getattr(builtins, name, None)
    return [base.__name__ for base in cls.__mro__] if isinstance(cls, type) else [name]


def samples_of_corpus(lines: Iterable[Line]) -> Iterator[Sample]:
    """A sample for each case: its own class and text, and those of what it was raised from."""
    for line in lines:
        taken: list[dict[str, Any]] = line["exceptions"]
        one = taken[0]
        if one.get("members"):
            continue
        classes = tuple(class_names(line, one["class"]))
        yield Sample(classes, one.get("text") or "", line["label"]["category"], line["library"], 3.0, "corpus")


# --- tables -----------------------------------------------------------------------------------------------------------
def samples_of_tables() -> Iterator[Sample]:
    """Whatever tables tell that are installed here."""
    yield from _of_errno()
    yield from _of_http()
    yield from _of_grpc()
    yield from _of_sqlstate()
    yield from _of_words()
    yield from _of_aws()
    yield from _of_catalogue()


def _sample(classes: Iterable[str], text: str, label: Label, library: str, source: str, weight: float = 1.0) -> Sample:
    return Sample(tuple(classes), text, label.category.value, library, weight, source)


def _of_errno() -> Iterator[Sample]:
    for number, label in sorted(known.ERRNO.items()):
        yield _sample(["OSError"], os.strerror(number), label, "python", "errno")


def _of_http() -> Iterator[Sample]:
    for status in http.HTTPStatus:
        label = known.label_of_upstream(status) if status >= 400 else None
        if label is not None:
            yield _sample([], status.phrase, label, "python", "http")
            yield _sample([], f"{int(status)} {status.phrase}: {status.description}", label, "python", "http")


def _of_grpc() -> Iterator[Sample]:
    for name, label in sorted(known.GRPC.items()):
        yield _sample([], f"StatusCode.{name} {name.lower().replace('_', ' ')}", label, "grpcio", "grpc")


def _of_sqlstate() -> Iterator[Sample]:
    from psycopg import errors

    for name, cls in sorted(vars(errors).items()):
        state = getattr(cls, "sqlstate", None)
        label = label_of_sqlstate(state) if isinstance(state, str) else None
        if label is not None:
            yield _sample([name], words_of(name), label, "psycopg", "sqlstate")


def _of_words() -> Iterator[Sample]:
    for word, label in sorted(REDIS.items()):
        yield _sample(["ResponseError"], word, label, "redis", "redis")
    for code, label in sorted(AWS.items()):
        yield _sample([code], words_of(code), label, "botocore", "aws")


def _of_aws() -> Iterator[Sample]:
    """The shapes of errors in the models of services that botocore carries, each name once."""
    from botocore.loaders import Loader

    loader = Loader()
    seen: set[tuple[str, str]] = set()
    for service in sorted(loader.list_available_services("service-2")):
        shapes = loader.load_service_model(service, "service-2").get("shapes", {})
        for name, shape in sorted(shapes.items()):
            error = shape.get("error") or {}
            status = error.get("httpStatusCode")
            if not shape.get("exception") and not error:
                continue
            code = error.get("code") or name
            label = AWS.get(code) or AWS.get(name)
            label = label or (known.label_of_upstream(status) if isinstance(status, int) else None)
            text = _first_sentence(shape.get("documentation", ""))
            if label is not None and text and (name, text) not in seen:
                seen.add((name, text))
                yield _sample([name], text, label, "botocore", "shapes", 0.15)


def _first_sentence(html: str) -> str:
    text = " ".join(_TAG.sub(" ", html).split())
    found = _FIRST_SENTENCE.match(text)
    return found[1] if found else text[:200]


def _of_catalogue() -> Iterator[Sample]:
    for path, label in iter_entries():
        if label.voice is not Voice.MUTE:
            name = path.rpartition(".")[2]
            yield _sample([name], "", label, path.partition(".")[0], "catalogue", 0.5)
