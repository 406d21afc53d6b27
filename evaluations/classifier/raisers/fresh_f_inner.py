"""Invariants, programming errors, settings, and plain builtins with a telling message."""

from __future__ import annotations

import configparser
import importlib
import json
import os
import sqlite3
import tempfile
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from evaluations.classifier.raisers._fresh_f import (
    bug,
    contention,
    link,
    not_there,
    peer,
    ran_out,
    rule,
    settings,
    stored,
    turned_away,
    wrong_input,
)


class InvariantViolated(AssertionError):
    pass


@bug()
def fresh_f_inner_invariant() -> None:
    raise InvariantViolated("total must equal the sum of the parts after allocate()")


class ProgrammingMistake(Exception):
    pass


@bug()
def fresh_f_inner_programming_mistake() -> None:
    raise ProgrammingMistake("handler was registered twice for OrderPlaced")


class ThisIsABug(RuntimeError):
    pass


@bug()
def fresh_f_inner_this_is_a_bug() -> None:
    raise ThisIsABug("please report it to the platform team")


def assert_never(value: object) -> NoReturn:
    raise AssertionError(f"unhandled value: {value!r}")


@bug()
def fresh_f_inner_assert_never() -> None:
    assert_never("gold")


@bug()
def fresh_f_inner_plain_assert() -> None:
    user: Any = None
    assert user is not None, "user must be loaded before the view runs"


@bug()
def fresh_f_inner_service_error_from_type_error() -> None:
    class ServiceError(Exception):
        pass

    amount: Any = None
    try:
        amount + 1
    except TypeError as exc:
        raise ServiceError("invoice") from exc


@bug((500, 501))
def fresh_f_inner_not_implemented() -> None:
    class AbstractMethodCalled(NotImplementedError):
        pass

    raise AbstractMethodCalled("subclasses of Exporter must override write()")


@bug()
def fresh_f_inner_division() -> None:
    class MetricsError(Exception):
        pass

    try:
        _ = 10 / 0
    except ZeroDivisionError as exc:
        raise MetricsError("conversion rate") from exc


@bug()
def fresh_f_inner_event_loop_misuse() -> None:
    raise RuntimeError("repository used after its unit of work was closed")


@dataclass
class InternalError(Exception):
    code: int = 500
    message: str = "Internal error"

    def __str__(self) -> str:
        return f"{self.message} ({self.code})"


@bug()
def fresh_f_inner_internal_error() -> None:
    raise InternalError(message="unexpected state in scheduler: next_run is in the past")


class ConfigError(Exception):
    pass


class MissingEnvironmentVariable(ConfigError):
    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name

    def __str__(self) -> str:
        return f"environment variable {self.name} is required"


@settings()
def fresh_f_inner_missing_variable() -> None:
    try:
        os.environ["FRESH_F_DATABASE_URL"]
    except KeyError as exc:
        raise MissingEnvironmentVariable("DATABASE_URL") from exc


@settings()
def fresh_f_inner_smtp_host() -> None:
    raise ValueError("SMTP_HOST is not set")


@settings()
def fresh_f_inner_settings_toml() -> None:
    class SettingsFileBroken(ConfigError):
        pass

    try:
        tomllib.loads("[database]\nurl = ")
    except tomllib.TOMLDecodeError as exc:
        raise SettingsFileBroken("settings.toml is not valid TOML") from exc


@settings()
def fresh_f_inner_ini_section() -> None:
    class AppNotConfigured(Exception):
        pass

    parser = configparser.ConfigParser()
    try:
        parser.get("mail", "host")
    except configparser.Error as exc:
        raise AppNotConfigured("section [mail] is missing from app.ini") from exc


@settings()
def fresh_f_inner_plugin_import() -> None:
    class PluginNotInstalled(Exception):
        pass

    try:
        importlib.import_module("fresh_f_no_such_plugin")
    except ImportError as exc:
        raise PluginNotInstalled("exporter 'parquet' needs an extra that is not installed") from exc


