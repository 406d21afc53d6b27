"""What well-known libraries say in their own words, where the class alone says less or something else.

`OF_CLASSES` holds for a class and its sub-classes. `OF_PLACES` holds for a builtin class that a function of a library
raises, and `OF_BEGINNINGS` for one that a compiled function raises, which leaves no place: its first words are its own.
`OF_CALLS` names the function, where these are too few.
"""

from __future__ import annotations

from failsoft.errors.catalogue import labels as is_
from failsoft.errors.catalogue.labels import Label
from failsoft.errors.catalogue.remarks import BEGINNINGS_OF_CLIENTS, PLACES_OF_CLIENTS, REMARKS
from failsoft.errors.catalogue.sayings import PLACES_OF_KITS, WORDS_OF_KITS
from failsoft.errors.catalogue.stdlib_texts import (
    STDLIB_BEGINNINGS,
    STDLIB_CALLS,
    STDLIB_CLASSES,
    STDLIB_PLACES,
)
from failsoft.errors.catalogue.toolbox import PLACES_OF_TOOLS, WORDS_OF_TOOLS
from failsoft.errors.catalogue.words import WORDS_OF_STORES

__all__ = ["OF_BEGINNINGS", "OF_CALLS", "OF_CLASSES", "OF_PLACES"]

