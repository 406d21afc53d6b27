"""What well-known libraries say in their own words: of a class, at a place, or by the first words alone."""

from __future__ import annotations

import csv
import smtplib
import ssl
import urllib.error

import pytest

from failsoft.clock import SystemClock
from failsoft.errors.catalogue.texts import OF_BEGINNINGS
from failsoft.errors.classifier import Classifier
from failsoft.errors.taxonomy import Category
from failsoft.errors.told import exception_of

_CLASSIFIER = Classifier(clock=SystemClock())
_SITE = "/usr/lib/python3.12/site-packages"


@pytest.mark.parametrize(
    ("exc", "category", "status"),
    [
        (smtplib.SMTPServerDisconnected("please run connect() first"), Category.SYSTEM, 500),
        (smtplib.SMTPServerDisconnected("Connection unexpectedly closed"), Category.NETWORK, 502),
        (csv.Error("need to escape, but no escapechar set"), Category.SYSTEM, 500),
        (csv.Error("field larger than field limit (131072)"), Category.VALIDATION, 400),
        (ssl.SSLError(9, "[X509: KEY_VALUES_MISMATCH] key values mismatch"), Category.CONFIGURATION, 500),
        (urllib.error.URLError("unknown url type: shop"), Category.SYSTEM, 500),
        (ValueError("password cannot be longer than 72 bytes, truncate manually"), Category.VALIDATION, 400),
        (ValueError("unsupported pickle protocol: 99"), Category.DATA_INTEGRITY, 500),
    ],
)
def test_words_say_more_than_a_class(exc: Exception, category: Category, status: int) -> None:
    failure = _CLASSIFIER.classify(exc)
    assert (failure.category, failure.status) == (category, status)


@pytest.mark.parametrize(
    ("file", "function", "line", "category"),
    [
        ("/usr/lib/python3.12/multiprocessing/connection.py", "Connection._recv", "EOFError", Category.NETWORK),
        ("/srv/shop/multiprocessing/connection.py", "Connection._recv", "EOFError", Category.SYSTEM),
        (f"{_SITE}/PIL/ImageFont.py", "truetype", "OSError: cannot open resource", Category.CONFIGURATION),
        (f"{_SITE}/PIL/JpegImagePlugin.py", "_save", "OSError: cannot write mode P as JPEG", Category.SYSTEM),
        (f"{_SITE}/PIL/PngImagePlugin.py", "_open", "SyntaxError: not a PNG file", Category.VALIDATION),
        (f"{_SITE}/httpx/_models.py", "Response.raise_for_status", "RuntimeError: no request", Category.SYSTEM),
        (f"{_SITE}/starlette/requests.py", "session", "AssertionError: It must be installed", Category.CONFIGURATION),
    ],
)
def test_a_place_says_what_a_builtin_class_means(file: str, function: str, line: str, category: Category) -> None:
    told = exception_of(f'Traceback (most recent call last):\n  File "{file}", line 9, in {function}\n{line}')
    assert _CLASSIFIER.classify(told.exc).category is category


def test_first_words_are_long_enough_to_be_nobody_elses_and_told_apart() -> None:
    begun = [(name, words[:14]) for _, name, words in OF_BEGINNINGS]
    assert all(len(words) == 14 for _, words in begun)
    assert len(set(begun)) == len(begun)
