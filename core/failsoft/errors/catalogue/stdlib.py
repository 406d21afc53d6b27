"""The exceptions of Python and its standard library."""

from __future__ import annotations

from failsoft.errors.catalogue import labels as is_
from failsoft.errors.catalogue.labels import Label, wrapping

__all__ = ["STDLIB"]

STDLIB: tuple[tuple[Label, str], ...] = (
    (
        is_.MISCONFIGURED,
        """
        mailbox.NoSuchMailboxError webbrowser.Error xml.sax._exceptions.SAXReaderNotAvailable
        """,
    ),
    (
        is_.CONTENTION,
        """
        mailbox.ExternalClashError
        """,
    ),
    (
        is_.CONTRADICTION,
        """
        mailbox.FormatError http.cookiejar.LoadError
        """,
    ),
    (
        is_.BUG,
        """
        mailbox.NotEmptyError queue.ShutDown asyncio.queues.QueueShutDown multiprocessing.managers.RemoteError
        multiprocessing.pool.MaybeEncodingError xml.sax._exceptions.SAXNotRecognizedException
        xml.sax._exceptions.SAXNotSupportedException email.errors.HeaderWriteError
        email.errors.MultipartConversionError _hashlib.UnsupportedDigestmodError bdb.BdbQuit
        pathlib.UnsupportedOperation py_compile.PyCompileError
        """,
    ),
    (
        is_.NOTHING,
        """
        builtins.BaseException builtins.Exception builtins.RuntimeError builtins.OSError
        builtins.BaseExceptionGroup builtins.ExceptionGroup concurrent.futures._base.Error
        subprocess.SubprocessError concurrent.futures.process._RemoteTraceback multiprocessing.pool.RemoteTraceback
        """,
    ),
    (
        is_.BUG,
        """
        builtins.ArithmeticError builtins.AssertionError builtins.AttributeError builtins.BufferError
        builtins.EOFError builtins.FloatingPointError builtins.IndexError builtins.KeyError
        builtins.LookupError builtins.NameError builtins.NotImplementedError builtins.OverflowError
        builtins.RecursionError builtins.ReferenceError builtins.StopAsyncIteration builtins.StopIteration
        builtins.SyntaxError builtins.IndentationError builtins.TabError builtins.SystemError
        builtins.SystemExit builtins.KeyboardInterrupt builtins.TypeError builtins.UnboundLocalError
        builtins.UnicodeEncodeError builtins.UnicodeTranslateError builtins.UnicodeError builtins.ValueError
        builtins.Warning builtins.UserWarning builtins.RuntimeWarning builtins.DeprecationWarning
        builtins.FutureWarning builtins.ResourceWarning builtins.SyntaxWarning
        builtins.ZeroDivisionError _pickle.PicklingError pickle.PicklingError
        argparse.ArgumentError argparse.ArgumentTypeError asyncio.exceptions.InvalidStateError
        asyncio.exceptions.SendfileNotAvailableError asyncio.queues.QueueEmpty calendar.IllegalMonthError
        calendar.IllegalWeekdayError concurrent.futures._base.CancelledError
        concurrent.futures._base.InvalidStateError copy.Error ctypes.ArgumentError
        dataclasses.FrozenInstanceError decimal.DecimalException getopt.GetoptError graphlib.CycleError
        http.client.ImproperConnectionState http.client.InvalidURL http.client.NotConnected
        http.client.UnimplementedFileMode io.UnsupportedOperation optparse.OptParseError _queue.Empty
        queue.Empty re.error re.PatternError regex._regex_core.error shutil.SameFileError shutil.SpecialFileError
        shutil.RegistryError
        sqlite3.InterfaceError sqlite3.NotSupportedError sqlite3.ProgrammingError sqlite3.Warning
        statistics.StatisticsError struct.error ssl.SSLWantReadError ssl.SSLWantWriteError tokenize.TokenError
        unittest.case.SkipTest xml.dom.DOMException zipfile.LargeZipFile
        multiprocessing.context.BufferTooShort
        """,
    ),
    (
        # with an errno it is the system's; without, of a file system over a network, what it was raised from decides
        wrapping(is_.OS_FAULT),
        """
        builtins.FileExistsError builtins.FileNotFoundError builtins.IsADirectoryError
        builtins.NotADirectoryError builtins.PermissionError
        """,
    ),
    (
        is_.OS_FAULT,
        """
        _dbm.error _gdbm.error mailbox.Error shutil.Error
        shutil.ExecError signal.itimer_error termios.error _curses.error
        """,
    ),
    (is_.INTERRUPTED, "builtins.InterruptedError"),
    (
        is_.CHILD_DIED,
        """
        builtins.ChildProcessError builtins.ProcessLookupError subprocess.CalledProcessError
        concurrent.futures._base.BrokenExecutor concurrent.futures.process.BrokenProcessPool
        concurrent.futures.thread.BrokenThreadPool multiprocessing.context.ProcessError
        """,
    ),
    (is_.CHILD_HUNG, "subprocess.TimeoutExpired multiprocessing.context.TimeoutError"),
    (is_.OUT_OF_MEMORY, "builtins.MemoryError"),
    (is_.CONTENTION, "builtins.BlockingIOError"),
    (is_.QUEUE_FULL, "queue.Full _queue.Full asyncio.queues.QueueFull"),
    (
        is_.BROKEN,
        """
        builtins.BrokenPipeError builtins.ConnectionAbortedError builtins.ConnectionError
        builtins.ConnectionResetError asyncio.exceptions.IncompleteReadError imaplib.IMAP4.abort
        http.client.IncompleteRead http.client.RemoteDisconnected smtplib.SMTPServerDisconnected
        ssl.SSLEOFError ssl.SSLSyscallError ssl.SSLZeroReturnError urllib.error.ContentTooShortError
        """,
    ),
    (is_.REFUSED, "builtins.ConnectionRefusedError"),
    (wrapping(is_.UNREACHABLE), "urllib.error.URLError smtplib.SMTPConnectError"),
    (is_.DNS, "socket.gaierror socket.herror"),
    (is_.SILENT, "builtins.TimeoutError"),
    (is_.NO_TRUST, "ssl.SSLError ssl.SSLCertVerificationError"),
    (is_.DISCONNECTED, "asyncio.exceptions.CancelledError builtins.GeneratorExit"),
    (is_.REFUSED_US, "smtplib.SMTPAuthenticationError multiprocessing.context.AuthenticationError"),
    (
        is_.UPSTREAM_FAILED,
        """
        asyncio.exceptions.LimitOverrunError http.client.BadStatusLine ftplib.Error http.client.HTTPException
        imaplib.IMAP4.error
        nntplib.NNTPError poplib.error_proto smtplib.SMTPException urllib.error.HTTPError xmlrpc.client.Error
        nis.error
        """,
    ),
    (is_.UPSTREAM_NOT_NOW, "ftplib.error_temp nntplib.NNTPTemporaryError"),
    (
        is_.MISCONFIGURED,
        """
        builtins.ImportError builtins.ModuleNotFoundError configparser.Error imaplib.IMAP4.readonly
        locale.Error netrc.NetrcParseError smtplib.SMTPNotSupportedError tomllib.TOMLDecodeError
        zipimport.ZipImportError zoneinfo._common.ZoneInfoNotFoundError
        importlib.metadata.PackageNotFoundError importlib_metadata.PackageNotFoundError
        """,
    ),
    (
        is_.UNPARSABLE,
        """
        json.decoder.JSONDecodeError builtins.UnicodeDecodeError binascii.Error binascii.Incomplete _csv.Error
        csv.Error email.errors.MessageError email.errors.MessageDefect http.cookies.CookieError
        plistlib.InvalidFileException xml.etree.ElementTree.ParseError xml.parsers.expat.ExpatError
        xml.sax._exceptions.SAXException gzip.BadGzipFile zipfile.BadZipFile zlib.error _lzma.LZMAError
        lzma.LZMAError tarfile.TarError wave.Error aifc.Error sunau.Error uu.Error shutil.ReadError
        ipaddress.AddressValueError ipaddress.NetmaskValueError
        xml.etree.ElementInclude.FatalIncludeError _zstd.ZstdError compression.zstd.ZstdError
        """,
    ),
    (is_.CONTRADICTION, "dbm.error"),
    (is_.CONTRADICTION, "_pickle.UnpicklingError pickle.UnpicklingError _pickle.PickleError pickle.PickleError"),
    (is_.CONTENTION, "threading.BrokenBarrierError asyncio.exceptions.BrokenBarrierError"),
    (is_.STORE_AWAY, "sqlite3.OperationalError"),
    (is_.BAD_ROW, "sqlite3.DataError sqlite3.Error sqlite3.DatabaseError"),
    (is_.CONSTRAINT, "sqlite3.IntegrityError"),
    (is_.CONTRADICTION, "sqlite3.InternalError"),
)
