"""Object mappers: SQLAlchemy, Django, Peewee, Tortoise, Pony, MongoEngine, SQLModel, Alembic."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import io
import tempfile
from pathlib import Path
from typing import Any

import alembic.command
import alembic.config
import sqlalchemy as sa
import sqlmodel
from sqlalchemy import orm
from sqlalchemy.ext import asyncio as sa_asyncio

from evaluations.classifier.raisers._peers import HOST
from evaluations.classifier.raisers._seen import ABSENT, RULE, UNREADABLE, put
from evaluations.classifier.raisers._sql import bug, constraint, contention, full, settings

_PG = f"postgresql+psycopg://postgres@{HOST}/test"


_sa = functools.partial(put, "sqlalchemy")


# --- SQLAlchemy -------------------------------------------------------------------------------------------------------
class Base(orm.DeclarativeBase):
    """Of the cases of this module."""


class Shop(Base):
    __tablename__ = "seen_shop"
    id: orm.Mapped[int] = orm.mapped_column(primary_key=True)
    kind: orm.Mapped[str] = orm.mapped_column(sa.Enum("big", "small", name="seen_kind"), default="big")
    owner: orm.Mapped[Any] = orm.mapped_column(sa.JSON, nullable=True)
    token: orm.Mapped[Any] = orm.mapped_column(sa.Uuid, nullable=True)
    hats: orm.Mapped[list[Hat]] = orm.relationship(back_populates="shop", lazy="raise")

    @orm.validates("kind")
    def _kind(self, key: str, value: str) -> str:
        if value == "closed":
            raise ShopIsClosed("a closed shop takes no orders")
        return value


class Hat(Base):
    __tablename__ = "seen_hat"
    id: orm.Mapped[int] = orm.mapped_column(primary_key=True)
    shop_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("seen_shop.id"))
    shop: orm.Mapped[Shop] = orm.relationship(back_populates="hats")


class ShopIsClosed(Exception):
    """A rule of the domain."""


@contextlib.contextmanager
def _session() -> Any:
    engine = sa.create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with orm.Session(engine) as session:
        yield session
    engine.dispose()


@_sa("lazy_load_forbidden", bug)
def _() -> None:
    with _session() as session:
        session.add(Shop(id=1))
        session.commit()
        print(session.get(Shop, 1).hats)


@_sa("enum_stored_unknown", UNREADABLE)
def _() -> None:
    with _session() as session:
        session.execute(sa.text("INSERT INTO seen_shop (id, kind) VALUES (1, 'enormous')"))
        session.scalars(sa.select(Shop)).all()


@_sa("json_stored_malformed", UNREADABLE, "a JSONDecodeError, read from a store")
def _() -> None:
    with _session() as session:
        session.execute(sa.text("""INSERT INTO seen_shop (id, kind, owner) VALUES (1, 'big', '{"a":')"""))
        session.scalars(sa.select(Shop)).all()


@_sa("rule_of_a_validator", RULE)
def _() -> None:
    Shop(id=1, kind="closed")


@_sa("keyword_unknown", bug)
def _() -> None:
    Shop(id=1, colour="red")


@_sa("added_to_two_sessions", bug)
def _() -> None:
    with _session() as first, _session() as second:
        shop = Shop(id=1)
        first.add(shop)
        second.add(shop)


@_sa("deleted_without_row", contention | {"status": (409, 503), "severity": "low"}, "somebody deleted it meanwhile")
def _() -> None:
    with _session() as session:
        shop = Shop(id=1)
        session.add(shop)
        session.flush()
        session.execute(sa.text("DELETE FROM seen_shop"))
        shop.kind = "small"
        session.flush()


@_sa(
    "object_deleted_before_refresh",
    ABSENT | {"status": (404, 409)},
    "somebody deleted it meanwhile; concurrency is defensible",
)
def _() -> None:
    with _session() as session:
        shop = Shop(id=1)
        session.add(shop)
        session.commit()
        session.execute(sa.text("DELETE FROM seen_shop"))
        session.commit()
        print(shop.kind)


@_sa("blank_primary_key", constraint | {"status": (400, 409, 422, 500)})
def _() -> None:
    with _session() as session:
        session.add(Hat(id=1))
        session.flush()


@_sa("filter_after_limit", bug)
def _() -> None:
    with _session() as session:
        session.query(Shop).limit(1).filter(Shop.id == 1)


@_sa("text_not_declared", bug)
def _() -> None:
    with _session() as session:
        session.execute("SELECT 1")


@_sa("transaction_begun_twice", bug)
def _() -> None:
    with sa.create_engine("sqlite://").connect() as connection:
        connection.execute(sa.text("SELECT 1"))
        connection.begin()


@_sa("cursor_of_no_rows", bug)
def _() -> None:
    with sa.create_engine("sqlite://").connect() as connection:
        connection.execute(sa.text("CREATE TABLE t (a)")).fetchall()


@_sa("parameters_for_two_rows_differ", bug)
def _() -> None:
    with _session() as session:
        session.connection().execute(sa.insert(Shop), [{"id": 1, "kind": "big"}, {"id": 2}])


@_sa("pool_timeout_async", full)
async def _() -> None:
    engine = sa_asyncio.create_async_engine(_PG, pool_size=1, max_overflow=0, pool_timeout=0.05)
    try:
        async with engine.connect(), engine.connect():
            pass
    finally:
        await engine.dispose()


@_sa("async_engine_of_sync_driver", settings)
def _() -> None:
    sa_asyncio.create_async_engine("postgresql+psycopg2://x@127.0.0.1/x")


@_sa("async_session_shared", bug, "two tasks use one session")
async def _() -> None:
    engine = sa_asyncio.create_async_engine(_PG)
    try:
        async with sa_asyncio.AsyncSession(engine) as session:
            await asyncio.gather(*(session.execute(sa.text("SELECT pg_sleep(0.05)")) for _ in range(2)))
    finally:
        await engine.dispose()


@_sa("lock_by_nowait_async", contention)
async def _() -> None:
    engine = sa_asyncio.create_async_engine(_PG)
    try:
        async with engine.begin() as first, engine.begin() as second:
            await first.execute(sa.text("LOCK TABLE pg_catalog.pg_description IN ACCESS EXCLUSIVE MODE"))
            await second.execute(sa.text("LOCK TABLE pg_catalog.pg_description IN SHARE MODE NOWAIT"))
    finally:
        await engine.dispose()


@_sa(
    "unit_of_work_from_two_groups",
    UNREADABLE | {"severity": "medium", "status": 409},
    "a group of constraints violated",
)
def _() -> None:
    errors: list[Exception] = []
    for _number in range(2):
        with _session() as session:
            session.execute(sa.insert(Shop), [{"id": 1}])
            try:
                session.execute(sa.insert(Shop), [{"id": 1}])
            except sa.exc.IntegrityError as exc:
                errors.append(exc)
    raise ExceptionGroup("imports failed", errors)


# --- SQLModel, Alembic ------------------------------------------------------------------------------------------------
class SeenUser(sqlmodel.SQLModel, table=True):
    id: int | None = sqlmodel.Field(default=None, primary_key=True)
    age: int


@put(
    "sqlmodel", "validate_age", {"category": "validation", "transient": False, "status": (400, 422), "severity": "low"}
)
def _() -> None:
    SeenUser.model_validate({"age": "old"})


@put("sqlmodel", "table_missing", settings)
def _() -> None:
    with sqlmodel.Session(sqlmodel.create_engine("sqlite://")) as session:
        session.exec(sqlmodel.select(SeenUser)).all()


@put("sqlmodel", "two_of_one", UNREADABLE)
def _() -> None:
    engine = sqlmodel.create_engine("sqlite://")
    SeenUser.metadata.create_all(engine)
    with sqlmodel.Session(engine) as session:
        session.add_all([SeenUser(age=1), SeenUser(age=1)])
        session.exec(sqlmodel.select(SeenUser)).one_or_none()


def _alembic(url: str) -> Any:
    folder = tempfile.mkdtemp()
    config = alembic.config.Config(stdout=io.StringIO())
    config.set_main_option("script_location", folder + "/m")
    config.config_file_name = folder + "/alembic.ini"
    alembic.command.init(config, folder + "/m")
    return alembic.config.Config(config.config_file_name), Path(folder)


@put("alembic", "two_heads", settings)
def _() -> None:
    config, folder = _alembic("sqlite://")
    for name in ("a1", "b2"):
        (folder / "m/versions" / f"{name}.py").write_text(f"revision = {name!r}\ndown_revision = None\n")
    config.set_main_option("sqlalchemy.url", "sqlite://")
    alembic.command.upgrade(config, "head")


@put("alembic", "down_revision_missing", settings)
def _() -> None:
    config, folder = _alembic("sqlite://")
    (folder / "m/versions/a1.py").write_text("revision = 'a1'\ndown_revision = 'gone'\n")
    alembic.command.heads(config)
