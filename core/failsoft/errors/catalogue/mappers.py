"""Object mappers and migrations, and classes of stores whose names say something else than what failed."""

from __future__ import annotations

from failsoft.errors.catalogue import labels as is_
from failsoft.errors.catalogue.labels import Label, wrapping

__all__ = ["MAPPERS"]

_MAPPERS: tuple[tuple[Label, str], ...] = (
    (
        is_.BUG,
        """
        aiomysql.sa.exc.Error beanie.exceptions.ApplyChangesException beanie.exceptions.Deprecation
        beanie.exceptions.DocumentWasNotSaved beanie.exceptions.ReplaceError
        beanie.exceptions.StateManagementIsTurnedOff beanie.exceptions.StateNotSaved
        beanie.exceptions.WrongDocumentUpdateStrategy dataset.util.DatasetError
        django.db.transaction.TransactionManagementError
        mongoengine.errors.DeprecatedError mongoengine.fields.GridFSError
        mongoengine.queryset.visitor.DuplicateQueryConditionsError piccolo.engine.exceptions.TransactionError
        piccolo.query.methods.delete.DeletionError piccolo.query.methods.update.UpdateError
        piccolo.query.mixins.DistinctOnError playhouse.pwasyncio.MissingGreenletBridge
        playhouse.sqliteq.ShutdownException playhouse.sqliteq.WriterPaused pony.orm.asttranslation.TranslationError
        redis_om.model.model.RedisModelError aredis_om.model.model.RedisModelError
        redis_om.model.model.QuerySyntaxError aredis_om.model.model.QuerySyntaxError
        sqlalchemy.exc.CircularDependencyError sqlalchemy.exc.ConstraintColumnNotFoundError
        sqlalchemy.exc.DuplicateColumnError sqlalchemy.exc.NoSuchColumnError
        tortoise.exceptions.IncompleteInstanceError
        tortoise.exceptions.NoValuesFetched
        """,
    ),
    (
        is_.MISCONFIGURED,
        """
        alembic.script.revision.RevisionError alembic.script.revision.CycleDetected
        alembic.script.revision.LoopDetected alembic.script.revision.MultipleHeads
        alembic.script.revision.ResolutionError alembic.script.revision.RangeNotAncestorError
        beanie.exceptions.UnionDocNotInited beanie.exceptions.UnionHasNoRegisteredDocs
        django.db.migrations.exceptions.AmbiguityError django.db.migrations.exceptions.BadMigrationError
        django.db.migrations.exceptions.CircularDependencyError
        django.db.migrations.exceptions.InconsistentMigrationHistory
        django.db.migrations.exceptions.InvalidBasesError django.db.migrations.exceptions.MigrationSchemaMissing
        django.db.migrations.exceptions.NodeNotFoundError django.utils.connection.ConnectionDoesNotExist
        mongoengine.document.InvalidCollectionError
        """,
    ),
    (is_.STORE_AWAY, "sqlalchemy.exc.InvalidatePoolError"),
    (is_.CONTENTION, "playhouse.cockroachdb.ExceededMaxAttempts"),
    (is_.NOT_THERE, "tortoise.exceptions.ObjectDoesNotExistError gridfs.errors.NoFile"),
    (
        is_.INVALID,
        """
        tortoise.validators.InvalidDomainName tortoise.validators.InvalidEmailAddress
        tortoise.validators.InvalidScheme tortoise.validators.InvalidURL
        """,
    ),
)

_STORES: tuple[tuple[Label, str], ...] = (
    (
        is_.BUG,
        """
        cassandra.AlreadyExists cassandra.RequestValidationException cassandra.protocol.AlreadyExistsException
        cassandra.protocol.InvalidRequestException cassandra.protocol.RequestValidationException
        cassandra.protocol.SyntaxException cassandra.cqlengine.query.IfExistsWithCounterColumn
        cassandra.cqlengine.query.IfNotExistsWithCounterColumn
        cassandra.cqlengine.operators.QueryOperatorException cassandra.cqlengine.statements.StatementException
        cashews.exceptions.WrongKeyError clickhouse_driver.errors.PartiallyConsumedQueryError
        clickhouse_connect.driver.exceptions.StreamCompleteException
        hazelcast.errors.HazelcastClientNotActiveError hazelcast.errors.DistributedObjectDestroyedError
        hazelcast.errors.ClassCastError hazelcast.errors.IndexOutOfBoundsError
        neo4j._sync._debug._concurrency_check.NonConcurrentMethodError
        """,
    ),
    (
        is_.MISCONFIGURED,
        """
        asyncpg.exceptions._base.UnsupportedServerFeatureError cassandra.connection.ProtocolVersionUnsupported
        cassandra.metadata.NoMurmur3 cashews.exceptions.UnsupportedCompressorError
        cashews.exceptions.UnsupportedDigestmod cashews.exceptions.UnsupportedPicklerError
        chromadb.errors.InvalidHTTPVersion chromadb.errors.VersionMismatchError hazelcast.errors.ClassNotFoundError
        hazelcast.errors.NoClassDefFoundError neo4j.exceptions.UnsupportedServerProduct
        redis.exceptions.AskError redis.exceptions.MovedError
        weaviate.exceptions.WeaviateEmbeddedInvalidVersionError weaviate.exceptions.WeaviateProtobufIncompatibility
        """,
    ),
    (
        is_.STORE_NOT_NOW,
        """
        asyncpg.exceptions._base.TargetServerAttributeNotMatched hazelcast.errors.HazelcastInstanceNotActiveError
        hazelcast.errors.CallerNotMemberError hazelcast.errors.CannotReplicateError
        hazelcast.errors.LeaderDemotedError hazelcast.errors.PartitionMigratingError
        hazelcast.errors.SplitBrainProtectionError hazelcast.errors.NotLeaderError
        hazelcast.errors.NoDataMemberInClusterError
        """,
    ),
    (is_.CONTENTION, "asyncpg.exceptions._base.OutdatedSchemaCacheError hazelcast.errors.StaleAppendRequestError"),
    (
        wrapping(is_.STORE_AWAY),
        """
        cassandra.cluster.QueryExhausted cashews.exceptions.CacheBackendInteractionError
        hazelcast.errors.ClientOfflineError hazelcast.errors.HazelcastIOError hazelcast.errors.HazelcastEOFError
        hazelcast.errors.MemberLeftError hazelcast.errors.TargetDisconnectedError
        hazelcast.errors.TargetNotMemberError hazelcast.errors.SocketError
        """,
    ),
    (is_.POOL_SILENT, "neo4j.exceptions.ConnectionAcquisitionTimeoutError"),
    (is_.LOST_UPDATE, "cassandra.cqlengine.query.LWTException"),
    (is_.REFUSED_US, "cassandra.protocol.BadCredentials hazelcast.errors.AccessControlError"),
    (is_.BAD_ROW, "clickhouse_driver.columns.exceptions.ColumnException"),
    (
        is_.CONTRADICTION,
        """
        cashews.exceptions.DecompressionError cashews.exceptions.SignIsMissingError
        cashews.exceptions.UnSecureDataError cashews.serialize.DecodeError lmdb.verify.VerifyError
        neo4j.exceptions.BrokenRecordError
        """,
    ),
    (
        wrapping(is_.UPSTREAM_FAILED),
        """
        cassandra.protocol.ServerError cassandra.protocol.TruncateError pymongo.errors.BulkWriteError
        pymongo.errors.WriteError weaviate.exceptions.ResponseCannotBeDecodedError
        """,
    ),
)

MAPPERS: tuple[tuple[Label, str], ...] = (*_MAPPERS, *_STORES)
"""What is known of them."""
