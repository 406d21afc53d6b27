"""Validators, parsers and serializers: what they say of the client's input, and of our own use of them."""

from __future__ import annotations

from failsoft.errors.catalogue import labels as is_
from failsoft.errors.catalogue.labels import Label, wrapping

__all__ = ["VALIDATORS"]

VALIDATORS: tuple[tuple[Label, str], ...] = (
    (
        is_.BUG,
        """
        elementpath.exceptions.ElementPathError elementpath.exceptions.ElementPathSyntaxError
        elementpath.exceptions.ElementPathNameError elementpath.exceptions.ElementPathKeyError
        elementpath.exceptions.ElementPathTypeError elementpath.exceptions.MissingContextError
        elementpath.exceptions.UnsupportedFeatureError
        lxml.etree.XSLTParseError lxml.etree.XPathSyntaxError jsonschema.exceptions._RefResolutionError
        referencing.exceptions.CannotDetermineSpecification referencing.exceptions.InvalidAnchor
        referencing.exceptions.NoInternalID referencing.jsonschema.UnknownDialect
        openpyxl.formula.tokenizer.TokenizerError openpyxl.formula.translate.TranslatorError
        babel.numbers.UnknownCurrencyFormatError babel.units.UnknownUnitError pandas.errors.NumExprClobberingError
        pandas.errors.NumbaUtilError pandas.errors.NoBufferPresent pandas.errors.InvalidColumnName
        pandas.errors.ValueLabelTypeMismatch
        pandas.errors.PossibleDataLossError pandas.errors.InvalidVersion
        """,
    ),
    (
        is_.MISCONFIGURED,
        """
        referencing.exceptions.Unresolvable referencing.exceptions.Unretrievable
        referencing.exceptions.NoSuchResource pypdf.errors.DependencyError pandas.errors.PyperclipException
        """,
    ),
    (
        is_.INVALID,
        """
        lxml.etree.DTDValidateError lxml.etree.RelaxNGValidateError lxml.etree.SchematronValidateError
        lxml.etree.XMLSchemaValidateError
        """,
    ),
    (
        # the plain reading is the client's input; an answer that does not fit its own model is said by the framework
        is_.UNPROCESSABLE,
        """
        pydantic_core._pydantic_core.ValidationError pydantic.error_wrappers.ValidationError
        """,
    ),
    (
        is_.INVALID,
        """
        apischema.validation.errors.ValidationError cattrs.errors.BaseValidationError
        cattrs.errors.ForbiddenExtraKeysError schematics.exceptions.BaseError
        schematics.exceptions.UnknownFieldError wtforms.validators.StopValidation rapidjson.ValidationError
        fastavro._validate_common.ValidationError avro.errors.AvroTypeException
        avro.errors.AvroOutOfScaleException lxml.etree.DocumentInvalid
        xmlschema.validators.exceptions.XMLSchemaValidationError
        werkzeug.routing.converters.ValidationError dns.name.LabelTooLong dns.name.NameTooLong dns.name.EmptyLabel
        dns.name.BadEscape dns.exception.SyntaxError babel.core.UnknownLocaleError
        babel.numbers.NumberFormatError babel.numbers.UnknownCurrencyError babel.dates.ParseError
        pendulum.tz.exceptions.TimezoneError pytz.exceptions.Error pytz.exceptions.UnknownTimeZoneError
        croniter.croniter.CroniterError croniter.croniter.CroniterBadTypeRangeError
        passlib.exc.PasswordValueError ldap3.core.exceptions.LDAPInvalidFilterError
        ldap3.core.exceptions.LDAPInvalidDnError pyotp.exceptions.PyOTPError
        """,
    ),
    (
        is_.UNPARSABLE,
        """
        ruamel.yaml.error.YAMLError ruamel.yaml.error.YAMLStreamError google.protobuf.message.DecodeError
        google.protobuf.json_format.ParseError google.protobuf.text_format.ParseError
        msgpack.exceptions.UnpackException msgpack.exceptions.ExtraData cbor2.CBORDecodeError
        fastavro._read_common.SchemaResolutionError fastavro._read.ReadError
        avro.errors.InvalidAvroBinaryEncoding avro.errors.SchemaResolutionException
        avro.errors.DataFileException arrow.parser.ParserError pendulum.parsing.exceptions.ParserError
        webauthn.helpers.exceptions.InvalidJSONStructure docx.image.exceptions.InvalidImageStreamError
        docx.image.exceptions.UnexpectedEndOfFileError docx.image.exceptions.UnrecognizedImageError
        pypdf.errors.PyPdfError pypdf.errors.FileNotDecryptedError polars.exceptions.NoDataError
        html5lib.html5parser.ParseError parsimonious.exceptions.ParseError lark.exceptions.LarkError
        pyparsing.exceptions.ParseException sqlparse.exceptions.SQLParseError tomlkit.exceptions.TOMLKitError
        demjson3.JSONError simplejson.errors.JSONDecodeError hjson.scanner.HjsonDecodeError
        xmltodict.ParsingInterrupted ijson.common.JSONError
        magic.MagicException puremagic.main.PureError
        xlrd.biffh.XLRDError icalendar.error.IncompleteComponent
        vobject.base.ParseError
        """,
    ),
    (is_.TOO_LARGE, "pypdf.errors.LimitReachedError ruamel.yaml.composer.MaxDepthExceededError"),
    (
        is_.BUG,
        """
        yaml.representer.RepresenterError yaml.emitter.EmitterError yaml.serializer.SerializerError
        ruamel.yaml.representer.RepresenterError ruamel.yaml.emitter.EmitterError
        ruamel.yaml.serializer.SerializerError fastjsonschema.exceptions.JsonSchemaDefinitionException
        cerberus.schema.SchemaError voluptuous.error.SchemaError voluptuous.error.Error
        cattrs.errors.CattrsError cattrs.errors.StructureHandlerNotFoundError apischema.visitor.Unsupported
        apischema.serialization.errors.TypeCheckError schematics.exceptions.UndefinedValueError
        schematics.exceptions.MockCreationError jsonschema.exceptions.UnknownType
        jsonschema.exceptions.UndefinedTypeCheck jsonschema.exceptions.FormatError
        pydantic_core._pydantic_core.PydanticSerializationUnexpectedValue
        pydantic.v1.errors.ConfigError cbor2.CBOREncodeError cbor2.CBORError google.protobuf.message.EncodeError
        google.protobuf.message.Error google.protobuf.json_format.SerializeToJsonError google.protobuf.json_format.Error
        google.protobuf.descriptor.TypeTransformationError google.protobuf.message.FrozenInstanceError
        google.protobuf.runtime_version.VersionError avro.errors.AvroException avro.errors.AvroRuntimeException
        avro.errors.SchemaParseException avro.errors.UsageError fastavro._schema_common.UnknownType
        fastavro._schema_common.SchemaParseException xmlschema.exceptions.XMLSchemaException
        xmlschema.validators.exceptions.XMLSchemaParseError lxml.etree.LxmlError lxml.etree.LxmlSyntaxError
        lxml.etree.XPathError lxml.etree.XMLSchemaParseError lxml.etree.RelaxNGParseError
        lxml.etree.SchematronParseError
        lxml.etree.DTDParseError lxml.etree.XSLTError lxml.etree.SerialisationError cssselect.parser.SelectorError
        soupsieve.util.SelectorSyntaxError attr.exceptions.FrozenError attr.exceptions.NotAnAttrsClassError
        attr.exceptions.AttrsAttributeNotFoundError attr.exceptions.DefaultAlreadySetError
        attr.exceptions.UnannotatedAttributeError attr.exceptions.NotCallableError
        """,
    ),
    (wrapping(is_.MISCONFIGURED), "bs4.exceptions.FeatureNotFound"),
    # data of our own that is worked with, and not what somebody sent
    (
        is_.BUG,
        """
        polars.exceptions.PolarsError polars.exceptions.ColumnNotFoundError polars.exceptions.ComputeError
        polars.exceptions.DuplicateError polars.exceptions.InvalidOperationError polars.exceptions.SchemaError
        polars.exceptions.OutOfBoundsError polars.exceptions.SQLSyntaxError polars.exceptions.ShapeError
        polars.exceptions.SchemaFieldNotFoundError polars.exceptions.StructFieldNotFoundError
        xlsxwriter.exceptions.InvalidWorksheetName xlsxwriter.exceptions.DuplicateWorksheetName
        xlsxwriter.exceptions.DuplicateTableName xlsxwriter.exceptions.OverlappingRange
        xlsxwriter.exceptions.FileCreateError xlsxwriter.exceptions.FileSizeError
        xlsxwriter.exceptions.UnsupportedImageFormat pandas.errors.InvalidIndexError pandas.errors.MergeError
        pandas.errors.DataError pandas.errors.SpecificationError pandas.errors.IndexingError
        pandas.errors.OutOfBoundsDatetime pandas.errors.OutOfBoundsTimedelta pandas.errors.IntCastingNaNError
        pandas.errors.UnsupportedFunctionCall pandas.errors.DuplicateLabelError pandas.errors.UndefinedVariableError
        pandas.errors.UnsortedIndexError pandas.errors.NullFrequencyError pandas.errors.IncompatibleFrequency
        pandas.errors.InvalidComparison pandas.errors.LossySetitemError pandas.errors.AbstractMethodError
        pandas.errors.OptionError pandas.errors.ClosedFileError numpy.exceptions.AxisError
        numpy.exceptions.DTypePromotionError numpy.exceptions.TooHardError numpy.linalg.LinAlgError
        pyarrow.lib.ArrowException pyarrow.lib.ArrowKeyError pyarrow.lib.ArrowTypeError pyarrow.lib.ArrowIndexError
        pyarrow.lib.ArrowNotImplementedError xlsxwriter.exceptions.XlsxWriterException
        openpyxl.utils.exceptions.CellCoordinatesException openpyxl.utils.exceptions.IllegalCharacterError
        openpyxl.utils.exceptions.NamedRangeException openpyxl.utils.exceptions.SheetTitleException
        openpyxl.utils.exceptions.ReadOnlyWorkbookException openpyxl.utils.exceptions.WorkbookAlreadySaved
        docx.exceptions.PythonDocxError docx.opc.exceptions.OpcError docx.opc.exceptions.PackageNotFoundError
        reportlab.platypus.doctemplate.LayoutError
        reportlab.pdfbase.pdfmetrics.FontError reportlab.pdfbase.pdfmetrics.FontNotFoundError
        reportlab.pdfbase.pdfdoc.PDFError pypdf.errors.DeprecationError pypdf.errors.PageSizeNotDefinedError
        boltons.iterutils.PathAccessError sklearn.exceptions.NotFittedError
        networkx.exception.NetworkXException networkx.exception.NodeNotFound
        networkx.exception.AmbiguousSolution networkx.exception.ExceededMaxIterations sympy.core.sympify.SympifyError
        babel.messages.catalog.TranslationError babel.plural.RuleError
        babel.numbers.UnsupportedNumberingSystemError
        """,
    ),
    (wrapping(is_.UNPARSABLE), "pandas._libs.tslibs.parsing.DateParseError"),
    # `ArrowInvalid` is said of a malformed file and of a value that does not convert; of a file it is said more often
    (is_.UNPARSABLE, "pyarrow.lib.ArrowInvalid pyarrow.lib.ArrowSerializationError"),
    (is_.OUT_OF_MEMORY, "pyarrow.lib.ArrowMemoryError"),
    (is_.TOO_BIG_FOR_PEER, "pyarrow.lib.ArrowCapacityError"),
    (is_.MISCONFIGURED, "babel.messages.pofile.PoFileError"),
)
