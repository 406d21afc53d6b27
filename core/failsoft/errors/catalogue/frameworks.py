"""What web frameworks, their templates and serializers raise, besides answers (for those see `own_word`)."""

from __future__ import annotations

from failsoft.errors.catalogue import labels as is_
from failsoft.errors.catalogue.labels import Label, wrapping

__all__ = ["FRAMEWORKS"]

FRAMEWORKS: tuple[tuple[Label, str], ...] = (
    (
        is_.MISCONFIGURED,
        """
        django.core.files.storage.handler.InvalidStorageError django.template.utils.InvalidTemplateEngineError
        flask.cli.NoAppException sanic.worker.daemon.DaemonError
        tornado.options.Error
        """,
    ),
    (
        is_.BUG,
        """
        sanic.exceptions.InvalidSignal bottle.RouteSyntaxError
        pydantic.errors.PydanticInvalidForJsonSchema tornado.httputil.HTTPOutputError
        tornado.iostream.UnsatisfiableReadError tornado.queues.QueueEmpty tornado.gen.KeyReuseError
        tornado.gen.UnknownKeyError tornado.gen.LeakedCallbackError tornado.gen.ReturnValueIgnoredError
        flask.debughelpers.FormDataRoutingRedirect anyio.RunFinishedError
        anyio._core._exceptions.FutureAlreadyFinished anyio._core._exceptions.FutureNotFinished
        anyio._core._exceptions.TaskNotFinished graphql.pyutils.frozen_error.FrozenError
        """,
    ),
    (
        is_.BROKEN,
        """
        tornado.simple_httpclient.HTTPStreamClosedError
        """,
    ),
    (
        is_.UNPARSABLE,
        """
        tornado.httputil.HTTPInputError ninja.security.http.DecodeError
        """,
    ),
    (
        is_.INVALID,
        """
        strawberry.exceptions.StrawberryInputCoercionError graphql.validation.validate.ValidationAbortedError
        click.exceptions.UsageError typer._click.exceptions.UsageError
        """,
    ),
    (
        is_.DISCONNECTED,
        """
        starlette.requests.ClientDisconnect starlette.websockets.WebSocketDisconnect
        starlette.websockets.WebSocketDisconnected django.core.exceptions.RequestAborted
        django.http.request.UnreadablePostError werkzeug.exceptions.ClientDisconnected
        litestar.exceptions.websocket_exceptions.WebSocketDisconnect
        uvicorn.protocols.utils.ClientDisconnected sanic.exceptions.RequestCancelled
        sanic.exceptions.WebsocketClosed tornado.websocket.WebSocketClosedError
        falcon.errors.WebSocketDisconnected gunicorn.http.errors.NoMoreData
        """,
    ),
    (
        is_.UNPARSABLE,
        """
        starlette.formparsers.MultiPartException django.http.multipartparser.MultiPartParserError
        multipart.exceptions.FormParserError python_multipart.exceptions.FormParserError
        multipart.exceptions.ParseError python_multipart.exceptions.ParseError
        django.http.response.BadHeaderError django.utils.datastructures.MultiValueDictKeyError
        bson.errors.InvalidId django.core.files.uploadhandler.UploadFileException msgspec.DecodeError
        litestar.exceptions.base_exceptions.SerializationException aiohttp.http_exceptions.HttpProcessingError
        orjson.JSONDecodeError ujson.JSONDecodeError rapidjson.JSONDecodeError yaml.YAMLError
        toml.decoder.TomlDecodeError defusedxml.common.DefusedXmlException lxml.etree.XMLSyntaxError
        lxml.etree.ParseError PIL.UnidentifiedImageError PIL.Image.DecompressionBombError
        dateutil.parser._parser.ParserError phonenumbers.phonenumberutil.NumberParseException
        pypdf.errors.PdfReadError openpyxl.utils.exceptions.InvalidFileException pandas.errors.ParserError
        pandas.errors.EmptyDataError
        """,
    ),
    (
        is_.INVALID,
        """
        django.core.exceptions.ValidationError jsonschema.exceptions.ValidationError msgspec.ValidationError
        voluptuous.error.Invalid cerberus.validator.DocumentError schema.SchemaError colander.Invalid
        wtforms.validators.ValidationError trafaret.dataerror.DataError schematics.exceptions.DataError
        fastjsonschema.exceptions.JsonSchemaException email_validator.exceptions_types.EmailNotValidError
        graphql.error.syntax_error.GraphQLSyntaxError
        """,
    ),
    (is_.UNPROCESSABLE, "marshmallow.exceptions.ValidationError ninja.errors.ValidationError"),
    (
        is_.NOT_THERE,
        """
        django.core.exceptions.ObjectDoesNotExist django.core.paginator.InvalidPage peewee.DoesNotExist
        mongoengine.errors.DoesNotExist tortoise.exceptions.DoesNotExist pony.orm.core.ObjectNotFound
        ormar.exceptions.NoMatch
        """,
    ),
    (
        is_.WHO_ARE_YOU,
        """
        jwt.exceptions.InvalidTokenError jwt.exceptions.PyJWTError authlib.common.errors.AuthlibBaseError
        jose.exceptions.JOSEError itsdangerous.exc.BadData django.core.signing.BadSignature
        authlib.jose.errors.JoseError authlib.oauth2.base.OAuth2Error
        authlib.integrations.base_client.errors.OAuthError joserfc.errors.JoseError
        oauthlib.oauth2.rfc6749.errors.OAuth2Error cryptography.exceptions.InvalidSignature
        cryptography.exceptions.InvalidKey argon2.exceptions.VerifyMismatchError
        argon2.exceptions.VerificationError nacl.exceptions.BadSignatureError
        webauthn.helpers.exceptions.WebAuthnException stripe._error.SignatureVerificationError
        openai.InvalidWebhookSignatureError ldap.INVALID_CREDENTIALS
        """,
    ),
    (
        is_.MISCONFIGURED,
        """
        django.core.exceptions.ImproperlyConfigured django.core.exceptions.AppRegistryNotReady
        django.core.exceptions.MiddlewareNotUsed django.core.exceptions.ViewDoesNotExist
        django.template.exceptions.TemplateDoesNotExist django.template.exceptions.TemplateSyntaxError
        django.utils.connection.ConnectionDoesNotExist django.core.management.base.CommandError
        django.core.serializers.base.SerializerDoesNotExist django.db.migrations.exceptions.AmbiguityError
        django.db.migrations.exceptions.BadMigrationError
        django.db.migrations.exceptions.CircularDependencyError
        django.db.migrations.exceptions.InconsistentMigrationHistory
        django.db.migrations.exceptions.NodeNotFoundError django.db.migrations.exceptions.InvalidBasesError
        django.db.migrations.exceptions.IrreversibleError django.db.migrations.exceptions.InvalidMigrationPlan
        django.db.migrations.exceptions.MigrationSchemaMissing jinja2.exceptions.TemplateNotFound
        jinja2.exceptions.TemplateSyntaxError mako.exceptions.MakoException
        litestar.exceptions.base_exceptions.MissingDependencyException
        litestar.exceptions.http_exceptions.ImproperlyConfiguredException
        litestar.exceptions.http_exceptions.TemplateNotFoundException
        pydantic_settings.exceptions.SettingsError pydantic.errors.PydanticImportError
        ninja.errors.ConfigError environs.exceptions.EnvError environ.compat.ImproperlyConfigured
        decouple.UndefinedValueError dynaconf.validator.ValidationError
        omegaconf.errors.OmegaConfBaseException jwt.exceptions.InvalidKeyError jwt.exceptions.PyJWKError
        jose.exceptions.JWKError cryptography.exceptions.UnsupportedAlgorithm limits.errors.ConfigurationError
        itsdangerous.exc.BadHeader fastapi.exceptions.PydanticV1NotSupportedError
        sanic.exceptions.LoadFileException sanic.exceptions.PyFileError
        """,
    ),
    (
        is_.BUG,
        """
        fastapi.exceptions.FastAPIError fastapi.exceptions.ResponseValidationError
        pydantic.errors.PydanticUserError pydantic.errors.PydanticUndefinedAnnotation
        pydantic_core._pydantic_core.SchemaError pydantic_core._pydantic_core.PydanticSerializationError
        msgspec.EncodeError msgspec.MsgspecError django.core.exceptions.FieldError
        django.core.exceptions.FieldDoesNotExist django.core.exceptions.SynchronousOnlyOperation
        django.core.exceptions.EmptyResultSet django.core.exceptions.FullResultSet
        django.urls.exceptions.NoReverseMatch django.db.transaction.TransactionManagementError
        django.template.base.VariableDoesNotExist django.http.request.RawPostDataException
        django.core.cache.backends.base.InvalidCacheKey jinja2.exceptions.TemplateError
        jinja2.exceptions.TemplateRuntimeError jinja2.exceptions.UndefinedError
        marshmallow.exceptions.MarshmallowError marshmallow.exceptions.RegistryError
        jsonschema.exceptions.SchemaError werkzeug.routing.exceptions.RoutingException
        werkzeug.routing.exceptions.BuildError cryptography.exceptions.AlreadyFinalized
        cryptography.exceptions.AlreadyUpdated cryptography.exceptions.NotYetFinalized
        cryptography.exceptions.InternalError anyio.BusyResourceError anyio.ClosedResourceError
        anyio.TypedAttributeLookupError litestar.exceptions.base_exceptions.LitestarException
        litestar.exceptions.dto_exceptions.DTOFactoryException starlette.routing.NoMatchFound
        typeguard.TypeCheckError
        """,
    ),
    (
        is_.BROKEN,
        """
        tornado.iostream.StreamClosedError anyio.BrokenResourceError anyio.EndOfStream anyio.IncompleteRead
        """,
    ),
    (is_.QUEUE_FULL, "anyio.WouldBlock"),
    (is_.EXHAUSTED, "tornado.iostream.StreamBufferFullError"),
    (is_.CHILD_DIED, "anyio.BrokenWorkerProcess anyio.BrokenWorkerInterpreter"),
    (
        is_.CONTRADICTION,
        """
        django.core.exceptions.MultipleObjectsReturned cryptography.fernet.InvalidToken
        cryptography.exceptions.InvalidTag nacl.exceptions.CryptoError
        django.core.serializers.base.DeserializationError django.core.serializers.base.M2MDeserializationError
        mongoengine.errors.MultipleObjectsReturned tortoise.exceptions.MultipleObjectsReturned
        ormar.exceptions.MultipleMatches
        """,
    ),
    (is_.CONSTRAINT, "django.db.models.deletion.ProtectedError django.db.models.deletion.RestrictedError"),
    (is_.UPSTREAM_FAILED, "jwt.exceptions.PyJWKClientError jwt.exceptions.PyJWKSetError limits.errors.StorageError"),
    (wrapping(is_.UNREACHABLE), "jwt.exceptions.PyJWKClientConnectionError"),
    (
        is_.OUR_LIMIT,
        """
        flask_limiter.errors.RateLimitExceeded django_ratelimit.exceptions.Ratelimited
        pyrate_limiter.exceptions.BucketFullException
        """,
    ),
    (
        is_.CONTENTION,
        """
        filelock._error.Timeout portalocker.exceptions.BaseLockException limits.errors.ConcurrentUpdateError
        aioredlock.errors.LockError
        """,
    ),
    (
        is_.UPSTREAM_NOT_NOW,
        """
        pybreaker.CircuitBreakerError circuitbreaker.CircuitBreakerError aiobreaker.state.CircuitBreakerError
        """,
    ),
    # what a resolver met decides; without it the query is wrong (see `codes`)
    (is_.NOTHING, "graphql.error.graphql_error.GraphQLError"),
    (is_.NOTHING, "tenacity.RetryError retrying.RetryError google.api_core.exceptions.RetryError"),
)
