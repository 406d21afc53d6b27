"""What is compiled leaves no place of its own: what called it says which function it was."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import multiprocessing
import operator
import os
import pickle
import socket
import ssl
import types
from pathlib import Path
from typing import Any

import pytest

from failsoft.clock import SystemClock
from failsoft.errors.classifier import Classifier
from failsoft.errors.taxonomy import Category

_CLASSIFIER = Classifier(clock=SystemClock())


def _category_of(view: object) -> tuple[Category, int]:
    assert callable(view)
    with pytest.raises(Exception) as caught:
        view()
    failure = _CLASSIFIER.classify(caught.value)
    return failure.category, failure.status


class _Sender:
    def __init__(self, path: Path) -> None:
        self.link = socket.socket(socket.AF_UNIX)
        self.path = str(path)

    def send(self) -> None:
        with self.link:
            self.link.connect(self.path)


def _listen() -> None:
    with socket.socket() as one:
        one.bind(("192.0.2.1", 0))


def _load_names() -> None:
    from pickle import loads

    loads(b"cno_such_module_of_ours\nOrder\n.")


def test_a_socket_of_a_file_that_nobody_listens_at_is_a_refused_link(tmp_path: Path) -> None:
    assert _category_of(_Sender(tmp_path / "none.sock").send) == (Category.NETWORK, 503)


def test_a_file_that_is_not_there_stays_one_of_the_system(tmp_path: Path) -> None:
    assert _category_of(lambda: os.stat(tmp_path / "none")) == (Category.SYSTEM, 500)


def test_an_address_that_is_not_of_this_host_and_a_certificate_that_is_not_there_are_settings(tmp_path: Path) -> None:
    assert _category_of(_listen) == (Category.CONFIGURATION, 500)
    assert _category_of(lambda: ssl.create_default_context().load_cert_chain(tmp_path / "none.pem")) == (
        Category.CONFIGURATION,
        500,
    )


def test_what_was_stored_and_names_what_is_there_no_longer_is_unreadable() -> None:
    assert _category_of(_load_names) == (Category.DATA_INTEGRITY, 500)
    assert _category_of(lambda: pickle.loads(b"cdatetime\ndate\n(tR.")) == (Category.DATA_INTEGRITY, 500)
    # called wrongly, nothing was read
    assert _category_of(lambda: pickle.loads(None)) == (Category.SYSTEM, 500)  # type: ignore[arg-type]


def _refuse() -> None:
    timeout = "service unavailable"
    raise RuntimeError(f"no totals for {len(timeout)}")  # timeout: what stands in a line of code says nothing


def test_the_traceback_of_another_process_is_no_cause() -> None:
    with concurrent.futures.ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("fork")) as pool:
        done = pool.submit(_refuse)
        assert _category_of(done.result) == (Category.SYSTEM, 500)


class _Raises(type):
    @property
    def __module__(cls) -> str:  # type: ignore[override]
        raise KeyError("nobody asks this class")


class _Hostile(metaclass=_Raises):
    read = int


def test_a_class_that_raises_when_it_is_asked_where_it_is_from_is_not_asked_further() -> None:
    before = _CLASSIFIER.internal_errors

    def view() -> object:
        source = _Hostile
        return source.read("many")

    assert _category_of(view) == (Category.SYSTEM, 500)
    assert _CLASSIFIER.internal_errors == before


def _load(reader: Any, stored: object) -> object:
    return reader.loads(stored)


def test_the_same_words_in_the_same_place_are_another_failure_where_another_function_said_them() -> None:
    reader = types.SimpleNamespace(loads=operator.methodcaller("result"))
    with contextlib.closing(asyncio.new_event_loop()) as loop:
        for _ in range(3):
            with pytest.raises(ModuleNotFoundError) as caught:
                _load(pickle, b"cno_such_module_of_ours\norder\n.")
            failure = _CLASSIFIER.classify(caught.value)
            assert (failure.category, failure.status) == (Category.DATA_INTEGRITY, 500)
            answer = loop.create_future()
            answer.set_exception(ModuleNotFoundError(str(caught.value)))
            with pytest.raises(ModuleNotFoundError) as caught:
                _load(reader, answer)
            assert _CLASSIFIER.classify(caught.value).category is Category.CONFIGURATION


def test_what_is_remembered_of_a_failure_is_its_own() -> None:
    first, again = (_CLASSIFIER.classify(_raised_in_a_view()) for _ in range(2))
    assert (first.error_id, first.timestamp) != (again.error_id, again.timestamp)
    assert (again.category, again.status, again.evidence) == (first.category, first.status, first.evidence)
    assert again.raw_message == first.raw_message == "no rate for EUR"


def _raised_in_a_view() -> BaseException:
    with pytest.raises(ValueError, match="EUR") as caught:
        raise ValueError("no rate for EUR")
    return caught.value
