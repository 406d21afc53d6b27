"""Drivers of databases and of distributed stores beside the most used ones: what their names leave open."""

from __future__ import annotations

from failsoft.errors.catalogue import labels as is_
from failsoft.errors.catalogue.labels import Label, wrapping

__all__ = ["DRIVERS"]

_Rows = tuple[tuple[Label, str], ...]


def _of(modules: str, rows: _Rows) -> _Rows:
    return tuple(
        (label, " ".join(f"{module}.{name}" for module in modules.split() for name in names.split()))
        for label, names in rows
    )


_POSTGRES: _Rows = (
    # how a block is left, and what is to be said where no block is
    (is_.BUG, "psycopg.Rollback psycopg.errors.PipelineAborted psycopg2.extras.StopReplication aiopg.sa.exc.Error"),
    (is_.BUG, "aiopg.sa.exc.NoSuchColumnError aiomysql.sa.exc.NoSuchColumnError"),
    (is_.SILENT, "psycopg.errors.CancellationTimeout"),
    (wrapping(is_.UPSTREAM_SLOW), "psycopg2.extensions.QueryCanceledError"),
    (wrapping(is_.CONTENTION), "psycopg2.extensions.TransactionRollbackError"),
    (is_.MISCONFIGURED, "asyncmy.replication.errors.BinLogNotEnabledError"),
    (wrapping(is_.BAD_ROW), "pyhive.exc.DataError"),
    (wrapping(is_.UPSTREAM_FAILED), "pyhive.exc.InternalError trino.exceptions.TrinoDataError"),
    (is_.BROKEN, "clickhouse_connect.driver._backend.http_sync._IncompleteResponseError"),
)

_VERTICA: _Rows = (
    (wrapping(is_.BUG), "QueryError"),
    (is_.BUG, "VerticaSyntaxError DuplicateObject"),
    (is_.MISCONFIGURED, "MissingRelation MissingColumn MissingSchema"),
    (is_.EXHAUSTED, "InsufficientResources"),
    (is_.BAD_ROW, "InvalidDatetimeFormat CopyRejected"),
    (is_.STORE_AWAY, "LostConnectivityFailure"),
    (is_.UPSTREAM_SLOW, "QueryCanceled"),
    (is_.UPSTREAM_FAILED, "MessageError"),
    (wrapping(is_.REFUSED_US), "KerberosError"),
)

_SNOWFLAKE: _Rows = (
    (is_.UPSTREAM_FAILED, "BadRequest MethodNotAllowed"),
    (wrapping(is_.UPSTREAM_FAILED), "BindUploadError HttpError InternalServerError"),
    (wrapping(is_.UPSTREAM_NOT_NOW), "RequestExceedMaxRetryError"),
    (is_.MISCONFIGURED, "MissingConfigOptionError"),
    (is_.REFUSED_US, "ReauthenticationRequest"),
    (is_.NO_TRUST, "RevocationCheckError"),
)

# of Spark itself, and of DuckDB, which speaks like it
_SPARK: _Rows = (
    (wrapping(is_.UPSTREAM_FAILED), "PySparkException SparkRuntimeException QueryExecutionException UnknownException"),
    (
        is_.BUG,
        """
        AnalysisException ArithmeticException ArrayIndexOutOfBoundsException DateTimeException NumberFormatException
        ParseException PySparkAssertionError PySparkAttributeError PySparkIndexError PySparkRuntimeError
        PySparkTypeError PySparkValueError SessionNotSameException TempTableAlreadyExistsException
        SparkUpgradeException PythonException
        """,
    ),
)

# a service as any other: what it does not find or refuses is no fault of our client's
_DATABRICKS: _Rows = (
    (
        wrapping(is_.UPSTREAM_FAILED),
        """
        BadRequest InvalidParameterValue InvalidState NotFound ResourceDoesNotExist InternalError Unknown
        """,
    ),
    (is_.REFUSED_US, "PrivateLinkValidationError"),
)

_GEL: _Rows = (
    (wrapping(is_.UPSTREAM_FAILED), "EdgeDBError BackendError InternalServerError ExecutionError"),
    (is_.UPSTREAM_FAILED, "TypeSpecNotFoundError UnexpectedMessageError"),
    (is_.REFUSED_US, "AccessError AccessPolicyError UnknownUserError"),
    (is_.STORE_NOT_NOW, "AvailabilityError ServerOfflineError"),
    (is_.NOT_THERE, "NoDataError"),
    (is_.MISCONFIGURED, "InvalidReferenceError UnknownModuleError UnknownLinkError UnknownPropertyError"),
    (is_.BAD_ROW, "MissingRequiredError InvalidValueError NumericOutOfRangeError"),
    (is_.RULE_REFUSES, "QueryAssertionError"),
    (is_.CONTENTION, "TransactionSerializationError"),
    (
        is_.BUG,
        """
        InvalidSyntaxError EdgeQLSyntaxError GraphQLSyntaxError SchemaSyntaxError InputDataError
        ParameterTypeMismatchError StateMismatchError CapabilityError DisabledCapabilityError
        ResultCardinalityMismatchError UnknownParameterError QueryError SchemaDefinitionError SchemaError
        DivisionByZeroError InvalidUserDefinitionError InvalidConstraintDefinitionError DuplicateDefinitionError
        DuplicateCastDefinitionError DuplicateConstraintDefinitionError DuplicateDatabaseDefinitionError
        DuplicateFunctionDefinitionError DuplicateLinkDefinitionError DuplicateModuleDefinitionError
        DuplicateOperatorDefinitionError DuplicatePropertyDefinitionError DuplicateUserDefinitionError
        DuplicateViewDefinitionError
        """,
    ),
)

