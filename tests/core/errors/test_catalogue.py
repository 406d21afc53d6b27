"""The catalogue as data: no entry contradicts another, and every label keeps to the conventions."""

from __future__ import annotations

import importlib
import importlib.util
import warnings

import pytest

from failsoft.errors import exceptions
from failsoft.errors.catalogue import find_label, iter_entries
from failsoft.errors.catalogue import labels as is_
from failsoft.errors.catalogue.labels import CODES, Label, Voice, code_of_status, label_of_status
from failsoft.errors.taxonomy import Category, Severity

LABELS = {name: value for name, value in vars(is_).items() if isinstance(value, Label)}


def is_installed(path: str) -> bool:
    spec = importlib.util.find_spec(path.partition(".")[0])
    # a namespace package is shared by many distributions, of which another one may be installed
    return spec is not None and spec.origin is not None


# of other versions than the one installed here, or of other platforms
ELSEWHERE = {
    "_dbm.error", "_gdbm.error", "_queue.Full", "aifc.Error", "sunau.Error", "uu.Error", "nis.error",
    "pickle.PickleError", "pickle.PicklingError", "pickle.UnpicklingError", "queue.Empty", "re.PatternError",
    "re.error", "nntplib.NNTPError", "signal.itimer_error", "nntplib.NNTPTemporaryError",
    "pydantic.error_wrappers.ValidationError", "queue.ShutDown", "asyncio.queues.QueueShutDown",
    "email.errors.HeaderWriteError", "pathlib.UnsupportedOperation", "_zstd.ZstdError", "compression.zstd.ZstdError",
    "django.contrib.gis.gdal.error.GDALException",
    "django.contrib.gis.gdal.error.SRSException", "django.contrib.gis.geos.error.GEOSException",
    "multipart.ParserLimitReached", "multipart.ParserStateError",
}  # fmt: skip
INSTALLED = sorted({path for path, _ in iter_entries() if is_installed(path)} - ELSEWHERE)


def test_no_class_has_two_labels() -> None:
    labels: dict[tuple[str, str], Label] = {}
    for path, label in iter_entries():
        key = (path.partition(".")[0], path.rpartition(".")[2])
        assert labels.setdefault(key, label) == label, path


@pytest.mark.parametrize("path", INSTALLED)
def test_an_entry_of_an_installed_package_names_a_class_that_is_there(path: str) -> None:
    module, _, name = path.rpartition(".")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            found = getattr(importlib.import_module(module), name)
        except ModuleNotFoundError:
            outer, _, inner = module.rpartition(".")
            found = getattr(getattr(importlib.import_module(outer), inner), name)
    # `dbm.error` is what to catch: the class, and another one
    found = found[0] if isinstance(found, tuple) else found
    assert issubclass(found, BaseException)
    assert find_label(found.__module__, found.__name__) is not None


def test_a_fork_means_what_its_origin_means() -> None:
    for fork, origin, name in (
        ("valkey.exceptions", "redis.exceptions", "ReadOnlyError"),
        ("coredis.exceptions", "redis.exceptions", "WatchError"),
        ("niquests.exceptions", "requests.exceptions", "ConnectTimeout"),
    ):
        assert find_label(fork, name) == find_label(origin, name) is not None


@pytest.mark.parametrize("name", LABELS)
def test_a_label_keeps_to_the_conventions(name: str) -> None:
    label = LABELS[name]
    assert label.code in CODES
    if label.status < 500:
        # an inferred answer below 500 blames the request, and must not be a rejection of a peer's
        assert label.severity in {Severity.LOW, Severity.INFO} or name in {"DUPLICATE", "CONSTRAINT", "TOO_BIG_TO_KEEP"}
    if label.not_sent:
        assert label.transient
    if label.status in {502, 503, 504} and label.severity is Severity.MEDIUM and name != "UPSTREAM_FAILED":
        assert label.transient
    if label.category is Category.CONFIGURATION:
        assert (label.severity, label.transient, label.status) == (Severity.HIGH, False, 500)
    if label.severity is Severity.CRITICAL:
        assert label.category in {Category.RESOURCE, Category.SYSTEM, Category.DATA_INTEGRITY}
        assert not label.transient


def test_every_code_of_failsofts_own_exceptions_is_listed() -> None:
    own = {getattr(exceptions, name) for name in exceptions.__all__}
    assert {cls.default_code for cls in own if hasattr(cls, "default_code")} <= set(CODES)


@pytest.mark.parametrize("status", range(400, 600))
def test_every_status_has_a_label_of_its_own_class(status: int) -> None:
    label = label_of_status(status)
    assert label.status == status
    assert label.code == code_of_status(status)
    assert label.code in CODES or label.code == f"HTTP_{status}"
    assert label.voice is Voice.SAYS


def test_a_class_is_found_wherever_its_library_keeps_it() -> None:
    assert find_label("requests", "Timeout") == find_label("requests.exceptions", "Timeout") == is_.SILENT
    assert find_label("shop", "Timeout") is None
