"""Drivers of databases and caches. What they say by code (SQLSTATE, error numbers) is told in `codes`."""

from __future__ import annotations

from failsoft.errors.catalogue import labels as is_
from failsoft.errors.catalogue.labels import Label, wrapping

__all__ = ["DATABASES"]

_SQL: tuple[tuple[Label, str], ...] = (
    (
        wrapping(is_.STORE_AWAY),
        """
        psycopg.OperationalError psycopg2.OperationalError asyncpg.exceptions.PostgresConnectionError
        pymysql.err.OperationalError MySQLdb._exceptions.OperationalError asyncmy.errors.OperationalError
        mysql.connector.errors.OperationalError mysql.connector.errors.InterfaceError
        oracledb.exceptions.OperationalError pyodbc.OperationalError pymssql._pymssql.OperationalError
        clickhouse_connect.driver.exceptions.OperationalError clickhouse_driver.errors.NetworkError
        django.db.utils.OperationalError django.db.utils.InterfaceError sqlalchemy.exc.OperationalError
        sqlalchemy.exc.InterfaceError sqlalchemy.exc.DisconnectionError peewee.OperationalError
        tortoise.exceptions.OperationalError tortoise.exceptions.DBConnectionError
        """,
    ),
    (
        is_.SILENT,
        """
        mysql.connector.errors.ReadTimeoutError mysql.connector.errors.WriteTimeoutError
        psycopg.errors.ConnectionTimeout
        """,
    ),
    (is_.CONNECT_SILENT, "mysql.connector.errors.ConnectionTimeoutError"),
    (
        is_.POOL_EXHAUSTED,
        """
        psycopg_pool.TooManyRequests psycopg2.pool.PoolError
        sqlalchemy.exc.TimeoutError mysql.connector.errors.PoolError peewee.MaxConnectionsExceeded
        playhouse.pool.MaxConnectionsExceeded
        """,
    ),
    (is_.POOL_SILENT, "psycopg_pool.PoolTimeout"),
    (
        wrapping(is_.CONSTRAINT),
        """
        psycopg.IntegrityError psycopg2.IntegrityError asyncpg.exceptions.IntegrityConstraintViolationError
        pymysql.err.IntegrityError MySQLdb._exceptions.IntegrityError asyncmy.errors.IntegrityError
        mysql.connector.errors.IntegrityError oracledb.exceptions.IntegrityError pyodbc.IntegrityError
        pymssql._pymssql.IntegrityError clickhouse_connect.driver.exceptions.IntegrityError
        django.db.utils.IntegrityError sqlalchemy.exc.IntegrityError peewee.IntegrityError
        tortoise.exceptions.IntegrityError
        """,
    ),
    (
        wrapping(is_.BAD_ROW),
        """
        psycopg.DataError psycopg2.DataError asyncpg.exceptions.DataError pymysql.err.DataError
        MySQLdb._exceptions.DataError asyncmy.errors.DataError mysql.connector.errors.DataError
        oracledb.exceptions.DataError pyodbc.DataError pymssql.DataError
        clickhouse_connect.driver.exceptions.DataError django.db.utils.DataError sqlalchemy.exc.DataError
        peewee.DataError
        """,
    ),
    (
        # where the server has a complaint it comes with a code; without one the driver was used wrongly
        wrapping(is_.BUG),
        """
        psycopg.ProgrammingError psycopg2.ProgrammingError pymysql.err.ProgrammingError
        MySQLdb._exceptions.ProgrammingError asyncmy.errors.ProgrammingError
        mysql.connector.errors.ProgrammingError oracledb.exceptions.ProgrammingError pyodbc.ProgrammingError
        pymssql.ProgrammingError clickhouse_connect.driver.exceptions.ProgrammingError
        django.db.utils.ProgrammingError sqlalchemy.exc.ProgrammingError peewee.ProgrammingError
        """,
    ),
    (
        wrapping(is_.BUG),
        """
        psycopg.NotSupportedError psycopg2.NotSupportedError pymysql.err.NotSupportedError
        django.db.utils.NotSupportedError sqlalchemy.exc.NotSupportedError
        mysql.connector.errors.NotSupportedError sqlalchemy.exc.StatementError pymysql.err.InterfaceError
        psycopg2.InterfaceError psycopg.InterfaceError asyncpg.exceptions._base.InterfaceError
        asyncpg.exceptions._base.InternalClientError oracledb.exceptions.InterfaceError
        oracledb.exceptions.NotSupportedError pyodbc.InterfaceError mysql.connector.errors.InternalError
        peewee.InterfaceError
        """,
    ),
    (
        wrapping(is_.UPSTREAM_FAILED),
        """
        psycopg.Error psycopg2.Error asyncpg.exceptions._base.PostgresError pymysql.err.MySQLError
        pymysql.err.Error MySQLdb._exceptions.MySQLError asyncmy.errors.MySQLError
        mysql.connector.errors.Error oracledb.exceptions.Error cx_Oracle.Error pyodbc.Error
        pymssql.exceptions.Error pymssql._pymssql.Error clickhouse_connect.driver.exceptions.ClickHouseError
        clickhouse_driver.errors.Error django.db.utils.Error django.db.utils.DatabaseError
        django.db.utils.InternalError sqlalchemy.exc.DBAPIError peewee.PeeweeException
        snowflake.connector.errors.Error snowflake.connector.errors.DatabaseError
        """,
    ),
    (
        is_.BUG,
        """
        sqlalchemy.exc.SQLAlchemyError sqlalchemy.exc.InvalidRequestError sqlalchemy.exc.ArgumentError
        sqlalchemy.exc.CompileError sqlalchemy.exc.PendingRollbackError sqlalchemy.exc.ResourceClosedError
        sqlalchemy.orm.exc.DetachedInstanceError sqlalchemy.orm.exc.FlushError
        sqlalchemy.orm.exc.UnmappedError sqlalchemy.orm.exc.ObjectDereferencedError
        sqlalchemy.exc.NoReferenceError sqlalchemy.exc.NoForeignKeysError
        sqlalchemy.exc.AmbiguousForeignKeysError sqlalchemy.exc.MissingGreenlet
        psycopg_pool.PoolClosed tortoise.exceptions.BaseORMException
        pony.orm.core.OrmError
        """,
    ),
    (
        is_.MISCONFIGURED,
        """
        sqlalchemy.exc.NoSuchModuleError sqlalchemy.exc.NoSuchTableError sqlalchemy.exc.UnboundExecutionError
        sqlalchemy.exc.NoDBAPILoaded sqlalchemy.exc.UnreflectableTableError
        alembic.util.exc.CommandError asyncpg.exceptions._base.ClientConfigurationError
        tortoise.exceptions.ConfigurationError
        """,
    ),
    (is_.NOT_THERE, "sqlalchemy.exc.NoResultFound"),
    (is_.CONTRADICTION, "sqlalchemy.exc.MultipleResultsFound"),
    (is_.LOST_UPDATE, "sqlalchemy.orm.exc.StaleDataError sqlalchemy.orm.exc.ObjectDeletedError"),
)

