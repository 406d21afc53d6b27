"""Documents, archives, sound, frames of data, graphs: where the class of a reader tells of something else than data."""

from __future__ import annotations

from failsoft.errors.catalogue import labels as is_
from failsoft.errors.catalogue.labels import Label, wrapping

__all__ = ["DOCUMENTS"]

_Rows = tuple[tuple[Label, str], ...]


def _of(modules: str, rows: _Rows) -> _Rows:
    return tuple(
        (label, " ".join(f"{module}.{name}" for module in modules.split() for name in names.split()))
        for label, names in rows
    )


# what writes a document tells of how it was called, not of what a client sent
_WRITERS: _Rows = (
    (
        is_.BUG,
        """
        xlwt.ExcelFormulaParser.FormulaParseException xlwt.Style.EasyXFException xlwt.Style.EasyXFAuthorError
        xlwt.Style.EasyXFCallerError tablib.exceptions.HeadersNeeded tablib.exceptions.InvalidDatasetIndex
        tablib.exceptions.InvalidDatasetType fpdf.errors.FPDFException fpdf.errors.FPDFPageFormatException
        fpdf.errors.ComplianceError fpdf.errors.PDFAComplianceError reportlab.pdfbase.pdfdoc.DuplicatePageLabelPage
        img2pdf.NegativeDimensionError pikepdf.DeletedObjectError pikepdf.ForeignObjectError
        pymupdf.mupdf.FzErrorArgument msoffcrypto.exceptions.EncryptionError
        extract_msg.exceptions.IncompatibleOptionsError extract_msg.exceptions.NotWritableError
        pydub.exceptions.MissingAudioParameter pydub.exceptions.InvalidDuration pydub.exceptions.InvalidTag
        pydub.exceptions.InvalidID3TagVersion mutagen.easyid3.EasyID3KeyError mutagen.easymp4.EasyMP4KeyError
        xmlschema.validators.exceptions.XMLSchemaModelError
        xmlschema.validators.exceptions.XMLSchemaModelDepthError
        xmlschema.validators.exceptions.XMLSchemaNotBuiltError
        """,
    ),
    (is_.TOO_LARGE, "fpdf.errors.FPDFSvgLimitExceeded py7zr.io.BufferOverflow msgpack.exceptions.BufferFull"),
    (
        is_.UNPARSABLE,
        """
        img2pdf.UnsupportedColorspaceError pdfminer.pdfinterp.PDFResourceError pymupdf.mupdf.FzErrorUnsupported
        pyexcel_io.exceptions.NoSupportingPluginFound
        """,
    ),
    (is_.MISCONFIGURED, "imageio.core.fetching.InternetNotAllowedError imageio.core.fetching.NeedDownloadError"),
    (is_.OS_FAULT, "pymupdf.FileNotFoundError pymupdf.mupdf.FzErrorSystem"),
)

# beside what is wrong with an archive, what is wrong with the program that unpacks it
_RAR: _Rows = (
    (is_.MISCONFIGURED, "RarCannotExec NoCrypto"),
    (is_.OS_FAULT, "RarWriteError RarCreateError"),
    (is_.CHILD_DIED, "RarSignalExit"),
    (is_.INVALID, "RarLockedArchiveError"),
)

# ImageMagick: its warnings, errors and fatal errors of one kind mean the same
_WAND: _Rows = tuple(
    (label, " ".join(f"{name}{end}" for name in names.split() for end in ("Error", "FatalError")))
    for label, names in (
        (is_.UNPARSABLE, "CorruptImage Coder Blob FileOpen"),
        (is_.MISCONFIGURED, "MissingDelegate Policy Delegate Configure"),
        (is_.TOO_LARGE, "ResourceLimit"),
        (is_.EXHAUSTED, "Cache"),
        (is_.BUG, "Option Draw Wand"),
    )
)

# FFmpeg has its own classes for the errors of the system and of the servers that a film is read from
_FFMPEG: _Rows = (
    (
        is_.OS_FAULT,
        """
        PermissionError FileExistsError IsADirectoryError NotADirectoryError OSError ChildProcessError
        ProcessLookupError
        """,
    ),
    (is_.BROKEN, "BrokenPipeError ConnectionAbortedError ConnectionResetError"),
    (is_.REFUSED, "ConnectionRefusedError"),
    (wrapping(is_.UPSTREAM_FAILED), "HTTPError HTTPClientError HTTPServerError HTTPOtherClientError"),
    (is_.UPSTREAM_FAILED, "HTTPBadRequestError HTTPNotFoundError"),
    (is_.REFUSED_US, "HTTPForbiddenError HTTPUnauthorizedError"),
    (is_.MISCONFIGURED, "EncoderNotFoundError MuxerNotFoundError"),
    (is_.BUG, "BSFNotFoundError FilterNotFoundError OptionNotFoundError ProtocolNotFoundError BugError"),
    (is_.BUG, "BufferTooSmallError"),
    (is_.OUT_OF_MEMORY, "MemoryError"),
    (is_.NOTHING, "PyAVCallbackError"),
)

