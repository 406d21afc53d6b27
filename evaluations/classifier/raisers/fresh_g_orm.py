"""Set g: SQLAlchemy, SQLModel, peewee, Tortoise, Django's ORM."""

from __future__ import annotations

import contextlib
import functools
from typing import Any

import peewee
import sqlalchemy as sa
import sqlmodel
import tortoise
import tortoise.exceptions
import tortoise.fields
import tortoise.models
from django.db import IntegrityError, connections, transaction
from sqlalchemy import orm

from evaluations.classifier.cases import case
from evaluations.classifier.raisers._fresh_g import closed_port, django_settings

BUG: dict[str, Any] = {"transient": False, "status": 500, "severity": "high"}
CONSTRAINT: dict[str, Any] = {"transient": False, "severity": "medium"}
DRIVER = "postgresql+psycopg://postgres@127.0.0.1:5432/"


class Base(orm.DeclarativeBase):
    """Tables of a shop."""


class Customer(Base):
    """A customer."""

    __tablename__ = "customer"
    id: orm.Mapped[int] = orm.mapped_column(primary_key=True)
    email: orm.Mapped[str] = orm.mapped_column(unique=True)
    version: orm.Mapped[int] = orm.mapped_column(default=1)
    invoices: orm.Mapped[list[Invoice]] = orm.relationship()
    __mapper_args__ = {"version_id_col": version}


class Invoice(Base):
    """An invoice."""

    __tablename__ = "invoice"
    id: orm.Mapped[int] = orm.mapped_column(primary_key=True)
    customer_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("customer.id"))


def _session() -> orm.Session:
    engine = sa.create_engine("sqlite://", poolclass=sa.StaticPool)
    Base.metadata.create_all(engine)
    session = orm.Session(engine)
    session.add_all([Customer(id=1, email="a@example.com"), Customer(id=2, email="b@example.com")])
    session.commit()
    return session


@case("sqlalchemy", "validation", transient=False, status=404, severity="info")
def fresh_g_no_result() -> None:
    with _session() as session:
        session.execute(sa.select(Customer).where(Customer.id == 99)).scalar_one()


@case("sqlalchemy", "data_integrity", status=409, **CONSTRAINT)
def fresh_g_unique_on_flush() -> None:
    with _session() as session:
        session.add(Customer(email="a@example.com"))
        session.flush()


@case("sqlalchemy", "data_integrity", status=(400, 409, 422), **CONSTRAINT)
def fresh_g_not_null_on_commit() -> None:
    with _session() as session:
        session.add(Invoice())
        session.commit()


@case("sqlalchemy", "system", **BUG)
def fresh_g_detached() -> None:
    with _session() as session:
        customer = session.get_one(Customer, 1)
    customer.invoices


@case("sqlalchemy", "system", **BUG)
def fresh_g_pending_rollback() -> None:
    with _session() as session:
        session.add(Customer(email="a@example.com"))
        with contextlib.suppress(sa.exc.IntegrityError):
            session.flush()
        session.get(Customer, 2)


@case("sqlalchemy", "concurrency", transient=False, status=409, severity="low", note="sent again with the old version")
def fresh_g_stale_version() -> None:
    with _session() as session:
        customer = session.get_one(Customer, 1)
        session.connection().execute(sa.text("update customer set version = 7 where id = 1"))
        customer.email = "c@example.com"
        session.flush()


@case("sqlalchemy", "system", **BUG)
def fresh_g_text_not_declared() -> None:
    with _session() as session:
        session.execute("select 1")  # type: ignore[call-overload]


@case("sqlalchemy", "configuration", **BUG)
def fresh_g_no_table() -> None:
    with sa.create_engine("sqlite://").connect() as link:
        link.execute(sa.text("select * from wishlist"))


@case("sqlalchemy", "configuration", **BUG)
def fresh_g_url_malformed() -> None:
    sa.create_engine("not a url")


@case("sqlalchemy", "configuration", **BUG)
def fresh_g_dialect_missing() -> None:
    sa.create_engine("snowflake://db.internal.example/shop")


@case("sqlalchemy", "network", transient=True, status=(502, 503), severity="high")
def fresh_g_refused_by_engine() -> None:
    with sa.create_engine(f"postgresql+psycopg2://x@127.0.0.1:{closed_port()}/test").connect():
        pass


@case("sqlalchemy", "network", transient=True, status=(502, 503), severity="high")
def fresh_g_link_terminated() -> None:
    engine = sa.create_engine(DRIVER + "test")
    with engine.connect() as one, engine.connect() as two:
        number = one.execute(sa.text("select pg_backend_pid()")).scalar()
        two.execute(sa.text("select pg_terminate_backend(:n)"), {"n": number})
        one.execute(sa.text("select 1"))


@case("sqlalchemy", "resource", transient=True, status=503, severity="medium")
def fresh_g_queue_pool() -> None:
    engine = sa.create_engine(DRIVER + "test", pool_size=1, max_overflow=0, pool_timeout=0.1)
    with engine.connect(), engine.connect():
        pass


