"""Formats, archives, schemas and grammars, version control, file systems, and programs that are called."""

from __future__ import annotations

from failsoft.errors.catalogue import labels as is_
from failsoft.errors.catalogue.labels import Label, wrapping

__all__ = ["FILES"]

_FORMATS: tuple[tuple[Label, str], ...] = (
    (
        is_.BUG,
        """
        lark.exceptions.GrammarError
        """,
    ),
    (
        is_.INVALID,
        """
        python_calamine.WorksheetNotFound
        """,
    ),
    (
        is_.UNPARSABLE,
        """
        amazon.ion.exceptions.IonException bencodepy.exceptions.BencodeDecodeError capnp.lib.capnp.KjException
        celpy.celparser.CELParseError celpy.evaluation.CELSyntaxError construct.core.ConstructError
        cramjam.DecompressionError pdf2image.exceptions.PDFPageCountError pdf2image.exceptions.PDFSyntaxError
        pyrage.DecryptError python_calamine.CalamineError stream_unzip.UnzipError
        """,
    ),
    (
        is_.INVALID,
        """
        dacite.exceptions.DaciteFieldError dacite.exceptions.UnexpectedDataError pandera.errors.SchemaError
        pandera.errors.SchemaErrors pyrage.IdentityError pyrage.RecipientError
        asyncua.ua.uaerrors._base.UaStringParsingError web3.exceptions.InvalidAddress
        aiocoap.error.MalformedUrlError josepy.errors.DeserializationError construct.core.ValidationError
        """,
    ),
    (is_.TOO_LARGE, "segno.encoder.DataOverflowError"),
    (is_.NOT_THERE, "python_calamine.TableNotFound"),
    (
        is_.BUG,
        """
        construct.core.SizeofError construct.core.StringError cramjam.CompressionError dacite.exceptions.DaciteError
        pandera.errors.SchemaDefinitionError pandera.errors.SchemaInitError pandera.errors.BackendNotFoundError
        python_calamine.TablesNotLoaded python_calamine.TablesNotSupported python_calamine.WorkbookClosed
        celpy.evaluation.CELUnsupportedError josepy.errors.SerializationError pyrage.EncryptError
        """,
    ),
    (is_.CHILD_HUNG, "pdf2image.exceptions.PDFPopplerTimeoutError"),
    (
        is_.MISCONFIGURED,
        """
        chevron.tokenizer.ChevronError liquid.exceptions.LiquidError
        pdf2image.exceptions.PopplerNotInstalledError stevedore.exception.NoUniqueMatch
        stevedore.exception.NoMatches stevedore.exception.MultipleMatches confuse.exceptions.ConfigError
        confuse.exceptions.NotFoundError
        """,
    ),
    (is_.TOO_BIG_FOR_PEER, "liquid.exceptions.ResourceLimitError"),
)

_VERSIONS: tuple[tuple[Label, str], ...] = (
    (is_.NOT_THERE, "gitdb.exc.BadName gitdb.exc.BadObject git.exc.NoSuchPathError"),
    (is_.INVALID, "git.exc.UnsafeProtocolError git.exc.UnsafeOptionError gitdb.exc.AmbiguousObjectName"),
    (
        is_.MISCONFIGURED,
        "git.exc.GitCommandNotFound git.exc.InvalidGitRepositoryError dulwich.errors.NotGitRepository",
    ),
    (is_.CONTENTION, "dulwich.file.FileLocked"),
    (is_.REFUSED_US, "dulwich.client.HTTPUnauthorized dulwich.client.HTTPProxyUnauthorized"),
    (
        is_.CONTRADICTION,
        """
        dulwich.errors.ApplyDeltaError dulwich.errors.ChecksumMismatch dulwich.errors.FileFormatException
        dulwich.errors.ObjectFormatException dulwich.errors.PackedRefsException dulwich.errors.ObjectMissing
        dulwich.objects.EmptyFileException gitdb.exc.ParseError
        """,
    ),
)

_FILE_SYSTEMS: tuple[tuple[Label, str], ...] = (
    (is_.NOT_THERE, "fs.errors.ResourceNotFound"),
    (is_.DUPLICATE, "fs.errors.FileExists fs.errors.DirectoryExists fs.errors.DestinationExists"),
    (
        is_.INVALID,
        """
        fs.errors.IllegalBackReference fs.errors.InvalidPath fs.errors.InvalidCharsInPath
        """,
    ),
    (is_.CONTENTION, "fs.errors.ResourceLocked"),
    (is_.DISK_FULL, "fs.errors.InsufficientStorage"),
    (is_.SILENT, "fs.errors.OperationTimeout"),
    (wrapping(is_.UNREACHABLE), "fs.errors.RemoteConnectionError"),
    (is_.BUG, "fs.errors.FilesystemClosed fs.errors.Unsupported"),
    (
        is_.MISCONFIGURED,
        """
        fs.opener.errors.OpenerError fs.opener.errors.UnsupportedProtocol fs.opener.errors.ParseError
        fs.errors.CreateFailed cloudpathlib.exceptions.MissingCredentialsError
        cloudpathlib.exceptions.MissingDependenciesError cloudpathlib.exceptions.InvalidConfigurationException
        """,
    ),
    (
        is_.QUOTA_SPENT,
        """
        b2sdk._internal.exception.CapExceeded b2sdk._internal.exception.StorageCapExceeded
        b2sdk._internal.exception.TransactionCapExceeded webdav3.exceptions.NotEnoughSpace
        """,
    ),
    (is_.MISCONFIGURED, "b2sdk._internal.account_info.exception.MissingAccountData webdav3.exceptions.OptionNotValid"),
    (is_.CONTRADICTION, "b2sdk._internal.account_info.exception.CorruptAccountInfo"),
    (is_.CONTENTION, "webdav3.exceptions.ResourceLocked"),
    (wrapping(is_.UNREACHABLE), "webdav3.exceptions.NoConnection webdav3.exceptions.NotConnection"),
)

_PROGRAMS: tuple[tuple[Label, str], ...] = (
    (
        is_.CHILD_DIED,
        """
        loky.process_executor.BrokenProcessPool loky.process_executor.TerminatedWorkerError
        pebble.common.types.ProcessExpired pexpect.exceptions.EOF
        """,
    ),
    (is_.CHILD_HUNG, "pexpect.exceptions.TIMEOUT"),
    (
        is_.MISCONFIGURED,
        """
        onnxruntime.capi.onnxruntime_pybind11_state.NoSuchFile onnxruntime.capi.onnxruntime_pybind11_state.NoModel
        """,
    ),
    (
        is_.CONTRADICTION,
        """
        onnxruntime.capi.onnxruntime_pybind11_state.InvalidProtobuf
        onnxruntime.capi.onnxruntime_pybind11_state.InvalidGraph
        """,
    ),
    (is_.BUG, "onnxruntime.capi.onnxruntime_pybind11_state.InvalidArgument"),
)

FILES: tuple[tuple[Label, str], ...] = (*_FORMATS, *_VERSIONS, *_FILE_SYSTEMS, *_PROGRAMS)
"""What is known of them."""
