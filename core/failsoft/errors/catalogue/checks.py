"""Formats, validators, expressions, templates and wiring: classes whose names would say something else."""

from __future__ import annotations

from failsoft.errors.catalogue import labels as is_
from failsoft.errors.catalogue.labels import Label, wrapping

__all__ = ["CHECKS"]

CHECKS: tuple[tuple[Label, str], ...] = (
    (
        # a validator of another one's, called by itself
        is_.INVALID,
        """
        pydantic.v1.errors.PydanticValueError pydantic.v1.errors.PydanticTypeError
        pydantic_core._pydantic_core.PydanticCustomError pydantic_core._pydantic_core.PydanticKnownError
        glom.matching.CheckError glom.matching.MatchError import_export.exceptions.ImportError
        together.lib.utils.files.InvalidFileFormatError strawberry.exceptions.MissingQueryError
        """,
    ),
    (
        is_.UNPARSABLE,
        """
        simpleeval.FunctionNotDefined simpleeval.AttributeDoesNotExist simpleeval.IterableTooLong
        rule_engine.errors.ChainExhaustedError num2words.lang_BN.NumberTooLargeError
        flask_restx.mask.MaskError construct.core.TerminatedError httptools.parser.errors.HttpParserError
        httptools.parser.errors.HttpParserInvalidURLError huggingface_hub.errors.DDUFError
        huggingface_hub.errors.DDUFCorruptedFileError
        """,
    ),
    (is_.YOU_MAY_NOT, "strawberry.exceptions.ConnectionRejectionError ariadne.exceptions.WebSocketConnectionError"),
    (is_.UPSTREAM_FAILED, "httptools.parser.errors.HttpParserInvalidStatusError huggingface_hub.errors.DryRunError"),
    (is_.TOO_LARGE, "multipart.ParserLimitReached"),
    (is_.NOT_THERE, "currency_converter.RateNotFoundError"),
    (is_.RULE_REFUSES, "automat._core.NoTransition"),
    (wrapping(is_.MISCONFIGURED), "xmlschema.exceptions.XMLResourceError"),
    (is_.MISCONFIGURED, "huggingface_hub.errors.CachedRepoTreeNotFoundError"),
    (
        is_.MISCONFIGURED,
        """
        statemachine.contrib.diagram.graphviz.GraphvizNotFoundError i18n.loaders.loader.I18nFileLoadError
        dkim.AuthresNotFoundError dkim.NaClNotFoundError
        dependency_injector.errors.NoSuchProviderError compressor.exceptions.CompressorError
        compressor.exceptions.FilterDoesNotExist compressor.exceptions.ParserError
        compressor.exceptions.OfflineGenerationError configobj.validate.VdtValueTooBigError
        configobj.validate.VdtValueTooLongError dynaconf.utils.inspect.KeyNotFoundError
        cashews.exceptions.BackendNotAvailableError
        """,
    ),
    # of a process of this machine
    (is_.OS_FAULT, "psutil.Error psutil.NoSuchProcess psutil.ZombieProcess psutil.AccessDenied"),
    (
        is_.BUG,
        """
        beartype.roar.BeartypeException multipart.ParserStateError moneyed.classes.MoneyComparisonError
        mashumaro.exceptions.BadHookSignature mashumaro.exceptions.BadDialect
        mashumaro.exceptions.UnserializableDataError mashumaro.exceptions.UnserializableField
        mashumaro.exceptions.UnresolvedTypeReferenceError django_fsm.InvalidResultState
        strictyaml.exceptions.InvalidValidatorError strictyaml.exceptions.InvalidOptionalDefault
        xmlschema.validators.exceptions.XMLSchemaModelError
        xmlschema.validators.exceptions.XMLSchemaModelDepthError
        xmlschema.validators.exceptions.XMLSchemaNotBuiltError dkim.InternalError dkim.ParameterError
        flask_restx.errors.SpecsError flask_restx.fields.MarshallingError flask_restx.schemas.SchemaValidationError
        flask_smorest.exceptions.CurrentApiNotAvailableError httptools.parser.errors.HttpParserCallbackError
        import_export.exceptions.FieldError glom.core.BadSpec dash._grouping.SchemaKeysValidationError
        dash._grouping.SchemaLengthValidationError
        dash._grouping.SchemaTypeValidationError dash.exceptions.DuplicateCallback dash.exceptions.DuplicateIdError
        dash.exceptions.ProxyError dash.exceptions.AppNotFoundError sismic.exceptions.ConflictingTransitionsError
        sismic.exceptions.PreconditionError avro.errors.InvalidName avro.errors.InvalidDefault
        avro.errors.InvalidDefaultException avro.errors.ProtocolParseException
        strawberry.exceptions.InvalidCustomContext strawberry.exceptions.InvalidDefaultFactoryError
        strawberry.exceptions.InvalidTypeInputForUnion
        strawberry.exceptions.conflicting_arguments.ConflictingArgumentsError
        strawberry.exceptions.duplicated_type_name.DuplicatedTypeName
        strawberry.exceptions.permission_fail_silently_requires_optional.PermissionFailSilentlyRequiresOptionalError
        strawberry.exceptions.PermissionReturnedAwaitableInSyncContextError
        """,
    ),
)
