"""What the standard library says in its own words, in the places where it says it, and by what was called.

The form is that of `catalogue.texts`. `STDLIB_CALLS` holds for a compiled function, which leaves no place of its own:
what called it names it.
"""

from __future__ import annotations

from failsoft.errors.catalogue import labels as is_
from failsoft.errors.catalogue.labels import Label

__all__ = ["STDLIB_BEGINNINGS", "STDLIB_CALLS", "STDLIB_CLASSES", "STDLIB_PLACES"]

STDLIB_CLASSES: tuple[tuple[Label, str, str], ...] = (
    (is_.UPSTREAM_FAILED, "smtplib.SMTPConnectError", r"\A\(-1,"),
    (is_.BUG, "smtplib.SMTPServerDisconnected", r"please run connect\(\) first"),
    (is_.UPSTREAM_FAILED, "smtplib.SMTPNotSupportedError", r"\ASMTP AUTH|\bSMTPUTF8\b"),
    (
        is_.REFUSED_US,
        "xmlrpc.client.Fault",
        r"(?i)\b(?:access|permission) denied\b|\bnot authori[sz]ed\b|\bauthentication failed\b",
    ),
    (
        is_.BUG,
        "_csv.Error",
        r"escapechar|lineterminator|quotechar|iterable expected|unknown dialect|not bytes|must be set",
    ),
    (is_.MISCONFIGURED, "tarfile.CompressionError", r"module is not available"),
    (is_.BUG, "tarfile.CompressionError tarfile.StreamError", r"unknown compression|seeking backwards"),
    (is_.MISCONFIGURED, "dbm.error", r"need 'c' or 'n'|use 'c' or 'n'|module is not available"),
    (is_.BUG, "dbm.error", r"already been closed"),
    (is_.BUG, "_lzma.LZMAError", r"options"),
    (is_.BUG, "zlib.error", r"compression level|while compressing|inconsistent stream state|initialization option"),
    (is_.BUG, "wave.Error", r"not (?:set|specified)|cannot change"),
    (is_.BUG, "urllib.error.URLError", r"unknown url type|no host given|not on local host"),
    # --- TLS, by the reason that OpenSSL gives -----------------------------------------------------------------------
    (is_.NO_TRUST, "ssl.SSLError", r"DH_KEY_TOO_SMALL"),
    (
        is_.MISCONFIGURED,
        "ssl.SSLError",
        r"PEM lib|NO_CERTIFICATE_OR_CRL|NO_START_LINE|KEY_VALUES_MISMATCH|BAD_(?:DECRYPT|PASSWORD)|_TOO_(?:SMALL|WEAK)",
    ),
    (is_.MISCONFIGURED, "ssl.SSLError", r"LIBRARY_HAS_NO_CIPHERS|NO_CIPHER_MATCH|No cipher can be selected|\bcadata\b"),
    (is_.BUG, "ssl.SSLError", r"Cannot create a (?:client|server) socket"),
    (
        is_.BROKEN,
        "ssl.SSLError",
        r"APPLICATION_DATA_AFTER_CLOSE|BAD_RECORD_MAC|DECRYPTION_FAILED|UNEXPECTED_EOF|EOF occurred",
    ),
    (is_.SILENT, "ssl.SSLError", r"operation timed out"),
)
"""Label, classes, and a regular expression that is found in the text."""

