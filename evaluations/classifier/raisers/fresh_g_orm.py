"""Set g: SQLAlchemy, SQLModel, peewee, Tortoise, Django's ORM, MariaDB's drivers."""

from __future__ import annotations

import contextlib
import functools
import threading
from collections.abc import Iterator
from typing import Any

import aiomysql
import peewee
import pymysql
import sqlalchemy as sa
import sqlmodel
import tortoise
import tortoise.exceptions
import tortoise.fields
import tortoise.models
from django.db import IntegrityError, connections, transaction
from mysql import connector
from sqlalchemy import orm

from evaluations.classifier.cases import case
from evaluations.classifier.raisers._fresh_g import closed_port, django_settings, peer

BUG: dict[str, Any] = {"transient": False, "status": 500, "severity": "high"}
CONSTRAINT: dict[str, Any] = {"transient": False, "severity": "medium"}
DRIVER = "postgresql+psycopg://postgres@127.0.0.1:5432/"
MARIA: dict[str, Any] = {"host": "127.0.0.1", "user": "root", "password": ""}


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


@case("SQLAlchemy", "validation", transient=False, status=404, severity="info")
def fresh_g_no_result() -> None:
    with _session() as session:
        session.execute(sa.select(Customer).where(Customer.id == 99)).scalar_one()


@case("SQLAlchemy", "data_integrity", status=409, **CONSTRAINT)
def fresh_g_unique_on_flush() -> None:
    with _session() as session:
        session.add(Customer(email="a@example.com"))
        session.flush()


@case("SQLAlchemy", "data_integrity", status=(400, 409, 422), **CONSTRAINT)
def fresh_g_not_null_on_commit() -> None:
    with _session() as session:
        session.add(Invoice())
        session.commit()


@case("SQLAlchemy", "system", **BUG)
def fresh_g_detached() -> None:
    with _session() as session:
        customer = session.get_one(Customer, 1)
    customer.invoices


@case("SQLAlchemy", "system", **BUG)
def fresh_g_pending_rollback() -> None:
    with _session() as session:
        session.add(Customer(email="a@example.com"))
        with contextlib.suppress(sa.exc.IntegrityError):
            session.flush()
        session.get(Customer, 2)


@case("SQLAlchemy", "concurrency", transient=False, status=409, severity="low", note="sent again with the old version")
def fresh_g_stale_version() -> None:
    with _session() as session:
        customer = session.get_one(Customer, 1)
        session.connection().execute(sa.text("update customer set version = 7 where id = 1"))
        customer.email = "c@example.com"
        session.flush()


@case("SQLAlchemy", "system", **BUG)
def fresh_g_text_not_declared() -> None:
    with _session() as session:
        session.execute("select 1")  # type: ignore[call-overload]


@case("SQLAlchemy", "system", **BUG)
def fresh_g_bind_missing() -> None:
    with _session() as session:
        session.execute(sa.text("select * from customer where id = :id"))


@case("SQLAlchemy", "system", **BUG)
def fresh_g_instance_not_mapped() -> None:
    with _session() as session:
        session.add({"email": "x"})


@case("SQLAlchemy", "configuration", **BUG)
def fresh_g_no_table() -> None:
    with sa.create_engine("sqlite://").connect() as link:
        link.execute(sa.text("select * from wishlist"))


@case("SQLAlchemy", "configuration", **BUG)
def fresh_g_url_malformed() -> None:
    sa.create_engine("not a url")


@case("SQLAlchemy", "configuration", **BUG)
def fresh_g_dialect_missing() -> None:
    sa.create_engine("snowflake://db.internal.example/shop")


@case("SQLAlchemy", "configuration", **BUG)
def fresh_g_database_missing() -> None:
    with sa.create_engine(DRIVER + "fresh_g_nowhere").connect():
        pass


@case("SQLAlchemy", "network", transient=True, status=(502, 503), severity="high")
def fresh_g_refused_by_engine() -> None:
    with sa.create_engine(f"postgresql+psycopg2://x@127.0.0.1:{closed_port()}/test").connect():
        pass


@case("SQLAlchemy", "network", transient=True, status=(502, 503), severity="high")
def fresh_g_link_terminated() -> None:
    engine = sa.create_engine(DRIVER + "test")
    with engine.connect() as one, engine.connect() as two:
        number = one.execute(sa.text("select pg_backend_pid()")).scalar()
        two.execute(sa.text("select pg_terminate_backend(:n)"), {"n": number})
        one.execute(sa.text("select 1"))


@case("SQLAlchemy", "resource", transient=True, status=503, severity="medium")
def fresh_g_queue_pool() -> None:
    engine = sa.create_engine(DRIVER + "test", pool_size=1, max_overflow=0, pool_timeout=0.1)
    with engine.connect(), engine.connect():
        pass


