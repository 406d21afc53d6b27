"""Libraries that work beside the application: workflows, charts, formats, measures, programs, doubles in tests."""

from __future__ import annotations

from failsoft.errors.catalogue import labels as is_
from failsoft.errors.catalogue.labels import Label

__all__ = ["LOCAL"]

LOCAL: tuple[tuple[Label, str], ...] = (
    (
        is_.BUG,
        """
        dash.exceptions.InvalidComponentIdError dash.exceptions.InvalidCallbackReturnValue
        dash.exceptions.InvalidConfig dash.exceptions.InvalidIndexException dash.exceptions.InvalidResourceError
        """,
    ),
    (
        is_.MISCONFIGURED,
        """
        aws_lambda_powertools.utilities.parameters.exceptions.TransformParameterError digitalocean.EndPointError
        polar.exceptions.PolarFileNotFoundError
        SpiffWorkflow.bpmn.parser.ValidationException.ValidationException asn1tools.errors.CompileError
        asn1tools.parser.ParseError av.codec.codec.UnknownCodecError av.error.FileNotFoundError
        compressor.exceptions.UncompressableFileError dj_database_url.ParseError dj_database_url.UnknownSchemeError
        lagom.exceptions.UnresolvableType minijinja.TemplateError premailer.premailer.ExternalFileLoadingError
        premailer.premailer.ExternalNotFoundError pulp.apis.core.PulpSolverError sass.CompileError
        sismic.exceptions.StatechartError throttled.exceptions.SetUpError
        """,
    ),
    (
        is_.BUG,
        """
        atproto_client.exceptions.LoginRequiredError dbf.exceptions.FieldMissingError dbf.exceptions.FieldSpecError
        isbnlib._exceptions.NotRecognizedServiceError mercantile.InvalidZoomError
        json_stream.base.TransientAccessException marshmallow_sqlalchemy.exceptions.ModelConversionError
        aiomcache.exceptions.ValidationException axes.exceptions.AxesBackendRequestParameterRequired
        barcode.errors.BarcodeNotFoundError biscuit_auth.DataLogError cv2.error dash.exceptions.DashException
        docopt.DocoptLanguageError flask_pydantic.exceptions.InvalidIterableOfModelsException odf.element.IllegalChild
        odf.element.IllegalText parsimonious.exceptions.VisitationError pluggy._manager.PluginValidationError
        pyexcel.exceptions.UnknownParameters pystache.context.KeyNotFoundError requests_mock.exceptions.NoMockAddress
        requests_toolbelt.exceptions.StreamingError simple_history.exceptions.NotHistoricalModelError
        socketio.exceptions.BadNamespaceError sympy.matrices.exceptions.NonInvertibleMatrixError
        throttled.exceptions.DataError transaction.interfaces.TransactionFailedError unyt.exceptions.UnitConversionError
        unyt.exceptions.UnitOperationError unyt.exceptions.InvalidUnitOperation
        vcr.errors.CannotOverwriteExistingCassetteException vcr.errors.UnhandledHTTPRequestError
        """,
    ),
    (is_.CHILD_DIED, "ffmpeg._run.Error sh.ErrorReturnCode sh.SignalException"),
    (is_.CHILD_HUNG, "psutil.TimeoutExpired sh.TimeoutException"),
    (
        is_.CONTRADICTION,
        """
        bagit.BagValidationError jsonpickle.errors.ClassNotFoundError polymorphic.models.PolymorphicTypeInvalid
        polymorphic.models.PolymorphicTypeUndefined reversion.errors.RevertError
        """,
    ),
    (is_.BAD_ROW, "deepdiff.delta.DeltaError"),
    (is_.DUPLICATE, "zarr.errors.ContainsArrayError zarr.errors.ContainsGroupError"),
    (
        is_.UNPARSABLE,
        """
        dkim.MessageFormatError httptools.parser.errors.HttpParserInvalidMethodError
        pyexcel.exceptions.FileTypeNotSupported
        """,
    ),
    (
        is_.INVALID,
        """
        aws_lambda_powertools.utilities.validation.exceptions.SchemaValidationError
        dataclasses_json.undefined.UndefinedParameterError jks.util.BadDataLengthException
        jks.util.BadKeystoreFormatException jks.util.BadPaddingException jks.util.KeystoreException
        jks.util.KeystoreSignatureException
        pygments.util.ClassNotFound whenever.TimeZoneNotFoundError
        """,
    ),
    (
        is_.RULE_REFUSES,
        "finite_state_machine.exceptions.ConditionsNotMet finite_state_machine.exceptions.InvalidStartState",
    ),
    (is_.NOT_THERE, "openapi_core.templating.paths.exceptions.PathNotFound"),
    (
        is_.NOT_THERE._replace(status=405, code="METHOD_NOT_ALLOWED"),
        "openapi_core.templating.paths.exceptions.OperationNotFound",
    ),
    (is_.WHO_ARE_YOU, "dkim.ValidationError openapi_core.validation.request.exceptions.SecurityValidationError"),
    (is_.STORE_AWAY, "pottery.exceptions.QuorumIsImpossible throttled.exceptions.StoreUnavailableError"),
    (is_.EXHAUSTED._replace(transient=False), "pydantic_ai.exceptions.UsageLimitExceeded"),
)
