"""A process that writes audit records: `python audit_process.py MODE FILE_OR_URL`. Used by the tests of the audit."""

from __future__ import annotations

import os
import sys
import threading
from dataclasses import replace

from audited import CONTEXT, KEYS
from failsoft.audit.on_lines import Rotation
from failsoft.audit.opening import open_store
from failsoft.audit.writer import AuditWriter, Rhythm
from failsoft.observers.audit import AuditObserver
from observed import failure, handled

MANY = 200


def events(observer: AuditObserver, label: str, count: int) -> None:
    for number in range(count):
        observer(handled(failure(error_id=f"{label}-{number}")))


def start(path: str, rotation: Rotation | None = None, **options: float) -> tuple[AuditWriter, AuditObserver]:
    url = path if "://" in path else f"sqlite:///{path}"
    store = open_store(url, rotation=rotation)
    writer = AuditWriter(store, CONTEXT, rhythm=Rhythm(**options))  # type: ignore[arg-type]
    return writer, AuditObserver(writer)


def write(path: str) -> None:
    """Leave at once: what waits is written on the way out."""
    _, observer = start(path, batch=16)
    events(observer, str(os.getpid()), MANY)


def small(path: str) -> None:
    """As `write`, into files that are soon full."""
    _, observer = start(path, Rotation(size=65_536), batch=16)
    events(observer, str(os.getpid()), MANY)


def hosts(path: str) -> None:
    """Write from another host, signed, until somebody says that it is enough."""
    context = replace(CONTEXT, host=f"web-{os.getpid()}")
    rhythm = Rhythm(seal_after=40, interval=0.01)
    writer = AuditWriter(open_store(path), context, keys=KEYS, encrypt=True, rhythm=rhythm)
    observer = AuditObserver(writer)
    ending = threading.Thread(target=sys.stdin.read)
    ending.start()
    count = 0
    while ending.is_alive() or count < MANY:
        events(observer, f"{os.getpid()}-{count}", 20)
        assert writer.flush(60)
        count += 20
        if count == MANY:
            print("ready", flush=True)
    writer.close()
    print(count, flush=True)


def killed(path: str) -> None:
    """Be killed with records stored and records waiting."""
    writer, observer = start(path, interval=600)
    events(observer, "stored", MANY)
    assert writer.flush(60)
    events(observer, "waiting", 20)
    print("ready", flush=True)
    sys.stdin.read()


def forks(path: str) -> None:
    """Fork in the middle: with a connection open, and with records waiting."""
    writer, observer = start(path, interval=600)
    events(observer, "before", 5)
    assert writer.flush(60)
    events(observer, "waiting", 5)
    children = []
    for number in range(3):
        child = os.fork()
        if child == 0:
            events(observer, f"child{number}", 5)
            return
        children.append(child)
    events(observer, "after", 5)
    for child in children:
        assert os.waitpid(child, 0)[1] == 0


if __name__ == "__main__":
    {"write": write, "small": small, "hosts": hosts, "killed": killed, "forks": forks}[sys.argv[1]](sys.argv[2])
