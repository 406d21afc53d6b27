"""Further stores: drivers without a code of their own kind, object mappers, search, embedded engines, caches."""

from __future__ import annotations

from failsoft.errors.catalogue import labels as is_
from failsoft.errors.catalogue.labels import Label, wrapping

__all__ = ["STORES"]

_SQL: tuple[tuple[Label, str], ...] = (
    (
        wrapping(is_.STORE_AWAY),
        """
        pg8000.exceptions.InterfaceError pg8000.dbapi.OperationalError pony.orm.dbapiprovider.OperationalError
        pony.orm.dbapiprovider.InterfaceError trino.exceptions.TrinoConnectionError trino.exceptions.OperationalError
        snowflake.connector.errors.OperationalError
        """,
    ),
    (
        wrapping(is_.CONSTRAINT),
        """
        pg8000.dbapi.IntegrityError pony.orm.dbapiprovider.IntegrityError pony.orm.core.TransactionIntegrityError
        pony.orm.core.ConstraintError snowflake.connector.errors.IntegrityError trino.exceptions.IntegrityError
        """,
    ),
    (is_.DUPLICATE, "pony.orm.core.CacheIndexError"),
    (
        wrapping(is_.BAD_ROW),
        """
        pg8000.dbapi.DataError pony.orm.dbapiprovider.DataError snowflake.connector.errors.DataError
        trino.exceptions.DataError
        """,
    ),
    (
        wrapping(is_.BUG),
        """
        pg8000.dbapi.ProgrammingError pg8000.dbapi.NotSupportedError pony.orm.dbapiprovider.ProgrammingError
        pony.orm.dbapiprovider.NotSupportedError snowflake.connector.errors.ProgrammingError
        snowflake.connector.errors.NotSupportedError trino.exceptions.ProgrammingError
        trino.exceptions.NotSupportedError trino.exceptions.TrinoUserError
        """,
    ),
    (
        wrapping(is_.UPSTREAM_FAILED),
        """
        pg8000.exceptions.Error pg8000.exceptions.DatabaseError pony.orm.dbapiprovider.DBException
        pony.orm.dbapiprovider.Error pony.orm.dbapiprovider.DatabaseError pony.orm.dbapiprovider.InternalError
        pony.orm.core.CommitException pony.orm.core.PartialCommitException pony.orm.core.RollbackException
        pony.orm.core.ConnectionClosedError trino.exceptions.Error trino.exceptions.TrinoQueryError
        trino.exceptions.HttpError
        """,
    ),
    (is_.UPSTREAM_NOT_NOW, "trino.exceptions.Http502Error trino.exceptions.Http503Error"),
    (is_.UPSTREAM_SLOW, "trino.exceptions.Http504Error"),
    (
        is_.NOT_THERE,
        """
        pony.orm.core.ObjectNotFound pony.orm.core.RowNotFound mongoengine.errors.DoesNotExist
        beanie.exceptions.DocumentNotFound
        """,
    ),
    (
        is_.CONTRADICTION,
        """
        pony.orm.core.MultipleObjectsFoundError pony.orm.core.MultipleRowsFound
        mongoengine.errors.MultipleObjectsReturned
        """,
    ),
    (is_.LOST_UPDATE, "pony.orm.core.OptimisticCheckError pony.orm.core.UnrepeatableReadError"),
    (is_.MISCONFIGURED, "pony.orm.core.MappingError pony.orm.core.BindingError pony.orm.core.TableDoesNotExist"),
)

# https://duckdb.org/docs/stable/dev/internal_errors: one class for every kind, and no numbers
_DUCKDB: tuple[tuple[Label, str], ...] = (
    (is_.UPSTREAM_FAILED, "Error DatabaseError"),
    (is_.CONSTRAINT, "IntegrityError ConstraintException"),
    (is_.BAD_ROW, "DataError ConversionException OutOfRangeException TypeMismatchException"),
    (is_.MISCONFIGURED, "CatalogException BinderException IOException PermissionException"),
    (
        is_.BUG,
        """
        ProgrammingError ParserException SyntaxException InvalidInputException InvalidTypeException NotSupportedError
        NotImplementedException ConnectionException DependencyException SequenceException InternalError
        InternalException
        """,
    ),
    (is_.CONTENTION, "TransactionException ResourceInUseException"),
    (is_.OUT_OF_MEMORY, "OutOfMemoryException"),
    (is_.UPSTREAM_SLOW, "InterruptException"),
    (is_.CONTRADICTION, "SerializationException"),
    (is_.CORRUPT, "FatalException"),
    (wrapping(is_.STORE_AWAY), "OperationalError"),
    (wrapping(is_.UNREACHABLE), "HTTPException"),
)

_LMDB: tuple[tuple[Label, str], ...] = (
    (is_.OS_FAULT, "Error"),
    (is_.DISK_FULL, "MapFullError"),
    (is_.EXHAUSTED, "DbsFullError ReadersFullError TlsFullError TxnFullError CursorFullError PageFullError"),
    (is_.CORRUPT, "CorruptedError PageNotFoundError PanicError BadChecksumError"),
    (is_.CONTRADICTION, "InvalidError VersionMismatchError IncompatibleError CryptoFailError"),
    (is_.DUPLICATE, "KeyExistsError"),
    (is_.CONTENTION, "LockError MapResizedError"),
    (is_.MACHINE_DAMAGED, "DiskError"),
    (is_.OUT_OF_MEMORY, "MemoryError"),
    (
        is_.BUG,
        """
        ReadonlyError BadValsizeError BadTxnError BadDbiError BadRslotError InvalidParameterError NotFoundError
        ProblemError
        """,
    ),
)