OF_CLASSES: tuple[tuple[Label, str, str], ...] = (
    *WORDS_OF_KITS,
    *STDLIB_CLASSES,
    (is_.NO_TRUST, "pymongo.errors.ServerSelectionTimeoutError", r"certificate verify failed"),
    (is_.MISCONFIGURED, "google.auth.exceptions.InvalidOperation", r"cannot be refreshed"),
    (is_.MISCONFIGURED, "paramiko.ssh_exception.SSHException", r"deserialize key data|not a valid \w+ private key"),
    (is_.BUG, "pyarrow.lib.ArrowInvalid", r"\ASchema at index \d+ was different"),
    (is_.BUG, "graphql.error.graphql_error.GraphQLError", r"\ACannot return null for non-nullable field"),
    (is_.MISCONFIGURED, "huey.exceptions.HueyException", r"not found in TaskRegistry\Z"),
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
    # replies of SOCKS (RFC 1928, 6)
    (
        is_.REFUSED_US,
        "socks.ProxyError python_socks.ProxyError aiohttp_socks.ProxyError",
        r"not allowed by ruleset|[Aa]uthentication (?:failed|was rejected)|username and password",
    ),
    (
        is_.UPSTREAM_FAILED,
        "socks.ProxyError python_socks.ProxyError aiohttp_socks.ProxyError",
        r"sent invalid data|General SOCKS server failure|General server failure|Request rejected|[Ii]nvalid",
    ),
    (is_.MISCONFIGURED, "socks.ProxyError python_socks.ProxyError", r"(?:Command|Address type) not supported"),
    (is_.BROKEN, "serial.serialutil.SerialException", r"returned no data|disconnected|failed: \[Errno 5\]"),
    (is_.BROKEN, "smbprotocol.exceptions.SMBConnectionClosed", r""),
    (
        is_.STORE_AWAY,
        "kafka.errors.KafkaTimeoutError",
        r"\AKafkaTimeoutError: Unable to bootstrap|\AUnable to bootstrap",
    ),
    # --- peers and stores --------------------------------------------------------------------------------------------
    # who does not want to hear from us, which is nobody's lack of rights
    (
        is_.UPSTREAM_FAILED,
        "telebot.apihelper.ApiTelegramException telegram.error.Forbidden aiogram.exceptions.TelegramForbiddenError",
        r"blocked by the user|user is deactivated|can't initiate conversation|was kicked",
    ),
    # what has to be set up beforehand, and what we have no credentials for
    (is_.MISCONFIGURED, "google.api_core.exceptions.NotFound", r"\b[Bb]ucket does not exist"),
    (is_.MISCONFIGURED, "google.auth.exceptions.RefreshError", r"do not contain the necessary fields"),
    (is_.MISCONFIGURED, "jenkins.JenkinsException", r"\Ajob\[.*\] does not exist"),
    (is_.MISCONFIGURED, "selenium.common.exceptions.SessionNotCreatedException", r"only supports|cannot find"),
    (is_.QUOTA_SPENT, "hcloud._exceptions.APIException", r"resource_limit_exceeded"),
    (is_.MISCONFIGURED, "peewee.InterfaceError", r"must be initialized before"),
    (is_.MISCONFIGURED, "snowflake.connector.errors.ProgrammingError", r"Configuration error"),
    # a broker that closes where it should open: the virtual host is not there, or not for us
    (is_.MISCONFIGURED, "aiormq.exceptions.InvalidFrameError", r"Connection\.Close\b"),
    (is_.BUG, "amqpstorm.exception.AMQPChannelError", r"\Achannel closed"),
    (is_.OUT_OF_MEMORY, "pymemcache.exceptions.MemcacheServerError", r"out of memory"),
    # of libmemcached: the server could not have the memory
    (is_.OUT_OF_MEMORY, "pylibmc.Error", r"\Aerror 48 "),
    (is_.REFUSED_US, "mixpanel.MixpanelException", r"token, missing or empty"),
    (is_.EXHAUSTED, "nats.errors.Error", r"(?i)maximum (?:account )?(?:active )?connections exceeded"),
    (is_.REFUSED_US, "nats.errors.Error", r"(?i)authori[sz]ation (?:violation|timeout)|authentication expired"),
    (is_.STORE_AWAY, "nats.errors.Error", r"(?i)stale connection"),
    (is_.SILENT, "pymssql.exceptions.OperationalError pymssql._mssql.MSSQLDatabaseException", r"[Tt]imed out"),
    # --- auth --------------------------------------------------------------------------------------------------------
    (is_.BUG, "jwt.exceptions.DecodeError", r"\AIt is required that you pass in"),
    (is_.OUT_OF_MEMORY, "argon2.exceptions.HashingError", r"Memory allocation"),
    (is_.MISCONFIGURED, "argon2.exceptions.HashingError", r"too (?:small|large|short|long|many|few)|Too (?:many|few)"),
    (is_.MISCONFIGURED, "nacl.exceptions.ValueError", r"\AThe key must be"),
    (is_.WHO_ARE_YOU, "josepy.errors.DeserializationError", r"JWS"),
    # --- what reads data ---------------------------------------------------------------------------------------------
    (is_.BUG, "pydantic_core.ValidationError", r"type=(?:frozen_(?:instance|field)|no_such_attribute)\b"),
    (is_.UNPARSABLE, "sympy.core.sympify.SympifyError", r"could not parse"),
    (is_.MISCONFIGURED, "pyogrio.errors.DataSourceError", r"No such file"),
    (is_.BUG, "minijinja.TemplateError", r"\Aundefined value"),
    (is_.BUG, "import_export.exceptions.ImportError", r"declared in 'import_id_fields'|not present in the resource"),
    # a client that is generated checks what its methods are called with
    (is_.BUG, "pydantic_core.ValidationError", r"\A\d+ validation errors? for [A-Z]\w*Api\.\w+"),
    *REMARKS,
    *WORDS_OF_STORES,
    *WORDS_OF_TOOLS,
)
"""Label, classes, and a regular expression that is found in the text."""

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
    (is_.MISCONFIGURED, "NotImplementedError", "-packages/jwt/api_jws.py", "", r"installed"),
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
    (is_.MISCONFIGURED, "ValueError", "-packages/opentelemetry/sdk/", r"\.__init__\Z|_validate", r"must be"),
    (is_.MISCONFIGURED, "UnicodeDecodeError", "-packages/jinja2/loaders.py", r"get_source", ""),
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
    (is_.UNPARSABLE, "ValueError", "-packages/pandas/io/excel/", "", r"format cannot be determined|not recognized"),
    (is_.UNPARSABLE, "ValueError", "-packages/pandas/io/html.py", "", r"No tables found|No text parsed"),
    (is_.UNPARSABLE, "struct.error ValueError UnicodeDecodeError", "-packages/pandas/io/stata.py", r"[Rr]ead", ""),
    (is_.UNPARSABLE, "struct.error ValueError IndexError", "-packages/pandas/io/sas/", "", ""),
    (
        is_.UNPARSABLE,
        "ValueError",
        "-packages/numpy/lib/",
        r"\Aload|\Agenfromtxt|\A_read\Z|\Afromregex|\Aread_",
        r"pickled|number of columns|Some errors|could not convert|magic|header|[Cc]annot parse|array data|usecols",
    ),
    (
        is_.UNPARSABLE,
        "OSError",
        "-packages/pyarrow/",
        "",
        r"\ANot an? |[Ii]nvalid|[Cc]orrupt|magic|footer|[Tt]runcated",
    ),
    (
        is_.UNPARSABLE,
        "IndexError ValueError TypeError struct.error KeyError EOFError",
        "-packages/scipy/io/",
        r"load|[Rr]ead|open|_guess|get_matfile",
        "",
    ),
    (
        is_.INVALID,
        "ValueError",
        "-packages/shapely/",
        "",
        r"requires at least|coordinates|[Ii]nvalid|non-finite|must be",
    ),
    (is_.BUG, "KeyError", "-packages/h5py/", r"__getitem__", ""),
    (is_.BUG, "KeyError", "-packages/docx/", "", r"no style"),
    (is_.BUG, "ValueError", "-packages/openpyxl/workbook/child.py", "", ""),
    (
        is_.NOT_THERE,
        "KeyError",
        "-packages/openpyxl/workbook/workbook.py",
        r"Workbook\.__getitem__\Z",
        r"does not exist",
    ),
    (is_.BUG, "ValueError", "lxml/", r"ValidOrRaise|_utf8\Z|_(?:parse|load)Memory|Element\Z", ""),
    (is_.UNPARSABLE, "xml.dom.SyntaxErr", "-packages/cssutils/", "", ""),
    (is_.MISCONFIGURED, "LookupError", "-packages/nltk/data.py", "", ""),
    (is_.CONTRADICTION, "EOFError ValueError KeyError", "-packages/joblib/numpy_pickle", r"load|read|unpickle", ""),
    (is_.MISCONFIGURED, "SyntaxError", "-packages/yamale/", "", ""),
    (is_.INVALID, "SyntaxError", "-packages/RestrictedPython/", "", ""),
    (is_.MISCONFIGURED, "OSError", "-packages/gnupg", "", r"Unable to run"),
    (is_.CONTENTION, "OSError", "-packages/git/util.py", "", r"could not be obtained"),
    (is_.CONTENTION, "OSError", "-packages/gitdb/util.py", "", r"could not be obtained"),
    (is_.MISCONFIGURED, "FileNotFoundError", "-packages/fpdf/fpdf.py", r"add_font", ""),
    (is_.MISCONFIGURED, "FileNotFoundError", "-packages/zarr/", "", ""),
    (is_.MISCONFIGURED, "TypeError", "-packages/beaker/", "", r"\AUnknown cache implementation"),
    (is_.BUG, "ConnectionError", "-packages/telethon/", "", r"while disconnected"),
    (is_.BUG, "ValueError", "-packages/dateparser/languages/loader.py", "", r"\AUnknown (?:language|locale)"),
    (is_.BUG, "ValueError", "-packages/soundfile.py", "", r"\AUnknown (?:format|subtype|endian)"),
    (is_.BUG, "ValueError TypeError", "-packages/shortuuid/", "", r"must be a (?:str|List)"),
    (is_.BUG, "KeyError", "-packages/fluent/runtime/", "", ""),
    (is_.CHILD_HUNG, "TimeoutError", "-packages/pebble/", "", ""),
)

