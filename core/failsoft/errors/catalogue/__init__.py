"""The catalogue: which class of exceptions means what, as data.

A class is looked up by its package and its name, because libraries move classes among their modules: an entry
`requests.exceptions.Timeout` holds for `requests.<any module>.Timeout`. Sub-classes inherit along the MRO.
"""

from __future__ import annotations

from collections.abc import Iterator

from failsoft.deferred import as_pattern, on_demand
from failsoft.errors.catalogue.auth import AUTH
from failsoft.errors.catalogue.brokers import BROKERS
from failsoft.errors.catalogue.checks import CHECKS
from failsoft.errors.catalogue.clients import CLIENTS
from failsoft.errors.catalogue.clouds import CLOUDS
from failsoft.errors.catalogue.credentials import CREDENTIALS
from failsoft.errors.catalogue.databases import DATABASES
from failsoft.errors.catalogue.documents import DOCUMENTS
from failsoft.errors.catalogue.drivers import DRIVERS
from failsoft.errors.catalogue.embedded import EMBEDDED
from failsoft.errors.catalogue.files import FILES
from failsoft.errors.catalogue.frameworks import FRAMEWORKS
from failsoft.errors.catalogue.hosted import HOSTED
from failsoft.errors.catalogue.hosts import HOSTS
from failsoft.errors.catalogue.kafka import KAFKA
from failsoft.errors.catalogue.kits import KITS
from failsoft.errors.catalogue.labels import Label
from failsoft.errors.catalogue.local import LOCAL
from failsoft.errors.catalogue.mappers import MAPPERS
from failsoft.errors.catalogue.queues import QUEUES
from failsoft.errors.catalogue.remote import REMOTE
from failsoft.errors.catalogue.runtimes import RUNTIMES
from failsoft.errors.catalogue.sdks import SDKS
from failsoft.errors.catalogue.search import SEARCH
from failsoft.errors.catalogue.services import SERVICES
from failsoft.errors.catalogue.shares import SHARES
from failsoft.errors.catalogue.sqlstates import SQLSTATES
from failsoft.errors.catalogue.stdlib import STDLIB
from failsoft.errors.catalogue.stores import STORES
from failsoft.errors.catalogue.toolbox import TOOLS
from failsoft.errors.catalogue.validators import VALIDATORS
from failsoft.errors.catalogue.vendors import VENDORS
from failsoft.errors.catalogue.web import WEB
from failsoft.errors.catalogue.wires import WIRES
from failsoft.errors.catalogue.work import WORK

__all__ = ["find_label", "iter_entries"]

FAMILIES = (
    STDLIB, FRAMEWORKS, VALIDATORS, AUTH, DATABASES, STORES, EMBEDDED, CLIENTS, SDKS, VENDORS, CLOUDS, BROKERS,
    SERVICES, QUEUES, KAFKA, REMOTE, WORK, FILES, LOCAL, MAPPERS, RUNTIMES, SQLSTATES, DRIVERS, SEARCH, WIRES, SHARES,
    DOCUMENTS, HOSTED, WEB, KITS, CREDENTIALS, CHECKS,
    HOSTS, TOOLS,
)  # fmt: skip
# they took over the names of what they were forked from, and what these mean
_FORKS = {
    "aioredis": "redis",
    "coredis": "redis",
    "httpcore2": "httpcore",
    "httpx2": "httpx",
    "niquests": "requests",
    "urllib3_future": "urllib3",
    "valkey": "redis",
}

# a copy of a library inside of another one, as `botocore.vendored.requests`
_COPIED = as_pattern(r"\.(?:_?vendor(?:ed)?|externals|requests\.packages)\.(?=\w+\.)")


def _key(module: str, name: str) -> str:
    return f"{module.partition('.')[0]}.{name}"


def iter_entries() -> Iterator[tuple[str, Label]]:
    """Every entry: the path of a class, as it is written in the data, and its label."""
    for family in FAMILIES:
        for label, paths in family:
            for path in paths.split():
                yield path, label


@on_demand
def _index() -> dict[str, Label]:
    index: dict[str, Label] = {}
    for path, label in iter_entries():
        module, _, name = path.rpartition(".")
        index[_key(module, name)] = label
    return index


def find_label(module: str, name: str) -> Label | None:
    """The label of a class itself, its bases not considered."""
    index = _index()
    label = index.get(_key(module, name))
    if label is None and (origin := _FORKS.get(module.partition(".")[0])) is not None:
        return index.get(_key(origin, name))
    if label is None and (copies := list(_COPIED.finditer(module))):
        return find_label(module[copies[-1].end() :], name)
    return label
