"""What becomes of a failure that ends a call: the problem, the answer, and the one event that says so."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from random import Random
from typing import Any, NamedTuple, Protocol

import msgspec

from failsoft.bus import Bus
from failsoft.call import Call, Context
from failsoft.clock import Clock
from failsoft.errors.capture import bare_name
from failsoft.errors.classifier import Classifier
from failsoft.errors.exceptions import ServiceUnavailableError
from failsoft.errors.failure import Failure
from failsoft.events import ErrorHandled, InternalError, Result, WouldAnswer
from failsoft.ids import new_error_id
from failsoft.problem import FAIL_SAFE, Problem, ProblemMaker, Rendered, render
from failsoft.trail import leave_trail
from failsoft.witness import Witness

__all__ = ["Answer", "Responder", "Style"]

_log = logging.getLogger("failsoft")
_IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"})


class Answer(NamedTuple):
    """What an adapter is to do about a failure."""

    failure: Failure | None
    """None only where Failsoft itself failed."""
    rendered: Rendered | None
    """The response; None: the framework (or the application) answers as it would without us."""
    reraise: bool
    """Raise the exception again after answering, so that error trackers and servers still see it."""
    error_id: str


class Style(NamedTuple):
    """The part of `[responses]` that decides who answers, and how."""

    format: str = "auto"
    replace: str = "all"
    reraise: str = "unexpected"
    id_header: str = "X-Request-ID"
    renderer: Callable[..., Any] | None = None


class _Telemetry(Protocol):
    def annotate(self, call: Call, failure: Failure, status: int) -> bool: ...
    def server_span_after_the_fact(self, call: Call, failure: Failure, status: int) -> None: ...
    def trace_id(self) -> str | None: ...


class Responder:
    """Turns an exception that ends a call into an answer. No method raises."""

    def __init__(
        self,
        *,
        classifier: Classifier,
        maker: ProblemMaker,
        style: Style,
        bus: Bus,
        telemetry: _Telemetry,
        clock: Clock,
        rng: Random,
        clean: Callable[[str], str],
        witness: Witness | None = None,
    ) -> None:
        self._classifier = classifier
        self._ruled = classifier.ruled
        self._maker = maker
        self._style = style
        self._bus = bus
        self._telemetry = telemetry
        self._clock = clock
        self._rng = rng
        self._clean = clean
        self._witness = witness
        self.internal_errors = 0

    def classify(self, exc: BaseException, call: Call) -> Failure:
        """The failure of an exception; the same object if this call has met it already."""
        if call.failure is not None and call.cause is exc:
            return call.failure
        context = Context(call) if self._ruled else None
        failure = self._classifier.classify(exc, source=call.source, context=context)
        if call.critical and not failure.disconnected and not (_meant(failure) and failure.status < 500):
            failure.severity = failure.severity.raised
        return failure

    def answer(self, exc: BaseException, call: Call, *, started: bool = False) -> Answer:
        """The answer to an exception, with its event published and the server span told.

        Parameters:
            exc: what ended the call.
            call: the call.
            started: the response has begun, so that nothing can be answered any more.
        """
        try:
            return self._answer(exc, call, started)
        except Exception as error:  # noqa: BLE001 - our fault must not cost the client its answer
            return self._fail_safe(error, exc, call)

    def problem(self, exc: BaseException, call: Call) -> Problem:
        """The problem of an exception, with everything that handling it entails."""
        try:
            failure = self.own(exc, call)
            problem = self._make(failure, call)
            self._report(failure, call, problem.status, "handled" if _meant(failure) else "unhandled")
            return problem
        except Exception as error:  # noqa: BLE001 - as below
            error_id = self._gave_up(error, exc)
            return Problem(
                title="Internal Server Error",
                status=500,
                code="INTERNAL_ERROR",
                error_id=error_id,
                instance=f"urn:uuid:{error_id}",
                recoverable=False,
            )

    def aborted(self, exc: BaseException, call: Call) -> None:
        """The client went away. Recorded, not answered."""
        try:
            failure = self.own(exc, call)
            self._report(failure, call, 499, "aborted")
        except Exception as error:  # noqa: BLE001 - as above
            self.internal("aborted", error)

    def _answer(self, exc: BaseException, call: Call, started: bool) -> Answer:
        failure = self.own(exc, call)
        style = self._style
        again = style.reraise == "unexpected" and not _meant(failure)
        if failure.disconnected:
            self._report(failure, call, 499, "aborted")
            return Answer(failure, None, False, failure.error_id)
        if started:
            self._report(failure, call, failure.status, "skipped")
            return Answer(failure, None, True, failure.error_id)
        if self._left_alone(failure, call):
            status = failure.status if failure.expected else 500
            if call.mode == "observe":
                self._observed(failure, call)
            self._report(failure, call, status, "handled" if _meant(failure) else "unhandled")
            return Answer(failure, None, again, failure.error_id)
        problem = self._make(failure, call)
        rendered = render(
            problem,
            call.facts,
            format="problem" if style.format == "problem" else "auto",
            id_header=style.id_header,
            renderer=style.renderer,
            on_error=self._renderer_failed,
            catalogue=self._maker.catalogue,
        )
        self._report(failure, call, rendered.status, "handled" if _meant(failure) else "unhandled")
        return Answer(failure, rendered, again, failure.error_id)

    def _left_alone(self, failure: Failure, call: Call) -> bool:
        style = self._style
        if call.mode == "observe":
            return True
        if failure.rejected:
            # a framework has no answer to what we did not let run, and would call it an error of the server
            return False
        meant = failure.expected and failure.status < 500
        return style.format == "keep" or (style.replace == "unexpected" and meant)

    def own(self, exc: BaseException, call: Call) -> Failure:
        """The failure of an exception, kept on the call."""
        failure = self.classify(exc, call)
        call.failure = failure
        call.cause = exc
        leave_trail(exc, failure)
        if call.trace_id is None:
            call.trace_id = self._telemetry.trace_id() or _trace_of(call.facts.traceparent)
        return failure

    def _make(self, failure: Failure, call: Call) -> Problem:
        repeatable = failure.rejected or call.idempotent is True or call.method in _IDEMPOTENT
        return self._maker.make(
            failure,
            request_id=call.request_id,
            trace_id=call.trace_id,
            facts=call.facts,
            may_repeat=repeatable,
        )

    def _report(self, failure: Failure, call: Call, status: int, result: Result) -> None:
        try:
            annotated = self._telemetry.annotate(call, failure, status)
            if not annotated:
                self._telemetry.server_span_after_the_fact(call, failure, status)
        except Exception as error:  # noqa: BLE001 - telemetry must not cost the client its answer
            self.internal("telemetry", error)
        event = ErrorHandled(
            at=self._clock.time(),
            endpoint=call.endpoint,
            policy=call.policy,
            request_id=call.request_id,
            trace_id=call.trace_id,
            failure=failure,
            status=status,
            result=result,
            source=call.source,
            facts=call.facts,
            duration=self._clock.monotonic() - call.started,
            audited=call.audited,
            user=_user_of(call),
        )
        self._bus.publish(event)
        if self._witness is not None:
            self._witness.claim(call)

    def refusal(self, call: Call) -> Rendered:
        """The answer in place of one that must not leave, because its record is required and could not be kept."""
        error_id = "" if call.failure is None else call.failure.error_id
        try:
            exc = ServiceUnavailableError("the audit record that this endpoint requires could not be kept")
            failure = self._classifier.classify(exc, source=call.source)
            problem = self._make(failure, call)
            if error_id:
                problem = msgspec.structs.replace(problem, error_id=error_id, instance=f"urn:uuid:{error_id}")
            return render(problem, call.facts, format="problem", id_header=self._style.id_header)
        except Exception as error:  # noqa: BLE001 - as everywhere here
            self.internal("audit", error)
            return FAIL_SAFE(error_id, head=call.method == "HEAD")

    def _observed(self, failure: Failure, call: Call) -> None:
        self._bus.publish(
            WouldAnswer(
                at=self._clock.time(),
                endpoint=call.endpoint,
                request_id=call.request_id,
                trace_id=call.trace_id,
                failure=failure,
                status=failure.status,
                source=call.source,
                facts=call.facts,
            )
        )

    def _renderer_failed(self, error: BaseException) -> None:
        self.internal("responses.renderer", error)

    def _fail_safe(self, error: Exception, original: BaseException, call: Call) -> Answer:
        error_id = self._gave_up(error, original)
        return Answer(None, FAIL_SAFE(error_id, head=call.method == "HEAD"), True, error_id)

    def _gave_up(self, error: Exception, original: BaseException) -> str:
        """Record that Failsoft itself failed; the id of the fail-safe answer."""
        self.internal("answer", error)
        error_id = new_error_id(self._clock.time())
        with suppress(Exception):  # a broken logging set-up must not cost the client its answer
            name, text = bare_name(type(original)), self._text(original)
            _log.error("unhandled %s, answered fail-safe as %s: %s", name, error_id, text)
        return error_id

    def internal(self, where: str, error: BaseException) -> None:
        """Count and tell of something in Failsoft itself, or a function that it was given, that has failed."""
        self.internal_errors += 1
        name, text = bare_name(type(error)), self._text(error)
        event = InternalError(at=self._clock.time(), where=where, type=name, message=text)
        self._bus.publish(event)

    def _text(self, error: BaseException) -> str:
        try:
            return self._clean(str(error))
        except KeyboardInterrupt:
            raise
        except BaseException:  # noqa: BLE001 - a hostile text, or a broken sanitizer
            return ""


def _meant(failure: Failure) -> bool:
    """Whether it was answered on purpose: by the application, or by a policy that did not let it run."""
    return failure.expected or failure.rejected


def _user_of(call: Call) -> str | None:
    """Who was authenticated, as far as the adapter knows it."""
    try:
        return call.user()
    except Exception:  # noqa: BLE001 - a user of the application's own making must not cost the client its answer
        return None


def _trace_of(traceparent: str | None) -> str | None:
    """The trace id of a W3C `traceparent`, if it is well-formed."""
    if traceparent is None or len(traceparent) < 55 or traceparent[2] != "-" or traceparent[35] != "-":
        return None
    trace = traceparent[3:35]
    if trace.strip("0123456789abcdef") or trace == "0" * 32:
        return None
    return trace
