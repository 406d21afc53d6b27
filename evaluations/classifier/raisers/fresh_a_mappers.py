"""Object mappers: wrong mappings, sessions used wrongly, duplicates, optimistic versions, and their own checks."""

from __future__ import annotations

import contextlib
import datetime as dt
import tempfile
from typing import Any

import django.conf
import mongoengine
import peewee
import piccolo.columns
import piccolo.engine.sqlite
import piccolo.table
import playhouse.shortcuts
import pony.orm
import sqlalchemy as sa
import sqlmodel
import tortoise
import tortoise.fields
import tortoise.validators
from cassandra.cqlengine import columns as cql
from cassandra.cqlengine.models import Model as CqlModel
from sqlalchemy import orm
from sqlalchemy.ext import asyncio as sa_asyncio

import django
from evaluations.classifier.raisers._fresh_a import DUPLICATE, LOST, RULE, STORE_REFUSED_US, fresh
from evaluations.classifier.raisers._peers import HOST, closed_port
from evaluations.classifier.raisers.scaffold_http import (
    ABSENT,
    CONTENTION,
    INVALID,
    LOST_UPDATE,
    OUR_BUG,
    OUR_SETTINGS,
    UNREADABLE,
)

_MAPPING = "a mapping of ours"


# --- SQLAlchemy -------------------------------------------------------------------------------------------------------
def _engine(url: str = "sqlite://") -> sa.Engine:
    return sa.create_engine(url)


@fresh("sqlalchemy", "table_declared_twice", OUR_BUG, _MAPPING)
def _() -> None:
    catalogue = sa.MetaData()
    for _ in range(2):
        sa.Table("item", catalogue, sa.Column("id", sa.Integer))


@fresh("sqlalchemy", "mapper_without_a_key", OUR_BUG, _MAPPING)
def _() -> None:
    type("Item", (type("Base", (orm.DeclarativeBase,), {}),), {"__tablename__": "item", "name": sa.Column(sa.String)})


@fresh("sqlalchemy", "relationship_to_a_name_unknown", OUR_BUG, _MAPPING)
def _() -> None:
    base = type("Base", (orm.DeclarativeBase,), {})
    columns = {"id": sa.Column(sa.Integer, primary_key=True), "owner": orm.relationship("Usr")}
    type("Cart", (base,), {"__tablename__": "cart", **columns})
    orm.configure_mappers()


@fresh("sqlalchemy", "two_ways_to_join", OUR_BUG, _MAPPING)
def _() -> None:
    catalogue = sa.MetaData()
    user = sa.Table("user", catalogue, sa.Column("id", sa.Integer, primary_key=True))
    keys: list[Any] = [sa.Column(name, sa.ForeignKey("user.id")) for name in ("buyer", "seller")]
    user.join(sa.Table("deal", catalogue, *keys))


@fresh("sqlalchemy", "date_given_as_a_text", OUR_BUG)
def _() -> None:
    visit = sa.Table("visit", catalogue := sa.MetaData(), sa.Column("at", sa.DateTime))
    engine = _engine()
    catalogue.create_all(engine)
    with engine.begin() as connection:
        connection.execute(visit.insert(), {"at": "2026-11-27"})


@fresh("sqlalchemy", "stored_date_malformed", UNREADABLE, "a ValueError of the reading of a column")
def _() -> None:
    visit = sa.Table("visit", sa.MetaData(), sa.Column("at", sa.DateTime))
    with _engine().begin() as connection:
        connection.exec_driver_sql("CREATE TABLE visit (at)")
        connection.exec_driver_sql("INSERT INTO visit VALUES ('someday')")
        connection.execute(visit.select()).all()


@fresh("sqlalchemy", "columns_compared_as_a_truth", OUR_BUG)
def _() -> None:
    item = sa.Table("item", sa.MetaData(), sa.Column("net", sa.Integer), sa.Column("gross", sa.Integer))
    if item.c.net > item.c.gross:
        raise AssertionError


@fresh("sqlalchemy", "role_unknown", STORE_REFUSED_US)
def _() -> None:
    _engine(f"postgresql+psycopg://failsoft_fresh@{HOST}/test").connect()


@fresh("sqlalchemy", "database_unknown", OUR_SETTINGS)
def _() -> None:
    _engine(f"postgresql+psycopg2://postgres@{HOST}/failsoft_fresh").connect()


@fresh("sqlalchemy", "sqlite_folder_missing", OUR_SETTINGS)
def _() -> None:
    _engine("sqlite:////srv/failsoft-fresh/shop.db").connect()