@case("SQLAlchemy", "external_service", transient=True, status=(503, 504), severity="medium")
def fresh_g_statement_cancelled() -> None:
    with sa.create_engine(DRIVER + "test").connect() as link:
        link.execute(sa.text("set statement_timeout = '30ms'"))
        link.execute(sa.text("select pg_sleep(4)"))


@case("SQLAlchemy", "business_logic", transient=False, status=(409, 422), severity="low")
def fresh_g_trigger_refuses() -> None:
    with sa.create_engine(DRIVER + "test").connect() as link:
        link.execute(sa.text("do $$ begin raise exception 'period is closed'; end $$"))


@case("SQLAlchemy", "concurrency", transient=True, status=503, severity="medium")
def fresh_g_nowait() -> None:
    with sa.create_engine(DRIVER + "test").connect() as one, sa.create_engine(DRIVER + "test").connect() as two:
        one.execute(sa.text("lock table pg_description in exclusive mode"))
        two.execute(sa.text("lock table pg_description in exclusive mode nowait"))


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


@case("sqlmodel", "validation", transient=False, status=404, severity="info")
def fresh_g_no_hero() -> None:
    engine = sqlmodel.create_engine("sqlite://")
    sqlmodel.SQLModel.metadata.create_all(engine, tables=[Hero.__table__])  # type: ignore[attr-defined]
    with sqlmodel.Session(engine) as session:
        session.exec(sqlmodel.select(Hero)).one()


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


@case("peewee", "configuration", **BUG)
def fresh_g_tag_table_missing() -> None:
    STORE.create_tables([Tag])
    STORE.execute_sql("drop table tag")
    list(Tag.select())


@case("peewee", "network", transient=True, status=(502, 503), severity="high")
def fresh_g_peewee_refused() -> None:
    peewee.PostgresqlDatabase("test", host="127.0.0.1", port=closed_port(), user="x").connect()


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


@case("tortoise-orm", "system", **BUG)
async def fresh_g_parcel_field_unknown() -> None:
    await _parcels()
    try:
        await Parcel.filter(weight=3)
    finally:
        await tortoise.Tortoise.close_connections()


@functools.cache
def _models() -> tuple[Any, Any]:
    from django.db import connections, models

    class Voucher(models.Model):
        code = models.CharField(max_length=8, unique=True)

        class Meta:
            app_label = "fresh_g"

    class Wish(models.Model):
        text = models.TextField()

        class Meta:
            app_label = "fresh_g"

    with connections["fresh_g"].schema_editor() as editor:
        editor.create_model(Voucher)
    return Voucher.objects.using("fresh_g"), Wish.objects.using("fresh_g")


@case("Django", "validation", transient=False, status=404, severity="info")
def fresh_g_does_not_exist() -> None:
    with django_settings():
        _models()[0].get(code="NONE")


@case("Django", "data_integrity", status=409, **CONSTRAINT)
def fresh_g_same_voucher() -> None:
    with django_settings(), transaction.atomic(using="fresh_g"):
        _models()[0].create(code="A")
        _models()[0].create(code="A")


@case("Django", "system", **BUG)
def fresh_g_field_error() -> None:
    with django_settings():
        _models()[0].filter(colour="red")


@case("Django", "configuration", **BUG)
def fresh_g_table_not_migrated() -> None:
    with django_settings():
        _models()[1].count()


@case("Django", "system", **BUG)
async def fresh_g_orm_in_loop() -> None:
    with django_settings():
        _models()[0].count()


@case("Django", "configuration", **BUG)
def fresh_g_no_such_alias() -> None:
    with django_settings():
        connections["replica"]


@case("Django", "configuration", **BUG)
def fresh_g_no_databases() -> None:
    with django_settings():
        _models()[0].using("default").count()


@case("Django", "system", **BUG)
def fresh_g_broken_atomic() -> None:
    with django_settings(), transaction.atomic(using="fresh_g"):
        with contextlib.suppress(IntegrityError), transaction.atomic(using="fresh_g", savepoint=False):
            _models()[0].create(code="B")
            _models()[0].create(code="B")
        _models()[0].count()


def _maria(*statements: str, **options: Any) -> None:
    with contextlib.closing(pymysql.connect(**MARIA, **options)) as link, link.cursor() as cursor:
        for one in (
            "create database if not exists fresh_g",
            "use fresh_g",
            "create temporary table seat (id int primary key, room varchar(5) not null, n tinyint)",
            *statements,
        ):
            cursor.execute(one)


@contextlib.contextmanager
def _two() -> Iterator[tuple[Any, Any]]:
    _maria(
        "create or replace table stock (id int primary key, n int) engine=innodb",
        "insert into stock values (1, 1), (2, 1)",
        "commit",
    )
    one, two = (pymysql.connect(**MARIA, database="fresh_g") for _ in range(2))
    try:
        yield one, two
    finally:
        one.close()
        two.close()
        _maria("drop database fresh_g")


