"""What well-known libraries say in their own words, where the class alone says less or something else.

`OF_CLASSES` holds for a class and its sub-classes. `OF_PLACES` holds for a builtin class that a function of a library
raises, and `OF_BEGINNINGS` for one that a compiled function raises, which leaves no place: its first words are its own.
"""

from __future__ import annotations

from failsoft.errors.catalogue import labels as is_
from failsoft.errors.catalogue.labels import Label

__all__ = ["OF_BEGINNINGS", "OF_CLASSES", "OF_PLACES"]

OF_CLASSES: tuple[tuple[Label, str, str], ...] = (
    # --- the standard library ----------------------------------------------------------------------------------------
    (is_.BUG, "smtplib.SMTPServerDisconnected", r"please run connect\(\) first"),
    (is_.UPSTREAM_FAILED, "smtplib.SMTPNotSupportedError", r"\ASMTP AUTH"),
    (
        is_.BUG,
        "_csv.Error",
        r"escapechar|lineterminator|quotechar|iterable expected|unknown dialect|not bytes|must be set",
    ),
    (is_.MISCONFIGURED, "tarfile.CompressionError", r"module is not available"),
    (is_.BUG, "tarfile.CompressionError tarfile.StreamError", r"unknown compression|seeking backwards"),
    (is_.MISCONFIGURED, "dbm.error", r"need 'c' or 'n'|module is not available"),
    (is_.BUG, "_lzma.LZMAError", r"options"),
    (is_.BUG, "urllib.error.URLError", r"unknown url type|no host given|not on local host"),
    (
        is_.MISCONFIGURED,
        "ssl.SSLError",
        r"PEM lib|NO_CERTIFICATE_OR_CRL|NO_START_LINE|KEY_VALUES_MISMATCH|BAD_(?:DECRYPT|PASSWORD)|_TOO_(?:SMALL|WEAK)",
    ),
    (is_.BROKEN, "ssl.SSLError", r"APPLICATION_DATA_AFTER_CLOSE|BAD_RECORD_MAC|DECRYPTION_FAILED"),
    (is_.BROKEN, "OpenSSL.SSL.SysCallError OpenSSL.SSL.ZeroReturnError", r""),
    # --- links -------------------------------------------------------------------------------------------------------
    (is_.BUG, "aiosmtplib.errors.SMTPServerDisconnected", r"[Nn]ot connected"),
    (is_.BUG, "websocket.WebSocketConnectionClosedException", r"\Asocket is already closed"),
    (is_.MISCONFIGURED, "urllib3.exceptions.SSLError requests.exceptions.SSLError", r"\[Errno 2\]|Errno 13\]"),
    (is_.MISCONFIGURED, "requests.exceptions.InvalidSchema", r"\AMissing dependencies"),
    (
        is_.UPSTREAM_NOT_NOW,
        "socketio.exceptions.ConnectionError engineio.exceptions.ConnectionError",
        r"status code 50[234]",
    ),
    (
        is_.UPSTREAM_FAILED,
        "socketio.exceptions.ConnectionError engineio.exceptions.ConnectionError",
        r"status code [45]\d\d|Invalid response",
    ),
    (is_.REFUSED_US, "razorpay.errors.BadRequestError", r"(?i)authentication failed|api key .*is (?:invalid|expired)"),
    (is_.REFUSED_US, "fastapi_mail.errors.ConnectionErrors", r"\(53[0458]\b"),
    (is_.SILENT, "fastapi_mail.errors.ConnectionErrors", r"[Tt]imed out"),
    (is_.EXHAUSTED, "nats.errors.Error", r"(?i)maximum (?:account )?(?:active )?connections exceeded"),
    (is_.REFUSED_US, "nats.errors.Error", r"(?i)authori[sz]ation (?:violation|timeout)|authentication expired"),
    (is_.STORE_AWAY, "nats.errors.Error", r"(?i)stale connection"),
    (is_.SILENT, "pymssql.exceptions.OperationalError pymssql._mssql.MSSQLDatabaseException", r"[Tt]imed out"),
    # --- auth --------------------------------------------------------------------------------------------------------
    (is_.BUG, "jwt.exceptions.DecodeError", r"\AIt is required that you pass in"),
    (is_.OUT_OF_MEMORY, "argon2.exceptions.HashingError", r"Memory allocation"),
    (is_.MISCONFIGURED, "argon2.exceptions.HashingError", r"too (?:small|large|short|long|many|few)|Too (?:many|few)"),
    # --- what reads data ---------------------------------------------------------------------------------------------
    (is_.BUG, "pydantic_core.ValidationError", r"type=(?:frozen_(?:instance|field)|no_such_attribute)\b"),
    (is_.BUG, "import_export.exceptions.ImportError", r"declared in 'import_id_fields'|not present in the resource"),
    # a client that is generated checks what its methods are called with
    (is_.BUG, "pydantic_core.ValidationError", r"\A\d+ validation errors? for [A-Z]\w*Api\.\w+"),
)
"""Label, classes, and a regular expression that is found in the text."""

