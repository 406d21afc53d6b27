"""What the library that raised a builtin exception adds to it: one that does one thing, or a function that does."""

from __future__ import annotations

from collections.abc import Sequence

from failsoft.deferred import as_pattern
from failsoft.errors.catalogue import labels as is_
from failsoft.errors.catalogue.labels import Label
from failsoft.errors.failure import Frame
from failsoft.errors.files import in_package, is_application, is_installed, slashed
from failsoft.errors.packages import Kind, is_third_party, kind_of_top, package_of

__all__ = ["OF_INPUT", "kind_of_file", "kind_of_frame", "kind_of_place", "refine_by_library"]

_CLOSE = 3
_NEAR = 25
_OF_SETTINGS = (
    "-packages/pydantic_settings/", "-packages/dynaconf/", "-packages/environs/", "-packages/decouple.py",
    "-packages/ariadne/utils.py", "-packages/hcl2/", "-packages/i18n/", "-packages/pyhocon/", "-packages/ZConfig/",
    "-packages/configobj/", "-packages/openapi_spec_validator/", "-packages/connexion/spec",
)  # fmt: skip
# a builtin exception out of one of these says what it is by where it was raised
_BUILTIN_FROM: tuple[tuple[Label, tuple[str, ...]], ...] = (
    (
        is_.MISCONFIGURED,
        (
            "-packages/decouple.py", "-packages/dynaconf/", "-packages/environs/", "-packages/dotenv/",
            "-packages/starlette/config.py", "-packages/flask/config.py", "-packages/sanic/config.py",
            "-packages/django/apps/registry.py", "-packages/pyramid/renderers.py", "-packages/pyramid/config/",
            "-packages/tornado/template.py", "-packages/chameleon/loader.py", "-packages/mako/lookup.py",
            "-packages/msal/authority.py", "-packages/firebase_admin/__init__.py", "-packages/maxminddb/",
            "-packages/geoip2/database.py", "-packages/braintree/configuration.py", "/logging/config.py",
        ),
    ),
    # what it does with a secret, which a client sent; what was stored is read in the modules below
    (is_.UNPARSABLE, ("-packages/passlib/utils/__init__.py",)),
    # values of our own that are converted; a file is read in others of its modules
    (is_.BUG, ("pyarrow/array.pxi", "pyarrow/scalar.pxi", "pyarrow/builder.pxi", "pyarrow/pandas-shim.pxi")),
    (
        is_.CONTRADICTION,
        ("-packages/passlib/handlers/", "-packages/passlib/utils/handlers.py", "-packages/pyotp/otp.py"),
    ),
    (
        is_.UNPARSABLE,
        ("-packages/pyotp/__init__.py", "-packages/werkzeug/sansio/multipart.py", "-packages/openpyxl/reader/"),
    ),
)  # fmt: skip
_READS_SETTINGS = as_pattern(
    r"(?:parse_connection_str|from_connection_str|load_config|read_config|load_dotenv|from_pyfile|from_envvar"
    r"|load_environment|update_config|load_module_from_file_location)"
)
# a compiled module knows no more of its path than its package
_PACKAGE = as_pattern(r"-packages/([^/.]+)|([^/.]+)/[^/]+\.p(?:yx|xi)\Z")
_READS = as_pattern(
    r"pars|load|read|split|lookup|search|xpath|verif|decrypt|decod|from_|open|valid|deserial|convert|unpack|extract|decompress|lex|token|best_fit|make_impl"
)
_OF_KIND = {Kind.PARSER: is_.UNPARSABLE, Kind.AUTH: is_.WHO_ARE_YOU}
_OF_DATA = frozenset(
    {
        "ValueError",
        "KeyError",
        "IndexError",
        "EOFError",
        "OverflowError",
        "RuntimeError",
        "LookupError",
        "OSError",
        "AssertionError",
        "UnicodeError",
        "UnicodeDecodeError",
        "UnicodeEncodeError",
        "struct.error",
    }
)
_FILES_OF_OURS = ("-packages/tinydb/", "-packages/diskcache/", "-packages/sqlitedict", "/shelve.py", "/dbm/")
"""Stores that are files beside the application: what is read there, it wrote itself."""
_OF_TABLES = ("pandas.", "polars.", "pyarrow.")
_READS_TABLE = as_pattern(
    r"\A(?:read|scan)_(?:csv|json|ndjson|excel|parquet|ipc|avro|feather|orc|xml|html|fwf|table)\Z"
)
"""Of libraries that work with data of ours, unless they read a file, which a client sent."""
_SETS_UP = as_pattern(
    r"(?:\A|\.)(?:init_app|configure|setup|set_up|from_settings|from_object|from_crawler|_init_from_config)\Z"
)
_GIVEN_SETTINGS = as_pattern(
    r"(?:\A|\.)(?:\w*(?:Settings|Config|Configuration|Options|URL\w*)\.(?!__getattr__)\w+|(?:_?\w+_)?config|configure"
    r"|(?:\w+_)?(?:from|parse)_(?:url|uri|dsn)|(?!generate)\w*_options?|validate_\w*(?:preference|option|setting)\w*|\w*load_template|_create_template)\Z"
)
_READS_ANSWER = as_pattern(
    r"(?:parse|handle|read|check)_response|(?:process|get|read)_reply|raise_for_(?:status|response)"
)
_OF_SHAPE = frozenset({"KeyError", "IndexError", "TypeError", "AttributeError"})
_TAKES_APART = as_pattern(
    r"(?:\A|[._])(?:from_(?:json|dict|response|api|data|xml|element)|parse\w*|deserialize\w*|unmarshal\w*|decode\w*"
    r"|\w+_from_(?:json|dict|response))\Z"
)
OF_INPUT = frozenset({is_.UNPARSABLE, is_.INVALID, is_.UNPROCESSABLE})
"""What is said of a client's input, where nothing says whose it is."""
_SAYS_LITTLE = frozenset({is_.BUG, is_.OS_FAULT})
_ABSENT_SOCKET = frozenset({"FileNotFoundError", "PermissionError"})


