"""Search engines, stores of vectors, caches, and mappers: what the names of their classes say otherwise."""

from __future__ import annotations

from failsoft.errors.catalogue import labels as is_
from failsoft.errors.catalogue.labels import Label, wrapping

__all__ = ["SEARCH"]

_Rows = tuple[tuple[Label, str], ...]

_ENGINES: _Rows = (
    (
        wrapping(is_.UPSTREAM_FAILED),
        """
        elasticsearch.BadRequestError elasticsearch.NotFoundError elasticsearch.helpers.BulkIndexError
        elasticsearch.helpers.ScanError elasticsearch.dsl.exceptions.ElasticsearchDslException
        opensearchpy.exceptions.NotFoundError opensearchpy.exceptions.RequestError
        algoliasearch.http.exceptions.ApiException influxdb.exceptions.InfluxDBClientError
        influxdb.exceptions.InfluxDBServerError influxdb_client.client.flux_csv_parser.FluxQueryException
        influxdb_client.client.flux_csv_parser.FluxCsvParserException
        """,
    ),
    (is_.BUG, "elasticsearch.dsl.exceptions.UnknownDslObject"),
    # what somebody searches for is written by the client
    (is_.UNPARSABLE, "whoosh.qparser.common.QueryParserError whoosh.qparser.dateparse.DateParseError"),
    (is_.CONTRADICTION, "whoosh.filedb.filetables.FileFormatError whoosh.codec.base.OutOfOrderError"),
    (is_.CONTENTION, "whoosh.index.OutOfDateError"),
    (is_.MISCONFIGURED, "whoosh.index.IndexError whoosh.lang.NoStemmer whoosh.lang.NoStopWords"),
    (
        is_.BUG,
        """
        whoosh.analysis.acore.CompositionError whoosh.matching.mcore.NoQualityAvailable
        whoosh.matching.mcore.ReadTooFar whoosh.reading.TermNotFound whoosh.searching.NoTermsException
        """,
    ),
)

_VECTORS: _Rows = (
    (
        is_.BUG,
        """
        weaviate.exceptions.AdditionalPropertiesError pinecone.errors.exceptions.PineconeValueError
        pymilvus.exceptions.AmbiguousIndexName pymilvus.exceptions.AutoIDException
        pymilvus.exceptions.CannotInferSchemaException pymilvus.exceptions.ClusteringKeyException
        pymilvus.exceptions.DataNotMatchException pymilvus.exceptions.DataTypeNotMatchException
        pymilvus.exceptions.DataTypeNotSupportException pymilvus.exceptions.FieldTypeException
        pymilvus.exceptions.FieldsTypeException pymilvus.exceptions.FunctionsTypeException
        pymilvus.exceptions.PartitionAlreadyExistException pymilvus.exceptions.PartitionKeyException
        pymilvus.exceptions.PrimaryKeyException chromadb.errors.InvalidDimensionException
        pymilvus.exceptions.ConnectionNotExistException
        """,
    ),
    (
        is_.MISCONFIGURED,
        """
        pymilvus.exceptions.CollectionNotExistException pymilvus.exceptions.IndexNotExistException
        pymilvus.exceptions.ServerVersionIncompatibleException pinecone.errors.exceptions.IndexInitFailedError
        weaviate.exceptions.WeaviateUnsupportedFeatureError
        """,
    ),
    (
        wrapping(is_.UPSTREAM_FAILED),
        """
        pymilvus.exceptions.MilvusException pinecone.errors.exceptions.PineconeError
        pinecone.errors.exceptions.NotFoundError pinecone.errors.exceptions.ResponseParsingError
        chromadb.errors.ChromaError weaviate.exceptions.WeaviateRetryError
        weaviate.exceptions.EmptyResponseError weaviate.exceptions.BackupFailedError
        weaviate.exceptions.ExportFailedError weaviate.exceptions.WeaviateBatchValidationError
        """,
    ),
    (is_.UPSTREAM_FAILED, "pinecone.errors.exceptions.IndexTerminatedError"),
    (is_.STORE_NOT_NOW, "pymilvus.exceptions.SchemaNotReadyException"),
    (wrapping(is_.BROKEN), "weaviate.exceptions.WeaviateBatchFailedToReestablishStreamError"),
    (is_.QUOTA_SPENT, "chromadb.errors.QuotaError"),
    (is_.INVALID, "chromadb.errors.InvalidUUIDError"),
    (is_.DUPLICATE, "azure.cosmos.exceptions.CosmosResourceExistsError"),
)