@case("sqlalchemy", "external_service", transient=True, status=(503, 504), severity="medium")
def fresh_g_statement_cancelled() -> None:
    with sa.create_engine(DRIVER + "test").connect() as link:
        link.execute(sa.text("set statement_timeout = '30ms'"))
        link.execute(sa.text("select pg_sleep(4)"))


@case("sqlalchemy", "business_logic", transient=False, status=(409, 422), severity="low")
def fresh_g_trigger_refuses() -> None:
    with sa.create_engine(DRIVER + "test").connect() as link:
        link.execute(sa.text("do $$ begin raise exception 'period is closed'; end $$"))


class Hero(sqlmodel.SQLModel, table=True):
    """A hero."""

    id: int | None = sqlmodel.Field(default=None, primary_key=True)
    name: str = sqlmodel.Field(unique=True)


@case("sqlmodel", "data_integrity", status=409, **CONSTRAINT)
def fresh_g_two_heroes() -> None:
    engine = sqlmodel.create_engine("sqlite://")
    sqlmodel.SQLModel.metadata.create_all(engine, tables=[Hero.__table__])  # type: ignore[attr-defined]
    with sqlmodel.Session(engine) as session:
        session.add_all([Hero(name="x"), Hero(name="x")])
        session.commit()


STORE = peewee.SqliteDatabase(":memory:")


class Tag(peewee.Model):
    """A tag."""

    name = peewee.CharField(unique=True)

    class Meta:
        database = STORE


@case("peewee", "validation", transient=False, status=404, severity="info")
def fresh_g_no_tag() -> None:
    STORE.create_tables([Tag])
    Tag.get(Tag.name == "none")


@case("peewee", "data_integrity", status=409, **CONSTRAINT)
def fresh_g_same_tag() -> None:
    STORE.create_tables([Tag])
    with STORE.atomic():
        Tag.create(name="a")
        Tag.create(name="a")


class Parcel(tortoise.models.Model):
    """A parcel."""

    id = tortoise.fields.IntField(primary_key=True)
    code = tortoise.fields.CharField(8, unique=True)


async def _parcels() -> None:
    await tortoise.Tortoise.init(db_url="sqlite://:memory:", modules={"models": [__name__]})
    await tortoise.Tortoise.generate_schemas()


@case("tortoise-orm", "validation", transient=False, status=404, severity="info")
async def fresh_g_no_parcel() -> None:
    await _parcels()
    try:
        await Parcel.get(id=5)
    finally:
        await tortoise.Tortoise.close_connections()


@case("tortoise-orm", "data_integrity", status=409, **CONSTRAINT)
async def fresh_g_same_parcel() -> None:
    await _parcels()
    try:
        await Parcel.create(code="A")
        await Parcel.create(code="A")
    finally:
        await tortoise.Tortoise.close_connections()


@case("tortoise-orm", "validation", transient=False, status=(400, 422), severity="low")
async def fresh_g_parcel_code_too_long() -> None:
    await _parcels()
    try:
        await Parcel.create(code="ABCDEFGHIJKL")
    finally:
        await tortoise.Tortoise.close_connections()


@functools.cache
def _classes() -> tuple[Any, Any]:
    from django.db import models

    class Voucher(models.Model):
        code = models.CharField(max_length=8, unique=True)

        class Meta:
            app_label = "fresh_g"

    class Wish(models.Model):
        text = models.TextField()

        class Meta:
            app_label = "fresh_g"

    return Voucher, Wish


def _models() -> tuple[Any, Any]:
    vouchers, wishes = _classes()
    link = connections["fresh_g"]
    if "fresh_g_voucher" not in link.introspection.table_names():
        with link.schema_editor() as editor:
            editor.create_model(vouchers)
    return vouchers.objects.using("fresh_g"), wishes.objects.using("fresh_g")


@case("django", "validation", transient=False, status=404, severity="info")
def fresh_g_does_not_exist() -> None:
    with django_settings():
        _models()[0].get(code="NONE")


@case("django", "data_integrity", status=409, **CONSTRAINT)
def fresh_g_same_voucher() -> None:
    with django_settings(), transaction.atomic(using="fresh_g"):
        _models()[0].create(code="A")
        _models()[0].create(code="A")


@case("django", "system", **BUG)
def fresh_g_field_error() -> None:
    with django_settings():
        _models()[0].filter(colour="red")


@case("django", "configuration", **BUG)
def fresh_g_table_not_migrated() -> None:
    with django_settings():
        _models()[1].count()


@case("django", "system", **BUG)
async def fresh_g_orm_in_loop() -> None:
    with django_settings():
        _models()[0].count()


@case("django", "configuration", **BUG)
def fresh_g_no_such_alias() -> None:
    with django_settings():
        connections["replica"]


@case("django", "configuration", **BUG)
def fresh_g_no_databases() -> None:
    with django_settings():
        _models()[0].using("default").count()


@case("django", "system", **BUG)
def fresh_g_broken_atomic() -> None:
    with django_settings(), transaction.atomic(using="fresh_g"):
        with contextlib.suppress(IntegrityError), transaction.atomic(using="fresh_g", savepoint=False):
            _models()[0].create(code="B")
            _models()[0].create(code="B")
        _models()[0].count()
