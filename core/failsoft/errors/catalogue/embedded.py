"""Stores that are files beside the application, what searches and migrates them, and further services."""

from __future__ import annotations

from failsoft.errors.catalogue import labels as is_
from failsoft.errors.catalogue.labels import Label, wrapping

__all__ = ["EMBEDDED"]

_STORES: tuple[tuple[Label, str], ...] = (
    (is_.CONTENTION, "apsw.BusyError apsw.LockedError whoosh.index.LockError"),
    (is_.CONSTRAINT, "apsw.ConstraintError"),
    (is_.BAD_ROW, "apsw.MismatchError"),
    (is_.CORRUPT, "apsw.CorruptError apsw.NotADBError plyvel._plyvel.CorruptionError"),
    (is_.DISK_FULL, "apsw.FullError ZODB.FileStorage.FileStorage.FileStorageQuotaError"),
    (is_.OUT_OF_MEMORY, "apsw.NoMemError"),
    (is_.MACHINE_DAMAGED, "apsw.IOError"),
    (
        is_.BUG,
        """
        apsw.BindingsError apsw.ConnectionClosedError apsw.ConnectionNotClosedError apsw.CursorClosedError
        apsw.ExecutionCompleteError apsw.ForkingViolationError apsw.IncompleteExecutionError apsw.MisuseError
        apsw.RangeError apsw.SQLError apsw.ThreadingViolationError apsw.VFSFileClosedError
        plyvel._plyvel.IteratorInvalidError pypika.utils.QueryException pypika.utils.GroupingException
        pypika.utils.CaseException pypika.utils.JoinException pypika.utils.SetOperationException
        pypika.utils.RollupException pypika.utils.DialectNotSupported pypika.utils.FunctionException
        redis_lock.AlreadyAcquired redis_lock.AlreadyStarted redis_lock.InvalidTimeout
        redis_lock.NotExpirable redis_lock.TimeoutNotUsable redis_lock.TimeoutTooLarge
        whoosh.fields.FieldConfigurationError whoosh.fields.UnknownFieldError whoosh.writing.IndexingError
        whoosh.reading.ReaderClosed ZODB.POSException.ConnectionStateError ZODB.POSException.ReadOnlyError
        """,
    ),
    (is_.UPSTREAM_SLOW, "apsw.InterruptError whoosh.searching.TimeLimit"),
    (
        is_.MISCONFIGURED,
        """
        aiosql.utils.SQLLoadException aiosql.utils.SQLParseException apsw.CantOpenError apsw.ExtensionLoadingError
        whoosh.index.EmptyIndexError whoosh.index.IndexVersionError yoyo.connections.BadConnectionURI
        """,
    ),
    (is_.INVALID, "whoosh.query.qcore.QueryError"),
    (is_.CONTENTION, "ZODB.POSException.ConflictError"),
    (is_.CORRUPT, "ZODB.FileStorage.FileStorage.FileStorageFormatError"),
    (is_.EDIT_CONFLICT, "etcd.EtcdCompareFailed eventsourcing.persistence.IntegrityError"),
    (wrapping(is_.STORE_AWAY), "aioredlock.errors.LockRuntimeError"),
    (is_.POOL_EXHAUSTED, "dbutils.pooled_db.TooManyConnectionsError dbutils.pooled_pg.TooManyConnectionsError"),
    (
        is_.BUG,
        """
        dbutils.pooled_db.InvalidConnectionError dbutils.pooled_pg.InvalidConnectionError
        dbutils.steady_db.InvalidCursorError ormar.exceptions.ModelDefinitionError ormar.exceptions.ModelError
        ormar.exceptions.ModelPersistenceError ormar.exceptions.QueryDefinitionError
        ormar.exceptions.RelationshipInstanceError
        """,
    ),
    (
        is_.CONTRADICTION,
        """
        ZODB.POSException.POSKeyError ZODB.POSException.DanglingReferenceError
        ZODB.FileStorage.FileStorage.CorruptedFileStorageError ZODB.FileStorage.format.CorruptedError
        ZODB.POSException.StateLoadError
        """,
    ),
    (is_.STORE_NOT_NOW, "etcd.EtcdLeaderElectionInProgress"),
    (is_.EXHAUSTED, "ydb.issues.Overloaded ydb.issues.SessionPoolEmpty"),
    (is_.CONTENTION, "ydb.issues.Aborted"),
    (wrapping(is_.STORE_AWAY), "ydb.issues.BadSession ydb.issues.SessionExpired ydb.issues.ConnectionError"),
)

_SERVICES: tuple[tuple[Label, str], ...] = (
    (is_.THROTTLED, "exponent_server_sdk.MessageRateExceededError"),
    (is_.REFUSED_US, "mattermostdriver.exceptions.NoAccessTokenProvided"),
    (
        is_.MISCONFIGURED,
        "flagsmith.exceptions.FlagsmithFeatureDoesNotExistError pyrad.dictionary.ParseError",
    ),
    (is_.OUR_LIMIT, "walrus.rate_limit.RateLimitException"),
)

EMBEDDED: tuple[tuple[Label, str], ...] = (*_STORES, *_SERVICES)
"""What is known of them."""