def _of(packages: str, rows: tuple[tuple[Label, str], ...]) -> tuple[tuple[Label, str], ...]:
    return tuple(
        (label, " ".join(f"{package}.{name}" for package in packages.split() for name in names.split()))
        for label, names in rows
    )


_DOCUMENTS: tuple[tuple[Label, str], ...] = (
    (is_.INVALID, "mongoengine.errors.ValidationError"),
    (
        wrapping(is_.UPSTREAM_FAILED),
        """
        mongoengine.errors.OperationError mongoengine.errors.BulkWriteError
        qdrant_client.http.exceptions.ApiException qdrant_client.common.client_exceptions.QdrantException
        typesense.exceptions.TypesenseClientError meilisearch.errors.MeilisearchError
        weaviate.exceptions.WeaviateBaseError weaviate.exceptions.WeaviateQueryError
        weaviate.exceptions.UnexpectedStatusCodeError influxdb_client.rest.ApiException
        """,
    ),
    (
        is_.BUG,
        """
        mongoengine.errors.FieldDoesNotExist mongoengine.errors.LookUpError mongoengine.errors.InvalidQueryError
        mongoengine.errors.InvalidDocumentError mongoengine.errors.NotRegistered
        typesense.exceptions.InvalidParameter weaviate.exceptions.WeaviateInvalidInputError
        weaviate.exceptions.InvalidDataModelException weaviate.exceptions.InvalidDataModelError
        weaviate.exceptions.WeaviateClosedClientError weaviate.exceptions.SchemaValidationError
        """,
    ),
    (
        is_.MISCONFIGURED,
        """
        mongoengine.connection.ConnectionFailure beanie.exceptions.CollectionWasNotInitialized
        beanie.exceptions.MongoDBVersionError beanie.exceptions.ViewWasNotInitialized typesense.exceptions.ConfigError
        weaviate.exceptions.WeaviateAgentsNotInstalledError weaviate.exceptions.MissingScopeError
        """,
    ),
    (is_.LOST_UPDATE, "mongoengine.errors.SaveConditionError beanie.exceptions.RevisionIdWasChanged"),
    (is_.DUPLICATE, "beanie.exceptions.DocumentAlreadyCreated"),
    (is_.THROTTLED, "qdrant_client.common.client_exceptions.ResourceExhaustedResponse"),
    (wrapping(is_.UNREACHABLE), "qdrant_client.http.exceptions.ResponseHandlingException"),
    (
        wrapping(is_.STORE_AWAY),
        """
        typesense.exceptions.HTTPStatus0Error meilisearch.errors.MeilisearchCommunicationError
        weaviate.exceptions.WeaviateConnectionError weaviate.exceptions.WeaviateStartUpError
        weaviate.exceptions.WeaviateGRPCUnavailableError
        """,
    ),
    (
        is_.SILENT,
        """
        typesense.exceptions.Timeout meilisearch.errors.MeilisearchTimeoutError
        weaviate.exceptions.WeaviateTimeoutError
        """,
    ),
    (is_.MISCONFIGURED, "cassandra.DependencyException cassandra.cqlengine.connection.UndefinedKeyspaceException"),
    (is_.BUG, "cassandra.cqlengine.CQLEngineException cassandra.cluster.UserTypeDoesNotExist"),
    (is_.UPSTREAM_FAILED, "cassandra.connection.ProtocolError neo4j._exceptions.BoltProtocolError"),
    (wrapping(is_.STORE_AWAY), "neo4j._exceptions.BoltConnectionError neo4j._exceptions.BoltHandshakeError"),
    (is_.NO_TRUST, "neo4j._exceptions.BoltSecurityError"),
    (is_.CONNECT_SILENT, "neo4j._exceptions.SocketDeadlineExceededError"),
    (
        is_.REFUSED_US,
        "weaviate.exceptions.AuthenticationFailedError weaviate.exceptions.InsufficientPermissionsError",
    ),
)

_CACHES: tuple[tuple[Label, str], ...] = (
    (is_.CONTENTION, "aiocache.lock.OptimisticLockError diskcache.core.Timeout filelock._core.Timeout"),
    (
        is_.MISCONFIGURED,
        """
        aiocache.exceptions.InvalidCacheType dogpile.cache.exception.PluginNotFound
        dogpile.cache.exception.RegionNotConfigured
        """,
    ),
    (is_.BUG, "dogpile.cache.exception.DogpileCacheException dogpile.cache.exception.RegionAlreadyConfigured"),
    (is_.CONTRADICTION, "dogpile.cache.api.CantDeserializeException"),
)

STORES: tuple[tuple[Label, str], ...] = (
    *_SQL,
    *_of("duckdb _duckdb", _DUCKDB),
    *_of("lmdb", _LMDB),
    *_DOCUMENTS,
    *_CACHES,
)
"""What is known of them."""