_NETWORKX: _Rows = (
    (
        is_.BUG,
        """
        NetworkXError NetworkXAlgorithmError NetworkXNoCycle NetworkXNoPath NetworkXNotImplemented
        NetworkXPointlessConcept NetworkXUnbounded NetworkXUnfeasible algorithms.community.quality.NotAPartition
        algorithms.chordal.NetworkXTreewidthBoundExceeded
        """,
    ),
)

_FRAMES: _Rows = (
    (
        is_.BUG,
        """
        zarr.errors.ArrayIndexError zarr.errors.BoundsCheckError zarr.errors.NegativeStepError
        zarr.errors.VindexInvalidSelectionError zarr.core.sync.SyncError
        xarray.core.coordinates.CoordinateValidationError xarray.core.treenode.InvalidTreeError
        xarray.core.treenode.NotFoundInTreeError xarray.core.treenode.TreeIsomorphismError
        xarray.structure.alignment.AlignmentError pandera.api.extensions.BuiltinCheckRegistrationError
        pandera.errors.BaseStrategyOnlyError pandera.strategies.constraints.ConstraintConflictError
        scipy.io.matlab._miobase.MatWriteError scipy.sparse.csgraph._shortest_path.NegativeCycleError
        scipy.sparse.linalg._eigen.arpack.arpack.ArpackNoConvergence
        scipy.sparse.linalg._eigen.arpack.arpack.ArpackError numpy.linalg.lapack_lite.LapackError
        numpy.lib._iotools.ConverterLockError sklearn.exceptions.UnsetMetadataPassedError
        pyarrow.interchange.column.NoBufferPresent pyogrio._err.CPLE_IllegalArgError
        joblib.externals.loky.process_executor.ShutdownExecutorError loky.process_executor.ShutdownExecutorError
        """,
    ),
    (
        is_.MISCONFIGURED,
        """
        zarr.errors.UnknownCodecError numcodecs.errors.UnknownCodecError shapely.errors.UnsupportedGEOSVersionError
        pyproj.exceptions.DataDirError polars.exceptions.ModuleUpgradeRequiredError
        polars.io.cloud.credential_provider._providers.CredentialProviderAWS.EmptyCredentialError
        """,
    ),
    (is_.INVALID, "pandera.errors.PysparkSchemaError"),
    (
        is_.UNPARSABLE,
        """
        scipy.io.matlab._miobase.MatReadError scipy.io.arff._arffread.ArffError
        scipy.io._fortran.FortranEOFError sklearn.externals._arff.ArffException pyarrow._feather.FeatherError
        sklearn.externals._arff.BadAttributeFormat sklearn.externals._arff.BadAttributeName
        sklearn.externals._arff.BadAttributeType sklearn.externals._arff.BadDataFormat
        sklearn.externals._arff.BadLayout sklearn.externals._arff.BadNominalFormatting
        sklearn.externals._arff.BadNominalValue sklearn.externals._arff.BadNumericalValue
        sklearn.externals._arff.BadObject sklearn.externals._arff.BadRelationFormat
        sklearn.externals._arff.BadStringValue
        """,
    ),
    (is_.CONTRADICTION, "zarr.errors.ContainsArrayAndGroupError polars.exceptions.TooManyRowsReturnedError"),
    (is_.NOT_THERE, "polars.exceptions.NoRowsReturnedError"),
    (is_.REFUSED_US, "pyogrio._err.CPLE_AWSAccessDeniedError pyogrio._err.CPLE_AWSInvalidCredentialsError"),
    (is_.REFUSED_US, "pyogrio._err.CPLE_AWSSignatureDoesNotMatchError"),
    (is_.UPSTREAM_FAILED, "pyogrio._err.CPLE_HttpResponseError pyogrio._err.CPLE_AWSObjectNotFoundError"),
    (is_.OS_FAULT, "pyogrio._err.CPLE_NoWriteAccessError"),
    (
        wrapping(is_.UPSTREAM_FAILED),
        "pyarrow._flight.FlightError pyarrow._flight.FlightInternalError pyarrow._flight.FlightCancelledError",
    ),
    (is_.TOO_BIG_FOR_PEER, "pyarrow._flight.FlightWriteSizeExceededError"),
)

