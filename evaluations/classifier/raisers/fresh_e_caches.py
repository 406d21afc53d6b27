"""Clients of memcached: pymemcache, pylibmc, aiomcache. There is no memcached at hand: small servers speak for it."""

from __future__ import annotations

import aiomcache
import pylibmc
import pymemcache
import pymemcache.client.hash

from evaluations.classifier.raisers import _fresh_e as e
from evaluations.classifier.raisers._fresh_e import fresh
from evaluations.classifier.raisers._peers import HOST, closed_port, hang_up, listening, saying, silence


@fresh("pymemcache", e.LOST)
def refused() -> None:
    pymemcache.Client((HOST, closed_port())).get("page:1")


@fresh("pymemcache", e.LOST)
def closed_unexpectedly() -> None:
    with listening(hang_up) as port:
        pymemcache.Client((HOST, port)).get("page:1")


@fresh("pymemcache", e.SILENT)
def read_timeout() -> None:
    with listening(silence) as port:
        pymemcache.Client((HOST, port), timeout=0.1).get("page:1")


@fresh("pymemcache", e.FULL, note="entries that expire may make room")
def out_of_memory() -> None:
    with listening(saying(b"SERVER_ERROR out of memory storing object\r\n")) as port:
        pymemcache.Client((HOST, port)).set("page:1", "x", noreply=False)


@fresh("pymemcache", e.TOO_LARGE)
def object_too_large() -> None:
    with listening(saying(b"SERVER_ERROR object too large for cache\r\n")) as port:
        pymemcache.Client((HOST, port)).set("page:1", "x" * 1000, noreply=False)


@fresh("pymemcache", e.BUG)
def key_with_a_space() -> None:
    pymemcache.Client((HOST, closed_port())).get("page of Ann")


@fresh("pymemcache", e.BUG)
def key_too_long() -> None:
    pymemcache.Client((HOST, closed_port())).get("k" * 300)


@fresh("pymemcache", e.LOST)
def all_servers_down() -> None:
    client = pymemcache.client.hash.HashClient([(HOST, closed_port())], retry_attempts=0, dead_timeout=60)
    for _ in range(3):
        client.get("page:1")


@fresh("pylibmc", e.LOST)
def nobody_listens() -> None:
    pylibmc.Client([f"{HOST}:{closed_port()}"]).get("page:1")


@fresh("pylibmc", e.BUG)
def key_too_long_for_pylibmc() -> None:
    pylibmc.Client([f"{HOST}:{closed_port()}"]).set("k" * 300, "x")


@fresh("aiomcache", e.LOST)
async def refused_in_async() -> None:
    await aiomcache.Client(HOST, closed_port()).get(b"page:1")


@fresh("aiomcache", e.BUG)
async def key_is_malformed() -> None:
    with listening(silence) as port:
        await aiomcache.Client(HOST, port).get(b"page of Ann")
