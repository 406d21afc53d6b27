"""A view behind its policy: attempts, each with its transaction, its body and its rendering."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction, sync_to_async
from django.db import connections, transaction

from failsoft.endpoints import Binding
from failsoft.http import retry_after_seconds
from failsoft.pipeline import Pipeline
from failsoft.run import Reply, Run
from failsoft_django.answers import answer_for, settle
from failsoft_django.bodies import replay
from failsoft_django.call import DjangoCall, call_of
from failsoft_django.classes import subject_of
from failsoft_django.streams import discard, watch, watch_async

__all__ = ["ProtectedView"]


class _Everything(frozenset[str]):
    """Contains whatever is asked for."""

    def __contains__(self, item: object) -> bool:
        return True


class ProtectedView:
    """Stands in a URL pattern for a view.

    It has the view's attributes (`csrf_exempt`, `login_required`, `view_class`), and is equal to it, so that
    `reverse(view)` still finds the pattern. Django opens no transaction around it: each attempt has its own, in every
    database whose ATOMIC_REQUESTS is on. The first chunk of a stream and, unless a middleware has a
    `process_template_response`, the rendering of a `TemplateResponse` belong to the attempt, outside its transaction.

    Parameters:
        view: the view.
        renders: whether a response may be rendered within the attempt.
    """

    def __init__(self, view: Any, *, renders: bool) -> None:
        functools.update_wrapper(self, view)
        self._failsoft_view = view
        self._failsoft_renders = renders
        self._failsoft_async = bool(iscoroutinefunction(view))
        if self._failsoft_async:
            # Django itself refuses asynchronous views under ATOMIC_REQUESTS, by what the view says
            markcoroutinefunction(self)
        else:
            self._non_atomic_requests = _Everything()

    def __eq__(self, other: object) -> bool:
        if isinstance(other, ProtectedView):
            return bool(self._failsoft_view == other._failsoft_view)
        return bool(self._failsoft_view == other)

    def __hash__(self) -> int:
        return hash(self._failsoft_view)

    def __call__(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        call, binding = self._begin(request)
        if call is None or binding is None or binding.pipeline is None:
            return self._plain(request, *args, **kwargs)
        attempts = _Attempts(
            self, call, binding.pipeline, request, functools.partial(self._failsoft_view, request, *args, **kwargs)
        )
        return attempts.arun() if self._failsoft_async else attempts.run()

    def _plain(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        view = self._failsoft_view
        aliases = () if self._failsoft_async else _atomic(view)
        if not aliases:
            return view(request, *args, **kwargs)
        with _transactions(aliases):
            return view(request, *args, **kwargs)

    def _begin(self, request: Any) -> tuple[DjangoCall | None, Binding | None]:
        call = call_of(request)
        match = getattr(request, "resolver_match", None)
        if call is None or match is None:
            return None, None
        fs = call.fs
        binding = fs.endpoints.bind(call.method, str(match.route), subject_of(self._failsoft_view, call.method))
        if call.deadline is not None:
            binding = fs.endpoints.hurried(binding)
        call.endpoint = binding.key
        call.mode = "off" if binding.exempt else fs.mode_for(binding, call.mode)
        call.critical, call.audited = binding.critical, binding.audited
        if call.mode == "off":
            return None, None
        call.idempotent = binding.idempotent if binding.idempotent != "key" else _has_key(request)
        return call, binding


class _Attempts:
    """The attempts of one request."""

    def __init__(self, outer: ProtectedView, call: DjangoCall, pipeline: Pipeline, request: Any, view: Any) -> None:
        self._call = call
        self._pipeline = pipeline
        self._request = request
        self._view = view
        self._renders = outer._failsoft_renders
        self._aliases = () if outer._failsoft_async else _atomic(outer._failsoft_view)
        self._rewind = replay(request, call, pipeline.limits.retry)
        self._last: Any = None
        self._caught: BaseException | None = None

    def run(self) -> Any:
        """Run them in this thread.

        Raises:
            RejectedError: the view was not run.
            Exception: the last attempt's own.
        """
        try:
            return self._pipeline.call(self._call, self._attempt, reply=self._reply)
        except Exception as exc:
            if self._caught is not exc:
                raise
            return self._answered_inside(exc)
        finally:
            self._caught = None

    async def arun(self) -> Any:
        """Run them in this event loop.

        Raises:
            OperationTimeoutError: the last attempt was cut off.
            RejectedError: the view was not run.
            Exception: the last attempt's own.
        """
        try:
            return await self._pipeline.acall(self._call, self._aattempt, reply=self._reply)
        except Exception as exc:
            if self._caught is not exc:
                raise
            return self._answered_inside(exc)
        finally:
            self._caught = None

    def _attempt(self) -> Any:
        call = self._start()
        try:
            with _transactions(self._aliases):
                response = self._last = self._view()
                self._roll_back_if_repeated(response)
                _note_commit(self._aliases, self._forbid_another)
            self._raise_caught(response)
            if self._renders and _wants_rendering(response):
                response = self._last = response.render()
            if getattr(response, "streaming", False):
                watch(response, call)
            return response
        finally:
            call.attempting = False

    async def _aattempt(self, run: Run) -> Any:  # noqa: ARG002 - handed to whoever streams by himself
        call = self._start()
        try:
            response = self._last = await self._view()
            self._raise_caught(response)
            if self._renders and _wants_rendering(response):
                render = response.render if iscoroutinefunction(response.render) else sync_to_async(response.render)
                response = self._last = await render()
            if getattr(response, "streaming", False):
                await watch_async(response, call)
            return response
        finally:
            call.attempting = False

    def _start(self) -> DjangoCall:
        call = self._call
        if self._last is not None:
            discard(self._last)
            self._last = None
        self._rewind()
        call.watched = False
        call.attempting = True
        return call

    def _roll_back_if_repeated(self, response: Any) -> None:
        """The verdict on a returned status falls while its work can still be undone."""
        retry = self._pipeline.limits.retry
        if self._aliases and retry is not None and retry.wants_status(getattr(response, "status_code", 0)):
            reply = self._reply(response)
            if reply is not None and not self._call.run.answered(reply):
                for alias in self._aliases:
                    transaction.set_rollback(True, using=alias)

    def _forbid_another(self) -> None:
        """What is committed cannot be undone: a function for `on_commit`, or another database, may fail after it."""
        self._call.replayable = False

    def _raise_caught(self, response: Any) -> None:
        """What a framework inside has caught, and answered with this response, is a failure all the same."""
        self._caught = getattr(response, "_failsoft_caught", None)
        if self._caught is not None:
            del response._failsoft_caught
            raise self._caught

    def _answered_inside(self, exc: Exception) -> Any:
        return answer_for(self._last, settle(self._request, self._call, exc))

    def _reply(self, response: Any) -> Reply | None:
        status = getattr(response, "status_code", None)
        if status is None:
            return None
        asked = None
        if status >= 400:
            asked = retry_after_seconds(response.headers.get("Retry-After"), self._call.fs.clock.time())
        return Reply(status, asked)


def _wants_rendering(response: Any) -> bool:
    return getattr(response, "is_rendered", True) is False and callable(getattr(response, "render", None))


def _atomic(view: Any) -> tuple[str, ...]:
    """The databases in which this view runs in a transaction, as Django decides it."""
    exempt = getattr(view, "_non_atomic_requests", ())
    return tuple(
        alias for alias, options in connections.settings.items() if options["ATOMIC_REQUESTS"] and alias not in exempt
    )


@contextmanager
def _transactions(aliases: tuple[str, ...]) -> Iterator[None]:
    with ExitStack() as stack:
        for alias in aliases:
            stack.enter_context(transaction.atomic(using=alias))
        yield


def _note_commit(aliases: tuple[str, ...], committed: Callable[[], None]) -> None:
    """Hear of a commit before whatever may still fail after it, if there is anything."""
    for alias in aliases:
        if len(aliases) > 1 or getattr(connections[alias], "run_on_commit", None):
            transaction.on_commit(committed, using=alias)
            waiting = getattr(connections[alias], "run_on_commit", None)
            if waiting:
                waiting.insert(0, waiting.pop())


def _has_key(request: Any) -> bool | None:
    return True if request.META.get("HTTP_IDEMPOTENCY_KEY") else None