# what is there, and who may read it, a file server says in errors of the system
_SHARES: tuple[tuple[Label, str, str, str, str], ...] = tuple(
    (label, names, place, function, "")
    for place, function in (
        ("-packages/paramiko/sftp_client.py", r"_convert_status|_read_response|_request"),
        ("-packages/fsspec/implementations/http", ""),
        ("-packages/fsspec/implementations/ftp.py", ""),
        ("-packages/fsspec/implementations/sftp.py", ""),
        ("-packages/fsspec/implementations/webhdfs.py", ""),
        ("-packages/fsspec/implementations/github.py", ""),
        ("-packages/s3fs/", ""),
        ("-packages/gcsfs/", ""),
        ("-packages/adlfs/", ""),
        ("-packages/ossfs/", ""),
    )
    for label, names in (
        (is_.REFUSED_US, "PermissionError"),
        (is_.UPSTREAM_FAILED, "FileNotFoundError FileExistsError IsADirectoryError NotADirectoryError"),
    )
)
_REPLIES: tuple[tuple[Label, str, str, str, str], ...] = (
    (is_.UPSTREAM_FAILED, "OSError", "-packages/paramiko/sftp_client.py", r"_convert_status|_read_response", ""),
    (is_.BROKEN, "EOFError", "-packages/paramiko/", "", ""),
)

