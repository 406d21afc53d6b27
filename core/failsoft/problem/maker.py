"""From a failure to what the client is told about it."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from random import Random
from typing import Any, Protocol
from uuid import UUID

from failsoft.call import RequestFacts
from failsoft.deferred import as_pattern
from failsoft.errors.exceptions import Fault, SettingsError
from failsoft.errors.failure import Failure
from failsoft.errors.taxonomy import Category
from failsoft.ids import support_reference
from failsoft.problem import headers
from failsoft.problem.catalogue import SHIPPED, Catalogue, Texts, fill, notification
from failsoft.problem.document import Problem
from failsoft.problem.negotiate import accepted_language, language_tag
from failsoft.problem.text import readable

__all__ = ["ProblemMaker", "TextSanitizer"]

Stack = Callable[[Failure], str]
"""Formats the stack of a failure for the `debug` member; sanitized afterwards."""

_MAX_ERRORS = 50
_MAX_SEGMENTS = 16
_MAX_SEGMENT = 64
_MAX_PUBLIC = 32
_MAX_FACT = 200
_MAX_DELAY = 2**31 - 1  # the largest delta-seconds that HTTP promises to carry (RFC 9111, 1.2.2)
_CODE = as_pattern(r"[A-Za-z0-9_.:-]{1,100}")
_SECONDS = as_pattern(r"\d{1,10}")


class TextSanitizer(Protocol):
    """Takes secrets and personal data out of a text."""

    def text(self, value: str) -> str:
        """The text without them. Bounded work, and never raises."""
        ...


class ProblemMaker:
    """Makes problems. Immutable after construction but for a counter, and safe to share between threads.

    Parameters:
        sanitizer: every text that did not come from the catalogue goes through it.
        type_base: URI that codes are appended to for `type` (`…/circuit-breaker-error`). Without it `type` is
            `about:blank` and `title` the phrase of the status, as RFC 9457 wants.
        documentation_base: likewise for `documentation_url`; without it there is none.
        languages: what is spoken, the default first.
        debug: add a `debug` member with type, message and stack. The only switch that discloses anything.
        rng: spreads `Retry-After`, so that clients do not come back all at once.
        retry_after_cap: seconds; the longest wait that a client is told on somebody else's word.
        stack: formats the stack for `debug`; by default the recorded frames, one per line.
        catalogue: the texts; by default those that ship, in `languages`.
        service: name of the service, for texts that ask for it.

    Attributes:
        dropped_headers: how many headers of exceptions could not be sent.
        catalogue: the texts.

    Raises:
        SettingsError: `languages` holds something that is no language tag.
    """

    def __init__(
        self,
        *,
        sanitizer: TextSanitizer,
        type_base: str | None = None,
        documentation_base: str | None = None,
        languages: Sequence[str] = ("en",),
        debug: bool = False,
        rng: Random,
        retry_after_cap: float = 3600.0,
        stack: Stack | None = None,
        catalogue: Catalogue | None = None,
        service: str = "",
    ) -> None:
        tags = [language_tag(tag) if isinstance(tag, str) else None for tag in languages]
        wrong = [str(given) for given, tag in zip(languages, tags, strict=True) if tag is None]
        if wrong:
            raise SettingsError(Fault("responses.languages", repr(tag), 'expected a tag such as "de"') for tag in wrong)
        self._sanitizer = sanitizer
        self._type_base = type_base
        self._documentation_base = documentation_base
        self._languages = tuple(tag for tag in tags if tag is not None) or ("en",)
        self._debug = debug
        self._rng = rng
        self._cap = max(1, math.floor(retry_after_cap))
        self._stack = stack or _recorded_stack
        self._service = service
        self.dropped_headers = 0
        self.catalogue = catalogue or Catalogue(self._languages)

    def make(
        self, failure: Failure, *, request_id: str | None, trace_id: str | None, facts: RequestFacts, may_repeat: bool
    ) -> Problem:
        """What the client is told about a failure.

        Parameters:
            may_repeat: repeating this request does no harm (its method, or its endpoint, says so).
        """
        status = _status(failure.status)
        code, slug = _named(failure.code, status)
        language = accepted_language(facts.accept_language, self._languages)
        asked = self._headers(failure)
        after, retry_header = self._retry_after(failure, asked)
        allowed = bool(failure.transient and may_repeat)
        reference = _reference(failure.error_id)
        said = self.catalogue.texts(language, code, failure.category, status)
        wait = self.catalogue.wait(language, after) if after else ""
        own = failure.title is not None or failure.user_message is not None or failure.guidance is not None
        places: Mapping[str, str] = {}
        if own or self.catalogue.fills:
            places = {
                **self._facts(failure),
                "seconds": "" if after is None else str(after),
                "wait": wait,
                "status": str(status),
                "code": code,
                "request_id": request_id or "",
                "support_reference": reference or "",
            }
        if self.catalogue.fills:
            said = self._filled(said, language, failure.category, status, places)
        title = said.title if self._type_base else self.catalogue.phrase(language, status)
        detail = self._with_a_wait(said.detail, language, wait, failure, allowed)
        guidance = said.guidance
        if own:
            title = self._own(failure.title, language, places, 256) or title
            detail = self._own(failure.user_message, language, places, 2048) or detail
            guidance = self._own(failure.guidance, language, places, 1024) or guidance
        return Problem(
            type=f"{self._type_base}{slug}" if self._type_base else "about:blank",
            title=title,
            status=status,
            detail=detail,
            instance=f"urn:uuid:{failure.error_id}" if reference else None,
            code=code,
            error_id=failure.error_id or None,
            request_id=request_id or None,
            trace_id=trace_id or None,
            timestamp=_timestamp(failure.timestamp),
            recoverable=failure.recoverable,
            guidance=guidance,
            retry={"allowed": allowed} if after is None else {"allowed": allowed, "after": after},
            support_reference=reference,
            documentation_url=f"{self._documentation_base}{slug}" if self._documentation_base else None,
            errors=self._errors(failure.errors) if failure.errors else (),
            notification=failure.notification or notification(code, status),
            language=language,
            headers=_answer_headers(asked, language, retry_header, failure.error_id),
            extensions={"debug": self._disclosed(failure)} if self._debug else {},
        )

    def _with_a_wait(self, detail: str, language: str, wait: str, failure: Failure, allowed: bool) -> str:
        if wait:
            again = self.catalogue.label(language, "again_in").replace("{wait}", wait)
        elif failure.transient and (allowed or failure.rejected or failure.not_sent):
            again = self.catalogue.label(language, "again_later")
        else:
            return detail
        return f"{detail} {again}"

    def _own(self, text: object, language: str, places: Mapping[str, str], limit: int) -> str | None:
        """A text of the application, in the language if it has it; None where it has nothing to say."""
        chosen = None if text is None else _in_language(text, language, self._languages[0])
        if not chosen:
            return None
        filled = fill(self._safe(chosen, limit), places)
        return self._as_filled(filled, chosen, limit) if filled else None

    def _as_filled(self, filled: str, text: str, limit: int) -> str | None:
        """A text with its facts, cleaned once more: `token={token}` is a secret only when it is filled."""
        return (self._safe(filled, limit) if "{" in text else readable(filled, limit)).strip() or None

    def _filled(self, said: Texts, language: str, category: Category, status: int, places: Mapping[str, str]) -> Texts:
        """Texts of a catalogue with their places filled; one that asks for what is not known gives way."""
        if not any("{" in text for text in said):
            return said
        # those that ship have no places
        less = (self.catalogue.general(language, category, status), SHIPPED.general(language, category, status))
        filled = []
        for texts in zip(said, *less, strict=True):
            ready = ((fill(text, places, every=True), text) for text in texts)
            filled.append(
                next((whole for one, text in ready if one and (whole := self._as_filled(one, text, 2048))), "")
            )
        return Texts(*filled)

    def _facts(self, failure: Failure) -> dict[str, str]:
        """What texts may name of the service and the failure, and the details that the application has declared to be
        for clients: sanitized and bounded.
        """
        facts = {}
        for name in failure.public_details[:_MAX_PUBLIC]:
            value = failure.details.get(name)
            # nothing that would have to be asked for its text; a text that names what is not there gives way
            said = isinstance(value, (str, int, float, Decimal, date, UUID))
            facts[name] = self._safe(value, _MAX_FACT) if said else ""
        return {**facts, "error_id": failure.error_id, "service": self._service}

    def _safe(self, text: object, limit: int) -> str:
        """Sanitized whole, then cut: a cut before could leave a piece of a secret that nothing recognizes."""
        try:
            return readable(self._sanitizer.text(str.__str__(text) if isinstance(text, str) else str(text)), limit)
        except Exception:  # noqa: BLE001 - a text that cannot be sanitized is not said
            return ""

    def _headers(self, failure: Failure) -> headers.Headers:
        if not failure.headers:
            return ()
        try:
            kept, dropped = headers.clean(failure.headers)
        except Exception:  # noqa: BLE001 - headers of a framework may be any iterable
            kept, dropped = (), 1
        self.dropped_headers += dropped
        return kept

    def _retry_after(self, failure: Failure, asked: headers.Headers) -> tuple[int | None, str | None]:
        """Seconds to wait, and the `Retry-After` that says so."""
        written = headers.named(asked, "retry-after")
        if written is not None:
            if (seconds := _written_delay(written, failure.timestamp)) is not None:
                return seconds, written
            self.dropped_headers += 1
        delay = failure.retry_after
        if not isinstance(delay, (int, float)) or not math.isfinite(delay):
            return None, None
        if failure.retry_after_set:
            seconds = min(max(0, math.ceil(delay)), _MAX_DELAY)
        else:
            seconds = self._spread(min(max(1, math.ceil(delay)), self._cap))
        return seconds, str(seconds)

    def _spread(self, seconds: int) -> int:
        """Later by up to a fifth, never sooner; at the cap, which is a wait of our own choosing, sooner by as much."""
        room = int(self._rng.random() * (seconds // 5 + 1))
        return min(seconds + room, self._cap) if seconds < self._cap else seconds - room

    def _errors(self, errors: object) -> tuple[tuple[str, str], ...]:
        if not errors or not isinstance(errors, (tuple, list)):
            return ()
        safe = (
            (self._pointer(pair[0]), self._safe(pair[1], 240))
            for pair in errors[:_MAX_ERRORS]
            if isinstance(pair, (tuple, list)) and len(pair) == 2 and all(isinstance(part, str) for part in pair)
        )
        return tuple((pointer, detail) for pointer, detail in safe if detail)

    def _pointer(self, pointer: str) -> str:
        """A JSON pointer within bounds. A part too long or odd to be a field's name was chosen by the client: `*`."""
        parts = pointer[:4096].split("/")[: _MAX_SEGMENTS + 1]
        return self._safe("/".join(p if len(p) <= _MAX_SEGMENT and p.isprintable() else "*" for p in parts), 240)

    def _disclosed(self, failure: Failure) -> dict[str, Any]:
        try:
            stack = self._stack(failure)
        except Exception:  # noqa: BLE001 - a formatter of the application must not cost the answer
            stack = ""
        return {
            "type": readable(failure.type, 256),
            "message": self._safe(failure.raw_message, 2048),
            "stack": self._safe(stack, 6144).splitlines(),
        }