_STDLIB: tuple[tuple[Label, str, str, str, str], ...] = (
    (is_.BROKEN, "EOFError", "/multiprocessing/connection.py", "", ""),
    (is_.BROKEN, "OSError", "/multiprocessing/connection.py", "", r"\Agot end of file"),
    (is_.CHILD_HUNG, "TimeoutError", "/concurrent/futures/_base.py", r"as_completed", ""),
    (is_.MISCONFIGURED, "PermissionError NotADirectoryError", "/subprocess.py", r"_execute_child", ""),
    (is_.MISCONFIGURED, "OSError", "/subprocess.py", r"_execute_child", r"\A\[Errno 8\]"),
    (is_.BUG, "OSError", "/subprocess.py", r"_execute_child", r"\A\[Errno 7\]"),
    (
        is_.UNPARSABLE,
        "NotImplementedError",
        "/zipfile",
        r"ZipFile\.(?:open|read|_RealGetContents)|ZipExtFile|_get_decompressor|_check_compression",
        r"compression method is not supported|encryption|patched data|zip file version|compression type",
    ),
    (is_.MISCONFIGURED, "RuntimeError", "/zipfile", "", r"\(missing\)"),
    (is_.REFUSED_US, "OSError", "/http/client.py", r"_tunnel", r"failed: 407"),
    (is_.UPSTREAM_FAILED, "OSError", "/http/client.py", r"_tunnel", ""),
    (is_.BUG, "OSError", "/socket.py", r"SocketIO\.", r"cannot read from timed out"),
    (is_.BUG, "RuntimeError", "/asyncio/timeouts.py", "", ""),
    (is_.MISCONFIGURED, "OSError", "/ctypes/__init__.py", r"DLL\.__|LibraryLoader", ""),
    (is_.MISCONFIGURED, "FileNotFoundError OSError UnicodeDecodeError", "/gettext.py", "", ""),
    (is_.MISCONFIGURED, "FileNotFoundError", "/tempfile.py", r"_get_default_tempdir", ""),
)

_FRAMEWORKS: tuple[tuple[Label, str, str, str, str], ...] = (
    (is_.MISCONFIGURED, "AssertionError ImportError RuntimeError", "-packages/starlette/", "", r"must be installed"),
    (is_.MISCONFIGURED, "RuntimeError", "-packages/starlette/staticfiles.py", "", ""),
    (
        is_.BUG,
        "RuntimeError",
        "-packages/starlette/",
        "",
        r"does not exist|close message|not connected|\ANo response|ASGI",
    ),
    (is_.BUG, "RuntimeError", "-packages/starlette/websockets.py", "", ""),
    (is_.BUG, "TypeError", "-packages/pyramid/renderers.py", "", r"serializable"),
    (is_.UNPARSABLE, "ValueError AssertionError RuntimeError", "-packages/aiohttp/multipart.py", r"Reader\.", ""),
    (is_.BUG, "RuntimeError", "-packages/uvicorn/protocols/", "", r"ASGI|Response content"),
    (is_.MISCONFIGURED, "RuntimeError ImportError", "-packages/fastapi/dependencies/", "", r"to be installed"),
    (is_.MISCONFIGURED, "ValueError", "-packages/django/contrib/staticfiles/", "", r"manifest"),
    (is_.MISCONFIGURED, "RuntimeError", "-packages/django/db/models/base.py", "", r"INSTALLED_APPS"),
    (is_.MISCONFIGURED, "AssertionError", "-packages/fastapi_cache/", "", r"init first"),
    (is_.MISCONFIGURED, "ValueError KeyError TypeError", "-packages/environ/", "", ""),
    (is_.MISCONFIGURED, "AssertionError RuntimeError", "-packages/authlib/integrations/", "", r"must (?:be|have) "),
    (is_.MISCONFIGURED, "NotImplementedError", "-packages/jwt/api_jws.py", "", r"installed|not supported"),
    # what a resolver gave back, and the names of a schema, are ours
    (is_.BUG, "graphql.error.graphql_error.GraphQLError", "-packages/graphql/type/scalars.py", r"\Aserialize_", ""),
    (is_.BUG, "graphql.error.graphql_error.GraphQLError", "-packages/graphql/type/definition.py", r"\.serialize\Z", ""),
    (is_.BUG, "graphql.error.graphql_error.GraphQLError", "-packages/graphql/type/assert_name.py", "", ""),
)