_FORMATS: tuple[tuple[Label, str, str, str, str], ...] = (
    # what reads a format fails in many ways on what is none of it
    (
        is_.UNPARSABLE,
        "ValueError RecursionError",
        "/json/",
        r"(?:\A|\.)(?:raw_decode|decode|loads?|JSON\w+|py_scanstring|_scan_once|scan_once)\Z",
        "",
    ),
    (
        is_.UNPARSABLE,
        "AttributeError ValueError TypeError KeyError IndexError OverflowError RecursionError",
        "/plistlib.py",
        r"Plist\w*Parser|_date_from_string|_decode_base64",
        "",
    ),
    (is_.UNPARSABLE, "ValueError LookupError", "/xml/etree/ElementTree.py", r"\b(?:XML\w*|parse|feed|close)\Z", ""),
    (is_.UNPARSABLE, "AssertionError NotImplementedError", "/html/parser.py", "", ""),
    (is_.UNPARSABLE, "AssertionError NotImplementedError", "/_markupbase.py", "", ""),
    (is_.UNPARSABLE, "RuntimeError", "/zipfile", r"ZipFile\.(?:open|read)|ZipExtFile", r"encrypted|Bad password"),
    (
        is_.UNPARSABLE,
        "struct.error IndexError OverflowError EOFError AssertionError",
        "/zipfile",
        r"_RealGetContents|_decodeExtra|ZipExtFile|ZipFile\.(?:open|read|extract|testzip)",
        "",
    ),
    (is_.UNPARSABLE, "ValueError", "/zipfile", r"_RealGetContents", r"negative seek"),
    (is_.NOT_THERE, "FileNotFoundError", "/zipfile", r"Path\.", ""),
    (is_.NOT_THERE, "KeyError", "/tarfile.py", r"TarFile\.(?:getmember|extract\w*)\Z", r"not found"),
    (
        is_.UNPARSABLE,
        "ValueError OverflowError IndexError UnicodeError AttributeError struct.error",
        "/tarfile.py",
        r"TarInfo\.(?:from|_proc)|\Ant[is]\Z|_Stream\.|_LowLevelFile",
        "",
    ),
    (is_.UNPARSABLE, "ValueError", "/bz2.py", r"\Adecompress\Z", r"end-of-stream"),
    (is_.UNPARSABLE, "EOFError struct.error", "/wave.py", r"Wave_read|_Chunk", ""),
    (is_.UNPARSABLE, "EOFError struct.error", "/chunk.py", "", ""),
    (is_.UNPARSABLE, "ValueError", "/base64.py", r"decode", ""),
    (is_.UNPARSABLE, "UnicodeError", "/encodings/", r"(?i)decode|read|ToUnicode", ""),
    (is_.UNPARSABLE, "LookupError", "/email/contentmanager.py", r"\Aget_", ""),
    (is_.UNPARSABLE, "LookupError", "/email/message.py", r"\.get_", ""),
    (
        is_.UNPARSABLE,
        "IndexError AttributeError ValueError TypeError KeyError AssertionError RecursionError",
        "/email/_header_value_parser.py",
        r"\A(?:get|parse)_",
        "",
    ),
    (is_.UNPARSABLE, "ValueError TypeError", "/email/utils.py", r"parsedate", ""),
    (is_.UNPARSABLE, "ValueError", "/cgi.py", "", ""),
    (is_.UNPARSABLE, "ValueError", "/urllib/parse.py", r"\Aparse_qsl?\Z", ""),
    (is_.UNPARSABLE, "ValueError", "/ipaddress.py", r"\Aip_(?:address|network|interface)\Z|\.__init__\Z", ""),
    (is_.UNPARSABLE, "ValueError", "/shlex.py", "", r"\ANo (?:closing|escaped)"),
    (is_.UNPARSABLE, "ValueError SyntaxError TypeError RecursionError", "/ast.py", r"\Aliteral_eval\b", ""),
    (is_.UPSTREAM_FAILED, "ValueError TypeError KeyError IndexError OverflowError", "/xmlrpc/client.py",
     r"Unmarshaller\.", ""),
)  # fmt: skip

_SETTINGS: tuple[tuple[Label, str, str, str, str], ...] = (
    (is_.MISCONFIGURED, "ValueError KeyError UnicodeDecodeError", "/configparser.py", "", ""),
    (is_.MISCONFIGURED, "UnicodeDecodeError RecursionError ValueError", "/tomllib/", "", ""),
    (is_.MISCONFIGURED, "FileNotFoundError PermissionError UnicodeDecodeError", "/netrc.py", "", ""),
    (is_.MISCONFIGURED, "ValueError", "/logging/__init__.py", r"_checkLevel|Style\.|Formatter\.", ""),
    (is_.MISCONFIGURED, "FileNotFoundError", "/logging/config.py", "", ""),
    (
        is_.MISCONFIGURED,
        "FileNotFoundError PermissionError NotADirectoryError IsADirectoryError",
        "/logging/",
        r"Handler\.",
        "",
    ),
    (is_.MISCONFIGURED, "AttributeError", "/importlib/metadata/", r"EntryPoint\.load\Z", ""),
    (is_.MISCONFIGURED, "AttributeError", "/pkgutil.py", r"\Aresolve_name\Z", ""),
    (
        is_.MISCONFIGURED,
        "ValueError IsADirectoryError PermissionError",
        "/zoneinfo/",
        r"load_data|load_tzdata|from_file|_load_file",
        "",
    ),
    (is_.MISCONFIGURED, "OSError", "/ctypes/__init__.py", r"DLL\.__|LibraryLoader", ""),
    (is_.MISCONFIGURED, "FileNotFoundError OSError UnicodeDecodeError ValueError", "/gettext.py", "", ""),
    (is_.MISCONFIGURED, "FileNotFoundError", "/tempfile.py", r"_get_default_tempdir", ""),
)

