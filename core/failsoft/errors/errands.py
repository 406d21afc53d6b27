"""What a function of a library was about, by its name and the kind of its package: setting up a client, signing a
request with our key, or reading what the application itself had put into a queue."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice

from failsoft.deferred import as_pattern
from failsoft.errors.failure import Frame
from failsoft.errors.files import is_standard
from failsoft.errors.frames import Frames
from failsoft.errors.packages import Kind
from failsoft.errors.places import kind_of_file

__all__ = ["names_a_settings_file", "of_frames"]

_CLOSE = 8
_MAX_TEXT = 600
_PEERS = frozenset({Kind.CLIENT, Kind.STORE, Kind.BROKER, Kind.LINK})
_OURS = frozenset({Kind.STORE, Kind.BROKER})

# what is made once, with what the application is set up with; a message or a query is made for each call
_MADE_ONCE = as_pattern(
    r"(?:\A|[._])\w*(?:Client|Producer|Consumer|Connection|Connector|Pool|Broker|Cluster|Engine|Transport|Cache"
    r"|Exporter|Processor|Session|Driver|Provider|Backend|Store|Bus|Redis|Kafka|Elasticsearch|Server)\.__(?:init|new)__\Z"
    r"|(?:\A|[._])(?:create|get|make|build|new)_(?:\w+_)?(?:client|engine|pool|connection|broker)\Z"
)
_RUNS = as_pattern(
    r"(?:\A|\.)_{0,2}(?:send|execute|request|publish|produce|fetch|read|recv|receive|call|run|encode|decode|put|query"
    r"|find|insert|update|delete|commit|begin|enqueue|subscribe|poll|consume|loads?|dumps?)(?:_\w+)?\Z"
)
_SIGNS = as_pattern(
    r"(?:\A|[._])_*(?:get_)?(?:auth(?:orization)?_(?:headers?|token\w*)|sign(?:_\w+)?|add_auth\w*|\w*_sign(?:ature)?"
    r"|calc_signature|string_to_sign|generate_(?:jwt|signature|token)|\w*(?:master|shared|account)_key\w*"
    r"|add_authorization_header|canonicali[sz]e\w*)\Z"
)
_UNPACKS = as_pattern(
    r"(?:\A|[._])_*(?:loads|decompress\w*|deseriali[sz]e\w*|unpickle\w*|unsign\w*"
    r"|decode_(?:message|body|payload|task|job|result)\w*"
    r"|restore\w*|message_from_\w+|decode)\Z"
)
_SETTINGS_FILE = as_pattern(
    r"(?:\A|[\s\"'(/\\])(?:[\w.-]*(?:settings|config(?:uration)?|secrets?|credentials|logging|docker-compose|pyproject"
    r"|alembic|values|prometheus|openapi|swagger)[\w.-]*\.(?:ya?ml|json|toml|ini|cfg|conf|xml|hcl)|\.env\b"
    # an archive that leads out of its folder is the client's
    r"|/etc/\S+(?!.*\boutside the destination))",
    re.IGNORECASE,
)


def names_a_settings_file(text: str) -> bool:
    """Whether what cannot be read is a file that is called as settings are."""
    return _SETTINGS_FILE.search(text[:_MAX_TEXT]) is not None


def of_frames(frames: Sequence[Frame]) -> str | None:
    """What the innermost functions were about: `set up`, `signed`, `queued`, or nothing that is known."""
    close = list(islice(_innermost(frames), _CLOSE))
    kind, inside = None, 0
    for file, _ in close:
        found = kind_of_file(file)
        if found is None and (inside or not is_standard(file)):
            break
        kind = kind or found
        inside += 1
    if kind is None:
        return None
    functions = [function for _, function in close[:inside]]
    if kind in _PEERS and any(_SIGNS.search(one) for one in functions[:4]):
        return "signed"
    if kind in _OURS and any(_UNPACKS.search(one) for one in functions[:4]):
        return "queued"
    if kind in _OURS and _is_made(functions):
        return "set up"
    return None


def _is_made(functions: list[str]) -> bool:
    """Whether something was about to be made once, and nothing was asked of it yet."""
    for function in functions:
        if _MADE_ONCE.search(function) is not None:
            return True
        if _RUNS.search(function) is not None:
            return False
    return False


def _innermost(frames: Sequence[Frame]) -> Sequence[tuple[str, str]] | islice[tuple[str, str]]:
    if isinstance(frames, Frames):
        return islice(frames.places(), _CLOSE)
    return [(file, function) for file, _, function in reversed(frames[-_CLOSE:])]