_REDIS: tuple[tuple[Label, str], ...] = (
    (
        wrapping(is_.STORE_AWAY),
        """
        redis.exceptions.ConnectionError
        """,
    ),
    (
        is_.STORE_AWAY,
        """
        redis.sentinel.MasterNotFoundError redis.sentinel.SlaveNotFoundError
        redis.exceptions.RedisClusterException redis.exceptions.ClusterError
        redis.multidb.exception.NoValidDatabaseException redis.multidb.exception.UnhealthyDatabaseException
        redis.multidb.exception.InitialHealthCheckFailedError valkey.exceptions.ValkeyClusterException
        coredis.exceptions.RedisClusterError coredis.exceptions.SentinelError
        emcache.client_errors.ClusterNoAvailableNodes
        """,
    ),
    (is_.SILENT, "redis.exceptions.TimeoutError"),
    (
        # a replica says READONLY after a failover; whoever connects again finds the new primary
        is_.STORE_NOT_NOW,
        """
        redis.exceptions.BusyLoadingError redis.exceptions.TryAgainError redis.exceptions.ReadOnlyError
        redis.exceptions.ClusterDownError redis.exceptions.MasterDownError redis.exceptions.SlotNotCoveredError
        redis.multidb.exception.TemporaryUnavailableException coredis.exceptions.ReplicationError
        """,
    ),
    (is_.POOL_EXHAUSTED, "redis.exceptions.MaxConnectionsError"),
    (
        is_.REFUSED_US,
        """
        redis.exceptions.AuthenticationError redis.exceptions.AuthorizationError
        redis.exceptions.NoPermissionError redis.exceptions.AuthenticationWrongNumberOfArgsError
        redis.exceptions.ExternalAuthProviderError coredis.exceptions.AuthenticationFailureError
        coredis.exceptions.AuthenticationRequiredError emcache.client_errors.AuthenticationError
        """,
    ),
    (is_.OUT_OF_MEMORY, "redis.exceptions.OutOfMemoryError"),
    (
        is_.CONTENTION,
        """
        redis.exceptions.WatchError redis.exceptions.LockError redis.exceptions.LockNotOwnedError
        redis.exceptions.ChildDeadlockedError coredis.exceptions.LockAcquisitionError
        coredis.exceptions.LockReleaseError coredis.exceptions.LockExtensionError
        """,
    ),
    (is_.MISCONFIGURED, "redis.exceptions.ModuleError redis.exceptions.IncorrectPolicyType"),
    (
        is_.BUG,
        """
        redis.exceptions.DataError redis.exceptions.PubSubError redis.exceptions.NoScriptError
        redis.exceptions.CrossSlotTransactionError redis.exceptions.ClusterCrossSlotError
        redis.exceptions.InvalidPipelineStack redis.exceptions.ExecAbortError redis.exceptions.NoSuchFieldsetError
        coredis.exceptions.WrongTypeError coredis.exceptions.UnknownCommandError
        coredis.exceptions.CommandSyntaxError coredis.exceptions.CommandNotSupportedError
        """,
    ),
    (
        is_.UPSTREAM_FAILED,
        """
        redis.exceptions.RedisError redis.exceptions.ResponseError redis.exceptions.InvalidResponse
        valkey.exceptions.ValkeyError coredis.typing.RedisError emcache.client_errors.CommandError
        pymemcache.exceptions.MemcacheError
        """,
    ),
    (is_.STORE_AWAY, "pymemcache.exceptions.MemcacheUnexpectedCloseError"),
    (is_.BUG, "pymemcache.exceptions.MemcacheClientError"),
)