@settings()
def fresh_f_inner_bad_setting_value() -> None:
    try:
        int("ten")
    except ValueError as exc:
        raise ConfigError("setting WORKERS must be a number, not 'ten'") from exc


@settings()
def fresh_f_inner_konfiguration_fehlt() -> None:
    raise RuntimeError("Konfiguration unvollständig: MANDANT_STANDARD ist nicht gesetzt")


@settings()
def fresh_f_inner_variable_d_environnement() -> None:
    raise ConfigError("la variable d'environnement URL_BASE n'est pas définie")


@settings()
def fresh_f_inner_migrations_pending() -> None:
    class SchemaOutdated(Exception):
        pass

    raise SchemaOutdated("database schema is at revision 41, the application needs 43: run the migrations")


@settings()
def fresh_f_inner_mutually_exclusive() -> None:
    class ImproperSetup(Exception):
        pass

    raise ImproperSetup("CACHE_URL and CACHE_DISABLED cannot both be set")


@wrong_input()
def fresh_f_inner_unparsable_filter() -> None:
    class FilterNotUnderstood(ValueError):
        pass

    raise FilterNotUnderstood("filter 'created>>2024' is not understood")


@wrong_input((400, 422))
def fresh_f_inner_page_size() -> None:
    class InvalidPageSize(ValueError):
        pass

    raise InvalidPageSize("page_size must not be larger than 100")


@wrong_input((400, 422))
def fresh_f_inner_eingabe_ungueltig() -> None:
    class EingabeUngueltig(Exception):
        pass

    raise EingabeUngueltig("Das Feld 'Geburtsdatum' enthält kein gültiges Datum")


@not_there()
def fresh_f_inner_recurso_no_encontrado() -> None:
    class RecursoNoEncontrado(Exception):
        pass

    raise RecursoNoEncontrado("el pedido solicitado no existe")


@turned_away(403)
def fresh_f_inner_plain_permission_error() -> None:
    raise PermissionError("only the owner of a project may delete it")


@turned_away(403)
def fresh_f_inner_policy_denied() -> None:
    class PolicyDenied(Exception):
        def __init__(self, action: str, role: str) -> None:
            super().__init__(f"role {role!r} has no permission for {action!r}")

    raise PolicyDenied("invoice.delete", "viewer")


@peer(transient=True)
def fresh_f_inner_exception_bad_gateway() -> None:
    raise Exception("weather api: 502 Bad Gateway")


@peer(transient=True)
def fresh_f_inner_upstream_unavailable() -> None:
    class UpstreamUnavailable(RuntimeError):
        retryable = True

    raise UpstreamUnavailable("recommendation service is temporarily unavailable")


@link()
def fresh_f_inner_oserror_message() -> None:
    raise RuntimeError("could not connect to printer gateway: connection refused")


@link(504)
def fresh_f_inner_timeout_message() -> None:
    raise Exception("request to stock service timed out after 10 seconds")


@ran_out(transient=True, status=429, severity="low")
def fresh_f_inner_throttled() -> None:
    class ThrottledError(Exception):
        def __init__(self, wait: float) -> None:
            super().__init__(f"request was throttled, available again in {wait:.0f} s")

    raise ThrottledError(12.0)


@ran_out(transient=False, status=(500, 503, 507), severity="critical")
def fresh_f_inner_backup_no_space() -> None:
    class SnapshotFailed(Exception):
        pass

    raise SnapshotFailed("disk is full: 0 bytes free on /var")


@ran_out(transient=True, status=503, severity="medium")
def fresh_f_inner_thread_pool_full() -> None:
    raise RuntimeError("worker pool exhausted: all 16 workers are busy and the waiting line is full")


@ran_out(transient=True, status=503, severity="medium")
def fresh_f_inner_too_many_connections() -> None:
    class SessionFactoryError(Exception):
        pass

    raise SessionFactoryError("FATAL: sorry, too many clients already")