_CASSANDRA: _Rows = (
    (
        is_.UPSTREAM_SLOW,
        """
        cassandra.ReadTimeout cassandra.WriteTimeout cassandra.protocol.ReadTimeoutErrorMessage
        cassandra.protocol.WriteTimeoutErrorMessage
        """,
    ),
    (is_.EXHAUSTED, "cassandra.CDCWriteFailure cassandra.protocol.CDCWriteException"),
    (is_.UPSTREAM_NOT_NOW, "cassandra.protocol.PreparedQueryNotFound"),
    (is_.UPSTREAM_FAILED, "cassandra.protocol.ClientWriteError"),
)

_RETHINKDB: _Rows = (
    (wrapping(is_.UPSTREAM_FAILED), "ReqlError ReqlRuntimeError ReqlInternalError"),
    (wrapping(is_.STORE_AWAY), "ReqlDriverError"),
    (
        is_.BUG,
        "ReqlCompileError ReqlDriverCompileError ReqlServerCompileError ReqlQueryLogicError ReqlCursorEmpty",
    ),
    (is_.NOT_THERE, "ReqlNonExistenceError"),
    (wrapping(is_.STORE_NOT_NOW), "ReqlAvailabilityError ReqlOpFailedError ReqlOpIndeterminateError"),
    (is_.RULE_REFUSES, "ReqlUserError"),
)

_SURREAL: _Rows = (
    (is_.RULE_REFUSES, "ThrownError"),
    (is_.BUG, "ValidationError SerializationError"),
    (is_.MISCONFIGURED, "UnsupportedEngineError"),
    (is_.INVALID, "InvalidDurationError InvalidRecordIdError"),
)

# what python-arango names is the call that failed; why, the server says by a number
_ARANGO: _Rows = (
    (
        wrapping(is_.UPSTREAM_FAILED),
        """
        ArangoError ArangoServerError AQLCacheConfigureError ClusterMaintenanceModeError
        ClusterRebalanceError ClusterVpackSortMigrationError CollectionChecksumError CollectionConfigureError
        CollectionTruncateError FoxxConfigGetError FoxxConfigReplaceError FoxxConfigUpdateError
        FoxxDependencyGetError FoxxDependencyReplaceError FoxxDependencyUpdateError PermissionGetError
        PermissionListError PermissionResetError PermissionUpdateError ReplicationApplierConfigError
        ReplicationApplierConfigSetError ServerLogSettingError ServerLogSettingSetError
        ServerRequiredDBVersionError ServerTLSError ServerTLSReloadError WALConfigureError
        """,
    ),
    (
        is_.BUG,
        """
        ArangoClientError CursorCountError CursorEmptyError CursorStateError BatchJobResultError BatchStateError
        DocumentParseError SortValidationError
        """,
    ),
    (wrapping(is_.REFUSED_US), "JWTRefreshError"),
)

_TARANTOOL: _Rows = (
    (is_.CONTENTION, "SchemaReloadException"),
    (is_.STORE_NOT_NOW, "PoolTopologyError"),
    (wrapping(is_.UPSTREAM_FAILED), "MsgpackError SchemaError CrudModuleError CrudModuleManyError"),
)

_KAZOO: _Rows = (
    (is_.LOST_UPDATE, "BadVersionError"),
    (is_.NOT_THERE, "NoNodeError"),
    (is_.CONSTRAINT, "NotEmptyError"),
    (is_.CONTENTION, "CancelledError ReconfigInProcessError"),
    (
        is_.BUG,
        """
        NoChildrenForEphemeralsError EphemeralOnLocalSessionError NoWatcherError UnimplementedError
        ZookeeperStoppedError WriterNotClosedException
        """,
    ),
    (is_.STORE_NOT_NOW, "NewConfigNoQuorumError NotReadOnlyCallError"),
    (is_.MISCONFIGURED, "ReconfigDisabledError"),
    (is_.REFUSED_US, "SASLException SessionClosedRequireSaslError"),
)