_AUTH: tuple[tuple[Label, str, str, str, str], ...] = (
    (is_.BUG, "TypeError", "-packages/passlib/", "", ""),
    (
        is_.BUG,
        "ValueError TypeError",
        "-packages/passlib/utils/handlers.py",
        r"\.using\Z|_norm_rounds|norm_integer",
        "",
    ),
    (is_.BUG, "AttributeError RuntimeError", "-packages/passlib/", "", ""),
)

_FORMATS: tuple[tuple[Label, str, str, str, str], ...] = (
    (is_.MISCONFIGURED, "OSError", "-packages/PIL/ImageFont.py", "", ""),
    (is_.MISCONFIGURED, "OSError", "-packages/PIL/", "", r"\A(?:decoder|encoder) \S+ not available"),
    (is_.BUG, "OSError", "-packages/PIL/", "", r"\A(?:cannot write|encoder error|buffer is not)"),
    (is_.BUG, "OSError KeyError ValueError", "-packages/PIL/", r"\.save\Z|\A_save|_encode", ""),
    (
        is_.UNPARSABLE,
        "OSError SyntaxError EOFError IndexError struct.error TypeError KeyError ZeroDivisionError",
        "-packages/PIL/",
        r"open\Z|load|_read|read\Z|decode|parse|chunk|getexif|verify",
        "",
    ),
    (is_.INVALID, "LookupError", "-packages/babel/dates.py", r"get_timezone", ""),
    (is_.BUG, "ValueError", "-packages/marshmallow/schema.py", r"Schema\.(?:__init__|_init_fields)", ""),
    (is_.BUG, "ValueError", "-packages/marshmallow/", r"fields\.py|(?:\A|\.)__init__\Z", ""),
    (is_.INVALID, "ValueError", "-packages/pandas/io/excel/", "", r"Worksheet"),
    (is_.UNPARSABLE, "xml.dom.SyntaxErr", "-packages/cssutils/", "", ""),
    (is_.MISCONFIGURED, "LookupError", "-packages/nltk/data.py", "", ""),
    (is_.CONTRADICTION, "EOFError ValueError KeyError", "-packages/joblib/numpy_pickle", r"load|read|unpickle", ""),
    (is_.MISCONFIGURED, "SyntaxError", "-packages/yamale/", "", ""),
    (is_.INVALID, "SyntaxError", "-packages/RestrictedPython/", "", ""),
    (is_.MISCONFIGURED, "OSError", "-packages/gnupg", "", r"Unable to run"),
    (is_.CONTENTION, "OSError", "-packages/git/util.py", "", r"could not be obtained"),
    (is_.CHILD_HUNG, "TimeoutError", "-packages/pebble/", "", ""),
)

OF_PLACES: tuple[tuple[Label, str, str, str, str], ...] = (*_STDLIB, *_FRAMEWORKS, *_AUTH, *_FORMATS)
"""Label, classes, a piece of the path of one of the innermost frames, and regular expressions of the qualified name of
its function and of the text; an empty one is found anywhere."""

OF_BEGINNINGS: tuple[tuple[Label, str, str], ...] = (
    (is_.CONTRADICTION, "AttributeError", "Can't get attribute '"),
    (is_.CONTRADICTION, "EOFError", "Ran out of input"),
    (is_.INVALID, "ValueError", "password cannot be longer than 72 bytes"),
    (is_.INVALID, "ValueError", "password may not contain NUL bytes"),
    (is_.UNPARSABLE, "ValueError", "error parsing asn1 value"),
    (is_.CONTRADICTION, "ValueError", "unsupported pickle protocol"),
    (is_.CONTRADICTION, "ValueError", "bad marshal data"),
    (is_.CONTRADICTION, "EOFError", "marshal data too short"),
    (is_.MISCONFIGURED, "TypeError", "Password was not given but private key is encrypted"),
    (is_.MISCONFIGURED, "TypeError", "Password was given but private key is not encrypted"),
    (is_.MISCONFIGURED, "ValueError", "Incorrect password, could not decrypt key"),
    (is_.MISCONFIGURED, "ValueError", "Could not deserialize key data"),
    (is_.MISCONFIGURED, "ValueError", "Unable to load PEM file"),
    (is_.CONTRADICTION, "ValueError", "Invalid salt"),
)
"""Label, class, and the first words, enough of them to be nobody else's."""