def _status(status: object) -> int:
    """An error status; 500 for what is none (RFC 9110 knows 400 to 599)."""
    return int(status) if isinstance(status, int) and 400 <= status <= 599 else 500


@lru_cache(maxsize=1024)
def _named(code: str, status: int) -> tuple[str, str]:
    """The code as it is sent, and as it is written in a URI."""
    text = code if _CODE.fullmatch(code) else f"HTTP_{status}"
    return text, re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "error"


def _reference(error_id: str) -> str | None:
    try:
        return support_reference(error_id)
    except Exception:  # noqa: BLE001 - an id that is not ours has no reference
        return None


def _timestamp(seconds: float) -> str | None:
    try:
        whole, rest = divmod(round(seconds * 1_000_000), 1_000_000)
        return f"{_second(whole)}.{rest // 1000:03d}Z"
    except (TypeError, ValueError, OverflowError, OSError):
        return None


@lru_cache(maxsize=16)
def _second(whole: int) -> str:
    return datetime.fromtimestamp(whole, UTC).isoformat()[:19]


def _in_language(text: object, language: str, default: str) -> str | None:
    """One text of a mapping by language: the negotiated one, its base, the default, English, else any."""
    if isinstance(text, str):
        return text
    if not isinstance(text, Mapping):
        return None
    try:
        by_tag = {str(tag).lower(): value for tag, value in text.items() if isinstance(value, str)}
    except Exception:  # noqa: BLE001 - a hostile mapping has nothing to say
        return None
    wanted = (language.lower(), language.partition("-")[0].lower(), default.lower(), "en", *by_tag)
    return next((by_tag[tag] for tag in wanted if tag in by_tag), None)