_PEERS: tuple[tuple[Label, str, str, str, str], ...] = (
    (is_.BROKEN, "EOFError", "/multiprocessing/connection.py", "", ""),
    (is_.BROKEN, "OSError", "/multiprocessing/connection.py", "", r"\Agot end of file"),
    (is_.UPSTREAM_FAILED, "OSError", "/multiprocessing/connection.py", "", r"\Abad message length"),
    (is_.BROKEN, "EOFError", "/telnetlib.py", "", ""),
    (is_.REFUSED_US, "OSError", "/http/client.py", r"_tunnel", r"failed: 40[137]"),
    (is_.THROTTLED, "OSError", "/http/client.py", r"_tunnel", r"failed: 429"),
    (is_.UPSTREAM_DOWN, "OSError", "/http/client.py", r"_tunnel", r"failed: 502"),
    (is_.UPSTREAM_NOT_NOW, "OSError", "/http/client.py", r"_tunnel", r"failed: 503"),
    (is_.UPSTREAM_SLOW, "OSError", "/http/client.py", r"_tunnel", r"failed: (?:408|504)"),
    (is_.UPSTREAM_FAILED, "OSError", "/http/client.py", r"_tunnel", ""),
    (is_.UPSTREAM_FAILED, "ValueError", "/asyncio/streams.py", r"StreamReader\.read", r"chunk (?:exceed|is longer)"),
    (is_.BUG, "OSError", "/socket.py", r"SocketIO\.", r"cannot read from timed out"),
)

_PROCESSES: tuple[tuple[Label, str, str, str, str], ...] = (
    (is_.CHILD_HUNG, "TimeoutError", "/concurrent/futures/_base.py", r"as_completed", ""),
    (is_.EXHAUSTED, "BlockingIOError", "/multiprocessing/popen_", "", ""),
    (is_.MISCONFIGURED, "PermissionError NotADirectoryError", "/subprocess.py", r"_execute_child", ""),
    (is_.MISCONFIGURED, "OSError", "/subprocess.py", r"_execute_child", r"\A\[Errno 8\]"),
    (is_.BUG, "OSError", "/subprocess.py", r"_execute_child", r"\A\[Errno 7\]"),
    (is_.BUG, "RuntimeError", "/asyncio/timeouts.py", "", ""),
    # what a child wrote, which is in another encoding than we took it for
    (is_.BUG, "UnicodeDecodeError", "/subprocess.py", "", ""),
)

_STORED: tuple[tuple[Label, str, str, str, str], ...] = (
    # what a column holds that is declared to be a date
    (is_.CONTRADICTION, "ValueError TypeError IndexError", "/sqlite3/dbapi2.py", r"convert_", ""),
    (
        is_.CONTRADICTION,
        "ModuleNotFoundError ImportError AttributeError TypeError EOFError IndexError",
        "/shelve.py",
        r"__getitem__|get\Z|values|items",
        "",
    ),
    (
        is_.UNPARSABLE,
        "NotImplementedError",
        "/zipfile",
        r"ZipFile\.(?:open|read|_RealGetContents)|ZipExtFile|_get_decompressor|_check_compression",
        r"compression method is not supported|encryption|patched data|zip file version|compression type",
    ),
    (is_.MISCONFIGURED, "RuntimeError", "/zipfile", "", r"\(missing\)"),
)

STDLIB_PLACES: tuple[tuple[Label, str, str, str, str], ...] = (*_FORMATS, *_SETTINGS, *_PEERS, *_PROCESSES, *_STORED)
"""Label, classes, a piece of the path of one of the innermost frames, and regular expressions of the qualified name of
its function and of the text; an empty one is found anywhere."""