@contention(503)
def fresh_f_inner_deadlock() -> None:
    class UnitOfWorkFailed(Exception):
        pass

    raise UnitOfWorkFailed("transaction was rolled back: deadlock detected")


@contention((409, 503), transient=True)
def fresh_f_inner_serialization() -> None:
    class SerializationConflict(Exception):
        pass

    raise SerializationConflict("could not serialize access due to concurrent update")


@contention(503)
def fresh_f_inner_file_lock() -> None:
    class StateFileLocked(Exception):
        pass

    with tempfile.TemporaryDirectory() as folder:
        lock = Path(folder) / "state.lock"
        lock.touch()
        try:
            lock.open("x").close()
        except FileExistsError as exc:
            raise StateFileLocked("another instance holds the lock file") from exc


@contention(503)
def fresh_f_inner_bloqueo() -> None:
    class RecursoBloqueado(Exception):
        pass

    raise RecursoBloqueado("otro proceso tiene bloqueado el registro, inténtelo más tarde")


@stored(409, severity="medium")
def fresh_f_inner_repository_unique() -> None:
    store = sqlite3.connect(":memory:")
    store.execute("create table users (name text unique)")
    store.execute("insert into users values ('a')")
    try:
        store.execute("insert into users values ('a')")
    except sqlite3.IntegrityError as exc:
        raise RuntimeError("user could not be saved") from exc
    finally:
        store.close()


@stored()
def fresh_f_inner_stored_json_broken() -> None:
    class DocumentStoreCorruption(Exception):
        pass

    row = '{"theme": "dark"'
    try:
        json.loads(row)
    except ValueError as exc:
        raise DocumentStoreCorruption("column preferences of user 12 holds broken JSON") from exc


@stored()
def fresh_f_inner_dangling_reference() -> None:
    raise RuntimeError("corrupt data: order 5 in the database refers to customer 88, who does not exist there")


@stored()
def fresh_f_inner_donnees_corrompues() -> None:
    class DonneesCorrompues(Exception):
        pass

    raise DonneesCorrompues("l'enregistrement 12 de la base de données est illisible")


@bug(made="Tests may run as root, who may write everywhere.")
def fresh_f_inner_file_permission() -> None:
    class ExportNotWritten(Exception):
        pass

    try:
        raise PermissionError(13, "Permission denied", "/var/exports/today.csv")
    except PermissionError as exc:
        raise ExportNotWritten("daily export") from exc


@rule()
def fresh_f_inner_business_rule() -> None:
    class BusinessRuleViolation(Exception):
        def __init__(self, name: str, text: str) -> None:
            super().__init__(f"{name}: {text}")

    raise BusinessRuleViolation("max_open_invoices", "a customer may have three open invoices at most")


@rule()
def fresh_f_inner_value_error_rule() -> None:
    class PeriodOverlaps(ValueError):
        pass

    raise PeriodOverlaps("price list overlaps with the one of spring")


@rule((403, 409, 422))
def fresh_f_inner_operation_not_permitted() -> None:
    class ArchivedProjectIsReadOnly(Exception):
        pass

    raise ArchivedProjectIsReadOnly("restore the project before you change it")


@bug(note="Mixed: the member that can be helped least decides.")
def fresh_f_inner_mixed_group() -> None:
    faults: list[Exception] = [TimeoutError("stock service did not answer in 2 s")]
    try:
        len(None)  # type: ignore[arg-type]
    except TypeError as exc:
        faults.append(exc)
    raise ExceptionGroup("dashboard could not be built", faults)


@rule()
def fresh_f_inner_group_of_rules() -> None:
    class RuleViolated(Exception):
        pass

    raise ExceptionGroup(
        "order refused",
        [RuleViolated("customer is blocked for orders"), RuleViolated("basket mixes frozen and dry goods")],
    )