def _written_delay(value: str, now: float) -> int | None:
    """Seconds of a `Retry-After`, which is a number or a date (RFC 9110, 10.2.3)."""
    if _SECONDS.fullmatch(value):
        return min(int(value), _MAX_DELAY)
    from email.utils import parsedate_to_datetime  # noqa: PLC0415 - most say it in seconds

    try:
        date = parsedate_to_datetime(value)
        seconds = (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp() - now
        return min(max(0, math.ceil(seconds)), _MAX_DELAY)
    except (TypeError, ValueError, OverflowError, IndexError, OSError):
        return None


def _answer_headers(asked: headers.Headers, language: str, retry: str | None, error_id: str) -> headers.Headers:
    """The headers of the answer: those that are always there, then those the exception asked for."""
    fixed = [("Content-Language", language)]
    vary = "Accept, Accept-Language"
    others: headers.Headers = ()
    if asked:
        names = {name.lower() for name, _ in asked}
        if "vary" in names:
            vary = headers.merged([value for name, value in asked if name.lower() == "vary"], vary.split(","))
        ours = {"vary", "retry-after", "x-error-id"}
        others = tuple((name, value) for name, value in asked if name.lower() not in ours)
    if not asked or "cache-control" not in names:
        fixed.append(("Cache-Control", "no-store"))
    fixed.append(("Vary", vary))
    if retry is not None:
        fixed.append(("Retry-After", retry))
    if headers.is_value(error_id):
        fixed.append(("X-Error-ID", error_id))
    return (*fixed, *others)


def _recorded_stack(failure: Failure) -> str:
    """The frames of the exception and of its chain, the innermost call of each last."""
    lines: list[str] = []
    for link in failure.links[:8]:
        lines.append(f"{link.relation or 'exception'}: {link.type}")
        lines += [f'  File "{name}", line {line}, in {function}' for name, line, function in link.frames[-20:]]
    return "\n".join(lines)