_CACHES: _Rows = (
    (is_.NOTHING, "redis.event.EventException"),
    (wrapping(is_.REFUSED_US), "redis.auth.err.RequestTokenErr redis.auth.err.TokenRenewalErr"),
    (
        is_.BUG,
        """
        coredis.exceptions.ClusterRoutingError coredis.exceptions.ClusterTransactionError
        coredis.exceptions.NotBusyError coredis._concurrency.QueueEmpty memcache.Client.MemcachedKeyError
        pylibmc.BadKeyProvided pylibmc.FetchNotFinished pylibmc.UnknownStatKey
        """,
    ),
    (is_.NOT_THERE, "coredis.exceptions.NoKeyError pylibmc.CacheMiss"),
    (is_.UPSTREAM_NOT_NOW, "coredis.exceptions.PersistenceError"),
    (
        is_.MISCONFIGURED,
        """
        coredis.exceptions.StreamConsumerInitializationError pylibmc.InvalidHostProtocolError
        aredis_om.model.migrations.data.builtin.datetime_migration.SchemaMismatchError
        redis_om.model.migrations.data.builtin.datetime_migration.SchemaMismatchError
        valkey.commands.graph.exceptions.VersionMismatchException
        """,
    ),
    (is_.CONTENTION, "coredis.exceptions.StreamDuplicateConsumerGroupError"),
    (is_.DUPLICATE, "pottery.exceptions.KeyExistsError"),
    (is_.OUT_OF_MEMORY, "pylibmc.AllocationError"),
    (is_.STORE_REFUSED, "pylibmc.HostLookupError"),
    (
        wrapping(is_.STORE_AWAY),
        "pylibmc.ServerDead pylibmc.UnknownReadFailure pylibmc.ConnectionBindError memcache._ConnectionDeadError",
    ),
)

_MAPPERS: _Rows = (
    (
        is_.BUG,
        """
        peewee.Insert.DefaultValuesException pony.orm.core.UnresolvableCyclicDependency
        pony.orm.core.UnexpectedError pony.orm.core.PonyInternalException pony.orm.core.OptimizationFailed
        pony.orm.sqlbuilding.AstError pynamodb.exceptions.AttributeNullError
        sqlite_utils.db.BadMultiValues sqlite_utils.db.BadPrimaryKey sqlite_utils.db.NoObviousTable
        sqlite_utils.db.TransactionError sqlite_utils.db.TransformError sqlite_utils.db.AlterError
        """,
    ),
    (is_.MISCONFIGURED, "sqlite_utils.db.NoTable sqlite_utils.db.NoView sqlite_utils.db.InvalidColumns"),
    (
        is_.MISCONFIGURED,
        "yoyo.topologicalsort.CycleError yoyo.exceptions.MigrationConflict pony.orm.core.DBSchemaError",
    ),
    (is_.UNPARSABLE, "sqlite_utils.utils.RowsFromFileError sqlite_utils.utils.RowsFromFileBadJSON"),
    (is_.UNPARSABLE, "sqlite_utils.utils.RowError"),
    (is_.CONTRADICTION, "pony.orm.core.TooManyObjectsFoundError pynamodb.exceptions.AttributeDeserializationError"),
    (is_.NOT_THERE, "tortoise.exceptions.NotExistOrMultiple"),
    (is_.CONTENTION, "pony.orm.core.IsolationError"),
    # each wraps what botocore said of one operation; of what was on the way it says no more
    (
        wrapping(is_.UPSTREAM_FAILED),
        """
        pynamodb.exceptions.PynamoDBException pynamodb.exceptions.PynamoDBConnectionError
        pynamodb.exceptions.DeleteError pynamodb.exceptions.GetError pynamodb.exceptions.PutError
        pynamodb.exceptions.QueryError pynamodb.exceptions.ScanError pynamodb.exceptions.TableError
        pynamodb.exceptions.TransactGetError pynamodb.exceptions.TransactWriteError
        pynamodb.exceptions.UpdateError pynamodb.exceptions.VerboseClientError
        """,
    ),
    # a query that is parsed is most often one that the client wrote; how it is rewritten is ours
    (is_.BUG, "sqlglot.errors.OptimizeError sqlglot.errors.ExecuteError sqlglot.errors.SchemaError"),
)

SEARCH: _Rows = (*_ENGINES, *_VECTORS, *_CACHES, *_MAPPERS)
"""What is known of them."""