_HAZELCAST: _Rows = (
    (
        is_.BUG,
        """
        ArrayIndexOutOfBoundsError ArrayStoreError CPGroupDestroyedError MutationDisallowedError NoSuchFieldError
        NoSuchFieldException NoSuchMethodError NoSuchMethodException NegativeArraySizeError NullPointerError
        QueryError StackOverflowError TransactionNotActiveError URISyntaxError LockAcquireLimitReachedError
        StaleTaskError StaleTaskIdError ResponseAlreadySentError
        """,
    ),
    (
        is_.MISCONFIGURED,
        """
        CacheNotExistsError ReplicatedMapCantBeCreatedOnLiteMemberError VersionMismatchError
        ClientNotAllowedInClusterError DuplicateInstanceNameError
        """,
    ),
    (is_.CONTRADICTION, "ConsistencyLostError"),
    (is_.STORE_NOT_NOW, "LocalMemberResetError TargetNotReplicaError WrongTargetError"),
    (is_.EXHAUSTED, "ReachedMaxSizeError RejectedExecutionError TopicOverloadError HazelcastOverloadError"),
    (is_.REFUSED_US, "SecurityError"),
    (is_.CONTENTION, "WaitKeyCancelledError"),
    (
        wrapping(is_.UPSTREAM_FAILED),
        "HazelcastError HazelcastRuntimeError ExecutionError TransactionError UndefinedErrorCodeError XAError",
    ),
)

_COORDINATION: _Rows = (
    (
        wrapping(is_.UPSTREAM_FAILED),
        """
        etcd3gw.exceptions.Etcd3Exception etcd3gw.exceptions.InternalServerError
        etcd3gw.exceptions.ApiVersionDiscoveryFailedError etcd3.exceptions.Etcd3Exception
        etcd3.exceptions.InternalServerError
        """,
    ),
    (is_.SILENT, "etcd3gw.exceptions.WatchTimedOut etcd3.exceptions.WatchTimedOut"),
    (is_.UPSTREAM_FAILED, "etcd3.exceptions.RevisionCompactedError"),
    (is_.EDIT_CONFLICT, "etcd3.exceptions.PreconditionFailedError nomad.api.exceptions.VariableConflict"),
    (
        is_.MISCONFIGURED,
        """
        hazelcast.serialization.compact.SchemaNotFoundError ZConfig.SchemaResourceError
        ZConfig.UnknownDocumentTypeError
        """,
    ),
    (is_.STORE_NOT_NOW, "hazelcast.serialization.compact.SchemaNotReplicatedError"),
    (is_.NOTHING, "kazoo.retry.ForceRetryError"),
    (wrapping(is_.STORE_AWAY), "kazoo.retry.RetryFailedError"),
    (is_.BUG, "kazoo.exceptions.ConnectionClosedError"),
)

_OBJECTS: _Rows = (
    (is_.BUG, "POSException.ReadOnlyHistoryError POSException.StorageTransactionError POSException.Unsupported"),
    (is_.CONTRADICTION, "broken.BrokenModified blob.BlobStorageError interfaces.BlobError"),
    (is_.UNPARSABLE, "POSException.ExportError"),
    (is_.MISCONFIGURED, "POSException.MountedStorageError"),
)

_FURTHER: _Rows = (
    (wrapping(is_.UPSTREAM_FAILED), "exception.AerospikeError prestodb.exceptions.PrestoQueryError"),
    (is_.BUG, "prestodb.exceptions.PrestoUserError couchbase.exceptions.ParsingFailedException"),
    (is_.STORE_NOT_NOW, "couchbase.exceptions.DurabilityImpossibleException"),
    (is_.MISCONFIGURED, "couchbase.exceptions.FeatureUnavailableException"),
    (is_.BAD_ROW, "deltalake.exceptions.SchemaMismatchError"),
    (is_.CONTRADICTION, "deltalake.exceptions.DeltaProtocolError tables.exceptions.HDF5ExtError"),
    (
        is_.BUG,
        """
        tables.exceptions.ClosedNodeError tables.exceptions.ClosedFileError tables.exceptions.FileModeError
        tables.exceptions.NodeError tables.exceptions.NoSuchNodeError tables.exceptions.UndoRedoError
        """,
    ),
)

DRIVERS: _Rows = (
    *_FURTHER,
    *_POSTGRES,
    *_of("vertica_python.errors", _VERTICA),
    *_of("snowflake.connector.errors", _SNOWFLAKE),
    *_of("pyspark.errors.exceptions.base duckdb.experimental.spark.errors.exceptions.base", _SPARK),
    *_of("databricks.sdk.errors", _DATABRICKS),
    *_of("gel.errors edgedb.errors", _GEL),
    *_CASSANDRA,
    *_of("rethinkdb.errors", _RETHINKDB),
    *_of("surrealdb.errors", _SURREAL),
    *_of("arango.exceptions", _ARANGO),
    *_of("tarantool.error", _TARANTOOL),
    *_of("kazoo.exceptions", _KAZOO),
    *_of("hazelcast.errors", _HAZELCAST),
    *_COORDINATION,
    *_of("ZODB", _OBJECTS),
)
"""What is known of them."""
