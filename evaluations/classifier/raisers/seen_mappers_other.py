"""Peewee, Tortoise, Pony and MongoEngine."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable
from typing import Any

import mongoengine
import peewee
import playhouse.db_url
import pony.orm
import tortoise
import tortoise.fields
import tortoise.models

from evaluations.classifier.raisers._peers import HOST, closed_port
from evaluations.classifier.raisers._seen import ABSENT, UNREADABLE, put
from evaluations.classifier.raisers._sql import away, bug, constraint, contention, settings, slow

# --- Peewee -----------------------------------------------------------------------------------------------------------
_BASE = peewee.SqliteDatabase(":memory:")


class Lamp(peewee.Model):
    watts = peewee.IntegerField(constraints=[peewee.Check("watts > 0")])

    class Meta:
        database = _BASE


@put("peewee", "seen_check", constraint)
def _() -> None:
    _BASE.create_tables([Lamp])
    Lamp.create(watts=-1)


@put("peewee", "scheme_unknown", settings)
def _() -> None:
    playhouse.db_url.connect("db9://host.test/x")


@put("peewee", "opened_twice", bug)
def _() -> None:
    with contextlib.closing(peewee.SqliteDatabase(":memory:")) as base:
        base.connect()
        base.connect()


@put("peewee", "statement_too_long", slow)
def _() -> None:
    base = peewee.PostgresqlDatabase("test", user="postgres", host=HOST, options="-c statement_timeout=30")
    with contextlib.closing(base):
        base.execute_sql("SELECT pg_sleep(3)")


# --- Tortoise, Pony ---------------------------------------------------------------------------------------------------
class Cup(tortoise.models.Model):
    id = tortoise.fields.IntField(primary_key=True)
    size = tortoise.fields.IntField()


async def _cups() -> None:
    await tortoise.Tortoise.init(db_url="sqlite://:memory:", modules={"models": [__name__]})
    await tortoise.Tortoise.generate_schemas()


async def _tortoise(run: Callable[[], Any]) -> None:
    await _cups()
    try:
        await run()
    finally:
        await tortoise.Tortoise.close_connections()


for _name, _label, _run in (
    ("seen_absent", ABSENT, lambda: Cup.get(id=9)),
    ("seen_field_unknown", bug, lambda: Cup.filter(colour="red").all()),
    (
        "seen_value_none",
        bug | {"note": "a ValueError of the field, before the database saw it; data_integrity is defensible"},
        lambda: Cup.create(id=1, size=None),
    ),
    ("seen_too_many", UNREADABLE, lambda: _two_cups()),
):
    put("tortoise-orm", _name, _label)(lambda run=_run: _tortoise(run))


async def _two_cups() -> None:
    await Cup.create(size=1)
    await Cup.create(size=1)
    await Cup.get(size=1)


@put("tortoise-orm", "seen_module_missing", settings)
async def _() -> None:
    await tortoise.Tortoise.init(db_url="sqlite://:memory:", modules={"models": ["failsoft_no_such.models"]})


_pony = pony.orm.Database()


class Pen(_pony.Entity):
    id = pony.orm.PrimaryKey(int)
    ink = pony.orm.Required(int)


@functools.cache
def _pens() -> None:
    _pony.bind("sqlite", ":memory:")
    _pony.generate_mapping(create_tables=True)


@put("pony", "seen_two_found", UNREADABLE)
def _() -> None:
    _pens()
    with pony.orm.db_session:
        Pen(id=1, ink=1)
        Pen(id=2, ink=1)
        Pen.get(ink=1)


@put("pony", "seen_changed_elsewhere", contention | {"status": (409, 503), "severity": "low"})
def _() -> None:
    _pens()
    with pony.orm.db_session:
        Pen(id=5, ink=1)
    with pony.orm.db_session:
        pen = Pen[5]
        print(pen.ink)
        _pony.execute("UPDATE Pen SET ink = 7 WHERE id = 5")
        pen.ink = 2


@put("pony", "seen_bound_twice", bug)
def _() -> None:
    _pens()
    _pony.bind("sqlite", ":memory:")


# --- MongoEngine ------------------------------------------------------------------------------------------------------
class Page(mongoengine.Document):
    title = mongoengine.StringField(max_length=3)
    author = mongoengine.EmailField()
    meta = {"db_alias": "seen"}


_INVALID: dict[str, Any] = {"category": "validation", "transient": False, "status": (400, 422), "severity": "low"}


@put("mongoengine", "seen_too_long", _INVALID)
def _() -> None:
    Page(title="long").validate()


@put("mongoengine", "seen_address_malformed", _INVALID)
def _() -> None:
    Page(title="a", author="nobody").validate()


@put("mongoengine", "seen_refused", away)
def _() -> None:
    mongoengine.connect(
        alias="seen", host=HOST, port=closed_port(), serverSelectionTimeoutMS=50, uuidRepresentation="standard"
    )
    Page.objects.first()