@fresh("sqlalchemy", "advisory_lock_not_had", CONTENTION)
async def _() -> None:
    engine = sa_asyncio.create_async_engine(f"postgresql+asyncpg://postgres@{HOST}/test")
    async with engine.connect() as first, engine.connect() as second:
        await first.exec_driver_sql("SELECT pg_advisory_xact_lock(92618)")
        await second.exec_driver_sql("SET LOCAL lock_timeout = '30ms'")
        await second.exec_driver_sql("SELECT pg_advisory_xact_lock(92618)")


@fresh("sqlalchemy", "group_of_duplicate_and_bug", OUR_BUG, "mixed: a bug can be helped least")
def _() -> None:
    failed: list[Exception] = []
    for statement in ("INSERT INTO a VALUES (1), (1)", "INSERT INTO a SELEKT 2"):
        try:
            with _engine().begin() as connection:
                connection.exec_driver_sql("CREATE TABLE a (id INTEGER PRIMARY KEY)")
                connection.exec_driver_sql(statement)
        except sa.exc.DBAPIError as exc:
            failed.append(exc)
    raise ExceptionGroup("import", failed)


@fresh("sqlalchemy", "email_already_registered_from_duplicate", RULE, "a duplicate, by the domain's own word: 409")
def _() -> None:
    class EmailAlreadyRegistered(Exception):
        """What our own service says."""

    try:
        with _engine().begin() as connection:
            connection.exec_driver_sql("CREATE TABLE a (email TEXT UNIQUE)")
            connection.exec_driver_sql("INSERT INTO a VALUES ('a@example.test'), ('a@example.test')")
    except sa.exc.IntegrityError as exc:
        raise EmailAlreadyRegistered("a@example.test") from exc


@fresh("sqlmodel", "lazy_load_after_the_session", OUR_BUG)
def _() -> None:
    model = type(
        "FreshPage",
        (sqlmodel.SQLModel,),
        {"__annotations__": {"id": int | None}, "__module__": __name__, "id": sqlmodel.Field(None, primary_key=True)},
        table=True,
    )
    engine = sqlmodel.create_engine("sqlite://")
    sqlmodel.SQLModel.metadata.tables["freshpage"].create(engine)
    with sqlmodel.Session(engine) as session:
        page: Any = model(id=1)
        session.add(page)
        session.commit()
    print(page.id)


# --- Django -----------------------------------------------------------------------------------------------------------
def _django() -> Any:
    if not django.conf.settings.configured:
        file = tempfile.mkdtemp() + "/shop.db"
        one = {"ENGINE": "django.db.backends.sqlite3", "NAME": file, "OPTIONS": {"timeout": 0.05}}
        away = {"ENGINE": "django.db.backends.mysql", "NAME": "shop", "HOST": HOST, "PORT": closed_port()}
        cache = {"BACKEND": "django.core.cache.backends.redis.RedisCache"}
        django.conf.settings.configure(
            DATABASES={"default": one, "reports": away},
            CACHES={"default": {**cache, "LOCATION": f"redis://{HOST}:{closed_port()}/0"}},
            USE_TZ=True,
            INSTALLED_APPS=["django.contrib.contenttypes"],
        )
        django.setup()
    from django.db import connection

    return connection


@fresh("django", "cache_refused", LOST)
def _() -> None:
    _django()
    from django.core.cache import cache

    cache.get("menu")


@fresh("django", "mysql_driver_missing", OUR_SETTINGS)
def _() -> None:
    _django()
    from django.db import connections

    connections["reports"].cursor()


@fresh("django", "sqlite_locked", CONTENTION)
def _() -> None:
    connection = _django()
    import sqlite3

    with connection.cursor() as cursor, contextlib.closing(sqlite3.connect(connection.settings_dict["NAME"])) as other:
        cursor.execute("CREATE TABLE IF NOT EXISTS stock (n int)")
        other.isolation_level = None
        other.execute("BEGIN EXCLUSIVE")
        cursor.execute("INSERT INTO stock VALUES (1)")


@fresh("django", "migration_node_missing", OUR_SETTINGS, "a migration that another one names; a bug is defensible")
def _() -> None:
    _django()
    from django.db import migrations
    from django.db.migrations.graph import MigrationGraph

    graph = MigrationGraph()
    graph.add_node(("shop", "0002"), migrations.Migration("0002", "shop"))
    graph.add_dependency(migrations.Migration("0002", "shop"), ("shop", "0002"), ("shop", "0001"))
    graph.validate_consistency()


@fresh("django", "model_of_no_app", OUR_SETTINGS, "an app that is not among INSTALLED_APPS; a bug is defensible")
def _() -> None:
    _django()
    from django.db import models

    type("Parcel", (models.Model,), {"__module__": "failsoft_fresh.models"})