_GRAPHS: _Rows = (
    (wrapping(is_.UPSTREAM_FAILED), "graphdb.exceptions.GraphDBError rdf4j.exceptions.RDF4JError"),
    (
        is_.UPSTREAM_FAILED,
        """
        graphdb.exceptions.BadRequestError graphdb.exceptions.InternalServerError
        graphdb.exceptions.NotFoundError graphdb.exceptions.ResponseFormatError
        rdf4j.exceptions.RepositoryResponseFormatError rdf4j.exceptions.RDFLibParserError
        """,
    ),
    (is_.REFUSED_US, "graphdb.exceptions.ForbiddenError graphdb.exceptions.UnauthorisedError"),
    (is_.EDIT_CONFLICT, "graphdb.exceptions.ConflictError"),
    (is_.STORE_NOT_NOW, "graphdb.exceptions.ServiceUnavailableError rdf4j.exceptions.RepositoryNotHealthyError"),
    (is_.MISCONFIGURED, "rdf4j.exceptions.RepositoryNotFoundError rdf4j.exceptions.RDF4JUnsupportedProtocolError"),
    (is_.DUPLICATE, "rdf4j.exceptions.RepositoryAlreadyExistsError"),
    (is_.BUG, "rdf4j.exceptions.TransactionClosedError"),
)

_CACHES: _Rows = (
    (
        is_.MISCONFIGURED,
        """
        cashews.exceptions.BackendNotAvailableError beaker.exceptions.MissingCacheParameter
        dogpile.cache.exception.ValidationError dogpile.util.langhelpers.PluginLoader.NotFound
        """,
    ),
    (wrapping(is_.STORE_AWAY), "django_redis.exceptions.ConnectionInterrupted"),
    (is_.CONTRADICTION, "django_redis.exceptions.CompressorError"),
)

_GIT: _Rows = (
    (
        is_.EDIT_CONFLICT,
        """
        dulwich.am.AmConflict dulwich.merge.MergeConflict dulwich.rebase.RebaseConflict
        dulwich.patch.PatchApplicationFailure dulwich.porcelain.DivergedBranches dulwich.index.UnmergedEntries
        dulwich.porcelain.CheckoutError git.exc.CheckoutError git.exc.RepositoryDirtyError
        git.exc.UnmergedEntriesError
        """,
    ),
    (
        is_.INVALID,
        """
        dulwich.errors.WrongObjectException dulwich.errors.NotBlobError dulwich.errors.NotCommitError
        dulwich.errors.NotTagError dulwich.errors.NotTreeError dulwich.errors.RefFormatError
        dulwich.client.StrangeHostname dulwich.client.TransportNotAllowed dulwich.wildmatch.MalformedPattern
        dulwich.repo.InvalidUserIdentity dulwich.objectspec.AmbiguousShortId dulwich.porcelain.TimezoneFormatError
        dulwich.index.InvalidPathError
        """,
    ),
    (is_.NOT_THERE, "dulwich.errors.MissingCommitError"),
    (
        is_.MISCONFIGURED,
        """
        dulwich.errors.NoIndexPresent dulwich.index.UnsupportedIndexFormat dulwich.repo.UnsupportedVersion
        dulwich.repo.UnsupportedExtension dulwich.repo.DefaultIdentityNotFound
        dulwich.patch.DiffAlgorithmNotAvailable gitdb.exc.InvalidDBRoot
        """,
    ),
    (is_.CHILD_DIED, "dulwich.errors.HookError git.exc.HookExecutionError dulwich.filters.FilterError"),
    (is_.CONTRADICTION, "dulwich.refs.SymrefLoop gitdb.exc.BadObjectType dulwich.pack.DeltaCycle"),
    (is_.DUPLICATE, "dulwich.porcelain.RemoteExists"),
    (is_.CONTENTION, "dulwich.pack.PackFileDisappeared"),
)

DOCUMENTS: _Rows = (
    *_WRITERS,
    *_of("rarfile", _RAR),
    *_of("wand.exceptions", _WAND),
    *_of("av.error", _FFMPEG),
    *_of("networkx", _NETWORKX),
    *_FRAMES,
    *_of("rdflib.contrib", _GRAPHS),
    *_CACHES,
    *_GIT,
)
"""What is known of them."""