@case("PyMySQL", "data_integrity", status=409, **CONSTRAINT)
def fresh_g_duplicate_entry() -> None:
    _maria("insert into seat values (1, 'a', 1)", "insert into seat values (1, 'a', 1)")


@case("PyMySQL", "data_integrity", status=409, note="in German", **CONSTRAINT)
def fresh_g_duplicate_entry_german() -> None:
    _maria("set lc_messages = 'de_DE'", "insert into seat values (1, 'a', 1)", "insert into seat values (1, 'a', 1)")


@case("PyMySQL", "configuration", note="in German", **BUG)
def fresh_g_table_missing_german() -> None:
    _maria("set lc_messages = 'de_DE'", "select * from wishlist")


@case("PyMySQL", "system", note="in French", **BUG)
def fresh_g_syntax_french() -> None:
    _maria("set lc_messages = 'fr_FR'", "selct 1")


@case("PyMySQL", "configuration", **BUG)
def fresh_g_unknown_database() -> None:
    pymysql.connect(**MARIA, database="fresh_g_nowhere")


@case("PyMySQL", "authentication", transient=False, status=(500, 502, 503), severity="high")
def fresh_g_access_denied() -> None:
    _maria("create or replace user fresh_g_reader@localhost identified by 'right'")
    try:
        pymysql.connect(host="127.0.0.1", user="fresh_g_reader", password="wrong")
    finally:
        _maria("drop user fresh_g_reader@localhost", "drop database fresh_g")


@case("PyMySQL", "network", transient=True, status=(502, 503), severity="high")
def fresh_g_maria_refused() -> None:
    pymysql.connect(host="127.0.0.1", port=closed_port(), user="x")


@case("PyMySQL", "network", transient=True, status=(502, 503), severity="high")
def fresh_g_gone_away() -> None:
    with contextlib.closing(pymysql.connect(**MARIA)) as one, contextlib.closing(pymysql.connect(**MARIA)) as two:
        two.cursor().execute(f"kill {one.thread_id()}")
        one.cursor().execute("select 1")


@case("PyMySQL", "concurrency", transient=True, status=503, severity="medium")
def fresh_g_lock_wait() -> None:
    with _two() as (one, two):
        one.cursor().execute("update stock set n = 2")
        two.cursor().execute("set innodb_lock_wait_timeout = 1")
        two.cursor().execute("update stock set n = 3")


@case("PyMySQL", "concurrency", transient=True, status=503, severity="medium")
def fresh_g_maria_deadlock() -> None:
    with _two() as (one, two):
        one.cursor().execute("update stock set n = 2 where id = 1")
        two.cursor().execute("update stock set n = 2 where id = 2")
        two.cursor().execute("insert into stock values (3, 3), (4, 4), (5, 5)")
        other = threading.Thread(target=two.cursor().execute, args=("update stock set n = 3 where id = 1",))
        other.start()
        try:
            threading.Event().wait(0.2)
            one.cursor().execute("update stock set n = 3 where id = 2")
        finally:
            one.rollback()
            other.join()


@case("PyMySQL", "business_logic", transient=False, status=(409, 422), severity="low")
def fresh_g_signal() -> None:
    _maria("begin not atomic signal sqlstate '45000' set message_text = 'balance may not be negative'; end")


@case("PyMySQL", "external_service", transient=True, status=(503, 504), severity="medium")
def fresh_g_max_statement_time() -> None:
    _maria("set max_statement_time = 0.05", "select sleep(3)")


@case("aiomysql", "data_integrity", status=(400, 409, 422), **CONSTRAINT)
async def fresh_g_not_null_async() -> None:
    link = await aiomysql.connect(**MARIA)
    try:
        cursor = await link.cursor()
        await cursor.execute("create database if not exists fresh_g")
        await cursor.execute("create temporary table fresh_g.t (a int not null)")
        await cursor.execute("insert into fresh_g.t values (null)")
    finally:
        link.close()


@case("mysql-connector-python", "network", transient=True, status=(502, 503), severity="high")
def fresh_g_connector_refused() -> None:
    connector.connect(host="127.0.0.1", port=closed_port(), user="x", connection_timeout=2)


@case("mysql-connector-python", "configuration", **BUG)
def fresh_g_connector_no_table() -> None:
    with contextlib.closing(connector.connect(**MARIA, use_pure=True)) as link:
        link.cursor().execute("select * from mysql.wishlist")


@case("mysql-connector-python", "network", transient=True, status=(502, 503), severity="high")
def fresh_g_connector_hung_up() -> None:
    with peer(eager=True) as port:
        connector.connect(host="127.0.0.1", port=port, user="x", connection_timeout=2, use_pure=True)