STDLIB_BEGINNINGS: tuple[tuple[Label, str, str], ...] = (
    *(
        (is_.BUG, "RuntimeError", words)
        for words in (
            "release unlocked lock",
            "cannot release un-acquired lock",
            "cannot notify ",
            "cannot wait on un-acquired lock",
            "Lock is not acquired",
            "cannot join thread before it is started",
            "cannot join current thread",
            "threads can only be started once",
            "cannot reuse already awaited coroutine",
            "coroutine is being awaited already",
        )
    ),
    (is_.CONTRADICTION, "AttributeError", "Can't get attribute '"),
    (is_.CONTRADICTION, "EOFError", "Ran out of input"),
    # of cryptography, which is compiled
    (is_.CONTRADICTION, "ValueError", "Decryption failed"),
    (is_.CONTRADICTION, "ValueError", "unsupported pickle protocol"),
    (is_.CONTRADICTION, "ValueError", "bad marshal data"),
    (is_.CONTRADICTION, "EOFError", "marshal data too short"),
    (is_.CONTRADICTION, "EOFError", "EOF read where "),
    (is_.UNPARSABLE, "UnicodeError", "UTF-16 stream does not start with BOM"),
    (is_.UNPARSABLE, "UnicodeError", "UTF-32 stream does not start with BOM"),
    (is_.UNPARSABLE, "UnicodeError", "decoding with '"),
    (is_.UNPARSABLE, "ValueError", "string argument should contain only ASCII characters"),
    (is_.UNPARSABLE, "OSError", "illegal IP address string passed to "),
    (is_.OUT_OF_HANDLES, "ValueError", "filedescriptor out of range in select()"),
    (is_.SILENT, "ConnectionAbortedError", "SSL handshake is taking longer than "),
    (is_.MISCONFIGURED, "OSError", "AF_UNIX path too long"),
    (is_.MISCONFIGURED, "OSError", "service/proto not found"),
    (is_.MISCONFIGURED, "OSError", "port/proto not found"),
    (is_.MISCONFIGURED, "OSError", "protocol not found"),
    (is_.MISCONFIGURED, "OSError", "no interface with this name"),
    (is_.MISCONFIGURED, "OSError", "No username set in the environment"),
    (is_.MISCONFIGURED, "RuntimeError", "Could not determine home directory"),
    (is_.MISCONFIGURED, "LookupError", "no such user: '"),
    (is_.MISCONFIGURED, "LookupError", "no such group: '"),
    # the text of a KeyError is quoted, by the quote that does not stand in it
    (is_.MISCONFIGURED, "KeyError", '"getpwnam(): name not found'),
    (is_.MISCONFIGURED, "KeyError", "'getpwuid(): uid not found"),
    (is_.MISCONFIGURED, "KeyError", '"getgrnam(): name not found'),
    (is_.MISCONFIGURED, "KeyError", "'getgrgid(): gid not found"),
)
"""Label, class, and the first words, enough of them to be nobody else's."""

_NOT_THERE = "FileNotFoundError PermissionError IsADirectoryError NotADirectoryError"
_UNPICKLES = "pickle.load pickle.loads marshal.load marshal.loads"
STDLIB_CALLS: tuple[tuple[Label, str, str, str], ...] = (
    (is_.REFUSED, "FileNotFoundError PermissionError", "socket.connect socket.connect_ex", ""),
    # an address that is none of this host's, a port or a folder in which this user may not listen
    (
        is_.MISCONFIGURED,
        "FileNotFoundError PermissionError OSError",
        "socket.bind",
        r"(?i)assign requested|permission denied|no such file",
    ),
    (is_.MISCONFIGURED, _NOT_THERE, "ssl.load_cert_chain ssl.load_verify_locations ssl.load_dh_params", ""),
    (is_.MISCONFIGURED, _NOT_THERE, "posix.posix_spawn posix.posix_spawnp posix.execv posix.execve", ""),
    (is_.EXHAUSTED, "BlockingIOError", "posix.fork posix.forkpty", ""),
    # what was stored once names what is there no longer, or no longer fits it
    (
        is_.CONTRADICTION,
        "ModuleNotFoundError ImportError AttributeError UnicodeDecodeError ValueError KeyError IndexError",
        _UNPICKLES,
        "",
    ),
    (is_.CONTRADICTION, "TypeError", _UNPICKLES, r"argument|not callable|takes no"),
)
"""Label, classes, the functions, each by the module that it or its object is of, and a regular expression of the
text."""
