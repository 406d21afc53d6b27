"""Django and Django REST framework, in a process of their own because their settings are global."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="module")
def django() -> Mapping[str, Mapping[str, Any]]:
    script = Path(__file__).with_name("django_process.py")
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    found: Mapping[str, Mapping[str, Any]] = json.loads(done.stdout)
    return found


DJANGO: dict[str, tuple[object, ...]] = {
    "404": (404, "NOT_FOUND", "validation", "info", True),
    "resolver": (404, "NOT_FOUND", "validation", "info", True),
    "403": (403, "AUTHZ_ERROR", "authentication", "low", True),
    "suspicious": (400, "BAD_REQUEST", "validation", "low", True),
    "bad request": (400, "BAD_REQUEST", "validation", "low", True),
    "host": (400, "BAD_REQUEST", "validation", "low", True),
    "too big": (413, "PAYLOAD_TOO_LARGE", "validation", "low", True),
    "too many fields": (400, "BAD_REQUEST", "validation", "low", True),
    "upload broken off": (499, "CLIENT_DISCONNECTED", "network", "info", True),
    "form field": (400, "BAD_REQUEST", "validation", "low", False),
    "does not exist": (404, "NOT_FOUND", "validation", "info", False),
    "several": (500, "DATA_INTEGRITY_ERROR", "data_integrity", "high", False),
    "unique": (409, "CONFLICT", "data_integrity", "medium", False),
    "not null": (409, "CONFLICT", "data_integrity", "medium", False),
    "no table": (500, "CONFIGURATION_ERROR", "configuration", "high", False),
    "no database": (500, "CONFIGURATION_ERROR", "configuration", "high", False),
    "field": (500, "INTERNAL_ERROR", "system", "high", False),
    "no template": (500, "CONFIGURATION_ERROR", "configuration", "high", False),
    "bad template": (500, "CONFIGURATION_ERROR", "configuration", "high", False),
    "improper": (500, "CONFIGURATION_ERROR", "configuration", "high", False),
    "no reverse": (500, "INTERNAL_ERROR", "system", "high", False),
    "model": (400, "VALIDATION_ERROR", "validation", "low", False),
    "signature": (401, "AUTH_ERROR", "authentication", "low", False),
    "page": (404, "NOT_FOUND", "validation", "info", False),
    "drf invalid": (400, "VALIDATION_ERROR", "validation", "low", True),
    "drf nested": (400, "VALIDATION_ERROR", "validation", "low", True),
    "drf not authenticated": (401, "AUTH_ERROR", "authentication", "low", True),
    "drf no challenge": (403, "AUTHZ_ERROR", "authentication", "low", True),
    "drf denied": (403, "AUTHZ_ERROR", "authentication", "low", True),
    "drf not found": (404, "NOT_FOUND", "validation", "info", True),
    "drf method": (405, "METHOD_NOT_ALLOWED", "validation", "info", True),
    "drf media": (415, "UNSUPPORTED_MEDIA_TYPE", "validation", "low", True),
    "drf throttled": (429, "RATE_LIMIT_ERROR", "resource", "low", True),
    "drf own": (503, "SERVICE_UNAVAILABLE", "external_service", "medium", True),
}


def test_every_scenario_of_django_is_judged_here(django: Mapping[str, Mapping[str, Any]]) -> None:
    assert set(django) == set(DJANGO)


@pytest.mark.parametrize("name", DJANGO)
def test_django(django: Mapping[str, Mapping[str, Any]], name: str) -> None:
    found = django[name]
    assert (
        found["status"], found["code"], found["category"], found["severity"], found["expected"],
    ) == DJANGO[name]  # fmt: skip


def test_django_says_what_is_wrong_with_an_input(django: Mapping[str, Mapping[str, Any]]) -> None:
    assert django["model"]["errors"] == [["/name", "This field cannot be blank."]]
    assert ["/lines/1/count", "A valid integer is required."] in django["drf nested"]["errors"]
    assert ["", "Totals differ."] in django["drf nested"]["errors"]
    assert django["drf invalid"]["errors"] == [["", "Wrong."]]


def test_a_text_of_rest_framework_counts_if_the_application_wrote_it(django: Mapping[str, Mapping[str, Any]]) -> None:
    assert django["drf denied"]["user_message"] == "Only the owner may."
    assert django["drf not found"]["user_message"] is None
    assert django["drf method"]["user_message"] is None
    assert django["drf throttled"]["user_message"] is None
    assert django["drf own"]["user_message"] is None


def test_rest_framework_brings_headers(django: Mapping[str, Mapping[str, Any]]) -> None:
    assert django["drf not authenticated"]["headers"] == [["WWW-Authenticate", 'Basic realm="api"']]
    assert django["drf throttled"]["retry_after"] == 13.0


def test_what_django_wraps_is_named_by_its_own_class(django: Mapping[str, Mapping[str, Any]]) -> None:
    assert django["unique"]["type"] == "django.db.utils.IntegrityError"
    assert django["unique"]["evidence"][0] == "SQLite SQLITE_CONSTRAINT_UNIQUE"