def refine_by_library(label: Label, name: str, frames: Sequence[Frame]) -> tuple[Label, str] | None:
    """The label that fits the library better that raised an exception, and why.

    Parameters: as of `refine_by_place`, with at least one frame.
    """
    frames = _without_importing(frames)
    says_little = label == is_.UNPARSABLE or ("." not in name and label in _SAYS_LITTLE)
    if says_little and (better := _by_library(frames[-_CLOSE:], name)) is not None:
        return better, "in a library that does one thing"
    if name in _OF_DATA and label == is_.BUG and (better := _by_kind(frames[-_CLOSE:])) is not None:
        return better, "in a library that reads data"
    if name in _OF_SHAPE and label == is_.BUG and _reads_an_answer(frames[-1]):
        return is_.UPSTREAM_FAILED, "while reading a peer's answer"
    if name in _ABSENT_SOCKET and label == is_.OS_FAULT and frames[-1][2].endswith("connect"):
        return is_.REFUSED, "a socket that nobody listens at"
    if label in OF_INPUT and any(_is_in(frame[0], _FILES_OF_OURS) for frame in frames[-_NEAR:]):
        return is_.CONTRADICTION, "while reading a file of our own"
    if label == is_.BUG and name.startswith(_OF_TABLES) and any(_READS_TABLE.search(frame[2]) for frame in frames):
        return is_.UNPARSABLE, "while reading a file of a client"
    if label in OF_INPUT and any(_is_in(frame[0], _OF_SETTINGS) for frame in frames[-_NEAR:]):
        return is_.MISCONFIGURED, "while reading settings"
    return None


def _reads_an_answer(frame: Frame) -> bool:
    """Whether a function of a client makes something of what a peer sent."""
    inside = in_package(frame[0])
    if not inside or _TAKES_APART.search(frame[2]) is None:
        return False
    return package_of(inside.partition("/")[0].removesuffix(".py")).kind is Kind.CLIENT


def _without_importing(frames: Sequence[Frame]) -> Sequence[Frame]:
    """The frames up to the one that asked for a module: those of the import system say nothing."""
    end = len(frames)
    while end > 1 and "<frozen importlib" in frames[end - 1][0]:
        end -= 1
    return frames[:end]


def kind_of_place(path: str) -> Kind | None:
    """What the package is for that a file belongs to, if it is a well-known one."""
    found = _PACKAGE.search(path)
    return None if found is None else kind_of_top(found[1] or found[2])


def kind_of_file(file: str) -> Kind | None:
    """What the package is for that a file belongs to, as far as it is known or can be guessed; None: it belongs to none
    that is installed."""
    inside = in_package(file)
    if not inside:
        return None
    return kind_of_place(slashed(file)) or package_of(inside.removesuffix(".py").replace("/", ".")).kind


def kind_of_frame(file: str, function: str) -> Kind | None:
    """The same of a function, which tells of a compiled module more than its path does: Cython names it in full."""
    if _COMPILED.search(file) is None or not function.count("."):
        return kind_of_file(file)
    top = function.partition(".")[0]
    return kind_of_top(top) or (package_of(top).kind if is_third_party(top) else None)


_COMPILED = as_pattern(r"\.p(?:yx|xi)\Z")


def _by_kind(frames: Sequence[Frame]) -> Label | None:
    """What a builtin exception means that a library raised in a function that reads data: a client sent it."""
    kinds = [_reader_at(slashed(frame[0]), frame[2]) for frame in frames]
    label = _OF_KIND.get(kinds[-1] or Kind.UNKNOWN)
    if label is None:
        return None
    inside = [frame for frame, kind in zip(frames, kinds, strict=True) if kind is kinds[-1]]
    return label if any(_READS.search(frame[2].lower()) for frame in inside) else None


def _reader_at(path: str, function: str) -> Kind | None:
    """What the package is for that a file belongs to; of one that is not known only that it reads data."""
    if (kind := kind_of_place(path)) is not None:
        return kind
    inside = in_package(path)
    if inside and package_of(inside.partition("/")[0].removesuffix(".py")).kind is Kind.PARSER:
        return Kind.PARSER
    return Kind.PARSER if not inside and kind_of_frame(path, function) is Kind.PARSER else None


def _is_in(filename: str, places: tuple[str, ...]) -> bool:
    path = slashed(filename)
    return any(place in path for place in places)


def _by_library(frames: Sequence[Frame], name: str) -> Label | None:
    """What a builtin exception means that a library raised: by what the library is for, or what the function does.

    Code of the application that a library called back fails by itself: what the function around it does says nothing.
    """
    called_back = False
    for filename, _, function in reversed(frames):
        path = slashed(filename)
        for label, places in _BUILTIN_FROM:
            if _is_in(path, places):
                return label
        if not is_installed(path):
            called_back = called_back or is_application(path)
        elif not called_back:
            if _READS_SETTINGS.search(function) or _SETS_UP.search(function):
                return is_.MISCONFIGURED
            # what reads data is given data, also where that is a URL
            if kind_of_place(path) is not Kind.PARSER and _GIVEN_SETTINGS.search(function):
                return is_.MISCONFIGURED
            # a RuntimeError is about how the library is used
            if name != "RuntimeError" and kind_of_place(path) is not Kind.FRAMEWORK and _READS_ANSWER.search(function):
                return is_.UPSTREAM_FAILED
    return None