OF_PLACES: tuple[tuple[Label, str, str, str, str], ...] = (
    *STDLIB_PLACES, *_FRAMEWORKS, *_AUTH, *_FORMATS, *_SHARES, *_REPLIES, *PLACES_OF_KITS, *PLACES_OF_CLIENTS,
    *PLACES_OF_TOOLS,
)  # fmt: skip
"""Label, classes, a piece of the path of one of the innermost frames, and regular expressions of the qualified name of
its function and of the text; an empty one is found anywhere."""

OF_BEGINNINGS: tuple[tuple[Label, str, str], ...] = (
    *STDLIB_BEGINNINGS,
    (is_.MISCONFIGURED, "RuntimeError", '{"type":"LoaderError"'),
    (is_.MISCONFIGURED, "RuntimeError", "Invalid JSON\n\nCaused by"),
    # RocksDB, of its files
    (is_.CORRUPT, "Exception", "Corruption: block checksum"),
    (is_.CORRUPT, "Exception", "Corruption: no log_file"),
    (is_.CORRUPT, "Exception", "Corruption: Can't access"),
    (is_.CORRUPT, "Exception", "Corruption: corrupted"),
    (is_.CORRUPT, "Exception", "Corruption: bad "),
    (is_.UNPARSABLE, "RuntimeError", "LZ4F_getFrameInfo failed"),
    (is_.UNPARSABLE, "RuntimeError", "LZ4F_decompress failed"),
    (is_.CHILD_HUNG, "TimeoutError", "[Errno Task timeout]"),
    (is_.UNPARSABLE, "OSError", "Not an ORC file"),
    (is_.BUG, "KeyError", "'Unable to synchronously open object"),
    (is_.BUG, "KeyError", '"Unable to synchronously open object'),
    (is_.INVALID, "ValueError", "password cannot be longer than 72 bytes"),
    (is_.INVALID, "ValueError", "password may not contain NUL bytes"),
    (is_.UNPARSABLE, "ValueError", "error parsing asn1 value"),
    # what was encrypted in another way; the compiled classes of cryptography do not say whose they are
    (is_.CONTRADICTION, "ValueError", "Invalid padding "),
    (is_.MISCONFIGURED, "TypeError", "Password was not given but private key is encrypted"),
    (is_.MISCONFIGURED, "TypeError", "Password was given but private key is not encrypted"),
    (is_.MISCONFIGURED, "ValueError", "Incorrect password, could not decrypt key"),
    (is_.MISCONFIGURED, "ValueError", "Could not deserialize key data"),
    (is_.MISCONFIGURED, "ValueError", "Valid PEM but no "),
    (is_.MISCONFIGURED, "ValueError", "Invalid password or PKCS12 data"),
    *BEGINNINGS_OF_CLIENTS,
    (is_.MISCONFIGURED, "ValueError", "Unable to load PEM file"),
)
"""Label, class, and the first words, enough of them to be nobody else's."""

OF_CALLS: tuple[tuple[Label, str, str, str], ...] = (
    *STDLIB_CALLS,
    # the hash that was stored
    # what was encrypted once, with another key or in another way
    (is_.CONTRADICTION, "ValueError", "cryptography.decrypt", ""),
    (
        is_.MISCONFIGURED,
        "ValueError",
        """
        cryptography.AESGCM cryptography.AESCCM cryptography.AESOCB3 cryptography.AESSIV cryptography.AESGCMSIV
        cryptography.ChaCha20Poly1305
        """,
        r"\bkey must be\b",
    ),
    (
        is_.MISCONFIGURED,
        "ValueError TypeError",
        """
        cryptography.load_pem_private_key cryptography.load_der_private_key cryptography.load_ssh_private_key
        cryptography.load_pem_public_key cryptography.load_pkcs12
        """,
        "",
    ),
    (is_.CONTRADICTION, "ValueError", "bcrypt.checkpw bcrypt.hashpw", r"\AInvalid salt"),
)
"""Label, classes, functions, each by the module that it or its object is of, and a regular expression of the text."""