_DOCUMENTS: tuple[tuple[Label, str], ...] = (
    (
        wrapping(is_.STORE_AWAY),
        """
        pymongo.errors.ConnectionFailure pymongo.errors.AutoReconnect neo4j.exceptions.ServiceUnavailable
        neo4j.exceptions.SessionExpired elastic_transport.ConnectionError
        elasticsearch.exceptions.ConnectionError opensearchpy.exceptions.ConnectionError
        cassandra.cluster.NoHostAvailable cassandra.connection.ConnectionException
        influxdb_client.client.exceptions.InfluxDBError couchbase.exceptions.ServiceUnavailableException
        """,
    ),
    (is_.STORE_REFUSED, "pymongo.errors.ServerSelectionTimeoutError cassandra.UnresolvableContactPoints"),
    (
        is_.SILENT,
        """
        pymongo.errors.NetworkTimeout pymongo.errors.WTimeoutError elastic_transport.ConnectionTimeout
        elasticsearch.exceptions.ConnectionTimeout opensearchpy.exceptions.ConnectionTimeout
        cassandra.OperationTimedOut couchbase.exceptions.TimeoutException
        """,
    ),
    (is_.UPSTREAM_SLOW, "pymongo.errors.ExecutionTimeout cassandra.Timeout"),
    (
        is_.STORE_NOT_NOW,
        """
        pymongo.errors.NotPrimaryError cassandra.Unavailable neo4j.exceptions.DatabaseUnavailable
        cassandra.protocol.OverloadedErrorMessage cassandra.protocol.IsBootstrappingErrorMessage
        neo4j.exceptions.NotALeader
        """,
    ),
    (
        is_.POOL_EXHAUSTED,
        """
        pymongo.errors.WaitQueueTimeoutError neo4j.exceptions.ConnectionPoolError
        cassandra.connection.ConnectionBusy
        """,
    ),
    (is_.POOL_SILENT, "cassandra.pool.NoConnectionsAvailable"),
    (
        is_.DUPLICATE,
        """
        pymongo.errors.DuplicateKeyError neo4j.exceptions.ConstraintError mongoengine.errors.NotUniqueError
        gridfs.errors.FileExists couchbase.exceptions.DocumentExistsException
        """,
    ),
    (is_.CONTENTION, "neo4j.exceptions.TransientError"),
    (is_.LOST_UPDATE, "couchbase.exceptions.CasMismatchException"),
    (
        is_.EDIT_CONFLICT,
        """
        elasticsearch.ConflictError opensearchpy.exceptions.ConflictError
        """,
    ),
    (
        is_.REFUSED_US,
        """
        neo4j.exceptions.AuthError neo4j.exceptions.Forbidden cassandra.AuthenticationFailed
        cassandra.Unauthorized elasticsearch.AuthenticationException elasticsearch.AuthorizationException
        opensearchpy.exceptions.AuthenticationException opensearchpy.exceptions.AuthorizationException
        """,
    ),
    (
        is_.MISCONFIGURED,
        """
        pymongo.errors.ConfigurationError pymongo.errors.InvalidURI pymongo.errors.InvalidName
        pymongo.errors.CollectionInvalid neo4j.exceptions.ConfigurationError cassandra.ConfigurationException
        opensearchpy.exceptions.ImproperlyConfigured elasticsearch.UnsupportedProductError
        """,
    ),
    (is_.NO_TRUST, "elastic_transport.TlsError opensearchpy.exceptions.SSLError elasticsearch.exceptions.SSLError"),
    (
        is_.BUG,
        """
        pymongo.errors.InvalidOperation bson.errors.InvalidDocument bson.errors.InvalidStringData
        neo4j.exceptions.DriverError neo4j.exceptions.CypherSyntaxError neo4j.exceptions.CypherTypeError
        cassandra.DriverException cassandra.InvalidRequest elastic_transport.SerializationError
        opensearchpy.exceptions.SerializationError opensearchpy.exceptions.OpenSearchDslException
        """,
    ),
    (is_.TOO_BIG_TO_KEEP, "pymongo.errors.DocumentTooLarge"),
    (
        is_.CONTRADICTION,
        """
        bson.errors.InvalidBSON bson.errors.BSONError gridfs.errors.CorruptGridFile
        pymongo.errors.EncryptionError cassandra.connection.CrcMismatchException
        """,
    ),
    (
        is_.UPSTREAM_FAILED,
        """
        pymongo.errors.PyMongoError pymongo.errors.OperationFailure gridfs.errors.GridFSError
        neo4j.exceptions.GqlError neo4j.exceptions.Neo4jError elastic_transport.TransportError
        elastic_transport.ApiError elasticsearch.exceptions.ElasticsearchException
        opensearchpy.exceptions.OpenSearchException cassandra.RequestExecutionException
        cassandra.protocol.ErrorMessage couchbase.exceptions.CouchbaseException
        """,
    ),
)

DATABASES: tuple[tuple[Label, str], ...] = (*_SQL, *_REDIS, *_DOCUMENTS)