@fresh("django", "aggregate_of_text", OUR_BUG)
def _() -> None:
    _django()
    from django.contrib.contenttypes.models import ContentType

    ContentType.objects.values("model").annotate(model=django.db.models.Count("id"))


# --- others -----------------------------------------------------------------------------------------------------------
@fresh("peewee", "sqlite_locked", CONTENTION)
def _() -> None:
    with tempfile.TemporaryDirectory() as folder:
        first = peewee.SqliteDatabase(f"{folder}/a.db", timeout=0)
        second = peewee.SqliteDatabase(f"{folder}/a.db", timeout=0)
        first.execute_sql("CREATE TABLE a (b)")
        with first.atomic("EXCLUSIVE"):
            second.execute_sql("INSERT INTO a VALUES (1)")


@fresh("peewee", "field_unknown", OUR_BUG)
def _() -> None:
    person = type("Person", (peewee.Model,), {"name": peewee.CharField()})
    playhouse.shortcuts.dict_to_model(person, {"nickname": "a"})


@fresh("pony", "key_twice_in_a_session", DUPLICATE, "seen before the database was asked")
def _() -> None:
    database = pony.orm.Database("sqlite", ":memory:")
    seat: Any = type("Seat", (database.Entity,), {"code": pony.orm.PrimaryKey(str)})
    database.generate_mapping(create_tables=True)
    with pony.orm.db_session:
        seat(code="14C")
        seat(code="14C")


@fresh("tortoise-orm", "validator_refuses", INVALID, "the model's own check of a value")
def _() -> None:
    field: Any = tortoise.fields.CharField(9, validators=[tortoise.validators.MinLengthValidator(3)])
    field.model_field_name = "code"
    field.validate("x")


@fresh("tortoise-orm", "scheme_unknown", OUR_SETTINGS)
async def _() -> None:
    await tortoise.Tortoise.init(db_url="pigeon://shop", modules={"models": []})


@fresh("piccolo", "duplicate", DUPLICATE)
async def _() -> None:
    with tempfile.TemporaryDirectory() as folder:
        engine = piccolo.engine.sqlite.SQLiteEngine(path=f"{folder}/a.db")
        columns = {"code": piccolo.columns.Varchar(unique=True)}
        seat: Any = type("Seat", (piccolo.table.Table,), columns, db=engine)
        await seat.create_table()
        await seat(code="14C").save()
        await seat(code="14C").save()


@fresh("mongoengine", "document_not_registered", OUR_BUG, _MAPPING)
def _() -> None:
    field = mongoengine.EmbeddedDocumentField("FreshAddress")
    order: Any = type("FreshParcel", (mongoengine.EmbeddedDocument,), {"address": field})
    order.from_json('{"address": {"city": "a"}}')


@fresh("mongoengine", "query_field_unknown", OUR_BUG)
def _() -> None:
    order: Any = type("FreshBill", (mongoengine.EmbeddedDocument,), {"number": mongoengine.IntField()})
    order(amount=3)


@fresh("cassandra-driver", "not_set_up", OUR_SETTINGS, "the mapper was not connected; a bug is defensible")
def _() -> None:
    visit: Any = type("Visit", (CqlModel,), {"id": cql.Integer(primary_key=True)})
    list(visit.objects.filter(id=1))


@fresh("cassandra-driver", "value_required", INVALID, "the mapper's own check of a value")
def _() -> None:
    visit: Any = type(
        "Stay", (CqlModel,), {"id": cql.Integer(primary_key=True), "guest": cql.Text(required=True), "at": cql.Date()}
    )
    visit(id=1, at=dt.date(2026, 11, 27)).validate()


@fresh("application", "order_not_found_from_no_row", ABSENT, "the domain's own word for it")
def _() -> None:
    class OrderNotFoundError(Exception):
        """What our own repository says."""

    with _engine().connect() as connection:
        try:
            connection.exec_driver_sql("SELECT 1 WHERE 1 = 2").scalar_one()
        except sa.exc.NoResultFound as exc:
            raise OrderNotFoundError("order 17") from exc


@fresh("application", "stale_cart_from_no_rows", LOST_UPDATE)
def _() -> None:
    class ConcurrentCartUpdate(Exception):
        """What our own repository says."""

    with _engine().begin() as connection:
        connection.exec_driver_sql("CREATE TABLE cart (id int, version int)")
        if not connection.exec_driver_sql("UPDATE cart SET version = 5 WHERE id = 1 AND version = 4").rowcount:
            raise ConcurrentCartUpdate("cart 1 was changed by somebody else")
